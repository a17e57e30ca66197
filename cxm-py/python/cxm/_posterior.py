"""Posteriors: draws of a model's parameters."""

from __future__ import annotations

from ._asking import asked, count_limits, given, limits
from ._results import Record, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from . import _cxm
    from ._columns import ColumnTable


class Posterior:
    """Draws of a model's parameters, which say how sure its answers are."""

    __slots__ = ("_inner",)

    _inner: _cxm.Posterior

    def __init__(self, inner: _cxm.Posterior) -> None:
        object.__setattr__(self, "_inner", inner)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a posterior never changes", name=name, obj=self)

    def summary(self, level: float | None = None) -> Record:
        """The parameters with their limits, and how far to trust the draws."""
        found = self._inner.summary(**given({"level": level}))
        parameters = {row.pop("name"): row for row in found["parameters"]}
        return wrap({**found, "parameters": parameters})

    def credible_interval(
        self, quantity: str, customers: Any = None, *, level: float, **arguments: Any
    ) -> Any:
        """Posterior mean and credible limits of a question to the model, by its name.

        ``posterior.credible_interval("expected_transactions", frame, horizon=39, level=0.9)``;
        without a data frame or a table, columns or single numbers go by their names.
        """
        whom = self._whom(quantity, customers, arguments)
        question, columns, library = asked({"quantity": quantity, **arguments}, whom)
        found = self._inner.intervals(question, columns, {"level": level})
        return limits(found, library, level, "credible")

    def predictive_interval(
        self, horizon: Any, customers: Any = None, *, level: float, **columns: Any
    ) -> Any:
        """Whole numbers between which the purchases of each customer will lie.

        As that of the model, with the chance of the parameters too.
        """
        whom = self._purchases(customers, columns)
        _none_left(columns)
        arguments, columns, library = asked({"horizon": horizon}, whom)
        found = self._inner.predictive_intervals(columns, {**arguments, "level": level})
        return count_limits(found, library, level)

    def lifetime_value(
        self,
        spend: Posterior,
        customers: Any = None,
        *,
        margin: float,
        discount: Any = None,
        horizon: float | None = None,
        level: float,
        **columns: Any,
    ) -> Any:
        """What each customer is still worth, from these draws and those of ``spend``, a GammaGamma.

        Posterior means and credible limits; spend and purchases are taken to be independent.
        ``customers`` has the columns of a history and ``monetary_value``; without it, columns or
        single numbers go by their names, and without any it is about a new customer. ``margin``,
        ``discount`` and ``horizon`` are those of the model's ``lifetime_value``.
        """
        whom = self._purchases(customers, columns)
        # A new customer has spent nothing yet.
        if any(value is not None for value in whom.values()):
            whom["monetary_value"] = columns.pop("monetary_value", None)
        _none_left(columns)
        options = given({"margin": margin, "discount": discount, "horizon": horizon})
        _, columns, library = asked({}, whom)
        options["level"] = level
        found = self._inner.lifetime_value(spend._inner, columns, options)
        return limits(found, library, level, "credible")

    def draws(self) -> ColumnTable:
        """The draws, one a row: the parameters, and the ``weight`` of the draw, of sum 1."""
        from ._columns import ColumnTable

        return ColumnTable(self._inner.draws())

    def _purchases(self, customers, columns):
        """The columns of a history; only a model of purchases reads any."""
        whom = self._whom("expected_transactions", customers, columns)
        if not whom:
            from .errors import NotOfferedError

            raise NotOfferedError("this is no posterior of a model of purchases")
        return whom

    def _whom(self, quantity, customers, columns):
        """The columns that say whom a question is about, taken out of the arguments."""
        from ._models import ENTRIES

        entry = ENTRIES[self._inner.summary()["model"]]
        question = next((q for q in entry["quantities"] if q["name"] == quantity), None)
        row = [column["name"] for column in question["columns"]] if question else []
        whom = {name: columns.pop(name, None) for name in row}
        if customers is not None and row:
            whom[row[0]] = customers
        return whom

    def __repr__(self) -> str:
        diagnosis = self._inner.summary()["diagnosis"]
        draws, effective = diagnosis["draws"], diagnosis["effective_draws"]
        return f"<Posterior: {draws:,} draws worth {effective:,.0f}; {diagnosis['message']}>"


def _none_left(arguments):
    for name in arguments:
        raise TypeError(f"got an unexpected keyword argument {name!r}")

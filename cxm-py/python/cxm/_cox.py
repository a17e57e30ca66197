"""Cox regression: `cxm.survival.Cox`."""

from __future__ import annotations

from . import _cxm, _frames, _text
from ._asking import is_column, is_frame, like, limits, names_of
from ._columns import ColumnTable
from ._results import Interval, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any, Self

    from matplotlib.axes import Axes


def _given(arguments):
    return {name: value for name, value in arguments.items() if value is not None}


class Cox:
    """A fitted Cox regression: by how much each covariate multiplies the hazard of leaving.

    ``Cox.fit(frame, duration="tenure", observed="left")`` fits it. It never changes; it holds on to
    the columns that it was fitted to, which the test of proportional hazards reads once more.
    """

    __slots__ = ("_figures", "_inner")

    _inner: _cxm.Cox
    _figures: dict[str, Any]

    def __init__(self, inner: _cxm.Cox) -> None:
        object.__setattr__(self, "_inner", inner)
        object.__setattr__(self, "_figures", inner.summary())

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a fit never changes", name=name, obj=self)

    @classmethod
    def fit(
        cls,
        frame: Any,
        duration: Any,
        observed: Any,
        entry: Any = None,
        ties: str | None = None,
        *,
        covariates: Sequence[str] | None = None,
        strata: Any = None,
        weights: Any = None,
        cluster: Any = None,
        robust: bool | None = None,
    ) -> Self:
        """Fits hazard ratios to the columns of a data frame, a table or a dict of columns.

        ``duration``, ``observed`` and the others are columns, or names of columns of the frame.
        ``covariates`` names those whose ratios are wanted; without it, all columns that are not
        named otherwise. ``entry`` is the age at the first look. ``ties``: ``efron`` (the default)
        or ``breslow``. Groups of ``strata`` have hazards of their own; rows of one ``cluster``
        belong together, which makes the errors robust, as ``robust=True`` does for single rows.
        """
        if not is_frame(frame):
            raise TypeError("expected a data frame, a table or a dict of columns")
        given = {
            "durations": duration,
            "observed": observed,
            "entries": entry,
            "strata": strata,
            "weights": weights,
            "clusters": cluster,
        }
        given = _given(given)
        taken = {name: column for name, column in given.items() if isinstance(column, str)}
        if covariates is None:
            covariates = [name for name in names_of(frame) if name not in taken.values()]
        covariates = list(covariates)
        found = _frames.columns(frame, [*taken.values(), *covariates])
        given |= {name: found[column] for name, column in taken.items()}
        wanted = {name: found[name] for name in covariates}
        return cls(_cxm.Cox.fit(given, wanted, _given({"ties": ties, "robust": robust})))

    def _by_name(self, field):
        return dict(zip(self._figures["names"], self._figures[field], strict=True))

    @property
    def coefficients(self) -> dict[str, float]:
        """The coefficients, logarithms of hazard ratios, by the names of the covariates."""
        return self._by_name("coefficients")

    @property
    def standard_errors(self) -> dict[str, float]:
        """Their standard errors; robust ones where those were asked for."""
        return self._by_name("standard_errors")

    @property
    def hazard_ratios(self) -> dict[str, float]:
        """What one more of each covariate multiplies the hazard by."""
        return self._by_name("hazard_ratios")

    @property
    def z(self) -> dict[str, float]:
        """Coefficients over their standard errors."""
        return self._by_name("z")

    @property
    def p_values(self) -> dict[str, float]:
        """Two-sided p-values."""
        return self._by_name("p_values")

    @property
    def covariance(self) -> list[list[float]]:
        """The covariances of the coefficients, row by row."""
        return self._figures["covariance"]

    @property
    def log_likelihood(self) -> float:
        """The partial log-likelihood."""
        return self._figures["log_likelihood"]

    @property
    def null_log_likelihood(self) -> float:
        """The partial log-likelihood without covariates."""
        return self._figures["null_log_likelihood"]

    @property
    def likelihood_ratio(self) -> Record:
        """The likelihood-ratio test of all coefficients at once."""
        return Record(self._figures["likelihood_ratio"])

    @property
    def concordance(self) -> float | None:
        """The share of comparable pairs in the right order."""
        return self._figures["concordance"]

    @property
    def rows(self) -> int:
        """The rows that the fit rests on."""
        return self._figures["rows"]

    @property
    def events(self) -> int:
        """The events among them."""
        return self._figures["events"]

    def intervals(self, level: float | None = None) -> dict[str, Interval]:
        """The intervals of the coefficients, by the names of the covariates."""
        found = self._inner.summary(**_given({"level": level}))
        pairs = zip(found["names"], found["intervals"], strict=True)
        return {name: Interval(interval) for name, interval in pairs}

    def summary(self, level: float | None = None) -> CoxSummary:
        """Coefficients with errors, tests and intervals, to be read or printed."""
        return CoxSummary(self._inner.summary(**_given({"level": level})))

    def test_proportional_hazards(self, transform: str | None = None) -> ColumnTable:
        """Whether the coefficients change over time: a line for each covariate, and for ``all``.

        ``transform`` of time: ``kaplan_meier``, ``identity``, ``log`` or ``rank``. The columns of
        the fit are read once more and must not have changed.
        """
        found = self._inner.proportionality(**_given({"transform": transform}))
        kinds = {
            "name": "text",
            "statistic": "float64",
            "degrees_of_freedom": "int64",
            "p_value": "float64",
        }
        columns = [(name, kind, [row[name] for row in found]) for name, kind in kinds.items()]
        return ColumnTable(_cxm.Table.of_lists(columns))

    def baseline(self) -> ColumnTable:
        """The cumulative hazard and the curve of a customer with mean covariates."""
        return ColumnTable(self._inner.tabulate("baseline"))

    def curve(self, covariates: Mapping[str, float] | None = None, stratum: Any = None) -> CoxCurve:
        """The survival curve of a customer with these covariates; without any, with their means."""
        whom = None if covariates is None else {n: float(v) for n, v in covariates.items()}
        return CoxCurve(self._inner, _given({"covariates": whom, "stratum": stratum}))

    def linear_predictor(self, customers: Any) -> Any:
        """The sum of coefficient times covariate above the mean customer's, one a row."""
        return self._predict({"quantity": "linear_predictor"}, customers)

    def hazard_ratio(self, customers: Any) -> Any:
        """The hazard of each customer over that of the mean customer, one a row."""
        return self._predict({"quantity": "hazard_ratio"}, customers)

    def predict_survival(self, customers: Any, time: float, stratum: Any = None) -> Any:
        """The probability of each customer to stay longer than ``time``, one a row."""
        quantity = {"quantity": "survival", "time": time, "stratum": stratum}
        return self._predict(_given(quantity), customers)

    def _predict(self, quantity, customers):
        columns = _frames.columns(customers, self._figures["names"])
        found = self._inner.predict(quantity, columns)
        library = customers
        if isinstance(customers, dict):
            library = next(iter(columns.values()))
        return like(found, library, quantity["quantity"])

    def plot(self, **options: Any) -> Axes:
        """The hazard ratios with their intervals; see ``cxm.plots.hazard_ratios``."""
        from .plots import hazard_ratios

        return hazard_ratios(self, **options)

    def __repr__(self) -> str:
        ratios = ", ".join(f"{name}={ratio:.4g}" for name, ratio in self.hazard_ratios.items())
        return f"Cox({self.events:,} events of {self.rows:,}; hazard ratios {ratios})"

    def _repr_html_(self) -> str:
        return self.summary()._repr_html_()


class CoxCurve:
    """The survival curve of a customer by a Cox regression."""

    __slots__ = ("_arguments", "_inner")

    _inner: _cxm.Cox
    _arguments: dict[str, Any]

    def __init__(self, inner: _cxm.Cox, arguments: dict[str, Any]) -> None:
        object.__setattr__(self, "_inner", inner)
        object.__setattr__(self, "_arguments", arguments)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a curve never changes", name=name, obj=self)

    def table(self, times: Any = None, **options: Any) -> ColumnTable:
        """The curve with its limits, one row a time; ``level`` and ``method`` are theirs."""
        asked = {**self._arguments, **options, "times": times}
        return ColumnTable(self._inner.tabulate("survival", **_given(asked)))

    def survival(self, time: Any) -> Any:
        """The probability to stay longer than a time, or than each of a column."""
        if not is_column(time):
            return self.table([time])["survival"][0]
        return like(self.table(time)["survival"], time, "survival")

    def interval(self, time: Any, level: float | None = None, method: str | None = None) -> Any:
        """Its interval; for a column of times, columns value, lower, upper."""
        from ._curves import _default

        options: dict[str, Any] = {"level": level, "method": method}
        defaults = {**_default("kaplan_meier", "level"), **_default("kaplan_meier", "method")}
        asked: Any = {key: options[key] or defaults[key] for key in options}
        column = is_column(time)
        rows = self.table(time if column else [time], **asked)
        if not column and rows["survival"][0] is None:
            return None
        found = rows["survival"], rows["lower"], rows["upper"]
        return limits(found, time if column else None, asked["level"], asked["method"])

    def plot(self, **options: Any) -> Axes:
        """The curve with its interval; see ``cxm.plots.survival_curves``."""
        from .plots import survival_curves

        return survival_curves(self, **options)

    def to_pandas(self) -> Any:
        """The curve as a pandas DataFrame."""
        return self.table().to_pandas()

    def __repr__(self) -> str:
        whom = self._arguments.get("covariates")
        named = (
            "mean covariates" if whom is None else ", ".join(f"{n}={v:g}" for n, v in whom.items())
        )
        return f"<CoxCurve of a customer with {named}>"


class CoxSummary(Record):
    """What the fit of a Cox regression knows, as named figures and as a table to be read."""

    __slots__ = ()

    names: list[str]
    coefficients: list[float]
    standard_errors: list[float]
    z: list[float]
    p_values: list[float]
    hazard_ratios: list[float]
    intervals: list[dict[str, Any]]
    log_likelihood: float
    null_log_likelihood: float
    likelihood_ratio: dict[str, Any]
    concordance: float | None
    rows: int
    events: int

    def _head(self):
        test = self.likelihood_ratio
        ratio = f"{test['statistic']:.2f} on {test['degrees_of_freedom']}"
        errors = "robust" if self._fields["robust"] else "information"
        return [
            ("rows", f"{self.rows:,}", "log-likelihood", f"{self.log_likelihood:,.3f}"),
            (
                "events",
                f"{self.events:,}",
                "without covariates",
                f"{self.null_log_likelihood:,.3f}",
            ),
            (
                "ties",
                self._fields["ties"],
                "likelihood ratio",
                f"{ratio}, {_text.p_value(test['p_value'])}",
            ),
            ("errors by", errors, "concordance", _concordance(self.concordance)),
        ]

    def _rows(self):
        level = _text.percent(self.intervals[0]["level"])
        yield ["", "coef", "hazard ratio", "std. error", "z", "p", f"{level} interval", ""]
        columns = (
            self.names,
            self.coefficients,
            self.hazard_ratios,
            self.standard_errors,
            self.z,
            self.p_values,
            self.intervals,
        )
        for name, coefficient, ratio, error, z, p, ends in zip(*columns, strict=True):
            figures = [f"{figure:.4f}" for figure in (coefficient, ratio, error)]
            between = [f"{ends['lower']:.4f}", f"{ends['upper']:.4f}"]
            yield [name, *figures, f"{z:.2f}", _p(p), *between]

    def __repr__(self) -> str:
        head, *rows = self._rows()
        widths = [
            max(len(row[place]) for row in [[*head[:6], "", ""], *rows]) for place in range(8)
        ]
        both = max(widths[6] + 2 + widths[7], len(head[6]))
        widths[6] = both - 2 - widths[7]
        total = sum(widths) + 2 * 7
        # The right half of the head needs its room too.
        short = max(len(row[2]) + len(row[3]) for row in self._head()) + 2 - (total + 1) // 2 + 2
        widths[0] += max(0, 2 * short)
        total += max(0, 2 * short)
        lines = ["Cox regression".center(total).rstrip(), "=" * total]
        half = total // 2 - 2
        for left, value, right, figure in self._head():
            first = left + value.rjust(half - len(left))
            lines.append(first + "    " + right + figure.rjust(total - half - 4 - len(right)))
        lines.append("-" * total)
        names = [head[0].ljust(widths[0])]
        names += [t.rjust(w) for t, w in zip(head[1:6], widths[1:6], strict=True)]
        lines.append("  ".join([*names, head[6].rjust(both)]))
        for row in rows:
            cells = [row[0].ljust(widths[0])]
            cells += [t.rjust(w) for t, w in zip(row[1:], widths[1:], strict=True)]
            lines.append("  ".join(cells))
        return "\n".join([*lines, "=" * total])

    def _repr_html_(self) -> str:
        from html import escape

        from ._summary_text import _CELL, _row

        head, *rows = self._rows()
        top = "".join(f"<tr>{_row(row[:2])}{_row(row[2:])}</tr>" for row in self._head())
        columns = _row(head[:6], "th") + f'<th style="{_CELL}" colspan="2">{escape(head[6])}</th>'
        body = "".join(f"<tr>{_row(row)}</tr>" for row in rows)
        return (
            '<div class="cxm-model"><div style="font-weight:600">Cox regression</div>'
            f"<table>{top}</table><table><thead><tr>{columns}</tr></thead>"
            f"<tbody>{body}</tbody></table></div>"
        )


def _concordance(value):
    return "–" if value is None else f"{value:.4f}"


def _p(value):
    return f"{value:.3g}"

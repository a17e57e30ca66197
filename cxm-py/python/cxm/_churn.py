"""Churn rates and revenue retention, read from a ledger of subscriptions."""

from __future__ import annotations

import datetime

from . import _cxm, _frames, _text
from ._results import Comparison, Interval, Record, Report, _given, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matplotlib.axes import Axes

    from ._cxm import Snapshot

#: The columns of spans, those that every frame must have first.
COLUMNS = (
    "customer",
    "start",
    "end",
    "amount",
    "subscription",
    "cancelled",
    "cause",
    "currency",
)
_REQUIRED = COLUMNS[:3]


class ChurnRate(Record):
    """How many customers left in a window: rate, numerator, denominator, and what it rests on.

    ``rate.counts`` says who was there, came and left; ``rate.by_cause.involuntary.rate`` is the
    part of those whose payment failed; ``rate.annualized`` and ``rate.expected_lifetime_days`` say
    what comes of it if it goes on. ``None`` instead of a number means that there is none: without
    customers there is no churn rate of 0.
    """

    __slots__ = ("_arguments", "_snapshot")

    _snapshot: Snapshot
    _arguments: dict[str, Any]
    rate: float | None
    numerator: int | None
    denominator: int | None
    events: int
    counts: Any
    by_cause: Any
    annualized: float | None
    expected_lifetime_days: float | None
    definition: Any
    subscriptions: Any
    window: Any

    def __init__(self, snapshot: Snapshot, arguments: dict[str, Any]) -> None:
        fields = snapshot.ask("churn_rate", **arguments)
        super().__init__({name: wrap(value) for name, value in fields.items()})
        object.__setattr__(self, "_snapshot", snapshot)
        object.__setattr__(self, "_arguments", arguments)

    def interval(self, level: float | None = None, method: str | None = None) -> Interval | None:
        """The interval of the rate: Wilson's for a share, exact Poisson limits for other rates.

        ``None`` without a denominator.
        """
        if level is None and method is None:
            return self._fields["interval"]
        arguments = {**self._arguments, **_given({"level": level, "method": method})}
        return wrap(self._snapshot.ask("churn_rate", **arguments)["interval"])

    def confidence_sequence(
        self, level: float | None = None, method: str | None = None
    ) -> Interval | None:
        """Limits that hold their level however often a live rate is looked at; of shares only."""
        arguments = {**self._arguments, **_given({"level": level, "method": method})}
        return wrap(self._snapshot.ask("confidence_sequence", **arguments))

    def compare(
        self, other: ChurnRate, *, level: float | None = None, method: str | None = None
    ) -> Comparison:
        """The rate minus the other's, of another window or other customers, with its test."""
        window = {
            "other_start": other.window.start,
            "other_end": other.window.end,
            "other_definition": other.definition.to_dict(),
        }
        chosen = {name: self._arguments[name] for name in _OF_WINDOW if name in self._arguments}
        arguments = {**chosen, **window, **_given({"method": method})}

        def ask(**more: Any) -> dict[str, Any]:
            return self._snapshot.compare(other._snapshot, **arguments, **_given(more))

        return Comparison(ask(level=level), ask)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._snapshot, self._arguments)

    def __repr__(self) -> str:
        text = f"churn rate {_text.number(self.rate, '%')}"
        if self.rate is not None:
            text += " %"
        interval = self.interval()
        if interval is not None:
            text += f" ({_text.interval(interval, '%')})"
        if self.numerator is not None:
            text += f", {self.numerator:,} / {self.denominator:,}"
        return f"{text}; {_text.words(self.definition.formula)}, {_days(self.window)}"


class RevenueRetention(Record):
    """What became of the recurring revenue of a window: gross, net, and how it moved.

    ``retention.movements`` holds start, new, expansion, contraction, churn, reactivation and end,
    in minor units; start and movements add up to the end, always. Gross and net retention compare
    each customer at both ends of the window.
    """

    __slots__ = ()

    gross: float | None
    net: float | None
    movements: Any
    gross_churn: Any
    net_churn: Any
    net_churn_offset: Any
    quick_ratio: Any
    quick_ratio_with_reactivation: Any
    customers_at_start: int
    window: Any

    def plot(self, *, ax: Axes | None = None, **options: Any) -> Axes:
        """The movements as a waterfall; see ``cxm.plots.revenue_waterfall``."""
        from .plots import revenue_waterfall

        return revenue_waterfall(self, ax=ax, **options)

    def __repr__(self) -> str:
        shares = ", ".join(
            f"{name} {_text.number(value, '%')}" + (" %" if value is not None else "")
            for name, value in (("gross", self.gross), ("net", self.net))
        )
        moved = self.movements
        return (
            f"revenue retention: {shares}; {moved.start:,} to {moved.end:,}, {_days(self.window)}"
        )


#: What a window and a definition are asked by; levels and methods are not part of them.
_OF_WINDOW = ("start", "end", "months", "day_offset_minutes", "definition")


class SubscriptionsReadings:
    """What a ledger of subscriptions and its report can be asked."""

    __slots__ = ()

    def churn_rate(
        self,
        start: Any,
        end: Any = None,
        definition: str | Mapping[str, Any] = "start_cohort",
        *,
        months: int | None = None,
        day_offset_minutes: int | None = None,
        level: float | None = None,
        method: str | None = None,
    ) -> ChurnRate:
        """The churn rate of a window, by any published definition; see ``cxm.churn_rate``."""
        window = _window(start, end, months, day_offset_minutes)
        asked = {**window, "definition": definition, "level": level, "method": method}
        return ChurnRate(_state(self), _given(asked))

    def revenue_retention(
        self,
        start: Any,
        end: Any = None,
        *,
        months: int | None = None,
        day_offset_minutes: int | None = None,
    ) -> RevenueRetention:
        """What became of the recurring revenue of a window; see ``cxm.revenue_retention``."""
        window = _given(_window(start, end, months, day_offset_minutes))
        return RevenueRetention(wrap(_state(self).ask("revenue_retention", **window))._fields)

    def churn_definitions(self) -> dict[str, str]:
        """The named definitions of the churn rate, each with one line on what it is."""
        listed = _state(self).ask("churn_definitions")
        return {entry["name"]: entry["summary"] for entry in listed}


def _state(given):
    """The state of a report, or of a calculator as it is now."""
    return given._snapshot if isinstance(given, Report) else given.snapshot_()


def _window(start, end, months, day_offset_minutes):
    return {
        "start": start,
        "end": end,
        "months": months,
        "day_offset_minutes": day_offset_minutes,
    }


def _days(window):
    """A window in words, with the time of day where it does not begin at midnight."""
    return " to ".join(_moment(getattr(window, name)) for name in ("start", "end"))


def _moment(microseconds):
    epoch = datetime.datetime(1970, 1, 1)
    try:
        moment = epoch + datetime.timedelta(microseconds=microseconds)
    except OverflowError:
        return f"{microseconds} µs"
    whole = moment.time() == datetime.time()
    return moment.date().isoformat() if whole else f"{moment.isoformat(' ')} UTC"


def _report(spans, columns, ledger):
    """The report of whatever spans are given as."""
    if isinstance(spans, Report):
        return spans
    if isinstance(spans, _cxm.Calculator):
        return spans.report()
    from ._calculators import CLASSES

    calculator = CLASSES["subscriptions"](**ledger)
    calculator.update(**_columns(spans, columns))
    return calculator.report()


def _columns(frame, columns):
    """The columns of a frame under their own names, or under those that ``columns`` gives."""
    names = dict(columns or {})
    unknown = [name for name in names if name not in COLUMNS]
    if unknown:
        raise TypeError(f"no column {', '.join(unknown)} of spans; there are {', '.join(COLUMNS)}")
    known = getattr(frame, "column_names", None)
    known = getattr(frame, "columns", None) if known is None else known
    known = list(frame.keys()) if known is None and hasattr(frame, "keys") else known
    known = () if known is None else [str(name) for name in known]
    wanted = {
        name: names.get(name, name)
        for name in COLUMNS
        if name in names or name in _REQUIRED or name in known
    }
    found = _frames.columns(frame, wanted.values())
    return {name: found[column] for name, column in wanted.items()}


_DOC = """Who subscribed from when to when: the report that churn rates and retention are read from.

``spans``: a data frame or a dict of columns; ``columns`` names those that are called otherwise: see
``cxm.churn_rate``. The report has ``churn_rate``, ``revenue_retention`` and ``churn_definitions``.

The remaining keywords are the definition; see ``cxm.Subscriptions``.
"""

_DOC_SPANS = """
    ``spans``: a pandas or polars DataFrame, a pyarrow Table, a DuckDB relation, a dict of columns,
    with the columns customer, start and end, and where known amount, subscription, cancelled, cause
    and currency; or a ``cxm.Subscriptions``. ``columns={"customer": "account_id"}`` names columns
    that are called otherwise. A span runs from its start up to but not including its end; without
    an end it is open. Amounts are recurring, in minor units (cents).

    ``start``, ``end``: dates, datetimes or ISO texts. A time without an offset is in UTC; whose
    midnight is meant, the offset says: ``"2024-03-01T00:00+01:00"``. Instead of ``end``,
    ``months=1`` goes to the same day of the next month.
"""


def churn_rate(
    spans: Any,
    start: Any,
    end: Any = None,
    definition: str | Mapping[str, Any] = "start_cohort",
    *,
    months: int | None = None,
    day_offset_minutes: int | None = None,
    level: float | None = None,
    method: str | None = None,
    columns: Mapping[str, str] | None = None,
    **ledger: Any,
) -> ChurnRate:
    # The definitions of the core's list stand below; see `_document`.
    report = _report(spans, columns, ledger)
    return report.churn_rate(
        start,
        end,
        definition,
        months=months,
        day_offset_minutes=day_offset_minutes,
        level=level,
        method=method,
    )


def revenue_retention(
    spans: Any,
    start: Any,
    end: Any = None,
    *,
    months: int | None = None,
    day_offset_minutes: int | None = None,
    columns: Mapping[str, str] | None = None,
    **ledger: Any,
) -> RevenueRetention:
    report = _report(spans, columns, ledger)
    return report.revenue_retention(
        start, end, months=months, day_offset_minutes=day_offset_minutes
    )


def _document(definitions):
    """Gives both functions their pages; the definitions are those of the core's list."""
    listed = "".join(f"        {name}: {summary}\n" for name, summary in definitions.items())
    churn_rate.__doc__ = (
        "The churn rate of a window, by a definition that is part of the answer.\n"
        f"{_DOC_SPANS}\n"
        "    ``definition``: a name, or a dict of an optional ``preset`` and of fields that\n"
        '    differ from it: ``{"preset": "person_time", "cause": "involuntary"}``. Names:\n\n'
        f"{listed}\n"
        "    ``level`` and ``method`` are those of the interval. Further keywords are the\n"
        "    definition of the ledger: who churns and when; see ``cxm.Subscriptions``.\n    "
    )
    revenue_retention.__doc__ = (
        "What became of the recurring revenue of a window: gross, net, movements.\n"
        f"{_DOC_SPANS}\n"
        "    Further keywords are the definition of the ledger; see ``cxm.Subscriptions``.\n    "
    )
    for function in (churn_rate, revenue_retention, ChurnRate, RevenueRetention):
        function.__module__ = "cxm"

"""Survival curves: what `cxm.Lifetimes` is asked for."""

from __future__ import annotations

from . import _text
from ._asking import is_column, like, limits
from ._columns import ColumnTable
from ._results import Record, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

    from ._cxm import Snapshot


def _given(arguments):
    return {name: value for name, value in arguments.items() if value is not None}


class Curve:
    """A curve over time, read from the counts of lifetimes; it never changes.

    A time may be one number or a column: a column comes back in the library that it came in. Beyond
    the last time that anybody was watched there is no answer, which is None.
    """

    __slots__ = ("_arguments", "_snapshot")

    _snapshot: Snapshot
    _arguments: dict[str, Any]
    _name = ""

    def __init__(self, snapshot: Snapshot, arguments: dict[str, Any] | None = None) -> None:
        object.__setattr__(self, "_snapshot", snapshot)
        object.__setattr__(self, "_arguments", arguments or {})

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a curve never changes", name=name, obj=self)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._snapshot, self._arguments)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return (self._snapshot, self._arguments) == (other._snapshot, other._arguments)

    __hash__ = None  # type: ignore[assignment]

    def table(self, times: Any = None, **options: Any) -> ColumnTable:
        """The curve with its limits, one row a time.

        Without ``times``, those at which anybody left or was last seen. ``level`` and ``method``
        are those of the limits.
        """
        asked = {**self._arguments, **options, "times": times}
        return ColumnTable(self._snapshot.tabulate(self._name, **_given(asked)))

    def to_pandas(self) -> Any:
        """The curve as a pandas DataFrame."""
        return self.table().to_pandas()

    def to_frame(self) -> Any:
        """The same as :meth:`to_pandas`."""
        return self.to_pandas()

    def to_polars(self) -> Any:
        """The curve as a polars DataFrame."""
        return self.table().to_polars()

    def to_pyarrow(self) -> Any:
        """The curve as a pyarrow Table."""
        return self.table().to_pyarrow()

    def _read(self, name, times, **options):
        """One column of the curve at a time, or at a column of times."""
        if not is_column(times):
            return self._rows(self.table([times], **options))[name][0]
        return like(self._rows(self.table(times, **options))[name], times, name)

    def _between(self, name, times, level, method, **options):
        options |= {"level": level, "method": method}
        asked = {**_default(self._name, "level"), **_default(self._name, "method")}
        level, method = ((options[key] or asked[key]) for key in ("level", "method"))
        column = is_column(times)
        rows = self._rows(self.table(times if column else [times], **options))
        if not column and rows["lower"][0] is None:
            return None
        found = rows[name], rows["lower"], rows["upper"]
        return limits(found, times if column else None, level, method)

    def _rows(self, table):
        return table

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _default(table, parameter):
    """The core's default of an argument."""
    from ._calculators import ENTRIES

    listed = next(t for t in ENTRIES["lifetimes"]["tables"] if t["name"] == table)
    found = next(p for p in listed["parameters"] if p["name"] == parameter)
    return {parameter: found["default"]}


class KaplanMeier(Curve):
    """The share of customers that is still there at each time, by Kaplan and Meier."""

    __slots__ = ()
    _name = "kaplan_meier"

    def _ask(self, question, **arguments):
        return wrap(self._snapshot.ask(question, **_given({**self._arguments, **arguments})))

    def survival(self, time: Any) -> Any:
        """The share that stays longer than a time, or than each of a column."""
        return self._read("survival", time)

    def standard_error(self, time: Any) -> Any:
        """Greenwood's standard error of that share."""
        return self._read("standard_error", time)

    def interval(self, time: Any, level: float | None = None, method: str | None = None) -> Any:
        """The interval of that share; for a column of times, columns value, lower, upper.

        ``method``: ``log_log``, ``log``, ``plain``, ``logit`` or ``arcsine``.
        """
        return self._between("survival", time, level, method)

    def quantile(
        self,
        probability: Any,
        level: float | None = None,
        method: str | None = None,
        flat: str | None = None,
    ) -> Any:
        """The ``time`` by which a share has left, and its limits ``lower`` and ``upper``.

        For a column of shares, a table. ``flat`` says which time it is where the curve stays at
        the share for a while: its ``middle`` or its ``earliest``.
        """
        options = {"level": level, "method": method, "flat": flat}
        if not is_column(probability):
            return self._quantile(probability, options)
        found = [self._quantile(p, options) for p in probability]
        names = ("probability", "time", "lower", "upper")
        columns = [(name, "float64", [getattr(row, name) for row in found]) for name in names]
        return _table_of(columns)

    def _quantile(self, probability, options):
        asked = _given({**self._arguments, **options, "probability": probability})
        return Record(self._snapshot.ask("survival_quantile", **asked))

    @property
    def median(self) -> float | None:
        """The time by which half have left; None where the curve does not come down that far."""
        return self._ask("kaplan_meier", times=[]).median

    @property
    def small_risk_set(self) -> Record | None:
        """Where a few who were watched early rule the curve; ``start_time`` leaves them out."""
        return self._ask("kaplan_meier", times=[]).small_risk_set

    def restricted_mean(self, horizon: float, level: float | None = None) -> Record:
        """The mean time spent before a horizon, with its standard error and interval."""
        return self._ask("restricted_mean", horizon=horizon, level=level)

    def conditional_survival(self, stayed: float, until: float) -> float | None:
        """The share of those who stayed longer than one time that stays longer than another."""
        return self._ask("conditional_survival", stayed=stayed, until=until)

    def risk_table(self, times: Any = None) -> ColumnTable:
        """How many are at risk at each time, and how many left or were last seen by then."""
        return ColumnTable(self._snapshot.tabulate("risk_table", **_given({"times": times})))

    def plot(self, **options: Any) -> Axes:
        """The curve with its interval and the risk table; see ``cxm.plots.survival_curves``."""
        from .plots import survival_curves

        return survival_curves(self, **options)

    def __repr__(self) -> str:
        figures = self._snapshot.report()
        median = self._quantile(_HALF, {})
        text = f"Kaplan–Meier curve of {figures['lifetimes']:,} lifetimes, "
        text += f"{figures['events']:,} events; "
        if median.time is None:
            text += "the median is not reached"
        else:
            text += f"median {_text.number(median.time)}"
            limits = f"{_text.number(median.lower)} to {_text.number(median.upper)}"
            how = f"{_text.percent(median.level)} {_text.method(median.method)} interval"
            text += f" ({how} {limits})"
        small = self._ask("kaplan_meier", times=[]).small_risk_set
        if small is not None:
            text += f"; a small early risk set rules it up to {small.time:g}"
        return text


#: The quantile that is called the median.
_HALF = 1 / 2


class NelsonAalen(Curve):
    """How much risk of leaving has built up by each time, by Nelson and Aalen."""

    __slots__ = ()
    _name = "nelson_aalen"

    def hazard(self, time: Any) -> Any:
        """The cumulative hazard at a time, or at each of a column."""
        return self._read("hazard", time)

    def standard_error(self, time: Any) -> Any:
        """Its standard error."""
        return self._read("standard_error", time)

    def interval(self, time: Any, level: float | None = None, method: str | None = None) -> Any:
        """Its interval; ``method`` is ``log`` or ``plain``."""
        return self._between("hazard", time, level, method)

    def plot(self, **options: Any) -> Axes:
        """The hazard with its interval; see ``cxm.plots.cumulative_hazard``."""
        from .plots import cumulative_hazard

        return cumulative_hazard(self, **options)

    def __repr__(self) -> str:
        figures = self._snapshot.report()
        lifetimes, events = figures["lifetimes"], figures["events"]
        return f"Nelson–Aalen hazard of {lifetimes:,} lifetimes, {events:,} events"


class AalenJohansen(Curve):
    """The share that has left for each cause by each time, by Aalen and Johansen."""

    __slots__ = ()
    _name = "aalen_johansen"

    @property
    def causes(self) -> list[Any]:
        """The causes, in their order."""
        found = self._snapshot.ask("aalen_johansen", times=[])
        return [cause["cause"] for cause in found["causes"]]

    def cumulative_incidence(self, cause: Any, time: Any) -> Any:
        """The share that has left for a cause by a time, or by each of a column."""
        return self._of(cause)._read("incidence", time)

    def standard_error(self, cause: Any, time: Any) -> Any:
        """Its standard error."""
        return self._of(cause)._read("standard_error", time)

    def interval(
        self, cause: Any, time: Any, level: float | None = None, method: str | None = None
    ) -> Any:
        """Its interval; the methods are those of a survival curve."""
        return self._of(cause)._between("incidence", time, level, method)

    def _of(self, cause):
        known = self.causes
        if cause not in known:
            from .errors import NotFoundError

            listed = ", ".join(map(str, known)) or "none"
            raise NotFoundError(f"no cause {cause!r}; there are {listed}")
        return _OneCause(self._snapshot, {**self._arguments, "cause": cause})

    def plot(self, **options: Any) -> Axes:
        """The shares of all causes; see ``cxm.plots.cumulative_incidence``."""
        from .plots import cumulative_incidence

        return cumulative_incidence(self, **options)

    def __repr__(self) -> str:
        causes = ", ".join(map(str, self.causes)) or "none"
        lifetimes = self._snapshot.report()["lifetimes"]
        return f"Aalen–Johansen incidence of {lifetimes:,} lifetimes by cause: {causes}"


class _OneCause(Curve):
    """The rows of one cause."""

    __slots__ = ()
    _name = "aalen_johansen"

    def table(self, times: Any = None, **options: Any) -> ColumnTable:
        cause = self._arguments["cause"]
        whole = ColumnTable(
            self._snapshot.tabulate(self._name, **_given({**options, "times": times}))
        )
        rows = [row for row, found in enumerate(whole["cause"].to_list()) if found == cause]
        names = [name for name in whole.columns if name != "cause"]
        columns = [(name, "float64", [whole[name][row] for row in rows]) for name in names]
        return _table_of(columns)


def _table_of(columns):
    from . import _cxm

    return ColumnTable(_cxm.Table.of_lists(columns))


def _snapshot_of(lifetimes: Any) -> Snapshot:
    return lifetimes.snapshot_()


class LifetimesReadings:
    """What lifetimes can be asked beside their report: curves, tables, shares."""

    __slots__ = ()

    def kaplan_meier(self, start_time: float | None = None) -> KaplanMeier:
        """The survival curve; with ``start_time``, of those who stayed longer than that."""
        return KaplanMeier(_snapshot_of(self), _given({"start_time": start_time}))

    def nelson_aalen(self, ties: str | None = None) -> NelsonAalen:
        """The cumulative hazard; events at one time count ``together`` or ``one_by_one``."""
        return NelsonAalen(_snapshot_of(self), _given({"ties": ties}))

    def aalen_johansen(self) -> AalenJohansen:
        """The share that has left for each cause."""
        return AalenJohansen(_snapshot_of(self))

    def conditional_survival(self, stayed: float, until: float) -> float | None:
        """The share of those who stayed longer than one time that stays longer than another."""
        return self.kaplan_meier().conditional_survival(stayed, until)

    def life_table(self, cuts: Any) -> ColumnTable:
        """Survival by intervals of tenure that end at ``cuts``, by the actuarial method."""
        return ColumnTable(_snapshot_of(self).tabulate("life_table", cuts=cuts))

    def tenure_rates(self, cuts: Any) -> ColumnTable:
        """Events per unit of time at risk in bands of tenure that end at ``cuts``."""
        return ColumnTable(_snapshot_of(self).tabulate("tenure_rates", cuts=cuts))

    def risk_table(self, times: Any = None) -> ColumnTable:
        """How many are at risk at each time, and how many left or were last seen by then."""
        return ColumnTable(_snapshot_of(self).tabulate("risk_table", **_given({"times": times})))

"""Cohorts: who comes back, as a table of the cohorts by the ages."""

from __future__ import annotations

from . import _frames
from ._calculators import CLASSES
from ._columns import _from_lists

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

#: Columns of an age in the long table, with the type of their wide table.
_WIDE = {
    "share": "float64",
    "customers": "uint64",
    "revenue_minor": "int64",
    "revenue_per_head": "float64",
}


class Cohorts:
    """Of those who were first active in a period, how many were active at each age after it.

    Made by ``cxm.cohorts``. ``shares``, ``customers`` and ``revenue_per_head`` have one row a
    cohort and one column an age; a cell is None until it is over for everybody in its cohort.
    ``averages`` has one row an age, ``sizes`` one row a cohort, ``table`` one row a cohort and age
    with the intervals. All are tables of the library whose frame went in. ``plot()`` draws the
    shares.
    """

    __slots__ = ("_averages", "_frame", "_long", "_sizes", "arguments")

    def __init__(self, activity: Any, frame: Any, arguments: dict[str, Any]) -> None:
        given = {name: value for name, value in arguments.items() if value is not None}
        self._frame = frame
        #: What was asked, by keyword.
        self.arguments = given
        self._long = activity.tabulate("cohorts", **given)
        self._averages = activity.tabulate("retention", **given)
        of_sizes = ("period", "week_start", "born_from", "until")
        sizes = {name: given[name] for name in of_sizes if name in given}
        self._sizes = activity.tabulate("cohort_sizes", **sizes)

    def _like(self, table):
        return _frames.like(table, self._frame)

    @property
    def table(self) -> Any:
        """One row a cohort and age: customers, share with its limits, revenue."""
        return self._like(self._long)

    @property
    def averages(self) -> Any:
        """One row an age, over the cohorts for which it is over: weighted by size, and plain."""
        return self._like(self._averages)

    @property
    def sizes(self) -> Any:
        """One row a cohort: its period, its size, and whether it is whole."""
        return self._like(self._sizes)

    @property
    def ages(self) -> list[str]:
        """The ages as they head the columns: ``3``, ``3+`` for on or after, ``1-30``."""
        return [_age(*pair) for pair in self._pairs()]

    def _pairs(self):
        ends = self._averages["last_age"].to_list()
        return list(zip(self._averages["age"].to_list(), ends, strict=True))

    def wide(self, column: str = "share") -> Any:
        """One row a cohort, one column an age, of a column of the long table."""
        return self._like(self._wide(column))

    def _wide(self, column):
        if column not in _WIDE:
            from .errors import NotFoundError

            raise NotFoundError(f'no cells of "{column}"; there are {", ".join(_WIDE)}')
        cohorts = self._sizes["cohort"].to_list()
        rows = dict(zip(cohorts, range(len(cohorts)), strict=True))
        places = {age: place for place, (age, _) in enumerate(self._pairs())}
        cells = [[None] * len(cohorts) for _ in places]
        columns = (self._long[name].to_list() for name in ("cohort", "age", column))
        for cohort, age, value in zip(*columns, strict=True):
            cells[places[age]][rows[cohort]] = value
        lists = [("cohort", "date", cohorts), ("size", "uint64", self._sizes["size"].to_list())]
        lists += [(age, _WIDE[column], cells[place]) for place, age in enumerate(self.ages)]
        return _from_lists(lists)

    @property
    def shares(self) -> Any:
        """The share of each cohort at each age; None where the age is not over."""
        return self.wide("share")

    @property
    def customers(self) -> Any:
        """The customers of each cohort at each age; None where the age is not over."""
        return self.wide("customers")

    @property
    def revenue_per_head(self) -> Any:
        """Revenue by the size of the cohort at each age; None where it is not known."""
        return self.wide("revenue_per_head")

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """A heat map of the shares; cells that are not over are blank."""
        from .plots import retention_heat_map

        return retention_heat_map(self, ax=ax)

    def to_pandas(self) -> Any:
        """The long table as a pandas DataFrame."""
        return self._long.to_pandas()

    def to_polars(self) -> Any:
        """The long table as a polars DataFrame."""
        return self._long.to_polars()

    def to_pyarrow(self) -> Any:
        """The long table as a pyarrow Table."""
        return self._long.to_pyarrow()

    def to_dict(self) -> dict[str, list[Any]]:
        """The long table as a dict of columns."""
        return self._long.to_dict()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """The long table as one Arrow stream."""
        return self._long.__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return len(self._sizes)

    def __repr__(self) -> str:
        return repr(self._wide("share"))

    def _repr_html_(self) -> str:
        return self._wide("share")._repr_html_()


def _age(first, last):
    if last is None:
        return f"{first}+"
    return str(first) if first == last else f"{first}-{last}"


def cohorts(
    activity: Any,
    *,
    customer: str | None = None,
    time: str | None = None,
    amount: str | None = None,
    period: str = "month",
    kind: Any = "on",
    clock: str = "calendar",
    days: int | None = None,
    week_start: str = "monday",
    born_from: Any = None,
    until: Any = None,
    max_age: int | None = None,
    level: float | None = None,
    **definition: Any,
) -> Cohorts:
    """Retention by cohort: of those who came in a period, who was active how long after it.

        >>> import cxm
        >>> log = {"id": [1, 1, 2], "day": ["2024-01-05", "2024-02-03", "2024-01-31"]}
        >>> cxm.cohorts(log, customer="id", time="day", until="2024-02-29").shares.rows
        [{'cohort': datetime.date(2024, 1, 1), 'size': 2, '0': 1.0, '1': 0.5}]

    ``activity``: a ``cxm.Activity``, or a data frame (pandas, polars, pyarrow, DuckDB, a dict of
    columns) with columns ``customer`` and ``time``, unless they are named otherwise; ``amount``
    names the one for revenue. The tables of the answer are then of the frame's own library.

    ``period``: ``day``, ``week`` from ``week_start`` on, ``month``, ``quarter`` or ``year`` of the
    calendar, by which customers are put into cohorts. ``clock``: ``calendar`` counts ages in these
    periods, ``rolling`` in ``days`` from each customer's own first activity (1, 7, 30, 91 or 365 if
    it is left out). ``kind``: ``on`` counts who is active at an age, ``on_or_after`` who is active
    then or later, a list of ages who is active within each bracket, from one of them up to but
    not including the next.

    ``until`` is the last day that is looked at. A cell that is not over by then for all of its
    cohort is None and in no average. Customers first active before ``born_from`` are in no cohort.
    The remaining keywords are the definition of a ``cxm.Activity``, such as
    ``day_offset_minutes=60`` or ``preset="major_units"``.
    """
    frame = None
    if not isinstance(activity, CLASSES["activity"]):
        frame = activity
        activity = CLASSES["activity"](**definition)
        named = {"customer": customer or "customer", "time": time or "time", "amount": amount}
        activity.update(frame, **{name: column for name, column in named.items() if column})
    elif definition or customer or time or amount:
        raise TypeError("a cxm.Activity has its definition and its rows already")
    arguments = {
        "period": period,
        "kind": list(kind) if not isinstance(kind, str) else kind,
        "clock": clock,
        "days": days,
        "week_start": week_start,
        "born_from": born_from,
        "until": until,
        "max_age": max_age,
        "level": level,
    }
    return Cohorts(activity, frame, arguments)

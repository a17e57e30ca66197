"""Journeys: what `cxm.Journeys` is asked for."""

from __future__ import annotations

from . import _cxm
from ._columns import ColumnTable
from ._customer_view import CustomerFigures, CustomerView, figure
from ._results import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta
    from os import PathLike
    from typing import Any

    from matplotlib.axes import Axes


def _asked(journeys: Any) -> Any:
    """The calculator behind the readings, which is asked as it is: a copy would cost its size."""
    return journeys


def _given(arguments):
    return {name: value for name, value in arguments.items() if value is not None}


class Funnel(Record):
    """How many journeys came how far along the steps of a funnel."""

    __slots__ = ()

    steps: list[dict[str, Any]]
    reached: list[int]
    journeys: int
    converted: int
    open: int
    dropped: int
    time_from_earliest_start: dict[str, Any] | None
    time_from_latest_start: dict[str, Any] | None

    def table(self) -> ColumnTable:
        """One row a step: how many reached it, of those that entered and of the step before."""
        # Made of the fields: to ask for the table would count all journeys once more.
        steps = self._fields["steps"]
        names = [step["touchpoint"] for step in steps]
        whole = all(isinstance(name, int) for name in names)
        limits = [step["interval"] or {} for step in steps]
        columns = [
            ("touchpoint", "int64", names) if whole else ("touchpoint", "text", [*map(str, names)]),
            ("reached", "uint64", [step["reached"] for step in steps]),
            ("share", "float64", [step["share"] for step in steps]),
            ("share_of_previous", "float64", [step["share_of_previous"] for step in steps]),
            ("lower", "float64", [limit.get("lower") for limit in limits]),
            ("upper", "float64", [limit.get("upper") for limit in limits]),
        ]
        return ColumnTable(_cxm.Table.of_lists(columns))

    def to_pandas(self) -> Any:
        """The steps as a pandas DataFrame."""
        return self.table().to_pandas()

    def to_polars(self) -> Any:
        """The steps as a polars DataFrame."""
        return self.table().to_polars()

    def plot(self, **options: Any) -> Axes:
        """Bars of those who reached each step; see ``cxm.plots.journey_funnel``."""
        from ._journey_plots import journey_funnel

        return journey_funnel(self, **options)

    def __repr__(self) -> str:
        steps = " → ".join(
            f"{step['touchpoint']} {step['reached']:,}" for step in self._fields["steps"]
        )
        counts = ", ".join(f"{self._fields[n]:,} {n}" for n in ("converted", "open", "dropped"))
        return f"Funnel of {self.journeys:,} journeys: {steps}; {counts}"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


class JourneysReadings:
    """What journeys can be asked beside their report and their tables."""

    __slots__ = ()

    def _read(self, name: str, **arguments: Any) -> ColumnTable:
        return ColumnTable(_asked(self).tabulate_(name, **_given(arguments)))

    @property
    def sessions(self) -> ColumnTable:
        """The journeys one by one: customer, times, events, status, scores, value."""
        return self._read("journeys")

    def customer(
        self,
        customer: Any,
        *,
        at: datetime | str | int | None = None,
        lifecycle: Mapping[str, Any] | None = None,
        most: int | None = None,
        level: float | None = None,
        lifetime_value: CustomerFigures | Mapping[str, Any] | float | None = None,
        churn_risk: CustomerFigures | Mapping[str, Any] | float | None = None,
    ) -> CustomerView:
        """What is known of one customer: lifecycle, contacts, open journeys, scores, value.

        ``at``: when the question is asked; the latest time of the log unless given, and never
        earlier. ``lifecycle``: what tells how far the relationship has come, of ``purchase``,
        ``lead`` and ``advocate`` (touchpoints), ``loyal_purchases`` and ``lapsed_after``; it is
        part of the answer. ``most``: rows of each list. ``lifetime_value`` and ``churn_risk`` are
        attached as they are: figures of many customers, a number, or a dict of ``value``,
        ``source`` and where known ``lower``, ``upper``, ``level``; see
        ``cxm.journeys.CustomerFigures``. An unknown customer is a ``NotFoundError``. It is cheap
        enough to be asked after each event.
        """
        asked = {
            "at": at,
            "lifecycle": lifecycle,
            "most": most,
            "level": level,
            "lifetime_value": figure(lifetime_value, customer),
            "churn_risk": figure(churn_risk, customer),
        }
        return CustomerView(_asked(self).ask_("customer", customer=customer, **_given(asked)))

    def transitions(self, ends: bool | None = None) -> ColumnTable:
        """Which touchpoint follows which, how often, how likely and after how long.

        ``ends``: whether START and END are touchpoints, and END one of the ways to leave.
        Durations are microseconds.
        """
        return self._read("transitions", ends=ends)

    def step_matrix(self, steps: int | None = None, anchor: Any = None) -> ColumnTable:
        """The share of journeys at each touchpoint at each of their first steps.

        ``anchor``: the touchpoint that is step 0; steps then go to both sides of it.
        """
        return self._read("step_matrix", steps=steps, anchor=anchor)

    def step_flows(self, steps: int | None = None, anchor: Any = None) -> ColumnTable:
        """How many journeys go from which touchpoint to which between two steps.

        END follows the last event once. ``anchor``: the touchpoint that is step 0; steps then go to
        both sides of it.
        """
        return self._read("step_flows", steps=steps, anchor=anchor)

    def variants(self, collapse_runs: bool | None = None, most: int | None = None) -> ColumnTable:
        """The different paths, the most frequent first.

        ``collapse_runs``: whether repetitions right after each other count once; ``most``: the
        most rows.
        """
        return self._read("variants", collapse_runs=collapse_runs, most=most)

    def funnel(
        self,
        steps: Sequence[Any],
        window: timedelta | int | None = None,
        start: str | None = None,
        order: str | None = None,
        *,
        entry: str | None = None,
        exclude: Sequence[Any] | None = None,
        step_windows: Sequence[timedelta | int] | None = None,
        level: float | None = None,
    ) -> Funnel:
        """How many journeys come how far along these touchpoints.

        ``window``: the longest time from the first step to the last; ``step_windows``: from each
        step to the next. ``start``: ``any`` event at the first step may begin, or the journey's
        ``first``. ``order``: ``ordered``, ``strict`` (neighbours) or ``unordered``. ``entry``:
        ``closed`` (at the first step) or ``open`` (at any, without windows and exclusions).
        ``exclude``: touchpoints that must not come between the steps. Times are timedeltas or
        microseconds.
        """
        asked = _given(
            {
                "steps": list(steps),
                "window": window,
                "start": start,
                "order": order,
                "entry": entry,
                "exclude": exclude,
                "step_windows": step_windows,
                "level": level,
            }
        )
        return Funnel(_asked(self).ask_("funnel", **asked))

    def attribution(
        self,
        method: str | Sequence[str] | None = None,
        *,
        half_life: timedelta | int | None = None,
        direct: Sequence[str] | None = None,
        weights: Sequence[int] | None = None,
        order: int | None = None,
        include_nulls: bool | None = None,
        level: float | None = None,
    ) -> ColumnTable:
        """Which touchpoints earned the conversions: one row a touchpoint.

        The definition needs a ``goal``; the touchpoints before it share the conversion. ``method``:
        first, last, last_non_direct (with ``direct``), linear, position (with ``weights``),
        time_decay (with ``half_life``), j, inverse_j, markov (with ``order`` and
        ``include_nulls``), shapley or shapley_rate. With several, the table has one column of
        conversions a method.
        """
        shared = {
            "direct": direct,
            "weights": weights,
            "order": order,
            "include_nulls": include_nulls,
        }
        if method is None or isinstance(method, str):
            return self._read(
                "attribution", method=method, half_life=half_life, level=level, **shared
            )
        if level is not None or half_life is not None:
            raise TypeError("level and half_life: only for one method")
        return self._read("attribution_comparison", methods=list(method), **shared)

    def measures(
        self,
        measures: Sequence[Mapping[str, Any]],
        *,
        before: timedelta | int | None = None,
        follow_up: timedelta | int | None = None,
        level: float | None = None,
    ) -> ColumnTable:
        """The figure that each measure is to change, before it began and since.

        ``measures``: as a catalogue has them, with ``id``, ``name``, ``kpi``, ``from``, ``status``,
        a ``touchpoint`` or a ``stage``, and where stated ``baseline``, ``target``, ``to`` and
        ``owner``; ``from`` and ``to`` are datetimes, dates, ISO texts or microseconds. ``kpi``:
        mean_score, emotion, negative_share, goal_rate, exit_rate, drop_off_rate (shares within 0
        to 1, of journeys that are over) or volume (contacts a day). ``before``: the length of the
        window before; as long as the one after unless given. ``follow_up``: how long after its
        visit a journey is given to reach its goal, so that recent ones are judged like older ones;
        without it a goal rate is too good while many are open. The limits of the difference are
        Welch's for means, Newcombe's for shares, Wald's for a volume. It is no effect: there is no
        group to compare with, and whatever else changed at that time is in it.
        """
        asked = {"measures": list(measures), "before": before, "follow_up": follow_up}
        return self._read("measures", **asked, level=level)

    def plot_map(self, **options: Any) -> list[Axes]:
        """The journey map: stages, channels, volume, emotions; see ``cxm.plots.journey_map``."""
        from ._journey_plots import journey_map

        return journey_map(self, **options)

    def to_html(
        self,
        path: str | PathLike[str] | None = None,
        *,
        title: str = "Customer journeys",
        funnel: Sequence[Any] | None = None,
        target: float | None = None,
        steps: int = 5,
        methods: Sequence[str] | None = None,
        level: float | None = None,
    ) -> str | None:
        """One HTML page with the pictures and tables of these journeys, in a file or as a text.

        The page needs nothing else: no script, no file, no network. It has the main figures; the
        journey map, where there are ``stages``; pain points, with a ``target`` score; a ``funnel``
        of these touchpoints; the first ``steps`` steps as a Sankey diagram; what follows what; the
        most frequent paths; what conversions are owed to by these ``methods`` of attribution, where
        there is a ``goal``; and what all of it rests on. Needs matplotlib, as ``cxm[plot]`` brings
        it.
        """
        from ._journey_page import journey_page

        html = journey_page(
            self,
            title=title,
            funnel=funnel,
            target=target,
            steps=steps,
            methods=methods,
            level=level,
        )
        if path is None:
            return html
        with open(path, "w", encoding="utf-8") as file:
            file.write(html)
        return None

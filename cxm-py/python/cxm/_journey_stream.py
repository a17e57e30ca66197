"""Journeys while they happen: what `cxm.JourneyStream` is asked for."""

from __future__ import annotations

from ._columns import ColumnTable
from ._journeys import Funnel, _asked, _given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class JourneyStreamReadings:
    """What a stream of journeys can be asked beside its report and its tables.

    The figures are those of ``cxm.Journeys`` over the same events; quantiles of durations are
    within 1.6 %. What waits is read as if nothing would come before it.
    """

    __slots__ = ()

    def _read(self, name: str, **arguments: Any) -> ColumnTable:
        return ColumnTable(_asked(self).tabulate_(name, **_given(arguments)))

    def transitions(self, ends: bool | None = None) -> ColumnTable:
        """Which touchpoint follows which, how often, how likely and after how long.

        ``ends``: whether START and END are touchpoints, and END one of the ways to leave.
        Durations are microseconds.
        """
        return self._read("transitions", ends=ends)

    def step_matrix(self) -> ColumnTable:
        """The share of journeys at each touchpoint at each of the ``steps`` of the definition."""
        return self._read("step_matrix")

    def funnel(self, name: str, *, level: float | None = None) -> Funnel:
        """A funnel that the definition declares, by its name."""
        return Funnel(_asked(self).ask_("funnel", **_given({"name": name, "level": level})))

    def touchpoints(self, *, level: float | None = None) -> ColumnTable:
        """What happens at each touchpoint: events, customers, starts, ends, scores, value."""
        return self._read("touchpoints", level=level)

    def channel_switches(self) -> ColumnTable:
        """Which channel follows which, how often and how likely."""
        return self._read("channel_switches")

    def late_events(self) -> ColumnTable:
        """The events that came too late, where the rule ``late`` is ``"keep"``."""
        return self._read("late_events")

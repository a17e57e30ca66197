"""Pictures of journeys; users find them in ``cxm.plots``."""

from __future__ import annotations

from . import _text
from ._clv_plots import _axes, _finish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

_INK, _PALE, _BLUE = "#333333", "#8a8a8a", "#0072B2"
_SMALL, _TEXT = 8.5, 9.5


def journey_funnel(funnel: Any, *, ax: Axes | None = None) -> Axes:
    """Those who reached each step, of those who entered, with the share of the step before.

    ``funnel`` is what ``cxm.Journeys.funnel`` returns. The thin line on each bar is the interval of
    the share of those who reached the step before.
    """
    steps = funnel.table().to_dict()
    count = len(steps["reached"])
    ax = _axes(ax, 7.5, 1.3 + 0.62 * count)
    most = max([*steps["reached"], 1])
    places = range(count)
    ax.barh(places, steps["reached"], height=0.62, color=_BLUE, alpha=0.85)
    for place in places:
        reached, share = steps["reached"][place], steps["share_of_previous"][place]
        text = f"{reached:,}"
        if share is not None:
            text += f"   {100 * share:.1f} % of the step before"
            before = steps["reached"][place - 1]
            lower, upper = (before * steps[name][place] for name in ("lower", "upper"))
            ax.hlines(place, lower, upper, color=_INK, linewidth=1.4)
        ax.text(
            max(reached, 0) + most * 0.015,
            place,
            text,
            va="center",
            fontsize=_TEXT,
            color=_INK,
        )
    names = [_text.cell(name, "", "") for name in steps["touchpoint"]]
    ax.set_yticks(list(places), names, fontsize=_TEXT)
    ax.set_ylim(count - 0.4, -0.6)
    ax.set_xlim(0, most * 1.42)
    counts = ", ".join(
        f"{getattr(funnel, name):,} {name}" for name in ("converted", "open", "dropped")
    )
    _finish(ax, f"Funnel of {funnel.journeys:,} journeys: {counts}", grid=None)
    ax.set_xticks([])
    return ax


def step_heat_map(table: Any, *, ax: Axes | None = None) -> Axes:
    """The share of journeys at each touchpoint at each step.

    ``table`` is what ``cxm.Journeys.step_matrix`` returns. The most visited touchpoint is on top,
    START and END are at the bottom.
    """
    columns = table.to_dict()
    steps = sorted(set(columns["step"]))
    total: dict[Any, float] = {}
    for touchpoint, share in zip(columns["touchpoint"], columns["share"], strict=True):
        total[touchpoint] = total.get(touchpoint, 0) + share
    names = sorted(total, key=lambda name: (name in ("START", "END"), -total[name]))
    rows = {name: row for row, name in enumerate(names)}
    places = {step: place for place, step in enumerate(steps)}
    grid = [[0.0] * len(steps) for _ in names]
    for step, name, share in zip(
        columns["step"], columns["touchpoint"], columns["share"], strict=True
    ):
        grid[rows[name]][places[step]] = share
    ax = _axes(ax, 2.6 + 0.55 * max(len(steps), 4), 1.4 + 0.32 * len(names))
    ax.pcolormesh(grid, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=0.8)
    for row, cells in enumerate(grid):
        for place, share in enumerate(cells):
            if share >= 0.005:
                colour = "white" if share > 0.55 else _INK
                ax.text(
                    place + 0.5,
                    row + 0.5,
                    f"{100 * share:.0f}",
                    ha="center",
                    va="center",
                    fontsize=_SMALL,
                    color=colour,
                )
    ax.set_yticks(
        [row + 0.5 for row in range(len(names))], [str(n) for n in names], fontsize=_SMALL
    )
    ax.set_xticks([place + 0.5 for place in range(len(steps))], steps, fontsize=_SMALL)
    ax.invert_yaxis()
    ax.set_xlabel("step", fontsize=_SMALL, color=_PALE)
    _finish(ax, "Journeys at each step, in per cent", grid=None)
    return ax

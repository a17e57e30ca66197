"""Pictures of scored predictions; users find them in ``cxm.plots``."""

from __future__ import annotations

from . import _text
from ._clv_plots import _axes, _finish, _pair
from ._survival_plots import _BELOW, _percent, _subtitle

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

_BLUE, _INK, _PALE = "#0072B2", "#333333", "#8a8a8a"
_SMALL, _TEXT = 8.5, 9.5
#: Points of a gains curve.
_POINTS = 200


def lift_and_gains(scores: Any, *, groups: int | None = None, axes: Any = None) -> Any:
    """Which part of those who left is found in the top of the list, and the lift of each group.

    Returns both axes: gains, and lift by ``groups`` of equal size, deciles unless told otherwise.
    """
    left, right = _pair() if axes is None else axes
    curve, table = scores.lift(_POINTS), scores.lift(groups)
    figures = _figures(scores)
    if len(table):
        shares, gains = [0.0, *curve["share"]], [0.0, *(gain or 0.0 for gain in curve["gain"])]
        left.plot(shares, gains, color=_BLUE, linewidth=1.8)
        best = figures["events"] / figures["predictions"]
        left.plot([0, best, 1], [0, 1, 1], color=_PALE, linewidth=0.9, linestyle=(0, (1, 2)))
        top = scores.top(1 / len(table))
        if top.recall is not None:
            left.plot([top.share], [top.recall], "o", color=_BLUE, markersize=5.5)
            _in_the_corner(left, _found(top))
    left.plot([0, 1], [0, 1], color=_PALE, linewidth=0.9, linestyle=(0, (4, 3)))
    _finish(left, "Leavers found, by share of the list", grid="both")
    left.set_xlim(0, 1)
    left.set_ylim(0, 1.01)
    left.tick_params(axis="x", pad=_BELOW)
    for axis in (left.xaxis, left.yaxis):
        axis.set_major_formatter(_percent)
    left.set_xlabel("top of the list", fontsize=_TEXT, color=_INK)
    area = figures["score"]
    _subtitle(left, f"AUC {_text.number(area)}; dashes: any order; dots: the best order")
    lifts = [lift or 0.0 for lift in table["lift"]]
    right.bar(table["group"], lifts, color=_BLUE, alpha=0.85, width=0.78)
    for group, lift in zip(table["group"], lifts, strict=True):
        place = {"xytext": (0, 3), "textcoords": "offset points", "ha": "center"}
        right.annotate(f"{lift:.1f}", (group, lift), fontsize=_SMALL, color=_INK, **place)
    right.set_ylim(0, 1.1 * max([1.0, *lifts]))
    right.axhline(1, color=_INK, linewidth=0.9, linestyle=(0, (4, 3)))
    _finish(right, "Lift by group of the list", grid="y")
    right.set_xticks(list(table["group"]))
    right.set_xlabel("group, highest probability first", fontsize=_TEXT, color=_INK)
    rate = figures["base_rate"]
    _subtitle(right, f"rate of the group over that of all, {_text.number(rate, '%')} %")
    return left, right


def calibration_curve(
    scores: Any,
    *,
    bins: int | None = None,
    bins_by: str | None = None,
    level: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """What was said against what came, bin by bin, with Wilson intervals; on the line all is well.

    The strokes below show how many predictions each bin holds.
    """
    table = scores.calibration(bins, bins_by, level)
    rows = [row for row in table.rows if row["rows"]]
    ax = _axes(ax, 5.6, 5.2)
    ax.plot([0, 1], [0, 1], color=_PALE, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    said, came = ([row[name] for row in rows] for name in ("mean_probability", "rate"))
    lower, upper = ([row[name] for row in rows] for name in ("lower", "upper"))
    ax.vlines(said, lower, upper, color=_BLUE, linewidth=2.2, alpha=0.55)
    ax.plot(said, came, "o-", color=_BLUE, linewidth=1.1, markersize=6, zorder=3)
    most = max((row["rows"] for row in rows), default=1)
    heights = [0.12 * row["rows"] / most for row in rows]
    ax.vlines(said, 0, heights, color=_INK, linewidth=4, alpha=0.25, zorder=1)
    _finish(ax, "What was said, and what came", grid="both")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, 1)
    ax.tick_params(axis="x", pad=_BELOW)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(_percent)
    ax.set_xlabel("mean probability of the bin", fontsize=_TEXT, color=_INK)
    ax.set_ylabel("share that left", fontsize=_TEXT, color=_INK)
    error = scores.calibration_errors(bins, bins_by).expected_error
    brier = _figures(scores)["brier"]
    text = "" if error is None else f"calibration error {error:.3f}, Brier score {brier:.3f}; "
    _subtitle(ax, f"{text}grey: how many")
    return ax


def _figures(scores):
    return (scores if hasattr(scores, "_fields") else scores.report())._fields


def _found(top):
    return f"top {100 * top.share:.0f} %: {100 * top.recall:.0f} % of those who left"


def _in_the_corner(ax, text):
    """Below the line of a list in any order, where the curve is not."""
    ax.text(0.98, 0.04, f"● {text}", fontsize=_SMALL, color=_BLUE, ha="right", va="bottom")

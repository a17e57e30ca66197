"""Pictures of where journeys go; users find them in ``cxm.plots``."""

from __future__ import annotations

from itertools import pairwise

from . import _text
from ._clv_plots import _axes, _finish
from ._graph_layout import Layout
from ._letters import plain_letters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

_INK, _PALE, _BLUE, _RED = "#333333", "#6b6b6b", "#0072B2", "#B34700"
#: The colours of lines: tints that do not darken where lines cross.
_AHEAD, _BACK = "#a3cbe3", "#e3b094"
_SMALL, _TEXT = 8.5, 9.5
#: Inches from layer to layer.
_LAYER = 1.85
#: Half of a node's width, in layers, and half of its height, in heights of a row.
_HALF_WIDTH, _HALF_HEIGHT = 0.33, 0.34
#: Letters of a name that fit into a line of a node.
_LETTERS = 15
#: Points of the widest line, and of the narrowest.
_WIDEST, _NARROWEST = 11.0, 0.8
#: How far below the lines ahead those that lead back run, in rows.
_BELOW = 0.2
#: Where on its way the label of a line may stand, best first.
_LABEL_AT = (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78, 0.14, 0.86)


@plain_letters
def transition_graph(journeys: Any, *, min_share: float = 0.005, ax: Axes | None = None) -> Axes:
    """Which touchpoint follows which: lines as wide as often, from left to right.

    ``journeys`` is a ``cxm.Journeys``. A line says how many of those at a touchpoint go on this
    way; what is missing to 100 % ends there. Lines in red lead back. Pairs that make up less than
    ``min_share`` of all moves are left out, and the picture says how many they are.
    """
    moves = journeys.transitions().rows
    counts = {row["touchpoint"]: row for row in journeys.touchpoints().rows}
    every = sum(row["count"] for row in moves)
    shown = [row for row in moves if row["count"] >= min_share * every]
    nodes = _nodes(counts, moves, shown, min_share)
    layout = Layout(nodes, {(row["source"], row["target"]): row["count"] for row in shown})
    heights = [layout.y[node] for node in nodes] or [0.0]
    heights += [y for row in shown for _, y in _way(layout, row)[1:-1]]
    low, high = min(heights) - 0.5, max(heights) + 0.5
    names = {name: _text.fold(_text.cell(name, "", ""), _LETTERS) for name in nodes}
    row_height = 0.78 if not any("\n" in name for name in names.values()) else 0.95
    ax = _axes(ax, 1.0 + _LAYER * max(layout.layers, 2), 1.25 + row_height * (high - low))
    ax.set_xlim(-0.5, max(layout.layers, 2) - 0.5)
    ax.set_ylim(high, low)
    _finish(ax, f"Where {journeys.report().journeys:,} journeys go", grid=None)
    ax.set_xticks([])
    ax.set_yticks([])
    boxes = [_node(ax, layout, counts[name], names[name]) for name in nodes]
    most = max((row["count"] for row in shown), default=1)
    for row in sorted(shown, key=lambda row: row["count"]):
        _line(ax, layout, row, most)
    for row in sorted(shown, key=lambda row: -row["count"]):
        share = row["count"] / counts[row["source"]]["events"]
        boxes.append(_line_label(ax, layout, row, share, boxes))
    _left_out(ax, moves, shown, len(counts) - len(nodes))
    return ax


def _nodes(counts, moves, shown, min_share):
    """Touchpoints with a line, and those where journeys begin and end without any move."""
    lined = {row[end] for row in shown for end in ("source", "target")}
    moving = {row[end] for row in moves for end in ("source", "target")}
    met = sum(row["events"] for row in counts.values())
    alone = {n for n, it in counts.items() if n not in moving and it["events"] >= min_share * met}
    return sorted(lined | alone, key=lambda name: (-counts[name]["events"], str(name)))


def _left_out(ax, moves, shown, touchpoints):
    rare = len(moves) - len(shown)
    rest = "the others end there or take a rarer way" if rare else "the others end there"
    text = f"per cent: of those at the touchpoint, how many go on this way; {rest}"
    if rare:
        lost = sum(row["count"] for row in moves) - sum(row["count"] for row in shown)
        text += f"\nleft out: {_counted(rare, 'rarer way')} with {_counted(lost, 'move')} in all"
        text += f", {_counted(touchpoints, 'rarer touchpoint')}" if touchpoints else ""
    ax.set_xlabel(text, loc="left", fontsize=_SMALL, color=_PALE)


def _counted(number, what):
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _node(ax, layout, counts, name):
    """A box with the name and what begins and ends there; returns where it is."""
    from matplotlib.patches import FancyBboxPatch

    x, y = layout.layer[counts["touchpoint"]], layout.y[counts["touchpoint"]]
    box = FancyBboxPatch(
        (x - _HALF_WIDTH, y - _HALF_HEIGHT),
        2 * _HALF_WIDTH,
        2 * _HALF_HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor="#eef4f9",
        edgecolor=_BLUE,
        linewidth=1.0,
        zorder=3,
    )
    ax.add_patch(box)
    ends = [f"{counts[it]:,} {it[:-1]}" for it in ("starts", "ends") if counts[it]]
    text = f"met {counts['events']:,} times"
    text += "\n" + ", ".join(ends) if ends else ""
    apart = {"ha": "center", "color": _INK, "zorder": 4, "linespacing": 1.2}
    middle = y - (-0.04 if "\n" in name else 0.02)
    ax.text(x, middle, name, fontsize=_SMALL, fontweight="bold", va="bottom", **apart)
    ax.text(x, middle + 0.05, text, fontsize=_SMALL - 1.5, va="top", **apart)
    return x - _HALF_WIDTH, x + _HALF_WIDTH, y - _HALF_HEIGHT, y + _HALF_HEIGHT


def _way(layout, row):
    """The corners of a line from the edge of one box to the edge of the other."""
    a, b = row["source"], row["target"]
    if a == b:
        x, y = layout.layer[a], layout.y[a]
        top = y - _HALF_HEIGHT
        sides = x - 0.14, x + 0.14
        above = [(side, top - 0.36) for side in sides]
        return [(sides[0], top), *above, (sides[1], top - 0.06)]
    below = _BELOW if (a, b) in layout.back else 0
    points = [(x, y + below) for x, y in layout.points(a, b)]
    side = 1 if points[-1][0] > points[0][0] else -1
    (x0, y0), (x1, y1) = points[0], points[-1]
    return [
        (x0 + side * _HALF_WIDTH, y0),
        *points[1:-1],
        (x1 - side * (_HALF_WIDTH + 0.045), y1),
    ]


def _curve(layout, row):
    """The line as Bézier curves that are level at every layer: corners and codes."""
    way = _way(layout, row)
    if row["source"] == row["target"]:
        return way, [1, 4, 4, 4]
    points, codes = [way[0]], [1]
    for (x0, y0), (x1, y1) in pairwise(way):
        middle = (x0 + x1) / 2
        points += [(middle, y0), (middle, y1), (x1, y1)]
        codes += [4, 4, 4]
    return points, codes


def _line(ax, layout, row, most):
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    back = (row["source"], row["target"]) in layout.back
    colour = _BACK if back else _AHEAD
    width = max(_WIDEST * row["count"] / most, _NARROWEST)
    points, codes = _curve(layout, row)
    ax.add_patch(
        PathPatch(
            Path(points, codes),
            facecolor="none",
            edgecolor=colour,
            linewidth=width,
            capstyle="butt",
            zorder=1,
        )
    )
    head = "v" if row["source"] == row["target"] else "<" if back else ">"
    ax.plot(*points[-1], head, color=colour, markersize=width + 4, markeredgewidth=0, zorder=2)


def _line_label(ax, layout, row, share, taken):
    """The share of those who go this way, where nothing else stands; returns its place."""
    points, _ = _curve(layout, row)
    places = [_at(points, t) for t in _LABEL_AT]
    boxes = [(x - 0.13, x + 0.13, y - 0.12, y + 0.12) for x, y in places]
    free = [box for box in boxes if not any(_overlap(box, other) for other in taken)]
    box = free[0] if free else boxes[0]
    back = (row["source"], row["target"]) in layout.back
    ax.text(
        (box[0] + box[1]) / 2,
        (box[2] + box[3]) / 2,
        f"{100 * share:.0f} %",
        ha="center",
        va="center",
        fontsize=_SMALL - 0.5,
        color=_RED if back else _INK,
        zorder=5,
        bbox={
            "boxstyle": "round,pad=0.15",
            "facecolor": "white",
            "edgecolor": "none",
            "alpha": 0.8,
        },
    )
    return box


def _at(points, t):
    """A point on a chain of cubic Bézier curves."""
    curves = (len(points) - 1) // 3
    at = min(int(t * curves), curves - 1)
    t = t * curves - at
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    corners = points[3 * at : 3 * at + 4]
    return tuple(
        sum(w * corner[axis] for w, corner in zip(weights, corners, strict=True)) for axis in (0, 1)
    )


def _overlap(a, b):
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]

"""The Sankey diagram of journeys; users find it in ``cxm.plots``."""

from __future__ import annotations

from . import _text
from ._clv_plots import _axes, _finish
from ._letters import plain_letters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

_INK, _PALE = "#333333", "#6b6b6b"
_SMALL = 8.5
#: Told apart by colour-blind readers (Okabe and Ito 2008; Tol 2021); touchpoints beyond them are
#: grey.
_COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#882255",
    "#999933",
)
_REST = "#8a8a8a"
#: What journeys that are over, and touchpoints that share a node, are drawn in.
_END = "#c9c9c9"
#: Inches of the columns of nodes, from one to the next.
_STEP = 1.75
#: The width of a node, in steps, and the least height of its label, in shares.
_WIDTH, _LABEL = 0.055, 0.052
#: The key of the node that rare touchpoints of a step share.
_OTHERS = ("others",)


@plain_letters
def journey_sankey(
    journeys: Any,
    *,
    steps: int = 5,
    anchor: Any = None,
    min_share: float = 0.02,
    ax: Axes | None = None,
) -> Axes:
    """Where journeys go from step to step: bands as wide as the number of journeys.

    ``journeys`` is a ``cxm.Journeys``. Columns are its first ``steps`` steps, or so many to both
    sides of the first ``anchor`` of each journey. Touchpoints that fewer than ``min_share`` of all
    journeys are at share a node of their step, so that nothing is left out.
    """
    flows = journeys.step_flows(steps=steps, anchor=anchor).rows
    total = round(max((row["journeys"] / row["share"] for row in flows), default=0))
    nodes = _nodes(flows, min_share * total)
    bands = _bands(flows, nodes)
    columns = _columns(nodes, bands)
    tops = _places(columns, nodes, total)
    ax = _axes(ax, 1.1 + _STEP * max(len(columns), 2), 5.2)
    colours = _colours(nodes)
    for step, names in columns.items():
        for name in names:
            _node(ax, step, name, nodes[step, name], tops[step, name], colours)
    _draw_bands(ax, bands, tops, columns, colours)
    _finish_sankey(ax, columns, tops, nodes, total, anchor)
    return ax


class _Node:
    """Journeys that come and go, and which touchpoints they are at."""

    def __init__(self):
        self.touchpoints, self.into, self.out = set(), 0, 0

    @property
    def journeys(self):
        return max(self.into, self.out)


def _nodes(flows, least):
    """Nodes by step and name; rare touchpoints of a step have one in common."""
    alone = {}
    for row in flows:
        for step, end, part in (
            (row["step"], "source", "out"),
            (row["step"] + 1, "target", "into"),
        ):
            node = alone.setdefault((step, row[end]), _Node())
            node.touchpoints.add(row[end])
            setattr(node, part, getattr(node, part) + row["journeys"])
    nodes = {}
    rare = {}
    for (step, name), node in alone.items():
        if node.journeys < least and name not in ("START", "END"):
            rare.setdefault(step, []).append((name, node))
        else:
            nodes[step, name] = node
    for step, several in rare.items():
        if len(several) == 1:
            nodes[step, several[0][0]] = several[0][1]
            continue
        shared = nodes[step, _OTHERS] = _Node()
        for name, node in several:
            shared.touchpoints.add(name)
            shared.into += node.into
            shared.out += node.out
    return nodes


def _bands(flows, nodes):
    """Journeys from node to node: ``{(step, source, target): journeys}``."""
    bands = {}
    for row in flows:
        step = row["step"]
        source = row["source"] if (step, row["source"]) in nodes else _OTHERS
        target = row["target"] if (step + 1, row["target"]) in nodes else _OTHERS
        bands[step, source, target] = bands.get((step, source, target), 0) + row["journeys"]
    return bands


def _columns(nodes, bands):
    """The nodes of each step from top to bottom: near where their journeys come from."""
    columns = {}
    for step in sorted({step for step, _ in nodes}):
        names = [name for at, name in nodes if at == step]
        before = {name: place for place, name in enumerate(columns.get(step - 1, []))}

        def rank(name, step=step, before=before):
            last = {"END": 2, _OTHERS: 1}.get(name, 0)
            come = [(s, n) for (at, s, t), n in bands.items() if (at, t) == (step - 1, name)]
            weight = sum(n for _, n in come)
            middle = sum(before[s] * n for s, n in come) / weight if weight else 0
            return last, middle, -nodes[step, name].journeys, str(name)

        columns[step] = sorted(names, key=rank)
    return columns


def _places(columns, nodes, total):
    """The top of each node, in journeys from the top of the picture."""
    tops = {}
    for step, names in columns.items():
        at = 0.0
        for name in names:
            journeys = nodes[step, name].journeys
            room = max(journeys, _LABEL * total) + 0.028 * total
            tops[step, name] = at + (room - journeys) / 2
            at += room
    return tops


def _colours(nodes):
    volume = {}
    for (_, name), node in nodes.items():
        volume[name] = volume.get(name, 0) + node.journeys
    fixed = {"START": _END, "END": _END, _OTHERS: _REST}
    named = sorted((n for n in volume if n not in fixed), key=lambda n: (-volume[n], str(n)))
    return dict.fromkeys(named, _REST) | dict(zip(named, _COLOURS, strict=False)) | fixed


def _node(ax, step, name, node, top, colours):
    from matplotlib.patches import Rectangle

    journeys = node.journeys
    ax.add_patch(
        Rectangle((step, top), _WIDTH, journeys, facecolor=colours[name], linewidth=0, zorder=3)
    )
    if name == _OTHERS:
        text = f"{len(node.touchpoints)} others"
    else:
        text = (
            "end" if name == "END" else "not begun" if name == "START" else _text.cell(name, "", "")
        )
    text = _text.cut(text, 18)
    ax.text(
        step + _WIDTH + 0.03,
        top + journeys / 2,
        f"{text} {journeys:,}",
        va="center",
        fontsize=_SMALL,
        color=_PALE if name in ("START", "END", _OTHERS) else _INK,
        zorder=5,
        bbox={
            "boxstyle": "round,pad=0.12",
            "facecolor": "white",
            "edgecolor": "none",
            "alpha": 0.72,
        },
    )


def _draw_bands(ax, bands, tops, columns, colours):
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    place = {(step, name): n for step, names in columns.items() for n, name in enumerate(names)}
    out, into = dict(tops), dict(tops)
    order = sorted(bands, key=lambda b: (b[0], place[b[0], b[1]], place[b[0] + 1, b[2]]))
    left = {}
    for band in order:
        step, source, _ = band
        left[band] = out[step, source]
        out[step, source] += bands[band]
    for band in sorted(order, key=lambda b: (b[0], place[b[0] + 1, b[2]], place[b[0], b[1]])):
        step, source, target = band
        journeys, x0, x1 = bands[band], step + _WIDTH, step + 1
        y0, y1 = left[band], into[step + 1, target]
        into[step + 1, target] += journeys
        middle = (x0 + x1) / 2
        above = [(x0, y0), (middle, y0), (middle, y1), (x1, y1)]
        below = [(x, y + journeys) for x, y in ((x1, y1), (middle, y1), (middle, y0), (x0, y0))]
        path = Path([*above, *below, above[0]], [1, 4, 4, 4, 2, 4, 4, 4, 79])
        over = target == "END"
        look = {"facecolor": _END if over else colours[source], "zorder": 1 if over else 2}
        ax.add_patch(PathPatch(path, alpha=0.4, linewidth=0, **look))


def _finish_sankey(ax, columns, tops, nodes, total, anchor):
    steps = list(columns)
    bottom = max((top + nodes[key].journeys for key, top in tops.items()), default=1)
    what = "journeys" if anchor is None else f"journeys with {_text.cell(anchor, '', '')}"
    _finish(ax, f"{total:,} {what}, step by step", grid=None)
    ax.set_xlim((steps[0] if steps else 0) - 0.03, (steps[-1] if steps else 1) + 0.75)
    ax.set_ylim(bottom + 0.03 * total, -0.03 * total)
    ax.set_yticks([])
    names = [f"step {step}" for step in steps]
    if anchor is not None:
        names = ["step 0" if not step else f"{step:+d}".replace("-", "−") for step in steps]
    ax.set_xticks([step + _WIDTH / 2 for step in steps], names, fontsize=_SMALL)
    ax.set_xlabel(
        "width: journeys; grey bands: the journey was over after this step",
        loc="left",
        fontsize=_SMALL,
        color=_PALE,
    )

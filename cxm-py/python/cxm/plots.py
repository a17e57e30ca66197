"""Pictures of scores, of customer value and of revenue with matplotlib: ``pip install cxm[plot]``.

Every function draws on ``ax``, or on new axes of a fitting size, and returns the axes, so that
titles, limits and files stay yours. Colours are told apart by colour-blind readers and in grey
print; series carry their names instead of a legend.
"""

from __future__ import annotations

from . import _text
from ._attribution_plots import attribution_comparison
from ._churn_plots import revenue_waterfall
from ._clv_plots import (
    alive_history,
    frequency_recency_matrix,
    purchase_tracking,
    purchases_by_frequency,
    value_concentration,
)
from ._cohort_plots import retention_heat_map
from ._flow_plots import transition_graph
from ._journey_plots import journey_funnel, journey_map, step_heat_map
from ._prediction_plots import calibration_curve, lift_and_gains
from ._results import Report
from ._sankey_plots import journey_sankey
from ._survival_plots import (
    cumulative_hazard,
    cumulative_incidence,
    hazard_ratios,
    survival_curves,
)
from .table import Keyed, Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from matplotlib.axes import Axes

__all__ = [
    "alive_history",
    "attribution_comparison",
    "calibration_curve",
    "cumulative_hazard",
    "cumulative_incidence",
    "frequency_recency_matrix",
    "hazard_ratios",
    "journey_funnel",
    "journey_map",
    "journey_sankey",
    "lift_and_gains",
    "purchase_tracking",
    "purchases_by_frequency",
    "retention_heat_map",
    "revenue_waterfall",
    "score_over_time",
    "segments_forest",
    "stacked_distribution",
    "step_heat_map",
    "survival_curves",
    "transition_graph",
    "value_concentration",
]

_BLUE, _ORANGE, _INK, _PALE = "#0072B2", "#B34700", "#333333", "#8a8a8a"
#: Worst to best: vermilion, grey, blue (Okabe and Ito 2008), and the text that stands on each.
_CLASS_COLOURS = ("#D55E00", "#C9C9C9", "#0072B2")
_CLASS_INK = ("white", "#333333", "white")
_SMALL, _TEXT, _TITLE = 8.5, 9.5, 11.5


def score_over_time(
    data: Any,
    *,
    rating: str | None = None,
    time: str | None = None,
    ax: Axes | None = None,
    level: float | None = None,
    method: str | None = None,
    sequence: bool = True,
    calculator: str = "nps",
    **definition: Any,
) -> Axes:
    """The score of each period with its interval, and of all answers so far.

    ``data`` is a ``cxm.Keyed`` or a table by one key column, or a data frame whose columns
    ``rating`` and ``time`` are named (a period a key: ``"2025Q1"``, ``202501``). The band is the
    confidence sequence of the score over all answers up to then: it holds its level however often
    the picture is looked at, which the intervals of the periods do not. ``sequence=False`` leaves
    it out; a table without states has none.
    """
    table, keyed = _table_of(data, rating, time, calculator, definition, level, method)
    columns = table.to_dict()
    keys = [_text.cell(key, "", "") for key in columns[table.by[0]]]
    ax = _axes(ax, width=min(max(6.5, 1.1 * len(keys) + 2.5), 13), height=4.2)
    rows = [row for row, lower in enumerate(columns["lower"]) if lower is not None]
    scale = _scale_of(table)
    scores, lowers, uppers = (
        [scale(columns[name][row]) for row in rows] for name in ("score", "lower", "upper")
    )
    labels = []
    if sequence and keyed is not None and rows:
        labels.append(_running(ax, keyed, scale, level))
    ax.vlines(rows, lowers, uppers, color=_BLUE, linewidth=2.2, alpha=0.55, zorder=3)
    ax.plot(rows, scores, "o-", color=_BLUE, linewidth=1.1, markersize=6, zorder=4)
    if rows:
        labels.append((scores[-1], f"each {_text.words(table.by[0])}", _BLUE))
    n = [f"n = {count:,}" if count is not None else "" for count in columns["responses"]]
    ticks = [f"{key}\n{count}" for key, count in zip(keys, n, strict=True)]
    ax.set_xticks(range(len(keys)), ticks, fontsize=_SMALL)
    ax.set_xlim(-0.4, max(len(keys) - 1, 0) + 0.4)
    band = "; band: all answers so far, valid at every look" if len(labels) > 1 else ""
    _finish(ax, table, f"by {_text.words(table.by[0])}", grid="y", more=band)
    _label_ends(ax, labels, x=max(len(keys) - 1, 0) + 0.45)
    return ax


def _running(ax, keyed, scale, level):
    """Draws the score of all answers so far with its confidence sequence; returns its label."""
    running, points = None, []
    for row, (_, group) in enumerate(keyed.groups()):
        running = group if running is None else running
        if running is not group:
            running.merge(group)
        report = running.report()
        limits = report.confidence_sequence(level=level)
        if limits is not None:
            points.append((row, *map(scale, (report.score, limits.lower, limits.upper))))
    x, scores, lowers, uppers = zip(*points, strict=True)
    ax.fill_between(x, lowers, uppers, color=_ORANGE, alpha=0.14, linewidth=0, zorder=1)
    ax.plot(x, scores, "--", color=_ORANGE, linewidth=1.1, zorder=2)
    return scores[-1], "all so far", _ORANGE


def segments_forest(
    data: Any,
    *,
    rating: str | None = None,
    by: str | Iterable[str] | None = None,
    ax: Axes | None = None,
    level: float | None = None,
    method: str | None = None,
    sort: bool = True,
    calculator: str = "nps",
    **definition: Any,
) -> Axes:
    """The score of each segment with its interval, the best on top, and the total as a line.

    ``data`` is a ``cxm.Keyed`` or a table of it, or a data frame whose columns ``rating`` and
    ``by`` are named. ``sort=False`` keeps the order of the keys. Hidden groups are named as such.
    """
    table, _ = _table_of(data, rating, by, calculator, definition, level, method)
    columns = table.to_dict()
    order = list(range(len(table)))
    if sort:
        order.sort(key=lambda row: _rank(columns["score"][row]), reverse=True)
    ax = _axes(ax, width=7.5, height=1.5 + 0.38 * max(len(order), 1))
    scale = _scale_of(table)
    for place, row in enumerate(order):
        score, lower, upper = (columns[name][row] for name in ("score", "lower", "upper"))
        if score is None or lower is None:
            words = columns["suppressed"][row] if "suppressed" in columns else "no answers"
            _beside(ax, place, _text.words(words or "no answers"), "", _PALE)
        else:
            ax.hlines(place, scale(lower), scale(upper), color=_BLUE, linewidth=2.6, alpha=0.55)
            ax.plot(scale(score), place, "o", color=_BLUE, markersize=6.5, zorder=3)
            n = f"n = {columns['responses'][row]:,}"
            _beside(ax, place, _text.number(score, table.unit), n)
    names = [" / ".join(_text.cell(columns[key][row], "", "") for key in table.by) for row in order]
    ax.set_yticks(range(len(order)), names, fontsize=_TEXT)
    ax.set_ylim(len(order) - 0.15, -0.6)
    _finish(ax, table, "by " + ", ".join(map(_text.words, table.by)), grid="x")
    if table.total.score is not None:
        _reference(ax, scale(table.total.score), table)
    return ax


def _beside(ax, place, figure, n, colour=_INK):
    """Two columns of numbers to the right of a row."""
    at = {"va": "center", "fontsize": _SMALL, "color": colour, "annotation_clip": False}
    end = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points"}
    if n:
        ax.annotate(figure, (1, place), xytext=(48, 0), ha="right", **at, **end)
        ax.annotate(n, (1, place), xytext=(112, 0), ha="right", **at, **end)
    else:
        ax.annotate(figure, (1, place), xytext=(16, 0), ha="left", **at, **end)


def _rank(score):
    return (score is not None, score if score is not None else 0)


def _reference(ax, score, table):
    ax.axvline(score, color=_INK, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    label = f"all {_text.number(table.total.score, table.unit)}"
    at = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points", "xytext": (5, 4)}
    ax.annotate(label, (score, 0), ha="left", va="bottom", fontsize=_SMALL, color=_INK, **at)


def stacked_distribution(
    data: Any,
    *,
    rating: str | None = None,
    by: str | Iterable[str] | None = None,
    ax: Axes | None = None,
    calculator: str = "nps",
    **definition: Any,
) -> Axes:
    """How the answers split into bad, neutral and good ones, in percent that add up to 100.

    ``data`` is a report, a dict of reports by name, a ``cxm.Keyed``, or a data frame whose columns
    ``rating`` and ``by`` are named.
    """
    reports = _reports_of(data, rating, by, calculator, definition)
    first = next(iter(reports.values()))
    names = _class_names(first)
    ax = _axes(ax, width=7.5, height=1.1 + 0.46 * len(reports))
    for place, report in enumerate(reports.values()):
        shares = report.display().percentages
        left = 0.0
        for position, share in enumerate(map(float, shares or ())):
            ax.barh(place, share, left=left, height=0.72, color=_CLASS_COLOURS[position])
            if share >= _FITS:
                _inside(ax, left + share / 2, place, f"{share:g} %", _CLASS_INK[position])
            left += share
        _beside(ax, place, _text.number(report.score, report.unit), f"n = {report.responses:,}")
    ax.set_yticks(range(len(reports)), list(reports), fontsize=_TEXT)
    ax.set_ylim(len(reports) - 0.5, -0.5)
    ax.set_xlim(0, 100)
    ax.set_xticks([])
    _bare(ax)
    _name_classes(ax, names)
    _title(ax, f"Answers in percent, and {_text.title(first.kind)}{_in_unit(first.unit)}", pad=26)
    return ax


def _inside(ax, x, y, text, colour):
    ax.text(x, y, text, ha="center", va="center", color=colour, fontsize=_SMALL)


#: The narrowest segment, in percent, that a number fits into.
_FITS = 6


def _name_classes(ax, names):
    """The names of the classes above the bars, in their colours: left, middle, right."""
    for name, colour, x, ha in zip(
        names, ("#B34700", "#6b6b6b", _BLUE), (0, 0.5, 1), ("left", "center", "right"), strict=True
    ):
        ax.text(
            x,
            1.02,
            name,
            transform=ax.transAxes,
            ha=ha,
            va="bottom",
            color=colour,
            fontsize=_TEXT,
            fontweight="bold",
        )


def _class_names(report):
    for names in (("detractors", "passives", "promoters"), ("bottom", "middle", "top")):
        if all(name in report._fields for name in names):
            if names[0] == "bottom":
                return ("bottom boxes", "middle", "top boxes")
            return names
    raise TypeError(f"{_text.title(report.kind)} has no bad, neutral and good answers")


def _reports_of(data, rating, by, calculator, definition):
    if isinstance(data, Report):
        return {"all": data}
    if isinstance(data, dict) and data and all(isinstance(item, Report) for item in data.values()):
        return data
    keyed = _keyed_of(data, rating, by, calculator, definition)
    return {
        " / ".join(_text.cell(part, "", "") for part in key): group.report()
        for key, group in keyed.groups()
    }


def _keyed_of(data, rating, by, calculator, definition):
    if isinstance(data, Keyed):
        return data
    if rating is None or by is None:
        raise TypeError("expected a cxm.Keyed, or a data frame with the names of its columns")
    keyed = Keyed(calculator, by=by, **definition)
    keyed.update(data, rating=rating)
    return keyed


def _table_of(data, rating, by, calculator, definition, level, method):
    """The table to draw, and the states behind it where there are any."""
    if isinstance(data, Table):
        return data, None
    keyed = _keyed_of(data, rating, by, calculator, definition)
    return keyed.table(level=level, method=method), keyed


def _scale_of(table):
    """Shares are drawn in percent."""
    factor = 100 if table.unit == "%" else 1
    return lambda value: value * factor


def _axes(ax, width, height):
    if ax is not None:
        return ax
    from matplotlib import pyplot

    figure, ax = pyplot.subplots(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)
    return ax


def _bare(ax):
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0, colors=_INK, labelsize=_SMALL)


def _title(ax, text, pad):
    ax.set_title(text, loc="left", fontsize=_TITLE, fontweight="bold", color=_INK, pad=pad)


def _in_unit(unit):
    return f" ({unit})" if unit else ""


def _finish(ax, table, what, grid, more=""):
    """Title with unit, level and method; a quiet grid; a line at zero where it is in sight."""
    _bare(ax)
    ax.set_axisbelow(True)
    ax.grid(axis=grid, color="#e4e4e4", linewidth=0.8)
    limits = ax.get_ylim() if grid == "y" else ax.get_xlim()
    if min(limits) < 0 < max(limits):
        line = ax.axhline if grid == "y" else ax.axvline
        line(0, color=_PALE, linewidth=0.9, zorder=0)
    columns = table.to_dict()
    shown = [row for row, lower in enumerate(columns["lower"]) if lower is not None]
    _title(ax, f"{_text.title(table.total.kind)}{_in_unit(table.unit)} {what}", pad=24)
    if shown:
        level = _text.percent(columns["level"][shown[0]])
        text = f"with {level} {_text.method(columns['method'][shown[0]])} intervals{more}"
        at = {"xycoords": "axes fraction", "xytext": (0, 10), "textcoords": "offset points"}
        ax.annotate(text, (0, 1), fontsize=_SMALL, color="#6b6b6b", **at)


def _label_ends(ax, labels, x):
    """Names the series at their right ends, moved apart where they would overlap."""
    low, high = ax.get_ylim()
    apart = (high - low) * 0.055
    labels = sorted(labels)
    for position in range(1, len(labels)):
        y, text, colour = labels[position]
        labels[position] = (max(y, labels[position - 1][0] + apart), text, colour)
    for y, text, colour in labels:
        ax.text(x, y, text, color=colour, fontsize=_TEXT, va="center", ha="left", clip_on=False)

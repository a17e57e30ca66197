"""Pictures of survival; users find them in ``cxm.plots``."""

from __future__ import annotations

from . import _text
from ._clv_plots import _axes, _finish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

_INK, _GREY = "#333333", "#6b6b6b"
_SMALL, _TEXT = 8.5, 9.5
#: Told apart by colour-blind readers (Okabe and Ito 2008), darkened where they carry text.
_COLOURS = ("#0072B2", "#B34700", "#00735C", "#8E4A77", "#333333", "#2E7FA8")
#: From this number of steps on a curve is a picture of itself, not of its vertices.
_MANY = 5000
#: Points from an axis of times to its labels: both axes start with a label of their own.
_BELOW = 7


def survival_curves(
    data: Any,
    *,
    level: float | None = None,
    method: str | None = None,
    risk_table: bool = True,
    times: Any = None,
    ax: Axes | None = None,
) -> Axes:
    """Survival curves with their intervals, and how many were at risk below.

    ``data`` is a curve (of ``Lifetimes.kaplan_meier()`` or of a Cox regression), a dict of curves
    or of ``cxm.Lifetimes`` by name, or a table of them by key. ``times`` are those of the risk
    table, which curves of a regression do not have.
    """
    curves = _curves_of(data)
    counted = [name for name, curve in curves.items() if hasattr(curve, "risk_table")]
    rows = len(counted) if risk_table else 0
    ax = _axes(ax, 7.5, 4.0 + 0.2 * rows)
    ends, shown = [], None
    for place, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[place % len(_COLOURS)]
        table = curve.table(level=level, method=method)
        step = _steps(ax, table, "survival", 1.0, colour)
        ends.append((*step, name, colour))
        shown = shown or (curve, table)
    _finish(ax, "Share still there", grid="y")
    ax.set_ylim(-0.02, 1.02)
    ax.yaxis.set_major_formatter(_percent)
    ax.set_xlim(0, max((end[0] for end in ends), default=1) or 1)
    ax.set_xlabel(_clock(curves), fontsize=_TEXT, color=_INK)
    _note(ax, shown, level, method, "kaplan_meier")
    if len(ends) > 1:
        _label_right(ax, ends)
    if rows:
        _risk_table(ax, {name: curves[name] for name in counted}, times, ends)
    return ax


def cumulative_hazard(
    data: Any, *, level: float | None = None, method: str | None = None, ax: Axes | None = None
) -> Axes:
    """Cumulative hazards with their intervals: straight where the risk to leave is constant."""
    curves = _curves_of(data, "nelson_aalen")
    ax = _axes(ax, 7.5, 4.0)
    ends, shown = [], None
    for place, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[place % len(_COLOURS)]
        table = curve.table(level=level, method=method)
        ends.append((*_steps(ax, table, "hazard", 0.0, colour), name, colour))
        shown = shown or (curve, table)
    _finish(ax, "Cumulative hazard of leaving", grid="y")
    ax.set_ylim(0, None)
    ax.tick_params(axis="x", pad=_BELOW)
    ax.set_xlim(0, max((end[0] for end in ends), default=1) or 1)
    ax.set_xlabel(_clock(curves), fontsize=_TEXT, color=_INK)
    _note(ax, shown, level, method, "nelson_aalen")
    if len(ends) > 1:
        _label_right(ax, ends)
    return ax


def cumulative_incidence(
    curve: Any, *, level: float | None = None, method: str | None = None, ax: Axes | None = None
) -> Axes:
    """The share that has left for each cause, with its interval."""
    ax = _axes(ax, 7.5, 4.0)
    ends, shown = [], None
    for place, cause in enumerate(curve.causes):
        colour = _COLOURS[place % len(_COLOURS)]
        table = curve._of(cause).table(level=level, method=method)
        ends.append((*_steps(ax, table, "incidence", 0.0, colour), str(cause), colour))
        shown = shown or (curve, table)
    _finish(ax, "Share that has left, by cause", grid="y")
    ax.set_ylim(0, None)
    ax.tick_params(axis="x", pad=_BELOW)
    ax.yaxis.set_major_formatter(_percent)
    ax.set_xlim(0, max((end[0] for end in ends), default=1) or 1)
    ax.set_xlabel(_clock({"": curve}), fontsize=_TEXT, color=_INK)
    _note(ax, shown, level, method, "aalen_johansen")
    _label_right(ax, ends)
    return ax


def hazard_ratios(fit: Any, *, level: float | None = None, ax: Axes | None = None) -> Axes:
    """The hazard ratios of a Cox regression with their intervals, on a logarithmic scale."""
    import math

    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    intervals = fit.intervals(level)
    ax = _axes(ax, 7.5, 1.4 + 0.38 * max(len(intervals), 1))
    right: dict[str, Any] = {"xycoords": ax.get_yaxis_transform(), "textcoords": "offset points"}
    for place, (name, interval) in enumerate(intervals.items()):
        lower, upper = math.exp(interval.lower), math.exp(interval.upper)
        ratio = fit.hazard_ratios[name]
        ax.hlines(place, lower, upper, color=_COLOURS[0], linewidth=2.6, alpha=0.55)
        ax.plot(ratio, place, "o", color=_COLOURS[0], markersize=6.5, zorder=3)
        text = f"{ratio:.3g} ({lower:.3g} to {upper:.3g})"
        at: dict[str, Any] = {"va": "center", "fontsize": _SMALL, "color": _INK}
        ax.annotate(
            text, (1, place), xytext=(12, 0), ha="left", annotation_clip=False, **at, **right
        )
    ax.set_xscale("log")
    ax.axvline(1, color=_GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    ax.set_yticks(range(len(intervals)), list(intervals), fontsize=_TEXT)
    ax.set_ylim(len(intervals) - 0.4, -0.6)
    _finish(ax, "Hazard ratios of leaving", grid="x")
    ax.xaxis.set_major_locator(FixedLocator(_ratios(*ax.get_xlim())))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.xaxis.set_minor_locator(NullLocator())
    shown = next(iter(intervals.values()), None)
    if shown is not None:
        _subtitle(ax, f"with {_text.percent(shown.level)} intervals; above 1 they leave sooner")
    return ax


def _ratios(low, high):
    """Round ratios between two limits: the coarsest set that has at least three."""
    fine = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
    for digits in ((1,), (1, 3), (1, 2, 5), fine):
        found = [digit * 10.0**power for power in range(-12, 13) for digit in digits]
        found = [ratio for ratio in found if low <= ratio <= high]
        if len(found) >= 3:
            break
    return found


def _curves_of(data, reading="kaplan_meier"):
    """Curves by their names; a single one has none."""
    if hasattr(data, "groups"):
        groups = data.groups()
        data = {" / ".join(_text.cell(part, "", "") for part in key): g for key, g in groups}
    if not isinstance(data, dict):
        data = {"": data}
    read = ((str(name), curve) for name, curve in data.items())
    return {n: getattr(c, reading)() if hasattr(c, reading) else c for n, c in read}


def _percent(value, _position):
    return f"{100 * value:g} %"


def _steps(ax, table, name, start, colour):
    """Draws a step curve with its band; the last point."""
    import numpy

    def column(wanted):
        return numpy.asarray([numpy.nan if v is None else v for v in table[wanted]], dtype=float)

    times = numpy.concatenate([[0.0], column("time")])
    values = numpy.concatenate([[start], column(name)])
    lower = numpy.concatenate([[start], column("lower")])
    upper = numpy.concatenate([[start], column("upper")])
    # Where the curve has come to its end its limits have gone.
    lower, upper = (numpy.where(numpy.isnan(x), values, x) for x in (lower, upper))
    style = {"step": "post", "color": colour, "alpha": 0.14, "linewidth": 0}
    ax.fill_between(times, lower, upper, rasterized=len(times) > _MANY, **style)
    ax.step(times, values, where="post", color=colour, linewidth=1.6)
    return times[-1], values[-1]


def _clock(curves):
    """The unit of the times, where they are known."""
    curve = next(iter(curves.values()), None)
    snapshot = getattr(curve, "_snapshot", None)
    if snapshot is None:
        return "time"
    unit = snapshot.definition()["unit"]
    start = curve._arguments.get("start_time")
    more = "" if start is None else f", of those who stayed longer than {start:g}"
    return f"{unit}s{more}"


def _subtitle(ax, text):
    ax.set_title(ax.get_title(loc="left"), loc="left", pad=24, **_title_font())
    at = {"xycoords": "axes fraction", "xytext": (0, 10), "textcoords": "offset points"}
    ax.annotate(text, (0, 1), fontsize=_SMALL, color=_GREY, **at)


def _title_font():
    from ._clv_plots import _TITLE

    return {"fontsize": _TITLE, "fontweight": "bold", "color": _INK}


def _note(ax, shown, level, method, table):
    """Level and method of the band, below the title."""
    if shown is None:
        return
    from ._curves import _default

    level = level if level is not None else _default(table, "level")["level"]
    method = method or _default(table, "method")["method"]
    name = _text.method(method)
    _subtitle(ax, f"with {_text.percent(level)} {name} intervals")


def _label_right(ax, ends):
    """Names the curves right of their ends, moved apart where they would overlap."""
    low, high = ax.get_ylim()
    apart = (high - low) * 0.06
    below = None
    for _, y, name, colour in sorted(ends, key=lambda end: end[1]):
        at = y if below is None else max(y, below + apart)
        below = at
        place = {"xytext": (8, 0), "textcoords": "offset points", "annotation_clip": False}
        ax.annotate(
            name,
            (1, at),
            xycoords=ax.get_yaxis_transform(),
            color=colour,
            fontsize=_TEXT,
            va="center",
            **place,
        )


def _risk_table(ax, curves, times, ends):
    """One row of numbers a curve below the axis of times."""
    if times is None:
        last = ax.get_xlim()[1]
        times = [tick for tick in ax.get_xticks() if 0 <= tick <= last]
    ax.set_xticks(times)
    at = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    left = {"xycoords": "axes fraction", "textcoords": "offset points"}
    words = {"fontsize": _SMALL, "va": "top", "annotation_clip": False}
    tables = {n: curve.risk_table([float(t) for t in times]) for n, curve in curves.items()}
    top, before = -42, _left_of_counts([table["at_risk"][0] for table in tables.values()])
    ax.annotate("at risk", (0, 0), xytext=(before, top), ha="right", color=_GREY, **left, **words)
    colours = {name: colour for _, _, name, colour in ends}
    for row, (name, table) in enumerate(tables.items()):
        down = top - 14 * (row + (len(curves) > 1))
        colour = colours[name] if len(curves) > 1 else _INK
        if len(curves) > 1:
            place = {"xytext": (before, down), "ha": "right", "color": colour}
            ax.annotate(name, (0, 0), **place, **left, **words)
        for time, count in zip(times, table["at_risk"], strict=True):
            place = {"xytext": (0, down), "ha": "center", "color": colour}
            ax.annotate(f"{count:,}", (time, 0), **place, **at, **words)


def _left_of_counts(counts):
    """Where names end that stand beside numbers centred on the start of the axis, in points."""
    widest = max(len(f"{count:,}") for count in counts)
    return -8 - 0.65 * _SMALL * widest / 2

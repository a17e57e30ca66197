"""Pictures of recurring revenue; users find them in ``cxm.plots``."""

from __future__ import annotations

from . import _text
from ._churn import _days
from ._clv_plots import _axes, _finish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

_BLUE, _LOSS, _INK, _PALE, _SMALL, _TEXT = "#0072B2", "#D55E00", "#333333", "#8a8a8a", 8.5, 9.5
#: What moves revenue, in the order of the picture, and in which direction.
_MOVES = (("new", 1), ("expansion", 1), ("reactivation", 1), ("contraction", -1), ("churn", -1))


def revenue_waterfall(
    retention: Any, *, unit: int = 1, label: str = "", ax: Axes | None = None
) -> Axes:
    """How recurring revenue went from the start of a window to its end, movement by movement.

    ``unit`` is what one unit of the axis holds, in minor units: 100 shows cents as euros. ``label``
    names it. Gains are blue, losses vermilion; each bar carries its amount, losses with a minus.
    """
    ax = _axes(ax, 7.5, 4.2)
    moves, level = retention.movements, retention.movements.start / unit
    bars = [("start", 0.0, level, _PALE, _amount(level))]
    for name, sign in _MOVES:
        change = sign * getattr(moves, name) / unit
        colour = _BLUE if sign > 0 else _LOSS
        bars.append((name, level, change, colour, _amount(change, signed=True)))
        level += change
    bars.append(("end", 0.0, moves.end / unit, _PALE, _amount(moves.end / unit)))
    tops = [max(bottom, bottom + height) for _, bottom, height, _, _ in bars]
    for place, (_, bottom, height, colour, text) in enumerate(bars):
        ax.bar(place, height, bottom=bottom, color=colour, width=0.62, linewidth=0)
        _write(ax, text, (place, tops[place]), "data", 3, "center", _INK)
    ends = [bottom + height for _, bottom, height, _, _ in bars]
    for place, end in enumerate(ends[:-1]):
        ax.plot([place + 0.31, place + 0.69], [end, end], color=_PALE, linewidth=0.9)
    ax.set_xticks(range(len(bars)), [name for name, *_ in bars], fontsize=_SMALL)
    shares = [f"{name} {_share(getattr(retention, name))}" for name in ("gross", "net")]
    _finish(ax, f"Recurring revenue, {_days(retention.window)}", grid="y")
    ax.set_title(
        ax.get_title(loc="left"), loc="left", fontsize=11.5, fontweight="bold", color=_INK, pad=24
    )
    _write(ax, f"retention: {', '.join(shares)}", (0, 1), "axes fraction", 10, "left", "#6b6b6b")
    ax.set_ylim(0, max(*tops, 0) * 1.08 or 1)
    ax.set_ylabel(label, fontsize=_TEXT, color=_INK)
    return ax


def _write(ax, text, place, coordinates, above, align, colour):
    """Small words so many points above a place."""
    ax.annotate(
        text,
        place,
        xycoords=coordinates,
        xytext=(0, above),
        textcoords="offset points",
        ha=align,
        va="bottom",
        fontsize=_SMALL,
        color=colour,
    )


def _amount(value, signed=False):
    decimals = 0 if float(value).is_integer() or abs(value) >= 1000 else 2
    text = f"{abs(value):,.{decimals}f}"
    sign = ("−" if value < 0 else "+") if signed and value else ""
    return sign + text


def _share(value):
    return _text.number(value, "%") + (" %" if value is not None else "")

"""Pictures of attribution; users find them in ``cxm.plots``."""

from __future__ import annotations

from . import _text
from ._clv_plots import _axes, _finish
from ._letters import plain_letters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from matplotlib.axes import Axes

_INK = "#333333"
_SMALL, _TEXT = 8.5, 9.5
#: Told apart by colour-blind readers (Okabe and Ito 2008), darkened where they carry text.
_COLOURS = ("#0072B2", "#B34700", "#00735C", "#8E4A77", "#333333", "#2E7FA8")
#: Inches of a bar.
_BAR = 0.15
#: Conversions from which on a tenth is not worth reading.
_WHOLE = 100


@plain_letters
def attribution_comparison(
    data: Any, *, methods: Sequence[str] | None = None, ax: Axes | None = None
) -> Axes:
    """The conversions that each touchpoint gets by several methods, as bars beside each other.

    ``data`` is a ``cxm.AttributionPaths``, or the table of its ``comparison``. The touchpoint that
    gets most is on top; its bars carry the names of the methods. What differs between the bars of
    a touchpoint is the choice of a method, not chance.
    """
    columns = _columns_of(data, methods)
    names = columns.pop("touchpoint")
    order = sorted(
        range(len(names)), key=lambda row: -sum(column[row] for column in columns.values())
    )
    ax = _axes(ax, 7.5, 1.2 + len(names) * (_BAR * len(columns) + 0.14))
    height = 0.84 / max(len(columns), 1)
    for series, (method, column) in enumerate(columns.items()):
        colour = _COLOURS[series % len(_COLOURS)]
        places = [place - 0.42 + height * (series + 0.5) for place in range(len(order))]
        found = [column[row] for row in order]
        ax.barh(places, found, height=height * 0.92, color=colour)
        for place, conversions in zip(places, found, strict=True):
            text = f"{conversions:,.0f}" if abs(conversions) >= _WHOLE else f"{conversions:.1f}"
            if place < 0.5:
                text = f"{_text.words(method)}  {text}"
            at = (max(conversions, 0), place)
            ax.annotate(
                text,
                at,
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=_SMALL - 1,
                color=colour,
            )
    _finish(ax, "Conversions by method of attribution", grid="x")
    labels = [_text.fold(_text.cell(names[row], "", ""), 24) for row in order]
    ax.set_yticks(range(len(order)), labels, fontsize=_TEXT, color=_INK)
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.margins(x=0.14)
    return ax


def _columns_of(data, methods):
    """Lists of conversions by method, the touchpoints first."""
    if hasattr(data, "comparison"):
        return data.comparison(methods=methods).to_dict()
    columns = {name: list(data[name]) for name in data}
    if "touchpoint" not in columns:
        raise TypeError("expected a cxm.AttributionPaths, or the table of its comparison")
    kept = columns if methods is None else ["touchpoint", *methods]
    return {name: columns[name] for name in kept}

"""The picture of cohorts; users find it in ``cxm.plots``."""

from __future__ import annotations

from ._clv_plots import _axes, _finish

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

_INK, _GREY = "#333333", "#6b6b6b"
_SMALL, _TEXT = 8.5, 9.5
#: With more cells than this, their figures are left out.
_MOST_FIGURES = 700
#: Kinds of retention in words.
_KINDS = {"on": "active at this age", "on_or_after": "active at this age or later"}


def retention_heat_map(cohorts: Any, *, ax: Axes | None = None) -> Axes:
    """The share of every cohort that is active at every age, and below it their average.

    ``cohorts`` is what ``cxm.cohorts`` returns. A cell that is not over for everybody in its cohort
    is blank. Colours run to the largest share after the first age, which is the whole cohort; the
    average is weighted by the sizes of the cohorts.
    """
    import numpy

    cells = _cells(cohorts)
    rows, columns = cells.shape
    ax = _axes(ax, min(2.4 + 0.52 * max(columns, 4), 16), min(1.9 + 0.3 * (rows + 1), 16))
    everybody = cohorts.ages[:1] and cohorts._pairs()[0][0] == 0
    later = cells[:-1, 1:] if everybody else cells
    known = later[~numpy.isnan(later)]
    most = float(known.max()) if known.size and known.max() > 0 else 1.0
    # The average stands apart by half a row.
    heights = numpy.append(numpy.arange(rows), [rows - 0.5, rows + 0.5])
    grid = numpy.insert(cells, rows - 1, numpy.nan, axis=0)
    shown = numpy.ma.masked_invalid(grid)
    edges = numpy.arange(columns + 1), heights
    mesh = ax.pcolormesh(*edges, shown, cmap=_colours(), vmin=0, vmax=most, rasterized=True)
    if cells.size <= _MOST_FIGURES:
        for row, column in zip(*numpy.nonzero(~numpy.isnan(cells)), strict=True):
            middle = row + (0.5 if row < rows - 1 else 1.0)
            share = cells[row, column]
            colour = "white" if share > 0.6 * most else _INK
            text = f"{100 * share:.0f}" if share >= 0.0995 or share == 0 else f"{100 * share:.1f}"
            ax.text(
                column + 0.5, middle, text, color=colour, fontsize=_SMALL, ha="center", va="center"
            )
    _labels(ax, cohorts, rows)
    mesh.set_edgecolor("face")
    return ax


def _colours():
    """Blue, from a tint on: a share of 0 is not blank."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    return ListedColormap(colormaps["Blues"]([0.08 + 0.92 * step / 255 for step in range(256)]))


def _cells(cohorts):
    """The shares as rows of cohorts, the weighted average last; NaN where there is none."""
    import numpy

    wide = cohorts._wide("share")
    columns = [wide[age].to_list() for age in cohorts.ages]
    average = cohorts._averages["weighted"].to_list()
    cells = numpy.array(
        [
            [numpy.nan if cell is None else cell for cell in [*column, mean]]
            for column, mean in zip(columns, average, strict=True)
        ],
        dtype=float,
    )
    return cells.reshape(len(columns), len(wide) + 1).T


def _labels(ax, cohorts, rows):
    sizes = cohorts._sizes
    names = [
        f"{_name(day, cohorts.arguments['period'])}   n = {size:,}"
        for day, size in zip(sizes["cohort"].to_list(), sizes["size"].to_list(), strict=True)
    ]
    ages = cohorts.ages
    _finish(ax, f"Retention by {cohorts.arguments['period']} of first activity, in %", grid=None)
    kind = cohorts.arguments["kind"]
    said = _KINDS[kind] if isinstance(kind, str) else "active within a bracket of ages"
    step = max(1, -(-len(names) // 45))
    middles = [row + 0.5 for row in range(rows - 1)][::step]
    ax.set_yticks([*middles, rows], [*names[::step], "weighted average"])
    step = max(1, -(-len(ages) // 40))
    ax.set_xticks([place + 0.5 for place in range(len(ages))][::step], ages[::step])
    ax.set_ylim(rows + 0.5, 0)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlabel(f"{_unit(cohorts.arguments)}; {said}", fontsize=_TEXT, color=_GREY, loc="left")
    ax.tick_params(length=0, labelsize=_SMALL, colors=_INK)


def _unit(arguments):
    """What ages count."""
    if arguments["clock"] == "calendar":
        return f"calendar {arguments['period']}s after it"
    days = arguments.get("days")
    length = f"{arguments['period']}s" if days is None else f"times {days} days"
    return f"{length} from each customer's first activity"


def _name(day, period):
    if period == "year":
        return f"{day:%Y}"
    if period == "quarter":
        return f"{day:%Y} Q{(day.month + 2) // 3}"
    return f"{day:%Y-%m}" if period == "month" else f"{day:%Y-%m-%d}"

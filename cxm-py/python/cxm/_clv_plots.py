"""Pictures of customer lifetime value; users find them in ``cxm.plots``."""

from __future__ import annotations

from . import _frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

_BLUE, _ORANGE, _INK, _PALE = "#0072B2", "#B34700", "#333333", "#8a8a8a"
_SMALL, _TEXT, _TITLE = 8.5, 9.5, 11.5
#: Purchases in the window from which on customers are drawn as one group.
_MOST_FREQUENT = 7


def frequency_recency_matrix(
    model: Any,
    age: float,
    *,
    horizon: float | None = None,
    max_frequency: int = 20,
    ax: Axes | None = None,
) -> Axes:
    """What the model says of every combination of repeat purchases and of the last one's time.

    For customers of one ``age``: with a ``horizon`` the purchases expected within it, without one
    P(alive). The dark corner below holds customers who bought often, but long ago.
    """
    import numpy

    ax = _axes(ax, 7.0, 5.0)
    recency = numpy.linspace(0, age, 121)[1:]
    frequency = numpy.arange(1, max_frequency + 1)
    grid = [column.ravel() for column in numpy.meshgrid(frequency, recency)]
    if horizon is None:
        answers, what = model.probability_alive(*grid, age), "P(alive)"
    else:
        answers = model.expected_transactions(horizon, *grid, age)
        what = f"Expected purchases in the next {horizon:g} {_units(model)}"
    shape = (len(recency), len(frequency))
    edges = numpy.arange(max_frequency + 1) + 0.5, numpy.linspace(0, age, 121)
    mesh = ax.pcolormesh(*edges, numpy.reshape(answers, shape), cmap="viridis", rasterized=True)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02)
    bar.outline.set_visible(False)
    bar.ax.tick_params(length=0, labelsize=_SMALL, colors=_INK)
    _finish(ax, f"{what}, for customers of {age:g} {_units(model)}", grid=None)
    ax.set_xlabel("repeat purchases", fontsize=_TEXT, color=_INK)
    ax.set_ylabel(f"{_units(model)} from the first to the last", fontsize=_TEXT, color=_INK)
    _whole_ticks(ax)
    return ax


def purchase_tracking(
    model: Any,
    births: Any,
    repeats: Any,
    *,
    until: float,
    cut_off: float | None = None,
    step: float = 1.0,
    cumulative: bool = True,
    ax: Axes | None = None,
) -> Axes:
    """Repeat purchases of all customers as they came, beside those that the model expects.

    ``births`` is when each customer bought first, ``repeats`` when each repeat purchase was, both
    in units of the model from a common start. The model knows what happened before ``cut_off``
    only; what follows is its forecast. ``cumulative=False`` draws each ``step`` by itself.
    """
    import numpy

    births, repeats = numpy.asarray(births, dtype=float), numpy.asarray(repeats, dtype=float)
    ends = numpy.arange(step, until + step / 2, step)
    actual = numpy.searchsorted(numpy.sort(repeats), ends, side="left").astype(float)
    distinct, customers = numpy.unique(births, return_counts=True)
    ahead = numpy.maximum(ends[:, None] - distinct[None, :], 0)
    expected = model.expected_transactions(ahead.ravel()).reshape(ahead.shape) @ customers
    what = "Cumulative repeat purchases"
    if not cumulative:
        actual, expected = (numpy.diff(series, prepend=0.0) for series in (actual, expected))
        what = f"Repeat purchases in each {_step(step, model)}"
    ax = _axes(ax, 7.5, 4.2)
    ax.plot(ends, actual, color=_INK, linewidth=1.4)
    ax.plot(ends, expected, "--", color=_BLUE, linewidth=1.8)
    _finish(ax, f"{what}: as they came, and as {type(model).__name__} expects them", grid="y")
    ax.set_ylim(0, None)
    ax.set_xlabel(f"{_units(model)} from the start", fontsize=_TEXT, color=_INK)
    if cut_off is not None:
        ax.axvline(cut_off, color=_PALE, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        _mark(ax, cut_off, "forecast", _PALE)
    _label_ends(ax, ends[-1], [(actual[-1], "as they came", _INK), (expected[-1], "model", _BLUE)])
    return ax


def purchases_by_frequency(
    model: Any,
    customers: Any,
    actual: Any,
    *,
    horizon: float,
    max_frequency: int = _MOST_FREQUENT,
    ax: Axes | None = None,
) -> Axes:
    """Mean purchases of the hold-out beside their expectation, by earlier purchases.

    ``customers`` is a data frame or a table with the columns of the model, ``actual`` what each of
    them bought within the ``horizon`` that follows. Customers with ``max_frequency`` or more are
    one group.
    """
    import numpy

    frequency = _floats(_frames.columns(customers, ["frequency"])["frequency"])
    expected = _floats(model.expected_transactions(horizon, customers))
    actual = _floats(actual)
    group = numpy.minimum(frequency, max_frequency).astype(int)
    shown = numpy.unique(group)
    means = [[column[group == number].mean() for number in shown] for column in (actual, expected)]
    ax = _axes(ax, 7.5, 4.2)
    ax.plot(shown, means[0], "o-", color=_INK, linewidth=1.2, markersize=5.5)
    ax.plot(shown, means[1], "o--", color=_BLUE, linewidth=1.6, markersize=5.5)
    last = shown[-1] == max_frequency
    names = [f"{n}+" if last and n == max_frequency else f"{n}" for n in shown]
    ticks = [f"{name}\nn = {(group == n).sum():,}" for name, n in zip(names, shown, strict=True)]
    ax.set_xticks(shown, ticks, fontsize=_SMALL)
    _finish(ax, f"Mean purchases in the {horizon:g} {_units(model)} that followed", grid="y")
    ax.set_ylim(0, None)
    ax.set_xlabel("repeat purchases before", fontsize=_TEXT, color=_INK)
    ends = [(means[0][-1], "as they came", _INK), (means[1][-1], "model", _BLUE)]
    _label_ends(ax, shown[-1], ends)
    return ax


def alive_history(model: Any, purchases: Any, *, until: float, ax: Axes | None = None) -> Axes:
    """P(alive) of one customer from the first purchase on, as it was known at each time.

    ``purchases`` are the times of all purchases, ``until`` is where the picture ends, in units of
    the model; the first purchase is the start.
    """
    import numpy

    times = numpy.sort(numpy.asarray(purchases, dtype=float))
    times = times - times[0]
    ages = numpy.unique(numpy.concatenate([numpy.linspace(0, until, 400), times]))
    ages = ages[ages <= until]
    repeats = times[times > 0]
    frequency = numpy.searchsorted(repeats, ages, side="right")
    recency = numpy.where(frequency > 0, repeats[numpy.maximum(frequency - 1, 0)], 0.0)
    alive = model.probability_alive(frequency.astype(float), recency, ages)
    ax = _axes(ax, 7.5, 3.4)
    ax.plot(ages, alive, color=_BLUE, linewidth=1.6)
    ax.fill_between(ages, alive, color=_BLUE, alpha=0.1, linewidth=0)
    ax.vlines(times[times <= until], 0, 0.06, color=_INK, linewidth=1.2)
    _finish(ax, f"P(alive) of one customer, {len(repeats)} repeat purchases", grid="y")
    ax.set_ylim(0, 1.02)
    ax.set_xlim(0, until)
    ax.set_xlabel(
        f"{_units(model)} from the first purchase; strokes are purchases",
        fontsize=_TEXT,
        color=_INK,
    )
    return ax


def value_concentration(values: Any, *, axes: Any = None) -> Any:
    """How customer values are spread, and which part of them comes from which part of customers.

    Returns both axes: the distribution, and the Lorenz curve from the best customers down.
    """
    import numpy

    from . import stats

    values = numpy.asarray(values, dtype=float)
    if axes is None:
        axes = _pair()
    left, right = axes
    top = numpy.quantile(values, 0.99) if len(values) else 1.0
    left.hist(numpy.minimum(values, top), bins=40, color=_BLUE, alpha=0.85)
    _finish(left, f"Value of {len(values):,} customers", grid="y")
    left.set_xlabel(f"value; the last bar holds all from {top:,.0f} on", fontsize=_TEXT, color=_INK)
    mean = values.mean() if len(values) else 0.0
    left.axvline(mean, color=_INK, linewidth=0.9, linestyle=(0, (4, 3)))
    _mark(left, mean, f"mean {mean:,.0f}", _INK)
    ranked = numpy.sort(values)[::-1]
    share = numpy.concatenate([[0.0], numpy.cumsum(ranked)]) / max(ranked.sum(), 1e-300)
    part = numpy.linspace(0, 1, len(share))
    right.plot(100 * part, 100 * share, color=_BLUE, linewidth=1.8)
    right.plot([0, 100], [0, 100], color=_PALE, linewidth=0.9, linestyle=(0, (4, 3)))
    found = stats.concentration(values=values.tolist())
    _finish(right, f"Customers and the value they bring, Gini {found.gini:.2f}", grid="both")
    right.set_xlabel("best customers, %", fontsize=_TEXT, color=_INK)
    right.set_ylabel("of the value, %", fontsize=_TEXT, color=_INK)
    tenth = 100 * numpy.interp(0.1, part, share)
    right.plot([10], [tenth], "o", color=_BLUE, markersize=5.5)
    right.annotate(
        f"10 % bring {tenth:.0f} %",
        (10, tenth),
        xytext=(8, -4),
        textcoords="offset points",
        fontsize=_SMALL,
        color=_INK,
    )
    right.set_xlim(0, 100)
    right.set_ylim(0, 101)
    return axes


def _units(model):
    unit = model.unit
    return f"{unit}s" if isinstance(unit, str) else f"spans of {unit['days']} days"


def _step(step, model):
    return model.unit if step == 1 and isinstance(model.unit, str) else f"{step:g} {_units(model)}"


def _floats(column):
    import numpy

    return numpy.asarray(column, dtype=float)


def _whole_ticks(ax):
    ax.xaxis.get_major_locator().set_params(integer=True)


def _mark(ax, x, text, colour):
    """Words at the top of a vertical line."""
    at = {"xycoords": ax.get_xaxis_transform(), "textcoords": "offset points"}
    ax.annotate(text, (x, 1), xytext=(5, -10), fontsize=_SMALL, color=colour, **at)


def _pair():
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10.0, 4.0), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)
    return axes


def _axes(ax, width, height):
    if ax is not None:
        return ax
    from matplotlib import pyplot

    figure, ax = pyplot.subplots(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)
    return ax


def _finish(ax, title, grid):
    for side in ("top", "right", "left", "bottom"):
        ax.spines[side].set_visible(False)
    ax.tick_params(length=0, colors=_INK, labelsize=_SMALL)
    ax.set_axisbelow(True)
    if grid:
        ax.grid(axis=grid, color="#e4e4e4", linewidth=0.8)
    ax.set_title(title, loc="left", fontsize=_TITLE, fontweight="bold", color=_INK, pad=10)


def _label_ends(ax, x, labels):
    """Names the series at their right ends, moved apart where they would overlap."""
    low, high = ax.get_ylim()
    apart = (high - low) * 0.055
    (below, *_), (above, *_) = labels = sorted(labels)
    shift = max(0.0, apart - (above - below)) / 2
    for sign, (y, text, colour) in zip((-1, 1), labels, strict=True):
        at = {"xytext": (8, 0), "textcoords": "offset points", "annotation_clip": False}
        ax.annotate(text, (x, y + sign * shift), color=colour, fontsize=_TEXT, va="center", **at)

"""Pictures of journeys; users find them in ``cxm.plots``."""

from __future__ import annotations

from inspect import signature
from textwrap import fill

from . import _text
from ._clv_plots import _axes, _finish
from ._letters import plain_letters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes

_INK, _PALE, _BLUE, _RED = "#333333", "#8a8a8a", "#0072B2", "#B34700"
_SMALL, _TEXT = 8.5, 9.5
#: The least share of journeys that is shown as a number.
_SHOWN = 0.005
#: The area of the largest circle of a journey map, in square points.
_LARGEST = 1000


@plain_letters
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
        text, end = f"{reached:,}", reached
        if share is not None:
            text += f"   {100 * share:.1f} % of the step before"
            before = steps["reached"][place - 1]
            lower, upper = (before * steps[name][place] for name in ("lower", "upper"))
            ax.hlines(place, lower, upper, color=_INK, linewidth=1.4)
            end = max(reached, upper)
        at = end + most * 0.02, place
        ax.text(*at, text, va="center", fontsize=_TEXT, color=_INK)
    names = [_text.fold(_text.cell(name, "", ""), 26) for name in steps["touchpoint"]]
    ax.set_yticks(list(places), names, fontsize=_TEXT)
    ax.set_ylim(count - 0.4, -0.6)
    ax.set_xlim(0, most * 1.42)
    counts = ", ".join(
        f"{getattr(funnel, name):,} {name}" for name in ("converted", "open", "dropped")
    )
    _finish(ax, f"Funnel of {funnel.journeys:,} journeys", grid=None)
    ax.set_xticks([])
    limits = [step["interval"] for step in funnel.steps if step["interval"]]
    if limits:
        level, method = _text.percent(limits[0]["level"]), _text.method(limits[0]["method"])
        counts += f"; lines: {level} {method} intervals of the share of the step before"
    ax.set_xlabel(counts, loc="left", fontsize=_SMALL, color=_PALE)
    return ax


@plain_letters
def step_heat_map(table: Any, *, ax: Axes | None = None) -> Axes:
    """The share of journeys at each touchpoint at each step.

    ``table`` is what ``cxm.Journeys.step_matrix`` returns. The most visited touchpoint is on top,
    START and END are at the bottom. Touchpoints that would show no number at any step share a row.
    """
    columns = table.to_dict()
    steps = sorted(set(columns["step"]))
    total: dict[Any, float] = {}
    for touchpoint, share in zip(columns["touchpoint"], columns["share"], strict=True):
        total[touchpoint] = total.get(touchpoint, 0) + share
    names, rows = _heat_map_rows(columns, total)
    places = {step: place for place, step in enumerate(steps)}
    grid = [[0.0] * len(steps) for _ in names]
    for step, name, share in zip(
        columns["step"], columns["touchpoint"], columns["share"], strict=True
    ):
        grid[rows[name]][places[step]] += share
    ax = _axes(ax, 2.6 + 0.55 * max(len(steps), 4), 1.4 + 0.32 * len(names))
    ax.pcolormesh(grid, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=0.8)
    for row, cells in enumerate(grid):
        for place, share in enumerate(cells):
            if share >= _SHOWN:
                colour = "white" if share > 0.6 else _INK
                ax.text(
                    place + 0.5,
                    row + 0.5,
                    f"{100 * share:.0f}",
                    ha="center",
                    va="center",
                    fontsize=_SMALL,
                    color=colour,
                )
    ax.set_yticks([row + 0.5 for row in range(len(names))], names, fontsize=_SMALL)
    ax.set_xticks([place + 0.5 for place in range(len(steps))], steps, fontsize=_SMALL)
    ax.invert_yaxis()
    ax.set_xlabel("step", fontsize=_SMALL, color=_PALE)
    _finish(ax, "Journeys at each step, in per cent", grid=None)
    return ax


def _heat_map_rows(columns, total):
    """The labels of the rows, and which row each touchpoint is in."""
    most = {}
    for name, share in zip(columns["touchpoint"], columns["share"], strict=True):
        most[name] = max(most.get(name, 0), share)
    ends = [name for name in ("START", "END") if name in total]
    ordered = sorted((n for n in total if n not in ends), key=lambda name: -total[name])
    rare = [name for name in ordered if most[name] < _SHOWN]
    if len(rare) < 2:
        rare = []
    shown = [name for name in ordered if name not in rare]
    labels = [fill(_text.cell(name, "", ""), 32) for name in shown]
    if rare:
        labels.append(f"{len(rare)} others")
    rows = {name: row for row, name in enumerate(shown)} | dict.fromkeys(rare, len(shown))
    rows |= {name: len(labels) + place for place, name in enumerate(ends)}
    return labels + ends, rows


@plain_letters
def journey_map(
    journeys: Any,
    *,
    target: float | None = None,
    most_pain_points: int = 3,
    level: float | None = None,
) -> list[Axes]:
    """The journey as it is: emotions above, contacts by stage and channel below.

    ``journeys`` is a ``cxm.Journeys`` whose definition has ``stages``. Above, the mean emotion of
    each stage on the scale of -2 to +2 with the interval of its mean at this ``level``; below, a
    circle a channel and stage whose area is in proportion to the contacts, in the colour of their
    mean emotion. With a ``target`` score, the touchpoints that miss it most for most customers are
    named below their stage, with the index of ``pain_points``. Returns both axes.
    """
    from matplotlib import pyplot

    contacts = [row for row in journeys.contacts().rows if row["stage"] is not None]
    stages = list(dict.fromkeys(row["stage"] for row in contacts))
    channels = _by_volume(contacts)
    pains = {} if target is None else _pains_of_stages(journeys, contacts, target, most_pain_points)
    lines = max((text.count("\n") + 1 for text in pains.values()), default=0)
    lanes = 0.8 + 0.5 * len(channels) + 0.17 * lines
    figure, (above, below) = pyplot.subplots(
        2,
        1,
        figsize=(2.6 + 1.55 * max(len(stages), 4), 2.7 + lanes),
        height_ratios=(2.4, lanes),
        sharex=True,
        layout="constrained",
    )
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.12)
    emotion = _emotion_of(journeys.definition)
    level = level_of(journeys, level)
    notes = [
        f"curve: mean emotion of n scores with {_text.percent(level)} Student intervals",
        "circles: contacts by channel, from red for bad to blue for good, grey without scores",
    ]
    if target is not None:
        notes.append(f"pain points: share of customers × how far scores miss {target:g}")
    _emotion_curve(above, journeys, stages, emotion, level)
    _lanes(below, contacts, stages, channels, emotion, notes)
    if pains:
        _pain_lane(below, stages, len(channels), pains, 0.34 * lines)
    return [above, below]


def level_of(journeys, level):
    """The level that was given, or that of the readings."""
    if level is not None:
        return level
    return signature(type(journeys).emotion_curve).parameters["level"].default


def _by_volume(contacts):
    volume = {}
    for row in contacts:
        volume[row["channel"]] = volume.get(row["channel"], 0) + row["events"]
    return sorted(volume, key=lambda channel: -volume[channel])


def _emotion_of(definition):
    """Scores on the scale of emotions, -2 to +2."""
    lowest, highest = definition["scale"]
    sign = 1 if definition["higher_is_better"] else -1

    def emotion(score):
        return sign * (4 * (score - lowest) / (highest - lowest) - 2)

    return emotion


def _emotion_curve(ax, journeys, stages, emotion, level):
    curve = {row["group"]: row for row in journeys.emotion_curve(by="stage", level=level).rows}
    places, means = [], []
    for place, stage in enumerate(stages):
        row = curve.get(stage)
        if row is None or row["mean"] is None:
            continue
        mean, top = emotion(row["mean"]), emotion(row["mean"])
        places.append(place)
        means.append(mean)
        if row["lower"] is not None:
            limits = sorted((emotion(row["lower"]), emotion(row["upper"])))
            top = limits[1]
            _interval_of_mean(ax, place, limits)
        ax.annotate(
            _text.signed(mean, 1),
            (place, top),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=_TEXT,
            color=_INK,
        )
        ax.annotate(
            f"n = {row['n']:,}",
            (place, -2.8),
            ha="center",
            va="center",
            fontsize=_SMALL,
            color=_PALE,
        )
    ax.axhline(0, color="#d8d8d8", linewidth=0.9)
    ax.plot(places, means, "-", color=_BLUE, linewidth=1.2, alpha=0.6)
    ax.plot(places, means, "o", color=_BLUE, markersize=4.5, zorder=4)
    ax.set_ylim(-3.1, 2.7)
    ax.set_yticks([-2, -1, 0, 1, 2], ["−2 bad", "−1", "0", "+1", "+2 good"])
    report = journeys.report()
    title = f"Journey map of {report.customers:,} customers, {report.journeys:,} journeys"
    _finish(ax, title, grid=None)


def _interval_of_mean(ax, place, limits):
    """A line between two caps, which stand out where the interval is as small as the point."""
    ax.vlines(place, *limits, color=_INK, linewidth=1.3, zorder=3)
    for limit in limits:
        ax.plot(place, limit, "_", color=_INK, markersize=10, markeredgewidth=1.3, zorder=3)


def _lanes(ax, contacts, stages, channels, emotion, notes):
    most = max(row["events"] for row in contacts) if contacts else 1
    cells = {}
    for row in contacts:
        key = (stages.index(row["stage"]), channels.index(row["channel"]))
        cell = cells.setdefault(key, {"events": 0, "scores": 0, "sum": 0.0})
        cell["events"] += row["events"]
        cell["scores"] += row["scores"]
        cell["sum"] += row["scores"] * (row["mean_score"] or 0)
    most = max((cell["events"] for cell in cells.values()), default=most)
    for (stage, channel), cell in cells.items():
        felt = emotion(cell["sum"] / cell["scores"]) if cell["scores"] else None
        _circle(ax, (stage, channel), cell["events"], most, felt)
    names = ["no channel" if channel is None else _text.fold(channel, 22) for channel in channels]
    ax.set_yticks(range(len(channels)), names, fontsize=_TEXT)
    ax.set_ylim(len(channels) - 0.35, -0.65)
    ax.set_xlim(-0.6, max(len(stages), 1) - 0.4)
    ax.set_xticks(range(len(stages)), [_text.fold(s, 18) for s in stages], fontsize=_TEXT)
    _finish(ax, "", grid="y")
    ax.set_xlabel("\n".join(notes), loc="left", fontsize=_SMALL, color=_PALE)


def _circle(ax, place, events, most, felt):
    """A circle whose area is in proportion to the contacts, and their number in it or beside."""
    scored = felt is not None
    area, text = _LARGEST * events / most, f"{events:,}"
    ax.scatter(
        *place,
        s=area,
        c=[felt if scored else 0],
        cmap="RdBu" if scored else "Greys",
        vmin=-2,
        vmax=2,
        alpha=0.85,
        edgecolors=_PALE,
        linewidths=0.5,
    )
    across = area**0.5
    fits = across > 0.64 * _SMALL * (len(text) - text.count(",") / 2) + 5
    ax.annotate(
        text,
        place,
        xytext=(0 if fits else across / 2 + 3, 0),
        textcoords="offset points",
        ha="center" if fits else "left",
        va="center",
        fontsize=_SMALL,
        color="white" if fits and scored and abs(felt) > 1.25 else _INK,
    )


def _pains_of_stages(journeys, contacts, target, most):
    """The worst touchpoints by stage, as text."""
    stage_of = {row["touchpoint"]: row["stage"] for row in contacts}
    texts = {}
    rows = [row for row in journeys.pain_points(target=target).rows if (row["index"] or 0) > 0]
    for row in rows[:most]:
        stage = stage_of.get(row["touchpoint"])
        if stage is not None:
            name = _text.cut(_text.cell(row["touchpoint"], "", ""), 34)
            text = fill(f"{name} {row['index']:.2f}", 20)
            texts[stage] = f"{texts[stage]}\n{text}" if stage in texts else text
    return texts


def _pain_lane(ax, stages, place, pains, height):
    """A lane below the channels; ``height`` is that of its text, in lanes."""
    for stage, text in pains.items():
        ax.text(
            stages.index(stage),
            place - 0.3,
            text,
            ha="center",
            va="top",
            fontsize=_SMALL,
            color=_RED,
            fontweight="bold",
        )
    ticks = [*ax.get_yticks(), place - 0.1]
    labels = [label.get_text() for label in ax.get_yticklabels()]
    ax.set_yticks(ticks, [*labels, "pain points"], fontsize=_TEXT)
    ax.get_ygridlines()[-1].set_visible(False)
    ax.set_ylim(place - 0.15 + height, -0.65)

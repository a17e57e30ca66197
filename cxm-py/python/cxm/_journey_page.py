"""The page about journeys that ``cxm.Journeys.to_html`` writes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from . import _text
from ._journey_plots import level_of
from ._page import Page

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_NONE = "–"
#: Whole paths that are shown.
_PATHS = 10


def journey_page(
    journeys: Any,
    *,
    title: str,
    funnel: Sequence[Any] | None,
    target: float | None,
    steps: int,
    methods: Sequence[str] | None,
    level: float | None,
) -> str:
    """The page as a text; see ``cxm.Journeys.to_html``."""
    level = level_of(journeys, level)
    options = {"level": level}
    report = journeys.report(**options)
    page = Page(title, _about(report))
    _main_figures(page, report)
    scored = any(row["scores"] for row in journeys.contacts().rows)
    if report.definition["stages"] and report.events:
        _map(page, journeys, target if scored else None, options)
    if scored and target is not None:
        _pain_points(page, journeys, target, options)
    if funnel:
        _funnel(page, journeys, funnel, options)
    if report.events:
        _flows(page, journeys, steps)
        _variants(page, journeys)
    if report.converted:
        _attribution(page, journeys, methods, options)
    _rests_on(page, report, level)
    return page.html()


def _about(report):
    if not report.events:
        return "No contacts yet."
    first, last = (_day(report._fields[name]) for name in ("first_time", "last_time"))
    return (
        f"{report.events:,} contacts of {report.customers:,} customers in {report.journeys:,} "
        f"journeys, from {first} to {last} (UTC)."
    )


def _day(microseconds):
    return str((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).date())


def _duration(microseconds):
    if microseconds is None:
        return _NONE
    seconds = microseconds / 1e6
    units = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))
    unit, length = next((it for it in units if seconds >= it[1]), units[-1])
    found = seconds / length
    return f"{found:,.{0 if found >= 10 or found == int(found) else 1}f} {unit}"


def _main_figures(page, report):
    figures = []
    if report.score is not None:
        interval = report._interval_or_none()
        note = _text.interval(interval, "%") if interval else ""
        figures.append(("reached their goal", f"{_text.number(report.score, '%')} %", note))
    figures += [
        ("customers", f"{report.customers:,}", ""),
        ("journeys", f"{report.journeys:,}", _statuses(report)),
        ("contacts", f"{report.events:,}", ""),
        ("touchpoints", f"{report.touchpoints:,}", f"on {report.channels:,} channels"),
        ("contacts a journey", _median(report.length, "{:,g}"), "median"),
        ("from first to last", _duration(report.duration["median"]), "median"),
    ]
    page.figures(figures)


def _statuses(report):
    names = ("converted", "dropped", "ended", "open")
    counts = ((report._fields[name], name) for name in names)
    return ", ".join(f"{count:,} {name}" for count, name in counts if count)


def _median(spread, form):
    return _NONE if spread["median"] is None else form.format(spread["median"])


def _share(value):
    return _NONE if value is None else f"{100 * value:.1f} %"


def _limits(lower, upper):
    """Two limits of a share."""
    if lower is None or upper is None:
        return _NONE
    return f"{100 * lower:.1f} to {100 * upper:.1f} %"


def _name(value):
    return _text.cell(value, "", "") if value is not None else "no channel"


def _emotion(value):
    return _NONE if value is None else _text.signed(value, 2)


def _map(page, journeys, target, options):
    from ._journey_plots import _emotion_of, journey_map

    curve = journeys.emotion_curve(by="stage", **options).rows
    felt = [row for row in curve if row["emotion"] is not None]
    page.section(
        "Journey map",
        "Stages across, channels as lanes. Emotion is the mean score on a scale from −2, bad, to "
        "+2, good.",
    )
    stages = "; ".join(
        f"{_name(row['group'])}: {row['events']:,} contacts, emotion {_emotion(row['emotion'])}"
        for row in curve
    )
    figure = journey_map(journeys, target=target, **options)[0].figure
    page.picture(figure, "Journey map", f"Emotion and contacts by stage. {stages}.")
    if felt:
        emotion = _emotion_of(journeys.definition)
        rows = [_stage_row(row, emotion) for row in curve]
        heads = ["stage", "contacts", "customers", "scores", "emotion", "interval"]
        heads += ["bad moments", "interval"]
        page.table(heads, rows, "Emotion by stage")


def _stage_row(row, emotion):
    limits = [row["lower"], row["upper"]]
    if None not in limits:
        limits = sorted(map(emotion, limits))
    return [
        _name(row["group"]),
        f"{row['events']:,}",
        f"{row['customers']:,}",
        f"{row['n']:,}",
        _emotion(row["emotion"]),
        _NONE if None in limits else " to ".join(map(_emotion, limits)),
        _share(row["negative_share"]),
        _limits(row["negative_lower"], row["negative_upper"]),
    ]


def _pain_points(page, journeys, target, options):
    page.section(
        "Where it hurts",
        f"Reach: the share of customers who meet a touchpoint. Severity: how far its scores miss "
        f"{target:g}, from 0 to 100 %. Index: one times the other, from 0 to 1.",
    )
    rows = [row for row in journeys.pain_points(target=target, **options).rows if row["index"]]
    cells = [
        [
            _name(row["touchpoint"]),
            f"{row['index']:.3f}",
            _share(row["reach"]),
            _limits(row["reach_lower"], row["reach_upper"]),
            _share(row["severity"]),
            _limits(row["severity_lower"], row["severity_upper"]),
            f"{row['n']:,}",
        ]
        for row in rows
    ]
    heads = ["touchpoint", "index", "reach", "interval", "severity", "interval", "scores"]
    page.table(heads, cells, "Pain points")


def _funnel(page, journeys, steps, options):
    from ._journey_plots import journey_funnel

    funnel = journeys.funnel(steps, **options)
    page.section(
        "Funnel",
        f"How many of {funnel.journeys:,} journeys came how far along these touchpoints. Open "
        "journeys may still go on; dropped ones are over.",
    )
    table = funnel.table().rows
    told = ", ".join(f"{_name(row['touchpoint'])} {row['reached']:,}" for row in table)
    page.picture(journey_funnel(funnel).figure, "Funnel", f"Journeys that reached: {told}.")
    rows = [
        [
            _name(row["touchpoint"]),
            f"{row['reached']:,}",
            _share(row["share"]),
            _share(row["share_of_previous"]),
            _limits(row["lower"], row["upper"]),
        ]
        for row in table
    ]
    heads = ["step", "journeys", "of the first step", "of the step before", "interval"]
    page.table(heads, rows, "Steps of the funnel")


def _flows(page, journeys, steps):
    from ._flow_plots import transition_graph
    from ._sankey_plots import journey_sankey

    page.section("Step by step", f"Where journeys are at each of their first {steps} steps.")
    flows = sorted(
        journeys.step_flows(steps=steps).rows, key=lambda row: (row["step"], -row["journeys"])
    )
    widest = sorted(flows, key=lambda row: -row["journeys"])[:5]
    told = "; ".join(
        f"{row['journeys']:,} from {_name(row['source'])} at step {row['step']} to "
        f"{_name(row['target'])}"
        for row in widest
    )
    figure = journey_sankey(journeys, steps=steps).figure
    page.picture(figure, "Journeys step by step", f"The widest bands: {told or 'none'}.")
    rows = [
        [
            str(row["step"]),
            _name(row["source"]),
            _name(row["target"]),
            f"{row['journeys']:,}",
            _share(row["probability"]),
        ]
        for row in flows
    ]
    heads = ["step", "=from", "=to", "journeys", "of those there"]
    page.table(heads, rows, "Flows from step to step, in figures", folded=True)
    _transitions(page, journeys, transition_graph(journeys).figure)


def _transitions(page, journeys, figure):
    page.section("What follows what", "Every pair of neighbours, wherever in the journey.")
    moves = sorted(journeys.transitions().rows, key=lambda row: -row["count"])
    told = "; ".join(
        f"{_name(row['source'])} to {_name(row['target'])} {row['count']:,} times"
        for row in moves[:5]
    )
    page.picture(figure, "What follows what", f"The most frequent moves: {told or 'none'}.")
    rows = [
        [
            _name(row["source"]),
            _name(row["target"]),
            f"{row['count']:,}",
            f"{row['customers']:,}",
            _share(row["probability"]),
            _duration(row["median_duration"]),
        ]
        for row in moves
    ]
    heads = ["from", "=to", "moves", "customers", "of moves from there", "median time"]
    page.table(heads, rows, "Moves, in figures", folded=True)


def _variants(page, journeys):
    page.section("Most frequent paths", "Whole journeys, touchpoint by touchpoint.")
    variants = journeys.variants().rows
    rows = [
        [row["path"], f"{row['journeys']:,}", _share(row["share"]), f"{row['converted']:,}"]
        for row in variants
    ]
    page.table(["path", "journeys", "share", "converted"], rows, "Paths", most=_PATHS)


def _attribution(page, journeys, methods, options):
    from ._attribution_plots import attribution_comparison

    page.section(
        "What conversions are owed to",
        "The same conversions, divided among the touchpoints before them by several methods. That "
        "methods differ is a choice and not chance.",
    )
    asked = {} if methods is None else {"methods": list(methods)}
    table = journeys.tabulate("attribution_comparison", **asked)
    methods = [name for name in table if name != "touchpoint"]
    rows = sorted(table.rows, key=lambda row: -sum(row[method] for method in methods))
    leaders = "; ".join(f"{_text.words(it)} {_leader(rows, it)}" for it in methods)
    figure = attribution_comparison(table).figure
    page.picture(figure, "Conversions by method", f"Who gets most: {leaders}.")
    limits = {
        method: {
            row["touchpoint"]: _limits(row["share_lower"], row["share_upper"])
            for row in journeys.attribution(method, **options).rows
        }
        for method in methods
    }
    heads, cells = ["touchpoint"], [[_name(row["touchpoint"])] for row in rows]
    for method in methods:
        heads += [_text.words(method), "share from … to"]
        for row, line in zip(rows, cells, strict=True):
            line += [f"{row[method]:,.1f}", limits[method].get(row["touchpoint"], _NONE)]
    page.table(heads, cells, "Conversions by method, in figures", folded=True)


def _leader(rows, method):
    return _name(max(rows, key=lambda row: row[method])["touchpoint"])


def _rests_on(page, report, level):
    page.section("What this rests on", "How journeys were read, and what was left out.")
    terms = [(_text.words(name), text) for name, text in _definition(report.definition)]
    terms.append(("intervals", f"{_text.percent(level)}, Wilson for shares, Student's t for means"))
    excluded = report._fields["excluded"]
    lost = [f"{count:,} {_text.words(name)}" for name, count in excluded.items() if count]
    terms += [
        ("rows taken in", f"{report.observations:,}"),
        ("rows left out", ", ".join(lost) or "none"),
        (
            "duplicates left out",
            f"{report.duplicates:,}, of them {report.conflicting_duplicates:,} "
            "that say something else",
        ),
        ("contacts at the same instant", f"{report.ties:,} pairs, in the order of their arrival"),
    ]
    page.terms(terms)


def _definition(definition):
    """What was chosen, as texts."""
    for name, value in definition.items():
        if value is None or value is False or value == []:
            continue
        if name == "stages":
            yield (
                name,
                "; ".join(
                    f"{it['stage']}: {', '.join(map(_name, it['touchpoints']))}" for it in value
                ),
            )
        elif name in ("earliest", "latest"):
            yield name, _day(value)
        elif name == "gap":
            yield name, f"a pause of more than {_duration(value)} begins a new journey"
        elif isinstance(value, list):
            yield name, (" to " if name == "scale" else ", ").join(map(str, value))
        elif value is True:
            yield name, "yes"
        else:
            yield name, f"{value:,}" if isinstance(value, int) else _text.words(value)

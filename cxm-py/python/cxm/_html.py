"""Reports and tables in a notebook: plain HTML and inline SVG, in the colours of the page."""

from __future__ import annotations

from html import escape

from . import _text

_WIDTH, _ROW, _EDGE = 320, 22, 6
_CELL = "text-align:right;padding:2px 8px"
_NAME = "text-align:left;padding:2px 8px"
_SMALL = "font-size:0.85em;opacity:0.75"


def _scale(low, high):
    span = (high - low) or 1
    return lambda value: round(_EDGE + (value - low) / span * (_WIDTH - 2 * _EDGE), 1)


def interval_bar(score, lower, upper, low, high, label):
    """A line from lower to upper with a dot at the score, between low and high."""
    at, middle = _scale(low, high), _ROW / 2
    parts = [f'<line x1="0" y1="{middle}" x2="{_WIDTH}" y2="{middle}" stroke-opacity="0.2"/>']
    if low < 0 < high:
        zero = at(0)
        parts.append(f'<line x1="{zero}" y1="3" x2="{zero}" y2="{_ROW - 3}" stroke-opacity="0.4"/>')
    parts.append(
        f'<line x1="{at(lower)}" y1="{middle}" x2="{at(upper)}" y2="{middle}" stroke-width="9" '
        'stroke-opacity="0.35"/>'
    )
    parts.append(
        f'<circle cx="{at(score)}" cy="{middle}" r="3.5" fill="currentColor" stroke="none"/>'
    )
    return _svg(parts, label, _ROW)


def distribution_bar(counts, label):
    """Counts as the segments of one bar, pale to full from the first to the last."""
    total, left, parts = sum(counts), 0.0, []
    for position, count in enumerate(counts):
        width = round(count / total * _WIDTH, 1) if total else 0
        opacity = round((position + 1) / len(counts) * 0.8, 2)
        if width:
            parts.append(
                f'<rect x="{round(left, 1)}" y="3" width="{width}" height="{_ROW - 6}" '
                f'fill="currentColor" fill-opacity="{opacity}" stroke-opacity="0.25"/>'
            )
        left += width
    return _svg(parts, label, _ROW)


def _svg(parts, label, height):
    return (
        f'<svg role="img" aria-label="{escape(label, quote=True)}" width="{_WIDTH}" '
        f'height="{height}" viewBox="0 0 {_WIDTH} {height}" stroke="currentColor">'
        f"<title>{escape(label)}</title>{''.join(parts)}</svg>"
    )


def _range(report):
    """The ends of the axis: the ends that the unit has, else those of the scale."""
    ends = {"points": (-100, 100), "%": (0, 1)}.get(report.unit)
    return ends or tuple(report.definition.get("scale") or (0, 1))


def _classes(fields):
    """The counts that add up to the responses, worst first; empty where there are none."""
    for names in (("detractors", "passives", "promoters"), ("bottom", "middle", "top")):
        if all(name in fields for name in names):
            return {name: fields[name] for name in names}
    return {}


def report(report, unit):
    """One report: headline, interval, distribution, n, what was left out, definition."""
    fields, interval = report._fields, report._interval_or_none()
    headline = f"{_text.title(report.kind)} {_text.number(report.score, unit)} {unit}".strip()
    lines = [f'<div style="font-size:1.3em;font-weight:600">{escape(headline)}</div>']
    if interval is not None:
        text = _text.interval(interval, unit)
        low, high = _range(report)
        low, high = min(low, interval.lower), max(high, interval.upper)
        bar = interval_bar(report.score, interval.lower, interval.upper, low, high, text)
        lines.append(f"<div>{bar}<br>{escape(text)}</div>")
    classes = _classes(fields)
    if report.responses and classes:
        text = ", ".join(f"{count:,} {_text.words(name)}" for name, count in classes.items())
        lines.append(
            f"<div>{distribution_bar(list(classes.values()), text)}<br>{escape(text)}</div>"
        )
    excluded = _text.exclusions(fields) or "nothing"
    lines.append(f"<div>n = {report.responses:,}; excluded: {escape(excluded)}</div>")
    definition = escape(_text.definition(report.definition))
    lines.append(f'<div style="{_SMALL}">{definition}</div>')
    return f'<div class="cxm-report">{"".join(lines)}</div>'


def table(table):
    """One row a group, each with its interval bar on a common axis."""
    columns, unit = table.to_dict(), table.unit
    shown = [name for name in ("adjusted_p_value", "shrunken", "suppressed") if name in columns]
    limits = [value for name in ("lower", "upper") for value in columns[name] if value is not None]
    low, high = min(limits, default=0), max(limits, default=1)
    names = [*table.by, "score", "", "lower", "upper", "n", *map(_text.words, shown)]
    styles = [_NAME] * len(table.by) + [_CELL] * len(names)
    head = "".join(
        f'<th style="{style}">{escape(name)}</th>'
        for name, style in zip(names, styles, strict=False)
    )
    body = "".join(
        _row(table.by, columns, row, unit, (low, high), shown) for row in range(len(table))
    )
    return (
        f'<div class="cxm-table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        f'<div style="{_SMALL}">total: {escape(repr(table.total))}</div></div>'
    )


def columns(cells, rest):
    """The leading rows of plain columns, and how many there are."""
    head = "".join(f'<th style="{_CELL}">{escape(_text.words(name))}</th>' for name in cells)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{escape(cell)}</td>' for cell in row) + "</tr>"
        for row in zip(*cells.values(), strict=True)
    )
    return (
        f'<div class="cxm-table"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
        f'<div style="{_SMALL}">{escape(rest)}</div></div>'
    )


def _row(by, columns, row, unit, ends, shown):
    def text(name):
        return _text.cell(columns[name][row], name, unit)

    score, lower, upper = (columns[name][row] for name in ("score", "lower", "upper"))
    bar = ""
    if lower is not None and score is not None:
        label = f"{text('score')} ({text('lower')} to {text('upper')})"
        bar = interval_bar(score, lower, upper, *ends, label)
    cells = [f'<td style="{_NAME}">{escape(text(name))}</td>' for name in by]
    cells.append(f'<td style="{_CELL}">{text("score")}</td><td>{bar}</td>')
    rest = ["lower", "upper", "responses", *shown]
    cells += [f'<td style="{_CELL}">{escape(text(name))}</td>' for name in rest]
    return f"<tr>{''.join(cells)}</tr>"

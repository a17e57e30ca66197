"""The summary of a fitted model as text and as HTML."""

from __future__ import annotations

from html import escape

from . import _text

_NONE = "–"


def _figure(value):
    if value is None:
        return _NONE
    return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}"


def _likelihood(value):
    return _NONE if value is None else f"{value:,.3f}"


def _count(value):
    return _NONE if value is None else f"{value:,.0f}"


def _unit(unit):
    return unit if isinstance(unit, str) else f"{unit['days']} days"


def _title(fields):
    from ._models import CLASSES

    return CLASSES[fields["model"]].__name__


def _head(fields):
    """The figures above the parameters: two columns of names and values."""
    left = [
        ("unit", _unit(fields["unit"])),
        ("customers", _count(fields["customers"])),
        ("repeaters", _count(fields["repeaters"])),
        ("patterns", _count(fields["patterns"])),
    ]
    right = [
        ("log-likelihood", _likelihood(fields["log_likelihood"])),
        ("AIC", _likelihood(fields["aic"])),
        ("BIC", _likelihood(fields["bic"])),
        ("fit", _text.words(fields["diagnosis"]["status"])),
    ]
    return list(zip(left, right, strict=True))


def _foot(fields):
    """What stands below the parameters."""
    ratio = fields["likelihood_ratio"]
    if ratio is None:
        return [fields["diagnosis"]["message"]]
    gain = (
        f"covariates: likelihood ratio {ratio['statistic']:.3f}, "
        f"{ratio['degrees_of_freedom']} degrees of freedom, {_text.p_value(ratio['p_value'])}"
    )
    return [gain, fields["diagnosis"]["message"]]


def _rows(fields):
    """One row a parameter, and the names of the columns."""
    errors, intervals = fields["standard_errors"], fields["intervals"]
    level = None if intervals is None else next(iter(intervals.values()))["level"]
    between = "interval" if level is None else f"{_text.percent(level)} interval"
    yield "", "value", "std. error", between, ""
    for name, value in fields["parameters"].items():
        error = None if errors is None else errors[name]
        limits = None if intervals is None else intervals[name]
        lower, upper = (None, None) if limits is None else (limits["lower"], limits["upper"])
        yield name, _figure(value), _figure(error), _figure(lower), _figure(upper)
    for row in fields["coefficients"]:
        cells = (row[name] for name in ("value", "standard_error", "lower", "upper"))
        yield (f"{row['part']}: {row['name']}", *map(_figure, cells))


def plain(fields):
    """The summary in fixed width."""
    rows = list(_rows(fields))
    widths = [max(len(row[place]) for row in rows[1:]) for place in range(5)]
    widths = [max(widths[0], 6), *(max(width, 11) for width in widths[1:])]
    total = sum(widths) + 2 * (len(widths) - 1)
    head, *body = rows
    both = widths[3] + 2 + widths[4]
    lines = [_title(fields).center(total).rstrip(), "=" * total]
    half = (total - 2) // 2
    for (name, value), (other, figure) in _head(fields):
        left = name.ljust(half - len(value)) + value
        lines.append(left + "  " + other.ljust(total - half - 2 - len(figure)) + figure)
    lines.append("-" * total)
    names = [head[0].ljust(widths[0]), head[1].rjust(widths[1]), head[2].rjust(widths[2])]
    lines.append("  ".join([*names, head[3].rjust(both)]))
    for row in body:
        cells = [row[0].ljust(widths[0])]
        cells += [text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells))
    lines += ["=" * total, *_foot(fields)]
    return "\n".join(lines)


_CELL = "text-align:right;padding:2px 8px"
_NAME = "text-align:left;padding:2px 8px"
_SMALL = "font-size:0.85em;opacity:0.75"


def _row(cells, tag="td"):
    styles = [_NAME] + [_CELL] * (len(cells) - 1)
    pairs = zip(cells, styles, strict=True)
    return "".join(f'<{tag} style="{style}">{escape(cell)}</{tag}>' for cell, style in pairs)


def html(fields):
    """The summary as two small tables."""
    head = "".join(f"<tr>{_row(left)}{_row(right)}</tr>" for left, right in _head(fields))
    names, *body = _rows(fields)
    columns = _row(names[:3], "th") + f'<th style="{_CELL}" colspan="2">{escape(names[3])}</th>'
    rows = "".join(f"<tr>{_row(row)}</tr>" for row in body)
    return (
        f'<div class="cxm-model"><div style="font-weight:600">'
        f"{escape(_title(fields))}</div><table>{head}</table>"
        f"<table><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>"
        f'<div style="{_SMALL}">{"<br>".join(map(escape, _foot(fields)))}</div></div>'
    )

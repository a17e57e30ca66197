"""How figures read as text."""

from __future__ import annotations

#: Digits after the point, by unit; figures without a unit are shown with two.
_DECIMALS = {"points": 1, "%": 1}
#: Below this, a figure without a unit would have a single digit left, or none.
_SMALL = 0.1

#: What may have been left out of a figure, in the order of telling, and how it reads.
EXCLUSIONS = {
    "missing": "missing",
    "dont_know": "don't know",
    "invalid": "invalid",
    "duplicates": "duplicate",
    "incomplete": "incomplete",
    "before_only": "before only",
    "after_only": "after only",
    "neither": "in neither wave",
}


def title(kind):
    """``nps`` and ``csat`` are NPS and CSAT, ``paired_nps`` is paired NPS, others are words."""
    parts = kind.split("_")
    alone = len(parts) == 1
    short = [(alone and len(part) < 5) or not set(part) & set("aeiou") for part in parts]
    return " ".join(p.upper() if s else p for p, s in zip(parts, short, strict=True))


def number(value, unit=""):
    """A figure with the digits that its unit deserves."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return f"{value:,}"
    if unit == "%":
        value *= 100
    if not unit and 0 < abs(value) < _SMALL:
        return f"{value:.2g}"
    return f"{value:,.{_DECIMALS.get(unit, 2)}f}"


def signed(value, decimals):
    """A figure with its sign; what rounds to zero has none."""
    text = f"{value:+.{decimals}f}"
    return text[1:] if not float(text) else text.replace("-", "−")


def percent(level):
    """0.95 is 95 %."""
    return f"{level * 100:g} %"


def p_value(value):
    """``p = 0.0123``; what is too small for a number is not nothing."""
    return f"p = {value:.3g}" if value > 0 else "p < 1e-300"


def words(name):
    """A name in ``snake_case`` as words."""
    return str(name).replace("_", " ")


#: The names of people among the words of a method.
_PEOPLE = (
    "agresti",
    "caffo",
    "clopper",
    "coull",
    "delong",
    "jeffreys",
    "pearson",
    "poisson",
    "student",
    "wald",
    "wilson",
)


def method(name):
    """The name of a method as words, with the names of people in capitals."""
    parts = words(name).replace("log log", "log-log").split(" ")
    people = {"delong": "DeLong"}
    return " ".join(people.get(p, p.capitalize()) if p in _PEOPLE else p for p in parts)


def exclusions(fields):
    """``12 missing, 3 invalid``; empty if nothing was left out."""
    counts = dict.fromkeys(EXCLUSIONS, 0)
    _count(fields, counts)
    return ", ".join(f"{count:,} {EXCLUSIONS[name]}" for name, count in counts.items() if count)


def _count(fields, counts):
    """Adds up what was left out, over all items where each has counts of its own."""
    for name, value in fields.items():
        if name == "definition":
            continue
        if name in counts:
            counts[name] += value
        elif name in ("out_of_range", "non_integer") and "invalid" not in fields:
            counts["invalid"] += value
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                _count(item, counts)


def interval(interval, unit=""):
    """``95 % score interval 18.1 to 28.6``."""
    lower, upper = number(interval.lower, unit), number(interval.upper, unit)
    return f"{percent(interval.level)} {method(interval.method)} interval {lower} to {upper}"


def definition(fields):
    """``scale 0 to 10, detractor max 6``: what differs from nothing at all."""
    given = [(n, v) for n, v in fields.items() if v is not None and v is not False and v != []]
    return "; ".join(f"{words(name)} {_value(name, value)}" for name, value in given)


def _value(name, value):
    if isinstance(value, list):
        return (" to " if name == "scale" else ", ").join(map(str, value))
    return words(value)


def table(table):
    """A table of the leading columns in fixed width, and the total below."""
    columns = table.to_dict()
    shown = [*table.by, "score", "responses", "lower", "upper"]
    shown += [name for name in ("suppressed", "adjusted_p_value", "shrunken") if name in columns]
    unit = table.unit
    rows = [[cell(columns[name][row], name, unit) for name in shown] for row in range(len(table))]
    cells = [[words(name) for name in shown], *rows]
    widths = [max(len(row[position]) for row in cells) for position in range(len(shown))]
    lines = []
    for row in cells:
        keys = [text.ljust(width) for text, width in zip(row, widths, strict=True)][: len(table.by)]
        rest = [text.rjust(width) for text, width in zip(row, widths, strict=True)][len(table.by) :]
        lines.append("  ".join([*keys, *rest]).rstrip())
    return "\n".join([*lines, "", f"total: {table.total!r}"])


def cell(value, name, unit):
    """One cell of a table as text."""
    if value is None:
        return "–"
    if name in ("score", "lower", "upper", "shrunken", "versus_rest"):
        return number(value, unit)
    if name.endswith("p_value"):
        return f"{value:.3g}"
    if isinstance(value, int) and name == "responses":
        return number(value)
    return words(value) if name == "suppressed" else str(value)


def cut(name, letters):
    """The beginning of a name that is too long for its place."""
    text = " ".join(str(name).split())
    return text if len(text) <= letters else f"{text[: letters - 1]}…"


def fold(name, letters, lines=2):
    """A name in lines of so many letters, cut after the last of them."""
    from textwrap import wrap

    folded = wrap(str(name), letters) or [""]
    if len(folded) > lines:
        folded[lines - 1 :] = [cut(" ".join(folded[lines - 1 :]), letters)]
    return "\n".join(folded)

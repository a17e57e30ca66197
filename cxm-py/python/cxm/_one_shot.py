"""One function per calculator: columns in, report or table out."""

from __future__ import annotations

from . import _frames
from ._calculators import CLASSES, ENTRIES, class_of, definition_parameters
from ._results import Comparison, Report
from ._signatures import Required, make_function
from .table import Keyed

#: What only a table by segment has.
_TABLE = ("min_responses", "versus_rest", "adjustment", "shrink")
_LIMITS = ("max_groups", "overflow")
#: Columns beside the first, by batch shape; all are keyword arguments.
_COLUMNS = {
    "ratings": ("weights", "counts"),
    "items": (),
    "invitations": ("answered_at",),
    "answers": ("customer", "time", "wave"),
}
_FIRST = {"invitations": "invited_at"}

_DOC = """{summary}.

{first} is a column: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB
relation of one column. None, NaN and null are missing answers. Or it is a data frame, and
``rating`` names its column; then ``by`` names one or more key columns and the answer is a table in
the frame's own library: score, n, limits of the interval and counts of every group.

Columns: {columns}. ``level`` and ``method`` are those of the intervals. With ``by``:
``min_responses`` hides smaller groups, ``versus_rest`` tests each against all others with p-values
adjusted by ``adjustment``, ``shrink`` shrinks scores toward their common mean; ``max_groups`` and
``overflow`` limit the groups.

The remaining keywords are the definition; see ``cxm.{class_name}``.
"""


def _given(arguments, names):
    return {name: arguments[name] for name in names if arguments.get(name) is not None}


def _unset(arguments, defaults):
    """The definition's keywords that differ from what goes without saying."""
    return {
        name: value
        for name, value in arguments.items()
        if name in defaults and value is not None and value != defaults[name]
    }


def _run(kind, arguments, first, columns, defaults):
    data, rating, by = arguments[first], arguments["rating"], arguments["by"]
    named = _given(arguments, columns)
    definition = _unset(arguments, defaults)
    if "weights" in named:
        definition.setdefault("weighted", True)
    reading = _given(arguments, ("level", "method"))
    if by is not None:
        by = [by] if isinstance(by, str) else list(by)
        table = Keyed(kind, by=by, **_given(arguments, _LIMITS), **definition)
        table.update(data, rating=rating, **named)
        return _frames.like(table.table(**reading, **_given(arguments, _TABLE)), data)
    only_tables = _given(arguments, (*_TABLE, *_LIMITS))
    if only_tables:
        raise TypeError(f"{', '.join(only_tables)}: only for a table; name its key columns: by=…")
    batch = [data]
    if rating is not None:
        batch, named = _from_frame(data, rating, named)
    calculator = CLASSES[kind](**definition)
    calculator.update(*batch, **named)
    return calculator.value(**reading)


def _from_frame(frame, rating, named):
    ratings = [rating] if isinstance(rating, str) else list(rating)
    wanted = {name: column for name, column in named.items() if isinstance(column, str)}
    found = _frames.columns(frame, [*ratings, *wanted.values()])
    named = {name: found[column] if name in wanted else column for name, column in named.items()}
    return [found[name] for name in ratings], named


def make(kind):
    """The function of one calculator."""
    entry = ENTRIES[kind]
    first, columns = _FIRST.get(entry["shape"], "ratings"), _COLUMNS[entry["shape"]]
    definition = definition_parameters(entry)
    keyword_only = dict.fromkeys(
        (*columns, "rating", "by", "level", "method", *_TABLE, *_LIMITS), None
    )
    # A keyword that is left out has the preset's value, which only the core knows.
    keyword_only |= {name: None for name in definition}
    defaults = dict.fromkeys(definition)
    document = _DOC.format(
        summary=entry["summary"][:1].upper() + entry["summary"][1:],
        first=f"``{first}``",
        columns=", ".join(f"``{name}``" for name in columns) or "none besides",
        class_name=entry["type_name"],
    )

    def run(arguments):
        return _run(kind, arguments, first, columns, defaults)

    return make_function(kind, "cxm", {first: Required}, keyword_only, document, run)


FUNCTIONS = {kind: make(kind) for kind in ENTRIES}


def compare(a, b, *, level=None, **arguments):
    """The score of ``a`` minus the score of ``b``, with its test and its interval.

    Reports or calculators of one kind and definition, of independent samples. ``method`` chooses
    the test, ``measure`` compares another figure than the score.
    """
    first = a if isinstance(a, Report) else a.value()
    if level is not None:
        arguments["level"] = level
    return first.compare(b, **arguments)


__all__ = ["FUNCTIONS", "Comparison", "class_of", "compare"]

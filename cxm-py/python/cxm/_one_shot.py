"""One function per calculator: columns in, report or table out."""

from __future__ import annotations

from . import _churn, _frames
from ._calculators import CLASSES, ENTRIES, definition_parameters, report_of
from ._results import Report
from ._signatures import Required, make_function
from .table import Keyed, named_columns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._results import Comparison

#: By batch shape: what comes first, the columns beside it, and the keyword that names the first
#: columns of a data frame.
_SHAPES = {
    "ratings": ("ratings", ("weights", "counts"), "rating"),
    "items": ("*items", (), "columns"),
    "invitations": ("invited_at", ("answered_at",), "columns"),
    "answers": ("ratings", ("customer", "time", "wave"), "rating"),
    "durations": ("durations", ("observed", "entry", "cause", "counts"), "columns"),
    "predictions": ("probability", ("observed", "value", "counts"), "columns"),
}
#: What only a table by segment has.
_TABLE = ("min_responses", "versus_rest", "adjustment", "shrink")
_LIMITS = ("max_groups", "overflow")
#: Functions whose names say what they do, where the calculator's name does not.
NAMES = {"prediction_scores": "score_predictions"}
#: The calculator that knows which of a customer's answers count, its columns and its rules.
_LEDGER = "response_ledger"
_LEDGER_COLUMNS = ("customer", "time", "wave")
_LEDGER_RULES = ("duplicates", "min_gap_days")

_DOC = """{summary}.

``{first}``: a list, a numpy array, a pandas or polars Series, a pyarrow array, a DuckDB relation of
one column. None, NaN and null are missing. Or it is a data frame, and ``{naming}`` names its
column{s}; ``by`` then names one or more key columns, and the answer is a table in the frame's own
library: score, n, limits of the interval and counts of every group.
{columns}
``level`` and ``method`` are those of the intervals. With ``by``: ``min_responses`` hides smaller
groups, ``versus_rest`` tests each against all others with p-values adjusted by ``adjustment``,
``shrink`` shrinks scores toward their common mean; ``max_groups`` and ``overflow`` limit the
groups.

The remaining keywords are the definition; see ``cxm.{class_name}``.
"""

_DOC_RATINGS = """
``weights`` or ``counts``: a column, or the name of one in the data frame. With ``customer`` and
``time`` (and ``wave``), of several answers of a customer those count that the rule ``duplicates``
says; see ``cxm.ResponseLedger``.
"""


def _given(arguments, names):
    return {name: arguments[name] for name in names if arguments.get(name) is not None}


def _run(kind, arguments):
    entry = ENTRIES[kind]
    first, columns, naming = _SHAPES[entry["shape"]]
    batch = arguments[first.lstrip("*")]
    batch = list(batch) if first.startswith("*") else [batch]
    named = _given(arguments, columns)
    definition = _given(arguments, definition_parameters(entry))
    if "weights" in named:
        definition.setdefault("weighted", True)
    reading = _given(arguments, ("level", "method"))
    table = _given(arguments, (*_TABLE, *_LIMITS))
    once = _given(arguments, (*_LEDGER_COLUMNS, *_LEDGER_RULES)) if kind != _LEDGER else {}
    by, names = arguments["by"], arguments[naming]
    if by is not None:
        if once:
            raise TypeError(
                f"{', '.join(once)}: not for a table; use a cxm.ResponseLedger per group"
            )
        return _table(kind, batch, names, by, named, definition, reading | table)
    if table:
        raise TypeError(f"{', '.join(table)}: only for a table; name its key columns: by=…")
    if names is not None:
        batch, named = named_columns(batch, names, {**named, **_given(once, _LEDGER_COLUMNS)})
        once |= _given(named, _LEDGER_COLUMNS)
    if once:
        return _count_once(kind, batch, named, once, definition, reading)
    calculator = CLASSES[kind](**definition)
    calculator.update(*batch, **named)
    return calculator.value(**reading)


def _table(kind, batch, names, by, named, definition, options):
    limits = {name: options.pop(name) for name in _LIMITS if name in options}
    keyed = Keyed(kind, by=by, **limits, **definition)
    keyed.update(*batch, columns=names, **named)
    return _frames.like(keyed.table(**options), batch[0])


def _count_once(kind, batch, named, once, definition, reading):
    """The report over the answers that count, where customers answered more than once."""
    rules = CLASSES[kind](**definition).definition
    shared = {name: rules[name] for name in ENTRIES[_LEDGER]["definition"] if name in rules}
    ledger = CLASSES[_LEDGER](**shared, **_given(once, _LEDGER_RULES))
    ledger.update(*batch, **{**named, **_given(once, _LEDGER_COLUMNS)})
    derived = ledger.value().derive(kind, **definition)
    return report_of(derived._snapshot, reading)


def _document(entry):
    first, columns, naming = _SHAPES[entry["shape"]]
    if entry["shape"] == "ratings":
        beside = _DOC_RATINGS if _LEDGER in ENTRIES else ""
    else:
        listed = ", ".join(f"``{name}``" for name in columns)
        beside = f"\nBeside it, columns: {listed}.\n" if listed else ""
    return _DOC.format(
        summary=entry["summary"][:1].upper() + entry["summary"][1:],
        first=first,
        naming=naming,
        s="" if naming == "rating" else "s",
        columns=beside,
        class_name=entry["type_name"],
    )


def _make(kind):
    entry = ENTRIES[kind]
    first, columns, naming = _SHAPES[entry["shape"]]
    positional = {first: Required}
    if entry["shape"] == "invitations":
        positional |= dict.fromkeys(columns)
        columns = ()
    if entry["shape"] == "ratings" and _LEDGER in ENTRIES:
        columns = (*columns, *_LEDGER_COLUMNS, *_LEDGER_RULES)
    # A keyword of the definition that is left out has the preset's value, which the core knows.
    keyword = (*columns, naming, "by", "level", "method", *_TABLE, *_LIMITS)
    keyword = dict.fromkeys((*keyword, *definition_parameters(entry)))
    name = NAMES.get(kind, kind)
    return make_function(
        name, "cxm", positional, keyword, _document(entry), lambda arguments: _run(kind, arguments)
    )


#: By batch shape of the calculators with tables: their columns, the required ones first.
_TABLE_SHAPES = {
    "transactions": (("customer", "time"), ("amount", "cost", "currency")),
    "histories": (("frequency", "recency", "age"), ("spend", "counts")),
    "paths": (("path", "conversions"), ("value", "nulls")),
}

_DOC_TABLE = """{summary}.

``frame``: a pandas or polars DataFrame, a pyarrow Table, a DuckDB relation, a dict of columns.
{columns} name its columns; the answer is a table in the frame's own library:
{table}.

{arguments}

The remaining keywords are the definition; see ``cxm.{class_name}``, which has the other tables.
"""


def _run_table(kind, arguments):
    entry = ENTRIES[kind]
    required, optional = _TABLE_SHAPES[entry["shape"]]
    frame = arguments["frame"]
    calculator = CLASSES[kind](**_given(arguments, definition_parameters(entry)))
    calculator.update(frame, **_given(arguments, (*required, *optional)))
    reading = [parameter["name"] for parameter in entry["tables"][0]["parameters"]]
    return _frames.like(calculator.value(**_given(arguments, reading)), frame)


def _make_table(kind):
    entry = ENTRIES[kind]
    required, optional = _TABLE_SHAPES[entry["shape"]]
    first = entry["tables"][0]
    reading = {parameter["name"]: parameter["default"] for parameter in first["parameters"]}
    keyword = dict.fromkeys(required, Required) | dict.fromkeys(optional) | reading
    keyword |= dict.fromkeys(n for n in definition_parameters(entry) if n not in keyword)
    doc = _DOC_TABLE.format(
        summary=entry["summary"][:1].upper() + entry["summary"][1:],
        columns=", ".join(f"``{name}``" for name in (*required, *optional)),
        table=first["summary"],
        arguments="\n".join(f"``{p['name']}``: {p['summary']}." for p in first["parameters"]),
        class_name=entry["type_name"],
    )
    parameters = {"frame": Required}
    return make_function(
        kind, "cxm", parameters, keyword, doc, lambda arguments: _run_table(kind, arguments)
    )


def _make_ledger(kind):
    """The function of a calculator whose report answers questions of its own."""
    entry = ENTRIES[kind]

    def body(arguments):
        ledger = _given(arguments, definition_parameters(entry))
        return _churn._report(arguments["spans"], arguments["columns"], ledger)

    keyword = dict.fromkeys(("columns", *definition_parameters(entry)))
    return make_function(kind, "cxm", {"spans": Required}, keyword, _churn._DOC, body)


def _made(kind, entry):
    if entry["shape"] in _TABLE_SHAPES:
        return _make_table(kind)
    return _make_ledger(kind) if entry["shape"] == "spans" else _make(kind)


#: Journeys are asked many things: they have no call of their own.
FUNCTIONS = {
    kind: _made(kind, entry) for kind, entry in ENTRIES.items() if entry["shape"] != "events"
}
_churn._document(report_of(CLASSES["subscriptions"]().snapshot_()).churn_definitions())


def compare(a: Any, b: Any, *, level: float | None = None, **arguments: Any) -> Comparison:
    """The score of ``a`` minus the score of ``b``, with its test and its interval.

    Reports or calculators of one kind and definition, of independent samples. ``method`` chooses
    the test, ``measure`` compares another figure than the score. The same customers in two waves
    are no independent samples: use ``cxm.paired_nps(before, after)``. Two churn rates may be of two
    windows, or of different customers.
    """
    first = a if isinstance(a, (Report, _churn.ChurnRate)) else a.report()
    if level is not None:
        arguments["level"] = level
    return first.compare(b, **arguments)

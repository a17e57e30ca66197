"""The classes of the calculators, one for each row of the core's list."""

from __future__ import annotations

from . import _cxm, _frames, _text
from ._churn import SubscriptionsReadings
from ._columns import ColumnTable
from ._curves import LifetimesReadings
from ._journey_stream import JourneyStreamReadings
from ._journeys import JourneysReadings
from ._predictions import PredictionReadings
from ._results import Record, Report
from ._signatures import Lazy, Required, make_function, signature_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .table import Keyed

#: Kind to class, in the order of the list.
CLASSES: dict[str, Any] = {}
#: Kind to the class of its report.
REPORTS: dict[str, Any] = {}
#: What classes of some kinds have beside what follows from the list.
READINGS: dict[str, Any] = {
    "journeys": JourneysReadings,
    "journey_stream": JourneyStreamReadings,
    "lifetimes": LifetimesReadings,
    "subscriptions": SubscriptionsReadings,
    "prediction_scores": PredictionReadings,
}
#: What the reports of some can be asked as well.
REPORT_READINGS: dict[str, Any] = {
    "subscriptions": SubscriptionsReadings,
    "prediction_scores": PredictionReadings,
}
#: Batch shapes of the calculators whose value is a table and not a report.
TABLE_SHAPES = ("transactions", "histories", "paths")
#: Kind to the row of the list.
ENTRIES = {entry["kind"]: entry for entry in _cxm.catalogue()}


class Calculator(_cxm.Calculator):
    """A mergeable summary of rows under a definition.

    Five verbs are all there is: ``update`` takes a batch, ``retract`` takes it back, ``merge`` adds
    another state, ``value`` reads a report, ``to_bytes``/``from_bytes`` store the state. The same
    rows give the same bytes in any order, over any shards and in any language.

    Use the classes that derive from it, such as ``cxm.Nps``.
    """

    __slots__ = ()
    kind = ""

    def report(self, **options: Any) -> Any:
        """The report as of now. ``level`` and ``method`` are those of its interval."""
        return REPORTS[self.kind](self.snapshot_(), options)

    def value(self, **options: Any) -> Any:
        """The report as of now; of calculators with tables, the first table."""
        return self.report(**options)

    @classmethod
    def by(
        cls,
        *columns: str,
        max_groups: int | None = None,
        overflow: str | None = None,
        **definition: Any,
    ) -> Keyed:
        """A table of these calculators, one a key: ``cxm.Nps.by("segment")``."""
        from .table import Keyed

        return Keyed(cls, by=columns, max_groups=max_groups, overflow=overflow, **definition)

    @classmethod
    def presets(cls) -> dict[str, str]:
        """The named definitions, each with one line on what it is and who uses it."""
        return {preset["name"]: preset["summary"] for preset in ENTRIES[cls.kind]["presets"]}

    @classmethod
    def preset(cls, name: str) -> dict[str, Any]:
        """The definition of a preset."""
        return _cxm.preset(cls.kind, name)

    def __repr__(self) -> str:
        definition = _text.definition(self.definition)
        return f"<{type(self).__name__}: {self.observations:,} observations; {definition}>"

    def _repr_html_(self) -> str:
        return self.report()._repr_html_()


class FrameCalculator(Calculator):
    """A calculator that takes columns, or a data frame and the names of its columns."""

    __slots__ = ()

    def update(self, *columns: Any, **named: Any) -> None:
        """Takes a batch: columns, or a data frame and the names of its columns."""
        columns, named = _frame_columns(self.kind, columns, named)
        super().update(*columns, **named)

    def retract(self, *columns: Any, **named: Any) -> None:
        """Leaves the state as if these rows had never been, or fails and changes nothing."""
        columns, named = _frame_columns(self.kind, columns, named)
        super().retract(*columns, **named)


class TableCalculator(FrameCalculator):
    """A calculator whose readings are tables of plain columns: one row a customer or a pattern."""

    __slots__ = ()

    def tabulate(self, table: str, /, **arguments: Any) -> ColumnTable:
        """A table by its name; the methods of a calculator are such tables."""
        given = {name: value for name, value in arguments.items() if value is not None}
        return ColumnTable(self.tabulate_(table, **given))

    def audit(self, **arguments: Any) -> Record:
        """What the tables rest on, and what was left out and why."""
        if not any(table["name"] == "audit" for table in ENTRIES[self.kind]["tables"]):
            return Record(self.report()._fields)
        return Record(self.tabulate("audit", **arguments).rows[0])

    def derive(self, kind: Any, **definition: Any) -> Any:
        """Another calculator over what is counted here."""
        kind = getattr(kind, "kind", kind)
        given = {name: value for name, value in definition.items() if value is not None}
        return class_of(kind)(self.snapshot_().derive(kind, **given))


#: The first column of a batch, whose name tells a data frame from columns.
_FIRST_COLUMNS = {
    "transactions": "customer",
    "histories": "frequency",
    "durations": "durations",
    "paths": "path",
    "spans": "customer",
    "events": "customer",
    "predictions": "probability",
}


def _frame_columns(kind, columns, named):
    """The columns of a data frame where the first one is named; otherwise what was given."""
    first = _FIRST_COLUMNS.get(ENTRIES[kind]["shape"])
    if len(columns) != 1 or not isinstance(named.get(first), str):
        return columns, named
    wanted = {name: column for name, column in named.items() if isinstance(column, str)}
    found = _frames.columns(columns[0], wanted.values())
    return (), {**named, **{name: found[column] for name, column in wanted.items()}}


def _frozen(value):
    return tuple(value) if isinstance(value, list) else value


def definition_parameters(entry):
    """The keywords of a definition with their defaults."""
    fields = {name: _frozen(value) for name, value in entry["definition"].items()}
    return {"preset": None, **fields}


#: How a batch of each shape is passed.
_BATCHES = {
    "ratings": "update(ratings, weights=None, counts=None): one rating a row",
    "items": "update(first, second, …): one column an item, or one table with a column an item",
    "invitations": "update(invited_at, answered_at): times, None where nobody answered",
    "answers": "update(ratings, customer=…, time=…, wave=None): one answer of a customer a row",
    "transactions": "update(customer, time, amount=None, cost=None, currency=None), or a data frame"
    ' and names: update(frame, customer="id", time="date", amount="amount")',
    "histories": "update(frequency, recency, age, spend=None, counts=None), or a frame and names",
    "durations": "update(durations, observed, entry=None, cause=None, counts=None): one lifetime a"
    ' row, or a data frame and names: update(frame, durations="tenure", observed="left")',
    "paths": "update(path, conversions, value=None, nulls=None): texts such as mail > web > shop;"
    " or a frame and names",
    "spans": "update(customer, start, end, amount=…, subscription=…, cancelled=…, cause=…,"
    ' currency=…), or a data frame and names: update(frame, customer="id", start="from", end="to")',
    "events": "update(customer, touchpoint, time, event_id=None, channel=None, score=None,"
    " value=None, object=None, outcome=None), or a data frame and names;"
    " single values instead of columns are one event",
    "predictions": "update(probability, observed, value=None, counts=None): one prediction a row,"
    ' or a data frame and names: update(frame, probability="p", observed="left")',
}


def document(entry):
    """The documentation of a class."""
    summary = entry["summary"]
    lines = [summary[:1].upper() + summary[1:] + ".", ""]
    lines += [
        "Batches:",
        "",
        f"    {_BATCHES.get(entry['shape'], 'update(…)')}",
        "",
        "Definition, by keyword:",
        "",
    ]
    for name, value in definition_parameters(entry).items():
        default = "" if name == "preset" else f" (default {value!r})"
        lines.append(f"    {name}{default}")
    if entry["presets"]:
        lines += ["", "Presets:", ""]
        lines += [f"    {preset['name']}: {preset['summary']}" for preset in entry["presets"]]
    if entry["tables"]:
        first = entry["tables"][0]["name"]
        is_value = entry["shape"] in TABLE_SHAPES
        which = f", the first of which is ``value()`` ({first})" if is_value else ""
        lines += ["", f"Tables{which}:", ""]
        lines += [f"    {table['name']}: {table['summary']}" for table in entry["tables"]]
    return "\n".join(lines) + "\n"


def document_table(table):
    """The documentation of a method that reads a table."""
    lines = [table["summary"][:1].upper() + table["summary"][1:] + ".", ""]
    lines += [f"``{p['name']}``: {p['summary']}." for p in table["parameters"]]
    return "\n".join(lines).strip() + "\n"


def _table_method(name, table):
    """The method that reads a table."""
    required = {p["name"]: Required for p in table["parameters"] if p["required"]}
    optional = {p["name"]: p["default"] for p in table["parameters"] if not p["required"]}
    only = Record if table["name"] == "audit" else None

    def body(arguments):
        read = arguments.pop("self").tabulate(table["name"], **arguments)
        return only(read.rows[0]) if only else read

    return make_function(
        name, "cxm", {"self": Required, **required}, optional, document_table(table), body
    )


def _make(entry):
    parameters = definition_parameters(entry)
    attributes = {
        "__slots__": (),
        "__module__": "cxm",
        "__qualname__": entry["type_name"],
        "__doc__": document(entry),
        "__signature__": Lazy(lambda _class: signature_of(parameters)),
        "kind": entry["kind"],
    }
    readings = READINGS.get(entry["kind"])
    for table in entry["tables"]:
        if not hasattr(readings, table["name"]):
            attributes[table["name"]] = _table_method(table["name"], table)
    if entry["shape"] in TABLE_SHAPES:
        attributes["value"] = _table_method("value", entry["tables"][0])
    framed = FrameCalculator if entry["shape"] in _FIRST_COLUMNS else Calculator
    base = TableCalculator if entry["tables"] else framed
    bases = (readings, base) if readings else (base,)
    return type(entry["type_name"], bases, attributes)


def _make_report(entry):
    summary = entry["summary"]
    attributes = {
        "__slots__": (),
        "__module__": "cxm",
        "__doc__": f"What a reading of {entry['type_name']} returns: {summary}.\n",
    }
    readings = REPORT_READINGS.get(entry["kind"])
    bases = (readings, Report) if readings else (Report,)
    return type(f"{entry['type_name']}Report", bases, attributes)


for _entry in ENTRIES.values():
    CLASSES[_entry["kind"]] = _make(_entry)
    REPORTS[_entry["kind"]] = _make_report(_entry)


def report_of(snapshot, options=None):
    """The report of a snapshot, of its kind's own class."""
    return REPORTS[snapshot.kind](snapshot, options)


def class_of(kind):
    """The class of a kind, given by name, class or calculator."""
    name = getattr(kind, "kind", kind)
    try:
        return CLASSES[name]
    except (KeyError, TypeError):
        from .errors import NotFoundError

        known = ", ".join(CLASSES)
        raise NotFoundError(f'no calculator "{name}"; there are {known}') from None


def from_bytes(state: bytes) -> Any:
    """Reads the state bytes of whichever calculator wrote them."""
    snapshot = _cxm.Snapshot.from_bytes(state)
    return CLASSES[snapshot.kind](snapshot)

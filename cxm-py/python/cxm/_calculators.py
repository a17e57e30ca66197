"""The classes of the calculators, one for each row of the core's list."""

from __future__ import annotations

from . import _cxm, _text
from ._results import Report
from ._signatures import Lazy, signature_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .table import Keyed

#: Kind to class, in the order of the list.
CLASSES: dict[str, Any] = {}
#: Kind to the class of its report.
REPORTS: dict[str, Any] = {}
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

    def value(self, **options: Any) -> Any:
        """The report as of now. ``level`` and ``method`` are those of its interval."""
        return REPORTS[self.kind](self.snapshot_(), options)

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
        return self.value()._repr_html_()


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
}


def document(entry):
    """The documentation of a class."""
    summary = entry["summary"]
    lines = [summary[:1].upper() + summary[1:] + ".", ""]
    lines += ["Batches:", "", f"    {_BATCHES[entry['shape']]}", "", "Definition, by keyword:", ""]
    for name, value in definition_parameters(entry).items():
        default = "" if name == "preset" else f" (default {value!r})"
        lines.append(f"    {name}{default}")
    if entry["presets"]:
        lines += ["", "Presets:", ""]
        lines += [f"    {preset['name']}: {preset['summary']}" for preset in entry["presets"]]
    return "\n".join(lines) + "\n"


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
    return type(entry["type_name"], (Calculator,), attributes)


def _make_report(entry):
    summary = entry["summary"]
    attributes = {
        "__slots__": (),
        "__module__": "cxm",
        "__doc__": f"What a reading of {entry['type_name']} returns: {summary}.\n",
    }
    return type(f"{entry['type_name']}Report", (Report,), attributes)


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

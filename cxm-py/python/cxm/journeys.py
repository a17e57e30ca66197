r"""Customer journeys: logs of other systems as interactions, the catalogue, plans beside what was.

    >>> from cxm import journeys
    >>> log = "who,what,when\nann,advertisement,2024-05-01T09:00Z\nann,checkout,yesterday\n"
    >>> read = journeys.read_csv(log, customer="who", touchpoint="what", time="when")
    >>> read.touchpoint.to_list(), read.losses.skipped.to_dict()
    (['advertisement'], {'unreadable_time': 1})

``read_csv``, ``read_xes``, ``read_ocel``, ``read_segment`` and ``read_xdm`` take a text, bytes, a
path or an open file and give a table of one interaction a row: ``customer``, ``touchpoint``,
``time`` in microseconds since 1970, ``event_id``, ``channel``, ``score``, ``value`` in minor units,
``object``, ``outcome`` and more. Its ``losses`` count by name what found no place.

``join_answers`` gives contacts the scores of answers that came later. ``CustomerFigures`` are those
of models that ``Journeys.customer`` attaches to a customer's view.

    >>> deviation = journeys.deviation(["cart", "checkout"], [["cart", "hotline", "checkout"]])
    >>> deviation.journeys[0]["extra"]
    1
    >>> len(journeys.catalogue()["touchpoints"])
    40
"""

from __future__ import annotations

from . import _cxm, stats
from ._answers import JoinedAnswers, join_answers
from ._columns import ColumnTable
from ._customer_view import CustomerFigures, CustomerView
from ._results import wrap
from ._signatures import Required, make_function

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._results import Record

__all__ = [
    "CustomerFigures",
    "CustomerView",
    "Interactions",
    "JoinedAnswers",
    "catalogue",
    "check_catalogue",
    "deviation",
    "join_answers",
]

#: Steps left out, added, repeated, in another order or on another channel than planned.
deviation = stats.journey_deviation


class Interactions(ColumnTable):
    """Interactions, one a row, and what of their log found no place."""

    __slots__ = ("_losses",)

    _losses: dict[str, Any]

    def __init__(self, table: _cxm.Table, losses: dict[str, Any]) -> None:
        super().__init__(table)
        object.__setattr__(self, "_losses", losses)

    @property
    def losses(self) -> Record:
        """What was read and what was lost: counts by name."""
        counts = {name: count for name, count in self._losses.items() if name != "customers"}
        return wrap(counts)

    @property
    def customers(self) -> list[dict[str, Any]]:
        """Customers of whom aliases or segments are known."""
        return self._losses["customers"]

    def __reduce__(self) -> tuple[Any, ...]:
        columns = ((name, self[name]) for name in self.columns)
        lists = [(name, c.type_name, c.to_list()) for name, c in columns]
        return _from_lists, (lists, self._losses)


def _from_lists(columns, losses):
    return Interactions(_cxm.Table.of_lists(columns), losses)


def catalogue() -> dict[str, Any]:
    """Stages, channels and touchpoints to start from, among them physical ones."""
    return _cxm.call("standard_catalogue")


def check_catalogue(catalogue: dict[str, Any]) -> dict[str, Any]:
    """The catalogue with its defaults filled in; refuses one that contradicts itself."""
    return _cxm.call("check_catalogue", catalogue=catalogue)


def _bytes(log):
    if isinstance(log, str):
        return log.encode()
    if hasattr(log, "__fspath__"):
        with open(log, "rb") as file:
            return file.read()
    if hasattr(log, "read"):
        return _bytes(log.read())
    return bytes(memoryview(log))


def _document(entry):
    lines = [f"Reads {entry['summary']}.", "", "    log: a text, bytes, a path or an open file."]
    lines.append("")
    for name, default in entry["options"].items():
        words = "must be given" if default == "" else f"default {default!r}"
        lines.append(f"    {name}: {words}.")
    return "\n".join(lines) + "\n"


def _make(entry):
    options = entry["options"]
    keywords = {name: Required if value == "" else value for name, value in options.items()}

    def run(arguments):
        log = arguments.pop("log")
        changed = {n: value for n, value in arguments.items() if value is not keywords[n]}
        return Interactions(*_cxm.read_interactions(entry["name"], _bytes(log), changed))

    name = f"read_{entry['name']}"
    return make_function(name, __name__, {"log": Required}, keywords, _document(entry), run)


for _entry in _cxm.formats():
    _function = _make(_entry)
    globals()[_function.__name__] = _function
    __all__.append(_function.__name__)

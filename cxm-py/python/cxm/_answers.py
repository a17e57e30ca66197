"""Late answers, joined to the contact that they are about."""

from __future__ import annotations

import math

from . import _asking, _cxm, _frames, _text
from ._columns import ColumnTable
from ._results import Record, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta
    from typing import Any

#: The columns of contacts and of answers, those first that every frame must have.
_CONTACTS = ("customer", "touchpoint", "time", "object", "event_id")
_ANSWERS = ("customer", "time", "score", "object", "touchpoint")
_REQUIRED = 3
_OUTCOMES = ("replaced", "out_of_window", "unmatched", "without_reference", "missing")


class JoinedAnswers(Record):
    """What became of answers: the scores of contacts, and how many answers found one.

    ``score`` is a column as long as the contacts, in their library, with gaps where a contact has
    no answer; it is what ``Journeys.update(score=...)`` takes. ``outcomes`` has one row an answer:
    the row of its ``contact``, and its ``outcome``: joined, replaced, out_of_window, unmatched,
    without_reference or missing. The rest are counts, and the rule.
    """

    __slots__ = ("outcomes", "score")

    score: Any
    outcomes: Any
    answers: int
    joined: int
    replaced: int
    out_of_window: int
    unmatched: int
    without_reference: int
    missing: int
    ties: int
    contacts: int
    missing_contacts: int
    rule: Any

    def __init__(self, fields: dict[str, Any], score: Any, outcomes: Any) -> None:
        super().__init__({name: wrap(value) for name, value in fields.items()})
        object.__setattr__(self, "score", score)
        object.__setattr__(self, "outcomes", outcomes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, JoinedAnswers):
            return NotImplemented
        same = self._fields == other._fields
        return same and _plain(self.score) == _plain(other.score)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.to_dict(), self.score, self.outcomes)

    def __repr__(self) -> str:
        counts = ((name, self._fields[name]) for name in _OUTCOMES)
        rest = "".join(f", {count:,} {_text.words(name)}" for name, count in counts if count)
        joined = f"{self.joined:,} of {self.answers:,} answers"
        return f"{joined} joined to {self.contacts:,} contacts{rest}"


def _plain(column):
    """A column as a list, with None for its gaps."""
    items = _frames.to_list(column)
    return [None if item is None or math.isnan(item) else item for item in items]


def join_answers(
    contacts: Any,
    answers: Any,
    *,
    within: timedelta | int | None,
    by: str | None = None,
    keep: str | None = None,
    contact_columns: Mapping[str, str] | None = None,
    answer_columns: Mapping[str, str] | None = None,
) -> JoinedAnswers:
    """Joins late answers to the contact that each is about.

        >>> from datetime import timedelta
        >>> from cxm import journeys
        >>> contacts = {"customer": ["ann", "bob"], "touchpoint": ["call", "call"], "time": [0, 5]}
        >>> answers = {"customer": ["bob"], "touchpoint": ["call"], "time": [9], "score": [4]}
        >>> joined = journeys.join_answers(contacts, answers, within=timedelta(days=7))
        >>> joined.score
        [None, 4.0]

    ``contacts``: a frame or a dict of columns with customer, touchpoint and time, and where known
    object and event_id. ``answers``: with customer, time and score, and object or touchpoint or
    both, which say what each is about. An answer goes to the customer's latest contact that agrees
    in these, at its time or before. ``contact_columns={"customer": "account_id"}`` names columns
    that are called otherwise, as does ``answer_columns``.

    ``within``: the longest time from a contact to its answer, a timedelta or microseconds; None for
    any. ``by``: which references count: ``all`` that an answer has, its ``object`` or its
    ``touchpoint`` alone. ``keep``: which of several answers of one contact counts, the ``last`` or
    the ``first``. A mean of them is not offered: it would count as one answer.
    """
    rule = {"within": within, **_asking.given({"by": by, "keep": keep})}
    score, outcomes, report = _cxm.join_answers(
        _columns(contacts, _CONTACTS, contact_columns),
        _columns(answers, _ANSWERS, answer_columns),
        rule,
    )
    column = _asking.like(score, contacts, "score")
    return JoinedAnswers(report, column, _frames.like(ColumnTable(outcomes), answers))


def _columns(frame, names, renamed):
    """Those columns that a frame has, under our names."""
    renamed = dict(renamed or {})
    unknown = [name for name in renamed if name not in names]
    if unknown:
        raise TypeError(f"no column {', '.join(unknown)}; there are {', '.join(names)}")
    known = _asking.names_of(frame)
    wanted = {
        name: renamed.get(name, name)
        for place, name in enumerate(names)
        if name in renamed or place < _REQUIRED or name in known
    }
    found = _frames.columns(frame, list(wanted.values()))
    return {name: found[column] for name, column in wanted.items()}

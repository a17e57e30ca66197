"""What readings return: reports, intervals, comparisons."""

from __future__ import annotations

from . import _text
from .errors import InsufficientDataError, NotOfferedError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._cxm import Snapshot


class Record:
    """Named figures that never change."""

    __slots__ = ("_fields",)

    _fields: dict[str, Any]

    def __init__(self, fields: dict[str, Any]) -> None:
        object.__setattr__(self, "_fields", fields)

    # A type checker is to find the figures that a report does not have.
    if not TYPE_CHECKING:

        def __getattr__(self, name):
            if not name.startswith("_"):
                try:
                    return self._fields[name]
                except KeyError:
                    pass
            message = f"{type(self).__name__} has no '{name}'; it has {', '.join(dir(self))}"
            raise AttributeError(message, name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"{type(self).__name__} never changes", name=name, obj=self)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} never changes", name=name, obj=self)

    def __dir__(self) -> list[str]:
        methods = (name for name in dir(type(self)) if not name.startswith("_"))
        return sorted({*self._fields, *methods})

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fields == other._fields

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._fields,)

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._fields.items())
        return f"{type(self).__name__}({fields})"

    def to_dict(self) -> dict[str, Any]:
        """The figures as a dict of plain values."""
        return _plain(self._fields)


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


class Interval(Record):
    """Two limits that always carry their level and their method.

    ``value in interval`` asks whether a value lies within the limits, which belong to it.
    """

    __slots__ = ()

    lower: float
    upper: float
    level: float
    method: str

    def __contains__(self, value: float) -> bool:
        return self.lower <= value <= self.upper


class Comparison(Record):
    """One score minus another: difference, standard error, statistic, p-value, method."""

    __slots__ = ("_ask",)

    _ask: Any
    difference: float
    standard_error: float
    statistic: float
    degrees_of_freedom: float | None
    p_value: float
    method: str

    def __init__(self, fields: dict[str, Any], ask: Any = None) -> None:
        super().__init__(fields)
        object.__setattr__(self, "_ask", ask)

    @property
    def z(self) -> float:
        """The statistic: difference / standard error."""
        return self._fields["statistic"]

    def interval(self, level: float | None = None) -> Interval:
        """The interval of the difference."""
        if level is None or self._ask is None:
            return wrap(self._fields["interval"])
        return wrap(self._ask(level=level)["interval"])

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._fields,)

    def __repr__(self) -> str:
        difference = _text.number(self.difference)
        interval = _text.interval(self.interval())
        error = _text.number(self.standard_error)
        p_value = _text.p_value(self.p_value)
        return f"difference {difference} ({interval}), standard error {error}, {p_value}"


def wrap(value: Any) -> Any:
    """An answer of the core as the object that it is."""
    if isinstance(value, dict):
        if {"lower", "upper", "level", "method"} <= value.keys():
            return Interval(value)
        return Record({name: wrap(field) for name, field in value.items()})
    return value


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in arguments.items() if value is not None}


class Report(Record):
    """A score with everything it rests on: n, what was left out and why, its definition.

    Every figure is an attribute: ``report.score``, ``report.responses``, ``report.missing``.
    Intervals and the like are asked for, since they have a level and a method.
    """

    __slots__ = ("_options", "_snapshot")

    _snapshot: Snapshot
    _options: dict[str, Any]
    score: float | None
    observations: int
    definition: dict[str, Any]

    def __init__(self, snapshot: Snapshot, options: dict[str, Any] | None = None) -> None:
        super().__init__(snapshot.report())
        object.__setattr__(self, "_snapshot", snapshot)
        object.__setattr__(self, "_options", options or {})

    @property
    def kind(self) -> str:
        """The name of the calculator."""
        return self._snapshot.kind

    def ask(self, question: str, /, **arguments: Any) -> Any:
        """The answer to a question by its name; the methods of a report are such questions."""
        return wrap(self._snapshot.ask(question, **_given(arguments)))

    def interval(
        self, level: float | None = None, method: str | None = None, **arguments: Any
    ) -> Interval | None:
        """The interval of the score; ``measure=`` asks for that of another figure.

        ``None`` before there is data. Without ``level`` and ``method`` the defaults of the
        reading, or those that the report was asked for with.
        """
        if "measure" not in arguments:
            method = method or self._options.get("method")
        level = level if level is not None else self._options.get("level")
        return self.ask("interval", level=level, method=method, **arguments)

    def confidence_sequence(
        self, level: float | None = None, method: str | None = None, **arguments: Any
    ) -> Interval | None:
        """Limits that hold their level however often the score is looked at meanwhile."""
        level = level if level is not None else self._options.get("level")
        return self.ask("confidence_sequence", level=level, method=method, **arguments)

    def non_response_bounds(self, non_respondents: int, **arguments: Any) -> Any:
        """The lowest and the highest score possible had so many more people answered."""
        return self.ask("non_response_bounds", non_respondents=non_respondents, **arguments)

    def display(self, decimals: int | None = None) -> Any:
        """The score rounded once from the exact counts, and shares that add up to 100."""
        return self.ask("display", decimals=decimals)

    def shown(self, min_responses: int) -> Any:
        """The score, unless fewer than ``min_responses`` answered."""
        return self.ask("shown", min_responses=min_responses)

    def compare(self, other: Any, **arguments: Any) -> Comparison:
        """The score minus the other's; see :func:`cxm.compare`."""
        theirs = getattr(other, "_snapshot", None)
        if theirs is None:
            theirs = other.report()._snapshot

        def ask(**more: Any) -> dict[str, Any]:
            return self._snapshot.compare(theirs, **_given({**arguments, **more}))

        return Comparison(ask(), ask)

    def calculator(self) -> Any:
        """A calculator that goes on from this report's state."""
        from ._calculators import class_of

        return class_of(self.kind)(self._snapshot)

    def derive(self, kind: Any, **definition: Any) -> Report:
        """The report of another calculator over the ratings counted here.

        From a ledger without duplicates to its score: ``ledger.value().derive("nps")``.
        """
        from ._calculators import report_of

        return report_of(self._snapshot.derive(getattr(kind, "kind", kind), **definition))

    def to_dict(self) -> dict[str, Any]:
        """All figures and the interval as a dict of plain values."""
        return {**super().to_dict(), "interval": _plain(self._interval_or_none())}

    def to_pandas(self) -> Any:
        """One row with the figures, as a pandas DataFrame."""
        from .table import Table

        return Table.of_report(self).to_pandas()

    def to_polars(self) -> Any:
        """One row with the figures, as a polars DataFrame."""
        from .table import Table

        return Table.of_report(self).to_polars()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Report):
            return NotImplemented
        return self._snapshot == other._snapshot

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._snapshot, self._options)

    @property
    def unit(self) -> str:
        """What the score is shown in: ``points``, ``%`` for a share of 0 to 1, or empty."""
        return self._snapshot.unit

    @property
    def responses(self) -> int:
        """The rows that the score rests on."""
        return self._snapshot.responses

    def __repr__(self) -> str:
        unit, interval = self.unit, self._interval_or_none()
        text = f"{_text.title(self.kind)} {_text.number(self.score, unit)}"
        if unit and self.score is not None:
            text += f" {unit}"
        if interval is not None:
            text += f" ({_text.interval(interval, unit)})"
        text += f", n = {self.responses:,}"
        excluded = _text.exclusions(self._fields)
        return f"{text}; excluded: {excluded}" if excluded else text

    def _repr_html_(self) -> str:
        from ._html import report

        return report(self, self.unit)

    def _interval_or_none(self) -> Interval | None:
        """The interval, unless there is too little data or the figure has none."""
        try:
            return self.interval()
        except (InsufficientDataError, NotOfferedError):
            return None

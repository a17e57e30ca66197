"""One customer's view: what `cxm.Journeys.customer` returns, and the figures attached to it."""

from __future__ import annotations

import datetime
import math

from . import _frames, _text
from ._results import Record, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Self

#: What stands above each list of a page, and the columns of its rows.
_COLUMNS = ("time", "touchpoint", "channel", "outcome", "score", "emotion", "value")


class CustomerFigures:
    """A figure of each customer with its limits, and the name of what it comes from.

        >>> from cxm import journeys
        >>> risks = journeys.CustomerFigures(["ann", "bob"], [0.1, 0.7], source="a churn model")
        >>> risks["bob"]
        {'value': 0.7, 'source': 'a churn model'}

    ``customers`` and ``values`` are columns of equal length, as are ``lower`` and ``upper``, the
    limits at ``level``. A value that is None or NaN is none. ``Journeys.customer`` looks a
    customer up in it; ``lifetime_value`` and ``churn_risk`` make it of a model of lifetime value.
    """

    __slots__ = ("_figures", "level", "source")

    def __init__(
        self,
        customers: Iterable[Any],
        values: Iterable[float | None],
        *,
        source: str,
        lower: Iterable[float | None] | None = None,
        upper: Iterable[float | None] | None = None,
        level: float | None = None,
    ) -> None:
        if len({lower is None, upper is None, level is None}) != 1:
            raise TypeError("lower, upper and level: all of them or none")
        #: What the figures come from.
        self.source = source
        #: The level of the limits, if there are any.
        self.level = level
        columns = [_frames.to_list(customers), _frames.to_list(values)]
        columns += [_frames.to_list(lower), _frames.to_list(upper)] if lower is not None else []
        if len({len(column) for column in columns}) > 1:
            lengths = " and ".join(str(len(column)) for column in columns)
            raise ValueError(f"columns have {lengths} rows")
        self._figures = {row[0]: row[1:] for row in zip(*columns, strict=True)}
        if len(self._figures) < len(columns[0]):
            raise ValueError("a customer is there twice")

    @classmethod
    def lifetime_value(
        cls,
        model: Any,
        customers: Any,
        *,
        margin: float,
        discount: Any,
        spend: Any,
        horizon: float | None = None,
        level: float | None = None,
        customer: str = "customer",
        covariates: Any = None,
    ) -> Self:
        """What a fitted model of ``cxm.clv`` says each customer is worth from now on.

        ``customers`` is a frame or a table with a column of customers and those that the model
        asks for, such as ``CustomerSummaries.summaries()``; ``spend``, ``margin``, ``discount`` and
        ``horizon`` are those of ``model.lifetime_value``; ``spend`` may be a fitted
        ``cxm.clv.GammaGamma``. ``level`` adds limits.
        """
        if hasattr(spend, "expected_spend"):
            spend = spend.expected_spend(customers)
        found = model.lifetime_value(
            margin,
            discount,
            customers,
            spend=spend,
            horizon=horizon,
            **_asked(level, covariates),
        )
        ahead = "" if horizon is None else f", {horizon:g} of unit {model.unit} ahead"
        return cls._of(found, customers, customer, level, f"{model.kind}{ahead}")

    @classmethod
    def churn_risk(
        cls,
        model: Any,
        customers: Any,
        *,
        level: float | None = None,
        customer: str = "customer",
        covariates: Any = None,
    ) -> Self:
        """How likely each customer is to have left: 1 - ``model.probability_alive``.

        ``customers`` is as for ``lifetime_value``. ``level`` adds limits.
        """
        found = model.probability_alive(customers, **_asked(level, covariates))
        figures = cls._of(found, customers, customer, level, f"{model.kind}, 1 - P(alive)")
        for name, (value, *limits) in figures._figures.items():
            left = [None if it is None else 1 - it for it in (value, *reversed(limits))]
            figures._figures[name] = tuple(left)
        return figures

    @classmethod
    def _of(cls, found, customers, customer, level, source):
        names = customers[customer]
        if level is None:
            return cls(names, found, source=source)
        limits = {"lower": found["lower"], "upper": found["upper"], "level": level}
        return cls(names, found["value"], source=source, **limits)

    def __len__(self) -> int:
        return len(self._figures)

    def __contains__(self, customer: object) -> bool:
        return customer in self._figures

    def __getitem__(self, customer: Any) -> dict[str, Any]:
        value, *limits = self._figures[customer]
        figure = {"value": value, "source": self.source}
        if limits and value is not None:
            figure |= {"lower": limits[0], "upper": limits[1], "level": self.level}
        return figure

    def get(self, customer: Any) -> dict[str, Any] | None:
        """The figure of a customer, or None where there is none."""
        value = self._figures.get(customer, (None,))[0]
        return None if value is None or math.isnan(value) else self[customer]

    def __repr__(self) -> str:
        return f"figures of {len(self):,} customers by {self.source}"


def _asked(level, covariates):
    given = {"interval": level, "covariates": covariates}
    return {name: value for name, value in given.items() if value is not None}


def figure(given, customer):
    """What was given for a figure, as that of the customer: looked up, stated, or none."""
    if isinstance(given, CustomerFigures):
        return given.get(customer)
    if hasattr(given, "__float__"):
        return {"value": float(given), "source": "stated"}
    return given


class CustomerView(Record):
    """What is known of one customer: lifecycle, contacts, journeys, scores, value.

    Every figure is an attribute: ``view.lifecycle``, ``view.score_trend.slope``. Times are
    microseconds since 1970, values minor units.
    """

    __slots__ = ()

    customer: Any
    at: int
    lifecycle: str
    lifecycle_rule: Any
    purchases: int
    first_purchase: int | None
    last_purchase: int | None
    contacts: int
    first_contact: Any
    last_contact: Any
    journeys: Any
    channels: list[Any]
    open_journeys: list[Any]
    score_history: list[Any]
    scores: Any
    score_trend: Any
    peak_end: Any
    value: int
    lifetime_value: Any
    churn_risk: Any

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__({name: _wrapped(value) for name, value in fields.items()})

    def __repr__(self) -> str:
        lines = [f"{self.customer}: {_text.words(self.lifecycle)}"]
        lines += [f"  {name}: {text}" for name, text in self._lines()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f'<tr><td style="text-align:left;font-weight:600">{escape(name)}</td>'
            f'<td style="text-align:left">{escape(text)}</td></tr>'
            for name, text in self._lines()
        )
        head = f"{self.customer}: {_text.words(self.lifecycle)}"
        parts = [
            f'<div style="font-size:1.3em;font-weight:600">{escape(head)}</div>',
            f"<table><tbody>{rows}</tbody></table>",
        ]
        last = [channel.last_contact for channel in self.channels]
        parts.append(_table("last contact of each channel", last))
        for journey in self.open_journeys:
            parts.append(_table(f"journey {journey.journey}, open", journey.steps))
        parts.append(_table("scores", self.score_history))
        return f'<div class="cxm-customer">{"".join(parts)}</div>'

    def _lines(self):
        """What fits a line each: name and text."""
        counts = self.journeys.to_dict().items()
        journeys = ", ".join(f"{count:,} {status}" for status, count in counts if count)
        first, last = self.first_contact, self.last_contact
        at = "" if last.channel is None else f", {last.channel}"
        lines = [
            ("contacts", f"{self.contacts:,}, {_day(first.time)} to {_day(last.time)}"),
            ("last contact", f"{last.touchpoint}{at}, {_day(last.time)}"),
            ("journeys", journeys),
            ("purchases", f"{self.purchases:,}, value {self.value:,}"),
        ]
        if self.scores.n:
            text = f"{_text.number(self.scores.mean)} of {self.scores.n:,}"
            if self.score_trend is not None:
                text += f", trend {self.score_trend.slope:+.2g} a day"
            lines.append(("mean score", text))
        if self.peak_end is not None:
            lines.append(("peak and end", _text.number(self.peak_end.peak_end)))
        for name in ("lifetime_value", "churn_risk"):
            attached = getattr(self, name)
            if attached is not None:
                lines.append((_text.words(name), _attached(attached)))
        return lines


def _wrapped(value):
    if isinstance(value, list):
        return [_wrapped(item) for item in value]
    if isinstance(value, dict):
        if {"lower", "upper", "level", "method"} <= value.keys():
            return wrap(value)
        return Record({name: _wrapped(field) for name, field in value.items()})
    return value


def _attached(figure):
    text = _text.number(figure.value)
    if figure.lower is not None:
        limits = f"{_text.number(figure.lower)} to {_text.number(figure.upper)}"
        text += f" ({_text.percent(figure.level)} interval {limits})"
    return f"{text}, by {figure.source}"


def _day(microseconds):
    epoch = datetime.datetime(1970, 1, 1)
    try:
        return (epoch + datetime.timedelta(microseconds=microseconds)).date().isoformat()
    except OverflowError:
        return f"{microseconds} µs"


def _table(title, contacts):
    """A list of contacts as a table of those columns that have something to say."""
    from html import escape

    shown = [
        name for name in _COLUMNS if any(getattr(contact, name) is not None for contact in contacts)
    ]
    if not contacts:
        return ""
    head = "".join(f"<th>{escape(_text.words(name))}</th>" for name in shown)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(contact, name))}</td>" for name in shown) + "</tr>"
        for contact in contacts
    )
    return (
        f"<div>{escape(title)}</div>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _cell(contact, name):
    value = getattr(contact, name)
    if name == "time":
        return _day(value)
    return _text.number(value) if isinstance(value, float) else _text.words(_none(value))


def _none(value):
    return "–" if value is None else value

"""Generated from the lists of the core by tests/stubs.py: `CXM_BLESS=1` rewrites it."""

from collections.abc import Mapping, Sequence
from typing import Any

from ._answers import JoinedAnswers as JoinedAnswers
from ._answers import join_answers as join_answers
from ._columns import ColumnTable
from ._customer_view import CustomerFigures as CustomerFigures
from ._customer_view import CustomerView as CustomerView
from ._cxm import Table
from ._results import Record
from .stats import journey_deviation as deviation

__all__ = [
    "CustomerFigures",
    "CustomerView",
    "Interactions",
    "JoinedAnswers",
    "catalogue",
    "check_catalogue",
    "deviation",
    "join_answers",
    "read_csv",
    "read_xes",
    "read_ocel",
    "read_segment",
    "read_xdm",
]

class Interactions(ColumnTable):
    """Interactions, one a row, and what of their log found no place."""

    def __init__(self, table: Table, losses: dict[str, Any]) -> None: ...
    @property
    def losses(self) -> Record:
        """What was read and what was lost: counts by name."""

    @property
    def customers(self) -> list[dict[str, Any]]:
        """Customers of whom aliases or segments are known."""

    def __reduce__(self) -> tuple[Any, ...]: ...

def catalogue() -> dict[str, Any]:
    """Stages, channels and touchpoints to start from, among them physical ones."""

def check_catalogue(catalogue: dict[str, Any]) -> dict[str, Any]:
    """The catalogue with its defaults filled in; refuses one that contradicts itself."""

def read_csv(
    log: Any,
    *,
    delimiter: str = ',',
    customer: str = 'customer',
    touchpoint: str = 'touchpoint',
    time: str = 'time',
    event_id: str | None = None,
    channel: str | None = None,
    received_at: str | None = None,
    source: str | None = None,
    initiator: str | None = None,
    outcome: str | None = None,
    value: str | None = None,
    cost: str | None = None,
    currency: str | None = None,
    object: str | None = None,
    score: str | None = None,
    invalid: str = 'exclude',
    duplicates: str = 'keep',
    times: str = 'iso8601',
    amounts: str = 'major',
    decimals: int = 2,
    default_currency: str | None = None,
    default_channel: str | None = None,
    default_source: str = 'behaviour',
    observation: Mapping[str, Any] | None = None,
    resolve_aliases: bool = False,
    erased: Sequence[str] = [],
) -> Interactions:
    """Reads rows of separated values under a header.

        log: a text, bytes, a path or an open file.

        delimiter: default ','.
        customer: default 'customer'.
        touchpoint: default 'touchpoint'.
        time: default 'time'.
        event_id: default None.
        channel: default None.
        received_at: default None.
        source: default None.
        initiator: default None.
        outcome: default None.
        value: default None.
        cost: default None.
        currency: default None.
        object: default None.
        score: default None.
        invalid: default 'exclude'.
        duplicates: default 'keep'.
        times: default 'iso8601'.
        amounts: default 'major'.
        decimals: default 2.
        default_currency: default None.
        default_channel: default None.
        default_source: default 'behaviour'.
        observation: default None.
        resolve_aliases: default False.
        erased: default [].
    """

def read_xes(
    log: Any,
    *,
    customer: str | None = None,
    touchpoint: str = 'concept:name',
    time: str = 'time:timestamp',
    event_id: str = 'identity:id',
    channel: str | None = None,
    initiator: str | None = None,
    outcome: str | None = None,
    value: str | None = None,
    cost: str = 'cost:total',
    currency: str = 'cost:currency',
    score: str | None = None,
    transitions: Sequence[str] = [],
    invalid: str = 'exclude',
    duplicates: str = 'keep',
    times: str = 'iso8601',
    amounts: str = 'major',
    decimals: int = 2,
    default_currency: str | None = None,
    default_channel: str | None = None,
    default_source: str = 'behaviour',
    observation: Mapping[str, Any] | None = None,
    resolve_aliases: bool = False,
    erased: Sequence[str] = [],
) -> Interactions:
    """Reads XES, the event logs of process mining (IEEE 1849).

        log: a text, bytes, a path or an open file.

        customer: default None.
        touchpoint: default 'concept:name'.
        time: default 'time:timestamp'.
        event_id: default 'identity:id'.
        channel: default None.
        initiator: default None.
        outcome: default None.
        value: default None.
        cost: default 'cost:total'.
        currency: default 'cost:currency'.
        score: default None.
        transitions: default [].
        invalid: default 'exclude'.
        duplicates: default 'keep'.
        times: default 'iso8601'.
        amounts: default 'major'.
        decimals: default 2.
        default_currency: default None.
        default_channel: default None.
        default_source: default 'behaviour'.
        observation: default None.
        resolve_aliases: default False.
        erased: default [].
    """

def read_ocel(
    log: Any,
    *,
    customer_type: str,
    object_type: str | None = None,
    several_customers: str = 'each',
    through_objects: bool = False,
    channel: str | None = None,
    initiator: str | None = None,
    outcome: str | None = None,
    value: str | None = None,
    cost: str | None = None,
    currency: str | None = None,
    score: str | None = None,
    invalid: str = 'exclude',
    duplicates: str = 'keep',
    times: str = 'iso8601',
    amounts: str = 'major',
    decimals: int = 2,
    default_currency: str | None = None,
    default_channel: str | None = None,
    default_source: str = 'behaviour',
    observation: Mapping[str, Any] | None = None,
    resolve_aliases: bool = False,
    erased: Sequence[str] = [],
) -> Interactions:
    """Reads OCEL 2.0, object-centric event logs, in JSON.

        log: a text, bytes, a path or an open file.

        customer_type: must be given.
        object_type: default None.
        several_customers: default 'each'.
        through_objects: default False.
        channel: default None.
        initiator: default None.
        outcome: default None.
        value: default None.
        cost: default None.
        currency: default None.
        score: default None.
        invalid: default 'exclude'.
        duplicates: default 'keep'.
        times: default 'iso8601'.
        amounts: default 'major'.
        decimals: default 2.
        default_currency: default None.
        default_channel: default None.
        default_source: default 'behaviour'.
        observation: default None.
        resolve_aliases: default False.
        erased: default [].
    """

def read_segment(
    log: Any,
    *,
    page_channel: str = 'web',
    screen_channel: str = 'app',
    channel: str | None = None,
    value: str = 'properties.revenue',
    cost: str | None = None,
    currency: str = 'properties.currency',
    object: str = 'properties.order_id',
    outcome: str | None = None,
    score: str | None = None,
    invalid: str = 'exclude',
    duplicates: str = 'keep',
    times: str = 'iso8601',
    amounts: str = 'major',
    decimals: int = 2,
    default_currency: str | None = None,
    default_channel: str | None = None,
    default_source: str = 'behaviour',
    observation: Mapping[str, Any] | None = None,
    resolve_aliases: bool = False,
    erased: Sequence[str] = [],
) -> Interactions:
    """Reads messages of Segment's specification, in JSON.

        log: a text, bytes, a path or an open file.

        page_channel: default 'web'.
        screen_channel: default 'app'.
        channel: default None.
        value: default 'properties.revenue'.
        cost: default None.
        currency: default 'properties.currency'.
        object: default 'properties.order_id'.
        outcome: default None.
        score: default None.
        invalid: default 'exclude'.
        duplicates: default 'keep'.
        times: default 'iso8601'.
        amounts: default 'major'.
        decimals: default 2.
        default_currency: default None.
        default_channel: default None.
        default_source: default 'behaviour'.
        observation: default None.
        resolve_aliases: default False.
        erased: default [].
    """

def read_xdm(
    log: Any,
    *,
    customer: str | None = None,
    namespace: str | None = None,
    touchpoint: str = 'eventType',
    time: str = 'timestamp',
    event_id: str = '_id',
    channel: str = 'channel._type',
    received_at: str = 'receivedTimestamp',
    value: str = 'commerce.order.priceTotal',
    cost: str | None = None,
    currency: str = 'commerce.order.currencyCode',
    object: str = 'commerce.order.purchaseID',
    outcome: str | None = None,
    score: str | None = None,
    invalid: str = 'exclude',
    duplicates: str = 'keep',
    times: str = 'iso8601',
    amounts: str = 'major',
    decimals: int = 2,
    default_currency: str | None = None,
    default_channel: str | None = None,
    default_source: str = 'behaviour',
    observation: Mapping[str, Any] | None = None,
    resolve_aliases: bool = False,
    erased: Sequence[str] = [],
) -> Interactions:
    """Reads Adobe XDM ExperienceEvents, in JSON.

        log: a text, bytes, a path or an open file.

        customer: default None.
        namespace: default None.
        touchpoint: default 'eventType'.
        time: default 'timestamp'.
        event_id: default '_id'.
        channel: default 'channel._type'.
        received_at: default 'receivedTimestamp'.
        value: default 'commerce.order.priceTotal'.
        cost: default None.
        currency: default 'commerce.order.currencyCode'.
        object: default 'commerce.order.purchaseID'.
        outcome: default None.
        score: default None.
        invalid: default 'exclude'.
        duplicates: default 'keep'.
        times: default 'iso8601'.
        amounts: default 'major'.
        decimals: default 2.
        default_currency: default None.
        default_channel: default None.
        default_source: default 'behaviour'.
        observation: default None.
        resolve_aliases: default False.
        erased: default [].
    """

"""Events one by one: single values where a batch has columns."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import cxm

MINUTE = timedelta(minutes=1)


def test_an_event_by_itself_is_a_batch_of_one_row():
    when = datetime(2024, 5, 1, 12, 0, 0, 250, tzinfo=UTC)
    events = [
        {"customer": "ann", "touchpoint": "ad", "time": when},
        {"customer": "ann", "touchpoint": "shop", "time": when + MINUTE, "channel": "web"},
        {"customer": 7, "touchpoint": True, "time": 1_714_564_900_000_000, "event_id": "e-1"},
        {"customer": "bob", "touchpoint": "call", "time": when, "score": 8, "value": 1_999},
        {"customer": "bob", "touchpoint": "call", "time": when, "score": 7.5, "value": 12.0},
        {"customer": "bob", "touchpoint": "call", "time": when, "score": None, "value": math.nan},
        {"customer": "eve", "touchpoint": "order", "time": when, "object": 5, "outcome": "ok"},
        {"customer": "eve", "touchpoint": None, "time": when},
        {"customer": np.int64(7), "touchpoint": np.str_("ad"), "time": np.datetime64("2024-05-02")},
        {"customer": "eve", "touchpoint": "order", "time": date(2024, 5, 3)},
        {"customer": "eve", "touchpoint": "order", "time": "2024-05-04T10:00:00Z"},
        {"customer": "eve", "touchpoint": "order", "time": pd.Timestamp("2024-05-05", tz="CET")},
    ]
    for kind in (cxm.Journeys, cxm.JourneyStream):
        alone, rows = kind(), kind()
        for event in events:
            alone.update(**event)
            rows.update(**{name: [value] for name, value in event.items()})
        assert alone == rows
        assert alone.to_bytes() == rows.to_bytes()
        assert alone.observations == len(events)
        assert alone.report().excluded["missing_touchpoint"] == 1
    by_position = cxm.JourneyStream()
    by_position.update("ann", "ad", when, "e-1", "web", 9, 250, "o-1", "ok")
    by_name = cxm.JourneyStream()
    known = {"event_id": "e-1", "channel": "web", "score": 9, "value": 250, "object": "o-1"}
    by_name.update("ann", "ad", when, outcome="ok", **known)
    assert by_position == by_name


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"time": None}, "time"),
        ({"time": "soon"}, "time"),
        ({"value": 1.5}, "values"),
        ({"value": 2**70}, "values"),
        ({"score": "nine"}, "score"),
        ({"customer": 2**70}, "customer"),
        ({"channel": 2.5}, "channel"),
    ],
)
def test_a_value_of_an_event_that_is_none_is_named(wrong, expected):
    stream = cxm.JourneyStream()
    good = {"customer": "ann", "touchpoint": "ad", "time": 5}
    with pytest.raises(cxm.CxmError) as refused:
        stream.update(**{**good, **wrong})
    assert refused.value.field == expected
    assert stream.observations == 0


def test_what_is_no_part_of_an_event_is_refused():
    stream = cxm.JourneyStream()
    for given, named in [
        (("ann", "ad"), {}),
        (("ann", "ad", 5), {"colour": "red"}),
        (("ann", "ad", 5), {"customer": "bob"}),
        (("ann", "ad", 5, 1, 2, 3, 4, 5, 6, 7), {}),
    ]:
        with pytest.raises(TypeError):
            stream.update(*given, **named)
    strict = cxm.JourneyStream(missing="error", late="error")
    strict.update("ann", "ad", 5)
    with pytest.raises(cxm.CxmError, match="not before 5"):
        strict.update("ann", "ad", 4)
    with pytest.raises(cxm.CxmError):
        strict.update("ann", None, 6)
    assert strict.observations == 1

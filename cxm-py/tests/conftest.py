"""What the tests share: where the golden files are, and a batch for every calculator."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cxm

REPOSITORY = Path(__file__).resolve().parents[2]
GOLDEN = REPOSITORY / "cxm-core" / "tests" / "golden"
COMPANY = REPOSITORY / "cxm-core" / "examples" / "company" / "data"
ENTRIES = cxm._calculators.ENTRIES
CLASSES = list(cxm._calculators.CLASSES.values())


def golden_cases():
    """Every case of every golden file, with the file's name."""
    files = sorted(GOLDEN.rglob("*.json"))
    assert files, f"no golden files below {GOLDEN}"
    for file in files:
        for case in json.loads(file.read_text(encoding="utf-8")):
            yield file.relative_to(GOLDEN).as_posix(), case


def item_count(definition):
    """How many item columns a definition asks for."""
    if "positive" in definition:
        return len(definition["positive"]) + len(definition["negative"])
    if "drivers" in definition:
        return 1 + len(definition["drivers"])
    return 2 if "promoter_min" in definition else 3


@pytest.fixture(params=CLASSES, ids=lambda cls: cls.kind)
def calculator_class(request):
    return request.param


def columns_of(cls, rows):
    """A batch for the class out of rows of small numbers: positional and named columns."""
    shape = ENTRIES[cls.kind]["shape"]
    if shape == "ratings":
        return ([row[0] for row in rows],), {}
    if shape == "items":
        count = item_count(cls().definition)
        return tuple([row[i % len(row)] for row in rows] for i in range(count)), {}
    if shape == "invitations":
        day = 86_400_000_000
        invited = [abs(row[0] or 0) * day for row in rows]
        answered = [
            None if row[1] is None else start + abs(row[1]) * day
            for row, start in zip(rows, invited, strict=True)
        ]
        return (invited, answered), {}
    if shape == "answers":
        named = {
            "customer": [f"c{row[1]}" for row in rows],
            "time": [abs(row[2] or 0) for row in rows],
            "wave": [f"w{(row[0] or 0) % 2}" for row in rows],
        }
        return ([row[0] for row in rows],), named
    if shape == "transactions":
        day = 86_400_000_000
        customers = [row[1] for row in rows]
        times = [abs(row[2] or 0) * day for row in rows]
        return (customers, times), {"amount": [row[0] for row in rows]}
    if shape == "histories":
        frequency = [abs(row[0] or 0) for row in rows]
        recency = [x and x + abs(row[1] or 0) for row, x in zip(rows, frequency, strict=True)]
        age = [t + abs(row[2] or 0) for row, t in zip(rows, recency, strict=True)]
        return (frequency, recency, age), {}
    if shape == "durations":
        lengths = [abs(row[0] or 0) + 1 for row in rows]
        named = {"cause": [f"c{(row[1] or 0) % 2}" for row in rows]}
        return (lengths, [abs(row[2] or 0) % 2 for row in rows]), named
    if shape == "paths":
        paths = [f"c{row[1]} > c{row[2]}" for row in rows]
        conversions = [abs(row[0] or 0) % 2 for row in rows]
        return (paths, conversions), {"nulls": [1 - count for count in conversions]}
    if shape == "spans":
        day = 86_400_000_000
        starts = [abs(row[0] or 0) * day for row in rows]
        lasts = [None if row[1] is None else abs(row[1]) + 1 for row in rows]
        ends = [
            None if last is None else start + last * day
            for start, last in zip(starts, lasts, strict=True)
        ]
        named = {"amount": [abs(row[2] or 0) * 100 for row in rows]}
        return ([row[1] or 0 for row in rows], starts, ends), named
    if shape == "events":
        customers = [row[1] for row in rows]
        touchpoints = [f"t{(row[0] or 0) % 3}" for row in rows]
        times = [abs(row[2] or 0) * 1_000_000 for row in rows]
        named = {"event_id": [f"{row}" for row in rows], "channel": touchpoints}
        return (customers, touchpoints, times), named
    if shape == "predictions":
        return (
            [abs(row[0] or 0) % 9 / 8 for row in rows],
            [abs(row[2] or 0) % 2 for row in rows],
        ), {}
    raise AssertionError(f"no batch of the shape {shape}: add one here")


def any_order(cls):
    """The definition under which any order is as good as any other: a stream waits for ever."""
    return {"lateness": 2**63 - 1} if "late" in cls().definition else {}


def empty(cls):
    return cls(**any_order(cls))


def keeps_all(cls):
    """Whether what was taken in cannot be taken back."""
    try:
        cls().subtract(cls())
    except cxm.errors.NotOfferedError:
        return True
    return False


def filled(cls, rows, **definition):
    calculator = cls(**{**any_order(cls), **definition})
    positional, named = columns_of(cls, rows)
    calculator.update(*positional, **named)
    return calculator

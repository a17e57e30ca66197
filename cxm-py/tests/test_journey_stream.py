"""Journeys while they happen, beside the log of the same events."""

from __future__ import annotations

from datetime import timedelta

import pytest
from test_journeys import helpdesk  # noqa: F401  a fixture

import cxm

STEPS = ["Assign seriousness", "Take in charge ticket", "Resolve ticket", "Closed"]
NAMES = {"customer": "case_id", "touchpoint": "activity", "time": "timestamp"}


def day(time):
    return time * 86_400_000_000


def test_the_help_desk_streams_to_the_published_figures(helpdesk):  # noqa: F811
    stream = cxm.JourneyStream(
        funnels=[
            {"name": "tickets", "steps": STEPS},
            {"name": "month", "steps": STEPS, "options": {"window": timedelta(days=30)}},
            {"name": "first", "steps": STEPS, "options": {"window": day(30), "start": "first"}},
            {"name": "strict", "steps": STEPS, "options": {"order": "strict"}},
            {"name": "unordered", "steps": STEPS, "options": {"order": "unordered"}},
        ],
        steps=5,
    )
    # As it would come: in order of time, in many small batches.
    events = helpdesk.sort_values("timestamp", kind="stable")
    for start in range(0, len(events), 1000):
        stream.update(events.iloc[start : start + 1000], **NAMES)
    report = stream.report()
    assert (report.events, report.journeys, report.late, report.waiting) == (21_348, 4_580, 0, 0)
    assert (round(report.length["mean"], 6), report.length["max"]) == (4.661135, 15)
    edges = stream.transitions()
    assert (len(edges), sum(edges["count"])) == (55, 16_768)
    pairs = {(row["source"], row["target"]): row for row in edges.rows}
    resolved = pairs["Resolve ticket", "Closed"]
    assert (resolved["count"], round(resolved["mean_duration"] / 1e6, 3)) == (4_558, 2_538_109.277)
    assert resolved["median_duration"] / 1e6 == pytest.approx(2_592_116, rel=1 / 64)
    reached = {name: stream.funnel(name).reached for name in ("tickets", "month", "first")}
    assert reached["tickets"] == [4495, 4207, 4199, 4189]
    assert reached["month"] == [4495, 4153, 3800, 70]
    assert reached["first"] == [4495, 4144, 3786, 7]
    assert stream.funnel("strict").reached == [4495, 4159, 2910, 2689]
    assert stream.funnel("unordered").reached == [4576, 4576, 4566, 4190]
    steps = {(row["step"], row["touchpoint"]): row["journeys"] for row in stream.step_matrix().rows}
    assert steps[1, "Assign seriousness"] == 4_384
    assert (steps[5, "END"], steps[5, "Closed"]) == (2_710, 1_091)
    log = cxm.Journeys()
    log.update(helpdesk, **NAMES)
    for ends in (False, True):
        exact = log.transitions(ends=ends)
        near = stream.transitions(ends=ends)
        assert list(near["count"]) == list(exact["count"])
        assert list(near["customers"]) == list(exact["customers"])


def events(*rows):
    customers, touchpoints, times = zip(*rows, strict=True)
    return {"customer": list(customers), "touchpoint": list(touchpoints), "time": list(times)}


def test_events_come_late_and_are_waited_for():
    stream = cxm.JourneyStream(lateness=timedelta(microseconds=10), late="keep")
    for row in [("ann", "ad", 1), ("ann", "order", 9), ("ann", "shop", 5), ("ann", "call", 30)]:
        stream.update(**events(row))
    assert stream.report().waiting == 1
    pairs = stream.transitions()
    assert [*pairs["source"]] == ["ad", "order", "shop"]
    assert [*pairs["target"]] == ["shop", "call", "order"]
    stream.update(**events(("ann", "mail", 8)), event_id=["m1"], channel=["post"], score=[7])
    (late,) = stream.late_events().rows
    assert (late["touchpoint"], late["time"], late["channel"], late["score"]) == (
        "mail",
        8,
        "post",
        7,
    )
    assert (stream.report().late, stream.observations) == (1, 5)
    stream.flush()
    assert stream.report().waiting == 0
    refusing = cxm.JourneyStream(late="error")
    refusing.update(**events(("ann", "ad", 5)))
    with pytest.raises(cxm.errors.InvalidObservationError, match="not before 5") as caught:
        refusing.update(**events(("bob", "ad", 1), ("ann", "shop", 3)))
    assert (caught.value.row, caught.value.field) == (1, "times")
    assert refusing.report().events == 1


def test_shards_of_customers_add_up_and_nothing_else_does():
    rows = [(f"c{n % 7}", "abc"[n * n % 3], n) for n in range(90)]
    whole = cxm.JourneyStream(gap=20)
    whole.update(**events(*rows))
    shards = [cxm.JourneyStream(gap=20) for _ in range(3)]
    for row in rows:
        shards[int(row[0][1]) % 3].update(**events(row))
    shards[2].merge(shards[0])
    shards[1].merge(shards[2])
    assert shards[1].to_bytes() == whole.to_bytes()
    later = cxm.JourneyStream(gap=20)
    later.update(**events(("c1", "a", 200)))
    with pytest.raises(cxm.errors.IncompatibleMergeError, match="c1 through"):
        whole.merge(later)
    # To go on from the stored bytes is what a process does instead.
    going_on = cxm.JourneyStream.from_bytes(whole.to_bytes())
    going_on.update(**events(("c1", "a", 200)))
    assert going_on.report().events == 91
    with pytest.raises(cxm.errors.NotOfferedError, match="no history"):
        whole.retract(**events(("c1", "a", 200)))


def test_a_frame_in_chunks_arrives_at_once():
    pa = pytest.importorskip("pyarrow")
    rows = [(f"c{n % 5}", "abc"[n % 3], (n * 37) % 100) for n in range(100)]
    columns = events(*rows)
    chunked = {
        name: pa.chunked_array([column[:30], column[30:31], column[31:]])
        for name, column in columns.items()
    }
    whole, pieces = cxm.JourneyStream(gap=20), cxm.JourneyStream(gap=20)
    whole.update(**columns)
    pieces.update(**chunked)
    assert pieces.to_bytes() == whole.to_bytes()
    assert (pieces.report().late, pieces.report().waiting) == (0, 0)
    # And once more, when events have gone through.
    later = {**columns, "time": [time + 1000 for time in columns["time"]]}
    whole.update(**later)
    report = pieces.report()
    pieces.update(
        **{name: pa.chunked_array([column[:50], column[50:]]) for name, column in later.items()}
    )
    assert pieces.to_bytes() == whole.to_bytes()
    # A report keeps what it was made of.
    assert (report.events, pieces.report().events) == (100, 200)


def test_unknown_funnels_are_named():
    stream = cxm.JourneyStream(funnels=[{"name": "buy", "steps": ["a"]}])
    with pytest.raises(cxm.errors.NotFoundError, match="there are: buy"):
        stream.funnel("sell")
    with pytest.raises(cxm.errors.InvalidDefinitionError):
        cxm.JourneyStream(funnels=[{"name": "buy", "steps": []}])
    assert (
        cxm.Journeys(gap=5, goal="buy", lateness=timedelta(seconds=1)).definition["lateness"]
        == 10**6
    )

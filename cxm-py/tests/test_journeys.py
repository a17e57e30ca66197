"""Journeys by their own names: the log of a help desk, and small logs where each count is seen."""

from __future__ import annotations

import os
import pickle
from datetime import timedelta
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import polars
import pytest
from conftest import REPOSITORY

import cxm
from cxm import errors, plots
from cxm._columns import ColumnTable

mpl.use("Agg")
from matplotlib import pyplot

STEPS = ["Assign seriousness", "Take in charge ticket", "Resolve ticket", "Closed"]
MINUTE = 60_000_000
MONTH = timedelta(days=30)


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def helpdesk():
    """The log of the help desk of an Italian company (Polato 2017), outside the repository."""
    folder = Path(os.environ.get("CXM_DATA", REPOSITORY / "../shared/data"))
    path = folder / "journeys" / "helpdesk.csv"
    if not path.exists():
        pytest.skip(f"there is no {path.name}; CXM_DATA names its folder")
    return pd.read_csv(path, parse_dates=["timestamp"])


def tickets(events, **definition):
    journeys = cxm.Journeys(**definition)
    journeys.update(events, customer="case_id", touchpoint="activity", time="timestamp")
    return journeys


def shop(**definition):
    """Two customers: ann converts after two minutes, bob stays in the shop."""
    journeys = cxm.Journeys(**definition)
    journeys.update(
        ["ann", "ann", "ann", "bob", "bob"],
        ["ad", "shop", "buy", "ad", "shop"],
        [0, MINUTE, 2 * MINUTE, 0, 90 * MINUTE],
    )
    return journeys


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_the_help_desk_has_its_known_transitions(helpdesk):
    journeys = tickets(helpdesk)
    report = journeys.report()
    assert (report.events, report.journeys, report.ties) == (21_348, 4_580, 130)
    pairs = journeys.transitions()
    assert (len(pairs), sum(pairs["count"])) == (55, 16_768)
    rows = {(row["source"], row["target"]): row for row in pairs.rows}
    assert sum(row["count"] for (a, b), row in rows.items() if a == b) == 944
    counts = {
        ("Resolve ticket", "Closed"): 4_558,
        ("Assign seriousness", "Take in charge ticket"): 4_160,
        ("Take in charge ticket", "Resolve ticket"): 3_563,
        ("Take in charge ticket", "Wait"): 1_265,
        ("Wait", "Resolve ticket"): 773,
        ("Wait", "Take in charge ticket"): 558,
    }
    assert {pair: rows[pair]["count"] for pair in counts} == counts
    closed = rows["Resolve ticket", "Closed"]
    assert closed["mean_duration"] == pytest.approx(2_538_109.277e6, abs=5e2)
    assert closed["median_duration"] == 2_592_116e6
    taken = rows["Assign seriousness", "Take in charge ticket"]
    assert taken["mean_duration"] == pytest.approx(323_078.462e6, abs=5e2)
    assert taken["median_duration"] == 21_926.5e6
    assert taken["q95_duration"] == pytest.approx(1_534_826.1e6, abs=5e4)
    assert rows["Take in charge ticket", "Wait"]["probability"] == 1265 / 5059
    ends = journeys.transitions(ends=True)
    with_end = {(row["source"], row["target"]): row for row in ends.rows}
    assert with_end["Take in charge ticket", "Wait"]["probability"] == 1265 / 5060
    assert with_end["Take in charge ticket", "END"]["count"] == 1


def test_the_help_desk_has_its_known_variants_lengths_and_rework(helpdesk):
    journeys = tickets(helpdesk)
    variants = journeys.variants()
    assert (len(variants), sum(count == 1 for count in variants.journeys)) == (226, 135)
    assert list(variants.journeys)[:4] == [2366, 552, 228, 213]
    assert list(journeys.variants(most=2).journeys) == [2366, 552]
    length = journeys.report().length
    assert length["mean"] == pytest.approx(4.661135, abs=5e-7)
    assert (length["median"], length["q95"], length["max"]) == (4, 7, 15)
    repeats = {row["touchpoint"]: row["repeats"] for row in journeys.touchpoints().rows}
    rework = {
        "Take in charge ticket": 623,
        "Assign seriousness": 394,
        "Resolve ticket": 386,
        "Wait": 194,
        "Closed": 15,
    }
    assert {name: repeats[name] for name in rework} == rework
    matrix = journeys.step_matrix(5).rows
    at = {(row["step"], row["touchpoint"]): row["journeys"] for row in matrix}
    assert (at[1, "Assign seriousness"], at[1, "Insert ticket"]) == (4_384, 118)
    assert at[1, "Take in charge ticket"] == 74
    assert (at[5, "END"], at[5, "Closed"]) == (2_710, 1_091)


@pytest.mark.parametrize(
    ("options", "reached"),
    [
        ({}, [4495, 4207, 4199, 4189]),
        ({"window": MONTH}, [4495, 4153, 3800, 70]),
        ({"window": 30 * 86_400_000_000}, [4495, 4153, 3800, 70]),
        ({"window": MONTH, "start": "first"}, [4495, 4144, 3786, 7]),
        ({"order": "strict"}, [4495, 4159, 2910, 2689]),
        ({"order": "unordered"}, [4576, 4576, 4566, 4190]),
    ],
)
def test_the_help_desk_has_its_known_funnels(helpdesk, options, reached):
    assert tickets(helpdesk).funnel(STEPS, **options).reached == reached


@pytest.mark.parametrize(("days", "sessions"), [(1, 14_421), (7, 11_659), (30, 7_228)])
def test_the_help_desk_has_its_known_sessions(helpdesk, days, sessions):
    journeys = tickets(helpdesk, gap=timedelta(days=days))
    assert len(journeys.sessions) == journeys.report().journeys == sessions


def test_frames_are_taken_by_the_names_of_their_columns(helpdesk):
    frame = helpdesk.head(2000)
    whole = tickets(frame)
    names = {"touchpoint": "activity", "time": "timestamp"}
    same = cxm.Journeys()
    same.update(polars.from_pandas(frame), customer="case_id", **names)
    assert same.to_bytes() == whole.to_bytes()
    shards = cxm.Journeys()
    for part in (frame.tail(1000), frame.head(1000)):
        shards.merge(tickets(part))
    assert shards.transitions() == whole.transitions()
    objects = cxm.Journeys(preset="by_object")
    objects.update(frame, customer="customer_id", object="case_id", **names)
    assert objects.report().journeys >= whole.report().journeys
    assert objects.report().customers < whole.report().customers
    with pytest.raises(KeyError, match="ticket"):
        cxm.Journeys().update(frame, customer="ticket", **names)


def test_a_funnel_has_its_fields():
    funnel = shop().funnel(["ad", "shop", "buy"], window=timedelta(minutes=5), level=0.9)
    assert (funnel.reached, funnel.journeys) == ([2, 1, 1], 2)
    assert (funnel.converted, funnel.open, funnel.dropped) == (1, 0, 1)
    assert funnel.time_from_earliest_start["median"] == 2 * MINUTE
    assert [step["share_of_previous"] for step in funnel.steps] == [None, 0.5, 1.0]
    assert funnel.steps[1]["interval"]["level"] == 0.9
    table = funnel.table()
    assert list(table.touchpoint) == ["ad", "shop", "buy"]
    assert list(table.share) == [1.0, 0.5, 0.5]
    asked = {"steps": ["ad", "shop", "buy"], "window": timedelta(minutes=5), "level": 0.9}
    assert table == ColumnTable(shop().snapshot_().tabulate("funnel", **asked))
    assert funnel.to_pandas()["reached"].tolist() == funnel.to_polars()["reached"].to_list()
    assert "ad 2 → shop 1 → buy 1; 1 converted, 0 open, 1 dropped" in repr(funnel)
    again = pickle.loads(pickle.dumps(funnel))
    assert (again, again.table()) == (funnel, table)


def test_steps_of_numbers_stay_numbers():
    journeys = cxm.Journeys()
    journeys.update(["ann", "ann", "bob"], [7, 8, 7], [1, 2, 3])
    for steps in ([7, 8], [8, 7, 8]):
        asked = ColumnTable(journeys.snapshot_().tabulate("funnel", steps=steps))
        table = journeys.funnel(steps).table()
        assert table == asked
        assert [table[n].type_name for n in table] == [asked[n].type_name for n in asked]


def test_funnels_know_windows_of_steps_exclusions_and_entries():
    journeys = shop()
    steps = ["ad", "shop", "buy"]
    narrow = [timedelta(seconds=59), timedelta(minutes=1)]
    assert journeys.funnel(steps, step_windows=narrow).reached == [2, 0, 0]
    wide = [timedelta(minutes=90), 59_000_000]
    assert journeys.funnel(steps, step_windows=wide).reached == [2, 2, 0]
    assert journeys.funnel(["ad", "buy"], exclude=["shop"]).reached == [2, 0]
    assert journeys.funnel(["buy", "shop"], entry="closed").reached == [1, 0]
    assert journeys.funnel(["buy", "shop"], entry="open").reached[1] == 2


def test_a_gap_makes_sessions():
    for gap in (timedelta(minutes=30), 30 * MINUTE):
        sessions = shop(gap=gap).sessions
        assert list(sessions.customer) == ["ann", "bob", "bob"]
        assert list(sessions.journey) == [1, 1, 2]
        assert list(sessions.events) == [3, 1, 1]
    assert shop(preset="sessions_30_minutes").sessions == sessions
    # A pause of exactly the gap does not end a session.
    assert len(shop(gap=timedelta(minutes=90)).sessions) == 2
    assert list(shop(goal="buy").sessions.status) == ["converted", "open"]


def test_conversions_are_credited():
    journeys = shop(goal="buy")
    linear = journeys.attribution("linear", level=0.9)
    assert dict(zip(linear.touchpoint, linear.conversions, strict=True)) == {"ad": 0.5, "shop": 0.5}
    several = journeys.attribution(["first", "last"])
    assert several.columns == ["touchpoint", "first", "last"]
    assert (list(several["first"]), list(several["last"])) == ([1, 0], [0, 1])
    decay = journeys.attribution("time_decay", half_life=timedelta(minutes=1))
    assert list(decay.conversions) == pytest.approx([1 / 3, 2 / 3])
    with pytest.raises(TypeError, match="only for one method"):
        journeys.attribution(["first"], half_life=timedelta(days=7))
    with pytest.raises(ValueError, match="needs a goal"):
        shop().attribution()


@pytest.mark.parametrize(
    ("ask", "error", "field"),
    [
        (lambda it: it.funnel([]), errors.InvalidArgumentError, "steps"),
        (lambda it: it.funnel(["advert"]), errors.NotFoundError, "steps"),
        (lambda it: it.funnel(["ad"], window=-1), errors.InvalidArgumentError, "window"),
        (lambda it: it.step_matrix(0), errors.InvalidArgumentError, "steps"),
        (lambda it: it.step_matrix(anchor="advert"), errors.NotFoundError, "anchor"),
        (lambda it: it.attribution("luck"), errors.InvalidArgumentError, "method"),
        (lambda it: it.emotion_curve(by="mood"), errors.InvalidArgumentError, "by"),
        (lambda it: it.update(["ann"], ["ad"], ["soon"]), errors.InvalidObservationError, "time"),
        (lambda _: cxm.Journeys(gap=timedelta(0)), errors.InvalidDefinitionError, "gap"),
        (lambda _: cxm.Journeys(pause=3), errors.InvalidDefinitionError, "pause"),
    ],
)
def test_errors_name_the_field(ask, error, field):
    journeys = shop()
    before = journeys.to_bytes()
    with pytest.raises(error) as caught:
        ask(journeys)
    assert caught.value.field == field
    assert journeys.to_bytes() == before


def test_events_without_a_customer_are_counted_or_refused():
    journeys = cxm.Journeys()
    journeys.update(["ann", None], ["ad", "ad"], [1, 2])
    assert journeys.report().excluded["missing_customer"] == 1
    with pytest.raises(errors.InvalidObservationError) as caught:
        cxm.Journeys(missing="error").update(["ann", None], ["ad", "ad"], [1, 2])
    assert caught.value.row == 1
    with pytest.raises(TypeError, match="time="):
        journeys.update(["ann"], ["ad"])


def test_journeys_and_their_tables_are_pickled():
    journeys = shop(goal="buy", gap=timedelta(minutes=30))
    again = pickle.loads(pickle.dumps(journeys))
    assert again.to_bytes() == journeys.to_bytes()
    assert again.sessions == pickle.loads(pickle.dumps(journeys.sessions)) == journeys.sessions
    assert pickle.loads(pickle.dumps(journeys.report())) == journeys.report()


def test_the_funnel_is_drawn():
    funnel = shop().funnel(["ad", "shop", "buy"])
    ax = funnel.plot()
    assert [bar.get_width() for bar in ax.patches] == funnel.reached
    assert texts(ax)[2] == "1   50.0 % of the step before"
    counts, what = ax.get_xlabel().split("; ")
    assert counts == "1 converted, 1 open, 0 dropped"
    assert what == "lines: 95 % Wilson intervals of the share of the step before"


def test_the_step_matrix_is_drawn_and_rare_touchpoints_share_a_row():
    customers = [*range(1000), 3, 4]
    touchpoints = ["ad"] * 1000 + ["call", "visit"]
    journeys = cxm.Journeys()
    journeys.update(customers, touchpoints, [0] * 1000 + [1, 1])
    ax = plots.step_heat_map(journeys.step_matrix(steps=2))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["ad", "2 others", "END"]
    assert texts(ax) == ["100", "100"]
    shares = ax.collections[0].get_array()
    assert shares.sum(axis=0).tolist() == pytest.approx([1.0, 1.0])
    assert shares[1].tolist() == pytest.approx([0.0, 0.002])


def test_the_map_names_the_pain_points_below_their_stage():
    stages = [{"stage": "before", "touchpoints": ["ad"]}, {"stage": "buy", "touchpoints": ["shop"]}]
    journeys = cxm.Journeys(stages=stages)
    journeys.update(
        ["ann", "ann", "bob", "bob"],
        ["ad", "shop", "ad", "shop"],
        [1, 2, 3, 4],
        score=[9, 2, 10, 3],
        channel=["web", "store", "web", None],
    )
    above, below = journeys.plot_map(target=7)
    assert list(above.lines[-1].get_ydata()) == pytest.approx([1.8, -1.0])
    pain = next(text for text in below.texts if text.get_text() == "shop 0.64")
    assert pain.get_position()[0] == 1
    labels = [label.get_text() for label in below.get_yticklabels()]
    assert labels == ["web", "no channel", "store", "pain points"]
    assert [label.get_text() for label in below.get_xticklabels()] == ["before", "buy"]
    without = journeys.plot_map()[1]
    assert "pain points" not in [label.get_text() for label in without.get_yticklabels()]

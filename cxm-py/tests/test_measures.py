"""Measures of a catalogue, before they began and since."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

import cxm
from cxm import errors
from cxm._columns import ColumnTable

DAY = 86_400_000_000


def calls():
    """Ten calls, one a day: their scores get better from the fifth day on."""
    journeys = cxm.Journeys(gap=timedelta(hours=1))
    scores = [3, 4, 5, 4, 3, 8, 9, 7, 8, 9]
    journeys.update(
        customer=list(range(10)),
        touchpoint=["call"] * 10,
        time=[day * DAY for day in range(10)],
        score=scores,
    )
    return journeys


def measure(**changed):
    plain = {
        "id": "call_back",
        "name": "Call back within a day",
        "kpi": "mean_score",
        "touchpoint": "call",
        "from": 5 * DAY,
        "status": "active",
        "baseline": 3.8,
        "target": 8.2,
    }
    return {**plain, **changed}


def test_a_measure_is_read_before_and_after():
    table = calls().measures([measure()])
    assert isinstance(table, ColumnTable)
    row = table.rows[0]
    assert (row["measure"], row["kpi"], row["owner"]) == ("call_back", "mean_score", None)
    assert (row["before_n"], row["before"]) == (4, 4.0)
    assert (row["after_n"], row["after"]) == (5, pytest.approx(8.2))
    assert row["difference"] == pytest.approx(4.2)
    assert row["lower"] < row["difference"] < row["upper"]
    # 41 of 5 is 8.2 exactly, whatever doubles make of it.
    assert (row["target_met"], row["better_than_baseline"]) == (True, True)
    # The window after is a microsecond longer than four days; the one before is as long.
    assert row["after_to"] - row["after_from"] == row["before_to"] - row["before_from"]


def test_times_come_as_what_python_has():
    journeys = calls()
    plain = journeys.measures([measure()])
    moment = datetime(1970, 1, 6, tzinfo=UTC)
    for begins in (moment, date(1970, 1, 6), "1970-01-06", moment.replace(tzinfo=None)):
        assert journeys.measures([measure(**{"from": begins})]) == plain
    short = journeys.measures([measure(to=8 * DAY)], before=timedelta(days=2), level=0.5)
    row = short.rows[0]
    assert (row["before_n"], row["after_n"]) == (2, 3)
    assert row["upper"] - row["lower"] < plain["upper"][0] - plain["lower"][0]
    frame = plain.to_pandas()
    assert frame["target_met"].to_list() == [True]


def test_several_measures_are_one_table():
    table = calls().measures(
        [
            measure(),
            measure(id="felt", kpi="emotion", baseline=None, target=1),
            measure(id="bad", kpi="negative_share", baseline=None, target=0.2),
            measure(id="less", kpi="volume", baseline=2, target=1),
            measure(id="elsewhere", touchpoint="fax"),
        ]
    )
    assert table["measure"].to_list() == ["call_back", "felt", "bad", "less", "elsewhere"]
    assert table["after"].to_list()[1:3] == [pytest.approx(1.28), 0]
    assert table["target_met"].to_list() == [True, True, True, False, None]
    assert table["before"].to_list()[4] is None


def test_what_cannot_be_read_is_refused_by_its_row():
    journeys = calls()
    for changed, error, field in [
        ({"kpi": "csat"}, errors.NotFoundError, "kpi"),
        ({"kpi": "goal_rate", "baseline": None, "target": None}, errors.NotOfferedError, "kpi"),
        (
            {"kpi": "exit_rate", "baseline": None, "target": 40},
            errors.InvalidArgumentError,
            "target",
        ),
        ({"from": "soon"}, errors.InvalidArgumentError, "from"),
        ({"touchpoint": None, "stage": "use"}, errors.NotFoundError, "stage"),
        ({"touchpoint": None}, errors.InvalidDefinitionError, "touchpoint"),
    ]:
        with pytest.raises(error) as caught:
            journeys.measures([measure(), measure(**changed)])
        assert (caught.value.field, caught.value.row) == (field, 1)
    with pytest.raises(errors.InvalidArgumentError, match="missing field"):
        journeys.measures([{"id": "x"}])


def test_a_follow_up_judges_recent_journeys_like_older_ones():
    journeys = cxm.Journeys(goal="order", gap=timedelta(days=5))
    # Every other caller orders a day later, in all weeks alike.
    calls = [(f"c{day}", "call", day * DAY) for day in range(20)]
    orders = [(f"c{day}", "order", (day + 1) * DAY) for day in range(0, 20, 2)]
    journeys.update(*map(list, zip(*calls, *orders, strict=True)))
    asked = [measure(kpi="goal_rate", baseline=None, target=None, **{"from": 10 * DAY})]
    plain = journeys.measures(asked, before=10 * DAY).rows[0]
    assert (plain["before"], plain["after_open"] > 0, plain["after"] > 0.6) == (0.5, True, True)
    followed = journeys.measures(asked, before=10 * DAY, follow_up=2 * DAY).rows[0]
    assert (followed["before"], followed["after"]) == (0.5, 0.5)
    assert followed["after_open"] == 2

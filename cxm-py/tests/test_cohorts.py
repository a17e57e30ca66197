"""Cohorts, stickiness and inactivity through Python."""

from __future__ import annotations

import datetime
import inspect
import json
import pickle

import matplotlib as mpl
import numpy
import pandas
import polars
import pyarrow
import pytest
from conftest import GOLDEN

import cxm

mpl.use("Agg")
pyplot = pytest.importorskip("matplotlib.pyplot")

LOG = {
    "id": ["ann", "bob", "ann", "cy", "ann"],
    "day": ["2024-01-05", "2024-01-20", "2024-02-01", "2024-02-11", "2024-03-30"],
    "paid": [10.0, 5.0, 7.5, 7.0, 3.0],
}
NAMES = {"customer": "id", "time": "day"}


@pytest.fixture(scope="module")
def cdnow():
    case = json.loads((GOLDEN / "churn" / "cohorts.json").read_text(encoding="utf-8"))[0]
    batch = case["batch"]["transactions"]
    frame = pandas.DataFrame({"id": batch["customers"], "cents": batch["amounts"]})
    frame["date"] = pandas.to_datetime(batch["days"], unit="D")
    return frame


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    pyplot.close("all")


def test_cells_that_are_not_over_are_none():
    cohorts = cxm.cohorts(LOG, **NAMES, amount="paid", preset="major_units")
    assert cohorts.ages == ["0", "1", "2"]
    assert cohorts.shares.rows == [
        {"cohort": datetime.date(2024, 1, 1), "size": 2, "0": 1.0, "1": 0.5, "2": None},
        {"cohort": datetime.date(2024, 2, 1), "size": 1, "0": 1.0, "1": None, "2": None},
    ]
    whole = cxm.cohorts(LOG, **NAMES, amount="paid", preset="major_units", until="2024-03-31")
    assert whole.shares["2"].to_list() == [0.5, None]
    assert whole.customers["1"].to_list() == [1, 0]
    assert whole.revenue_per_head["0"].to_list() == [7.5, 7.0]
    assert whole.averages.weighted.to_list() == [1.0, 1 / 3, 0.5]
    assert whole.averages.plain.to_list() == [1.0, 0.25, 0.5]
    assert whole.sizes.whole.to_list() == [1, 1]
    assert whole.table.lower[1] is not None
    assert len(whole) == 2
    assert "cohort" in repr(whole)
    assert "<table>" in whole._repr_html_()


@pytest.mark.parametrize("frame", [pandas.DataFrame, polars.DataFrame, pyarrow.table])
def test_frames_come_in_and_go_out(frame):
    given = frame(LOG)
    cohorts = cxm.cohorts(given, **NAMES)
    for table in (cohorts.shares, cohorts.averages, cohorts.sizes, cohorts.table):
        assert type(table) is type(given)
    assert cohorts.to_dict() == cxm.cohorts(LOG, **NAMES).to_dict()
    assert pyarrow.table(cohorts).column_names[:3] == ["cohort", "size", "age"]
    assert cohorts.to_polars().height == cohorts.to_pyarrow().num_rows == len(cohorts.to_pandas())


def test_kinds_and_clocks(cdnow):
    activity = cxm.Activity()
    activity.update(cdnow, customer="id", time="date")
    january = {
        "on": cxm.cohorts(activity),
        "on_or_after": cxm.cohorts(activity, kind="on_or_after"),
        "rolling": cxm.cohorts(activity, clock="rolling"),
    }
    counts = {
        name: [cohorts.customers[age][0] for age in cohorts.ages[:6]]
        for name, cohorts in january.items()
    }
    assert counts == {
        "on": [781, 124, 95, 70, 65, 77],
        "on_or_after": [781, 355, 323, 300, 284, 273],
        "rolling": [781, 118, 74, 69, 61, 77],
    }
    assert january["on_or_after"].ages[2] == "2+"
    brackets = cxm.cohorts(activity, kind=numpy.array([0, 1, 31, 91]), clock="rolling", days=1)
    assert brackets.ages == ["0", "1-30", "31-90"]
    assert [brackets.customers[age][0] for age in brackets.ages] == [781, 137, 155]
    assert activity.value(kind=[0, 1, 31, 91], clock="rolling", days=1) == brackets.table
    weeks = cxm.cohorts(activity, period="week", week_start="sunday", max_age=4)
    assert weeks.sizes.cohort[0] == datetime.date(1996, 12, 29)
    assert weeks.ages == ["0", "1", "2", "3", "4"]
    assert cxm.cohorts(activity, born_from="1997-02-01").customers["0"].to_list() == [857, 719]


def test_the_other_readings(cdnow):
    activity = cxm.Activity()
    activity.update(cdnow, customer="id", time="date", amount="cents")
    sticky = activity.stickiness()
    assert sticky.active.to_list()[3:6] == [267, 224, 232]
    assert 0 < sticky.lower[3] < sticky.stickiness[3] < sticky.upper[3] < 1
    trailing = activity.trailing_activity(month_days=30)
    assert trailing.monthly[28] is None
    assert trailing.monthly[29] > trailing.weekly[29] > trailing.daily[29]
    rules = [
        activity.inactivity(days=90).rows[0],
        activity.inactivity(rule="gap_quantile", probability=0.4).rows[0],
        activity.inactivity(rule="p_alive").rows[0],
    ]
    for row in rules:
        assert row["customers"] == 2357 == row["active"] + row["lapsed"]
        assert row["churn_lower"] <= row["churn_rate"] <= row["churn_upper"]
    assert rules[0]["threshold_days"] == 90
    assert rules[2]["expected_alive"] > 0
    gaps = activity.gaps()
    assert sum(gaps.closed) == 4339
    audit = activity.audit(until="1997-12-31")
    assert (audit.customers, audit.without_amount) == (2357, 0)
    assert activity.report().interval().lower < activity.report().score


def test_states_merge_and_are_stored(cdnow):
    whole, odd = cxm.Activity(), cxm.Activity()
    whole.update(cdnow.iloc[::2], customer="id", time="date")
    odd.update(cdnow.iloc[1::2], customer="id", time="date")
    whole.merge(odd)
    assert pickle.loads(pickle.dumps(whole)).to_bytes() == whole.to_bytes()
    assert cxm.cohorts(whole).to_dict() == cxm.cohorts(cdnow, customer="id", time="date").to_dict()
    whole.retract(cdnow.iloc[1::2], customer="id", time="date")
    again = cxm.Activity()
    again.update(cdnow.iloc[::2], customer="id", time="date")
    assert whole == again
    table = cxm.Activity.by("part")
    parts = cdnow.assign(part=cdnow["id"] % 3)
    table.update(parts, customer="id", time="date")
    assert sum(group.report().customers for _, group in table.groups()) == 2357


def test_the_heat_map_leaves_blank_what_is_not_over(cdnow, tmp_path):
    cohorts = cxm.cohorts(cdnow, customer="id", time="date", until="1997-12-31")
    ax = cohorts.plot()
    mesh = next(iter(ax.collections)).get_array()
    shares = cohorts.shares
    ages = cohorts.ages
    expected = shares[ages].to_numpy(dtype=float)
    drawn = numpy.ma.filled(mesh.reshape(len(cohorts) + 2, len(ages)), numpy.nan)
    assert numpy.array_equal(drawn[: len(cohorts)], expected, equal_nan=True)
    assert numpy.isnan(drawn[len(cohorts)]).all()
    assert numpy.array_equal(drawn[-1], cohorts.averages["weighted"], equal_nan=True)
    labels = [label.get_text() for label in ax.get_yticklabels()]
    assert labels[0] == "1997-01   n = 781"
    assert labels[-1] == "weighted average"
    shown = {text.get_text() for text in ax.texts}
    assert {"100", "16"} <= shown
    ax.figure.savefig(tmp_path / "cohorts.png")
    for arguments in ({"period": "week"}, {"kind": [0, 1, 3]}, {"kind": "on_or_after"}):
        cxm.cohorts(cdnow, customer="id", time="date", **arguments).plot()
    empty = cxm.cohorts({"id": [], "date": []}, customer="id", time="date")
    assert len(empty) == 0
    empty.plot()


def test_the_defaults_are_those_of_the_core():
    parameters = inspect.signature(cxm.cohorts).parameters
    for parameter in cxm._calculators.ENTRIES["activity"]["tables"][0]["parameters"]:
        default = parameters[parameter["name"]].default
        assert default == (None if parameter["name"] == "level" else parameter["default"])


def test_what_is_refused():
    with pytest.raises(cxm.errors.NotFoundError, match="time"):
        cxm.cohorts(LOG, customer="id")
    activity = cxm.Activity()
    with pytest.raises(TypeError, match="already"):
        cxm.cohorts(activity, preset="hourly")
    for arguments, field in [
        ({"kind": "sometimes"}, "kind"),
        ({"kind": [3, 1]}, "kind"),
        ({"period": "fortnight"}, "period"),
        ({"days": 7}, "days"),
        ({"until": "yesterday"}, "until"),
        ({"week_start": "Mo"}, "week_start"),
    ]:
        activity.update(["ann"], ["2024-01-05"])
        with pytest.raises(cxm.errors.InvalidArgumentError) as caught:
            cxm.cohorts(activity, **arguments)
        assert caught.value.field == field
    with pytest.raises(cxm.CxmError, match="would lose"):
        activity.update(["ann"], ["2024-01-05"], cost=[1])
    with pytest.raises(cxm.errors.NotFoundError):
        cxm.cohorts(activity).wide("size")

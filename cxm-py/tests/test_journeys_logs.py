"""Logs of other systems, the catalogue and deviations from a plan, through the Python door."""

from __future__ import annotations

import io
import json
import pickle

import pytest
from conftest import REPOSITORY

import cxm
from cxm import journeys

LOGS = REPOSITORY / "cxm-core" / "tests" / "logs"
CASES = json.loads((LOGS / "readings.json").read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_log_is_read_as_its_case_says(case):
    read = getattr(journeys, f"read_{case['format']}")
    table = read(LOGS / case["file"], **case["options"])
    for name, expected in case["columns"].items():
        assert table[name].to_list() == expected, name
    report = dict(case["report"])
    assert table.customers == report.pop("customers")
    assert table.losses.to_dict() == report
    text = (LOGS / case["file"]).read_text(encoding="utf-8")
    for log in (text, text.encode(), io.StringIO(text), bytearray(text.encode())):
        assert read(log, **case["options"]) == table


def test_a_reading_is_a_table_of_its_own_kind():
    case = CASES[5]
    table = journeys.read_segment(LOGS / case["file"], **case["options"])
    again = pickle.loads(pickle.dumps(table))
    assert again == table
    assert again.losses.to_dict() == table.losses.to_dict()
    assert table.to_pandas()["value"].tolist()[1] == 1999
    assert table.to_polars()["channel"].to_list() == ["web", None, "app"]
    with pytest.raises(AttributeError):
        table.losses = {}


def test_wrong_options_are_named():
    with pytest.raises(TypeError, match="custumer"):
        journeys.read_csv("", custumer="id")
    with pytest.raises(TypeError, match="customer_type"):
        journeys.read_ocel("{}")
    with pytest.raises(cxm.CxmError) as caught:
        journeys.read_csv("a,b\n", delimiter="::")
    assert caught.value.field == "delimiter"
    with pytest.raises(cxm.CxmError, match="no XES"):
        journeys.read_xes("customer,touchpoint,time\n")
    with pytest.raises(cxm.CxmError) as caught:
        log = "customer,touchpoint,time\nann,checkout,2024-05-01\nann,checkout,now\n"
        journeys.read_csv(log, invalid="error")
    assert (caught.value.field, caught.value.row) == ("time", 1)


def test_customers_who_were_erased_do_not_come_back():
    log = "customer,touchpoint,time\nann,ad,2024-05-01\nbob,ad,2024-05-02\nann,call,2024-05-03\n"
    table = journeys.read_csv(log, erased=["ann"])
    assert table["customer"].to_list() == ["bob"]
    assert table.losses.skipped.to_dict() == {"erased_customer": 2}
    with pytest.raises(cxm.CxmError) as caught:
        journeys.read_csv(log, erased=[""])
    assert caught.value.field == "erased"


def test_the_catalogue_is_a_dict_that_can_be_changed_and_checked():
    catalogue = journeys.catalogue()
    assert [len(catalogue[name]) for name in ("stages", "channels", "touchpoints")] == [8, 13, 40]
    assert journeys.check_catalogue(catalogue) == catalogue
    catalogue["touchpoints"].append(
        {"id": "tasting", "name": "Tasting", "stage": "before", "kind": "action"}
    )
    with pytest.raises(cxm.CxmError) as caught:
        journeys.check_catalogue(catalogue)
    assert (caught.value.field, caught.value.row) == ("touchpoints.stage", 40)


def test_a_journey_lies_beside_its_plan():
    steps = [{"touchpoint": "advice", "channel": "store"}, "checkout"]
    found = journeys.deviation(steps, [["checkout", {"touchpoint": "advice", "channel": "web"}]])
    assert found.journeys[0]["other_order"] == 1
    assert found.steps[0]["touchpoint"] == "advice"

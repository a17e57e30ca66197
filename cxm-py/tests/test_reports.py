"""What reports and tables say, as objects, as text, in a notebook and as frames."""

from __future__ import annotations

import math
import pickle
import threading
import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import polars as pl
import pytest
from conftest import filled

import cxm
from cxm._one_shot import NAMES

ANSWERS = [10] * 400 + [8] * 300 + [3] * 250 + [None] * 12 + [99] * 3


def test_a_report_reads_well():
    text = repr(cxm.nps(ANSWERS))
    assert text == (
        "NPS 15.8 points (95 % score interval 10.6 to 20.9), n = 950; "
        "excluded: 12 missing, 3 invalid"
    )
    assert repr(cxm.csat([5, 4, 4, 3, 1])) == (
        "CSAT 60.0 % (95 % Wilson interval 23.1 to 88.2), n = 5"
    )
    assert repr(cxm.nps([])) == "NPS –, n = 0"
    assert "99 %" in repr(cxm.nps(ANSWERS, level=0.99))
    assert "adjusted Wald" in repr(cxm.nps(ANSWERS, method="adjusted_wald"))


def test_what_is_left_out_of_items_is_told():
    report = cxm.cx_index([5, 4, None, 9], [4, None, 2, 1], [1, 2, 3, 4])
    assert repr(report).startswith("CX index 13.9 points")
    assert repr(report).endswith("n = 2; excluded: 2 missing, 1 invalid")
    assert "excluded: 2 missing, 1 invalid" in report._repr_html_()
    paired = cxm.paired_nps([5, 4, None, 99], [4, None, 2, 1])
    assert repr(paired).startswith("paired NPS")
    assert repr(paired).endswith("2 missing, 1 invalid, 1 before only, 2 after only")


def test_every_report_reads(calculator_class):
    for rows in ([], [(5, 4, 3), (1, 2, 5), (4, 4, 4), (None, 1, 2), (99, 3, 3)]):
        calculator = filled(calculator_class, rows)
        report = calculator.report()
        for text in (repr(report), repr(calculator), report._repr_html_()):
            assert text
            assert "None" not in text
            assert "nan" not in text
            assert "Some(" not in text
        assert type(report).__name__ == calculator_class.__name__ + "Report"
        assert report.to_dict()["score"] == report.score
        assert len(report.to_pandas()) == len(report.to_polars()) == 1
        assert pickle.loads(pickle.dumps(report)) == report
        assert report.definition == calculator.definition


def test_intervals_are_asked_for():
    report = cxm.nps(ANSWERS, level=0.9)
    interval = report.interval()
    assert (interval.level, interval.method) == (0.9, "score")
    assert interval.lower < report.score < interval.upper
    assert report.score in interval
    assert interval.upper + 1 not in interval
    narrow = report.interval(level=0.5, method="wald")
    assert (narrow.level, narrow.method) == (0.5, "wald")
    sequence = report.confidence_sequence()
    assert sequence.level == 0.9
    assert sequence.lower < interval.lower < interval.upper < sequence.upper
    mean = report.interval(measure="mean", level=0.95)
    assert mean.lower < report.mean < mean.upper
    assert pickle.loads(pickle.dumps(interval)) == interval
    assert interval.to_dict() == {
        "lower": interval.lower,
        "upper": interval.upper,
        "level": 0.9,
        "method": "score",
    }


def test_questions():
    report = cxm.nps(ANSWERS)
    shown = report.display(decimals=1)
    assert shown.score == "15.8"
    assert math.isclose(sum(map(float, shown.percentages)), 100)
    bounds = report.non_response_bounds(50)
    assert bounds.lower < report.score < bounds.upper
    assert report.shown(min_responses=5).score == report.score
    hidden = cxm.nps([9, 9]).shown(min_responses=5)
    assert (hidden.score, hidden.suppressed) == (None, "below_threshold")
    assert report.ask("interval", level=0.9) == report.interval(level=0.9)


def test_comparisons():
    a, b = cxm.nps([10] * 40 + [3] * 40), cxm.Nps()
    b.update([10] * 60 + [3] * 30)
    comparison = cxm.compare(b, a)
    assert comparison.z == comparison.statistic
    assert math.isclose(comparison.z, comparison.difference / comparison.standard_error)
    assert 0 < comparison.p_value < 1
    wide, narrow = comparison.interval(level=0.99), comparison.interval(level=0.5)
    assert wide.lower < comparison.interval().lower < narrow.lower < narrow.upper < wide.upper
    assert math.isclose(cxm.compare(a, b).difference, -comparison.difference)
    assert cxm.compare(b, a, level=0.9).interval().level == 0.9
    assert "p = " in repr(comparison)
    assert pickle.loads(pickle.dumps(comparison)).to_dict() == comparison.to_dict()
    with pytest.raises(cxm.CxmError):
        cxm.compare(a, cxm.csat([5, 4]))


FRAME = {
    "score": [10] * 30 + [3] * 10 + [9, 8, 2] + [10] * 20 + [1] * 40,
    "segment": ["a"] * 40 + ["b"] * 3 + ["c"] * 60,
}


def test_a_table():
    table = cxm.nps(FRAME, rating="score", by="segment", versus_rest=True, shrink=True)
    assert [row["segment"] for row in table.rows] == ["a", "b", "c"]
    assert table.total == cxm.nps(FRAME["score"])
    first = table.rows[0]
    alone = cxm.nps([10] * 30 + [3] * 10)
    assert (first["score"], first["responses"]) == (alone.score, 40)
    assert (first["lower"], first["upper"]) == (alone.interval().lower, alone.interval().upper)
    assert table.interval(0) == alone.interval()
    rest = cxm.compare(alone, cxm.nps(FRAME["score"][40:]))
    assert table.versus_rest(0).p_value == rest.p_value == first["p_value"]
    assert first["adjusted_p_value"] >= first["p_value"]
    assert table.total.score < first["shrunken"] < first["score"]
    assert len(list(table)) == len(table) == 3
    assert repr(table).splitlines()[0].split()[:3] == ["segment", "score", "responses"]
    assert "nan" not in table._repr_html_()


def test_small_groups_are_hidden():
    table = cxm.nps(FRAME, rating="score", by="segment", min_responses=5)
    columns = table.to_dict()
    assert columns["suppressed"] == ["complementary", "below_threshold", None]
    assert (
        columns["score"][:2] == columns["responses"][:2] == columns["promoters"][:2] == [None] * 2
    )
    pandas = table.to_pandas()
    assert str(pandas["responses"].dtype) == "Int64"
    assert pandas["score"].isna().tolist() == [True, True, False]
    assert table.to_polars()["responses"].dtype == pl.Int64
    assert table.to_pyarrow()["responses"].null_count == 2
    assert "below threshold" in repr(table)
    assert "below threshold" in table._repr_html_()


def test_folded_keys():
    table = cxm.Nps.by("k", max_groups=2, overflow="other")
    table.update([10, 9, 8, 1], keys=["d", "b", "a", "c"])
    assert table.keys() == [("a",), ("b",)]
    assert table.other().observations == 2
    assert table.table().to_dict()["folded"] == [False, False, True]
    with pytest.raises(cxm.errors.NotOfferedError):
        table.retract([10], keys=["d"])


def test_groups_are_reached():
    table = cxm.Keyed(cxm.Nps, by=["k", "n"])
    table.update([10, 9, 8], keys=(["a", "a", None], [1, 2, 1]))
    assert table.keys() == [(None, 1), ("a", 1), ("a", 2)]
    assert ("a", 1) in table
    assert ("b", 1) not in table
    assert table.get("b", 1) is None
    assert table["a", 2] == filled(cxm.Nps, [(9, 0, 0)])
    assert (table.by, table.kind, len(table), table.observations) == (["k", "n"], "nps", 3, 3)
    with pytest.raises(KeyError):
        table["b", 1]
    with pytest.raises(cxm.CxmError):
        table.get(1.5, 1)
    assert repr(table) == "<Keyed NPS by k, n: 3 groups, 3 observations>"


def test_the_notebook_view_is_self_contained():
    for html in (
        cxm.nps(ANSWERS)._repr_html_(),
        cxm.nps([])._repr_html_(),
        cxm.csat([5, 4, 1])._repr_html_(),
        cxm.nps(FRAME, rating="score", by="segment")._repr_html_(),
        cxm.nps({"s": [1], "k": ["<b>&"]}, rating="s", by="k")._repr_html_(),
    ):
        assert "<script" not in html
        assert "http" not in html
        assert "<b>" not in html
        ElementTree.fromstring(html.replace("<br>", "<br/>"))
    html = cxm.nps(ANSWERS)._repr_html_()
    for text in ("15.8", "n = 950", "12 missing", "3 invalid", "10.6 to 20.9", "scale 0 to 10"):
        assert text in html
    assert html.count("<svg") == 2
    assert "currentColor" in html


def test_one_calculator_from_several_threads():
    nps, column = cxm.Nps(), np.array([10, 9, 3] * 1000, dtype="u1")

    def work():
        for _ in range(50):
            nps.update(column)
            nps.update(9)
            nps.merge(cxm.Nps())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert nps.observations == 4 * 50 * 3001
    nps.merge(nps)
    assert nps.observations == 2 * 4 * 50 * 3001


def test_subclasses():
    class Mine(cxm.Nps):
        pass

    mine = Mine(scale=(1, 5), detractor_max=3, promoter_min=5)
    mine.update([5, 1, 5])
    assert type(mine.copy()) is Mine
    assert mine.value().score == pytest.approx(100 / 3)
    assert mine == cxm.Nps.from_bytes(mine.to_bytes())


def test_help_is_there(calculator_class):
    import inspect

    assert calculator_class.__doc__.startswith(calculator_class.__doc__[0].upper())
    assert "preset" in inspect.signature(calculator_class).parameters
    # Journeys have no call of their own: they are asked many things.
    if calculator_class not in (cxm.Journeys, cxm.JourneyStream):
        name = NAMES.get(calculator_class.kind, calculator_class.kind)
        function = getattr(cxm, name)
        assert inspect.isfunction(function)
        assert function.__module__ == "cxm"
        assert f"cxm.{calculator_class.__name__}" in function.__doc__
    for name in calculator_class.presets():
        definition = calculator_class.preset(name)
        assert calculator_class(preset=name).definition == definition
        assert calculator_class(**definition).definition == definition


def test_statistics_are_functions():
    import inspect

    assert len(cxm.stats.__all__) > 10
    for name in cxm.stats.__all__:
        function = getattr(cxm.stats, name)
        assert inspect.isfunction(function)
        assert function.__name__ == name
        assert function.__doc__
    interval = cxm.stats.net_interval(negative=20, neutral=30, positive=50)
    assert isinstance(interval, cxm.Interval)
    assert interval == cxm.stats.net_interval(20, 30, 50)
    with pytest.raises(TypeError):
        cxm.stats.net_interval(negative=20)
    with pytest.raises(AttributeError):
        _ = cxm.stats.net_intervals


def test_arrays_are_arguments():
    name = "holm"
    if name not in cxm.stats.__all__:
        pytest.fail("the list has no holm any more: choose another function of an array")
    p_values = [0.01, 0.04, 0.03]
    expected = getattr(cxm.stats, name)(p_values=p_values)
    for column in (np.array(p_values), pd.Series(p_values), pl.Series(p_values), tuple(p_values)):
        assert getattr(cxm.stats, name)(p_values=column) == expected

"""Predictions against what came, by their own names; the numbers are those of the core."""

from __future__ import annotations

import matplotlib as mpl
import numpy
import pandas as pd
import polars
import pytest

import cxm
from cxm import plots

mpl.use("Agg")
SAID = [0.9, 0.75, 0.5, 0.5, 0.25, 0.125]
CAME = [1, 1, 0, 1, 0, 0]


def test_a_column_is_scored_at_once():
    report = cxm.score_predictions(SAID, observed=CAME)
    assert report.score == pytest.approx(8.5 / 9)
    assert (report.predictions, report.events) == (6, 3)
    interval = report.interval()
    assert (interval.method, interval.upper) == ("delong", 1)
    assert "0.94" in repr(report)
    frame = pd.DataFrame({"p": SAID, "left": CAME, "region": list("aababb")})
    named = cxm.score_predictions(frame, columns="p", observed="left")
    assert named.score == report.score
    by_region = cxm.score_predictions(frame, columns="p", observed="left", by="region")
    assert len(by_region) == 2
    scores = cxm.PredictionScores()
    scores.update(polars.Series(SAID), numpy.array(CAME, dtype=bool))
    assert scores.value() == report
    again = cxm.PredictionScores()
    again.update(frame, probability="p", observed="left")
    assert again == scores


def test_lift_and_calibration_are_tables():
    report = cxm.score_predictions(SAID, observed=CAME)
    lift = report.lift(3)
    assert lift["rate"].to_list() == [1, 0.5, 0]
    assert lift["gain"].to_list() == pytest.approx([2 / 3, 1, 1])
    assert report.top(1 / 3).recall == pytest.approx(2 / 3, rel=1e-5)
    table = report.calibration(2)
    assert table["rows"].to_list() == [2, 4]
    assert table["lower"][1] < table["rate"][1] < table["upper"][1]
    parts = report.brier_decomposition(bins=2)
    whole = parts.reliability - parts.resolution + parts.uncertainty + parts.within_bins
    assert whole == pytest.approx(parts.brier)
    assert report.calibration_errors(2, "equal_count").bins_by == "equal_count"
    profit = report.expected_maximum_profit(customer_value=500)
    assert profit.profit > report.expected_maximum_profit().profit > 0
    calculator = report.calculator()
    assert calculator.lift(3).to_dict() == lift.to_dict()
    assert calculator.top(0.5) == report.top(0.5)


def test_values_and_counts():
    scores = cxm.PredictionScores(valued=True)
    scores.update(SAID, CAME, value=[10, 20, 30, 40, 50, 60])
    assert scores.lift(2)["value"].to_list() == [
        65,
        145,
    ]  # two equal probabilities, one in each half
    assert scores.lift(2)["value_gain"][1] == 1
    twice = cxm.score_predictions(SAID, observed=CAME, counts=[2] * 6)
    assert twice.score == cxm.score_predictions(SAID, observed=CAME).score
    assert twice.predictions == 12
    with pytest.raises(cxm.errors.CxmError) as failure:
        cxm.score_predictions([0.5, 1.5], observed=[0, 1])
    assert (failure.value.field, failure.value.row) == ("probabilities", 1)


def test_two_models_are_compared_on_different_customers():
    generator = numpy.random.default_rng(1)
    left = generator.random(400) < 0.4
    good = numpy.clip(0.3 + 0.4 * left + generator.normal(0, 0.2, 400), 0, 1)
    first = cxm.score_predictions(good[:200], observed=left[:200])
    second = cxm.score_predictions(1 - good[200:], observed=left[200:])
    comparison = cxm.compare(first, second)
    assert comparison.difference == pytest.approx(first.score - second.score)
    assert comparison.p_value < 0.001
    assert comparison.method == "delong"


def test_pictures_of_predictions(tmp_path):
    generator = numpy.random.default_rng(2)
    said = generator.random(500)
    report = cxm.score_predictions(said, observed=generator.random(500) < said)
    left, right = report.plot_lift(groups=5)
    assert left.lines[0].get_ydata()[-1] == 1
    heights = [patch.get_height() for patch in right.patches]
    assert heights == report.lift(5)["lift"].to_list()
    assert any("top 20 %" in text.get_text() for text in left.texts)
    ax = report.plot_calibration(bins=5)
    points = next(line for line in ax.lines if line.get_marker() == "o")
    assert list(points.get_ydata()) == report.calibration(5)["rate"].to_list()
    ax.figure.savefig(tmp_path / "calibration.png")
    assert plots.lift_and_gains(cxm.PredictionScores()) is not None
    assert plots.calibration_curve(cxm.PredictionScores()) is not None
    mpl.pyplot.close("all")

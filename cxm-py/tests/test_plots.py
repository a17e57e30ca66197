"""The pictures carry the right numbers."""

from __future__ import annotations

import math

import matplotlib as mpl
import numpy
import pandas as pd
import pytest
from conftest import COMPANY

import cxm
from cxm import plots

mpl.use("Agg")
RULES = {"dont_know": (99,)}


@pytest.fixture(scope="module")
def responses():
    return pd.read_csv(COMPANY / "responses.csv")


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    mpl.pyplot.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_score_over_time(responses, tmp_path):
    ax = cxm.plots.score_over_time(responses, rating="recommend", time="wave", **RULES)
    table = cxm.nps(responses, rating="recommend", by="wave", **RULES)
    each = max(ax.lines, key=lambda line: line.get_marker() == "o")
    assert list(each.get_ydata()) == table["score"].tolist()
    segments = next(c for c in ax.collections if hasattr(c, "get_segments")).get_segments()
    assert [(s[0][1], s[1][1]) for s in segments] == list(
        zip(table["lower"], table["upper"], strict=True)
    )
    ticks = [label.get_text() for label in ax.get_xticklabels()]
    assert ticks[0] == f"2025Q1\nn = {table['responses'][0]}"
    assert {"each wave", "all so far"} <= set(texts(ax))
    band = next(c for c in ax.collections if not hasattr(c, "get_segments")).get_paths()[0]
    last = cxm.nps(responses, rating="recommend", **RULES).confidence_sequence()
    assert band.vertices[:, 1].min() <= last.lower
    assert last.upper in band.vertices[:, 1]
    assert "95 %" in texts(ax)[-3] or any("95 %" in text for text in texts(ax))
    ax.figure.savefig(tmp_path / "picture.png")
    assert (tmp_path / "picture.png").stat().st_size > 5000


def test_segments_forest(responses):
    ax = cxm.plots.segments_forest(responses, rating="recommend", by="segment", **RULES)
    table = cxm.nps(responses, rating="recommend", by="segment", **RULES)
    table = table.sort_values("score", ascending=False)
    assert [label.get_text() for label in ax.get_yticklabels()] == table["segment"].tolist()
    points = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert points == table["score"].tolist()
    for n in table["responses"]:
        assert f"n = {n:,}" in texts(ax)
    total = cxm.nps(responses, rating="recommend", **RULES)
    assert f"all {total.score:.1f}" in texts(ax)
    hidden = cxm.Nps.by("segment", **RULES)
    hidden.update(responses, rating="recommend")
    ax = cxm.plots.segments_forest(hidden.table(min_responses=200), sort=False)
    assert "below threshold" in texts(ax)


def test_stacked_distribution(responses):
    ax = cxm.plots.stacked_distribution(responses, rating="recommend", by="wave", **RULES)
    widths = [patch.get_width() for patch in ax.patches]
    assert len(widths) == 3 * 6
    for row in range(6):
        assert sum(widths[3 * row : 3 * row + 3]) == 100
    first = cxm.nps(responses[responses.wave == "2025Q1"], rating="recommend", **RULES)
    assert widths[:3] == [float(share) for share in first.display().percentages]
    assert {"detractors", "passives", "promoters", f"n = {first.responses}"} <= set(texts(ax))
    csat = cxm.csat(responses["satisfaction"], **RULES)
    assert {"top boxes", "bottom boxes"} <= set(
        texts(cxm.plots.stacked_distribution({"all": csat}))
    )


def test_axes_are_the_callers(responses):
    _, ax = mpl.pyplot.subplots()
    keyed = cxm.Csat.by("wave", **RULES)
    keyed.update(responses, rating="satisfaction")
    for draw in (
        cxm.plots.score_over_time,
        cxm.plots.segments_forest,
        cxm.plots.stacked_distribution,
    ):
        assert draw(keyed, ax=ax) is ax
    shares = [line for line in ax.lines if line.get_marker() == "o"]
    assert max(shares[0].get_ydata()) > 50, "shares are drawn in percent"


def test_empty_and_wrong_data():
    empty = cxm.Nps.by("wave")
    empty.update([None], keys=["2025Q1"])
    cxm.plots.score_over_time(empty)
    cxm.plots.segments_forest(empty)
    cxm.plots.stacked_distribution(empty)
    with pytest.raises(TypeError, match="names of its columns"):
        cxm.plots.segments_forest(pd.DataFrame())
    with pytest.raises(TypeError, match="no bad, neutral"):
        cxm.plots.stacked_distribution(cxm.response_rate([0], [None]))


def customers():
    return {
        "frequency": numpy.array([0.0, 1.0, 2.0, 9.0]),
        "recency": numpy.array([0.0, 5.0, 30.0, 36.0]),
        "age": numpy.array([39.0, 38.0, 38.0, 37.0]),
    }


def test_pictures_of_lifetime_value():
    model = cxm.clv.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    known = customers()
    for horizon in (None, 39):
        ax = plots.frequency_recency_matrix(model, 39, horizon=horizon, max_frequency=8)
        assert ax.get_xlabel() == "repeat purchases"
    births, repeats = [0.0, 1.0, 1.0], [2.0, 3.0, 9.0]
    ax = plots.purchase_tracking(model, births, repeats, until=12, cut_off=6)
    actual, expected, *_ = ax.lines
    assert actual.get_ydata()[-1] == 3
    answers = model.expected_transactions(numpy.array([12.0, 11.0, 11.0]))
    assert math.isclose(expected.get_ydata()[-1], sum(answers))
    ax = plots.purchase_tracking(model, births, repeats, until=12, cumulative=False)
    assert sum(ax.lines[0].get_ydata()) == 3
    ax = plots.purchases_by_frequency(model, known, [0, 1, 2, 5], horizon=39)
    assert [label.get_text() for label in ax.get_xticklabels()][-1] == "7+\nn = 1"
    ax = plots.alive_history(model, [0, 3, 4, 9], until=30)
    heights = ax.lines[0].get_ydata()
    assert heights[0] == 1
    assert 0 < heights[-1] < 0.5
    left, right = plots.value_concentration([1.0, 2.0, 3.0, 100.0])
    assert left.get_title(loc="left") == "Value of 4 customers"
    assert "Gini" in right.get_title(loc="left")

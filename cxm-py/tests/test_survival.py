"""Survival by its own names: curves, tests, regression; the numbers are those of the core."""

from __future__ import annotations

import copy
import math
import pickle

import matplotlib as mpl
import numpy
import pandas as pd
import polars
import pytest

import cxm
from cxm import plots, survival

mpl.use("Agg")
from matplotlib import pyplot

#: 6-MP and placebo, weeks of remission (Freireich et al. 1963; Gehan 1965), + is censored.
DRUG = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"


def read(text):
    words = text.split()
    return [int(word.rstrip("+")) for word in words], [int("+" not in word) for word in words]


def state(text):
    lifetimes = cxm.Lifetimes(preset="weeks")
    lifetimes.update(*read(text))
    return lifetimes


@pytest.fixture(autouse=True)
def _closed_figures():
    yield
    pyplot.close("all")


def test_a_curve_has_the_published_values():
    curve = state(DRUG).kaplan_meier()
    assert curve.survival(10) == pytest.approx(0.752941176471)
    interval = curve.interval(10)
    assert (interval.lower, interval.upper) == pytest.approx((0.5031995108, 0.889361835169))
    plain = curve.interval(10, level=0.95, method="plain")
    assert (plain.lower, plain.upper) == pytest.approx((0.564099326679, 0.941783026262))
    assert (curve.median, curve.quantile(0.5).lower) == (23, 13)
    mean = curve.restricted_mean(35)
    assert (mean.mean, mean.standard_error) == pytest.approx((23.287394958, 2.82746762337))
    assert curve.conditional_survival(6, 23) == pytest.approx(0.448179271709 / 0.857142857143)
    hazard = state(DRUG).nelson_aalen()
    assert hazard.hazard(23) == pytest.approx(0.752113572702)
    assert hazard.standard_error(23) == pytest.approx(0.279467746695)


def test_a_column_comes_back_as_it_came():
    curve = state(DRUG).kaplan_meier()
    expected = [curve.survival(6), curve.survival(23), None]
    assert curve.survival([6, 23, 99]) == expected
    array = curve.survival(numpy.array([6.0, 23.0, 99.0]))
    assert isinstance(array, numpy.ndarray)
    assert math.isnan(array[2])
    series = curve.survival(pd.Series([6, 23], index=["a", "b"]))
    assert series.to_dict() == {"a": expected[0], "b": expected[1]}
    assert curve.survival(polars.Series([6, 23])).to_list() == expected[:2]
    limits = curve.interval(pd.Series([6, 23]), 0.9)
    assert list(limits.columns) == ["value", "lower", "upper"]
    assert limits["lower"][0] == curve.interval(6, 0.9).lower
    assert curve.interval(99) is None
    quantiles = curve.quantile([0.1, 0.5])
    assert quantiles["time"].to_list() == [curve.quantile(0.1).time, 23]


def test_a_curve_is_a_table():
    lifetimes = state(DRUG)
    curve = lifetimes.kaplan_meier()
    frame = curve.to_frame()
    assert frame["at_risk"].tolist()[:2] == [21, 17]
    assert len(curve.to_polars()) == len(frame) == curve.to_pyarrow().num_rows
    risk = curve.risk_table([0, 6, 6.5, 35, 36])
    assert risk["at_risk"].to_list() == [21, 21, 17, 1, 0]
    assert risk["events"].to_list() == [0, 3, 3, 9, 9]
    life = lifetimes.life_table([10, 20])
    assert life["at_risk"].to_list()[0] == 21
    rates = lifetimes.tenure_rates([10, 20])
    assert sum(rates["events"]) == 9
    assert lifetimes.conditional_survival(6, 23) == curve.conditional_survival(6, 23)
    for again in (copy.deepcopy(curve), pickle.loads(pickle.dumps(curve))):
        assert again == curve
    assert "21 lifetimes, 9 events" in repr(curve)
    assert "<table" in curve._repr_html_()
    with pytest.raises(AttributeError, match="never changes"):
        curve.start = 1


def test_lifetimes_take_a_frame_and_are_read_as_a_report():
    frame = pd.DataFrame({"weeks": [1, 2, 3], "left": [True, False, True], "why": ["a", "", "b"]})
    lifetimes = cxm.Lifetimes()
    lifetimes.update(frame, durations="weeks", observed="left", cause="why")
    assert lifetimes.value().events == 2
    shares = lifetimes.aalen_johansen()
    assert shares.causes == ["a", "b"]
    assert shares.cumulative_incidence("a", [1, 3]) == pytest.approx([1 / 3, 1 / 3])
    assert shares.interval("a", 1, 0.9).level == 0.9
    with pytest.raises(cxm.errors.NotFoundError, match="there are a, b"):
        shares.cumulative_incidence("c", 1)
    assert shares.table()["cause"].to_list()[-1] == "b"


def test_log_rank_takes_states():
    groups = {"drug": state(DRUG), "placebo": state(PLACEBO)}
    test = survival.log_rank(groups)
    assert test.statistic == pytest.approx(16.7929409892)
    assert test.degrees_of_freedom == 1
    assert test.p_value == pytest.approx(4.16880910933e-05)
    assert [group["observed"] for group in test.groups] == [9, 21]
    harrington = survival.log_rank(groups, "fleming_harrington", rho=1)
    assert harrington.statistic == pytest.approx(14.4571508187)
    assert "p = 4.17e-05" in repr(test)
    # Each half of the data in a stratum of its own is not the whole in one.
    strata = survival.log_rank([*groups.values(), *groups.values()], strata=[1, 1, 2, 2])
    assert strata.statistic == pytest.approx(2 * test.statistic)
    keyed = cxm.Lifetimes.by("arm")
    for name, text in (("drug", DRUG), ("placebo", PLACEBO)):
        months, left = read(text)
        keyed.update(months, left, keys=[name] * len(months))
    assert survival.log_rank(keyed).statistic == test.statistic
    with pytest.raises(TypeError, match="a stratum for each"):
        survival.log_rank(groups, strata=[1])
    with pytest.raises(TypeError, match=r"expected a cxm\.Lifetimes"):
        survival.log_rank([1, 2])


def test_log_rank_takes_late_entry():
    late, other = cxm.Lifetimes(), cxm.Lifetimes()
    late.update([2, 5, 4, 6, 3], [1, 1, 1, 0, 1], entry=[0, 0, 2, 3, 0])
    other.update([4, 6, 7, 8], [1, 1, 0, 1], entry=[1, 0, 2, 0])
    assert late.kaplan_meier().survival([2, 3, 4, 5]) == pytest.approx(
        [2 / 3, 4 / 9, 8 / 27, 4 / 27]
    )
    test = survival.log_rank([late, other])
    # At 2, 3, 4, 5: events of the first among those at risk in both.
    expected = 1 * 3 / 6 + 1 * 3 / 7 + 2 * 3 / 7 + 1 * 2 / 5 + 1 * 1 / 4
    assert test.groups[0]["expected"] == pytest.approx(expected)


def frame_of_both():
    (drug, seen), (placebo, left) = read(DRUG), read(PLACEBO)
    return pd.DataFrame(
        {
            "weeks": drug + placebo,
            "relapsed": seen + left,
            "drug": [1] * len(drug) + [0] * len(placebo),
        }
    )


def test_cox_has_the_published_values():
    frame = frame_of_both()
    fit = survival.Cox.fit(frame, "weeks", "relapsed")
    assert fit.coefficients == {"drug": pytest.approx(-1.57212514883)}
    assert fit.standard_errors["drug"] == pytest.approx(0.412396717709)
    assert fit.log_likelihood == pytest.approx(-85.0084245774)
    assert fit.null_log_likelihood == pytest.approx(-93.1842699968)
    assert 0.5 < fit.concordance < 1
    interval = fit.intervals(0.9)["drug"]
    assert interval.lower < fit.coefficients["drug"] < interval.upper
    text = repr(fit.summary())
    assert "-1.5721" in text
    assert "-85.008" in text
    assert "<table" in fit._repr_html_()
    columns = {name: frame[name].to_numpy() for name in frame}
    assert survival.Cox.fit(columns, "weeks", "relapsed").coefficients == fit.coefficients
    by_column = survival.Cox.fit(
        frame[["drug"]], frame["weeks"], frame["relapsed"].astype(bool), ties="efron"
    )
    assert by_column.coefficients == fit.coefficients
    assert survival.Cox.fit(polars.from_pandas(frame), "weeks", "relapsed").events == fit.events
    tests = fit.test_proportional_hazards()
    assert tests["name"].to_list() == ["drug", "all"]
    assert tests["p_value"][0] > 0.05


def test_cox_predicts():
    frame = frame_of_both()
    fit = survival.Cox.fit(frame, "weeks", "relapsed")
    ratio = fit.hazard_ratios["drug"]
    ratios = fit.hazard_ratio(frame)
    assert ratios[0] / ratios[30] == pytest.approx(ratio)
    curve = fit.curve({"drug": 1})
    assert fit.predict_survival(frame, 10)[0] == pytest.approx(curve.survival(10))
    assert curve.survival([10, 999]) == [curve.survival(10), None]
    limits = curve.interval(10)
    assert limits.lower < curve.survival(10) < limits.upper
    baseline = fit.baseline()
    assert curve.table()["time"].to_list() == baseline["time"].to_list()
    with_strata = survival.Cox.fit(
        frame.assign(x=range(len(frame))), "weeks", "relapsed", strata="drug"
    )
    assert with_strata.baseline().columns[0] == "stratum"
    with pytest.raises(cxm.errors.CxmError, match="strata"):
        with_strata.curve().table()
    assert with_strata.curve(stratum=1).survival(10) is not None
    with pytest.raises(cxm.errors.CxmError) as failure:
        fit.predict_survival({"other": [1]}, 10)
    assert failure.value.field == "drug"


def test_a_bad_row_is_named():
    frame = frame_of_both()
    frame.loc[3, "weeks"] = -1
    with pytest.raises(cxm.errors.CxmError) as failure:
        survival.Cox.fit(frame, "weeks", "relapsed")
    assert (failure.value.field, failure.value.row) == ("durations", 3)


def test_a_discrete_hazard_takes_states():
    states = [state(DRUG), state(PLACEBO)]
    fit = survival.discrete_hazard(states, [[1], [0]], link="cloglog")
    assert fit.coefficients[-1] < 0
    with pytest.raises(TypeError, match="a row of covariates"):
        survival.discrete_hazard(states, [[1]])


def test_pictures_of_survival(tmp_path):
    groups = {"drug": state(DRUG), "placebo": state(PLACEBO)}
    ax = plots.survival_curves(groups)
    texts = [text.get_text() for text in ax.texts]
    assert texts.count("drug") == 2
    assert "with 95 % log-log intervals" in texts
    assert ax.get_xlabel() == "weeks"
    heights = ax.lines[0].get_ydata()
    assert heights[0] == 1
    assert min(heights) == groups["drug"].kaplan_meier().survival(35)
    assert texts.count("21") == 3
    ax.figure.savefig(tmp_path / "curves.png")
    assert state(DRUG).kaplan_meier().plot(risk_table=False, level=0.8) is not None
    assert "log interval" in state(DRUG).nelson_aalen().plot().texts[0].get_text()
    fit = survival.Cox.fit(frame_of_both(), "weeks", "relapsed")
    ax = fit.plot()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["drug"]
    assert ax.lines[0].get_xdata() == [fit.hazard_ratios["drug"]]
    assert len(ax.get_xticks()) >= 3
    assert fit.curve({"drug": 1}).plot().get_xlabel() == "time"
    lifetimes = cxm.Lifetimes()
    lifetimes.update([1, 2, 3], [1, 0, 1], cause=["moved", "", "price"])
    texts = [text.get_text() for text in lifetimes.aalen_johansen().plot().texts]
    assert {"moved", "price"} <= set(texts)


def test_nothing_is_no_curve():
    empty = cxm.Lifetimes().kaplan_meier()
    assert empty.survival(1) is None
    assert empty.median is None
    assert len(empty.table()) == 0
    assert empty.plot() is not None


def test_figures_too_small_or_not_reached_are_told_in_words():
    stayed, left = cxm.Lifetimes(), cxm.Lifetimes()
    stayed.update([40] * 3000, [0] * 3000)
    left.update([1] * 3000, [1] * 3000)
    assert "the median is not reached" in repr(stayed.kaplan_meier())
    assert "p < 1e-300" in repr(survival.log_rank([stayed, left]))
    left.update([1000], [0])
    stayed.update([40] * 3, [1] * 3)
    assert repr(stayed.report()).startswith("lifetimes 2.5e-05 ")


def test_names_of_a_risk_table_keep_clear_of_its_numbers():
    state = cxm.Lifetimes()
    state.update([1, 5, 8, 9], [1, 1, 0, 1], counts=[1_000_000] * 4)
    ax = plots.survival_curves({"first contract": state, "second": state})
    ax.figure.draw_without_rendering()
    boxes = {text.get_text(): text.get_window_extent() for text in ax.texts}
    assert boxes["4,000,000"].x0 > max(boxes[name].x1 for name in ("first contract", "at risk"))

"""Models of customer lifetime value: fits, answers in every library, files, what is refused."""

from __future__ import annotations

import copy
import json
import math
import pickle

import numpy
import pandas
import polars
import pyarrow
import pytest
from conftest import GOLDEN, golden_cases

import cxm
from cxm import clv

CLASSES = list(clv.CLASSES.values())
CASES = [case for file, case in golden_cases() if file.startswith("clv/")]


def cdnow():
    """Frequency, recency and age in weeks, and mean spend, of the sample of the golden cases."""
    rows = numpy.loadtxt(GOLDEN / "clv" / "cdnow_summary.csv", delimiter=",", skiprows=1)
    return rows[:, 0], rows[:, 1] / 7, rows[:, 2] / 7, rows[:, 3]


@pytest.fixture(scope="module")
def frame():
    frequency, recency, age, spend = cdnow()
    columns = {"frequency": frequency, "recency": recency, "age": age, "monetary_value": spend}
    return pandas.DataFrame(columns, index=range(1000, 1000 + len(age)))


@pytest.fixture(scope="module")
def model(frame):
    return clv.BgNbd.fit(frame)


def close(found, expected, *, relative=0.0, absolute=0.0):
    assert math.isclose(found, expected, rel_tol=relative, abs_tol=absolute), (found, expected)


def with_covariates(frame):
    """The covariates of the golden cases."""
    days = numpy.loadtxt(GOLDEN / "clv" / "cdnow_summary.csv", delimiter=",", skiprows=1)[:, 2]
    return frame.assign(late=(days < 228).astype(float), week=(272 - days) // 7)


def known(case):
    """The model of a case at its parameters, or that of the golden spend."""
    cls = clv.CLASSES[case.get("model", "gamma_gamma")]
    names = [p["name"] for p in cxm._models.ENTRIES[cls.kind]["parameters"]]
    return cls(**dict(zip(names, case["parameters"], strict=True)))


def in_words_of(model, columns):
    """The core says age also where time runs in opportunities; the columns say periods."""
    discrete = {"age": "periods"} if model.kind == "bg_bb" else {}
    return {discrete.get(name, name): cells for name, cells in (columns or {}).items()}


def fitted(case, frame):
    cls = clv.CLASSES[case["fit"]]
    if "survivors" in case:
        numbered = [(n, left) for n, cohort in enumerate(case["survivors"]) for left in cohort]
        cohort, survivors = zip(*numbered, strict=True)
        return cls.fit(survivors=survivors, cohort=cohort)
    if case["data"] == "donations":
        donations = pandas.read_csv(GOLDEN / "clv" / "donations_summary.csv")
        return cls.fit(donations.rename(columns={"age": "periods"}), weights="donors")
    assert case["data"].startswith("cdnow")
    return cls.fit(frame)


@pytest.mark.parametrize("case", [c for c in CASES if "fit" in c], ids=lambda c: c["fit"])
def test_a_golden_fit(case, frame):
    found, expected, tolerance = fitted(case, frame), case["expected"], case["tolerance"]
    close(
        found.log_likelihood,
        expected["log_likelihood"],
        absolute=tolerance["log_likelihood_absolute"],
    )
    for value, wanted in zip(found.parameters.values(), expected["parameters"], strict=True):
        close(value, wanted, relative=tolerance["parameters_relative"])
    errors = found.standard_errors.values()
    for value, wanted in zip(errors, expected["standard_errors"], strict=True):
        close(value, wanted, relative=tolerance["standard_errors_relative"])
    assert found.diagnosis.status == "optimum"


ANSWERS = [c for c in CASES if "quantity" in c or c.get("reading") not in (None, "likelihood")]


@pytest.mark.parametrize("case", ANSWERS, ids=lambda c: c["id"])
def test_a_golden_answer(case):
    model = known(case)
    asked = dict(case.get("quantity") or case.get("arguments") or {})
    question = asked.pop("quantity", None) or case["reading"]
    if "probability" in case:
        asked["probability"] = case["probability"]
    whom = in_words_of(model, case.get("history") or case.get("spend"))
    if "error" in case:
        with pytest.raises(cxm.CxmError) as caught:
            getattr(model, question)(**asked, **whom)
        assert caught.value.kind == case["error"]
        return
    found = getattr(model, question)(**asked, **whom)
    if case["expected"] is None:
        assert found is None
    else:
        close(found, case["expected"], relative=case["tolerance"]["relative"])


LIKELIHOODS = [c for c in CASES if "log_likelihood" in c and "model" in c]


@pytest.mark.parametrize("case", LIKELIHOODS, ids=lambda c: c["id"])
def test_a_golden_likelihood(case):
    model = known(case)
    found = model.log_likelihood_of(**in_words_of(model, case["log_likelihood"]))
    close(found, case["expected"], absolute=case["tolerance"]["absolute"])


def test_the_golden_cases_are_read():
    assert len(ANSWERS) > 200
    assert len(LIKELIHOODS) > 10
    assert {c.get("model", "gamma_gamma") for c in ANSWERS} == set(clv.CLASSES)


def test_every_way_in_is_the_same_fit(frame, model):
    columns = [frame[name] for name in ("frequency", "recency", "age")]
    whole = frame["frequency"].astype("int64")
    ways = [
        columns,
        [column.tolist() for column in columns],
        [tuple(column) for column in columns],
        [column.to_numpy() for column in columns],
        [whole, *columns[1:]],
        [whole.astype("Int64"), *columns[1:]],
        [polars.Series(column) for column in columns],
        [pyarrow.array(column) for column in columns],
        [pyarrow.chunked_array([column[:1000], column[1000:]]) for column in columns],
        [polars.from_pandas(frame)],
        [pyarrow.table({name: frame[name] for name in ("frequency", "recency", "age")})],
        [{name: frame[name] for name in ("frequency", "recency", "age")}],
    ]
    for way in ways:
        assert clv.BgNbd.fit(*way) == model, way
    renamed = frame.rename(columns={"age": "T"})
    assert clv.BgNbd.fit(renamed, age="T") == model
    counted = frame.groupby(["frequency", "recency", "age"]).size().reset_index(name="weights")
    assert len(counted) == 1016
    assert clv.BgNbd.fit(counted) == model
    columns = (counted["frequency"], counted["recency"], counted["age"])
    assert clv.BgNbd.fit(*columns, counted["weights"]) == model
    assert clv.BgNbd.fit(counted.rename(columns={"weights": "customers"})) == model
    assert clv.BgNbd.fit(frame, unit="day") != model
    assert clv.BgNbd.fit(frame, start=model.parameters).log_likelihood == pytest.approx(
        model.log_likelihood, abs=1e-6
    )


def test_answers_come_in_the_library_of_the_question(frame, model):
    columns = [frame[name] for name in ("frequency", "recency", "age")]
    series = model.expected_transactions(39, *columns)
    assert series.name == "expected_transactions"
    assert series.index.equals(frame.index)
    assert model.expected_transactions(39, frame).equals(series)
    array = model.expected_transactions(39, *[column.to_numpy() for column in columns])
    assert type(array) is numpy.ndarray
    assert (array == series.to_numpy()).all()
    listed = model.expected_transactions(39, *[column.tolist() for column in columns])
    assert listed == array.tolist()
    of_polars = model.expected_transactions(39, polars.from_pandas(frame))
    assert isinstance(of_polars, polars.Series)
    assert of_polars.to_list() == listed
    of_arrow = model.expected_transactions(39, *[pyarrow.array(column) for column in columns])
    assert of_arrow.to_pylist() == listed
    alone = model.expected_transactions(39, *[column.iloc[0] for column in columns])
    assert type(alone) is float
    assert alone == listed[0]
    new = model.expected_transactions(39)
    assert new == model.expected_transactions(39, 0, 0, 0)
    curve = model.expected_transactions(numpy.array([13.0, 39.0]))
    assert curve[1] == new
    assert model.expected_transactions(numpy.float64(39)) == new
    counts = model.probability_of_transactions(39, range(200))
    assert math.isclose(sum(counts), 1, abs_tol=1e-6)


def test_who_never_comes_back_has_no_time(model):
    times = model.time_to_next_transaction([0, 10], [0.0, 3.0], 39, probability=0.99)
    assert times[1] is None
    array = model.time_to_next_transaction(numpy.array([0, 10]), numpy.array([0.0, 3.0]), 39, 0.99)
    assert numpy.isnan(array[1])
    assert model.time_to_next_transaction(10, 3.0, 39, 0.99) is None


def test_value_of_a_lifetime(frame, model):
    spend = clv.GammaGamma.fit(frame).expected_spend(frame)
    yearly = {"rate": 0.15, "per": "year"}
    endless = model.lifetime_value(0.3, yearly, frame, spend=spend)
    residual = model.discounted_expected_residual_transactions(yearly, frame)
    assert numpy.allclose(endless, 0.3 * spend * residual, rtol=1e-12)
    within = model.lifetime_value(0.3, yearly, frame, spend=spend, horizon=52)
    assert (within < endless).all()
    assert within.index.equals(frame.index)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.kind)
def test_a_model_of_known_parameters(cls):
    entry = cxm._models.ENTRIES[cls.kind]
    names = [parameter["name"] for parameter in entry["parameters"]]
    given = {name: 1.25 + position / 2 for position, name in enumerate(names)}
    model = cls(**given, unit={"days": 30})
    assert model.parameters == given
    assert model.unit == {"days": 30}
    assert model.standard_errors is None
    assert model.log_likelihood is None
    assert model.aic is None
    assert model.diagnosis.status == "given"
    assert repr(model).startswith(f"{cls.__name__}({names[0]}=1.25")
    for twin in (
        pickle.loads(pickle.dumps(model)),
        copy.deepcopy(model),
        cls.from_json(model.to_json()),
        clv.from_json(model.to_json()),
    ):
        assert type(twin) is cls
        assert twin == model
    assert model != cls(**given)
    assert str(model.summary())
    assert "<table>" in model._repr_html_()
    with pytest.raises(AttributeError, match="never changes"):
        model.unit = "day"
    with pytest.raises(cxm.CxmError) as caught:
        cls(**{**given, names[-1]: -1})
    assert caught.value.field == names[-1]
    with pytest.raises(cxm.CxmError):
        cls(**given, shape=1)


def test_the_summary_reads_well(model):
    text = str(model.summary(level=0.9))
    assert text.splitlines()[0].strip() == "BgNbd"
    for word in ("-9,582.429", "2,357", "946", "1,016", "90 % interval", "optimum", "week"):
        assert word in text, text
    assert len({len(line) for line in text.splitlines() if set(line) <= set("=-")}) == 1
    interval = model.summary().interval("alpha")
    assert model.parameters["alpha"] in interval
    assert interval.level == 0.95
    assert model.summary().to_dict()["diagnosis"]["iterations"] < 20


def test_model_files_of_others_are_refused(model):
    text = model.to_json()
    fields = json.loads(text)
    assert fields["format"] == "cxm-model"
    assert clv.from_json(json.dumps(fields, indent=2)) == model
    with pytest.raises(cxm.errors.IncompatibleMergeError):
        clv.MbgNbd.from_json(text)
    for change, error in (
        ({"version": 2}, cxm.errors.UnsupportedVersionError),
        ({"format": "pickle"}, cxm.errors.CorruptStateError),
        ({"kind": "lstm"}, cxm.errors.NotFoundError),
        ({"parameters": {}}, cxm.errors.CorruptStateError),
        ({"more": 1}, cxm.errors.CorruptStateError),
    ):
        with pytest.raises(error):
            clv.from_json(json.dumps(fields | change))
    for damaged in ("", "{}", "[]", text[:-1], text + "x", text.replace("-", "-NaN")):
        with pytest.raises(cxm.errors.CorruptStateError):
            clv.from_json(damaged)


def test_bad_rows_are_named():
    good = {"frequency": [2, 0, 1], "recency": [30.0, 0.0, 4.0], "age": [38.0, 38.0, 20.0]}
    assert clv.BgNbd.fit(**good).customers == 3
    bad = [
        ("frequency", 1, -1, "frequency"),
        ("frequency", 2, 1.5, "frequency"),
        ("frequency", 0, math.nan, "frequency"),
        ("frequency", 2, None, "frequency"),
        ("recency", 0, 39.0, "recency"),
        ("recency", 1, 3.0, "recency"),
        ("recency", 2, 0.0, "recency"),
        ("age", 2, math.inf, "age"),
        ("age", 1, -1.0, "age"),
    ]
    for column, row, value, field in bad:
        rows = {name: list(cells) for name, cells in good.items()}
        rows[column][row] = value
        for call in (clv.BgNbd.fit, clv.BgNbd(r=1, alpha=1, a=1, b=1).probability_alive):
            with pytest.raises(cxm.errors.InvalidObservationError) as caught:
                call(**rows)
            assert (caught.value.field, caught.value.row) == (field, row), (column, row, value)


def test_what_cannot_be_fitted_or_asked():
    model = clv.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    with pytest.raises(cxm.errors.InsufficientDataError):
        clv.BgNbd.fit([0, 0], [0, 0], [3, 3])
    with pytest.raises(cxm.errors.InsufficientDataError):
        clv.BgNbd.fit([], [], [])
    with pytest.raises(cxm.errors.WrongBatchError):
        clv.BgNbd.fit([1, 2], [1, 2], [3])
    with pytest.raises(cxm.errors.WrongBatchError):
        model.probability_alive([1, 2], [1, 2])
    with pytest.raises(cxm.errors.NotFoundError, match="age"):
        clv.BgNbd.fit({"frequency": [1], "recency": [1]})
    with pytest.raises(cxm.errors.InvalidArgumentError) as caught:
        model.expected_transactions(-1)
    assert caught.value.field == "horizon"
    with pytest.raises(TypeError):
        model.expected_transactions()
    with pytest.raises(cxm.errors.InvalidArgumentError) as caught:
        model.discounted_expected_residual_transactions(0)
    assert caught.value.field == "discount"
    with pytest.raises(cxm.errors.InvalidObservationError):
        clv.GammaGamma.fit([1, 2], [10, -5])
    with pytest.raises(cxm.CxmError):
        clv.BgNbd.fit([1], [1], [2], unit="fortnight")
    assert clv.BgNbd.fit([1], [1], [2]).diagnosis.status == "too_few_repeaters"


def test_contracts():
    model = clv.ShiftedBetaGeometric.fit(survivors=[1000, 869, 743, 653, 593, 551, 517, 491])
    close(model.parameters["alpha"], 0.668088, relative=1e-5)
    close(model.parameters["beta"], 3.806095, relative=1e-5)
    curve = model.survival(numpy.arange(13))
    assert curve[0] == 1
    assert (numpy.diff(curve) < 0).all()
    paper = clv.ShiftedBetaGeometric(alpha=0.668, beta=3.806)
    yearly = {"rate": 0.1, "per": "unit"}
    residual = paper.expected_residual_lifetime("immediately_before_renewal", 7, yearly)
    close(residual, 7.530, absolute=5e-4)
    with pytest.raises(cxm.errors.NotOfferedError):
        paper.expected_residual_lifetime("just_after_renewal")
    rows = clv.ShiftedBetaGeometric.fit(tenure=[1, 2, 2, 3], churned=[1, 1, 0, 0])
    assert rows.customers == 4
    two = clv.ShiftedBetaGeometric.fit(
        survivors=[100, 90, 85, 50, 44], cohort=[2020, 2020, 2020, 2021, 2021]
    )
    assert two.customers == 150


def test_intervals_of_answers(frame, model):
    one = model.expected_transactions(39, 2, 30.43, 38.86, interval=0.9)
    assert one.lower < one.value < one.upper
    assert one.level == 0.9
    assert one.value == model.expected_transactions(39, 2, 30.43, 38.86)
    wide = model.expected_transactions(39, 2, 30.43, 38.86, interval=0.99)
    assert wide.lower < one.lower
    table = model.probability_alive(frame, interval=0.95)
    assert list(table.columns) == ["value", "lower", "upper"]
    assert table.index.equals(frame.index)
    assert ((table["lower"] <= table["value"]) & (table["value"] <= table["upper"])).all()
    assert (table["upper"] <= 1).all()
    given = clv.BgNbd(**model.parameters)
    with pytest.raises(cxm.errors.InsufficientDataError):
        given.expected_transactions(39, interval=0.9)


def test_a_posterior(frame, model):
    posterior = model.posterior(frame, draws=500, seed=7)
    summary = posterior.summary()
    assert summary.diagnosis.reliable
    assert set(summary.parameters.to_dict()) == set(model.parameters)
    close(summary.parameters.r.mean, 0.246, relative=0.03)
    again = model.posterior(frame, draws=500, seed=7)
    assert again.summary() == summary
    asked = {"frequency": 2, "recency": 30.43, "age": 38.86, "horizon": 39}
    one = posterior.credible_interval("expected_transactions", level=0.95, **asked)
    assert one.lower < 1.226 < one.upper
    table = posterior.credible_interval("probability_alive", frame.head(20), level=0.8)
    assert table.shape == (20, 3)
    with pytest.raises(cxm.CxmError):
        model.posterior(frame.head(50))


def test_models_are_compared_and_tested():
    rows = pandas.read_csv(GOLDEN / "clv" / "cdnow_summary.csv")
    frame = pandas.DataFrame(
        {
            "frequency": rows["frequency"],
            "recency": rows["recency_days"] / 7,
            "age": rows["age_days"] / 7,
        }
    )
    found = clv.compare(frame, actual=rows["hold_out_frequency"], horizon=39)
    assert found.candidates[0]["model"] == "mbg_nbd"
    for case in [c for c in CASES if "back_test" in c]:
        one = next(one for one in found.candidates if one["model"] == case["model"])
        model = clv.CLASSES[case["model"]].fit(frame)
        tested = model.back_test(frame, actual=rows["hold_out_frequency"], horizon=case["horizon"])
        for name, value in case["expected"].items():
            allowed = case["tolerance"].get(name, 0)
            close(one["back_test"][name], value, absolute=allowed)
            close(getattr(tested, name), value, absolute=allowed)
    plain = clv.compare(frame["frequency"], frame["recency"], frame["age"])
    assert plain.best_in_hold_out is None


def test_simulated_customers(model):
    ages = {"uniform": {"customers": 2000, "youngest": 27, "oldest": 39}}
    table = model.simulate(ages, horizon=39, seed=1)
    assert len(table) == 2000
    assert table == model.simulate(ages, horizon=39, seed=1)
    assert table != model.simulate(ages, horizon=39, seed=2)
    refitted = clv.BgNbd.fit(table)
    close(refitted.parameters["r"], model.parameters["r"], relative=0.4)
    assert len(model.simulate([30.0, 35.0])) == 2


@pytest.mark.parametrize(
    "case", [c for c in CASES if "covariate_fit" in c], ids=lambda c: c["covariate_fit"]
)
def test_a_golden_fit_with_covariates(case, frame):
    rows = with_covariates(frame)
    names = {"purchase_covariates": case["purchase"], "dropout_covariates": case["dropout"]}
    found = clv.CLASSES[case["covariate_fit"]].fit(rows, **names)
    expected, tolerance = case["expected"], case["tolerance"]
    close(
        found.log_likelihood,
        expected["log_likelihood"],
        absolute=tolerance["log_likelihood_absolute"],
    )
    for value, wanted in zip(found.parameters.values(), expected["parameters"], strict=True):
        close(value, wanted, relative=tolerance["parameters_relative"])
    rows_found = zip(
        found.coefficients, expected["coefficients"], expected["coefficient_errors"], strict=True
    )
    for row, value, error in rows_found:
        close(row.value, value, absolute=tolerance["coefficients_absolute"])
        close(row.standard_error, error, relative=tolerance["standard_errors_relative"])
    assert pickle.loads(pickle.dumps(found)) == found
    assert clv.from_json(found.to_json()) == found
    assert "purchase: late" in str(found.summary())
    assert "likelihood ratio" in found._repr_html_()


@pytest.mark.parametrize(
    "case", [c for c in CASES if "covariate_model" in c], ids=lambda c: c["id"]
)
def test_a_golden_answer_with_covariates(case):
    cls = clv.CLASSES[case["covariate_model"]]
    names = [p["name"] for p in cxm._models.ENTRIES[cls.kind]["parameters"]]
    effects = {name: case[name] for name in ("purchase_covariates", "dropout_covariates")}
    model = cls(**dict(zip(names, case["parameters"], strict=True)), **effects)
    asked = dict(case["quantity_asked"])
    question = getattr(model, asked.pop("quantity"))
    found = question(**asked, **case["history"], covariates=case["covariates"])
    close(found, case["expected"], relative=case["tolerance"]["relative"])
    assert "purchase_covariates={'late': 0.5, 'week': -0.03}" in repr(model)
    assert eval(repr(model), vars(clv)) == model


def test_every_way_in_for_covariates(frame):
    rows = with_covariates(frame)
    columns = [rows[name] for name in ("frequency", "recency", "age")]
    extra = rows[["late", "week"]]
    whole = clv.BgNbd.fit(rows, purchase_covariates=["late", "week"], dropout_covariates="late")
    names = {"purchase_covariates": ["late", "week"], "dropout_covariates": ["late"]}
    for fitted in (
        clv.BgNbd.fit(frame, covariates=extra, **names),
        clv.BgNbd.fit(*columns, covariates=extra, **names),
        clv.BgNbd.fit(*columns, covariates={name: extra[name] for name in extra}, **names),
        clv.BgNbd.fit(polars.from_pandas(rows), **names),
        clv.BgNbd.fit(rows, covariates={"week": rows["week"]}, **names),
    ):
        assert fitted == whole
    both = clv.BgNbd.fit(frame, covariates=extra[["late"]])
    assert [row.part for row in both.coefficients] == ["purchase", "dropout"]
    counted = rows.groupby(["frequency", "recency", "age", "late", "week"]).size()
    counted = counted.reset_index(name="weights")
    weighted = clv.BgNbd.fit(counted, **names)
    close(weighted.log_likelihood, whole.log_likelihood, absolute=1e-7)

    answer = whole.expected_transactions(39, rows)
    assert answer.index.equals(rows.index)
    assert whole.expected_transactions(39, frame, covariates=extra).equals(answer)
    assert whole.expected_transactions(39, *columns, covariates=extra).equals(answer)
    one = whole.expected_transactions(39, 2, 30.43, 38.86, covariates={"late": 0, "week": 3})
    assert type(one) is float
    limits = whole.expected_transactions(39, rows.head(9), interval=0.9)
    assert (limits["lower"] < limits["upper"]).all()
    assert limits["value"].equals(answer.head(9).rename("value"))
    close(whole.log_likelihood_of(rows), whole.log_likelihood, absolute=1e-7)
    close(whole.log_likelihood_of(frame, covariates=extra), whole.log_likelihood, absolute=1e-7)
    tested = whole.back_test(rows, actual=rows["frequency"], horizon=39)
    close(tested.expected, answer.sum(), relative=1e-12)

    with pytest.raises(cxm.errors.NotFoundError) as caught:
        whole.expected_transactions(39, frame)
    assert caught.value.field == "late"
    with pytest.raises(cxm.errors.WrongBatchError) as caught:
        whole.expected_transactions(39)
    assert caught.value.field == "late"
    with pytest.raises(cxm.errors.WrongBatchError) as caught:
        clv.BgNbd(r=1, alpha=1, a=1, b=1).expected_transactions(39, covariates={"late": 1})
    assert caught.value.field == "late"
    with pytest.raises(cxm.errors.InvalidArgumentError) as caught:
        clv.BgNbd.fit(rows.assign(horizon=1.0), purchase_covariates="horizon")
    assert caught.value.field == "horizon"
    with pytest.raises(TypeError):
        clv.Nbd.fit(rows, purchase_covariates="late")
    with pytest.raises(cxm.errors.NotOfferedError):
        whole.posterior(rows)


def test_what_customers_will_really_do(frame, model):
    one = model.predictive_interval(52, 2, 30.43, 38.86, level=0.9)
    assert (one.lower, one.upper, one.method) == (0, 5, "predictive")
    assert one.probability >= 0.9
    assert one.value == model.expected_transactions(52, 2, 30.43, 38.86)
    table = model.predictive_interval(52, frame.head(30), level=0.9)
    assert list(table.columns) == ["value", "lower", "upper", "probability"]
    assert table.index.equals(frame.index[:30])
    assert str(table["upper"].dtype) == "uint64"
    assert (table["probability"] >= 0.9).all()
    posterior = model.posterior(frame, draws=200, seed=1)
    wider = posterior.predictive_interval(52, frame.head(30), level=0.9)
    assert (wider["upper"] >= table["upper"]).mean() > 0.9
    by_row = model.predictive_interval([13, 52], 2, 30.43, 38.86, level=0.9)
    assert by_row["upper"][1] == 5
    new = posterior.predictive_interval(52, level=0.8)
    assert new.lower == 0
    donors = clv.BgBb(alpha=1.2, beta=0.75, gamma=0.66, delta=2.78)
    assert donors.predictive_interval(5, 4, 6, 6, level=0.8).upper == 5
    with pytest.raises(cxm.errors.InvalidArgumentError) as caught:
        donors.predictive_interval(2.5, 4, 6, 6, level=0.8)
    assert caught.value.field == "horizon"
    with pytest.raises(cxm.errors.InvalidArgumentError):
        model.predictive_interval(52, level=95)
    with pytest.raises(AttributeError):
        _ = clv.GammaGamma(p=6, q=4, v=15).predictive_interval


def test_lifetime_value_from_both_posteriors(frame, model):
    spends = clv.GammaGamma.fit(frame)
    purchases = model.posterior(frame, draws=400, seed=3)
    spend = spends.posterior(frame, draws=300, seed=4)
    yearly = {"rate": 0.15, "per": "year"}
    few = frame.head(12)
    asked = {"margin": 0.3, "discount": yearly, "level": 0.9}
    table = purchases.lifetime_value(spend, few, **asked)
    assert table.index.equals(few.index)
    plain = model.lifetime_value(0.3, yearly, few, spend=spends.expected_spend(few))
    assert (abs(table["value"] / plain - 1) < 0.2).all()
    assert ((table["lower"] < plain) & (plain < table["upper"])).all()
    names = {"frequency": 2, "recency": 30.43, "age": 38.86, "monetary_value": 22.35}
    one = purchases.lifetime_value(spend, **names, **asked)
    within = purchases.lifetime_value(spend, **names, horizon=52, **asked)
    assert within.value < one.value
    certain = purchases.lifetime_value(spend, **names, margin=1, horizon=52, discount=0, level=0.9)
    times = purchases.credible_interval(
        "expected_transactions", horizon=52, level=0.9, **{n: names[n] for n in list(names)[:3]}
    )
    assert certain.upper / certain.value > times.upper / times.value
    new = purchases.lifetime_value(spend, **asked)
    assert new.lower < new.value < new.upper
    draws = purchases.draws()
    assert draws.columns == ["r", "alpha", "a", "b", "weight"]
    close(sum(draws["weight"]), 1, absolute=1e-12)
    with pytest.raises(cxm.errors.NotOfferedError):
        spend.lifetime_value(purchases, **names, **asked)
    with pytest.raises(cxm.errors.InvalidArgumentError) as caught:
        purchases.lifetime_value(purchases, **names, **asked)
    assert caught.value.field == "spend"
    with pytest.raises(TypeError, match="colour"):
        purchases.lifetime_value(spend, colour=1, **asked)
    with pytest.raises(cxm.CxmError):
        purchases.lifetime_value(spend, margin=0.3, level=0.9)


def test_progress_is_told_and_can_be_stopped(frame, model, capsys):
    steps = []
    fitted = clv.BgNbd.fit(frame, progress=lambda *at: steps.append(at))
    assert fitted == model
    assert steps == [(number, None) for number in range(1, len(steps) + 1)]
    draws = []
    model.posterior(frame, draws=500, progress=lambda *at: draws.append(at))
    assert draws[0] == (0, 500)
    assert draws[-1] == (500, 500)
    with pytest.raises(cxm.errors.CancelledError):
        clv.ParetoNbd.fit(frame, progress=lambda done, total: False)
    with pytest.raises(RuntimeError):
        model.posterior(frame, progress=lambda done, total: False)
    with pytest.raises(ZeroDivisionError):
        model.posterior(frame, progress=lambda done, total: 1 / 0)
    with pytest.raises(TypeError):
        model.posterior(frame, progress=3)
    model.posterior(frame, draws=500, progress=True)
    assert "posterior of bg_nbd" in capsys.readouterr().err


def test_progress_without_tqdm_is_a_line(frame, capsys, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "tqdm", None)
    clv.BgNbd.fit(frame, progress=True)
    said = capsys.readouterr().err
    assert said.startswith("\rfit of bg_nbd: 1\r")
    assert said.endswith("\n")
    clv.BgNbd.fit(frame, progress=False)
    assert capsys.readouterr().err == ""


def test_a_sampler_that_is_not_built_in_says_so(frame, model):
    try:
        drawn = model.posterior(frame, method="nuts", draws=300, warm_up=200, chains=2, seed=1)
    except cxm.errors.NotOfferedError as error:
        assert "nuts" in str(error)
        assert error.field == "method"
    else:
        diagnosis = drawn.summary().diagnosis
        assert diagnosis.draws == 600
        assert diagnosis.divergences == 0
        assert diagnosis.r_hat < 1.05
        assert diagnosis.effective_draws > 50
    with pytest.raises(cxm.errors.InvalidArgumentError) as caught:
        model.posterior(frame, method="gibbs")
    assert caught.value.field == "method"
    with pytest.raises(cxm.errors.InvalidArgumentError):
        model.posterior(frame, chains=2)


def test_a_finite_mean_can_be_demanded(frame):
    # So few spend so much that the mean of all does not exist.
    random = numpy.random.default_rng(7)
    frequency = numpy.arange(600) % 9 + 1
    rate = random.gamma(0.7, 1 / 20, 600)
    spend = random.gamma(4 * frequency, 1 / rate) / frequency
    free = clv.GammaGamma.fit(frequency, spend)
    assert free.parameters["q"] < 1
    assert free.expected_spend() is None
    held = clv.GammaGamma.fit(frequency, spend, finite_mean=True)
    assert held.parameters["q"] > 1
    assert held.expected_spend() > 0
    assert held.diagnosis.status == "boundary"
    assert "q falls to 1" in held.diagnosis.message
    assert held.standard_errors is None
    assert clv.GammaGamma.fit(frame, finite_mean=True) == clv.GammaGamma.fit(frame)
    with pytest.raises(TypeError, match="finite_mean"):
        clv.BgNbd.fit(frame, finite_mean=True)


def test_a_calculator_is_cut_off_by_the_fit():
    customers = [1, 1, 2, 2, 3, 3, 4, 5]
    days = ["01-01", "01-20", "01-03", "02-25", "01-05", "02-10", "01-08", "02-20"]
    log = cxm.CustomerSummaries()
    log.update(customers, [f"1997-{day}" for day in days])
    whole = clv.BgNbd.fit(log, unit="day", until="1997-03-01")
    assert (whole.customers, whole.unit) == (5, "day")
    assert whole == clv.BgNbd.fit(log.value(until="1997-03-01", unit="day"), unit="day")
    part = clv.BgNbd.fit(log, unit="day", until="1997-02-15")
    assert part.customers == 4
    assert part.summary().repeaters == 2
    with pytest.raises(TypeError, match="until"):
        clv.BgNbd.fit([2, 0], [3, 0], [9, 9], until="1997-02-15")

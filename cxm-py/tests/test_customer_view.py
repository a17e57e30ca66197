"""One customer's view: the account page of a company, with figures of models attached."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import numpy
import pandas as pd
import polars
import pytest
from conftest import REPOSITORY

import cxm
from cxm import clv, errors
from cxm.journeys import CustomerFigures, CustomerView

DAY = 86_400_000_000


def shop():
    journeys = cxm.Journeys(goal="order", gap=timedelta(days=40))
    journeys.update(
        customer=["ann", "ann", "ann", "ann", "bob"],
        touchpoint=["ad", "order", "call", "shop", "ad"],
        time=[0, DAY, 2 * DAY, 10 * DAY, 11 * DAY],
        channel=["web", "web", "phone", None, "web"],
        score=[None, None, 2, 8, None],
        value=[None, 4990, None, None, None],
    )
    return journeys


def test_a_view_has_what_an_account_page_shows():
    view = shop().customer("ann", lifecycle={"lapsed_after": timedelta(days=30)})
    assert isinstance(view, CustomerView)
    assert (view.lifecycle, view.purchases, view.value) == ("customer", 1, 4990)
    assert view.lifecycle_rule.purchase == ["order"]
    assert view.lifecycle_rule.lapsed_after == 30 * DAY
    assert [channel.channel for channel in view.channels] == [None, "phone", "web"]
    assert view.channels[1].last_contact.score == 2
    assert view.journeys.to_dict() == {"open": 1, "converted": 1, "ended": 0, "dropped": 0}
    assert [step.touchpoint for step in view.open_journeys[0].steps] == ["call", "shop"]
    assert view.score_trend.slope == pytest.approx(0.75)
    assert [score.emotion for score in view.score_history] == [-1.2, 1.2]
    assert view.peak_end.peak_end == 5
    assert (view.lifetime_value, view.churn_risk) == (None, None)


def test_a_view_is_shown_as_text_and_as_a_page():
    view = shop().customer("ann", churn_risk=0.25, lifetime_value={"value": 80, "source": "<me>"})
    text = repr(view)
    assert text.startswith("ann: customer\n")
    assert "last contact: shop, 1970-01-11" in text
    assert "churn risk: 0.25, by stated" in text
    page = view._repr_html_()
    assert "&lt;me&gt;" in page
    assert "<me>" not in page
    assert "journey 2, open" in page
    again = pickle.loads(pickle.dumps(view))
    assert again == view
    assert again.to_dict() == view.to_dict()
    assert repr(shop().customer("bob")).startswith("bob: prospect")


def test_a_view_follows_each_event():
    journeys = cxm.Journeys()
    for step in range(200):
        journeys.update(["ann"], ["shop"], [step], score=[step % 11])
        view = journeys.customer("ann", most=2)
        assert (view.contacts, view.at, view.scores.n) == (step + 1, step, step + 1)
    assert len(view.score_history) == 2


def test_a_later_question_finds_a_lapse():
    journeys, rule = shop(), {"lapsed_after": 20 * DAY}
    moment = datetime(1970, 3, 1, tzinfo=UTC)
    for at in (moment, "1970-03-01", 59 * DAY, pd.Timestamp(moment)):
        view = journeys.customer("ann", at=at, lifecycle=rule)
        assert (view.lifecycle, view.journeys.dropped, view.at) == ("lapsed", 1, 59 * DAY)
    with pytest.raises(errors.InvalidArgumentError, match="end of the log") as caught:
        journeys.customer("ann", at=DAY)
    assert caught.value.field == "at"


def test_who_is_unknown_is_not_found_and_what_cannot_be_is_refused():
    journeys = shop()
    for nobody in ("eve", 17, True):
        with pytest.raises(errors.NotFoundError):
            journeys.customer(nobody)
    with pytest.raises(errors.InvalidArgumentError) as caught:
        journeys.customer("ann", churn_risk=1.5)
    assert caught.value.field == "churn_risk"
    with pytest.raises(errors.InvalidArgumentError):
        journeys.customer("ann", lifecycle={"loyal": 3})
    with pytest.raises(errors.InvalidArgumentError):
        journeys.customer("ann", at="yesterday")
    with pytest.raises(ValueError, match="twice"):
        CustomerFigures(["ann", "ann"], [1, 2], source="a list")
    with pytest.raises(TypeError, match="all of them or none"):
        CustomerFigures(["ann"], [1], source="a list", level=0.9)
    with pytest.raises(ValueError, match="2 and 1 rows"):
        CustomerFigures(["ann", "bob"], [1], source="a list")


def orders():
    """Twenty customers who order by a pattern of their own."""
    rows = [
        (f"c{who}", 1 + (who + k * (who % 5 + 1) * 9) % 300, 1000 + 100 * who + 10 * k)
        for who in range(20)
        for k in range(who % 6 + 1)
    ]
    summaries = cxm.CustomerSummaries()
    who, days, amounts = zip(*rows, strict=True)
    summaries.update(list(who), [day * DAY for day in days], amount=list(amounts))
    return summaries.summaries(until="1970-12-31")


@pytest.mark.parametrize("kind", ["cxm", "pandas", "polars"])
def test_figures_of_models_are_looked_up(kind):
    table = orders()
    frame = {"cxm": table, "pandas": table.to_pandas(), "polars": table.to_polars()}[kind]
    model = clv.BgNbd(r=0.5, alpha=8, a=0.7, b=3, unit="week")
    spend = clv.GammaGamma(p=6, q=4, v=1500)
    asked = {"margin": 0.3, "discount": 0.002, "spend": spend, "horizon": 52}
    values = CustomerFigures.lifetime_value(model, frame, **asked)
    risks = CustomerFigures.churn_risk(model, frame)
    assert (len(values), "c3" in risks, "eve" in risks) == (20, True, False)
    alive = model.probability_alive(table.to_pandas())
    customers = table.to_pandas()["customer"]
    expected = dict(zip(customers, alive, strict=True))
    assert risks["c3"]["value"] == pytest.approx(1 - expected["c3"])
    journeys = cxm.Journeys()
    journeys.update(["c3", "eve"], ["shop", "shop"], [1, 2])
    view = journeys.customer("c3", lifetime_value=values, churn_risk=risks)
    assert view.churn_risk.value == risks["c3"]["value"]
    assert view.lifetime_value.source == "bg_nbd, 52 of unit week ahead"
    assert journeys.customer("eve", churn_risk=risks).churn_risk is None


def test_limits_of_a_fitted_model_come_along():
    frame = pd.read_csv(REPOSITORY / "cxm-core/tests/golden/clv/cdnow_summary.csv")
    frame["recency"], frame["age"] = frame["recency_days"] / 7, frame["age_days"] / 7
    frame["customer"] = [f"c{row}" for row in range(len(frame))]
    model = clv.BgNbd.fit(frame)
    risks = CustomerFigures.churn_risk(model, frame, level=0.8)
    figure = risks["c5"]
    assert figure["lower"] <= figure["value"] <= figure["upper"]
    assert figure["level"] == 0.8
    journeys = cxm.Journeys()
    journeys.update(["c5"], ["shop"], [1])
    view = journeys.customer("c5", churn_risk=risks)
    assert "80 % interval" in repr(view)
    assert view.churn_risk.to_dict() == figure


def test_figures_come_in_any_column():
    columns = {
        "list": ["ann", "bob"],
        "numpy": numpy.array(["ann", "bob"]),
        "pandas": pd.Series(["ann", "bob"]),
        "polars": polars.Series(["ann", "bob"]),
    }
    for names in columns.values():
        figures = CustomerFigures(names, numpy.array([0.5, float("nan")]), source="a list")
        assert figures.get("ann") == {"value": 0.5, "source": "a list"}
        assert figures.get("bob") is None
        assert repr(figures) == "figures of 2 customers by a list"

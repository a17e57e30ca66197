"""Lifetime value beside the library that people know: fits, and scores of a million customers."""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import cxm
import cxm.clv
import numpy as np
import pandas as pd
from measure import Race

with warnings.catch_warnings():
    # Written for older libraries, it warns at every turn.
    warnings.simplefilter("ignore")
    import lifetimes

CDNOW = Path(__file__).resolve().parents[2] / "cxm-core/tests/golden/clv/cdnow_summary.csv"

#: The models, as cxm and as `lifetimes` call them.
MODELS = {
    "BgNbd": lifetimes.BetaGeoFitter,
    "MbgNbd": lifetimes.ModifiedBetaGeoFitter,
    "ParetoNbd": lifetimes.ParetoNBDFitter,
}


def histories(copies: int = 1) -> tuple[np.ndarray, ...]:
    """Frequency, recency and age in weeks, and the mean spend, of so many CDNOW samples."""
    rows = pd.read_csv(CDNOW)
    columns = (
        rows["frequency"].to_numpy(float),
        rows["recency_days"].to_numpy(float) / 7,
        rows["age_days"].to_numpy(float) / 7,
        rows["monetary_value"].to_numpy(float),
    )
    return tuple(np.tile(column, copies) for column in columns)


def quietly(work: Callable[[], float]) -> Callable[[], float]:
    """Without the warnings and the lines that a fit prints."""

    def run() -> float:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            return work()

    return run


def fit_race(model: str, copies: int) -> Race:
    """Only the first parameter is compared: the optimisers stop at unlike digits."""
    frequency, recency, age, _ = histories(copies)
    customers = len(frequency)
    race = Race(f"{model} fit of {customers:,} customers", "customer", "cxm", tolerance=1e-3)

    def of_cxm() -> float:
        fit = getattr(cxm.clv, model).fit(frequency, recency, age)
        return next(iter(fit.parameters.values()))

    def of_lifetimes() -> float:
        return float(MODELS[model]().fit(frequency, recency, age).params_.iloc[0])

    race.add("cxm", of_cxm, customers)
    race.add("lifetimes", quietly(of_lifetimes), customers)
    return race


def spend_race(copies: int) -> Race:
    frequency, _, _, spend = histories(copies)
    repeat = frequency > 0
    frequency, spend = frequency[repeat], spend[repeat]
    customers = len(frequency)
    title = f"GammaGamma fit of {customers:,} customers"
    race = Race(title, "customer", "cxm", tolerance=1e-3)

    def of_cxm() -> float:
        return cxm.clv.GammaGamma.fit(frequency, spend).parameters["p"]

    def of_lifetimes() -> float:
        return float(lifetimes.GammaGammaFitter().fit(frequency, spend).params_.iloc[0])

    race.add("cxm", of_cxm, customers)
    race.add("lifetimes", quietly(of_lifetimes), customers)
    return race


def apart(columns: tuple[np.ndarray, ...]) -> tuple[np.ndarray, ...]:
    """The same customers with times of the clock instead of days: no two are alike any more."""
    frequency, recency, age, spend = columns
    stretch = 1 + 0.01 * np.random.default_rng(1).random(len(age))
    return frequency, recency * stretch, age * stretch, spend * stretch


def score_races(customers: int, *, distinct: bool = False) -> Iterator[Race]:
    """P(alive), the purchases of a year, and what they are worth, under one set of parameters.

    The customers are copies of the sample, of 1,016 histories, or all of them ``distinct``.
    """
    copies = tuple(c[:customers] for c in histories(customers // 2357 + 1))
    frequency, recency, age, spend = apart(copies) if distinct else copies
    kind = "all distinct" if distinct else "copies"
    fit = quietly(lambda: lifetimes.BetaGeoFitter().fit(*histories()[:3]))()
    parameters = {name: float(value) for name, value in fit.params_.items()}
    model = cxm.clv.BgNbd(**parameters)
    history = {"frequency": frequency, "recency": recency, "age": age}

    race = Race(f"BgNbd P(alive) of {customers:,} customers, {kind}", "customer", "cxm")
    race.add("cxm", lambda: float(model.probability_alive(**history).sum()), customers)
    peer = fit.conditional_probability_alive
    race.add("lifetimes", lambda: float(peer(frequency, recency, age).sum()), customers)
    yield race

    title = f"BgNbd purchases in 52 weeks of {customers:,}, {kind}"
    race = Race(title, "customer", "cxm", tolerance=1e-6)
    race.add("cxm", lambda: float(model.expected_transactions(52, **history).sum()), customers)
    expected = fit.conditional_expected_number_of_purchases_up_to_time

    def purchases() -> float:
        return float(expected(52, frequency, recency, age).sum())

    race.add("lifetimes", quietly(purchases), customers)
    yield race

    repeat = histories()[0] > 0
    sample = [column[repeat] for column in (histories()[0], histories()[3])]
    peer_spend = quietly(lambda: lifetimes.GammaGammaFitter().fit(*sample))()
    our_spend = cxm.clv.GammaGamma(**{n: float(v) for n, v in peer_spend.params_.items()})
    title = f"BgNbd and GammaGamma, value in a year of {customers:,}, {kind}"
    race = Race(title, "customer", "cxm")
    # The sums differ: one discounts from purchase to purchase, the other at the end of months.
    monthly, weeks = 0.01, 4.345

    def worth() -> None:
        spent = np.where(frequency > 0, spend, 0.0)
        expected = our_spend.expected_spend(frequency, spent)
        model.lifetime_value(
            1.0, np.log1p(monthly) / weeks, **history, spend=expected, horizon=12 * weeks
        )

    rows = {"frequency": frequency, "recency": recency, "T": age, "monetary_value": spend}
    frame = pd.DataFrame(rows)

    def peer_worth() -> None:
        peer_spend.customer_lifetime_value(
            fit, *(frame[name] for name in rows), time=12, discount_rate=monthly, freq="W"
        )

    race.add("cxm", worth, customers)
    race.add("lifetimes", quietly(peer_worth), customers)
    yield race


def posterior_race() -> Race:
    """A posterior of 1,000 draws beside the other library's fit, which has no posterior."""
    frequency, recency, age, _ = histories()
    customers = len(frequency)
    model = cxm.clv.BgNbd.fit(frequency, recency, age)
    race = Race(f"BgNbd posterior of {customers:,} customers", "customer", "lifetimes, a fit alone")

    def draws() -> None:
        model.posterior(frequency, recency, age, draws=1000, seed=1)

    def fit() -> None:
        lifetimes.BetaGeoFitter().fit(frequency, recency, age)

    race.add("cxm, 1,000 weighted draws", draws, customers)
    race.add("lifetimes, a fit alone", quietly(fit), customers)
    return race


def all_races(customers: int) -> Iterator[Race]:
    """Fits on the sample, on a hundred copies of it, and scores."""
    for model in MODELS:
        yield fit_race(model, 1)
    yield spend_race(1)
    for model in MODELS:
        yield fit_race(model, 100)
    yield spend_race(100)
    yield posterior_race()
    yield from score_races(customers)
    yield from score_races(customers, distinct=True)

"""Survival beside lifelines; counts of whole days beside numpy.

lifelines 0.30.3 wants pandas below 3, which the other contestants of ``run.py`` do not: there it is
left out. ``python survival.py`` in an environment of its own (cxm, lifelines) runs them all.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import warnings
from collections.abc import Callable, Iterator

import cxm
import numpy as np
import pandas as pd
from cxm import survival
from measure import Race, digits

ROWS, LONGEST = 1_000_000, 1_095
COX_ROWS, COVARIATES = 100_000, 10
#: Days that two states span which are merged.
TICKS, MERGES = 1_100, 1_000


def days(rows: int, pace: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Whole days of customers who leave at one pace and were last seen on any day."""
    dice = np.random.default_rng(20_261_122 + seed)
    leaves = 1 + dice.exponential(pace, rows).astype(np.int64)
    seen = dice.integers(1, LONGEST + 1, rows)
    return np.minimum(leaves, seen), leaves <= seen


def counted(durations: np.ndarray, observed: np.ndarray, **definition) -> cxm.Lifetimes:
    state = cxm.Lifetimes(**definition)
    state.update(durations, observed)
    return state


def add_lifelines(race: Race, run: Callable[[], float], rows: int) -> None:
    """Never silently without it."""
    if importlib.util.find_spec("lifelines") is None:
        print(f"LEFT OUT: {race.question}: there is no lifelines", file=sys.stderr)
    else:
        race.add("lifelines", run, rows)


def by_numpy(durations: np.ndarray, observed: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times and the share still there, from two tables of counts."""
    every, events = np.bincount(durations), np.bincount(durations, weights=observed)
    at_risk = every[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.arange(len(every)), np.cumprod(1 - events / at_risk)


def whole_days_race(rows: int) -> Race:
    durations, observed = days(rows, 700)
    middle = LONGEST // 2
    race = Race(f"Kaplan-Meier of {rows:,} durations of whole days", "row", "cxm")

    def of_cxm() -> float:
        table = counted(durations, observed).kaplan_meier().table()
        return float(np.asarray(table["survival"])[np.asarray(table["time"]) <= middle][-1])

    def of_numpy() -> float:
        return float(by_numpy(durations, observed)[1][middle])

    def of_bincount() -> None:
        np.bincount(durations)
        np.bincount(durations, weights=observed)

    def of_lifelines() -> float:
        from lifelines import KaplanMeierFitter

        fitted = KaplanMeierFitter().fit(durations, observed)
        return float(fitted.survival_function_at_times(middle).iloc[0])

    race.add("cxm", of_cxm, rows)
    race.add("numpy, two calls of bincount, no limits", of_numpy, rows)
    race.add("numpy, the two calls alone", of_bincount, rows)
    add_lifelines(race, of_lifelines, rows)
    return race


def distinct_race(rows: int) -> Race:
    """No two durations alike, in no order."""
    dice = np.random.default_rng(20_261_122)
    durations = np.cumsum(dice.integers(1, 60, rows))
    dice.shuffle(durations)
    observed = dice.random(rows) < 0.5
    middle = int(np.median(durations))
    race = Race(f"Kaplan-Meier of {rows:,} distinct durations", "row", "cxm")

    def of_cxm() -> float:
        table = counted(durations, observed).kaplan_meier().table()
        times, share = np.asarray(table["time"]), np.asarray(table["survival"])
        return float(share[times.searchsorted(middle, "right") - 1])

    def of_lifelines() -> float:
        from lifelines import KaplanMeierFitter

        fitted = KaplanMeierFitter().fit(durations, observed)
        return float(fitted.survival_function_at_times(middle).iloc[0])

    race.add("cxm", of_cxm, rows)
    add_lifelines(race, of_lifelines, rows)
    return race


def log_rank_race(rows: int) -> Race:
    """Two groups of nearly the same pace: counting them belongs to the work."""
    one, other = days(rows // 2, 700), days(rows // 2, 704, seed=2)
    race = Race(f"Log-rank test of {rows:,} lifetimes in two groups", "row", "cxm")
    race.add("cxm", lambda: survival.log_rank([counted(*one), counted(*other)]).statistic, rows)

    def of_lifelines() -> float:
        from lifelines.statistics import logrank_test

        return float(logrank_test(one[0], other[0], one[1], other[1]).test_statistic)

    add_lifelines(race, of_lifelines, rows)
    return race


def cox_race(rows: int) -> Race:
    """Days with ties, and covariates of hazard ratios from 0.67 to 1.43."""
    dice = np.random.default_rng(20_261_122)
    cells = dice.normal(size=(rows, COVARIATES))
    ratios = np.linspace(-0.4, 0.36, COVARIATES)
    leaves = 1 + dice.exponential(700 / np.exp(cells @ ratios)).astype(np.int64)
    seen = dice.integers(1, LONGEST + 1, rows)
    names = [f"covariate {place}" for place in range(COVARIATES)]
    frame = pd.DataFrame(cells, columns=names)
    frame["days"], frame["left"] = np.minimum(leaves, seen), (leaves <= seen).astype(float)
    title = f"Cox regression of {rows:,} rows, {COVARIATES} covariates, ties by Efron"
    # Both stop by themselves; lifelines does so a little earlier.
    race = Race(title, "row", "cxm", tolerance=1e-6)

    def of_cxm() -> float:
        fitted = survival.Cox.fit(frame, duration="days", observed="left")
        return fitted.coefficients[names[0]]

    def of_lifelines() -> float:
        from lifelines import CoxPHFitter

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = CoxPHFitter().fit(frame, "days", "left")
            # It waits with the concordance, which a fit of cxm holds.
            _ = fitted.concordance_index_
        return float(fitted.params_[names[0]])

    race.add("cxm", of_cxm, rows)
    add_lifelines(race, of_lifelines, rows)
    return race


def merge_race() -> Race:
    """A copy is taken first, so that every turn merges the same two states."""
    dice = np.random.default_rng(20_261_122)
    columns = np.arange(TICKS), dice.random(TICKS) < 0.5
    one, other = counted(*columns), counted(*columns)
    race = Race(f"merging two states of {TICKS:,} ticks", "merge", "cxm, Python")

    def copies() -> None:
        for _ in range(MERGES):
            one.copy()

    def merges() -> None:
        for _ in range(MERGES):
            one.copy().merge(other)

    race.add("cxm, Python", merges, MERGES)
    race.add("its copy alone", copies, MERGES)
    return race


def all_races(rows: int = ROWS) -> Iterator[Race]:
    yield whole_days_race(rows)
    yield distinct_race(rows)
    yield log_rank_race(rows)
    yield cox_race(rows * COX_ROWS // ROWS)
    yield merge_race()


if __name__ == "__main__":
    print(f"load {digits(os.getloadavg()[0])}")
    for contest in all_races():
        print(contest.start(5).table(), "\n")

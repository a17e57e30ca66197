"""Attribution beside the library that people know: exact removal effects and its simulation."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from collections.abc import Callable, Iterator

import ChannelAttribution
import cxm
import numpy as np
import pandas as pd
from measure import Race

TOUCHPOINTS = 20
JOURNEYS = 100_400


def paths() -> pd.DataFrame:
    """Journeys of a Markov chain of 20 touchpoints, 10 steps in the mean, as distinct paths."""
    dice = np.random.default_rng(20_261_122)
    moves = dice.dirichlet(np.full(TOUCHPOINTS, 0.5), TOUCHPOINTS).cumsum(axis=1)
    names = [f"touchpoint {place:02}" for place in range(TOUCHPOINTS)]
    converts = dice.uniform(0.05, 0.4, TOUCHPOINTS)
    conversions, nulls, values = Counter(), Counter(), Counter()
    for length in dice.geometric(0.1, JOURNEYS):
        place = int(dice.integers(TOUCHPOINTS))
        path = [names[place]]
        for step in dice.random(length - 1):
            place = min(int(moves[place].searchsorted(step)), TOUCHPOINTS - 1)
            path.append(names[place])
        text = " > ".join(path)
        if dice.random() < converts[place]:
            conversions[text] += 1
            values[text] += int(dice.integers(500, 20_000))
        else:
            nulls[text] += 1
    texts = list(conversions | nulls)
    return pd.DataFrame(
        {
            "path": texts,
            "conversions": [conversions[text] for text in texts],
            "value": [values[text] for text in texts],
            "nulls": [nulls[text] for text in texts],
        }
    )


def quietly(work: Callable[[], float]) -> Callable[[], float]:
    """Without the lines that the library prints."""

    def run() -> float:
        with contextlib.redirect_stdout(io.StringIO()):
            return work()

    return run


def most(touchpoints, conversions) -> float:
    """Conversions of the touchpoint whose name comes first."""
    return float(dict(zip(touchpoints, conversions, strict=True))["touchpoint 00"])


def markov_race(data: pd.DataFrame) -> Race:
    """A simulation is near the exact answer only: what it is off by is part of the result."""
    title = f"Markov attribution of {len(data):,} paths, with values"
    race = Race(title, "path", "cxm, exact", tolerance=0.05)

    def of_cxm(order: int) -> Callable[[], float]:
        def run() -> float:
            table = cxm.attribution(
                data["path"], data["conversions"], data["value"], data["nulls"], order=order
            )
            return most(table["touchpoint"], table["conversions"])

        return run

    def of_peer(**effort) -> Callable[[], float]:
        def run() -> float:
            read = ChannelAttribution.markov_model(
                data, "path", "conversions", var_value="value", var_null="nulls",
                verbose=False, seed=1, ncore=1, **effort,
            )
            return most(read["channel_name"], read["total_conversions"])

        return quietly(run)

    race.add("cxm, exact", of_cxm(1), len(data))
    race.add("ChannelAttribution, simulated", of_peer(), len(data))
    race.add("ChannelAttribution, finer", of_peer(conv_par=0.002, nsim_start=1e6), len(data))
    return race


def heuristics_race(data: pd.DataFrame) -> Race:
    race = Race(f"first, last and linear of {len(data):,} paths", "path", "cxm")

    def of_cxm() -> float:
        methods = ["first", "last", "linear"]
        table = cxm.attribution(data["path"], data["conversions"], method=methods)
        return most(table["touchpoint"], table["linear"])

    def of_peer() -> float:
        read = ChannelAttribution.heuristic_models(data, "path", "conversions", flg_pro=False)
        return most(read["channel_name"], read["linear_touch"])

    race.add("cxm", of_cxm, len(data))
    race.add("ChannelAttribution", quietly(of_peer), len(data))
    return race


def all_races() -> Iterator[Race]:
    data = paths()
    yield markov_race(data)
    yield heuristics_race(data)

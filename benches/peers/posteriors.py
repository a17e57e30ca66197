"""Posteriors of BG/NBD on CDNOW: 2,000 draws each, beside pymc-marketing.

Run it alone, with pymc-marketing and cxm installed: ``python posteriors.py``. Each contestant runs
in a process of its own; CPU time counts that of compilers it starts. The priors differ (cxm has
none here), so the means are shown and not compared.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

CDNOW = Path(__file__).resolve().parents[2] / "cxm-core/tests/golden/clv/cdnow_summary.csv"

#: A posterior's means by parameter.
Means = Mapping[str, float]


def customers() -> pd.DataFrame:
    rows = pd.read_csv(CDNOW)
    return pd.DataFrame(
        {
            "customer_id": range(len(rows)),
            "frequency": rows["frequency"].astype(float),
            "recency": rows["recency_days"] / 7,
            "T": rows["age_days"] / 7,
        }
    )


def laplace(rows: pd.DataFrame) -> Callable[[], Means]:
    import cxm.clv

    columns = (rows["frequency"], rows["recency"], rows["T"])

    def run() -> Means:
        model = cxm.clv.BgNbd.fit(*columns)
        summary = model.posterior(*columns, draws=2000, seed=1).summary()
        return {name: figures["mean"] for name, figures in summary.to_dict()["parameters"].items()}

    return run


def no_u_turn(rows: pd.DataFrame) -> Callable[[], Means]:
    from pymc_marketing.clv import BetaGeoModel

    def run() -> Means:
        model = BetaGeoModel(data=rows)
        model.build_model()
        found = model.fit(
            method="mcmc", chains=2, draws=1000, tune=1000, cores=1, random_seed=1,
            progressbar=False,
        )  # fmt: skip
        return {name: float(found.posterior[name].mean()) for name in ("r", "alpha", "a", "b")}

    return run


CONTESTANTS = {"cxm, Laplace": laplace, "pymc-marketing, NUTS, two chains": no_u_turn}


def cpu() -> float:
    """CPU seconds of this process and of those it has waited for."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def alone(name: str) -> None:
    run = CONTESTANTS[name](customers())
    times = []
    means: Means = {}
    for _ in range(2):
        start = cpu()
        means = run()
        times.append(cpu() - start)
    shown = ", ".join(f"{name} {mean:.3f}" for name, mean in means.items())
    print(f"{name}: {times[0]:.3f} s CPU at first, {times[1]:.3f} s then; means {shown}")


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if len(sys.argv) > 1:
        alone(sys.argv[1])
    else:
        for contestant in CONTESTANTS:
            subprocess.run([sys.executable, __file__, contestant], check=True)

"""A month cohort table of ten million activities: time and peak memory, beside polars and pandas.

Run it alone: ``python cohorts.py``. Each contestant runs in a process of its own; the peak is what
the process holds at most beyond the data frame and the imported libraries. ``run.py`` puts the
times of fewer rows beside its other races, where polars is held to one thread.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
from measure import Race

ROWS, DAYS = 10_000_000, 730
DAY = 86_400_000_000


def log(rows: int) -> pl.DataFrame:
    """Customers and times to the microsecond, the same in every process; ten rows a customer."""
    random = np.random.default_rng(1)
    times = random.integers(0, DAYS * DAY, rows)
    start = np.datetime64("2023-01-01", "us")
    return pl.DataFrame(
        {
            "customer": random.integers(0, rows // 10, rows),
            "time": start + times.astype("timedelta64[us]"),
        }
    )


def with_cxm(frame: pl.DataFrame):
    import cxm

    def run():
        cohorts = cxm.cohorts(
            frame, customer="customer", time="time", until="2024-12-31"
        )
        return cohorts.table["customers"].sum()

    return run


def with_polars(frame: pl.DataFrame):
    """Distinct months of each customer, numbered from the first."""

    def run():
        time = pl.col("time")
        month = (time.dt.year() * 12 + time.dt.month()).alias("month")
        active = frame.lazy().select("customer", month).unique()
        first = active.group_by("customer").agg(pl.col("month").min().alias("cohort"))
        table = (
            active.join(first, on="customer")
            .group_by("cohort", (pl.col("month") - pl.col("cohort")).alias("age"))
            .agg(pl.len().alias("customers"))
            .sort("cohort", "age")
        )
        return table.collect()["customers"].sum()

    return run


def with_polars_lists(frame: pl.DataFrame):
    """The same from one list of months a customer."""

    def run():
        time = pl.col("time")
        month = (time.dt.year() * 12 + time.dt.month()).alias("month")
        lists = frame.lazy().select("customer", month).group_by("customer")
        months = pl.col("month")
        each = lists.agg(months.min().alias("cohort"), months.unique()).explode("month")
        table = (
            each.group_by("cohort", (pl.col("month") - pl.col("cohort")).alias("age"))
            .agg(pl.len().alias("customers"))
            .sort("cohort", "age")
        )
        return table.collect()["customers"].sum()

    return run


def with_pandas(frame: pl.DataFrame):
    import pandas as pd

    columns = {name: frame[name].to_numpy() for name in frame.columns}
    table = pd.DataFrame(columns)

    def run():
        month = table["time"].to_numpy().astype("datetime64[M]").astype(np.int64)
        active = pd.DataFrame(
            {"customer": table["customer"], "month": month}
        ).drop_duplicates()
        cohort = active.groupby("customer")["month"].transform("min")
        ages = active["month"] - cohort
        return int(ages.groupby([cohort, ages]).size().sum())

    return run


CONTESTANTS = {
    "cxm": with_cxm,
    "polars, distinct months": with_polars,
    "polars, lists of months": with_polars_lists,
    "pandas": with_pandas,
}


def all_races(rows: int):
    """The times of ``run.py``."""
    frame = log(rows)
    race = Race(f"Month cohorts of {rows:,} activities", "row", "cxm")
    for name, contestant in CONTESTANTS.items():
        race.add(name, contestant(frame), rows)
    yield race


def memory(field: str) -> float:
    """What Linux says of this process, in MiB: VmRSS now, VmHWM at most."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"no {field} in /proc/self/status")


def alone(name: str, rows: int) -> None:
    # A small turn first: what is imported and made once belongs to nobody.
    CONTESTANTS[name](log(1000))()
    run = CONTESTANTS[name](log(rows))
    Path("/proc/self/clear_refs").write_text(
        "5", encoding="ascii"
    )  # forgets the peak so far
    before = memory("VmRSS")
    times = []
    most = before
    for turn in range(3):
        start, cpu = time.perf_counter(), time.process_time()
        answer = run()
        times.append((time.perf_counter() - start, time.process_time() - cpu))
        if turn == 0:
            most = memory("VmHWM")
    wall, cpu = (min(column) for column in zip(*times, strict=True))
    print(wall, cpu, most - before, most, answer)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        alone(sys.argv[1], int(sys.argv[2]))
    else:
        rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
        for contestant in CONTESTANTS:
            done = subprocess.run(
                [sys.executable, __file__, contestant, str(rows)],
                capture_output=True,
                text=True,
                check=True,
            )
            wall, cpu, more, most, answer = done.stdout.split()
            print(
                f"{contestant}: {float(wall):.3f} s, {float(cpu):.3f} s CPU, "
                f"{float(more):.0f} MiB more, {float(most):.0f} MiB in all, {answer} customers in cells"
            )

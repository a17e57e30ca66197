"""Customer summaries of a log of a million rows: time and peak memory, beside lifetimes.

Run it alone: ``python summaries.py``. Each contestant runs in a process of its own; the peak is
what the process holds at most beyond the data frame and the imported libraries.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import numpy as np
import pandas as pd

ROWS, CUSTOMERS, DAYS = 1_000_000, 340_000, 546


def log() -> pd.DataFrame:
    """Customers, dates and amounts in dollars, the same in every process."""
    random = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "id": random.integers(0, CUSTOMERS, ROWS),
            "date": np.datetime64("1997-01-01") + random.integers(0, DAYS, ROWS),
            "amount": random.integers(1, 10_000, ROWS) / 100,
        }
    )


def with_lifetimes(frame: pd.DataFrame):
    from lifetimes.utils import summary_data_from_transaction_data as summary

    return lambda: summary(
        frame, "id", "date", "amount", freq="D", observation_period_end="1998-06-30"
    )


def with_cxm(frame: pd.DataFrame):
    import cxm

    def run():
        calculator = cxm.CustomerSummaries(amounts="major")
        calculator.update(frame, customer="id", time="date", amount="amount")
        return calculator.value(until="1998-06-30", unit="day").to_pandas()

    return run


CONTESTANTS = {"lifetimes": with_lifetimes, "cxm": with_cxm}


def peak() -> float:
    """The most memory this process has held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(name: str) -> None:
    run = CONTESTANTS[name](log())
    before, start = peak(), time.process_time()
    result = run()
    first = time.process_time() - start
    more = peak() - before
    times = [first]
    for _ in range(2):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    print(min(times), more, len(result), int(result["frequency"].sum()))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        alone(sys.argv[1])
    else:
        for contestant in CONTESTANTS:
            done = subprocess.run(
                [sys.executable, __file__, contestant], capture_output=True, text=True, check=True
            )
            seconds, memory, rows, purchases = done.stdout.split()
            print(
                f"{contestant}: {float(seconds):.3f} s CPU, {float(memory):.0f} MiB more, "
                f"{rows} customers, {purchases} repeat purchases"
            )

"""Journeys of a million events: time and peak memory, beside DuckDB and pandas.

Run it alone: ``python journeys.py``. Each contestant runs in a process of its own; the peak is what
the process holds at most beyond the columns and the imported libraries. cxm takes the log in,
splits it into sessions by 30 minutes, counts what follows what, reads a funnel and a step matrix;
DuckDB, with two threads, and pandas only count what follows what. ``run.py`` puts the times beside
its other races, where DuckDB is held to one thread.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from measure import Race

EVENTS, TOUCHPOINTS, MEAN_LENGTH = 1_000_000, 20, 10
SECOND, MINUTE, DAY = 1_000_000, 60_000_000, 86_400_000_000
NAMES = [f"touchpoint {place:02}" for place in range(TOUCHPOINTS)]


def log(events: int) -> pa.Table:
    """Walks along a Markov chain, interleaved in order of time, the same in every process."""
    dice = np.random.default_rng(20_261_122)
    moves = dice.dirichlet(np.full(TOUCHPOINTS, 0.5), TOUCHPOINTS).cumsum(axis=1)
    lengths = dice.geometric(1 / MEAN_LENGTH, 2 * events // MEAN_LENGTH)
    lengths = lengths[: int(lengths.cumsum().searchsorted(events)) + 1]
    customers = np.repeat(np.arange(len(lengths)), lengths)[:events]
    first = np.r_[True, customers[1:] != customers[:-1]]
    places, steps = np.empty(events, np.int64), dice.random(events)
    starts = dice.integers(0, TOUCHPOINTS, events)
    for row in range(events):
        if first[row]:
            place = int(starts[row])
        else:
            place = min(int(moves[place].searchsorted(steps[row])), TOUCHPOINTS - 1)
        places[row] = place
    # One pause in twenty is long enough to end a session.
    pauses = np.where(
        dice.random(events) < 0.05,
        dice.integers(31 * MINUTE, DAY, events),
        dice.integers(SECOND, 29 * MINUTE, events),
    )
    begins = np.repeat(dice.integers(0, 30 * DAY, len(lengths)), lengths)[:events]
    walked = np.where(first, 0, pauses).cumsum()
    times = begins + walked - np.maximum.accumulate(np.where(first, walked, 0))
    order = times.argsort(kind="stable")
    return pa.table(
        {
            "customer": customers[order],
            "touchpoint": pa.DictionaryArray.from_arrays(places[order].astype(np.int32), NAMES),
            "time": pa.array(1_600_000_000 * SECOND + times[order], pa.timestamp("us", tz="UTC")),
        }
    )


def with_cxm(table: pa.Table):
    import cxm

    customers, touchpoints, times = (table[name] for name in table.column_names)

    def run():
        journeys = cxm.Journeys(preset="sessions_30_minutes")
        journeys.update(customers, touchpoints, times)
        journeys.funnel(NAMES[:4], window=DAY)
        journeys.step_matrix(steps=10)
        report = journeys.report()
        # The pairs of customers are those of the sessions and the pauses between these.
        return sum(journeys.transitions()["count"]) + report.journeys - report.customers

    return run


def with_cxm_transitions(table: pa.Table):
    import cxm

    customers, touchpoints, times = (table[name] for name in table.column_names)

    def run():
        journeys = cxm.Journeys()
        journeys.update(customers, touchpoints, times)
        return sum(journeys.transitions()["count"])

    return run


#: What follows what: the row number tells events of one instant apart.
QUERY = """
    select touchpoint, next, count(*) as n from (
        select touchpoint,
               lead(touchpoint) over (partition by customer order by time, row) as next
        from log
    ) where next is not null group by all
"""


def with_duckdb(table: pa.Table, threads: int = 2):
    """The log is in a table of DuckDB before the clock starts."""
    import duckdb

    connection = duckdb.connect(config={"threads": threads})
    connection.register("given", table)
    connection.execute("create table log as select *, row_number() over () as row from given")
    connection.unregister("given")

    def run():
        return sum(row[2] for row in connection.execute(QUERY).fetchall())

    return run


def with_pandas(table: pa.Table):
    frame = table.to_pandas()

    def run():
        ordered = frame.sort_values(["customer", "time"], kind="stable")
        target = ordered.groupby("customer", sort=False)["touchpoint"].shift(-1)
        pairs = ordered["touchpoint"].groupby([ordered["touchpoint"], target], observed=True)
        return int(pairs.size().sum())

    return run


CONTESTANTS = {
    "cxm": with_cxm,
    "cxm, transitions alone": with_cxm_transitions,
    "DuckDB, transitions alone": with_duckdb,
    "pandas, transitions alone": with_pandas,
}


def all_races(rows: int):
    """The times of ``run.py``."""
    table = log(rows)
    race = Race(f"Journeys of {rows:,} events", "event", "DuckDB, transitions alone")
    for name, contestant in CONTESTANTS.items():
        run = contestant(table, 1) if contestant is with_duckdb else contestant(table)
        race.add(name, run, rows)
    yield race


def memory(field: str) -> float:
    """What Linux says of this process, in MiB: VmRSS now, VmHWM at most."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"no {field} in /proc/self/status")


def alone(name: str, path: str) -> None:
    # A small turn first: what is imported and made once belongs to nobody.
    CONTESTANTS[name](log(1000))()
    # Read and not made here: memory that was used before would hide what the work takes.
    with pa.OSFile(path) as file:
        table = pa.ipc.open_file(file).read_all()
    run = CONTESTANTS[name](table)
    del table  # Who made a table of another kind of it does not need this one.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the peak so far
    before = memory("VmRSS")
    times = []
    most = before
    for turn in range(5):
        start, cpu = time.perf_counter(), time.process_time()
        answer = run()
        times.append((time.perf_counter() - start, time.process_time() - cpu))
        if turn == 0:
            most = memory("VmHWM")
    wall, cpu = (min(column) for column in zip(*times, strict=True))
    print(wall, cpu, most - before, most, answer)


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/log.arrow"
        table = log(rows)
        with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        for contestant in CONTESTANTS:
            done = subprocess.run(
                [sys.executable, __file__, contestant, path],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            wall, cpu, more, most, answer = done.stdout.split()
            print(
                f"{contestant}: {float(wall):.3f} s, {float(cpu):.3f} s CPU, "
                f"{float(more):.0f} MiB more, {float(most):.0f} MiB in all, {answer} pairs"
            )


if __name__ == "__main__":
    if len(sys.argv) > 2:
        alone(sys.argv[1], sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)

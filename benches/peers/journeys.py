"""Journeys of a million events: time and peak memory, beside the libraries that people use.

Run it alone: ``python journeys.py``, with a number of events and ``--only WORDS`` for some of the
contestants. Each is in a process of its own; the peak is what the process holds at most beyond the
columns and the imported libraries. A contestant takes the log in and answers one question; what
taking it in costs alone is a question too. cxm and retentioneering take columns and a frame, pm4py
formats a frame, DuckDB with two threads and pandas have the log in a table before the clock starts.
Answers to one question must agree. "everything" is the log taken in, split into sessions by 30
minutes, transitions, a funnel, a step matrix and the report. ``run.py`` puts the times of a few
beside its other races, where DuckDB is held to one thread.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from measure import Race

# It reports its use to its makers unless told not to before it is imported.
os.environ["RETENTIONEERING_NO_TRACK"] = "1"

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


#: The funnel and the steps that are asked for.
STEPS, MATRIX = NAMES[:4], 10


def with_cxm(table: pa.Table):
    import cxm

    customers, touchpoints, times = (table[name] for name in table.column_names)

    def run():
        journeys = cxm.Journeys(preset="sessions_30_minutes")
        journeys.update(customers, touchpoints, times)
        journeys.funnel(STEPS, window=DAY)
        journeys.step_matrix(steps=MATRIX)
        report = journeys.report()
        # The pairs of customers are those of the sessions and the pauses between these.
        return sum(journeys.transitions()["count"]) + report.journeys - report.customers

    return run


def cxm_streamed(hours: int):
    """Everything without keeping the events, which may come so many hours late."""

    def contestant(table: pa.Table):
        import cxm

        customers, touchpoints, times = (table[name] for name in table.column_names)
        funnel = {"name": "steps", "steps": STEPS, "options": {"window": DAY}}

        def run():
            stream = cxm.JourneyStream(
                preset="sessions_30_minutes", lateness=hours * 60 * MINUTE, funnels=[funnel]
            )
            stream.update(customers, touchpoints, times)
            stream.flush()
            stream.funnel("steps")
            stream.step_matrix()
            report = stream.report()
            return sum(stream.transitions()["count"]) + report.journeys - report.customers

        return run

    return contestant


def cxm_asked(ask, **definition):
    """Takes the log in and asks one question."""

    def contestant(table: pa.Table):
        import cxm

        customers, touchpoints, times = (table[name] for name in table.column_names)

        def run():
            journeys = cxm.Journeys(**definition)
            journeys.update(customers, touchpoints, times)
            return ask(journeys)

        return run

    return contestant


def cxm_variants(journeys):
    counts = journeys.variants()["journeys"]
    return [len(counts), counts[0]]


def cxm_step_matrix(journeys):
    rows = journeys.step_matrix(steps=MATRIX).rows
    return [round(row["share"], 9) for row in rows if row["touchpoint"] == "END"]


with_cxm_transitions = cxm_asked(lambda journeys: sum(journeys.transitions()["count"]))

#: What follows what: the row number tells events of one instant apart.
QUERY = """
    select touchpoint, next, count(*) as n from (
        select touchpoint,
               lead(touchpoint) over (partition by customer order by time, row) as next
        from log
    ) where next is not null group by all
"""

VARIANTS = """
    select path, count(*) as n from (
        select list(touchpoint order by time, row) as path from log group by customer
    ) group by path
"""

SESSIONS = """
    select count(*) from (
        select time - lag(time) over (partition by customer order by time, row) as pause from log
    ) where pause is null or pause > interval 30 minutes
"""


def duckdb_asked(query: str, read):
    """The log is in a table of DuckDB before the clock starts."""

    def contestant(table: pa.Table, threads: int = 2):
        import duckdb

        connection = duckdb.connect(config={"threads": threads})
        connection.register("given", table)
        connection.execute("create table log as select *, row_number() over () as row from given")
        connection.unregister("given")
        return lambda: read(connection.execute(query).fetchall())

    return contestant


with_duckdb = duckdb_asked(QUERY, lambda rows: sum(row[2] for row in rows))


def with_pandas(table: pa.Table):
    frame = table.to_pandas()

    def run():
        ordered = frame.sort_values(["customer", "time"], kind="stable")
        target = ordered.groupby("customer", sort=False)["touchpoint"].shift(-1)
        pairs = ordered["touchpoint"].groupby([ordered["touchpoint"], target], observed=True)
        return int(pairs.size().sum())

    return run


def pm4py_asked(ask):
    """It wants a frame with its own names; customers are texts there."""

    def contestant(table: pa.Table):
        import pm4py

        frame = table.to_pandas().astype({"customer": str, "touchpoint": str})
        names = {"case_id": "customer", "activity_key": "touchpoint", "timestamp_key": "time"}
        return lambda: ask(pm4py, pm4py.format_dataframe(frame, **names))

    return contestant


def pm4py_variants(pm4py, log):
    counts = pm4py.get_variants(log).values()
    return [len(counts), max(counts)]


def retentioneering_asked(ask):
    """Its events have whole seconds, and START and END among them."""

    def contestant(table: pa.Table):
        from retentioneering import Eventstream

        frame = table.to_pandas().astype({"touchpoint": str})
        frame["time"] = frame["time"].dt.tz_localize(None)
        names = {"path_cols": ["customer"], "event_col": "touchpoint", "timestamp_col": "time"}
        return lambda: ask(Eventstream(frame, schema=names))

    return contestant


def retentioneering_transitions(stream):
    counts = stream.transition_graph_data(edge_weight="count")
    return int(counts.drop(index="path_start", columns="path_end").to_numpy().sum())


def retentioneering_step_matrix(stream):
    shares = stream.step_matrix_data(max_steps=MATRIX).loc["path_end"]
    return [round(share, 9) for share in shares.loc[1:] if share > 0]


def retentioneering_funnel(stream):
    return [step["unique_paths"] for step in stream.funnel_data(steps=STEPS)["steps"]]


def retentioneering_sessions(stream):
    return stream.split_sessions(timeout="30m").df["session_id"].nunique()


CONTESTANTS = {
    "everything": {
        "cxm": with_cxm,
        "cxm streaming": cxm_streamed(0),
        "cxm streaming, an hour late": cxm_streamed(1),
    },
    "the log taken in": {
        "cxm": cxm_asked(lambda journeys: journeys.observations),
        "pm4py": pm4py_asked(lambda _, log: len(log)),
        "retentioneering": retentioneering_asked(lambda stream: len(stream.df)),
    },
    "transitions": {
        "cxm": with_cxm_transitions,
        "DuckDB": with_duckdb,
        "pandas": with_pandas,
        "pm4py": pm4py_asked(lambda pm4py, log: sum(pm4py.discover_dfg(log)[0].values())),
        "retentioneering": retentioneering_asked(retentioneering_transitions),
    },
    "variants": {
        "cxm": cxm_asked(cxm_variants),
        "DuckDB": duckdb_asked(VARIANTS, lambda rows: [len(rows), max(row[1] for row in rows)]),
        "pm4py": pm4py_asked(pm4py_variants),
    },
    "sessions": {
        "cxm": cxm_asked(lambda journeys: len(journeys.sessions), preset="sessions_30_minutes"),
        "DuckDB": duckdb_asked(SESSIONS, lambda rows: rows[0][0]),
        "retentioneering": retentioneering_asked(retentioneering_sessions),
    },
    "step matrix": {
        "cxm": cxm_asked(cxm_step_matrix),
        "retentioneering": retentioneering_asked(retentioneering_step_matrix),
    },
    "funnel": {
        "cxm": cxm_asked(lambda journeys: journeys.funnel(STEPS).reached),
        "retentioneering": retentioneering_asked(retentioneering_funnel),
    },
}


def all_races(rows: int):
    """The times of ``run.py``."""
    table = log(rows)
    race = Race(f"Journeys of {rows:,} events", "event", "DuckDB, transitions alone")
    race.add("cxm", with_cxm(table), rows)
    race.add("cxm, streaming", cxm_streamed(0)(table), rows)
    race.add("cxm, streaming, an hour late", cxm_streamed(1)(table), rows)
    race.add("cxm, transitions alone", with_cxm_transitions(table), rows)
    race.add("DuckDB, transitions alone", with_duckdb(table, 1), rows)
    race.add("pandas, transitions alone", with_pandas(table), rows)
    yield race
    # Loads the helper programs, which only `run.py` builds.
    from races import C, native

    columns = [table["customer"], table["touchpoint"].chunk(0).indices, table["time"]]
    columns = np.concatenate([np.asarray(column.cast(pa.int64())) for column in columns])
    race = Race("Journeys event by event, through C", "event", "cxm in C")
    race.add("cxm in C", native(C, "events one by one", columns, rows=rows), rows)
    yield race


def memory(field: str) -> float:
    """What Linux says of this process, in MiB: VmRSS now, VmHWM at most."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise SystemExit(f"no {field} in /proc/self/status")


def alone(question: str, library: str, path: str, turns: int) -> None:
    """One contestant; prints what it took as JSON."""
    contestant = CONTESTANTS[question][library]
    # A small turn first: what is imported and made once belongs to nobody.
    contestant(log(1000))()
    # Read and not made here: memory that was used before would hide what the work takes.
    with pa.OSFile(path) as file:
        table = pa.ipc.open_file(file).read_all()
    run = contestant(table)
    del table  # Who made a table of another kind of it does not need this one.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forgets the peak so far
    before = memory("VmRSS")
    times = []
    most = before
    for turn in range(turns):
        start, cpu = time.perf_counter(), time.process_time()
        answer = run()
        times.append((time.perf_counter() - start, time.process_time() - cpu))
        if turn == 0:
            most = memory("VmHWM")
    wall, cpu = (min(column) for column in zip(*times, strict=True))
    taken = {"wall": wall, "cpu": cpu, "more": most - before, "most": most, "answer": answer}
    print(json.dumps(taken, default=int))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("events", type=int, nargs="?", default=EVENTS, help="events of the log")
    parser.add_argument("--turns", type=int, default=5, help="turns of every contestant")
    parser.add_argument("--only", nargs="*", default=[], help="libraries that take part")
    parser.add_argument("--alone", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def main(options: argparse.Namespace) -> None:
    print("| question | contestant | CPU s | wall s | MiB more | MiB in all |")
    print("| --- | --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/log.arrow"
        table = log(options.events)
        with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)
        del table
        for question, contestants in CONTESTANTS.items():
            answers = {}
            for library in contestants:
                if options.only and library not in options.only:
                    continue
                command = [sys.executable, __file__, "--turns", str(options.turns)]
                command += ["--alone", question, library, path]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode != 0:
                    raise SystemExit(f"{question}: {library} failed:\n{done.stderr}")
                got = json.loads(done.stdout.splitlines()[-1])
                answers[library] = got["answer"]
                print(
                    f"| {question} | {library} | {got['cpu']:.3f} | {got['wall']:.3f} | "
                    f"{got['more']:.0f} | {got['most']:.0f} |",
                    flush=True,
                )
            # Taken in by retentioneering, START and END are events.
            counts = {str(answer) for answer in answers.values()}
            if len(counts) > 1 and question != "the log taken in":
                raise SystemExit(f"{question}: unlike answers: {answers}")


if __name__ == "__main__":
    given = arguments()
    if given.alone:
        alone(*given.alone, given.turns)
    else:
        main(given)

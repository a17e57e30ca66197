"""Who races against whom, over which columns."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from pathlib import Path

import cxm
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import river.stats
from measure import Race
from statsmodels.stats.proportion import proportion_confint

TARGET = Path(__file__).resolve().parent.parent.parent / "target"

#: Of 100 answers to "would you recommend us", how many give each rating from 0 to 10.
SHARES = [4, 1, 2, 2, 3, 7, 6, 12, 19, 18, 26]

GROUPS = 1000


class Input(ctypes.Structure):
    """The columns as ``peers.h`` has them."""

    _fields_ = [
        ("values", ctypes.c_void_p),
        ("validity", ctypes.c_void_p),
        ("codes", ctypes.c_void_p),
        ("rows", ctypes.c_size_t),
        ("groups", ctypes.c_size_t),
    ]


def _load(path: Path, name: str) -> Callable:
    function = getattr(ctypes.CDLL(str(path)), name)
    function.restype = ctypes.c_double
    function.argtypes = [ctypes.c_char_p, ctypes.POINTER(Input)]
    return function


# Loaded first, the helper finds it under the name that it was linked with.
ctypes.CDLL(str(TARGET / "release/libcxm.so"))
RUST = _load(TARGET / "release/examples/libpeers.so", "peers_rust")
C = _load(TARGET / "peers/libdoor.so", "peers_c")
LOOPS = _load(TARGET / "peers/libloops.so", "peers_loops")


def native(
    program: Callable, task: str, values=None, validity=None, codes=None, rows=None
) -> Callable:
    """A task of one of the helper programs on these columns."""
    pointers = [None if a is None else a.ctypes.data for a in (values, validity, codes)]
    rows = len(values) if rows is None else rows
    columns, name = Input(*pointers, rows, GROUPS), task.encode()

    def run() -> float:
        answer = program(name, ctypes.byref(columns))
        if answer != answer:
            raise SystemExit(f"{task} failed")
        return answer

    run.columns = (values, validity, codes)  # They live as long as the pointers to them.
    return run


def reading(*tasks: Callable) -> Callable:
    """The yardstick: everything is read, nothing is answered."""

    def run() -> None:
        for task in tasks:
            task()

    return run


def score(report) -> float:
    return report.value().score


def of_cxm(column) -> Callable:
    """One column through the Python door."""

    def run() -> float:
        nps = cxm.Nps()
        nps.update(column)
        return score(nps)

    return run


def of_polars(series: pl.Series) -> Callable:
    return lambda: 100 * ((series >= 9).mean() - (series <= 6).mean())


def of_pandas(series: pd.Series) -> Callable:
    return lambda: 100 * ((series >= 9).mean() - (series <= 6).mean())


def of_arrow(array: pa.Array) -> Callable:
    def share(mask: pa.Array) -> float:
        return pc.mean(mask).as_py()

    return lambda: 100 * (share(pc.greater_equal(array, 9)) - share(pc.less_equal(array, 6)))


def of_duckdb(column: pa.Array | np.ndarray) -> Callable:
    """A table of DuckDB's own, in memory, one thread."""
    connection = duckdb.connect(config={"threads": 1})
    source = pa.table({"rating": column})
    connection.register("source", source)
    connection.execute("create table answers as select rating from source")
    query = (
        "select 100.0 * (count(*) filter (rating >= 9) - count(*) filter (rating <= 6))"
        " / count(rating) from answers"
    )
    return lambda: connection.execute(query).fetchone()[0]


def ratings(rows: int, seed: int = 1) -> np.ndarray:
    urn = np.repeat(np.arange(11, dtype=np.uint8), SHARES)
    return urn[np.random.default_rng(seed).integers(0, 100, rows, dtype=np.uint8)]


def of_numpy(values: np.ndarray) -> Callable:
    rows = len(values)
    return lambda: 100 * (np.count_nonzero(values >= 9) - np.count_nonzero(values <= 6)) / rows


def of_bincount(values: np.ndarray) -> Callable:
    def run() -> float:
        counts = np.bincount(values, minlength=11)
        return 100 * (counts[9:].sum() - counts[:7].sum()) / counts.sum()

    return run


def bytes_race(rows: int) -> Race:
    values = ratings(rows)
    race = Race(f"NPS of {rows:,} ratings, u8", "row", "reading")
    race.add("reading (sum of the bytes, C, AVX2)", reading(native(LOOPS, "sum u8", values)), rows)
    race.yardstick = race.contestants[0].name
    for name, program, task in [
        ("cxm, Rust, classes alone", RUST, "classes u8"),
        ("cxm, Rust, all ratings", RUST, "nps u8"),
        ("cxm, C, all ratings", C, "nps u8"),
        ("bare loop, C, two comparisons", LOOPS, "bare classes u8"),
        ("bare loop, Rust, two comparisons", RUST, "bare classes u8"),
        ("bare loop, C, table of counts", LOOPS, "bare histogram u8"),
        ("bare loop, Rust, table of counts", RUST, "bare histogram u8"),
    ]:
        race.add(name, native(program, task, values), rows)
    race.add("cxm, Python, numpy, all ratings", of_cxm(values), rows)
    race.add("cxm, Python, pyarrow, all ratings", of_cxm(pa.array(values)), rows)
    race.add("cxm, Python, polars, all ratings", of_cxm(pl.Series(values)), rows)
    race.add("cxm, Python, pandas, all ratings", of_cxm(pd.Series(values)), rows)
    race.add("numpy, count_nonzero", of_numpy(values), rows)
    race.add("numpy, bincount", of_bincount(values), rows)
    race.add("pandas, means of masks", of_pandas(pd.Series(values)), rows)
    race.add("polars, means of masks", of_polars(pl.Series(values)), rows)
    race.add("pyarrow, means of masks", of_arrow(pa.array(values)), rows)
    race.add("DuckDB, count filter", of_duckdb(values), rows)
    return race


def wide_race(rows: int, name: str, dtype: type) -> Race:
    values = ratings(rows).astype(dtype)
    race = Race(f"NPS of {rows:,} ratings, {name}", "row", "reading (sum of the words, C)")
    race.add(race.yardstick, reading(native(LOOPS, "sum i64", values)), rows)
    race.add("cxm, Rust", native(RUST, f"nps {name}", values), rows)
    race.add("cxm, C", native(C, f"nps {name}", values), rows)
    race.add("cxm, Python, numpy", of_cxm(values), rows)
    race.add("cxm, Python, pyarrow", of_cxm(pa.array(values)), rows)
    race.add("numpy, count_nonzero", of_numpy(values), rows)
    race.add("pandas, means of masks", of_pandas(pd.Series(values)), rows)
    race.add("polars, means of masks", of_polars(pl.Series(values)), rows)
    race.add("DuckDB, count filter", of_duckdb(values), rows)
    return race


def nullable_race(rows: int, name: str, dtype: type) -> Race:
    values = ratings(rows).astype(dtype)
    valid = np.random.default_rng(2).integers(0, 20, rows, dtype=np.uint8) > 0
    bits = np.packbits(valid, bitorder="little")
    array = pa.Array.from_buffers(
        pa.from_numpy_dtype(values.dtype), rows, [pa.py_buffer(bits), pa.py_buffer(values)]
    )
    words = native(LOOPS, "sum u8" if name == "u8" else "sum i64", values)
    title = f"NPS of {rows:,} ratings, {name}, 5 % missing"
    race = Race(title, "row", "reading (sum of values and bits, C)")
    race.add(race.yardstick, reading(words, native(LOOPS, "sum u8", bits)), rows)
    race.add("cxm, Rust", native(RUST, f"nps {name} bits", values, bits), rows)
    race.add("cxm, C", native(C, f"nps {name} bits", values, bits), rows)
    race.add("cxm, Python, pyarrow", of_cxm(array), rows)
    race.add("cxm, Python, polars", of_cxm(pl.from_arrow(array)), rows)
    if name == "u8":
        flags = valid.astype(np.uint8)
        race.add("cxm, Rust, a byte a flag", native(RUST, "nps u8 bytes", values, flags), rows)
        race.add("cxm, C, a byte a flag", native(C, "nps u8 bytes", values, flags), rows)
    race.add("pyarrow, means of masks", of_arrow(array), rows)
    race.add("polars, means of masks", of_polars(pl.from_arrow(array)), rows)
    masked = pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([array])))
    race.add("pandas, means of masks (Arrow)", of_pandas(masked), rows)
    race.add("DuckDB, count filter", of_duckdb(array), rows)
    return race


def grouped_race(rows: int) -> Race:
    values = ratings(rows)
    codes = np.random.default_rng(3).integers(0, GROUPS, rows, dtype=np.uint32)
    names = [f"segment {group:06}" for group in range(GROUPS)]
    race = Race(f"NPS of {GROUPS:,} segments, {rows:,} rows", "row", "bare array loop, C")
    race.add(race.yardstick, native(LOOPS, "grouped bare", values, None, codes), rows)
    race.add("bare array loop, Rust", native(RUST, "grouped bare", values, None, codes), rows)
    race.add("cxm, Rust", native(RUST, "grouped nps", values, None, codes), rows)
    race.add("cxm, C", native(C, "grouped nps", values, None, codes), rows)
    last = names[-1]
    coded = pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names))
    categories = pd.Series(pd.Categorical.from_codes(codes.astype(np.int16), names))

    def of_keyed(keys, column) -> Callable:
        def run() -> float:
            table = cxm.Nps.by("segment")
            table.update(column, keys=keys)
            return score(table[last])

        return run

    frame = pl.DataFrame({"segment": pl.from_arrow(coded), "rating": values})
    race.add("cxm, Python, pyarrow dictionary", of_keyed(coded, pa.array(values)), rows)
    race.add("cxm, Python, polars categories", of_keyed(frame["segment"], frame["rating"]), rows)
    race.add("cxm, Python, pandas categories", of_keyed(categories, pd.Series(values)), rows)
    for name, run in grouped_peers(frame, categories, values, codes, last):
        race.add(name, run, rows)
    return race


def grouped_peers(frame, categories, values, codes, last) -> Iterator[tuple[str, Callable]]:
    """The same table by other libraries, each on the key column that suits it best."""
    # One of nine and more, minus one of six and less.
    classes = (values >= 9).astype(np.int8) - (values <= 6)
    net = pl.when(pl.col("rating") >= 9).then(1).when(pl.col("rating") <= 6).then(-1).otherwise(0)
    coded = pl.DataFrame({"code": codes, "rating": values})

    def polars(table: pl.DataFrame, key: str, wanted) -> Callable:
        def run() -> float:
            means = table.with_columns(net=net).group_by(key).agg(pl.col("net").mean())
            return 100 * means.row(by_predicate=pl.col(key) == wanted, named=True)["net"]

        return run

    yield "polars, group_by categories", polars(frame, "segment", last)
    yield "polars, group_by u32 codes", polars(coded, "code", GROUPS - 1)

    def bincount() -> float:
        cells = np.bincount(codes * np.uint32(11) + values, minlength=GROUPS * 11)
        counts = cells.reshape(GROUPS, 11)[-1]
        return 100 * (counts[9:].sum() - counts[:7].sum()) / counts.sum()

    yield "numpy, bincount", bincount
    grouped = pd.DataFrame({"segment": categories, "net": classes})
    yield (
        "pandas, groupby categories, classes ready",
        lambda: 100 * grouped.groupby("segment", observed=True)["net"].mean()[last],
    )
    connection = duckdb.connect(config={"threads": 1})
    source = pa.table({"code": codes, "rating": values})
    connection.register("source", source)
    connection.execute("create table answers as select * from source")
    query = (
        "select code, 100.0 * (count(*) filter (rating >= 9) - count(*) filter (rating <= 6))"
        " / count(rating) from answers group by code"
    )

    def of_group() -> float:
        return dict(connection.execute(query).fetchall())[GROUPS - 1]

    yield "DuckDB, group by u32 codes", of_group


def events_race(rows: int) -> Race:
    values = ratings(rows).astype(np.int64)
    listed = values.tolist()
    race = Race("one rating after the other", "event", "cxm, Rust")
    race.add("cxm, Rust", native(RUST, "one by one", values), rows)
    race.add("cxm, Rust, calculator by name", native(RUST, "one by one, by name", values), rows)
    race.add("cxm, C", native(C, "one by one", values), rows)
    few = rows // 10
    start = listed[:few]

    def python() -> float:
        nps = cxm.Nps()
        update = nps.update
        for rating in start:
            update(rating)
        return None

    def plain() -> float:
        counts = [0] * 11
        for rating in start:
            counts[rating] += 1
        return None

    def river_mean() -> float:
        mean = river.stats.Mean()
        for rating in start:
            mean.update((rating >= 9) - (rating <= 6))
        return None

    race.add("cxm, Python", python, few)
    race.add("Python, a list of counts", plain, few)
    race.add("river, Mean of the classes", river_mean, few)
    # Its score is cut to a whole number and its shares before, so it cannot be compared.
    crate = native(RUST, "net_promoter_score", values[:few])
    race.add("crate net_promoter_score 0.2.1", reading(crate), few)
    return race


def list_race(rows: int) -> Race:
    listed = ratings(rows).tolist()
    race = Race(f"a Python list of {rows:,} ratings", "row", "cxm, Python")
    race.add("cxm, Python", of_cxm(listed), rows)
    race.add("numpy, from the list", lambda: of_numpy(np.array(listed))(), rows)

    def plain() -> float:
        return 100 * sum((r >= 9) - (r <= 6) for r in listed) / len(listed)

    race.add("Python, a sum", plain, rows)
    return race


def merge_race(times: int) -> Race:
    race = Race("merging two states", "merge", "cxm, Rust")
    race.add("cxm, Rust", native(RUST, "merge", rows=times), times)
    race.add("cxm, C", native(C, "merge", rows=times), times)
    few = times // 10

    def python() -> float:
        nps, total = cxm.Nps(), cxm.Nps()
        nps.update([10, 9, 9, 8, 7, 6, 0])
        for _ in range(few):
            total.merge(nps)
        return score(total)

    def river_merge() -> None:
        mean, total = river.stats.Mean(), river.stats.Mean()
        for rating in [10, 9, 9, 8, 7, 6, 0]:
            mean.update((rating >= 9) - (rating <= 6))
        for _ in range(few):
            total += mean

    race.add("cxm, Python", python, few)
    race.add("river, Mean", river_merge, few)
    return race


def score_race(times: int) -> Race:
    race = Race("reading a score", "reading", "cxm, Rust, whole report")
    race.add("cxm, Rust, whole report", native(RUST, "value", rows=times), times)
    race.add("cxm, C, score", native(C, "value", rows=times), times)
    few = times // 10

    def python() -> float:
        nps = cxm.Nps()
        nps.update([10, 9, 9, 8, 7, 6, 0])
        for _ in range(few):
            last = nps.value().score
        return last

    race.add("cxm, Python, whole report", python, few)
    return race


def interval_race(times: int) -> Race:
    race = Race("Wilson interval of a share", "interval", "cxm, Rust")
    race.add("cxm, Rust", native(RUST, "wilson", rows=times * 10), times * 10)
    interval = cxm.stats.share_interval

    def python() -> float:
        for _ in range(times):
            last = interval(4400, 10_000, method="wilson")
        return last.lower

    def statsmodels() -> float:
        for _ in range(times):
            last = proportion_confint(4400, 10_000, method="wilson")
        return last[0]

    race.add("cxm, Python", python, times)
    race.add("statsmodels, Python", statsmodels, times)
    return race


def all_races(rows: int) -> Iterator[Race]:
    """One after the other, so that only one race's columns are in memory."""
    yield bytes_race(rows)
    yield wide_race(rows // 2, "i64", np.int64)
    yield wide_race(rows // 2, "f64", np.float64)
    yield nullable_race(rows, "u8", np.uint8)
    yield nullable_race(rows // 2, "f64", np.float64)
    yield grouped_race(rows // 5)
    yield events_race(rows // 10)
    yield list_race(rows // 100)
    yield merge_race(rows // 100)
    yield score_race(rows // 100)
    yield interval_race(rows // 10_000)

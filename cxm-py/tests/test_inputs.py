"""Every kind of column gives the same state bytes as the list."""

from __future__ import annotations

import array
import datetime as dt
from decimal import Decimal
from fractions import Fraction

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import columns_of, empty, item_count, keeps_all

import cxm

RATINGS = [10, 9, 9, 8, 7, 6, 0, 3, 10, 10, 5, 1, 9]
GAPS = [10, None, 9, 8, None, 6, 0, 12, 10, -1, 5, None, 9]


def state(*columns, **named):
    nps = cxm.Nps()
    nps.update(*columns, **named)
    return nps.to_bytes()


def chunked(values, kind=None):
    return pa.chunked_array([pa.array(values[:5], kind), pa.array(values[5:], kind)])


INTEGERS = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8"]
FULL = {
    "tuple": tuple(RATINGS),
    "range-like iterable": iter(RATINGS),
    "generator": (rating for rating in RATINGS),
    "mixed ints and floats": [float(r) if i % 2 else r for i, r in enumerate(RATINGS)],
    "decimals": [Decimal(r) for r in RATINGS],
    "fractions": [Fraction(r) for r in RATINGS],
    "numpy scalars": [np.int16(r) for r in RATINGS],
    "bytes": bytes(RATINGS),
    "bytearray": bytearray(RATINGS),
    "memoryview": memoryview(bytes(RATINGS)),
    "array.array": array.array("h", RATINGS),
    "numpy strided": np.repeat(np.array(RATINGS, dtype="i4"), 3)[::3],
    "numpy reversed": np.array(RATINGS[::-1], dtype="f8")[::-1],
    "numpy column of a matrix": np.array([RATINGS, RATINGS], dtype="i8").T[:, 1],
    "numpy unaligned": np.array([(1, r) for r in RATINGS], dtype=[("a", "u1"), ("r", "i8")])["r"],
    "numpy read-only": np.frombuffer(np.array(RATINGS, dtype="i2").tobytes(), dtype="i2"),
    "numpy object": np.array(RATINGS, dtype=object),
    "numpy half": np.array(RATINGS, dtype="f2"),
    "pandas int": pd.Series(RATINGS),
    "pandas small": pd.Series(RATINGS, dtype="uint8"),
    "pandas categorical": pd.Series(RATINGS).astype("category"),
    "pandas arrow": pd.Series(RATINGS, dtype=pd.ArrowDtype(pa.int16())),
    "pandas object": pd.Series(RATINGS, dtype=object),
    "pandas index": pd.Index(RATINGS),
    "pandas sliced": pd.Series([0, *RATINGS, 0])[1:-1],
    "polars": pl.Series(RATINGS),
    "polars float": pl.Series(RATINGS, dtype=pl.Float32),
    "polars chunked": pl.concat([pl.Series(RATINGS[:4]), pl.Series(RATINGS[4:])], rechunk=False),
    "polars frame of one column": pl.DataFrame({"score": RATINGS}),
    "pyarrow": pa.array(RATINGS),
    "pyarrow sliced": pa.array([0, 0, *RATINGS, 0]).slice(2, len(RATINGS)),
    "pyarrow half": pa.array(np.array(RATINGS, dtype="f2")),
    "pyarrow chunked": chunked(RATINGS),
    "pyarrow dictionary": pa.array(RATINGS).dictionary_encode(),
    "pyarrow table of one column": pa.table({"score": chunked(RATINGS)}),
    "pyarrow reader": pa.table({"score": chunked(RATINGS)}).to_reader(),
    "duckdb": duckdb.sql(f"select unnest({RATINGS}) as score"),
}
FULL |= {f"numpy {kind}": np.array(RATINGS, dtype=kind) for kind in [*INTEGERS, "f4", "f8"]}
FULL |= {
    f"numpy swapped {kind}": np.array(RATINGS, dtype=f">{kind}") for kind in ["i2", "i8", "f8"]
}
FULL |= {
    f"polars {kind}": pl.Series(RATINGS, dtype=kind) for kind in [pl.UInt8, pl.Int16, pl.UInt64]
}

NAN = [float("nan") if rating is None else rating for rating in GAPS]
WITH_GAPS = {
    "tuple": tuple(GAPS),
    "nan in a list": NAN,
    "pandas.NA in a list": [pd.NA if rating is None else rating for rating in GAPS],
    "numpy nan": np.array(NAN),
    "numpy nan f4": np.array(NAN, dtype="f4"),
    "pandas nan": pd.Series(NAN),
    "pandas nullable": pd.Series(GAPS, dtype="Int64"),
    "pandas nullable float": pd.Series(GAPS, dtype="Float32"),
    "pandas object": pd.Series(GAPS, dtype=object),
    "pandas categorical": pd.Series(GAPS, dtype="Int64").astype("category"),
    "polars": pl.Series(GAPS),
    "polars i8": pl.Series(GAPS, dtype=pl.Int8),
    "pyarrow": pa.array(GAPS),
    "pyarrow sliced": pa.array([None, 3, None, *GAPS, None]).slice(3, len(GAPS)),
    "pyarrow chunked": chunked(GAPS),
    "pyarrow dictionary": pa.array(GAPS).dictionary_encode(),
    "duckdb": duckdb.sql(
        "select unnest([" + ",".join(str(r or "NULL") if r != 0 else "0" for r in GAPS) + "])"
    ),
}


@pytest.mark.parametrize("kind", FULL)
def test_a_full_column(kind):
    assert state(FULL[kind]) == state(RATINGS)


@pytest.mark.parametrize("kind", WITH_GAPS)
def test_a_column_with_gaps(kind):
    assert state(WITH_GAPS[kind]) == state(GAPS)


def test_one_by_one():
    nps = cxm.Nps()
    for rating in GAPS:
        nps.update(rating)
    assert nps.to_bytes() == state(GAPS)
    more = cxm.Nps()
    for rating in (7, 7.0, np.int8(7), np.float32(7), np.array(7), True, None, Decimal(7), 10**30):
        more.update(rating)
    assert more.to_bytes() == state([7, 7, 7, 7, 7, 1, None, 7, 10**30])
    assert more.value().out_of_range == 1


def test_booleans_are_thumbs():
    thumbs = [True, False, True, True]
    expected = cxm.csat([1, 0, 1, 1], preset="thumbs")
    for column in (
        thumbs,
        np.array(thumbs),
        pd.Series(thumbs),
        pl.Series(thumbs),
        pa.array(thumbs),
    ):
        assert cxm.csat(column, preset="thumbs") == expected
    gaps = cxm.csat([1, 0, None, 1], preset="thumbs")
    for column in (
        pd.Series([True, False, None, True], dtype="boolean"),
        pl.Series([True, False, None, True]),
        pa.array([None, True, False, None, True])[1:].take(pa.array([0, 1, 2, 3])),
    ):
        assert cxm.csat(column, preset="thumbs") == gaps


def test_empty_columns():
    empty = cxm.Nps().to_bytes()
    for column in (
        [],
        (),
        np.array([]),
        np.array([], dtype="u1"),
        b"",
        pd.Series([], dtype="int64"),
        pl.Series([], dtype=pl.Int64),
        pa.array([], pa.int8()),
        pa.array([], pa.null()),
        pa.chunked_array([], pa.int8()),
        pa.chunked_array([[], []], pa.int8()),
    ):
        assert state(column) == empty
    assert state(pa.nulls(3)) == state([None] * 3)


def test_weights_and_counts():
    weights = [1.0, 0.5, 2.0, 1.25]
    expected = cxm.nps([10, 9, 3, 7], weights=weights)
    assert expected.effective_responses < 4
    for column in (
        np.array(weights),
        np.array(weights, dtype="f4"),
        pd.Series(weights),
        pl.Series(weights),
        pa.chunked_array([weights[:1], weights[1:]]),
    ):
        assert cxm.nps([10, 9, 3, 7], weights=column) == expected
        assert cxm.nps(pa.chunked_array([[10, 9, 3], [7]]), weights=column) == expected
    expected = cxm.nps([10] * 4 + [9] * 2 + [3])
    for counts in ([4, 2, 1], np.array([4, 2, 1], dtype="i4"), pd.Series([4.0, 2.0, 1.0])):
        assert cxm.nps([10, 9, 3], counts=counts) == expected


FRAME = {
    "score": [10, 9, 3, None, 8, 10, 2, 11],
    "weight": [1.0, 2.0, 0.5, 1.0, 1.0, 1.0, 3.0, 1.0],
    "segment": ["gold", "gold", "blue", "blue", None, "gold", "blue", "gold"],
    "wave": [1, 2, 1, 2, 1, 2, 1, 2],
    "member": [True, False, True, True, False, None, True, False],
}
FRAMES = {
    "dict": dict(FRAME),
    "pandas": pd.DataFrame(FRAME),
    "pandas nullable": pd.DataFrame(FRAME).convert_dtypes(),
    "pandas categorical": pd.DataFrame(FRAME).astype({"segment": "category"}),
    "pandas arrow": pa.table(FRAME).to_pandas(types_mapper=pd.ArrowDtype),
    "polars": pl.DataFrame(FRAME),
    "polars lazy": pl.LazyFrame(FRAME),
    "polars categorical": pl.DataFrame(FRAME, schema_overrides={"segment": pl.Categorical}),
    "polars enum": pl.DataFrame(FRAME, schema_overrides={"segment": pl.Enum(["blue", "gold"])}),
    "pyarrow": pa.table(FRAME),
    "pyarrow batch": pa.RecordBatch.from_pydict(FRAME),
    "pyarrow chunked": pa.concat_tables([pa.table(FRAME).slice(0, 3), pa.table(FRAME).slice(3)]),
    "pyarrow large": pa.table(FRAME).cast(
        pa.schema(
            [
                ("score", pa.int64()),
                ("weight", pa.float64()),
                ("segment", pa.large_string()),
                ("wave", pa.int64()),
                ("member", pa.bool_()),
            ]
        )
    ),
    "pyarrow view": pa.table({**FRAME, "segment": pa.array(FRAME["segment"], pa.string_view())}),
    "duckdb": duckdb.from_arrow(pa.table(FRAME)),
}


def keyed(frame, *by, **named):
    table = cxm.Nps.by(*by, weighted="weights" in named)
    table.update(frame, rating="score", **named)
    return table


@pytest.mark.parametrize("kind", FRAMES)
@pytest.mark.parametrize(
    "by", [("segment",), ("wave",), ("member",), ("segment", "wave", "member")]
)
def test_a_frame(kind, by):
    keys = {name: FRAME[name] for name in by}
    expected = cxm.Nps.by(*by)
    expected.update(FRAME["score"], keys=keys)
    assert keyed(FRAMES[kind], *by).to_bytes() == expected.to_bytes()
    weighted = keyed(FRAMES[kind], *by, weights="weight")
    assert weighted.to_bytes() == keyed(FRAME, *by, weights=FRAME["weight"]).to_bytes()
    retracted = keyed(FRAMES[kind], *by)
    retracted.retract(FRAMES[kind], rating="score")
    assert len(retracted) == 0


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_without_key_columns(kind):
    assert cxm.nps(FRAMES[kind], rating="score") == cxm.nps(FRAME["score"])
    weighted = cxm.nps(FRAMES[kind], rating="score", weights="weight")
    assert weighted == cxm.nps(FRAME["score"], weights=FRAME["weight"])


@pytest.mark.parametrize("kind", FRAMES)
def test_the_table_comes_back_in_its_library(kind):
    table = cxm.nps(FRAMES[kind], rating="score", by="segment")
    library = {
        "dict": cxm.Table,
        "pandas": pd.DataFrame,
        "polars": pl.DataFrame,
        "pyarrow": pa.Table,
        "duckdb": pa.Table,
    }[kind.split()[0]]
    assert isinstance(table, library)
    columns = {
        "pandas": lambda: table.to_dict(orient="list"),
        "polars": lambda: table.to_dict(as_series=False),
    }.get(
        kind.split()[0],
        lambda: table.to_pydict() if isinstance(table, pa.Table) else table.to_dict(),
    )()
    assert list(columns)[:5] == ["segment", "score", "responses", "lower", "upper"]
    missing, blue, gold = columns["segment"]
    assert missing is None or missing != missing
    assert (blue, gold) == ("blue", "gold")
    assert columns["score"] == [0.0, -100.0, 100.0]
    assert columns["responses"] == [1, 2, 3]
    assert columns["invalid"] == [0, 0, 1]
    assert columns["missing"] == [0, 1, 0]


def test_keys_of_every_kind():
    expected = cxm.Nps.by("key")
    expected.update([1, 2, 3, 4], keys=[7, 8, None, 7])
    for keys in (
        np.array([7.0, 8.0, np.nan, 7.0]),
        pd.Series([7, 8, None, 7]),
        pd.Series([7, 8, None, 7], dtype="UInt8"),
        pl.Series([7, 8, None, 7], dtype=pl.UInt64),
        pa.array([7, 8, None, 7], pa.int16()),
        pa.array([7, 8, None, 7]).dictionary_encode(),
    ):
        table = cxm.Nps.by("key")
        table.update([1, 2, 3, 4], keys=keys)
        assert table.to_bytes() == expected.to_bytes()
    texts = cxm.Nps.by("key")
    texts.update([1, 2, 3, 4], keys=["a", "b", None, "a"])
    for keys in (
        ["a", "b", float("nan"), "a"],
        np.array(["a", "b", None, "a"], dtype=object),
        pd.Series(["a", "b", None, "a"]),
        pl.Series(["a", "b", None, "a"]),
        pa.chunked_array([["a"], ["b", None, "a"]]),
        pa.DictionaryArray.from_arrays(pa.array([1, 0, None, 1], pa.int8()), ["b", "a"]),
        pa.DictionaryArray.from_arrays([1, 0, 2, 3], ["b", "a", None, "a"]),
    ):
        table = cxm.Nps.by("key")
        table.update([1, 2, 3, 4], keys=keys)
        assert table.to_bytes() == texts.to_bytes()
    assert texts.keys() == [(None,), ("a",), ("b",)]
    assert np.array(["a", "b"]).dtype.kind == "U"
    table = cxm.Nps.by("key")
    table.update([1, 2], keys=np.array(["a", "b"]))
    assert table.keys() == [("a",), ("b",)]


def test_items_of_every_kind():
    columns = [[5, 4, None, 1], [3, 3, 5, 2], [1, 5, 4, 4]]
    expected = cxm.cx_index(*columns)
    matrix = np.array(columns, dtype=float).T
    frame = {"ease": columns[0], "effectiveness": columns[1], "emotion": columns[2]}
    names = list(frame)
    for items in (
        (matrix,),
        (np.asfortranarray(matrix),),
        (pa.table(frame),),
        (pl.DataFrame(frame),),
        tuple(map(pl.Series, columns)),
        tuple(map(pa.array, columns)),
    ):
        assert cxm.cx_index(*items) == expected
    for library in (dict, pd.DataFrame, pl.DataFrame, pa.table):
        assert cxm.cx_index(library(frame), columns=names) == expected


def test_times_of_every_kind():
    stamps = ["2025-01-01T10:00:00", "2025-01-03T11:30:00.25", None]
    invited = [dt.datetime(2025, 1, 1), dt.datetime(2025, 1, 2), dt.datetime(2025, 1, 3)]
    answered = [None if stamp is None else dt.datetime.fromisoformat(stamp) for stamp in stamps]
    utc = [t and t.replace(tzinfo=dt.UTC) for t in answered]
    east = dt.timezone(dt.timedelta(hours=5))
    microseconds = [t and round(t.timestamp() * 1_000_000) for t in utc]
    expected = cxm.response_rate(invited, answered)
    assert expected.answered == 2
    for column in (
        utc,
        [t and t.astimezone(east) for t in utc],
        microseconds,
        np.array(stamps, dtype="datetime64[ms]"),
        np.array(stamps, dtype="datetime64[ns]"),
        pd.Series(pd.to_datetime(stamps, format="ISO8601")),
        pd.Series(pd.to_datetime(stamps, format="ISO8601", utc=True)).dt.tz_convert("Asia/Tokyo"),
        pl.Series(answered),
        pl.Series(answered).dt.cast_time_unit("ns"),
        pl.Series(answered).dt.cast_time_unit("ms"),
        pa.array(answered, pa.timestamp("us", tz="Europe/Paris")),
    ):
        assert cxm.response_rate(invited, column) == expected
    days = cxm.response_rate(
        pa.array([20_000, 20_001], pa.date32()), pa.array([20_005, None], pa.date32())
    )
    assert (days.invited, days.answered) == (2, 1)


def test_answers_count_once():
    frame = pd.DataFrame(
        {
            "score": [3, 10, 9, None],
            "who": ["ann", "bob", "ann", None],
            "at": pd.to_datetime(["2025-01-01", "2025-01-02", "2025-01-03", "2025-01-04"]),
        }
    )
    report = cxm.nps(frame, rating="score", customer="who", time="at")
    assert (report.score, report.duplicates) == (100.0, 1)
    assert (
        cxm.nps(frame, rating="score", customer="who", time="at", duplicates="first").score == 0.0
    )
    scale = cxm.csat([1, 5], customer=["a", "a"], time=[1, 2])
    assert (scale.score, scale.definition["scale"]) == (1.0, [1, 5])
    with pytest.raises(TypeError, match="customer"):
        cxm.nps(frame, rating="score", customer="who", time="at", by="who")


def test_large_columns_are_taken_in_one_piece(calculator_class):
    rows = [(i % 11, i % 7, i % 5) for i in range(5000)]
    positional, named = columns_of(calculator_class, rows)
    listed = empty(calculator_class)
    listed.update(*positional, **named)
    arrow = empty(calculator_class)
    chunks = [
        pa.chunked_array([pa.array(c[:n]), pa.array(c[n:])]) for n, c in enumerate(positional, 1)
    ]
    more = {name: pa.chunked_array([c[:9], c[9:17], c[17:]]) for name, c in named.items()}
    arrow.update(*chunks, **more)
    assert arrow.to_bytes() == listed.to_bytes()
    if not keeps_all(calculator_class):
        arrow.retract(*chunks, **more)
        assert arrow == calculator_class()
    if calculator_class.kind == "cx_index":
        assert item_count(listed.definition) == 3

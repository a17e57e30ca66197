"""Bad input is a typed error that names its place, and changes nothing."""

from __future__ import annotations

import datetime as dt
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import cxm
from cxm import errors

FRAME = {"score": [1, 2], "segment": ["a", "b"]}

BAD = {
    # what: (call, class, field, row)
    "a text in a list": (
        lambda: cxm.nps([1, 2, "9"]),
        errors.InvalidObservationError,
        "ratings",
        2,
    ),
    "a list in a list": (lambda: cxm.nps([1, [2]]), errors.InvalidObservationError, "ratings", 1),
    "a complex number": (lambda: cxm.nps([1j]), errors.InvalidObservationError, "ratings", 0),
    "a date": (
        lambda: cxm.nps([1, dt.date(2025, 1, 1)]),
        errors.InvalidObservationError,
        "ratings",
        1,
    ),
    "a text": (lambda: cxm.nps("9"), errors.WrongBatchError, "ratings", None),
    "an object": (lambda: cxm.nps(object()), errors.WrongBatchError, "ratings", None),
    "named columns": (lambda: cxm.nps(FRAME), errors.WrongBatchError, "ratings", None),
    "texts in pandas": (lambda: cxm.nps(pd.Series(["9", "x"])), cxm.CxmError, "ratings", ...),
    "texts in polars": (lambda: cxm.nps(pl.Series(["9"])), errors.WrongBatchError, "ratings", None),
    "texts in Arrow": (lambda: cxm.nps(pa.array(["9"])), errors.WrongBatchError, "ratings", None),
    "texts in numpy": (
        lambda: cxm.nps(np.array(["9"])),
        errors.InvalidObservationError,
        "ratings",
        0,
    ),
    "coded texts": (
        lambda: cxm.nps(pa.array(["9"]).dictionary_encode()),
        errors.WrongBatchError,
        "ratings",
        None,
    ),
    "times": (
        lambda: cxm.nps(pl.Series([dt.date(2025, 1, 1)])),
        errors.WrongBatchError,
        "ratings",
        None,
    ),
    "a matrix": (lambda: cxm.nps(np.zeros((2, 2))), errors.WrongBatchError, "ratings", None),
    "a cube": (lambda: cxm.nps(np.zeros((2, 2, 2))), errors.WrongBatchError, "ratings", None),
    "several columns": (
        lambda: cxm.nps(pa.table(FRAME)),
        errors.WrongBatchError,
        "ratings",
        None,
    ),
    "unequal lengths": (
        lambda: cxm.nps([1, 2], weights=[1.0]),
        errors.WrongBatchError,
        "weights",
        None,
    ),
    "unequal chunks": (
        lambda: cxm.nps(pa.chunked_array([[1], [2]]), weights=[1.0]),
        errors.WrongBatchError,
        None,
        None,
    ),
    "a negative weight": (
        lambda: cxm.nps([1, 2], weights=[1, -1]),
        errors.InvalidObservationError,
        "weights",
        1,
    ),
    "a missing weight": (
        lambda: cxm.nps([1, 2], weights=[1, None]),
        errors.InvalidObservationError,
        "weights",
        1,
    ),
    "an infinite weight": (
        lambda: cxm.nps([1, 2], weights=[1, float("inf")]),
        errors.InvalidObservationError,
        "weights",
        1,
    ),
    "a bad weight in a later chunk": (
        lambda: cxm.nps([1, 2, 3], weights=pa.chunked_array([[1.0], [1.0, -1.0]])),
        errors.InvalidObservationError,
        "weights",
        2,
    ),
    "a negative count": (
        lambda: cxm.nps([1, 2], counts=[1, -1]),
        errors.InvalidObservationError,
        "counts",
        1,
    ),
    "half a count": (
        lambda: cxm.nps([1, 2], counts=[0.5, 1]),
        errors.InvalidObservationError,
        "counts",
        0,
    ),
    "mixed keys": (
        lambda: cxm.Nps.by("k").update([1, 2], keys=["a", 2]),
        errors.InvalidObservationError,
        "k",
        1,
    ),
    "broken keys": (
        lambda: cxm.Nps.by("k").update([1, 2], keys=[1.5, 2]),
        errors.InvalidObservationError,
        "k",
        0,
    ),
    "keys with a fraction": (
        lambda: cxm.Nps.by("k").update([1, 2], keys=np.array([1, 2.5])),
        errors.InvalidObservationError,
        "k",
        1,
    ),
    "keys that are times": (
        lambda: cxm.Nps.by("k").update([1], keys=pl.Series([dt.date(2025, 1, 1)])),
        errors.WrongBatchError,
        "k",
        None,
    ),
    "a strict missing answer": (
        lambda: cxm.nps([1, 2, None], missing="error"),
        errors.InvalidObservationError,
        ...,
        2,
    ),
    "a strict answer off the scale": (
        lambda: cxm.nps(pa.chunked_array([[1, 2], [3, 11]]), invalid="error"),
        errors.InvalidObservationError,
        ...,
        3,
    ),
    "an unknown column": (
        lambda: cxm.nps(FRAME, rating="stars"),
        errors.NotFoundError,
        "stars",
        None,
    ),
    "an unknown pandas column": (
        lambda: cxm.nps(pd.DataFrame(FRAME), rating="stars"),
        errors.NotFoundError,
        "stars",
        None,
    ),
    "an unknown key column": (
        lambda: cxm.nps(pl.DataFrame(FRAME), rating="score", by="wave"),
        errors.NotFoundError,
        "wave",
        None,
    ),
    "an unknown preset": (
        lambda: cxm.Nps(preset="standards"),
        errors.NotFoundError,
        "preset",
        None,
    ),
    "an unknown field": (
        lambda: cxm.Nps(detractors=6),
        errors.InvalidDefinitionError,
        "detractors",
        None,
    ),
    "a scale of one point": (
        lambda: cxm.Nps(scale=(1, 1)),
        errors.InvalidDefinitionError,
        "scale",
        None,
    ),
    "an infinite scale": (
        lambda: cxm.Nps(scale=(0, float("inf"))),
        errors.InvalidArgumentError,
        "scale",
        None,
    ),
    "contradicting cuts": (
        lambda: cxm.Nps(detractor_max=9),
        errors.InvalidDefinitionError,
        ...,
        None,
    ),
    "a level of 95": (
        lambda: cxm.nps([1]).interval(level=95),
        errors.InvalidArgumentError,
        "level",
        None,
    ),
    "an unknown method": (
        lambda: cxm.nps([1]).interval(method="guess"),
        errors.InvalidArgumentError,
        ...,
        None,
    ),
    "an unknown question": (lambda: cxm.nps([1]).ask("why"), errors.NotFoundError, ..., None),
    "an unknown calculator": (lambda: cxm.Keyed("ltv", by="k"), errors.NotFoundError, None, None),
    "no key column": (cxm.Nps.by, errors.InvalidDefinitionError, "by", None),
    "too many groups": (
        lambda: cxm.Nps.by("k", max_groups=1).update([1, 2], keys=["a", "b"]),
        errors.LimitReachedError,
        "max_groups",
        None,
    ),
    "never added": (lambda: cxm.Nps().retract([9]), errors.NeverAddedError, ..., None),
    "a weight where none is declared": (
        lambda: cxm.Nps().update([9], weights=[1]),
        errors.WrongBatchError,
        ...,
        None,
    ),
    "no single rating": (lambda: cxm.CxIndex().update(5), errors.NotOfferedError, ..., None),
    "an unknown statistic argument": (
        lambda: cxm._cxm.call("net_interval", negative=1),
        errors.InvalidArgumentError,
        "neutral",
        None,
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input(what):
    call, kind, field, row = BAD[what]
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    assert isinstance(error, cxm.CxmError)
    if field is not ...:
        assert error.field == field
    if row is not ...:
        assert error.row == row
    if kind is not cxm.CxmError:
        assert error.kind == type(error).kind
    assert str(error)


TYPE_ERRORS = {
    "no column": lambda: cxm.Nps().update(),
    "two columns": lambda: cxm.Nps().update([1], [2]),
    "an unknown named column": lambda: cxm.Nps().update([1], customers=["a"]),
    "a positional definition": lambda: cxm.Nps(5),
    "an unknown keyword": lambda: cxm.nps([1], scales=(1, 5)),
    "table options without a table": lambda: cxm.nps([1], versus_rest=True),
    "a table without columns": lambda: cxm.nps(FRAME, by="segment"),
    "keys without names": lambda: cxm.Nps.by("a", "b").update([1], keys=[1]),
    "other keys": lambda: cxm.Nps.by("a", "b").update([1], keys={"a": [1], "c": [1]}),
    "half an invitation": lambda: cxm.ResponseRate().update([1]),
    "an answer without a customer": lambda: cxm.ResponseLedger().update([1], time=[1]),
    "merging a list": lambda: cxm.Nps().merge([1]),
    "text as state": lambda: cxm.Nps.from_bytes("state"),
}


@pytest.mark.parametrize("what", TYPE_ERRORS)
def test_wrong_calls_are_type_errors(what):
    with pytest.raises(TypeError):
        TYPE_ERRORS[what]()


def test_odd_numbers_are_counted_not_hidden():
    odd = [float("nan"), float("inf"), -float("inf"), 0.5, -0.0, 1e300, 2**70, -(2**70), 5e-324]
    report = cxm.nps(odd)
    assert report.observations == len(odd)
    assert report.missing == 1
    assert report.responses == 1
    assert report.invalid == len(odd) - 2
    assert cxm.nps(np.array(odd, dtype=float)) == report


def test_every_kind_has_a_class():
    classes = [getattr(errors, name) for name in errors.__all__]
    assert classes[0] is cxm.CxmError
    for cls in classes[1:]:
        assert issubclass(cls, cxm.CxmError)
        assert cls.__module__ == "cxm.errors"
        assert cls.__doc__
    kinds = [cls.kind for cls in classes[1:]]
    assert len(set(kinds)) == len(kinds) == 15
    for cls, base in (
        (errors.InvalidDefinitionError, ValueError),
        (errors.OverflowError, OverflowError),
        (errors.NotFoundError, KeyError),
        (errors.NotOfferedError, TypeError),
        (errors.NotConvergedError, ArithmeticError),
    ):
        assert issubclass(cls, base)


def test_errors_read_well_and_pickle():
    with pytest.raises(KeyError) as caught:
        cxm.Nps(preset="standards")
    error = caught.value
    assert str(error).startswith('nps: no preset "standards"') or str(error).startswith("no preset")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.kind, again.field) == (str(error), "not_found", "preset")


def test_counts_do_not_overflow():
    nps = cxm.Nps()
    many = np.array([2**63], dtype="u8")
    nps.update([9], counts=many)
    with pytest.raises(OverflowError) as caught:
        nps.update([9], counts=many)
    assert isinstance(caught.value, cxm.CxmError)
    assert nps.observations == 2**63


def test_reports_never_change():
    report = cxm.nps([9])
    with pytest.raises(AttributeError):
        report.score = 100
    with pytest.raises(AttributeError):
        del report.score
    with pytest.raises(AttributeError, match="promoters"):
        _ = report.promotors
    definition = report.calculator().definition
    definition["scale"] = None
    assert report.calculator().definition["scale"] == [0, 10]

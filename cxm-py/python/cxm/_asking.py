"""Questions to models: whom they are about, and answers in the library that they came from."""

from __future__ import annotations

from . import _frames
from ._results import Interval


def given(arguments):
    """The arguments that are not None."""
    return {name: value for name, value in arguments.items() if value is not None}


def asked(quantity, whom, covariates=None, names=()):
    """Arguments, columns, and the object whose library the answer takes; None for one row.

    ``names`` are the covariates of the model, which come from ``covariates`` or from the frame.
    """
    row = list(whom)
    arguments, columns = {}, {}
    for name, value in quantity.items():
        by_row = name != "quantity" and is_column(value)
        (columns if by_row else arguments)[name] = value
    known = covariate_columns(covariates, names)
    first = whom[row[0]] if row else None
    if is_frame(first):
        others = {**given({**whom, row[0]: None}), **known}
        missing = [name for name in (*row, *names) if name not in others]
        columns |= {**_frames.columns(first, missing), **others}
        return arguments, columns, first
    columns |= {**given(whom), **known}
    shaped = [column for column in columns.values() if is_column(column)]
    pandas = (column for column in shaped if _frames.library(column) == "pandas")
    return arguments, columns, next(pandas, shaped[0] if shaped else None)


def limits(found, like_, level, method):
    """Values between limits: one interval, or three columns in the library of the question."""
    if like_ is None:
        value, lower, upper = (column[0] for column in found)
        if value is None:
            return None
        fields = {"value": value, "lower": lower, "upper": upper, "level": level, "method": method}
        return Interval(fields)
    return framed(dict(zip(("value", "lower", "upper"), found, strict=True)), like_)


def framed(parts, like_):
    """Columns as a data frame of the library of the question, or as a dict without one."""
    columns = {name: like(part, like_, name) for name, part in parts.items()}
    kind = _frames.library(like_)
    if kind == "pandas":
        import pandas  # type: ignore[import-untyped]

        return pandas.DataFrame(columns)
    if kind == "polars":
        import polars

        return polars.DataFrame(columns)
    return columns


def covariate_columns(covariates, names):
    """Covariates by name: all of a dict, of which a number stands for every row, or of a frame."""
    if covariates is None:
        return {}
    return covariates if isinstance(covariates, dict) else _frames.columns(covariates, names)


def count_limits(found, like_, level):
    """Expected numbers between whole limits: one interval, or four columns."""
    names = ("value", "lower", "upper", "probability")
    if like_ is None:
        cells = dict(zip(names, (column[0] for column in found), strict=True))
        return Interval({**cells, "level": level, "method": "predictive"})
    return framed(dict(zip(names, found, strict=True)), like_)


def is_column(value):
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes, dict))


def is_frame(value):
    """Whether it has named columns: a data frame, a table, a dict of columns."""
    if value is None or isinstance(value, str):
        return False
    if hasattr(value, "column_names") or isinstance(value, dict):
        return True
    return hasattr(value, "columns")


def names_of(frame):
    if hasattr(frame, "collect_schema"):
        # A lazy frame of polars warns where its columns are asked for directly.
        return frame.collect_schema().names()
    names = getattr(frame, "column_names", None)
    names = getattr(frame, "columns", None) if names is None else names
    return [str(name) for name in (frame.keys() if names is None else names)]


def like(found, like_, name):
    """Answers in the library of what was asked with."""
    kind = _frames.library(like_)
    if kind == "pandas":
        import numpy
        import pandas  # type: ignore[import-untyped]

        return pandas.Series(numpy.asarray(found), index=like_.index, name=name)
    if kind == "polars":
        import polars

        return polars.Series(name, found.to_list() if found.missing else memoryview(found))
    if kind == "pyarrow":
        import pyarrow  # type: ignore[import-untyped]

        return pyarrow.array(found)
    if kind == "numpy":
        import numpy

        return numpy.asarray(found)
    return found if kind == "cxm" else found.to_list()

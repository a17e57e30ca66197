"""Columns out of data frames, and tables back into the library that the frame came from."""

from __future__ import annotations

from . import _cxm


def library(frame):
    """The top package that an object's class lives in: ``pandas``, ``polars``, ``pyarrow``."""
    return type(frame).__module__.partition(".")[0].lstrip("_")


def columns(frame, names):
    """The named columns of a data frame, in a dict; only these are looked at."""
    names = list(dict.fromkeys(names))
    kind = library(frame)
    if kind == "polars" and hasattr(frame, "collect"):
        frame = frame.select(names).collect()
    elif kind == "duckdb" and hasattr(frame, "project"):
        frame = frame.project(", ".join('"' + name.replace('"', '""') + '"' for name in names))
    elif kind in ("pandas", "polars", "pyarrow") or hasattr(frame, "keys"):
        return {name: _column(frame, name) for name in names}
    return dict(zip(names, _cxm.frame_columns(frame, names), strict=True))


def _column(frame, name):
    try:
        return frame[name]
    except Exception as error:
        known = getattr(frame, "column_names", None) or getattr(frame, "columns", None)
        known = frame.keys() if known is None else known
        known = [str(column) for column in known]
        if name in known:
            raise
        from .errors import NotFoundError

        message = f'no column "{name}"; there are {", ".join(known)}'
        failure = NotFoundError(message)
        failure.field = name
        raise failure from error


def to_list(column):
    """A column of any library as a list."""
    for name in ("to_list", "tolist", "to_pylist"):
        if hasattr(column, name):
            return getattr(column, name)()
    return list(column)


def like(table, frame):
    """A table in the library of the frame; a plain table for libraries that have no frame."""
    kind = library(frame)
    if kind == "pandas":
        return table.to_pandas()
    if kind == "polars":
        return table.to_polars()
    if kind == "pyarrow":
        return table.to_pyarrow()
    if kind == "duckdb":
        return _like_duckdb(table)
    return table


def _like_duckdb(table):
    """DuckDB hands its results to pandas, polars and Arrow; the first one that is there."""
    for convert in (table.to_pyarrow, table.to_polars, table.to_pandas):
        try:
            return convert()
        except ImportError:
            continue
    return table

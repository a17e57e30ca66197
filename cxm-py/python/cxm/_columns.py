"""Tables of plain columns: readings that have one row a customer, a pattern or a day."""

from __future__ import annotations

from . import _cxm, _text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

#: Rows that are shown of a long table.
_SHOWN = 10


class ColumnTable:
    """Columns of equal length under names, such as one row a customer.

    ``table.frequency`` and ``table["frequency"]`` are a column: a sequence whose numbers numpy
    reads without a copy. The whole is a stream of Arrow records for whoever reads those (pandas,
    polars, pyarrow, DuckDB).
    """

    __slots__ = ("_table",)

    _table: _cxm.Table

    def __init__(self, table: _cxm.Table) -> None:
        object.__setattr__(self, "_table", table)

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in their order."""
        return self._table.names

    def keys(self) -> list[str]:
        """The same as ``columns``, as a dict has them."""
        return self._table.names

    def __getitem__(self, name: str) -> _cxm.TableColumn:
        try:
            return self._table.column(name)
        except KeyError:
            from .errors import NotFoundError

            message = f'no column "{name}"; there are {", ".join(self.columns)}'
            raise NotFoundError(message) from None

    def __getattr__(self, name: str) -> _cxm.TableColumn:
        if not name.startswith("_") and name in self._table.names:
            return self._table.column(name)
        message = f"{type(self).__name__} has no '{name}'; it has {', '.join(self.columns)}"
        raise AttributeError(message, name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a table never changes", name=name, obj=self)

    def __dir__(self) -> list[str]:
        methods = (name for name in dir(type(self)) if not name.startswith("_"))
        return sorted({*self.columns, *methods})

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ColumnTable):
            return NotImplemented
        return self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        columns = ((name, self[name]) for name in self.columns)
        return _from_lists, ([(name, c.type_name, c.to_list()) for name, c in columns],)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """All rows as one Arrow stream."""
        return self._table.__arrow_c_stream__(requested_schema)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows, a dict each."""
        columns = self.to_dict()
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def to_dict(self) -> dict[str, list[Any]]:
        """A dict of columns as lists; None where there is no value."""
        return {name: self[name].to_list() for name in self.columns}

    def to_pandas(self) -> Any:
        """A pandas DataFrame; gaps in whole numbers stay whole numbers."""
        import pandas  # type: ignore[import-untyped]

        return pandas.DataFrame({name: _series(self[name], pandas) for name in self.columns})

    def to_polars(self) -> Any:
        """A polars DataFrame."""
        import polars

        return polars.DataFrame(self)

    def to_pyarrow(self) -> Any:
        """A pyarrow Table."""
        import pyarrow  # type: ignore[import-untyped]

        return pyarrow.table(self)

    def _cells(self, rows):
        """The leading rows as texts, column by column."""
        shown = range(min(rows, len(self)))
        return {name: [_cell(self[name][row]) for row in shown] for name in self.columns}

    def _rest(self):
        hidden = len(self) - _SHOWN
        return f"… {hidden:,} more rows" if hidden > 0 else f"{len(self):,} rows"

    def __repr__(self) -> str:
        lines = []
        cells = self._cells(_SHOWN)
        words = {name: [_text.words(name), *values] for name, values in cells.items()}
        widths = {name: max(map(len, values)) for name, values in words.items()}
        for row in range(min(_SHOWN, len(self)) + 1):
            padded = (values[row].rjust(widths[name]) for name, values in words.items())
            lines.append("  ".join(padded).rstrip())
        return "\n".join([*lines, self._rest()])

    def _repr_html_(self) -> str:
        from ._html import columns

        return columns(self._cells(_SHOWN), self._rest())


def _cell(value):
    if value is None:
        return "–"
    return _text.number(value) if isinstance(value, float) else str(value)


def _series(column, pandas):
    """A pandas column of the column's own type."""
    kind = column.type_name
    if kind in ("int64", "uint64") and column.missing:
        return pandas.array(column.to_list(), dtype="Int64" if kind == "int64" else "UInt64")
    if kind in ("int64", "uint64", "float64"):
        import numpy

        return numpy.asarray(column)
    if kind == "date":
        return _days(column)
    if kind == "bool":
        return pandas.array(column.to_list(), dtype="boolean" if column.missing else "bool")
    return column.to_list()


def _days(column):
    """A numpy column of days, at once where pyarrow is there."""
    try:
        import pyarrow
    except ImportError:
        import numpy

        # By way of text: numpy counts days further than datetime.date does.
        days = [None if day is None else str(day) for day in column.to_list()]
        return numpy.array(days, dtype="datetime64[D]")
    return pyarrow.array(column).to_numpy(zero_copy_only=False)


def _from_lists(columns):
    return ColumnTable(_cxm.Table.of_lists(columns))

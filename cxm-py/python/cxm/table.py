"""Figures by segment: a calculator per key, and the table that is read from it."""

from __future__ import annotations

from . import _cxm, _frames, _text
from ._results import Comparison, Interval, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any, Self


class Keyed(_cxm.Keyed):
    """A calculator per key: ``cxm.Keyed("nps", by=["segment", "wave"])``.

    ``cxm.Nps.by("segment", "wave")`` says the same. ``by`` names one to eight key columns.
    ``max_groups`` limits the groups; with ``overflow="other"`` the smallest keys are kept and the
    others become one group. The remaining keywords are the definition that every group shares.
    """

    __slots__ = ()

    def __new__(
        cls,
        kind: Any,
        /,
        by: str | Iterable[str] | None = None,
        max_groups: int | None = None,
        overflow: str | None = None,
        **definition: Any,
    ) -> Self:
        if isinstance(kind, bytes):
            return super().__new__(cls, kind, None, None)
        by = [by] if isinstance(by, str) else list(by or ())
        options = {"by": by, "max_groups": max_groups, "overflow": overflow}
        options = {name: value for name, value in options.items() if value is not None}
        return super().__new__(cls, getattr(kind, "kind", kind), options, definition)

    @classmethod
    def from_bytes(cls, state: bytes, /) -> Self:
        """Reads canonical bytes of a table; everything else is a typed error."""
        return cls(bytes(state))

    def update(
        self,
        *batch: Any,
        rating: str | None = None,
        columns: str | Iterable[str] | None = None,
        keys: Any = None,
        **named: Any,
    ) -> None:
        """Takes a batch, all of it or none of it.

        Either a data frame and the names of its columns, ``update(frame, rating="score")`` or
        ``columns=["ease", "effectiveness", "emotion"]``, the key columns being those of ``by``; or
        columns, ``update(ratings, keys=segments)``, with a dict of them where there are several key
        columns.
        """
        keys, batch, named = self._batch(batch, columns or rating, keys, named)
        self.update_(keys, *batch, **named)

    def retract(
        self,
        *batch: Any,
        rating: str | None = None,
        columns: str | Iterable[str] | None = None,
        keys: Any = None,
        **named: Any,
    ) -> None:
        """Leaves the table as if these rows had never been, or fails and changes nothing."""
        keys, batch, named = self._batch(batch, columns or rating, keys, named)
        self.retract_(keys, *batch, **named)

    def _batch(self, columns, names, keys, named):
        by = self.definition["by"]
        if keys is None:
            columns, named = named_columns(columns, names, {**named, **{_KEY + k: k for k in by}})
            return {name: named.pop(_KEY + name) for name in by}, columns, named
        if hasattr(keys, "keys") and not hasattr(keys, "dtype"):
            if set(keys) != set(by):
                raise TypeError(f"expected the key columns {', '.join(by)}, got {', '.join(keys)}")
            return {name: keys[name] for name in by}, columns, named
        if len(by) == 1:
            return {by[0]: keys}, columns, named
        if not isinstance(keys, (list, tuple)) or len(keys) != len(by):
            raise TypeError(f"expected {len(by)} key columns: {', '.join(by)}")
        return dict(zip(by, keys, strict=True)), columns, named

    @property
    def by(self) -> list[str]:
        """Names of the key columns."""
        return self.definition["by"]

    def get(self, *key: str | int | bool | None) -> Any:
        """The calculator of one key, or None."""
        snapshot = self.get_(key)
        return None if snapshot is None else _calculator(snapshot)

    def __getitem__(self, key: Any) -> Any:
        key = key if isinstance(key, tuple) else (key,)
        group = self.get(*key)
        if group is None:
            raise KeyError(key)
        return group

    def __contains__(self, key: Any) -> bool:
        return self.get_(key if isinstance(key, tuple) else (key,)) is not None

    def groups(self) -> Iterator[tuple[Any, Any]]:
        """Pairs of a key (a tuple) and its calculator, in the order of the keys."""
        for key in self.keys():
            yield key, self.get(*key)

    def other(self) -> Any:
        """The calculator of the keys that were folded together, or None."""
        snapshot = self.other_()
        return None if snapshot is None else _calculator(snapshot)

    def total(self) -> Any:
        """The calculator of all groups together."""
        return _calculator(self.total_())

    def table(self, **options: Any) -> Table:
        """One row a group: score, n, interval and what the options ask for.

        ``level``, ``method``: of the intervals. ``min_responses``: smaller groups are hidden.
        ``versus_rest``: each group is tested against all others, with p-values adjusted by
        ``adjustment``. ``shrink``: scores are shrunk toward their common mean.
        """
        from ._calculators import report_of

        given = {name: value for name, value in options.items() if value is not None}
        return Table(self.by, self.table_(**given), report_of(self.total_(), given))

    def value(self, **options: Any) -> Table:
        """The same as :meth:`table`."""
        return self.table(**options)

    def copy(self) -> Self:
        """The same table once more, independent of this one."""
        return type(self).from_bytes(self.to_bytes())

    def __repr__(self) -> str:
        by = ", ".join(self.by)
        kind = _text.title(self.kind)
        return f"<Keyed {kind} by {by}: {len(self):,} groups, {self.observations:,} observations>"

    def _repr_html_(self) -> str:
        return self.table()._repr_html_()


def _calculator(snapshot):
    from ._calculators import CLASSES

    return CLASSES[snapshot.kind](snapshot)


#: The first column of batches that have names for all of their columns.
_NAMED_FIRST = ("customer", "frequency")

#: Tells the key columns from the other columns of a batch.
_KEY = "key "


def named_columns(batch, names, named):
    """The columns of a data frame by their names; what a string names is taken from it too."""
    if len(batch) == 1 and names is None and any(name in named for name in _NAMED_FIRST):
        names = ()
    if len(batch) != 1 or names is None:
        raise TypeError('pass one data frame and name its columns: rating="…" or columns=[…]')
    names = [names] if isinstance(names, str) else list(names)
    wanted = {name: column for name, column in named.items() if isinstance(column, str)}
    found = _frames.columns(batch[0], [*names, *wanted.values()])
    named = {name: found[column] if name in wanted else column for name, column in named.items()}
    return [found[name] for name in names], named


class Table:
    """A table of figures, one row a group, with the total beside it.

    ``rows`` is a list of dicts; ``total`` is the report of all groups together.
    """

    __slots__ = ("_rows", "by", "options", "total")

    def __init__(self, by: Iterable[str], fields: dict[str, Any], total: Any) -> None:
        self.by = list(by)
        self.options = fields["options"]
        self.total = total
        self._rows = fields["rows"]

    @classmethod
    def of_report(cls, report: Any) -> Self:
        """A table of a single row."""
        interval = report._interval_or_none()
        row = {
            "key": [],
            "suppressed": None,
            "report": report._fields,
            "interval": interval._fields if interval is not None else None,
        }
        return cls([], {"rows": [row], "options": {}}, report)

    @property
    def unit(self) -> str:
        """The unit of the scores: ``points``, ``%`` (of shares from 0 to 1), or empty."""
        return self.total.unit

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The groups in the order of their keys, a dict each."""
        columns = self.to_dict()
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def to_dict(self) -> dict[str, list[Any]]:
        """A dict of columns: keys, score, responses, interval, counts, tests."""
        columns = {}
        for position, name in enumerate(self.by):
            columns[name] = [(row["key"] or [None] * len(self.by))[position] for row in self._rows]
        if any(row["key"] is None for row in self._rows):
            columns["folded"] = [row["key"] is None for row in self._rows]
        reports = [row["report"] or {} for row in self._rows]
        rests_on = self._rests_on()
        intervals = [row["interval"] or {} for row in self._rows]
        columns["score"] = [report.get("score") for report in reports]
        columns["responses"] = [report.get(rests_on) for report in reports]
        for name in ("lower", "upper"):
            columns[name] = [interval.get(name) for interval in intervals]
        for name in self._figures():
            columns[name] = [report.get(name) for report in reports]
        self._add_tests(columns)
        for name in ("level", "method"):
            columns[name] = [interval.get(name) for interval in intervals]
        return columns

    def _rests_on(self):
        """The field with what the score rests on: responses, who was invited, customers."""
        names = ("responses", "invited", "customers")
        return next((name for name in names if name in self.total._fields), "responses")

    def _figures(self):
        """The plain figures of the report, but for those that have their place already."""
        placed = ("score", self._rests_on())
        fields = self.total._fields.items()
        return [
            name
            for name, value in fields
            if name not in placed and not isinstance(value, (list, dict))
        ]

    def _add_tests(self, columns):
        if self.options.get("min_responses"):
            columns["suppressed"] = [row["suppressed"] for row in self._rows]
        if self.options.get("versus_rest"):
            tests = [row["versus_rest"] or {} for row in self._rows]
            columns["versus_rest"] = [test.get("difference") for test in tests]
            columns["p_value"] = [test.get("p_value") for test in tests]
            columns["adjusted_p_value"] = [row["adjusted_p_value"] for row in self._rows]
        if self.options.get("shrink"):
            columns["shrunken"] = [row["shrunken"] for row in self._rows]

    def _typed(self, columns):
        """Name and type (int, float, bool, str) of every column, from its first value."""
        for name, values in columns.items():
            present = next((value for value in values if value is not None), None)
            default = self.total._fields.get(name)
            kind = type(default if present is None else present)
            yield name, float if kind is type(None) else kind

    def to_pandas(self) -> Any:
        """A pandas DataFrame; gaps in whole numbers stay whole numbers."""
        import pandas  # type: ignore[import-untyped]

        columns = self.to_dict()
        whole = {int: "Int64", bool: "boolean"}
        series = {}
        for name, kind in self._typed(columns):
            gaps = None in columns[name]
            dtype = (
                whole[kind] if gaps and kind in whole else ("float64" if kind is float else None)
            )
            series[name] = pandas.Series(columns[name], dtype=dtype)
        return pandas.DataFrame(series)

    def to_polars(self) -> Any:
        """A polars DataFrame."""
        import polars

        columns = self.to_dict()
        kinds = {int: polars.Int64, float: polars.Float64, bool: polars.Boolean, str: polars.String}
        schema = {name: kinds[kind] for name, kind in self._typed(columns)}
        return polars.DataFrame(columns, schema=schema)

    def to_pyarrow(self) -> Any:
        """A pyarrow Table."""
        import pyarrow  # type: ignore[import-untyped]

        columns = self.to_dict()
        kinds = {
            int: pyarrow.int64(),
            float: pyarrow.float64(),
            bool: pyarrow.bool_(),
            str: pyarrow.string(),
        }
        fields = [(name, kinds[kind]) for name, kind in self._typed(columns)]
        return pyarrow.table(columns, schema=pyarrow.schema(fields))

    def interval(self, position: int) -> Interval | None:
        """The interval of one row."""
        limits = self._rows[position]["interval"]
        return None if limits is None else Interval(limits)

    def versus_rest(self, position: int) -> Comparison | None:
        """The comparison of one row with all others."""
        test = self._rows[position]["versus_rest"]
        return None if test is None else Comparison(test)

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return (Record(row) for row in self.rows)

    def __repr__(self) -> str:
        return _text.table(self)

    def _repr_html_(self) -> str:
        from ._html import table

        return table(self)

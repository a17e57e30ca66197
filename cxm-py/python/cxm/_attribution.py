"""Attribution of the conversions of paths, columns in and a table out."""

from __future__ import annotations

from . import _frames
from ._calculators import CLASSES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

#: Stands between the touchpoints of a path that came as a list; no name contains it.
_UNIT_SEPARATOR = "\x1f"


def attribution(
    paths: Any,
    conversions: Any,
    values: Any = None,
    nulls: Any = None,
    *,
    method: str | Iterable[str] = "markov",
    separator: str | None = None,
    direct: Sequence[str] | None = None,
    weights: Sequence[int] | None = None,
    order: int | None = None,
    include_nulls: bool | None = None,
    level: float | None = None,
) -> Any:
    """Which touchpoints earned the conversions: one row a touchpoint.

    ``paths``: texts such as ``mail > web > shop`` with their ``separator``, or lists of
    touchpoints. ``conversions``, ``values`` (in whole minor units, such as cents) and ``nulls``
    (journeys that did not convert) are columns beside them. The table has ``conversions``,
    ``value``, ``share`` with its limits and, of ``markov``, ``removal_effect``; it comes in the
    library of the paths.

    ``method``: first, last, last_non_direct (with ``direct``), linear, position (with
    ``weights``), j, inverse_j, markov (with ``order`` and ``include_nulls``), shapley or
    shapley_rate. With several, the table has one column of conversions a method.

        >>> read = cxm.attribution(["google", "mail", "google > mail"], [2, 1, 1], nulls=[1, 0, 0])
        >>> [round(share, 12) for share in read.share]
        [0.6, 0.4]
    """
    texts, listed = joined(paths, _UNIT_SEPARATOR)
    if listed:
        if separator is not None:
            raise TypeError("separator: only for paths that are texts")
        separator = _UNIT_SEPARATOR
    definition = {} if separator is None else {"separator": separator}
    calculator = CLASSES["attribution_paths"](**definition)
    calculator.update(texts, conversions, value=values, nulls=nulls)
    given = {
        "direct": direct,
        "weights": weights,
        "order": order,
        "include_nulls": include_nulls,
    }
    if isinstance(method, str):
        table = calculator.tabulate("attribution", method=method, level=level, **given)
    else:
        if level is not None:
            raise TypeError("level: only for one method, whose shares have limits")
        table = calculator.tabulate("comparison", methods=list(method), **given)
    return _frames.like(table, paths)


def joined(paths, separator):
    """Lists of touchpoints as texts, and whether they were lists; other columns as they are."""
    if not isinstance(paths, (list, tuple)):
        return paths, False
    if not any(isinstance(path, (list, tuple)) for path in paths):
        return paths, False
    return [_text(path, separator) for path in paths], True


def _text(path, separator):
    if isinstance(path, (list, tuple)):
        clash = [name for name in path if separator in name]
        if clash:
            raise ValueError(f"a touchpoint must not contain {separator!r}, got {clash[0]!r}")
        return separator.join(path)
    if path is None:
        return None
    raise TypeError("expected lists of touchpoints, or texts, but not both")

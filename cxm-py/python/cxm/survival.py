"""Survival: how long customers stay, what makes them leave sooner, whether groups differ.

    >>> import cxm
    >>> from cxm import survival
    >>> monthly, yearly = cxm.Lifetimes(), cxm.Lifetimes()
    >>> monthly.update([1, 2, 2, 3, 5], [1, 1, 1, 0, 1])
    >>> yearly.update([4, 6, 8, 8, 9], [1, 0, 1, 0, 0])
    >>> monthly.kaplan_meier().survival([1, 2])
    [0.8, 0.4]
    >>> round(survival.log_rank([monthly, yearly]).p_value, 4)
    0.0234

``cxm.Lifetimes`` counts lifetimes and gives the curves; ``log_rank`` compares the counts of groups;
``Cox`` fits hazard ratios to columns; ``discrete_hazard`` fits nearly the same to counts. All of
them take late entry: ``entry`` is the age at which a customer was first seen.
"""

from __future__ import annotations

from . import _cxm, _text, stats
from ._cox import Cox, CoxCurve, CoxSummary
from ._curves import AalenJohansen, KaplanMeier, NelsonAalen
from ._results import Record, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Statistics of rates that need no calculator; the same as in ``cxm.stats``.
compare_event_rates = stats.compare_event_rates
event_rate_interval = stats.event_rate_interval

__all__ = [
    "AalenJohansen",
    "Cox",
    "CoxCurve",
    "CoxSummary",
    "KaplanMeier",
    "LogRank",
    "NelsonAalen",
    "compare_event_rates",
    "discrete_hazard",
    "event_rate_interval",
    "log_rank",
]


class LogRank(Record):
    """Whether groups leave at the same pace: the statistic, and what each group would have lost."""

    __slots__ = ()

    statistic: float
    degrees_of_freedom: int
    p_value: float
    groups: list[dict[str, Any]]
    covariance: list[list[float]]

    def __repr__(self) -> str:
        head = f"log-rank χ² = {self.statistic:.6g}, {self.degrees_of_freedom} degrees of freedom"
        lines = [f"{head}, {_text.p_value(self.p_value)}"]
        for number, group in enumerate(self.groups):
            lines.append(
                f"  group {number}: {group['lifetimes']:,} lifetimes, "
                f"{group['observed']:,} events, {group['expected']:,.1f} expected"
            )
        return "\n".join(lines)


def log_rank(
    states: Any,
    weight: str | None = None,
    strata: Any = None,
    *,
    rho: float | None = None,
    gamma: float | None = None,
) -> LogRank:
    """Tests whether groups of lifetimes leave at the same pace; late entry is taken into account.

    ``states``: a ``cxm.Lifetimes`` for each group, as a list or a dict, or a table of them by key
    (``cxm.Lifetimes.by("contract")``). ``strata`` names the stratum of each state: groups are then
    compared within strata, and each stratum lists the same groups in the same order. ``weight``:
    ``log_rank``, ``gehan_wilcoxon``, ``tarone_ware`` or ``fleming_harrington``, the last with the
    powers ``rho`` of S and ``gamma`` of 1 - S.
    """
    tables = [{"risk_table": _counts(state)} for state in _states(states)]
    arguments: dict[str, Any] = {"weight": weight, "rho": rho, "gamma": gamma}
    if strata is None:
        arguments["groups"] = tables
    else:
        labels = list(strata)
        if len(labels) != len(tables):
            raise TypeError(f"expected a stratum for each of {len(tables)} states")
        by_stratum: dict[Any, list[Any]] = {}
        for label, table in zip(labels, tables, strict=True):
            by_stratum.setdefault(label, []).append(table)
        arguments["strata"] = list(by_stratum.values())
    given = {name: value for name, value in arguments.items() if value is not None}
    return LogRank(_cxm.call("log_rank", **given))


def discrete_hazard(
    states: Any, covariates: Any = None, *, basis: Any = None, link: str | None = None
) -> Any:
    """The chance to leave at each tick as a function of tenure and of what a group has in common.

    ``states``: a ``cxm.Lifetimes`` for each group, as a list, a dict or a table by key;
    ``covariates``: a list of numbers for each. ``basis`` of tenure: ``constant``, ``linear``,
    ``log``, ``{"polynomial": k}`` or ``{"bands": [cuts]}``; ``link``: ``logit`` or ``cloglog``.
    """
    groups = [{"risk_table": _counts(state)} for state in _states(states)]
    if covariates is not None:
        rows = list(covariates)
        if len(rows) != len(groups):
            raise TypeError(f"expected a row of covariates for each of {len(groups)} states")
        for group, row in zip(groups, rows, strict=True):
            group["covariates"] = row
    arguments = {"groups": groups, "basis": basis, "link": link}
    given = {name: value for name, value in arguments.items() if value is not None}
    return wrap(_cxm.call("discrete_hazard", **given))


def _states(states):
    if hasattr(states, "groups"):
        return [group for _, group in states.groups()]
    if hasattr(states, "values"):
        states = states.values()
    elif hasattr(states, "snapshot_"):
        states = [states]
    return list(states)


def _counts(state):
    if getattr(state, "kind", None) != "lifetimes":
        raise TypeError(f"expected a cxm.Lifetimes, got {type(state).__name__}")
    return state.snapshot_().ask("risk_table")

"""The numbers of customer experience, exact and mergeable, with their intervals.

    >>> import cxm
    >>> cxm.nps([10, 9, 9, 8, 7, 6, 0]).score
    14.285714285714286

``cxm.nps``, ``cxm.csat``, ``cxm.ces`` and their siblings read a column or a data frame at once.
``cxm.Nps``, ``cxm.Csat``, … are calculators to feed, merge and store. ``cxm.Keyed`` is a table of
them by segment, ``cxm.compare`` tests a difference, ``cxm.churn_rate`` and
``cxm.revenue_retention`` read who subscribed from when to when, ``cxm.clv`` holds the models of
customer lifetime value, ``cxm.survival`` tests and regressions of how long customers stay,
``cxm.stats`` the statistics by name and ``cxm.plots`` the pictures
(``pip install cxm[plot]``).
"""

from __future__ import annotations

from . import errors
from ._attribution import attribution
from ._calculators import CLASSES as _CLASSES
from ._calculators import REPORTS as _REPORTS
from ._calculators import Calculator, TableCalculator, from_bytes
from ._churn import ChurnRate, RevenueRetention, churn_rate, revenue_retention
from ._cohorts import Cohorts, cohorts
from ._columns import ColumnTable
from ._cxm import __version__
from ._one_shot import FUNCTIONS as _FUNCTIONS
from ._one_shot import compare
from ._results import Comparison, Interval, Record, Report
from .errors import CxmError
from .table import Keyed, Table

_LISTED = [*_CLASSES.values(), *_REPORTS.values(), *_FUNCTIONS.values()]
globals().update({_item.__name__: _item for _item in _LISTED})

__all__ = [  # noqa: PLE0604 (names from the core's list)
    *(_item.__name__ for _item in _LISTED),
    "Calculator",
    "ChurnRate",
    "Cohorts",
    "ColumnTable",
    "Comparison",
    "CxmError",
    "Interval",
    "Keyed",
    "Record",
    "Report",
    "RevenueRetention",
    "Table",
    "TableCalculator",
    "__version__",
    "attribution",
    "churn_rate",
    "clv",
    "cohorts",
    "compare",
    "errors",
    "from_bytes",
    "journeys",
    "plots",
    "revenue_retention",
    "stats",
    "survival",
]


def __getattr__(name):
    # Loaded when first used, so that `import cxm` stays cheap and needs nothing else.
    if name in ("clv", "journeys", "plots", "stats", "survival"):
        from importlib import import_module

        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'cxm' has no attribute '{name}'", name=name)


def __dir__():
    return sorted(__all__)

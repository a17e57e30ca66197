"""Models of customer lifetime value: who is still a customer, how often they buy, what it is worth.

    >>> from cxm import clv
    >>> model = clv.BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="week")
    >>> round(model.expected_transactions(39, frequency=2, recency=30.43, age=38.86), 3)
    1.226
    >>> model.probability_alive([2, 10], [30.43, 12.0], 38.86)  # doctest: +ELLIPSIS
    [0.72..., 0.000...]

A model is fitted to columns (``BgNbd.fit(frequency, recency, age)``), to a data frame or a table
with columns of these names, or made of known parameters. It knows its errors, its likelihood and
how far its fit can be trusted, and answers for single customers, columns and frames alike: what
goes in as a Series comes out as a Series. The classes follow from the core's list.

All times count from the first purchase, in the ``unit`` of the model: ``frequency`` counts repeat
purchases, ``recency`` is the age at the last one, ``age`` the time since the first.
"""

from __future__ import annotations

from . import _models, stats
from ._models import Model, ModelSummary, Posterior, compare, from_json

#: Kind to class, in the order of the list.
CLASSES = _models.CLASSES

globals().update({_class.__name__: _class for _class in CLASSES.values()})

#: Statistics of value that need no model; the same as in ``cxm.stats``.
_STATISTICS = (
    "cohort_equity",
    "concentration",
    "contribution",
    "customer_equity",
    "lorenz_curve",
    "rfm_scores",
)
globals().update({_name: getattr(stats, _name) for _name in _STATISTICS})

__all__ = [  # noqa: PLE0604 (names from the core's list)
    *(_class.__name__ for _class in CLASSES.values()),
    "Model",
    "ModelSummary",
    "Posterior",
    "compare",
    "from_json",
    *_STATISTICS,
]

"""Generated from the lists of the core by tests/stubs.py: `CXM_BLESS=1` rewrites it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Never, Self

from ._models import Model as Model
from ._models import ModelSummary as ModelSummary
from ._models import Posterior as Posterior
from ._models import compare as compare
from ._models import from_json as from_json
from .stats import cohort_equity as cohort_equity
from .stats import concentration as concentration
from .stats import contribution as contribution
from .stats import customer_equity as customer_equity
from .stats import lorenz_curve as lorenz_curve
from .stats import rfm_scores as rfm_scores

__all__ = [
    "ParetoNbd",
    "BgNbd",
    "MbgNbd",
    "Nbd",
    "BgBb",
    "GammaGamma",
    "ShiftedBetaGeometric",
    "Model",
    "ModelSummary",
    "Posterior",
    "compare",
    "from_json",
    "cohort_equity",
    "concentration",
    "contribution",
    "customer_equity",
    "lorenz_curve",
    "rfm_scores",
]

CLASSES: dict[str, Any]

class ParetoNbd(Model):
    """Purchases without a contract; customers leave at any time.

        ParetoNbd.fit(frequency, recency, age)
        ParetoNbd(r=…, alpha=…, s=…, beta=…, unit="week")

    The first fits it, the second makes it of known parameters.
    """
    kind: str
    __signature__: Any
    def __init__(
        self,
        *,
        r: float,
        alpha: float,
        s: float,
        beta: float,
        unit: str | Mapping[str, int] | None = ...,
        purchase_covariates: Mapping[str, float] | None = ...,
        dropout_covariates: Mapping[str, float] | None = ...,
        **parameters: Never,
    ) -> None: ...
    @classmethod
    def fit(
        cls,
        frequency: Any,
        recency: Any = None,
        age: Any = None,
        weights: Any = None,
        *,
        unit: str | Mapping[str, int] | None = None,
        start: Mapping[str, float] | Sequence[float] | None = None,
        priors: Mapping[str, Mapping[str, float]] | None = None,
        max_iterations: int | None = None,
        tolerance: float | None = None,
        covariates: Any = None,
        purchase_covariates: str | Sequence[str] | None = None,
        dropout_covariates: str | Sequence[str] | None = None,
        until: Any = None,
        progress: bool | Callable[[int, int | None], object] | None = None,
    ) -> Self:
        """The ParetoNbd that fits the columns best.

        Columns of numbers, one customer a row, or instead of the first a data frame, a table with columns
        of these names or a calculator; a text then names a column that is called something else.

            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            weights: the customers that a row stands for; 1 each, without it

        ``unit`` is that of the times, which the model keeps: ``"day"``, ``"week"``, ``"month"``,
        ``"year"`` or ``{"days": 30}``. ``start``, by the names of the parameters, is where to begin;
        ``priors``, by the same names, are ``{"mean": …, "standard_deviation": …}`` of the logarithm of a
        parameter, of which a time is measured in mean ages. ``until`` is the cut-off of a calculator's log.
        ``progress`` is called with the steps done and, where it is known, their number; False or an
        exception stops it, and True shows a line on the standard error, or a bar of tqdm where there is
        one. A history that cannot be is an error that names its row; ``diagnosis`` says how far the
        parameters can be trusted.

        ``purchase_covariates`` and ``dropout_covariates`` are the names of columns of the frame, or of
        ``covariates``, a frame or a dict of columns, that move the rate of purchase and dropout; without
        names, ``covariates`` move both. Kinds come as columns of 0 and 1 for each kind but one. With them
        the parameters are those of customers whose covariates are all 0, and priors those of a customer
        with average ones.
        """
    def probability_alive(
        self,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        horizon: Any = 0,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """P(still a customer at the horizon); now, without one.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def expected_transactions(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Expected purchases within the horizon.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def predictive_interval(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        level: float,
        covariates: Any = None,
    ) -> Any:
        """Whole numbers between which the purchases of each customer will lie.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            level: the probability that they hold at least

        It is the chance of the purchases, the parameters taken as known; that of a posterior
        adds theirs. A data frame or a table may stand for ``frequency``; without columns it
        is about a new customer. ``value`` is the expected number, and
        ``probability`` what the whole numbers hold.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def probability_of_transactions(
        self,
        horizon: Any,
        count: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """P(exactly so many purchases within the horizon).

            horizon: how far it looks ahead, in the unit of the model
            count: so many purchases
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def probability_of_no_transactions(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """P(no purchase within the horizon).

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def discounted_expected_transactions(
        self,
        horizon: Any,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Expected purchases within the horizon, each discounted from its time.

            horizon: how far it looks ahead, in the unit of the model
            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def discounted_expected_residual_transactions(
        self,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Expected purchases of the whole future, discounted (DERT).

            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def time_to_next_transaction(
        self,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        probability: Any = 0.5,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """The time within which the next purchase comes with this probability.

            probability: above 0 and below 1; a half gives the median
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def lifetime_value(
        self,
        margin: Any,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        spend: Any = None,
        horizon: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Margin of the expected purchases, discounted, in the money of the spend.

            margin: the part of the spend that is left after its costs: 0.3 for 30 %; 1 to value revenue
            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            horizon: how far it looks ahead, in the unit of the model; for ever, without it
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            spend: expected spend of a purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """

class BgNbd(Model):
    """Purchases without a contract; customers leave after a purchase.

        BgNbd.fit(frequency, recency, age)
        BgNbd(r=…, alpha=…, a=…, b=…, unit="week")

    The first fits it, the second makes it of known parameters.
    """
    kind: str
    __signature__: Any
    def __init__(
        self,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
        unit: str | Mapping[str, int] | None = ...,
        purchase_covariates: Mapping[str, float] | None = ...,
        dropout_covariates: Mapping[str, float] | None = ...,
        **parameters: Never,
    ) -> None: ...
    @classmethod
    def fit(
        cls,
        frequency: Any,
        recency: Any = None,
        age: Any = None,
        weights: Any = None,
        *,
        unit: str | Mapping[str, int] | None = None,
        start: Mapping[str, float] | Sequence[float] | None = None,
        priors: Mapping[str, Mapping[str, float]] | None = None,
        max_iterations: int | None = None,
        tolerance: float | None = None,
        covariates: Any = None,
        purchase_covariates: str | Sequence[str] | None = None,
        dropout_covariates: str | Sequence[str] | None = None,
        until: Any = None,
        progress: bool | Callable[[int, int | None], object] | None = None,
    ) -> Self:
        """The BgNbd that fits the columns best.

        Columns of numbers, one customer a row, or instead of the first a data frame, a table with columns
        of these names or a calculator; a text then names a column that is called something else.

            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            weights: the customers that a row stands for; 1 each, without it

        ``unit`` is that of the times, which the model keeps: ``"day"``, ``"week"``, ``"month"``,
        ``"year"`` or ``{"days": 30}``. ``start``, by the names of the parameters, is where to begin;
        ``priors``, by the same names, are ``{"mean": …, "standard_deviation": …}`` of the logarithm of a
        parameter, of which a time is measured in mean ages. ``until`` is the cut-off of a calculator's log.
        ``progress`` is called with the steps done and, where it is known, their number; False or an
        exception stops it, and True shows a line on the standard error, or a bar of tqdm where there is
        one. A history that cannot be is an error that names its row; ``diagnosis`` says how far the
        parameters can be trusted.

        ``purchase_covariates`` and ``dropout_covariates`` are the names of columns of the frame, or of
        ``covariates``, a frame or a dict of columns, that move the rate of purchase and dropout; without
        names, ``covariates`` move both. Kinds come as columns of 0 and 1 for each kind but one. With them
        the parameters are those of customers whose covariates are all 0, and priors those of a customer
        with average ones.
        """
    def probability_alive(
        self,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        horizon: Any = 0,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """P(still a customer at the horizon); now, without one.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def expected_transactions(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Expected purchases within the horizon.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def predictive_interval(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        level: float,
        covariates: Any = None,
    ) -> Any:
        """Whole numbers between which the purchases of each customer will lie.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            level: the probability that they hold at least

        It is the chance of the purchases, the parameters taken as known; that of a posterior
        adds theirs. A data frame or a table may stand for ``frequency``; without columns it
        is about a new customer. ``value`` is the expected number, and
        ``probability`` what the whole numbers hold.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def probability_of_transactions(
        self,
        horizon: Any,
        count: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """P(exactly so many purchases within the horizon).

            horizon: how far it looks ahead, in the unit of the model
            count: so many purchases
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def probability_of_no_transactions(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """P(no purchase within the horizon).

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def discounted_expected_transactions(
        self,
        horizon: Any,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Expected purchases within the horizon, each discounted from its time.

            horizon: how far it looks ahead, in the unit of the model
            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def discounted_expected_residual_transactions(
        self,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Expected purchases of the whole future, discounted (DERT).

            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def time_to_next_transaction(
        self,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        probability: Any = 0.5,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """The time within which the next purchase comes with this probability.

            probability: above 0 and below 1; a half gives the median
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def lifetime_value(
        self,
        margin: Any,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        spend: Any = None,
        horizon: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Margin of the expected purchases, discounted, in the money of the spend.

            margin: the part of the spend that is left after its costs: 0.3 for 30 %; 1 to value revenue
            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            horizon: how far it looks ahead, in the unit of the model; for ever, without it
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            spend: expected spend of a purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """

class MbgNbd(Model):
    """As BgNbd, and customers may leave right after their first purchase too.

        MbgNbd.fit(frequency, recency, age)
        MbgNbd(r=…, alpha=…, a=…, b=…, unit="week")

    The first fits it, the second makes it of known parameters.
    """
    kind: str
    __signature__: Any
    def __init__(
        self,
        *,
        r: float,
        alpha: float,
        a: float,
        b: float,
        unit: str | Mapping[str, int] | None = ...,
        purchase_covariates: Mapping[str, float] | None = ...,
        dropout_covariates: Mapping[str, float] | None = ...,
        **parameters: Never,
    ) -> None: ...
    @classmethod
    def fit(
        cls,
        frequency: Any,
        recency: Any = None,
        age: Any = None,
        weights: Any = None,
        *,
        unit: str | Mapping[str, int] | None = None,
        start: Mapping[str, float] | Sequence[float] | None = None,
        priors: Mapping[str, Mapping[str, float]] | None = None,
        max_iterations: int | None = None,
        tolerance: float | None = None,
        covariates: Any = None,
        purchase_covariates: str | Sequence[str] | None = None,
        dropout_covariates: str | Sequence[str] | None = None,
        until: Any = None,
        progress: bool | Callable[[int, int | None], object] | None = None,
    ) -> Self:
        """The MbgNbd that fits the columns best.

        Columns of numbers, one customer a row, or instead of the first a data frame, a table with columns
        of these names or a calculator; a text then names a column that is called something else.

            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            weights: the customers that a row stands for; 1 each, without it

        ``unit`` is that of the times, which the model keeps: ``"day"``, ``"week"``, ``"month"``,
        ``"year"`` or ``{"days": 30}``. ``start``, by the names of the parameters, is where to begin;
        ``priors``, by the same names, are ``{"mean": …, "standard_deviation": …}`` of the logarithm of a
        parameter, of which a time is measured in mean ages. ``until`` is the cut-off of a calculator's log.
        ``progress`` is called with the steps done and, where it is known, their number; False or an
        exception stops it, and True shows a line on the standard error, or a bar of tqdm where there is
        one. A history that cannot be is an error that names its row; ``diagnosis`` says how far the
        parameters can be trusted.

        ``purchase_covariates`` and ``dropout_covariates`` are the names of columns of the frame, or of
        ``covariates``, a frame or a dict of columns, that move the rate of purchase and dropout; without
        names, ``covariates`` move both. Kinds come as columns of 0 and 1 for each kind but one. With them
        the parameters are those of customers whose covariates are all 0, and priors those of a customer
        with average ones.
        """
    def probability_alive(
        self,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        horizon: Any = 0,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """P(still a customer at the horizon); now, without one.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def expected_transactions(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Expected purchases within the horizon.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def predictive_interval(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        level: float,
        covariates: Any = None,
    ) -> Any:
        """Whole numbers between which the purchases of each customer will lie.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            level: the probability that they hold at least

        It is the chance of the purchases, the parameters taken as known; that of a posterior
        adds theirs. A data frame or a table may stand for ``frequency``; without columns it
        is about a new customer. ``value`` is the expected number, and
        ``probability`` what the whole numbers hold.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def probability_of_transactions(
        self,
        horizon: Any,
        count: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """P(exactly so many purchases within the horizon).

            horizon: how far it looks ahead, in the unit of the model
            count: so many purchases
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def probability_of_no_transactions(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """P(no purchase within the horizon).

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def discounted_expected_transactions(
        self,
        horizon: Any,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Expected purchases within the horizon, each discounted from its time.

            horizon: how far it looks ahead, in the unit of the model
            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def discounted_expected_residual_transactions(
        self,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Expected purchases of the whole future, discounted (DERT).

            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def time_to_next_transaction(
        self,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        probability: Any = 0.5,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """The time within which the next purchase comes with this probability.

            probability: above 0 and below 1; a half gives the median
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """
    def lifetime_value(
        self,
        margin: Any,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        spend: Any = None,
        horizon: Any = None,
        *,
        interval: float | None = None,
        covariates: Any = None,
    ) -> Any:
        """Margin of the expected purchases, discounted, in the money of the spend.

            margin: the part of the spend that is left after its costs: 0.3 for 30 %; 1 to value revenue
            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            horizon: how far it looks ahead, in the unit of the model; for ever, without it
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            spend: expected spend of a purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        ``covariates``, of a model with any, are a dict of columns or numbers, or a frame.
        """

class Nbd(Model):
    """Purchases of customers who never leave: the baseline.

        Nbd.fit(frequency, recency, age)
        Nbd(r=…, alpha=…, unit="week")

    The first fits it, the second makes it of known parameters.
    """
    kind: str
    __signature__: Any
    def __init__(
        self,
        *,
        r: float,
        alpha: float,
        unit: str | Mapping[str, int] | None = ...,
        **parameters: Never,
    ) -> None: ...
    @classmethod
    def fit(
        cls,
        frequency: Any,
        recency: Any = None,
        age: Any = None,
        weights: Any = None,
        *,
        unit: str | Mapping[str, int] | None = None,
        start: Mapping[str, float] | Sequence[float] | None = None,
        priors: Mapping[str, Mapping[str, float]] | None = None,
        max_iterations: int | None = None,
        tolerance: float | None = None,
        until: Any = None,
        progress: bool | Callable[[int, int | None], object] | None = None,
    ) -> Self:
        """The Nbd that fits the columns best.

        Columns of numbers, one customer a row, or instead of the first a data frame, a table with columns
        of these names or a calculator; a text then names a column that is called something else.

            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            weights: the customers that a row stands for; 1 each, without it

        ``unit`` is that of the times, which the model keeps: ``"day"``, ``"week"``, ``"month"``,
        ``"year"`` or ``{"days": 30}``. ``start``, by the names of the parameters, is where to begin;
        ``priors``, by the same names, are ``{"mean": …, "standard_deviation": …}`` of the logarithm of a
        parameter, of which a time is measured in mean ages. ``until`` is the cut-off of a calculator's log.
        ``progress`` is called with the steps done and, where it is known, their number; False or an
        exception stops it, and True shows a line on the standard error, or a bar of tqdm where there is
        one. A history that cannot be is an error that names its row; ``diagnosis`` says how far the
        parameters can be trusted.
        """
    def probability_alive(
        self,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        horizon: Any = 0,
        *,
        interval: float | None = None,
    ) -> Any:
        """P(still a customer at the horizon); now, without one.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def expected_transactions(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Expected purchases within the horizon.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def predictive_interval(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        level: float,
    ) -> Any:
        """Whole numbers between which the purchases of each customer will lie.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            level: the probability that they hold at least

        It is the chance of the purchases, the parameters taken as known; that of a posterior
        adds theirs. A data frame or a table may stand for ``frequency``; without columns it
        is about a new customer. ``value`` is the expected number, and
        ``probability`` what the whole numbers hold.
        """
    def probability_of_transactions(
        self,
        horizon: Any,
        count: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """P(exactly so many purchases within the horizon).

            horizon: how far it looks ahead, in the unit of the model
            count: so many purchases
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def probability_of_no_transactions(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """P(no purchase within the horizon).

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def discounted_expected_transactions(
        self,
        horizon: Any,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Expected purchases within the horizon, each discounted from its time.

            horizon: how far it looks ahead, in the unit of the model
            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def discounted_expected_residual_transactions(
        self,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Expected purchases of the whole future, discounted (DERT).

            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def time_to_next_transaction(
        self,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        probability: Any = 0.5,
        *,
        interval: float | None = None,
    ) -> Any:
        """The time within which the next purchase comes with this probability.

            probability: above 0 and below 1; a half gives the median
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def lifetime_value(
        self,
        margin: Any,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        age: Any = None,
        spend: Any = None,
        horizon: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Margin of the expected purchases, discounted, in the money of the spend.

            margin: the part of the spend that is left after its costs: 0.3 for 30 %; 1 to value revenue
            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            horizon: how far it looks ahead, in the unit of the model; for ever, without it
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            age: time since the first purchase
            spend: expected spend of a purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """

class BgBb(Model):
    """Purchases at discrete opportunities; customers leave unseen.

        BgBb.fit(frequency, recency, periods)
        BgBb(alpha=…, beta=…, gamma=…, delta=…, unit="week")

    The first fits it, the second makes it of known parameters.
    """
    kind: str
    __signature__: Any
    def __init__(
        self,
        *,
        alpha: float,
        beta: float,
        gamma: float,
        delta: float,
        unit: str | Mapping[str, int] | None = ...,
        **parameters: Never,
    ) -> None: ...
    @classmethod
    def fit(
        cls,
        frequency: Any,
        recency: Any = None,
        periods: Any = None,
        weights: Any = None,
        *,
        unit: str | Mapping[str, int] | None = None,
        start: Mapping[str, float] | Sequence[float] | None = None,
        priors: Mapping[str, Mapping[str, float]] | None = None,
        max_iterations: int | None = None,
        tolerance: float | None = None,
        until: Any = None,
        progress: bool | Callable[[int, int | None], object] | None = None,
    ) -> Self:
        """The BgBb that fits the columns best.

        Columns of numbers, one customer a row, or instead of the first a data frame, a table with columns
        of these names or a calculator; a text then names a column that is called something else.

            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            periods: opportunities to buy again since the first purchase
            weights: the customers that a row stands for; 1 each, without it

        ``unit`` is that of the times, which the model keeps: ``"day"``, ``"week"``, ``"month"``,
        ``"year"`` or ``{"days": 30}``. ``start``, by the names of the parameters, is where to begin;
        ``priors``, by the same names, are ``{"mean": …, "standard_deviation": …}`` of the logarithm of a
        parameter, of which a time is measured in mean ages. ``until`` is the cut-off of a calculator's log.
        ``progress`` is called with the steps done and, where it is known, their number; False or an
        exception stops it, and True shows a line on the standard error, or a bar of tqdm where there is
        one. A history that cannot be is an error that names its row; ``diagnosis`` says how far the
        parameters can be trusted.
        """
    def probability_alive(
        self,
        frequency: Any = None,
        recency: Any = None,
        periods: Any = None,
        horizon: Any = 0,
        *,
        interval: float | None = None,
    ) -> Any:
        """P(still a customer at the horizon); now, without one.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            periods: opportunities to buy again since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def expected_transactions(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        periods: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Expected purchases within the horizon.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            periods: opportunities to buy again since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def predictive_interval(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        periods: Any = None,
        *,
        level: float,
    ) -> Any:
        """Whole numbers between which the purchases of each customer will lie.

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            periods: opportunities to buy again since the first purchase
            level: the probability that they hold at least

        It is the chance of the purchases, the parameters taken as known; that of a posterior
        adds theirs. A data frame or a table may stand for ``frequency``; without columns it
        is about a new customer. ``value`` is the expected number, and
        ``probability`` what the whole numbers hold.
        """
    def probability_of_transactions(
        self,
        horizon: Any,
        count: Any,
        frequency: Any = None,
        recency: Any = None,
        periods: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """P(exactly so many purchases within the horizon).

            horizon: how far it looks ahead, in the unit of the model
            count: so many purchases
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            periods: opportunities to buy again since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def probability_of_no_transactions(
        self,
        horizon: Any,
        frequency: Any = None,
        recency: Any = None,
        periods: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """P(no purchase within the horizon).

            horizon: how far it looks ahead, in the unit of the model
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            periods: opportunities to buy again since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def discounted_expected_transactions(
        self,
        horizon: Any,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        periods: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Expected purchases within the horizon, each discounted from its time.

            horizon: how far it looks ahead, in the unit of the model
            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            periods: opportunities to buy again since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def discounted_expected_residual_transactions(
        self,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        periods: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Expected purchases of the whole future, discounted (DERT).

            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            periods: opportunities to buy again since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def time_to_next_transaction(
        self,
        frequency: Any = None,
        recency: Any = None,
        periods: Any = None,
        probability: Any = 0.5,
        *,
        interval: float | None = None,
    ) -> Any:
        """The time within which the next purchase comes with this probability.

            probability: above 0 and below 1; a half gives the median
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            periods: opportunities to buy again since the first purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def lifetime_value(
        self,
        margin: Any,
        discount: Any,
        frequency: Any = None,
        recency: Any = None,
        periods: Any = None,
        spend: Any = None,
        horizon: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Margin of the expected purchases, discounted, in the money of the spend.

            margin: the part of the spend that is left after its costs: 0.3 for 30 %; 1 to value revenue
            discount: a continuous rate per unit of the model, or {"rate": 0.15, "per": "year", "compounding": "discrete"}
            horizon: how far it looks ahead, in the unit of the model; for ever, without it
            frequency: repeat purchases; the first is not one
            recency: age at the last purchase, 0 without a repeat
            periods: opportunities to buy again since the first purchase
            spend: expected spend of a purchase

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """

class GammaGamma(Model):
    """What a purchase is worth on average, customer by customer.

        GammaGamma.fit(frequency, monetary_value)
        GammaGamma(p=…, q=…, v=…, unit="week")

    The first fits it, the second makes it of known parameters.
    """
    kind: str
    __signature__: Any
    def __init__(
        self,
        *,
        p: float,
        q: float,
        v: float,
        unit: str | Mapping[str, int] | None = ...,
        **parameters: Never,
    ) -> None: ...
    @classmethod
    def fit(
        cls,
        frequency: Any,
        monetary_value: Any = None,
        weights: Any = None,
        *,
        unit: str | Mapping[str, int] | None = None,
        start: Mapping[str, float] | Sequence[float] | None = None,
        priors: Mapping[str, Mapping[str, float]] | None = None,
        max_iterations: int | None = None,
        tolerance: float | None = None,
        finite_mean: bool | None = None,
        until: Any = None,
        progress: bool | Callable[[int, int | None], object] | None = None,
    ) -> Self:
        """The GammaGamma that fits the columns best.

        Columns of numbers, one customer a row, or instead of the first a data frame, a table with columns
        of these names or a calculator; a text then names a column that is called something else.

            frequency: repeat purchases; the first is not one
            monetary_value: mean value of the repeat purchases; not looked at without one
            weights: the customers that a row stands for; 1 each, without it

        ``unit`` is that of the times, which the model keeps: ``"day"``, ``"week"``, ``"month"``,
        ``"year"`` or ``{"days": 30}``. ``start``, by the names of the parameters, is where to begin;
        ``priors``, by the same names, are ``{"mean": …, "standard_deviation": …}`` of the logarithm of a
        parameter, of which a time is measured in mean ages. ``until`` is the cut-off of a calculator's log.
        ``progress`` is called with the steps done and, where it is known, their number; False or an
        exception stops it, and True shows a line on the standard error, or a bar of tqdm where there is
        one. A history that cannot be is an error that names its row; ``diagnosis`` says how far the
        parameters can be trusted.

        ``finite_mean=True`` keeps the parameters where the mean of all customers is finite. Where the
        likelihood would have them beyond, the fit ends at the edge, and ``diagnosis`` says so.
        """
    def expected_spend(
        self,
        frequency: Any = None,
        monetary_value: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Expected mean spend of a purchase; none where it is not finite.

            frequency: repeat purchases; the first is not one
            monetary_value: mean value of the repeat purchases; not looked at without one

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a customer of whom no repeat purchase is known. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def spend_variance(
        self,
        frequency: Any = None,
        monetary_value: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Variance of what is known of the mean spend; none where it is not finite.

            frequency: repeat purchases; the first is not one
            monetary_value: mean value of the repeat purchases; not looked at without one

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a customer of whom no repeat purchase is known. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def spend_quantile(
        self,
        frequency: Any = None,
        monetary_value: Any = None,
        probability: Any = 0.5,
        *,
        interval: float | None = None,
    ) -> Any:
        """The value below which the mean spend lies with this probability.

            probability: above 0 and below 1; a half gives the median
            frequency: repeat purchases; the first is not one
            monetary_value: mean value of the repeat purchases; not looked at without one

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a customer of whom no repeat purchase is known. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def probability_of_spend_below(
        self,
        amount: Any,
        frequency: Any = None,
        monetary_value: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """P(the mean spend lies below this amount).

            amount: in the money of the spend
            frequency: repeat purchases; the first is not one
            monetary_value: mean value of the repeat purchases; not looked at without one

        A data frame or a table with these columns may stand for ``frequency``. Without
        them it is about a customer of whom no repeat purchase is known. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """

class ShiftedBetaGeometric(Model):
    """Contracts that are renewed; customers are seen to leave.

        ShiftedBetaGeometric.fit(…)
        ShiftedBetaGeometric(alpha=…, beta=…, unit="week")

    The first fits it, the second makes it of known parameters.
    """
    kind: str
    __signature__: Any
    def __init__(
        self,
        *,
        alpha: float,
        beta: float,
        unit: str | Mapping[str, int] | None = ...,
        **parameters: Never,
    ) -> None: ...
    @classmethod
    def fit(
        cls,
        survivors: Any = None,
        cohort: Any = None,
        tenure: Any = None,
        churned: Any = None,
        weights: Any = None,
        *,
        unit: str | Mapping[str, int] | None = None,
        start: Mapping[str, float] | Sequence[float] | None = None,
        priors: Mapping[str, Mapping[str, float]] | None = None,
        max_iterations: int | None = None,
        tolerance: float | None = None,
        until: Any = None,
        progress: bool | Callable[[int, int | None], object] | None = None,
    ) -> Self:
        """The ShiftedBetaGeometric that fits the columns best.

        Columns of numbers, one customer a row, or instead of the first a data frame, a table with columns
        of these names or a calculator; a text then names a column that is called something else.

            survivors: of one cohort, the customers it began with and those left after each period
            cohort: a number that tells cohorts apart, whose rows stand together
            tenure: instead of cohorts: the renewal at which a customer left, or those survived so far
            churned: beside the tenure: 1 for left, else 0
            weights: the customers that a row stands for; 1 each, without it

        ``unit`` is that of the times, which the model keeps: ``"day"``, ``"week"``, ``"month"``,
        ``"year"`` or ``{"days": 30}``. ``start``, by the names of the parameters, is where to begin;
        ``priors``, by the same names, are ``{"mean": …, "standard_deviation": …}`` of the logarithm of a
        parameter, of which a time is measured in mean ages. ``until`` is the cut-off of a calculator's log.
        ``progress`` is called with the steps done and, where it is known, their number; False or an
        exception stops it, and True shows a line on the standard error, or a bar of tqdm where there is
        one. A history that cannot be is an error that names its row; ``diagnosis`` says how far the
        parameters can be trusted.
        """
    def survival(
        self,
        periods: Any,
        renewals: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """P(still a customer after so many more periods).

            periods: so many periods from now
            renewals: renewals that a customer has survived

        A data frame or a table with these columns may stand for ``renewals``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def churn_probability(
        self,
        period: Any,
        renewals: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """P(leaves at this renewal from now).

            period: the renewal from now, from 1 on
            renewals: renewals that a customer has survived

        A data frame or a table with these columns may stand for ``renewals``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def retention_rate(
        self,
        renewals: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """P(survives the next renewal).

            renewals: renewals that a customer has survived

        A data frame or a table with these columns may stand for ``renewals``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """
    def expected_tenure(
        self,
        *,
        interval: float | None = None,
    ) -> Any:
        """Expected periods of a new customer, the first one included.

    
        ``interval``, a level, adds limits by the delta method.
        """
    def expected_tenure_within(
        self,
        periods: Any,
        *,
        interval: float | None = None,
    ) -> Any:
        """Expected periods of a new customer among the first so many.

            periods: so many periods from now

        ``interval``, a level, adds limits by the delta method.
        """
    def expected_residual_lifetime(
        self,
        timing: Any,
        renewals: Any = None,
        discount: Any = None,
        *,
        interval: float | None = None,
    ) -> Any:
        """Expected periods still to come, each discounted (DERL).

            timing: "just_after_renewal" counts the period that begins, "immediately_before_renewal" does not know yet whether it will
            discount: a continuous rate per period, or {"rate": 0.1, "per": "unit", "compounding": "discrete"}; none, without it
            renewals: renewals that a customer has survived

        A data frame or a table with these columns may stand for ``renewals``. Without
        them it is about a new customer. One number in, one number out;
        columns come back in the library that they came in; None where there is no answer.

        ``interval``, a level, adds limits by the delta method.
        """

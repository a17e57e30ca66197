"""What scores of predictions can be asked: a calculator and its report alike."""

from __future__ import annotations

from ._columns import ColumnTable
from ._results import Record, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from matplotlib.axes import Axes


def _given(arguments):
    return {name: value for name, value in arguments.items() if value is not None}


def _snapshot_of(scores: Any) -> Any:
    return scores._snapshot if hasattr(scores, "_snapshot") else scores.snapshot_()


def _ask(scores, question, **arguments):
    return wrap(_snapshot_of(scores).ask(question, **_given(arguments)))


class PredictionReadings:
    """Readings of predictions beside their report: lift, calibration, profit."""

    __slots__ = ()

    def lift(self, groups: int | None = None) -> ColumnTable:
        """One row a group of the list, highest probability first: rate, lift, gain.

        Ten groups are deciles. Equal probabilities across a boundary are shared out in proportion.
        """
        return ColumnTable(_snapshot_of(self).tabulate("lift", **_given({"groups": groups})))

    def calibration(
        self, bins: int | None = None, bins_by: str | None = None, level: float | None = None
    ) -> ColumnTable:
        """One row a bin of probabilities: what was said and what came, with Wilson's limits.

        ``bins_by``: ``equal_width`` or ``equal_count``.
        """
        arguments = {"bins": bins, "bins_by": bins_by, "level": level}
        return ColumnTable(_snapshot_of(self).tabulate("calibration", **_given(arguments)))

    def calibration_errors(self, bins: int | None = None, bins_by: str | None = None) -> Record:
        """The expected and the largest difference between what was said and what came, by bin."""
        found = _ask(self, "calibration", bins=bins, bins_by=bins_by)
        names = ("bins_by", "expected_error", "largest_error")
        return Record({name: getattr(found, name) for name in names})

    def top(self, share: float) -> Record:
        """The top share of the list: events, precision, recall, lift, lowest probability."""
        return _ask(self, "top", share=share)

    def brier_decomposition(self, bins: int | None = None, bins_by: str | None = None) -> Any:
        """The Brier score as reliability - resolution + uncertainty + what lies within bins."""
        return _ask(self, "brier_decomposition", bins=bins, bins_by=bins_by)

    def expected_maximum_profit(
        self,
        customer_value: float | None = None,
        incentive: float | None = None,
        contact: float | None = None,
        alpha: float | None = None,
        beta: float | None = None,
    ) -> Any:
        """The profit per customer of the best campaign, and the share of the list that it reaches.

        An offer that costs ``incentive`` goes to the top of the list, each contact costs
        ``contact``, and a leaver who is kept is worth ``customer_value``; the chance to keep one
        follows a beta distribution. Without arguments, the values of Verbraken et al. (2013).
        """
        return _ask(
            self,
            "expected_maximum_profit",
            customer_value=customer_value,
            incentive=incentive,
            contact=contact,
            alpha=alpha,
            beta=beta,
        )

    def plot_lift(self, **options: Any) -> Any:
        """Gains and lift; see ``cxm.plots.lift_and_gains``."""
        from .plots import lift_and_gains

        return lift_and_gains(self, **options)

    def plot_calibration(self, **options: Any) -> Axes:
        """What was said against what came; see ``cxm.plots.calibration_curve``."""
        from .plots import calibration_curve

        return calibration_curve(self, **options)

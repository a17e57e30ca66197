//! What a purchase model can be asked, as data: one list for every door, for intervals and for
//! columns.

use super::history::{Discount, History, Horizon};
use super::model::{PurchaseModel, check_opportunities, check_probability};
use crate::error::{Error, Result};

/// The smallest rate for which an endless sum over opportunities is carried to its end.
const MIN_DISCOUNT: f64 = 1e-10;

/// A prediction, with what it needs to know.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "quantity", rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Quantity {
    /// P(alive) at the horizon; now, without one.
    ProbabilityAlive {
        /// From the cut-off.
        #[cfg_attr(feature = "serde", serde(default = "now"))]
        horizon: Horizon,
    },
    /// Expected purchases within the horizon.
    ExpectedTransactions {
        /// From the cut-off.
        horizon: Horizon,
    },
    /// P(exactly so many purchases within the horizon).
    ProbabilityOfTransactions {
        /// From the cut-off.
        horizon: Horizon,
        /// So many purchases.
        count: u64,
    },
    /// P(no purchase within the horizon).
    ProbabilityOfNoTransactions {
        /// From the cut-off.
        horizon: Horizon,
    },
    /// Expected purchases within the horizon, discounted.
    DiscountedExpectedTransactions {
        /// From the cut-off.
        horizon: Horizon,
        /// Continuous rate per unit.
        discount: Discount,
    },
    /// Expected purchases of the whole future, discounted (DERT).
    DiscountedExpectedResidualTransactions {
        /// Continuous rate per unit.
        discount: Discount,
    },
    /// The time within which the next purchase comes with this probability.
    TimeToNextTransaction {
        /// Above 0 and below 1; a half gives the median.
        probability: f64,
    },
}

#[cfg(feature = "serde")]
fn now() -> Horizon {
    Horizon::NOW
}

impl Quantity {
    /// The name in `snake_case`, the same in every door.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ProbabilityAlive { .. } => "probability_alive",
            Self::ExpectedTransactions { .. } => "expected_transactions",
            Self::ProbabilityOfTransactions { .. } => "probability_of_transactions",
            Self::ProbabilityOfNoTransactions { .. } => "probability_of_no_transactions",
            Self::DiscountedExpectedTransactions { .. } => "discounted_expected_transactions",
            Self::DiscountedExpectedResidualTransactions { .. } => {
                "discounted_expected_residual_transactions"
            }
            Self::TimeToNextTransaction { .. } => "time_to_next_transaction",
        }
    }

    /// Refuses what no model can answer.
    pub fn validate(&self) -> Result<()> {
        match self {
            Self::TimeToNextTransaction { probability } => check_probability(*probability),
            _ => Ok(()),
        }
    }

    /// How far it looks ahead; `None` for the whole future.
    pub const fn horizon(&self) -> Option<Horizon> {
        match *self {
            Self::ProbabilityAlive { horizon }
            | Self::ExpectedTransactions { horizon }
            | Self::ProbabilityOfTransactions { horizon, .. }
            | Self::ProbabilityOfNoTransactions { horizon }
            | Self::DiscountedExpectedTransactions { horizon, .. } => Some(horizon),
            Self::DiscountedExpectedResidualTransactions { .. }
            | Self::TimeToNextTransaction { .. } => None,
        }
    }

    /// The same question, asked for another horizon; one about the whole future stays as it is.
    #[must_use]
    pub const fn looking(mut self, ahead: Horizon) -> Self {
        match &mut self {
            Self::ProbabilityAlive { horizon }
            | Self::ExpectedTransactions { horizon }
            | Self::ProbabilityOfTransactions { horizon, .. }
            | Self::ProbabilityOfNoTransactions { horizon }
            | Self::DiscountedExpectedTransactions { horizon, .. } => *horizon = ahead,
            Self::DiscountedExpectedResidualTransactions { .. }
            | Self::TimeToNextTransaction { .. } => {}
        }
        self
    }

    /// Refuses what this model cannot answer: a fraction of an opportunity where time is discrete.
    pub fn validate_for<M: PurchaseModel>(&self) -> Result<()> {
        self.validate()?;
        match (self.horizon(), self) {
            _ if !M::DISCRETE => Ok(()),
            (Some(horizon), _) => check_opportunities("horizon", horizon.get()),
            (None, Self::DiscountedExpectedResidualTransactions { discount })
                if discount.rate() < MIN_DISCOUNT =>
            {
                let message = format!("expected at least {MIN_DISCOUNT:e} an opportunity");
                Err(Error::argument(message).in_field("discount"))
            }
            (None, _) => Ok(()),
        }
    }

    /// The answer for one customer; `None` where there is none, see
    /// [`PurchaseModel::time_to_next_transaction`].
    pub fn of<M: PurchaseModel>(&self, model: &M, history: &History) -> Result<Option<f64>> {
        self.validate_for::<M>()?;
        M::check(history)?;
        let answer = match *self {
            Self::ProbabilityAlive { horizon } if horizon > Horizon::NOW => {
                model.probability_alive_after(history, horizon)
            }
            Self::ProbabilityAlive { .. } => model.probability_alive(history),
            Self::ExpectedTransactions { horizon } => model.expected_transactions(history, horizon),
            Self::ProbabilityOfTransactions { horizon, count } => {
                model.probability_of_transactions(history, horizon, count)
            }
            Self::ProbabilityOfNoTransactions { horizon } => {
                model.probability_of_no_transactions(history, horizon)
            }
            Self::DiscountedExpectedTransactions { horizon, discount } => {
                model.discounted_expected_transactions(history, horizon, discount)
            }
            Self::DiscountedExpectedResidualTransactions { discount } => {
                model.discounted_expected_residual_transactions(history, discount)
            }
            Self::TimeToNextTransaction { probability } => {
                return model.time_to_next_transaction(history, probability);
            }
        };
        Ok(Some(answer))
    }
}

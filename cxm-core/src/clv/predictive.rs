//! What a customer will really do: intervals for counts and revenue that include chance itself.
//!
//! # What it measures
//! A range in which the number of purchases of one customer, or what they will spend, lies with a
//! given probability.
//!
//! # Formula
//! ```text
//! P(n) = Σ w_d P(n | θ_d, history)
//! lower = the least n with P(N ≤ n) > α/2,   upper = the least n with P(N ≤ n) ≥ 1 − α/2
//! ```
//! With known parameters there is one draw of weight 1.
//!
//! # Input
//! A model or the draws of a posterior, a history and a horizon.
//!
//! # Empty and edge cases
//! Counts are whole, so the interval holds more than its level; how much more is in `probability`.
//! Beyond a million purchases the answer is refused.
//!
//! # Merging
//! Intervals do not merge.
//!
//! # Uncertainty
//! It is the chance of the purchases and, with a posterior, that of the parameters.
//!
//! # Not to be confused with
//! A credible interval, which is about an expectation and far narrower.
//!
//! # Source
//! Gelman et al. (2013), Bayesian Data Analysis, chapter 1.3.
//!
//! # Example
//! ```
//! use cxm_core::clv::{BgNbd, History, Horizon, Model, predictive};
//!
//! let model = BgNbd::from_parameters(&[0.243, 4.414, 0.793, 2.426])?;
//! let (customer, year) = (History::new(2.0, 30.43, 38.86)?, Horizon::new(52.0)?);
//! let interval = predictive::count_interval(&model, &customer, year, 0.9)?;
//! assert_eq!((interval.lower, interval.upper), (0, 5));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::history::{History, Horizon};
use super::intervals::for_each_distinct;
use super::model::PurchaseModel;
use super::posterior::Posterior;
use super::quantity::Quantity;
use crate::error::{Error, Result};
use crate::stats::IntervalOptions;

/// Counts that are looked through before an answer is refused.
const MAX_COUNT: u64 = 1_000_000;

/// What is left of the probability when a sum has reached its end but for rounding.
const ROUNDING: f64 = 1e-9;

/// The number of purchases of one customer within a horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CountInterval {
    /// The expected number.
    pub value: f64,
    /// The least number within.
    pub lower: u64,
    /// The largest.
    pub upper: u64,
    /// P(lower ≤ N ≤ upper), at least the level.
    pub probability: f64,
    /// The level, 0.95 for 95 %.
    pub level: f64,
}

/// The predictive interval of a model whose parameters are taken as known.
pub fn count_interval<M: PurchaseModel>(
    model: &M,
    history: &History,
    horizon: Horizon,
    level: f64,
) -> Result<CountInterval> {
    interval(
        expected(model, history, horizon)?,
        |count| model.probability_of_transactions(history, horizon, count),
        level,
    )
}

impl<M: PurchaseModel> Posterior<M> {
    /// The predictive interval for the purchases of one customer, with the chance of the purchases
    /// and that of the parameters.
    pub fn predictive_interval(
        &self,
        history: &History,
        horizon: Horizon,
        level: f64,
    ) -> Result<CountInterval> {
        let mut value = 0.0;
        for (model, weight) in self.iter() {
            value += weight * expected(model, history, horizon)?;
        }
        let probability = |count| {
            let draws = self.iter();
            let terms = draws.map(|(model, weight)| {
                weight * model.probability_of_transactions(history, horizon, count)
            });
            terms.sum()
        };
        interval(value, probability, level)
    }

    /// The same for a column of customers; the error names the row. Customers with the same history
    /// are asked about once; [`thinned`](Self::thinned) draws make it faster.
    pub fn predictive_intervals(
        &self,
        histories: &[History],
        horizon: Horizon,
        level: f64,
    ) -> Result<Vec<CountInterval>> {
        for_each_distinct(histories, |history| self.predictive_interval(history, horizon, level))
    }
}

/// Refuses what the model cannot answer.
fn expected<M: PurchaseModel>(model: &M, history: &History, horizon: Horizon) -> Result<f64> {
    let asked = Quantity::ExpectedTransactions { horizon };
    Ok(asked.of(model, history)?.unwrap_or(f64::NAN))
}

fn interval(value: f64, probability: impl Fn(u64) -> f64, level: f64) -> Result<CountInterval> {
    let alpha = IntervalOptions::at(level).alpha()?;
    let (tail, mut lower) = (alpha / 2.0, None);
    let (mut below, mut cumulated) = (0.0, 0.0);
    for count in 0..=MAX_COUNT {
        let here = probability(count);
        cumulated += here;
        if lower.is_none() && cumulated > tail {
            lower = Some(count);
            below = cumulated - here;
        }
        let done = cumulated >= 1.0 - tail || (1.0 - cumulated < ROUNDING && here < ROUNDING);
        if let Some(lower) = lower.filter(|_| done) {
            let probability = (cumulated - below).min(1.0);
            return Ok(CountInterval { value, lower, upper: count, probability, level });
        }
    }
    Err(Error::limit(format!(
        "more than {MAX_COUNT} purchases are likely within the horizon; are the parameters of \
         another unit than the horizon?"
    )))
}

//! Intervals for predictions by the delta method: how far an answer would move with the parameters.
//!
//! # What it measures
//! The uncertainty of P(alive), of expected purchases, of anything a fitted model can be asked,
//! that comes from not knowing the parameters.
//!
//! # Formula
//! ```text
//! g = ln q for a count, a time or money; g = logit q for a probability
//! Var(g) = ∇g Σ ∇gᵀ,   Σ = covariance of ln θ,   ∇g by central differences in ln θ
//! limits = g⁻¹(g(q) ± z √Var(g))
//! ```
//! A product of independent estimates adds the variances of their logarithms.
//!
//! # Input
//! A fit with its covariance.
//!
//! # Empty and edge cases
//! A fit whose data do not determine the parameters has no interval: it needs priors. An answer
//! that no parameter can move, as P(alive) = 1 of a BG/NBD customer without repeat, has an interval
//! without width; it is a property of that model and not knowledge about the customer.
//!
//! # Merging
//! Intervals do not merge; pattern tables do, and are then fitted.
//!
//! # Uncertainty
//! First order: good where the data determine the parameters well. On a ridge take the posterior.
//!
//! # Not to be confused with
//! The predictive interval of what a customer will do, which adds the chance of the purchases
//! themselves and is far wider.
//!
//! # Source
//! Oehlert (1992), A note on the delta method.
//!
//! # Example
//! ```
//! use cxm_core::clv::intervals::delta_interval;
//! use cxm_core::clv::{BgNbd, FitOptions, History, Horizon, PatternTable, Quantity, fit};
//!
//! let table = PatternTable::from_weighted_columns(
//!     &[0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 5.0, 9.0],
//!     &[0.0, 0.0, 5.0, 20.0, 12.0, 30.0, 33.0, 36.0],
//!     &[39.0, 30.0, 38.0, 35.0, 30.0, 37.0, 36.0, 39.0],
//!     &[300.0, 250.0, 60.0, 50.0, 30.0, 40.0, 20.0, 10.0],
//! )?;
//! let fitted = fit::<BgNbd>(&table, &FitOptions::default())?;
//! let asked = Quantity::ExpectedTransactions { horizon: Horizon::new(52.0)? };
//! let customer = History::new(2.0, 30.0, 37.0)?;
//! let interval = delta_interval(&fitted, &asked, &customer, 0.95)?.unwrap();
//! assert!(0.0 < interval.lower && interval.lower < interval.value);
//! assert!(interval.value < interval.upper);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::fit::Fitted;
use super::history::History;
use super::model::{MAX_PARAMETERS, Model, PurchaseModel};
use super::patterns::Pattern;
use super::quantity::Quantity;
use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided_quantile;
use crate::stats::IntervalOptions;

/// The step in ln θ of a central difference: its cube is the size of a rounding error.
const STEP: f64 = 1e-4;

/// A prediction between two limits.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PredictionInterval {
    /// The prediction.
    pub value: f64,
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
    /// The level, 0.95 for 95 %.
    pub level: f64,
}

/// The transform under which an answer is taken to be normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// ln(q ÷ (1 − q)), for probabilities.
    Logit,
    /// ln q, for what is above 0 without end.
    Log,
}

impl Link {
    fn of(self, value: f64) -> f64 {
        match self {
            Self::Logit => libm::log(value) - libm::log1p(-value),
            Self::Log => libm::log(value),
        }
    }

    fn back(self, value: f64) -> f64 {
        match self {
            Self::Logit => 1.0 / (1.0 + libm::exp(-value)),
            Self::Log => libm::exp(value),
        }
    }
}

impl Quantity {
    /// The link under which its intervals are made.
    pub const fn link(&self) -> Link {
        match self {
            Self::ProbabilityAlive { .. }
            | Self::ProbabilityOfTransactions { .. }
            | Self::ProbabilityOfNoTransactions { .. } => Link::Logit,
            Self::ExpectedTransactions { .. }
            | Self::DiscountedExpectedTransactions { .. }
            | Self::DiscountedExpectedResidualTransactions { .. }
            | Self::TimeToNextTransaction { .. } => Link::Log,
        }
    }
}

/// A prediction with the standard error of it under its link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DeltaEstimate {
    /// The prediction.
    pub value: f64,
    /// The link of the standard error.
    pub link: Link,
    /// The standard error; 0 where no parameter moves the prediction.
    pub standard_error: f64,
}

impl DeltaEstimate {
    /// What `answer` says of a fitted model; `None` where it has no answer at the parameters or
    /// next to them.
    pub fn of<M: Model>(
        fitted: &Fitted<M>,
        link: Link,
        answer: impl Fn(&M) -> Result<Option<f64>>,
    ) -> Result<Option<Self>> {
        let covariance = fitted.ln_covariance.as_ref().ok_or_else(undetermined)?;
        let Some(value) = answer(&fitted.model)? else { return Ok(None) };
        let mut gradient = [0.0; MAX_PARAMETERS];
        for (k, slope) in gradient.iter_mut().enumerate().take(M::PARAMETERS.len()) {
            let above = answer(&moved(&fitted.model, k, STEP)?)?;
            let below = answer(&moved(&fitted.model, k, -STEP)?)?;
            let Some((above, below)) = above.zip(below) else { return Ok(None) };
            let rise = link.of(above) - link.of(below);
            // Where an answer has reached an end of its range on both sides, nothing moves it.
            *slope = if rise.is_finite() { rise / (2.0 * STEP) } else { 0.0 };
        }
        let products = gradient.iter().zip(covariance).map(|(slope, row)| {
            slope * row.iter().zip(&gradient).map(|(cell, other)| cell * other).sum::<f64>()
        });
        let variance: f64 = products.sum();
        Ok(Some(Self { value, link, standard_error: variance.max(0.0).sqrt() }))
    }

    /// The product with an independent estimate, on the log scale: expected purchases times
    /// expected spend.
    pub fn times(&self, other: &Self) -> Self {
        let variance = [self, other].map(|factor| {
            // d ln q = (1 − q) d logit q
            let slope = match factor.link {
                Link::Logit => 1.0 - factor.value,
                Link::Log => 1.0,
            };
            let error = slope * factor.standard_error;
            error * error
        });
        Self {
            value: self.value * other.value,
            link: Link::Log,
            standard_error: variance.iter().sum::<f64>().sqrt(),
        }
    }

    /// The limits at a level.
    pub fn interval(&self, level: f64) -> Result<PredictionInterval> {
        let reach =
            normal_two_sided_quantile(IntervalOptions::at(level).alpha()?) * self.standard_error;
        let Self { value, link, .. } = *self;
        let centre = link.of(value);
        let (lower, upper) = if reach > 0.0 && centre.is_finite() {
            (link.back(centre - reach), link.back(centre + reach))
        } else {
            (value, value)
        };
        Ok(PredictionInterval { value, lower, upper, level })
    }
}

fn undetermined() -> Error {
    Error::insufficient(
        "the data do not determine the parameters, so that they have no covariance; see the \
         diagnosis, and fit with priors",
    )
}

/// The model with one parameter a little up or down.
fn moved<M: Model>(model: &M, index: usize, step: f64) -> Result<M> {
    let mut parameters = model.parameters();
    if let Some(parameter) = parameters.get_mut(index) {
        *parameter *= libm::exp(step);
    }
    M::from_parameters(parameters.get(..M::PARAMETERS.len()).unwrap_or(&parameters))
}

/// The delta-method interval of a prediction for one customer; `None` where it has no answer at the
/// parameters or next to them.
pub fn delta_interval<M: PurchaseModel>(
    fitted: &Fitted<M>,
    quantity: &Quantity,
    history: &History,
    level: f64,
) -> Result<Option<PredictionInterval>> {
    quantity.validate()?;
    let answer = |model: &M| quantity.of(model, history);
    let estimate = DeltaEstimate::of(fitted, quantity.link(), answer)?;
    estimate.map(|estimate| estimate.interval(level)).transpose()
}

/// The same for a column of customers; the error names the row. Customers with the same history are
/// asked about once.
pub fn delta_intervals<M: PurchaseModel>(
    fitted: &Fitted<M>,
    quantity: &Quantity,
    histories: &[History],
    level: f64,
) -> Result<Vec<Option<PredictionInterval>>> {
    for_each_distinct(histories, |history| delta_interval(fitted, quantity, history, level))
}

/// One answer a row, asked once for each distinct row; the error names the row.
pub(crate) fn for_each_distinct<P: Pattern, T: Clone>(
    rows: &[P],
    mut answer: impl FnMut(&P) -> Result<T>,
) -> Result<Vec<T>> {
    let mut order: Vec<(usize, &P)> = rows.iter().enumerate().collect();
    order.sort_by(|(_, a), (_, b)| a.order(b));
    let mut answers: Vec<Option<T>> = vec![None; rows.len()];
    for alike in order.chunk_by(|(_, a), (_, b)| a.order(b).is_eq()) {
        let Some((row, pattern)) = alike.first() else { continue };
        let answered = answer(pattern).map_err(|error| error.at_row(*row))?;
        for (row, _) in alike {
            if let Some(slot) = answers.get_mut(*row) {
                *slot = Some(answered.clone());
            }
        }
    }
    // Every row stands in exactly one chunk.
    Ok(answers.into_iter().flatten().collect())
}

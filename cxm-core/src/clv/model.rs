//! What every model can do: a likelihood with its derivatives, and predictions.
//!
//! Parameters are positive and are fitted on the log scale, so derivatives are taken with respect
//! to the logarithms of the parameters.

use super::history::{Discount, History, Horizon};
use super::patterns::{Pattern, PatternTable};
use crate::error::{Error, Result};
use crate::numeric::{quadrature, roots};

/// The most parameters of a model without covariates.
pub const MAX_PARAMETERS: usize = 4;

/// The log-likelihood of one row with its first and second derivatives in the logs of the
/// parameters.
///
/// Only the leading entries, as many as the model has parameters, are in use; the others are 0.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Derivatives {
    /// The log-likelihood.
    pub value: f64,
    /// ∂/∂ ln θᵢ.
    pub gradient: [f64; MAX_PARAMETERS],
    /// ∂²/∂ ln θᵢ ∂ ln θⱼ, symmetric.
    pub hessian: [[f64; MAX_PARAMETERS]; MAX_PARAMETERS],
}

impl Derivatives {
    /// Adds `weight` rows like the other.
    pub fn add(&mut self, other: &Self, weight: f64) {
        self.value += weight * other.value;
        for (sum, term) in self.gradient.iter_mut().zip(&other.gradient) {
            *sum += weight * term;
        }
        let ours = self.hessian.iter_mut().flatten();
        for (sum, term) in ours.zip(other.hessian.iter().flatten()) {
            *sum += weight * term;
        }
    }
}

/// A model with known parameters, fitted or given.
pub trait Model: Clone + PartialEq + std::fmt::Debug + Send + Sync + Sized + 'static {
    /// The row that the likelihood explains.
    type Pattern: Pattern;

    /// The name in `snake_case`, the same in every door.
    const NAME: &'static str;

    /// The parameters in the paper's names, in their order.
    const PARAMETERS: &'static [&'static str];

    /// Which parameters are times in the unit of the model; the others have no unit.
    const TIMES: &'static [bool];

    /// For each parameter what it has to be above for the mean of all customers to be finite; empty
    /// for a model whose fit does not offer [`finite_mean`](super::FitOptions::finite_mean).
    const FINITE_MEAN_ABOVE: &'static [f64] = &[];

    /// From parameters in their order; each has to be finite and above 0.
    fn from_parameters(parameters: &[f64]) -> Result<Self>;

    /// The parameters, in their order; the entries behind the last are 0.
    fn parameters(&self) -> [f64; MAX_PARAMETERS];

    /// Refuses a row that the model cannot have brought about, as a fraction of a period.
    ///
    /// Fits and [`Quantity`](super::Quantity) ask this first; other methods take it for granted.
    fn check(pattern: &Self::Pattern) -> Result<()> {
        let _ = pattern;
        Ok(())
    }

    /// The log-likelihood of one row.
    fn log_likelihood(&self, pattern: &Self::Pattern) -> f64;

    /// The log-likelihood of one row with its derivatives.
    fn derivatives(&self, pattern: &Self::Pattern) -> Derivatives;

    /// Where a fit starts: a rough guess from the table, cheap and always valid.
    fn start(table: &PatternTable<Self::Pattern>) -> [f64; MAX_PARAMETERS];

    /// The log-likelihood of a table: the sum over its customers.
    fn table_log_likelihood(&self, table: &PatternTable<Self::Pattern>) -> f64 {
        table.iter().map(|(pattern, weight)| weight * self.log_likelihood(pattern)).sum()
    }

    /// The log-likelihood of a table with its derivatives.
    fn table_derivatives(&self, table: &PatternTable<Self::Pattern>) -> Derivatives {
        let mut sum = Derivatives::default();
        for (pattern, weight) in table.iter() {
            sum.add(&self.derivatives(pattern), weight);
        }
        sum
    }
}

/// Checks parameters against their names: as many, each finite and above 0.
pub fn check_parameters<const K: usize>(
    names: &[&'static str],
    parameters: &[f64],
) -> Result<[f64; K]> {
    let given: [f64; K] = parameters.try_into().map_err(|_| {
        Error::argument(format!("expected {K} parameters, got {}", parameters.len()))
            .in_field("parameters")
    })?;
    for (&name, value) in names.iter().zip(given) {
        if !(value > 0.0 && value.is_finite()) {
            return Err(Error::argument(format!("expected a finite number above 0, got {value}"))
                .in_field(name));
        }
    }
    Ok(given)
}

/// The most opportunities that a history or a horizon in discrete time may have: the work of an
/// answer grows with them.
pub const MAX_OPPORTUNITIES: f64 = 1e6;

/// Checks that a time in whole opportunities is one, and not above [`MAX_OPPORTUNITIES`].
pub fn check_opportunities(field: &'static str, opportunities: f64) -> Result<()> {
    if !(opportunities >= 0.0 && libm::floor(opportunities) >= opportunities) {
        let message = format!("expected a whole number of opportunities, got {opportunities}");
        return Err(Error::argument(message).in_field(field));
    }
    if opportunities > MAX_OPPORTUNITIES {
        let message = format!("expected at most {MAX_OPPORTUNITIES} opportunities");
        return Err(Error::limit(message).in_field(field));
    }
    Ok(())
}

/// A model of when customers without a contract buy, and when they leave unseen.
///
/// Every answer is finite for every valid history and horizon. A new customer is [`History::NEW`].
pub trait PurchaseModel: Model<Pattern = History> {
    /// Whether time runs in whole opportunities; then ages and horizons are whole numbers.
    const DISCRETE: bool = false;

    /// ln P(alive at the cut-off); stays finite where the probability itself underflows.
    fn ln_probability_alive(&self, history: &History) -> f64;

    /// P(alive at the cut-off).
    fn probability_alive(&self, history: &History) -> f64 {
        libm::exp(self.ln_probability_alive(history))
    }

    /// P(alive at `horizon` from the cut-off).
    fn probability_alive_after(&self, history: &History, horizon: Horizon) -> f64;

    /// Expected purchases within the horizon.
    fn expected_transactions(&self, history: &History, horizon: Horizon) -> f64;

    /// P(exactly `count` purchases within the horizon).
    fn probability_of_transactions(&self, history: &History, horizon: Horizon, count: u64) -> f64;

    /// P(no purchase within the horizon): the business definition of churn.
    fn probability_of_no_transactions(&self, history: &History, horizon: Horizon) -> f64 {
        self.probability_of_transactions(history, horizon, 0)
    }

    /// Expected purchases within the horizon, each discounted from when it happens.
    ///
    /// ```text
    /// exp(−δH) E(H) + δ ∫ exp(−δt) E(t) dt over (0, H),   E: expected transactions
    /// ```
    fn discounted_expected_transactions(
        &self,
        history: &History,
        horizon: Horizon,
        discount: Discount,
    ) -> f64 {
        let (end, rate) = (horizon.get(), discount.rate());
        let at_end = libm::exp(-rate * end) * self.expected_transactions(history, horizon);
        let before = quadrature::interval(end, |t| {
            libm::exp(-rate * t) * self.expected_transactions(history, Horizon::at_most(t, horizon))
        });
        at_end + rate * before
    }

    /// Expected purchases of the whole future, each discounted from when it happens (DERT).
    ///
    /// ```text
    /// δ ∫ exp(−δt) E(t) dt over (0, ∞),   E: expected transactions
    /// ```
    fn discounted_expected_residual_transactions(
        &self,
        history: &History,
        discount: Discount,
    ) -> f64 {
        let rate = discount.rate();
        quadrature::half_line(1.0 / rate, |t| {
            let weight = rate * libm::exp(-rate * t);
            if weight > 0.0 {
                weight * self.expected_transactions(history, Horizon::at_most(t, Horizon::FARTHEST))
            } else {
                0.0
            }
        })
    }

    /// The time within which the next purchase comes with this probability; `None` where it never
    /// does, since the customer may have left.
    fn time_to_next_transaction(&self, history: &History, probability: f64) -> Result<Option<f64>> {
        check_probability(probability)?;
        let reached = |t: f64| {
            let horizon = Horizon::at_most(t, Horizon::FARTHEST);
            1.0 - self.probability_of_no_transactions(history, horizon) >= probability
        };
        // From a trillionth of the age to a trillion times as much; after that it never comes.
        let age = if history.age() > 0.0 { history.age() } else { 1.0 };
        let (mut below, mut above) = (1e-12 * age, 1e-12 * age);
        while !reached(above) {
            if above > 1e12 * age {
                return Ok(None);
            }
            below = above;
            above *= 8.0;
        }
        let end =
            roots::boundary(libm::log(below), libm::log(above), |ln_t| !reached(libm::exp(ln_t)));
        Ok(Some(libm::exp(end)))
    }
}

/// Refuses a probability that is not strictly between 0 and 1.
pub(super) fn check_probability(probability: f64) -> Result<()> {
    if probability > 0.0 && probability < 1.0 {
        return Ok(());
    }
    let message = format!("expected a number between 0 and 1, got {probability}");
    Err(Error::argument(message).in_field("probability"))
}

//! NBD: customers buy at random and never leave; the baseline for every model in which they do.
//!
//! # What it measures
//! How often customers would buy if nobody ever left. A model of leaving that does not beat it
//! has found nothing.
//!
//! # Formula
//! ```text
//! purchases: Poisson, rate λ ~ Gamma(shape r, rate α)
//!
//! L                   = (r)ₓ αʳ (α+T)^−(r+x)
//! E[X(t) | history]   = (r+x)/(α+T) t
//! P(X(t)=n | history) = (r+x)ₙ/n! ((α+T)/(α+T+t))^(r+x) (t/(α+T+t))ⁿ
//! DERT                = (r+x)/((α+T) δ)
//! ```
//!
//! # Input
//! A [`PatternTable`] of [`History`] for a fit; the recency
//! says nothing here.
//!
//! # Empty and edge cases
//! An empty table, and one without a repeat purchase, is an error. P(alive) is 1.
//!
//! # Merging
//! Pattern tables of shards merge exactly; so the fit of the whole is the fit of the merged tables.
//!
//! # Uncertainty
//! Standard errors and covariance of the logs of the parameters from the exact Hessian.
//!
//! # Not to be confused with
//! BG/NBD and Pareto/NBD, which let customers leave.
//!
//! # Source
//! Ehrenberg (1959), The pattern of consumer purchases; Fader, Hardie & Lee (2005), section 3.
//!
//! # Example
//! ```
//! use cxm_core::clv::{History, Horizon, Model, Nbd, PurchaseModel};
//!
//! let model = Nbd::from_parameters(&[0.5, 10.0])?;
//! let customer = History::new(2.0, 30.0, 40.0)?;
//! assert_eq!(model.expected_transactions(&customer, Horizon::new(20.0)?), 1.0);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::history::{Discount, History, Horizon};
use super::model::{
    Derivatives, MAX_PARAMETERS, Model, PurchaseModel, check_parameters, check_probability,
};
use super::patterns::PatternTable;
use crate::error::Result;
use crate::numeric::rising_factorial::ln_rising_factorial;

/// The negative binomial model, with parameters r and alpha.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Named", into = "Named"))]
pub struct Nbd {
    r: f64,
    alpha: f64,
}

/// The parameters by name, not checked.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    r: f64,
    alpha: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Named> for Nbd {
    type Error = crate::error::Error;

    fn try_from(named: Named) -> Result<Self> {
        Self::from_parameters(&[named.r, named.alpha])
    }
}

#[cfg(feature = "serde")]
impl From<Nbd> for Named {
    fn from(model: Nbd) -> Self {
        Self { r: model.r, alpha: model.alpha }
    }
}

impl Nbd {
    /// Shape and rate of λ, given the history.
    fn posterior(&self, history: &History) -> (f64, f64) {
        (self.r + history.frequency(), self.alpha + history.age())
    }
}

impl Model for Nbd {
    type Pattern = History;

    const NAME: &'static str = "nbd";
    const PARAMETERS: &'static [&'static str] = &["r", "alpha"];
    const TIMES: &'static [bool] = &[false, true];

    fn from_parameters(parameters: &[f64]) -> Result<Self> {
        let [r, alpha] = check_parameters(Self::PARAMETERS, parameters)?;
        Ok(Self { r, alpha })
    }

    fn parameters(&self) -> [f64; MAX_PARAMETERS] {
        [self.r, self.alpha, 0.0, 0.0]
    }

    fn log_likelihood(&self, history: &History) -> f64 {
        self.derivatives(history).value
    }

    fn derivatives(&self, history: &History) -> Derivatives {
        let (x, age) = (history.frequency(), history.age());
        let purchases = ln_rising_factorial(self.r, x);
        let events = self.r + x;
        let stretch = libm::log1p(age / self.alpha);
        let weight = self.alpha / (self.alpha + age);
        let slope_r = self.r * (purchases.first - stretch);
        let cross = self.r * (1.0 - weight);
        let mut all = Derivatives {
            value: purchases.value - x * libm::log(self.alpha) - events * stretch,
            ..Derivatives::default()
        };
        let [[rr, r_alpha, ..], [alpha_r, alpha_alpha, ..], ..] = &mut all.hessian;
        *rr = self.r * self.r * purchases.second + slope_r;
        *r_alpha = cross;
        *alpha_r = cross;
        *alpha_alpha = -events * weight * (1.0 - weight);
        all.gradient = [slope_r, self.r - events * weight, 0.0, 0.0];
        all
    }

    fn start(table: &PatternTable<History>) -> [f64; MAX_PARAMETERS] {
        let (mut purchases, mut time) = (0.0, 0.0);
        for (history, weight) in table.iter() {
            purchases += weight * history.frequency();
            time += weight * history.age();
        }
        let rate = if purchases > 0.0 && time > 0.0 { purchases / time } else { 1.0 };
        [0.5, 0.5 / rate, 0.0, 0.0]
    }
}

impl PurchaseModel for Nbd {
    fn ln_probability_alive(&self, _: &History) -> f64 {
        0.0
    }

    fn probability_alive_after(&self, _: &History, _: Horizon) -> f64 {
        1.0
    }

    fn expected_transactions(&self, history: &History, horizon: Horizon) -> f64 {
        let (r, alpha) = self.posterior(history);
        r / alpha * horizon.get()
    }

    #[allow(clippy::cast_precision_loss, reason = "counts below 2^53 are exact, others are 0")]
    fn probability_of_transactions(&self, history: &History, horizon: Horizon, count: u64) -> f64 {
        let (r, alpha) = self.posterior(history);
        let (n, t) = (count as f64, horizon.get());
        if count == 0 || t <= 0.0 {
            let none = libm::exp(-r * libm::log1p(t / alpha));
            return if count == 0 { none } else { 0.0 };
        }
        let ways = ln_rising_factorial(r, n).value - ln_rising_factorial(1.0, n).value;
        libm::exp(ways - r * libm::log1p(t / alpha) - n * libm::log1p(alpha / t))
    }

    fn discounted_expected_transactions(
        &self,
        history: &History,
        horizon: Horizon,
        discount: Discount,
    ) -> f64 {
        let (r, alpha) = self.posterior(history);
        r / alpha * -libm::expm1(-discount.rate() * horizon.get()) / discount.rate()
    }

    fn discounted_expected_residual_transactions(
        &self,
        history: &History,
        discount: Discount,
    ) -> f64 {
        let (r, alpha) = self.posterior(history);
        r / (alpha * discount.rate())
    }

    fn time_to_next_transaction(&self, history: &History, probability: f64) -> Result<Option<f64>> {
        check_probability(probability)?;
        let (r, alpha) = self.posterior(history);
        Ok(Some(alpha * libm::expm1(-libm::log1p(-probability) / r)))
    }
}

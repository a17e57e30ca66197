//! Counts of events: exact limits of a Poisson mean, and rates over a known exposure.
//!
//! # Formula
//! ```text
//! d events: from the gamma quantile of shape d at α/2 to that of shape d + 1 at 1 − α/2
//! rate      d ÷ exposure, its limits those of d ÷ exposure, its variance d ÷ exposure²
//! ```
//!
//! # Edge cases
//! Without an event the lower limit is 0, and the upper one ln(2/α).
//!
//! # Source
//! Garwood (1936), Biometrika 28.

use super::{Comparable, Comparison, Estimate, Interval, IntervalOptions, Method};
use crate::error::{Error, Result};
use crate::numeric::gamma_distribution::gamma_quantile;

/// Exact limits of a Poisson mean of which `events` were seen, at error rate `alpha`.
///
/// # Example
/// ```
/// use cxm_core::stats::poisson::poisson_limits;
/// let (lower, upper) = poisson_limits(0, 0.05);
/// assert!(lower == 0.0 && (upper - 40.0_f64.ln()).abs() < 1e-14);
/// ```
pub fn poisson_limits(events: u64, alpha: f64) -> (f64, f64) {
    let (count, tail) = (events as f64, 0.5 * alpha);
    let lower = if events > 0 { gamma_quantile(tail, count) } else { 0.0 };
    (lower, gamma_quantile(1.0 - tail, count + 1.0))
}

/// Events, and the exposure in which they happened: time at risk, or any other known denominator.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct EventRate {
    /// Events.
    pub events: u64,
    /// Time at risk, in units.
    pub exposure: f64,
}

impl EventRate {
    /// events/exposure; `None` without exposure.
    pub fn rate(&self) -> Option<f64> {
        (self.exposure > 0.0).then(|| self.events as f64 / self.exposure)
    }

    /// The interval of the rate: [`Method::ExactPoisson`] only; `None` without exposure.
    pub fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        let (alpha, method) = (options.alpha()?, options.method.unwrap_or(Method::ExactPoisson));
        if method != Method::ExactPoisson {
            return Err(method.refused("a rate of events", &[Method::ExactPoisson]));
        }
        if !self.exposure.is_finite() || self.exposure < 0.0 {
            return Err(Error::argument(format!(
                "exposure must be finite and not negative, got {}",
                self.exposure
            ))
            .in_field("exposure"));
        }
        if self.exposure <= 0.0 {
            return Ok(None);
        }
        let (lower, upper) = poisson_limits(self.events, alpha);
        let (lower, upper) = (lower / self.exposure, upper / self.exposure);
        Ok(Some(Interval { lower, upper, level: options.level, method }))
    }

    /// This rate minus the other's, by Wald.
    pub fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        if let Some(method) = method.filter(|&method| method != Method::Wald) {
            return Err(method.refused("two rates of events", &[Method::Wald]));
        }
        let side = |rate: &Self, name: &'static str| {
            rate.estimate(rate.events).ok_or_else(|| {
                Error::insufficient("a rate without exposure cannot be compared").in_field(name)
            })
        };
        side(self, "first")?.compare(&side(other, "second")?)
    }

    /// The rate with the variance of a Poisson count; `None` without exposure.
    pub fn estimate(&self, n: u64) -> Option<Estimate> {
        let variance = self.events as f64 / self.exposure / self.exposure;
        self.rate().map(|value| Estimate { value, variance, n })
    }
}

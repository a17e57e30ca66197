//! Counts of events: exact limits of a Poisson mean.
//!
//! # Formula
//! ```text
//! d events: from the gamma quantile of shape d at α/2 to that of shape d + 1 at 1 − α/2
//! ```
//!
//! # Edge cases
//! Without an event the lower limit is 0, and the upper one ln(2/α).
//!
//! # Source
//! Garwood (1936), Biometrika 28.

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

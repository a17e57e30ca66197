//! Planning: how many answers a margin or a difference needs, and what so many answers give.
//!
//! # What it measures
//! The sample to ask for before a survey, and what the sample at hand can show.
//!
//! # Formula
//! ```text
//! v = variance of one answer
//! a = answers that the adjusted method adds (3 for a net score, else 0)
//! margin d     n = n₀ − a, n₀ = z²·v/d²;  of a population N: (n₀·N − a(N − 1))/(N − 1 + n₀)
//! difference d n = (z + z_power)²·(v₁ + v₂)/d² − a    in each group
//! power        Φ(d/se − z) + Φ(−d/se − z),            se² = (v₁ + v₂)/(n + a)
//! ```
//! Sizes are rounded up.
//!
//! # Edge cases
//! The variance of a net score is at most 1, typically 0.6 to 0.7; of a share, p(1 − p), at most ¼.
//! For a mean the normal quantile stands in for Student's: add two answers to small samples.
//!
//! # Source
//! Cochran (1977), chapter 4; Sauro & Lewis (2016), chapter 7, whose two-group formula prints s²
//! for the sum of both variances.
//!
//! # Example
//! ```
//! use cxm_core::stats::sample_size::{PlanningValue, for_margin};
//!
//! assert_eq!(for_margin(PlanningValue::Net { variance: 1.0 }, 0.10, 0.95, None)?, 382);
//! assert_eq!(for_margin(PlanningValue::Share { share: 0.5 }, 0.05, 0.95, None)?, 385);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::interval::IntervalOptions;
use super::population::Sampling;
use crate::error::{Error, Result};
use crate::numeric::distribution::{normal_cdf, normal_quantile, normal_two_sided_quantile};

/// How much one answer is expected to vary.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", deny_unknown_fields))]
pub enum PlanningValue {
    /// A net score.
    Net {
        /// Variance of one answer, 0..=1.
        variance: f64,
    },
    /// A share.
    Share {
        /// The share expected, 0..=1.
        share: f64,
    },
    /// A mean.
    Mean {
        /// Standard deviation of one answer, in its unit.
        standard_deviation: f64,
    },
}

impl PlanningValue {
    fn variance(self) -> Result<f64> {
        let (variance, name, value, fits) = match self {
            Self::Net { variance: v } => (v, "variance", v, v > 0.0 && v <= 1.0),
            Self::Share { share: p } => (p * (1.0 - p), "share", p, p > 0.0 && p < 1.0),
            Self::Mean { standard_deviation: s } => {
                (s * s, "standard_deviation", s, s > 0.0 && (s * s).is_finite())
            }
        };
        if fits {
            return Ok(variance);
        }
        Err(Error::argument(format!("{name} is out of range: {value}")).in_field(name))
    }

    /// Answers that the interval's method adds before it counts.
    fn added(self) -> f64 {
        if matches!(self, Self::Net { .. }) { 3.0 } else { 0.0 }
    }
}

/// Answers needed for an interval of ± `margin`.
pub fn for_margin(
    planned: PlanningValue,
    margin: f64,
    level: f64,
    population: Option<u64>,
) -> Result<u64> {
    let z = normal_two_sided_quantile(IntervalOptions::at(level).alpha()?);
    let unbounded = z * z * planned.variance()? / square(margin, "margin")?;
    let Some(population) = population else { return rounded_up(unbounded - planned.added()) };
    let size = population as f64;
    let needed = unbounded * size - planned.added() * (size - 1.0);
    Ok(rounded_up(needed / (size - 1.0 + unbounded))?.min(population))
}

/// Answers needed in each of two groups to find a `difference` with this `power`.
pub fn for_difference(
    first: PlanningValue,
    second: PlanningValue,
    difference: f64,
    level: f64,
    power: f64,
) -> Result<u64> {
    if !(power > 0.0 && power < 1.0) {
        return Err(Error::argument(format!(
            "power must lie strictly between 0 and 1, got {power}"
        ))
        .in_field("power"));
    }
    let alpha = IntervalOptions::at(level).alpha()?;
    let reach = normal_two_sided_quantile(alpha) + normal_quantile(power);
    if reach <= 0.0 {
        return Err(Error::argument("so little power needs no answers").in_field("power"));
    }
    let variance = first.variance()? + second.variance()?;
    rounded_up(reach * reach * variance / square(difference, "difference")? - first.added())
}

/// The ± of an interval from `n` answers.
pub fn margin(planned: PlanningValue, n: u64, level: f64, population: Option<u64>) -> Result<f64> {
    let z = normal_two_sided_quantile(IntervalOptions::at(level).alpha()?);
    let factor = Sampling::new(n, population)?.deviation_factor();
    Ok(z * factor * (planned.variance()? / answers(n, planned)?).sqrt())
}

/// The chance that `n` answers in each group show a true `difference` to be one.
pub fn power(
    first: PlanningValue,
    second: PlanningValue,
    difference: f64,
    n: u64,
    level: f64,
) -> Result<f64> {
    let z = normal_two_sided_quantile(IntervalOptions::at(level).alpha()?);
    let variance = first.variance()? + second.variance()?;
    let deviations = (square(difference, "difference")? * answers(n, first)? / variance).sqrt();
    Ok(normal_cdf(deviations - z) + normal_cdf(-deviations - z))
}

fn answers(n: u64, planned: PlanningValue) -> Result<f64> {
    if n > 0 {
        return Ok(n as f64 + planned.added());
    }
    Err(Error::argument("n must be at least 1").in_field("n"))
}

fn square(distance: f64, name: &'static str) -> Result<f64> {
    let square = distance * distance;
    if square > 0.0 && square.is_finite() {
        return Ok(square);
    }
    Err(Error::argument(format!("{name} must be finite and not 0, got {distance}")).in_field(name))
}

/// The next whole number of answers, at least one.
fn rounded_up(n: f64) -> Result<u64> {
    let n = n.ceil().max(1.0);
    if n > 9e18 {
        return Err(Error::overflow(format!("it would take {n:e} answers")));
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 1 ≤ n ≤ 9e18, whole
    Ok(n as u64)
}

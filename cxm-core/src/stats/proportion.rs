//! Shares (CSAT, boxes, response rates): value and interval.
//!
//! # What it measures
//! The share of answers that qualify, and the shares that chance could have turned into it.
//!
//! # Formula
//! ```text
//! x of n, p = x/n
//! Wilson          (x + z²/2 ± z·√(x(n − x)/n + z²/4)) / (n + z²)
//! Agresti–Coull   p̃ ± z·√(p̃(1 − p̃)/ñ),  ñ = n + z², p̃ = (x + z²/2)/ñ
//! Clopper–Pearson Beta(x, n − x + 1) at α/2 and Beta(x + 1, n − x) at 1 − α/2
//! Jeffreys        Beta(x + ½, n − x + ½) at α/2 and 1 − α/2
//! Wald            p ± z·√(p(1 − p)/n)
//! Goodman         Wilson of each of k shares, z² = χ²(1 df) at 1 − α/k
//! ```
//!
//! # Edge cases
//! No answers: no interval. None or all of them: the limit on that side is exactly 0 or 1 (Jeffreys
//! too, as Brown, Cai & DasGupta have it); Wald has zero width. Agresti–Coull and Wald are clipped
//! to
//! 0..=1. A finite population works as for a [net score](super::net_score).
//!
//! # Source
//! Wilson (1927); Clopper & Pearson (1934); Agresti & Coull (1998); Brown, Cai & DasGupta (2001);
//! Goodman (1965); Quesenberry & Hurst (1964).
//!
//! # Example
//! ```
//! use cxm_core::stats::{IntervalOptions, proportion::{self, Share}};
//!
//! let share = Share { successes: 42, total: 50 };
//! let interval = proportion::interval(&share, &IntervalOptions::default())?.unwrap();
//! assert!((interval.lower - 0.714858).abs() < 1e-6 && (interval.upper - 0.916626).abs() < 1e-6);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::interval::{Interval, IntervalOptions, Method};
use super::population::Sampling;
use crate::error::{Error, Result};
use crate::numeric::distribution::{beta_quantile, chi_square_quantile, normal_two_sided_quantile};

/// The methods that [`interval`] offers.
const OFFERED: &[Method] =
    &[Method::Wilson, Method::AgrestiCoull, Method::ClopperPearson, Method::Jeffreys, Method::Wald];

/// So many of so many answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Share {
    /// Answers that qualify.
    pub successes: u64,
    /// All answers.
    pub total: u64,
}

impl Share {
    /// successes/total; `None` without answers.
    pub fn value(&self) -> Option<f64> {
        (self.total > 0).then(|| self.successes as f64 / self.total as f64)
    }

    /// p(1 − p), the variance of one answer with divisor n; `None` without answers.
    pub fn variance(&self) -> Option<f64> {
        let failures = self.total.saturating_sub(self.successes) as f64;
        self.value().map(|share| share * (failures / self.total as f64))
    }

    /// √(p(1 − p)/n); `None` without answers.
    pub fn standard_error(&self) -> Option<f64> {
        self.variance().map(|variance| (variance / self.total as f64).sqrt())
    }

    /// An error where more answers qualify than there are.
    pub fn check(&self) -> Result<()> {
        if self.successes <= self.total {
            return Ok(());
        }
        Err(Error::argument(format!(
            "successes must not exceed the total of {}, got {}",
            self.total, self.successes
        ))
        .in_field("successes"))
    }
}

/// Interval of a share, within 0..=1; `None` without answers. Default: [`Method::Wilson`].
pub fn interval(share: &Share, options: &IntervalOptions) -> Result<Option<Interval>> {
    share.check()?;
    let alpha = options.alpha()?;
    let method = options.method.unwrap_or(Method::Wilson);
    if !OFFERED.contains(&method) {
        return Err(method.refused("a share", OFFERED));
    }
    let sampling = Sampling::new(share.total, options.population)?;
    let Some(value) = share.value() else { return Ok(None) };
    let (lower, upper) = match sampling.information_factor() {
        None => (value, value),
        Some(factor) => {
            let (x, n) = (share.successes as f64 * factor, share.total as f64 * factor);
            limits(x, n, alpha, method)
        }
    };
    Ok(Some(Interval { lower, upper, level: options.level, method }))
}

fn limits(x: f64, n: f64, alpha: f64, method: Method) -> (f64, f64) {
    let z = normal_two_sided_quantile(alpha);
    match method {
        Method::AgrestiCoull => clipped_wald(x + 0.5 * z * z, n + z * z, z),
        Method::Wald => clipped_wald(x, n, z),
        Method::ClopperPearson => clopper_pearson(x, n, alpha),
        Method::Jeffreys => jeffreys(x, n, alpha),
        _ => wilson(x, n, z),
    }
}

/// Wilson limits of `x` in `n`, real numbers so that effective samples fit; exact at the ends.
pub(crate) fn wilson(x: f64, n: f64, z: f64) -> (f64, f64) {
    let square = z * z;
    let denominator = n + square;
    let centre = x + 0.5 * square;
    let reach = z * (x * ((n - x) / n) + 0.25 * square).sqrt();
    let lower = if x <= 0.0 { 0.0 } else { (centre - reach) / denominator };
    let upper = if x >= n { 1.0 } else { (centre + reach) / denominator };
    (lower.max(0.0), upper.min(1.0))
}

fn clipped_wald(x: f64, n: f64, z: f64) -> (f64, f64) {
    let share = x / n;
    let reach = z * (share * (1.0 - share) / n).sqrt();
    ((share - reach).max(0.0), (share + reach).min(1.0))
}

fn clopper_pearson(x: f64, n: f64, alpha: f64) -> (f64, f64) {
    let tail = 0.5 * alpha;
    // The ends have closed forms: (1 − p)ⁿ = α/2.
    let from_none = -libm::expm1(libm::log(tail) / n);
    let from_all = libm::exp(libm::log(tail) / n);
    if x <= 0.0 {
        (0.0, from_none)
    } else if x >= n {
        (from_all, 1.0)
    } else {
        (beta_quantile(tail, x, n - x + 1.0), 1.0 - beta_quantile(tail, n - x, x + 1.0))
    }
}

fn jeffreys(x: f64, n: f64, alpha: f64) -> (f64, f64) {
    let tail = 0.5 * alpha;
    let (a, b) = (x + 0.5, n - x + 0.5);
    let lower = if x <= 0.0 { 0.0 } else { beta_quantile(tail, a, b) };
    let upper = if x >= n { 1.0 } else { 1.0 - beta_quantile(tail, b, a) };
    (lower, upper)
}

/// Which quantile makes limits of several shares hold at once; sources differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum SimultaneousQuantile {
    /// Goodman (1965): χ² with 1 degree of freedom at 1 − α/k; the narrower for all usual k.
    #[default]
    Goodman,
    /// Quesenberry & Hurst (1964): χ² with k − 1 degrees of freedom at 1 − α.
    QuesenberryHurst,
}

/// Limits of k shares that hold together at the level, one interval per count.
///
/// # Edge cases
/// Without any answer the list is empty; fewer than two shares are an error.
///
/// # Example
/// ```
/// use cxm_core::stats::proportion::{SimultaneousQuantile, goodman_intervals};
/// let intervals = goodman_intervals(&[20, 30, 50], 0.95, SimultaneousQuantile::Goodman)?;
/// assert_eq!(intervals.len(), 3);
/// assert!(intervals[2].contains(0.5));
/// # Ok::<(), cxm_core::Error>(())
/// ```
pub fn goodman_intervals(
    counts: &[u64],
    level: f64,
    quantile: SimultaneousQuantile,
) -> Result<Vec<Interval>> {
    let alpha = IntervalOptions::at(level).alpha()?;
    let others = u32::try_from(counts.len())
        .ok()
        .and_then(|shares| shares.checked_sub(1))
        .filter(|others| *others > 0)
        .ok_or_else(|| {
            Error::argument("simultaneous limits need two shares or more").in_field("counts")
        })?;
    let z = match quantile {
        SimultaneousQuantile::Goodman => normal_two_sided_quantile(alpha / counts.len() as f64),
        SimultaneousQuantile::QuesenberryHurst => chi_square_quantile(level, others).sqrt(),
    };
    let total = counts.iter().map(|count| *count as f64).sum::<f64>();
    if total <= 0.0 {
        return Ok(Vec::new());
    }
    let interval = |count: &u64| {
        let (lower, upper) = wilson(*count as f64, total, z);
        Interval { lower, upper, level, method: Method::Wilson }
    };
    Ok(counts.iter().map(interval).collect())
}

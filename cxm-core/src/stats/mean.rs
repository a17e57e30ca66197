//! Means (CES, stars, handling time, money) from exact integer sums.
//!
//! # What it measures
//! The mean answer, its spread, and how far chance could have moved it.
//!
//! # Formula
//! ```text
//! Sx = Σx    Sxx = Σx²    M = n·Sxx − Sx²            an integer: no cancellation, no order
//! mean                  Sx/n
//! population variance   M/n²                          divisor n
//! sample variance       M/(n(n − 1))                  divisor n − 1
//! interval              mean ± t(n − 1)·√(sample variance/n)
//! POMP                  100·(mean − lowest)/(highest − lowest)
//! ```
//!
//! # Edge cases
//! No answers: no mean. One answer: no sample variance and no interval. Equal answers: zero width.
//! Sums whose M leaves i128 are an `Overflow` error. With a finite `population` N the standard
//! error is multiplied by √((N − n)/N).
//!
//! # Source
//! Student (1908); Cochran (1977), theorem 2.2; Cohen et al. (1999) for POMP.
//!
//! # Example
//! ```
//! use cxm_core::stats::mean::Moments;
//!
//! let moments = Moments::from_answers([1, 2, 3])?;
//! assert_eq!(moments.mean(), Some(2.0));
//! assert_eq!(moments.sample_variance()?, Some(1.0));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::interval::{Interval, IntervalOptions, Method};
use super::population::Sampling;
use crate::error::{Error, Result};
use crate::numeric::distribution::student_t_two_sided_quantile;

/// Count, sum and sum of squares of integer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Moments {
    /// Answers.
    pub n: u64,
    /// Σx.
    pub sum: i128,
    /// Σx².
    pub sum_of_squares: i128,
}

impl Moments {
    /// The sums of these answers.
    pub fn from_answers(answers: impl IntoIterator<Item = i64>) -> Result<Self> {
        answers.into_iter().try_fold(Self::default(), |moments, x| moments.plus(x, 1))
    }

    /// The sums of a histogram: `counts[i]` answers of `lowest + i`.
    pub fn from_counts(lowest: i64, counts: &[u64]) -> Result<Self> {
        let values = lowest..=i64::MAX;
        values.zip(counts).try_fold(Self::default(), |moments, (x, count)| moments.plus(x, *count))
    }

    /// These sums with so many answers of x more.
    pub(crate) fn plus(self, x: i64, count: u64) -> Result<Self> {
        let (x, times) = (i128::from(x), i128::from(count));
        let added = |sum: i128, term: i128| {
            term.checked_mul(times).and_then(|product| sum.checked_add(product))
        };
        let sums = self.n.checked_add(count).zip(added(self.sum, x));
        sums.zip(added(self.sum_of_squares, x * x))
            .map(|((n, sum), sum_of_squares)| Self { n, sum, sum_of_squares })
            .ok_or_else(overflow)
    }

    /// Σx/n; `None` without answers.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0).then(|| self.sum as f64 / self.n as f64)
    }

    /// n·Σx² − (Σx)², exact; an error where the sums cannot belong to n numbers.
    pub fn variance_numerator(&self) -> Result<i128> {
        let numerator = i128::from(self.n)
            .checked_mul(self.sum_of_squares)
            .zip(self.sum.checked_mul(self.sum))
            .and_then(|(left, right)| left.checked_sub(right))
            .ok_or_else(overflow)?;
        if numerator < 0 || (self.n == 0 && self.sum_of_squares != 0) {
            return Err(Error::argument("no answers have this count, sum and sum of squares")
                .in_field("sum_of_squares"));
        }
        Ok(numerator)
    }

    /// Variance with divisor n; `None` without answers.
    pub fn population_variance(&self) -> Result<Option<f64>> {
        let numerator = self.variance_numerator()? as f64;
        let n = self.n as f64;
        Ok((self.n > 0).then(|| numerator / n / n))
    }

    /// Variance with divisor n − 1; `None` below two answers.
    pub fn sample_variance(&self) -> Result<Option<f64>> {
        let numerator = self.variance_numerator()? as f64;
        let n = self.n as f64;
        Ok((self.n > 1).then(|| numerator / n / (n - 1.0)))
    }

    /// √(sample variance/n); `None` below two answers.
    pub fn standard_error(&self) -> Result<Option<f64>> {
        let variance = self.sample_variance()?;
        Ok(variance.map(|variance| (variance / self.n as f64).sqrt()))
    }
}

fn overflow() -> Error {
    Error::overflow("the sums of squares leave 128 bits")
}

/// Student's t interval of a mean; `None` below two answers.
pub fn interval(moments: &Moments, options: &IntervalOptions) -> Result<Option<Interval>> {
    let alpha = options.alpha()?;
    let method = options.method.unwrap_or(Method::StudentT);
    if method != Method::StudentT {
        return Err(method.refused("a mean", &[Method::StudentT]));
    }
    let sampling = Sampling::new(moments.n, options.population)?;
    let Some((mean, error)) = moments.mean().zip(moments.standard_error()?) else {
        return Ok(None);
    };
    let deviations = student_t_two_sided_quantile(alpha, moments.n as f64 - 1.0);
    let reach = deviations * error * sampling.sample_deviation_factor();
    Ok(Some(Interval { lower: mean - reach, upper: mean + reach, level: options.level, method }))
}

/// Percentage of maximum possible: a mean moved to 0..=100, so that unlike scales can stand side by
/// side. Not the mean as a percentage of the maximum, which gives 10 for all-ones on ten points.
///
/// # Example
/// ```
/// use cxm_core::stats::mean::pomp_points;
/// assert_eq!(pomp_points(4.0, 1.0, 7.0)?, 50.0);
/// # Ok::<(), cxm_core::Error>(())
/// ```
pub fn pomp_points(mean: f64, lowest: f64, highest: f64) -> Result<f64> {
    if highest > lowest && (highest - lowest).is_finite() {
        return Ok(100.0 * (mean - lowest) / (highest - lowest));
    }
    Err(Error::argument(format!("the scale must run upwards, got {lowest}..={highest}"))
        .in_field("highest"))
}

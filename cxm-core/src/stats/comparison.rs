//! Comparisons: first minus second, with its sign, its chance and its interval.
//!
//! # What it measures
//! Whether two scores differ by more than chance would make them.
//!
//! # Formula
//! ```text
//! statistic = difference/standard error      interval = difference ± quantile·standard error
//!
//! nets    adjusted Wald  ¾, 1½, ¾ added on both sides; se² = v₁'/(n₁ + 3) + v₂'/(n₂ + 3)
//!         Wald           the same without the additions
//! shares  Agresti–Caffo  one success and one failure added on both sides
//!         Wald           the same without
//! means   Welch          se² = s₁²/n₁ + s₂²/n₂, Student's t with
//!                        ν = se⁴ / ((s₁²/n₁)²/(n₁ − 1) + (s₂²/n₂)²/(n₂ − 1))
//! paired  Wald           change = Σ π_ij (x_j − x_i), se² = (Σ π_ij (x_j − x_i)² − change²)/n
//! ```
//!
//! # Edge cases
//! An empty side, or no spread at all, is `InsufficientData`: no p-value is made up. The adjusted
//! difference is a little nearer to 0 than the difference of the scores shown.
//!
//! # Not to be confused with
//! Overlapping intervals: two 95 % intervals may overlap where the difference is significant.
//!
//! # Source
//! Rocks (2016); Agresti & Caffo (2000); Welch (1947); Newcombe (1998), method 10, for
//! [`share_difference_interval`].
//!
//! # Example
//! ```
//! use cxm_core::stats::{Comparable, NetCounts};
//!
//! let now = NetCounts { negative: 20, neutral: 30, positive: 50 };
//! let before = NetCounts { negative: 30, neutral: 30, positive: 40 };
//! let change = now.compare(&before)?;
//! assert!((change.difference - 20.0 / 103.0).abs() < 1e-15);
//! assert!(change.p_value > 0.05);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::estimate::Estimate;
use super::interval::{Interval, IntervalOptions, Method};
use super::mean::Moments;
use super::net_score::{Cells, NetCounts};
use super::proportion::{Share, wilson};
use crate::error::{Error, Result};
use crate::numeric::distribution::{
    normal_two_sided, normal_two_sided_quantile, student_t_two_sided, student_t_two_sided_quantile,
};

/// The answer of a comparison: first minus second.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Comparison {
    /// First minus second, adjusted where the method adjusts: the centre of the interval.
    pub difference: f64,
    /// First minus second as the two figures stand in their reports, never adjusted.
    pub plain_difference: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// difference/standard error: z, or t where there are degrees of freedom.
    pub statistic: f64,
    /// Degrees of freedom of a t statistic.
    pub degrees_of_freedom: Option<f64>,
    /// Two-sided p-value.
    pub p_value: f64,
    /// How it was made.
    pub method: Method,
}

impl Comparison {
    pub(crate) fn new(
        difference: f64,
        variance: f64,
        degrees_of_freedom: Option<f64>,
        method: Method,
    ) -> Result<Self> {
        if variance.is_nan() || variance <= 0.0 {
            return Err(Error::insufficient("answers without any spread cannot be compared"));
        }
        let standard_error = variance.sqrt();
        let statistic = difference / standard_error;
        let p_value = match degrees_of_freedom {
            Some(degrees) => student_t_two_sided(statistic, degrees),
            None => normal_two_sided(statistic),
        };
        let plain_difference = difference;
        Ok(Self {
            difference,
            plain_difference,
            standard_error,
            statistic,
            degrees_of_freedom,
            p_value,
            method,
        })
    }

    fn beside(self, plain_difference: f64) -> Self {
        Self { plain_difference, ..self }
    }

    /// The same comparison in another unit: 100 for points instead of shares.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            difference: self.difference * factor,
            plain_difference: self.plain_difference * factor,
            standard_error: self.standard_error * factor.abs(),
            statistic: self.statistic * factor.signum(),
            ..self
        }
    }

    /// The interval of the signed difference; it leaves out 0 exactly where p < 1 − level.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        let alpha = IntervalOptions::at(level).alpha()?;
        let reach = self.standard_error
            * match self.degrees_of_freedom {
                Some(degrees) => student_t_two_sided_quantile(alpha, degrees),
                None => normal_two_sided_quantile(alpha),
            };
        let (lower, upper) = (self.difference - reach, self.difference + reach);
        Ok(Interval { lower, upper, level, method: self.method })
    }
}

/// What can be compared with its like, by the default method of its kind.
pub trait Comparable {
    /// First (`self`) minus second (`other`).
    fn compare(&self, other: &Self) -> Result<Comparison>;
}

impl Comparable for NetCounts {
    fn compare(&self, other: &Self) -> Result<Comparison> {
        nets(self, other, Method::AdjustedWald)
    }
}

impl Comparable for Share {
    fn compare(&self, other: &Self) -> Result<Comparison> {
        shares(self, other, Method::AgrestiCaffo)
    }
}

impl Comparable for Moments {
    fn compare(&self, other: &Self) -> Result<Comparison> {
        means(self, other)
    }
}

impl Comparable for Estimate {
    fn compare(&self, other: &Self) -> Result<Comparison> {
        let variance = self.variance + other.variance;
        Comparison::new(self.value - other.value, variance, None, Method::Wald)
    }
}

/// Two independent net scores, by [`Method::AdjustedWald`] or [`Method::Wald`].
pub fn nets(first: &NetCounts, second: &NetCounts, method: Method) -> Result<Comparison> {
    let cells = [(first, "first"), (second, "second")].map(|(counts, side)| {
        not_empty(counts.total(), side)?;
        match method {
            Method::AdjustedWald => Ok(Cells::from(counts).adjusted()),
            Method::Wald => Ok(Cells::from(counts)),
            _ => Err(method.refused("two net scores", &[Method::AdjustedWald, Method::Wald])),
        }
    });
    let [first_cells, second_cells] = cells;
    let plain = Cells::from(first).net() - Cells::from(second).net();
    let (first, second) = (first_cells?, second_cells?);
    let variance = first.variance() / first.total() + second.variance() / second.total();
    Ok(Comparison::new(first.net() - second.net(), variance, None, method)?.beside(plain))
}

/// Two independent shares, by [`Method::AgrestiCaffo`] or [`Method::Wald`].
pub fn shares(first: &Share, second: &Share, method: Method) -> Result<Comparison> {
    let added = match method {
        Method::AgrestiCaffo => 1.0,
        Method::Wald => 0.0,
        _ => return Err(method.refused("two shares", &[Method::AgrestiCaffo, Method::Wald])),
    };
    let side = |share: &Share, name| {
        let (x, n) = checked(share, name)?;
        let (x, n) = (x + added, n + 2.0 * added);
        Ok((x / n, x / n * ((n - x) / n) / n))
    };
    let (a, b): ((f64, f64), (f64, f64)) = (side(first, "first")?, side(second, "second")?);
    let plain = first.value().unwrap_or_default() - second.value().unwrap_or_default();
    Ok(Comparison::new(a.0 - b.0, a.1 + b.1, None, method)?.beside(plain))
}

/// Newcombe's interval of first minus second, within −1..=1: two Wilson intervals, recombined.
pub fn share_difference_interval(first: &Share, second: &Share, level: f64) -> Result<Interval> {
    let z = normal_two_sided_quantile(IntervalOptions::at(level).alpha()?);
    let side = |share: &Share, name| {
        let (x, n) = checked(share, name)?;
        let (lower, upper) = wilson(x, n, z);
        Ok((x / n, x / n - lower, upper - x / n))
    };
    let (p1, below1, above1) = side(first, "first")?;
    let (p2, below2, above2) = side(second, "second")?;
    let reach = |a: f64, b: f64| (a * a + b * b).sqrt();
    let lower = p1 - p2 - reach(below1, above2);
    let upper = p1 - p2 + reach(above1, below2);
    Ok(Interval { lower, upper, level, method: Method::MoverWilson }.clamped(-1.0, 1.0))
}

/// Two independent means, by Welch's t.
pub fn means(first: &Moments, second: &Moments) -> Result<Comparison> {
    let side = |moments: &Moments, name: &'static str| {
        moments.estimate()?.ok_or_else(|| {
            Error::insufficient("a mean needs two answers or more to be compared").in_field(name)
        })
    };
    let (first, second) = (side(first, "first")?, side(second, "second")?);
    let variance = first.variance + second.variance;
    let part = |it: &Estimate| it.variance * it.variance / (it.n as f64 - 1.0);
    let degrees = variance * variance / (part(&first) + part(&second));
    Comparison::new(first.value - second.value, variance, Some(degrees), Method::StudentT)
}

/// The same respondents asked twice: rows are the class before, columns the class after, each in
/// the order negative, neutral, positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct TransitionTable(pub [[u64; 3]; 3]);

/// Net score after minus before, of the same respondents. Taking the waves as independent would
/// overstate the error wherever answers persist.
///
/// # Example
/// ```
/// use cxm_core::stats::comparison::{TransitionTable, paired_nets};
/// // One of four moved from passive to promoter.
/// let change = paired_nets(&TransitionTable([[1, 0, 0], [0, 1, 1], [0, 0, 1]]))?;
/// assert_eq!(change.difference, 0.25);
/// # Ok::<(), cxm_core::Error>(())
/// ```
pub fn paired_nets(table: &TransitionTable) -> Result<Comparison> {
    let classes = [-1.0, 0.0, 1.0];
    let (mut total, mut sum, mut squares) = (0.0, 0.0, 0.0);
    for (before, row) in classes.iter().zip(&table.0) {
        for (after, count) in classes.iter().zip(row) {
            let (change, count) = (after - before, *count as f64);
            total += count;
            sum += count * change;
            squares += count * change * change;
        }
    }
    if total <= 0.0 {
        return Err(Error::insufficient("a transition table without answers").in_field("table"));
    }
    let change = sum / total;
    let variance = (squares / total - change * change) / total;
    Comparison::new(change, variance, None, Method::Wald)
}

fn not_empty(n: u64, side: &'static str) -> Result<()> {
    if n > 0 {
        return Ok(());
    }
    Err(Error::insufficient("no answers to compare").in_field(side))
}

fn checked(share: &Share, side: &'static str) -> Result<(f64, f64)> {
    share.check()?;
    not_empty(share.total, side)?;
    Ok((share.successes as f64, share.total as f64))
}

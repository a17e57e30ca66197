//! Effect of a measure: difference in differences, and CUPED.
//!
//! # What it measures
//! What changed because of a measure, once what would have changed anyway is taken off: by a group
//! that was not treated, and by what was known of the same customers before.
//!
//! # Formula
//! ```text
//! difference in differences   (T_after − T_before) − (C_after − C_before)
//!   independent cells         se² = Σ s²/n over the four, ν = se⁴/Σ (s²/n)²/(n − 1)
//!   net scores                se² = Σ v/n with ¾, 1½ and ¾ answers added to each, normal
//!   same customers            Welch's t on each customer's own change: y − x
//! CUPED                       θ = cov(x, y)/var(x) over all customers, the groups ignored
//!                             effect = (ȳ_T − ȳ_C) − θ(x̄_T − x̄_C), Welch's t on y − θx
//!                             variance reduction = 1 − se²(y − θx)/se²(y)
//! ```
//! x is the value before the measure, y the one after it.
//!
//! # Edge cases
//! A cell with fewer than two answers, no spread at all, or values before the measure that never
//! vary are `InsufficientData`, naming the cell. Sums that leave 128 bits are an `Overflow`.
//!
//! # Not to be confused with
//! Before against after of the treated alone, which counts the season as an effect. The two groups
//! would have had to change alike without the measure (parallel trends), which no formula can see;
//! CUPED needs groups drawn by lot, and values before the measure that it could not touch.
//!
//! # Source
//! Card & Krueger (1994), American Economic Review 84(4); Welch (1947), Satterthwaite (1946) for
//! the degrees of freedom; Deng, Xu, Kohavi & Walker (2013), WSDM, equations 3 to 5.
//!
//! # Example
//! ```
//! use cxm_core::impact::effect::{BeforeAfter, cuped};
//!
//! let treated = BeforeAfter::from_pairs([(6, 7), (8, 9), (8, 8), (9, 10), (5, 6), (9, 9)])?;
//! let control = BeforeAfter::from_pairs([(6, 6), (9, 8), (7, 7), (9, 9), (5, 5), (8, 8)])?;
//! let effect = cuped(&treated, &control)?;
//! assert!((effect.unadjusted.difference - 1.0).abs() < 1e-12);
//! assert!((effect.adjusted.difference - 0.853457).abs() < 1e-6);
//! assert!(effect.adjusted.p_value < effect.unadjusted.p_value);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use crate::error::{Error, Result};
use crate::stats::comparison::{Comparison, means};
use crate::stats::{Estimate, Method, Moments, NetCounts};

/// The four cells of a difference in differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FourCells<T> {
    /// The treated before the measure.
    pub treated_before: T,
    /// The treated after it.
    pub treated_after: T,
    /// The others before it.
    pub control_before: T,
    /// The others after it.
    pub control_after: T,
}

impl<T> FourCells<T> {
    /// The cells in the order after, before of the treated and of the others, with their names.
    fn named(&self) -> [(&T, &'static str, f64); 4] {
        [
            (&self.treated_after, "treated_after", 1.0),
            (&self.treated_before, "treated_before", -1.0),
            (&self.control_after, "control_after", -1.0),
            (&self.control_before, "control_before", 1.0),
        ]
    }
}

/// Difference in differences of four means of different customers.
pub fn difference_in_differences(cells: &FourCells<Moments>) -> Result<Comparison> {
    let (mut difference, mut variance, mut squares) = (0.0, 0.0, 0.0);
    for (cell, name, sign) in cells.named() {
        let estimate = cell.estimate().map_err(|error| error.within(name))?.ok_or_else(|| {
            Error::insufficient("a cell needs two answers or more").in_field(name)
        })?;
        difference += sign * estimate.value;
        variance += estimate.variance;
        squares += estimate.variance * estimate.variance / (cell.n as f64 - 1.0);
    }
    Comparison::new(difference, variance, Some(variance * variance / squares), Method::StudentT)
}

/// Difference in differences of four net scores of different customers, within −4..=4 shares.
pub fn difference_in_differences_of_nets(cells: &FourCells<NetCounts>) -> Result<Comparison> {
    let (mut difference, mut plain, mut variance) = (0.0, 0.0, 0.0);
    for (cell, name, sign) in cells.named() {
        let net = cell
            .net()
            .ok_or_else(|| Error::insufficient("a cell without answers").in_field(name))?;
        let Estimate { value, variance: own, .. } = cell.adjusted_estimate();
        plain += sign * net;
        difference += sign * value;
        variance += own;
    }
    let comparison = Comparison::new(difference, variance, None, Method::AdjustedWald)?;
    Ok(Comparison { plain_difference: plain, ..comparison })
}

/// Sums over customers with a value before (x) and a value after (y): they merge by adding up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct BeforeAfter {
    /// Customers with both values.
    pub n: u64,
    /// Σx.
    pub sum_before: i128,
    /// Σy.
    pub sum_after: i128,
    /// Σx².
    pub sum_of_squares_before: i128,
    /// Σy².
    pub sum_of_squares_after: i128,
    /// Σxy.
    pub sum_of_products: i128,
}

fn overflow() -> Error {
    Error::overflow("the sums of products leave 128 bits")
}

impl BeforeAfter {
    /// The sums of these customers, each with its value before and after.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (i64, i64)>) -> Result<Self> {
        pairs.into_iter().try_fold(Self::default(), |sums, (before, after)| {
            let (x, y) = (i128::from(before), i128::from(after));
            sums.plus(&Self {
                n: 1,
                sum_before: x,
                sum_after: y,
                sum_of_squares_before: x * x,
                sum_of_squares_after: y * y,
                sum_of_products: x * y,
            })
        })
    }

    /// The sums of both groups of customers.
    pub fn plus(&self, other: &Self) -> Result<Self> {
        let add = |a: i128, b: i128| a.checked_add(b).ok_or_else(overflow);
        Ok(Self {
            n: self.n.checked_add(other.n).ok_or_else(overflow)?,
            sum_before: add(self.sum_before, other.sum_before)?,
            sum_after: add(self.sum_after, other.sum_after)?,
            sum_of_squares_before: add(self.sum_of_squares_before, other.sum_of_squares_before)?,
            sum_of_squares_after: add(self.sum_of_squares_after, other.sum_of_squares_after)?,
            sum_of_products: add(self.sum_of_products, other.sum_of_products)?,
        })
    }

    /// The values before the measure.
    pub fn before(&self) -> Moments {
        let Self { n, sum_before: sum, sum_of_squares_before: sum_of_squares, .. } = *self;
        Moments { n, sum, sum_of_squares }
    }

    /// The values after it.
    pub fn after(&self) -> Moments {
        let Self { n, sum_after: sum, sum_of_squares_after: sum_of_squares, .. } = *self;
        Moments { n, sum, sum_of_squares }
    }

    /// Each customer's own change, y − x.
    pub fn change(&self) -> Result<Moments> {
        let sum = self.sum_after.checked_sub(self.sum_before);
        let squares = self.sum_of_squares_after.checked_add(self.sum_of_squares_before);
        let twice = self.sum_of_products.checked_mul(2);
        let sum_of_squares =
            squares.zip(twice).and_then(|(squares, twice)| squares.checked_sub(twice));
        let (sum, sum_of_squares) = sum.zip(sum_of_squares).ok_or_else(overflow)?;
        Ok(Moments { n: self.n, sum, sum_of_squares })
    }

    /// n²·variance of x, n²·variance of y and n²·covariance, each an exact integer at first.
    fn spreads(&self) -> Result<Spreads> {
        let x = self.before().variance_numerator()? as f64;
        let y = self.after().variance_numerator()? as f64;
        let xy = i128::from(self.n)
            .checked_mul(self.sum_of_products)
            .zip(self.sum_before.checked_mul(self.sum_after))
            .and_then(|(left, right)| left.checked_sub(right))
            .ok_or_else(overflow)? as f64;
        if xy * xy > x * y * (1.0 + 1e-12) {
            return Err(Error::argument("no customers have these sums of squares and products")
                .in_field("sum_of_products"));
        }
        Ok(Spreads { x, y, xy })
    }
}

/// Sums of squared deviations, times n.
#[derive(Debug, Clone, Copy)]
struct Spreads {
    x: f64,
    y: f64,
    xy: f64,
}

/// Difference in differences where each customer is seen before and after: takes the customers'
/// own changes, so that what stays with a customer drops out.
pub fn difference_in_differences_of_pairs(
    treated: &BeforeAfter,
    control: &BeforeAfter,
) -> Result<Comparison> {
    let side = |group: &BeforeAfter, name: &'static str| {
        enough(group, name)?;
        group.spreads().and_then(|_| group.change()).map_err(|error| error.within(name))
    };
    means(&side(treated, "treated")?, &side(control, "control")?)
}

fn enough(group: &BeforeAfter, name: &'static str) -> Result<()> {
    if group.n > 1 {
        return Ok(());
    }
    Err(Error::insufficient("a group needs two customers or more").in_field(name))
}

/// The effect of a measure with and without the values before it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Cuped {
    /// By how much the value after rises with the value before, over all customers.
    pub theta: f64,
    /// Treated minus control, the values after only.
    pub unadjusted: Comparison,
    /// Treated minus control, with what the values before foretold taken off.
    pub adjusted: Comparison,
    /// The part of the squared standard error that is gone: as many fewer customers are needed.
    pub variance_reduction: f64,
}

/// CUPED: the effect of a measure, its variance reduced by the values before it.
pub fn cuped(treated: &BeforeAfter, control: &BeforeAfter) -> Result<Cuped> {
    let side = |group: &BeforeAfter, name: &'static str| {
        enough(group, name)?;
        group.spreads().map_err(|error| error.within(name))
    };
    let sides = [(treated, side(treated, "treated")?), (control, side(control, "control")?)];
    let unadjusted = means(&treated.after(), &control.after())?;
    let all = treated.plus(control)?.spreads()?;
    if all.x <= 0.0 {
        return Err(Error::insufficient("the values before the measure never vary")
            .in_field("sum_of_squares_before"));
    }
    let theta = all.xy / all.x;
    let (mut variance, mut squares) = (0.0, 0.0);
    for (group, Spreads { x, y, xy }) in sides {
        let n = group.n as f64;
        let own = (y - 2.0 * theta * xy + theta * theta * x).max(0.0) / n / n / (n - 1.0);
        variance += own;
        squares += own * own / (n - 1.0);
    }
    let mean = |moments: Moments| moments.mean().unwrap_or(f64::NAN);
    let foretold = mean(treated.before()) - mean(control.before());
    let adjusted = Comparison::new(
        unadjusted.difference - theta * foretold,
        variance,
        Some(variance * variance / squares),
        Method::StudentT,
    )?;
    let plain = unadjusted.standard_error * unadjusted.standard_error;
    Ok(Cuped { theta, unadjusted, adjusted, variance_reduction: 1.0 - variance / plain })
}

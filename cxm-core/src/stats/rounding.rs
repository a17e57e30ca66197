//! Rounding for display, from the exact ratio: a figure is rounded once.
//!
//! # What it measures
//! The decimals that a dashboard shows. Rounding a rounded share again, or three shares one by one,
//! is how 33.3 + 33.3 + 33.3 came to 99.9.
//!
//! # Formula
//! ```text
//! numerator/denominator·10^decimals, to the nearest whole number; ties go away from 0 or to even
//! largest remainder: every share rounded down, the units left go to the largest remainders,
//!                    equal ones to the earlier share
//! ```
//! Whole-number arithmetic throughout.
//!
//! # Edge cases
//! A denominator of 0 is `None`. At most 12 decimals.
//!
//! # Source
//! IEEE 754-2019, 4.3.1 for the ties; Hamilton's method (1792).
//!
//! # Example
//! ```
//! use cxm_core::stats::rounding::{TieRule, round_ratio, shares_of_a_hundred};
//!
//! // 0, 7, 7, 9, 9, 9: two more promoters than detractors among six.
//! let shown = round_ratio(100 * 2, 6, 1, TieRule::HalfAwayFromZero)?.unwrap();
//! assert_eq!(shown.to_string(), "33.3");
//! let shares = shares_of_a_hundred(&[1, 1, 1], 1)?;
//! let shares: Vec<_> = shares.iter().map(|share| share.to_string()).collect();
//! assert_eq!(shares, ["33.4", "33.3", "33.3"]);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use crate::error::{Error, Result};
use std::fmt;

/// More decimals than any reader wants, and few enough for 128 bits.
const MAX_DECIMALS: u32 = 12;

/// Where a value half-way between two decimals goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum TieRule {
    /// 0.5 to 1 and −0.5 to −1, as people round.
    #[default]
    HalfAwayFromZero,
    /// 0.5 to 0 and 1.5 to 2, without bias in sums.
    HalfToEven,
}

/// A decimal number: `units`/10^`decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Rounded {
    /// The number in units of its last decimal.
    pub units: i128,
    /// Digits after the point.
    pub decimals: u32,
}

impl Rounded {
    /// The nearest double.
    pub fn value(&self) -> f64 {
        self.units as f64 / 10_i128.pow(self.decimals) as f64
    }
}

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scale = 10_u128.pow(self.decimals);
        let (whole, part) = (self.units.unsigned_abs() / scale, self.units.unsigned_abs() % scale);
        let sign = if self.units < 0 { "-" } else { "" };
        match self.decimals {
            0 => write!(f, "{sign}{whole}"),
            decimals => write!(f, "{sign}{whole}.{part:0width$}", width = decimals as usize),
        }
    }
}

/// The ratio at so many decimals; `None` for a denominator of 0.
pub fn round_ratio(
    numerator: i128,
    denominator: u64,
    decimals: u32,
    ties: TieRule,
) -> Result<Option<Rounded>> {
    let scale = scale(decimals)?;
    if denominator == 0 {
        return Ok(None);
    }
    let scaled = numerator
        .unsigned_abs()
        .checked_mul(scale)
        .ok_or_else(|| Error::overflow("the numerator is too large to round"))?;
    let denominator = u128::from(denominator);
    let (floor, rest) = (scaled / denominator, scaled % denominator);
    let up = match (rest * 2).cmp(&denominator) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => match ties {
            TieRule::HalfAwayFromZero => true,
            TieRule::HalfToEven => floor % 2 == 1,
        },
    };
    let magnitude = i128::try_from(floor + u128::from(up))
        .map_err(|_| Error::overflow("the ratio is too large to round"))?;
    Ok(Some(Rounded { units: if numerator < 0 { -magnitude } else { magnitude }, decimals }))
}

/// The counts as percentages that add up to exactly 100; none without answers.
pub fn shares_of_a_hundred(counts: &[u64], decimals: u32) -> Result<Vec<Rounded>> {
    let hundred = 100 * scale(decimals)?;
    let total: u128 = counts.iter().map(|count| u128::from(*count)).sum();
    if total == 0 {
        return Ok(Vec::new());
    }
    let quota = |count: &u64| u128::from(*count) * hundred;
    let mut units: Vec<_> = counts.iter().map(|count| quota(count) / total).collect();
    let mut by_remainder: Vec<_> =
        counts.iter().zip(&mut units).map(|(count, unit)| (quota(count) % total, unit)).collect();
    let given: u128 = by_remainder.iter().map(|(_, unit)| **unit).sum();
    by_remainder.sort_by_key(|(remainder, _)| std::cmp::Reverse(*remainder));
    let left = usize::try_from(hundred - given).unwrap_or(usize::MAX);
    by_remainder.iter_mut().take(left).for_each(|(_, unit)| **unit += 1);
    let decimal = |unit: u128| {
        let units = i128::try_from(unit).map_err(|_| Error::overflow("a share above a hundred"))?;
        Ok(Rounded { units, decimals })
    };
    units.into_iter().map(decimal).collect()
}

fn scale(decimals: u32) -> Result<u128> {
    if decimals <= MAX_DECIMALS {
        return Ok(10_u128.pow(decimals));
    }
    Err(Error::argument(format!("decimals must be within 0..={MAX_DECIMALS}, got {decimals}"))
        .in_field("decimals"))
}

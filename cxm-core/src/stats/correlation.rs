//! Correlations from exact integer sums of pairs, and their interval.
//!
//! # What it measures
//! Whether two figures of the same subjects rise and fall together, and how far they lie apart.
//!
//! # Formula
//! ```text
//! correlation r   (n·Σxy − Σx·Σy) ÷ √((n·Σx² − (Σx)²)·(n·Σy² − (Σy)²))
//! interval        tanh(artanh r ± z ÷ √(n − 3))
//! difference      Σ(x − y) = Σx − Σy    Σ(x − y)² = Σx² − 2·Σxy + Σy²
//! ```
//!
//! # Edge cases
//! Where one of the figures never changes there is no correlation; below four pairs it has no
//! interval. Pairs on a line have an interval of zero width. Sums that leave i128 are an `Overflow`
//! error.
//!
//! # Source
//! Pearson (1896); Fisher (1921), Metron 1, for the interval.
//!
//! # Example
//! ```
//! use cxm_core::stats::correlation::{self, PairedMoments};
//!
//! let pairs = PairedMoments::from_pairs([(1, 1), (2, 3), (3, 2), (4, 4)])?;
//! assert_eq!(pairs.correlation()?, Some(0.8));
//! assert_eq!(pairs.difference()?.mean(), Some(0.0));
//! let interval = correlation::interval(0.8, pairs.n(), 0.95)?.unwrap();
//! assert!(interval.lower < 0.0 && interval.upper < 1.0);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::interval::{Interval, IntervalOptions, Method};
use super::mean::Moments;
use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided_quantile;

/// Sums of pairs of whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct PairedMoments {
    /// The sums of the first of each pair.
    pub first: Moments,
    /// The sums of the second of each pair.
    pub second: Moments,
    /// Σxy.
    pub sum_of_products: i128,
}

fn overflow() -> Error {
    Error::overflow("the sums of products leave 128 bits")
}

impl PairedMoments {
    /// The sums of these pairs.
    pub fn from_pairs(pairs: impl IntoIterator<Item = (i64, i64)>) -> Result<Self> {
        pairs.into_iter().try_fold(Self::default(), |sums, (x, y)| sums.plus(x, y))
    }

    /// These sums with one pair more.
    pub(crate) fn plus(self, x: i64, y: i64) -> Result<Self> {
        let product = i128::from(x) * i128::from(y);
        Ok(Self {
            first: self.first.plus(x, 1)?,
            second: self.second.plus(y, 1)?,
            sum_of_products: self.sum_of_products.checked_add(product).ok_or_else(overflow)?,
        })
    }

    /// Number of pairs.
    pub fn n(&self) -> u64 {
        self.first.n
    }

    /// The correlation; `None` where one of the figures never changes.
    pub fn correlation(&self) -> Result<Option<f64>> {
        if self.first.n != self.second.n {
            let message = "expected as many of the first as of the second";
            return Err(Error::argument(message).in_field("second"));
        }
        let shared = i128::from(self.n())
            .checked_mul(self.sum_of_products)
            .zip(self.first.sum.checked_mul(self.second.sum))
            .and_then(|(products, sums)| products.checked_sub(sums))
            .ok_or_else(overflow)?;
        let (first, second) = (self.first.variance_numerator()?, self.second.variance_numerator()?);
        if first == 0 || second == 0 {
            return Ok(None);
        }
        let spread = (first as f64 * second as f64).sqrt();
        Ok(Some((shared as f64 / spread).clamp(-1.0, 1.0)))
    }

    /// The sums of first minus second.
    pub fn difference(&self) -> Result<Moments> {
        let squares = self
            .first
            .sum_of_squares
            .checked_add(self.second.sum_of_squares)
            .zip(self.sum_of_products.checked_mul(2))
            .and_then(|(squares, products)| squares.checked_sub(products));
        let sum = self.first.sum.checked_sub(self.second.sum);
        let (sum, sum_of_squares) = sum.zip(squares).ok_or_else(overflow)?;
        Ok(Moments { n: self.n(), sum, sum_of_squares })
    }
}

/// Fisher's interval of a correlation of n pairs; `None` below four.
pub fn interval(correlation: f64, n: u64, level: f64) -> Result<Option<Interval>> {
    let alpha = IntervalOptions::at(level).alpha()?;
    if !(-1.0..=1.0).contains(&correlation) {
        let message = format!("a correlation lies within -1 to 1, got {correlation}");
        return Err(Error::argument(message).in_field("correlation"));
    }
    if n < 4 {
        return Ok(None);
    }
    let reach = normal_two_sided_quantile(alpha) / (n as f64 - 3.0).sqrt();
    let centre = libm::atanh(correlation);
    let [lower, upper] = [centre - reach, centre + reach].map(libm::tanh);
    Ok(Some(Interval { lower, upper, level, method: Method::FisherZ }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_is_fishers() {
        // r = 0.6 of 28 pairs: artanh 0.6 = 0.693147, ± 1.959964/5, and back.
        let interval = interval(0.6, 28, 0.95).unwrap().unwrap();
        assert!((interval.lower - 0.292_368_675_990_570_9).abs() < 1e-12, "{interval:?}");
        assert!((interval.upper - 0.795_097_425_366_383_1).abs() < 1e-12, "{interval:?}");
    }

    #[test]
    fn lines_have_an_interval_of_no_width() {
        let rising = PairedMoments::from_pairs((0..5).map(|x| (x, 3 * x + 1))).unwrap();
        assert_eq!(rising.correlation().unwrap(), Some(1.0));
        let limits = interval(1.0, 5, 0.95).unwrap().unwrap();
        assert_eq!(
            (limits.lower.to_bits(), limits.upper.to_bits()),
            (1f64.to_bits(), 1f64.to_bits())
        );
        let falling = PairedMoments::from_pairs((0..5).map(|x| (x, -x))).unwrap();
        assert_eq!(falling.correlation().unwrap(), Some(-1.0));
    }

    #[test]
    fn what_never_changes_correlates_with_nothing() {
        let pairs = PairedMoments::from_pairs([(1, 5), (2, 5), (3, 5)]).unwrap();
        assert_eq!(pairs.correlation().unwrap(), None);
        assert_eq!(PairedMoments::default().correlation().unwrap(), None);
        assert_eq!(interval(0.5, 3, 0.95).unwrap(), None);
        assert!(interval(1.5, 9, 0.95).is_err() && interval(f64::NAN, 9, 0.95).is_err());
        assert!(interval(0.5, 9, 1.0).is_err());
    }

    #[test]
    fn differences_are_those_of_the_pairs() {
        let pairs = [(3, 1), (-2, 5), (7, 7)];
        let sums = PairedMoments::from_pairs(pairs).unwrap();
        let differences = Moments::from_answers(pairs.map(|(x, y)| x - y)).unwrap();
        assert_eq!(sums.difference().unwrap(), differences);
    }

    #[test]
    fn sums_that_do_not_fit_are_refused() {
        let huge = PairedMoments::from_pairs([(i64::MAX, i64::MAX), (i64::MIN, i64::MIN)]);
        assert!(huge.and_then(|sums| sums.correlation()).is_err());
    }
}

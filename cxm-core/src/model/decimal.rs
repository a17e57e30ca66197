//! A decimal number of six places: scores, shares and weights that compare exactly.

use crate::error::{Error, Result};

/// Millionths in one.
const ONE: i64 = 1_000_000;

/// The largest amount: below it a millionth is wide beside the rounding of a double, so that every
/// decimal is one double and back.
const MOST: i64 = 1_000_000_000 * ONE;

/// A whole number of millionths, from −10⁹ to 10⁹.
///
/// A score of 0.1 is no double, and two scores that mean the same on different scales would then
/// differ in the last bit. A decimal is an integer, so ties are ties. A number with more than six
/// places is rounded to the nearest millionth, halves away from zero.
///
/// ```
/// use cxm_core::model::Decimal;
/// assert_eq!(Decimal::new(0.1)?, "0.1".parse()?);
/// assert_eq!(Decimal::from(7).millionths(), 7_000_000);
/// assert_eq!(Decimal::new(-2.5)?.to_string(), "-2.5");
/// assert!(Decimal::new(f64::NAN).is_err());
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "f64", try_from = "f64"))]
pub struct Decimal(i64);

impl Decimal {
    /// 0.
    pub const ZERO: Self = Self(0);
    /// The largest, 10⁹; the smallest is its opposite.
    pub const MOST: Self = Self(MOST);
    /// 1.
    pub const ONE: Self = Self(ONE);

    /// The decimal nearest to a number.
    pub fn new(number: f64) -> Result<Self> {
        let millionths = libm::round(number * 1e6);
        // A limit that is a double itself, so that nothing beyond it passes.
        if !(-1e15..=1e15).contains(&millionths) {
            return Err(Error::argument(format!(
                "expected a number from -1000000000 to 1000000000, got {number}"
            )));
        }
        #[allow(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
        Ok(Self(millionths as i64))
    }

    /// So many millionths.
    pub fn from_millionths(millionths: i64) -> Result<Self> {
        if millionths.unsigned_abs() > MOST.unsigned_abs() {
            let message = format!("expected at most {MOST} millionths, got {millionths}");
            return Err(Error::argument(message));
        }
        Ok(Self(millionths))
    }

    /// The number of millionths.
    pub const fn millionths(self) -> i64 {
        self.0
    }

    /// The double nearest to it.
    pub fn to_f64(self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "the limit is below 2^53")]
        let millionths = self.0 as f64;
        millionths / 1e6
    }
}

impl From<i32> for Decimal {
    fn from(whole: i32) -> Self {
        Self(i64::from(whole) * ONE)
    }
}

impl From<Decimal> for f64 {
    fn from(decimal: Decimal) -> Self {
        decimal.to_f64()
    }
}

impl TryFrom<f64> for Decimal {
    type Error = Error;

    fn try_from(number: f64) -> Result<Self> {
        Self::new(number)
    }
}

impl std::str::FromStr for Decimal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let refuse = || Error::argument(format!("expected a number, got {text:?}"));
        let number: f64 = text.trim().parse().map_err(|_| refuse())?;
        Self::new(number)
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.to_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_decimal_is_one_double_and_back() {
        for millionths in [0, 1, -1, 100_000, 333_333, MOST, -MOST, MOST - 1, 999_999_123_456_789] {
            let decimal = Decimal::from_millionths(millionths).unwrap();
            assert_eq!(Decimal::new(decimal.to_f64()).unwrap(), decimal);
            assert_eq!(decimal.to_string().parse::<Decimal>().unwrap(), decimal);
        }
    }

    #[test]
    fn what_is_no_decimal_is_refused() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.1e9, -1e300] {
            assert!(Decimal::new(number).is_err(), "{number}");
        }
        assert!(Decimal::from_millionths(MOST + 1).is_err());
        assert!(Decimal::from_millionths(i64::MIN).is_err());
        assert!("seven".parse::<Decimal>().is_err());
        assert!("".parse::<Decimal>().is_err());
    }

    #[test]
    fn more_places_are_rounded() {
        assert_eq!(Decimal::new(0.000_000_5).unwrap().millionths(), 1);
        assert_eq!(Decimal::new(-0.000_000_5).unwrap().millionths(), -1);
        assert_eq!(Decimal::new(1.0 / 3.0).unwrap().millionths(), 333_333);
    }
}

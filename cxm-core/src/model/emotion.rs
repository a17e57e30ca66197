//! The one scale of emotions: −2 (worst) to +2 (best), as an exact fraction.
//!
//! # What it measures
//! How good or bad a moment was, whatever scale it was asked on: 0 to 10, 1 to 5, −1 to 1.
//!
//! # Formula
//! ```text
//! e = 4·(x − lowest) ÷ (highest − lowest) − 2     higher is better
//! e = 2 − 4·(x − lowest) ÷ (highest − lowest)     lower is better
//! ```
//!
//! # Input
//! A value and its [scale](ObservationScale), both [decimals](Decimal).
//!
//! # Empty and edge cases
//! A value off its scale is no emotion and is refused.
//!
//! # Merging
//! An emotion is no state. Emotions are compared exactly: computed in doubles, a score of 8 on 0 to
//! 10 gives 1.2000000000000002 and a score of 2 gives −1.2, so that a tie would have a winner.
//!
//! # Uncertainty
//! None: it is a change of scale.
//!
//! # Not to be confused with
//! A sentiment found in a text, which is an [observation](super::Observation) like any other, and
//! the net emotional value of [`survey`](crate::survey), which counts emotions that were named.
//!
//! # Source
//! Linear rescaling; −2 to +2 is what tools for journey maps draw (Smaply, the emotional journey).
//! The peak–end rule: Kahneman, Fredrickson, Schreiber and Redelmeier (1993).
//!
//! # Example
//! ```
//! use cxm_core::model::{Emotion, ObservationScale};
//!
//! let scale = ObservationScale::whole(0, 10)?;
//! let (eight, two) = (Emotion::of(8.into(), &scale)?, Emotion::of(2.into(), &scale)?);
//! assert_eq!(eight.to_f64(), 1.2);
//! assert_eq!(eight.strength(), two.strength()); // a tie, exactly
//! assert!(two.outweighs(eight)); // which the more negative one wins
//! assert_eq!(Emotion::of(4.into(), &ObservationScale::whole(1, 5)?)?.to_f64(), 1.0);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::cmp::Ordering;

use super::check::within;
use super::{Decimal, Direction};
use crate::error::{Error, Result};

/// The lowest and the highest value of an observation, and which of them is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct ObservationScale {
    /// The lowest value.
    pub lowest: Decimal,
    /// The highest value.
    pub highest: Decimal,
    /// Which end is the good one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub direction: Direction,
}

impl ObservationScale {
    /// A scale of any numbers on which a high value is a good one.
    pub fn new(lowest: Decimal, highest: Decimal) -> Result<Self> {
        let scale = Self { lowest, highest, direction: Direction::HigherIsBetter };
        scale.validate()?;
        Ok(scale)
    }

    /// A scale between whole numbers on which a high value is a good one.
    pub fn whole(lowest: i32, highest: i32) -> Result<Self> {
        Self::new(lowest.into(), highest.into())
    }

    /// The same scale on which a low value is the good one.
    #[must_use]
    pub const fn lower_is_better(self) -> Self {
        Self { direction: Direction::LowerIsBetter, ..self }
    }

    /// Refuses a scale that has no room.
    pub fn validate(&self) -> Result<()> {
        if self.lowest < self.highest {
            return Ok(());
        }
        let message =
            format!("expected lowest < highest, got {} and {}", self.lowest, self.highest);
        Err(Error::definition(message).in_field("scale"))
    }

    /// Whether the value is on the scale.
    pub fn contains(&self, value: Decimal) -> bool {
        (self.lowest..=self.highest).contains(&value)
    }
}

/// The width of the widest scale, in millionths.
const WIDEST: i64 = 2 * Decimal::MOST.millionths();

/// A number from −2 to +2 as a fraction in lowest terms: equal emotions are equal fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "[i64; 2]", try_from = "[i64; 2]"))]
pub struct Emotion {
    numerator: i64,
    denominator: i64,
}

impl Emotion {
    /// The worst, −2.
    pub const WORST: Self = Self { numerator: -2, denominator: 1 };
    /// Neither good nor bad, 0.
    pub const NEUTRAL: Self = Self { numerator: 0, denominator: 1 };
    /// The best, +2.
    pub const BEST: Self = Self { numerator: 2, denominator: 1 };

    /// The emotion of a value on its scale.
    pub fn of(value: Decimal, scale: &ObservationScale) -> Result<Self> {
        scale.validate()?;
        if !scale.contains(value) {
            let (lowest, highest) = (scale.lowest, scale.highest);
            let message = format!("expected a value within {lowest} to {highest}, got {value}");
            return Err(Error::observation(message).in_field("value"));
        }
        let (lowest, highest) = (scale.lowest.millionths(), scale.highest.millionths());
        // No term is above 4·10¹⁵, so nothing overflows.
        let above_middle = 4 * value.millionths() - 2 * lowest - 2 * highest;
        let better = match scale.direction {
            Direction::HigherIsBetter => above_middle,
            Direction::LowerIsBetter => -above_middle,
        };
        Ok(Self::reduced(better, highest - lowest))
    }

    /// An emotion that is stated as such, −2 to +2.
    pub fn stated(emotion: Decimal) -> Result<Self> {
        within(emotion, Decimal::from(-2), Decimal::from(2), "emotion")?;
        Ok(Self::reduced(emotion.millionths(), Decimal::ONE.millionths()))
    }

    /// In lowest terms; the denominator is positive.
    const fn reduced(numerator: i64, denominator: i64) -> Self {
        let (mut divisor, mut rest) = (denominator, numerator.abs());
        while rest != 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        Self { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    /// Numerator and denominator in lowest terms; the denominator is positive.
    pub const fn fraction(self) -> [i64; 2] {
        [self.numerator, self.denominator]
    }

    /// The double nearest to it.
    pub fn to_f64(self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "for showing; comparisons are exact")]
        let (numerator, denominator) = (self.numerator as f64, self.denominator as f64);
        numerator / denominator
    }

    /// How far from neutral, 0 to 2.
    #[must_use]
    pub const fn strength(self) -> Self {
        Self { numerator: self.numerator.abs(), denominator: self.denominator }
    }

    /// Whether it is a peak against another one: it is stronger, or as strong and more negative.
    pub fn outweighs(self, other: Self) -> bool {
        match self.strength().cmp(&other.strength()) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => self < other,
        }
    }
}

impl Ord for Emotion {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = i128::from(self.numerator) * i128::from(other.denominator);
        let right = i128::from(other.numerator) * i128::from(self.denominator);
        left.cmp(&right)
    }
}

impl PartialOrd for Emotion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl std::fmt::Display for Emotion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:+}", self.to_f64())
    }
}

impl From<Emotion> for [i64; 2] {
    fn from(emotion: Emotion) -> Self {
        emotion.fraction()
    }
}

impl TryFrom<[i64; 2]> for Emotion {
    type Error = Error;

    fn try_from([numerator, denominator]: [i64; 2]) -> Result<Self> {
        let refuse = |expected: &str| {
            let message = format!("expected {expected}, got {numerator} and {denominator}");
            Err(Error::argument(message).in_field("emotion"))
        };
        if !(1..=WIDEST).contains(&denominator)
            || !(-2 * denominator..=2 * denominator).contains(&numerator)
        {
            return refuse("numerator and denominator of a fraction from -2 to 2");
        }
        let reduced = Self::reduced(numerator, denominator);
        if reduced.denominator != denominator {
            return refuse("a fraction in lowest terms");
        }
        Ok(reduced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(lowest: i32, highest: i32, value: i32) -> Emotion {
        Emotion::of(value.into(), &ObservationScale::whole(lowest, highest).unwrap()).unwrap()
    }

    #[test]
    fn scales_share_their_ends_and_their_middle() {
        for (lowest, highest) in [(0, 10), (1, 5), (1, 7), (-1, 1), (0, 100), (-3, 9)] {
            assert_eq!(on(lowest, highest, lowest), Emotion::WORST);
            assert_eq!(on(lowest, highest, highest), Emotion::BEST);
        }
        assert_eq!(on(0, 10, 5), Emotion::NEUTRAL);
        assert_eq!(on(1, 5, 3), Emotion::NEUTRAL);
        assert_eq!(on(0, 10, 8).fraction(), [6, 5]);
        assert_eq!(on(0, 100, 80), on(0, 10, 8));
    }

    #[test]
    fn effort_counts_the_other_way_round() {
        let effort = ObservationScale::whole(1, 7).unwrap().lower_is_better();
        assert_eq!(Emotion::of(1.into(), &effort).unwrap(), Emotion::BEST);
        assert_eq!(Emotion::of(7.into(), &effort).unwrap(), Emotion::WORST);
    }

    #[test]
    fn ties_are_ties() {
        // The trap of doubles: 4·8/10 − 2 is above 1.2 and 4·2/10 − 2 is −1.2.
        assert!((4.0 * 8.0 / 10.0 - 2.0_f64).abs() > (4.0 * 2.0 / 10.0 - 2.0_f64).abs());
        assert_eq!(on(0, 10, 8).strength(), on(0, 10, 2).strength());
        assert!(on(0, 10, 2).outweighs(on(0, 10, 8)));
        assert!(!on(0, 10, 8).outweighs(on(0, 10, 2)));
        assert!(!on(0, 10, 8).outweighs(on(0, 10, 8)));
        let tenths = ObservationScale::new(Decimal::ZERO, Decimal::ONE).unwrap();
        let eight_tenths = Emotion::of(Decimal::new(0.8).unwrap(), &tenths).unwrap();
        assert_eq!(eight_tenths, on(0, 10, 8));
    }

    #[test]
    fn extreme_scales_do_not_overflow() {
        let most = Decimal::from_millionths(1_000_000_000_000_000).unwrap();
        let least = Decimal::from_millionths(-1_000_000_000_000_000).unwrap();
        let scale = ObservationScale::new(least, most).unwrap();
        assert_eq!(Emotion::of(most, &scale).unwrap(), Emotion::BEST);
        assert_eq!(Emotion::of(least, &scale.lower_is_better()).unwrap(), Emotion::BEST);
        let next = Decimal::from_millionths(999_999_999_999_999).unwrap();
        assert!(Emotion::of(next, &scale).unwrap() < Emotion::BEST);
    }

    #[test]
    fn what_is_no_emotion_is_refused() {
        let scale = ObservationScale::whole(0, 10).unwrap();
        assert_eq!(Emotion::of(11.into(), &scale).unwrap_err().field(), Some("value"));
        assert!(ObservationScale::whole(5, 5).is_err());
        assert!(Emotion::stated(3.into()).is_err());
        assert_eq!(Emotion::stated(Decimal::new(-1.5).unwrap()).unwrap().fraction(), [-3, 2]);
        for wrong in [[1, 0], [1, -1], [5, 2], [2, 4], [0, 2], [i64::MIN, i64::MAX]] {
            assert!(Emotion::try_from(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(Emotion::try_from([6, 5]).unwrap(), on(0, 10, 8));
    }
}

//! The scale of a question: its lowest and highest answer.

use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};

/// The most points a scale may have: 0 to 100.
pub const MAX_POINTS: usize = 101;

/// Every whole number from `lowest` to `highest`, both included.
///
/// ```
/// use cxm_core::model::Scale;
/// let scale = Scale::new(0, 10)?;
/// assert_eq!(scale.points(), 11);
/// assert!(scale.contains(7) && !scale.contains(11));
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(into = "[i16; 2]", try_from = "[i16; 2]"))]
pub struct Scale {
    lowest: i16,
    highest: i16,
}

impl Scale {
    /// The scale of 0 to 10.
    pub const ZERO_TO_TEN: Self = Self { lowest: 0, highest: 10 };
    /// The scale of 1 to 5.
    pub const ONE_TO_FIVE: Self = Self { lowest: 1, highest: 5 };
    /// The scale of 1 to 7.
    pub const ONE_TO_SEVEN: Self = Self { lowest: 1, highest: 7 };

    /// A scale of 2 to 101 points.
    pub fn new(lowest: i16, highest: i16) -> Result<Self> {
        let points = i32::from(highest) - i32::from(lowest) + 1;
        if !(2..=101).contains(&points) {
            return Err(Error::definition(format!(
                "a scale has 2 to {MAX_POINTS} points, got {lowest}..={highest}"
            ))
            .in_field("scale"));
        }
        Ok(Self { lowest, highest })
    }

    /// A literal scale inside the library; a wrong one does not compile.
    pub(crate) const fn literal(lowest: i16, highest: i16) -> Self {
        assert!(lowest < highest && highest - lowest < 101);
        Self { lowest, highest }
    }

    /// The lowest answer.
    pub const fn lowest(self) -> i16 {
        self.lowest
    }

    /// The highest answer.
    pub const fn highest(self) -> i16 {
        self.highest
    }

    /// How many answers there are.
    pub fn points(self) -> usize {
        usize::from(self.highest.abs_diff(self.lowest)) + 1
    }

    /// Highest minus lowest.
    pub fn range(self) -> u16 {
        self.highest.abs_diff(self.lowest)
    }

    /// Whether the answer is on the scale.
    pub fn contains(self, rating: i64) -> bool {
        (i64::from(self.lowest)..=i64::from(self.highest)).contains(&rating)
    }

    /// Position of an answer from the bottom, 0 for the lowest.
    pub fn index(self, rating: i64) -> Option<usize> {
        if self.contains(rating) {
            usize::try_from(rating - i64::from(self.lowest)).ok()
        } else {
            None
        }
    }

    /// The answers from the lowest to the highest.
    pub fn ratings(self) -> impl DoubleEndedIterator<Item = i16> + Clone {
        self.lowest..=self.highest
    }

    pub(crate) fn write(self, writer: &mut Writer) {
        writer.signed(self.lowest);
        writer.signed(self.highest);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Self::new(reader.signed()?, reader.signed()?)
    }
}

impl std::fmt::Display for Scale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}..={}", self.lowest, self.highest)
    }
}

impl From<Scale> for [i16; 2] {
    fn from(scale: Scale) -> Self {
        [scale.lowest, scale.highest]
    }
}

impl TryFrom<[i16; 2]> for Scale {
    type Error = Error;

    fn try_from([lowest, highest]: [i16; 2]) -> Result<Self> {
        Self::new(lowest, highest)
    }
}

/// Which end of a scale is the good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Direction {
    /// A high answer is a good one: satisfaction, ease.
    #[default]
    HigherIsBetter,
    /// A low answer is a good one: effort as it was asked in 2010.
    LowerIsBetter,
}

impl Direction {
    pub(crate) fn write(self, writer: &mut Writer) {
        writer.bool(self == Self::LowerIsBetter);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(if reader.bool()? { Self::LowerIsBetter } else { Self::HigherIsBetter })
    }
}

//! What was left out of a figure, and why: never nothing, never silently.

use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{checked_difference, checked_sum};
use crate::error::Result;

/// What was left out, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Exclusions {
    /// Null, NaN, skipped, dismissed.
    pub missing: u64,
    /// One of the declared codes for "don't know".
    pub dont_know: u64,
    /// A number off the scale.
    pub out_of_range: u64,
    /// Not a whole number.
    pub non_integer: u64,
    /// A second answer where the rule for duplicates counts one.
    pub duplicates: u64,
}

impl Exclusions {
    /// Off the scale or not a whole number.
    pub fn invalid(&self) -> u64 {
        self.out_of_range.saturating_add(self.non_integer)
    }

    /// All that was left out.
    pub fn total(&self) -> u64 {
        self.fields().iter().fold(0u64, |sum, &&field| sum.saturating_add(field))
    }

    pub(super) fn fields(&self) -> [&u64; 5] {
        [&self.missing, &self.dont_know, &self.out_of_range, &self.non_integer, &self.duplicates]
    }

    pub(super) fn fields_mut(&mut self) -> [&mut u64; 5] {
        [
            &mut self.missing,
            &mut self.dont_know,
            &mut self.out_of_range,
            &mut self.non_integer,
            &mut self.duplicates,
        ]
    }

    /// The sum of all, unless it passes 64 bits.
    pub(crate) fn checked_total(&self) -> Result<u64> {
        self.fields().into_iter().try_fold(0, |sum, &count| checked_sum(sum, count))
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (ours, theirs) in self.fields_mut().into_iter().zip(other.fields()) {
            *ours = ours.saturating_add(*theirs);
        }
    }

    pub(crate) fn check_subtract(&self, other: &Self) -> Result<()> {
        for (ours, theirs) in self.fields().into_iter().zip(other.fields()) {
            checked_difference(*ours, *theirs, "the excluded rows")?;
        }
        Ok(())
    }

    pub(crate) fn subtract(&mut self, other: &Self) {
        for (ours, theirs) in self.fields_mut().into_iter().zip(other.fields()) {
            *ours = ours.saturating_sub(*theirs);
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        for &field in self.fields() {
            writer.unsigned(field);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let mut excluded = Self::default();
        for field in excluded.fields_mut() {
            *field = reader.u64()?;
        }
        Ok(excluded)
    }
}

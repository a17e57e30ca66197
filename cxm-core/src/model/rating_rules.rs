//! How a column of ratings is read: its scale, and what happens to what is not on it.

use super::Scale;
use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};

/// The most codes for "don't know" that a question may have.
pub const MAX_DONT_KNOW_CODES: usize = 16;

/// What a missing answer does: null, NaN, skipped, dismissed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum MissingRule {
    /// It is counted as missing and left out of every figure.
    #[default]
    Exclude,
    /// It is counted as missing and joins the neutral class of a net score.
    AsNeutral,
    /// It fails the batch.
    Error,
}

/// What an answer does that is off the scale or not a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum InvalidRule {
    /// It is counted as invalid and left out of every figure.
    #[default]
    Exclude,
    /// It fails the batch, naming the row.
    Error,
}

/// The rules by which ratings are read; part of every definition that rests on ratings.
#[derive(Debug, Clone, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RatingRules {
    /// Lowest and highest answer.
    pub scale: Scale,
    /// What a missing answer does.
    #[cfg_attr(feature = "serde", serde(default))]
    pub missing: MissingRule,
    /// What an answer off the scale does.
    #[cfg_attr(feature = "serde", serde(default))]
    pub invalid: InvalidRule,
    /// Codes off the scale that mean "don't know" or "not applicable"; they have a count of their
    /// own.
    #[cfg_attr(feature = "serde", serde(default))]
    pub dont_know: Vec<i32>,
    /// Whether every row carries a weight.
    #[cfg_attr(feature = "serde", serde(default))]
    pub weighted: bool,
}

impl PartialEq for RatingRules {
    fn eq(&self, other: &Self) -> bool {
        let Self { scale, missing, invalid, dont_know, weighted } = self;
        let codes = dont_know.len() == other.dont_know.len()
            // Every merge comes by here. Comparing two empty lists is left out: it would hand
            // addresses of nothing to memcmp, whose masked loads take 60 ns to find that out.
            && (dont_know.is_empty() || *dont_know == other.dont_know);
        let plain = (*scale, *missing, *invalid, *weighted);
        codes && plain == (other.scale, other.missing, other.invalid, other.weighted)
    }
}

impl RatingRules {
    /// The default rules on this scale: exclude and count.
    pub const fn on(scale: Scale) -> Self {
        Self {
            scale,
            missing: MissingRule::Exclude,
            invalid: InvalidRule::Exclude,
            dont_know: Vec::new(),
            weighted: false,
        }
    }

    /// Refuses codes that are ratings, unsorted or too many.
    pub fn validate(&self) -> Result<()> {
        let refuse = |message: String| Err(Error::definition(message).in_field("dont_know"));
        if self.dont_know.len() > MAX_DONT_KNOW_CODES {
            return refuse(format!(
                "at most {MAX_DONT_KNOW_CODES} codes, got {}",
                self.dont_know.len()
            ));
        }
        if let Some(code) =
            self.dont_know.iter().find(|&&code| self.scale.contains(i64::from(code)))
        {
            return refuse(format!("{code} is a rating on the scale {}", self.scale));
        }
        if self.weighted && self.missing == MissingRule::AsNeutral {
            return Err(Error::definition(
                "a missing answer has no weight, so it cannot be neutral among weighted ones",
            )
            .in_field("missing"));
        }
        if !self.dont_know.is_sorted_by(|a, b| a < b) {
            return refuse("codes must be ascending and different".to_owned());
        }
        Ok(())
    }

    /// Whether no row can fail: everything odd is counted.
    pub fn accepts_everything(&self) -> bool {
        self.missing != MissingRule::Error && self.invalid != InvalidRule::Error
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        self.scale.write(writer);
        writer.u8(match self.missing {
            MissingRule::Exclude => 0,
            MissingRule::AsNeutral => 1,
            MissingRule::Error => 2,
        });
        writer.bool(self.invalid == InvalidRule::Error);
        writer.length(self.dont_know.len());
        for &code in &self.dont_know {
            writer.signed(code);
        }
        writer.bool(self.weighted);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let scale = Scale::read(reader)?;
        let missing = match reader.u8()? {
            0 => MissingRule::Exclude,
            1 => MissingRule::AsNeutral,
            2 => MissingRule::Error,
            other => return Err(Error::corrupt(format!("there is no missing rule {other}"))),
        };
        let invalid = if reader.bool()? { InvalidRule::Error } else { InvalidRule::Exclude };
        let codes = reader.length(1)?;
        let dont_know = (0..codes).map(|_| reader.signed()).collect::<Result<_>>()?;
        let rules = Self { scale, missing, invalid, dont_know, weighted: reader.bool()? };
        rules.validate()?;
        Ok(rules)
    }
}

//! The one currency of the amounts of a state: two could not be added up.

use super::batch::KeyPart;
use super::checked_difference;
use super::codec::{Reader, Writer};
use crate::error::{Error, Result};

/// The currency that rows state, and how many of them do.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct StatedCurrency {
    currency: Option<KeyPart>,
    rows: u64,
}

impl StatedCurrency {
    /// The currency, once a row has stated it.
    pub(crate) fn get(&self) -> Option<&KeyPart> {
        self.currency.as_ref()
    }

    /// Counts a row that states the currency.
    pub(crate) fn take(&mut self, currency: KeyPart) {
        self.rows += 1;
        self.currency.get_or_insert(currency);
    }

    /// Refuses a row in another currency.
    pub(crate) fn check_row(&self, theirs: Option<&KeyPart>) -> Result<()> {
        match (&self.currency, theirs) {
            (Some(ours), Some(theirs)) if ours != theirs => Err(other_currency(ours, theirs)),
            _ => Ok(()),
        }
    }

    pub(crate) fn check_merge(&self, other: &Self) -> Result<()> {
        match (&self.currency, &other.currency) {
            (Some(ours), Some(theirs)) if ours != theirs => {
                Err(Error::merge(format!("amounts in {ours} and in {theirs} cannot be added up"))
                    .in_field("currencies"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        if self.currency.is_none() {
            self.currency.clone_from(&other.currency);
        }
    }

    /// Refuses what was never added; `left` rows of the state are to stay.
    pub(crate) fn check_subtract(&self, other: &Self, left: u64) -> Result<()> {
        let stated = checked_difference(self.rows, other.rows, "a currency")?;
        if other.currency.is_some() && self.currency != other.currency {
            return Err(Error::never_added("cannot retract amounts in another currency"));
        }
        if stated > left {
            return Err(Error::never_added("cannot retract rows without their currency"));
        }
        Ok(())
    }

    pub(crate) fn subtract(&mut self, other: &Self) {
        self.rows = self.rows.saturating_sub(other.rows);
        if self.rows == 0 {
            self.currency = None;
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.unsigned(self.rows);
        if let Some(currency) = &self.currency {
            currency.write(writer);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let rows = reader.u64()?;
        let currency = if rows > 0 { Some(KeyPart::read(reader)?) } else { None };
        Ok(Self { currency, rows })
    }

    /// Refuses what a state of so many rows cannot have come to.
    pub(crate) fn check_state(&self, rows: u64) -> Result<()> {
        if self.rows > rows || self.currency == Some(KeyPart::Missing) {
            return Err(Error::corrupt("a currency that no rows can have stated"));
        }
        Ok(())
    }
}

/// The error of a row in another currency than the one that counts.
pub(crate) fn other_currency(expected: &dyn std::fmt::Display, got: &KeyPart) -> Error {
    Error::observation(format!("expected the currency {expected}, got {got}"))
        .in_field("currencies")
}

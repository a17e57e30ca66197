//! The shape of what customers subscribe to: spans of time at a recurring amount.

use super::columns::{Values, check_validity, same_length};
use super::keys::KeyColumn;
use crate::error::Result;
use crate::numeric::tally::Validity;

/// A column of times of which some may be absent, in microseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub struct Times<'a> {
    /// The times; that of an absent row is not looked at.
    pub values: &'a [i64],
    /// Which rows have a time; without it, all do.
    pub validity: Option<Validity<'a>>,
}

impl<'a> From<&'a [i64]> for Times<'a> {
    fn from(values: &'a [i64]) -> Self {
        Self { values, validity: None }
    }
}

impl Times<'_> {
    /// The time of a row, if it has one.
    pub fn get(&self, row: usize) -> Option<i64> {
        let present = self.validity.is_none_or(|validity| validity.is_valid(row));
        if present { self.values.get(row).copied() } else { None }
    }

    pub(crate) fn check(&self, field: &'static str, rows: usize) -> Result<()> {
        same_length(field, self.values.len(), rows)?;
        check_validity(field, self.validity, rows)
    }
}

/// One span of a subscription a row: half-open, from its start up to but not including its end.
#[derive(Debug, Clone, Copy)]
pub struct Spans<'a> {
    /// Who subscribes.
    pub customers: KeyColumn<'a>,
    /// Which subscription of theirs; without it, spans of a customer add up and may overlap.
    pub subscriptions: Option<KeyColumn<'a>>,
    /// When the span starts, microseconds since 1970.
    pub starts: &'a [i64],
    /// When it ends; absent while it runs.
    pub ends: Times<'a>,
    /// The recurring amount per period, in minor units; without it, 0.
    pub amounts: Option<Values<'a>>,
    /// When the customer asked to leave, at the earliest at the start.
    pub cancelled: Option<Times<'a>>,
    /// Why it ended, in the words of the definition.
    pub causes: Option<KeyColumn<'a>>,
    /// The currency of the amount; a ledger has one.
    pub currencies: Option<KeyColumn<'a>>,
}

impl<'a> Spans<'a> {
    /// Spans of which only customer, start and end are known.
    pub fn new(
        customers: impl Into<KeyColumn<'a>>,
        starts: &'a [i64],
        ends: impl Into<Times<'a>>,
    ) -> Self {
        Self {
            customers: customers.into(),
            subscriptions: None,
            starts,
            ends: ends.into(),
            amounts: None,
            cancelled: None,
            causes: None,
            currencies: None,
        }
    }

    /// The same spans with their recurring amounts.
    #[must_use]
    pub fn with_amounts(self, amounts: impl Into<Values<'a>>) -> Self {
        Self { amounts: Some(amounts.into()), ..self }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// Refuses columns of unequal length.
    pub fn check_shape(&self) -> Result<()> {
        let rows = self.len();
        let keys = [
            ("customers", Some(&self.customers)),
            ("subscriptions", self.subscriptions.as_ref()),
            ("causes", self.causes.as_ref()),
            ("currencies", self.currencies.as_ref()),
        ];
        for (field, column) in keys {
            column.map_or(Ok(()), |column| column.check(field, rows))?;
        }
        self.ends.check("ends", rows)?;
        if let Some(cancelled) = &self.cancelled {
            cancelled.check("cancelled", rows)?;
        }
        self.amounts.map_or(Ok(()), |amounts| amounts.check("amounts", rows))
    }
}

//! The shapes of what customers do: transactions, and the histories that are made of them.

use super::columns::{Values, same_length};
use super::keys::KeyColumn;
use crate::error::Result;

/// One purchase or refund of a known customer a row.
#[derive(Debug, Clone, Copy)]
pub struct Transactions<'a> {
    /// Who bought.
    pub customers: KeyColumn<'a>,
    /// When, microseconds since 1970.
    pub times: &'a [i64],
    /// For how much; negative for a refund. Without it, only the purchases are known.
    pub amounts: Option<Values<'a>>,
    /// What it cost, in the same unit.
    pub costs: Option<Values<'a>>,
    /// In which currency; without it, in the one of the other batches.
    pub currencies: Option<KeyColumn<'a>>,
}

impl<'a> Transactions<'a> {
    /// Transactions of which only customer and time are known.
    pub fn new(customers: impl Into<KeyColumn<'a>>, times: &'a [i64]) -> Self {
        let customers = customers.into();
        Self { customers, times, amounts: None, costs: None, currencies: None }
    }

    /// The same transactions with their amounts.
    #[must_use]
    pub fn with_amounts(self, amounts: impl Into<Values<'a>>) -> Self {
        Self { amounts: Some(amounts.into()), ..self }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// Refuses columns of unequal length.
    pub fn check_shape(&self) -> Result<()> {
        let rows = self.len();
        let keys = [("customers", Some(&self.customers)), ("currencies", self.currencies.as_ref())];
        for (field, column) in keys {
            column.map_or(Ok(()), |column| column.check(field, rows))?;
        }
        let numbers = [("amounts", self.amounts), ("costs", self.costs)];
        for (field, column) in numbers {
            column.map_or(Ok(()), |column| column.check(field, rows))?;
        }
        Ok(())
    }
}

/// One customer's summary a row, in whole ticks of time and in minor units of money.
#[derive(Debug, Clone, Copy)]
pub struct Histories<'a> {
    /// Repeat purchases.
    pub frequencies: Values<'a>,
    /// Age at the last purchase, in ticks; 0 without a repeat purchase.
    pub recencies: Values<'a>,
    /// Age at the cut-off, in ticks.
    pub ages: Values<'a>,
    /// Total spend of the repeat purchases, in minor units.
    pub spends: Option<Values<'a>>,
    /// How many customers each row stands for; without it, one.
    pub counts: Option<&'a [u64]>,
}

impl Histories<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.frequencies.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.frequencies.is_empty()
    }

    /// Refuses columns of unequal length.
    pub fn check_shape(&self) -> Result<()> {
        let rows = self.len();
        self.frequencies.check("frequencies", rows)?;
        self.recencies.check("recencies", rows)?;
        self.ages.check("ages", rows)?;
        if let Some(spends) = &self.spends {
            spends.check("spends", rows)?;
        }
        self.counts.map_or(Ok(()), |counts| same_length("counts", counts.len(), rows))
    }
}

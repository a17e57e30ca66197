//! What a model of spend reads: how many repeat purchases a customer made, and what they were worth
//! on average.

use super::patterns::{Pattern, PatternTable};
use crate::calculator::batch::same_length;
use crate::error::{Error, Result};

/// The mean spend of one customer over the repeat purchases.
///
/// The first purchase is left out of both, as it is of a [`History`](super::History).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Named", into = "Named"))]
pub struct Spend {
    frequency: f64,
    monetary_value: f64,
}

/// The numbers by name, not checked.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    frequency: f64,
    monetary_value: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Named> for Spend {
    type Error = Error;

    fn try_from(named: Named) -> Result<Self> {
        Self::new(named.frequency, named.monetary_value)
    }
}

#[cfg(feature = "serde")]
impl From<Spend> for Named {
    fn from(spend: Spend) -> Self {
        Self { frequency: spend.frequency, monetary_value: spend.monetary_value }
    }
}

impl Spend {
    /// Repeat purchases and their mean value in any unit of money; the error names the field.
    ///
    /// ```
    /// use cxm_core::clv::Spend;
    /// assert!(Spend::new(2.0, 22.35).is_ok());
    /// let error = Spend::new(2.0, -5.0).unwrap_err();
    /// assert_eq!(error.field(), Some("monetary_value"));
    /// ```
    pub fn new(frequency: f64, monetary_value: f64) -> Result<Self> {
        if !(frequency >= 1.0 && frequency.is_finite() && libm::floor(frequency) >= frequency) {
            let message =
                format!("expected a whole number of repeat purchases above 0, got {frequency}");
            return Err(Error::observation(message).in_field("frequency"));
        }
        if !(monetary_value > 0.0 && monetary_value.is_finite()) {
            let message = format!("expected a finite mean spend above 0, got {monetary_value}");
            return Err(Error::observation(message).in_field("monetary_value"));
        }
        Ok(Self { frequency, monetary_value })
    }

    /// Repeat purchases, a whole number above 0.
    pub fn frequency(&self) -> f64 {
        self.frequency
    }

    /// Their mean value.
    pub fn monetary_value(&self) -> f64 {
        self.monetary_value
    }
}

impl Pattern for Spend {
    fn numbers(&self) -> [f64; 3] {
        [self.frequency, self.monetary_value, 0.0]
    }

    fn is_repeater(&self) -> bool {
        true
    }

    /// Not a time but the mean spend: what has a unit here is money.
    fn age(&self) -> Option<f64> {
        Some(self.monetary_value)
    }
}

impl PatternTable<Spend> {
    /// From columns, one customer a row, each with a repeat purchase; the first row that is
    /// impossible is an error.
    pub fn from_spend_columns(frequency: &[f64], monetary_value: &[f64]) -> Result<Self> {
        same_length("monetary_value", monetary_value.len(), frequency.len())?;
        let rows = frequency.iter().zip(monetary_value).enumerate();
        collect(rows.map(|(row, (&x, &mean))| (row, x, mean, 1.0)))
    }

    /// From columns, where each row stands for `weights` customers.
    pub fn from_weighted_spend_columns(
        frequency: &[f64],
        monetary_value: &[f64],
        weights: &[f64],
    ) -> Result<Self> {
        same_length("monetary_value", monetary_value.len(), frequency.len())?;
        same_length("weights", weights.len(), frequency.len())?;
        let rows = frequency.iter().zip(monetary_value).zip(weights).enumerate();
        collect(rows.map(|(row, ((&x, &mean), &weight))| (row, x, mean, weight)))
    }

    /// From columns of all customers: those who have not bought again, with a frequency of 0, say
    /// nothing about repeat spend and are left out, whatever their mean.
    pub fn of_repeaters(frequency: &[f64], monetary_value: &[f64]) -> Result<Self> {
        same_length("monetary_value", monetary_value.len(), frequency.len())?;
        let rows = frequency.iter().zip(monetary_value).enumerate();
        let repeaters = rows.filter(|(_, (x, _))| x.abs() > 0.0 || x.is_nan());
        collect(repeaters.map(|(row, (&x, &mean))| (row, x, mean, 1.0)))
    }
}

fn collect(rows: impl Iterator<Item = (usize, f64, f64, f64)>) -> Result<PatternTable<Spend>> {
    let spends = rows.map(|(row, x, mean, weight)| {
        Spend::new(x, mean).map(|spend| (spend, weight)).map_err(|error| error.at_row(row))
    });
    PatternTable::from_rows(spends.collect::<Result<Vec<_>>>()?)
}

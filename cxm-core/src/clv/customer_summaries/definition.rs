//! How a log of transactions is read.

use crate::calculator::codec::{Reader, Writer};
use crate::calculator::codec::{place, rule};
use crate::calculator::{Definition, Preset};
use crate::error::{Error, Result};
use crate::model::{AmountUnit, InvalidRule, RefundRule};

/// Customers that a state may hold unless declared.
pub const DEFAULT_MAX_CUSTOMERS: u64 = 100_000_000;

/// More decimals than any currency has.
const MOST_DECIMALS: u8 = 9;
const MINUTES_PER_DAY: i32 = 24 * 60;

/// What a transaction without an amount above 0 does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum AmountRule {
    /// It is a purchase.
    #[default]
    Purchase,
    /// It is counted and is no purchase.
    Exclude,
    /// It fails the batch.
    Error,
}

/// How a log of transactions is read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CustomerSummariesDefinition {
    /// What the numbers of the amount and cost columns count.
    pub amounts: AmountUnit,
    /// Decimals of the currency: minor units are 10^-decimals of a major unit.
    pub decimals: u8,
    /// The currency; without one, whichever single one the transactions state.
    pub currency: Option<String>,
    /// What a transaction in another currency than the declared one does.
    pub other_currencies: InvalidRule,
    /// What a refund does.
    pub refunds: RefundRule,
    /// What a transaction of an amount of 0 does.
    pub zero_amounts: AmountRule,
    /// What a transaction does whose amount is missing in a column of amounts; as a purchase, it
    /// leaves its customer's spend unknown.
    pub missing_amounts: AmountRule,
    /// What a transaction without a customer does.
    pub missing_customers: InvalidRule,
    /// Where a day begins: midnight of the time zone so many minutes ahead of UTC.
    pub day_offset_minutes: i32,
    /// The most customers the state may hold.
    pub max_customers: u64,
}

impl Default for CustomerSummariesDefinition {
    fn default() -> Self {
        Self {
            amounts: AmountUnit::Minor,
            decimals: 2,
            currency: None,
            other_currencies: InvalidRule::Error,
            refunds: RefundRule::Exclude,
            zero_amounts: AmountRule::Purchase,
            missing_amounts: AmountRule::Exclude,
            missing_customers: InvalidRule::Exclude,
            day_offset_minutes: 0,
            max_customers: DEFAULT_MAX_CUSTOMERS,
        }
    }
}

impl Definition for CustomerSummariesDefinition {
    fn validate(&self) -> Result<()> {
        if self.decimals > MOST_DECIMALS {
            let message = format!("a currency has at most {MOST_DECIMALS} decimals");
            return Err(Error::definition(message).in_field("decimals"));
        }
        if self.other_currencies == InvalidRule::Exclude && self.currency.is_none() {
            let message = "other currencies can be left out only where one is declared";
            return Err(Error::definition(message).in_field("other_currencies"));
        }
        if self.currency.as_ref().is_some_and(String::is_empty) {
            return Err(Error::definition("a currency has a name").in_field("currency"));
        }
        if !(-MINUTES_PER_DAY..=MINUTES_PER_DAY).contains(&self.day_offset_minutes) {
            let message = "a day begins at most a day from midnight UTC";
            return Err(Error::definition(message).in_field("day_offset_minutes"));
        }
        if self.max_customers == 0 {
            return Err(
                Error::definition("there must be room for a customer").in_field("max_customers")
            );
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "minor_units",
                summary: "amounts in cents or the like; refunds are counted and left out",
                build: Self::default,
            },
            Preset {
                name: "major_units",
                summary: "amounts such as 29.33; refunds are counted and left out",
                build: || Self { amounts: AmountUnit::Major, ..Self::default() },
            },
            Preset {
                name: "net_of_refunds",
                summary: "amounts in cents or the like; refunds are taken off the customer's spend",
                build: || Self { refunds: RefundRule::Net, ..Self::default() },
            },
            Preset {
                name: "strict",
                summary: "amounts in cents or the like; refunds, zeros and gaps fail the batch",
                build: || Self {
                    refunds: RefundRule::Error,
                    zero_amounts: AmountRule::Error,
                    missing_amounts: AmountRule::Error,
                    missing_customers: InvalidRule::Error,
                    ..Self::default()
                },
            },
        ]
    }
}

const UNITS: [AmountUnit; 2] = [AmountUnit::Minor, AmountUnit::Major];
const INVALID: [InvalidRule; 2] = [InvalidRule::Exclude, InvalidRule::Error];
const REFUNDS: [RefundRule; 3] = [RefundRule::Exclude, RefundRule::Net, RefundRule::Error];
const AMOUNTS: [AmountRule; 3] = [AmountRule::Purchase, AmountRule::Exclude, AmountRule::Error];

impl CustomerSummariesDefinition {
    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.u8(place(&UNITS, &self.amounts));
        writer.u8(self.decimals);
        writer.text(self.currency.as_deref().unwrap_or_default());
        writer.u8(place(&INVALID, &self.other_currencies));
        writer.u8(place(&REFUNDS, &self.refunds));
        writer.u8(place(&AMOUNTS, &self.zero_amounts));
        writer.u8(place(&AMOUNTS, &self.missing_amounts));
        writer.u8(place(&INVALID, &self.missing_customers));
        writer.signed(self.day_offset_minutes);
        writer.unsigned(self.max_customers);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let definition = Self {
            amounts: rule(&UNITS, reader)?,
            decimals: reader.u8()?,
            currency: Some(reader.text()?.to_owned()).filter(|currency| !currency.is_empty()),
            other_currencies: rule(&INVALID, reader)?,
            refunds: rule(&REFUNDS, reader)?,
            zero_amounts: rule(&AMOUNTS, reader)?,
            missing_amounts: rule(&AMOUNTS, reader)?,
            missing_customers: rule(&INVALID, reader)?,
            day_offset_minutes: reader.signed()?,
            max_customers: reader.u64()?,
        };
        definition.validate()?;
        Ok(definition)
    }

    /// The day of a time, counted from 1970-01-01 at the offset.
    #[inline]
    pub(crate) fn day_of(&self, time: i64) -> i64 {
        use crate::model::time::{MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND, pane};
        let offset = i64::from(self.day_offset_minutes) * 60 * MICROSECONDS_PER_SECOND;
        match time.checked_add(offset) {
            Some(local) => local.div_euclid(MICROSECONDS_PER_DAY),
            None => pane(time, -offset, MICROSECONDS_PER_DAY.unsigned_abs()),
        }
    }
}

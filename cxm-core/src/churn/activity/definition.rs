//! How a log of activities is read.

use crate::calculator::codec::{Reader, Writer, place, rule};
use crate::calculator::{Definition, Preset};
use crate::error::{Error, Result};
use crate::model::time::{MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND, pane};
use crate::model::{AmountUnit, InvalidRule, RefundRule};

/// Customers that a state may hold unless declared.
pub const DEFAULT_MAX_CUSTOMERS: u64 = 100_000_000;

/// More decimals than any currency has.
const MOST_DECIMALS: u8 = 9;
const MINUTES_PER_DAY: i32 = 24 * 60;
const MICROSECONDS_PER_HOUR: i64 = 3600 * MICROSECONDS_PER_SECOND;

/// How finely time is told apart: activities of a customer within a tick are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Tick {
    /// Days of the calendar.
    #[default]
    Day,
    /// Hours, for clocks that run from a customer's own first hour.
    Hour,
}

impl Tick {
    /// How many of them a day has.
    pub fn per_day(self) -> i64 {
        match self {
            Self::Day => 1,
            Self::Hour => 24,
        }
    }
}

/// How a log of activities is read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ActivityDefinition {
    /// How finely time is told apart.
    pub tick: Tick,
    /// Where a day begins: midnight of the time zone so many minutes ahead of UTC.
    pub day_offset_minutes: i32,
    /// What the numbers of the amount column count.
    pub amounts: AmountUnit,
    /// Decimals of the currency: minor units are 10^-decimals of a major unit.
    pub decimals: u8,
    /// What a row of an amount below 0 does; it is never an activity.
    pub refunds: RefundRule,
    /// What a row without a customer does.
    pub missing_customers: InvalidRule,
    /// The most customers the state may hold.
    pub max_customers: u64,
}

impl Default for ActivityDefinition {
    fn default() -> Self {
        Self {
            tick: Tick::Day,
            day_offset_minutes: 0,
            amounts: AmountUnit::Minor,
            decimals: 2,
            refunds: RefundRule::Exclude,
            missing_customers: InvalidRule::Exclude,
            max_customers: DEFAULT_MAX_CUSTOMERS,
        }
    }
}

impl Definition for ActivityDefinition {
    fn validate(&self) -> Result<()> {
        if self.decimals > MOST_DECIMALS {
            let message = format!("a currency has at most {MOST_DECIMALS} decimals");
            return Err(Error::definition(message).in_field("decimals"));
        }
        if !(-MINUTES_PER_DAY..=MINUTES_PER_DAY).contains(&self.day_offset_minutes) {
            let message = "a day begins at most a day from midnight UTC";
            return Err(Error::definition(message).in_field("day_offset_minutes"));
        }
        if self.max_customers == 0 {
            let message = "there must be room for a customer";
            return Err(Error::definition(message).in_field("max_customers"));
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "daily",
                summary: "days of UTC; amounts in cents or the like; refunds are left out",
                build: Self::default,
            },
            Preset {
                name: "hourly",
                summary: "hours of UTC, for rolling clocks of 24 hours, as Amplitude counts",
                build: || Self { tick: Tick::Hour, ..Self::default() },
            },
            Preset {
                name: "major_units",
                summary: "days of UTC; amounts such as 29.33; refunds are left out",
                build: || Self { amounts: AmountUnit::Major, ..Self::default() },
            },
            Preset {
                name: "net_of_refunds",
                summary: "days of UTC; amounts in cents or the like; refunds are taken off revenue",
                build: || Self { refunds: RefundRule::Net, ..Self::default() },
            },
        ]
    }
}

const TICKS: [Tick; 2] = [Tick::Day, Tick::Hour];
const UNITS: [AmountUnit; 2] = [AmountUnit::Minor, AmountUnit::Major];
const REFUNDS: [RefundRule; 3] = [RefundRule::Exclude, RefundRule::Net, RefundRule::Error];
const INVALID: [InvalidRule; 2] = [InvalidRule::Exclude, InvalidRule::Error];

impl ActivityDefinition {
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.u8(place(&TICKS, &self.tick));
        writer.signed(self.day_offset_minutes);
        writer.u8(place(&UNITS, &self.amounts));
        writer.u8(self.decimals);
        writer.u8(place(&REFUNDS, &self.refunds));
        writer.u8(place(&INVALID, &self.missing_customers));
        writer.unsigned(self.max_customers);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let definition = Self {
            tick: rule(&TICKS, reader)?,
            day_offset_minutes: reader.signed()?,
            amounts: rule(&UNITS, reader)?,
            decimals: reader.u8()?,
            refunds: rule(&REFUNDS, reader)?,
            missing_customers: rule(&INVALID, reader)?,
            max_customers: reader.u64()?,
        };
        definition.validate()?;
        Ok(definition)
    }

    /// The tick of a time, counted from 1970-01-01 at the offset.
    #[inline]
    pub(super) fn tick_of(&self, time: i64) -> i64 {
        let offset = i64::from(self.day_offset_minutes) * 60 * MICROSECONDS_PER_SECOND;
        match (time.checked_add(offset), self.tick) {
            // Constants, by which the compiler divides without dividing.
            (Some(local), Tick::Day) => local.div_euclid(MICROSECONDS_PER_DAY),
            (Some(local), Tick::Hour) => local.div_euclid(MICROSECONDS_PER_HOUR),
            (None, Tick::Day) => pane(time, -offset, MICROSECONDS_PER_DAY.unsigned_abs()),
            (None, Tick::Hour) => pane(time, -offset, MICROSECONDS_PER_HOUR.unsigned_abs()),
        }
    }

    /// The day of a time, counted from 1970-01-01 at the offset.
    pub fn day_of(&self, time: i64) -> i64 {
        self.day_of_tick(self.tick_of(time))
    }

    /// The day of a tick.
    #[inline]
    pub(crate) fn day_of_tick(&self, tick: i64) -> i64 {
        match self.tick {
            Tick::Day => tick,
            Tick::Hour => tick.div_euclid(24),
        }
    }

    /// The last tick of a day.
    pub(crate) fn last_tick_of(&self, day: i64) -> i64 {
        let per_day = self.tick.per_day();
        day.saturating_mul(per_day).saturating_add(per_day - 1)
    }
}

//! Purchase patterns: the distinct histories of customers with counts, which is all that a fit
//! reads.
//!
//! # What it measures
//! How many customers have which history: (frequency, recency, age), and, for spend, (frequency,
//! total repeat spend). Two customers with the same history add the same term to a likelihood, so
//! that a fit costs the number of patterns and not the number of customers.
//!
//! # Formula
//! ```text
//! histories   (x, t_x, T) → customers, in whole ticks (days): exact
//! spends      (x, s)      → customers who bought again, s in minor units: exact
//! score       repeat rate = customers with x > 0 ÷ customers
//! ```
//!
//! # Input
//! [`Histories`]: whole numbers. Most often it is made by
//! [`CustomerSummaries::patterns`](super::CustomerSummaries::patterns).
//!
//! # Empty and edge cases
//! A row whose recency is above its age, or that has a recency without a repeat or a repeat without
//! a recency, is an error that names it. A repeater of unknown spend is in the histories and not in
//! the spends.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. Shards that are merged are fitted to the same bits as
//! the whole.
//!
//! # Uncertainty
//! The repeat rate is a share, by default with the interval of Wilson.
//!
//! # Not to be confused with
//! [`PatternTable`], what this state is read as by a fit: floating point, in the unit of the model.
//!
//! # Source
//! Fader, Hardie and Lee (2005), Marketing Science 24: (x, t_x, T) is sufficient for one customer.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut patterns = PurchasePatterns::default(); // days, read in weeks
//! patterns.update(Histories {
//!     frequencies: [0_i64, 2, 0].as_slice().into(),
//!     recencies: [0_i64, 213, 0].as_slice().into(),
//!     ages: [272_i64, 272, 272].as_slice().into(),
//!     spends: None,
//!     counts: None,
//! })?;
//! let table = patterns.pattern_table()?;
//! assert_eq!((table.len(), table.customers()), (2, 3.0));
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod report;
mod rows;

use std::collections::BTreeMap;

pub use self::report::PurchasePatternsReport;
use self::rows::Rows;
use super::history::History;
use super::patterns::PatternTable;
use crate::calculator::batch::{Histories, same_length};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::groups::group_of_row;
use crate::calculator::table::Table;
use crate::calculator::{
    Calculator, Definition, Kind, Merge, Preset, Retract, State, Update, UpdateByGroup,
    checked_sum, multiset, same_definition,
};
use crate::error::{Error, Result};
use crate::model::TimeUnit;
/// Distinct patterns that a state may hold unless declared.
pub const DEFAULT_MAX_PATTERNS: u64 = 100_000_000;

const MOST_DECIMALS: u8 = 9;

/// How patterns are read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PurchasePatternsDefinition {
    /// The unit in which a fit reads the patterns; a tick is a day. With the unit `day`, a tick may
    /// as well be an opportunity of a discrete model.
    pub unit: TimeUnit,
    /// Decimals of the currency: minor units are 10^-decimals of a major unit.
    pub decimals: u8,
    /// The most distinct patterns the state may hold, of histories and of spends each.
    pub max_patterns: u64,
}

impl Default for PurchasePatternsDefinition {
    fn default() -> Self {
        Self { unit: TimeUnit::Week, decimals: 2, max_patterns: DEFAULT_MAX_PATTERNS }
    }
}

impl Definition for PurchasePatternsDefinition {
    fn validate(&self) -> Result<()> {
        self.unit.validate()?;
        if self.decimals > MOST_DECIMALS {
            let message = format!("a currency has at most {MOST_DECIMALS} decimals");
            return Err(Error::definition(message).in_field("decimals"));
        }
        if self.max_patterns == 0 {
            return Err(
                Error::definition("there must be room for a pattern").in_field("max_patterns")
            );
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "weekly",
                summary: "ticks are days, read in weeks",
                build: Self::default,
            },
            Preset {
                name: "daily",
                summary: "ticks are days or opportunities, read as they are",
                build: || Self { unit: TimeUnit::Day, ..Self::default() },
            },
        ]
    }
}

/// Repeat purchases, ticks at the last purchase, ticks at the cut-off.
type HistoryPattern = (u64, u64, u64);
/// Repeat purchases, and their total in minor units.
type SpendPattern = (u64, i64);

/// The calculator of purchase patterns: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct PurchasePatterns {
    definition: PurchasePatternsDefinition,
    histories: BTreeMap<HistoryPattern, u64>,
    spends: BTreeMap<SpendPattern, u64>,
    customers: u64,
}

impl Default for PurchasePatterns {
    fn default() -> Self {
        Self::empty(PurchasePatternsDefinition::default())
    }
}

fn check_pattern((x, recency, age): HistoryPattern) -> Result<()> {
    let refused = |field: &'static str, what: &'static str| {
        Err(Error::observation(format!("{what}: {x} repeats, last at {recency} of {age} ticks"))
            .in_field(field))
    };
    if recency > age {
        return refused("recencies", "the last purchase is after the cut-off");
    }
    match (x, recency) {
        (0, 1..) => refused("recencies", "a recency without a repeat purchase"),
        (1.., 0) => refused("recencies", "repeat purchases without a recency"),
        _ => Ok(()),
    }
}

impl PurchasePatterns {
    fn empty(definition: PurchasePatternsDefinition) -> Self {
        Self { definition, histories: BTreeMap::new(), spends: BTreeMap::new(), customers: 0 }
    }

    /// Counts customers who all have this history and, if it is known, this total repeat spend.
    pub(in crate::clv) fn take(
        &mut self,
        history: HistoryPattern,
        spend: Option<i64>,
        count: u64,
    ) -> Result<()> {
        check_pattern(history)?;
        if spend.is_some_and(|spend| history.0 == 0 && spend != 0) {
            let message = "there is repeat spend without a repeat purchase";
            return Err(Error::observation(message).in_field("spends"));
        }
        self.customers = checked_sum(self.customers, count)?;
        if count == 0 {
            return Ok(());
        }
        // No count is larger than the number of customers.
        *self.histories.entry(history).or_default() += count;
        if let Some(spend) = spend.filter(|_| history.0 > 0) {
            *self.spends.entry((history.0, spend)).or_default() += count;
        }
        self.check_patterns(self.histories.len())?;
        self.check_patterns(self.spends.len())
    }

    /// Customers with so many repeat purchases.
    fn histories_of(&self, x: u64) -> u64 {
        let range = self.histories.range((x, 0, 0)..=(x, u64::MAX, u64::MAX));
        range.fold(0, |sum, (_, &count)| sum.saturating_add(count))
    }

    /// Of these, whose spend is known.
    fn spends_of(&self, x: u64) -> u64 {
        let range = self.spends.range((x, i64::MIN)..=(x, i64::MAX));
        range.fold(0, |sum, (_, &count)| sum.saturating_add(count))
    }

    fn check_patterns(&self, patterns: usize) -> Result<()> {
        let most = usize::try_from(self.definition.max_patterns).unwrap_or(usize::MAX);
        if patterns <= most {
            return Ok(());
        }
        let message = format!("there may be at most {} patterns", self.definition.max_patterns);
        Err(Error::limit(message).in_field("max_patterns"))
    }

    /// The table that a fit reads, in the unit of the definition.
    pub fn pattern_table(&self) -> Result<PatternTable<History>> {
        let mut rows = Vec::with_capacity(self.histories.len());
        for (&pattern, &count) in &self.histories {
            let (x, recency, age) = self.in_units(pattern);
            rows.push((History::new(x, recency, age)?, float(count)));
        }
        PatternTable::from_rows(rows)
    }

    fn in_units(&self, (x, recency, age): HistoryPattern) -> (f64, f64, f64) {
        let days = self.definition.unit.days();
        (float(x), float(recency) / days, float(age) / days)
    }

    /// One row a pattern: `frequency`, `recency` and `age` in the unit of the definition, and
    /// the number of customers as `weights`.
    pub fn patterns(&self) -> Result<Table> {
        let mut table = Table::new(self.histories.len());
        let rows = || self.histories.keys().map(|&pattern| self.in_units(pattern));
        table.push("frequency", self.histories.keys().map(|it| it.0).collect::<Vec<_>>())?;
        table.push("recency", rows().map(|it| it.1).collect::<Vec<_>>())?;
        table.push("age", rows().map(|it| it.2).collect::<Vec<_>>())?;
        table.push("weights", self.histories.values().copied().collect::<Vec<_>>())?;
        Ok(table)
    }

    /// One row a pattern of spend: `frequency`, `monetary_value` (the mean, in major units), and
    /// the number of customers as `weights`.
    pub fn spends(&self) -> Result<Table> {
        let mut table = Table::new(self.spends.len());
        table.push("frequency", self.spends.keys().map(|it| it.0).collect::<Vec<_>>())?;
        let means = self.spends.keys().map(|&(x, spend)| self.mean_spend(x, spend));
        table.push("monetary_value", means.collect::<Vec<_>>())?;
        table.push("weights", self.spends.values().copied().collect::<Vec<_>>())?;
        Ok(table)
    }

    /// Frequency, mean repeat spend in major units and number of customers of each pattern of
    /// spend, in a fixed order.
    pub fn spend_rows(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        self.spends
            .iter()
            .map(|(&(x, spend), &count)| (float(x), self.mean_spend(x, spend), float(count)))
    }

    #[allow(clippy::cast_precision_loss, reason = "money is read as floating point")]
    fn mean_spend(&self, x: u64, spend: i64) -> f64 {
        let minor = 10_i64.pow(self.definition.decimals.into()) as f64;
        // One division, so that a mean is rounded once.
        spend as f64 / (minor * float(x))
    }
}

#[allow(clippy::cast_precision_loss, reason = "a model reads counts as floating point")]
fn float(count: u64) -> f64 {
    count as f64
}

impl Calculator for PurchasePatterns {
    type Definition = PurchasePatternsDefinition;
    type Report = PurchasePatternsReport;

    fn new(definition: PurchasePatternsDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &PurchasePatternsDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.customers
    }

    fn value(&self) -> PurchasePatternsReport {
        PurchasePatternsReport::read(self)
    }
}

impl Merge for PurchasePatterns {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            checked_sum(self.customers, other.customers)?;
            self.check_patterns(multiset::distinct_in_both(&self.histories, &other.histories))?;
            self.check_patterns(multiset::distinct_in_both(&self.spends, &other.spends))
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        self.customers = self.customers.saturating_add(other.customers);
        multiset::add(&mut self.histories, &other.histories);
        multiset::add(&mut self.spends, &other.spends);
    }
}

impl Update for PurchasePatterns {
    type Batch<'a> = Histories<'a>;

    fn lift(definition: &PurchasePatternsDefinition, batch: Histories<'_>) -> Result<Self> {
        let mut state = Self::empty(definition.clone());
        let mut take = |_, history, spend, count| state.take(history, spend, count);
        Rows::read(&batch)
            .and_then(|rows| rows.for_each(batch.counts, &mut take))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(state)
    }
}

impl UpdateByGroup for PurchasePatterns {
    fn batch_len(batch: &Histories<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &PurchasePatternsDefinition,
        codes: &[u32],
        groups: usize,
        batch: Histories<'_>,
    ) -> Result<Vec<Self>> {
        let mut states = vec![Self::empty(definition.clone()); groups];
        let mut take = |row: usize, history, spend, count| {
            group_of_row(&mut states, codes, row)?.take(history, spend, count)
        };
        same_length("keys", codes.len(), batch.len())
            .and_then(|()| Rows::read(&batch))
            .and_then(|rows| rows.for_each(batch.counts, &mut take))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(states)
    }
}

impl Retract for PurchasePatterns {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            multiset::check_subtract(&self.histories, &other.histories, "a history")?;
            multiset::check_subtract(&self.spends, &other.spends, "a spend")?;
            // Of each frequency, no more spends may stay than histories.
            let mut last = None;
            for &(x, ..) in other.histories.keys().filter(|&&(x, ..)| x > 0) {
                if last.replace(x) != Some(x) {
                    let left = |sums: fn(&Self, u64) -> u64| sums(self, x) - sums(other, x);
                    if left(Self::spends_of) > left(Self::histories_of) {
                        return Err(Error::never_added("cannot retract histories without spends"));
                    }
                }
            }
            Ok(())
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        self.customers = self.customers.saturating_sub(other.customers);
        multiset::subtract(&mut self.histories, &other.histories);
        multiset::subtract(&mut self.spends, &other.spends);
    }
}

impl State for PurchasePatterns {
    const KIND: Kind = Kind { id: 12, name: "purchase_patterns", version: 1 };

    fn write_definition(definition: &PurchasePatternsDefinition, writer: &mut Writer) {
        let (unit, days) = match definition.unit {
            TimeUnit::Day => (0, 0),
            TimeUnit::Week => (1, 0),
            TimeUnit::Month => (2, 0),
            TimeUnit::Year => (3, 0),
            TimeUnit::Days(days) => (4, days),
        };
        writer.u8(unit);
        writer.unsigned(days);
        writer.u8(definition.decimals);
        writer.unsigned(definition.max_patterns);
    }

    fn read_definition(
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<PurchasePatternsDefinition> {
        let unit = reader.u8()?;
        let days = u32::try_from(reader.u64()?)
            .map_err(|_| Error::corrupt("a unit is longer than 32 bits"))?;
        let unit = match (unit, days) {
            (0, 0) => TimeUnit::Day,
            (1, 0) => TimeUnit::Week,
            (2, 0) => TimeUnit::Month,
            (3, 0) => TimeUnit::Year,
            (4, days) => TimeUnit::Days(days),
            (unit, _) => return Err(Error::corrupt(format!("there is no unit of time {unit}"))),
        };
        let (decimals, max_patterns) = (reader.u8()?, reader.u64()?);
        let definition = PurchasePatternsDefinition { unit, decimals, max_patterns };
        definition.validate()?;
        Ok(definition)
    }

    fn write_state(&self, writer: &mut Writer) {
        writer.length(self.histories.len());
        for (&(x, recency, age), &count) in &self.histories {
            [x, recency, age, count].into_iter().for_each(|number| writer.unsigned(number));
        }
        writer.length(self.spends.len());
        for (&(x, spend), &count) in &self.spends {
            writer.unsigned(x);
            writer.signed(spend);
            writer.unsigned(count);
        }
    }

    fn read_state(
        definition: PurchasePatternsDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let mut state = Self::empty(definition);
        let refused = || Error::corrupt("patterns that no customers can have left");
        for _ in 0..reader.length(4)? {
            let pattern = (reader.u64()?, reader.u64()?, reader.u64()?);
            let count = reader.u64()?;
            let ascending =
                state.histories.last_key_value().is_none_or(|(last, _)| *last < pattern);
            if count == 0 || !ascending || check_pattern(pattern).is_err() {
                return Err(refused());
            }
            state.customers = checked_sum(state.customers, count)?;
            state.histories.insert(pattern, count);
        }
        for _ in 0..reader.length(3)? {
            let (pattern, count) = ((reader.u64()?, reader.signed()?), reader.u64()?);
            let ascending = state.spends.last_key_value().is_none_or(|(last, _)| *last < pattern);
            if count == 0 || !ascending || pattern.0 == 0 {
                return Err(refused());
            }
            state.spends.insert(pattern, count);
        }
        state.check_patterns(state.histories.len().max(state.spends.len()))?;
        let mut frequencies: Vec<u64> = state.spends.keys().map(|pattern| pattern.0).collect();
        frequencies.dedup();
        for x in frequencies {
            let known = state.spends.range((x, i64::MIN)..=(x, i64::MAX));
            let known = known.map(|(_, &count)| count).try_fold(0, checked_sum)?;
            if known > state.histories_of(x) {
                return Err(refused());
            }
        }
        Ok(state)
    }
}

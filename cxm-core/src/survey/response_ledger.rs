//! The response ledger: who answered when, so that nobody is counted twice.
//!
//! # What it measures
//! Which answers count where customers answer more than once, under a declared rule, and how many
//! duplicates that leaves out.
//!
//! # Formula
//! ```text
//! all      every rating counts
//! last     the last rating of each customer in each wave
//! first    the first rating of each customer in each wave
//! mean     the mean rating of each customer in each wave, rounded half up to a whole rating
//! min_gap  in the order of time, a customer's rating counts if it is at least min_gap_days later
//!          than that customer's last rating that counted, over all waves
//! ```
//! [`counted`](ResponseLedger::counted) is the histogram of the ratings that count, with the others
//! as `duplicates`: what any metric of one rating a respondent is made from.
//!
//! # Input
//! [`Answers`]: customer, wave, time in microseconds since 1970, rating. Of ratings at the same
//! instant the lowest comes first, so that the order of arrival never matters.
//!
//! # Empty and edge cases
//! Only ratings compete: a missing or invalid answer is excluded and counted with its reason, and
//! never displaces a rating. Answers without a customer are anonymous and all count. `score` is the
//! mean of the ratings that count, `None` without one. The ledger holds at most `max_entries`
//! different answers; more are refused.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is the sorted multiset of all answers, so
//! an answer that turns out to be wrong can be taken back and its predecessor counts again.
//!
//! # Uncertainty
//! Student's t for the mean; the derived metric has its own.
//!
//! # Not to be confused with
//! [`Nps`](super::Nps) and its kin, which keep no customers and count every row.
//!
//! # Source
//! The rules are those of survey tools; none agrees with another on which is the default.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut ledger = ResponseLedger::default(); // the last rating of each customer in each wave
//! ledger.update(Answers {
//!     customers: ["ann", "bob", "ann"].as_slice().into(),
//!     waves: None,
//!     times: &[1, 2, 3],
//!     ratings: [3, 10, 9].as_slice().into(),
//! })?;
//! let nps = Nps::from_histogram(NpsDefinition::default(), ledger.counted())?;
//! assert_eq!(nps.value().score, Some(100.0)); // ann's 9 replaced her 3
//! assert_eq!(nps.value().excluded.duplicates, 1);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use super::duplicates::{Answer, DuplicateRule, Entry, Tally};
use super::figures::{Figures, RatingMeasure};
use super::items::check_rules;
use super::rating_cells::RatingCells;
use crate::calculator::batch::{Answers, KeyPart, same_length};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::groups::group_of_row;
use crate::calculator::{
    Calculator, Definition, Kind, Merge, Preset, Report, Retract, State, Update, UpdateByGroup,
    checked_sum, multiset, same_definition,
};
use crate::error::{Error, Result};
use crate::model::{RatingRules, Scale};
use crate::stats::{
    Comparison, Estimate, Exclusions, Histogram, Interval, IntervalOptions, Method, Scored,
};

/// Different answers that a ledger may hold unless declared.
pub const DEFAULT_MAX_ENTRIES: u64 = 10_000_000;

/// The rules of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ResponseLedgerDefinition {
    /// How the ratings are read.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub ratings: RatingRules,
    /// Which of several ratings of a customer count.
    pub duplicates: DuplicateRule,
    /// The gap in days of 24 hours; exactly where the rule is `min_gap`.
    pub min_gap_days: Option<u32>,
    /// The most different answers the ledger may hold.
    pub max_entries: u64,
}

impl Default for ResponseLedgerDefinition {
    fn default() -> Self {
        Self::on(Scale::ZERO_TO_TEN, DuplicateRule::Last)
    }
}

impl ResponseLedgerDefinition {
    /// A rule on a scale; the gap of [`DuplicateRule::MinGap`] is 90 days.
    pub fn on(scale: Scale, duplicates: DuplicateRule) -> Self {
        Self {
            ratings: RatingRules::on(scale),
            duplicates,
            min_gap_days: (duplicates == DuplicateRule::MinGap).then_some(90),
            max_entries: DEFAULT_MAX_ENTRIES,
        }
    }
}

impl Definition for ResponseLedgerDefinition {
    fn validate(&self) -> Result<()> {
        check_rules(&self.ratings)?;
        let gap = self.min_gap_days.is_some_and(|days| days > 0);
        if (self.duplicates == DuplicateRule::MinGap) != gap || self.min_gap_days == Some(0) {
            return Err(Error::definition(
                "the rule min_gap needs a gap of at least a day, the other rules have none",
            )
            .in_field("min_gap_days"));
        }
        if self.max_entries == 0 {
            return Err(
                Error::definition("a ledger needs room for an answer").in_field("max_entries")
            );
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "last_per_wave",
                summary: "0 to 10: the last rating of each customer in each wave",
                build: Self::default,
            },
            Preset {
                name: "first_per_wave",
                summary: "0 to 10: the first rating of each customer in each wave",
                build: || Self::on(Scale::ZERO_TO_TEN, DuplicateRule::First),
            },
            Preset {
                name: "mean_per_wave",
                summary: "0 to 10: the mean rating of each customer in each wave, rounded half up",
                build: || Self::on(Scale::ZERO_TO_TEN, DuplicateRule::Mean),
            },
            Preset {
                name: "every_90_days",
                summary: "0 to 10: ratings of a customer at least 90 days apart",
                build: || Self::on(Scale::ZERO_TO_TEN, DuplicateRule::MinGap),
            },
            Preset {
                name: "all",
                summary: "0 to 10: every rating",
                build: || Self::on(Scale::ZERO_TO_TEN, DuplicateRule::All),
            },
        ]
    }
}

/// The calculator of the response ledger: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseLedger {
    definition: ResponseLedgerDefinition,
    entries: BTreeMap<Entry, u64>,
    rows: u64,
}

impl Default for ResponseLedger {
    fn default() -> Self {
        Self::empty(ResponseLedgerDefinition::default())
    }
}

impl ResponseLedger {
    fn empty(definition: ResponseLedgerDefinition) -> Self {
        Self { definition, entries: BTreeMap::new(), rows: 0 }
    }

    /// The ratings that count, with the others as duplicates.
    pub fn counted(&self) -> Histogram {
        let ResponseLedgerDefinition { ratings, duplicates, min_gap_days, .. } = &self.definition;
        let mut tally = Tally::new(ratings.scale, *duplicates, min_gap_days.unwrap_or_default());
        let mut entries = self.entries.iter().peekable();
        let mut group = Vec::new();
        while let Some((first, &count)) = entries.next() {
            group.clear();
            group.push((first, count));
            while let Some((entry, &count)) =
                entries.next_if(|(entry, _)| entry.customer == first.customer)
            {
                group.push((entry, count));
            }
            tally.take_customer(&mut group);
        }
        tally.into_histogram()
    }

    /// Different customers who gave an answer.
    fn customers(&self) -> u64 {
        let mut last = None;
        let mut customers = 0;
        for entry in self.entries.keys() {
            if entry.customer != KeyPart::Missing && last != Some(&entry.customer) {
                customers += 1;
                last = Some(&entry.customer);
            }
        }
        customers
    }

    fn check_entries(&self, entries: usize) -> Result<()> {
        let most = usize::try_from(self.definition.max_entries).unwrap_or(usize::MAX);
        if entries <= most {
            return Ok(());
        }
        Err(Error::limit(format!(
            "the ledger may hold at most {} different answers",
            self.definition.max_entries
        ))
        .in_field("max_entries"))
    }

    fn take(&mut self, entry: Entry) -> Result<()> {
        self.rows += 1;
        *self.entries.entry(entry).or_default() += 1;
        self.check_entries(self.entries.len())
    }
}

/// The entries of a batch, row by row, under the strict rules.
struct Rows<'a> {
    batch: Answers<'a>,
    cells: RatingCells<'a>,
}

impl<'a> Rows<'a> {
    fn read(definition: &ResponseLedgerDefinition, batch: Answers<'a>) -> Result<Self> {
        let rows = batch.ratings.len();
        let keys = [Some(&batch.customers), batch.waves.as_ref()];
        for (column, field) in keys.into_iter().zip(["customers", "waves"]) {
            column.map_or(Ok(()), |column| column.check(field, rows))?;
        }
        same_length("times", batch.times.len(), rows)?;
        let cells = RatingCells::read(batch.ratings, &definition.ratings)?;
        match cells.first_refused(&definition.ratings) {
            Some(row) => Err(cells.refusal(&definition.ratings, row).in_field("ratings")),
            None => Ok(Self { batch, cells }),
        }
    }

    fn for_each(&self, mut take: impl FnMut(usize, Entry) -> Result<()>) -> Result<()> {
        for (row, &time) in self.batch.times.iter().enumerate() {
            let customer = self.batch.customers.part(row);
            let customer = customer.map_err(|error| error.in_field("customers"))?;
            let wave = self.batch.waves.map_or(Ok(KeyPart::Missing), |waves| waves.part(row));
            let wave = wave.map_err(|error| error.in_field("waves"))?;
            let answer = self.cells.get(row).map_or_else(Answer::None, Answer::Rating);
            take(row, Entry { customer, wave, time, answer }).map_err(|error| error.at_row(row))?;
        }
        Ok(())
    }
}

impl Calculator for ResponseLedger {
    type Definition = ResponseLedgerDefinition;
    type Report = ResponseLedgerReport;

    fn new(definition: ResponseLedgerDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &ResponseLedgerDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.rows
    }

    fn value(&self) -> ResponseLedgerReport {
        ResponseLedgerReport::read(self)
    }
}

impl Merge for ResponseLedger {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            checked_sum(self.rows, other.rows)?;
            self.check_entries(multiset::distinct_in_both(&self.entries, &other.entries))
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        multiset::add(&mut self.entries, &other.entries);
    }
}

impl Update for ResponseLedger {
    type Batch<'a> = Answers<'a>;

    fn lift(definition: &ResponseLedgerDefinition, batch: Answers<'_>) -> Result<Self> {
        let mut ledger = Self::empty(definition.clone());
        Rows::read(definition, batch)
            .and_then(|rows| rows.for_each(|_, entry| ledger.take(entry)))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(ledger)
    }
}

impl UpdateByGroup for ResponseLedger {
    fn batch_len(batch: &Answers<'_>) -> usize {
        batch.ratings.len()
    }

    fn lift_by_group(
        definition: &ResponseLedgerDefinition,
        codes: &[u32],
        groups: usize,
        batch: Answers<'_>,
    ) -> Result<Vec<Self>> {
        let mut ledgers = vec![Self::empty(definition.clone()); groups];
        let mut take =
            |row: usize, entry: Entry| group_of_row(&mut ledgers, codes, row)?.take(entry);
        same_length("keys", codes.len(), batch.ratings.len())
            .and_then(|()| Rows::read(definition, batch))
            .and_then(|rows| rows.for_each(&mut take))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(ledgers)
    }
}

impl Retract for ResponseLedger {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            multiset::check_subtract(&self.entries, &other.entries, "an answer")
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        self.rows = self.rows.saturating_sub(other.rows);
        multiset::subtract(&mut self.entries, &other.entries);
    }
}

impl State for ResponseLedger {
    const KIND: Kind = Kind { id: 10, name: "response_ledger", version: 1 };

    fn write_definition(definition: &ResponseLedgerDefinition, writer: &mut Writer) {
        definition.ratings.write(writer);
        let rule = DuplicateRule::ALL.iter().position(|&rule| rule == definition.duplicates);
        writer.length(rule.unwrap_or_default());
        writer.unsigned(definition.min_gap_days.unwrap_or_default());
        writer.unsigned(definition.max_entries);
    }

    fn read_definition(reader: &mut Reader<'_>, _version: u16) -> Result<ResponseLedgerDefinition> {
        let ratings = RatingRules::read(reader)?;
        let rule = usize::from(reader.u8()?);
        let duplicates = DuplicateRule::ALL.get(rule).copied();
        let duplicates = duplicates
            .ok_or_else(|| Error::corrupt(format!("there is no rule for duplicates {rule}")))?;
        let gap = u32::try_from(reader.u64()?)
            .map_err(|_| Error::corrupt("a gap is longer than 32 bits"))?;
        let definition = ResponseLedgerDefinition {
            ratings,
            duplicates,
            min_gap_days: (gap > 0).then_some(gap),
            max_entries: reader.u64()?,
        };
        definition.validate()?;
        Ok(definition)
    }

    fn write_state(&self, writer: &mut Writer) {
        writer.length(self.entries.len());
        for (entry, &count) in &self.entries {
            entry.customer.write(writer);
            entry.wave.write(writer);
            writer.signed(entry.time);
            entry.answer.write(writer);
            writer.unsigned(count);
        }
    }

    fn read_state(
        definition: ResponseLedgerDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let mut ledger = Self::empty(definition);
        let entries = reader.length(5)?;
        ledger.check_entries(entries)?;
        for _ in 0..entries {
            let entry = Entry {
                customer: KeyPart::read(reader)?,
                wave: KeyPart::read(reader)?,
                time: reader.signed()?,
                answer: Answer::read(&ledger.definition.ratings, reader)?,
            };
            let count = reader.u64()?;
            let ascending = ledger.entries.last_key_value().is_none_or(|(last, _)| *last < entry);
            if count == 0 || !ascending {
                return Err(Error::corrupt(
                    "the answers are not in their order, each with a count",
                ));
            }
            ledger.rows = checked_sum(ledger.rows, count)?;
            ledger.entries.insert(entry, count);
        }
        Ok(ledger)
    }
}

/// What the reading of a ledger returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ResponseLedgerReport {
    /// The mean of the ratings that count; `None` without one.
    pub score: Option<f64>,
    /// The ratings that count.
    pub responses: u64,
    /// What was left out, and why; `duplicates` are the ratings that the rule leaves out.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub excluded: Exclusions,
    /// Off the scale or not a whole number: `out_of_range + non_integer`.
    pub invalid: u64,
    /// Different customers who gave an answer.
    pub customers: u64,
    /// Different answers in the ledger: what its memory grows with.
    pub entries: u64,
    /// All rows taken in.
    pub observations: u64,
    /// Ratings that count, the lowest first.
    pub histogram: Vec<u64>,
    /// What the figure means.
    pub definition: ResponseLedgerDefinition,
    #[cfg_attr(feature = "serde", serde(skip))]
    figures: Figures,
}

impl ResponseLedgerReport {
    fn read(ledger: &ResponseLedger) -> Self {
        let histogram = ledger.counted();
        let excluded = histogram.excluded();
        let counts = histogram.counts().to_vec();
        let figures = Figures::new(histogram, false, |_| 0);
        Self {
            score: figures.value(RatingMeasure::Mean),
            responses: figures.responses(),
            excluded,
            invalid: excluded.invalid(),
            customers: ledger.customers(),
            entries: ledger.entries.len() as u64,
            observations: ledger.rows,
            histogram: counts,
            definition: ledger.definition.clone(),
            figures,
        }
    }

    /// The ratings that count, with the others as duplicates.
    pub fn counted(&self) -> &Histogram {
        self.figures.histogram()
    }
}

impl Report for ResponseLedgerReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.responses
    }
}

impl Scored for ResponseLedgerReport {
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        self.figures.interval(RatingMeasure::Mean, options)
    }

    fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        self.figures.confidence_sequence(RatingMeasure::Mean, options)
    }

    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        self.figures.compare(&other.figures, RatingMeasure::Mean, method)
    }

    fn estimate(&self) -> Option<Estimate> {
        self.figures.estimate(RatingMeasure::Mean)
    }
}

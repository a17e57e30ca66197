//! Lifetimes: how many customers stayed how long, as the counts that survival figures are read
//! from.
//!
//! # What it measures
//! How long customers stay, from lifetimes of which many still go on: at each tick of tenure how
//! many came under observation, left, or were last seen.
//!
//! # Formula
//! ```text
//! tick     = duration · ticks_per_unit, a whole number
//! at risk at t = rows without an entry + entries before t − exits before t       (entry, exit]
//! exposure = Σ (exit − entry), in units of time
//! score    = events / exposure, the rate of leaving
//! median   = first t with S(t) < ½, S by Kaplan–Meier; the middle where S = ½ for a while
//! ```
//! [`risk_table`](Lifetimes::risk_table) is what the estimators of [this folder](super) take.
//!
//! # Input
//! [`Durations`]: durations, whether the end was `observed` (1) or not (0), and optionally the age
//! at `entries` into observation, the `causes` of the ends, and `counts` of rows that were counted
//! before. Refused, naming the row: a negative duration, one between two ticks unless a rounding is
//! declared, an `observed` other than 0 and 1 (somebody passed the times), an entry at or after the
//! end, and a cause that is not among the declared ones.
//!
//! # Empty and edge cases
//! Without exposure there is no rate, and without enough events no median. A lifetime of 0 ticks
//! counts as at risk at tick 0. A missing cell is an error, or the row is counted as `missing` and
//! left out. At most `max_ticks` different ticks are kept of each kind.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is a count of rows for each tick of entry,
//! of censoring, and of each cause: day ticks over three years are 1,100 counts whatever the rows.
//!
//! # Uncertainty
//! Exact Poisson limits for the rate (Garwood); the estimators bring their own.
//!
//! # Not to be confused with
//! The mean of the completed lifetimes, which forgets everybody who stayed; a churn rate of a
//! month, whose clock is the calendar.
//!
//! # Source
//! Kalbfleisch & Prentice (2002), *The Statistical Analysis of Failure Time Data*, 1.4; Garwood
//! (1936), Biometrika 28.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! // Months; the third and the fourth customer are still there.
//! let (months, left) = ([2u8, 5, 5, 8], [1u8, 1, 0, 0]);
//! let mut lifetimes = Lifetimes::default();
//! lifetimes.update(Durations::new(months.as_slice(), left.as_slice()))?;
//! let report = lifetimes.value();
//! assert_eq!((report.events, report.exposure), (2, 20.0));
//! assert_eq!(report.score, Some(0.1));
//! assert_eq!(lifetimes.kaplan_meier().survival(5.0), Some(0.5)); // ¾ · ⅔
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use super::aalen_johansen::AalenJohansen;
use super::intake::CauseReader;
use super::kaplan_meier::KaplanMeier;
use super::lifetimes_report::LifetimesReport;
use super::lift::{Row, for_each_row, lift};
use super::nelson_aalen::NelsonAalen;
use super::risk_table::{RiskRow, RiskTable};
use super::tick_counts::{TickCounts, TickIter};
use crate::calculator::batch::{Durations, KeyPart, same_length};
use crate::calculator::groups::group_of_row;
use crate::calculator::{
    Calculator, Definition, Merge, Preset, Retract, State, Update, UpdateByGroup,
    checked_difference, checked_sum, same_definition,
};
use crate::error::{Error, Result};
use crate::model::MissingRule;

/// Different ticks of one kind that a state may hold unless declared.
pub const DEFAULT_MAX_TICKS: u64 = 10_000_000;
/// Causes that a state may hold: more are no causes, but somebody passed another column.
pub const MOST_CAUSES: usize = 1000;

/// What happens to a duration between two ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum TickRounding {
    /// It fails the batch, naming the row.
    #[default]
    Exact,
    /// It is rounded to the nearest tick, halves to the even one.
    Nearest,
    /// It counts the ticks that were completed.
    Down,
    /// It counts the ticks that were begun.
    Up,
}

/// The clock of lifetimes, and the causes by which they end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LifetimesDefinition {
    /// The unit of time of the durations, in words: `day`, `month`.
    pub unit: String,
    /// How many ticks a unit has: 24 for durations in days that are kept to the hour.
    pub ticks_per_unit: u32,
    /// What happens to a duration between two ticks.
    pub rounding: TickRounding,
    /// What a missing cell does: `error` or `exclude`.
    pub missing: MissingRule,
    /// The causes there are; where none is listed, any.
    pub causes: Vec<KeyPart>,
    /// The most different ticks of one kind that the state may hold.
    pub max_ticks: u64,
}

impl Default for LifetimesDefinition {
    fn default() -> Self {
        Self::in_units("tick")
    }
}

impl LifetimesDefinition {
    /// Whole units of this name.
    pub fn in_units(unit: &str) -> Self {
        Self {
            unit: unit.to_owned(),
            ticks_per_unit: 1,
            rounding: TickRounding::Exact,
            missing: MissingRule::Error,
            causes: Vec::new(),
            max_ticks: DEFAULT_MAX_TICKS,
        }
    }

    pub(super) fn check_cause(&self, cause: &KeyPart) -> Result<()> {
        if self.causes.is_empty() || self.causes.contains(cause) {
            return Ok(());
        }
        let known: Vec<_> = self.causes.iter().map(ToString::to_string).collect();
        Err(Error::observation(format!(
            "unknown cause {cause}; the definition has {}",
            known.join(", ")
        ))
        .in_field("causes"))
    }
}

impl Definition for LifetimesDefinition {
    fn validate(&self) -> Result<()> {
        let refuse = |message: &'static str, field: &'static str| {
            Err(Error::definition(message).in_field(field))
        };
        if self.unit.is_empty() || self.unit.len() > 64 {
            return refuse("a unit has a name of 1 to 64 bytes", "unit");
        }
        if self.ticks_per_unit == 0 {
            return refuse("a unit has at least one tick", "ticks_per_unit");
        }
        if self.missing == MissingRule::AsNeutral {
            return refuse("a lifetime has no neutral value", "missing");
        }
        if self.max_ticks == 0 {
            return refuse("lifetimes need room for a tick", "max_ticks");
        }
        if self.causes.len() > MOST_CAUSES {
            return refuse("there may be at most 1000 causes", "causes");
        }
        let sorted: std::collections::BTreeSet<_> = self.causes.iter().collect();
        if sorted.len() < self.causes.len() {
            return refuse("a cause is listed twice", "causes");
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset { name: "ticks", summary: "whole ticks of any length", build: Self::default },
            Preset { name: "days", summary: "whole days", build: || Self::in_units("day") },
            Preset { name: "weeks", summary: "whole weeks", build: || Self::in_units("week") },
            Preset { name: "months", summary: "whole months", build: || Self::in_units("month") },
        ]
    }
}

/// The calculator of lifetimes: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Lifetimes {
    pub(super) definition: LifetimesDefinition,
    pub(super) entries: TickCounts,
    pub(super) censored: TickCounts,
    pub(super) events: BTreeMap<KeyPart, TickCounts>,
    /// Rows that count: the sum of the censored and of all events.
    pub(super) rows: u64,
    /// Rows with an entry: the sum of `entries`.
    pub(super) late: u64,
    pub(super) missing: u64,
}

impl Lifetimes {
    pub(super) fn empty(definition: LifetimesDefinition) -> Self {
        Self {
            definition,
            entries: TickCounts::default(),
            censored: TickCounts::default(),
            events: BTreeMap::new(),
            rows: 0,
            late: 0,
            missing: 0,
        }
    }

    /// The counts as estimators read them.
    pub fn risk_table(&self) -> RiskTable {
        let mut entries = self.entries.iter().peekable();
        let mut exits: Vec<std::iter::Peekable<TickIter<'_>>> = [&self.censored]
            .into_iter()
            .chain(self.events.values())
            .map(|c| c.iter().peekable())
            .collect();
        let from_the_beginning = self.rows.saturating_sub(self.late);
        let mut by_cause: Vec<Vec<u64>> = vec![Vec::new(); self.events.len()];
        let (mut rows, mut at_risk) = (Vec::new(), from_the_beginning);
        loop {
            let next =
                exits.iter_mut().chain([&mut entries]).filter_map(|c| Some(c.peek()?.0)).min();
            let Some(tick) = next else { break };
            let take = |counts: &mut std::iter::Peekable<TickIter<'_>>| {
                counts.next_if(|&(at, _)| at == tick).map_or(0, |(_, count)| count)
            };
            let mut row = RiskRow { tick, at_risk, ..RiskRow::default() };
            row.entered = take(&mut entries);
            let mut causes = by_cause.iter_mut();
            for (column, counts) in exits.iter_mut().enumerate() {
                let count = take(counts);
                if column == 0 {
                    row.censored = count;
                } else {
                    row.events = row.events.saturating_add(count);
                    causes.next().into_iter().for_each(|cause| cause.push(count));
                }
            }
            at_risk = row.after();
            rows.push(row);
        }
        let causes = self.events.keys().cloned().collect();
        RiskTable::new(rows, causes, by_cause, self.definition.ticks_per_unit, from_the_beginning)
    }

    /// The survival curve by Kaplan and Meier, of events of any cause.
    pub fn kaplan_meier(&self) -> KaplanMeier {
        KaplanMeier::of(&self.risk_table())
    }

    /// The cumulative hazard by Nelson and Aalen, of events of any cause.
    pub fn nelson_aalen(&self) -> NelsonAalen {
        NelsonAalen::of(&self.risk_table())
    }

    /// The cumulative incidence of each cause by Aalen and Johansen.
    pub fn aalen_johansen(&self) -> AalenJohansen {
        AalenJohansen::of(&self.risk_table())
    }

    pub(super) fn check_size(&self, ticks: u64, causes: usize) -> Result<()> {
        if causes > MOST_CAUSES {
            return Err(Error::limit(format!(
                "there may be at most {MOST_CAUSES} causes; are these customers?"
            ))
            .in_field("causes"));
        }
        if ticks <= self.definition.max_ticks {
            return Ok(());
        }
        Err(Error::limit(format!(
            "there may be at most {} different ticks; declare a coarser resolution",
            self.definition.max_ticks
        ))
        .in_field("max_ticks"))
    }

    fn columns(&self) -> impl Iterator<Item = &TickCounts> {
        [&self.entries, &self.censored].into_iter().chain(self.events.values())
    }

    pub(super) fn check_own_size(&self) -> Result<()> {
        let ticks = self.columns().map(TickCounts::len).max().unwrap_or_default();
        self.check_size(ticks, self.events.len())
    }

    fn take(&mut self, row: &Row, cause: Option<&KeyPart>, count: u64) -> Result<()> {
        checked_sum(self.observations(), count)?;
        if count == 0 {
            return Ok(());
        }
        self.rows += count;
        if let Some(entry) = row.entry {
            self.entries.add(entry, count);
            self.late += count;
        }
        match cause {
            Some(cause) if row.observed => {
                if !self.events.contains_key(cause) {
                    self.events.insert(cause.clone(), TickCounts::default());
                }
                if let Some(events) = self.events.get_mut(cause) {
                    events.add(row.exit, count);
                }
            }
            _ => self.censored.add(row.exit, count),
        }
        self.check_own_size()
    }

    /// Whether nobody leaves who is not there: what every pairing of entries and exits needs.
    pub(super) fn is_possible(&self) -> bool {
        let left = |row: &RiskRow| row.events.checked_add(row.censored);
        self.late <= self.rows
            && (self.late == 0
                || self.risk_table().rows().iter().all(|r| left(r).is_some_and(|l| l <= r.at_risk)))
    }

    fn union_len(ours: &TickCounts, theirs: &TickCounts) -> u64 {
        let new = theirs.iter().filter(|&(tick, _)| ours.at(tick) == 0).count();
        ours.len().saturating_add(new as u64)
    }
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self::empty(LifetimesDefinition::default())
    }
}

impl Calculator for Lifetimes {
    type Definition = LifetimesDefinition;
    type Report = LifetimesReport;

    fn new(definition: LifetimesDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &LifetimesDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.rows.saturating_add(self.missing)
    }

    fn value(&self) -> LifetimesReport {
        LifetimesReport::read(self)
    }
}

impl Merge for Lifetimes {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let none = TickCounts::default();
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            // No count of a tick is larger than the number of rows.
            checked_sum(self.observations(), other.observations())?;
            let new = other.events.keys().filter(|cause| !self.events.contains_key(cause)).count();
            let pairs = [(&self.entries, &other.entries), (&self.censored, &other.censored)];
            let events = other
                .events
                .iter()
                .map(|(cause, theirs)| (self.events.get(cause).unwrap_or(&none), theirs));
            self.check_size(0, self.events.len().saturating_add(new))?;
            for (ours, theirs) in pairs.into_iter().chain(events) {
                // The sum of the lengths is cheap, and nearly always within the limit.
                if ours.len().saturating_add(theirs.len()) > self.definition.max_ticks {
                    self.check_size(Self::union_len(ours, theirs), 0)?;
                }
            }
            Ok(())
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        self.entries.merge(&other.entries);
        self.censored.merge(&other.censored);
        for (cause, theirs) in &other.events {
            match self.events.get_mut(cause) {
                Some(ours) => ours.merge(theirs),
                None => {
                    self.events.insert(cause.clone(), theirs.clone());
                }
            }
        }
        self.rows = self.rows.saturating_add(other.rows);
        self.late = self.late.saturating_add(other.late);
        self.missing = self.missing.saturating_add(other.missing);
    }
}

impl Update for Lifetimes {
    type Batch<'a> = Durations<'a>;

    fn lift(definition: &LifetimesDefinition, batch: Durations<'_>) -> Result<Self> {
        lift(definition, &batch).map_err(|error| error.within(Self::KIND.name))
    }
}

impl UpdateByGroup for Lifetimes {
    fn batch_len(batch: &Durations<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &LifetimesDefinition,
        codes: &[u32],
        groups: usize,
        batch: Durations<'_>,
    ) -> Result<Vec<Self>> {
        let mut states = vec![Self::empty(definition.clone()); groups];
        let mut causes = CauseReader::new(&batch);
        let mut take = |row: usize, place: Option<Row>, count: u64| {
            let state = group_of_row(&mut states, codes, row)?;
            let Some(place) = place else {
                checked_sum(state.observations(), count)?;
                state.missing += count;
                return Ok(());
            };
            let number = if place.observed { Some(causes.number(definition, row)?) } else { None };
            let cause = number.and_then(|number| causes.causes.get(number));
            state.take(&place, cause, count)
        };
        batch
            .check_shape()
            .and_then(|()| same_length("keys", codes.len(), batch.len()))
            .and_then(|()| for_each_row(definition, &batch, &mut take))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(states)
    }
}

impl Retract for Lifetimes {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let none = TickCounts::default();
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            checked_difference(self.missing, other.missing, "the rows with a missing cell")?;
            self.entries.check_subtract(&other.entries, "the entries of a tick")?;
            self.censored.check_subtract(&other.censored, "the censored of a tick")?;
            for (cause, theirs) in &other.events {
                let ours = self.events.get(cause).unwrap_or(&none);
                ours.check_subtract(theirs, "the events of a tick")?;
            }
            if self.late > 0 {
                let mut rest = self.clone();
                rest.apply_subtract(other);
                if !rest.is_possible() {
                    return Err(Error::never_added("fewer at risk than leave would be left"));
                }
            }
            Ok(())
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        self.entries.subtract(&other.entries);
        self.censored.subtract(&other.censored);
        for (cause, theirs) in &other.events {
            if let Some(ours) = self.events.get_mut(cause) {
                ours.subtract(theirs);
            }
        }
        self.events.retain(|_, events| !events.is_empty());
        self.rows = self.rows.saturating_sub(other.rows);
        self.late = self.late.saturating_sub(other.late);
        self.missing = self.missing.saturating_sub(other.missing);
    }
}

//! The risk table: at each tick, who was at risk and who left.
//!
//! Every estimator of this folder reads it and nothing else.
//!
//! # Formula
//! ```text
//! at risk at t = rows without an entry + entries before t − exits before t
//! ```
//! A row is at risk in (entry, exit]: one that enters at t is not at risk at t, and one that leaves
//! at t is. Events come before censorings of the same tick. A row without an entry is at risk from
//! the beginning, tick 0 included.

use crate::calculator::batch::{KeyPart, same_length};
use crate::error::{Error, Result};

/// What happened at one tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RiskRow {
    /// The tick.
    pub tick: u64,
    /// Rows at risk.
    pub at_risk: u64,
    /// Rows that come at risk after this tick.
    pub entered: u64,
    /// Rows that were last seen at this tick, without an event.
    pub censored: u64,
    /// Events of any cause.
    pub events: u64,
}

impl RiskRow {
    /// Rows at risk after this tick.
    pub fn after(&self) -> u64 {
        let left = self.at_risk.saturating_sub(self.events.saturating_add(self.censored));
        left.saturating_add(self.entered)
    }
}

/// The counts that estimators read, ascending by tick.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskTable {
    rows: Vec<RiskRow>,
    causes: Vec<KeyPart>,
    by_cause: Vec<Vec<u64>>,
    ticks_per_unit: f64,
    from_the_beginning: u64,
}

impl RiskTable {
    /// `by_cause` has a list for each cause, as long as `rows`.
    pub(super) fn new(
        rows: Vec<RiskRow>,
        causes: Vec<KeyPart>,
        by_cause: Vec<Vec<u64>>,
        ticks_per_unit: u32,
        from_the_beginning: u64,
    ) -> Self {
        let ticks_per_unit = f64::from(ticks_per_unit);
        Self { rows, causes, by_cause, ticks_per_unit, from_the_beginning }
    }

    /// The ticks at which anything happened.
    pub fn rows(&self) -> &[RiskRow] {
        &self.rows
    }

    /// The causes, sorted.
    pub fn causes(&self) -> &[KeyPart] {
        &self.causes
    }

    /// The events of one cause, a count for each of [`rows`](Self::rows).
    pub fn events_of(&self, cause: &KeyPart) -> Option<&[u64]> {
        let found = self.causes.iter().position(|known| known == cause)?;
        self.by_cause.get(found).map(Vec::as_slice)
    }

    /// Rows at risk from the beginning on: those without an entry.
    pub fn from_the_beginning(&self) -> u64 {
        self.from_the_beginning
    }

    /// Whether any row came at risk later than at the beginning.
    pub fn has_late_entries(&self) -> bool {
        self.rows.iter().any(|row| row.entered > 0 && row.tick > 0)
    }

    /// The tick in units of time.
    pub fn time(&self, tick: u64) -> f64 {
        tick as f64 / self.ticks_per_unit
    }

    /// The last tick at or before a time; `None` before 0.
    pub fn tick_at(&self, time: f64) -> Option<u64> {
        let mut tick = (time * self.ticks_per_unit).floor();
        // A product may round past the tick whose time was meant.
        if (tick + 1.0) / self.ticks_per_unit <= time {
            tick += 1.0;
        }
        if tick / self.ticks_per_unit > time {
            tick -= 1.0;
        }
        whole(tick)
    }

    /// How many are at risk of leaving at a time: those who came before it and are still there;
    /// `None` before 0.
    pub fn at_risk(&self, time: f64) -> Option<u64> {
        let tick = self.tick_at(time)?;
        // Between two ticks nobody comes or goes, and what happens at a tick shows after it.
        let is_tick = self.time(tick) >= time;
        let next =
            self.rows.partition_point(|row| row.tick < tick || (row.tick == tick && !is_tick));
        Some(match self.rows.get(next) {
            Some(row) => row.at_risk,
            None => self.rows.last().map_or(self.from_the_beginning, RiskRow::after),
        })
    }

    /// How many ticks a unit of time has.
    pub fn ticks_per_unit(&self) -> f64 {
        self.ticks_per_unit
    }

    /// All events.
    pub fn events(&self) -> u64 {
        self.rows.iter().fold(0, |sum, row| sum.saturating_add(row.events))
    }

    /// All rows that left: with an event or without.
    pub fn exits(&self) -> u64 {
        self.rows
            .iter()
            .fold(0, |sum, row| sum.saturating_add(row.events).saturating_add(row.censored))
    }

    /// The last tick at which a row was at risk; `None` without one.
    pub fn last_tick(&self) -> Option<u64> {
        let last = self.rows.iter().rev().find(|row| row.events > 0 || row.censored > 0);
        last.map(|row| row.tick)
    }

    /// Ticks at risk of all rows within (from, to], an exact sum.
    pub fn ticks_at_risk(&self, from: u64, to: u64) -> u128 {
        let mut sum = 0u128;
        let mut reached = from;
        let mut at_risk = self.from_the_beginning;
        for row in &self.rows {
            let end = row.tick.clamp(from, to);
            sum += u128::from(at_risk) * u128::from(end - reached);
            reached = end;
            at_risk = row.after();
        }
        sum + u128::from(at_risk) * u128::from(to.max(reached) - reached)
    }
}

/// A risk table as plain columns: how it crosses the doors.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct RiskCounts {
    /// Ticks a unit of time has.
    pub ticks_per_unit: u32,
    /// Rows at risk from the beginning on.
    pub from_the_beginning: u64,
    /// The ticks at which anything happened, ascending.
    pub ticks: Vec<u64>,
    /// Rows that come at risk after each tick.
    pub entered: Vec<u64>,
    /// Rows last seen at each tick, without an event.
    pub censored: Vec<u64>,
    /// The causes, ascending.
    pub causes: Vec<KeyPart>,
    /// The events of each cause, a list as long as `ticks` each.
    pub events: Vec<Vec<u64>>,
}

impl RiskTable {
    /// The table as columns.
    pub fn counts(&self) -> RiskCounts {
        let column = |count: fn(&RiskRow) -> u64| self.rows.iter().map(count).collect();
        RiskCounts {
            ticks_per_unit: u32::try_from(whole(self.ticks_per_unit).unwrap_or(1)).unwrap_or(1),
            from_the_beginning: self.from_the_beginning,
            ticks: column(|row| row.tick),
            entered: column(|row| row.entered),
            censored: column(|row| row.censored),
            causes: self.causes.clone(),
            events: self.by_cause.clone(),
        }
    }

    /// The table of these columns; refuses counts that no rows can have left.
    pub fn from_counts(counts: &RiskCounts) -> Result<Self> {
        let length = counts.ticks.len();
        same_length("entered", counts.entered.len(), length)?;
        same_length("censored", counts.censored.len(), length)?;
        same_length("events", counts.events.len(), counts.causes.len())?;
        counts.events.iter().try_for_each(|events| same_length("events", events.len(), length))?;
        let ascending = counts.ticks.windows(2).all(|pair| pair.first() < pair.last())
            && counts.ticks.last().is_none_or(|&last| last <= MOST_TICKS);
        if !ascending || counts.ticks_per_unit == 0 {
            return Err(Error::argument("ticks ascend, up to 2^53").in_field("ticks"));
        }
        let mut at_risk = counts.from_the_beginning;
        let mut rows = Vec::with_capacity(length);
        let columns = counts.ticks.iter().zip(&counts.entered).zip(&counts.censored);
        for (place, ((&tick, &entered), &censored)) in columns.enumerate() {
            let own = counts.events.iter().filter_map(|events| events.get(place));
            let events = own.fold(0, |sum: u64, &count| sum.saturating_add(count));
            if events.checked_add(censored).is_none_or(|left| left > at_risk) {
                return Err(Error::argument(format!("more leave at tick {tick} than are at risk"))
                    .in_field("events")
                    .at_row(place));
            }
            let row = RiskRow { tick, at_risk, entered, censored, events };
            at_risk = row.after();
            rows.push(row);
        }
        let (causes, by_cause) = (counts.causes.clone(), counts.events.clone());
        Ok(Self::new(rows, causes, by_cause, counts.ticks_per_unit, counts.from_the_beginning))
    }
}

/// A float that holds a whole number not below 0, as one; saturates above 2^53.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked on the line before"
)]
pub(super) fn whole(value: f64) -> Option<u64> {
    (value >= 0.0).then(|| value.min(MOST_TICKS as f64) as u64)
}

/// The largest tick: whole numbers up to it are exact in a double.
pub const MOST_TICKS: u64 = 1 << 53;

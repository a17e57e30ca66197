//! Person-time: events per unit of time at risk, by tenure and by calendar.
//!
//! # What it measures
//! How often customers leave while they are watched, in each year of their tenure, in each quarter
//! of the calendar, or in both at once. The only churn rate that does not depend on the length of
//! the month.
//!
//! # Formula
//! ```text
//! rate = events / exposure,   exposure = Σ time at risk within the band
//! exact_poisson (default)   χ²(2d) at α/2 and χ²(2d + 2) at 1 − α/2, both over 2·exposure
//! bands of tenure           (from, to], as lifetimes are at risk in (entry, exit]
//! ```
//!
//! # Input
//! A [`RiskTable`] and the limits of the bands; for the calendar also the start of each lifetime,
//! in ticks.
//!
//! # Empty and edge cases
//! A band without exposure has no rate and no interval. Exposure is an exact integer of ticks.
//!
//! # Merging
//! The table's counts merge exactly; [`LexisTable`]s of the same bands add up.
//!
//! # Uncertainty
//! Garwood's exact limits; conservative, and never empty: no event at all has an upper limit.
//!
//! # Not to be confused with
//! The probability to leave within a band, which cannot pass 1: a rate can.
//!
//! # Source
//! Garwood (1936), Biometrika 28; Clayton & Hills (1993), *Statistical Models in Epidemiology*, 5
//! and 6, for the Lexis diagram.
//!
//! # Example
//! ```
//! use cxm_core::survival::EventRate;
//! use cxm_core::stats::IntervalOptions;
//!
//! // 1,869 customers of a telephone company left in 227,990 months.
//! let rate = EventRate { events: 1869, exposure: 227_990.0 };
//! let interval = rate.interval(&IntervalOptions::default())?.unwrap();
//! assert!((interval.lower - 0.00783024721596).abs() < 1e-14);
//! assert!((interval.upper - 0.00857800270315).abs() < 1e-14);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::risk_table::RiskTable;
use crate::error::{Error, Result};
pub use crate::stats::EventRate;

impl EventRate {
    /// The events and the time at risk of a table within (from, to]; without `to`, to the end.
    ///
    /// A lifetime of 0 belongs to the band that begins at 0.
    pub fn of(table: &RiskTable, from: f64, to: Option<f64>) -> Self {
        let last = table.last_tick().unwrap_or_default();
        let first = table.tick_at(from).unwrap_or_default();
        let end = to.map_or(last, |to| table.tick_at(to).unwrap_or_default());
        let inside = |tick: u64| (tick > first || from <= 0.0) && tick <= end;
        let rows = table.rows().iter().filter(|row| inside(row.tick));
        let events = rows.fold(0, |sum: u64, row| sum.saturating_add(row.events));
        let ticks = table.ticks_at_risk(first, end.max(first));
        Self { events, exposure: ticks as f64 / table.ticks_per_unit() }
    }
}

/// Events and time at risk within one band of tenure.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TenureRate {
    /// The band begins after this time.
    pub from: f64,
    /// It ends with this one; `None` for the last band, which is open.
    pub to: Option<f64>,
    /// Events in the band.
    pub events: u64,
    /// Time at risk in the band.
    pub exposure: f64,
    /// events/exposure.
    pub rate: Option<f64>,
}

/// The rates within bands of tenure: up to the first cut, between cuts, after the last.
pub fn tenure_rates(table: &RiskTable, cuts: &[f64]) -> Result<Vec<TenureRate>> {
    check_cuts(cuts, "cuts")?;
    let starts = [0.0].into_iter().chain(cuts.iter().copied());
    let ends = cuts.iter().copied().map(Some).chain([None]);
    let bands = starts.zip(ends).map(|(from, to)| {
        let rate = EventRate::of(table, from, to);
        TenureRate { from, to, events: rate.events, exposure: rate.exposure, rate: rate.rate() }
    });
    Ok(bands.collect())
}

/// Refuses cuts that are not finite, above 0 and ascending.
pub(super) fn check_cuts(cuts: &[f64], field: &'static str) -> Result<()> {
    let mut last = 0.0;
    for (position, &cut) in cuts.iter().enumerate() {
        if !(cut.is_finite() && cut > last) {
            return Err(Error::argument(format!(
                "cuts ascend from above 0, got {cut} after {last}"
            ))
            .in_field(field)
            .at_row(position));
        }
        last = cut;
    }
    Ok(())
}

/// One lifetime on the calendar, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarLifetime {
    /// When it began, in ticks of the calendar.
    pub start: i64,
    /// Age at which it came under observation.
    pub entry: u64,
    /// Age at its event, or when it was last seen.
    pub exit: u64,
    /// Whether the event was seen.
    pub observed: bool,
}

/// Events and ticks at risk in each cell of tenure by calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LexisTable {
    /// Limits of the bands of tenure (from, to], in ticks.
    pub tenure_limits: Vec<u64>,
    /// Limits of the bands of the calendar (from, to], in ticks.
    pub calendar_limits: Vec<i64>,
    /// Events: a list for each band of tenure, in it a count for each band of the calendar.
    pub events: Vec<Vec<u64>>,
    /// Ticks at risk, in the same order.
    pub ticks_at_risk: Vec<Vec<u64>>,
}

impl LexisTable {
    /// An empty table; `n` limits make `n − 1` bands.
    pub fn new(tenure_limits: Vec<u64>, calendar_limits: Vec<i64>) -> Result<Self> {
        let ascending = tenure_limits.windows(2).all(|w| w.first() < w.last())
            && calendar_limits.windows(2).all(|w| w.first() < w.last());
        if tenure_limits.len() < 2 || calendar_limits.len() < 2 || !ascending {
            return Err(
                Error::argument("bands need two limits or more, ascending").in_field("limits")
            );
        }
        let cells = vec![vec![0; calendar_limits.len() - 1]; tenure_limits.len() - 1];
        let ticks_at_risk = cells.clone();
        Ok(Self { tenure_limits, calendar_limits, events: cells, ticks_at_risk })
    }

    /// Takes one lifetime; what lies outside the bands is left out.
    pub fn add(&mut self, lifetime: &CalendarLifetime) -> Result<()> {
        if lifetime.entry >= lifetime.exit {
            return Err(Error::observation(format!(
                "an entry lies before the end, got {} and {}",
                lifetime.entry, lifetime.exit
            ))
            .in_field("entries"));
        }
        let start = i128::from(lifetime.start);
        let (entry, exit) = (i128::from(lifetime.entry), i128::from(lifetime.exit));
        let rows = self.events.iter_mut().zip(&mut self.ticks_at_risk);
        for (ages, (events, ticks)) in self.tenure_limits.windows(2).zip(rows) {
            let [from, to] = *ages else { continue };
            let (from, to) = (entry.max(i128::from(from)), exit.min(i128::from(to)));
            if from >= to {
                continue;
            }
            let cells = events.iter_mut().zip(ticks);
            for (dates, (events, ticks)) in self.calendar_limits.windows(2).zip(cells) {
                let [first, last] = *dates else { continue };
                let from = from.max(i128::from(first) - start);
                let to = to.min(i128::from(last) - start);
                if from >= to {
                    continue;
                }
                *ticks = ticks.saturating_add(u64::try_from(to - from).unwrap_or(u64::MAX));
                *events += u64::from(lifetime.observed && to == exit);
            }
        }
        Ok(())
    }

    /// Adds a table of the same bands, or fails and changes nothing.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.tenure_limits != other.tenure_limits
            || self.calendar_limits != other.calendar_limits
        {
            return Err(Error::merge("the bands of the tables differ"));
        }
        let add = |ours: &mut Vec<Vec<u64>>, theirs: &Vec<Vec<u64>>| {
            let cells = ours.iter_mut().flatten().zip(theirs.iter().flatten());
            cells.for_each(|(ours, theirs)| *ours = ours.saturating_add(*theirs));
        };
        add(&mut self.events, &other.events);
        add(&mut self.ticks_at_risk, &other.ticks_at_risk);
        Ok(())
    }

    /// The rate of a cell, in events per unit of so many ticks.
    pub fn rate(&self, tenure: usize, calendar: usize, ticks_per_unit: u32) -> Option<EventRate> {
        let events = *self.events.get(tenure)?.get(calendar)?;
        let ticks = *self.ticks_at_risk.get(tenure)?.get(calendar)?;
        Some(EventRate { events, exposure: ticks as f64 / f64::from(ticks_per_unit) })
    }
}

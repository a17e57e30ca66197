//! What the reading of [`Lifetimes`] returns.

use super::kaplan_meier::KaplanMeier;
use super::lifetimes::{Lifetimes, LifetimesDefinition};
use super::person_time::EventRate;
use super::risk_table::RiskTable;
use crate::calculator::{Calculator, Report};
use crate::error::{Error, Result};
use crate::stats::{Comparison, Estimate, Interval, IntervalOptions, Method, Scored};

/// The size of a set of lifetimes, their rate of ending and their median.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LifetimesReport {
    /// The rate: events per unit of time at risk; `None` without exposure.
    pub score: Option<f64>,
    /// The time by which half have left; `None` where the curve does not come down to one half.
    pub median: Option<f64>,
    /// Lifetimes that count.
    pub lifetimes: u64,
    /// Of these, ended by an event.
    pub events: u64,
    /// Of these, last seen without an event.
    pub censored: u64,
    /// Of these, watched from a later age on.
    pub late_entries: u64,
    /// Time at risk, in units of time.
    pub exposure: f64,
    /// The longest time that anybody was watched.
    pub longest: Option<f64>,
    /// Rows left out because a cell was missing.
    pub missing: u64,
    /// All rows taken in.
    pub observations: u64,
    /// What the figures mean.
    pub definition: LifetimesDefinition,
    #[cfg_attr(feature = "serde", serde(skip))]
    table: RiskTable,
}

impl LifetimesReport {
    pub(super) fn read(state: &Lifetimes) -> Self {
        let table = state.risk_table();
        let rate = EventRate::of(&table, 0.0, None);
        let curve = KaplanMeier::of(&table);
        Self {
            score: rate.rate(),
            median: curve.median(),
            lifetimes: state.rows,
            events: table.events(),
            censored: state.censored.total(),
            late_entries: state.late,
            exposure: rate.exposure,
            longest: table.last_tick().map(|tick| table.time(tick)),
            missing: state.missing,
            observations: state.observations(),
            definition: state.definition.clone(),
            table,
        }
    }

    /// The counts as estimators read them.
    pub fn risk_table(&self) -> &RiskTable {
        &self.table
    }

    /// Events and exposure.
    pub fn event_rate(&self) -> EventRate {
        EventRate { events: self.events, exposure: self.exposure }
    }
}

impl Report for LifetimesReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.lifetimes
    }
}

impl Scored for LifetimesReport {
    /// The exact Poisson interval of the rate; `None` without exposure.
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        self.event_rate().interval(options)
    }

    /// Not offered: a rate has no bound that a sequence could bet against.
    fn confidence_sequence(&self, _options: &IntervalOptions) -> Result<Option<Interval>> {
        Err(Error::not_offered("a rate of events has no confidence sequence"))
    }

    /// This rate minus the other's.
    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        self.event_rate().compare(&other.event_rate(), method)
    }

    fn estimate(&self) -> Option<Estimate> {
        self.event_rate().estimate(self.lifetimes)
    }
}

//! Nelson–Aalen: the hazard of leaving, summed up over time.
//!
//! # What it measures
//! How much risk of leaving a customer has been through by time t; its slope is the hazard.
//!
//! # Formula
//! ```text
//! H(t)    = Σ_{tᵢ ≤ t} dᵢ/nᵢ                    variance  Σ dᵢ/nᵢ²
//! ties    = Σ_{tᵢ ≤ t} Σ_{k < dᵢ} 1/(nᵢ − k)      variance  Σ Σ 1/(nᵢ − k)²
//! log (default)  H·exp(±z·se/H)      plain  H ± z·se, not below 0
//! ```
//!
//! # Input
//! A [`RiskTable`], with or without late entries.
//!
//! # Empty and edge cases
//! Beyond the last time that anybody was watched H is unknown: `None`. Before the first event it is
//! 0, and so are both limits.
//!
//! # Merging
//! The table's counts merge exactly.
//!
//! # Uncertainty
//! Aalen's variance, without the factor (n − d)/n.
//!
//! # Not to be confused with
//! −ln S of [Kaplan–Meier](super::kaplan_meier), which is larger whenever events tie. The sum
//! corrected for ties, the default of lifelines, is larger than the plain one, which R and sksurv
//! report.
//!
//! # Source
//! Nelson (1972), Technometrics 14; Aalen (1978), Annals of Statistics 6; Fleming & Harrington
//! (1984), for the correction.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut lifetimes = Lifetimes::default();
//! lifetimes.update(Durations::new([1u8, 2, 2].as_slice(), [1u8, 1, 0].as_slice()))?;
//! let hazard = lifetimes.nelson_aalen().hazard(2.0).unwrap();
//! assert!((hazard - (1.0 / 3.0 + 1.0 / 2.0)).abs() < 1e-15);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::band::{HAZARD_METHODS, hazard_limits, interval, quantile_of};
use super::risk_table::RiskTable;
use super::step_function::step_at;
use crate::error::Result;
use crate::stats::{Interval, Method};

/// What events at the same time count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum HazardTies {
    /// d/n: time is discrete, and they happened at once.
    #[default]
    Together,
    /// 1/n + 1/(n − 1) + …: time is continuous, and they happened one after another.
    OneByOne,
}

/// The cumulative hazard at one time at which anybody left.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HazardStep {
    /// The time, in units.
    pub time: f64,
    /// Lifetimes at risk.
    pub at_risk: u64,
    /// Events at this time.
    pub events: u64,
    /// H after the events of this time.
    pub hazard: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// A cumulative hazard: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NelsonAalen {
    /// What events at the same time count.
    pub ties: HazardTies,
    /// The last time that anybody was watched; `None` without rows.
    pub last_time: Option<f64>,
    /// The times at which anybody left.
    pub steps: Vec<HazardStep>,
}

impl NelsonAalen {
    /// The hazard of a table, events of one tick together.
    pub fn of(table: &RiskTable) -> Self {
        Self::with_ties(table, HazardTies::Together)
    }

    /// The hazard of a table.
    pub fn with_ties(table: &RiskTable, ties: HazardTies) -> Self {
        let (mut hazard, mut variance) = (0.0, 0.0);
        let rows = table.rows().iter().filter(|row| row.events > 0 || row.censored > 0);
        let steps: Vec<HazardStep> = rows
            .map(|row| {
                let (n, d) = (row.at_risk as f64, row.events as f64);
                match ties {
                    HazardTies::Together => {
                        hazard += d / n;
                        variance += d / n / n;
                    }
                    HazardTies::OneByOne => {
                        for gone in 0..row.events {
                            let left = row.at_risk.saturating_sub(gone) as f64;
                            hazard += 1.0 / left;
                            variance += 1.0 / left / left;
                        }
                    }
                }
                HazardStep {
                    time: table.time(row.tick),
                    at_risk: row.at_risk,
                    events: row.events,
                    hazard,
                    standard_error: variance.sqrt(),
                }
            })
            .collect();
        Self { ties, last_time: steps.last().map(|step| step.time), steps }
    }

    /// The last step at or before a time.
    fn step_at(&self, time: f64) -> Option<&HazardStep> {
        step_at(&self.steps, time, |step| step.time)
    }

    fn reaches(&self, time: f64) -> bool {
        self.last_time.is_some_and(|last| time <= last)
    }

    /// H at a time; `None` without rows and beyond the last time that anybody was watched.
    pub fn hazard(&self, time: f64) -> Option<f64> {
        self.reaches(time).then(|| self.step_at(time).map_or(0.0, |step| step.hazard))
    }

    /// The standard error of H at a time.
    pub fn standard_error(&self, time: f64) -> Option<f64> {
        self.reaches(time).then(|| self.step_at(time).map_or(0.0, |step| step.standard_error))
    }

    /// The interval of H at a time.
    pub fn interval(&self, time: f64, level: f64, method: Method) -> Result<Option<Interval>> {
        Ok(self.intervals(&[time], level, method)?.pop().flatten())
    }

    /// The intervals at many times.
    pub fn intervals(
        &self,
        times: &[f64],
        level: f64,
        method: Method,
    ) -> Result<Vec<Option<Interval>>> {
        let z = quantile_of(level, method, "a cumulative hazard", HAZARD_METHODS)?;
        let limits = |&time: &f64| {
            if !self.reaches(time) {
                return None;
            }
            let limits = match self.step_at(time) {
                Some(step) if step.hazard > 0.0 => {
                    hazard_limits(step.hazard, step.standard_error, z, method)
                }
                _ => (0.0, 0.0),
            };
            Some(interval(limits, level, method))
        };
        Ok(times.iter().map(limits).collect())
    }
}

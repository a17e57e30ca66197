//! Aalen–Johansen: the share of customers who left for each cause.
//!
//! # What it measures
//! The probability to have left for one cause by time t, where leaving for another cause makes it
//! impossible: voluntarily, by a failed payment, at the end of the contract.
//!
//! # Formula
//! ```text
//! F_c(t) = Σ_{tᵢ ≤ t} S(tᵢ₋)·dᵢ_c/nᵢ       S by Kaplan–Meier of all causes; Σ_c F_c(t) = 1 − S(t)
//!
//! variance = Σ_{tᵢ ≤ t} (F_c(t) − F_c(tᵢ))²·dᵢ/(nᵢ(nᵢ − dᵢ)) + S(tᵢ₋)²·dᵢ_c(nᵢ − dᵢ_c)/nᵢ³
//!                       − 2(F_c(t) − F_c(tᵢ))·S(tᵢ₋)·dᵢ_c/nᵢ²
//! log_log (default)  F^exp(±z·se/(F ln F));   log, plain, logit, arcsine as for Kaplan–Meier
//! ```
//! Events of several causes at one time happen at once: nothing is drawn by lot.
//!
//! # Input
//! A [`RiskTable`] of lifetimes with causes, with or without late entries.
//!
//! # Empty and edge cases
//! An unknown cause is `NotFound`. Beyond the last time that anybody was watched F is unknown
//! unless nobody was left. Before the first event of the cause F is 0, and so are both limits.
//!
//! # Merging
//! The table's counts merge exactly.
//!
//! # Uncertainty
//! The delta method on the counts (Gaynor). With one cause it is Greenwood's variance.
//!
//! # Not to be confused with
//! 1 − Kaplan–Meier with the other causes taken as censorings: it answers what would happen if
//! nobody could leave otherwise, and the shares of the causes add up to more than 1. The estimate
//! of lifelines breaks ties by lot, so that its seed changes the answer.
//!
//! # Source
//! Aalen & Johansen (1978), Scandinavian Journal of Statistics 5; Gaynor et al. (1993), JASA 88;
//! Marubini & Valsecchi (1995), 10.3.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut lifetimes = Lifetimes::default();
//! lifetimes.update(
//!     Durations::new([1u8, 1, 2, 3].as_slice(), [1u8, 1, 1, 0].as_slice())
//!         .with_causes(["price", "service", "price", ""].as_slice()),
//! )?;
//! let shares = lifetimes.aalen_johansen();
//! assert_eq!(shares.cumulative_incidence(&"price".into(), 2.0)?, Some(0.5)); // ¼ + ½ · ½
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::band::{CURVE_METHODS, interval, probability_limits, quantile_of};
use super::risk_table::RiskTable;
use super::step_function::step_at;
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::stats::{Interval, Method};

/// The share of one cause at one time.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct IncidenceStep {
    /// The time, in units.
    pub time: f64,
    /// Lifetimes at risk.
    pub at_risk: u64,
    /// Events of this cause.
    pub events: u64,
    /// F after the events of this time.
    pub incidence: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// The curve of one cause.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CauseIncidence {
    /// The cause.
    pub cause: KeyPart,
    /// The times at which anybody left.
    pub steps: Vec<IncidenceStep>,
}

/// Cumulative incidences: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AalenJohansen {
    /// The last time that anybody was watched; `None` without rows.
    pub last_time: Option<f64>,
    /// Whether everybody had left by then.
    pub has_ended: bool,
    /// One curve a cause, sorted by cause.
    pub causes: Vec<CauseIncidence>,
}

/// Running sums of a curve's variance: it is a square in F(t), whose coefficients add up.
#[derive(Debug, Clone, Copy, Default)]
struct VarianceSums {
    /// Σ g, Σ g·F(tᵢ), Σ g·F(tᵢ)² with g = d/(n(n − d)).
    greenwood: [f64; 3],
    /// Σ S²·d_c(n − d_c)/n³.
    own: f64,
    /// Σ h, Σ h·F(tᵢ) with h = S·d_c/n².
    cross: [f64; 2],
}

impl VarianceSums {
    fn add(&mut self, greenwood: f64, incidence: f64, own: f64, cross: f64) {
        let powers = [1.0, incidence, incidence * incidence];
        for (sum, power) in self.greenwood.iter_mut().zip(powers) {
            *sum += greenwood * power;
        }
        for (sum, power) in self.cross.iter_mut().zip(powers) {
            *sum += cross * power;
        }
        self.own += own;
    }

    fn at(&self, incidence: f64) -> f64 {
        let [g0, g1, g2] = self.greenwood;
        let [h0, h1] = self.cross;
        let square = g0 * incidence * incidence - 2.0 * g1 * incidence + g2;
        (square + self.own - 2.0 * (h0 * incidence - h1)).max(0.0)
    }
}

impl AalenJohansen {
    /// The curves of a table.
    pub fn of(table: &RiskTable) -> Self {
        let survival = survival_before(table);
        let causes = table.causes().iter().map(|cause| CauseIncidence {
            cause: cause.clone(),
            steps: incidence(table, &survival, table.events_of(cause).unwrap_or_default()),
        });
        let last = table.rows().iter().rev().find(|row| row.events > 0 || row.censored > 0);
        Self {
            last_time: last.map(|row| table.time(row.tick)),
            has_ended: table.rows().iter().any(|row| row.events > 0 && row.events == row.at_risk),
            causes: causes.collect(),
        }
    }

    /// The curve of a cause.
    pub fn of_cause(&self, cause: &KeyPart) -> Result<&CauseIncidence> {
        self.causes.iter().find(|curve| curve.cause == *cause).ok_or_else(|| {
            let known: Vec<_> = self.causes.iter().map(|curve| curve.cause.to_string()).collect();
            Error::not_found(format!("no event has cause {cause}; there are {}", known.join(", ")))
                .in_field("cause")
        })
    }

    fn step_at(&self, cause: &KeyPart, time: f64) -> Result<Option<IncidenceStep>> {
        let steps = &self.of_cause(cause)?.steps;
        let before =
            IncidenceStep { time: 0.0, at_risk: 0, events: 0, incidence: 0.0, standard_error: 0.0 };
        if !(self.has_ended || self.last_time.is_some_and(|last| time <= last)) {
            return Ok(None);
        }
        Ok(Some(step_at(steps, time, |step| step.time).copied().unwrap_or(before)))
    }

    /// The share that has left for a cause by `time`; `None` beyond the last time that anybody was
    /// watched, unless nobody was left.
    pub fn cumulative_incidence(&self, cause: &KeyPart, time: f64) -> Result<Option<f64>> {
        Ok(self.step_at(cause, time)?.map(|step| step.incidence))
    }

    /// The standard error of that share.
    pub fn standard_error(&self, cause: &KeyPart, time: f64) -> Result<Option<f64>> {
        Ok(self.step_at(cause, time)?.map(|step| step.standard_error))
    }

    /// The interval of that share.
    pub fn interval(
        &self,
        cause: &KeyPart,
        time: f64,
        level: f64,
        method: Method,
    ) -> Result<Option<Interval>> {
        let z = quantile_of(level, method, "a cumulative incidence", CURVE_METHODS)?;
        let Some(step) = self.step_at(cause, time)? else { return Ok(None) };
        let limits = if step.incidence > 0.0 && step.incidence < 1.0 {
            probability_limits(step.incidence, step.standard_error, z, method)
        } else {
            (step.incidence, step.incidence)
        };
        Ok(Some(interval(limits, level, method)))
    }
}

/// S just before each row of the table.
fn survival_before(table: &RiskTable) -> Vec<f64> {
    let (mut survival, mut base, mut base_at_risk, mut expected) = (1.0, 1.0, 0.0, None);
    let rows = table.rows().iter().map(|row| {
        let before = survival;
        if row.events > 0 {
            if expected != Some(row.at_risk) {
                (base, base_at_risk) = (survival, row.at_risk as f64);
            }
            let rest = row.at_risk.saturating_sub(row.events);
            expected = Some(rest);
            survival = base * (rest as f64 / base_at_risk);
        }
        before
    });
    rows.collect()
}

fn incidence(table: &RiskTable, survival: &[f64], events: &[u64]) -> Vec<IncidenceStep> {
    let (mut sums, mut incidence) = (VarianceSums::default(), 0.0);
    let mut steps = Vec::new();
    for ((row, &before), &own) in table.rows().iter().zip(survival).zip(events) {
        if row.events == 0 && row.censored == 0 {
            continue;
        }
        let (n, all, d) = (row.at_risk as f64, row.events as f64, own as f64);
        incidence += before * (d / n);
        let rest = row.at_risk.saturating_sub(row.events) as f64;
        // With nobody left the curve rises no more, and its rise from here is 0 times infinity.
        let greenwood = if rest > 0.0 { all / (n * rest) } else { 0.0 };
        sums.add(
            greenwood,
            incidence,
            before * before * (d / n) * ((n - d) / n) / n,
            before * (d / n) / n,
        );
        steps.push(IncidenceStep {
            time: table.time(row.tick),
            at_risk: row.at_risk,
            events: own,
            incidence,
            standard_error: sums.at(incidence).sqrt(),
        });
    }
    steps
}

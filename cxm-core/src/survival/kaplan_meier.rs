//! Kaplan–Meier: the share of customers who are still there.
//!
//! # What it measures
//! The probability to stay longer than t, from lifetimes of which many still go on, and the times
//! by which a share has left.
//!
//! # Formula
//! ```text
//! S(t)  = Π_{tᵢ ≤ t} (1 − dᵢ/nᵢ)        dᵢ events among nᵢ at risk; events before censorings
//! G(t)  = Σ_{tᵢ ≤ t} dᵢ/(nᵢ(nᵢ − dᵢ))    Greenwood
//! se(t) = S(t)·√G(t)
//!
//! log_log (default) S^exp(±z√G/ln S)      log    S·exp(±z√G)     plain  S ± z·S√G, cut to 0..=1
//! logit             ln(S/(1−S)) ± z√G/(1−S)           arcsine  arcsin √S ± ½z√G·√(S/(1−S))
//!
//! quantile(q)       first t with S(t) < 1 − q; where S = 1 − q for a while, the middle of it
//! restricted mean   μ(τ) = ∫₀^τ S        variance Σ_{tᵢ < τ} (∫_{tᵢ}^τ S)²·dᵢ/(nᵢ(nᵢ − dᵢ))
//! conditional       S(t)/S(t₀): the curve of the table after t₀, by `start_time`
//! ```
//! The limits of a quantile are the times at which the limits of the curve cross 1 − q (Brookmeyer
//! and Crowley).
//!
//! # Input
//! A [`RiskTable`], with or without late entries.
//!
//! # Empty and edge cases
//! Without rows there is no curve. Beyond the last time that anybody was watched S is unknown
//! unless it has reached 0: `None`. Where S is 1 both limits are 1; where it is 0 there are none,
//! since Greenwood's sum is infinite there. Under late entry a tiny early risk set can send the
//! curve down for good: [`small_risk_set`](KaplanMeier::small_risk_set) says where, and
//! `start_time` begins behind it.
//!
//! # Merging
//! The table's counts merge exactly; the curve is read from them.
//!
//! # Uncertainty
//! Greenwood's variance. The variance of the restricted mean is that of the estimate, not of
//! min(T, τ).
//!
//! # Not to be confused with
//! Retention of a cohort, whose customers are all of one age; exp(−H) of
//! [Nelson–Aalen](super::nelson_aalen).
//!
//! # Source
//! Kaplan & Meier (1958), JASA 53; Greenwood (1926); Kalbfleisch & Prentice (2002), 1.4, for the
//! transformations; Brookmeyer & Crowley (1982), Biometrics 38; Klein & Moeschberger (2003), 4.5,
//! for the restricted mean.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut lifetimes = Lifetimes::default();
//! lifetimes.update(Durations::new([1u8, 2, 3, 4].as_slice(), [1u8, 1, 1, 1].as_slice()))?;
//! let curve = lifetimes.kaplan_meier();
//! assert_eq!(curve.survival(2.5), Some(0.5));
//! assert_eq!(curve.median(), Some(2.5)); // S = ½ from 2 to 3: the middle
//! assert_eq!(curve.restricted_mean(4.0)?.mean, 2.5); // (1 + 2 + 3 + 4)/4
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::band::{CURVE_METHODS, interval, probability_limits, quantile_of};
use super::risk_table::RiskTable;
use super::step_function::step_at;
use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided_quantile;
use crate::stats::{Interval, IntervalOptions, Method};

/// A risk set is small if a later one is more than so many times as large.
const SMALL_SHARE: u64 = 20;
/// A step is large if it takes more than 1 in so many of those at risk.
const LARGE_STEP: u64 = 20;
/// Two probabilities that are equal but for rounding.
const SAME: f64 = 1e-12;

/// The curve at one time at which anybody left.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SurvivalStep {
    /// The time, in units.
    pub time: f64,
    /// Lifetimes at risk.
    pub at_risk: u64,
    /// Events at this time.
    pub events: u64,
    /// Lifetimes that were last seen at this time.
    pub censored: u64,
    /// S after the events of this time.
    pub survival: f64,
    /// Greenwood's sum; infinite where the curve has come to 0.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub greenwood: f64,
}

impl SurvivalStep {
    /// S·√G; `None` where the curve has come to 0.
    pub fn standard_error(&self) -> Option<f64> {
        (self.survival > 0.0).then(|| self.survival * self.greenwood.sqrt())
    }

    fn limits(&self, z: f64, method: Method) -> Option<(f64, f64)> {
        if self.survival >= 1.0 {
            return Some((1.0, 1.0));
        }
        self.standard_error().map(|error| probability_limits(self.survival, error, z, method))
    }
}

/// Where a curve is ruled by few who were watched early.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SmallRiskSet {
    /// The last time at which a small risk set took a large step; a `start_time` of it leaves all
    /// of them out.
    pub time: f64,
    /// Lifetimes at risk there.
    pub at_risk: u64,
    /// Of these, ended there.
    pub events: u64,
    /// The largest risk set that came later.
    pub largest_at_risk: u64,
    /// The curve after that step: what every later value is a share of.
    pub survival: f64,
}

/// A quantile of a lifetime with its limits; what the curve does not reach is `None`.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SurvivalQuantile {
    /// The share that has left.
    pub probability: f64,
    /// The time by which it has.
    pub time: Option<f64>,
    /// The lower limit.
    pub lower: Option<f64>,
    /// The upper limit.
    pub upper: Option<f64>,
    /// The level.
    pub level: f64,
    /// The transformation of the curve's limits.
    pub method: Method,
}

/// Which time a quantile is where the curve stays at 1 − q for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum FlatQuantile {
    /// The middle of the stretch, as R has it.
    #[default]
    Middle,
    /// Its left end, as lifelines has it.
    Earliest,
}

/// The mean time up to a horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RestrictedMean {
    /// The horizon.
    pub horizon: f64,
    /// The mean time spent before it.
    pub mean: f64,
    /// The variance of that estimate.
    pub variance: f64,
    /// Its root.
    pub standard_error: f64,
}

impl RestrictedMean {
    /// mean ± z·se, within 0 and the horizon.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        let reach =
            self.standard_error * normal_two_sided_quantile(IntervalOptions::at(level).alpha()?);
        let limits = (self.mean - reach, self.mean + reach);
        Ok(interval(limits, level, Method::Wald).clamped(0.0, self.horizon))
    }
}

/// A survival curve: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KaplanMeier {
    /// Where the curve begins: it is the probability to stay longer than t for those who stayed
    /// longer than this.
    pub start_time: f64,
    /// The last time that anybody was watched; `None` without rows.
    pub last_time: Option<f64>,
    /// Whether anybody came under observation later than at the beginning.
    pub has_late_entries: bool,
    /// Set where few who were watched early rule the curve.
    pub small_risk_set: Option<SmallRiskSet>,
    /// The times at which anybody left.
    pub steps: Vec<SurvivalStep>,
}

impl KaplanMeier {
    /// The curve of a table from its beginning.
    pub fn of(table: &RiskTable) -> Self {
        Self::after_tick(table, None)
    }

    /// The curve of those who stayed longer than `start_time`.
    pub fn after(table: &RiskTable, start_time: f64) -> Result<Self> {
        match table.tick_at(start_time) {
            Some(tick) if start_time.is_finite() => Ok(Self::after_tick(table, Some(tick))),
            _ => Err(Error::argument(format!(
                "a start time is finite and not negative, got {start_time}"
            ))
            .in_field("start_time")),
        }
    }

    fn after_tick(table: &RiskTable, start: Option<u64>) -> Self {
        let rows = table.rows().iter().filter(|row| start.is_none_or(|start| row.tick > start));
        let mut steps = Vec::with_capacity(table.rows().len());
        let (mut survival, mut greenwood) = (1.0, 0.0);
        // While nobody but the leavers leaves, S is a plain share of those there at the beginning
        // of the stretch, and is computed as one.
        let (mut base, mut base_at_risk, mut expected) = (1.0, 0.0, None);
        let mut late = false;
        for row in rows {
            late |= row.entered > 0 && row.tick > 0;
            if row.events == 0 && row.censored == 0 {
                continue;
            }
            let (n, d) = (row.at_risk as f64, row.events as f64);
            if row.events > 0 {
                if expected != Some(row.at_risk) {
                    (base, base_at_risk) = (survival, n);
                }
                let rest = row.at_risk.saturating_sub(row.events);
                expected = Some(rest);
                survival = base * (rest as f64 / base_at_risk);
                greenwood += d / (n * rest as f64);
            }
            steps.push(SurvivalStep {
                time: table.time(row.tick),
                at_risk: row.at_risk,
                events: row.events,
                censored: row.censored,
                survival,
                greenwood,
            });
        }
        Self {
            start_time: start.map_or(0.0, |start| table.time(start)),
            last_time: steps.last().map(|step| step.time),
            has_late_entries: late,
            small_risk_set: if late { small_risk_set(&steps) } else { None },
            steps,
        }
    }

    /// The last step at or before a time.
    fn step_at(&self, time: f64) -> Option<&SurvivalStep> {
        step_at(&self.steps, time, |step| step.time)
    }

    /// Whether the curve says anything about this time.
    fn reaches(&self, time: f64) -> bool {
        let ended = self.steps.last().is_some_and(|step| step.survival <= 0.0);
        self.last_time.is_some_and(|last| time <= last || ended)
    }

    /// The share that stays longer than `time`; `None` without rows, and beyond the last time that
    /// anybody was watched unless the curve has come to 0.
    pub fn survival(&self, time: f64) -> Option<f64> {
        self.reaches(time).then(|| self.step_at(time).map_or(1.0, |step| step.survival))
    }

    /// S·√G at a time; `None` where the curve says nothing or has come to 0.
    pub fn standard_error(&self, time: f64) -> Option<f64> {
        if !self.reaches(time) {
            return None;
        }
        self.step_at(time).map_or(Some(0.0), SurvivalStep::standard_error)
    }

    /// The interval of the curve at a time; `None` where the curve says nothing or has come to 0.
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
        let z = quantile_of(level, method, "a survival curve", CURVE_METHODS)?;
        let limits = |&time: &f64| {
            if !self.reaches(time) {
                return None;
            }
            let limits = self.step_at(time).map_or(Some((1.0, 1.0)), |step| step.limits(z, method));
            limits.map(|limits| interval(limits, level, method))
        };
        Ok(times.iter().map(limits).collect())
    }

    /// The intervals at the times of the steps, without a search for each.
    pub fn step_intervals(&self, level: f64, method: Method) -> Result<Vec<Option<Interval>>> {
        let z = quantile_of(level, method, "a survival curve", CURVE_METHODS)?;
        let limits = |step: &SurvivalStep| {
            step.limits(z, method).map(|limits| interval(limits, level, method))
        };
        Ok(self.steps.iter().map(limits).collect())
    }

    /// The share of those who stayed longer than `stayed` that stays longer than `until`.
    pub fn conditional_survival(&self, stayed: f64, until: f64) -> Result<Option<f64>> {
        if until.is_nan() || stayed.is_nan() || until < stayed {
            return Err(Error::argument(format!(
                "a conditional survival goes forward, got from {stayed} to {until}"
            ))
            .in_field("until"));
        }
        let (Some(whole), Some(part)) = (self.survival(stayed), self.survival(until)) else {
            return Ok(None);
        };
        Ok((whole > 0.0).then(|| part / whole))
    }

    /// The time by which half have left.
    pub fn median(&self) -> Option<f64> {
        self.crossing(0.5, FlatQuantile::Middle, |step| Some(step.survival))
    }

    /// The time by which the share `probability` has left, with the limits of that time.
    pub fn quantile(
        &self,
        probability: f64,
        level: f64,
        method: Method,
        flat: FlatQuantile,
    ) -> Result<SurvivalQuantile> {
        if !(probability > 0.0 && probability < 1.0) {
            return Err(Error::argument(format!(
                "a quantile is that of a probability strictly between 0 and 1, got {probability}"
            ))
            .in_field("probability"));
        }
        let z = quantile_of(level, method, "a survival curve", CURVE_METHODS)?;
        let left = 1.0 - probability;
        // Where the curve has come to 0, so have its limits.
        let limit = |step: &SurvivalStep| step.limits(z, method).or(Some((0.0, 0.0)));
        let upper = |step: &SurvivalStep| {
            let known = if step.survival > 0.0 { limit(step) } else { None };
            known.map(|(_, upper)| upper)
        };
        Ok(SurvivalQuantile {
            probability,
            time: self.crossing(left, flat, |step| Some(step.survival)),
            lower: self.crossing(left, flat, |step| limit(step).map(|(lower, _)| lower)),
            upper: self.crossing(left, flat, upper),
            level,
            method,
        })
    }

    /// The first time at which a curve is below `level`; where it is at `level` before, the middle.
    fn crossing(
        &self,
        level: f64,
        flat: FlatQuantile,
        curve: impl Fn(&SurvivalStep) -> Option<f64>,
    ) -> Option<f64> {
        let mut reached = None;
        for step in self.steps.iter().filter(|step| step.events > 0) {
            let Some(value) = curve(step) else { continue };
            if value < level - SAME {
                return Some(reached.map_or(step.time, |at: f64| 0.5 * (at + step.time)));
            }
            if value <= level + SAME && reached.is_none() {
                reached = Some(step.time);
                if flat == FlatQuantile::Earliest {
                    break;
                }
            }
        }
        reached
    }

    /// The mean time before `horizon`, counted from the beginning of the curve.
    ///
    /// A horizon that the curve does not reach is `InsufficientData`: what happens there nobody
    /// saw.
    pub fn restricted_mean(&self, horizon: f64) -> Result<RestrictedMean> {
        if !(horizon.is_finite() && horizon > self.start_time) {
            return Err(Error::argument(format!(
                "a horizon is finite and later than {}, got {horizon}",
                self.start_time
            ))
            .in_field("horizon"));
        }
        if !self.reaches(horizon) {
            let last = self.last_time.unwrap_or(self.start_time);
            return Err(Error::insufficient(format!(
                "nobody was watched beyond {last}, where the curve is still above 0"
            ))
            .in_field("horizon"));
        }
        let steps = self.steps.iter().rev().skip_while(|step| step.time >= horizon);
        let (mut area, mut variance, mut end) = (0.0, 0.0, horizon);
        for step in steps {
            area += (end - step.time) * step.survival;
            end = step.time;
            let rest = step.at_risk.saturating_sub(step.events) as f64;
            // After a step to 0 there is no area, and nothing to weigh.
            if rest > 0.0 {
                variance += area * area * step.events as f64 / (step.at_risk as f64 * rest);
            }
        }
        let mean = area + (end - self.start_time);
        Ok(RestrictedMean { horizon, mean, variance, standard_error: variance.sqrt() })
    }
}

/// The last large step of a risk set that a later one dwarfs.
fn small_risk_set(steps: &[SurvivalStep]) -> Option<SmallRiskSet> {
    let mut largest = 0;
    for step in steps.iter().rev() {
        let is_small = step.at_risk.saturating_mul(SMALL_SHARE) < largest;
        let is_large_step =
            step.events > 0 && step.events.saturating_mul(LARGE_STEP) > step.at_risk;
        if is_small && is_large_step {
            return Some(SmallRiskSet {
                time: step.time,
                at_risk: step.at_risk,
                events: step.events,
                largest_at_risk: largest,
                survival: step.survival,
            });
        }
        largest = largest.max(step.at_risk);
    }
    None
}

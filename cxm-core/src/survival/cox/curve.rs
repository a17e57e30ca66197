//! The baseline hazard, and the curve of a customer with given covariates.

use super::data::Rows;
use super::likelihood::{Evaluation, pass};
use super::{Cox, CoxTies};
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::stats::{Interval, Method};
use crate::survival::band::{CURVE_METHODS, interval, probability_limits, quantile_of};
use crate::survival::step_function::step_at;

/// The cumulative hazard at the means of the covariates, at one time at which anybody left.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BaselineStep {
    /// The time.
    pub time: f64,
    /// Λ₀ after the events of this time.
    pub hazard: f64,
    /// Σ w̄/(S₀ − …)², the variance that the times have at known coefficients.
    #[cfg_attr(feature = "serde", serde(skip))]
    variance: f64,
    /// Σ h·(a − x̄): how the hazard at the means follows the coefficients.
    #[cfg_attr(feature = "serde", serde(skip))]
    drift: Vec<f64>,
}

/// The baseline of one stratum.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BaselineStratum {
    /// The stratum; missing where there are none.
    pub stratum: KeyPart,
    /// The last time that anybody of it was watched.
    pub last_time: f64,
    /// The times at which anybody left.
    pub steps: Vec<BaselineStep>,
}

pub(super) fn baseline(rows: &Rows, at: &Evaluation, ties: CoxTies) -> Vec<BaselineStratum> {
    // The risks are exp(η − shift): hazards are that much too large, their squares twice as much.
    let scale = libm::exp(-at.shift);
    let curves = rows.strata.iter().map(|stratum| {
        let passed = pass(rows, stratum, &at.risks, ties);
        let (mut hazard, mut variance) = (0.0, 0.0);
        let mut drift = vec![0.0; rows.width];
        let sums = passed.steps.iter().zip(passed.at_risk.iter().zip(&passed.leaving));
        let steps = stratum.times.iter().zip(sums).map(|(time, (step, (all, gone)))| {
            let [plain, once, _] = step.squares;
            hazard += step.hazard * scale;
            variance += plain * scale * scale;
            let cells = drift.iter_mut().zip(all.iter().zip(gone)).zip(&rows.deviations);
            for ((sum, (all, gone)), deviation) in cells {
                *sum += (plain * all - once * gone) * scale * deviation;
            }
            BaselineStep { time: time.time, hazard, variance, drift: drift.clone() }
        });
        let exits = rows.exits.get(stratum.first..stratum.end).unwrap_or_default();
        BaselineStratum {
            stratum: stratum.key.clone(),
            last_time: exits.last().copied().unwrap_or_default(),
            steps: steps.collect(),
        }
    });
    curves.collect()
}

/// The survival curve of a customer: S(t | x).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CoxCurve {
    /// The last time that anybody of the stratum was watched.
    pub last_time: f64,
    /// Time, survival and the standard error of the cumulative hazard, step by step.
    pub steps: Vec<(f64, f64, f64)>,
}

impl CoxCurve {
    fn at(&self, time: f64) -> Option<(f64, f64)> {
        if time > self.last_time {
            return None;
        }
        let step = step_at(&self.steps, time, |step| step.0);
        Some(step.map_or((1.0, 0.0), |step| (step.1, step.2)))
    }

    /// The share of such customers that stays longer than `time`; `None` beyond the last time that
    /// anybody was watched.
    pub fn survival(&self, time: f64) -> Option<f64> {
        self.at(time).map(|(survival, _)| survival)
    }

    /// Its interval.
    pub fn interval(&self, time: f64, level: f64, method: Method) -> Result<Option<Interval>> {
        let z = quantile_of(level, method, "a survival curve", CURVE_METHODS)?;
        Ok(self.at(time).map(|(survival, error)| {
            let limits = if survival > 0.0 && survival < 1.0 {
                probability_limits(survival, survival * error, z, method)
            } else {
                (survival, survival)
            };
            interval(limits, level, method)
        }))
    }
}

impl Cox {
    /// The baseline of the only stratum or of a named one.
    fn baseline_of(&self, stratum: Option<&KeyPart>) -> Result<&BaselineStratum> {
        let found = match stratum {
            None if self.baseline.len() > 1 => None,
            None => self.baseline.first(),
            Some(key) => self.baseline.iter().find(|baseline| baseline.stratum == *key),
        };
        found.ok_or_else(|| {
            let keys: Vec<_> = self.baseline.iter().map(|b| b.stratum.to_string()).collect();
            Error::not_found(format!("name one of the strata {}", keys.join(", ")))
                .in_field("stratum")
        })
    }

    /// Λ₀ at a time, of the only stratum or of a named one; `None` beyond the last time that
    /// anybody of it was watched.
    pub fn cumulative_hazard(&self, time: f64, stratum: Option<&KeyPart>) -> Result<Option<f64>> {
        let baseline = self.baseline_of(stratum)?;
        let step = step_at(&baseline.steps, time, |step| step.time);
        let hazard = step.map_or(0.0, |step| step.hazard);
        Ok((time <= baseline.last_time).then_some(hazard))
    }

    /// The curve of a customer with these covariates, of the only stratum or of a named one.
    pub fn curve(&self, covariates: &[f64], stratum: Option<&KeyPart>) -> Result<CoxCurve> {
        let predictor = self.predictor(covariates)?;
        let baseline = self.baseline_of(stratum)?;
        let ratio = libm::exp(predictor);
        let centred: Vec<f64> = covariates.iter().zip(&self.means).map(|(x, m)| x - m).collect();
        let mut steps = Vec::with_capacity(baseline.steps.len());
        for step in &baseline.steps {
            let gradient: Vec<f64> =
                centred.iter().zip(&step.drift).map(|(x, drift)| x * step.hazard - drift).collect();
            let spread = self.model_covariance.quadratic_form(&gradient)?;
            let error = ratio * (step.variance + spread).max(0.0).sqrt();
            steps.push((step.time, libm::exp(-step.hazard * ratio), error));
        }
        Ok(CoxCurve { last_time: baseline.last_time, steps })
    }
}

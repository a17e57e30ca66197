//! The discrete-time hazard: the chance to leave at each tick, as a smooth function of tenure.
//!
//! # What it measures
//! How the probability to leave in a month depends on the month of tenure and on the group, from
//! counts: the fit costs as many rows as there are ticks and groups, whatever the customers.
//!
//! # Formula
//! ```text
//! events at t among n at risk ~ binomial(n, h(t)),    η(t) = α + Σ βⱼ·xⱼ(t) + Σ γₖ·zₖ
//! logit    h = 1/(1 + exp(−η))      odds of leaving are multiplied by exp(β)
//! cloglog  h = 1 − exp(−exp(η))     a proportional-hazards model, grouped
//! x(t)     nothing, t, ln t, t … tᵏ, or a level of its own in each band of tenure
//! ```
//! Newton's method on the log-likelihood; `deviance` is twice its distance from one hazard a tick.
//!
//! # Input
//! A [`RiskTable`] a group with the group's covariates. All ticks from the first to the last at
//! which anybody was at risk are rows, those without an event too.
//!
//! # Empty and edge cases
//! A covariate that is constant or follows from the others is an error that names it; so is a
//! hazard that the likelihood drives to 0 or 1, as in a band without events. More than 2²⁰ rows are
//! refused.
//!
//! # Merging
//! The tables' counts merge exactly, so that the fit of the merged counts is that of all customers.
//!
//! # Uncertainty
//! Standard errors from the expected information.
//!
//! # Not to be confused with
//! [Cox](super::cox), which leaves the shape of the hazard open.
//!
//! # Source
//! Prentice & Gloeckler (1978), Biometrics 34; Allison (1982), Sociological Methodology 13; Singer
//! & Willett (1993).
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//! use cxm_core::survival::{DiscreteHazard, HazardGroup, HazardLink, TimeBasis};
//!
//! let mut lifetimes = Lifetimes::default();
//! lifetimes.update(Durations::new([1u8, 2, 2, 2].as_slice(), [1u8, 1, 0, 0].as_slice()))?;
//! let group = HazardGroup { table: lifetimes.risk_table(), covariates: vec![] };
//! let fit = DiscreteHazard::fit(&[group], &TimeBasis::Constant, HazardLink::Logit)?;
//! // 2 events in 4 + 3 chances
//! assert!((fit.hazard(1, &[])? - 2.0 / 7.0).abs() < 1e-12);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::risk_table::RiskTable;
use crate::error::{Error, Result};
use crate::numeric::linear::{NotPositiveDefinite, SymmetricMatrix};

/// The most rows of a fit.
const MOST_ROWS: u64 = 1 << 20;
const MAX_STEPS: usize = 60;
/// A squared step, in standard errors, after which no digit moves.
const CONVERGED: f64 = 1e-18;
/// The part of a log-likelihood that is rounding.
const ROUNDING: f64 = 1e-13;
/// What of a column must be left when those before it are taken out.
const INDEPENDENT: f64 = 1e-10;

/// How the hazard depends on the linear predictor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum HazardLink {
    /// ln(h/(1 − h)).
    #[default]
    Logit,
    /// ln(−ln(1 − h)).
    Cloglog,
}

impl HazardLink {
    /// ln h, ln(1 − h) and dh/dη at a predictor.
    fn at(self, predictor: f64) -> (f64, f64, f64) {
        match self {
            Self::Logit => {
                let softplus = |x: f64| x.max(0.0) + libm::log1p(libm::exp(-x.abs()));
                let (seen, unseen) = (-softplus(-predictor), -softplus(predictor));
                (seen, unseen, libm::exp(seen + unseen))
            }
            Self::Cloglog => {
                let rate = libm::exp(predictor);
                let seen = libm::log(-libm::expm1(-rate));
                (seen, -rate, rate * libm::exp(-rate))
            }
        }
    }
}

/// How the hazard depends on tenure.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum TimeBasis {
    /// Not at all.
    #[default]
    Constant,
    /// By the time.
    Linear,
    /// By the logarithm of the time; a tick at 0 has none.
    Log,
    /// By the powers of the time up to this one.
    Polynomial(u32),
    /// By a level in each band (from, to] after the first, in units of time.
    Bands(Vec<f64>),
}

impl TimeBasis {
    fn check(&self) -> Result<()> {
        match self {
            Self::Polynomial(degree) if !(1..=8).contains(degree) => {
                Err(Error::argument(format!("a degree is 1 to 8, got {degree}")).in_field("basis"))
            }
            Self::Bands(cuts) => super::person_time::check_cuts(cuts, "basis"),
            _ => Ok(()),
        }
    }

    /// The names of the columns.
    fn names(&self) -> Vec<String> {
        match self {
            Self::Constant => Vec::new(),
            Self::Linear => vec!["time".to_owned()],
            Self::Log => vec!["log_time".to_owned()],
            Self::Polynomial(degree) => (1..=*degree).map(|k| format!("time^{k}")).collect(),
            Self::Bands(cuts) => cuts.iter().map(|cut| format!("after {cut}")).collect(),
        }
    }

    fn columns(&self, time: f64, into: &mut Vec<f64>) {
        match self {
            Self::Constant => {}
            Self::Linear => into.push(time),
            Self::Log => into.push(libm::log(time)),
            Self::Polynomial(degree) => {
                let mut power = 1.0;
                for _ in 0..*degree {
                    power *= time;
                    into.push(power);
                }
            }
            Self::Bands(cuts) => {
                for (position, &cut) in cuts.iter().enumerate() {
                    let next = cuts.get(position + 1).copied().unwrap_or(f64::INFINITY);
                    into.push(if time > cut && time <= next { 1.0 } else { 0.0 });
                }
            }
        }
    }
}

/// The counts of one group and what sets it apart.
#[derive(Debug, Clone, PartialEq)]
pub struct HazardGroup {
    /// The counts.
    pub table: RiskTable,
    /// The covariates, the same for all in the group.
    pub covariates: Vec<f64>,
}

/// A fitted discrete-time hazard: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DiscreteHazard {
    /// How the hazard depends on the linear predictor.
    pub link: HazardLink,
    /// How it depends on tenure.
    pub basis: TimeBasis,
    /// What the coefficients belong to: `intercept`, the time, the covariates.
    pub names: Vec<String>,
    /// The coefficients.
    pub coefficients: Vec<f64>,
    /// Their standard errors.
    pub standard_errors: Vec<f64>,
    /// Their covariances, row by row.
    pub covariance: Vec<Vec<f64>>,
    /// The log-likelihood, without the binomial coefficients.
    pub log_likelihood: f64,
    /// Twice its distance from one hazard a tick and group.
    pub deviance: f64,
    /// Ticks and groups with anybody at risk.
    pub rows: u64,
    /// Steps of Newton's method.
    pub iterations: usize,
    #[cfg_attr(feature = "serde", serde(skip))]
    ticks_per_unit: f64,
}

/// One tick of one group.
struct Row {
    at_risk: f64,
    events: f64,
    columns: Vec<f64>,
}

fn rows_of(groups: &[HazardGroup], basis: &TimeBasis) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let too_many = || {
        Error::limit(format!("a hazard is fitted to at most {MOST_ROWS} ticks; coarsen the clock"))
    };
    for (number, group) in groups.iter().enumerate() {
        let (mut at_risk, mut next) = (group.table.from_the_beginning(), None::<u64>);
        for row in group.table.rows() {
            let start = next.unwrap_or(if row.tick == 0 { 0 } else { 1 });
            if at_risk > 0 && row.tick - start.min(row.tick) > MOST_ROWS {
                return Err(too_many());
            }
            let gap = start..row.tick;
            let quiet = gap.filter(|_| at_risk > 0).map(|tick| (tick, at_risk, 0));
            let here = (row.tick, row.at_risk, row.events);
            for (tick, at_risk, events) in quiet.chain([here]) {
                let time = group.table.time(tick);
                if at_risk == 0 {
                    continue;
                }
                if tick == 0 && *basis == TimeBasis::Log {
                    if events == 0 {
                        continue;
                    }
                    return Err(Error::insufficient("events at time 0 have no logarithm of time")
                        .in_field("basis")
                        .at_row(number));
                }
                let mut columns = vec![1.0];
                basis.columns(time, &mut columns);
                columns.extend(&group.covariates);
                rows.push(Row { at_risk: at_risk as f64, events: events as f64, columns });
            }
            if rows.len() as u64 > MOST_ROWS {
                return Err(too_many());
            }
            (at_risk, next) = (row.after(), Some(row.tick + 1));
        }
    }
    Ok(rows)
}

/// Log-likelihood, score and expected information at some coefficients.
struct Evaluation {
    log_likelihood: f64,
    score: Vec<f64>,
    information: SymmetricMatrix,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn evaluate(rows: &[Row], link: HazardLink, coefficients: &[f64]) -> Evaluation {
    let width = coefficients.len();
    let (mut log_likelihood, mut score) = (0.0, vec![0.0; width]);
    let mut cells = vec![0.0; width * width];
    for row in rows {
        let (seen, unseen, slope) = link.at(dot(&row.columns, coefficients));
        let (hazard, rest) = (libm::exp(seen), libm::exp(unseen));
        let quiet = row.at_risk - row.events;
        log_likelihood += if row.events > 0.0 { row.events * seen } else { 0.0 } + quiet * unseen;
        let variance = hazard * rest;
        if variance <= 0.0 || slope <= 0.0 {
            continue;
        }
        let pull = (row.events - row.at_risk * hazard) * (slope / variance);
        let weight = row.at_risk * slope * (slope / variance);
        let lines = cells.chunks_exact_mut(width).zip(&row.columns).zip(&mut score);
        for ((line, x), score) in lines {
            *score += pull * x;
            for (cell, y) in line.iter_mut().zip(&row.columns) {
                *cell += weight * x * y;
            }
        }
    }
    let information = SymmetricMatrix::from_fn(width, |row, column| {
        cells.get(row * width + column).copied().unwrap_or_default()
    });
    Evaluation { log_likelihood, score, information }
}

impl DiscreteHazard {
    /// Fits the hazard of groups; each has as many covariates as the others.
    pub fn fit(groups: &[HazardGroup], basis: &TimeBasis, link: HazardLink) -> Result<Self> {
        basis.check()?;
        let covariates = groups.first().map_or(0, |group| group.covariates.len());
        for (row, group) in groups.iter().enumerate() {
            let finite = group.covariates.iter().all(|x| x.is_finite());
            if group.covariates.len() != covariates || !finite {
                return Err(Error::argument(format!(
                    "expected {covariates} finite covariates as in the first group"
                ))
                .in_field("covariates")
                .at_row(row));
            }
        }
        let mut names = vec!["intercept".to_owned()];
        names.extend(basis.names());
        names.extend((0..covariates).map(|number| format!("covariate_{number}")));
        let rows = rows_of(groups, basis)?;
        let (events, at_risk) =
            rows.iter().fold((0.0, 0.0), |sum, row| (sum.0 + row.events, sum.1 + row.at_risk));
        if events <= 0.0 || events >= at_risk {
            return Err(Error::insufficient(format!(
                "a hazard needs somebody who left and somebody who stayed, got {events} of {at_risk}"
            )));
        }
        check_columns(&rows, &names)?;
        let share = events / at_risk;
        let mut start = vec![0.0; names.len()];
        if let Some(intercept) = start.first_mut() {
            *intercept = match link {
                HazardLink::Logit => libm::log(share / (1.0 - share)),
                HazardLink::Cloglog => libm::log(-libm::log1p(-share)),
            };
        }
        let (coefficients, at, iterations) = newton(&rows, link, start, &names)?;
        let factor = at.information.cholesky().map_err(|refused| collinear(&refused, &names))?;
        let covariance = factor.inverse();
        let ticks_per_unit = groups.first().map_or(1.0, |group| group.table.ticks_per_unit());
        Ok(Self {
            link,
            basis: basis.clone(),
            names,
            standard_errors: covariance.diagonal().into_iter().map(f64::sqrt).collect(),
            covariance: covariance.rows().map(<[f64]>::to_vec).collect(),
            coefficients,
            log_likelihood: at.log_likelihood,
            deviance: 2.0 * (saturated(&rows) - at.log_likelihood),
            rows: rows.len() as u64,
            iterations,
            ticks_per_unit,
        })
    }

    /// The hazard at a tick of somebody with these covariates.
    pub fn hazard(&self, tick: u64, covariates: &[f64]) -> Result<f64> {
        let mut columns = vec![1.0];
        self.basis.columns(tick as f64 / self.ticks_per_unit, &mut columns);
        columns.extend(covariates);
        if columns.len() != self.coefficients.len() {
            return Err(Error::argument(format!(
                "expected {} covariates, got {}",
                self.coefficients.len() + covariates.len() - columns.len(),
                covariates.len()
            ))
            .in_field("covariates"));
        }
        Ok(libm::exp(self.link.at(dot(&columns, &self.coefficients)).0))
    }

    /// The share that stays beyond a tick, from tick 1 on.
    pub fn survival(&self, tick: u64, covariates: &[f64]) -> Result<f64> {
        let mut survival = 1.0;
        for at in 1..=tick.min(MOST_ROWS) {
            survival *= 1.0 - self.hazard(at, covariates)?;
        }
        Ok(survival)
    }
}

/// Σ d ln(d/n) + (n − d) ln(1 − d/n).
fn saturated(rows: &[Row]) -> f64 {
    let part = |count: f64, all: f64| {
        if count > 0.0 { count * libm::log(count / all) } else { 0.0 }
    };
    let row =
        |row: &Row| part(row.events, row.at_risk) + part(row.at_risk - row.events, row.at_risk);
    rows.iter().map(row).sum()
}

fn named(names: &[String], at: usize) -> String {
    names.get(at).cloned().unwrap_or_default()
}

fn collinear(refused: &NotPositiveDefinite, names: &[String]) -> Error {
    Error::argument("the column is constant, or follows from those before it")
        .in_field(named(names, refused.pivot))
}

/// Refuses columns that follow from others, by their correlations.
fn check_columns(rows: &[Row], names: &[String]) -> Result<()> {
    let width = names.len();
    let sum = |a: usize, b: usize| {
        let cell = |row: &Row| {
            let (x, y) = (row.columns.get(a), row.columns.get(b));
            x.zip(y).map_or(0.0, |(x, y)| x * y)
        };
        rows.iter().map(cell).sum::<f64>()
    };
    let scale: Vec<f64> = (0..width).map(|a| sum(a, a).sqrt()).collect();
    let size = |a: usize| scale.get(a).copied().filter(|&s| s > 0.0).unwrap_or(1.0);
    let gram = SymmetricMatrix::from_fn(width, |a, b| sum(a, b) / (size(a) * size(b)));
    let mut factor = crate::numeric::linear::Cholesky::default();
    for (row, cells) in gram.rows().enumerate() {
        let (left, _) = cells.split_at_checked(row + 1).unwrap_or((cells, &[]));
        factor.extend(left, INDEPENDENT).map_err(|refused| collinear(&refused, names))?;
    }
    Ok(())
}

fn newton(
    rows: &[Row],
    link: HazardLink,
    start: Vec<f64>,
    names: &[String],
) -> Result<(Vec<f64>, Evaluation, usize)> {
    let mut at = start;
    let mut now = evaluate(rows, link, &at);
    let mut last = vec![0.0; at.len()];
    for iteration in 1..=MAX_STEPS {
        let Ok(factor) = now.information.cholesky() else { break };
        let step = factor.solve(&now.score)?;
        let gain = dot(&step, &now.score);
        let mut share = 1.0;
        let (next, then) = loop {
            let next: Vec<f64> = at.iter().zip(&step).map(|(x, s)| x + share * s).collect();
            let then = evaluate(rows, link, &next);
            let slack = ROUNDING * now.log_likelihood.abs();
            if then.log_likelihood >= now.log_likelihood - slack || share < 1e-9 {
                break (next, then);
            }
            share *= 0.5;
        };
        (at, now, last) = (next, then, step);
        if gain <= CONVERGED {
            return Ok((at, now, iteration));
        }
    }
    let sizes = last.iter().map(|step| step.abs()).enumerate();
    let (worst, _) = sizes.fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
    Err(Error::not_converged(
        "the likelihood rises without end: the data hold no event, or nobody who stayed, on one side",
    )
    .in_field(named(names, worst)))
}

//! A fast posterior: draws about the optimum, weighted by how well they explain the data.
//!
//! # What it measures
//! The posterior of the parameters, in less time than a sampler needs to warm up.
//!
//! # Formula
//! ```text
//! ln θ_d = ln θ̂ + L z √(ν/χ²_ν),   L Lᵀ = covariance of ln θ at the optimum,   ν = 7
//! w_d ∝ likelihood(θ_d) · prior(ln θ_d) ÷ proposal(ln θ_d),   Pareto-smoothed
//! ```
//! Without priors in the fit, ln θ has none: its density is flat. Where the weights are poor, the
//! proposal takes mean and covariance of the weighted draws and all is drawn anew, twice at most.
//!
//! # Input
//! A fit with its covariance, and the table that it came from.
//!
//! # Empty and edge cases
//! A fit whose data do not determine the parameters is refused: it needs priors. A table that the
//! fit did not come from is refused.
//!
//! # Merging
//! Posteriors do not merge; pattern tables do, and are then fitted.
//!
//! # Uncertainty
//! The diagnosis warns where k̂ > 0.7 or where fewer than 100 effective draws are left.
//!
//! # Not to be confused with
//! A plain Laplace approximation, which has no weights and takes the posterior to be normal.
//!
//! # Source
//! Geweke (1989), Bayesian inference in econometric models using Monte Carlo integration; Vehtari
//! et al. (2024) for the weights.
//!
//! # Example
//! See [`posterior`](super::posterior).

use super::fit::{Fitted, Prior};
use super::model::Model;
use super::patterns::PatternTable;
use super::posterior::{OnProgress, Posterior, PosteriorDiagnosis, PosteriorMethod, Progress};
use crate::error::{Error, Result};
use crate::numeric::linear::{Cholesky, SymmetricMatrix};
use crate::numeric::random::Random;
use crate::stats::importance::ImportanceWeights;

/// Tails heavy enough to cover a posterior that is not normal.
const DEGREES_OF_FREEDOM: f64 = 7.0;

/// The tail shape up to which weights can be trusted.
const LARGEST_K: f64 = 0.7;

/// Draws below which limits are coarse.
const FEWEST_EFFECTIVE: f64 = 100.0;

/// Proposals that are tried.
const ROUNDS: u32 = 3;

/// Progress is told once in so many draws.
const TOLD_EVERY: u32 = 64;

/// How the draws are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct LaplaceOptions {
    /// Draws, from 25 to a million.
    pub draws: u32,
    /// The same seed gives the same draws, on every platform.
    pub seed: u64,
}

impl Default for LaplaceOptions {
    fn default() -> Self {
        Self { draws: 1000, seed: 0 }
    }
}

/// Draws beyond these change no digit that matters.
const DRAWS: std::ops::RangeInclusive<u32> = 25..=1_000_000;

/// The posterior density of ln θ, up to a constant.
#[derive(Debug, Clone)]
pub(super) struct LogPosterior<'a, M: Model> {
    table: &'a PatternTable<M::Pattern>,
    priors: Option<&'a [Prior]>,
    /// ln of the mean age, in which priors measure times.
    ln_age: f64,
}

impl<'a, M: Model> LogPosterior<'a, M> {
    pub(super) fn new(fitted: &'a Fitted<M>, table: &'a PatternTable<M::Pattern>) -> Result<Self> {
        if table.fingerprint() != fitted.fingerprint {
            return Err(Error::argument("expected the table that the model was fitted to")
                .in_field("table"));
        }
        let ln_age = table.mean_age().filter(|age| *age > 0.0).map_or(0.0, libm::log);
        Ok(Self { table, priors: fitted.priors.as_deref(), ln_age })
    }

    /// The model at a point; `None` where a parameter leaves the range of doubles.
    pub(super) fn model(&self, point: &[f64]) -> Option<M> {
        let parameters: Vec<f64> =
            point.iter().take(M::PARAMETERS.len()).map(|ln| libm::exp(*ln)).collect();
        M::from_parameters(&parameters).ok()
    }

    /// −∞ outside the range of the parameters.
    pub(super) fn value(&self, point: &[f64]) -> f64 {
        let Some(model) = self.model(point) else { return f64::NEG_INFINITY };
        let value = model.table_log_likelihood(self.table) + self.prior(point, &mut []);
        if value.is_nan() { f64::NEG_INFINITY } else { value }
    }

    /// With the gradient; `None` outside the range of the parameters.
    #[cfg(feature = "nuts")]
    pub(super) fn value_with_gradient(&self, point: &[f64], gradient: &mut [f64]) -> Option<f64> {
        let model = self.model(point)?;
        let sum = model.table_derivatives(self.table);
        gradient.iter_mut().zip(sum.gradient).for_each(|(slot, slope)| *slot = slope);
        let value = sum.value + self.prior(point, gradient);
        (value.is_finite() && gradient.iter().all(|slope| slope.is_finite())).then_some(value)
    }

    /// The prior's log density; its slopes are added to the gradient.
    fn prior(&self, point: &[f64], gradient: &mut [f64]) -> f64 {
        let Some(priors) = self.priors else { return 0.0 };
        let mut sum = 0.0;
        for (k, ((prior, ln), is_time)) in priors.iter().zip(point).zip(M::TIMES).enumerate() {
            let unit = if *is_time { self.ln_age } else { 0.0 };
            let away = (ln - unit - prior.mean) / prior.standard_deviation;
            sum -= 0.5 * away * away;
            if let Some(slope) = gradient.get_mut(k) {
                *slope -= away / prior.standard_deviation;
            }
        }
        sum
    }
}

/// A multivariate t distribution.
struct Proposal {
    centre: Vec<f64>,
    factor: Cholesky,
}

impl Proposal {
    /// A point and the log density there, up to a constant.
    fn draw(&self, random: &mut Random) -> Result<(Vec<f64>, f64)> {
        let independent: Vec<f64> = self.centre.iter().map(|_| random.normal()).collect();
        let chi_square = 2.0 * random.gamma(DEGREES_OF_FREEDOM / 2.0, 1.0);
        let scale = (DEGREES_OF_FREEDOM / chi_square).sqrt();
        let moves = self.factor.correlate(&independent)?;
        let point = self.centre.iter().zip(moves).map(|(c, step)| c + scale * step).collect();
        let square: f64 = independent.iter().map(|z| z * z).sum::<f64>() * scale * scale;
        let power = (DEGREES_OF_FREEDOM + self.centre.len() as f64) / 2.0;
        Ok((point, -power * libm::log1p(square / DEGREES_OF_FREEDOM)))
    }

    /// With the moments of weighted points.
    fn matched(points: &[Vec<f64>], weights: &[f64]) -> Option<Self> {
        let order = points.first()?.len();
        let at = |point: &Vec<f64>, k: usize| point.get(k).copied().unwrap_or(f64::NAN);
        let mean = |term: &dyn Fn(&Vec<f64>) -> f64| {
            // Points of weight 0 may lie anywhere, also at infinity.
            let rows = points.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
            rows.map(|(point, weight)| weight * term(point)).sum::<f64>()
        };
        let centre: Vec<f64> = (0..order).map(|k| mean(&|point| at(point, k))).collect();
        let away =
            |point: &Vec<f64>, k: usize| at(point, k) - centre.get(k).copied().unwrap_or(f64::NAN);
        let covariance = SymmetricMatrix::from_fn(order, |row, column| {
            mean(&|point| away(point, row) * away(point, column))
        });
        let factor = covariance.cholesky().ok()?;
        Some(Self { centre, factor })
    }
}

/// Draws the posterior of a fit; `on_progress` is told how far it has come and may stop it.
pub fn laplace_posterior<M: Model>(
    fitted: &Fitted<M>,
    table: &PatternTable<M::Pattern>,
    options: &LaplaceOptions,
    on_progress: OnProgress<'_>,
) -> Result<Posterior<M>> {
    if !DRAWS.contains(&options.draws) {
        let message = format!("expected {DRAWS:?} draws, got {}", options.draws);
        return Err(Error::argument(message).in_field("draws"));
    }
    let density = LogPosterior::new(fitted, table)?;
    let centre: Vec<f64> = ln_parameters(&fitted.model);
    let factor = proposal_factor(fitted)?;
    let sampled =
        sample(Proposal { centre, factor }, options, on_progress, |point| density.value(point))?;
    // A point outside the range of the parameters has weight 0 and is left out.
    let kept = sampled.points.iter().zip(&sampled.importance.weights);
    let (draws, weights) = kept
        .filter_map(|(point, weight)| density.model(point).map(|model| (model, *weight)))
        .unzip();
    Posterior::new(draws, weights, diagnosis(&sampled.importance))
}

/// The logs of the parameters in use.
pub(super) fn ln_parameters<M: Model>(model: &M) -> Vec<f64> {
    model.parameters().iter().take(M::PARAMETERS.len()).map(|value| libm::log(*value)).collect()
}

/// The factor of the covariance of the logs of the parameters.
pub(super) fn proposal_factor<M: Model>(fitted: &Fitted<M>) -> Result<Cholesky> {
    let undetermined = || {
        Error::insufficient(
            "the data do not determine the parameters, so that there is nothing to draw about; see \
             the diagnosis, and fit with priors",
        )
    };
    let covariance = fitted.ln_covariance.as_ref().ok_or_else(undetermined)?;
    let matrix = SymmetricMatrix::from_fn(M::PARAMETERS.len(), |row, column| {
        covariance.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or(f64::NAN)
    });
    matrix.cholesky().map_err(|_| undetermined())
}

struct Sampled {
    points: Vec<Vec<f64>>,
    importance: ImportanceWeights,
}

/// Draws and weights, with a better proposal where the first is poor.
fn sample(
    mut proposal: Proposal,
    options: &LaplaceOptions,
    on_progress: OnProgress<'_>,
    density: impl Fn(&[f64]) -> f64,
) -> Result<Sampled> {
    let mut round = 0;
    loop {
        let mut random = Random::stream(options.seed, u64::from(round));
        let mut points = Vec::new();
        let mut ln_weights = Vec::new();
        for draw in 0..options.draws {
            if draw % TOLD_EVERY == 0 {
                on_progress(Progress { done: draw.into(), total: options.draws.into() })?;
            }
            let (point, ln_proposal) = proposal.draw(&mut random)?;
            ln_weights.push(density(&point) - ln_proposal);
            points.push(point);
        }
        let importance = ImportanceWeights::smoothed(&ln_weights).ok_or_else(|| {
            Error::not_converged("no draw has a likelihood; the fit is not at an optimum")
        })?;
        round += 1;
        if is_reliable(&importance) || round >= ROUNDS {
            let total = options.draws.into();
            on_progress(Progress { done: total, total })?;
            return Ok(Sampled { points, importance });
        }
        match Proposal::matched(&points, &importance.weights) {
            Some(better) => proposal = better,
            None => return Ok(Sampled { points, importance }),
        }
    }
}

fn is_reliable(importance: &ImportanceWeights) -> bool {
    // A quarter of few draws is as good as draws of this kind get.
    let fewest = FEWEST_EFFECTIVE.min(importance.weights.len() as f64 / 4.0);
    importance.pareto_k.is_none_or(|k| k <= LARGEST_K) && importance.effective_draws() >= fewest
}

fn diagnosis(importance: &ImportanceWeights) -> PosteriorDiagnosis {
    let effective_draws = importance.effective_draws();
    let reliable = is_reliable(importance);
    let message = if reliable {
        "the weighted draws stand for the posterior".to_owned()
    } else {
        format!(
            "the weighted draws are poor: {effective_draws:.0} effective, tail shape {:.2}; the \
             posterior is far from normal, so draw more, fit with priors, or sample with NUTS",
            importance.pareto_k.unwrap_or(f64::NAN)
        )
    };
    PosteriorDiagnosis {
        method: PosteriorMethod::Laplace,
        draws: importance.weights.len() as u64,
        effective_draws,
        pareto_k: importance.pareto_k,
        r_hat: None,
        divergences: None,
        reliable,
        message,
    }
}

//! The posterior by the No-U-turn sampler.
//!
//! # What it measures
//! The posterior of the parameters, however far from normal: on a ridge, with few customers, with
//! priors that fight the data.
//!
//! # Formula
//! ```text
//! ln posterior(ln θ) = Σ weight · ln likelihood(pattern | θ) + Σ ln prior(ln θ)
//! ln θ = ln θ̂ + L y,   L Lᵀ = covariance of ln θ at the optimum;  the chains run in y
//! ```
//! In y the posterior is round near its top, so that paths are short also on a ridge.
//!
//! # Input
//! A fit with its covariance, and the table that it came from.
//!
//! # Empty and edge cases
//! A fit whose data do not determine the parameters is refused: it needs priors. A table that the
//! fit did not come from is refused. Each chain starts from a draw about the optimum.
//!
//! # Merging
//! Posteriors do not merge; pattern tables do, and are then fitted.
//!
//! # Uncertainty
//! The diagnosis warns where the chains have not met (R̂ > 1.01), where fewer than 100 effective
//! draws are left, and where paths went astray.
//!
//! # Not to be confused with
//! [`laplace`](super::laplace), which needs no chains and gives weighted draws in a fraction of the
//! time.
//!
//! # Source
//! Hoffman & Gelman (2014), The No-U-Turn Sampler; the crate `nuts-rs` walks.
//!
//! # Example
//! ```
//! use cxm_core::clv::nuts::{NutsOptions, nuts_posterior};
//! use cxm_core::clv::{BgNbd, FitOptions, PatternTable, fit};
//!
//! let table = PatternTable::from_weighted_columns(
//!     &[0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 5.0, 9.0],
//!     &[0.0, 0.0, 5.0, 20.0, 12.0, 30.0, 33.0, 36.0],
//!     &[39.0, 30.0, 38.0, 35.0, 30.0, 37.0, 36.0, 39.0],
//!     &[300.0, 250.0, 60.0, 50.0, 30.0, 40.0, 20.0, 10.0],
//! )?;
//! let fitted = fit::<BgNbd>(&table, &FitOptions::default())?;
//! let options = NutsOptions { draws: 200, warm_up: 200, seed: 1, ..NutsOptions::default() };
//! let posterior = nuts_posterior(&fitted, &table, &options, &mut |_| Ok(()))?;
//! assert_eq!(posterior.len(), 400);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::HashMap;

use nuts_rs::{Chain, CpuLogpFunc, CpuMath, CpuMathError, DiagNutsSettings, HasDims, LogpError};
use nuts_rs::{Settings as _, rand::Rng};
use rand_pcg::{Pcg64, rand_core::SeedableRng as _};

use super::fit::Fitted;
use super::laplace::{LogPosterior, ln_parameters, proposal_factor};
use super::model::Model;
use super::patterns::PatternTable;
use super::posterior::{OnProgress, Posterior, PosteriorDiagnosis, PosteriorMethod, Progress};
use crate::error::{Error, Result};
use crate::numeric::linear::Cholesky;
use crate::numeric::random::Random;
use crate::stats::chains::ChainDiagnosis;

/// Above this the chains have not met.
const LARGEST_R_HAT: f64 = 1.01;

/// Draws below which limits are coarse.
const FEWEST_EFFECTIVE: f64 = 100.0;

/// Chains beyond these tell nothing new.
const CHAINS: std::ops::RangeInclusive<u32> = 1..=64;

/// Draws of a chain, and steps of a warm-up.
const DRAWS: std::ops::RangeInclusive<u32> = 10..=1_000_000;

/// Progress is told once in so many draws.
const TOLD_EVERY: u64 = 16;

/// How the chains run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct NutsOptions {
    /// Chains, run one after another.
    pub chains: u32,
    /// Draws of each chain that are kept.
    pub draws: u32,
    /// Draws of each chain before these, to find its stride.
    pub warm_up: u32,
    /// The same seed gives the same draws on the same kind of processor.
    pub seed: u64,
}

impl Default for NutsOptions {
    fn default() -> Self {
        Self { chains: 2, draws: 1000, warm_up: 500, seed: 0 }
    }
}

impl NutsOptions {
    fn validate(&self) -> Result<()> {
        let ranges = [
            ("chains", CHAINS, self.chains),
            ("draws", DRAWS, self.draws),
            ("warm_up", DRAWS, self.warm_up),
        ];
        for (field, range, got) in ranges {
            if !range.contains(&got) {
                let message = format!("expected a number within {range:?}, got {got}");
                return Err(Error::argument(message).in_field(field));
            }
        }
        Ok(())
    }

    fn total(&self) -> u64 {
        u64::from(self.chains) * (u64::from(self.draws) + u64::from(self.warm_up))
    }
}

/// ln θ = centre + L y.
#[derive(Debug, Clone)]
struct Rounding {
    centre: Vec<f64>,
    /// The columns of L.
    columns: Vec<Vec<f64>>,
}

impl Rounding {
    fn new(centre: Vec<f64>, factor: &Cholesky) -> Result<Self> {
        let order = centre.len();
        let unit = |k: usize| (0..order).map(move |row| f64::from(u8::from(row == k)));
        let columns = (0..order).map(|k| factor.correlate(&unit(k).collect::<Vec<_>>()));
        Ok(Self { centre, columns: columns.collect::<Result<_>>()? })
    }

    fn point(&self, round: &[f64]) -> Vec<f64> {
        let mut point = self.centre.clone();
        for (column, y) in self.columns.iter().zip(round) {
            point.iter_mut().zip(column).for_each(|(ln, cell)| *ln += cell * y);
        }
        point
    }

    /// ∂/∂y from ∂/∂ ln θ.
    fn slopes(&self, gradient: &[f64], into: &mut [f64]) {
        for (slope, column) in into.iter_mut().zip(&self.columns) {
            *slope = column.iter().zip(gradient).map(|(cell, slope)| cell * slope).sum();
        }
    }
}

/// A step to where the likelihood cannot be computed; the path turns back.
#[derive(Debug, thiserror::Error)]
#[error("the likelihood is not finite")]
struct OutOfRange;

impl LogpError for OutOfRange {
    fn is_recoverable(&self) -> bool {
        true
    }
}

/// A density with its gradient, as the sampler asks for it.
struct Density<'a, F> {
    rounding: &'a Rounding,
    /// Fills the gradient by ln θ; `None` where the density is not finite.
    value_with_gradient: F,
}

impl<F> HasDims for Density<'_, F> {
    fn dim_sizes(&self) -> HashMap<String, u64> {
        HashMap::from([("unconstrained_parameter".to_owned(), self.rounding.centre.len() as u64)])
    }
}

impl<F: Fn(&[f64], &mut [f64]) -> Option<f64>> CpuLogpFunc for Density<'_, F> {
    type LogpError = OutOfRange;
    type FlowParameters = ();
    type ExpandedVector = Vec<f64>;

    fn dim(&self) -> usize {
        self.rounding.centre.len()
    }

    fn logp(&mut self, position: &[f64], gradient: &mut [f64]) -> Result<f64, OutOfRange> {
        let mut by_ln = vec![0.0; gradient.len()];
        let point = self.rounding.point(position);
        let value = (self.value_with_gradient)(&point, &mut by_ln).ok_or(OutOfRange)?;
        self.rounding.slopes(&by_ln, gradient);
        Ok(value)
    }

    fn expand_vector<R: Rng + ?Sized>(
        &mut self,
        _: &mut R,
        position: &[f64],
    ) -> Result<Vec<f64>, CpuMathError> {
        Ok(self.rounding.point(position))
    }
}

/// Draws the posterior of a fit; `on_progress` is told how far it has come and may stop it.
pub fn nuts_posterior<M: Model>(
    fitted: &Fitted<M>,
    table: &PatternTable<M::Pattern>,
    options: &NutsOptions,
    on_progress: OnProgress<'_>,
) -> Result<Posterior<M>> {
    options.validate()?;
    let density = LogPosterior::new(fitted, table)?;
    let rounding = Rounding::new(ln_parameters(&fitted.model), &proposal_factor(fitted)?)?;
    let sampled = sample(&rounding, options, on_progress, |point, gradient| {
        density.value_with_gradient(point, gradient)
    })?;
    let points = sampled.chains.iter().flatten();
    let draws: Vec<M> = points.filter_map(|point| density.model(point)).collect();
    let weights = vec![1.0; draws.len()];
    Posterior::new(draws, weights, diagnosis(&sampled))
}

struct Sampled {
    /// By chain and draw: ln θ.
    chains: Vec<Vec<Vec<f64>>>,
    divergences: u64,
}

fn sample(
    rounding: &Rounding,
    options: &NutsOptions,
    on_progress: OnProgress<'_>,
    value_with_gradient: impl Fn(&[f64], &mut [f64]) -> Option<f64> + Copy,
) -> Result<Sampled> {
    let settings = DiagNutsSettings {
        num_tune: options.warm_up.into(),
        num_draws: options.draws.into(),
        num_chains: options.chains as usize,
        ..DiagNutsSettings::default()
    };
    let failed = |error: &dyn std::fmt::Display| Error::not_converged(format!("NUTS: {error}"));
    let mut sampled = Sampled { chains: Vec::new(), divergences: 0 };
    let mut done = 0;
    for number in 0..u64::from(options.chains) {
        let mut random = Random::stream(options.seed, number);
        let start: Vec<f64> = rounding.centre.iter().map(|_| random.normal()).collect();
        let mut generator = Pcg64::seed_from_u64(random.bits());
        let math = CpuMath::new(Density { rounding, value_with_gradient });
        let mut walk =
            settings.new_chain(number, math, &mut generator).map_err(|error| failed(&error))?;
        walk.set_position(&start).map_err(|error| failed(&error))?;
        let mut chain = Vec::new();
        for draw in 0..u64::from(options.warm_up) + u64::from(options.draws) {
            let (round, step) = walk.draw().map_err(|error| failed(&error))?;
            if draw >= u64::from(options.warm_up) {
                sampled.divergences += u64::from(step.diverging);
                chain.push(rounding.point(&round));
            }
            done += 1;
            if done % TOLD_EVERY == 0 || done == options.total() {
                on_progress(Progress { done, total: options.total() })?;
            }
        }
        sampled.chains.push(chain);
    }
    Ok(sampled)
}

fn diagnosis(sampled: &Sampled) -> PosteriorDiagnosis {
    let draws: u64 = sampled.chains.iter().map(|chain| chain.len() as u64).sum();
    let order = sampled.chains.first().and_then(|chain| chain.first()).map_or(0, Vec::len);
    let of_parameter = |k: usize| -> Option<ChainDiagnosis> {
        let column = |chain: &Vec<Vec<f64>>| {
            chain.iter().filter_map(|point| point.get(k).copied()).collect::<Vec<_>>()
        };
        ChainDiagnosis::of(&sampled.chains.iter().map(column).collect::<Vec<_>>())
    };
    let worst = (0..order).map(of_parameter).collect::<Option<Vec<_>>>();
    let each = worst.as_deref().unwrap_or_default();
    let effective_draws = each.iter().map(|one| one.effective_draws).fold(f64::INFINITY, f64::min);
    let effective_draws = if each.is_empty() { 0.0 } else { effective_draws };
    let r_hat = each.iter().map(|one| one.r_hat).reduce(f64::max);
    let mut warnings = Vec::new();
    if r_hat.is_none_or(|r_hat| r_hat > LARGEST_R_HAT) {
        warnings.push("the chains have not met, so warm up longer or fit with priors");
    }
    if effective_draws < FEWEST_EFFECTIVE {
        warnings.push("few effective draws, so draw more");
    }
    if sampled.divergences > 0 {
        warnings.push("some paths went astray, so compare with other priors");
    }
    let reliable = warnings.is_empty();
    let message = if reliable { "the chains have met".to_owned() } else { warnings.join("; ") };
    PosteriorDiagnosis {
        method: PosteriorMethod::Nuts,
        draws,
        effective_draws,
        pareto_k: None,
        r_hat,
        divergences: Some(sampled.divergences),
        reliable,
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{BgNbd, FitOptions, History, fit};

    fn cdnow() -> PatternTable<History> {
        let text = include_str!("../../tests/golden/clv/cdnow_summary.csv");
        let rows = text.lines().skip(1).map(|line| {
            let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            (History::new(cells[0], cells[1] / 7.0, cells[2] / 7.0).unwrap(), 1.0)
        });
        PatternTable::from_rows(rows).unwrap()
    }

    /// Priors of another library, in ln θ with their slopes: r ~ Weibull(2, 1), α ~ Weibull(2, 10),
    /// a/(a+b) ~ Uniform(0, 1), a+b ~ Pareto(1, 1).
    fn other_priors(point: &[f64], gradient: &mut [f64]) -> f64 {
        let [r, alpha, a, b] = [0, 1, 2, 3].map(|k| point[k].exp());
        let both = a + b;
        if both <= 1.0 {
            return f64::NEG_INFINITY;
        }
        let slopes = [
            2.0 - 2.0 * r * r,
            2.0 - 2.0 * alpha * alpha / 100.0,
            1.0 - 3.0 * a / both,
            1.0 - 3.0 * b / both,
        ];
        gradient.iter_mut().zip(slopes).for_each(|(slope, more)| *slope += more);
        let [ln_r, ln_alpha, ln_a, ln_b] = [0, 1, 2, 3].map(|k| point[k]);
        2.0 * ln_r - r * r + 2.0 * ln_alpha - alpha * alpha / 100.0 - 3.0 * both.ln() + ln_a + ln_b
    }

    #[test]
    fn published_moments_are_reproduced() {
        let table = cdnow();
        let fitted = fit::<BgNbd>(&table, &FitOptions::default()).unwrap();
        let density = LogPosterior::new(&fitted, &table).unwrap();
        let rounding =
            Rounding::new(ln_parameters(&fitted.model), &proposal_factor(&fitted).unwrap())
                .unwrap();
        let options = NutsOptions { chains: 2, draws: 2000, warm_up: 500, seed: 3 };
        let sampled = sample(&rounding, &options, &mut |_| Ok(()), |point, gradient| {
            let value = density.value_with_gradient(point, gradient)?;
            let sum = value + other_priors(point, gradient);
            sum.is_finite().then_some(sum)
        })
        .unwrap();
        let diagnosis = diagnosis(&sampled);
        // The edge at a+b = 1 is hard, so a path that meets it counts as astray.
        assert!(diagnosis.r_hat.unwrap() < LARGEST_R_HAT, "{diagnosis:?}");
        assert!(diagnosis.effective_draws > 1000.0, "{diagnosis:?}");
        assert!(diagnosis.divergences.unwrap() < 10, "{diagnosis:?}");
        // pymc-marketing 0.19.2 under its default priors: mean and standard deviation.
        let published = [(0.246, 0.013), (4.513, 0.392), (0.790, 0.199), (2.456, 0.801)];
        for (k, (mean, deviation)) in published.into_iter().enumerate() {
            let draws: Vec<f64> =
                sampled.chains.iter().flatten().map(|point| point[k].exp()).collect();
            let n = draws.len() as f64;
            let ours = draws.iter().sum::<f64>() / n;
            let spread = (draws.iter().map(|x| (x - ours) * (x - ours)).sum::<f64>() / n).sqrt();
            // Both are means of about 1,100 and more effective draws.
            assert!((ours - mean).abs() < 0.12 * deviation, "{k}: {ours}, not {mean}");
            assert!((spread / deviation - 1.0).abs() < 0.12, "{k}: {spread}, not {deviation}");
        }
    }

    #[test]
    fn chains_agree_with_weights_and_with_themselves() {
        use crate::clv::laplace::{LaplaceOptions, laplace_posterior};
        let table = cdnow();
        let fitted = fit::<BgNbd>(&table, &FitOptions::default()).unwrap();
        let options = NutsOptions { seed: 9, ..NutsOptions::default() };
        let mut told = 0;
        let posterior = nuts_posterior(&fitted, &table, &options, &mut |progress| {
            told += 1;
            assert_eq!(progress.total, 3000);
            Ok(())
        })
        .unwrap();
        assert!(told > 100 && posterior.diagnosis().reliable, "{:?}", posterior.diagnosis());
        let draws = LaplaceOptions { draws: 4000, seed: 2 };
        let weighted = laplace_posterior(&fitted, &table, &draws, &mut |_| Ok(())).unwrap();
        let pairs = posterior.summary(0.9).unwrap().into_iter().zip(weighted.summary(0.9).unwrap());
        for (ours, theirs) in pairs {
            let close = |a: f64, b: f64| (a - b).abs() < 0.15 * theirs.standard_deviation;
            assert!(close(ours.mean, theirs.mean), "{ours:?} {theirs:?}");
            assert!(close(ours.lower, theirs.lower), "{ours:?} {theirs:?}");
            assert!(close(ours.median, theirs.median), "{ours:?} {theirs:?}");
        }
        let few = NutsOptions { chains: 1, draws: 20, warm_up: 20, seed: 9 };
        let twice =
            [(); 2].map(|()| nuts_posterior(&fitted, &table, &few, &mut |_| Ok(())).unwrap());
        assert_eq!(twice[0], twice[1]);
    }

    #[test]
    fn bad_options_are_named() {
        let table = cdnow();
        let fitted = fit::<BgNbd>(&table, &FitOptions::default()).unwrap();
        let options = NutsOptions::default();
        for (field, options) in [
            ("chains", NutsOptions { chains: 0, ..options }),
            ("draws", NutsOptions { draws: 0, ..options }),
            ("warm_up", NutsOptions { warm_up: 0, ..options }),
        ] {
            let error = nuts_posterior(&fitted, &table, &options, &mut |_| Ok(())).unwrap_err();
            assert_eq!(error.field(), Some(field));
        }
        let mut stop = |_| Err(Error::limit("enough"));
        let error = nuts_posterior(&fitted, &table, &options, &mut stop).unwrap_err();
        assert_eq!(error.message(), "enough");
    }
}

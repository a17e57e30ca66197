//! Importance weights: draws from one distribution made to stand for another.
//!
//! # What it measures
//! How much each draw counts, and whether the draws can be trusted to stand for the other
//! distribution at all.
//!
//! # Formula
//! ```text
//! w ∝ target density ÷ proposal density
//! the M = min(n/5, 3√n) largest are replaced by the expected order statistics of a generalised
//! Pareto distribution fitted to them, and never exceed the largest raw weight
//! effective draws = 1 ÷ Σ w²,  Σ w = 1
//! ```
//! The shape k of that distribution tells how heavy the tail is: up to 0.7 the weights can be
//! trusted.
//!
//! # Edge cases
//! Draws at which the target is 0 have the log weight −∞ and count nothing. Without any finite log
//! weight there are no weights. Below 25 draws nothing is smoothed and k is unknown.
//!
//! # Source
//! Vehtari, Simpson, Gelman, Yao & Gabry (2024), Pareto smoothed importance sampling; Zhang &
//! Stephens (2009), for the fit.
//!
//! # Example
//! ```
//! use cxm_core::stats::importance::ImportanceWeights;
//! let weights = ImportanceWeights::smoothed(&[0.0; 100]).unwrap();
//! assert!((weights.effective_draws() - 100.0).abs() < 1e-9);
//! ```

use crate::numeric::special_functions::log_sum_exp;

/// Fewer draws have no tail to speak of.
const FEWEST_SMOOTHED: usize = 25;

/// Weights that sum to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportanceWeights {
    /// One a draw.
    pub weights: Vec<f64>,
    /// The shape of the tail; `None` where it was not smoothed.
    pub pareto_k: Option<f64>,
}

impl ImportanceWeights {
    /// From the logarithms of raw weights, known up to a constant; `None` if none is finite.
    pub fn smoothed(ln_weights: &[f64]) -> Option<Self> {
        let largest = ln_weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !largest.is_finite() {
            return None;
        }
        let mut shifted: Vec<f64> = ln_weights
            .iter()
            .map(|ln| if ln.is_finite() { ln - largest } else { f64::NEG_INFINITY })
            .collect();
        let pareto_k = smooth_tail(&mut shifted);
        let total = log_sum_exp(&shifted);
        let weights = shifted.iter().map(|ln| libm::exp(ln - total)).collect();
        Some(Self { weights, pareto_k })
    }

    /// To how many draws of the target itself they amount.
    pub fn effective_draws(&self) -> f64 {
        1.0 / self.weights.iter().map(|weight| weight * weight).sum::<f64>()
    }
}

/// Smooths the largest of log weights, whose maximum is 0, in place.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ tail ≤ n")]
fn smooth_tail(ln_weights: &mut [f64]) -> Option<f64> {
    let n = ln_weights.len();
    if n < FEWEST_SMOOTHED {
        return None;
    }
    let tail = (0.2 * n as f64).min(3.0 * (n as f64).sqrt()) as usize;
    let mut order: Vec<usize> = (0..n).collect();
    let ln = |row: usize| ln_weights.get(row).copied().unwrap_or(f64::NEG_INFINITY);
    order.sort_by(|a, b| ln(*a).total_cmp(&ln(*b)));
    let (below, largest) = order.split_at_checked(n - tail)?;
    let cutoff = libm::exp(below.last().map_or(f64::NEG_INFINITY, |row| ln(*row)));
    let excesses: Vec<f64> = largest.iter().map(|row| libm::exp(ln(*row)) - cutoff).collect();
    let (k, sigma) = fit_generalised_pareto(&excesses)?;
    for (rank, row) in largest.iter().enumerate() {
        let p = (rank as f64 + 0.5) / tail as f64;
        let excess = if k.abs() < 1e-12 {
            -sigma * libm::log1p(-p)
        } else {
            sigma * libm::expm1(-k * libm::log1p(-p)) / k
        };
        if let Some(weight) = ln_weights.get_mut(*row) {
            *weight = libm::log(cutoff + excess).min(0.0);
        }
    }
    Some(k)
}

/// Shape and scale from rising excesses; `None` where they do not vary.
fn fit_generalised_pareto(excesses: &[f64]) -> Option<(f64, f64)> {
    let n = excesses.len() as f64;
    let largest = *excesses.last()?;
    let quartile = *excesses.get(((excesses.len() + 2) / 4).saturating_sub(1))?;
    if !(quartile > 0.0 && largest > quartile) {
        return None;
    }
    let points = 30.0 + libm::floor(n.sqrt());
    let shape = |b: f64| excesses.iter().map(|x| libm::log1p(-b * x)).sum::<f64>() / n;
    let mut grid = Vec::new();
    let mut point = 1.0;
    while point <= points {
        let b = 1.0 / largest + (1.0 - (points / (point - 0.5)).sqrt()) / (3.0 * quartile);
        let k = shape(b);
        let profile = n * (libm::log(-b / k) - k - 1.0);
        if profile.is_finite() {
            grid.push((b, profile));
        }
        point += 1.0;
    }
    let total = log_sum_exp(&grid.iter().map(|(_, profile)| *profile).collect::<Vec<_>>());
    let b: f64 = grid.iter().map(|(b, profile)| b * libm::exp(profile - total)).sum();
    let k = shape(b);
    let sigma = -k / b;
    // A weak pull towards ½, which steadies short tails.
    let k = (k * n + 5.0) / (n + 10.0);
    (k.is_finite() && sigma > 0.0 && sigma.is_finite()).then_some((k, sigma))
}

//! Whether Markov chains have met, and how many independent draws they are worth.
//!
//! # What it measures
//! Chains started apart should end up telling the same; their draws follow one another closely, so
//! that they count less than independent ones.
//!
//! # Formula
//! ```text
//! each of the m chains is split in halves of n draws;  W = mean variance within halves
//! B/n = variance of the means of the halves;  V = W (n − 1)/n + B/n
//! R̂   = √(V/W)
//! ρ_t = 1 − (W − mean autocovariance at lag t)/V
//! effective draws = 2mn ÷ (1 + 2 Σ ρ_t), summed in pairs as long as these are positive and falling
//! ```
//!
//! # Edge cases
//! Below four draws a chain, for chains of different lengths and for draws that do not vary there
//! is no answer.
//!
//! # Source
//! Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Rank-normalization, folding, and
//! localization: an improved R̂ (equations 1 to 4 and 10 to 13); Geyer (1992).
//!
//! # Example
//! ```
//! use cxm_core::stats::chains::ChainDiagnosis;
//! let draws: Vec<f64> = (0..100).map(|i| f64::from(i * 37 % 101)).collect();
//! let backwards = draws.iter().rev().copied().collect();
//! let alike = ChainDiagnosis::of(&[draws.clone(), backwards]).unwrap();
//! assert!(alike.r_hat < 1.05);
//! let far = draws.iter().map(|x| x + 500.0).collect();
//! let apart = ChainDiagnosis::of(&[draws, far]).unwrap();
//! assert!(apart.r_hat > 2.0);
//! ```

/// What the chains of one parameter say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChainDiagnosis {
    /// Split R̂: 1 where the chains have met; above 1.01 they have not.
    pub r_hat: f64,
    /// Independent draws of the same worth for the mean.
    pub effective_draws: f64,
}

fn mean(draws: &[f64]) -> f64 {
    draws.iter().sum::<f64>() / draws.len() as f64
}

/// Σ (x_i − x̄)(x_{i+lag} − x̄) ÷ n
fn autocovariance(draws: &[f64], mean: f64, lag: usize) -> f64 {
    let later = draws.get(lag..).unwrap_or_default();
    let sum: f64 = draws.iter().zip(later).map(|(a, b)| (a - mean) * (b - mean)).sum();
    sum / draws.len() as f64
}

impl ChainDiagnosis {
    /// From the draws of each chain.
    pub fn of(chains: &[Vec<f64>]) -> Option<Self> {
        let length = chains.first()?.len();
        if length < 4 || chains.iter().any(|chain| chain.len() != length) {
            return None;
        }
        let half = length / 2;
        // An odd draw in the middle belongs to neither half.
        let halves: Vec<&[f64]> = chains
            .iter()
            .flat_map(|chain| [chain.get(..half), chain.get(length - half..)])
            .flatten()
            .collect();
        let (m, n) = (halves.len() as f64, half as f64);
        let means: Vec<f64> = halves.iter().map(|draws| mean(draws)).collect();
        let grand = mean(&means);
        let between = means.iter().map(|mean| (mean - grand) * (mean - grand)).sum::<f64>();
        let at_lag = |lag: usize| {
            let each = halves.iter().zip(&means).map(|(draws, at)| autocovariance(draws, *at, lag));
            each.sum::<f64>() / m * n / (n - 1.0)
        };
        let within = at_lag(0);
        let pooled = within * (n - 1.0) / n + between / (m - 1.0);
        if !(within > 0.0 && pooled.is_finite()) {
            return None;
        }
        let correlation = |lag: usize| 1.0 - (within - at_lag(lag)) / pooled;
        let mut sum = 0.0;
        let mut least = f64::INFINITY;
        for lag in (0..half - 1).step_by(2) {
            let first = if lag == 0 { 1.0 } else { correlation(lag) };
            let pair = first + correlation(lag + 1);
            if pair <= 0.0 {
                break;
            }
            least = least.min(pair);
            sum += least;
        }
        // Chains that swing from side to side may be worth more than their draws, within reason.
        let time = (2.0 * sum - 1.0).max(1.0 / libm::log10(m * n));
        Some(Self { r_hat: (pooled / within).sqrt(), effective_draws: m * n / time })
    }
}

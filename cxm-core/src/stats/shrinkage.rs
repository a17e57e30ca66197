//! Shrinkage: what a small segment's score is worth beside its siblings'.
//!
//! # What it measures
//! The best and the worst branch of a ranking are mostly the smallest ones. Each segment is drawn
//! to the common mean by as much as its score may owe to chance.
//!
//! # Formula
//! ```text
//! v = sampling variance of a segment's score y, k segments
//! w = 1/v    ȳ = Σwy/Σw    Q = Σw(y − ȳ)²
//! τ² = max(0, (Q − (k − 1))/(Σw − Σw²/Σw))          spread between segments
//! μ  = Σ y/(v + τ²) / Σ 1/(v + τ²)                   common mean
//! B  = v/(v + τ²)                                    factor, the weight of the common mean
//! shrunken value = (1 − B)·y + B·μ
//! variance       = (1 − B)·v + B²/Σ 1/(v + τ²)
//! ```
//!
//! # Edge cases
//! No segment is `InsufficientData`; one is left as it is. A segment without variance is refused
//! with its row: take [`adjusted_estimate`](super::NetCounts::adjusted_estimate). With τ² = 0 every
//! segment becomes the mean.
//!
//! # Source
//! DerSimonian & Laird (1986), eq. 8 for τ²; Efron & Morris (1975) and Morris (1983) for the rest.
//!
//! # Example
//! ```
//! use cxm_core::stats::{Estimate, shrinkage::shrink};
//!
//! let branch = |value| Estimate { value, variance: 0.01, n: 60 };
//! let shrunken = shrink(&[branch(0.1), branch(0.5)])?;
//! // Q = 8 with Σw = 200 and Σw²/Σw = 100: τ² = 7/100, B = 1/8.
//! assert!((shrunken.segments[0].factor - 0.125).abs() < 1e-12);
//! assert!((shrunken.segments[0].value - 0.125).abs() < 1e-12);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::estimate::{Estimate, check_all};
use crate::error::{Error, Result};

/// Segments drawn to their common mean.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Shrinkage {
    /// The common mean μ.
    pub mean: f64,
    /// Variance of true scores between segments, τ².
    pub between_variance: f64,
    /// Cochran's Q.
    pub heterogeneity: f64,
    /// The segments, in the order given.
    pub segments: Vec<Shrunken>,
}

/// One segment drawn to the common mean.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Shrunken {
    /// The shrunken value.
    pub value: f64,
    /// Its posterior variance, with the uncertainty of the mean.
    pub variance: f64,
    /// Weight of the common mean, 0..=1.
    pub factor: f64,
}

/// Draws segments to their common mean.
pub fn shrink(segments: &[Estimate]) -> Result<Shrinkage> {
    check_all(segments)?;
    if segments.is_empty() {
        return Err(Error::insufficient("no segment to shrink"));
    }
    let sum = |term: &dyn Fn(&Estimate) -> f64| segments.iter().map(term).sum::<f64>();
    let weight = sum(&|it| 1.0 / it.variance);
    let plain_mean = sum(&|it| it.value / it.variance) / weight;
    let heterogeneity = sum(&|it| (it.value - plain_mean) * (it.value - plain_mean) / it.variance);
    let squared_weight = sum(&|it| 1.0 / (it.variance * it.variance));
    let excess = heterogeneity - (segments.len() as f64 - 1.0);
    let room = weight - squared_weight / weight;
    let between = if excess > 0.0 && room > 0.0 { excess / room } else { 0.0 };
    let precision = sum(&|it| 1.0 / (it.variance + between));
    let mean = sum(&|it| it.value / (it.variance + between)) / precision;
    let shrunken = |it: &Estimate| {
        let factor = it.variance / (it.variance + between);
        Shrunken {
            value: (1.0 - factor) * it.value + factor * mean,
            variance: (1.0 - factor) * it.variance + factor * factor / precision,
            factor,
        }
    };
    Ok(Shrinkage {
        mean,
        between_variance: between,
        heterogeneity,
        segments: segments.iter().map(shrunken).collect(),
    })
}

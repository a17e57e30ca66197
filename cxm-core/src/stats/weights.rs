//! Weighted answers: scores that stand for the population rather than for those who happened to
//! reply.
//!
//! # What it measures
//! A weighted net score, share or mean, its error, and what the weights cost in answers.
//!
//! # Formula
//! ```text
//! per bin: value x, answers n_k, Σw, Σw²      W = Σw over all bins, n = Σn_k
//! μ                  = Σ x·Σw / W
//! linearised variance = n/(n − 1) · Σ Σw²·(x − μ)² / W²
//! n_eff (Kish)       = W²/Σw²        deff = n/n_eff
//! Kish variance      = (Σ x²·Σw/W − μ²)/n_eff
//! post-stratified    = Σ W_h·value_h,  variance = Σ W_h²·variance_h
//! ```
//! (n, Σw, Σw²) per bin merge by addition and suffice: no row needs to be kept.
//!
//! # Edge cases
//! No answers, or only weights of 0: no value. One answer: no standard error. All weights times a
//! constant: the same result.
//!
//! # Source
//! Kish (1965), section 11.7; Lumley (2010), Complex Surveys, chapter 2 (Taylor linearisation);
//! Holt & Smith (1979) for post-stratification.
//!
//! # Example
//! ```
//! use cxm_core::stats::weights::{WeightedBin, weighted_mean};
//!
//! let bin = |value, weight: f64| {
//!     WeightedBin { value, n: 1, weight, weight_squared: weight * weight }
//! };
//! let estimate = weighted_mean(&[bin(-1.0, 1.0), bin(1.0, 3.0)])?.unwrap();
//! assert_eq!((estimate.value, estimate.effective_n, estimate.design_effect), (0.5, 1.6, 1.25));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::estimate::Estimate;
use super::interval::{Interval, IntervalOptions, Method};
use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided_quantile;

/// One unit of a fixed-point weight.
const FIXED_POINT: f64 = 1_048_576.0;

/// The shares of the strata must add up to one within this.
const SHARE_TOLERANCE: f64 = 1e-9;

/// The answers of one value with their weights.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct WeightedBin {
    /// The value: −1, 0 or 1 for a net score, 0 or 1 for a share, the answer for a mean.
    pub value: f64,
    /// Answers.
    pub n: u64,
    /// Σw.
    pub weight: f64,
    /// Σw².
    pub weight_squared: f64,
}

impl WeightedBin {
    /// From exact sums of weights in units of 2⁻²⁰, and of their squares in units of 2⁻⁴⁰.
    pub fn from_fixed_point(value: f64, n: u64, weight: u128, weight_squared: u128) -> Self {
        Self {
            value,
            n,
            weight: weight as f64 / FIXED_POINT,
            weight_squared: weight_squared as f64 / (FIXED_POINT * FIXED_POINT),
        }
    }

    fn check(&self) -> Result<()> {
        let sums_fit = |sum: f64| sum >= 0.0 && sum.is_finite();
        if !self.value.is_finite() {
            return Err(Error::argument("value must be finite").in_field("value"));
        }
        if !sums_fit(self.weight) {
            return Err(
                Error::argument("weights must be finite and not negative").in_field("weight")
            );
        }
        if !sums_fit(self.weight_squared) || (self.n == 0 && self.weight > 0.0) {
            return Err(Error::argument("the sums of weights belong to no answers")
                .in_field("weight_squared"));
        }
        Ok(())
    }
}

/// A weighted score.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WeightedEstimate {
    /// The weighted mean of the values.
    pub value: f64,
    /// Linearised standard error; `None` below two answers.
    pub standard_error: Option<f64>,
    /// Kish's standard error, which takes weights and answers as unrelated.
    pub kish_standard_error: f64,
    /// Answers.
    pub n: u64,
    /// Answers of equal weight that would say as much.
    pub effective_n: f64,
    /// n/n_eff: the price of weighting.
    pub design_effect: f64,
}

impl WeightedEstimate {
    /// value ± z·(linearised standard error); `None` below two answers.
    pub fn interval(&self, level: f64) -> Result<Option<Interval>> {
        let z = normal_two_sided_quantile(IntervalOptions::at(level).alpha()?);
        Ok(self.standard_error.map(|error| Interval {
            lower: self.value - z * error,
            upper: self.value + z * error,
            level,
            method: Method::Linearized,
        }))
    }

    /// As an [`Estimate`], for comparing and pooling; `None` below two answers.
    pub fn estimate(&self) -> Option<Estimate> {
        let variance = self.standard_error.map(|error| error * error)?;
        Some(Estimate { value: self.value, variance, n: self.n })
    }
}

/// The weighted mean of the bins' values; `None` without weight.
pub fn weighted_mean(bins: &[WeightedBin]) -> Result<Option<WeightedEstimate>> {
    for (row, bin) in bins.iter().enumerate() {
        bin.check().map_err(|error| error.at_row(row))?;
    }
    let sum = |term: &dyn Fn(&WeightedBin) -> f64| bins.iter().map(term).sum::<f64>();
    let weight = sum(&|bin| bin.weight);
    let weight_squared = sum(&|bin| bin.weight_squared);
    if weight <= 0.0 || weight_squared <= 0.0 {
        return Ok(None);
    }
    let n = bins.iter().try_fold(0_u64, |n, bin| n.checked_add(bin.n));
    let n = n.ok_or_else(|| Error::overflow("more answers than 64 bits count"))?;
    let value = sum(&|bin| bin.value * bin.weight) / weight;
    let square = |bin: &WeightedBin| (bin.value - value) * (bin.value - value);
    let linearised = sum(&|bin| bin.weight_squared * square(bin)) / (weight * weight);
    let effective_n = weight / weight_squared * weight;
    let count = n as f64;
    Ok(Some(WeightedEstimate {
        value,
        standard_error: (n > 1).then(|| (linearised * (count / (count - 1.0))).sqrt()),
        kish_standard_error: (sum(&|bin| bin.weight * square(bin)) / weight / effective_n).sqrt(),
        n,
        effective_n,
        design_effect: count / effective_n,
    }))
}

/// Strata put together in the shares that they have in the population.
///
/// # Example
/// ```
/// use cxm_core::stats::{NetCounts, weights::post_stratify};
/// let young = NetCounts { negative: 20, neutral: 30, positive: 50 }.estimate().unwrap();
/// let old = NetCounts { negative: 40, neutral: 30, positive: 30 }.estimate().unwrap();
/// let all = post_stratify(&[0.6, 0.4], &[young, old])?;
/// assert!((all.value - 0.14).abs() < 1e-15);
/// # Ok::<(), cxm_core::Error>(())
/// ```
pub fn post_stratify(population_shares: &[f64], strata: &[Estimate]) -> Result<Estimate> {
    let refuse = |message| Err(Error::argument(message).in_field("population_shares"));
    if population_shares.len() != strata.len() {
        return refuse("one population share per stratum");
    }
    if !population_shares.iter().all(|share| (0.0..=1.0).contains(share)) {
        return refuse("a population share must be within 0..=1");
    }
    if (population_shares.iter().sum::<f64>() - 1.0).abs() > SHARE_TOLERANCE {
        return refuse("the population shares must add up to 1");
    }
    let mut all = Estimate { value: 0.0, variance: 0.0, n: 0 };
    for (share, stratum) in population_shares.iter().zip(strata) {
        all.value += share * stratum.value;
        all.variance += share * share * stratum.variance;
        all.n = all.n.saturating_add(stratum.n);
    }
    Ok(all)
}

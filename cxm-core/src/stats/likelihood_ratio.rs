//! The likelihood-ratio test: does a wider model explain more than chance would?
//!
//! # Formula
//! ```text
//! statistic = 2·(ln L of the wider model − ln L of the narrower), at least 0
//! p = P(χ² of so many degrees of freedom ≥ statistic)
//! ```
//!
//! # Edge cases
//! Where the narrower model lies on the boundary of the wider one's parameters, the statistic does
//! not follow χ² (Self & Liang 1987), and p is for orientation only.
//!
//! # Source
//! Wilks (1938), The Large-Sample Distribution of the Likelihood Ratio.
//!
//! # Example
//! ```
//! use cxm_core::stats::LikelihoodRatioTest;
//!
//! let test = LikelihoodRatioTest::of(-100.0, -101.920_729_410_347_06, 1);
//! assert!((test.statistic - 3.841_458_820_694_124).abs() < 1e-12);
//! assert!((test.p_value - 0.05).abs() < 1e-12);
//! ```

use crate::numeric::distribution::chi_square_survival;

/// Twice the gain in log-likelihood of a model over one nested in it, with its p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LikelihoodRatioTest {
    /// Twice the gain in log-likelihood.
    pub statistic: f64,
    /// Parameters that the wider model has more.
    pub degrees_of_freedom: u32,
    /// The probability of a gain as large if the narrower model holds.
    pub p_value: f64,
}

impl LikelihoodRatioTest {
    /// Of two log-likelihoods and the number of parameters that the wider model has more.
    pub fn of(wider: f64, narrower: f64, parameters: usize) -> Self {
        let statistic = (2.0 * (wider - narrower)).max(0.0);
        let degrees_of_freedom = u32::try_from(parameters).unwrap_or(u32::MAX);
        let p_value = chi_square_survival(statistic, degrees_of_freedom);
        Self { statistic, degrees_of_freedom, p_value }
    }
}

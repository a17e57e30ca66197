//! A value with its sampling variance: what is left of a score when it is compared or pooled.
//!
//! # What it measures
//! Any score, reduced to the three numbers that trends, strata and shrinkage read.
//!
//! # Formula
//! ```text
//! variance = (standard error)², the variance of the value itself and not of one answer
//! ```
//!
//! # Edge cases
//! A sample of one class has variance 0, which claims certainty; where that matters (weights 1/v)
//! take [`NetCounts::adjusted_estimate`].
//!
//! # Example
//! ```
//! use cxm_core::stats::NetCounts;
//! let estimate = NetCounts { negative: 0, neutral: 2, positive: 2 }.estimate().unwrap();
//! assert_eq!((estimate.value, estimate.variance, estimate.n), (0.5, 0.0625, 4));
//! ```

use super::mean::Moments;
use super::net_score::{Cells, NetCounts};
use super::proportion::Share;
use crate::error::{Error, Result};

/// A value, the variance of that value, and the answers behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its squared standard error.
    pub variance: f64,
    /// Answers.
    pub n: u64,
}

impl Estimate {
    /// An error where the value is not finite, or the variance not finite and positive.
    pub fn check(&self) -> Result<()> {
        if !self.value.is_finite() {
            return Err(Error::argument(format!("value must be finite, got {}", self.value))
                .in_field("value"));
        }
        if self.variance > 0.0 && self.variance.is_finite() {
            return Ok(());
        }
        Err(Error::argument(format!(
            "variance must be positive and finite, got {}; a sample of one class needs adjusting",
            self.variance
        ))
        .in_field("variance"))
    }
}

/// Every estimate checked, the refusal naming its row.
pub(crate) fn check_all(estimates: &[Estimate]) -> Result<()> {
    estimates
        .iter()
        .enumerate()
        .try_for_each(|(row, estimate)| estimate.check().map_err(|error| error.at_row(row)))
}

impl NetCounts {
    /// The net score with its variance; `None` without answers.
    pub fn estimate(&self) -> Option<Estimate> {
        let n = self.total();
        self.net().zip(self.variance()).map(|(value, variance)| Estimate {
            value,
            variance: variance / n as f64,
            n,
        })
    }

    /// The same with ¾, 1½ and ¾ answers added: never without variance.
    pub fn adjusted_estimate(&self) -> Estimate {
        let cells = Cells::from(self).adjusted();
        let variance = cells.variance() / cells.total();
        Estimate { value: cells.net(), variance, n: self.total() }
    }
}

impl Share {
    /// The share with its variance; `None` without answers.
    pub fn estimate(&self) -> Option<Estimate> {
        let n = self.total;
        self.value().zip(self.variance()).map(|(value, variance)| Estimate {
            value,
            variance: variance / n as f64,
            n,
        })
    }
}

impl Share {
    /// The share with the variance that one success and one failure more give it: never without
    /// variance. `None` without answers.
    pub fn adjusted_estimate(&self) -> Option<Estimate> {
        let (successes, total) = (self.successes.checked_add(1)?, self.total.checked_add(2)?);
        let variance = Self { successes, total }.estimate()?.variance;
        Some(Estimate { variance, ..self.estimate()? })
    }
}

impl Moments {
    /// The mean with its variance; `None` below two answers.
    pub fn estimate(&self) -> Result<Option<Estimate>> {
        let variance = self.sample_variance()?.map(|variance| variance / self.n as f64);
        let pair = self.mean().zip(variance);
        Ok(pair.map(|(value, variance)| Estimate { value, variance, n: self.n }))
    }
}

//! Finite population correction: how much a sample from a small population knows.
//!
//! # What it measures
//! A survey that reaches 200 of 5000 customers knows more about those 5000 than about customers in
//! general; one that reaches all of them leaves nothing to chance.
//!
//! # Formula
//! ```text
//! deviation factor   √((N − n)/(N − 1))    times a standard error from a variance of divisor n
//!                    √((N − n)/N)          times one from a variance of divisor n − 1
//! information factor (N − 1)/(N − n)       times the counts: the sample of equal information
//! ```
//!
//! # Edge cases
//! More answers than people is an error. A census (n = N) has no deviation, and infinite
//! information.
//!
//! # Source
//! Cochran (1977), Sampling Techniques, theorem 2.2 and its corollaries.

use crate::error::{Error, Result};

/// A sample and the population it came from, unbounded or of a known size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sampling {
    /// Population and how many of it gave no answer.
    finite: Option<(f64, f64)>,
}

impl Sampling {
    pub(crate) fn new(sample: u64, population: Option<u64>) -> Result<Self> {
        let Some(population) = population else { return Ok(Self { finite: None }) };
        let Some(unseen) = population.checked_sub(sample) else {
            return Err(Error::argument(format!(
                "a population of {population} cannot have given {sample} answers"
            ))
            .in_field("population"));
        };
        Ok(Self { finite: Some((population as f64, unseen as f64)) })
    }

    /// What a standard error is multiplied with whose variance has divisor n.
    pub(crate) fn deviation_factor(self) -> f64 {
        self.finite.map_or(1.0, |(size, unseen)| (unseen / (size - 1.0).max(1.0)).sqrt())
    }

    /// What a standard error is multiplied with whose variance has divisor n − 1.
    pub(crate) fn sample_deviation_factor(self) -> f64 {
        self.finite.map_or(1.0, |(size, unseen)| (unseen / size.max(1.0)).sqrt())
    }

    /// What counts are multiplied with; `None` for a census.
    pub(crate) fn information_factor(self) -> Option<f64> {
        let Some((size, unseen)) = self.finite else { return Some(1.0) };
        (unseen > 0.0).then(|| (size - 1.0) / unseen)
    }
}

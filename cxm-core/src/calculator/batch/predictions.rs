//! The shape of predictions: how probable an event was said to be, and whether it came.

use super::{Values, same_length};
use crate::error::Result;

/// One prediction a row: the probability of an event, and whether the event came.
#[derive(Debug, Clone, Copy)]
pub struct Predictions<'a> {
    /// The predicted probability, 0 to 1.
    pub probabilities: Values<'a>,
    /// 1 where the event came, 0 where it did not.
    pub observed: Values<'a>,
    /// What each is worth, in whole units.
    pub values: Option<Values<'a>>,
    /// How many predictions each row stands for; without it, one.
    pub counts: Option<&'a [u64]>,
}

impl<'a> Predictions<'a> {
    /// Predictions and what came.
    pub fn new(probabilities: impl Into<Values<'a>>, observed: impl Into<Values<'a>>) -> Self {
        let (probabilities, observed) = (probabilities.into(), observed.into());
        Self { probabilities, observed, values: None, counts: None }
    }

    /// The same predictions with what each is worth.
    #[must_use]
    pub fn with_values(self, values: impl Into<Values<'a>>) -> Self {
        Self { values: Some(values.into()), ..self }
    }

    /// The same rows, each standing for so many predictions.
    #[must_use]
    pub fn with_counts(self, counts: &'a [u64]) -> Self {
        Self { counts: Some(counts), ..self }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.probabilities.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.probabilities.is_empty()
    }

    /// Refuses columns of unequal length.
    pub fn check_shape(&self) -> Result<()> {
        let rows = self.len();
        self.probabilities.check("probabilities", rows)?;
        self.observed.check("observed", rows)?;
        if let Some(values) = &self.values {
            values.check("values", rows)?;
        }
        self.counts.map_or(Ok(()), |counts| same_length("counts", counts.len(), rows))
    }
}

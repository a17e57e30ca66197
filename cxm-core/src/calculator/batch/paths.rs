//! The shape of paths: which touchpoints journeys went through, and how often they ended how.

use super::{KeyColumn, Values};
use crate::error::Result;

/// One path of touchpoints a row, with the journeys that took it.
#[derive(Debug, Clone, Copy)]
pub struct Paths<'a> {
    /// The touchpoints in their order, between separators: `mail > web > shop`.
    pub paths: KeyColumn<'a>,
    /// How many journeys on it ended in a conversion.
    pub conversions: Values<'a>,
    /// What these conversions were worth together, in whole minor units; without it, nothing is
    /// known.
    pub values: Option<Values<'a>>,
    /// How many journeys on it ended without a conversion; without it, none.
    pub nulls: Option<Values<'a>>,
}

impl<'a> Paths<'a> {
    /// Paths of which only the conversions are known.
    pub fn new(paths: impl Into<KeyColumn<'a>>, conversions: impl Into<Values<'a>>) -> Self {
        Self { paths: paths.into(), conversions: conversions.into(), values: None, nulls: None }
    }

    /// The same paths with the value of their conversions.
    #[must_use]
    pub fn with_values(self, values: impl Into<Values<'a>>) -> Self {
        Self { values: Some(values.into()), ..self }
    }

    /// The same paths with the journeys that did not convert.
    #[must_use]
    pub fn with_nulls(self, nulls: impl Into<Values<'a>>) -> Self {
        Self { nulls: Some(nulls.into()), ..self }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.paths.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Refuses columns of unequal length.
    pub fn check_shape(&self) -> Result<()> {
        let rows = self.len();
        self.paths.check("paths", rows)?;
        self.conversions.check("conversions", rows)?;
        if let Some(values) = &self.values {
            values.check("values", rows)?;
        }
        self.nulls.map_or(Ok(()), |nulls| nulls.check("nulls", rows))
    }
}

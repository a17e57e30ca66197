//! The shape of lifetimes: how long, and whether it ended.

use super::{KeyColumn, Values, same_length};
use crate::error::Result;

/// One lifetime a row: how long it was watched, and whether its end was seen.
#[derive(Debug, Clone, Copy)]
pub struct Durations<'a> {
    /// Time from the beginning of the lifetime to its event, or to when it was last seen.
    pub durations: Values<'a>,
    /// 1 where the event was seen, 0 where the lifetime still went on.
    pub observed: Values<'a>,
    /// Age at which the row came under observation; without it, at the beginning.
    pub entries: Option<Values<'a>>,
    /// Why it ended; not looked at where it did not.
    pub causes: Option<KeyColumn<'a>>,
    /// How many lifetimes each row stands for; without it, one.
    pub counts: Option<&'a [u64]>,
}

impl<'a> Durations<'a> {
    /// Lifetimes watched from their beginning.
    pub fn new(durations: impl Into<Values<'a>>, observed: impl Into<Values<'a>>) -> Self {
        let (durations, observed) = (durations.into(), observed.into());
        Self { durations, observed, entries: None, causes: None, counts: None }
    }

    /// The same lifetimes, each watched from this age on.
    #[must_use]
    pub fn with_entries(self, entries: impl Into<Values<'a>>) -> Self {
        Self { entries: Some(entries.into()), ..self }
    }

    /// The same lifetimes with the causes of their events.
    #[must_use]
    pub fn with_causes(self, causes: impl Into<KeyColumn<'a>>) -> Self {
        Self { causes: Some(causes.into()), ..self }
    }

    /// The same rows, each standing for so many lifetimes.
    #[must_use]
    pub fn with_counts(self, counts: &'a [u64]) -> Self {
        Self { counts: Some(counts), ..self }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.durations.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.durations.is_empty()
    }

    /// Refuses columns of unequal length.
    pub fn check_shape(&self) -> Result<()> {
        let rows = self.len();
        self.durations.check("durations", rows)?;
        self.observed.check("observed", rows)?;
        if let Some(entries) = &self.entries {
            entries.check("entries", rows)?;
        }
        if let Some(causes) = &self.causes {
            causes.check("causes", rows)?;
        }
        self.counts.map_or(Ok(()), |counts| same_length("counts", counts.len(), rows))
    }
}

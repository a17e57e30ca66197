//! The rows of a batch of histories, exact or refused.

use super::HistoryPattern;
use crate::calculator::batch::{Histories, whole};
use crate::error::Result;

/// The rows of a batch as whole numbers.
pub(super) struct Rows {
    frequencies: Vec<u64>,
    recencies: Vec<u64>,
    ages: Vec<u64>,
    spends: Option<Vec<i64>>,
}

impl Rows {
    pub(super) fn read(batch: &Histories<'_>) -> Result<Self> {
        batch.check_shape()?;
        Ok(Self {
            frequencies: whole(&batch.frequencies, "frequencies")?,
            recencies: whole(&batch.recencies, "recencies")?,
            ages: whole(&batch.ages, "ages")?,
            spends: batch.spends.as_ref().map(|spends| whole(spends, "spends")).transpose()?,
        })
    }

    pub(super) fn for_each(
        &self,
        counts: Option<&[u64]>,
        mut take: impl FnMut(usize, HistoryPattern, Option<i64>, u64) -> Result<()>,
    ) -> Result<()> {
        let rows = self.frequencies.iter().zip(&self.recencies).zip(&self.ages).enumerate();
        for (row, ((&x, &recency), &age)) in rows {
            let spend = self.spends.as_ref().and_then(|spends| spends.get(row)).copied();
            let count = counts.map_or(1, |counts| counts.get(row).copied().unwrap_or_default());
            take(row, (x, recency, age), spend, count).map_err(|error| error.at_row(row))?;
        }
        Ok(())
    }
}

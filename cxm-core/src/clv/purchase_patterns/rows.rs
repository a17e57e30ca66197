//! The rows of a batch of histories, exact or refused.

use super::HistoryPattern;
use crate::calculator::batch::{Histories, Values, with_column};
use crate::error::{Error, Result};

/// The rows of a batch as whole numbers.
pub(super) struct Rows {
    frequencies: Vec<u64>,
    recencies: Vec<u64>,
    ages: Vec<u64>,
    spends: Option<Vec<i64>>,
}

fn whole<T: TryFrom<i128>>(values: &Values<'_>, field: &'static str) -> Result<Vec<T>> {
    let read = |row: usize, value: Option<i128>, shown: f64| -> Result<T> {
        let whole =
            value.filter(|_| values.is_valid(row)).and_then(|value| T::try_from(value).ok());
        let got = || if values.is_valid(row) { shown.to_string() } else { "nothing".to_owned() };
        whole.ok_or_else(|| {
            Error::observation(format!("expected a whole number in range, got {}", got()))
                .in_field(field)
                .at_row(row)
        })
    };
    with_column!(values.column, column => {
        let cells = column.iter().enumerate();
        cells.map(|(row, &cell)| read(row, cell.whole(), cell.shown())).collect()
    })
}

/// A number of any type that may be a whole one.
trait Cell: Copy {
    fn whole(self) -> Option<i128>;
    fn shown(self) -> f64;
}

macro_rules! whole_cells {
    ($($type:ty),*) => {$(
        #[allow(clippy::cast_precision_loss, clippy::cast_lossless, reason = "shown in an error")]
        impl Cell for $type {
            fn whole(self) -> Option<i128> {
                Some(self.into())
            }

            fn shown(self) -> f64 {
                self as f64
            }
        }
    )*};
}
whole_cells!(u8, i8, u16, i16, u32, i32, u64, i64);

impl Cell for f64 {
    #[allow(clippy::cast_possible_truncation, clippy::float_cmp, reason = "whole and in range")]
    fn whole(self) -> Option<i128> {
        (self.trunc() == self && self.abs() < 9.3e18).then_some(self as i128)
    }

    fn shown(self) -> f64 {
        self
    }
}

impl Cell for f32 {
    fn whole(self) -> Option<i128> {
        f64::from(self).whole()
    }

    fn shown(self) -> f64 {
        self.into()
    }
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

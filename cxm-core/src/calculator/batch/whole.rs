//! Whole numbers out of a column of any type, exact or refused.

use super::columns::{Values, with_column};
use crate::error::{Error, Result};

/// The rows of a column as whole numbers; the first that is none, or is missing, is an error.
pub(crate) fn whole<T: TryFrom<i128>>(values: &Values<'_>, field: &'static str) -> Result<Vec<T>> {
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

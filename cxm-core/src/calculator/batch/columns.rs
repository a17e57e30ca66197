//! Columns of numbers, borrowed: which type, which rows are missing, with which weight.

use crate::error::{Error, Result};
use crate::numeric::tally::Validity;

/// A column of numbers of any machine type, borrowed.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "each variant is its element type")]
#[non_exhaustive]
pub enum Column<'a> {
    U8(&'a [u8]),
    I8(&'a [i8]),
    U16(&'a [u16]),
    I16(&'a [i16]),
    U32(&'a [u32]),
    I32(&'a [i32]),
    U64(&'a [u64]),
    I64(&'a [i64]),
    F32(&'a [f32]),
    F64(&'a [f64]),
}

/// Runs the same expression on the typed slice of a column, whatever its type is.
macro_rules! with_column {
    ($column:expr, $slice:ident => $body:expr) => {
        match $column {
            $crate::calculator::batch::Column::U8($slice) => $body,
            $crate::calculator::batch::Column::I8($slice) => $body,
            $crate::calculator::batch::Column::U16($slice) => $body,
            $crate::calculator::batch::Column::I16($slice) => $body,
            $crate::calculator::batch::Column::U32($slice) => $body,
            $crate::calculator::batch::Column::I32($slice) => $body,
            $crate::calculator::batch::Column::U64($slice) => $body,
            $crate::calculator::batch::Column::I64($slice) => $body,
            $crate::calculator::batch::Column::F32($slice) => $body,
            $crate::calculator::batch::Column::F64($slice) => $body,
        }
    };
}
pub(crate) use with_column;

impl Column<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        with_column!(self, slice => slice.len())
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

macro_rules! column_from {
    ($($type:ty => $variant:ident),*) => {$(
        impl<'a> From<&'a [$type]> for Column<'a> {
            fn from(slice: &'a [$type]) -> Self {
                Self::$variant(slice)
            }
        }
    )*};
}
column_from!(u8 => U8, i8 => I8, u16 => U16, i16 => I16, u32 => U32, i32 => I32, u64 => U64,
    i64 => I64, f32 => F32, f64 => F64);

/// A column of numbers with the rows that are missing.
///
/// A NaN in a float column is missing as well.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// The numbers.
    pub column: Column<'a>,
    /// Which rows are present; without it, all are.
    pub validity: Option<Validity<'a>>,
}

impl<'a, C: Into<Column<'a>>> From<C> for Values<'a> {
    fn from(column: C) -> Self {
        Self { column: column.into(), validity: None }
    }
}

impl<'a> Values<'a> {
    /// A column with its validity, of the same length.
    pub fn new(column: impl Into<Column<'a>>, validity: Option<Validity<'a>>) -> Result<Self> {
        let column = column.into();
        check_validity("validity", validity, column.len())?;
        Ok(Self { column, validity })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.column.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the row is present.
    pub fn is_valid(&self, row: usize) -> bool {
        self.validity.is_none_or(|validity| validity.is_valid(row))
    }

    /// The number of a row; NaN where there is none.
    #[allow(clippy::unnecessary_cast, clippy::cast_lossless, reason = "of any number type")]
    pub(crate) fn number(&self, row: usize) -> f64 {
        if !self.is_valid(row) {
            return f64::NAN;
        }
        with_column!(self.column, slice => slice.get(row).map_or(f64::NAN, |&value| value as f64))
    }

    /// Refuses another number of rows.
    pub(crate) fn check(&self, field: &'static str, rows: usize) -> Result<()> {
        same_length(field, self.len(), rows)?;
        check_validity(field, self.validity, rows)
    }
}

/// Refuses a validity of another length than its column.
pub(super) fn check_validity(
    field: &'static str,
    validity: Option<Validity<'_>>,
    rows: usize,
) -> Result<()> {
    validity.map_or(Ok(()), |validity| same_length(field, validity.len(), rows))
}

pub(crate) fn same_length(field: &'static str, got: usize, expected: usize) -> Result<()> {
    if got == expected {
        return Ok(());
    }
    Err(Error::batch(format!("expected {expected} rows as in the other columns, got {got}"))
        .in_field(field))
}

/// Fixed-point weights: the unit is 2^-20, so that sums are exact.
pub const WEIGHT_ONE: u32 = 1 << 20;

/// A column of weights, one a row.
#[derive(Debug, Clone, Copy)]
pub enum Weights<'a> {
    /// In units of 2^-20, see [`WEIGHT_ONE`].
    Fixed(&'a [u32]),
    /// Rounded to the next 2^-20; must be finite, not negative and below 4096.
    Floats(&'a [f64]),
}

impl Weights<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Fixed(weights) => weights.len(),
            Self::Floats(weights) => weights.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The weights in units of 2^-20; the first that has none is an error with its row.
    pub fn to_fixed(&self) -> Result<std::borrow::Cow<'_, [u32]>> {
        match self {
            Self::Fixed(weights) => Ok((*weights).into()),
            Self::Floats(weights) => weights
                .iter()
                .enumerate()
                .map(|(row, &weight)| fixed_weight(weight).map_err(|error| error.at_row(row)))
                .collect::<Result<Vec<_>>>()
                .map(Into::into),
        }
    }
}

/// One weight in units of 2^-20, rounded half to even.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked on the line before"
)]
pub fn fixed_weight(weight: f64) -> Result<u32> {
    let scaled = (weight * f64::from(WEIGHT_ONE)).round_ties_even();
    if scaled >= 0.0 && scaled <= f64::from(u32::MAX) {
        Ok(scaled as u32)
    } else {
        Err(Error::observation(format!(
            "a weight must be finite, not negative and below 4096, got {weight}"
        ))
        .in_field("weights"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calculator::batch::{KeyColumn, Times};

    #[test]
    fn a_column_and_its_validity_have_as_many_rows_as_the_batch() {
        let short = Some(Validity::Bytes(&[1]));
        let (numbers, times) = ([1.0, 2.0], [1i64, 2]);
        let checks = |validity: Option<Validity<'_>>, rows: usize| {
            let keys = KeyColumn { validity, ..KeyColumn::from(times.as_slice()) };
            [
                Values { validity, ..Values::from(numbers.as_slice()) }.check("values", rows),
                keys.check("keys", rows),
                Times { values: &times, validity }.check("times", rows),
            ]
        };
        assert!(checks(None, 2).iter().all(Result::is_ok));
        let refused = checks(short, 2).into_iter().chain(checks(None, 3));
        let fields: Vec<_> = refused.map(|it| it.unwrap_err().field().map(str::to_owned)).collect();
        let names = ["values", "keys", "times"].map(|name| Some(name.to_owned()));
        assert_eq!(fields, [names.clone(), names].concat());
    }

    #[test]
    fn a_number_that_is_not_there_is_none() {
        let values = Values::new([7u8, 8].as_slice(), Some(Validity::Bytes(&[0, 1]))).unwrap();
        assert!(values.number(0).is_nan() && values.number(2).is_nan());
        assert_eq!(values.number(1).to_bits(), 8.0f64.to_bits());
    }
}

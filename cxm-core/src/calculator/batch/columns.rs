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
        if let Some(validity) = validity {
            same_length("validity", validity.len(), column.len())?;
        }
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

//! Amounts of money as whole numbers of minor units, exact or refused.

use std::borrow::Cow;

use super::columns::{Column, Values, with_column};
use crate::error::{Error, Result};
use crate::model::AmountUnit;

/// Stands for a row without an amount; no amount is that far from 0.
const ABSENT: i64 = i64::MIN;

/// Whole numbers up to here are exact as doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A column of amounts in minor units.
#[derive(Debug)]
pub(crate) struct Money<'a> {
    amounts: Cow<'a, [i64]>,
}

impl<'a> Money<'a> {
    /// Reads a column; the first row that is no amount is an error.
    pub(crate) fn read(
        values: &Values<'a>,
        unit: AmountUnit,
        decimals: u8,
        field: &'static str,
    ) -> Result<Self> {
        let scale = match unit {
            AmountUnit::Minor => 1,
            AmountUnit::Major => 10_i64.pow(decimals.into()),
        };
        if let (Column::I64(amounts), None, 1) = (values.column, values.validity, scale)
            && !amounts.contains(&ABSENT)
        {
            return Ok(Self { amounts: amounts.into() });
        }
        let refuse = |(row, error): (usize, Error)| error.in_field(field).at_row(row);
        with_column!(values.column, column => minor_units(column, values, scale))
            .map(|amounts| Self { amounts: amounts.into() })
            .map_err(refuse)
    }

    /// The amount of a row, if it has one.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        self.amounts.get(row).copied().filter(|&amount| amount != ABSENT)
    }
}

fn minor_units<T: Amount>(
    column: &[T],
    values: &Values<'_>,
    scale: i64,
) -> Result<Vec<i64>, (usize, Error)> {
    let read = |(row, &amount): (usize, &T)| {
        if !values.is_valid(row) {
            return Ok(ABSENT);
        }
        amount
            .minor_units(scale)
            .map(|amount| amount.unwrap_or(ABSENT))
            .map_err(|error| (row, error))
    };
    column.iter().enumerate().map(read).collect()
}

/// A number that may be an amount.
trait Amount: Copy {
    /// In minor units, of which there are `scale` in what the number counts; none for a NaN.
    fn minor_units(self, scale: i64) -> Result<Option<i64>>;
}

fn too_large(amount: impl std::fmt::Display) -> Error {
    Error::observation(format!("expected an amount of less than 2^63 minor units, got {amount}"))
}

macro_rules! whole_amounts {
    ($($type:ty),*) => {$(
        impl Amount for $type {
            #[inline]
            fn minor_units(self, scale: i64) -> Result<Option<i64>> {
                let whole = i64::try_from(self).ok().and_then(|whole| whole.checked_mul(scale));
                whole.filter(|&whole| whole != ABSENT).map(Some).ok_or_else(|| too_large(self))
            }
        }
    )*};
}
whole_amounts!(u8, i8, u16, i16, u32, i32, u64, i64);

impl Amount for f64 {
    #[inline]
    fn minor_units(self, scale: i64) -> Result<Option<i64>> {
        // A sum of a few prices is off by a few units in the last place.
        rounded(self, scale, 1.0 / (EXACT / 16.0))
    }
}

impl Amount for f32 {
    #[inline]
    fn minor_units(self, scale: i64) -> Result<Option<i64>> {
        rounded(self.into(), scale, f64::from(f32::EPSILON))
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the range is checked, and a scale is a power of ten"
)]
fn rounded(amount: f64, scale: i64, noise: f64) -> Result<Option<i64>> {
    if amount.is_nan() {
        return Ok(None);
    }
    let scaled = amount * scale as f64;
    let whole = scaled.round_ties_even();
    if whole.abs() > EXACT {
        return Err(too_large(amount));
    }
    let allowed = if scale == 1 { 0.0 } else { scaled.abs() * noise };
    if (scaled - whole).abs() <= allowed {
        return Ok(Some(whole as i64));
    }
    let unit = 1.0 / scale as f64;
    let hint = if scale == 1 {
        "; where amounts are in major units, declare amounts: major with their decimals"
    } else {
        ""
    };
    Err(Error::observation(format!(
        "expected an amount in whole units of {unit}, got {amount}{hint}"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn read<'a>(values: impl Into<Values<'a>>, unit: AmountUnit) -> Result<Vec<Option<i64>>> {
        let values = values.into();
        let money = Money::read(&values, unit, 2, "amounts")?;
        Ok((0..values.len()).map(|row| money.get(row)).collect())
    }

    #[test]
    fn prices_are_read_to_the_cent() {
        let floats = [29.33, 0.1 + 0.2, -4.35, 1e13 + 0.01, f64::NAN, -0.0];
        let expected =
            [Some(2933), Some(30), Some(-435), Some(1_000_000_000_000_001), None, Some(0)];
        assert_eq!(read(floats.as_slice(), AmountUnit::Major).unwrap(), expected);
        let singles = [29.33f32, 1234.56];
        let expected = [Some(2933), Some(123_456)];
        assert_eq!(read(singles.as_slice(), AmountUnit::Major).unwrap(), expected);
        assert_eq!(read([7u8].as_slice(), AmountUnit::Major).unwrap(), [Some(700)]);
        assert_eq!(read([7.0].as_slice(), AmountUnit::Minor).unwrap(), [Some(7)]);
        assert_eq!(read([7i64, -1].as_slice(), AmountUnit::Minor).unwrap(), [Some(7), Some(-1)]);
    }

    #[test]
    fn what_is_no_amount_is_named_with_its_row() {
        let refused = |values: Values<'_>, unit| {
            let error = read(values, unit).unwrap_err();
            assert_eq!(
                (error.kind(), error.field()),
                (ErrorKind::InvalidObservation, Some("amounts"))
            );
            error.row()
        };
        assert_eq!(refused([1.0, 29.33].as_slice().into(), AmountUnit::Minor), Some(1));
        assert_eq!(refused([29.335].as_slice().into(), AmountUnit::Major), Some(0));
        assert_eq!(refused([f64::INFINITY].as_slice().into(), AmountUnit::Major), Some(0));
        assert_eq!(refused([0.0, 1e300].as_slice().into(), AmountUnit::Minor), Some(1));
        assert_eq!(refused([i64::MIN].as_slice().into(), AmountUnit::Minor), Some(0));
        assert_eq!(refused([i64::MAX].as_slice().into(), AmountUnit::Major), Some(0));
        assert_eq!(refused([u64::MAX].as_slice().into(), AmountUnit::Minor), Some(0));
    }
}

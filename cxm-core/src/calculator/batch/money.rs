//! Amounts of money as whole numbers of minor units, exact or refused.

use std::borrow::Cow;

use super::columns::{Column, Values, with_column};
use crate::error::{Error, Result};
use crate::model::AmountUnit;

/// Whole numbers up to here are exact as doubles.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A column of amounts in minor units.
#[derive(Debug)]
pub(crate) struct Money<'a> {
    amounts: Cow<'a, [i64]>,
}

impl<'a> Money<'a> {
    /// Stands for a row without an amount; no amount is that far from 0.
    pub(crate) const ABSENT: i64 = i64::MIN;

    /// Reads a column in the unit that was declared; the first row that is no amount is an error.
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
        let hint = if scale == 1 {
            "; where amounts are in major units, declare amounts: major with their decimals"
        } else {
            ""
        };
        Self::scaled(values, scale, hint, field)
    }

    /// Reads a column in minor units, where no other unit can be declared.
    pub(crate) fn in_minor_units(values: &Values<'a>, field: &'static str) -> Result<Self> {
        Self::scaled(values, 1, "", field)
    }

    fn scaled(values: &Values<'a>, scale: i64, hint: &str, field: &'static str) -> Result<Self> {
        if let (Column::I64(amounts), None, 1) = (values.column, values.validity, scale)
            && !amounts.contains(&Self::ABSENT)
        {
            return Ok(Self { amounts: amounts.into() });
        }
        with_column!(values.column, column => minor_units(column, values, scale, hint))
            .map(|amounts| Self { amounts: amounts.into() })
            .map_err(|error| error.in_field(field))
    }

    /// The amount of one row of a column in minor units, if it has one; the others are not read.
    pub(crate) fn of_row(
        values: &Values<'_>,
        row: usize,
        field: &'static str,
    ) -> Result<Option<i64>> {
        if !values.is_valid(row) {
            return Ok(None);
        }
        with_column!(values.column, column => match column.get(row) {
            None => Ok(None),
            Some(&amount) => amount
                .minor_units(1)
                .map_err(|why| refusal(amount, 1, why, "").in_field(field).at_row(row)),
        })
    }

    /// The amount of a row, if it has one.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<i64> {
        self.amounts.get(row).copied().filter(|&amount| amount != Self::ABSENT)
    }

    /// The amounts of all rows, [`ABSENT`](Self::ABSENT) where there is none.
    pub(crate) fn into_cells(self) -> Vec<i64> {
        self.amounts.into_owned()
    }
}

fn minor_units<T: Amount>(
    column: &[T],
    values: &Values<'_>,
    scale: i64,
    hint: &str,
) -> Result<Vec<i64>> {
    let read = |(row, &amount): (usize, &T)| {
        if !values.is_valid(row) {
            return Ok(Money::ABSENT);
        }
        let units = amount.minor_units(scale).map_err(|why| refusal(amount, scale, why, hint));
        units.map(|units| units.unwrap_or(Money::ABSENT)).map_err(|error| error.at_row(row))
    };
    column.iter().enumerate().map(read).collect()
}

/// Why a number is no amount.
enum NoAmount {
    TooLarge,
    Fraction,
}

#[cold]
#[allow(clippy::cast_precision_loss, reason = "a scale is a power of ten")]
fn refusal(amount: impl std::fmt::Debug, scale: i64, why: NoAmount, hint: &str) -> Error {
    Error::observation(match why {
        NoAmount::TooLarge => {
            format!("expected an amount of less than 2^63 minor units, got {amount:?}")
        }
        NoAmount::Fraction if scale == 1 => {
            format!("expected a whole number of minor units, got {amount:?}{hint}")
        }
        NoAmount::Fraction => {
            let unit = 1.0 / scale as f64;
            format!("expected an amount in whole units of {unit}, got {amount:?}{hint}")
        }
    })
}

/// A number that may be an amount.
trait Amount: Copy + std::fmt::Debug {
    /// In minor units, of which there are `scale` in what the number counts; none for a NaN.
    fn minor_units(self, scale: i64) -> Result<Option<i64>, NoAmount>;
}

macro_rules! whole_amounts {
    ($($type:ty),*) => {$(
        impl Amount for $type {
            #[inline]
            fn minor_units(self, scale: i64) -> Result<Option<i64>, NoAmount> {
                let whole = i64::try_from(self).ok().and_then(|whole| whole.checked_mul(scale));
                whole.filter(|&whole| whole != Money::ABSENT).map(Some).ok_or(NoAmount::TooLarge)
            }
        }
    )*};
}
whole_amounts!(u8, i8, u16, i16, u32, i32, u64, i64);

impl Amount for f64 {
    #[inline]
    fn minor_units(self, scale: i64) -> Result<Option<i64>, NoAmount> {
        // A sum of a few prices is off by a few units in the last place.
        rounded(self, scale, 1.0 / (EXACT / 16.0))
    }
}

impl Amount for f32 {
    #[inline]
    fn minor_units(self, scale: i64) -> Result<Option<i64>, NoAmount> {
        rounded(self.into(), scale, f64::from(f32::EPSILON))
    }
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the range is checked, and a scale is a power of ten"
)]
fn rounded(amount: f64, scale: i64, noise: f64) -> Result<Option<i64>, NoAmount> {
    if amount.is_nan() {
        return Ok(None);
    }
    let scaled = amount * scale as f64;
    let whole = scaled.round_ties_even();
    if whole.abs() > EXACT {
        return Err(NoAmount::TooLarge);
    }
    let allowed = if scale == 1 { 0.0 } else { scaled.abs() * noise };
    if (scaled - whole).abs() <= allowed { Ok(Some(whole as i64)) } else { Err(NoAmount::Fraction) }
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
    fn one_row_is_read_as_the_whole_column_is() {
        let floats = [29.0, f64::NAN, -4.0];
        let values = Values::from(floats.as_slice());
        let column = Money::in_minor_units(&values, "values").unwrap();
        for row in 0..4 {
            assert_eq!(Money::of_row(&values, row, "values").unwrap(), column.get(row));
        }
        assert_eq!(column.into_cells(), [29, Money::ABSENT, -4]);
        let values = Values::from([0.0, 29.33].as_slice());
        let refused = [
            Money::in_minor_units(&values, "values").err(),
            Money::of_row(&values, 1, "values").err(),
        ];
        for error in refused.map(Option::unwrap) {
            assert_eq!((error.field(), error.row()), (Some("values"), Some(1)));
            assert_eq!(error.message(), "expected a whole number of minor units, got 29.33");
        }
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

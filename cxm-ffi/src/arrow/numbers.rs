//! Arrow arrays as columns of numbers.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, PrimitiveArray};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use cxm_core::calculator::batch::{Bitmap, Column, Validity, Values};

use crate::error::Outcome;

/// Calls a macro with each machine type: Arrow's data type, Arrow's type, the core's column.
macro_rules! for_each_number {
    ($callback:ident) => {
        $callback! {
            UInt8 => UInt8Type U8, Int8 => Int8Type I8,
            UInt16 => UInt16Type U16, Int16 => Int16Type I16,
            UInt32 => UInt32Type U32, Int32 => Int32Type I32,
            UInt64 => UInt64Type U64, Int64 => Int64Type I64,
            Float32 => Float32Type F32, Float64 => Float64Type F64
        }
    };
}

fn refused(found: &DataType) -> cxm_core::Error {
    cxm_core::Error::batch(format!("expected a column of integers or floats, got {found}"))
        .in_field("ratings")
}

/// Which rows are present, lent as Arrow has it.
pub(super) fn validity(nulls: Option<&NullBuffer>) -> Outcome<Option<Validity<'_>>> {
    let Some(nulls) = nulls else { return Ok(None) };
    let bits = nulls.inner();
    Ok(Some(Validity::Bits(Bitmap::new(bits.values(), bits.offset(), bits.len())?)))
}

/// The position in its dictionary of each row; `None` for a missing row.
pub(super) fn positions(keys: &dyn Array, entries: usize) -> Outcome<Vec<Option<usize>>> {
    macro_rules! typed {
        ($($variant:ident => $type:ty),*) => {
            match keys.data_type() {
                $(DataType::$variant => {
                    let keys = keys.as_primitive::<$type>().iter().enumerate();
                    keys.map(|(row, key)| key.map(|key| inside(key, entries, row)).transpose())
                        .collect()
                })*
                other => Err(refused(other).into()),
            }
        };
    }
    typed!(UInt8 => UInt8Type, Int8 => Int8Type, UInt16 => UInt16Type, Int16 => Int16Type,
        UInt32 => UInt32Type, Int32 => Int32Type, UInt64 => UInt64Type, Int64 => Int64Type)
}

fn inside(key: impl TryInto<usize>, entries: usize, row: usize) -> Outcome<usize> {
    let position = key.try_into().ok().filter(|&position| position < entries);
    Ok(position.ok_or_else(|| {
        cxm_core::Error::observation(format!("a code is outside its dictionary of {entries}"))
            .at_row(row)
    })?)
}

/// A column of numbers: lent where Arrow holds them as the core reads them, copied out of a
/// dictionary.
#[derive(Debug)]
pub(super) struct Numbers<'a>(Cow<'a, ArrayRef>);

impl<'a> Numbers<'a> {
    /// The numbers of an array.
    pub(super) fn of(array: &'a ArrayRef) -> Outcome<Self> {
        match array.as_any_dictionary_opt() {
            None => Ok(Self(Cow::Borrowed(array))),
            Some(dictionary) => {
                let positions = positions(dictionary.keys(), dictionary.values().len())?;
                Ok(Self(Cow::Owned(gather(dictionary.values(), &positions)?)))
            }
        }
    }

    /// The column as the core reads it.
    pub(super) fn values(&self) -> Outcome<Values<'_>> {
        let array = self.0.as_ref();
        macro_rules! typed {
            ($($variant:ident => $type:ident $column:ident),*) => {
                match array.data_type() {
                    $(DataType::$variant => {
                        Column::$column(array.as_primitive::<$type>().values())
                    })*
                    other => return Err(refused(other).into()),
                }
            };
        }
        let column = for_each_number!(typed);
        Ok(Values::new(column, validity(array.nulls())?)?)
    }
}

/// The value of a dictionary for each row.
fn gather(values: &ArrayRef, positions: &[Option<usize>]) -> Outcome<ArrayRef> {
    macro_rules! typed {
        ($($variant:ident => $type:ident $column:ident),*) => {
            match values.data_type() {
                $(DataType::$variant => {
                    let values = values.as_primitive::<$type>();
                    let value = |&position: &usize| {
                        values.is_valid(position).then(|| values.value(position))
                    };
                    let rows = positions.iter().map(|row| row.as_ref().and_then(value));
                    Ok(Arc::new(rows.collect::<PrimitiveArray<$type>>()))
                })*
                other => Err(refused(other).into()),
            }
        };
    }
    for_each_number!(typed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{BooleanArray, DictionaryArray, Float64Array, Int8Array, UInt8Array};

    #[test]
    fn numbers_are_lent() {
        let array: ArrayRef = Arc::new(UInt8Array::from(vec![Some(9), None, Some(10)]));
        let sliced = array.slice(1, 2);
        let numbers = Numbers::of(&sliced).unwrap();
        let values = numbers.values().unwrap();
        let Column::U8(lent) = values.column else { unreachable!("a column of u8") };
        assert!(std::ptr::eq(lent, sliced.as_primitive::<UInt8Type>().values().as_ref()));
        assert_eq!([values.is_valid(0), values.is_valid(1)], [false, true]);
    }

    #[test]
    fn dictionaries_are_copied_out() {
        let values: ArrayRef = Arc::new(Float64Array::from(vec![Some(7.0), None, Some(9.0)]));
        let keys = Int8Array::from(vec![Some(2), Some(1), None, Some(0)]);
        let array: ArrayRef = Arc::new(DictionaryArray::new(keys, values));
        let numbers = Numbers::of(&array).unwrap();
        let values = numbers.values().unwrap();
        let valid: Vec<_> = (0..4).map(|row| values.is_valid(row)).collect();
        assert_eq!(valid, [true, false, false, true]);
        let Column::F64(numbers) = values.column else { unreachable!("a column of f64") };
        assert_eq!([numbers[0].to_bits(), numbers[3].to_bits()], [9f64.to_bits(), 7f64.to_bits()]);
    }

    #[test]
    fn booleans_are_not_ratings() {
        let array: ArrayRef = Arc::new(BooleanArray::from(vec![true]));
        let refused = Numbers::of(&array).unwrap().values().unwrap_err();
        assert_eq!(refused.status(), crate::status::CXM_STATUS_WRONG_BATCH);
    }

    #[test]
    fn codes_outside_their_dictionary_are_refused() {
        for keys in [Int8Array::from(vec![0, 3]), Int8Array::from(vec![0, -1])] {
            let refused = positions(&keys, 3).unwrap_err();
            assert_eq!(refused.status(), crate::status::CXM_STATUS_INVALID_OBSERVATION);
        }
    }
}

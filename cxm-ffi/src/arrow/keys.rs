//! Arrow arrays as key columns.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::NullBuffer;
use arrow_schema::DataType;
use cxm_core::calculator::batch::{KeyColumn, KeyPart, KeyValues};

use super::numbers::{positions, validity};
use crate::error::Outcome;

/// The key columns of a struct array, or the one column itself.
pub(super) fn columns(array: &ArrayRef) -> Outcome<Vec<ArrayRef>> {
    let Some(records) = array.as_struct_opt() else { return Ok(vec![array.clone()]) };
    if records.null_count() > 0 {
        let message = "a record of keys may not be null as a whole";
        return Err(cxm_core::Error::batch(message).in_field("keys").into());
    }
    Ok(records.columns().to_vec())
}

/// A key column in the core's types: lent where Arrow has them so, otherwise made here.
#[derive(Debug)]
pub(super) struct Keys<'a> {
    values: Made<'a>,
    nulls: Option<&'a NullBuffer>,
}

#[derive(Debug)]
enum Made<'a> {
    Lent(&'a [i64]),
    Integers(Vec<i64>),
    Texts(Vec<&'a str>),
    Codes { codes: Vec<u32>, dictionary: Vec<KeyPart> },
}

fn refused(found: &DataType) -> cxm_core::Error {
    cxm_core::Error::batch(format!("expected keys of integers, texts or booleans, got {found}"))
        .in_field("keys")
}

impl<'a> Keys<'a> {
    /// The keys of an array.
    pub(super) fn of(array: &'a ArrayRef) -> Outcome<Self> {
        macro_rules! widened {
            ($type:ty) => {
                Made::Integers(
                    array.as_primitive::<$type>().values().iter().map(|&key| key.into()).collect(),
                )
            };
        }
        let values = match array.data_type() {
            DataType::Int64 => Made::Lent(array.as_primitive::<Int64Type>().values()),
            DataType::Int8 => widened!(Int8Type),
            DataType::Int16 => widened!(Int16Type),
            DataType::Int32 => widened!(Int32Type),
            DataType::UInt8 => widened!(UInt8Type),
            DataType::UInt16 => widened!(UInt16Type),
            DataType::UInt32 => widened!(UInt32Type),
            DataType::UInt64 => Made::Integers(narrowed(array)?),
            DataType::Utf8 => Made::Texts(texts(array.as_string::<i32>().iter())),
            DataType::LargeUtf8 => Made::Texts(texts(array.as_string::<i64>().iter())),
            DataType::Utf8View => Made::Texts(texts(array.as_string_view().iter())),
            DataType::Boolean => {
                let flags = array.as_boolean().values().iter();
                let codes = flags.map(u32::from).collect();
                let dictionary = vec![KeyPart::Boolean(false), KeyPart::Boolean(true)];
                Made::Codes { codes, dictionary }
            }
            DataType::Dictionary(..) => return Self::of_dictionary(array),
            other => return Err(refused(other).into()),
        };
        Ok(Self { values, nulls: array.nulls() })
    }

    /// A dictionary stays one: each of its keys is looked up once a batch.
    fn of_dictionary(array: &'a ArrayRef) -> Outcome<Self> {
        let dictionary = array.as_any_dictionary();
        let entries = Self::of(dictionary.values())?;
        let column = entries.column()?;
        let parts: Result<Vec<_>, _> = (0..column.len()).map(|row| column.part(row)).collect();
        let positions = positions(dictionary.keys(), column.len())?;
        let codes = positions.into_iter().map(|position| {
            // A missing row is not looked up; its code does not matter.
            u32::try_from(position.unwrap_or_default())
                .map_err(|_| cxm_core::Error::limit("a dictionary may have at most 2^32 keys"))
        });
        let codes: Result<Vec<_>, _> = codes.collect();
        let values = Made::Codes { codes: codes?, dictionary: parts? };
        Ok(Self { values, nulls: dictionary.keys().nulls() })
    }

    /// The column as the core reads it.
    pub(super) fn column(&self) -> Outcome<KeyColumn<'_>> {
        let values = match &self.values {
            Made::Lent(integers) => KeyValues::Integers(integers),
            Made::Integers(integers) => KeyValues::Integers(integers),
            Made::Texts(texts) => KeyValues::Texts(texts),
            Made::Codes { codes, dictionary } => KeyValues::Codes { codes, dictionary },
        };
        Ok(KeyColumn { values, validity: validity(self.nulls)? })
    }
}

fn texts<'a>(rows: impl Iterator<Item = Option<&'a str>>) -> Vec<&'a str> {
    rows.map(Option::unwrap_or_default).collect()
}

fn narrowed(array: &ArrayRef) -> Outcome<Vec<i64>> {
    let keys = array.as_primitive::<UInt64Type>();
    let narrow = |(row, key): (usize, Option<u64>)| {
        i64::try_from(key.unwrap_or_default()).map_err(|_| {
            cxm_core::Error::observation("a key of 2^63 and more").in_field("keys").at_row(row)
        })
    };
    let narrowed: Result<Vec<_>, _> = keys.iter().enumerate().map(narrow).collect();
    Ok(narrowed?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{
        BooleanArray, DictionaryArray, Int16Array, Int64Array, StringArray, StringViewArray,
        StructArray, UInt64Array,
    };
    use arrow_schema::Field;
    use std::sync::Arc;

    fn words(array: &ArrayRef) -> Vec<String> {
        let keys = Keys::of(array).unwrap();
        let column = keys.column().unwrap();
        (0..column.len()).map(|row| column.part(row).unwrap().to_string()).collect()
    }

    #[test]
    fn every_type_of_key_is_read() {
        let values: ArrayRef = Arc::new(StringArray::from(vec![Some("blue"), None]));
        let dictionary =
            DictionaryArray::new(Int16Array::from(vec![Some(1), Some(0), None]), values);
        let arrays: [(ArrayRef, [&str; 3]); 6] = [
            (Arc::new(Int64Array::from(vec![Some(-5), None, Some(7)])), ["-5", "(missing)", "7"]),
            (Arc::new(Int16Array::from(vec![Some(-5), None, Some(7)])), ["-5", "(missing)", "7"]),
            (Arc::new(UInt64Array::from(vec![1, 2, 3])), ["1", "2", "3"]),
            (
                Arc::new(StringViewArray::from(vec![Some("a"), None, Some("")])),
                ["a", "(missing)", ""],
            ),
            (
                Arc::new(BooleanArray::from(vec![Some(true), None, Some(false)])),
                ["true", "(missing)", "false"],
            ),
            (Arc::new(dictionary), ["(missing)", "blue", "(missing)"]),
        ];
        for (array, expected) in arrays {
            assert_eq!(words(&array), expected, "{}", array.data_type());
        }
    }

    #[test]
    fn a_struct_is_its_columns() {
        let names: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let waves: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let field =
            |name, column: &ArrayRef| Arc::new(Field::new(name, column.data_type().clone(), true));
        let records = StructArray::from(vec![
            (field("segment", &names), names),
            (field("wave", &waves), waves),
        ]);
        let columns = columns(&(Arc::new(records) as ArrayRef)).unwrap();
        assert_eq!(columns.iter().map(words).collect::<Vec<_>>(), [["a", "b"], ["1", "2"]]);
    }

    #[test]
    fn keys_past_the_integers_are_refused() {
        let array: ArrayRef = Arc::new(UInt64Array::from(vec![1, u64::MAX]));
        let refused = Keys::of(&array).unwrap_err();
        assert_eq!(refused.status(), crate::status::CXM_STATUS_INVALID_OBSERVATION);
    }
}

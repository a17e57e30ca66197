//! Key columns as the core reads them: whole numbers, texts, or positions in a dictionary.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, DictionaryArray};
use arrow_buffer::{ArrowNativeType, NullBuffer, ScalarBuffer};
use arrow_schema::DataType;
use cxm_core::calculator::batch::{KeyColumn, KeyPart, KeyValues};
use cxm_core::{Error, Result};
use pyo3::prelude::*;

use crate::arrays::{as_integers, validity, with_dictionary};
use crate::columns;
use crate::errors::Outcome;

/// The values of a key column, borrowed from its array as far as its layout allows.
pub(crate) enum Storage<'a> {
    Integers(&'a [i64]),
    Texts(Vec<&'a str>),
    Codes { codes: ScalarBuffer<u32>, dictionary: Vec<KeyPart> },
}

/// A key column and the rows that have no key.
pub(crate) struct Keys<'a> {
    storage: Storage<'a>,
    nulls: Option<&'a NullBuffer>,
}

impl<'a> Keys<'a> {
    /// Reads an array that [`crate::arrays::key_array`] has accepted.
    pub(crate) fn read(array: &'a ArrayRef) -> Result<Self> {
        let refused =
            || Error::batch(format!("a key may not be a {} in a dictionary", array.data_type()));
        let storage = match array.data_type() {
            DataType::Int64 => Storage::Integers(array.as_primitive::<Int64Type>().values()),
            DataType::Boolean => {
                let codes = array.as_boolean().values().iter().map(u32::from).collect();
                let dictionary = vec![KeyPart::Boolean(false), KeyPart::Boolean(true)];
                Storage::Codes { codes, dictionary }
            }
            DataType::Dictionary(keys, _) => {
                with_dictionary!(array, **keys, coded => codes(coded)?, return Err(refused()))
            }
            _ => Storage::Texts(
                texts(array).ok_or_else(refused)?.map(Option::unwrap_or_default).collect(),
            ),
        };
        Ok(Self { storage, nulls: array.nulls() })
    }

    /// The column to hand to the core.
    pub(crate) fn column(&self) -> Result<KeyColumn<'_>> {
        let values = match &self.storage {
            Storage::Integers(values) => KeyValues::Integers(values),
            Storage::Texts(values) => KeyValues::Texts(values),
            Storage::Codes { codes, dictionary } => KeyValues::Codes { codes, dictionary },
        };
        Ok(KeyColumn { values, validity: validity(self.nulls)? })
    }
}

/// A column of keys in one piece.
pub(crate) enum KeyArray {
    Whole(ArrayRef),
    Parts { codes: Vec<u32>, parts: Vec<KeyPart> },
}

impl KeyArray {
    pub(crate) fn read(object: &Bound<'_, PyAny>, name: &str) -> Outcome<Self> {
        let chunks = columns::keys(object, name)?;
        if let [only] = chunks.as_slice() {
            return Ok(Self::Whole(Arc::clone(only)));
        }
        let mut parts = Vec::new();
        for chunk in &chunks {
            let keys = Keys::read(chunk)?;
            let column = keys.column()?;
            for row in 0..chunk.len() {
                parts.push(column.part(row)?);
            }
        }
        Ok(Self::Parts { codes: (0..).take(parts.len()).collect(), parts })
    }

    pub(crate) fn keys(&self) -> Result<Option<Keys<'_>>> {
        match self {
            Self::Whole(array) => Keys::read(array).map(Some),
            Self::Parts { .. } => Ok(None),
        }
    }

    pub(crate) fn column<'a>(&'a self, keys: Option<&'a Keys<'a>>) -> Result<KeyColumn<'a>> {
        match (self, keys) {
            (Self::Parts { codes, parts }, _) => Ok(KeyColumn::coded(codes, parts)),
            (Self::Whole(_), Some(keys)) => keys.column(),
            (Self::Whole(_), None) => Err(Error::batch("the keys were not read")),
        }
    }
}

type Texts<'a> = Box<dyn Iterator<Item = Option<&'a str>> + 'a>;

fn texts(array: &ArrayRef) -> Option<Texts<'_>> {
    Some(match array.data_type() {
        DataType::Utf8 => Box::new(array.as_string::<i32>().iter()),
        DataType::LargeUtf8 => Box::new(array.as_string::<i64>().iter()),
        DataType::Utf8View => Box::new(array.as_string_view().iter()),
        _ => return None,
    })
}

/// The code of a row without a key is not looked at, and may be anything.
fn codes<'a, K: ArrowDictionaryKeyType>(coded: &'a DictionaryArray<K>) -> Result<Storage<'a>> {
    let values = coded.keys().values();
    let codes = if size_of::<K::Native>() == size_of::<u32>() {
        // Of 32 bits they stay where they are; a negative one is beyond every dictionary.
        ScalarBuffer::new(values.inner().clone(), 0, values.len())
    } else {
        let position = |code: &K::Native| u32::try_from(code.as_usize()).unwrap_or(u32::MAX);
        values.iter().map(position).collect()
    };
    Ok(Storage::Codes { codes, dictionary: parts(coded.values())? })
}

fn parts(dictionary: &ArrayRef) -> Result<Vec<KeyPart>> {
    if let Some(texts) = texts(dictionary) {
        return Ok(texts.map(|text| text.map_or(KeyPart::Missing, KeyPart::from)).collect());
    }
    if let Some(flags) = dictionary.as_boolean_opt() {
        return Ok(flags
            .iter()
            .map(|flag| flag.map_or(KeyPart::Missing, KeyPart::Boolean))
            .collect());
    }
    let whole = as_integers(dictionary).map_err(|_| {
        Error::batch(format!("a key may not be a {} in a dictionary", dictionary.data_type()))
    })?;
    Ok(whole.into_iter().map(|whole| whole.map_or(KeyPart::Missing, KeyPart::Integer)).collect())
}

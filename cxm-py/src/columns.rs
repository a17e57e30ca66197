//! The columns of a batch, each from whatever Python calls a column.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{Array, ArrayRef, Float64Array, Int64Array, UInt8Array};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::errors::{Failure, Outcome};
use crate::source::{Source, field, source};
use crate::{arrays, arrow, buffers, sequences};

/// The chunks of one column; never none at all.
pub(crate) type Chunks = Vec<ArrayRef>;

/// Reads a column and makes every chunk an array of a type that the core reads.
fn column(
    object: &Bound<'_, PyAny>,
    name: &str,
    from_items: impl Fn(&Bound<'_, PyList>) -> Outcome<ArrayRef>,
    convert: impl Fn(&ArrayRef) -> Outcome<ArrayRef>,
) -> Outcome<Chunks> {
    let read = || match source(object)? {
        Source::Arrow(chunks) => each(chunks, &convert),
        Source::Items(items) => each(vec![from_items(&items)?], &convert),
    };
    read().map_err(|failure| failure.in_field(name))
}

/// Converts every chunk; a row to blame counts from the start of the column.
fn each(mut chunks: Chunks, convert: impl Fn(&ArrayRef) -> Outcome<ArrayRef>) -> Outcome<Chunks> {
    if chunks.is_empty() {
        // A frame without batches has empty columns, of a type that nobody knows.
        chunks.push(Arc::new(UInt8Array::from(Vec::<u8>::new())));
    }
    let mut first_row = 0;
    let mut converted = Vec::with_capacity(chunks.len());
    for chunk in &chunks {
        converted.push(convert(chunk).map_err(|failure| failure.after(first_row))?);
        first_row += chunk.len();
    }
    Ok(converted)
}

/// A column of ratings.
pub(crate) fn numbers(object: &Bound<'_, PyAny>, name: &str) -> Outcome<Chunks> {
    column(object, name, sequences::numbers, arrays::number_array)
}

/// A column of weights: floats, none missing.
pub(crate) fn weights(object: &Bound<'_, PyAny>) -> Outcome<Chunks> {
    column(object, "weights", sequences::numbers, arrays::weight_array)
}

/// A column of numbers as 64-bit floats, in one piece; gaps stay gaps.
pub(crate) fn floats(object: &Bound<'_, PyAny>, name: &str) -> Outcome<ArrayRef> {
    let chunks = column(object, name, sequences::numbers, arrays::float_array)?;
    if let [only] = chunks.as_slice() {
        return Ok(Arc::clone(only));
    }
    let pieces = chunks.iter().map(|chunk| chunk.as_primitive::<Float64Type>());
    Ok(Arc::new(pieces.flatten().collect::<Float64Array>()))
}

/// A column of counts: whole numbers from 0, none missing.
pub(crate) fn counts(object: &Bound<'_, PyAny>) -> Outcome<Chunks> {
    column(object, "counts", sequences::numbers, arrays::count_array)
}

/// A column of times, in microseconds since 1970.
pub(crate) fn times(object: &Bound<'_, PyAny>, name: &str) -> Outcome<Chunks> {
    column(object, name, sequences::times, arrays::time_array)
}

/// A column of times in one piece.
pub(crate) fn whole_times(object: &Bound<'_, PyAny>, name: &str) -> Outcome<ArrayRef> {
    let chunks = times(object, name)?;
    if let [only] = chunks.as_slice() {
        return Ok(Arc::clone(only));
    }
    let pieces = chunks.iter().map(|chunk| chunk.as_primitive::<Int64Type>());
    Ok(Arc::new(pieces.flatten().collect::<Int64Array>()))
}

/// The whole numbers of a column of times.
pub(crate) fn whole(array: &ArrayRef) -> &[i64] {
    array.as_primitive::<Int64Type>().values()
}

/// A column of keys, of one of the types that [`crate::keys`] reads.
pub(crate) fn keys(object: &Bound<'_, PyAny>, name: &str) -> Outcome<Chunks> {
    column(object, name, sequences::keys, arrays::key_array)
}

/// Several columns in one object: a two-dimensional array, or records.
pub(crate) fn table(object: &Bound<'_, PyAny>) -> Outcome<Option<Vec<Chunks>>> {
    if object.is_instance_of::<PyBytes>() {
        return Ok(None);
    }
    if let Some(columns) = buffers::import(object)? {
        let columns = columns.into_iter().map(|array| each(vec![array], arrays::number_array));
        return columns.collect::<Outcome<_>>().map(Some);
    }
    let Some(chunks) = arrow::import(object)? else { return Ok(None) };
    let Some(names) = chunks.first().and_then(|chunk| Some(chunk.as_struct_opt()?.column_names()))
    else {
        return each(chunks, arrays::number_array).map(|column| Some(vec![column]));
    };
    let columns = names.into_iter().map(|name| {
        let records = chunks.iter().filter_map(|chunk| chunk.as_struct_opt());
        let column: Chunks = records.map(|records| field(records, name)).collect::<Outcome<_>>()?;
        each(column, arrays::number_array).map_err(|failure: Failure| failure.in_field(name))
    });
    columns.collect::<Outcome<_>>().map(Some)
}

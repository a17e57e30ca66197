//! What Python calls a column, told apart: shared memory, Arrow, or items to be looked at.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{Array, ArrayRef, Int64Array, StructArray};
use cxm_core::Error;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

use crate::columns::Chunks;
use crate::errors::{Failure, Outcome};
use crate::{arrow, buffers};

/// One column of a frame, taken out of an Arrow stream.
#[pyclass(frozen, module = "cxm._cxm")]
pub(crate) struct Column {
    chunks: Chunks,
}

/// The named columns of any object that exports an Arrow stream of records.
#[pyfunction]
pub(crate) fn frame_columns(frame: &Bound<'_, PyAny>, names: Vec<String>) -> PyResult<Vec<Column>> {
    Ok(named_columns(frame, &names)?)
}

fn named_columns(frame: &Bound<'_, PyAny>, names: &[String]) -> Outcome<Vec<Column>> {
    let chunks = arrow::import(frame)?.ok_or_else(|| {
        Error::batch("expected a data frame: an object with named columns or an Arrow stream")
    })?;
    let mut columns: Vec<Column> = names.iter().map(|_| Column { chunks: Vec::new() }).collect();
    for chunk in &chunks {
        let records = chunk
            .as_struct_opt()
            .ok_or_else(|| Error::batch("expected records with named columns, got one column"))?;
        for (name, column) in names.iter().zip(&mut columns) {
            column.chunks.push(field(records, name)?);
        }
    }
    Ok(columns)
}

/// A column of records by its name.
pub(crate) fn field(records: &StructArray, name: &str) -> Outcome<ArrayRef> {
    let column = records.column_by_name(name).ok_or_else(|| {
        let names = records.column_names().join(", ");
        Error::not_found(format!("no column \"{name}\"; there are {names}"))
            .in_field(name.to_owned())
    })?;
    if records.null_count() > 0 {
        return Err(Error::batch("a record may not be null as a whole").into());
    }
    Ok(Arc::clone(column))
}

/// What an input turned out to be.
pub(crate) enum Source<'py> {
    /// Memory in an Arrow layout.
    Arrow(Chunks),
    /// Items to be looked at one by one.
    Items(Bound<'py, PyList>),
}

/// Tells an object apart.
pub(crate) fn source<'py>(object: &Bound<'py, PyAny>) -> Outcome<Source<'py>> {
    if let Ok(column) = object.cast::<Column>() {
        return Ok(Source::Arrow(column.get().chunks.clone()));
    }
    if let Ok(list) = object.cast::<PyList>() {
        return Ok(Source::Items(list.clone()));
    }
    if let Ok(tuple) = object.cast::<PyTuple>() {
        return Ok(Source::Items(tuple.to_list()));
    }
    if object.is_instance_of::<PyString>() {
        return Err(
            Error::batch(format!("expected a column, got the text {}", object.repr()?)).into()
        );
    }
    if object.get_type().module()?.to_str()?.split('.').next() == Some("pandas")
        && let Some(source) = from_pandas(object)?
    {
        return Ok(source);
    }
    if is_numpy_time(object)? {
        let whole =
            object.call_method1("astype", ("datetime64[us]",))?.call_method1("view", ("int64",))?;
        return Ok(Source::Arrow(vec![mask_not_a_time(&one_column(&whole)?)]));
    }
    if let Some(columns) = buffers::import(object)? {
        return single(columns).map(|column| Source::Arrow(vec![column]));
    }
    if let Some(chunks) = arrow::import(object)? {
        return unwrap_records(chunks).map(Source::Arrow);
    }
    items(object).map(Source::Items)
}

/// pandas columns of numpy numbers share their memory; the others are Arrow, or are looked at.
fn from_pandas<'py>(object: &Bound<'py, PyAny>) -> Outcome<Option<Source<'py>>> {
    let py = object.py();
    let Some(dtype) = object.getattr_opt(intern!(py, "dtype"))? else { return Ok(None) };
    // Only numpy's own types have a byte order; pandas' extension types do not. (Some of them say
    // whether they are built in, categories and times with a zone among them.)
    if dtype.hasattr(intern!(py, "byteorder"))? {
        let values = object.call_method0(intern!(py, "to_numpy"))?;
        return source(&values).map(Some);
    }
    match arrow::import(object) {
        Ok(Some(chunks)) => Ok(Some(Source::Arrow(chunks))),
        // pandas wants pyarrow for an Arrow export, and does without it otherwise.
        Ok(None) | Err(Failure::Python(_)) => items(object).map(|list| Some(Source::Items(list))),
        Err(other) => Err(other),
    }
}

fn is_numpy_time(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    let Some(dtype) = object.getattr_opt(intern!(object.py(), "dtype"))? else { return Ok(false) };
    let kind = dtype.getattr_opt(intern!(object.py(), "kind"))?;
    Ok(kind.is_some_and(|kind| kind.eq("M").unwrap_or(false)) && object.hasattr("astype")?)
}

/// numpy writes "not a time" as the smallest integer.
fn mask_not_a_time(array: &ArrayRef) -> ArrayRef {
    match array.as_primitive_opt::<Int64Type>() {
        Some(times) => {
            let present = |time: i64| (time != i64::MIN).then_some(time);
            Arc::new(times.iter().map(|time| time.and_then(present)).collect::<Int64Array>())
        }
        None => Arc::clone(array),
    }
}

fn one_column(object: &Bound<'_, PyAny>) -> Outcome<ArrayRef> {
    single(buffers::import(object)?.unwrap_or_default())
}

fn single(mut columns: Vec<ArrayRef>) -> Outcome<ArrayRef> {
    match (columns.pop(), columns.len()) {
        (Some(column), 0) => Ok(column),
        (_, more) => {
            Err(Error::batch(format!("expected one column, got a table of {}", more + 1)).into())
        }
    }
}

/// Records of a single column are that column.
fn unwrap_records(chunks: Chunks) -> Outcome<Chunks> {
    let unwrap = |chunk: ArrayRef| match chunk.as_struct_opt() {
        None => Ok(chunk),
        Some(records) => match *records.column_names() {
            [name] => field(records, name),
            ref names => Err(Error::batch(format!(
                "got a frame of the columns {}; name the one with the ratings: rating=\"…\"",
                names.join(", ")
            ))
            .into()),
        },
    };
    chunks.into_iter().map(unwrap).collect()
}

/// The items of anything else: what `tolist` gives, a single value, an iterable.
fn items<'py>(object: &Bound<'py, PyAny>) -> Outcome<Bound<'py, PyList>> {
    let py = object.py();
    if let Some(method) = object.getattr_opt(intern!(py, "tolist"))? {
        let listed = method.call0()?;
        return match listed.cast_into::<PyList>() {
            Ok(list) => Ok(list),
            Err(scalar) => Ok(PyList::new(py, [scalar.into_inner()])?),
        };
    }
    let scalar =
        ["__index__", "__float__"].iter().any(|name| object.hasattr(*name).unwrap_or(false));
    if object.is_none() || scalar {
        return Ok(PyList::new(py, [object])?);
    }
    if object.hasattr("keys")? {
        return Err(
            Error::batch("got named columns; name the one with the ratings: rating=\"…\"").into()
        );
    }
    let Ok(iterator) = object.try_iter() else {
        let class = object.get_type().name()?;
        return Err(Error::batch(format!("a {class} is not a column")).into());
    };
    let list = PyList::empty(py);
    for item in iterator {
        list.append(item?)?;
    }
    Ok(list)
}

//! A column from whatever Python calls one.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Date32Type, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, Float32Array, Float64Array, Int64Array, PrimitiveArray,
    StructArray, UInt8Array, UInt64Array, new_null_array,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use cxm_core::Error;
use cxm_core::calculator::Values;
use cxm_core::calculator::batch::{Bitmap, Validity};
use cxm_core::model::time::{MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use crate::errors::{Failure, Outcome};
use crate::{arrow, buffers, sequences};

/// The chunks of one column; never none at all.
pub(crate) type Chunks = Vec<ArrayRef>;

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

fn field(records: &StructArray, name: &str) -> Outcome<ArrayRef> {
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
enum Source<'py> {
    /// Memory in an Arrow layout.
    Arrow(Chunks),
    /// Items to be looked at one by one.
    Items(Bound<'py, PyList>),
}

fn source<'py>(object: &Bound<'py, PyAny>) -> Outcome<Source<'py>> {
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
    if object.get_type().module()?.to_str()?.starts_with("pandas.")
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
    // Only numpy's own types say whether they are built in; pandas' extension types do not.
    if dtype.hasattr(intern!(py, "isbuiltin"))? {
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

/// Never no chunk at all: a column of a frame without batches is an empty column.
fn at_least_one(mut chunks: Chunks) -> Chunks {
    if chunks.is_empty() {
        chunks.push(Arc::new(UInt8Array::from(Vec::<u8>::new())));
    }
    chunks
}

fn each(chunks: Chunks, convert: impl Fn(&ArrayRef) -> Outcome<ArrayRef>) -> Outcome<Chunks> {
    at_least_one(chunks).iter().map(convert).collect()
}

/// A column of ratings.
pub(crate) fn numbers(object: &Bound<'_, PyAny>, name: &str) -> Outcome<Chunks> {
    match source(object) {
        Ok(Source::Arrow(chunks)) => each(chunks, number_array),
        Ok(Source::Items(items)) => sequences::numbers(&items).map(|array| vec![array]),
        Err(failure) => Err(failure),
    }
    .map_err(|failure| failure.in_field(name))
}

/// Several columns in one object: a two-dimensional array, records.
pub(crate) fn table(object: &Bound<'_, PyAny>) -> Outcome<Option<Vec<Chunks>>> {
    if object.is_instance_of::<PyBytes>() {
        return Ok(None);
    }
    if let Some(columns) = buffers::import(object)? {
        let columns: Outcome<Vec<_>> =
            columns.iter().map(|array| number_array(array).map(|array| vec![array])).collect();
        return columns.map(Some);
    }
    let Some(chunks) = arrow::import(object)? else { return Ok(None) };
    let Some(width) = chunks.first().and_then(|chunk| Some(chunk.as_struct_opt()?.num_columns()))
    else {
        return each(chunks, number_array).map(|column| Some(vec![column]));
    };
    let mut columns: Vec<Chunks> = (0..width).map(|_| Vec::new()).collect();
    for records in chunks.iter().filter_map(|chunk| chunk.as_struct_opt()) {
        for (column, name) in columns.iter_mut().zip(records.column_names()) {
            let array = field(records, name).and_then(|array| number_array(&array));
            column.push(array.map_err(|failure| failure.in_field(name))?);
        }
    }
    Ok(Some(columns))
}

/// A column of times, in microseconds since 1970.
pub(crate) fn times(object: &Bound<'_, PyAny>, name: &str) -> Outcome<Chunks> {
    match source(object) {
        Ok(Source::Arrow(chunks)) => each(chunks, time_array),
        Ok(Source::Items(items)) => sequences::times(&items).map(|array| vec![array]),
        Err(failure) => Err(failure),
    }
    .map_err(|failure| failure.in_field(name))
}

/// A column of weights: floats, none missing.
pub(crate) fn weights(object: &Bound<'_, PyAny>) -> Outcome<Chunks> {
    let convert = |array: &ArrayRef| {
        let present = present(array)?;
        if present.data_type() == &DataType::Float64 {
            return Ok(Arc::clone(present));
        }
        let floats = as_floats(present)?;
        Ok(Arc::new(Float64Array::from(floats)) as ArrayRef)
    };
    let converted = numbers(object, "weights").and_then(|chunks| each(chunks, convert));
    converted.map_err(|failure| failure.in_field("weights"))
}

/// A column of counts: whole numbers from 0, none missing.
pub(crate) fn counts(object: &Bound<'_, PyAny>) -> Outcome<Chunks> {
    let convert = |array: &ArrayRef| {
        let present = present(array)?;
        if present.data_type() == &DataType::UInt64 {
            return Ok(Arc::clone(present));
        }
        let mut counts = Vec::with_capacity(present.len());
        for (row, whole) in as_integers(present)?.into_iter().enumerate() {
            let count = u64::try_from(whole.unwrap_or_default())
                .map_err(|_| Error::observation("a count must not be negative").at_row(row))?;
            counts.push(count);
        }
        Ok(Arc::new(UInt64Array::from(counts)) as ArrayRef)
    };
    let converted = numbers(object, "counts").and_then(|chunks| each(chunks, convert));
    converted.map_err(|failure| failure.in_field("counts"))
}

fn present(array: &ArrayRef) -> Outcome<&ArrayRef> {
    match array.nulls().and_then(|nulls| (0..nulls.len()).find(|&row| nulls.is_null(row))) {
        Some(row) => {
            Err(Error::observation("this column may have no missing rows").at_row(row).into())
        }
        None => Ok(array),
    }
}

/// Runs the same expression on the typed array of a column of numbers.
macro_rules! with_numbers {
    ($array:expr, $typed:ident => $body:expr, $otherwise:expr) => {
        match $array.data_type() {
            DataType::Int8 => {
                let $typed = $array.as_primitive::<Int8Type>();
                $body
            }
            DataType::Int16 => {
                let $typed = $array.as_primitive::<Int16Type>();
                $body
            }
            DataType::Int32 => {
                let $typed = $array.as_primitive::<Int32Type>();
                $body
            }
            DataType::Int64 => {
                let $typed = $array.as_primitive::<Int64Type>();
                $body
            }
            DataType::UInt8 => {
                let $typed = $array.as_primitive::<UInt8Type>();
                $body
            }
            DataType::UInt16 => {
                let $typed = $array.as_primitive::<UInt16Type>();
                $body
            }
            DataType::UInt32 => {
                let $typed = $array.as_primitive::<UInt32Type>();
                $body
            }
            DataType::UInt64 => {
                let $typed = $array.as_primitive::<UInt64Type>();
                $body
            }
            DataType::Float32 => {
                let $typed = $array.as_primitive::<Float32Type>();
                $body
            }
            DataType::Float64 => {
                let $typed = $array.as_primitive::<Float64Type>();
                $body
            }
            _ => $otherwise,
        }
    };
}

/// Runs the same expression on a dictionary with its keys typed.
macro_rules! with_dictionary {
    ($array:expr, $keys:expr, $typed:ident => $body:expr, $otherwise:expr) => {
        match $keys {
            DataType::Int8 => {
                let $typed = $array.as_dictionary::<Int8Type>();
                $body
            }
            DataType::Int16 => {
                let $typed = $array.as_dictionary::<Int16Type>();
                $body
            }
            DataType::Int32 => {
                let $typed = $array.as_dictionary::<Int32Type>();
                $body
            }
            DataType::Int64 => {
                let $typed = $array.as_dictionary::<Int64Type>();
                $body
            }
            DataType::UInt8 => {
                let $typed = $array.as_dictionary::<UInt8Type>();
                $body
            }
            DataType::UInt16 => {
                let $typed = $array.as_dictionary::<UInt16Type>();
                $body
            }
            DataType::UInt32 => {
                let $typed = $array.as_dictionary::<UInt32Type>();
                $body
            }
            DataType::UInt64 => {
                let $typed = $array.as_dictionary::<UInt64Type>();
                $body
            }
            _ => $otherwise,
        }
    };
}
pub(crate) use with_dictionary;

/// An array of one of the machine types that the core reads; others are copied into one.
fn number_array(array: &ArrayRef) -> Outcome<ArrayRef> {
    Ok(match array.data_type() {
        DataType::Boolean => {
            let flags = array.as_boolean();
            let values: Vec<u8> = flags.values().iter().map(u8::from).collect();
            Arc::new(UInt8Array::new(values.into(), flags.nulls().cloned()))
        }
        DataType::Float16 => {
            let halves = array.as_primitive::<Float16Type>();
            let values: Vec<f32> = halves.values().iter().map(|half| half.to_f32()).collect();
            Arc::new(Float32Array::new(values.into(), halves.nulls().cloned()))
        }
        DataType::Null => new_null_array(&DataType::UInt8, array.len()),
        DataType::Dictionary(keys, _) => {
            with_dictionary!(array, **keys, coded => decode(coded)?, return Err(refused(array)))
        }
        _ => with_numbers!(array, _typed => Arc::clone(array), return Err(refused(array))),
    })
}

fn decode<K: ArrowDictionaryKeyType>(coded: &arrow_array::DictionaryArray<K>) -> Outcome<ArrayRef> {
    let values = as_floats(&number_array(coded.values())?)?;
    let rows =
        (0..coded.len()).map(|row| coded.key(row).and_then(|key| values.get(key).copied()?));
    Ok(Arc::new(rows.collect::<Float64Array>()))
}

fn refused(array: &ArrayRef) -> Failure {
    Error::batch(format!("expected a column of numbers, got one of {}", array.data_type())).into()
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_lossless,
    clippy::unnecessary_cast,
    reason = "beyond 2^53 no whole number is a rating or a weight"
)]
fn as_floats(array: &ArrayRef) -> Outcome<Vec<Option<f64>>> {
    with_numbers!(
        array,
        typed => Ok(typed.iter().map(|value| value.map(|value| value as f64)).collect()),
        Err(refused(array))
    )
}

/// Whole numbers of any machine type; a float that is not whole is an error with its row.
pub(crate) fn as_integers(array: &ArrayRef) -> Outcome<Vec<Option<i64>>> {
    fn rows<T: ArrowPrimitiveType>(
        typed: &PrimitiveArray<T>,
        whole: impl Fn(T::Native) -> Result<Option<i64>, ()>,
    ) -> Outcome<Vec<Option<i64>>> {
        let convert = |(row, value): (usize, Option<T::Native>)| {
            value.map_or(Ok(None), &whole).map_err(|()| {
                Failure::from(Error::observation("expected a whole number of 64 bits").at_row(row))
            })
        };
        typed.iter().enumerate().map(convert).collect()
    }
    match array.data_type() {
        DataType::Float32 => rows(array.as_primitive::<Float32Type>(), |value| whole(value.into())),
        DataType::Float64 => rows(array.as_primitive::<Float64Type>(), whole),
        _ => with_integers(array),
    }
}

fn with_integers(array: &ArrayRef) -> Outcome<Vec<Option<i64>>> {
    macro_rules! widen {
        ($($variant:ident => $type:ty),*) => {
            match array.data_type() {
                $(DataType::$variant => {
                    let typed = array.as_primitive::<$type>().iter();
                    Ok(typed.map(|value| value.map(i64::from)).collect())
                })*
                DataType::UInt64 => {
                    let typed = array.as_primitive::<UInt64Type>().iter().enumerate();
                    typed.map(|(row, value)| value.map(i64::try_from).transpose().map_err(|_| {
                        Error::observation("a key must be below 2^63").at_row(row).into()
                    })).collect()
                }
                _ => Err(refused(array)),
            }
        };
    }
    widen!(Int8 => Int8Type, Int16 => Int16Type, Int32 => Int32Type, Int64 => Int64Type,
        UInt8 => UInt8Type, UInt16 => UInt16Type, UInt32 => UInt32Type)
}

/// pandas writes a column of whole numbers with gaps as floats and NaN.
#[allow(clippy::cast_possible_truncation, clippy::float_cmp, reason = "checked by going back")]
fn whole(value: f64) -> Result<Option<i64>, ()> {
    if value.is_nan() {
        return Ok(None);
    }
    let whole = value as i64;
    #[allow(clippy::cast_precision_loss, reason = "the comparison finds any loss")]
    let same = whole as f64 == value;
    if same { Ok(Some(whole)) } else { Err(()) }
}

fn time_array(array: &ArrayRef) -> Outcome<ArrayRef> {
    fn convert<T: ArrowPrimitiveType>(
        array: &ArrayRef,
        microseconds: impl Fn(T::Native) -> Option<i64>,
    ) -> Outcome<ArrayRef> {
        let typed = array.as_primitive::<T>();
        let mut times = Vec::with_capacity(typed.len());
        for (row, time) in typed.iter().enumerate() {
            let converted = time.map(|time| {
                microseconds(time).ok_or_else(|| {
                    Error::overflow("a time is too far from 1970 for 64 bits").at_row(row)
                })
            });
            times.push(converted.transpose()?);
        }
        Ok(Arc::new(Int64Array::from(times)))
    }
    let milli = MICROSECONDS_PER_SECOND.isqrt();
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            convert::<TimestampSecondType>(array, |t| t.checked_mul(MICROSECONDS_PER_SECOND))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            convert::<TimestampMillisecondType>(array, |t| t.checked_mul(milli))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let typed = array.as_primitive::<TimestampMicrosecondType>();
            Ok(Arc::new(Int64Array::new(typed.values().clone(), typed.nulls().cloned())))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            convert::<TimestampNanosecondType>(array, |t| Some(t.div_euclid(milli)))
        }
        DataType::Date32 => {
            convert::<Date32Type>(array, |days| i64::from(days).checked_mul(MICROSECONDS_PER_DAY))
        }
        DataType::Null => Ok(new_null_array(&DataType::Int64, array.len())),
        DataType::Int64 => Ok(Arc::clone(array)),
        DataType::Int32 | DataType::UInt8 => Ok(Arc::new(Int64Array::from(as_integers(array)?))),
        other => Err(Error::batch(format!(
            "expected timestamps or whole microseconds since 1970, got a column of {other}"
        ))
        .into()),
    }
}

/// A column of keys, of one of the types that [`crate::keys`] reads.
pub(crate) fn keys(object: &Bound<'_, PyAny>, name: &str) -> Outcome<Chunks> {
    match source(object) {
        Ok(Source::Arrow(chunks)) => each(chunks, key_array),
        Ok(Source::Items(items)) => sequences::keys(&items).map(|array| vec![array]),
        Err(failure) => Err(failure),
    }
    .map_err(|failure| failure.in_field(name))
}

fn key_array(array: &ArrayRef) -> Outcome<ArrayRef> {
    match array.data_type() {
        DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Int64
        | DataType::Dictionary(..) => Ok(Arc::clone(array)),
        DataType::Null => Ok(new_null_array(&DataType::Int64, array.len())),
        other => match as_integers(array) {
            Ok(whole) => Ok(Arc::new(Int64Array::from(whole))),
            Err(Failure::Core(error)) if error.row().is_some() => Err(error.into()),
            Err(_) => Err(Error::batch(format!(
                "a key is a text, a whole number or a bool, got a column of {other}"
            ))
            .into()),
        },
    }
}

/// The validity of an array as the core reads it.
pub(crate) fn validity(nulls: Option<&NullBuffer>) -> cxm_core::Result<Option<Validity<'_>>> {
    let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) else { return Ok(None) };
    let bitmap = Bitmap::new(nulls.validity(), nulls.offset(), nulls.len())?;
    Ok(Some(Validity::Bits(bitmap)))
}

/// The numbers of an array as the core reads them.
pub(crate) fn values(array: &ArrayRef) -> cxm_core::Result<Values<'_>> {
    let validity = validity(array.nulls())?;
    with_numbers!(
        array,
        typed => Values::new(typed.values().as_ref(), validity),
        Err(Error::batch("not a column of numbers"))
    )
}

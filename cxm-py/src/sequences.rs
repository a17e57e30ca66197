//! Lists, tuples and single values, item by item; an error names the row.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow_buffer::{BooleanBufferBuilder, NullBuffer};
use cxm_core::Error;
use cxm_core::model::time::{MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyFloat, PyInt, PyList, PyString};

use crate::arrays::iso_time;
use crate::errors::Outcome;

/// `None`, `pandas.NA`, `NaT`.
fn is_missing(item: &Bound<'_, PyAny>) -> PyResult<bool> {
    if item.is_none() {
        return Ok(true);
    }
    let name = item.get_type().name()?;
    Ok(name == "NAType" || name == "NaTType")
}

pub(crate) fn refuse<T>(expected: &str, item: &Bound<'_, PyAny>, row: usize) -> Outcome<T> {
    let (class, text) = (item.get_type().name()?, item.repr()?);
    let error = Error::observation(format!("expected {expected}, got {class} {text}"));
    Err(error.at_row(row).into())
}

/// A number as Python has it.
pub(crate) enum Number {
    Missing,
    Whole(i64),
    Float(f64),
}

pub(crate) fn number(item: &Bound<'_, PyAny>, row: usize) -> Outcome<Number> {
    if item.is_instance_of::<PyInt>() {
        return Ok(match item.extract::<i64>() {
            Ok(whole) => Number::Whole(whole),
            // Off every scale, whatever its last digits are.
            Err(_) if item.gt(0)? => Number::Float(f64::INFINITY),
            Err(_) => Number::Float(f64::NEG_INFINITY),
        });
    }
    if item.is_instance_of::<PyFloat>() {
        return Ok(Number::Float(item.extract()?));
    }
    if is_missing(item)? {
        return Ok(Number::Missing);
    }
    if item.hasattr(intern!(item.py(), "__index__"))? {
        return number(&item.call_method0(intern!(item.py(), "__index__"))?, row);
    }
    match item.extract::<f64>() {
        Ok(float) => Ok(Number::Float(float)),
        Err(_) => refuse("a number or None", item, row),
    }
}

/// A column of numbers: 64-bit integers, or floats as soon as one is a float.
pub(crate) fn numbers(items: &Bound<'_, PyList>) -> Outcome<ArrayRef> {
    let mut values: Vec<i64> = Vec::with_capacity(items.len());
    let mut missing = Vec::new();
    for (row, item) in items.iter().enumerate() {
        match number(&item, row)? {
            Number::Whole(value) => values.push(value),
            Number::Missing => {
                missing.push(row);
                values.push(0);
            }
            Number::Float(value) => return floats(items, values, missing, value),
        }
    }
    let nulls = nulls(values.len(), &missing);
    Ok(Arc::new(Int64Array::new(values.into(), nulls)))
}

/// Goes on from the first float.
#[allow(
    clippy::cast_precision_loss,
    reason = "beyond 2^53 no whole number is a rating or a weight"
)]
fn floats(
    items: &Bound<'_, PyList>,
    before: Vec<i64>,
    mut missing: Vec<usize>,
    first: f64,
) -> Outcome<ArrayRef> {
    let mut values: Vec<f64> = Vec::with_capacity(items.len());
    values.extend(before.into_iter().map(|whole| whole as f64));
    values.push(first);
    for (row, item) in items.iter().enumerate().skip(values.len()) {
        values.push(match number(&item, row)? {
            Number::Whole(value) => value as f64,
            Number::Float(value) => value,
            Number::Missing => {
                missing.push(row);
                f64::NAN
            }
        });
    }
    let nulls = nulls(values.len(), &missing);
    Ok(Arc::new(Float64Array::new(values.into(), nulls)))
}

fn nulls(rows: usize, missing: &[usize]) -> Option<NullBuffer> {
    if missing.is_empty() {
        return None;
    }
    let mut present = BooleanBufferBuilder::new(rows);
    present.append_n(rows, true);
    missing.iter().for_each(|&row| present.set_bit(row, false));
    Some(NullBuffer::new(present.finish()))
}

/// A column of times in microseconds since 1970: whole numbers, `datetime`s and `date`s, or ISO
/// texts; UTC unless aware.
pub(crate) fn times(items: &Bound<'_, PyList>) -> Outcome<ArrayRef> {
    let mut times = Vec::with_capacity(items.len());
    for (row, item) in items.iter().enumerate() {
        times.push(time_at(&item, row)?);
    }
    Ok(Arc::new(Int64Array::from(times)))
}

fn time_at(item: &Bound<'_, PyAny>, row: usize) -> Outcome<Option<i64>> {
    let py = item.py();
    match number(item, row) {
        Ok(Number::Missing) => Ok(None),
        Ok(Number::Whole(time)) => Ok(Some(time)),
        // A time of numpy's own.
        Err(_) if !item.is_instance_of::<PyString>() && item.hasattr(intern!(py, "astype"))? => {
            let time = item.call_method1(intern!(py, "astype"), ("datetime64[us]",))?;
            time_at(&time.call_method0(intern!(py, "item"))?, row)
        }
        _ => microseconds(item, row).map(Some),
    }
}

/// One time that must be there.
pub(crate) fn time(item: &Bound<'_, PyAny>) -> Outcome<i64> {
    match time_at(item, 0)? {
        Some(time) => Ok(time),
        None => refuse("a datetime, a date or whole microseconds since 1970", item, 0),
    }
}

fn microseconds(item: &Bound<'_, PyAny>, row: usize) -> Outcome<i64> {
    let py = item.py();
    if let Ok(text) = item.cast::<PyString>() {
        return iso_time(text.to_str()?, row);
    }
    let datetime = py.import(intern!(py, "datetime"))?;
    if !item.is_instance(&datetime.getattr("datetime")?)? {
        if item.is_instance(&datetime.getattr("date")?)? {
            return iso_time(&item.call_method0("isoformat")?.extract::<String>()?, row);
        }
        return refuse("a datetime, a date, whole microseconds since 1970 or None", item, row);
    }
    let zone = item.getattr("tzinfo")?;
    let zone = if zone.is_none() { zone } else { datetime.getattr("timezone")?.getattr("utc")? };
    let epoch = datetime.getattr("datetime")?.call1((1970, 1, 1, 0, 0, 0, 0, zone))?;
    let since = item.sub(epoch)?;
    let part = |name: &str| since.getattr(name)?.extract::<i64>();
    let days = part("days")? * MICROSECONDS_PER_DAY;
    Ok(days + part("seconds")? * MICROSECONDS_PER_SECOND + part("microseconds")?)
}

/// A column of keys: texts, whole numbers or booleans, all of one type.
pub(crate) fn keys(items: &Bound<'_, PyList>) -> Outcome<ArrayRef> {
    let mut first = None;
    for item in items.iter() {
        if !is_missing_key(&item)? {
            first = Some(item);
            break;
        }
    }
    match first {
        Some(first) if first.is_instance_of::<PyString>() => {
            let texts = collect(items, "a text or None", |item| {
                let text = item.cast::<PyString>().ok();
                text.map(|text| text.to_str().map(str::to_owned)).transpose()
            })?;
            Ok(Arc::new(StringArray::from(texts)))
        }
        Some(first) if first.is_instance_of::<PyBool>() => {
            let flags = collect(items, "a bool or None", |item| {
                Ok(item.cast::<PyBool>().ok().map(|flag| flag.is_true()))
            })?;
            Ok(Arc::new(BooleanArray::from(flags)))
        }
        _ => {
            let whole = collect(items, "a whole number or None", |item| {
                let indexed = !item.is_instance_of::<PyBool>() && item.hasattr("__index__")?;
                Ok(if indexed { Some(item.extract::<i64>()?) } else { None })
            })?;
            Ok(Arc::new(Int64Array::from(whole)))
        }
    }
}

/// A missing key may also be the NaN that pandas puts into a column of texts.
pub(crate) fn is_missing_key(item: &Bound<'_, PyAny>) -> PyResult<bool> {
    if item.is_instance_of::<PyFloat>() {
        return Ok(item.extract::<f64>()?.is_nan());
    }
    is_missing(item)
}

fn collect<T>(
    items: &Bound<'_, PyList>,
    expected: &str,
    read: impl Fn(&Bound<'_, PyAny>) -> PyResult<Option<T>>,
) -> Outcome<Vec<Option<T>>> {
    let mut values = Vec::with_capacity(items.len());
    for (row, item) in items.iter().enumerate() {
        let value = if is_missing_key(&item)? { None } else { Some(read(&item)?) };
        match value {
            Some(None) => return refuse(expected, &item, row),
            Some(present) => values.push(present),
            None => values.push(None),
        }
    }
    Ok(values)
}

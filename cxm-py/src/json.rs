//! Python values to JSON and back: definitions, arguments, reports.

use cxm_core::Error;
use pyo3::exceptions::PyRecursionError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDelta, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};
use serde_json::{Map, Number, Value};

use crate::errors::{Failure, Outcome};

/// Arguments nest a few levels at most; a list that contains itself must not overflow the stack.
const MAX_DEPTH: usize = 16;

/// A JSON value as Python's own types.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    Ok(match value {
        Value::Null => py.None().into_bound(py),
        Value::Bool(flag) => PyBool::new(py, *flag).to_owned().into_any(),
        Value::Number(number) => number_to_python(py, number)?,
        Value::String(text) => PyString::new(py, text).into_any(),
        Value::Array(items) => {
            let items: PyResult<Vec<_>> = items.iter().map(|item| to_python(py, item)).collect();
            PyList::new(py, items?)?.into_any()
        }
        Value::Object(fields) => {
            let dict = PyDict::new(py);
            for (name, field) in fields {
                dict.set_item(name, to_python(py, field)?)?;
            }
            dict.into_any()
        }
    })
}

fn number_to_python<'py>(py: Python<'py>, number: &Number) -> PyResult<Bound<'py, PyAny>> {
    if let Some(whole) = number.as_i64() {
        return Ok(whole.into_pyobject(py)?.into_any());
    }
    if let Some(whole) = number.as_u64() {
        return Ok(whole.into_pyobject(py)?.into_any());
    }
    Ok(number.as_f64().into_pyobject(py)?.into_any())
}

/// Named Python values as a JSON object; the error names the one that has no JSON form.
pub(crate) fn object(fields: Option<&Bound<'_, PyDict>>) -> Outcome<Value> {
    let mut object = Map::new();
    for (name, value) in fields.into_iter().flatten() {
        let name: String = name.extract()?;
        let value = from_python(&value, 0).map_err(|failure| failure.in_field(&name))?;
        object.insert(name, value);
    }
    Ok(Value::Object(object))
}

/// A Python value as JSON.
pub(crate) fn from_python(value: &Bound<'_, PyAny>, depth: usize) -> Outcome<Value> {
    if depth > MAX_DEPTH {
        return Err(PyRecursionError::new_err("an argument is nested too deeply").into());
    }
    if value.is_none() {
        return Ok(Value::Null);
    }
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(Value::Bool(flag.is_true()));
    }
    if value.is_instance_of::<PyInt>() {
        return whole(value);
    }
    if value.is_instance_of::<PyFloat>() {
        return finite(value.extract()?);
    }
    if let Ok(text) = value.cast::<PyString>() {
        return Ok(Value::String(text.to_str()?.to_owned()));
    }
    if value.is_instance_of::<PyDelta>() {
        return microseconds(value);
    }
    if value.is_instance_of::<PyList>() || value.is_instance_of::<PyTuple>() {
        let items = value.try_iter()?.map(|item| from_python(&item?, depth + 1));
        return Ok(Value::Array(items.collect::<Outcome<_>>()?));
    }
    if let Ok(mapping) = value.cast::<PyMapping>() {
        let mut object = Map::new();
        for pair in mapping.items()?.iter() {
            let (name, field): (String, Bound<'_, PyAny>) = pair.extract()?;
            object.insert(name, from_python(&field, depth + 1)?);
        }
        return Ok(Value::Object(object));
    }
    from_foreign(value, depth)
}

/// Dates and times, which cross in words; numpy arrays and scalars, pandas, polars and Arrow columns, and anything that is a number.
fn from_foreign(value: &Bound<'_, PyAny>, depth: usize) -> Outcome<Value> {
    if let Some(method) = value.getattr_opt("isoformat")? {
        return Ok(Value::String(method.call0()?.extract()?));
    }
    for name in ["tolist", "to_list", "to_pylist"] {
        if let Some(method) = value.getattr_opt(name)? {
            return from_python(&method.call0()?, depth + 1);
        }
    }
    if value.hasattr("__index__")? {
        return whole(&value.call_method0("__index__")?);
    }
    if value.hasattr("__float__")? {
        return finite(value.call_method0("__float__")?.extract()?);
    }
    Err(Error::argument(format!("a {} is not an argument", value.get_type().name()?)).into())
}

fn whole(value: &Bound<'_, PyAny>) -> Outcome<Value> {
    if let Ok(number) = value.extract::<i64>() {
        return Ok(number.into());
    }
    let number = value.extract::<u64>();
    Ok(number.map_err(|_| Error::argument("a whole number must fit 64 bits"))?.into())
}

/// A `timedelta` as whole microseconds, the unit of all times.
fn microseconds(value: &Bound<'_, PyAny>) -> Outcome<Value> {
    let part = |name: &str| -> PyResult<i64> { value.getattr(name)?.extract() };
    let seconds = part("days")?.checked_mul(86_400).zip(Some(part("seconds")?));
    let seconds = seconds.and_then(|(days, seconds)| days.checked_add(seconds));
    let whole = seconds.and_then(|seconds| seconds.checked_mul(1_000_000));
    let whole = whole.zip(Some(part("microseconds")?)).and_then(|(a, b)| a.checked_add(b));
    Ok(whole.ok_or_else(|| Error::argument("a timedelta of more than 2^63 microseconds"))?.into())
}

fn finite(number: f64) -> Outcome<Value> {
    let number = Number::from_f64(number)
        .ok_or_else(|| Error::argument(format!("a number must be finite, got {number}")))?;
    Ok(Value::Number(number))
}

/// An answer of the core, or its error as a Python exception.
pub(crate) fn answer(
    py: Python<'_>,
    answer: cxm_core::Result<Value>,
) -> PyResult<Bound<'_, PyAny>> {
    to_python(py, &answer.map_err(Failure::from)?)
}

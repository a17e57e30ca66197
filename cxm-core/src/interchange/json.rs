//! Walking through JSON of other systems: records one by one, fields taken out by their path.

use std::borrow::Cow;

use serde_json::{Deserializer, Value};

use super::collector::Collector;
use super::loss_report::shortened;
use crate::error::{Error, Result};

fn broken(error: &serde_json::Error) -> Error {
    Error::batch(format!("this is no JSON: {error}"))
}

/// The one value of a text.
pub(super) fn document(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| broken(&error))
}

/// Hands out the records of a text: values one after the other (JSON lines), or arrays of them, or
/// the array under one of these names of an object.
pub(super) fn each_record(
    text: &str,
    lists: &[&str],
    mut record: impl FnMut(Value) -> Result<()>,
) -> Result<()> {
    for value in Deserializer::from_str(text).into_iter::<Value>() {
        let mut value = value.map_err(|error| broken(&error))?;
        let list = lists.iter().find_map(|name| match value.get_mut(*name) {
            Some(list @ Value::Array(_)) => Some(list.take()),
            _ => None,
        });
        match list.unwrap_or(value) {
            Value::Array(items) => items.into_iter().try_for_each(&mut record)?,
            one => record(one)?,
        }
    }
    Ok(())
}

/// Takes the value at a path of names between dots, as in `commerce.order.priceTotal`.
pub(super) fn take(value: &mut Value, path: &str) -> Option<Value> {
    let (parents, name) = match path.rsplit_once('.') {
        Some((parents, name)) => (Some(parents), name),
        None => (None, path),
    };
    let parent = match parents {
        None => Some(value),
        Some(parents) => parents.split('.').try_fold(value, |value, name| value.get_mut(name)),
    };
    match parent?.as_object_mut()?.remove(name)? {
        Value::Null => None,
        found => Some(found),
    }
}

/// Takes the text at a path, of a text, a number or a truth; anything else there is unreadable.
pub(super) fn take_text(
    value: &mut Value,
    path: &str,
    field: &'static str,
    collector: &mut Collector<'_>,
) -> Result<Option<Cow<'static, str>>> {
    let Some(found) = take(value, path) else { return Ok(None) };
    let text = text(found);
    if text.is_none() {
        collector.unreadable(field, || format!("expected a text or a number at {path}"))?;
    }
    Ok(text.map(Cow::Owned))
}

/// As [`take_text`], where the mapping names a path.
pub(super) fn take_optional(
    value: &mut Value,
    path: Option<&String>,
    field: &'static str,
    collector: &mut Collector<'_>,
) -> Result<Option<Cow<'static, str>>> {
    path.map_or(Ok(None), |path| take_text(value, path, field, collector))
}

/// The text of a scalar.
pub(super) fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Counts every value that is left, by its path; elements of an array go by the array's.
pub(super) fn count_rest(value: &Value, name: &str, collector: &mut Collector<'_>) {
    // A stack of its own instead of recursion. Names are cut on the way, so that a long one is not
    // copied for each of its children.
    let mut open: Vec<(String, &Value)> = vec![(shortened(name).to_owned(), value)];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::Null => {}
            Value::Array(items) => open.extend(items.iter().map(|item| (path.clone(), item))),
            Value::Object(fields) => open.extend(fields.iter().map(|(name, field)| {
                let name = shortened(name);
                let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
                (shortened(&path).to_owned(), field)
            })),
            _ => collector.unmapped(if path.is_empty() { "(value)" } else { &path }),
        }
    }
}

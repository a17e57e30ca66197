//! One event, as a running process learns of it: single values where a batch has columns.

use cxm_core::calculator::batch::{Event, KeyRef};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyString, PyTuple};

use crate::errors::Outcome;
use crate::sequences::{Number, is_missing_key, number, refuse, time};

/// What is known of an event, in the order in which it is given by position.
pub(crate) const NAMES: [&str; 9] = [
    "customer",
    "touchpoint",
    "time",
    "event_id",
    "channel",
    "score",
    "value",
    "object",
    "outcome",
];

/// The values of one event, each in the place of its name.
pub(crate) struct SingleEvent<'py>([Option<Bound<'py, PyAny>>; NAMES.len()]);

impl<'py> SingleEvent<'py> {
    /// The event, if these are single values and no columns: its customer or its touchpoint is.
    pub(crate) fn given(
        columns: &Bound<'py, PyTuple>,
        named: Option<&Bound<'py, PyDict>>,
    ) -> Outcome<Option<Self>> {
        let value = |place: usize| match columns.get_item(place) {
            Ok(value) => Ok(Some(value)),
            Err(_) => match (named, NAMES.get(place)) {
                (Some(named), Some(name)) => named.get_item(name),
                _ => Ok(None),
            },
        };
        let mut values: [Option<Bound<'py, PyAny>>; NAMES.len()] = Default::default();
        for (place, slot) in values.iter_mut().enumerate().take(2) {
            *slot = value(place)?;
        }
        if !values.iter().flatten().any(is_single) {
            return Ok(None);
        }
        for (place, slot) in values.iter_mut().enumerate().skip(2) {
            *slot = value(place)?;
        }
        let given = columns.len() + named.map_or(0, PyDictMethods::len);
        if given > values.iter().flatten().count() {
            let message = format!("an event has {}, each once", NAMES.join(", "));
            return Err(PyTypeError::new_err(message).into());
        }
        Ok(Some(Self(values)))
    }

    /// The event as the core reads it.
    pub(crate) fn read(&self) -> Outcome<Event<'_>> {
        let [customer, touchpoint, when, event_id, channel, score, value, object, outcome] =
            &self.0;
        let Some(when) = when else {
            return Err(PyTypeError::new_err("an event needs time=").into());
        };
        let event = Event {
            customer: key(customer.as_ref(), "customer")?,
            touchpoint: key(touchpoint.as_ref(), "touchpoint")?,
            time: time(when).map_err(|failure| failure.in_field("time"))?,
            event_id: key(event_id.as_ref(), "event_id")?,
            channel: key(channel.as_ref(), "channel")?,
            score: float(score.as_ref()).map_err(|failure| failure.in_field("score"))?,
            value: None,
            object: key(object.as_ref(), "object")?,
            outcome: key(outcome.as_ref(), "outcome")?,
        };
        valued(event, value.as_ref()).map_err(|failure| failure.in_field("value"))
    }
}

/// Whether this is one key rather than a column of them.
fn is_single(value: &Bound<'_, PyAny>) -> bool {
    if value.is_instance_of::<PyString>() || value.is_instance_of::<PyInt>() {
        return true;
    }
    // A numpy number has an index and no length.
    let has = |name| value.hasattr(name).unwrap_or_default();
    let py = value.py();
    has(intern!(py, "__index__")) && !has(intern!(py, "__len__"))
}

fn key<'a>(value: Option<&'a Bound<'_, PyAny>>, name: &str) -> Outcome<Option<KeyRef<'a>>> {
    let Some(value) = value else { return Ok(None) };
    let read = || -> Outcome<Option<KeyRef<'a>>> {
        if let Ok(text) = value.cast::<PyString>() {
            return Ok(Some(KeyRef::Text(text.to_str()?)));
        }
        if let Ok(flag) = value.cast::<PyBool>() {
            return Ok(Some(KeyRef::Boolean(flag.is_true())));
        }
        if is_missing_key(value)? {
            return Ok(None);
        }
        match value.extract::<i64>() {
            Ok(whole) => Ok(Some(KeyRef::Integer(whole))),
            Err(_) => refuse("a text, a whole number of 64 bits, a bool or None", value, 0),
        }
    };
    read().map_err(|failure| failure.in_field(name))
}

#[allow(clippy::cast_precision_loss, reason = "beyond 2^53 no whole number is a score")]
fn float(value: Option<&Bound<'_, PyAny>>) -> Outcome<Option<f64>> {
    let Some(value) = value else { return Ok(None) };
    Ok(match number(value, 0)? {
        Number::Missing => None,
        Number::Whole(whole) => Some(whole as f64),
        Number::Float(float) => Some(float),
    })
}

fn valued<'a>(event: Event<'a>, value: Option<&Bound<'_, PyAny>>) -> Outcome<Event<'a>> {
    let Some(value) = value else { return Ok(event) };
    Ok(match number(value, 0)? {
        Number::Missing => event,
        Number::Whole(whole) => Event { value: Some(whole), ..event },
        Number::Float(float) => event.with_value(float)?,
    })
}

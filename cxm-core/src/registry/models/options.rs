//! Options of a fit and parameters of a model, from JSON.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::clv::{Discounting, FitOptions};
use crate::error::{Error, Result};
use crate::model::TimeUnit;
use crate::registry::definition::{object, to_value};

/// Reads the options of a fit of a model with these parameters.
pub(super) fn fit(names: &[&str], value: &Value) -> Result<FitOptions> {
    let changes = object(value)?;
    let mut options = FitOptions::default();
    for (name, change) in changes.into_iter().filter(|(_, change)| !change.is_null()) {
        let change = match name.as_str() {
            "start" | "priors" => in_order(names, &change).map_err(|e| e.in_field(name.clone()))?,
            _ => change,
        };
        let Value::Object(mut fields) = to_value(&options) else { return Ok(options) };
        if !fields.contains_key(&name) {
            let known: Vec<_> = fields.keys().map(String::as_str).collect();
            let message = format!("no such option; there are {}", known.join(", "));
            return Err(Error::argument(message).in_field(name));
        }
        fields.insert(name.clone(), change);
        options = read(Value::Object(fields), &name)?;
    }
    options.unit.validate()?;
    Ok(options)
}

/// Reads a unit of time; `null` is the default one.
pub(super) fn unit(value: &Value) -> Result<TimeUnit> {
    let unit: TimeUnit =
        if value.is_null() { TimeUnit::default() } else { read(value.clone(), "unit")? };
    unit.validate()?;
    Ok(unit)
}

/// Reads parameters that are given by name or in their order.
pub(super) fn parameters(names: &[&str], value: &Value) -> Result<Vec<f64>> {
    let Value::Array(values) = in_order(names, value)? else { return Ok(Vec::new()) };
    if values.len() != names.len() {
        let message = format!("expected {} parameters, got {}", names.len(), values.len());
        return Err(Error::argument(message).in_field("parameters"));
    }
    values.into_iter().zip(names).map(|(value, name)| read(value, name)).collect()
}

/// The fields of an object in the order of the names, all of them and no others; a list as it is.
fn in_order(names: &[&str], value: &Value) -> Result<Value> {
    let fields = match value {
        Value::Array(_) => return Ok(value.clone()),
        other => object(other)?,
    };
    if let Some(other) = fields.keys().find(|name| !names.contains(&name.as_str())) {
        let message = format!("no such parameter; there are {}", names.join(", "));
        return Err(Error::argument(message).in_field(other.clone()));
    }
    let take = |name: &&str| {
        let value = fields.get(*name).filter(|value| !value.is_null()).cloned();
        value
            .ok_or_else(|| Error::argument("this parameter is needed").in_field((*name).to_owned()))
    };
    names.iter().map(take).collect::<Result<Vec<_>>>().map(Value::Array)
}

/// Replaces a rate that says how it is meant by the continuous rate per unit.
///
/// `{"rate": 0.15, "per": "year"}` is 15 % a year whatever the unit of the model is.
pub(super) fn settle_discount(quantity: &mut Map<String, Value>, unit: TimeUnit) -> Result<()> {
    let Some(stated @ Value::Object(_)) = quantity.get("discount") else { return Ok(()) };
    let stated: Discounting = read(stated.clone(), "discount")?;
    let rate = stated.discount(unit).map_err(|error| {
        Error::new(error.kind(), error.message().to_owned()).in_field("discount")
    })?;
    quantity.insert("discount".to_owned(), to_value(&rate));
    Ok(())
}

fn read<T: DeserializeOwned>(value: Value, name: &str) -> Result<T> {
    serde_json::from_value(value)
        .map_err(|error| Error::argument(error.to_string()).in_field(name.to_owned()))
}

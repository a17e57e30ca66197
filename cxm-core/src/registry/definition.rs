//! Definitions from JSON: a preset or the default, with named fields changed.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::calculator::Definition;
use crate::error::{Error, Result};

/// A definition of the library's own as JSON.
pub fn to_value<T: Serialize>(value: &T) -> Value {
    // Serialising our own plain structs cannot fail: no maps with odd keys, no custom errors.
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// Reads a definition: `null`, or an object of an optional `"preset"` and of fields that differ
/// from it.
pub fn parse<D: Definition + Serialize + DeserializeOwned>(value: &Value) -> Result<D> {
    let changes = object(value)?;
    let base = match changes.get("preset") {
        None | Some(Value::Null) => D::default(),
        Some(Value::String(name)) => D::preset(name)?,
        Some(other) => {
            return Err(
                Error::definition(format!("a preset is a name, got {other}")).in_field("preset")
            );
        }
    };
    let Value::Object(mut fields) = to_value(&base) else { return Ok(base) };
    for (name, change) in changes.into_iter().filter(|(name, _)| name != "preset") {
        if !fields.contains_key(&name) {
            let known: Vec<_> = fields.keys().map(String::as_str).collect();
            let known = known.join(", ");
            return Err(Error::definition(format!("no such field; there are preset, {known}"))
                .in_field(name));
        }
        // One field at a time, so that an error names the field.
        let mut attempt = fields.clone();
        attempt.insert(name.clone(), change.clone());
        serde_json::from_value::<D>(Value::Object(attempt))
            .map_err(|error| Error::definition(error.to_string()).in_field(name.clone()))?;
        fields.insert(name, change);
    }
    let definition: D = serde_json::from_value(Value::Object(fields))
        .map_err(|error| Error::definition(error.to_string()))?;
    definition.validate()?;
    Ok(definition)
}

/// The fields of an object; `null` has none.
pub fn object(value: &Value) -> Result<Map<String, Value>> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(fields) => Ok(fields.clone()),
        other => Err(Error::argument(format!("expected an object of named fields, got {other}"))),
    }
}

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
        serde_json::from_value::<D>(Value::Object(attempt)).map_err(|error| {
            // A type that checks itself has said its field already.
            let (message, place) = (error.to_string(), format!(" (field {name})"));
            let message = message.strip_suffix(&place).unwrap_or(&message).to_owned();
            Error::definition(message).in_field(name.clone())
        })?;
        fields.insert(name, change);
    }
    let definition: D = serde_json::from_value(Value::Object(fields))
        .map_err(|error| Error::definition(error.to_string()))?;
    definition.validate()?;
    Ok(definition)
}

/// Refuses unlike definitions, naming the fields in which they differ.
pub(super) fn same<T: Serialize + PartialEq>(ours: &T, theirs: &T) -> Result<()> {
    if ours == theirs {
        return Ok(());
    }
    let mut apart = Vec::new();
    let mut first = None;
    if let (Value::Object(ours), Value::Object(theirs)) = (to_value(ours), to_value(theirs)) {
        for (name, ours) in ours {
            let theirs = theirs.get(&name).unwrap_or(&Value::Null);
            if ours != *theirs {
                apart.push(format!("{name}: {ours} against {theirs}"));
                first.get_or_insert(name);
            }
        }
    }
    let error = Error::merge(format!("definitions differ in {}", apart.join(", ")));
    Err(match first {
        Some(name) => error.in_field(name),
        None => error,
    })
}

/// The fields of an object; `null` has none.
pub fn object(value: &Value) -> Result<Map<String, Value>> {
    match value {
        Value::Null => Ok(Map::new()),
        Value::Object(fields) => Ok(fields.clone()),
        other => Err(Error::argument(format!("expected an object of named fields, got {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::registry;
    use serde_json::json;

    #[test]
    fn unlike_definitions_are_told_apart_by_field() {
        let journeys = |definition| registry::new("journeys", &definition).unwrap();
        let (mut ours, theirs) = (journeys(json!({})), journeys(json!({"gap": 5, "goal": ["x"]})));
        for refused in [ours.merge(&*theirs), ours.subtract(&*theirs)] {
            let error = refused.unwrap_err();
            assert_eq!((error.kind(), error.field()), (ErrorKind::IncompatibleMerge, Some("gap")));
            let differing = "definitions differ in gap: null against 5, goal: [] against [\"x\"]";
            assert_eq!(error.message(), differing);
        }
        let keyed = |by: &str| {
            let options = serde_json::from_value(json!({"by": [by]})).unwrap();
            registry::new_keyed("nps", &options, &Value::Null).unwrap()
        };
        let error = keyed("wave").merge(&*keyed("store")).unwrap_err();
        assert!(error.message().starts_with("definitions differ in"), "{error}");
        assert!(error.message().contains("store"), "{error}");
    }

    #[test]
    fn a_field_is_named_once() {
        let error = registry::new("nps", &json!({"scale": [10, 0]})).unwrap_err();
        assert_eq!(error.to_string().matches("(field scale)").count(), 1, "{error}");
    }
}

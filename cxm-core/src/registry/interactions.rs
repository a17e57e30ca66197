//! Logs of other systems by the name of their format, as columns.
//!
//! ```
//! use cxm_core::registry::interactions;
//! use serde_json::json;
//!
//! let text = "customer,touchpoint,time\nann,checkout,2024-05-01T09:00:00Z\n";
//! let (table, report) = interactions::read("csv", text.as_bytes(), &json!({}))?;
//! assert_eq!(table.column("time")?.integers(), Some([1_714_554_000_000_000].as_slice()));
//! assert_eq!(report["interactions"], 1);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::definition::{object, to_value};
use crate::calculator::table::Table;
use crate::error::{Error, Result};
use crate::interchange::{InteractionLog, ReadRules, csv, ocel, segment, table, xdm, xes};

/// A format of logs.
#[derive(Debug, Clone, Copy)]
pub struct FormatEntry {
    /// The name in `snake_case`.
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// Every option with its default: where the format keeps what, and the rules of reading.
    pub options: fn() -> Map<String, Value>,
    read: fn(&[u8], &Value) -> Result<InteractionLog>,
}

macro_rules! formats {
    ($($name:literal, $module:ident, $mapping:ident, $summary:literal;)*) => {
        /// Every format, in the order of the list.
        pub const FORMATS: &[FormatEntry] = &[$(FormatEntry {
            name: $name,
            summary: $summary,
            options: defaults::<$module::$mapping>,
            read: |bytes, options| {
                let (mapping, rules) = split(options)?;
                $module::read(bytes, &mapping, &rules)
            },
        }),*];
    };
}
formats! {
    "csv", csv, CsvMapping, "rows of separated values under a header";
    "xes", xes, XesMapping, "XES, the event logs of process mining (IEEE 1849)";
    "ocel", ocel, OcelMapping, "OCEL 2.0, object-centric event logs, in JSON";
    "segment", segment, SegmentMapping, "messages of Segment's specification, in JSON";
    "xdm", xdm, XdmMapping, "Adobe XDM ExperienceEvents, in JSON";
}

fn fields<T: Serialize>(value: &T) -> Map<String, Value> {
    match to_value(value) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn defaults<M: Default + Serialize>() -> Map<String, Value> {
    let mut all = fields(&M::default());
    all.extend(fields(&ReadRules::default()));
    all
}

/// Options that differ from the defaults, as the mapping and the rules that they belong to.
fn split<M: Default + Serialize + DeserializeOwned>(options: &Value) -> Result<(M, ReadRules)> {
    let (mut mapping, mut rules) = (fields(&M::default()), fields(&ReadRules::default()));
    for (name, value) in object(options)? {
        if mapping.contains_key(&name) {
            set::<M>(&mut mapping, name, value)?;
        } else if rules.contains_key(&name) {
            set::<ReadRules>(&mut rules, name, value)?;
        } else {
            let known: Vec<_> = mapping.keys().chain(rules.keys()).map(String::as_str).collect();
            let message = format!("no such option; there are {}", known.join(", "));
            return Err(Error::argument(message).in_field(name));
        }
    }
    Ok((parse(mapping)?, parse(rules)?))
}

/// Changes one field, so that an error names it.
fn set<T: DeserializeOwned>(
    fields: &mut Map<String, Value>,
    name: String,
    value: Value,
) -> Result<()> {
    let mut attempt = fields.clone();
    attempt.insert(name.clone(), value);
    parse::<T>(attempt.clone()).map_err(|error| error.in_field(name))?;
    *fields = attempt;
    Ok(())
}

fn parse<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T> {
    serde_json::from_value(Value::Object(fields))
        .map_err(|error| Error::argument(error.to_string()))
}

/// Reads a text of the format of this name: interactions as a [table],
/// and what was lost as a [report](crate::interchange::LossReport), to which the `customers` are
/// added of whom aliases or segments are known.
pub fn read(format: &str, bytes: &[u8], options: &Value) -> Result<(Table, Value)> {
    let entry = FORMATS.iter().find(|entry| entry.name == format).ok_or_else(|| {
        let names: Vec<_> = FORMATS.iter().map(|entry| entry.name).collect();
        Error::not_found(format!("no format \"{format}\"; there are {}", names.join(", ")))
    })?;
    let reading = (entry.read)(bytes, options).map_err(|error| error.within(entry.name))?;
    let mut report = fields(&reading.report);
    report.insert("customers".to_owned(), to_value(&reading.customers));
    Ok((table(&reading.interactions)?, Value::Object(report)))
}

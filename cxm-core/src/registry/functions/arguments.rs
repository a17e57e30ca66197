//! Reading arguments out of a JSON object.

use super::Parameter;
use crate::error::{Error, Result};
use crate::stats::{IntervalOptions, Moments, NetCounts, Share};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A JSON object that holds what the parameters ask for, defaults filled in, and nothing else.
#[derive(Debug)]
pub struct Arguments {
    fields: Map<String, Value>,
}

impl Arguments {
    /// Checks the names, and fills in the defaults.
    pub(crate) fn new(parameters: &[Parameter], input: &Value) -> Result<Self> {
        let Value::Object(given) = input else {
            return Err(Error::argument("the arguments must be one JSON object"));
        };
        let known = |name: &String| parameters.iter().any(|parameter| parameter.name == name);
        if let Some(unknown) = given.keys().find(|name| !known(name)) {
            let names: Vec<_> = parameters.iter().map(|parameter| parameter.name).collect();
            return Err(Error::argument(format!(
                "unknown argument; it takes {}",
                names.join(", ")
            ))
            .in_field(unknown.clone()));
        }
        let mut fields = Map::new();
        for parameter in parameters {
            let value = match (given.get(parameter.name), parameter.default) {
                (Some(value), _) => value.clone(),
                (None, Some(default)) => parse(default, parameter.name)?,
                (None, None) => {
                    return Err(Error::argument(format!("missing: {}", parameter.doc))
                        .in_field(parameter.name));
                }
            };
            fields.insert(parameter.name.to_owned(), value);
        }
        Ok(Self { fields })
    }

    /// All arguments, in the order of the parameters.
    pub(crate) fn into_fields(self) -> Map<String, Value> {
        self.fields
    }

    /// The argument of this name.
    pub fn get<T: DeserializeOwned>(&self, name: &'static str) -> Result<T> {
        let value = self.fields.get(name).cloned().unwrap_or(Value::Null);
        serde_json::from_value(value).map_err(|error| unreadable(&error, name))
    }

    /// `negative`, `neutral` and `positive`.
    pub(super) fn net_counts(&self) -> Result<NetCounts> {
        Ok(NetCounts {
            negative: self.get("negative")?,
            neutral: self.get("neutral")?,
            positive: self.get("positive")?,
        })
    }

    /// `successes` and `total`.
    pub(super) fn share(&self) -> Result<Share> {
        Ok(Share { successes: self.get("successes")?, total: self.get("total")? })
    }

    /// `n`, `sum` and `sum_of_squares`.
    pub(super) fn moments(&self) -> Result<Moments> {
        Ok(Moments {
            n: self.get("n")?,
            sum: self.get("sum")?,
            sum_of_squares: self.get("sum_of_squares")?,
        })
    }

    /// What the function takes of the options of an interval; the library's defaults for the rest.
    pub(super) fn interval_options(&self) -> Result<IntervalOptions> {
        let names = ["level", "method", "population", "seed", "replicates", "tuned_for"];
        let taken = names.iter().filter_map(|name| self.fields.get_key_value(*name));
        let mut options = IntervalOptions::default();
        for (name, value) in taken {
            // One field at a time, so that a refusal names it.
            let read = || -> serde_json::Result<IntervalOptions> {
                let mut all = serde_json::to_value(options)?;
                if let Some(slot) = all.get_mut(name) {
                    *slot = value.clone();
                }
                serde_json::from_value(all)
            };
            options = read().map_err(|error| unreadable(&error, name))?;
        }
        Ok(options)
    }
}

/// A result as JSON; an absent one is `null`.
pub(super) fn json(result: impl Serialize) -> Result<Value> {
    serde_json::to_value(result).map_err(|error| Error::argument(error.to_string()))
}

fn parse(default: &str, name: &'static str) -> Result<Value> {
    serde_json::from_str(default).map_err(|error| unreadable(&error, name))
}

fn unreadable(error: &serde_json::Error, name: &str) -> Error {
    Error::argument(error.to_string()).in_field(name.to_owned())
}

//! What a report can be asked by name.
//!
//! | question | arguments |
//! | --- | --- |
//! | `interval` | `measure`, `level`, `method`, `population`, `seed`, `replicates` |
//! | `confidence_sequence` | `measure`, `level`, `method`, `tuned_for` |
//! | `non_response_bounds` | `measure`, `non_respondents` |
//! | `display` | `decimals` |
//! | `shown` | `min_responses` |

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::definition::{object, to_value};
use super::questions::{self, Questions};
use crate::error::{Error, Result};
use crate::stats::{Comparison, Interval, IntervalOptions, Method, Scored};
use crate::stream::SuppressionRule;
use crate::survey::{RatingMeasure, RatingReport};

/// A report that answers questions by name.
pub trait Reading: Scored + Serialize {
    /// What it can be asked, or its calculator where a report is too small to know.
    const QUESTIONS: Questions = &[questions::SCORED];

    /// The answer to a question; the arguments are named fields.
    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        ask_scored(self, question, arguments)
    }

    /// This report's score minus the other's; the one argument is the `method`.
    fn compare_by_name(&self, other: &Self, arguments: &Value) -> Result<Comparison> {
        let mut named = NamedArguments::new(arguments)?;
        let method: Option<Method> = named.take("method")?;
        named.finish()?;
        self.compare(other, method)
    }
}

/// Named arguments, taken one by one; what is left over is an error.
#[derive(Debug)]
pub struct NamedArguments(Map<String, Value>);

impl NamedArguments {
    /// The arguments of a question.
    pub fn new(value: &Value) -> Result<Self> {
        object(value).map(Self)
    }

    /// Takes one argument; `None` if it is absent or null.
    pub fn take<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<Option<T>> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => serde_json::from_value(value)
                .map(Some)
                .map_err(|error| Error::argument(error.to_string()).in_field(name)),
        }
    }

    /// Takes an argument that has to be there.
    pub fn require<T: DeserializeOwned>(&mut self, name: &'static str) -> Result<T> {
        self.take(name)?.ok_or_else(|| Error::argument("this argument is needed").in_field(name))
    }

    /// Takes all that are left as one structure, which refuses unknown names.
    pub fn rest<T: DeserializeOwned>(mut self) -> Result<T> {
        self.0.retain(|_, value| !value.is_null());
        let read = |fields: &Map<String, Value>| {
            serde_json::from_value::<T>(Value::Object(fields.clone()))
        };
        read(&self.0).map_err(|error| {
            // To blame is the argument without which the others can be read.
            let is_to_blame = |name: &&String| {
                let mut others = self.0.clone();
                others.retain(|other, _| other != *name);
                read(&others).is_ok()
            };
            let refused = Error::argument(error.to_string());
            match self.0.keys().find(is_to_blame) {
                Some(name) => refused.in_field(name.clone()),
                None => refused,
            }
        })
    }

    /// The arguments that are left, as an object.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// Refuses what is left over.
    pub fn finish(self) -> Result<()> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => Err(Error::argument("no such argument").in_field(name)),
        }
    }
}

/// An interval, or null where there is nothing to estimate.
pub(crate) fn interval(answer: Option<Interval>) -> Value {
    to_value(&answer)
}

fn unknown(question: &str, offered: &[&str]) -> Error {
    Error::not_found(format!("no question \"{question}\"; there are {}", offered.join(", ")))
}

/// The questions that every report with a score answers.
pub(crate) fn ask_scored<R: Scored>(
    report: &R,
    question: &str,
    arguments: &Value,
) -> Result<Value> {
    let mut arguments = NamedArguments::new(arguments)?;
    match question {
        "interval" => report.interval(&arguments.rest::<IntervalOptions>()?).map(interval),
        "confidence_sequence" => {
            report.confidence_sequence(&arguments.rest::<IntervalOptions>()?).map(interval)
        }
        "shown" => {
            let rule = SuppressionRule {
                min_responses: arguments.require("min_responses")?,
                complementary: false,
            };
            arguments.finish()?;
            let hidden = rule.decide_one(report.responses());
            let score = if hidden.is_none() { report.headline() } else { None };
            Ok(json!({"score": score, "suppressed": hidden}))
        }
        other => Err(unknown(other, &["interval", "confidence_sequence", "shown"])),
    }
}

impl<R: RatingReport + Serialize> Reading for R {
    const QUESTIONS: Questions = &[questions::RATING];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        let mut named = NamedArguments::new(arguments)?;
        let figures = self.figures();
        let mut measure = || -> Result<RatingMeasure> {
            Ok(named.take("measure")?.unwrap_or_else(|| self.headline_measure()))
        };
        match question {
            "interval" => {
                let measure = measure()?;
                figures.interval(measure, &named.rest::<IntervalOptions>()?).map(interval)
            }
            "confidence_sequence" => {
                let measure = measure()?;
                let options = named.rest::<IntervalOptions>()?;
                figures.confidence_sequence(measure, &options).map(interval)
            }
            "non_response_bounds" => {
                let measure = measure()?;
                let missing = named.require("non_respondents")?;
                named.finish()?;
                figures.non_response_bounds(measure, missing).map(|bounds| to_value(&bounds))
            }
            "display" => {
                let decimals = named.take("decimals")?.unwrap_or(0);
                named.finish()?;
                self.display(decimals).map(|display| to_value(&display))
            }
            "shown" => ask_scored(self, question, arguments),
            other => Err(unknown(
                other,
                &["interval", "confidence_sequence", "non_response_bounds", "display", "shown"],
            )),
        }
    }

    fn compare_by_name(&self, other: &Self, arguments: &Value) -> Result<Comparison> {
        let mut named = NamedArguments::new(arguments)?;
        let measure = named.take("measure")?.unwrap_or_else(|| self.headline_measure());
        let method: Option<Method> = named.take("method")?;
        named.finish()?;
        self.figures().compare(other.figures(), measure, method)
    }
}

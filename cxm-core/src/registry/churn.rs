//! What a ledger of subscriptions can be asked by name.
//!
//! | question | arguments |
//! | --- | --- |
//! | `churn_rate` | a window, `definition`, `level`, `method` |
//! | `revenue_retention` | a window |
//! | `confidence_sequence` | a window, `definition`, `level`, `method`, `tuned_for`; without a window, as for all reports |
//! | `churn_definitions` | |
//! | `interval`, `shown` | as for all reports |
//!
//! A window is `start` with `end`, or with `months` from there (and `day_offset_minutes` of the
//! clock), or with neither where the definition has a window of its own. Times are microseconds
//! since 1970 or texts as ISO 8601 has them: whose midnight it is, the offset says. A definition is
//! the name of a preset, or an object of an optional `preset` and of fields that differ from it.
//!
//! A comparison is this churn rate minus the other's: `definition`, the window, and with
//! `other_start` and `other_end` another window for the other. With `other_definition` the other
//! says what it was read by: unlike definitions refuse. Without a window the shares of open spans
//! are compared.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::definition::{parse, to_value};
use super::functions::{
    LEVEL, METHOD, POPULATION, Parameter, REPLICATES, SEED, TUNED_FOR, optional, required,
};
use super::question::{NamedArguments, Reading, ask_scored, interval};
use super::questions::{self, QuestionEntry, Questions, question};
use crate::calculator::{Definition, Preset};
use crate::churn::subscriptions::SubscriptionsReport;
use crate::churn::{CauseKind, ChurnRate, ChurnRateDefinition, RevenueRetention, Window};
use crate::error::{Error, Result};
use crate::model::time::{MICROSECONDS_PER_DAY, parse as parse_time};
use crate::stats::{Comparison, IntervalOptions, Method, Scored};

/// A time as callers write it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Time {
    Microseconds(i64),
    Text(String),
}

fn time(named: &mut NamedArguments, name: &'static str) -> Result<Option<i64>> {
    let read = |time| match time {
        Time::Microseconds(time) => Ok(time),
        Time::Text(text) => parse_time(&text).ok_or_else(|| {
            let message = format!("expected a time such as 2024-03-01T00:00, got \"{text}\"");
            Error::argument(message).in_field(name)
        }),
    };
    let given: Option<Value> = named.take(name)?;
    let Some(given) = given else { return Ok(None) };
    let time = serde_json::from_value(given).map_err(|_| {
        let message = "expected microseconds since 1970, or a time such as 2024-03-01T00:00";
        Error::argument(message).in_field(name)
    })?;
    read(time).map(Some)
}

const START: Parameter = required("start", "time", "the start of the window, itself included");
const START_OR_NONE: Parameter =
    optional("start", "time", "null", "the start of the window; null for all open spans");
const END: Parameter = optional(
    "end",
    "time",
    "null",
    "the end of the window, itself excluded; null with months, or by the definition",
);
const MONTHS: Parameter = optional("months", "integer", "null", "months from the start on");
const DAY_OFFSET: Parameter = optional(
    "day_offset_minutes",
    "integer",
    "0",
    "minutes by which the clock of the months is ahead of UTC",
);
const DEFINITION: Parameter = optional(
    "definition",
    "text or object",
    "null",
    "a name of churn_definitions, or an object of an optional preset and of fields that differ",
);

const QUESTIONS: &[QuestionEntry] = &[
    question(
        "churn_rate",
        "the churn rate of a window: rate, numerator, denominator, counts, interval, by_cause",
        &[START, END, MONTHS, DAY_OFFSET, DEFINITION, LEVEL, METHOD, POPULATION, SEED, REPLICATES],
    ),
    question(
        "revenue_retention",
        "recurring revenue of a window: gross, net, movements, quick_ratio",
        &[START, END, MONTHS, DAY_OFFSET],
    ),
    question(
        "interval",
        "the interval of the share of open spans",
        &[LEVEL, METHOD, POPULATION, SEED, REPLICATES],
    ),
    question(
        "confidence_sequence",
        "an interval of the churn rate of a window that may be looked at every day",
        &[START_OR_NONE, END, MONTHS, DAY_OFFSET, DEFINITION, LEVEL, METHOD, TUNED_FOR],
    ),
    question("churn_definitions", "every named definition of the churn rate", &[]),
    questions::SHOWN,
];

/// The definition of a churn rate: the default, a preset, or fields that differ from one.
fn definition(named: &mut NamedArguments) -> Result<ChurnRateDefinition> {
    defined(named.take("definition")?.unwrap_or_default())
}

fn defined(given: Value) -> Result<ChurnRateDefinition> {
    match given {
        Value::String(preset) => ChurnRateDefinition::preset(&preset),
        fields => parse(&fields),
    }
    .map_err(|error| match error.field() {
        Some(_) => error,
        None => error.in_field("definition"),
    })
}

/// The window of a question; `None` without a start.
fn window(named: &mut NamedArguments, days: Option<u32>) -> Result<Option<Window>> {
    let (start, end) = (time(named, "start")?, time(named, "end")?);
    let months: Option<u32> = named.take("months")?;
    let offset: Option<i32> = named.take("day_offset_minutes")?;
    let Some(start) = start else {
        return match (end, months) {
            (None, None) => Ok(None),
            _ => Err(Error::argument("this argument is needed").in_field("start")),
        };
    };
    match (end, months) {
        (Some(_), Some(_)) => {
            Err(Error::argument("a window has an end or months, not both").in_field("months"))
        }
        (Some(end), None) => Window::new(start, end),
        (None, Some(months)) => Window::of_months(start, months, offset.unwrap_or_default()),
        (None, None) => {
            let days = days.ok_or_else(|| {
                let message =
                    "the definition has no window of its own: an end or months are needed";
                Error::argument(message).in_field("end")
            })?;
            let length = i64::from(days).saturating_mul(MICROSECONDS_PER_DAY);
            Window::new(start, start.saturating_add(length))
        }
    }
    .map(Some)
}

fn needed(window: Option<Window>) -> Result<Window> {
    window.ok_or_else(|| Error::argument("this argument is needed").in_field("start"))
}

/// An answer with more fields.
fn with(mut answer: Value, more: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    if let Value::Object(fields) = &mut answer {
        fields.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    answer
}

/// A churn rate with its interval, and the same by cause.
fn rate(rate: &ChurnRate, options: &IntervalOptions) -> Result<Value> {
    let mut by_cause = Map::new();
    for cause in CauseKind::ALL {
        let part = rate.of_cause(cause);
        let fields = json!({
            "rate": part.rate,
            "numerator": part.numerator,
            "denominator": part.denominator,
            "events": part.events,
            "interval": interval(part.interval(options)?),
        });
        by_cause.insert(cause.name().to_owned(), fields);
    }
    let more = [
        ("interval", interval(rate.interval(options)?)),
        ("annualized", to_value(&rate.annualized())),
        ("expected_lifetime_days", to_value(&rate.expected_lifetime_days())),
        ("by_cause", Value::Object(by_cause)),
    ];
    Ok(with(to_value(rate), more))
}

/// Every named definition of the churn rate.
fn definitions() -> Value {
    let entry = |preset: &Preset<ChurnRateDefinition>| {
        json!({
            "name": preset.name,
            "summary": preset.summary,
            "definition": to_value(&(preset.build)()),
        })
    };
    ChurnRateDefinition::presets().iter().map(entry).collect()
}

impl SubscriptionsReport {
    fn rate(&self, window: &Window, definition: &ChurnRateDefinition) -> Result<ChurnRate> {
        self.ledger().churn_rate(window.start, window.end, definition)
    }

    fn retention(&self, window: &Window) -> Result<RevenueRetention> {
        self.ledger().revenue_retention(window.start, window.end)
    }
}

impl Reading for SubscriptionsReport {
    const QUESTIONS: Questions = &[QUESTIONS];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        let mut named = NamedArguments::new(arguments)?;
        match question {
            "churn_rate" => {
                let definition = definition(&mut named)?;
                let window = needed(window(&mut named, definition.window_days)?)?;
                rate(&self.rate(&window, &definition)?, &named.rest::<IntervalOptions>()?)
            }
            "revenue_retention" => {
                let window = needed(window(&mut named, None)?)?;
                named.finish()?;
                Ok(to_value(&self.retention(&window)?))
            }
            "confidence_sequence" => {
                let definition = definition(&mut named)?;
                let window = window(&mut named, definition.window_days)?;
                let options = named.rest::<IntervalOptions>()?;
                let sequence = match window {
                    Some(window) => self.rate(&window, &definition)?.confidence_sequence(&options),
                    None => Scored::confidence_sequence(self, &options),
                };
                sequence.map(interval)
            }
            "churn_definitions" => named.finish().map(|()| definitions()),
            _ => ask_scored(self, question, &named.into_value()),
        }
    }

    fn compare_by_name(&self, other: &Self, arguments: &Value) -> Result<Comparison> {
        let mut named = NamedArguments::new(arguments)?;
        let definition = definition(&mut named)?;
        let ours = window(&mut named, definition.window_days)?;
        let (start, end) = (time(&mut named, "other_start")?, time(&mut named, "other_end")?);
        let other_definition: Option<Value> = named.take("other_definition")?;
        let method: Option<Method> = named.take("method")?;
        named.finish()?;
        let Some(ours) = ours else { return Scored::compare(self, other, method) };
        let theirs = match (start, end) {
            (None, None) => ours,
            (Some(start), Some(end)) => Window::new(start, end)?,
            (None, _) => {
                return Err(Error::argument("this argument is needed").in_field("other_start"));
            }
            (_, None) => {
                return Err(Error::argument("this argument is needed").in_field("other_end"));
            }
        };
        let their_definition = other_definition.map_or(Ok(definition), defined)?;
        self.rate(&ours, &definition)?.compare(&other.rate(&theirs, &their_definition)?, method)
    }
}

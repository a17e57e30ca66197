//! What the calculators of lifetime value are asked by name.
//!
//! | calculator | tables |
//! | --- | --- |
//! | `customer_summaries` | `summaries`, `calibration_holdout`, `opportunities`, `tracking`, `historical_value`, `audit` |
//! | `purchase_patterns` | `patterns`, `spends` |
//!
//! A cut-off is a date or a time as ISO 8601 has it, or microseconds since 1970; a date is the day
//! of that name wherever a day begins.

use serde_json::Value;

use super::Entry;
use super::definition::{self, to_value};
use super::erased::{DynCalculator, RatingCounts, TableEntry, Tabulate, UpdateOne};
use super::functions::{Arguments, Parameter, optional};
use super::question::{NamedArguments, Reading};
use crate::calculator::table::Table;
use crate::calculator::{Calculator, State};
use crate::clv::customer_summaries::CustomerSummariesDefinition;
use crate::clv::{
    CustomerSummaries, CustomerSummariesReport, PurchasePatterns, PurchasePatternsReport,
    SplitOptions, SummaryOptions, TrackingOptions,
};
use crate::error::{Error, Result};
use crate::model::TimeUnit;
use crate::model::time::parse;

const UNTIL: Parameter = optional(
    "until",
    "date",
    "null",
    "the cut-off, itself included; null for the last day of the log",
);
const UNIT: Parameter = optional(
    "unit",
    "unit",
    "\"week\"",
    "unit of recency and age: day, week, month, year, or a number of days",
);
const INCLUDE_FIRST: Parameter = optional(
    "include_first",
    "boolean",
    "false",
    "whether the first purchase is part of the mean spend",
);
const PERIOD: Parameter = optional(
    "period",
    "unit",
    "\"week\"",
    "length of a period: day, week, month, year, or a number of days",
);

const SUMMARY_TABLES: &[TableEntry] = &[
    TableEntry {
        name: "summaries",
        summary: "one row a customer: frequency, recency, age, monetary value at a cut-off",
        parameters: &[UNTIL, UNIT, INCLUDE_FIRST],
    },
    TableEntry {
        name: "calibration_holdout",
        summary: "the summaries at the end of a calibration, and what followed in the hold-out",
        parameters: &[
            Parameter {
                name: "calibration_end",
                kind: "date",
                default: None,
                doc: "the last day of the calibration",
            },
            optional(
                "observation_end",
                "date",
                "null",
                "the last day of the hold-out; null for the last day of the log",
            ),
            UNIT,
            INCLUDE_FIRST,
        ],
    },
    TableEntry {
        name: "opportunities",
        summary: "one row a customer: in how many of the whole periods so far there was a purchase",
        parameters: &[PERIOD, UNTIL],
    },
    TableEntry {
        name: "tracking",
        summary: "one row a period: new customers and repeat purchases, each and cumulative",
        parameters: &[
            PERIOD,
            UNTIL,
            optional(
                "born_until",
                "date",
                "null",
                "only customers who first bought by this day; null for all",
            ),
        ],
    },
    TableEntry {
        name: "historical_value",
        summary: "one row a customer: revenue, cost and margin so far, exact, in minor units",
        parameters: &[UNTIL],
    },
    TableEntry {
        name: "audit",
        summary: "one row: what the summaries at a cut-off rest on, and what was left out",
        parameters: &[UNTIL, UNIT],
    },
];

/// A day since 1970 out of a date, a time or microseconds.
pub(super) fn day(
    value: &Value,
    day_of: &dyn Fn(i64) -> i64,
    name: &'static str,
) -> Result<Option<i64>> {
    let refused = || {
        let message = format!(
            "expected a date such as \"1997-09-30\" or whole microseconds since 1970, got {value}"
        );
        Error::argument(message).in_field(name)
    };
    match value {
        Value::Null => Ok(None),
        Value::Number(number) => {
            let time = number.as_i64().ok_or_else(refused)?;
            Ok(Some(day_of(time)))
        }
        Value::String(text) => {
            let time = parse(text).ok_or_else(refused)?;
            // Without an offset, a date or a time is meant where the days are.
            let zoned = text.get(10..).is_some_and(|rest| rest.contains(['Z', 'z', '+', '-']));
            let plain = CustomerSummariesDefinition::default();
            Ok(Some(if zoned { day_of(time) } else { plain.day_of(time) }))
        }
        _ => Err(refused()),
    }
}

/// A unit by its name, or as a number of days.
fn unit(value: &Value, name: &'static str) -> Result<TimeUnit> {
    let read = match value {
        Value::Number(number) => {
            number.as_u64().and_then(|days| u32::try_from(days).ok()).map(TimeUnit::Days)
        }
        other => serde_json::from_value(other.clone()).ok(),
    };
    read.filter(|unit| unit.validate().is_ok()).ok_or_else(|| {
        let message = format!("expected day, week, month, year or a number of days, got {value}");
        Error::argument(message).in_field(name)
    })
}

struct Given<'a> {
    arguments: &'a Arguments,
    rules: &'a CustomerSummariesDefinition,
}

impl Given<'_> {
    fn day(&self, name: &'static str) -> Result<Option<i64>> {
        day(&self.arguments.get(name)?, &|time| self.rules.day_of(time), name)
    }

    fn unit(&self, name: &'static str) -> Result<TimeUnit> {
        unit(&self.arguments.get(name)?, name)
    }
}

impl Tabulate for CustomerSummaries {
    const TABLES: &'static [TableEntry] = SUMMARY_TABLES;

    fn table(&self, name: &str, arguments: &Arguments) -> Result<Table> {
        let given = Given { arguments, rules: Calculator::definition(self) };
        match name {
            "summaries" => self.summaries(&SummaryOptions {
                until: given.day("until")?,
                unit: given.unit("unit")?,
                include_first: arguments.get("include_first")?,
            }),
            "calibration_holdout" => {
                let missing =
                    || Error::argument("this argument is needed").in_field("calibration_end");
                self.calibration_holdout(&SplitOptions {
                    calibration_end: given.day("calibration_end")?.ok_or_else(missing)?,
                    observation_end: given.day("observation_end")?,
                    unit: given.unit("unit")?,
                    include_first: arguments.get("include_first")?,
                })
            }
            "opportunities" => self.opportunities(given.unit("period")?, given.day("until")?),
            "tracking" => self.tracking(&TrackingOptions {
                period: given.unit("period")?,
                until: given.day("until")?,
                born_until: given.day("born_until")?,
            }),
            "historical_value" => self.historical_value(given.day("until")?),
            _ => one_row(&to_value(&self.audit(given.day("until")?, given.unit("unit")?)?)),
        }
    }
}

/// Fields of an audit that are texts where they are there.
const TEXTS: &[&str] = &["first_day", "last_day", "until", "currency"];

/// The figures of a report as a table of one row.
pub(super) fn one_row(report: &Value) -> Result<Table> {
    let mut table = Table::new(1);
    for (name, value) in report.as_object().into_iter().flatten() {
        let name = name.clone();
        match value {
            Value::Number(number) => match number.as_u64() {
                Some(count) => table.push(name, vec![count])?,
                None => table.push_optional(name, [number.as_f64()])?,
            },
            Value::String(text) => table.push(name, vec![Box::from(text.as_str())])?,
            Value::Null if TEXTS.contains(&name.as_str()) => {
                table.push_optional::<Box<str>>(name, [None])?;
            }
            Value::Null => table.push_optional::<f64>(name, [None])?,
            _ => {}
        }
    }
    Ok(table)
}

impl UpdateOne for CustomerSummaries {}

impl RatingCounts for CustomerSummaries {
    /// The patterns at a cut-off: beside the fields of their definition, `until`.
    fn derive_as(&self, entry: &Entry, definition: &Value) -> Result<Box<dyn DynCalculator>> {
        if entry.kind != PurchasePatterns::KIND {
            return Err(Error::not_offered(format!(
                "a {} cannot be made from it, only {}",
                entry.kind.name,
                PurchasePatterns::KIND.name
            )));
        }
        let mut fields = NamedArguments::new(definition)?;
        let until: Option<Value> = fields.take("until")?;
        let mut fields = definition::object(&fields.into_value())?;
        let rules = Calculator::definition(self);
        fields.entry("decimals").or_insert_with(|| rules.decimals.into());
        let until = day(&until.unwrap_or(Value::Null), &|time| rules.day_of(time), "until")?;
        let mut patterns = PurchasePatterns::new(definition::parse(&Value::Object(fields))?)?;
        self.fill_patterns(&mut patterns, until)?;
        Ok(Box::new(patterns))
    }
}

impl Reading for CustomerSummariesReport {}

impl Tabulate for PurchasePatterns {
    const TABLES: &'static [TableEntry] = &[
        TableEntry {
            name: "patterns",
            summary: "one row a distinct history: frequency, recency, age, and the customers as weights",
            parameters: &[],
        },
        TableEntry {
            name: "spends",
            summary: "one row a distinct spend: frequency, monetary value, and the customers as weights",
            parameters: &[],
        },
    ];

    fn table(&self, name: &str, _arguments: &Arguments) -> Result<Table> {
        if name == "spends" { self.spends() } else { self.patterns() }
    }
}

impl UpdateOne for PurchasePatterns {}

impl RatingCounts for PurchasePatterns {}

impl Reading for PurchasePatternsReport {}

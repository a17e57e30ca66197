//! What paths are asked by name: attribution.
//!
//! | calculator | question | arguments |
//! | --- | --- | --- |
//! | `attribution_paths` | `attribution` | `method`, `direct`, `weights`, `order`, `include_nulls`, `level` |
//! | `attribution_paths` | `interval`, `shown` | as for all reports |
//!
//! Its tables are `attribution`, `comparison` and `paths`.

use serde_json::Value;

use super::definition::to_value;
use super::erased::{RatingCounts, TableEntry, Tabulate, UpdateOne};
use super::functions::{Arguments, Parameter, optional};
use super::question::{NamedArguments, Reading, ask_scored};
use super::questions::{self, QuestionEntry, Questions, question};
use crate::calculator::table::Table;
use crate::error::Result;
use crate::journey::attribution::{
    AttributionMethod, AttributionOptions, AttributionPaths, AttributionPathsReport, attribute,
    compare_methods,
};

pub(super) const METHOD: Parameter = optional(
    "method",
    "text",
    "\"markov\"",
    "first, last, last_non_direct, linear, position, j, inverse_j, markov, shapley or shapley_rate",
);
pub(super) const METHODS: Parameter = optional(
    "methods",
    "array of texts",
    "[\"first\", \"last\", \"linear\", \"position\", \"markov\", \"shapley\"]",
    "the methods, one column each",
);
pub(super) const DIRECT: Parameter = optional(
    "direct",
    "array of texts",
    "[]",
    "the touchpoints that are direct, for last_non_direct",
);
pub(super) const WEIGHTS: Parameter = optional(
    "weights",
    "array of integers",
    "[40, 20, 40]",
    "parts for the first touchpoint, those between and the last, for position",
);
pub(super) const ORDER: Parameter = optional(
    "order",
    "integer",
    "1",
    "how many of the last touchpoints a state of the Markov chain remembers",
);
pub(super) const NULLS: Parameter = optional(
    "include_nulls",
    "boolean",
    "true",
    "whether journeys that did not convert are part of the Markov chain",
);
pub(super) const LEVEL: Parameter =
    optional("level", "number", "0.95", "level of the intervals of the shares");

const QUESTIONS: &[QuestionEntry] = &[question(
    "attribution",
    "the conversions divided among the touchpoints: credits with shares, and what was left out",
    &[METHOD, DIRECT, WEIGHTS, ORDER, NULLS, LEVEL],
)];

pub(super) fn options(
    arguments: &Arguments,
    method: AttributionMethod,
) -> Result<AttributionOptions> {
    Ok(AttributionOptions {
        method,
        direct: arguments.get("direct")?,
        weights: arguments.get("weights")?,
        order: arguments.get("order")?,
        include_nulls: arguments.get("include_nulls")?,
        ..AttributionOptions::default()
    })
}

impl Tabulate for AttributionPaths {
    const TABLES: &'static [TableEntry] = &[
        TableEntry {
            name: "attribution",
            summary: "one row a touchpoint: the conversions and the value it gets, and its share with limits",
            parameters: &[METHOD, DIRECT, WEIGHTS, ORDER, NULLS, LEVEL],
        },
        TableEntry {
            name: "comparison",
            summary: "one row a touchpoint: the conversions it gets by each of several methods",
            parameters: &[METHODS, DIRECT, WEIGHTS, ORDER, NULLS],
        },
        TableEntry {
            name: "paths",
            summary: "one row a distinct path: conversions, their value in minor units, nulls",
            parameters: &[],
        },
    ];

    fn table(&self, name: &str, arguments: &Arguments) -> Result<Table> {
        match name {
            "attribution" => {
                let level = arguments.get("level")?;
                let options = options(arguments, arguments.get("method")?)?;
                self.attribution(&AttributionOptions { level, ..options })?.table()
            }
            "comparison" => {
                let methods: Vec<AttributionMethod> = arguments.get("methods")?;
                let all = methods.into_iter().map(|method| options(arguments, method));
                compare_methods(&self.path_table()?, &all.collect::<Result<Vec<_>>>()?)
            }
            _ => self.path_rows(),
        }
    }
}

impl UpdateOne for AttributionPaths {}

impl RatingCounts for AttributionPaths {}

impl Reading for AttributionPathsReport {
    const QUESTIONS: Questions = &[QUESTIONS, questions::SCORED];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        if question != "attribution" {
            return ask_scored(self, question, arguments);
        }
        let options = NamedArguments::new(arguments)?.rest::<AttributionOptions>()?;
        attribute(self.path_table(), &options).map(|answer| to_value(&answer))
    }
}

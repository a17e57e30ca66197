//! What prediction scores can be asked by name.
//!
//! | question | arguments |
//! | --- | --- |
//! | `interval` | `level`, `method`: `delong` or `hanley_mcneil` |
//! | `top` | `share` |
//! | `calibration`, `brier_decomposition` | `bins`, `bins_by` |
//! | `expected_maximum_profit` | `customer_value`, `incentive`, `contact`, `alpha`, `beta` |
//! | `shown` | as for all reports |
//!
//! | table | arguments |
//! | --- | --- |
//! | `lift` | `groups` |
//! | `calibration` | `bins`, `bins_by`, `level` |

use serde_json::Value;

use super::definition::to_value;
use super::erased::{RatingCounts, TableEntry, Tabulate, UpdateOne};
use super::functions::{Arguments, Parameter, optional, required};
use super::question::{NamedArguments, Reading, ask_scored};
use super::questions::{self, QuestionEntry, Questions, question};
use crate::calculator::{Calculator, Table};
use crate::churn::{CalibrationBins, PredictionScores, PredictionScoresReport, ProfitOptions};
use crate::error::Result;

/// Bins of a calibration table unless asked for otherwise.
const BINS: u32 = 10;

const TABLES: &[TableEntry] = &[
    TableEntry {
        name: "lift",
        summary: "one row a group of the list, highest probability first: rate, lift, gain",
        parameters: &[optional("groups", "integer", "10", "groups of equal size; 10 for deciles")],
    },
    TableEntry {
        name: "calibration",
        summary: "one row a bin of probabilities: what was said, what came, with Wilson's limits",
        parameters: &[BINS_OF, BINS_BY, optional("level", "number", "0.95", "level of the limits")],
    },
];

const BINS_OF: Parameter = optional("bins", "integer", "10", "number of bins");
const BINS_BY: Parameter =
    optional("bins_by", "text", "\"equal_width\"", "equal_width or equal_count");

const QUESTIONS: &[QuestionEntry] = &[
    question(
        "top",
        "how many of the events are among the rows of highest probability",
        &[required("share", "number", "the share of the list, 0.1 for the first tenth")],
    ),
    question(
        "calibration",
        "what was said and what came by bin, and how far they are apart",
        &[BINS_BY, BINS_OF],
    ),
    question(
        "brier_decomposition",
        "the Brier score as reliability, resolution and uncertainty",
        &[BINS_BY, BINS_OF],
    ),
    question(
        "expected_maximum_profit",
        "what the best use of the list would earn a customer, and what share of it to reach",
        &[
            optional("customer_value", "number", "200", "what a customer who is kept is worth"),
            optional("incentive", "number", "10", "what the offer costs where it is taken"),
            optional("contact", "number", "1", "what it costs to reach a customer"),
            optional("alpha", "number", "6", "first parameter of the chance that an offer keeps"),
            optional("beta", "number", "14", "its second parameter"),
        ],
    ),
];

fn lift(report: &PredictionScoresReport, groups: u32, valued: bool) -> Result<Table> {
    let rows = report.lift(groups)?;
    let mut table = Table::new(rows.len());
    table.push("group", rows.iter().map(|row| u64::from(row.group)).collect::<Vec<_>>())?;
    table.push("share", rows.iter().map(|row| row.share).collect::<Vec<_>>())?;
    table.push("rows", rows.iter().map(|row| row.rows).collect::<Vec<_>>())?;
    table.push("events", rows.iter().map(|row| row.events).collect::<Vec<_>>())?;
    table.push_optional("rate", rows.iter().map(|row| row.rate))?;
    table.push_optional("lift", rows.iter().map(|row| row.lift))?;
    table.push_optional("gain", rows.iter().map(|row| row.gain))?;
    table.push_optional("cumulative_lift", rows.iter().map(|row| row.cumulative_lift))?;
    table.push_optional("lowest_probability", rows.iter().map(|row| row.lowest_probability))?;
    if valued {
        table.push("value", rows.iter().map(|row| row.value).collect::<Vec<_>>())?;
        table.push("event_value", rows.iter().map(|row| row.event_value).collect::<Vec<_>>())?;
        table.push_optional("value_gain", rows.iter().map(|row| row.value_gain))?;
    }
    Ok(table)
}

fn calibration(report: &PredictionScoresReport, arguments: &Arguments) -> Result<Table> {
    let (bins, level): (u32, f64) = (arguments.get("bins")?, arguments.get("level")?);
    let bins = report.calibration(arguments.get("bins_by")?, bins)?.bins;
    let mut limits = Vec::with_capacity(bins.len());
    for bin in &bins {
        limits.push(bin.interval(level)?);
    }
    let mut table = Table::new(bins.len());
    table.push("from", bins.iter().map(|bin| bin.lower).collect::<Vec<_>>())?;
    table.push("to", bins.iter().map(|bin| bin.upper).collect::<Vec<_>>())?;
    table.push("rows", bins.iter().map(|bin| bin.rows).collect::<Vec<_>>())?;
    table.push("events", bins.iter().map(|bin| bin.events).collect::<Vec<_>>())?;
    table.push_optional("mean_probability", bins.iter().map(|bin| bin.mean_probability))?;
    table.push_optional("rate", bins.iter().map(|bin| bin.rate))?;
    table.push_optional("lower", limits.iter().map(|limit| limit.map(|limit| limit.lower)))?;
    table.push_optional("upper", limits.iter().map(|limit| limit.map(|limit| limit.upper)))?;
    Ok(table)
}

impl Tabulate for PredictionScores {
    const TABLES: &'static [TableEntry] = TABLES;

    fn table(&self, name: &str, arguments: &Arguments) -> Result<Table> {
        let report = Calculator::value(self);
        match name {
            "lift" => lift(&report, arguments.get("groups")?, report.definition.valued),
            _ => calibration(&report, arguments),
        }
    }
}

impl UpdateOne for PredictionScores {}

impl RatingCounts for PredictionScores {}

impl Reading for PredictionScoresReport {
    const QUESTIONS: Questions = &[QUESTIONS, questions::SCORED];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        let mut named = NamedArguments::new(arguments)?;
        let bins = |named: &mut NamedArguments| -> Result<(CalibrationBins, u32)> {
            let bins_by = named.take("bins_by")?.unwrap_or_default();
            Ok((bins_by, named.take("bins")?.unwrap_or(BINS)))
        };
        let answer = match question {
            "top" => self.top(named.require("share")?).map(|answer| to_value(&answer)),
            "calibration" => {
                let (bins_by, bins) = bins(&mut named)?;
                self.calibration(bins_by, bins).map(|answer| to_value(&answer))
            }
            "brier_decomposition" => {
                let (bins_by, bins) = bins(&mut named)?;
                self.brier_decomposition(bins_by, bins).map(|answer| to_value(&answer))
            }
            "expected_maximum_profit" => {
                let options: ProfitOptions = named.rest()?;
                let answer = self.expected_maximum_profit(&options)?;
                return Ok(to_value(&answer));
            }
            _ => return ask_scored(self, question, arguments),
        }?;
        named.finish()?;
        Ok(answer)
    }
}

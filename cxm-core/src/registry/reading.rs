//! The questions of the reports that do not rest on one rating.
//!
//! | report | question | arguments |
//! | --- | --- | --- |
//! | all | `interval`, `confidence_sequence` | `level`, `method`, `population`, `tuned_for` |
//! | all | `shown` | `min_responses` |
//! | `cx_index` | `interval`, `confidence_sequence` | also `item`: `ease`, `effectiveness`, `emotion` |
//! | `secure_customer_index` | `interval`, `confidence_sequence` | also `group`: `secure`, `favourable`, `vulnerable`, `at_risk` |
//! | `paired_nps` | `test` | `level` |
//! | `response_rate` | `interval` | also `pane`: where it starts |
//! | `response_ledger` | `score` | `calculator`, `definition`, `level`, `method` |
//! | `driver_moments` | `drivers` | `outcome`: `rating`, `class`; `level` |
//! | `driver_moments` | `lmg`, `relative_weights` | `outcome` |
//! | `driver_moments` | `penalty_reward_contrast` | `outcome`, `level` |
//! | `driver_moments` | `importance_performance` | `outcome`, `importance`: `lmg`, `relative_weights`; `cross_hairs`: `means`, `medians` |

use serde::Deserialize;
use serde_json::{Value, json};

use super::definition::to_value;
use super::question::{NamedArguments, Reading, ask_scored, interval};
use super::questions::{self, Questions};
use crate::error::{Error, Result};
use crate::impact::DriverMomentsReport;
use crate::impact::importance::ImportanceMethod;
use crate::stats::{IntervalOptions, Share, confidence_sequence, net_score, proportion};
use crate::survey::cx_index::CxIndexItem;
use crate::survey::{
    CustomerSecurity, CxIndexReport, EmotionalValueReport, PairedNpsReport, ResponseLedgerReport,
    ResponseRateReport, SecureCustomerIndexReport,
};

/// The interval or the confidence sequence of a share.
fn ask_share(share: &Share, question: &str, options: &IntervalOptions) -> Result<Value> {
    match question {
        "interval" => proportion::interval(share, options).map(interval),
        _ => confidence_sequence::share(share, options).map(interval),
    }
}

fn is_interval(question: &str) -> bool {
    matches!(question, "interval" | "confidence_sequence")
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Item {
    Ease,
    Effectiveness,
    Emotion,
}

impl Reading for CxIndexReport {
    const QUESTIONS: Questions = &[questions::CX_INDEX];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        let mut named = NamedArguments::new(arguments)?;
        let item: Option<Item> = if is_interval(question) { named.take("item")? } else { None };
        let Some(item) = item else { return ask_scored(self, question, &named.into_value()) };
        let options = named.rest::<IntervalOptions>()?;
        let item: &CxIndexItem = match item {
            Item::Ease => &self.items.ease,
            Item::Effectiveness => &self.items.effectiveness,
            Item::Emotion => &self.items.emotion,
        };
        let raw = match question {
            "interval" => net_score::interval(&item.counts(), &options)?,
            _ => confidence_sequence::net(&item.counts(), &options)?,
        };
        Ok(interval(raw.map(|raw| raw.scaled(100.0))))
    }
}

impl Reading for SecureCustomerIndexReport {
    const QUESTIONS: Questions = &[questions::SECURE_CUSTOMER_INDEX];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        if !is_interval(question) {
            return ask_scored(self, question, arguments);
        }
        let mut named = NamedArguments::new(arguments)?;
        let group: Option<CustomerSecurity> = named.take("group")?;
        let share = self.share(group.unwrap_or_default());
        ask_share(&share, question, &named.rest::<IntervalOptions>()?)
    }
}

impl Reading for PairedNpsReport {
    const QUESTIONS: Questions = &[questions::PAIRED, questions::SCORED];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        if question != "test" {
            return ask_scored(self, question, arguments);
        }
        let mut named = NamedArguments::new(arguments)?;
        let level = named.take("level")?.unwrap_or(IntervalOptions::default().level);
        named.finish()?;
        let test = self.test()?;
        with_interval(to_value(&test), to_value(&test.interval(level)?))
    }
}

impl Reading for EmotionalValueReport {}

impl Reading for DriverMomentsReport {
    const QUESTIONS: Questions = &[questions::DRIVERS, questions::SCORED];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        let importance = match question {
            "lmg" => Some(ImportanceMethod::Lmg),
            "relative_weights" => Some(ImportanceMethod::RelativeWeights),
            "drivers" | "penalty_reward_contrast" | "importance_performance" => None,
            _ => return ask_scored(self, question, arguments),
        };
        let mut named = NamedArguments::new(arguments)?;
        let outcome = named.take("outcome")?.unwrap_or_default();
        if let Some(method) = importance {
            named.finish()?;
            return self.importance(outcome, method).map(|answer| to_value(&answer));
        }
        if question == "importance_performance" {
            let method = named.take("importance")?.unwrap_or_default();
            let cross_hairs = named.take("cross_hairs")?.unwrap_or_default();
            named.finish()?;
            let grid = self.importance_performance(outcome, method, cross_hairs)?;
            return Ok(to_value(&grid));
        }
        let level = named.take("level")?.unwrap_or(IntervalOptions::default().level);
        named.finish()?;
        match question {
            "drivers" => self.regression(outcome, level).map(|answer| to_value(&answer)),
            _ => self.penalty_reward(outcome, level).map(|answer| to_value(&answer)),
        }
    }
}

impl Reading for ResponseRateReport {
    const QUESTIONS: Questions = &[questions::RESPONSE_RATE];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        let mut named = NamedArguments::new(arguments)?;
        let start: Option<i64> = if question == "interval" { named.take("pane")? } else { None };
        let Some(start) = start else { return ask_scored(self, question, &named.into_value()) };
        let options = named.rest::<IntervalOptions>()?;
        let pane = self.panes.iter().find(|pane| pane.start == start).ok_or_else(|| {
            Error::not_found(format!("no pane starts at {start}")).in_field("pane")
        })?;
        // Refuses a rate over a window, which is no share.
        self.share()?;
        let share = Share { successes: pane.answered, total: pane.invited };
        ask_share(&share, question, &options)
    }
}

impl Reading for ResponseLedgerReport {
    const QUESTIONS: Questions = &[questions::RESPONSE_LEDGER, questions::SCORED];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        if question != "score" {
            return ask_scored(self, question, arguments);
        }
        let mut named = NamedArguments::new(arguments)?;
        let name: String = named.require("calculator")?;
        let definition: Option<Value> = named.take("definition")?;
        let entry = super::find(&name)?;
        let definition = definition.unwrap_or_else(|| json!({}));
        let derived = (entry.from_counts)(&definition, self.counted().clone())?;
        with_interval(derived.value(), derived.ask("interval", &named.into_value())?)
    }
}

/// An answer with the interval that belongs to it.
fn with_interval(mut answer: Value, interval: Value) -> Result<Value> {
    if let Value::Object(fields) = &mut answer {
        fields.insert("interval".to_owned(), interval);
    }
    Ok(answer)
}

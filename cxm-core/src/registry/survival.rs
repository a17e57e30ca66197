//! What lifetimes can be asked by name, and how curves are written as JSON.
//!
//! | question | arguments |
//! | --- | --- |
//! | `kaplan_meier` | `times`, `start_time`, `level`, `method` |
//! | `survival_quantile` | `probability`, `flat`, `start_time`, `level`, `method` |
//! | `restricted_mean` | `horizon`, `start_time`, `level` |
//! | `conditional_survival` | `stayed`, `until`, `start_time` |
//! | `nelson_aalen` | `times`, `ties`, `level`, `method` |
//! | `aalen_johansen` | `times`, `level`, `method` |
//! | `life_table`, `tenure_rates` | `cuts` |
//! | `risk_table` | |
//! | `interval`, `shown` | as for all reports |

use serde_json::{Value, json};

use super::definition::to_value;
use super::functions::{optional, required};
use super::question::{NamedArguments, Reading, ask_scored};
use super::questions::{self, QuestionEntry, Questions, question};
use super::survival_tables::{CURVE_METHOD, CUTS, HAZARD_METHOD, LEVEL, START_TIME, TIES, TIMES};
use crate::error::Result;
use crate::stats::{IntervalOptions, Method};
use crate::survival::{
    AalenJohansen, KaplanMeier, LifeTable, LifetimesReport, NelsonAalen, tenure_rates,
};

const QUESTIONS: &[QuestionEntry] = &[
    question(
        "kaplan_meier",
        "the share that is still there: points at times, median, start_time, last_time",
        &[TIMES, START_TIME, LEVEL, CURVE_METHOD],
    ),
    question(
        "survival_quantile",
        "the time by which a share has left, with its limits",
        &[
            optional("probability", "number", "0.5", "the share that has left; 0.5 for the median"),
            optional("flat", "text", "\"middle\"", "where the curve is flat: middle or earliest"),
            START_TIME,
            LEVEL,
            CURVE_METHOD,
        ],
    ),
    question(
        "restricted_mean",
        "the mean time spent before a horizon, with its interval",
        &[required("horizon", "number", "the horizon"), START_TIME, LEVEL],
    ),
    question(
        "conditional_survival",
        "the share of those who stayed longer than one time that stays longer than another",
        &[
            required("stayed", "number", "the time that all of them stayed"),
            required("until", "number", "the later time"),
            START_TIME,
        ],
    ),
    question(
        "nelson_aalen",
        "the cumulative hazard: points at times",
        &[TIMES, TIES, LEVEL, HAZARD_METHOD],
    ),
    question(
        "aalen_johansen",
        "the share that has left for each cause: causes with points at times",
        &[TIMES, LEVEL, CURVE_METHOD],
    ),
    question("life_table", "survival by intervals of tenure", &[CUTS]),
    question("tenure_rates", "events per unit of time at risk, in bands of tenure", &[CUTS]),
    question("risk_table", "at each time: at risk, entered, events, censored", &[]),
];

/// The curve at some times, or at all at which anybody left.
pub(super) fn curve(
    curve: &KaplanMeier,
    times: Option<Vec<f64>>,
    level: f64,
    method: Method,
) -> Result<Value> {
    let times = times.unwrap_or_else(|| curve.steps.iter().map(|step| step.time).collect());
    let point = |time: &f64| -> Result<Value> {
        let interval = curve.interval(*time, level, method)?;
        let at = curve.steps.partition_point(|step| step.time < *time);
        let step = curve.steps.get(at).filter(|step| step.time <= *time);
        Ok(json!({
            "time": time,
            "at_risk": step.map(|step| step.at_risk),
            "events": step.map(|step| step.events),
            "censored": step.map(|step| step.censored),
            "survival": curve.survival(*time),
            "standard_error": curve.standard_error(*time),
            "lower": interval.map(|interval| interval.lower),
            "upper": interval.map(|interval| interval.upper),
        }))
    };
    let points: Vec<Value> = times.iter().map(point).collect::<Result<_>>()?;
    Ok(json!({
        "start_time": curve.start_time,
        "last_time": curve.last_time,
        "median": curve.median(),
        "has_late_entries": curve.has_late_entries,
        "small_risk_set": to_value(&curve.small_risk_set),
        "level": level,
        "method": to_value(&method),
        "points": points,
    }))
}

/// The mean time before a horizon, with its interval.
pub(super) fn mean(curve: &KaplanMeier, horizon: f64, level: f64) -> Result<Value> {
    let mean = curve.restricted_mean(horizon)?;
    let mut answer = to_value(&mean);
    if let Value::Object(fields) = &mut answer {
        fields.insert("interval".to_owned(), to_value(&mean.interval(level)?));
    }
    Ok(answer)
}

/// The cumulative hazard at some times.
pub(super) fn hazard(
    hazard: &NelsonAalen,
    times: Option<Vec<f64>>,
    level: f64,
    method: Method,
) -> Result<Value> {
    let times = times.unwrap_or_else(|| hazard.steps.iter().map(|step| step.time).collect());
    let point = |time: &f64| -> Result<Value> {
        let interval = hazard.interval(*time, level, method)?;
        Ok(json!({
            "time": time,
            "hazard": hazard.hazard(*time),
            "standard_error": hazard.standard_error(*time),
            "lower": interval.map(|interval| interval.lower),
            "upper": interval.map(|interval| interval.upper),
        }))
    };
    let points: Vec<Value> = times.iter().map(point).collect::<Result<_>>()?;
    Ok(json!({"level": level, "method": to_value(&method), "points": points}))
}

/// The share of each cause at some times.
pub(super) fn incidences(
    shares: &AalenJohansen,
    times: Option<Vec<f64>>,
    level: f64,
    method: Method,
) -> Result<Value> {
    let mut causes = Vec::with_capacity(shares.causes.len());
    for curve in &shares.causes {
        let all = || curve.steps.iter().map(|step| step.time).collect();
        let point = |time: &f64| -> Result<Value> {
            let interval = shares.interval(&curve.cause, *time, level, method)?;
            Ok(json!({
                "time": time,
                "incidence": shares.cumulative_incidence(&curve.cause, *time)?,
                "standard_error": shares.standard_error(&curve.cause, *time)?,
                "lower": interval.map(|interval| interval.lower),
                "upper": interval.map(|interval| interval.upper),
            }))
        };
        let times: Vec<f64> = times.clone().unwrap_or_else(all);
        let points: Vec<Value> = times.iter().map(point).collect::<Result<_>>()?;
        causes.push(json!({"cause": to_value(&curve.cause), "points": points}));
    }
    Ok(json!({"level": level, "method": to_value(&method), "causes": causes}))
}

impl Reading for LifetimesReport {
    const QUESTIONS: Questions = &[QUESTIONS, questions::SCORED];

    fn ask(&self, question: &str, arguments: &Value) -> Result<Value> {
        let table = self.risk_table();
        let mut named = NamedArguments::new(arguments)?;
        let default = IntervalOptions::default();
        let read_curve = |named: &mut NamedArguments| match named.take::<f64>("start_time")? {
            Some(start) => KaplanMeier::after(table, start),
            None => Ok(KaplanMeier::of(table)),
        };
        let level = |named: &mut NamedArguments| -> Result<f64> {
            Ok(named.take("level")?.unwrap_or(default.level))
        };
        let how = |named: &mut NamedArguments, usual: Method| -> Result<(f64, Method)> {
            Ok((level(named)?, named.take("method")?.unwrap_or(usual)))
        };
        let answer = match question {
            "kaplan_meier" => {
                let (curve, times) = (read_curve(&mut named)?, named.take("times")?);
                let (level, method) = how(&mut named, Method::LogLog)?;
                self::curve(&curve, times, level, method)
            }
            "survival_quantile" => {
                let curve = read_curve(&mut named)?;
                let probability = named.take("probability")?.unwrap_or(0.5);
                let flat = named.take("flat")?.unwrap_or_default();
                let (level, method) = how(&mut named, Method::LogLog)?;
                curve.quantile(probability, level, method, flat).map(|answer| to_value(&answer))
            }
            "restricted_mean" => {
                let (curve, horizon) = (read_curve(&mut named)?, named.require("horizon")?);
                mean(&curve, horizon, level(&mut named)?)
            }
            "conditional_survival" => {
                let curve = read_curve(&mut named)?;
                let (stayed, until) = (named.require("stayed")?, named.require("until")?);
                curve.conditional_survival(stayed, until).map(|answer| to_value(&answer))
            }
            "nelson_aalen" => {
                let ties = named.take("ties")?.unwrap_or_default();
                let times = named.take("times")?;
                let (level, method) = how(&mut named, Method::Log)?;
                hazard(&NelsonAalen::with_ties(table, ties), times, level, method)
            }
            "aalen_johansen" => {
                let times = named.take("times")?;
                let (level, method) = how(&mut named, Method::LogLog)?;
                incidences(&AalenJohansen::of(table), times, level, method)
            }
            "life_table" => {
                let cuts: Vec<f64> = named.require("cuts")?;
                LifeTable::of(table, &cuts).map(|answer| to_value(&answer))
            }
            "tenure_rates" => {
                let cuts: Vec<f64> = named.require("cuts")?;
                tenure_rates(table, &cuts).map(|answer| to_value(&answer))
            }
            "risk_table" => Ok(to_value(&table.counts())),
            _ => return ask_scored(self, question, arguments),
        }?;
        named.finish()?;
        Ok(answer)
    }
}

//! What activity is asked by name.
//!
//! | table | one row |
//! | --- | --- |
//! | `cohorts` | a cohort and age: customers, share, revenue |
//! | `retention` | an age: weighted and plain average over the cohorts |
//! | `cohort_sizes` | a cohort |
//! | `stickiness` | a period: active, new, retained, back, lapsed; mean daily ÷ active |
//! | `trailing_activity` | a day: customers of the last day, 7 days, 28 days, and their ratios |
//! | `gaps` | a length of the gaps between activities: closed, open, and the curve |
//! | `inactivity` | one: active, lapsed and churned by a rule |
//! | `audit` | one: what all this rests on, and what was left out |
//!
//! A day is a date or a time as ISO 8601 has it, or microseconds since 1970, and belongs to what is
//! looked at.

use std::iter::repeat_n;

use serde::Deserialize;

use super::customer_tables::{day, one_row};
use super::definition::to_value;
use super::erased::{RatingCounts, TableEntry, Tabulate, UpdateOne};
use super::functions::{Arguments, Parameter, optional};
use super::question::Reading;
use crate::calculator::{Calculator, ColumnData, Table};
use crate::churn::{
    Activity, ActivityReport, Clock, CohortOptions, InactivityCounts, RetentionKind,
    StickinessOptions,
};
use crate::clv::inactivity::{alive_counts, gap_curve, gap_quantile};
use crate::clv::{BgNbd, MbgNbd, ParetoNbd, PurchaseModel};
use crate::error::{Error, Result};
use crate::model::Period;
use crate::model::period::Weekday;
use crate::stats::{IntervalOptions, proportion};

const PERIOD: Parameter =
    optional("period", "text", "\"month\"", "day, week, month, quarter or year of the calendar");
const WEEK_START: Parameter =
    optional("week_start", "text", "\"monday\"", "the day of the week with which weeks begin");
const CLOCK: Parameter = optional(
    "clock",
    "text",
    "\"calendar\"",
    "calendar: ages in periods of the calendar; rolling: in days from each customer's first activity",
);
const DAYS: Parameter = optional(
    "days",
    "integer",
    "null",
    "days of an age on a rolling clock; null for 1, 7, 30, 91 or 365 by the period",
);
const KIND: Parameter = optional(
    "kind",
    "text or array of integers",
    "\"on\"",
    "on: active at this very age; on_or_after: at this age or later; or ages with which brackets \
     begin, the last of which ends the last bracket",
);
const UNTIL: Parameter = optional(
    "until",
    "date",
    "null",
    "the cut-off, itself included; null for the last day of the log",
);
const BORN_FROM: Parameter = optional(
    "born_from",
    "date",
    "null",
    "customers first active before this day are in no cohort; null for none",
);
const MAX_AGE: Parameter =
    optional("max_age", "integer", "null", "the largest age or bracket; null for all");
const LEVEL: Parameter = optional("level", "number", "0.95", "level of the intervals");

const COHORT_PARAMETERS: &[Parameter] =
    &[PERIOD, KIND, CLOCK, DAYS, WEEK_START, BORN_FROM, UNTIL, MAX_AGE, LEVEL];

const TABLES: &[TableEntry] = &[
    TableEntry {
        name: "cohorts",
        summary: "one row a cohort and age: customers who were active, their share, their revenue",
        parameters: COHORT_PARAMETERS,
    },
    TableEntry {
        name: "retention",
        summary: "one row an age: weighted and plain average over the cohorts for which it is over",
        parameters: COHORT_PARAMETERS,
    },
    TableEntry {
        name: "cohort_sizes",
        summary: "one row a cohort: its period and its size",
        parameters: &[PERIOD, WEEK_START, BORN_FROM, UNTIL],
    },
    TableEntry {
        name: "stickiness",
        summary: "one row a period: active, new, retained, back, lapsed; mean daily by active",
        parameters: &[PERIOD, WEEK_START, UNTIL, LEVEL],
    },
    TableEntry {
        name: "trailing_activity",
        summary: "one row a day: customers of the last day, 7 days and month, and their ratios",
        parameters: &[
            optional("month_days", "integer", "28", "days of a month, such as 28 or 30"),
            UNTIL,
        ],
    },
    TableEntry {
        name: "gaps",
        summary: "one row a length in days: gaps between activities that closed, that are open, \
                  and the share that lasts longer",
        parameters: &[UNTIL, LEVEL],
    },
    TableEntry {
        name: "inactivity",
        summary: "one row: who is active, who has lapsed and who churned, by a rule",
        parameters: INACTIVITY_PARAMETERS,
    },
    TableEntry {
        name: "audit",
        summary: "one row: what the tables rest on, and what was left out",
        parameters: &[UNTIL],
    },
];

const INACTIVITY_PARAMETERS: &[Parameter] = &[
    optional(
        "rule",
        "text",
        "\"window\"",
        "window: active within so many days; gap_quantile: within the days by which a share of the \
         gaps has closed; p_alive: alive with a probability",
    ),
    optional("days", "integer", "30", "the days of the rule window"),
    optional("probability", "number", "0.8", "the share of the rule gap_quantile"),
    optional("alive", "number", "0.5", "the probability of the rule p_alive"),
    optional(
        "model",
        "text",
        "\"pareto_nbd\"",
        "the model of the rule p_alive: pareto_nbd, mbg_nbd or bg_nbd",
    ),
    optional(
        "since",
        "date",
        "null",
        "who was active at the end of this day can churn; null for 30 days before the cut-off",
    ),
    UNTIL,
    LEVEL,
];

/// Days before the cut-off from which churn is counted, where nothing is said.
const CHURN_DAYS: i64 = 30;

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PeriodName {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClockName {
    Calendar,
    Rolling,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KindName {
    On,
    OnOrAfter,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Kind {
    Name(KindName),
    Edges(Vec<u32>),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rule {
    Window,
    GapQuantile,
    PAlive,
}

#[derive(Debug, Clone, Copy, Deserialize)]
enum ModelName {
    #[serde(rename = "pareto_nbd")]
    Pareto,
    #[serde(rename = "mbg_nbd")]
    ModifiedBetaGeometric,
    #[serde(rename = "bg_nbd")]
    BetaGeometric,
}

struct Given<'a> {
    arguments: &'a Arguments,
    activity: &'a Activity,
}

impl Given<'_> {
    fn day(&self, name: &'static str) -> Result<Option<i64>> {
        let rules = Calculator::definition(self.activity);
        day(&self.arguments.get(name)?, &|time| rules.day_of(time), name)
    }

    fn period(&self) -> Result<Period> {
        let first: Weekday = self.arguments.get("week_start")?;
        Ok(match self.arguments.get("period")? {
            PeriodName::Day => Period::Day,
            PeriodName::Week => Period::Week(first),
            PeriodName::Month => Period::Month,
            PeriodName::Quarter => Period::Quarter,
            PeriodName::Year => Period::Year,
        })
    }

    fn kind(&self) -> Result<RetentionKind> {
        let read: Result<Kind> = self.arguments.get("kind");
        match read {
            Ok(Kind::Name(KindName::On)) => Ok(RetentionKind::On),
            Ok(Kind::Name(KindName::OnOrAfter)) => Ok(RetentionKind::OnOrAfter),
            Ok(Kind::Edges(edges)) => Ok(RetentionKind::Brackets(edges)),
            Err(_) => {
                let message = "expected on, on_or_after or the ages with which brackets begin";
                Err(Error::argument(message).in_field("kind"))
            }
        }
    }

    fn clock(&self, period: Period) -> Result<Clock> {
        let days: Option<u32> = self.arguments.get("days")?;
        match (self.arguments.get("clock")?, days) {
            (ClockName::Rolling, Some(days)) => Ok(Clock::Rolling { days }),
            (ClockName::Rolling, None) => Ok(Clock::rolling(period)),
            (ClockName::Calendar, None) => Ok(Clock::Calendar),
            (ClockName::Calendar, Some(_)) => {
                let message = "days are those of a rolling clock; say clock: rolling";
                Err(Error::argument(message).in_field("days"))
            }
        }
    }

    fn cohorts(&self) -> Result<CohortOptions> {
        let period = self.period()?;
        Ok(CohortOptions {
            period,
            clock: self.clock(period)?,
            kind: self.kind()?,
            until: self.day("until")?,
            born_from: self.day("born_from")?,
            max_age: self.arguments.get("max_age")?,
        })
    }

    fn level(&self) -> Result<f64> {
        self.arguments.get("level")
    }
}

impl Tabulate for Activity {
    const TABLES: &'static [TableEntry] = TABLES;

    fn table(&self, name: &str, arguments: &Arguments) -> Result<Table> {
        let given = Given { arguments, activity: self };
        match name {
            "cohorts" => self.cohorts(&given.cohorts()?)?.table(given.level()?),
            "retention" => self.cohorts(&given.cohorts()?)?.averages(given.level()?),
            "cohort_sizes" => {
                let options = CohortOptions {
                    period: given.period()?,
                    born_from: given.day("born_from")?,
                    until: given.day("until")?,
                    max_age: Some(0),
                    ..CohortOptions::default()
                };
                self.cohorts(&options)?.sizes()
            }
            "stickiness" => {
                let options =
                    StickinessOptions { period: given.period()?, until: given.day("until")? };
                Activity::stickiness(self, &options, given.level()?)
            }
            "trailing_activity" => {
                self.trailing_activity(arguments.get("month_days")?, given.day("until")?)
            }
            "gaps" => gap_table(self, given.day("until")?, given.level()?),
            "inactivity" => inactivity(self, &given),
            _ => one_row(&to_value(&self.audit(given.day("until")?))),
        }
    }
}

/// The gaps by their length, with the curve of those that last longer.
fn gap_table(activity: &Activity, until: Option<i64>, level: f64) -> Result<Table> {
    let gaps = activity.gaps(until);
    let curve = gap_curve(&gaps)?;
    let count = |list: &[(u64, u64)], days: u64| {
        let found = list.binary_search_by_key(&days, |gap| gap.0).ok();
        found.and_then(|place| list.get(place)).map_or(0, |gap| gap.1)
    };
    let mut days: Vec<u64> = gaps.closed.iter().chain(&gaps.open).map(|gap| gap.0).collect();
    days.sort_unstable();
    days.dedup();
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    let mut last = Vec::new();
    for &day in &days {
        let interval = curve.interval(day as f64, level, crate::stats::Method::LogLog)?;
        last.push(curve.survival(day as f64));
        lower.push(interval.map(|interval| interval.lower));
        upper.push(interval.map(|interval| interval.upper));
    }
    let mut table = Table::new(days.len());
    let counts = |list: &[(u64, u64)]| days.iter().map(|&day| count(list, day)).collect::<Vec<_>>();
    let (closed, open) = (counts(&gaps.closed), counts(&gaps.open));
    table.push("days", days)?;
    table.push("closed", closed)?;
    table.push("open", open)?;
    table.push_optional("longer", last)?;
    table.push_optional("lower", lower)?;
    table.push_optional("upper", upper)?;
    Ok(table)
}

/// What a rule says before anybody is counted.
#[derive(Debug, Default)]
struct Threshold {
    days: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    alive: Option<f64>,
    expected: Option<f64>,
}

fn inactivity(activity: &Activity, given: &Given<'_>) -> Result<Table> {
    let rule: Rule = given.arguments.get("rule")?;
    let level = given.level()?;
    let last = activity.first_and_last_day().map(|(_, last)| last);
    let until = given.day("until")?.or(last);
    let Some(until) = until else { return counted(&Threshold::default(), None, None, level) };
    let since = given.day("since")?.unwrap_or_else(|| until.saturating_sub(CHURN_DAYS));
    let mut threshold = Threshold::default();
    let counts = match rule {
        Rule::Window => {
            let days: u32 = given.arguments.get("days")?;
            threshold.days = Some(days.into());
            Some(activity.inactivity(since, until, days.into())?)
        }
        Rule::GapQuantile => {
            let gaps = activity.gaps(Some(until));
            let quantile = gap_quantile(&gaps, given.arguments.get("probability")?, level)?;
            threshold.days = quantile.time;
            (threshold.lower, threshold.upper) = (quantile.lower, quantile.upper);
            let silent = |days: f64| {
                activity.inactivity_by(since, until, |it| Ok((it.silent_days() as f64) < days))
            };
            quantile.time.map(silent).transpose()?
        }
        Rule::PAlive => {
            let alive: f64 = given.arguments.get("alive")?;
            let (counts, expected) = match given.arguments.get("model")? {
                ModelName::Pareto => by_model::<ParetoNbd>(activity, since, until, alive),
                ModelName::ModifiedBetaGeometric => {
                    by_model::<MbgNbd>(activity, since, until, alive)
                }
                ModelName::BetaGeometric => by_model::<BgNbd>(activity, since, until, alive),
            }?;
            (threshold.alive, threshold.expected) = (Some(alive), Some(expected));
            Some(counts)
        }
    };
    counted(&threshold, Some((since, until)), counts.as_ref(), level)
}

fn by_model<M: PurchaseModel>(
    activity: &Activity,
    since: i64,
    until: i64,
    alive: f64,
) -> Result<(InactivityCounts, f64)> {
    let found = alive_counts::<M>(activity, since, until, alive)?;
    Ok((found.counts, found.expected))
}

/// One row, none of an empty log; where there is no threshold there are no counts.
fn counted(
    threshold: &Threshold,
    days: Option<(i64, i64)>,
    counts: Option<&InactivityCounts>,
    level: f64,
) -> Result<Table> {
    let options = IntervalOptions { level, ..IntervalOptions::default() };
    let rows = usize::from(days.is_some());
    let (since, until) = days.unwrap_or_default();
    let mut table = Table::new(rows);
    table.push("since", ColumnData::Days(vec![since; rows]))?;
    table.push("until", ColumnData::Days(vec![until; rows]))?;
    table.push_optional("threshold_days", repeat_n(threshold.days, rows))?;
    table.push_optional("threshold_lower", repeat_n(threshold.lower, rows))?;
    table.push_optional("threshold_upper", repeat_n(threshold.upper, rows))?;
    table.push_optional("threshold_alive", repeat_n(threshold.alive, rows))?;
    let mut count = |name: &'static str, of: &dyn Fn(&InactivityCounts) -> u64| {
        table.push_optional(name, repeat_n(counts.map(of), rows))
    };
    count("customers", &|it| it.customers)?;
    count("active", &|it| it.active)?;
    count("lapsed", &InactivityCounts::lapsed)?;
    count("active_before", &|it| it.active_before)?;
    count("churned", &|it| it.churned)?;
    count("back", &|it| it.back)?;
    count("new", &|it| it.new)?;
    let shares = [
        (["active_share", "active_lower", "active_upper"], counts.map(|it| it.active_share())),
        (["churn_rate", "churn_lower", "churn_upper"], counts.map(|it| it.churn())),
    ];
    for ([value, lower, upper], share) in shares {
        let interval = share.map(|share| proportion::interval(&share, &options)).transpose()?;
        let interval = interval.flatten();
        table.push_optional(value, repeat_n(share.and_then(|share| share.value()), rows))?;
        table.push_optional(lower, repeat_n(interval.map(|interval| interval.lower), rows))?;
        table.push_optional(upper, repeat_n(interval.map(|interval| interval.upper), rows))?;
    }
    table.push_optional("expected_alive", repeat_n(threshold.expected, rows))?;
    Ok(table)
}

impl UpdateOne for Activity {}

impl RatingCounts for Activity {}

impl Reading for ActivityReport {}

//! What journeys are asked by name.
//!
//! | question | arguments |
//! | --- | --- |
//! | `funnel` | `steps`, `window`, `step_windows`, `start`, `order`, `entry`, `exclude`, `level` |
//! | `customer` | `customer`, `at`, `lifecycle`, `most`, `level`, `lifetime_value`, `churn_risk` |
//! | `transitions`, `step_matrix`, `step_flows`, `variants`, `touchpoints`, `journeys`, … | as the tables of that name |
//! | `interval`, `confidence_sequence`, `shown` | as for all reports |
//!
//! Every table can also be asked for: its rows then come as objects of named fields.

use serde_json::Value;

use super::attribution;
use super::definition::to_value;
use super::erased::{RatingCounts, TableEntry, Tabulate, UpdateOne};
use super::functions::{Arguments, Parameter, optional, required};
use super::journeys_scores as scores;
use super::journeys_views as views;
use super::question::{NamedArguments, Reading};
use super::questions::{self, QuestionEntry, Questions, question};
use crate::calculator::batch::{Event, KeyPart};
use crate::calculator::{Calculator, ColumnData, Table};
use crate::error::{Error, Result};
use crate::journey::attribution::{AttributionMethod, AttributionOptions, compare_methods};
use crate::journey::funnel::FunnelOptions;
use crate::journey::report::Spread;
use crate::journey::variants::PathCounts;
use crate::journey::{Funnel, JourneyRow, Journeys, JourneysReport, StepShare, Transition};
use crate::stats::{IntervalOptions, proportion};

/// Between the touchpoints of a path that is written as one text.
const PATH_SEPARATOR: &str = " > ";

pub(super) const LEVEL: Parameter = optional("level", "number", "0.95", "level of the intervals");

const STEPS: &[Parameter] = &[
    optional("steps", "integer", "10", "how many steps, or how many to either side of the anchor"),
    optional("anchor", "touchpoint", "null", "the touchpoint that is step 0; null for the start"),
];

/// The table of transitions.
pub(super) const TRANSITIONS: TableEntry = TableEntry {
    name: "transitions",
    summary: "one row a pair of touchpoints that follow each other: how often, how likely, after how long",
    parameters: &[optional(
        "ends",
        "boolean",
        "false",
        "whether START and END are touchpoints, and END one of the ways to leave",
    )],
};

const TABLES: &[TableEntry] = &[
    TRANSITIONS,
    TableEntry {
        name: "step_matrix",
        summary: "one row a step and touchpoint: the share of journeys that are there",
        parameters: STEPS,
    },
    TableEntry {
        name: "step_flows",
        summary: "one row a step and pair of touchpoints: the journeys that go from the one to the other",
        parameters: STEPS,
    },
    TableEntry {
        name: "variants",
        summary: "one row a path: how many journeys took it, and what became of them",
        parameters: &[
            optional(
                "collapse_runs",
                "boolean",
                "false",
                "whether repetitions right after each other count once",
            ),
            optional("most", "integer", "null", "the most rows; null for all"),
        ],
    },
    TableEntry {
        name: "touchpoints",
        summary: "one row a touchpoint: visits, starts, ends, drop-offs, repeats, exit rate",
        parameters: &[LEVEL],
    },
    TableEntry {
        name: "journeys",
        summary: "one row a journey: customer, times, events, status, scores, value",
        parameters: &[],
    },
    TableEntry {
        name: "contacts",
        summary: "one row a touchpoint and channel, by stage: events, customers, scores, value",
        parameters: &[],
    },
    TableEntry {
        name: "attribution",
        summary: "one row a touchpoint: the conversions and the value it gets, and its share with limits",
        parameters: &[
            optional(
                "method",
                "text",
                "\"markov\"",
                "first, last, last_non_direct, linear, position, j, inverse_j, time_decay, markov, \
                 shapley or shapley_rate",
            ),
            attribution::DIRECT,
            attribution::WEIGHTS,
            attribution::ORDER,
            attribution::NULLS,
            optional(
                "half_life",
                "integer",
                "604800000000",
                "the half-life of time_decay, in microseconds",
            ),
            attribution::LEVEL,
        ],
    },
    TableEntry {
        name: "attribution_comparison",
        summary: "one row a touchpoint: the conversions it gets by each of several methods",
        parameters: &[
            attribution::METHODS,
            attribution::DIRECT,
            attribution::WEIGHTS,
            attribution::ORDER,
            attribution::NULLS,
        ],
    },
    TableEntry {
        name: "funnel",
        summary: "one row a step: how many journeys reached it, of those that entered and of the step before",
        parameters: FUNNEL,
    },
    scores::EMOTION_CURVE,
    scores::PEAK_END,
    scores::PEAK_END_MEANS,
    scores::PAIN_POINTS,
    scores::CHANNELS,
    scores::JOURNEY_CHANNELS,
    scores::OMNICHANNEL_CONSISTENCY,
    scores::ALIGNMENT,
    scores::IMPORTANCE,
    views::MEASURES,
];

const FUNNEL: &[Parameter] = &[
    required("steps", "array of touchpoints", "the touchpoints of the funnel, in their order"),
    optional(
        "window",
        "integer",
        "null",
        "the longest time from the first step to the last, in microseconds",
    ),
    optional(
        "step_windows",
        "array of integers",
        "null",
        "the longest time from each step to the next, in microseconds",
    ),
    optional(
        "start",
        "text",
        "\"any\"",
        "which event at the first step may begin: any, or first for the journey's first",
    ),
    optional(
        "order",
        "text",
        "\"ordered\"",
        "how the steps follow each other: ordered, strict for nothing between them, unordered",
    ),
    optional(
        "entry",
        "text",
        "\"closed\"",
        "where a journey may enter: closed for the first step, open for any",
    ),
    optional(
        "exclude",
        "array of touchpoints",
        "[]",
        "touchpoints that must not come between the steps",
    ),
    LEVEL,
];

const QUESTIONS: &[QuestionEntry] = &[
    question(
        "funnel",
        "a funnel: journeys, reached, and steps with shares, intervals and times",
        FUNNEL,
    ),
    views::CUSTOMER,
];

pub(super) fn texts(texts: impl Iterator<Item = &'static str>) -> ColumnData {
    ColumnData::Texts(texts.map(Box::from).collect())
}

pub(super) fn integers(values: impl Iterator<Item = i128>) -> Result<ColumnData> {
    let narrow = |value| {
        i64::try_from(value)
            .map_err(|_| Error::overflow("a value leaves 64 bits").in_field("value"))
    };
    values.map(narrow).collect::<Result<Vec<i64>>>().map(ColumnData::Integers)
}

fn push_durations<'a>(
    table: &mut Table,
    durations: impl Iterator<Item = &'a Spread> + Clone,
) -> Result<()> {
    table.push_optional("mean_duration", durations.clone().map(|it| it.mean))?;
    table.push_optional("median_duration", durations.clone().map(|it| it.median))?;
    table.push_optional("q95_duration", durations.clone().map(|it| it.q95))?;
    table.push_optional("min_duration", durations.clone().map(|it| it.min))?;
    table.push_optional("max_duration", durations.map(|it| it.max))
}

/// Transitions as a table.
pub(super) fn transitions(rows: &[Transition]) -> Result<Table> {
    let mut table = Table::new(rows.len());
    table.push("source", rows.iter().map(|row| row.source.clone()).collect::<Vec<_>>())?;
    table.push("target", rows.iter().map(|row| row.target.clone()).collect::<Vec<_>>())?;
    table.push("count", rows.iter().map(|row| row.count).collect::<Vec<_>>())?;
    table.push("customers", rows.iter().map(|row| row.customers).collect::<Vec<_>>())?;
    table.push("probability", rows.iter().map(|row| row.probability).collect::<Vec<_>>())?;
    table.push("probability_in", rows.iter().map(|row| row.probability_in).collect::<Vec<_>>())?;
    table.push("share", rows.iter().map(|row| row.share).collect::<Vec<_>>())?;
    push_durations(&mut table, rows.iter().map(|row| &row.duration))?;
    Ok(table)
}

/// A step matrix as a table.
pub(super) fn step_matrix(rows: &[StepShare]) -> Result<Table> {
    let mut table = Table::new(rows.len());
    table.push("step", rows.iter().map(|row| row.step).collect::<Vec<_>>())?;
    table.push("touchpoint", rows.iter().map(|row| row.touchpoint.clone()).collect::<Vec<_>>())?;
    table.push("journeys", rows.iter().map(|row| row.journeys).collect::<Vec<_>>())?;
    table.push("share", rows.iter().map(|row| row.share).collect::<Vec<_>>())?;
    Ok(table)
}

fn step_flows(journeys: &Journeys, steps: u32, anchor: Option<KeyPart>) -> Result<Table> {
    let rows = journeys.step_flows(steps, anchor.as_ref())?;
    let mut table = Table::new(rows.len());
    table.push("step", rows.iter().map(|row| row.step).collect::<Vec<_>>())?;
    table.push("source", rows.iter().map(|row| row.source.clone()).collect::<Vec<_>>())?;
    table.push("target", rows.iter().map(|row| row.target.clone()).collect::<Vec<_>>())?;
    table.push("journeys", rows.iter().map(|row| row.journeys).collect::<Vec<_>>())?;
    table.push("probability", rows.iter().map(|row| row.probability).collect::<Vec<_>>())?;
    table.push("share", rows.iter().map(|row| row.share).collect::<Vec<_>>())?;
    Ok(table)
}

fn variants(journeys: &Journeys, collapse_runs: bool, most: Option<usize>) -> Result<Table> {
    let mut counted = journeys.variant_counts(collapse_runs);
    counted.paths.truncate(most.unwrap_or(usize::MAX));
    let names: Vec<String> = counted.touchpoints.iter().map(ToString::to_string).collect();
    let text = |path: &[u32]| {
        let names: Vec<&str> =
            path.iter().filter_map(|&place| Some(names.get(place as usize)?.as_str())).collect();
        names.join(PATH_SEPARATOR).into()
    };
    let rows = &counted.paths;
    let count = |of: fn(&PathCounts) -> u64| rows.iter().map(|row| of(&row.1)).collect::<Vec<_>>();
    let mut table = Table::new(rows.len());
    table.push("path", ColumnData::Texts(rows.iter().map(|row| text(&row.0)).collect()))?;
    table.push("steps", rows.iter().map(|row| row.0.len() as u64).collect::<Vec<_>>())?;
    table.push("journeys", count(|row| row.journeys))?;
    table.push("share", rows.iter().map(|row| counted.share(&row.1)).collect::<Vec<_>>())?;
    table.push("converted", count(|row| row.converted))?;
    table.push("dropped", count(|row| row.dropped))?;
    table.push("value", integers(rows.iter().map(|row| row.1.value))?)?;
    let examples = rows.iter().map(|row| counted.example(&row.1));
    table.push("example", examples.collect::<Vec<_>>())?;
    Ok(table)
}

fn touchpoints(journeys: &Journeys, level: f64) -> Result<Table> {
    let rows = journeys.touchpoints();
    let mut table = Table::new(rows.len());
    table.push("touchpoint", rows.iter().map(|row| row.touchpoint.clone()).collect::<Vec<_>>())?;
    for (name, count) in [
        ("events", (|row| row.events) as fn(&crate::journey::TouchpointCounts) -> u64),
        ("customers", |row| row.customers),
        ("journeys", |row| row.journeys),
        ("starts", |row| row.starts),
        ("ends", |row| row.ends),
        ("drop_offs", |row| row.drop_offs),
        ("repeats", |row| row.repeats),
        ("self_loops", |row| row.self_loops),
        ("returns", |row| row.returns),
    ] {
        table.push(name, rows.iter().map(count).collect::<Vec<_>>())?;
    }
    let intervals = rows
        .iter()
        .map(|row| proportion::interval(&row.exits(), &IntervalOptions::at(level)))
        .collect::<Result<Vec<_>>>()?;
    table.push_optional("exit_rate", rows.iter().map(|row| row.exits().value()))?;
    table.push_optional("lower", intervals.iter().map(|it| it.map(|it| it.lower)))?;
    table.push_optional("upper", intervals.iter().map(|it| it.map(|it| it.upper)))?;
    Ok(table)
}

fn sessions(journeys: &Journeys) -> Result<Table> {
    let rows = journeys.journeys();
    let mut table = Table::new(rows.len());
    let numbers = rows.iter().map(|row| u64::from(row.number)).collect::<Vec<_>>();
    let first_times = rows.iter().map(|row| row.first_time).collect::<Vec<_>>();
    let last_times = rows.iter().map(|row| row.last_time).collect::<Vec<_>>();
    let events = rows.iter().map(|row| row.events).collect::<Vec<_>>();
    let statuses = texts(rows.iter().map(|row| row.status.name()));
    let scores = rows.iter().map(|row| row.scores).collect::<Vec<_>>();
    let means = rows.iter().map(|row| row.mean_score).collect::<Vec<_>>();
    let values = integers(rows.iter().map(|row| row.value))?;
    let keys = |row: JourneyRow| (row.customer, (row.first_touchpoint, row.last_touchpoint));
    let (customers, (first, last)): (Vec<_>, (Vec<_>, Vec<_>)) = rows.into_iter().map(keys).unzip();
    table.push("customer", customers)?;
    table.push("journey", numbers)?;
    table.push("first_time", first_times)?;
    table.push("last_time", last_times)?;
    table.push("events", events)?;
    table.push("status", statuses)?;
    table.push("first_touchpoint", first)?;
    table.push("last_touchpoint", last)?;
    table.push("scores", scores)?;
    table.push_optional("mean_score", means)?;
    table.push("value", values)?;
    Ok(table)
}

fn contacts(journeys: &Journeys) -> Result<Table> {
    let rows = journeys.contacts();
    let mut table = Table::new(rows.len());
    let stages = rows.iter().map(|row| row.stage.as_deref().map(Box::<str>::from));
    table.push_optional("stage", stages)?;
    table.push("touchpoint", rows.iter().map(|row| row.touchpoint.clone()).collect::<Vec<_>>())?;
    table.push("channel", rows.iter().map(|row| row.channel.clone()).collect::<Vec<_>>())?;
    table.push("events", rows.iter().map(|row| row.events).collect::<Vec<_>>())?;
    table.push("customers", rows.iter().map(|row| row.customers).collect::<Vec<_>>())?;
    table.push("scores", rows.iter().map(|row| row.scores).collect::<Vec<_>>())?;
    table.push_optional("mean_score", rows.iter().map(|row| row.mean_score))?;
    table.push("value", integers(rows.iter().map(|row| row.value))?)?;
    Ok(table)
}

/// The conversions of journeys, divided by one method.
fn credit(journeys: &Journeys, arguments: &Arguments) -> Result<Table> {
    let level = arguments.get("level")?;
    let half_life = arguments.get("half_life")?;
    let method: AttributionMethod = arguments.get("method")?;
    let options = AttributionOptions { level, ..attribution::options(arguments, method)? };
    journeys.attribution(&options, half_life)?.table()
}

fn funnel(journeys: &Journeys, arguments: &Arguments) -> Result<Table> {
    let steps: Vec<KeyPart> = arguments.get("steps")?;
    let options = FunnelOptions {
        window: arguments.get("window")?,
        step_windows: arguments.get("step_windows")?,
        start: arguments.get("start")?,
        order: arguments.get("order")?,
        entry: arguments.get("entry")?,
        exclude: arguments.get("exclude")?,
        level: arguments.get("level")?,
    };
    funnel_steps(&journeys.funnel(&steps, &options)?)
}

/// The steps of a funnel as a table.
pub(super) fn funnel_steps(funnel: &Funnel) -> Result<Table> {
    let rows = &funnel.steps;
    let mut table = Table::new(rows.len());
    table.push("touchpoint", rows.iter().map(|row| row.touchpoint.clone()).collect::<Vec<_>>())?;
    table.push("reached", rows.iter().map(|row| row.reached).collect::<Vec<_>>())?;
    table.push_optional("share", rows.iter().map(|row| row.share))?;
    table.push_optional("share_of_previous", rows.iter().map(|row| row.share_of_previous))?;
    table.push_optional("lower", rows.iter().map(|row| row.interval.map(|it| it.lower)))?;
    table.push_optional("upper", rows.iter().map(|row| row.interval.map(|it| it.upper)))?;
    Ok(table)
}

impl Tabulate for Journeys {
    const TABLES: &'static [TableEntry] = TABLES;

    fn table(&self, name: &str, arguments: &Arguments) -> Result<Table> {
        match name {
            "transitions" => transitions(&self.transitions(arguments.get("ends")?)),
            "step_matrix" => {
                let anchor: Option<KeyPart> = arguments.get("anchor")?;
                step_matrix(&self.step_matrix(arguments.get("steps")?, anchor.as_ref())?)
            }
            "step_flows" => step_flows(self, arguments.get("steps")?, arguments.get("anchor")?),
            "variants" => variants(self, arguments.get("collapse_runs")?, arguments.get("most")?),
            "touchpoints" => touchpoints(self, arguments.get("level")?),
            "journeys" => sessions(self),
            "contacts" => contacts(self),
            "attribution" => credit(self, arguments),
            "attribution_comparison" => {
                let methods: Vec<AttributionMethod> = arguments.get("methods")?;
                let all = methods.into_iter().map(|it| attribution::options(arguments, it));
                let paths = self.attribution_paths()?.path_table()?;
                compare_methods(&paths, &all.collect::<Result<Vec<_>>>()?)
            }
            "funnel" => funnel(self, arguments),
            "measures" => views::measures(self, arguments),
            other => scores::table(self, other, arguments)
                .unwrap_or_else(|| Err(Error::not_found(format!("no table \"{other}\"")))),
        }
    }

    fn answer(&self, question: &str, arguments: &Value) -> Result<Value> {
        if question == "funnel" {
            let mut named = NamedArguments::new(arguments)?;
            let steps: Vec<KeyPart> = named.require("steps")?;
            let funnel = self.funnel(&steps, &named.rest::<FunnelOptions>()?)?;
            return Ok(to_value(&funnel));
        }
        if question == "customer" {
            return views::customer(self, arguments);
        }
        self.value().ask(question, arguments)
    }
}

impl Reading for JourneysReport {
    const QUESTIONS: Questions = &[QUESTIONS, questions::SCORED];
}

impl UpdateOne for Journeys {
    fn take_event(&mut self, event: &Event<'_>) -> Result<()> {
        self.update_event(event)
    }
}

impl RatingCounts for Journeys {}

//! What a stream of journeys is asked by name.
//!
//! | question | arguments |
//! | --- | --- |
//! | `funnel` | `name` of a declared funnel, `level` |
//! | `transitions`, `step_matrix`, `touchpoints`, `channel_switches`, `late_events` | as the tables |
//! | `interval`, `confidence_sequence`, `shown` | as for all reports |

use serde_json::Value;

use super::definition::to_value;
use super::erased::{RatingCounts, TableEntry, Tabulate, UpdateOne};
use super::functions::{Arguments, Parameter, required};
use super::journeys::{LEVEL, TRANSITIONS, funnel_steps, integers, step_matrix, transitions};
use super::question::{NamedArguments, Reading};
use super::questions::{self, QuestionEntry, Questions, question};
use crate::calculator::batch::Event;
use crate::calculator::{Calculator, Table};
use crate::error::{Error, Result};
use crate::journey::{JourneyStream, JourneyStreamReport};

const NAME: Parameter = required("name", "text", "the name under which the funnel was declared");

const TABLES: &[TableEntry] = &[
    TRANSITIONS,
    TableEntry {
        name: "step_matrix",
        summary: "one row a step and touchpoint: the share of journeys that are there",
        parameters: &[],
    },
    TableEntry {
        name: "funnel",
        summary: "one row a step of a declared funnel: how many journeys reached it",
        parameters: &[NAME, LEVEL],
    },
    TableEntry {
        name: "touchpoints",
        summary: "one row a touchpoint: events, customers, starts, ends, drop-offs, scores, value",
        parameters: &[LEVEL],
    },
    TableEntry {
        name: "channel_switches",
        summary: "one row a pair of channels that follow each other: how often, how likely",
        parameters: &[],
    },
    TableEntry {
        name: "late_events",
        summary: "one row an event that came too late and was kept aside",
        parameters: &[],
    },
];

const QUESTIONS: &[QuestionEntry] = &[question(
    "funnel",
    "a declared funnel: journeys, reached, and steps with shares, intervals and times",
    &[NAME, LEVEL],
)];

fn touchpoints(stream: &JourneyStream, level: f64) -> Result<Table> {
    let rows = stream.touchpoints(level)?;
    let mut table = Table::new(rows.len());
    table.push("touchpoint", rows.iter().map(|row| row.touchpoint.clone()).collect::<Vec<_>>())?;
    for (name, count) in [
        ("events", (|row| row.events) as fn(&crate::journey::stream::StreamTouchpoint) -> u64),
        ("customers", |row| row.customers),
        ("starts", |row| row.starts),
        ("ends", |row| row.ends),
        ("drop_offs", |row| row.drop_offs),
        ("self_loops", |row| row.self_loops),
        ("scores", |row| row.score.n),
    ] {
        table.push(name, rows.iter().map(count).collect::<Vec<_>>())?;
    }
    table.push_optional("mean_score", rows.iter().map(|row| row.score.mean))?;
    let interval = || rows.iter().map(|row| row.score.interval);
    table.push_optional("lower", interval().map(|it| it.map(|it| it.lower)))?;
    table.push_optional("upper", interval().map(|it| it.map(|it| it.upper)))?;
    table.push("value", integers(rows.iter().map(|row| row.value))?)?;
    Ok(table)
}

fn channel_switches(stream: &JourneyStream) -> Result<Table> {
    let rows = stream.channel_switches();
    let mut table = Table::new(rows.len());
    table.push("source", rows.iter().map(|row| row.source.clone()).collect::<Vec<_>>())?;
    table.push("target", rows.iter().map(|row| row.target.clone()).collect::<Vec<_>>())?;
    table.push("count", rows.iter().map(|row| row.count).collect::<Vec<_>>())?;
    table.push("probability", rows.iter().map(|row| row.probability).collect::<Vec<_>>())?;
    Ok(table)
}

fn late_events(stream: &JourneyStream) -> Result<Table> {
    let rows = stream.late_events();
    let mut table = Table::new(rows.len());
    table.push("customer", rows.iter().map(|row| row.customer.clone()).collect::<Vec<_>>())?;
    table.push("touchpoint", rows.iter().map(|row| row.touchpoint.clone()).collect::<Vec<_>>())?;
    table.push("time", rows.iter().map(|row| row.time).collect::<Vec<_>>())?;
    table.push("event_id", rows.iter().map(|row| row.event_id.clone()).collect::<Vec<_>>())?;
    table.push("channel", rows.iter().map(|row| row.channel.clone()).collect::<Vec<_>>())?;
    table.push("object", rows.iter().map(|row| row.object.clone()).collect::<Vec<_>>())?;
    table.push_optional("score", rows.iter().map(|row| row.score))?;
    table.push_optional("value", rows.iter().map(|row| row.value))?;
    Ok(table)
}

impl Tabulate for JourneyStream {
    const TABLES: &'static [TableEntry] = TABLES;

    fn table(&self, name: &str, arguments: &Arguments) -> Result<Table> {
        match name {
            "transitions" => transitions(&self.transitions(arguments.get("ends")?)),
            "step_matrix" => step_matrix(&self.step_matrix()),
            "funnel" => {
                let funnel: String = arguments.get("name")?;
                funnel_steps(&self.funnel(&funnel, arguments.get("level")?)?)
            }
            "touchpoints" => touchpoints(self, arguments.get("level")?),
            "channel_switches" => channel_switches(self),
            "late_events" => late_events(self),
            other => Err(Error::not_found(format!("no table \"{other}\""))),
        }
    }

    fn answer(&self, question: &str, arguments: &Value) -> Result<Value> {
        if question == "funnel" {
            let mut named = NamedArguments::new(arguments)?;
            let (name, level): (String, _) = (named.require("name")?, named.take("level")?);
            named.finish()?;
            return Ok(to_value(&self.funnel(&name, level)?));
        }
        self.value().ask(question, arguments)
    }
}

impl Reading for JourneyStreamReport {
    const QUESTIONS: Questions = &[QUESTIONS, questions::SCORED];
}

impl UpdateOne for JourneyStream {
    fn take_event(&mut self, event: &Event<'_>) -> Result<()> {
        self.update_event(event)
    }
}

impl RatingCounts for JourneyStream {}

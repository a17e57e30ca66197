//! The tables of lifetimes: curves as columns, for whole columns of times at once.
//!
//! | table | arguments |
//! | --- | --- |
//! | `kaplan_meier` | `times`, `start_time`, `level`, `method` |
//! | `nelson_aalen` | `times`, `ties`, `level`, `method` |
//! | `aalen_johansen` | `times`, `level`, `method` |
//! | `life_table`, `tenure_rates` | `cuts` |
//! | `risk_table` | `times` |

use super::erased::{TableEntry, Tabulate};
use super::functions::{Arguments, Parameter, optional};
use crate::calculator::Table;
use crate::calculator::batch::KeyPart;
use crate::error::Result;
use crate::stats::{Interval, Method};
use crate::survival::{
    AalenJohansen, HazardTies, KaplanMeier, LifeTable, Lifetimes, NelsonAalen, RiskTable,
    tenure_rates,
};

pub(super) const TIMES: Parameter = optional(
    "times",
    "array of numbers",
    "null",
    "times to read at; null for all at which anybody left or was last seen",
);
pub(super) const START_TIME: Parameter =
    optional("start_time", "number", "null", "read the curve of those who stayed longer than this");
pub(super) const LEVEL: Parameter = optional("level", "number", "0.95", "level of the limits");
pub(super) const CURVE_METHOD: Parameter = optional(
    "method",
    "text",
    "\"log_log\"",
    "transformation of the limits: log_log, log, plain, logit or arcsine",
);
pub(super) const HAZARD_METHOD: Parameter =
    optional("method", "text", "\"log\"", "transformation of the limits: log or plain");
pub(super) const TIES: Parameter =
    optional("ties", "text", "\"together\"", "events at one time: together or one_by_one");
pub(super) const CUTS: Parameter = Parameter {
    name: "cuts",
    kind: "array of numbers",
    default: None,
    doc: "ends of the bands, ascending",
};

const LIFETIME_TABLES: &[TableEntry] = &[
    TableEntry {
        name: "kaplan_meier",
        summary: "one row a time: the share that is still there, with Greenwood's limits",
        parameters: &[TIMES, START_TIME, LEVEL, CURVE_METHOD],
    },
    TableEntry {
        name: "nelson_aalen",
        summary: "one row a time: the cumulative hazard, with its limits",
        parameters: &[TIMES, TIES, LEVEL, HAZARD_METHOD],
    },
    TableEntry {
        name: "aalen_johansen",
        summary: "one row a cause and time: the share that has left for it, with its limits",
        parameters: &[TIMES, LEVEL, CURVE_METHOD],
    },
    TableEntry {
        name: "life_table",
        summary: "one row an interval of tenure, those last seen within it counting half",
        parameters: &[CUTS],
    },
    TableEntry {
        name: "tenure_rates",
        summary: "one row a band of tenure: events per unit of time at risk",
        parameters: &[CUTS],
    },
    TableEntry {
        name: "risk_table",
        summary: "one row a time: how many are at risk, and how many left by then",
        parameters: &[optional(
            "times",
            "array of numbers",
            "null",
            "times to read at; null for all at which anybody came or left",
        )],
    },
];

/// The two columns of limits.
fn push_limits(table: &mut Table, limits: &[Option<Interval>]) -> Result<()> {
    table.push_optional("lower", limits.iter().map(|limit| limit.map(|limit| limit.lower)))?;
    table.push_optional("upper", limits.iter().map(|limit| limit.map(|limit| limit.upper)))
}

fn kaplan_meier(risk: &RiskTable, arguments: &Arguments) -> Result<Table> {
    let curve = match arguments.get::<Option<f64>>("start_time")? {
        Some(start) => KaplanMeier::after(risk, start)?,
        None => KaplanMeier::of(risk),
    };
    let (level, method): (f64, Method) = (arguments.get("level")?, arguments.get("method")?);
    let Some(times) = arguments.get::<Option<Vec<f64>>>("times")? else {
        return whole_curve(&curve, level, method);
    };
    let limits = curve.intervals(&times, level, method)?;
    let mut table = Table::new(times.len());
    table.push("time", times.clone())?;
    let at_risk = times.iter().map(|&time| risk.at_risk(time).unwrap_or_default());
    table.push("at_risk", at_risk.collect::<Vec<u64>>())?;
    table.push_optional("survival", times.iter().map(|&time| curve.survival(time)))?;
    table.push_optional("standard_error", times.iter().map(|&time| curve.standard_error(time)))?;
    push_limits(&mut table, &limits)?;
    Ok(table)
}

/// The curve at every time at which anybody left or was last seen.
fn whole_curve(curve: &KaplanMeier, level: f64, method: Method) -> Result<Table> {
    let steps = &curve.steps;
    let limits = curve.step_intervals(level, method)?;
    let mut table = Table::new(steps.len());
    table.push("time", steps.iter().map(|step| step.time).collect::<Vec<_>>())?;
    table.push("at_risk", steps.iter().map(|step| step.at_risk).collect::<Vec<_>>())?;
    table.push("events", steps.iter().map(|step| step.events).collect::<Vec<_>>())?;
    table.push("censored", steps.iter().map(|step| step.censored).collect::<Vec<_>>())?;
    table.push_optional("survival", steps.iter().map(|step| Some(step.survival)))?;
    table.push_optional("standard_error", steps.iter().map(|step| step.standard_error()))?;
    push_limits(&mut table, &limits)?;
    Ok(table)
}

fn nelson_aalen(risk: &RiskTable, arguments: &Arguments) -> Result<Table> {
    let ties: HazardTies = arguments.get("ties")?;
    let hazard = NelsonAalen::with_ties(risk, ties);
    let asked: Option<Vec<f64>> = arguments.get("times")?;
    let times = asked.unwrap_or_else(|| hazard.steps.iter().map(|step| step.time).collect());
    let (level, method): (f64, Method) = (arguments.get("level")?, arguments.get("method")?);
    let limits = hazard.intervals(&times, level, method)?;
    let mut table = Table::new(times.len());
    table.push("time", times.clone())?;
    table.push_optional("hazard", times.iter().map(|&time| hazard.hazard(time)))?;
    table.push_optional("standard_error", times.iter().map(|&time| hazard.standard_error(time)))?;
    push_limits(&mut table, &limits)?;
    Ok(table)
}

fn aalen_johansen(risk: &RiskTable, arguments: &Arguments) -> Result<Table> {
    let shares = AalenJohansen::of(risk);
    let asked: Option<Vec<f64>> = arguments.get("times")?;
    let (level, method): (f64, Method) = (arguments.get("level")?, arguments.get("method")?);
    let (mut causes, mut times) = (Vec::<KeyPart>::new(), Vec::new());
    let (mut incidences, mut errors, mut limits) = (Vec::new(), Vec::new(), Vec::new());
    for curve in &shares.causes {
        let all = || curve.steps.iter().map(|step| step.time).collect();
        for time in asked.clone().unwrap_or_else(all) {
            causes.push(curve.cause.clone());
            times.push(time);
            incidences.push(shares.cumulative_incidence(&curve.cause, time)?);
            errors.push(shares.standard_error(&curve.cause, time)?);
            limits.push(shares.interval(&curve.cause, time, level, method)?);
        }
    }
    let mut table = Table::new(times.len());
    table.push("cause", causes)?;
    table.push("time", times)?;
    table.push_optional("incidence", incidences)?;
    table.push_optional("standard_error", errors)?;
    push_limits(&mut table, &limits)?;
    Ok(table)
}

fn life_table(risk: &RiskTable, arguments: &Arguments) -> Result<Table> {
    let cuts: Vec<f64> = arguments.get("cuts")?;
    let rows = LifeTable::of(risk, &cuts)?.intervals;
    let mut table = Table::new(rows.len());
    table.push("from", rows.iter().map(|row| row.from).collect::<Vec<_>>())?;
    table.push_optional("to", rows.iter().map(|row| row.to))?;
    table.push("at_risk", rows.iter().map(|row| row.at_risk).collect::<Vec<_>>())?;
    table.push("entered", rows.iter().map(|row| row.entered).collect::<Vec<_>>())?;
    table.push("censored", rows.iter().map(|row| row.censored).collect::<Vec<_>>())?;
    table.push("events", rows.iter().map(|row| row.events).collect::<Vec<_>>())?;
    table.push("effective", rows.iter().map(|row| row.effective).collect::<Vec<_>>())?;
    table.push_optional("probability", rows.iter().map(|row| row.probability))?;
    table.push_optional("survival", rows.iter().map(|row| row.survival))?;
    table.push_optional("standard_error", rows.iter().map(|row| row.standard_error))?;
    table.push_optional("hazard", rows.iter().map(|row| row.hazard))?;
    Ok(table)
}

fn rates(risk: &RiskTable, arguments: &Arguments) -> Result<Table> {
    let cuts: Vec<f64> = arguments.get("cuts")?;
    let rows = tenure_rates(risk, &cuts)?;
    let mut table = Table::new(rows.len());
    table.push("from", rows.iter().map(|row| row.from).collect::<Vec<_>>())?;
    table.push_optional("to", rows.iter().map(|row| row.to))?;
    table.push("events", rows.iter().map(|row| row.events).collect::<Vec<_>>())?;
    table.push("exposure", rows.iter().map(|row| row.exposure).collect::<Vec<_>>())?;
    table.push_optional("rate", rows.iter().map(|row| row.rate))?;
    Ok(table)
}

fn risk_table(risk: &RiskTable, arguments: &Arguments) -> Result<Table> {
    let rows = risk.rows();
    let (mut events, mut censored, mut entered) = (0, 0, 0);
    // How many came, left and were last seen up to each row.
    let so_far: Vec<[u64; 3]> = rows
        .iter()
        .map(|row| {
            entered += row.entered;
            events += row.events;
            censored += row.censored;
            [entered, events, censored]
        })
        .collect();
    let asked: Option<Vec<f64>> = arguments.get("times")?;
    let times =
        asked.unwrap_or_else(|| rows.iter().map(|row| risk.time(row.tick)).collect::<Vec<_>>());
    let by = |time: f64| -> [u64; 3] {
        let after = rows.partition_point(|row| risk.time(row.tick) <= time);
        after.checked_sub(1).and_then(|at| so_far.get(at)).copied().unwrap_or_default()
    };
    let sums: Vec<[u64; 3]> = times.iter().map(|&time| by(time)).collect();
    let mut table = Table::new(times.len());
    table.push("time", times.clone())?;
    let at_risk = times.iter().map(|&time| risk.at_risk(time).unwrap_or_default());
    table.push("at_risk", at_risk.collect::<Vec<u64>>())?;
    table.push("entered", sums.iter().map(|sum| sum[0]).collect::<Vec<_>>())?;
    table.push("events", sums.iter().map(|sum| sum[1]).collect::<Vec<_>>())?;
    table.push("censored", sums.iter().map(|sum| sum[2]).collect::<Vec<_>>())?;
    Ok(table)
}

impl Tabulate for Lifetimes {
    const TABLES: &'static [TableEntry] = LIFETIME_TABLES;

    fn table(&self, name: &str, arguments: &Arguments) -> Result<Table> {
        let risk = self.risk_table();
        match name {
            "kaplan_meier" => kaplan_meier(&risk, arguments),
            "nelson_aalen" => nelson_aalen(&risk, arguments),
            "aalen_johansen" => aalen_johansen(&risk, arguments),
            "life_table" => life_table(&risk, arguments),
            "tenure_rates" => rates(&risk, arguments),
            _ => risk_table(&risk, arguments),
        }
    }
}

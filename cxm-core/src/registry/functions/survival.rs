//! Survival curves, tests and rates from columns or counted rows.

use super::arguments::{Arguments, json};
use super::parameters::{LEVEL, METHOD, optional, required};
use super::{Function, Parameter};
use crate::calculator::batch::{Durations, KeyColumn, KeyPart};
use crate::calculator::{Calculator, Update};
use crate::error::{Error, Result};
use crate::registry::definition::parse;
use crate::registry::survival as readings;
use crate::stats::{Comparison, IntervalOptions, Method};
use crate::survival::{
    AalenJohansen, DiscreteHazard, EventRate, HazardGroup, KaplanMeier, LifeTable, Lifetimes,
    LogRankWeight, NelsonAalen, RiskCounts, RiskTable, stratified_log_rank, tenure_rates,
};
use serde::Deserialize;
use serde_json::Value;

const DURATIONS: Parameter = required("durations", "array of numbers", "how long each was watched");
const OBSERVED: Parameter =
    required("observed", "array of numbers", "1 where the event was seen, 0 where not");
const ENTRIES: Parameter =
    optional("entries", "array of numbers", "null", "age at the first look; null for all from 0");
const ROW_COUNTS: Parameter =
    optional("counts", "array of integers", "null", "lifetimes each row stands for; null for one");
const DEFINITION: Parameter =
    optional("definition", "object", "null", "clock and causes as for the calculator lifetimes");
const TIMES: Parameter = optional(
    "times",
    "array of numbers",
    "null",
    "times to read at; null for all at which any left",
);
const START_TIME: Parameter =
    optional("start_time", "number", "null", "read the curve of those who stayed longer than this");
const CUTS: Parameter = required("cuts", "array of numbers", "ends of the bands, ascending");
const PROBABILITY: Parameter = optional("probability", "number", "0.5", "the share that has left");

/// An event as a number or as a boolean.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Flag {
    Boolean(bool),
    Number(Option<f64>),
}

/// The columns of one set of lifetimes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Columns {
    #[serde(default)]
    durations: Vec<Option<f64>>,
    #[serde(default)]
    observed: Vec<Flag>,
    /// The counts of a calculator, instead of columns.
    #[serde(default)]
    risk_table: Option<RiskCounts>,
    #[serde(default)]
    entries: Option<Vec<Option<f64>>>,
    #[serde(default)]
    causes: Option<Vec<KeyPart>>,
    #[serde(default)]
    counts: Option<Vec<u64>>,
    #[serde(default)]
    definition: Value,
    #[serde(default)]
    covariates: Vec<f64>,
}

impl Columns {
    fn of(arguments: &Arguments, with_causes: bool) -> Result<Self> {
        Ok(Self {
            durations: arguments.get("durations")?,
            observed: arguments.get("observed")?,
            risk_table: None,
            entries: arguments.get("entries")?,
            causes: if with_causes { arguments.get("causes")? } else { None },
            counts: arguments.get("counts")?,
            definition: arguments.get("definition")?,
            covariates: Vec::new(),
        })
    }

    fn table(&self) -> Result<RiskTable> {
        if let Some(counts) = &self.risk_table {
            return RiskTable::from_counts(counts);
        }
        let numbers = |column: &[Option<f64>]| -> Vec<f64> {
            column.iter().map(|cell| cell.unwrap_or(f64::NAN)).collect()
        };
        let durations = numbers(&self.durations);
        let flag = |flag: &Flag| match *flag {
            Flag::Boolean(seen) => f64::from(u8::from(seen)),
            Flag::Number(number) => number.unwrap_or(f64::NAN),
        };
        let observed: Vec<f64> = self.observed.iter().map(flag).collect();
        let entries = self.entries.as_deref().map(numbers);
        let codes: Vec<u32> = (0..).take(self.causes.as_ref().map_or(0, Vec::len)).collect();
        let mut batch = Durations::new(durations.as_slice(), observed.as_slice());
        batch.entries = entries.as_deref().map(Into::into);
        batch.causes = self.causes.as_deref().map(|causes| KeyColumn::coded(&codes, causes));
        batch.counts = self.counts.as_deref();
        let mut lifetimes = Lifetimes::new(parse(&self.definition)?)?;
        lifetimes.update(batch)?;
        Ok(lifetimes.risk_table())
    }
}

fn table(arguments: &Arguments) -> Result<RiskTable> {
    Columns::of(arguments, false)?.table()
}

/// The level and the method, or the method that goes without saying.
fn level_and_method(arguments: &Arguments, default: Method) -> Result<(f64, Method)> {
    let IntervalOptions { level, method, .. } = arguments.interval_options()?;
    Ok((level, method.unwrap_or(default)))
}

fn curve(arguments: &Arguments) -> Result<KaplanMeier> {
    let table = table(arguments)?;
    match arguments.get::<Option<f64>>("start_time")? {
        Some(start) => KaplanMeier::after(&table, start),
        None => Ok(KaplanMeier::of(&table)),
    }
}

fn kaplan_meier(arguments: &Arguments) -> Result<Value> {
    let (level, method) = level_and_method(arguments, Method::LogLog)?;
    readings::curve(&curve(arguments)?, arguments.get("times")?, level, method)
}

fn nelson_aalen(arguments: &Arguments) -> Result<Value> {
    let hazard = NelsonAalen::with_ties(&table(arguments)?, arguments.get("ties")?);
    let (level, method) = level_and_method(arguments, Method::Log)?;
    readings::hazard(&hazard, arguments.get("times")?, level, method)
}

fn aalen_johansen(arguments: &Arguments) -> Result<Value> {
    let shares = AalenJohansen::of(&Columns::of(arguments, true)?.table()?);
    let (level, method) = level_and_method(arguments, Method::LogLog)?;
    readings::incidences(&shares, arguments.get("times")?, level, method)
}

fn weight(arguments: &Arguments) -> Result<LogRankWeight> {
    let (rho, gamma) = (arguments.get("rho")?, arguments.get("gamma")?);
    let name: String = arguments.get("weight")?;
    let weight = match name.as_str() {
        "log_rank" => LogRankWeight::LogRank,
        "gehan_wilcoxon" => LogRankWeight::GehanWilcoxon,
        "tarone_ware" => LogRankWeight::TaroneWare,
        "fleming_harrington" => return Ok(LogRankWeight::FlemingHarrington { rho, gamma }),
        other => {
            return Err(Error::argument(format!(
                "no weight \"{other}\"; there are log_rank, gehan_wilcoxon, tarone_ware, fleming_harrington"
            ))
            .in_field("weight"));
        }
    };
    if rho > 0.0 || gamma > 0.0 {
        return Err(Error::argument("powers belong to fleming_harrington").in_field("rho"));
    }
    Ok(weight)
}

/// The groups of a test, or the groups within each stratum: exactly one of the two.
fn strata(arguments: &Arguments) -> Result<Vec<Vec<RiskTable>>> {
    let groups: Option<Vec<Columns>> = arguments.get("groups")?;
    let strata: Option<Vec<Vec<Columns>>> = arguments.get("strata")?;
    let strata = match (groups, strata) {
        (Some(groups), None) => vec![groups],
        (None, Some(strata)) => strata,
        _ => {
            return Err(Error::argument("give groups, or strata of groups").in_field("groups"));
        }
    };
    let tables = |groups: &Vec<Columns>| groups.iter().map(Columns::table).collect();
    strata.iter().map(tables).collect()
}

fn discrete_hazard(arguments: &Arguments) -> Result<Value> {
    let groups: Vec<Columns> = arguments.get("groups")?;
    let group = |columns: &Columns| -> Result<HazardGroup> {
        Ok(HazardGroup { table: columns.table()?, covariates: columns.covariates.clone() })
    };
    let groups: Vec<HazardGroup> = groups.iter().map(group).collect::<Result<_>>()?;
    json(DiscreteHazard::fit(&groups, &arguments.get("basis")?, arguments.get("link")?)?)
}

fn rate(arguments: &Arguments, field: &'static str) -> Result<EventRate> {
    arguments.get(field)
}

fn compare_rates(arguments: &Arguments) -> Result<Value> {
    let (first, second) = (rate(arguments, "first")?, rate(arguments, "second")?);
    let comparison: Comparison = first.compare(&second, None)?;
    let mut answer = json(comparison)?;
    if let Value::Object(fields) = &mut answer {
        let interval = comparison.interval(arguments.get("level")?)?;
        fields.insert("interval".to_owned(), json(interval)?);
    }
    Ok(answer)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "kaplan_meier",
        summary: "Share that is still there at each time, with Greenwood's interval.",
        parameters: &[
            DURATIONS, OBSERVED, ENTRIES, ROW_COUNTS, DEFINITION, START_TIME, TIMES, LEVEL, METHOD,
        ],
        run: kaplan_meier,
    },
    Function {
        name: "survival_quantile",
        summary: "Time by which a share has left, with its limits.",
        parameters: &[
            DURATIONS,
            OBSERVED,
            ENTRIES,
            ROW_COUNTS,
            DEFINITION,
            START_TIME,
            PROBABILITY,
            optional("flat", "text", "\"middle\"", "where the curve is flat: middle or earliest"),
            LEVEL,
            METHOD,
        ],
        run: |arguments| {
            let (level, method) = level_and_method(arguments, Method::LogLog)?;
            let (probability, flat) = (arguments.get("probability")?, arguments.get("flat")?);
            json(curve(arguments)?.quantile(probability, level, method, flat)?)
        },
    },
    Function {
        name: "restricted_mean",
        summary: "Mean time spent before a horizon, with its standard error.",
        parameters: &[
            DURATIONS,
            OBSERVED,
            ENTRIES,
            ROW_COUNTS,
            DEFINITION,
            START_TIME,
            required("horizon", "number", "the horizon, in units of time"),
            LEVEL,
        ],
        run: |arguments| {
            let horizon = arguments.get("horizon")?;
            readings::mean(&curve(arguments)?, horizon, arguments.get("level")?)
        },
    },
    Function {
        name: "conditional_survival",
        summary: "Share of those who stayed longer than one time that stays longer than another.",
        parameters: &[
            DURATIONS,
            OBSERVED,
            ENTRIES,
            ROW_COUNTS,
            DEFINITION,
            START_TIME,
            required("stayed", "number", "the time already stayed"),
            required("until", "number", "the later time"),
        ],
        run: |arguments| {
            let (from, to) = (arguments.get("stayed")?, arguments.get("until")?);
            json(curve(arguments)?.conditional_survival(from, to)?)
        },
    },
    Function {
        name: "nelson_aalen",
        summary: "Cumulative hazard at each time, with its interval.",
        parameters: &[
            DURATIONS,
            OBSERVED,
            ENTRIES,
            ROW_COUNTS,
            DEFINITION,
            optional("ties", "text", "\"together\"", "events at one time: together or one_by_one"),
            TIMES,
            LEVEL,
            METHOD,
        ],
        run: nelson_aalen,
    },
    Function {
        name: "aalen_johansen",
        summary: "Share that has left for each cause, with its interval.",
        parameters: &[
            DURATIONS,
            OBSERVED,
            required("causes", "array of keys", "the cause of each event"),
            ENTRIES,
            ROW_COUNTS,
            DEFINITION,
            TIMES,
            LEVEL,
            METHOD,
        ],
        run: aalen_johansen,
    },
    Function {
        name: "life_table",
        summary: "Survival by intervals of tenure, those last seen within one counting half.",
        parameters: &[DURATIONS, OBSERVED, CUTS, ENTRIES, ROW_COUNTS, DEFINITION],
        run: |arguments| {
            let cuts: Vec<f64> = arguments.get("cuts")?;
            json(LifeTable::of(&table(arguments)?, &cuts)?)
        },
    },
    Function {
        name: "tenure_rates",
        summary: "Events per unit of time at risk, in bands of tenure.",
        parameters: &[DURATIONS, OBSERVED, CUTS, ENTRIES, ROW_COUNTS, DEFINITION],
        run: |arguments| {
            let cuts: Vec<f64> = arguments.get("cuts")?;
            json(tenure_rates(&table(arguments)?, &cuts)?)
        },
    },
    Function {
        name: "event_rate_interval",
        summary: "Exact Poisson interval of a rate of events.",
        parameters: &[
            required("events", "integer", "events"),
            required("exposure", "number", "time at risk"),
            LEVEL,
            METHOD,
        ],
        run: |arguments| {
            let (events, exposure) = (arguments.get("events")?, arguments.get("exposure")?);
            json(EventRate { events, exposure }.interval(&arguments.interval_options()?)?)
        },
    },
    Function {
        name: "compare_event_rates",
        summary: "First minus second of two rates of events, with test and interval.",
        parameters: &[
            required("first", "object", "events and exposure"),
            required("second", "object", "events and exposure"),
            LEVEL,
        ],
        run: compare_rates,
    },
    Function {
        name: "log_rank",
        summary: "Test of whether groups leave at the same pace, weighted or within strata.",
        parameters: &[
            optional("groups", "array of objects", "null", "columns of each group"),
            optional("strata", "array of arrays", "null", "columns of each group in each stratum"),
            optional(
                "weight",
                "text",
                "\"log_rank\"",
                "log_rank, gehan_wilcoxon, tarone_ware or fleming_harrington",
            ),
            optional("rho", "number", "0.0", "power of S, for fleming_harrington"),
            optional("gamma", "number", "0.0", "power of 1 - S, for fleming_harrington"),
        ],
        run: |arguments| json(stratified_log_rank(&strata(arguments)?, weight(arguments)?)?),
    },
    Function {
        name: "discrete_hazard",
        summary: "Chance to leave at each tick as a function of tenure and group.",
        parameters: &[
            required("groups", "array of objects", "columns and covariates of each group"),
            optional(
                "basis",
                "text or object",
                "\"constant\"",
                "constant, linear, log, {\"polynomial\": k} or {\"bands\": [cuts]}",
            ),
            optional("link", "text", "\"logit\"", "logit or cloglog"),
        ],
        run: discrete_hazard,
    },
];

//! Cox regression from columns.

use super::arguments::{Arguments, json};
use super::parameters::{LEVEL, optional, required};
use super::{Function, Parameter};
use crate::calculator::batch::{KeyColumn, KeyPart, Values};
use crate::error::{Error, Result};
use crate::registry::cox::summary;
use crate::stats::{IntervalOptions, Method};
use crate::survival::{Cox, CoxColumns, CoxOptions};
use serde_json::{Map, Value, json};

const DURATIONS: Parameter = required("durations", "array of numbers", "how long each was watched");
const OBSERVED: Parameter =
    required("observed", "array of numbers", "1 where the end was seen, 0 where not");
const COVARIATES: Parameter =
    required("covariates", "object", "an array of numbers for each covariate, by name");
const ENTRIES: Parameter =
    optional("entries", "array of numbers", "null", "age at the first look; null for all from 0");
const STRATA: Parameter =
    optional("strata", "array of keys", "null", "groups with hazards of their own");
const WEIGHTS: Parameter = optional("weights", "array of numbers", "null", "how much each counts");
const CLUSTERS: Parameter =
    optional("clusters", "array of keys", "null", "rows that belong together, for robust errors");
const TIES: Parameter = optional("ties", "text", "\"efron\"", "efron or breslow");
const ROBUST: Parameter =
    optional("robust", "boolean", "false", "whether each row is a cluster of its own");

/// Owned columns: what the borrowed ones of a fit are made from.
struct Owned {
    durations: Vec<f64>,
    observed: Vec<f64>,
    entries: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
    names: Vec<String>,
    covariates: Vec<Vec<f64>>,
    strata: Option<Vec<KeyPart>>,
    clusters: Option<Vec<KeyPart>>,
    codes: Vec<u32>,
    options: CoxOptions,
}

impl Owned {
    fn read(arguments: &Arguments) -> Result<Self> {
        let missing = |cells: Vec<Option<f64>>| -> Vec<f64> {
            cells.into_iter().map(|cell| cell.unwrap_or(f64::NAN)).collect()
        };
        let durations: Vec<Option<f64>> = arguments.get("durations")?;
        let observed: Vec<Value> = arguments.get("observed")?;
        let flag = |cell: &Value| match cell {
            Value::Bool(seen) => f64::from(u8::from(*seen)),
            other => other.as_f64().unwrap_or(f64::NAN),
        };
        let entries: Option<Vec<Option<f64>>> = arguments.get("entries")?;
        let weights: Option<Vec<Option<f64>>> = arguments.get("weights")?;
        let covariates: Map<String, Value> = arguments.get("covariates")?;
        let mut columns = Vec::with_capacity(covariates.len());
        for (name, cells) in &covariates {
            let cells: Vec<Option<f64>> = serde_json::from_value(cells.clone())
                .map_err(|error| Error::argument(error.to_string()).in_field(name.clone()))?;
            columns.push(missing(cells));
        }
        let rows = durations.len();
        Ok(Self {
            durations: missing(durations),
            observed: observed.iter().map(flag).collect(),
            entries: entries.map(missing),
            weights: weights.map(missing),
            names: covariates.into_iter().map(|(name, _)| name).collect(),
            covariates: columns,
            strata: arguments.get("strata")?,
            clusters: arguments.get("clusters")?,
            codes: (0..).take(rows).collect(),
            options: CoxOptions { ties: arguments.get("ties")?, robust: arguments.get("robust")? },
        })
    }

    /// Calls `act` with the columns.
    fn with<R>(&self, act: impl FnOnce(&CoxColumns<'_>) -> Result<R>) -> Result<R> {
        let names = self.names.iter().map(String::as_str);
        let cells = self.covariates.iter().map(|cells| Values::from(cells.as_slice()));
        let covariates: Vec<(&str, Values<'_>)> = names.zip(cells).collect();
        let keys = |parts: &'_ [KeyPart]| parts.len() == self.codes.len();
        for (parts, field) in [(&self.strata, "strata"), (&self.clusters, "clusters")] {
            if parts.as_deref().is_some_and(|parts| !keys(parts)) {
                return Err(
                    Error::batch(format!("expected {} rows", self.codes.len())).in_field(field)
                );
            }
        }
        let coded = |parts| KeyColumn::coded(&self.codes, parts);
        let mut columns =
            CoxColumns::new(self.durations.as_slice(), self.observed.as_slice(), &covariates);
        columns.entries = self.entries.as_deref().map(Into::into);
        columns.weights = self.weights.as_deref().map(Into::into);
        columns.strata = self.strata.as_deref().map(coded);
        columns.clusters = self.clusters.as_deref().map(coded);
        act(&columns)
    }

    fn fit(&self) -> Result<Cox> {
        self.with(|columns| Cox::fit(columns, &self.options))
    }
}

fn fit(arguments: &Arguments) -> Result<Value> {
    let fit = Owned::read(arguments)?.fit()?;
    let mut answer = summary(&fit, arguments.get("level")?)?;
    answer.insert("baseline".to_owned(), json(&fit.baseline)?);
    Ok(Value::Object(answer))
}

fn curve(arguments: &Arguments) -> Result<Value> {
    let fit = Owned::read(arguments)?.fit()?;
    let at: Vec<f64> = arguments.get("at")?;
    let stratum: Option<KeyPart> = arguments.get("stratum")?;
    let times: Vec<f64> = arguments.get("times")?;
    let IntervalOptions { level, method, .. } = arguments.interval_options()?;
    let curve = fit.curve(&at, stratum.as_ref())?;
    let point = |time: &f64| -> Result<Value> {
        let interval = curve.interval(*time, level, method.unwrap_or(Method::LogLog))?;
        Ok(json!({
            "time": time,
            "survival": curve.survival(*time),
            "lower": interval.map(|interval| interval.lower),
            "upper": interval.map(|interval| interval.upper),
        }))
    };
    times.iter().map(point).collect::<Result<Vec<_>>>().map(Value::Array)
}

fn proportionality(arguments: &Arguments) -> Result<Value> {
    let owned = Owned::read(arguments)?;
    let fit = owned.fit()?;
    let transform = arguments.get("transform")?;
    owned.with(|columns| json(fit.test_proportional_hazards(columns, transform)?))
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "cox",
        summary: "Cox regression: by how much covariates multiply the hazard of leaving.",
        parameters: &[
            DURATIONS, OBSERVED, COVARIATES, ENTRIES, STRATA, WEIGHTS, CLUSTERS, TIES, ROBUST,
            LEVEL,
        ],
        run: fit,
    },
    Function {
        name: "cox_survival",
        summary: "Curve of a customer with given covariates, by Cox regression.",
        parameters: &[
            DURATIONS,
            OBSERVED,
            COVARIATES,
            required("at", "array of numbers", "the covariates of the customer"),
            required("times", "array of numbers", "times to read at"),
            ENTRIES,
            STRATA,
            WEIGHTS,
            CLUSTERS,
            TIES,
            ROBUST,
            optional("stratum", "key", "null", "whose baseline; null where there is one"),
            LEVEL,
            super::parameters::METHOD,
        ],
        run: curve,
    },
    Function {
        name: "cox_proportionality",
        summary: "Test of whether the coefficients of a Cox regression change over time.",
        parameters: &[
            DURATIONS,
            OBSERVED,
            COVARIATES,
            ENTRIES,
            STRATA,
            WEIGHTS,
            CLUSTERS,
            TIES,
            ROBUST,
            optional(
                "transform",
                "text",
                "\"kaplan_meier\"",
                "kaplan_meier, identity, log or rank",
            ),
        ],
        run: proportionality,
    },
];

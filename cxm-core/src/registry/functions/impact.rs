//! What drives a score, and what a measure changed.

use super::arguments::{Arguments, json};
use super::comparisons::with_interval;
use super::parameters::{LEVEL, SEED, optional, required};
use super::{Function, Parameter};
use crate::churn::{EarnedGrowth, Revenue};
use crate::error::{Error, Result};
use crate::impact::effect::{self, BeforeAfter, FourCells};
use crate::impact::importance::{ImportanceMethod, RelativeImportance};
use crate::impact::penalty_reward::{Boxes, PenaltyReward};
use crate::impact::{NamedColumn, Rows, drivers, importance_performance, net_change};
use crate::stats::{Comparison, IntervalOptions, NetCounts};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

const OUTCOME: Parameter = required("outcome", "array of numbers", "the outcome; null is missing");
const DRIVERS: Parameter =
    required("drivers", "object", "the drivers' columns by name, as long as the outcome");
const REPLICATES: Parameter =
    optional("replicates", "integer", "0", "bootstrap replicates; 0 gives no intervals");
const IMPORTANCE: &[Parameter] = &[OUTCOME, DRIVERS, LEVEL, REPLICATES, SEED];
const CELL: &str = "n, sum and sum_of_squares";
const NET_CELL: &str = "counts: negative, neutral, positive";
const BEFORE_AFTER: &str = "n, sum_before, sum_after, sum_of_squares_before, \
                            sum_of_squares_after, sum_of_products";
const GROUPS: &[Parameter] = &[
    required("treated", "object", BEFORE_AFTER),
    required("control", "object", "the same of the others"),
    LEVEL,
];

const fn four_cells(what: &'static str) -> [Parameter; 5] {
    [
        required("treated_before", "object", what),
        required("treated_after", "object", what),
        required("control_before", "object", what),
        required("control_after", "object", what),
        LEVEL,
    ]
}

fn cells<T: DeserializeOwned>(it: &Arguments) -> Result<FourCells<T>> {
    Ok(FourCells {
        treated_before: it.get("treated_before")?,
        treated_after: it.get("treated_after")?,
        control_before: it.get("control_before")?,
        control_after: it.get("control_after")?,
    })
}

/// The complete rows of `outcome` and `drivers`.
fn rows(it: &Arguments) -> Result<Rows> {
    let outcome = NamedColumn { name: "outcome".to_owned(), values: it.get("outcome")? };
    let columns: Map<String, Value> = it.get("drivers")?;
    let drivers = columns.into_iter().map(|(name, values)| {
        let values = serde_json::from_value(values)
            .map_err(|error| Error::argument(error.to_string()).in_field(name.clone()))?;
        Ok(NamedColumn { name, values })
    });
    Rows::new(outcome, drivers.collect::<Result<_>>()?)
}

fn importance(it: &Arguments, method: ImportanceMethod) -> Result<Value> {
    let rows = rows(it)?;
    let level = IntervalOptions { level: it.get("level")?, ..IntervalOptions::default() };
    level.alpha()?;
    let (replicates, seed) = (it.get("replicates")?, it.get("seed")?);
    json(if replicates == 0 {
        RelativeImportance::read(&rows.co_moments(), method)?
    } else {
        RelativeImportance::bootstrapped(
            &rows,
            method,
            &IntervalOptions { replicates, seed, ..level },
        )?
    })
}

/// The counts of one segment before and after.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Segment {
    before: NetCounts,
    after: NetCounts,
}

/// A comparison inside a larger answer, with its interval.
fn insert_interval(answer: &mut Value, name: &str, it: &Comparison, level: f64) -> Result<()> {
    if let Some(Value::Object(fields)) = answer.get_mut(name) {
        fields.insert("interval".to_owned(), json(it.interval(level)?)?);
    }
    Ok(())
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "key_drivers",
        summary: "Regression of an outcome on its drivers, with intervals and collinearity.",
        parameters: &[OUTCOME, DRIVERS, LEVEL],
        run: |it| json(drivers::regression(&rows(it)?.co_moments(), it.get("level")?)?),
    },
    Function {
        name: "lmg",
        summary: "R² shared out among the drivers by Shapley's value (LMG).",
        parameters: IMPORTANCE,
        run: |it| importance(it, ImportanceMethod::Lmg),
    },
    Function {
        name: "relative_weights",
        summary: "R² shared out among the drivers by Johnson's relative weights.",
        parameters: IMPORTANCE,
        run: |it| importance(it, ImportanceMethod::RelativeWeights),
    },
    Function {
        name: "penalty_reward_contrast",
        summary: "What each driver's bottom box costs and its top box earns.",
        parameters: &[
            OUTCOME,
            DRIVERS,
            required("bottom_max", "number", "the highest value of the bottom box"),
            required("top_min", "number", "the lowest value of the top box"),
            LEVEL,
        ],
        run: |it| {
            let boxes = Boxes { bottom_max: it.get("bottom_max")?, top_min: it.get("top_min")? };
            json(PenaltyReward::read(&rows(it)?, boxes, it.get("level")?)?)
        },
    },
    Function {
        name: "importance_performance",
        summary: "Drivers by importance and performance: four quadrants, and the gap.",
        parameters: &[
            required("names", "array of texts", "the drivers"),
            required("importance", "array of numbers", "one a driver"),
            required("performance", "array of numbers", "one a driver"),
            optional("cross_hairs", "text", "\"means\"", "means or medians"),
        ],
        run: |it| {
            let names: Vec<String> = it.get("names")?;
            let (importance, performance): (Vec<f64>, Vec<f64>) =
                (it.get("importance")?, it.get("performance")?);
            let cross_hairs = it.get("cross_hairs")?;
            json(importance_performance::grid(&names, &importance, &performance, cross_hairs)?)
        },
    },
    Function {
        name: "difference_in_differences",
        summary: "Change of the treated minus change of the others, of four means.",
        parameters: &four_cells(CELL),
        run: |it| with_interval(it, effect::difference_in_differences(&cells(it)?)?),
    },
    Function {
        name: "difference_in_differences_nets",
        summary: "Change of the treated minus change of the others, of four net scores.",
        parameters: &four_cells(NET_CELL),
        run: |it| with_interval(it, effect::difference_in_differences_of_nets(&cells(it)?)?),
    },
    Function {
        name: "difference_in_differences_paired",
        summary: "Change of the treated minus change of the others, each customer seen twice.",
        parameters: GROUPS,
        run: |it| {
            let (treated, control) = (it.get("treated")?, it.get("control")?);
            with_interval(it, effect::difference_in_differences_of_pairs(&treated, &control)?)
        },
    },
    Function {
        name: "cuped",
        summary: "Treated minus control, with what the values before foretold taken off.",
        parameters: GROUPS,
        run: |it| {
            let (treated, control): (BeforeAfter, BeforeAfter) =
                (it.get("treated")?, it.get("control")?);
            let (answer, level) = (effect::cuped(&treated, &control)?, it.get("level")?);
            let mut value = json(answer)?;
            insert_interval(&mut value, "unadjusted", &answer.unadjusted, level)?;
            insert_interval(&mut value, "adjusted", &answer.adjusted, level)?;
            Ok(value)
        },
    },
    Function {
        name: "net_change",
        summary: "A change of a net score taken apart by segments: by their shares, and by their answers.",
        parameters: &[
            required("segments", "array of objects", "before and after of each, as counts"),
            optional("weighting", "text", "\"midpoint\"", "midpoint or base"),
        ],
        run: |it| {
            let segments: Vec<Segment> = it.get("segments")?;
            let pairs: Vec<_> = segments.iter().map(|it| (it.before, it.after)).collect();
            json(net_change::decompose(&pairs, it.get("weighting")?)?)
        },
    },
    Function {
        name: "earned_growth",
        summary: "Growth by customers who stay, buy more and recommend, and its part of all growth.",
        parameters: &[
            required("before", "integer", "revenue of the period before, in whole units"),
            required("returning", "integer", "revenue now of the customers of that period"),
            required("earned_new", "integer", "revenue now of new customers by recommendation"),
            required("bought_new", "integer", "revenue now of all other new customers"),
        ],
        run: |it| {
            json(EarnedGrowth::read(&Revenue {
                before: it.get("before")?,
                returning: it.get("returning")?,
                earned_new: it.get("earned_new")?,
                bought_new: it.get("bought_new")?,
            })?)
        },
    },
];

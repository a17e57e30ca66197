//! Weighted scores, post-stratification, raking, non-response and rounding.

use super::arguments::{Arguments, json};
use super::parameters::{
    COUNTS, HIGHEST, LEVEL, LOWEST, N, NEGATIVE, NEUTRAL, POSITIVE, SUCCESSES, SUM, SUM_OF_SQUARES,
    TOTAL, optional, required,
};
use super::{Function, Parameter};
use crate::error::{Error, Result};
use crate::stats::raking::{self, RakingOptions};
use crate::stats::weights::{self, WeightedBin};
use crate::stats::{NetCounts, non_response, rounding};
use serde::Deserialize;
use serde_json::{Value, json};

const MISSING: Parameter = required("missing", "integer", "people asked who did not answer");
const SHARES: Parameter =
    required("population_shares", "array of numbers", "share of each stratum; they add up to 1");
const DECIMALS: Parameter = optional("decimals", "integer", "0", "digits after the point");
const TOLERANCE: Parameter =
    optional("tolerance", "number", "1e-9", "largest relative deviation from a target");
const MAX_ITERATIONS: Parameter =
    optional("max_iterations", "integer", "500", "rounds after which it has not converged");
const LOWEST_WEIGHT: Parameter =
    optional("lowest_weight", "number", "null", "lowest weight, in mean weights; null for none");
const HIGHEST_WEIGHT: Parameter =
    optional("highest_weight", "number", "null", "highest weight, in mean weights; null for none");
const SUMS: &str = "n, weight (sum of weights) and weight_squared (sum of squares)";

/// A bin whose value follows from its name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sums {
    n: u64,
    weight: f64,
    weight_squared: f64,
}

/// The weighted mean of the named bins, with its interval.
fn weighted(it: &Arguments, bins: &[(f64, &'static str)]) -> Result<Value> {
    let bins: Result<Vec<_>> = bins
        .iter()
        .map(|(value, name)| {
            let Sums { n, weight, weight_squared } = it.get(name)?;
            Ok(WeightedBin { value: *value, n, weight, weight_squared })
        })
        .collect();
    weighted_bins(it, &bins?)
}

fn weighted_bins(it: &Arguments, bins: &[WeightedBin]) -> Result<Value> {
    let Some(estimate) = weights::weighted_mean(bins)? else { return Ok(Value::Null) };
    let mut answer = json(estimate)?;
    if let Value::Object(fields) = &mut answer {
        fields.insert("interval".to_owned(), json(estimate.interval(it.get("level")?)?)?);
    }
    Ok(answer)
}

fn raking_options(it: &Arguments) -> Result<RakingOptions> {
    Ok(RakingOptions {
        tolerance: it.get("tolerance")?,
        max_iterations: it.get("max_iterations")?,
        lowest_weight: it.get("lowest_weight")?,
        highest_weight: it.get("highest_weight")?,
    })
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "weighted_net",
        summary: "Weighted net score: linearised error, effective n, design effect, interval.",
        parameters: &[
            required("negative", "object", SUMS),
            required("neutral", "object", SUMS),
            required("positive", "object", SUMS),
            LEVEL,
        ],
        run: |it| weighted(it, &[(-1.0, "negative"), (0.0, "neutral"), (1.0, "positive")]),
    },
    Function {
        name: "weighted_share",
        summary: "Weighted share: linearised error, effective n, design effect, interval.",
        parameters: &[
            required("failures", "object", SUMS),
            required("successes", "object", SUMS),
            LEVEL,
        ],
        run: |it| weighted(it, &[(0.0, "failures"), (1.0, "successes")]),
    },
    Function {
        name: "weighted_mean",
        summary: "Weighted mean: linearised error, effective n, design effect, interval.",
        parameters: &[
            required("bins", "array of objects", "value, n, weight and weight_squared of each"),
            LEVEL,
        ],
        run: |it| weighted_bins(it, &it.get::<Vec<_>>("bins")?),
    },
    Function {
        name: "post_stratify",
        summary: "Strata put together in the shares that they have in the population.",
        parameters: &[
            SHARES,
            required("strata", "array of objects", "value, variance and n of each"),
        ],
        run: |it| {
            let (shares, strata): (Vec<f64>, Vec<_>) =
                (it.get("population_shares")?, it.get("strata")?);
            json(weights::post_stratify(&shares, &strata)?)
        },
    },
    Function {
        name: "post_stratify_nets",
        summary: "Net scores of strata put together in their shares of the population.",
        parameters: &[
            SHARES,
            required("strata", "array of objects", "counts of each: negative, neutral, positive"),
        ],
        run: |it| {
            let (shares, strata): (Vec<f64>, Vec<NetCounts>) =
                (it.get("population_shares")?, it.get("strata")?);
            let estimates: Option<Vec<_>> = strata.iter().map(NetCounts::estimate).collect();
            let estimates = estimates.ok_or_else(|| {
                Error::insufficient("a stratum without answers has no score").in_field("strata")
            })?;
            json(weights::post_stratify(&shares, &estimates)?)
        },
    },
    Function {
        name: "rake",
        summary: "Weights that make a sample's margins those of the population.",
        parameters: &[
            required("weights", "array of numbers", "starting weight of every respondent"),
            required("margins", "array of objects", "codes (per respondent) and targets of each"),
            TOLERANCE,
            MAX_ITERATIONS,
            LOWEST_WEIGHT,
            HIGHEST_WEIGHT,
        ],
        run: |it| {
            let (base, margins): (Vec<f64>, Vec<_>) = (it.get("weights")?, it.get("margins")?);
            json(raking::rake(&base, &margins, &raking_options(it)?)?)
        },
    },
    Function {
        name: "rake_table",
        summary: "A two-way table raked to the sums of its rows and columns.",
        parameters: &[
            required("table", "array of arrays of numbers", "the cells, row by row"),
            required("rows", "array of numbers", "target of every row"),
            required("columns", "array of numbers", "target of every column"),
            TOLERANCE,
            MAX_ITERATIONS,
        ],
        run: |it| {
            let (rows, columns): (Vec<f64>, Vec<f64>) = (it.get("rows")?, it.get("columns")?);
            let (tolerance, max_iterations) = (it.get("tolerance")?, it.get("max_iterations")?);
            let options = RakingOptions { tolerance, max_iterations, ..RakingOptions::default() };
            let table: Vec<Vec<f64>> = it.get("table")?;
            let (table, raked) = raking::rake_table(&table, &rows, &columns, &options)?;
            Ok(json!({"table": table, "trace": raked.trace}))
        },
    },
    Function {
        name: "non_response_bounds_net",
        summary: "Lowest and highest net score there could be, had everyone asked answered.",
        parameters: &[NEGATIVE, NEUTRAL, POSITIVE, MISSING],
        run: |it| json(non_response::net_bounds(&it.net_counts()?, it.get("missing")?)),
    },
    Function {
        name: "non_response_bounds_share",
        summary: "Lowest and highest share there could be, had everyone asked answered.",
        parameters: &[SUCCESSES, TOTAL, MISSING],
        run: |it| json(non_response::share_bounds(&it.share()?, it.get("missing")?)?),
    },
    Function {
        name: "non_response_bounds_mean",
        summary: "Lowest and highest mean there could be, had everyone asked answered.",
        parameters: &[N, SUM, SUM_OF_SQUARES, MISSING, LOWEST, HIGHEST],
        run: |it| {
            let (moments, missing) = (it.moments()?, it.get("missing")?);
            let (lowest, highest) = (it.get("lowest")?, it.get("highest")?);
            json(non_response::mean_bounds(&moments, missing, lowest, highest)?)
        },
    },
    Function {
        name: "round_ratio",
        summary: "A ratio of whole numbers at so many decimals, rounded once.",
        parameters: &[
            required("numerator", "integer", "numerator"),
            required("denominator", "integer", "denominator; 0 gives null"),
            DECIMALS,
            optional(
                "ties",
                "text",
                "\"half_away_from_zero\"",
                "half_away_from_zero or half_to_even",
            ),
        ],
        run: |it| {
            let numerator: i64 = it.get("numerator")?;
            let (denominator, decimals) = (it.get("denominator")?, it.get("decimals")?);
            let ties = it.get("ties")?;
            let rounded =
                rounding::round_ratio(i128::from(numerator), denominator, decimals, ties)?;
            Ok(rounded.map_or(Value::Null, |it| shown(&it)))
        },
    },
    Function {
        name: "round_shares",
        summary: "Counts as percentages that add up to exactly 100.",
        parameters: &[COUNTS, DECIMALS],
        run: |it| {
            let counts: Vec<u64> = it.get("counts")?;
            let shares = rounding::shares_of_a_hundred(&counts, it.get("decimals")?)?;
            Ok(shares.iter().map(shown).collect())
        },
    },
];

fn shown(decimal: &rounding::Rounded) -> Value {
    json!({"value": decimal.value(), "text": decimal.to_string()})
}

//! Comparisons of two scores, trends, and tests of many at once.

use super::arguments::{Arguments, json};
use super::parameters::{LEVEL, optional, required};
use super::{Function, Parameter};
use crate::error::Result;
use crate::stats::comparison::{self, Comparison, TransitionTable};
use crate::stats::{multiplicity, permutation, shrinkage, trend};
use serde_json::Value;

const FIRST_NET: Parameter = required("first", "object", "counts: negative, neutral, positive");
const SECOND_NET: Parameter = required("second", "object", "the counts to subtract");
const FIRST_SHARE: Parameter = required("first", "object", "successes and total");
const SECOND_SHARE: Parameter = required("second", "object", "the share to subtract");
const P_VALUES: &[Parameter] = &[required("p_values", "array of numbers", "one per test")];
const SEGMENTS: &str = "value, variance (the squared standard error) and n of each";

/// A comparison with its interval at the level asked for.
pub(super) fn with_interval(arguments: &Arguments, comparison: Comparison) -> Result<Value> {
    let mut answer = json(comparison)?;
    if let Value::Object(fields) = &mut answer {
        let interval = comparison.interval(arguments.get("level")?)?;
        fields.insert("interval".to_owned(), json(interval)?);
    }
    Ok(answer)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "compare_nets",
        summary: "First minus second net score with z, p and interval; adjusted Wald or Wald.",
        parameters: &[
            FIRST_NET,
            SECOND_NET,
            LEVEL,
            optional("method", "text", "\"adjusted_wald\"", "adjusted_wald or wald"),
        ],
        run: |it| {
            let (first, second) = (it.get("first")?, it.get("second")?);
            with_interval(it, comparison::nets(&first, &second, it.get("method")?)?)
        },
    },
    Function {
        name: "compare_shares",
        summary: "First minus second share with z, p and interval; Agresti-Caffo or Wald.",
        parameters: &[
            FIRST_SHARE,
            SECOND_SHARE,
            LEVEL,
            optional("method", "text", "\"agresti_caffo\"", "agresti_caffo or wald"),
        ],
        run: |it| {
            let (first, second) = (it.get("first")?, it.get("second")?);
            with_interval(it, comparison::shares(&first, &second, it.get("method")?)?)
        },
    },
    Function {
        name: "share_difference_interval",
        summary: "Newcombe's interval of first minus second share, within -1..=1.",
        parameters: &[FIRST_SHARE, SECOND_SHARE, LEVEL],
        run: |it| {
            let (first, second) = (it.get("first")?, it.get("second")?);
            json(comparison::share_difference_interval(&first, &second, it.get("level")?)?)
        },
    },
    Function {
        name: "compare_means",
        summary: "First minus second mean with Welch's t, p and interval.",
        parameters: &[
            required("first", "object", "n, sum and sum_of_squares"),
            required("second", "object", "the sums of the mean to subtract"),
            LEVEL,
        ],
        run: |it| {
            let (first, second) = (it.get("first")?, it.get("second")?);
            with_interval(it, comparison::means(&first, &second)?)
        },
    },
    Function {
        name: "compare_paired_nets",
        summary: "Net score after minus before, of the same respondents asked twice.",
        parameters: &[
            required(
                "table",
                "array of arrays of integers",
                "3 by 3: rows class before, columns class after; negative, neutral, positive",
            ),
            LEVEL,
        ],
        run: |it| {
            let table: TransitionTable = it.get("table")?;
            with_interval(it, comparison::paired_nets(&table)?)
        },
    },
    Function {
        name: "permutation_test_nets",
        summary: "Exact test of two small net scores over all ways to deal the same answers.",
        parameters: &[FIRST_NET, SECOND_NET],
        run: |it| json(permutation::nets(&it.get("first")?, &it.get("second")?)?),
    },
    Function {
        name: "wave_trend",
        summary: "Weighted slope of scores over time, with p and lack of fit.",
        parameters: &[
            required("times", "array of numbers", "time of each wave, in any unit"),
            required("waves", "array of objects", SEGMENTS),
        ],
        run: |it| {
            let (times, waves): (Vec<f64>, Vec<_>) = (it.get("times")?, it.get("waves")?);
            json(trend::over_waves(&times, &waves)?)
        },
    },
    Function {
        name: "holm",
        summary: "Adjusted p-values that keep the chance of any false alarm (Holm).",
        parameters: P_VALUES,
        run: |it| json(multiplicity::holm(&it.get::<Vec<f64>>("p_values")?)?),
    },
    Function {
        name: "benjamini_hochberg",
        summary: "Adjusted p-values that keep the share of false alarms (Benjamini-Hochberg).",
        parameters: P_VALUES,
        run: |it| json(multiplicity::benjamini_hochberg(&it.get::<Vec<f64>>("p_values")?)?),
    },
    Function {
        name: "shrink",
        summary: "Segments drawn to their common mean by as much as they may owe to chance.",
        parameters: &[required("segments", "array of objects", SEGMENTS)],
        run: |it| json(shrinkage::shrink(&it.get::<Vec<_>>("segments")?)?),
    },
    Function {
        name: "shrink_nets",
        summary: "Net scores of segments drawn to their common mean, with 3 answers added to each.",
        parameters: &[required(
            "segments",
            "array of objects",
            "counts of each: negative, neutral, positive",
        )],
        run: |it| {
            let segments: Vec<crate::stats::NetCounts> = it.get("segments")?;
            let estimates: Vec<_> = segments.iter().map(|it| it.adjusted_estimate()).collect();
            json(shrinkage::shrink(&estimates)?)
        },
    },
];

//! Intervals and confidence sequences of one score.

use super::Function;
use super::arguments::json;
use super::parameters::{
    COUNTS, HIGHEST, LEVEL, LOWEST, METHOD, N, NEGATIVE, NEUTRAL, POPULATION, POSITIVE, REPLICATES,
    SEED, SUCCESSES, SUM, SUM_OF_SQUARES, TOTAL, TUNED_FOR, optional, required,
};
use crate::stats::{confidence_sequence, mean, net_score, proportion};
use serde_json::json;

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "net_summary",
        summary: "Net score, its variance (divisor n) and standard error, from three counts.",
        parameters: &[NEGATIVE, NEUTRAL, POSITIVE],
        run: |arguments| {
            let counts = arguments.net_counts()?;
            Ok(json!({
                "n": counts.total(),
                "net": counts.net(),
                "variance": counts.variance(),
                "standard_error": counts.standard_error(),
            }))
        },
    },
    Function {
        name: "net_interval",
        summary: "Interval of a net score within -1..=1; by default Tango's score interval.",
        parameters: &[NEGATIVE, NEUTRAL, POSITIVE, LEVEL, METHOD, POPULATION, SEED, REPLICATES],
        run: |arguments| {
            json(net_score::interval(&arguments.net_counts()?, &arguments.interval_options()?)?)
        },
    },
    Function {
        name: "net_interval_adjusted_wald_unclipped",
        summary: "Adjusted Wald limits of a net score as published, which may leave -1..=1.",
        parameters: &[NEGATIVE, NEUTRAL, POSITIVE, LEVEL, POPULATION],
        run: |arguments| {
            let (counts, options) = (arguments.net_counts()?, arguments.interval_options()?);
            json(net_score::adjusted_wald_unclipped(&counts, &options)?)
        },
    },
    Function {
        name: "share_interval",
        summary: "Interval of a share within 0..=1; by default Wilson's.",
        parameters: &[SUCCESSES, TOTAL, LEVEL, METHOD, POPULATION],
        run: |arguments| {
            json(proportion::interval(&arguments.share()?, &arguments.interval_options()?)?)
        },
    },
    Function {
        name: "goodman_intervals",
        summary: "Limits of several shares that hold together at the level.",
        parameters: &[
            COUNTS,
            LEVEL,
            optional("quantile", "text", "\"goodman\"", "goodman or quesenberry_hurst"),
        ],
        run: |arguments| {
            let counts: Vec<u64> = arguments.get("counts")?;
            let quantile = arguments.get("quantile")?;
            json(proportion::goodman_intervals(&counts, arguments.get("level")?, quantile)?)
        },
    },
    Function {
        name: "mean_summary",
        summary: "Mean and variances from n, the sum and the sum of squares of integer answers.",
        parameters: &[N, SUM, SUM_OF_SQUARES],
        run: |arguments| {
            let moments = arguments.moments()?;
            Ok(json!({
                "n": moments.n,
                "mean": moments.mean(),
                "population_variance": moments.population_variance()?,
                "sample_variance": moments.sample_variance()?,
                "standard_error": moments.standard_error()?,
            }))
        },
    },
    Function {
        name: "mean_interval",
        summary: "Student's t interval of a mean, from the integer sums of the answers.",
        parameters: &[N, SUM, SUM_OF_SQUARES, LEVEL, POPULATION],
        run: |arguments| {
            json(mean::interval(&arguments.moments()?, &arguments.interval_options()?)?)
        },
    },
    Function {
        name: "pomp_points",
        summary: "Percentage of maximum possible: a mean moved from its scale to 0..=100.",
        parameters: &[required("mean", "number", "mean answer"), LOWEST, HIGHEST],
        run: |arguments| {
            let (lowest, highest) = (arguments.get("lowest")?, arguments.get("highest")?);
            json(mean::pomp_points(arguments.get("mean")?, lowest, highest)?)
        },
    },
    Function {
        name: "net_confidence_sequence",
        summary: "Interval of a net score that holds however often it is looked at.",
        parameters: &[NEGATIVE, NEUTRAL, POSITIVE, LEVEL, METHOD, TUNED_FOR],
        run: |arguments| {
            let (counts, options) = (arguments.net_counts()?, arguments.interval_options()?);
            json(confidence_sequence::net(&counts, &options)?)
        },
    },
    Function {
        name: "share_confidence_sequence",
        summary: "Interval of a share that holds however often it is looked at.",
        parameters: &[SUCCESSES, TOTAL, LEVEL, METHOD, TUNED_FOR],
        run: |arguments| {
            let (share, options) = (arguments.share()?, arguments.interval_options()?);
            json(confidence_sequence::share(&share, &options)?)
        },
    },
    Function {
        name: "histogram_confidence_sequence",
        summary: "Interval of a bounded mean, from a histogram, that holds at every look.",
        parameters: &[
            required("answers", "array of numbers", "the possible answers"),
            COUNTS,
            LOWEST,
            HIGHEST,
            LEVEL,
            METHOD,
        ],
        run: |arguments| {
            let (answers, counts): (Vec<f64>, Vec<u64>) =
                (arguments.get("answers")?, arguments.get("counts")?);
            let scale = arguments.get("lowest")?..=arguments.get("highest")?;
            let options = arguments.interval_options()?;
            json(confidence_sequence::bounded(&answers, &counts, scale, &options)?)
        },
    },
    Function {
        name: "asymptotic_confidence_sequence",
        summary: "Interval of any mean that holds at every look from 100 answers on.",
        parameters: &[
            N,
            required("mean", "number", "mean answer"),
            required("variance", "number", "variance with divisor n"),
            LEVEL,
            TUNED_FOR,
        ],
        run: |arguments| {
            let (n, mean) = (arguments.get("n")?, arguments.get("mean")?);
            let (variance, options) = (arguments.get("variance")?, arguments.interval_options()?);
            json(confidence_sequence::asymptotic(n, mean, variance, &options)?)
        },
    },
    Function {
        name: "net_difference_confidence_sequence",
        summary: "First minus second of two watched net scores, at every look.",
        parameters: &[
            required("first", "object", "counts: negative, neutral, positive"),
            required("second", "object", "counts: negative, neutral, positive"),
            LEVEL,
            METHOD,
            TUNED_FOR,
        ],
        run: |arguments| {
            let (first, second) = (arguments.get("first")?, arguments.get("second")?);
            let options = arguments.interval_options()?;
            json(confidence_sequence::net_difference(&first, &second, &options)?)
        },
    },
    Function {
        name: "share_difference_confidence_sequence",
        summary: "First minus second of two watched shares, at every look.",
        parameters: &[
            required("first", "object", "successes and total"),
            required("second", "object", "successes and total"),
            LEVEL,
            METHOD,
            TUNED_FOR,
        ],
        run: |arguments| {
            let (first, second) = (arguments.get("first")?, arguments.get("second")?);
            let options = arguments.interval_options()?;
            json(confidence_sequence::share_difference(&first, &second, &options)?)
        },
    },
];

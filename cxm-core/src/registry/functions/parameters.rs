//! The arguments that several functions share, each described once.

use super::Parameter;

/// An argument that must be given.
pub(in crate::registry) const fn required(
    name: &'static str,
    kind: &'static str,
    doc: &'static str,
) -> Parameter {
    Parameter { name, kind, default: None, doc }
}

/// An argument with a default, as JSON.
pub(in crate::registry) const fn optional(
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    doc: &'static str,
) -> Parameter {
    Parameter { name, kind, default: Some(default), doc }
}

pub(super) const NEGATIVE: Parameter =
    required("negative", "integer", "answers that count −1 (detractors)");
pub(super) const NEUTRAL: Parameter =
    required("neutral", "integer", "answers that count 0 (passives)");
pub(super) const POSITIVE: Parameter =
    required("positive", "integer", "answers that count +1 (promoters)");
pub(super) const SUCCESSES: Parameter = required("successes", "integer", "answers that qualify");
pub(super) const TOTAL: Parameter = required("total", "integer", "all answers");
pub(super) const COUNTS: Parameter =
    required("counts", "array of integers", "answers of each kind");
pub(in crate::registry) const LEVEL: Parameter =
    optional("level", "number", "0.95", "level of the interval, 0.95 for 95 %");
pub(in crate::registry) const METHOD: Parameter =
    optional("method", "text", "null", "name of the method; null for the default of the measure");
pub(in crate::registry) const POPULATION: Parameter =
    optional("population", "integer", "null", "size of the finite population; null if unbounded");
pub(in crate::registry) const SEED: Parameter =
    optional("seed", "integer", "0", "seed of the bootstrap");
pub(in crate::registry) const REPLICATES: Parameter =
    optional("replicates", "integer", "2000", "replicates of the bootstrap");
pub(in crate::registry) const TUNED_FOR: Parameter = optional(
    "tuned_for",
    "integer",
    "1000",
    "number of answers at which a tuned or asymptotic sequence is tightest",
);
pub(super) const N: Parameter = required("n", "integer", "answers");
pub(super) const SUM: Parameter = required("sum", "integer", "sum of the answers");
pub(super) const SUM_OF_SQUARES: Parameter =
    required("sum_of_squares", "integer", "sum of the squared answers");
pub(super) const LOWEST: Parameter = required("lowest", "number", "low end of the scale");
pub(super) const HIGHEST: Parameter = required("highest", "number", "high end of the scale");

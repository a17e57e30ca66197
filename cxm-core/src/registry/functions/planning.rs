//! Sample sizes, margins and power, for net scores, shares and means.

use super::arguments::{Arguments, json};
use super::parameters::{LEVEL, POPULATION, optional, required};
use super::{Function, Parameter};
use crate::error::Result;
use crate::stats::sample_size::{self, PlanningValue};
use serde_json::Value;

const MARGIN: Parameter = required("margin", "number", "half the width of the interval");
const DIFFERENCE: Parameter = required("difference", "number", "true difference to be found");
const N: Parameter = required("n", "integer", "answers (in each group)");
const POWER: Parameter = optional("power", "number", "0.8", "chance to find the difference");

/// The worst case is the default: what is not known must not make a plan too small.
const VARIANCE: Parameter = optional("variance", "number", "1.0", NET_DOC);
const FIRST_VARIANCE: Parameter = optional("first_variance", "number", "1.0", NET_DOC);
const SECOND_VARIANCE: Parameter = optional("second_variance", "number", "1.0", NET_DOC);
const NET_DOC: &str = "variance of one answer; 1 at worst, typically 0.6 to 0.7";
const SHARE: Parameter = optional("share", "number", "0.5", "share expected; 0.5 at worst");
const FIRST_SHARE: Parameter = required("first_share", "number", "share expected in the first");
const SECOND_SHARE: Parameter = required("second_share", "number", "share expected in the second");
const DEVIATION: Parameter =
    required("standard_deviation", "number", "standard deviation of one answer");
const FIRST_DEVIATION: Parameter =
    required("first_standard_deviation", "number", "of one answer in the first group");
const SECOND_DEVIATION: Parameter =
    required("second_standard_deviation", "number", "of one answer in the second group");

fn net(it: &Arguments, name: &'static str) -> Result<PlanningValue> {
    Ok(PlanningValue::Net { variance: it.get(name)? })
}

fn share(it: &Arguments, name: &'static str) -> Result<PlanningValue> {
    Ok(PlanningValue::Share { share: it.get(name)? })
}

fn mean(it: &Arguments, name: &'static str) -> Result<PlanningValue> {
    Ok(PlanningValue::Mean { standard_deviation: it.get(name)? })
}

type Pair = fn(&Arguments) -> Result<(PlanningValue, PlanningValue, f64)>;

const NETS: Pair =
    |it| Ok((net(it, "first_variance")?, net(it, "second_variance")?, it.get("difference")?));
const SHARES: Pair = |it| {
    let (first, second): (f64, f64) = (it.get("first_share")?, it.get("second_share")?);
    Ok((share(it, "first_share")?, share(it, "second_share")?, first - second))
};
const MEANS: Pair = |it| {
    let first = mean(it, "first_standard_deviation")?;
    Ok((first, mean(it, "second_standard_deviation")?, it.get("difference")?))
};

fn size_for_margin(it: &Arguments, planned: PlanningValue) -> Result<Value> {
    let (margin, level) = (it.get("margin")?, it.get("level")?);
    json(sample_size::for_margin(planned, margin, level, it.get("population")?)?)
}

fn size_for_difference(it: &Arguments, pair: Pair) -> Result<Value> {
    let (first, second, difference) = pair(it)?;
    let (level, power) = (it.get("level")?, it.get("power")?);
    json(sample_size::for_difference(first, second, difference, level, power)?)
}

fn margin(it: &Arguments, planned: PlanningValue) -> Result<Value> {
    let (n, level) = (it.get("n")?, it.get("level")?);
    json(sample_size::margin(planned, n, level, it.get("population")?)?)
}

fn power(it: &Arguments, pair: Pair) -> Result<Value> {
    let (first, second, difference) = pair(it)?;
    json(sample_size::power(first, second, difference, it.get("n")?, it.get("level")?)?)
}

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "sample_size_net",
        summary: "Answers needed for a net score within a margin.",
        parameters: &[MARGIN, VARIANCE, LEVEL, POPULATION],
        run: |it| size_for_margin(it, net(it, "variance")?),
    },
    Function {
        name: "sample_size_share",
        summary: "Answers needed for a share within a margin.",
        parameters: &[MARGIN, SHARE, LEVEL, POPULATION],
        run: |it| size_for_margin(it, share(it, "share")?),
    },
    Function {
        name: "sample_size_mean",
        summary: "Answers needed for a mean within a margin.",
        parameters: &[MARGIN, DEVIATION, LEVEL, POPULATION],
        run: |it| size_for_margin(it, mean(it, "standard_deviation")?),
    },
    Function {
        name: "sample_size_net_difference",
        summary: "Answers needed in each of two groups to find a difference of net scores.",
        parameters: &[DIFFERENCE, FIRST_VARIANCE, SECOND_VARIANCE, LEVEL, POWER],
        run: |it| size_for_difference(it, NETS),
    },
    Function {
        name: "sample_size_share_difference",
        summary: "Answers needed in each of two groups to tell two shares apart.",
        parameters: &[FIRST_SHARE, SECOND_SHARE, LEVEL, POWER],
        run: |it| size_for_difference(it, SHARES),
    },
    Function {
        name: "sample_size_mean_difference",
        summary: "Answers needed in each of two groups to find a difference of means.",
        parameters: &[DIFFERENCE, FIRST_DEVIATION, SECOND_DEVIATION, LEVEL, POWER],
        run: |it| size_for_difference(it, MEANS),
    },
    Function {
        name: "margin_net",
        summary: "The margin that so many answers give a net score.",
        parameters: &[N, VARIANCE, LEVEL, POPULATION],
        run: |it| margin(it, net(it, "variance")?),
    },
    Function {
        name: "margin_share",
        summary: "The margin that so many answers give a share.",
        parameters: &[N, SHARE, LEVEL, POPULATION],
        run: |it| margin(it, share(it, "share")?),
    },
    Function {
        name: "margin_mean",
        summary: "The margin that so many answers give a mean.",
        parameters: &[N, DEVIATION, LEVEL, POPULATION],
        run: |it| margin(it, mean(it, "standard_deviation")?),
    },
    Function {
        name: "power_net_difference",
        summary: "The chance that so many answers a group find a difference of net scores.",
        parameters: &[DIFFERENCE, N, FIRST_VARIANCE, SECOND_VARIANCE, LEVEL],
        run: |it| power(it, NETS),
    },
    Function {
        name: "power_share_difference",
        summary: "The chance that so many answers a group tell two shares apart.",
        parameters: &[FIRST_SHARE, SECOND_SHARE, N, LEVEL],
        run: |it| power(it, SHARES),
    },
    Function {
        name: "power_mean_difference",
        summary: "The chance that so many answers a group find a difference of means.",
        parameters: &[DIFFERENCE, N, FIRST_DEVIATION, SECOND_DEVIATION, LEVEL],
        run: |it| power(it, MEANS),
    },
];

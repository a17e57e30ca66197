//! The methods by name, and the one shape of their answers.

use super::attribution_paths::AttributionPaths;
use super::credit::{Credits, count};
use super::heuristics::{PositionWeights, Rule};
use super::markov::removals;
use super::path_table::PathTable;
use super::shapley::{RateShares, rate_shares};
use crate::calculator::table::Table;
use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided_quantile;
use crate::stats::{Interval, IntervalOptions, Method, proportion};

/// How conversions are divided: see the [area](super).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum AttributionMethod {
    /// All to the first touchpoint.
    First,
    /// All to the last touchpoint.
    Last,
    /// All to the last touchpoint that is not direct.
    LastNonDirect,
    /// The same to every touchpoint of the path.
    Linear,
    /// By weights of the first, those between and the last: 40 : 20 : 40.
    Position,
    /// 20 : 20 : 60.
    J,
    /// 60 : 20 : 20.
    InverseJ,
    /// Half as much for every half-life before the conversion.
    TimeDecay,
    /// By the removal effect in an absorbing Markov chain.
    #[default]
    Markov,
    /// Shapley's value where a coalition is worth its conversions.
    Shapley,
    /// Shapley's value where a coalition is worth its conversion rate.
    ShapleyRate,
}

impl AttributionMethod {
    /// Every method that is offered on paths.
    pub const ON_PATHS: &'static [Self] = &[
        Self::First,
        Self::Last,
        Self::LastNonDirect,
        Self::Linear,
        Self::Position,
        Self::J,
        Self::InverseJ,
        Self::Markov,
        Self::Shapley,
        Self::ShapleyRate,
    ];

    /// The stable name in `snake_case`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Last => "last",
            Self::LastNonDirect => "last_non_direct",
            Self::Linear => "linear",
            Self::Position => "position",
            Self::J => "j",
            Self::InverseJ => "inverse_j",
            Self::TimeDecay => "time_decay",
            Self::Markov => "markov",
            Self::Shapley => "shapley",
            Self::ShapleyRate => "shapley_rate",
        }
    }
}

/// What an attribution takes.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct AttributionOptions {
    /// How conversions are divided.
    pub method: AttributionMethod,
    /// The touchpoints that are direct, for `last_non_direct`.
    pub direct: Vec<String>,
    /// Parts for the first touchpoint, those between and the last, for `position`.
    pub weights: PositionWeights,
    /// How many of the last touchpoints a state of the Markov chain remembers.
    pub order: u32,
    /// Whether journeys that did not convert are part of the Markov chain.
    pub include_nulls: bool,
    /// The level of the intervals.
    pub level: f64,
}

impl Default for AttributionOptions {
    fn default() -> Self {
        Self {
            method: AttributionMethod::default(),
            direct: Vec::new(),
            weights: PositionWeights::U,
            order: 1,
            include_nulls: true,
            level: IntervalOptions::default().level,
        }
    }
}

impl AttributionOptions {
    /// A method under its usual options.
    pub fn of(method: AttributionMethod) -> Self {
        Self { method, ..Self::default() }
    }
}

/// What one touchpoint gets.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TouchpointAttribution {
    /// Its name.
    pub touchpoint: Box<str>,
    /// The conversions it gets.
    pub conversions: f64,
    /// The value it gets, in minor units; `None` where no path has a value.
    pub value: Option<f64>,
    /// Its part of all conversions.
    pub share: f64,
    /// The standard error of the share.
    pub standard_error: f64,
    /// The interval of the share.
    pub interval: Interval,
    /// 1 − P(conversion without it) ÷ P(conversion), of `markov`.
    pub removal_effect: Option<f64>,
    /// The same of the expected value.
    pub value_removal_effect: Option<f64>,
}

/// How the conversions are divided.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Attribution {
    /// All conversions.
    pub conversions: u64,
    /// Their value, in minor units; `None` where no path has a value.
    pub value: Option<f64>,
    /// Journeys that the method reads.
    pub journeys: u64,
    /// P(conversion) of the Markov chain.
    pub conversion_probability: Option<f64>,
    /// States of the Markov chain, the start among them.
    pub states: Option<u64>,
    /// What each touchpoint gets, in the order of their names.
    pub touchpoints: Vec<TouchpointAttribution>,
    /// What was asked.
    pub options: AttributionOptions,
}

impl Attribution {
    /// One row a touchpoint.
    pub fn table(&self) -> Result<Table> {
        let rows = &self.touchpoints;
        let mut table = Table::new(rows.len());
        let floats =
            |of: fn(&TouchpointAttribution) -> f64| rows.iter().map(of).collect::<Vec<_>>();
        table
            .push("touchpoint", rows.iter().map(|it| it.touchpoint.clone()).collect::<Vec<_>>())?;
        table.push("conversions", floats(|it| it.conversions))?;
        table.push_optional("value", rows.iter().map(|it| it.value))?;
        table.push("share", floats(|it| it.share))?;
        table.push("share_lower", floats(|it| it.interval.lower))?;
        table.push("share_upper", floats(|it| it.interval.upper))?;
        table.push_optional("removal_effect", rows.iter().map(|it| it.removal_effect))?;
        table
            .push_optional("value_removal_effect", rows.iter().map(|it| it.value_removal_effect))?;
        Ok(table)
    }
}

/// What a method says, touchpoint by touchpoint.
pub(super) struct Divided {
    pub(super) conversions: Vec<f64>,
    pub(super) values: Vec<f64>,
    pub(super) shares: Vec<f64>,
    pub(super) variances: Vec<f64>,
    pub(super) removal: Option<(Vec<f64>, Vec<f64>)>,
    /// P(conversion) and states of the chain.
    pub(super) chain: Option<(f64, usize)>,
    /// Journeys that were read.
    pub(super) journeys: u64,
}

/// Divides the conversions of the paths.
pub fn attribute(table: &PathTable, options: &AttributionOptions) -> Result<Attribution> {
    let totals = table.totals();
    if totals.conversions == 0 {
        return Err(Error::insufficient("no journey converted: there is nothing to divide"));
    }
    let divided = match options.method {
        AttributionMethod::Markov => markov(table, options)?,
        AttributionMethod::ShapleyRate => by_rates(table)?,
        _ => by_rule(table, &rule(table, options)?)?,
    };
    answer(table.names(), divided, totals.conversions, value_of(table), options)
}

#[allow(clippy::cast_precision_loss, reason = "exact sums are read as floating point")]
fn value_of(table: &PathTable) -> Option<f64> {
    table.has_values().then(|| table.totals().value as f64)
}

fn rule(table: &PathTable, options: &AttributionOptions) -> Result<Rule> {
    Ok(match options.method {
        AttributionMethod::First => Rule::First,
        AttributionMethod::Last => Rule::Last,
        AttributionMethod::LastNonDirect => {
            if options.direct.is_empty() {
                let message = "name the direct touchpoints";
                return Err(Error::argument(message).in_field("direct"));
            }
            let numbers = options.direct.iter().map(|name| table.number_of(name));
            let numbers = numbers.collect::<Result<Vec<u32>>>();
            let mut direct = numbers.map_err(|error| error.in_field("direct"))?;
            direct.sort_unstable();
            Rule::LastNonDirect(direct)
        }
        AttributionMethod::Linear => Rule::Linear,
        AttributionMethod::Position => {
            options.weights.check()?;
            Rule::Position(options.weights)
        }
        AttributionMethod::J => Rule::Position(PositionWeights::J),
        AttributionMethod::InverseJ => Rule::Position(PositionWeights::INVERSE_J),
        AttributionMethod::Shapley => Rule::Set,
        AttributionMethod::TimeDecay
        | AttributionMethod::Markov
        | AttributionMethod::ShapleyRate => {
            let message =
                "paths have no times: time_decay takes journeys with the age of each touchpoint";
            return Err(Error::not_offered(message).in_field("method"));
        }
    })
}

fn by_rule(table: &PathTable, rule: &Rule) -> Result<Divided> {
    let mut credits = Credits::new(table.names().len());
    let mut fractions = Vec::new();
    for (path, ended) in table.rows().filter(|(_, ended)| ended.conversions > 0) {
        rule.share_out(path, &mut fractions);
        credits.give(&mut fractions, ended)?;
    }
    let all = table.totals().conversions;
    let conversions = credits.conversions();
    let shares: Vec<f64> = conversions.iter().map(|part| part / count(all)).collect();
    Ok(Divided {
        values: credits.values(),
        variances: credits.variances(&shares, all),
        conversions,
        shares,
        removal: None,
        chain: None,
        journeys: all,
    })
}

fn normalised(parts: &[f64]) -> Vec<f64> {
    let sum: f64 = parts.iter().sum();
    parts.iter().map(|part| part / sum).collect()
}

fn times(shares: &[f64], total: f64) -> Vec<f64> {
    shares.iter().map(|share| share * total).collect()
}

fn markov(table: &PathTable, options: &AttributionOptions) -> Result<Divided> {
    let order = usize::try_from(options.order).ok().filter(|&order| order > 0);
    let order = order
        .ok_or_else(|| Error::argument("the order must be 1 or more, got 0").in_field("order"))?;
    let removals = removals(table, order, options.include_nulls)?;
    let totals = table.totals();
    let shares = normalised(&removals.conversion);
    let value = value_of(table).unwrap_or_default();
    let nulls = if options.include_nulls { totals.nulls } else { 0 };
    Ok(Divided {
        conversions: times(&shares, count(totals.conversions)),
        values: times(&normalised(&removals.value), value),
        shares,
        variances: removals.variances,
        removal: Some((removals.conversion, removals.value)),
        chain: Some((removals.probability, removals.states)),
        journeys: totals.conversions.saturating_add(nulls),
    })
}

fn by_rates(table: &PathTable) -> Result<Divided> {
    let totals = table.totals();
    let RateShares { shares, variances, value_shares } = rate_shares(table)?;
    Ok(Divided {
        conversions: times(&shares, count(totals.conversions)),
        values: times(&value_shares, value_of(table).unwrap_or_default()),
        shares,
        variances,
        removal: None,
        chain: None,
        journeys: totals.conversions.saturating_add(totals.nulls),
    })
}

fn interval(
    share: f64,
    variance: f64,
    journeys: u64,
    options: &AttributionOptions,
) -> Result<Interval> {
    let level = options.level;
    let z = normal_two_sided_quantile(IntervalOptions::at(level).alpha()?);
    if options.method == AttributionMethod::ShapleyRate {
        let reach = z * variance.sqrt();
        let (lower, upper) = (share - reach, share + reach);
        return Ok(Interval { lower, upper, level, method: Method::Wald });
    }
    let effective = share * (1.0 - share) / variance;
    let n = if effective.is_finite() && effective > 0.0 { effective } else { count(journeys) };
    let (lower, upper) = proportion::wilson(share * n, n, z);
    Ok(Interval { lower, upper, level, method: Method::Wilson })
}

pub(super) fn answer(
    names: &[Box<str>],
    divided: Divided,
    conversions: u64,
    value: Option<f64>,
    options: &AttributionOptions,
) -> Result<Attribution> {
    let at = |values: &[f64], place: usize| values.get(place).copied().unwrap_or_default();
    let known = |figure: f64| value.is_some().then_some(figure).filter(|figure| figure.is_finite());
    let mut touchpoints = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let (share, variance) = (at(&divided.shares, place), at(&divided.variances, place));
        let effects = divided.removal.as_ref();
        touchpoints.push(TouchpointAttribution {
            touchpoint: name.clone(),
            conversions: at(&divided.conversions, place),
            value: known(at(&divided.values, place)),
            share,
            standard_error: variance.sqrt(),
            interval: interval(share, variance, divided.journeys, options)?,
            removal_effect: effects.map(|effects| at(&effects.0, place)),
            value_removal_effect: effects.and_then(|effects| known(at(&effects.1, place))),
        });
    }
    Ok(Attribution {
        conversions,
        value,
        journeys: divided.journeys,
        conversion_probability: divided.chain.map(|chain| chain.0),
        states: divided.chain.map(|chain| chain.1 as u64),
        touchpoints,
        options: options.clone(),
    })
}

/// Several methods side by side: one row a touchpoint, one column of conversions a method.
pub fn compare_methods(paths: &PathTable, options: &[AttributionOptions]) -> Result<Table> {
    let mut table = Table::new(paths.names().len());
    table.push("touchpoint", paths.names().to_vec())?;
    for options in options {
        let read = attribute(paths, options)?;
        let conversions = read.touchpoints.iter().map(|it| it.conversions).collect::<Vec<_>>();
        table.push(options.method.name(), conversions)?;
    }
    Ok(table)
}

impl AttributionPaths {
    /// Divides the conversions by a method.
    pub fn attribution(&self, options: &AttributionOptions) -> Result<Attribution> {
        attribute(&self.path_table()?, options)
    }

    /// One row a distinct path: `path`, `conversions`, `value` in minor units, `nulls`.
    #[allow(clippy::cast_precision_loss, reason = "exact sums are read as floating point")]
    pub fn path_rows(&self) -> Result<Table> {
        let rows = || self.paths();
        let mut table = Table::new(rows().count());
        table.push("path", rows().map(|(path, _)| path.into()).collect::<Vec<Box<str>>>())?;
        table.push("conversions", rows().map(|(_, it)| it.conversions).collect::<Vec<_>>())?;
        table.push("value", rows().map(|(_, it)| it.value as f64).collect::<Vec<_>>())?;
        table.push("nulls", rows().map(|(_, it)| it.nulls).collect::<Vec<_>>())?;
        Ok(table)
    }
}

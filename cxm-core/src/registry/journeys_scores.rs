//! Tables of how journeys felt: emotion, pain, channels, alignment, importance.

use std::collections::BTreeMap;

use serde_json::Value;

use super::erased::TableEntry;
use super::functions::{Arguments, Parameter, optional};
use super::journeys::{LEVEL, texts};
use crate::calculator::batch::KeyPart;
use crate::calculator::{ColumnData, Table};
use crate::error::{Error, Result};
use crate::journey::{CountedShare, CurveBy, Journeys, ScoreMean};
use crate::stats::Interval;

pub(super) const EMOTION_CURVE: TableEntry = TableEntry {
    name: "emotion_curve",
    summary: "one row a stage, touchpoint, step or channel: events, scores, emotion, share of bad moments",
    parameters: &[
        optional(
            "by",
            "text",
            "\"stage\"",
            "what the curve runs along: stage, touchpoint, step or channel",
        ),
        optional("steps", "integer", "20", "by step: the last step that is a row of its own"),
        LEVEL,
    ],
};

pub(super) const PEAK_END: TableEntry = TableEntry {
    name: "peak_end",
    summary: "one row a journey with a score: mean, peak, end, amplitude, worst drop",
    parameters: &[],
};

pub(super) const PEAK_END_MEANS: TableEntry = TableEntry {
    name: "peak_end_means",
    summary: "one row a figure of peak_end: its mean over journeys with interval",
    parameters: &[LEVEL],
};

pub(super) const PAIN_POINTS: TableEntry = TableEntry {
    name: "pain_points",
    summary: "one row a touchpoint, the worst first: reach, severity, index, value at risk",
    parameters: &[
        Parameter {
            name: "target",
            kind: "number",
            default: None,
            doc: "the score that is good enough",
        },
        optional(
            "value_at_risk",
            "boolean",
            "false",
            "whether the value of the customers who met it is summed up",
        ),
        LEVEL,
    ],
};

pub(super) const CHANNELS: TableEntry = TableEntry {
    name: "channels",
    summary: "one row a channel: events, customers, journeys, scores",
    parameters: &[LEVEL],
};

pub(super) const JOURNEY_CHANNELS: TableEntry = TableEntry {
    name: "journey_channels",
    summary: "one row a journey: channels, switches between them, entropy in bits",
    parameters: &[],
};

pub(super) const OMNICHANNEL_CONSISTENCY: TableEntry = TableEntry {
    name: "omnichannel_consistency",
    summary: "one row: whether channels serve alike, and whether journeys can move between them",
    parameters: &[
        optional("min_scores", "integer", "1", "scores that a channel needs to be compared"),
        LEVEL,
    ],
};

const JOURNEY_TOUCHPOINTS: &str = "the touchpoints whose score is that of the whole journey";

pub(super) const ALIGNMENT: TableEntry = TableEntry {
    name: "alignment",
    summary: "one row a figure of the scores on the way: correlation with the journey's score, and gap",
    parameters: &[
        Parameter {
            name: "journey_touchpoints",
            kind: "array of touchpoints",
            default: None,
            doc: JOURNEY_TOUCHPOINTS,
        },
        LEVEL,
    ],
};

pub(super) const IMPORTANCE: TableEntry = TableEntry {
    name: "importance",
    summary: "one row a touchpoint: goal rate and score with and without it, stated and derived importance",
    parameters: &[
        optional("journey_touchpoints", "array of touchpoints", "[]", JOURNEY_TOUCHPOINTS),
        optional(
            "stated",
            "object of numbers",
            "{}",
            "what customers say of the importance of each touchpoint, or an array of pairs",
        ),
        LEVEL,
    ],
};

fn keys<'a>(keys: impl Iterator<Item = &'a KeyPart>) -> ColumnData {
    ColumnData::Keys(keys.cloned().collect())
}

fn counts(counts: impl Iterator<Item = u64>) -> ColumnData {
    ColumnData::Counts(counts.collect())
}

fn floats(numbers: impl Iterator<Item = f64>) -> ColumnData {
    ColumnData::Floats(numbers.collect())
}

/// Two columns of limits; their names begin with the name of what they belong to.
fn push_limits(
    table: &mut Table,
    name: &str,
    intervals: impl Iterator<Item = Option<Interval>> + Clone,
) -> Result<()> {
    let lower = intervals.clone().map(|interval| interval.map(|limits| limits.lower));
    table.push_optional(format!("{name}lower"), lower)?;
    table.push_optional(format!("{name}upper"), intervals.map(|it| it.map(|limits| limits.upper)))
}

fn push_means<'a>(
    table: &mut Table,
    name: &str,
    means: impl Iterator<Item = &'a ScoreMean> + Clone,
) -> Result<()> {
    table.push(format!("{name}n"), counts(means.clone().map(|it| it.n)))?;
    table.push_optional(format!("{name}mean"), means.clone().map(|it| it.mean))?;
    let deviations = means.clone().map(|it| it.standard_deviation);
    table.push_optional(format!("{name}standard_deviation"), deviations)?;
    push_limits(table, name, means.map(|it| it.interval))
}

fn push_shares<'a>(
    table: &mut Table,
    name: &'static str,
    shares: impl Iterator<Item = &'a CountedShare> + Clone,
) -> Result<()> {
    table.push(name, counts(shares.clone().map(|it| it.successes)))?;
    table.push_optional(format!("{name}_share"), shares.clone().map(|it| it.share))?;
    push_limits(table, &format!("{name}_"), shares.map(|it| it.interval))
}

fn emotion_curve(journeys: &Journeys, arguments: &Arguments) -> Result<Table> {
    let by: String = arguments.get("by")?;
    let by = match by.as_str() {
        "stage" => CurveBy::Stage,
        "touchpoint" => CurveBy::Touchpoint,
        "step" => match arguments.get("steps")? {
            0 => return Err(Error::argument("steps are counted from 1").in_field("steps")),
            last => CurveBy::Step { last },
        },
        "channel" => CurveBy::Channel,
        other => {
            let message = format!("expected stage, touchpoint, step or channel, got \"{other}\"");
            return Err(Error::argument(message).in_field("by"));
        }
    };
    let rows = journeys.emotion_curve(by, arguments.get("level")?)?;
    let mut table = Table::new(rows.len());
    table.push("group", keys(rows.iter().map(|row| &row.group)))?;
    table.push("events", counts(rows.iter().map(|row| row.events)))?;
    table.push("customers", counts(rows.iter().map(|row| row.customers)))?;
    push_means(&mut table, "", rows.iter().map(|row| &row.score))?;
    table.push_optional("emotion", rows.iter().map(|row| row.emotion))?;
    push_shares(&mut table, "negative", rows.iter().map(|row| &row.negative))?;
    Ok(table)
}

fn peak_end(journeys: &Journeys) -> Result<Table> {
    let rows = journeys.peak_end()?;
    let mut table = Table::new(rows.len());
    table.push("customer", keys(rows.iter().map(|row| &row.customer)))?;
    table.push("journey", counts(rows.iter().map(|row| row.journey.into())))?;
    table.push("status", texts(rows.iter().map(|row| row.status.name())))?;
    table.push("n", counts(rows.iter().map(|row| row.scored)))?;
    table.push("mean", floats(rows.iter().map(|row| row.mean)))?;
    table.push("peak", floats(rows.iter().map(|row| row.peak)))?;
    table.push("end", floats(rows.iter().map(|row| row.end)))?;
    table.push("peak_end", floats(rows.iter().map(|row| row.peak_end)))?;
    table.push("min", floats(rows.iter().map(|row| row.min)))?;
    table.push("max", floats(rows.iter().map(|row| row.max)))?;
    table.push("amplitude", floats(rows.iter().map(|row| row.amplitude)))?;
    table.push_optional("worst_drop", rows.iter().map(|row| row.worst_drop))?;
    Ok(table)
}

fn peak_end_means(journeys: &Journeys, level: f64) -> Result<Table> {
    let means = journeys.peak_end_means(level)?;
    let rows = [
        ("mean", &means.mean),
        ("peak", &means.peak),
        ("end", &means.end),
        ("peak_end", &means.peak_end),
        ("min", &means.min),
        ("max", &means.max),
        ("amplitude", &means.amplitude),
        ("worst_drop", &means.worst_drop),
    ];
    let mut table = Table::new(rows.len());
    table.push("figure", texts(rows.iter().map(|row| row.0)))?;
    push_means(&mut table, "", rows.iter().map(|row| row.1))?;
    table.push("without_score", counts(rows.iter().map(|_| means.without_score)))?;
    Ok(table)
}

fn pain_points(journeys: &Journeys, arguments: &Arguments) -> Result<Table> {
    let value_at_risk = arguments.get("value_at_risk")?;
    let level = arguments.get("level")?;
    let rows = journeys.pain_points(arguments.get("target")?, value_at_risk, level)?;
    let mut table = Table::new(rows.len());
    table.push("touchpoint", keys(rows.iter().map(|row| &row.touchpoint)))?;
    table.push("events", counts(rows.iter().map(|row| row.events)))?;
    table.push("customers", counts(rows.iter().map(|row| row.reach.successes)))?;
    table.push_optional("reach", rows.iter().map(|row| row.reach.share))?;
    push_limits(&mut table, "reach_", rows.iter().map(|row| row.reach.interval))?;
    table.push("n", counts(rows.iter().map(|row| row.severity.n)))?;
    table.push_optional("severity", rows.iter().map(|row| row.severity.mean))?;
    push_limits(&mut table, "severity_", rows.iter().map(|row| row.severity.interval))?;
    table.push_optional("index", rows.iter().map(|row| row.index))?;
    if value_at_risk {
        let value = |value: Option<i128>| {
            value.map(i64::try_from).transpose().map_err(|_| {
                Error::overflow("a value at risk of 2^63 or more").in_field("value_at_risk")
            })
        };
        let values: Vec<Option<i64>> =
            rows.iter().map(|row| value(row.value_at_risk)).collect::<Result<_>>()?;
        table.push_optional("value_at_risk", values)?;
        table.push_optional("value_index", rows.iter().map(|row| row.value_index))?;
    }
    Ok(table)
}

fn channels(journeys: &Journeys, level: f64) -> Result<Table> {
    let rows = journeys.channels(level)?;
    let mut table = Table::new(rows.len());
    table.push("channel", keys(rows.iter().map(|row| &row.channel)))?;
    table.push("events", counts(rows.iter().map(|row| row.events)))?;
    table.push("customers", counts(rows.iter().map(|row| row.customers)))?;
    table.push("journeys", counts(rows.iter().map(|row| row.journeys)))?;
    push_means(&mut table, "", rows.iter().map(|row| &row.score))?;
    Ok(table)
}

fn journey_channels(journeys: &Journeys) -> Result<Table> {
    let rows = journeys.journey_channels()?;
    let mut table = Table::new(rows.len());
    table.push("customer", keys(rows.iter().map(|row| &row.customer)))?;
    table.push("journey", counts(rows.iter().map(|row| row.journey.into())))?;
    table.push("events", counts(rows.iter().map(|row| row.events)))?;
    table.push("without_channel", counts(rows.iter().map(|row| row.without_channel)))?;
    table.push("switches", counts(rows.iter().map(|row| row.switches)))?;
    table.push_optional("switch_rate", rows.iter().map(|row| row.switch_rate))?;
    table.push("channels", counts(rows.iter().map(|row| row.channels)))?;
    table.push_optional("entropy", rows.iter().map(|row| row.entropy))?;
    Ok(table)
}

fn omnichannel_consistency(journeys: &Journeys, arguments: &Arguments) -> Result<Table> {
    let found =
        journeys.omnichannel_consistency(arguments.get("min_scores")?, arguments.get("level")?)?;
    let mut table = Table::new(1);
    table.push("compared", vec![found.compared])?;
    table.push_optional("consistency", [found.consistency])?;
    table.push_optional("eta_squared", [found.eta_squared])?;
    table.push("failures", vec![found.resolved.total])?;
    push_shares(&mut table, "resolved_on_other_channel", [&found.resolved].into_iter())?;
    table.push("resolved_on_same_channel", vec![found.resolved_on_same_channel])?;
    table.push("unresolved", vec![found.unresolved])?;
    table.push("journeys", vec![found.multi_channel.total])?;
    push_shares(&mut table, "multi_channel", [&found.multi_channel].into_iter())?;
    table.push("switches", vec![found.switches])?;
    table.push("pairs", vec![found.pairs])?;
    table.push_optional("switch_rate", [found.switch_rate])?;
    Ok(table)
}

fn alignment(journeys: &Journeys, arguments: &Arguments) -> Result<Table> {
    let declared: Vec<KeyPart> = arguments.get("journey_touchpoints")?;
    let found = journeys.alignment(&declared, arguments.get("level")?)?;
    let rows = &found.figures;
    let all = |count: u64| counts(rows.iter().map(move |_| count));
    let mut table = Table::new(rows.len());
    table.push("figure", texts(rows.iter().map(|row| row.figure.name())))?;
    table.push("n", all(found.journeys))?;
    table.push_optional("correlation", rows.iter().map(|row| row.correlation))?;
    push_limits(&mut table, "", rows.iter().map(|row| row.interval))?;
    table.push_optional("gap", rows.iter().map(|row| row.gap.mean))?;
    push_limits(&mut table, "gap_", rows.iter().map(|row| row.gap.interval))?;
    table.push_optional("journey_score", rows.iter().map(|_| found.journey_score.mean))?;
    table.push("without_journey_score", all(found.without_journey_score))?;
    table.push("without_touchpoint_score", all(found.without_touchpoint_score))?;
    table.push("without_score", all(found.without_score))?;
    Ok(table)
}

/// An object of texts and numbers, or pairs where touchpoints are whole numbers.
fn stated(arguments: &Arguments) -> Result<BTreeMap<KeyPart, f64>> {
    match arguments.get("stated")? {
        Value::Null => Ok(BTreeMap::new()),
        Value::Array(_) => {
            let pairs: Vec<(KeyPart, f64)> = arguments.get("stated")?;
            let count = pairs.len();
            let stated: BTreeMap<KeyPart, f64> = pairs.into_iter().collect();
            if stated.len() == count {
                return Ok(stated);
            }
            Err(Error::argument("a touchpoint is named twice").in_field("stated"))
        }
        _ => {
            let named: BTreeMap<Box<str>, f64> = arguments.get("stated")?;
            Ok(named.into_iter().map(|(name, value)| (KeyPart::Text(name), value)).collect())
        }
    }
}

fn importance(journeys: &Journeys, arguments: &Arguments) -> Result<Table> {
    let declared: Vec<KeyPart> = arguments.get("journey_touchpoints")?;
    let (stated, level) = (stated(arguments)?, arguments.get("level")?);
    let found = journeys.touchpoint_importance(&declared, &stated, level)?;
    let rows = &found.touchpoints;
    let goals = rows.iter().map(|row| row.goal);
    let scores = rows.iter().map(|row| row.score);
    let mut table = Table::new(rows.len());
    table.push("touchpoint", keys(rows.iter().map(|row| &row.touchpoint)))?;
    table.push("journeys", counts(rows.iter().map(|row| row.journeys)))?;
    let with = goals.clone().map(|goal| goal.and_then(|it| it.with.value()));
    table.push_optional("goal_rate_with", with)?;
    let without = goals.clone().map(|goal| goal.and_then(|it| it.without.value()));
    table.push_optional("goal_rate_without", without)?;
    let difference = goals.clone().map(|goal| goal.map(|it| it.difference));
    table.push_optional("goal_difference", difference)?;
    push_limits(&mut table, "goal_", goals.map(|goal| goal.map(|it| it.interval)))?;
    let with = scores.clone().map(|score| score.map(|it| it.mean_with));
    table.push_optional("score_with", with)?;
    let without = scores.clone().map(|score| score.map(|it| it.mean_without));
    table.push_optional("score_without", without)?;
    let difference = scores.clone().map(|score| score.map(|it| it.difference));
    table.push_optional("score_difference", difference)?;
    push_limits(&mut table, "score_", scores.map(|score| score.and_then(|it| it.interval)))?;
    table.push_optional("stated", rows.iter().map(|row| row.stated))?;
    table.push_optional("derived", rows.iter().map(|row| row.derived))?;
    let quadrants = rows.iter().map(|row| row.quadrant.map(|it| Box::from(it.name())));
    table.push_optional("quadrant", quadrants)?;
    Ok(table)
}

/// The table of this name, if it is one of scores.
pub(super) fn table(
    journeys: &Journeys,
    name: &str,
    arguments: &Arguments,
) -> Option<Result<Table>> {
    let level = || arguments.get("level");
    Some(match name {
        "emotion_curve" => emotion_curve(journeys, arguments),
        "peak_end" => peak_end(journeys),
        "peak_end_means" => level().and_then(|level| peak_end_means(journeys, level)),
        "pain_points" => pain_points(journeys, arguments),
        "channels" => level().and_then(|level| channels(journeys, level)),
        "journey_channels" => journey_channels(journeys),
        "omnichannel_consistency" => omnichannel_consistency(journeys, arguments),
        "alignment" => alignment(journeys, arguments),
        "importance" => importance(journeys, arguments),
        _ => return None,
    })
}

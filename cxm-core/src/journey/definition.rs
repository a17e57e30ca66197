//! How events are read and where one journey ends and the next begins.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use crate::calculator::batch::KeyPart;
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Preset};
use crate::error::{Error, Result};
use crate::model::time::MICROSECONDS_PER_SECOND;
use crate::model::{InvalidRule, Scale};

/// Events that journeys may hold unless declared.
pub const DEFAULT_MAX_EVENTS: u64 = 1_000_000_000;
/// No time is further than this from 1970, in microseconds, about 146,000 years: so the time
/// between two events has 64 bits, and a number that stands for no time is not taken for one.
pub const MOST_TIME: i64 = (1 << 62) - 1;
/// The most events that can be declared: positions have 32 bits.
const MOST_EVENTS: u64 = u32::MAX as u64 - 1;

/// The touchpoints of one stage of the journey.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct StageTouchpoints {
    /// The name of the stage.
    pub stage: String,
    /// The touchpoints that belong to it.
    pub touchpoints: Vec<KeyPart>,
}

/// The rules of journeys.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JourneysDefinition {
    /// A new journey begins after a pause longer than this, in microseconds.
    pub gap: Option<i64>,
    /// Touchpoints that are the goal: they end the journey that they belong to.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "one_or_many"))]
    pub goal: Vec<KeyPart>,
    /// Touchpoints at which a new journey begins.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "one_or_many"))]
    pub start: Vec<KeyPart>,
    /// Touchpoints that end a journey without being its goal.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "one_or_many"))]
    pub end: Vec<KeyPart>,
    /// Touchpoints that only separate journeys.
    #[cfg_attr(feature = "serde", serde(deserialize_with = "one_or_many"))]
    pub separators: Vec<KeyPart>,
    /// Whether a separator is the first event of the journey after it; otherwise it is in none.
    pub keep_separators: bool,
    /// Whether the events of each object (an order, a ticket) are journeys of their own.
    pub by_object: bool,
    /// The touchpoints that there are; without any, whatever comes.
    pub touchpoints: Vec<KeyPart>,
    /// What an event does whose touchpoint is not among them.
    pub unknown_touchpoints: InvalidRule,
    /// The stages in their order, and their touchpoints.
    pub stages: Vec<StageTouchpoints>,
    /// The scale of the scores.
    pub scale: Scale,
    /// Whether the highest score is the best one.
    pub higher_is_better: bool,
    /// What a score does that is off its scale: it is counted and left out, or fails the batch.
    pub invalid_scores: InvalidRule,
    /// What an event does without customer, touchpoint or time.
    pub missing: InvalidRule,
    /// The earliest time that can be true, microseconds since 1970; at most [`MOST_TIME`] before.
    pub earliest: Option<i64>,
    /// The latest time that can be true, microseconds since 1970; at most [`MOST_TIME`] after.
    pub latest: Option<i64>,
    /// What an event does that is earlier or later.
    pub out_of_range: InvalidRule,
    /// How late an event may come, in microseconds: a journey is over only when none can join it
    /// any more.
    pub lateness: i64,
    /// The most events that may be held.
    pub max_events: u64,
}

/// A list of touchpoints, or a single one.
#[cfg(feature = "serde")]
fn one_or_many<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Vec<KeyPart>, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        Many(Vec<KeyPart>),
        One(KeyPart),
    }
    <OneOrMany as serde::Deserialize>::deserialize(input).map(|given| match given {
        OneOrMany::Many(keys) => keys,
        OneOrMany::One(KeyPart::Missing) => Vec::new(),
        OneOrMany::One(key) => vec![key],
    })
}

impl Default for JourneysDefinition {
    fn default() -> Self {
        Self {
            gap: None,
            goal: Vec::new(),
            start: Vec::new(),
            end: Vec::new(),
            separators: Vec::new(),
            keep_separators: false,
            by_object: false,
            touchpoints: Vec::new(),
            unknown_touchpoints: InvalidRule::Exclude,
            stages: Vec::new(),
            scale: Scale::ZERO_TO_TEN,
            higher_is_better: true,
            invalid_scores: InvalidRule::Exclude,
            missing: InvalidRule::Exclude,
            earliest: None,
            latest: None,
            out_of_range: InvalidRule::Exclude,
            lateness: 0,
            max_events: DEFAULT_MAX_EVENTS,
        }
    }
}

impl JourneysDefinition {
    fn gap_of_minutes(minutes: i64) -> Self {
        Self { gap: Some(minutes * 60 * MICROSECONDS_PER_SECOND), ..Self::default() }
    }

    fn lists(&self) -> [(&'static str, &Vec<KeyPart>); 5] {
        [
            ("goal", &self.goal),
            ("start", &self.start),
            ("end", &self.end),
            ("separators", &self.separators),
            ("touchpoints", &self.touchpoints),
        ]
    }

    /// Refuses a touchpoint that is missing, named twice, or not among the known ones.
    fn check_touchpoints<'a>(
        &self,
        field: &'static str,
        named: impl Iterator<Item = &'a KeyPart>,
    ) -> Result<()> {
        let known: BTreeSet<&KeyPart> = self.touchpoints.iter().collect();
        let mut seen = BTreeSet::new();
        for touchpoint in named {
            if *touchpoint == KeyPart::Missing {
                return Err(Error::definition("a touchpoint has a name").in_field(field));
            }
            if !seen.insert(touchpoint) {
                let message = format!("the touchpoint {touchpoint} is named twice");
                return Err(Error::definition(message).in_field(field));
            }
            if !known.is_empty() && !known.contains(touchpoint) {
                let message = format!("{touchpoint} is not among the touchpoints that there are");
                return Err(Error::definition(message).in_field(field));
            }
        }
        Ok(())
    }

    fn check_stages(&self) -> Result<()> {
        let mut names = BTreeSet::new();
        for stage in &self.stages {
            if stage.stage.is_empty() || !names.insert(stage.stage.as_str()) {
                let message = format!("the stage \"{}\" has no name of its own", stage.stage);
                return Err(Error::definition(message).in_field("stages"));
            }
        }
        let all = self.stages.iter().flat_map(|stage| &stage.touchpoints);
        self.check_touchpoints("stages", all)
    }
}

impl Definition for JourneysDefinition {
    fn validate(&self) -> Result<()> {
        if self.gap.is_some_and(|gap| gap <= 0) {
            return Err(Error::definition("a gap is longer than 0").in_field("gap"));
        }
        for (field, list) in self.lists() {
            self.check_touchpoints(field, list.iter())?;
        }
        self.check_stages()?;
        let roles = [&self.goal, &self.end, &self.separators];
        let roles = roles.into_iter().flatten();
        self.check_touchpoints("goal, end, separators", roles)?;
        if self.earliest.zip(self.latest).is_some_and(|(from, to)| from > to) {
            return Err(
                Error::definition("the latest time is before the earliest").in_field("latest")
            );
        }
        if self.lateness < 0 {
            return Err(Error::definition("a lateness is not negative").in_field("lateness"));
        }
        if !(1..=MOST_EVENTS).contains(&self.max_events) {
            return Err(Error::definition(format!("there is room for 1 to {MOST_EVENTS} events"))
                .in_field("max_events"));
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "whole",
                summary: "all events of a customer are one journey",
                build: Self::default,
            },
            Preset {
                name: "sessions_30_minutes",
                summary: "a new journey after a pause of more than 30 minutes, as web analytics has it",
                build: || Self::gap_of_minutes(30),
            },
            Preset {
                name: "visits_30_days",
                summary: "a new journey after a pause of more than 30 days",
                build: || Self::gap_of_minutes(30 * 24 * 60),
            },
            Preset {
                name: "by_object",
                summary: "each order or ticket is a journey",
                build: || Self { by_object: true, ..Self::default() },
            },
        ]
    }
}

pub(super) fn write_rule(rule: InvalidRule, writer: &mut Writer) {
    writer.bool(rule == InvalidRule::Error);
}

pub(super) fn read_rule(reader: &mut Reader<'_>) -> Result<InvalidRule> {
    Ok(if reader.bool()? { InvalidRule::Error } else { InvalidRule::Exclude })
}

pub(super) fn write_keys(keys: &[KeyPart], writer: &mut Writer) {
    writer.length(keys.len());
    keys.iter().for_each(|key| key.write(writer));
}

pub(super) fn read_keys(reader: &mut Reader<'_>) -> Result<Vec<KeyPart>> {
    let length = reader.length(1)?;
    (0..length).map(|_| KeyPart::read(reader)).collect()
}

pub(super) fn write_optional(number: Option<i64>, writer: &mut Writer) {
    writer.bool(number.is_some());
    if let Some(number) = number {
        writer.signed(number);
    }
}

pub(super) fn read_optional(reader: &mut Reader<'_>) -> Result<Option<i64>> {
    if reader.bool()? { reader.signed().map(Some) } else { Ok(None) }
}

impl JourneysDefinition {
    /// The times that can be true.
    pub(super) fn times(&self) -> RangeInclusive<i64> {
        let earliest = self.earliest.unwrap_or(-MOST_TIME).max(-MOST_TIME);
        earliest..=self.latest.unwrap_or(MOST_TIME).min(MOST_TIME)
    }

    /// The lowest and the highest score in millionths.
    pub(super) fn score_limits(&self) -> (i64, i64) {
        let millionths = |score: i16| i64::from(score) * super::intake::SCORE_ONE;
        (millionths(self.scale.lowest()), millionths(self.scale.highest()))
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        write_optional(self.gap, writer);
        for (_, list) in self.lists() {
            write_keys(list, writer);
        }
        writer.bool(self.keep_separators);
        writer.bool(self.by_object);
        write_rule(self.unknown_touchpoints, writer);
        writer.length(self.stages.len());
        for stage in &self.stages {
            writer.text(&stage.stage);
            write_keys(&stage.touchpoints, writer);
        }
        self.scale.write(writer);
        writer.bool(self.higher_is_better);
        write_rule(self.invalid_scores, writer);
        write_rule(self.missing, writer);
        write_optional(self.earliest, writer);
        write_optional(self.latest, writer);
        write_rule(self.out_of_range, writer);
        writer.signed(self.lateness);
        writer.unsigned(self.max_events);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let gap = read_optional(reader)?;
        let goal = read_keys(reader)?;
        let start = read_keys(reader)?;
        let end = read_keys(reader)?;
        let separators = read_keys(reader)?;
        let touchpoints = read_keys(reader)?;
        let keep_separators = reader.bool()?;
        let by_object = reader.bool()?;
        let unknown_touchpoints = read_rule(reader)?;
        let length = reader.length(2)?;
        let mut stages = Vec::with_capacity(length);
        for _ in 0..length {
            let stage = reader.text()?.to_owned();
            stages.push(StageTouchpoints { stage, touchpoints: read_keys(reader)? });
        }
        let definition = Self {
            gap,
            goal,
            start,
            end,
            separators,
            keep_separators,
            by_object,
            touchpoints,
            unknown_touchpoints,
            stages,
            scale: Scale::read(reader)?,
            higher_is_better: reader.bool()?,
            invalid_scores: read_rule(reader)?,
            missing: read_rule(reader)?,
            earliest: read_optional(reader)?,
            latest: read_optional(reader)?,
            out_of_range: read_rule(reader)?,
            lateness: reader.signed()?,
            max_events: reader.u64()?,
        };
        definition.validate()?;
        Ok(definition)
    }
}

//! What a stream of journeys counts, and how long it waits for what comes late.

use std::collections::BTreeSet;

use crate::calculator::batch::KeyPart;
use crate::calculator::codec::{self, Reader, Writer};
use crate::calculator::{Definition, Preset};
use crate::error::{Error, Result};
use crate::journey::definition::write_optional;
use crate::journey::definition::{JourneysDefinition, read_keys, read_optional, write_keys};
use crate::journey::funnel::{FunnelEntry, FunnelOptions, FunnelOrder, FunnelStart};
use crate::journey::step_matrix::MOST_STEPS;
use crate::model::time::MICROSECONDS_PER_SECOND;

/// Steps of the step matrix unless declared.
pub const DEFAULT_STEPS: u32 = 10;
/// The most funnels of one stream.
pub const MOST_FUNNELS: usize = 16;

/// What an event does that comes when a later one of its customer has gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum LateRule {
    /// It is counted as late and in no figure.
    #[default]
    Exclude,
    /// It is counted as late and kept aside, to be read as a table.
    Keep,
    /// It fails the batch, naming the row.
    Error,
}

impl LateRule {
    const ALL: [Self; 3] = [Self::Exclude, Self::Keep, Self::Error];
}

/// A funnel that is counted while events go by.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct DeclaredFunnel {
    /// By which it is asked for.
    pub name: String,
    /// Its touchpoints in their order.
    pub steps: Vec<KeyPart>,
    /// Its rules.
    #[cfg_attr(feature = "serde", serde(default))]
    pub options: FunnelOptions,
}

/// The rules of a stream of journeys.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct JourneyStreamDefinition {
    /// How events are read and journeys split. Events wait for earlier ones of their customer as
    /// long as `lateness` says, in microseconds; 0 trusts the order in which they come, the most
    /// there is waits for ever. `max_events` bounds those that wait or are kept.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub journeys: JourneysDefinition,
    /// What an event does that comes later than that.
    pub late: LateRule,
    /// Steps of the step matrix.
    pub steps: u32,
    /// Funnels that are counted.
    pub funnels: Vec<DeclaredFunnel>,
}

impl Default for JourneyStreamDefinition {
    fn default() -> Self {
        Self {
            journeys: JourneysDefinition::default(),
            late: LateRule::Exclude,
            steps: DEFAULT_STEPS,
            funnels: Vec::new(),
        }
    }
}

impl JourneyStreamDefinition {
    fn of_journeys(preset: &str) -> Self {
        let journeys = JourneysDefinition::preset(preset).unwrap_or_default();
        Self { journeys, ..Self::default() }
    }

    fn check_funnels(&self) -> Result<()> {
        if self.funnels.len() > MOST_FUNNELS {
            let message = format!("a stream counts at most {MOST_FUNNELS} funnels");
            return Err(Error::definition(message).in_field("funnels"));
        }
        let mut names = BTreeSet::new();
        for funnel in &self.funnels {
            if funnel.name.is_empty() || !names.insert(funnel.name.as_str()) {
                let message = format!("the funnel \"{}\" has no name of its own", funnel.name);
                return Err(Error::definition(message).in_field("funnels"));
            }
            if funnel.options.level.is_some() {
                let message = "the level of the intervals is asked for with the funnel";
                return Err(Error::definition(message).in_field("funnels"));
            }
            let named = || funnel.steps.iter().chain(&funnel.options.exclude);
            if named().any(|key| *key == KeyPart::Missing) {
                return Err(Error::definition("a touchpoint has a name").in_field("funnels"));
            }
            let known = &self.journeys.touchpoints;
            if let Some(key) = named().find(|key| !known.is_empty() && !known.contains(key)) {
                let message = format!("{key} is not among the touchpoints that there are");
                return Err(Error::definition(message).in_field("funnels"));
            }
            funnel.options.check(&funnel.steps).map_err(|error| {
                let field = error.field().unwrap_or("options").to_owned();
                let message = format!("funnel \"{}\", {field}: {}", funnel.name, error.message());
                Error::definition(message).in_field("funnels")
            })?;
        }
        Ok(())
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        self.journeys.write(writer);
        writer.u8(codec::place(&LateRule::ALL, &self.late));
        writer.u32(self.steps);
        writer.length(self.funnels.len());
        for funnel in &self.funnels {
            writer.text(&funnel.name);
            write_keys(&funnel.steps, writer);
            write_options(&funnel.options, writer);
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let journeys = JourneysDefinition::read(reader)?;
        let late = codec::rule(&LateRule::ALL, reader)?;
        let steps = reader.u32()?;
        let length = reader.length(9)?;
        let funnels = (0..length).map(|_| read_funnel(reader)).collect::<Result<_>>()?;
        let definition = Self { journeys, late, steps, funnels };
        definition.validate()?;
        Ok(definition)
    }
}

impl Definition for JourneyStreamDefinition {
    fn validate(&self) -> Result<()> {
        self.journeys.validate()?;
        if !(1..=MOST_STEPS).contains(&self.steps) {
            let message = format!("a step matrix has 1 to {MOST_STEPS} steps, got {}", self.steps);
            return Err(Error::definition(message).in_field("steps"));
        }
        self.check_funnels()
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "whole",
                summary: "all events of a customer are one journey, in the order in which they come",
                build: Self::default,
            },
            Preset {
                name: "sessions_30_minutes",
                summary: "a new journey after a pause of more than 30 minutes, events in order",
                build: || Self::of_journeys("sessions_30_minutes"),
            },
            Preset {
                name: "sessions_30_minutes_1_hour_late",
                summary: "the same, and events may come up to an hour late",
                build: || {
                    let mut sessions = Self::of_journeys("sessions_30_minutes");
                    sessions.journeys.lateness = 3600 * MICROSECONDS_PER_SECOND;
                    sessions
                },
            },
            Preset {
                name: "by_object",
                summary: "each order or ticket is a journey, events in order",
                build: || Self::of_journeys("by_object"),
            },
        ]
    }
}

const ORDERS: [FunnelOrder; 3] =
    [FunnelOrder::Ordered, FunnelOrder::Strict, FunnelOrder::Unordered];

fn write_options(options: &FunnelOptions, writer: &mut Writer) {
    write_optional(options.window, writer);
    writer.bool(options.step_windows.is_some());
    if let Some(windows) = &options.step_windows {
        writer.length(windows.len());
        windows.iter().for_each(|&window| writer.signed(window));
    }
    writer.bool(options.start == FunnelStart::First);
    writer.u8(codec::place(&ORDERS, &options.order));
    writer.bool(options.entry == FunnelEntry::Open);
    write_keys(&options.exclude, writer);
}

fn read_funnel(reader: &mut Reader<'_>) -> Result<DeclaredFunnel> {
    let name = reader.text()?.to_owned();
    let steps = read_keys(reader)?;
    let window = read_optional(reader)?;
    let step_windows = if reader.bool()? {
        let length = reader.length(1)?;
        Some((0..length).map(|_| reader.signed()).collect::<Result<_>>()?)
    } else {
        None
    };
    let start = if reader.bool()? { FunnelStart::First } else { FunnelStart::Any };
    let order = codec::rule(&ORDERS, reader)?;
    let entry = if reader.bool()? { FunnelEntry::Open } else { FunnelEntry::Closed };
    let exclude = read_keys(reader)?;
    let options = FunnelOptions { window, step_windows, start, order, entry, exclude, level: None };
    Ok(DeclaredFunnel { name, steps, options })
}

//! The catalogue of a company: its stages, channels, touchpoints, segments, plans, goals, measures.

use std::collections::HashSet;

use super::check::different;
use super::{
    Channel, Goal, Interaction, JourneyMap, Measure, Segment, SegmentKind, Stage, Touchpoint,
    stage, standard_catalogue,
};
use crate::error::{Error, Result};

/// Everything that interactions and plans refer to by id.
///
/// ```
/// use cxm_core::model::{Catalogue, Touchpoint};
/// let mut catalogue = Catalogue::standard();
/// assert_eq!(catalogue.touchpoint("give_away")?.stage, "loyalty");
/// catalogue.touchpoints.push(Touchpoint::new("tasting", "Tasting", "before"));
/// let error = catalogue.validate().unwrap_err();
/// assert_eq!((error.field(), error.row()), (Some("touchpoints.stage"), Some(40)));
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields, default))]
pub struct Catalogue {
    /// The stages.
    pub stages: Vec<Stage>,
    /// The channels.
    pub channels: Vec<Channel>,
    /// The touchpoints.
    pub touchpoints: Vec<Touchpoint>,
    /// The segments, personas and cohorts.
    pub segments: Vec<Segment>,
    /// The planned journeys.
    pub journey_maps: Vec<JourneyMap>,
    /// The goals.
    pub goals: Vec<Goal>,
    /// The measures.
    pub measures: Vec<Measure>,
}

/// Says where in the catalogue an entry went wrong.
fn place(error: &Error, list: &'static str, row: usize) -> Error {
    let field = error.field().map_or_else(|| list.to_owned(), |field| format!("{list}.{field}"));
    let message = match error.row() {
        Some(inner) => format!("{} (entry {inner} of it)", error.message()),
        None => error.message().to_owned(),
    };
    Error::definition(message).in_field(field).at_row(row)
}

fn each<T>(entries: &[T], list: &'static str, check: impl Fn(&T) -> Result<()>) -> Result<()> {
    let mut rows = entries.iter().enumerate();
    rows.try_for_each(|(row, entry)| check(entry).map_err(|error| place(&error, list, row)))
}

fn known(ids: &HashSet<&str>, id: &str, what: &str, field: &'static str) -> Result<()> {
    if ids.contains(id) {
        return Ok(());
    }
    Err(Error::definition(format!("there is no {what} \"{id}\"")).in_field(field))
}

fn ids<'a, T>(entries: &'a [T], id: impl Fn(&'a T) -> &'a str) -> HashSet<&'a str> {
    entries.iter().map(id).collect()
}

impl Catalogue {
    /// The catalogue to start from: eight stages, thirteen channels, forty touchpoints, among them
    /// physical ones.
    pub fn standard() -> Self {
        standard_catalogue::standard()
    }

    /// The stages in the order of their places.
    pub fn stages_in_order(&self) -> Vec<&Stage> {
        let mut stages: Vec<_> = self.stages.iter().collect();
        stages.sort_by_key(|stage| stage.order);
        stages
    }

    /// The stage of this id.
    pub fn stage(&self, id: &str) -> Result<&Stage> {
        find(&self.stages, id, |stage| &stage.id, "stage")
    }

    /// The channel of this id.
    pub fn channel(&self, id: &str) -> Result<&Channel> {
        find(&self.channels, id, |channel| &channel.id, "channel")
    }

    /// The touchpoint of this id.
    pub fn touchpoint(&self, id: &str) -> Result<&Touchpoint> {
        find(&self.touchpoints, id, |touchpoint| &touchpoint.id, "touchpoint")
    }

    /// The planned journey of this id.
    pub fn journey_map(&self, id: &str) -> Result<&JourneyMap> {
        find(&self.journey_maps, id, |map| &map.id, "journey map")
    }

    /// The touchpoints of a stage, in the order of the catalogue.
    pub fn touchpoints_of<'a>(&'a self, stage: &'a str) -> impl Iterator<Item = &'a Touchpoint> {
        self.touchpoints.iter().filter(move |touchpoint| touchpoint.stage == stage)
    }

    /// Refuses entries that refuse themselves, ids that are there twice, stages at one place, and
    /// references to what is not there. The error names the list, the field and the row.
    pub fn validate(&self) -> Result<()> {
        self.validate_entries()?;
        self.validate_ids()?;
        self.validate_references()
    }

    fn validate_entries(&self) -> Result<()> {
        each(&self.stages, "stages", Stage::validate)?;
        each(&self.channels, "channels", Channel::validate)?;
        each(&self.touchpoints, "touchpoints", Touchpoint::validate)?;
        each(&self.segments, "segments", Segment::validate)?;
        each(&self.journey_maps, "journey_maps", JourneyMap::validate)?;
        each(&self.goals, "goals", Goal::validate)?;
        each(&self.measures, "measures", Measure::validate)
    }

    fn validate_ids(&self) -> Result<()> {
        stage::check_order(&self.stages).map_err(|error| {
            let row = error.row().and_then(|row| usize::try_from(row).ok()).unwrap_or_default();
            let field = format!("stages.{}", error.field().unwrap_or("id"));
            Error::definition(error.message().to_owned()).in_field(field).at_row(row)
        })?;
        different(self.channels.iter().map(|entry| entry.id.as_str()), "channels.id")?;
        different(self.touchpoints.iter().map(|entry| entry.id.as_str()), "touchpoints.id")?;
        different(self.segments.iter().map(|entry| entry.id.as_str()), "segments.id")?;
        different(self.journey_maps.iter().map(|entry| entry.id.as_str()), "journey_maps.id")?;
        different(self.goals.iter().map(|entry| entry.id.as_str()), "goals.id")?;
        different(self.measures.iter().map(|entry| entry.id.as_str()), "measures.id")
    }

    fn validate_references(&self) -> Result<()> {
        let stages = ids(&self.stages, |entry| &entry.id);
        let channels = ids(&self.channels, |entry| &entry.id);
        let touchpoints = ids(&self.touchpoints, |entry| &entry.id);
        let personas = self.segments.iter().filter(|entry| entry.kind == SegmentKind::Persona);
        let personas: HashSet<&str> = personas.map(|entry| entry.id.as_str()).collect();
        each(&self.touchpoints, "touchpoints", |entry| {
            known(&stages, &entry.stage, "stage", "stage")?;
            entry.channels.iter().try_for_each(|id| known(&channels, id, "channel", "channels"))
        })?;
        each(&self.journey_maps, "journey_maps", |map| {
            let persona = map.persona.as_deref();
            persona.map_or(Ok(()), |id| known(&personas, id, "persona", "persona"))?;
            map.stages
                .iter()
                .try_for_each(|stage| known(&stages, &stage.stage, "stage", "stages"))?;
            map.steps().enumerate().try_for_each(|(row, step)| {
                let channel = step.channel.as_deref();
                known(&touchpoints, &step.touchpoint, "touchpoint", "touchpoint")
                    .and_then(|()| {
                        channel.map_or(Ok(()), |id| known(&channels, id, "channel", "channel"))
                    })
                    .map_err(|error| error.at_row(row))
            })
        })?;
        each(&self.goals, "goals", |goal| {
            let touchpoint = goal.touchpoint.as_deref();
            touchpoint.map_or(Ok(()), |id| known(&touchpoints, id, "touchpoint", "touchpoint"))
        })?;
        each(&self.measures, "measures", |measure| {
            let (touchpoint, stage) = (measure.touchpoint.as_deref(), measure.stage.as_deref());
            touchpoint.map_or(Ok(()), |id| known(&touchpoints, id, "touchpoint", "touchpoint"))?;
            stage.map_or(Ok(()), |id| known(&stages, id, "stage", "stage"))
        })
    }

    /// Refuses interactions that refuse themselves, or that name a touchpoint or a channel that the
    /// catalogue does not have; the error names the row.
    pub fn check_interactions(&self, interactions: &[Interaction]) -> Result<()> {
        let channels = ids(&self.channels, |entry| &entry.id);
        let touchpoints = ids(&self.touchpoints, |entry| &entry.id);
        for (row, interaction) in interactions.iter().enumerate() {
            let channel = interaction.channel.as_deref();
            interaction
                .validate()
                .and_then(|()| {
                    known(&touchpoints, &interaction.touchpoint, "touchpoint", "touchpoint")
                })
                .and_then(|()| {
                    channel.map_or(Ok(()), |id| known(&channels, id, "channel", "channel"))
                })
                .map_err(|error| {
                    let field = error.field().unwrap_or("interaction").to_owned();
                    Error::observation(error.message().to_owned()).in_field(field).at_row(row)
                })?;
        }
        Ok(())
    }
}

/// JSON in and out, behind the feature `interchange`.
#[cfg(feature = "interchange")]
impl Catalogue {
    /// Reads a catalogue from JSON and validates it.
    ///
    /// ```
    /// use cxm_core::model::Catalogue;
    /// let standard = Catalogue::standard();
    /// assert_eq!(Catalogue::from_json(&standard.to_json())?, standard);
    /// # Ok::<(), cxm_core::Error>(())
    /// ```
    pub fn from_json(text: &str) -> Result<Self> {
        // serde would take an array for a struct too.
        if !text.trim_start().starts_with('{') {
            return Err(Error::definition("expected a JSON object"));
        }
        let read = serde_json::from_str::<Self>(text);
        let catalogue = read.map_err(|error| Error::definition(error.to_string()))?;
        catalogue.validate()?;
        Ok(catalogue)
    }

    /// The catalogue as JSON, for people to read and change.
    pub fn to_json(&self) -> String {
        // Plain structs of texts and numbers: serialising them cannot fail.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

fn find<'a, T>(
    entries: &'a [T],
    wanted: &str,
    id: impl Fn(&'a T) -> &'a str,
    what: &str,
) -> Result<&'a T> {
    entries
        .iter()
        .find(|&entry| id(entry) == wanted)
        .ok_or_else(|| Error::not_found(format!("there is no {what} \"{wanted}\"")))
}

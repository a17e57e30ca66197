//! A journey map: the journey that a company plans for a persona, stage by stage, step by step.

use super::check::{different, not_empty};
use super::{Decimal, Emotion};
use crate::error::{Error, Result};

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct JourneyMapStep {
    /// Id of the touchpoint.
    pub touchpoint: String,
    /// Id of the channel, where one is planned.
    #[cfg_attr(feature = "serde", serde(default))]
    pub channel: Option<String>,
    /// What the customer is expected to do.
    #[cfg_attr(feature = "serde", serde(default))]
    pub expected_action: Option<String>,
    /// What the customer expects.
    #[cfg_attr(feature = "serde", serde(default))]
    pub expectation: Option<String>,
    /// How the customer is expected to feel, −2 to +2.
    #[cfg_attr(feature = "serde", serde(default))]
    pub expected_emotion: Option<Decimal>,
    /// The score that the step should reach, on the scale of its survey.
    #[cfg_attr(feature = "serde", serde(default))]
    pub target_score: Option<Decimal>,
}

impl JourneyMapStep {
    /// A step at a touchpoint.
    pub fn new(touchpoint: impl Into<String>) -> Self {
        Self { touchpoint: touchpoint.into(), ..Self::default() }
    }

    /// Refuses an empty id and an emotion that is not within −2 to +2.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.touchpoint, "touchpoint")?;
        self.channel.as_deref().map_or(Ok(()), |channel| not_empty(channel, "channel"))?;
        let stated = self.expected_emotion.map_or(Ok(Emotion::NEUTRAL), Emotion::stated);
        stated.map(|_| ()).map_err(|error| {
            Error::definition(error.message().to_owned()).in_field("expected_emotion")
        })
    }
}

/// The steps of one stage.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct JourneyMapStage {
    /// Id of the stage.
    pub stage: String,
    /// Its steps in their order.
    #[cfg_attr(feature = "serde", serde(default))]
    pub steps: Vec<JourneyMapStep>,
}

/// A planned journey.
///
/// ```
/// use cxm_core::model::{JourneyMap, JourneyMapStage, JourneyMapStep};
/// let mut map = JourneyMap::new("first_order", "First order");
/// map.stages.push(JourneyMapStage {
///     stage: "purchase".to_owned(),
///     steps: vec![JourneyMapStep::new("product_page"), JourneyMapStep::new("checkout")],
/// });
/// map.validate()?;
/// let steps: Vec<_> = map.steps().map(|step| step.touchpoint.as_str()).collect();
/// assert_eq!(steps, ["product_page", "checkout"]);
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct JourneyMap {
    /// Its id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Id of the persona that it is planned for.
    #[cfg_attr(feature = "serde", serde(default))]
    pub persona: Option<String>,
    /// The stages in their order; a stage stands in a map once.
    #[cfg_attr(feature = "serde", serde(default))]
    pub stages: Vec<JourneyMapStage>,
}

impl JourneyMap {
    /// A map without steps.
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into(), ..Self::default() }
    }

    /// All steps in their order.
    pub fn steps(&self) -> impl Iterator<Item = &JourneyMapStep> {
        self.stages.iter().flat_map(|stage| &stage.steps)
    }

    /// Refuses empty ids, a stage that is there twice, and what its steps refuse; the row of the
    /// error is that of the step, counted through the map.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.id, "id")?;
        not_empty(&self.name, "name")?;
        self.persona.as_deref().map_or(Ok(()), |persona| not_empty(persona, "persona"))?;
        self.stages.iter().try_for_each(|stage| not_empty(&stage.stage, "stage"))?;
        different(self.stages.iter().map(|stage| stage.stage.as_str()), "stages")?;
        for (row, step) in self.steps().enumerate() {
            step.validate().map_err(|error| error.at_row(row))?;
        }
        Ok(())
    }
}

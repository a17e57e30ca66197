//! A touchpoint: what a company and a customer meet for, whatever the channel.

use super::Decimal;
use super::check::{different, not_empty, share};
use super::open_enum::open_enum;
use crate::error::Result;

open_enum! {
    /// Whether something is said or something is done.
    pub enum TouchpointKind {
        /// A message from one to the other over a channel.
        Communication = "communication",
        /// Something that one of them does: to unpack, to use, to pay.
        Action = "action",
    }
}

open_enum! {
    /// The sides of an experience.
    pub enum Dimension {
        /// Does it do what it is for?
        Functional = "functional",
        /// How does it feel?
        Emotional = "emotional",
        /// What does it say about me to others?
        Social = "social",
        /// What is there to see, hear, touch, smell and taste?
        Sensory = "sensory",
    }
}

/// How much each side of the experience weighs at a touchpoint, 0 to 1 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields, default))]
pub struct DimensionWeights {
    /// Of the functional side.
    pub functional: Decimal,
    /// Of the emotional side.
    pub emotional: Decimal,
    /// Of the social side.
    pub social: Decimal,
    /// Of the sensory side.
    pub sensory: Decimal,
}

impl DimensionWeights {
    /// Refuses a weight that is not within 0 to 1. They need not sum to 1.
    pub fn validate(&self) -> Result<()> {
        share(self.functional, "functional")?;
        share(self.emotional, "emotional")?;
        share(self.social, "social")?;
        share(self.sensory, "sensory")
    }
}

/// One touchpoint.
///
/// ```
/// use cxm_core::model::{Decimal, Touchpoint, TouchpointKind};
/// let mut unpacking = Touchpoint::new("unpacking", "Unpacking", "delivery");
/// unpacking.kind = TouchpointKind::Action;
/// unpacking.channels.push("product".to_owned());
/// unpacking.stated_importance = Some(Decimal::new(1.5)?);
/// let error = unpacking.validate().unwrap_err();
/// assert_eq!(error.field(), Some("stated_importance"));
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Touchpoint {
    /// The id that stands in interactions and journey maps.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Id of the stage that it belongs to.
    pub stage: String,
    /// Ids of the channels on which it happens; empty where none is prescribed.
    #[cfg_attr(feature = "serde", serde(default))]
    pub channels: Vec<String>,
    /// Whether something is said or done.
    pub kind: TouchpointKind,
    /// Who is responsible for it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub owner: Option<String>,
    /// How important it is said to be, 0 to 1. What data say about it is derived importance.
    #[cfg_attr(feature = "serde", serde(default))]
    pub stated_importance: Option<Decimal>,
    /// How much each side of the experience weighs.
    #[cfg_attr(feature = "serde", serde(default))]
    pub weights: Option<DimensionWeights>,
}

impl Touchpoint {
    /// A touchpoint at which something is said, on any channel.
    pub fn new(id: impl Into<String>, name: impl Into<String>, stage: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            stage: stage.into(),
            channels: Vec::new(),
            kind: TouchpointKind::Communication,
            owner: None,
            stated_importance: None,
            weights: None,
        }
    }

    /// Whether it happens on this channel; always where no channel is prescribed.
    pub fn is_on(&self, channel: &str) -> bool {
        self.channels.is_empty() || self.channels.iter().any(|known| known == channel)
    }

    /// Refuses empty ids, a channel that is there twice, and shares that are not within 0 to 1.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.id, "id")?;
        not_empty(&self.name, "name")?;
        not_empty(&self.stage, "stage")?;
        not_empty(self.kind.name(), "kind")?;
        self.channels.iter().try_for_each(|channel| not_empty(channel, "channels"))?;
        different(self.channels.iter().map(String::as_str), "channels")?;
        self.stated_importance.map_or(Ok(()), |it| share(it, "stated_importance"))?;
        self.weights.as_ref().map_or(Ok(()), DimensionWeights::validate)
    }
}

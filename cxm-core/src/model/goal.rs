//! A goal: the interaction that a journey is to lead to.

use super::check::not_empty;
use super::{Interaction, Outcome, Source};
use crate::error::{Error, Result};

/// What an interaction has to be so that it reaches the goal: everything that is stated.
///
/// ```
/// use cxm_core::model::{Goal, Interaction, Outcome};
/// let mut goal = Goal::at_touchpoint("order", "Order placed", "checkout");
/// goal.outcome = Some(Outcome::Ok);
/// let mut paid = Interaction::new("c-17", "checkout", 0);
/// assert!(!goal.is_reached_by(&paid)); // how it ended is not known
/// paid.outcome = Some(Outcome::Ok);
/// assert!(goal.is_reached_by(&paid));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Goal {
    /// Its id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Id of the touchpoint at which it is reached.
    #[cfg_attr(feature = "serde", serde(default))]
    pub touchpoint: Option<String>,
    /// How the interaction has to end.
    #[cfg_attr(feature = "serde", serde(default))]
    pub outcome: Option<Outcome>,
    /// Where its record has to come from.
    #[cfg_attr(feature = "serde", serde(default))]
    pub source: Option<Source>,
    /// Whether the value of the interaction is that of the goal; otherwise each counts as one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub value_from_event: bool,
}

impl Goal {
    /// A goal that every interaction at a touchpoint reaches.
    pub fn at_touchpoint(
        id: impl Into<String>,
        name: impl Into<String>,
        touchpoint: impl Into<String>,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            touchpoint: Some(touchpoint.into()),
            outcome: None,
            source: None,
            value_from_event: false,
        }
    }

    /// Whether the interaction reaches the goal.
    pub fn is_reached_by(&self, interaction: &Interaction) -> bool {
        let Interaction { touchpoint, outcome, source, .. } = interaction;
        self.touchpoint.as_ref().is_none_or(|wanted| wanted == touchpoint)
            && self.outcome.as_ref().is_none_or(|wanted| Some(wanted) == outcome.as_ref())
            && self.source.as_ref().is_none_or(|wanted| wanted == source)
    }

    /// Refuses empty ids, and a goal that asks for nothing: every interaction would reach it.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.id, "id")?;
        not_empty(&self.name, "name")?;
        self.touchpoint.as_deref().map_or(Ok(()), |id| not_empty(id, "touchpoint"))?;
        self.outcome.as_ref().map_or(Ok(()), |it| not_empty(it.name(), "outcome"))?;
        self.source.as_ref().map_or(Ok(()), |it| not_empty(it.name(), "source"))?;
        if self.touchpoint.is_none() && self.outcome.is_none() && self.source.is_none() {
            let message = "expected a touchpoint, an outcome or a source";
            return Err(Error::definition(message).in_field("touchpoint"));
        }
        Ok(())
    }
}

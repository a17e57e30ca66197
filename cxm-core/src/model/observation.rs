//! An observation: what a customer said or showed about an experience.

use super::check::not_empty;
use super::open_enum::open_enum;
use super::{Decimal, Dimension, Emotion, ObservationScale};
use crate::error::{Error, Result};

open_enum! {
    /// What was asked or seen.
    pub enum ObservationKind {
        /// Would you recommend us?
        Nps = "nps",
        /// How satisfied are you?
        Csat = "csat",
        /// How easy was it?
        Ces = "ces",
        /// Stars and marks.
        Rating = "rating",
        /// The mood of a text or a voice.
        Sentiment = "sentiment",
        /// How the customer felt.
        Emotion = "emotion",
        /// How much the customer had to do.
        Effort = "effort",
        /// What the customer had expected.
        Expectation = "expectation",
    }
}

open_enum! {
    /// On which layer of an experience it lies.
    pub enum Layer {
        /// What the customer does.
        Acting = "acting",
        /// What the customer thinks.
        Thinking = "thinking",
        /// What the customer feels.
        Feeling = "feeling",
    }
}

open_enum! {
    /// What the observation is about. Scores of unlike scope are never pooled.
    pub enum Scope {
        /// One touchpoint.
        Touchpoint = "touchpoint",
        /// One journey as a whole.
        Journey = "journey",
        /// The relationship with the company.
        Relationship = "relationship",
    }
}

/// One value with its scale.
///
/// ```
/// use cxm_core::model::{Observation, ObservationKind, ObservationScale};
/// let scale = ObservationScale::whole(0, 10)?;
/// let answer = Observation::new(ObservationKind::Nps, 8.into(), scale);
/// assert_eq!(answer.emotion()?.to_f64(), 1.2);
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Observation {
    /// What was asked or seen.
    pub kind: ObservationKind,
    /// The value as it was given.
    pub value: Decimal,
    /// The scale that it was given on.
    pub scale: ObservationScale,
    /// On which layer it lies, if stated.
    #[cfg_attr(feature = "serde", serde(default))]
    pub layer: Option<Layer>,
    /// Which side of the experience it concerns, if stated.
    #[cfg_attr(feature = "serde", serde(default))]
    pub dimension: Option<Dimension>,
    /// What it is about.
    #[cfg_attr(feature = "serde", serde(default = "touchpoint"))]
    pub scope: Scope,
    /// Where the words of the customer are kept.
    #[cfg_attr(feature = "serde", serde(default))]
    pub text_ref: Option<String>,
}

#[cfg(feature = "serde")]
fn touchpoint() -> Scope {
    Scope::Touchpoint
}

impl Observation {
    /// An observation about a touchpoint of which only the value is known.
    pub fn new(kind: ObservationKind, value: Decimal, scale: ObservationScale) -> Self {
        let (layer, dimension, text_ref) = (None, None, None);
        Self { kind, value, scale, layer, dimension, scope: Scope::Touchpoint, text_ref }
    }

    /// The value on the one scale of emotions; a value off its own scale is an error.
    pub fn emotion(&self) -> Result<Emotion> {
        Emotion::of(self.value, &self.scale)
    }

    /// Refuses empty names, a scale without room, and a value that is not on the scale.
    pub fn validate(&self) -> Result<()> {
        not_empty(self.kind.name(), "kind")?;
        not_empty(self.scope.name(), "scope")?;
        if self.text_ref.as_deref() == Some("") {
            return Err(Error::definition("expected a reference or none").in_field("text_ref"));
        }
        self.emotion().map(|_| ())
    }
}

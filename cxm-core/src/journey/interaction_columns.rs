//! Interactions, which are rows, as the columns that a batch of events borrows.
//!
//! ```
//! use cxm_core::journey::InteractionColumns;
//! use cxm_core::model::Interaction;
//! use cxm_core::prelude::*;
//!
//! let mut order = Interaction::new("ann", "checkout", 60_000_000);
//! order.channel = Some("web".to_owned());
//! let interactions = [Interaction::new("ann", "shop", 0), order];
//!
//! let columns = InteractionColumns::of(&interactions);
//! let mut journeys = Journeys::default();
//! journeys.update(columns.events())?;
//! assert_eq!(journeys.value().events, 2);
//!
//! // Or one by one, as they happen.
//! let mut stream = JourneyStream::default();
//! for interaction in &interactions {
//!     stream.update_event(&interaction.into())?;
//! }
//! assert_eq!(stream.value().events, 2);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use crate::calculator::batch::{Event, Events, KeyColumn, KeyRef, KeyValues, Validity, Values};
use crate::model::Interaction;

/// Keys of which some are missing.
#[derive(Debug)]
struct OptionalKeys<'a> {
    keys: Vec<&'a str>,
    present: Vec<u8>,
}

impl<'a> OptionalKeys<'a> {
    fn of(keys: impl Iterator<Item = Option<&'a str>>) -> Self {
        let (keys, present) =
            keys.map(|key| (key.unwrap_or_default(), u8::from(key.is_some()))).unzip();
        Self { keys, present }
    }

    /// The column, or nothing where no row has a key.
    fn column(&self) -> Option<KeyColumn<'_>> {
        let values = KeyValues::Texts(&self.keys);
        let column = KeyColumn { values, validity: Some(Validity::Bytes(&self.present)) };
        self.present.contains(&1).then_some(column)
    }
}

/// The score of the first observation, as in a table of interactions: an event has room for one.
fn score(interaction: &Interaction) -> Option<f64> {
    interaction.observations.first().map(|first| first.value.to_f64())
}

/// An interaction as an event; its score is that of the first observation.
impl<'a> From<&'a Interaction> for Event<'a> {
    fn from(interaction: &'a Interaction) -> Self {
        let key = |text: Option<&'a str>| text.map(KeyRef::from);
        Self {
            event_id: key(interaction.event_id.as_deref()),
            channel: key(interaction.channel.as_deref()),
            score: score(interaction),
            value: interaction.value,
            object: key(interaction.object_ref.as_deref()),
            outcome: key(interaction.outcome.as_ref().map(|outcome| outcome.name())),
            ..Self::new(
                interaction.customer.as_str(),
                interaction.touchpoint.as_str(),
                interaction.at,
            )
        }
    }
}

/// Interactions as columns; they lend their texts.
///
/// A score is that of the first observation, as in a table of interactions: a row has room for one.
#[derive(Debug)]
pub struct InteractionColumns<'a> {
    customers: Vec<&'a str>,
    touchpoints: Vec<&'a str>,
    times: Vec<i64>,
    event_ids: OptionalKeys<'a>,
    channels: OptionalKeys<'a>,
    scores: Vec<f64>,
    values: Vec<i64>,
    has_value: Vec<u8>,
    objects: OptionalKeys<'a>,
    outcomes: OptionalKeys<'a>,
}

impl<'a> InteractionColumns<'a> {
    /// The columns of these interactions, in their order.
    pub fn of(interactions: &'a [Interaction]) -> Self {
        let rows = || interactions.iter();
        Self {
            customers: rows().map(|row| row.customer.as_str()).collect(),
            touchpoints: rows().map(|row| row.touchpoint.as_str()).collect(),
            times: rows().map(|row| row.at).collect(),
            event_ids: OptionalKeys::of(rows().map(|row| row.event_id.as_deref())),
            channels: OptionalKeys::of(rows().map(|row| row.channel.as_deref())),
            scores: rows().map(|row| score(row).unwrap_or(f64::NAN)).collect(),
            values: rows().map(|row| row.value.unwrap_or_default()).collect(),
            has_value: rows().map(|row| u8::from(row.value.is_some())).collect(),
            objects: OptionalKeys::of(rows().map(|row| row.object_ref.as_deref())),
            outcomes: OptionalKeys::of(rows().map(|row| row.outcome.as_ref().map(|it| it.name()))),
        }
    }

    /// The batch for journeys and their stream.
    pub fn events(&self) -> Events<'_> {
        let scored = self.scores.iter().any(|score| !score.is_nan());
        let values = Values {
            column: self.values.as_slice().into(),
            validity: Some(Validity::Bytes(&self.has_value)),
        };
        Events {
            event_ids: self.event_ids.column(),
            channels: self.channels.column(),
            scores: scored.then(|| self.scores.as_slice().into()),
            values: self.has_value.contains(&1).then_some(values),
            objects: self.objects.column(),
            outcomes: self.outcomes.column(),
            ..Events::new(
                self.customers.as_slice(),
                self.touchpoints.as_slice(),
                self.times.as_slice(),
            )
        }
    }
}

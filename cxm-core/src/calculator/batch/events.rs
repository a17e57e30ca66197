//! The shape of what customers meet: interactions at touchpoints.

use super::columns::{Values, same_length};
use super::keys::KeyColumn;
use super::subscriptions::Times;
use crate::error::Result;

/// One interaction of a customer with a touchpoint a row.
#[derive(Debug, Clone, Copy)]
pub struct Events<'a> {
    /// Whose journey.
    pub customers: KeyColumn<'a>,
    /// At which touchpoint.
    pub touchpoints: KeyColumn<'a>,
    /// When, microseconds since 1970.
    pub times: Times<'a>,
    /// By which the same event is known when it comes twice.
    pub event_ids: Option<KeyColumn<'a>>,
    /// On which channel.
    pub channels: Option<KeyColumn<'a>>,
    /// What the customer answered there.
    pub scores: Option<Values<'a>>,
    /// What it was worth, in minor units of one currency.
    pub values: Option<Values<'a>>,
    /// What it was about: an order, a ticket.
    pub objects: Option<KeyColumn<'a>>,
    /// How it ended: `ok`, `failed`, `abandoned`.
    pub outcomes: Option<KeyColumn<'a>>,
}

impl<'a> Events<'a> {
    /// Events of which only customer, touchpoint and time are known.
    pub fn new(
        customers: impl Into<KeyColumn<'a>>,
        touchpoints: impl Into<KeyColumn<'a>>,
        times: impl Into<Times<'a>>,
    ) -> Self {
        Self {
            customers: customers.into(),
            touchpoints: touchpoints.into(),
            times: times.into(),
            event_ids: None,
            channels: None,
            scores: None,
            values: None,
            objects: None,
            outcomes: None,
        }
    }

    /// The same events with their channels.
    #[must_use]
    pub fn with_channels(self, channels: impl Into<KeyColumn<'a>>) -> Self {
        Self { channels: Some(channels.into()), ..self }
    }

    /// The same events with what customers answered.
    #[must_use]
    pub fn with_scores(self, scores: impl Into<Values<'a>>) -> Self {
        Self { scores: Some(scores.into()), ..self }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.times.values.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.times.values.is_empty()
    }

    /// The columns of keys with their names.
    pub(crate) fn keys(&self) -> [(&'static str, Option<&KeyColumn<'a>>); 6] {
        [
            ("customers", Some(&self.customers)),
            ("touchpoints", Some(&self.touchpoints)),
            ("event_ids", self.event_ids.as_ref()),
            ("channels", self.channels.as_ref()),
            ("objects", self.objects.as_ref()),
            ("outcomes", self.outcomes.as_ref()),
        ]
    }

    /// Refuses columns of unequal length.
    pub fn check_shape(&self) -> Result<()> {
        let rows = self.len();
        for (field, column) in self.keys() {
            let Some(column) = column else { continue };
            same_length(field, column.len(), rows)?;
            if let Some(validity) = column.validity {
                same_length(field, validity.len(), rows)?;
            }
        }
        self.times.check("times", rows)?;
        for (field, column) in [("scores", &self.scores), ("values", &self.values)] {
            if let Some(column) = column {
                same_length(field, column.len(), rows)?;
            }
        }
        Ok(())
    }
}

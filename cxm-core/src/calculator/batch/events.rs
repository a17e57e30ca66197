//! The shape of what customers meet: interactions at touchpoints.

use super::columns::{Values, same_length};
use super::keys::{KeyColumn, KeyPart, KeyRef, KeyValues};
use super::money::Money;
use super::subscriptions::Times;
use crate::error::Result;
use crate::numeric::tally::Validity;

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

/// One interaction, as it happens: a row of [`Events`] by itself, for processes in which they come
/// one by one.
///
/// ```
/// use cxm_core::prelude::*;
/// use cxm_core::journey::stream::JourneyStream;
///
/// let mut stream = JourneyStream::default();
/// stream.update_event(&Event::new("ann", "shop", 5))?;
/// stream.update_event(&Event {
///     channel: Some("web".into()),
///     score: Some(9.0),
///     ..Event::new("ann", "order", 7)
/// })?;
/// assert_eq!(stream.value().events, 2);
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event<'a> {
    /// Whose journey.
    pub customer: Option<KeyRef<'a>>,
    /// At which touchpoint.
    pub touchpoint: Option<KeyRef<'a>>,
    /// When, microseconds since 1970.
    pub time: i64,
    /// By which it is known when it comes twice.
    pub event_id: Option<KeyRef<'a>>,
    /// On which channel.
    pub channel: Option<KeyRef<'a>>,
    /// What the customer answered there.
    pub score: Option<f64>,
    /// What it was worth, in minor units of one currency.
    pub value: Option<i64>,
    /// What it was about: an order, a ticket.
    pub object: Option<KeyRef<'a>>,
    /// How it ended: `ok`, `failed`, `abandoned`.
    pub outcome: Option<KeyRef<'a>>,
}

impl<'a> Event<'a> {
    /// An event of which only customer, touchpoint and time are known.
    pub fn new(
        customer: impl Into<KeyRef<'a>>,
        touchpoint: impl Into<KeyRef<'a>>,
        time: i64,
    ) -> Self {
        Self {
            customer: Some(customer.into()),
            touchpoint: Some(touchpoint.into()),
            time,
            event_id: None,
            channel: None,
            score: None,
            value: None,
            object: None,
            outcome: None,
        }
    }

    /// The same event with a value that is a float where it came from; NaN is none. What is no
    /// whole number of minor units is refused.
    pub fn with_value(self, value: f64) -> Result<Self> {
        let value = Money::of_row(&[value].as_slice().into(), 0, "values")?;
        Ok(Self { value, ..self })
    }

    /// The event as a batch of one row.
    pub fn in_columns<R>(&self, act: impl FnOnce(Events<'_>) -> R) -> R {
        let keys = [self.event_id, self.channel, self.object, self.outcome].map(OneKey::new);
        let [event_ids, channels, objects, outcomes] = &keys;
        let (customer, touchpoint) = (OneKey::new(self.customer), OneKey::new(self.touchpoint));
        let (scores, values) = (self.score.map(|it| [it]), self.value.map(|it| [it]));
        act(Events {
            customers: customer.column(),
            touchpoints: touchpoint.column(),
            times: [self.time].as_slice().into(),
            event_ids: event_ids.optional(),
            channels: channels.optional(),
            scores: scores.as_ref().map(|it| it.as_slice().into()),
            values: values.as_ref().map(|it| it.as_slice().into()),
            objects: objects.optional(),
            outcomes: outcomes.optional(),
        })
    }
}

/// What a column of one key borrows from.
#[derive(Debug)]
enum OneKey<'a> {
    Missing,
    Integer([i64; 1]),
    Text([&'a str; 1]),
    Boolean([KeyPart; 1]),
}

impl<'a> OneKey<'a> {
    fn new(key: Option<KeyRef<'a>>) -> Self {
        match key {
            None => Self::Missing,
            Some(KeyRef::Integer(value)) => Self::Integer([value]),
            Some(KeyRef::Text(text)) => Self::Text([text]),
            Some(KeyRef::Boolean(value)) => Self::Boolean([KeyPart::Boolean(value)]),
        }
    }

    fn column(&self) -> KeyColumn<'_> {
        match self {
            Self::Missing => KeyColumn {
                values: KeyValues::Integers(&[0]),
                validity: Some(Validity::Bytes(&[0])),
            },
            Self::Integer(values) => values.as_slice().into(),
            Self::Text(texts) => texts.as_slice().into(),
            Self::Boolean(dictionary) => KeyColumn::coded(&[0], dictionary),
        }
    }

    fn optional(&self) -> Option<KeyColumn<'_>> {
        (!matches!(self, Self::Missing)).then(|| self.column())
    }
}

//! The batch shapes: what a row looks like, as columns. A closed set.
//!
//! | shape | columns | taken by |
//! | --- | --- | --- |
//! | [`Ratings`] | one rating; optional weights or counts | `nps`, `csat`, `ces`, `star_rating` |
//! | [`ItemRatings`] | several ratings of one respondent | `cx_index`, `secure_customer_index`, `paired_nps`, `emotional_value` |
//! | [`Invitations`] | invited at, answered at | `response_rate` |
//! | [`Answers`] | customer, wave, time, rating | `response_ledger` |
//! | [`Transactions`] | customer, time; optional amount, cost, currency | `customer_summaries`, `activity` |
//! | [`Histories`] | frequency, recency, age; optional spend, counts | `purchase_patterns` |
//! | [`Events`] | customer, touchpoint, time; optional event id, channel, score, value, object, outcome | `journeys` |
//! | [`Spans`] | customer, start, end; optional subscription, amount, cancelled, cause, currency | `subscriptions` |
//! | [`Durations`] | duration, observed; optional entry, cause, counts | `lifetimes` |
//! | [`Paths`] | path, conversions; optional value, nulls | `attribution_paths` |
//! | [`Predictions`] | probability, observed; optional value, counts | `prediction_scores` |
//!
//! Columns are borrowed; nothing is copied. A new shape is the one thing for which the C and the
//! Python door need new code.

mod columns;
mod customers;
mod durations;
mod events;
mod keys;
mod money;
mod paths;
mod predictions;
mod responses;
mod subscriptions;
mod whole;

pub use columns::{Column, Values, WEIGHT_ONE, Weights, fixed_weight};
pub(crate) use columns::{same_length, with_column};
pub use customers::{Histories, Transactions};
pub use durations::Durations;
pub use events::{Event, Events};
pub use keys::{KeyColumn, KeyPart, KeyRef, KeyValues};
pub(crate) use keys::{Lookup, check_codes, key_order, number, number_keys};
pub(crate) use money::Money;
pub use paths::Paths;
pub use predictions::Predictions;
pub use responses::{Answers, Invitations, ItemRatings, Ratings};
pub use subscriptions::{Spans, Times};
pub(crate) use whole::whole;

use crate::error::{Error, Result};
pub use crate::numeric::tally::{Bitmap, Validity};

/// A batch of any shape.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "a batch is borrowed columns, copied once a call")]
pub enum Batch<'a> {
    /// One rating a row.
    Ratings(Ratings<'a>),
    /// Several ratings a row.
    Items(ItemRatings<'a>),
    /// One invitation a row.
    Invitations(Invitations<'a>),
    /// One answer of a known customer a row.
    Answers(Answers<'a>),
    /// One purchase or refund of a known customer a row.
    Transactions(Transactions<'a>),
    /// One customer's summary a row.
    Histories(Histories<'a>),
    /// One span of a subscription a row.
    Spans(Spans<'a>),
    /// One lifetime a row.
    Durations(Durations<'a>),
    /// One prediction a row.
    Predictions(Predictions<'a>),
    /// One interaction with a touchpoint a row.
    Events(Events<'a>),
    /// One path of touchpoints a row.
    Paths(Paths<'a>),
}

impl Batch<'_> {
    /// The name of the shape.
    pub const fn shape(&self) -> &'static str {
        match self {
            Self::Ratings(_) => "ratings",
            Self::Items(_) => "items",
            Self::Invitations(_) => "invitations",
            Self::Answers(_) => "answers",
            Self::Transactions(_) => "transactions",
            Self::Histories(_) => "histories",
            Self::Spans(_) => "spans",
            Self::Durations(_) => "durations",
            Self::Predictions(_) => "predictions",
            Self::Events(_) => "events",
            Self::Paths(_) => "paths",
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Ratings(batch) => batch.len(),
            Self::Items(batch) => batch.len(),
            Self::Invitations(batch) => batch.invited_at.len(),
            Self::Answers(batch) => batch.ratings.len(),
            Self::Transactions(batch) => batch.times.len(),
            Self::Histories(batch) => batch.frequencies.len(),
            Self::Spans(batch) => batch.len(),
            Self::Durations(batch) => batch.len(),
            Self::Predictions(batch) => batch.len(),
            Self::Events(batch) => batch.len(),
            Self::Paths(batch) => batch.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

macro_rules! batch_conversions {
    ($($shape:ident => $variant:ident, $name:literal;)*) => {$(
        impl<'a> From<$shape<'a>> for Batch<'a> {
            fn from(batch: $shape<'a>) -> Self {
                Self::$variant(batch)
            }
        }

        impl<'a> TryFrom<Batch<'a>> for $shape<'a> {
            type Error = Error;

            fn try_from(batch: Batch<'a>) -> Result<Self> {
                match batch {
                    Batch::$variant(batch) => Ok(batch),
                    other => Err(Error::batch(format!(
                        "expected a batch of {}, got one of {}", $name, other.shape()
                    ))),
                }
            }
        }
    )*};
}
batch_conversions! {
    Ratings => Ratings, "ratings";
    ItemRatings => Items, "items";
    Invitations => Invitations, "invitations";
    Answers => Answers, "answers";
    Transactions => Transactions, "transactions";
    Histories => Histories, "histories";
    Spans => Spans, "spans";
    Durations => Durations, "durations";
    Predictions => Predictions, "predictions";
    Events => Events, "events";
    Paths => Paths, "paths";
}

//! An actual journey: what one customer went through, from its first interaction to its last.

use super::check::not_empty;
use crate::error::{Error, Result};

/// How a journey stands.
///
/// It follows from the events of the journey and the rules by which journeys end, so it is the one
/// enum of the model without a name of the caller's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum JourneyStatus {
    /// More may come.
    Open,
    /// It ended with its goal.
    Converted,
    /// It is over, and no goal was declared.
    Ended,
    /// It is over without its goal.
    Dropped,
}

impl JourneyStatus {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Open, Self::Converted, Self::Ended, Self::Dropped];

    /// The name in `snake_case`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Converted => "converted",
            Self::Ended => "ended",
            Self::Dropped => "dropped",
        }
    }
}

/// How much there is of a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct JourneyCounts {
    /// Interactions.
    pub interactions: u64,
    /// Different touchpoints.
    pub touchpoints: u64,
    /// Different channels.
    pub channels: u64,
    /// Observations.
    pub observations: u64,
}

/// One journey of one customer. The planned one is a [`JourneyMap`](super::JourneyMap).
///
/// ```
/// use cxm_core::model::{Journey, JourneyStatus};
/// let mut journey = Journey::new("c-17", 1, 5_000_000, "gap_30_minutes");
/// journey.status = JourneyStatus::Converted;
/// journey.last_at = 65_000_000;
/// journey.validate()?;
/// assert_eq!(journey.duration(), 60_000_000);
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Journey {
    /// Id of the customer.
    pub customer: String,
    /// Which journey of the customer, from 1.
    pub number: u64,
    /// Time of the first interaction, microseconds since 1970.
    pub first_at: i64,
    /// Time of the last interaction.
    pub last_at: i64,
    /// How it stands.
    pub status: JourneyStatus,
    /// Name of the rule by which interactions were split into journeys.
    pub split_rule: String,
    /// How much there is of it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub counts: JourneyCounts,
}

impl Journey {
    /// A journey that begins.
    pub fn new(
        customer: impl Into<String>,
        number: u64,
        first_at: i64,
        split_rule: impl Into<String>,
    ) -> Self {
        Self {
            customer: customer.into(),
            number,
            first_at,
            last_at: first_at,
            status: JourneyStatus::Open,
            split_rule: split_rule.into(),
            counts: JourneyCounts::default(),
        }
    }

    /// Microseconds from the first interaction to the last.
    pub const fn duration(&self) -> u64 {
        self.last_at.abs_diff(self.first_at)
    }

    /// Refuses empty names, a journey number 0, an end before the beginning, and counts that
    /// cannot be.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.customer, "customer")?;
        not_empty(&self.split_rule, "split_rule")?;
        let refuse = |message: String, field| Err(Error::definition(message).in_field(field));
        if self.number == 0 {
            return refuse("journeys are counted from 1".to_owned(), "number");
        }
        if self.last_at < self.first_at {
            let message = format!("{} is before first_at, {}", self.last_at, self.first_at);
            return refuse(message, "last_at");
        }
        let JourneyCounts { interactions, touchpoints, channels, .. } = self.counts;
        if touchpoints.max(channels) > interactions {
            return refuse("more touchpoints or channels than interactions".to_owned(), "counts");
        }
        Ok(())
    }
}

//! An interaction: one event at a touchpoint, with one customer, at one time.

use super::Observation;
use super::check::not_empty;
use super::open_enum::open_enum;
use crate::error::{Error, Result};

open_enum! {
    /// Where the record of an interaction comes from.
    pub enum Source {
        /// Orders, payments, contracts.
        Transaction = "transaction",
        /// Answers to questions that were put.
        Survey = "survey",
        /// Reviews that anybody can read.
        Review = "review",
        /// Clicks, views, visits: what customers do.
        Behaviour = "behaviour",
        /// What is said in social networks.
        SocialMonitoring = "social_monitoring",
        /// What customers write without being asked.
        DirectFeedback = "direct_feedback",
        /// Tickets, calls, repairs.
        Service = "service",
    }
}

open_enum! {
    /// Who began it.
    pub enum Initiator {
        /// The customer.
        Customer = "customer",
        /// The company.
        Company = "company",
        /// Somebody else.
        ThirdParty = "third_party",
    }
}

open_enum! {
    /// How it ended.
    pub enum Outcome {
        /// As it should.
        Ok = "ok",
        /// It did not work.
        Failed = "failed",
        /// The customer gave up.
        Abandoned = "abandoned",
    }
}

/// One event.
///
/// ```
/// use cxm_core::model::{Interaction, Outcome};
/// let mut call = Interaction::new("c-17", "hotline", 1_700_000_000_000_000);
/// call.channel = Some("phone".to_owned());
/// call.outcome = Some(Outcome::Failed);
/// call.validate()?;
/// call.value = Some(1_999); // money without a currency
/// assert_eq!(call.validate().unwrap_err().field(), Some("currency"));
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Interaction {
    /// The id of the event. Without it, a repeat of the event cannot be told from a second one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub event_id: Option<String>,
    /// Id of the customer.
    pub customer: String,
    /// Id of the touchpoint.
    pub touchpoint: String,
    /// Id of the channel, if known.
    #[cfg_attr(feature = "serde", serde(default))]
    pub channel: Option<String>,
    /// When it happened, microseconds since 1970.
    pub at: i64,
    /// When its record arrived, microseconds since 1970, if known.
    #[cfg_attr(feature = "serde", serde(default))]
    pub received_at: Option<i64>,
    /// Where its record comes from.
    #[cfg_attr(feature = "serde", serde(default = "behaviour"))]
    pub source: Source,
    /// Who began it, if known.
    #[cfg_attr(feature = "serde", serde(default))]
    pub initiator: Option<Initiator>,
    /// How it ended, if known.
    #[cfg_attr(feature = "serde", serde(default))]
    pub outcome: Option<Outcome>,
    /// What it brought the company, in minor units of the currency.
    #[cfg_attr(feature = "serde", serde(default))]
    pub value: Option<i64>,
    /// What it cost the company, in minor units of the currency.
    #[cfg_attr(feature = "serde", serde(default))]
    pub cost: Option<i64>,
    /// The currency of value and cost: `EUR`.
    #[cfg_attr(feature = "serde", serde(default))]
    pub currency: Option<String>,
    /// The order, contract or ticket that it concerns.
    #[cfg_attr(feature = "serde", serde(default))]
    pub object_ref: Option<String>,
    /// What the customer said or showed.
    #[cfg_attr(feature = "serde", serde(default))]
    pub observations: Vec<Observation>,
}

#[cfg(feature = "serde")]
fn behaviour() -> Source {
    Source::Behaviour
}

impl Interaction {
    /// An interaction of which only who, what and when are known.
    pub fn new(customer: impl Into<String>, touchpoint: impl Into<String>, at: i64) -> Self {
        Self {
            event_id: None,
            customer: customer.into(),
            touchpoint: touchpoint.into(),
            channel: None,
            at,
            received_at: None,
            source: Source::Behaviour,
            initiator: None,
            outcome: None,
            value: None,
            cost: None,
            currency: None,
            object_ref: None,
            observations: Vec::new(),
        }
    }

    /// Refuses empty ids, an amount without a currency, and what its observations refuse.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.customer, "customer")?;
        not_empty(&self.touchpoint, "touchpoint")?;
        not_empty(self.source.name(), "source")?;
        let optional = [
            ("event_id", self.event_id.as_deref()),
            ("channel", self.channel.as_deref()),
            ("initiator", self.initiator.as_ref().map(Initiator::name)),
            ("outcome", self.outcome.as_ref().map(Outcome::name)),
            ("currency", self.currency.as_deref()),
            ("object_ref", self.object_ref.as_deref()),
        ];
        for (field, text) in optional {
            text.map_or(Ok(()), |text| not_empty(text, field))?;
        }
        if self.currency.is_none() && (self.value.is_some() || self.cost.is_some()) {
            let message = "an amount of money has a currency";
            return Err(Error::definition(message).in_field("currency"));
        }
        self.observations.iter().try_for_each(Observation::validate)
    }
}

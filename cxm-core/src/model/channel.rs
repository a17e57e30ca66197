//! A channel: the way by which a company and a customer meet.

use super::check::not_empty;
use super::open_enum::open_enum;
use crate::error::Result;

open_enum! {
    /// What sort of channel it is.
    pub enum ChannelKind {
        /// A site in a browser.
        Web = "web",
        /// A program on the customer's device.
        App = "app",
        /// E-mail.
        Email = "email",
        /// Written conversation, with a person or a machine.
        Chat = "chat",
        /// The telephone.
        Phone = "phone",
        /// Social networks.
        Social = "social",
        /// A shop or a branch.
        Store = "store",
        /// A visit to the customer.
        FieldSales = "field_sales",
        /// Letters and parcels.
        Post = "post",
        /// Fairs, trainings, gatherings.
        Event = "event",
        /// A thing in the customer's hands: the product, its packing, a give-away.
        PhysicalItem = "physical_item",
        /// Somebody who sells or serves on the company's behalf.
        Partner = "partner",
        /// Paid messages in places of others.
        Ads = "ads",
    }
}

open_enum! {
    /// What the customer has before them.
    pub enum Medium {
        /// A screen.
        Digital = "digital",
        /// A person.
        Human = "human",
        /// A thing.
        Physical = "physical",
    }
}

impl ChannelKind {
    /// The medium that goes without saying; nothing for a kind of the caller's own.
    pub fn usual_medium(&self) -> Option<Medium> {
        match self {
            Self::Web | Self::App | Self::Email | Self::Chat | Self::Social | Self::Ads => {
                Some(Medium::Digital)
            }
            Self::Phone | Self::Store | Self::FieldSales | Self::Event | Self::Partner => {
                Some(Medium::Human)
            }
            Self::Post | Self::PhysicalItem => Some(Medium::Physical),
            Self::Custom(_) => None,
        }
    }
}

/// One channel of a company.
///
/// ```
/// use cxm_core::model::{Channel, ChannelKind, Medium};
/// let fairs = Channel::new("fairs", "Fairs", ChannelKind::Event, Medium::Human);
/// assert_eq!(fairs.kind.name(), "event");
/// assert_eq!(ChannelKind::from("letter_pigeon").name(), "letter_pigeon");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Channel {
    /// The id that stands in touchpoints and interactions.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// What sort of channel it is.
    pub kind: ChannelKind,
    /// What the customer has before them.
    pub medium: Medium,
}

impl Channel {
    /// A channel.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        kind: ChannelKind,
        medium: Medium,
    ) -> Self {
        Self { id: id.into(), name: name.into(), kind, medium }
    }

    /// Refuses an empty id, name, kind or medium.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.id, "id")?;
        not_empty(&self.name, "name")?;
        not_empty(self.kind.name(), "kind")?;
        not_empty(self.medium.name(), "medium")
    }
}

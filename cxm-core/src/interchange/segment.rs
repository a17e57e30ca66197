//! Messages of Segment's specification: track, page, screen, identify, alias, group.
//!
//! # What is read
//! Messages as JSON: one after the other (JSON lines), an array, or the array `batch` of a request.
//!
//! | message | becomes |
//! | --- | --- |
//! | `track` | an interaction at the touchpoint `event` |
//! | `page`, `screen` | an interaction at the touchpoint `name`, or else `page`, `screen` |
//! | `identify`, `alias` | an alias of a customer: `anonymousId`, `previousId` of `userId` |
//! | `group` | a segment of a customer: `groupId` |
//!
//! `messageId` is the id of the event, `receivedAt` the time of arrival, `userId` the customer, or
//! else `anonymousId`. A message that has both names an alias.
//!
//! # What the mapping assumes
//! From general knowledge of the specification, not from its text: `timestamp` is the time of the
//! event with the fault of the device's clock taken out, so it goes before `originalTimestamp`;
//! `properties.revenue` is an amount in major units of `properties.currency`; a `page` is seen on
//! the web and a `screen` in an app. The top field `channel` says where the message was sent from
//! (`server`, `browser`, `mobile`), which is no channel of a customer: it is counted as lost.
//!
//! # What is lost
//! Every property, trait and field of the context that the mapping does not name, by its path.
//!
//! # Example
//! ```
//! use cxm_core::interchange::{ReadRules, segment};
//! let text = r#"{"type": "identify", "userId": "ann", "anonymousId": "a-1"}
//!   {"type": "track", "event": "Order Completed", "anonymousId": "a-1", "messageId": "m-2",
//!    "timestamp": "2024-05-01T09:00:00.000Z", "properties": {"revenue": 19.99, "currency": "EUR"}}"#;
//! let rules = ReadRules { resolve_aliases: true, ..ReadRules::default() };
//! let log = segment::read(text.as_bytes(), &segment::SegmentMapping::default(), &rules)?;
//! let order = &log.interactions[0];
//! assert_eq!((order.customer.as_str(), order.value), ("ann", Some(1_999)));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::collector::{Collector, Record};
use super::json::{count_rest, each_record, take_optional, take_text};
use super::{InteractionLog, ReadRules, utf8};
use crate::error::Result;

/// Which properties hold what, as paths of names between dots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SegmentMapping {
    /// The channel of pages.
    pub page_channel: Option<String>,
    /// The channel of screens.
    pub screen_channel: Option<String>,
    /// The path of the channel; it goes before the channel of pages and screens.
    pub channel: Option<String>,
    /// The path of the value.
    pub value: Option<String>,
    /// The path of the cost.
    pub cost: Option<String>,
    /// The path of the currency.
    pub currency: Option<String>,
    /// The path of the order or ticket.
    pub object: Option<String>,
    /// The path of the outcome.
    pub outcome: Option<String>,
    /// The path of the score.
    pub score: Option<String>,
}

impl Default for SegmentMapping {
    fn default() -> Self {
        Self {
            page_channel: Some("web".to_owned()),
            screen_channel: Some("app".to_owned()),
            channel: None,
            value: Some("properties.revenue".to_owned()),
            cost: None,
            currency: Some("properties.currency".to_owned()),
            object: Some("properties.order_id".to_owned()),
            outcome: None,
            score: None,
        }
    }
}

/// Reads messages.
pub fn read(bytes: &[u8], mapping: &SegmentMapping, rules: &ReadRules) -> Result<InteractionLog> {
    let mut collector = Collector::new(rules, mapping.score.is_some())?;
    each_record(utf8(bytes)?, &["batch"], |message| {
        collector.next_record();
        read_message(message, mapping, &mut collector)
    })?;
    Ok(collector.finish())
}

fn read_message(
    mut message: Value,
    mapping: &SegmentMapping,
    collector: &mut Collector<'_>,
) -> Result<()> {
    if !message.is_object() {
        return collector.refuse("not_an_object", "type", || "expected an object".to_owned());
    }
    let kind = take_text(&mut message, "type", "type", collector)?.unwrap_or_default();
    let user = take_text(&mut message, "userId", "customer", collector)?;
    let anonymous = take_text(&mut message, "anonymousId", "customer", collector)?;
    if let (Some(user), Some(anonymous)) = (&user, &anonymous) {
        collector.alias(user, anonymous);
    }
    match kind.as_ref() {
        "track" | "page" | "screen" => {
            let customer = user.filter(|user| !user.is_empty()).or(anonymous);
            read_event(message, &kind, customer, mapping, collector)
        }
        "identify" => {
            if user.is_none() {
                let message = || "there is no userId".to_owned();
                return collector.refuse("no_customer", "customer", message);
            }
            count_identity(&message, "identify", collector);
            Ok(())
        }
        "alias" | "group" => {
            let (name, field) = match kind.as_ref() {
                "alias" => ("previousId", "alias"),
                _ => ("groupId", "group"),
            };
            let other = take_text(&mut message, name, field, collector)?;
            let customer = user.or_else(|| anonymous.filter(|_| field == "group"));
            let (Some(customer), Some(other)) = (customer, other) else {
                let message = || format!("expected userId and {name}");
                return collector.refuse("no_customer", "customer", message);
            };
            if field == "alias" {
                collector.alias(&customer, &other);
            } else {
                collector.segment(&customer, &other);
            }
            count_identity(&message, field, collector);
            Ok(())
        }
        other => {
            let message =
                || format!("expected track, page, screen, identify, alias or group, got {other:?}");
            collector.refuse("unknown_type", "type", message)
        }
    }
}

/// A message that tells about a customer becomes no interaction.
fn count_identity(message: &Value, reason: &str, collector: &mut Collector<'_>) {
    collector.skip(reason);
    count_rest(message, "", collector);
}

fn read_event(
    mut message: Value,
    kind: &str,
    customer: Option<Cow<'_, str>>,
    mapping: &SegmentMapping,
    collector: &mut Collector<'_>,
) -> Result<()> {
    let name = if kind == "track" { "event" } else { "name" };
    let mut touchpoint = take_text(&mut message, name, "touchpoint", collector)?;
    let usual_channel = match kind {
        "page" => mapping.page_channel.as_deref(),
        "screen" => mapping.screen_channel.as_deref(),
        _ => None,
    };
    if kind != "track" && touchpoint.as_ref().is_none_or(|name| name.is_empty()) {
        touchpoint = Some(Cow::Owned(kind.to_owned()));
    }
    let time = match take_text(&mut message, "timestamp", "time", collector)? {
        Some(time) => Some(time),
        None => take_text(&mut message, "originalTimestamp", "time", collector)?,
    };
    let channel = take_optional(&mut message, mapping.channel.as_ref(), "channel", collector)?;
    let record = Record {
        event_id: take_text(&mut message, "messageId", "event_id", collector)?,
        customer,
        touchpoint,
        channel: channel.or(usual_channel.map(Cow::Borrowed)),
        time,
        received_at: take_text(&mut message, "receivedAt", "received_at", collector)?,
        value: take_optional(&mut message, mapping.value.as_ref(), "value", collector)?,
        cost: take_optional(&mut message, mapping.cost.as_ref(), "cost", collector)?,
        currency: take_optional(&mut message, mapping.currency.as_ref(), "currency", collector)?,
        object: take_optional(&mut message, mapping.object.as_ref(), "object", collector)?,
        outcome: take_optional(&mut message, mapping.outcome.as_ref(), "outcome", collector)?,
        score: take_optional(&mut message, mapping.score.as_ref(), "score", collector)?,
        ..Record::default()
    };
    count_rest(&message, "", collector);
    collector.push(&record)
}

//! Adobe XDM ExperienceEvents, in JSON.
//!
//! # What is read
//! Events one after the other (JSON lines), an array, or the array `events` of an object. `_id` is
//! the id of the event, `timestamp` the time, both required by the class; `eventType` is the
//! touchpoint. Where values stand, the [mapping](XdmMapping) says by paths of names between dots,
//! since a schema is made of field groups and of fields of a tenant.
//!
//! The customer is an identity of `identityMap`: the first of the namespace that the mapping names,
//! or else the one that is marked `primary`, or else the only one. All others become aliases. An
//! event with several identities and no choice between them is left out.
//!
//! # What the mapping assumes
//! The profile store drops an event whose `_id` it has, and the data lake keeps it (Adobe's
//! documentation): [`EventDuplicates`](super::EventDuplicates) says which it is to be here. From
//! general knowledge, not from the documentation: `producedBy` is `self` for the customer, and
//! `system`, `salesRef` or `customerRep` for the company; order, price and currency are in
//! `commerce.order`; a channel is a URI of Adobe's whose last part is its name.
//!
//! # What is lost
//! Every other field, by its path.
//!
//! # Example
//! ```
//! use cxm_core::interchange::{ReadRules, xdm};
//! let text = r#"{"_id": "e1", "timestamp": "2024-05-01T09:00:00Z",
//!   "eventType": "commerce.purchases", "producedBy": "self",
//!   "identityMap": {"ECID": [{"id": "4711"}], "Email": [{"id": "ann@example.org", "primary": true}]},
//!   "commerce": {"order": {"purchaseID": "o-7", "priceTotal": 19.99, "currencyCode": "EUR"}}}"#;
//! let log =
//!     xdm::read(text.as_bytes(), &xdm::XdmMapping::default(), &ReadRules::default())?;
//! assert_eq!(log.interactions[0].customer, "ann@example.org");
//! assert_eq!(log.customers[0].aliases, ["4711"]);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::collector::{Collector, Record};
use super::json::{count_rest, each_record, take, take_optional, take_text, text};
use super::{InteractionLog, ReadRules, utf8};
use crate::error::Result;

/// What the URIs of Adobe's channels begin with.
const CHANNELS: &str = "https://ns.adobe.com/xdm/";

/// Which fields hold what, as paths of names between dots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct XdmMapping {
    /// The path of the customer, where it is not an identity of `identityMap`.
    pub customer: Option<String>,
    /// The namespace of identities that are customers; without it, the primary identity.
    pub namespace: Option<String>,
    /// The path of the touchpoint.
    pub touchpoint: String,
    /// The path of the time.
    pub time: String,
    /// The path of the id.
    pub event_id: Option<String>,
    /// The path of the channel.
    pub channel: Option<String>,
    /// The path of the time of arrival.
    pub received_at: Option<String>,
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

impl Default for XdmMapping {
    fn default() -> Self {
        Self {
            customer: None,
            namespace: None,
            touchpoint: "eventType".to_owned(),
            time: "timestamp".to_owned(),
            event_id: Some("_id".to_owned()),
            channel: Some("channel._type".to_owned()),
            received_at: Some("receivedTimestamp".to_owned()),
            value: Some("commerce.order.priceTotal".to_owned()),
            cost: None,
            currency: Some("commerce.order.currencyCode".to_owned()),
            object: Some("commerce.order.purchaseID".to_owned()),
            outcome: None,
            score: None,
        }
    }
}

/// Reads events.
pub fn read(bytes: &[u8], mapping: &XdmMapping, rules: &ReadRules) -> Result<InteractionLog> {
    let mut collector = Collector::new(rules, mapping.score.is_some())?;
    each_record(utf8(bytes)?, &["events"], |event| {
        collector.next_record();
        read_event(event, mapping, &mut collector)
    })?;
    Ok(collector.finish())
}

/// One identity of a person.
struct Identity {
    id: String,
    /// Whether it is of the namespace that the mapping names.
    wanted: bool,
    primary: bool,
}

fn read_event(mut event: Value, mapping: &XdmMapping, collector: &mut Collector<'_>) -> Result<()> {
    if !event.is_object() {
        return collector.refuse("not_an_object", "_id", || "expected an object".to_owned());
    }
    let stated = take_optional(&mut event, mapping.customer.as_ref(), "customer", collector)?;
    let identities = take_identities(&mut event, mapping, collector)?;
    let customer = match stated {
        Some(customer) => Some(customer),
        None => choose(&identities, mapping.namespace.is_some()).map(Cow::Borrowed),
    };
    if let Some(customer) = &customer {
        identities.iter().for_each(|identity| collector.alias(customer, &identity.id));
    }
    let producer = take_text(&mut event, "producedBy", "initiator", collector)?;
    let mut optional = |path: &Option<String>, field: &'static str| {
        take_optional(&mut event, path.as_ref(), field, collector)
    };
    let record = Record {
        event_id: optional(&mapping.event_id, "event_id")?,
        customer: customer.clone(),
        touchpoint: optional(&Some(mapping.touchpoint.clone()), "touchpoint")?,
        channel: optional(&mapping.channel, "channel")?.map(channel_name),
        time: optional(&Some(mapping.time.clone()), "time")?,
        received_at: optional(&mapping.received_at, "received_at")?,
        initiator: producer.map(initiator),
        value: optional(&mapping.value, "value")?,
        cost: optional(&mapping.cost, "cost")?,
        currency: optional(&mapping.currency, "currency")?,
        object: optional(&mapping.object, "object")?,
        outcome: optional(&mapping.outcome, "outcome")?,
        score: optional(&mapping.score, "score")?,
        ..Record::default()
    };
    count_rest(&event, "", collector);
    if customer.is_none() && mapping.namespace.is_none() && identities.len() > 1 {
        let message = || "several identities, none of them primary: name a namespace".to_owned();
        return collector.refuse("ambiguous_customer", "customer", message);
    }
    collector.push(&record)
}

/// Takes the identities of an event, in the order of the text.
fn take_identities(
    event: &mut Value,
    mapping: &XdmMapping,
    collector: &mut Collector<'_>,
) -> Result<Vec<Identity>> {
    let mut identities = Vec::new();
    let Some(map) = take(event, "identityMap") else { return Ok(identities) };
    let Value::Object(namespaces) = map else {
        collector.unreadable("identityMap", || "expected an object of namespaces".to_owned())?;
        return Ok(identities);
    };
    for (namespace, list) in namespaces {
        let wanted = mapping.namespace.as_ref() == Some(&namespace);
        let Value::Array(list) = list else {
            collector.unreadable("identityMap", || format!("expected an array at {namespace}"))?;
            continue;
        };
        for mut identity in list {
            let id = take(&mut identity, "id").and_then(text).filter(|id| !id.trim().is_empty());
            let primary = take(&mut identity, "primary") == Some(Value::Bool(true));
            match id {
                Some(id) => identities.push(Identity { id, wanted, primary }),
                None => {
                    let message = || format!("expected an id at {namespace}");
                    collector.unreadable("identityMap", message)?;
                }
            }
            count_rest(&identity, "identityMap", collector);
        }
    }
    Ok(identities)
}

/// The identity that is the customer.
fn choose(identities: &[Identity], by_namespace: bool) -> Option<&str> {
    let found = match (by_namespace, identities) {
        (true, _) => identities.iter().find(|identity| identity.wanted),
        (false, [only]) => Some(only),
        (false, several) => {
            let mut primary = several.iter().filter(|it| it.primary);
            let first = primary.next();
            first.filter(|_| primary.next().is_none())
        }
    };
    found.map(|identity| identity.id.as_str())
}

/// The name of a channel that is a URI of Adobe's.
fn channel_name(channel: Cow<'_, str>) -> Cow<'_, str> {
    match channel.strip_prefix(CHANNELS).and_then(|rest| rest.rsplit('/').next()) {
        Some(name) if !name.is_empty() => Cow::Owned(name.to_owned()),
        _ => channel,
    }
}

/// Who began it, of who made the record.
fn initiator(producer: Cow<'_, str>) -> Cow<'_, str> {
    match producer.as_ref() {
        "self" => Cow::Borrowed("customer"),
        "system" | "salesRef" | "customerRep" => Cow::Borrowed("company"),
        _ => producer,
    }
}

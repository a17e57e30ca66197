//! OCEL 2.0, object-centric event logs, in JSON.
//!
//! # What is read
//! One event an interaction: its type is the touchpoint, its time the time, its id the id. An event
//! relates to objects of many types; which type is the customer is an explicit choice of the
//! [mapping](OcelMapping), since nothing in the log says it. Objects of a second type may become
//! what the interaction concerns.
//!
//! # What is lost
//! To flatten is to lose: relations to objects of other types are counted as
//! `relationships.type`, qualifiers as `qualifier`, attributes of events by their name, values of
//! attributes of objects, which change over time, as `objects.name`, relations between objects as
//! `objects.relationships`. An event of several customers becomes an interaction of each, counted
//! as `repeated`, or none, as the mapping says; one of more than 256 customers is left out.
//!
//! # Example
//! ```
//! use cxm_core::interchange::{ReadRules, ocel};
//! let text = r#"{"objectTypes": [{"name": "customer", "attributes": []}],
//!   "eventTypes": [{"name": "order", "attributes": []}],
//!   "objects": [{"id": "ann", "type": "customer"}],
//!   "events": [{"id": "e1", "type": "order", "time": "2024-05-01T09:00:00Z",
//!     "relationships": [{"objectId": "ann", "qualifier": "buyer"}]}]}"#;
//! let mapping = ocel::OcelMapping::of_customers("customer");
//! let log = ocel::read(text.as_bytes(), &mapping, &ReadRules::default())?;
//! assert_eq!(log.interactions[0].customer, "ann");
//! assert_eq!(log.report.unmapped.of("qualifier"), 1);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::collector::{Collector, Record};
use super::json::{count_rest, document, take, take_text, text};
use super::loss_report::shortened;
use super::{InteractionLog, ReadRules, utf8};
use crate::error::{Error, Result};

/// Customers of one event: its texts are copied for each, so that there must be a bound.
const MOST_CUSTOMERS: usize = 256;

/// What becomes of an event of several customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeveralCustomers {
    /// It becomes an interaction of each.
    #[default]
    Each,
    /// It is counted and left out.
    Skip,
}

/// Which objects are customers, and which attributes of events hold what.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OcelMapping {
    /// The type of objects that are customers. It must be named.
    pub customer_type: String,
    /// The type of objects that interactions concern: orders, tickets.
    pub object_type: Option<String>,
    /// What becomes of an event of several customers.
    pub several_customers: SeveralCustomers,
    /// Whether an event that has no customer is that of the customers to whom its objects relate,
    /// over one step.
    pub through_objects: bool,
    /// The attribute of the channel.
    pub channel: Option<String>,
    /// The attribute of the initiator.
    pub initiator: Option<String>,
    /// The attribute of the outcome.
    pub outcome: Option<String>,
    /// The attribute of the value.
    pub value: Option<String>,
    /// The attribute of the cost.
    pub cost: Option<String>,
    /// The attribute of the currency.
    pub currency: Option<String>,
    /// The attribute of the score.
    pub score: Option<String>,
}

impl OcelMapping {
    /// Objects of this type are customers; nothing else is mapped.
    pub fn of_customers(customer_type: impl Into<String>) -> Self {
        Self { customer_type: customer_type.into(), ..Self::default() }
    }
}

/// An object of the log.
#[derive(Debug)]
struct Object {
    object_type: String,
    /// The customers that it relates to.
    related: Vec<String>,
}

type Objects = HashMap<String, Object>;

/// Reads an object-centric event log.
pub fn read(bytes: &[u8], mapping: &OcelMapping, rules: &ReadRules) -> Result<InteractionLog> {
    let mut collector = Collector::new(rules, mapping.score.is_some())?;
    if mapping.customer_type.is_empty() {
        let message = "expected the type of objects that are customers";
        return Err(Error::definition(message).in_field("customer_type"));
    }
    let mut log = document(utf8(bytes)?)?;
    let list = |log: &mut Value, name: &'static str| match take(log, name) {
        Some(Value::Array(items)) => Ok(items),
        _ => Err(Error::batch(format!("this is no OCEL 2.0: expected an array \"{name}\""))),
    };
    let events = list(&mut log, "events")?;
    let objects = list(&mut log, "objects")?;
    let types = take(&mut log, "objectTypes").unwrap_or_default();
    take(&mut log, "eventTypes");
    count_rest(&log, "", &mut collector);
    let objects = read_objects(objects, mapping, &mut collector)?;
    check_types(mapping, &types, &objects)?;
    for event in events {
        read_event(event, mapping, &objects, &mut collector)?;
    }
    Ok(collector.finish())
}

/// Refuses a mapping to types that the log does not have.
fn check_types(mapping: &OcelMapping, declared: &Value, objects: &Objects) -> Result<()> {
    let declared = declared.as_array().into_iter().flatten();
    let mut types: BTreeSet<&str> =
        declared.filter_map(|entry| entry.get("name")?.as_str()).collect();
    types.extend(objects.values().map(|object| object.object_type.as_str()));
    let wanted = [
        ("customer_type", Some(&mapping.customer_type)),
        ("object_type", mapping.object_type.as_ref()),
    ];
    for (field, name) in wanted {
        if let Some(name) = name.filter(|name| !types.contains(name.as_str())) {
            let known: Vec<_> = types.iter().copied().take(50).collect();
            let known = known.join(", ");
            let message = format!("there are no objects of type \"{name}\"; there are {known}");
            return Err(Error::not_found(message).in_field(field));
        }
    }
    Ok(())
}

fn read_objects(
    values: Vec<Value>,
    mapping: &OcelMapping,
    collector: &mut Collector<'_>,
) -> Result<Objects> {
    let mut objects = Objects::with_capacity(values.len());
    for mut value in values {
        let id = take(&mut value, "id").and_then(text);
        let object_type = take(&mut value, "type").and_then(text);
        let (Some(id), Some(object_type)) = (id, object_type) else {
            let message = || "expected an object with id and type".to_owned();
            collector.unreadable("objects", message)?;
            continue;
        };
        for attribute in list_of(&mut value, "attributes") {
            if !attribute.get("value").unwrap_or(&Value::Null).is_null() {
                let name = attribute.get("name").and_then(Value::as_str).unwrap_or("");
                collector.unmapped(&format!("objects.{}", shortened(name)));
            }
        }
        let mut related = Vec::new();
        for relationship in list_of(&mut value, "relationships") {
            count_qualifier(&relationship, collector);
            match relationship.get("objectId").and_then(Value::as_str) {
                Some(object) if mapping.through_objects => related.push(object.to_owned()),
                _ => collector.unmapped("objects.relationships"),
            }
        }
        count_rest(&value, "objects", collector);
        if objects.contains_key(&id) {
            collector.unreadable("objects", || format!("two objects have the id \"{id}\""))?;
            continue;
        }
        objects.insert(id, Object { object_type, related });
    }
    keep_customers(&mut objects, mapping, collector);
    Ok(objects)
}

/// Keeps of the relations of objects those to customers, and one more than an event may reach: what
/// an event costs is then bounded.
fn keep_customers(objects: &mut Objects, mapping: &OcelMapping, collector: &mut Collector<'_>) {
    let is_customer = |object: &Object| object.object_type == mapping.customer_type;
    let customers: HashSet<String> = objects
        .iter()
        .filter(|(_, object)| mapping.through_objects && is_customer(object))
        .map(|(id, _)| id.clone())
        .collect();
    for object in objects.values_mut() {
        object.related.retain(|id| {
            let kept = customers.contains(id);
            if !kept {
                collector.unmapped("objects.relationships");
            }
            kept
        });
        object.related.truncate(MOST_CUSTOMERS + 1);
    }
}

/// What a relation is called has no place in an interaction.
fn count_qualifier(relationship: &Value, collector: &mut Collector<'_>) {
    let qualifier = relationship.get("qualifier").and_then(Value::as_str);
    if qualifier.is_some_and(|it| !it.is_empty()) {
        collector.unmapped("qualifier");
    }
}

/// The items of an array of an object, taken out.
fn list_of(value: &mut Value, name: &str) -> Vec<Value> {
    match value.get_mut(name) {
        Some(list @ Value::Array(_)) => match list.take() {
            Value::Array(items) => items,
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn read_event(
    mut event: Value,
    mapping: &OcelMapping,
    objects: &Objects,
    collector: &mut Collector<'_>,
) -> Result<()> {
    collector.next_record();
    if !event.is_object() {
        return collector.refuse("not_an_object", "events", || "expected an object".to_owned());
    }
    let mut record = Record {
        event_id: take_text(&mut event, "id", "event_id", collector)?,
        touchpoint: take_text(&mut event, "type", "touchpoint", collector)?,
        time: take_text(&mut event, "time", "time", collector)?,
        ..Record::default()
    };
    let relationships = list_of(&mut event, "relationships");
    for attribute in list_of(&mut event, "attributes") {
        read_attribute(attribute, mapping, &mut record, collector)?;
    }
    count_rest(&event, "", collector);
    let customers = relate(&relationships, mapping, objects, &mut record, collector);
    if customers.len() > 1 && mapping.several_customers == SeveralCustomers::Skip {
        collector.skip("several_customers");
        return Ok(());
    }
    if customers.len() > MOST_CUSTOMERS {
        let message = || format!("expected at most {MOST_CUSTOMERS} customers");
        return collector.refuse("too_many_customers", "relationships", message);
    }
    if customers.is_empty() {
        return collector.push(&record);
    }
    for (position, customer) in customers.into_iter().enumerate() {
        record.customer = Some(Cow::Borrowed(customer));
        collector.report.repeated += u64::from(position > 0);
        collector.push(&record)?;
    }
    Ok(())
}

/// Finds the customers of an event, in the order of the event, and what it concerns.
fn relate<'e>(
    relationships: &'e [Value],
    mapping: &OcelMapping,
    objects: &'e Objects,
    record: &mut Record<'e>,
    collector: &mut Collector<'_>,
) -> Vec<&'e str> {
    let mut customers: Vec<&str> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut others: Vec<&Object> = Vec::new();
    for relationship in relationships {
        count_qualifier(relationship, collector);
        let id = relationship.get("objectId").and_then(Value::as_str);
        let Some((id, object)) = id.and_then(|id| objects.get_key_value(id)) else {
            collector.unmapped("relationships.(unknown)");
            continue;
        };
        if object.object_type == mapping.customer_type {
            if seen.insert(id) {
                customers.push(id);
            }
            continue;
        }
        others.push(object);
        if mapping.object_type.as_ref() == Some(&object.object_type) && record.object.is_none() {
            record.object = Some(Cow::Borrowed(id));
        } else {
            collector.unmapped(&format!("relationships.{}", shortened(&object.object_type)));
        }
    }
    if customers.is_empty() && mapping.through_objects {
        let steps = others.into_iter().flat_map(|object| &object.related);
        customers.extend(
            steps.filter(|id| seen.insert(id)).take(MOST_CUSTOMERS + 1).map(String::as_str),
        );
    }
    customers
}

fn read_attribute(
    mut attribute: Value,
    mapping: &OcelMapping,
    record: &mut Record<'_>,
    collector: &mut Collector<'_>,
) -> Result<()> {
    let name = take(&mut attribute, "name").and_then(text).unwrap_or_default();
    let Some(value) = take(&mut attribute, "value") else { return Ok(()) };
    let slots = [
        ("channel", &mapping.channel, &mut record.channel),
        ("initiator", &mapping.initiator, &mut record.initiator),
        ("outcome", &mapping.outcome, &mut record.outcome),
        ("value", &mapping.value, &mut record.value),
        ("cost", &mapping.cost, &mut record.cost),
        ("currency", &mapping.currency, &mut record.currency),
        ("score", &mapping.score, &mut record.score),
    ];
    let mut wanted = slots
        .into_iter()
        .filter(|(_, wanted, slot)| wanted.as_ref() == Some(&name) && slot.is_none())
        .peekable();
    if wanted.peek().is_none() {
        collector.unmapped(&name);
        return Ok(());
    }
    let value = text(value);
    for (field, _, slot) in wanted {
        match &value {
            Some(text) => *slot = Some(Cow::Owned(text.clone())),
            None => collector.unreadable(field, || format!("expected a scalar as {name}"))?,
        }
    }
    Ok(())
}

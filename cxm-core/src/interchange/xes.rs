//! XES, the event logs of process mining: IEEE 1849.
//!
//! # What is read
//! One event an interaction: `concept:name` is the touchpoint, `time:timestamp` the time,
//! `identity:id` the id of the event, `cost:total` and `cost:currency` the cost, as the standard
//! extensions have them. What a trace is, the [mapping](XesMapping) says: without an attribute for
//! the customer, the trace is the customer; with one, it is the order, contract or ticket.
//!
//! # What is lost
//! XES knows no channel, value or score of its own; the mapping may name attributes that hold them.
//! Other attributes of events are counted by their key, those of traces as `trace.key`, those of
//! the log as `log.key`, attributes of attributes as `(nested)`. Declarations (extensions,
//! classifiers, globals) are no data. Events come in the order of the text, which is that of the
//! trace: two at the same time keep it. `lifecycle:transition` tells the beginning of an activity
//! from its end; name the transitions to keep, or both become interactions.
//!
//! # Example
//! ```
//! use cxm_core::interchange::{ReadRules, xes};
//! let text = r#"<log><trace><string key="concept:name" value="ann"/>
//!   <event><string key="concept:name" value="checkout"/>
//!     <date key="time:timestamp" value="2024-05-01T09:00:00.000+02:00"/></event>
//! </trace></log>"#;
//! let log =
//!     xes::read(text.as_bytes(), &xes::XesMapping::default(), &ReadRules::default())?;
//! assert_eq!(log.interactions[0].customer, "ann");
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use serde::{Deserialize, Serialize};

use super::collector::{Collector, Record};
use super::loss_report::shortened;
use super::{InteractionLog, ReadRules, utf8};
use crate::error::{Error, Result};

/// Keys of attributes, as the standard extensions have them.
const NAME: &str = "concept:name";
const TRANSITION: &str = "lifecycle:transition";

/// Which attribute holds what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct XesMapping {
    /// The attribute of the event, or else of its trace, that names the customer; the trace is then
    /// the object. Without it, the name of the trace is the customer.
    pub customer: Option<String>,
    /// The attribute of the touchpoint.
    pub touchpoint: String,
    /// The attribute of the time.
    pub time: String,
    /// The attribute of the id.
    pub event_id: Option<String>,
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
    /// The transitions of which events are kept, as in `complete`; empty for all. An event without
    /// a transition is kept.
    pub transitions: Vec<String>,
}

impl Default for XesMapping {
    fn default() -> Self {
        Self {
            customer: None,
            touchpoint: NAME.to_owned(),
            time: "time:timestamp".to_owned(),
            event_id: Some("identity:id".to_owned()),
            channel: None,
            initiator: None,
            outcome: None,
            value: None,
            cost: Some("cost:total".to_owned()),
            currency: Some("cost:currency".to_owned()),
            score: None,
            transitions: Vec::new(),
        }
    }
}

/// What an open element is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Log,
    Trace,
    Event,
    /// An attribute of a log, a trace or an event.
    Attribute,
    /// A declaration, with all that is in it.
    Declaration,
}

/// An event that waits for the end of its trace, whose name may still come.
#[derive(Debug, Default)]
struct Waiting {
    record: Record<'static>,
    customer: Option<String>,
    transition: Option<String>,
}

/// What is known of the trace that is open.
#[derive(Debug, Default)]
struct Trace {
    name: Option<String>,
    customer: Option<String>,
    events: Vec<Waiting>,
}

struct Log<'m> {
    mapping: &'m XesMapping,
    collector: Collector<'m>,
    open: Vec<Element>,
    trace: Trace,
    event: Waiting,
    logs: usize,
}

/// Reads an event log in XES.
pub fn read(bytes: &[u8], mapping: &XesMapping, rules: &ReadRules) -> Result<InteractionLog> {
    let collector = Collector::new(rules, mapping.score.is_some())?;
    let mut reader = Reader::from_str(utf8(bytes)?);
    let mut log = Log {
        mapping,
        collector,
        open: Vec::new(),
        trace: Trace::default(),
        event: Waiting::default(),
        logs: 0,
    };
    loop {
        let event = reader.read_event().map_err(|error| {
            Error::batch(format!("this is no XML, at byte {}: {error}", reader.error_position()))
        })?;
        match event {
            Event::Start(start) => log.begin(&start)?,
            Event::Empty(start) => {
                log.begin(&start)?;
                log.end()?;
            }
            Event::End(_) => log.end()?,
            Event::Eof => break,
            _ => {}
        }
    }
    if log.logs != 1 || !log.open.is_empty() {
        return Err(Error::batch("this is no XES: expected one <log> that is closed"));
    }
    Ok(log.collector.finish())
}

impl Log<'_> {
    /// An element begins.
    fn begin(&mut self, start: &BytesStart<'_>) -> Result<()> {
        let element = self.element(start.local_name().as_ref())?;
        match (self.open.last(), element) {
            (None, _) => self.logs += 1,
            (_, Element::Trace) => self.trace = Trace::default(),
            (_, Element::Event) => {
                self.event = Waiting::default();
            }
            (Some(Element::Event), Element::Attribute) => {
                if let Some((key, value)) = key_and_value(start)? {
                    self.of_event(&key, value);
                }
            }
            (Some(Element::Trace), Element::Attribute) => {
                if let Some((key, value)) = key_and_value(start)? {
                    self.of_trace(&key, value);
                }
            }
            (Some(Element::Log), Element::Attribute) => {
                if let Some((key, _)) = key_and_value(start)? {
                    self.collector.unmapped(&format!("log.{}", shortened(&key)));
                }
            }
            (Some(Element::Attribute), Element::Attribute) if key_and_value(start)?.is_some() => {
                self.collector.unmapped("(nested)");
            }
            _ => {}
        }
        self.open.push(element);
        Ok(())
    }

    /// What an element is, by its name and by what it stands in.
    fn element(&self, name: &str) -> Result<Element> {
        Ok(match (self.open.last(), name) {
            (None, "log") if self.logs == 0 => Element::Log,
            (None, name) => {
                let message = format!("this is no XES: expected one <log>, got <{name}>");
                return Err(Error::batch(message));
            }
            (Some(Element::Log), "trace") => Element::Trace,
            (Some(Element::Log | Element::Trace), "event") => Element::Event,
            (Some(Element::Log), "extension" | "classifier" | "global")
            | (Some(Element::Declaration), _) => Element::Declaration,
            _ => Element::Attribute,
        })
    }

    fn of_event(&mut self, key: &str, value: String) {
        let mapping = self.mapping;
        let is = |name: &Option<String>| name.as_deref() == Some(key);
        let record = &mut self.event.record;
        let mut slots: Vec<&mut Option<Cow<'static, str>>> = Vec::new();
        let mut used = false;
        if key == mapping.touchpoint {
            slots.push(&mut record.touchpoint);
        }
        if key == mapping.time {
            slots.push(&mut record.time);
        }
        let optional = [
            (&mapping.event_id, &mut record.event_id),
            (&mapping.channel, &mut record.channel),
            (&mapping.initiator, &mut record.initiator),
            (&mapping.outcome, &mut record.outcome),
            (&mapping.value, &mut record.value),
            (&mapping.cost, &mut record.cost),
            (&mapping.currency, &mut record.currency),
            (&mapping.score, &mut record.score),
        ];
        slots.extend(optional.into_iter().filter(|(name, _)| is(name)).map(|(_, slot)| slot));
        // The first of two attributes of one key counts, and the other is lost.
        for slot in slots.into_iter().filter(|slot| slot.is_none()) {
            *slot = Some(Cow::Owned(value.clone()));
            used = true;
        }
        if is(&mapping.customer) && self.event.customer.is_none() {
            self.event.customer = Some(value.clone());
            used = true;
        }
        if key == TRANSITION && !mapping.transitions.is_empty() && self.event.transition.is_none() {
            self.event.transition = Some(value);
            used = true;
        }
        if !used {
            self.collector.unmapped(key);
        }
    }

    fn of_trace(&mut self, key: &str, value: String) {
        let mut used = false;
        if self.mapping.customer.as_deref() == Some(key) && self.trace.customer.is_none() {
            self.trace.customer = Some(value.clone());
            used = true;
        }
        if key == NAME && self.trace.name.is_none() {
            self.trace.name = Some(value);
            used = true;
        }
        if !used {
            self.collector.unmapped(&format!("trace.{}", shortened(key)));
        }
    }

    /// The innermost element ends.
    fn end(&mut self) -> Result<()> {
        match self.open.pop() {
            Some(Element::Event) => {
                let event = std::mem::take(&mut self.event);
                if self.open.last() == Some(&Element::Trace) {
                    self.trace.events.push(event);
                    return Ok(());
                }
                // XES 2.0 has events outside of traces.
                self.push(event, &Trace::default())
            }
            Some(Element::Trace) => {
                let mut trace = std::mem::take(&mut self.trace);
                let events = std::mem::take(&mut trace.events);
                events.into_iter().try_for_each(|event| self.push(event, &trace))
            }
            _ => Ok(()),
        }
    }

    fn push(&mut self, event: Waiting, trace: &Trace) -> Result<()> {
        let Waiting { record, customer, transition } = event;
        self.collector.next_record();
        if let Some(transition) = transition
            && !self.mapping.transitions.contains(&transition)
        {
            self.collector.skip("transition");
            return Ok(());
        }
        let name = trace.name.as_deref().map(Cow::Borrowed);
        let mut record: Record<'_> = record;
        if self.mapping.customer.is_none() {
            record.customer = name;
        } else {
            let of_trace = || trace.customer.as_deref().map(Cow::Borrowed);
            record.customer = customer.map(Cow::Owned).or_else(of_trace);
            record.object = name;
        }
        self.collector.push(&record)
    }
}

/// The key and the value of an attribute; nothing for an element that has no key, such as the
/// list of values of a list.
fn key_and_value(start: &BytesStart<'_>) -> Result<Option<(String, String)>> {
    let broken = |error: &dyn std::fmt::Display| {
        Error::batch(format!("this is no XML: {error} in <{}>", start.name().as_ref()))
    };
    let (mut key, mut value) = (None, None);
    // Without the check for attributes of one name, whose cost is the square of their number.
    for attribute in start.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| broken(&error))?;
        let slot = match attribute.key.as_ref() {
            "key" => &mut key,
            "value" => &mut value,
            _ => continue,
        };
        if slot.is_none() {
            let text = attribute.normalized_value(XmlVersion::Implicit1_0);
            *slot = Some(text.map_err(|error| broken(&error))?.into_owned());
        }
        if key.is_some() && value.is_some() {
            break;
        }
    }
    Ok(key.map(|key: String| (key, value.unwrap_or_default())))
}

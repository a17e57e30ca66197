//! Rows of separated values under a header.
//!
//! # What is read
//! One row an interaction. The [mapping](CsvMapping) names the columns; `customer`, `touchpoint`
//! and `time` must be there, any other may be named. A quoted value may hold the delimiter, quotes
//! and line breaks (RFC 4180).
//!
//! # What is lost
//! Values of columns that the mapping does not name are counted by the header. A row that is too
//! long loses what is beyond the header; one that is too short has no value there.
//!
//! # Example
//! ```
//! use cxm_core::interchange::{ReadRules, csv};
//! let mapping = csv::CsvMapping {
//!     delimiter: ';',
//!     customer: "Kunde".to_owned(),
//!     touchpoint: "Kontakt".to_owned(),
//!     time: "Zeit".to_owned(),
//!     value: Some("Betrag".to_owned()),
//!     ..csv::CsvMapping::default()
//! };
//! let text = "Kunde;Kontakt;Zeit;Betrag\nann;Kasse;2024-05-01 09:00;19.99\n";
//! let log = csv::read(text.as_bytes(), &mapping, &ReadRules::default())?;
//! assert_eq!(log.interactions[0].value, Some(1_999)); // minor units
//! assert!(log.report.is_lossless());
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::borrow::Cow;

use ::csv::{ReaderBuilder, StringRecord};
use serde::{Deserialize, Serialize};

use super::collector::{Collector, Record};
use super::{InteractionLog, ReadRules, utf8};
use crate::error::{Error, Result};

/// Which column holds what. Without a name for an optional field, it is not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CsvMapping {
    /// What stands between two values: one ASCII character.
    pub delimiter: char,
    /// The column of customers.
    pub customer: String,
    /// The column of touchpoints.
    pub touchpoint: String,
    /// The column of times.
    pub time: String,
    /// The column of ids of events.
    pub event_id: Option<String>,
    /// The column of channels.
    pub channel: Option<String>,
    /// The column of times of arrival.
    pub received_at: Option<String>,
    /// The column of sources.
    pub source: Option<String>,
    /// The column of initiators.
    pub initiator: Option<String>,
    /// The column of outcomes.
    pub outcome: Option<String>,
    /// The column of values.
    pub value: Option<String>,
    /// The column of costs.
    pub cost: Option<String>,
    /// The column of currencies.
    pub currency: Option<String>,
    /// The column of orders, contracts or tickets.
    pub object: Option<String>,
    /// The column of scores.
    pub score: Option<String>,
}

impl Default for CsvMapping {
    fn default() -> Self {
        Self {
            delimiter: ',',
            customer: "customer".to_owned(),
            touchpoint: "touchpoint".to_owned(),
            time: "time".to_owned(),
            event_id: None,
            channel: None,
            received_at: None,
            source: None,
            initiator: None,
            outcome: None,
            value: None,
            cost: None,
            currency: None,
            object: None,
            score: None,
        }
    }
}

/// A place in a record for the text of a column.
type Slot = for<'r, 'a> fn(&'r mut Record<'a>) -> &'r mut Option<Cow<'a, str>>;

impl CsvMapping {
    /// Every field with its column and its place.
    fn columns(&self) -> [(&'static str, Option<&str>, Slot); 14] {
        [
            ("customer", Some(&self.customer), |record| &mut record.customer),
            ("touchpoint", Some(&self.touchpoint), |record| &mut record.touchpoint),
            ("time", Some(&self.time), |record| &mut record.time),
            ("event_id", self.event_id.as_deref(), |record| &mut record.event_id),
            ("channel", self.channel.as_deref(), |record| &mut record.channel),
            ("received_at", self.received_at.as_deref(), |record| &mut record.received_at),
            ("source", self.source.as_deref(), |record| &mut record.source),
            ("initiator", self.initiator.as_deref(), |record| &mut record.initiator),
            ("outcome", self.outcome.as_deref(), |record| &mut record.outcome),
            ("value", self.value.as_deref(), |record| &mut record.value),
            ("cost", self.cost.as_deref(), |record| &mut record.cost),
            ("currency", self.currency.as_deref(), |record| &mut record.currency),
            ("object", self.object.as_deref(), |record| &mut record.object),
            ("score", self.score.as_deref(), |record| &mut record.score),
        ]
    }

    /// For every column of the text, where its values go; one column may serve several fields.
    fn places(&self, header: &StringRecord) -> Result<Vec<Vec<Slot>>> {
        let mut places: Vec<Vec<Slot>> = vec![Vec::new(); header.len()];
        for (field, column, slot) in self.columns() {
            let Some(column) = column else { continue };
            let mut found = header.iter().enumerate().filter(|(_, name)| *name == column);
            let refuse = |what: &str| {
                let names: Vec<_> = header.iter().take(50).collect();
                let message = format!("{what} \"{column}\"; there are {}", names.join(", "));
                Err(Error::batch(message).in_field(field))
            };
            let (Some((position, _)), second) = (found.next(), found.next()) else {
                return refuse("no column");
            };
            if second.is_some() {
                return refuse("two columns");
            }
            if let Some(place) = places.get_mut(position) {
                place.push(slot);
            }
        }
        Ok(places)
    }
}

/// Where a value stands that has no column.
const BEYOND: &str = "(beyond the header)";

fn broken(error: &::csv::Error) -> Error {
    Error::batch(format!("this is no CSV: {error}"))
}

/// Reads rows of separated values.
pub fn read(bytes: &[u8], mapping: &CsvMapping, rules: &ReadRules) -> Result<InteractionLog> {
    let mut collector = Collector::new(rules, mapping.score.is_some())?;
    let delimiter = u8::try_from(mapping.delimiter).ok().filter(u8::is_ascii).ok_or_else(|| {
        Error::definition(format!("expected one ASCII character, got {:?}", mapping.delimiter))
            .in_field("delimiter")
    })?;
    let text = utf8(bytes)?;
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| broken(&error))?.clone();
    let places = mapping.places(&header)?;
    let mut row = StringRecord::new();
    while reader.read_record(&mut row).map_err(|error| broken(&error))? {
        collector.next_record();
        let mut record = Record::default();
        for (position, value) in row.iter().enumerate() {
            match places.get(position) {
                Some(slots) if !slots.is_empty() => {
                    for slot in slots {
                        *slot(&mut record) = Some(Cow::Borrowed(value));
                    }
                }
                _ if value.is_empty() => {}
                _ => collector.unmapped(header.get(position).unwrap_or(BEYOND)),
            }
        }
        collector.push(&record)?;
    }
    Ok(collector.finish())
}

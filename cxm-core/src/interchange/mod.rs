//! Logs of other systems read into [interactions](Interaction), with an account of what was lost.
//!
//! | module | reads | touchpoint | customer |
//! | --- | --- | --- | --- |
//! | [`csv`] | rows under a header | a column | a column |
//! | [`xes`] | event logs in XML | `concept:name` of the event | the trace, or an attribute |
//! | [`ocel`] | object-centric logs in JSON | type of the event | objects of a type that is named |
//! | [`segment`] | messages of Segment's specification | event, page or screen | `userId`, `anonymousId` |
//! | [`xdm`] | Adobe XDM ExperienceEvents | `eventType` | an identity |
//!
//! A reader is a function of bytes and of two objects: a mapping, which says where a format keeps
//! what, and [`ReadRules`], which hold for all formats. It opens no file and asks no network. What
//! finds no place in an interaction is counted by its name in the [`LossReport`], so that nothing
//! is silently lost. A text that is not of its format at all is an error.
//!
//! Reading takes memory in proportion to the text and no recursion: nesting of JSON ends at 128
//! levels, and entities of XML are not expanded.
//!
//! ```
//! use cxm_core::interchange::{ReadRules, csv};
//!
//! let text = "customer,touchpoint,time,mood\n\
//!             ann,advertisement,2024-05-01T09:00:00Z,good\n\
//!             ann,checkout,2024-05-01T09:20:00Z,\n\
//!             bob,checkout,yesterday,\n";
//! let log = csv::read(text.as_bytes(), &csv::CsvMapping::default(), &ReadRules::default())?;
//! assert_eq!(log.interactions.len(), 2);
//! assert_eq!(log.report.skipped.of("unreadable_time"), 1);
//! assert_eq!(log.report.unmapped.of("mood"), 1);
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod collector;
pub mod csv;
mod json;
mod loss_report;
pub mod ocel;
mod rules;
pub mod segment;
mod table;
pub mod xdm;
pub mod xes;

pub use loss_report::{LossCounts, LossReport};
pub use rules::{EventDuplicates, ObservationRule, ReadRules, TimeFormat};
pub use table::table;

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::model::{Customer, Interaction};

/// What a reader found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InteractionLog {
    /// The interactions, in the order of the text.
    pub interactions: Vec<Interaction>,
    /// Customers of whom more than the id is known: aliases, segments. In the order of their ids.
    pub customers: Vec<Customer>,
    /// What was read and what was lost.
    pub report: LossReport,
}

impl InteractionLog {
    /// Puts interactions under the id of the customer whose alias they came under; says how many.
    ///
    /// An alias that two customers share, such as that of a device, stays as it is, and so does one
    /// that leads round in a circle.
    pub fn resolve_aliases(&mut self) -> u64 {
        let mut owners: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for customer in &self.customers {
            for alias in customer.aliases.iter().filter(|alias| **alias != customer.id) {
                let owner = Some(customer.id.as_str());
                owners.entry(alias).and_modify(|known| *known = None).or_insert(owner);
            }
        }
        let mut moved = 0;
        for interaction in &mut self.interactions {
            if let Some(owner) = end_of(&owners, &interaction.customer) {
                owner.clone_into(&mut interaction.customer);
                moved += 1;
            }
        }
        moved
    }
}

/// Aliases of aliases of aliases: more than anybody has, and a bound for those that go in a circle.
const LONGEST_CHAIN: usize = 16;

/// The customer at the end of the chain of aliases, where the chain has an end.
fn end_of<'a>(owners: &BTreeMap<&str, Option<&'a str>>, id: &str) -> Option<&'a str> {
    let mut end = (*owners.get(id)?)?;
    for _ in 0..LONGEST_CHAIN {
        match owners.get(end) {
            None | Some(None) => return Some(end),
            Some(Some(next)) => end = next,
        }
    }
    None
}

/// The text without its byte order mark.
fn utf8(bytes: &[u8]) -> Result<&str> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::batch(format!("expected UTF-8, which ends at byte {}", error.valid_up_to()))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

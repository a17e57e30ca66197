//! A customer, and the segments, personas and cohorts that customers belong to.

use super::check::{different, not_empty};
use super::open_enum::open_enum;
use crate::error::{Error, Result};

open_enum! {
    /// How far the relationship has come.
    pub enum Lifecycle {
        /// Has been in touch and has not asked for anything.
        Prospect = "prospect",
        /// Has shown that they may buy.
        Lead = "lead",
        /// Has bought.
        Customer = "customer",
        /// Buys again and again.
        Loyal = "loyal",
        /// Speaks for the company.
        Advocate = "advocate",
        /// Was a customer and is none now.
        Lapsed = "lapsed",
    }
}

/// One customer, known by an id and perhaps by others.
///
/// ```
/// use cxm_core::model::{Customer, Lifecycle};
/// let mut customer = Customer::new("c-17");
/// customer.lifecycle = Some(Lifecycle::Advocate);
/// customer.aliases.push("cookie-9".to_owned());
/// assert!(customer.is_known_as("cookie-9"));
/// customer.aliases.push("c-17".to_owned());
/// assert_eq!(customer.validate().unwrap_err().field(), Some("aliases"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Customer {
    /// The id that stands in interactions.
    pub id: String,
    /// Other ids of the same person or company.
    #[cfg_attr(feature = "serde", serde(default))]
    pub aliases: Vec<String>,
    /// How far the relationship has come, if known.
    #[cfg_attr(feature = "serde", serde(default))]
    pub lifecycle: Option<Lifecycle>,
    /// Ids of the segments, personas and cohorts that the customer belongs to.
    #[cfg_attr(feature = "serde", serde(default))]
    pub segments: Vec<String>,
    /// Whether it is one of the few that matter most.
    #[cfg_attr(feature = "serde", serde(default))]
    pub key_customer: bool,
    /// When the customer was won, microseconds since 1970.
    #[cfg_attr(feature = "serde", serde(default))]
    pub acquired_at: Option<i64>,
}

impl Customer {
    /// A customer of whom only the id is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Whether it is the id or an alias of this customer.
    pub fn is_known_as(&self, id: &str) -> bool {
        self.id == id || self.aliases.iter().any(|alias| alias == id)
    }

    /// Refuses empty ids, and an alias or a segment that is there twice.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.id, "id")?;
        for (ids, field) in [(&self.aliases, "aliases"), (&self.segments, "segments")] {
            ids.iter().try_for_each(|id| not_empty(id, field))?;
            different(ids.iter().map(String::as_str), field)?;
        }
        if self.aliases.contains(&self.id) {
            let message = format!("\"{}\" is the id itself", self.id);
            return Err(Error::definition(message).in_field("aliases"));
        }
        Ok(())
    }
}

open_enum! {
    /// What brings customers together.
    pub enum SegmentKind {
        /// A rule or a list: small companies, the region north.
        Segment = "segment",
        /// A typical customer, described as a person.
        Persona = "persona",
        /// Those who came at the same time.
        Cohort = "cohort",
    }
}

/// A segment, a persona or a cohort.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Segment {
    /// The id that stands in customers and journey maps.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// What brings its customers together.
    pub kind: SegmentKind,
    /// What they want to reach.
    #[cfg_attr(feature = "serde", serde(default))]
    pub goals: Vec<String>,
    /// What they expect.
    #[cfg_attr(feature = "serde", serde(default))]
    pub expectations: Vec<String>,
}

impl Segment {
    /// A segment without goals or expectations.
    pub fn new(id: impl Into<String>, name: impl Into<String>, kind: SegmentKind) -> Self {
        let (goals, expectations) = (Vec::new(), Vec::new());
        Self { id: id.into(), name: name.into(), kind, goals, expectations }
    }

    /// Refuses an empty id or name.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.id, "id")?;
        not_empty(&self.name, "name")?;
        not_empty(self.kind.name(), "kind")
    }
}

//! Lifecycle: how far the relationship with a customer has come, by a declared rule.
//!
//! # What it measures
//! Whether somebody is a prospect, a lead, a customer, loyal, an advocate or lapsed, told by what
//! is in the log and nothing else.
//!
//! # Formula
//! ```text
//! purchase    an event at a touchpoint of purchase; without any, at a goal of the definition;
//!             without a goal either, an event with a value above 0
//! prospect    no purchase, and at no touchpoint of lead
//! lead        no purchase, and at a touchpoint of lead
//! lapsed      time of the view − last purchase > lapsed_after
//! advocate    not lapsed, and at a touchpoint of advocate
//! loyal       none of these, with loyal_purchases or more
//! customer    the rest
//! ```
//!
//! # Input
//! The contacts of one customer, and the time at which the question is asked.
//!
//! # Empty and edge cases
//! A pause of exactly `lapsed_after` has not lapsed. Who speaks for the company without ever having
//! bought is a prospect or a lead. A new purchase ends a lapse, and all earlier ones count again.
//!
//! # Merging
//! It is read from the log and is no state.
//!
//! # Uncertainty
//! None: it is a rule. How likely somebody is to have left is a question for a model of lifetime
//! value.
//!
//! # Not to be confused with
//! The lifecycle of a [`Customer`](crate::model::Customer), which the company states, and the
//! status of a journey, of which a customer has many.
//!
//! # Source
//! The stages are those of [`Lifecycle`]; the thresholds are the caller's, and are returned.
//!
//! # Example
//! ```
//! use cxm_core::journey::{CustomerViewOptions, LifecycleRule};
//! use cxm_core::model::Lifecycle;
//! use cxm_core::prelude::*;
//!
//! let mut journeys = Journeys::default();
//! journeys.update(Events::new(
//!     ["ann", "ann", "bob"].as_slice(),
//!     ["order", "order", "quote"].as_slice(),
//!     [1, 2, 3].as_slice(),
//! ))?;
//! let lifecycle = LifecycleRule {
//!     purchase: vec!["order".into()],
//!     lead: vec!["quote".into()],
//!     loyal_purchases: 2,
//!     ..Default::default()
//! };
//! let options = CustomerViewOptions { lifecycle, ..Default::default() };
//! assert_eq!(journeys.customer(&"ann".into(), &options)?.lifecycle, Lifecycle::Loyal);
//! assert_eq!(journeys.customer(&"bob".into(), &options)?.lifecycle, Lifecycle::Lead);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::event_log::{ABSENT, Event, KeyTables};
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::model::Lifecycle;
use crate::model::time::MICROSECONDS_PER_DAY;

/// Purchases from which on a customer is loyal, unless declared.
pub const DEFAULT_LOYAL_PURCHASES: u64 = 3;
/// The pause after the last purchase with which a customer lapses, unless declared: 365 days.
pub const DEFAULT_LAPSED_AFTER: i64 = 365 * MICROSECONDS_PER_DAY;

/// What tells how far the relationship has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct LifecycleRule {
    /// Touchpoints that are a purchase; without any, the goals of the definition, and without these
    /// any event with a value above 0.
    pub purchase: Vec<KeyPart>,
    /// Touchpoints that show that somebody may buy.
    pub lead: Vec<KeyPart>,
    /// Touchpoints at which a customer speaks for the company.
    pub advocate: Vec<KeyPart>,
    /// Purchases from which on a customer is loyal.
    pub loyal_purchases: u64,
    /// A customer lapses with a longer pause than this after the last purchase, in microseconds;
    /// `None` for never.
    pub lapsed_after: Option<i64>,
}

impl Default for LifecycleRule {
    fn default() -> Self {
        Self {
            purchase: Vec::new(),
            lead: Vec::new(),
            advocate: Vec::new(),
            loyal_purchases: DEFAULT_LOYAL_PURCHASES,
            lapsed_after: Some(DEFAULT_LAPSED_AFTER),
        }
    }
}

impl LifecycleRule {
    /// Refuses a touchpoint without a name, and thresholds that everybody passes.
    pub fn validate(&self) -> Result<()> {
        let lists =
            [("purchase", &self.purchase), ("lead", &self.lead), ("advocate", &self.advocate)];
        for (field, list) in lists {
            if list.contains(&KeyPart::Missing) {
                return Err(Error::argument("a touchpoint has a name").in_field(field));
            }
        }
        if self.loyal_purchases == 0 {
            let message = "expected at least 1 purchase, got 0";
            return Err(Error::argument(message).in_field("loyal_purchases"));
        }
        if let Some(pause) = self.lapsed_after.filter(|&pause| pause <= 0) {
            let message = format!("expected a pause longer than 0, got {pause}");
            return Err(Error::argument(message).in_field("lapsed_after"));
        }
        Ok(())
    }
}

/// What the contacts of one customer say under a rule.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Purchases {
    pub(super) count: u64,
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
    lead: bool,
    advocate: bool,
}

impl Purchases {
    /// Of contacts in the order of time.
    pub(super) fn of(events: &[Event], tables: &KeyTables, rule: &LifecycleRule) -> Self {
        let mut found = Self::default();
        for event in events {
            let among = |list: &[KeyPart]| {
                tables.touchpoints.key(event.touchpoint).is_some_and(|key| list.contains(key))
            };
            let by_value = rule.purchase.is_empty() && event.value != ABSENT && event.value > 0;
            if by_value || among(&rule.purchase) {
                found.count += 1;
                found.first = found.first.or(Some(event.time));
                found.last = Some(event.time);
            }
            found.lead |= among(&rule.lead);
            found.advocate |= among(&rule.advocate);
        }
        found
    }

    pub(super) fn lifecycle(&self, rule: &LifecycleRule, at: i64) -> Lifecycle {
        let Some(last) = self.last else {
            return if self.lead { Lifecycle::Lead } else { Lifecycle::Prospect };
        };
        if rule.lapsed_after.is_some_and(|pause| at.saturating_sub(last) > pause) {
            Lifecycle::Lapsed
        } else if self.advocate {
            Lifecycle::Advocate
        } else if self.count >= rule.loyal_purchases {
            Lifecycle::Loyal
        } else {
            Lifecycle::Customer
        }
    }
}

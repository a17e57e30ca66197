//! The subscription ledger: who was a customer when, and what they paid.
//!
//! # What it measures
//! Nothing by itself: it holds the spans from which [churn rates](super::churn_rate) and
//! [revenue retention](super::revenue_retention) of any window are read afterwards, under any of
//! their definitions. Its own report counts what it holds.
//!
//! # Formula
//! ```text
//! active at t    some span has start ≤ t < end
//! recurring(t)   Σ amount of the spans with start ≤ t < end
//! churn at t     active until t and not at t; spans that touch are a change of price, no churn
//! new, reactivated at t   active at t and not until t: for the first time, or again
//! ```
//! When a span ends is declared: at the end of the paid term (default), at the cancellation, or so
//! many days after a failed payment. An absence shorter than `reactivation_gap_days` is none.
//!
//! # Input
//! [`Spans`]: customer, start and end in microseconds since 1970, and, where known, subscription,
//! recurring amount in minor units, cancellation, cause. The unit that churns is the customer (or
//! the account, if the customer column holds accounts), or each subscription.
//!
//! # Empty and edge cases
//! An end that is not after the start, a negative or fractional amount, overlapping spans of one
//! named subscription and a cause that the definition does not list are errors with their row.
//! Spans without a subscription add up and may overlap. The ledger holds at most `max_spans`
//! different spans; more are refused.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is the sorted multiset of spans.
//!
//! # Uncertainty
//! See the rates.
//!
//! # Not to be confused with
//! [`Lifetimes`](crate::survival), which keep durations only and forget the calendar.
//!
//! # Source
//! The definitions that billing vendors publish; none agrees with another.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//! use cxm_core::churn::{ChurnRateDefinition, Subscriptions};
//! use cxm_core::calculator::batch::{Spans, Times};
//!
//! let day = 86_400_000_000;
//! let mut ledger = Subscriptions::default();
//! ledger.update(Spans::new(
//!     ["ann", "bob"].as_slice(),
//!     &[0, 0],
//!     Times { values: &[40 * day, 0], validity: Some(Validity::Bytes(&[1, 0])) },
//! ))?;
//! let rate = ledger.churn_rate(30 * day, 60 * day, &ChurnRateDefinition::default())?;
//! assert_eq!(rate.rate, Some(0.5)); // one of the two who were there at the start
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use super::span::{self, Span};
use super::timeline::Timeline;
use crate::calculator::batch::{KeyPart, Spans, same_length};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{
    Calculator, Definition, Kind, Merge, Preset, Report, Retract, State, Update, UpdateByGroup,
    checked_sum, multiset, same_definition,
};
use crate::error::{Error, Result};

/// Different spans that a ledger may hold unless declared.
pub const DEFAULT_MAX_SPANS: u64 = 10_000_000;

/// The most causes that a definition may list.
const MAX_CAUSES: usize = 1000;

/// Who it is that churns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ChurnUnit {
    /// The customer, with the last subscription.
    #[default]
    Customer,
    /// The account: the customer column holds accounts, otherwise as `customer`.
    Account,
    /// Each subscription.
    Subscription,
}

/// When it is that somebody has churned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ChurnInstant {
    /// At the end of the paid term.
    #[default]
    EndOfTerm,
    /// When the customer asks to leave, or at the end of the term if that comes first.
    Cancellation,
    /// At the end of the term, or `dunning_days` after it where the cause is involuntary.
    AfterDunning,
}

impl ChurnUnit {
    const ALL: [Self; 3] = [Self::Customer, Self::Account, Self::Subscription];
}

impl ChurnInstant {
    const ALL: [Self; 3] = [Self::EndOfTerm, Self::Cancellation, Self::AfterDunning];
}

/// How spans become lives.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SubscriptionsDefinition {
    /// Who churns.
    pub unit: ChurnUnit,
    /// When.
    pub instant: ChurnInstant,
    /// Days of dunning; above 0 exactly where the instant is `after_dunning`.
    pub dunning_days: u32,
    /// Absences of fewer days are none; 0 counts all.
    pub reactivation_gap_days: u32,
    /// Causes by which customers leave because they want to.
    pub voluntary_causes: Vec<String>,
    /// Causes by which they leave without being asked.
    pub involuntary_causes: Vec<String>,
    /// The most different spans that the ledger may hold.
    pub max_spans: u64,
}

impl Default for SubscriptionsDefinition {
    fn default() -> Self {
        Self {
            unit: ChurnUnit::default(),
            instant: ChurnInstant::default(),
            dunning_days: 0,
            reactivation_gap_days: 0,
            voluntary_causes: vec!["voluntary".to_owned()],
            involuntary_causes: vec!["involuntary".to_owned()],
            max_spans: DEFAULT_MAX_SPANS,
        }
    }
}

impl SubscriptionsDefinition {
    fn knows(&self, cause: &KeyPart) -> bool {
        let KeyPart::Text(cause) = cause else { return *cause == KeyPart::Missing };
        let mut lists = self.voluntary_causes.iter().chain(&self.involuntary_causes);
        lists.any(|known| known.as_str() == &**cause)
    }
}

impl Definition for SubscriptionsDefinition {
    fn validate(&self) -> Result<()> {
        if (self.instant == ChurnInstant::AfterDunning) != (self.dunning_days > 0) {
            return Err(Error::definition(
                "dunning lasts at least a day where churn comes after it, otherwise none",
            )
            .in_field("dunning_days"));
        }
        if self.max_spans == 0 {
            return Err(Error::definition("a ledger needs room for a span").in_field("max_spans"));
        }
        let lists = [&self.voluntary_causes, &self.involuntary_causes];
        if lists.iter().any(|list| list.len() > MAX_CAUSES) {
            let message = format!("expected at most {MAX_CAUSES} causes");
            return Err(Error::definition(message).in_field("voluntary_causes"));
        }
        let twice = self.voluntary_causes.iter().find(|c| self.involuntary_causes.contains(c));
        if let Some(cause) = twice {
            let message = format!("\"{cause}\" cannot be voluntary and involuntary");
            return Err(Error::definition(message).in_field("involuntary_causes"));
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "customers",
                summary: "customers churn with their last subscription, at the end of its term",
                build: Self::default,
            },
            Preset {
                name: "subscriptions",
                summary: "each subscription churns, at the end of its term",
                build: || Self { unit: ChurnUnit::Subscription, ..Self::default() },
            },
            Preset {
                name: "cancellations",
                summary: "customers churn when they ask to leave",
                build: || Self { instant: ChurnInstant::Cancellation, ..Self::default() },
            },
            Preset {
                name: "after_dunning",
                summary: "customers churn at the end of the term, or 30 days after it if unpaid",
                build: || Self {
                    instant: ChurnInstant::AfterDunning,
                    dunning_days: 30,
                    ..Self::default()
                },
            },
        ]
    }
}

/// The calculator of the subscription ledger: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Subscriptions {
    definition: SubscriptionsDefinition,
    spans: BTreeMap<Span, u64>,
    rows: u64,
}

impl Default for Subscriptions {
    fn default() -> Self {
        Self::empty(SubscriptionsDefinition::default())
    }
}

impl Subscriptions {
    fn empty(definition: SubscriptionsDefinition) -> Self {
        Self { definition, spans: BTreeMap::new(), rows: 0 }
    }

    /// The spans, sorted, each with how often it stands.
    pub fn spans(&self) -> impl ExactSizeIterator<Item = (&Span, u64)> {
        self.spans.iter().map(|(span, &count)| (span, count))
    }

    /// Calls with the timeline of every customer, or of every subscription where that is the unit.
    pub(super) fn for_each_timeline(&self, mut take: impl FnMut(&Timeline, &[(&Span, u64)])) {
        let by_subscription = self.definition.unit == ChurnUnit::Subscription;
        // A span without a subscription is one of its own where subscriptions churn.
        let together = |a: &Span, b: &Span| {
            a.customer == b.customer
                && (!by_subscription
                    || (a.subscription == b.subscription && a.subscription != KeyPart::Missing))
        };
        let mut spans = self.spans().peekable();
        let mut group = Vec::new();
        while let Some((first, count)) = spans.next() {
            group.clear();
            group.push((first, count));
            while let Some(next) = spans.next_if(|(span, _)| together(first, span)) {
                group.push(next);
            }
            take(&Timeline::of(group.iter().copied(), &self.definition), &group);
        }
    }

    fn check_spans(&self, spans: usize) -> Result<()> {
        let most = usize::try_from(self.definition.max_spans).unwrap_or(usize::MAX);
        if spans <= most {
            return Ok(());
        }
        let message = format!("the ledger may hold at most {} spans", self.definition.max_spans);
        Err(Error::limit(message).in_field("max_spans"))
    }

    /// Refuses a span that overlaps another of its named subscription.
    fn check_overlap(&self, span: &Span) -> Result<()> {
        let before = self.spans.range(..=span).next_back();
        let after = self.spans.range(span..).next();
        if [before, after].into_iter().flatten().any(|(other, _)| span.overlaps(other)) {
            let message = "two spans of one subscription overlap";
            return Err(Error::observation(message).in_field("starts"));
        }
        Ok(())
    }

    fn take(&mut self, span: Span) -> Result<()> {
        if !self.definition.knows(&span.cause) {
            let message = format!("the definition lists no cause \"{}\"", span.cause);
            return Err(Error::observation(message).in_field("causes"));
        }
        self.check_overlap(&span)?;
        self.rows += 1;
        *self.spans.entry(span).or_default() += 1;
        self.check_spans(self.spans.len())
    }
}

impl Calculator for Subscriptions {
    type Definition = SubscriptionsDefinition;
    type Report = SubscriptionsReport;

    fn new(definition: SubscriptionsDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &SubscriptionsDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.rows
    }

    fn value(&self) -> SubscriptionsReport {
        SubscriptionsReport::read(self)
    }
}

impl Merge for Subscriptions {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            checked_sum(self.rows, other.rows)?;
            other.spans.keys().try_for_each(|span| self.check_overlap(span))?;
            self.check_spans(multiset::distinct_in_both(&self.spans, &other.spans))
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        multiset::add(&mut self.spans, &other.spans);
    }
}

impl Update for Subscriptions {
    type Batch<'a> = Spans<'a>;

    fn lift(definition: &SubscriptionsDefinition, batch: Spans<'_>) -> Result<Self> {
        let mut ledger = Self::empty(definition.clone());
        span::for_each(&batch, |_, span| ledger.take(span))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(ledger)
    }
}

impl UpdateByGroup for Subscriptions {
    fn batch_len(batch: &Spans<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &SubscriptionsDefinition,
        codes: &[u32],
        groups: usize,
        batch: Spans<'_>,
    ) -> Result<Vec<Self>> {
        let mut ledgers = vec![Self::empty(definition.clone()); groups];
        let take = |row: usize, span: Span| {
            let code = codes.get(row).and_then(|&code| usize::try_from(code).ok());
            code.and_then(|code| ledgers.get_mut(code))
                .ok_or_else(|| Error::observation("a code has no group").in_field("keys"))?
                .take(span)
        };
        same_length("keys", codes.len(), batch.len())
            .and_then(|()| span::for_each(&batch, take))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(ledgers)
    }
}

impl Retract for Subscriptions {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            multiset::check_subtract(&self.spans, &other.spans, "a span")
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        self.rows = self.rows.saturating_sub(other.rows);
        multiset::subtract(&mut self.spans, &other.spans);
    }
}

impl State for Subscriptions {
    const KIND: Kind = Kind { id: 40, name: "subscriptions", version: 1 };

    fn write_definition(definition: &SubscriptionsDefinition, writer: &mut Writer) {
        let unit = ChurnUnit::ALL.iter().position(|&unit| unit == definition.unit);
        let instant = ChurnInstant::ALL.iter().position(|&it| it == definition.instant);
        writer.length(unit.unwrap_or_default());
        writer.length(instant.unwrap_or_default());
        writer.unsigned(definition.dunning_days);
        writer.unsigned(definition.reactivation_gap_days);
        for list in [&definition.voluntary_causes, &definition.involuntary_causes] {
            writer.length(list.len());
            list.iter().for_each(|cause| writer.text(cause));
        }
        writer.unsigned(definition.max_spans);
    }

    fn read_definition(reader: &mut Reader<'_>, _version: u16) -> Result<SubscriptionsDefinition> {
        let unknown = |what: &str| Error::corrupt(format!("there is no such {what}"));
        let days = |reader: &mut Reader<'_>| {
            u32::try_from(reader.u64()?).map_err(|_| Error::corrupt("days pass 32 bits"))
        };
        let causes = |reader: &mut Reader<'_>| -> Result<Vec<String>> {
            let length = reader.length(1)?;
            (0..length).map(|_| reader.text().map(str::to_owned)).collect()
        };
        let unit = ChurnUnit::ALL.get(usize::from(reader.u8()?)).copied();
        let instant = ChurnInstant::ALL.get(usize::from(reader.u8()?)).copied();
        let definition = SubscriptionsDefinition {
            unit: unit.ok_or_else(|| unknown("unit"))?,
            instant: instant.ok_or_else(|| unknown("instant"))?,
            dunning_days: days(reader)?,
            reactivation_gap_days: days(reader)?,
            voluntary_causes: causes(reader)?,
            involuntary_causes: causes(reader)?,
            max_spans: reader.u64()?,
        };
        definition.validate()?;
        Ok(definition)
    }

    fn write_state(&self, writer: &mut Writer) {
        writer.length(self.spans.len());
        for (span, &count) in &self.spans {
            span.write(writer);
            writer.unsigned(count);
        }
    }

    fn read_state(
        definition: SubscriptionsDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let mut ledger = Self::empty(definition);
        let spans = reader.length(8)?;
        ledger.check_spans(spans)?;
        for _ in 0..spans {
            let span = Span::read(reader)?;
            let count = reader.u64()?;
            let ascending = ledger.spans.last_key_value().is_none_or(|(last, _)| *last < span);
            let possible = ascending
                && ledger.definition.knows(&span.cause)
                && ledger.check_overlap(&span).is_ok()
                && (count == 1 || (count > 1 && span.subscription == KeyPart::Missing));
            if !possible {
                return Err(Error::corrupt("the spans are not in their order, or cannot be"));
            }
            ledger.rows = checked_sum(ledger.rows, count)?;
            ledger.spans.insert(span, count);
        }
        Ok(ledger)
    }
}

/// What the ledger holds.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SubscriptionsReport {
    /// Spans that run without an end, as a share of all; `None` without a span.
    pub open_share: Option<f64>,
    /// Spans taken in.
    pub spans: u64,
    /// Different customers.
    pub customers: u64,
    /// Spans that have no end yet.
    pub open: u64,
    /// Ended spans without a cause.
    pub without_cause: u64,
    /// When the first span starts, microseconds since 1970.
    pub first_start: Option<i64>,
    /// The latest start or end that is known.
    pub last_change: Option<i64>,
    /// What the figures mean.
    pub definition: SubscriptionsDefinition,
}

impl SubscriptionsReport {
    fn read(ledger: &Subscriptions) -> Self {
        let count = |wanted: &dyn Fn(&Span) -> bool| -> u64 {
            let counts = ledger.spans().filter(|(span, _)| wanted(span)).map(|(_, count)| count);
            counts.fold(0, u64::saturating_add)
        };
        let mut customers: Vec<_> = ledger.spans.keys().map(|span| &span.customer).collect();
        customers.dedup();
        let open = count(&|span| span.end.is_none());
        let changes = ledger.spans.keys().map(|span| span.end.unwrap_or(span.start));
        Self {
            open_share: (ledger.rows > 0).then(|| open as f64 / ledger.rows as f64),
            spans: ledger.rows,
            customers: customers.len() as u64,
            open,
            without_cause: count(&|span| span.end.is_some() && span.cause == KeyPart::Missing),
            first_start: ledger.spans.keys().map(|span| span.start).min(),
            last_change: changes.max(),
            definition: ledger.definition.clone(),
        }
    }
}

impl Report for SubscriptionsReport {
    fn headline(&self) -> Option<f64> {
        self.open_share
    }

    fn responses(&self) -> u64 {
        self.spans
    }

    fn unit(&self) -> &'static str {
        "%"
    }
}

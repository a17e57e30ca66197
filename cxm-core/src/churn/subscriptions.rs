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
//! recurring amount in minor units, cancellation, cause, currency. The unit that churns is the
//! customer (or the account, if the customer column holds accounts), or each subscription.
//!
//! # Empty and edge cases
//! An end that is not after the start, a negative or fractional amount, overlapping spans of one
//! named subscription and a cause that the definition does not list are errors with their row. A
//! ledger has one currency: a row that states another than those before is an error, since amounts
//! in two currencies have no sum. Whoever has several keeps a ledger for each.
//! Spans without a subscription add up and may overlap. The ledger holds at most `max_spans`
//! different spans; more are refused.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is the sorted multiset of spans.
//!
//! # Uncertainty
//! The share of spans that run without an end has Wilson's interval; for the rates see there.
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
use std::sync::Arc;

use super::span::{self, Row, Span};
pub use super::subscriptions_definition::{
    ChurnInstant, ChurnUnit, DEFAULT_MAX_SPANS, SubscriptionsDefinition,
};
pub use super::subscriptions_report::SubscriptionsReport;
use super::timeline::Timeline;
use crate::calculator::batch::{KeyPart, Spans, same_length};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::groups::group_of_row;
use crate::calculator::stated_currency::StatedCurrency;
use crate::calculator::{
    Calculator, Change, Definition, Kind, Merge, Retract, State, Update, UpdateByGroup,
    checked_difference, checked_sum, multiset, same_definition,
};
use crate::error::{Error, Result};

/// The calculator of the subscription ledger: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Subscriptions {
    pub(super) definition: SubscriptionsDefinition,
    // Shared with the reports, which read from it: a copy of a ledger costs nothing.
    pub(super) spans: Arc<BTreeMap<Span, u64>>,
    pub(super) rows: u64,
    pub(super) currency: StatedCurrency,
}

impl Default for Subscriptions {
    fn default() -> Self {
        Self::empty(SubscriptionsDefinition::default())
    }
}

impl Subscriptions {
    fn empty(definition: SubscriptionsDefinition) -> Self {
        Self {
            definition,
            spans: Arc::new(BTreeMap::new()),
            rows: 0,
            currency: StatedCurrency::default(),
        }
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

    /// Takes a row that overlaps no other of the batch.
    fn take(&mut self, row: Row) -> Result<()> {
        let Row { span, currency } = row;
        if !self.definition.knows(&span.cause) {
            let message = format!("the definition lists no cause \"{}\"", span.cause);
            return Err(Error::observation(message).in_field("causes"));
        }
        self.check_overlap(&span)?;
        self.rows += 1;
        if let Some(currency) = currency {
            self.currency.take(currency);
        }
        *Arc::make_mut(&mut self.spans).entry(span).or_default() += 1;
        self.check_spans(self.spans.len())
    }

    /// Refuses amounts in two currencies, and spans of one subscription that overlap.
    fn check_fit(&self, other: &Self) -> Result<()> {
        self.currency.check_merge(&other.currency)?;
        let overlap = |error: Error| Error::merge(error.message().to_owned()).in_field("starts");
        other.spans.keys().try_for_each(|span| self.check_overlap(span)).map_err(overlap)
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
            self.check_fit(other)?;
            self.check_spans(multiset::distinct_in_both(&self.spans, &other.spans))
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.currency.merge(&other.currency);
        if self.spans.is_empty() {
            self.spans = Arc::clone(&other.spans);
        } else {
            multiset::add(Arc::make_mut(&mut self.spans), &other.spans);
        }
    }
}

impl Update for Subscriptions {
    type Batch<'a> = Spans<'a>;

    fn lift(definition: &SubscriptionsDefinition, batch: Spans<'_>) -> Result<Self> {
        let mut ledger = Self::empty(definition.clone());
        span::for_each(&batch, |_, row| ledger.take(row))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(ledger)
    }

    fn check(&self, batch: Spans<'_>) -> Result<Change<Self>> {
        let delta = Self::lift(&self.definition, batch)?;
        if self.check_fit(&delta).is_err() {
            // The rows once more, to name the first that does not fit.
            span::for_each(&batch, |_, row| {
                self.currency.check_row(row.currency.as_ref())?;
                self.check_overlap(&row.span)
            })
            .map_err(|error| error.within(Self::KIND.name))?;
        }
        self.check_merge(&delta)?;
        Ok(Change::new(delta))
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
        // Groups may be folded together, so no subscription may overlap itself in two of them.
        let mut named = Self::empty(definition.clone());
        let take = |row: usize, content: Row| {
            let ledger = group_of_row(&mut ledgers, codes, row)?;
            if content.span.subscription != KeyPart::Missing {
                named.check_overlap(&content.span)?;
                Arc::make_mut(&mut named.spans).insert(content.span.clone(), 1);
            }
            ledger.take(content)
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
            let left = checked_difference(self.rows, other.rows, "a span")?;
            self.currency.check_subtract(&other.currency, left)?;
            multiset::check_subtract(&self.spans, &other.spans, "a span")
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        self.rows = self.rows.saturating_sub(other.rows);
        self.currency.subtract(&other.currency);
        multiset::subtract(Arc::make_mut(&mut self.spans), &other.spans);
    }
}

impl State for Subscriptions {
    const KIND: Kind = Kind { id: 40, name: "subscriptions", version: 1 };

    fn write_definition(definition: &SubscriptionsDefinition, writer: &mut Writer) {
        definition.write(writer);
    }

    fn read_definition(reader: &mut Reader<'_>, _version: u16) -> Result<SubscriptionsDefinition> {
        SubscriptionsDefinition::read(reader)
    }

    fn write_state(&self, writer: &mut Writer) {
        self.currency.write(writer);
        writer.length(self.spans.len());
        for (span, &count) in self.spans.iter() {
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
        ledger.currency = StatedCurrency::read(reader)?;
        let spans = reader.length(8)?;
        ledger.check_spans(spans)?;
        let mut read = BTreeMap::new();
        let mut last: Option<Span> = None;
        for _ in 0..spans {
            let span = Span::read(reader)?;
            let count = reader.u64()?;
            // The spans are in their order, so only neighbours can overlap.
            let follows = last.as_ref().is_none_or(|last| *last < span && !last.overlaps(&span));
            let possible = follows
                && ledger.definition.knows(&span.cause)
                && (count == 1 || (count > 1 && span.subscription == KeyPart::Missing));
            if !possible {
                return Err(Error::corrupt("the spans are not in their order, or cannot be"));
            }
            ledger.rows = checked_sum(ledger.rows, count)?;
            last = Some(span.clone());
            read.insert(span, count);
        }
        ledger.currency.check_state(ledger.rows)?;
        ledger.spans = Arc::new(read);
        Ok(ledger)
    }
}

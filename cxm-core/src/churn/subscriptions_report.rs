//! What the reading of [`Subscriptions`] returns.

use super::span::Span;
use super::subscriptions::Subscriptions;
use super::subscriptions_definition::SubscriptionsDefinition;
use crate::calculator::Report;
use crate::calculator::batch::KeyPart;
use crate::error::Result;
use crate::stats::{
    Comparison, Estimate, Interval, IntervalOptions, Method, Scored, Share, comparison,
    confidence_sequence, proportion,
};

/// What the ledger holds.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SubscriptionsReport {
    /// Spans that run without an end, as a share of all; `None` without a span.
    pub score: Option<f64>,
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
    /// The currency of the amounts; `None` where nobody stated one.
    pub currency: Option<KeyPart>,
    /// What the figures mean.
    pub definition: SubscriptionsDefinition,
    #[cfg_attr(feature = "serde", serde(skip))]
    ledger: Subscriptions,
}

impl SubscriptionsReport {
    pub(super) fn read(ledger: &Subscriptions) -> Self {
        let count = |wanted: &dyn Fn(&Span) -> bool| -> u64 {
            let counts = ledger.spans().filter(|(span, _)| wanted(span)).map(|(_, count)| count);
            counts.fold(0, u64::saturating_add)
        };
        let mut customers: Vec<_> = ledger.spans.keys().map(|span| &span.customer).collect();
        customers.dedup();
        let open = count(&|span| span.end.is_none());
        let changes = ledger.spans.keys().map(|span| span.end.unwrap_or(span.start));
        Self {
            score: (ledger.rows > 0).then(|| open as f64 / ledger.rows as f64),
            spans: ledger.rows,
            customers: customers.len() as u64,
            open,
            without_cause: count(&|span| span.end.is_some() && span.cause == KeyPart::Missing),
            first_start: ledger.spans.keys().map(|span| span.start).min(),
            last_change: changes.max(),
            currency: ledger.currency.get().cloned(),
            definition: ledger.definition.clone(),
            ledger: ledger.clone(),
        }
    }

    /// The spans as they were read, for churn rates and revenue retention.
    pub fn ledger(&self) -> &Subscriptions {
        &self.ledger
    }

    /// Spans without an end, of all.
    pub fn open_spans(&self) -> Share {
        Share { successes: self.open, total: self.spans }
    }
}

impl Report for SubscriptionsReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.spans
    }

    fn unit(&self) -> &'static str {
        "%"
    }
}

impl Scored for SubscriptionsReport {
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        proportion::interval(&self.open_spans(), options)
    }

    fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        confidence_sequence::share(&self.open_spans(), options)
    }

    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        let method = method.unwrap_or(Method::AgrestiCaffo);
        comparison::shares(&self.open_spans(), &other.open_spans(), method)
    }

    fn estimate(&self) -> Option<Estimate> {
        self.open_spans().adjusted_estimate()
    }
}

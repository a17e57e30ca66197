//! Departures over a denominator, exact: what every churn rate is.

use super::churn_rate::{ChurnFormula, ChurnRateDefinition};
use super::subscriptions::Subscriptions;
use super::window::{Reading, Window};
use crate::calculator::Calculator;
use crate::model::time::MICROSECONDS_PER_DAY;

/// A rate while it is worked out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Fraction {
    pub rate: Option<f64>,
    pub numerator: Option<u64>,
    pub denominator: Option<u64>,
    pub events: u64,
    pub left_out: u64,
    /// What the events are divided by; 0 without a denominator.
    pub exposure: f64,
}

impl Fraction {
    /// events · factor ÷ denominator.
    fn new(events: u64, factor: u64, denominator: u64) -> Self {
        if denominator == 0 {
            return Self { events, ..Self::default() };
        }
        let numerator = events.checked_mul(factor);
        Self {
            rate: Some((u128::from(events) * u128::from(factor)) as f64 / denominator as f64),
            numerator,
            denominator: numerator.map(|_| denominator),
            events,
            left_out: 0,
            exposure: denominator as f64 / factor as f64,
        }
    }

    /// The fraction of a window, of one cause or of all.
    pub(super) fn of(
        ledger: &Subscriptions,
        reading: &Reading,
        window: &Window,
        definition: &ChurnRateDefinition,
    ) -> Self {
        let counts = &reading.counts;
        let events = counts.churned.of(definition.cause);
        let days = reading.active.len() as u64;
        match definition.formula {
            ChurnFormula::StartCohort => {
                Self::new(counts.lost.of(definition.cause), 1, counts.start)
            }
            ChurnFormula::EventsOverStart => Self::new(events, 1, counts.start),
            ChurnFormula::EventsOverExposed => {
                Self::new(events, 1, counts.start.saturating_add(counts.new))
            }
            ChurnFormula::EventsOverAverage => {
                Self::new(events, 2, counts.start.saturating_add(counts.end))
            }
            ChurnFormula::EventsOverMeanDaily => Self::new(events, days, counts.customer_days),
            ChurnFormula::PersonTime => {
                Self::new(events, u64::from(definition.rate_days), counts.customer_days)
            }
            ChurnFormula::DailySum => Self::daily_sum(reading, definition),
            ChurnFormula::RenewalsDue => Self::of_renewals(ledger, window, definition),
        }
    }

    /// Σ departures of the day ÷ active at its beginning, as an exact fraction while it fits.
    fn daily_sum(reading: &Reading, definition: &ChurnRateDefinition) -> Self {
        let (mut numerator, mut denominator) = (Some(0_u64), Some(1_u64));
        let (mut rate, mut per_event, mut counted, mut left_out) = (0.0, 0.0, 0, 0);
        let mut days = 0_u64;
        for (&active, churned) in reading.active.iter().zip(&reading.churned) {
            let churned = churned.of(definition.cause);
            if active == 0 {
                left_out += churned;
                continue;
            }
            (days, counted) = (days + 1, counted + churned);
            rate += churned as f64 / active as f64;
            per_event += 1.0 / active as f64;
            if churned == 0 {
                continue;
            }
            let sum = numerator.zip(denominator).and_then(|(n, d)| add(n, d, churned, active));
            (numerator, denominator) = (sum.map(|sum| sum.0), sum.map(|sum| sum.1));
        }
        if days == 0 {
            return Self { events: counted, left_out, ..Self::default() };
        }
        let exact = numerator.zip(denominator).map(|(n, d)| n as f64 / d as f64);
        let rate = exact.unwrap_or(rate);
        let mean = if counted > 0 { rate / counted as f64 } else { per_event / days as f64 };
        Self {
            rate: Some(rate),
            numerator,
            denominator,
            events: counted,
            left_out,
            exposure: mean.recip(),
        }
    }

    /// Terms that fell due in the window, and those of them that ended there and then.
    fn of_renewals(
        ledger: &Subscriptions,
        window: &Window,
        definition: &ChurnRateDefinition,
    ) -> Self {
        let term = i64::from(definition.term_days).saturating_mul(MICROSECONDS_PER_DAY);
        let rules = Calculator::definition(ledger);
        let (mut due, mut ended) = (0_u64, 0_u64);
        for (span, count) in ledger.spans() {
            let last = span.end.unwrap_or(i64::MAX).min(window.end);
            let terms_until = |time: i64| time.saturating_sub(span.start).max(0) / term.max(1);
            // A term is due after the start of the window, up to its end, as all changes are.
            let terms = terms_until(last) - terms_until(window.start.min(last));
            due = due.saturating_add(terms.unsigned_abs().saturating_mul(count));
            let at_its_end = span.end.filter(|&end| {
                window.has(end) && end.saturating_sub(span.start) % term.max(1) == 0
            });
            let of_cause = definition.cause.is_none_or(|it| it == rules.cause_kind(&span.cause));
            if at_its_end.is_some() && of_cause {
                ended = ended.saturating_add(count);
            }
        }
        Self::new(ended, 1, due)
    }
}

/// a/b + c/d in lowest terms; `None` beyond 64 bits.
fn add(a: u64, b: u64, c: u64, d: u64) -> Option<(u64, u64)> {
    let common = gcd(b, d);
    let (left, right) = (d / common, b / common);
    let numerator = a.checked_mul(left)?.checked_add(c.checked_mul(right)?)?;
    let denominator = b.checked_mul(left)?;
    let common = gcd(numerator, denominator);
    Some((numerator / common, denominator / common))
}

/// The greatest common divisor of numbers above 0.
fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

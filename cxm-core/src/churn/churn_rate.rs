//! The churn rate, by every published definition.
//!
//! # What it measures
//! How many customers left in a window of time. One month of the same ten customers gives seven
//! different rates under definitions that vendors publish, so the definition is part of the figure.
//!
//! # Formula
//! ```text
//! start_cohort            active at the start and not at the end ÷ active at the start
//! events_over_start       departures ÷ active at the start
//! events_over_exposed     departures ÷ (active at the start + new)
//! events_over_average     departures ÷ ½(active at the start + active at the end)
//! events_over_mean_daily  departures ÷ mean over days of active at the day's beginning
//! daily_sum               Σ over days: departures of the day ÷ active at its beginning
//! person_time             departures ÷ customer-days × rate_days
//! renewals_due            terms that ended when they were due ÷ terms due
//! ```
//! A departure counts on the day of the last active moment, so that the leaver is still in the
//! denominator of that day. A term is due at whole multiples of `term_days` after the span's start.
//!
//! # Input
//! A [`Subscriptions`] ledger and a window. Days are 24 hours from the start of the window; the
//! caller chooses the start, so it is their midnight and their time zone. Vendors' windows of 30
//! days are part of their presets.
//!
//! # Empty and edge cases
//! Without a denominator the rate is `None`. `daily_sum` leaves out departures on days that begin
//! without a customer and says how many. All rates but `start_cohort` and `renewals_due` may pass
//! 1.
//!
//! # Merging
//! Merge the ledgers, then read.
//!
//! # Uncertainty
//! Shares (`start_cohort`, `renewals_due`) have Wilson's interval and the other methods of shares;
//! the others are rates of events with exact Poisson limits, given the denominator. Shares also
//! have a confidence sequence, which holds however often a live rate is looked at.
//!
//! # Not to be confused with
//! [Revenue churn](super::revenue_retention); the hazard of a survival curve; the share of
//! customers in a file who have left at some time.
//!
//! # Source
//! Gold (2020), *Fighting Churn with Data*, 2.3 to 2.8, for `start_cohort`; the help pages of the
//! vendors that the presets name.
//!
//! # Example
//! See [`Subscriptions`].

use super::churn_presets::PRESETS;
use super::subscriptions::{Subscriptions, SubscriptionsDefinition};
use super::timeline::CauseKind;
use super::window::{Reading, Window, WindowCounts};
use crate::calculator::{Calculator, Definition, Preset, same_definition};
use crate::error::{Error, Result};
use crate::model::time::MICROSECONDS_PER_DAY;
use crate::stats::poisson::poisson_limits;
use crate::stats::{
    Comparable, Comparison, Estimate, Interval, IntervalOptions, Method, Share, comparison,
    confidence_sequence, proportion,
};

/// Which departures over which denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum ChurnFormula {
    /// Of those there at the start, who is gone at the end.
    #[default]
    StartCohort,
    /// Departures over those there at the start.
    EventsOverStart,
    /// Departures over those there at the start and the new.
    EventsOverExposed,
    /// Departures over the mean of start and end.
    EventsOverAverage,
    /// Departures over the mean of all days.
    EventsOverMeanDaily,
    /// The sum of the rates of the days.
    DailySum,
    /// Departures over customer-days, as a rate per `rate_days`.
    PersonTime,
    /// Terms not renewed over terms due.
    RenewalsDue,
}

/// What a churn rate means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct ChurnRateDefinition {
    /// Which departures over which denominator.
    pub formula: ChurnFormula,
    /// The length that the window must have, where the definition has one.
    pub window_days: Option<u32>,
    /// The days that a rate of `person_time` is per.
    pub rate_days: u32,
    /// The length of a term; above 0 exactly for `renewals_due`.
    pub term_days: u32,
    /// Departures of one cause only.
    pub cause: Option<CauseKind>,
}

impl Default for ChurnRateDefinition {
    fn default() -> Self {
        Self::by(ChurnFormula::StartCohort)
    }
}

impl ChurnRateDefinition {
    /// The formula for a window of any length; terms are of 365 days.
    pub fn by(formula: ChurnFormula) -> Self {
        let term_days = if formula == ChurnFormula::RenewalsDue { 365 } else { 0 };
        Self { formula, window_days: None, rate_days: 30, term_days, cause: None }
    }

    pub(super) fn in_30_days(formula: ChurnFormula) -> Self {
        Self { window_days: Some(30), ..Self::by(formula) }
    }
}

impl Definition for ChurnRateDefinition {
    fn validate(&self) -> Result<()> {
        if self.rate_days == 0 {
            return Err(Error::definition("a rate is per at least a day").in_field("rate_days"));
        }
        if self.window_days == Some(0) {
            return Err(Error::definition("a window has at least a day").in_field("window_days"));
        }
        if (self.formula == ChurnFormula::RenewalsDue) != (self.term_days > 0) {
            let message = "renewals_due needs the days of a term, the other formulas have none";
            return Err(Error::definition(message).in_field("term_days"));
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        PRESETS
    }
}

/// A churn rate with all that it rests on.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChurnRate {
    /// numerator ÷ denominator; `None` without a denominator.
    pub rate: Option<f64>,
    /// The exact numerator; `None` where the fraction leaves 64 bits.
    pub numerator: Option<u64>,
    /// The exact denominator.
    pub denominator: Option<u64>,
    /// The departures that count.
    pub events: u64,
    /// Departures on days that begin without a customer, which `daily_sum` leaves out.
    pub events_without_denominator: u64,
    /// What happened in the window.
    pub counts: WindowCounts,
    /// The window.
    pub window: Window,
    /// What the rate means.
    pub definition: ChurnRateDefinition,
    /// How spans became lives.
    pub subscriptions: SubscriptionsDefinition,
    /// What one departure adds to the rate.
    #[cfg_attr(feature = "serde", serde(skip))]
    per_event: Option<f64>,
}

impl Subscriptions {
    /// The churn rate of a window; see the [module](self).
    pub fn churn_rate(
        &self,
        start: i64,
        end: i64,
        definition: &ChurnRateDefinition,
    ) -> Result<ChurnRate> {
        let window = Window::new(start, end)?;
        definition.validate()?;
        let wanted = definition.window_days.map(|days| i64::from(days) * MICROSECONDS_PER_DAY);
        if wanted.is_some_and(|wanted| end.saturating_sub(start) != wanted) {
            let days = definition.window_days.unwrap_or_default();
            let got = window.length_days();
            let message = format!("the definition speaks of {days} days, the window has {got}");
            return Err(Error::argument(message).in_field("end"));
        }
        let reading = Reading::of(self, &window);
        let fraction = if definition.formula == ChurnFormula::RenewalsDue {
            Fraction::of_renewals(self, &window, definition)
        } else {
            Fraction::of(&reading, definition)
        };
        Ok(ChurnRate {
            rate: fraction.rate,
            numerator: fraction.numerator,
            denominator: fraction.denominator,
            events: fraction.events,
            events_without_denominator: fraction.left_out,
            counts: reading.counts,
            window,
            definition: *definition,
            subscriptions: Calculator::definition(self).clone(),
            per_event: fraction.per_event,
        })
    }
}

/// A rate while it is worked out.
#[derive(Debug, Clone, Copy, Default)]
struct Fraction {
    rate: Option<f64>,
    numerator: Option<u64>,
    denominator: Option<u64>,
    events: u64,
    left_out: u64,
    per_event: Option<f64>,
}

impl Fraction {
    /// events · factor ÷ denominator.
    fn new(events: u64, factor: u64, denominator: u64) -> Self {
        if denominator == 0 {
            return Self { events, ..Self::default() };
        }
        let per_event = factor as f64 / denominator as f64;
        let numerator = events.checked_mul(factor);
        Self {
            rate: Some((u128::from(events) * u128::from(factor)) as f64 / denominator as f64),
            numerator,
            denominator: numerator.map(|_| denominator),
            events,
            left_out: 0,
            per_event: Some(per_event),
        }
    }

    fn of(reading: &Reading, definition: &ChurnRateDefinition) -> Self {
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
            ChurnFormula::RenewalsDue => Self::default(),
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
            per_event: Some(mean),
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

impl ChurnRate {
    fn is_share(&self) -> bool {
        let formula = self.definition.formula;
        matches!(formula, ChurnFormula::StartCohort | ChurnFormula::RenewalsDue)
    }

    /// Numerator and denominator as a share of people or terms.
    fn share(&self) -> Share {
        let (successes, total) = self.numerator.zip(self.denominator).unwrap_or_default();
        Share { successes, total }
    }

    /// The interval of the rate; `None` without a denominator.
    pub fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        if self.is_share() {
            return proportion::interval(&self.share(), options);
        }
        let method = options.method.unwrap_or(Method::ExactPoisson);
        if method != Method::ExactPoisson {
            return Err(method.refused("a rate of events", &[Method::ExactPoisson]));
        }
        let (lower, upper) = poisson_limits(self.events, options.alpha()?);
        // The denominator is known, so the rate is the count of departures times a constant.
        Ok(self.per_event.map(|each| Interval {
            lower: lower * each,
            upper: upper * each,
            level: options.level,
            method,
        }))
    }

    /// The confidence sequence of a share: it holds its level however often a live rate is looked
    /// at. Other rates have none.
    pub fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        if self.is_share() {
            return confidence_sequence::share(&self.share(), options);
        }
        Err(Error::not_offered(
            "only shares (start_cohort, renewals_due) have a confidence sequence",
        ))
    }

    /// This rate minus the other's: two windows, or two segments.
    ///
    /// Shares by Agresti and Caffo, rates of events by Wald with Poisson variances. Rates of unlike
    /// definitions are refused, and so are windows of unlike length unless the rate is per days.
    pub fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        same_definition(&self.definition, &other.definition)?;
        same_definition(&self.subscriptions, &other.subscriptions)?;
        if self.is_share() {
            let method = method.unwrap_or(Method::AgrestiCaffo);
            return comparison::shares(&self.share(), &other.share(), method);
        }
        if let Some(method) = method.filter(|&method| method != Method::Wald) {
            return Err(method.refused("two rates of events", &[Method::Wald]));
        }
        let side = |rate: &Self, name: &'static str| {
            let (value, each) = rate.rate.zip(rate.per_event).ok_or_else(|| {
                let message = "a rate without a denominator cannot be compared";
                Error::insufficient(message).in_field(name)
            })?;
            let variance = rate.events as f64 * each * each;
            Ok::<_, Error>(Estimate { value, variance, n: rate.events })
        };
        side(self, "first")?.compare(&side(other, "second")?)
    }

    /// The share that leaves in a year if it goes on like this: 1 − (1 − r)^(365.25/days); `None`
    /// for a rate that may pass 1, and without a denominator.
    pub fn annualized(&self) -> Option<f64> {
        let rate = self.rate.filter(|_| self.is_share())?;
        Some(annualized(rate, 365.25 / self.window.length_days()))
    }
}

/// The share that is lost over so many periods, each losing `rate`: 1 − (1 − rate)^periods.
///
/// ```
/// use cxm_core::churn::churn_rate::annualized;
/// assert!((annualized(0.05, 12.0) - 0.459639912337).abs() < 1e-12); // and not 60 %
/// ```
pub fn annualized(rate: f64, periods: f64) -> f64 {
    -libm::expm1(periods * libm::log1p(-rate))
}

/// The mean lifetime in periods where each loses `rate`: −1 ÷ ln(1 − rate), for a loss that goes
/// on all the time; `None` where nobody leaves.
///
/// ```
/// use cxm_core::churn::churn_rate::expected_lifetime;
/// let lifetime = expected_lifetime(0.05).unwrap();
/// assert!((lifetime - 19.4957257462).abs() < 1e-10); // and not 1/0.05 = 20
/// ```
pub fn expected_lifetime(rate: f64) -> Option<f64> {
    (rate > 0.0).then(|| -1.0 / libm::log1p(-rate))
}

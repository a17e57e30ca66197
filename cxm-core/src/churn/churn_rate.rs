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

use super::churn_fraction::Fraction;
use super::churn_presets::PRESETS;
use super::subscriptions::{Subscriptions, SubscriptionsDefinition};
use super::timeline::CauseKind;
use super::window::{Reading, Window, WindowCounts};
use crate::calculator::{Calculator, Definition, Preset, same_definition};
use crate::error::{Error, Result};
use crate::model::time::MICROSECONDS_PER_DAY;
use crate::stats::{
    Comparison, EventRate, Interval, IntervalOptions, Method, Share, comparison,
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
    /// What the departures are divided by; 0 without a denominator.
    #[cfg_attr(feature = "serde", serde(skip))]
    exposure: f64,
    /// The same rate of voluntary, involuntary and unstated departures alone.
    #[cfg_attr(feature = "serde", serde(skip))]
    causes: [Fraction; 3],
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
        let of = |cause| {
            Fraction::of(self, &reading, &window, &ChurnRateDefinition { cause, ..*definition })
        };
        let rate = ChurnRate {
            rate: None,
            numerator: None,
            denominator: None,
            events: 0,
            events_without_denominator: 0,
            counts: reading.counts,
            window,
            definition: *definition,
            subscriptions: Calculator::definition(self).clone(),
            exposure: 0.0,
            causes: CauseKind::ALL.map(|cause| of(Some(cause))),
        };
        Ok(rate.with(&of(definition.cause)))
    }
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

    /// Departures over what they are divided by.
    fn event_rate(&self) -> EventRate {
        EventRate { events: self.events, exposure: self.exposure }
    }

    fn with(self, fraction: &Fraction) -> Self {
        Self {
            rate: fraction.rate,
            numerator: fraction.numerator,
            denominator: fraction.denominator,
            events: fraction.events,
            events_without_denominator: fraction.left_out,
            exposure: fraction.exposure,
            ..self
        }
    }

    /// The same rate of departures of one cause alone; the three add up to that of all.
    #[must_use]
    pub fn of_cause(&self, cause: CauseKind) -> Self {
        let definition = ChurnRateDefinition { cause: Some(cause), ..self.definition };
        let position = CauseKind::ALL.iter().position(|&it| it == cause).unwrap_or_default();
        let fraction = self.causes.get(position).copied().unwrap_or_default();
        Self { definition, ..self.clone() }.with(&fraction)
    }

    /// The interval of the rate; `None` without a denominator.
    pub fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        if self.is_share() {
            return proportion::interval(&self.share(), options);
        }
        self.event_rate().interval(options)
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
    /// definitions are refused. Windows may differ in length, as months do: more people leave in a
    /// longer one, and only `person_time` takes that out.
    pub fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        same_definition(&self.definition, &other.definition)?;
        same_definition(&self.subscriptions, &other.subscriptions)?;
        if self.is_share() {
            let method = method.unwrap_or(Method::AgrestiCaffo);
            return comparison::shares(&self.share(), &other.share(), method);
        }
        self.event_rate().compare(&other.event_rate(), method)
    }

    /// The share that leaves in a year if it goes on like this: 1 − (1 − r)^(365.25/days); `None`
    /// for a rate that may pass 1, and without a denominator.
    pub fn annualized(&self) -> Option<f64> {
        let rate = self.rate.filter(|_| self.is_share())?;
        Some(annualized(rate, 365.25 / self.window.length_days()))
    }

    /// The mean days that somebody stays if it goes on like this; `None` for a rate that may pass
    /// 1, and where nobody left.
    pub fn expected_lifetime_days(&self) -> Option<f64> {
        let rate = self.rate.filter(|_| self.is_share())?;
        expected_lifetime(rate).map(|windows| windows * self.window.length_days())
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

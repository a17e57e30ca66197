//! One customer's view: what a company wants to see when it looks at an account.
//!
//! # What it measures
//! How far the relationship has come, every channel's last contact, what is open, how it felt and
//! where that is heading, what it was worth; beside figures of models that the caller attaches.
//!
//! # Formula
//! ```text
//! contacts      the events of the customer's journeys, duplicates and separators left out
//! scores        mean of all scores, Student's t
//! trend         b = Σ(t − t̄)(x − x̄)/Σ(t − t̄)², least squares over the times of scores, a day
//!               interval b ± t(n − 2)·√(Σ(residual²)/(n − 2)/Σ(t − t̄)²)
//! peak-end      (peak + end)/2 of the journey with the latest contact
//! value         Σ value of all contacts, in minor units
//! ```
//! The lifecycle follows a declared [rule](super::lifecycle), which is part of the answer.
//!
//! # Input
//! A customer, and the time at which the question is asked: the latest time of the log unless
//! given. A later one can end a journey that is open at the end of the log, and can let a customer
//! lapse; an earlier one is refused, since the log is not cut.
//!
//! # Empty and edge cases
//! A customer who is not in the log, or was retracted, is `NotFound`. There is no mean without a
//! score, no trend without two times, and no interval of it below three scores. A longer list than
//! `most` keeps its latest rows, and the counts beside it count all.
//!
//! # Merging
//! It is read from the log: merged shards, any order of arrival and any cut in time give the same
//! view. The customer's events are found without going through the log: by bisection among those in
//! order, and among those that came since by looking at their customer.
//!
//! # Uncertainty
//! The intervals of mean and trend take scores as independent. What is attached carries its own.
//!
//! # Not to be confused with
//! A prediction: a trend is a summary of the scores so far. Lifetime value and churn risk are never
//! computed here.
//!
//! # Source
//! Least squares: Gauss (1809); its interval: Draper & Smith (1998), section 1.4.
//!
//! # Example
//! ```
//! use cxm_core::journey::{CustomerFigure, CustomerViewOptions};
//! use cxm_core::model::Lifecycle;
//! use cxm_core::prelude::*;
//!
//! let mut journeys = Journeys::default();
//! let mut events = Events::new(
//!     ["ann", "bob", "ann", "ann"].as_slice(),
//!     ["shop", "shop", "checkout", "call"].as_slice(),
//!     [0, 5, 86_400_000_000, 172_800_000_000].as_slice(),
//! );
//! events.scores = Some([9.0, f64::NAN, 7.0, 5.0].as_slice().into());
//! events.values = Some([f64::NAN, f64::NAN, 4_990.0, f64::NAN].as_slice().into());
//! journeys.update(events)?;
//!
//! let options = CustomerViewOptions {
//!     churn_risk: Some(CustomerFigure::new(0.31, "inactivity after 90 days")),
//!     ..Default::default()
//! };
//! let ann = journeys.customer(&"ann".into(), &options)?;
//! assert_eq!((ann.lifecycle, ann.contacts, ann.value), (Lifecycle::Customer, 3, 4_990));
//! assert_eq!(ann.scores.mean, Some(7.0));
//! assert_eq!(ann.score_trend.map(|trend| trend.slope), Some(-2.0)); // a day
//! assert_eq!(ann.peak_end.map(|journey| journey.peak_end), Some(7.0)); // (9 + 5)/2
//! let nobody = journeys.customer(&"eve".into(), &options).unwrap_err();
//! assert_eq!(nobody.kind(), cxm_core::ErrorKind::NotFound);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use super::event_log::{ABSENT, Event};
use super::intake::SCORE_ONE;
use super::journeys::{ExcludedEvents, Journeys};
use super::lifecycle::{LifecycleRule, Purchases};
use super::peak_end::{JourneyPeakEnd, ScorePath};
use super::scores::{ScoreMean, ScoreScale, check_level};
use super::split::Journey;
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::model::time::MICROSECONDS_PER_DAY;
use crate::model::{JourneyStatus, Lifecycle};
use crate::numeric::distribution::student_t_two_sided_quantile;
use crate::stats::{Interval, IntervalOptions, Method, Moments};

/// Rows of each list of a view, unless declared.
pub const DEFAULT_MOST_ROWS: u64 = 50;

/// A figure of a model or of another calculator, with what it came from.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct CustomerFigure {
    /// The figure.
    pub value: f64,
    /// The lower limit of its interval, if it has one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub lower: Option<f64>,
    /// The upper limit.
    #[cfg_attr(feature = "serde", serde(default))]
    pub upper: Option<f64>,
    /// The level of the interval, 0.95 for 95 %.
    #[cfg_attr(feature = "serde", serde(default))]
    pub level: Option<f64>,
    /// The name of the definition or of the model that it comes from.
    pub source: String,
}

impl CustomerFigure {
    /// A figure without an interval.
    pub fn new(value: f64, source: impl Into<String>) -> Self {
        Self { value, lower: None, upper: None, level: None, source: source.into() }
    }

    fn check(&self, field: &'static str, range: std::ops::RangeInclusive<f64>) -> Result<()> {
        let refuse = |message: String| Err(Error::argument(message).in_field(field));
        if self.source.is_empty() {
            return refuse("expected the name of what the figure comes from".to_owned());
        }
        for number in [Some(self.value), self.lower, self.upper].into_iter().flatten() {
            if !number.is_finite() || !range.contains(&number) {
                let (lowest, highest) = (range.start(), range.end());
                return refuse(format!(
                    "expected numbers within {lowest} to {highest}, got {number}"
                ));
            }
        }
        match (self.lower, self.upper, self.level) {
            (None, None, None) => Ok(()),
            (Some(lower), Some(upper), Some(level)) if lower <= upper => check_level(level),
            _ => refuse("expected lower, upper and level with lower ≤ upper, or none".to_owned()),
        }
    }
}

/// How a customer is looked at.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct CustomerViewOptions {
    /// When the question is asked, microseconds since 1970; the end of the log unless given.
    pub at: Option<i64>,
    /// What tells how far the relationship has come.
    pub lifecycle: LifecycleRule,
    /// The most scores listed, the most open journeys, and the most steps of each; the latest stay.
    pub most: u64,
    /// The level of the intervals.
    pub level: f64,
    /// What a model says the customer is worth.
    pub lifetime_value: Option<CustomerFigure>,
    /// How likely the customer is to have left or to leave, 0 to 1, by a model or a rule.
    pub churn_risk: Option<CustomerFigure>,
}

impl Default for CustomerViewOptions {
    fn default() -> Self {
        Self {
            at: None,
            lifecycle: LifecycleRule::default(),
            most: DEFAULT_MOST_ROWS,
            level: IntervalOptions::default().level,
            lifetime_value: None,
            churn_risk: None,
        }
    }
}

/// One contact.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Contact {
    /// When, microseconds since 1970.
    pub time: i64,
    /// At which touchpoint.
    pub touchpoint: KeyPart,
    /// On which channel.
    pub channel: KeyPart,
    /// What it was about.
    pub object: KeyPart,
    /// How it ended.
    pub outcome: KeyPart,
    /// What the customer answered.
    pub score: Option<f64>,
    /// The answer as an [emotion](crate::model::Emotion), −2 to +2.
    pub emotion: Option<f64>,
    /// What it was worth, in minor units.
    pub value: Option<i64>,
}

/// The contacts on one channel.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChannelContacts {
    /// The channel; missing where contacts have none.
    pub channel: KeyPart,
    /// How many.
    pub contacts: u64,
    /// The last of them.
    pub last_contact: Contact,
}

/// A journey that may go on.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct OpenJourney {
    /// Which journey of the customer, from 1.
    pub journey: u32,
    /// When it began.
    pub first_time: i64,
    /// When its last contact was.
    pub last_time: i64,
    /// Its contacts.
    pub contacts: u64,
    /// The latest of them, in their order.
    pub steps: Vec<Contact>,
}

/// Journeys by how they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct JourneyStatusCounts {
    /// Those that may go on.
    pub open: u64,
    /// Those that ended with their goal.
    pub converted: u64,
    /// Those that are over, where no goal is declared.
    pub ended: u64,
    /// Those that are over without their goal.
    pub dropped: u64,
}

/// The straight line through scores.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ScoreTrend {
    /// What a score gains a day.
    pub slope: f64,
    /// Student's t interval of the slope; `None` below three scores.
    pub interval: Option<Interval>,
}

/// What is known of one customer.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CustomerView {
    /// Who.
    pub customer: KeyPart,
    /// The time of the question, microseconds since 1970.
    pub at: i64,
    /// How far the relationship has come.
    pub lifecycle: Lifecycle,
    /// The rule that told; where it named no purchase, with the goals of the definition.
    pub lifecycle_rule: LifecycleRule,
    /// Purchases by that rule.
    pub purchases: u64,
    /// When the first was.
    pub first_purchase: Option<i64>,
    /// When the last was.
    pub last_purchase: Option<i64>,
    /// Contacts.
    pub contacts: u64,
    /// The first contact.
    pub first_contact: Contact,
    /// The last contact.
    pub last_contact: Contact,
    /// Journeys by how they stand.
    pub journeys: JourneyStatusCounts,
    /// The channels, that of the last contact first.
    pub channels: Vec<ChannelContacts>,
    /// Journeys that may go on, by their number.
    pub open_journeys: Vec<OpenJourney>,
    /// Contacts with a score, in the order of time.
    pub score_history: Vec<Contact>,
    /// The mean of all scores.
    pub scores: ScoreMean,
    /// Where they are heading; `None` without two times.
    pub score_trend: Option<ScoreTrend>,
    /// Peak and end of the journey with the latest contact; `None` if it has no score.
    pub peak_end: Option<JourneyPeakEnd>,
    /// What all contacts were worth, in minor units.
    pub value: i64,
    /// What a model says the customer is worth, as it was attached.
    pub lifetime_value: Option<CustomerFigure>,
    /// How likely the customer is to be lost, as it was attached.
    pub churn_risk: Option<CustomerFigure>,
}

/// The latest rows of a list.
fn latest<T>(rows: &[T], most: u64) -> &[T] {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    rows.get(rows.len().saturating_sub(most)..).unwrap_or_default()
}

/// The journeys of one customer, read from a log that holds nobody else's.
#[derive(Debug)]
struct Account {
    journeys: Journeys,
    scale: ScoreScale,
    /// All contacts in their order.
    contacts: Vec<Event>,
    counts: JourneyStatusCounts,
    open: Vec<(u32, Vec<Event>)>,
    peak_end: Option<JourneyPeakEnd>,
}

impl Account {
    fn read(mut journeys: Journeys, customer: &KeyPart) -> Result<Self> {
        let scale = ScoreScale::of(&journeys);
        let (mut contacts, mut open) = (Vec::new(), Vec::new());
        let mut counts = JourneyStatusCounts::default();
        let mut latest: Option<(i64, Option<JourneyPeakEnd>)> = None;
        journeys.try_for_each_journey(|journey: &Journey<'_>| {
            // The other one is there for its time alone.
            if journey.customer != 0 {
                return Ok(());
            }
            match journey.status {
                JourneyStatus::Open => counts.open += 1,
                JourneyStatus::Converted => counts.converted += 1,
                JourneyStatus::Ended => counts.ended += 1,
                JourneyStatus::Dropped => counts.dropped += 1,
            }
            if journey.status == JourneyStatus::Open {
                open.push((journey.number, journey.events.to_vec()));
            }
            if latest.as_ref().is_none_or(|(time, _)| journey.last_time() >= *time) {
                let path = ScorePath::of(journey.events, scale)?;
                let row = path.map(|path| JourneyPeakEnd::of(customer, journey, &path));
                latest = Some((journey.last_time(), row));
            }
            Ok(())
        })?;
        // Journeys of different objects overlap: without them, all contacts are in one order.
        let by_object = std::mem::take(&mut journeys.definition.by_object);
        journeys.for_each_journey(|journey| {
            if journey.customer == 0 {
                contacts.extend_from_slice(journey.events);
            }
        });
        journeys.definition.by_object = by_object;
        let peak_end = latest.and_then(|it| it.1);
        Ok(Self { journeys, scale, contacts, counts, open, peak_end })
    }

    fn contact(&self, event: &Event) -> Contact {
        let tables = &self.journeys.log.tables;
        let key = |table: &super::key_table::KeyTable, number: u32| {
            table.key(number).cloned().unwrap_or(KeyPart::Missing)
        };
        let scored = event.score != ABSENT;
        Contact {
            time: event.time,
            touchpoint: key(&tables.touchpoints, event.touchpoint),
            channel: key(&tables.channels, event.channel),
            object: key(&tables.objects, event.object),
            outcome: key(&tables.outcomes, event.outcome),
            score: scored.then(|| event.score as f64 / SCORE_ONE as f64),
            emotion: scored.then(|| self.scale.emotion_of(event.score)),
            value: (event.value != ABSENT).then_some(event.value),
        }
    }

    fn contacts(&self, events: &[Event], most: u64) -> Vec<Contact> {
        latest(events, most).iter().map(|event| self.contact(event)).collect()
    }

    /// The channels, that of the last contact first, at the same time by name.
    fn channels(&self) -> Vec<ChannelContacts> {
        let mut last: BTreeMap<u32, (u64, &Event)> = BTreeMap::new();
        for event in &self.contacts {
            let channel = last.entry(event.channel).or_insert((0, event));
            *channel = (channel.0 + 1, event);
        }
        let row = |(contacts, event): (u64, &Event)| {
            let last_contact = self.contact(event);
            ChannelContacts { channel: last_contact.channel.clone(), contacts, last_contact }
        };
        let mut rows: Vec<ChannelContacts> = last.into_values().map(row).collect();
        rows.sort_by(|a, b| {
            let times = b.last_contact.time.cmp(&a.last_contact.time);
            times.then_with(|| a.channel.cmp(&b.channel))
        });
        rows
    }

    fn open_journeys(&self, most: u64) -> Vec<OpenJourney> {
        let row = |(journey, events): &(u32, Vec<Event>)| OpenJourney {
            journey: *journey,
            first_time: events.first().map_or(0, |event| event.time),
            last_time: events.last().map_or(0, |event| event.time),
            contacts: events.len() as u64,
            steps: self.contacts(events, most),
        };
        latest(&self.open, most).iter().map(row).collect()
    }
}

/// How far each number is from the mean of all: exact, so that equal ones are no distance away.
fn deviations(numbers: impl Iterator<Item = i64> + Clone, unit: f64) -> Vec<f64> {
    let (n, sum) =
        numbers.clone().fold((0i128, 0i128), |(n, sum), it| (n + 1, sum + i128::from(it)));
    numbers.map(|it| (n * i128::from(it) - sum) as f64 / (n as f64 * unit)).collect()
}

/// The line through scores over time, and how far chance could have tilted it.
fn trend(scored: &[Event], level: f64) -> Result<Option<ScoreTrend>> {
    let times = deviations(scored.iter().map(|event| event.time), MICROSECONDS_PER_DAY as f64);
    let scores = deviations(scored.iter().map(|event| event.score), SCORE_ONE as f64);
    let spread: f64 = times.iter().map(|time| time * time).sum();
    if spread <= 0.0 {
        return Ok(None);
    }
    let points = || times.iter().zip(&scores);
    let slope = points().map(|(time, score)| time * score).sum::<f64>() / spread;
    if scored.len() < 3 {
        return Ok(Some(ScoreTrend { slope, interval: None }));
    }
    let residuals = points().map(|(time, score)| score - slope * time);
    let squares: f64 = residuals.map(|residual| residual * residual).sum();
    let degrees = scored.len() as f64 - 2.0;
    let error = (squares / degrees / spread).sqrt();
    let reach = student_t_two_sided_quantile(IntervalOptions::at(level).alpha()?, degrees) * error;
    let (lower, upper, method) = (slope - reach, slope + reach, Method::StudentT);
    Ok(Some(ScoreTrend { slope, interval: Some(Interval { lower, upper, level, method }) }))
}

impl Journeys {
    /// The log of one customer, and one event of nobody's that tells the time of the question.
    fn account(&self, customer: &KeyPart, at: i64) -> Result<Account> {
        let number = self.log.tables.customers.find(customer);
        let log = number.map(|number| self.log.of_customer(number)).transpose()?;
        let mut log = log.filter(|log| log.len() > 0).unwrap_or_default();
        if let Some(event) = log.first() {
            log.push(Event { customer: 1, time: at, ..event });
        }
        let definition = self.definition.clone();
        let account = Journeys { definition, log, excluded: ExcludedEvents::default() };
        Account::read(account, customer)
    }

    /// What is known of one customer.
    pub fn customer(
        &self,
        customer: &KeyPart,
        options: &CustomerViewOptions,
    ) -> Result<CustomerView> {
        check_level(options.level)?;
        options.lifecycle.validate()?;
        if let Some(figure) = &options.lifetime_value {
            figure.check("lifetime_value", f64::MIN..=f64::MAX)?;
        }
        if let Some(figure) = &options.churn_risk {
            figure.check("churn_risk", 0.0..=1.0)?;
        }
        let latest_time = self.log.latest().unwrap_or(i64::MIN);
        let at = options.at.unwrap_or(latest_time);
        if at < latest_time {
            let message = format!("expected {latest_time}, the end of the log, or later, got {at}");
            return Err(Error::argument(message).in_field("at"));
        }
        let account = self.account(customer, at)?;
        let Some((first, last)) = account.contacts.first().zip(account.contacts.last()) else {
            let message = format!("there is no contact of the customer {customer}");
            return Err(Error::not_found(message).in_field("customer"));
        };
        let mut rule = options.lifecycle.clone();
        if rule.purchase.is_empty() {
            rule.purchase.clone_from(&self.definition.goal);
        }
        let purchases = Purchases::of(&account.contacts, &account.journeys.log.tables, &rule);
        let scored: Vec<Event> =
            account.contacts.iter().filter(|event| event.score != ABSENT).copied().collect();
        let sums = Moments::from_answers(scored.iter().map(|event| event.score))?;
        let values = account.contacts.iter().filter(|event| event.value != ABSENT);
        let value: i128 = values.map(|event| i128::from(event.value)).sum();
        Ok(CustomerView {
            customer: customer.clone(),
            at,
            lifecycle: purchases.lifecycle(&rule, at),
            lifecycle_rule: rule,
            purchases: purchases.count,
            first_purchase: purchases.first,
            last_purchase: purchases.last,
            contacts: account.contacts.len() as u64,
            first_contact: account.contact(first),
            last_contact: account.contact(last),
            journeys: account.counts,
            channels: account.channels(),
            open_journeys: account.open_journeys(options.most),
            score_history: account.contacts(&scored, options.most),
            scores: ScoreMean::of(&sums, SCORE_ONE, options.level)?,
            score_trend: trend(&scored, options.level)?,
            peak_end: account.peak_end,
            value: i64::try_from(value)
                .map_err(|_| Error::overflow("a value of 2^63 or more").in_field("value"))?,
            lifetime_value: options.lifetime_value.clone(),
            churn_risk: options.churn_risk.clone(),
        })
    }
}

//! Pain points: which touchpoints hurt many customers much.
//!
//! # What it measures
//! How many customers meet a touchpoint, how far its scores stay below the target, and how much the
//! customers who meet it are worth.
//!
//! # Formula
//! ```text
//! reach            customers who met it ÷ customers; Wilson's interval
//! severity         mean of max(0, target − score)/(target − lowest); Student's t, cut to 0..1
//!                  where low is good: max(0, score − target)/(highest − target)
//! index            reach·severity
//! value at risk    Σ value of all events of the customers who met it, in minor units, exact
//! value index      index·value at risk
//! ```
//!
//! # Empty and edge cases
//! A touchpoint without a score has a reach, neither severity nor index, and comes last. Ties of
//! the index are found in whole numbers and ordered by name.
//!
//! # Uncertainty
//! Reach and severity have an interval each; the index has none. Scores count as independent.
//!
//! # Not to be confused with
//! What the touchpoint costs: the value at risk is that of the customers, whatever they paid where,
//! and customers who meet several touchpoints are at risk at each of them.
//!
//! # Source
//! Reach by severity is the risk priority of a failure mode and effects analysis, without its
//! detection; Wilson (1927); Student (1908).
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut journeys = Journeys::default();
//! journeys.update(
//!     Events::new(
//!         ["ann", "ann", "bob"].as_slice(),
//!         ["shop", "call", "shop"].as_slice(),
//!         [1, 2, 3].as_slice(),
//!     )
//!     .with_scores([9.0, 2.0, 6.0].as_slice()),
//! )?;
//! let points = journeys.pain_points(8.0, false, 0.95)?;
//! assert_eq!(points[0].touchpoint, "call".into());
//! assert_eq!((points[0].reach.share, points[0].severity.mean), (Some(0.5), Some(0.75)));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::cmp::Ordering;

use super::event_log::{ABSENT, Event};
use super::journeys::Journeys;
use super::key_table::NONE;
use super::scores::{CountedShare, ScoreMean, ScoreScale, check_level};
use crate::calculator::batch::KeyPart;
use crate::error::Result;
use crate::stats::Moments;

/// How much one touchpoint hurts.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PainPoint {
    /// The touchpoint.
    pub touchpoint: KeyPart,
    /// Events, with and without a score.
    pub events: u64,
    /// The customers who met it, of all customers.
    pub reach: CountedShare,
    /// How far its scores stay below the target, 0 to 1.
    pub severity: ScoreMean,
    /// reach·severity; `None` without a score.
    pub index: Option<f64>,
    /// The value of the customers who met it, in minor units; `None` if not asked for.
    pub value_at_risk: Option<i128>,
    /// index·value at risk.
    pub value_index: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    events: u64,
    customers: u64,
    last_customer: u32,
    /// Of the ways from score to target, in millionths.
    shortfall: Moments,
    value: i128,
}

impl Tally {
    const EMPTY: Self = Self {
        events: 0,
        customers: 0,
        last_customer: NONE,
        shortfall: Moments { n: 0, sum: 0, sum_of_squares: 0 },
        value: 0,
    };

    /// The order of the index, largest first, in whole numbers; those without one come last.
    fn worse_first(&self, other: &Self) -> Ordering {
        let index = |it: &Self| i128::from(it.customers) * it.shortfall.sum;
        let [ours, theirs] = [self.shortfall.n, other.shortfall.n].map(i128::from);
        match (ours, theirs) {
            (0, 0) => Ordering::Equal,
            (0, _) => Ordering::Greater,
            (_, 0) => Ordering::Less,
            _ => (index(other) * ours).cmp(&(index(self) * theirs)),
        }
    }
}

/// The touchpoints of the customer who is being read, and the value of the customer's events.
#[derive(Debug)]
struct Customer {
    number: u32,
    met: Vec<u32>,
    value: i128,
}

#[derive(Debug)]
struct Tallies {
    all: Vec<Tally>,
    customer: Customer,
}

impl Tallies {
    fn add(&mut self, event: &Event, target: i64, scale: ScoreScale) -> Result<()> {
        if self.customer.number != event.customer {
            self.finish_customer();
            self.customer.number = event.customer;
        }
        let Some(tally) = self.all.get_mut(event.touchpoint as usize) else { return Ok(()) };
        tally.events += 1;
        if tally.last_customer != event.customer {
            tally.last_customer = event.customer;
            tally.customers += 1;
            self.customer.met.push(event.touchpoint);
        }
        if event.score != ABSENT {
            tally.shortfall = tally.shortfall.plus(scale.drop(target, event.score), 1)?;
        }
        if event.value != ABSENT {
            self.customer.value += i128::from(event.value);
        }
        Ok(())
    }

    fn finish_customer(&mut self) {
        for touchpoint in self.customer.met.drain(..) {
            if let Some(tally) = self.all.get_mut(touchpoint as usize) {
                tally.value += self.customer.value;
            }
        }
        self.customer.value = 0;
    }
}

impl Journeys {
    /// How much each touchpoint hurts, the worst first.
    pub fn pain_points(
        &self,
        target: f64,
        value_at_risk: bool,
        level: f64,
    ) -> Result<Vec<PainPoint>> {
        check_level(level)?;
        let scale = ScoreScale::of(self);
        let (target, way) = scale.target(target)?;
        let table = &self.log.tables.touchpoints;
        let mut tallies = Tallies {
            all: vec![Tally::EMPTY; table.len()],
            customer: Customer { number: NONE, met: Vec::new(), value: 0 },
        };
        let passage = self.try_for_each_journey(|journey| {
            journey.events.iter().try_for_each(|event| tallies.add(event, target, scale))
        })?;
        tallies.finish_customer();
        let mut met: Vec<(&KeyPart, Tally)> = table.keys().iter().zip(tallies.all).collect();
        met.retain(|(_, tally)| tally.events > 0);
        met.sort_by(|a, b| a.1.worse_first(&b.1).then_with(|| a.0.cmp(b.0)));
        let point = |(touchpoint, tally): (&KeyPart, Tally)| {
            let reach = CountedShare::of(tally.customers, passage.customers, level)?;
            let mut severity = ScoreMean::of(&tally.shortfall, way, level)?;
            severity.interval = severity.interval.map(|limits| limits.clamped(0.0, 1.0));
            let value = value_at_risk.then_some(tally.value);
            let index = reach.share.zip(severity.mean).map(|(share, mean)| share * mean);
            Ok(PainPoint {
                touchpoint: touchpoint.clone(),
                events: tally.events,
                reach,
                severity,
                index,
                value_at_risk: value,
                value_index: index.zip(value).map(|(index, value)| index * value as f64),
            })
        };
        met.into_iter().map(point).collect()
    }
}

//! What the reading of [`Journeys`] returns.

use super::definition::JourneysDefinition;
use super::journeys::{ExcludedEvents, Journeys};
use crate::calculator::{Calculator, Report};
use crate::model::JourneyStatus;
use crate::stats::Share;
use crate::stats::scored::scored_by_share;

/// Smallest, middle and largest of a column of whole numbers, with its mean.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Spread {
    /// Σx/n.
    pub mean: Option<f64>,
    /// The middle one, or the mean of the two in the middle.
    pub median: Option<f64>,
    /// The quantile of 0.9, interpolated (type 7).
    pub q90: Option<f64>,
    /// The quantile of 0.95, interpolated (type 7).
    pub q95: Option<f64>,
    /// The smallest.
    pub min: Option<i64>,
    /// The largest.
    pub max: Option<i64>,
}

/// The quantile of sorted numbers by linear interpolation: type 7 of Hyndman & Fan (1996).
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a position lies within the column"
)]
pub(super) fn quantile(sorted: &[i64], probability: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let position = probability.clamp(0.0, 1.0) * last as f64;
    let below = (libm::floor(position) as usize).min(last);
    let low = *sorted.get(below)? as f64;
    let high = *sorted.get((below + 1).min(last))? as f64;
    Some(low + (position - below as f64) * (high - low))
}

impl Spread {
    /// Of numbers in any order, which are sorted on the way.
    #[allow(clippy::cast_precision_loss, reason = "shown as a mean")]
    pub(super) fn of(numbers: &mut [i64]) -> Self {
        numbers.sort_unstable();
        let sum: i128 = numbers.iter().map(|&number| i128::from(number)).sum();
        Self {
            mean: (!numbers.is_empty()).then(|| sum as f64 / numbers.len() as f64),
            median: quantile(numbers, 0.5),
            q90: quantile(numbers, 0.9),
            q95: quantile(numbers, 0.95),
            min: numbers.first().copied(),
            max: numbers.last().copied(),
        }
    }
}

/// The journeys that are held, and how many reached their goal.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct JourneysReport {
    /// The conversion: converted ÷ (converted + dropped); `None` without a goal or before a journey
    /// is over.
    pub score: Option<f64>,
    /// Customers with an event, if only a separator.
    pub customers: u64,
    /// Journeys.
    pub journeys: u64,
    /// Events that count, separators among them.
    pub events: u64,
    /// Journeys that ended with their goal.
    pub converted: u64,
    /// Journeys that are over without it.
    pub dropped: u64,
    /// Journeys that are over where no goal is declared.
    pub ended: u64,
    /// Journeys that may go on.
    pub open: u64,
    /// Different touchpoints.
    pub touchpoints: u64,
    /// Different channels.
    pub channels: u64,
    /// Events of a journey.
    pub length: Spread,
    /// From the first event of a journey to its last, in microseconds.
    pub duration: Spread,
    /// The earliest time, microseconds since 1970.
    pub first_time: Option<i64>,
    /// The latest time, microseconds since 1970.
    pub last_time: Option<i64>,
    /// Events left out because their id came before.
    pub duplicates: u64,
    /// Of these, those that differ from the event that counts.
    pub conflicting_duplicates: u64,
    /// Neighbours at the same instant, of a customer or of one object of theirs, not both with an
    /// id: nothing but their arrival tells which came first.
    pub ties: u64,
    /// Separators, which belong to no journey.
    pub separators: u64,
    /// What was left out, and why.
    pub excluded: ExcludedEvents,
    /// All rows taken in.
    pub observations: u64,
    /// How events were read and journeys split.
    pub definition: JourneysDefinition,
}

fn count_used(used: &[bool]) -> u64 {
    used.iter().filter(|used| **used).count() as u64
}

fn mark(used: &mut [bool], number: u32) {
    if let Some(used) = used.get_mut(number as usize) {
        *used = true;
    }
}

impl JourneysReport {
    #[allow(clippy::cast_possible_wrap, reason = "a journey has fewer than 2^32 events")]
    pub(super) fn read(state: &Journeys) -> Self {
        let mut counts = [0u64; 4];
        let (mut lengths, mut durations) = (Vec::new(), Vec::new());
        let mut touchpoints = vec![false; state.log.tables.touchpoints.len()];
        let mut channels = vec![false; state.log.tables.channels.len()];
        let mut times: Option<(i64, i64)> = None;
        let passage = state.for_each_journey(|journey| {
            let status = match journey.status {
                JourneyStatus::Converted => 0,
                JourneyStatus::Dropped => 1,
                JourneyStatus::Ended => 2,
                JourneyStatus::Open => 3,
            };
            if let Some(count) = counts.get_mut(status) {
                *count += 1;
            }
            lengths.push(journey.events.len() as i64);
            durations.push(journey.duration());
            for event in journey.events {
                mark(&mut touchpoints, event.touchpoint);
                mark(&mut channels, event.channel);
            }
            let (from, to) = (journey.first_time(), journey.last_time());
            times = Some(times.map_or((from, to), |(a, b)| (a.min(from), b.max(to))));
        });
        let [converted, dropped, ended, open] = counts;
        let share = Share { successes: converted, total: converted + dropped };
        let has_goal = !state.definition.goal.is_empty();
        Self {
            score: share.value().filter(|_| has_goal),
            customers: passage.customers,
            journeys: passage.journeys,
            events: passage.events,
            converted,
            dropped,
            ended,
            open,
            touchpoints: count_used(&touchpoints),
            channels: count_used(&channels),
            length: Spread::of(&mut lengths),
            duration: Spread::of(&mut durations),
            first_time: times.map(|times| times.0),
            last_time: times.map(|times| times.1),
            duplicates: passage.duplicates,
            conflicting_duplicates: passage.conflicting,
            ties: passage.ties,
            separators: passage.separators,
            excluded: state.excluded,
            observations: state.observations(),
            definition: state.definition.clone(),
        }
    }

    /// The journeys that reached their goal, of those that are over.
    pub fn share(&self) -> Share {
        Share { successes: self.converted, total: self.converted + self.dropped }
    }
}

impl Report for JourneysReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    /// Journeys that are over; without a goal, all of them.
    fn responses(&self) -> u64 {
        if self.definition.goal.is_empty() { self.journeys } else { self.converted + self.dropped }
    }

    fn unit(&self) -> &'static str {
        "%"
    }
}

scored_by_share!(JourneysReport);

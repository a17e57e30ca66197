//! What the reading of [`JourneyStream`] returns.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::definition::JourneyStreamDefinition;
use super::journey_stream::JourneyStream;
use crate::calculator::{Calculator, Report};
use crate::journey::journeys::ExcludedEvents;
use crate::journey::report::Spread;
use crate::model::JourneyStatus;
use crate::stats::Share;
use crate::stats::scored::scored_by_share;

/// The journeys that went by, and how many reached their goal.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct JourneyStreamReport {
    /// The conversion: converted ÷ (converted + dropped); `None` without a goal or before a journey
    /// is over.
    pub score: Option<f64>,
    /// Customers with an event.
    pub customers: u64,
    /// Journeys.
    pub journeys: u64,
    /// Events that count, separators and those that wait among them.
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
    /// Events of a journey; quantiles within 1.6 %.
    pub length: Spread,
    /// From the first event of a journey to its last, in microseconds; quantiles within 1.6 %.
    pub duration: Spread,
    /// The earliest time, microseconds since 1970.
    pub first_time: Option<i64>,
    /// The latest time, microseconds since 1970.
    pub last_time: Option<i64>,
    /// Journeys with two channels or more.
    pub multi_channel: u64,
    /// Journeys on any channel.
    pub with_channel: u64,
    /// Neighbours on different channels.
    pub switches: u64,
    /// Neighbours with channels.
    pub channel_pairs: u64,
    /// switches ÷ `channel_pairs`.
    pub switch_rate: Option<f64>,
    /// Events that wait for earlier ones.
    pub waiting: u64,
    /// Events that came too late.
    pub late: u64,
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
    /// What was counted, and how.
    pub definition: JourneyStreamDefinition,
}

impl JourneyStreamReport {
    #[allow(clippy::cast_precision_loss, reason = "counts are shown as shares")]
    pub(super) fn read(stream: &JourneyStream) -> Self {
        let settled = stream.settled();
        let now = settled.watermark();
        let mut totals = settled.totals.clone();
        let mut customers: HashSet<u32, RandomState> = HashSet::default();
        let mut open = 0;
        for unit in &settled.units {
            let Some(last) = unit.last() else { continue };
            customers.insert(unit.customer);
            let Some(journey) = unit.journey() else { continue };
            match settled.rules.split.status_at(last.time, now) {
                JourneyStatus::Open => open += 1,
                status => totals.count_over(status, journey.touchpoint),
            }
            totals.lengths.add(journey.events.into());
            totals.durations.add(journey.duration(last.time));
        }
        let share = Share { successes: totals.converted, total: totals.converted + totals.dropped };
        let has_goal = !stream.definition.journeys.goal.is_empty();
        let channel_pairs = totals.channel_counts.iter().sum::<u64>();
        let pairs = totals.channel_pairs.all().iter().zip(&totals.channel_counts);
        let switches = pairs.filter(|((a, b), _)| a != b).map(|(_, count)| count).sum::<u64>();
        Self {
            score: share.value().filter(|_| has_goal),
            customers: customers.len() as u64,
            journeys: totals.journeys(),
            events: totals.events.saturating_add(totals.passed.separators),
            converted: totals.converted,
            dropped: totals.dropped,
            ended: totals.ended,
            open,
            touchpoints: totals.touchpoints.iter().filter(|it| it.customers > 0).count() as u64,
            channels: totals.channels.iter().filter(|events| **events > 0).count() as u64,
            length: totals.lengths.spread(),
            duration: totals.durations.spread(),
            first_time: totals.times.map(|times| times.0),
            last_time: totals.times.map(|times| times.1),
            multi_channel: totals.multi_channel,
            with_channel: totals.with_channel,
            switches,
            channel_pairs,
            switch_rate: (channel_pairs > 0).then(|| switches as f64 / channel_pairs as f64),
            waiting: stream.waiting,
            late: totals.passed.late,
            duplicates: totals.passed.duplicates,
            conflicting_duplicates: totals.passed.conflicting,
            ties: totals.passed.ties,
            separators: totals.passed.separators,
            excluded: stream.excluded,
            observations: stream.observations(),
            definition: stream.definition.clone(),
        }
    }

    /// The journeys that reached their goal, of those that are over.
    pub fn share(&self) -> Share {
        Share { successes: self.converted, total: self.converted + self.dropped }
    }
}

impl Report for JourneyStreamReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    /// Journeys that are over; without a goal, all of them.
    fn responses(&self) -> u64 {
        if self.definition.journeys.goal.is_empty() {
            self.journeys
        } else {
            self.converted + self.dropped
        }
    }

    fn unit(&self) -> &'static str {
        "%"
    }
}

scored_by_share!(JourneyStreamReport);

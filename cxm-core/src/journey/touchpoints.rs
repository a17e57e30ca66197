//! Touchpoints: how many come, begin, end, drop off and come back at each of them.
//!
//! # Formula
//! ```text
//! exit rate    journeys that end at x ÷ journeys that visit x
//! drop-offs    journeys that are over without their goal and whose last touchpoint is x
//! repeats      journeys that visit x at least twice: rework
//! self-loops   pairs x, x
//! returns      pairs a, x in which the journey was at x before, a ≠ x
//! ```

use super::journeys::Journeys;
use super::key_table::NONE;
use crate::calculator::batch::KeyPart;
use crate::model::JourneyStatus;
use crate::stats::Share;

/// What happens at one touchpoint.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TouchpointCounts {
    /// The touchpoint.
    pub touchpoint: KeyPart,
    /// Events.
    pub events: u64,
    /// Customers who were there.
    pub customers: u64,
    /// Journeys that visit it.
    pub journeys: u64,
    /// Journeys that begin there.
    pub starts: u64,
    /// Journeys that end there.
    pub ends: u64,
    /// Of these, those over without their goal.
    pub drop_offs: u64,
    /// Journeys that visit it at least twice.
    pub repeats: u64,
    /// Pairs of it with itself.
    pub self_loops: u64,
    /// Ways back to it from elsewhere.
    pub returns: u64,
}

impl TouchpointCounts {
    /// The journeys that end there, of those that visit it.
    pub fn exits(&self) -> Share {
        Share { successes: self.ends, total: self.journeys }
    }
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    customer: u32,
    journey: u64,
    visits: u64,
}

impl Journeys {
    /// What happens at each touchpoint, by name.
    pub fn touchpoints(&self) -> Vec<TouchpointCounts> {
        let table = &self.log.tables.touchpoints;
        let empty = |key: &KeyPart| TouchpointCounts {
            touchpoint: key.clone(),
            events: 0,
            customers: 0,
            journeys: 0,
            starts: 0,
            ends: 0,
            drop_offs: 0,
            repeats: 0,
            self_loops: 0,
            returns: 0,
        };
        let mut counts: Vec<TouchpointCounts> = table.keys().iter().map(empty).collect();
        let mut seen = vec![Seen { customer: NONE, journey: 0, visits: 0 }; counts.len()];
        let mut number = 0;
        self.for_each_journey(|journey| {
            number += 1;
            let mut before = NONE;
            for event in journey.events {
                let at = event.touchpoint as usize;
                let (Some(count), Some(seen)) = (counts.get_mut(at), seen.get_mut(at)) else {
                    continue;
                };
                count.events += 1;
                if seen.customer != event.customer {
                    seen.customer = event.customer;
                    count.customers += 1;
                }
                if seen.journey != number {
                    (seen.journey, seen.visits) = (number, 0);
                    count.journeys += 1;
                }
                count.self_loops += u64::from(before == event.touchpoint);
                count.returns += u64::from(seen.visits > 0 && before != event.touchpoint);
                seen.visits += 1;
                count.repeats += u64::from(seen.visits == 2);
                before = event.touchpoint;
            }
            let mut at = |event: Option<&super::event_log::Event>, end: bool| {
                let Some(count) = event.and_then(|it| counts.get_mut(it.touchpoint as usize))
                else {
                    return;
                };
                if end {
                    count.ends += 1;
                    count.drop_offs += u64::from(journey.status == JourneyStatus::Dropped);
                } else {
                    count.starts += 1;
                }
            };
            at(journey.events.first(), false);
            at(journey.events.last(), true);
        });
        counts.retain(|count| count.events > 0);
        counts.sort_unstable_by(|a, b| a.touchpoint.cmp(&b.touchpoint));
        counts
    }
}

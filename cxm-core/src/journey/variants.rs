//! Variants: the different paths that journeys take.
//!
//! # Formula
//! ```text
//! variant    the touchpoints of a journey in their order; with collapse_runs, repetitions of one
//!            touchpoint right after each other count once
//! share      journeys of the variant ÷ all journeys
//! ```
//!
//! # Source
//! van der Aalst, Process Mining (2016), 5.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::event_log::ABSENT;
use super::journeys::Journeys;
use crate::calculator::batch::KeyPart;
use crate::model::JourneyStatus;

/// A path, and how many journeys took it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Variant {
    /// The touchpoints in their order.
    pub path: Vec<KeyPart>,
    /// Journeys that took it.
    pub journeys: u64,
    /// Of these, those that reached their goal.
    pub converted: u64,
    /// Of these, those that are over without it.
    pub dropped: u64,
    /// The values of their events, in minor units.
    pub value: i128,
    /// Of all journeys.
    pub share: f64,
    /// The first customer, by key, who took it.
    pub example: KeyPart,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    journeys: u64,
    converted: u64,
    dropped: u64,
    value: i128,
    example: u32,
}

impl Journeys {
    /// The different paths, the most frequent first, those as frequent by their touchpoints.
    #[allow(clippy::cast_precision_loss, reason = "counts are shown as shares")]
    pub fn variants(&self, collapse_runs: bool) -> Vec<Variant> {
        let tables = &self.log.tables;
        let mut numbers: HashMap<Box<[u32]>, Counts, RandomState> = HashMap::default();
        let mut path: Vec<u32> = Vec::new();
        let passage = self.for_each_journey(|journey| {
            path.clear();
            path.extend(journey.events.iter().map(|event| event.touchpoint));
            if collapse_runs {
                path.dedup();
            }
            let counts = match numbers.get_mut(path.as_slice()) {
                Some(counts) => counts,
                None => numbers
                    .entry(path.as_slice().into())
                    .or_insert(Counts { example: journey.customer, ..Counts::default() }),
            };
            counts.journeys += 1;
            counts.converted += u64::from(journey.status == JourneyStatus::Converted);
            counts.dropped += u64::from(journey.status == JourneyStatus::Dropped);
            let values = journey.events.iter().map(|event| event.value);
            counts.value += values.filter(|&value| value != ABSENT).map(i128::from).sum::<i128>();
            if tables.customers.key(journey.customer) < tables.customers.key(counts.example) {
                counts.example = journey.customer;
            }
        });
        let key = |table: &super::key_table::KeyTable, number: u32| {
            table.key(number).cloned().unwrap_or(KeyPart::Missing)
        };
        let mut variants: Vec<Variant> = numbers
            .into_iter()
            .map(|(path, counts)| Variant {
                path: path.iter().map(|&number| key(&tables.touchpoints, number)).collect(),
                journeys: counts.journeys,
                converted: counts.converted,
                dropped: counts.dropped,
                value: counts.value,
                share: counts.journeys as f64 / passage.journeys as f64,
                example: key(&tables.customers, counts.example),
            })
            .collect();
        variants
            .sort_unstable_by(|a, b| b.journeys.cmp(&a.journeys).then_with(|| a.path.cmp(&b.path)));
        variants
    }
}

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
use super::key_table::NONE;
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

/// How many journeys took one path.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PathCounts {
    pub(crate) journeys: u64,
    pub(crate) converted: u64,
    pub(crate) dropped: u64,
    pub(crate) value: i128,
    example: u32,
}

/// The different paths by number: a hundred thousand of them share the keys of a few touchpoints.
#[derive(Debug)]
pub(crate) struct VariantCounts<'a> {
    journeys: &'a Journeys,
    /// All journeys.
    all: u64,
    /// The touchpoints by key, by whose places the paths go.
    pub(crate) touchpoints: Vec<&'a KeyPart>,
    /// The most frequent first, those as frequent by their touchpoints.
    pub(crate) paths: Vec<(Box<[u32]>, PathCounts)>,
}

impl VariantCounts<'_> {
    /// Of all journeys.
    #[allow(clippy::cast_precision_loss, reason = "counts are shown as shares")]
    pub(crate) fn share(&self, counts: &PathCounts) -> f64 {
        counts.journeys as f64 / self.all as f64
    }

    /// The first customer, by key, who took it.
    pub(crate) fn example(&self, counts: &PathCounts) -> KeyPart {
        let customers = &self.journeys.log.tables.customers;
        customers.key(counts.example).cloned().unwrap_or(KeyPart::Missing)
    }

    /// The touchpoints of a path.
    pub(crate) fn path<'p>(&'p self, places: &'p [u32]) -> impl Iterator<Item = &'p KeyPart> {
        places.iter().filter_map(|&place| self.touchpoints.get(place as usize).copied())
    }
}

impl Journeys {
    /// The different paths, the most frequent first, those as frequent by their touchpoints.
    pub fn variants(&self, collapse_runs: bool) -> Vec<Variant> {
        let counted = self.variant_counts(collapse_runs);
        let variant = |(path, counts): &(Box<[u32]>, PathCounts)| Variant {
            path: counted.path(path).cloned().collect(),
            journeys: counts.journeys,
            converted: counts.converted,
            dropped: counts.dropped,
            value: counts.value,
            share: counted.share(counts),
            example: counted.example(counts),
        };
        counted.paths.iter().map(variant).collect()
    }

    /// The different paths, counted.
    pub(crate) fn variant_counts(&self, collapse_runs: bool) -> VariantCounts<'_> {
        let tables = &self.log.tables;
        let (sorted, places) = (tables.touchpoints.sorted(), tables.touchpoints.places());
        let place = |number: u32| places.get(number as usize).copied().unwrap_or(NONE);
        let mut paths: HashMap<Box<[u32]>, PathCounts, RandomState> = HashMap::default();
        let mut path: Vec<u32> = Vec::new();
        let passage = self.for_each_journey(|journey| {
            path.clear();
            path.extend(journey.events.iter().map(|event| place(event.touchpoint)));
            if collapse_runs {
                path.dedup();
            }
            let counts = match paths.get_mut(path.as_slice()) {
                Some(counts) => counts,
                None => paths
                    .entry(path.as_slice().into())
                    .or_insert(PathCounts { example: journey.customer, ..PathCounts::default() }),
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
        let mut paths: Vec<_> = paths.into_iter().collect();
        paths.sort_unstable_by(|a, b| b.1.journeys.cmp(&a.1.journeys).then_with(|| a.0.cmp(&b.0)));
        VariantCounts {
            journeys: self,
            all: passage.journeys,
            touchpoints: sorted.iter().filter_map(|&it| tables.touchpoints.key(it)).collect(),
            paths,
        }
    }
}

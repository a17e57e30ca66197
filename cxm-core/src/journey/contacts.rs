//! Contacts: how often each touchpoint is met on each channel, by stage of the journey.
//!
//! The rows of a journey map: stages across, channels as lanes, volume and mean score in each cell.

use std::collections::BTreeMap;

use super::event_log::ABSENT;
use super::intake::SCORE_ONE;
use super::journeys::Journeys;
use super::key_table::NONE;
use crate::calculator::batch::KeyPart;

/// One touchpoint on one channel.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ContactCounts {
    /// The stage that the touchpoint belongs to, if to any.
    pub stage: Option<String>,
    /// The touchpoint.
    pub touchpoint: KeyPart,
    /// The channel; missing where events have none.
    pub channel: KeyPart,
    /// Events.
    pub events: u64,
    /// Customers who were there.
    pub customers: u64,
    /// Events with a score.
    pub scores: u64,
    /// The mean of the scores.
    pub mean_score: Option<f64>,
    /// The values of the events, in minor units.
    pub value: i128,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    events: u64,
    customers: u64,
    last_customer: u32,
    scores: u64,
    score_sum: i128,
    value: i128,
}

impl Journeys {
    /// How often each touchpoint is met on each channel: by stage in the order of the definition,
    /// touchpoints without a stage last, then by name.
    #[allow(clippy::cast_precision_loss, reason = "a mean")]
    pub fn contacts(&self) -> Vec<ContactCounts> {
        let tables = &self.log.tables;
        let mut cells: BTreeMap<(u32, u32), Cell> = BTreeMap::new();
        self.for_each_journey(|journey| {
            for event in journey.events {
                let cell = cells.entry((event.touchpoint, event.channel)).or_insert(Cell {
                    events: 0,
                    customers: 0,
                    last_customer: NONE,
                    scores: 0,
                    score_sum: 0,
                    value: 0,
                });
                cell.events += 1;
                if cell.last_customer != event.customer {
                    cell.last_customer = event.customer;
                    cell.customers += 1;
                }
                if event.score != ABSENT {
                    cell.scores += 1;
                    cell.score_sum += i128::from(event.score);
                }
                cell.value += if event.value == ABSENT { 0 } else { i128::from(event.value) };
            }
        });
        let stages = &self.definition.stages;
        let stage_of = |touchpoint: &KeyPart| {
            stages.iter().position(|stage| stage.touchpoints.contains(touchpoint))
        };
        let mut rows: Vec<(usize, ContactCounts)> = Vec::with_capacity(cells.len());
        for ((touchpoint, channel), cell) in cells {
            let key = |table: &super::key_table::KeyTable, number: u32| {
                table.key(number).cloned().unwrap_or(KeyPart::Missing)
            };
            let touchpoint = key(&tables.touchpoints, touchpoint);
            let place = stage_of(&touchpoint);
            let mean = cell.score_sum as f64 / (cell.scores as f64 * SCORE_ONE as f64);
            let row = ContactCounts {
                stage: place.and_then(|at| stages.get(at)).map(|stage| stage.stage.clone()),
                touchpoint,
                channel: key(&tables.channels, channel),
                events: cell.events,
                customers: cell.customers,
                scores: cell.scores,
                mean_score: (cell.scores > 0).then_some(mean),
                value: cell.value,
            };
            rows.push((place.unwrap_or(usize::MAX), row));
        }
        rows.sort_by(|(a, left), (b, right)| {
            (a, &left.touchpoint, &left.channel).cmp(&(b, &right.touchpoint, &right.channel))
        });
        rows.into_iter().map(|(_, row)| row).collect()
    }
}

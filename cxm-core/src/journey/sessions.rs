//! The journeys one by one: whose, from when to when, how many events, how they ended.

use super::event_log::{ABSENT, Event};
use super::intake::SCORE_ONE;
use super::journeys::Journeys;
use super::key_table::{KeyTable, NONE};
use crate::calculator::batch::KeyPart;
use crate::model::JourneyStatus;

/// One journey.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct JourneyRow {
    /// Whose.
    pub customer: KeyPart,
    /// Which of theirs, from 1.
    pub number: u32,
    /// When it began, microseconds since 1970.
    pub first_time: i64,
    /// When its last event was.
    pub last_time: i64,
    /// Events.
    pub events: u64,
    /// How far it has come.
    pub status: JourneyStatus,
    /// The touchpoint at which it began.
    pub first_touchpoint: KeyPart,
    /// The touchpoint at which it is or ended.
    pub last_touchpoint: KeyPart,
    /// Events with a score.
    pub scores: u64,
    /// The mean of the scores.
    pub mean_score: Option<f64>,
    /// The values of its events, in minor units.
    pub value: i128,
}

/// One journey by number: small while it is put in order.
struct Numbered {
    /// The place of its customer among all, by key.
    place: u32,
    customer: u32,
    number: u32,
    status: JourneyStatus,
    first_touchpoint: u32,
    last_touchpoint: u32,
    first_time: i64,
    last_time: i64,
    events: u64,
    scores: u64,
    sum: i128,
    value: i128,
}

impl Journeys {
    /// The journeys one by one, by customer and number.
    #[allow(clippy::cast_precision_loss, reason = "a mean")]
    pub fn journeys(&self) -> Vec<JourneyRow> {
        let tables = &self.log.tables;
        let places = tables.customers.places();
        let mut rows = Vec::new();
        self.for_each_journey(|journey| {
            let present = |number: &i64| *number != ABSENT;
            let scores = journey.events.iter().map(|event| event.score).filter(present);
            let (scores, sum) = scores
                .fold((0u64, 0i128), |(count, sum), score| (count + 1, sum + i128::from(score)));
            let values = journey.events.iter().map(|event| event.value).filter(present);
            let touchpoint = |event: Option<&Event>| event.map_or(NONE, |event| event.touchpoint);
            rows.push(Numbered {
                place: places.get(journey.customer as usize).copied().unwrap_or(NONE),
                customer: journey.customer,
                number: journey.number,
                status: journey.status,
                first_touchpoint: touchpoint(journey.events.first()),
                last_touchpoint: touchpoint(journey.events.last()),
                first_time: journey.first_time(),
                last_time: journey.last_time(),
                events: journey.events.len() as u64,
                scores,
                sum,
                value: values.map(i128::from).sum(),
            });
        });
        rows.sort_unstable_by_key(|row| (row.place, row.number));
        let key =
            |table: &KeyTable, number: u32| table.key(number).cloned().unwrap_or(KeyPart::Missing);
        let row = |row: &Numbered| JourneyRow {
            customer: key(&tables.customers, row.customer),
            number: row.number,
            first_time: row.first_time,
            last_time: row.last_time,
            events: row.events,
            status: row.status,
            first_touchpoint: key(&tables.touchpoints, row.first_touchpoint),
            last_touchpoint: key(&tables.touchpoints, row.last_touchpoint),
            scores: row.scores,
            mean_score: (row.scores > 0)
                .then(|| row.sum as f64 / (row.scores as f64 * SCORE_ONE as f64)),
            value: row.value,
        };
        rows.iter().map(row).collect()
    }
}

//! The journeys one by one: whose, from when to when, how many events, how they ended.

use super::event_log::ABSENT;
use super::intake::SCORE_ONE;
use super::journeys::Journeys;
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

impl Journeys {
    /// The journeys one by one, by customer and number.
    #[allow(clippy::cast_precision_loss, reason = "a mean")]
    pub fn journeys(&self) -> Vec<JourneyRow> {
        let tables = &self.log.tables;
        let key = |table: &super::key_table::KeyTable, number: Option<u32>| {
            number.and_then(|number| table.key(number)).cloned().unwrap_or(KeyPart::Missing)
        };
        let mut rows = Vec::new();
        self.for_each_journey(|journey| {
            let present = |number: &i64| *number != ABSENT;
            let scores = journey.events.iter().map(|event| event.score).filter(present);
            let (count, sum) = scores
                .fold((0u64, 0i128), |(count, sum), score| (count + 1, sum + i128::from(score)));
            let values = journey.events.iter().map(|event| event.value).filter(present);
            let touchpoint = |event: Option<&super::event_log::Event>| {
                key(&tables.touchpoints, event.map(|event| event.touchpoint))
            };
            rows.push(JourneyRow {
                customer: key(&tables.customers, Some(journey.customer)),
                number: journey.number,
                first_time: journey.first_time(),
                last_time: journey.last_time(),
                events: journey.events.len() as u64,
                status: journey.status,
                first_touchpoint: touchpoint(journey.events.first()),
                last_touchpoint: touchpoint(journey.events.last()),
                scores: count,
                mean_score: (count > 0).then(|| sum as f64 / (count as f64 * SCORE_ONE as f64)),
                value: values.map(i128::from).sum(),
            });
        });
        rows.sort_by(|a, b| a.customer.cmp(&b.customer));
        rows
    }
}

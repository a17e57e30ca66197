//! From a batch of events to those of each unit.

use super::definition::{JourneyStreamDefinition, LateRule};
use super::journey_stream::JourneyStream;
use super::waiting::Waiting;
use crate::calculator::batch::{Events, KeyColumn, KeyPart};
use crate::error::{Error, Result};
use crate::journey::event_log::ABSENT;
use crate::journey::intake::{self, rows_by_group, with_rows};
use crate::journey::journeys::ExcludedEvents;
use crate::journey::key_table::NONE;

/// A batch that was read, in the numbers of a stream's tables.
#[derive(Debug)]
pub(super) struct Arrivals<'a> {
    /// The customer of each row; none where the row is left out.
    customers: Vec<u32>,
    touchpoints: Vec<u32>,
    channels: Option<Vec<u32>>,
    objects: Option<Vec<u32>>,
    ids: Option<KeyColumn<'a>>,
    times: &'a [i64],
    scores: Option<Vec<i64>>,
    values: Option<Vec<i64>>,
    kept: usize,
    pub(super) excluded: ExcludedEvents,
}

fn number(column: Option<&Vec<u32>>, row: usize) -> u32 {
    column.and_then(|column| column.get(row)).copied().unwrap_or(NONE)
}

fn amount(column: Option<&Vec<i64>>, row: usize) -> i64 {
    column.and_then(|column| column.get(row)).copied().unwrap_or(ABSENT)
}

impl<'a> Arrivals<'a> {
    /// Reads a batch under the rules. Keys join the tables; without events they are in no state.
    pub(super) fn read(stream: &mut JourneyStream, batch: Events<'a>) -> Result<Self> {
        let intake = intake::read(&stream.definition.journeys, batch)?;
        let kept = intake.len();
        let tables = &mut stream.tables;
        let by_object = stream.definition.journeys.by_object;
        let objects = batch.objects.filter(|_| by_object);
        let mut customers = tables.customers.number_column(&batch.customers)?;
        if let Some(kept) = &intake.kept {
            for (customer, _) in customers.iter_mut().zip(kept).filter(|(_, kept)| !**kept) {
                *customer = NONE;
            }
        }
        Ok(Self {
            customers,
            touchpoints: tables.touchpoints.number_column(&batch.touchpoints)?,
            channels: batch.channels.map(|it| tables.channels.number_column(&it)).transpose()?,
            objects: objects.map(|it| tables.objects.number_column(&it)).transpose()?,
            ids: batch.event_ids,
            times: batch.times.values,
            scores: intake.scores,
            values: intake.values,
            kept,
            excluded: intake.excluded,
        })
    }

    /// Events that count.
    pub(super) fn len(&self) -> usize {
        self.kept
    }

    /// All rows.
    pub(super) fn rows(&self) -> usize {
        self.customers.len()
    }

    /// Customer and object of a row that counts.
    fn owner(&self, row: usize) -> Option<(u32, u32)> {
        let customer = number(Some(&self.customers), row);
        (customer != NONE).then(|| (customer, number(self.objects.as_ref(), row)))
    }

    /// Refuses late events where the rule says so.
    pub(super) fn check_late(&self, stream: &JourneyStream) -> Result<()> {
        if stream.definition.late != LateRule::Error {
            return Ok(());
        }
        for (row, &time) in self.times.iter().enumerate() {
            let unit = self.owner(row).and_then(|(customer, object)| {
                stream.units.get(stream.find_unit(customer, object)?)
            });
            if unit.is_some_and(|unit| unit.is_late(time)) {
                let last = unit.and_then(|unit| unit.last).map_or(time, |last| last.time);
                let message = format!(
                    "expected a time not before {last}, to which the customer has come, got {time}"
                );
                return Err(Error::observation(message).in_field("times").at_row(row));
            }
        }
        Ok(())
    }

    fn event(&self, row: usize) -> Waiting {
        let id = self.ids.as_ref().and_then(|ids| ids.part(row).ok());
        Waiting {
            time: self.times.get(row).copied().unwrap_or_default(),
            id: id.unwrap_or(KeyPart::Missing),
            touchpoint: number(Some(&self.touchpoints), row),
            channel: number(self.channels.as_ref(), row),
            score: amount(self.scores.as_ref(), row),
            value: amount(self.values.as_ref(), row),
        }
    }

    /// Gives each unit its events.
    pub(super) fn admit_to(mut self, stream: &mut JourneyStream) {
        let mut events = Vec::new();
        if self.rows() == 1 {
            if let Some((customer, object)) = self.owner(0) {
                events.push(self.event(0));
                let unit = stream.unit(customer, object);
                stream.admit(unit, &mut events);
            }
            return;
        }
        for row in 0..self.rows() {
            if let Some((customer, object)) = self.owner(row) {
                let unit = stream.unit(customer, object);
                if let Some(slot) = self.customers.get_mut(row) {
                    *slot = u32::try_from(unit).unwrap_or(NONE);
                }
            }
        }
        let order = by_unit(&self.customers, stream.units.len(), self.kept);
        for rows in order.chunk_by(|a, b| self.is_of_one_unit(*a, *b)) {
            let Some(&first) = rows.first() else { continue };
            let unit = number(Some(&self.customers), first as usize);
            events.extend(rows.iter().map(|&row| self.event(row as usize)));
            stream.admit(unit as usize, &mut events);
        }
    }

    fn is_of_one_unit(&self, a: u32, b: u32) -> bool {
        self.customers.get(a as usize) == self.customers.get(b as usize)
    }
}

/// The rows that have a unit, by unit, each unit's in the order in which they came.
fn by_unit(units_of_rows: &[u32], units: usize, kept: usize) -> Vec<u32> {
    let with_unit = || (0u32..).zip(units_of_rows).filter(|(_, unit)| **unit != NONE);
    if kept < units / 8 {
        let mut rows: Vec<u32> = with_unit().map(|(row, _)| row).collect();
        rows.sort_by_key(|&row| units_of_rows.get(row as usize));
        return rows;
    }
    let mut next = vec![0u32; units + 1];
    for (_, &unit) in with_unit() {
        if let Some(count) = next.get_mut(unit as usize + 1) {
            *count += 1;
        }
    }
    let mut before = 0;
    for start in &mut next {
        before += *start;
        *start = before;
    }
    let mut order = vec![0u32; kept];
    for (row, &unit) in with_unit() {
        if let Some(place) = next.get_mut(unit as usize) {
            if let Some(slot) = order.get_mut(*place as usize) {
                *slot = row;
            }
            *place += 1;
        }
    }
    order
}

/// The events of each group's rows, all of them waiting.
pub(super) fn by_group(
    definition: &JourneyStreamDefinition,
    codes: &[u32],
    groups: usize,
    batch: Events<'_>,
) -> Result<Vec<JourneyStream>> {
    let _ = intake::read(&definition.journeys, batch)?;
    let rows = rows_by_group(codes, groups)?;
    let lifted = |events: Events<'_>| JourneyStream::lifted(definition, events);
    rows.iter().map(|rows| with_rows(&batch, rows, lifted)).collect()
}

//! From a batch of events to those of each unit.

use super::definition::{JourneyStreamDefinition, LateRule};
use super::journey_stream::{JourneyStream, MOST_ROOM};
use super::unit::Unit;
use super::waiting::Waiting;
use crate::calculator::batch::{Event, Events, KeyColumn, KeyPart, KeyRef, KeyValues};
use crate::calculator::{Calculator, checked_sum};
use crate::error::{Error, Result};
use crate::journey::event_log::ABSENT;
use crate::journey::intake::{self, OneEvent, rows_by_group, with_rows};
use crate::journey::journeys::ExcludedEvents;
use crate::journey::key_table::{KeyTable, NONE};

/// The numbers of a column's keys.
#[derive(Debug)]
enum Numbers<'a> {
    Rows(Vec<u32>),
    /// Through the dictionary of the column, whose keys have these numbers.
    Coded {
        column: KeyColumn<'a>,
        codes: &'a [u32],
        numbers: Vec<u32>,
    },
}

impl<'a> Numbers<'a> {
    fn of(table: &mut KeyTable, column: KeyColumn<'a>) -> Result<Self> {
        match column.values {
            KeyValues::Codes { codes, dictionary } if dictionary.len() <= codes.len() => {
                let numbers = dictionary.iter().map(|key| table.number_of(key));
                Ok(Self::Coded { column, codes, numbers: numbers.collect::<Result<_>>()? })
            }
            _ => table.number_column(&column).map(Self::Rows),
        }
    }

    fn get(&self, row: usize) -> u32 {
        match self {
            Self::Rows(numbers) => number(numbers, row),
            Self::Coded { column, codes, numbers } => {
                if column.is_valid(row) {
                    number(numbers, number(codes, row) as usize)
                } else {
                    NONE
                }
            }
        }
    }
}

/// A batch that was read, in the numbers of a stream's tables.
#[derive(Debug)]
pub(super) struct Arrivals<'a> {
    /// The customer of each row; none where the row is left out. Its unit, later on.
    customers: Vec<u32>,
    touchpoints: Numbers<'a>,
    channels: Option<Numbers<'a>>,
    objects: Option<Numbers<'a>>,
    ids: Option<KeyColumn<'a>>,
    times: &'a [i64],
    scores: Option<Vec<i64>>,
    values: Option<Vec<i64>>,
    kept: usize,
    pub(super) excluded: ExcludedEvents,
}

fn number(numbers: &[u32], row: usize) -> u32 {
    numbers.get(row).copied().unwrap_or(NONE)
}

fn amount(column: Option<&Vec<i64>>, row: usize) -> i64 {
    column.and_then(|column| column.get(row)).copied().unwrap_or(ABSENT)
}

impl<'a> Arrivals<'a> {
    /// Reads a batch under the rules. Keys join the tables; without events they are in no state.
    pub(super) fn read(stream: &mut JourneyStream, batch: Events<'a>) -> Result<Self> {
        let intake = intake::read(&stream.definition.journeys, &batch)?;
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
            touchpoints: Numbers::of(&mut tables.touchpoints, batch.touchpoints)?,
            channels: batch.channels.map(|it| Numbers::of(&mut tables.channels, it)).transpose()?,
            objects: objects.map(|it| Numbers::of(&mut tables.objects, it)).transpose()?,
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
        let customer = number(&self.customers, row);
        let object = || self.objects.as_ref().map_or(NONE, |objects| objects.get(row));
        (customer != NONE).then(|| (customer, object()))
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
            check_late(unit, time, row)?;
        }
        Ok(())
    }

    fn event(&self, row: usize) -> Waiting {
        let id = self.ids.as_ref().and_then(|ids| ids.part(row).ok());
        Waiting {
            time: self.times.get(row).copied().unwrap_or_default(),
            id: id.unwrap_or(KeyPart::Missing),
            touchpoint: self.touchpoints.get(row),
            channel: self.channels.as_ref().map_or(NONE, |channels| channels.get(row)),
            score: amount(self.scores.as_ref(), row),
            value: amount(self.values.as_ref(), row),
        }
    }

    /// Gives each unit its events.
    pub(super) fn admit_to(mut self, stream: &mut JourneyStream) {
        if !stream.definition.journeys.by_object {
            // Units have the numbers of customers. Each new one has a pair an event and one more.
            let new = stream.tables.customers.len() - stream.units.len();
            let most = MOST_ROOM as usize * new;
            stream.met.reserve((self.kept + new).min(most), new);
            stream.make_units();
        } else {
            for row in 0..self.rows() {
                let Some((customer, object)) = self.owner(row) else { continue };
                let unit = stream.unit(customer, object);
                if let Some(slot) = self.customers.get_mut(row) {
                    *slot = u32::try_from(unit).unwrap_or(NONE);
                }
            }
        }
        let units = std::mem::take(&mut self.customers);
        let mut events = Vec::new();
        if self.kept < stream.units.len() / 8 {
            let mut rows: Vec<usize> =
                (0..units.len()).filter(|&row| number(&units, row) != NONE).collect();
            rows.sort_by_key(|&row| number(&units, row));
            for rows in rows.chunk_by(|&a, &b| number(&units, a) == number(&units, b)) {
                let Some(unit) = rows.first().map(|&row| number(&units, row)) else { continue };
                events.extend(rows.iter().map(|&row| self.event(row)));
                stream.admit(unit as usize, &mut events);
            }
            return;
        }
        let (order, ends) = by_unit(&units, stream.units.len(), self.kept);
        drop(units);
        let mut from = 0;
        for (unit, &end) in ends.iter().enumerate() {
            let rows = order.get(from..end as usize).unwrap_or_default();
            from = end as usize;
            if !rows.is_empty() {
                events.extend(rows.iter().map(|&row| self.event(row as usize)));
                stream.admit(unit, &mut events);
            }
        }
    }
}

/// Takes one event.
pub(super) fn take_one(stream: &mut JourneyStream, event: &Event<'_>) -> Result<()> {
    let OneEvent { score, value, is_kept, excluded } =
        intake::read_one(&stream.definition.journeys, event)?;
    checked_sum(stream.observations(), 1)?;
    if let (true, Some(customer), Some(touchpoint)) = (is_kept, event.customer, event.touchpoint) {
        stream.check_room(1)?;
        let number = |table: &mut KeyTable, key: Option<KeyRef<'_>>| {
            key.map_or(Ok(NONE), |key| table.insert(key))
        };
        let tables = &mut stream.tables;
        let waiting = Waiting {
            time: event.time,
            id: event.event_id.map_or(KeyPart::Missing, KeyRef::to_part),
            touchpoint: tables.touchpoints.insert(touchpoint)?,
            channel: number(&mut tables.channels, event.channel)?,
            score,
            value,
        };
        let object = event.object.filter(|_| stream.definition.journeys.by_object);
        let object = number(&mut tables.objects, object)?;
        let customer = tables.customers.insert(customer)?;
        let unit = stream.unit(customer, object);
        if stream.definition.late == LateRule::Error {
            check_late(stream.units.get(unit), event.time, 0)?;
        }
        stream.admit_one(unit, waiting);
    }
    stream.excluded = stream.excluded.combined(&excluded, u64::saturating_add);
    Ok(())
}

/// Refuses late events where the rule says so, of a batch that is not taken.
pub(super) fn refuse_late(stream: &JourneyStream, batch: &Events<'_>) -> Result<()> {
    if stream.definition.late != LateRule::Error {
        return Ok(());
    }
    let intake = intake::read(&stream.definition.journeys, batch)?;
    let by_object = stream.definition.journeys.by_object;
    for row in 0..batch.len() {
        if intake.kept.as_ref().is_some_and(|kept| kept.get(row) != Some(&true)) {
            continue;
        }
        let object = match batch.objects.filter(|_| by_object) {
            Some(objects) => objects.part(row)?,
            None => KeyPart::Missing,
        };
        let object = match object {
            KeyPart::Missing => Some(NONE),
            key => stream.tables.objects.find(&key),
        };
        let customer = stream.tables.customers.find(&batch.customers.part(row)?);
        let unit = customer
            .zip(object)
            .and_then(|(customer, object)| stream.units.get(stream.find_unit(customer, object)?));
        check_late(unit, batch.times.get(row).unwrap_or_default(), row)?;
    }
    Ok(())
}

/// Refuses an event that is late for its unit.
fn check_late(unit: Option<&Unit>, time: i64, row: usize) -> Result<()> {
    let Some(last) = unit.filter(|unit| unit.is_late(time)).and_then(Unit::last) else {
        return Ok(());
    };
    let message = format!(
        "expected a time not before {}, to which the customer has come, got {time}",
        last.time
    );
    Err(Error::observation(message).in_field("times").at_row(row))
}

/// The rows that have a unit, by unit, each unit's in the order in which they came; and where the
/// rows of each unit end.
fn by_unit(units_of_rows: &[u32], units: usize, kept: usize) -> (Vec<u32>, Vec<u32>) {
    let with_unit = || (0u32..).zip(units_of_rows).filter(|(_, unit)| **unit != NONE);
    let mut ends = vec![0u32; units];
    for (_, &unit) in with_unit() {
        if let Some(count) = ends.get_mut(unit as usize) {
            *count += 1;
        }
    }
    let mut before = 0;
    for end in &mut ends {
        before += std::mem::replace(end, before);
    }
    let mut order = vec![0u32; kept];
    for (row, &unit) in with_unit() {
        if let Some(place) = ends.get_mut(unit as usize) {
            if let Some(slot) = order.get_mut(*place as usize) {
                *slot = row;
            }
            *place += 1;
        }
    }
    (order, ends)
}

/// The events of each group's rows, all of them waiting.
pub(super) fn by_group(
    definition: &JourneyStreamDefinition,
    codes: &[u32],
    groups: usize,
    batch: Events<'_>,
) -> Result<Vec<JourneyStream>> {
    let _ = intake::read(&definition.journeys, &batch)?;
    let rows = rows_by_group(codes, groups)?;
    let lifted = |events: Events<'_>| JourneyStream::lifted(definition, events);
    rows.iter().map(|rows| with_rows(&batch, rows, lifted)).collect()
}

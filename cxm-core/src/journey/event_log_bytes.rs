//! The canonical bytes of a log: tables of keys in their order, then customer by customer.
//!
//! Only keys that an event has are written, so that a customer who was retracted is not there.

use super::definition::JourneysDefinition;
use super::event_log::{ABSENT, Event, EventLog};
use super::journeys::{ExcludedEvents, Journeys};
use super::key_table::{KeyTable, NONE};
use crate::calculator::batch::KeyPart;
use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};
use crate::model::InvalidRule;

/// Bytes of the shortest event: time, touchpoint, flags.
const SHORTEST_EVENT: usize = 3;

const HAS_ID: u8 = 1;
const HAS_CHANNEL: u8 = 2;
const HAS_OBJECT: u8 = 4;
const HAS_OUTCOME: u8 = 8;
const HAS_SCORE: u8 = 16;
const HAS_VALUE: u8 = 32;

/// The keys of a table that are used, in their order, and where each stands among them.
struct Used<'a> {
    keys: Vec<&'a KeyPart>,
    places: Vec<u32>,
}

impl<'a> Used<'a> {
    fn of(table: &'a KeyTable, used: &[bool]) -> Self {
        let mut places = vec![NONE; table.len()];
        let mut keys = Vec::new();
        for number in table.sorted() {
            if !used.get(number as usize).copied().unwrap_or_default() {
                continue;
            }
            if let (Some(place), Some(key)) = (places.get_mut(number as usize), table.key(number)) {
                *place = u32::try_from(keys.len()).unwrap_or(NONE);
                keys.push(key);
            }
        }
        Self { keys, places }
    }

    fn place(&self, number: u32) -> u32 {
        self.places.get(number as usize).copied().unwrap_or(NONE)
    }

    fn write(&self, writer: &mut Writer) {
        writer.length(self.keys.len());
        self.keys.iter().for_each(|key| key.write(writer));
    }
}

/// The numbers of an event's keys, in the order of the tables.
fn keys_of(event: &Event) -> [u32; 6] {
    let &Event { customer, touchpoint, channel, id, object, outcome, .. } = event;
    [customer, touchpoint, channel, id, object, outcome]
}

impl EventLog {
    pub(super) fn write(&self, writer: &mut Writer) {
        let columns = self.ordered();
        let tables = self.tables.all();
        let mut used = tables.map(|table| vec![false; table.len()]);
        let mut starts = vec![NONE; tables.first().map_or(0, |table| table.len())];
        for row in 0..columns.len() {
            let Some(event) = columns.event(row) else { continue };
            for (used, number) in used.iter_mut().zip(keys_of(&event)) {
                if let Some(used) = used.get_mut(number as usize) {
                    *used = true;
                }
            }
            if let Some(start) = starts.get_mut(event.customer as usize)
                && *start == NONE
            {
                *start = u32::try_from(row).unwrap_or(NONE);
            }
        }
        let mut lists = Vec::with_capacity(tables.len());
        for (table, used) in tables.into_iter().zip(&used) {
            let list = Used::of(table, used);
            list.write(writer);
            lists.push(list);
        }
        let customers = self.tables.customers.sorted();
        for number in customers {
            let Some(&start) = starts.get(number as usize).filter(|start| **start != NONE) else {
                continue;
            };
            let rest = start as usize..columns.len();
            let events: Vec<Event> = rest
                .map_while(|row| columns.event(row).filter(|event| event.customer == number))
                .collect();
            write_events(&events, &lists, writer);
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let mut log = Self::default();
        let tables = &mut log.tables;
        for table in [
            &mut tables.customers,
            &mut tables.touchpoints,
            &mut tables.channels,
            &mut tables.ids,
            &mut tables.objects,
            &mut tables.outcomes,
        ] {
            read_table(table, reader)?;
        }
        let lengths = log.tables.all().map(KeyTable::len);
        let mut used = lengths.map(|length| vec![false; length]);
        let customers = u32::try_from(log.tables.customers.len()).unwrap_or(NONE);
        for customer in 0..customers {
            let events = reader.length(SHORTEST_EVENT)?;
            if events == 0 {
                return Err(Error::corrupt("a customer without an event"));
            }
            let mut time = 0;
            for _ in 0..events {
                let event = read_event(customer, time, reader)?;
                time = event.time;
                for (used, number) in used.iter_mut().zip(keys_of(&event)) {
                    match used.get_mut(number as usize) {
                        Some(used) => *used = true,
                        None if number == NONE => {}
                        None => return Err(Error::corrupt("a key that the tables do not have")),
                    }
                }
                log.push(event);
            }
        }
        if used.iter().flatten().any(|used| !used) {
            return Err(Error::corrupt("a key that no event has"));
        }
        if !log.accept_order() {
            return Err(Error::corrupt("events are not in their order"));
        }
        Ok(log)
    }
}

fn write_events(events: &[Event], lists: &[Used<'_>], writer: &mut Writer) {
    writer.length(events.len());
    let mut time = 0;
    for event in events {
        writer.signed(i128::from(event.time) - i128::from(time));
        time = event.time;
        let [_, touchpoint, optional @ ..] = keys_of(event);
        let place = |list: usize, number: u32| lists.get(list).map_or(NONE, |it| it.place(number));
        writer.unsigned(place(1, touchpoint));
        let flags = [HAS_CHANNEL, HAS_ID, HAS_OBJECT, HAS_OUTCOME];
        let mut present = 0;
        for (number, flag) in optional.into_iter().zip(flags) {
            present |= if number == NONE { 0 } else { flag };
        }
        present |= if event.score == ABSENT { 0 } else { HAS_SCORE };
        present |= if event.value == ABSENT { 0 } else { HAS_VALUE };
        writer.u8(present);
        for (list, number) in (2..).zip(optional) {
            if number != NONE {
                writer.unsigned(place(list, number));
            }
        }
        for number in [event.score, event.value] {
            if number != ABSENT {
                writer.signed(number);
            }
        }
    }
}

fn read_event(customer: u32, before: i64, reader: &mut Reader<'_>) -> Result<Event> {
    let time = i128::from(before) + reader.i128()?.clamp(-(1 << 66), 1 << 66);
    let time = i64::try_from(time).map_err(|_| Error::corrupt("a time is out of its range"))?;
    let number = |reader: &mut Reader<'_>| {
        let number = u32::try_from(reader.u64()?).ok().filter(|&number| number != NONE);
        number.ok_or_else(|| Error::corrupt("a key that the tables do not have"))
    };
    let touchpoint = number(reader)?;
    let present = reader.u8()?;
    if present >= HAS_VALUE << 1 {
        return Err(Error::corrupt("an event with unknown columns"));
    }
    let optional = |flag: u8, reader: &mut Reader<'_>| {
        if present & flag == 0 { Ok(NONE) } else { number(reader) }
    };
    let channel = optional(HAS_CHANNEL, reader)?;
    let id = optional(HAS_ID, reader)?;
    let object = optional(HAS_OBJECT, reader)?;
    let outcome = optional(HAS_OUTCOME, reader)?;
    let amount = |flag: u8, reader: &mut Reader<'_>| {
        if present & flag == 0 {
            return Ok(ABSENT);
        }
        let amount: i64 = reader.signed()?;
        if amount == ABSENT {
            Err(Error::corrupt("an amount out of its range"))
        } else {
            Ok(amount)
        }
    };
    let score = amount(HAS_SCORE, reader)?;
    let value = amount(HAS_VALUE, reader)?;
    Ok(Event { customer, time, id, touchpoint, channel, object, outcome, score, value })
}

fn read_table(table: &mut KeyTable, reader: &mut Reader<'_>) -> Result<()> {
    let length = reader.length(1)?;
    let mut last: Option<KeyPart> = None;
    for _ in 0..length {
        let key = KeyPart::read(reader)?;
        if key == KeyPart::Missing || last.as_ref().is_some_and(|last| *last >= key) {
            return Err(Error::corrupt("keys are not in their order"));
        }
        table.number_of(&key)?;
        last = Some(key);
    }
    Ok(())
}

impl ExcludedEvents {
    /// Whether the rules let these rows be left out.
    pub(super) fn follow(&self, definition: &JourneysDefinition) -> bool {
        let strict = |rule: InvalidRule, count: u64| rule == InvalidRule::Error && count > 0;
        let missing = self
            .missing_customer
            .saturating_add(self.missing_touchpoint)
            .saturating_add(self.missing_time);
        !(strict(definition.missing, missing)
            || strict(definition.unknown_touchpoints, self.unknown_touchpoint)
            || strict(definition.out_of_range, self.out_of_range)
            || strict(definition.invalid_scores, self.invalid_scores)
            || (definition.touchpoints.is_empty() && self.unknown_touchpoint > 0))
    }
}

impl Journeys {
    /// Refuses a state that the definition cannot have let come about.
    pub(super) fn check_rules(&self) -> Result<()> {
        let definition = &self.definition;
        let excluded = &self.excluded;
        if !excluded.follow(definition) {
            return Err(Error::corrupt("rows were left out under a rule that leaves none out"));
        }
        let rows = excluded.fields().into_iter().try_fold(self.events(), u64::checked_add);
        if rows.is_none() || self.events() > definition.max_events {
            return Err(Error::corrupt("more events than there is room for"));
        }
        let known = &definition.touchpoints;
        let keys = self.log.tables.touchpoints.keys();
        if !known.is_empty() && keys.iter().any(|key| !known.contains(key)) {
            return Err(Error::corrupt("a touchpoint that the definition does not know"));
        }
        let range = definition.earliest.unwrap_or(i64::MIN)..=definition.latest.unwrap_or(i64::MAX);
        let scale = definition.score_limits();
        let columns = self.log.ordered();
        for row in 0..columns.len() {
            let Some(event) = columns.event(row) else { continue };
            let on_scale = event.score == ABSENT || (scale.0..=scale.1).contains(&event.score);
            if !range.contains(&event.time) || !on_scale {
                return Err(Error::corrupt("an event that the definition refuses"));
            }
        }
        Ok(())
    }
}

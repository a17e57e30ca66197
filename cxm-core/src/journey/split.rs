//! From the events of a customer to journeys: duplicates go, and rules end journeys.

use std::collections::BTreeMap;

use super::event_log::{Event, EventColumns};
use super::journeys::Journeys;
use super::key_table::{KeyTable, NONE};
use crate::calculator::batch::KeyPart;
use crate::model::JourneyStatus;

/// One journey: its events in order, of which there is at least one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Journey<'a> {
    pub(super) customer: u32,
    /// From 1, by the journeys' first events.
    pub(super) number: u32,
    pub(super) events: &'a [Event],
    pub(super) status: JourneyStatus,
}

impl Journey<'_> {
    pub(super) fn first_time(&self) -> i64 {
        self.events.first().map_or(0, |event| event.time)
    }

    pub(super) fn last_time(&self) -> i64 {
        self.events.last().map_or(0, |event| event.time)
    }

    /// From the first event to the last, in microseconds.
    pub(super) fn duration(&self) -> i64 {
        self.last_time().saturating_sub(self.first_time())
    }
}

/// What was seen on the way through all journeys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Passage {
    pub(super) customers: u64,
    pub(super) journeys: u64,
    pub(super) events: u64,
    pub(super) duplicates: u64,
    /// Of the duplicates, those that differ from the event that counts.
    pub(super) conflicting: u64,
    pub(super) ties: u64,
    /// Separators that belong to no journey.
    pub(super) separators: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Role {
    goal: bool,
    start: bool,
    end: bool,
    separator: bool,
}

/// The rules of the definition in the numbers of a log.
#[derive(Debug)]
struct Rules {
    roles: Vec<Role>,
    gap: Option<i64>,
    has_goal: bool,
    keep_separators: bool,
    by_object: bool,
    /// The latest time of the log.
    now: i64,
}

impl Rules {
    fn of(journeys: &Journeys, columns: &EventColumns) -> Self {
        let definition = &journeys.definition;
        let table: &KeyTable = &journeys.log.tables.touchpoints;
        let mut roles = vec![Role::default(); table.len()];
        let mut mark = |touchpoints: &[KeyPart], set: fn(&mut Role)| {
            for number in touchpoints.iter().filter_map(|touchpoint| table.find(touchpoint)) {
                if let Some(role) = roles.get_mut(number as usize) {
                    set(role);
                }
            }
        };
        mark(&definition.goal, |role| role.goal = true);
        mark(&definition.start, |role| role.start = true);
        mark(&definition.end, |role| role.end = true);
        mark(&definition.separators, |role| role.separator = true);
        Self {
            roles,
            gap: definition.gap,
            has_goal: !definition.goal.is_empty(),
            keep_separators: definition.keep_separators,
            by_object: definition.by_object && columns.has_objects(),
            now: columns.times().iter().copied().max().unwrap_or(i64::MIN),
        }
    }

    fn role(&self, event: &Event) -> Role {
        self.roles.get(event.touchpoint as usize).copied().unwrap_or_default()
    }

    fn over(&self) -> JourneyStatus {
        if self.has_goal { JourneyStatus::Dropped } else { JourneyStatus::Ended }
    }

    fn is_pause(&self, from: i64, to: i64) -> bool {
        self.gap.is_some_and(|gap| to.saturating_sub(from) > gap)
    }

    /// The journeys of these events: where each ends, and how. Returns the separators left out.
    fn split(&self, events: &[Event], ends: &mut Vec<(usize, usize, JourneyStatus)>) -> u64 {
        let (mut from, mut left_out) = (0, 0);
        let mut last: Option<i64> = None;
        for (at, event) in events.iter().enumerate() {
            let role = self.role(event);
            let begins = role.separator
                || role.start
                || last.is_some_and(|last| self.is_pause(last, event.time));
            if begins && from < at {
                ends.push((from, at, self.over()));
                from = at;
            }
            last = Some(event.time);
            if role.separator && !self.keep_separators {
                (from, left_out, last) = (at + 1, left_out + 1, None);
            } else if role.goal || role.end {
                let status = if role.goal { JourneyStatus::Converted } else { self.over() };
                ends.push((from, at + 1, status));
                (from, last) = (at + 1, None);
            }
        }
        if let Some(last) = last.filter(|_| from < events.len()) {
            let over = self.is_pause(last, self.now);
            let status = if over { self.over() } else { JourneyStatus::Open };
            ends.push((from, events.len(), status));
        }
        left_out
    }
}

/// Drops events whose id came before; the earliest of an id stays.
fn drop_duplicates(events: &mut Vec<Event>, passage: &mut Passage) {
    let mut by_id: Vec<(u32, usize)> = events
        .iter()
        .enumerate()
        .filter(|(_, event)| event.id != NONE)
        .map(|(at, event)| (event.id, at))
        .collect();
    by_id.sort_unstable();
    if by_id.windows(2).all(|pair| pair.first().map(|it| it.0) != pair.last().map(|it| it.0)) {
        return;
    }
    let mut gone = vec![false; events.len()];
    let mut first: Option<(u32, usize)> = None;
    for (id, at) in by_id {
        match first {
            Some((known, earliest)) if known == id => {
                passage.duplicates += 1;
                passage.conflicting += u64::from(events.get(earliest) != events.get(at));
                if let Some(gone) = gone.get_mut(at) {
                    *gone = true;
                }
            }
            _ => first = Some((id, at)),
        }
    }
    let mut gone = gone.into_iter();
    events.retain(|_| !gone.next().unwrap_or_default());
}

impl Journeys {
    /// Goes through all journeys, customer by customer, and through each customer's in their order.
    pub(super) fn for_each_journey(&self, mut visit: impl FnMut(&Journey<'_>)) -> Passage {
        let columns = self.log.ordered();
        let rules = Rules::of(self, &columns);
        let mut passage = Passage::default();
        let (mut events, mut ends) = (Vec::new(), Vec::new());
        let mut row = 0;
        while let Some(first) = columns.event(row) {
            events.clear();
            events.push(first);
            row += 1;
            while let Some(next) = columns.event(row).filter(|it| it.customer == first.customer) {
                events.push(next);
                row += 1;
            }
            self.read_customer(&rules, &mut events, &mut ends, &mut passage, &mut visit);
        }
        passage
    }

    fn read_customer(
        &self,
        rules: &Rules,
        events: &mut Vec<Event>,
        ends: &mut Vec<(usize, usize, JourneyStatus)>,
        passage: &mut Passage,
        visit: &mut impl FnMut(&Journey<'_>),
    ) {
        if events.iter().any(|event| event.id != NONE) {
            drop_duplicates(events, passage);
        }
        passage.customers += 1;
        passage.events += events.len() as u64;
        let tied = |pair: &&[Event]| match pair {
            [a, b] => a.time == b.time && (a.id == NONE || b.id == NONE),
            _ => false,
        };
        passage.ties += events.windows(2).filter(tied).count() as u64;
        ends.clear();
        if rules.by_object {
            // Objects by their first events; the sort is stable, so each object's order stays.
            let mut first = BTreeMap::new();
            for (at, event) in events.iter().enumerate() {
                first.entry(event.object).or_insert(at);
            }
            events.sort_by_key(|event| first.get(&event.object).copied());
            let mut from = 0;
            for group in events.chunk_by(|a, b| a.object == b.object) {
                let before = ends.len();
                passage.separators += rules.split(group, ends);
                for (start, end, _) in ends.iter_mut().skip(before) {
                    *start += from;
                    *end += from;
                }
                from += group.len();
            }
        } else {
            passage.separators += rules.split(events, ends);
        }
        for (number, &(from, to, status)) in (1u32..).zip(ends.iter()) {
            let Some(events) = events.get(from..to) else { continue };
            let Some(first) = events.first() else { continue };
            passage.journeys += 1;
            visit(&Journey { customer: first.customer, number, events, status });
        }
    }
}

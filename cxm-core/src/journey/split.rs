//! From the events of a customer to journeys: duplicates go, and rules end journeys.

use std::collections::BTreeMap;

use super::definition::JourneysDefinition;
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

/// What an event does to the journey before it and to its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    /// The journey before it is over.
    pub(super) begins: bool,
    /// It belongs to no journey.
    pub(super) is_left_out: bool,
    /// It ends its own journey.
    pub(super) ends: Option<JourneyStatus>,
}

/// The rules that end journeys, in the numbers of a table of touchpoints.
#[derive(Debug, Clone)]
pub(super) struct SplitRules {
    roles: Vec<Role>,
    gap: Option<i64>,
    has_goal: bool,
    keep_separators: bool,
}

impl SplitRules {
    /// The rules for the touchpoints that the table has; those that join have no role.
    pub(super) fn of(definition: &JourneysDefinition, table: &KeyTable) -> Self {
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
        }
    }

    /// How a journey stands that is over without its goal.
    pub(super) fn over(&self) -> JourneyStatus {
        if self.has_goal { JourneyStatus::Dropped } else { JourneyStatus::Ended }
    }

    fn is_pause(&self, from: i64, to: i64) -> bool {
        self.gap.is_some_and(|gap| to.saturating_sub(from) > gap)
    }

    /// What an event does; `last` is the time of the one before it in a journey that goes on.
    pub(super) fn cut(&self, touchpoint: u32, time: i64, last: Option<i64>) -> Cut {
        let role = self.roles.get(touchpoint as usize).copied().unwrap_or_default();
        let is_paused = last.is_some_and(|last| self.is_pause(last, time));
        let is_left_out = role.separator && !self.keep_separators;
        let ends = if role.goal {
            Some(JourneyStatus::Converted)
        } else {
            (role.end && !is_left_out).then(|| self.over())
        };
        Cut { begins: role.separator || role.start || is_paused, is_left_out, ends }
    }

    /// How a journey stands now whose last event was then.
    pub(super) fn status_at(&self, last: i64, now: i64) -> JourneyStatus {
        if self.is_pause(last, now) { self.over() } else { JourneyStatus::Open }
    }
}

/// The rules of a log.
#[derive(Debug)]
struct Rules {
    split: SplitRules,
    by_object: bool,
    /// The time up to which nothing can come any more.
    now: i64,
}

impl Rules {
    fn of(journeys: &Journeys, columns: &EventColumns) -> Self {
        let definition = &journeys.definition;
        Self {
            split: SplitRules::of(definition, &journeys.log.tables.touchpoints),
            by_object: definition.by_object && columns.has_objects(),
            now: columns.watermark(definition.lateness),
        }
    }

    /// The journeys of these events: where each ends, and how. Returns the separators left out.
    fn split(&self, events: &[Event], ends: &mut Vec<(usize, usize, JourneyStatus)>) -> u64 {
        let (mut from, mut left_out) = (0, 0);
        let mut last: Option<i64> = None;
        for (at, event) in events.iter().enumerate() {
            let cut = self.split.cut(event.touchpoint, event.time, last);
            if cut.begins && from < at {
                ends.push((from, at, self.split.over()));
                from = at;
            }
            last = Some(event.time);
            if cut.is_left_out {
                (from, left_out, last) = (at + 1, left_out + 1, None);
            } else if let Some(status) = cut.ends {
                ends.push((from, at + 1, status));
                (from, last) = (at + 1, None);
            }
        }
        if let Some(last) = last.filter(|_| from < events.len()) {
            ends.push((from, events.len(), self.split.status_at(last, self.now)));
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

/// Neighbours at one instant of which one has no id at least: their arrival orders them.
fn ties(events: &[Event]) -> u64 {
    let tied = |pair: &&[Event]| match pair {
        [a, b] => a.time == b.time && (a.id == NONE || b.id == NONE),
        _ => false,
    };
    events.windows(2).filter(tied).count() as u64
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
                passage.ties += ties(group);
                passage.separators += rules.split(group, ends);
                for (start, end, _) in ends.iter_mut().skip(before) {
                    *start += from;
                    *end += from;
                }
                from += group.len();
            }
        } else {
            passage.ties += ties(events);
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

//! The events of journeys as columns, and their order.
//!
//! Events are kept by customer, by time, and where times are equal by event id, those without one
//! first and in the order in which they came. New ones are appended; they are put in order once
//! there are as many of them as of the others, so that each is moved a few times at most.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::key_table::{KeyTable, NONE};
use crate::calculator::batch::Money;
use crate::error::{Error, Result};

/// The keys of a log by number.
#[derive(Debug, Clone, Default)]
pub(super) struct KeyTables {
    pub(super) customers: KeyTable,
    pub(super) touchpoints: KeyTable,
    pub(super) channels: KeyTable,
    pub(super) ids: KeyTable,
    pub(super) objects: KeyTable,
    pub(super) outcomes: KeyTable,
}

impl KeyTables {
    /// All tables, in the order in which they are written.
    pub(super) fn all(&self) -> [&KeyTable; 6] {
        let Self { customers, touchpoints, channels, ids, objects, outcomes } = self;
        [customers, touchpoints, channels, ids, objects, outcomes]
    }

    /// Which of two events of one customer comes first; equal where only arrival can tell. Events
    /// without an id come before those with one, and events of one id at one time are in the order
    /// of what they say, first of what a stream of journeys reads, too.
    fn earlier(&self, a: &Event, b: &Event) -> Ordering {
        let contents = |event: &Event| {
            (
                self.touchpoints.key(event.touchpoint),
                self.channels.key(event.channel),
                event.score,
                event.value,
                self.objects.key(event.object),
                self.outcomes.key(event.outcome),
            )
        };
        a.time.cmp(&b.time).then_with(|| match (self.ids.key(a.id), self.ids.key(b.id)) {
            (None, None) => Ordering::Equal,
            (ours, theirs) => ours.cmp(&theirs).then_with(|| contents(a).cmp(&contents(b))),
        })
    }
}

/// The score or the value of an event that has none.
pub(super) const ABSENT: i64 = Money::ABSENT;

/// One event; its keys are numbers of the log's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub(super) customer: u32,
    pub(super) time: i64,
    pub(super) id: u32,
    pub(super) touchpoint: u32,
    pub(super) channel: u32,
    pub(super) object: u32,
    pub(super) outcome: u32,
    /// In millionths.
    pub(super) score: i64,
    /// In minor units.
    pub(super) value: i64,
}

/// A column of which most logs have no value at all: then it takes no room.
#[derive(Debug, Clone, Default)]
struct Optional<T>(Vec<T>);

impl<T: Copy + PartialEq> Optional<T> {
    fn get(&self, row: usize, absent: T) -> T {
        self.0.get(row).copied().unwrap_or(absent)
    }

    fn push(&mut self, value: T, rows: usize, absent: T) {
        if self.0.is_empty() && value != absent {
            self.0.resize(rows, absent);
        }
        if value != absent || !self.0.is_empty() {
            self.0.push(value);
        }
    }

    fn extend(&mut self, values: Option<Vec<T>>, rows: usize, added: usize, absent: T) {
        match values {
            Some(values) => {
                self.0.resize(rows, absent);
                if rows == 0 { self.0 = values } else { self.0.extend_from_slice(&values) }
            }
            None if self.0.is_empty() => {}
            None => self.0.resize(rows + added, absent),
        }
    }

    fn reorder(&mut self, order: &[u32]) {
        reorder(&mut self.0, order);
    }
}

fn reorder<T: Copy>(column: &mut Vec<T>, order: &[u32]) {
    if !column.is_empty() {
        *column = order.iter().filter_map(|&row| column.get(row as usize).copied()).collect();
    }
}

/// The columns of a batch, numbered by the log's tables; a column that the batch lacks is none.
#[derive(Debug)]
pub(super) struct NewEvents {
    pub(super) customers: Vec<u32>,
    pub(super) touchpoints: Vec<u32>,
    pub(super) times: Vec<i64>,
    pub(super) ids: Option<Vec<u32>>,
    pub(super) channels: Option<Vec<u32>>,
    pub(super) objects: Option<Vec<u32>>,
    pub(super) outcomes: Option<Vec<u32>>,
    pub(super) scores: Option<Vec<i64>>,
    pub(super) values: Option<Vec<i64>>,
}

/// The columns of all events.
#[derive(Debug, Clone, Default)]
pub(super) struct EventColumns {
    customer: Vec<u32>,
    touchpoint: Vec<u32>,
    time: Vec<i64>,
    id: Optional<u32>,
    channel: Optional<u32>,
    object: Optional<u32>,
    outcome: Optional<u32>,
    score: Optional<i64>,
    value: Optional<i64>,
}

impl EventColumns {
    pub(super) fn len(&self) -> usize {
        self.time.len()
    }

    pub(super) fn customers(&self) -> &[u32] {
        &self.customer
    }

    pub(super) fn times(&self) -> &[i64] {
        &self.time
    }

    /// The time before which nothing can come that is at most so late.
    pub(super) fn watermark(&self, lateness: i64) -> i64 {
        let latest = self.time.iter().copied().max().unwrap_or(i64::MIN);
        latest.saturating_sub(lateness)
    }

    pub(super) fn has_ids(&self) -> bool {
        !self.id.0.is_empty()
    }

    pub(super) fn has_objects(&self) -> bool {
        !self.object.0.is_empty()
    }

    #[inline]
    pub(super) fn event(&self, row: usize) -> Option<Event> {
        Some(Event {
            customer: *self.customer.get(row)?,
            time: *self.time.get(row)?,
            id: self.id.get(row, NONE),
            touchpoint: *self.touchpoint.get(row)?,
            channel: self.channel.get(row, NONE),
            object: self.object.get(row, NONE),
            outcome: self.outcome.get(row, NONE),
            score: self.score.get(row, ABSENT),
            value: self.value.get(row, ABSENT),
        })
    }

    fn push(&mut self, event: Event) {
        let rows = self.len();
        self.customer.push(event.customer);
        self.touchpoint.push(event.touchpoint);
        self.time.push(event.time);
        self.id.push(event.id, rows, NONE);
        self.channel.push(event.channel, rows, NONE);
        self.object.push(event.object, rows, NONE);
        self.outcome.push(event.outcome, rows, NONE);
        self.score.push(event.score, rows, ABSENT);
        self.value.push(event.value, rows, ABSENT);
    }

    fn extend(&mut self, new: NewEvents) {
        let (rows, added) = (self.len(), new.times.len());
        self.id.extend(new.ids, rows, added, NONE);
        self.channel.extend(new.channels, rows, added, NONE);
        self.object.extend(new.objects, rows, added, NONE);
        self.outcome.extend(new.outcomes, rows, added, NONE);
        self.score.extend(new.scores, rows, added, ABSENT);
        self.value.extend(new.values, rows, added, ABSENT);
        if rows == 0 {
            (self.customer, self.touchpoint, self.time) =
                (new.customers, new.touchpoints, new.times);
        } else {
            self.customer.extend_from_slice(&new.customers);
            self.touchpoint.extend_from_slice(&new.touchpoints);
            self.time.extend_from_slice(&new.times);
        }
    }

    fn reorder(&mut self, order: &[u32]) {
        reorder(&mut self.customer, order);
        reorder(&mut self.touchpoint, order);
        reorder(&mut self.time, order);
        self.id.reorder(order);
        self.channel.reorder(order);
        self.object.reorder(order);
        self.outcome.reorder(order);
        self.score.reorder(order);
        self.value.reorder(order);
    }

    /// Which of two events of one customer comes first.
    fn earlier(&self, tables: &KeyTables, a: usize, b: usize) -> Ordering {
        if !self.has_ids() {
            return self.time.get(a).cmp(&self.time.get(b));
        }
        match (self.event(a), self.event(b)) {
            (Some(a), Some(b)) => tables.earlier(&a, &b),
            _ => Ordering::Equal,
        }
    }

    fn is_ordered(&self, tables: &KeyTables) -> bool {
        (1..self.len()).all(|row| {
            let customers = self.customer.get(row - 1).cmp(&self.customer.get(row));
            customers.then_with(|| self.earlier(tables, row - 1, row)) != Ordering::Greater
        })
    }

    /// The rows in their order, or nothing where they are already.
    fn order(&self, tables: &KeyTables) -> Option<Vec<u32>> {
        if self.is_ordered(tables) {
            return None;
        }
        // Counting sort by customer keeps the order of arrival.
        let mut starts = vec![0u32; tables.customers.len() + 1];
        for &customer in &self.customer {
            if let Some(start) = starts.get_mut(customer as usize + 1) {
                *start += 1;
            }
        }
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        let mut order = vec![0u32; self.len()];
        let mut next = starts.clone();
        for (row, &customer) in (0u32..).zip(&self.customer) {
            if let Some(place) = next.get_mut(customer as usize) {
                if let Some(slot) = order.get_mut(*place as usize) {
                    *slot = row;
                }
                *place += 1;
            }
        }
        drop(next);
        for bounds in starts.windows(2) {
            let [from, to] = [bounds.first(), bounds.last()].map(|b| b.map_or(0, |&b| b as usize));
            let Some(group) = order.get_mut(from..to) else { continue };
            let by = |a: &u32, b: &u32| self.earlier(tables, *a as usize, *b as usize);
            if !group.is_sorted_by(|a, b| by(a, b) != Ordering::Greater) {
                group.sort_by(by);
            }
        }
        Some(order)
    }
}

/// The tables of keys and the columns of events.
#[derive(Debug, Clone, Default)]
pub(super) struct EventLog {
    pub(super) tables: KeyTables,
    columns: EventColumns,
    /// So many events at the front are in order.
    ordered: usize,
    latest: Option<i64>,
}

impl EventLog {
    /// Number of events.
    pub(super) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The earliest time of all events, found by going through them.
    pub(super) fn earliest(&self) -> Option<i64> {
        self.columns.times().iter().copied().min()
    }

    /// The latest time of all events.
    pub(super) fn latest(&self) -> Option<i64> {
        self.latest
    }

    /// The first event as they stand.
    pub(super) fn first(&self) -> Option<Event> {
        self.columns.event(0)
    }

    /// Appends the events of a batch.
    pub(super) fn extend(&mut self, new: NewEvents) {
        self.latest = self.latest.max(new.times.iter().copied().max());
        self.columns.extend(new);
        self.tidy_if_due();
    }

    /// Appends one event.
    pub(super) fn push(&mut self, event: Event) {
        self.latest = self.latest.max(Some(event.time));
        self.columns.push(event);
    }

    /// Whether the events are in order as they stand; if so, that is remembered.
    pub(super) fn accept_order(&mut self) -> bool {
        let ordered = self.columns.is_ordered(&self.tables);
        self.ordered = if ordered { self.len() } else { 0 };
        ordered
    }

    /// Puts all events in order once there are as many new ones as old.
    fn tidy_if_due(&mut self) {
        if self.len() - self.ordered >= self.ordered.max(64) {
            self.tidy();
        }
    }

    /// Puts all events in order.
    pub(super) fn tidy(&mut self) {
        if self.ordered < self.len() {
            if let Some(order) = self.columns.order(&self.tables) {
                self.columns.reorder(&order);
            }
            self.ordered = self.len();
        }
    }

    /// The events in their order.
    pub(super) fn ordered(&self) -> Cow<'_, EventColumns> {
        if self.ordered == self.len() {
            return Cow::Borrowed(&self.columns);
        }
        match self.columns.order(&self.tables) {
            None => Cow::Borrowed(&self.columns),
            Some(order) => {
                let mut columns = self.columns.clone();
                columns.reorder(&order);
                Cow::Owned(columns)
            }
        }
    }

    /// How the keys of another log are numbered here; its new keys join.
    pub(super) fn numbers_of(&mut self, other: &Self) -> Result<Numbers> {
        let (ours, theirs) = (&mut self.tables, &other.tables);
        Ok(Numbers {
            customers: ours.customers.number_all(&theirs.customers)?,
            touchpoints: ours.touchpoints.number_all(&theirs.touchpoints)?,
            channels: ours.channels.number_all(&theirs.channels)?,
            ids: ours.ids.number_all(&theirs.ids)?,
            objects: ours.objects.number_all(&theirs.objects)?,
            outcomes: ours.outcomes.number_all(&theirs.outcomes)?,
        })
    }

    /// How the keys of another log are numbered here; none where they are not there.
    fn known_numbers_of(&self, other: &Self) -> Numbers {
        let known = |ours: &KeyTable, theirs: &KeyTable| -> Vec<u32> {
            theirs.keys().iter().map(|key| ours.find(key).unwrap_or(NONE - 1)).collect()
        };
        let (ours, theirs) = (&self.tables, &other.tables);
        Numbers {
            customers: known(&ours.customers, &theirs.customers),
            touchpoints: known(&ours.touchpoints, &theirs.touchpoints),
            channels: known(&ours.channels, &theirs.channels),
            ids: known(&ours.ids, &theirs.ids),
            objects: known(&ours.objects, &theirs.objects),
            outcomes: known(&ours.outcomes, &theirs.outcomes),
        }
    }

    /// Whether the tables can take the keys of another log without running out of numbers.
    pub(super) fn check_room(&self, other: &Self) -> Result<()> {
        let most = NONE as usize;
        let mut pairs = self.tables.all().into_iter().zip(other.tables.all());
        match pairs.all(|(ours, theirs)| ours.len() + theirs.len() < most) {
            true => Ok(()),
            false => Err(Error::limit("there may be at most 2^32 − 1 different keys")),
        }
    }

    /// Appends the events of another log, in their order.
    pub(super) fn append(&mut self, other: &Self, numbers: &Numbers) {
        let theirs = other.ordered();
        for row in 0..theirs.len() {
            if let Some(event) = theirs.event(row) {
                self.push(numbers.apply(event));
            }
        }
        self.tidy_if_due();
    }

    /// The rows here that are the events of another log, each once; an error names what is not
    /// here.
    pub(super) fn rows_of(&self, other: &Self) -> Result<Vec<u32>> {
        let numbers = self.known_numbers_of(other);
        let mut wanted: Vec<Event> = (0..other.len())
            .filter_map(|row| other.columns.event(row))
            .map(|event| numbers.apply(event))
            .collect();
        wanted.sort_unstable();
        let customers: Vec<u32> = wanted.iter().map(|event| event.customer).collect();
        let mut here: Vec<(Event, u32)> = (0u32..)
            .zip(self.columns.customers())
            .filter(|(_, customer)| customers.binary_search(customer).is_ok())
            .filter_map(|(row, _)| Some((self.columns.event(row as usize)?, row)))
            .collect();
        // Of equal events the last to come goes first.
        here.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        let mut here = here.into_iter().peekable();
        let mut rows = Vec::with_capacity(wanted.len());
        for event in wanted {
            while here.next_if(|(candidate, _)| *candidate < event).is_some() {}
            let Some((_, row)) = here.next_if(|(candidate, _)| *candidate == event) else {
                return Err(Error::never_added("cannot retract an event that was never added"));
            };
            rows.push(row);
        }
        Ok(rows)
    }

    /// Drops these rows.
    pub(super) fn remove(&mut self, mut rows: Vec<u32>) {
        rows.sort_unstable();
        let mut gone = rows.into_iter().peekable();
        let kept: Vec<u32> =
            (0u32..).take(self.len()).filter(|row| gone.next_if_eq(row).is_none()).collect();
        let all_ordered = self.ordered == self.len();
        self.columns.reorder(&kept);
        self.ordered = if all_ordered { self.len() } else { 0 };
        self.latest = self.columns.times().iter().copied().max();
    }

    /// The events of one customer as a log of their own, in which that customer has number 0.
    ///
    /// Those in order are found by bisection, those that came since by going through them.
    pub(super) fn of_customer(&self, customer: u32) -> Result<Self> {
        let customers = self.columns.customers();
        let (ordered, new) = customers.split_at_checked(self.ordered).unwrap_or((customers, &[]));
        let from = ordered.partition_point(|&it| it < customer);
        let to = ordered.partition_point(|&it| it <= customer);
        let new = (self.ordered..).zip(new).filter(|(_, it)| **it == customer).map(|(row, _)| row);
        let mut log = Self::default();
        for event in (from..to).chain(new).filter_map(|row| self.columns.event(row)) {
            let event = log.adopt(&self.tables, event)?;
            log.push(event);
        }
        log.tidy();
        Ok(log)
    }

    /// The event of another log by the numbers of this one.
    fn adopt(&mut self, theirs: &KeyTables, event: Event) -> Result<Event> {
        let number = |ours: &mut KeyTable, theirs: &KeyTable, number: u32| match theirs.key(number)
        {
            Some(key) => ours.number_of(key),
            None => Ok(NONE),
        };
        let ours = &mut self.tables;
        Ok(Event {
            customer: number(&mut ours.customers, &theirs.customers, event.customer)?,
            touchpoint: number(&mut ours.touchpoints, &theirs.touchpoints, event.touchpoint)?,
            channel: number(&mut ours.channels, &theirs.channels, event.channel)?,
            id: number(&mut ours.ids, &theirs.ids, event.id)?,
            object: number(&mut ours.objects, &theirs.objects, event.object)?,
            outcome: number(&mut ours.outcomes, &theirs.outcomes, event.outcome)?,
            ..event
        })
    }
}

/// The numbers that the keys of one log have in another.
#[derive(Debug)]
pub(super) struct Numbers {
    customers: Vec<u32>,
    touchpoints: Vec<u32>,
    channels: Vec<u32>,
    ids: Vec<u32>,
    objects: Vec<u32>,
    outcomes: Vec<u32>,
}

impl Numbers {
    fn apply(&self, event: Event) -> Event {
        let number = |numbers: &[u32], key: u32| numbers.get(key as usize).copied().unwrap_or(NONE);
        Event {
            customer: number(&self.customers, event.customer),
            touchpoint: number(&self.touchpoints, event.touchpoint),
            channel: number(&self.channels, event.channel),
            id: number(&self.ids, event.id),
            object: number(&self.objects, event.object),
            outcome: number(&self.outcomes, event.outcome),
            ..event
        }
    }
}

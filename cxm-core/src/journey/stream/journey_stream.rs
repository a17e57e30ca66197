//! Journeys while they happen: what a running process keeps, whatever has gone by.
//!
//! # What it measures
//! The same journeys as [`Journeys`], without their history: transitions with durations, a step
//! matrix, declared funnels, touchpoints, switches between channels, how many journeys reached
//! their goal. One event costs O(steps) and no more memory than its customer takes already.
//!
//! # Formula
//! ```text
//! per customer     the last event, the open journey, its way through each funnel, the pairs of
//!                  touchpoints met, and the events that wait
//! goes through     an event at t once its customer has one after t + lateness; with a lateness
//!                  of 0 at once, in the order of arrival
//! late             t is before an event of its customer that went through
//! order            by time, then by event id, those without one first, in the order of arrival
//! duplicate        its id is that of an event that waits with it, or came in the same batch
//! ```
//! Figures are those of [`Journeys`] over the same events, quantiles of durations within 1.6 %.
//! What waits is read as if nothing would come before it.
//!
//! # Input
//! [`Events`], or one [`Event`] at a time; outcomes are not read, nor objects unless journeys are
//! by object: duplicates that differ in these alone are not in conflict. The rows of one batch
//! arrive together: their order does not matter.
//!
//! # Empty and edge cases
//! As [`Journeys`], and: late events are counted, kept aside or fail the batch. A repeat that comes
//! when its original has gone through is not known as one. By object, events are in order, late and
//! duplicates within an object of their customer. A duplicate that was dropped tells no time
//! here; in a log it does.
//!
//! # Merging
//! Exact over shards of customers, in any order. Two states that both let events of one customer
//! through are refused: the order between them is lost; go on with the one, or keep [`Journeys`].
//! Any order of arrival within the lateness, and any cut of one stream in time, gives the same
//! bytes. Nothing can be retracted: what went through is in the sums and nowhere else.
//!
//! # Uncertainty
//! Wilson's interval of the conversion and of the steps of funnels.
//!
//! # Not to be confused with
//! [`Journeys`], which keeps every event, can be asked anything later, takes any order and forgets
//! a customer on demand.
//!
//! # Source
//! Watermarks and allowed lateness: Akidau et al., The Dataflow Model (2015), 2.3 and 3.
//!
//! # Example
//! ```
//! use cxm_core::journey::stream::{JourneyStream, JourneyStreamDefinition};
//! use cxm_core::prelude::*;
//!
//! let journeys = JourneysDefinition { lateness: 10, ..Default::default() };
//! let definition = JourneyStreamDefinition { journeys, ..Default::default() };
//! let mut stream = JourneyStream::new(definition)?;
//! for (touchpoint, time) in [("ad", 1), ("order", 9), ("shop", 5), ("call", 30)] {
//!     stream.update_event(&Event::new("ann", touchpoint, time))?;
//! }
//! // The order came before the visit to the shop, and waited for it.
//! let edge = &stream.transitions(false)[0];
//! assert_eq!((edge.source.to_string(), edge.target.to_string()), ("ad".into(), "shop".into()));
//! assert_eq!((stream.value().events, stream.value().waiting), (4, 1));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::arrivals::{self, Arrivals};
use super::definition::{JourneyStreamDefinition, LateRule};
use super::met::Met;
use super::report::JourneyStreamReport;
use super::totals::Totals;
use super::unit::{StreamRules, Unit};
use super::waiting::{ByContents, Waiting, drop_duplicates};
use crate::calculator::batch::{Event, Events, same_length};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{
    Calculator, Change, Definition, Kind, Merge, Retract, State, Update, UpdateByGroup,
    checked_sum, same_definition,
};
use crate::error::{Error, Result};
#[allow(unused_imports, reason = "named in the documentation")]
use crate::journey::Journeys;
use crate::journey::funnel_run::FunnelRules;
use crate::journey::journeys::ExcludedEvents;
use crate::journey::key_table::{KeyTable, NONE};
use crate::journey::split::SplitRules;

/// Room for the pairs of a new customer, at most.
pub(super) const MOST_ROOM: u32 = 16;

/// An event that came too late and was kept.
#[derive(Debug, Clone)]
pub(super) struct Aside {
    pub(super) customer: u32,
    pub(super) object: u32,
    pub(super) event: Waiting,
}

/// The keys of a stream by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Tables {
    pub(super) customers: KeyTable,
    pub(super) touchpoints: KeyTable,
    pub(super) channels: KeyTable,
    pub(super) objects: KeyTable,
}

/// The calculator of journeys while they happen: see the [module](self).
#[derive(Debug, Clone)]
pub struct JourneyStream {
    pub(super) definition: JourneyStreamDefinition,
    pub(super) rules: StreamRules,
    pub(super) tables: Tables,
    pub(super) units: Vec<Unit>,
    /// The unit of a customer's object; without objects, units have the numbers of customers.
    pub(super) unit_of: HashMap<(u32, u32), u32, RandomState>,
    /// The pairs of nodes that each customer is counted for.
    pub(super) met: Met,
    pub(super) totals: Totals,
    pub(super) excluded: ExcludedEvents,
    pub(super) aside: Vec<Aside>,
    /// Events that wait.
    pub(super) waiting: u64,
    /// Room for the events of one batch and unit.
    pub(super) scratch: Vec<Waiting>,
}

impl Default for JourneyStream {
    fn default() -> Self {
        Self::empty(JourneyStreamDefinition::default())
    }
}

impl PartialEq for JourneyStream {
    fn eq(&self, other: &Self) -> bool {
        let bytes = |stream: &Self| {
            let mut writer = Writer::new();
            stream.write_state(&mut writer);
            writer.into_bytes()
        };
        self.definition == other.definition
            && self.observations() == other.observations()
            && bytes(self) == bytes(other)
    }
}

impl JourneyStream {
    pub(super) fn empty(definition: JourneyStreamDefinition) -> Self {
        let mut tables = Tables::default();
        let journeys = &definition.journeys;
        let named = [&journeys.goal, &journeys.start, &journeys.end, &journeys.separators];
        let of_funnels = definition.funnels.iter().flat_map(|it| [&it.steps, &it.options.exclude]);
        // What the rules name has the first numbers; there are fewer than numbers.
        for key in named.into_iter().chain(of_funnels).flatten() {
            let _ = tables.touchpoints.number_of(key);
        }
        let touchpoints = &tables.touchpoints;
        let rules_of = |funnel: &super::definition::DeclaredFunnel| {
            FunnelRules::new(&funnel.steps, &funnel.options, |key, _| Ok(touchpoints.find(key)))
        };
        let rules = StreamRules {
            split: SplitRules::of(journeys, touchpoints),
            funnels: definition.funnels.iter().filter_map(|it| rules_of(it).ok()).collect(),
        };
        Self {
            rules,
            totals: Totals::new(&definition),
            definition,
            tables,
            units: Vec::new(),
            unit_of: HashMap::default(),
            met: Met::default(),
            excluded: ExcludedEvents::default(),
            aside: Vec::new(),
            waiting: 0,
            scratch: Vec::new(),
        }
    }

    /// Events that wait for earlier ones.
    pub fn waiting(&self) -> u64 {
        self.waiting
    }

    /// Takes one event by the shortest way: for processes in which they come one by one.
    pub fn update_event(&mut self, event: &Event<'_>) -> Result<()> {
        arrivals::take_one(self, event).map_err(|error| error.within(Self::KIND.name))
    }

    /// Lets everything through that waits, as if the stream had ended: what then comes before it
    /// is late.
    pub fn flush(&mut self) {
        for unit in 0..self.units.len() {
            let Some(state) = self.units.get_mut(unit) else { continue };
            let mut events = state.take_waiting();
            state.wait_with(Vec::new());
            self.waiting -= events.len() as u64;
            let through = events.len();
            self.let_through(unit, &mut events, through);
        }
    }

    /// This stream with nothing waiting.
    pub(super) fn settled(&self) -> Cow<'_, Self> {
        if self.waiting == 0 {
            return Cow::Borrowed(self);
        }
        let mut settled = self.clone();
        settled.flush();
        Cow::Owned(settled)
    }

    /// Makes the units of all customers, where they have the numbers of customers.
    pub(super) fn make_units(&mut self) {
        let customers = self.tables.customers.len();
        if self.units.len() < customers {
            let more = customers - self.units.len();
            self.units.reserve(more);
            self.met.cover(customers);
            let new = (0u32..).take(customers).skip(self.units.len());
            self.units.extend(new.map(|customer| Unit::new(customer, NONE)));
        }
    }

    /// The number of a customer's unit, which joins if it is new.
    pub(super) fn unit(&mut self, customer: u32, object: u32) -> usize {
        if !self.definition.journeys.by_object {
            if self.units.len() <= customer as usize {
                self.make_units();
            }
            return customer as usize;
        }
        self.met.cover(customer as usize + 1);
        let next = u32::try_from(self.units.len()).unwrap_or(NONE);
        let unit = *self.unit_of.entry((customer, object)).or_insert(next);
        if unit == next {
            self.units.push(Unit::new(customer, object));
        }
        unit as usize
    }

    /// The number of a customer's unit, if it is there.
    pub(super) fn find_unit(&self, customer: u32, object: u32) -> Option<usize> {
        if self.definition.journeys.by_object {
            return self.unit_of.get(&(customer, object)).map(|&unit| unit as usize);
        }
        Some(customer as usize).filter(|&unit| unit < self.units.len())
    }

    /// Takes new events of one unit, which arrive together; the list comes back empty.
    pub(super) fn admit(&mut self, unit: usize, arrivals: &mut Vec<Waiting>) {
        let Some(state) = self.units.get_mut(unit) else { return };
        if state.last().is_some() && arrivals.iter().any(|event| state.is_late(event.time)) {
            let (customer, object) = (state.customer, state.object);
            let (late, rest) = arrivals.drain(..).partition(|event| state.is_late(event.time));
            *arrivals = rest;
            let late: Vec<Waiting> = late;
            self.totals.passed.late = self.totals.passed.late.saturating_add(late.len() as u64);
            if self.definition.late == LateRule::Keep {
                let kept = late.into_iter().map(|event| Aside { customer, object, event });
                self.aside.extend(kept);
            }
        }
        let mut waiting = state.take_waiting();
        self.waiting -= waiting.len() as u64;
        let is_alone = waiting.is_empty();
        if !is_alone {
            waiting.append(arrivals);
        }
        let events = if is_alone { &mut *arrivals } else { &mut waiting };
        let contents =
            ByContents { touchpoints: &self.tables.touchpoints, channels: &self.tables.channels };
        contents.sort(events);
        let lateness = self.definition.journeys.lateness;
        let through = match events.last() {
            Some(_) if lateness == i64::MAX => 0,
            Some(last) if lateness > 0 => {
                let horizon = last.time.saturating_sub(lateness);
                events.partition_point(|event| event.time < horizon)
            }
            _ => events.len(),
        };
        self.let_through(unit, events, through);
        if is_alone && !arrivals.is_empty() {
            // No more room than it takes: the list of arrivals is used again.
            waiting.reserve_exact(arrivals.len());
            waiting.append(arrivals);
        }
        if let Some(state) = self.units.get_mut(unit) {
            self.waiting += waiting.len() as u64;
            state.wait_with(waiting);
        }
    }

    /// Takes a new event of one unit: at once through the automaton where nothing has to wait.
    pub(super) fn admit_one(&mut self, unit: usize, event: Waiting) {
        if self.definition.journeys.lateness == 0
            && let Some(state) = self.units.get_mut(unit)
            && state.waiting().is_empty()
            && !state.is_late(event.time)
        {
            let mut met = self.met.of_mut(state.customer);
            state.step(&event, &self.rules, &mut self.totals, &mut met);
            return;
        }
        let mut arrivals = std::mem::take(&mut self.scratch);
        arrivals.push(event);
        self.admit(unit, &mut arrivals);
        self.scratch = arrivals;
    }

    /// Lets the first of these events through the automaton; the others are left.
    fn let_through(&mut self, unit: usize, events: &mut Vec<Waiting>, through: usize) {
        let through = drop_duplicates(events, through, &mut self.totals.passed);
        let Some(state) = self.units.get_mut(unit) else { return };
        let mut met = self.met.of_mut(state.customer);
        if through > 1 {
            // A pair an event and one more, until they come again.
            met.make_room(u32::try_from(through + 1).map_or(MOST_ROOM, |room| room.min(MOST_ROOM)));
        }
        for event in events.iter().take(through) {
            state.step(event, &self.rules, &mut self.totals, &mut met);
        }
        events.drain(..through);
    }

    pub(super) fn check_room(&self, more: usize) -> Result<()> {
        let most = self.definition.journeys.max_events;
        let events = self.waiting.saturating_add(self.aside.len() as u64);
        if events.saturating_add(more as u64) <= most {
            return Ok(());
        }
        Err(Error::limit(format!("at most {most} events may wait or be kept"))
            .in_field("max_events"))
    }

    fn take(&mut self, batch: Events<'_>) -> Result<()> {
        let arrivals = Arrivals::read(self, batch)?;
        self.check_room(arrivals.len())?;
        for (ours, theirs) in self.excluded.fields().into_iter().zip(arrivals.excluded.fields()) {
            checked_sum(ours, theirs)?;
        }
        checked_sum(self.observations(), arrivals.rows() as u64)?;
        arrivals.check_late(self)?;
        self.excluded = self.excluded.combined(&arrivals.excluded, u64::saturating_add);
        arrivals.admit_to(self);
        Ok(())
    }

    /// Takes a batch, and nothing goes through before the end of time.
    fn take_waiting(&mut self, batch: Events<'_>) -> Result<()> {
        let lateness = std::mem::replace(&mut self.definition.journeys.lateness, i64::MAX);
        let taken = self.take(batch);
        self.definition.journeys.lateness = lateness;
        taken
    }

    /// The events of a batch, all of them waiting.
    pub(super) fn lifted(definition: &JourneyStreamDefinition, batch: Events<'_>) -> Result<Self> {
        let mut stream = Self::empty(definition.clone());
        stream.take_waiting(batch)?;
        Ok(stream)
    }
}

impl Calculator for JourneyStream {
    type Definition = JourneyStreamDefinition;
    type Report = JourneyStreamReport;

    fn new(definition: JourneyStreamDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &JourneyStreamDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        let passed = &self.totals.passed;
        let counts = [
            self.totals.events,
            passed.separators,
            passed.late,
            passed.duplicates,
            self.waiting,
            self.excluded.rows(),
        ];
        counts.into_iter().fold(0, u64::saturating_add)
    }

    fn value(&self) -> JourneyStreamReport {
        JourneyStreamReport::read(self)
    }
}

impl Merge for JourneyStream {
    fn check_merge(&self, other: &Self) -> Result<()> {
        super::merging::check(self, other).map_err(|error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        super::merging::apply(self, other);
    }
}

impl JourneyStream {
    pub(super) fn check_merge_room(&self, other: &Self) -> Result<()> {
        same_definition(&self.definition, &other.definition)?;
        for (ours, theirs) in self.excluded.fields().into_iter().zip(other.excluded.fields()) {
            checked_sum(ours, theirs)?;
        }
        checked_sum(self.observations(), other.observations())?;
        self.check_room(
            other.aside.len().saturating_add(usize::try_from(other.waiting).unwrap_or(usize::MAX)),
        )
    }
}

impl Update for JourneyStream {
    type Batch<'a> = Events<'a>;

    fn lift(definition: &JourneyStreamDefinition, batch: Events<'_>) -> Result<Self> {
        Self::lifted(definition, batch).map_err(|error| error.within(Self::KIND.name))
    }

    /// A late event that is refused is named by its row.
    fn check(&self, batch: Events<'_>) -> Result<Change<Self>> {
        let refused = arrivals::refuse_late(self, &batch);
        refused.map_err(|error| error.within(Self::KIND.name))?;
        let lifted = Self::lift(&self.definition, batch)?;
        self.check_merge(&lifted)?;
        Ok(Change::new(lifted))
    }

    /// In place: everything that can fail is looked at first.
    fn update(&mut self, batch: Events<'_>) -> Result<()> {
        self.take(batch).map_err(|error| error.within(Self::KIND.name))
    }

    fn gather(&mut self, batch: Events<'_>) -> Result<()> {
        self.take_waiting(batch).map_err(|error| error.within(Self::KIND.name))
    }

    fn flush(&mut self) {
        Self::flush(self);
    }
}

impl UpdateByGroup for JourneyStream {
    fn batch_len(batch: &Events<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &JourneyStreamDefinition,
        codes: &[u32],
        groups: usize,
        batch: Events<'_>,
    ) -> Result<Vec<Self>> {
        let lift = || {
            same_length("keys", codes.len(), batch.len())?;
            arrivals::by_group(definition, codes, groups, batch)
        };
        lift().map_err(|error: Error| error.within(Self::KIND.name))
    }
}

impl Retract for JourneyStream {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        same_definition(&self.definition, &other.definition)
            .and_then(|()| {
                Err(Error::not_offered(
                    "a stream keeps no history to take events from; journeys do",
                ))
            })
            .map_err(|error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, _: &Self) {}
}

impl State for JourneyStream {
    const KIND: Kind = Kind { id: 51, name: "journey_stream", version: 1 };

    fn write_definition(definition: &JourneyStreamDefinition, writer: &mut Writer) {
        definition.write(writer);
    }

    fn read_definition(reader: &mut Reader<'_>, _version: u16) -> Result<JourneyStreamDefinition> {
        JourneyStreamDefinition::read(reader)
    }

    fn write_state(&self, writer: &mut Writer) {
        super::state_bytes::write(self, writer);
    }

    fn read_state(
        definition: JourneyStreamDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        super::state_bytes::read(definition, reader)
    }
}

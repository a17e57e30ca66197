//! Journeys: what customers went through, touchpoint by touchpoint.
//!
//! # What it measures
//! The contacts of each customer in the order of time, split into journeys, and everything that is
//! read from them: transitions, funnels, variants, step matrices, emotion curves, pain points,
//! attribution. Its own report counts what it holds, and how many journeys reached their goal.
//!
//! # Formula
//! ```text
//! order        by time, then by event id, those without one first, in the order of arrival
//! a journey ends   after a pause longer than gap; with a goal or an end touchpoint; before a start
//!                  touchpoint; at a separator; and each object has journeys of its own
//! converted    it ended with a goal          dropped   it is over without one
//! ended        it is over, no goal declared  open      it may go on: no pause longer than gap yet
//! conversion   converted ÷ (converted + dropped); open journeys are not drop-offs
//! ```
//! Whether the last journey of a customer is still open is told by the latest time in the log, be
//! it that of a duplicate or a separator, less the lateness: as long as earlier events may come, a
//! journey is not over.
//!
//! # Input
//! [`Events`]: customer, touchpoint, time in microseconds since 1970 and, where known, event id,
//! channel, score, value in minor units, object and outcome.
//!
//! # Empty and edge cases
//! Rows without customer, touchpoint or time, unknown touchpoints and times out of range are
//! counted and left out, or fail the batch. Events of a customer with the same id are one event:
//! the earliest counts, the others are duplicates, and those that differ are counted apart.
//! Without ids, events at the same instant keep their order of arrival, before those with an id,
//! and are counted as ties.
//!
//! # Merging
//! Exact, in any order, over shards of customers and of time; `retract` is offered, and a customer
//! who is retracted leaves no trace. An event that comes for them later is that of somebody new:
//! who must not come back is known to the caller alone, and `erased` among the rules by which logs
//! of other systems are read (`interchange::ReadRules`) leaves such events out and counts them.
//! Only ties without an event id follow the order of arrival.
//!
//! # Uncertainty
//! Wilson's interval of the conversion; every other reading has its own.
//!
//! # Not to be confused with
//! Sessions of web analytics, which are journeys by a gap of 30 minutes: the preset
//! `sessions_30_minutes`. [`JourneyStream`](crate::journey::stream), which keeps no events.
//!
//! # Source
//! van der Aalst, Process Mining (2016), chapter 5, for the graph of what follows what; Lemon &
//! Verhoef (2016) for the journey.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut journeys = Journeys::default();
//! journeys.update(Events::new(
//!     ["ann", "bob", "ann", "bob"].as_slice(),
//!     ["ad", "shop", "shop", "call"].as_slice(),
//!     [1, 2, 3, 4].as_slice(),
//! ))?;
//! let report = journeys.value();
//! assert_eq!((report.customers, report.journeys, report.events), (2, 2, 4));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::definition::JourneysDefinition;
use super::event_log::EventLog;
use super::intake;
use super::report::JourneysReport;
use crate::calculator::batch::{Event, Events, same_length};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{
    Calculator, Definition, Kind, Merge, Retract, State, Update, UpdateByGroup, checked_difference,
    checked_sum, same_definition,
};
use crate::error::{Error, Result};

/// Rows that are in no journey, and why; and scores that were not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ExcludedEvents {
    /// Rows without a customer.
    pub missing_customer: u64,
    /// Rows without a touchpoint.
    pub missing_touchpoint: u64,
    /// Rows without a time.
    pub missing_time: u64,
    /// Rows with a touchpoint that the definition does not know.
    pub unknown_touchpoint: u64,
    /// Rows earlier or later than can be true.
    pub out_of_range: u64,
    /// Scores off their scale; their events count.
    pub invalid_scores: u64,
}

impl ExcludedEvents {
    pub(super) fn fields(&self) -> [u64; 6] {
        [
            self.missing_customer,
            self.missing_touchpoint,
            self.missing_time,
            self.unknown_touchpoint,
            self.out_of_range,
            self.invalid_scores,
        ]
    }

    pub(super) fn from_fields(fields: [u64; 6]) -> Self {
        let [
            missing_customer,
            missing_touchpoint,
            missing_time,
            unknown_touchpoint,
            out_of_range,
            invalid_scores,
        ] = fields;
        Self {
            missing_customer,
            missing_touchpoint,
            missing_time,
            unknown_touchpoint,
            out_of_range,
            invalid_scores,
        }
    }

    /// Rows left out.
    pub fn rows(&self) -> u64 {
        self.fields().iter().take(5).fold(0, |sum, &count| sum.saturating_add(count))
    }

    pub(super) fn combined(&self, other: &Self, combine: impl Fn(u64, u64) -> u64) -> Self {
        let (ours, theirs) = (self.fields(), other.fields());
        let mut fields = [0; 6];
        for ((field, a), b) in fields.iter_mut().zip(ours).zip(theirs) {
            *field = combine(a, b);
        }
        Self::from_fields(fields)
    }
}

/// The calculator of journeys: see the [module](self).
#[derive(Debug, Clone)]
pub struct Journeys {
    pub(super) definition: JourneysDefinition,
    pub(super) log: EventLog,
    pub(super) excluded: ExcludedEvents,
}

impl Default for Journeys {
    fn default() -> Self {
        Self::empty(JourneysDefinition::default())
    }
}

impl PartialEq for Journeys {
    fn eq(&self, other: &Self) -> bool {
        let bytes = |journeys: &Self| {
            let mut writer = Writer::new();
            journeys.write_state(&mut writer);
            writer.into_bytes()
        };
        self.definition == other.definition
            && self.log.len() == other.log.len()
            && bytes(self) == bytes(other)
    }
}

impl Journeys {
    pub(super) fn empty(definition: JourneysDefinition) -> Self {
        Self { definition, log: EventLog::default(), excluded: ExcludedEvents::default() }
    }

    /// Number of events, duplicates among them.
    pub fn events(&self) -> u64 {
        self.log.len() as u64
    }

    /// Takes one event. Many at a time cost a fraction of it each: [`Update::update`].
    pub fn update_event(&mut self, event: &Event<'_>) -> Result<()> {
        event.in_columns(|batch| self.update(batch))
    }

    fn check_events(&self, added: usize) -> Result<()> {
        let events = (self.log.len() as u64).saturating_add(added as u64);
        if events <= self.definition.max_events {
            return Ok(());
        }
        let most = self.definition.max_events;
        Err(Error::limit(format!("there may be at most {most} events")).in_field("max_events"))
    }

    pub(super) fn take(&mut self, batch: Events<'_>) -> Result<()> {
        let intake = intake::read(&self.definition, &batch)?;
        self.check_events(intake.len())?;
        let excluded = intake.excluded;
        for (ours, theirs) in self.excluded.fields().into_iter().zip(excluded.fields()) {
            checked_sum(ours, theirs)?;
        }
        intake.append_to(&mut self.log)?;
        self.excluded = self.excluded.combined(&excluded, u64::saturating_add);
        Ok(())
    }
}

impl Calculator for Journeys {
    type Definition = JourneysDefinition;
    type Report = JourneysReport;

    fn new(definition: JourneysDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &JourneysDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.events().saturating_add(self.excluded.rows())
    }

    fn value(&self) -> JourneysReport {
        JourneysReport::read(self)
    }
}

impl Merge for Journeys {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            for (ours, theirs) in self.excluded.fields().into_iter().zip(other.excluded.fields()) {
                checked_sum(ours, theirs)?;
            }
            self.log.check_room(&other.log)?;
            self.check_events(other.log.len())
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        // There is room for the numbers: `check_merge` saw to it.
        if let Ok(numbers) = self.log.numbers_of(&other.log) {
            self.log.append(&other.log, &numbers);
            self.excluded = self.excluded.combined(&other.excluded, u64::saturating_add);
        }
    }
}

impl Update for Journeys {
    type Batch<'a> = Events<'a>;

    fn lift(definition: &JourneysDefinition, batch: Events<'_>) -> Result<Self> {
        let mut journeys = Self::empty(definition.clone());
        journeys.take(batch).map_err(|error| error.within(Self::KIND.name))?;
        Ok(journeys)
    }

    /// Appends in place: everything that can fail is looked at first.
    fn update(&mut self, batch: Events<'_>) -> Result<()> {
        self.take(batch).map_err(|error| error.within(Self::KIND.name))
    }
}

impl UpdateByGroup for Journeys {
    fn batch_len(batch: &Events<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &JourneysDefinition,
        codes: &[u32],
        groups: usize,
        batch: Events<'_>,
    ) -> Result<Vec<Self>> {
        let lift = || {
            same_length("keys", codes.len(), batch.len())?;
            intake::by_group(definition, codes, groups, batch)
        };
        lift().map_err(|error: Error| error.within(Self::KIND.name))
    }
}

impl Retract for Journeys {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            for (ours, theirs) in self.excluded.fields().into_iter().zip(other.excluded.fields()) {
                checked_difference(ours, theirs, "an excluded event")?;
            }
            self.log.rows_of(&other.log).map(drop)
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        if let Ok(rows) = self.log.rows_of(&other.log) {
            self.log.remove(rows);
            self.excluded = self.excluded.combined(&other.excluded, u64::saturating_sub);
        }
    }
}

impl State for Journeys {
    const KIND: Kind = Kind { id: 50, name: "journeys", version: 1 };

    fn write_definition(definition: &JourneysDefinition, writer: &mut Writer) {
        definition.write(writer);
    }

    fn read_definition(reader: &mut Reader<'_>, _version: u16) -> Result<JourneysDefinition> {
        JourneysDefinition::read(reader)
    }

    fn write_state(&self, writer: &mut Writer) {
        self.excluded.fields().into_iter().for_each(|count| writer.unsigned(count));
        self.log.write(writer);
    }

    fn read_state(
        definition: JourneysDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let mut fields = [0; 6];
        for field in &mut fields {
            *field = reader.u64()?;
        }
        let excluded = ExcludedEvents::from_fields(fields);
        let log = EventLog::read(reader)?;
        let state = Self { definition, log, excluded };
        state.check_rules()?;
        Ok(state)
    }
}

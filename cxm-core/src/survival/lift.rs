//! From a batch to the state of its rows alone: blocks of cells, counted in places.

use super::intake::{
    BLOCK, CauseReader, MISSING, Scratch, check_missing, check_order, read_observed, read_ticks,
};
use super::lifetimes::{Lifetimes, LifetimesDefinition, MOST_CAUSES};
use super::tick_counts::TickCounts;
use crate::calculator::batch::{Durations, KeyPart};
use crate::calculator::checked_sum;
use crate::error::Result;

/// Where one row goes.
pub(super) struct Row {
    pub(super) entry: Option<u64>,
    pub(super) exit: u64,
    pub(super) observed: bool,
}

/// The rows of a batch, block by block.
struct Blocks {
    exits: Vec<u64>,
    observed: Vec<u64>,
    entries: Vec<u64>,
}

impl Blocks {
    fn new() -> Self {
        let block = || vec![0; BLOCK];
        Self { exits: block(), observed: block(), entries: block() }
    }

    /// Reads the block that begins at `start` and hands its rows on; a missing row is `None`.
    fn read(
        &mut self,
        definition: &LifetimesDefinition,
        batch: &Durations<'_>,
        start: usize,
    ) -> Result<usize> {
        let rows = batch.len().saturating_sub(start).min(BLOCK);
        let part = |column: &mut Vec<u64>| column.truncate(rows);
        part(&mut self.exits);
        part(&mut self.observed);
        read_ticks(&batch.durations, "durations", definition, start, &mut self.exits)?;
        read_observed(&batch.observed, start, &mut self.observed)?;
        if let Some(entries) = &batch.entries {
            part(&mut self.entries);
            read_ticks(entries, "entries", definition, start, &mut self.entries)?;
        }
        Ok(rows)
    }

    /// The rows of the block: entry if the batch has entries, exit, observed.
    fn rows(&self, has_entries: bool) -> impl Iterator<Item = (Option<u64>, u64, u64)> + '_ {
        let entries = self.entries.iter().map(move |&entry| has_entries.then_some(entry));
        entries
            .zip(&self.exits)
            .zip(&self.observed)
            .map(|((entry, &exit), &seen)| (entry, exit, seen))
    }
}

/// Hands every row of a batch on: its number, where it goes, how often it stands; a row of which a
/// cell is missing has no place.
pub(super) fn for_each_row(
    definition: &LifetimesDefinition,
    batch: &Durations<'_>,
    mut take: impl FnMut(usize, Option<Row>, u64) -> Result<()>,
) -> Result<()> {
    let mut blocks = Blocks::new();
    for start in (0..batch.len()).step_by(BLOCK) {
        blocks.read(definition, batch, start)?;
        let rows = blocks.rows(batch.entries.is_some());
        for (row, (entry, exit, observed)) in (start..).zip(rows) {
            let count = batch.counts.map_or(1, |counts| counts.get(row).copied().unwrap_or(0));
            let cells = [
                ("durations", exit),
                ("observed", observed),
                ("entries", entry.unwrap_or_default()),
            ];
            let place = check_missing(definition, cells).and_then(|missing| {
                let place = Row { entry, exit, observed: observed == 1 };
                if missing { Ok(None) } else { check_order(entry, exit).map(|()| Some(place)) }
            });
            place.and_then(|place| take(row, place, count)).map_err(|error| error.at_row(row))?;
        }
    }
    Ok(())
}

/// The counts of a batch while it is read.
struct Lift<'a> {
    definition: &'a LifetimesDefinition,
    places: usize,
    entries: Scratch,
    /// Censored, then a column for each cause.
    exits: Vec<Scratch>,
    causes: CauseReader<'a>,
    rows: u64,
    late: u64,
    missing: u64,
}

impl<'a> Lift<'a> {
    fn new(definition: &'a LifetimesDefinition, batch: &Durations<'a>) -> Self {
        Self {
            definition,
            // A list of so many places costs less than to sort the rows.
            places: batch.len().saturating_mul(8).clamp(64, 1 << 20),
            entries: Scratch::default(),
            exits: vec![Scratch::default()],
            causes: CauseReader::new(batch),
            rows: 0,
            late: 0,
            missing: 0,
        }
    }

    fn column(&mut self, row: usize, observed: bool) -> Result<usize> {
        if !observed {
            return Ok(0);
        }
        let number = self.causes.number(self.definition, row)?;
        if number + 1 == self.exits.len() {
            if self.exits.len() > MOST_CAUSES {
                Lifetimes::default().check_size(0, self.exits.len())?;
            }
            self.exits.push(Scratch::default());
        }
        Ok(number + 1)
    }

    fn take(&mut self, number: usize, row: Option<Row>, count: u64) -> Result<()> {
        let Some(row) = row else {
            self.missing = checked_sum(self.missing, count)?;
            return Ok(());
        };
        let column = self.column(number, row.observed)?;
        // A row that stands for nobody leaves no trace, but for the look at its cells.
        if count == 0 {
            return Ok(());
        }
        self.rows = checked_sum(self.rows, count)?;
        if let Some(entry) = row.entry {
            self.late += count;
            self.entries.add(entry, count, self.places);
        }
        if let Some(column) = self.exits.get_mut(column) {
            column.add(row.exit, count, self.places);
        }
        Ok(())
    }

    /// The rows of a block of which nothing but durations and ends is given, none missing.
    #[inline(never)]
    fn take_plain(&mut self, exits: &[u64], observed: &[u64]) {
        let [censored, events, ..] = self.exits.as_mut_slice() else { return };
        for (&exit, &observed) in exits.iter().zip(observed) {
            let column = if observed == 1 { &mut *events } else { &mut *censored };
            column.add(exit, 1, self.places);
        }
        self.rows += exits.len() as u64;
    }

    fn finish(self) -> Result<Lifetimes> {
        let counts = |scratch: Scratch| TickCounts::from_parts(scratch.near, scratch.far);
        let mut exits = self.exits.into_iter();
        let censored = exits.next().map(counts).unwrap_or_default();
        let events = self.causes.causes.into_iter().zip(exits.map(counts));
        let state = Lifetimes {
            definition: self.definition.clone(),
            entries: counts(self.entries),
            censored,
            events: events.filter(|(_, events)| !events.is_empty()).collect(),
            rows: self.rows,
            late: self.late,
            missing: self.missing,
        };
        checked_sum(state.rows, state.missing)?;
        state.check_own_size()?;
        Ok(state)
    }
}

/// The whole batch, as fast as its columns allow.
pub(super) fn lift(definition: &LifetimesDefinition, batch: &Durations<'_>) -> Result<Lifetimes> {
    batch.check_shape()?;
    let mut lift = Lift::new(definition, batch);
    let is_plain = batch.entries.is_none() && batch.causes.is_none() && batch.counts.is_none();
    let may_lack_cause = definition.causes.is_empty();
    if !(is_plain && may_lack_cause) {
        for_each_row(definition, batch, |row, place, count| lift.take(row, place, count))?;
        return lift.finish();
    }
    lift.causes.causes.push(KeyPart::Missing);
    lift.exits.push(Scratch::default());
    let mut blocks = Blocks::new();
    for start in (0..batch.len()).step_by(BLOCK) {
        blocks.read(definition, batch, start)?;
        let missing = |column: &[u64]| column.contains(&MISSING);
        if !missing(&blocks.exits) && !missing(&blocks.observed) {
            lift.take_plain(&blocks.exits, &blocks.observed);
            continue;
        }
        for (row, (&exit, &seen)) in (start..).zip(blocks.exits.iter().zip(&blocks.observed)) {
            let cells = [("durations", exit), ("observed", seen), ("entries", 0)];
            if check_missing(definition, cells).map_err(|error| error.at_row(row))? {
                lift.missing += 1;
            } else {
                lift.take_plain(&[exit], &[seen]);
            }
        }
    }
    lift.finish()
}

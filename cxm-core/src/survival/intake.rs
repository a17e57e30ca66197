//! From the columns of a batch to ticks: every cell is read once, in blocks that stay in cache.

use std::collections::BTreeMap;

use super::lifetimes::{LifetimesDefinition, TickRounding};
use super::risk_table::{MOST_TICKS, whole};
use crate::calculator::batch::{Durations, KeyColumn, KeyPart, KeyValues, Values, with_column};
use crate::error::{Error, Result};
use crate::model::MissingRule;

/// Rows that are read at once.
pub(super) const BLOCK: usize = 1024;

/// Stands for a missing cell.
pub(super) const MISSING: u64 = u64::MAX;

/// A cell as a whole number of ticks, or the reason why it is none.
trait Cell: Copy {
    /// The ticks; `None` for what is negative, too large or between two ticks.
    fn ticks(self, definition: &LifetimesDefinition) -> Option<u64>;

    /// The cell where it is a whole number of ticks as it stands, else [`MISSING`]: no branch, so
    /// that a column is read at the speed of memory.
    fn plain(self) -> u64;

    /// The cell in words, for the message.
    fn show(self) -> f64;

    /// Whether the cell holds nothing.
    fn is_missing(self) -> bool {
        false
    }
}

macro_rules! integer_cells {
    ($($type:ty),*) => {$(
        impl Cell for $type {
            #[inline]
            fn ticks(self, definition: &LifetimesDefinition) -> Option<u64> {
                let units = u64::try_from(self).ok()?;
                let ticks = units.checked_mul(u64::from(definition.ticks_per_unit))?;
                (ticks <= MOST_TICKS).then_some(ticks)
            }

            #[inline(always)]
            fn plain(self) -> u64 {
                u64::try_from(self).unwrap_or(MISSING)
            }

            fn show(self) -> f64 {
                self as f64
            }
        }
    )*};
}
integer_cells!(u8, i8, u16, i16, u32, i32, u64, i64);

macro_rules! float_cells {
    ($($type:ty),*) => {$(
        impl Cell for $type {
            #[inline]
            fn ticks(self, definition: &LifetimesDefinition) -> Option<u64> {
                let value = f64::from(self);
                if definition.ticks_per_unit == 1
                    && let Some(tick) = whole(value)
                    && (tick as f64 - value).abs() <= 0.0
                    && tick < MOST_TICKS
                {
                    return Some(tick);
                }
                rounded(value, definition)
            }

            #[inline(always)]
            fn plain(self) -> u64 {
                let value = f64::from(self);
                let tick = whole(value).unwrap_or(MISSING);
                if (tick as f64 - value).abs() <= 0.0 { tick } else { MISSING }
            }

            fn show(self) -> f64 {
                f64::from(self)
            }

            fn is_missing(self) -> bool {
                self.is_nan()
            }
        }
    )*};
}
float_cells!(f32, f64);

/// The ticks of a time that is no plain whole number.
fn rounded(value: f64, definition: &LifetimesDefinition) -> Option<u64> {
    let per_unit = f64::from(definition.ticks_per_unit);
    let nearest = (value * per_unit).round_ties_even();
    // The double next to a whole number of ticks stands for it: 0.7 days of ten ticks are seven.
    let is_whole = (nearest / per_unit - value).abs() <= 0.0;
    let ticks = match definition.rounding {
        _ if is_whole => nearest,
        TickRounding::Exact => return None,
        TickRounding::Nearest => nearest,
        TickRounding::Down => (value * per_unit).floor(),
        TickRounding::Up => (value * per_unit).ceil(),
    };
    (value >= 0.0 && ticks <= MOST_TICKS as f64).then(|| whole(ticks)).flatten()
}

/// Reads the ticks of the rows from `start` on into a block.
pub(super) fn read_ticks(
    values: &Values<'_>,
    field: &'static str,
    definition: &LifetimesDefinition,
    start: usize,
    block: &mut [u64],
) -> Result<()> {
    if definition.ticks_per_unit == 1 && read_plain(values, start, block) < MOST_TICKS {
        return Ok(());
    }
    with_column!(values.column, cells => {
        let cells = cells.get(start..).unwrap_or_default();
        for (offset, (slot, &cell)) in block.iter_mut().zip(cells).enumerate() {
            *slot = match cell.ticks(definition) {
                Some(tick) => tick,
                None if cell.is_missing() => MISSING,
                None if !values.is_valid(start + offset) => MISSING,
                None => {
                    return Err(not_a_tick(cell.show(), field, definition).at_row(start + offset));
                }
            };
        }
    });
    blank_missing(values, start, block);
    Ok(())
}

/// Reads the cells that are whole numbers as they stand; the largest, or [`MISSING`] where one is
/// not, or where rows may be absent.
fn read_plain(values: &Values<'_>, start: usize, block: &mut [u64]) -> u64 {
    if values.validity.is_some() {
        return MISSING;
    }
    with_column!(values.column, cells => {
        let cells = cells.get(start..).unwrap_or_default();
        block.iter_mut().zip(cells).fold(0, |most: u64, (slot, cell)| {
            *slot = cell.plain();
            most.max(*slot)
        })
    })
}

/// Reads whether the ends of the rows from `start` on were seen: 0, 1 or missing.
pub(super) fn read_observed(values: &Values<'_>, start: usize, block: &mut [u64]) -> Result<()> {
    if read_plain(values, start, block) <= 1 {
        return Ok(());
    }
    let plain = LifetimesDefinition::default();
    with_column!(values.column, cells => {
        let cells = cells.get(start..).unwrap_or_default();
        for (offset, (slot, &cell)) in block.iter_mut().zip(cells).enumerate() {
            *slot = match cell.ticks(&plain) {
                Some(observed @ 0..=1) => observed,
                _ if cell.is_missing() || !values.is_valid(start + offset) => MISSING,
                _ => {
                    return Err(Error::observation(format!(
                        "an event was seen, 1, or it was not, 0; got {}, which looks like a time",
                        cell.show()
                    ))
                    .in_field("observed")
                    .at_row(start + offset));
                }
            };
        }
    });
    blank_missing(values, start, block);
    Ok(())
}

fn blank_missing(values: &Values<'_>, start: usize, block: &mut [u64]) {
    if values.validity.is_some() {
        for (row, slot) in (start..).zip(block) {
            if !values.is_valid(row) {
                *slot = MISSING;
            }
        }
    }
}

fn not_a_tick(value: f64, field: &'static str, definition: &LifetimesDefinition) -> Error {
    let unit = &definition.unit;
    let message = if value < 0.0 {
        format!("a time is not negative, got {value} {unit}")
    } else if value * f64::from(definition.ticks_per_unit) > MOST_TICKS as f64 {
        format!("a time is at most 2^53 ticks, got {value} {unit}")
    } else {
        format!(
            "expected a whole number of ticks, 1/{} {unit}, got {value}; declare more ticks_per_unit, or a rounding",
            definition.ticks_per_unit
        )
    };
    Error::observation(message).in_field(field)
}

/// The error of a missing cell, where the definition does not let it pass.
pub(super) fn check_missing(
    definition: &LifetimesDefinition,
    cells: [(&'static str, u64); 3],
) -> Result<bool> {
    let Some((field, _)) = cells.into_iter().find(|&(_, cell)| cell == MISSING) else {
        return Ok(false);
    };
    if definition.missing == MissingRule::Exclude {
        return Ok(true);
    }
    Err(Error::observation("a value is missing; under missing: exclude the row is left out")
        .in_field(field))
}

/// Entry and exit in their order: a row is at risk in (entry, exit].
pub(super) fn check_order(entry: Option<u64>, exit: u64) -> Result<()> {
    match entry {
        Some(entry) if entry >= exit => Err(Error::observation(format!(
            "an entry lies before the end, got an entry after {entry} ticks and an end after {exit}"
        ))
        .in_field("entries")),
        _ => Ok(()),
    }
}

/// Numbers the causes of a batch in the order in which they first occur.
#[derive(Debug)]
pub(super) struct CauseReader<'a> {
    column: Option<KeyColumn<'a>>,
    /// The number of each position of a dictionary.
    codes: Vec<Option<usize>>,
    texts: BTreeMap<&'a str, usize>,
    integers: BTreeMap<i64, usize>,
    missing: Option<usize>,
    pub(super) causes: Vec<KeyPart>,
}

impl<'a> CauseReader<'a> {
    pub(super) fn new(batch: &Durations<'a>) -> Self {
        let codes = match batch.causes.map(|column| column.values) {
            Some(KeyValues::Codes { dictionary, .. }) => vec![None; dictionary.len()],
            _ => Vec::new(),
        };
        Self {
            column: batch.causes,
            codes,
            texts: BTreeMap::new(),
            integers: BTreeMap::new(),
            missing: None,
            causes: Vec::new(),
        }
    }

    fn known(&mut self, row: usize) -> Option<&mut Option<usize>> {
        let Some(column) = &self.column else { return Some(&mut self.missing) };
        if !column.is_valid(row) {
            return Some(&mut self.missing);
        }
        match column.values {
            KeyValues::Codes { codes, .. } => {
                let code = usize::try_from(*codes.get(row)?).ok()?;
                self.codes.get_mut(code)
            }
            _ => None,
        }
    }

    /// The number of the row's cause.
    pub(super) fn number(&mut self, definition: &LifetimesDefinition, row: usize) -> Result<usize> {
        if let Some(Some(number)) = self.known(row) {
            return Ok(*number);
        }
        let column = self.column;
        let found = match column.map(|column| column.values) {
            Some(KeyValues::Texts(texts)) => {
                texts.get(row).and_then(|text| self.texts.get(text)).copied()
            }
            Some(KeyValues::Integers(integers)) => {
                integers.get(row).and_then(|integer| self.integers.get(integer)).copied()
            }
            _ => None,
        };
        let is_valid = column.is_some_and(|column| column.is_valid(row));
        if let (Some(number), true) = (found, is_valid) {
            return Ok(number);
        }
        let part = column.map_or(Ok(KeyPart::Missing), |column| column.part(row))?;
        definition.check_cause(&part)?;
        let number = self.causes.iter().position(|cause| *cause == part).unwrap_or_else(|| {
            self.causes.push(part);
            self.causes.len() - 1
        });
        self.remember(row, number);
        Ok(number)
    }

    fn remember(&mut self, row: usize, number: usize) {
        if let Some(slot) = self.known(row) {
            *slot = Some(number);
            return;
        }
        match self.column.map(|column| column.values) {
            Some(KeyValues::Texts(texts)) => {
                if let Some(text) = texts.get(row) {
                    self.texts.insert(text, number);
                }
            }
            Some(KeyValues::Integers(integers)) => {
                if let Some(&integer) = integers.get(row) {
                    self.integers.insert(integer, number);
                }
            }
            _ => {}
        }
    }
}

/// Counts of one column while a batch is read: places for the near ticks, a list of the far ones.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) near: Vec<u64>,
    pub(super) far: Vec<(u64, u64)>,
}

impl Scratch {
    /// Counts rows at a tick; `places` is the most that `near` may have.
    #[inline]
    pub(super) fn add(&mut self, tick: u64, rows: u64, places: usize) {
        let at = usize::try_from(tick).unwrap_or(usize::MAX);
        if let Some(count) = self.near.get_mut(at) {
            // The caller has checked that all rows of the batch fit 64 bits.
            *count = count.wrapping_add(rows);
            return;
        }
        self.add_beyond(at, tick, rows, places);
    }

    #[cold]
    fn add_beyond(&mut self, at: usize, tick: u64, rows: u64, places: usize) {
        if at < places {
            self.near.resize((at + 1).next_power_of_two().min(places), 0);
            if let Some(count) = self.near.get_mut(at) {
                *count += rows;
            }
        } else {
            self.far.push((tick, rows));
        }
    }
}

//! From the columns of a batch to grid points with counts.

use std::collections::BTreeMap;

use super::{Cell, LARGEST_VALUE, PredictionScores, PredictionScoresDefinition};
use crate::calculator::batch::{Predictions, Values, same_length, with_column};
use crate::calculator::groups::group_of_row;
use crate::calculator::{Calculator, checked_sum};
use crate::error::{Error, Result};
use crate::model::MissingRule;

/// A column as floats; a missing cell is a NaN.
fn floats(values: &Values<'_>) -> Vec<f64> {
    let mut read = Vec::with_capacity(values.len());
    let mut push = |row: usize, value: f64| {
        read.push(if values.is_valid(row) { value } else { f64::NAN });
    };
    with_column!(values.column, cells => {
        for (row, &cell) in cells.iter().enumerate() {
            #[allow(clippy::unnecessary_cast, reason = "one of the types is this one already")]
            push(row, cell as f64);
        }
    });
    read
}

/// The number of grid points above 0.
pub(super) fn steps(definition: &PredictionScoresDefinition) -> u64 {
    1 << definition.grid_bits
}

/// The grid point of a probability; only 0 itself is at 0, and only 1 at 1.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a probability times 2^32 is within 0 to 2^32"
)]
fn grid_point(probability: f64, steps: u64) -> Option<u64> {
    if !(0.0..=1.0).contains(&probability) {
        return None;
    }
    let point = (probability * steps as f64).round_ties_even() as u64;
    Some(if probability <= 0.0 {
        0
    } else if probability >= 1.0 {
        steps
    } else {
        point.clamp(1, steps - 1)
    })
}

/// One row: its grid point, whether the event came, what it is worth.
#[derive(Clone, Copy)]
struct Row {
    point: u64,
    event: bool,
    value: i64,
}

/// The rows of a batch as floats.
struct Rows {
    probabilities: Vec<f64>,
    observed: Vec<f64>,
    values: Option<Vec<f64>>,
}

impl Rows {
    fn read(definition: &PredictionScoresDefinition, batch: &Predictions<'_>) -> Result<Self> {
        batch.check_shape()?;
        if batch.values.is_some() != definition.valued {
            let message = if definition.valued {
                "the definition is valued: what each row is worth is needed"
            } else {
                "the definition is not valued"
            };
            return Err(Error::batch(message).in_field("values"));
        }
        Ok(Self {
            probabilities: floats(&batch.probabilities),
            observed: floats(&batch.observed),
            values: batch.values.as_ref().map(floats),
        })
    }

    fn cells(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let pairs = self.probabilities.iter().zip(&self.observed);
        let value = |row: usize| {
            self.values.as_ref().map_or(0.0, |values| values.get(row).copied().unwrap_or(f64::NAN))
        };
        pairs.enumerate().map(move |(row, (&p, &seen))| (p, seen, value(row)))
    }
}

/// One row, or none where a cell is missing.
fn row(
    definition: &PredictionScoresDefinition,
    (probability, observed, value): (f64, f64, f64),
) -> Result<Option<Row>> {
    let cells = [("probabilities", probability), ("observed", observed), ("values", value)];
    if let Some((field, _)) = cells.iter().find(|(_, cell)| cell.is_nan()) {
        if definition.missing == MissingRule::Exclude {
            return Ok(None);
        }
        return Err(Error::observation("a cell is missing").in_field(*field));
    }
    let point = grid_point(probability, steps(definition)).ok_or_else(|| {
        Error::observation(format!("a probability lies between 0 and 1, got {probability}"))
            .in_field("probabilities")
    })?;
    let event = (observed - 1.0).abs() <= 0.0;
    if !event && observed.abs() > 0.0 {
        return Err(Error::observation(format!(
            "an event came, 1, or it did not, 0; got {observed}"
        ))
        .in_field("observed"));
    }
    if value.fract().abs() > 0.0 || value.abs() > LARGEST_VALUE as f64 {
        return Err(Error::observation(format!(
            "a value is a whole number up to 2^53, got {value}"
        ))
        .in_field("values"));
    }
    #[allow(clippy::cast_possible_truncation, reason = "the range is checked on the line before")]
    Ok(Some(Row { point, event, value: value as i64 }))
}

impl Cell {
    fn of(row: Row, count: u64) -> Self {
        let value = i128::from(row.value) * i128::from(count);
        if row.event {
            Self { events: count, event_value: value, ..Self::default() }
        } else {
            Self { others: count, other_value: value, ..Self::default() }
        }
    }
}

/// Rows by grid point, sorted and put together.
fn gather(mut cells: Vec<(u64, Cell)>) -> BTreeMap<u64, Cell> {
    cells.sort_unstable_by_key(|(point, _)| *point);
    let mut gathered: Vec<(u64, Cell)> = Vec::new();
    for (point, cell) in cells {
        match gathered.last_mut() {
            Some((last, sum)) if *last == point => sum.add(&cell),
            _ => gathered.push((point, cell)),
        }
    }
    gathered.into_iter().collect()
}

/// Rows that stand for one and are worth nothing: the grid point and the event in one number.
fn gather_plain(mut rows: Vec<u64>) -> BTreeMap<u64, Cell> {
    rows.sort_unstable();
    let mut gathered: Vec<(u64, Cell)> = Vec::new();
    for run in rows.chunk_by(|a, b| a >> 1 == b >> 1) {
        let Some(&first) = run.first() else { continue };
        let others = run.partition_point(|row| row & 1 == 0) as u64;
        let events = (run.len() as u64).saturating_sub(others);
        gathered.push((first >> 1, Cell { events, others, ..Cell::default() }));
    }
    gathered.into_iter().collect()
}

pub(super) fn lift(
    definition: &PredictionScoresDefinition,
    batch: &Predictions<'_>,
) -> Result<PredictionScores> {
    let rows = Rows::read(definition, batch)?;
    let mut state = PredictionScores::empty(definition.clone());
    let plain = batch.counts.is_none() && batch.values.is_none();
    let (mut points, mut cells) = (Vec::new(), Vec::new());
    for (number, cell) in rows.cells().enumerate() {
        let count = batch.counts.map_or(1, |counts| counts.get(number).copied().unwrap_or(0));
        let mut take = || -> Result<()> {
            checked_sum(state.observations(), count)?;
            match row(definition, cell)? {
                None => state.missing += count,
                Some(row) => {
                    state.rows += count;
                    if plain {
                        points.push(row.point << 1 | u64::from(row.event));
                    } else if count > 0 {
                        cells.push((row.point, Cell::of(row, count)));
                    }
                }
            }
            Ok(())
        };
        take().map_err(|error| error.at_row(number))?;
    }
    state.cells = if plain { gather_plain(points) } else { gather(cells) };
    state.check_size(state.cells.len() as u64)?;
    Ok(state)
}

pub(super) fn lift_by_group(
    definition: &PredictionScoresDefinition,
    codes: &[u32],
    groups: usize,
    batch: &Predictions<'_>,
) -> Result<Vec<PredictionScores>> {
    let rows = Rows::read(definition, batch)?;
    same_length("keys", codes.len(), batch.len())?;
    let mut states = vec![PredictionScores::empty(definition.clone()); groups];
    let mut cells: Vec<Vec<(u64, Cell)>> = vec![Vec::new(); groups];
    for (number, cell) in rows.cells().enumerate() {
        let count = batch.counts.map_or(1, |counts| counts.get(number).copied().unwrap_or(0));
        let mut take = || -> Result<()> {
            let state = group_of_row(&mut states, codes, number)?;
            let cells = group_of_row(&mut cells, codes, number)?;
            checked_sum(state.observations(), count)?;
            match row(definition, cell)? {
                None => state.missing += count,
                Some(row) => {
                    state.rows += count;
                    if count > 0 {
                        cells.push((row.point, Cell::of(row, count)));
                    }
                }
            }
            Ok(())
        };
        take().map_err(|error| error.at_row(number))?;
    }
    for (state, cells) in states.iter_mut().zip(cells) {
        state.cells = gather(cells);
        state.check_size(state.cells.len() as u64)?;
    }
    Ok(states)
}

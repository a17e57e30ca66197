//! The rows of a Cox fit in the order in which every pass walks them.

use super::CoxColumns;
use crate::calculator::batch::{KeyPart, Values, number_keys, with_column};
use crate::error::{Error, Result};

/// The most covariates of a fit.
pub(super) const MOST_COVARIATES: usize = 1000;

/// One time of a stratum at which anybody left.
#[derive(Debug, Clone, Copy)]
pub(super) struct EventTime {
    pub(super) time: f64,
    /// Its events are the rows from here …
    pub(super) first: usize,
    /// … to before here.
    pub(super) end: usize,
    /// The sum of their weights.
    pub(super) weight: f64,
}

/// The rows of one stratum, and its event times.
#[derive(Debug, Clone)]
pub(super) struct Stratum {
    pub(super) key: KeyPart,
    pub(super) first: usize,
    pub(super) end: usize,
    pub(super) times: Vec<EventTime>,
    /// The rows in falling order of `start`; empty where nobody entered late.
    pub(super) by_start: Vec<usize>,
}

/// A row is at risk at the event times `start..end` of its stratum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Rows sorted by stratum and end, events before censorings; covariates with mean 0 and deviation
/// 1.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    pub(super) width: usize,
    /// Covariates, row by row.
    pub(super) x: Vec<f64>,
    pub(super) weights: Vec<f64>,
    pub(super) events: Vec<bool>,
    pub(super) exits: Vec<f64>,
    pub(super) entries: Option<Vec<f64>>,
    pub(super) spans: Vec<Span>,
    pub(super) strata: Vec<Stratum>,
    /// The number of the cluster of each row.
    pub(super) clusters: Option<(Vec<usize>, usize)>,
    pub(super) means: Vec<f64>,
    pub(super) deviations: Vec<f64>,
    pub(super) event_count: u64,
}

/// A column as floats; a missing cell is a NaN.
pub(super) fn cells(values: &Values<'_>) -> Vec<f64> {
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

/// A column as floats; a missing cell is an error with its row.
fn floats(values: &Values<'_>, field: &str) -> Result<Vec<f64>> {
    let read = cells(values);
    match read.iter().position(|value| !value.is_finite()) {
        None => Ok(read),
        Some(row) => Err(Error::observation("a value is missing or not finite")
            .in_field(field.to_owned())
            .at_row(row)),
    }
}

fn check_times(durations: &[f64], entries: Option<&[f64]>) -> Result<()> {
    for (row, &duration) in durations.iter().enumerate() {
        let entry = entries.and_then(|entries| entries.get(row)).copied();
        let refused =
            |message: String, field| Err(Error::observation(message).in_field(field).at_row(row));
        if duration < 0.0 {
            return refused(format!("a time is not negative, got {duration}"), "durations");
        }
        match entry {
            Some(entry) if entry < 0.0 => {
                return refused(format!("a time is not negative, got {entry}"), "entries");
            }
            Some(entry) if entry >= duration => {
                return refused(
                    format!("an entry lies before the end, got {entry} and {duration}"),
                    "entries",
                );
            }
            _ => {}
        }
    }
    Ok(())
}

fn flags(values: &Values<'_>) -> Result<Vec<bool>> {
    let read = floats(values, "observed")?;
    let flag = |(row, value): (usize, f64)| {
        let seen = (value - 1.0).abs() <= 0.0;
        if seen || value.abs() <= 0.0 {
            return Ok(seen);
        }
        Err(Error::observation(format!(
            "an event was seen, 1, or it was not, 0; got {value}, which looks like a time"
        ))
        .in_field("observed")
        .at_row(row))
    };
    read.into_iter().enumerate().map(flag).collect()
}

fn weights(columns: &CoxColumns<'_>, rows: usize) -> Result<Vec<f64>> {
    let Some(values) = &columns.weights else { return Ok(vec![1.0; rows]) };
    let weights = floats(values, "weights")?;
    match weights.iter().position(|&weight| weight <= 0.0) {
        None => Ok(weights),
        Some(row) => Err(Error::observation("a weight is above 0").in_field("weights").at_row(row)),
    }
}

/// Gathers the cells of a column in another order.
pub(super) fn gather<T: Copy>(cells: &[T], order: &[usize]) -> Vec<T> {
    order.iter().filter_map(|&row| cells.get(row)).copied().collect()
}

/// Refuses columns of unequal length, and columns of which there are none.
fn check_shape(columns: &CoxColumns<'_>) -> Result<()> {
    let rows = columns.durations.len();
    if columns.covariates.is_empty() || columns.covariates.len() > MOST_COVARIATES {
        return Err(Error::batch(format!("a fit has 1 to {MOST_COVARIATES} covariates"))
            .in_field("covariates"));
    }
    columns.durations.check("durations", rows)?;
    columns.observed.check("observed", rows)?;
    for (field, values) in [("entries", columns.entries), ("weights", columns.weights)] {
        values.map_or(Ok(()), |values| values.check(field, rows))?;
    }
    for (field, keys) in [("strata", columns.strata), ("clusters", columns.clusters)] {
        keys.map_or(Ok(()), |keys| keys.check(field, rows))?;
    }
    for (name, values) in columns.covariates {
        let named =
            |error: Error| Error::batch(error.message().to_owned()).in_field((*name).to_owned());
        values.check("covariates", rows).map_err(named)?;
    }
    Ok(())
}

type Coded = (Vec<u32>, Vec<KeyPart>);

fn coded(columns: &CoxColumns<'_>, rows: usize) -> Result<Coded> {
    match &columns.strata {
        None => Ok((vec![0; rows], vec![KeyPart::Missing])),
        Some(keys) => {
            // Checks every code, which the numbering leaves to its reader.
            (0..rows).try_for_each(|row| keys.part(row).map(drop))?;
            let (codes, parts) = number_keys(keys)?;
            Ok((codes.into_owned(), parts))
        }
    }
}

impl Rows {
    pub(super) fn read(columns: &CoxColumns<'_>) -> Result<Self> {
        check_shape(columns)?;
        let durations = floats(&columns.durations, "durations")?;
        let observed = flags(&columns.observed)?;
        let entries = columns.entries.as_ref().map(|v| floats(v, "entries")).transpose()?;
        check_times(&durations, entries.as_deref())?;
        let weights = weights(columns, durations.len())?;
        let (codes, keys) = coded(columns, durations.len())?;
        let clusters = match &columns.clusters {
            None => None,
            Some(keys) => {
                (0..durations.len()).try_for_each(|row| keys.part(row).map(drop))?;
                Some(number_keys(keys)?)
            }
        };
        let order = sorted(&durations, &observed, &codes);
        let mut rows = Self {
            width: columns.covariates.len(),
            x: Vec::new(),
            weights: gather(&weights, &order),
            events: gather(&observed, &order),
            exits: gather(&durations, &order),
            entries: entries.map(|entries| gather(&entries, &order)),
            spans: Vec::with_capacity(order.len()),
            strata: Vec::new(),
            clusters: clusters.map(|(codes, keys)| {
                let numbers = gather(&codes, &order);
                let number = |code: u32| usize::try_from(code).unwrap_or(usize::MAX);
                (numbers.into_iter().map(number).collect(), keys.len())
            }),
            means: Vec::new(),
            deviations: Vec::new(),
            event_count: observed.iter().map(|&seen| u64::from(seen)).sum(),
        };
        if rows.event_count == 0 {
            return Err(Error::insufficient("a fit needs an event").in_field("observed"));
        }
        rows.read_covariates(columns, &order)?;
        rows.divide(&gather(&codes, &order), &keys);
        Ok(rows)
    }

    /// Moves every covariate to mean 0 and deviation 1: sums of products keep their digits.
    fn read_covariates(&mut self, columns: &CoxColumns<'_>, order: &[usize]) -> Result<()> {
        let total: f64 = self.weights.iter().sum();
        self.x = vec![0.0; self.width * order.len()];
        for (number, (name, values)) in columns.covariates.iter().enumerate() {
            let sorted = gather(&floats(values, name)?, order);
            let pairs = || sorted.iter().zip(&self.weights);
            let mean = pairs().map(|(x, w)| w * x).sum::<f64>() / total;
            let variance = pairs().map(|(x, w)| w * (x - mean) * (x - mean)).sum::<f64>() / total;
            let deviation = variance.sqrt();
            let size = sorted.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
            if deviation <= 1e-12 * size || deviation <= 0.0 {
                return Err(Error::argument(format!("the covariate is constant, {mean}"))
                    .in_field((*name).to_owned()));
            }
            let cells = self.x.iter_mut().skip(number).step_by(self.width);
            for (cell, value) in cells.zip(&sorted) {
                *cell = (value - mean) / deviation;
            }
            self.means.push(mean);
            self.deviations.push(deviation);
        }
        Ok(())
    }

    /// Finds the strata, their event times, and at which of them each row is at risk.
    fn divide(&mut self, codes: &[u32], keys: &[KeyPart]) {
        let mut first = 0;
        for run in codes.chunk_by(|a, b| a == b) {
            let end = first + run.len();
            let key = run.first().and_then(|&code| keys.get(usize::try_from(code).ok()?));
            let times = self.event_times(first, end);
            let exits = self.exits.get(first..end).unwrap_or_default();
            let entries = self.entries.as_ref().and_then(|e| e.get(first..end));
            for (row, exit) in exits.iter().enumerate() {
                let entry = entries.and_then(|entries| entries.get(row));
                let start =
                    entry.map_or(0, |entry| times.partition_point(|time| time.time <= *entry));
                let end = times.partition_point(|time| time.time <= *exit);
                self.spans.push(Span { start, end });
            }
            let mut by_start: Vec<usize> = Vec::new();
            if entries.is_some() {
                let start = |row: &usize| self.spans.get(*row).map_or(0, |span| span.start);
                by_start = (first..end).filter(|row| start(row) > 0).collect();
                by_start.sort_by_key(|row| std::cmp::Reverse(start(row)));
            }
            let key = key.cloned().unwrap_or(KeyPart::Missing);
            self.strata.push(Stratum { key, first, end, times, by_start });
            first = end;
        }
    }

    fn event_times(&self, first: usize, end: usize) -> Vec<EventTime> {
        let mut times: Vec<EventTime> = Vec::new();
        let cells = self.exits.iter().zip(&self.events).zip(&self.weights).enumerate();
        for (row, ((&time, &seen), &weight)) in cells.take(end).skip(first) {
            if !seen {
                continue;
            }
            match times.last_mut() {
                Some(last) if last.time >= time => {
                    last.end = row + 1;
                    last.weight += weight;
                }
                _ => times.push(EventTime { time, first: row, end: row + 1, weight }),
            }
        }
        times
    }

    /// The covariates of a row.
    #[inline]
    pub(super) fn row(&self, row: usize) -> &[f64] {
        let first = row * self.width;
        self.x.get(first..first + self.width).unwrap_or_default()
    }

    /// The covariates of all rows, in their order.
    #[inline]
    pub(super) fn all(&self) -> std::slice::ChunksExact<'_, f64> {
        self.x.chunks_exact(self.width.max(1))
    }
}

/// The rows by stratum and end, events before censorings.
fn sorted(durations: &[f64], observed: &[bool], codes: &[u32]) -> Vec<usize> {
    // Times are finite and not negative, so that their bits sort as they do.
    let keys = durations.iter().zip(observed).zip(codes).enumerate();
    let mut order: Vec<(u32, u64, bool, usize)> = keys
        .map(|(row, ((time, &seen), &code))| (code, (time + 0.0).to_bits(), !seen, row))
        .collect();
    order.sort_unstable();
    order.into_iter().map(|(_, _, _, row)| row).collect()
}

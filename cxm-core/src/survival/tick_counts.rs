//! How many rows there are at each tick: a list where the ticks lie close, a sorted map where they
//! do not.
//!
//! Which of the two holds the counts is a matter of memory and never shows: equality, order and
//! bytes speak of ticks and counts only.

use std::collections::{BTreeMap, btree_map};

use crate::calculator::checked_difference;
use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};

/// A list may hold so many places for each tick in use.
const PLACES_PER_TICK: u64 = 8;
/// Ticks that a list may hold whatever is in use.
const SMALL: u64 = 64;

/// Counts by tick; a tick without a row is not there.
#[derive(Debug, Clone)]
pub(super) enum TickCounts {
    /// The count of each tick from 0 on, and how many are not 0.
    Dense {
        /// One count a tick.
        counts: Vec<u64>,
        /// Counts above 0.
        used: u64,
    },
    /// The counts above 0.
    Sparse(BTreeMap<u64, u64>),
}

impl Default for TickCounts {
    fn default() -> Self {
        Self::Dense { counts: Vec::new(), used: 0 }
    }
}

impl PartialEq for TickCounts {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

/// Whether a list up to this tick is worth its memory.
fn is_dense(last: u64, used: u64) -> bool {
    last < SMALL || last / PLACES_PER_TICK < used
}

fn position(tick: u64) -> Option<usize> {
    usize::try_from(tick).ok()
}

impl TickCounts {
    /// The counts of a list of places, with those of ticks beyond it.
    pub(super) fn from_parts(mut counts: Vec<u64>, mut beyond: Vec<(u64, u64)>) -> Self {
        while counts.last() == Some(&0) {
            counts.pop();
        }
        let used = counts.iter().filter(|&&count| count > 0).count() as u64;
        let last = (counts.len() as u64).saturating_sub(1);
        if beyond.is_empty() && is_dense(last, used) {
            counts.shrink_to_fit();
            return Self::Dense { counts, used };
        }
        beyond.sort_unstable_by_key(|&(tick, _)| tick);
        let near = (0u64..).zip(counts).filter(|&(_, count)| count > 0);
        let mut runs: Vec<(u64, u64)> = near.collect();
        for (tick, count) in beyond {
            match runs.last_mut() {
                Some((last, sum)) if *last == tick => *sum = sum.saturating_add(count),
                _ => runs.push((tick, count)),
            }
        }
        let mut built = Self::Sparse(runs.into_iter().collect());
        built.settle();
        built
    }

    /// Ticks that have a row.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Dense { used, .. } => *used,
            Self::Sparse(counts) => counts.len() as u64,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows at this tick.
    pub(super) fn at(&self, tick: u64) -> u64 {
        match self {
            Self::Dense { counts, .. } => {
                position(tick).and_then(|tick| counts.get(tick)).copied().unwrap_or_default()
            }
            Self::Sparse(counts) => counts.get(&tick).copied().unwrap_or_default(),
        }
    }

    /// All rows; the callers keep the sum within 64 bits.
    pub(super) fn total(&self) -> u64 {
        self.iter().fold(0, |sum, (_, count)| sum.saturating_add(count))
    }

    /// Adds rows at a tick; saturates where the caller has not checked the sum.
    pub(super) fn add(&mut self, tick: u64, rows: u64) {
        if rows == 0 {
            return;
        }
        match self {
            Self::Dense { counts, used } => {
                let at = position(tick).unwrap_or(usize::MAX);
                if at >= counts.len() {
                    if !is_dense(tick, *used + 1) {
                        self.make_sparse();
                        return self.add(tick, rows);
                    }
                    counts.resize(at + 1, 0);
                }
                if let Some(count) = counts.get_mut(at) {
                    *used += u64::from(*count == 0);
                    *count = count.saturating_add(rows);
                }
            }
            Self::Sparse(counts) => {
                let count = counts.entry(tick).or_default();
                *count = count.saturating_add(rows);
            }
        }
    }

    /// Adds the other's rows.
    pub(super) fn merge(&mut self, other: &Self) {
        if let (Self::Dense { counts, used }, Self::Dense { counts: theirs, .. }) =
            (&mut *self, other)
        {
            if counts.len() < theirs.len() {
                counts.resize(theirs.len(), 0);
            }
            for (count, more) in counts.iter_mut().zip(theirs) {
                *count = count.saturating_add(*more);
            }
            *used = counts.iter().filter(|&&count| count > 0).count() as u64;
        } else {
            for (tick, count) in other.iter() {
                self.add(tick, count);
            }
        }
        self.settle();
    }

    /// Whether the other's rows are all here.
    pub(super) fn check_subtract(&self, other: &Self, what: &'static str) -> Result<()> {
        for (tick, count) in other.iter() {
            checked_difference(self.at(tick), count, what)?;
        }
        Ok(())
    }

    /// Takes the other's rows away, once they are known to be here.
    pub(super) fn subtract(&mut self, other: &Self) {
        for (tick, rows) in other.iter() {
            match self {
                Self::Dense { counts, used } => {
                    let found = position(tick).and_then(|tick| counts.get_mut(tick));
                    if let Some(count) = found.filter(|count| **count > 0) {
                        *count = count.saturating_sub(rows);
                        *used -= u64::from(*count == 0);
                    }
                }
                Self::Sparse(counts) => {
                    if let btree_map::Entry::Occupied(mut entry) = counts.entry(tick) {
                        *entry.get_mut() = entry.get().saturating_sub(rows);
                        if *entry.get() == 0 {
                            entry.remove();
                        }
                    }
                }
            }
        }
        self.settle();
    }

    /// The ticks with a row, ascending.
    pub(super) fn iter(&self) -> TickIter<'_> {
        match self {
            Self::Dense { counts, .. } => TickIter::Dense { counts, next: 0 },
            Self::Sparse(counts) => TickIter::Sparse(counts.iter()),
        }
    }

    fn make_sparse(&mut self) {
        *self = Self::Sparse(self.iter().collect());
    }

    /// Takes the form that suits what is held.
    fn settle(&mut self) {
        match self {
            Self::Dense { counts, used } => {
                let last = (counts.len() as u64).saturating_sub(1);
                if !is_dense(last, *used) {
                    self.make_sparse();
                }
            }
            Self::Sparse(counts) => {
                let last = counts.last_key_value().map_or(0, |(&last, _)| last);
                let used = counts.len() as u64;
                // Halfway, so that a state at the edge does not change its form at every merge.
                if last < SMALL || last / PLACES_PER_TICK < used / 2 {
                    let mut list = vec![0; position(last).map_or(0, |last| last + 1)];
                    for (&tick, &count) in counts.iter() {
                        if let Some(slot) = position(tick).and_then(|tick| list.get_mut(tick)) {
                            *slot = count;
                        }
                    }
                    *self = Self::Dense { counts: list, used };
                }
            }
        }
    }

    /// Writes how many ticks there are, then for each its distance from the last and its count.
    pub(super) fn write(&self, writer: &mut Writer) {
        writer.unsigned(self.len());
        let mut next = 0;
        for (tick, count) in self.iter() {
            writer.unsigned(tick - next);
            writer.unsigned(count);
            next = tick + 1;
        }
    }

    /// Reads what [`write`](Self::write) wrote.
    pub(super) fn read(reader: &mut Reader<'_>, last_tick: u64) -> Result<Self> {
        let ticks = reader.length(2)?;
        let mut next = 0u64;
        let mut runs = Vec::with_capacity(ticks);
        for _ in 0..ticks {
            let tick = next
                .checked_add(reader.u64()?)
                .filter(|&tick| tick <= last_tick)
                .ok_or_else(|| Error::corrupt("a tick is beyond the last one"))?;
            let count = reader.u64()?;
            if count == 0 {
                return Err(Error::corrupt("a tick without a row"));
            }
            runs.push((tick, count));
            next = tick + 1;
        }
        Ok(Self::from_parts(Vec::new(), runs))
    }
}

/// The ticks of a [`TickCounts`] with their counts, ascending.
#[derive(Debug, Clone)]
pub(super) enum TickIter<'a> {
    Dense { counts: &'a [u64], next: u64 },
    Sparse(btree_map::Iter<'a, u64, u64>),
}

impl Iterator for TickIter<'_> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        match self {
            Self::Dense { counts, next } => loop {
                let (&count, rest) = counts.split_first()?;
                let tick = *next;
                *counts = rest;
                *next += 1;
                if count > 0 {
                    return Some((tick, count));
                }
            },
            Self::Sparse(counts) => counts.next().map(|(&tick, &count)| (tick, count)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_never_shows() {
        let ticks = [0, 3, 64, 5000, 5001, 1 << 40, 3, 64];
        let mut one_by_one = TickCounts::default();
        ticks.iter().for_each(|&tick| one_by_one.add(tick, 1));
        let at_once =
            TickCounts::from_parts(Vec::new(), ticks.iter().map(|&tick| (tick, 1)).collect());
        assert_eq!(one_by_one, at_once);
        assert_eq!((one_by_one.len(), one_by_one.total(), one_by_one.at(3)), (6, 8, 2));
        let mut rest = one_by_one.clone();
        rest.merge(&at_once);
        assert!(at_once.check_subtract(&rest, "rows").is_err());
        rest.subtract(&at_once);
        assert_eq!(rest, at_once);
        let mut far = TickCounts::default();
        far.add(1 << 40, 1);
        rest.subtract(&far);
        far.merge(&rest);
        assert_eq!(far, at_once);
    }

    #[test]
    fn close_ticks_become_a_list_and_far_ones_a_map() {
        let close = TickCounts::from_parts(Vec::new(), (0..1000).map(|tick| (tick, 1)).collect());
        assert!(matches!(close, TickCounts::Dense { .. }));
        let mut far = close.clone();
        far.add(1_000_000, 1);
        assert!(matches!(far, TickCounts::Sparse(_)));
        let mut million = TickCounts::default();
        million.add(1_000_000, 1);
        far.subtract(&million);
        assert!(matches!(far, TickCounts::Dense { .. }));
        assert_eq!(far, close);
    }
}

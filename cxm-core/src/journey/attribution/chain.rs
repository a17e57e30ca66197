//! The absorbing chain of journeys: from the start through touchpoints to a conversion or not.
//!
//! States are histories: the last k touchpoints, fewer at the beginning of a path. Cells are counts
//! of transitions.
//!
//! # Formula
//! ```text
//! M  = D − A              A transitions between states, D all departures of a state
//! V  = M⁻¹                V·departures = expected visits
//! h  = V·c                c conversions from each state; h₀ from the start = P(conversion)
//! without the states X    h₀ − V₀x Vxx⁻¹ hx;  what led into X then leads to no conversion
//! removal effect          V₀x Vxx⁻¹ hx ÷ h₀
//! ```
//!
//! M is eliminated as Grassmann, Taksar and Heyman do it: a pivot is the sum of what is left of its
//! row and never a difference, and the substitutions add numbers of one sign. So every cell of V is
//! good to nearly all its digits, whatever the lengths of the journeys.
//!
//! # Source
//! Anderl, Becker, von Wangenheim and Schumann (2016); Grassmann, Taksar and Heyman (1985),
//! Operations Research 33; Sherman and Morrison (1950) for the rows that are taken out.

use std::collections::BTreeMap;

use super::attribution_paths::PathOutcomes;
use super::credit::count;
use super::path_table::{PathTable, index};
use crate::calculator::checked_sum;
use crate::error::{Error, Result};

/// The most states that are solved for: beyond, the order is too high for the touchpoints.
pub const MOST_STATES: usize = 2_000;

/// What follows a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    State(u32),
    Conversion,
    Null,
}

/// Transitions of journeys between states, numbered and counted.
#[derive(Debug)]
pub(super) struct Chain {
    /// The newest touchpoint of each state; none of the start, which is state 0.
    pub(super) newest: Vec<Option<u32>>,
    /// From where to where, by number of the transition.
    pub(super) edges: Vec<(u32, Next)>,
    /// How often.
    counts: Vec<u64>,
    /// What the conversions from a state were worth.
    worth: Vec<i128>,
    /// The transitions of each path without its end, one after another.
    steps: Vec<u32>,
    /// For each path that is counted: where its steps end, its row, its last state.
    pub(super) journeys: Vec<Walk>,
}

/// A path through the chain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Walk {
    end: usize,
    pub(super) conversions: u64,
    pub(super) nulls: u64,
    pub(super) converted: Option<u32>,
    pub(super) dropped: Option<u32>,
}

/// Numbers states and transitions as they come.
struct Builder {
    chain: Chain,
    order: usize,
    touchpoints: usize,
    states: BTreeMap<Vec<u32>, u32>,
    histories: Vec<Vec<u32>>,
    /// By state and touchpoint: the transition and where it leads. A journey takes a step by one
    /// look, whatever the order.
    onward: Vec<Vec<Option<(u32, u32)>>>,
    /// By state: the transitions to a conversion and to none.
    ends: Vec<[Option<u32>; 2]>,
}

fn narrow(position: usize) -> Result<u32> {
    u32::try_from(position).map_err(|_| Error::limit("there are more than 2^32 transitions"))
}

impl Builder {
    fn of(table: &PathTable, order: usize) -> Result<Self> {
        let chain = Chain {
            newest: Vec::new(),
            edges: Vec::new(),
            counts: Vec::new(),
            worth: Vec::new(),
            steps: Vec::new(),
            journeys: Vec::new(),
        };
        let mut builder = Self {
            chain,
            order,
            touchpoints: table.names().len(),
            states: BTreeMap::new(),
            histories: Vec::new(),
            onward: Vec::new(),
            ends: Vec::new(),
        };
        builder.state(Vec::new())?;
        Ok(builder)
    }

    fn state(&mut self, history: Vec<u32>) -> Result<u32> {
        if let Some(&state) = self.states.get(&history) {
            return Ok(state);
        }
        let state = narrow(self.chain.newest.len())?;
        if self.chain.newest.len() > MOST_STATES {
            let message = format!(
                "the chain would have more than {MOST_STATES} states; take a lower order or fewer touchpoints"
            );
            return Err(Error::limit(message).in_field("order"));
        }
        self.chain.newest.push(history.last().copied());
        self.chain.worth.push(0);
        self.onward.push(vec![None; self.touchpoints]);
        self.ends.push([None; 2]);
        self.histories.push(history.clone());
        self.states.insert(history, state);
        Ok(state)
    }

    fn edge(&mut self, from: u32, to: Next) -> Result<u32> {
        let edge = narrow(self.chain.edges.len())?;
        self.chain.edges.push((from, to));
        self.chain.counts.push(0);
        Ok(edge)
    }

    /// The transition to the next touchpoint, and the state that it leads to.
    fn onward(&mut self, from: u32, touchpoint: u32) -> Result<(u32, u32)> {
        let row = self.onward.get(index(from));
        if let Some(&Some(known)) = row.and_then(|row| row.get(index(touchpoint))) {
            return Ok(known);
        }
        let mut history = self.histories.get(index(from)).cloned().unwrap_or_default();
        history.push(touchpoint);
        history.drain(..history.len().saturating_sub(self.order));
        let to = self.state(history)?;
        let edge = self.edge(from, Next::State(to))?;
        let row = self.onward.get_mut(index(from));
        if let Some(slot) = row.and_then(|row| row.get_mut(index(touchpoint))) {
            *slot = Some((edge, to));
        }
        Ok((edge, to))
    }

    fn end(&mut self, from: u32, to: Next) -> Result<u32> {
        let place = usize::from(to == Next::Null);
        let known = self.ends.get(index(from)).and_then(|ends| ends.get(place)).copied().flatten();
        if let Some(edge) = known {
            return Ok(edge);
        }
        let edge = self.edge(from, to)?;
        if let Some(slot) = self.ends.get_mut(index(from)).and_then(|ends| ends.get_mut(place)) {
            *slot = Some(edge);
        }
        Ok(edge)
    }

    fn count(&mut self, edge: u32, times: u64) -> Result<()> {
        if let Some(known) = self.chain.counts.get_mut(index(edge)) {
            let sum = known.checked_add(times);
            *known = sum.ok_or_else(|| Error::overflow("too many transitions"))?;
        }
        Ok(())
    }

    fn walk(&mut self, path: &[u32], ended: &PathOutcomes, nulls: u64) -> Result<()> {
        let mut state = 0;
        let times = checked_sum(ended.conversions, nulls)?;
        for &touchpoint in path {
            let (edge, next) = self.onward(state, touchpoint)?;
            self.count(edge, times)?;
            self.chain.steps.push(edge);
            state = next;
        }
        let (mut converted, mut dropped) = (None, None);
        for (end, next, times) in [
            (&mut converted, Next::Conversion, ended.conversions),
            (&mut dropped, Next::Null, nulls),
        ] {
            if times > 0 {
                let edge = self.end(state, next)?;
                self.count(edge, times)?;
                *end = Some(edge);
            }
        }
        if let Some(worth) = self.chain.worth.get_mut(index(state)) {
            *worth = worth.saturating_add(ended.value);
        }
        let (conversions, end) = (ended.conversions, self.chain.steps.len());
        self.chain.journeys.push(Walk { end, conversions, nulls, converted, dropped });
        Ok(())
    }
}

impl Chain {
    /// The chain of these paths; journeys without a conversion are part of it or left out.
    pub(super) fn of(table: &PathTable, order: usize, with_nulls: bool) -> Result<Self> {
        let mut builder = Builder::of(table, order)?;
        for (path, ended) in table.rows() {
            let nulls = if with_nulls { ended.nulls } else { 0 };
            if ended.conversions > 0 || nulls > 0 {
                builder.walk(path, ended, nulls)?;
            }
        }
        Ok(builder.chain)
    }

    /// The walks with their steps.
    pub(super) fn walks(&self) -> impl Iterator<Item = (&[u32], &Walk)> {
        let starts = std::iter::once(0).chain(self.journeys.iter().map(|walk| walk.end));
        starts
            .zip(&self.journeys)
            .map(|(start, walk)| (self.steps.get(start..walk.end).unwrap_or_default(), walk))
    }

    pub(super) fn states(&self) -> usize {
        self.newest.len()
    }

    /// Conversions from each state, and their worth.
    #[allow(clippy::cast_precision_loss, reason = "counts are read as floating point")]
    pub(super) fn rewards(&self) -> (Vec<f64>, Vec<f64>) {
        let mut conversions = vec![0.0; self.states()];
        for (&(from, to), &times) in self.edges.iter().zip(&self.counts) {
            if let (Next::Conversion, Some(slot)) = (to, conversions.get_mut(index(from))) {
                *slot = count(times);
            }
        }
        (conversions, self.worth.iter().map(|&worth| worth as f64).collect())
    }

    /// V: the inverse of departures minus transitions.
    pub(super) fn invert(&self) -> Square {
        let order = self.states();
        let mut cells = Square::new(order);
        let mut leaving = vec![0.0; order];
        for (&(from, to), &times) in self.edges.iter().zip(&self.counts) {
            match to {
                Next::State(to) => cells.set(index(from), index(to), count(times)),
                _ => leaving.iter_mut().skip(index(from)).take(1).for_each(|all| {
                    *all += count(times);
                }),
            }
        }
        cells.invert(leaving)
    }
}

/// A square matrix by rows.
#[derive(Debug, Clone)]
pub(super) struct Square {
    order: usize,
    cells: Vec<f64>,
}

impl Square {
    pub(super) fn new(order: usize) -> Self {
        Self { order, cells: vec![0.0; order.saturating_mul(order)] }
    }

    pub(super) fn row(&self, row: usize) -> &[f64] {
        let start = row.saturating_mul(self.order);
        self.cells.get(start..start.saturating_add(self.order)).unwrap_or_default()
    }

    fn row_mut(&mut self, row: usize) -> &mut [f64] {
        let start = row.saturating_mul(self.order);
        self.cells.get_mut(start..start.saturating_add(self.order)).unwrap_or_default()
    }

    pub(super) fn get(&self, row: usize, column: usize) -> f64 {
        self.row(row).get(column).copied().unwrap_or_default()
    }

    pub(super) fn set(&mut self, row: usize, column: usize, value: f64) {
        if let Some(cell) = self.row_mut(row).get_mut(column) {
            *cell = value;
        }
    }

    /// The product with a column.
    pub(super) fn times(&self, column: &[f64]) -> Vec<f64> {
        let row = |row| self.row(row).iter().zip(column).map(|(a, b)| a * b).sum();
        (0..self.order).map(row).collect()
    }

    /// (D − A)⁻¹, where this is A and D has the sums of its rows and what leaves them.
    ///
    /// Gauss and Jordan on [M | I], row by row, with pivots as sums. Off the diagonal, `self` holds
    /// the transitions that are left, all positive, and `inverse` grows by positive terms.
    fn invert(mut self, mut leaving: Vec<f64>) -> Self {
        let order = self.order;
        let mut inverse = Self::new(order);
        (0..order).for_each(|row| inverse.set(row, row, 1.0));
        for pivot in 0..order {
            let rest: f64 = self.row(pivot).iter().skip(pivot + 1).sum();
            let weight = rest + leaving.get(pivot).copied().unwrap_or_default();
            let (transitions, known) = (self.row(pivot).to_vec(), inverse.row(pivot).to_vec());
            let left = leaving.get(pivot).copied().unwrap_or_default();
            for row in pivot + 1..order {
                let factor = self.get(row, pivot) / weight;
                if factor > 0.0 {
                    add(self.row_mut(row), &transitions, factor, pivot + 1);
                    add(inverse.row_mut(row), &known, factor, 0);
                    leaving.iter_mut().skip(row).take(1).for_each(|all| *all += factor * left);
                }
            }
            // The row is kept divided by its pivot, for the way back.
            self.row_mut(pivot).iter_mut().for_each(|cell| *cell /= weight);
            inverse.row_mut(pivot).iter_mut().for_each(|cell| *cell /= weight);
        }
        for from in (0..order).rev() {
            let solved = inverse.row(from).to_vec();
            for row in 0..from {
                let factor = self.get(row, from);
                if factor > 0.0 {
                    add(inverse.row_mut(row), &solved, factor, 0);
                }
            }
        }
        inverse
    }
}

fn add(into: &mut [f64], from: &[f64], factor: f64, start: usize) {
    for (cell, term) in into.iter_mut().zip(from).skip(start) {
        *cell += factor * term;
    }
}

/// Solves a small dense system by elimination with pivots of the largest size.
pub(super) fn solve(mut rows: Vec<Vec<f64>>, right: &[f64]) -> Vec<f64> {
    let order = rows.len();
    for (row, value) in rows.iter_mut().zip(right) {
        row.push(*value);
    }
    for pivot in 0..order {
        let size = |row: &[f64]| row.get(pivot).map_or(0.0, |cell| cell.abs());
        let largest = (pivot..order).reduce(|best, row| {
            let of = |row: usize| rows.get(row).map_or(0.0, |row| size(row));
            if of(row) > of(best) { row } else { best }
        });
        rows.swap(pivot, largest.unwrap_or(pivot));
        let Some(top) = rows.get(pivot).cloned() else { break };
        let weight = top.get(pivot).copied().unwrap_or(1.0);
        for row in rows.iter_mut().skip(pivot + 1) {
            let factor = -row.get(pivot).copied().unwrap_or_default() / weight;
            add(row, &top, factor, pivot);
        }
    }
    let mut solution = vec![0.0; order];
    for place in (0..order).rev() {
        let Some(row) = rows.get(place) else { continue };
        let known: f64 = row.iter().zip(&solution).skip(place + 1).map(|(a, b)| a * b).sum();
        let value = (row.get(order).copied().unwrap_or_default() - known)
            / row.get(place).copied().unwrap_or(1.0);
        solution.iter_mut().skip(place).take(1).for_each(|slot| *slot = value);
    }
    solution
}

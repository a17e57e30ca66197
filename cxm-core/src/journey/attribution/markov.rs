//! Attribution by removal effects in an absorbing Markov chain, solved exactly.
//!
//! # Formula
//! ```text
//! removal effect  REx = 1 − P(conversion without x) ÷ P(conversion)
//! share           θx = REx ÷ Σ RE
//! by value        the same with the expected value: a conversion is worth its last state's mean
//! variance of θx  Σ over journeys of (∂θx/∂journey)², journeys drawn path by path
//! ```

use super::chain::{Chain, Next, Square, solve};
use super::credit::count;
use super::path_table::{PathTable, index};
use crate::error::Result;

/// What removing each touchpoint does.
#[derive(Debug)]
pub(super) struct Removals {
    /// On the probability of a conversion.
    pub(super) conversion: Vec<f64>,
    /// On the expected value.
    pub(super) value: Vec<f64>,
    /// The variance of each share of the removal effects.
    pub(super) variances: Vec<f64>,
    /// P(conversion).
    pub(super) probability: f64,
    /// States of the chain, the start among them.
    pub(super) states: usize,
}

/// The chain solved.
struct Solved {
    chain: Chain,
    visits: Square,
    /// P(conversion) from each state.
    converts: Vec<f64>,
    /// Expected value from each state.
    worth: Vec<f64>,
}

/// The chain without the states of a touchpoint.
struct Without {
    effect: f64,
    value_effect: f64,
    /// P(conversion) from each state, and the visits of each state from the start.
    converts: Vec<f64>,
    visits: Vec<f64>,
}

fn pick(values: &[f64], places: &[usize]) -> Vec<f64> {
    places.iter().map(|&place| values.get(place).copied().unwrap_or_default()).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Solved {
    fn of(chain: Chain) -> Self {
        let visits = chain.invert();
        let (conversions, worth) = chain.rewards();
        let (converts, worth) = (visits.times(&conversions), visits.times(&worth));
        Self { chain, visits, converts, worth }
    }

    fn from_start(values: &[f64]) -> f64 {
        values.first().copied().unwrap_or_default()
    }

    /// Takes out these states; what led into them then ends without a conversion.
    fn without(&self, removed: &[usize]) -> Without {
        let of_row = |row: usize| pick(self.visits.row(row), removed);
        let within: Vec<Vec<f64>> = removed.iter().map(|&row| of_row(row)).collect();
        let across: Vec<Vec<f64>> = (0..removed.len())
            .map(|column| within.iter().filter_map(|row| row.get(column).copied()).collect())
            .collect();
        // How the conversions of what is removed are reached, and from where they come.
        let lost = solve(within, &pick(&self.converts, removed));
        let reached = solve(across, &of_row(0));
        let effect = dot(&of_row(0), &lost) / Self::from_start(&self.converts);
        let value_lost = dot(&reached, &pick(&self.worth, removed));
        let mut visits = self.visits.row(0).to_vec();
        for (&row, times) in removed.iter().zip(&reached) {
            for (visit, through) in visits.iter_mut().zip(self.visits.row(row)) {
                *visit -= times * through;
            }
        }
        let converts = self.converts.iter().enumerate();
        let converts = converts.map(|(row, converts)| converts - dot(&of_row(row), &lost));
        let mut without = Without {
            effect,
            value_effect: value_lost / Self::from_start(&self.worth),
            converts: converts.collect(),
            visits,
        };
        for &state in removed {
            without.converts.iter_mut().skip(state).take(1).for_each(|cell| *cell = 0.0);
            without.visits.iter_mut().skip(state).take(1).for_each(|cell| *cell = 0.0);
        }
        without
    }

    /// What one more of each transition adds to P(conversion).
    fn slopes(&self, visits: &[f64], converts: &[f64]) -> Vec<f64> {
        let at = |values: &[f64], state: u32| values.get(index(state)).copied().unwrap_or_default();
        let slope = |&(from, to): &(u32, Next)| {
            let then = match to {
                Next::State(state) => at(converts, state),
                Next::Conversion => 1.0,
                Next::Null => 0.0,
            };
            at(visits, from) * (then - at(converts, from))
        };
        self.chain.edges.iter().map(slope).collect()
    }

    /// What one more of each transition adds to the removal effect.
    fn effect_slopes(&self, whole: &[f64], without: &Without) -> Vec<f64> {
        let probability = Self::from_start(&self.converts);
        let left = 1.0 - without.effect;
        let slopes = self.slopes(&without.visits, &without.converts);
        slopes.iter().zip(whole).map(|(part, all)| (left * all - part) / probability).collect()
    }

    /// Σ over journeys of the squared slope of their path.
    fn sum_of_squares(&self, slopes: &[f64]) -> f64 {
        let at = |edge: u32| slopes.get(index(edge)).copied().unwrap_or_default();
        let mut sum = 0.0;
        for (steps, walk) in self.chain.walks() {
            let so_far: f64 = steps.iter().map(|&edge| at(edge)).sum();
            for (end, times) in [(walk.converted, walk.conversions), (walk.dropped, walk.nulls)] {
                let Some(end) = end else { continue };
                let slope = so_far + at(end);
                sum += count(times) * slope * slope;
            }
        }
        sum
    }
}

/// The removal effects of all touchpoints.
pub(super) fn removals(table: &PathTable, order: usize, with_nulls: bool) -> Result<Removals> {
    let solved = Solved::of(Chain::of(table, order, with_nulls)?);
    let mut states: Vec<Vec<usize>> = vec![Vec::new(); table.names().len()];
    for (state, newest) in solved.chain.newest.iter().enumerate() {
        let touchpoint = newest.and_then(|newest| states.get_mut(index(newest)));
        touchpoint.into_iter().for_each(|states| states.push(state));
    }
    let whole = solved.slopes(solved.visits.row(0), &solved.converts);
    let without: Vec<Without> = states.iter().map(|states| solved.without(states)).collect();
    let sum: f64 = without.iter().map(|without| without.effect).sum();
    let mut together = vec![0.0; whole.len()];
    for without in &without {
        let slopes = solved.effect_slopes(&whole, without);
        together.iter_mut().zip(slopes).for_each(|(all, slope)| *all += slope);
    }
    let variance = |without: &Without| {
        let share = without.effect / sum;
        let slopes = solved.effect_slopes(&whole, without);
        let slopes = slopes.iter().zip(&together).map(|(own, all)| (own - share * all) / sum);
        solved.sum_of_squares(&slopes.collect::<Vec<_>>())
    };
    Ok(Removals {
        variances: without.iter().map(variance).collect(),
        conversion: without.iter().map(|without| without.effect).collect(),
        value: without.iter().map(|without| without.value_effect).collect(),
        probability: Solved::from_start(&solved.converts),
        states: solved.chain.states(),
    })
}

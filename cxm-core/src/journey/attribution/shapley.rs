//! Shapley's value of the game whose worth is a conversion rate.
//!
//! The other game, whose worth is a number of conversions, needs none of this: its value is the
//! same part of each conversion for every different touchpoint of its path, in linear time.
//!
//! # Formula
//! ```text
//! v(S)   conversions ÷ journeys of the paths all of whose touchpoints are in S; 0 without any
//! φx     Σ over S without x of |S|! (n − |S| − 1)! ÷ n! · (v(S ∪ x) − v(S));  Σ φ = v(all)
//! share  φx ÷ v(all); it may be negative: a touchpoint of journeys that seldom convert
//! ```
//!
//! # Source
//! Shapley (1953); Zhao, Mahboobi and Bagheri (2018), Shapley value methods for attribution
//! modeling in online advertising.

use super::credit::count;
use super::path_table::{PathTable, index};
use crate::error::{Error, Result};

/// The most touchpoints: the game has 2^n coalitions.
pub const MOST_PLAYERS: usize = 20;

/// Conversions and journeys of the coalitions.
struct Game {
    players: usize,
    /// Of exactly these touchpoints: conversions and nulls of each set that has a path.
    sets: Vec<(usize, u64, u64)>,
    /// v(S) and the journeys inside S.
    rates: Vec<f64>,
    journeys: Vec<f64>,
    /// Value ÷ journeys of the paths inside S.
    value_rates: Vec<f64>,
}

/// What the game says of each touchpoint.
pub(super) struct RateShares {
    /// Parts of v(all).
    pub(super) shares: Vec<f64>,
    /// Their variances.
    pub(super) variances: Vec<f64>,
    /// Parts of the value of the game whose worth is value ÷ journeys.
    pub(super) value_shares: Vec<f64>,
}

/// Adds to each set what its subsets have.
fn sum_over_subsets(values: &mut [f64], players: usize) {
    for player in 0..players {
        let bit = 1_usize << player;
        for pair in values.chunks_mut(bit << 1) {
            let (without, with) = pair.split_at_mut(bit);
            with.iter_mut().zip(without).for_each(|(with, without)| *with += *without);
        }
    }
}

/// Adds to each set what its supersets have.
fn sum_over_supersets(values: &mut [f64], players: usize) {
    for player in 0..players {
        let bit = 1_usize << player;
        for pair in values.chunks_mut(bit << 1) {
            let (without, with) = pair.split_at_mut(bit);
            without.iter_mut().zip(with).for_each(|(without, with)| *without += *with);
        }
    }
}

#[allow(clippy::cast_precision_loss, reason = "exact sums are read as floating point")]
fn wide(sum: i128) -> f64 {
    sum as f64
}

/// What is inside each coalition, by its journeys.
fn rates_of(exact: impl Iterator<Item = f64>, journeys: &[f64], players: usize) -> Vec<f64> {
    let mut sums: Vec<f64> = exact.collect();
    sum_over_subsets(&mut sums, players);
    let rate = |(sum, n): (&f64, &f64)| if *n > 0.0 { sum / n } else { 0.0 };
    sums.iter().zip(journeys).map(rate).collect()
}

impl Game {
    fn of(table: &PathTable) -> Result<Self> {
        let players = table.names().len();
        if players > MOST_PLAYERS {
            let message = format!(
                "the game of conversion rates is played by at most {MOST_PLAYERS} touchpoints, there are {players}"
            );
            return Err(Error::limit(message).in_field("method"));
        }
        let coalitions = 1_usize << players;
        let (mut conversions, mut nulls) = (vec![0_u64; coalitions], vec![0_u64; coalitions]);
        let mut values = vec![0_i128; coalitions];
        for (path, ended) in table.rows() {
            let set = path.iter().fold(0_usize, |set, touchpoint| set | (1 << touchpoint));
            let add = |sums: &mut [u64], more: u64| {
                sums.iter_mut().skip(set).take(1).for_each(|sum| *sum = sum.saturating_add(more));
            };
            add(&mut conversions, ended.conversions);
            add(&mut nulls, ended.nulls);
            values.iter_mut().skip(set).take(1).for_each(|sum| {
                *sum = sum.saturating_add(ended.value);
            });
        }
        let exact = conversions.iter().zip(&nulls);
        let sets = exact.clone().enumerate();
        let sets = sets.map(|(set, (&converted, &dropped))| (set, converted, dropped));
        let sets = sets.filter(|&(_, converted, dropped)| converted > 0 || dropped > 0).collect();
        let mut journeys: Vec<f64> = exact.map(|(a, b)| count(*a) + count(*b)).collect();
        sum_over_subsets(&mut journeys, players);
        let value_rates = rates_of(values.iter().map(|&value| wide(value)), &journeys, players);
        let rates = conversions.iter().map(|&converted| count(converted));
        let rates = rates_of(rates, &journeys, players);
        Ok(Self { players, sets, rates, journeys, value_rates })
    }

    /// |S|! (n − |S| − 1)! ÷ n! by size.
    fn weights(&self) -> Vec<f64> {
        let n = count(self.players as u64);
        let mut weight = 1.0 / n;
        let mut weights = Vec::with_capacity(self.players);
        for size in 0..self.players {
            weights.push(weight);
            let size = count(size as u64);
            weight *= (size + 1.0) / (n - size - 1.0).max(1.0);
        }
        weights
    }

    /// How much of v(S) is in the value of a player, by coalition.
    fn coefficients(&self, player: usize, weights: &[f64]) -> Vec<f64> {
        let weight = |size: u32| weights.get(index(size)).copied();
        let coefficient = |set: usize| {
            let size = set.count_ones();
            if set >> player & 1 == 1 {
                weight(size.saturating_sub(1)).unwrap_or_default()
            } else {
                -weight(size).unwrap_or_default()
            }
        };
        (0..self.rates.len()).map(coefficient).collect()
    }
}

/// The shares of v(all), and their variances where journeys are drawn path by path.
pub(super) fn rate_shares(table: &PathTable) -> Result<RateShares> {
    let game = Game::of(table)?;
    let weights = game.weights();
    let all = game.rates.last().copied().unwrap_or_default();
    let total = game.journeys.last().copied().unwrap_or_default();
    let worth = game.value_rates.last().copied().unwrap_or_default();
    let (mut shares, mut variances, mut value_shares) = (Vec::new(), Vec::new(), Vec::new());
    for player in 0..game.players {
        let coefficients = game.coefficients(player, &weights);
        let value_of = |rates: &[f64]| coefficients.iter().zip(rates).map(|(a, b)| a * b).sum();
        let (value, value_by_worth): (f64, f64) =
            (value_of(&game.rates), value_of(&game.value_rates));
        let share = value / all;
        value_shares.push(value_by_worth / worth);
        // One more conversion on a path of the set T moves v(S) by (1 − v(S)) ÷ journeys, S ⊇ T.
        let per_journey = coefficients.iter().zip(&game.journeys);
        let per_journey = per_journey.map(|(a, n)| if *n > 0.0 { a / n } else { 0.0 });
        let mut converted: Vec<f64> = per_journey.collect();
        let rates = converted.iter().zip(&game.rates);
        let mut journey: Vec<f64> = rates.map(|(part, rate)| part * rate).collect();
        sum_over_supersets(&mut converted, game.players);
        sum_over_supersets(&mut journey, game.players);
        let at = |values: &[f64], set: usize| values.get(set).copied().unwrap_or_default();
        let slope = |set: usize, outcome: f64| {
            let own = outcome * at(&converted, set) - at(&journey, set);
            (own - share * (outcome - all) / total) / all
        };
        let square = |&(set, conversions, nulls): &(usize, u64, u64)| {
            let (yes, no) = (slope(set, 1.0), slope(set, 0.0));
            count(conversions) * yes * yes + count(nulls) * no * no
        };
        variances.push(game.sets.iter().map(square).sum());
        shares.push(share);
    }
    Ok(RateShares { shares, variances, value_shares })
}

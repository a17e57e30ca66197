//! Attribution by position: fractions of each conversion that depend on the place in the path.
//!
//! # Formula
//! ```text
//! first, last      1 for the first, the last touchpoint
//! last non-direct  1 for the last touchpoint that is not direct; for the last if all are
//! linear           1/n for each of n
//! position         f : m : l for the first, all between together, the last; f : l of two; 1 of one
//!                  40 : 20 : 40;  J 20 : 20 : 60;  inverse J 60 : 20 : 20
//! ```
//!
//! # Source
//! Abhishek, Fader and Hosanagar (2012), Media exposure through the funnel; the weights are those
//! that web analytics tools are known for.

use super::credit::Fraction;
use crate::error::{Error, Result};

/// Parts for the first touchpoint, for all between together, and for the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(from = "[u32; 3]", into = "[u32; 3]"))]
pub struct PositionWeights {
    /// The first touchpoint.
    pub first: u32,
    /// Those between, in equal parts.
    pub middle: u32,
    /// The last touchpoint.
    pub last: u32,
}

impl PositionWeights {
    /// 40 : 20 : 40, also called U-shaped.
    pub const U: Self = Self { first: 40, middle: 20, last: 40 };
    /// 20 : 20 : 60.
    pub const J: Self = Self { first: 20, middle: 20, last: 60 };
    /// 60 : 20 : 20.
    pub const INVERSE_J: Self = Self { first: 60, middle: 20, last: 20 };

    /// Refuses weights by which a path of two touchpoints would get nothing.
    pub fn check(&self) -> Result<()> {
        if self.first == 0 && self.last == 0 {
            let message = "the first or the last touchpoint must have a part";
            return Err(Error::argument(message).in_field("weights"));
        }
        Ok(())
    }
}

impl From<[u32; 3]> for PositionWeights {
    fn from([first, middle, last]: [u32; 3]) -> Self {
        Self { first, middle, last }
    }
}

impl From<PositionWeights> for [u32; 3] {
    fn from(weights: PositionWeights) -> Self {
        [weights.first, weights.middle, weights.last]
    }
}

/// Which place in a path gets how much.
#[derive(Debug, Clone)]
pub(super) enum Rule {
    First,
    Last,
    /// With the numbers of the direct touchpoints, sorted.
    LastNonDirect(Vec<u32>),
    Linear,
    Position(PositionWeights),
    /// The same for each different touchpoint of the path: Shapley's value of the set game.
    Set,
}

impl Rule {
    /// The fractions of a conversion on this path.
    pub(super) fn share_out(&self, path: &[u32], fractions: &mut Vec<Fraction>) {
        fractions.clear();
        let whole = |touchpoint: u32| Fraction { touchpoint, numerator: 1, denominator: 1 };
        match self {
            Self::First => fractions.extend(path.first().copied().map(whole)),
            Self::Last => fractions.extend(path.last().copied().map(whole)),
            Self::LastNonDirect(direct) => {
                let is_direct = |touchpoint: &&u32| direct.binary_search(touchpoint).is_err();
                let last = path.iter().rev().find(is_direct).or(path.last());
                fractions.extend(last.copied().map(whole));
            }
            Self::Linear => equal(path.iter().copied(), path.len(), 1, fractions),
            Self::Position(weights) => position(*weights, path, fractions),
            Self::Set => {
                let mut set = path.to_vec();
                set.sort_unstable();
                set.dedup();
                equal(set.iter().copied(), set.len(), 1, fractions);
            }
        }
    }
}

/// The same part of `1 / whole` for each of `n`.
fn equal(touchpoints: impl Iterator<Item = u32>, n: usize, whole: u64, into: &mut Vec<Fraction>) {
    let denominator = whole.saturating_mul(n as u64);
    into.extend(touchpoints.map(|touchpoint| Fraction { touchpoint, numerator: 1, denominator }));
}

fn position(weights: PositionWeights, path: &[u32], fractions: &mut Vec<Fraction>) {
    let (&[first, ref rest @ ..], &[.., last]) = (path, path) else { return };
    let Some((_, between)) = rest.split_last() else {
        fractions.push(Fraction { touchpoint: first, numerator: 1, denominator: 1 });
        return;
    };
    let part = |weight: u32| u64::from(weight);
    let middle = if between.is_empty() { 0 } else { part(weights.middle) };
    let all = part(weights.first) + middle + part(weights.last);
    let mut give = |touchpoint, numerator, denominator| {
        fractions.push(Fraction { touchpoint, numerator, denominator });
    };
    give(first, part(weights.first), all);
    give(last, part(weights.last), all);
    let shared = all.saturating_mul(between.len() as u64);
    between.iter().for_each(|&touchpoint| give(touchpoint, middle, shared));
}

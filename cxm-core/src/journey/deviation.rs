//! Deviation from the plan: what an actual journey left out, added, repeated or did otherwise.
//!
//! # What it measures
//! How the steps of one actual journey lie beside the steps of a planned one.
//!
//! # Formula
//! ```text
//! the alignment of least cost: 0 same step, 1 same touchpoint on another channel,
//!                              2 step left out, 2 step added
//! fitness = 1 − cost ÷ (2·planned + 2·actual)
//! ```
//! Then each step that was left out takes the first added step at its touchpoint, in the order of
//! the plan: both together are one step in another order. What is still added is a repetition where
//! its touchpoint is in the plan, and otherwise extra.
//!
//! # Input
//! The steps of the plan and of the journey: a touchpoint each and, if known, a channel. A channel
//! counts as another one only where both are known.
//!
//! # Empty and edge cases
//! An empty journey leaves out every step. Without a plan and a journey there is no fitness.
//! A table of more than 2²⁴ pairs of steps is refused.
//!
//! Of alignments of the same cost, the one counts that, read from the beginning, pairs steps
//! earliest, and leaves out a planned step before it adds an actual one. So equal inputs give equal
//! answers.
//!
//! # Merging
//! A function of one journey; counts of many journeys add up.
//!
//! # Uncertainty
//! None: it is a description. A share of journeys that deviate is a proportion.
//!
//! # Not to be confused with
//! Conformance to a process model with choices and loops, for which a list of steps is too narrow.
//!
//! # Source
//! Wagner and Fischer (1974), the string-to-string correction problem; fitness by alignment as in
//! van der Aalst, Adriansyah and van Dongen (2012), with insertions and deletions only.
//!
//! # Example
//! ```
//! use cxm_core::journey::deviation::{Move, Step, deviation};
//!
//! let plan = ["search", "cart", "checkout", "parcel"].map(Step::at);
//! let actual = ["cart", "search", "checkout", "hotline", "checkout"].map(Step::at);
//! let found = deviation(&plan, &actual)?;
//! assert_eq!((found.same, found.other_order), (2, 1)); // search came after the cart
//! assert_eq!((found.skipped, found.extra, found.repeated), (1, 1, 1));
//! assert_eq!(found.moves[0], Move::OtherOrder { planned: 0, actual: 1 });
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::{HashMap, HashSet, VecDeque};

use crate::error::{Error, Result};

/// Pairs of a planned and an actual step that are looked at, at most.
const MOST_PAIRS: usize = 1 << 24;

/// What it costs to leave a step out or to add one.
const ALONE: u32 = 2;

/// One step of a plan or of a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Step<'a> {
    /// Id of the touchpoint.
    pub touchpoint: &'a str,
    /// Id of the channel, if known.
    pub channel: Option<&'a str>,
}

impl<'a> Step<'a> {
    /// A step at a touchpoint, whatever the channel.
    pub const fn at(touchpoint: &'a str) -> Self {
        Self { touchpoint, channel: None }
    }

    /// The same step on a channel.
    #[must_use]
    pub const fn on(self, channel: &'a str) -> Self {
        Self { channel: Some(channel), ..self }
    }

    /// What it costs to take the one for the other; nothing where they are unlike.
    fn cost(&self, other: &Self) -> Option<u32> {
        let another_channel = match (self.channel, other.channel) {
            (Some(planned), Some(actual)) => planned != actual,
            _ => false,
        };
        (self.touchpoint == other.touchpoint).then_some(u32::from(another_channel))
    }
}

/// What became of a planned or an actual step; positions count from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(tag = "move", rename_all = "snake_case"))]
pub enum Move {
    /// It happened as planned.
    Same {
        /// Where in the plan.
        planned: usize,
        /// Where in the journey.
        actual: usize,
    },
    /// It happened at its place, on another channel.
    OtherChannel {
        /// Where in the plan.
        planned: usize,
        /// Where in the journey.
        actual: usize,
    },
    /// It happened at another place.
    OtherOrder {
        /// Where in the plan.
        planned: usize,
        /// Where in the journey.
        actual: usize,
    },
    /// It did not happen.
    Skipped {
        /// Where in the plan.
        planned: usize,
    },
    /// It happened once more than planned.
    Repeated {
        /// Where in the journey.
        actual: usize,
    },
    /// It is not in the plan.
    Extra {
        /// Where in the journey.
        actual: usize,
    },
}

/// How a journey lies beside its plan.
///
/// `planned = same + other_channel + other_order + skipped` and
/// `actual = same + other_channel + other_order + repeated + extra`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Deviation {
    /// Steps of the plan.
    pub planned: usize,
    /// Steps of the journey.
    pub actual: usize,
    /// Steps as planned.
    pub same: usize,
    /// Steps at their place, on another channel.
    pub other_channel: usize,
    /// Steps at another place.
    pub other_order: usize,
    /// Planned steps that did not happen.
    pub skipped: usize,
    /// Steps that happened once more than planned.
    pub repeated: usize,
    /// Steps that are not in the plan.
    pub extra: usize,
    /// What the alignment costs.
    pub cost: u32,
    /// 1 for a journey as planned, 0 for one that has nothing in common with its plan.
    pub fitness: Option<f64>,
    /// What became of each step: the planned ones in their order, then the repeated and extra ones.
    pub moves: Vec<Move>,
}

/// What the cheapest way through a pair of rests of the two lists does first.
#[derive(Clone, Copy, PartialEq, Eq)]
enum First {
    Pair,
    Skip,
    Add,
}

/// The alignment of least cost: the pairs of positions in their order, and the cost.
fn align(planned: &[Step<'_>], actual: &[Step<'_>]) -> Result<(Vec<(usize, usize)>, u32)> {
    let width = actual.len() + 1;
    let pairs = (planned.len() + 1).checked_mul(width).filter(|&pairs| pairs <= MOST_PAIRS);
    let Some(pairs) = pairs else {
        let (planned, actual) = (planned.len(), actual.len());
        let message = format!("at most {MOST_PAIRS} pairs of steps, got {planned} times {actual}");
        return Err(Error::limit(message).within("deviation"));
    };
    // From the end to the beginning, so that ties are decided from the beginning.
    let mut first = vec![First::Add; pairs];
    let mut below: Vec<u32> = (0..).step_by(2).take(width).collect();
    below.reverse();
    for (step, row) in planned.iter().zip(first.chunks_exact_mut(width)).rev() {
        let mut costs = below.clone();
        let after = below.last().copied().unwrap_or_default();
        let mut right = after + ALONE;
        if let (Some(cost), Some(choice)) = (costs.last_mut(), row.last_mut()) {
            (*cost, *choice) = (right, First::Skip);
        }
        let mut diagonal = after;
        let cells = costs.iter_mut().zip(row).zip(actual).zip(&below).rev();
        // `actual` is one shorter than a row: the zip from the end has to leave out the last cell.
        for (((cost, choice), other), &down) in cells {
            let paired = step.cost(other).map(|pair| pair + diagonal);
            let (skipped, added) = (down + ALONE, right + ALONE);
            (*cost, *choice) = match paired {
                Some(paired) if paired <= skipped.min(added) => (paired, First::Pair),
                _ if skipped <= added => (skipped, First::Skip),
                _ => (added, First::Add),
            };
            (right, diagonal) = (*cost, down);
        }
        below = costs;
    }
    let cost = below.first().copied().unwrap_or_default();
    let (mut pairs, mut at) = (Vec::new(), (0, 0));
    while at.0 < planned.len() && at.1 < actual.len() {
        match first.get(at.0 * width + at.1) {
            Some(First::Pair) => {
                pairs.push(at);
                at = (at.0 + 1, at.1 + 1);
            }
            Some(First::Skip) => at.0 += 1,
            _ => at.1 += 1,
        }
    }
    Ok((pairs, cost))
}

/// Compares an actual journey with its plan.
pub fn deviation(planned: &[Step<'_>], actual: &[Step<'_>]) -> Result<Deviation> {
    let (pairs, cost) = align(planned, actual)?;
    let of_plan: HashMap<usize, usize> = pairs.iter().copied().collect();
    let mut used: HashSet<usize> = pairs.iter().map(|&(_, actual)| actual).collect();
    // The added steps of every touchpoint, in the order of the journey.
    let mut added: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (position, step) in actual.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
        added.entry(step.touchpoint).or_default().push_back(position);
    }
    let mut moves = Vec::with_capacity(planned.len().max(actual.len()));
    for (planned, step) in planned.iter().enumerate() {
        let mut elsewhere = || added.get_mut(step.touchpoint).and_then(VecDeque::pop_front);
        moves.push(match of_plan.get(&planned) {
            Some(&at) if actual.get(at).and_then(|other| step.cost(other)) == Some(0) => {
                Move::Same { planned, actual: at }
            }
            Some(&at) => Move::OtherChannel { planned, actual: at },
            None => match elsewhere() {
                Some(at) => {
                    used.insert(at);
                    Move::OtherOrder { planned, actual: at }
                }
                None => Move::Skipped { planned },
            },
        });
    }
    let in_plan: HashSet<&str> = planned.iter().map(|step| step.touchpoint).collect();
    for (at, step) in actual.iter().enumerate().filter(|(at, _)| !used.contains(at)) {
        let planned = in_plan.contains(step.touchpoint);
        moves.push(if planned {
            Move::Repeated { actual: at }
        } else {
            Move::Extra { actual: at }
        });
    }
    Ok(summed_up(planned.len(), actual.len(), cost, moves))
}

fn summed_up(planned: usize, actual: usize, cost: u32, moves: Vec<Move>) -> Deviation {
    let count = |wanted: fn(&Move) -> bool| moves.iter().filter(|&it| wanted(it)).count();
    #[allow(clippy::cast_precision_loss, reason = "at most 2^25 steps")]
    let worst = (planned + actual) as f64 * f64::from(ALONE);
    Deviation {
        planned,
        actual,
        same: count(|it| matches!(it, Move::Same { .. })),
        other_channel: count(|it| matches!(it, Move::OtherChannel { .. })),
        other_order: count(|it| matches!(it, Move::OtherOrder { .. })),
        skipped: count(|it| matches!(it, Move::Skipped { .. })),
        repeated: count(|it| matches!(it, Move::Repeated { .. })),
        extra: count(|it| matches!(it, Move::Extra { .. })),
        cost,
        fitness: (worst > 0.0).then(|| 1.0 - f64::from(cost) / worst),
        moves,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    /// Steps by letter; a digit after a letter is its channel.
    fn steps(text: &str) -> Vec<Step<'_>> {
        text.split_whitespace()
            .map(|word| match word.split_at(1) {
                (touchpoint, "") => Step::at(touchpoint),
                (touchpoint, channel) => Step::at(touchpoint).on(channel),
            })
            .collect()
    }

    fn found(planned: &str, actual: &str) -> Deviation {
        deviation(&steps(planned), &steps(actual)).unwrap()
    }

    #[test]
    fn every_kind_of_deviation_has_its_name() {
        let as_planned = found("a b c", "a b c");
        assert_eq!((as_planned.same, as_planned.fitness), (3, Some(1.0)));
        assert_eq!(found("a b c", "a c").moves[1], Move::Skipped { planned: 1 });
        assert_eq!(found("a c", "a b c").moves[2], Move::Extra { actual: 1 });
        assert_eq!(found("a b c", "a b b c").repeated, 1);
        assert_eq!(found("a1 b1", "a2 b1").moves[0], Move::OtherChannel { planned: 0, actual: 0 });
        assert_eq!(found("a1 b1", "a b").same, 2); // a channel that is not known is no other one
        let turned = found("a b", "b a");
        assert_eq!((turned.same, turned.other_order, turned.cost), (1, 1, 4));
        let nothing = found("a b", "x y");
        assert_eq!((nothing.skipped, nothing.extra, nothing.fitness), (2, 2, Some(0.0)));
        assert_eq!(found("", "").fitness, None);
        assert_eq!((found("a", "").skipped, found("", "a").extra), (1, 1));
    }

    #[test]
    fn ties_are_decided_from_the_beginning() {
        // The first of two equal steps is the planned one, and the second the repetition.
        assert_eq!(
            found("a", "a a").moves,
            [Move::Same { planned: 0, actual: 0 }, Move::Repeated { actual: 1 }]
        );
        // The step on its own channel goes before the first one.
        assert_eq!(found("a1", "a2 a1").moves[0], Move::Same { planned: 0, actual: 1 });
        assert_eq!(found("a b", "b a").moves[0], Move::OtherOrder { planned: 0, actual: 1 });
    }

    #[test]
    fn a_table_without_bounds_is_refused() {
        let long = vec![Step::at("a"); 5_000];
        assert_eq!(deviation(&long, &long).unwrap_err().kind(), ErrorKind::LimitReached);
        assert_eq!(deviation(&long[..4_000], &long[..4_000]).unwrap().same, 4_000);
    }
}

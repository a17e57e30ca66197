//! Survival against brute force, against simulation, and on a file of customers.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    clippy::needless_range_loop,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise"
)]

#[path = "survival/brute_force.rs"]
mod brute_force;
#[path = "survival/coverage.rs"]
mod coverage;
#[path = "survival/regression.rs"]
mod regression;
#[path = "survival/shards.rs"]
mod shards;
#[path = "survival/telco.rs"]
mod telco;

use cxm_core::prelude::*;
use cxm_core::survival::RiskTable;

/// A small generator of random numbers (splitmix64), the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A number within 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// One lifetime of a test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    pub(crate) entry: Option<u64>,
    pub(crate) exit: u64,
    pub(crate) observed: bool,
    pub(crate) cause: i64,
    pub(crate) group: usize,
    pub(crate) stratum: usize,
}

/// Random lifetimes, most of them with a late entry.
pub(crate) fn lives(dice: &mut Dice, rows: usize, longest: u64) -> Vec<Life> {
    let life = |_| {
        let entry = (dice.below(4) > 0).then(|| dice.below(longest / 2));
        Life {
            entry,
            exit: entry.map_or(0, |entry| entry + 1) + dice.below(longest),
            observed: dice.below(3) > 0,
            cause: dice.below(3) as i64,
            group: dice.below(3) as usize,
            stratum: dice.below(2) as usize,
        }
    };
    (0..rows).map(life).collect()
}

/// The calculator of these lifetimes.
pub(crate) fn counted(lives: &[Life]) -> Lifetimes {
    let mut counted = Lifetimes::default();
    for late in [false, true] {
        let rows: Vec<&Life> = lives.iter().filter(|life| life.entry.is_some() == late).collect();
        let exits: Vec<u64> = rows.iter().map(|life| life.exit).collect();
        let observed: Vec<u8> = rows.iter().map(|life| u8::from(life.observed)).collect();
        let entries: Vec<u64> = rows.iter().filter_map(|life| life.entry).collect();
        let causes: Vec<i64> = rows.iter().map(|life| life.cause).collect();
        let batch =
            Durations::new(exits.as_slice(), observed.as_slice()).with_causes(causes.as_slice());
        let batch = if late { batch.with_entries(entries.as_slice()) } else { batch };
        counted.update(batch).unwrap();
    }
    counted
}

pub(crate) fn table(lives: &[Life]) -> RiskTable {
    counted(lives).risk_table()
}

#[track_caller]
pub(crate) fn close(got: f64, expected: f64, tolerance: f64) {
    let scale = expected.abs().max(1.0);
    assert!((got - expected).abs() <= tolerance * scale, "expected {expected}, got {got}");
}

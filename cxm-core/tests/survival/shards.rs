//! Any shards in any order are the whole, to the last byte.

use cxm_core::prelude::*;

use crate::{Dice, counted, lives};

#[test]
fn a_thousand_random_shardings_are_the_single_pass() {
    let mut dice = Dice(1);
    let rows = lives(&mut dice, 400, 200);
    let whole = counted(&rows);
    let bytes = whole.to_bytes();
    for _ in 0..1000 {
        let count = 1 + dice.below(12) as usize;
        let mut shards = vec![Vec::new(); count];
        for row in &rows {
            shards[dice.below(count as u64) as usize].push(*row);
        }
        let mut states: Vec<Lifetimes> = shards.iter().map(|rows| counted(rows)).collect();
        // Merged in random pairs, so that the tree is random too.
        while states.len() > 1 {
            let other = states.swap_remove(dice.below(states.len() as u64) as usize);
            let into = dice.below(states.len() as u64) as usize;
            states[into].merge(&other).unwrap();
        }
        let merged = states.pop().unwrap();
        assert_eq!(merged.to_bytes(), bytes);
        assert_eq!(merged, whole);
    }
    assert_eq!(Lifetimes::from_bytes(&bytes).unwrap(), whole);
}

#[test]
fn near_and_far_ticks_are_counted_alike() {
    let mut dice = Dice(2);
    for spread in [10, 5_000, 1 << 20, 1 << 50] {
        let rows = lives(&mut dice, 3_000, spread);
        let mut one_by_one = Lifetimes::default();
        for row in &rows {
            one_by_one.merge(&counted(std::slice::from_ref(row))).unwrap();
        }
        let whole = counted(&rows);
        assert_eq!(one_by_one.to_bytes(), whole.to_bytes());
        let mut rest = whole.clone();
        rest.subtract(&counted(&rows[..1_000])).unwrap();
        assert_eq!(rest.to_bytes(), counted(&rows[1_000..]).to_bytes());
    }
}

#[test]
fn who_was_never_there_cannot_be_taken_away() {
    let state = |entry: u64, exit: u64| {
        let mut state = Lifetimes::default();
        let (exits, observed, entries) = ([exit], [1u8], [entry]);
        let batch = Durations::new(exits.as_slice(), observed.as_slice());
        state.update(batch.with_entries(entries.as_slice())).unwrap();
        state
    };
    // Entries 0 and 5 with ends 3 and 9: taking (0, 9] away would leave somebody who enters at 5
    // and left at 3.
    let mut both = state(0, 3);
    both.merge(&state(5, 9)).unwrap();
    let before = both.to_bytes();
    let error = both.subtract(&state(0, 9)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NeverAdded);
    assert_eq!(both.to_bytes(), before);
}

#[test]
fn a_row_that_stands_for_nobody_leaves_no_trace() {
    let (exits, observed, counts) = ([5u64, 1 << 40, 7], [1u8, 1, 0], [2u64, 0, 0]);
    let mut counted = Lifetimes::default();
    let batch = Durations::new(exits.as_slice(), observed.as_slice());
    counted.update(batch.with_counts(&counts)).unwrap();
    let mut plain = Lifetimes::default();
    plain.update(Durations::new([5u64, 5].as_slice(), [1u8, 1].as_slice())).unwrap();
    assert_eq!(counted.to_bytes(), plain.to_bytes());
}

//! Arrow columns from nowhere: seeded bytes through the body that libFuzzer runs, without libFuzzer.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test may stop at the first surprise"
)]

#[path = "fuzz/arrow_input.rs"]
#[allow(unreachable_pub, reason = "public where libFuzzer's crate uses it")]
mod arrow_input;

/// The next of a sequence of well-mixed numbers (SplitMix64).
fn mixed(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[test]
fn columns_are_read_right_or_refused() {
    const ROUNDS: usize = 50_000;
    let (mut state, mut ratings, mut tables) = (1, 0, 0);
    for _ in 0..ROUNDS {
        let length = mixed(&mut state) % 512;
        let bytes: Vec<u8> = (0..length).map(|_| (mixed(&mut state) >> 56) as u8).collect();
        let read = arrow_input::check(&bytes);
        ratings += usize::from(read.ratings);
        tables += usize::from(read.table);
    }
    // All ways are taken often, or the columns test nothing.
    let often = ROUNDS / 10..ROUNDS * 9 / 10;
    assert!(often.contains(&ratings) && often.contains(&tables), "{ratings}, {tables} of {ROUNDS}");
}

//! State bytes from nowhere: seeded mutations of the frames of every calculator.
//!
//! The body in `fuzz/state_bytes.rs` is the one that libFuzzer runs; here it needs nothing but the
//! ordinary test command. Frames are mutated as they are (nearly all die of the checksum) and inside
//! a flawless frame (the definition's and the state's own decoders have to be right).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test may stop at the first surprise"
)]

#[path = "fuzz/state_bytes.rs"]
#[allow(unreachable_pub, reason = "public where libFuzzer's crate uses it")]
mod state_bytes;

#[path = "laws/batches.rs"]
#[allow(dead_code, reason = "the law tests use the rest")]
mod batches;
#[path = "laws/subjects.rs"]
#[allow(dead_code, reason = "the law tests use the rest")]
mod subjects;

use cxm_core::calculator::codec::Writer;
use cxm_core::calculator::state::Frame;
use cxm_core::registry::CALCULATORS;
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;
use state_bytes::Outcome;

/// Frames of states that came about honestly: empty and filled, of calculators and of
/// tables, and those of `tests/states`, some of which are at the limits.
fn honest_frames() -> Vec<Vec<u8>> {
    let rows: Vec<u64> = (0..12).collect();
    let mut frames = Vec::new();
    for entry in CALCULATORS {
        for subject in subjects::subjects(entry) {
            let mut calculator = subject.empty;
            frames.push(calculator.to_bytes());
            // Under a strict definition the batch may be refused; the empty state is then tried.
            let _ = batches::with_batch(subject.layout, &rows, |batch| calculator.update(batch));
            frames.push(calculator.to_bytes());
        }
        for subject in subjects::keyed_subjects(entry) {
            let mut table = subject.empty;
            let (layout, columns) = (subject.layout, subject.columns);
            let _ = batches::with_keyed_batch(layout, columns, &rows, |keys, batch| {
                table.update(keys, batch)
            });
            frames.push(table.to_bytes());
        }
    }
    let frozen = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/states/v1");
    for file in std::fs::read_dir(frozen).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            frames.push(std::fs::read(path).unwrap());
        }
    }
    frames.sort_unstable();
    frames.dedup();
    frames
}

fn below(random: &mut Pcg64Mcg, limit: usize) -> usize {
    usize::try_from(random.next_u64() % limit.max(1) as u64).unwrap()
}

/// One to four small damages: a bit, an interesting byte, a piece gone, doubled, from elsewhere, or
/// a number of any size.
fn mutate(bytes: &mut Vec<u8>, donor: &[u8], random: &mut Pcg64Mcg) {
    const INTERESTING: [u8; 8] = [0, 1, 2, 0x7f, 0x80, 0x81, 0xfe, 0xff];
    for _ in 0..=below(random, 4) {
        let at = below(random, bytes.len() + 1);
        let end = (at + 1 + below(random, 8)).min(bytes.len());
        match below(random, 8) {
            0 | 1 => {
                bytes.iter_mut().skip(at).take(1).for_each(|b| *b ^= 1 << (random.next_u32() % 8))
            }
            2 => {
                let new = INTERESTING[below(random, INTERESTING.len())];
                bytes.iter_mut().skip(at).take(1).for_each(|b| *b = new);
            }
            3 => bytes.insert(at, INTERESTING[below(random, INTERESTING.len())]),
            4 => drop(bytes.drain(at.min(end)..end)),
            5 => {
                let piece = bytes[at.min(end)..end].to_vec();
                bytes.splice(at..at, piece);
            }
            6 => {
                let mut number = Writer::new();
                number.unsigned(u128::MAX >> below(random, 128));
                bytes.splice(at..end.max(at), number.into_bytes());
            }
            _ => {
                let from = below(random, donor.len());
                let piece = donor[from..(from + 1 + below(random, 12)).min(donor.len())].to_vec();
                bytes.splice(at..end.max(at), piece);
            }
        }
    }
}

#[test]
fn honest_frames_are_read_back() {
    for frame in honest_frames() {
        assert_eq!(state_bytes::check(&frame), Outcome::Decoded, "{frame:?}");
    }
}

#[test]
fn crafted_frames_are_refused_or_lawful() {
    const ROUNDS: usize = 300_000;
    let frames = honest_frames();
    let mut random = Pcg64Mcg::new(0x00c0_ffee);
    let mut decoded = 0;
    for round in 0..ROUNDS {
        let honest = &frames[round % frames.len()];
        let donor = &frames[below(&mut random, frames.len())];
        let parts = Frame::parse(honest).unwrap();
        let (mut definition, mut state) = (parts.definition.to_vec(), parts.state.to_vec());
        let (mut kind, mut version) = (parts.kind, parts.version);
        match below(&mut random, 16) {
            0 => kind ^= 1 << (random.next_u32() % 8),
            1 => version ^= 1 << (random.next_u32() % 3),
            2..=5 => mutate(&mut definition, donor, &mut random),
            _ => mutate(&mut state, donor, &mut random),
        }
        let crafted = state_bytes::frame(kind, version, &definition, &state);
        decoded += usize::from(state_bytes::check(&crafted) == Outcome::Decoded);
    }
    // Both ways are taken often, or the mutations test nothing.
    assert!(decoded > ROUNDS / 100 && decoded < ROUNDS * 9 / 10, "{decoded} of {ROUNDS} decoded");
}

#[test]
fn bytes_from_nowhere_are_refused_or_lawful() {
    let mut random = Pcg64Mcg::new(7);
    for _ in 0..100_000 {
        let mut bytes = vec![0; below(&mut random, 96)];
        random.fill_bytes(&mut bytes);
        state_bytes::check(&bytes);
        state_bytes::check(&state_bytes::framed(&bytes));
    }
}

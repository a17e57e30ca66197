//! The loops over bytes. Each runs at the best vector level of the machine; all levels agree.

use fearless_simd::{Bytes, Level, Select, Simd, SimdBase, SimdInt, SimdMask, dispatch};

use super::validity::Validity;

/// Rows counted together: four quarters of a page each, well within the first-level cache.
const BLOCK: usize = 16 * 1024;

/// Quarters of a block that are read side by side. One stream alone waits at every page for the
/// address translation and the prefetcher: 5.7 GB/s against 10 with four.
const STREAMS: usize = 4;

/// From so many cells on, single increments are faster than a comparison per cell.
const MANY_CELLS: usize = 40;

/// Adds to `counts[k]` the number of bytes equal to `first + k`, and returns how many were counted.
pub(super) fn count(level: Level, bytes: &[u8], first: u8, counts: &mut [u64]) -> u64 {
    if counts.len() >= MANY_CELLS {
        return count_by_table(bytes, first, counts);
    }
    let mut counted = 0;
    for block in bytes.chunks(BLOCK) {
        let mut first = first;
        for cells in counts.chunks_mut(12) {
            counted += match cells.len() {
                0..=4 => count_cells::<4>(level, block, first, cells),
                5..=8 => count_cells::<8>(level, block, first, cells),
                _ => count_cells::<12>(level, block, first, cells),
            };
            first = first.wrapping_add(12);
        }
    }
    counted
}

/// Out of line: inlined into a caller's loop the vectors were spilled, 20 times slower.
#[inline(never)]
fn count_cells<const K: usize>(level: Level, block: &[u8], first: u8, counts: &mut [u64]) -> u64 {
    let mut targets = [first; K];
    (0..).zip(&mut targets).for_each(|(k, target)| *target = first.wrapping_add(k));
    add(counts, dispatch!(level, simd => count_vectors(simd, block, targets)))
}

#[inline(always)]
fn count_vectors<S: Simd, const K: usize>(simd: S, block: &[u8], targets: [u8; K]) -> [u64; K] {
    let splats = targets.map(|target| S::u8s::splat(simd, target));
    count_yes(
        simd,
        block,
        #[inline(always)]
        |byte| targets.map(|target| byte == target),
        #[inline(always)]
        |bytes| splats.map(|target| bytes.simd_eq(target)),
    )
}

/// Counts for each of K questions the bytes whose answer is yes.
#[inline(always)]
fn count_yes<S: Simd, const K: usize>(
    simd: S,
    block: &[u8],
    ask_byte: impl Fn(u8) -> [bool; K],
    ask_vector: impl Fn(S::u8s) -> [S::mask8s; K],
) -> [u64; K] {
    let lanes = S::u8s::N;
    let [zero, one] = [0, 1].map(|byte| S::u8s::splat(simd, byte));
    let mut counts = [0; K];
    let quarter = block.len() / (STREAMS * lanes) * lanes;
    let (body, rest) = block.split_at(quarter * STREAMS);
    let (front, back) = body.split_at(quarter * 2);
    let ((a, b), (c, d)) = (front.split_at(quarter), back.split_at(quarter));
    // A lane of a byte holds 255: 63 rounds of four vectors.
    let run = 63 * lanes;
    let runs = a.chunks(run).zip(b.chunks(run)).zip(c.chunks(run).zip(d.chunks(run)));
    for ((a, b), (c, d)) in runs {
        let mut sums = [zero; K];
        let front = a.chunks_exact(lanes).zip(b.chunks_exact(lanes));
        let back = c.chunks_exact(lanes).zip(d.chunks_exact(lanes));
        for ((a, b), (c, d)) in front.zip(back) {
            for bytes in [a, b, c, d] {
                let yes = ask_vector(S::u8s::from_slice(simd, bytes));
                for (sum, yes) in sums.iter_mut().zip(yes) {
                    *sum += yes.select(one, zero);
                }
            }
        }
        for (count, sum) in counts.iter_mut().zip(&sums) {
            *count += u64::from(sum.as_slice().iter().map(|&lane| u32::from(lane)).sum::<u32>());
        }
    }
    for &byte in rest {
        let yes = ask_byte(byte);
        counts.iter_mut().zip(yes).for_each(|(count, yes)| *count += u64::from(yes));
    }
    counts
}

/// Adds what was found and returns how much that is.
fn add(counts: &mut [u64], found: impl IntoIterator<Item = u64>) -> u64 {
    let pairs = counts.iter_mut().zip(found);
    pairs
        .map(|(count, found)| {
            *count += found;
            found
        })
        .sum()
}

/// Four tables, so that runs of one value do not wait for their own increment.
#[allow(clippy::indexing_slicing, reason = "a byte indexes a table of 256")]
fn count_by_table(bytes: &[u8], first: u8, counts: &mut [u64]) -> u64 {
    let mut counted = 0;
    for block in bytes.chunks(1 << 30) {
        let mut tables = [[0u32; 256]; 4];
        let (fours, rest) = block.as_chunks::<4>();
        for four in fours {
            for (table, &byte) in tables.iter_mut().zip(four) {
                table[usize::from(byte)] += 1;
            }
        }
        for &byte in rest {
            tables[0][usize::from(byte)] += 1;
        }
        for table in &tables {
            let found = table.iter().skip(usize::from(first));
            counted += add(counts, found.map(|&found| u64::from(found)));
        }
    }
    counted
}

/// How many bytes fall into the low, the middle and the top class of a scale, and outside it.
///
/// The cuts are the lowest point, the first of the middle class, the first of the top class and the
/// highest point: `[0, 7, 9, 10]` counts detractors, passives and promoters. They are put in
/// ascending order.
///
/// ```
/// use cxm_core::numeric::tally::class_counts;
///
/// assert_eq!(class_counts(&[0, 6, 7, 9, 10, 10, 11], [0, 7, 9, 10]), [2, 1, 3, 1]);
/// ```
pub fn class_counts(values: &[u8], cuts: [u8; 4]) -> [u64; 4] {
    classes(Level::new(), values, cuts)
}

fn classes(level: Level, values: &[u8], mut cuts: [u8; 4]) -> [u64; 4] {
    cuts.sort_unstable();
    let [low, below_top, outside] = values
        .chunks(BLOCK)
        .map(|block| class_cells(level, block, cuts))
        .fold([0; 3], |[a, b, c], [d, e, f]| [a + d, b + e, c + f]);
    [low, below_top - low, values.len() as u64 - below_top - outside, outside]
}

#[inline(never)]
fn class_cells(level: Level, block: &[u8], cuts: [u8; 4]) -> [u64; 3] {
    dispatch!(level, simd => class_vectors(simd, block, cuts))
}

/// The bytes below the middle, below the top class, and outside the scale.
#[inline(always)]
fn class_vectors<S: Simd>(
    simd: S,
    block: &[u8],
    [lowest, middle, top, highest]: [u8; 4],
) -> [u64; 3] {
    // From the lowest point on, moved to signed bytes, which vectors compare in one step: what lies
    // below the lowest point wraps to the other end, above the highest.
    let bias = lowest.wrapping_add(128);
    let [middle, top, highest] =
        [middle, top, highest].map(|cut| cut.wrapping_sub(bias).cast_signed());
    let cuts = [middle, top, highest].map(|cut| S::i8s::splat(simd, cut));
    count_yes(
        simd,
        block,
        #[inline(always)]
        |byte| {
            let value = byte.wrapping_sub(bias).cast_signed();
            [value < middle, value < top, value > highest]
        },
        #[inline(always)]
        |bytes| {
            let values: S::i8s = (bytes - bias).bitcast();
            let [middle, top, highest] = cuts;
            [values.simd_lt(middle), values.simd_lt(top), values.simd_gt(highest)]
        },
    )
}

/// Writes `missing` over the cells whose row holds no value; `row` is the row of the first cell.
pub(super) fn mask(
    level: Level,
    cells: &mut [u8],
    validity: Validity<'_>,
    row: usize,
    missing: u8,
) {
    match validity {
        Validity::Bits(bits) => {
            let words = (row..).step_by(64).map(|row| bits.word(row));
            dispatch!(level, simd => mask_by_bits(simd, cells, words, missing));
        }
        Validity::Bytes(bytes) => {
            let bytes = bytes.get(row..).unwrap_or_default();
            let (known, unknown) = cells.split_at_mut(bytes.len().min(cells.len()));
            unknown.fill(missing);
            dispatch!(level, _simd => mask_by_bytes(known, bytes, missing));
        }
    }
}

#[inline(always)]
fn mask_by_bits<S: Simd>(simd: S, cells: &mut [u8], words: impl Iterator<Item = u64>, missing: u8) {
    let lanes = S::u8s::N;
    let filler = S::u8s::splat(simd, missing);
    for (cells, mut word) in cells.chunks_mut(64).zip(words) {
        if word == u64::MAX {
            continue;
        }
        let mut vectors = cells.chunks_exact_mut(lanes);
        for vector in vectors.by_ref() {
            let valid = S::mask8s::from_bitmask(simd, word);
            valid.select(S::u8s::from_slice(simd, vector), filler).store_slice(vector);
            // Shifting by all 64 bits at once is not defined, should vectors grow so wide.
            word = word >> (lanes - 1) >> 1;
        }
        for cell in vectors.into_remainder() {
            *cell = if word & 1 == 1 { *cell } else { missing };
            word >>= 1;
        }
    }
}

#[inline(always)]
fn mask_by_bytes(cells: &mut [u8], bytes: &[u8], missing: u8) {
    for (cell, &valid) in cells.iter_mut().zip(bytes) {
        *cell = if valid == 0 { missing } else { *cell };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::tally::Bitmap;

    #[allow(clippy::cast_possible_truncation, reason = "four bits are left")]
    fn bytes(len: usize) -> Vec<u8> {
        let mut state = 1u64;
        let next = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 60) as u8
        };
        (0..len).map(next).collect()
    }

    const LENGTHS: [usize; 16] =
        [0, 1, 31, 63, 64, 65, 127, 128, 129, 255, 8_063, 8_064, 8_065, 16_383, 16_384, 33_000];

    #[test]
    fn every_level_counts_alike() {
        for len in LENGTHS {
            let bytes = bytes(len);
            for (first, cells) in
                [(0, 1), (0, 4), (1, 5), (0, 11), (3, 12), (0, 13), (0, 39), (2, 40), (250, 6)]
            {
                let mut naive = vec![7; cells];
                for &byte in &bytes {
                    if let Some(count) =
                        byte.checked_sub(first).and_then(|k| naive.get_mut(usize::from(k)))
                    {
                        *count += 1;
                    }
                }
                for level in [Level::new(), Level::baseline()] {
                    let mut counts = vec![7; cells];
                    count(level, &bytes, first, &mut counts);
                    assert_eq!(counts, naive, "{len} bytes, {cells} cells from {first}, {level:?}");
                }
            }
        }
    }

    #[test]
    fn every_level_classifies_alike() {
        for len in LENGTHS {
            for cuts in [[0, 7, 9, 10], [1, 3, 3, 5], [0, 0, 0, 0], [2, 100, 200, 255]] {
                let bytes = bytes(len);
                let counts = classes(Level::new(), &bytes, cuts);
                assert_eq!(counts, classes(Level::baseline(), &bytes, cuts));
                assert_eq!(counts.iter().sum::<u64>(), len as u64);
            }
        }
    }

    #[test]
    fn lanes_do_not_overflow() {
        for len in [255 * 64, 255 * 64 + 1, 100_000] {
            for level in [Level::new(), Level::baseline()] {
                let mut counts = [0; 3];
                count(level, &vec![1; len], 0, &mut counts);
                assert_eq!(counts, [0, len as u64, 0]);
            }
        }
    }

    #[test]
    fn every_level_masks_alike() {
        let bits = bytes(40_000);
        for len in LENGTHS {
            for offset in [0, 1, 7, 13] {
                let bitmap = Bitmap::new(&bits, offset, len).unwrap();
                let unpacked: Vec<u8> =
                    (0..len).map(|row| u8::from(bitmap.is_valid(row)) * 9).collect();
                let naive: Vec<u8> =
                    unpacked.iter().map(|&v| if v == 0 { 12 } else { 5 }).collect();
                for level in [Level::new(), Level::baseline()] {
                    for validity in [Validity::Bits(bitmap), Validity::Bytes(&unpacked)] {
                        let mut cells = vec![5; len];
                        mask(level, &mut cells, validity, 0, 12);
                        assert_eq!(cells, naive, "{len} rows from bit {offset}, {level:?}");
                    }
                }
            }
        }
    }
}

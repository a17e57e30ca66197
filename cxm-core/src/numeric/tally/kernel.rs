//! The loops over bytes. Each runs at the best vector level of the machine; all levels agree.

use fearless_simd::{Bytes, Level, Select, Simd, SimdBase, SimdInt, SimdMask, dispatch};

use super::validity::Validity;

/// Rows counted together: four quarters of a page each, well within the first-level cache.
const BLOCK: usize = 16 * 1024;

/// Vectors taken at once: two from each of four quarters of the block. One stream alone waits at
/// every page for the address translation and the prefetcher: 5.7 GB/s against 10 with four.
const GROUP: usize = 8;

/// A lane of a byte holds 255, so that many groups are added before the lanes are.
const RUN: usize = 255 / GROUP;

/// From so many cells on, single increments are faster than a comparison per cell.
const MANY_CELLS: usize = 40;

/// Adds to `counts[k]` the number of bytes equal to `first + k`, and returns how many were counted.
pub(super) fn count(level: Level, bytes: &[u8], first: u8, counts: &mut [u64]) -> u64 {
    let total = |counts: &[u64]| counts.iter().fold(0u64, |sum, &count| sum.wrapping_add(count));
    let before = total(counts);
    if counts.len() >= MANY_CELLS {
        count_by_table(bytes, first, counts);
    } else {
        bytes.chunks(BLOCK).for_each(|block| count_cells(level, block, first, counts));
    }
    total(counts).wrapping_sub(before)
}

/// Out of line: inlined into a caller's loop the vectors were spilled, 20 times slower.
#[inline(never)]
fn count_cells(level: Level, block: &[u8], first: u8, counts: &mut [u64]) {
    dispatch!(level, simd => count_vectors(simd, block, first, counts));
}

#[inline(always)]
#[allow(clippy::explicit_counter_loop, reason = "the target is a vector, not a counter")]
fn count_vectors<S: Simd>(simd: S, block: &[u8], first: u8, counts: &mut [u64]) {
    let first_vector = S::u8s::splat(simd, first);
    let rest = sum_groups(
        simd,
        block,
        counts,
        #[inline(always)]
        |group, sums| {
            // A loop over the cells whose sums stay in memory: one load and one store for eight
            // comparisons cost nothing, where eleven sums in registers were spilled.
            let mut target = first_vector;
            for sum in sums {
                *sum += answers(
                    simd,
                    group,
                    #[inline(always)]
                    |bytes| bytes.simd_eq(target),
                );
                target += 1;
            }
        },
    );
    for &byte in rest {
        if let Some(count) = counts.get_mut(usize::from(byte.wrapping_sub(first))) {
            *count += 1;
        }
    }
}

/// In every lane, how many vectors of the group answer yes.
#[inline(always)]
fn answers<S: Simd>(simd: S, group: [S::u8s; GROUP], ask: impl Fn(S::u8s) -> S::mask8s) -> S::u8s {
    let [zero, one] = [0, 1].map(|byte| S::u8s::splat(simd, byte));
    let [a, b, c, d, e, f, g, h] = group.map(
        #[inline(always)]
        |bytes| ask(bytes).select(one, zero),
    );
    ((a + b) + (c + d)) + ((e + f) + (g + h))
}

/// Lets `add` add every group of vectors to the sums, and those to the counts; returns the bytes
/// after the last whole group.
#[inline(always)]
fn sum_groups<'a, S: Simd>(
    simd: S,
    block: &'a [u8],
    counts: &mut [u64],
    add: impl Fn([S::u8s; GROUP], &mut [S::u8s]),
) -> &'a [u8] {
    let lanes = S::u8s::N;
    let quarter = block.len() / (GROUP * lanes) * 2 * lanes;
    let (body, rest) = block.split_at(quarter * 4);
    let (front, back) = body.split_at(quarter * 2);
    let ((a, b), (c, d)) = (front.split_at(quarter), back.split_at(quarter));
    let run = RUN * 2 * lanes;
    let runs = a.chunks(run).zip(b.chunks(run)).zip(c.chunks(run).zip(d.chunks(run)));
    let mut sums = [S::u8s::splat(simd, 0); MANY_CELLS];
    let (sums, _) = sums.split_at_mut(counts.len());
    for ((a, b), (c, d)) in runs {
        sums.fill(S::u8s::splat(simd, 0));
        let pairs =
            |quarter: &'a [u8]| quarter.chunks_exact(2 * lanes).map(|pair| pair.split_at(lanes));
        for (((a, e), (b, f)), ((c, g), (d, h))) in
            pairs(a).zip(pairs(b)).zip(pairs(c).zip(pairs(d)))
        {
            add([a, b, c, d, e, f, g, h].map(|bytes| S::u8s::from_slice(simd, bytes)), sums);
        }
        for (count, sum) in counts.iter_mut().zip(&*sums) {
            *count += u64::from(sum.as_slice().iter().map(|&lane| u32::from(lane)).sum::<u32>());
        }
    }
    rest
}

/// Four tables, so that runs of one value do not wait for their own increment.
#[allow(clippy::indexing_slicing, reason = "a byte indexes a table of 256")]
fn count_by_table(bytes: &[u8], first: u8, counts: &mut [u64]) {
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
            counts.iter_mut().zip(found).for_each(|(count, &found)| *count += u64::from(found));
        }
    }
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
    let mut counts = [0; 3];
    values.chunks(BLOCK).for_each(|block| class_cells(level, block, cuts, &mut counts));
    let [low, below_top, outside] = counts;
    [low, below_top - low, values.len() as u64 - below_top - outside, outside]
}

/// Adds the bytes below the middle, below the top class, and outside the scale.
#[inline(never)]
fn class_cells(level: Level, block: &[u8], cuts: [u8; 4], counts: &mut [u64; 3]) {
    dispatch!(level, simd => class_vectors(simd, block, cuts, counts));
}

#[inline(always)]
fn class_vectors<S: Simd>(
    simd: S,
    block: &[u8],
    [lowest, middle, top, highest]: [u8; 4],
    counts: &mut [u64; 3],
) {
    // From the lowest point on, moved to signed bytes, which vectors compare in one step: what lies
    // below the lowest point wraps to the other end, above the highest.
    let bias = lowest.wrapping_add(128);
    let cuts = [middle, top, highest].map(|cut| cut.wrapping_sub(bias).cast_signed());
    let [m, t, h] = cuts.map(|cut| S::i8s::splat(simd, cut));
    let rest = sum_groups(
        simd,
        block,
        counts,
        #[inline(always)]
        |group, sums| {
            if let [low, below_top, outside] = sums {
                *low += answers(
                    simd,
                    group,
                    #[inline(always)]
                    |bytes| (bytes - bias).bitcast::<S::i8s>().simd_lt(m),
                );
                *below_top += answers(
                    simd,
                    group,
                    #[inline(always)]
                    |bytes| (bytes - bias).bitcast::<S::i8s>().simd_lt(t),
                );
                *outside += answers(
                    simd,
                    group,
                    #[inline(always)]
                    |bytes| (bytes - bias).bitcast::<S::i8s>().simd_gt(h),
                );
            }
        },
    );
    let [middle, top, highest] = cuts;
    for &byte in rest {
        let value = byte.wrapping_sub(bias).cast_signed();
        let yes = [value < middle, value < top, value > highest];
        counts.iter_mut().zip(yes).for_each(|(count, yes)| *count += u64::from(yes));
    }
}

/// Raises the cells whose row holds no value to `missing`; `row` is the row of the first cell.
pub(super) fn mask(
    level: Level,
    cells: &mut [u8],
    validity: Validity<'_>,
    row: usize,
    missing: u8,
) {
    match validity {
        Validity::Bits(bits) => {
            let words = (row..).step_by(64).map(
                #[inline(always)]
                |row| bits.word(row),
            );
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
fn mask_by_bits<S: Simd>(
    simd: S,
    cells: &mut [u8],
    mut words: impl Iterator<Item = u64>,
    missing: u8,
) {
    let lanes = S::u8s::N;
    let [zero, filler] = [0, missing].map(|byte| S::u8s::splat(simd, byte));
    let (chunks, rest) = cells.as_chunks_mut::<64>();
    for (chunk, mut word) in chunks.iter_mut().zip(words.by_ref()) {
        for vector in chunk.chunks_exact_mut(lanes) {
            let floor = S::mask8s::from_bitmask(simd, word).select(zero, filler);
            S::u8s::from_slice(simd, vector).max(floor).store_slice(vector);
            // In two steps, should a vector grow to all 64 rows.
            word = word >> (lanes - 1) >> 1;
        }
    }
    let word = words.next().unwrap_or_default();
    for (bit, cell) in rest.iter_mut().enumerate() {
        *cell = if word >> bit & 1 == 1 { *cell } else { missing };
    }
}

#[inline(always)]
fn mask_by_bytes(cells: &mut [u8], bytes: &[u8], missing: u8) {
    for (cell, &valid) in cells.iter_mut().zip(bytes) {
        *cell = (*cell).max(if valid == 0 { missing } else { 0 });
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

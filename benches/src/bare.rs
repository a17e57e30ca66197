//! The loops that a programmer would write without a library: the yardstick.
//!
//! They check nothing, keep no reject apart and hold no definition. Sums wrap, since the overflow
//! checks of the release profile would keep the compiler from using vectors.

/// The sum of the bytes: what it costs to read the column and do next to nothing with it.
///
/// Words are added instead of bytes, sixteen bits apart, and from four places at once: one stream
/// alone waits at every page.
pub fn sum_bytes(values: &[u8]) -> u64 {
    let quarter = values.len() / 4 / STEP * STEP;
    let (body, rest) = values.split_at(quarter * 4);
    let mut quarters = body.chunks_exact(quarter.max(1));
    let mut next = || quarters.next().unwrap_or_default().chunks(STEP);
    let streams = next().zip(next()).zip(next().zip(next()));
    let sums = streams.map(|((a, b), (c, d))| [a, b, c, d].map(sum_step).iter().sum::<u64>());
    sums.sum::<u64>().wrapping_add(rest.iter().map(|&byte| u64::from(byte)).sum::<u64>())
}

/// Bytes of one stream that are added before the next: 64 words of eight, so that no sum of sixteen
/// bits overflows.
const STEP: usize = 1024;

#[inline(never)]
fn sum_step(bytes: &[u8]) -> u64 {
    const LOW: u64 = 0x00ff_00ff_00ff_00ff;
    let (words, _) = bytes.as_chunks::<8>();
    let mut sums = [0u64; 8];
    for group in words.chunks_exact(8) {
        for (sum, word) in sums.iter_mut().zip(group) {
            let word = u64::from_le_bytes(*word);
            *sum = sum.wrapping_add(word & LOW).wrapping_add(word >> 8 & LOW);
        }
    }
    let lanes = |sum: &u64| (0..4u32).map(|lane| *sum >> (16 * lane) & 0xffff).sum::<u64>();
    sums.iter().map(lanes).sum()
}

/// The sum of the words of a wider column, modulo 2^64.
pub fn sum_words(values: &[u64]) -> u64 {
    let mut sums = [0u64; 16];
    let (groups, rest) = values.as_chunks::<16>();
    for group in groups {
        for (sum, word) in sums.iter_mut().zip(group) {
            *sum = sum.wrapping_add(*word);
        }
    }
    sums.iter().chain(rest).fold(0, |sum, word| sum.wrapping_add(*word))
}

/// Detractors, passives, promoters: one branch-free comparison each.
pub fn classes(values: &[u8]) -> [u64; 3] {
    let mut counts = [0u64; 3];
    for block in values.chunks(255) {
        let promoters = block.iter().fold(0u8, |n, &v| n.wrapping_add(u8::from(v >= 9)));
        let passives = block.iter().fold(0u8, |n, &v| n.wrapping_add(u8::from(v == 7 || v == 8)));
        counts[2] += u64::from(promoters);
        counts[1] += u64::from(passives);
        counts[0] += block.len() as u64 - u64::from(promoters) - u64::from(passives);
    }
    counts
}

/// One table of counts: the loop everybody writes first. Ratings above 15 are not expected.
pub fn histogram(values: &[u8]) -> [u64; 16] {
    let mut counts = [0u64; 16];
    for &value in values {
        let cell = &mut counts[usize::from(value & 15)];
        *cell = cell.wrapping_add(1);
    }
    counts
}

/// One table of counts a group. Ratings above 15 and groups past the table are not expected.
pub fn grouped_histogram(codes: &[u32], values: &[u8], table: &mut [[u32; 16]]) {
    for (&code, &value) in codes.iter().zip(values) {
        let cell = &mut table[code as usize][usize::from(value & 15)];
        *cell = cell.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns;

    #[test]
    fn the_yardsticks_count_what_they_say() {
        for rows in [0, 1, 1023, 1024, 4096, 5000, 100_003] {
            let values = columns::ratings(rows, 1);
            assert_eq!(sum_bytes(&values), values.iter().map(|&v| u64::from(v)).sum::<u64>());
            let counts = histogram(&values);
            assert_eq!(
                classes(&values),
                [counts[..7].iter().sum(), counts[7] + counts[8], counts[9] + counts[10]]
            );
            let codes = columns::codes(rows, 7, 2);
            let mut table = [[0; 16]; 7];
            grouped_histogram(&codes, &values, &mut table);
            let total = |cell: usize| table.iter().map(|group| u64::from(group[cell])).sum::<u64>();
            assert!((0..16).all(|cell| total(cell) == counts[cell]));
            let words: Vec<u64> = values.iter().map(|&v| u64::from(v)).collect();
            assert_eq!(sum_words(&words), sum_bytes(&values));
        }
        assert_eq!(sum_bytes(&[255; 100_000]), 25_500_000);
    }
}

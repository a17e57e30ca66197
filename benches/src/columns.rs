//! Columns of answers, the same in every run.

/// A generator of numbers (Steele, Lea and Flood 2014, SplitMix64).
struct Random(u64);

impl Random {
    /// The next number below a limit.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

/// Of 100 answers to "would you recommend us", how many give each rating from 0 to 10.
const SHARES: [u64; 11] = [4, 1, 2, 2, 3, 7, 6, 12, 19, 18, 26];

/// Ratings from 0 to 10, distributed as answers are: half of them 9 and 10, some 0.
pub fn ratings(rows: usize, seed: u64) -> Vec<u8> {
    let shares = (0u8..).zip(SHARES);
    let urn: Vec<u8> = shares.flat_map(|(rating, n)| (0..n).map(move |_| rating)).collect();
    let mut random = Random(seed);
    (0..rows).map(|_| urn[random.below(100) as usize]).collect()
}

/// Group numbers below `groups`, all equally frequent and in no order.
pub fn codes(rows: usize, groups: u32, seed: u64) -> Vec<u32> {
    let mut random = Random(seed);
    (0..rows).map(|_| random.below(u64::from(groups)) as u32).collect()
}

/// One byte a row: 0 for about one row of twenty, else 1.
pub fn validity_bytes(rows: usize, seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    (0..rows).map(|_| u8::from(random.below(20) > 0)).collect()
}

/// The same as bits, least significant first.
pub fn validity_bits(bytes: &[u8]) -> Vec<u8> {
    let eight = |rows: &[u8]| rows.iter().rev().fold(0u8, |bits, &valid| bits << 1 | valid);
    bytes.chunks(8).map(eight).collect()
}

//! What is known of the rows that came last, found by their bits: a table of fixed size.
//!
//! Customers' histories repeat: a million rows may have a thousand of them. A new row drives an
//! older one out of its place, so that nothing grows; whoever asks must do without what was driven
//! out.

/// The table has at most so many pairs of rows: a megabyte, for three columns.
const MOST_PAIRS: usize = 1 << 14;

/// Nothing is kept here; no value is this one.
const EMPTY: u64 = u64::MAX;

/// The bits of a row and what is known of it.
#[derive(Clone, Copy)]
struct Kept<const N: usize> {
    row: [u64; N],
    value: u64,
}

impl<const N: usize> Kept<N> {
    /// Whether it is about this row. Word by word: the row was written that way just now, and a
    /// wider reading would have to wait for it.
    fn is_of(&self, row: &[u64; N]) -> bool {
        let unlike = self.row.iter().zip(row).fold(0, |unlike, (a, b)| unlike | (a ^ b));
        unlike == 0 && self.value != EMPTY
    }
}

/// Two rows in one line of memory, the later one first.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Pair<const N: usize>([Kept<N>; 2]);

/// A number for each of the rows that came last.
pub(crate) struct Recent<const N: usize> {
    pairs: Vec<Pair<N>>,
    /// How far to shift a hash for the number of its pair.
    shift: u32,
}

impl<const N: usize> Recent<N> {
    /// With room for so many rows, or for the most.
    pub(crate) fn for_rows(rows: usize) -> Self {
        let pairs = rows.div_ceil(2).clamp(2, MOST_PAIRS).next_power_of_two();
        let empty = Pair([Kept { row: [0; N], value: EMPTY }; 2]);
        Self { pairs: vec![empty; pairs], shift: u64::BITS - pairs.trailing_zeros() }
    }

    fn place(&self, row: &[u64; N]) -> usize {
        usize::try_from(mixed(row) >> self.shift).unwrap_or_default()
    }

    /// What was kept of a row.
    #[inline]
    pub(crate) fn get(&self, row: &[u64; N]) -> Option<u64> {
        let Pair([later, earlier]) = self.pairs.get(self.place(row))?;
        let found = [later, earlier].into_iter().find(|kept| kept.is_of(row))?;
        Some(found.value)
    }

    /// Keeps a value below 2^64 − 1 for a row that has none.
    pub(crate) fn keep(&mut self, row: [u64; N], value: u64) {
        let place = self.place(&row);
        if let Some(Pair([later, earlier])) = self.pairs.get_mut(place) {
            *earlier = std::mem::replace(later, Kept { row, value });
        }
    }
}

/// All bits of a row mixed into one number, of which the leading bits are used.
fn mixed<const N: usize>(row: &[u64; N]) -> u64 {
    let mixed = row.iter().fold(0, |hash: u64, bits| {
        let product = (hash ^ bits).wrapping_mul(0xd6e8_feb8_6659_fd93);
        product ^ (product >> 32)
    });
    mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_was_kept_for_that_row() {
        let mut recent = Recent::<2>::for_rows(1000);
        let row = |k: u64| [k % 700, (k as f64).to_bits()];
        for k in 0..3000 {
            assert_eq!(recent.get(&row(k)), None);
            recent.keep(row(k), k);
            assert_eq!(recent.get(&row(k)), Some(k));
        }
        let kept = (0..3000).filter(|&k| recent.get(&row(k)) == Some(k)).count();
        let others = (0..3000).filter(|&k| recent.get(&row(k)).is_some_and(|it| it != k)).count();
        assert!((500..=1024).contains(&kept) && others == 0, "{kept}");
    }
}

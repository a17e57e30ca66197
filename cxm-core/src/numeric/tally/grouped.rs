//! Counting by group, where a column of codes says which group a row belongs to.

use fearless_simd::Level;

use super::for_each_block;
use super::rating::{REJECT_CELLS, Rating, clamp_bins};
use super::validity::Validity;

/// A number that can name a group: an index of a dictionary.
pub trait Code: Copy {
    /// The group; one that no table has for a negative code.
    fn group(self) -> usize;
}

macro_rules! codes {
    ($($type:ident),*) => {$(
        impl Code for $type {
            #[inline(always)]
            fn group(self) -> usize {
                usize::try_from(self).unwrap_or(usize::MAX)
            }
        }
    )*};
}

codes!(u8, i8, u16, i16, u32, i32, u64, i64);

/// Which group every row belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Codes<'a, C> {
    /// One code a row.
    pub values: &'a [C],
    /// Which rows have a code.
    pub validity: Option<Validity<'a>>,
    /// The group of the rows without a code; `None` leaves them out.
    pub missing_group: Option<u32>,
}

impl<'a, C> From<&'a [C]> for Codes<'a, C> {
    fn from(values: &'a [C]) -> Self {
        Self { values, validity: None, missing_group: None }
    }
}

impl<C: Code> Codes<'_, C> {
    /// The group of a row; `Some(None)` where it is left out.
    fn group(&self, row: usize, code: C) -> Option<usize> {
        if self.validity.is_none_or(|validity| validity.is_valid(row)) {
            return Some(code.group());
        }
        self.missing_group.map(|group| usize::try_from(group).unwrap_or(usize::MAX))
    }
}

/// Adds to every cell of `table` the rows of its group that fall into it.
///
/// The table holds one row of `bins` + [`REJECT_CELLS`] cells per group: the points from the
/// lowest, then missing, out of range, non-integer. Returns how many rows were left out for want of
/// a group.
///
/// # Errors
///
/// The first row whose group the table does not have; the table is then as before.
pub fn tally_by_code<C: Code, T: Rating>(
    codes: Codes<'_, C>,
    values: &[T],
    validity: Option<Validity<'_>>,
    lowest: i16,
    bins: usize,
    table: &mut [u64],
) -> Result<u64, usize> {
    let level = Level::new();
    let scale = (lowest, clamp_bins(bins));
    scatter(level, codes, values, validity, scale, table, 1).inspect_err(|&row| {
        // Rather than reading all codes twice to check them first, what was added is taken back.
        let (values, _) = values.split_at(row);
        let _ = scatter(level, codes, values, validity, scale, table, u64::MAX);
    })
}

fn scatter<C: Code, T: Rating>(
    level: Level,
    codes: Codes<'_, C>,
    values: &[T],
    validity: Option<Validity<'_>>,
    (lowest, bins): (i16, u8),
    table: &mut [u64],
    step: u64,
) -> Result<u64, usize> {
    let width = usize::from(bins) + REJECT_CELLS;
    let groups = table.len() / width;
    let mut left_out = 0;
    for_each_block(level, values, validity, lowest, bins, |first, cells| {
        let block = codes.values.get(first..).unwrap_or_default();
        for (row, (&cell, &code)) in (first..).zip(cells.iter().zip(block)) {
            let Some(group) = codes.group(row, code) else {
                left_out += 1;
                continue;
            };
            if group >= groups {
                return Err(row);
            }
            if let Some(count) = table.get_mut(group * width + usize::from(cell)) {
                *count = count.wrapping_add(step);
            }
        }
        if block.len() < cells.len() { Err(first + block.len()) } else { Ok(()) }
    })?;
    Ok(left_out)
}

//! Counting by group, where a column of codes says which group a row belongs to.

use fearless_simd::{Level, dispatch};

use super::rating::{Rating, clamp_bins, missing_cell, table_cell};
use super::validity::Validity;
use super::{BLOCK, for_each_block, kernel};

/// A number that can name a group: an index of a dictionary.
pub trait Code: Copy {
    /// The group; `u32::MAX`, which no table has, for a negative or a larger code.
    fn group(self) -> u32;
}

macro_rules! codes {
    ($($type:ident),*) => {$(
        impl Code for $type {
            #[inline(always)]
            fn group(self) -> u32 {
                u32::try_from(self).unwrap_or(u32::MAX)
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

/// Adds to every cell of `table` the rows of its group that fall into it.
///
/// The table holds one row of `bins` + [`REJECT_CELLS`](super::REJECT_CELLS) cells per group: the
/// points from the lowest, then missing, out of range, non-integer; the groups past 2^32 cells are
/// out of reach. Returns how many rows were left out for want of a group.
///
/// # Errors
///
/// The first row whose group the table does not have, or the number of codes where there are fewer
/// than values. The table is then as before.
pub fn tally_by_code<C: Code, T: Rating>(
    codes: Codes<'_, C>,
    values: &[T],
    validity: Option<Validity<'_>>,
    lowest: i16,
    bins: usize,
    table: &mut [u64],
) -> Result<u64, usize> {
    if codes.values.len() < values.len() {
        return Err(codes.values.len());
    }
    let bins = clamp_bins(bins);
    let width = row_cells(bins);
    // Of so many groups every index fits 32 bits, with room for the cells of one more.
    let reach = u32::try_from(table.len()).unwrap_or(u32::MAX).min(u32::MAX - u32::from(u8::MAX));
    let groups = reach / u32::from(width);
    let (table, _) =
        table.split_at_mut(usize::try_from(groups).unwrap_or_default() * usize::from(width));
    let scatter = Scatter { level: Level::new(), codes, lowest, bins, groups };
    let rows_per_cell = values.len() / table.len().max(1);
    if rows_per_cell >= NARROW_ROWS && u32::try_from(values.len()).is_ok() {
        let mut narrow = vec![0u32; table.len()];
        let left_out = scatter.run(values, validity, |indices, uncounted| {
            count_narrow(indices, uncounted, &mut narrow)
        })?;
        table.iter_mut().zip(narrow).for_each(|(sum, new)| *sum += u64::from(new));
        return Ok(left_out);
    }
    scatter
        .run(values, validity, |indices, uncounted| count(indices, uncounted, table, 1))
        .inspect_err(|row| {
            // Rather than reading all codes twice to check them first, what the strips before that
            // of the row have added is taken back.
            let (before, _) = values.split_at(row - row % STRIP);
            let back = |indices: &[u32], uncounted| count(indices, uncounted, table, u64::MAX);
            let _ = scatter.run(before, validity, back);
        })
}

/// The cells of one row of the table.
const fn row_cells(bins: u8) -> u8 {
    missing_cell(bins) + 1
}

/// From quick cells to those of the table.
#[inline(always)]
fn put_missing_first(cells: &mut [u8], bins: u8) {
    cells.iter_mut().for_each(
        #[inline(always)]
        |cell| *cell = table_cell(*cell, bins),
    );
}

/// Rows whose cells are found before they are counted. While it counts, the processor fetches the
/// codes that come next, but only a kilobyte or two of them.
const STRIP: usize = 256;

/// With so many rows per cell, counting in 32 bits first repays the second table: it is half the
/// size, and so nearer to the processor.
const NARROW_ROWS: usize = 4;

/// What does not change from block to block.
struct Scatter<'a, C> {
    level: Level,
    codes: Codes<'a, C>,
    lowest: i16,
    bins: u8,
    groups: u32,
}

impl<C: Code> Scatter<'_, C> {
    /// Calls `count` with the indices of the cells of every strip, and with how many of its rows
    /// are left out, which have index 0; up to the strip that holds the first bad row.
    ///
    /// Cells are found for a whole strip before any is counted: by vectors, and so that an
    /// increment never waits for the address of the one before.
    fn run<T: Rating>(
        &self,
        values: &[T],
        validity: Option<Validity<'_>>,
        mut count: impl FnMut(&[u32], u32),
    ) -> Result<u64, usize> {
        let Self { level, codes, lowest, bins, .. } = *self;
        let mut left_out = 0;
        for_each_block(level, values, validity, lowest, bins, |first, cells| {
            let (_, block) = codes.values.split_at(first);
            dispatch!(level, _simd => put_missing_first(cells, bins));
            let mut unknown = [0; BLOCK];
            if let Some(validity) = codes.validity {
                let (unknown, _) = unknown.split_at_mut(cells.len());
                kernel::mask(level, unknown, validity, first, 1);
            }
            let strips = cells.chunks(STRIP).zip(block.chunks(STRIP)).zip(unknown.chunks(STRIP));
            for (row, ((cells, block), unknown)) in (first..).step_by(STRIP).zip(strips) {
                let uncounted = self.run_strip(cells, block, unknown, &mut count);
                left_out += u64::from(uncounted.map_err(|bad| row + bad)?);
            }
            Ok::<_, usize>(())
        })?;
        Ok(left_out)
    }

    /// Calls `count` with one strip; fails with its first bad row.
    fn run_strip(
        &self,
        cells: &[u8],
        codes: &[C],
        unknown: &[u8],
        count: &mut impl FnMut(&[u32], u32),
    ) -> Result<u32, usize> {
        let width = row_cells(self.bins);
        let (values, _) = codes.split_at(cells.len());
        let (unknown, _) = unknown.split_at(cells.len());
        let codes = Codes { values, ..self.codes };
        let mut indices = [0; STRIP];
        let (indices, _) = indices.split_at_mut(cells.len());
        let highest = if codes.validity.is_some() {
            find_cells_nullable(self.level, codes, unknown, cells, width, indices)
        } else {
            find_cells(self.level, codes, cells, width, indices)
        };
        if highest >= self.groups {
            let bad = |(&code, &unknown)| {
                let (group, counted) = codes.group(code, unknown);
                group >= self.groups && counted != 0
            };
            if let Some(bad) = values.iter().zip(unknown).position(bad) {
                return Err(bad);
            }
        }
        let mut uncounted = 0;
        if codes.missing_group.is_none() && codes.validity.is_some() {
            uncounted = unknown.iter().map(|&unknown| u32::from(unknown)).sum();
        }
        count(indices, uncounted);
        Ok(uncounted)
    }
}

impl<C: Code> Codes<'_, C> {
    /// The group of a row, and all bits where it is counted: none where it is left out.
    #[inline(always)]
    fn group(&self, code: C, unknown: u8) -> (u32, u32) {
        let other = self.missing_group.map_or((0, 0), |group| (group, u32::MAX));
        let group = code.group();
        if unknown == 0 { (group, u32::MAX) } else { other }
    }
}

/// Writes the index of every row's cell and returns the highest group.
#[inline(never)]
fn find_cells<C: Code>(
    level: Level,
    codes: Codes<'_, C>,
    cells: &[u8],
    width: u8,
    indices: &mut [u32],
) -> u32 {
    dispatch!(level, _simd => {
        let groups = codes.values.iter().map(
            #[inline(always)]
            |&code| codes.group(code, 0),
        );
        find_lanes(groups, cells, width, indices)
    })
}

/// Likewise, where rows may have no code.
#[inline(never)]
fn find_cells_nullable<C: Code>(
    level: Level,
    codes: Codes<'_, C>,
    unknown: &[u8],
    cells: &[u8],
    width: u8,
    indices: &mut [u32],
) -> u32 {
    dispatch!(level, _simd => {
        let groups = codes.values.iter().zip(unknown).map(
            #[inline(always)]
            |(&code, &unknown)| codes.group(code, unknown),
        );
        find_lanes(groups, cells, width, indices)
    })
}

#[inline(always)]
fn find_lanes(
    groups: impl Iterator<Item = (u32, u32)>,
    cells: &[u8],
    width: u8,
    indices: &mut [u32],
) -> u32 {
    let mut highest = 0;
    for ((index, &cell), (group, counted)) in indices.iter_mut().zip(cells).zip(groups) {
        // It may wrap for a group that the check refuses.
        *index = group.wrapping_mul(u32::from(width)).wrapping_add(u32::from(cell)) & counted;
        highest = highest.max(group);
    }
    highest
}

/// Adds `step` to the cells, but nothing for the rows left out: they were counted in the first
/// cell, so that no branch had to tell them from the others, and are taken back.
#[inline(never)]
fn count(indices: &[u32], uncounted: u32, table: &mut [u64], step: u64) {
    for &index in indices {
        let cell = usize::try_from(index).ok().and_then(|index| table.get_mut(index));
        cell.into_iter().for_each(|count| *count = count.wrapping_add(step));
    }
    let back = u64::from(uncounted).wrapping_mul(step);
    table.iter_mut().take(1).for_each(|count| *count = count.wrapping_sub(back));
}

/// Likewise by one in 32 bits, which hold the rows of the whole call.
#[inline(never)]
fn count_narrow(indices: &[u32], uncounted: u32, table: &mut [u32]) {
    for &index in indices {
        let cell = usize::try_from(index).ok().and_then(|index| table.get_mut(index));
        cell.into_iter().for_each(|count| *count = count.wrapping_add(1));
    }
    table.iter_mut().take(1).for_each(|count| *count = count.wrapping_sub(uncounted));
}

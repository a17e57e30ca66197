//! Counting a column of ratings, at the speed of reading it.
//!
//! A rating falls into a *cell*: a point of the scale counted from the lowest, or one of the
//! reasons why it has none ([`Rating`]). Columns of every number type are encoded into cells block
//! by block, and the cells are counted: over the whole column ([`tally`]), by group
//! ([`tally_by_code`]) or with weights ([`tally_weighted`]). Nothing here fails half-way; no result
//! depends on the machine.
//!
//! Counts and sums are added to what the caller holds. Every function adds at most one per row, so
//! a caller whose total number of rows fits u64 needs no further check.

mod grouped;
mod kernel;
mod rating;
mod validity;
mod weighted;

use fearless_simd::{Level, dispatch};

pub use grouped::{Code, Codes, tally_by_code};
pub use kernel::class_counts;
pub use rating::{MAX_BINS, REJECT_CELLS, Rating, RealWindow, Reject, WholeWindow};
use rating::{clamp_bins, missing_cell};
pub use validity::{Bitmap, Validity};
pub use weighted::tally_weighted;

/// The rows that were not counted, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Rejects {
    /// No value: a cleared validity bit, or NaN.
    pub missing: u64,
    /// Outside the scale, infinities included.
    pub out_of_range: u64,
    /// Within the scale but not on a point.
    pub non_integer: u64,
}

impl Rejects {
    /// All rows that were not counted.
    pub const fn total(&self) -> u64 {
        self.missing + self.out_of_range + self.non_integer
    }

    fn count(&mut self, reject: Reject) {
        let count = match reject {
            Reject::Missing => &mut self.missing,
            Reject::OutOfRange => &mut self.out_of_range,
            Reject::NonInteger => &mut self.non_integer,
        };
        *count += 1;
    }
}

/// Adds to `counts[k]` the number of ratings equal to `lowest + k`; at most [`MAX_BINS`] points.
///
/// ```
/// use cxm_core::numeric::tally::tally;
///
/// let mut counts = [0; 11];
/// let rejects = tally(&[9.0, 10.0, f64::NAN, 7.5, 11.0, 9.0], None, 0, &mut counts);
/// assert_eq!(counts, [0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 1]);
/// assert_eq!((rejects.missing, rejects.out_of_range, rejects.non_integer), (1, 1, 1));
/// ```
pub fn tally<T: Rating>(
    values: &[T],
    validity: Option<Validity<'_>>,
    lowest: i16,
    counts: &mut [u64],
) -> Rejects {
    if values.len() < FEW_ROWS {
        return tally_rows(values, validity, lowest, counts);
    }
    tally_blocks(Level::new(), values, validity, lowest, counts)
}

/// Below so many rows setting up the vectors costs more than it saves.
const FEW_ROWS: usize = 256;

fn tally_rows<T: Rating>(
    values: &[T],
    validity: Option<Validity<'_>>,
    lowest: i16,
    counts: &mut [u64],
) -> Rejects {
    let bins = counts.len();
    let mut rejects = Rejects::default();
    for bin in bins_of(values, validity, lowest, bins) {
        match bin {
            Ok(bin) => counts.get_mut(bin).into_iter().for_each(|count| *count += 1),
            Err(reject) => rejects.count(reject),
        }
    }
    rejects
}

fn tally_blocks<T: Rating>(
    level: Level,
    values: &[T],
    validity: Option<Validity<'_>>,
    lowest: i16,
    counts: &mut [u64],
) -> Rejects {
    let rows = values.len() as u64;
    let bins = clamp_bins(counts.len());
    if let (Some(bytes), None) = (T::as_bytes(values), validity)
        && let Some(first) = first_byte(lowest, bins)
    {
        let (points, _) = counts.split_at_mut(usize::from(bins));
        let out_of_range = rows - kernel::count(level, bytes, first, points);
        return Rejects { out_of_range, ..Rejects::default() };
    }
    // All cells but the last: what is left over is missing.
    let mut cells = [0; MAX_BINS + 2];
    let (cells, _) = cells.split_at_mut(usize::from(missing_cell(bins)));
    let mut counted = 0;
    let _: Result<(), ()> = for_each_block(level, values, validity, lowest, bins, |_, block| {
        counted += kernel::count(level, block, 0, cells);
        Ok(())
    });
    let (points, rejects) = cells.split_at(usize::from(bins));
    counts.iter_mut().zip(points).for_each(|(sum, new)| *sum += new);
    let [out_of_range, non_integer] = [0, 1].map(|at| rejects.get(at).copied().unwrap_or_default());
    Rejects { missing: rows - counted, out_of_range, non_integer }
}

/// The lowest point as a byte, when the whole scale lies within bytes.
fn first_byte(lowest: i16, bins: u8) -> Option<u8> {
    let first = u8::try_from(lowest).ok()?;
    first.checked_add(bins.saturating_sub(1)).map(|_| first)
}

/// Rows encoded together: the cells and the values that they come from stay in the cache.
const BLOCK: usize = 4096;

/// Calls `visit` with the first row and the cells of every block, until it fails.
fn for_each_block<T: Rating, E>(
    level: Level,
    values: &[T],
    validity: Option<Validity<'_>>,
    lowest: i16,
    bins: u8,
    mut visit: impl FnMut(usize, &mut [u8]) -> Result<(), E>,
) -> Result<(), E> {
    let window = T::window(lowest, bins);
    let mut cells = [0; BLOCK];
    for (row, block) in (0..).step_by(BLOCK).zip(values.chunks(BLOCK)) {
        let (cells, _) = cells.split_at_mut(block.len());
        encode(level, block, &window, cells);
        if let Some(validity) = validity {
            kernel::mask(level, cells, validity, row, missing_cell(bins));
        }
        visit(row, cells)?;
    }
    Ok(())
}

#[inline(never)]
fn encode<T: Rating>(level: Level, values: &[T], window: &T::Window, cells: &mut [u8]) {
    dispatch!(level, _simd => encode_lanes(
        values,
        cells,
        #[inline(always)]
        |value, _| value.quick_cell(window),
    ));
    let Some(doubtful) = T::doubtful_cell(window) else { return };
    if cells.contains(&doubtful) {
        dispatch!(level, _simd => encode_lanes(
            values,
            cells,
            #[inline(always)]
            |value, cell| {
                let settled = value.settle(window);
                if cell == doubtful { settled } else { cell }
            },
        ));
    }
}

/// Four stretches of the block side by side, as where the cells are counted.
#[inline(always)]
fn encode_lanes<T: Copy>(values: &[T], cells: &mut [u8], cell_of: impl Fn(T, u8) -> u8) {
    let (chunks, rest) = values.as_chunks::<64>();
    let (cell_chunks, rest_cells) = cells.as_chunks_mut::<64>();
    let stretch = chunks.len().div_ceil(4);
    for start in 0..stretch {
        for at in (start..chunks.len()).step_by(stretch) {
            if let (Some(values), Some(cells)) = (chunks.get(at), cell_chunks.get_mut(at)) {
                for (cell, &value) in cells.iter_mut().zip(values) {
                    *cell = cell_of(value, *cell);
                }
            }
        }
    }
    for (cell, &value) in rest_cells.iter_mut().zip(rest) {
        *cell = cell_of(value, *cell);
    }
}

/// The point of every row from the lowest, or why it has none.
fn bins_of<T: Rating>(
    values: &[T],
    validity: Option<Validity<'_>>,
    lowest: i16,
    bins: usize,
) -> impl Iterator<Item = Result<usize, Reject>> {
    values.iter().enumerate().map(move |(row, value)| {
        if validity.is_none_or(|validity| validity.is_valid(row)) {
            value.bin(lowest, bins)
        } else {
            Err(Reject::Missing)
        }
    })
}

/// The rows that [`tally`] would not count, in order; a slow scan, for messages.
pub fn rejects<T: Rating>(
    values: &[T],
    validity: Option<Validity<'_>>,
    lowest: i16,
    bins: usize,
) -> impl Iterator<Item = (usize, Reject)> {
    let bins_of = bins_of(values, validity, lowest, bins).enumerate();
    bins_of.filter_map(|(row, bin)| bin.err().map(|reject| (row, reject)))
}

/// The first row that [`tally`] would not count; [`rejects`] goes on from there.
pub fn first_reject<T: Rating>(
    values: &[T],
    validity: Option<Validity<'_>>,
    lowest: i16,
    bins: usize,
) -> Option<(usize, Reject)> {
    rejects(values, validity, lowest, bins).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_every_level<T: Rating>(values: &[T], lowest: i16, bins: usize) -> (Vec<u64>, Rejects) {
        let mut counts = vec![0; bins];
        let rejects = tally_rows(values, None, lowest, &mut counts);
        for level in [Level::new(), Level::baseline()] {
            let mut again = vec![0; bins];
            assert_eq!(tally_blocks(level, values, None, lowest, &mut again), rejects);
            assert_eq!(again, counts);
        }
        (counts, rejects)
    }

    #[test]
    fn hostile_floats_have_one_place_each() {
        let hostile = [
            (f64::NAN, Err(Reject::Missing)),
            (-f64::NAN, Err(Reject::Missing)),
            (f64::INFINITY, Err(Reject::OutOfRange)),
            (f64::NEG_INFINITY, Err(Reject::OutOfRange)),
            (1e300, Err(Reject::OutOfRange)),
            (f64::MIN, Err(Reject::OutOfRange)),
            (4_503_599_627_370_496.0, Err(Reject::OutOfRange)),
            (256.0, Err(Reject::OutOfRange)),
            (10.000_000_000_000_002, Err(Reject::OutOfRange)),
            (-5e-324, Err(Reject::OutOfRange)),
            (5e-324, Err(Reject::NonInteger)),
            (7.5, Err(Reject::NonInteger)),
            (9.999_999_999_999_998, Err(Reject::NonInteger)),
            (-0.0, Ok(0)),
            (0.0, Ok(0)),
            (10.0, Ok(10)),
        ];
        for (value, place) in hostile {
            assert_eq!(value.bin(0, 11), place, "{value}");
            let (counts, rejects) = at_every_level(&[value; 300], 0, 11);
            let bins = place.is_ok() as u64;
            assert_eq!(counts.iter().sum::<u64>(), 300 * bins, "{value}");
            assert_eq!(rejects.total(), 300 - 300 * bins, "{value}");
        }
    }

    #[test]
    fn a_scale_past_the_type_is_never_wrapped_into() {
        assert_eq!(251u8.bin(-5, 11), Err(Reject::OutOfRange));
        assert_eq!(0u8.bin(-5, 11), Ok(5));
        assert_eq!((-128i8).bin(100, 101), Err(Reject::OutOfRange));
        assert_eq!(127i8.bin(100, 101), Ok(27));
        assert_eq!(127i8.bin(200, 10), Err(Reject::OutOfRange));
        assert_eq!(44u8.bin(300, 10), Err(Reject::OutOfRange));
        assert_eq!(u64::MAX.bin(-1, 11), Err(Reject::OutOfRange));
        assert_eq!(i64::MIN.bin(i16::MIN, 101), Err(Reject::OutOfRange));
        let every: Vec<u8> = (0..=255).collect();
        for (lowest, bins) in
            [(-5, 11), (0, 11), (150, 101), (155, 101), (156, 101), (250, 9), (300, 9)]
        {
            let (counts, rejects) = at_every_level(&every, lowest, bins);
            let points = (i32::from(lowest)..).take(bins).filter(|point| (0..256).contains(point));
            assert_eq!(counts.iter().sum::<u64>(), points.count() as u64);
            assert_eq!(rejects.out_of_range, 256 - counts.iter().sum::<u64>());
        }
    }

    #[test]
    fn no_points_and_too_many() {
        assert_eq!(tally(&[0u8; 500], None, 0, &mut []).out_of_range, 500);
        let mut counts = [0; 300];
        let values: Vec<u16> = (0..300).collect();
        assert_eq!(tally(&values, None, 0, &mut counts).out_of_range, 48);
        assert_eq!(at_every_level(&values, 0, 300).1.out_of_range, 48);
    }
}

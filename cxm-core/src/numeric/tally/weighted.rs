//! Counting with weights.

use fearless_simd::Level;

use super::rating::{Rating, clamp_bins, point_of, table_cell};
use super::validity::Validity;
use super::{Rejects, for_each_block};

/// Adds every rating to its point: to `counts` one, to `sum_w` its weight, to `sum_w2` its square.
///
/// Weights are fixed point, 2^-20 each. Rows without a point leave their weight out; rows past the
/// end of `weights` are missing. The three sums have one entry per point.
pub fn tally_weighted<T: Rating>(
    values: &[T],
    validity: Option<Validity<'_>>,
    weights: &[u32],
    lowest: i16,
    counts: &mut [u64],
    sum_w: &mut [u128],
    sum_w2: &mut [u128],
) -> Rejects {
    let bins = clamp_bins(counts.len().min(sum_w.len()).min(sum_w2.len()));
    let rows = values.len().min(weights.len());
    let (values, unweighted) = values.split_at(rows);
    let mut rejects = Rejects { missing: unweighted.len() as u64, ..Rejects::default() };
    let visit = |row: usize, cells: &mut [u8]| {
        let weights = weights.get(row..).unwrap_or_default();
        for (&cell, &weight) in cells.iter().zip(weights) {
            match point_of(table_cell(cell, bins), bins) {
                Err(reject) => rejects.count(reject),
                Ok(point) => {
                    let weight = u128::from(weight);
                    counts.get_mut(point).into_iter().for_each(|count| *count += 1);
                    sum_w.get_mut(point).into_iter().for_each(|sum| *sum += weight);
                    sum_w2.get_mut(point).into_iter().for_each(|sum| *sum += weight * weight);
                }
            }
        }
        Ok::<_, ()>(())
    };
    for_each_block(Level::new(), values, validity, lowest, bins, visit).unwrap_or_default();
    rejects
}

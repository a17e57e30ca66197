//! Chunked columns cut at the same rows, without a copy.

use arrow_array::{Array, ArrayRef};
use cxm_core::{Error, Result};

use crate::columns::Chunks;

/// The same rows of every column.
pub(crate) struct Piece {
    /// Position of the first row in the whole batch.
    pub(crate) first_row: usize,
    /// One array a column.
    pub(crate) arrays: Vec<ArrayRef>,
}

fn rows(column: &Chunks) -> usize {
    column.iter().map(|chunk| chunk.len()).sum()
}

/// Cuts the columns wherever one of them has a new chunk.
///
/// Columns of one chunk each are one piece as they are; whether their lengths agree is for the core
/// to say, which knows what the columns mean.
pub(crate) fn align(columns: &[Chunks]) -> Result<Vec<Piece>> {
    if columns.iter().all(|chunks| chunks.len() == 1) {
        let arrays = columns.iter().flatten().cloned().collect();
        return Ok(vec![Piece { first_row: 0, arrays }]);
    }
    let total = columns.first().map_or(0, rows);
    if let Some(other) = columns.iter().map(rows).find(|&other| other != total) {
        return Err(Error::batch(format!("columns have {total} and {other} rows")));
    }
    let mut cuts = vec![0, total];
    for column in columns {
        let mut end = 0;
        for chunk in column {
            end += chunk.len();
            cuts.push(end);
        }
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut spans: Vec<(usize, usize)> =
        cuts.iter().zip(cuts.iter().skip(1)).map(|(&start, &end)| (start, end)).collect();
    if spans.is_empty() {
        spans.push((0, 0));
    }
    let pieces = spans.into_iter().map(|(start, end)| {
        let arrays = columns.iter().filter_map(|column| slice(column, start, end)).collect();
        Piece { first_row: start, arrays }
    });
    Ok(pieces.collect())
}

/// The rows from `start` to `end` of a column; no chunk ends between them.
fn slice(column: &Chunks, start: usize, end: usize) -> Option<ArrayRef> {
    let mut first = 0;
    for chunk in column {
        let after = first + chunk.len();
        if first <= start && end <= after && (start < after || start == end) {
            return Some(chunk.slice(start - first, end - start));
        }
        first = after;
    }
    None
}

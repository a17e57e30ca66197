//! Customers who are alike are asked about once.
//!
//! Histories in whole days or weeks repeat: a million customers may share a thousand of them. So
//! answers are kept in a table of fixed size, found by the bits of the row; a new answer drives an
//! older one out. While rows hardly repeat, they are asked about without a look into the table.

use super::columns::{Columns, PredictionColumn};
use crate::calculator::recent::Recent;
use crate::error::Result;

/// Fewer rows than these are not worth a table.
const FEW: usize = 64;

/// After so many rows it is decided whether to go on looking.
const BLOCK: usize = 1024;

/// In how many rows of a block the answer has to be known already.
const WORTH_IT: usize = BLOCK / 8;

/// How many rows are asked about without a look, before the next try.
const PAUSE: usize = 15 * BLOCK;

/// A NaN that no arithmetic makes: it is known that there is no answer.
const NO_ANSWER: u64 = 0x7ff8_0000_0000_0002;

/// The answers for all rows: what `ask` says of a row, which only the columns tell from others, and
/// what `finish` makes of it.
pub(super) fn answers(
    columns: &Columns<'_>,
    ask: impl Fn(usize) -> Result<Option<f64>>,
    finish: impl Fn(usize, f64) -> Result<f64>,
) -> Result<PredictionColumn> {
    let by_row = columns.by_row();
    let rows = columns.rows();
    match by_row.as_slice() {
        _ if rows < FEW => one_by_one(rows, &ask, &finish),
        [] => asked_once([], rows, &ask, &finish),
        &[a] => asked_once([a], rows, &ask, &finish),
        &[a, b] => asked_once([a, b], rows, &ask, &finish),
        &[a, b, c] => asked_once([a, b, c], rows, &ask, &finish),
        &[a, b, c, d] => asked_once([a, b, c, d], rows, &ask, &finish),
        _ => one_by_one(rows, &ask, &finish),
    }
}

fn one_by_one(
    rows: usize,
    ask: &impl Fn(usize) -> Result<Option<f64>>,
    finish: &impl Fn(usize, f64) -> Result<f64>,
) -> Result<PredictionColumn> {
    let finished = |row| ask(row)?.map(|answer| finish(row, answer)).transpose();
    PredictionColumn::collect((0..rows).map(finished))
}

fn asked_once<const N: usize>(
    columns: [&[f64]; N],
    rows: usize,
    ask: &impl Fn(usize) -> Result<Option<f64>>,
    finish: &impl Fn(usize, f64) -> Result<f64>,
) -> Result<PredictionColumn> {
    let mut known = Known::<N>::for_rows(rows);
    let mut found = PredictionColumn::default();
    found.values.reserve_exact(rows);
    for row in 0..rows {
        let answer = if known.is_looking(row) {
            // A loop is inlined, which a mapping of the array is not.
            let mut bits = [0; N];
            for (bits, column) in bits.iter_mut().zip(columns) {
                *bits = column.get(row).map_or(0, |cell| cell.to_bits());
            }
            known.answer(&bits, || ask(row))
        } else {
            ask(row)
        };
        let finished = match answer {
            Ok(Some(answer)) => finish(row, answer).map(Some),
            other => other,
        };
        found.push(finished.map_err(|error| error.at_row(row))?);
    }
    Ok(found)
}

/// The answers that are known, and whether it pays to look them up.
struct Known<const N: usize> {
    answers: Recent<N>,
    hits: usize,
    /// The row at which it is decided anew whether to look.
    until: usize,
    looking: bool,
}

impl<const N: usize> Known<N> {
    fn for_rows(rows: usize) -> Self {
        Self { answers: Recent::for_rows(rows), hits: 0, until: BLOCK, looking: true }
    }

    /// Whether it pays to look a row up; rows come in their order.
    fn is_looking(&mut self, row: usize) -> bool {
        if row == self.until {
            let pause = self.looking && self.hits < WORTH_IT;
            self.looking = !pause;
            self.until += if pause { PAUSE } else { BLOCK };
            self.hits = 0;
        }
        self.looking
    }

    fn answer(
        &mut self,
        row: &[u64; N],
        ask: impl Fn() -> Result<Option<f64>>,
    ) -> Result<Option<f64>> {
        if let Some(known) = self.answers.get(row) {
            self.hits += 1;
            return Ok((known != NO_ANSWER).then(|| f64::from_bits(known)));
        }
        let answer = ask()?;
        self.answers.keep(*row, answer.map_or(NO_ANSWER, f64::to_bits));
        Ok(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::error::Error;

    /// Answers and how often was asked.
    fn answered(cells: &[f64], horizon: f64) -> (PredictionColumn, usize) {
        let columns = Columns::new().with("age", cells).unwrap();
        let columns = columns.with("horizon", horizon).unwrap();
        let asked = Cell::new(0);
        let ask = |row: usize| {
            asked.set(asked.get() + 1);
            Ok((cells[row] > 0.0).then_some(cells[row] * horizon))
        };
        (answers(&columns, ask, |row, answer| Ok(answer + row as f64)).unwrap(), asked.get())
    }

    fn check(cells: &[f64]) -> usize {
        let (found, asked) = answered(cells, 3.0);
        assert_eq!(found.values.len(), cells.len());
        for (row, &cell) in cells.iter().enumerate() {
            let expected = (cell > 0.0).then_some(cell * 3.0 + row as f64);
            assert_eq!(found.get(row), expected, "row {row}");
        }
        asked
    }

    #[test]
    fn rows_that_repeat_are_asked_about_once() {
        let few: Vec<f64> = (0..50_000).map(|row| f64::from(row % 700) - 5.0).collect();
        assert_eq!(check(&few), 700, "rows without an answer are known too");
        assert_eq!(check(&[1.0; 63]), 63);
        let columns = Columns::of_rows(5_000).with("age", 2.0).unwrap();
        let asked = Cell::new(0);
        let ask = |_| {
            asked.set(asked.get() + 1);
            Ok(Some(1.0))
        };
        let found = answers(&columns, ask, |_, answer| Ok(answer)).unwrap();
        assert_eq!((found.values.len(), asked.get()), (5_000, 1));
    }

    #[test]
    fn rows_that_never_repeat_are_hardly_looked_up() {
        let distinct: Vec<f64> = (1..=50_000).map(|row| f64::from(row) / 7.0).collect();
        assert_eq!(check(&distinct), 50_000);
        // Repeats that come later are found again, a block at the most too late.
        let later: Vec<f64> =
            distinct.iter().copied().chain(std::iter::repeat_n(9.0, 50_000)).collect();
        assert!(check(&later) < 50_000 + PAUSE + BLOCK);
    }

    #[test]
    fn more_rows_than_room_are_answered_all_the_same() {
        let many: Vec<f64> = (0..300_000).map(|row| f64::from(row % 60_000) + 0.5).collect();
        check(&many);
    }

    #[test]
    fn signs_and_errors_stay_with_their_rows() {
        let mut cells = [0.0; 200];
        cells[100] = -0.0;
        let columns = Columns::new().with("age", cells.as_slice()).unwrap();
        let sign = |row: usize| Ok(Some(1.0_f64.copysign(cells[row])));
        let found = answers(&columns, sign, |_, answer| Ok(answer)).unwrap();
        let signs = found.values[99..=101].iter().map(|value| value.is_sign_negative());
        assert_eq!(signs.collect::<Vec<_>>(), [false, true, false]);
        let late = |row, answer| match row {
            150.. => Err(Error::argument("no")),
            _ => Ok(answer),
        };
        assert_eq!(answers(&columns, sign, late).unwrap_err().row(), Some(150));
        let ask = |row| if row < 100 { sign(row) } else { Err(Error::argument("no")) };
        assert_eq!(answers(&columns, ask, late).unwrap_err().row(), Some(100));
    }
}

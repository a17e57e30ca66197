//! A column of ratings, read row by row: the rating, or why there is none.
//!
//! What [`Histogram`](crate::stats::Histogram) counts at once, the metrics of several columns have
//! to look at row by row. The rules are the same, to the cell.

use crate::calculator::batch::{Values, with_column};
use crate::error::{Error, Result};
use crate::model::{InvalidRule, MissingRule, RatingRules};
use crate::numeric::tally::Rating;
use crate::stats::Exclusions;

/// Why an answer is no rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    Missing,
    DontKnow,
    OutOfRange,
    NonInteger,
}

impl Reason {
    pub(crate) const ALL: [Self; 4] =
        [Self::Missing, Self::DontKnow, Self::OutOfRange, Self::NonInteger];

    /// The count of this reason.
    pub(crate) fn count(self, excluded: &mut Exclusions) -> &mut u64 {
        match self {
            Self::Missing => &mut excluded.missing,
            Self::DontKnow => &mut excluded.dont_know,
            Self::OutOfRange => &mut excluded.out_of_range,
            Self::NonInteger => &mut excluded.non_integer,
        }
    }

    /// Whether a row of this reason fails its batch.
    pub(crate) fn is_refused(self, rules: &RatingRules) -> bool {
        match self {
            Self::Missing => rules.missing == MissingRule::Error,
            Self::DontKnow => false,
            Self::OutOfRange | Self::NonInteger => rules.invalid == InvalidRule::Error,
        }
    }

    /// Whether rows of this reason can have been counted.
    pub(crate) fn can_be_counted(self, rules: &RatingRules) -> bool {
        !self.is_refused(rules) && (self != Self::DontKnow || !rules.dont_know.is_empty())
    }
}

/// Whether these exclusions can have come about under the rules.
pub(crate) fn can_be_counted(mut excluded: Exclusions, rules: &RatingRules) -> bool {
    Reason::ALL
        .into_iter()
        .all(|reason| reason.can_be_counted(rules) || *reason.count(&mut excluded) == 0)
}

/// What the cells after the points of the scale stand for; the first three are those of the tally.
const REASONS: [Reason; 4] =
    [Reason::Missing, Reason::OutOfRange, Reason::NonInteger, Reason::DontKnow];
const DONT_KNOW: u8 = 3;

/// A column as cells: the points of the scale, then the reasons.
#[derive(Debug)]
pub(crate) struct RatingCells<'a> {
    values: Values<'a>,
    lowest: i16,
    points: u8,
    cells: Vec<u8>,
}

impl<'a> RatingCells<'a> {
    /// Reads a column without applying the strict rules.
    pub(crate) fn read(values: Values<'a>, rules: &RatingRules) -> Result<Self> {
        values.check("validity", values.len())?;
        // A scale has at most 101 points, so that the cells fit a byte.
        let points = u8::try_from(rules.scale.points()).unwrap_or(u8::MAX);
        let lowest = rules.scale.lowest();
        let mut cells = with_column!(values.column, slice => encode(slice, lowest, points));
        if values.validity.is_some() {
            let missing = cells.iter_mut().enumerate().filter(|(row, _)| !values.is_valid(*row));
            missing.for_each(|(_, cell)| *cell = points);
        }
        if !rules.dont_know.is_empty() {
            for (row, cell) in cells.iter_mut().enumerate().filter(|(_, cell)| **cell > points) {
                let value = values.number(row);
                if rules.dont_know.iter().any(|&code| f64::from(code).total_cmp(&value).is_eq()) {
                    *cell = points + DONT_KNOW;
                }
            }
        }
        Ok(Self { values, lowest, points, cells })
    }

    /// The rating of a row, or why there is none.
    pub(crate) fn get(&self, row: usize) -> Result<i16, Reason> {
        self.cells.get(row).map_or(Err(Reason::Missing), |&cell| self.rating(cell))
    }

    fn rating(&self, cell: u8) -> Result<i16, Reason> {
        match cell.checked_sub(self.points) {
            None => Ok(self.lowest.saturating_add(i16::from(cell))),
            Some(reason) => {
                Err(REASONS.get(usize::from(reason)).copied().unwrap_or(Reason::NonInteger))
            }
        }
    }

    /// The first row that the rules refuse.
    pub(crate) fn first_refused(&self, rules: &RatingRules) -> Option<usize> {
        if rules.accepts_everything() {
            return None;
        }
        self.cells
            .iter()
            .position(|&cell| self.rating(cell).is_err_and(|reason| reason.is_refused(rules)))
    }

    /// The error of a refused row.
    pub(crate) fn refusal(&self, rules: &RatingRules, row: usize) -> Error {
        let value = self.values.number(row);
        let got = if self.get(row) == Err(Reason::Missing) {
            "a missing answer".to_owned()
        } else {
            value.to_string()
        };
        Error::observation(format!(
            "rating must be a whole number within {}, got {got}",
            rules.scale
        ))
        .at_row(row)
    }
}

fn encode<T: Rating>(values: &[T], lowest: i16, points: u8) -> Vec<u8> {
    let window = T::window(lowest, points);
    values.iter().map(|value| value.cell(&window)).collect()
}

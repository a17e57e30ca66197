//! Named columns of numbers: what a fit reads, and whom a prediction is about.

use std::borrow::Cow;

use crate::calculator::batch::{Column, Values, with_column};
use crate::clv::intervals::PredictionInterval;
use crate::clv::predictive::CountInterval;
use crate::error::{Error, Result};

/// One column: a number for each row, or one number that stands in every row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells<'a> {
    /// The same in every row.
    One(f64),
    /// One a row.
    Many(Cow<'a, [f64]>),
}

impl Cells<'_> {
    fn len(&self) -> Option<usize> {
        match self {
            Self::One(_) => None,
            Self::Many(cells) => Some(cells.len()),
        }
    }

    fn reborrowed(&self) -> Cells<'_> {
        match self {
            Self::One(cell) => Cells::One(*cell),
            Self::Many(cells) => Cells::Many(Cow::Borrowed(cells)),
        }
    }

    /// The number of a row; a row that the column does not have reads as missing.
    pub fn get(&self, row: usize) -> f64 {
        match self {
            Self::One(cell) => *cell,
            Self::Many(cells) => cells.get(row).copied().unwrap_or(f64::NAN),
        }
    }
}

impl From<f64> for Cells<'_> {
    fn from(cell: f64) -> Self {
        Self::One(cell)
    }
}

impl<'a> From<&'a [f64]> for Cells<'a> {
    fn from(cells: &'a [f64]) -> Self {
        Self::Many(Cow::Borrowed(cells))
    }
}

impl<'a> From<Values<'a>> for Cells<'a> {
    /// A column of any machine type; a missing row becomes NaN, which no model takes.
    fn from(values: Values<'a>) -> Self {
        Self::Many(floats(values))
    }
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_lossless,
    clippy::unnecessary_cast,
    reason = "beyond 2^53 no whole number is a count of purchases or a time"
)]
fn floats(values: Values<'_>) -> Cow<'_, [f64]> {
    if let (Column::F64(cells), None) = (values.column, values.validity) {
        return Cow::Borrowed(cells);
    }
    let mut cells: Vec<f64> =
        with_column!(values.column, slice => slice.iter().map(|&cell| cell as f64).collect());
    for (row, cell) in cells.iter_mut().enumerate() {
        if !values.is_valid(row) {
            *cell = f64::NAN;
        }
    }
    Cow::Owned(cells)
}

/// Columns by name, all of them with as many rows or standing for every row.
///
/// ```
/// use cxm_core::registry::models::Columns;
/// let columns = Columns::new()
///     .with("frequency", [2.0, 0.0].as_slice())?
///     .with("age", 38.86)?;
/// assert_eq!(columns.rows(), 2);
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Columns<'a> {
    named: Vec<(Cow<'a, str>, Cells<'a>)>,
    rows: Option<usize>,
}

impl<'a> Columns<'a> {
    /// No columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// No columns yet, but a number of rows: for columns that may all be single numbers.
    pub fn of_rows(rows: usize) -> Self {
        Self { named: Vec::new(), rows: Some(rows) }
    }

    /// Adds a column; its length has to agree with the others', its name has to be new.
    pub fn add(
        &mut self,
        name: impl Into<Cow<'a, str>>,
        cells: impl Into<Cells<'a>>,
    ) -> Result<()> {
        let (name, cells) = (name.into(), cells.into());
        if self.get(&name).is_some() {
            return Err(Error::batch("this column is given twice").in_field(name.into_owned()));
        }
        match (self.rows, cells.len()) {
            (Some(rows), Some(got)) if rows != got => {
                let message = format!("expected {rows} rows as in the other columns, got {got}");
                return Err(Error::batch(message).in_field(name.into_owned()));
            }
            (None, got @ Some(_)) => self.rows = got,
            _ => {}
        }
        self.named.push((name, cells));
        Ok(())
    }

    /// As [`Self::add`], to be chained.
    pub fn with(
        mut self,
        name: impl Into<Cow<'a, str>>,
        cells: impl Into<Cells<'a>>,
    ) -> Result<Self> {
        self.add(name, cells)?;
        Ok(self)
    }

    /// The column of this name.
    pub fn get(&self, name: &str) -> Option<&Cells<'a>> {
        self.named.iter().find(|(known, _)| known == name).map(|(_, cells)| cells)
    }

    /// The column of this name, which has to be there.
    pub fn require(&self, name: &'static str) -> Result<&Cells<'a>> {
        self.get(name).ok_or_else(|| Error::batch("this column is needed").in_field(name))
    }

    /// Number of rows; 1 where every column is a single number.
    pub fn rows(&self) -> usize {
        self.rows.unwrap_or(1)
    }

    /// The columns of one number a row.
    pub(super) fn by_row(&self) -> Vec<&[f64]> {
        let all = self.named.iter();
        all.filter_map(|(_, cells)| match cells {
            Cells::One(_) => None,
            Cells::Many(cells) => Some(cells.as_ref()),
        })
        .collect()
    }

    /// These columns, with one number in the place of the column of this name.
    pub(super) fn with_one(&self, name: &str, cell: f64) -> Columns<'_> {
        let all = self.named.iter().map(|(known, cells)| {
            let cells = if known == name { Cells::One(cell) } else { cells.reborrowed() };
            (Cow::Borrowed(known.as_ref()), cells)
        });
        Columns { named: all.collect(), rows: Some(self.rows()) }
    }

    /// What tells a row from others.
    pub(super) fn bits(&self, row: usize) -> Vec<u64> {
        self.named.iter().map(|(_, cells)| cells.get(row).to_bits()).collect()
    }

    /// The columns of these names, in their order, and the others; each of them has to be there.
    pub(super) fn split<'b>(&'b self, names: &[&str]) -> Result<(Vec<Cells<'b>>, Columns<'b>)> {
        let taken = names.iter().map(|name| {
            let cells = self.get(name).ok_or_else(|| {
                Error::batch("this covariate of the model is needed").in_field((*name).to_owned())
            })?;
            Ok(cells.reborrowed())
        });
        let others = self.named.iter().filter(|(name, _)| !names.contains(&name.as_ref()));
        let named = others.map(|(name, cells)| (Cow::Borrowed(name.as_ref()), cells.reborrowed()));
        Ok((taken.collect::<Result<_>>()?, Columns { named: named.collect(), rows: self.rows }))
    }

    /// Refuses columns that are not among these.
    pub fn only(&self, known: &[&str]) -> Result<()> {
        match self.named.iter().find(|(name, _)| !known.contains(&name.as_ref())) {
            None => Ok(()),
            Some((name, _)) => {
                let message = match known {
                    [] => "no such column; it takes none".to_owned(),
                    known => format!("no such column; there are {}", known.join(", ")),
                };
                Err(Error::batch(message).in_field(name.clone().into_owned()))
            }
        }
    }

    /// All of these columns, or `None` where not one of them is there; a part of them is an error.
    pub fn together<const N: usize>(
        &self,
        names: [&'static str; N],
    ) -> Result<Option<[&Cells<'a>; N]>> {
        if names.iter().all(|name| self.get(name).is_none()) {
            return Ok(None);
        }
        let mut found = [&Cells::One(f64::NAN); N];
        for (place, name) in found.iter_mut().zip(names) {
            *place = self.require(name)?;
        }
        Ok(Some(found))
    }
}

/// One answer a row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PredictionColumn {
    /// The answers; 0 in a row that has none.
    pub values: Vec<f64>,
    /// One byte a row, 0 where there is no answer; `None` where every row has one.
    pub validity: Option<Vec<u8>>,
}

impl PredictionColumn {
    /// Collects answers, of which some rows may have none.
    pub fn collect(answers: impl ExactSizeIterator<Item = Result<Option<f64>>>) -> Result<Self> {
        let mut found = Self { values: Vec::with_capacity(answers.len()), validity: None };
        for (row, answer) in answers.enumerate() {
            found.push(answer.map_err(|error| error.at_row(row))?);
        }
        Ok(found)
    }

    /// Adds the answer of the next row.
    pub(super) fn push(&mut self, answer: Option<f64>) {
        if answer.is_none() && self.validity.is_none() {
            self.validity = Some(vec![1; self.values.len()]);
        }
        if let Some(validity) = &mut self.validity {
            validity.push(u8::from(answer.is_some()));
        }
        self.values.push(answer.unwrap_or(0.0));
    }

    /// The answer of a row, if it has one.
    pub fn get(&self, row: usize) -> Option<f64> {
        let present = |validity: &Vec<u8>| validity.get(row).is_some_and(|&byte| byte != 0);
        let value = self.values.get(row).copied()?;
        self.validity.as_ref().is_none_or(present).then_some(value)
    }
}

/// One answer a row, between two limits.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Intervals {
    /// The answers.
    pub value: PredictionColumn,
    /// The lower limits.
    pub lower: PredictionColumn,
    /// The upper limits.
    pub upper: PredictionColumn,
}

impl Intervals {
    /// Collects intervals, of which some rows may have none.
    pub(super) fn collect(rows: Vec<Option<PredictionInterval>>) -> Result<Self> {
        let part = |limit: fn(&PredictionInterval) -> f64| {
            PredictionColumn::collect(rows.iter().map(|row| Ok(row.as_ref().map(limit))))
        };
        Ok(Self {
            value: part(|interval| interval.value)?,
            lower: part(|interval| interval.lower)?,
            upper: part(|interval| interval.upper)?,
        })
    }
}

/// What each row will really do: whole numbers between which it lies.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CountIntervals {
    /// The expected numbers.
    pub value: Vec<f64>,
    /// The least numbers within.
    pub lower: Vec<u64>,
    /// The largest.
    pub upper: Vec<u64>,
    /// The probabilities of the intervals, at least the level.
    pub probability: Vec<f64>,
}

impl CountIntervals {
    pub(super) fn collect(rows: &[CountInterval]) -> Self {
        Self {
            value: rows.iter().map(|row| row.value).collect(),
            lower: rows.iter().map(|row| row.lower).collect(),
            upper: rows.iter().map(|row| row.upper).collect(),
            probability: rows.iter().map(|row| row.probability).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_agree_in_length_and_name() {
        let two = [1.0, 2.0];
        let columns = Columns::new().with("frequency", two.as_slice()).unwrap();
        let error = columns.clone().with("age", [1.0].as_slice()).unwrap_err();
        assert_eq!(error.field(), Some("age"));
        let error = columns.clone().with("frequency", 1.0).unwrap_err();
        assert_eq!(error.field(), Some("frequency"));
        let columns = columns.with("age", 3.0).unwrap();
        assert_eq!(columns.rows(), 2);
        assert_eq!(columns.get("age").unwrap().get(1).to_bits(), 3.0f64.to_bits());
        assert!(columns.only(&["frequency"]).is_err());
        assert!(columns.together(["recency"]).unwrap().is_none());
        let error = columns.together(["frequency", "recency"]).unwrap_err();
        assert_eq!(error.field(), Some("recency"));
        assert_eq!(Columns::new().rows(), 1);
        assert_eq!(Columns::of_rows(4).with("age", 3.0).unwrap().rows(), 4);
    }

    #[test]
    fn absent_answers_are_told_apart() {
        let answers = [Ok(Some(1.0)), Ok(None), Ok(Some(3.0))].into_iter();
        let found = PredictionColumn::collect(answers).unwrap();
        assert_eq!(found.validity, Some(vec![1, 0, 1]));
        assert_eq!([found.get(0), found.get(1), found.get(3)], [Some(1.0), None, None]);
        let whole = PredictionColumn::collect([Ok(Some(1.0))].into_iter()).unwrap();
        assert_eq!(whole.validity, None);
        let failed = [Ok(None), Err(Error::argument("no"))].into_iter();
        assert_eq!(PredictionColumn::collect(failed).unwrap_err().row(), Some(1));
    }
}

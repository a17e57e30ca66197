//! Tables: readings that have one row a customer, as columns.
//!
//! A report is a handful of figures and crosses the doors as JSON. A reading of a row a customer is
//! a [`Table`]: columns of equal length under names, which C copies into its own arrays and Python
//! hands on as Arrow or numpy columns. It is the dual of the [batch shapes](super::batch).
//!
//! ```
//! use cxm_core::calculator::table::{ColumnData, Table};
//!
//! let mut table = Table::new(2);
//! table.push("customer", ColumnData::Keys(vec!["ann".into(), "bob".into()]))?;
//! table.push_optional("spend", [Some(29.33), None])?;
//! assert_eq!(table.column("spend")?.floats(), Some([29.33, 0.0].as_slice()));
//! assert!(!table.column("spend")?.is_present(1));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::borrow::Cow;

use super::batch::KeyPart;
use crate::error::{Error, Result};

/// The values of a column, all of one type.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ColumnData {
    /// Keys of any kind: customers, segments.
    Keys(Vec<KeyPart>),
    /// Whole numbers.
    Integers(Vec<i64>),
    /// Counts.
    Counts(Vec<u64>),
    /// Numbers; never a NaN.
    Floats(Vec<f64>),
    /// Texts.
    Texts(Vec<Box<str>>),
    /// Days since 1970-01-01.
    Days(Vec<i64>),
}

impl ColumnData {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Keys(values) => values.len(),
            Self::Integers(values) | Self::Days(values) => values.len(),
            Self::Counts(values) => values.len(),
            Self::Floats(values) => values.len(),
            Self::Texts(values) => values.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The name of the type: `keys`, `integers`, `counts`, `floats`, `texts`, `days`.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Keys(_) => "keys",
            Self::Integers(_) => "integers",
            Self::Counts(_) => "counts",
            Self::Floats(_) => "floats",
            Self::Texts(_) => "texts",
            Self::Days(_) => "days",
        }
    }
}

macro_rules! data_from {
    ($($type:ty => $variant:ident),*) => {$(
        impl From<Vec<$type>> for ColumnData {
            fn from(values: Vec<$type>) -> Self {
                Self::$variant(values)
            }
        }
    )*};
}
data_from!(KeyPart => Keys, i64 => Integers, u64 => Counts, f64 => Floats, Box<str> => Texts);

/// A column of a table: its name, its values, and which of them are there.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    name: Cow<'static, str>,
    data: ColumnData,
    present: Option<Vec<bool>>,
}

impl TableColumn {
    /// The name in `snake_case`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values; that of an absent row is 0 or empty.
    pub fn data(&self) -> &ColumnData {
        &self.data
    }

    /// The name, the values and which of them are there.
    pub fn into_parts(self) -> (Cow<'static, str>, ColumnData, Option<Vec<bool>>) {
        (self.name, self.data, self.present)
    }

    /// Which rows have a value; without it, all do.
    pub fn present(&self) -> Option<&[bool]> {
        self.present.as_deref()
    }

    /// Whether the row has a value.
    pub fn is_present(&self, row: usize) -> bool {
        self.present.as_ref().is_none_or(|present| present.get(row).copied().unwrap_or_default())
    }

    /// The values of a column of keys.
    pub fn keys(&self) -> Option<&[KeyPart]> {
        if let ColumnData::Keys(values) = &self.data { Some(values) } else { None }
    }

    /// The values of a column of whole numbers or of days.
    pub fn integers(&self) -> Option<&[i64]> {
        match &self.data {
            ColumnData::Integers(values) | ColumnData::Days(values) => Some(values),
            _ => None,
        }
    }

    /// The values of a column of counts.
    pub fn counts(&self) -> Option<&[u64]> {
        if let ColumnData::Counts(values) = &self.data { Some(values) } else { None }
    }

    /// The values of a column of numbers.
    pub fn floats(&self) -> Option<&[f64]> {
        if let ColumnData::Floats(values) = &self.data { Some(values) } else { None }
    }

    /// The values of a column of texts.
    pub fn texts(&self) -> Option<&[Box<str>]> {
        if let ColumnData::Texts(values) = &self.data { Some(values) } else { None }
    }
}

/// Columns of equal length under different names.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    rows: usize,
    columns: Vec<TableColumn>,
}

impl Table {
    /// A table of this many rows without a column.
    pub fn new(rows: usize) -> Self {
        Self { rows, columns: Vec::new() }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The columns in their order.
    pub fn columns(&self) -> &[TableColumn] {
        &self.columns
    }

    /// The columns, to be handed on without a copy.
    pub fn into_columns(self) -> Vec<TableColumn> {
        self.columns
    }

    /// The column of this name.
    pub fn column(&self, name: &str) -> Result<&TableColumn> {
        self.columns.iter().find(|column| column.name == name).ok_or_else(|| {
            let names: Vec<_> = self.columns.iter().map(TableColumn::name).collect();
            Error::not_found(format!("no column \"{name}\"; there are {}", names.join(", ")))
        })
    }

    /// Adds a column whose rows all have a value.
    pub fn push(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        data: impl Into<ColumnData>,
    ) -> Result<()> {
        self.add(TableColumn { name: name.into(), data: data.into(), present: None })
    }

    /// Adds a column of which some rows may have no value.
    pub fn push_optional<T: Default>(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = Option<T>>,
    ) -> Result<()>
    where
        Vec<T>: Into<ColumnData>,
    {
        let mut data = Vec::with_capacity(self.rows);
        let mut present = Vec::with_capacity(self.rows);
        for value in values {
            present.push(value.is_some());
            data.push(value.unwrap_or_default());
        }
        let present = present.contains(&false).then_some(present);
        self.add(TableColumn { name: name.into(), data: data.into(), present })
    }

    fn add(&mut self, column: TableColumn) -> Result<()> {
        super::batch::same_length("columns", column.data.len(), self.rows)?;
        if let ColumnData::Floats(values) = &column.data
            && values.iter().any(|value| value.is_nan())
        {
            return Err(Error::argument(format!("the column \"{}\" has a NaN", column.name)));
        }
        if self.columns.iter().any(|known| known.name == column.name) {
            return Err(Error::argument(format!("two columns are named \"{}\"", column.name)));
        }
        self.columns.push(column);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn columns_have_one_length_and_different_names() {
        let mut table = Table::new(2);
        table.push("count", vec![1u64, 2]).unwrap();
        let failed = |error: Error| error.kind();
        assert_eq!(
            failed(table.push("count", vec![1u64, 2]).unwrap_err()),
            ErrorKind::InvalidArgument
        );
        assert_eq!(failed(table.push("short", vec![1i64]).unwrap_err()), ErrorKind::WrongBatch);
        let not_a_number = table.push("mean", vec![0.0, f64::NAN]).unwrap_err();
        assert_eq!(failed(not_a_number), ErrorKind::InvalidArgument);
        assert_eq!(failed(table.column("other").unwrap_err()), ErrorKind::NotFound);
        assert_eq!((table.columns().len(), table.len()), (1, 2));
    }

    #[test]
    fn absent_values_are_marked_only_where_there_are_any() {
        let mut table = Table::new(2);
        table.push_optional("all", [Some(1i64), Some(2)]).unwrap();
        table.push_optional("some", [None, Some(2.5)]).unwrap();
        assert_eq!(table.column("all").unwrap().present(), None);
        let some = table.column("some").unwrap();
        assert_eq!(
            (some.is_present(0), some.is_present(1), some.is_present(2)),
            (false, true, false)
        );
        assert_eq!(some.data().type_name(), "floats");
    }
}

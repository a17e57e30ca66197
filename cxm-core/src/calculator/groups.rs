//! Rows by group: how keyed tables hand a batch to a calculator.

use super::batch::same_length;
use crate::error::{Error, Result};

/// The group of every row of a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grouping<'a> {
    /// A number below `groups` for each row.
    pub(crate) codes: &'a [u32],
    pub(crate) groups: usize,
}

impl Grouping<'_> {
    /// Refuses another number of rows.
    pub(crate) fn check(&self, rows: usize) -> Result<()> {
        same_length("keys", self.codes.len(), rows)
    }

    /// The group of a row, if its code has one.
    #[inline]
    pub(crate) fn of(&self, row: usize) -> Option<usize> {
        let code = self.codes.get(row).and_then(|&code| usize::try_from(code).ok());
        code.filter(|&code| code < self.groups)
    }
}

/// What is kept for the group of a row; a code without a group is an error with its row.
#[inline]
pub(crate) fn group_of_row<'g, G>(
    groups: &'g mut [G],
    codes: &[u32],
    row: usize,
) -> Result<&'g mut G> {
    let code = codes.get(row).and_then(|&code| usize::try_from(code).ok());
    code.and_then(|code| groups.get_mut(code)).ok_or_else(|| no_group(row))
}

/// The error of a row whose code has no group.
#[cold]
pub(crate) fn no_group(row: usize) -> Error {
    Error::observation("a code has no group").in_field("keys").at_row(row)
}

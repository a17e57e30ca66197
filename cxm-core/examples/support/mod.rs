//! What the examples share: reading a CSV file, laying out a page, drawing intervals.
#![allow(dead_code, reason = "each example uses its part")]

pub(crate) mod axis;
pub(crate) mod cards;
pub(crate) mod csv_file;
pub(crate) mod describe;
pub(crate) mod format;
pub(crate) mod html;
pub(crate) mod page;
pub(crate) mod picture;
pub(crate) mod table;

/// An example ends well, or says in one sentence what is wrong.
pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

//! Arithmetic that no library offers: counting columns, special series, exact sums.
//!
//! Pure functions over slices and numbers; nothing here knows what a survey is.

pub mod tally;

//! Statistics of counts and sums: intervals, comparisons, confidence sequences, weights.
//!
//! Everything here is a pure function of a small sufficient statistic that a calculator keeps.

pub mod interval;

pub use interval::{Interval, IntervalOptions, Method};

//! What every report with a score can be asked.

use super::comparison::Comparison;
use super::estimate::Estimate;
use super::interval::{Interval, IntervalOptions, Method};
use crate::calculator::Report;
use crate::error::Result;

/// A report whose headline is an estimate: it has an interval and can be compared.
pub trait Scored: Report {
    /// The interval of the score, in its unit; `None` without a response.
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>>;

    /// The confidence sequence of the score: it holds its level however often it is looked at.
    fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>>;

    /// This score minus the other's, signed, with its test.
    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison>;

    /// The score with its sampling variance, for shrinkage; `None` where there is none.
    fn estimate(&self) -> Option<Estimate>;
}

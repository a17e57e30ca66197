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

/// A report whose score is the share that its method `share` returns.
macro_rules! scored_by_share {
    ($report:ty) => {
        impl $crate::stats::Scored for $report {
            fn interval(
                &self,
                options: &$crate::stats::IntervalOptions,
            ) -> $crate::error::Result<Option<$crate::stats::Interval>> {
                $crate::stats::proportion::interval(&self.share(), options)
            }

            fn confidence_sequence(
                &self,
                options: &$crate::stats::IntervalOptions,
            ) -> $crate::error::Result<Option<$crate::stats::Interval>> {
                $crate::stats::confidence_sequence::share(&self.share(), options)
            }

            fn compare(
                &self,
                other: &Self,
                method: Option<$crate::stats::Method>,
            ) -> $crate::error::Result<$crate::stats::Comparison> {
                let method = method.unwrap_or($crate::stats::Method::AgrestiCaffo);
                $crate::stats::comparison::shares(&self.share(), &other.share(), method)
            }

            fn estimate(&self) -> Option<$crate::stats::Estimate> {
                self.share().adjusted_estimate()
            }
        }
    };
}
pub(crate) use scored_by_share;

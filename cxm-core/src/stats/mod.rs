//! Statistics of counts and sums: intervals, comparisons, confidence sequences, weights.
//!
//! Everything here is a pure function of a small sufficient statistic that a calculator keeps.

mod betting;
#[cfg(feature = "bootstrap")]
mod bootstrap;
pub mod confidence_sequence;
pub mod histogram;
pub mod interval;
pub mod mean;
pub mod net_score;
mod population;
pub mod proportion;
pub mod scored;

pub use histogram::{BinWeight, Exclusions, Histogram};
pub use interval::{Interval, IntervalOptions, Method};
pub use mean::Moments;
pub use net_score::NetCounts;
pub use proportion::Share;
pub use scored::Scored;

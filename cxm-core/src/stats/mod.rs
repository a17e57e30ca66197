//! Statistics of counts and sums: intervals, comparisons, confidence sequences, weights.
//!
//! Everything here is a pure function of a small sufficient statistic that a calculator keeps.

mod betting;
#[cfg(feature = "random")]
pub(crate) mod bootstrap;
pub mod chains;
pub mod comparison;
pub mod confidence_sequence;
pub mod correlation;
pub mod estimate;
pub mod exclusions;
pub mod histogram;
pub mod importance;
pub mod interval;
pub mod likelihood_ratio;
pub mod mean;
pub mod multiplicity;
pub mod net_score;
pub mod non_response;
pub mod permutation;
pub mod poisson;
mod population;
pub mod proportion;
pub mod raking;
pub mod rounding;
pub mod sample_size;
pub mod scored;
pub mod shrinkage;
pub mod trend;
pub mod weights;

pub use comparison::{Comparable, Comparison};
pub use correlation::PairedMoments;
pub use estimate::Estimate;
pub use exclusions::Exclusions;
pub use histogram::{BinWeight, Histogram};
pub use interval::{Interval, IntervalOptions, Method};
pub use likelihood_ratio::LikelihoodRatioTest;
pub use mean::Moments;
pub use net_score::NetCounts;
pub use poisson::EventRate;
pub use proportion::Share;
pub use scored::Scored;

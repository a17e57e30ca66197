//! What drives a score, and what a measure changed.
//!
//! | module | question |
//! | --- | --- |
//! | [`driver_moments`] | which sums of an outcome and its drivers are kept, shard by shard |
//! | [`drivers`] | how does the outcome move with each driver, the others held? |
//! | [`importance`] | which part of what is explained belongs to which driver? |
//! | [`penalty_reward`] | which driver annoys by its absence, which one delights? |
//! | [`importance_performance`] | where should something be done? |
//! | [`effect`] | what did a measure change? |
//! | [`net_change`] | did the score change, or only who was asked? |
//!
//! Everything is a function of [`CoMoments`], which merge: from rows, or from the calculator
//! [`DriverMoments`].

pub mod co_moments;
pub mod driver_moments;
pub mod drivers;
pub mod effect;
pub mod importance;
pub mod importance_performance;
pub mod net_change;
pub mod penalty_reward;
#[cfg(feature = "random")]
mod resampling;

pub use co_moments::{CoMoments, NamedColumn, Rows};
pub use driver_moments::{
    DriverMoments, DriverMomentsDefinition, DriverMomentsReport, OutcomeForm,
};

//! Attribution: which touchpoints earned the conversions.
//!
//! # What it measures
//! How the conversions of a set of journeys, and their value, are divided among the touchpoints on
//! the way. Every method answers in one shape, so that several can be read side by side; they
//! differ in what they call fair, and no data can say which of them is right.
//!
//! # Formula
//! | method | a conversion goes to |
//! | --- | --- |
//! | `first`, `last` | the first, the last touchpoint |
//! | `last_non_direct` | the last that is not named as direct; the last if all are |
//! | `linear` | every touchpoint of the path, 1/n each |
//! | `position` | 40 % first, 20 % those between, 40 % last, or other weights; n = 2: first and last alone |
//! | `j`, `inverse_j` | as `position` with 20 : 20 : 60, with 60 : 20 : 20 |
//! | `time_decay` | 2^(−age ÷ half-life), see [`time_decay`]: journeys with times only |
//! | `markov` | in proportion to the removal effect in a chain of order k, solved exactly |
//! | `shapley` | every different touchpoint of the path alike: Shapley's value of v(S) = conversions of paths inside S |
//! | `shapley_rate` | in proportion to Shapley's value of v(S) = conversion *rate* of the paths inside S |
//!
//! # Input
//! [`AttributionPaths`], a calculator whose states merge; or [`TimedJourney`]s.
//!
//! # Empty and edge cases
//! Without a conversion there is nothing to divide: an error of insufficient data. Unknown are: an
//! order of 0, a direct touchpoint that no path has, more than [`MOST_STATES`] states of a chain or
//! more than [`MOST_PLAYERS`] touchpoints of the game of rates. Where no path has a value, values
//! are `None`. A touchpoint of journeys that never convert is in the answer, with 0. Paths say
//! nothing of times, so `time_decay` is not offered on them: a decay per place in the path would be
//! another method under its name.
//!
//! # Merging
//! The paths merge exactly, and every sum is taken in one order: shards, merged in any order, are
//! attributed to the same bits.
//!
//! # Uncertainty
//! Each share has an interval of Wilson at the effective number of journeys, θ(1 − θ) ÷ variance,
//! with the variance by the delta method: journeys are drawn path by path, and those without a
//! conversion count where the method reads them. If the variance is 0, it is all journeys.
//! `shapley_rate` may be negative and has an interval of Wald.
//!
//! # Not to be confused with
//! The effect of a touchpoint, which only an experiment shows: attribution divides what happened.
//! The figures of `ChannelAttribution`, which simulates the chain: on its sample of 10,000 paths
//! and with its defaults (version 2.2.5), touchpoints are off by 0.1 to 10 %, by up to 2 % when it
//! simulates ten times as many journeys. Without the journeys that did not convert, its chain is
//! that of `include_nulls: false`.
//!
//! # Source
//! Anderl, Becker, von Wangenheim and Schumann (2016), International Journal of Research in
//! Marketing 33, for the chain; Shapley (1953); Zhao, Mahboobi and Bagheri (2018) for the set game.
//!
//! # Example
//! ```
//! use cxm_core::journey::attribution::{
//!     AttributionMethod, AttributionOptions, AttributionPaths, PathOutcomes,
//! };
//!
//! let mut paths = AttributionPaths::default();
//! let sold = PathOutcomes { conversions: 3, value: 60_000, nulls: 1 };
//! paths.add_journeys(&["mail", "web", "shop"], &sold)?;
//! let linear = paths.attribution(&AttributionOptions::of(AttributionMethod::Linear))?;
//! let shop = &linear.touchpoints[1];
//! assert_eq!((&*shop.touchpoint, shop.conversions, shop.value), ("shop", 1.0, Some(20_000.0)));
//! # Ok::<(), cxm_core::Error>(())
//! ```

pub mod attribution_paths;
mod chain;
mod credit;
mod heuristics;
mod intake;
mod markov;
mod method;
mod path_table;
mod report;
mod shapley;
mod time_decay;

pub use attribution_paths::{AttributionPaths, AttributionPathsDefinition, PathOutcomes};
pub use chain::MOST_STATES;
pub use heuristics::PositionWeights;
pub use method::{
    Attribution, AttributionMethod, AttributionOptions, TouchpointAttribution, attribute,
    compare_methods,
};
pub use path_table::PathTable;
pub use report::AttributionPathsReport;
pub use shapley::MOST_PLAYERS;
pub use time_decay::{TimedJourney, TimedTouchpoint, time_decay};

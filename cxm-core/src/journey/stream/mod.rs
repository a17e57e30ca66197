//! Journeys while they happen: bounded state, events one by one, late ones waited for.
//!
//! | module | question |
//! | --- | --- |
//! | [`journey_stream`] | what is known of all journeys without keeping their events? |
//! | [`report`] | how many journeys, how many reached their goal, what came late? |
//! | [`readings`] | transitions, step matrix, funnels, touchpoints, switches between channels |

mod arrivals;
mod definition;
pub mod journey_stream;
mod merging;
mod met;
mod pairs;
pub mod readings;
pub mod report;
mod state_bytes;
mod totals;
mod unit;
mod waiting;

pub use definition::{
    DEFAULT_STEPS, DeclaredFunnel, JourneyStreamDefinition, LateRule, MOST_FUNNELS,
};
pub use journey_stream::JourneyStream;
pub use readings::{ChannelSwitch, LateEvent, StreamTouchpoint};
pub use report::JourneyStreamReport;

//! Journeys: what customers go through, touchpoint by touchpoint, before the purchase and after it.
//!
//! | module | question |
//! | --- | --- |
//! | [`journeys`] | who met which touchpoint when, and where does a journey end? |

mod definition;
mod event_log;
mod event_log_bytes;
mod intake;
pub mod journeys;
pub(crate) mod key_table;
mod report;
mod split;

pub use definition::{DEFAULT_MAX_EVENTS, JourneysDefinition, StageTouchpoints};
pub use journeys::{ExcludedEvents, Journeys};
pub use report::{JourneysReport, Spread};
pub use split::JourneyStatus;

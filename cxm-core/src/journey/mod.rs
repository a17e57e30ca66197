//! Journeys: what customers go through, touchpoint by touchpoint, before the purchase and after it.
//!
//! | module | question |
//! | --- | --- |
//! | [`journeys`] | who met which touchpoint when, and where does a journey end? |
//! | [`transitions`] | which touchpoint follows which, how often and after how long? |
//! | [`step_matrix`] | where are journeys at their first, second, third step? |
//! | [`funnel`] | how many come how far along declared steps, and how long does it take? |
//! | [`variants`] | which paths are there? |
//! | [`touchpoints`] | where do journeys begin, end, drop off and go in circles? |
//! | [`deviation`] | how does a journey lie beside the one that was planned? |
//! | [`sessions`] | what is known of each journey? |
//! | [`attribution`] | which touchpoints earned the conversions? |

pub mod attribution;
mod definition;
pub mod deviation;
mod event_log;
mod event_log_bytes;
pub mod funnel;
mod intake;
pub mod journeys;
pub(crate) mod key_table;
pub mod report;
pub mod sessions;
mod split;
pub mod step_matrix;
pub mod touchpoints;
pub mod transitions;
pub mod variants;

pub use attribution::{AttributionPaths, AttributionPathsDefinition, AttributionPathsReport};
pub use definition::{DEFAULT_MAX_EVENTS, JourneysDefinition, StageTouchpoints};
pub use funnel::{Funnel, FunnelEntry, FunnelOptions, FunnelOrder, FunnelStart, FunnelStep};
pub use journeys::{ExcludedEvents, Journeys};
pub use report::{JourneysReport, Spread};
pub use sessions::JourneyRow;
pub use split::JourneyStatus;
pub use step_matrix::StepShare;
pub use touchpoints::TouchpointCounts;
pub use transitions::Transition;
pub use variants::Variant;

//! Journeys: what customers go through, touchpoint by touchpoint, before the purchase and after it.
//!
//! | module | question |
//! | --- | --- |
//! | [`journeys`] | who met which touchpoint when, and where does a journey end? |
//! | [`interaction_columns`] | how do records of events come into a batch? |
//! | [`transitions`] | which touchpoint follows which, how often and after how long? |
//! | [`step_matrix`] | where are journeys at their first, second, third step? |
//! | [`step_flows`] | where do they go from each of these steps? |
//! | [`funnel`] | how many come how far along declared steps, and how long does it take? |
//! | [`variants`] | which paths are there? |
//! | [`touchpoints`] | where do journeys begin, end, drop off and go in circles? |
//! | [`deviation`] | how does a journey lie beside the one that was planned? |
//! | [`contacts`] | how often is each touchpoint met on each channel? |
//! | [`sessions`] | what is known of each journey? |
//! | [`measures`] | has the figure of a measure moved since it began? |
//! | [`answers`] | which contact is a late answer about? |
//! | [`customer_view`] | what is known of one customer? |
//! | [`lifecycle`] | how far has the relationship come? |
//! | [`attribution`] | which touchpoints earned the conversions? |
//! | [`emotion_curve`] | how did customers feel along the way? |
//! | [`peak_end`] | what do they remember of it? |
//! | [`pain_points`] | which touchpoints hurt many of them much? |
//! | [`channels`] | how do they move between channels, and do these serve alike? |
//! | [`alignment`] | do the scores of touchpoints tell how the journey is judged? |
//! | [`stream`] | the same without history: while events come, one by one and late |
//! | [`importance`] | which touchpoints matter, by what is said and by what is found? |

pub mod alignment;
pub mod answers;
pub mod attribution;
pub mod channels;
pub mod contacts;
mod credit_paths;
pub mod customer_view;
mod definition;
pub mod deviation;
mod duration_sketch;
pub mod emotion_curve;
mod event_log;
mod event_log_bytes;
pub mod funnel;
mod funnel_run;
pub mod importance;
mod intake;
pub mod interaction_columns;
pub mod journeys;
pub(crate) mod key_table;
pub mod lifecycle;
pub mod measures;
pub mod pain_points;
pub mod peak_end;
pub mod report;
mod scores;
pub mod sessions;
mod split;
pub mod step_flows;
pub mod step_matrix;
pub mod stream;
pub mod touchpoints;
pub mod transitions;
pub mod variants;

pub use alignment::{AlignedFigure, Alignment, TouchpointFigure};
pub use attribution::{AttributionPaths, AttributionPathsDefinition, AttributionPathsReport};
pub use channels::{ChannelUse, JourneyChannels, OmnichannelConsistency};
pub use contacts::ContactCounts;
pub use credit_paths::DEFAULT_HALF_LIFE;
pub use customer_view::{
    ChannelContacts, Contact, CustomerFigure, CustomerView, CustomerViewOptions,
    JourneyStatusCounts, OpenJourney, ScoreTrend,
};
pub use definition::{DEFAULT_MAX_EVENTS, JourneysDefinition, MOST_TIME, StageTouchpoints};
pub use emotion_curve::{CurveBy, EmotionPoint};
pub use funnel::{Funnel, FunnelEntry, FunnelOptions, FunnelOrder, FunnelStart, FunnelStep};
pub use importance::{
    GoalDifference, ImportanceGrid, ImportanceQuadrant, ScoreDifference, TouchpointImportance,
};
pub use interaction_columns::InteractionColumns;
pub use journeys::{ExcludedEvents, Journeys};
pub use lifecycle::LifecycleRule;
pub use measures::{MeasureKpi, MeasureOptions, MeasureReading, MeasureSide};
pub use pain_points::PainPoint;
pub use peak_end::{JourneyPeakEnd, PeakEndMeans};
pub use report::{JourneysReport, Spread};
pub use scores::{CountedShare, ScoreMean};
pub use sessions::JourneyRow;
pub use step_flows::StepFlow;
pub use step_matrix::StepShare;
pub use stream::{JourneyStream, JourneyStreamDefinition, JourneyStreamReport};
pub use touchpoints::TouchpointCounts;
pub use transitions::Transition;
pub use variants::Variant;

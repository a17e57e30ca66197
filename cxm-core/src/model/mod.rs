//! What happened: plain data, and the rules by which it is read.
//!
//! Of the survey: [`Scale`], [`RatingRules`]. Of customer journeys:
//!
//! | type | what it is |
//! | --- | --- |
//! | [`Customer`], [`Segment`] | who; persona and cohort are kinds of segment |
//! | [`Stage`], [`Touchpoint`], [`Channel`] | where: in which phase, for what, by which way |
//! | [`Interaction`] | one event: who, where, when, and what it brought |
//! | [`Observation`], [`Emotion`] | what the customer said or showed, and how good that is |
//! | [`Journey`], [`JourneyMap`] | the journey that was, and the one that was planned |
//! | [`Goal`], [`Measure`] | what a journey leads to, and what is done to make it better |
//! | [`Catalogue`] | all that a company has of these |
//!
//! Whatever is named by an enum can have a name of the caller's own: each has a variant `Custom`.
//! Only [`JourneyStatus`] has none, since it is not named but found.

pub mod catalogue;
pub mod channel;
mod check;
pub mod customer;
pub mod decimal;
pub mod emotion;
pub mod goal;
pub mod interaction;
pub mod journey;
pub mod journey_map;
pub mod measure;
pub mod money;
pub mod observation;
mod open_enum;
pub mod period;
pub mod rating_rules;
pub mod scale;
pub mod stage;
mod standard_catalogue;
pub mod time;
pub mod time_unit;
pub mod touchpoint;

pub use catalogue::Catalogue;
pub use channel::{Channel, ChannelKind, Medium};
pub use customer::{Customer, Lifecycle, Segment, SegmentKind};
pub use decimal::Decimal;
pub use emotion::{Emotion, ObservationScale};
pub use goal::Goal;
pub use interaction::{Initiator, Interaction, Outcome, Source};
pub use journey::{Journey, JourneyCounts, JourneyStatus};
pub use journey_map::{JourneyMap, JourneyMapStage, JourneyMapStep};
pub use measure::{Measure, MeasureStatus};
pub use money::{AmountUnit, RefundRule};
pub use observation::{Layer, Observation, ObservationKind, Scope};
pub use period::Period;
pub use rating_rules::{InvalidRule, MissingRule, RatingRules};
pub use scale::{Direction, Scale};
pub use stage::Stage;
pub use time_unit::TimeUnit;
pub use touchpoint::{Dimension, DimensionWeights, Touchpoint, TouchpointKind};

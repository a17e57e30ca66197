//! The numbers of customer experience: NPS, CSAT, CES and kin, exact, mergeable, with their
//! intervals.
//!
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut nps = Nps::default();
//! nps.update(Ratings::from([10, 9, 7, 3].as_slice()))?;
//! let report = nps.value();
//! assert_eq!(report.score, Some(25.0)); // points; 2 promoters − 1 detractor of 4
//! let interval = report.interval(&IntervalOptions::at(0.95))?.unwrap();
//! assert!(interval.contains(25.0));
//! # Ok::<(), cxm_core::Error>(())
//! ```
//!
//! # How it works
//!
//! A [calculator] keeps a small state under a [definition](calculator::Definition). The
//! state holds counts and integer sums, so [`update`](calculator::Update::update),
//! [`merge`](calculator::Merge::merge) and [`retract`](calculator::Retract::retract) are exact and
//! their order does not matter; equal states are equal [bytes](calculator::State::to_bytes).
//! Floating point appears when a report is [read](calculator::Calculator::value), in a fixed order
//! of operations.
//!
//! # Where to look
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`survey`] | the metrics: one file each, all of the same shape |
//! | [`survival`] | how long customers stay: curves, tests, hazards |
//! | [`impact`] | what drives a score, and what a measure changed |
//! | [`churn`] | who leaves and who stays, what becomes of the revenue, earned growth |
//! | [`journey`] | what customers go through: transitions, funnels, emotion curves, attribution |
//! | [`stream`] | any calculator per key; tables of segments; suppression of small groups |
//! | [`clv`] | customer lifetime value: models of purchases and spend, fits, predictions |
//! | [`stats`] | intervals, comparisons, confidence sequences, weights, planning |
//! | [`calculator`] | the contract, the batch shapes, the state bytes |
//! | `interchange` | logs of other systems read into interactions (feature `interchange`) |
//! | [`model`] | scales, the rules by which ratings are read, time |
//! | [`numeric`] | column kernels, special functions |
//! | `registry` | the list of calculators by name (feature `registry`) |
//!
//! # Features
//!
//! | feature | default | what it adds |
//! | --- | --- | --- |
//! | `serde` | yes | definitions and reports as serde types |
//! | `random` | no | what draws from a seed: the bootstrap interval, simulated customers, posteriors |
//! | `interchange` | no | readers of CSV, XES, OCEL 2.0, Segment and Adobe XDM; the catalogue of journeys as JSON |
//! | `nuts` | no | posteriors by the No-U-turn sampler |
//! | `registry` | no | calculators and statistics by name with JSON values: what the C and Python doors use |
#![forbid(unsafe_code)]

pub mod calculator;
pub mod churn;
pub mod clv;
pub mod error;
pub mod impact;
#[cfg(feature = "interchange")]
pub mod interchange;
pub mod journey;
pub mod model;
pub mod numeric;
#[cfg(feature = "registry")]
pub mod registry;
pub mod stats;
pub mod stream;
pub mod survey;
pub mod survival;

pub use error::{Error, ErrorKind, Result};

/// Everything that a program of a few lines needs: every calculator with its definition, the
/// batches, the traits. Models of lifetime value are in [`clv`].
pub mod prelude {
    pub use crate::calculator::batch::{
        Answers, Column, Durations, Event, Events, Histories, Invitations, ItemRatings, KeyColumn,
        KeyPart, KeyRef, Paths, Predictions, Ratings, Spans, Transactions, Validity, Values,
        Weights,
    };
    pub use crate::calculator::{
        Calculator, Definition, Merge, Report, Retract, State, Update, UpdateByGroup,
    };
    pub use crate::churn::{
        Activity, ActivityDefinition, PredictionScores, PredictionScoresDefinition, Subscriptions,
        SubscriptionsDefinition,
    };
    pub use crate::clv::{
        CustomerSummaries, CustomerSummariesDefinition, PurchasePatterns,
        PurchasePatternsDefinition, SummaryOptions,
    };
    pub use crate::error::{Error, ErrorKind, Result};
    pub use crate::impact::{DriverMoments, DriverMomentsDefinition};
    pub use crate::journey::{
        AttributionPaths, AttributionPathsDefinition, InteractionColumns, JourneyStream,
        JourneyStreamDefinition, Journeys, JourneysDefinition,
    };
    pub use crate::model::{Interaction, InvalidRule, MissingRule, RatingRules, Scale, TimeUnit};
    pub use crate::stats::{Interval, IntervalOptions, Method, Scored};
    pub use crate::stream::{Key, Keyed, KeyedBatch, KeyedDefinition};
    pub use crate::survey::{
        Ces, CesDefinition, Csat, CsatDefinition, CxIndex, CxIndexDefinition, DuplicateRule,
        EmotionalValue, EmotionalValueDefinition, Nps, NpsDefinition, PairedNps,
        PairedNpsDefinition, RatingMeasure, RatingReport, ResponseLedger, ResponseLedgerDefinition,
        ResponseRate, ResponseRateDefinition, SecureCustomerIndex, SecureCustomerIndexDefinition,
        StarRating, StarRatingDefinition,
    };
    pub use crate::survival::{Lifetimes, LifetimesDefinition};
}

// The README's Rust example is compiled and run as a test.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

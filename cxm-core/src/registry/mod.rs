//! The one list of calculators, and how they are reached by name.
//!
//! The law tests, the C constructor and the Python classes all follow from
//! [`for_each_calculator!`](crate::for_each_calculator). Definitions, reports and answers cross as
//! JSON values in the names of the Rust fields, so the doors hold no formula, default or threshold:
//! a calculator that joins the list is there in C and in Python at once.

mod activity;
mod attribution;
pub mod catalogue;
mod churn;
mod cox;
mod customer_tables;
pub mod definition;
pub mod erased;
pub mod functions;
pub mod interactions;
mod journey_stream;
mod journeys;
mod journeys_scores;
mod journeys_views;
pub mod keyed;
pub mod models;
mod prediction_scores;
pub mod question;
pub mod questions;
mod reading;
mod survival;
mod survival_tables;
mod table_columns;

use serde_json::Value;

pub use catalogue::catalogue;
pub use cox::CoxModel;
pub use erased::{DynCalculator, RatingCounts, TableEntry, Tabulate};
pub use journeys_views::answer_rule;
pub use keyed::{DynKeyed, KeyedOptions};
use question::Reading;
pub use questions::{QuestionEntry, Questions};

use crate::calculator::state::Frame;
use crate::calculator::{Calculator, Definition, Kind, State};
use crate::error::{Error, Result};
use crate::stats::Histogram;
use crate::stream::Keyed;
use crate::stream::keyed::KEYED;

/// Calls a macro with the list of calculators: type, batch shape, one line of description.
///
/// A new calculator is one line here.
#[macro_export]
macro_rules! for_each_calculator {
    ($callback:ident) => {
        $callback! {
            Nps, "ratings", "Net Promoter Score: promoters minus detractors, in points";
            Csat, "ratings", "customer satisfaction: share of the top boxes, mean, net";
            Ces, "ratings", "customer effort: share, mean and net of how easy it was";
            StarRating, "ratings", "star ratings: mean, and share of four and five stars";
            CxIndex, "items", "CX index: ease, effectiveness and emotion as one score, in points";
            SecureCustomerIndex, "items", "customers who are certain on all three questions of loyalty";
            PairedNps, "items", "NPS of the same customers before and after, and who moved";
            EmotionalValue, "items", "net emotional value: positive emotions minus negative ones";
            DriverMoments, "items", "what drives a score: sums of an outcome and its drivers, read as R²";
            ResponseRate, "invitations", "how many of the invited answered, by invitation or by window";
            ResponseLedger, "answers", "who answered when, so that nobody is counted twice";
            CustomerSummaries, "transactions", "who bought how often, how long ago and for how much";
            Activity, "transactions", "who comes back: retention by cohort, stickiness, inactivity";
            PurchasePatterns, "histories", "distinct purchase histories with counts: what a fit reads";
            PredictionScores, "predictions", "predicted probabilities against what came: AUC, Brier, lift, calibration";
            Journeys, "events", "journeys: who met which touchpoint when, and who reached the goal";
            JourneyStream, "events", "journeys while they happen: bounded state, late events, no history";
            Lifetimes, "durations", "lifetimes: how many stayed how long, and how many leave a unit of time";
            AttributionPaths, "paths", "paths of touchpoints, and how their conversions are divided among them";
            Subscriptions, "spans", "who subscribed from when to when: churn rates, recurring revenue and its retention";
        }
    };
}

/// A named definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresetEntry {
    /// The name in `snake_case`.
    pub name: &'static str,
    /// What it is and who uses it.
    pub summary: &'static str,
}

/// A calculator of the list.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Number, name and state version.
    pub kind: Kind,
    /// The name of the type in Rust and in Python.
    pub type_name: &'static str,
    /// The batch shape.
    pub shape: &'static str,
    /// What it measures.
    pub summary: &'static str,
    /// Makes an empty calculator; `null` is the default definition.
    pub new: fn(&Value) -> Result<Box<dyn DynCalculator>>,
    /// Reads state bytes.
    pub from_bytes: fn(&[u8]) -> Result<Box<dyn DynCalculator>>,
    /// Makes one that has counted these ratings.
    pub from_counts: fn(&Value, Histogram) -> Result<Box<dyn DynCalculator>>,
    /// Makes an empty table of them.
    pub new_keyed: fn(&KeyedOptions, &Value) -> Result<Box<dyn DynKeyed>>,
    /// Reads the state bytes of a table of them.
    pub keyed_from_bytes: fn(&[u8]) -> Result<Box<dyn DynKeyed>>,
    /// What it can be asked.
    pub questions: Questions,
    /// The tables that it offers.
    pub tables: &'static [TableEntry],
    /// The definition that goes without saying.
    pub default_definition: fn() -> Value,
    /// The named definitions.
    pub presets: fn() -> Vec<PresetEntry>,
    /// The definition of a preset.
    pub preset: fn(&str) -> Result<Value>,
}

/// The areas' types under one roof, for the list.
mod areas {
    pub(super) use crate::churn::{Activity, PredictionScores, Subscriptions};
    pub(super) use crate::clv::{CustomerSummaries, PurchasePatterns};
    pub(super) use crate::impact::*;
    pub(super) use crate::journey::{AttributionPaths, JourneyStream, Journeys};
    pub(super) use crate::survey::*;
    pub(super) use crate::survival::Lifetimes;
}

macro_rules! entries {
    ($($calculator:ident, $shape:literal, $summary:literal;)*) => {
        use areas::{$($calculator),*};

        /// Every calculator, in the order of the list.
        pub static CALCULATORS: &[Entry] = &[$(Entry {
            kind: <$calculator as State>::KIND,
            type_name: stringify!($calculator),
            shape: $shape,
            summary: $summary,
            new: |value| Ok(Box::new($calculator::new(definition::parse(value)?)?)),
            from_bytes: |bytes| Ok(Box::new(<$calculator as State>::from_bytes(bytes)?)),
            from_counts: |value, counts| {
                let definition = definition::parse(value)?;
                let counted = <$calculator as RatingCounts>::from_rating_counts(definition, counts)
                    .map_err(|error| error.within(<$calculator as State>::KIND.name))?;
                Ok(Box::new(counted))
            },
            new_keyed: |options, value| {
                let table = options.definition(definition::parse(value)?);
                Ok(Box::new(Keyed::<$calculator>::new(table)?))
            },
            keyed_from_bytes: |bytes| Ok(Box::new(Keyed::<$calculator>::from_bytes(bytes)?)),
            questions: <<$calculator as Calculator>::Report as Reading>::QUESTIONS,
            tables: <$calculator as Tabulate>::TABLES,
            default_definition: || {
                definition::to_value(&<$calculator as Calculator>::Definition::default())
            },
            presets: || {
                let presets = <$calculator as Calculator>::Definition::presets().iter();
                presets.map(|p| PresetEntry { name: p.name, summary: p.summary }).collect()
            },
            preset: |name| {
                let preset = <$calculator as Calculator>::Definition::preset(name)?;
                Ok(definition::to_value(&preset))
            },
        }),*];
    };
}
for_each_calculator!(entries);

/// The calculator of this name.
pub fn find(name: &str) -> Result<&'static Entry> {
    CALCULATORS.iter().find(|entry| entry.kind.name == name).ok_or_else(|| {
        let names: Vec<_> = CALCULATORS.iter().map(|entry| entry.kind.name).collect();
        Error::not_found(format!("no calculator \"{name}\"; there are {}", names.join(", ")))
    })
}

/// The calculator of this kind number.
pub fn find_kind(id: u16) -> Result<&'static Entry> {
    CALCULATORS
        .iter()
        .find(|entry| entry.kind.id == id)
        .ok_or_else(|| Error::not_found(format!("no calculator of kind {id}")))
}

/// Makes an empty calculator by name; `null` is the default definition.
pub fn new(name: &str, definition: &Value) -> Result<Box<dyn DynCalculator>> {
    (find(name)?.new)(definition)
}

/// Reads the state bytes of whichever calculator wrote them.
pub fn from_bytes(bytes: &[u8]) -> Result<Box<dyn DynCalculator>> {
    let frame = Frame::parse(bytes)?;
    if frame.kind == KEYED.id {
        return Err(Error::merge("these are the bytes of a keyed table, not of one calculator"));
    }
    (find_kind(frame.kind)?.from_bytes)(bytes)
}

/// Makes an empty table of calculators by name.
pub fn new_keyed(
    name: &str,
    options: &KeyedOptions,
    definition: &Value,
) -> Result<Box<dyn DynKeyed>> {
    (find(name)?.new_keyed)(options, definition)
}

/// Reads the state bytes of a table of whichever calculators wrote them.
pub fn keyed_from_bytes(bytes: &[u8]) -> Result<Box<dyn DynKeyed>> {
    let frame = Frame::parse(bytes)?;
    frame.expect(KEYED)?;
    let inner = crate::calculator::codec::Reader::new(frame.definition).u16()?;
    (find_kind(inner)?.keyed_from_bytes)(bytes)
}

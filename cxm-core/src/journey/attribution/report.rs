//! What the reading of attribution paths returns.

use super::attribution_paths::{AttributionPaths, AttributionPathsDefinition};
use super::path_table::PathTable;
use crate::calculator::{Calculator, Report};
use crate::stats::Share;
use crate::stats::scored::scored_by_share;

/// What the reading of attribution paths returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AttributionPathsReport {
    /// The conversion rate: conversions ÷ journeys; `None` without a journey.
    pub score: Option<f64>,
    /// All journeys.
    pub journeys: u64,
    /// Journeys that converted.
    pub conversions: u64,
    /// Journeys that did not.
    pub nulls: u64,
    /// What the conversions were worth together, in minor units; `None` where no path has a value.
    pub value: Option<f64>,
    /// Distinct paths: what a method costs.
    pub paths: u64,
    /// Different touchpoints.
    pub touchpoints: u64,
    /// Touchpoints of the longest path.
    pub longest_path: Option<u64>,
    /// All journeys taken in.
    pub observations: u64,
    /// How the paths are read.
    pub definition: AttributionPathsDefinition,
    #[cfg_attr(feature = "serde", serde(skip))]
    table: PathTable,
}

impl AttributionPathsReport {
    #[allow(clippy::cast_precision_loss, reason = "exact sums are read as floating point")]
    pub(super) fn read(state: &AttributionPaths) -> Self {
        // Only a batch of more than 2^32 touchpoints has no table; its paths are counted still.
        let table = state.path_table().unwrap_or_default();
        let totals = table.totals();
        let journeys = Calculator::observations(state);
        Self {
            score: (journeys > 0).then(|| totals.conversions as f64 / journeys as f64),
            journeys,
            conversions: totals.conversions,
            nulls: totals.nulls,
            value: table.has_values().then_some(totals.value as f64),
            paths: table.len() as u64,
            touchpoints: table.names().len() as u64,
            longest_path: table.rows().map(|(path, _)| path.len() as u64).max(),
            observations: journeys,
            definition: Calculator::definition(state).clone(),
            table,
        }
    }

    /// What the methods of attribution read.
    pub fn path_table(&self) -> &PathTable {
        &self.table
    }

    /// The conversions among the journeys.
    pub fn share(&self) -> Share {
        Share { successes: self.conversions, total: self.journeys }
    }
}

impl Report for AttributionPathsReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.journeys
    }

    fn unit(&self) -> &'static str {
        "%"
    }
}

scored_by_share!(AttributionPathsReport);

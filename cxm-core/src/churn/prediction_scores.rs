//! Scores of predictions: how well were those found who left?
//!
//! # What it measures
//! Predicted probabilities of an event, such as churn, against what came: whether those who left
//! were ranked above those who stayed, whether 20 % meant 20 %, and what a campaign on the top of
//! the list would have caught.
//!
//! # Formula
//! ```text
//! AUC       P(p of a leaver > p of a stayer) + ½·P(equal)          = concordance = (Gini + 1)/2
//! DeLong    s₁²/L + s₀²/S,  s₁² the variance over leavers of the share of stayers below them
//! Brier     Σ (p − o)²/n
//! log loss  −Σ [o·ln p + (1 − o)·ln(1 − p)]/n
//! lift      rate within the top of the list / rate of all
//! ECE       Σ_bins n_b/n·|mean p − rate|
//! EMP       ∫ max_t P(t; γ) h(γ) dγ,   γ ~ Beta(α, β) the chance that an offer keeps a leaver
//!           P = V(γ(1 − δ) − φ)·π₀F₀ − V(δ + φ)·π₁F₁,  δ = offer/V, φ = contact/V
//! ```
//! `score` is the AUC.
//!
//! # Input
//! [`Predictions`]: `probabilities` from 0 to 1, `observed` 1 or 0, and optionally what each
//! customer is worth (`values`, whole units, where the definition is `valued`) and `counts`.
//! Refused, naming the row: a probability outside 0 to 1, an `observed` other than 0 and 1, a value
//! that is not whole.
//!
//! # Empty and edge cases
//! Without a leaver or without a stayer there is no AUC. **The grid**: probabilities are kept to
//! 2^-`grid_bits`, rounded half to even; at the usual 24 bits Brier is off by 6·10⁻⁸ at most, and
//! probabilities closer than that are equal. What is above 0 stays above 0, what is below 1 stays
//! below 1, so only a certain prediction that was wrong has an infinite loss: such rows are
//! `infinite_losses`, `log_loss` is then `None`, and `clipped_log_loss` counts them as half a step.
//! **Equal probabilities** count half in the AUC and are shared out evenly over the groups of a
//! lift table, as in the mean over all orders. A missing cell is an error, or the row is counted
//! as `missing`.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is a sorted list of grid points with
//! counts of leavers and stayers, at most `max_cells` of them.
//!
//! # Uncertainty
//! DeLong, DeLong & Clarke-Pearson; Hanley & McNeil on request. Both are cut to 0 to 1, and claim
//! certainty where the AUC is 1. Wilson for the rates of the calibration table.
//!
//! # Not to be confused with
//! Harrell's concordance, which knows when each left. Figures of the customers that a model was
//! fitted to, which flatter it.
//!
//! # Source
//! Hanley & McNeil (1982), Radiology 143; DeLong et al. (1988), Biometrics 44; Brier (1950);
//! Murphy (1973); Stephenson, Coelho & Jolliffe (2008), Weather and Forecasting 23; Verbraken,
//! Verbeke & Baesens (2013), IEEE TKDE 25.
//!
//! # Example
//! ```
//! use cxm_core::churn::PredictionScores;
//! use cxm_core::prelude::*;
//!
//! let (said, left) = ([0.9, 0.75, 0.5, 0.5, 0.25, 0.125], [1u8, 1, 0, 1, 0, 0]);
//! let mut scores = PredictionScores::default();
//! scores.update(Predictions::new(said.as_slice(), left.as_slice()))?;
//! let report = scores.value();
//! assert_eq!(report.score, Some(8.5 / 9.0)); // one pair of nine is equal
//! assert_eq!(report.lift(3)?[0].rate, Some(1.0));
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod calibration;
mod intake;
mod profit;
mod ranking;
mod report;
mod state_bytes;

use std::collections::BTreeMap;

pub use calibration::{BrierDecomposition, Calibration, CalibrationBin, CalibrationBins};
pub use profit::{MaximumProfit, ProfitOptions};
pub use ranking::{LiftGroup, TopOfList};
pub use report::PredictionScoresReport;

use crate::calculator::batch::Predictions;
use crate::calculator::{
    Calculator, Definition, Merge, Preset, Retract, State, Update, UpdateByGroup,
    checked_difference, checked_sum, same_definition,
};
use crate::error::{Error, Result};
use crate::model::MissingRule;

/// Bits of the grid unless declared.
pub const DEFAULT_GRID_BITS: u8 = 24;
/// The finest grid.
pub const MOST_GRID_BITS: u8 = 32;
/// Grid points that a state may hold unless declared.
pub const DEFAULT_MAX_CELLS: u64 = 10_000_000;
/// The largest value of a customer, 2^53: beyond it a float is no whole number.
pub const LARGEST_VALUE: i64 = 1 << 53;

/// What predictions look like.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PredictionScoresDefinition {
    /// Probabilities are kept to 2^-this, 8 to 32.
    pub grid_bits: u8,
    /// Whether each row says what the customer is worth.
    pub valued: bool,
    /// What a missing cell does: `error` or `exclude`.
    pub missing: MissingRule,
    /// The most different probabilities that the state may hold.
    pub max_cells: u64,
}

impl Default for PredictionScoresDefinition {
    fn default() -> Self {
        Self {
            grid_bits: DEFAULT_GRID_BITS,
            valued: false,
            missing: MissingRule::Error,
            max_cells: DEFAULT_MAX_CELLS,
        }
    }
}

impl Definition for PredictionScoresDefinition {
    fn validate(&self) -> Result<()> {
        let refuse = |message: &'static str, field: &'static str| {
            Err(Error::definition(message).in_field(field))
        };
        if !(8..=MOST_GRID_BITS).contains(&self.grid_bits) {
            return refuse("a grid has 8 to 32 bits", "grid_bits");
        }
        if self.missing == MissingRule::AsNeutral {
            return refuse("a prediction has no neutral value", "missing");
        }
        if self.max_cells == 0 {
            return refuse("predictions need room for a probability", "max_cells");
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset { name: "fine", summary: "steps of 2^-24", build: Self::default },
            Preset {
                name: "coarse",
                summary: "steps of 2^-16: at most 65,537 cells, whatever the rows",
                build: || Self { grid_bits: 16, ..Self::default() },
            },
            Preset {
                name: "valued",
                summary: "steps of 2^-24, and what each customer is worth",
                build: || Self { valued: true, ..Self::default() },
            },
        ]
    }
}

/// The rows at one grid point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Cell {
    /// Rows whose event came.
    pub(crate) events: u64,
    /// Rows whose event did not.
    pub(crate) others: u64,
    /// What the former are worth.
    pub(crate) event_value: i128,
    /// What the latter are worth.
    pub(crate) other_value: i128,
}

impl Cell {
    pub(crate) fn rows(&self) -> u64 {
        self.events.saturating_add(self.others)
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.events = self.events.saturating_add(other.events);
        self.others = self.others.saturating_add(other.others);
        self.event_value = self.event_value.saturating_add(other.event_value);
        self.other_value = self.other_value.saturating_add(other.other_value);
    }

    /// What is left without these rows, if they can have been added.
    fn without(&self, other: &Self) -> Result<Self> {
        let rest = Self {
            events: checked_difference(self.events, other.events, "the events of a probability")?,
            others: checked_difference(self.others, other.others, "the rows of a probability")?,
            event_value: self.event_value.saturating_sub(other.event_value),
            other_value: self.other_value.saturating_sub(other.other_value),
        };
        if rest.is_possible() {
            return Ok(rest);
        }
        Err(Error::never_added("these rows have other values than were added"))
    }

    /// Whether so many rows can be worth so much.
    fn is_possible(&self) -> bool {
        let within = |value: i128, rows: u64| {
            value.unsigned_abs() <= u128::from(rows) * u128::from(LARGEST_VALUE.unsigned_abs())
        };
        within(self.event_value, self.events) && within(self.other_value, self.others)
    }
}

/// The calculator of prediction scores: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionScores {
    definition: PredictionScoresDefinition,
    cells: BTreeMap<u64, Cell>,
    rows: u64,
    missing: u64,
}

impl PredictionScores {
    fn empty(definition: PredictionScoresDefinition) -> Self {
        Self { definition, cells: BTreeMap::new(), rows: 0, missing: 0 }
    }

    fn check_size(&self, cells: u64) -> Result<()> {
        if cells <= self.definition.max_cells {
            return Ok(());
        }
        Err(Error::limit(format!(
            "there may be at most {} different probabilities; declare a coarser grid",
            self.definition.max_cells
        ))
        .in_field("max_cells"))
    }
}

impl Default for PredictionScores {
    fn default() -> Self {
        Self::empty(PredictionScoresDefinition::default())
    }
}

impl Calculator for PredictionScores {
    type Definition = PredictionScoresDefinition;
    type Report = PredictionScoresReport;

    fn new(definition: PredictionScoresDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &PredictionScoresDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.rows.saturating_add(self.missing)
    }

    fn value(&self) -> PredictionScoresReport {
        PredictionScoresReport::read(self)
    }
}

impl Merge for PredictionScores {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            checked_sum(self.observations(), other.observations())?;
            // The sum of the lengths is cheap, and nearly always within the limit.
            let both = (self.cells.len() as u64).saturating_add(other.cells.len() as u64);
            if both > self.definition.max_cells {
                let new = other.cells.keys().filter(|key| !self.cells.contains_key(key)).count();
                self.check_size((self.cells.len() as u64).saturating_add(new as u64))?;
            }
            Ok(())
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        if self.cells.is_empty() {
            self.cells.clone_from(&other.cells);
        } else {
            for (&key, theirs) in &other.cells {
                self.cells.entry(key).or_default().add(theirs);
            }
        }
        self.rows = self.rows.saturating_add(other.rows);
        self.missing = self.missing.saturating_add(other.missing);
    }
}

impl Update for PredictionScores {
    type Batch<'a> = Predictions<'a>;

    fn lift(definition: &PredictionScoresDefinition, batch: Predictions<'_>) -> Result<Self> {
        intake::lift(definition, &batch).map_err(|error| error.within(Self::KIND.name))
    }
}

impl UpdateByGroup for PredictionScores {
    fn batch_len(batch: &Predictions<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &PredictionScoresDefinition,
        codes: &[u32],
        groups: usize,
        batch: Predictions<'_>,
    ) -> Result<Vec<Self>> {
        intake::lift_by_group(definition, codes, groups, &batch)
            .map_err(|error| error.within(Self::KIND.name))
    }
}

impl Retract for PredictionScores {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            checked_difference(self.missing, other.missing, "the rows with a missing cell")?;
            for (key, theirs) in &other.cells {
                self.cells.get(key).copied().unwrap_or_default().without(theirs)?;
            }
            Ok(())
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        for (key, theirs) in &other.cells {
            let Some(ours) = self.cells.get_mut(key) else { continue };
            *ours = ours.without(theirs).unwrap_or_default();
            if ours.rows() == 0 {
                self.cells.remove(key);
            }
        }
        self.rows = self.rows.saturating_sub(other.rows);
        self.missing = self.missing.saturating_sub(other.missing);
    }
}

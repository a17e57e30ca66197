//! What the reading of [`PredictionScores`] returns.

use super::calibration::{CalibrationBins, calibration};
use super::{Cell, PredictionScores, PredictionScoresDefinition, intake, ranking};
use crate::calculator::{Calculator, Report};
use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided_quantile;
use crate::stats::{Comparable, Comparison, Estimate, Interval, IntervalOptions, Method, Scored};

/// Bins of the calibration error that a report states.
const REPORTED_BINS: u32 = 10;

/// How predictions ranked and how they were calibrated.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PredictionScoresReport {
    /// The area under the ROC curve; `None` without an event or without a row that had none.
    pub score: Option<f64>,
    /// 2·AUC − 1.
    pub gini: Option<f64>,
    /// Predictions that count.
    pub predictions: u64,
    /// Of these, those whose event came.
    pub events: u64,
    /// The share of events.
    pub base_rate: Option<f64>,
    /// The mean of the predicted probabilities.
    pub mean_probability: Option<f64>,
    /// The mean of (p − o)².
    pub brier: Option<f64>,
    /// 1 − Brier / the Brier score of the base rate; `None` where that is 0.
    pub brier_skill: Option<f64>,
    /// The mean loss −ln of what was said of what came; `None` where it is infinite.
    pub log_loss: Option<f64>,
    /// Certain predictions, 0 or 1, that were wrong: rows of infinite loss.
    pub infinite_losses: u64,
    /// The mean loss with those rows counted as half a step of the grid off.
    pub clipped_log_loss: Option<f64>,
    /// The expected calibration error over ten bins of equal width.
    pub calibration_error: Option<f64>,
    /// Different probabilities.
    pub cells: u64,
    /// Rows left out because a cell was missing.
    pub missing: u64,
    /// All rows taken in.
    pub observations: u64,
    /// What the figures mean.
    pub definition: PredictionScoresDefinition,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) points: Points,
}

/// The grid points in ascending order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Points {
    /// Grid point and rows.
    pub(super) cells: Vec<(u64, Cell)>,
    /// Grid points above 0.
    pub(super) steps: u64,
    /// Rows whose event came.
    pub(super) events: u64,
    /// Rows whose event did not.
    pub(super) others: u64,
}

impl Points {
    fn of(state: &PredictionScores) -> Self {
        let cells: Vec<(u64, Cell)> = state.cells.iter().map(|(&p, &cell)| (p, cell)).collect();
        let sum = |count: fn(&Cell) -> u64| {
            cells.iter().fold(0_u64, |sum, (_, cell)| sum.saturating_add(count(cell)))
        };
        let (events, others) = (sum(|cell| cell.events), sum(|cell| cell.others));
        Self { cells, steps: intake::steps(&state.definition), events, others }
    }

    /// All rows.
    pub(super) fn rows(&self) -> u64 {
        self.events.saturating_add(self.others)
    }

    /// The probability of a grid point.
    pub(super) fn probability(&self, point: u64) -> f64 {
        point as f64 / self.steps as f64
    }

    /// The mean of a sum over the rows; `None` without any.
    fn mean(&self, of: impl Fn(f64, &Cell) -> f64) -> Option<f64> {
        let sum: f64 = self.cells.iter().map(|&(p, ref cell)| of(self.probability(p), cell)).sum();
        (self.rows() > 0).then(|| sum / self.rows() as f64)
    }

    /// The loss of the rows at a grid point; certain ones are `clip` away from it.
    fn loss(&self, point: u64, cell: &Cell, clip: f64) -> f64 {
        let part = |rows: u64, of: u64| {
            if rows == 0 {
                return 0.0;
            }
            let said = if of == 0 { clip } else { of as f64 / self.steps as f64 };
            -(rows as f64) * libm::log(said)
        };
        part(cell.events, point) + part(cell.others, self.steps.saturating_sub(point))
    }

    /// Certain predictions that were wrong.
    fn infinite_losses(&self) -> u64 {
        let wrong = |(point, cell): &(u64, Cell)| match *point {
            0 => cell.events,
            point if point == self.steps => cell.others,
            _ => 0,
        };
        self.cells.iter().map(wrong).fold(0, u64::saturating_add)
    }
}

impl PredictionScoresReport {
    pub(super) fn read(state: &PredictionScores) -> Self {
        let points = Points::of(state);
        let rows = points.rows();
        let score = ranking::area(&points);
        let base_rate = (rows > 0).then(|| points.events as f64 / rows as f64);
        let brier = points.mean(|p, cell| {
            cell.events as f64 * (1.0 - p) * (1.0 - p) + cell.others as f64 * p * p
        });
        let uncertainty = base_rate.map(|rate| rate * (1.0 - rate));
        let skill = |(brier, of): (f64, f64)| (of > 0.0).then(|| 1.0 - brier / of);
        let clip = 0.5 / points.steps as f64;
        let losses: f64 = points.cells.iter().map(|(p, cell)| points.loss(*p, cell, clip)).sum();
        let clipped = (rows > 0).then(|| losses / rows as f64);
        let infinite_losses = points.infinite_losses();
        let calibrated = calibration(&points, CalibrationBins::EqualWidth, REPORTED_BINS);
        Self {
            score,
            gini: score.map(|area| 2.0 * area - 1.0),
            predictions: rows,
            events: points.events,
            base_rate,
            mean_probability: points.mean(|p, cell| cell.rows() as f64 * p),
            brier,
            brier_skill: brier.zip(uncertainty).and_then(skill),
            log_loss: clipped.filter(|_| infinite_losses == 0),
            infinite_losses,
            clipped_log_loss: clipped,
            calibration_error: calibrated.expected_error,
            cells: points.cells.len() as u64,
            missing: state.missing,
            observations: state.observations(),
            definition: state.definition.clone(),
            points,
        }
    }

    /// The variance of the AUC: DeLong's, or that of Hanley and McNeil.
    ///
    /// DeLong's needs two rows of each kind.
    pub fn variance(&self, method: Method) -> Result<Option<f64>> {
        let Some(area) = self.score else { return Ok(None) };
        match method {
            Method::Delong => ranking::delong_variance(&self.points, area).map(Some),
            Method::HanleyMcneil => Ok(Some(ranking::hanley_mcneil_variance(&self.points, area))),
            other => Err(other.refused("an area under a ROC curve", AREA_METHODS)),
        }
    }

    fn estimate_by(&self, method: Method) -> Result<Option<Estimate>> {
        let variance = self.variance(method)?;
        Ok(self.score.zip(variance).map(|(value, variance)| Estimate {
            value,
            variance,
            n: self.predictions,
        }))
    }
}

/// The methods of an interval of the AUC.
const AREA_METHODS: &[Method] = &[Method::Delong, Method::HanleyMcneil];

impl Report for PredictionScoresReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.predictions
    }
}

impl Scored for PredictionScoresReport {
    /// The interval of the AUC, cut to 0 to 1.
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        let (alpha, method) = (options.alpha()?, options.method.unwrap_or(Method::Delong));
        let limits = |estimate: Estimate| {
            let reach = normal_two_sided_quantile(alpha) * estimate.variance.sqrt();
            let (lower, upper) = (estimate.value - reach, estimate.value + reach);
            Interval { lower, upper, level: options.level, method }.clamped(0.0, 1.0)
        };
        Ok(self.estimate_by(method)?.map(limits))
    }

    /// Not offered: pairs of rows are no independent answers.
    fn confidence_sequence(&self, _options: &IntervalOptions) -> Result<Option<Interval>> {
        Err(Error::not_offered("an area under a ROC curve has no confidence sequence"))
    }

    /// This AUC minus the other's, of other customers.
    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        let method = method.unwrap_or(Method::Delong);
        let side = |report: &Self, name: &'static str| {
            report.estimate_by(method)?.ok_or_else(|| {
                Error::insufficient("events and rows without one are needed").in_field(name)
            })
        };
        let comparison = side(self, "first")?.compare(&side(other, "second")?)?;
        Ok(Comparison { method, ..comparison })
    }

    fn estimate(&self) -> Option<Estimate> {
        self.estimate_by(Method::Delong).ok().flatten()
    }
}

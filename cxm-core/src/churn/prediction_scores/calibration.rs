//! Whether 20 % meant 20 %: calibration tables, their error, and the parts of the Brier score.

use super::report::{Points, PredictionScoresReport};
use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided_quantile;
use crate::stats::proportion::wilson;
use crate::stats::{Interval, IntervalOptions, Method};

/// The most bins of a calibration table.
const MOST_BINS: u32 = 10_000;

/// How probabilities are put into bins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum CalibrationBins {
    /// [k/n, (k + 1)/n); 1 belongs to the last.
    #[default]
    EqualWidth,
    /// As many rows in each; equal probabilities stay together, in the bin of their middle rank.
    EqualCount,
}

/// One bin; without rows only its limits are known.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CalibrationBin {
    /// The lower limit of the bin, or the lowest probability in it.
    pub lower: f64,
    /// The upper limit of the bin, or the highest probability in it.
    pub upper: f64,
    /// Rows.
    pub rows: u64,
    /// Events.
    pub events: u64,
    /// The mean probability.
    pub mean_probability: Option<f64>,
    /// Events per row.
    pub rate: Option<f64>,
}

impl CalibrationBin {
    /// Wilson's interval of the rate; `None` without rows.
    pub fn interval(&self, level: f64) -> Result<Option<Interval>> {
        let z = normal_two_sided_quantile(IntervalOptions::at(level).alpha()?);
        Ok((self.rows > 0).then(|| {
            let (lower, upper) = wilson(self.events as f64, self.rows as f64, z);
            Interval { lower, upper, level, method: Method::Wilson }
        }))
    }
}

/// A calibration table.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Calibration {
    /// How the bins were made.
    pub bins_by: CalibrationBins,
    /// Σ n_b/n·|mean probability − rate|.
    pub expected_error: Option<f64>,
    /// The largest of these differences.
    pub largest_error: Option<f64>,
    /// The bins in ascending order; of bins of equal count those with rows.
    pub bins: Vec<CalibrationBin>,
    #[cfg_attr(feature = "serde", serde(skip))]
    sums: Vec<BinSums>,
}

/// The parts of the Brier score: reliability − resolution + uncertainty + within bins.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BrierDecomposition {
    /// The Brier score.
    pub brier: f64,
    /// How far the rates of the bins are from what was said: 0 is best.
    pub reliability: f64,
    /// How far the rates of the bins are from that of all: the more, the better.
    pub resolution: f64,
    /// rate·(1 − rate) of all.
    pub uncertainty: f64,
    /// What differences of probabilities within a bin add: 0 where each bin has but one.
    pub within_bins: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct BinSums {
    rows: u64,
    events: u64,
    /// Σ p and Σ p² over the rows, Σ p over the events.
    probability: f64,
    squares: f64,
    of_events: f64,
    lowest: Option<f64>,
    highest: f64,
}

fn bin_of(bins_by: CalibrationBins, bins: u32, points: &Points, at: (u64, u64, u64)) -> usize {
    let (point, below, rows) = at;
    let bins = u128::from(bins);
    let (part, whole) = match bins_by {
        CalibrationBins::EqualWidth => (u128::from(point), u128::from(points.steps)),
        CalibrationBins::EqualCount => {
            (2 * u128::from(below) + u128::from(rows), 2 * u128::from(points.rows()))
        }
    };
    let bin = (part * bins).checked_div(whole).unwrap_or_default().min(bins - 1);
    usize::try_from(bin).unwrap_or(usize::MAX)
}

/// The table of so many bins, at least one.
pub(super) fn calibration(points: &Points, bins_by: CalibrationBins, bins: u32) -> Calibration {
    let mut sums = vec![BinSums::default(); usize::try_from(bins).unwrap_or_default()];
    let mut below = 0;
    for (point, cell) in &points.cells {
        let at = (*point, below, cell.rows());
        below += cell.rows();
        let Some(sum) = sums.get_mut(bin_of(bins_by, bins, points, at)) else { continue };
        let p = points.probability(*point);
        sum.rows += cell.rows();
        sum.events += cell.events;
        sum.probability += cell.rows() as f64 * p;
        sum.squares += cell.rows() as f64 * p * p;
        sum.of_events += cell.events as f64 * p;
        sum.lowest = sum.lowest.or(Some(p));
        sum.highest = p;
    }
    let of_width = |number: f64| number / f64::from(bins);
    let bin = |(number, sum): (u32, &BinSums)| {
        let mean = |total: f64| (sum.rows > 0).then(|| total / sum.rows as f64);
        let (lower, upper) = match bins_by {
            CalibrationBins::EqualWidth => {
                (of_width(f64::from(number)), of_width(f64::from(number) + 1.0))
            }
            CalibrationBins::EqualCount => (sum.lowest.unwrap_or_default(), sum.highest),
        };
        CalibrationBin {
            lower,
            upper,
            rows: sum.rows,
            events: sum.events,
            mean_probability: mean(sum.probability),
            rate: mean(sum.events as f64),
        }
    };
    if bins_by == CalibrationBins::EqualCount {
        sums.retain(|sum| sum.rows > 0);
    }
    let bins: Vec<CalibrationBin> = (0..).zip(&sums).map(bin).collect();
    let total = points.rows() as f64;
    let (mut expected, mut largest) = (None, None::<f64>);
    for bin in &bins {
        let Some((mean, rate)) = bin.mean_probability.zip(bin.rate) else { continue };
        let error = (mean - rate).abs();
        expected = Some(expected.unwrap_or(0.0) + bin.rows as f64 / total * error);
        largest = Some(largest.unwrap_or(0.0).max(error));
    }
    Calibration { bins_by, expected_error: expected, largest_error: largest, bins, sums }
}

impl PredictionScoresReport {
    /// What was said against what came, in so many bins.
    pub fn calibration(&self, bins_by: CalibrationBins, bins: u32) -> Result<Calibration> {
        if !(1..=MOST_BINS).contains(&bins) {
            return Err(Error::argument(format!("there are 1 to {MOST_BINS} bins, got {bins}"))
                .in_field("bins"));
        }
        Ok(calibration(&self.points, bins_by, bins))
    }

    /// The parts of the Brier score over so many bins; `None` without rows.
    pub fn brier_decomposition(
        &self,
        bins_by: CalibrationBins,
        bins: u32,
    ) -> Result<Option<BrierDecomposition>> {
        let table = self.calibration(bins_by, bins)?;
        let (Some(brier), Some(base)) = (self.brier, self.base_rate) else { return Ok(None) };
        let (mut reliability, mut resolution, mut within) = (0.0, 0.0, 0.0);
        for sum in table.sums.iter().filter(|sum| sum.rows > 0) {
            let rows = sum.rows as f64;
            let (mean, rate) = (sum.probability / rows, sum.events as f64 / rows);
            reliability += rows * (mean - rate) * (mean - rate);
            resolution += rows * (rate - base) * (rate - base);
            let spread = (sum.squares - rows * mean * mean).max(0.0);
            within += spread - 2.0 * (sum.of_events - rows * mean * rate);
        }
        let total = self.predictions as f64;
        Ok(Some(BrierDecomposition {
            brier,
            reliability: reliability / total,
            resolution: resolution / total,
            uncertainty: base * (1.0 - base),
            within_bins: within / total,
        }))
    }
}

//! Back-tests: what a model had foretold, beside what customers then did.
//!
//! # What it measures
//! How far predictions made at a cut-off are from the purchases of a hold-out period, for each
//! customer, for customers of the same frequency, and for the whole base over time.
//!
//! # Formula
//! ```text
//! MAE  = Σ |expected − actual| ÷ n          RMSE = √(Σ (expected − actual)² ÷ n)
//! bias = Σ (expected − actual) ÷ n
//! coverage         = share of customers whose purchases lie in their predictive interval
//! expected by time = Σ over customers born before w of E[X(w − birth)]
//! ```
//! Intervals of counts hold more than their level; the coverage to be compared with is the mean of
//! what they hold, `expected_coverage`.
//!
//! # Input
//! Histories at the cut-off with the purchases of each customer within the horizon after it. For
//! tracking: when customers were born, and when they bought again.
//!
//! # Empty and edge cases
//! Without customers there is no back-test: an error. A class of frequencies without customers is
//! left out.
//!
//! # Merging
//! Nothing is kept.
//!
//! # Uncertainty
//! The parameters are taken as known; [`Posterior`](super::posterior) adds theirs.
//!
//! # Not to be confused with
//! The log-likelihood, which judges the calibration period, and may order models otherwise.
//!
//! # Source
//! Fader, Hardie & Lee (2005), section 4 (tracking plots and conditional expectations).
//!
//! # Example
//! ```
//! use cxm_core::clv::{BgNbd, History, Horizon, Model, back_test::{BackTestOptions, back_test}};
//!
//! let model = BgNbd::from_parameters(&[0.243, 4.414, 0.793, 2.426])?;
//! let histories = [History::new(2.0, 30.0, 39.0)?, History::new(0.0, 0.0, 35.0)?];
//! let horizon = Horizon::new(39.0)?;
//! let report = back_test(&model, &histories, &[1.0, 0.0], horizon, &BackTestOptions::default())?;
//! assert_eq!(report.customers, 2);
//! assert!(report.mean_absolute_error < 1.0);
//! assert_eq!(report.by_frequency.len(), 2);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::history::{History, Horizon};
use super::intervals::for_each_distinct;
use super::model::PurchaseModel;
use super::predictive::count_interval;
use super::quantity::Quantity;
use crate::calculator::batch::same_length;
use crate::error::{Error, Result};

/// Periods of a tracking table; more have no room in a plot.
const MAX_PERIODS: u32 = 100_000;

/// How predictions are held against the hold-out.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct BackTestOptions {
    /// The level of the predictive intervals.
    pub level: f64,
    /// From this frequency on, customers are one class.
    pub last_class: u32,
}

impl Default for BackTestOptions {
    fn default() -> Self {
        Self { level: 0.9, last_class: 7 }
    }
}

/// Customers who had bought again equally often.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct FrequencyClass {
    /// Repeat purchases before the cut-off; in the last class, at least so many.
    pub frequency: u32,
    /// Customers.
    pub customers: u64,
    /// Their mean purchases in the hold-out.
    pub actual: f64,
    /// The mean that was expected.
    pub expected: f64,
}

/// What was expected, and what came.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BackTest {
    /// Customers.
    pub customers: u64,
    /// Purchases in the hold-out.
    pub actual: f64,
    /// Those that were expected.
    pub expected: f64,
    /// The mean of the distances.
    pub mean_absolute_error: f64,
    /// The root of the mean of their squares.
    pub root_mean_square_error: f64,
    /// The mean of expected − actual.
    pub bias: f64,
    /// The level of the predictive intervals.
    pub level: f64,
    /// The share of customers within their intervals.
    pub coverage: f64,
    /// The share that belongs there if the model is true: above the level, since counts are whole.
    pub expected_coverage: f64,
    /// Actual and expected purchases by frequency before the cut-off.
    pub by_frequency: Vec<FrequencyClass>,
}

/// One customer.
#[derive(Clone, Copy)]
struct Foretold {
    expected: f64,
    lower: f64,
    upper: f64,
    probability: f64,
}

/// Holds the predictions of a model against what came: `actual` purchases of each customer within
/// the horizon. The error names the row.
pub fn back_test<M: PurchaseModel>(
    model: &M,
    histories: &[History],
    actual: &[f64],
    horizon: Horizon,
    options: &BackTestOptions,
) -> Result<BackTest> {
    check_actual(histories, actual)?;
    let foretold = for_each_distinct(histories, |history| {
        Foretold::of(model, history, horizon, options.level)
    })?;
    Ok(report(histories, actual, &foretold, options))
}

/// The same where each customer has a model of their own, as with
/// [covariates](super::covariates): one model a history.
pub fn back_test_each<M: PurchaseModel>(
    models: &[M],
    histories: &[History],
    actual: &[f64],
    horizon: Horizon,
    options: &BackTestOptions,
) -> Result<BackTest> {
    same_length("models", models.len(), histories.len())?;
    check_actual(histories, actual)?;
    let rows = models.iter().zip(histories).enumerate();
    let foretold = rows.map(|(row, (model, history))| {
        let foretold = Foretold::of(model, history, horizon, options.level);
        foretold.map_err(|error| error.at_row(row))
    });
    Ok(report(histories, actual, &foretold.collect::<Result<Vec<_>>>()?, options))
}

impl Foretold {
    fn of<M: PurchaseModel>(
        model: &M,
        history: &History,
        horizon: Horizon,
        level: f64,
    ) -> Result<Self> {
        let interval = count_interval(model, history, horizon, level)?;
        #[allow(clippy::cast_precision_loss, reason = "counts below 2^53")]
        let (lower, upper) = (interval.lower as f64, interval.upper as f64);
        Ok(Self { expected: interval.value, lower, upper, probability: interval.probability })
    }
}

fn check_actual(histories: &[History], actual: &[f64]) -> Result<()> {
    same_length("actual", actual.len(), histories.len())?;
    if histories.is_empty() {
        return Err(Error::insufficient("a back-test needs customers; there are none"));
    }
    for (row, count) in actual.iter().enumerate() {
        if !(*count >= 0.0 && count.is_finite() && libm::floor(*count) >= *count) {
            let message = format!("expected a whole number of purchases, got {count}");
            return Err(Error::observation(message).in_field("actual").at_row(row));
        }
    }
    Ok(())
}

#[allow(clippy::cast_precision_loss, reason = "customers below 2^53")]
fn report(
    histories: &[History],
    actual: &[f64],
    foretold: &[Foretold],
    options: &BackTestOptions,
) -> BackTest {
    let customers = histories.len() as f64;
    let sum = |term: &dyn Fn(f64, &Foretold) -> f64| {
        actual.iter().zip(foretold).map(|(count, row)| term(*count, row)).sum::<f64>()
    };
    let (total, expected) = (sum(&|count, _| count), sum(&|_, row| row.expected));
    let squares = sum(&|count, row| (row.expected - count) * (row.expected - count));
    let within = |count: f64, row: &Foretold| row.lower <= count && count <= row.upper;
    BackTest {
        customers: histories.len() as u64,
        actual: total,
        expected,
        mean_absolute_error: sum(&|count, row| (row.expected - count).abs()) / customers,
        root_mean_square_error: (squares / customers).sqrt(),
        bias: (expected - total) / customers,
        level: options.level,
        coverage: sum(&|count, row| f64::from(u8::from(within(count, row)))) / customers,
        expected_coverage: sum(&|_, row| row.probability) / customers,
        by_frequency: by_frequency(histories, actual, foretold, options.last_class),
    }
}

#[allow(clippy::cast_precision_loss, reason = "customers below 2^53")]
fn by_frequency(
    histories: &[History],
    actual: &[f64],
    foretold: &[Foretold],
    last_class: u32,
) -> Vec<FrequencyClass> {
    let mut classes = std::collections::BTreeMap::<u32, (u64, f64, f64)>::new();
    for ((history, count), row) in histories.iter().zip(actual).zip(foretold) {
        // Not above the last class, so it fits.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let class = history.frequency().min(f64::from(last_class)) as u32;
        let (customers, came, expected) = classes.entry(class).or_default();
        *customers += 1;
        *came += count;
        *expected += row.expected;
    }
    let means = classes.into_iter().map(|(frequency, (customers, came, expected))| {
        let n = customers as f64;
        FrequencyClass { frequency, customers, actual: came / n, expected: expected / n }
    });
    means.collect()
}

/// Repeat purchases of the whole base up to the end of a period.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TrackingPoint {
    /// The end of the period, from the common origin of all times.
    pub end: f64,
    /// Repeat purchases before it.
    pub actual: f64,
    /// Those that were expected.
    pub expected: f64,
    /// Repeat purchases of this period alone.
    pub actual_increment: f64,
    /// Those that were expected.
    pub expected_increment: f64,
}

/// Actual and expected repeat purchases of the whole base, period by period.
///
/// `births` are the times of the first purchases, `repeats` those of all repeat purchases, from one
/// origin and in the unit of the model. A purchase at the very end of a period belongs to the next.
pub fn tracking<M: PurchaseModel>(
    model: &M,
    births: &[f64],
    repeats: &[f64],
    period: f64,
    periods: u32,
) -> Result<Vec<TrackingPoint>> {
    if !(period > 0.0 && period.is_finite()) {
        let message = format!("expected a finite length above 0, got {period}");
        return Err(Error::argument(message).in_field("period"));
    }
    if periods > MAX_PERIODS {
        let message = format!("expected at most {MAX_PERIODS} periods, got {periods}");
        return Err(Error::limit(message).in_field("periods"));
    }
    let births = sorted("births", births)?;
    let repeats = sorted("repeats", repeats)?;
    let mut points = Vec::new();
    let mut before = (0.0, 0.0);
    for number in 1..=periods {
        let end = period * f64::from(number);
        #[allow(clippy::cast_precision_loss, reason = "purchases below 2^53")]
        let actual = repeats.partition_point(|time| *time < end) as f64;
        let expected = expected_until(model, &births, end)?;
        points.push(TrackingPoint {
            end,
            actual,
            expected,
            actual_increment: actual - before.0,
            expected_increment: expected - before.1,
        });
        before = (actual, expected);
    }
    Ok(points)
}

fn sorted(field: &'static str, times: &[f64]) -> Result<Vec<f64>> {
    if let Some(row) = times.iter().position(|time| !time.is_finite()) {
        return Err(Error::observation("expected a finite time").in_field(field).at_row(row));
    }
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    Ok(times)
}

/// Expected repeat purchases before `end` of customers born before it.
fn expected_until<M: PurchaseModel>(model: &M, births: &[f64], end: f64) -> Result<f64> {
    let born = births.get(..births.partition_point(|birth| *birth < end)).unwrap_or_default();
    let mut sum = 0.0;
    for alike in born.chunk_by(|a, b| a.total_cmp(b).is_eq()) {
        let Some(birth) = alike.first() else { continue };
        let asked = Quantity::ExpectedTransactions { horizon: Horizon::new(end - birth)? };
        let expected = asked.of(model, &History::NEW)?.unwrap_or(f64::NAN);
        #[allow(clippy::cast_precision_loss, reason = "customers below 2^53")]
        let customers = alike.len() as f64;
        sum += customers * expected;
    }
    Ok(sum)
}

/// P(alive) of one customer at one time of their life.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AlivePoint {
    /// Age of the customer.
    pub age: f64,
    /// Repeat purchases up to then.
    pub frequency: u64,
    /// P(alive), from what was known then.
    pub probability_alive: f64,
}

/// P(alive) of one customer as it evolved: at each of the ages, from the purchases up to it.
///
/// `purchases` are the ages at repeat purchases, rising. At the age of a purchase it is counted.
///
/// ```
/// use cxm_core::clv::{MbgNbd, Model, back_test::probability_alive_history};
///
/// let model = MbgNbd::from_parameters(&[0.525, 6.183, 0.891, 1.614])?;
/// let path = probability_alive_history(&model, &[4.0, 9.0], &[8.9, 9.0, 20.0])?;
/// assert_eq!(path.iter().map(|point| point.frequency).collect::<Vec<_>>(), [1, 2, 2]);
/// assert!(path[1].probability_alive > path[2].probability_alive);
/// # Ok::<(), cxm_core::Error>(())
/// ```
pub fn probability_alive_history<M: PurchaseModel>(
    model: &M,
    purchases: &[f64],
    ages: &[f64],
) -> Result<Vec<AlivePoint>> {
    if let Some(row) = purchases.windows(2).position(|pair| !matches!(pair, [a, b] if a < b)) {
        return Err(Error::observation("expected ages that rise from purchase to purchase")
            .in_field("purchases")
            .at_row(row + 1));
    }
    let asked = Quantity::ProbabilityAlive { horizon: Horizon::NOW };
    let points = ages.iter().enumerate().map(|(row, age)| {
        let known = purchases.partition_point(|purchase| purchase <= age);
        let last = known.checked_sub(1).and_then(|last| purchases.get(last)).copied();
        #[allow(clippy::cast_precision_loss, reason = "purchases below 2^53")]
        let history = History::new(known as f64, last.unwrap_or(0.0), *age);
        let probability = history.and_then(|history| asked.of(model, &history));
        let probability_alive = probability.map_err(|error| error.at_row(row))?.unwrap_or(f64::NAN);
        Ok(AlivePoint { age: *age, frequency: known as u64, probability_alive })
    });
    points.collect()
}

//! Driver moments: the sums that every driver analysis is read from.
//!
//! # What it measures
//! How an outcome (would you recommend us?) goes together with its drivers (was it easy, pleasant,
//! worth the price?): live, by segment, over any shards.
//!
//! # Formula
//! ```text
//! columns   1, outcome, its class (−1, 0, 1), and of each driver: rating, bottom box, top box
//! state     Σ x_i · x_j over the complete rows, for every pair of columns
//! score     R² of the outcome's rating on the drivers' ratings                          0..=1
//! ```
//! All figures of [`drivers`](super::drivers), [`importance`](super::importance),
//! [`penalty_reward`](super::penalty_reward) and
//! [`importance_performance`](super::importance_performance) are read from these sums.
//!
//! # Input
//! [`ItemRatings`](crate::calculator::batch::ItemRatings): the outcome on `outcome_scale`, 0 to 10
//! unless declared, then one column a driver on `scale`, 1 to 5 unless declared.
//!
//! # Empty and edge cases
//! Only respondents who answered everything are `responses`: sums over different rows for each pair
//! can contradict each other. The others are counted as `incomplete`. With fewer than two responses
//! more than drivers, with a column that never changes or with a driver that the drivers before it
//! determine there is no score; `degenerate` names that column, and so does a question's error.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is integer sums: (3p + 3)(3p + 4)/2 of p
//! drivers.
//!
//! # Uncertainty
//! R² ± z · √(4R²(1 − R²)²(n − p − 1)²/((n² − 1)(n + 3))), cut to 0..=1; for large samples. The
//! coefficients have Student's t intervals. The importances have none from sums alone: the
//! bootstrap of [`importance`](super::importance) needs the rows.
//!
//! # Not to be confused with
//! Causes: see [`effect`](super::effect).
//!
//! # Source
//! Chan, Golub & LeVeque (1983) for merging; Olkin & Finn (1995) and Cohen, Cohen, West & Aiken
//! (2003), equation 3.6.3, for the standard error of R².
//!
//! # Example
//! ```
//! use cxm_core::impact::{DriverMoments, OutcomeForm};
//! use cxm_core::impact::importance::ImportanceMethod;
//! use cxm_core::prelude::*;
//!
//! let mut moments = DriverMoments::default(); // recommend; ease, effectiveness, emotion
//! let columns: [&[u8]; 4] = [
//!     &[10, 9, 3, 7, 8, 2, 6, 9],
//!     &[5, 4, 2, 4, 4, 1, 3, 5],
//!     &[5, 5, 1, 3, 5, 2, 4, 4],
//!     &[4, 5, 3, 3, 3, 1, 2, 5],
//! ];
//! moments.update(ItemRatings::new(&columns.map(Values::from)))?;
//! let report = moments.value();
//! let weights = report.importance(OutcomeForm::Rating, ImportanceMethod::Lmg)?;
//! let sum: f64 = weights.drivers.iter().map(|driver| driver.weight).sum();
//! assert!((sum - report.score.unwrap()).abs() < 1e-12);
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod sums;

pub use sums::DriverSums;
use sums::{CLASS, FIRST_DRIVER, ONE, OUTCOME, columns_of};

use super::co_moments::CoMoments;
use super::drivers::{Regression, adjusted, regression};
use super::importance::{ImportanceMethod, RelativeImportance};
use super::importance_performance::{CrossHairs, Grid, grid};
use super::penalty_reward::{PenaltyReward, box_name};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Kind, Preset, Report};
use crate::error::{Error, Result};
use crate::model::{RatingRules, Scale};
use crate::numeric::distribution::normal_two_sided_quantile;
use crate::stats::{
    Comparable, Comparison, Estimate, Exclusions, Interval, IntervalOptions, Method, Scored,
    confidence_sequence,
};
use crate::survey::items::{
    ItemAnswers, ItemCalculator, ItemDefinition, SharedCounts, check_rules,
};

/// The most drivers of one outcome.
pub const MAX_DRIVERS: usize = 20;

/// Names, scales and boxes of an outcome and its drivers.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DriverMomentsDefinition {
    /// How the drivers' ratings are read; the rules hold for the outcome too.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub ratings: RatingRules,
    /// The outcome's name.
    pub outcome: String,
    /// Lowest and highest rating of the outcome.
    pub outcome_scale: Scale,
    /// The highest rating of a detractor: the outcome's class −1.
    pub detractor_max: i16,
    /// The lowest rating of a promoter: the outcome's class 1.
    pub promoter_min: i16,
    /// The drivers' names, in the order of their columns.
    pub drivers: Vec<String>,
    /// The highest rating of a driver's bottom box.
    pub bottom_max: i16,
    /// The lowest rating of a driver's top box.
    pub top_min: i16,
}

impl Default for DriverMomentsDefinition {
    fn default() -> Self {
        Self::of(&["ease", "effectiveness", "emotion"], Scale::ONE_TO_FIVE)
    }
}

impl DriverMomentsDefinition {
    /// The likelihood to recommend, 0 to 10, on these drivers; their boxes are the scale's ends.
    pub fn of(drivers: &[&str], scale: Scale) -> Self {
        Self {
            ratings: RatingRules::on(scale),
            outcome: "recommend".to_owned(),
            outcome_scale: Scale::ZERO_TO_TEN,
            detractor_max: 6,
            promoter_min: 9,
            drivers: drivers.iter().map(|&name| name.to_owned()).collect(),
            bottom_max: scale.lowest(),
            top_min: scale.highest(),
        }
    }

    /// Points from the bottom of the scale to the cut points.
    fn box_points(&self) -> [u16; 2] {
        let lowest = self.ratings.scale.lowest();
        [self.bottom_max.abs_diff(lowest), self.top_min.abs_diff(lowest)]
    }

    fn class_points(&self) -> [u16; 2] {
        let lowest = self.outcome_scale.lowest();
        [self.detractor_max.abs_diff(lowest), self.promoter_min.abs_diff(lowest)]
    }
}

impl Definition for DriverMomentsDefinition {
    fn validate(&self) -> Result<()> {
        check_rules(&self.ratings)?;
        let refuse = |field: &'static str, message| Err(Error::definition(message).in_field(field));
        let on_outcome = RatingRules { scale: self.outcome_scale, ..self.ratings.clone() };
        on_outcome.validate()?;
        let scale = self.ratings.scale;
        for (low, high, scale, fields) in [
            (self.bottom_max, self.top_min, scale, ["bottom_max", "top_min"]),
            (
                self.detractor_max,
                self.promoter_min,
                self.outcome_scale,
                ["detractor_max", "promoter_min"],
            ),
        ] {
            let inside = |cut: i16| scale.contains(i64::from(cut));
            let [lower, upper] = fields;
            if !(inside(low) && inside(high) && low < high) {
                return refuse(
                    upper,
                    format!(
                        "{lower} must lie below {upper}, both on {scale}; got {low} and {high}"
                    ),
                );
            }
        }
        if !(1..=MAX_DRIVERS).contains(&self.drivers.len()) {
            return refuse(
                "drivers",
                format!("1 to {MAX_DRIVERS} drivers, got {}", self.drivers.len()),
            );
        }
        let mut names = self.items();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) || names.contains(&"") {
            return refuse("drivers", "outcome and drivers need different names".to_owned());
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "ease_effectiveness_emotion",
                summary: "recommendation, 0 to 10, by the three items of a CX index, 1 to 5",
                build: Self::default,
            },
            Preset {
                name: "service_quality",
                summary: "recommendation by the five dimensions of SERVQUAL (1988), 1 to 7",
                build: || {
                    let drivers =
                        ["tangibles", "reliability", "responsiveness", "assurance", "empathy"];
                    Self::of(&drivers, Scale::ONE_TO_SEVEN)
                },
            },
        ]
    }
}

/// Which form of the outcome the drivers explain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum OutcomeForm {
    /// The rating itself.
    #[default]
    Rating,
    /// −1 for a detractor, 0 for a passive, 1 for a promoter: the drivers of the NPS.
    Class,
}

impl ItemDefinition for DriverMomentsDefinition {
    const KIND: Kind = Kind { id: 20, name: "driver_moments", version: 1 };
    type State = DriverSums;
    type Report = DriverMomentsReport;

    fn rules(&self) -> &RatingRules {
        &self.ratings
    }

    fn scale(&self, item: usize) -> Scale {
        if item == 0 { self.outcome_scale } else { self.ratings.scale }
    }

    fn items(&self) -> Vec<&str> {
        let drivers = self.drivers.iter().map(String::as_str);
        std::iter::once(self.outcome.as_str()).chain(drivers).collect()
    }

    fn empty(&self) -> DriverSums {
        let mut ranges = vec![1, self.outcome_scale.range(), 2];
        for _ in &self.drivers {
            ranges.extend([self.ratings.scale.range(), 1, 1]);
        }
        DriverSums::empty(ranges)
    }

    fn record(&self, state: &mut DriverSums, ratings: &[Option<i16>]) {
        let Some((Some(outcome), drivers)) = ratings.split_first() else { return };
        if drivers.iter().any(Option::is_none) {
            return;
        }
        let class = 1 + u16::from(*outcome >= self.promoter_min);
        let mut values = [0u16; FIRST_DRIVER + 3 * MAX_DRIVERS];
        let mut cells = values.iter_mut();
        let mut put = |value: u16| {
            if let Some(cell) = cells.next() {
                *cell = value;
            }
        };
        put(1);
        put(outcome.abs_diff(self.outcome_scale.lowest()));
        put(class - u16::from(*outcome <= self.detractor_max));
        for rating in drivers.iter().flatten() {
            put(rating.abs_diff(self.ratings.scale.lowest()));
            put(u16::from(*rating <= self.bottom_max));
            put(u16::from(*rating >= self.top_min));
        }
        state.record(&values);
    }

    fn report(&self, answers: &ItemAnswers<DriverSums>) -> DriverMomentsReport {
        DriverMomentsReport::read(self, answers)
    }

    fn write(&self, writer: &mut Writer) {
        self.ratings.write(writer);
        writer.text(&self.outcome);
        self.outcome_scale.write(writer);
        for cut in [self.detractor_max, self.promoter_min, self.bottom_max, self.top_min] {
            writer.signed(cut);
        }
        writer.length(self.drivers.len());
        for name in &self.drivers {
            writer.text(name);
        }
    }

    fn read(reader: &mut Reader<'_>, _version: u16) -> Result<Self> {
        let ratings = RatingRules::read(reader)?;
        let outcome = reader.text()?.to_owned();
        let outcome_scale = Scale::read(reader)?;
        let [mut detractor_max, mut promoter_min, mut bottom_max, mut top_min] = [0; 4];
        for cut in [&mut detractor_max, &mut promoter_min, &mut bottom_max, &mut top_min] {
            *cut = reader.signed()?;
        }
        let count = reader.length(1)?;
        let drivers = (0..count).map(|_| reader.text().map(str::to_owned));
        let drivers = drivers.collect::<Result<_>>()?;
        Ok(Self {
            ratings,
            outcome,
            outcome_scale,
            detractor_max,
            promoter_min,
            drivers,
            bottom_max,
            top_min,
        })
    }

    fn read_state(&self, shared: &SharedCounts, reader: &mut Reader<'_>) -> Result<DriverSums> {
        let mut state = self.empty();
        state.read(reader)?;
        let complete = u64::try_from(state.get(ONE, ONE)).ok();
        let incomplete = complete.and_then(|complete| shared.respondents.checked_sub(complete));
        let fewest = shared.excluded.iter().map(Exclusions::total).max().unwrap_or_default();
        let most = shared.excluded.iter().fold(0u64, |sum, e| sum.saturating_add(e.total()));
        let agrees = incomplete.is_some_and(|incomplete| (fewest..=most).contains(&incomplete));
        if agrees && state.is_possible() && state.agrees_with(self) {
            return Ok(state);
        }
        Err(Error::corrupt("no respondents can have given these sums"))
    }
}

/// The calculator of the driver moments: see the [module](self).
pub type DriverMoments = ItemCalculator<DriverMomentsDefinition>;

/// The outcome or a driver, over the complete rows.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DriverMomentsItem {
    /// Its name.
    pub name: String,
    /// Its mean.
    pub mean: Option<f64>,
    /// Its standard deviation, divisor n − 1.
    pub standard_deviation: Option<f64>,
    /// Its correlation with the outcome; of the outcome itself, 1.
    pub correlation: Option<f64>,
    /// Answers in its bottom box; of the outcome, detractors.
    pub bottom: u64,
    /// Answers in its top box; of the outcome, promoters.
    pub top: u64,
    /// What was left out of its column, and why.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub excluded: Exclusions,
}

/// What the reading of driver moments returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DriverMomentsReport {
    /// R² of the outcome's rating on the drivers' ratings, 0..=1; `None` where it cannot be read.
    pub score: Option<f64>,
    /// Respondents who answered everything.
    pub responses: u64,
    /// R² less what as many random columns would explain.
    pub adjusted_r_squared: Option<f64>,
    /// The column that never changes or that others determine, where there is one.
    pub degenerate: Option<String>,
    /// The outcome.
    pub outcome: DriverMomentsItem,
    /// The drivers in their order.
    pub drivers: Vec<DriverMomentsItem>,
    /// Respondents who did not answer everything.
    pub incomplete: u64,
    /// All rows taken in.
    pub observations: u64,
    /// What the figure means.
    pub definition: DriverMomentsDefinition,
    #[cfg_attr(feature = "serde", serde(skip))]
    sums: DriverSums,
}

impl DriverMomentsReport {
    fn read(definition: &DriverMomentsDefinition, answers: &ItemAnswers<DriverSums>) -> Self {
        let ItemAnswers { shared, state } = answers;
        let co_moments = state.co_moments(&ratings_of(definition, OutcomeForm::Rating));
        let item = |at: usize, name: &str, [bottom, top]: [u128; 2]| DriverMomentsItem {
            name: name.to_owned(),
            mean: co_moments.mean(at),
            standard_deviation: co_moments.standard_deviation(at),
            correlation: co_moments.correlation(at, 0),
            bottom: u64::try_from(bottom).unwrap_or(u64::MAX),
            top: u64::try_from(top).unwrap_or(u64::MAX),
            excluded: shared.excluded.get(at).copied().unwrap_or_default(),
        };
        let (once, twice) = (state.get(CLASS, ONE), state.get(CLASS, CLASS));
        let promoters = twice.saturating_sub(once) / 2;
        let detractors = (state.get(ONE, ONE) + promoters).saturating_sub(once);
        let drivers = definition.drivers.iter().enumerate().map(|(driver, name)| {
            let [_, bottom, top] = columns_of(driver);
            item(driver + 1, name, [state.get(bottom, ONE), state.get(top, ONE)])
        });
        let standardized = co_moments.standardized();
        let score = standardized.as_ref().ok().map(|standardized| standardized.r_squared);
        Self {
            score,
            responses: state.complete(),
            adjusted_r_squared: score
                .map(|score| adjusted(score, state.complete(), definition.drivers.len())),
            degenerate: standardized.err().and_then(|error| error.field().map(str::to_owned)),
            outcome: item(0, &definition.outcome, [detractors, promoters]),
            drivers: drivers.collect(),
            incomplete: shared.respondents.saturating_sub(state.complete()),
            observations: shared.respondents,
            definition: definition.clone(),
            sums: state.clone(),
        }
    }

    /// Means and co-moments of the outcome and the drivers' ratings.
    pub fn co_moments(&self, outcome: OutcomeForm) -> CoMoments {
        self.sums.co_moments(&ratings_of(&self.definition, outcome))
    }

    /// The regression of the outcome on the drivers.
    pub fn regression(&self, outcome: OutcomeForm, level: f64) -> Result<Regression> {
        regression(&self.co_moments(outcome), level)
    }

    /// R² shared out among the drivers.
    pub fn importance(
        &self,
        outcome: OutcomeForm,
        method: ImportanceMethod,
    ) -> Result<RelativeImportance> {
        RelativeImportance::read(&self.co_moments(outcome), method)
    }

    /// Penalty and reward of each driver, by the boxes of the definition.
    pub fn penalty_reward(&self, outcome: OutcomeForm, level: f64) -> Result<PenaltyReward> {
        let mut columns = ratings_of(&self.definition, outcome);
        columns.truncate(1);
        for (driver, name) in self.definition.drivers.iter().enumerate() {
            let [_, bottom, top] = columns_of(driver);
            columns.push((box_name(name, "bottom"), bottom, 0));
            columns.push((box_name(name, "top"), top, 0));
        }
        let drivers = self.definition.drivers.clone();
        PenaltyReward::of_boxes(&self.sums.co_moments(&columns), drivers, level)
    }

    /// Importance, as derived from the answers, against the drivers' mean ratings.
    pub fn importance_performance(
        &self,
        outcome: OutcomeForm,
        method: ImportanceMethod,
        cross_hairs: CrossHairs,
    ) -> Result<Grid> {
        let importance = self.importance(outcome, method)?;
        let weights: Vec<f64> = importance.drivers.iter().map(|driver| driver.weight).collect();
        let means: Vec<f64> = self.drivers.iter().filter_map(|driver| driver.mean).collect();
        grid(&self.definition.drivers, &weights, &means, cross_hairs)
    }

    /// R² with the variance that large samples give it.
    fn r_squared(&self) -> Option<Estimate> {
        let value = self.score?;
        let (n, drivers) = (self.responses as f64, self.drivers.len() as f64);
        let degrees = n - drivers - 1.0;
        let rest = (1.0 - value) * degrees;
        let variance = 4.0 * value * rest * rest / ((n * n - 1.0) * (n + 3.0));
        Some(Estimate { value, variance, n: self.responses }).filter(|it| it.variance > 0.0)
    }
}

/// The outcome and the drivers' ratings as columns of the state.
fn ratings_of(
    definition: &DriverMomentsDefinition,
    outcome: OutcomeForm,
) -> Vec<(String, usize, i16)> {
    let (column, offset) = match outcome {
        OutcomeForm::Rating => (OUTCOME, definition.outcome_scale.lowest()),
        OutcomeForm::Class => (CLASS, -1),
    };
    let lowest = definition.ratings.scale.lowest();
    let drivers = definition.drivers.iter().enumerate();
    let drivers = drivers.map(|(driver, name)| (name.clone(), columns_of(driver)[0], lowest));
    std::iter::once((definition.outcome.clone(), column, offset)).chain(drivers).collect()
}

impl Report for DriverMomentsReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.responses
    }
}

impl Scored for DriverMomentsReport {
    /// The interval of R² for large samples; `None` where there is no R² or no spread.
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        let alpha = options.alpha()?;
        let method = options.method.unwrap_or(Method::Wald);
        if method != Method::Wald {
            return Err(method.refused("R²", &[Method::Wald]));
        }
        if options.population.is_some() {
            return Err(
                Error::not_offered("R² has no finite population correction").in_field("population")
            );
        }
        let Some(Estimate { value, variance, .. }) = self.r_squared() else { return Ok(None) };
        let reach = normal_two_sided_quantile(alpha) * variance.sqrt();
        let (lower, upper) = (value - reach, value + reach);
        Ok(Some(Interval { lower, upper, level: options.level, method }.clamped(0.0, 1.0)))
    }

    fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        let Some(Estimate { value, variance, n }) = self.r_squared() else { return Ok(None) };
        let sequence = confidence_sequence::asymptotic(n, value, variance * n as f64, options)?;
        Ok(sequence.map(|sequence| sequence.clamped(0.0, 1.0)))
    }

    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        if let Some(method) = method.filter(|&method| method != Method::Wald) {
            return Err(method.refused("two R²", &[Method::Wald]));
        }
        match (self.r_squared(), other.r_squared()) {
            (Some(ours), Some(theirs)) => ours.compare(&theirs),
            _ => Err(Error::insufficient("there is no R² to compare, or none with a spread")),
        }
    }

    fn estimate(&self) -> Option<Estimate> {
        self.r_squared()
    }
}

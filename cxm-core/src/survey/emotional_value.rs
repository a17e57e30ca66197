//! Net emotional value: how much stronger customers feel the good emotions than the bad ones.
//!
//! # What it measures
//! The balance of the emotions that an experience leaves behind.
//!
//! # Formula
//! ```text
//! p positive emotions, q negative ones
//! value of one respondent = Σ positive ratings / p − Σ negative ratings / q
//! score                   = mean value of the respondents      −range..=range of the scale
//! ```
//! In the state it is d = q · Σ positive − p · Σ negative, a whole number, with its sum and its sum
//! of squares.
//!
//! # Input
//! [`ItemRatings`](crate::calculator::batch::ItemRatings): one column for each emotion, first the
//! positive ones, then the negative ones, in the order of the definition; how strongly it was felt
//! on `scale`, 0 to 10 unless declared.
//!
//! # Empty and edge cases
//! Only respondents who rated every emotion are `responses`, since a mean over the emotions that
//! somebody chose to rate is another figure; the others are counted as `incomplete`. Without a
//! response the score is `None`.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is one integer sum an emotion, and a sum of
//! squares.
//!
//! # Uncertainty
//! Student's t over the respondents' values.
//!
//! # Not to be confused with
//! Indices that weight each emotion by a proprietary model; net sentiment, which counts texts.
//!
//! # Source
//! Shaw (2007), *The DNA of Customer Experience*, for the idea; Student (1908), Biometrika 6.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut value = EmotionalValue::new(EmotionalValueDefinition {
//!     positive: vec!["happy".into(), "valued".into()],
//!     negative: vec!["frustrated".into()],
//!     ..Default::default()
//! })?;
//! let items: [Values<'_>; 3] =
//!     [[8u8, 5].as_slice().into(), [6u8, 4].as_slice().into(), [1u8, 7].as_slice().into()];
//! value.update(ItemRatings::new(&items))?;
//! // (7 − 1) and (4.5 − 7)
//! assert_eq!(value.value().score, Some(1.75));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::items::{
    ItemAnswers, ItemCalculator, ItemDefinition, ItemState, MAX_ITEMS, SharedCounts, check_rules,
};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Kind, Preset, Report};
use crate::error::{Error, Result};
use crate::model::{RatingRules, Scale};
use crate::stats::{
    Comparison, Estimate, Exclusions, Interval, IntervalOptions, Method, Moments, Scored,
    comparison, confidence_sequence, mean,
};

/// The emotions that are asked for, and their scale.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EmotionalValueDefinition {
    /// How the ratings are read.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub ratings: RatingRules,
    /// The positive emotions, in the order of their columns.
    pub positive: Vec<String>,
    /// The negative emotions, whose columns follow.
    pub negative: Vec<String>,
}

impl Default for EmotionalValueDefinition {
    fn default() -> Self {
        Self::of(&["happy", "valued"], &["frustrated", "disappointed"])
    }
}

impl EmotionalValueDefinition {
    /// These emotions, rated from 0 to 10.
    pub fn of(positive: &[&str], negative: &[&str]) -> Self {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            ratings: RatingRules::on(Scale::ZERO_TO_TEN),
            positive: names(positive),
            negative: names(negative),
        }
    }
}

impl Definition for EmotionalValueDefinition {
    fn validate(&self) -> Result<()> {
        check_rules(&self.ratings)?;
        let refuse = |field: &'static str, message| Err(Error::definition(message).in_field(field));
        for (field, names) in [("positive", &self.positive), ("negative", &self.negative)] {
            if names.is_empty() {
                return refuse(field, "at least one emotion is needed".to_owned());
            }
        }
        let mut names = self.items();
        if names.len() > MAX_ITEMS {
            return refuse(
                "positive",
                format!("at most {MAX_ITEMS} emotions, got {}", names.len()),
            );
        }
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) || names.contains(&"") {
            return refuse("positive", "the emotions need different names".to_owned());
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "two_and_two",
                summary: "happy and valued against frustrated and disappointed, 0 to 10",
                build: Self::default,
            },
            Preset {
                name: "twenty_emotions",
                summary: "the twelve positive and eight negative emotions of Shaw (2007), 0 to 10",
                build: || {
                    Self::of(
                        &[
                            "happy",
                            "pleased",
                            "trusting",
                            "valued",
                            "focused",
                            "safe",
                            "cared_for",
                            "interested",
                            "energetic",
                            "stimulated",
                            "exploratory",
                            "indulgent",
                        ],
                        &[
                            "irritated",
                            "hurried",
                            "neglected",
                            "unhappy",
                            "unsatisfied",
                            "stressed",
                            "disappointed",
                            "frustrated",
                        ],
                    )
                },
            },
        ]
    }
}

/// Sums over the respondents who rated every emotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmotionSums {
    /// Positive and negative emotions, and the points of the scale less one: what bounds the sums.
    shape: (u64, u64, u64),
    complete: u64,
    /// Σ (rating − lowest) of each emotion.
    sums: Vec<u128>,
    /// Σd².
    sum_of_squares: u128,
}

impl EmotionSums {
    /// q · Σ positive − p · Σ negative, where the items' values come in the order of the columns.
    fn contrast(&self, values: impl Iterator<Item = u128>) -> i128 {
        let (positive, negative, _) = self.shape;
        let mut contrast = 0i128;
        for (item, value) in (0u64..).zip(values) {
            // 64 items of 100 points and 2^64 respondents stay far below 2^127.
            let value = value.cast_signed();
            if item < positive {
                contrast += i128::from(negative) * value;
            } else {
                contrast -= i128::from(positive) * value;
            }
        }
        contrast
    }

    /// n, Σd and Σd².
    fn moments(&self) -> Moments {
        Moments {
            n: self.complete,
            sum: self.contrast(self.sums.iter().copied()),
            sum_of_squares: self.sum_of_squares.cast_signed(),
        }
    }

    /// Whether so many respondents can have these sums.
    fn is_possible(&self) -> bool {
        let (positive, negative, range) = self.shape;
        let n = u128::from(self.complete);
        let largest = u128::from(positive * negative * range);
        let inside = self.sums.iter().all(|&sum| sum <= n * u128::from(range));
        if !inside || self.sum_of_squares > n * largest * largest {
            return false;
        }
        let total = self.contrast(self.sums.iter().copied()).unsigned_abs();
        // d² has the parity of d and is at least |d|; and (Σd)² ≤ n · Σd², where that fits.
        let cauchy = total.checked_mul(total).zip(n.checked_mul(self.sum_of_squares));
        self.sum_of_squares >= total
            && (self.sum_of_squares - total).is_multiple_of(2)
            && cauchy.is_none_or(|(squared, bound)| squared <= bound)
    }
}

impl ItemState for EmotionSums {
    fn add(&mut self, other: &Self) {
        self.complete = self.complete.saturating_add(other.complete);
        for (ours, theirs) in self.sums.iter_mut().zip(&other.sums) {
            *ours = ours.saturating_add(*theirs);
        }
        self.sum_of_squares = self.sum_of_squares.saturating_add(other.sum_of_squares);
    }

    fn check_subtract(&self, other: &Self) -> Result<()> {
        let covers = self.complete >= other.complete
            && self.sum_of_squares >= other.sum_of_squares
            && self.sums.iter().zip(&other.sums).all(|(ours, theirs)| ours >= theirs);
        if covers {
            let mut rest = self.clone();
            rest.subtract(other);
            if rest.is_possible() {
                return Ok(());
            }
        }
        Err(Error::never_added("cannot retract ratings of emotions that were not added"))
    }

    fn subtract(&mut self, other: &Self) {
        self.complete = self.complete.saturating_sub(other.complete);
        for (ours, theirs) in self.sums.iter_mut().zip(&other.sums) {
            *ours = ours.saturating_sub(*theirs);
        }
        self.sum_of_squares = self.sum_of_squares.saturating_sub(other.sum_of_squares);
    }

    fn write(&self, writer: &mut Writer) {
        writer.unsigned(self.complete);
        for &sum in &self.sums {
            writer.unsigned(sum);
        }
        writer.unsigned(self.sum_of_squares);
    }
}

impl ItemDefinition for EmotionalValueDefinition {
    const KIND: Kind = Kind { id: 8, name: "emotional_value", version: 1 };
    type State = EmotionSums;
    type Report = EmotionalValueReport;

    fn rules(&self) -> &RatingRules {
        &self.ratings
    }

    fn items(&self) -> Vec<&str> {
        self.positive.iter().chain(&self.negative).map(String::as_str).collect()
    }

    fn empty(&self) -> EmotionSums {
        let (positive, negative) = (self.positive.len(), self.negative.len());
        let range = u64::from(self.ratings.scale.range());
        EmotionSums {
            shape: (positive as u64, negative as u64, range),
            complete: 0,
            sums: vec![0; positive + negative],
            sum_of_squares: 0,
        }
    }

    fn record(&self, state: &mut EmotionSums, ratings: &[Option<i16>]) {
        if ratings.iter().any(Option::is_none) {
            return;
        }
        let lowest = self.ratings.scale.lowest();
        let points = || ratings.iter().flatten().map(|rating| u128::from(rating.abs_diff(lowest)));
        state.complete = state.complete.saturating_add(1);
        for (sum, points) in state.sums.iter_mut().zip(points()) {
            *sum += points;
        }
        let contrast = state.contrast(points()).unsigned_abs();
        state.sum_of_squares += contrast * contrast;
    }

    fn report(&self, answers: &ItemAnswers<EmotionSums>) -> EmotionalValueReport {
        EmotionalValueReport::read(self, answers)
    }

    fn write(&self, writer: &mut Writer) {
        self.ratings.write(writer);
        for names in [&self.positive, &self.negative] {
            writer.length(names.len());
            for name in names {
                writer.text(name);
            }
        }
    }

    fn read(reader: &mut Reader<'_>, _version: u16) -> Result<Self> {
        let ratings = RatingRules::read(reader)?;
        let mut names = || -> Result<Vec<String>> {
            let count = reader.length(1)?;
            (0..count).map(|_| reader.text().map(str::to_owned)).collect()
        };
        Ok(Self { ratings, positive: names()?, negative: names()? })
    }

    fn read_state(&self, shared: &SharedCounts, reader: &mut Reader<'_>) -> Result<EmotionSums> {
        let mut state = self.empty();
        state.complete = reader.u64()?;
        for sum in &mut state.sums {
            *sum = reader.u128()?;
        }
        state.sum_of_squares = reader.u128()?;
        let incomplete = shared.respondents.checked_sub(state.complete);
        let fewest = shared.excluded.iter().map(Exclusions::total).max().unwrap_or_default();
        let most = shared.excluded.iter().fold(0u64, |sum, e| sum.saturating_add(e.total()));
        let agrees = incomplete.is_some_and(|incomplete| (fewest..=most).contains(&incomplete));
        if agrees && state.is_possible() {
            return Ok(state);
        }
        Err(Error::corrupt("no respondents can have given these sums"))
    }
}

/// The calculator of the net emotional value: see the [module](self).
pub type EmotionalValue = ItemCalculator<EmotionalValueDefinition>;

/// One emotion of a report.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RatedEmotion {
    /// Its name.
    pub name: String,
    /// The mean rating of the responses.
    pub mean: Option<f64>,
    /// What was left out of its column, and why.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub excluded: Exclusions,
}

/// What the reading of a net emotional value returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EmotionalValueReport {
    /// The mean of the positive emotions minus that of the negative ones; `None` without a
    /// response.
    pub score: Option<f64>,
    /// Respondents who rated every emotion.
    pub responses: u64,
    /// The mean rating of the positive emotions.
    pub positive_mean: Option<f64>,
    /// The mean rating of the negative emotions.
    pub negative_mean: Option<f64>,
    /// The positive emotions.
    pub positive: Vec<RatedEmotion>,
    /// The negative emotions.
    pub negative: Vec<RatedEmotion>,
    /// Respondents who did not rate every emotion.
    pub incomplete: u64,
    /// All rows taken in.
    pub observations: u64,
    /// What the figure means.
    pub definition: EmotionalValueDefinition,
    #[cfg_attr(feature = "serde", serde(skip))]
    moments: Moments,
}

impl EmotionalValueReport {
    fn read(definition: &EmotionalValueDefinition, answers: &ItemAnswers<EmotionSums>) -> Self {
        let ItemAnswers { shared, state } = answers;
        let lowest = f64::from(definition.ratings.scale.lowest());
        let mean = |sum: u128, items: usize| {
            let ratings = state.complete as f64 * items as f64;
            (state.complete > 0).then(|| lowest + sum as f64 / ratings)
        };
        let emotions = definition.items().into_iter().zip(&state.sums).zip(&shared.excluded);
        let mut positive: Vec<RatedEmotion> = emotions
            .map(|((name, &sum), &excluded)| RatedEmotion {
                name: name.to_owned(),
                mean: mean(sum, 1),
                excluded,
            })
            .collect();
        let first_negative = definition.positive.len().min(positive.len());
        let negative = positive.split_off(first_negative);
        let (good, bad) = state.sums.split_at_checked(first_negative).unwrap_or_default();
        let sum = |sums: &[u128]| mean(sums.iter().sum(), sums.len());
        let mut report = Self {
            score: None,
            responses: state.complete,
            positive_mean: sum(good),
            negative_mean: sum(bad),
            positive,
            negative,
            incomplete: shared.respondents.saturating_sub(state.complete),
            observations: shared.respondents,
            definition: definition.clone(),
            moments: state.moments(),
        };
        report.score = report.moments.mean().map(|mean| mean / report.products());
        report
    }

    /// p · q: how many times larger than the respondent's value d is.
    fn products(&self) -> f64 {
        (self.definition.positive.len() * self.definition.negative.len()) as f64
    }
}

impl Report for EmotionalValueReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.responses
    }
}

impl Scored for EmotionalValueReport {
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        let interval = mean::interval(&self.moments, options)?;
        Ok(interval.map(|interval| interval.scaled(1.0 / self.products())))
    }

    fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        let Moments { n, .. } = self.moments;
        let moments = self.moments.mean().zip(self.moments.population_variance()?);
        let Some((mean, variance)) = moments else { return Ok(None) };
        let interval = confidence_sequence::asymptotic(n, mean, variance, options)?;
        Ok(interval.map(|interval| interval.scaled(1.0 / self.products())))
    }

    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        if let Some(method) = method.filter(|&method| method != Method::StudentT) {
            return Err(method.refused("two means", &[Method::StudentT]));
        }
        let comparison = comparison::means(&self.moments, &other.moments)?;
        Ok(comparison.scaled(1.0 / self.products()))
    }

    fn estimate(&self) -> Option<Estimate> {
        let estimate = self.moments.estimate().ok()?.filter(|mean| mean.variance > 0.0)?;
        let products = self.products();
        let (value, variance) =
            (estimate.value / products, estimate.variance / products / products);
        Some(Estimate { value, variance, ..estimate })
    }
}

//! CX index: ease, effectiveness and emotion as one score.
//!
//! # What it measures
//! How customers experience a brand: whether it was easy, whether it met their needs, and how it
//! made them feel.
//!
//! # Formula
//! ```text
//! item score = 100 · (answers ≥ top_min − answers ≤ bottom_max) / answers of that item     points
//! score      = Σ weight · item score / Σ weight                                  −100..=100 points
//! ```
//! The weights are whole parts, 1 : 1 : 1 unless declared: the plain mean of the recipe that was
//! published from 2007 to 2014. Today's index weights the items by a proprietary model for each
//! industry and respondent; it cannot be computed from the answers, here or elsewhere.
//!
//! # Input
//! [`ItemRatings`](crate::calculator::batch::ItemRatings) of three columns: ease, effectiveness
//! (needs), emotion; whole numbers on `scale`, 1 to 5 unless declared.
//!
//! # Empty and edge cases
//! Each item counts over its own answers, so a respondent who skipped one item still counts in the
//! others. An item without an answer has no score, nor has then the index, unless its weight is 0.
//! `responses` is the number of answers of the item that has the fewest.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state is the table of joint classes, 4³ counts.
//!
//! # Uncertainty
//! The items of one respondent go together, so the variance needs their covariances, which the
//! joint table holds. With u = Σ (weight / Σ weight) · (class − item share) / answers of the item,
//! over the items that the respondent answered, the variance is Σu² · m/(m − 1) over the m
//! respondents who answered any (linearised; for complete answers the usual variance of the
//! weighted sum), and the interval is that of Student's t with m − 1 degrees of freedom, cut to
//! −100..=100; without any spread there is none.
//!
//! # Not to be confused with
//! The CX Index™ of today, whose weights are not public; the mean rating of the items.
//!
//! # Source
//! The recipe as in the R package `marketr`, `cxi_calc`; Wolter (2007), *Introduction to Variance
//! Estimation*, chapter 6, for the linearisation.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut index = CxIndex::default();
//! let (ease, effectiveness, emotion) = ([5, 4, 1, 3], [5, 5, 4, 4], [2, 5, 1, 3]);
//! let items = [ease, effectiveness, emotion].map(|column| column.to_vec());
//! let columns: Vec<Values<'_>> = items.iter().map(|item| item.as_slice().into()).collect();
//! index.update(ItemRatings::new(&columns))?;
//! let report = index.value();
//! // ease (2 − 1)/4 = 25, effectiveness 4/4 = 100, emotion (1 − 2)/4 = −25
//! assert_eq!(report.score, Some(100.0 / 3.0));
//! assert_eq!(report.items.emotion.score, Some(-25.0));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::items::{
    ItemAnswers, ItemCalculator, ItemDefinition, JointCounts, SharedCounts, check_rules,
};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Kind, Preset, Report};
use crate::error::{Error, Result};
use crate::model::{RatingRules, Scale};
use crate::numeric::distribution::{normal_two_sided_quantile, student_t_two_sided_quantile};
use crate::stats::{
    Comparable, Comparison, Estimate, Exclusions, Interval, IntervalOptions, Method, NetCounts,
    Scored, confidence_sequence,
};

/// The items, in the order of a batch's columns.
pub const ITEMS: [&str; 3] = ["ease", "effectiveness", "emotion"];

/// Boxes and weights of a CX index.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CxIndexDefinition {
    /// How the ratings are read.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub ratings: RatingRules,
    /// The lowest rating of the top boxes.
    pub top_min: i16,
    /// The highest rating of the bottom boxes.
    pub bottom_max: i16,
    /// Parts of ease, effectiveness and emotion in the score.
    pub weights: [u32; 3],
}

impl Default for CxIndexDefinition {
    fn default() -> Self {
        let ratings = RatingRules::on(Scale::ONE_TO_FIVE);
        Self { ratings, top_min: 4, bottom_max: 2, weights: [1; 3] }
    }
}

impl CxIndexDefinition {
    /// The default boxes with these parts of ease, effectiveness and emotion.
    pub fn weighted(weights: [u32; 3]) -> Self {
        Self { weights, ..Self::default() }
    }

    fn class(&self, rating: i16) -> usize {
        if rating >= self.top_min {
            TOP
        } else if rating <= self.bottom_max {
            BOTTOM
        } else {
            MIDDLE
        }
    }
}

const BOTTOM: usize = 0;
const MIDDLE: usize = 1;
const TOP: usize = 2;
const CLASSES: usize = 3;

impl Definition for CxIndexDefinition {
    fn validate(&self) -> Result<()> {
        check_rules(&self.ratings)?;
        let scale = self.ratings.scale;
        let inside = |cut: i16| scale.contains(i64::from(cut));
        if !(inside(self.bottom_max) && inside(self.top_min) && self.bottom_max < self.top_min) {
            return Err(Error::definition(format!(
                "bottom_max must lie below top_min, both on the scale {scale}; got {} and {}",
                self.bottom_max, self.top_min
            ))
            .in_field("top_min"));
        }
        if self.weights == [0; 3] {
            return Err(Error::definition("at least one item needs a weight").in_field("weights"));
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[Preset {
            name: "plain_mean",
            summary: "1 to 5: shares of 4-5 minus shares of 1-2, plain mean (marketr cxi_calc)",
            build: Self::default,
        }]
    }
}

impl ItemDefinition for CxIndexDefinition {
    const KIND: Kind = Kind { id: 5, name: "cx_index", version: 1 };
    type State = JointCounts;
    type Report = CxIndexReport;

    fn rules(&self) -> &RatingRules {
        &self.ratings
    }

    fn items(&self) -> Vec<&str> {
        ITEMS.to_vec()
    }

    fn empty(&self) -> JointCounts {
        JointCounts::new(ITEMS.len(), CLASSES)
    }

    fn record(&self, state: &mut JointCounts, ratings: &[Option<i16>]) {
        state.record(ratings.iter().map(|rating| rating.map(|rating| self.class(rating))));
    }

    fn report(&self, answers: &ItemAnswers<JointCounts>) -> CxIndexReport {
        CxIndexReport::read(self, answers)
    }

    fn write(&self, writer: &mut Writer) {
        self.ratings.write(writer);
        writer.signed(self.top_min);
        writer.signed(self.bottom_max);
        for weight in self.weights {
            writer.unsigned(weight);
        }
    }

    fn read(reader: &mut Reader<'_>, _version: u16) -> Result<Self> {
        let ratings = RatingRules::read(reader)?;
        let (top_min, bottom_max) = (reader.signed()?, reader.signed()?);
        let mut weights = [0; 3];
        for weight in &mut weights {
            *weight = u32::try_from(reader.u64()?)
                .map_err(|_| Error::corrupt("a weight is longer than 32 bits"))?;
        }
        Ok(Self { ratings, top_min, bottom_max, weights })
    }

    fn read_state(&self, shared: &SharedCounts, reader: &mut Reader<'_>) -> Result<JointCounts> {
        JointCounts::read(self.empty(), shared, reader)
    }
}

/// The calculator of the CX index: see the [module](self).
pub type CxIndex = ItemCalculator<CxIndexDefinition>;

/// One item of a CX index.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CxIndexItem {
    /// 100 · (top − bottom) / responses, points; `None` without a response.
    pub score: Option<f64>,
    /// Answers to this item.
    pub responses: u64,
    /// Answers in the top boxes.
    pub top: u64,
    /// Answers between the boxes.
    pub middle: u64,
    /// Answers in the bottom boxes.
    pub bottom: u64,
    /// What was left out, and why.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub excluded: Exclusions,
}

/// The three items of a CX index.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CxIndexItems {
    /// How easy it was.
    pub ease: CxIndexItem,
    /// Whether it met the needs.
    pub effectiveness: CxIndexItem,
    /// How it felt.
    pub emotion: CxIndexItem,
}

/// What the reading of a CX index returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CxIndexReport {
    /// The weighted mean of the item scores, points; `None` where a weighted item has no answer.
    pub score: Option<f64>,
    /// Answers of the item that has the fewest.
    pub responses: u64,
    /// The items' own scores.
    pub items: CxIndexItems,
    /// Respondents who answered at least one item.
    pub respondents: u64,
    /// Respondents who answered all three.
    pub complete: u64,
    /// All rows taken in.
    pub observations: u64,
    /// What the figure means.
    pub definition: CxIndexDefinition,
    #[cfg_attr(feature = "serde", serde(skip))]
    estimate: Option<Estimate>,
}

impl CxIndexReport {
    fn read(definition: &CxIndexDefinition, answers: &ItemAnswers<JointCounts>) -> Self {
        let ItemAnswers { shared, state } = answers;
        let [ease, effectiveness, emotion] = [0, 1, 2].map(|item| read_item(item, shared, state));
        let scores = [ease.score, effectiveness.score, emotion.score];
        let score = weighted_mean(scores, definition.weights);
        let respondents = state.answered();
        let variance = score.and_then(|_| variance(definition, scores, shared, state));
        Self {
            score,
            responses: ease.responses.min(effectiveness.responses).min(emotion.responses),
            items: CxIndexItems { ease, effectiveness, emotion },
            respondents,
            complete: state.complete(),
            observations: shared.respondents,
            definition: definition.clone(),
            estimate: score.zip(variance).map(|(value, variance)| Estimate {
                value,
                variance,
                n: respondents,
            }),
        }
    }
}

fn read_item(item: usize, shared: &SharedCounts, state: &JointCounts) -> CxIndexItem {
    let count = |class| state.count_where(|classes| classes.get(item) == Some(&Some(class)));
    let (bottom, middle, top) = (count(BOTTOM), count(MIDDLE), count(TOP));
    let counts = NetCounts { negative: bottom, neutral: middle, positive: top };
    CxIndexItem {
        score: counts.net().map(|net| 100.0 * net),
        responses: counts.total(),
        top,
        middle,
        bottom,
        excluded: shared.excluded.get(item).copied().unwrap_or_default(),
    }
}

/// Σ weight · score / Σ weight over the items that have a weight.
fn weighted_mean(scores: [Option<f64>; 3], weights: [u32; 3]) -> Option<f64> {
    let mut sum = 0.0;
    for (score, weight) in scores.into_iter().zip(weights).filter(|(_, weight)| *weight > 0) {
        sum += f64::from(weight) * score?;
    }
    Some(sum / weights.into_iter().map(f64::from).sum::<f64>())
}

/// The linearised variance of the score, in squared points; `None` below two respondents.
fn variance(
    definition: &CxIndexDefinition,
    scores: [Option<f64>; 3],
    shared: &SharedCounts,
    state: &JointCounts,
) -> Option<f64> {
    let total: f64 = definition.weights.into_iter().map(f64::from).sum();
    let part = |item: usize, class: usize| {
        let weight = f64::from(*definition.weights.get(item)?);
        let net = (*scores.get(item)?)? / 100.0;
        let sign = if class == TOP {
            1.0
        } else if class == BOTTOM {
            -1.0
        } else {
            0.0
        };
        Some(weight / total * (sign - net) / shared.answers(item) as f64)
    };
    let mut sum = 0.0;
    for (classes, count) in state.iter().filter(|(_, count)| *count > 0) {
        let parts = classes.into_iter().enumerate();
        let parts = parts.filter_map(|(item, class)| part(item, class?));
        let influence: f64 = parts.sum();
        sum += count as f64 * influence * influence;
    }
    let respondents = state.answered() as f64;
    (respondents > 1.0).then(|| 1e4 * sum * (respondents / (respondents - 1.0)))
}

impl Report for CxIndexReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.responses
    }

    fn unit(&self) -> &'static str {
        "points"
    }
}

impl CxIndexItem {
    /// The answers of the item by class.
    pub fn counts(&self) -> NetCounts {
        NetCounts { negative: self.bottom, neutral: self.middle, positive: self.top }
    }
}

const OFFERED: &[Method] = &[Method::StudentT, Method::Linearized];

impl Scored for CxIndexReport {
    /// The interval of the index; `None` below two respondents. Student's t by default;
    /// [`Method::Linearized`] takes the normal quantile instead.
    fn interval(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        let alpha = options.alpha()?;
        let method = options.method.unwrap_or(Method::StudentT);
        if !OFFERED.contains(&method) {
            return Err(method.refused("a CX index", OFFERED));
        }
        if options.population.is_some() {
            return Err(Error::not_offered("a CX index has no finite population correction")
                .in_field("population"));
        }
        // Respondents who all answered alike show no spread to make an interval from.
        let spread = self.estimate.filter(|estimate| estimate.variance > 0.0);
        let Some(Estimate { value, variance, n }) = spread else { return Ok(None) };
        let quantile = match method {
            Method::Linearized => normal_two_sided_quantile(alpha),
            _ => student_t_two_sided_quantile(alpha, n as f64 - 1.0),
        };
        let reach = quantile * variance.sqrt();
        let (lower, upper) = (value - reach, value + reach);
        let interval = Interval { lower, upper, level: options.level, method };
        Ok(Some(interval.clamped(-100.0, 100.0)))
    }

    fn confidence_sequence(&self, options: &IntervalOptions) -> Result<Option<Interval>> {
        let Some(Estimate { value, variance, n }) = self.estimate else { return Ok(None) };
        confidence_sequence::asymptotic(n, value, variance * (n as f64 - 1.0), options)
    }

    fn compare(&self, other: &Self, method: Option<Method>) -> Result<Comparison> {
        if let Some(method) = method.filter(|&method| method != Method::Wald) {
            return Err(method.refused("two CX indices", &[Method::Wald]));
        }
        match (self.estimate, other.estimate) {
            (Some(ours), Some(theirs)) => ours.compare(&theirs),
            _ => Err(Error::insufficient("a CX index needs two respondents to be compared")),
        }
    }

    fn estimate(&self) -> Option<Estimate> {
        self.estimate.filter(|estimate| estimate.variance > 0.0)
    }
}

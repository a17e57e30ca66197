//! Metrics of top and bottom boxes: what [`csat`](super::csat), [`ces`](super::ces) and
//! [`star_rating`](super::star_rating) share.
//!
//! There is no single "CSAT" and no single "CES": published formulas give different figures for the
//! same answers. So the scale, the boxes, the direction and the aggregate that counts as the score
//! are all part of the definition, and every report shows all aggregates side by side.

use std::marker::PhantomData;

use super::figures::{Figures, RatingMeasure, RatingReport};
use super::rating::RatingDefinition;
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Kind, Preset, Report};
use crate::error::{Error, Result};
use crate::model::{Direction, RatingRules, Scale};
use crate::stats::{Exclusions, Histogram};

/// What makes one box metric another: its kind, its standard definition and its presets.
pub trait BoxMetric: Copy + PartialEq + std::fmt::Debug + Default + Send + Sync + 'static {
    /// The kind of calculator.
    const KIND: Kind;

    /// The definition that goes without saying.
    fn standard() -> BoxDefinition<Self>;

    /// The named definitions.
    fn presets() -> &'static [Preset<BoxDefinition<Self>>];
}

/// Scale, boxes, direction and aggregate of a box metric.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(bound = ""))]
pub struct BoxDefinition<M> {
    /// How the ratings are read.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub ratings: RatingRules,
    /// Which end of the scale is the good one.
    pub direction: Direction,
    /// How many of the best ratings are the top boxes.
    pub top_boxes: u8,
    /// How many of the worst ratings are the bottom boxes.
    pub bottom_boxes: u8,
    /// The aggregate that counts as the score.
    pub aggregate: RatingMeasure,
    #[cfg_attr(feature = "serde", serde(skip))]
    metric: PhantomData<M>,
}

impl<M: BoxMetric> BoxDefinition<M> {
    /// Boxes on a scale where a high rating is good, with the default rules.
    pub const fn new(
        scale: Scale,
        top_boxes: u8,
        bottom_boxes: u8,
        aggregate: RatingMeasure,
    ) -> Self {
        Self {
            ratings: RatingRules::on(scale),
            direction: Direction::HigherIsBetter,
            top_boxes,
            bottom_boxes,
            aggregate,
            metric: PhantomData,
        }
    }

    /// The same with a low rating as the good one.
    #[must_use]
    pub fn lower_is_better(mut self) -> Self {
        self.direction = Direction::LowerIsBetter;
        self
    }

    /// 1 for a top box, −1 for a bottom box, 0 between.
    pub fn class(&self, rating: i16) -> i8 {
        let scale = self.ratings.scale;
        let (from_top, from_bottom) = match self.direction {
            Direction::HigherIsBetter => {
                (scale.highest().abs_diff(rating), rating.abs_diff(scale.lowest()))
            }
            Direction::LowerIsBetter => {
                (rating.abs_diff(scale.lowest()), scale.highest().abs_diff(rating))
            }
        };
        i8::from(from_top < u16::from(self.top_boxes))
            - i8::from(from_bottom < u16::from(self.bottom_boxes))
    }
}

impl<M: BoxMetric> Default for BoxDefinition<M> {
    fn default() -> Self {
        M::standard()
    }
}

impl<M: BoxMetric> Definition for BoxDefinition<M> {
    fn validate(&self) -> Result<()> {
        self.ratings.validate()?;
        let points = self.ratings.scale.points();
        if self.top_boxes == 0
            || usize::from(self.top_boxes) + usize::from(self.bottom_boxes) > points
        {
            return Err(Error::definition(format!(
                "top and bottom boxes must not overlap on {points} points, and there is at least one top box; got {} and {}",
                self.top_boxes, self.bottom_boxes
            ))
            .in_field("top_boxes"));
        }
        if self.bottom_boxes == 0
            && matches!(self.aggregate, RatingMeasure::Net | RatingMeasure::GoodShare)
        {
            return Err(Error::definition("a net and a good share need at least one bottom box")
                .in_field("bottom_boxes"));
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        M::presets()
    }
}

impl<M: BoxMetric> RatingDefinition for BoxDefinition<M> {
    const KIND: Kind = M::KIND;
    type Report = BoxReport<M>;

    fn rules(&self) -> &RatingRules {
        &self.ratings
    }

    fn report(&self, histogram: &Histogram) -> BoxReport<M> {
        BoxReport::read(self, histogram)
    }

    fn write(&self, writer: &mut Writer) {
        self.ratings.write(writer);
        self.direction.write(writer);
        writer.u8(self.top_boxes);
        writer.u8(self.bottom_boxes);
        self.aggregate.write(writer);
    }

    fn read(reader: &mut Reader<'_>, _version: u16) -> Result<Self> {
        Ok(Self {
            ratings: RatingRules::read(reader)?,
            direction: Direction::read(reader)?,
            top_boxes: reader.u8()?,
            bottom_boxes: reader.u8()?,
            aggregate: RatingMeasure::read(reader)?,
            metric: PhantomData,
        })
    }
}

/// What the reading of a box metric returns: all aggregates side by side.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(bound = ""))]
pub struct BoxReport<M> {
    /// The aggregate that the definition names; `None` without a response.
    pub score: Option<f64>,
    /// The answers counted.
    pub responses: u64,
    /// Top boxes among the responses, 0..=1.
    pub share: Option<f64>,
    /// The mean rating on the scale.
    pub mean: Option<f64>,
    /// 100 · (top − bottom) / responses, points.
    pub net: Option<f64>,
    /// 100 · (mean − lowest) / (highest − lowest), turned so that 100 is the good end: POMP.
    pub rescaled_mean: Option<f64>,
    /// 100 · mean / highest; defined on scales that start above or at 0.
    pub percent_of_maximum: Option<f64>,
    /// Top boxes among top and bottom boxes, 0..=1: good/(good + bad).
    pub good_share: Option<f64>,
    /// Answers in the top boxes.
    pub top: u64,
    /// Answers between the boxes.
    pub middle: u64,
    /// Answers in the bottom boxes.
    pub bottom: u64,
    /// What was left out, and why.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub excluded: Exclusions,
    /// Off the scale or not a whole number: `out_of_range + non_integer`.
    pub invalid: u64,
    /// All rows taken in.
    pub observations: u64,
    /// Size the weighted answers are worth: (Σw)²/Σw², where they are weighted.
    pub effective_responses: Option<f64>,
    /// Variance lost to the weights, n·Σw²/(Σw)², where they are weighted.
    pub design_effect: Option<f64>,
    /// Answers of each rating, the lowest first.
    pub histogram: Vec<u64>,
    /// What the figure means.
    pub definition: BoxDefinition<M>,
    #[cfg_attr(feature = "serde", serde(skip))]
    figures: Figures,
}

impl<M: BoxMetric> BoxReport<M> {
    fn read(definition: &BoxDefinition<M>, histogram: &Histogram) -> Self {
        let as_neutral = definition.ratings.missing == crate::model::MissingRule::AsNeutral;
        let figures =
            Figures::new(histogram.clone(), as_neutral, |rating| definition.class(rating))
                .with_direction(definition.direction);
        let classes = figures.classes();
        Self {
            score: figures.value(definition.aggregate),
            responses: figures.responses(),
            share: figures.value(RatingMeasure::Share),
            mean: figures.value(RatingMeasure::Mean),
            net: figures.value(RatingMeasure::Net),
            rescaled_mean: figures.value(RatingMeasure::RescaledMean),
            percent_of_maximum: figures.value(RatingMeasure::PercentOfMaximum),
            good_share: figures.value(RatingMeasure::GoodShare),
            top: classes.positive,
            middle: classes.neutral,
            bottom: classes.negative,
            excluded: histogram.excluded(),
            invalid: histogram.excluded().invalid(),
            observations: histogram.observations(),
            effective_responses: figures.effective_responses(),
            design_effect: figures.design_effect(),
            histogram: histogram.counts().to_vec(),
            definition: definition.clone(),
            figures,
        }
    }
}

impl<M: BoxMetric> Report for BoxReport<M> {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.responses
    }

    fn unit(&self) -> &'static str {
        self.definition.aggregate.unit()
    }
}

impl<M: BoxMetric> RatingReport for BoxReport<M> {
    fn figures(&self) -> &Figures {
        &self.figures
    }

    fn headline_measure(&self) -> RatingMeasure {
        self.definition.aggregate
    }
}

//! Net Promoter Score (NPS): promoters minus detractors.
//!
//! # What it measures
//! How many more customers would recommend the company than would not.
//!
//! # Formula
//! ```text
//! score = 100 · (promoters − detractors) / responses        points, −100..=100
//! promoters   ratings ≥ promoter_min      (9, 10)
//! detractors  ratings ≤ detractor_max     (0 to 6)
//! passives    the ratings between         (7, 8)
//! ```
//!
//! # Input
//! [`Ratings`](crate::calculator::Ratings): whole numbers on `scale`, 0 to 10 unless declared.
//! Missing answers, declared "don't know" codes and answers off the scale are counted apart and are
//! not part of `responses`; the rules can be strict instead. Data coded 1 to 11 need the preset
//! `coded_1_to_11`: read as 0 to 10 they would be wrong by a class.
//!
//! # Empty and edge cases
//! Without a response the score is `None`. It is never rounded;
//! [`display`](super::RatingReport::display) rounds from the exact counts and makes the shown
//! shares add up to 100.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. Unlike definitions refuse.
//!
//! # Uncertainty
//! Tango's score interval by default: promoters and detractors are the two discordant cells of a
//! paired difference, so it stays within −100..=100 and holds its level from 20 responses on.
//!
//! # Not to be confused with
//! A net of other boxes (`one_to_five_net`), whose cut points differ; NPS of an account, which
//! averages its contacts first; the share of promoters.
//!
//! # Source
//! Reichheld (2003), *The One Number You Need to Grow*; Tango (1998), Statistics in Medicine 17,
//! eq. 4 and 5; Rocks (2016), The American Statistician 70.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut nps = Nps::default();
//! nps.update(Ratings::from([10, 9, 9, 8, 7, 6, 0].as_slice()))?;
//! let report = nps.value();
//! // 3 promoters − 2 detractors of 7 responses
//! assert_eq!(report.score, Some(100.0 / 7.0));
//! assert_eq!((report.promoters, report.passives, report.detractors), (3, 2, 2));
//! let interval = report.interval(&IntervalOptions::at(0.95))?.unwrap();
//! assert!(interval.lower < 0.0 && interval.upper > 50.0); // seven answers say little
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::figures::{Figures, RatingMeasure, RatingReport};
use super::rating::{RatingCalculator, RatingDefinition};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{Definition, Kind, Preset, Report};
use crate::error::{Error, Result};
use crate::model::{MissingRule, RatingRules, Scale};
use crate::stats::{Exclusions, Histogram};

/// The calculator of the Net Promoter Score: see the [module](self).
pub type Nps = RatingCalculator<NpsDefinition>;

/// Scale and cut points of a Net Promoter Score.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NpsDefinition {
    /// How the ratings are read.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub ratings: RatingRules,
    /// The highest rating of a detractor.
    pub detractor_max: i16,
    /// The lowest rating of a promoter.
    pub promoter_min: i16,
}

impl NpsDefinition {
    /// Cut points on a scale, with the default rules.
    pub fn new(scale: Scale, detractor_max: i16, promoter_min: i16) -> Result<Self> {
        let definition = Self { ratings: RatingRules::on(scale), detractor_max, promoter_min };
        definition.validate()?;
        Ok(definition)
    }

    /// 1 for a promoter, −1 for a detractor, 0 for a passive.
    pub fn class(&self, rating: i16) -> i8 {
        i8::from(rating >= self.promoter_min) - i8::from(rating <= self.detractor_max)
    }

    const fn cut(detractor_max: i16, promoter_min: i16, scale: Scale) -> Self {
        Self { ratings: RatingRules::on(scale), detractor_max, promoter_min }
    }
}

impl Default for NpsDefinition {
    fn default() -> Self {
        Self::cut(6, 9, Scale::ZERO_TO_TEN)
    }
}

impl Definition for NpsDefinition {
    fn validate(&self) -> Result<()> {
        self.ratings.validate()?;
        let scale = self.ratings.scale;
        let inside = |cut: i16| scale.contains(i64::from(cut));
        if inside(self.detractor_max)
            && inside(self.promoter_min)
            && self.detractor_max < self.promoter_min
        {
            return Ok(());
        }
        Err(Error::definition(format!(
            "detractor_max must lie below promoter_min, both on the scale {scale}; got {} and {}",
            self.detractor_max, self.promoter_min
        ))
        .in_field("promoter_min"))
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "standard",
                summary: "0 to 10: 0-6, 7-8, 9-10 (Bain, Qualtrics, Delighted)",
                build: Self::default,
            },
            Preset {
                name: "coded_1_to_11",
                summary: "the standard question stored as 1 to 11: 1-7, 8-9, 10-11",
                build: || Self::cut(7, 10, Scale::literal(1, 11)),
            },
            Preset {
                name: "one_to_ten",
                summary: "1 to 10: 1-6, 7-8, 9-10; biased upwards, since nobody can answer 0",
                build: || Self::cut(6, 9, Scale::literal(1, 10)),
            },
            Preset {
                name: "one_to_five",
                summary: "1 to 5: 1-3, 4, 5 (ServiceRocket, SurveySensum)",
                build: || Self::cut(3, 5, Scale::ONE_TO_FIVE),
            },
            Preset {
                name: "one_to_five_net",
                summary: "1 to 5: 1-2, 3, 4-5 (ipiphany Net); a net score, not NPS",
                build: || Self::cut(2, 4, Scale::ONE_TO_FIVE),
            },
            Preset {
                name: "one_to_seven",
                summary: "1 to 7: 1-4, 5-6, 7 (ServiceRocket)",
                build: || Self::cut(4, 7, Scale::ONE_TO_SEVEN),
            },
            Preset {
                name: "one_to_seven_net",
                summary: "1 to 7: 1-2, 3-5, 6-7 (ipiphany Net)",
                build: || Self::cut(2, 6, Scale::ONE_TO_SEVEN),
            },
            Preset {
                name: "faces",
                summary: "three faces: 1, 2, 3 (Beamer, ServiceRocket)",
                build: || Self::cut(1, 3, Scale::literal(1, 3)),
            },
        ]
    }
}

impl RatingDefinition for NpsDefinition {
    const KIND: Kind = Kind { id: 1, name: "nps", version: 1 };
    type Report = NpsReport;

    fn rules(&self) -> &RatingRules {
        &self.ratings
    }

    fn report(&self, histogram: &Histogram) -> NpsReport {
        NpsReport::read(self, histogram)
    }

    fn write(&self, writer: &mut Writer) {
        self.ratings.write(writer);
        writer.signed(self.detractor_max);
        writer.signed(self.promoter_min);
    }

    fn read(reader: &mut Reader<'_>, _version: u16) -> Result<Self> {
        Ok(Self {
            ratings: RatingRules::read(reader)?,
            detractor_max: reader.signed()?,
            promoter_min: reader.signed()?,
        })
    }
}

/// What an NPS reading returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NpsReport {
    /// The score in points, −100..=100; `None` without a response.
    pub score: Option<f64>,
    /// The answers counted.
    pub responses: u64,
    /// Answers of `promoter_min` and more.
    pub promoters: u64,
    /// Answers between the cut points, and missing ones under [`MissingRule::AsNeutral`].
    pub passives: u64,
    /// Answers of `detractor_max` and less.
    pub detractors: u64,
    /// Promoters among the responses, 0..=1.
    pub promoter_share: Option<f64>,
    /// Passives among the responses, 0..=1.
    pub passive_share: Option<f64>,
    /// Detractors among the responses, 0..=1.
    pub detractor_share: Option<f64>,
    /// The mean rating on the scale.
    pub mean: Option<f64>,
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
    pub definition: NpsDefinition,
    #[cfg_attr(feature = "serde", serde(skip))]
    figures: Figures,
}

impl NpsReport {
    fn read(definition: &NpsDefinition, histogram: &Histogram) -> Self {
        let as_neutral = definition.ratings.missing == MissingRule::AsNeutral;
        let figures =
            Figures::new(histogram.clone(), as_neutral, |rating| definition.class(rating));
        let classes = figures.classes();
        let [detractor_share, passive_share, promoter_share] = figures.class_shares();
        Self {
            score: figures.value(RatingMeasure::Net),
            responses: figures.responses(),
            promoters: classes.positive,
            passives: classes.neutral,
            detractors: classes.negative,
            promoter_share,
            passive_share,
            detractor_share,
            mean: figures.value(RatingMeasure::Mean),
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

impl Report for NpsReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.responses
    }

    fn unit(&self) -> &'static str {
        RatingMeasure::Net.unit()
    }
}

impl RatingReport for NpsReport {
    fn figures(&self) -> &Figures {
        &self.figures
    }

    fn headline_measure(&self) -> RatingMeasure {
        RatingMeasure::Net
    }
}

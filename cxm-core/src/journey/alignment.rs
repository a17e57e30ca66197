//! Alignment: whether the scores of touchpoints tell how the journey is judged.
//!
//! # What it measures
//! How the score that customers give the whole journey goes with the scores they gave on the way:
//! user experience against customer experience.
//!
//! # Formula
//! ```text
//! journey score   mean of the journey's scores at the touchpoints declared for it (a survey)
//! figures         mean, worst, last and (peak + last)/2 of its other scores
//! correlation     Pearson's, over journeys with both; Fisher's interval
//! gap             mean of figure − journey score; Student's t of the pairs
//! ```
//!
//! # Empty and edge cases
//! Journeys without one of the two are counted apart. A figure that never changes correlates with
//! nothing; below four journeys a correlation has no interval.
//!
//! # Uncertainty
//! Journeys count as independent. Means of a journey are rounded to billionths, so that all sums
//! are exact.
//!
//! # Not to be confused with
//! A cause: that the last score goes with the journey's does not make it decide it.
//!
//! # Source
//! Lemon & Verhoef (2016), Journal of Marketing 80(6); Fisher (1921).
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut journeys = Journeys::default();
//! journeys.update(
//!     Events::new(
//!         ["ann", "ann", "bob", "bob"].as_slice(),
//!         ["call", "nps", "call", "nps"].as_slice(),
//!         [1, 2, 3, 4].as_slice(),
//!     )
//!     .with_scores([8.0, 9.0, 7.0, 4.0].as_slice()),
//! )?;
//! let alignment = journeys.alignment(&["nps".into()], 0.95)?;
//! assert_eq!(alignment.figures[0].correlation, Some(1.0));
//! assert_eq!(alignment.figures[0].gap.mean, Some(1.0)); // 7.5 on the way, 6.5 for the journey
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::event_log::Event;
use super::journeys::Journeys;
use super::peak_end::ScorePath;
use super::scores::{MEAN_ONE, MEANS_PER_SCORE, ScoreMean, ScoreScale, check_level, journey_mean};
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::stats::{Interval, PairedMoments, correlation};

/// What is read from the scores on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum TouchpointFigure {
    /// Their mean.
    Mean,
    /// The worst of them.
    Worst,
    /// The last of them.
    Last,
    /// (peak + last)/2.
    PeakEnd,
}

impl TouchpointFigure {
    const ALL: [Self; 4] = [Self::Mean, Self::Worst, Self::Last, Self::PeakEnd];

    /// The name in `snake_case`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mean => "mean",
            Self::Worst => "worst",
            Self::Last => "last",
            Self::PeakEnd => "peak_end",
        }
    }

    /// In billionths.
    fn of(self, path: &ScorePath) -> Result<i64> {
        Ok(match self {
            Self::Mean => journey_mean(&path.scores)?,
            Self::Worst => path.worst * MEANS_PER_SCORE,
            Self::Last => path.end * MEANS_PER_SCORE,
            Self::PeakEnd => path.twice_peak_end() * (MEANS_PER_SCORE / 2),
        })
    }
}

/// How one figure goes with the score of the journey.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AlignedFigure {
    /// Which figure.
    pub figure: TouchpointFigure,
    /// Its correlation with the journey's score.
    pub correlation: Option<f64>,
    /// Fisher's interval of the correlation.
    pub interval: Option<Interval>,
    /// The figure minus the journey's score.
    pub gap: ScoreMean,
}

/// Whether the scores of touchpoints tell how the journey is judged.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Alignment {
    /// Journeys with scores of both kinds.
    pub journeys: u64,
    /// Journeys with scores on the way alone.
    pub without_journey_score: u64,
    /// Journeys with a journey score alone.
    pub without_touchpoint_score: u64,
    /// Journeys without any score.
    pub without_score: u64,
    /// The scores of the journeys with both.
    pub journey_score: ScoreMean,
    /// Mean, worst, last, and peak and end.
    pub figures: Vec<AlignedFigure>,
}

/// Which touchpoints ask for a score of the whole journey, in the numbers of the log.
#[derive(Debug)]
pub(super) struct JourneyTouchpoints(Vec<bool>);

impl JourneyTouchpoints {
    pub(super) fn of(journeys: &Journeys, touchpoints: &[KeyPart]) -> Result<Self> {
        let table = &journeys.log.tables.touchpoints;
        let mut asked = vec![false; table.len()];
        for touchpoint in touchpoints {
            if *touchpoint == KeyPart::Missing {
                let error = Error::argument("a touchpoint has a name");
                return Err(error.in_field("journey_touchpoints"));
            }
            // One that nobody came to yet is none of the log's.
            let number = table.find(touchpoint).and_then(|it| asked.get_mut(it as usize));
            if let Some(asked) = number {
                *asked = true;
            }
        }
        Ok(Self(asked))
    }

    pub(super) fn asks(&self, event: &Event) -> bool {
        self.0.get(event.touchpoint as usize).copied().unwrap_or_default()
    }
}

impl Journeys {
    /// How the scores on the way go with the journey's score, which customers give at the declared
    /// touchpoints.
    pub fn alignment(&self, journey_touchpoints: &[KeyPart], level: f64) -> Result<Alignment> {
        check_level(level)?;
        if journey_touchpoints.is_empty() {
            let message = "expected the touchpoints whose score is that of the journey";
            return Err(Error::argument(message).in_field("journey_touchpoints"));
        }
        let scale = ScoreScale::of(self);
        let declared = JourneyTouchpoints::of(self, journey_touchpoints)?;
        let mut pairs = [PairedMoments::default(); TouchpointFigure::ALL.len()];
        let (mut without_journey_score, mut without_touchpoint_score) = (0, 0);
        let mut without_score = 0;
        self.try_for_each_journey(|journey| {
            let part = |of_journey: bool| {
                let events = journey.events.iter();
                ScorePath::of(events.filter(|event| declared.asks(event) == of_journey), scale)
            };
            let (path, score) = match (part(false)?, part(true)?) {
                (Some(path), Some(score)) => (path, journey_mean(&score.scores)?),
                (found, asked) => {
                    without_journey_score += u64::from(found.is_some());
                    without_touchpoint_score += u64::from(asked.is_some());
                    without_score += u64::from(found.is_none() && asked.is_none());
                    return Ok(());
                }
            };
            for (figure, pairs) in TouchpointFigure::ALL.into_iter().zip(&mut pairs) {
                *pairs = pairs.plus(figure.of(&path)?, score)?;
            }
            Ok(())
        })?;
        let aligned = |(figure, pairs): (TouchpointFigure, &PairedMoments)| {
            let found = pairs.correlation()?;
            let interval = found.map(|found| correlation::interval(found, pairs.n(), level));
            Ok(AlignedFigure {
                figure,
                correlation: found,
                interval: interval.transpose()?.flatten(),
                gap: ScoreMean::of(&pairs.difference()?, MEAN_ONE, level)?,
            })
        };
        let [of_means, ..] = &pairs;
        Ok(Alignment {
            journeys: of_means.n(),
            without_journey_score,
            without_touchpoint_score,
            without_score,
            journey_score: ScoreMean::of(&of_means.second, MEAN_ONE, level)?,
            figures: TouchpointFigure::ALL
                .into_iter()
                .zip(&pairs)
                .map(aligned)
                .collect::<Result<_>>()?,
        })
    }
}

//! Peak and end: what customers remember of a journey.
//!
//! # What it measures
//! Per journey its mean score, its peak, its end, and the worst fall on the way; and the means of
//! these over journeys.
//!
//! # Formula
//! ```text
//! peak        the score with the strongest emotion, |2x − (lowest + highest)|; of ties the worse
//! end         the last score
//! peak-end    (peak + end)/2
//! amplitude   largest − smallest score
//! worst drop  the longest way to the worse from one score to the next; 0 if there is none
//! interval    Student's t over journeys
//! ```
//! Peaks are compared in whole numbers: in doubles, an 8 of 0 to 10 would outweigh a 2.
//!
//! # Empty and edge cases
//! Journeys without a score are counted and have no row. One score is peak and end, and nothing
//! drops. Events without a score are passed over.
//!
//! # Uncertainty
//! The t interval takes journeys as independent, also those of one customer. Means of journeys
//! enter it rounded to billionths, so that their sums are exact.
//!
//! # Not to be confused with
//! The mean of the scores: a good end makes up for more than one bad moment.
//!
//! # Source
//! Kahneman, Fredrickson, Schreiber & Redelmeier (1993), Psychological Science 4(6).
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut journeys = Journeys::default();
//! journeys.update(
//!     Events::new(
//!         ["ann", "ann", "ann"].as_slice(),
//!         ["web", "call", "shop"].as_slice(),
//!         [1, 2, 3].as_slice(),
//!     )
//!     .with_scores([8.0, 2.0, 7.0].as_slice()),
//! )?;
//! let journey = &journeys.peak_end()?[0];
//! assert_eq!((journey.peak, journey.end, journey.peak_end), (2.0, 7.0, 4.5));
//! assert_eq!(journey.worst_drop, Some(6.0));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::event_log::{ABSENT, Event};
use super::intake::SCORE_ONE;
use super::journeys::Journeys;
use super::scores::{MEAN_ONE, ScoreMean, ScoreScale, check_level, journey_mean};
use super::split::Journey;
use crate::calculator::batch::KeyPart;
use crate::error::Result;
use crate::model::JourneyStatus;
use crate::stats::Moments;

/// What is remembered of one journey.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct JourneyPeakEnd {
    /// Whose journey.
    pub customer: KeyPart,
    /// Which of the customer's journeys, from 1.
    pub journey: u32,
    /// How far it has come.
    pub status: JourneyStatus,
    /// Events with a score.
    pub scored: u64,
    /// The mean score.
    pub mean: f64,
    /// The score with the strongest emotion.
    pub peak: f64,
    /// The last score.
    pub end: f64,
    /// (peak + end)/2.
    pub peak_end: f64,
    /// The smallest score.
    pub min: f64,
    /// The largest score.
    pub max: f64,
    /// Largest minus smallest.
    pub amplitude: f64,
    /// The longest way to the worse between two scores that follow each other; `None` below two.
    pub worst_drop: Option<f64>,
}

/// Means over the journeys with a score.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PeakEndMeans {
    /// Journeys without any score.
    pub without_score: u64,
    /// Of their mean scores.
    pub mean: ScoreMean,
    /// Of their peaks.
    pub peak: ScoreMean,
    /// Of their ends.
    pub end: ScoreMean,
    /// Of peak and end.
    pub peak_end: ScoreMean,
    /// Of their smallest scores.
    pub min: ScoreMean,
    /// Of their largest scores.
    pub max: ScoreMean,
    /// Of their amplitudes.
    pub amplitude: ScoreMean,
    /// Of their worst drops, where there are two scores or more.
    pub worst_drop: ScoreMean,
}

/// The scores of one journey, read in their order, in millionths.
#[derive(Debug, Clone, Copy)]
pub(super) struct ScorePath {
    pub(super) scores: Moments,
    pub(super) peak: i64,
    pub(super) end: i64,
    pub(super) worst: i64,
    min: i64,
    max: i64,
    worst_drop: Option<i64>,
}

impl ScorePath {
    fn of_one(score: i64) -> Result<Self> {
        Ok(Self {
            scores: Moments::default().plus(score, 1)?,
            peak: score,
            end: score,
            worst: score,
            min: score,
            max: score,
            worst_drop: None,
        })
    }

    fn then(self, score: i64, scale: ScoreScale) -> Result<Self> {
        let drop = scale.drop(self.end, score);
        Ok(Self {
            scores: self.scores.plus(score, 1)?,
            peak: if scale.outweighs(score, self.peak) { score } else { self.peak },
            end: score,
            worst: scale.worse(self.worst, score),
            min: self.min.min(score),
            max: self.max.max(score),
            worst_drop: Some(self.worst_drop.map_or(drop, |worst| worst.max(drop))),
        })
    }

    /// Of these events; `None` where none has a score.
    pub(super) fn of<'a>(
        events: impl IntoIterator<Item = &'a Event>,
        scale: ScoreScale,
    ) -> Result<Option<Self>> {
        let scores = events.into_iter().map(|event| event.score).filter(|&it| it != ABSENT);
        scores.into_iter().try_fold(None, |path: Option<Self>, score| match path {
            None => Self::of_one(score).map(Some),
            Some(path) => path.then(score, scale).map(Some),
        })
    }

    /// Twice the value of peak and end.
    pub(super) fn twice_peak_end(&self) -> i64 {
        self.peak + self.end
    }
}

impl JourneyPeakEnd {
    pub(super) fn of(customer: &KeyPart, journey: &Journey<'_>, path: &ScorePath) -> Self {
        let one = SCORE_ONE as f64;
        Self {
            customer: customer.clone(),
            journey: journey.number,
            status: journey.status,
            scored: path.scores.n,
            mean: path.scores.sum as f64 / (path.scores.n as f64 * one),
            peak: path.peak as f64 / one,
            end: path.end as f64 / one,
            peak_end: path.twice_peak_end() as f64 / (2.0 * one),
            min: path.min as f64 / one,
            max: path.max as f64 / one,
            amplitude: (path.max - path.min) as f64 / one,
            worst_drop: path.worst_drop.map(|drop| drop as f64 / one),
        }
    }
}

/// The sums behind [`PeakEndMeans`].
#[derive(Debug, Default)]
struct Sums {
    mean: Moments,
    peak: Moments,
    end: Moments,
    twice_peak_end: Moments,
    min: Moments,
    max: Moments,
    amplitude: Moments,
    worst_drop: Moments,
}

impl Sums {
    fn add(&mut self, path: &ScorePath) -> Result<()> {
        self.mean = self.mean.plus(journey_mean(&path.scores)?, 1)?;
        self.peak = self.peak.plus(path.peak, 1)?;
        self.end = self.end.plus(path.end, 1)?;
        self.twice_peak_end = self.twice_peak_end.plus(path.twice_peak_end(), 1)?;
        self.min = self.min.plus(path.min, 1)?;
        self.max = self.max.plus(path.max, 1)?;
        self.amplitude = self.amplitude.plus(path.max - path.min, 1)?;
        if let Some(drop) = path.worst_drop {
            self.worst_drop = self.worst_drop.plus(drop, 1)?;
        }
        Ok(())
    }
}

impl Journeys {
    /// What is remembered of each journey with a score, by customer and journey.
    pub fn peak_end(&self) -> Result<Vec<JourneyPeakEnd>> {
        let scale = ScoreScale::of(self);
        let customers = &self.log.tables.customers;
        let mut rows = Vec::new();
        self.try_for_each_journey(|journey| {
            let Some(path) = ScorePath::of(journey.events, scale)? else { return Ok(()) };
            let Some(customer) = customers.key(journey.customer) else { return Ok(()) };
            rows.push(JourneyPeakEnd::of(customer, journey, &path));
            Ok(())
        })?;
        rows.sort_by(|a, b| (&a.customer, a.journey).cmp(&(&b.customer, b.journey)));
        Ok(rows)
    }

    /// The means of what is remembered, over the journeys with a score.
    pub fn peak_end_means(&self, level: f64) -> Result<PeakEndMeans> {
        check_level(level)?;
        let scale = ScoreScale::of(self);
        let (mut sums, mut without_score) = (Sums::default(), 0);
        self.try_for_each_journey(|journey| match ScorePath::of(journey.events, scale)? {
            Some(path) => sums.add(&path),
            None => {
                without_score += 1;
                Ok(())
            }
        })?;
        let read = |sums: &Moments, one: i64| ScoreMean::of(sums, one, level);
        Ok(PeakEndMeans {
            without_score,
            mean: read(&sums.mean, MEAN_ONE)?,
            peak: read(&sums.peak, SCORE_ONE)?,
            end: read(&sums.end, SCORE_ONE)?,
            peak_end: read(&sums.twice_peak_end, 2 * SCORE_ONE)?,
            min: read(&sums.min, SCORE_ONE)?,
            max: read(&sums.max, SCORE_ONE)?,
            amplitude: read(&sums.amplitude, SCORE_ONE)?,
            worst_drop: read(&sums.worst_drop, SCORE_ONE)?,
        })
    }
}

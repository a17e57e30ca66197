//! The emotion curve: how customers felt along the way, with intervals.
//!
//! # What it measures
//! Score and emotion per stage, touchpoint, step or channel, and how often it was a bad moment.
//!
//! # Formula
//! ```text
//! mean, standard deviation   of the scores, divisor n − 1
//! interval                   Student's t, n − 1 degrees of freedom; none for one score
//! emotion                    4·(mean − lowest)/(highest − lowest) − 2; its opposite where low is
//!                            good
//! negative                   scores on the bad side of the middle; Wilson's interval
//! ```
//!
//! # Empty and edge cases
//! A stage that nobody came to is part of the curve, without a mean. Events of no stage, of no
//! channel or after the last step are the last point, whose group is missing.
//!
//! # Uncertainty
//! Scores count as independent answers, also those of one customer.
//!
//! # Not to be confused with
//! What a journey map expects: that is planned, this was answered.
//!
//! # Source
//! Student (1908); Wilson (1927); the scale from −2 to +2 as in [`Emotion`](crate::model::Emotion).
//!
//! # Example
//! ```
//! use cxm_core::journey::CurveBy;
//! use cxm_core::prelude::*;
//!
//! let mut journeys = Journeys::default();
//! journeys.update(
//!     Events::new(
//!         ["ann", "ann", "bob"].as_slice(),
//!         ["shop", "call", "shop"].as_slice(),
//!         [1, 2, 3].as_slice(),
//!     )
//!     .with_scores([9.0, 3.0, 6.0].as_slice()),
//! )?;
//! let curve = journeys.emotion_curve(CurveBy::Step { last: 20 }, 0.95)?;
//! assert_eq!(curve[0].score.mean, Some(7.5));
//! assert_eq!((curve[1].emotion, curve[1].negative.successes), (Some(-0.8), 1));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::event_log::{ABSENT, Event};
use super::intake::SCORE_ONE;
use super::journeys::Journeys;
use super::key_table::{KeyTable, NONE};
use super::scores::{CountedShare, ScoreMean, ScoreScale, check_level};
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::stats::Moments;

/// What an emotion curve runs along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum CurveBy {
    /// The stages of the definition, in their order.
    Stage,
    /// The touchpoints, by name.
    Touchpoint,
    /// The place in the journey, from 1.
    Step {
        /// The last step that is a point of its own.
        last: u32,
    },
    /// The channels, by name.
    Channel,
}

/// One point of an emotion curve.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EmotionPoint {
    /// The stage, touchpoint, step or channel; missing for what has none.
    pub group: KeyPart,
    /// Events, with and without a score.
    pub events: u64,
    /// Customers with an event there.
    pub customers: u64,
    /// The scores.
    pub score: ScoreMean,
    /// The mean emotion, −2 to +2.
    pub emotion: Option<f64>,
    /// The scores on the bad side of the scale.
    pub negative: CountedShare,
}

/// A point while it is counted.
#[derive(Debug, Clone, Copy)]
struct Tally {
    events: u64,
    customers: u64,
    last_customer: u32,
    scores: Moments,
    negative: u64,
}

impl Tally {
    const EMPTY: Self = Self {
        events: 0,
        customers: 0,
        last_customer: NONE,
        scores: Moments { n: 0, sum: 0, sum_of_squares: 0 },
        negative: 0,
    };

    fn add(&mut self, event: &Event, scale: ScoreScale) -> Result<()> {
        self.events += 1;
        if self.last_customer != event.customer {
            self.last_customer = event.customer;
            self.customers += 1;
        }
        if event.score != ABSENT {
            self.scores = self.scores.plus(event.score, 1)?;
            self.negative += u64::from(scale.above_middle(event.score) < 0);
        }
        Ok(())
    }

    fn point(&self, group: KeyPart, scale: ScoreScale, level: f64) -> Result<EmotionPoint> {
        Ok(EmotionPoint {
            group,
            events: self.events,
            customers: self.customers,
            score: ScoreMean::of(&self.scores, SCORE_ONE, level)?,
            emotion: scale.emotion(&self.scores),
            negative: CountedShare::of(self.negative, self.scores.n, level)?,
        })
    }
}

/// The points of a curve, and what belongs to none of them.
#[derive(Debug)]
struct Tallies {
    points: Vec<Tally>,
    rest: Tally,
}

impl Tallies {
    /// The point of this number, which joins if it is new.
    fn at(&mut self, number: Option<usize>) -> &mut Tally {
        let Some(number) = number else { return &mut self.rest };
        if self.points.len() <= number {
            self.points.resize(number + 1, Tally::EMPTY);
        }
        self.points.get_mut(number).unwrap_or(&mut self.rest)
    }
}

/// The position of each touchpoint's stage.
fn stage_of_touchpoint(journeys: &Journeys) -> Vec<Option<usize>> {
    let table = &journeys.log.tables.touchpoints;
    let mut stage_of = vec![None; table.len()];
    for (position, stage) in journeys.definition.stages.iter().enumerate() {
        for number in stage.touchpoints.iter().filter_map(|touchpoint| table.find(touchpoint)) {
            if let Some(slot) = stage_of.get_mut(number as usize) {
                *slot = Some(position);
            }
        }
    }
    stage_of
}

/// The points that were met, by name.
fn named(points: &[Tally], table: &KeyTable) -> Vec<(KeyPart, Tally)> {
    let numbers = table.sorted().into_iter();
    let point = |number: u32| Some((table.key(number)?.clone(), *points.get(number as usize)?));
    numbers.filter_map(point).filter(|(_, tally)| tally.events > 0).collect()
}

impl Journeys {
    /// How customers felt along the stages, touchpoints, steps or channels.
    pub fn emotion_curve(&self, by: CurveBy, level: f64) -> Result<Vec<EmotionPoint>> {
        check_level(level)?;
        if by == (CurveBy::Step { last: 0 }) {
            return Err(Error::argument("steps are counted from 1").in_field("last"));
        }
        let scale = ScoreScale::of(self);
        let stage_of = stage_of_touchpoint(self);
        let mut tallies = Tallies { points: Vec::new(), rest: Tally::EMPTY };
        self.try_for_each_journey(|journey| {
            for (place, event) in journey.events.iter().enumerate() {
                let number = match by {
                    CurveBy::Stage => stage_of.get(event.touchpoint as usize).copied().flatten(),
                    CurveBy::Touchpoint => Some(event.touchpoint as usize),
                    CurveBy::Step { last } => Some(place).filter(|&place| place < last as usize),
                    CurveBy::Channel => {
                        Some(event.channel as usize).filter(|_| event.channel != NONE)
                    }
                };
                tallies.at(number).add(event, scale)?;
            }
            Ok(())
        })?;
        let Tallies { mut points, rest } = tallies;
        let mut groups = match by {
            CurveBy::Stage => {
                points.resize(self.definition.stages.len(), Tally::EMPTY);
                let names = self.definition.stages.iter().map(|it| it.stage.as_str().into());
                names.zip(points).collect()
            }
            CurveBy::Touchpoint => named(&points, &self.log.tables.touchpoints),
            CurveBy::Step { .. } => (1i64..).map(KeyPart::Integer).zip(points).collect(),
            CurveBy::Channel => named(&points, &self.log.tables.channels),
        };
        if rest.events > 0 {
            groups.push((KeyPart::Missing, rest));
        }
        groups.into_iter().map(|(group, tally)| tally.point(group, scale, level)).collect()
    }
}

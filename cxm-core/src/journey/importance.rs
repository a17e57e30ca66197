//! Importance of touchpoints: what customers say matters, and what goes with success.
//!
//! # What it measures
//! By how much journeys with a touchpoint reach their goal more often, and are scored better, than
//! journeys without it; and where that stands beside the importance that customers state.
//!
//! # Formula
//! ```text
//! goal rate    converted ÷ (converted + dropped), with the touchpoint minus without; Newcombe
//! score        mean journey score with minus without; Welch
//! derived      |difference of the goal rates|; without a goal, |difference of the scores|
//!
//!                 derived below the mean     derived at or above
//! stated above    basic                      important performance
//! stated below    unimportant performance    excitement
//! ```
//! The journey's score is the mean of its scores at the touchpoints declared for it, or of all its
//! scores where none is declared.
//!
//! # Empty and edge cases
//! Journeys that are open or have no goal to reach are in no goal rate. Touchpoints that are a goal
//! or an end explain themselves and have no difference of rates. A touchpoint that all journeys or
//! none have has no difference. One that is stated but was never met is listed without journeys.
//!
//! # Uncertainty
//! Journeys count as independent. With many touchpoints, some intervals leave out 0 by chance.
//!
//! # Not to be confused with
//! An effect: journeys with a touchpoint differ from the others in more than that. A call for help
//! goes with bad journeys without making them bad.
//!
//! # Source
//! Newcombe (1998), method 10; Welch (1947); Vavra (1997), Improving Your Measurement of Customer
//! Satisfaction, for the grid.
//!
//! # Example
//! ```
//! use std::collections::BTreeMap;
//!
//! use cxm_core::prelude::*;
//!
//! let definition =
//!     JourneysDefinition { goal: vec!["order".into()], gap: Some(10), ..Default::default() };
//! let mut journeys = Journeys::new(definition)?;
//! journeys.update(Events::new(
//!     ["ann", "ann", "bob", "cid"].as_slice(),
//!     ["advice", "order", "ad", "ad"].as_slice(),
//!     [1, 2, 3, 100].as_slice(),
//! ))?;
//! let importance = journeys.touchpoint_importance(&[], &BTreeMap::new(), 0.95)?;
//! let advice = importance.touchpoints.iter().find(|it| it.touchpoint == "advice".into());
//! assert_eq!(advice.unwrap().goal.unwrap().difference, 1.0);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use super::alignment::JourneyTouchpoints;
use super::event_log::ABSENT;
use super::journeys::Journeys;
use super::scores::{MEAN_ONE, check_level, journey_mean};
use super::split::Journey;
use crate::calculator::batch::KeyPart;
use crate::error::{Error, ErrorKind, Result};
use crate::model::JourneyStatus;
use crate::stats::{Interval, Moments, Share, comparison};

/// The goal rates of journeys with and without a touchpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GoalDifference {
    /// Converted of those that are over, with it.
    pub with: Share,
    /// Converted of those that are over, without it.
    pub without: Share,
    /// The first rate minus the second.
    pub difference: f64,
    /// Newcombe's interval of the difference.
    pub interval: Interval,
}

/// The scores of journeys with and without a touchpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ScoreDifference {
    /// Journeys with it and with a score.
    pub with: u64,
    /// Journeys without it and with a score.
    pub without: u64,
    /// Their mean score, with it.
    pub mean_with: f64,
    /// Their mean score, without it.
    pub mean_without: f64,
    /// The first mean minus the second.
    pub difference: f64,
    /// Welch's interval of the difference; `None` where there is too little to tell.
    pub interval: Option<Interval>,
}

/// Where a touchpoint stands between what is said and what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ImportanceQuadrant {
    /// Said to matter, and goes with success.
    ImportantPerformance,
    /// Said to matter, and taken for granted.
    Basic,
    /// Not said to matter, and goes with success.
    Excitement,
    /// Neither.
    UnimportantPerformance,
}

impl ImportanceQuadrant {
    /// The name in `snake_case`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ImportantPerformance => "important_performance",
            Self::Basic => "basic",
            Self::Excitement => "excitement",
            Self::UnimportantPerformance => "unimportant_performance",
        }
    }
}

/// How much one touchpoint matters.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TouchpointImportance {
    /// The touchpoint.
    pub touchpoint: KeyPart,
    /// Journeys with it.
    pub journeys: u64,
    /// The goal rates with and without it.
    pub goal: Option<GoalDifference>,
    /// The scores with and without it.
    pub score: Option<ScoreDifference>,
    /// What is said of it.
    pub stated: Option<f64>,
    /// The size of the difference that it goes with.
    pub derived: Option<f64>,
    /// Where it stands, if both are known.
    pub quadrant: Option<ImportanceQuadrant>,
}

/// How much the touchpoints matter.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ImportanceGrid {
    /// The mean of what is said, over touchpoints of which both are known.
    pub stated_line: Option<f64>,
    /// The mean of what was found, over the same.
    pub derived_line: Option<f64>,
    /// The touchpoints, the one that matters most first.
    pub touchpoints: Vec<TouchpointImportance>,
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    journeys: u64,
    last_journey: u64,
    goal: Share,
    scores: Moments,
}

impl Tally {
    const EMPTY: Self = Self {
        journeys: 0,
        last_journey: 0,
        goal: Share { successes: 0, total: 0 },
        scores: Moments { n: 0, sum: 0, sum_of_squares: 0 },
    };

    fn add(&mut self, status: JourneyStatus, score: Option<i64>) -> Result<()> {
        self.journeys += 1;
        self.goal.successes += u64::from(status == JourneyStatus::Converted);
        self.goal.total +=
            u64::from(matches!(status, JourneyStatus::Converted | JourneyStatus::Dropped));
        if let Some(score) = score {
            self.scores = self.scores.plus(score, 1)?;
        }
        Ok(())
    }

    fn goal_difference(&self, all: &Self, level: f64) -> Result<Option<GoalDifference>> {
        let with = self.goal;
        let without = Share {
            successes: all.goal.successes - with.successes,
            total: all.goal.total - with.total,
        };
        let Some((first, second)) = with.value().zip(without.value()) else { return Ok(None) };
        let interval = comparison::share_difference_interval(&with, &without, level)?;
        Ok(Some(GoalDifference { with, without, difference: first - second, interval }))
    }

    fn score_difference(&self, all: &Self, level: f64) -> Result<Option<ScoreDifference>> {
        let with = self.scores;
        let without = Moments {
            n: all.scores.n - with.n,
            sum: all.scores.sum - with.sum,
            sum_of_squares: all.scores.sum_of_squares - with.sum_of_squares,
        };
        let one = MEAN_ONE as f64;
        let mean = |sums: &Moments| sums.mean().map(|mean| mean / one);
        let Some((mean_with, mean_without)) = mean(&with).zip(mean(&without)) else {
            return Ok(None);
        };
        let interval = match comparison::means(&with, &without) {
            Ok(welch) => Some(welch.scaled(1.0 / one).interval(level)?),
            Err(error) if error.kind() == ErrorKind::InsufficientData => None,
            Err(error) => return Err(error),
        };
        Ok(Some(ScoreDifference {
            with: with.n,
            without: without.n,
            mean_with,
            mean_without,
            difference: mean_with - mean_without,
            interval,
        }))
    }
}

/// The score of a journey in billionths.
fn journey_score(
    journey: &Journey<'_>,
    declared: Option<&JourneyTouchpoints>,
) -> Result<Option<i64>> {
    let asked = journey.events.iter().filter(|event| declared.is_none_or(|it| it.asks(event)));
    let scores = asked.map(|event| event.score).filter(|&score| score != ABSENT);
    let sums = Moments::from_answers(scores)?;
    if sums.n == 0 { Ok(None) } else { journey_mean(&sums).map(Some) }
}

/// Finds the lines and places the touchpoints; the one that matters most comes first.
fn place(mut touchpoints: Vec<TouchpointImportance>) -> ImportanceGrid {
    touchpoints.sort_by(|a, b| {
        let size = |it: &TouchpointImportance| it.derived.unwrap_or(-1.0);
        size(b).total_cmp(&size(a)).then_with(|| a.touchpoint.cmp(&b.touchpoint))
    });
    let known: Vec<(f64, f64)> =
        touchpoints.iter().filter_map(|it| it.stated.zip(it.derived)).collect();
    let line = |of: fn(&(f64, f64)) -> f64| {
        let sum: f64 = known.iter().map(of).sum();
        (!known.is_empty()).then(|| sum / known.len() as f64)
    };
    let (stated_line, derived_line) = (line(|it| it.0), line(|it| it.1));
    for touchpoint in &mut touchpoints {
        let stated = touchpoint.stated.zip(stated_line).map(|(value, line)| value >= line);
        let derived = touchpoint.derived.zip(derived_line).map(|(value, line)| value >= line);
        touchpoint.quadrant = stated.zip(derived).map(|sides| match sides {
            (true, true) => ImportanceQuadrant::ImportantPerformance,
            (true, false) => ImportanceQuadrant::Basic,
            (false, true) => ImportanceQuadrant::Excitement,
            (false, false) => ImportanceQuadrant::UnimportantPerformance,
        });
    }
    ImportanceGrid { stated_line, derived_line, touchpoints }
}

impl Journeys {
    fn tally_importance(
        &self,
        declared: Option<&JourneyTouchpoints>,
    ) -> Result<(Tally, Vec<Tally>)> {
        let mut all = Tally::EMPTY;
        let mut tallies = vec![Tally::EMPTY; self.log.tables.touchpoints.len()];
        self.try_for_each_journey(|journey| {
            let score = journey_score(journey, declared)?;
            all.add(journey.status, score)?;
            for event in journey.events {
                let Some(tally) = tallies.get_mut(event.touchpoint as usize) else { continue };
                if tally.last_journey != all.journeys {
                    tally.last_journey = all.journeys;
                    tally.add(journey.status, score)?;
                }
            }
            Ok(())
        })?;
        Ok((all, tallies))
    }

    /// How much each touchpoint matters: by what goes with it, and by what is said of it.
    ///
    /// `journey_touchpoints` are those at which the whole journey is scored; without any, the mean
    /// of all scores of a journey is its score, that of the touchpoint among them.
    pub fn touchpoint_importance(
        &self,
        journey_touchpoints: &[KeyPart],
        stated: &BTreeMap<KeyPart, f64>,
        level: f64,
    ) -> Result<ImportanceGrid> {
        check_level(level)?;
        if let Some((touchpoint, value)) = stated.iter().find(|(_, value)| !value.is_finite()) {
            let message = format!("expected a finite importance of {touchpoint}, got {value}");
            return Err(Error::argument(message).in_field("stated"));
        }
        let declared = JourneyTouchpoints::of(self, journey_touchpoints)?;
        let declared = Some(&declared).filter(|_| !journey_touchpoints.is_empty());
        let (all, tallies) = self.tally_importance(declared)?;
        let definition = &self.definition;
        let has_goal = !definition.goal.is_empty();
        let table = &self.log.tables.touchpoints;
        let met = table.keys().iter().zip(&tallies).filter(|(_, tally)| tally.journeys > 0);
        let never = stated.keys().filter(|touchpoint| {
            let number = table.find(touchpoint).and_then(|it| tallies.get(it as usize));
            number.is_none_or(|tally| tally.journeys == 0)
        });
        let touchpoints = met.chain(never.map(|touchpoint| (touchpoint, &Tally::EMPTY)));
        let read = |(touchpoint, tally): (&KeyPart, &Tally)| {
            let ends = definition.goal.contains(touchpoint) || definition.end.contains(touchpoint);
            let goal = if ends { None } else { tally.goal_difference(&all, level)? };
            let score = tally.score_difference(&all, level)?;
            let derived = if has_goal {
                goal.map(|it| it.difference.abs())
            } else {
                score.map(|it| it.difference.abs())
            };
            Ok(TouchpointImportance {
                touchpoint: touchpoint.clone(),
                journeys: tally.journeys,
                goal,
                score,
                stated: stated.get(touchpoint).copied(),
                derived,
                quadrant: None,
            })
        };
        Ok(place(touchpoints.map(read).collect::<Result<_>>()?))
    }
}

//! Measures, before and after: whether the figure that a measure is to change has moved.
//!
//! # What it measures
//! For each [`Measure`] the figure that it names, at its touchpoint or
//! stage, before it began and since, the difference with its interval, and whether target and
//! baseline are met.
//!
//! # Formula
//! ```text
//! after            from `from` to `to`, or to the end of the log
//! before           as long, up to `from`; or so long as declared; never earlier than the log
//!
//! mean_score       Σx/n of the scores there                          Welch's t
//! emotion          the same on −2..+2                                Welch's t
//! negative_share   scores on the bad side of the scale ÷ n           Newcombe
//! goal_rate        converted ÷ (converted + dropped) journeys        Newcombe
//! exit_rate        journeys that ended there ÷ those that are over   Newcombe
//! drop_off_rate    journeys dropped there ÷ (converted + dropped)    Newcombe
//! volume           contacts there a day                              Wald, of Poisson counts
//!
//! difference       after − before
//! ```
//! The first three and the volume count contacts by their time; the others count journeys that
//! visit the place, by the time of the first visit. With a follow-up, of so long from that visit, a
//! goal rate is the share of journeys that reach their goal within it, of all whose follow-up lies
//! within the log, whatever has become of them.
//!
//! # Input
//! Measures with a touchpoint, or with a stage of the definition. Shares, with their baselines and
//! targets, are within 0..1, scores on their own scale, a volume is a day's.
//!
//! # Empty and edge cases
//! Journeys that may go on are counted apart and in no rate. Before a measure begins, and without a
//! declared length, the window before is all of the log. A side without data has no figure, and
//! then there is no difference; a mean needs two scores on each side for an interval. A touchpoint
//! where nobody was has no figures; an unknown figure or stage is `NotFound`, a rate of goals
//! without a goal `NotOffered`. Target and baseline are compared in whole numbers, and a figure
//! that equals the target meets it.
//!
//! # Merging
//! It is read from the log: any shards and any order give the same figures.
//!
//! # Uncertainty
//! Scores, journeys and contacts count as independent, also those of one customer. Of recent
//! journeys those that reached their goal are over at once, and the others only after a pause: the
//! rate after a measure is too good while many are open. A follow-up makes the sides alike.
//!
//! # Not to be confused with
//! An effect. There is no group to compare with: whatever else changed at that time, the season,
//! the customers, the price, is in the difference, and so is the return to the mean of a place that
//! was chosen because it was bad. With such a group, the
//! [difference in differences](crate::impact) is the figure to ask for.
//!
//! # Source
//! Welch (1947); Newcombe (1998), Statistics in Medicine 17, 873–890. Why it is no effect: Shadish,
//! Cook & Campbell (2002), chapter 4.
//!
//! # Example
//! ```
//! use cxm_core::journey::measures::MeasureOptions;
//! use cxm_core::model::Measure;
//! use cxm_core::prelude::*;
//!
//! let mut journeys = Journeys::default();
//! journeys.update(
//!     Events::new(
//!         ["ann", "bob", "cem", "dan"].as_slice(),
//!         ["call", "call", "call", "call"].as_slice(),
//!         [1, 2, 11, 12].as_slice(),
//!     )
//!     .with_scores([3.0, 5.0, 8.0, 9.0].as_slice()),
//! )?;
//! let mut measure = Measure::new("call_back", "Call back within a day", "mean_score", 10);
//! measure.touchpoint = Some("call".to_owned());
//! measure.target = Some(8.into());
//! let options = MeasureOptions { before: Some(10), ..Default::default() };
//! let reading = &journeys.measures(&[measure], &options)?[0];
//! assert_eq!((reading.before.value, reading.after.value), (Some(4.0), Some(8.5)));
//! assert_eq!((reading.difference, reading.target_met), (Some(4.5), Some(true)));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::cmp::Ordering;

use super::event_log::{ABSENT, Event};
use super::intake::SCORE_ONE;
use super::journeys::Journeys;
use super::scores::{ScoreScale, check_level};
use super::split::Journey;
use crate::calculator::batch::KeyPart;
use crate::error::{Error, ErrorKind, Result};
use crate::model::time::MICROSECONDS_PER_DAY;
use crate::model::{Decimal, JourneyStatus, Measure};
use crate::stats::poisson::EventRate;
use crate::stats::{Interval, IntervalOptions, Moments, Share, comparison};

/// The figures that a measure can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum MeasureKpi {
    /// The mean of the scores there.
    MeanScore,
    /// The same as an emotion, −2 to +2.
    Emotion,
    /// The scores on the bad side of the scale.
    NegativeShare,
    /// The journeys through it that reach their goal, of those that are over.
    GoalRate,
    /// The journeys that end there, of those through it that are over.
    ExitRate,
    /// The journeys that end there without their goal, of those through it that are over.
    DropOffRate,
    /// Contacts a day.
    Volume,
}

impl MeasureKpi {
    /// All of them, in their order.
    pub const ALL: [Self; 7] = [
        Self::MeanScore,
        Self::Emotion,
        Self::NegativeShare,
        Self::GoalRate,
        Self::ExitRate,
        Self::DropOffRate,
        Self::Volume,
    ];

    /// The name in `snake_case`, as a measure has it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MeanScore => "mean_score",
            Self::Emotion => "emotion",
            Self::NegativeShare => "negative_share",
            Self::GoalRate => "goal_rate",
            Self::ExitRate => "exit_rate",
            Self::DropOffRate => "drop_off_rate",
            Self::Volume => "volume",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Result<Self> {
        Self::ALL.into_iter().find(|kpi| kpi.name() == name).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::not_found(format!("no figure \"{name}\"; there are {names}")).in_field("kpi")
        })
    }

    const fn of_journeys(self) -> bool {
        matches!(self, Self::GoalRate | Self::ExitRate | Self::DropOffRate)
    }

    const fn needs_goal(self) -> bool {
        matches!(self, Self::GoalRate | Self::DropOffRate)
    }
}

/// How measures are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasureOptions {
    /// The length of the window before, in microseconds; as long as the one after unless given.
    pub before: Option<i64>,
    /// How long a journey is followed up from its first visit for a goal rate, in microseconds;
    /// without it, journeys that are over count as they ended.
    pub follow_up: Option<i64>,
    /// The level of the intervals.
    pub level: f64,
}

impl Default for MeasureOptions {
    fn default() -> Self {
        Self { before: None, follow_up: None, level: IntervalOptions::default().level }
    }
}

/// The figure on one side of the beginning of a measure.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MeasureSide {
    /// Where the window begins, microseconds since 1970.
    pub from: i64,
    /// Where it ends; no longer part of it.
    pub to: i64,
    /// Scores, journeys or contacts that the figure rests on.
    pub n: u64,
    /// The figure.
    pub value: Option<f64>,
    /// Journeys that may go on, or whose follow-up does; they are in no rate.
    pub open: u64,
}

/// What has become of the figure of one measure.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MeasureReading {
    /// The measure.
    pub measure: Measure,
    /// Its figure.
    pub kpi: MeasureKpi,
    /// The figure before.
    pub before: MeasureSide,
    /// The figure since.
    pub after: MeasureSide,
    /// After minus before; `None` if one of them has no figure.
    pub difference: Option<f64>,
    /// The interval of the difference; `None` where there is too little to tell.
    pub interval: Option<Interval>,
    /// Whether the figure since is better than the baseline that was stated.
    pub better_than_baseline: Option<bool>,
    /// Whether the figure since has reached the target.
    pub target_met: Option<bool>,
}

/// What was counted on one side.
#[derive(Debug, Clone, Copy)]
struct Side {
    from: i64,
    to: i64,
    contacts: u64,
    /// In millionths; of emotions, twice the way above the middle.
    scores: Moments,
    negative: u64,
    journeys: Share,
    open: u64,
}

impl Side {
    fn new(from: i64, to: i64) -> Self {
        Self {
            from,
            to,
            contacts: 0,
            scores: Moments::default(),
            negative: 0,
            journeys: Share { successes: 0, total: 0 },
            open: 0,
        }
    }

    fn days(&self) -> f64 {
        let length = i128::from(self.to) - i128::from(self.from);
        length.max(0) as f64 / MICROSECONDS_PER_DAY as f64
    }
}

/// A figure as an exact fraction of millionths, so that a target is met or not met.
#[derive(Debug, Clone, Copy)]
struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    fn cmp(self, stated: Decimal) -> Ordering {
        self.numerator.cmp(&(i128::from(stated.millionths()) * self.denominator))
    }
}

/// One measure while the log is read.
#[derive(Debug)]
struct Tally {
    kpi: MeasureKpi,
    scale: ScoreScale,
    sides: [Side; 2],
    /// The follow-up and the end of the log, if this figure has one.
    follow_up: Option<(i64, i64)>,
    /// The first visit of the journey that is being read.
    visited: Option<i64>,
}

impl Tally {
    fn side(&mut self, time: i64) -> Option<&mut Side> {
        self.sides.iter_mut().find(|side| side.from <= time && time < side.to)
    }

    fn add_contact(&mut self, event: &Event) -> Result<()> {
        let (kpi, scale) = (self.kpi, self.scale);
        self.visited = self.visited.or(Some(event.time));
        let Some(side) = self.side(event.time) else { return Ok(()) };
        side.contacts += 1;
        if event.score != ABSENT {
            let above = scale.above_middle(event.score);
            let number = if kpi == MeasureKpi::Emotion { above } else { event.score };
            side.scores = side.scores.plus(number, 1)?;
            side.negative += u64::from(above < 0);
        }
        Ok(())
    }

    fn add_journey(&mut self, journey: &Journey<'_>, ends_there: bool) {
        let (kpi, follow_up, status) = (self.kpi, self.follow_up, journey.status);
        let Some(visit) = self.visited.take() else { return };
        let Some(side) = self.side(visit) else { return };
        let converted = status == JourneyStatus::Converted;
        let (goes_on, success) = match (kpi, follow_up) {
            (MeasureKpi::GoalRate, Some((length, log_end))) => {
                let in_time = journey.last_time().saturating_sub(visit) <= length;
                (log_end.saturating_sub(visit) < length, converted && in_time)
            }
            (MeasureKpi::GoalRate, None) => (status == JourneyStatus::Open, converted),
            (MeasureKpi::DropOffRate, _) => {
                (status == JourneyStatus::Open, status == JourneyStatus::Dropped && ends_there)
            }
            _ => (status == JourneyStatus::Open, ends_there),
        };
        if goes_on {
            side.open += 1;
        } else {
            side.journeys.total += 1;
            side.journeys.successes += u64::from(success);
        }
    }

    fn share(&self, side: &Side) -> Share {
        if self.kpi.of_journeys() {
            side.journeys
        } else {
            Share { successes: side.negative, total: side.scores.n }
        }
    }

    /// The number of the sums that makes one of the figure.
    fn one(&self) -> f64 {
        match self.kpi {
            MeasureKpi::Emotion => self.scale.width() as f64 / 2.0,
            _ => SCORE_ONE as f64,
        }
    }

    fn read(&self, side: &Side) -> MeasureSide {
        let (n, value) = match self.kpi {
            MeasureKpi::MeanScore | MeasureKpi::Emotion => {
                (side.scores.n, side.scores.mean().map(|mean| mean / self.one()))
            }
            MeasureKpi::Volume => {
                let rate = EventRate { events: side.contacts, exposure: side.days() };
                (side.contacts, rate.rate())
            }
            _ => (self.share(side).total, self.share(side).value()),
        };
        let open = if self.kpi.of_journeys() { side.open } else { 0 };
        MeasureSide { from: side.from, to: side.to, n, value, open }
    }

    /// The interval of the second side minus the first; nothing where there is too little.
    fn interval(&self, level: f64) -> Result<Option<Interval>> {
        let [before, after] = &self.sides;
        let compared = match self.kpi {
            MeasureKpi::MeanScore | MeasureKpi::Emotion => {
                comparison::means(&after.scores, &before.scores)
                    .and_then(|welch| welch.scaled(1.0 / self.one()).interval(level))
            }
            MeasureKpi::Volume => {
                let rate = |side: &Side| EventRate { events: side.contacts, exposure: side.days() };
                rate(after).compare(&rate(before), None).and_then(|it| it.interval(level))
            }
            _ => {
                let (after, before) = (self.share(after), self.share(before));
                comparison::share_difference_interval(&after, &before, level)
            }
        };
        match compared {
            Ok(interval) => Ok(Some(interval)),
            Err(error) if error.kind() == ErrorKind::InsufficientData => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn fraction(&self, side: &Side) -> Option<Fraction> {
        let one = i128::from(SCORE_ONE);
        let (numerator, denominator) = match self.kpi {
            MeasureKpi::MeanScore => (side.scores.sum, i128::from(side.scores.n)),
            MeasureKpi::Emotion => (
                2 * one * side.scores.sum,
                i128::from(side.scores.n) * i128::from(self.scale.width()),
            ),
            MeasureKpi::Volume => (
                i128::from(side.contacts) * i128::from(MICROSECONDS_PER_DAY) * one,
                i128::from(side.to) - i128::from(side.from),
            ),
            _ => {
                let share = self.share(side);
                (i128::from(share.successes) * one, i128::from(share.total))
            }
        };
        (denominator > 0).then_some(Fraction { numerator, denominator })
    }

    /// Whether more is better; of a volume the target says so.
    fn more_is_better(&self, measure: &Measure) -> Option<bool> {
        match self.kpi {
            MeasureKpi::MeanScore => Some(self.scale.higher_is_better()),
            MeasureKpi::Emotion | MeasureKpi::GoalRate => Some(true),
            MeasureKpi::NegativeShare | MeasureKpi::ExitRate | MeasureKpi::DropOffRate => {
                Some(false)
            }
            MeasureKpi::Volume => {
                let target = measure.target?;
                let [before, _] = &self.sides;
                let way = match measure.baseline {
                    Some(baseline) => baseline.cmp(&target),
                    None => self.fraction(before)?.cmp(target),
                };
                Some(way == Ordering::Less)
            }
        }
    }

    fn reading(&self, measure: &Measure, level: f64) -> Result<MeasureReading> {
        let [before, after] = &self.sides;
        let found = self.fraction(after);
        let judged = |stated: Option<Decimal>, equal: bool| {
            let more = self.more_is_better(measure)?;
            let better = if more { Ordering::Greater } else { Ordering::Less };
            let way = found?.cmp(stated?);
            Some(way == better || (equal && way == Ordering::Equal))
        };
        let (better_than_baseline, target_met) =
            (judged(measure.baseline, false), judged(measure.target, true));
        let (before, after) = (self.read(before), self.read(after));
        let difference = after.value.zip(before.value).map(|(after, before)| after - before);
        Ok(MeasureReading {
            measure: measure.clone(),
            kpi: self.kpi,
            before,
            after,
            difference,
            interval: if difference.is_some() { self.interval(level)? } else { None },
            better_than_baseline,
            target_met,
        })
    }
}

/// Refuses a baseline or a target that its figure cannot have.
fn check_stated(journeys: &Journeys, measure: &Measure, kpi: MeasureKpi) -> Result<()> {
    let (lowest, highest) = match kpi {
        MeasureKpi::MeanScore => {
            let scale = journeys.definition.scale;
            (i32::from(scale.lowest()).into(), i32::from(scale.highest()).into())
        }
        MeasureKpi::Emotion => ((-2).into(), 2.into()),
        MeasureKpi::Volume => (Decimal::ZERO, Decimal::MOST),
        _ => (Decimal::ZERO, Decimal::ONE),
    };
    for (field, stated) in [("baseline", measure.baseline), ("target", measure.target)] {
        if let Some(stated) = stated.filter(|it| !(lowest..=highest).contains(it)) {
            let kpi = kpi.name();
            let message = format!("a {kpi} is within {lowest} to {highest}, got {stated}");
            return Err(Error::argument(message).in_field(field));
        }
    }
    Ok(())
}

impl Journeys {
    /// The windows of a measure, before and after, as far as the log goes.
    fn windows(&self, measure: &Measure, before: Option<i64>) -> [Side; 2] {
        let Some((first, last)) = self.log.earliest().zip(self.log.latest()) else {
            return [Side::new(measure.from, measure.from); 2];
        };
        let log_end = last.saturating_add(1);
        let end = log_end.min(measure.to.unwrap_or(i64::MAX)).max(measure.from);
        let after = Side::new(measure.from.max(first).min(end), end);
        let length = match before {
            Some(length) => length,
            None if after.from < end => end.saturating_sub(after.from),
            None => i64::MAX,
        };
        let to = measure.from.min(log_end);
        let from = measure.from.saturating_sub(length).max(first).min(to);
        [Side::new(from, to), after]
    }

    /// The touchpoints of a measure.
    fn place(&self, measure: &Measure) -> Result<Vec<KeyPart>> {
        if let Some(touchpoint) = &measure.touchpoint {
            // The model names touchpoints by texts; a log may number them.
            let number = touchpoint.parse::<i64>().ok().map(KeyPart::Integer);
            return Ok([Some(touchpoint.as_str().into()), number].into_iter().flatten().collect());
        }
        let name = measure.stage.as_deref().unwrap_or_default();
        let found = self.definition.stages.iter().find(|stage| stage.stage == name);
        found.map(|stage| stage.touchpoints.clone()).ok_or_else(|| {
            let message = format!("no stage \"{name}\" in the definition");
            Error::not_found(message).in_field("stage")
        })
    }

    fn tally(&self, measure: &Measure, options: &MeasureOptions) -> Result<(Tally, Vec<KeyPart>)> {
        measure.validate()?;
        let kpi = MeasureKpi::named(&measure.kpi)?;
        if kpi.needs_goal() && self.definition.goal.is_empty() {
            let message = format!("a {} needs a goal in the definition", kpi.name());
            return Err(Error::not_offered(message).in_field("kpi"));
        }
        check_stated(self, measure, kpi)?;
        let tally = Tally {
            kpi,
            scale: ScoreScale::of(self),
            sides: self.windows(measure, options.before),
            follow_up: options.follow_up.zip(self.log.latest()),
            visited: None,
        };
        Ok((tally, self.place(measure)?))
    }

    /// The figure of each measure before it began and since.
    pub fn measures(
        &self,
        measures: &[Measure],
        options: &MeasureOptions,
    ) -> Result<Vec<MeasureReading>> {
        check_level(options.level)?;
        for (field, length) in [("before", options.before), ("follow_up", options.follow_up)] {
            if let Some(length) = length.filter(|&length| length <= 0) {
                let message = format!("expected a time longer than 0, got {length}");
                return Err(Error::argument(message).in_field(field));
            }
        }
        let table = &self.log.tables.touchpoints;
        let mut at: Vec<Vec<usize>> = vec![Vec::new(); table.len()];
        let mut tallies = Vec::with_capacity(measures.len());
        for (row, measure) in measures.iter().enumerate() {
            let (tally, place) = self.tally(measure, options).map_err(|error| error.at_row(row))?;
            for number in place.iter().filter_map(|touchpoint| table.find(touchpoint)) {
                if let Some(there) = at.get_mut(number as usize) {
                    there.push(row);
                }
            }
            tallies.push(tally);
        }
        let there =
            |event: &Event| at.get(event.touchpoint as usize).map_or(&[][..], Vec::as_slice);
        self.try_for_each_journey(|journey: &Journey<'_>| {
            for event in journey.events {
                for &row in there(event) {
                    if let Some(tally) = tallies.get_mut(row) {
                        tally.add_contact(event)?;
                    }
                }
            }
            let last = journey.events.last().map_or(&[][..], there);
            for event in journey.events {
                for &row in there(event) {
                    if let Some(tally) = tallies.get_mut(row) {
                        tally.add_journey(journey, last.contains(&row));
                    }
                }
            }
            Ok(())
        })?;
        let pairs = measures.iter().zip(&tallies);
        pairs.map(|(measure, tally)| tally.reading(measure, options.level)).collect()
    }
}

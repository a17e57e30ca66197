//! Funnels: how many journeys come how far along declared steps, and how long it takes.
//!
//! # What it measures
//! For each step the journeys that reached it, after the steps before it and within a window; and
//! of those that entered, how many converted, may still convert, or dropped.
//!
//! # Formula
//! ```text
//! ordered     reached(k): events i₁ < … < i_k at steps 1 … k, time(i_k) − time(i₁) ≤ window
//! strict      the same with i₁ … i_k neighbours in the journey
//! unordered   at least k different steps, all within a window
//! start any   any event at step 1 may begin;  first: only the journey's first event at step 1
//! entry open  a journey may enter at any step: reached(k) has an event at step k
//! exclude     an event at one of these between the steps: what was begun before it does not count
//! open        entered, not converted, the journey may go on, and an event that comes now could be
//!             the next step of what was begun
//! dropped     entered, not converted and not open
//! ```
//! One pass with O(steps) memory: for each step the latest start of a chain that reached it, and
//! when. The latest is also the best to go on from, so the count is exact.
//!
//! # Edge cases
//! An event serves one step. A window of 0 lets events of one instant convert. A step that is named
//! twice is an error where the order does not matter, and stands for two visits where it does.
//!
//! # Uncertainty
//! Wilson's interval of the share of those who reached the step before.
//!
//! # Not to be confused with
//! Funnels of tools that start at the first visit only: `start: first`, which drops those who come
//! back later.
//!
//! # Source
//! No paper: each product has its definition. Those above are named by what they do.

use std::collections::BTreeSet;
use std::num::NonZeroU32;

use super::event_log::Event;
use super::funnel_run::{FunnelEvent, FunnelRules, FunnelRun, Starts};
use super::journeys::Journeys;
use super::report::Spread;
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::model::JourneyStatus;
use crate::stats::{Interval, IntervalOptions, Share, proportion};

/// The most steps of a funnel.
pub const MOST_FUNNEL_STEPS: usize = 64;

/// Which event at the first step may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum FunnelStart {
    /// Any of the journey.
    #[default]
    Any,
    /// The journey's first.
    First,
}

/// How the steps have to follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum FunnelOrder {
    /// In their order, with anything between them.
    #[default]
    Ordered,
    /// In their order, with nothing between them.
    Strict,
    /// In any order.
    Unordered,
}

/// Where a journey may enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum FunnelEntry {
    /// At the first step.
    #[default]
    Closed,
    /// At any step: there is no order then, no window and no exclusion.
    Open,
}

/// The rules of a funnel.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct FunnelOptions {
    /// The longest time from the first step to the last, in microseconds.
    pub window: Option<i64>,
    /// The longest time from each step to the next, in microseconds: one fewer than steps.
    pub step_windows: Option<Vec<i64>>,
    /// Which event at the first step may begin.
    pub start: FunnelStart,
    /// How the steps have to follow each other.
    pub order: FunnelOrder,
    /// Where a journey may enter.
    pub entry: FunnelEntry,
    /// Touchpoints that must not come between the steps.
    pub exclude: Vec<KeyPart>,
    /// Level of the intervals; 0.95 unless declared.
    pub level: Option<f64>,
}

/// One step of a funnel.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct FunnelStep {
    /// Its touchpoint.
    pub touchpoint: KeyPart,
    /// Journeys that reached it.
    pub reached: u64,
    /// Of those that entered.
    pub share: Option<f64>,
    /// Of those that reached the step before.
    pub share_of_previous: Option<f64>,
    /// The interval of the share of the step before.
    pub interval: Option<Interval>,
}

/// What became of the journeys in a funnel.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Funnel {
    /// Step by step.
    pub steps: Vec<FunnelStep>,
    /// Journeys that reached each step.
    pub reached: Vec<u64>,
    /// All journeys.
    pub journeys: u64,
    /// Journeys that reached the last step.
    pub converted: u64,
    /// Journeys that entered and may still convert.
    pub open: u64,
    /// Journeys that entered and will not.
    pub dropped: u64,
    /// Time to the first completion from the earliest start that still completes within the window,
    /// in microseconds; not told with windows of steps, nor where the order does not matter.
    pub time_from_earliest_start: Option<Spread>,
    /// Time to the first completion from the latest start that completes, in microseconds; not told
    /// where the order does not matter.
    pub time_from_latest_start: Option<Spread>,
    /// The rules.
    pub options: FunnelOptions,
}

impl FunnelOptions {
    pub(super) fn check(&self, steps: &[KeyPart]) -> Result<()> {
        let refused = |field: &'static str, message: &'static str| {
            Err(Error::argument(message).in_field(field))
        };
        if !(1..=MOST_FUNNEL_STEPS).contains(&steps.len()) {
            return refused("steps", "a funnel has 1 to 64 steps");
        }
        if self.window.is_some_and(|window| window < 0) {
            return refused("window", "a window is not negative");
        }
        if let Some(windows) = &self.step_windows {
            if windows.len() + 1 != steps.len() || windows.iter().any(|&window| window < 0) {
                return refused(
                    "step_windows",
                    "there is a window, not negative, between any two steps",
                );
            }
            if self.order == FunnelOrder::Unordered {
                return refused("step_windows", "steps in any order have no windows between them");
            }
        }
        if self.exclude.iter().any(|key| steps.contains(key)) {
            return refused("exclude", "a step cannot be excluded");
        }
        let mut seen = BTreeSet::new();
        let twice = steps.iter().any(|step| !seen.insert(step));
        if twice && (self.order == FunnelOrder::Unordered || self.entry == FunnelEntry::Open) {
            return refused("steps", "a step that is named twice needs an order and a first step");
        }
        let free = self.order == FunnelOrder::Unordered || self.entry == FunnelEntry::Open;
        if free && self.start == FunnelStart::First {
            return refused("start", "the first start is that of a closed funnel with an order");
        }
        if self.entry == FunnelEntry::Open && self.order != FunnelOrder::Ordered {
            return refused("entry", "a funnel that is entered at any step has no other order");
        }
        let limited = self.window.is_some() || self.step_windows.is_some();
        if self.entry == FunnelEntry::Open && (limited || !self.exclude.is_empty()) {
            let message = "a funnel that is entered at any step has no windows and no exclusions";
            return refused("entry", message);
        }
        Ok(())
    }
}

/// Journeys in a funnel while they are counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct FunnelTally {
    pub(super) reached: Vec<u64>,
    pub(super) entered: u64,
    pub(super) converted: u64,
    pub(super) open: u64,
}

impl FunnelTally {
    pub(super) fn new(steps: usize) -> Self {
        Self { reached: vec![0; steps], ..Self::default() }
    }

    /// Counts a journey of so many events that has this status.
    pub(super) fn count(
        &mut self,
        rules: &FunnelRules,
        run: &FunnelRun,
        status: JourneyStatus,
        events: u32,
        now: i64,
    ) {
        rules.count(run, &mut self.reached);
        let outcome = rules.outcome(run, status, events, now);
        self.entered += u64::from(outcome.entered);
        self.converted += u64::from(outcome.converted);
        self.open += u64::from(outcome.open);
    }

    /// The funnel of these counts, of so many journeys, with its times to convert.
    pub(super) fn funnel(
        self,
        steps: &[KeyPart],
        options: &FunnelOptions,
        journeys: u64,
        [from_earliest, from_latest]: [Option<Spread>; 2],
    ) -> Result<Funnel> {
        let timed = options.order != FunnelOrder::Unordered && options.entry == FunnelEntry::Closed;
        let whole_window = timed && options.step_windows.is_none();
        Ok(Funnel {
            steps: funnel_steps(steps, &self.reached, self.entered, options)?,
            reached: self.reached,
            journeys,
            converted: self.converted,
            open: self.open,
            dropped: self.entered - self.converted - self.open,
            time_from_earliest_start: from_earliest.filter(|_| whole_window),
            time_from_latest_start: from_latest.filter(|_| timed),
            options: options.clone(),
        })
    }
}

impl Journeys {
    /// How many journeys come how far along these steps.
    pub fn funnel(&self, steps: &[KeyPart], options: &FunnelOptions) -> Result<Funnel> {
        let number = |key: &KeyPart, field| self.touchpoint_number(key, field);
        let rules = FunnelRules::new(steps, options, number)?;
        let now = self.log.ordered().watermark(self.definition.lateness);
        let mut tally = FunnelTally::new(rules.len());
        let (mut earliest, mut latest) = (Vec::new(), Vec::new());
        let (mut run, mut starts) = (rules.run(), Starts::default());
        let passage = self.for_each_journey(|journey| {
            run.restart();
            starts.restart();
            for (at, event) in (1..).map_while(NonZeroU32::new).zip(journey.events) {
                let Event { touchpoint, time, .. } = *event;
                rules.advance(&mut run, FunnelEvent { touchpoint, time, at }, Some(&mut starts));
            }
            let events = u32::try_from(journey.events.len()).unwrap_or(u32::MAX);
            tally.count(&rules, &run, journey.status, events, now);
            earliest.extend(starts.from_earliest);
            latest.extend(run.from_latest);
        });
        let times = [&mut earliest, &mut latest].map(|times| Some(Spread::of(times)));
        tally.funnel(steps, options, passage.journeys, times)
    }
}

fn funnel_steps(
    steps: &[KeyPart],
    reached: &[u64],
    entered: u64,
    options: &FunnelOptions,
) -> Result<Vec<FunnelStep>> {
    let level = options.level.unwrap_or(IntervalOptions::default().level);
    let mut before = None;
    let rows = steps.iter().zip(reached);
    rows.map(|(touchpoint, &reached)| {
        // With an open entry a step may have more journeys than the one before it.
        let previous = before.replace(reached).filter(|_| options.entry == FunnelEntry::Closed);
        let previous = previous.map(|total| Share { successes: reached, total });
        let interval = match &previous {
            Some(share) => proportion::interval(share, &IntervalOptions::at(level))?,
            None => None,
        };
        Ok(FunnelStep {
            touchpoint: touchpoint.clone(),
            reached,
            share: Share { successes: reached, total: entered }.value(),
            share_of_previous: previous.and_then(|share| share.value()),
            interval,
        })
    })
    .collect()
}

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
//! open        entered, not converted, the journey may go on, and the window of its last start too
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

use std::collections::{BTreeSet, VecDeque};

use super::event_log::Event;
use super::journeys::Journeys;
use super::report::Spread;
use super::split::Journey;
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
    /// At any step.
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

/// The rules in the numbers of a log.
#[derive(Debug)]
struct Steps {
    touchpoints: Vec<Option<u32>>,
    excluded: Vec<u32>,
    window: i64,
    step_windows: Vec<i64>,
    options: FunnelOptions,
    now: i64,
}

/// A chain that reached a step: its start, and where and when it got there.
#[derive(Debug, Clone, Copy)]
struct Chain {
    start: i64,
    time: i64,
    at: usize,
}

/// What became of one journey.
#[derive(Debug, Default)]
struct Course {
    reached: usize,
    last_start: Option<i64>,
    earliest: Option<i64>,
    latest: Option<i64>,
}

impl Steps {
    fn of(journeys: &Journeys, steps: &[KeyPart], options: &FunnelOptions) -> Result<Self> {
        options.check(steps)?;
        let number = |key: &KeyPart| journeys.touchpoint_number(key, "steps");
        let touchpoints = steps.iter().map(number).collect::<Result<_>>()?;
        let excluded = options.exclude.iter();
        let excluded: Vec<Option<u32>> = excluded
            .map(|key| journeys.touchpoint_number(key, "exclude"))
            .collect::<Result<_>>()?;
        Ok(Self {
            touchpoints,
            excluded: excluded.into_iter().flatten().collect(),
            window: options.window.unwrap_or(i64::MAX),
            step_windows: options.step_windows.clone().unwrap_or_default(),
            options: options.clone(),
            now: journeys.log.ordered().times().iter().copied().max().unwrap_or(i64::MIN),
        })
    }

    fn len(&self) -> usize {
        self.touchpoints.len()
    }

    fn is_at(&self, step: usize, event: &Event) -> bool {
        self.touchpoints.get(step).copied().flatten() == Some(event.touchpoint)
    }

    /// Whether an event goes on from the chain of the step before.
    fn goes_on(&self, step: usize, chain: &Chain, at: usize, event: &Event) -> bool {
        let pause = event.time.saturating_sub(chain.time);
        let within_step = self.step_windows.get(step - 1).is_none_or(|window| pause <= *window);
        let neighbours = self.options.order != FunnelOrder::Strict || chain.at + 1 == at;
        let whole = event.time.saturating_sub(chain.start);
        within_step && neighbours && whole <= self.window
    }

    fn ordered(&self, journey: &Journey<'_>) -> Course {
        let mut chains: Vec<Option<Chain>> = vec![None; self.len()];
        let mut course = Course::default();
        let mut starts: VecDeque<i64> = VecDeque::new();
        let mut begun = false;
        for (at, event) in journey.events.iter().enumerate() {
            if self.excluded.contains(&event.touchpoint) {
                chains.fill(None);
                starts.clear();
            }
            // From the last step to the first, so that an event serves one step.
            for step in (0..self.len()).rev() {
                if !self.is_at(step, event) {
                    continue;
                }
                let start = if step == 0 {
                    let first_only = self.options.start == FunnelStart::First;
                    if std::mem::replace(&mut begun, true) && first_only {
                        continue;
                    }
                    starts.push_back(event.time);
                    course.last_start = Some(event.time);
                    event.time
                } else {
                    let before = chains.get(step - 1).copied().flatten();
                    match before.filter(|chain| self.goes_on(step, chain, at, event)) {
                        Some(chain) => chain.start,
                        None => continue,
                    }
                };
                if let Some(chain) = chains.get_mut(step) {
                    *chain = Some(Chain { start, time: event.time, at });
                }
                course.reached = course.reached.max(step + 1);
                if step + 1 == self.len() {
                    while starts
                        .front()
                        .is_some_and(|&from| event.time.saturating_sub(from) > self.window)
                    {
                        starts.pop_front();
                    }
                    course.latest = Some(event.time.saturating_sub(start));
                    let from = match self.options.order {
                        FunnelOrder::Strict => start,
                        _ => starts.front().copied().unwrap_or(start),
                    };
                    course.earliest = Some(event.time.saturating_sub(from));
                    return course;
                }
            }
        }
        course
    }

    /// The most different steps within a window.
    fn unordered(&self, journey: &Journey<'_>) -> Course {
        let mut course = Course::default();
        let mut within: VecDeque<(i64, usize)> = VecDeque::new();
        let mut visits = vec![0u64; self.len()];
        let mut different = 0;
        for event in journey.events {
            if self.excluded.contains(&event.touchpoint) {
                within.clear();
                visits.fill(0);
                different = 0;
            }
            let Some(step) = (0..self.len()).find(|&step| self.is_at(step, event)) else {
                continue;
            };
            course.last_start = Some(event.time);
            within.push_back((event.time, step));
            if let Some(visits) = visits.get_mut(step) {
                different += usize::from(*visits == 0);
                *visits += 1;
            }
            while let Some(&(time, gone)) = within.front() {
                if event.time.saturating_sub(time) <= self.window {
                    break;
                }
                within.pop_front();
                if let Some(visits) = visits.get_mut(gone) {
                    *visits -= 1;
                    different -= usize::from(*visits == 0);
                }
            }
            course.reached = course.reached.max(different);
            if course.reached == self.len() {
                break;
            }
        }
        course
    }

    /// Whether a journey that has not converted may still do so.
    fn is_open(&self, journey: &Journey<'_>, course: &Course) -> bool {
        let start = course.last_start;
        let within = |start: i64| self.now.saturating_sub(start) <= self.window;
        journey.status == JourneyStatus::Open && start.is_some_and(within)
    }
}

impl FunnelOptions {
    fn check(&self, steps: &[KeyPart]) -> Result<()> {
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
        if self.order == FunnelOrder::Unordered && self.entry == FunnelEntry::Open {
            return refused("entry", "steps in any order have no first step to enter at");
        }
        Ok(())
    }
}

impl Journeys {
    /// How many journeys come how far along these steps.
    pub fn funnel(&self, steps: &[KeyPart], options: &FunnelOptions) -> Result<Funnel> {
        let rules = Steps::of(self, steps, options)?;
        let mut reached = vec![0u64; rules.len()];
        let (mut converted, mut open, mut entered) = (0, 0, 0);
        let (mut earliest, mut latest) = (Vec::new(), Vec::new());
        let passage = self.for_each_journey(|journey| {
            let course = match options.order {
                FunnelOrder::Unordered => rules.unordered(journey),
                _ => rules.ordered(journey),
            };
            let mut any = course.reached > 0;
            match options.entry {
                FunnelEntry::Closed => {
                    reached.iter_mut().take(course.reached).for_each(|count| *count += 1);
                }
                FunnelEntry::Open => {
                    for (step, count) in reached.iter_mut().enumerate() {
                        let there = journey.events.iter().any(|event| rules.is_at(step, event));
                        *count += u64::from(there);
                        any |= there;
                    }
                }
            }
            let done = match options.entry {
                FunnelEntry::Closed => course.reached == rules.len(),
                FunnelEntry::Open => {
                    journey.events.iter().any(|event| rules.is_at(rules.len() - 1, event))
                }
            };
            entered += u64::from(any);
            converted += u64::from(done);
            open += u64::from(any && !done && rules.is_open(journey, &course));
            earliest.extend(course.earliest);
            latest.extend(course.latest);
        });
        let timed = options.order != FunnelOrder::Unordered && options.entry == FunnelEntry::Closed;
        let from_earliest = timed && options.step_windows.is_none();
        Ok(Funnel {
            steps: funnel_steps(steps, &reached, entered, options)?,
            reached,
            journeys: passage.journeys,
            converted,
            open,
            dropped: entered - converted - open,
            time_from_earliest_start: from_earliest.then(|| Spread::of(&mut earliest)),
            time_from_latest_start: timed.then(|| Spread::of(&mut latest)),
            options: options.clone(),
        })
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

//! One journey on its way through a funnel: an automaton of O(steps) memory.

use std::collections::VecDeque;
use std::num::NonZeroU32;

use super::funnel::{FunnelEntry, FunnelOptions, FunnelOrder, FunnelStart};
use crate::calculator::batch::KeyPart;
use crate::error::Result;
use crate::journey::key_table::NONE;
use crate::model::JourneyStatus;

/// A chain that reached a step: its start, and where and when it got there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) start: i64,
    pub(super) time: i64,
    /// The place of the event in its journey, from 1.
    pub(super) at: NonZeroU32,
}

/// How far one journey has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct FunnelRun {
    /// For each step the latest chain that reached it; in any order, the latest visit.
    pub(super) chains: Vec<Option<Chain>>,
    /// The steps that were visited at all: bit k for step k.
    pub(super) visited: u64,
    /// Steps reached.
    pub(super) reached: usize,
    /// The last event that could begin.
    pub(super) last_start: Option<i64>,
    /// The time that the first completion took from its latest start.
    pub(super) from_latest: Option<i64>,
}

/// The starts of a journey in a funnel, which a log notes and a stream does not.
#[derive(Debug, Clone, Default)]
pub(super) struct Starts {
    times: VecDeque<i64>,
    /// The time that the first completion took from its earliest start within the window.
    pub(super) from_earliest: Option<i64>,
}

impl Starts {
    /// Ready for the next journey.
    pub(super) fn restart(&mut self) {
        self.times.clear();
        self.from_earliest = None;
    }
}

impl FunnelRun {
    fn new(steps: usize) -> Self {
        Self { chains: vec![None; steps], ..Self::default() }
    }

    /// Ready for the next journey.
    pub(super) fn restart(&mut self) {
        self.chains.fill(None);
        let chains = std::mem::take(&mut self.chains);
        *self = Self { chains, ..Self::default() };
    }
}

/// One event of a journey, as a funnel sees it.
#[derive(Debug, Clone, Copy)]
pub(super) struct FunnelEvent {
    pub(super) touchpoint: u32,
    pub(super) time: i64,
    /// Its place in the journey, from 1.
    pub(super) at: NonZeroU32,
}

/// What a journey counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FunnelOutcome {
    pub(super) entered: bool,
    pub(super) converted: bool,
    pub(super) open: bool,
}

/// The rules of a funnel in the numbers of a table of touchpoints.
#[derive(Debug, Clone)]
pub(super) struct FunnelRules {
    steps: usize,
    /// For each touchpoint the steps that it serves; none for those beyond.
    masks: Vec<u64>,
    excluded: Vec<u32>,
    window: i64,
    step_windows: Vec<i64>,
    order: FunnelOrder,
    start: FunnelStart,
    entry: FunnelEntry,
}

impl FunnelRules {
    /// The rules of these steps; `number` finds a touchpoint, or none where no event has it.
    pub(super) fn new(
        steps: &[KeyPart],
        options: &FunnelOptions,
        mut number: impl FnMut(&KeyPart, &'static str) -> Result<Option<u32>>,
    ) -> Result<Self> {
        options.check(steps)?;
        let mut masks = Vec::new();
        for (step, touchpoint) in steps.iter().enumerate() {
            let Some(number) = number(touchpoint, "steps")? else { continue };
            let number = number as usize;
            if masks.len() <= number {
                masks.resize(number + 1, 0);
            }
            if let Some(mask) = masks.get_mut(number) {
                *mask |= 1 << step;
            }
        }
        let excluded = options.exclude.iter();
        let excluded: Vec<Option<u32>> =
            excluded.map(|key| number(key, "exclude")).collect::<Result<_>>()?;
        Ok(Self {
            steps: steps.len(),
            masks,
            excluded: excluded.into_iter().flatten().collect(),
            window: options.window.unwrap_or(i64::MAX),
            step_windows: options.step_windows.clone().unwrap_or_default(),
            order: options.order,
            start: options.start,
            entry: options.entry,
        })
    }

    /// Number of steps.
    pub(super) fn len(&self) -> usize {
        self.steps
    }

    /// A journey before its first event.
    pub(super) fn run(&self) -> FunnelRun {
        FunnelRun::new(self.steps)
    }

    /// Whether a touchpoint can begin: others leave a run that has not begun as it is.
    pub(super) fn can_begin(&self, touchpoint: u32) -> bool {
        let ordered = self.order != FunnelOrder::Unordered && self.entry == FunnelEntry::Closed;
        let mask = self.mask(touchpoint);
        if ordered { mask & 1 == 1 } else { mask != 0 }
    }

    fn mask(&self, touchpoint: u32) -> u64 {
        self.masks.get(touchpoint as usize).copied().unwrap_or_default()
    }

    /// Whether an event goes on from the chain of the step before.
    fn goes_on(&self, step: usize, chain: &Chain, event: FunnelEvent) -> bool {
        let pause = event.time.saturating_sub(chain.time);
        let within_step = self.step_windows.get(step - 1).is_none_or(|window| pause <= *window);
        let neighbours =
            self.order != FunnelOrder::Strict || chain.at.checked_add(1) == Some(event.at);
        let whole = event.time.saturating_sub(chain.start);
        within_step && neighbours && whole <= self.window
    }

    /// Takes the next event of the journey. Where the starts within the window are noted, the time
    /// from the earliest of them is told as well.
    pub(super) fn advance(
        &self,
        run: &mut FunnelRun,
        event: FunnelEvent,
        starts: Option<&mut Starts>,
    ) {
        let mask = self.mask(event.touchpoint);
        run.visited |= mask;
        if run.reached == self.steps {
            return;
        }
        let excluded = !self.excluded.is_empty() && self.excluded.contains(&event.touchpoint);
        if mask == 0 && !excluded {
            return;
        }
        if self.order == FunnelOrder::Unordered {
            self.advance_unordered(run, event, mask, excluded);
        } else {
            self.advance_ordered(run, event, mask, excluded, starts);
        }
    }

    fn advance_ordered(
        &self,
        run: &mut FunnelRun,
        event: FunnelEvent,
        mut mask: u64,
        excluded: bool,
        mut starts: Option<&mut Starts>,
    ) {
        if excluded {
            run.chains.fill(None);
            if let Some(starts) = &mut starts {
                starts.times.clear();
            }
        }
        // From the last step to the first, so that an event serves one step.
        while mask != 0 {
            let step = 63 - mask.leading_zeros() as usize;
            mask &= !(1 << step);
            let start = if step == 0 {
                if run.last_start.is_some() && self.start == FunnelStart::First {
                    continue;
                }
                if let Some(starts) = &mut starts {
                    starts.times.push_back(event.time);
                }
                run.last_start = Some(event.time);
                event.time
            } else {
                let before = run.chains.get(step - 1).copied().flatten();
                match before.filter(|chain| self.goes_on(step, chain, event)) {
                    Some(chain) => chain.start,
                    None => continue,
                }
            };
            if let Some(chain) = run.chains.get_mut(step) {
                *chain = Some(Chain { start, time: event.time, at: event.at });
            }
            run.reached = run.reached.max(step + 1);
            if step + 1 == self.steps {
                run.from_latest = Some(event.time.saturating_sub(start));
                if let Some(starts) = starts {
                    let earliest = self.earliest(&starts.times, event.time).unwrap_or(start);
                    starts.from_earliest = Some(event.time.saturating_sub(earliest));
                }
                return;
            }
        }
    }

    /// The earliest of the starts within the window; neighbours have one start alone.
    fn earliest(&self, starts: &VecDeque<i64>, now: i64) -> Option<i64> {
        if self.order == FunnelOrder::Strict {
            return None;
        }
        starts.iter().copied().find(|&start| now.saturating_sub(start) <= self.window)
    }

    /// The most different steps within a window: the latest visit of each is enough to know.
    fn advance_unordered(
        &self,
        run: &mut FunnelRun,
        event: FunnelEvent,
        mask: u64,
        excluded: bool,
    ) {
        if excluded {
            run.chains.fill(None);
        }
        if mask == 0 {
            return;
        }
        let visit = Chain { start: event.time, time: event.time, at: event.at };
        if let Some(slot) = run.chains.get_mut(mask.trailing_zeros() as usize) {
            *slot = Some(visit);
        }
        run.last_start = Some(event.time);
        let within = |chain: &&Chain| event.time.saturating_sub(chain.time) <= self.window;
        let different = run.chains.iter().flatten().filter(within).count();
        run.reached = run.reached.max(different);
    }

    /// Adds one to each step that the journey counts for.
    pub(super) fn count(&self, run: &FunnelRun, reached: &mut [u64]) {
        for (step, count) in reached.iter_mut().enumerate() {
            let there = match self.entry {
                FunnelEntry::Closed => step < run.reached,
                FunnelEntry::Open => run.visited >> step & 1 == 1,
            };
            *count += u64::from(there);
        }
    }

    /// What a journey of so many events counts for, now that it has this status.
    pub(super) fn outcome(
        &self,
        run: &FunnelRun,
        status: JourneyStatus,
        events: u32,
        now: i64,
    ) -> FunnelOutcome {
        let (entered, converted) = match self.entry {
            FunnelEntry::Closed => (run.reached > 0, run.reached == self.steps),
            FunnelEntry::Open => (run.visited != 0, run.visited >> (self.steps - 1) & 1 == 1),
        };
        let may_convert = status == JourneyStatus::Open && self.may_go_on(run, events, now);
        FunnelOutcome { entered, converted, open: entered && !converted && may_convert }
    }

    /// Whether an event that comes now, after so many, could lead a chain to its next step.
    fn may_go_on(&self, run: &FunnelRun, events: u32, now: i64) -> bool {
        if self.entry == FunnelEntry::Open {
            return true;
        }
        let Some(at) = NonZeroU32::MIN.checked_add(events) else { return false };
        let next = FunnelEvent { touchpoint: NONE, time: now, at };
        let mut chains = run.chains.iter().enumerate();
        chains.any(|(step, chain)| match (self.order, chain) {
            (_, None) => false,
            (FunnelOrder::Unordered, Some(visit)) => now.saturating_sub(visit.time) <= self.window,
            (_, Some(chain)) => step + 1 < self.steps && self.goes_on(step + 1, chain, next),
        })
    }
}

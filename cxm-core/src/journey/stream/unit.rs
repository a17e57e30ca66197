//! The automaton of one customer, or of one object of a customer: what is kept between events.

use super::totals::{END, START, Totals, at, node};
use super::waiting::Waiting;
use crate::journey::event_log::ABSENT;
use crate::journey::funnel_run::{FunnelEvent, FunnelRules, FunnelRun};
use crate::journey::key_table::NONE;
use crate::journey::split::SplitRules;
use crate::model::JourneyStatus;

/// The rules of a stream in the numbers of its tables.
#[derive(Debug, Clone)]
pub(super) struct StreamRules {
    pub(super) split: SplitRules,
    pub(super) funnels: Vec<FunnelRules>,
}

/// The last event that went through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LastEvent {
    pub(super) time: i64,
    pub(super) has_id: bool,
}

/// A journey that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenJourney {
    pub(super) first_time: i64,
    pub(super) events: u64,
    /// The touchpoint of its last event.
    pub(super) touchpoint: u32,
    /// The channel of its last event that had one.
    pub(super) channel: u32,
    pub(super) is_multi_channel: bool,
    /// Its way through each funnel; empty before the first step of any.
    pub(super) runs: Vec<Option<FunnelRun>>,
}

/// What is kept of one customer, or of one object of a customer.
#[derive(Debug, Clone, Default)]
pub(super) struct Unit {
    pub(super) customer: u32,
    pub(super) object: u32,
    pub(super) last: Option<LastEvent>,
    pub(super) journey: Option<OpenJourney>,
    /// Events that may still be overtaken, in their order.
    pub(super) waiting: Vec<Waiting>,
}

impl Unit {
    pub(super) fn new(customer: u32, object: u32) -> Self {
        Self { customer, object, ..Self::default() }
    }

    /// Whether an event at this time comes too late.
    pub(super) fn is_late(&self, time: i64) -> bool {
        self.last.is_some_and(|last| time < last.time)
    }

    /// Lets the next event through. `met` are the pairs of nodes that the customer is counted for.
    pub(super) fn step(
        &mut self,
        event: &Waiting,
        rules: &StreamRules,
        totals: &mut Totals,
        met: &mut Vec<u32>,
    ) {
        let has_id = event.has_id();
        let before = self.last.replace(LastEvent { time: event.time, has_id });
        let is_tie = |last: LastEvent| last.time == event.time && !(last.has_id && has_id);
        totals.passed.ties += u64::from(before.is_some_and(is_tie));
        let last = before.filter(|_| self.journey.is_some()).map(|last| last.time);
        let cut = rules.split.cut(event.touchpoint, event.time, last);
        if cut.begins
            && let (Some(journey), Some(last)) = (self.journey.take(), last)
        {
            journey.close(rules.split.over(), last, rules, totals, met);
        }
        if cut.is_left_out {
            totals.passed.separators += 1;
            return;
        }
        let mut journey = match (self.journey.take(), last) {
            (Some(journey), Some(last)) => journey.go_on(event, last, totals, met),
            _ => OpenJourney::begin(event, totals, met),
        };
        journey.count(event, totals);
        journey.advance(event, &rules.funnels, totals);
        match cut.ends {
            Some(status) => journey.close(status, event.time, rules, totals, met),
            None => self.journey = Some(journey),
        }
    }
}

impl OpenJourney {
    fn begin(event: &Waiting, totals: &mut Totals, met: &mut Vec<u32>) -> Self {
        totals.count_edge(START, node(event.touchpoint), None, met);
        Self {
            first_time: event.time,
            events: 0,
            touchpoint: event.touchpoint,
            channel: NONE,
            is_multi_channel: false,
            runs: Vec::new(),
        }
    }

    fn go_on(self, event: &Waiting, last: i64, totals: &mut Totals, met: &mut Vec<u32>) -> Self {
        let duration = event.time.saturating_sub(last);
        totals.count_edge(node(self.touchpoint), node(event.touchpoint), Some(duration), met);
        self
    }

    /// Counts what an event is by itself, and how it follows the one before it on a channel.
    fn count(&mut self, event: &Waiting, totals: &mut Totals) {
        let place = usize::try_from(self.events).ok().and_then(|step| totals.steps.get_mut(step));
        if let Some(count) = place.and_then(|counts| at(counts, event.touchpoint)) {
            *count += 1;
        }
        self.events = self.events.saturating_add(1);
        self.touchpoint = event.touchpoint;
        totals.times = Some(match totals.times {
            Some((first, last)) => (first.min(event.time), last.max(event.time)),
            None => (event.time, event.time),
        });
        if (event.score != ABSENT || event.value != ABSENT)
            && let Some(counts) = at(&mut totals.touchpoints, event.touchpoint)
        {
            counts.add(event.score, event.value);
        }
        if event.channel != NONE {
            self.count_channel(event.channel, totals);
        }
    }

    fn count_channel(&mut self, channel: u32, totals: &mut Totals) {
        if let Some(events) = at(&mut totals.channels, channel) {
            *events += 1;
        }
        if self.channel == NONE {
            totals.with_channel += 1;
        } else {
            let pair = totals.channel_pairs.number(self.channel, channel);
            if let Some(count) = at(&mut totals.channel_counts, pair) {
                *count += 1;
            }
            if channel != self.channel && !self.is_multi_channel {
                self.is_multi_channel = true;
                totals.multi_channel += 1;
            }
        }
        self.channel = channel;
    }

    fn advance(&mut self, event: &Waiting, funnels: &[FunnelRules], totals: &mut Totals) {
        if self.runs.is_empty() {
            if !funnels.iter().any(|rules| rules.is_step(event.touchpoint)) {
                return;
            }
            self.runs = vec![None; funnels.len()];
        }
        let Waiting { touchpoint, time, .. } = *event;
        let event = FunnelEvent { touchpoint, time, at: self.events - 1 };
        for ((rules, run), totals) in funnels.iter().zip(&mut self.runs).zip(&mut totals.funnels) {
            if run.is_none() && !rules.is_step(touchpoint) {
                continue;
            }
            let run = run.get_or_insert_with(|| rules.run());
            let before = run.from_latest;
            rules.advance(run, event, None);
            if let (None, Some(time)) = (before, run.from_latest) {
                totals.times.add(time);
            }
        }
    }

    /// How long it has lasted until its last event.
    pub(super) fn duration(&self, last: i64) -> i64 {
        last.saturating_sub(self.first_time)
    }

    fn close(
        self,
        status: JourneyStatus,
        last: i64,
        rules: &StreamRules,
        totals: &mut Totals,
        met: &mut Vec<u32>,
    ) {
        totals.count_edge(node(self.touchpoint), END, None, met);
        totals.count_over(status, self.touchpoint);
        totals.lengths.add(i64::try_from(self.events).unwrap_or(i64::MAX));
        totals.durations.add(self.duration(last));
        totals.count_funnels(&rules.funnels, &self.runs, status, last);
    }
}

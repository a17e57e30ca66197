//! The automaton of one customer, or of one object of a customer: what is kept between events.

use std::num::NonZeroU32;

use super::met::MetOf;
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

/// The way of a journey through each funnel; none before its first step there.
pub(super) type FunnelRuns = Vec<Option<FunnelRun>>;

/// A journey that goes on; without events, none does.
#[allow(clippy::box_collection, reason = "there are many units: one word instead of three")]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct OpenJourney {
    pub(super) first_time: i64,
    pub(super) runs: Option<Box<FunnelRuns>>,
    pub(super) events: u32,
    /// The touchpoint of its last event.
    pub(super) touchpoint: u32,
    /// The channel of its last event that had one.
    pub(super) channel: u32,
    pub(super) is_multi_channel: bool,
}

/// What is kept of one customer, or of one object of a customer: there are many, so it is small.
#[allow(clippy::box_collection, reason = "there are many units: one word instead of three")]
#[derive(Debug, Clone, Default)]
pub(super) struct Unit {
    pub(super) customer: u32,
    pub(super) object: u32,
    last_time: i64,
    journey: OpenJourney,
    /// Events that may still be overtaken, in their order.
    waiting: Option<Box<Vec<Waiting>>>,
    is_begun: bool,
    has_id: bool,
}

impl Unit {
    pub(super) fn new(customer: u32, object: u32) -> Self {
        Self { customer, object, ..Self::default() }
    }

    /// The last event that went through.
    pub(super) fn last(&self) -> Option<LastEvent> {
        self.is_begun.then_some(LastEvent { time: self.last_time, has_id: self.has_id })
    }

    /// The journey that goes on.
    pub(super) fn journey(&self) -> Option<&OpenJourney> {
        Some(&self.journey).filter(|journey| journey.events > 0)
    }

    /// The events that wait, in their order.
    pub(super) fn waiting(&self) -> &[Waiting] {
        self.waiting.as_ref().map_or(&[], |waiting| waiting.as_slice())
    }

    /// The events that wait, which wait no more.
    pub(super) fn take_waiting(&mut self) -> Vec<Waiting> {
        self.waiting.as_mut().map(|waiting| std::mem::take(waiting.as_mut())).unwrap_or_default()
    }

    /// Has these events wait, where none do.
    pub(super) fn wait_with(&mut self, events: Vec<Waiting>) {
        match &mut self.waiting {
            Some(waiting) if events.capacity() > 0 => **waiting = events,
            none if events.is_empty() => *none = None,
            none => *none = Some(Box::new(events)),
        }
    }

    /// Goes on where another has come to.
    pub(super) fn go_on_from(&mut self, last: Option<LastEvent>, journey: Option<OpenJourney>) {
        self.is_begun = last.is_some();
        let LastEvent { time, has_id } = last.unwrap_or(LastEvent { time: 0, has_id: false });
        (self.last_time, self.has_id) = (time, has_id);
        self.journey = journey.unwrap_or_default();
    }

    /// Whether an event at this time comes too late.
    pub(super) fn is_late(&self, time: i64) -> bool {
        self.is_begun && time < self.last_time
    }

    /// Lets the next event through. `met` are the pairs of nodes that the customer is counted for.
    pub(super) fn step(
        &mut self,
        event: &Waiting,
        rules: &StreamRules,
        totals: &mut Totals,
        met: &mut MetOf<'_>,
    ) {
        let has_id = event.has_id();
        let before = self.last_time;
        let is_tie = self.is_begun && before == event.time && !(self.has_id && has_id);
        totals.passed.ties += u64::from(is_tie);
        (self.is_begun, self.last_time, self.has_id) = (true, event.time, has_id);
        let journey = &mut self.journey;
        let last = (journey.events > 0).then_some(before);
        let cut = rules.split.cut(event.touchpoint, event.time, last);
        if cut.begins && journey.events > 0 {
            journey.close(rules.split.over(), before, rules, totals, met);
        }
        if cut.is_left_out {
            totals.passed.separators += 1;
            return;
        }
        if journey.events == 0 {
            journey.begin(event, totals, met);
        } else {
            let duration = event.time.saturating_sub(before);
            let (source, target) = (node(journey.touchpoint), node(event.touchpoint));
            totals.count_edge(source, target, Some(duration), met);
        }
        journey.count(event, totals);
        journey.advance(event, &rules.funnels, totals);
        if let Some(status) = cut.ends {
            journey.close(status, event.time, rules, totals, met);
        }
    }
}

impl OpenJourney {
    fn begin(&mut self, event: &Waiting, totals: &mut Totals, met: &mut MetOf<'_>) {
        totals.count_edge(START, node(event.touchpoint), None, met);
        *self = Self { first_time: event.time, channel: NONE, ..Self::default() };
    }

    /// Counts what an event is by itself, and how it follows the one before it on a channel.
    fn count(&mut self, event: &Waiting, totals: &mut Totals) {
        let place = totals.steps.get_mut(self.events as usize);
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
        let Waiting { touchpoint, time, .. } = *event;
        if self.runs.is_none() {
            if !funnels.iter().any(|rules| rules.can_begin(touchpoint)) {
                return;
            }
            self.runs = Some(Box::new(vec![None; funnels.len()]));
        }
        let (Some(runs), Some(at)) = (&mut self.runs, NonZeroU32::new(self.events)) else { return };
        let event = FunnelEvent { touchpoint, time, at };
        for ((rules, run), totals) in funnels.iter().zip(runs.iter_mut()).zip(&mut totals.funnels) {
            if run.is_none() && !rules.can_begin(touchpoint) {
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

    /// Its way through each funnel; nothing before the first step of any.
    pub(super) fn runs(&self) -> &[Option<FunnelRun>] {
        self.runs.as_ref().map_or(&[], |runs| runs.as_slice())
    }

    /// How long it has lasted until its last event.
    pub(super) fn duration(&self, last: i64) -> i64 {
        last.saturating_sub(self.first_time)
    }

    fn close(
        &mut self,
        status: JourneyStatus,
        last: i64,
        rules: &StreamRules,
        totals: &mut Totals,
        met: &mut MetOf<'_>,
    ) {
        totals.count_edge(node(self.touchpoint), END, None, met);
        totals.count_over(status, self.touchpoint);
        totals.lengths.add(self.events.into());
        totals.durations.add(self.duration(last));
        totals.count_funnels(&rules.funnels, self.runs(), status, self.events, last);
        *self = Self::default();
    }
}

//! What is counted over all journeys, whoever's they are.

use super::definition::JourneyStreamDefinition;
use super::met::MetOf;
use super::pairs::Pairs;
use crate::journey::duration_sketch::DurationSketch;
use crate::journey::event_log::ABSENT;
use crate::journey::funnel::FunnelTally;
use crate::journey::funnel_run::{FunnelRules, FunnelRun};
use crate::model::JourneyStatus;
use crate::stats::Moments;

/// The node before the first event of a journey.
pub(super) const START: u32 = 0;
/// The node after its last.
pub(super) const END: u32 = 1;
/// The node of touchpoint 0.
const FIRST: u32 = 2;

/// The node of a touchpoint.
pub(super) fn node(touchpoint: u32) -> u32 {
    touchpoint.saturating_add(FIRST)
}

/// The touchpoint of a node; none for START and END.
pub(super) fn touchpoint_of(node: u32) -> Option<u32> {
    node.checked_sub(FIRST)
}

/// One node followed by another.
#[derive(Debug, Clone, Default)]
pub(super) struct Edge {
    pub(super) count: u64,
    pub(super) customers: u64,
    /// The customer who was counted last; no part of the state.
    last_customer: u32,
    /// Of pairs of events.
    pub(super) durations: DurationSketch,
}

/// What is counted at one touchpoint.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AtTouchpoint {
    /// Customers with an event there in a journey.
    pub(super) customers: u64,
    /// Journeys that are over without their goal and whose last touchpoint it is.
    pub(super) drop_offs: u64,
    pub(super) scores: Moments,
    pub(super) value: i128,
    /// The customer who was counted last; no part of the state.
    last_customer: u32,
}

impl AtTouchpoint {
    /// Adds the score and the value of an event, where it has them.
    pub(super) fn add(&mut self, score: i64, value: i64) {
        if score != ABSENT {
            let (sum, square) = (i128::from(score), i128::from(score) * i128::from(score));
            self.scores = sum_of(&self.scores, &Moments { n: 1, sum, sum_of_squares: square });
        }
        if value != ABSENT {
            self.value = self.value.saturating_add(value.into());
        }
    }
}

/// Events that are in no journey, or in none any more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Passed {
    pub(super) late: u64,
    pub(super) duplicates: u64,
    pub(super) conflicting: u64,
    pub(super) ties: u64,
    pub(super) separators: u64,
}

impl Passed {
    pub(super) fn fields(&self) -> [u64; 5] {
        [self.late, self.duplicates, self.conflicting, self.ties, self.separators]
    }

    pub(super) fn from_fields(fields: [u64; 5]) -> Self {
        let [late, duplicates, conflicting, ties, separators] = fields;
        Self { late, duplicates, conflicting, ties, separators }
    }

    fn add(&mut self, other: &Self) {
        let mut sums = self.fields();
        for (ours, theirs) in sums.iter_mut().zip(other.fields()) {
            *ours = ours.saturating_add(theirs);
        }
        *self = Self::from_fields(sums);
    }
}

/// One funnel while it is counted: journeys that are over, and the times of all conversions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FunnelTotals {
    pub(super) tally: FunnelTally,
    pub(super) times: DurationSketch,
}

/// Sums over journeys: those that are over, and what is known already of those that go on.
#[derive(Debug, Clone, Default)]
pub(super) struct Totals {
    pub(super) passed: Passed,
    /// Events in journeys.
    pub(super) events: u64,
    /// Pairs of nodes, and for each what is counted of it.
    pub(super) pairs: Pairs,
    pub(super) edges: Vec<Edge>,
    pub(super) touchpoints: Vec<AtTouchpoint>,
    /// By step, then by touchpoint.
    pub(super) steps: Vec<Vec<u64>>,
    /// Journeys that are over: with their goal, without it, where none is declared.
    pub(super) converted: u64,
    pub(super) dropped: u64,
    pub(super) ended: u64,
    pub(super) lengths: DurationSketch,
    pub(super) durations: DurationSketch,
    /// The earliest and the latest event in a journey.
    pub(super) times: Option<(i64, i64)>,
    /// Events by channel.
    pub(super) channels: Vec<u64>,
    /// Neighbours on channels, by pair.
    pub(super) channel_pairs: Pairs,
    pub(super) channel_counts: Vec<u64>,
    /// Journeys on any channel, and on more than one.
    pub(super) with_channel: u64,
    pub(super) multi_channel: u64,
    pub(super) funnels: Vec<FunnelTotals>,
}

/// The place of a number in a list, which grows to have it.
pub(super) fn at<T: Clone + Default>(list: &mut Vec<T>, number: u32) -> Option<&mut T> {
    let number = number as usize;
    if list.len() <= number {
        list.resize(number + 1, T::default());
    }
    list.get_mut(number)
}

impl Totals {
    pub(super) fn new(definition: &JourneyStreamDefinition) -> Self {
        let funnel = |steps: usize| FunnelTotals {
            tally: FunnelTally::new(steps),
            times: DurationSketch::default(),
        };
        let funnels = definition.funnels.iter().map(|declared| funnel(declared.steps.len()));
        Self {
            steps: vec![Vec::new(); definition.steps as usize],
            funnels: funnels.collect(),
            ..Self::default()
        }
    }

    /// Counts one node after another, of a customer who is counted for these pairs.
    pub(super) fn count_edge(
        &mut self,
        source: u32,
        target: u32,
        duration: Option<i64>,
        met: &mut MetOf<'_>,
    ) {
        let number = self.pairs.number(source, target);
        let Some(edge) = at(&mut self.edges, number) else { return };
        edge.count = edge.count.saturating_add(1);
        self.events = self.events.saturating_add(u64::from(target != END));
        if let Some(duration) = duration {
            edge.durations.add(duration);
        }
        self.count_met(number, met);
    }

    /// Counts a customer, of whom these pairs are known, for a pair and for its touchpoint, once.
    /// A number is stamped with the customer it counted last, from 1.
    pub(super) fn count_met(&mut self, number: u32, met: &mut MetOf<'_>) {
        let stamp = met.customer.wrapping_add(1);
        let Some(edge) = at(&mut self.edges, number) else { return };
        let is_known = match met.is_new {
            true => edge.last_customer == stamp,
            false => met.pairs().contains(&number),
        };
        if is_known {
            return;
        }
        edge.customers += 1;
        edge.last_customer = stamp;
        let pairs = self.pairs.all();
        let target_of = |number: u32| pairs.get(number as usize).map(|pair| pair.1);
        let target = target_of(number);
        if let Some(touchpoint) = target.and_then(touchpoint_of)
            && let Some(counts) = at(&mut self.touchpoints, touchpoint)
        {
            let was_there = match met.is_new {
                true => counts.last_customer == stamp,
                false => met.pairs().iter().any(|&known| target_of(known) == target),
            };
            counts.customers += u64::from(!was_there);
            counts.last_customer = stamp;
        }
        met.push(number);
    }

    /// Counts the end of a journey.
    pub(super) fn count_over(&mut self, status: JourneyStatus, last: u32) {
        let count = match status {
            JourneyStatus::Converted => &mut self.converted,
            JourneyStatus::Dropped => &mut self.dropped,
            _ => &mut self.ended,
        };
        *count = count.saturating_add(1);
        if status == JourneyStatus::Dropped
            && let Some(counts) = at(&mut self.touchpoints, last)
        {
            counts.drop_offs += 1;
        }
    }

    /// Counts how journeys that are over went through the funnels.
    pub(super) fn count_funnels(
        &mut self,
        rules: &[FunnelRules],
        runs: &[Option<FunnelRun>],
        status: JourneyStatus,
        events: u32,
        now: i64,
    ) {
        for ((rules, run), totals) in rules.iter().zip(runs).zip(&mut self.funnels) {
            if let Some(run) = run {
                totals.tally.count(rules, run, status, events, now);
            }
        }
    }

    /// Journeys that have begun.
    pub(super) fn journeys(&self) -> u64 {
        self.count_of(|(source, _)| source == START)
    }

    fn count_of(&self, which: impl Fn((u32, u32)) -> bool) -> u64 {
        let edges = self.pairs.all().iter().zip(&self.edges);
        let counts = edges.filter(|(pair, _)| which(**pair)).map(|(_, edge)| edge.count);
        counts.fold(0, u64::saturating_add)
    }

    /// Adds the sums of another, whose touchpoints and channels have these numbers here. The
    /// customers of edges and touchpoints are not added: who is on both sides counts once.
    pub(super) fn merge(&mut self, other: &Self, touchpoints: &[u32], channels: &[u32]) {
        self.passed.add(&other.passed);
        self.events = self.events.saturating_add(other.events);
        for (edge, &(source, target)) in other.edges.iter().zip(other.pairs.all()) {
            let number =
                self.pairs.number(renumber(source, touchpoints), renumber(target, touchpoints));
            if let Some(ours) = at(&mut self.edges, number) {
                ours.count = ours.count.saturating_add(edge.count);
                ours.durations.merge(&edge.durations);
            }
        }
        for (counts, &number) in other.touchpoints.iter().zip(touchpoints) {
            if let Some(ours) = at(&mut self.touchpoints, number) {
                ours.drop_offs = ours.drop_offs.saturating_add(counts.drop_offs);
                ours.scores = sum_of(&ours.scores, &counts.scores);
                ours.value = ours.value.saturating_add(counts.value);
            }
        }
        for (ours, theirs) in self.steps.iter_mut().zip(&other.steps) {
            add_counts(ours, theirs, touchpoints);
        }
        self.converted = self.converted.saturating_add(other.converted);
        self.dropped = self.dropped.saturating_add(other.dropped);
        self.ended = self.ended.saturating_add(other.ended);
        self.lengths.merge(&other.lengths);
        self.durations.merge(&other.durations);
        self.times = match (self.times, other.times) {
            (Some((a, b)), Some((from, to))) => Some((a.min(from), b.max(to))),
            (ours, theirs) => ours.or(theirs),
        };
        add_counts(&mut self.channels, &other.channels, channels);
        let number = |channel: u32| channels.get(channel as usize).copied().unwrap_or(channel);
        for (&count, &(a, b)) in other.channel_counts.iter().zip(other.channel_pairs.all()) {
            let pair = self.channel_pairs.number(number(a), number(b));
            if let Some(ours) = at(&mut self.channel_counts, pair) {
                *ours = ours.saturating_add(count);
            }
        }
        self.with_channel = self.with_channel.saturating_add(other.with_channel);
        self.multi_channel = self.multi_channel.saturating_add(other.multi_channel);
        for (ours, theirs) in self.funnels.iter_mut().zip(&other.funnels) {
            ours.merge(theirs);
        }
    }
}

impl FunnelTotals {
    fn merge(&mut self, other: &Self) {
        for (ours, theirs) in self.tally.reached.iter_mut().zip(&other.tally.reached) {
            *ours = ours.saturating_add(*theirs);
        }
        self.tally.entered = self.tally.entered.saturating_add(other.tally.entered);
        self.tally.converted = self.tally.converted.saturating_add(other.tally.converted);
        self.times.merge(&other.times);
    }
}

/// The node that a node of another state is here.
pub(super) fn renumber(node: u32, touchpoints: &[u32]) -> u32 {
    match touchpoint_of(node) {
        Some(touchpoint) => {
            self::node(touchpoints.get(touchpoint as usize).copied().unwrap_or(touchpoint))
        }
        None => node,
    }
}

fn add_counts(ours: &mut Vec<u64>, theirs: &[u64], numbers: &[u32]) {
    for (&count, &number) in theirs.iter().zip(numbers) {
        if count > 0
            && let Some(ours) = at(ours, number)
        {
            *ours = ours.saturating_add(count);
        }
    }
}

fn sum_of(ours: &Moments, theirs: &Moments) -> Moments {
    Moments {
        n: ours.n.saturating_add(theirs.n),
        sum: ours.sum.saturating_add(theirs.sum),
        sum_of_squares: ours.sum_of_squares.saturating_add(theirs.sum_of_squares),
    }
}

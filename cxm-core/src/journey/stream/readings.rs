//! What a stream of journeys tells beside its report: the tables of [`Journeys`](crate::journey)
//! that need no history.

use std::collections::BTreeSet;

use super::journey_stream::JourneyStream;
use super::totals::{END, START, Totals, node, touchpoint_of};
use super::unit::Unit;
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::journey::StepShare;
use crate::journey::Transition;
use crate::journey::event_log::ABSENT;
use crate::journey::funnel::Funnel;
use crate::journey::intake::SCORE_ONE;
use crate::journey::key_table::KeyTable;
use crate::journey::report::Spread;
use crate::journey::scores::{ScoreMean, check_level};
use crate::model::JourneyStatus;

/// What happens at one touchpoint.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StreamTouchpoint {
    /// The touchpoint.
    pub touchpoint: KeyPart,
    /// Events.
    pub events: u64,
    /// Customers who were there.
    pub customers: u64,
    /// Journeys that begin there.
    pub starts: u64,
    /// Journeys that end there, or stand there now.
    pub ends: u64,
    /// Of these, those over without their goal.
    pub drop_offs: u64,
    /// Pairs of it with itself.
    pub self_loops: u64,
    /// The scores there.
    pub score: ScoreMean,
    /// The values of the events, in minor units.
    pub value: i128,
}

/// One channel followed by another.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ChannelSwitch {
    /// The earlier channel.
    pub source: KeyPart,
    /// The later one, which may be the same.
    pub target: KeyPart,
    /// How often.
    pub count: u64,
    /// Of those who go on from the source.
    pub probability: f64,
}

/// An event that came too late and was kept aside.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LateEvent {
    /// Whose.
    pub customer: KeyPart,
    /// Where.
    pub touchpoint: KeyPart,
    /// When, microseconds since 1970.
    pub time: i64,
    /// Its id.
    pub event_id: KeyPart,
    /// On which channel.
    pub channel: KeyPart,
    /// What it was about.
    pub object: KeyPart,
    /// Its score.
    pub score: Option<f64>,
    /// Its value, in minor units.
    pub value: Option<i64>,
}

fn name(table: &KeyTable, number: u32) -> KeyPart {
    table.key(number).cloned().unwrap_or(KeyPart::Missing)
}

/// An edge with its nodes, as it is shown.
struct Shown {
    source: u32,
    target: u32,
    count: u64,
    customers: u64,
    duration: Spread,
}

impl JourneyStream {
    /// The time before which nothing can come any more, where nothing waits.
    pub(super) fn watermark(&self) -> i64 {
        let times = self.units.iter().filter_map(Unit::last).map(|last| last.time);
        let latest = times.max().unwrap_or(i64::MIN);
        latest.saturating_sub(self.definition.journeys.lateness)
    }

    /// The sums with the journeys that go on ended where they stand.
    fn ended_now(&self) -> Totals {
        let (now, mut totals) = (self.watermark(), self.totals.clone());
        let mut met = self.met.clone();
        for unit in &self.units {
            let (Some(last), Some(journey)) = (unit.last(), unit.journey()) else { continue };
            let met = &mut met.of_mut(unit.customer);
            totals.count_edge(node(journey.touchpoint), END, None, met);
            let status = self.rules.split.status_at(last.time, now);
            if status == JourneyStatus::Dropped {
                totals.count_over(status, journey.touchpoint);
            }
        }
        totals
    }

    fn node_name(&self, number: u32) -> KeyPart {
        match touchpoint_of(number) {
            Some(touchpoint) => name(&self.tables.touchpoints, touchpoint),
            None if number == START => KeyPart::from("START"),
            None => KeyPart::from("END"),
        }
    }

    /// Which touchpoint follows which, as [`Journeys::transitions`](crate::journey::Journeys)
    /// tells; quantiles of durations within 1.6 %.
    #[allow(clippy::cast_precision_loss, reason = "counts are shown as shares")]
    pub fn transitions(&self, ends: bool) -> Vec<Transition> {
        let settled = self.settled();
        let totals = if ends { settled.ended_now() } else { settled.totals.clone() };
        let is_shown = |(source, target): (u32, u32)| ends || (source != START && target != END);
        let pairs = totals.pairs.all().iter().zip(&totals.edges);
        let mut edges: Vec<Shown> = pairs
            .filter(|(pair, _)| is_shown(**pair))
            .map(|(&(source, target), edge)| Shown {
                source,
                target,
                count: edge.count,
                customers: edge.customers,
                duration: edge.durations.spread(),
            })
            .collect();
        let nodes = settled.tables.touchpoints.len() + 2;
        let (mut out, mut into, mut all) = (vec![0u64; nodes], vec![0u64; nodes], 0u64);
        for edge in &edges {
            for (sums, node) in [(&mut out, edge.source), (&mut into, edge.target)] {
                if let Some(sum) = sums.get_mut(node as usize) {
                    *sum += edge.count;
                }
            }
            all += edge.count;
        }
        let of = |count: u64, sum: Option<&u64>| count as f64 / sum.copied().unwrap_or(1) as f64;
        edges.sort_by_cached_key(|edge| {
            let (source, target) = (settled.node_name(edge.source), settled.node_name(edge.target));
            (edge.source != START, source, edge.target == END, target)
        });
        edges
            .into_iter()
            .map(|edge| Transition {
                source: settled.node_name(edge.source),
                target: settled.node_name(edge.target),
                count: edge.count,
                customers: edge.customers,
                probability: of(edge.count, out.get(edge.source as usize)),
                probability_in: of(edge.count, into.get(edge.target as usize)),
                share: of(edge.count, Some(&all)),
                duration: edge.duration,
            })
            .collect()
    }

    /// Where journeys are at each of their first steps, sorted by step, then touchpoints by name,
    /// then END.
    #[allow(clippy::cast_precision_loss, reason = "counts are shown as shares")]
    pub fn step_matrix(&self) -> Vec<StepShare> {
        let settled = self.settled();
        let journeys = settled.totals.journeys();
        let order = settled.tables.touchpoints.sorted();
        let mut rows = Vec::new();
        for (step, counts) in (1i64..).zip(&settled.totals.steps) {
            let there = order.iter().filter_map(|&number| {
                let count = counts.get(number as usize).copied().filter(|&count| count > 0)?;
                Some((name(&settled.tables.touchpoints, number), count))
            });
            let mut cells: Vec<(KeyPart, u64)> = there.collect();
            let over = journeys - cells.iter().map(|cell| cell.1).sum::<u64>().min(journeys);
            if over > 0 {
                cells.push((KeyPart::from("END"), over));
            }
            rows.extend(cells.into_iter().map(|(touchpoint, count)| StepShare {
                step,
                touchpoint,
                journeys: count,
                share: count as f64 / journeys as f64,
            }));
        }
        rows
    }

    /// A declared funnel; the level is that of its intervals. Times to convert are told from the
    /// latest start, quantiles within 1.6 %.
    pub fn funnel(&self, name: &str, level: Option<f64>) -> Result<Funnel> {
        let declared = self.definition.funnels.iter().position(|funnel| funnel.name == name);
        let Some(place) = declared else {
            let names = self.definition.funnels.iter().map(|funnel| funnel.name.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            let listed = if names.is_empty() { "none" } else { &names };
            let message = format!("no funnel \"{name}\" was declared; there are: {listed}");
            return Err(Error::not_found(message).in_field("name"));
        };
        let settled = self.settled();
        let missing = || Error::not_found("the funnel is not counted");
        let declared = settled.definition.funnels.get(place).ok_or_else(missing)?;
        let rules = settled.rules.funnels.get(place).ok_or_else(missing)?;
        let counted = settled.totals.funnels.get(place).ok_or_else(missing)?;
        let (mut tally, now) = (counted.tally.clone(), settled.watermark());
        for unit in &settled.units {
            let (Some(last), Some(journey)) = (unit.last(), unit.journey()) else { continue };
            if let Some(run) = journey.runs().get(place).and_then(Option::as_ref) {
                let status = settled.rules.split.status_at(last.time, now);
                tally.count(rules, run, status, journey.events, now);
            }
        }
        let options = crate::journey::FunnelOptions { level, ..declared.options.clone() };
        let times = [None, Some(counted.times.spread())];
        tally.funnel(&declared.steps, &options, settled.totals.journeys(), times)
    }

    /// What happens at each touchpoint, by name.
    pub fn touchpoints(&self, level: f64) -> Result<Vec<StreamTouchpoint>> {
        check_level(level)?;
        let settled = self.settled();
        let totals = settled.ended_now();
        let pairs = || totals.pairs.all().iter().zip(&totals.edges);
        let mut rows = Vec::new();
        for number in settled.tables.touchpoints.sorted() {
            let place = node(number);
            let sum = |which: &dyn Fn((u32, u32)) -> bool| {
                pairs().filter(|(pair, _)| which(**pair)).map(|(_, edge)| edge.count).sum::<u64>()
            };
            let events = sum(&|(_, target)| target == place);
            if events == 0 {
                continue;
            }
            let counts = totals.touchpoints.get(number as usize).copied().unwrap_or_default();
            rows.push(StreamTouchpoint {
                touchpoint: name(&settled.tables.touchpoints, number),
                events,
                customers: counts.customers,
                starts: sum(&|pair| pair == (START, place)),
                ends: sum(&|pair| pair == (place, END)),
                drop_offs: counts.drop_offs,
                self_loops: sum(&|pair| pair == (place, place)),
                score: ScoreMean::of(&counts.scores, SCORE_ONE, level)?,
                value: counts.value,
            });
        }
        Ok(rows)
    }

    /// Which channel follows which, by name.
    #[allow(clippy::cast_precision_loss, reason = "counts are shown as shares")]
    pub fn channel_switches(&self) -> Vec<ChannelSwitch> {
        let settled = self.settled();
        let totals = &settled.totals;
        let pairs = || totals.channel_pairs.all().iter().zip(&totals.channel_counts);
        let sources: BTreeSet<u32> = pairs().map(|(pair, _)| pair.0).collect();
        let mut rows = Vec::new();
        for source in sources {
            let from_here = || pairs().filter(|(pair, _)| pair.0 == source);
            let all: u64 = from_here().map(|(_, count)| count).sum();
            rows.extend(from_here().map(|(&(_, target), &count)| ChannelSwitch {
                source: name(&settled.tables.channels, source),
                target: name(&settled.tables.channels, target),
                count,
                probability: count as f64 / all as f64,
            }));
        }
        rows.sort_by(|a, b| (&a.source, &a.target).cmp(&(&b.source, &b.target)));
        rows
    }

    /// The events that came too late and were kept aside, by customer and time.
    #[allow(clippy::cast_precision_loss, reason = "millionths of a score")]
    pub fn late_events(&self) -> Vec<LateEvent> {
        let tables = &self.tables;
        let row = |kept: &super::journey_stream::Aside| {
            let event = &kept.event;
            LateEvent {
                customer: name(&tables.customers, kept.customer),
                touchpoint: name(&tables.touchpoints, event.touchpoint),
                time: event.time,
                event_id: event.id.clone(),
                channel: name(&tables.channels, event.channel),
                object: name(&tables.objects, kept.object),
                score: (event.score != ABSENT).then(|| event.score as f64 / SCORE_ONE as f64),
                value: (event.value != ABSENT).then_some(event.value),
            }
        };
        let mut rows: Vec<LateEvent> = self.aside.iter().map(row).collect();
        rows.sort_by(|a, b| {
            let key = |it: &LateEvent| (it.customer.clone(), it.time, it.event_id.clone());
            key(a).cmp(&key(b)).then_with(|| a.touchpoint.cmp(&b.touchpoint))
        });
        rows
    }
}

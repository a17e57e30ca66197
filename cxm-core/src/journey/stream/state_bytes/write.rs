//! From a stream to its bytes.

use crate::calculator::batch::KeyPart;
use crate::calculator::codec::Writer;
use crate::journey::definition::write_optional;
use crate::journey::event_log::ABSENT;
use crate::journey::funnel_run::FunnelRun;
use crate::journey::key_table::{KeyTable, NONE};
use crate::journey::stream::journey_stream::{Aside, JourneyStream};
use crate::journey::stream::totals::{END, START, node, touchpoint_of};
use crate::journey::stream::unit::{OpenJourney, Unit};
use crate::journey::stream::waiting::Waiting;

/// The keys of a table that are used, in their order, and the place of each number among them.
struct Places {
    numbers: Vec<u32>,
    places: Vec<u32>,
}

impl Places {
    fn of(table: &KeyTable, used: &[bool]) -> Self {
        let is_used = |number: &u32| used.get(*number as usize).copied().unwrap_or_default();
        let numbers: Vec<u32> = table.sorted().into_iter().filter(is_used).collect();
        let mut places = vec![NONE; table.len()];
        for (place, &number) in (0u32..).zip(&numbers) {
            if let Some(slot) = places.get_mut(number as usize) {
                *slot = place;
            }
        }
        Self { numbers, places }
    }

    fn place(&self, number: u32) -> u32 {
        self.places.get(number as usize).copied().unwrap_or(NONE)
    }

    /// The place of a node: START and END as they are.
    fn node(&self, number: u32) -> u32 {
        touchpoint_of(number).map_or(number, |touchpoint| node(self.place(touchpoint)))
    }

    fn write(&self, table: &KeyTable, writer: &mut Writer) {
        writer.length(self.numbers.len());
        for &number in &self.numbers {
            table.key(number).unwrap_or(&KeyPart::Missing).write(writer);
        }
    }
}

/// Marks a number as used.
fn mark(used: &mut [bool], number: u32) {
    if let Some(used) = used.get_mut(number as usize) {
        *used = true;
    }
}

/// The places of all keys.
struct Keys {
    customers: Places,
    touchpoints: Places,
    channels: Places,
    objects: Places,
}

impl Keys {
    fn of(stream: &JourneyStream) -> Self {
        let tables = &stream.tables;
        let all = [&tables.customers, &tables.touchpoints, &tables.channels, &tables.objects];
        let [mut customers, mut touchpoints, mut channels, mut objects] =
            all.map(|table| vec![false; table.len()]);
        for &(source, target) in stream.totals.pairs.all() {
            for touchpoint in [source, target].into_iter().filter_map(touchpoint_of) {
                mark(&mut touchpoints, touchpoint);
            }
        }
        for (channel, &events) in (0u32..).zip(&stream.totals.channels) {
            if events > 0 {
                mark(&mut channels, channel);
            }
        }
        let mut mark_event = |event: &Waiting| {
            mark(&mut touchpoints, event.touchpoint);
            mark(&mut channels, event.channel);
        };
        for unit in stream.units.iter().filter(|unit| is_there(unit)) {
            mark(&mut customers, unit.customer);
            mark(&mut objects, unit.object);
            unit.waiting().iter().for_each(&mut mark_event);
        }
        for kept in &stream.aside {
            mark(&mut customers, kept.customer);
            mark(&mut objects, kept.object);
            mark_event(&kept.event);
        }
        Self {
            customers: Places::of(&tables.customers, &customers),
            touchpoints: Places::of(&tables.touchpoints, &touchpoints),
            channels: Places::of(&tables.channels, &channels),
            objects: Places::of(&tables.objects, &objects),
        }
    }

    fn write(&self, stream: &JourneyStream, writer: &mut Writer) {
        let tables = &stream.tables;
        self.customers.write(&tables.customers, writer);
        self.touchpoints.write(&tables.touchpoints, writer);
        self.channels.write(&tables.channels, writer);
        self.objects.write(&tables.objects, writer);
    }
}

/// Whether a unit has seen an event.
fn is_there(unit: &Unit) -> bool {
    unit.last().is_some() || !unit.waiting().is_empty()
}

fn number(counts: &[u64], number: u32) -> u64 {
    counts.get(number as usize).copied().unwrap_or_default()
}

/// A place, or that there is none.
fn write_place(place: u32, writer: &mut Writer) {
    writer.unsigned(place.wrapping_add(1));
}

pub(in crate::journey::stream) fn write(stream: &JourneyStream, writer: &mut Writer) {
    stream.excluded.fields().into_iter().for_each(|count| writer.unsigned(count));
    stream.totals.passed.fields().into_iter().for_each(|count| writer.unsigned(count));
    let keys = Keys::of(stream);
    keys.write(stream, writer);
    let places = write_edges(stream, &keys, writer);
    write_sums(stream, &keys, writer);
    write_channels(stream, &keys, writer);
    for funnel in &stream.totals.funnels {
        funnel.tally.reached.iter().for_each(|&count| writer.unsigned(count));
        writer.unsigned(funnel.tally.entered);
        writer.unsigned(funnel.tally.converted);
        funnel.times.write(writer);
    }
    write_units(stream, &keys, writer);
    for &customer in &keys.customers.numbers {
        let place = |&pair: &u32| places.get(pair as usize).copied().unwrap_or(NONE);
        let mut met: Vec<u32> = stream.met.of(customer).iter().map(place).collect();
        met.sort_unstable();
        writer.length(met.len());
        met.into_iter().for_each(|pair| writer.unsigned(pair));
    }
    write_aside(stream, &keys, writer);
}

/// Writes the pairs of nodes in their order; returns the place of each.
fn write_edges(stream: &JourneyStream, keys: &Keys, writer: &mut Writer) -> Vec<u32> {
    let pairs = stream.totals.pairs.all();
    let mut order: Vec<(u32, u32, usize)> = pairs
        .iter()
        .enumerate()
        .map(|(number, &(a, b))| (keys.touchpoints.node(a), keys.touchpoints.node(b), number))
        .collect();
    order.sort_unstable();
    let mut places = vec![NONE; pairs.len()];
    writer.length(order.len());
    for (place, &(source, target, number)) in (0u32..).zip(&order) {
        if let Some(slot) = places.get_mut(number) {
            *slot = place;
        }
        let Some(edge) = stream.totals.edges.get(number) else { continue };
        writer.unsigned(source);
        writer.unsigned(target);
        if source == START || target == END {
            writer.unsigned(edge.count);
        } else {
            edge.durations.write(writer);
        }
    }
    places
}

fn write_sums(stream: &JourneyStream, keys: &Keys, writer: &mut Writer) {
    let totals = &stream.totals;
    for &touchpoint in &keys.touchpoints.numbers {
        let counts = totals.touchpoints.get(touchpoint as usize).copied().unwrap_or_default();
        writer.unsigned(counts.drop_offs);
        writer.unsigned(counts.scores.n);
        writer.signed(counts.scores.sum);
        writer.signed(counts.scores.sum_of_squares);
        writer.signed(counts.value);
    }
    for counts in &totals.steps {
        for &touchpoint in &keys.touchpoints.numbers {
            writer.unsigned(number(counts, touchpoint));
        }
    }
    for count in [totals.converted, totals.dropped, totals.ended] {
        writer.unsigned(count);
    }
    totals.lengths.write(writer);
    totals.durations.write(writer);
    writer.bool(totals.times.is_some());
    if let Some((first, last)) = totals.times {
        writer.signed(first);
        writer.signed(last);
    }
}

fn write_channels(stream: &JourneyStream, keys: &Keys, writer: &mut Writer) {
    let totals = &stream.totals;
    for &channel in &keys.channels.numbers {
        writer.unsigned(number(&totals.channels, channel));
    }
    let place = |channel: u32| keys.channels.place(channel);
    let pairs = totals.channel_pairs.all().iter().zip(&totals.channel_counts);
    let mut pairs: Vec<(u32, u32, u64)> =
        pairs.map(|(&(a, b), &count)| (place(a), place(b), count)).collect();
    pairs.sort_unstable();
    writer.length(pairs.len());
    for (a, b, count) in pairs {
        writer.unsigned(a);
        writer.unsigned(b);
        writer.unsigned(count);
    }
    writer.unsigned(totals.with_channel);
    writer.unsigned(totals.multi_channel);
}

fn write_units(stream: &JourneyStream, keys: &Keys, writer: &mut Writer) {
    let owner = |unit: &&Unit| {
        let object = keys.objects.place(unit.object);
        (keys.customers.place(unit.customer), object.wrapping_add(1))
    };
    let mut units: Vec<&Unit> = stream.units.iter().filter(|unit| is_there(unit)).collect();
    units.sort_unstable_by_key(owner);
    writer.length(units.len());
    for unit in units {
        writer.unsigned(keys.customers.place(unit.customer));
        write_place(keys.objects.place(unit.object), writer);
        writer.bool(unit.last().is_some());
        if let Some(last) = unit.last() {
            writer.signed(last.time);
            writer.bool(last.has_id);
            writer.bool(unit.journey().is_some());
            if let Some(journey) = unit.journey() {
                write_journey(journey, keys, writer);
            }
        }
        writer.length(unit.waiting().len());
        unit.waiting().iter().for_each(|event| write_event(event, keys, writer));
    }
}

fn write_journey(journey: &OpenJourney, keys: &Keys, writer: &mut Writer) {
    writer.signed(journey.first_time);
    writer.unsigned(journey.events);
    writer.unsigned(keys.touchpoints.place(journey.touchpoint));
    write_place(keys.channels.place(journey.channel), writer);
    writer.bool(journey.is_multi_channel);
    writer.bool(!journey.runs().is_empty());
    for run in journey.runs() {
        writer.bool(run.is_some());
        if let Some(run) = run {
            write_run(run, writer);
        }
    }
}

fn write_run(run: &FunnelRun, writer: &mut Writer) {
    for chain in &run.chains {
        writer.bool(chain.is_some());
        if let Some(chain) = chain {
            writer.signed(chain.start);
            writer.signed(chain.time);
            writer.unsigned(chain.at.get());
        }
    }
    writer.unsigned(run.visited);
    writer.length(run.reached);
    write_optional(run.last_start, writer);
    write_optional(run.from_latest, writer);
}

fn write_event(event: &Waiting, keys: &Keys, writer: &mut Writer) {
    writer.signed(event.time);
    event.id.write(writer);
    writer.unsigned(keys.touchpoints.place(event.touchpoint));
    write_place(keys.channels.place(event.channel), writer);
    for amount in [event.score, event.value] {
        write_optional((amount != ABSENT).then_some(amount), writer);
    }
}

fn write_aside(stream: &JourneyStream, keys: &Keys, writer: &mut Writer) {
    let order = |kept: &&Aside| {
        let event = &kept.event;
        (
            keys.customers.place(kept.customer),
            keys.objects.place(kept.object).wrapping_add(1),
            event.time,
            event.id.clone(),
            keys.touchpoints.place(event.touchpoint),
            keys.channels.place(event.channel).wrapping_add(1),
            event.score,
            event.value,
        )
    };
    let mut aside: Vec<&Aside> = stream.aside.iter().collect();
    aside.sort_by_cached_key(order);
    writer.length(aside.len());
    for kept in aside {
        writer.unsigned(keys.customers.place(kept.customer));
        write_place(keys.objects.place(kept.object), writer);
        write_event(&kept.event, keys, writer);
    }
}

//! Random logs with everything at once (ties, repeats, missing ids, objects and channels, every rule
//! that ends a journey) against a recount of the definitions, held as a log and as a stream.

use std::collections::{BTreeMap, BTreeSet};

use cxm_core::journey::stream::{JourneyStream, JourneyStreamDefinition, JourneyStreamReport};
use cxm_core::journey::{JourneyRow, TouchpointCounts, Transition};
use cxm_core::model::JourneyStatus;
use cxm_core::prelude::*;

use super::brute_force::Draws;

const NAMES: [&str; 6] = ["a", "b", "goal", "end", "start", "---"];

#[derive(Debug, Clone, Copy)]
struct Row {
    customer: i64,
    name: &'static str,
    time: i64,
    id: Option<i64>,
    object: Option<i64>,
    channel: Option<i64>,
}

#[derive(Debug, Default, PartialEq)]
struct Counted {
    /// Whose, from when to when, how many events, how it stands.
    journeys: Vec<(i64, i64, i64, u64, JourneyStatus)>,
    switches: Vec<u64>,
    /// How often, by how many customers, and how long together.
    transitions: BTreeMap<(String, String), (u64, u64, i64)>,
    /// Events, journeys, starts, ends, drop-offs, repeats, self-loops, returns.
    touchpoints: BTreeMap<String, [u64; 8]>,
    /// Duplicates, ties, separators.
    passed: [u64; 3],
}

fn rows(draws: &mut Draws) -> Vec<Row> {
    let maybe = |of: u64, most: u64, draws: &mut Draws| {
        (draws.below(of) > 0).then(|| draws.below(most) as i64)
    };
    let span = [3, 30, 300][draws.below(3) as usize];
    let mut rows = Vec::new();
    for _ in 0..draws.below(40) {
        let object = maybe(3, 2, draws);
        rows.push(Row {
            customer: draws.below(3) as i64,
            name: NAMES[draws.below(6) as usize],
            time: draws.below(span) as i64,
            // Repeats are of one object, since a stream looks for them there.
            id: maybe(2, 20, draws).map(|id| id * 3 + object.map_or(2, |object| object)),
            object,
            channel: maybe(3, 3, draws),
        });
    }
    // The last event of all is nobody's repeat.
    rows.push(Row {
        customer: 9,
        name: "a",
        time: span as i64,
        id: None,
        object: None,
        channel: None,
    });
    rows
}

fn definition(draws: &mut Draws) -> JourneysDefinition {
    let mut some = |name: &str| match draws.below(2) {
        0 => Vec::new(),
        _ => vec![KeyPart::from(name)],
    };
    let (goal, end, start, separators) = (some("goal"), some("end"), some("start"), some("---"));
    JourneysDefinition {
        gap: (draws.below(3) > 0).then(|| 1 + draws.below(20) as i64),
        goal,
        end,
        start,
        separators,
        keep_separators: draws.below(2) == 0,
        by_object: draws.below(2) == 0,
        lateness: [0, 10][draws.below(2) as usize],
        ..Default::default()
    }
}

/// The journeys of one customer, or of one object of a customer, whose events are in order.
fn split<'a>(
    events: &[&'a Row],
    rules: &JourneysDefinition,
    now: i64,
    left_out: &mut u64,
) -> Vec<(Vec<&'a Row>, JourneyStatus)> {
    let is = |list: &[KeyPart], row: &Row| list.contains(&row.name.into());
    let over = if rules.goal.is_empty() { JourneyStatus::Ended } else { JourneyStatus::Dropped };
    let pause = |from: i64, to: i64| rules.gap.is_some_and(|gap| to - from > gap);
    let mut journeys: Vec<(Vec<&Row>, JourneyStatus)> = Vec::new();
    let mut is_open = false;
    for &row in events {
        let last = journeys.last_mut().filter(|_| is_open);
        let separates = is(&rules.separators, row);
        let cuts = separates || is(&rules.start, row);
        if let Some((before, status)) = last
            && (cuts || pause(before[before.len() - 1].time, row.time))
        {
            (*status, is_open) = (over, false);
        }
        if separates && !rules.keep_separators {
            *left_out += 1;
            continue;
        }
        if !is_open {
            journeys.push((Vec::new(), JourneyStatus::Open));
            is_open = true;
        }
        let (events, status) = journeys.last_mut().unwrap();
        events.push(row);
        if is(&rules.goal, row) {
            (*status, is_open) = (JourneyStatus::Converted, false);
        } else if is(&rules.end, row) {
            (*status, is_open) = (over, false);
        }
    }
    if let Some((events, status)) = journeys.last_mut().filter(|_| is_open)
        && pause(events[events.len() - 1].time, now)
    {
        *status = over;
    }
    journeys
}

fn recount(rows: &[Row], rules: &JourneysDefinition) -> Counted {
    let mut counted = Counted::default();
    let now = rows.iter().map(|row| row.time).max().unwrap() - rules.lateness;
    let mut met = BTreeSet::new();
    for customer in rows.iter().map(|row| row.customer).collect::<BTreeSet<_>>() {
        let mut events: Vec<&Row> = rows.iter().filter(|row| row.customer == customer).collect();
        // Of one id and one time, what they say decides.
        events.sort_by_key(|row| (row.time, row.id, row.id.map(|_| (row.name, row.channel))));
        let mut ids = BTreeSet::new();
        let all = events.len();
        events.retain(|row| row.id.is_none_or(|id| ids.insert(id)));
        counted.passed[0] += (all - events.len()) as u64;
        let mut objects: Vec<Option<i64>> = Vec::new();
        for object in events.iter().map(|row| row.object.filter(|_| rules.by_object)) {
            if !objects.contains(&object) {
                objects.push(object);
            }
        }
        for object in objects {
            let mut own = events.clone();
            own.retain(|row| !rules.by_object || row.object == object);
            let tied = |pair: &&[&Row]| {
                pair[0].time == pair[1].time && (pair[0].id.is_none() || pair[1].id.is_none())
            };
            counted.passed[1] += own.windows(2).filter(tied).count() as u64;
            for (events, status) in split(&own, rules, now, &mut counted.passed[2]) {
                counted.count(customer, &events, status, &mut met);
            }
        }
    }
    counted
}

impl Counted {
    fn count(
        &mut self,
        customer: i64,
        events: &[&Row],
        status: JourneyStatus,
        met: &mut BTreeSet<(String, String, i64)>,
    ) {
        let (first, last) = (events[0], events[events.len() - 1]);
        self.journeys.push((customer, first.time, last.time, events.len() as u64, status));
        let channels: Vec<i64> = events.iter().filter_map(|row| row.channel).collect();
        self.switches.push(channels.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64);
        let mut pairs = vec![("START", first.name, 0), (last.name, "END", 0)];
        pairs.extend(events.windows(2).map(|it| (it[0].name, it[1].name, it[1].time - it[0].time)));
        for (a, b, time) in pairs {
            let pair = (a.to_owned(), b.to_owned());
            let count = self.transitions.entry(pair.clone()).or_default();
            count.0 += 1;
            count.1 += u64::from(met.insert((pair.0, pair.1, customer)));
            count.2 += time;
        }
        for (at, row) in events.iter().enumerate() {
            let before = &events[..at];
            let visits = before.iter().filter(|it| it.name == row.name).count();
            let again = before.last().is_some_and(|it| it.name == row.name);
            let is_last = at + 1 == events.len();
            let told = [
                true,
                visits == 0,
                at == 0,
                is_last,
                is_last && status == JourneyStatus::Dropped,
                visits == 1,
                again,
                visits > 0 && !again,
            ];
            let counts = self.touchpoints.entry(row.name.to_owned()).or_default();
            counts.iter_mut().zip(told).for_each(|(count, told)| *count += u64::from(told));
        }
    }
}

fn feed<C>(calculator: &mut C, rows: &[Row])
where
    C: for<'a> Update<Batch<'a> = Events<'a>>,
{
    let codes: Vec<u32> = (0u32..).take(rows.len()).collect();
    let keys = |of: fn(&Row) -> Option<i64>| -> Vec<KeyPart> {
        rows.iter().map(|row| of(row).map_or(KeyPart::Missing, KeyPart::from)).collect()
    };
    let (ids, objects, channels) =
        (keys(|row| row.id), keys(|row| row.object), keys(|row| row.channel));
    let customers: Vec<i64> = rows.iter().map(|row| row.customer).collect();
    let names: Vec<&str> = rows.iter().map(|row| row.name).collect();
    let times: Vec<i64> = rows.iter().map(|row| row.time).collect();
    let mut batch = Events::new(customers.as_slice(), names.as_slice(), times.as_slice());
    batch.event_ids = Some(KeyColumn::coded(&codes, &ids));
    batch.objects = Some(KeyColumn::coded(&codes, &objects));
    batch.channels = Some(KeyColumn::coded(&codes, &channels));
    calculator.update(batch).unwrap();
}

fn of_log(log: &Journeys) -> Counted {
    let row = |it: JourneyRow| {
        let KeyPart::Integer(customer) = it.customer else { panic!("a number") };
        (customer, it.first_time, it.last_time, it.events, it.status)
    };
    let pair = |it: Transition| {
        let time = it.duration.mean.map_or(0.0, |mean| mean * it.count as f64).round();
        ((it.source.to_string(), it.target.to_string()), (it.count, it.customers, time as i64))
    };
    let touchpoint = |it: TouchpointCounts| {
        let TouchpointCounts { events, journeys, starts, ends, drop_offs, .. } = it;
        let again = [it.repeats, it.self_loops, it.returns];
        let [repeats, self_loops, returns] = again;
        let counts = [events, journeys, starts, ends, drop_offs, repeats, self_loops, returns];
        (it.touchpoint.to_string(), counts)
    };
    let report = log.value();
    Counted {
        journeys: log.journeys().into_iter().map(row).collect(),
        switches: log.journey_channels().unwrap().iter().map(|it| it.switches).collect(),
        transitions: log.transitions(true).into_iter().map(pair).collect(),
        touchpoints: log.touchpoints().into_iter().map(touchpoint).collect(),
        passed: [report.duplicates, report.ties, report.separators],
    }
}

#[test]
fn a_log_and_a_stream_have_the_figures_of_a_recount() {
    let mut draws = Draws(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3_000 {
        let (journeys, rows) = (definition(&mut draws), rows(&mut draws));
        let counted = recount(&rows, &journeys);
        let case = format!("{journeys:?} {rows:?}");
        let mut log = Journeys::new(journeys.clone()).unwrap();
        // In batches, the events without an id in the order in which they are counted.
        rows.chunks(1 + draws.below(40) as usize).for_each(|rows| feed(&mut log, rows));
        assert_eq!(of_log(&log), counted, "{case}");

        let declared = JourneyStreamDefinition { journeys, ..Default::default() };
        let mut stream = JourneyStream::new(declared).unwrap();
        feed(&mut stream, &rows);
        let (ours, theirs) = (stream.value(), log.value());
        assert_eq!([ours.duplicates, ours.ties, ours.separators], counted.passed, "{case}");
        let ends = |it: &JourneyStreamReport| [it.converted, it.dropped, it.ended, it.open];
        assert_eq!(
            ends(&ours),
            [theirs.converted, theirs.dropped, theirs.ended, theirs.open],
            "{case}"
        );
        assert_eq!(ours.switches, counted.switches.iter().sum::<u64>(), "{case}");
        for ends in [false, true] {
            let counts = |it: Vec<Transition>| -> Vec<(KeyPart, KeyPart, u64, u64, Option<f64>)> {
                let row = |it: Transition| {
                    (it.source, it.target, it.count, it.customers, it.duration.mean)
                };
                it.into_iter().map(row).collect()
            };
            assert_eq!(counts(stream.transitions(ends)), counts(log.transitions(ends)), "{case}");
        }
    }
}

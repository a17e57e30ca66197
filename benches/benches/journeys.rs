//! What does a log of events cost, and what follows what in it?
//!
//! A hundred thousand events of ten thousand customers at twenty touchpoints over thirty days. The
//! yardstick of taking them in is to bring the rows of each customer together in order of time.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cxm_benches::columns;
use cxm_core::journey::FunnelOptions;
use cxm_core::journey::stream::{DeclaredFunnel, JourneyStream, JourneyStreamDefinition};
use cxm_core::prelude::*;

const EVENTS: usize = 100_000;
const CUSTOMERS: u32 = 10_000;
const TOUCHPOINTS: u32 = 20;
const SECONDS: u32 = 30 * 86_400;
const STEPS: u32 = 10;

struct Log {
    customers: Vec<i64>,
    touchpoints: Vec<String>,
    times: Vec<i64>,
}

impl Log {
    fn made() -> Self {
        let seconds = columns::codes(EVENTS, SECONDS, 1);
        let mut times: Vec<i64> =
            seconds.into_iter().map(|second| i64::from(second) * 1_000_000).collect();
        times.sort_unstable();
        let places = columns::codes(EVENTS, TOUCHPOINTS, 2);
        Self {
            customers: columns::codes(EVENTS, CUSTOMERS, 3).into_iter().map(i64::from).collect(),
            touchpoints: places.into_iter().map(name).collect(),
            times,
        }
    }

    fn names(&self) -> Vec<&str> {
        self.touchpoints.iter().map(String::as_str).collect()
    }
}

fn name(touchpoint: u32) -> String {
    format!("touchpoint {touchpoint:02}")
}

fn taken(customers: &[i64], touchpoints: &[&str], times: &[i64]) -> Journeys {
    let definition = JourneysDefinition::preset("sessions_30_minutes").unwrap();
    let mut journeys = Journeys::new(definition).unwrap();
    journeys.update(Events::new(customers, touchpoints, times)).unwrap();
    journeys
}

fn intake(criterion: &mut Criterion) {
    let log = Log::made();
    let names = log.names();
    let mut group = criterion.benchmark_group("journeys/intake");
    group.sample_size(10).throughput(Throughput::Elements(EVENTS as u64));
    group.bench_function("rows in order of customer and time", |b| {
        b.iter(|| {
            let rows = black_box(&log.customers).iter().zip(black_box(&log.times));
            let mut rows: Vec<(i64, i64)> = rows.map(|(&who, &when)| (who, when)).collect();
            rows.sort();
            rows
        });
    });
    group.bench_function("events in order of time", |b| {
        b.iter(|| taken(black_box(&log.customers), black_box(&names), black_box(&log.times)));
    });
    let backwards: Vec<i64> = log.times.iter().rev().copied().collect();
    group.bench_function("events against the order of time", |b| {
        b.iter(|| taken(black_box(&log.customers), black_box(&names), black_box(&backwards)));
    });
    group.finish();
}

fn readings(criterion: &mut Criterion) {
    let log = Log::made();
    let journeys = taken(&log.customers, &log.names(), &log.times);
    let steps: Vec<KeyPart> = (0..4).map(|step| name(step).as_str().into()).collect();
    let options = FunnelOptions { window: Some(86_400_000_000), ..FunnelOptions::default() };
    let mut group = criterion.benchmark_group("journeys/readings");
    group.sample_size(20).throughput(Throughput::Elements(EVENTS as u64));
    group.bench_function("transitions", |b| b.iter(|| black_box(&journeys).transitions(false)));
    group.bench_function("funnel of four steps within a day", |b| {
        b.iter(|| black_box(&journeys).funnel(&steps, &options).unwrap());
    });
    group.bench_function("step matrix", |b| {
        b.iter(|| black_box(&journeys).step_matrix(STEPS, None).unwrap());
    });
    group.bench_function("variants", |b| b.iter(|| black_box(&journeys).variants(false)));
    group.bench_function("report", |b| b.iter(|| black_box(&journeys).value()));
    group.finish();
}

/// The same events without their history: all at once, and one by one.
fn streams(criterion: &mut Criterion) {
    let log = Log::made();
    let names = log.names();
    let funnel = DeclaredFunnel {
        name: "steps".to_owned(),
        steps: (0..4).map(|step| name(step).as_str().into()).collect(),
        options: FunnelOptions::default(),
    };
    let journeys = JourneysDefinition::preset("sessions_30_minutes").unwrap();
    let definition =
        JourneyStreamDefinition { journeys, funnels: vec![funnel], ..Default::default() };
    let empty = JourneyStream::new(definition).unwrap();
    let mut group = criterion.benchmark_group("journeys/stream");
    group.sample_size(20).throughput(Throughput::Elements(EVENTS as u64));
    group.bench_function("all events in one batch", |b| {
        b.iter(|| {
            let mut stream = empty.clone();
            let (customers, times) = (log.customers.as_slice(), log.times.as_slice());
            stream.update(Events::new(customers, names.as_slice(), times)).unwrap();
            stream
        });
    });
    group.bench_function("event by event", |b| {
        b.iter(|| {
            let mut stream = empty.clone();
            for ((&customer, &touchpoint), &time) in
                log.customers.iter().zip(&names).zip(&log.times)
            {
                stream.update_event(&Event::new(customer, touchpoint, time)).unwrap();
            }
            stream
        });
    });
    group.finish();
}

criterion_group!(benches, intake, readings, streams);
criterion_main!(benches);

//! What does a log of activities cost, and a table of its cohorts?
//!
//! A million rows of a hundred thousand customers over two years.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cxm_benches::columns;
use cxm_core::churn::{Activity, CohortOptions, RetentionKind, StickinessOptions};
use cxm_core::prelude::*;

const ROWS: usize = 1_000_000;
const CUSTOMERS: u32 = 100_000;
const SECONDS: u32 = 730 * 86_400;

fn times() -> Vec<i64> {
    columns::codes(ROWS, SECONDS, 1).into_iter().map(|at| i64::from(at) * 1_000_000).collect()
}

fn intake(criterion: &mut Criterion) {
    let codes = columns::codes(ROWS, CUSTOMERS, 2);
    let times = times();
    let close: Vec<i64> = codes.iter().map(|&code| code.into()).collect();
    let wide: Vec<i64> = close.iter().map(|id| id.wrapping_mul(0x5bd1_e995_9d1f_3a5d)).collect();
    let names: Vec<String> = (0..CUSTOMERS).map(|id| format!("customer {id:06}")).collect();
    let texts: Vec<&str> = codes.iter().map(|&code| names[code as usize].as_str()).collect();
    let amounts: Vec<i64> = close.iter().map(|id| id % 10_000).collect();
    let mut group = criterion.benchmark_group("cohorts/intake");
    group.sample_size(10).throughput(Throughput::Elements(ROWS as u64));
    let mut take = |name: &str, batch: Transactions<'_>| {
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut activity = Activity::default();
                activity.update(black_box(batch)).unwrap();
                activity
            });
        });
    };
    take("whole numbers close together", Transactions::new(close.as_slice(), &times));
    take("whole numbers far apart", Transactions::new(wide.as_slice(), &times));
    take("texts", Transactions::new(texts.as_slice(), &times));
    let priced = Transactions::new(close.as_slice(), &times);
    take("with amounts", priced.with_amounts(amounts.as_slice()));
    group.finish();
}

fn readings(criterion: &mut Criterion) {
    let codes = columns::codes(ROWS, CUSTOMERS, 2);
    let customers: Vec<i64> = codes.into_iter().map(i64::from).collect();
    let times = times();
    let mut activity = Activity::default();
    activity.update(Transactions::new(customers.as_slice(), &times)).unwrap();
    let mut group = criterion.benchmark_group("cohorts/readings");
    group.sample_size(20).throughput(Throughput::Elements(ROWS as u64));
    for (name, kind) in [("on", RetentionKind::On), ("on or after", RetentionKind::OnOrAfter)] {
        let options = CohortOptions { kind, ..CohortOptions::default() };
        group.bench_function(name, |b| b.iter(|| black_box(&activity).cohorts(&options).unwrap()));
    }
    let options = StickinessOptions::default();
    group.bench_function("stickiness", |b| {
        b.iter(|| black_box(&activity).stickiness(&options, 0.95).unwrap());
    });
    group.bench_function("gaps", |b| b.iter(|| black_box(&activity).gaps(None)));
    group.finish();
}

criterion_group!(benches, intake, readings);
criterion_main!(benches);

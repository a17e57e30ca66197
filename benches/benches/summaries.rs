//! What does a log of a million purchases cost to summarise, and one more row?

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use cxm_core::prelude::*;

const ROWS: usize = 1_000_000;
const CUSTOMERS: u64 = 340_000;
const DAY: i64 = 86_400_000_000;

/// Well-mixed numbers, the same in every run (splitmix64).
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    (seed << 32..).map(|row| {
        let z = row.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

/// Customers, times within a year and a half, cents.
fn log() -> (Vec<i64>, Vec<i64>, Vec<i64>) {
    let customers = numbers(1).take(ROWS).map(|cell| (cell % CUSTOMERS) as i64).collect();
    let times = numbers(2).take(ROWS).map(|cell| (cell % 546) as i64 * DAY).collect();
    let cents = numbers(3).take(ROWS).map(|cell| (cell % 10_000) as i64 + 1).collect();
    (customers, times, cents)
}

fn filled(customers: KeyColumn<'_>, times: &[i64], cents: &[i64]) -> CustomerSummaries {
    let mut state = CustomerSummaries::default();
    state.update(Transactions::new(customers, times).with_amounts(cents)).unwrap();
    state
}

fn summaries(criterion: &mut Criterion) {
    let (customers, times, cents) = log();
    let names: Vec<String> = customers.iter().map(|id| format!("customer-{id:07}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut group = criterion.benchmark_group("summaries/million rows");
    group.sample_size(10).throughput(Throughput::Elements(ROWS as u64));
    group.bench_function("update, whole numbers", |b| {
        b.iter(|| filled(black_box(customers.as_slice()).into(), &times, &cents));
    });
    group.bench_function("update, texts", |b| {
        b.iter(|| filled(black_box(names.as_slice()).into(), &times, &cents));
    });
    let state = filled(customers.as_slice().into(), &times, &cents);
    group.bench_function("read the table", |b| {
        b.iter(|| state.summaries(black_box(&SummaryOptions::default())).unwrap());
    });
    group.bench_function("merge with as many", |b| {
        b.iter_batched_ref(
            || state.clone(),
            |target| target.merge(black_box(&state)),
            BatchSize::LargeInput,
        );
    });
    group.finish();
    let mut one = state.clone();
    let mut rows = numbers(4);
    criterion.bench_function("summaries/one row into 340,000 customers", |b| {
        b.iter(|| {
            let cell = rows.next().unwrap_or_default();
            let (customer, time) = ([(cell % CUSTOMERS) as i64], [(cell >> 40) as i64 % 546 * DAY]);
            let batch = Transactions::new(customer.as_slice(), &time);
            one.update(batch.with_amounts([100_i64].as_slice()))
        });
    });
}

criterion_group!(benches, summaries);
criterion_main!(benches);

//! What does a survival curve cost beside counting the column, and what a regression?
//!
//! The yardstick of the counts is a bare table of the same columns.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use cxm_core::prelude::*;
use cxm_core::survival::{Cox, CoxColumns, CoxOptions, LogRankWeight, log_rank};

const ROWS: usize = 1_000_000;
const DAYS: u64 = 1_095;

/// Well-mixed numbers, the same in every run (splitmix64).
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    (seed << 32..).map(|row| {
        let z = row.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    })
}

/// Whole days and whether the end was seen.
fn lifetimes(rows: usize, longest: u64, seed: u64) -> (Vec<i64>, Vec<u8>) {
    let cells = || numbers(seed).take(rows);
    let days = cells().map(|cell| (1 + cell % longest) as i64).collect();
    (days, cells().map(|cell| u8::from(cell >> 40 & 1 == 1)).collect())
}

fn counted(days: &[i64], observed: &[u8]) -> Lifetimes {
    let mut state = Lifetimes::default();
    state.update(Durations::new(days, observed)).unwrap();
    state
}

/// Two bare tables, as two calls of a counting function make them.
fn bare(days: &[i64], observed: &[u8]) -> (Vec<u64>, Vec<u64>) {
    let longest = days.iter().max().map_or(0, |&longest| longest as usize + 1);
    let (mut all, mut events) = (vec![0; longest], vec![0; longest]);
    days.iter().for_each(|&day| all[day as usize] += 1);
    days.iter().zip(observed).for_each(|(&day, &seen)| events[day as usize] += u64::from(seen));
    (all, events)
}

fn curves(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("survival/curve");
    group.sample_size(20).throughput(Throughput::Elements(ROWS as u64));
    let (days, observed) = lifetimes(ROWS, DAYS, 1);
    group.bench_function("two bare tables, whole days", |b| {
        b.iter(|| bare(black_box(&days), black_box(&observed)));
    });
    group.bench_function("Kaplan-Meier, whole days", |b| {
        b.iter(|| counted(black_box(&days), black_box(&observed)).kaplan_meier());
    });
    let floats: Vec<f64> = days.iter().map(|&day| day as f64).collect();
    let seen: Vec<f64> = observed.iter().map(|&seen| f64::from(seen)).collect();
    group.bench_function("Kaplan-Meier, whole days as floats", |b| {
        b.iter(|| {
            let mut state = Lifetimes::default();
            state.update(Durations::new(black_box(&*floats), black_box(&*seen))).unwrap();
            state.kaplan_meier()
        });
    });
    let (far, _) = lifetimes(ROWS, 1 << 40, 2);
    group.bench_function("a sort of the far ticks", |b| {
        b.iter_batched_ref(|| far.clone(), |far| far.sort_unstable(), BatchSize::LargeInput);
    });
    group.bench_function("Kaplan-Meier, all ticks different", |b| {
        b.iter(|| counted(black_box(&far), black_box(&observed)).kaplan_meier());
    });
    let (second, seen) = lifetimes(ROWS, DAYS, 3);
    group.bench_function("log-rank of two such columns", |b| {
        b.iter(|| {
            let tables = [counted(&days, &observed), counted(&second, &seen)];
            log_rank(&tables.map(|t| t.risk_table()), LogRankWeight::LogRank).unwrap()
        });
    });
    group.finish();
}

fn merges(criterion: &mut Criterion) {
    let (days, observed) = lifetimes(ROWS, DAYS, 1);
    let state = counted(&days, &observed);
    let mut group = criterion.benchmark_group("survival/state");
    group.bench_function("merge of two states of 1,095 ticks", |b| {
        b.iter_batched_ref(
            || state.clone(),
            |into| into.merge(black_box(&state)).unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

fn regressions(criterion: &mut Criterion) {
    const CUSTOMERS: usize = 100_000;
    let cells: Vec<Vec<f64>> = (0..10)
        .map(|column| numbers(10 + column).take(CUSTOMERS).map(|c| (c >> 11) as f64).collect())
        .collect();
    let names: Vec<String> = (0..10).map(|column| format!("x{column}")).collect();
    let covariates: Vec<(&str, Values<'_>)> = names
        .iter()
        .zip(&cells)
        .map(|(name, cells)| (name.as_str(), cells.as_slice().into()))
        .collect();
    let mut group = criterion.benchmark_group("survival/cox");
    group.sample_size(10).throughput(Throughput::Elements(CUSTOMERS as u64));
    for (name, longest) in [("whole days", DAYS), ("all ticks different", 1 << 40)] {
        let (days, observed) = lifetimes(CUSTOMERS, longest, 4);
        let columns = CoxColumns::new(days.as_slice(), observed.as_slice(), &covariates);
        group.bench_function(format!("100,000 customers, ten covariates, {name}"), |b| {
            b.iter(|| Cox::fit(black_box(&columns), &CoxOptions::default()).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, curves, merges, regressions);
criterion_main!(benches);

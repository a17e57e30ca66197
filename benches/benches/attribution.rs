//! What does attribution cost, method by method, on distinct paths?
//!
//! The yardstick is one look at every touchpoint of every path.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cxm_core::calculator::batch::Paths;
use cxm_core::journey::attribution::{
    AttributionMethod, AttributionOptions, AttributionPaths, PathTable, attribute,
};
use cxm_core::prelude::*;

const JOURNEYS: usize = 100_000;
const TOUCHPOINTS: u64 = 20;

/// Well-mixed numbers, the same in every run (splitmix64).
fn mix(row: u64, column: u64) -> u64 {
    let z = row.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ column.wrapping_mul(0xd1b5_4a32_d192_ed03);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Paths of ten touchpoints in the mean, one journey each.
fn texts() -> Vec<String> {
    let path = |row: u64| {
        let length = (0..).find(|&step| mix(row, step).is_multiple_of(10)).unwrap_or_default() + 1;
        let names: Vec<String> = (0..length)
            .map(|step| format!("touchpoint {:02}", mix(row, 1000 + step) % TOUCHPOINTS))
            .collect();
        names.join(" > ")
    };
    (0..JOURNEYS as u64).map(path).collect()
}

fn counted(texts: &[&str], conversions: &[u8], nulls: &[u8]) -> AttributionPaths {
    let mut state = AttributionPaths::default();
    state.update(Paths::new(texts, conversions).with_nulls(nulls)).unwrap();
    state
}

fn looked_at(table: &PathTable) -> u64 {
    table.rows().map(|(path, _)| path.iter().map(|&it| u64::from(it)).sum::<u64>()).sum()
}

fn attribution(criterion: &mut Criterion) {
    let texts = texts();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let converted = |row: u64| u8::from(mix(row, 99_999).is_multiple_of(5));
    let conversions: Vec<u8> = (0..JOURNEYS as u64).map(converted).collect();
    let nulls: Vec<u8> = conversions.iter().map(|it| 1 - it).collect();
    let state = counted(&texts, &conversions, &nulls);
    let table = state.path_table().unwrap();
    let mut group = criterion.benchmark_group("attribution");
    group.sample_size(20).throughput(Throughput::Elements(table.len() as u64));
    group.bench_function("paths from texts", |b| {
        b.iter(|| counted(black_box(&texts), black_box(&conversions), black_box(&nulls)));
    });
    group.bench_function("texts to numbers", |b| b.iter(|| state.path_table().unwrap()));
    group.bench_function("one look at every touchpoint", |b| {
        b.iter(|| looked_at(black_box(&table)));
    });
    for method in [
        AttributionMethod::Last,
        AttributionMethod::Linear,
        AttributionMethod::Position,
        AttributionMethod::Shapley,
        AttributionMethod::Markov,
    ] {
        let options = AttributionOptions::of(method);
        group.bench_function(method.name(), |b| {
            b.iter(|| attribute(black_box(&table), &options).unwrap());
        });
    }
    let options =
        AttributionOptions { order: 2, ..AttributionOptions::of(AttributionMethod::Markov) };
    group.bench_function("markov of order 2, 421 states", |b| {
        b.iter(|| attribute(black_box(&table), &options).unwrap());
    });
    group.finish();
}

criterion_group!(benches, attribution);
criterion_main!(benches);

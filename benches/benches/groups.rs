//! What does a score per segment cost, beside a bare array loop over the same rows?

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cxm_benches::{bare, columns};
use cxm_core::calculator::batch::{KeyColumn, KeyPart};
use cxm_core::prelude::*;

const ROWS: usize = 2_000_000;

fn table(key: KeyColumn<'_>, values: &[u8]) -> Keyed<Nps> {
    let mut table = Keyed::<Nps>::new(KeyedDefinition::by(["segment"])).unwrap();
    let batch = KeyedBatch { keys: &[key], batch: Ratings::from(black_box(values)) };
    table.update(batch).unwrap();
    table
}

fn dictionary(groups: u32) -> Vec<KeyPart> {
    (0..groups).map(|group| KeyPart::Text(format!("segment {group:06}").into())).collect()
}

fn dictionary_coded(criterion: &mut Criterion) {
    let values = columns::ratings(ROWS, 1);
    for groups in [10, 1_000, 100_000] {
        let codes = columns::codes(ROWS, groups, 2);
        let dictionary = dictionary(groups);
        let mut group = criterion.benchmark_group(format!("groups/{groups} codes"));
        group.sample_size(20).throughput(Throughput::Elements(ROWS as u64));
        group.bench_function("a bare array loop", |b| {
            b.iter(|| {
                let mut table = vec![[0u32; 16]; groups as usize];
                bare::grouped_histogram(black_box(&codes), black_box(&values), &mut table);
                table
            });
        });
        group.bench_function("keyed nps", |b| {
            b.iter(|| table(KeyColumn::coded(&codes, &dictionary), &values));
        });
        group.finish();
    }
}

fn plain_keys(criterion: &mut Criterion) {
    let values = columns::ratings(ROWS, 1);
    for groups in [1_000, 100_000] {
        let codes = columns::codes(ROWS, groups, 2);
        let names: Vec<String> = (0..groups).map(|group| format!("segment {group:06}")).collect();
        let texts: Vec<&str> = codes.iter().map(|&code| names[code as usize].as_str()).collect();
        let integers: Vec<i64> = codes.iter().map(|&code| i64::from(code) * 1_000_003).collect();
        let mut group = criterion.benchmark_group(format!("groups/{groups} plain keys"));
        group.sample_size(10).throughput(Throughput::Elements(ROWS as u64));
        group.bench_function("texts", |b| b.iter(|| table(texts.as_slice().into(), &values)));
        group.bench_function("integers", |b| b.iter(|| table(integers.as_slice().into(), &values)));
        group.finish();
    }
}

fn tables(criterion: &mut Criterion) {
    let values = columns::ratings(ROWS, 1);
    let codes = columns::codes(ROWS, 1_000, 2);
    let dictionary = dictionary(1_000);
    let one = table(KeyColumn::coded(&codes, &dictionary), &values);
    let bytes = one.to_bytes();
    let mut sum = one.clone();
    let mut group = criterion.benchmark_group("groups/table of 1000");
    group.bench_function("merge", |b| b.iter(|| sum.merge(black_box(&one))));
    group.bench_function("value", |b| b.iter(|| black_box(&one).value()));
    group.bench_function("to_bytes", |b| b.iter(|| black_box(&one).to_bytes()));
    group.bench_function("from_bytes", |b| b.iter(|| Keyed::<Nps>::from_bytes(black_box(&bytes))));
    group.finish();
}

criterion_group!(benches, dictionary_coded, plain_keys, tables);
criterion_main!(benches);

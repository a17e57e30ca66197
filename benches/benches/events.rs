//! What does one call cost: one rating, one merge, one reading?

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cxm_benches::columns;
use cxm_core::calculator::batch::Batch;
use cxm_core::prelude::*;
use cxm_core::registry;
use serde_json::Value;

fn updates(criterion: &mut Criterion) {
    let ratings: Vec<i64> = columns::ratings(1000, 1).into_iter().map(i64::from).collect();
    let mut group = criterion.benchmark_group("events/update");
    group.throughput(Throughput::Elements(ratings.len() as u64));
    let mut nps = Nps::default();
    group.bench_function("one rating", |b| {
        b.iter(|| ratings.iter().try_for_each(|&rating| nps.update_rating(black_box(rating))));
    });
    let mut by_name = registry::new("nps", &Value::Null).unwrap();
    group.bench_function("one rating, calculator by name", |b| {
        b.iter(|| ratings.iter().try_for_each(|&rating| by_name.update_rating(black_box(rating))));
    });
    group.bench_function("one rating as a batch of one", |b| {
        let mut rows = ratings.chunks(1);
        b.iter(|| rows.try_for_each(|row| nps.update(black_box(row.into()))));
    });
    group.finish();

    let mut group = criterion.benchmark_group("events/batch");
    for rows in [16, 64, 256, 1024, 4096] {
        let ratings = columns::ratings(rows, 1);
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_function(format!("{rows} ratings"), |b| {
            b.iter(|| by_name.update(Batch::Ratings(black_box(ratings.as_slice()).into())));
        });
    }
    group.finish();
}

fn states(criterion: &mut Criterion) {
    let mut nps = Nps::default();
    nps.update(columns::ratings(1_000_000, 1).as_slice().into()).unwrap();
    let mut sum = Nps::default();
    let bytes = nps.to_bytes();
    let by_name = registry::from_bytes(&bytes).unwrap();
    let mut group = criterion.benchmark_group("events/state");
    group.bench_function("merge", |b| b.iter(|| sum.merge(black_box(&nps))));
    group.bench_function("merge and subtract", |b| {
        b.iter(|| sum.merge(black_box(&nps)).and_then(|()| sum.subtract(&nps)));
    });
    group.bench_function("value", |b| b.iter(|| black_box(&nps).value()));
    group.bench_function("value by name, as JSON", |b| b.iter(|| black_box(&by_name).value()));
    group.bench_function("headline by name", |b| b.iter(|| black_box(&by_name).headline()));
    group.bench_function("to_bytes", |b| b.iter(|| black_box(&nps).to_bytes()));
    group.bench_function("from_bytes", |b| b.iter(|| Nps::from_bytes(black_box(&bytes))));
    group.finish();
}

criterion_group!(benches, updates, states);
criterion_main!(benches);

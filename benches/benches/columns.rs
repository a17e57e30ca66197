//! How much slower than reading a column is it to take its Net Promoter Score?
//!
//! Every group begins with its yardstick: the sum of the bytes that the column has.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use cxm_benches::{bare, columns};
use cxm_core::calculator::batch::{Bitmap, Column, Validity, Values, WEIGHT_ONE, Weights};
use cxm_core::model::RatingRules;
use cxm_core::numeric::tally::class_counts;
use cxm_core::prelude::*;
use cxm_core::survey::NpsDefinition;

const ROWS: usize = 4_000_000;

fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    bytes: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(format!("columns/{name}"));
    group.sample_size(20).throughput(Throughput::Bytes(bytes as u64));
    group
}

fn nps(definition: &NpsDefinition, batch: Ratings<'_>) -> Nps {
    let mut nps = Nps::new(definition.clone()).unwrap();
    nps.update(black_box(batch)).unwrap();
    nps
}

fn bytes(criterion: &mut Criterion) {
    let values = columns::ratings(ROWS, 1);
    let definition = NpsDefinition::default();
    let mut group = group(criterion, "u8", ROWS);
    group.bench_function("sum of the bytes", |b| b.iter(|| bare::sum_bytes(black_box(&values))));
    group.bench_function("class counts", |b| {
        b.iter(|| class_counts(black_box(&values), [0, 7, 9, 10]));
    });
    group.bench_function("nps, all ratings", |b| {
        b.iter(|| nps(&definition, Ratings::from(values.as_slice())));
    });
    group.bench_function("a bare table of counts", |b| {
        b.iter(|| bare::histogram(black_box(&values)));
    });
    group.finish();
}

/// Columns of a wider type: the same ratings, more bytes.
fn wide<'a, T: Clone>(criterion: &mut Criterion, name: &str, values: &'a [T])
where
    Column<'a>: From<&'a [T]>,
{
    let definition = NpsDefinition::default();
    let mut group = group(criterion, name, size_of_val(values));
    group.bench_function("nps, all ratings", |b| {
        b.iter(|| nps(&definition, Ratings::from(Column::from(values))));
    });
    group.finish();
}

fn types(criterion: &mut Criterion) {
    let values = columns::ratings(ROWS, 1);
    let words: Vec<u64> = values.iter().map(|&v| u64::from(v)).collect();
    let mut yardstick = group(criterion, "eight bytes", ROWS * 8);
    yardstick.bench_function("sum of the words", |b| b.iter(|| bare::sum_words(black_box(&words))));
    yardstick.finish();
    wide(criterion, "i64", &values.iter().map(|&v| i64::from(v)).collect::<Vec<_>>());
    wide(criterion, "f64", &values.iter().map(|&v| f64::from(v)).collect::<Vec<_>>());
    wide(criterion, "i32", &values.iter().map(|&v| i32::from(v)).collect::<Vec<_>>());
    wide(criterion, "f32", &values.iter().map(|&v| f32::from(v)).collect::<Vec<_>>());
}

fn nullable(criterion: &mut Criterion) {
    let values = columns::ratings(ROWS, 1);
    let doubles: Vec<f64> = values.iter().map(|&v| f64::from(v)).collect();
    let valid = columns::validity_bytes(ROWS, 2);
    let packed = columns::validity_bits(&valid);
    let bits = Validity::Bits(Bitmap::new(&packed, 0, ROWS).unwrap());
    let definition = NpsDefinition::default();
    for (name, column, validity, size) in [
        ("u8 with bits", Column::from(values.as_slice()), bits, ROWS + ROWS / 8),
        ("u8 with bytes", Column::from(values.as_slice()), Validity::Bytes(&valid), ROWS * 2),
        ("f64 with bits", Column::from(doubles.as_slice()), bits, ROWS * 8 + ROWS / 8),
    ] {
        let column = Values::new(column, Some(validity)).unwrap();
        let batch = Ratings { values: column, weights: None, counts: None };
        let mut group = group(criterion, name, size);
        group.bench_function("nps, all ratings", |b| b.iter(|| nps(&definition, batch)));
        group.finish();
    }
}

fn weighted(criterion: &mut Criterion) {
    let values = columns::ratings(ROWS, 1);
    let fixed: Vec<u32> = (0..4).cycle().take(ROWS).map(|n| WEIGHT_ONE / 2 * (n + 1)).collect();
    let floats: Vec<f64> = fixed.iter().map(|&w| f64::from(w) / f64::from(WEIGHT_ONE)).collect();
    let mut definition = NpsDefinition::default();
    definition.ratings = RatingRules { weighted: true, ..definition.ratings };
    for (name, weights, size) in
        [("fixed", Weights::Fixed(&fixed), 5), ("float", Weights::Floats(&floats), 9)]
    {
        let mut group = group(criterion, &format!("u8 with {name} weights"), ROWS * size);
        let batch = Ratings::weighted(values.as_slice(), weights);
        group.bench_function("nps, all ratings", |b| b.iter(|| nps(&definition, batch)));
        group.finish();
    }
}

criterion_group!(benches, bytes, types, nullable, weighted);
criterion_main!(benches);

//! What do a fit and a prediction of lifetime value cost?
//!
//! The customers are those of the CDNOW sample: 2,357, which have 1,016 distinct histories.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use cxm_core::clv::{
    BgNbd, Discount, FitOptions, GammaGamma, History, Horizon, MbgNbd, Model, Nbd, ParetoNbd,
    PatternTable, PurchaseModel, fit,
};

/// Frequency, recency and age in weeks, so many times over.
fn columns(times: usize) -> [Vec<f64>; 3] {
    let text = include_str!("../../cxm-core/tests/golden/clv/cdnow_summary.csv");
    let cells = |line: &str| line.split(',').map(|cell| cell.parse().unwrap()).collect();
    let rows: Vec<Vec<f64>> = text.lines().skip(1).map(cells).collect();
    let column = |k: usize, unit: f64| {
        rows.iter().map(|row| row[k] / unit).collect::<Vec<f64>>().repeat(times)
    };
    [column(0, 1.0), column(1, 7.0), column(2, 7.0)]
}

fn table(times: usize) -> PatternTable<History> {
    let [frequency, recency, age] = columns(times);
    PatternTable::from_columns(&frequency, &recency, &age).unwrap()
}

fn fit_one<M: Model<Pattern = History>>(criterion: &mut Criterion) {
    let customers = table(1);
    let options = FitOptions::default();
    let mut group = criterion.benchmark_group(format!("clv/fit {}", M::NAME));
    group.bench_function("2,357 customers", |b| {
        b.iter(|| fit::<M>(black_box(&customers), &options).unwrap());
    });
    let model = fit::<M>(&customers, &options).unwrap().model;
    group.throughput(Throughput::Elements(customers.len() as u64));
    group.bench_function("likelihood of the histories", |b| {
        b.iter(|| model.table_log_likelihood(black_box(&customers)));
    });
    group.bench_function("likelihood with derivatives", |b| {
        b.iter(|| model.table_derivatives(black_box(&customers)));
    });
    group.finish();
}

fn fits(criterion: &mut Criterion) {
    fit_one::<Nbd>(criterion);
    fit_one::<BgNbd>(criterion);
    fit_one::<MbgNbd>(criterion);
    fit_one::<ParetoNbd>(criterion);
}

fn spend(criterion: &mut Criterion) {
    let text = include_str!("../../cxm-core/tests/golden/clv/cdnow_summary.csv");
    let cells = |line: &str| line.split(',').map(|cell| cell.parse().unwrap()).collect();
    let rows: Vec<Vec<f64>> = text.lines().skip(1).map(cells).collect();
    let column = |k: usize| rows.iter().map(|row| row[k]).collect::<Vec<f64>>();
    let customers = PatternTable::of_repeaters(&column(0), &column(3)).unwrap();
    let options = FitOptions::default();
    let mut group = criterion.benchmark_group("clv/fit gamma_gamma");
    group.bench_function("946 customers", |b| {
        b.iter(|| fit::<GammaGamma>(black_box(&customers), &options).unwrap());
    });
    group.finish();
}

fn many_customers(criterion: &mut Criterion) {
    let [frequency, recency, age] = columns(100);
    let mut group = criterion.benchmark_group("clv/235,700 customers");
    group.sample_size(20).throughput(Throughput::Elements(frequency.len() as u64));
    group.bench_function("table of histories", |b| {
        b.iter(|| PatternTable::from_columns(black_box(&frequency), &recency, &age).unwrap());
    });
    group.bench_function("table and fit of bg_nbd", |b| {
        b.iter(|| {
            let table = PatternTable::from_columns(black_box(&frequency), &recency, &age).unwrap();
            fit::<BgNbd>(&table, &FitOptions::default()).unwrap()
        });
    });
    group.finish();
}

fn scores(criterion: &mut Criterion) {
    score_all(
        criterion,
        &BgNbd::from_parameters(&[0.242_594_5, 4.413_602, 0.792_922, 2.425_907]).unwrap(),
    );
    score_all(criterion, &ParetoNbd::new(0.553_277, 10.577_683, 0.606_24, 11.668_735).unwrap());
}

fn score_all<M: PurchaseModel>(criterion: &mut Criterion, model: &M) {
    let [frequency, recency, age] = columns(1);
    let customers: Vec<History> = frequency
        .iter()
        .zip(recency.iter().zip(&age))
        .map(|(&x, (&recency, &age))| History::new(x, recency, age).unwrap())
        .collect();
    let (year, discount) = (Horizon::new(52.0).unwrap(), Discount::continuous(0.0027).unwrap());
    let mut group = criterion.benchmark_group(format!("clv/scores {}", M::NAME));
    group.sample_size(20).throughput(Throughput::Elements(customers.len() as u64));
    let mut score = |name: &str, f: &dyn Fn(&History) -> f64| {
        group.bench_function(name, |b| {
            b.iter(|| black_box(&customers).iter().map(f).sum::<f64>());
        });
    };
    score("probability_alive", &|row| model.probability_alive(row));
    score("expected_transactions", &|row| model.expected_transactions(row, year));
    score("probability_of_transactions", &|row| model.probability_of_transactions(row, year, 5));
    score("discounted_expected_transactions", &|row| {
        model.discounted_expected_transactions(row, year, discount)
    });
    score("discounted_expected_residual_transactions", &|row| {
        model.discounted_expected_residual_transactions(row, discount)
    });
    group.finish();
}

criterion_group!(benches, fits, spend, many_customers, scores);
criterion_main!(benches);

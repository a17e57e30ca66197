//! What do posteriors and intervals of lifetime value cost?

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use cxm_core::clv::intervals::delta_intervals;
use cxm_core::clv::laplace::{LaplaceOptions, laplace_posterior};
use cxm_core::clv::simulation::{Ages, Simulation};
use cxm_core::clv::{
    BgNbd, FitOptions, Fitted, History, Horizon, Model, PatternTable, Quantity, fit,
};

/// As many customers as the CDNOW sample has, of its model, in whole days.
fn table() -> PatternTable<History> {
    let model = BgNbd::from_parameters(&[0.243, 4.414, 0.793, 2.426]).unwrap();
    let ages = Ages::Uniform { customers: 2357, youngest: 27.0, oldest: 39.0 };
    let simulation = Simulation { ages, ..Simulation::default() };
    let days = |weeks: f64| (weeks * 7.0).ceil() / 7.0;
    let rows = simulation.histories(&model).unwrap().into_iter().map(|history| {
        let age = days(history.age());
        let row = History::new(history.frequency(), days(history.recency()).min(age), age);
        (row.unwrap(), 1.0)
    });
    PatternTable::from_rows(rows).unwrap()
}

fn posteriors(criterion: &mut Criterion) {
    let table = table();
    let fitted: Fitted<BgNbd> = fit(&table, &FitOptions::default()).unwrap();
    let draw =
        || laplace_posterior(&fitted, &table, &LaplaceOptions::default(), &mut |_| Ok(())).unwrap();
    let mut group = criterion.benchmark_group("clv/posterior");
    group.sample_size(20);
    group.bench_function("Laplace, default draws", |b| b.iter(draw));
    let histories: Vec<History> = table.iter().map(|(history, _)| *history).collect();
    let asked = Quantity::ExpectedTransactions { horizon: Horizon::new(39.0).unwrap() };
    let few = draw().thinned(200).unwrap();
    group.bench_function("credible intervals, 200 draws, every history", |b| {
        b.iter(|| few.credible_intervals(&asked, black_box(&histories), 0.95).unwrap());
    });
    group.bench_function("delta intervals, every history", |b| {
        b.iter(|| delta_intervals(&fitted, &asked, black_box(&histories), 0.95).unwrap());
    });
    group.finish();
}

criterion_group!(benches, posteriors);
criterion_main!(benches);

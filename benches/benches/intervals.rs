//! What does each interval and each confidence sequence cost?

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use cxm_core::stats::{
    IntervalOptions, Method, NetCounts, Share, confidence_sequence, net_score, proportion,
};

/// Ten thousand answers and a hundred: the cost must not follow their number.
const COUNTS: [NetCounts; 2] = [
    NetCounts { negative: 25, neutral: 31, positive: 44 },
    NetCounts { negative: 2_500, neutral: 3_100, positive: 4_400 },
];

fn nets(criterion: &mut Criterion) {
    let methods = [
        Method::Score,
        Method::AdjustedWald,
        Method::MoverWilson,
        Method::ProfileLikelihood,
        Method::Bootstrap,
    ];
    for method in methods {
        let options = IntervalOptions::by(method, 0.95);
        let mut group = criterion.benchmark_group(format!("intervals/net/{}", method.name()));
        for counts in COUNTS {
            group.bench_function(format!("{} answers", counts.total()), |b| {
                b.iter(|| net_score::interval(black_box(&counts), &options).unwrap());
            });
        }
        group.finish();
    }
}

fn shares(criterion: &mut Criterion) {
    let share = Share { successes: 4_400, total: 10_000 };
    let mut group = criterion.benchmark_group("intervals/share");
    for method in [Method::Wilson, Method::AgrestiCoull, Method::ClopperPearson, Method::Jeffreys] {
        let options = IntervalOptions::by(method, 0.95);
        group.bench_function(method.name(), |b| {
            b.iter(|| proportion::interval(black_box(&share), &options).unwrap());
        });
    }
    group.finish();
}

fn sequences(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("intervals/confidence sequence");
    for method in [Method::BettingRegret, Method::BettingMixture, Method::AsymptoticMixture] {
        let options = IntervalOptions::by(method, 0.95);
        for counts in COUNTS {
            let name = format!("{}, {} answers", method.name(), counts.total());
            group.bench_function(name, |b| {
                b.iter(|| confidence_sequence::net(black_box(&counts), &options).unwrap());
            });
        }
    }
    group.finish();
}

criterion_group!(benches, nets, shares, sequences);
criterion_main!(benches);

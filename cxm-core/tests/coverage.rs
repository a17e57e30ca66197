//! Coverage by seeded simulation: what an interval promises, counted.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use cxm_core::numeric::special_functions::ln_beta;
use cxm_core::stats::{
    IntervalOptions, Method, NetCounts, Share, confidence_sequence, net_score, proportion,
};
use rand_distr::{Binomial, Distribution};
use rand_pcg::{Pcg64, rand_core::SeedableRng};

/// Shares of negative and positive answers, from balanced to nearly one class.
const MIXES: [(f64, f64); 6] =
    [(0.2, 0.5), (0.3, 0.3), (0.1, 0.7), (0.45, 0.45), (0.05, 0.25), (0.02, 0.9)];

fn draw(n: u64, mix: (f64, f64), random: &mut Pcg64) -> NetCounts {
    let positive = Binomial::new(n, mix.1).unwrap().sample(random);
    let others = mix.0 / (1.0 - mix.1);
    let negative = Binomial::new(n - positive, others).unwrap().sample(random);
    NetCounts { negative, neutral: n - positive - negative, positive }
}

/// How often the interval of this method holds the true score.
fn net_coverage(method: Method, n: u64, replicates: u32) -> f64 {
    let mut random = Pcg64::seed_from_u64(2026);
    let options = IntervalOptions::by(method, 0.95);
    let mut held = 0;
    for mix in MIXES {
        for _ in 0..replicates {
            let counts = draw(n, mix, &mut random);
            let interval = net_score::interval(&counts, &options).unwrap().unwrap();
            held += u32::from(interval.contains(mix.1 - mix.0));
        }
    }
    f64::from(held) / f64::from(replicates) / MIXES.len() as f64
}

#[test]
fn the_score_interval_holds_its_level() {
    for n in [20, 50, 200, 1000] {
        let coverage = net_coverage(Method::Score, n, 2000);
        assert!((0.935..=0.965).contains(&coverage), "n = {n}: {coverage}");
    }
}

#[test]
fn the_other_net_intervals_hold_theirs_roughly() {
    for method in [Method::AdjustedWald, Method::MoverWilson, Method::ProfileLikelihood] {
        let coverage = net_coverage(method, 100, 2000);
        assert!((0.93..=0.97).contains(&coverage), "{method:?}: {coverage}");
    }
}

#[test]
fn the_baseline_is_only_a_baseline() {
    // What the documentation warns of: at n = 20 the Wald interval misses noticeably more often.
    assert!(net_coverage(Method::Wald, 20, 2000) < 0.935);
}

#[test]
fn the_share_intervals_hold_theirs_exactly() {
    // No simulation: the coverage at a share p is a finite sum.
    let n = 50;
    let coverage = |method, p: f64| -> f64 {
        let options = IntervalOptions::by(method, 0.95);
        (0..=n)
            .filter(|x| {
                let share = Share { successes: *x, total: n };
                proportion::interval(&share, &options).unwrap().unwrap().contains(p)
            })
            .map(|x| {
                let (hits, misses) = (x as f64, (n - x) as f64);
                // C(n, x) = 1/((n + 1)·B(x + 1, n − x + 1))
                let ln_choose = -(n as f64 + 1.0).ln() - ln_beta(hits + 1.0, misses + 1.0);
                (ln_choose + hits * p.ln() + misses * (1.0 - p).ln()).exp()
            })
            .sum()
    };
    let grid: Vec<f64> = (1..100).map(|i| f64::from(i) / 100.0).collect();
    let mean = |method| grid.iter().map(|p| coverage(method, *p)).sum::<f64>() / grid.len() as f64;
    for p in &grid {
        assert!(coverage(Method::ClopperPearson, *p) >= 0.95, "conservative at {p}");
    }
    for method in [Method::Wilson, Method::Jeffreys] {
        assert!((0.94..=0.96).contains(&mean(method)), "{method:?}: {}", mean(method));
    }
    assert!(mean(Method::Wald) < 0.94);
}

/// The share of streams in which the sequence is wrong at *any* of its looks.
fn ever_missed(method: Method, streams: u32, answers: u64, every: u64) -> f64 {
    let mut random = Pcg64::seed_from_u64(77);
    let options = IntervalOptions::by(method, 0.95);
    let mixes = &MIXES[..4];
    let mut missed = 0;
    for mix in mixes {
        for _ in 0..streams {
            let mut counts = NetCounts::default();
            let wrong = (0..answers / every).any(|_| {
                let more = draw(every, *mix, &mut random);
                counts.negative += more.negative;
                counts.neutral += more.neutral;
                counts.positive += more.positive;
                let interval = match method {
                    Method::AdjustedWald => net_score::interval(&counts, &options),
                    _ => confidence_sequence::net(&counts, &options),
                };
                interval.unwrap().is_some_and(|it| !it.contains(mix.1 - mix.0))
            });
            missed += u32::from(wrong);
        }
    }
    f64::from(missed) / f64::from(streams) / mixes.len() as f64
}

#[test]
fn sequences_may_be_watched() {
    // α + 3 standard errors of a share of 0.05 among 4·150 streams.
    let allowed = 0.05 + 3.0 * (0.05 * 0.95 / 600.0_f64).sqrt();
    for (method, every) in [
        (Method::BettingRegret, 10),
        (Method::BettingMixture, 400),
        (Method::AsymptoticMixture, 10),
    ] {
        let missed = ever_missed(method, 150, 2000, every);
        assert!(missed <= allowed, "{method:?}: {missed}");
    }
}

#[test]
fn a_fixed_interval_may_not_be_watched() {
    let missed = ever_missed(Method::AdjustedWald, 150, 2000, 10);
    assert!(missed > 0.25, "watching a fixed interval went wrong in only {missed}");
}

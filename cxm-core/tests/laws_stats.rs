//! Laws that every statistic keeps, on random counts of any size.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::float_cmp)]
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]

use cxm_core::numeric::distribution as d;
use cxm_core::stats::comparison::{self, TransitionTable};
use cxm_core::stats::raking::{self, Margin, RakingOptions};
use cxm_core::stats::rounding::{TieRule, round_ratio, shares_of_a_hundred};
use cxm_core::stats::weights::{WeightedBin, weighted_mean};
use cxm_core::stats::*;
use proptest::prelude::*;

const NET: [Method; 6] = [
    Method::Score,
    Method::AdjustedWald,
    Method::Wald,
    Method::MoverWilson,
    Method::ProfileLikelihood,
    Method::BettingRegret,
];

/// Counts from none to billions, zeros and equal ones often.
fn count() -> impl Strategy<Value = u64> {
    prop_oneof![3 => 0..4_u64, 3 => 0..60_u64, 2 => 0..5_000_u64, 1 => 0..4_000_000_000_u64]
}

fn nets() -> impl Strategy<Value = NetCounts> {
    (count(), count(), count())
        .prop_map(|(negative, neutral, positive)| NetCounts { negative, neutral, positive })
        .prop_filter("no answers", |counts| counts.total() > 0)
}

fn level() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.95), 0.5..0.9999_f64]
}

fn net_interval(counts: &NetCounts, method: Method, level: f64) -> Interval {
    let options = IntervalOptions::by(method, level);
    let interval = match method {
        Method::BettingRegret | Method::BettingMixture => {
            confidence_sequence::net(counts, &options)
        }
        _ => net_score::interval(counts, &options),
    };
    interval.unwrap().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn net_intervals_are_sound(counts in nets(), level in level()) {
        let net = counts.net().unwrap();
        prop_assert_eq!(counts.mirrored().net().unwrap(), -net);
        for method in NET {
            let interval = net_interval(&counts, method, level);
            let (lower, upper) = (interval.lower, interval.upper);
            prop_assert!(lower <= upper, "{method:?} {interval:?}");
            if method != Method::AdjustedWald {
                prop_assert!(lower <= net + 1e-12 && net <= upper + 1e-12, "{method:?} {interval:?}");
            }
            if method != Method::Wald {
                prop_assert!(-1.0 <= lower && upper <= 1.0, "{method:?} {interval:?}");
            }
            let mirrored = net_interval(&counts.mirrored(), method, level);
            prop_assert!((mirrored.lower + upper).abs() < 1e-12, "{method:?}");
            prop_assert!((mirrored.upper + lower).abs() < 1e-12, "{method:?}");
            // A higher level reaches further.
            let wider = net_interval(&counts, method, level + 0.5 * (1.0 - level));
            prop_assert!(wider.lower <= lower + 1e-12 && upper <= wider.upper + 1e-12, "{method:?}");
        }
    }

    #[test]
    fn the_mixture_lies_within_the_regret_bound(counts in nets(), level in level()) {
        let bound = net_interval(&counts, Method::BettingRegret, level);
        let mixture = net_interval(&counts, Method::BettingMixture, level);
        prop_assert!(bound.lower <= mixture.lower + 1e-9, "{bound:?} {mixture:?}");
        prop_assert!(mixture.upper <= bound.upper + 1e-9, "{bound:?} {mixture:?}");
        prop_assert!(mixture.contains(counts.net().unwrap()));
    }

    #[test]
    fn the_root_of_tango_is_the_best_bet(counts in nets(), level in level()) {
        // Two routes to n·KLinf: the closed form, and the bet that maximises the capital.
        let closed = net_interval(&counts, Method::BettingRegret, level);
        let bins = [counts.negative, counts.neutral, counts.positive];
        let options = IntervalOptions::at(level);
        let bets = confidence_sequence::bounded(&[-1.0, 0.0, 1.0], &bins, -1.0..=1.0, &options);
        let bets = bets.unwrap().unwrap();
        prop_assert!((closed.lower - bets.lower).abs() < 1e-8, "{closed:?} {bets:?}");
        prop_assert!((closed.upper - bets.upper).abs() < 1e-8, "{closed:?} {bets:?}");
    }

    #[test]
    fn two_kinds_of_answers_are_a_share(a in count(), b in count(), level in level()) {
        prop_assume!(a + b > 0);
        let share = Share { successes: a, total: a + b };
        let by = |method| IntervalOptions::by(method, level);
        let kt = confidence_sequence::share(&share, &by(Method::BetaBinomial)).unwrap().unwrap();
        let mixture =
            confidence_sequence::bounded(&[0.0, 1.0], &[b, a], 0.0..=1.0, &by(Method::BettingMixture));
        let mixture = mixture.unwrap().unwrap();
        prop_assert!((kt.lower - mixture.lower).abs() < 1e-8, "{kt:?} {mixture:?}");
        prop_assert!((kt.upper - mixture.upper).abs() < 1e-8, "{kt:?} {mixture:?}");
    }

    #[test]
    fn share_intervals_are_sound(x in count(), rest in count(), level in level()) {
        prop_assume!(x + rest > 0);
        let share = Share { successes: x, total: x + rest };
        let value = share.value().unwrap();
        for method in [Method::Wilson, Method::AgrestiCoull, Method::ClopperPearson,
                       Method::Jeffreys, Method::Wald] {
            let options = IntervalOptions::by(method, level);
            let interval = proportion::interval(&share, &options).unwrap().unwrap();
            prop_assert!(0.0 <= interval.lower && interval.upper <= 1.0, "{interval:?}");
            if method != Method::Jeffreys {
                prop_assert!(interval.lower <= value + 1e-12, "{interval:?} {value}");
                prop_assert!(value <= interval.upper + 1e-12, "{interval:?} {value}");
            }
            let failures = Share { successes: rest, ..share };
            let mirrored = proportion::interval(&failures, &options).unwrap().unwrap();
            prop_assert!((1.0 - mirrored.upper - interval.lower).abs() < 1e-12, "{interval:?}");
        }
    }

    #[test]
    fn a_larger_part_of_the_population_knows_more(counts in nets(), unseen in 0..100_000_u64) {
        let n = counts.total();
        for method in NET.into_iter().filter(|method| *method != Method::BettingRegret) {
            let options = |population| IntervalOptions { population, ..IntervalOptions::by(method, 0.95) };
            let width = |population| {
                net_score::interval(&counts, &options(population)).unwrap().unwrap().width()
            };
            prop_assert!(width(Some(n)) == 0.0);
            // One unseen customer leaves nothing open that is worth a factor.
            prop_assume!(n > 1);
            prop_assert!(width(Some(n + unseen)) <= width(None) + 1e-12);
        }
    }

    #[test]
    fn comparisons_keep_their_sign(first in nets(), second in nets(), level in level()) {
        let forth = first.compare(&second).unwrap();
        let back = second.compare(&first).unwrap();
        prop_assert_eq!(forth.difference, -back.difference);
        prop_assert_eq!(forth.p_value, back.p_value);
        // The interval leaves out 0 exactly where p is below the error rate.
        prop_assume!((forth.p_value - (1.0 - level)).abs() > 1e-9);
        let interval = forth.interval(level).unwrap();
        prop_assert_eq!(interval.contains(0.0), forth.p_value > 1.0 - level);
    }

    #[test]
    fn a_pair_forgotten_is_two_samples(table in prop::array::uniform2(prop::array::uniform3(0..50_u64))) {
        // With independent margins, paired and unpaired variances agree.
        let (rows, columns) = (table[0], table[1]);
        prop_assume!(rows.iter().sum::<u64>() > 0 && columns.iter().sum::<u64>() > 0);
        let product = rows.map(|row| columns.map(|column| row * column));
        let paired = comparison::paired_nets(&TransitionTable(product));
        let sum = |counts: [u64; 3]| counts.iter().sum::<u64>();
        let scaled = |counts: [u64; 3], other: u64| NetCounts {
            negative: counts[0] * other, neutral: counts[1] * other, positive: counts[2] * other,
        };
        let before = scaled(rows, sum(columns));
        let after = scaled(columns, sum(rows));
        let unpaired = comparison::nets(&after, &before, Method::Wald);
        if let (Ok(paired), Ok(unpaired)) = (paired, unpaired) {
            prop_assert!((paired.difference - unpaired.difference).abs() < 1e-12);
            prop_assert!((paired.standard_error - unpaired.standard_error).abs() < 1e-9);
        }
    }

    #[test]
    fn weights_times_a_constant_change_nothing(
        bins in prop::collection::vec((-5.0..5.0_f64, 1..100_u64, 0.1..9.0_f64), 1..8),
        factor in 0.01..1000.0_f64,
    ) {
        let bins = |factor: f64| -> Vec<_> {
            bins.iter().map(|(value, n, weight)| WeightedBin {
                value: *value,
                n: *n,
                weight: *n as f64 * weight * factor,
                weight_squared: *n as f64 * weight * weight * factor * factor,
            }).collect()
        };
        let (plain, scaled) = (weighted_mean(&bins(1.0)), weighted_mean(&bins(factor)));
        let (plain, scaled) = (plain.unwrap().unwrap(), scaled.unwrap().unwrap());
        prop_assert!((plain.value - scaled.value).abs() < 1e-12);
        prop_assert!((plain.design_effect - scaled.design_effect).abs() < 1e-9);
        prop_assert!(plain.design_effect >= 1.0 - 1e-12);
        if let (Some(a), Some(b)) = (plain.standard_error, scaled.standard_error) {
            prop_assert!((a - b).abs() < 1e-12);
        }
    }

    #[test]
    fn equal_weights_are_no_weights(counts in nets()) {
        let bin = |value, n: u64| WeightedBin { value, n, weight: n as f64, weight_squared: n as f64 };
        let bins = [bin(-1.0, counts.negative), bin(0.0, counts.neutral), bin(1.0, counts.positive)];
        let weighted = weighted_mean(&bins).unwrap().unwrap();
        prop_assert!((weighted.value - counts.net().unwrap()).abs() < 1e-12);
        prop_assert!((weighted.kish_standard_error - counts.standard_error().unwrap()).abs() < 1e-9);
    }

    #[test]
    fn raked_margins_are_met(
        rows in prop::collection::vec((0..3_u32, 0..4_u32, 0.2..3.0_f64), 60..120),
        regions in prop::collection::vec(1.0..5.0_f64, 3),
        ages in prop::collection::vec(1.0..5.0_f64, 4),
    ) {
        let to_hundred = |targets: &[f64]| -> Vec<f64> {
            targets.iter().map(|t| 100.0 * t / targets.iter().sum::<f64>()).collect()
        };
        let margins = [
            Margin { codes: rows.iter().map(|r| r.0).collect(), targets: to_hundred(&regions) },
            Margin { codes: rows.iter().map(|r| r.1).collect(), targets: to_hundred(&ages) },
        ];
        let base: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let Ok(raked) = raking::rake(&base, &margins, &RakingOptions::default()) else {
            return Ok(()); // a category that nobody is in
        };
        for margin in &margins {
            for (code, target) in margin.targets.iter().enumerate() {
                let in_it = |pair: &(&f64, &u32)| *pair.1 as usize == code;
                let sum: f64 =
                    raked.weights.iter().zip(&margin.codes).filter(in_it).map(|(w, _)| w).sum();
                prop_assert!((sum - target).abs() < 1e-6);
            }
        }
        // Once the margins are met, raking again changes nothing.
        let again = raking::rake(&raked.weights, &margins, &RakingOptions::default()).unwrap();
        prop_assert_eq!(again.trace.len(), 1);
    }

    #[test]
    fn adjusted_p_values_only_grow(p in prop::collection::vec(0.0..=1.0_f64, 0..30)) {
        let holm = multiplicity::holm(&p).unwrap();
        let discovery = multiplicity::benjamini_hochberg(&p).unwrap();
        for ((p, holm), discovery) in p.iter().zip(&holm).zip(&discovery) {
            prop_assert!(*p <= discovery + 1e-15 && *discovery <= *holm + 1e-15 && *holm <= 1.0);
        }
    }

    #[test]
    fn shares_add_up_to_a_hundred(counts in prop::collection::vec(count(), 1..12), decimals in 0..5_u32) {
        let shares = shares_of_a_hundred(&counts, decimals).unwrap();
        prop_assume!(!shares.is_empty());
        prop_assert_eq!(shares.iter().map(|s| s.units).sum::<i128>(), 100 * 10_i128.pow(decimals));
        let total: u64 = counts.iter().sum();
        for (share, count) in shares.iter().zip(&counts) {
            let exact = 100.0 * *count as f64 / total as f64;
            prop_assert!((share.value() - exact).abs() <= 0.1_f64.powi(decimals as i32) + 1e-9);
        }
    }

    #[test]
    fn rounding_is_nearest(a in -1_000_000..1_000_000_i64, b in 1..5_000_u64, decimals in 0..6_u32) {
        for ties in [TieRule::HalfAwayFromZero, TieRule::HalfToEven] {
            let rounded = round_ratio(i128::from(a), b, decimals, ties).unwrap().unwrap();
            // |2·(units·b − a·10^d)| ≤ b, in whole numbers.
            let off = rounded.units * i128::from(b) - i128::from(a) * 10_i128.pow(decimals);
            prop_assert!(2 * off.abs() <= i128::from(b));
        }
    }

    #[test]
    fn quantiles_invert(p in 1e-9..0.999_999_f64, a in 0.5..2000.0_f64, b in 0.5..2000.0_f64) {
        prop_assert!((d::normal_cdf(d::normal_quantile(p)) / p - 1.0).abs() < 1e-12);
        prop_assert!((d::student_t_cdf(d::student_t_quantile(p, a), a) / p - 1.0).abs() < 1e-9);
        prop_assert!((d::beta_cdf(d::beta_quantile(p, a, b), a, b) / p - 1.0).abs() < 1e-8);
    }
}

/// Clopper–Pearson by its definition: the share at which the tail of the binomial is α/2.
#[test]
fn clopper_pearson_against_binomial_tails() {
    let choose = |n: u64, k: u64| (0..k).fold(1.0, |c, i| c * (n - i) as f64 / (i + 1) as f64);
    let at_least = |x: u64, n: u64, p: f64| -> f64 {
        (x..=n).map(|k| choose(n, k) * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)).sum()
    };
    for n in 1..=25_u64 {
        for x in 0..=n {
            let options = IntervalOptions::by(Method::ClopperPearson, 0.9);
            let share = Share { successes: x, total: n };
            let interval = proportion::interval(&share, &options).unwrap().unwrap();
            if x > 0 {
                assert!((at_least(x, n, interval.lower) - 0.05).abs() < 1e-11, "{x}/{n}");
            }
            if x < n {
                let at_most = 1.0 - at_least(x + 1, n, interval.upper);
                assert!((at_most - 0.05).abs() < 1e-11, "{x}/{n}");
            }
        }
    }
}

/// At any size the readings stay finite, ordered and quick.
#[test]
fn the_largest_counts_are_read() {
    let huge = u64::MAX / 4;
    for (negative, neutral, positive) in
        [(huge, huge, huge), (0, 0, huge), (1, 0, huge), (0, huge, 1), (1, huge, huge), (1, 0, 0)]
    {
        let counts = NetCounts { negative, neutral, positive };
        for method in NET.into_iter().chain([Method::BettingMixture]) {
            let interval = net_interval(&counts, method, 0.95);
            assert!(interval.lower <= interval.upper, "{counts:?} {interval:?}");
        }
        let bootstrap = IntervalOptions::by(Method::Bootstrap, 0.95);
        if cfg!(feature = "random") {
            assert!(net_score::interval(&counts, &bootstrap).unwrap().unwrap().width() >= 0.0);
        }
        let share = Share { successes: positive, total: counts.total() };
        for method in [Method::ClopperPearson, Method::Jeffreys, Method::Wilson] {
            let options = IntervalOptions::by(method, 0.95);
            let interval = proportion::interval(&share, &options).unwrap().unwrap();
            assert!(interval.lower <= interval.upper, "{share:?} {interval:?}");
        }
        for method in [Method::BetaBinomial, Method::BetaBinomialTuned, Method::BettingRegret] {
            let options = IntervalOptions::by(method, 0.95);
            let interval = confidence_sequence::share(&share, &options).unwrap().unwrap();
            assert!(interval.lower <= interval.upper, "{share:?} {interval:?}");
        }
    }
}

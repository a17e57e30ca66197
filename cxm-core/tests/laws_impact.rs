//! What has to hold of any drivers and any effect.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]

use cxm_core::impact::effect::{
    BeforeAfter, FourCells, cuped, difference_in_differences, difference_in_differences_of_pairs,
};
use cxm_core::impact::importance::{ImportanceMethod, RelativeImportance};
use cxm_core::impact::net_change::{Weighting, decompose};
use cxm_core::impact::{CoMoments, NamedColumn, OutcomeForm, Rows, drivers};
use cxm_core::prelude::*;
use cxm_core::stats::{Moments, NetCounts};
use proptest::prelude::*;

const METHODS: [ImportanceMethod; 2] = [ImportanceMethod::Lmg, ImportanceMethod::RelativeWeights];

fn rows(columns: &[Vec<f64>]) -> Rows {
    let column = |(at, values): (usize, &Vec<f64>)| NamedColumn {
        name: format!("c{at}"),
        values: values.iter().map(|&value| Some(value)).collect(),
    };
    let mut columns = columns.iter().enumerate().map(column);
    let outcome = columns.next().unwrap();
    Rows::new(outcome, columns.collect()).unwrap()
}

fn weights(co_moments: &CoMoments, method: ImportanceMethod) -> Option<(f64, Vec<f64>)> {
    let importance = RelativeImportance::read(co_moments, method).ok()?;
    let weights = importance.drivers.iter().map(|driver| driver.weight).collect();
    Some((importance.r_squared, weights))
}

/// An outcome and up to six drivers, all partly made of one hidden column.
fn data() -> impl Strategy<Value = Vec<Vec<f64>>> {
    (2usize..8, 10usize..40).prop_flat_map(|(columns, length)| {
        let noise = proptest::collection::vec(-1.0..1.0, columns * length);
        let hidden = proptest::collection::vec(-1.0..1.0, length);
        (noise, hidden).prop_map(move |(noise, hidden)| {
            let column = |at: usize| {
                let own = noise.iter().skip(at * length);
                own.zip(&hidden).map(|(own, shared)| own + shared).collect()
            };
            (0..columns).map(column).collect()
        })
    })
}

/// Ratings of an outcome on 0..=10 and of three drivers on 1..=5; some are missing.
fn ratings() -> impl Strategy<Value = Vec<[f64; 4]>> {
    let cell = |lowest: i32, highest: i32| prop_oneof![12 => (lowest..=highest).prop_map(f64::from), 1 => Just(f64::NAN)];
    let row = (cell(0, 10), cell(1, 5), cell(1, 5), cell(1, 5));
    proptest::collection::vec(row.prop_map(|(y, a, b, c)| [y, a, b, c]), 0..60)
}

fn moments(rows: &[[f64; 4]]) -> DriverMoments {
    let columns: Vec<Vec<f64>> =
        (0..4).map(|column| rows.iter().map(|row| row[column]).collect()).collect();
    let values: Vec<Values<'_>> = columns.iter().map(|column| column.as_slice().into()).collect();
    let mut moments = DriverMoments::default();
    moments.update(ItemRatings::new(&values)).unwrap();
    moments
}

proptest! {
    #[test]
    fn parts_add_up_and_do_not_depend_on_the_order(columns in data()) {
        let forward = rows(&columns).co_moments();
        let mut turned = columns.clone();
        turned[1..].reverse();
        let backward = rows(&turned).co_moments();
        for method in METHODS {
            let Some((r_squared, parts)) = weights(&forward, method) else { continue };
            let (_, mut back) = weights(&backward, method).unwrap();
            back.reverse();
            prop_assert!((0.0..=1.0).contains(&r_squared));
            prop_assert!((parts.iter().sum::<f64>() - r_squared).abs() < 1e-9);
            for (ours, theirs) in parts.iter().zip(back) {
                prop_assert!(*ours >= 0.0 && (ours - theirs).abs() < 1e-9);
            }
        }
    }

    /// Neither the unit nor the zero of a column changes what it explains.
    #[test]
    fn parts_do_not_depend_on_the_unit(columns in data(), scale in 0.1..50.0, shift in -9.0..9.0) {
        let moved: Vec<Vec<f64>> = columns
            .iter()
            .map(|column| column.iter().map(|value| value * scale + shift).collect())
            .collect();
        for method in METHODS {
            let ours = weights(&rows(&columns).co_moments(), method);
            let theirs = weights(&rows(&moved).co_moments(), method);
            let (Some((_, ours)), Some((_, theirs))) = (ours, theirs) else { continue };
            for (a, b) in ours.iter().zip(&theirs) {
                prop_assert!((a - b).abs() < 1e-8);
            }
        }
    }

    #[test]
    fn the_simple_shares_of_a_regression_add_up(columns in data()) {
        let Ok(regression) = drivers::regression(&rows(&columns).co_moments(), 0.95) else {
            return Ok(());
        };
        let pratt: f64 = regression.drivers.iter().map(|driver| driver.pratt).sum();
        prop_assert!((pratt - regression.r_squared).abs() < 1e-9);
        for driver in &regression.drivers {
            prop_assert!(driver.first <= regression.r_squared + 1e-9);
            prop_assert!(driver.last <= regression.r_squared + 1e-9);
            prop_assert!(driver.variance_inflation >= 1.0 - 1e-9);
            prop_assert!(driver.interval.contains(driver.coefficient));
            let outside = !driver.interval.contains(0.0);
            prop_assert_eq!(outside, driver.p_value.is_some_and(|p| p < 0.05));
        }
    }

    /// The sums of a calculator say what the rows say; shards say what the whole says.
    #[test]
    fn sums_and_rows_agree(all in ratings(), cut in 0usize..60) {
        let (first, second) = all.split_at(cut.min(all.len()));
        let mut merged = moments(second);
        merged.merge(&moments(first)).unwrap();
        let whole = moments(&all);
        prop_assert_eq!(&merged, &whole);
        let complete: Vec<[f64; 4]> =
            all.iter().filter(|row| row.iter().all(|cell| !cell.is_nan())).copied().collect();
        let report = whole.value();
        prop_assert_eq!(report.responses, complete.len() as u64);
        let column = |at: usize, code: fn(f64) -> f64| -> Vec<f64> {
            complete.iter().map(|row| if at == 0 { code(row[0]) } else { row[at] }).collect()
        };
        let class = |rating: f64| f64::from(i8::from(rating >= 9.0) - i8::from(rating <= 6.0));
        for (outcome, code) in
            [(OutcomeForm::Rating, (|rating| rating) as fn(f64) -> f64), (OutcomeForm::Class, class)]
        {
            let columns: Vec<Vec<f64>> = (0..4).map(|at| column(at, code)).collect();
            let by_rows = rows(&columns).co_moments();
            let by_sums = report.co_moments(outcome);
            for at in 0..4 {
                let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
                    (Some(a), Some(b)) => (a - b).abs() < 1e-9,
                    (a, b) => a.is_none() && b.is_none(),
                };
                prop_assert!(close(by_rows.mean(at), by_sums.mean(at)));
                let deviations = (by_rows.standard_deviation(at), by_sums.standard_deviation(at));
                prop_assert!(close(deviations.0, deviations.1));
                prop_assert!(close(by_rows.correlation(at, 0), by_sums.correlation(at, 0)));
            }
            for method in METHODS {
                let (ours, theirs) = (weights(&by_rows, method), weights(&by_sums, method));
                prop_assert_eq!(ours.is_some(), theirs.is_some());
                for (a, b) in ours.iter().flat_map(|it| &it.1).zip(theirs.iter().flat_map(|it| &it.1)) {
                    prop_assert!((a - b).abs() < 1e-8);
                }
            }
        }
    }

    #[test]
    fn parts_of_a_change_add_up(counts in proptest::collection::vec(proptest::array::uniform6(0u64..50), 1..6)) {
        let segments: Vec<(NetCounts, NetCounts)> = counts
            .iter()
            .map(|&[a, b, c, d, e, f]| {
                (
                    NetCounts { negative: a, neutral: b, positive: c },
                    NetCounts { negative: d, neutral: e, positive: f },
                )
            })
            .collect();
        for weighting in [Weighting::Midpoint, Weighting::Base] {
            let Ok(change) = decompose(&segments, weighting) else { return Ok(()) };
            let parts = change.mix + change.rate + change.interaction;
            prop_assert!((parts - change.change).abs() < 1e-12);
            prop_assert!((change.after - change.before - change.change).abs() < 1e-15);
        }
    }

    /// A shift of both groups is no effect, a shift of the treated is one, and shards add up.
    #[test]
    fn effects_move_with_the_treated_alone(
        treated in proptest::collection::vec((0i64..11, 0i64..11), 3..30),
        control in proptest::collection::vec((0i64..11, 0i64..11), 3..30),
        season in -5i64..6,
        lift in -5i64..6,
    ) {
        let sums = |pairs: &[(i64, i64)], shift: i64| {
            BeforeAfter::from_pairs(pairs.iter().map(|&(x, y)| (x, y + shift))).unwrap()
        };
        let (still, others) = (sums(&treated, 0), sums(&control, 0));
        let (half, rest) = treated.split_at(treated.len() / 2);
        prop_assert_eq!(sums(half, 0).plus(&sums(rest, 0)).unwrap(), still);
        let (moved, moved_others) = (sums(&treated, season + lift), sums(&control, season));
        let shift = lift as f64;
        let cells = |t: &BeforeAfter, c: &BeforeAfter| FourCells::<Moments> {
            treated_before: t.before(),
            treated_after: t.after(),
            control_before: c.before(),
            control_after: c.after(),
        };
        if let Ok(effect) = difference_in_differences(&cells(&still, &others)) {
            let with = difference_in_differences(&cells(&moved, &moved_others)).unwrap();
            prop_assert!((with.difference - effect.difference - shift).abs() < 1e-12);
            prop_assert!((with.standard_error - effect.standard_error).abs() < 1e-12);
            if let Ok(paired) = difference_in_differences_of_pairs(&still, &others) {
                prop_assert!((paired.difference - effect.difference).abs() < 1e-12);
            }
        }
        if let Ok(paired) = difference_in_differences_of_pairs(&still, &others) {
            let with = difference_in_differences_of_pairs(&moved, &moved_others).unwrap();
            prop_assert!((with.difference - paired.difference - shift).abs() < 1e-12);
        }
        // With the season alone nothing changes; a lift changes theta too, since it splits the
        // groups, and is therefore not looked at here.
        if let Ok(effect) = cuped(&still, &others) {
            let with = cuped(&sums(&treated, season), &moved_others).unwrap();
            prop_assert!((with.theta - effect.theta).abs() < 1e-9);
            let (now, before) = (with.adjusted, effect.adjusted);
            prop_assert!((now.difference - before.difference).abs() < 1e-9);
            prop_assert!((now.standard_error - before.standard_error).abs() < 1e-9);
        }
    }
}

/// Uncorrelated drivers share out their own r², whatever the method.
#[test]
fn orthogonal_drivers_keep_their_own() {
    let signs = |bit: usize| (0..16).map(|row| f64::from(row >> bit & 1)).collect::<Vec<f64>>();
    let outcome: Vec<f64> = (0..16).map(|row| f64::from(row * 7 % 16)).collect();
    let columns = vec![outcome, signs(0), signs(1), signs(2), signs(3)];
    let co_moments = rows(&columns).co_moments();
    for method in METHODS {
        let (_, parts) = weights(&co_moments, method).unwrap();
        for (driver, part) in parts.iter().enumerate() {
            let r = co_moments.correlation(driver + 1, 0).unwrap();
            assert!((part - r * r).abs() < 1e-12, "{part} {}", r * r);
        }
    }
}

/// The same seed gives the same limits, and the limits hold the estimate.
#[cfg(feature = "random")]
#[test]
fn resampled_intervals() {
    let noise = |row: u32, column: u32| {
        f64::from(row.wrapping_mul(2_654_435_761).rotate_left(column) % 101)
    };
    let columns: Vec<Vec<f64>> = (0..4)
        .map(|column| (0..80).map(|row| noise(row, 0) + noise(row + 1000 * column, 7)).collect())
        .collect();
    let rows = rows(&columns);
    let options = IntervalOptions { replicates: 400, seed: 7, ..IntervalOptions::default() };
    for method in METHODS {
        let first = RelativeImportance::bootstrapped(&rows, method, &options).unwrap();
        assert_eq!(first, RelativeImportance::bootstrapped(&rows, method, &options).unwrap());
        let other = IntervalOptions { seed: 8, ..options };
        assert_ne!(first, RelativeImportance::bootstrapped(&rows, method, &other).unwrap());
        assert_eq!(first.left_out_replicates, 0);
        for driver in &first.drivers {
            let interval = driver.interval.unwrap();
            assert!(interval.contains(driver.weight) && interval.width() < 0.5, "{driver:?}");
            assert_eq!(interval.method, Method::Bootstrap);
        }
    }
    for replicates in [0, 2_000_000] {
        let refused = IntervalOptions { replicates, ..options };
        let error = RelativeImportance::bootstrapped(&rows, METHODS[0], &refused).unwrap_err();
        assert_eq!(error.field(), Some("replicates"));
    }
}

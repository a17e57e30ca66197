//! What a fit does with data that are good, scarce, degenerate or impossible.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use cxm_core::clv::{
    BgNbd, FitOptions, FitStatus, Fitted, History, MbgNbd, Model, Nbd, PatternTable, Prior, fit,
    fit_with_progress,
};
use cxm_core::model::TimeUnit;
use cxm_core::{Error, ErrorKind};

fn columns() -> [Vec<f64>; 3] {
    let text = include_str!("golden/clv/cdnow_summary.csv");
    let cells = |line: &str| line.split(',').map(|cell| cell.parse().unwrap()).collect();
    let rows: Vec<Vec<f64>> = text.lines().skip(1).map(cells).collect();
    let column = |k: usize, unit: f64| rows.iter().map(|row| row[k] / unit).collect();
    [column(0, 1.0), column(1, 7.0), column(2, 7.0)]
}

fn cdnow() -> PatternTable<History> {
    let [frequency, recency, age] = columns();
    PatternTable::from_columns(&frequency, &recency, &age).unwrap()
}

fn table(rows: &[(f64, f64, f64)]) -> PatternTable<History> {
    let history = |&(x, recency, age)| (History::new(x, recency, age).unwrap(), 1.0);
    PatternTable::from_rows(rows.iter().map(history)).unwrap()
}

fn near(got: f64, expected: f64, relative: f64) -> bool {
    (got - expected).abs() <= relative * expected.abs()
}

fn fitted<M: Model<Pattern = History>>(table: &PatternTable<History>) -> Fitted<M> {
    fit::<M>(table, &FitOptions::default()).unwrap()
}

#[test]
fn the_order_of_rows_and_shards_does_not_show() {
    let [mut frequency, mut recency, mut age] = columns();
    let whole = cdnow();
    for column in [&mut frequency, &mut recency, &mut age] {
        column.reverse();
        column.rotate_left(700);
    }
    let turned = PatternTable::from_columns(&frequency, &recency, &age).unwrap();
    assert_eq!(whole, turned);
    let parts =
        whole.iter().flat_map(|(&row, weight)| [(row, 0.25 * weight), (row, 0.75 * weight)]);
    let weighted = PatternTable::from_rows(parts).unwrap();
    assert_eq!(whole, weighted);
    assert_eq!(whole.fingerprint(), weighted.fingerprint());
    assert_eq!(fitted::<BgNbd>(&whole), fitted::<BgNbd>(&turned));
}

#[test]
fn fractional_weights_add_up_in_any_order() {
    let row = History::new(1.0, 2.0, 3.0).unwrap();
    let mut weights: Vec<f64> = (1..200).map(|k| 1.0 / f64::from(k)).collect();
    let up = PatternTable::from_rows(weights.iter().map(|&weight| (row, weight))).unwrap();
    weights.reverse();
    let down = PatternTable::from_rows(weights.iter().map(|&weight| (row, weight))).unwrap();
    assert_eq!(up, down);
}

#[test]
fn a_fit_does_not_depend_on_the_unit() {
    let [frequency, recency, age] = columns();
    let days = |column: &[f64]| column.iter().map(|t| t * 7.0).collect::<Vec<f64>>();
    let table = PatternTable::from_columns(&frequency, &days(&recency), &days(&age)).unwrap();
    let options = FitOptions { unit: TimeUnit::Day, ..FitOptions::default() };
    let (weeks, days) = (fitted::<MbgNbd>(&cdnow()), fit::<MbgNbd>(&table, &options).unwrap());
    let ([r, alpha, a, b], got) = (weeks.model.parameters(), days.model.parameters());
    for (got, expected) in got.iter().zip([r, 7.0 * alpha, a, b]) {
        assert!(near(*got, expected, 1e-7), "{days:?}");
    }
    assert_eq!(days.unit, TimeUnit::Day);
    assert_eq!(days.diagnosis.status, FitStatus::Optimum);
    assert!(near(days.standard_errors().unwrap()[3], weeks.standard_errors().unwrap()[3], 1e-5));
}

#[test]
fn a_warm_start_takes_a_step_or_two() {
    let first = fitted::<BgNbd>(&cdnow());
    let start = first.model.parameters().to_vec();
    let options = FitOptions { start: Some(start), ..FitOptions::default() };
    let again = fit::<BgNbd>(&cdnow(), &options).unwrap();
    assert!(again.diagnosis.iterations <= 2, "{:?}", again.diagnosis);
    assert!(near(again.log_likelihood, first.log_likelihood, 1e-14));
}

#[test]
fn a_far_start_finds_the_same_optimum() {
    let best = fitted::<BgNbd>(&cdnow());
    for start in [[50.0, 1.0, 0.01, 30.0], [0.001, 500.0, 20.0, 0.01], [1e5, 1e-3, 1e-5, 1e5]] {
        let options = FitOptions { start: Some(start.to_vec()), ..FitOptions::default() };
        let found = fit::<BgNbd>(&cdnow(), &options).unwrap();
        assert_eq!(found.diagnosis.status, FitStatus::Optimum, "{start:?} {:?}", found.diagnosis);
        assert!((found.log_likelihood - best.log_likelihood).abs() < 1e-6, "{start:?}");
    }
}

#[test]
fn progress_rises_to_the_log_likelihood() {
    let mut told = Vec::new();
    let fitted = fit_with_progress::<BgNbd>(&cdnow(), &FitOptions::default(), |progress| {
        told.push((progress.iteration, progress.log_likelihood, progress.parameters.len()));
        Ok(())
    })
    .unwrap();
    assert!(told.windows(2).all(|pair| pair[0].1 <= pair[1].1 && pair[0].0 < pair[1].0));
    let last = told.last().unwrap();
    assert!((last.1 - fitted.log_likelihood).abs() < 1e-9 && last.2 == 4);
}

#[test]
fn a_fit_can_be_stopped() {
    let mut steps = 0;
    let error = fit_with_progress::<BgNbd>(&cdnow(), &FitOptions::default(), |_| {
        steps += 1;
        if steps < 3 { Ok(()) } else { Err(Error::cancelled("enough")) }
    })
    .unwrap_err();
    assert_eq!((error.kind(), steps), (ErrorKind::Cancelled, 3));
}

#[test]
fn without_data_there_is_no_fit() {
    let options = FitOptions::default();
    let empty = fit::<BgNbd>(&table(&[]), &options).unwrap_err();
    assert_eq!(empty.kind(), ErrorKind::InsufficientData);
    let never = table(&[(0.0, 0.0, 30.0), (0.0, 0.0, 12.0)]);
    assert_eq!(fit::<BgNbd>(&never, &options).unwrap_err().kind(), ErrorKind::InsufficientData);
    // With priors there is something to go by, and the diagnosis says what it is worth.
    let priors = Some(vec![Prior { mean: 0.0, standard_deviation: 1.0 }; 4]);
    let guess = fit::<BgNbd>(&never, &FitOptions { priors, ..options }).unwrap();
    assert_eq!(guess.diagnosis.status, FitStatus::TooFewRepeaters);
    assert!(guess.ln_covariance.is_some());
}

#[test]
fn a_handful_of_repeaters_is_said_to_be_too_few() {
    let one = fitted::<BgNbd>(&table(&[(3.0, 20.0, 30.0)]));
    assert_eq!(one.diagnosis.status, FitStatus::TooFewRepeaters);
    assert!(one.diagnosis.message.contains("bought again"), "{:?}", one.diagnosis);
    assert!(one.log_likelihood.is_finite());
}

/// Customers who all buy at about the same rate and never stop.
fn regulars() -> PatternTable<History> {
    let rows: Vec<_> =
        (0..200_u32).map(|k| (f64::from(9 + k % 3), 39.0 + 0.004 * f64::from(k), 40.0)).collect();
    table(&rows)
}

#[test]
fn a_parameter_that_runs_off_is_named() {
    let fitted = fitted::<BgNbd>(&regulars());
    let Fitted { diagnosis, model, .. } = &fitted;
    assert_eq!(diagnosis.status, FitStatus::Boundary, "{diagnosis:?}");
    // All alike: r and alpha grow without end; nobody leaves: a runs towards 0, or b without end.
    assert!(diagnosis.message.contains("r grows without end"), "{diagnosis:?}");
    assert!(diagnosis.message.contains("alpha grows without end"), "{diagnosis:?}");
    assert!(fitted.ln_covariance.is_none() && fitted.log_likelihood.is_finite());
    let [r, alpha, ..] = model.parameters();
    assert!(near(r / alpha, 10.0 / 40.0, 0.02), "{model:?}");
}

#[test]
fn a_flat_direction_is_a_ridge_and_priors_cure_it() {
    // A hundred customers say little of how the chance of leaving varies.
    let [frequency, recency, age] = columns();
    let few = |column: &[f64]| column[500..600].to_vec();
    let table = PatternTable::from_columns(&few(&frequency), &few(&recency), &few(&age)).unwrap();
    let plain = fitted::<BgNbd>(&table);
    assert_eq!(plain.diagnosis.status, FitStatus::Ridge, "{:?}", plain.diagnosis);
    assert!(plain.diagnosis.message.contains("a and b"), "{:?}", plain.diagnosis);
    assert!(plain.diagnosis.condition.unwrap() > 100.0 && plain.standard_errors().is_some());
    let priors = Some(vec![Prior { mean: 0.0, standard_deviation: 1.0 }; 4]);
    let options = FitOptions { priors, ..FitOptions::default() };
    let cured = fit::<BgNbd>(&table, &options).unwrap();
    assert_eq!(cured.diagnosis.status, FitStatus::Optimum, "{:?}", cured.diagnosis);
    assert!(cured.log_likelihood <= plain.log_likelihood + 1e-9);
}

#[test]
fn priors_of_no_weight_change_nothing_and_strong_ones_decide() {
    let free = fitted::<Nbd>(&cdnow());
    let with = |mean: f64, standard_deviation: f64| {
        let priors = Some(vec![Prior { mean, standard_deviation }; 2]);
        fit::<Nbd>(&cdnow(), &FitOptions { priors, ..FitOptions::default() }).unwrap()
    };
    let weak = with(0.0, 1e6);
    assert!(near(weak.model.parameters()[0], free.model.parameters()[0], 1e-6));
    assert!((weak.log_likelihood - free.log_likelihood).abs() < 1e-6);
    let strong = with(0.5, 1e-6);
    // α is measured in mean ages.
    let [r, alpha, ..] = strong.model.parameters();
    let expected = 0.5_f64.exp();
    assert!(near(r, expected, 1e-4), "{strong:?}");
    assert!(near(alpha / cdnow().mean_age().unwrap(), expected, 1e-4), "{strong:?}");
    assert!(near(strong.ln_covariance.unwrap()[0][0].sqrt(), 1e-6, 1e-3));
}

#[test]
fn impossible_options_are_named() {
    let fails = |options: FitOptions| fit::<BgNbd>(&cdnow(), &options).unwrap_err();
    let prior = Prior { mean: 0.0, standard_deviation: 1.0 };
    let short = FitOptions { priors: Some(vec![prior]), ..FitOptions::default() };
    assert_eq!(fails(short).field(), Some("priors"));
    let flat = Prior { standard_deviation: 0.0, ..prior };
    let zero = FitOptions { priors: Some(vec![flat; 4]), ..FitOptions::default() };
    assert_eq!(fails(zero).field(), Some("priors"));
    let start = FitOptions { start: Some(vec![1.0, -1.0, 1.0, 1.0]), ..FitOptions::default() };
    assert_eq!(fails(start).field(), Some("alpha"));
    let tolerance = FitOptions { tolerance: f64::NAN, ..FitOptions::default() };
    assert_eq!(fails(tolerance).field(), Some("tolerance"));
    let cut = FitOptions { max_iterations: 2, ..FitOptions::default() };
    let stopped = fit::<BgNbd>(&cdnow(), &cut).unwrap();
    assert_eq!(stopped.diagnosis.status, FitStatus::NotConverged);
    assert!(stopped.ln_covariance.is_none());
}

#[test]
fn impossible_rows_are_named() {
    let error = PatternTable::from_columns(&[1.0, 1.0], &[2.0, 9.0], &[3.0, 3.0]).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("recency"), Some(1)));
    let error = PatternTable::from_columns(&[0.0, 0.5], &[0.0, 1.0], &[3.0, 3.0]).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("frequency"), Some(1)));
    let error = PatternTable::from_columns(&[0.0], &[0.0], &[f64::NAN]).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("age"), Some(0)));
    let error = PatternTable::from_columns(&[0.0], &[0.0, 0.0], &[1.0]).unwrap_err();
    assert_eq!(error.field(), Some("recency"));
    let error = PatternTable::from_weighted_columns(&[0.0], &[0.0], &[1.0], &[-1.0]).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("weights"), Some(0)));
}

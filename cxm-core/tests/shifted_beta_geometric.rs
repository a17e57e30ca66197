//! The shifted-beta-geometric model against its paper, sums and differences.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::float_cmp, clippy::cast_precision_loss)]

use cxm_core::ErrorKind;
use cxm_core::clv::{
    Discount, FitOptions, FitStatus, Model, PatternTable, RenewalTiming, ShiftedBetaGeometric,
    Tenure, fit,
};
use serde_json::Value;

fn model(alpha: f64, beta: f64) -> ShiftedBetaGeometric {
    ShiftedBetaGeometric::from_parameters(&[alpha, beta]).unwrap()
}

fn models() -> [ShiftedBetaGeometric; 5] {
    [
        model(0.668, 3.806),
        model(0.704, 1.182),
        // β = 1 − α is where a coefficient of the continued fraction reads 0 ÷ 0.
        model(0.25, 0.75),
        model(3.0, 0.2),
        model(40.0, 900.0),
    ]
}

#[track_caller]
fn close(got: f64, expected: f64, relative: f64) {
    assert!((got - expected).abs() <= relative * expected.abs(), "{got} is not {expected}");
}

#[test]
fn chances_to_leave_and_to_stay_are_certain_together() {
    for model in models() {
        for renewals in [0.0, 3.0] {
            let left: f64 =
                (1..=40).map(|t| model.churn_probability(renewals, f64::from(t)).unwrap()).sum();
            close(left + model.survival(renewals, 40.0).unwrap(), 1.0, 1e-13);
            let ratio = model.survival(0.0, renewals + 1.0).unwrap()
                / model.survival(0.0, renewals).unwrap();
            close(model.retention_rate(renewals).unwrap(), ratio, 1e-13);
            let propensity = model.churn_propensity(renewals).unwrap();
            close(propensity.mean(), 1.0 - ratio, 1e-11);
            assert!(propensity.quantile(0.1) < propensity.quantile(0.9));
            assert!(propensity.variance() > 0.0);
        }
    }
}

#[test]
fn residual_lifetimes_are_discounted_sums_of_survival() {
    for model in models() {
        for renewals in [0.0, 1.0, 7.0] {
            for rate in [0.05, 0.1_f64.ln_1p(), 2.0] {
                let discount = Some(Discount::continuous(rate).unwrap());
                let (mut survival, mut after, mut before) = (1.0, 0.0, 0.0);
                for k in 0..1500 {
                    let w = (-rate * f64::from(k)).exp();
                    after += w * survival;
                    survival *= model.retention_rate(renewals + f64::from(k)).unwrap();
                    before += w * survival;
                }
                let of = |timing| model.expected_residual_lifetime(renewals, discount, timing);
                close(of(RenewalTiming::JustAfterRenewal).unwrap(), after, 1e-12);
                close(of(RenewalTiming::ImmediatelyBeforeRenewal).unwrap(), before, 1e-12);
            }
        }
    }
}

#[test]
fn undiscounted_lifetimes_are_finite_or_an_error() {
    let endless = model(1.0, 3.0).expected_tenure().unwrap_err();
    assert_eq!((endless.kind(), endless.field()), (ErrorKind::NotOffered, Some("discount")));
    let model = model(40.0, 900.0);
    close(model.expected_tenure().unwrap(), 939.0 / 39.0, 1e-14);
    close(model.expected_tenure_within(20_000.0).unwrap(), 939.0 / 39.0, 1e-12);
    assert_eq!(model.expected_tenure_within(1.0).unwrap(), 1.0);
    let before = RenewalTiming::ImmediatelyBeforeRenewal;
    let residual = model.expected_residual_lifetime(2.0, None, before).unwrap();
    close(
        residual,
        model.expected_residual_lifetime(2.0, None, RenewalTiming::JustAfterRenewal).unwrap() - 1.0,
        1e-13,
    );
}

#[test]
fn derivatives_are_those_of_the_likelihood() {
    let step = 1e-5;
    for model in models() {
        let [alpha, beta, ..] = model.parameters();
        let at = |a: f64, b: f64| self::model(alpha * a.exp(), beta * b.exp());
        for (periods, churned) in [(0.0, false), (1.0, true), (9.0, false), (12.0, true)] {
            let tenure = Tenure::new(periods, churned).unwrap();
            let exact = model.derivatives(&tenure);
            assert_eq!(exact.value, model.log_likelihood(&tenure));
            for (i, (up, down)) in
                [(at(step, 0.0), at(-step, 0.0)), (at(0.0, step), at(0.0, -step))]
                    .into_iter()
                    .enumerate()
            {
                let (up, down) = (up.derivatives(&tenure), down.derivatives(&tenure));
                let slope = (up.value - down.value) / (2.0 * step);
                assert!((slope - exact.gradient[i]).abs() < 1e-8, "{model:?} {tenure:?}");
                for j in 0..2 {
                    let curve = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                    assert!((curve - exact.hessian[i][j]).abs() < 1e-8, "{model:?} {tenure:?}");
                }
            }
        }
    }
}

#[test]
fn cohorts_and_customers_make_the_same_table() {
    let cohorts = PatternTable::from_cohorts(&[vec![5.0, 3.0, 2.0], vec![4.0, 4.0]]).unwrap();
    let tenure = [1.0, 1.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0];
    let churned = [true, true, true, false, false, false, false, false, false];
    assert_eq!(PatternTable::from_tenures(&tenure, &churned).unwrap(), cohorts);
    let weighted = PatternTable::from_weighted_tenures(
        &[2.0, 1.0, 1.0, 2.0],
        &[false, true, false, true],
        &[2.0, 2.0, 4.0, 1.0],
    );
    assert_eq!(weighted.unwrap(), cohorts);
    assert_eq!(cohorts.repeaters(), 7.0);
}

#[test]
fn bad_input_names_its_place() {
    let place = |error: cxm_core::Error| (error.field().unwrap().to_owned(), error.row());
    let cohort = |survivors: &[f64]| PatternTable::from_cohorts(&[survivors]).unwrap_err();
    for survivors in [&[10.0, 11.0][..], &[10.0, -1.0], &[10.0, f64::NAN]] {
        assert_eq!(place(cohort(survivors)), ("survivors".into(), Some(1)));
    }
    assert_eq!(place(cohort(&[f64::INFINITY])), ("survivors".into(), Some(0)));
    let columns = |tenure: &[f64], churned: &[bool]| {
        place(PatternTable::from_tenures(tenure, churned).unwrap_err())
    };
    assert_eq!(columns(&[1.0, 0.0], &[true, true]), ("tenure".into(), Some(1)));
    assert_eq!(columns(&[1.0, 1.5], &[true, false]), ("tenure".into(), Some(1)));
    assert_eq!(columns(&[1.0], &[true, false]).0, "churned");
    assert!(PatternTable::from_cohorts::<Vec<f64>>(&[]).unwrap().is_empty());
    let model = model(1.0, 1.0);
    assert_eq!(model.survival(-1.0, 2.0).unwrap_err().field(), Some("renewals"));
    assert_eq!(model.churn_probability(0.0, 0.0).unwrap_err().field(), Some("period"));
}

/// One reading by its name, as the doors call it.
fn reading(model: &ShiftedBetaGeometric, name: &str, arguments: &Value) -> f64 {
    let number = |name: &str| arguments[name].as_f64().unwrap();
    let answer = match name {
        "survival" => model.survival(number("renewals"), number("periods")),
        "churn_probability" => model.churn_probability(number("renewals"), number("period")),
        "retention_rate" => model.retention_rate(number("renewals")),
        "expected_tenure" => model.expected_tenure(),
        "expected_tenure_within" => model.expected_tenure_within(number("periods")),
        "expected_residual_lifetime" => {
            let discount = Some(Discount::continuous(number("discount")).unwrap());
            let timing = serde_json::from_value(arguments["timing"].clone()).unwrap();
            model.expected_residual_lifetime(number("renewals"), discount, timing)
        }
        other => panic!("no reading {other}"),
    };
    answer.unwrap()
}

fn floats(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn check_fit(case: &Value) {
    let (id, expected) = (&case["id"], &case["expected"]);
    let tolerance = |name: &str| case["tolerance"][name].as_f64().unwrap();
    let cohorts: Vec<Vec<f64>> = case["survivors"].as_array().unwrap().iter().map(floats).collect();
    let table = PatternTable::from_cohorts(&cohorts).unwrap();
    let fitted = fit::<ShiftedBetaGeometric>(&table, &FitOptions::default()).unwrap();
    assert_eq!(fitted.diagnosis.status, FitStatus::Optimum, "{id}: {fitted:?}");
    let log_likelihood = expected["log_likelihood"].as_f64().unwrap();
    let error = (fitted.log_likelihood - log_likelihood).abs();
    assert!(error <= tolerance("log_likelihood_absolute"), "{id}: {fitted:?}");
    let errors = fitted.standard_errors().unwrap();
    for (got, name, tolerance) in [
        (&fitted.model.parameters()[..2], "parameters", tolerance("parameters_relative")),
        (&errors, "standard_errors", tolerance("standard_errors_relative")),
    ] {
        for (got, expected) in got.iter().zip(floats(&expected[name])) {
            assert!((got - expected).abs() <= tolerance * expected, "{id}: {name} {got}");
        }
    }
}

#[test]
fn readings_and_fits_agree_with_reference_values() {
    let text = include_str!("golden/clv/shifted_beta_geometric.json");
    let cases: Vec<Value> = serde_json::from_str(text).unwrap();
    for case in &cases {
        if case.get("survivors").is_some() {
            check_fit(case);
            continue;
        }
        let model = ShiftedBetaGeometric::from_parameters(&floats(&case["parameters"])).unwrap();
        let got = reading(&model, case["reading"].as_str().unwrap(), &case["arguments"]);
        let expected = case["expected"].as_f64().unwrap();
        let tolerance = case["tolerance"]["relative"].as_f64().unwrap();
        let error = (got - expected).abs();
        assert!(error <= tolerance * expected, "{}: {got}, not {expected}", case["id"]);
    }
    assert_eq!(cases.len(), 52);
}

#[test]
fn survival_of_the_paper_is_reproduced_to_its_digits() {
    // Customers of the "High End" group, fitted to years 1 to 7 of a thousand.
    let high_end = [1000.0, 869.0, 743.0, 653.0, 593.0, 551.0, 517.0, 491.0];
    let table = PatternTable::from_cohorts(&[high_end]).unwrap();
    let fitted = fit::<ShiftedBetaGeometric>(&table, &FitOptions::default()).unwrap();
    let rounded = fitted.model.parameters().map(|value| format!("{value:.3}"));
    assert_eq!(rounded[..2], ["0.668", "3.806"]);
    let discount = Some(Discount::compounded(0.10, 1.0).unwrap());
    let before = RenewalTiming::ImmediatelyBeforeRenewal;
    let residual = fitted.model.expected_residual_lifetime(7.0, discount, before).unwrap();
    assert_eq!(format!("{residual:.2}"), "7.53");
    // The years after those that were fitted.
    for (period, actual) in (8_u8..).zip([46.8, 44.5, 42.7, 40.9, 39.4]) {
        let projected = 100.0 * fitted.model.survival(0.0, f64::from(period)).unwrap();
        assert!((projected - actual).abs() < 1.7, "{period}: {projected} and {actual}");
    }
}

#[test]
fn one_period_is_a_ridge_and_not_a_failure() {
    let table = PatternTable::from_cohorts(&[[1000.0, 800.0]]).unwrap();
    let fitted = fit::<ShiftedBetaGeometric>(&table, &FitOptions::default()).unwrap();
    assert_ne!(fitted.diagnosis.status, FitStatus::Optimum, "{fitted:?}");
    assert!((fitted.model.retention_rate(0.0).unwrap() - 0.8).abs() < 1e-3, "{fitted:?}");
    let nobody = PatternTable::from_cohorts(&[[1000.0]]).unwrap();
    let error = fit::<ShiftedBetaGeometric>(&nobody, &FitOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InsufficientData);
}

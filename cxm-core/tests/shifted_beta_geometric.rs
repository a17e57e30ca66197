//! The shifted-beta-geometric model against its paper, sums and differences.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::float_cmp, clippy::cast_precision_loss)]

use cxm_core::ErrorKind;
use cxm_core::clv::{Discount, Model, PatternTable, RenewalTiming, ShiftedBetaGeometric, Tenure};

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

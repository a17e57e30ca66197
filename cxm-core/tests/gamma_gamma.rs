//! Gamma–Gamma against reference values, published fits and simulation.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use cxm_core::ErrorKind;
use cxm_core::clv::{
    BgNbd, FitOptions, FitStatus, Fitted, GammaGamma, Model, PatternTable, Spend, fit,
};
use serde_json::Value;

/// Repeat purchases and mean spend of the CDNOW sample, times a unit.
fn cdnow(unit: f64) -> PatternTable<Spend> {
    let text = include_str!("golden/clv/cdnow_summary.csv");
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let frequency: Vec<f64> = rows.iter().map(|row| row[0]).collect();
    let mean: Vec<f64> = rows.iter().map(|row| row[3] * unit).collect();
    PatternTable::of_repeaters(&frequency, &mean).unwrap()
}

fn floats(column: &Value) -> Vec<f64> {
    column.as_array().unwrap().iter().map(|cell| cell.as_f64().unwrap()).collect()
}

fn close(got: f64, expected: f64, tolerance: f64) -> bool {
    (got - expected).abs() <= tolerance * expected.abs().max(1e-3)
}

fn check_fit(fitted: &Fitted<GammaGamma>, case: &Value) -> bool {
    let (expected, tolerance) = (&case["expected"], &case["tolerance"]);
    let relative = |name: &str| tolerance[name].as_f64().unwrap();
    let all = |got: &[f64], name: &str, tolerance: f64| {
        let expected = floats(&expected[name]);
        got.iter().zip(expected).all(|(got, expected)| close(*got, expected, tolerance))
    };
    let log_likelihood = expected["log_likelihood"].as_f64().unwrap();
    let errors = fitted.standard_errors().unwrap();
    (fitted.log_likelihood - log_likelihood).abs() < relative("log_likelihood_absolute")
        && all(&fitted.model.parameters(), "parameters", relative("parameters_relative"))
        && all(&errors, "standard_errors", relative("standard_errors_relative"))
        && fitted.diagnosis.status == FitStatus::Optimum
        && fitted.diagnosis.iterations <= 10
}

fn check_reading(case: &Value) -> Result<(), String> {
    let model = GammaGamma::from_parameters(&floats(&case["parameters"])).unwrap();
    let spend = &case["spend"];
    let spend = (!spend.is_null()).then(|| {
        Spend::new(spend["frequency"].as_f64().unwrap(), spend["monetary_value"].as_f64().unwrap())
            .unwrap()
    });
    let tolerance = case["tolerance"]["relative"].as_f64().unwrap();
    let got = match case["reading"].as_str().unwrap() {
        "expected_spend" => model.expected_spend(spend.as_ref()),
        "spend_variance" => model.spend_variance(spend.as_ref()),
        "spend_quantile" => {
            let probability = case["probability"].as_f64().unwrap();
            let quantile = model.spend_quantile(spend.as_ref(), probability).unwrap();
            let back = model.probability_of_spend_below(spend.as_ref(), quantile);
            assert!((back - probability).abs() < 1e-12, "{back}");
            Some(quantile)
        }
        _ => {
            let spend = spend.unwrap();
            let derivatives = model.derivatives(&spend);
            let slopes = derivatives.gradient.iter().zip(floats(&case["gradient"]));
            let mut right = slopes.fold(true, |all, (a, b)| all && close(*a, b, tolerance));
            for (row, expected) in
                derivatives.hessian.iter().zip(case["hessian"].as_array().unwrap())
            {
                let cells = row.iter().zip(floats(expected));
                right = cells.fold(right, |all, (a, b)| all && close(*a, b, tolerance));
            }
            if !right {
                return Err(format!("{derivatives:?}"));
            }
            assert!(close(derivatives.value, model.log_likelihood(&spend), 1e-13));
            Some(derivatives.value)
        }
    };
    match (got, case["expected"].as_f64()) {
        (Some(got), Some(expected)) if close(got, expected, tolerance) => Ok(()),
        (None, None) => Ok(()),
        _ => Err(format!("{got:?}")),
    }
}

#[test]
fn agrees_with_reference_values() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("golden/clv/gamma_gamma.json")).unwrap();
    let mut failures = Vec::new();
    for case in &cases {
        if case.get("fit").is_some() {
            let fitted = fit::<GammaGamma>(&cdnow(1.0), &FitOptions::default()).unwrap();
            if !check_fit(&fitted, case) {
                failures.push(format!("{fitted:?} {:?}", fitted.standard_errors()));
            }
        } else if let Err(got) = check_reading(case) {
            failures.push(format!("{case}: got {got}"));
        }
    }
    assert!(failures.is_empty(), "{}\n{}", failures.join("\n"), failures.len());
}

#[test]
fn the_unit_of_money_does_not_matter() {
    let fits = [1.0, 100.0, 1e-9, 1e12].map(|unit| {
        let fitted = fit::<GammaGamma>(&cdnow(unit), &FitOptions::default()).unwrap();
        assert_eq!(fitted.diagnosis.status, FitStatus::Optimum, "{fitted:?}");
        let [p, q, v, _] = fitted.model.parameters();
        // The density of a mean is per unit of money.
        [p, q, v / unit, fitted.log_likelihood + fitted.customers * unit.ln()]
    });
    for other in &fits[1..] {
        for (got, expected) in other.iter().zip(&fits[0]) {
            assert!((got / expected - 1.0).abs() < 1e-6, "{fits:?}");
        }
    }
}

fn simulated(customers: u32, [p, q, v]: [f64; 3]) -> PatternTable<Spend> {
    use rand_distr::{Distribution, Gamma};
    let mut random = rand_pcg::Pcg64Mcg::new(7);
    let rates = Gamma::new(q, 1.0 / v).unwrap();
    let mut rows = Vec::new();
    for customer in 0..customers {
        let x = f64::from(customer % 9 + 1);
        let rate = rates.sample(&mut random);
        let total = Gamma::new(p * x, 1.0 / rate).unwrap().sample(&mut random);
        rows.push((Spend::new(x, total / x).unwrap(), 1.0));
    }
    PatternTable::from_rows(rows).unwrap()
}

#[test]
fn simulated_customers_give_their_parameters_back() {
    let truth = [4.0, 3.0, 20.0];
    let table = simulated(20_000, truth);
    let fitted = fit::<GammaGamma>(&table, &FitOptions::default()).unwrap();
    let errors = fitted.standard_errors().unwrap();
    for ((got, error), truth) in fitted.model.parameters().iter().zip(errors).zip(truth) {
        assert!((got - truth).abs() < 3.5 * error && error < 0.1 * truth, "{fitted:?}");
    }
}

#[test]
fn a_finite_mean_can_be_demanded() {
    let demand = FitOptions { finite_mean: true, ..FitOptions::default() };
    // So few spend so much that the mean of all does not exist.
    let table = simulated(2000, [4.0, 0.7, 20.0]);
    let free = fit::<GammaGamma>(&table, &FitOptions::default()).unwrap();
    assert!(free.model.q() <= 1.0 && free.model.expected_spend(None).is_none(), "{free:?}");
    let from_outside = FitOptions { start: Some(vec![5.0, 0.5, 10.0]), ..demand.clone() };
    for options in [&demand, &from_outside] {
        let held = fit::<GammaGamma>(&table, options).unwrap();
        assert!(held.model.q() > 1.0 && held.model.q() < 1.001, "{held:?}");
        assert!(held.model.expected_spend(None).unwrap().is_finite());
        assert!(held.log_likelihood < free.log_likelihood && held.ln_covariance.is_none());
        assert_eq!(held.diagnosis.status, FitStatus::Boundary);
        let expected = "the likelihood still rises where q falls to 1, below which the mean is not \
                        finite";
        assert_eq!(held.diagnosis.message, expected);
        // The other parameters are at their maximum for this q.
        let slopes = held.model.table_derivatives(&table).gradient;
        assert!(slopes[0].abs() < 1e-3 && slopes[1] < 0.0 && slopes[2].abs() < 1e-3, "{slopes:?}");
    }
}

#[test]
fn a_demand_that_is_met_changes_nothing() {
    let demand = FitOptions { finite_mean: true, ..FitOptions::default() };
    for unit in [1.0, 1e-9, 1e12] {
        let free = fit::<GammaGamma>(&cdnow(unit), &FitOptions::default()).unwrap();
        assert_eq!(fit::<GammaGamma>(&cdnow(unit), &demand).unwrap(), free);
    }
    let table = PatternTable::from_columns(&[2.0, 0.0], &[3.0, 0.0], &[9.0, 9.0]).unwrap();
    let error = fit::<BgNbd>(&table, &demand).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::NotOffered, Some("finite_mean")));
}

#[test]
fn impossible_spend_is_refused_with_its_row() {
    let table = |x: &[f64], m: &[f64]| PatternTable::from_spend_columns(x, m).unwrap_err();
    let error = table(&[1.0, 0.0], &[5.0, 5.0]);
    assert_eq!((error.field(), error.row()), (Some("frequency"), Some(1)));
    let error = table(&[1.0, 1.0, 2.5], &[5.0, 5.0, 5.0]);
    assert_eq!((error.field(), error.row()), (Some("frequency"), Some(2)));
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = table(&[1.0, 1.0], &[5.0, bad]);
        assert_eq!((error.field(), error.row()), (Some("monetary_value"), Some(1)));
        let error = PatternTable::of_repeaters(&[0.0, 3.0], &[bad, bad]).unwrap_err();
        assert_eq!((error.field(), error.row()), (Some("monetary_value"), Some(1)));
    }
    let error = table(&[1.0], &[5.0, 5.0]);
    assert_eq!(error.field(), Some("monetary_value"));
    let error = PatternTable::from_weighted_spend_columns(&[1.0], &[5.0], &[-1.0]).unwrap_err();
    assert_eq!(error.field(), Some("weights"));
    assert!(PatternTable::of_repeaters(&[f64::NAN], &[5.0]).is_err());
    assert!(PatternTable::of_repeaters(&[0.0], &[f64::NAN]).unwrap().is_empty());
    for parameters in [[0.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, f64::NAN]] {
        assert!(GammaGamma::from_parameters(&parameters).is_err());
    }
    let model = GammaGamma::new(2.0, 0.7, 15.0).unwrap();
    assert_eq!(model.spend_quantile(None, 0.0).unwrap_err().field(), Some("probability"));
}

#[test]
fn poor_tables_are_judged_and_not_failed() {
    let columns: [(&[f64], &[f64]); 4] = [
        (&[1.0], &[5.0]),
        (&[2.0, 3.0], &[5.0, 5.0]),
        (&[1.0; 5], &[1.0, 2.0, 3.0, 4.0, 5.0]),
        (&[9.0; 40], &[7.0; 40]),
    ];
    for (x, m) in columns {
        let table = PatternTable::from_spend_columns(x, m).unwrap();
        let start = GammaGamma::start(&table);
        assert!(GammaGamma::from_parameters(&start[..3]).is_ok(), "{start:?}");
        let fitted = fit::<GammaGamma>(&table, &FitOptions::default()).unwrap();
        assert_ne!(fitted.diagnosis.status, FitStatus::Optimum, "{fitted:?}");
    }
}

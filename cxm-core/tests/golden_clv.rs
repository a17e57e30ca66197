//! Models of customer lifetime value against reference values and published fits.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::Path;

use cxm_core::clv::{
    BgBb, BgNbd, FitOptions, FitStatus, History, MbgNbd, Model, Nbd, ParetoNbd, PatternTable,
    PurchaseModel, Quantity, fit,
};
use serde_json::Value;

/// The days of the CDNOW sample, in weeks.
fn cdnow() -> PatternTable<History> {
    let text = include_str!("golden/clv/cdnow_summary.csv");
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let column = |k: usize, unit: f64| rows.iter().map(|row| row[k] / unit).collect::<Vec<f64>>();
    PatternTable::from_columns(&column(0, 1.0), &column(1, 7.0), &column(2, 7.0)).unwrap()
}

/// Donors of 1995 and the six years after, four columns with the number of donors last.
fn donations() -> PatternTable<History> {
    let text = include_str!("golden/clv/donations_summary.csv");
    let column = |k: usize| -> Vec<f64> {
        text.lines().skip(1).map(|line| line.split(',').nth(k).unwrap().parse().unwrap()).collect()
    };
    PatternTable::from_weighted_columns(&column(0), &column(1), &column(2), &column(3)).unwrap()
}

fn floats(column: &Value) -> Vec<f64> {
    column.as_array().unwrap().iter().map(|cell| cell.as_f64().unwrap()).collect()
}

fn off(got: f64, expected: f64, tolerance: f64) -> bool {
    let error = (got - expected).abs();
    error.is_nan() || error > tolerance
}

fn check_fit<M: Model<Pattern = History>>(case: &Value) -> Result<(), String> {
    let table = match case["data"].as_str().unwrap() {
        "cdnow" => cdnow(),
        "donations" => donations(),
        other => panic!("no data {other}"),
    };
    let fitted = fit::<M>(&table, &FitOptions::default()).map_err(|error| error.to_string())?;
    let (expected, tolerance) = (&case["expected"], &case["tolerance"]);
    let log_likelihood = expected["log_likelihood"].as_f64().unwrap();
    let parameters = fitted.model.parameters();
    let errors = fitted.standard_errors().ok_or("no standard errors")?;
    let mut wrong = off(
        fitted.log_likelihood,
        log_likelihood,
        tolerance["log_likelihood_absolute"].as_f64().unwrap(),
    );
    for (got, expected) in parameters.iter().zip(floats(&expected["parameters"])) {
        let relative = tolerance["parameters_relative"].as_f64().unwrap();
        wrong |= off(*got, expected, relative * expected);
    }
    for (got, expected) in errors.iter().zip(floats(&expected["standard_errors"])) {
        let relative = tolerance["standard_errors_relative"].as_f64().unwrap();
        wrong |= off(*got, expected, relative * expected);
    }
    wrong |= fitted.diagnosis.status != FitStatus::Optimum || fitted.diagnosis.iterations > 10;
    if wrong { Err(format!("{fitted:?} {errors:?}")) } else { Ok(()) }
}

fn check_prediction<M: PurchaseModel>(case: &Value) -> Result<(), String> {
    let model = M::from_parameters(&floats(&case["parameters"])).unwrap();
    let tolerance = &case["tolerance"];
    if let Some(columns) = case.get("log_likelihood") {
        let [x, recency, age] = ["frequency", "recency", "age"].map(|name| floats(&columns[name]));
        let table = PatternTable::from_columns(&x, &recency, &age).unwrap();
        let (got, expected) =
            (model.table_log_likelihood(&table), case["expected"].as_f64().unwrap());
        let wrong = off(got, expected, tolerance["absolute"].as_f64().unwrap());
        return if wrong { Err(format!("{got}")) } else { Ok(()) };
    }
    let history = &case["history"];
    let history = if history.is_null() {
        History::NEW
    } else {
        let [x, recency, age] =
            ["frequency", "recency", "age"].map(|name| history[name].as_f64().unwrap());
        History::new(x, recency, age).unwrap()
    };
    let quantity: Quantity = serde_json::from_value(case["quantity"].clone()).unwrap();
    let got = quantity.of(&model, &history).map_err(|error| error.to_string())?;
    let wrong = match (got, case["expected"].as_f64()) {
        (Some(got), Some(expected)) => {
            off(got, expected, tolerance["relative"].as_f64().unwrap() * expected.abs())
        }
        (got, expected) => got != expected,
    };
    if wrong { Err(format!("{got:?}")) } else { Ok(()) }
}

fn check<M: PurchaseModel>(case: &Value) -> Result<(), String> {
    if case.get("fit").is_some() { check_fit::<M>(case) } else { check_prediction::<M>(case) }
}

#[test]
fn models_agree_with_reference_values() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/clv");
    let mut failures = Vec::new();
    let mut cases = 0;
    for name in ["nbd", "bg_nbd", "mbg_nbd", "pareto_nbd", "bg_bb"] {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let list: Vec<Value> = serde_json::from_str(&text).unwrap();
        for case in &list {
            cases += 1;
            let outcome = match name {
                "nbd" => check::<Nbd>(case),
                "bg_nbd" => check::<BgNbd>(case),
                "bg_bb" => check::<BgBb>(case),
                "mbg_nbd" => check::<MbgNbd>(case),
                _ => check::<ParetoNbd>(case),
            };
            if let Err(got) = outcome {
                failures.push(format!(
                    "{name} {}: expected {}, got {got}",
                    case["id"], case["expected"]
                ));
            }
        }
    }
    assert!(cases >= 60, "only {cases} cases were found");
    assert!(failures.is_empty(), "{}\n{} of {cases}", failures.join("\n"), failures.len());
}

#[test]
fn the_cdnow_sample_is_the_one_of_the_paper() {
    let table = cdnow();
    let purchases: f64 = table.iter().map(|(row, weight)| row.frequency() * weight).sum();
    let counts = [table.customers(), table.repeaters(), purchases];
    assert_eq!(counts.map(|count| count.to_string()), ["2357", "946", "2457"]);
    assert_eq!(table.len(), 1016);
}

#[test]
fn the_donors_are_those_of_the_paper() {
    let table = donations();
    assert_eq!((table.len(), table.customers().to_string()), (22, "11104".to_owned()));
}

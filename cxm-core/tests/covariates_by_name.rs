//! Covariates by name, as the doors hold them: golden fits and answers, files, and what is refused.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use cxm_core::ErrorKind;
use cxm_core::registry::models::{self, Cells, Columns, DynModel, MODELS};
use serde_json::{Value, json};

fn golden() -> Vec<Value> {
    serde_json::from_str(include_str!("golden/clv/covariates.json")).unwrap()
}

/// The customers of CDNOW in weeks, with the two covariates of the golden cases.
struct Customers([Vec<f64>; 6]);

const NAMES: [&str; 6] = ["frequency", "recency", "age", "late", "week", "actual"];

impl Customers {
    fn cdnow() -> Self {
        let mut columns: [Vec<f64>; 6] = Default::default();
        let text = include_str!("golden/clv/cdnow_summary.csv");
        for line in text.lines().skip(1) {
            let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            let (late, week) = (f64::from(u8::from(cells[2] < 228.0)), (272.0 - cells[2]) / 7.0);
            let row = [cells[0], cells[1] / 7.0, cells[2] / 7.0, late, week.floor(), cells[4]];
            columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        }
        Self(columns)
    }

    fn columns<'a>(&'a self, names: &[&'a str]) -> Columns<'a> {
        let mut columns = Columns::new();
        for name in names {
            let place = NAMES.iter().position(|known| known == name).unwrap();
            columns.add(*name, self.0[place].as_slice()).unwrap();
        }
        columns
    }

    fn fit(&self, model: &str, options: &Value) -> Box<dyn DynModel> {
        let mut both = json!({"purchase_covariates": ["late", "week"],
                              "dropout_covariates": ["late"]});
        both.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
        models::fit(model, &self.columns(&NAMES[..5]), &both).unwrap()
    }
}

fn close(got: &Value, expected: &Value, allowed: f64, label: &str) {
    let (got, expected) = (got.as_f64().unwrap(), expected.as_f64().unwrap());
    assert!((got - expected).abs() <= allowed, "{label}: {got}, not {expected}");
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn golden_fits_come_out() {
    let customers = Customers::cdnow();
    for case in golden().iter().filter(|case| !case["covariate_fit"].is_null()) {
        let name = case["covariate_fit"].as_str().unwrap();
        let summary = customers.fit(name, &json!({})).summary(&Value::Null).unwrap();
        let (expected, tolerance) = (&case["expected"], &case["tolerance"]);
        assert_eq!(summary["diagnosis"]["status"], "optimum", "{summary}");
        let likelihood = &expected["log_likelihood"];
        let allowed = number(&tolerance["log_likelihood_absolute"]);
        close(&summary["log_likelihood"], likelihood, allowed, name);
        for (field, wanted, relative) in [
            ("parameters", "parameters", &tolerance["parameters_relative"]),
            ("standard_errors", "standard_errors", &tolerance["standard_errors_relative"]),
        ] {
            let rows = expected[wanted].as_array().unwrap().iter();
            for (got, wanted) in summary[field].as_object().unwrap().values().zip(rows) {
                close(got, wanted, number(relative) * number(wanted), name);
            }
        }
        let coefficients = summary["coefficients"].as_array().unwrap();
        let parts: Vec<_> = coefficients.iter().map(|c| (&c["part"], &c["name"])).collect();
        let [purchase, dropout] = [json!("purchase"), json!("dropout")];
        let [late, week] = [json!("late"), json!("week")];
        assert_eq!(parts, [(&purchase, &late), (&purchase, &week), (&dropout, &late)]);
        for (place, coefficient) in coefficients.iter().enumerate() {
            let allowed = number(&tolerance["coefficients_absolute"]);
            close(&coefficient["value"], &expected["coefficients"][place], allowed, name);
            let wanted = &expected["coefficient_errors"][place];
            let allowed = number(&tolerance["standard_errors_relative"]) * number(wanted);
            close(&coefficient["standard_error"], wanted, allowed, name);
            assert!(number(&coefficient["lower"]) < number(&coefficient["upper"]));
        }
        assert_eq!(summary["likelihood_ratio"]["degrees_of_freedom"], 3);
    }
}

#[test]
fn golden_answers_come_out() {
    for case in golden().iter().filter(|case| !case["covariate_model"].is_null()) {
        let name = case["covariate_model"].as_str().unwrap();
        let options = json!({
            "purchase_covariates": case["purchase_covariates"],
            "dropout_covariates": case["dropout_covariates"],
        });
        let model = models::from_parameters(name, &case["parameters"], &options).unwrap();
        let mut columns = Columns::new();
        for part in ["history", "covariates"] {
            for (name, cell) in case[part].as_object().unwrap() {
                columns.add(name.as_str(), number(cell)).unwrap();
            }
        }
        let got = json!(model.predict(&case["quantity_asked"], &columns).unwrap().get(0));
        let allowed = number(&case["tolerance"]["relative"]) * number(&case["expected"]);
        close(&got, &case["expected"], allowed, case["id"].as_str().unwrap());
        // The same as the one who knows the moved parameters would say; and a file keeps it.
        let read = models::from_json(&model.to_json()).unwrap();
        assert!(read.equals(&*model));
        assert_eq!(
            read.summary(&Value::Null).unwrap(),
            model.summary(&Value::Null).unwrap(),
            "{}",
            model.to_json()
        );
    }
}

#[test]
fn a_file_is_read_back_to_the_bit() {
    let customers = Customers::cdnow();
    let prior = json!({"mean": 0.0, "standard_deviation": 2.0});
    for name in ["bg_nbd", "mbg_nbd", "pareto_nbd"] {
        for options in [json!({}), json!({"unit": "week", "priors": vec![&prior; 4]})] {
            let model = customers.fit(name, &options);
            let text = model.to_json();
            let read = models::from_json(&text).unwrap();
            assert_eq!(read.to_json(), text);
            assert!(read.equals(&*model) && models::from_json_as(name, &text).is_ok());
            let summary = model.summary(&Value::Null).unwrap();
            assert_eq!(read.summary(&Value::Null).unwrap(), summary);
            assert_eq!(summary["likelihood_ratio"].is_null(), options.get("priors").is_some());
            // The same answers with the same limits.
            let asked = json!({"quantity": "expected_transactions", "horizon": 39});
            let few = Columns::new()
                .with("frequency", [2.0, 0.0].as_slice())
                .and_then(|c| c.with("recency", [30.43, 0.0].as_slice()))
                .and_then(|c| c.with("age", 38.86))
                .and_then(|c| c.with("late", [0.0, 1.0].as_slice()))
                .and_then(|c| c.with("week", 4.0))
                .unwrap();
            let level = json!({"level": 0.9});
            let limits = model.intervals(&asked, &few, &level).unwrap();
            assert_eq!(read.intervals(&asked, &few, &level).unwrap(), limits);
            assert_eq!(model.predict(&asked, &few).unwrap(), limits.value);
            for row in 0..2 {
                let [lower, value, upper] =
                    [&limits.lower, &limits.value, &limits.upper].map(|l| l.get(row).unwrap());
                assert!(lower < value && value < upper);
            }
            let counts = json!({"horizon": 39, "level": 0.9});
            let counts = model.predictive_intervals(&few, &counts).unwrap();
            assert_eq!(counts.value, limits.value.values);
            assert!(counts.lower[0] <= counts.upper[0] && counts.probability[0] >= 0.9);
        }
    }
}

#[test]
fn damaged_files_are_refused() {
    let text = Customers::cdnow().fit("bg_nbd", &json!({})).to_json();
    for end in 0..text.len() {
        let error = models::from_json(&text[..end]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::CorruptState, "{end}");
    }
    let whole: Value = serde_json::from_str(&text).unwrap();
    let broken = |pointer: &str, value: Value| {
        let mut file = whole.clone();
        *file.pointer_mut(pointer).unwrap() = value;
        models::from_json(&file.to_string()).map(|model| model.to_json()).map_err(|e| e.kind())
    };
    for (pointer, value) in [
        ("/covariates/without", Value::Null),
        ("/covariates/without/parameters", json!({"r": 1})),
        ("/covariates/without/ln_covariance", json!([[1]])),
        ("/covariates/without/diagnosis/status", json!("given")),
        ("/covariates/purchase/0/value", json!("x")),
        ("/covariates/purchase/1/name", json!("late")),
        ("/covariates/purchase", json!([])),
        ("/covariates", json!({})),
        ("/covariates", json!(7)),
        ("/ln_covariance", json!([[1]])),
        ("/ln_covariance/0/1", json!(7)),
        ("/log_likelihood", Value::Null),
        ("/diagnosis/status", json!("given")),
        ("/customers", json!(1)),
        ("/parameters/r", json!(-1)),
    ] {
        assert_eq!(broken(pointer, value.clone()), Err(ErrorKind::CorruptState), "{pointer}");
    }
    let mut other = whole.clone();
    other["kind"] = json!("nbd");
    let error = models::from_json(&other.to_string()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CorruptState);
    // A null is the model without covariates, whose covariance is smaller.
    assert_eq!(broken("/covariates", Value::Null), Err(ErrorKind::CorruptState));
}

#[test]
fn a_row_may_stand_for_many_customers() {
    let customers = Customers::cdnow();
    let options = json!({"purchase_covariates": ["late"]});
    let plain = models::fit(
        "pareto_nbd",
        &customers.columns(&["frequency", "recency", "age", "late"]),
        &options,
    )
    .unwrap();
    let mut rows = std::collections::BTreeMap::<[u64; 4], f64>::new();
    for row in 0..customers.0[0].len() {
        let key = [0, 1, 2, 3].map(|place| customers.0[place][row].to_bits());
        *rows.entry(key).or_default() += 1.0;
    }
    // A row of weight 0 is nobody.
    let mut columns: [Vec<f64>; 5] = [vec![1.0], vec![1.0], vec![2.0], vec![77.0], vec![0.0]];
    for (key, weight) in &rows {
        key.iter().zip(&mut columns).for_each(|(bits, cells)| cells.push(f64::from_bits(*bits)));
        columns[4].push(*weight);
    }
    assert!(rows.len() < 1_100);
    let named = ["frequency", "recency", "age", "late", "weights"].iter().zip(&columns);
    let mut weighted = Columns::new();
    named.for_each(|(name, cells)| weighted.add(*name, cells.as_slice()).unwrap());
    let model = models::fit("pareto_nbd", &weighted, &options).unwrap();
    let (ours, theirs) =
        (model.summary(&Value::Null).unwrap(), plain.summary(&Value::Null).unwrap());
    close(&ours["log_likelihood"], &theirs["log_likelihood"], 1e-8, "weighted");
    let value = |summary: &Value| number(&summary["coefficients"][0]["value"]);
    assert!((value(&ours) - value(&theirs)).abs() < 1e-9);
    assert_eq!(ours["customers"], theirs["customers"]);
    let likelihood = model.log_likelihood(&weighted).unwrap();
    assert!((likelihood - number(&ours["log_likelihood"])).abs() < 1e-8);
    let mut bad = columns[4].clone();
    bad[3] = -1.0;
    let mut columns = customers.columns(&[]);
    for (name, cells) in ["frequency", "recency", "age", "late"].iter().zip(&[1.0, 1.0, 2.0, 1.0]) {
        columns.add(*name, *cells).unwrap();
    }
    columns.add("weights", Cells::from(bad.as_slice())).unwrap();
    let error = models::fit("pareto_nbd", &columns, &options).unwrap_err();
    assert_eq!((error.row(), error.kind()), (Some(3), ErrorKind::InvalidObservation));
    assert_eq!(model.log_likelihood(&columns).unwrap_err().row(), Some(3));
}

#[test]
fn strong_priors_hold_the_average_customer() {
    let customers = Customers::cdnow();
    let plain = customers.fit("pareto_nbd", &json!({})).summary(&Value::Null).unwrap();
    let prior = |mean: f64, deviation: f64| json!({"mean": mean, "standard_deviation": deviation});
    let mean_age = customers.0[2].iter().sum::<f64>() / 2357.0;
    // ln α of an average customer, a time, is measured in mean ages; the others are left alone.
    let strong =
        vec![prior(0.0, 1e3), prior((9.0 / mean_age).ln(), 1e-6), prior(0.0, 1e3), prior(0.0, 1e3)];
    let model = customers.fit("pareto_nbd", &json!({"priors": strong}));
    let summary = model.summary(&Value::Null).unwrap();
    let average = |place: usize| customers.0[place].iter().sum::<f64>() / 2357.0;
    let [late, week] = [0, 1].map(|k| number(&summary["coefficients"][k]["value"]));
    let alpha = number(&summary["parameters"]["alpha"]);
    let centre = alpha * (-(late * average(3) + week * average(4))).exp();
    assert!((centre / 9.0 - 1.0).abs() < 1e-4, "{centre}");
    assert!(number(&summary["log_likelihood"]) < number(&plain["log_likelihood"]));
    // Weak ones move nothing.
    let model = customers.fit("pareto_nbd", &json!({"priors": vec![prior(0.0, 1e6); 4]}));
    let weak = model.summary(&Value::Null).unwrap();
    close(&weak["log_likelihood"], &plain["log_likelihood"], 1e-6, "weak");
}

#[test]
fn a_back_test_takes_covariates() {
    let customers = Customers::cdnow();
    let model = customers.fit("bg_nbd", &json!({}));
    let horizon = json!({"horizon": 39});
    let found = model.back_test(&customers.columns(&NAMES), &horizon).unwrap();
    let asked = json!({"quantity": "expected_transactions", "horizon": 39});
    let expected = model.predict(&asked, &customers.columns(&NAMES[..5])).unwrap();
    close(&found["expected"], &json!(expected.values.iter().sum::<f64>()), 1e-9, "sum");
    assert_eq!(found["actual"], json!(1882.0));
    let error = model.back_test(&customers.columns(&NAMES[..5]), &horizon).unwrap_err();
    assert_eq!(error.field(), Some("actual"));
}

#[test]
fn what_cannot_be_told_is_refused_by_name() {
    let customers = Customers::cdnow();
    let fit = |model: &str, names: &[&str], options: Value| {
        models::fit(model, &customers.columns(names), &options).unwrap_err()
    };
    let all = &NAMES[..5];
    let error = fit("nbd", all, json!({"purchase_covariates": ["late"]}));
    assert_eq!(error.kind(), ErrorKind::NotOffered);
    let error = fit("bg_nbd", all, json!({"purchase_covariates": ["income"]}));
    assert_eq!((error.kind(), error.field()), (ErrorKind::WrongBatch, Some("income")));
    for taken in ["age", "horizon", "spend", "actual", "weights"] {
        let error = fit("bg_nbd", all, json!({"dropout_covariates": [taken]}));
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidArgument, Some(taken)));
    }
    let error = fit("bg_nbd", &NAMES[..4], json!({"dropout_covariates": ["late", "late"]}));
    assert_eq!(error.field(), Some("late"));
    let error = fit("bg_nbd", all, json!({"dropout_covariates": "late"}));
    assert_eq!(error.field(), Some("dropout_covariates"));
    let error = fit("bg_nbd", all, json!({"dropout_covariates": ["late"]}));
    assert_eq!((error.kind(), error.field()), (ErrorKind::WrongBatch, Some("week")));
    let many: Vec<String> = (0..101).map(|k| format!("c{k}")).collect();
    let error = fit("bg_nbd", all, json!({"dropout_covariates": many}));
    assert_eq!(error.kind(), ErrorKind::LimitReached);
    // None are the plain fit.
    let plain = models::fit(
        "bg_nbd",
        &customers.columns(&NAMES[..3]),
        &json!({"purchase_covariates": [], "dropout_covariates": null}),
    )
    .unwrap();
    assert_eq!(plain.summary(&Value::Null).unwrap()["coefficients"], json!([]));

    let model = customers.fit("bg_nbd", &json!({}));
    let asked = json!({"quantity": "expected_transactions", "horizon": 39});
    let error = model.predict(&asked, &customers.columns(&NAMES[..4])).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::WrongBatch, Some("week")));
    let bad = [0.0, f64::NAN];
    let columns = Columns::new().with("late", bad.as_slice()).unwrap().with("week", 1.0).unwrap();
    let error = model.predict(&asked, &columns).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("late"), Some(1)));
    let error = model.intervals(&asked, &columns, &Value::Null).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("late"), Some(1)));
    assert_eq!(model.simulate(&json!({})).unwrap_err().kind(), ErrorKind::NotOffered);
    let posterior = model.posterior(&customers.columns(all), &Value::Null, &mut |_| Ok(()));
    assert_eq!(posterior.unwrap_err().kind(), ErrorKind::NotOffered);
    let given = |options: Value| {
        models::from_parameters("bg_nbd", &json!([0.2, 4.0, 0.8, 2.0]), &options).unwrap_err()
    };
    let error = given(json!({"purchase_covariates": {"late": "much"}}));
    assert_eq!(error.field(), Some("late"));
    let error = given(json!({"purchase_covariates": {"late": 1}, "units": "week"}));
    assert_eq!(error.field(), Some("units"));
    let listed = MODELS.iter().filter(|model| model.takes_covariates());
    let listed: Vec<_> = listed.map(|model| model.name).collect();
    assert_eq!(listed, ["pareto_nbd", "bg_nbd", "mbg_nbd"]);
}

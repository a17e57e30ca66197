//! Models by name: what the doors hold, for every model of the list.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use cxm_core::ErrorKind;
use cxm_core::calculator::table::Table;
use cxm_core::registry::catalogue;
use cxm_core::registry::models::{self, Columns, DynModel, MODELS, ModelEntry};
use serde_json::{Value, json};

/// A model with parameters that tell each other apart.
fn known(entry: &ModelEntry) -> Box<dyn DynModel> {
    let values: Vec<f64> = (0..entry.parameters.len()).map(|k| 1.25 + 0.5 * k as f64).collect();
    models::from_parameters(entry.name, &json!(values), &json!({"unit": "week"})).unwrap()
}

/// Twelve rows of customers that every model can be fitted to, as far as it reads these columns.
fn rows(name: &str) -> Vec<f64> {
    match name {
        "frequency" => vec![0.0, 1.0, 2.0, 0.0, 3.0, 1.0, 5.0, 0.0, 2.0, 1.0, 0.0, 4.0],
        "recency" => vec![0.0, 9.0, 14.0, 0.0, 30.0, 2.0, 36.0, 0.0, 20.0, 12.0, 0.0, 25.0],
        "age" | "periods" => {
            vec![38.0, 38.0, 37.0, 36.0, 36.0, 35.0, 37.0, 30.0, 31.0, 32.0, 33.0, 34.0]
        }
        "monetary_value" => {
            vec![0.0, 22.35, 11.5, 0.0, 73.74, 8.0, 31.25, 0.0, 17.0, 40.0, 0.0, 26.5]
        }
        "weights" => vec![1.0; 12],
        "spend" => vec![35.0; 12],
        "tenure" => vec![3.0, 1.0, 2.0, 5.0, 5.0, 4.0, 1.0, 2.0, 6.0, 6.0, 3.0, 5.0],
        "churned" => vec![1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0],
        "renewals" => (0..12).map(f64::from).collect(),
        other => panic!("rows of the column {other} are needed here"),
    }
}

fn fitted(entry: &ModelEntry) -> Box<dyn DynModel> {
    // Cohorts are another way of saying tenures.
    let names = entry.columns.iter().map(|column| column.name);
    let names = names.filter(|name| !["survivors", "cohort"].contains(name));
    let data: Vec<_> = names.map(|name| (name, rows(name))).collect();
    let mut columns = Columns::new();
    for (name, cells) in &data {
        columns.add(*name, cells.as_slice()).unwrap();
    }
    models::fit(entry.name, &columns, &json!({"unit": "day"})).unwrap()
}

/// A quantity with arguments that every model takes.
fn asked(name: &str, parameters: &[&str]) -> Value {
    let mut quantity = json!({"quantity": name});
    for parameter in parameters {
        quantity[*parameter] = match *parameter {
            "horizon" => json!(13),
            "count" => json!(2),
            "discount" => json!(0.003),
            "periods" | "period" => json!(3),
            "amount" => json!(30),
            "margin" => json!(0.3),
            "timing" => json!("just_after_renewal"),
            _ => continue,
        };
    }
    quantity
}

fn quantities(entry: &ModelEntry) -> impl Iterator<Item = (Value, Vec<&'static str>)> {
    entry.quantities.iter().map(|quantity| {
        let names: Vec<_> = quantity.parameters.iter().map(|parameter| parameter.name).collect();
        let columns = quantity.columns.iter().map(|column| column.name).collect();
        (asked(quantity.name, &names), columns)
    })
}

#[test]
fn every_model_answers_what_it_lists() {
    for entry in MODELS {
        let model = known(entry);
        for (quantity, names) in quantities(entry).filter(|(_, names)| !names.is_empty()) {
            let mut columns = Columns::new();
            let data: Vec<_> = names.iter().map(|name| (*name, rows(name))).collect();
            for (name, cells) in &data {
                columns.add(*name, cells.as_slice()).unwrap();
            }
            let all = model.predict(&quantity, &columns).unwrap();
            assert_eq!(all.values.len(), 12, "{} {quantity}", entry.name);
            assert!(all.values.iter().all(|value| value.is_finite()), "{} {quantity}", entry.name);
            // One row alone, by single numbers, says the same.
            let mut one = Columns::new();
            for (name, cells) in &data {
                one.add(*name, cells[2]).unwrap();
            }
            let alone = model.predict(&quantity, &one).unwrap();
            assert_eq!(alone.get(0), all.get(2), "{} {quantity}", entry.name);
        }
    }
}

#[test]
fn a_column_of_horizons_gives_each_row_its_own() {
    let model = known(models::find("nbd").unwrap());
    let horizons = [0.0, 13.0, 39.0];
    let columns = Columns::new().with("horizon", horizons.as_slice()).unwrap();
    let all = model.predict(&json!({"quantity": "expected_transactions"}), &columns).unwrap();
    for (row, horizon) in horizons.iter().enumerate() {
        let quantity = json!({"quantity": "expected_transactions", "horizon": horizon});
        assert_eq!(model.predict(&quantity, &Columns::new()).unwrap().get(0), all.get(row));
    }
    let twice = json!({"quantity": "expected_transactions", "horizon": 3});
    assert_eq!(model.predict(&twice, &columns).unwrap_err().field(), Some("horizon"));
    let bad = [1.0, -1.0];
    let columns = Columns::new().with("horizon", bad.as_slice()).unwrap();
    let quantity = json!({"quantity": "expected_transactions"});
    let error = model.predict(&quantity, &columns).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("horizon"), Some(1)));
}

#[test]
fn a_discount_may_be_of_another_unit() {
    let model = known(models::find("nbd").unwrap());
    let ask = |discount: Value| {
        let quantity =
            json!({"quantity": "discounted_expected_residual_transactions", "discount": discount});
        model.predict(&quantity, &Columns::new())
    };
    let yearly = ask(json!({"rate": 0.15, "per": "year"})).unwrap().values[0];
    let weekly = ask(json!(0.15f64.ln_1p() * 7.0 / 365.25)).unwrap().values[0];
    assert!((yearly / weekly - 1.0).abs() < 1e-14, "{yearly} {weekly}");
    for wrong in [
        json!({"per": "year"}),
        json!({"rate": -0.15}),
        json!({"rate": 0.15, "per": "year", "a": 1}),
        json!("x"),
        json!(0),
    ] {
        let error = ask(wrong.clone()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidArgument, "{wrong}");
    }
}

#[test]
fn bad_columns_are_named() {
    let entry = models::find("nbd").unwrap();
    let model = known(entry);
    let quantity = json!({"quantity": "expected_transactions", "horizon": 3});
    let failed = |columns: &Columns<'_>| {
        let error = model.predict(&quantity, columns).unwrap_err();
        (error.kind(), error.field().map(str::to_owned), error.row())
    };
    let named = |name: &str| Some(name.to_owned());
    let two = [1.0, 2.0];
    let part = Columns::new().with("frequency", two.as_slice()).unwrap();
    assert_eq!(failed(&part), (ErrorKind::WrongBatch, named("recency"), None));
    let other = Columns::new().with("tenure", 1.0).unwrap();
    assert_eq!(failed(&other), (ErrorKind::WrongBatch, named("tenure"), None));
    let (frequency, recency) = ([1.0, 1.0, 1.0], [3.0, 9.0, f64::NAN]);
    let late = Columns::new()
        .with("frequency", frequency.as_slice())
        .unwrap()
        .with("recency", recency.as_slice())
        .unwrap()
        .with("age", 8.0)
        .unwrap();
    assert_eq!(failed(&late), (ErrorKind::InvalidObservation, named("recency"), Some(1)));
    let error = models::fit("nbd", &late, &Value::Null).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("recency"), Some(1)));
    let error = models::fit("nbd", &part, &Value::Null).unwrap_err();
    assert_eq!(error.field(), Some("recency"));
    let asked = |quantity: Value| model.predict(&quantity, &Columns::new()).unwrap_err();
    assert_eq!(asked(json!({"quantity": "profit"})).kind(), ErrorKind::NotFound);
    assert_eq!(asked(json!({})).field(), Some("quantity"));
    let without = asked(json!({"quantity": "expected_transactions"}));
    assert_eq!(without.field(), Some("horizon"));
    let more = asked(json!({"quantity": "expected_transactions", "horizon": 1, "count": 1}));
    assert_eq!(more.field(), Some("count"));
}

#[test]
fn a_bad_weight_is_named_by_the_row_of_its_column() {
    let (frequency, mean) = ([0.0, 2.0, 0.0, 1.0, 3.0], [0.0, 10.0, 0.0, 12.0, 9.0]);
    for row in 0..5 {
        let mut weights = [1.0; 5];
        weights[row] = -1.0;
        let columns = Columns::new()
            .with("frequency", frequency.as_slice())
            .and_then(|columns| columns.with("monetary_value", mean.as_slice()))
            .and_then(|columns| columns.with("weights", weights.as_slice()))
            .unwrap();
        let error = models::fit("gamma_gamma", &columns, &Value::Null).unwrap_err();
        assert_eq!((error.field(), error.row()), (Some("weights"), Some(row as u64)));
    }
}

#[test]
fn parameters_and_options_go_by_name() {
    let given = |parameters: Value| models::from_parameters("nbd", &parameters, &Value::Null);
    let named = given(json!({"alpha": 4.0, "r": 0.25})).unwrap();
    assert!(named.equals(&*given(json!([0.25, 4.0])).unwrap()));
    assert_eq!(
        named.summary(&Value::Null).unwrap()["parameters"],
        json!({"r": 0.25, "alpha": 4.0})
    );
    assert_eq!(named.summary(&Value::Null).unwrap()["log_likelihood"], Value::Null);
    assert_eq!(named.unit(), json!("week"));
    let field = |parameters: Value| given(parameters).unwrap_err().field().map(str::to_owned);
    assert_eq!(field(json!({"r": 0.25})).as_deref(), Some("alpha"));
    assert_eq!(field(json!({"r": 0.25, "alpha": -1})).as_deref(), Some("alpha"));
    assert_eq!(field(json!({"r": 0.25, "alpha": 1, "s": 1})).as_deref(), Some("s"));
    assert_eq!(field(json!([1.0])).as_deref(), Some("parameters"));
    assert_eq!(models::find("lstm").unwrap_err().kind(), ErrorKind::NotFound);
    let option = |options: Value| {
        let columns = Columns::new()
            .with("frequency", 1.0)
            .and_then(|columns| columns.with("recency", 1.0))
            .and_then(|columns| columns.with("age", 2.0))
            .unwrap();
        let error = models::fit("nbd", &columns, &options).unwrap_err();
        error.field().map(str::to_owned)
    };
    assert_eq!(option(json!({"units": "week"})).as_deref(), Some("units"));
    assert_eq!(option(json!({"unit": "fortnight"})).as_deref(), Some("unit"));
    assert_eq!(option(json!({"unit": {"days": 0}})).as_deref(), Some("unit"));
    assert_eq!(option(json!({"start": {"r": 1.0}})).as_deref(), Some("alpha"));
    assert_eq!(option(json!({"max_iterations": "many"})).as_deref(), Some("max_iterations"));
}

#[test]
fn a_model_file_is_read_back_to_the_bit() {
    for entry in MODELS {
        for model in [known(entry), fitted(entry)] {
            let text = model.to_json();
            let read = models::from_json(&text).unwrap();
            assert_eq!(read.to_json(), text);
            assert!(read.equals(&*model));
            assert!(models::from_json_as(entry.name, &text).unwrap().equals(&*model));
            assert_eq!(read.summary(&Value::Null).unwrap(), model.summary(&Value::Null).unwrap());
            // White space and another order of the fields are the same model.
            let fields: Value = serde_json::from_str(&text).unwrap();
            let pretty = serde_json::to_string_pretty(&fields).unwrap();
            assert_eq!(models::from_json(&pretty).unwrap().to_json(), text);
        }
    }
}

#[test]
fn damaged_model_files_are_refused() {
    let entry = models::find("nbd").unwrap();
    let text = fitted(entry).to_json();
    let whole: Value = serde_json::from_str(&text).unwrap();
    let kind = |text: &str| models::from_json(text).unwrap_err().kind();
    for end in 0..text.len() {
        assert_eq!(kind(&text[..end]), ErrorKind::CorruptState, "{end}");
    }
    assert_eq!(kind(&format!("{text}{{}}")), ErrorKind::CorruptState);
    assert_eq!(kind(&format!("{text}{}", " ".repeat(1 << 19))), ErrorKind::CorruptState);
    for name in whole.as_object().unwrap().keys() {
        let mut damaged = whole.clone();
        damaged.as_object_mut().unwrap().shift_remove(name);
        // What a fit may lack may also be left out.
        let error = match models::from_json(&damaged.to_string()) {
            Err(error) => error,
            Ok(_) => {
                assert!(["ln_covariance", "priors"].contains(&name.as_str()), "{name}");
                continue;
            }
        };
        assert_eq!(error.kind(), ErrorKind::CorruptState, "{name}");
    }
    let changed = |field: &str, value: Value| {
        let mut damaged = whole.clone();
        damaged[field] = value;
        models::from_json(&damaged.to_string()).unwrap_err().kind()
    };
    assert_eq!(changed("version", json!(2)), ErrorKind::UnsupportedVersion);
    assert_eq!(changed("version", json!(0)), ErrorKind::CorruptState);
    assert_eq!(changed("format", json!("pickle")), ErrorKind::CorruptState);
    assert_eq!(changed("kind", json!("lstm")), ErrorKind::NotFound);
    assert_eq!(changed("more", json!(1)), ErrorKind::CorruptState);
    assert_eq!(changed("parameters", json!({"r": 1.0})), ErrorKind::CorruptState);
    assert_eq!(changed("parameters", json!({"r": 1.0, "alpha": "NaN"})), ErrorKind::CorruptState);
    assert_eq!(changed("parameters", json!({"r": 1.0, "alpha": 0})), ErrorKind::CorruptState);
    assert_eq!(changed("repeaters", json!(1e9)), ErrorKind::CorruptState);
    assert_eq!(changed("log_likelihood", Value::Null), ErrorKind::CorruptState);
    assert_eq!(changed("ln_covariance", json!([[1.0]])), ErrorKind::CorruptState);
    assert_eq!(changed("ln_covariance", json!([[1.0, 0.5], [0.4, 1.0]])), ErrorKind::CorruptState);
    assert_eq!(changed("ln_covariance", json!([[-1.0, 0.5], [0.5, 1.0]])), ErrorKind::CorruptState);
    assert_eq!(changed("priors", json!([])), ErrorKind::CorruptState);
    assert_eq!(changed("unit", json!({"days": 0})), ErrorKind::CorruptState);
    assert_eq!(kind(&text.replace("-", "-1e999")), ErrorKind::CorruptState);
    let other = models::from_json_as("bg_bb", &text);
    assert_eq!(other.unwrap_err().kind(), ErrorKind::IncompatibleMerge);
}

#[test]
fn a_table_is_fitted_as_its_columns_are() {
    let mut table = Table::new(3);
    table.push("frequency", vec![0u64, 2, 1]).unwrap();
    table.push("recency", vec![0.0, 30.0, 4.0]).unwrap();
    table.push("age", vec![38.0, 38.0, 20.0]).unwrap();
    table.push("customers", vec![40u64, 9, 11]).unwrap();
    let columns = Columns::new()
        .with("frequency", [0.0, 2.0, 1.0].as_slice())
        .and_then(|columns| columns.with("recency", [0.0, 30.0, 4.0].as_slice()))
        .and_then(|columns| columns.with("age", [38.0, 38.0, 20.0].as_slice()))
        .and_then(|columns| columns.with("weights", [40.0, 9.0, 11.0].as_slice()))
        .unwrap();
    let from_table = models::fit_table("nbd", &table, &Value::Null).unwrap();
    assert!(from_table.equals(&*models::fit("nbd", &columns, &Value::Null).unwrap()));
    assert_eq!(from_table.summary(&Value::Null).unwrap()["customers"], json!(60.0));
}

#[test]
fn the_catalogue_lists_the_models() {
    let catalogue = catalogue();
    let listed = catalogue["models"].as_array().unwrap();
    assert_eq!(listed.len(), MODELS.len());
    for (listed, entry) in listed.iter().zip(MODELS) {
        assert_eq!(listed["name"], entry.name);
        assert_eq!(listed["parameters"].as_array().unwrap().len(), entry.parameters.len());
        assert_eq!(entry.times.len(), entry.parameters.len(), "{}", entry.name);
        let words: Vec<&str> = entry.summary.split(' ').collect();
        assert!(words.len() > 3 && entry.summary.len() <= 100, "{}", entry.summary);
    }
}

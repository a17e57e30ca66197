//! Every calculator against reference values, through the same list that C and Python call.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

use cxm_core::Result;
use cxm_core::calculator::batch::{
    Answers, Batch, Histories, Invitations, ItemRatings, Paths, Spans, Times, Transactions,
};
use cxm_core::calculator::table::{Table, TableColumn};
use cxm_core::prelude::*;
use cxm_core::registry::{self, CALCULATORS, DynCalculator};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000_000;

/// What differs between the value and what is expected of it; only expected fields are looked at.
fn differences(path: &str, expected: &Value, got: &Value, tolerance: f64, out: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(fields), Value::Object(_)) => {
            for (name, field) in fields {
                match got.get(name) {
                    Some(got) => {
                        differences(&format!("{path}.{name}"), field, got, tolerance, out);
                    }
                    None => out.push(format!("{path}: there is no field {name}")),
                }
            }
        }
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            for (i, (item, other)) in items.iter().zip(others).enumerate() {
                differences(&format!("{path}[{i}]"), item, other, tolerance, out);
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let difference = (a.as_f64().unwrap() - b.as_f64().unwrap()).abs();
            if difference > tolerance {
                out.push(format!("{path}: expected {a}, got {b}"));
            }
        }
        _ if expected == got => {}
        _ => out.push(format!("{path}: expected {expected}, got {got}")),
    }
}

/// A column of numbers; null is NaN.
fn floats(column: &Value) -> Vec<f64> {
    column.as_array().unwrap().iter().map(|cell| cell.as_f64().unwrap_or(f64::NAN)).collect()
}

fn integers(column: &Value) -> Vec<i64> {
    column.as_array().unwrap().iter().map(|cell| cell.as_i64().unwrap_or_default()).collect()
}

fn present(column: &Value) -> Vec<u8> {
    column.as_array().unwrap().iter().map(|cell| u8::from(!cell.is_null())).collect()
}

fn ratings<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let ratings = floats(&batch["ratings"]);
    let mut rows = Ratings::from(ratings.as_slice());
    let weights = batch.get("weights").map(floats);
    rows.weights = weights.as_deref().map(Weights::Floats);
    let counts: Option<Vec<u64>> =
        batch.get("counts").map(|counts| serde_json::from_value(counts.clone()).unwrap());
    rows.counts = counts.as_deref();
    act(Batch::Ratings(rows))
}

fn items<R>(columns: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let columns: Vec<Vec<f64>> = columns.as_array().unwrap().iter().map(floats).collect();
    let values: Vec<Values<'_>> = columns.iter().map(|column| column.as_slice().into()).collect();
    act(Batch::Items(ItemRatings::new(&values)))
}

fn invitations<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let answered = present(&batch["answered_at"]);
    act(Batch::Invitations(Invitations {
        invited_at: &integers(&batch["invited_at"]),
        answered_at: &integers(&batch["answered_at"]),
        answered: Some(Validity::Bytes(&answered)),
    }))
}

fn answers<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let known = present(&batch["customers"]);
    let customers: Vec<&str> = batch["customers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|customer| customer.as_str().unwrap_or_default())
        .collect();
    let mut customers = KeyColumn::from(customers.as_slice());
    customers.validity = Some(Validity::Bytes(&known));
    let waves = batch["waves"].is_array().then(|| integers(&batch["waves"]));
    act(Batch::Answers(Answers {
        customers,
        waves: waves.as_deref().map(KeyColumn::from),
        times: &integers(&batch["times"]),
        ratings: floats(&batch["ratings"]).as_slice().into(),
    }))
}

/// A column of keys: whole numbers, or texts.
fn keys<R>(column: &Value, act: impl FnOnce(KeyColumn<'_>) -> R) -> R {
    let cells = column.as_array().unwrap();
    let known = present(column);
    let validity = Some(Validity::Bytes(&known));
    if cells.iter().any(Value::is_string) {
        let texts: Vec<&str> = cells.iter().map(|cell| cell.as_str().unwrap_or_default()).collect();
        act(KeyColumn { validity, ..KeyColumn::from(texts.as_slice()) })
    } else {
        act(KeyColumn { validity, ..KeyColumn::from(integers(column).as_slice()) })
    }
}

fn transactions<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let times: Vec<i64> = integers(&batch["days"]).into_iter().map(|day| day * DAY).collect();
    let amounts = batch.get("amounts").map(floats);
    let costs = batch.get("costs").map(floats);
    let none = Value::Array(Vec::new());
    keys(&batch["customers"], |customers| {
        keys(batch.get("currencies").unwrap_or(&none), |currencies| {
            act(Batch::Transactions(Transactions {
                customers,
                times: &times,
                amounts: amounts.as_deref().map(Values::from),
                costs: costs.as_deref().map(Values::from),
                currencies: batch.get("currencies").map(|_| currencies),
            }))
        })
    })
}

fn histories<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let column = |name: &str| floats(&batch[name]);
    let (frequencies, recencies, ages) =
        (column("frequencies"), column("recencies"), column("ages"));
    let spends = batch.get("spends").map(floats);
    let counts: Option<Vec<u64>> =
        batch.get("counts").map(|counts| serde_json::from_value(counts.clone()).unwrap());
    act(Batch::Histories(Histories {
        frequencies: frequencies.as_slice().into(),
        recencies: recencies.as_slice().into(),
        ages: ages.as_slice().into(),
        spends: spends.as_deref().map(Values::from),
        counts: counts.as_deref(),
    }))
}

fn lifetimes<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let (durations, observed) = (floats(&batch["durations"]), floats(&batch["observed"]));
    let entries = batch.get("entries").map(floats);
    let known = batch.get("causes").map(present);
    let causes: Option<Vec<&str>> = batch.get("causes").map(|causes| {
        let causes = causes.as_array().unwrap().iter();
        causes.map(|cause| cause.as_str().unwrap_or_default()).collect()
    });
    let counts: Option<Vec<u64>> = batch.get("counts").map(|counts| {
        counts.as_array().unwrap().iter().map(|count| count.as_u64().unwrap()).collect()
    });
    let mut rows = Durations::new(durations.as_slice(), observed.as_slice());
    rows.entries = entries.as_deref().map(Values::from);
    rows.causes = causes.as_deref().map(KeyColumn::from);
    if let (Some(causes), Some(known)) = (&mut rows.causes, &known) {
        causes.validity = Some(Validity::Bytes(known));
    }
    rows.counts = counts.as_deref();
    act(Batch::Durations(rows))
}

fn paths<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let conversions = floats(&batch["conversions"]);
    let values = batch.get("values").map(floats);
    let nulls = batch.get("nulls").map(floats);
    keys(&batch["paths"], |column| {
        let mut rows = Paths::new(column, conversions.as_slice());
        rows.values = values.as_deref().map(Values::from);
        rows.nulls = nulls.as_deref().map(Values::from);
        act(Batch::Paths(rows))
    })
}

fn spans<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let times = |name: &str| -> Vec<i64> {
        batch.get(name).map(integers).unwrap_or_default().iter().map(|day| day * DAY).collect()
    };
    let (starts, ends, asked) = (times("start_days"), times("end_days"), times("cancelled_days"));
    let (ended, cancelled) =
        (present(&batch["end_days"]), batch.get("cancelled_days").map(present));
    let amounts = batch.get("amounts").map(floats);
    let names = ["customers", "subscriptions", "causes", "currencies"];
    let columns = names.map(|name| batch.get(name));
    let known = columns.map(|column| column.map(present));
    let texts = columns.map(|column| -> Vec<&str> {
        let cells = column.and_then(Value::as_array).into_iter().flatten();
        cells.map(|cell| cell.as_str().unwrap_or_default()).collect()
    });
    let keys = |i: usize| {
        let validity = Some(Validity::Bytes(known[i].as_ref()?));
        Some(KeyColumn { validity, ..KeyColumn::from(texts[i].as_slice()) })
    };
    act(Batch::Spans(Spans {
        customers: keys(0).unwrap(),
        subscriptions: keys(1),
        starts: &starts,
        ends: Times { values: &ends, validity: Some(Validity::Bytes(&ended)) },
        amounts: amounts.as_deref().map(Values::from),
        cancelled: cancelled
            .as_ref()
            .map(|valid| Times { values: &asked, validity: Some(Validity::Bytes(valid)) }),
        causes: keys(2),
        currencies: keys(3),
    }))
}

fn events<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let parts = |name: &str| -> Option<Vec<KeyPart>> {
        batch.get(name).map(|column| serde_json::from_value(column.clone()).unwrap())
    };
    let times = integers(&batch["times"]);
    let known = present(&batch["times"]);
    let codes: Vec<u32> = (0u32..).take(times.len()).collect();
    let names = ["customers", "touchpoints", "event_ids", "channels", "objects", "outcomes"];
    let parts = names.map(parts);
    let column =
        |at: usize| parts[at].as_ref().map(|parts: &Vec<KeyPart>| KeyColumn::coded(&codes, parts));
    let (scores, values) = (batch.get("scores").map(floats), batch.get("values").map(floats));
    act(Batch::Events(Events {
        event_ids: column(2),
        channels: column(3),
        scores: scores.as_deref().map(Values::from),
        values: values.as_deref().map(Values::from),
        objects: column(4),
        outcomes: column(5),
        times: Times { values: &times, validity: Some(Validity::Bytes(&known)) },
        ..Events::new(column(0).unwrap(), column(1).unwrap(), times.as_slice())
    }))
}

fn predictions<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    let (said, came) = (floats(&batch["probabilities"]), floats(&batch["observed"]));
    let values = batch.get("values").map(floats);
    let counts: Option<Vec<u64>> =
        batch.get("counts").map(|counts| serde_json::from_value(counts.clone()).unwrap());
    let mut rows = Predictions::new(said.as_slice(), came.as_slice());
    rows.values = values.as_deref().map(Values::from);
    rows.counts = counts.as_deref();
    act(Batch::Predictions(rows))
}

/// Calls `act` with the batch of a case, whatever its shape is.
fn with_batch<R>(batch: &Value, act: impl FnOnce(Batch<'_>) -> R) -> R {
    if batch.get("ratings").is_some() {
        ratings(batch, act)
    } else if let Some(columns) = batch.get("items") {
        items(columns, act)
    } else if let Some(batch) = batch.get("invitations") {
        invitations(batch, act)
    } else if let Some(batch) = batch.get("transactions") {
        transactions(batch, act)
    } else if let Some(batch) = batch.get("predictions") {
        predictions(batch, act)
    } else if let Some(batch) = batch.get("histories") {
        histories(batch, act)
    } else if let Some(batch) = batch.get("lifetimes") {
        lifetimes(batch, act)
    } else if let Some(batch) = batch.get("paths") {
        paths(batch, act)
    } else if let Some(batch) = batch.get("spans") {
        spans(batch, act)
    } else if let Some(batch) = batch.get("events") {
        events(batch, act)
    } else {
        answers(&batch["answers"], act)
    }
}

fn calculator(case: &Value, batch: &Value) -> Result<Box<dyn DynCalculator>> {
    let name = case["calculator"].as_str().unwrap();
    let definition = case.get("definition").unwrap_or(&Value::Null);
    let mut calculator = registry::new(name, definition)?;
    with_batch(batch, |batch| calculator.update(batch))?;
    Ok(calculator)
}

/// Takes rows away again: the bytes are those of never having seen them, and they cannot go twice.
fn retract(case: &Value, calculator: &mut dyn DynCalculator, label: &str, out: &mut Vec<String>) {
    let Some(batch) = case.get("retract") else { return };
    with_batch(batch, |batch| calculator.retract(batch)).unwrap();
    let never = self::calculator(case, &case["remaining"]).unwrap().to_bytes();
    if calculator.to_bytes() != never {
        out.push(format!("{label}: retracted rows left a trace"));
    }
    let again = with_batch(batch, |batch| calculator.retract(batch)).unwrap_err();
    if again.kind() != ErrorKind::NeverAdded || calculator.to_bytes() != never {
        out.push(format!("{label}: the rows went twice: {again}"));
    }
}

/// An error against the kind, row and field that a case expects.
fn check_error(expected: &Value, error: &Error, label: &str, out: &mut Vec<String>) {
    let got = json!({"error": error.kind().name(), "row": error.row(), "field": error.field()});
    let fields = expected.as_object().unwrap().iter();
    let place = |(name, _): &(&String, &Value)| ["error", "row", "field"].contains(&name.as_str());
    let wanted = fields.filter(place).map(|(name, value)| (name.clone(), value.clone()));
    differences(label, &Value::Object(wanted.collect()), &got, 0.0, out);
}

/// One cell of a table as JSON.
#[allow(clippy::cast_precision_loss, reason = "the counts of the cases are small")]
fn cell(column: &TableColumn, row: usize) -> Value {
    if !column.is_present(row) {
        return Value::Null;
    }
    if let Some(floats) = column.floats() {
        return json!(floats[row]);
    }
    if let Some(keys) = column.keys() {
        return json!(keys[row]);
    }
    if let Some(texts) = column.texts() {
        return json!(texts[row]);
    }
    column.counts().map_or_else(|| json!(column.integers().unwrap()[row]), |it| json!(it[row]))
}

fn check_table(
    expected: &Value,
    table: &Table,
    tolerance: f64,
    label: &str,
    out: &mut Vec<String>,
) {
    differences(label, &expected["rows"], &json!(table.len()), 0.0, out);
    for (name, sum) in expected["sums"].as_object().unwrap() {
        let column = table.column(name).unwrap();
        let cells = (0..table.len()).map(|row| cell(column, row).as_f64().unwrap_or_default());
        let got = json!(cells.sum::<f64>());
        differences(&format!("{label} sum of {name}"), sum, &got, tolerance, out);
    }
    for fields in expected["at"].as_array().unwrap() {
        let row = fields["row"].as_u64().unwrap().try_into().unwrap();
        for (name, value) in fields.as_object().unwrap().iter().filter(|(name, _)| *name != "row") {
            let got = cell(table.column(name).unwrap(), row);
            differences(&format!("{label} {name} at {row}"), value, &got, tolerance, out);
        }
    }
}

fn check(case: &Value, out: &mut Vec<String>) {
    let label = format!("{} {}", case["calculator"].as_str().unwrap(), case["id"]);
    let outcome = calculator(case, &case["batch"]);
    let mut calculator = match (outcome, case.get("error")) {
        (Ok(calculator), None) => calculator,
        (Ok(_), Some(kind)) => return out.push(format!("{label}: expected the error {kind}")),
        (Err(error), None) => return out.push(format!("{label}: {error}")),
        (Err(error), Some(_)) => return check_error(case, &error, &label, out),
    };
    retract(case, calculator.as_mut(), &label, out);
    let tolerance = case["tolerance"].as_f64().unwrap();
    differences(&label, &case["expected"], &calculator.value(), tolerance, out);
    for question in case["questions"].as_array().unwrap() {
        let name = question["question"].as_str().unwrap();
        let label = format!("{label} {name}{}", question["arguments"]);
        match (calculator.ask(name, &question["arguments"]), question.get("error")) {
            (Ok(answer), None) => {
                differences(&label, &question["expected"], &answer, tolerance, out);
            }
            (Ok(_), Some(kind)) => out.push(format!("{label}: expected the error {kind}")),
            (Err(error), None) => out.push(format!("{label}: {error}")),
            (Err(error), Some(_)) => check_error(question, &error, &label, out),
        }
    }
    for table in case.get("tables").and_then(Value::as_array).into_iter().flatten() {
        let name = table["table"].as_str().unwrap();
        let label = format!("{label} {name}{}", table["arguments"]);
        match calculator.tabulate(name, &table["arguments"]) {
            Ok(got) => check_table(table, &got, tolerance, &label, out),
            Err(error) => out.push(format!("{label}: {error}")),
        }
    }
    if let Some(compare) = case.get("compare") {
        let other = self::calculator(case, &compare["with"]).unwrap();
        match calculator.compare(other.as_ref(), &compare["arguments"]) {
            Ok(answer) => differences(&label, &compare["expected"], &answer, tolerance, out),
            Err(error) => out.push(format!("{label}: {error}")),
        }
    }
}

/// The files of all areas; those below `numeric` pin special functions of the core's own.
fn golden_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let areas = std::fs::read_dir(folder).unwrap().map(|area| area.unwrap().path());
    let areas = areas.filter(|area| area.is_dir() && !area.ends_with("numeric"));
    let files = areas.flat_map(|area| std::fs::read_dir(area).unwrap());
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    files
}

#[test]
fn reference_values() {
    let (mut failures, mut called) = (Vec::new(), std::collections::BTreeSet::new());
    for file in golden_files() {
        let text = std::fs::read_to_string(&file).unwrap();
        let cases: Vec<Value> = serde_json::from_str(&text).unwrap();
        for case in cases.iter().filter(|case| case.get("calculator").is_some()) {
            called.insert(case["calculator"].as_str().unwrap().to_owned());
            check(case, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{}\n{} failures", failures.join("\n"), failures.len());
    let names = CALCULATORS.iter().map(|entry| entry.kind.name);
    let missed: Vec<_> = names.filter(|name| !called.contains(*name)).collect();
    assert!(missed.is_empty(), "no reference value of {missed:?}");
}

/// From the ledger to a metric that carries the duplicates, and from one metric to another.
#[test]
fn a_metric_is_derived_from_what_another_counted() {
    let mut ledger = registry::new("response_ledger", &Value::Null).unwrap();
    let batch = json!({
        "answers": {"customers": ["a", "a"], "waves": null, "times": [0, 1], "ratings": [3, 9]}
    });
    with_batch(&batch, |batch| ledger.update(batch)).unwrap();
    let nps = ledger.derive("nps", &Value::Null).unwrap();
    assert_eq!(
        (nps.value()["score"].clone(), nps.value()["duplicates"].clone()),
        (json!(100.0), json!(1))
    );
    let csat = nps.derive("csat", &json!({"scale": [0, 10], "top_boxes": 3})).unwrap();
    assert_eq!(csat.value()["score"], json!(1.0));
    let refused = |kind: ErrorKind, outcome: Result<Box<dyn DynCalculator>>| {
        assert_eq!(outcome.unwrap_err().kind(), kind);
    };
    refused(ErrorKind::NotOffered, nps.derive("cx_index", &Value::Null));
    refused(ErrorKind::WrongBatch, nps.derive("csat", &Value::Null));
    let rate = registry::new("response_rate", &Value::Null).unwrap();
    refused(ErrorKind::NotOffered, rate.derive("nps", &Value::Null));
}

/// The ratings of a real file, where its owner has put it beside this repository.
#[test]
fn the_airline_survey_is_coded_1_to_11() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/data/airline/airline-satisfaction.csv");
    let Ok(mut reader) = csv::Reader::from_path(path) else { return };
    let column = reader.headers().unwrap().iter().position(|name| name == "nps").unwrap();
    let ratings: Vec<f64> = reader
        .records()
        .map(|record| record.unwrap()[column].parse().unwrap_or(f64::NAN))
        .collect();
    let read = |definition: Value| {
        let mut nps = registry::new("nps", &definition).unwrap();
        nps.update(Batch::Ratings(ratings.as_slice().into())).unwrap();
        nps.value()
    };
    let report = read(json!({"preset": "coded_1_to_11"}));
    let mut failures = Vec::new();
    let expected = json!({
        "score": -18.122066, "detractors": 431, "passives": 396, "promoters": 238, "invalid": 0,
    });
    differences("coded_1_to_11", &expected, &report, 5e-7, &mut failures);
    differences("0 to 10", &json!({"out_of_range": 23}), &read(Value::Null), 0.0, &mut failures);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

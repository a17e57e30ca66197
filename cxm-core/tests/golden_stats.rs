//! Every statistic against reference values, through the same list that C and Python call.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::float_cmp, clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use cxm_core::registry::functions;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// What differs between the value and what is expected of it; only expected fields are looked at.
fn differences(path: &str, expected: &Value, got: &Value, tolerance: f64, out: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(fields), _) => {
            for (name, field) in fields {
                differences(&format!("{path}.{name}"), field, &got[name], tolerance, out);
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

fn check(case: &Value, out: &mut Vec<String>) {
    let name = case["function"].as_str().unwrap();
    let label = format!("{} {name}", case["id"].as_str().unwrap());
    match (functions::call(name, &case["input"]), case.get("error")) {
        (Ok(value), None) => {
            let tolerance = case["tolerance"].as_f64().unwrap_or(0.0);
            differences(&label, &case["expected"], &value, tolerance, out);
        }
        (Err(error), Some(kind)) if kind == error.kind().name() => {
            if let Some(field) = case.get("field")
                && field.as_str() != error.field()
            {
                out.push(format!("{label}: expected field {field}, got {:?}", error.field()));
            }
        }
        (Ok(value), Some(kind)) => out.push(format!("{label}: expected {kind}, got {value}")),
        (Err(error), _) => out.push(format!("{label}: {} {error}", error.kind().name())),
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
        for case in cases.iter().filter(|case| case.get("function").is_some()) {
            called.insert(case["function"].as_str().unwrap().to_owned());
            check(case, &mut failures);
        }
    }
    assert!(failures.is_empty(), "{}\n{} failures", failures.join("\n"), failures.len());
    let missed: Vec<_> =
        functions::all().map(|f| f.name).filter(|n| !called.contains(*n)).collect();
    assert!(missed.is_empty(), "no reference value calls {missed:?}");
}

#[test]
fn the_list_is_well_formed() {
    let mut names: Vec<_> = functions::all().map(|function| function.name).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "two functions of one name");
    for function in functions::all() {
        assert!(function.summary.ends_with('.'), "{}", function.name);
        for parameter in function.parameters {
            let json = parameter.default.unwrap_or("null");
            assert!(serde_json::from_str::<Value>(json).is_ok(), "{}: {json}", function.name);
        }
    }
}

#[test]
fn refusals_name_the_field() {
    let call = |input| functions::call("net_interval", &input).unwrap_err();
    let counts = || serde_json::json!({"negative": 1, "neutral": 2, "positive": 3});
    let with = |name: &str, value: Value| {
        let mut input = counts();
        input[name] = value;
        call(input)
    };
    assert_eq!(functions::call("nps", &counts()).unwrap_err().kind().name(), "not_found");
    assert_eq!(call(Value::Null).kind().name(), "invalid_argument");
    for (name, value) in [
        ("negative", Value::from(-1)),
        ("level", Value::from(95)),
        ("level", Value::from("high")),
        ("method", Value::from("tango")),
        ("method", Value::from("wilson")),
        ("population", Value::from(5)),
        ("confidence", Value::from(0.9)),
    ] {
        let error = with(name, value);
        assert_eq!((error.kind().name(), error.field()), ("invalid_argument", Some(name)));
    }
}

//! Frozen state bytes: what a released version wrote can be read for ever.
//!
//! `tests/states/v1` holds, for every calculator of the list, the bytes of a few states and beside
//! each a JSON file that says what they hold. Bytes that exist are never written again;
//! `CXM_BLESS=1` writes those that are missing, for a new calculator or a new case.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::float_cmp,
    reason = "a test may stop at the first surprise"
)]

use std::path::{Path, PathBuf};

use cxm_core::calculator::batch::{
    Answers, Batch, Histories, Invitations, ItemRatings, Paths, Spans, Times, Transactions,
};
use cxm_core::prelude::*;
use cxm_core::registry::{
    CALCULATORS, DynCalculator, DynKeyed, Entry, KeyedOptions, from_bytes, keyed_from_bytes,
};
use serde_json::{Value, json};

const DAY: i64 = 86_400_000_000;

/// A rating is a path of so many touchpoints, with one conversion or none.
fn paths<R>(ratings: &[f64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let names = ["mail", "Zoë", "東京 ☕"];
    let lengths: Vec<usize> = ratings.iter().map(|rating| rating.abs() as usize).collect();
    let path = |length: &usize| {
        let places = 0..=*length % 9;
        places.map(|place| names[place % 3]).collect::<Vec<_>>().join(" > ")
    };
    let paths: Vec<String> = lengths.iter().map(path).collect();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let conversions: Vec<u64> = (0..paths.len()).map(|row| [1, 0][row % 2]).collect();
    let values: Vec<i64> = conversions.iter().map(|&it| it as i64 * -1250).collect();
    let nulls: Vec<u64> = conversions.iter().map(|it| 1 - it).collect();
    let batch = Paths::new(paths.as_slice(), conversions.as_slice());
    let batch = batch.with_values(values.as_slice());
    act(Batch::Paths(batch.with_nulls(nulls.as_slice())))
}

/// The number of item columns that a calculator takes.
fn items(empty: &dyn DynCalculator) -> usize {
    let none: [i64; 0] = [];
    let accepted = |columns: &usize| {
        let items = vec![Values::from(none.as_slice()); *columns];
        empty.check(Batch::Items(ItemRatings::new(&items))).is_ok()
    };
    (1..=64).find(accepted).unwrap_or(0)
}

/// Spans that start at these times and last so many days; the first ones have no name, since what
/// stands twice may not overlap itself.
fn spans<R>(times: &[i64], ratings: &[f64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let names: Vec<&str> = (0..ratings.len()).map(|row| ["Ann", "Zoë"][row % 2]).collect();
    let numbers: Vec<i64> = (0..ratings.len() as i64).collect();
    let later = times.iter().zip(ratings);
    let ends: Vec<i64> = later.map(|(time, days)| time + (days.abs() as i64 + 1) * DAY).collect();
    let causes: Vec<&str> =
        (0..ratings.len()).map(|row| ["voluntary", "involuntary"][row / 2 % 2]).collect();
    let (ended, named): (Vec<u8>, Vec<u8>) =
        (0..ratings.len()).map(|row| ([1, 0][row % 2], u8::from(row > 4))).unzip();
    let ended = Some(Validity::Bytes(&ended));
    let currencies: Vec<&str> = ratings.iter().map(|_| "EUR").collect();
    let ends = Times { values: &ends, validity: ended };
    let mut batch = Spans::new(names.as_slice(), times, ends);
    batch = batch.with_amounts(numbers.as_slice());
    let named = Some(Validity::Bytes(&named));
    batch.subscriptions =
        Some(KeyColumn { validity: named, ..KeyColumn::from(numbers.as_slice()) });
    batch.cancelled = Some(Times { values: times, validity: ended });
    batch.causes = Some(KeyColumn { validity: ended, ..causes.as_slice().into() });
    batch.currencies = Some(currencies.as_slice().into());
    act(Batch::Spans(batch))
}

/// Events of two customers with everything that an event can have.
fn events<R>(times: &[i64], ratings: &[f64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let rows: Vec<i64> = (0i64..).take(ratings.len()).collect();
    let customers: Vec<&str> = rows.iter().map(|row| ["Ann", "Zoë"][*row as usize % 2]).collect();
    let touchpoints: Vec<i64> = rows.iter().map(|row| row % 3).collect();
    let mut batch = Events::new(customers.as_slice(), touchpoints.as_slice(), times);
    batch.event_ids = Some(rows.as_slice().into());
    batch.channels = Some(touchpoints.as_slice().into());
    batch.scores = Some(ratings.into());
    batch.values = Some(rows.as_slice().into());
    batch.objects = Some(customers.as_slice().into());
    batch.outcomes = Some(touchpoints.as_slice().into());
    act(Batch::Events(batch))
}

/// Lifetimes of so many days; what is none is left out, since the calculator would refuse it.
fn durations<R>(ratings: &[f64], act: impl FnOnce(Batch<'_>) -> R) -> R {
    let days: Vec<f64> = ratings.iter().copied().filter(|day| *day >= 0.0).collect();
    let days: Vec<f64> = days.into_iter().filter(|day| day.fract() == 0.0).collect();
    let observed: Vec<u8> = (0..days.len()).map(|row| [1, 0][row % 2]).collect();
    let causes: Vec<&str> = (0..days.len()).map(|row| ["Ann", "Zoë"][row / 2 % 2]).collect();
    let batch = Durations::new(days.as_slice(), observed.as_slice());
    act(Batch::Durations(batch.with_causes(causes.as_slice())))
}

/// Purchases of two customers at these times, for so much.
fn transactions<R>(
    empty: &dyn DynCalculator,
    times: &[i64],
    ratings: &[f64],
    act: impl FnOnce(Batch<'_>) -> R,
) -> R {
    let names: Vec<&str> = (0..ratings.len()).map(|row| ["Ann", "Zoë"][row % 2]).collect();
    let amounts: Vec<f64> = ratings.iter().map(|rating| rating.trunc()).collect();
    let currencies: Vec<&str> = ratings.iter().map(|_| "EUR").collect();
    let mut batch = Transactions::new(names.as_slice(), times);
    batch = batch.with_amounts(amounts.as_slice());
    let mut full = batch;
    full.costs = Some(amounts.as_slice().into());
    full.currencies = Some(currencies.as_slice().into());
    // Some take no more than customers, times and amounts.
    let takes_all = empty.check(Batch::Transactions(full)).is_ok();
    act(Batch::Transactions(if takes_all { full } else { batch }))
}

/// Calls `act` with a batch of the entry's shape that rates its rows like this, one a day.
fn with_ratings<R>(
    entry: &Entry,
    empty: &dyn DynCalculator,
    ratings: &[f64],
    act: impl FnOnce(Batch<'_>) -> R,
) -> R {
    let times: Vec<i64> = (0..ratings.len() as i64).map(|row| row * DAY).collect();
    match entry.shape {
        "ratings" => act(Batch::Ratings(ratings.into())),
        "items" => {
            let columns = vec![Values::from(ratings); items(empty)];
            act(Batch::Items(ItemRatings::new(&columns)))
        }
        "invitations" => {
            let answered_at: Vec<i64> =
                times.iter().zip(ratings).map(|(time, days)| time + *days as i64 * DAY).collect();
            let answered: Vec<u8> = ratings.iter().map(|days| u8::from(!days.is_nan())).collect();
            act(Batch::Invitations(Invitations {
                invited_at: &times,
                answered_at: &answered_at,
                answered: Some(Validity::Bytes(&answered)),
            }))
        }
        "answers" => {
            let names: Vec<&str> = (0..ratings.len()).map(|row| ["Ann", "Zoë"][row % 2]).collect();
            act(Batch::Answers(Answers {
                customers: names.as_slice().into(),
                waves: None,
                times: &times,
                ratings: ratings.into(),
            }))
        }
        "transactions" => transactions(empty, &times, ratings, act),
        "histories" => {
            let whole: Vec<u64> = ratings.iter().map(|rating| rating.abs() as u64).collect();
            let ages: Vec<u64> = whole.iter().map(|x| x + 7).collect();
            act(Batch::Histories(Histories {
                frequencies: whole.as_slice().into(),
                recencies: whole.as_slice().into(),
                ages: ages.as_slice().into(),
                spends: Some(whole.as_slice().into()),
                counts: None,
            }))
        }
        "durations" => durations(ratings, act),
        "paths" => paths(ratings, act),
        "spans" => spans(&times, ratings, act),
        "events" => events(&times, ratings, act),
        "predictions" => {
            let said: Vec<f64> = ratings.iter().map(|rating| rating / 10.0).collect();
            let said: Vec<f64> = said.into_iter().filter(|p| (0.0..=1.0).contains(p)).collect();
            let came: Vec<u8> = (0..said.len()).map(|row| [1, 0, 0][row % 3]).collect();
            act(Batch::Predictions(Predictions::new(said.as_slice(), came.as_slice())))
        }
        other => panic!("no states for batches of the shape {other}"),
    }
}

/// Every point of every scale up to 0 to 10, and one row of each exclusion.
const EVERYTHING: [f64; 15] =
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 99.0, -1.0, 7.5, f64::NAN];

fn after(entry: &Entry, definition: &Value, ratings: &[f64]) -> Box<dyn DynCalculator> {
    let mut calculator = (entry.new)(definition).unwrap();
    let empty = calculator.clone_box();
    with_ratings(entry, empty.as_ref(), ratings, |batch| calculator.update(batch)).unwrap();
    calculator
}

/// The states of one calculator, by name.
fn states(entry: &Entry) -> Vec<(&'static str, Box<dyn DynCalculator>)> {
    let mut states = vec![
        ("empty", after(entry, &Value::Null, &[])),
        ("one_row", after(entry, &Value::Null, &[4.0])),
        ("everything", after(entry, &Value::Null, &EVERYTHING)),
    ];
    if (entry.new)(&json!({"dont_know": [99]})).is_ok() {
        states.push(("dont_know", after(entry, &json!({"dont_know": [99]}), &EVERYTHING)));
    }
    if let Ok(mut weighted) = (entry.new)(&json!({"weighted": true})) {
        let weights = [WEIGHT_MAX, 1, 0, 1 << 20, 3 << 19];
        let ratings = [1.0, 2.0, 3.0, 4.0, 4.0];
        let batch = Ratings::weighted(ratings.as_slice(), Weights::Fixed(&weights));
        weighted.update(Batch::Ratings(batch)).unwrap();
        states.push(("weighted", weighted));
    }
    let waiting = json!({
        "lateness": 3 * DAY, "late": "keep", "gap": DAY, "goal": [2],
        "funnels": [{"name": "all", "steps": [0, 1, 2], "options": {"window": 5 * DAY}}],
    });
    if (entry.new)(&waiting).is_ok() {
        let mut state = after(entry, &waiting, &EVERYTHING);
        let late = with_ratings(entry, state.clone_box().as_ref(), &[5.0, 6.0], |batch| {
            state.update(batch)
        });
        late.unwrap();
        states.push(("waiting", state));
    }
    states.push(("maximal", maximal(entry)));
    states
}

const WEIGHT_MAX: u32 = u32::MAX;

/// As many rows as can be counted: the state is merged with itself until it would overflow. Where
/// every row is held, as many as the definition has room for.
fn maximal(entry: &Entry) -> Box<dyn DynCalculator> {
    // A stream can add up with itself only while everything waits.
    let limits = [
        json!({"max_events": 63, "late": "exclude", "lateness": i64::MAX}),
        json!({"max_events": 63}),
    ];
    if let Some(limited) = limits.into_iter().find(|limited| (entry.new)(limited).is_ok()) {
        let mut state = after(entry, &limited, &[4.0]);
        let one = state.clone_box();
        while state.merge(one.as_ref()).is_ok() {}
        assert_eq!(state.observations(), 63);
        return state;
    }
    let mut state = after(entry, &Value::Null, &[4.0]);
    let one = state.clone_box();
    for _ in 0..63 {
        let same = state.clone_box();
        state.merge(same.as_ref()).unwrap();
        state.merge(one.as_ref()).unwrap();
    }
    assert_eq!(state.observations(), u64::MAX);
    assert!(state.merge(one.as_ref()).is_err());
    state
}

/// Keys of every type, texts beyond ASCII among them.
fn keyed(entry: &Entry) -> Box<dyn DynKeyed> {
    let mut table = (entry.new_keyed)(&KeyedOptions::by(["name", "store"]), &Value::Null).unwrap();
    let empty = (entry.new)(&Value::Null).unwrap();
    let dictionary = [KeyPart::Missing, KeyPart::Boolean(true), "Zürich".into(), "東京 ☕".into()];
    let keys = [
        KeyColumn::coded(&[3, 2, 1, 0, 3], &dictionary),
        KeyColumn::from([i64::MIN, 0, -1, 1, i64::MIN].as_slice()),
    ];
    let ratings = [1.0, 5.0, 3.0, 4.0, 2.0];
    with_ratings(entry, empty.as_ref(), &ratings, |batch| table.update(&keys, batch)).unwrap();
    table
}

fn file(entry: &Entry, name: &str, extension: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/states/v1")
        .join(format!("{}.{name}.{extension}", entry.kind.name))
}

fn write_missing(path: &Path, bytes: &[u8]) {
    if std::env::var("CXM_BLESS").is_ok_and(|bless| bless == "1") && !path.exists() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// The frozen bytes and what they hold; written if they are missing and blessed.
fn frozen(entry: &Entry, name: &str, bytes: &[u8], holds: &Value) -> (Vec<u8>, Value) {
    let (binary, text) = (file(entry, name, "bin"), file(entry, name, "json"));
    write_missing(&binary, bytes);
    write_missing(&text, format!("{holds:#}\n").as_bytes());
    let read = |path: &Path| {
        std::fs::read(path)
            .unwrap_or_else(|_| panic!("{} is missing; write it with CXM_BLESS=1", path.display()))
    };
    (read(&binary), serde_json::from_slice(&read(&text)).unwrap())
}

#[test]
fn frozen_states_are_written_and_read_as_ever() {
    for entry in CALCULATORS {
        for (name, state) in states(entry) {
            let label = format!("{} {name}", entry.kind.name);
            let holds = json!({
                "definition": state.definition(),
                "observations": state.observations(),
                "value": state.value(),
            });
            let (bytes, expected) = frozen(entry, name, &state.to_bytes(), &holds);
            assert!(bytes == state.to_bytes(), "{label}: other bytes are written now");
            let read = from_bytes(&bytes).unwrap();
            assert!(read.equals(state.as_ref()), "{label}");
            assert_eq!(read.observations(), expected["observations"], "{label}");
            for (field, value) in expected["definition"].as_object().unwrap() {
                assert_eq!(&read.definition()[field], value, "{label} {field}");
            }
            for (field, value) in expected["value"].as_object().unwrap() {
                assert_eq!(&read.value()[field], value, "{label} {field}");
            }
        }
    }
}

#[test]
fn frozen_tables_are_written_and_read_as_ever() {
    for entry in CALCULATORS {
        let table = keyed(entry);
        let groups = |table: &dyn DynKeyed| -> Vec<Value> {
            let groups = table.keys().into_iter().map(|key| {
                let group = table.get(&key).unwrap();
                json!({"key": key, "observations": group.observations(), "score": group.headline()})
            });
            groups.collect()
        };
        let holds = json!({"definition": table.definition(), "groups": groups(table.as_ref())});
        let (bytes, expected) = frozen(entry, "keyed", &table.to_bytes(), &holds);
        assert!(bytes == table.to_bytes(), "{}: other bytes are written now", entry.kind.name);
        let read = keyed_from_bytes(&bytes).unwrap();
        assert!(read.equals(table.as_ref()), "{}", entry.kind.name);
        assert_eq!(json!(groups(read.as_ref())), expected["groups"], "{}", entry.kind.name);
    }
}

#[test]
fn no_frozen_state_lacks_its_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/states/v1");
    let known: Vec<PathBuf> = CALCULATORS
        .iter()
        .flat_map(|entry| {
            let names = states(entry).into_iter().map(|(name, _)| name).chain(["keyed"]);
            names.flat_map(|name| ["bin", "json"].map(|kind| file(entry, name, kind)))
        })
        .collect();
    for path in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        assert!(known.contains(&path), "{} is frozen, but nothing reads it", path.display());
    }
}

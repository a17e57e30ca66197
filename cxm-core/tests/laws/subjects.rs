//! What the laws are checked on: every calculator of the list, under many definitions.

use cxm_core::calculator::batch::{Batch, ItemRatings, Transactions, Values};
use cxm_core::registry::{self, DynCalculator, DynKeyed, Entry, KeyedOptions};
use cxm_core::stream::Overflow;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestRng, TestRunner};
use serde_json::{Value, json};

use crate::batches::Layout;

/// An empty calculator under one definition.
#[derive(Debug)]
pub(crate) struct Subject {
    pub(crate) definition: Value,
    pub(crate) empty: Box<dyn DynCalculator>,
    pub(crate) layout: Layout,
}

/// An empty table under one definition.
#[derive(Debug)]
pub(crate) struct KeyedSubject {
    pub(crate) empty: Box<dyn DynKeyed>,
    pub(crate) ungrouped: Box<dyn DynCalculator>,
    pub(crate) columns: usize,
    pub(crate) layout: Layout,
}

/// Rows for up to three states, and numbers that decide the rest.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) which: usize,
    pub(crate) variant: u8,
    pub(crate) parts: [Vec<u64>; 3],
    pub(crate) order: u64,
}

impl Case {
    /// All rows.
    pub(crate) fn rows(&self) -> Vec<u64> {
        self.parts.concat()
    }

    /// All rows in another order.
    pub(crate) fn shuffled(&self) -> Vec<u64> {
        let mut rows = self.rows();
        for last in (1..rows.len()).rev() {
            let other = crate::batches::mix(self.order, last as u64) % (last as u64 + 1);
            rows.swap(last, other as usize);
        }
        rows
    }
}

fn cases() -> u32 {
    let cases = std::env::var("CXM_LAW_CASES").ok().map(|cases| cases.parse().unwrap());
    cases.unwrap_or(10_000)
}

/// Runs a law on the cases of the normal run, or on as many as `CXM_LAW_CASES` says.
pub(crate) fn check(law: impl Fn(Case) -> TestCaseResult) {
    let config = Config { cases: cases(), failure_persistence: None, ..Config::default() };
    // The same cases in every run: a failure can be repeated.
    let rng = TestRng::deterministic_rng(RngAlgorithm::XorShift);
    let rows = || proptest::collection::vec(any::<u64>(), 0..6);
    let strategy = (any::<u16>(), any::<u8>(), [rows(), rows(), rows()], any::<u64>());
    let result =
        TestRunner::new_with_rng(config, rng).run(&strategy, |(which, variant, parts, order)| {
            law(Case { which: usize::from(which), variant, parts, order })
        });
    if let Err(error) = result {
        panic!("{error}");
    }
}

pub(crate) fn entry(type_name: &str) -> &'static Entry {
    registry::CALCULATORS.iter().find(|entry| entry.type_name == type_name).unwrap()
}

/// Changes of a definition that some calculators know and others refuse.
fn changes() -> Vec<Value> {
    vec![
        json!({"missing": "error"}),
        json!({"invalid": "error"}),
        json!({"missing": "as_neutral"}),
        json!({"dont_know": [99]}),
        json!({"dont_know": [99], "invalid": "error"}),
        json!({"weighted": true}),
        json!({"scale": [0, 10], "dont_know": [-1, 99]}),
        json!({"weights": [3, 1, 0]}),
        json!({"basis": "window", "pane_days": 1, "close_after_days": 1}),
        json!({"pane_days": 2, "origin": -1, "close_after_days": 3}),
        json!({"max_panes": 2, "pane_days": 1}),
        json!({"duplicates": "min_gap", "min_gap_days": 1}),
        json!({"duplicates": "all", "max_entries": 6}),
        json!({"zero_amounts": "exclude", "refunds": "net"}),
        json!({"refunds": "error"}),
        json!({"missing_amounts": "purchase", "day_offset_minutes": -90}),
        json!({"missing_customers": "error", "amounts": "major"}),
        json!({"currency": "EUR", "other_currencies": "exclude"}),
        json!({"max_customers": 3}),
        json!({"tick": "hour", "refunds": "net", "day_offset_minutes": 330}),
        json!({"unit": {"days": 30}, "max_patterns": 4}),
        json!({"missing": "exclude", "ticks_per_unit": 2}),
        json!({"missing": "exclude", "rounding": "up", "max_ticks": 3}),
        json!({"causes": ["ann", "bob"]}),
        json!({"missing": "exclude", "valued": true, "grid_bits": 8}),
        json!({"missing": "exclude", "grid_bits": 32, "max_cells": 9}),
        json!({"gap": 86_400_000_000_i64, "goal": ["ann"], "start": ["bob"]}),
        json!({"touchpoints": ["ann", "bob", ""], "end": ["ann"], "separators": [""]}),
        json!({"touchpoints": ["ann"], "unknown_touchpoints": "error"}),
        json!({"by_object": true, "earliest": 0, "max_events": 9}),
        json!({"separator": " > ", "max_paths": 3}),
        json!({"instant": "cancellation", "reactivation_gap_days": 2}),
        json!({"unit": "subscription", "voluntary_causes": ["voluntary", "moon"]}),
        json!({"max_spans": 6}),
        json!({"late": "keep", "steps": 2, "funnels": [{"name": "f", "steps": ["ann", "bob"]}]}),
        json!({"late": "error", "gap": 86_400_000_000_i64, "goal": ["ann"]}),
    ]
}

/// A definition under which any order is as good as any other: a stream waits for ever.
fn in_any_order(entry: &Entry, definition: Value) -> Value {
    if (entry.default_definition)().get("late").is_none() {
        return definition;
    }
    let mut fields = definition.as_object().cloned().unwrap_or_default();
    fields.insert("lateness".to_owned(), json!(i64::MAX));
    Value::Object(fields)
}

/// Every definition that is tried: the default, the presets, and what the changes make of it.
pub(crate) fn definitions(entry: &Entry) -> Vec<Value> {
    let presets = (entry.presets)().into_iter().map(|preset| json!({"preset": preset.name}));
    let mut all = vec![Value::Null];
    all.extend(presets);
    all.extend(changes());
    let all = all.into_iter().map(|definition| in_any_order(entry, definition));
    all.filter(|definition| (entry.new)(definition).is_ok()).collect()
}

/// The number of item columns that a calculator accepts.
fn item_columns(empty: &dyn DynCalculator) -> usize {
    let accepted = |columns: &usize| {
        let none: [f64; 0] = [];
        let items = vec![Values::from(none.as_slice()); *columns];
        empty.check(Batch::Items(ItemRatings::new(&items))).is_ok()
    };
    (1..=64).find(accepted).unwrap_or(0)
}

/// Whether a calculator of transactions takes costs and currencies.
fn takes_costs(empty: &dyn DynCalculator) -> bool {
    let (names, none): ([&str; 0], [f64; 0]) = ([], []);
    let mut batch = Transactions::new(names.as_slice(), &[]);
    batch.costs = Some(none.as_slice().into());
    empty.check(Batch::Transactions(batch)).is_ok()
}

fn layout(entry: &Entry, empty: &dyn DynCalculator) -> Layout {
    let weighted = empty.definition()["weighted"] == json!(true);
    let items = if entry.shape == "items" { item_columns(empty) } else { 0 };
    let priced = takes_costs(empty);
    let valued = empty.definition()["valued"] == json!(true);
    Layout { shape: entry.shape, items, priced, weighted, valued, variant: 0 }
}

/// The calculator under every definition.
pub(crate) fn subjects(entry: &Entry) -> Vec<Subject> {
    let subject = |definition: Value| {
        let empty = (entry.new)(&definition).unwrap();
        let layout = layout(entry, empty.as_ref());
        Subject { definition: empty.definition(), empty, layout }
    };
    definitions(entry).into_iter().map(subject).collect()
}

/// Tables of the calculator under every definition, with and without an overflow.
pub(crate) fn keyed_subjects(entry: &Entry) -> Vec<KeyedSubject> {
    let mut tables = Vec::new();
    for definition in definitions(entry) {
        let ungrouped = (entry.new)(&definition).unwrap();
        let layout = layout(entry, ungrouped.as_ref());
        for (columns, max_groups, overflow) in [
            (1, 1000, Overflow::Error),
            (2, 1000, Overflow::Error),
            (1, 2, Overflow::Error),
            (1, 2, Overflow::Other),
            (2, 3, Overflow::Other),
        ] {
            let by = ["name", "number"].into_iter().take(columns).map(str::to_owned).collect();
            let options = KeyedOptions { by, max_groups, overflow };
            let empty = (entry.new_keyed)(&options, &definition).unwrap();
            let ungrouped = ungrouped.clone_box();
            tables.push(KeyedSubject { empty, ungrouped, columns, layout });
        }
    }
    tables
}

impl Subject {
    pub(crate) fn layout(&self, case: &Case) -> Layout {
        Layout { variant: case.variant, ..self.layout }
    }
}

impl KeyedSubject {
    pub(crate) fn layout(&self, case: &Case) -> Layout {
        Layout { variant: case.variant, ..self.layout }
    }
}

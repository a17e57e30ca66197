//! The laws of a calculator.

use cxm_core::Result;
use cxm_core::registry::DynCalculator;
use proptest::prelude::*;

use crate::batches::{Layout, with_batch};
use crate::bytes;
use crate::subjects::{Case, Subject, check, entry, subjects};

type Calculator = Box<dyn DynCalculator>;

fn update(calculator: &mut Calculator, layout: Layout, rows: &[u64]) -> Result<()> {
    with_batch(layout, rows, |batch| calculator.update(batch))
}

fn retract(calculator: &mut Calculator, layout: Layout, rows: &[u64]) -> Result<()> {
    with_batch(layout, rows, |batch| calculator.retract(batch))
}

/// The state of these rows; empty where the definition refuses them.
fn state_of(subject: &Subject, layout: Layout, rows: &[u64]) -> Calculator {
    let mut calculator = subject.empty.clone_box();
    let _ = update(&mut calculator, layout, rows);
    calculator
}

fn states_of(subject: &Subject, case: &Case) -> [Calculator; 3] {
    let layout = subject.layout(case);
    [0, 1, 2].map(|part| state_of(subject, layout, &case.parts[part]))
}

/// a + b, or nothing where a limit refuses it.
fn sum(a: &Calculator, b: &Calculator) -> Option<Calculator> {
    let mut sum = a.clone_box();
    sum.merge(b.as_ref()).ok().map(|()| sum)
}

fn bytes_of(sum: &Option<Calculator>) -> Option<Vec<u8>> {
    sum.as_ref().map(|calculator| calculator.to_bytes())
}

fn for_each(name: &str, law: impl Fn(&Subject, &Case) -> Result<(), TestCaseError>) {
    let subjects = subjects(entry(name));
    check(|case| law(&subjects[case.which % subjects.len()], &case));
}

/// empty + a = a = a + empty.
pub(crate) fn identity(name: &str) {
    for_each(name, |subject, case| {
        let [a, ..] = states_of(subject, case);
        let left = sum(&subject.empty, &a).unwrap();
        let right = sum(&a, &subject.empty).unwrap();
        prop_assert!(left.equals(a.as_ref()) && right.equals(a.as_ref()));
        prop_assert_eq!(left.to_bytes(), a.to_bytes());
        prop_assert_eq!(right.to_bytes(), a.to_bytes());
        Ok(())
    });
}

/// a + b = b + a.
pub(crate) fn commutativity(name: &str) {
    for_each(name, |subject, case| {
        let [a, b, _] = states_of(subject, case);
        prop_assert_eq!(bytes_of(&sum(&a, &b)), bytes_of(&sum(&b, &a)));
        Ok(())
    });
}

/// (a + b) + c = a + (b + c).
pub(crate) fn associativity(name: &str) {
    for_each(name, |subject, case| {
        let [a, b, c] = states_of(subject, case);
        let left = sum(&a, &b).and_then(|ab| sum(&ab, &c));
        let right = sum(&b, &c).and_then(|bc| sum(&a, &bc));
        prop_assert_eq!(bytes_of(&left), bytes_of(&right));
        Ok(())
    });
}

/// Rows in three batches, or in three merged states, are the rows in one batch.
pub(crate) fn any_split(name: &str) {
    for_each(name, |subject, case| {
        let layout = subject.layout(case);
        let mut whole = subject.empty.clone_box();
        if update(&mut whole, layout, &case.rows()).is_err() {
            return Ok(());
        }
        let mut batches = subject.empty.clone_box();
        for part in &case.parts {
            prop_assert!(update(&mut batches, layout, part).is_ok());
        }
        prop_assert_eq!(batches.to_bytes(), whole.to_bytes());
        let [a, b, c] = states_of(subject, case);
        let merged = sum(&c, &a).and_then(|ca| sum(&ca, &b));
        prop_assert_eq!(bytes_of(&merged), Some(whole.to_bytes()));
        Ok(())
    });
}

/// The order of the rows leaves no trace.
pub(crate) fn any_permutation(name: &str) {
    for_each(name, |subject, case| {
        let layout = subject.layout(case);
        let in_order = state_of(subject, layout, &case.rows());
        let shuffled = state_of(subject, layout, &case.shuffled());
        prop_assert_eq!(shuffled.to_bytes(), in_order.to_bytes());
        prop_assert_eq!(shuffled.value().to_string(), in_order.value().to_string());
        Ok(())
    });
}

/// Where nothing can be retracted, that is said and changes nothing.
fn keeps_all(
    subject: &Subject,
    layout: Layout,
    rows: &[u64],
) -> std::result::Result<bool, TestCaseError> {
    let empty = subject.empty.clone_box();
    let mut state = state_of(subject, layout, rows);
    let before = state.to_bytes();
    let refused = |outcome: Result<()>| {
        outcome.is_err_and(|error| error.kind() == cxm_core::ErrorKind::NotOffered)
    };
    if !refused(state.subtract(empty.as_ref())) {
        return Ok(false);
    }
    let itself = state.clone_box();
    prop_assert!(refused(state.subtract(itself.as_ref())));
    prop_assert!(state.observations() == 0 || refused(retract(&mut state, layout, rows)));
    prop_assert_eq!(state.to_bytes(), before);
    Ok(true)
}

/// What is retracted has never been there, byte for byte.
pub(crate) fn retraction(name: &str) {
    for_each(name, |subject, case| {
        let layout = subject.layout(case);
        if keeps_all(subject, layout, &case.parts[0])? {
            return Ok(());
        }
        let [a, b, _] = states_of(subject, case);
        let Some(mut both) = sum(&a, &b) else { return Ok(()) };
        let whole = both.clone_box();
        prop_assert!(both.subtract(b.as_ref()).is_ok());
        prop_assert_eq!(both.to_bytes(), a.to_bytes());
        // Rows that the definition refuses were never added; they are refused again.
        let mut rest = whole.clone_box();
        if retract(&mut rest, layout, &case.parts[0]).is_ok() {
            prop_assert_eq!(rest.to_bytes(), b.to_bytes());
        } else {
            prop_assert_eq!(rest.to_bytes(), whole.to_bytes());
            prop_assert_eq!(a.observations(), 0);
        }
        Ok(())
    });
}

/// What was never added is refused, and nothing changes.
pub(crate) fn never_added(name: &str) {
    for_each(name, |subject, case| {
        let layout = subject.layout(case);
        if keeps_all(subject, layout, &case.parts[0])? {
            return Ok(());
        }
        let [a, b, _] = states_of(subject, case);
        let mut empty = subject.empty.clone_box();
        let refused = empty.subtract(a.as_ref()).is_err();
        prop_assert_eq!(refused, a.observations() > 0);
        prop_assert_eq!(empty.to_bytes(), subject.empty.to_bytes());
        let mut other = b.clone_box();
        if retract(&mut other, layout, &case.parts[0]).is_err() {
            prop_assert_eq!(other.to_bytes(), b.to_bytes());
        } else {
            prop_assert!(sum(&other, &a).is_some_and(|sum| sum.equals(b.as_ref())));
        }
        Ok(())
    });
}

/// A batch at once, row by row, and as a merged state of its own: all the same.
pub(crate) fn one_arithmetic(name: &str) {
    for_each(name, |subject, case| {
        let layout = subject.layout(case);
        let [mut at_once, b, _] = states_of(subject, case);
        let mut row_by_row = at_once.clone_box();
        let merged = sum(&at_once, &b);
        if update(&mut at_once, layout, &case.parts[1]).is_err() {
            return Ok(());
        }
        for row in &case.parts[1] {
            prop_assert!(update(&mut row_by_row, layout, std::slice::from_ref(row)).is_ok());
        }
        prop_assert_eq!(at_once.to_bytes(), row_by_row.to_bytes());
        prop_assert_eq!(Some(at_once.to_bytes()), bytes_of(&merged));
        Ok(())
    });
}

/// `check` and a refused batch change nothing, and both say the same.
pub(crate) fn all_or_nothing(name: &str) {
    for_each(name, |subject, case| {
        let layout = subject.layout(case);
        let [mut a, ..] = states_of(subject, case);
        let before = a.to_bytes();
        let rows = &case.parts[1];
        let verdict = with_batch(layout, rows, |batch| a.check(batch));
        prop_assert_eq!(a.to_bytes(), before.clone());
        let outcome = update(&mut a, layout, rows);
        prop_assert_eq!(&verdict, &outcome);
        if outcome.is_err() {
            prop_assert_eq!(a.to_bytes(), before);
        }
        Ok(())
    });
}

/// States of unlike definitions, or of another kind, refuse each other and stay as they were.
pub(crate) fn unlike_definitions(name: &str) {
    let subjects = subjects(entry(name));
    let others: Vec<Calculator> = cxm_core::registry::CALCULATORS
        .iter()
        .filter(|other| other.type_name != name)
        .map(|other| (other.new)(&serde_json::Value::Null).unwrap())
        .collect();
    check(|case| {
        let (first, second) = (case.which % subjects.len(), case.order as usize % subjects.len());
        let (ours, theirs) = (&subjects[first], &subjects[second]);
        let mut a = state_of(ours, ours.layout(&case), &case.parts[0]);
        let b = state_of(theirs, theirs.layout(&case), &case.parts[1]);
        let before = a.to_bytes();
        if ours.definition != theirs.definition {
            for outcome in [a.merge(b.as_ref()), a.subtract(b.as_ref())] {
                let kind = outcome.unwrap_err().kind();
                prop_assert_eq!(kind, cxm_core::ErrorKind::IncompatibleMerge);
            }
            prop_assert!(!a.equals(b.as_ref()));
        }
        let other = &others[case.order as usize % others.len()];
        prop_assert!(a.merge(other.as_ref()).is_err() && !a.equals(other.as_ref()));
        prop_assert_eq!(a.to_bytes(), before);
        Ok(())
    });
}

/// Bytes come back as the same state, and as the same bytes.
pub(crate) fn round_trip(name: &str) {
    let entry = entry(name);
    for_each(name, |subject, case| {
        let state = state_of(subject, subject.layout(case), &case.rows());
        let bytes = state.to_bytes();
        let read = (entry.from_bytes)(&bytes).unwrap();
        prop_assert!(read.equals(state.as_ref()));
        prop_assert_eq!(read.to_bytes(), bytes.clone());
        prop_assert_eq!(read.observations(), state.observations());
        prop_assert!(cxm_core::registry::from_bytes(&bytes).unwrap().equals(state.as_ref()));
        Ok(())
    });
}

/// No other bytes are read: see [`bytes`].
pub(crate) fn canonical_bytes(name: &str) {
    let entry = entry(name);
    for_each(name, |subject, case| {
        let state = state_of(subject, subject.layout(case), &case.rows());
        let read = |bytes: &[u8]| (entry.from_bytes)(bytes).map(|state| state.to_bytes());
        bytes::canonical(&state.to_bytes(), case.order, read)
    });
}

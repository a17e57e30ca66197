//! What must hold for any bytes that are taken for a state.
//!
//! The same body is run by `tests/fuzz_state_bytes.rs` on seeded mutations and by libFuzzer (`fuzz/`).
//!
//! * Decoding never panics and never hangs; what is refused has a reason in words.
//! * What is decoded is written back byte for byte: one state, one string of bytes.
//! * A decoded state is a state: every verb and every reading works on it or gives a typed error.

use cxm_core::ErrorKind;
use cxm_core::calculator::codec::{Writer, crc32c};
use cxm_core::calculator::state::{FRAME_VERSION, MAGIC};
use cxm_core::registry::{self, DynCalculator, DynKeyed};
use serde_json::{Value, json};

/// What became of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Refused with a typed error.
    Refused,
    /// A calculator or a table.
    Decoded,
}

/// Checks bytes as they are.
pub fn check(bytes: &[u8]) -> Outcome {
    let mut outcome = Outcome::Refused;
    match registry::from_bytes(bytes) {
        Ok(calculator) => {
            check_calculator(calculator, bytes);
            outcome = Outcome::Decoded;
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    match registry::keyed_from_bytes(bytes) {
        Ok(table) => {
            check_table(table.as_ref(), bytes);
            outcome = Outcome::Decoded;
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    outcome
}

/// Takes the bytes for kind, version, definition and state and puts a flawless frame around them.
///
/// The checksum would stop nearly all damage; who writes bytes on purpose writes a right one.
pub fn framed(bytes: &[u8]) -> Vec<u8> {
    let (head, rest) = bytes.split_at(bytes.len().min(4));
    let mut header = [0; 4];
    header[..head.len()].copy_from_slice(head);
    let [kind, version, cut_low, cut_high] = header;
    let cut = usize::from(u16::from_le_bytes([cut_low, cut_high])).min(rest.len());
    let (definition, state) = rest.split_at(cut);
    frame(u16::from(kind), u16::from(version), definition, state)
}

/// A flawless frame around any definition and any state.
pub fn frame(kind: u16, version: u16, definition: &[u8], state: &[u8]) -> Vec<u8> {
    let mut payload = Writer::new();
    for (tag, part) in [(1, definition), (2, state)] {
        payload.u8(tag);
        payload.blob(part);
    }
    let mut bytes = MAGIC.to_vec();
    bytes.extend([FRAME_VERSION, FRAME_VERSION]);
    bytes.extend(kind.to_le_bytes());
    bytes.extend(version.to_le_bytes());
    bytes.extend([0, 0]);
    bytes.extend(u32::try_from(payload.as_bytes().len()).unwrap().to_le_bytes());
    bytes.extend(payload.as_bytes());
    bytes.extend(crc32c(&bytes).to_le_bytes());
    bytes
}

fn check_calculator(mut calculator: Box<dyn DynCalculator>, bytes: &[u8]) {
    assert_eq!(calculator.to_bytes(), bytes, "one state has one string of bytes");
    check_readings(calculator.as_ref());
    let before = calculator.clone_box();
    assert!(calculator.equals(before.as_ref()));
    let observations = before.observations();
    match calculator.merge(before.as_ref()) {
        Ok(()) => {
            assert_eq!(Some(calculator.observations()), observations.checked_mul(2));
            let again = registry::from_bytes(&calculator.to_bytes()).expect("a sum is a state");
            assert!(again.equals(calculator.as_ref()));
            match calculator.subtract(before.as_ref()) {
                Err(error) if error.kind() == ErrorKind::NotOffered => {
                    assert!(calculator.equals(again.as_ref()), "what is refused changes nothing");
                    calculator = before.clone_box();
                }
                subtracted => subtracted.expect("what was added can be taken away"),
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    assert_eq!(calculator.to_bytes(), bytes, "as if the other had never been there");
    for rating in [i64::MIN, -1, 0, 1, 5, 10, i64::MAX] {
        let before = calculator.clone_box();
        match calculator.update_rating(rating) {
            Ok(()) => {
                assert_eq!(Some(calculator.observations()), before.observations().checked_add(1));
                let again = registry::from_bytes(&calculator.to_bytes()).expect("still a state");
                assert!(again.equals(calculator.as_ref()));
            }
            Err(_) => assert!(calculator.equals(before.as_ref()), "all or nothing"),
        }
    }
}

/// Every reading of a state: a number is finite, limits are in order, a failure is typed.
fn check_readings(calculator: &dyn DynCalculator) {
    assert!(calculator.headline().is_none_or(f64::is_finite));
    assert!(calculator.value().is_object());
    assert!(calculator.definition().is_object());
    let questions = [
        ("interval", json!({})),
        ("interval", json!({"level": 0.999})),
        ("confidence_sequence", json!({})),
        ("non_response_bounds", json!({"non_respondents": 7})),
        ("display", json!({"decimals": 1})),
        ("shown", json!({"min_responses": 5})),
        ("churn_rate", json!({"start": "1970-01-01", "months": 1})),
        ("churn_rate", json!({"start": "1970-01-02", "definition": "stripe_30d"})),
        ("churn_rate", json!({"start": 0, "end": 1, "definition": "daily_sum"})),
        ("churn_rate", json!({"start": 0, "months": 24, "definition": "renewals_due"})),
        ("revenue_retention", json!({"start": "1970-01-02", "months": 12})),
    ];
    for (question, arguments) in questions {
        if let Ok(answer) = calculator.ask(question, &arguments) {
            check_limits(&answer, calculator);
        }
    }
    if let Ok(comparison) = calculator.compare(calculator, &Value::Null) {
        let difference = comparison.get("difference").and_then(Value::as_f64);
        assert!(difference.is_none_or(|difference| difference == 0.0), "{comparison}");
    }
}

fn check_limits(answer: &Value, calculator: &dyn DynCalculator) {
    let limit = |name| answer.get(name).map(|limit| limit.as_f64().expect("a limit is a number"));
    if let (Some(lower), Some(upper)) = (limit("lower"), limit("upper")) {
        assert!(lower <= upper, "{answer} of {calculator:?}");
    }
}

fn check_table(table: &dyn DynKeyed, bytes: &[u8]) {
    assert_eq!(table.to_bytes(), bytes, "one state has one string of bytes");
    let keys = table.keys();
    assert_eq!(keys.len(), table.len());
    assert!(keys.is_sorted_by(|a, b| a < b));
    match table.total() {
        Ok(total) => assert_eq!(total.observations(), table.observations()),
        // A calculator with a limit of its own may hold each group and not all of them together,
        // and amounts in two currencies have no sum.
        Err(error) => assert!(
            matches!(error.kind(), ErrorKind::LimitReached | ErrorKind::IncompatibleMerge),
            "{error}"
        ),
    }
    for key in &keys {
        assert!(table.get(key).is_some_and(|group| group.observations() > 0));
    }
    let mut sum = table.clone_box();
    match sum.merge(table) {
        Ok(()) => {
            assert_eq!(sum.keys(), keys);
            assert_eq!(Some(sum.observations()), table.observations().checked_mul(2));
            let again = registry::keyed_from_bytes(&sum.to_bytes()).expect("a sum is a state");
            assert!(again.equals(sum.as_ref()));
        }
        Err(error) => assert!(sum.equals(table), "{error}"),
    }
    let options = json!({"versus_rest": true, "shrink": true, "min_responses": 3});
    if let Ok(shown) = table.table(&options) {
        assert!(shown.get("rows").is_some_and(Value::is_array));
    }
}

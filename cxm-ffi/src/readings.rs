//! What a calculator is asked: score, interval, report, comparison.

use std::ffi::c_char;

use cxm_core::registry::DynCalculator;
use serde_json::{Value, json};

use crate::calculator::{self, cxm_calculator};
use crate::error::{Failure, Outcome, cxm_error};
use crate::handle;
use crate::report::{self, cxm_report};
use crate::status::{self, cxm_status};
use crate::{input, output};

/// Bytes of the name of a method, its final zero byte included.
pub const CXM_METHOD_BYTES: usize = 32;

/// Two limits with their level and their method.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cxm_interval {
    /// `sizeof(cxm_interval)`, set by the caller.
    pub struct_size: u32,
    /// The lower limit.
    pub lower: f64,
    /// The upper limit.
    pub upper: f64,
    /// The level, 0.95 for 95 %.
    pub level: f64,
    /// The name of the method, such as "wilson"; ends with a zero byte.
    pub method: [c_char; CXM_METHOD_BYTES],
}

/// The score: the one figure that stands for the report.
///
/// Without data there is none: `*has_value` is 0, or, where `has_value` is NULL, the status is
/// CXM_STATUS_INSUFFICIENT_DATA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_score(
    calculator: *const cxm_calculator,
    score: *mut f64,
    has_value: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            let place = output::place(score, "score")?;
            let has_value = output::optional(has_value, "has_value")?;
            output::put_optional(calculator.headline(), place, has_value)
        })
    }
}

/// Asks for an interval and hands it to the caller.
///
/// # Safety
/// `method` is a text; `out` and `has_value` are NULL or may be written.
unsafe fn put_interval(
    calculator: &dyn DynCalculator,
    question: &str,
    level: f64,
    method: (*const c_char, usize),
    out: *mut cxm_interval,
    has_value: *mut i32,
) -> Outcome {
    let (method, method_length) = method;
    // SAFETY: the caller's; `struct_size` is read before anything is written.
    let (place, has_value, method) = unsafe {
        let struct_size = input::one(out.cast_const().cast::<u32>(), "interval")?;
        input::known_size::<cxm_interval>(*struct_size, "interval")?;
        let place = output::place(out, "interval")?;
        let has_value = output::optional(has_value, "has_value")?;
        let named = !method.is_null();
        let method = if named { Some(input::text(method, method_length, "method")?) } else { None };
        (place, has_value, method)
    };
    // JSON would turn what is not finite into null, and null asks for the default.
    if !level.is_finite() {
        let refused = cxm_core::Error::argument(format!("a level is a finite number, got {level}"));
        return Err(refused.in_field("level").into());
    }
    let mut arguments = json!({"level": level});
    if let (Some(method), Some(fields)) = (method, arguments.as_object_mut()) {
        fields.insert("method".to_owned(), method.into());
    }
    let answer = calculator.ask(question, &arguments)?;
    let interval = if answer.is_null() { None } else { Some(interval(&answer)?) };
    output::put_optional(interval, place, has_value)
}

/// The interval in an answer.
fn interval(answer: &Value) -> Outcome<cxm_interval> {
    let limit = |name: &str| answer.get(name).and_then(Value::as_f64);
    let name = answer.get("method").and_then(Value::as_str);
    let (Some(lower), Some(upper), Some(level), Some(name)) =
        (limit("lower"), limit("upper"), limit("level"), name)
    else {
        let message = format!("the answer is not an interval: {answer}");
        return Err(Failure::new(status::CXM_STATUS_WRONG_TYPE, message));
    };
    let mut method = [0; CXM_METHOD_BYTES];
    let (head, _) = method.split_at_mut(CXM_METHOD_BYTES - 1);
    for (target, byte) in head.iter_mut().zip(name.bytes()) {
        *target = c_char::from_ne_bytes([byte]);
    }
    let struct_size = u32::try_from(size_of::<cxm_interval>()).unwrap_or_default();
    Ok(cxm_interval { struct_size, lower, upper, level, method })
}

/// The interval of the score at a level such as 0.95.
///
/// `method` is a name such as "wilson", or NULL for the method that the calculator holds best.
/// Set `interval->struct_size` before. Without data there is none: `*has_value` is 0, or, where
/// `has_value` is NULL, the status is CXM_STATUS_INSUFFICIENT_DATA. A level outside 0 to 1 or a
/// method of another figure is CXM_STATUS_INVALID_ARGUMENT. More arguments: `cxm_calculator_ask`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_interval(
    calculator: *const cxm_calculator,
    level: f64,
    method: *const c_char,
    method_length: usize,
    interval: *mut cxm_interval,
    has_value: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            let method = (method, method_length);
            put_interval(calculator.as_ref(), "interval", level, method, interval, has_value)
        })
    }
}

/// The confidence sequence of the score: an interval that may be looked at after every answer and
/// still holds its level. As `cxm_calculator_interval`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_confidence_sequence(
    calculator: *const cxm_calculator,
    level: f64,
    method: *const c_char,
    method_length: usize,
    interval: *mut cxm_interval,
    has_value: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            let method = (method, method_length);
            let question = "confidence_sequence";
            put_interval(calculator.as_ref(), question, level, method, interval, has_value)
        })
    }
}

/// Reads the whole report: score, counts, shares, what was excluded and why, the definition.
///
/// On success `*out` is a report of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_value(
    calculator: *const cxm_calculator,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| report::hand_out(out, || Ok(calculator.value())))
    }
}

/// Asks a question by name: "interval", "confidence_sequence", "display", "shown", "funnel",
/// "customer", "churn_rate", ...; `cxm_catalogue` lists those of each calculator with their
/// arguments under `questions`.
///
/// `arguments` is a JSON object, or NULL for none, as in {"measure": "mean", "level": 0.9} or
/// {"customer": "ann"}. A table can be asked for too and comes as a list of rows, each an object of
/// its columns; for many rows `cxm_calculator_tabulate` is the cheaper way. An unknown question is
/// CXM_STATUS_NOT_FOUND, and the message has the list. On success `*out` is a report of the
/// caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_ask(
    calculator: *const cxm_calculator,
    question: *const c_char,
    question_length: usize,
    arguments: *const c_char,
    arguments_length: usize,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            let question = input::text(question, question_length, "question")?;
            let arguments = input::json(arguments, arguments_length, "arguments")?;
            report::hand_out(out, || Ok(calculator.ask(question, &arguments)?))
        })
    }
}

/// This score minus the other's: difference, standard error, statistic, p-value, interval.
///
/// Both calculators have the same definition and rest on different respondents. `arguments` is a
/// JSON object ("measure", "method", "level"), or NULL for none. On success `*out` is a report of
/// the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_compare(
    calculator: *const cxm_calculator,
    other: *const cxm_calculator,
    arguments: *const c_char,
    arguments_length: usize,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            let other = handle::borrow(other)?;
            let arguments = input::json(arguments, arguments_length, "arguments")?;
            report::hand_out(out, || Ok(calculator.compare(other.as_ref(), &arguments)?))
        })
    }
}

/// Another calculator over the ratings that were counted here: the "nps" of a "response_ledger"
/// without its duplicates, the "csat" of the same answers under another definition.
///
/// `name` and `definition` are as in `cxm_calculator_new`. Fails with CXM_STATUS_NOT_OFFERED
/// where single ratings are not counted. On success `*out` is a calculator of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_derive(
    calculator: *const cxm_calculator,
    name: *const c_char,
    name_length: usize,
    definition: *const c_char,
    definition_length: usize,
    out: *mut *mut cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            let name = input::text(name, name_length, "name")?;
            let definition = input::json(definition, definition_length, "definition")?;
            calculator::hand_out(out, || Ok(calculator.derive(name, &definition)?))
        })
    }
}

/// The definition with all its fields; as JSON it makes the same calculator again.
///
/// On success `*out` is a report of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_definition(
    calculator: *const cxm_calculator,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            report::hand_out(out, || Ok(calculator.definition()))
        })
    }
}

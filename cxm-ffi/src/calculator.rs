//! Calculators: the verbs, and the readings.

use std::ffi::c_char;

use cxm_core::calculator::batch::{Batch, Ratings};
use cxm_core::registry::{self, DynCalculator};
use serde_json::{Value, json};

use crate::batch::{self, cxm_batch};
use crate::error::{Failure, Outcome, cxm_error};
use crate::guard;
use crate::handle::{self, Opaque};
use crate::report::{self, cxm_report};
use crate::status::{self, cxm_status};
use crate::{input, output};

/// Bytes of the name of a method, its final zero byte included.
pub const CXM_METHOD_BYTES: usize = 32;

/// A calculator: the state of one figure under one definition, such as the NPS of a segment.
///
/// Its state is made of counts and integer sums, so the same rows give the same bytes and the same
/// figures in any order and over any shards. Made by `cxm_calculator_new` or
/// `cxm_calculator_from_bytes`, given back with `cxm_calculator_free`.
#[derive(Debug)]
pub struct cxm_calculator {
    _private: (),
}

impl Opaque for cxm_calculator {
    type Body = Box<dyn DynCalculator>;
    const MARK: u64 = 0x6378_6d5f_6361_6c63;
    const NAME: &'static str = "cxm_calculator";
}

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

/// Hands a calculator to the caller.
///
/// # Safety
/// `out` is NULL or may be written.
pub(crate) unsafe fn hand_out(
    out: *mut *mut cxm_calculator,
    make: impl FnOnce() -> Outcome<Box<dyn DynCalculator>>,
) -> Outcome {
    // SAFETY: the caller's.
    let place = unsafe { output::place(out, "out") }?;
    place.put(handle::new(make()?));
    Ok(())
}

/// Makes an empty calculator by name: "nps", "csat", "ces", ...; `cxm_catalogue` has the list.
///
/// `definition` is a JSON object, or NULL for the default: an optional "preset" and the fields that
/// differ from it, as in {"preset": "one_to_five", "weighted": true}. On success `*out` is a
/// calculator of the caller's. Fails with CXM_STATUS_NOT_FOUND for an unknown name or preset and with
/// CXM_STATUS_INVALID_DEFINITION for fields that do not exist or contradict each other.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_new(
    name: *const c_char,
    name_length: usize,
    definition: *const c_char,
    definition_length: usize,
    out: *mut *mut cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let name = input::text(name, name_length, "name")?;
            let definition = input::json(definition, definition_length, "definition")?;
            hand_out(out, || Ok(registry::new(name, &definition)?))
        })
    }
}

/// Reads the state bytes of whichever calculator wrote them.
///
/// Anything but bytes of `cxm_calculator_to_bytes`, of this version or an earlier one, is refused
/// with CXM_STATUS_CORRUPT_STATE or CXM_STATUS_UNSUPPORTED_VERSION. On success `*out` is a calculator of
/// the caller's. The checksum finds damage, not malice; still, no bytes make the library crash.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let bytes = input::slice(bytes, length, "bytes")?;
            hand_out(out, || Ok(registry::from_bytes(bytes)?))
        })
    }
}

/// Copies a calculator; `*out` is the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_clone(
    calculator: *const cxm_calculator,
    out: *mut *mut cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| hand_out(out, || Ok(calculator.clone_box())))
    }
}

/// Frees a calculator; NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_free(calculator: *mut cxm_calculator) {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { handle::free(calculator) }
}

/// Takes a batch of rows, all of it or none of it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_update(
    calculator: *mut cxm_calculator,
    batch: *const cxm_batch,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::change(calculator, err, |calculator| {
            batch::with(batch, |batch| Ok(calculator.update(batch)?))
        })
    }
}

/// Leaves the state as if these rows had never been, or fails and changes nothing.
///
/// A correction retracts the old row and updates with the new one. Rows that were never added are
/// CXM_STATUS_NEVER_ADDED as soon as a count would fall below zero.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_retract(
    calculator: *mut cxm_calculator,
    batch: *const cxm_batch,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::change(calculator, err, |calculator| {
            batch::with(batch, |batch| Ok(calculator.retract(batch)?))
        })
    }
}

/// Whether `cxm_calculator_update` would take this batch: its status and its error. Changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_check(
    calculator: *const cxm_calculator,
    batch: *const cxm_batch,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            batch::with(batch, |batch| Ok(calculator.check(batch)?))
        })
    }
}

/// Takes one rating: for events that come one by one. A column goes through
/// `cxm_calculator_update_u8` and its siblings, which cost a fraction of it a row.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_update_rating(
    calculator: *mut cxm_calculator,
    rating: i64,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { handle::change(calculator, err, |calculator| Ok(calculator.update_rating(rating)?)) }
}

/// Takes a plain array of ratings.
///
/// # Safety
/// `ratings` is NULL or points to `length` values.
unsafe fn update_array<T>(
    calculator: *mut cxm_calculator,
    ratings: *const T,
    length: usize,
    err: *mut cxm_error,
) -> cxm_status
where
    for<'a> &'a [T]: Into<Ratings<'a>>,
{
    // SAFETY: the caller's.
    unsafe {
        handle::change(calculator, err, |calculator| {
            let ratings = input::slice(ratings, length, "ratings")?;
            Ok(calculator.update(Batch::Ratings(ratings.into()))?)
        })
    }
}

/// Takes an array of ratings, one a byte. Short for `cxm_batch_ratings` and `cxm_calculator_update`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_update_u8(
    calculator: *mut cxm_calculator,
    ratings: *const u8,
    length: usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { update_array(calculator, ratings, length, err) }
}

/// Takes an array of ratings. Short for `cxm_batch_ratings` and `cxm_calculator_update`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_update_i64(
    calculator: *mut cxm_calculator,
    ratings: *const i64,
    length: usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { update_array(calculator, ratings, length, err) }
}

/// Takes an array of ratings, of which a NaN is missing. Short for `cxm_batch_ratings` and
/// `cxm_calculator_update`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_update_f64(
    calculator: *mut cxm_calculator,
    ratings: *const f64,
    length: usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { update_array(calculator, ratings, length, err) }
}

/// Runs a verb that takes a second calculator, which may be the first one itself.
///
/// # Safety
/// Both are NULL or handles; nobody else uses the first, nobody changes the second.
unsafe fn with_other(
    calculator: *mut cxm_calculator,
    other: *const cxm_calculator,
    err: *mut cxm_error,
    verb: fn(&mut dyn DynCalculator, &dyn DynCalculator) -> cxm_core::Result<()>,
) -> cxm_status {
    let itself = std::ptr::eq(calculator, other);
    // SAFETY: the caller's; a second reference is made only to another handle.
    unsafe {
        handle::change(calculator, err, |calculator| {
            if itself {
                let copy = calculator.clone_box();
                return Ok(verb(calculator.as_mut(), copy.as_ref())?);
            }
            Ok(verb(calculator.as_mut(), handle::borrow(other)?.as_ref())?)
        })
    }
}

/// Merges the state of another calculator of the same kind and definition; the other stays as it is.
///
/// Merging a calculator with itself doubles it. Unlike definitions are CXM_STATUS_INCOMPATIBLE_MERGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_merge(
    calculator: *mut cxm_calculator,
    other: *const cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { with_other(calculator, other, err, |ours, theirs| ours.merge(theirs)) }
}

/// Takes away the state of another calculator that had been merged, exactly.
///
/// Subtracting a calculator from itself empties it. What was never added is CXM_STATUS_NEVER_ADDED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_subtract(
    calculator: *mut cxm_calculator,
    other: *const cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { with_other(calculator, other, err, |ours, theirs| ours.subtract(theirs)) }
}

/// Whether kind, definition and state are the same: 1 or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_equal(
    calculator: *const cxm_calculator,
    other: *const cxm_calculator,
    equal: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            let other = handle::borrow(other)?;
            let place = output::place(equal, "equal")?;
            place.put(i32::from(calculator.equals(other.as_ref())));
            Ok(())
        })
    }
}

/// The name of the kind, such as "nps": a constant, which does not end with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_name(
    calculator: *const cxm_calculator,
    name: *mut *const c_char,
    name_length: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            let data = output::place(name, "name")?;
            let length = output::place(name_length, "name_length")?;
            output::lend(calculator.kind().name, data, length);
            Ok(())
        })
    }
}

/// Rows taken in, whether counted or excluded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_observations(
    calculator: *const cxm_calculator,
    observations: *mut u64,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            let place = output::place(observations, "observations")?;
            place.put(calculator.observations());
            Ok(())
        })
    }
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
/// `method` is a name such as "wilson", or NULL for the method that the calculator holds best. Set
/// `interval->struct_size` before. Without data there is none: `*has_value` is 0, or, where `has_value`
/// is NULL, the status is CXM_STATUS_INSUFFICIENT_DATA. A level outside 0 to 1 or a method of another
/// figure is CXM_STATUS_INVALID_ARGUMENT. More arguments: `cxm_calculator_ask`.
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

/// Asks the report a question by name: "interval", "confidence_sequence", "display", "shown", ...
///
/// `arguments` is a JSON object, or NULL for none, as in {"measure": "mean", "level": 0.9}. An unknown
/// question is CXM_STATUS_NOT_FOUND, and the message has the list. On success `*out` is a report of
/// the caller's.
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
/// Both calculators have the same definition and rest on different respondents. `arguments` is a JSON
/// object ("measure", "method", "level"), or NULL for none. On success `*out` is a report of the
/// caller's.
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

/// Another calculator over the ratings that were counted here: the "nps" of a "response_ledger" without
/// its duplicates, the "csat" of the same answers under another definition.
///
/// `name` and `definition` are as in `cxm_calculator_new`. Fails with CXM_STATUS_NOT_OFFERED where single
/// ratings are not counted. On success `*out` is a calculator of the caller's.
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
            hand_out(out, || Ok(calculator.derive(name, &definition)?))
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

/// The state as canonical bytes, to be stored as a BLOB or sent to another machine.
///
/// Equal states are equal bytes, on every machine and in every language. Two calls: a NULL buffer
/// gives the size in `*written`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_to_bytes(
    calculator: *const cxm_calculator,
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            output::bytes(&calculator.to_bytes(), buffer, capacity, written)
        })
    }
}

//! Reports: values of any shape, read by path or as JSON.

use std::ffi::c_char;

use serde_json::Value;

use crate::error::{Failure, Outcome, cxm_error};
use crate::handle::{self, Opaque};
use crate::status::{self, cxm_status};
use crate::{input, output, path};

/// There is nothing: no value yet.
pub const CXM_VALUE_NULL: i32 = 0;
/// A boolean: `cxm_report_bool`.
pub const CXM_VALUE_BOOL: i32 = 1;
/// A number: `cxm_report_number`; counts also by `cxm_report_count`.
pub const CXM_VALUE_NUMBER: i32 = 2;
/// A text: `cxm_report_text`.
pub const CXM_VALUE_TEXT: i32 = 3;
/// A list: `cxm_report_length`, elements by index.
pub const CXM_VALUE_LIST: i32 = 4;
/// An object: `cxm_report_length`, fields by name, names by `cxm_report_field`.
pub const CXM_VALUE_OBJECT: i32 = 5;

/// A report: what a reading returns. Numbers, counts, texts and lists under names, which are the
/// field names of the library and the same in every language.
///
/// It is read by path: `score`, `interval.lower`, `rows[2].report.score`; the empty path is the
/// whole. It never changes, so that several threads may read it, and it does not need the
/// calculator that it came from. Give it back with `cxm_report_free`.
#[derive(Debug)]
pub struct cxm_report {
    _private: (),
}

impl Opaque for cxm_report {
    type Body = Value;
    const MARK: u64 = 0x6378_6d5f_7265_706f;
    const NAME: &'static str = "cxm_report";
}

/// Hands a value to the caller as a report.
///
/// # Safety
/// `out` is NULL or may be written.
pub(crate) unsafe fn hand_out(
    out: *mut *mut cxm_report,
    make: impl FnOnce() -> Outcome<Value>,
) -> Outcome {
    // SAFETY: the caller's.
    let place = unsafe { output::place(out, "out") }?;
    place.put(handle::new(make()?));
    Ok(())
}

/// The value at a path, which is null as `None`.
///
/// # Safety
/// `data` and `length` are a text.
unsafe fn at(report: &Value, data: *const c_char, length: usize) -> Outcome<Option<&Value>> {
    // SAFETY: the caller's.
    let value = path::find(report, unsafe { input::text(data, length, "path") }?)?;
    Ok((!value.is_null()).then_some(value))
}

#[cold]
fn wrong_type(value: &Value, wanted: &str) -> Failure {
    let message = format!("expected {wanted} at the path, there is {}", path::kind(value));
    Failure::new(status::CXM_STATUS_WRONG_TYPE, message)
}

fn typed<T>(
    value: Option<&Value>,
    wanted: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Outcome<Option<T>> {
    value.map(|value| read(value).ok_or_else(|| wrong_type(value, wanted))).transpose()
}

/// What the value at a path is: CXM_VALUE_NULL to CXM_VALUE_OBJECT.
///
/// Fails with CXM_STATUS_NOT_FOUND where the path leads nowhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_report_type(
    report: *const cxm_report,
    path: *const c_char,
    path_length: usize,
    r#type: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(report, err, |report| {
            let place = output::place(r#type, "type")?;
            place.put(match at(report, path, path_length)? {
                None | Some(Value::Null) => CXM_VALUE_NULL,
                Some(Value::Bool(_)) => CXM_VALUE_BOOL,
                Some(Value::Number(_)) => CXM_VALUE_NUMBER,
                Some(Value::String(_)) => CXM_VALUE_TEXT,
                Some(Value::Array(_)) => CXM_VALUE_LIST,
                Some(Value::Object(_)) => CXM_VALUE_OBJECT,
            });
            Ok(())
        })
    }
}

/// The number at a path, the same to the last bit as in every other language.
///
/// `has_value` may be NULL: then an absent value is CXM_STATUS_INSUFFICIENT_DATA. Fails with
/// CXM_STATUS_NOT_FOUND where the path leads nowhere, CXM_STATUS_WRONG_TYPE where there is no
/// number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_report_number(
    report: *const cxm_report,
    path: *const c_char,
    path_length: usize,
    value: *mut f64,
    has_value: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(report, err, |report| {
            let place = output::place(value, "value")?;
            let has_value = output::optional(has_value, "has_value")?;
            let number = typed(at(report, path, path_length)?, "a number", Value::as_f64)?;
            output::put_optional(number, place, has_value)
        })
    }
}

/// The count at a path: a whole number from 0 to 2^64 - 1, exact.
///
/// As `cxm_report_number`; a number that is negative or not whole is CXM_STATUS_WRONG_TYPE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_report_count(
    report: *const cxm_report,
    path: *const c_char,
    path_length: usize,
    value: *mut u64,
    has_value: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(report, err, |report| {
            let place = output::place(value, "value")?;
            let has_value = output::optional(has_value, "has_value")?;
            let count = typed(at(report, path, path_length)?, "a count", Value::as_u64)?;
            output::put_optional(count, place, has_value)
        })
    }
}

/// The boolean at a path, 1 or 0. As `cxm_report_number`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_report_bool(
    report: *const cxm_report,
    path: *const c_char,
    path_length: usize,
    value: *mut i32,
    has_value: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(report, err, |report| {
            let place = output::place(value, "value")?;
            let has_value = output::optional(has_value, "has_value")?;
            let read = |value: &Value| value.as_bool().map(i32::from);
            output::put_optional(
                typed(at(report, path, path_length)?, "a boolean", read)?,
                place,
                has_value,
            )
        })
    }
}

/// The text at a path, lent until the report is freed. It does not end with a zero byte.
///
/// An absent text is NULL of length 0; an empty text is not NULL. Otherwise as `cxm_report_number`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_report_text(
    report: *const cxm_report,
    path: *const c_char,
    path_length: usize,
    text: *mut *const c_char,
    text_length: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(report, err, |report| {
            let data = output::place(text, "text")?;
            let length = output::place(text_length, "text_length")?;
            match at(report, path, path_length)? {
                None => {
                    data.put(std::ptr::null());
                    length.put(0);
                }
                Some(Value::String(text)) => output::lend(text, data, length),
                Some(other) => return Err(wrong_type(other, "a text")),
            }
            Ok(())
        })
    }
}

/// The number of elements of the list, or of fields of the object, at a path; 0 for null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_report_length(
    report: *const cxm_report,
    path: *const c_char,
    path_length: usize,
    length: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(report, err, |report| {
            let place = output::place(length, "length")?;
            place.put(match at(report, path, path_length)? {
                None => 0,
                Some(Value::Array(items)) => items.len(),
                Some(Value::Object(fields)) => fields.len(),
                Some(other) => return Err(wrong_type(other, "a list or an object")),
            });
            Ok(())
        })
    }
}

/// The name of a field of the object at a path, by its position from 0, in the order of the report.
///
/// Lent until the report is freed; it does not end with a zero byte. A position past the end is
/// CXM_STATUS_NOT_FOUND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_report_field(
    report: *const cxm_report,
    path: *const c_char,
    path_length: usize,
    position: usize,
    name: *mut *const c_char,
    name_length: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(report, err, |report| {
            let data = output::place(name, "name")?;
            let length = output::place(name_length, "name_length")?;
            let value = at(report, path, path_length)?.unwrap_or(&Value::Null);
            let fields = value.as_object().ok_or_else(|| wrong_type(value, "an object"))?;
            let name = fields.keys().nth(position).ok_or_else(|| {
                let message = format!("there is no field {position}, there are {}", fields.len());
                Failure::new(status::CXM_STATUS_NOT_FOUND, message)
            })?;
            output::lend(name, data, length);
            Ok(())
        })
    }
}

/// The report as JSON in UTF-8, without a zero byte at the end.
///
/// Two calls: a NULL buffer gives the size in `*written`. Numbers are written so that reading them
/// gives the same bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_report_json(
    report: *const cxm_report,
    buffer: *mut c_char,
    capacity: usize,
    written: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(report, err, |report| {
            let text = report.to_string();
            output::bytes(text.as_bytes(), buffer.cast(), capacity, written)
        })
    }
}

/// Frees a report; NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_report_free(report: *mut cxm_report) {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { handle::free(report) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::ptr::null_mut;

    const Z: usize = input::NUL_TERMINATED;

    #[test]
    fn values_are_read_by_their_type() {
        let report: *mut cxm_report = handle::new(json!({
            "score": 12.5, "responses": u64::MAX, "none": null, "method": "score", "flag": true,
            "rows": [1, 2, 3]
        }));
        let (mut number, mut count, mut flag, mut has, mut length) = (0.0, 0, 0, -1, 0);
        let mut text = std::ptr::null();
        let none: *mut cxm_error = null_mut();
        // SAFETY: a live report and places on the stack.
        unsafe {
            assert_eq!(
                cxm_report_number(report, c"score".as_ptr(), Z, &raw mut number, null_mut(), none),
                0
            );
            assert_eq!(number.to_bits(), 12.5f64.to_bits());
            assert_eq!(
                cxm_report_count(
                    report,
                    c"responses".as_ptr(),
                    Z,
                    &raw mut count,
                    &raw mut has,
                    none
                ),
                0
            );
            assert_eq!((count, has), (u64::MAX, 1));
            let status =
                cxm_report_number(report, c"none".as_ptr(), Z, &raw mut number, &raw mut has, none);
            assert_eq!((status, has, number.to_bits()), (0, 0, 12.5f64.to_bits()));
            let status =
                cxm_report_number(report, c"none".as_ptr(), Z, &raw mut number, null_mut(), none);
            assert_eq!(status, status::CXM_STATUS_INSUFFICIENT_DATA);
            let status =
                cxm_report_count(report, c"score".as_ptr(), Z, &raw mut count, null_mut(), none);
            assert_eq!(status, status::CXM_STATUS_WRONG_TYPE);
            assert_eq!(
                cxm_report_bool(report, c"flag".as_ptr(), Z, &raw mut flag, null_mut(), none),
                0
            );
            assert_eq!(flag, 1);
            assert_eq!(
                cxm_report_text(
                    report,
                    c"method".as_ptr(),
                    Z,
                    &raw mut text,
                    &raw mut length,
                    none
                ),
                0
            );
            assert_eq!(input::text(text, length, "method").unwrap(), "score");
            assert_eq!(cxm_report_length(report, c"rows".as_ptr(), Z, &raw mut length, none), 0);
            assert_eq!(length, 3);
            assert_eq!(
                cxm_report_field(report, c"".as_ptr(), 0, 0, &raw mut text, &raw mut length, none),
                0
            );
            assert_eq!(input::text(text, length, "name").unwrap(), "score");
            cxm_report_free(report);
        }
    }
}

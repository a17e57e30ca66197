//! What comes in: texts, JSON, arrays and structs, each pointer checked.

use std::ffi::{CStr, c_char};

use serde_json::Value;

use crate::error::{Failure, Outcome};
use crate::status;

/// The length that stands for a text ending with a zero byte; the header has it as a macro.
pub(crate) const NUL_TERMINATED: usize = usize::MAX;

#[cold]
pub(crate) fn null(name: &str) -> Failure {
    Failure::new(status::CXM_STATUS_NULL_POINTER, format!("{name} is NULL")).of(name)
}

#[cold]
fn misaligned(name: &str) -> Failure {
    Failure::new(status::CXM_STATUS_BAD_MEMORY, format!("{name} is not aligned as its type wants"))
        .of(name)
}

#[cold]
fn too_long(name: &str) -> Failure {
    Failure::new(status::CXM_STATUS_BAD_MEMORY, format!("{name} is longer than memory can be"))
        .of(name)
}

/// An array of the caller's; NULL is the empty array.
///
/// # Safety
/// `data` is NULL or points to `length` values that nobody changes during `'a`.
pub(crate) unsafe fn slice<'a, T>(data: *const T, length: usize, name: &str) -> Outcome<&'a [T]> {
    if length == 0 {
        return Ok(&[]);
    }
    if data.is_null() {
        return Err(null(name));
    }
    if !data.is_aligned() {
        return Err(misaligned(name));
    }
    if length.checked_mul(size_of::<T>()).is_none_or(|bytes| isize::try_from(bytes).is_err()) {
        return Err(too_long(name));
    }
    // SAFETY: not NULL, aligned, of a possible size; the rest is the caller's.
    Ok(unsafe { std::slice::from_raw_parts(data, length) })
}

/// A struct of the caller's.
///
/// # Safety
/// `data` is NULL or points to a value that nobody changes during `'a`.
pub(crate) unsafe fn one<'a, T>(data: *const T, name: &str) -> Outcome<&'a T> {
    // SAFETY: the caller's.
    unsafe { optional(data, name) }?.ok_or_else(|| null(name))
}

/// A struct of the caller's, or NULL.
///
/// # Safety
/// `data` is NULL or points to a value that nobody changes during `'a`.
pub(crate) unsafe fn optional<'a, T>(data: *const T, name: &str) -> Outcome<Option<&'a T>> {
    if data.is_null() {
        return Ok(None);
    }
    if !data.is_aligned() {
        return Err(misaligned(name));
    }
    // SAFETY: not NULL and aligned; the rest is the caller's.
    Ok(Some(unsafe { &*data }))
}

/// A text of the caller's; NULL of length 0 is the empty text.
///
/// # Safety
/// `data` is NULL, or points to `length` bytes, or, with the length [`NUL_TERMINATED`], to a text
/// that ends with a zero byte; nobody changes them during `'a`.
pub(crate) unsafe fn text<'a>(data: *const c_char, length: usize, name: &str) -> Outcome<&'a str> {
    let bytes = if length == NUL_TERMINATED {
        if data.is_null() {
            return Err(null(name));
        }
        // SAFETY: not NULL, and the caller says that it ends with a zero byte.
        unsafe { CStr::from_ptr(data) }.to_bytes()
    } else {
        // SAFETY: the caller's.
        unsafe { slice(data.cast::<u8>(), length, name) }?
    };
    std::str::from_utf8(bytes).map_err(|error| {
        Failure::new(status::CXM_STATUS_INVALID_UTF8, format!("{name} is not UTF-8: {error}"))
            .of(name)
    })
}

/// A JSON value of the caller's; NULL is null.
///
/// # Safety
/// As for [`text`].
pub(crate) unsafe fn json(data: *const c_char, length: usize, name: &str) -> Outcome<Value> {
    if data.is_null() {
        return Ok(Value::Null);
    }
    // SAFETY: the caller's.
    let text = unsafe { text(data, length, name) }?;
    serde_json::from_str(text).map_err(|error| {
        Failure::new(status::CXM_STATUS_INVALID_JSON, format!("{name} is not JSON: {error}"))
            .of(name)
    })
}

/// Refuses a struct of a size that no release had.
pub(crate) fn known_size<T>(struct_size: u32, name: &str) -> Outcome {
    if usize::try_from(struct_size).is_ok_and(|size| size == size_of::<T>()) {
        return Ok(());
    }
    Err(Failure::new(
        status::CXM_STATUS_WRONG_STRUCT_SIZE,
        format!("struct_size of {name} must be {}, got {struct_size}", size_of::<T>()),
    )
    .of(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::null as no;

    fn status_of<T>(outcome: Outcome<T>) -> i32 {
        outcome.map_or_else(|failure| failure.status(), |_| 0)
    }

    #[test]
    fn arrays_are_checked_before_they_are_looked_at() {
        let values = [1u32, 2, 3];
        // SAFETY: what is not valid memory is refused before it is read.
        unsafe {
            assert_eq!(slice(values.as_ptr(), 3, "values").unwrap(), [1, 2, 3]);
            assert!(slice::<u32>(no(), 0, "values").unwrap().is_empty());
            assert_eq!(status_of(slice::<u32>(no(), 1, "values")), status::CXM_STATUS_NULL_POINTER);
            let odd = values.as_ptr().byte_add(1);
            assert_eq!(status_of(slice(odd, 1, "values")), status::CXM_STATUS_BAD_MEMORY);
            let endless = slice(values.as_ptr(), usize::MAX / 2, "values");
            assert_eq!(status_of(endless), status::CXM_STATUS_BAD_MEMORY);
            assert_eq!(status_of(optional(odd, "value")), status::CXM_STATUS_BAD_MEMORY);
            assert_eq!(status_of(one::<u32>(no(), "value")), status::CXM_STATUS_NULL_POINTER);
        }
    }

    #[test]
    fn texts_have_a_length_or_an_end() {
        // SAFETY: static texts.
        unsafe {
            assert_eq!(text(c"nps".as_ptr(), NUL_TERMINATED, "name").unwrap(), "nps");
            assert_eq!(text(c"nps".as_ptr(), 2, "name").unwrap(), "np");
            assert_eq!(text(no(), 0, "name").unwrap(), "");
            let none = text(no(), NUL_TERMINATED, "name");
            assert_eq!(status_of(none), status::CXM_STATUS_NULL_POINTER);
            let latin = text(c"\xe9".as_ptr(), 1, "name");
            assert_eq!(status_of(latin), status::CXM_STATUS_INVALID_UTF8);
            assert_eq!(json(no(), 0, "definition").unwrap(), Value::Null);
            let broken = json(c"{".as_ptr(), NUL_TERMINATED, "definition");
            assert_eq!(status_of(broken), status::CXM_STATUS_INVALID_JSON);
        }
    }
}

//! What goes out: values through the caller's pointers, written on success only.

use std::ffi::c_char;

use crate::error::{Failure, Outcome};
use crate::input;
use crate::status;

/// A place of the caller's that will be written.
#[derive(Debug)]
pub(crate) struct Place<T>(*mut T);

/// A place that must be there.
///
/// # Safety
/// `place` is NULL or points to memory for a `T` that may be written until [`Place::put`].
pub(crate) unsafe fn place<T>(place: *mut T, name: &str) -> Outcome<Place<T>> {
    // SAFETY: the caller's.
    unsafe { optional(place, name) }?.ok_or_else(|| input::null(name))
}

/// A place that may be NULL.
///
/// # Safety
/// `place` is NULL or points to memory for a `T` that may be written until [`Place::put`].
pub(crate) unsafe fn optional<T>(place: *mut T, name: &str) -> Outcome<Option<Place<T>>> {
    if place.is_null() {
        return Ok(None);
    }
    if !place.is_aligned() {
        let message = format!("{name} is not aligned as its type wants");
        return Err(Failure::new(status::CXM_STATUS_BAD_MEMORY, message));
    }
    Ok(Some(Place(place)))
}

impl<T> Place<T> {
    /// Writes the value.
    pub(crate) fn put(self, value: T) {
        // SAFETY: a place is made of a pointer that is not NULL, aligned, and the caller's to
        // write.
        unsafe { self.0.write(value) }
    }
}

/// An array of the caller's that will be written.
#[derive(Debug)]
pub(crate) struct Room<T> {
    data: *mut T,
    length: usize,
}

/// An array that must be there.
///
/// # Safety
/// `data` is NULL or points to memory for `length` values that may be written until
/// [`Room::put`].
pub(crate) unsafe fn array<T>(data: *mut T, length: usize, name: &str) -> Outcome<Room<T>> {
    // SAFETY: the caller's.
    unsafe { optional_array(data, length, name) }?.ok_or_else(|| input::null(name))
}

/// An array that may be NULL.
///
/// # Safety
/// As for [`array`].
pub(crate) unsafe fn optional_array<T>(
    data: *mut T,
    length: usize,
    name: &str,
) -> Outcome<Option<Room<T>>> {
    // SAFETY: the caller's.
    let place = unsafe { optional(data, name) }?;
    Ok(place.map(|Place(data)| Room { data, length }))
}

impl<T: Copy> Room<T> {
    /// Writes the values, of which there are as many as there is room.
    pub(crate) fn put(self, values: &[T]) -> Outcome {
        if values.len() != self.length {
            let message = format!("there is room for {}, got {}", self.length, values.len());
            return Err(Failure::new(status::CXM_STATUS_BUFFER_TOO_SMALL, message));
        }
        // SAFETY: an array is made of a pointer that is not NULL, aligned, and the caller's to
        // write; it has room for all values, which do not lie in memory of the caller's.
        unsafe { self.data.copy_from_nonoverlapping(values.as_ptr(), values.len()) };
        Ok(())
    }
}

/// Writes a value and whether there is one.
///
/// Without a place for the latter, absence is an error, so that it cannot be overlooked.
pub(crate) fn put_optional<T>(
    value: Option<T>,
    place: Place<T>,
    has_value: Option<Place<i32>>,
) -> Outcome {
    match (has_value, &value) {
        (Some(has_value), _) => has_value.put(i32::from(value.is_some())),
        (None, Some(_)) => {}
        (None, None) => {
            let message = "there is no value, and has_value is NULL";
            return Err(Failure::new(status::CXM_STATUS_INSUFFICIENT_DATA, message));
        }
    }
    if let Some(value) = value {
        place.put(value);
    }
    Ok(())
}

/// Copies bytes into the caller's buffer: NULL asks for the size.
///
/// # Safety
/// `buffer` is NULL or points to `capacity` bytes that may be written; `written` is NULL or
/// points to a size that may be.
pub(crate) unsafe fn bytes(
    bytes: &[u8],
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
) -> Outcome {
    // SAFETY: the caller's.
    let written = unsafe { place(written, "written") }?;
    written.put(bytes.len());
    if buffer.is_null() {
        return Ok(());
    }
    if capacity < bytes.len() {
        return Err(Failure::new(
            status::CXM_STATUS_BUFFER_TOO_SMALL,
            format!("the buffer has {capacity} bytes, {} are needed", bytes.len()),
        ));
    }
    // SAFETY: the buffer has room, and no bytes of ours lie in a buffer of the caller's.
    unsafe { buffer.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    Ok(())
}

/// Lends a text: pointer and length.
pub(crate) fn lend(text: &str, data: Place<*const c_char>, length: Place<usize>) {
    data.put(text.as_ptr().cast());
    length.put(text.len());
}

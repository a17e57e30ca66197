//! Columns through the Arrow C data interface. In the header behind CXM_ARROW.
//!
//! `struct ArrowArray` and `struct ArrowSchema` are those of the interface's own header, which the
//! program includes beside this one; here they are only declared.

mod keys;
mod numbers;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::{ArrayRef, make_array};
use cxm_core::calculator::batch::{Batch, KeyColumn, Ratings};

use self::keys::Keys;
use self::numbers::Numbers;
use crate::calculator::cxm_calculator;
use crate::error::{Outcome, cxm_error};
use crate::guard;
use crate::handle;
use crate::input;
use crate::keyed::cxm_keyed;
use crate::status::cxm_status;

/// How much of foreign memory is looked at before it is trusted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trust {
    /// Numbers: any bits are a number.
    Layout,
    /// Texts and dictionaries: every offset, every byte of UTF-8.
    Nothing,
}

/// An array that belongs to us: from here on its release runs on every way out.
///
/// # Safety
/// `array` is NULL or a struct of the Arrow C data interface.
unsafe fn take(array: *mut FFI_ArrowArray) -> Option<FFI_ArrowArray> {
    let there = !array.is_null() && array.is_aligned();
    // SAFETY: not NULL and aligned; the rest is the caller's.
    there.then(|| unsafe { FFI_ArrowArray::from_raw(array) })
}

/// Reads an array as its schema says.
///
/// # Safety
/// `schema` is NULL or a struct of the Arrow C data interface that agrees with the array.
unsafe fn read(
    array: Option<FFI_ArrowArray>,
    schema: *const FFI_ArrowSchema,
    name: &str,
    trust: Trust,
) -> Outcome<ArrayRef> {
    // SAFETY: the caller's.
    let schema = unsafe { input::one(schema, name) }?;
    let array = array.ok_or_else(|| input::null(name))?;
    if array.is_released() || schema.release().is_none() {
        let message = "the Arrow array or its schema was released before";
        return Err(cxm_core::Error::batch(message).in_field(name.to_owned()).into());
    }
    let refused = |error: &dyn std::fmt::Display| {
        cxm_core::Error::batch(error.to_string()).in_field(name.to_owned())
    };
    // What is wrong with foreign memory is no fault of ours and poisons nothing.
    guard::contained(name, || {
        // SAFETY: the caller's: array and schema agree with the interface.
        let data = unsafe { from_ffi(array, schema) }.map_err(|error| refused(&error))?;
        if trust == Trust::Nothing {
            data.validate_full().map_err(|error| refused(&error))?;
        }
        Ok(make_array(data))
    })
}

/// Reads a column of ratings and hands it to a verb.
///
/// # Safety
/// As for [`read`].
unsafe fn with_ratings<R>(
    array: Option<FFI_ArrowArray>,
    schema: *const FFI_ArrowSchema,
    verb: impl FnOnce(Batch<'_>) -> Outcome<R>,
) -> Outcome<R> {
    // SAFETY: the caller's.
    let array = unsafe { read(array, schema, "ratings", Trust::Layout) }?;
    let numbers = Numbers::of(&array)?;
    verb(Batch::Ratings(Ratings::from(numbers.values()?)))
}

/// Reads key columns and hands them on.
///
/// # Safety
/// As for [`read`].
unsafe fn with_keys<R>(
    array: Option<FFI_ArrowArray>,
    schema: *const FFI_ArrowSchema,
    verb: impl FnOnce(&[KeyColumn<'_>]) -> Outcome<R>,
) -> Outcome<R> {
    // SAFETY: the caller's.
    let array = unsafe { read(array, schema, "keys", Trust::Nothing) }?;
    let columns = keys::columns(&array)?;
    let keys: Outcome<Vec<Keys<'_>>> = columns.iter().map(Keys::of).collect();
    let keys = keys?;
    let columns: Outcome<Vec<KeyColumn<'_>>> = keys.iter().map(Keys::column).collect();
    verb(&columns?)
}

/// Takes an Arrow array of ratings, all of it or none of it.
///
/// Integers and floats of any width are read where they are; a dictionary of them is copied out.
/// Booleans, decimals and texts are CXM_STATUS_WRONG_BATCH. The array is moved: its release is
/// NULL afterwards, on failure too. The schema is borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_update_arrow(
    calculator: *mut cxm_calculator,
    ratings: *mut FFI_ArrowArray,
    ratings_schema: *const FFI_ArrowSchema,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header and of the Arrow interface.
    unsafe {
        let ratings = take(ratings);
        handle::change(calculator, err, |calculator| {
            with_ratings(ratings, ratings_schema, |batch| Ok(calculator.update(batch)?))
        })
    }
}

/// Leaves the state as if the ratings of this Arrow array had never been. As
/// `cxm_calculator_update_arrow`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_retract_arrow(
    calculator: *mut cxm_calculator,
    ratings: *mut FFI_ArrowArray,
    ratings_schema: *const FFI_ArrowSchema,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header and of the Arrow interface.
    unsafe {
        let ratings = take(ratings);
        handle::change(calculator, err, |calculator| {
            with_ratings(ratings, ratings_schema, |batch| Ok(calculator.retract(batch)?))
        })
    }
}

/// Takes Arrow arrays of keys and ratings of equal length, all of them or none.
///
/// `keys` is a struct array with one field a key column, in the order of "by", or the one key
/// column itself: integers, texts (also views), booleans, or a dictionary of them. Ratings as in
/// `cxm_calculator_update_arrow`. Both arrays are moved, on failure too; the schemas are
/// borrowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_update_arrow(
    keyed: *mut cxm_keyed,
    keys: *mut FFI_ArrowArray,
    keys_schema: *const FFI_ArrowSchema,
    ratings: *mut FFI_ArrowArray,
    ratings_schema: *const FFI_ArrowSchema,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header and of the Arrow interface.
    unsafe {
        let (keys, ratings) = (take(keys), take(ratings));
        handle::change(keyed, err, |table| {
            with_keys(keys, keys_schema, |keys| {
                with_ratings(ratings, ratings_schema, |batch| {
                    Ok(table.change().update(keys, batch)?)
                })
            })
        })
    }
}

/// Leaves the table as if the rows of these Arrow arrays had never been. As
/// `cxm_keyed_update_arrow`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_retract_arrow(
    keyed: *mut cxm_keyed,
    keys: *mut FFI_ArrowArray,
    keys_schema: *const FFI_ArrowSchema,
    ratings: *mut FFI_ArrowArray,
    ratings_schema: *const FFI_ArrowSchema,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header and of the Arrow interface.
    unsafe {
        let (keys, ratings) = (take(keys), take(ratings));
        handle::change(keyed, err, |table| {
            with_keys(keys, keys_schema, |keys| {
                with_ratings(ratings, ratings_schema, |batch| {
                    Ok(table.change().retract(keys, batch)?)
                })
            })
        })
    }
}

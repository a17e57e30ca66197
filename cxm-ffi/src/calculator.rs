//! Calculators: the verbs. What they are asked is in `readings`.

use std::ffi::c_char;

use cxm_core::calculator::batch::{Batch, Ratings};
use cxm_core::registry::{self, DynCalculator};

use crate::batch::{self, cxm_batch};
use crate::error::{Outcome, cxm_error};
use crate::guard;
use crate::handle::{self, Opaque};
use crate::status::cxm_status;
use crate::{input, output};

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
/// `definition` is a JSON object, or NULL for the default: an optional "preset" and the fields
/// that differ from it, as in {"preset": "one_to_five", "weighted": true}. On success `*out` is a
/// calculator of the caller's. Fails with CXM_STATUS_NOT_FOUND for an unknown name or preset and
/// with CXM_STATUS_INVALID_DEFINITION for fields that do not exist or contradict each other.
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
/// with CXM_STATUS_CORRUPT_STATE or CXM_STATUS_UNSUPPORTED_VERSION. On success `*out` is a
/// calculator of the caller's. Bytes of a keyed table are CXM_STATUS_INCOMPATIBLE_MERGE. The
/// checksum finds damage, not malice; still, no bytes make the library crash.
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

/// Whether `cxm_calculator_update` would take this batch: its status and its error. Changes
/// nothing.
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

/// Takes an array of ratings, one a byte. Short for `cxm_batch_ratings` and
/// `cxm_calculator_update`.
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

/// Merges the state of another calculator of the same kind and definition; the other stays as it
/// is.
///
/// Merging a calculator with itself doubles it. Unlike definitions are
/// CXM_STATUS_INCOMPATIBLE_MERGE.
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

/// Lets everything through that waits for earlier rows, as at the end of a stream.
///
/// In most calculators nothing waits, and this does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_flush(
    calculator: *mut cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::change(calculator, err, |calculator| {
            calculator.flush();
            Ok(())
        })
    }
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

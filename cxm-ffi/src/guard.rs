//! No panic leaves the library.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Failure, Outcome, cxm_error};
use crate::status::{self, cxm_status};

/// Runs the body of a function that belongs to no handle.
///
/// # Safety
/// `err` is NULL or points to `err->struct_size` bytes that may be written.
pub(crate) unsafe fn call(err: *mut cxm_error, body: impl FnOnce() -> Outcome) -> cxm_status {
    // SAFETY: the caller's.
    unsafe { guarded(err, body, || ()) }
}

/// Runs a body; a panic becomes a status, after `poison` has run.
///
/// # Safety
/// `err` is NULL or points to `err->struct_size` bytes that may be written.
#[inline]
pub(crate) unsafe fn guarded(
    err: *mut cxm_error,
    body: impl FnOnce() -> Outcome,
    poison: impl FnOnce(),
) -> cxm_status {
    // Unwind safety: whatever a panic may have left half done is poisoned and not looked at again.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => status::CXM_STATUS_OK,
        // SAFETY: the caller's.
        Ok(Err(failure)) => unsafe { failure.report(err) },
        Err(payload) => {
            poison();
            // SAFETY: the caller's.
            unsafe { panicked(payload, err) }
        }
    }
}

/// Runs what works on foreign memory: a panic there is a bad input and poisons nothing.
#[cfg(feature = "arrow")]
pub(crate) fn contained<T>(name: &str, body: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| {
        let message = format!("{name}: {}", words(payload.as_ref()));
        std::mem::forget(payload);
        Err(cxm_core::Error::batch(message).into())
    })
}

fn words(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// # Safety
/// `err` is NULL or points to `err->struct_size` bytes that may be written.
#[cold]
unsafe fn panicked(payload: Box<dyn Any + Send>, err: *mut cxm_error) -> cxm_status {
    let message = format!("a fault in libcxm: {}", words(payload.as_ref()));
    let failure = Failure::new(status::CXM_STATUS_PANIC, message);
    // Dropping a payload may panic in turn; a leak is the lesser harm.
    std::mem::forget(payload);
    // SAFETY: the caller's.
    unsafe { failure.report(err) }
}

/// Keeps the default hook from writing to the host's standard error.
///
/// The shared library has its own copy of the Rust runtime, so this hook is nobody else's; the
/// message of a panic reaches the caller in its `cxm_error`. Called by whatever makes a handle.
pub(crate) fn silence() {
    #[cfg(not(test))]
    {
        static ONCE: std::sync::Once = std::sync::Once::new();
        ONCE.call_once(|| std::panic::set_hook(Box::new(|_| ())));
    }
}

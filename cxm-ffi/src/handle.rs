//! Opaque handles: a mark of the type, a flag for poison, and what they hold.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Failure, Outcome, cxm_error};
use crate::guard;
use crate::status::{self, cxm_status};

/// A type of handle: the name it has in C, and what is behind it.
pub(crate) trait Opaque: Sized {
    /// What the handle holds.
    type Body;
    /// The mark of the type: an arbitrary number of its own.
    const MARK: u64;
    /// The name in C.
    const NAME: &'static str;
}

/// The mark of a handle that was freed.
const FREED: u64 = 0xdead_c0de_dead_c0de;

/// The first fields of every handle, whatever its type.
#[repr(C)]
struct Header {
    mark: u64,
    poisoned: AtomicBool,
}

#[repr(C)]
struct Handle<B> {
    header: Header,
    body: B,
}

/// Makes a handle; it belongs to whoever holds the pointer.
pub(crate) fn new<O: Opaque>(body: O::Body) -> *mut O {
    guard::silence();
    let header = Header { mark: O::MARK, poisoned: AtomicBool::new(false) };
    Box::into_raw(Box::new(Handle { header, body })).cast()
}

/// The header of a handle of this type that may be used.
///
/// # Safety
/// `handle` is NULL or points to readable memory of at least a header.
#[inline]
unsafe fn header<'a, O: Opaque>(handle: *const O) -> Outcome<&'a Header> {
    let header = handle.cast::<Header>();
    if header.is_null() {
        return Err(null::<O>());
    }
    // SAFETY: aligned and readable; every handle begins with a header.
    if !header.is_aligned() || unsafe { (*header).mark } != O::MARK {
        return Err(wrong::<O>());
    }
    // SAFETY: the mark says that this is a handle of ours.
    let header = unsafe { &*header };
    if header.poisoned.load(Ordering::Relaxed) { Err(poisoned::<O>()) } else { Ok(header) }
}

#[cold]
fn null<O: Opaque>() -> Failure {
    Failure::new(status::CXM_STATUS_NULL_POINTER, format!("the {} is NULL", O::NAME))
}

#[cold]
fn wrong<O: Opaque>() -> Failure {
    Failure::new(status::CXM_STATUS_WRONG_HANDLE, format!("this is not a live {}", O::NAME))
}

#[cold]
fn poisoned<O: Opaque>() -> Failure {
    let message = format!("a fault left this {} unusable; it can only be freed", O::NAME);
    Failure::new(status::CXM_STATUS_POISONED, message)
}

/// Reads what a handle holds.
///
/// # Safety
/// `handle` is NULL or a handle that nobody changes during `'a`.
pub(crate) unsafe fn borrow<'a, O: Opaque>(handle: *const O) -> Outcome<&'a O::Body> {
    // SAFETY: the caller's; the mark says what is behind the header.
    unsafe {
        header(handle)?;
        Ok(&(*handle.cast::<Handle<O::Body>>()).body)
    }
}

/// Runs a reading function of a handle.
///
/// # Safety
/// `handle` is NULL or a handle that nobody changes during the call; `err` is NULL or points to
/// `err->struct_size` bytes that may be written.
#[inline]
pub(crate) unsafe fn read<'a, O: Opaque + 'a>(
    handle: *const O,
    err: *mut cxm_error,
    body: impl FnOnce(&'a O::Body) -> Outcome,
) -> cxm_status {
    // SAFETY: the caller's; the mark says what is behind the header.
    unsafe {
        match header(handle) {
            Err(failure) => failure.report(err),
            Ok(header) => {
                let held = &(*handle.cast::<Handle<O::Body>>()).body;
                guard::guarded(err, || body(held), || poison(header))
            }
        }
    }
}

/// Runs a changing function of a handle.
///
/// # Safety
/// `handle` is NULL or a handle that nobody else uses during the call; `err` is NULL or points to
/// `err->struct_size` bytes that may be written.
#[inline]
pub(crate) unsafe fn change<O: Opaque>(
    handle: *mut O,
    err: *mut cxm_error,
    body: impl FnOnce(&mut O::Body) -> Outcome,
) -> cxm_status {
    // SAFETY: the caller's; the mark says what is behind the header, and header and body are apart.
    unsafe {
        match header(handle) {
            Err(failure) => failure.report(err),
            Ok(header) => {
                let held = &mut (*handle.cast::<Handle<O::Body>>()).body;
                guard::guarded(err, || body(held), || poison(header))
            }
        }
    }
}

#[cold]
fn poison(header: &Header) {
    header.poisoned.store(true, Ordering::Relaxed);
}

/// Frees a handle. NULL, a handle of another type and one freed before are left alone.
///
/// # Safety
/// `handle` is NULL or a handle that nobody uses any more.
pub(crate) unsafe fn free<O: Opaque>(handle: *mut O) {
    let header = handle.cast::<Header>();
    if header.is_null() || !header.is_aligned() {
        return;
    }
    // SAFETY: aligned and readable; the mark says what is behind the header, and it changes before
    // the memory goes, so that a second free finds another one.
    unsafe {
        if (*header).mark != O::MARK {
            return;
        }
        (&raw mut (*header).mark).write_volatile(FREED);
        let held = Box::from_raw(handle.cast::<Handle<O::Body>>());
        // A poisoned body may panic while it is dropped.
        drop(catch_unwind(AssertUnwindSafe(|| drop(held))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::null_mut;

    struct counter;
    impl Opaque for counter {
        type Body = u32;
        const MARK: u64 = 1;
        const NAME: &'static str = "counter";
    }

    struct other;
    impl Opaque for other {
        type Body = u32;
        const MARK: u64 = 2;
        const NAME: &'static str = "other";
    }

    #[test]
    #[allow(clippy::panic, reason = "the test is about panics")]
    fn a_panic_is_a_status_and_poisons() {
        let handle = new::<counter>(5);
        // SAFETY: a live handle and no error.
        unsafe {
            let add_one = |n: &mut u32| {
                *n += 1;
                Ok(())
            };
            assert_eq!(change(handle, null_mut(), add_one), status::CXM_STATUS_OK);
            assert_eq!(*borrow(handle).unwrap(), 6);
            let status = change(handle, null_mut(), |_| panic!("a planted fault"));
            assert_eq!(status, status::CXM_STATUS_PANIC);
            assert_eq!(read(handle, null_mut(), |_| Ok(())), status::CXM_STATUS_POISONED);
            assert_eq!(change(handle, null_mut(), |_| Ok(())), status::CXM_STATUS_POISONED);
            free(handle);
        }
    }

    #[test]
    #[allow(clippy::panic, reason = "the test is about panics")]
    fn the_words_of_a_panic_reach_the_caller() {
        let mut err =
            cxm_error { struct_size: 576, code: 0, row: 0, message: [0; 496], field: [0; 64] };
        // SAFETY: a whole error.
        let status = unsafe { guard::call(&raw mut err, || panic!("planted {}", 7)) };
        assert_eq!((status, err.code), (status::CXM_STATUS_PANIC, status::CXM_STATUS_PANIC));
        // SAFETY: a filled message ends with a zero byte.
        let words = unsafe { std::ffi::CStr::from_ptr(err.message.as_ptr()) };
        assert_eq!(words.to_str().unwrap(), "a fault in libcxm: planted 7");
    }

    #[test]
    fn handles_know_their_type() {
        let handle = new::<counter>(5);
        // SAFETY: a live handle, seen as another type, and NULL.
        unsafe {
            let status = read(handle.cast::<other>(), null_mut(), |_| Ok(()));
            assert_eq!(status, status::CXM_STATUS_WRONG_HANDLE);
            free(handle.cast::<other>()); // left alone
            assert_eq!(*borrow(handle).unwrap(), 5);
            free(handle);
            free(null_mut::<counter>());
            let status = read(null_mut::<counter>(), null_mut(), |_| Ok(()));
            assert_eq!(status, status::CXM_STATUS_NULL_POINTER);
        }
    }
}

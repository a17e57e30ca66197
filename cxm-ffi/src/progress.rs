//! How far a long calculation has come, told to a function of the caller's, who may stop it.

use std::ffi::c_void;

use cxm_core::Error;
use cxm_core::clv::posterior::Progress;

/// Told now and then how far a calculation has come: `done` of `total` steps; `total` is 0 where
/// nobody knows, as of the steps of a fit.
///
/// `user_data` is the pointer that came with it. It returns 0 to go on; anything else stops the
/// calculation, which then fails with CXM_STATUS_CANCELLED. It is called on the thread of the call,
/// and has to return: it neither jumps nor throws.
pub type cxm_progress =
    Option<unsafe extern "C" fn(user_data: *mut c_void, done: u64, total: u64) -> i32>;

/// What the core tells of its progress, told on; nobody hears it where there is no function.
///
/// # Safety
/// `progress` is NULL or a function that may be called with `user_data` until the call ends.
pub(crate) unsafe fn tell(
    progress: cxm_progress,
    user_data: *mut c_void,
) -> impl FnMut(Progress) -> cxm_core::Result<()> {
    move |Progress { done, total }| {
        let Some(progress) = progress else { return Ok(()) };
        // SAFETY: the caller's.
        match unsafe { progress(user_data, done, total) } {
            0 => Ok(()),
            answer => Err(Error::cancelled(format!("stopped by the caller, who said {answer}"))),
        }
    }
}

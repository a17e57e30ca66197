//! What there is, and the statistics that need no calculator.

use std::ffi::c_char;

use cxm_core::registry;

use crate::error::cxm_error;
use crate::guard;
use crate::input;
use crate::report::{self, cxm_report};
use crate::status::cxm_status;

/// What there is: every calculator with its batch shape, default definition and presets, and every
/// statistic with its parameters.
///
/// `calculators[0].name`, `.summary`, `.shape`, `.default_definition`, `.presets[0].name`;
/// `functions[0].name`, `.summary`, `.parameters`. On success `*out` is a report of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_catalogue(
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { guard::call(err, || report::hand_out(out, || Ok(registry::catalogue()))) }
}

/// Computes a statistic by name: intervals, tests, sample sizes, ... from numbers of the caller's.
///
/// `arguments` is a JSON object of its parameters, or NULL for none. `cxm_catalogue` has the
/// list. An unknown name is CXM_STATUS_NOT_FOUND. On success `*out` is a report of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_call(
    name: *const c_char,
    name_length: usize,
    arguments: *const c_char,
    arguments_length: usize,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let name = input::text(name, name_length, "name")?;
            let arguments = input::json(arguments, arguments_length, "arguments")?;
            report::hand_out(out, || Ok(registry::functions::call(name, &arguments)?))
        })
    }
}

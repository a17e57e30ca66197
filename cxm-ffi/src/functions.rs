//! What there is, and the statistics that need no calculator.

use std::ffi::c_char;

use cxm_core::registry;

use crate::error::cxm_error;
use crate::report::{self, cxm_report};
use crate::status::cxm_status;
use crate::table::cxm_table;
use crate::{guard, handle, input, output};

/// What there is: every calculator with its batch shape, default definition, presets, questions and
/// tables, every statistic with its parameters, every model, every format of logs.
///
/// `calculators[0].name`, `.summary`, `.shape`, `.default_definition`, `.presets[0].name`,
/// `.questions[0].name`, `.tables[0].name`; `functions[0].name`; `models[0].name`, `.columns`,
/// `.quantities[0].name`; `formats[0].name`, `.options`. Questions, tables, functions and
/// quantities have a `.summary` and `.parameters`, each with `.name`, `.kind`, `.required`,
/// `.default` and `.summary`; tables also have `.columns`, each with `.name`, `.type` ("keys",
/// "integers", "counts", "floats", "texts" or "days"), `.summary`, and `.always`, which is false
/// where only some arguments or definitions bring the column. On success `*out` is a report of the
/// caller's.
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
/// `arguments` is a JSON object of its parameters, or NULL for none. `cxm_catalogue` has the list
/// under `functions`. An unknown name is CXM_STATUS_NOT_FOUND. On success `*out` is a report of the
/// caller's.
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

/// Reads a log of another system into interactions: `csv`, `xes`, `ocel`, `segment`, `xdm`.
///
/// `data` is the text of the log in UTF-8; the library opens no file. `options` is a JSON object of
/// what differs from the defaults that `cxm_catalogue` lists under `formats`, or NULL. On success
/// `*out` is a table of one interaction a row, whose columns fit a batch of events, and `*losses` a
/// report of what found no place: `.records`, `.interactions`, `.skipped`, `.unreadable`,
/// `.rounded`, `.unmapped`, `.customers`. Both are the caller's. A text that is not of its format
/// is CXM_STATUS_WRONG_BATCH.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_interactions_read(
    format: *const c_char,
    format_length: usize,
    data: *const c_char,
    data_length: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut cxm_table,
    losses: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let (table_place, losses_place) =
                (output::place(out, "out")?, output::place(losses, "losses")?);
            let format = input::text(format, format_length, "format")?;
            let data = input::text(data, data_length, "data")?;
            let options = input::json(options, options_length, "options")?;
            let (table, report) = registry::interactions::read(format, data.as_bytes(), &options)?;
            table_place.put(handle::new(table));
            losses_place.put(handle::new(report));
            Ok(())
        })
    }
}

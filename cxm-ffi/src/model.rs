//! Models of customer lifetime value: fitted to columns, asked for whole columns, stored as files.

use std::ffi::{c_char, c_void};

use cxm_core::registry::models::{
    self, Cells, Columns, CountIntervals, DynModel, Intervals, PredictionColumn,
};
use serde_json::Value;

use crate::columns::cxm_column;
use crate::error::{Failure, Outcome, cxm_error};
use crate::guard;
use crate::handle::{self, Opaque};
use crate::progress::{self, cxm_progress};
use crate::report::{self, cxm_report};
use crate::status::{self, cxm_status};
use crate::table::cxm_table;
use crate::{input, output};

/// A model with its parameters, fitted or given, such as a BG/NBD.
///
/// It never changes, so that several threads may ask it, and it does not keep the data of its fit.
/// Made by `cxm_model_fit`, `cxm_model_from_parameters` or `cxm_model_from_json`, given back with
/// `cxm_model_free`.
#[derive(Debug)]
pub struct cxm_model {
    _private: (),
}

impl Opaque for cxm_model {
    type Body = Box<dyn DynModel>;
    const MARK: u64 = 0x6378_6d5f_6d6f_6465;
    const NAME: &'static str = "cxm_model";
}

/// A column of numbers with its name, borrowed for the call. CXM_NAMED_COLUMN(name, type, data,
/// length) makes one of a text that ends with a zero byte, without missing rows.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cxm_named_column {
    /// `sizeof(cxm_named_column)`.
    pub struct_size: u32,
    /// The name, UTF-8.
    pub name: *const c_char,
    /// Its number of bytes; CXM_NUL_TERMINATED if a zero byte ends it.
    pub name_length: usize,
    /// The numbers.
    pub column: cxm_column,
}

/// The caller's columns as the core reads them; one row stands for every row of a longer batch.
///
/// # Safety
/// `columns` is NULL or an array of `length` columns that keep their promises.
pub(crate) unsafe fn named<'a>(
    columns: *const cxm_named_column,
    length: usize,
    rows: Option<usize>,
) -> Outcome<Columns<'a>> {
    let mut named = rows.map_or_else(Columns::new, Columns::of_rows);
    // SAFETY: the caller's.
    for column in unsafe { input::slice(columns, length, "columns") }? {
        input::known_size::<cxm_named_column>(column.struct_size, "columns")?;
        // SAFETY: the caller's.
        let (name, values) = unsafe {
            let name = input::text(column.name, column.name_length, "the name of a column")?;
            (name, column.column.values(name)?)
        };
        let cells = Cells::from(values);
        let cells = match rows {
            Some(rows) if rows != 1 && values.len() == 1 => Cells::One(cells.get(0)),
            _ => cells,
        };
        named.add(name, cells)?;
    }
    Ok(named)
}

/// Hands a model to the caller.
///
/// # Safety
/// `out` is NULL or may be written.
unsafe fn hand_out(
    out: *mut *mut cxm_model,
    make: impl FnOnce() -> Outcome<Box<dyn DynModel>>,
) -> Outcome {
    // SAFETY: the caller's.
    let place = unsafe { output::place(out, "out") }?;
    place.put(handle::new(make()?));
    Ok(())
}

/// Fits a model by name ("bg_nbd", "pareto_nbd", "gamma_gamma", ...) to columns of customers;
/// `cxm_catalogue` has the list of models and of the columns that each of them reads.
///
/// `options` is a JSON object, or NULL for the defaults: "unit" ("day", "week", "month", "year" or
/// {"days": 30}) in which the columns count time, "start" (a number for each parameter, by name),
/// "priors" (for each parameter, {"mean": 0, "standard_deviation": 1} of its logarithm),
/// "max_iterations", "tolerance"; for "gamma_gamma" also "finite_mean", true to keep q above 1,
/// where the mean of all is finite; for "bg_nbd", "mbg_nbd" and "pareto_nbd" also
/// "purchase_covariates" and "dropout_covariates", lists of names of columns that act on the rate
/// of purchase and on dropout (kinds as columns of 0 and 1). A question to such a model then needs
/// these columns too. On success `*out` is a model of the caller's; how far its parameters can be
/// trusted is in the diagnosis of `cxm_model_summary`. Fails with CXM_STATUS_INVALID_OBSERVATION,
/// naming the row, for a history that cannot be, with CXM_STATUS_WRONG_BATCH for columns that are
/// missing or unknown, and with CXM_STATUS_INSUFFICIENT_DATA where there is nothing to fit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_fit(
    name: *const c_char,
    name_length: usize,
    columns: *const cxm_named_column,
    columns_length: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut cxm_model,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let name = input::text(name, name_length, "name")?;
            let columns = named(columns, columns_length, None)?;
            let options = input::json(options, options_length, "options")?;
            hand_out(out, || Ok(models::fit(name, &columns, &options)?))
        })
    }
}

/// As `cxm_model_fit`, and tells of each of its steps, whose number nobody knows beforehand.
///
/// `progress` may be NULL. Where it stops the fit, it fails with CXM_STATUS_CANCELLED.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_fit_with_progress(
    name: *const c_char,
    name_length: usize,
    columns: *const cxm_named_column,
    columns_length: usize,
    options: *const c_char,
    options_length: usize,
    progress: cxm_progress,
    user_data: *mut c_void,
    out: *mut *mut cxm_model,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let name = input::text(name, name_length, "name")?;
            let columns = named(columns, columns_length, None)?;
            let options = input::json(options, options_length, "options")?;
            let mut told = progress::tell(progress, user_data);
            hand_out(out, || Ok(models::fit_with_progress(name, &columns, &options, &mut told)?))
        })
    }
}

/// Fits a model to a table, such as the customers or the patterns that a calculator gives.
///
/// Of its columns those are read that the fit knows; "customers" counts the customers of a row.
/// The "unit" of `options` has to be that of the table. Otherwise as `cxm_model_fit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_fit_table(
    name: *const c_char,
    name_length: usize,
    table: *const cxm_table,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut cxm_model,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            let name = input::text(name, name_length, "name")?;
            let options = input::json(options, options_length, "options")?;
            hand_out(out, || Ok(models::fit_table(name, table, &options)?))
        })
    }
}

/// Makes a model of known parameters: {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}.
///
/// `parameters` is a JSON object, or a list in the order of `cxm_catalogue`. `options` is a JSON
/// object of the "unit" of the times, or NULL for weeks; it may have "purchase_covariates" and
/// "dropout_covariates" too, as in {"dropout_covariates": {"referral": 0.4}}. On success `*out` is
/// a model of the caller's. Fails with CXM_STATUS_INVALID_ARGUMENT, naming the parameter.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_from_parameters(
    name: *const c_char,
    name_length: usize,
    parameters: *const c_char,
    parameters_length: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut cxm_model,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let name = input::text(name, name_length, "name")?;
            let parameters = input::json(parameters, parameters_length, "parameters")?;
            let options = input::json(options, options_length, "options")?;
            hand_out(out, || Ok(models::from_parameters(name, &parameters, &options)?))
        })
    }
}

/// Reads a model file of any model, UTF-8.
///
/// Anything else is CXM_STATUS_CORRUPT_STATE; a file of a later version of the format is
/// CXM_STATUS_UNSUPPORTED_VERSION. On success `*out` is a model of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_from_json(
    text: *const c_char,
    length: usize,
    out: *mut *mut cxm_model,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let text = input::text(text, length, "text")?;
            hand_out(out, || Ok(models::from_json(text)?))
        })
    }
}

/// The model file: JSON in UTF-8, without a zero byte at the end, to be stored or sent.
///
/// The same model is the same text in every language. Two calls: a NULL buffer gives the size in
/// `*written`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_to_json(
    model: *const cxm_model,
    buffer: *mut c_char,
    capacity: usize,
    written: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            output::bytes(model.to_json().as_bytes(), buffer.cast(), capacity, written)
        })
    }
}

/// Frees a model; NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_free(model: *mut cxm_model) {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { handle::free(model) }
}

/// The name of the model, such as "bg_nbd": a constant, which does not end with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_name(
    model: *const cxm_model,
    name: *mut *const c_char,
    name_length: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            let data = output::place(name, "name")?;
            let length = output::place(name_length, "name_length")?;
            output::lend(model.entry()?.name, data, length);
            Ok(())
        })
    }
}

/// Whether two models are the same, parameters, fit and unit: 1 or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_equal(
    model: *const cxm_model,
    other: *const cxm_model,
    equal: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            let other = handle::borrow(other)?;
            let place = output::place(equal, "equal")?;
            place.put(i32::from(model.equals(other.as_ref())));
            Ok(())
        })
    }
}

/// What the fit knows: `parameters.r`, `standard_errors.r`, `intervals.r.lower`, `log_likelihood`,
/// `aic`, `bic`, `customers`, `diagnosis.status`, `diagnosis.message`.
///
/// With covariates `coefficients[0].name`, `.part`, `.value`, `.standard_error`, `.lower` and
/// `likelihood_ratio.p_value` too; the parameters are then those of customers whose covariates are
/// all 0. `options` is a JSON object of the "level" of the intervals, or NULL. What belongs to a
/// fit is null where the parameters were given. On success `*out` is a report of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_summary(
    model: *const cxm_model,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            let options = input::json(options, options_length, "options")?;
            report::hand_out(out, || Ok(model.summary(&options)?))
        })
    }
}

/// The log-likelihood of the customers in columns of a fit: of those it was made of, or of others.
///
/// Columns as for `cxm_model_fit`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_log_likelihood(
    model: *const cxm_model,
    columns: *const cxm_named_column,
    columns_length: usize,
    log_likelihood: *mut f64,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            let place = output::place(log_likelihood, "log_likelihood")?;
            place.put(model.log_likelihood(&named(columns, columns_length, None)?)?);
            Ok(())
        })
    }
}

/// Answers a question for every row, in arrays of the caller's.
///
/// `quantity` is a JSON object of its name and its parameters, as in {"quantity":
/// "expected_transactions", "horizon": 52}; `cxm_catalogue` has the list. `columns` say whom it is
/// about, such as "frequency", "recency" and "age"; without them the answer is that of a new
/// customer. A column has `length` rows, or one row that stands for all of them; a column
/// "horizon" gives every row its own.
///
/// `values` has room for `length` rows, and so has `present`, which gets 1 where a row has an
/// answer and 0 where it has none; `values` is 0 there. `present` may be NULL: then a row without
/// an answer is CXM_STATUS_INSUFFICIENT_DATA. A bad row is CXM_STATUS_INVALID_OBSERVATION, with
/// its number in `err->row`. Nothing is written unless all rows are answered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_predict(
    model: *const cxm_model,
    quantity: *const c_char,
    quantity_length: usize,
    columns: *const cxm_named_column,
    columns_length: usize,
    values: *mut f64,
    present: *mut u8,
    length: usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            let quantity: Value = input::json(quantity, quantity_length, "quantity")?;
            let columns = named(columns, columns_length, Some(length))?;
            let answers = model.predict(&quantity, &columns)?;
            copy(&answers, values, present, length)
        })
    }
}

/// The answers of `cxm_model_predict` between their limits, by the delta method.
///
/// `options` is a JSON object of the "level", or NULL. Each of `values`, `lower`, `upper` and
/// `present` has room for `length` rows; otherwise as `cxm_model_predict`. A model whose parameters
/// were given, or not determined by the data, has no limits: CXM_STATUS_INSUFFICIENT_DATA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_intervals(
    model: *const cxm_model,
    quantity: *const c_char,
    quantity_length: usize,
    columns: *const cxm_named_column,
    columns_length: usize,
    options: *const c_char,
    options_length: usize,
    values: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    present: *mut u8,
    length: usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            let quantity: Value = input::json(quantity, quantity_length, "quantity")?;
            let columns = named(columns, columns_length, Some(length))?;
            let options = input::json(options, options_length, "options")?;
            let found = model.intervals(&quantity, &columns, &options)?;
            copy_intervals(&found, values, lower, upper, present, length)
        })
    }
}

/// How many purchases each row will really make within a horizon: whole numbers between which they
/// lie with a probability of at least the level, the parameters taken as known.
///
/// `options` is a JSON object of the "horizon" and the "level"; a column "horizon" gives every row
/// its own. `columns` are those of a history, and covariates. Each array has room for `length`
/// rows; `values` gets the expected numbers and `probability` what the whole numbers hold, and both
/// may be NULL. Otherwise as `cxm_model_predict`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_predictive_intervals(
    model: *const cxm_model,
    columns: *const cxm_named_column,
    columns_length: usize,
    options: *const c_char,
    options_length: usize,
    values: *mut f64,
    lower: *mut u64,
    upper: *mut u64,
    probability: *mut f64,
    length: usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            let columns = named(columns, columns_length, Some(length))?;
            let options = input::json(options, options_length, "options")?;
            let found = model.predictive_intervals(&columns, &options)?;
            copy_counts(&found, values, lower, upper, probability, length)
        })
    }
}

/// What was expected within a horizon, and what came: `mean_absolute_error`, `bias`, `coverage`,
/// `by_frequency[0].actual`.
///
/// `columns` are those of a history and "actual", the purchases of each customer within the
/// "horizon" of `options`, a JSON object that may have the "level" of the predictive intervals and
/// "last_class" too. On success `*out` is a report of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_back_test(
    model: *const cxm_model,
    columns: *const cxm_named_column,
    columns_length: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            let columns = named(columns, columns_length, None)?;
            let options = input::json(options, options_length, "options")?;
            report::hand_out(out, || Ok(model.back_test(&columns, &options)?))
        })
    }
}

/// Draws customers of a model, one a row of a table: their histories, "holdout_frequency" and
/// "is_alive".
///
/// `options` is a JSON object of "ages", as in {"same": {"customers": 1000, "age": 39}}, "horizon"
/// and "seed"; the same seed gives the same customers everywhere. On success `*out` is a table of
/// the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_simulate(
    model: *const cxm_model,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut cxm_table,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            let place = output::place(out, "out")?;
            let options = input::json(options, options_length, "options")?;
            place.put(handle::new(model.simulate(&options)?));
            Ok(())
        })
    }
}

/// Fits the models of purchases in continuous time and ranks them: `candidates[0].model`, `.aic`,
/// `.back_test.mean_absolute_error`, `best_in_hold_out`.
///
/// Columns as for `cxm_model_fit`; with "actual" and a "horizon" in `options` each model is tested
/// as by `cxm_model_back_test`. `options` is a JSON object that may have "candidates" and "unit"
/// too, or NULL. On success `*out` is a report of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_compare(
    columns: *const cxm_named_column,
    columns_length: usize,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let columns = named(columns, columns_length, None)?;
            let options = input::json(options, options_length, "options")?;
            report::hand_out(out, || Ok(models::select(&columns, &options)?))
        })
    }
}

/// Copies answers into the caller's arrays, all of them or none.
///
/// # Safety
/// `values` and `present` are NULL or have room for `length` rows.
unsafe fn copy(
    answers: &PredictionColumn,
    values: *mut f64,
    present: *mut u8,
    length: usize,
) -> Outcome {
    if length == 0 {
        return Ok(());
    }
    // SAFETY: the caller's.
    let target = unsafe { output::array(values, length, "values") }?;
    // SAFETY: the caller's.
    let marks = unsafe { output::optional_array(present, length, "present") }?;
    match (&answers.validity, marks) {
        (None, None) => {}
        (Some(validity), None) => {
            let row = validity.iter().position(|&mark| mark == 0).unwrap_or_default();
            let message = format!("row {row} has no answer, and present is NULL");
            return Err(Failure::new(status::CXM_STATUS_INSUFFICIENT_DATA, message));
        }
        (Some(validity), Some(marks)) => marks.put(validity)?,
        (None, Some(marks)) => marks.put(&vec![1; length])?,
    }
    target.put(&answers.values)
}

/// Copies limits into the caller's arrays, all of them or none.
///
/// # Safety
/// The arrays are NULL or have room for `length` rows.
pub(crate) unsafe fn copy_intervals(
    found: &Intervals,
    values: *mut f64,
    lower: *mut f64,
    upper: *mut f64,
    present: *mut u8,
    length: usize,
) -> Outcome {
    // SAFETY: the caller's.
    unsafe {
        if length > 0 {
            // All places are looked at before any of them is written.
            let _ = output::array(values, length, "values")?;
            let _ = output::array(lower, length, "lower")?;
            let _ = output::array(upper, length, "upper")?;
        }
        copy(&found.value, values, present, length)?;
        copy(&found.lower, lower, present, length)?;
        copy(&found.upper, upper, present, length)
    }
}

/// Copies whole limits into the caller's arrays, all of them or none.
///
/// # Safety
/// The arrays are NULL or have room for `length` rows.
pub(crate) unsafe fn copy_counts(
    found: &CountIntervals,
    values: *mut f64,
    lower: *mut u64,
    upper: *mut u64,
    probability: *mut f64,
    length: usize,
) -> Outcome {
    if length == 0 {
        return Ok(());
    }
    // SAFETY: the caller's.
    let (values, lower, upper, probability) = unsafe {
        (
            output::optional_array(values, length, "values")?,
            output::array(lower, length, "lower")?,
            output::array(upper, length, "upper")?,
            output::optional_array(probability, length, "probability")?,
        )
    };
    for (room, numbers) in [(values, &found.value), (probability, &found.probability)] {
        if let Some(room) = room {
            room.put(numbers)?;
        }
    }
    lower.put(&found.lower)?;
    upper.put(&found.upper)
}

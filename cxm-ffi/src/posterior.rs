//! Posteriors: draws of a model's parameters, which say how sure its answers are.

use std::ffi::{c_char, c_void};

use cxm_core::registry::models::DynPosterior;

use crate::error::cxm_error;
use crate::handle::{self, Opaque};
use crate::model::{copy_counts, copy_intervals, cxm_model, cxm_named_column, named};
use crate::progress::{self, cxm_progress};
use crate::report::{self, cxm_report};
use crate::status::cxm_status;
use crate::table::cxm_table;
use crate::{input, output};

/// Draws of the parameters of a model, with their weights.
///
/// It never changes, so that several threads may ask it, and it needs neither the model nor the
/// data. Made by `cxm_model_posterior`, given back with `cxm_posterior_free`.
#[derive(Debug)]
pub struct cxm_posterior {
    _private: (),
}

impl Opaque for cxm_posterior {
    type Body = Box<dyn DynPosterior>;
    const MARK: u64 = 0x6378_6d5f_706f_7374;
    const NAME: &'static str = "cxm_posterior";
}

/// Draws the posterior of a fitted model from the columns that it was fitted to.
///
/// `options` is a JSON object, or NULL for the defaults. {"method": "laplace", "draws": 1000,
/// "seed": 0} draws about the optimum and weighs the draws by how well they explain the data.
/// {"method": "nuts", "chains": 2, "draws": 1000, "warm_up": 500, "seed": 0} runs chains of the
/// No-U-turn sampler; a library built without the Cargo feature "nuts" answers
/// CXM_STATUS_NOT_OFFERED. The same seed gives the same draws.
///
/// `progress` may be NULL; where it stops the drawing, the call fails with CXM_STATUS_CANCELLED.
/// Other columns than those of the fit are CXM_STATUS_INVALID_ARGUMENT; a model whose parameters
/// were given, or not determined by the data, is CXM_STATUS_INSUFFICIENT_DATA. On success `*out` is
/// a posterior of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_model_posterior(
    model: *const cxm_model,
    columns: *const cxm_named_column,
    columns_length: usize,
    options: *const c_char,
    options_length: usize,
    progress: cxm_progress,
    user_data: *mut c_void,
    out: *mut *mut cxm_posterior,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(model, err, |model| {
            let place = output::place(out, "out")?;
            let columns = named(columns, columns_length, None)?;
            let options = input::json(options, options_length, "options")?;
            let mut told = progress::tell(progress, user_data);
            place.put(handle::new(model.posterior(&columns, &options, &mut told)?));
            Ok(())
        })
    }
}

/// Frees a posterior; NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_posterior_free(posterior: *mut cxm_posterior) {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { handle::free(posterior) }
}

/// How far to trust the draws, and the parameters: `diagnosis.reliable`,
/// `diagnosis.effective_draws`, `diagnosis.message`, of chains `diagnosis.r_hat` and
/// `diagnosis.divergences`, and `parameters[0].name`, `.mean`, `.standard_deviation`, `.lower`,
/// `.median`, `.upper`.
///
/// `options` is a JSON object of the "level" of the limits, or NULL. On success `*out` is a report
/// of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_posterior_summary(
    posterior: *const cxm_posterior,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(posterior, err, |posterior| {
            let options = input::json(options, options_length, "options")?;
            report::hand_out(out, || Ok(posterior.summary(&options)?))
        })
    }
}

/// The draws as a table: a column for each parameter, and "weight", which sums to 1.
///
/// On success `*out` is a table of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_posterior_draws(
    posterior: *const cxm_posterior,
    out: *mut *mut cxm_table,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(posterior, err, |posterior| {
            let place = output::place(out, "out")?;
            place.put(handle::new(posterior.draws()?));
            Ok(())
        })
    }
}

/// Posterior means of the answers to a question, with their credible limits.
///
/// As `cxm_model_intervals`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_posterior_intervals(
    posterior: *const cxm_posterior,
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
        handle::read(posterior, err, |posterior| {
            let quantity = input::json(quantity, quantity_length, "quantity")?;
            let columns = named(columns, columns_length, Some(length))?;
            let options = input::json(options, options_length, "options")?;
            let found = posterior.intervals(&quantity, &columns, &options)?;
            copy_intervals(&found, values, lower, upper, present, length)
        })
    }
}

/// How many purchases each row will really make, with the chance of the purchases and that of the
/// parameters.
///
/// As `cxm_model_predictive_intervals`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_posterior_predictive_intervals(
    posterior: *const cxm_posterior,
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
        handle::read(posterior, err, |posterior| {
            let columns = named(columns, columns_length, Some(length))?;
            let options = input::json(options, options_length, "options")?;
            let found = posterior.predictive_intervals(&columns, &options)?;
            copy_counts(&found, values, lower, upper, probability, length)
        })
    }
}

/// What each row is still worth, with credible limits, from draws of purchases and draws of spend,
/// which are taken to be independent.
///
/// `spend` is the posterior of a "gamma_gamma". `columns` are those of a history and
/// "monetary_value", the mean spend of the repeat purchases; without them it is about a new
/// customer. `options` is a JSON object of the "margin", the "discount" as for "lifetime_value",
/// the "horizon" (for ever, without one) and the "level". Otherwise as `cxm_model_intervals`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_posterior_lifetime_value(
    posterior: *const cxm_posterior,
    spend: *const cxm_posterior,
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
        handle::read(posterior, err, |posterior| {
            let spend = handle::borrow(spend)?;
            let columns = named(columns, columns_length, Some(length))?;
            let options = input::json(options, options_length, "options")?;
            let found = posterior.lifetime_value(spend.as_ref(), &columns, &options)?;
            copy_intervals(&found, values, lower, upper, present, length)
        })
    }
}

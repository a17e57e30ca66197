//! The model file: a small JSON object that every language can read.
//!
//! ```json
//! {"format":"cxm-model","version":1,"kind":"bg_nbd","unit":"week",
//!  "parameters":{"r":0.24,"alpha":4.41,"a":0.79,"b":2.43},"ln_covariance":null,
//!  "log_likelihood":null,"diagnosis":{...},"customers":null,"patterns":null,"repeaters":null,
//!  "fingerprint":null,"priors":null}
//! ```
//!
//! What belongs to a fit is null where the parameters were given. Fields stand in this order and
//! numbers are written so that reading them gives the same bits: the same model is the same text.
//! White space and another order are read all the same; anything else is an error.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::erased::{DynModel, by_name};
use super::listed::Listed;
use super::options;
use crate::clv::{Diagnosis, FitStatus, Fitted, MAX_PARAMETERS, Prior};
use crate::error::{Error, ErrorKind, Result};
use crate::model::TimeUnit;

const FORMAT: &str = "cxm-model";
const VERSION: u64 = 1;

/// No model file is longer; what is longer is refused before it is read.
const MAX_BYTES: usize = 1 << 16;

/// The file, field by field.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    version: u64,
    kind: String,
    unit: TimeUnit,
    parameters: Map<String, Value>,
    ln_covariance: Option<Vec<Vec<f64>>>,
    log_likelihood: Option<f64>,
    diagnosis: Diagnosis,
    customers: Option<f64>,
    patterns: Option<u64>,
    repeaters: Option<f64>,
    fingerprint: Option<u32>,
    priors: Option<Vec<Prior>>,
}

fn corrupt(message: impl Into<String>, field: &'static str) -> Error {
    Error::corrupt(message.into()).in_field(field)
}

/// The kind of model that a file holds.
pub(super) fn kind(text: &str) -> Result<String> {
    if text.len() > MAX_BYTES {
        let message = format!("a model file has at most {MAX_BYTES} bytes, got {}", text.len());
        return Err(Error::corrupt(message));
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| Error::corrupt(format!("this is no JSON: {error}")))?;
    let field = |name: &'static str| {
        value.get(name).ok_or_else(|| corrupt("this is no model file: the field is missing", name))
    };
    if field("format")? != FORMAT {
        return Err(corrupt(format!("this is no model file: expected \"{FORMAT}\""), "format"));
    }
    match field("version")?.as_u64() {
        Some(VERSION) => {}
        Some(version) if version > VERSION => {
            let message =
                format!("model files of version {VERSION} can be read, got version {version}");
            return Err(Error::new(ErrorKind::UnsupportedVersion, message).in_field("version"));
        }
        _ => return Err(corrupt("expected a version, from 1 on", "version")),
    }
    let kind = field("kind")?.as_str().ok_or_else(|| corrupt("expected a name", "kind"))?;
    Ok(kind.to_owned())
}

/// Writes the file of a model.
pub(super) fn write<M: Listed>(fitted: &Fitted<M>) -> String {
    let given = fitted.diagnosis.status == FitStatus::Given;
    let used = M::PARAMETERS.len();
    let rows = |matrix: &[[f64; MAX_PARAMETERS]; MAX_PARAMETERS]| -> Vec<Vec<f64>> {
        matrix.iter().take(used).map(|row| row.iter().take(used).copied().collect()).collect()
    };
    let Value::Object(parameters) = by_name::<M>(fitted.model.parameters()) else {
        return String::new();
    };
    let file = File {
        format: FORMAT.to_owned(),
        version: VERSION,
        kind: M::NAME.to_owned(),
        unit: fitted.unit,
        parameters,
        ln_covariance: fitted.ln_covariance.as_ref().map(rows),
        log_likelihood: (!given).then_some(fitted.log_likelihood),
        diagnosis: fitted.diagnosis.clone(),
        customers: (!given).then_some(fitted.customers),
        patterns: (!given).then_some(fitted.patterns),
        repeaters: (!given).then_some(fitted.repeaters),
        fingerprint: (!given).then_some(fitted.fingerprint),
        priors: fitted.priors.clone(),
    };
    // Serialising our own plain struct cannot fail: no maps with odd keys, no custom errors.
    serde_json::to_string(&file).unwrap_or_default()
}

/// Reads the file of a model, whose kind was looked at before.
pub(super) fn read<M: Listed>(text: &str) -> Result<Box<dyn DynModel>> {
    let file: File =
        serde_json::from_str(text).map_err(|error| Error::corrupt(error.to_string()))?;
    restore::<M>(file).map(|fitted| Box::new(fitted) as Box<dyn DynModel>).map_err(|error| {
        let field = error.field().map(str::to_owned);
        let corrupt = Error::corrupt(error.message().to_owned()).within(M::NAME);
        field.map_or(corrupt.clone(), |field| corrupt.in_field(field))
    })
}

fn restore<M: Listed>(file: File) -> Result<Fitted<M>> {
    file.unit.validate()?;
    let parameters = options::parameters(M::PARAMETERS, &Value::Object(file.parameters))?;
    let mut fitted = Fitted::given(M::from_parameters(&parameters)?, file.unit);
    let fit =
        (file.log_likelihood, file.customers, file.patterns, file.repeaters, file.fingerprint);
    match (file.diagnosis.status, fit) {
        (FitStatus::Given, (None, None, None, None, None)) => {
            if file.ln_covariance.is_some() || file.priors.is_some() {
                return Err(corrupt(
                    "given parameters have no covariance and no priors",
                    "diagnosis",
                ));
            }
        }
        (FitStatus::Given, _) => {
            return Err(corrupt(
                "given parameters have no likelihood and no customers",
                "diagnosis",
            ));
        }
        (_, (Some(likelihood), Some(customers), Some(patterns), Some(repeaters), Some(print))) => {
            if !(repeaters >= 0.0 && customers >= repeaters) {
                return Err(corrupt(
                    "expected at most as many repeaters as customers",
                    "repeaters",
                ));
            }
            fitted.log_likelihood = likelihood;
            fitted.customers = customers;
            fitted.patterns = patterns;
            fitted.repeaters = repeaters;
            fitted.fingerprint = print;
            fitted.ln_covariance = file.ln_covariance.map(covariance::<M>).transpose()?;
            fitted.priors = file.priors.map(priors::<M>).transpose()?;
        }
        _ => return Err(corrupt("a fit has a likelihood and the size of its table", "diagnosis")),
    }
    fitted.diagnosis = file.diagnosis;
    Ok(fitted)
}

/// Symmetric, and no variance is negative.
#[allow(clippy::float_cmp, reason = "both halves were written from one number")]
fn covariance<M: Listed>(rows: Vec<Vec<f64>>) -> Result<[[f64; MAX_PARAMETERS]; MAX_PARAMETERS]> {
    let order = M::PARAMETERS.len();
    let mut matrix = [[0.0; MAX_PARAMETERS]; MAX_PARAMETERS];
    if rows.len() != order || rows.iter().any(|row| row.len() != order) {
        let message = format!("expected {order} rows of {order} numbers");
        return Err(corrupt(message, "ln_covariance"));
    }
    for (i, (place, row)) in matrix.iter_mut().zip(&rows).enumerate() {
        for (j, (cell, value)) in place.iter_mut().zip(row).enumerate() {
            let mirror = rows.get(j).and_then(|row| row.get(i));
            if mirror != Some(value) || (i == j && *value < 0.0) {
                let message = "expected a symmetric matrix without a negative variance";
                return Err(corrupt(message, "ln_covariance"));
            }
            *cell = *value;
        }
    }
    Ok(matrix)
}

fn priors<M: Listed>(priors: Vec<Prior>) -> Result<Vec<Prior>> {
    let proper = |prior: &Prior| prior.standard_deviation > 0.0;
    if priors.len() == M::PARAMETERS.len() && priors.iter().all(proper) {
        return Ok(priors);
    }
    Err(corrupt("expected one prior a parameter, each with a deviation above 0", "priors"))
}

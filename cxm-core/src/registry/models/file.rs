//! The model file: a small JSON object that every language can read.
//!
//! ```json
//! {"format":"cxm-model","version":1,"kind":"bg_nbd","unit":"week",
//!  "parameters":{"r":0.24,"alpha":4.41,"a":0.79,"b":2.43},"ln_covariance":null,
//!  "log_likelihood":null,"diagnosis":{...},"customers":null,"patterns":null,"repeaters":null,
//!  "fingerprint":null,"priors":null}
//! ```
//!
//! A model with covariates has a field more at the end, `covariates`: the coefficients of
//! `purchase` and of `dropout`, and `without`, the fit of the same customers without them. Its
//! parameters are those of customers whose covariates are all 0, its covariance goes on with the
//! coefficients.
//!
//! What belongs to a fit is null where the parameters were given. Fields stand in this order and
//! numbers are written so that reading them gives the same bits: the same model is the same text.
//! White space and another order are read all the same; anything else is an error.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::erased::{DynModel, by_name};
use super::listed::Listed;
use super::options;
use crate::clv::covariates::{Coefficient, CovariateModel, FittedCovariates, WithCovariates};
use crate::clv::{Diagnosis, FitStatus, Fitted, MAX_PARAMETERS, Prior};
use crate::error::{Error, ErrorKind, Result};
use crate::model::TimeUnit;
use crate::numeric::linear::SymmetricMatrix;

const FORMAT: &str = "cxm-model";
const VERSION: u64 = 1;

/// No model file is longer; what is longer is refused before it is read.
const MAX_BYTES: usize = 1 << 19;

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    covariates: Option<Covariates>,
}

/// What a model with covariates has more.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Covariates {
    purchase: Vec<Coefficient>,
    dropout: Vec<Coefficient>,
    without: Option<Without>,
}

/// The fit of the same customers without covariates, as far as it differs.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Without {
    parameters: Map<String, Value>,
    ln_covariance: Option<Vec<Vec<f64>>>,
    log_likelihood: f64,
    diagnosis: Diagnosis,
}

/// What a file says of itself before it is read.
#[derive(Debug)]
pub(super) struct Kind {
    /// The name of the model.
    pub(super) name: String,
    /// Whether it has covariates.
    pub(super) has_covariates: bool,
}

fn corrupt(message: impl Into<String>, field: &'static str) -> Error {
    Error::corrupt(message.into()).in_field(field)
}

/// The kind of model that a file holds.
pub(super) fn kind(text: &str) -> Result<Kind> {
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
    let name = field("kind")?.as_str().ok_or_else(|| corrupt("expected a name", "kind"))?;
    let has_covariates = value.get("covariates").is_some_and(|value| !value.is_null());
    Ok(Kind { name: name.to_owned(), has_covariates })
}

/// Writes the file of a model.
pub(super) fn write<M: Listed>(fitted: &Fitted<M>) -> String {
    // Serialising our own plain struct cannot fail: no maps with odd keys, no custom errors.
    serde_json::to_string(&of(fitted)).unwrap_or_default()
}

fn of<M: Listed>(fitted: &Fitted<M>) -> File {
    let given = fitted.diagnosis.status == FitStatus::Given;
    let used = M::PARAMETERS.len();
    let rows = |matrix: &[[f64; MAX_PARAMETERS]; MAX_PARAMETERS]| -> Vec<Vec<f64>> {
        matrix.iter().take(used).map(|row| row.iter().take(used).copied().collect()).collect()
    };
    File {
        format: FORMAT.to_owned(),
        version: VERSION,
        kind: M::NAME.to_owned(),
        unit: fitted.unit,
        parameters: named::<M>(&fitted.model),
        ln_covariance: fitted.ln_covariance.as_ref().map(rows),
        log_likelihood: (!given).then_some(fitted.log_likelihood),
        diagnosis: fitted.diagnosis.clone(),
        customers: (!given).then_some(fitted.customers),
        patterns: (!given).then_some(fitted.patterns),
        repeaters: (!given).then_some(fitted.repeaters),
        fingerprint: (!given).then_some(fitted.fingerprint),
        priors: fitted.priors.clone(),
        covariates: None,
    }
}

fn named<M: Listed>(model: &M) -> Map<String, Value> {
    match by_name::<M>(model.parameters()) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Writes the file of a model with covariates.
pub(super) fn write_with_covariates<M: Listed + CovariateModel>(
    fitted: &FittedCovariates<M>,
) -> String {
    let given = fitted.diagnosis.status == FitStatus::Given;
    let plain = of(&fitted.without);
    let without = plain.log_likelihood.map(|log_likelihood| Without {
        parameters: plain.parameters.clone(),
        ln_covariance: plain.ln_covariance.clone(),
        log_likelihood,
        diagnosis: plain.diagnosis.clone(),
    });
    let rows = |matrix: &SymmetricMatrix| matrix.rows().map(<[f64]>::to_vec).collect();
    let file = File {
        parameters: named::<M>(fitted.model.base()),
        ln_covariance: fitted.covariance.as_ref().map(rows),
        log_likelihood: (!given).then_some(fitted.log_likelihood),
        diagnosis: fitted.diagnosis.clone(),
        covariates: Some(Covariates {
            purchase: fitted.model.purchase().to_vec(),
            dropout: fitted.model.dropout().to_vec(),
            without,
        }),
        ..plain
    };
    serde_json::to_string(&file).unwrap_or_default()
}

/// Reads the file of a model, whose kind was looked at before.
pub(super) fn read<M: Listed>(text: &str) -> Result<Box<dyn DynModel>> {
    read_as::<M, _>(text, restore::<M>)
}

/// Reads the file of a model with covariates, whose kind was looked at before.
pub(super) fn read_with_covariates<M: Listed + CovariateModel>(
    text: &str,
) -> Result<Box<dyn DynModel>> {
    read_as::<M, _>(text, restore_with_covariates::<M>)
}

fn read_as<M: Listed, F: DynModel + 'static>(
    text: &str,
    restore: impl Fn(File) -> Result<F>,
) -> Result<Box<dyn DynModel>> {
    let file: File =
        serde_json::from_str(text).map_err(|error| Error::corrupt(error.to_string()))?;
    restore(file).map(|fitted| Box::new(fitted) as Box<dyn DynModel>).map_err(|error| {
        let field = error.field().map(str::to_owned);
        let corrupt = Error::corrupt(error.message().to_owned()).within(M::NAME);
        field.map_or(corrupt.clone(), |field| corrupt.in_field(field))
    })
}

fn restore_with_covariates<M: Listed + CovariateModel>(
    mut file: File,
) -> Result<FittedCovariates<M>> {
    let missing = || corrupt("expected covariates", "covariates");
    let Covariates { purchase, dropout, without } = file.covariates.take().ok_or_else(missing)?;
    if purchase.is_empty() && dropout.is_empty() {
        return Err(missing());
    }
    let parameters = options::parameters(M::PARAMETERS, &Value::Object(file.parameters.clone()))?;
    let model = WithCovariates::new(M::from_parameters(&parameters)?, purchase, dropout)?;
    let order = M::PARAMETERS.len() + model.purchase().len() + model.dropout().len();
    let Some(without) = without else {
        // Of a fit there would be one.
        let given = restore::<M>(file)?;
        if given.diagnosis.status != FitStatus::Given {
            return Err(corrupt("a fit has one without covariates too", "covariates"));
        }
        return Ok(FittedCovariates {
            diagnosis: given.diagnosis,
            ..FittedCovariates::given(model, given.unit)
        });
    };
    let (Some(log_likelihood), false) =
        (file.log_likelihood, file.diagnosis.status == FitStatus::Given)
    else {
        return Err(corrupt("a fit has a likelihood", "log_likelihood"));
    };
    let covariance = file.ln_covariance.take().map(|rows| symmetric(&rows, order)).transpose()?;
    let diagnosis = file.diagnosis;
    let without = restore::<M>(File {
        parameters: without.parameters,
        ln_covariance: without.ln_covariance,
        log_likelihood: Some(without.log_likelihood),
        diagnosis: without.diagnosis,
        ..file
    })?;
    let unit = without.unit;
    Ok(FittedCovariates { model, unit, log_likelihood, covariance, diagnosis, without })
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
            fitted.ln_covariance =
                file.ln_covariance.as_deref().map(covariance::<M>).transpose()?;
            fitted.priors = file.priors.map(priors::<M>).transpose()?;
        }
        _ => return Err(corrupt("a fit has a likelihood and the size of its table", "diagnosis")),
    }
    fitted.diagnosis = file.diagnosis;
    Ok(fitted)
}

fn covariance<M: Listed>(rows: &[Vec<f64>]) -> Result<[[f64; MAX_PARAMETERS]; MAX_PARAMETERS]> {
    let checked = symmetric(rows, M::PARAMETERS.len())?;
    let mut matrix = [[0.0; MAX_PARAMETERS]; MAX_PARAMETERS];
    for (place, row) in matrix.iter_mut().zip(checked.rows()) {
        place.iter_mut().zip(row).for_each(|(cell, value)| *cell = *value);
    }
    Ok(matrix)
}

/// Symmetric, and no variance is negative.
#[allow(clippy::float_cmp, reason = "both halves were written from one number")]
fn symmetric(rows: &[Vec<f64>], order: usize) -> Result<SymmetricMatrix> {
    if rows.len() != order || rows.iter().any(|row| row.len() != order) {
        let message = format!("expected {order} rows of {order} numbers");
        return Err(corrupt(message, "ln_covariance"));
    }
    let cell = |i: usize, j: usize| rows.get(i).and_then(|row| row.get(j)).copied();
    for i in 0..order {
        for j in 0..order {
            if cell(i, j) != cell(j, i) || (i == j && cell(i, j) < Some(0.0)) {
                let message = "expected a symmetric matrix without a negative variance";
                return Err(corrupt(message, "ln_covariance"));
            }
        }
    }
    Ok(SymmetricMatrix::from_fn(order, |i, j| cell(i, j).unwrap_or(f64::NAN)))
}

fn priors<M: Listed>(priors: Vec<Prior>) -> Result<Vec<Prior>> {
    let proper = |prior: &Prior| prior.standard_deviation > 0.0;
    if priors.len() == M::PARAMETERS.len() && priors.iter().all(proper) {
        return Ok(priors);
    }
    Err(corrupt("expected one prior a parameter, each with a deviation above 0", "priors"))
}

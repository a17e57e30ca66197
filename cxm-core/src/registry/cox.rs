//! A fitted Cox regression as the doors hold it: fitted to columns, asked by name.
//!
//! | question | arguments |
//! | --- | --- |
//! | summary | `level` |
//! | `survival` (table) | `covariates` by name, `times`, `stratum`, `level`, `method` |
//! | `baseline` (table) | |
//! | `linear_predictor`, `hazard_ratio`, `survival` (one answer a row) | `time`, `stratum` |
//! | proportional hazards | `transform` |

use serde_json::{Map, Value, json};

use super::definition::to_value;
use super::question::NamedArguments;
use crate::calculator::Table;
use crate::calculator::batch::{KeyPart, Values};
use crate::error::{Error, Result};
use crate::stats::Method;
use crate::survival::{Cox, CoxColumns, CoxOptions};

/// A fitted Cox regression, of the columns that it was fitted to.
#[derive(Debug, Clone, PartialEq)]
pub struct CoxModel {
    fit: Cox,
}

/// What the fit knows, but for the baseline; `level` is that of the intervals.
pub(super) fn summary(fit: &Cox, level: f64) -> Result<Map<String, Value>> {
    let answer = json!({
        "names": fit.names,
        "coefficients": fit.coefficients,
        "standard_errors": fit.standard_errors,
        "model_standard_errors": fit.model_standard_errors,
        "z": fit.z,
        "p_values": fit.p_values,
        "hazard_ratios": fit.hazard_ratios(),
        "intervals": to_value(&fit.intervals(level)?),
        "covariance": fit.covariance,
        "robust": fit.robust,
        "ties": to_value(&fit.ties),
        "null_log_likelihood": fit.null_log_likelihood,
        "log_likelihood": fit.log_likelihood,
        "likelihood_ratio": to_value(&fit.likelihood_ratio),
        "concordance": fit.concordance,
        "rows": fit.rows,
        "events": fit.events,
        "means": fit.means,
        "iterations": fit.iterations,
    });
    super::definition::object(&answer)
}

impl CoxModel {
    /// Fits the columns; `ties` and `robust` are the options.
    pub fn fit(columns: &CoxColumns<'_>, options: &Value) -> Result<Self> {
        let options: CoxOptions = NamedArguments::new(options)?.rest()?;
        Cox::fit(columns, &options).map(|fit| Self { fit }).map_err(|error| error.within("cox"))
    }

    /// The fit itself.
    pub fn cox(&self) -> &Cox {
        &self.fit
    }

    /// Coefficients with errors, intervals and tests, likelihood, concordance.
    pub fn summary(&self, options: &Value) -> Result<Value> {
        let mut options = NamedArguments::new(options)?;
        let level = options.take("level")?.unwrap_or(0.95);
        options.finish()?;
        summary(&self.fit, level).map(Value::Object).map_err(|error| error.within("cox"))
    }

    /// The test of proportional hazards, on the columns of the fit.
    pub fn test_proportional_hazards(
        &self,
        columns: &CoxColumns<'_>,
        options: &Value,
    ) -> Result<Value> {
        let mut options = NamedArguments::new(options)?;
        let transform = options.take("transform")?.unwrap_or_default();
        options.finish()?;
        let tests = self.fit.test_proportional_hazards(columns, transform);
        tests.map(|tests| to_value(&tests)).map_err(|error| error.within("cox"))
    }

    /// A table by its name: `baseline`, or the `survival` of a customer.
    pub fn tabulate(&self, name: &str, arguments: &Value) -> Result<Table> {
        let mut arguments = NamedArguments::new(arguments)?;
        let table = match name {
            "baseline" => self.baseline(),
            "survival" => self.survival(&mut arguments),
            other => {
                Err(Error::not_found(format!("no table \"{other}\"; there are baseline, survival")))
            }
        };
        let finished = arguments.finish();
        table.and_then(|table| finished.map(|()| table)).map_err(|error| error.within("cox"))
    }

    fn baseline(&self) -> Result<Table> {
        let strata = &self.fit.baseline;
        let steps = || strata.iter().flat_map(|stratum| stratum.steps.iter());
        let keys = strata.iter().flat_map(|s| s.steps.iter().map(|_| s.stratum.clone()));
        let mut table = Table::new(steps().count());
        if strata.len() > 1 {
            table.push("stratum", keys.collect::<Vec<KeyPart>>())?;
        }
        table.push("time", steps().map(|step| step.time).collect::<Vec<_>>())?;
        table.push("hazard", steps().map(|step| step.hazard).collect::<Vec<_>>())?;
        let survival = steps().map(|step| libm::exp(-step.hazard));
        table.push("survival", survival.collect::<Vec<_>>())?;
        Ok(table)
    }

    /// The covariates of one customer in the order of the fit; the means where none are named.
    fn customer(&self, named: Option<Map<String, Value>>) -> Result<Vec<f64>> {
        let Some(mut named) = named else { return Ok(self.fit.means.clone()) };
        let mut covariates = Vec::with_capacity(self.fit.names.len());
        for name in &self.fit.names {
            let given = named.remove(name).and_then(|value| value.as_f64());
            covariates.push(given.ok_or_else(|| {
                Error::argument("a number is needed for each covariate").in_field(name.clone())
            })?);
        }
        match named.into_iter().next() {
            None => Ok(covariates),
            Some((name, _)) => Err(Error::argument("no such covariate").in_field(name)),
        }
    }

    fn survival(&self, arguments: &mut NamedArguments) -> Result<Table> {
        let covariates = self.customer(arguments.take("covariates")?)?;
        let stratum: Option<KeyPart> = arguments.take("stratum")?;
        let curve = self.fit.curve(&covariates, stratum.as_ref())?;
        let times: Option<Vec<f64>> = arguments.take("times")?;
        let level: f64 = arguments.take("level")?.unwrap_or(0.95);
        let method: Method = arguments.take("method")?.unwrap_or(Method::LogLog);
        let times = times.unwrap_or_else(|| curve.steps.iter().map(|step| step.0).collect());
        let mut limits = Vec::with_capacity(times.len());
        for &time in &times {
            limits.push(curve.interval(time, level, method)?);
        }
        let mut table = Table::new(times.len());
        table.push("time", times.clone())?;
        table.push_optional("survival", times.iter().map(|&time| curve.survival(time)))?;
        table.push_optional("lower", limits.iter().map(|limit| limit.map(|l| l.lower)))?;
        table.push_optional("upper", limits.iter().map(|limit| limit.map(|l| l.upper)))?;
        Ok(table)
    }

    /// One answer a row for customers with these covariates, by their names; none for a row with a
    /// missing cell. `quantity` is `linear_predictor`, `hazard_ratio` or `survival` (at a `time`).
    pub fn predict(
        &self,
        quantity: &Value,
        columns: &[(&str, Values<'_>)],
    ) -> Result<Vec<Option<f64>>> {
        let read = || -> Result<Vec<Option<f64>>> {
            let mut arguments = NamedArguments::new(quantity)?;
            let name: String = arguments.require("quantity")?;
            let predictors = self.fit.predictors(columns)?;
            let answers = match name.as_str() {
                "linear_predictor" => predictors,
                "hazard_ratio" => predictors.into_iter().map(|eta| eta.map(libm::exp)).collect(),
                "survival" => {
                    let time: f64 = arguments.require("time")?;
                    let stratum: Option<KeyPart> = arguments.take("stratum")?;
                    let hazard = self.fit.cumulative_hazard(time, stratum.as_ref())?;
                    let survival = |eta: f64| Some(libm::exp(-hazard? * libm::exp(eta)));
                    predictors.into_iter().map(|eta| eta.and_then(survival)).collect()
                }
                other => {
                    return Err(Error::not_found(format!(
                        "no quantity \"{other}\"; there are linear_predictor, hazard_ratio, survival"
                    )));
                }
            };
            arguments.finish()?;
            Ok(answers)
        };
        read().map_err(|error| error.within("cox"))
    }
}

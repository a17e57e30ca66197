//! The fit: parameters of the highest likelihood, their errors, and how far to trust them.

use super::model::{MAX_PARAMETERS, Model};
use crate::model::TimeUnit;

/// A normal prior on the logarithm of a parameter without unit; a time is measured in mean ages
/// of the table first. It acts as a penalty on the log-likelihood.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Prior {
    /// The centre of ln θ.
    pub mean: f64,
    /// The standard deviation of ln θ, above 0.
    pub standard_deviation: f64,
}

/// How a fit is made.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct FitOptions {
    /// The unit in which ages are counted; kept with the model.
    pub unit: TimeUnit,
    /// Where to start, for a warm start from an earlier fit; otherwise a guess from the table.
    pub start: Option<Vec<f64>>,
    /// One prior a parameter, or none at all.
    pub priors: Option<Vec<Prior>>,
    /// The most steps of one start.
    pub max_iterations: u32,
    /// The fit has converged when a Newton step would raise the log-likelihood by less than this.
    pub tolerance: f64,
    /// Keeps the parameters where the mean of all customers is finite: q of Gamma–Gamma above 1.
    /// Where the likelihood would have them beyond, the fit ends at the edge and says so.
    pub finite_mean: bool,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            unit: TimeUnit::default(),
            start: None,
            priors: None,
            max_iterations: 200,
            tolerance: 1e-10,
            finite_mean: false,
        }
    }
}

/// What became of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum FitStatus {
    /// An inner maximum, well determined.
    Optimum,
    /// A maximum along which some direction is nearly flat: parameters are not known apart.
    Ridge,
    /// The likelihood still rises where a parameter runs towards 0 or without end.
    Boundary,
    /// Too few customers have bought again to tell the parameters.
    TooFewRepeaters,
    /// The steps ran out before a maximum was reached.
    NotConverged,
    /// The parameters were given and not fitted.
    Given,
}

/// How far a fit can be trusted.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Diagnosis {
    /// What became of it.
    pub status: FitStatus,
    /// In words, with the parameters concerned.
    pub message: String,
    /// Newton steps over all starts.
    pub iterations: u32,
    /// Starts that were tried.
    pub starts: u32,
    /// The largest derivative of the log-likelihood per customer, in logs of parameters.
    pub gradient: f64,
    /// Largest over smallest curvature, in logs of parameters; `None` where the surface is flat.
    pub condition: Option<f64>,
}

/// A model with what its fit knows.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Fitted<M> {
    /// The model at its parameters.
    pub model: M,
    /// The unit in which ages are counted.
    pub unit: TimeUnit,
    /// The log-likelihood of all customers, without any prior.
    pub log_likelihood: f64,
    /// The covariance of the logs of the parameters; `None` where the data do not determine it.
    pub ln_covariance: Option<[[f64; MAX_PARAMETERS]; MAX_PARAMETERS]>,
    /// How far to trust it.
    pub diagnosis: Diagnosis,
    /// Customers in the table.
    pub customers: f64,
    /// Distinct rows in the table.
    pub patterns: u64,
    /// Customers who had bought again.
    pub repeaters: f64,
    /// CRC32C of the table: which data it was.
    pub fingerprint: u32,
    /// The priors, where there were any.
    pub priors: Option<Vec<Prior>>,
}

/// How a fit stands after a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FitProgress<'a> {
    /// Which start, from 1.
    pub start: u32,
    /// Evaluations of the table since this start.
    pub iteration: u32,
    /// The log-likelihood, with the priors.
    pub log_likelihood: f64,
    /// The parameters.
    pub parameters: &'a [f64],
}

impl<M: Model> Fitted<M> {
    /// A model whose parameters were given and not fitted: it knows of no customers and no errors.
    pub fn given(model: M, unit: TimeUnit) -> Self {
        Self {
            model,
            unit,
            log_likelihood: 0.0,
            ln_covariance: None,
            diagnosis: Diagnosis {
                status: FitStatus::Given,
                message: "the parameters were given".to_owned(),
                iterations: 0,
                starts: 0,
                gradient: 0.0,
                condition: None,
            },
            customers: 0.0,
            patterns: 0,
            repeaters: 0.0,
            fingerprint: 0,
            priors: None,
        }
    }

    /// Standard errors on the scale of the parameters, in their order: θ · SE(ln θ).
    pub fn standard_errors(&self) -> Option<Vec<f64>> {
        let covariance = self.ln_covariance.as_ref()?;
        let diagonal = covariance.iter().enumerate().map(|(k, row)| row.get(k).copied());
        let parameters = self.model.parameters();
        let pairs = parameters.iter().zip(diagonal).take(M::PARAMETERS.len());
        pairs.map(|(value, variance)| Some(value * libm::sqrt(variance?))).collect()
    }

    /// Akaike: 2k − 2 ln L.
    pub fn aic(&self) -> f64 {
        2.0 * self.degrees() - 2.0 * self.log_likelihood
    }

    /// Schwarz: k ln(customers) − 2 ln L.
    pub fn bic(&self) -> f64 {
        self.degrees() * libm::log(self.customers) - 2.0 * self.log_likelihood
    }

    #[allow(clippy::cast_precision_loss, reason = "at most a handful of parameters")]
    fn degrees(&self) -> f64 {
        M::PARAMETERS.len() as f64
    }
}

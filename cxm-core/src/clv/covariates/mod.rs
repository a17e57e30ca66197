//! What is known of customers, as where they came from, moves how often they buy and how soon they
//! leave.
//!
//! # What it measures
//! The effect of what does not change over a customer's time, on the rate of purchase and on
//! dropout apart, with its standard error; and predictions for each customer.
//!
//! # Formula
//! ```text
//! Pareto/NBD         αᵢ = α exp(−γ_purchase·z),   βᵢ = β exp(−γ_dropout·w)
//! BG/NBD, MBG/NBD    αᵢ = α exp(−γ_purchase·z),   aᵢ/a = bᵢ/b = exp(γ_dropout·w)
//! ```
//! z and w are the covariates of customer i for purchase and for dropout; the same may stand in
//! both. The mean rate of purchase is r/αᵢ, so one unit more of z multiplies it by exp(γ). For
//! Pareto/NBD the mean rate of dropout s/βᵢ follows likewise. For BG/NBD the mean chance of leaving
//! a/(a+b) stays; what moves is how much customers differ: a negative γ means that some leave at
//! once and others never.
//!
//! # Input
//! A [`CovariateTable`]: histories with one column of numbers a covariate. A covariate of kinds
//! (channel, country) enters as one column of 0 and 1 for each kind but one.
//!
//! # Empty and edge cases
//! A covariate that is the same for all customers, or a sum of the others, is an error with its
//! name. The size of a covariate does not matter: the fit works with standardised ones.
//!
//! # Merging
//! Tables are made from all customers at once; customers with equal covariates share one pattern
//! table. A row may stand for many customers by its weight.
//!
//! # Uncertainty
//! Standard errors of coefficients and parameters from the exact second derivatives; a
//! likelihood-ratio test against the model without covariates. Intervals of predictions follow
//! from [`FittedCovariates::for_customer`].
//!
//! # Not to be confused with
//! Covariates that change over time, as the season; a segment each with a fit of its own.
//!
//! # Source
//! Fader & Hardie (2007), *Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD
//! Models*.
//!
//! # Example
//! ```
//! use cxm_core::clv::covariates::{Coefficient, WithCovariates};
//! use cxm_core::clv::{History, Horizon, ParetoNbd, PurchaseModel};
//!
//! let base = ParetoNbd::new(0.55, 10.6, 0.61, 11.7)?;
//! let by_referral = Coefficient { name: "referral".to_owned(), value: 0.5 };
//! let model = WithCovariates::new(base, vec![by_referral], vec![])?;
//! let year = Horizon::new(52.0)?;
//! let other = model.for_customer(&[0.0], &[])?.expected_transactions(&History::NEW, year);
//! let referred = model.for_customer(&[1.0], &[])?.expected_transactions(&History::NEW, year);
//! assert!((referred / other - 0.5_f64.exp()).abs() < 1e-12);
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod fit;
mod table;

pub use fit::{
    CoefficientEstimate, FittedCovariates, Part, fit_with_covariates,
    fit_with_covariates_and_progress,
};
pub use table::{Covariate, CovariateTable};

use super::beta_geometric::BetaGeometricNbd;
use super::model::{MAX_PARAMETERS, PurchaseModel};
use super::pareto_nbd::ParetoNbd;
use crate::error::{Error, Result};

/// A model on whose parameters covariates can act.
pub trait CovariateModel: PurchaseModel {
    /// What γ·z of purchase adds to the logarithm of each parameter.
    const PURCHASE: [f64; MAX_PARAMETERS];
    /// What γ·w of dropout adds to the logarithm of each parameter.
    const DROPOUT: [f64; MAX_PARAMETERS];
}

impl CovariateModel for ParetoNbd {
    const PURCHASE: [f64; MAX_PARAMETERS] = [0.0, -1.0, 0.0, 0.0];
    const DROPOUT: [f64; MAX_PARAMETERS] = [0.0, 0.0, 0.0, -1.0];
}

impl<const LEAVES_AT_FIRST: bool> CovariateModel for BetaGeometricNbd<LEAVES_AT_FIRST> {
    const PURCHASE: [f64; MAX_PARAMETERS] = [0.0, -1.0, 0.0, 0.0];
    const DROPOUT: [f64; MAX_PARAMETERS] = [0.0, 0.0, 1.0, 1.0];
}

/// A covariate with its effect.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Coefficient {
    /// The name of the covariate.
    pub name: String,
    /// γ, for one unit of it.
    pub value: f64,
}

/// A model with the effects of covariates.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WithCovariates<M> {
    base: M,
    purchase: Vec<Coefficient>,
    dropout: Vec<Coefficient>,
}

#[cfg(feature = "serde")]
impl<'de, M> serde::Deserialize<'de> for WithCovariates<M>
where
    M: CovariateModel + serde::Deserialize<'de>,
{
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// The parts by name, not checked.
        #[derive(serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Named<M> {
            base: M,
            purchase: Vec<Coefficient>,
            dropout: Vec<Coefficient>,
        }
        let Named { base, purchase, dropout } = Named::deserialize(deserializer)?;
        Self::new(base, purchase, dropout).map_err(serde::de::Error::custom)
    }
}

impl<M: CovariateModel> WithCovariates<M> {
    /// From a model of customers whose covariates are all 0, and finite coefficients, of which no
    /// two of one part have the same name.
    pub fn new(base: M, purchase: Vec<Coefficient>, dropout: Vec<Coefficient>) -> Result<Self> {
        for part in [&purchase, &dropout] {
            for (place, Coefficient { name, value }) in part.iter().enumerate() {
                if !value.is_finite() {
                    let message = format!("expected a finite coefficient, got {value}");
                    return Err(Error::argument(message).in_field(name.clone()));
                }
                if part.iter().take(place).any(|other| other.name == *name) {
                    let message = "this covariate is given twice";
                    return Err(Error::argument(message).in_field(name.clone()));
                }
            }
        }
        Ok(Self { base, purchase, dropout })
    }

    /// The model of customers whose covariates are all 0.
    pub fn base(&self) -> &M {
        &self.base
    }

    /// The effects on purchase.
    pub fn purchase(&self) -> &[Coefficient] {
        &self.purchase
    }

    /// The effects on dropout.
    pub fn dropout(&self) -> &[Coefficient] {
        &self.dropout
    }

    /// The model of a customer with these covariates, in the order of the coefficients; it answers
    /// whatever a model answers.
    pub fn for_customer(&self, purchase: &[f64], dropout: &[f64]) -> Result<M> {
        let parameters = self.base.parameters();
        let purchase = effect("purchase", &self.purchase, purchase)?;
        let dropout = effect("dropout", &self.dropout, dropout)?;
        moved::<M>(&parameters.map(libm::log), purchase, dropout).ok_or_else(|| {
            let message = "the covariates move a parameter beyond what a number can hold";
            Error::argument(message).in_field("covariates")
        })
    }
}

/// γ·z, with a value for every coefficient.
fn effect(field: &'static str, coefficients: &[Coefficient], values: &[f64]) -> Result<f64> {
    if coefficients.len() != values.len() {
        let message = format!("expected {} covariates, got {}", coefficients.len(), values.len());
        return Err(Error::argument(message).in_field(field));
    }
    let mut sum = 0.0;
    for (Coefficient { name, value: coefficient }, value) in coefficients.iter().zip(values) {
        if !value.is_finite() {
            let message = format!("expected a finite number, got {value}");
            return Err(Error::observation(message).in_field(name.clone()));
        }
        sum += coefficient * value;
    }
    Ok(sum)
}

/// The model whose logs of parameters are moved by these effects, if they remain numbers.
fn moved<M: CovariateModel>(
    logs: &[f64; MAX_PARAMETERS],
    purchase: f64,
    dropout: f64,
) -> Option<M> {
    let directions = M::PURCHASE.iter().zip(&M::DROPOUT);
    let moved = logs.iter().zip(directions).take(M::PARAMETERS.len());
    let parameters: Vec<f64> =
        moved.map(|(log, (p, d))| libm::exp(log + p * purchase + d * dropout)).collect();
    M::from_parameters(&parameters).ok()
}

//! Choosing a model: all candidates fitted to one table, ranked, and held against a hold-out.
//!
//! # What it measures
//! Which model explains the calibration period best for the parameters it spends, and which one
//! foretold the hold-out best. The two orders may differ; both are given.
//!
//! # Formula
//! ```text
//! AIC = 2k − 2 ln L        BIC = k ln(customers) − 2 ln L
//! Akaike weight = exp(−½ ΔAIC) ÷ Σ exp(−½ ΔAIC),   ΔAIC = AIC − least AIC
//! likelihood ratio = 2 (ln L of the wider model − ln L of the narrower)
//! ```
//!
//! # Input
//! One history a customer; with a hold-out, also their purchases within a horizon.
//!
//! # Empty and edge cases
//! What no candidate can be fitted to is an error; what one candidate cannot tell is in its
//! diagnosis.
//!
//! # Merging
//! Nothing is kept.
//!
//! # Uncertainty
//! A difference in AIC below 2 decides nothing. NBD is nested in every other candidate, but as a
//! limit where nobody leaves: on the boundary of the parameters, where the likelihood ratio does
//! not follow χ². Its p-value by χ² of two degrees of freedom is for orientation.
//!
//! # Not to be confused with
//! Discrete and contractual models, whose likelihoods are of other data and cannot be compared.
//!
//! # Source
//! Akaike (1974); Schwarz (1978); Burnham & Anderson (2002), section 2.9; Self & Liang (1987) for
//! the boundary.
//!
//! # Example
//! ```
//! use cxm_core::clv::selection::{Candidate, SelectionOptions, select_model};
//! use cxm_core::clv::PatternTable;
//!
//! let table = PatternTable::from_weighted_columns(
//!     &[0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 5.0, 9.0],
//!     &[0.0, 0.0, 5.0, 20.0, 12.0, 30.0, 33.0, 36.0],
//!     &[39.0, 30.0, 38.0, 35.0, 30.0, 37.0, 36.0, 39.0],
//!     &[300.0, 250.0, 60.0, 50.0, 30.0, 40.0, 20.0, 10.0],
//! )?;
//! let selection = select_model(&table, None, &SelectionOptions::default())?;
//! assert_eq!(selection.candidates.len(), Candidate::ALL.len());
//! assert_eq!(selection.candidates[0].aic_difference, 0.0);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::back_test::{BackTest, BackTestOptions, back_test};
use super::engine::fit;
use super::fit::{Diagnosis, FitOptions, Fitted};
use super::history::{History, Horizon};
use super::model::{Model, PurchaseModel};
use super::patterns::PatternTable;
use super::{BgNbd, MbgNbd, Nbd, ParetoNbd};
use crate::error::{Error, Result};
use crate::model::TimeUnit;
use crate::stats::LikelihoodRatioTest;

/// A model of purchases in continuous time; their likelihoods can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Candidate {
    /// Nobody leaves.
    Nbd,
    /// Customers leave after a repeat purchase.
    BgNbd,
    /// Customers leave after any purchase.
    MbgNbd,
    /// Customers leave at any time.
    ParetoNbd,
}

impl Candidate {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Nbd, Self::BgNbd, Self::MbgNbd, Self::ParetoNbd];
}

/// Which models are tried, and how.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct SelectionOptions {
    /// The models.
    pub candidates: Vec<Candidate>,
    /// The unit in which ages are counted.
    pub unit: TimeUnit,
    /// How predictions are held against a hold-out.
    pub back_test: BackTestOptions,
}

impl Default for SelectionOptions {
    fn default() -> Self {
        Self {
            candidates: Candidate::ALL.to_vec(),
            unit: TimeUnit::default(),
            back_test: BackTestOptions::default(),
        }
    }
}

/// What customers did after the cut-off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HoldOut<'a> {
    /// One history a customer, at the cut-off.
    pub histories: &'a [History],
    /// Purchases of each within the horizon.
    pub actual: &'a [f64],
    /// How long they were watched.
    pub horizon: Horizon,
}

/// A parameter with its name.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NamedParameter {
    /// As in the paper.
    pub name: String,
    /// The estimate.
    pub value: f64,
    /// Its standard error; `None` where the data do not determine it.
    pub standard_error: Option<f64>,
}

/// One fitted candidate.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RankedModel {
    /// The model.
    pub model: Candidate,
    /// Its parameters.
    pub parameters: Vec<NamedParameter>,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// AIC above the least.
    pub aic_difference: f64,
    /// The weight of evidence among the candidates.
    pub akaike_weight: f64,
    /// Schwarz's criterion.
    pub bic: f64,
    /// BIC above the least.
    pub bic_difference: f64,
    /// How far to trust the fit.
    pub diagnosis: Diagnosis,
    /// How it did in the hold-out, if there was one.
    pub back_test: Option<BackTest>,
}

/// A model held against one nested in it.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NestedModels {
    /// The nested model.
    pub narrower: Candidate,
    /// The model that it is a limit of.
    pub wider: Candidate,
    /// What the wider model gains; its p-value is for orientation only where `on_boundary`.
    #[cfg_attr(feature = "serde", serde(flatten))]
    pub test: LikelihoodRatioTest,
    /// Whether the narrower model lies on the boundary of the wider one's parameters, where the
    /// statistic does not follow χ².
    pub on_boundary: bool,
}

/// The candidates, best AIC first.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Selection {
    /// The fitted candidates by rising AIC.
    pub candidates: Vec<RankedModel>,
    /// Of every nested pair among them.
    pub likelihood_ratios: Vec<NestedModels>,
    /// The candidate with the least mean absolute error in the hold-out, if there was one.
    pub best_in_hold_out: Option<Candidate>,
}

/// Fits the candidates to a table, ranks them, and holds each against the hold-out, if there is
/// one.
pub fn select_model(
    table: &PatternTable<History>,
    hold_out: Option<HoldOut<'_>>,
    options: &SelectionOptions,
) -> Result<Selection> {
    let mut wanted = options.candidates.clone();
    wanted.sort_unstable();
    wanted.dedup();
    if wanted.is_empty() {
        return Err(Error::argument("expected at least one candidate").in_field("candidates"));
    }
    let fitted = wanted.into_iter().map(|candidate| match candidate {
        Candidate::Nbd => entry::<Nbd>(candidate, table, hold_out, options),
        Candidate::BgNbd => entry::<BgNbd>(candidate, table, hold_out, options),
        Candidate::MbgNbd => entry::<MbgNbd>(candidate, table, hold_out, options),
        Candidate::ParetoNbd => entry::<ParetoNbd>(candidate, table, hold_out, options),
    });
    let mut candidates = fitted.collect::<Result<Vec<_>>>()?;
    rank(&mut candidates);
    let tested = candidates.iter().filter_map(|one| Some((one.model, one.back_test.as_ref()?)));
    let best =
        tested.min_by(|(_, a), (_, b)| a.mean_absolute_error.total_cmp(&b.mean_absolute_error));
    let best_in_hold_out = best.map(|(model, _)| model);
    Ok(Selection {
        likelihood_ratios: likelihood_ratios(&candidates),
        candidates,
        best_in_hold_out,
    })
}

fn entry<M: PurchaseModel>(
    model: Candidate,
    table: &PatternTable<History>,
    hold_out: Option<HoldOut<'_>>,
    options: &SelectionOptions,
) -> Result<RankedModel> {
    let fit_options = FitOptions { unit: options.unit, ..FitOptions::default() };
    let fitted = fit::<M>(table, &fit_options)?;
    let test = |HoldOut { histories, actual, horizon }: HoldOut<'_>| {
        back_test(&fitted.model, histories, actual, horizon, &options.back_test)
    };
    Ok(RankedModel {
        model,
        parameters: named_parameters(&fitted),
        log_likelihood: fitted.log_likelihood,
        aic: fitted.aic(),
        aic_difference: 0.0,
        akaike_weight: 0.0,
        bic: fitted.bic(),
        bic_difference: 0.0,
        back_test: hold_out.map(test).transpose()?,
        diagnosis: fitted.diagnosis,
    })
}

fn named_parameters<M: Model>(fitted: &Fitted<M>) -> Vec<NamedParameter> {
    let errors = fitted.standard_errors().unwrap_or_default();
    let values = fitted.model.parameters();
    let pairs = M::PARAMETERS.iter().zip(values).enumerate();
    let named = pairs.map(|(k, (name, value))| NamedParameter {
        name: (*name).to_owned(),
        value,
        standard_error: errors.get(k).copied(),
    });
    named.collect()
}

/// Best AIC first; differences and weights.
fn rank(candidates: &mut [RankedModel]) {
    candidates.sort_by(|a, b| a.aic.total_cmp(&b.aic));
    let least = |value: fn(&RankedModel) -> f64, all: &[RankedModel]| {
        all.iter().map(value).fold(f64::INFINITY, f64::min)
    };
    let (aic, bic) = (least(|one| one.aic, candidates), least(|one| one.bic, candidates));
    let mut total = 0.0;
    for one in candidates.iter_mut() {
        one.aic_difference = one.aic - aic;
        one.bic_difference = one.bic - bic;
        one.akaike_weight = libm::exp(-0.5 * one.aic_difference);
        total += one.akaike_weight;
    }
    candidates.iter_mut().for_each(|one| one.akaike_weight /= total);
}

/// NBD is the limit of every other candidate where nobody leaves.
fn likelihood_ratios(candidates: &[RankedModel]) -> Vec<NestedModels> {
    let Some(nbd) = candidates.iter().find(|one| one.model == Candidate::Nbd) else {
        return Vec::new();
    };
    let wider = candidates.iter().filter(|one| one.model != Candidate::Nbd);
    let ratios = wider.map(|one| NestedModels {
        narrower: nbd.model,
        wider: one.model,
        test: LikelihoodRatioTest::of(one.log_likelihood, nbd.log_likelihood, 2),
        on_boundary: true,
    });
    ratios.collect()
}

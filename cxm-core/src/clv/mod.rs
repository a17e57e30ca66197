//! Customer lifetime value: who is still a customer, how often they will buy, and what it is worth.
//!
//! | step | module |
//! | --- | --- |
//! | who bought when, and for how much | [`customer_summaries`] |
//! | their distinct histories, exact and mergeable | [`purchase_patterns`] |
//! | the distinct histories that a fit reads, with counts | [`patterns`] |
//! | what every model can do | [`model`] |
//! | purchases without leaving | [`nbd`] |
//! | leaving after a purchase | [`bg_nbd`], [`mbg_nbd`] |
//! | leaving at any time | [`pareto_nbd`] |
//! | what is known of customers moves a model | [`covariates`] |
//! | what a purchase is worth | [`gamma_gamma`], of [`spend`] |
//! | purchases at discrete opportunities, unseen leaving | [`bg_bb`] |
//! | contracts that are renewed period by period | [`shifted_beta_geometric`] |
//! | the fit, its errors and its diagnosis | [`mod@fit`], [`engine`] |
//! | what a model can be asked, one customer or a column | [`quantity`] |
//! | what a customer is still worth | [`lifetime_value`] |
//! | what all are worth, and whence it comes | [`customer_equity`] |
//! | what customers have brought so far | [`contribution`] |
//! | how much value comes from how few | [`concentration`] |
//! | who has fallen silent | [`inactivity`] |
//! | scores and segments of what customers did | [`rfm`] |
//! | how sure the answers are | [`intervals`], [`posterior`] |
//! | what a customer will really do | [`predictive`] |
//! | which model to take, and how it would have done | [`selection`], [`back_test`] |
//! | posteriors by a sampler (feature `nuts`) | `nuts` |
//! | customers drawn from a model | `simulation` |
//!
//! A fit is not a calculator: calculators stream into small sufficient tables, a fit reads those
//! and returns a fitted model. A model without parameters cannot be made, so nothing unfitted can
//! predict.

pub mod back_test;
pub mod beta_geometric;
mod beta_sequence;
pub mod bg_bb;
pub mod bg_nbd;
pub mod concentration;
pub mod contribution;
pub mod covariates;
pub mod customer_equity;
pub mod customer_summaries;
pub mod engine;
pub mod fit;
pub mod gamma_gamma;
pub mod history;
pub mod inactivity;
pub mod intervals;
#[cfg(feature = "random")]
pub mod laplace;
pub mod lifetime_value;
pub mod mbg_nbd;
pub mod model;
pub mod nbd;
#[cfg(feature = "nuts")]
pub mod nuts;
pub mod pareto_nbd;
pub mod patterns;
pub mod posterior;
pub mod predictive;
pub mod purchase_patterns;
pub mod quantity;
pub mod rfm;
pub mod selection;
pub mod shifted_beta_geometric;
#[cfg(feature = "random")]
pub mod simulation;
pub mod spend;
mod verdict;

pub use crate::model::{AmountUnit, RefundRule};
pub use bg_bb::BgBb;
pub use bg_nbd::BgNbd;
pub use concentration::{Concentration, KeyCustomers, LorenzPoint};
pub use contribution::{Contribution, ContributionColumns};
pub use customer_equity::{CohortPlan, CustomerEquity, EquityColumns};
pub use customer_summaries::{
    AmountRule, CustomerHistory, CustomerSummaries, CustomerSummariesDefinition,
    CustomerSummariesReport, SplitOptions, SummaryOptions, TrackingOptions,
};
pub use engine::{fit, fit_with_progress};
pub use fit::{Diagnosis, FitOptions, FitProgress, FitStatus, Fitted, Prior};
pub use gamma_gamma::GammaGamma;
pub use history::{Discount, History, Horizon};
pub use lifetime_value::{Compounding, Discounting, LifetimeValueOptions, RatePeriod};
pub use mbg_nbd::MbgNbd;
pub use model::{Derivatives, MAX_OPPORTUNITIES, MAX_PARAMETERS, Model, PurchaseModel};
pub use nbd::Nbd;
pub use pareto_nbd::ParetoNbd;
pub use patterns::{Pattern, PatternTable};
pub use purchase_patterns::{PurchasePatterns, PurchasePatternsDefinition, PurchasePatternsReport};
pub use quantity::Quantity;
pub use rfm::{RfmColumns, RfmRules, RfmScore, ScoreRule, SegmentRule, SegmentRules};
pub use shifted_beta_geometric::{ChurnPropensity, RenewalTiming, ShiftedBetaGeometric, Tenure};
pub use spend::Spend;

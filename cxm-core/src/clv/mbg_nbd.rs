//! MBG/NBD: customers buy at random, and may leave after each purchase, the first included.
//!
//! # What it measures
//! As [`BgNbd`](super::BgNbd): how often customers will buy, and whether they are still
//! customers. Here one who never bought again may have left.
//!
//! # Formula
//! ```text
//! purchases:  Poisson, rate λ ~ Gamma(shape r, rate α)
//! leaving:    after every purchase, with chance p ~ Beta(a, b)
//!
//! L        = (r)ₓ αʳ { (b)ₓ₊₁/(a+b)ₓ₊₁ (α+T)^−(r+x) + a (b)ₓ/(a+b)ₓ₊₁ (α+tₓ)^−(r+x) }
//! P(alive) = 1 / (1 + a/(b+x) ((α+T)/(α+tₓ))^(r+x))
//! E[X(t)]  = b/(a−1) { 1 − (α/(α+t))ʳ F(r, b+1; a+b; t/(α+t)) }
//! given a history: P(alive) times what BG/NBD expects with r+x, α+T, a, b+x+1
//! ```
//!
//! # Input
//! A [`PatternTable`](super::PatternTable) of [`History`](super::History) for a fit; one history
//! and a horizon for a prediction. Times are in the unit of the fit.
//!
//! # Empty and edge cases
//! An empty table, and one without a repeat purchase, is an error. Even a new customer is one
//! only with probability b/(a+b).
//!
//! # Merging
//! Pattern tables of shards merge exactly; so the fit of the whole is the fit of the merged tables.
//!
//! # Uncertainty
//! Standard errors and covariance of the logs of the parameters from the exact Hessian.
//!
//! # Not to be confused with
//! BG/NBD, which keeps every customer until the first repeat purchase; Pareto/NBD, where customers
//! leave at any time.
//!
//! # Source
//! Batislam, Denizel & Filiztekin (2007), Empirical validation and comparison of models for
//! customer base analysis; Hoppe & Wagner (2007).
//!
//! # Example
//! ```
//! use cxm_core::clv::{History, MbgNbd, Model, PurchaseModel};
//!
//! let model = MbgNbd::from_parameters(&[0.525, 6.183, 0.891, 1.614])?; // weeks
//! let once = History::new(0.0, 0.0, 38.86)?;
//! assert!((model.probability_alive(&once) - 0.39).abs() < 0.001);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::beta_geometric::BetaGeometricNbd;

/// The modified beta-geometric/NBD model, with parameters r, alpha, a, b.
pub type MbgNbd = BetaGeometricNbd<true>;

//! BG/NBD: customers buy at random, and may leave after each repeat purchase.
//!
//! # What it measures
//! How often customers without a contract will buy, and whether they are still customers, from
//! three numbers each: repeat purchases x, age tₓ at the last one, age T.
//!
//! # Formula
//! ```text
//! purchases:  Poisson, rate λ ~ Gamma(shape r, rate α)
//! leaving:    after each repeat purchase, with chance p ~ Beta(a, b)
//!
//! L        = (r)ₓ αʳ { (b)ₓ/(a+b)ₓ (α+T)^−(r+x) + [x>0] a (b)ₓ₋₁/(a+b)ₓ (α+tₓ)^−(r+x) }
//! P(alive) = 1 / (1 + [x>0] a/(b+x−1) ((α+T)/(α+tₓ))^(r+x))
//! E[X(t)]  = (a+b−1)/(a−1) { 1 − (α/(α+t))ʳ F(r, b; a+b−1; t/(α+t)) }
//! given a history: P(alive) times the same with r+x, α+T, a, b+x
//! ```
//! F is the hypergeometric function; it is computed without its singularities at a = 1 and a + b
//! = 1.
//!
//! # Input
//! A [`PatternTable`](super::PatternTable) of [`History`](super::History) for a fit; one history
//! and a horizon for a prediction. Times are in the unit of the fit.
//!
//! # Empty and edge cases
//! An empty table, and one without a repeat purchase, is an error. A customer without a repeat
//! purchase is alive for certain: the model lets nobody leave before the first repeat.
//! [`MbgNbd`](super::MbgNbd) does.
//!
//! # Merging
//! Pattern tables of shards merge exactly; so the fit of the whole is the fit of the merged tables.
//!
//! # Uncertainty
//! Standard errors and covariance of the logs of the parameters from the exact Hessian.
//!
//! # Not to be confused with
//! Pareto/NBD, where customers leave at any time and not only after a purchase; BG/BB, where
//! purchases happen at given occasions.
//!
//! # Source
//! Fader, Hardie & Lee (2005), "Counting your customers" the easy way, equations 6 to 10.
//!
//! # Example
//! ```
//! use cxm_core::clv::{BgNbd, History, Horizon, Model, PurchaseModel};
//!
//! let model = BgNbd::from_parameters(&[0.243, 4.414, 0.793, 2.426])?; // weeks
//! let customer = History::new(2.0, 30.43, 38.86)?;
//! let expected = model.expected_transactions(&customer, Horizon::new(39.0)?);
//! assert!((expected - 1.226).abs() < 0.001);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::beta_geometric::BetaGeometricNbd;

/// The beta-geometric/NBD model, with parameters r, alpha, a, b.
pub type BgNbd = BetaGeometricNbd<false>;

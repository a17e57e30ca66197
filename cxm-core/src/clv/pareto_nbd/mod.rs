//! Pareto/NBD: customers buy at random and leave at a moment that nobody sees.
//!
//! # What it measures
//! How often customers without a contract will buy, and whether they are still customers. A
//! customer may leave at any time, so one who has never bought again may have left too.
//!
//! # Formula
//! ```text
//! purchases       Poisson, rate λ ~ Gamma(r, rate α)
//! lifetime        exponential, rate μ ~ Gamma(s, rate β)
//!
//! L               Γ(r+x)/Γ(r) α^r β^s K
//! K               (α+T)^−(r+x) (β+T)^−s + s ∫_t^T (α+u)^−(r+x) (β+u)^−(s+1) du
//! P(alive)        (α+T)^−(r+x) (β+T)^−s / K
//! P(alive at T+h) P(alive) ((β+T)/(β+T+h))^s
//! E(h)            P(alive) (r+x)(β+T)/(α+T) [1 − ((β+T)/(β+T+h))^(s−1)]/(s−1)
//! P(n in h)       [n = 0](1 − P(alive)) + P(alive) P'(n in h)
//! P'(n in h)      NB(n; h)(β'/(β'+h))^s + ∫₀ʰ NB(n; u) s β'^s (β'+u)^−(s+1) du
//!                 given alive: r' = r+x, α' = α+T, s, β' = β+T; NB with r', α'
//! DERT            P(alive) (r+x)(β+T)/(α+T) exp(z) E_s(z),   z = δ (β+T)
//! ```
//! x purchases, the last at age t; age T at the cut-off; horizon h; discount δ.
//!
//! # Input
//! A [`PatternTable`] of [`History`]: repeat purchases, age at the last one, age; times in one
//! unit.
//!
//! # Empty and edge cases
//! Nothing happens at s = 1, at α = β, at t = T, or at thousands of purchases; P(alive) may
//! underflow to 0, its logarithm does not.
//!
//! # Merging
//! Tables merge, fits do not: fit the merged table.
//!
//! # Uncertainty
//! Standard errors from the exact second derivatives at the maximum. s and β are known together far
//! better than apart; [`Diagnosis`](super::Diagnosis) says when they are not known apart.
//!
//! # Not to be confused with
//! BG/NBD, whose customers leave only after a purchase, so that one who never bought again counts
//! as alive for ever.
//!
//! # Source
//! Schmittlein, Morrison & Colombo (1987), Management Science 33; Fader & Hardie (2005), *A Note on
//! Deriving the Pareto/NBD Model and Related Expressions*; here with the Euler transform of their
//! hypergeometric functions, whose terms are positive.
//!
//! # Example
//! ```
//! use cxm_core::clv::{History, Horizon, ParetoNbd, PurchaseModel};
//!
//! // the sample of CDNOW, in weeks
//! let model = ParetoNbd::new(0.553, 10.58, 0.606, 11.66)?;
//! let customer = History::new(2.0, 30.43, 38.86)?;
//! assert!((model.probability_alive(&customer) - 0.869).abs() < 1e-3);
//! let year = Horizon::new(52.0)?;
//! assert!((model.expected_transactions(&History::NEW, year) - 1.47).abs() < 0.01);
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod kernel;
mod likelihood;
mod logarithm;
mod predictions;

use super::history::History;
use super::model::{Derivatives, MAX_PARAMETERS, Model, check_parameters};
use super::patterns::PatternTable;
#[cfg(feature = "serde")]
use crate::error::Error;
use crate::error::Result;
use likelihood::Likelihood;

/// The Pareto/NBD model at its parameters: see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Named", into = "Named"))]
pub struct ParetoNbd {
    r: f64,
    alpha: f64,
    s: f64,
    beta: f64,
}

/// The parameters by name, not checked.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    r: f64,
    alpha: f64,
    s: f64,
    beta: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Named> for ParetoNbd {
    type Error = Error;

    fn try_from(named: Named) -> Result<Self> {
        Self::new(named.r, named.alpha, named.s, named.beta)
    }
}

#[cfg(feature = "serde")]
impl From<ParetoNbd> for Named {
    fn from(model: ParetoNbd) -> Self {
        Self { r: model.r, alpha: model.alpha, s: model.s, beta: model.beta }
    }
}

impl ParetoNbd {
    /// From known parameters: shape and scale of the purchase rate, shape and scale of the dropout
    /// rate.
    pub fn new(r: f64, alpha: f64, s: f64, beta: f64) -> Result<Self> {
        Self::from_parameters(&[r, alpha, s, beta])
    }

    /// The shape of the distribution of purchase rates.
    pub fn r(&self) -> f64 {
        self.r
    }

    /// Its scale, a time: r/α is the mean rate.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// The shape of the distribution of dropout rates.
    pub fn s(&self) -> f64 {
        self.s
    }

    /// Its scale, a time: s/β is the mean rate.
    pub fn beta(&self) -> f64 {
        self.beta
    }
}

impl Model for ParetoNbd {
    type Pattern = History;
    const NAME: &'static str = "pareto_nbd";
    const PARAMETERS: &'static [&'static str] = &["r", "alpha", "s", "beta"];
    const TIMES: &'static [bool] = &[false, true, false, true];

    fn from_parameters(parameters: &[f64]) -> Result<Self> {
        let [r, alpha, s, beta] = check_parameters(Self::PARAMETERS, parameters)?;
        Ok(Self { r, alpha, s, beta })
    }

    fn parameters(&self) -> [f64; MAX_PARAMETERS] {
        [self.r, self.alpha, self.s, self.beta]
    }

    fn log_likelihood(&self, history: &History) -> f64 {
        likelihood::log_likelihood(self, history)
    }

    fn derivatives(&self, history: &History) -> Derivatives {
        Likelihood::new(self, history.frequency()).derivatives(history.recency(), history.age())
    }

    /// Rates as heterogeneous as is common, half the customers gone at the mean age.
    fn start(table: &PatternTable<History>) -> [f64; MAX_PARAMETERS] {
        let age = table.mean_age().filter(|age| *age > 0.0).unwrap_or(1.0);
        let (mut purchases, mut exposure) = (0.5, 0.0);
        for (history, weight) in table.iter() {
            purchases += weight * history.frequency();
            exposure += weight * 0.5 * (history.recency() + history.age());
        }
        let rate = purchases / if exposure > 0.0 { exposure } else { age };
        let shape = 0.6;
        [shape, shape / rate, shape, shape * age]
    }

    /// Rows are sorted by frequency, and what depends on it alone is computed once.
    fn table_derivatives(&self, table: &PatternTable<History>) -> Derivatives {
        let mut sum = Derivatives::default();
        let mut shared = Likelihood::new(self, 0.0);
        for (history, weight) in table.iter() {
            if history.frequency() > shared.frequency() {
                shared = Likelihood::new(self, history.frequency());
            }
            sum.add(&shared.derivatives(history.recency(), history.age()), weight);
        }
        sum
    }
}

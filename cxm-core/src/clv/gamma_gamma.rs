//! Gamma–Gamma: what a customer's purchases are worth on average, once chance is taken out.
//!
//! # What it measures
//! The mean value of a customer's future purchases. Few purchases say little about it, so a
//! customer with few is drawn towards the mean of all.
//!
//! # Formula
//! ```text
//! one purchase    z ~ Gamma(p, rate ν),   ν ~ Gamma(q, rate v);   the mean M of a customer is p/ν
//! f(m | x)        1/(m B(px, q)) (v/(v + mx))^q (mx/(v + mx))^(px)
//! E(M | x, m)     p (v + mx)/(px + q − 1),   if px + q > 1;   px = 0 without repeats
//! M | x, m        p (v + mx) / G,   G ~ Gamma(px + q, rate 1)
//! ```
//! x repeat purchases of mean value m.
//!
//! # Input
//! A [`PatternTable`] of [`Spend`]: customers with a repeat purchase and a mean spend above 0, in
//! any unit of money; p and q do not depend on it, v is in it.
//!
//! # Empty and edge cases
//! A mean that is not finite, as that of all customers for q ≤ 1, is `None` and never a negative
//! number; quantiles are always finite. A fit with
//! [`finite_mean`](super::FitOptions::finite_mean) keeps q above 1. Where the likelihood is highest
//! below, it ends just above, with the verdict `boundary`, and the mean of all says little: it is
//! finite, but huge. Draws of a posterior are not kept there.
//!
//! # Merging
//! Tables merge, fits do not: fit the merged table.
//!
//! # Uncertainty
//! Standard errors from the exact second derivatives at the maximum; for a customer, quantiles of
//! M.
//!
//! # Not to be confused with
//! The mean spend that was observed, which overrates customers with one lucky large purchase. The
//! model takes spend to be independent of frequency; the summaries report their correlation.
//!
//! # Source
//! Fader & Hardie (2013), *The Gamma-Gamma Model of Monetary Value*.
//!
//! # Example
//! ```
//! use cxm_core::clv::{GammaGamma, Spend};
//!
//! // the sample of CDNOW, in dollars
//! let model = GammaGamma::new(6.25, 3.74, 15.44)?;
//! let customer = Spend::new(2.0, 22.35)?;
//! assert!((model.expected_spend(Some(&customer)).unwrap() - 24.66).abs() < 0.01);
//! assert!((model.expected_spend(None).unwrap() - 35.22).abs() < 0.01);
//! let [low, high] = [0.05, 0.95].map(|p| model.spend_quantile(Some(&customer), p));
//! assert!(low? < 24.66 && high? > 24.66);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use special::Gamma as _;

use super::model::{Derivatives, MAX_PARAMETERS, Model, check_parameters, check_probability};
use super::patterns::PatternTable;
use super::spend::Spend;
#[cfg(feature = "serde")]
use crate::error::Error;
use crate::error::Result;
use crate::numeric::gamma_distribution::{gamma_quantile, gamma_survival};
use crate::numeric::rising_factorial::ln_rising_factorial;
use crate::numeric::special_functions::ln_beta;

/// The Gamma–Gamma model at its parameters: see the [module](self).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Named", into = "Named"))]
pub struct GammaGamma {
    p: f64,
    q: f64,
    v: f64,
}

/// The parameters by name, not checked.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    p: f64,
    q: f64,
    v: f64,
}

#[cfg(feature = "serde")]
impl TryFrom<Named> for GammaGamma {
    type Error = Error;

    fn try_from(named: Named) -> Result<Self> {
        Self::new(named.p, named.q, named.v)
    }
}

#[cfg(feature = "serde")]
impl From<GammaGamma> for Named {
    fn from(model: GammaGamma) -> Self {
        Self { p: model.p, q: model.q, v: model.v }
    }
}

impl GammaGamma {
    /// From known parameters: the shape of a customer's purchases, shape and scale of what differs
    /// between customers.
    pub fn new(p: f64, q: f64, v: f64) -> Result<Self> {
        Self::from_parameters(&[p, q, v])
    }

    /// The shape of the distribution of one customer's purchases.
    pub fn p(&self) -> f64 {
        self.p
    }

    /// The shape of the distribution of customers.
    pub fn q(&self) -> f64 {
        self.q
    }

    /// The scale of the distribution of customers, in money; called γ in the paper.
    pub fn v(&self) -> f64 {
        self.v
    }

    /// The expected mean spend of a customer, or of one without a repeat purchase; `None` where it
    /// is not finite.
    pub fn expected_spend(&self, spend: Option<&Spend>) -> Option<f64> {
        let Posterior { shape, scale } = self.posterior(spend);
        (shape > 1.0).then(|| scale / (shape - 1.0))
    }

    /// The variance of the mean spend of a customer given what is known, the square of its
    /// uncertainty; `None` where it is not finite.
    pub fn spend_variance(&self, spend: Option<&Spend>) -> Option<f64> {
        let mean = self.expected_spend(spend)?;
        let Posterior { shape, .. } = self.posterior(spend);
        (shape > 2.0).then(|| mean * mean / (shape - 2.0))
    }

    /// The value below which the mean spend of a customer lies with this probability.
    pub fn spend_quantile(&self, spend: Option<&Spend>, probability: f64) -> Result<f64> {
        check_probability(probability)?;
        let Posterior { shape, scale } = self.posterior(spend);
        // A low mean spend is a high rate.
        Ok(scale / gamma_quantile(1.0 - probability, shape))
    }

    /// P(the mean spend of a customer lies below this amount).
    pub fn probability_of_spend_below(&self, spend: Option<&Spend>, amount: f64) -> f64 {
        let Posterior { shape, scale } = self.posterior(spend);
        if amount > 0.0 { gamma_survival(scale / amount, shape) } else { 0.0 }
    }

    fn posterior(&self, spend: Option<&Spend>) -> Posterior {
        let (x, total) = spend.map_or((0.0, 0.0), |spend| (spend.frequency(), total(spend)));
        Posterior { shape: self.p * x + self.q, scale: self.p * (self.v + total) }
    }
}

/// M is `scale` over a gamma variable of this shape.
#[derive(Debug, Clone, Copy)]
struct Posterior {
    shape: f64,
    scale: f64,
}

fn total(spend: &Spend) -> f64 {
    spend.frequency() * spend.monetary_value()
}

impl Model for GammaGamma {
    type Pattern = Spend;
    const NAME: &'static str = "gamma_gamma";
    const PARAMETERS: &'static [&'static str] = &["p", "q", "v"];
    /// v is no time, but it is the one that has a unit.
    const TIMES: &'static [bool] = &[false, false, true];
    const FINITE_MEAN_ABOVE: &'static [f64] = &[0.0, 1.0, 0.0];

    fn from_parameters(parameters: &[f64]) -> Result<Self> {
        let [p, q, v] = check_parameters(Self::PARAMETERS, parameters)?;
        Ok(Self { p, q, v })
    }

    fn parameters(&self) -> [f64; MAX_PARAMETERS] {
        [self.p, self.q, self.v, 0.0]
    }

    fn log_likelihood(&self, spend: &Spend) -> f64 {
        Shared::value(self, spend.frequency()).log_likelihood(spend)
    }

    fn derivatives(&self, spend: &Spend) -> Derivatives {
        Shared::new(self, spend.frequency()).derivatives(spend)
    }

    /// From how far means are spread, and how that falls with the number of purchases.
    fn start(table: &PatternTable<Spend>) -> [f64; MAX_PARAMETERS] {
        let weighted = |term: &dyn Fn(f64, f64) -> f64| -> f64 {
            let rows = table.iter();
            rows.map(|(row, weight)| weight * term(row.frequency(), row.monetary_value())).sum()
        };
        let customers = table.customers().max(1.0);
        let mean = weighted(&|_, m| m) / customers;
        let inverse = weighted(&|x, _| 1.0 / x) / customers;
        let spread = weighted(&|_, m| (m / mean - 1.0) * (m / mean - 1.0)) / customers;
        let leverage = weighted(&|x, _| (1.0 / x - inverse) * (1.0 / x - inverse));
        let moment = weighted(&|x, m| (1.0 / x - inverse) * (m / mean - 1.0) * (m / mean - 1.0));
        // squared deviation of a mean ≈ between + within/x, relative to the mean of all
        let slope = if leverage > 0.0 { moment / leverage } else { 0.0 };
        let within = slope.clamp(0.1 * spread, 0.9 * spread / inverse.max(f64::MIN_POSITIVE));
        let between = (spread - within * inverse).max(0.05 * spread);
        let q = (2.0 + 1.0 / between).min(20.0);
        let q = if q.is_finite() { q } else { 3.0 };
        let p = (q - 1.0) / ((q - 2.0) * within);
        let p = if p.is_finite() { p.clamp(0.2, 50.0) } else { 1.0 };
        let mean = if mean > 0.0 { mean } else { 1.0 };
        [p, q, mean * (q - 1.0) / p, 0.0]
    }

    /// Rows are sorted by frequency, and what depends on it alone is computed once.
    fn table_derivatives(&self, table: &PatternTable<Spend>) -> Derivatives {
        let mut sum = Derivatives::default();
        let mut shared: Option<Shared> = None;
        for (spend, weight) in table.iter() {
            let known = shared.filter(|shared| shared.frequency >= spend.frequency());
            let here = known.unwrap_or_else(|| Shared::new(self, spend.frequency()));
            sum.add(&here.derivatives(spend), weight);
            shared = Some(here);
        }
        sum
    }
}

/// What all customers with the same number of purchases share.
#[derive(Debug, Clone, Copy)]
struct Shared {
    model: GammaGamma,
    frequency: f64,
    /// −ln B(px, q) with its derivatives in p and q.
    value: f64,
    by_p: f64,
    by_q: f64,
    by_pp: f64,
    by_pq: f64,
    by_qq: f64,
}

impl Shared {
    /// Without the derivatives.
    fn value(model: &GammaGamma, frequency: f64) -> Self {
        let value = -ln_beta(model.p * frequency, model.q);
        let [by_p, by_q, by_pp, by_pq, by_qq] = [0.0; 5];
        Self { model: *model, frequency, value, by_p, by_q, by_pp, by_pq, by_qq }
    }

    fn new(model: &GammaGamma, frequency: f64) -> Self {
        let (p, q, x) = (model.p, model.q, frequency);
        let (in_p, in_q) = (ln_rising_factorial(p * x, q), ln_rising_factorial(q, p * x));
        Self {
            by_p: x * in_p.first,
            by_q: in_q.first,
            by_pp: x * x * in_p.second,
            by_pq: x * (p * x + q).trigamma(),
            by_qq: in_q.second,
            ..Self::value(model, frequency)
        }
    }

    fn log_likelihood(&self, spend: &Spend) -> f64 {
        let GammaGamma { p, q, v } = self.model;
        let total = total(spend);
        self.value
            - q * libm::log1p(total / v)
            - p * self.frequency * libm::log1p(v / total)
            - libm::log(spend.monetary_value())
    }

    fn derivatives(&self, spend: &Spend) -> Derivatives {
        let GammaGamma { p, q, v } = self.model;
        let (x, total) = (self.frequency, total(spend));
        let (ln_own, ln_prior) = (-libm::log1p(v / total), -libm::log1p(total / v));
        // How much the mean of the customer counts, and that of all.
        let (own, prior) = (total / (v + total), v / (v + total));
        let by_p = p * (self.by_p + x * ln_own);
        let by_q = q * (self.by_q + ln_prior);
        let by_v = q * own - p * x * prior;
        let pq = p * q * self.by_pq;
        let (pv, qv) = (-p * x * prior, q * own);
        let pp = p * p * self.by_pp + by_p;
        let qq = q * q * self.by_qq + by_q;
        let vv = -(p * x + q) * own * prior;
        Derivatives {
            value: self.value + q * ln_prior + p * x * ln_own - libm::log(spend.monetary_value()),
            gradient: [by_p, by_q, by_v, 0.0],
            hessian: [[pp, pq, pv, 0.0], [pq, qq, qv, 0.0], [pv, qv, vv, 0.0], [0.0; 4]],
        }
    }
}

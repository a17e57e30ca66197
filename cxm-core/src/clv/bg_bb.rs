//! BG/BB: purchases at discrete opportunities, and customers who leave unseen.
//!
//! # What it measures
//! How often customers will buy who can do so once a period or not at all: a yearly gift, a cruise,
//! a conference; or any behaviour that is noted as done or not done in each period.
//!
//! # Formula
//! ```text
//! before each opportunity the customer leaves with chance θ ~ Beta(γ, δ); one who is still there
//! buys with chance p ~ Beta(α, β)
//!
//! history: x purchases at n opportunities, the last one at opportunity t
//! alive(n) = B(α+x, β+n−x)/B(α, β) · B(γ, δ+n)/B(γ, δ)
//! left(j)  = B(α+x, β+j−x)/B(α, β) · B(γ+1, δ+j)/B(γ, δ)        left after opportunity j
//! L = alive(n) + Σⱼ left(j),  j = t … n−1
//!
//! P(alive at n + 1 + h) = alive(n)/L · (δ+n)₍ₕ₊₁₎ / (γ+δ+n)₍ₕ₊₁₎           (·)₍ₖ₎ rising factorial
//! expected purchases in m opportunities
//!      = alive(n)/L · (α+x)/(α+β+n) · Σₖ (δ+n)₍ₖ₎/(γ+δ+n)₍ₖ₎,  k = 1 … m
//! DERT = the same sum without end, each term times wᵏ, w = exp(−discount)
//!      = alive(n)/L · (α+x)/(α+β+n) · w (δ+n)/(γ+δ+n) · ₂F₁(1, δ+n+1; γ+δ+n+1; w)
//! ```
//!
//! # Input
//! [`History`] in whole opportunities: `frequency` of them were taken, `recency` is the number of
//! the last one taken, `age` is how many there were. [`BgBb::check`] names the field that is not
//! whole, or a frequency above the recency; fits and [`Quantity`](super::Quantity) ask it first.
//!
//! # Empty and edge cases
//! * **P(alive) is that at the next opportunity, n + 1,** as in the paper: the customer may leave
//!   before it. A horizon of h opportunities speaks of opportunity n + 1 + h.
//! * **The first purchase in the horizon is discounted once,** since it comes a period from now.
//!   With the next opportunity at hand, multiply by exp(discount).
//! * γ = 1 is nothing special here: all sums are of positive terms, never a difference over γ − 1.
//! * The work of an answer grows with the opportunities, so more than
//!   [`MAX_OPPORTUNITIES`] are refused.
//!
//! # Merging
//! A fit reads a [`PatternTable`]; tables are made from merged histories.
//!
//! # Uncertainty
//! [`Fitted`](super::Fitted) holds the covariance of the logs of the parameters. With few periods
//! the four parameters are poorly known apart, and the diagnosis says so.
//!
//! # Not to be confused with
//! BG/NBD, where purchases may come at any time;
//! [`ShiftedBetaGeometric`](super::ShiftedBetaGeometric), where leaving is seen.
//!
//! # Source
//! Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual setting,
//! Marketing Science 29(6), 1086–1108.
//!
//! # Example
//! ```
//! use cxm_core::clv::{BgBb, History, Horizon, Model, PurchaseModel};
//!
//! // alpha, beta, gamma, delta
//! let model = BgBb::from_parameters(&[1.2, 0.75, 0.66, 2.78])?;
//! let gave_in_five_of_six_years = History::new(5.0, 6.0, 6.0)?;
//! let lapsed = History::new(5.0, 5.0, 6.0)?;
//! let next = |history| model.expected_transactions(history, Horizon::new(1.0).unwrap());
//! assert!(next(&gave_in_five_of_six_years) > next(&lapsed));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::beta_sequence::{BetaSequence, discounted_noes};
use super::history::{Discount, History, Horizon};
use super::model::{
    Derivatives, MAX_OPPORTUNITIES, MAX_PARAMETERS, Model, PurchaseModel, check_parameters,
    check_probability,
};
use super::patterns::PatternTable;
use crate::error::{Error, Result};

/// A series whose next terms all together are below this share of it is done.
const NEGLIGIBLE: f64 = 1e-17;

/// The BG/BB model with known parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct BgBb {
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
}

/// What is known of a customer who is alive at the last opportunity: p ~ Beta(alpha, beta),
/// θ ~ Beta(gamma, delta), independent of each other.
#[derive(Debug, Clone, Copy)]
struct Posterior {
    /// ln P(alive at the last opportunity).
    ln_alive: f64,
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
}

impl BgBb {
    /// The sequence of purchases of one who bought `x` times at the first `seen` opportunities.
    fn buying(&self, x: f64, seen: f64) -> BetaSequence {
        BetaSequence::new(self.alpha, self.beta, x, seen - x)
    }

    fn staying(&self, opportunities: f64) -> BetaSequence {
        BetaSequence::new(self.gamma, self.delta, 0.0, opportunities)
    }

    fn leaving_after(&self, opportunities: f64) -> BetaSequence {
        BetaSequence::new(self.gamma, self.delta, 1.0, opportunities)
    }

    /// ln alive(n), and ln Σ left(j).
    fn ln_terms(&self, history: &History) -> (f64, f64) {
        let (x, last, n) = (history.frequency(), history.recency(), history.age());
        let alive = self.buying(x, n).value + self.staying(n).value;
        if last >= n {
            return (alive, f64::NEG_INFINITY);
        }
        let (mut buying, mut leaving) = (self.buying(x, last), self.leaving_after(last));
        let (mut term, mut sum, mut j) = (1.0, 1.0, last + 1.0);
        let first = buying.value + leaving.value;
        while j < n {
            term *= buying.next_no() * leaving.next_no();
            sum += term;
            buying.push_no();
            leaving.push_no();
            j += 1.0;
        }
        (alive, first + libm::log(sum))
    }

    fn posterior(&self, history: &History) -> Posterior {
        let (alive, left) = self.ln_terms(history);
        let (x, n) = (history.frequency(), history.age());
        Posterior {
            ln_alive: -softplus(left - alive),
            alpha: self.alpha + x,
            beta: self.beta + n - x,
            gamma: self.gamma,
            delta: self.delta + n,
        }
    }

    /// The derivatives of ln of buying × dropout, in the order of the parameters.
    fn term_derivatives(buying: &BetaSequence, dropout: &BetaSequence) -> Derivatives {
        let ([a, b], [c, d]) = (buying.gradient(), dropout.gradient());
        let ([aa, ab, bb], [cc, cd, dd]) = (buying.hessian(), dropout.hessian());
        Derivatives {
            value: buying.value + dropout.value,
            gradient: [a, b, c, d],
            hessian: [
                [aa, ab, 0.0, 0.0],
                [ab, bb, 0.0, 0.0],
                [0.0, 0.0, cc, cd],
                [0.0, 0.0, cd, dd],
            ],
        }
    }
}

/// A weighted sum of terms exp(f): its derivatives follow from the weighted means of f′ and of
/// f″ + f′f′ᵀ.
#[derive(Debug, Default)]
struct Mixture {
    means: Derivatives,
}

impl Mixture {
    fn add(&mut self, term: &Derivatives, weight: f64) {
        let mut second = *term;
        for (row, left) in second.hessian.iter_mut().zip(term.gradient) {
            for (cell, right) in row.iter_mut().zip(term.gradient) {
                *cell += left * right;
            }
        }
        self.means.add(&second, weight);
    }

    /// The derivatives of ln of the sum, whose value is given; `weight` is the sum of the weights.
    fn finish(self, value: f64, weight: f64) -> Derivatives {
        let mut result = Derivatives::default();
        result.add(&self.means, 1.0 / weight);
        result.value = value;
        let gradient = result.gradient;
        for (row, left) in result.hessian.iter_mut().zip(gradient) {
            for (cell, right) in row.iter_mut().zip(gradient) {
                *cell -= left * right;
            }
        }
        result
    }
}

impl Model for BgBb {
    type Pattern = History;

    const NAME: &'static str = "bg_bb";
    const PARAMETERS: &'static [&'static str] = &["alpha", "beta", "gamma", "delta"];
    const TIMES: &'static [bool] = &[false, false, false, false];

    fn from_parameters(parameters: &[f64]) -> Result<Self> {
        let [alpha, beta, gamma, delta] = check_parameters(Self::PARAMETERS, parameters)?;
        Ok(Self { alpha, beta, gamma, delta })
    }

    fn parameters(&self) -> [f64; MAX_PARAMETERS] {
        [self.alpha, self.beta, self.gamma, self.delta]
    }

    fn check(history: &History) -> Result<()> {
        let refuse = |field, message: String| Error::observation(message).in_field(field);
        for (field, value) in [("recency", history.recency()), ("age", history.age())] {
            if libm::floor(value) < value {
                let message = format!("expected a whole number of opportunities, got {value}");
                return Err(refuse(field, message));
            }
        }
        if history.age() > MAX_OPPORTUNITIES {
            return Err(Error::limit(format!(
                "expected at most {MAX_OPPORTUNITIES} opportunities"
            ))
            .in_field("age"));
        }
        let (x, last) = (history.frequency(), history.recency());
        if x > last {
            let message = format!(
                "expected at most {last}, the opportunities until the last \
                                   purchase, got {x}"
            );
            return Err(refuse("frequency", message));
        }
        Ok(())
    }

    fn log_likelihood(&self, history: &History) -> f64 {
        let (alive, left) = self.ln_terms(history);
        alive + softplus(left - alive)
    }

    fn derivatives(&self, history: &History) -> Derivatives {
        let (x, last, n) = (history.frequency(), history.recency(), history.age());
        let alive = Self::term_derivatives(&self.buying(x, n), &self.staying(n));
        if last >= n {
            return alive;
        }
        let (mut buying, mut leaving) = (self.buying(x, last), self.leaving_after(last));
        let first = buying.value + leaving.value;
        let mut left = Mixture::default();
        let (mut term, mut sum, mut j) = (1.0, 0.0, last);
        while j < n {
            left.add(&Self::term_derivatives(&buying, &leaving), term);
            sum += term;
            term *= buying.next_no() * leaving.next_no();
            buying.push_no();
            leaving.push_no();
            j += 1.0;
        }
        let left = left.finish(first + libm::log(sum), sum);
        let value = alive.value + softplus(left.value - alive.value);
        let mut both = Mixture::default();
        both.add(&alive, libm::exp(alive.value - value));
        both.add(&left, libm::exp(left.value - value));
        both.finish(value, 1.0)
    }

    fn start(table: &PatternTable<History>) -> [f64; MAX_PARAMETERS] {
        let mut totals = (0.0, 0.0);
        for (history, weight) in table.iter() {
            totals.0 += weight * history.frequency();
            totals.1 += weight * history.age();
        }
        let (taken, seen) = totals;
        // Half a purchase and half a miss, so that no share is 0 or 1.
        let share = (taken + 0.5) / (seen + 1.0);
        let age = table.mean_age().unwrap_or(1.0).max(1.0);
        [1.0, (1.0 - share) / share, 0.7, 0.7 * age]
    }
}

impl PurchaseModel for BgBb {
    const DISCRETE: bool = true;

    fn ln_probability_alive(&self, history: &History) -> f64 {
        self.posterior(history).ln_alive_at(1.0)
    }

    fn probability_alive_after(&self, history: &History, horizon: Horizon) -> f64 {
        libm::exp(self.posterior(history).ln_alive_at(1.0 + horizon.get()))
    }

    fn expected_transactions(&self, history: &History, horizon: Horizon) -> f64 {
        let posterior = self.posterior(history);
        posterior.expected_share() * posterior.stays(horizon.get(), 1.0)
    }

    fn probability_of_transactions(&self, history: &History, horizon: Horizon, count: u64) -> f64 {
        let posterior = self.posterior(history);
        let alive = libm::exp(posterior.ln_alive);
        let gone = if count == 0 { -libm::expm1(posterior.ln_alive) } else { 0.0 };
        #[allow(clippy::cast_precision_loss, reason = "beyond any horizon long before 2^53")]
        let count = count as f64;
        gone + alive * posterior.probability_of(count, horizon.get())
    }

    fn discounted_expected_transactions(
        &self,
        history: &History,
        horizon: Horizon,
        discount: Discount,
    ) -> f64 {
        let posterior = self.posterior(history);
        posterior.expected_share() * posterior.stays(horizon.get(), libm::exp(-discount.rate()))
    }

    fn discounted_expected_residual_transactions(
        &self,
        history: &History,
        discount: Discount,
    ) -> f64 {
        let posterior = self.posterior(history);
        let Posterior { gamma, delta, .. } = posterior;
        let w = libm::exp(-discount.rate());
        let next = w * delta / (gamma + delta);
        posterior.expected_share() * next * discounted_noes(gamma, delta + 1.0, w)
    }

    /// The first opportunity by which the next purchase has come with this probability; `None`
    /// where that is never, or not among the next [`MAX_OPPORTUNITIES`].
    fn time_to_next_transaction(&self, history: &History, probability: f64) -> Result<Option<f64>> {
        check_probability(probability)?;
        Ok(self.posterior(history).opportunity_of_next(probability))
    }
}

impl Posterior {
    /// ln P(alive `k` opportunities after the last).
    fn ln_alive_at(&self, k: f64) -> f64 {
        self.ln_alive + BetaSequence::new(self.gamma, self.delta, 0.0, k).value
    }

    /// P(alive at the last opportunity) · E[p].
    fn expected_share(&self) -> f64 {
        libm::exp(self.ln_alive) * self.alpha / (self.alpha + self.beta)
    }

    /// Σ wᵏ P(still alive after k more opportunities | alive), k = 1 … m.
    fn stays(&self, m: f64, w: f64) -> f64 {
        let (mut term, mut sum, mut k) = (1.0, 0.0, 0.0);
        // What remains is at most a geometric series.
        let reach = if w < 1.0 { w / (1.0 - w) } else { f64::INFINITY };
        while k < m && term * reach > NEGLIGIBLE * sum {
            term *= w * (self.delta + k) / (self.gamma + self.delta + k);
            sum += term;
            k += 1.0;
        }
        sum
    }

    /// P(exactly `count` purchases at the next `m` opportunities | alive).
    fn probability_of(&self, count: f64, m: f64) -> f64 {
        if count > m {
            return 0.0;
        }
        let Self { alpha, beta, gamma, delta, .. } = *self;
        // Left after opportunity i, or alive to the end: C(i, count) orders of the purchases each.
        let start = BetaSequence::new(alpha, beta, count, 0.0).value
            + BetaSequence::new(gamma, delta, 1.0, count).value;
        let (mut term, mut sum, mut scale, mut i) = (1.0, 0.0, start, count);
        while i < m {
            sum += term;
            let orders = (i + 1.0) / (i + 1.0 - count);
            let misses = (beta + i - count) / (alpha + beta + i);
            term *= orders * misses * (delta + i) / (gamma + delta + i + 1.0);
            i += 1.0;
            if sum > 1e200 {
                (term, sum, scale) = (term * 1e-200, sum * 1e-200, scale + 200.0 * LN_TEN);
            }
        }
        sum += term * (gamma + delta + m) / gamma;
        libm::exp(scale + libm::log(sum)).min(1.0)
    }

    fn opportunity_of_next(&self, probability: f64) -> Option<f64> {
        let Self { alpha, beta, gamma, delta, .. } = *self;
        let target = probability * libm::exp(-self.ln_alive);
        let mut first = alpha / (alpha + beta) * delta / (gamma + delta);
        let (mut reached, mut k, mut look) = (first, 1.0, 1.0);
        while reached < target {
            if k >= look {
                // 1 − ratio of neighbours ≥ s/(K + c) bounds what is still to come.
                let c = (alpha + beta).max(gamma + delta) + k;
                let fall = alpha + 1.0 + gamma - (alpha + 1.0) * gamma / c;
                let rest = if fall > 1.0 { first * c / (fall - 1.0) } else { f64::INFINITY };
                if target > 1.0 || reached + rest < target || k >= MAX_OPPORTUNITIES {
                    return None;
                }
                look = 2.0 * k;
            }
            first *= (beta + k - 1.0) * (delta + k) / ((alpha + beta + k) * (gamma + delta + k));
            reached += first;
            k += 1.0;
        }
        Some(k)
    }
}

const LN_TEN: f64 = std::f64::consts::LN_10;

/// ln(1 + eᵘ).
fn softplus(u: f64) -> f64 {
    if u > 0.0 { u + libm::log1p(libm::exp(-u)) } else { libm::log1p(libm::exp(u)) }
}

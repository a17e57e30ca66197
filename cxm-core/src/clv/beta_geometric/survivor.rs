//! The future of one who is still a customer: λ ~ Gamma(r, α), p ~ Beta(a, b), and a chance p to
//! leave after each purchase to come.
//!
//! ```text
//! τ = t/α, z = t/(α+t), c = a+b−1, ℓ = ln(1+τ) = −ln(1−z)
//! E[X(t)]       = E[(1 − (1+pτ)^−r)/p]
//!               = c (1 − e^−(a−1)ℓ)/(a−1) − e^−(a−1)ℓ Σₖ≥₁ (c−r)ₖ (a)ₖ₋₁/((c+1)ₖ₋₁ k!) zᵏ
//! P(alive at t) = E[(1+pτ)^−r] = (1−z)ᵃ F(a, a+b−r; a+b; z)
//! P(X(t) = n)   = (b)ₙ/(a+b)ₙ NB(n; t) + a (b)ₙ₋₁/(a+b)ₙ I_z(n, r)
//! ```
//!
//! The first sum has no singularity at a = 1 or a + b = 1, and its terms fall faster the more
//! purchases there were. Where it would be long or lose digits, the expectation over p is taken
//! by quadrature.

use crate::numeric::distribution::beta_cdf;
use crate::numeric::quadrature::real_line;
use crate::numeric::rising_factorial::ln_rising_factorial;
use crate::numeric::special_functions::ln_beta;

/// Terms of a series after which quadrature is cheaper.
const MAX_TERMS: u32 = 2_000;

/// The rounding that a series may have, beside its result.
const MAX_LOSS: f64 = 1e-12;

/// Below this a, the probabilities of leaving next to 0 are taken out of a quadrature.
const SMALL_A: f64 = 1.0;

/// Someone who is still a customer, with what their history says of λ and p.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Survivor {
    /// Shape of λ.
    pub r: f64,
    /// Rate of λ: a time.
    pub alpha: f64,
    /// First shape of p.
    pub a: f64,
    /// Second shape of p.
    pub b: f64,
}

/// A sum, and the sum of the magnitudes of its terms.
struct Series {
    sum: f64,
    magnitude: f64,
}

/// F(a, b; c; z) for z from 0 to 1; `None` where it takes too many terms.
fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> Option<Series> {
    series([a, b, c], z, 1.0, 0.0)
}

/// The sum of the terms from this one on, each (a+k)(b+k)z/((c+k)(k+1)) of the one before; `None`
/// where there are too many.
///
/// Four terms share one division, which costs more than all the rest.
fn series([a, b, c]: [f64; 3], z: f64, mut term: f64, mut k: f64) -> Option<Series> {
    let mut series = Series { sum: term, magnitude: term.abs() };
    let negligible = f64::EPSILON * (1.0 - z);
    for _ in 0..MAX_TERMS / 4 {
        let up = |k: f64| (a + k) * (b + k) * z;
        let down = |k: f64| (c + k) * (k + 1.0);
        let (up_0, up_1, up_2, up_3) = (up(k), up(k + 1.0), up(k + 2.0), up(k + 3.0));
        let (down_1, down_3) = (down(k + 1.0), down(k + 3.0));
        let (first_down, last_down) = (down(k) * down_1, down(k + 2.0) * down_3);
        let first_up = up_0 * up_1;
        let part = term / (first_down * last_down);
        let first = part * (up_0 * down_1 * last_down);
        let second = part * (first_up * last_down);
        let third = part * (first_up * up_2 * down_3);
        term = part * (first_up * (up_2 * up_3));
        series.sum += (first + second) + (third + term);
        series.magnitude += (first.abs() + second.abs()) + (third.abs() + term.abs());
        k += 4.0;
        if term.abs() <= negligible * series.sum.abs() {
            return Some(series);
        }
    }
    None
}

impl Survivor {
    /// Expected purchases within `t`.
    pub fn expected(&self, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        let tau = t / self.alpha;
        let stretch = libm::log1p(tau);
        let (c, shift) = (self.a + self.b - 1.0, self.a - 1.0);
        let decayed = libm::expm1(-shift * stretch);
        // One exponential serves both, as long as nothing is lost.
        let decay = if decayed > -0.5 { 1.0 + decayed } else { libm::exp(-shift * stretch) };
        let whole = if shift.abs() > 0.0 { -decayed / shift } else { stretch };
        let series = self.expected_series(tau / (1.0 + tau));
        if let Some(Series { sum, magnitude }) = series {
            let expected = c * whole - decay * sum;
            let loss = f64::EPSILON * ((c * whole).abs() + decay * magnitude);
            if loss <= MAX_LOSS * expected {
                return expected;
            }
        }
        self.over_leaving(self.r * tau, |p| -libm::expm1(-self.r * libm::log1p(p * tau)) / p)
    }

    /// Σₖ≥₁ (c−r)ₖ (a)ₖ₋₁/((c+1)ₖ₋₁ k!) zᵏ.
    fn expected_series(&self, z: f64) -> Option<Series> {
        let (c, d) = (self.a + self.b - 1.0, self.a + self.b - 1.0 - self.r);
        series([d, self.a - 1.0, c], z, d * z, 1.0)
    }

    /// P(still a customer at `t`).
    pub fn probability_alive(&self, t: f64) -> f64 {
        self.mean_decay(self.r, t).min(1.0)
    }

    /// Expected purchases a unit of time at `t`: E[λ e^−λpt].
    pub fn rate(&self, t: f64) -> f64 {
        self.r / self.alpha * self.mean_decay(self.r + 1.0, t)
    }

    /// E[(1 + pτ)^−power] = (1−z)ᵃ F(a, a+b−power; a+b; z).
    fn mean_decay(&self, power: f64, t: f64) -> f64 {
        let tau = t / self.alpha;
        let z = tau / (1.0 + tau);
        let (all, d) = (self.a + self.b, self.a + self.b - power);
        let series = hypergeometric(self.a, d, all, z);
        let exact =
            series.filter(|series| f64::EPSILON * series.magnitude <= MAX_LOSS * series.sum);
        if let Some(Series { sum, .. }) = exact {
            return libm::exp(-self.a * libm::log1p(tau)) * sum;
        }
        self.over_leaving(1.0, |p| libm::exp(-power * libm::log1p(p * tau)))
    }

    /// P(no purchase within `t`).
    pub fn probability_of_none(&self, t: f64) -> f64 {
        libm::exp(-self.r * libm::log1p(t / self.alpha))
    }

    /// P(exactly so many purchases within `t`), for one or more.
    #[allow(clippy::cast_precision_loss, reason = "counts below 2^53 are exact, others are 0")]
    pub fn probability_of(&self, t: f64, count: u64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        let n = count as f64;
        let chances = ln_rising_factorial(self.a + self.b, n).value;
        let before = ln_rising_factorial(self.b, n - 1.0).value;
        let purchases = ln_rising_factorial(self.r, n).value
            - ln_rising_factorial(1.0, n).value
            - self.r * libm::log1p(t / self.alpha)
            - n * libm::log1p(self.alpha / t);
        let stayed = before + libm::log(self.b + (n - 1.0)) - chances + purchases;
        let left = libm::log(self.a) + before - chances;
        let reached = beta_cdf(t / (self.alpha + t), n, self.r);
        libm::exp(stayed) + libm::exp(left) * reached
    }

    /// The time within which the next purchase comes with this probability; `None` for 1 or more.
    pub fn time_to_next(&self, probability: f64) -> Option<f64> {
        (probability < 1.0).then(|| self.alpha * libm::expm1(-libm::log1p(-probability) / self.r))
    }

    /// E[g(p)] for a falling g that is smooth in ln p, with g(0).
    fn over_leaving(&self, at_zero: f64, g: impl Fn(f64) -> f64) -> f64 {
        let (a, b) = (self.a, self.b);
        let ln_beta = ln_beta(a, b);
        let (mode, width) = (libm::log(a / b), (3.0 * (1.0 / a + 1.0 / b).sqrt()).min(1.0));
        // With a small a, most of the mass has p next to 0: there only the difference counts.
        let part = if a < SMALL_A { at_zero } else { 0.0 };
        let mean = width
            * real_line(0.0, |v| {
                let y = mode + width * v;
                let (p, ln_p, ln_q) = if y < 0.0 {
                    let odds = libm::exp(y);
                    let ln_q = -libm::log1p(odds);
                    (odds / (1.0 + odds), y + ln_q, ln_q)
                } else {
                    let odds = libm::exp(-y);
                    let ln_p = -libm::log1p(odds);
                    (1.0 / (1.0 + odds), ln_p, ln_p - y)
                };
                let density = libm::exp(a * ln_p + b * ln_q - ln_beta);
                if density > 0.0 && p > 0.0 { density * (g(p) - part) } else { 0.0 }
            });
        mean + part
    }
}

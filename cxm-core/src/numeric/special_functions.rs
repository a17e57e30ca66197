//! Logarithms of gamma and beta functions, and of likelihood ratios, that keep their digits at any
//! sample size.
//!
//! `ln Γ(n)` grows like `n ln n`, so a difference of two of them loses one digit of the result for
//! every digit of `n`. Everything here is written as the difference itself.
//!
//! # Formula
//! ```text
//! ln Γ(a)            = (a − ½) ln a − a + ½ ln 2π + r(a)
//! r(a)               = 1/(12a) − 1/(360a³) + 1/(1260a⁵) − …                       (Stirling)
//! ln B(a, b)         = a ln(a/s) + b ln(b/s) + ½ ln(2π s/(ab)) + r(a) + r(b) − r(s),   s = a + b
//! ln Γ(n+1)/Γ(n+½)   = ½ ln n + 1/(8n) − 1/(192n³) + 1/(640n⁵) − 17/(14336n⁷) + …
//! ```
//!
//! # Source
//! Abramowitz & Stegun (1964), 6.1.40 and 6.1.47.

/// ½ ln 2π.
pub const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;

/// From here on the Stirling series is exact to the last digit.
const STIRLING_FROM: f64 = 16.0;

/// What `ln Γ(a)` has beyond Stirling's leading terms: r(a) above; about 1/(12a).
pub fn stirling_remainder(a: f64) -> f64 {
    if a < STIRLING_FROM {
        return libm::lgamma(a) - ((a - 0.5) * libm::log(a) - a + HALF_LN_TWO_PI);
    }
    let u = 1.0 / (a * a);
    let series = 1.0 / 12.0
        - u * (1.0 / 360.0
            - u * (1.0 / 1260.0 - u * (1.0 / 1680.0 - u * (1.0 / 1188.0 - u * 691.0 / 360_360.0))));
    series / a
}

/// `ln B(a, b)` for positive `a` and `b`, with a small *relative* error at any size.
///
/// # Example
/// ```
/// use cxm_core::numeric::special_functions::ln_beta;
/// assert!((ln_beta(2.0, 3.0) - (1.0_f64 / 12.0).ln()).abs() < 1e-15);
/// ```
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large < STIRLING_FROM {
        return libm::lgamma(small) + libm::lgamma(large) - libm::lgamma(small + large);
    }
    let sum = small + large;
    let corrections = stirling_remainder(large) - stirling_remainder(sum);
    // b ln(b/s) with b/s near 1 keeps its digits as ln(1 − a/s).
    let falling = large * libm::log1p(-small / sum);
    if small < STIRLING_FROM {
        let shift = -small * libm::log(sum) - 0.5 * libm::log1p(-small / sum);
        return libm::lgamma(small) + falling + shift + small + corrections;
    }
    let rising = small * libm::log(small / sum);
    let spread = 0.5 * libm::log(sum / small / large) + HALF_LN_TWO_PI;
    rising + falling + spread + stirling_remainder(small) + corrections
}

/// `ln(Γ(n + 1) / Γ(n + ½))`, for `n` ≥ 0.
///
/// # Example
/// ```
/// use cxm_core::numeric::special_functions::ln_gamma_ratio_half;
/// // Γ(2) / Γ(3/2) = 2/√π
/// assert!((ln_gamma_ratio_half(1.0) - (2.0 / std::f64::consts::PI.sqrt()).ln()).abs() < 1e-15);
/// ```
pub fn ln_gamma_ratio_half(n: f64) -> f64 {
    if n < STIRLING_FROM {
        return libm::lgamma(n + 1.0) - libm::lgamma(n + 0.5);
    }
    let u = 1.0 / (n * n);
    let series = 1.0 / 8.0
        - u * (1.0 / 192.0
            - u * (1.0 / 640.0
                - u * (17.0 / 14_336.0 - u * (31.0 / 18_432.0 - u * 691.0 / 180_224.0))));
    0.5 * libm::log(n) + series / n
}

/// `ln Σ exp(terms)` without overflow; −∞ for no terms.
///
/// # Example
/// ```
/// use cxm_core::numeric::special_functions::log_sum_exp;
/// assert!((log_sum_exp(&[1000.0, 1000.0]) - (1000.0 + 2.0_f64.ln())).abs() < 1e-12);
/// ```
pub fn log_sum_exp(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest.is_infinite() {
        return largest;
    }
    largest + libm::log(terms.iter().map(|term| libm::exp(term - largest)).sum())
}

/// One cell of a Kullback–Leibler divergence, `p ln(p/q) − p + q`: never negative, 0 where p = q.
///
/// The added `q − p` cancels in a sum over cells of two distributions, and leaves every cell of
/// second order: at a billion answers the plain `p ln(p/q)` would cancel to noise.
pub fn divergence_cell(p: f64, q: f64) -> f64 {
    if p <= 0.0 {
        return q;
    }
    if q <= 0.0 {
        return f64::INFINITY;
    }
    let t = (p - q) / q;
    if t.abs() > 0.02 {
        return p * libm::log(p / q) - p + q;
    }
    // (1+t) ln(1+t) − t = t²/2 − t³/6 + t⁴/12 − … = Σ (−1)ᵏ tᵏ / (k(k−1))
    let series = (2..=10_i32).rev().fold(0.0, |sum, k| {
        let k = f64::from(k);
        1.0 / (k * (k - 1.0)) - t * sum
    });
    q * t * t * series
}

/// Kullback–Leibler divergence of a share `p` from a share `q`, in nats.
///
/// # Example
/// ```
/// use cxm_core::numeric::special_functions::bernoulli_divergence;
/// let by_hand = 0.5 * (0.5_f64 / 0.25).ln() + 0.5 * (0.5_f64 / 0.75).ln();
/// assert!((bernoulli_divergence(0.5, 0.25) - by_hand).abs() < 1e-15);
/// ```
pub fn bernoulli_divergence(p: f64, q: f64) -> f64 {
    divergence_cell(p, q) + divergence_cell(1.0 - p, 1.0 - q)
}

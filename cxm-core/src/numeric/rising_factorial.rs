//! Rising factorials: the logarithm of Γ(a + n)/Γ(a) and its derivatives in a, written as the
//! differences themselves.
//!
//! The likelihood of a purchase model is made of such ratios. Γ(r + x) and Γ(r) apart lose a
//! digit of their ratio for every digit of r; so do their digamma and trigamma functions.
//!
//! # Formula
//! ```text
//! ln (a)ₙ  = ln Γ(a + n) − ln Γ(a)
//!          = n ln(a+n) + (a − ½) ln(1 + n/a) − n + r(a+n) − r(a)       r: Stirling's remainder
//! ∂/∂a     = ψ(a + n) − ψ(a)
//!          = ln(1 + n/a) + n/(2a(a+n)) + s(a) − s(a+n)               s(a) = Σ B₂ₖ/(2k a²ᵏ)
//! ∂²/∂a²   = ψ′(a + n) − ψ′(a)
//! below a = 16:   (a)ₙ = (a + m)ₙ · Π (a + j)/(a + n + j),   j < m
//! ```
//!
//! # Accuracy
//! Relative error below 10⁻¹⁴ for the derivatives, and of the logarithm below 10⁻¹⁴ relative or
//! absolute, for a from 10⁻¹⁰ to 10¹², n from 1 to 10⁶.
//!
//! # Source
//! Abramowitz & Stegun (1964), 6.1.40, 6.3.18, 6.4.12.

use super::special_functions::stirling_remainder;

/// From here on the asymptotic series are exact to the last digit.
const ASYMPTOTIC_FROM: f64 = 16.0;

/// Up to so many whole factors are multiplied one by one.
const FEW_FACTORS: f64 = 24.0;

/// ln (a)ₙ with its first and second derivative in a.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LnRisingFactorial {
    /// ln Γ(a + n) − ln Γ(a).
    pub value: f64,
    /// ψ(a + n) − ψ(a).
    pub first: f64,
    /// ψ′(a + n) − ψ′(a).
    pub second: f64,
}

/// ln (a)ₙ = ln Γ(a + n) − ln Γ(a) for a > 0, n ≥ 0, whole or not, with its derivatives in a.
///
/// # Example
/// ```
/// use cxm_core::numeric::rising_factorial::ln_rising_factorial;
/// let three = ln_rising_factorial(2.0, 3.0); // 2 · 3 · 4
/// assert!((three.value - 24.0_f64.ln()).abs() < 1e-15);
/// assert!((three.first - (1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0)).abs() < 1e-15);
/// ```
pub fn ln_rising_factorial(a: f64, n: f64) -> LnRisingFactorial {
    if n <= FEW_FACTORS && libm::floor(n) >= n {
        return product(a, n);
    }
    if a >= ASYMPTOTIC_FROM {
        return asymptotic(a, n);
    }
    let shift = libm::ceil(ASYMPTOTIC_FROM - a);
    let mut sum = asymptotic(a + shift, n);
    let (mut j, mut ratio) = (0.0, 1.0);
    while j < shift {
        let (below, above) = (a + j, a + n + j);
        // Once for all; the ratio of 16 factors cannot leave the range of a double.
        ratio *= below / above;
        sum.first += n / (below * above);
        sum.second -= n * (below + above) / (below * below * above * above);
        j += 1.0;
    }
    sum.value += libm::log(ratio);
    sum
}

/// Π (a + k), k < n.
fn product(a: f64, n: f64) -> LnRisingFactorial {
    let mut sum = LnRisingFactorial::default();
    let (mut k, mut factors) = (0.0, 1.0);
    while k < n {
        let factor = a + k;
        let inverse = 1.0 / factor;
        factors *= factor;
        sum.first += inverse;
        sum.second -= inverse * inverse;
        if !(1e-200..1e200).contains(&factors) {
            sum.value += libm::log(factors);
            factors = 1.0;
        }
        k += 1.0;
    }
    sum.value += libm::log(factors);
    sum
}

fn asymptotic(a: f64, n: f64) -> LnRisingFactorial {
    let end = a + n;
    let log = libm::log1p(n / a);
    let value = n * libm::log(end) + ((a - 0.5) * log - n) + stirling_remainder(end)
        - stirling_remainder(a);
    let first = log + n / (2.0 * a * end) + digamma_series(a) - digamma_series(end);
    let second = -n / (a * end) - n * (a + end) / (2.0 * a * a * end * end) + trigamma_series(end)
        - trigamma_series(a);
    LnRisingFactorial { value, first, second }
}

/// ln a − 1/(2a) − ψ(a).
fn digamma_series(a: f64) -> f64 {
    let u = 1.0 / (a * a);
    u * (1.0 / 12.0
        - u * (1.0 / 120.0
            - u * (1.0 / 252.0 - u * (1.0 / 240.0 - u * (1.0 / 132.0 - u * 691.0 / 32_760.0)))))
}

/// ψ′(a) − 1/a − 1/(2a²).
fn trigamma_series(a: f64) -> f64 {
    let u = 1.0 / (a * a);
    let series = 1.0 / 6.0
        - u * (1.0 / 30.0
            - u * (1.0 / 42.0 - u * (1.0 / 30.0 - u * (5.0 / 66.0 - u * 691.0 / 2730.0))));
    series * u / a
}

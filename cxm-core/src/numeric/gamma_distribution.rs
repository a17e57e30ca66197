//! The gamma distribution of any shape: both tails and quantiles, each with its own digits.
//!
//! # Formula
//! ```text
//! P(X ≤ x) = x^a e^−x/Γ(a+1) (1 + x/(a+1) + x²/((a+1)(a+2)) + …)                        x < a + 1
//! P(X ≥ x) = x^a e^−x/Γ(a) / (x+1−a − 1(1−a)/(x+3−a − 2(2−a)/(x+5−a − …)))              x ≥ a + 1
//! x^a e^−x/Γ(a) = √(a/2π) exp(−[a ln(a/x) − a + x] − r(a))                 r: Stirling's remainder
//! ```
//! The scale is 1; about √a terms.
//!
//! # Source
//! Abramowitz & Stegun (1964), 6.5.29, 6.5.31, 26.4.17.

use std::f64::consts::PI;

use super::distribution::normal_quantile;
use super::roots::newton_bracketed;
use super::special_functions::{divergence_cell, stirling_remainder};

/// Bounds the work: enough for shapes of 10¹⁰.
const MOST_TERMS: u32 = 1_000_000;

/// P(X ≤ x) for a gamma variable of shape `a` > 0 and scale 1.
///
/// # Example
/// ```
/// use cxm_core::numeric::gamma_distribution::gamma_cdf;
/// assert!((gamma_cdf(2.0, 1.0) - (1.0 - (-2.0_f64).exp())).abs() < 1e-15);
/// ```
pub fn gamma_cdf(x: f64, a: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x < a + 1.0 { lower_tail(x, a) } else { 1.0 - upper_tail(x, a) }
}

/// P(X ≥ x) for a gamma variable of shape `a` > 0 and scale 1.
pub fn gamma_survival(x: f64, a: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x < a + 1.0 { 1.0 - lower_tail(x, a) } else { upper_tail(x, a) }
}

/// The x with P(X ≤ x) = p, for a gamma variable of shape `a` > 0 and scale 1.
///
/// # Example
/// ```
/// use cxm_core::numeric::gamma_distribution::gamma_quantile;
/// assert!((gamma_quantile(0.5, 1.0) - std::f64::consts::LN_2).abs() < 1e-15);
/// ```
pub fn gamma_quantile(p: f64, a: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        let end = if p > 0.5 { f64::INFINITY } else { 0.0 };
        return if (0.0..=1.0).contains(&p) { end } else { f64::NAN };
    }
    // P(X ≤ x) ≤ x^a/Γ(a+1): never above the quantile.
    let least = (libm::log(p) + libm::lgamma(a + 1.0)) / a;
    let ninth = 1.0 / (9.0 * a);
    let cube_root = 1.0 - ninth + normal_quantile(p) * ninth.sqrt();
    let guess = libm::log(a * cube_root * cube_root * cube_root);
    let start = if guess.is_finite() { guess.max(least) } else { least };
    let mut most = start.max(0.0) + 1.0;
    while gamma_cdf(libm::exp(most), a) < p {
        most += 1.0;
    }
    // The smaller tail is the one that has the digits.
    let root = newton_bracketed(least - 1.0, most, start, |y| {
        let x = libm::exp(y);
        let value = if p <= 0.5 { gamma_cdf(x, a) - p } else { (1.0 - p) - gamma_survival(x, a) };
        (value, kernel(x, a))
    });
    libm::exp(root)
}

/// x^a e^−x/Γ(a), the density over ln x; no logarithm in it grows with the shape.
fn kernel(x: f64, a: f64) -> f64 {
    (a / (2.0 * PI)).sqrt() * libm::exp(-divergence_cell(a, x) - stirling_remainder(a))
}

fn lower_tail(x: f64, a: f64) -> f64 {
    let (mut sum, mut term, mut divisor) = (1.0, 1.0, a);
    for _ in 0..MOST_TERMS {
        divisor += 1.0;
        term *= x / divisor;
        sum += term;
        if term <= 1e-17 * sum {
            break;
        }
    }
    kernel(x, a) / a * sum
}

/// By Lentz's method.
fn upper_tail(x: f64, a: f64) -> f64 {
    let mut below = x + 1.0 - a;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / below;
    let mut fraction = d;
    let mut k = 0.0;
    for _ in 0..MOST_TERMS {
        k += 1.0;
        let above = k * (a - k);
        below += 2.0;
        d = 1.0 / (above * d + below);
        c = below + above / c;
        let factor = c * d;
        fraction *= factor;
        if (factor - 1.0).abs() <= 0.5 * f64::EPSILON {
            break;
        }
    }
    kernel(x, a) * fraction
}

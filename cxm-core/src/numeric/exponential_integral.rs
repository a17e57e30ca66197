//! The exponential integral of any order, scaled by exp(z): a power law, discounted.
//!
//! # Formula
//! ```text
//! exp(z) E_s(z) = ∫₀^∞ exp(−z y) (1 + y)^−s dy = exp(z) z^(s−1) Γ(1 − s, z)
//!
//! z ≥ 1 or s ≥ 20:   1/(z+s − 1·s/(z+s+2 − 2(s+1)/(z+s+4 − …)))
//! s ≤ 1.3, z < 1:    E_s(z) = [Γ(1+ε) z^−ε − 1]/ε − Σ_{k≥1} (−z)ᵏ/(k! (k + ε)),   ε = 1 − s
//! otherwise:         s E_{s+1}(z) = exp(−z) − z E_s(z)
//! ```
//! The bracket is written so that nothing happens at s = 1, where it becomes −γ − ln z.
//!
//! # Source
//! Abramowitz & Stegun (1964), 5.1.12, 5.1.14, 5.1.22; 6.1.33.

/// Euler's constant.
const EULER_GAMMA: f64 = 0.577_215_664_901_532_9;

/// (ζ(k) − 1)/k, from k = 2 on.
const ZETA_TERMS: [f64; 25] = [
    0.3224670334241132,
    0.0673523010531981,
    0.020580808427784546,
    0.007385551028673986,
    0.0028905103307415234,
    0.001192753911703261,
    0.0005096695247430425,
    0.00022315475845357939,
    9.945751278180853e-05,
    4.492623673813314e-05,
    2.050721277567069e-05,
    9.439488275268397e-06,
    4.374866789907488e-06,
    2.039215753801366e-06,
    9.55141213040742e-07,
    4.492469198764566e-07,
    2.1207184805554665e-07,
    1.0043224823968099e-07,
    4.7698101693639804e-08,
    2.2711094608943164e-08,
    1.0838659214896955e-08,
    5.183475041970047e-09,
    2.4836745438024785e-09,
    1.1921401405860912e-09,
    5.731367241678862e-10,
];

/// From this argument on the continued fraction takes at most a hundred steps.
const FRACTION_FROM_ARGUMENT: f64 = 1.0;

/// From this order on the continued fraction is fast at every argument.
const FRACTION_FROM_ORDER: f64 = 20.0;

/// The series starts from orders up to here; those above are reached by recurrence.
const SERIES_UP_TO: f64 = 1.3;

/// Bounds the work in any case.
const MOST_STEPS: u32 = 1_000;

/// exp(z) E_s(z) for s > 0 and z > 0; relative error below 10⁻¹³.
///
/// # Example
/// ```
/// use cxm_core::numeric::exponential_integral::scaled_exponential_integral;
/// // e E₁(1), the Gompertz constant
/// assert!((scaled_exponential_integral(1.0, 1.0) - 0.596_347_362_323_194_1).abs() < 1e-14);
/// ```
pub fn scaled_exponential_integral(s: f64, z: f64) -> f64 {
    if z >= FRACTION_FROM_ARGUMENT || s >= FRACTION_FROM_ORDER {
        return continued_fraction(s, z);
    }
    let steps = libm::ceil(s - SERIES_UP_TO).max(0.0);
    let mut order = s - steps;
    let decay = libm::exp(-z);
    let mut integral = series(order, z);
    while order < s - 0.5 {
        integral = (decay - z * integral) / order;
        order += 1.0;
    }
    integral / decay
}

/// By Lentz's method.
fn continued_fraction(s: f64, z: f64) -> f64 {
    let mut below = z + s;
    let mut c = f64::INFINITY;
    let mut d = 1.0 / below;
    let mut fraction = d;
    let mut step = 0.0;
    for _ in 0..MOST_STEPS {
        step += 1.0;
        let above = -step * (s - 1.0 + step);
        below += 2.0;
        d = 1.0 / (above * d + below);
        c = below + above / c;
        let factor = c * d;
        fraction *= factor;
        if (factor - 1.0).abs() <= 0.5 * f64::EPSILON {
            break;
        }
    }
    fraction
}

/// E_s(z) for s ≤ 1.3 and z < 1.
fn series(s: f64, z: f64) -> f64 {
    let epsilon = 1.0 - s;
    let exponent = ln_gamma_one_plus_over(epsilon) - libm::log(z);
    // [exp(ε·exponent) − 1]/ε
    let mut sum = if epsilon.abs() * exponent.abs() < 1e-300 {
        exponent
    } else {
        libm::expm1(epsilon * exponent) / epsilon
    };
    let (mut term, mut k) = (1.0, 0.0);
    for _ in 0..MOST_STEPS {
        k += 1.0;
        term *= -z / k;
        sum -= term / (k + epsilon);
        if term.abs() <= 1e-3 * f64::EPSILON * sum.abs() {
            break;
        }
    }
    sum
}

/// ln Γ(1 + ε)/ε, also at ε = 0, for −0.3 ≤ ε < 1.
fn ln_gamma_one_plus_over(epsilon: f64) -> f64 {
    if epsilon > 0.3 {
        return libm::lgamma(1.0 + epsilon) / epsilon;
    }
    let logarithm = if epsilon.abs() < 1e-300 { 1.0 } else { libm::log1p(epsilon) / epsilon };
    let tail = ZETA_TERMS.iter().rev().fold(0.0, |sum, term| term - epsilon * sum);
    (1.0 - EULER_GAMMA) - logarithm + epsilon * tail
}

//! Integrals of smooth functions, by the trapezoidal rule where it converges exponentially.
//!
//! # Formula
//! ```text
//! ∫ f(y) dy over the real line  ≈  h Σ f(c + kh)                     error ≈ exp(−2πd/h)
//! ∫ f(t) dt over (0, ∞)         =  ∫ f(eʸ) eʸ dy
//! ∫ f(t) dt over (a, b)         ≈  Σ wᵢ f(tᵢ)          (Gauss–Legendre)   error ≈ ρ⁻¹⁶
//! ∫ f(t) dt over (0, b)         with t = b / (1 + exp(−π sinh y))     (double exponential)
//! ```
//! d is the distance of the nearest singularity from the real line, so halving the step squares the
//! error: the rule stops one halving after two sums agree to half the digits.
//!
//! # Source
//! Trefethen & Weideman (2014), The exponentially convergent trapezoidal rule; Takahasi & Mori
//! (1974).

use std::f64::consts::PI;

/// The nodes above 0 and the weights of the Gauss–Legendre rule of eight nodes over (−1, 1).
const EIGHT_NODES: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_47),
    (0.960_289_856_497_536_2, 0.101_228_536_290_376_26),
];

/// Two successive sums that agree so far leave an error of about its square.
const AGREEMENT: f64 = 1e-8;

/// A term this small, beside the sum, ends a tail.
const NEGLIGIBLE: f64 = 1e-17;

/// From a step of 1/2 to one of 1/4096.
const MAX_HALVINGS: u32 = 11;

/// The most terms in one direction: a tail that is still falling then is cut.
const MAX_TERMS: u32 = 20_000;

/// ∫ f(y) dy over the real line, for a smooth f that falls to 0 on both sides of `centre`.
///
/// # Example
/// ```
/// use cxm_core::numeric::quadrature::real_line;
/// let gauss = real_line(0.3, |y: f64| (-y * y).exp());
/// assert!((gauss - std::f64::consts::PI.sqrt()).abs() < 1e-14);
/// ```
pub fn real_line(centre: f64, f: impl Fn(f64) -> f64) -> f64 {
    let mut step = 0.5;
    let first = f(centre);
    let (above, last_above) = tail(first.abs(), |k| f(centre + step * k));
    let (below, last_below) = tail(first.abs(), |k| f(centre - step * k));
    let mut sum = first + above + below;
    let (from, to) = (centre - step * last_below, centre + step * last_above);
    for _ in 0..MAX_HALVINGS {
        let mut between = 0.0;
        let mut y = from + 0.5 * step;
        while y < to {
            between += f(y);
            y += step;
        }
        let finer = sum + between;
        // The sums stand for integrals with steps of one to a half.
        let change = (finer - 2.0 * sum).abs();
        sum = finer;
        step *= 0.5;
        if change <= AGREEMENT * finer.abs() {
            break;
        }
    }
    step * sum
}

/// The sum of the terms 1, 2, … until they no longer count, and the number of the last.
fn tail(first: f64, term: impl Fn(f64) -> f64) -> (f64, f64) {
    let (mut sum, mut largest, mut falling) = (0.0, first, 0);
    let mut last = 0.0;
    for k in 1..MAX_TERMS {
        last = f64::from(k);
        let value = term(last);
        sum += value;
        largest = largest.max(value.abs());
        // Two in a row, so that a zero of f does not pass for its tail.
        falling = if value.abs() <= NEGLIGIBLE * largest { falling + 1 } else { 0 };
        if falling == 2 {
            break;
        }
    }
    (sum, last)
}

/// ∫ f(t) dt over (0, ∞), for a smooth f whose mass lies around `scale`.
///
/// # Example
/// ```
/// use cxm_core::numeric::quadrature::half_line;
/// assert!((half_line(2.0, |t| t * (-t / 2.0).exp()) - 4.0).abs() < 1e-13);
/// ```
pub fn half_line(scale: f64, f: impl Fn(f64) -> f64) -> f64 {
    real_line(libm::log(scale), |y| {
        let t = libm::exp(y);
        f(t) * t
    })
}

/// ∫ f(t) dt over (0, end); f may have a power singularity at either end.
///
/// # Example
/// ```
/// use cxm_core::numeric::quadrature::interval;
/// assert!((interval(3.0, |t| t.sqrt()) - 2.0 * 3.0_f64.sqrt()).abs() < 1e-13);
/// ```
pub fn interval(end: f64, f: impl Fn(f64) -> f64) -> f64 {
    if end <= 0.0 {
        return 0.0;
    }
    real_line(0.0, |y| {
        let (grow, shrink) = (libm::exp(y), libm::exp(-y));
        let decay = libm::exp(-0.5 * PI * (grow - shrink).abs());
        // The shares of the interval on the near and on the far side of t.
        let (small, large) = (decay / (1.0 + decay), 1.0 / (1.0 + decay));
        let share = if y < 0.0 { small } else { large };
        let density = PI * 0.5 * (grow + shrink) * small * large;
        if density < f64::MIN_POSITIVE { 0.0 } else { f(end * share) * end * density }
    })
}

/// ∫ f(t) dt over (0, end) by eight nodes on each of so many equal panels, for an f without
/// singularity near them: exact to the last digit where the nearest one is four half-panels away.
///
/// # Example
/// ```
/// use cxm_core::numeric::quadrature::panels;
/// assert!((panels(1.0, 1, |t| t.exp()) - 1.0_f64.exp_m1()).abs() < 1e-15);
/// ```
pub fn panels(end: f64, count: u32, f: impl Fn(f64) -> f64) -> f64 {
    let half = 0.5 * end / f64::from(count);
    let mut sum = 0.0;
    for panel in 0..count {
        let centre = half * (2.0 * f64::from(panel) + 1.0);
        for (node, weight) in EIGHT_NODES {
            sum += weight * (f(centre - half * node) + f(centre + half * node));
        }
    }
    half * sum
}

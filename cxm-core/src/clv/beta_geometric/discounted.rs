//! Discounted purchases of one who is still a customer.
//!
//! ```text
//! rate at t   = E[λ e^−λpt] = r/α (1−z)ᵃ F(a, a+b−r−1; a+b; z),   z = t/(α+t)
//! within H    = ∫ e^−δt rate(t) dt over (0, H),   by Gauss–Legendre in ln(1 + t/scale)
//! for ever    = E[λ/(λp + δ)],   by the trapezoidal rule in ln λ and logit p
//! ```
//! Where the scale is that of the fastest fall, the integrand is smooth at the scale of 1 in that
//! logarithm, so panels of about that length give all digits.

use super::survivor::Survivor;
use crate::numeric::quadrature::panels;
use crate::numeric::special_functions::ln_beta;

/// The longest panel, in ln(1 + t/scale).
const PANEL: f64 = 1.2;

/// More than a double's range of times needs.
const MOST_PANELS: f64 = 1_500.0;

/// e^−45: a purchase that far in the future counts for nothing.
const LAST: f64 = 45.0;

/// A node whose logarithm is this far below the largest no longer counts.
const DEPTH: f64 = 36.0;

/// The widest step: π/2 from steep growth, in ln λ and, where a + b is large, in logit p.
const WIDEST_STEP: f64 = 0.24;

/// The widest step in logit p for a + b up to 4: π from a singularity.
const WIDE_STEP: f64 = 0.38;

/// The widest steps of a bell, in standard deviations.
const STEP_OF_A_BELL: f64 = 0.65;

/// A value of λ or p, and its probability.
#[derive(Clone, Copy)]
struct Node {
    value: f64,
    weight: f64,
}

/// Four nodes, values and weights apart: what one wide instruction works on.
type Quartet = ([f64; 4], [f64; 4]);

fn quartet(nodes: &[Node]) -> Quartet {
    let mut quartet = ([1.0; 4], [0.0; 4]);
    for (node, (value, weight)) in nodes.iter().zip(quartet.0.iter_mut().zip(&mut quartet.1)) {
        (*value, *weight) = (node.value, node.weight);
    }
    quartet
}

impl Survivor {
    /// Expected purchases within `t`, discounted at a continuous rate.
    pub fn discounted_within(&self, t: f64, discount: f64) -> f64 {
        // The rate falls with the largest likely λp, the discount with δ.
        let (a, b) = (self.a, self.b);
        let mean = a / (a + b);
        let deviation = (mean * (1.0 - mean) / (a + b + 1.0)).sqrt();
        let leaving = self.r * (mean + 3.0 * deviation).min(1.0);
        let scale = self.alpha / (1.0 + leaving + discount * self.alpha);
        let stretch = libm::log1p(t.min(LAST / discount) / scale);
        let pieces = libm::ceil(stretch / PANEL).clamp(1.0, MOST_PANELS);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
        let count = pieces as u32;
        panels(stretch, count, |s| {
            let at = scale * libm::expm1(s);
            (at + scale) * libm::exp(-discount * at) * self.rate(at)
        })
    }

    /// Expected purchases of the whole future, discounted: E[λ/(λp + δ)].
    pub fn discounted(&self, discount: f64) -> f64 {
        // Next to p = 0 the ratio is λ/δ: what is missing there falls one power of p faster.
        let difference = self.a < 1.0;
        let leaving: Vec<Quartet> = self.leaving_nodes(difference).chunks(4).map(quartet).collect();
        let mut sum = 0.0;
        for rate in self.purchase_nodes(discount) {
            let mut sums = [0.0; 4];
            for (values, weights) in &leaving {
                for (sum, (value, weight)) in sums.iter_mut().zip(values.iter().zip(weights)) {
                    *sum += weight / (rate.value * value + discount);
                }
            }
            let [first, second, third, fourth] = sums;
            let inner = (first + second) + (third + fourth);
            let mean = if difference { (1.0 - rate.value * inner) / discount } else { inner };
            sum += rate.weight * rate.value * mean;
        }
        sum
    }

    /// Nodes of p, their weights times p where differences are to be taken.
    fn leaving_nodes(&self, difference: bool) -> Vec<Node> {
        let (a, b) = (self.a, self.b);
        let ln_beta = ln_beta(a, b);
        let width = (1.0 / a + 1.0 / b).sqrt();
        let widest = if a + b <= 4.0 { WIDE_STEP } else { WIDEST_STEP };
        let step = (STEP_OF_A_BELL * width).min(widest);
        let node = |y: f64| {
            let odds = libm::exp(-y.abs());
            let ln_far = libm::log1p(odds);
            let (small, large) = (odds / (1.0 + odds), 1.0 / (1.0 + odds));
            let (value, ln_p, ln_q) =
                if y < 0.0 { (small, y - ln_far, -ln_far) } else { (large, -ln_far, -y - ln_far) };
            let power = if difference { a + 1.0 } else { a };
            let ln_weight = power * ln_p + b * ln_q - ln_beta;
            (Node { value, weight: step * libm::exp(ln_weight) }, ln_weight)
        };
        nodes(libm::log(a / b), step, node)
    }

    /// Nodes of λ.
    fn purchase_nodes(&self, discount: f64) -> Vec<Node> {
        let (r, alpha) = (self.r, self.alpha);
        let step = (STEP_OF_A_BELL / r.sqrt()).min(WIDEST_STEP);
        let mode = libm::log((r + 1.0) / alpha);
        let ln_alpha = libm::log(alpha);
        let ln_gamma = libm::lgamma(r);
        let node = |y: f64| {
            let value = libm::exp(y);
            let ln_weight = r * (y + ln_alpha) - alpha * value - ln_gamma;
            // What is expected of such a customer is at most λ/δ, at least λ/(λ + δ).
            let counts = ln_weight + y - libm::log(value + discount);
            (Node { value, weight: step * libm::exp(ln_weight) }, counts)
        };
        nodes(mode, step, node)
    }
}

/// Nodes on both sides of the mode, until they no longer count.
fn nodes(mode: f64, step: f64, node: impl Fn(f64) -> (Node, f64)) -> Vec<Node> {
    let (first, most) = node(mode);
    let mut all = vec![first];
    for direction in [-step, step] {
        let (mut y, mut most) = (mode, most);
        loop {
            y += direction;
            let (node, counts) = node(y);
            most = most.max(counts);
            // NaN ends it too.
            if counts > most - DEPTH {
                all.push(node);
            } else {
                break;
            }
        }
    }
    all
}

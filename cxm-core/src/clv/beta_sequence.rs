//! The chance of a given sequence of yeses and noes, when the chance of a yes differs from one
//! customer to the next like a beta variable: what the models in discrete time are made of.
//!
//! ```text
//! E[pʸ (1 − p)ⁿ],  p ~ Beta(a, b)   =   B(a + y, b + n) / B(a, b)
//! ```

use crate::numeric::rising_factorial::ln_rising_factorial;

/// ln B(a + yeses, b + noes) − ln B(a, b), with its derivatives in ln a and ln b.
#[derive(Debug, Clone, Copy)]
pub(super) struct BetaSequence {
    a: f64,
    b: f64,
    /// a + yeses, and the like.
    yes: f64,
    no: f64,
    /// The logarithm of the chance.
    pub(super) value: f64,
    /// Σ 1/(a + i) over the yeses, Σ 1/(b + i) over the noes, Σ 1/(a + b + i) over all.
    reciprocals: [f64; 3],
    /// The same sums of squares.
    squares: [f64; 3],
}

impl BetaSequence {
    pub(super) fn new(a: f64, b: f64, yeses: f64, noes: f64) -> Self {
        let parts = [rising(a, yeses), rising(b, noes), rising(a + b, yeses + noes)];
        let [yes, no, all] = parts;
        Self {
            a,
            b,
            yes: a + yeses,
            no: b + noes,
            value: yes[0] + no[0] - all[0],
            reciprocals: parts.map(|part| part[1]),
            squares: parts.map(|part| part[2]),
        }
    }

    /// The chance of one more no after this sequence.
    pub(super) fn next_no(&self) -> f64 {
        self.no / (self.yes + self.no)
    }

    /// Appends a no; [`Self::value`] is left to the caller, who multiplies chances.
    pub(super) fn push_no(&mut self) {
        let (no, all) = (1.0 / self.no, 1.0 / (self.yes + self.no));
        let [_, noes, both] = &mut self.reciprocals;
        *noes += no;
        *both += all;
        let [_, noes, both] = &mut self.squares;
        *noes += no * no;
        *both += all * all;
        self.no += 1.0;
    }

    /// ∂/∂ ln a and ∂/∂ ln b.
    pub(super) fn gradient(&self) -> [f64; 2] {
        let [yes, no, all] = self.reciprocals;
        [self.a * (yes - all), self.b * (no - all)]
    }

    /// ∂²/∂ ln a², ∂²/∂ ln a ∂ ln b, ∂²/∂ ln b².
    pub(super) fn hessian(&self) -> [f64; 3] {
        let [by_a, by_b] = self.gradient();
        let [yes, no, all] = self.squares;
        [
            by_a - self.a * self.a * (yes - all),
            self.a * self.b * all,
            by_b - self.b * self.b * (no - all),
        ]
    }
}

/// ln a (a+1) … (a+n−1), the sum of the reciprocals of the factors, and of their squares.
fn rising(a: f64, n: f64) -> [f64; 3] {
    let rising = ln_rising_factorial(a, n);
    [rising.value, rising.first, -rising.second]
}

/// Steps of the continued fraction: some 20/√(1 − w) are needed.
const MAX_STEPS: u32 = 4_000_000;

/// Σ wᵏ E[(1 − p)ᵏ], k = 0, 1, …, for p ~ Beta(a, b) and w below 1: ₂F₁(1, b; a + b; w).
///
/// Gauss's continued fraction, summed forwards as a series of positive terms, so that nothing
/// cancels. The power series would need 20/(1 − w) terms.
pub(super) fn discounted_noes(a: f64, b: f64, w: f64) -> f64 {
    let c = a + b;
    let (mut ratio, mut term, mut sum, mut j) = (1.0, 1.0, 1.0, 0.0);
    for step in 0..MAX_STEPS {
        let coefficient = if step == 0 {
            b / c
        } else if step % 2 == 0 {
            (b + j) * (c - 1.0 + j) / ((c + 2.0 * j - 1.0) * (c + 2.0 * j))
        } else {
            j += 1.0;
            j * (a + j - 1.0) / ((c + 2.0 * j - 2.0) * (c + 2.0 * j - 1.0))
        };
        let before = ratio;
        ratio = 1.0 / (1.0 - coefficient * w * before);
        // ratio − 1, without the subtraction.
        term *= coefficient * w * before * ratio;
        sum += term;
        if term <= f64::EPSILON * 0.01 * sum {
            break;
        }
    }
    sum
}

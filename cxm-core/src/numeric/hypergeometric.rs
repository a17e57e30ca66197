//! The hypergeometric series F(1, q; q + b; z), with its derivatives.
//!
//! All its terms are positive, so it is exact to rounding wherever it converges fast enough. It
//! carries the integral of a product of two powers, for 0 < l ≤ m.
//!
//! # Formula
//! ```text
//! F(1, q; q+b; z) = Σₖ cₖ zᵏ,   c₀ = 1,   cₖ₊₁ = cₖ (q + k)/(q + b + k)
//!
//! (q+b−1) ∫_t^∞ (m+u)^−q (l+u)^−b du = (m+t)^−q (l+t)^−(b−1) F(1, q; q+b; z),   z = (m−l)/(m+t)
//! ```
//! The coefficients depend on q and b alone: [`HypergeometricSeries`] keeps them, with their
//! derivatives, for all z of one q and b.
//!
//! # Source
//! Abramowitz & Stegun (1964), 15.1.1 and Euler's transformation 15.3.3.

/// Up to here the series takes at most a few hundred terms.
pub const LARGEST_ARGUMENT: f64 = 0.9;

/// What the terms left out may amount to, relative to the sum.
const NEGLIGIBLE: f64 = 1e-17;

/// Bounds the work in any case; [`LARGEST_ARGUMENT`] needs fewer than 600.
const MOST_TERMS: u32 = 2_000;

/// F(1, q; q+b; z) for positive q and b, 0 ≤ z ≤ [`LARGEST_ARGUMENT`].
///
/// # Example
/// ```
/// use cxm_core::numeric::hypergeometric::hypergeometric_one;
/// // F(1, 1; 2; z) = −ln(1 − z)/z
/// assert!((hypergeometric_one(1.0, 1.0, 0.5) - 2.0 * 2.0_f64.ln()).abs() < 1e-15);
/// ```
pub fn hypergeometric_one(q: f64, b: f64, z: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    let (mut upper, mut lower) = (q, q + b);
    for _ in 0..MOST_TERMS {
        term *= upper / lower * z;
        sum += term;
        if term <= NEGLIGIBLE * (1.0 - z) * sum {
            break;
        }
        upper += 1.0;
        lower += 1.0;
    }
    sum
}

/// F(1, q; q+b; z) with its derivatives up to the second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HypergeometricDerivatives {
    /// F.
    pub value: f64,
    /// ∂F/∂q.
    pub q: f64,
    /// ∂F/∂b.
    pub b: f64,
    /// ∂²F/∂q².
    pub qq: f64,
    /// ∂²F/∂q∂b.
    pub qb: f64,
    /// ∂²F/∂b².
    pub bb: f64,
    /// ∂F/∂z.
    pub z: f64,
    /// ∂²F/∂z².
    pub zz: f64,
    /// ∂²F/∂q∂z.
    pub qz: f64,
    /// ∂²F/∂b∂z.
    pub bz: f64,
}

/// What multiplies zᵏ in each of the ten sums, in the order of [`HypergeometricDerivatives`].
type Row = [f64; 10];

/// A coefficient with its derivatives: c, ∂q, ∂b, ∂qq, ∂qb, ∂bb.
type Coefficient = [f64; 6];

/// The coefficients of F(1, q; q+b; ·), computed as far as they have been asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct HypergeometricSeries {
    rows: Vec<Row>,
    /// The two coefficients behind the last row.
    ahead: [Coefficient; 2],
    next: Logarithm,
}

impl HypergeometricSeries {
    /// For positive q and b.
    pub fn new(q: f64, b: f64) -> Self {
        let mut next =
            Logarithm { upper: q, b, coefficient: 1.0, first: [0.0; 2], second: [0.0; 2] };
        let ahead = [next.coefficient(), next.advance()];
        Self { rows: Vec::new(), ahead, next }
    }

    /// F with its derivatives at 0 ≤ z ≤ [`LARGEST_ARGUMENT`].
    pub fn at(&mut self, z: f64) -> HypergeometricDerivatives {
        let mut sums: Row = [0.0; 10];
        let mut power = 1.0;
        let mut k = 0;
        while k < MOST_TERMS as usize {
            if k >= self.rows.len() {
                self.extend();
            }
            let Some(row) = self.rows.get(k) else { break };
            for (sum, factor) in sums.iter_mut().zip(row) {
                *sum += power * factor;
            }
            // The second derivative in z converges last.
            if power * row[7] <= NEGLIGIBLE * (1.0 - z) * sums[7] {
                break;
            }
            power *= z;
            k += 1;
        }
        let [value, q, b, qq, qb, bb, z, zz, qz, bz] = sums;
        HypergeometricDerivatives { value, q, b, qq, qb, bb, z, zz, qz, bz }
    }

    #[allow(clippy::cast_precision_loss, reason = "a few hundred rows")]
    fn extend(&mut self) {
        let k = self.rows.len() as f64;
        let [this, after] = self.ahead;
        let last = self.next.advance();
        let [c, q, b, qq, qb, bb] = this;
        let derivative = (k + 1.0) * after[0];
        let second = (k + 2.0) * (k + 1.0) * last[0];
        let mixed = [(k + 1.0) * after[1], (k + 1.0) * after[2]];
        self.rows.push([c, q, b, qq, qb, bb, derivative, second, mixed[0], mixed[1]]);
        self.ahead = [after, last];
    }
}

/// A coefficient, and the derivatives of its logarithm.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Logarithm {
    /// q + k.
    upper: f64,
    b: f64,
    coefficient: f64,
    /// In q and in b.
    first: [f64; 2],
    /// In q twice; in b twice, which is also that in q and b.
    second: [f64; 2],
}

impl Logarithm {
    fn advance(&mut self) -> Coefficient {
        let inverse = 1.0 / (self.upper * (self.upper + self.b));
        let (upper, lower) = (inverse * (self.upper + self.b), inverse * self.upper);
        // 1/(q+k) − 1/(q+b+k), without the difference
        let difference = self.b * inverse;
        self.coefficient *= self.upper * lower;
        self.first[0] += difference;
        self.first[1] -= lower;
        self.second[0] -= difference * (upper + lower);
        self.second[1] += lower * lower;
        self.upper += 1.0;
        self.coefficient()
    }

    fn coefficient(&self) -> Coefficient {
        let c = self.coefficient;
        let ([q, b], [qq, bb]) = (self.first, self.second);
        [c, c * q, c * b, c * (q * q + qq), c * (q * b + bb), c * (b * b + bb)]
    }
}

//! What the likelihood and most predictions are made of: the chance of buying no more, over all
//! rates of purchase and of dropout.
//!
//! # Formula
//! ```text
//! K(t, T) = (1+T/α)^−R (1+T/β)^−s  +  s/β ∫_t^T (1+u/α)^−R (1+u/β)^−(s+1) du
//!           still there at T         left at u
//!
//! s/β ∫_t^∞ … = s/(R+s) (1+t/m)^−q (1+t/l)^−(b−1) F(1, q; q+b; (m−l)/(m+t))
//!               m = α, l = β, q = R, b = s+1                   if α ≥ β
//!               m = β, l = α, q = s+1, b = R, and times α/β    otherwise
//! ```
//! The series is used where it converges fast; where one of α and β is small against the other and
//! t is too, the integral itself is taken, over ln(1 + u/l).

use super::logarithm::{Logarithm, Vector, signed_sum};
use crate::numeric::hypergeometric::{
    HypergeometricDerivatives, HypergeometricSeries, LARGEST_ARGUMENT, hypergeometric_one,
};
use crate::numeric::log_concave::LogConcave;

/// K for one set of parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kernel {
    /// R, the shape of the purchase rate after the purchases counted.
    pub(super) purchases: f64,
    pub(super) alpha: f64,
    /// s, the shape of the dropout rate.
    pub(super) dropout: f64,
    pub(super) beta: f64,
}

/// The parameters by the size of α and β; whatever is symmetric in the two is written once.
#[derive(Debug, Clone, Copy)]
struct Sorted {
    q: f64,
    large: f64,
    b: f64,
    /// b − 1, with all its digits.
    b_less: f64,
    small: f64,
    /// ln(α/β) if α < β, else 0.
    constant: f64,
}

impl Sorted {
    /// The argument of the series at an age.
    fn argument(&self, age: f64) -> f64 {
        (self.large - self.small) / (self.large + age)
    }
}

impl Kernel {
    /// ln K(from, until).
    pub(super) fn ln_total(&self, from: f64, until: f64) -> f64 {
        let alive = self.ln_alive(until);
        if until <= from {
            return alive;
        }
        if self.sorted().argument(from) > LARGEST_ARGUMENT {
            let left = libm::log(self.dropout) + self.integral(from, until).ln_integral();
            let (small, large) = if left < alive { (left, alive) } else { (alive, left) };
            return large + libm::log1p(libm::exp(small - large));
        }
        let (near, far) = (self.ln_tail(from), self.ln_tail(until));
        let scale = alive.max(near);
        let left = libm::exp(near - scale) - libm::exp(far - scale);
        scale + libm::log(libm::exp(alive - scale) + left)
    }

    /// ln of the part that is still there at `until`.
    pub(super) fn ln_alive(&self, until: f64) -> f64 {
        -self.purchases * libm::log1p(until / self.alpha)
            - self.dropout * libm::log1p(until / self.beta)
    }

    /// ln of the part that leaves after `from`, if there is no end.
    pub(super) fn ln_left_for_ever(&self, from: f64) -> f64 {
        let sorted = self.sorted();
        if sorted.argument(from) <= LARGEST_ARGUMENT {
            return self.ln_tail(from);
        }
        // Later, α and β are close enough to each other.
        let later = from + sorted.large;
        let near = libm::log(self.dropout) + self.integral(from, later).ln_integral();
        near + libm::log1p(libm::exp(self.ln_tail(later) - near))
    }

    fn sorted(&self) -> Sorted {
        let Self { purchases, alpha, dropout, beta } = *self;
        if alpha >= beta {
            let (b, b_less) = (dropout + 1.0, dropout);
            Sorted { q: purchases, large: alpha, b, b_less, small: beta, constant: 0.0 }
        } else {
            let (b, b_less) = (purchases, purchases - 1.0);
            let constant = libm::log(alpha / beta);
            Sorted { q: dropout + 1.0, large: beta, b, b_less, small: alpha, constant }
        }
    }

    /// ln of s ∫ from an age to ∞, by the series.
    fn ln_tail(&self, age: f64) -> f64 {
        let sorted = self.sorted();
        let series = hypergeometric_one(sorted.q, sorted.b, sorted.argument(age));
        let powers = -sorted.q * libm::log1p(age / sorted.large)
            - sorted.b_less * libm::log1p(age / sorted.small);
        let share = self.dropout / (self.purchases + self.dropout);
        libm::log(share * series) + powers + sorted.constant
    }

    /// 1/β ∫ (1+u/α)^−R (1+u/β)^−(s+1) du over v = ln(1 + u/l).
    fn integral(
        &self,
        from: f64,
        until: f64,
    ) -> LogConcave<impl Fn(f64) -> f64 + use<>, impl Fn(f64) -> f64 + use<>> {
        let Sorted { q, large, b_less, small, constant, .. } = self.sorted();
        let ratio = small / large;
        LogConcave {
            ln_density: move |v: f64| {
                constant - q * libm::log1p(ratio * libm::expm1(v)) - b_less * v
            },
            slope: move |v: f64| -q / (ratio + (1.0 - ratio) * libm::exp(-v)) * ratio - b_less,
            lower: libm::log1p(from / small),
            upper: libm::log1p(until / small),
        }
    }
}

/// K with its derivatives for one set of parameters and many ages: the coefficients of the series
/// are shared.
#[derive(Debug)]
pub(super) struct KernelDerivatives {
    kernel: Kernel,
    sorted: Sorted,
    series: HypergeometricSeries,
}

/// α or β at an age: what all terms share.
#[derive(Debug, Clone, Copy)]
struct Scale {
    /// ln(1 + age/α).
    ln: f64,
    /// α/(α + age).
    part: f64,
    /// age/(α + age).
    rest: f64,
}

impl Scale {
    fn at(scale: f64, age: f64) -> Self {
        let end = scale + age;
        Self { ln: libm::log1p(age / scale), part: scale / end, rest: age / end }
    }
}

impl KernelDerivatives {
    pub(super) fn new(kernel: Kernel) -> Self {
        let sorted = kernel.sorted();
        Self { kernel, sorted, series: HypergeometricSeries::new(sorted.q, sorted.b) }
    }

    /// ln K(from, until).
    pub(super) fn ln_total(&mut self, from: f64, until: f64) -> Logarithm {
        let Kernel { alpha, beta, .. } = self.kernel;
        let end = (Scale::at(alpha, until), Scale::at(beta, until));
        let alive = self.alive(&end.0, &end.1);
        if until <= from {
            return alive;
        }
        if self.sorted.argument(from) > LARGEST_ARGUMENT {
            // `None`: the two ages cannot be told apart, and nobody leaves between them.
            let left = self.left_by_integral(from, until);
            return left.map_or(alive, |left| signed_sum(&alive, &[(1.0, left)]));
        }
        let start = (Scale::at(alpha, from), Scale::at(beta, from));
        let near = self.tail(from, &start.0, &start.1);
        let far = self.tail(until, &end.0, &end.1);
        signed_sum(&alive, &[(1.0, near), (-1.0, far)])
    }

    fn alive(&self, alpha: &Scale, beta: &Scale) -> Logarithm {
        let Kernel { purchases, dropout, .. } = self.kernel;
        Logarithm {
            value: -purchases * alpha.ln - dropout * beta.ln,
            gradient: [-alpha.ln, purchases * alpha.rest, -beta.ln, dropout * beta.rest],
            hessian: [
                [0.0, alpha.rest, 0.0, 0.0],
                [alpha.rest, -purchases * alpha.part * alpha.rest, 0.0, 0.0],
                [0.0, 0.0, 0.0, beta.rest],
                [0.0, 0.0, beta.rest, -dropout * beta.part * beta.rest],
            ],
        }
    }

    /// ln of s ∫ from an age to ∞, by the series; in q, ln m, b, ln l first.
    fn tail(&mut self, age: f64, alpha: &Scale, beta: &Scale) -> Logarithm {
        let Sorted { q, large: scale, b_less, small: least, constant, .. } = self.sorted;
        let (large, small) = if self.is_swapped() { (beta, alpha) } else { (alpha, beta) };
        let end = scale + age;
        let series = self.series.at((scale - least) / end);
        let mut tail = chain(&series, large.part, (least + age) / end, least / end);
        tail.value += constant - q * large.ln - b_less * small.ln;
        let extra = f64::from(u8::from(self.is_swapped()));
        tail.gradient[0] -= large.ln;
        tail.gradient[1] += q * large.rest - extra;
        tail.gradient[2] -= small.ln;
        tail.gradient[3] += b_less * small.rest + extra;
        tail.hessian[0][1] += large.rest;
        tail.hessian[1][0] += large.rest;
        tail.hessian[1][1] -= q * large.part * large.rest;
        tail.hessian[2][3] += small.rest;
        tail.hessian[3][2] += small.rest;
        tail.hessian[3][3] -= b_less * small.part * small.rest;
        let mut tail = self.unsorted(tail);
        let Kernel { purchases, dropout, .. } = self.kernel;
        let inverse = 1.0 / (purchases + dropout);
        let square = inverse * inverse;
        tail.value += libm::log(dropout * inverse);
        tail.gradient[0] -= inverse;
        tail.gradient[2] += 1.0 / dropout - inverse;
        tail.hessian[0][0] += square;
        tail.hessian[0][2] += square;
        tail.hessian[2][0] += square;
        tail.hessian[2][2] += square - 1.0 / (dropout * dropout);
        tail
    }

    /// ln of s ∫ between two ages, by the moments of the integral.
    fn left_by_integral(&self, from: f64, until: f64) -> Option<Logarithm> {
        let Sorted { q, large, b, small, .. } = self.sorted;
        // The derivatives of the log density, and what their own derivatives are made of.
        let at = |v: f64| {
            let age = small * libm::expm1(v);
            let (m, l) = (age / (large + age), age / (small + age));
            let first = [-libm::log1p(age / large), q * m, -v, b * l];
            (first, [m, m * (1.0 - m), l, l * libm::exp(-v)])
        };
        // Measured from those at the start, so that their spread keeps its digits.
        let (origin, _) = at(libm::log1p(from / small));
        let moments = self.kernel.integral(from, until).moments(|v| {
            let ([q, m, b, l], [m1, m2, l1, l2]) = at(v);
            let [q0, m0, b0, l0] = origin;
            let (q, m, b, l) = (q - q0, m - m0, b - b0, l - l0);
            let squares = [q * q, q * m, q * b, q * l, m * m, m * b, m * l, b * b, b * l, l * l];
            let [qq, qm, qb, ql, mm, mb, ml, bb, bl, ll] = squares;
            [1.0, q, m, b, l, qq, qm, qb, ql, mm, mb, ml, bb, bl, ll, m1, m2, l1, l2]
        });
        let mass = moments.sums[0];
        if mass <= 0.0 {
            return None;
        }
        let [_, eq, em, eb, el, qq, qm, qb, ql, mm, mb, ml, bb, bl, ll, m1, m2, l1, l2] =
            moments.sums.map(|sum| sum / mass);
        let [q0, m0, b0, l0] = origin;
        let mut left = Logarithm {
            value: moments.ln_scale + libm::log(mass),
            gradient: [q0 + eq, m0 + em, b0 + eb, l0 + el],
            hessian: [[qq, qm, qb, ql], [qm, mm, mb, ml], [qb, mb, bb, bl], [ql, ml, bl, ll]],
        };
        let means = [eq, em, eb, el];
        for (row, mean) in left.hessian.iter_mut().zip(means) {
            for (cell, other) in row.iter_mut().zip(means) {
                *cell -= mean * other;
            }
        }
        left.hessian[0][1] += m1;
        left.hessian[1][0] += m1;
        left.hessian[1][1] -= q * m2;
        left.hessian[2][3] += l1;
        left.hessian[3][2] += l1;
        left.hessian[3][3] -= b * l2;
        let mut left = self.unsorted(left);
        let dropout = self.kernel.dropout;
        left.value += libm::log(dropout);
        left.gradient[2] += 1.0 / dropout;
        left.gradient[3] -= 1.0;
        left.hessian[2][2] -= 1.0 / (dropout * dropout);
        Some(left)
    }

    fn is_swapped(&self) -> bool {
        self.kernel.alpha < self.kernel.beta
    }

    /// From the order q, ln m, b, ln l to R, ln α, s, ln β.
    fn unsorted(&self, sorted: Logarithm) -> Logarithm {
        if !self.is_swapped() {
            return sorted;
        }
        let swap = |[a, b, c, d]: Vector| [c, d, a, b];
        let [first, second, third, fourth] = sorted.hessian.map(swap);
        Logarithm {
            value: sorted.value,
            gradient: swap(sorted.gradient),
            hessian: [third, fourth, first, second],
        }
    }
}

/// ln F in q, ln m, b, ln l, where 1 − z = (l+t)/(m+t); `part` is m/(m+t), `least` is l/(m+t).
fn chain(series: &HypergeometricDerivatives, part: f64, complement: f64, least: f64) -> Logarithm {
    let scale = 1.0 / series.value;
    let (by_m, by_l) = (part * complement, -least);
    let z = series.z * scale;
    let zz = series.zz * scale;
    let [q, m, b, l] = [series.q * scale, z * by_m, series.b * scale, z * by_l];
    let (qz, bz) = (series.qz * scale, series.bz * scale);
    let qq = series.qq * scale - q * q;
    let qb = series.qb * scale - q * b;
    let bb = series.bb * scale - b * b;
    let (qm, ql) = (qz * by_m - q * m, qz * by_l - q * l);
    let (mb, bl) = (bz * by_m - m * b, bz * by_l - b * l);
    let mm = zz * by_m * by_m + z * by_m * (1.0 - 2.0 * part) - m * m;
    let ml = zz * by_m * by_l + z * least * part - m * l;
    let ll = zz * by_l * by_l + z * by_l - l * l;
    Logarithm {
        value: libm::log(series.value),
        gradient: [q, m, b, l],
        hessian: [[qq, qm, qb, ql], [qm, mm, mb, ml], [qb, mb, bb, bl], [ql, ml, bl, ll]],
    }
}

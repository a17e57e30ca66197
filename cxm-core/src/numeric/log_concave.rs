//! Integrals of a log-concave density and of smooth factors times it, at any scale and width.
//!
//! A density that is concave on the log scale has one mode and falls at least exponentially on both
//! sides of it, so that panels laid outwards from the mode know when to stop. No panel lets the
//! density change by more than a fixed factor, so a fixed Gauss–Legendre rule is exact to rounding
//! on each; a density as narrow as 10⁻⁴ costs no more than a wide one, and nothing overflows.
//!
//! # Formula
//! ```text
//! ∫ exp(g(w)) φ(w) dw = exp(g(mode)) · Σ over panels of ∫ exp(g(w) − g(mode)) φ(w) dw
//! ```
//!
//! # Source
//! Golub & Welsch (1969) for the rule of 16 nodes.

/// Positive nodes of the rule of 16 on −1..1, with their weights.
const NODES: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_6),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

/// No panel is longer: the functions of interest have singularities at ±πi from the real line.
const LONGEST_PANEL: f64 = 3.0;

/// No panel changes the density by more than exp of this.
const MOST_CHANGE: f64 = 8.0;

/// Where the density has fallen by exp of this, the rest is below rounding.
const NEGLIGIBLE: f64 = 42.0;

/// Bounds the work in any case; some twenty panels are usual.
const MOST_PANELS: u32 = 400;

/// Enough halvings to find a mode well enough to start from.
const MODE_HALVINGS: u32 = 200;

/// A density on the log scale, over a finite range.
#[derive(Debug, Clone, Copy)]
pub struct LogConcave<G, S> {
    /// The logarithm of the density, concave between the bounds.
    pub ln_density: G,
    /// Its first derivative.
    pub slope: S,
    /// Where the range begins.
    pub lower: f64,
    /// Where the range ends.
    pub upper: f64,
}

/// Integrals that share a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaledIntegrals<const K: usize> {
    /// The logarithm of the unit in which `sums` are given.
    pub ln_scale: f64,
    /// ∫ density · factor, for each factor.
    pub sums: [f64; K],
}

impl<G: Fn(f64) -> f64, S: Fn(f64) -> f64> LogConcave<G, S> {
    /// ln ∫ density; −∞ for an empty range.
    ///
    /// # Example
    /// ```
    /// use cxm_core::numeric::log_concave::LogConcave;
    /// // the normal density, scaled up by e¹⁰⁰⁰
    /// let normal = LogConcave {
    ///     ln_density: |w: f64| 1000.0 - w * w / 2.0,
    ///     slope: |w: f64| -w,
    ///     lower: -50.0,
    ///     upper: 50.0,
    /// };
    /// let expected = 1000.0 + 0.5 * std::f64::consts::TAU.ln();
    /// assert!((normal.ln_integral() - expected).abs() < 1e-12);
    /// ```
    pub fn ln_integral(&self) -> f64 {
        let ScaledIntegrals { ln_scale, sums: [mass] } = self.moments(|_| [1.0]);
        if mass > 0.0 { ln_scale + libm::log(mass) } else { f64::NEG_INFINITY }
    }

    /// ∫ density · factor for several smooth factors at once; all 0 for an empty range.
    pub fn moments<const K: usize>(&self, factors: impl Fn(f64) -> [f64; K]) -> ScaledIntegrals<K> {
        let mode = self.mode();
        let mut moments = ScaledIntegrals { ln_scale: (self.ln_density)(mode), sums: [0.0; K] };
        self.walk(mode, self.upper, &factors, &mut moments);
        self.walk(mode, self.lower, &factors, &mut moments);
        moments
    }

    /// A point from which the density falls on both sides, to within a part of its width.
    fn mode(&self) -> f64 {
        let (mut lower, mut upper) = (self.lower, self.upper);
        if (self.slope)(lower) <= 0.0 || upper <= lower {
            return lower;
        }
        if (self.slope)(upper) >= 0.0 {
            return upper;
        }
        for _ in 0..MODE_HALVINGS {
            let middle = lower + 0.5 * (upper - lower);
            let slope = (self.slope)(middle);
            if slope.abs() * (upper - lower) < 0.5 || middle <= lower || middle >= upper {
                return middle;
            }
            if slope > 0.0 {
                lower = middle;
            } else {
                upper = middle;
            }
        }
        lower
    }

    /// Adds the panels from the mode to one end.
    fn walk<const K: usize>(
        &self,
        mode: f64,
        end: f64,
        factors: &impl Fn(f64) -> [f64; K],
        moments: &mut ScaledIntegrals<K>,
    ) {
        let direction = if end < mode { -1.0 } else { 1.0 };
        let mut at = mode;
        let mut steepness = (self.slope)(at).abs();
        let mut last = f64::INFINITY;
        for _ in 0..MOST_PANELS {
            let left = (end - at).abs();
            if left <= 0.0 || (self.ln_density)(at) < moments.ln_scale - NEGLIGIBLE {
                break;
            }
            let mut length = left.min(LONGEST_PANEL).min(2.0 * last).min(MOST_CHANGE / steepness);
            let mut next = self.step(at, direction * length, left, end);
            let mut far = (self.slope)(next).abs();
            while far * length > MOST_CHANGE && length > f64::EPSILON * at.abs() {
                length *= (MOST_CHANGE / (far * length)).clamp(0.25, 0.8);
                next = self.step(at, direction * length, left, end);
                far = (self.slope)(next).abs();
            }
            self.panel(at, next, factors, moments);
            (at, steepness, last) = (next, far, length);
        }
    }

    fn step(&self, at: f64, step: f64, left: f64, end: f64) -> f64 {
        if step.abs() >= left { end } else { at + step }
    }

    fn panel<const K: usize>(
        &self,
        from: f64,
        to: f64,
        factors: &impl Fn(f64) -> [f64; K],
        moments: &mut ScaledIntegrals<K>,
    ) {
        let half = 0.5 * (to - from);
        let middle = from + half;
        for (node, weight) in NODES {
            for w in [middle - half * node, middle + half * node] {
                let density = libm::exp((self.ln_density)(w) - moments.ln_scale);
                let mass = half.abs() * weight * density;
                for (sum, factor) in moments.sums.iter_mut().zip(factors(w)) {
                    *sum += mass * factor;
                }
            }
        }
    }
}

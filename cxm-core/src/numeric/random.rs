//! Draws from a seed: the same on every platform and in every build.
//!
//! The generator is PCG (XSL RR 128/64). The distributions are written on top of `libm`, since
//! those of `rand_distr` take their logarithms from the system as soon as any other crate of a
//! program switches `num-traits/std` on, and then draw other bits. Gamma draws are made as
//! logarithms: a small shape often draws numbers below the smallest double.
//!
//! # Source
//! Gamma: Marsaglia & Tsang (2000). Normal: the polar method of Marsaglia & Bray (1964). Mixing of
//! seeds: Steele, Lea & Flood (2014).

use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng as _, SeedableRng as _};

/// A stream of draws.
///
/// # Example
/// ```
/// use cxm_core::numeric::random::Random;
///
/// let draw = |seed| Random::seeded(seed).gamma(0.5, 2.0);
/// assert_eq!(draw(7).to_bits(), draw(7).to_bits());
/// assert_ne!(draw(7).to_bits(), draw(8).to_bits());
/// ```
#[derive(Debug, Clone)]
pub struct Random {
    generator: Pcg64,
    /// The polar method makes two at a time.
    spare_normal: Option<f64>,
}

/// SplitMix64's finish: every bit of the seed moves every bit of the answer.
fn mix(seed: u64) -> u64 {
    let z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Random {
    /// The draws of this seed.
    pub fn seeded(seed: u64) -> Self {
        Self::stream(seed, 0)
    }

    /// One of many independent streams of a seed: one for each customer, so that a customer is
    /// drawn the same however many others there are.
    pub fn stream(seed: u64, stream: u64) -> Self {
        let generator = Pcg64::seed_from_u64(mix(seed ^ mix(stream)));
        Self { generator, spare_normal: None }
    }

    /// 64 bits, as the seed of another generator.
    pub fn bits(&mut self) -> u64 {
        self.generator.next_u64()
    }

    /// A number between 0 and 1, neither of both.
    #[allow(clippy::cast_precision_loss, reason = "52 bits fit a double exactly")]
    pub fn uniform(&mut self) -> f64 {
        let bits = self.bits() >> 12;
        (bits as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// A waiting time of mean 1/`rate`; infinite at a rate of 0.
    pub fn exponential(&mut self, rate: f64) -> f64 {
        -libm::log(self.uniform()) / rate
    }

    /// A standard normal number.
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 {
                let scale = (-2.0 * libm::log(square) / square).sqrt();
                self.spare_normal = Some(y * scale);
                return x * scale;
            }
        }
    }

    /// The logarithm of a gamma number of this shape and of rate 1; NaN where the shape is not a
    /// finite number above 0.
    pub fn ln_gamma(&mut self, shape: f64) -> f64 {
        if !(shape > 0.0 && shape.is_finite()) {
            return f64::NAN;
        }
        if shape < 1.0 {
            // G(k) = G(k + 1) U^(1/k)
            return self.ln_gamma(shape + 1.0) + libm::log(self.uniform()) / shape;
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let root = 1.0 + c * x;
            if root <= 0.0 {
                continue;
            }
            let ln_cube = 3.0 * libm::log(root);
            let cube = root * root * root;
            if libm::log(self.uniform()) < 0.5 * x * x + d * (1.0 - cube + ln_cube) {
                return libm::log(d) + ln_cube;
            }
        }
    }

    /// A gamma number; 0 where it is too small for a double.
    pub fn gamma(&mut self, shape: f64, rate: f64) -> f64 {
        libm::exp(self.ln_gamma(shape) - libm::log(rate))
    }

    /// A beta number, from 0 to 1.
    pub fn beta(&mut self, a: f64, b: f64) -> f64 {
        let (first, second) = (self.ln_gamma(a), self.ln_gamma(b));
        1.0 / (1.0 + libm::exp(second - first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::numeric::distribution::{beta_cdf, normal_cdf};
    use special::Gamma as _;

    /// The largest distance of the empirical from the true distribution, times √n.
    fn kolmogorov(mut draw: impl FnMut(&mut Random) -> f64, cdf: impl Fn(f64) -> f64) -> f64 {
        let mut random = Random::seeded(20_261_122);
        let n = 20_000;
        let mut draws: Vec<f64> = (0..n).map(|_| draw(&mut random)).collect();
        draws.sort_by(f64::total_cmp);
        let n = f64::from(n);
        let distances = draws.iter().enumerate().map(|(i, &x)| {
            let (below, above) = (i as f64 / n, (i + 1) as f64 / n);
            (cdf(x) - below).abs().max((cdf(x) - above).abs())
        });
        distances.fold(0.0, f64::max) * n.sqrt()
    }

    #[test]
    fn draws_follow_their_distributions() {
        // 1.95 is passed once in a thousand seeds.
        assert!(kolmogorov(Random::uniform, |x| x) < 1.95);
        assert!(kolmogorov(Random::normal, normal_cdf) < 1.95);
        assert!(kolmogorov(|random| random.exponential(3.0), |x| 1.0 - (-3.0 * x).exp()) < 1.95);
        for shape in [0.05, 0.24, 1.0, 3.7, 250.0] {
            let cdf = |x: f64| (2.0 * x).inc_gamma(shape);
            let distance = kolmogorov(|random| random.gamma(shape, 2.0), cdf);
            assert!(distance < 1.95, "gamma {shape}: {distance}");
        }
        for (a, b) in [(0.79, 2.43), (0.05, 0.1), (30.0, 4.0)] {
            let distance = kolmogorov(|random| random.beta(a, b), |x| beta_cdf(x, a, b));
            assert!(distance < 1.95, "beta {a} {b}: {distance}");
        }
    }

    #[test]
    fn streams_are_frozen() {
        let mut random = Random::stream(1, 2);
        let draws = [random.uniform(), random.normal(), random.gamma(0.24, 4.4)];
        let frozen = [0x3fd7_c13a_0b5d_b456, 0xbff1_56fa_4672_1768, 0x3f81_a2de_14e4_33eb];
        assert_eq!(draws.map(f64::to_bits), frozen, "{draws:?}");
    }

    #[test]
    fn an_impossible_shape_is_not_a_number() {
        let mut random = Random::seeded(0);
        assert!(
            [0.0, -1.0, f64::NAN, f64::INFINITY]
                .map(|k| random.ln_gamma(k))
                .iter()
                .all(|x| x.is_nan())
        );
    }
}

//! The seeded source of everything random in the example.

use rand_distr::{Distribution, StandardNormal, StandardUniform, Uniform};
use rand_pcg::Pcg64;
use rand_pcg::rand_core::SeedableRng;

/// One stream of random draws.
///
/// Every kind of record has a stream of its own, so that a kind added later leaves the files of the
/// others as they are, byte for byte.
pub(crate) struct Dice(Pcg64);

impl Dice {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        // The seeding hashes its argument: neighbouring numbers give unrelated streams.
        Self(Pcg64::seed_from_u64(seed + stream))
    }

    /// True with the given probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        let uniform: f64 = StandardUniform.sample(&mut self.0);
        uniform < probability
    }

    /// A whole number from `0..limit`; 0 where that range is empty.
    pub(crate) fn below(&mut self, limit: i64) -> i64 {
        Uniform::new(0, limit).map_or(0, |range| range.sample(&mut self.0))
    }

    /// A standard normal number.
    pub(crate) fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// The waiting time until something that happens once in the mean: exponential of mean 1.
    pub(crate) fn waiting(&mut self) -> f64 {
        let uniform: f64 = StandardUniform.sample(&mut self.0);
        // 1 − uniform is never 0.
        -libm::log(1.0 - uniform)
    }

    /// One of the options, each with its probability.
    pub(crate) fn pick(&mut self, options: &[(&'static str, f64)]) -> &'static str {
        let uniform: f64 = StandardUniform.sample(&mut self.0);
        let mut reached = 0.0;
        let mut chosen = "";
        // The last option also takes what rounding leaves of the total.
        for &(option, probability) in options {
            chosen = option;
            reached += probability;
            if uniform < reached {
                break;
            }
        }
        chosen
    }

    /// The items in random order.
    pub(crate) fn shuffled<T>(&mut self, items: impl Iterator<Item = T>) -> Vec<T> {
        let mut items: Vec<T> = items.collect();
        items.sort_by_cached_key(|_| -> u64 { StandardUniform.sample(&mut self.0) });
        items
    }
}

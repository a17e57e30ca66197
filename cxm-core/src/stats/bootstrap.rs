//! Seeded multinomial bootstrap of a net score.
//!
//! # What it measures
//! The spread of the score over samples redrawn from the answers at hand.
//!
//! # Formula
//! ```text
//! P* ~ Binomial(n, P/n)    D* ~ Binomial(n − P*, D/(n − P))    net* = (P* − D*)/n
//! limits = the α/2 and 1 − α/2 quantiles of net*, linear between order statistics
//! ```
//! Two draws per replicate, whatever n is. The same seed gives the same limits on every platform.
//!
//! # Edge cases
//! Needs 1..=1 000 000 replicates. A sample of one class has zero width. A finite population is
//! refused: ask a closed form.
//!
//! # Source
//! Efron & Tibshirani (1993), chapter 13 (percentile interval).

use super::interval::IntervalOptions;
use super::net_score::NetCounts;
use crate::error::{Error, Result};
use rand_distr::{Binomial, Distribution as _};
use rand_pcg::{Pcg64, rand_core::SeedableRng as _};

/// Sixteen megabytes of replicates; more changes no digit that matters.
pub(crate) const MAX_REPLICATES: u32 = 1_000_000;

/// Percentile limits of the net score. The counts are known not to be empty.
pub(crate) fn net_score_limits(
    counts: &NetCounts,
    options: &IntervalOptions,
) -> Result<(f64, f64)> {
    check(options)?;
    let alpha = options.alpha()?;
    let total = counts.total();
    let others = total - counts.positive;
    let positive = binomial(total, counts.positive as f64 / total as f64)?;
    let share_of_others = if others == 0 { 0.0 } else { counts.negative as f64 / others as f64 };
    let mut random = Pcg64::seed_from_u64(options.seed);
    let mut nets = Vec::new();
    for _ in 0..options.replicates {
        let drawn = positive.sample(&mut random);
        let negative = binomial(total - drawn, share_of_others)?.sample(&mut random);
        nets.push((drawn as f64 - negative as f64) / total as f64);
    }
    nets.sort_by(f64::total_cmp);
    Ok((quantile(&nets, alpha / 2.0), quantile(&nets, 1.0 - alpha / 2.0)))
}

fn check(options: &IntervalOptions) -> Result<()> {
    if options.population.is_some() {
        return Err(Error::not_offered("the bootstrap has no finite population correction")
            .in_field("population"));
    }
    if (1..=MAX_REPLICATES).contains(&options.replicates) {
        return Ok(());
    }
    Err(Error::argument(format!(
        "replicates must be within 1..={MAX_REPLICATES}, got {}",
        options.replicates
    ))
    .in_field("replicates"))
}

fn binomial(trials: u64, share: f64) -> Result<Binomial> {
    Binomial::new(trials, share).map_err(|error| Error::argument(error.to_string()))
}

/// Linear between order statistics, the first at 0 and the last at 1.
pub(crate) fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = p * last as f64;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 ≤ position ≤ last
    let below = position.floor() as usize;
    let value = |i: usize| sorted.get(i.min(last)).copied().unwrap_or(f64::NAN);
    let fraction = position - position.floor();
    value(below) + fraction * (value(below + 1) - value(below))
}

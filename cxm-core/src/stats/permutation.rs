//! Exact comparison of two small net scores by conditional permutation.
//!
//! # What it measures
//! Of all ways to deal the same answers to two groups of these sizes, the share that sets the
//! scores at least as far apart. No approximation, for groups of a handful of answers.
//!
//! # Formula
//! ```text
//! classes c = (c₋, c₀, c₊) in both groups together, group sizes n₁ and n₂
//! a = (a₋, a₀, a₊) of them in the first group
//! P(a) = C(c₋, a₋)·C(c₀, a₀)·C(c₊, a₊)/C(n₁ + n₂, n₁)
//! p    = Σ P(a) over all a with |net₁ − net₂| at least the observed one (compared as integers)
//! ```
//!
//! # Edge cases
//! An empty group is `InsufficientData`; more than a million tables are `LimitReached`, where the
//! adjusted Wald comparison serves.
//!
//! # Source
//! Freeman & Halton (1951), with the difference of net scores as the statistic.
//!
//! # Example
//! ```
//! use cxm_core::stats::{NetCounts, permutation};
//!
//! let first = NetCounts { negative: 0, neutral: 0, positive: 2 };
//! let test = permutation::nets(&first, &first.mirrored())?;
//! // Two promoters against two detractors: 2 of the C(4, 2) = 6 deals are as extreme.
//! assert!((test.p_value - 2.0 / 6.0).abs() < 1e-15);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::net_score::NetCounts;
use crate::error::{Error, Result};

/// The work of a read stays below a tenth of a second.
const MAX_TABLES: u128 = 1_000_000;

/// The answer of a permutation test: first minus second.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PermutationTest {
    /// First net score minus the second.
    pub difference: f64,
    /// Two-sided exact p-value.
    pub p_value: f64,
    /// Tables that were counted.
    pub tables: u64,
}

/// Two independent net scores, exactly.
pub fn nets(first: &NetCounts, second: &NetCounts) -> Result<PermutationTest> {
    let empty = |side| Error::insufficient("no answers to compare").in_field(side);
    let net1 = first.net().ok_or_else(|| empty("first"))?;
    let net2 = second.net().ok_or_else(|| empty("second"))?;
    let pooled = NetCounts {
        negative: first.negative.saturating_add(second.negative),
        neutral: first.neutral.saturating_add(second.neutral),
        positive: first.positive.saturating_add(second.positive),
    };
    let size = first.total();
    let choices = |count: u64| u128::from(count.min(size)) + 1;
    if choices(pooled.negative).saturating_mul(choices(pooled.positive)) > MAX_TABLES {
        return Err(Error::limit(format!(
            "the exact test counts at most {MAX_TABLES} tables; compare by adjusted_wald"
        )));
    }
    let observed = distance(first.negative, first.positive, size, &pooled);
    let (mut extreme, mut all, mut tables) = (0.0, 0.0, 0);
    for negative in 0..=pooled.negative.min(size) {
        for positive in 0..=pooled.positive.min(size - negative) {
            let neutral = size - negative - positive;
            if neutral > pooled.neutral {
                continue;
            }
            let weight = libm::exp(
                ln_choose(pooled.negative, negative)
                    + ln_choose(pooled.neutral, neutral)
                    + ln_choose(pooled.positive, positive)
                    - ln_choose(pooled.total(), size),
            );
            all += weight;
            tables += 1;
            if distance(negative, positive, size, &pooled) >= observed {
                extreme += weight;
            }
        }
    }
    // Dividing by the sum of all cancels what the logarithms of the factorials rounded.
    Ok(PermutationTest { difference: net1 - net2, p_value: (extreme / all).min(1.0), tables })
}

/// n₁·n₂·|net₁ − net₂| = |s·n − S·n₁| with s and S the sums of scores of the first group and of
/// both.
fn distance(negative: u64, positive: u64, size: u64, pooled: &NetCounts) -> u128 {
    let sum = |minus: u64, plus: u64| i128::from(plus) - i128::from(minus);
    let first = sum(negative, positive).saturating_mul(i128::from(pooled.total()));
    let share = sum(pooled.negative, pooled.positive).saturating_mul(i128::from(size));
    first.abs_diff(share)
}

fn ln_choose(n: u64, k: u64) -> f64 {
    let ln_factorial = |count: u64| libm::lgamma(count as f64 + 1.0);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}

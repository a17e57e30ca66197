//! Credit: exact fractions of conversions, summed per touchpoint.

use std::collections::BTreeMap;

use super::attribution_paths::PathOutcomes;
use super::path_table::index;
use crate::error::{Error, Result};

/// What a touchpoint gets of each conversion on a path: a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fraction {
    pub(super) touchpoint: u32,
    pub(super) numerator: u64,
    pub(super) denominator: u64,
}

/// Sums of fractions by denominator: exact integers, in the order of the denominators.
#[derive(Debug, Clone, Default)]
struct Sums(BTreeMap<u64, (i128, i128)>);

/// The credit of every touchpoint.
#[derive(Debug, Clone)]
pub(super) struct Credits {
    sums: Vec<Sums>,
    /// Σ conversions · fraction², for the variance of a share.
    squares: Vec<f64>,
}

fn overflow() -> Error {
    Error::overflow("a sum of credits would leave its range")
}

impl Sums {
    fn add(&mut self, fraction: &Fraction, outcomes: &PathOutcomes) -> Result<()> {
        let numerator = i128::from(fraction.numerator);
        let (conversions, value) = self.0.entry(fraction.denominator).or_default();
        let add = |sum: i128, of: i128| {
            numerator.checked_mul(of).and_then(|part| sum.checked_add(part)).ok_or_else(overflow)
        };
        *conversions = add(*conversions, outcomes.conversions.into())?;
        *value = add(*value, outcomes.value)?;
        Ok(())
    }

    /// The whole parts are summed as integers, so that only what is below one is rounded.
    #[allow(clippy::cast_precision_loss, reason = "exact sums are read as floating point")]
    fn read(&self, of: impl Fn(&(i128, i128)) -> i128) -> f64 {
        let (mut whole, mut rest) = (0_i128, 0.0);
        for (&denominator, sums) in &self.0 {
            let sum = of(sums);
            let denominator_wide = i128::from(denominator);
            whole = whole.saturating_add(sum.checked_div(denominator_wide).unwrap_or_default());
            let left = sum.checked_rem(denominator_wide).unwrap_or_default();
            rest += left as f64 / denominator as f64;
        }
        whole as f64 + rest
    }
}

impl Credits {
    pub(super) fn new(touchpoints: usize) -> Self {
        Self { sums: vec![Sums::default(); touchpoints], squares: vec![0.0; touchpoints] }
    }

    /// Gives the fractions of one path, of which each touchpoint may have several.
    pub(super) fn give(&mut self, fractions: &mut [Fraction], ended: &PathOutcomes) -> Result<()> {
        fractions.sort_unstable_by_key(|fraction| (fraction.touchpoint, fraction.denominator));
        for fraction in &*fractions {
            if let Some(sums) = self.sums.get_mut(index(fraction.touchpoint)) {
                sums.add(fraction, ended)?;
            }
        }
        for same in fractions.chunk_by(|a, b| a.touchpoint == b.touchpoint) {
            let share: f64 = same.iter().map(Fraction::value).sum();
            let place = same.first().map_or(usize::MAX, |first| index(first.touchpoint));
            if let Some(squares) = self.squares.get_mut(place) {
                *squares += count(ended.conversions) * share * share;
            }
        }
        Ok(())
    }

    /// Conversions of each touchpoint.
    pub(super) fn conversions(&self) -> Vec<f64> {
        self.sums.iter().map(|sums| sums.read(|pair| pair.0)).collect()
    }

    /// Value of each touchpoint, in minor units.
    pub(super) fn values(&self) -> Vec<f64> {
        self.sums.iter().map(|sums| sums.read(|pair| pair.1)).collect()
    }

    /// The variance of each touchpoint's share of so many conversions, drawn path by path.
    pub(super) fn variances(&self, shares: &[f64], conversions: u64) -> Vec<f64> {
        let n = count(conversions);
        let variance = |(&squares, share): (&f64, &f64)| (squares / n - share * share).max(0.0) / n;
        self.squares.iter().zip(shares).map(variance).collect()
    }
}

impl Fraction {
    #[allow(clippy::cast_precision_loss, reason = "a fraction is read as floating point")]
    fn value(&self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts are read as floating point")]
pub(super) fn count(count: u64) -> f64 {
    count as f64
}

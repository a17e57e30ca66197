//! Driver importance: R² shared out among drivers that go together.
//!
//! # What it measures
//! Which part of what the drivers explain belongs to each. Drivers of a survey are correlated, so a
//! coefficient alone says little: of two that move together one can take all.
//!
//! # Formula
//! ```text
//! LMG (Shapley)      Σ over sets S without j of |S|!(p − |S| − 1)!/p! · (R²(S ∪ j) − R²(S))
//! relative weights   Λ = R^½ (symmetric)    weight_j = Σ_k Λ_jk² · (Λ⁻¹ r)_k²
//! share              weight/R²
//! ```
//! Both are never negative and add up to R²; for uncorrelated drivers both are r².
//!
//! # Edge cases
//! As for [`drivers`](super::drivers). LMG looks at all 2^p sets: at most [`MAX_LMG_DRIVERS`]
//! drivers, more are `LimitReached`. Relative weights have no such limit.
//!
//! # Uncertainty
//! Percentile intervals over resampled rows, from a seed: `bootstrap`. They need the rows; a state
//! of sums has no interval of an importance. Replicates in which a driver never changes or is
//! collinear are left out and counted; fewer than half of them left is `InsufficientData`.
//!
//! # Not to be confused with
//! Stated importance, which customers were asked for; Pratt's products, which can be negative.
//!
//! # Source
//! Lindeman, Merenda & Gold (1980), p. 119 ff.; Grömping (2006), J. Stat. Softw. 17(1); Johnson
//! (2000), Multivariate Behavioral Research 35; Efron & Tibshirani (1993), chapter 13.
//!
//! # Example
//! ```
//! use cxm_core::impact::importance::{RelativeImportance, ImportanceMethod};
//! use cxm_core::impact::{NamedColumn, Rows};
//!
//! let column = |name: &str, values: [i32; 6]| NamedColumn {
//!     name: name.into(),
//!     values: values.iter().map(|&value| Some(f64::from(value))).collect(),
//! };
//! let drivers = vec![column("ease", [5, 4, 1, 5, 3, 5]), column("price", [2, 5, 2, 3, 1, 4])];
//! let rows = Rows::new(column("recommend", [9, 7, 3, 8, 5, 10]), drivers)?;
//! let lmg = RelativeImportance::read(&rows.co_moments(), ImportanceMethod::Lmg)?;
//! let sum: f64 = lmg.drivers.iter().map(|driver| driver.weight).sum();
//! assert!((sum - lmg.r_squared).abs() < 1e-12);
//! assert_eq!(lmg.drivers[0].rank, 1);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::co_moments::{CoMoments, Standardized};
use crate::error::{Error, Result};
use crate::stats::Interval;

/// The most drivers that LMG takes: a million sets.
pub const MAX_LMG_DRIVERS: usize = 20;

/// How R² is shared out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum ImportanceMethod {
    /// Lindeman, Merenda & Gold: Shapley's value of R².
    #[default]
    Lmg,
    /// Johnson's relative weights.
    RelativeWeights,
}

/// One driver's part.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DriverImportance {
    /// The driver's name.
    pub name: String,
    /// Its part of R².
    pub weight: f64,
    /// Its part of what is explained: weight/R².
    pub share: f64,
    /// 1 for the most important driver.
    pub rank: u64,
    /// −1 where the driver's correlation with the outcome is negative, else 1.
    pub sign: i8,
    /// The bootstrap interval of the weight, where rows were resampled.
    pub interval: Option<Interval>,
}

/// R² shared out among the drivers.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RelativeImportance {
    /// How it was shared out.
    pub method: ImportanceMethod,
    /// The outcome's name.
    pub outcome: String,
    /// Complete rows.
    pub n: u64,
    /// The sum of the weights.
    pub r_squared: f64,
    /// The drivers in their order.
    pub drivers: Vec<DriverImportance>,
    /// Replicates of the bootstrap that could not be read.
    pub left_out_replicates: u32,
}

impl RelativeImportance {
    /// The parts of the drivers, without intervals.
    pub fn read(co_moments: &CoMoments, method: ImportanceMethod) -> Result<Self> {
        let standardized = co_moments.standardized()?;
        let weights = weights(&standardized, method)?;
        let rank = |weight: f64| {
            let above = weights.iter().filter(|other| other.total_cmp(&weight).is_gt());
            above.count() as u64 + 1
        };
        let r_squared = standardized.r_squared;
        let columns = standardized.drivers.iter().zip(&standardized.with_outcome);
        let drivers =
            columns.zip(&weights).map(|((name, correlation), &weight)| DriverImportance {
                name: name.clone(),
                weight,
                share: if r_squared > 0.0 { weight / r_squared } else { 0.0 },
                rank: rank(weight),
                sign: if *correlation < 0.0 { -1 } else { 1 },
                interval: None,
            });
        Ok(Self {
            method,
            outcome: standardized.outcome.clone(),
            n: standardized.n,
            r_squared,
            drivers: drivers.collect(),
            left_out_replicates: 0,
        })
    }
}

fn weights(standardized: &Standardized, method: ImportanceMethod) -> Result<Vec<f64>> {
    match method {
        ImportanceMethod::Lmg => lmg(standardized),
        ImportanceMethod::RelativeWeights => relative_weights(standardized),
    }
}

/// R² of every set of drivers, by the bits of its number.
struct Subsets<'a> {
    standardized: &'a Standardized,
    r_squared: Vec<f64>,
    factor: crate::numeric::linear::Cholesky,
    members: Vec<usize>,
    /// L⁻¹ r of the members.
    whitened: Vec<f64>,
}

impl Subsets<'_> {
    /// All sets that add later drivers to the members, each sharing the factor of its prefix.
    fn visit(&mut self, next: usize, mask: usize, explained: f64) {
        if let Some(cell) = self.r_squared.get_mut(mask) {
            *cell = explained;
        }
        for driver in next..self.standardized.drivers.len() {
            let between = &self.standardized.between;
            let mut cells: Vec<f64> =
                self.members.iter().map(|&member| between.get(driver, member)).collect();
            cells.push(1.0);
            // A part of drivers that are not collinear is not collinear either.
            if self.factor.extend(&cells, 0.0).is_err() {
                continue;
            }
            let Some((diagonal, row)) = self.factor.last_row().split_last() else { continue };
            let known = row.iter().zip(&self.whitened).fold(0.0, |sum, (a, b)| sum + a * b);
            let own = self.standardized.with_outcome.get(driver).copied().unwrap_or(f64::NAN);
            let gained = (own - known) / diagonal;
            self.members.push(driver);
            self.whitened.push(gained);
            self.visit(driver + 1, mask | 1 << driver, explained + gained * gained);
            self.members.pop();
            self.whitened.pop();
            self.factor.truncate(self.members.len());
        }
    }
}

fn lmg(standardized: &Standardized) -> Result<Vec<f64>> {
    let drivers = standardized.drivers.len();
    if drivers > MAX_LMG_DRIVERS {
        return Err(Error::limit(format!(
            "LMG takes at most {MAX_LMG_DRIVERS} drivers, got {drivers}; relative weights take more"
        ))
        .in_field("drivers"));
    }
    let mut subsets = Subsets {
        standardized,
        r_squared: vec![0.0; 1 << drivers],
        factor: crate::numeric::linear::Cholesky::default(),
        members: Vec::with_capacity(drivers),
        whitened: Vec::with_capacity(drivers),
    };
    subsets.visit(0, 0, 0.0);
    // |S|!(p − |S| − 1)!/p! for each size of S: 1/p over the binomial coefficient of p − 1.
    let mut size_weights = Vec::with_capacity(drivers);
    let mut weight = 1.0 / drivers as f64;
    for size in 0..drivers {
        size_weights.push(weight);
        weight *= (size + 1) as f64 / (drivers - size - 1).max(1) as f64;
    }
    let at = |mask: usize| subsets.r_squared.get(mask).copied().unwrap_or(f64::NAN);
    let part = |driver: usize| {
        let without = (0..1usize << drivers).filter(|mask| mask & (1 << driver) == 0);
        let gain = |mask: usize| {
            let size = usize::try_from(mask.count_ones()).unwrap_or(usize::MAX);
            let weight = size_weights.get(size).copied().unwrap_or(f64::NAN);
            weight * (at(mask | 1 << driver) - at(mask)).max(0.0)
        };
        without.fold(0.0, |sum, mask| sum + gain(mask))
    };
    Ok((0..drivers).map(part).collect())
}

fn relative_weights(standardized: &Standardized) -> Result<Vec<f64>> {
    let eigen = standardized.between.eigen()?;
    let root = eigen.map(f64::sqrt);
    let solved = eigen.map(|value| 1.0 / value.sqrt()).times(&standardized.with_outcome)?;
    let squares: Vec<f64> = solved.iter().map(|value| value * value).collect();
    let weight = |row: &[f64]| {
        row.iter().zip(&squares).fold(0.0, |sum, (cell, square)| sum + cell * cell * square)
    };
    Ok(root.rows().map(weight).collect())
}

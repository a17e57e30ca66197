//! The log-rank test: do groups of customers leave at the same pace?
//!
//! # What it measures
//! Whether the survival curves of two or more groups differ by more than chance would make them.
//!
//! # Formula
//! ```text
//! at each time with d events of n at risk, in group j  dⱼ of nⱼ; weight w(t)
//! Uⱼ  = Σ w·(dⱼ − d·nⱼ/n)
//! Vⱼₖ = Σ w²·d(n − d)/(n − 1)·nⱼ/n·(δⱼₖ − nₖ/n)
//! statistic = Uᵀ V⁻ U,  χ² with as many degrees of freedom as groups less one
//!
//! log_rank 1      gehan_wilcoxon n      tarone_ware √n
//! fleming_harrington  S(t₋)^rho·(1 − S(t₋))^gamma, S by Kaplan–Meier of all groups
//! ```
//! With strata, U and V are summed over them: groups are compared within each stratum only.
//!
//! # Input
//! A [`RiskTable`] for each group, or for each group in each stratum, with or without late entries.
//!
//! # Empty and edge cases
//! A group without expected events takes no part and no degree of freedom. Fewer than two groups
//! that take part are `InsufficientData`: nothing was compared.
//!
//! # Merging
//! The tables' counts merge exactly.
//!
//! # Uncertainty
//! The p-value is asymptotic; groups of a handful of customers deserve no decimals.
//!
//! # Not to be confused with
//! "Peto", which names several tests: R's rho = 1 is `fleming_harrington` with rho 1 and gamma 0,
//! what lifelines calls `peto` is another.
//!
//! # Source
//! Mantel (1966); Gehan (1965); Tarone & Ware (1977), Biometrika 64; Fleming & Harrington (1991),
//! *Counting Processes and Survival Analysis*, 7.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//! use cxm_core::survival::{LogRankWeight, log_rank};
//!
//! let table = |months: &[u8], left: &[u8]| {
//!     let mut lifetimes = Lifetimes::default();
//!     lifetimes.update(Durations::new(months, left)).map(|()| lifetimes.risk_table())
//! };
//! let groups = [table(&[1, 3], &[1, 1])?, table(&[2, 4], &[1, 1])?];
//! let test = log_rank(&groups, LogRankWeight::LogRank)?;
//! assert_eq!(test.groups[0].observed, 2);
//! assert!((test.groups[0].expected - (1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 2.0)).abs() < 1e-15);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::risk_table::RiskTable;
use crate::error::{Error, Result};
use crate::numeric::distribution::chi_square_survival;
use crate::numeric::linear::SymmetricMatrix;

/// How much an event counts at its time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum LogRankWeight {
    /// All alike: the most powerful where hazards are proportional.
    #[default]
    LogRank,
    /// By the number at risk: early differences count most.
    GehanWilcoxon,
    /// By its root.
    TaroneWare,
    /// By the curve of all groups just before.
    FlemingHarrington {
        /// The power of S: above 0, early differences count more.
        rho: f64,
        /// The power of 1 − S: above 0, late differences count more.
        gamma: f64,
    },
}

impl LogRankWeight {
    fn check(&self) -> Result<()> {
        let Self::FlemingHarrington { rho, gamma } = self else { return Ok(()) };
        for (value, field) in [(rho, "rho"), (gamma, "gamma")] {
            if !(value.is_finite() && *value >= 0.0) {
                return Err(Error::argument(format!(
                    "a power is finite and not negative, got {value}"
                ))
                .in_field(field));
            }
        }
        Ok(())
    }

    fn at(&self, at_risk: f64, survival: f64) -> f64 {
        match *self {
            Self::LogRank => 1.0,
            Self::GehanWilcoxon => at_risk,
            Self::TaroneWare => at_risk.sqrt(),
            Self::FlemingHarrington { rho, gamma } => {
                libm::pow(survival, rho) * libm::pow(1.0 - survival, gamma)
            }
        }
    }
}

/// One group of a test.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LogRankGroup {
    /// Lifetimes of the group.
    pub lifetimes: u64,
    /// Events seen.
    pub observed: u64,
    /// Events expected if all groups left at the same pace.
    pub expected: f64,
    /// U, the weighted sum of observed minus expected.
    pub difference: f64,
    /// The variance of U.
    pub variance: f64,
}

/// What a log-rank test says.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LogRank {
    /// Uᵀ V⁻ U.
    pub statistic: f64,
    /// Groups that take part, less one.
    pub degrees_of_freedom: u32,
    /// The probability of a statistic as large, if all groups leave at the same pace.
    pub p_value: f64,
    /// How much an event counts at its time.
    pub weight: LogRankWeight,
    /// The groups, in the order given.
    pub groups: Vec<LogRankGroup>,
    /// V, row by row.
    pub covariance: Vec<Vec<f64>>,
}

/// The test of groups.
pub fn log_rank(groups: &[RiskTable], weight: LogRankWeight) -> Result<LogRank> {
    stratified_log_rank(std::slice::from_ref(&groups.to_vec()), weight)
}

/// The test of groups within strata: each stratum holds a table for each group, in one order; a
/// group that a stratum does not have is an empty table.
pub fn stratified_log_rank(strata: &[Vec<RiskTable>], weight: LogRankWeight) -> Result<LogRank> {
    weight.check()?;
    let count = strata.first().map_or(0, Vec::len);
    if count < 2 {
        return Err(Error::insufficient("a comparison needs two groups or more").in_field("groups"));
    }
    let mut sums = Sums::new(count);
    for (row, stratum) in strata.iter().enumerate() {
        if stratum.len() != count {
            return Err(Error::batch(format!(
                "expected {count} groups as in the other strata, got {}",
                stratum.len()
            ))
            .in_field("strata")
            .at_row(row));
        }
        sums.add_stratum(stratum, weight)?;
    }
    sums.test(strata, weight)
}

struct Sums {
    observed: Vec<u64>,
    expected: Vec<f64>,
    difference: Vec<f64>,
    covariance: Vec<Vec<f64>>,
}

/// Where a walk through one group's table is.
struct Cursor<'a> {
    rows: std::iter::Peekable<std::slice::Iter<'a, super::risk_table::RiskRow>>,
    at_risk: u64,
}

impl Sums {
    fn new(groups: usize) -> Self {
        Self {
            observed: vec![0; groups],
            expected: vec![0.0; groups],
            difference: vec![0.0; groups],
            covariance: vec![vec![0.0; groups]; groups],
        }
    }

    fn add_stratum(&mut self, tables: &[RiskTable], weight: LogRankWeight) -> Result<()> {
        let unit = tables.first().map(RiskTable::ticks_per_unit);
        if tables.iter().any(|table| Some(table.ticks_per_unit()) != unit) {
            return Err(Error::merge("the groups are counted in ticks of different lengths"));
        }
        let cursor = |table| {
            let table: &RiskTable = table;
            Cursor { rows: table.rows().iter().peekable(), at_risk: table.from_the_beginning() }
        };
        let mut cursors: Vec<Cursor<'_>> = tables.iter().map(cursor).collect();
        let mut survival = 1.0;
        let mut at_risk = vec![0.0; tables.len()];
        let mut events = vec![0u64; tables.len()];
        loop {
            let ticks = cursors.iter_mut().filter_map(|c| Some(c.rows.peek()?.tick));
            let Some(tick) = ticks.min() else { return Ok(()) };
            let places = at_risk.iter_mut().zip(&mut events);
            for (cursor, (at_risk, events)) in cursors.iter_mut().zip(places) {
                *at_risk = cursor.at_risk as f64;
                let row = cursor.rows.next_if(|row| row.tick == tick);
                *events = row.map_or(0, |row| row.events);
                if let Some(row) = row {
                    cursor.at_risk = row.after();
                }
            }
            let n: f64 = at_risk.iter().sum();
            let d = events.iter().fold(0, |sum: u64, &d| sum.saturating_add(d)) as f64;
            if d > 0.0 {
                self.add_tick(&at_risk, &events, (n, d), weight.at(n, survival));
                survival *= (n - d) / n;
            }
        }
    }

    fn add_tick(&mut self, at_risk: &[f64], events: &[u64], (n, d): (f64, f64), weight: f64) {
        let spread = if n > 1.0 { weight * weight * d * ((n - d) / (n - 1.0)) } else { 0.0 };
        let rows = self.covariance.iter_mut().zip(&mut self.difference);
        let sums = self.expected.iter_mut().zip(&mut self.observed).zip(rows);
        let groups = at_risk.iter().zip(events).enumerate();
        for ((j, (&own, &seen)), ((expected, observed), (row, difference))) in groups.zip(sums) {
            let share = own / n;
            *observed = observed.saturating_add(seen);
            *expected += d * share;
            *difference += weight * (seen as f64 - d * share);
            if own <= 0.0 {
                continue;
            }
            for (k, (cell, &other)) in row.iter_mut().zip(at_risk).enumerate() {
                // 1 − share as the others' share, which keeps its digits.
                let part = if j == k { (n - own) / n } else { -other / n };
                *cell += spread * share * part;
            }
        }
    }

    fn test(self, strata: &[Vec<RiskTable>], weight: LogRankWeight) -> Result<LogRank> {
        let taking_part: Vec<usize> = (0..self.expected.len())
            .filter(|&j| self.expected.get(j).is_some_and(|&expected| expected > 0.0))
            .collect();
        let cell = |row: usize, column: usize| {
            self.covariance.get(row).and_then(|row| row.get(column)).copied().unwrap_or_default()
        };
        let nothing = || {
            Error::insufficient("fewer than two groups had events to expect: nothing to compare")
                .in_field("groups")
        };
        let (_, compared) = taking_part.split_last().ok_or_else(nothing)?;
        let place = |row: usize| compared.get(row).copied().unwrap_or_default();
        let matrix =
            SymmetricMatrix::from_fn(compared.len(), |row, column| cell(place(row), place(column)));
        let right: Vec<f64> =
            compared.iter().filter_map(|&j| self.difference.get(j)).copied().collect();
        let solved = match matrix.cholesky() {
            Ok(factor) if !compared.is_empty() => factor.solve(&right)?,
            _ => return Err(nothing()),
        };
        let statistic: f64 = solved.iter().zip(&right).map(|(a, b)| a * b).sum();
        let degrees = u32::try_from(compared.len()).unwrap_or(u32::MAX);
        let lifetimes = |group: usize| {
            strata.iter().filter_map(|tables| tables.get(group)).map(RiskTable::exits).sum()
        };
        let groups = (0..).zip(&self.observed).zip(&self.expected).zip(&self.difference);
        let groups = groups.map(|(((group, &observed), &expected), &difference)| LogRankGroup {
            lifetimes: lifetimes(group),
            observed,
            expected,
            difference,
            variance: cell(group, group),
        });
        Ok(LogRank {
            statistic,
            degrees_of_freedom: degrees,
            p_value: chi_square_survival(statistic, degrees),
            weight,
            groups: groups.collect(),
            covariance: self.covariance.clone(),
        })
    }
}

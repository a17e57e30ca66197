//! The test of proportional hazards: do the coefficients change over time?
//!
//! The score test of θ in β(t) = β + θ·g(t), for each covariate and for all at once. With V the
//! covariance of the covariates among those at risk, weighted by their risks:
//!
//! ```text
//! U = Σ g·(x − x̄),  I_ββ = Σ V,  I_βθ = Σ g·V,  I_θθ = Σ g²·V
//! ```

use super::data::{Rows, Stratum};
use super::likelihood::{Sums, add_outer, dot, risks, symmetric};
use super::{Cox, CoxColumns, CoxTies};
use crate::error::{Error, Result};
use crate::numeric::distribution::chi_square_survival;
use crate::numeric::linear::SymmetricMatrix;

/// The g of time that a coefficient may follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum TimeTransform {
    /// 1 − S just before, by Kaplan–Meier of all rows: robust against a few long lifetimes.
    #[default]
    KaplanMeier,
    /// The time.
    Identity,
    /// Its logarithm.
    Log,
    /// The rank of the event.
    Rank,
}

/// One line of the test.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ProportionalityTest {
    /// The covariate, or `all`.
    pub name: String,
    /// The score statistic.
    pub statistic: f64,
    /// 1, or the number of covariates.
    pub degrees_of_freedom: u32,
    /// The probability of a statistic as large under proportional hazards.
    pub p_value: f64,
}

/// Sums over the event times.
struct Blocks {
    score: Vec<f64>,
    /// Σ V, Σ g·V, Σ g²·V as lower triangles.
    triangles: [Vec<f64>; 3],
}

impl Cox {
    /// Tests the fit on the columns that it was made from; the line of each covariate, then `all`.
    pub fn test_proportional_hazards(
        &self,
        columns: &CoxColumns<'_>,
        transform: TimeTransform,
    ) -> Result<Vec<ProportionalityTest>> {
        let rows = Rows::read(columns)?;
        if rows.width != self.coefficients.len() {
            return Err(Error::argument("these are not the columns of the fit").in_field("columns"));
        }
        let pairs = self.coefficients.iter().zip(&rows.deviations);
        let at: Vec<f64> = pairs.map(|(beta, deviation)| beta * deviation).collect();
        let (_, risks, _) = risks(&rows, &at);
        let times = transformed(&rows, transform)?;
        let triangle = || vec![0.0; rows.width * (rows.width + 1) / 2];
        let mut blocks = Blocks {
            score: vec![0.0; rows.width],
            triangles: [triangle(), triangle(), triangle()],
        };
        for (stratum, times) in rows.strata.iter().zip(&times) {
            blocks.add(&rows, stratum, &risks, times, self.ties);
        }
        blocks.tests(&self.names)
    }
}

/// g of every event time, stratum by stratum, with mean 0 over the events.
fn transformed(rows: &Rows, transform: TimeTransform) -> Result<Vec<Vec<f64>>> {
    let mut times: Vec<f64> = Vec::new();
    for stratum in &rows.strata {
        times.extend(stratum.times.iter().flat_map(|t| (t.first..t.end).map(|_| t.time)));
    }
    times.sort_unstable_by(f64::total_cmp);
    let curve = survival_before(rows);
    let ranked = |time: f64| {
        let below = times.partition_point(|&other| other < time);
        let up_to = times.partition_point(|&other| other <= time);
        0.5 * (below + up_to + 1) as f64
    };
    let g = |time: f64| match transform {
        TimeTransform::Identity => time,
        TimeTransform::Log => libm::log(time),
        TimeTransform::Rank => ranked(time),
        TimeTransform::KaplanMeier => {
            let at = curve.partition_point(|&(other, _)| other < time);
            1.0 - curve.get(at).map_or(1.0, |&(_, survival)| survival)
        }
    };
    let mean = times.iter().map(|&time| g(time)).sum::<f64>() / times.len() as f64;
    if !mean.is_finite() {
        return Err(
            Error::argument("an event at time 0 has no logarithm of time").in_field("transform")
        );
    }
    let centred = |stratum: &Stratum| stratum.times.iter().map(|t| g(t.time) - mean).collect();
    Ok(rows.strata.iter().map(centred).collect())
}

/// S of all rows just before each event time, ascending.
fn survival_before(rows: &Rows) -> Vec<(f64, f64)> {
    let mut exits: Vec<(f64, bool, f64)> = rows
        .exits
        .iter()
        .zip(&rows.events)
        .zip(&rows.weights)
        .map(|((&exit, &seen), &weight)| (exit, seen, weight))
        .collect();
    exits.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut entries: Vec<(f64, f64)> = match &rows.entries {
        Some(entries) => entries.iter().copied().zip(rows.weights.iter().copied()).collect(),
        None => Vec::new(),
    };
    entries.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut at_risk = if entries.is_empty() { rows.weights.iter().sum::<f64>() } else { 0.0 };
    let mut entering = entries.iter().peekable();
    let (mut survival, mut curve) = (1.0, Vec::new());
    for run in exits.chunk_by(|a, b| (a.0 - b.0).abs() <= 0.0) {
        let Some(&(time, ..)) = run.first() else { continue };
        while let Some(&(_, weight)) = entering.next_if(|(entry, _)| *entry < time) {
            at_risk += weight;
        }
        let leaving: f64 = run.iter().filter(|row| row.1).map(|row| row.2).sum();
        if leaving > 0.0 {
            curve.push((time, survival));
            survival *= (1.0 - leaving / at_risk).max(0.0);
        }
        at_risk -= run.iter().map(|row| row.2).sum::<f64>();
    }
    curve
}

/// Sums of x and of x·xᵀ.
struct SquareSums {
    sums: Sums,
    squares: Vec<f64>,
}

impl SquareSums {
    fn new(width: usize) -> Self {
        Self { sums: Sums::new(width), squares: vec![0.0; width * (width + 1) / 2] }
    }

    fn add(&mut self, risk: f64, x: &[f64]) {
        self.sums.add(risk, x);
        add_outer(&mut self.squares, risk, x, x);
    }
}

impl Blocks {
    fn add(&mut self, rows: &Rows, stratum: &Stratum, risks: &[f64], times: &[f64], ties: CoxTies) {
        let risk = |row: usize| risks.get(row).copied().unwrap_or_default();
        let mut at_risk = SquareSums::new(rows.width);
        let mut next = stratum.end;
        let mut entering = stratum.by_start.iter().peekable();
        let pairs = stratum.times.iter().zip(times).enumerate().rev();
        for (number, (time, &g)) in pairs {
            let span = |row: usize| rows.spans.get(row).copied();
            while next > stratum.first && span(next - 1).is_some_and(|span| span.end > number) {
                next -= 1;
                at_risk.add(risk(next), rows.row(next));
            }
            let starts = |row: &&usize| span(**row).is_some_and(|span| span.start > number);
            while let Some(&row) = entering.next_if(starts) {
                if span(row).is_some_and(|span| span.end > span.start) {
                    at_risk.add(-risk(row), rows.row(row));
                }
            }
            let mut leaving = SquareSums::new(rows.width);
            for row in time.first..time.end {
                leaving.add(risk(row), rows.row(row));
                let weight = rows.weights.get(row).copied().unwrap_or_default();
                for (score, x) in self.score.iter_mut().zip(rows.row(row)) {
                    *score += g * weight * x;
                }
            }
            let count = time.end - time.first;
            for gone in 0..count {
                let share = match ties {
                    CoxTies::Efron => gone as f64 / count as f64,
                    CoxTies::Breslow => 0.0,
                };
                self.add_event(&at_risk, &leaving, share, g, time.weight / count as f64);
            }
        }
    }

    /// One of the events of a time, with the means of those at risk when it is its turn.
    fn add_event(&mut self, all: &SquareSums, gone: &SquareSums, share: f64, g: f64, weight: f64) {
        let rest = all.sums.at_risk - share * gone.sums.at_risk;
        let pairs = all.sums.means.iter().zip(&gone.sums.means);
        let mean: Vec<f64> = pairs.map(|(all, gone)| (all - share * gone) / rest).collect();
        for (score, mean) in self.score.iter_mut().zip(&mean) {
            *score -= g * weight * mean;
        }
        let mut factor = weight;
        for triangle in &mut self.triangles {
            let cells = triangle.iter_mut().zip(all.squares.iter().zip(&gone.squares));
            for (cell, (all, gone)) in cells {
                *cell += factor * (all - share * gone) / rest;
            }
            add_outer(triangle, -factor, &mean, &mean);
            factor *= g;
        }
    }

    fn tests(&self, names: &[String]) -> Result<Vec<ProportionalityTest>> {
        let width = names.len();
        let [plain, once, twice] = &self.triangles;
        let (plain, once, twice) =
            (symmetric(width, plain), symmetric(width, once), symmetric(width, twice));
        let nothing =
            || Error::insufficient("events at one time only say nothing about a change over time");
        let factor = plain.cholesky().map_err(|_| nothing())?;
        // I_θθ − I_θβ I_ββ⁻¹ I_βθ: what the score of θ has left when β is fitted.
        let columns: Vec<Vec<f64>> =
            once.rows().map(|column| factor.solve(column)).collect::<Result<_>>()?;
        let rows: Vec<Vec<f64>> = once.rows().map(<[f64]>::to_vec).collect();
        let left = SymmetricMatrix::from_fn(width, |a, b| {
            let taken = rows.get(a).zip(columns.get(b)).map_or(0.0, |(row, col)| dot(row, col));
            twice.get(a, b) - taken
        });
        let line = |name: &str, statistic: f64, degrees_of_freedom: u32| ProportionalityTest {
            name: name.to_owned(),
            statistic,
            degrees_of_freedom,
            p_value: chi_square_survival(statistic, degrees_of_freedom),
        };
        let mut tests = Vec::with_capacity(width + 1);
        for ((name, score), variance) in names.iter().zip(&self.score).zip(left.diagonal()) {
            if variance <= 1e-12 * twice.get(tests.len(), tests.len()) {
                return Err(nothing().in_field(name.clone()));
            }
            tests.push(line(name, score * score / variance, 1));
        }
        let solved = left.cholesky().map_err(|_| nothing())?.solve(&self.score)?;
        let degrees = u32::try_from(width).unwrap_or(u32::MAX);
        tests.push(line("all", dot(&solved, &self.score), degrees));
        Ok(tests)
    }
}

//! Score residuals and the robust covariance that they make.

use super::CoxTies;
use super::data::Rows;
use super::likelihood::{Evaluation, Step, add_outer, pass, running, symmetric};
use crate::error::Result;
use crate::numeric::linear::SymmetricMatrix;

/// The weighted score residual of every row: how much the score would change without it.
///
/// ```text
/// U = w·[δ(x − ā) − exp(η)·(xΛ − B)],   Λ = Σ h, B = Σ h·a over the times at which it was at risk
/// ```
fn score_residuals(rows: &Rows, evaluation: &Evaluation, ties: CoxTies) -> Vec<f64> {
    let width = rows.width;
    let mut residuals = vec![0.0; rows.x.len()];
    for stratum in &rows.strata {
        let passed = pass(rows, stratum, &evaluation.risks, ties);
        let hazards = running(passed.steps.iter().map(|step| step.hazard));
        // Σ h·a up to each time, one row of `width` a time.
        let mut drifts = vec![0.0; width];
        for ((step, all), gone) in passed.steps.iter().zip(&passed.at_risk).zip(&passed.leaving) {
            let last: Vec<f64> = drifts.iter().rev().take(width).rev().copied().collect();
            let [plain, once, _] = step.squares;
            let next = last.iter().zip(all.iter().zip(gone));
            drifts.extend(next.map(|(sum, (all, gone))| sum + plain * all - once * gone));
        }
        let drift = |time: usize| drifts.get(time * width..(time + 1) * width).unwrap_or_default();
        for row in stratum.first..stratum.end {
            let Some((span, &risk)) = rows.spans.get(row).zip(evaluation.risks.get(row)) else {
                continue;
            };
            if span.end <= span.start {
                continue;
            }
            let x = rows.row(row);
            let own = rows.events.get(row).filter(|&&seen| seen).map(|_| span.end - 1);
            let hazard = hazards.get(span.end).copied().unwrap_or_default()
                - hazards.get(span.start).copied().unwrap_or_default();
            let weight = rows.weights.get(row).copied().unwrap_or_default();
            let cells = residuals.get_mut(row * width..(row + 1) * width).unwrap_or_default();
            let sums = drift(span.end).iter().zip(drift(span.start));
            for ((cell, x), (end, start)) in cells.iter_mut().zip(x).zip(sums) {
                *cell -= risk * (x * hazard - (end - start));
            }
            let Some(time) = own else { continue };
            let means = passed.at_risk.get(time).zip(passed.leaving.get(time));
            let step = passed.steps.get(time).copied().unwrap_or_default();
            let leaving = stratum.times.get(time).map_or(1.0, |time| time.weight);
            let Some((all, gone)) = means else { continue };
            let own = Own { step, weight, leaving, risk };
            let sums = all.iter().zip(gone);
            for ((cell, x), (all, gone)) in cells.iter_mut().zip(x).zip(sums) {
                *cell += own.part(*x, *all, *gone);
            }
        }
    }
    residuals
}

/// What a row's own event adds.
struct Own {
    step: Step,
    weight: f64,
    leaving: f64,
    risk: f64,
}

impl Own {
    fn part(&self, x: f64, all: f64, gone: f64) -> f64 {
        let Step { hazard, spared, squares: [_, once, twice] } = self.step;
        // The mean of those at risk, over the events of this time.
        let mean = (hazard * all - spared * gone) / self.leaving;
        let spared_drift = once * all - twice * gone;
        self.weight * (x - mean) + self.risk * (x * spared - spared_drift)
    }
}

/// I⁻¹(Σ U Uᵀ)I⁻¹, U summed by cluster.
pub(super) fn sandwich(
    rows: &Rows,
    evaluation: &Evaluation,
    covariance: &SymmetricMatrix,
    ties: CoxTies,
) -> Result<SymmetricMatrix> {
    let width = rows.width;
    let residuals = score_residuals(rows, evaluation, ties);
    let summed = match &rows.clusters {
        None => residuals,
        Some((clusters, count)) => {
            let mut sums = vec![0.0; width * count];
            for (residual, &cluster) in residuals.chunks_exact(width).zip(clusters) {
                let cells = sums.get_mut(cluster * width..(cluster + 1) * width);
                for (sum, cell) in cells.unwrap_or_default().iter_mut().zip(residual) {
                    *sum += cell;
                }
            }
            sums
        }
    };
    let mut triangle = vec![0.0; width * (width + 1) / 2];
    for residual in summed.chunks_exact(width) {
        let influence = covariance.times(residual)?;
        add_outer(&mut triangle, 1.0, &influence, &influence);
    }
    Ok(symmetric(width, &triangle))
}

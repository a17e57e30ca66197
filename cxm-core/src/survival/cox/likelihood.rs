//! The partial likelihood, its score and its information, in one walk through the sorted rows.
//!
//! The information is Σᵢ rᵢΛᵢ·xᵢxᵢᵀ less the outer products of the means at the event times, where
//! Λᵢ is the hazard that row i went through. So only sums of x are carried from time to time, and
//! nothing is ever subtracted from a sum of squares when rows leave the risk set.

use super::CoxTies;
use super::data::{EventTime, Rows, Stratum};
use crate::numeric::linear::SymmetricMatrix;

/// What is known at one event time once it is passed, with (S₁ − f·S₁ᵈ)/(S₀ − f·S₀ᵈ) for the means
/// of the events that leave one by one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Step {
    /// Σ w̄/(S₀ − f·S₀ᵈ): the hazard.
    pub(super) hazard: f64,
    /// Σ f·w̄/(S₀ − f·S₀ᵈ): the part that those who leave here do not go through.
    pub(super) spared: f64,
    /// Σ fᵏ·w̄/(S₀ − f·S₀ᵈ)² for k = 0, 1, 2.
    pub(super) squares: [f64; 3],
}

impl Step {
    /// The step of an event time with the sums over those at risk and those who leave.
    fn of(time: &EventTime, at_risk: f64, leaving: f64, ties: CoxTies) -> (Self, f64) {
        let count = time.end - time.first;
        let mut step = Self::default();
        if ties == CoxTies::Breslow || count == 1 {
            step.hazard = time.weight / at_risk;
            step.squares = [step.hazard / at_risk, 0.0, 0.0];
            return (step, time.weight * libm::log(at_risk));
        }
        let mean = time.weight / count as f64;
        let mut logarithms = 0.0;
        for gone in 0..count {
            let share = gone as f64 / count as f64;
            let rest = at_risk - share * leaving;
            let hazard = mean / rest;
            step.hazard += hazard;
            step.spared += share * hazard;
            let square = hazard / rest;
            let [plain, once, twice] = &mut step.squares;
            *plain += square;
            *once += share * square;
            *twice += share * share * square;
            logarithms += libm::log(rest);
        }
        (step, mean * logarithms)
    }
}

/// The walk at some coefficients.
#[derive(Debug, Clone)]
pub(super) struct Evaluation {
    pub(super) log_likelihood: f64,
    pub(super) score: Vec<f64>,
    pub(super) information: SymmetricMatrix,
    /// w·exp(η − shift) of each row.
    pub(super) risks: Vec<f64>,
    /// What was taken off every predictor.
    pub(super) shift: f64,
}

/// Running sums over those at risk.
#[derive(Debug, Clone)]
pub(super) struct Sums {
    pub(super) at_risk: f64,
    pub(super) means: Vec<f64>,
}

impl Sums {
    pub(super) fn new(width: usize) -> Self {
        Self { at_risk: 0.0, means: vec![0.0; width] }
    }

    #[inline]
    pub(super) fn add(&mut self, risk: f64, x: &[f64]) {
        self.at_risk += risk;
        for (sum, x) in self.means.iter_mut().zip(x) {
            *sum += risk * x;
        }
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// w·exp(η − shift), the largest predictor being the shift.
pub(super) fn risks(rows: &Rows, coefficients: &[f64]) -> (Vec<f64>, Vec<f64>, f64) {
    let predictors: Vec<f64> = rows.all().map(|x| dot(x, coefficients)).collect();
    let shift = predictors.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let pairs = predictors.iter().zip(&rows.weights);
    let risks = pairs.map(|(eta, weight)| weight * libm::exp(eta - shift)).collect();
    (predictors, risks, shift)
}

/// Walks a stratum from its last event time to its first; `visit` sees the time's number, the sums
/// over those at risk and over those who leave.
pub(super) fn walk(
    rows: &Rows,
    stratum: &Stratum,
    risks: &[f64],
    mut visit: impl FnMut(usize, &EventTime, &Sums, &Sums),
) {
    let (mut at_risk, mut leaving) = (Sums::new(rows.width), Sums::new(rows.width));
    let mut next = stratum.end;
    let mut entering = stratum.by_start.iter().peekable();
    for (number, time) in stratum.times.iter().enumerate().rev() {
        let ends_after = |row: usize| rows.spans.get(row).is_some_and(|span| span.end > number);
        while next > stratum.first && ends_after(next - 1) {
            next -= 1;
            if let Some(&risk) = risks.get(next) {
                at_risk.add(risk, rows.row(next));
            }
        }
        let starts_after =
            |row: &&usize| rows.spans.get(**row).is_some_and(|span| span.start > number);
        while let Some(&row) = entering.next_if(starts_after) {
            // Only rows that were added are taken off again.
            let was_there = rows.spans.get(row).is_some_and(|span| span.end > span.start);
            if let (Some(&risk), true) = (risks.get(row), was_there) {
                at_risk.add(-risk, rows.row(row));
            }
        }
        leaving.at_risk = 0.0;
        leaving.means.fill(0.0);
        for row in time.first..time.end {
            if let Some(&risk) = risks.get(row) {
                leaving.add(risk, rows.row(row));
            }
        }
        visit(number, time, &at_risk, &leaving);
    }
}

/// Adds w·x·yᵀ to the lower triangle, row by row.
#[inline]
pub(super) fn add_outer(triangle: &mut [f64], weight: f64, x: &[f64], y: &[f64]) {
    let mut rest = triangle;
    for (number, x) in x.iter().enumerate() {
        let Some((line, after)) = std::mem::take(&mut rest).split_at_mut_checked(number + 1) else {
            return;
        };
        let scaled = weight * x;
        for (cell, y) in line.iter_mut().zip(y) {
            *cell += scaled * y;
        }
        rest = after;
    }
}

/// The symmetric matrix of a lower triangle.
pub(super) fn symmetric(width: usize, triangle: &[f64]) -> SymmetricMatrix {
    SymmetricMatrix::from_fn(width, |row, column| {
        triangle.get(row * (row + 1) / 2 + column).copied().unwrap_or(f64::NAN)
    })
}

/// The hazard that a row goes through, from the running sums of its stratum's steps.
#[inline]
pub(super) fn passed(sums: &[f64], start: usize, end: usize) -> f64 {
    let at = |place: usize| sums.get(place).copied().unwrap_or_default();
    if end > start { at(end) - at(start) } else { 0.0 }
}

/// Log-likelihood, score and information.
pub(super) fn evaluate(rows: &Rows, coefficients: &[f64], ties: CoxTies) -> Evaluation {
    let width = rows.width;
    let (predictors, risks, shift) = risks(rows, coefficients);
    let (mut log_likelihood, mut score) = (0.0, vec![0.0; width]);
    let mut triangle = vec![0.0; width * (width + 1) / 2];
    for stratum in &rows.strata {
        let mut steps = vec![Step::default(); stratum.times.len()];
        walk(rows, stratum, &risks, |number, time, at_risk, leaving| {
            let (step, logarithms) = Step::of(time, at_risk.at_risk, leaving.at_risk, ties);
            log_likelihood -= logarithms;
            for row in time.first..time.end {
                let (eta, weight) = (predictors.get(row), rows.weights.get(row));
                let (eta, weight) =
                    (eta.copied().unwrap_or_default(), weight.copied().unwrap_or_default());
                log_likelihood += weight * (eta - shift);
                for (score, x) in score.iter_mut().zip(rows.row(row)) {
                    *score += weight * x;
                }
            }
            let sums = at_risk.means.iter().zip(&leaving.means);
            for (score, (all, gone)) in score.iter_mut().zip(sums) {
                *score -= step.hazard * all - step.spared * gone;
            }
            let [plain, once, twice] = step.squares;
            add_outer(&mut triangle, -plain, &at_risk.means, &at_risk.means);
            if once > 0.0 {
                add_outer(&mut triangle, once, &at_risk.means, &leaving.means);
                add_outer(&mut triangle, once, &leaving.means, &at_risk.means);
                add_outer(&mut triangle, -twice, &leaving.means, &leaving.means);
            }
            if let Some(slot) = steps.get_mut(number) {
                *slot = step;
            }
        });
        let hazards = running(steps.iter().map(|step| step.hazard));
        for row in stratum.first..stratum.end {
            let Some((span, &risk)) = rows.spans.get(row).zip(risks.get(row)) else { continue };
            let mut hazard = passed(&hazards, span.start, span.end);
            if rows.events.get(row) == Some(&true)
                && let Some(step) = span.end.checked_sub(1).and_then(|last| steps.get(last))
            {
                hazard -= step.spared;
            }
            if hazard > 0.0 {
                let x = rows.row(row);
                add_outer(&mut triangle, risk * hazard, x, x);
            }
        }
    }
    let information = symmetric(width, &triangle);
    Evaluation { log_likelihood, score, information, risks, shift }
}

/// 0 and the sums up to each term.
pub(super) fn running(terms: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    sums.extend(terms.map(|term| {
        sum += term;
        sum
    }));
    sums
}

/// The steps of every stratum at some coefficients, with the sums of x behind them: what residuals
/// and curves are made of.
pub(super) struct Passed {
    pub(super) steps: Vec<Step>,
    /// S₁ of those at risk, time by time.
    pub(super) at_risk: Vec<Vec<f64>>,
    /// S₁ of those who leave.
    pub(super) leaving: Vec<Vec<f64>>,
}

pub(super) fn pass(rows: &Rows, stratum: &Stratum, risks: &[f64], ties: CoxTies) -> Passed {
    let times = stratum.times.len();
    let mut passed = Passed {
        steps: vec![Step::default(); times],
        at_risk: vec![Vec::new(); times],
        leaving: vec![Vec::new(); times],
    };
    walk(rows, stratum, risks, |number, time, at_risk, leaving| {
        let (step, _) = Step::of(time, at_risk.at_risk, leaving.at_risk, ties);
        let slots = passed.steps.get_mut(number).zip(passed.at_risk.get_mut(number));
        if let Some(((slot, all), gone)) = slots.zip(passed.leaving.get_mut(number)) {
            *slot = step;
            all.clone_from(&at_risk.means);
            gone.clone_from(&leaving.means);
        }
    });
    passed
}

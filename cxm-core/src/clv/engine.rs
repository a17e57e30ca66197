//! How a fit is made: Newton steps on the logs of the parameters, over the rows of a pattern table.
//!
//! A time enters as a multiple of the mean age, so neither the path, nor a prior, nor the verdict
//! depends on the unit. More starts are tried only where the first one fails.

use super::fit::{FitOptions, FitProgress, Fitted, Prior};
use super::model::{MAX_PARAMETERS, Model};
use super::patterns::PatternTable;
use super::verdict::{Edges, FARTHEST, Sample, covariance, diagnose};
use crate::error::{Error, Result};
use crate::numeric::linear::SymmetricMatrix;
use crate::numeric::maximise::{Bounds, Maximum, Stop, Surface, maximise};

/// Signs by which further starts leave the first: each parameter goes up and down.
const DETOURS: [[f64; MAX_PARAMETERS]; 6] = [
    [1.0, 1.0, 1.0, 1.0],
    [-1.0, -1.0, -1.0, -1.0],
    [1.0, 1.0, -1.0, -1.0],
    [-1.0, -1.0, 1.0, 1.0],
    [1.0, -1.0, 1.0, -1.0],
    [-1.0, 1.0, -1.0, 1.0],
];

/// How far further starts are away, in logs.
const DETOUR: f64 = 1.5;

/// The model of the highest likelihood; with priors, of the highest posterior density.
///
/// Fails only where there is nothing to fit: an empty table, no repeat purchase at all without
/// priors to say what is likely, a row that the model cannot have, priors or a start that do not
/// suit the model. How far the answer can be trusted is in its [`Diagnosis`](super::Diagnosis).
pub fn fit<M: Model>(table: &PatternTable<M::Pattern>, options: &FitOptions) -> Result<Fitted<M>> {
    fit_with_progress(table, options, |_| Ok(()))
}

/// As [`fit`], and tells how it stands after each step; an error of `progress` stops it.
pub fn fit_with_progress<M: Model>(
    table: &PatternTable<M::Pattern>,
    options: &FitOptions,
    mut progress: impl FnMut(FitProgress<'_>) -> Result<()>,
) -> Result<Fitted<M>> {
    let problem = Problem::<M>::new(table, options)?;
    let mut iterations = 0;
    let mut starts = 0;
    let mut best: Option<Maximum> = None;
    for start in problem.starts()? {
        starts += 1;
        let found = problem.climb(&start, starts, &mut progress)?;
        iterations += found.iterations;
        let settled = found.stop == Stop::Maximum && !found.at_limit.contains(&true);
        let higher = best.as_ref().is_none_or(|best| found.surface.value > best.surface.value);
        if higher {
            best = Some(found);
        }
        if settled {
            break;
        }
    }
    let best = best.filter(|best| best.stop != Stop::Undefined).ok_or_else(|| {
        Error::not_converged("the log-likelihood is not finite at any start").in_field("start")
    })?;
    problem.verdict(&best, iterations, starts)
}

struct Problem<'a, M: Model> {
    table: &'a PatternTable<M::Pattern>,
    options: &'a FitOptions,
    /// ln of what each parameter is measured in: the mean age for a time, else 0.
    scale: Vec<f64>,
    customers: f64,
    repeaters: f64,
}

impl<'a, M: Model> Problem<'a, M> {
    fn new(table: &'a PatternTable<M::Pattern>, options: &'a FitOptions) -> Result<Self> {
        options.unit.validate()?;
        table.iter().try_for_each(|(pattern, _)| M::check(pattern))?;
        if options.tolerance.is_nan() || options.tolerance <= 0.0 {
            return Err(Error::argument("expected a number above 0").in_field("tolerance"));
        }
        if table.is_empty() {
            return Err(Error::insufficient("a fit needs customers; the table is empty"));
        }
        let repeaters = table.repeaters();
        if repeaters <= 0.0 && options.priors.is_none() {
            let message = "nobody has bought again or renewed, so nothing tells how often \
                           customers come or when they leave; without priors there is no fit";
            return Err(Error::insufficient(message));
        }
        let age = table.mean_age().filter(|age| *age > 0.0).unwrap_or(1.0);
        let scale = M::TIMES.iter().map(|&time| if time { libm::log(age) } else { 0.0 }).collect();
        if options.finite_mean && M::FINITE_MEAN_ABOVE.is_empty() {
            let message = format!("a fit of {} does not offer this", M::NAME);
            return Err(Error::not_offered(message).in_field("finite_mean"));
        }
        let problem = Self { table, options, scale, customers: table.customers(), repeaters };
        problem.check_priors()?;
        Ok(problem)
    }

    fn check_priors(&self) -> Result<()> {
        let Some(priors) = &self.options.priors else { return Ok(()) };
        let count = M::PARAMETERS.len();
        if priors.len() != count {
            let message = format!("expected {count} priors, one a parameter, got {}", priors.len());
            return Err(Error::argument(message).in_field("priors"));
        }
        for (name, prior) in M::PARAMETERS.iter().zip(priors) {
            let spread = prior.standard_deviation;
            if !(prior.mean.is_finite() && spread > 0.0 && spread.is_finite()) {
                let message = format!(
                    "expected a finite mean and a standard deviation above 0 for the prior of \
                     {name}, got {prior:?}"
                );
                return Err(Error::argument(message).in_field("priors"));
            }
        }
        Ok(())
    }

    /// The starts in the order in which they are tried, as logs.
    fn starts(&self) -> Result<Vec<Vec<f64>>> {
        let count = M::PARAMETERS.len();
        let guess = M::start(self.table);
        let guess: Vec<f64> = guess.iter().take(count).map(|&value| libm::log(value)).collect();
        let mut starts = Vec::with_capacity(DETOURS.len() + 2);
        if let Some(start) = &self.options.start {
            M::from_parameters(start)?;
            starts.push(start.iter().map(|&value| libm::log(value)).collect());
        }
        starts.push(guess.clone());
        for signs in DETOURS {
            starts.push(guess.iter().zip(signs).map(|(x, sign)| x + sign * DETOUR).collect());
        }
        Ok(starts)
    }

    fn limits(&self) -> Vec<(f64, f64)> {
        let mut limits: Vec<(f64, f64)> =
            self.scale.iter().map(|scale| (scale - FARTHEST, scale + FARTHEST)).collect();
        for ((lower, _), floor) in limits.iter_mut().zip(self.floors()) {
            if *floor > 0.0 {
                // As near to the floor as a parameter without unit may come to 0.
                *lower = libm::log(floor + libm::exp(-FARTHEST));
            }
        }
        limits
    }

    /// What the parameters have to be above; empty where that is 0.
    fn floors(&self) -> &'static [f64] {
        if self.options.finite_mean { M::FINITE_MEAN_ABOVE } else { &[] }
    }

    fn climb(
        &self,
        start: &[f64],
        number: u32,
        progress: &mut impl FnMut(FitProgress<'_>) -> Result<()>,
    ) -> Result<Maximum> {
        let bounds = Bounds {
            max_iterations: self.options.max_iterations,
            tolerance: self.options.tolerance,
            limits: self.limits(),
        };
        maximise(
            start,
            &bounds,
            |point| self.surface(point),
            |step| {
                progress(FitProgress {
                    start: number,
                    iteration: step.iteration,
                    log_likelihood: step.surface.value,
                    parameters: &exponentials(step.point),
                })
            },
        )
    }

    /// The log-likelihood with the priors, over the logs of the parameters.
    fn surface(&self, point: &[f64]) -> Option<Surface> {
        let model = M::from_parameters(&exponentials(point)).ok()?;
        let mut sum = model.table_derivatives(self.table);
        let priors = self.options.priors.iter().flatten();
        for (k, (prior, (x, scale))) in priors.zip(point.iter().zip(&self.scale)).enumerate() {
            let (value, slope, bend) = penalty(prior, x - scale);
            sum.value += value;
            if let Some(cell) = sum.gradient.get_mut(k) {
                *cell += slope;
            }
            if let Some(cell) = sum.hessian.get_mut(k).and_then(|row| row.get_mut(k)) {
                *cell += bend;
            }
        }
        let count = M::PARAMETERS.len();
        let cell = |row: usize, column: usize| {
            sum.hessian.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or(f64::NAN)
        };
        Some(Surface {
            value: sum.value,
            gradient: sum.gradient.iter().take(count).copied().collect(),
            hessian: SymmetricMatrix::from_fn(count, cell),
        })
    }

    fn verdict(&self, best: &Maximum, iterations: u32, starts: u32) -> Result<Fitted<M>> {
        let priors = self.options.priors.iter().flatten();
        let penalties = priors.zip(best.point.iter().zip(&self.scale));
        let penalty: f64 = penalties.map(|(prior, (x, scale))| penalty(prior, x - scale).0).sum();
        let edges = Edges { names: M::PARAMETERS, scale: &self.scale, floors: self.floors() };
        let sample = Sample { customers: self.customers, repeaters: self.repeaters };
        Ok(Fitted {
            model: M::from_parameters(&exponentials(&best.point))?,
            unit: self.options.unit,
            log_likelihood: best.surface.value - penalty,
            ln_covariance: covariance(best).map(|inverse| leading_cells(&inverse)),
            diagnosis: diagnose(best, edges, sample, (iterations, starts)),
            customers: self.customers,
            patterns: u64::try_from(self.table.len()).unwrap_or(u64::MAX),
            repeaters: self.repeaters,
            fingerprint: self.table.fingerprint(),
            priors: self.options.priors.clone(),
        })
    }
}

/// The log density of a normal prior without its constant, with its derivatives.
pub(super) fn penalty(prior: &Prior, x: f64) -> (f64, f64, f64) {
    let precision = 1.0 / (prior.standard_deviation * prior.standard_deviation);
    let away = x - prior.mean;
    (-0.5 * precision * away * away, -precision * away, -precision)
}

fn exponentials(point: &[f64]) -> Vec<f64> {
    point.iter().map(|&x| libm::exp(x)).collect()
}

/// The cells of a matrix in the room for the most parameters.
pub(super) fn leading_cells(matrix: &SymmetricMatrix) -> [[f64; MAX_PARAMETERS]; MAX_PARAMETERS] {
    let mut cells = [[0.0; MAX_PARAMETERS]; MAX_PARAMETERS];
    for (cells, row) in cells.iter_mut().zip(matrix.rows()) {
        for (cell, value) in cells.iter_mut().zip(row) {
            *cell = *value;
        }
    }
    cells
}

//! The fit of a model with covariates: Newton steps on the logs of the parameters and the
//! coefficients together.

use super::table::{Profile, Standard};
use super::{Coefficient, CovariateModel, CovariateTable, WithCovariates, moved};
use crate::clv::engine::{fit_with_progress, leading_cells, penalty};
use crate::clv::fit::{Diagnosis, FitOptions, FitProgress, FitStatus, Fitted, Prior};
use crate::clv::model::{Derivatives, MAX_PARAMETERS};
use crate::clv::verdict::{Edges, FARTHEST, Sample, covariance, diagnose};
use crate::error::{Error, Result};
use crate::model::TimeUnit;
use crate::numeric::distribution::normal_two_sided;
use crate::numeric::linear::SymmetricMatrix;
use crate::numeric::maximise::{Bounds, Maximum, Stop, Surface, maximise};
use crate::stats::LikelihoodRatioTest;

/// The strongest effect of one standard deviation of a covariate, in logs.
const STRONGEST: f64 = 20.0;

/// What a coefficient acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Part {
    /// The rate of purchase.
    Purchase,
    /// Dropout.
    Dropout,
}

/// A coefficient with its error.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CoefficientEstimate {
    /// What it acts on.
    pub part: Part,
    /// The name of the covariate.
    pub name: String,
    /// γ.
    pub value: f64,
    /// Its standard error; `None` where the data do not determine it.
    pub standard_error: Option<f64>,
    /// Two-sided p-value of γ = 0 (Wald).
    pub p_value: Option<f64>,
}

/// A model with covariates and what its fit knows.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedCovariates<M> {
    /// The model at its parameters and coefficients.
    pub model: WithCovariates<M>,
    /// The unit in which ages are counted.
    pub unit: TimeUnit,
    /// The log-likelihood of all customers, without any prior.
    pub log_likelihood: f64,
    /// The covariance of the logs of the parameters, then of the coefficients of purchase and of
    /// dropout; `None` where the data do not determine it.
    pub covariance: Option<SymmetricMatrix>,
    /// How far to trust it.
    pub diagnosis: Diagnosis,
    /// The fit of the same customers without covariates.
    pub without: Fitted<M>,
}

impl<M: CovariateModel> FittedCovariates<M> {
    /// Standard errors of the parameters of the base model, in their order: θ · SE(ln θ).
    pub fn standard_errors(&self) -> Option<Vec<f64>> {
        let covariance = self.covariance.as_ref()?;
        let parameters = self.model.base().parameters();
        let each = parameters.iter().take(M::PARAMETERS.len()).enumerate();
        Some(each.map(|(k, value)| value * libm::sqrt(covariance.get(k, k))).collect())
    }

    /// The coefficients with their errors: those of purchase, then those of dropout.
    pub fn coefficients(&self) -> Vec<CoefficientEstimate> {
        let purchase = self.model.purchase().iter().map(|c| (Part::Purchase, c));
        let dropout = self.model.dropout().iter().map(|c| (Part::Dropout, c));
        let all = purchase.chain(dropout).enumerate();
        all.map(|(place, (part, Coefficient { name, value }))| {
            let row = M::PARAMETERS.len() + place;
            let variance = self.covariance.as_ref().map(|matrix| matrix.get(row, row));
            let standard_error = variance.map(libm::sqrt);
            CoefficientEstimate {
                part,
                name: name.clone(),
                value: *value,
                standard_error,
                p_value: standard_error.map(|error| normal_two_sided(value / error)),
            }
        })
        .collect()
    }

    /// A model whose parameters and coefficients were given and not fitted.
    pub fn given(model: WithCovariates<M>, unit: TimeUnit) -> Self {
        let without = Fitted::given(model.base().clone(), unit);
        Self {
            unit,
            log_likelihood: without.log_likelihood,
            covariance: None,
            diagnosis: without.diagnosis.clone(),
            model,
            without,
        }
    }

    /// The fitted model of a customer with these covariates, in the order of the coefficients, with
    /// what the fit knows of its parameters: whatever can be asked of a fit can be asked of it.
    pub fn for_customer(&self, purchase: &[f64], dropout: &[f64]) -> Result<Fitted<M>> {
        let model = self.model.for_customer(purchase, dropout)?;
        let moves = |by: [f64; MAX_PARAMETERS], place: usize| by.get(place).copied().unwrap_or(0.0);
        let rows: Vec<Vec<f64>> = (0..M::PARAMETERS.len())
            .map(|place| {
                let unit = (0..M::PARAMETERS.len()).map(|k| f64::from(u8::from(k == place)));
                let first = purchase.iter().map(|value| moves(M::PURCHASE, place) * value);
                let second = dropout.iter().map(|value| moves(M::DROPOUT, place) * value);
                unit.chain(first).chain(second).collect()
            })
            .collect();
        let covariance = self.covariance.as_ref().and_then(|all| carried(all, &rows));
        Ok(Fitted {
            model,
            log_likelihood: self.log_likelihood,
            ln_covariance: covariance.map(|cells| leading_cells(&cells)),
            diagnosis: self.diagnosis.clone(),
            ..self.without.clone()
        })
    }

    /// The test against the model without covariates; `None` where the parameters were given, and
    /// with priors, under which twice the gain does not follow the chi-square distribution.
    pub fn likelihood_ratio(&self) -> Option<LikelihoodRatioTest> {
        if self.diagnosis.status == FitStatus::Given || self.without.priors.is_some() {
            return None;
        }
        let coefficients = self.model.purchase().len() + self.model.dropout().len();
        let narrower = self.without.log_likelihood;
        Some(LikelihoodRatioTest::of(self.log_likelihood, narrower, coefficients))
    }

    /// Akaike: 2k − 2 ln L.
    pub fn aic(&self) -> f64 {
        2.0 * self.degrees() - 2.0 * self.log_likelihood
    }

    /// Schwarz: k ln(customers) − 2 ln L.
    pub fn bic(&self) -> f64 {
        self.degrees() * libm::log(self.without.customers) - 2.0 * self.log_likelihood
    }

    #[allow(clippy::cast_precision_loss, reason = "at most a few dozen")]
    fn degrees(&self) -> f64 {
        let coefficients = self.model.purchase().len() + self.model.dropout().len();
        (M::PARAMETERS.len() + coefficients) as f64
    }
}

/// The model and the effects of the highest likelihood; with priors, of the highest posterior
/// density.
///
/// Starts from the fit without covariates, which takes the options. A prior is one of the
/// parameters of a customer with average covariates, so that it does not depend on how these are
/// coded; coefficients have none.
pub fn fit_with_covariates<M: CovariateModel>(
    table: &CovariateTable,
    options: &FitOptions,
) -> Result<FittedCovariates<M>> {
    fit_with_covariates_and_progress(table, options, |_| Ok(()))
}

/// As [`fit_with_covariates`], and tells how it stands after each step: first of the fit without
/// covariates, then of the one with them, as a further start. An error of `progress` stops it.
pub fn fit_with_covariates_and_progress<M: CovariateModel>(
    table: &CovariateTable,
    options: &FitOptions,
    mut progress: impl FnMut(FitProgress<'_>) -> Result<()>,
) -> Result<FittedCovariates<M>> {
    let without = fit_with_progress::<M>(table.histories(), options, &mut progress)?;
    let problem = Problem::<M>::new(table, options.priors.as_deref());
    let mut start: Vec<f64> =
        without.model.parameters().iter().take(problem.parameters).map(|&x| libm::log(x)).collect();
    // The limits of a fit without covariates.
    let mut limits: Vec<(f64, f64)> =
        problem.scale.iter().map(|scale| (scale - FARTHEST, scale + FARTHEST)).collect();
    start.resize(problem.directions.len(), 0.0);
    limits.resize(problem.directions.len(), (-STRONGEST, STRONGEST));
    let bounds =
        Bounds { max_iterations: options.max_iterations, tolerance: options.tolerance, limits };
    let best = maximise(
        &start,
        &bounds,
        |point| problem.surface(point),
        |step| {
            let logs = step.point.iter().take(problem.parameters);
            progress(FitProgress {
                start: without.diagnosis.starts + 1,
                iteration: step.iteration,
                log_likelihood: step.surface.value,
                parameters: &logs.map(|&log| libm::exp(log)).collect::<Vec<_>>(),
            })
        },
    )?;
    if best.stop == Stop::Undefined {
        let message = "the log-likelihood is not finite at the fit without covariates";
        return Err(Error::not_converged(message));
    }
    problem.read(&best, without)
}

/// What one free number moves: a parameter itself, or both or all parameters of a part by the value
/// of a covariate.
#[derive(Debug, Clone, Copy)]
enum Direction {
    Parameter(usize),
    Purchase(usize),
    Dropout(usize),
}

struct Problem<'a, M> {
    table: &'a CovariateTable,
    /// Parameters of the base model; they come first.
    parameters: usize,
    directions: Vec<Direction>,
    /// One a parameter, or none.
    priors: &'a [Prior],
    /// ln of what each parameter is measured in: the mean age for a time, else 0.
    scale: Vec<f64>,
    model: std::marker::PhantomData<M>,
}

impl<'a, M: CovariateModel> Problem<'a, M> {
    fn new(table: &'a CovariateTable, priors: Option<&'a [Prior]>) -> Self {
        let parameters = M::PARAMETERS.len();
        let (purchase, dropout) = table.standards();
        let directions = (0..parameters)
            .map(Direction::Parameter)
            .chain((0..purchase.len()).map(Direction::Purchase))
            .chain((0..dropout.len()).map(Direction::Dropout));
        let directions = directions.collect();
        let age = table.histories().mean_age().filter(|age| *age > 0.0).unwrap_or(1.0);
        let scale = M::TIMES.iter().map(|&time| if time { libm::log(age) } else { 0.0 }).collect();
        let (priors, model) = (priors.unwrap_or_default(), std::marker::PhantomData);
        Self { table, parameters, directions, priors, scale, model }
    }

    /// The value, slope and bend of each prior at a point.
    fn penalties(&self, point: &[f64]) -> impl Iterator<Item = (f64, f64, f64)> {
        let places = point.iter().zip(&self.scale);
        let terms = self.priors.iter().zip(places);
        terms.map(|(prior, (x, scale))| penalty(prior, x - scale)).collect::<Vec<_>>().into_iter()
    }

    /// How the logs of the parameters of a profile move along each direction.
    fn jacobian(&self, profile: &Profile) -> Vec<[f64; MAX_PARAMETERS]> {
        let scaled = |by: [f64; MAX_PARAMETERS], values: &[f64], place: usize| {
            let value = values.get(place).copied().unwrap_or(0.0);
            by.map(|cell| cell * value)
        };
        let columns = self.directions.iter().map(|direction| match *direction {
            Direction::Parameter(place) => {
                let mut unit = [0.0; MAX_PARAMETERS];
                if let Some(cell) = unit.get_mut(place) {
                    *cell = 1.0;
                }
                unit
            }
            Direction::Purchase(place) => scaled(M::PURCHASE, &profile.purchase, place),
            Direction::Dropout(place) => scaled(M::DROPOUT, &profile.dropout, place),
        });
        columns.collect()
    }

    fn surface(&self, point: &[f64]) -> Option<Surface> {
        let order = point.len();
        let (mut value, mut gradient) = (0.0, vec![0.0; order]);
        let mut hessian = vec![0.0; order * order];
        let (logs, coefficients) = point.split_at_checked(self.parameters)?;
        let mut base = [0.0; MAX_PARAMETERS];
        base.iter_mut().zip(logs).for_each(|(cell, log)| *cell = *log);
        let (purchase, dropout) = coefficients.split_at_checked(self.table.standards().0.len())?;
        for profile in self.table.iter() {
            let effects = [dot(purchase, &profile.purchase), dot(dropout, &profile.dropout)];
            let model = moved::<M>(&base, effects[0], effects[1])?;
            let Derivatives { value: term, gradient: slopes, hessian: bends } =
                model.table_derivatives(&profile.patterns);
            value += term;
            let jacobian = self.jacobian(profile);
            for ((sum, cells), left) in
                gradient.iter_mut().zip(hessian.chunks_exact_mut(order)).zip(&jacobian)
            {
                *sum += dot(left, &slopes);
                let bent = bends.map(|row| dot(&row, left));
                for (cell, right) in cells.iter_mut().zip(&jacobian) {
                    *cell += dot(&bent, right);
                }
            }
        }
        for (place, (term, slope, bend)) in self.penalties(point).enumerate() {
            value += term;
            if let Some(cell) = gradient.get_mut(place) {
                *cell += slope;
            }
            if let Some(cell) = hessian.get_mut(place * order + place) {
                *cell += bend;
            }
        }
        let cell = |row: usize, column: usize| {
            hessian.get(row * order + column).copied().unwrap_or(f64::NAN)
        };
        Some(Surface { value, gradient, hessian: SymmetricMatrix::from_fn(order, cell) })
    }

    fn read(&self, best: &Maximum, without: Fitted<M>) -> Result<FittedCovariates<M>> {
        let back = self.back();
        let point = times(&back, &best.point);
        let (logs, coefficients) = point.split_at_checked(self.parameters).unwrap_or((&point, &[]));
        let parameters: Vec<f64> = logs.iter().map(|&log| libm::exp(log)).collect();
        let (purchase, dropout) = self.table.standards();
        let (first, second) = coefficients.split_at_checked(purchase.len()).unwrap_or_default();
        let model = WithCovariates::new(
            M::from_parameters(&parameters)?,
            named(purchase, first),
            named(dropout, second),
        )?;
        let mut scale = self.scale.clone();
        scale.resize(self.directions.len(), 0.0);
        let sample = Sample { customers: without.customers, repeaters: without.repeaters };
        let names = self.names();
        let edges = Edges { names: &names, scale: &scale, floors: &[] };
        let diagnosis = diagnose(best, edges, sample, (best.iterations, 1));
        Ok(FittedCovariates {
            model,
            unit: without.unit,
            log_likelihood: best.surface.value
                - self.penalties(&best.point).map(|(term, ..)| term).sum::<f64>(),
            covariance: covariance(best).and_then(|inverse| carried(&inverse, &back)),
            diagnosis,
            without,
        })
    }

    /// From standardised covariates to the given ones: γ = γ'/spread, and what γ at the centre
    /// comes to is taken out of the parameters.
    fn back(&self) -> Vec<Vec<f64>> {
        let (purchase, dropout) = self.table.standards();
        let row = |place: usize, direction: &Direction| -> Vec<f64> {
            let part = |by: [f64; MAX_PARAMETERS], standard: Option<&Standard>| {
                let moves = by.get(place).copied().unwrap_or(0.0);
                standard.map_or(0.0, |standard| -moves * standard.centre / standard.spread)
            };
            let cells = self.directions.iter().enumerate().map(|(column, other)| {
                match (direction, other) {
                    (Direction::Parameter(_), Direction::Parameter(_)) => {
                        f64::from(u8::from(column == place))
                    }
                    (Direction::Parameter(_), Direction::Purchase(k)) => {
                        part(M::PURCHASE, purchase.get(*k))
                    }
                    (Direction::Parameter(_), Direction::Dropout(k)) => {
                        part(M::DROPOUT, dropout.get(*k))
                    }
                    (Direction::Purchase(k), _) if column == place => {
                        purchase.get(*k).map_or(0.0, |standard| 1.0 / standard.spread)
                    }
                    (Direction::Dropout(k), _) if column == place => {
                        dropout.get(*k).map_or(0.0, |standard| 1.0 / standard.spread)
                    }
                    _ => 0.0,
                }
            });
            cells.collect()
        };
        self.directions.iter().enumerate().map(|(place, direction)| row(place, direction)).collect()
    }

    /// The names of the directions.
    fn names(&self) -> Vec<&str> {
        let (purchase, dropout) = self.table.standards();
        let name = |direction: &Direction| match *direction {
            Direction::Parameter(place) => M::PARAMETERS.get(place).copied(),
            Direction::Purchase(k) => purchase.get(k).map(|standard| standard.name.as_str()),
            Direction::Dropout(k) => dropout.get(k).map(|standard| standard.name.as_str()),
        };
        self.directions.iter().map(|direction| name(direction).unwrap_or_default()).collect()
    }
}

fn named(standards: &[Standard], values: &[f64]) -> Vec<Coefficient> {
    let pairs = standards.iter().zip(values);
    pairs.map(|(standard, &value)| Coefficient { name: standard.name.clone(), value }).collect()
}

fn dot(ours: &[f64], theirs: &[f64]) -> f64 {
    ours.iter().zip(theirs).fold(0.0, |sum, (a, b)| sum + a * b)
}

fn times(matrix: &[Vec<f64>], vector: &[f64]) -> Vec<f64> {
    matrix.iter().map(|row| dot(row, vector)).collect()
}

/// B C Bᵀ.
fn carried(inverse: &SymmetricMatrix, back: &[Vec<f64>]) -> Option<SymmetricMatrix> {
    let half: Option<Vec<Vec<f64>>> = back.iter().map(|row| inverse.times(row).ok()).collect();
    let half = half?;
    Some(SymmetricMatrix::from_fn(inverse.order(), |row, column| {
        half.get(row).zip(back.get(column)).map_or(f64::NAN, |(left, right)| dot(left, right))
    }))
}

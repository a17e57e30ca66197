//! Cox regression: what makes customers leave sooner.
//!
//! # What it measures
//! By how much each covariate multiplies the hazard of leaving, whatever the shape of the hazard.
//!
//! # Formula
//! ```text
//! hazard(t | x) = λ₀(t)·exp(βᵀx)
//! Breslow  ℓ = Σ_t [Σ_D wβᵀx − W_D ln S₀],                   S₀ = Σ_{at risk} w·exp(βᵀx)
//! Efron    ℓ = Σ_t [Σ_D wβᵀx − w̄ Σ_{k<d} ln(S₀ − k/d·S₀ᴰ)],   S₀ᴰ the same of those who leave
//! robust   I⁻¹(Σ_clusters U Uᵀ)I⁻¹,  U the sum of a cluster's weighted score residuals
//! Λ₀(t)    Σ 1/S₀, or with Efron's denominators, at the means of the covariates
//! S(t | x) = exp(−Λ₀(t)·exp(βᵀ(x − x̄)))
//! concordance  pairs of which the one with the higher βᵀx left first, equal ones half
//! ```
//! Newton's method from 0, one walk through the sorted rows a step. Strata have hazards of their
//! own and share the coefficients.
//!
//! # Input
//! [`CoxColumns`]: durations of any fineness, whether each end was observed, covariates, and
//! optionally entries, strata, weights and clusters. Refused, naming the row: a missing or negative
//! time, an `observed` other than 0 and 1, an entry at or after the end, a weight not above 0.
//!
//! # Empty and edge cases
//! No event, a constant covariate, one that follows from others, and one whose coefficient grows
//! without end because it separates those who left from those who stayed: each an error that names
//! the column. A row that was never at risk when somebody left counts for nothing.
//!
//! # Merging
//! Not a calculator: coefficients need the rows. [`DiscreteHazard`](super::DiscreteHazard) fits
//! nearly the same model to counts that merge.
//!
//! # Uncertainty
//! Standard errors from the observed information; with `clusters` or `robust` from the sandwich.
//!
//! # Not to be confused with
//! A model of the time itself: a hazard ratio of 2 does not halve the lifetime.
//!
//! # Source
//! Cox (1972), JRSS B 34; Breslow (1974); Efron (1977), JASA 72; Lin & Wei (1989), JASA 84;
//! Grambsch & Therneau (1994), Biometrika 81.
//!
//! # Example
//! ```
//! use cxm_core::survival::{Cox, CoxColumns, CoxOptions};
//!
//! let (months, left, calls) = ([1.0, 2.0, 3.0, 4.0], [1u8, 1, 1, 0], [2.0, 0.0, 1.0, 0.0]);
//! let covariates = [("calls", calls.as_slice().into())];
//! let columns = CoxColumns::new(months.as_slice(), left.as_slice(), &covariates);
//! let fit = Cox::fit(&columns, &CoxOptions::default())?;
//! assert!(fit.coefficients[0] > 0.0); // who called more left sooner
//! assert_eq!(fit.concordance, Some(0.75)); // of six pairs four in order, one against, one equal
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod concordance;
mod curve;
mod data;
mod likelihood;
mod proportionality;
mod residuals;

use data::Rows;
use likelihood::{Evaluation, dot, evaluate};

use crate::calculator::batch::{KeyColumn, Values, same_length};
use crate::error::{Error, Result};
use crate::numeric::distribution::normal_two_sided;
use crate::numeric::linear::{Cholesky, SymmetricMatrix};
use crate::stats::{Interval, IntervalOptions, LikelihoodRatioTest, Method};

pub use curve::{BaselineStep, BaselineStratum, CoxCurve};
pub use proportionality::{ProportionalityTest, TimeTransform};

/// Steps of Newton's method.
const MAX_STEPS: usize = 50;
/// A squared step, in standard errors, after which one more is exact.
const CONVERGED: f64 = 1e-12;
/// What of a covariate must be left when those before it are taken out.
const INDEPENDENT: f64 = 1e-10;
/// A variance so many times that at 0 says that the likelihood has no peak.
const UNBOUNDED: f64 = 1e6;

/// How events at the same time are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum CoxTies {
    /// As if they had left one after another, in any order alike.
    #[default]
    Efron,
    /// As if each had left from the whole risk set.
    Breslow,
}

/// The columns of a fit, of equal length.
#[derive(Debug, Clone, Copy)]
pub struct CoxColumns<'a> {
    /// How long each was watched.
    pub durations: Values<'a>,
    /// 1 where the end was seen, 0 where not.
    pub observed: Values<'a>,
    /// Age at which each came under observation; without it, at the beginning.
    pub entries: Option<Values<'a>>,
    /// The covariates with their names.
    pub covariates: &'a [(&'a str, Values<'a>)],
    /// Groups with hazards of their own.
    pub strata: Option<KeyColumn<'a>>,
    /// How much each row counts, above 0.
    pub weights: Option<Values<'a>>,
    /// Rows that belong together, as those of one customer: for the robust errors.
    pub clusters: Option<KeyColumn<'a>>,
}

impl<'a> CoxColumns<'a> {
    /// Durations, ends and covariates.
    pub fn new(
        durations: impl Into<Values<'a>>,
        observed: impl Into<Values<'a>>,
        covariates: &'a [(&'a str, Values<'a>)],
    ) -> Self {
        Self {
            durations: durations.into(),
            observed: observed.into(),
            entries: None,
            covariates,
            strata: None,
            weights: None,
            clusters: None,
        }
    }
}

/// How a fit is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct CoxOptions {
    /// How events at the same time are counted.
    pub ties: CoxTies,
    /// Whether errors are robust, each row a cluster of its own; clusters imply it.
    pub robust: bool,
}

/// A fitted Cox regression: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Cox {
    /// The covariates.
    pub names: Vec<String>,
    /// The coefficients: logarithms of hazard ratios.
    pub coefficients: Vec<f64>,
    /// Their standard errors, robust where those were asked for.
    pub standard_errors: Vec<f64>,
    /// The standard errors by the information alone.
    pub model_standard_errors: Vec<f64>,
    /// Coefficient over standard error.
    pub z: Vec<f64>,
    /// Two-sided p-values.
    pub p_values: Vec<f64>,
    /// The covariances, row by row.
    pub covariance: Vec<Vec<f64>>,
    /// Whether the errors are robust.
    pub robust: bool,
    /// How events at the same time were counted.
    pub ties: CoxTies,
    /// The log-likelihood without covariates.
    pub null_log_likelihood: f64,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// The likelihood-ratio test of all coefficients.
    pub likelihood_ratio: LikelihoodRatioTest,
    /// The share of comparable pairs in the right order; `None` without such a pair.
    pub concordance: Option<f64>,
    /// Rows.
    pub rows: u64,
    /// Events.
    pub events: u64,
    /// Means of the covariates: what the baseline belongs to.
    pub means: Vec<f64>,
    /// Steps of Newton's method.
    pub iterations: usize,
    /// The cumulative hazard at the means, for each stratum.
    pub baseline: Vec<BaselineStratum>,
    /// The covariances by the information, which curves are judged by.
    #[cfg_attr(feature = "serde", serde(skip))]
    model_covariance: SymmetricMatrix,
}

/// The fit on the standardised scale.
struct Solution {
    at: Vec<f64>,
    evaluation: Evaluation,
    null: f64,
    covariance: SymmetricMatrix,
    iterations: usize,
}

impl Cox {
    /// Fits the coefficients.
    pub fn fit(columns: &CoxColumns<'_>, options: &CoxOptions) -> Result<Self> {
        let names: Vec<String> =
            columns.covariates.iter().map(|(name, _)| (*name).to_owned()).collect();
        let rows = Rows::read(columns)?;
        let solution = solve(&rows, options.ties, &names)?;
        let robust = options.robust || rows.clusters.is_some();
        let sandwich = if robust {
            residuals::sandwich(&rows, &solution.evaluation, &solution.covariance, options.ties)?
        } else {
            solution.covariance.clone()
        };
        let deviation = |at: usize| rows.deviations.get(at).copied().unwrap_or(1.0);
        let unscaled = |matrix: &SymmetricMatrix| {
            SymmetricMatrix::from_fn(matrix.order(), |a, b| {
                matrix.get(a, b) / (deviation(a) * deviation(b))
            })
        };
        let (covariance, model) = (unscaled(&sandwich), unscaled(&solution.covariance));
        let coefficients: Vec<f64> =
            solution.at.iter().enumerate().map(|(at, beta)| beta / deviation(at)).collect();
        let roots = |matrix: &SymmetricMatrix| -> Vec<f64> {
            matrix.diagonal().into_iter().map(f64::sqrt).collect()
        };
        let standard_errors = roots(&covariance);
        let z: Vec<f64> = coefficients.iter().zip(&standard_errors).map(|(b, se)| b / se).collect();
        let log_likelihood = solution.evaluation.log_likelihood;
        Ok(Self {
            p_values: z.iter().map(|&z| normal_two_sided(z)).collect(),
            z,
            standard_errors,
            model_standard_errors: roots(&model),
            covariance: covariance.rows().map(<[f64]>::to_vec).collect(),
            robust,
            ties: options.ties,
            null_log_likelihood: solution.null,
            log_likelihood,
            likelihood_ratio: LikelihoodRatioTest::of(log_likelihood, solution.null, names.len()),
            concordance: concordance::concordance(&rows, &solution.at),
            rows: rows.exits.len() as u64,
            events: rows.event_count,
            iterations: solution.iterations,
            baseline: curve::baseline(&rows, &solution.evaluation, options.ties),
            means: rows.means.clone(),
            model_covariance: model,
            coefficients,
            names,
        })
    }

    /// exp(β) of each covariate: what one more of it multiplies the hazard by.
    pub fn hazard_ratios(&self) -> Vec<f64> {
        self.coefficients.iter().map(|&beta| libm::exp(beta)).collect()
    }

    /// The intervals of the coefficients, β ± z·se.
    pub fn intervals(&self, level: f64) -> Result<Vec<Interval>> {
        let alpha = IntervalOptions::at(level).alpha()?;
        let z = crate::numeric::distribution::normal_two_sided_quantile(alpha);
        let pairs = self.coefficients.iter().zip(&self.standard_errors);
        let interval = |(beta, error): (&f64, &f64)| {
            let (lower, upper) = (beta - z * error, beta + z * error);
            Interval { lower, upper, level, method: Method::Wald }
        };
        Ok(pairs.map(interval).collect())
    }

    /// βᵀ(x − x̄) of somebody with these covariates: 0 for the average customer.
    pub fn predictor(&self, covariates: &[f64]) -> Result<f64> {
        if covariates.len() != self.means.len() {
            return Err(Error::argument(format!(
                "expected {} covariates, got {}",
                self.means.len(),
                covariates.len()
            ))
            .in_field("covariates"));
        }
        let centred: Vec<f64> = covariates.iter().zip(&self.means).map(|(x, m)| x - m).collect();
        Ok(dot(&self.coefficients, &centred))
    }

    /// βᵀ(x − x̄) of every row of columns that are found by their names; others are not looked at.
    /// A row with a missing cell has none.
    pub fn predictors(&self, columns: &[(&str, Values<'_>)]) -> Result<Vec<Option<f64>>> {
        let mut found: Option<Vec<f64>> = None;
        for ((name, mean), beta) in self.names.iter().zip(&self.means).zip(&self.coefficients) {
            let column = columns.iter().find(|(known, _)| known == name).ok_or_else(|| {
                Error::batch("this covariate of the fit is needed").in_field(name.clone())
            })?;
            let cells = data::cells(&column.1);
            let sums = found.get_or_insert_with(|| vec![0.0; cells.len()]);
            same_length("covariates", cells.len(), sums.len())
                .map_err(|error| error.in_field(name.clone()))?;
            for (sum, cell) in sums.iter_mut().zip(cells) {
                *sum += beta * (cell - mean);
            }
        }
        let present = |sum: f64| sum.is_finite().then_some(sum);
        Ok(found.unwrap_or_default().into_iter().map(present).collect())
    }
}

fn named(names: &[String], at: usize) -> String {
    names.get(at).cloned().unwrap_or_default()
}

/// The information at 0 tells which covariates follow from those before them.
fn check_independent(information: &SymmetricMatrix, names: &[String]) -> Result<()> {
    let root = |at: usize| information.get(at, at).max(0.0).sqrt();
    let size = |at: usize| if root(at) > 0.0 { root(at) } else { 1.0 };
    let scaled = SymmetricMatrix::from_fn(information.order(), |a, b| {
        information.get(a, b) / (size(a) * size(b))
    });
    let mut factor = Cholesky::default();
    for (row, cells) in scaled.rows().enumerate() {
        let (left, _) = cells.split_at_checked(row + 1).unwrap_or((cells, &[]));
        let constant = information.get(row, row) <= 1e-12 * information.order() as f64;
        if constant || factor.extend(left, INDEPENDENT).is_err() {
            return Err(Error::argument(
                "the covariate follows from those before it, or is constant whenever somebody leaves",
            )
            .in_field(named(names, row)));
        }
    }
    Ok(())
}

fn unbounded(names: &[String], at: usize) -> Error {
    Error::not_converged(
        "the coefficient grows without end: the covariate separates those who left from those who stayed",
    )
    .in_field(named(names, at))
}

/// The position of the largest number.
fn largest(numbers: impl Iterator<Item = f64>) -> usize {
    let pick = |best: (usize, f64), next: (usize, f64)| if next.1 > best.1 { next } else { best };
    numbers.enumerate().fold((0, f64::NEG_INFINITY), pick).0
}

fn solve(rows: &Rows, ties: CoxTies, names: &[String]) -> Result<Solution> {
    let mut at = vec![0.0; rows.width];
    let mut now = evaluate(rows, &at, ties);
    let null = now.log_likelihood;
    check_independent(&now.information, names)?;
    let first =
        now.information.cholesky().map_err(|refused| unbounded(names, refused.pivot))?.inverse();
    for iteration in 1..=MAX_STEPS {
        let factor =
            now.information.cholesky().map_err(|refused| unbounded(names, refused.pivot))?;
        let step = factor.solve(&now.score)?;
        let gain = dot(&step, &now.score);
        let mut share = 1.0;
        let (next, then) = loop {
            let next: Vec<f64> = at.iter().zip(&step).map(|(b, s)| b + share * s).collect();
            let then = evaluate(rows, &next, ties);
            let slack = 1e-12 * now.log_likelihood.abs();
            if then.log_likelihood >= now.log_likelihood - slack {
                break (next, then);
            }
            share *= 0.5;
            if share < 1e-9 {
                let worst = largest(step.iter().map(|step| step.abs()));
                return Err(unbounded(names, worst));
            }
        };
        (at, now) = (next, then);
        if gain > CONVERGED {
            continue;
        }
        let covariance = now
            .information
            .cholesky()
            .map_err(|refused| unbounded(names, refused.pivot))?
            .inverse();
        let growth = covariance.diagonal().into_iter().zip(first.diagonal()).map(|(a, b)| a / b);
        let worst = largest(growth.clone());
        if growth.clone().nth(worst).is_some_and(|growth| growth > UNBOUNDED) {
            return Err(unbounded(names, worst));
        }
        return Ok(Solution { at, evaluation: now, null, covariance, iterations: iteration });
    }
    Err(unbounded(names, largest(at.iter().map(|beta| beta.abs()))))
}

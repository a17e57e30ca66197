//! Key drivers by regression: how the outcome moves with each driver.
//!
//! # What it measures
//! By how much the outcome is higher where one driver is higher by one, the other drivers being
//! equal, and how much of the outcome the drivers explain together.
//!
//! # Formula
//! ```text
//! β = R⁻¹ r                     R correlations of the drivers, r theirs with the outcome
//! R² = rᵀβ                      adjusted: 1 − (1 − R²)(n − 1)/(n − p − 1)
//! coefficient b = β · s_y/s_x    se = s_y/s_x · √((1 − R²) · VIF/(n − p − 1))     VIF = (R⁻¹)_jj
//! interval      = b ± t(n − p − 1) · se
//! first = r²    last = β²/VIF    pratt = β · r        the part of R² by three simple shares
//! ```
//! `first` is what the driver explains alone, `last` what it adds to all others; Pratt's products
//! add up to R² but can be negative. [`importance`](super::importance) has the fair shares.
//!
//! # Edge cases
//! Needs two complete rows more than drivers. A column that never changes and a driver that the
//! drivers before it determine are `InsufficientData`, naming the column. A perfect fit has
//! intervals of zero width and no test.
//!
//! # Not to be confused with
//! Causes: customers chose their experience, and a driver that was not asked for hides in those
//! that were. What a measure changed is the business of [`effect`](super::effect).
//!
//! # Source
//! Pratt (1987); Cohen, Cohen, West & Aiken (2003), *Applied Multiple Regression*, chapter 3.
//!
//! # Example
//! ```
//! use cxm_core::impact::{NamedColumn, Rows, drivers};
//!
//! let column = |name: &str, values: &[i32]| NamedColumn {
//!     name: name.into(),
//!     values: values.iter().map(|&value| Some(f64::from(value))).collect(),
//! };
//! let outcome = column("recommend", &[9, 7, 3, 8, 5, 10]);
//! let rows = Rows::new(outcome, vec![column("ease", &[5, 4, 1, 5, 3, 5])])?;
//! let regression = drivers::regression(&rows.co_moments(), 0.95)?;
//! let ease = &regression.drivers[0];
//! assert!(ease.coefficient > 1.0 && ease.p_value.is_some_and(|p| p < 0.05));
//! assert!((regression.r_squared - ease.correlation * ease.correlation).abs() < 1e-12);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::co_moments::CoMoments;
use crate::error::Result;
use crate::numeric::distribution::{student_t_two_sided, student_t_two_sided_quantile};
use crate::stats::{Interval, IntervalOptions, Method};

/// One driver of a [`Regression`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Driver {
    /// Its name.
    pub name: String,
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation, divisor n − 1.
    pub standard_deviation: f64,
    /// Its correlation with the outcome.
    pub correlation: f64,
    /// By how much the outcome is higher where this driver is higher by one, the others being
    /// equal.
    pub coefficient: f64,
    /// The standard error of the coefficient.
    pub standard_error: f64,
    /// coefficient/standard error; `None` for a perfect fit.
    pub statistic: Option<f64>,
    /// Two-sided p-value; `None` for a perfect fit.
    pub p_value: Option<f64>,
    /// Student's t interval of the coefficient.
    pub interval: Interval,
    /// The coefficient in standard deviations of both.
    pub standardized_coefficient: f64,
    /// 1/(1 − R²) of this driver on the others: 1 where it goes its own way.
    pub variance_inflation: f64,
    /// R² of this driver alone.
    pub first: f64,
    /// What R² would lose without this driver.
    pub last: f64,
    /// Pratt's product, standardized coefficient · correlation.
    pub pratt: f64,
}

/// The outcome on all drivers by least squares.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Regression {
    /// The outcome's name.
    pub outcome: String,
    /// Complete rows.
    pub n: u64,
    /// The part of the outcome's variance that the drivers explain.
    pub r_squared: f64,
    /// The same, less what as many random columns would explain.
    pub adjusted_r_squared: f64,
    /// n − drivers − 1.
    pub residual_degrees_of_freedom: f64,
    /// The outcome where all drivers are 0.
    pub intercept: f64,
    /// The largest over the smallest eigenvalue of the drivers' correlations.
    pub condition_number: f64,
    /// The drivers in their order.
    pub drivers: Vec<Driver>,
}

/// The regression of the outcome on its drivers; intervals at the level.
pub fn regression(co_moments: &CoMoments, level: f64) -> Result<Regression> {
    let alpha = IntervalOptions::at(level).alpha()?;
    let standardized = co_moments.standardized()?;
    let r_squared = standardized.r_squared;
    let degrees = standardized.residual_degrees();
    let quantile = student_t_two_sided_quantile(alpha, degrees);
    let betas = standardized.factor.solve(&standardized.with_outcome)?;
    let inflations = standardized.factor.inverse().diagonal();
    let mean = |column| co_moments.mean(column).unwrap_or(f64::NAN);
    let deviation = |column| co_moments.standard_deviation(column).unwrap_or(f64::NAN);
    let mut intercept = mean(0);
    let mut drivers = Vec::with_capacity(betas.len());
    let columns = standardized.drivers.iter().zip(&standardized.with_outcome);
    for (column, ((name, &correlation), (&beta, &inflation))) in
        (1..).zip(columns.zip(betas.iter().zip(&inflations)))
    {
        let unit = deviation(0) / deviation(column);
        let coefficient = beta * unit;
        let standard_error = unit * ((1.0 - r_squared) * inflation / degrees).sqrt();
        let statistic = (standard_error > 0.0).then(|| coefficient / standard_error);
        let reach = quantile * standard_error;
        intercept -= coefficient * mean(column);
        drivers.push(Driver {
            name: name.clone(),
            mean: mean(column),
            standard_deviation: deviation(column),
            correlation,
            coefficient,
            standard_error,
            statistic,
            p_value: statistic.map(|t| student_t_two_sided(t, degrees)),
            interval: Interval {
                lower: coefficient - reach,
                upper: coefficient + reach,
                level,
                method: Method::StudentT,
            },
            standardized_coefficient: beta,
            variance_inflation: inflation,
            first: correlation * correlation,
            last: beta * beta / inflation,
            pratt: beta * correlation,
        });
    }
    Ok(Regression {
        outcome: standardized.outcome.clone(),
        n: standardized.n,
        r_squared,
        adjusted_r_squared: adjusted(r_squared, standardized.n, betas.len()),
        residual_degrees_of_freedom: degrees,
        intercept,
        condition_number: standardized.between.eigen()?.condition_number(),
        drivers,
    })
}

/// 1 − (1 − R²)(n − 1)/(n − p − 1).
pub(crate) fn adjusted(r_squared: f64, n: u64, drivers: usize) -> f64 {
    let n = n as f64;
    1.0 - (1.0 - r_squared) * (n - 1.0) / (n - drivers as f64 - 1.0)
}

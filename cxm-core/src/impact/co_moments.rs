//! Means and co-moments of an outcome and its drivers: all that a linear analysis needs.
//!
//! # What it measures
//! Where each column lies, and how the columns move together.
//!
//! # Formula
//! ```text
//! deviations(i, j) = Σ (x_i − x̄_i)(x_j − x̄_j)       over the complete rows
//! correlation      = deviations(i, j)/√(deviations(i, i) · deviations(j, j))
//! ```
//!
//! # Edge cases
//! A row with a missing cell is left out as a whole and counted. A column that never changes, and a
//! driver that the drivers before it determine, are `InsufficientData`, naming the column.
//!
//! # Source
//! Chan, Golub & LeVeque (1983), for sums of deviations that lose no digits.

use crate::error::{Error, Result};
use crate::numeric::linear::{Cholesky, SymmetricMatrix};

/// What must be left of a driver when the others are taken out, as a part of its variance. Below
/// it the coefficients are rounding errors; a variance inflation of 10¹⁰.
const COLLINEAR: f64 = 1e-10;

/// A column with its name.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedColumn {
    /// The name that results and errors use.
    pub name: String,
    /// The values; `None` is missing.
    pub values: Vec<Option<f64>>,
}

/// The complete rows of an outcome and its drivers.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    /// The outcome, then the drivers.
    names: Vec<String>,
    /// As many cells a row as there are names.
    rows: Vec<Vec<f64>>,
    incomplete: u64,
}

impl Rows {
    /// The rows of these columns in which nothing is missing.
    pub fn new(outcome: NamedColumn, drivers: Vec<NamedColumn>) -> Result<Self> {
        let length = outcome.values.len();
        let mut rows = vec![Some(Vec::with_capacity(drivers.len() + 1)); length];
        let mut names: Vec<String> = Vec::with_capacity(drivers.len() + 1);
        for NamedColumn { name, values } in std::iter::once(outcome).chain(drivers) {
            if values.len() != length {
                let message = format!("expected {length} rows, got {}", values.len());
                return Err(Error::batch(message).in_field(name));
            }
            for (position, (row, value)) in rows.iter_mut().zip(values).enumerate() {
                if let Some(value) = value.filter(|value| !value.is_finite()) {
                    let message = format!("a value must be finite, got {value}");
                    return Err(Error::observation(message).at_row(position).in_field(name));
                }
                *row = row.take().zip(value).map(|(mut row, value)| {
                    row.push(value);
                    row
                });
            }
            names.push(name);
        }
        let complete: Vec<Vec<f64>> = rows.into_iter().flatten().collect();
        let incomplete = (length - complete.len()) as u64;
        Ok(Self { names, rows: complete, incomplete })
    }

    /// Number of complete rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row is complete.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Rows that were left out, since a cell was missing.
    pub fn incomplete(&self) -> u64 {
        self.incomplete
    }

    /// The outcome and the drivers by name.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The co-moments of all rows.
    pub fn co_moments(&self) -> CoMoments {
        CoMoments::of(self.names.clone(), self.rows.iter().map(Vec::as_slice))
    }

    /// The co-moments of these rows, some of them more than once.
    #[cfg(feature = "random")]
    pub(crate) fn co_moments_of(&self, picks: &[usize]) -> CoMoments {
        let rows = picks.iter().filter_map(|&pick| self.rows.get(pick)).map(Vec::as_slice);
        CoMoments::of(self.names.clone(), rows)
    }

    /// The same rows with each driver replaced by what `columns` makes of it.
    pub(crate) fn map_drivers(&self, columns: impl Fn(&str, f64) -> Vec<(String, f64)>) -> Self {
        let drivers = self.names.iter().skip(1);
        let mut names: Vec<String> = self.names.iter().take(1).cloned().collect();
        names.extend(drivers.flat_map(|name| columns(name, 0.0)).map(|(name, _)| name));
        let row = |row: &Vec<f64>| {
            let drivers = self.names.iter().zip(row).skip(1);
            let mapped = drivers.flat_map(|(name, &value)| columns(name, value));
            row.iter().take(1).copied().chain(mapped.map(|(_, value)| value)).collect()
        };
        Self { names, rows: self.rows.iter().map(row).collect(), incomplete: self.incomplete }
    }
}

/// Number, means and co-moments of complete rows; the outcome comes first.
#[derive(Debug, Clone, PartialEq)]
pub struct CoMoments {
    pub(crate) names: Vec<String>,
    pub(crate) n: u64,
    pub(crate) means: Vec<f64>,
    pub(crate) deviations: SymmetricMatrix,
}

impl CoMoments {
    /// Two passes: the means, then the deviations from them.
    fn of<'a>(names: Vec<String>, rows: impl Iterator<Item = &'a [f64]> + Clone) -> Self {
        let columns = names.len();
        let mut n = 0u64;
        let mut means = vec![0.0; columns];
        for row in rows.clone() {
            n += 1;
            means.iter_mut().zip(row).for_each(|(mean, value)| *mean += value);
        }
        means.iter_mut().for_each(|mean| *mean /= n.max(1) as f64);
        let mut sums = vec![0.0; columns * columns];
        let mut centred = vec![0.0; columns];
        for row in rows {
            for ((centred, value), mean) in centred.iter_mut().zip(row).zip(&means) {
                *centred = value - mean;
            }
            for (sums, ours) in sums.chunks_exact_mut(columns).zip(&centred) {
                for (sum, theirs) in sums.iter_mut().zip(&centred) {
                    *sum += ours * theirs;
                }
            }
        }
        let cell = |row: usize, column: usize| sums.get(row * columns + column).copied();
        let deviations =
            SymmetricMatrix::from_fn(columns, |row, column| cell(row, column).unwrap_or(f64::NAN));
        Self { names, n, means, deviations }
    }

    /// Complete rows.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The mean of a column, the outcome first; `None` without rows.
    pub fn mean(&self, column: usize) -> Option<f64> {
        self.means.get(column).copied().filter(|_| self.n > 0)
    }

    /// The standard deviation of a column with divisor n − 1; `None` below two rows.
    pub fn standard_deviation(&self, column: usize) -> Option<f64> {
        let known = self.n > 1 && column < self.names.len();
        known.then(|| (self.deviations.get(column, column) / (self.n as f64 - 1.0)).sqrt())
    }

    /// The correlation of two columns; `None` where one of them never changes.
    pub fn correlation(&self, first: usize, second: usize) -> Option<f64> {
        let columns = self.names.len();
        if first >= columns || second >= columns || self.n == 0 {
            return None;
        }
        let spread = |column| self.deviations.get(column, column);
        if self.is_constant(first) || self.is_constant(second) {
            return None;
        }
        let product = spread(first).sqrt() * spread(second).sqrt();
        Some((self.deviations.get(first, second) / product).clamp(-1.0, 1.0))
    }

    /// Whether a column shows nothing but rounding around its mean.
    fn is_constant(&self, column: usize) -> bool {
        let spread = self.deviations.get(column, column);
        let size = self.means.get(column).map_or(0.0, |mean| mean.abs()) * f64::EPSILON;
        spread <= self.n as f64 * size * size
    }

    /// Drivers and outcome on one scale, ready to be solved.
    pub(crate) fn standardized(&self) -> Result<Standardized> {
        let Some((outcome, drivers)) = self.names.split_first().filter(|(_, d)| !d.is_empty())
        else {
            return Err(Error::argument("at least one driver is needed").in_field("drivers"));
        };
        let needed = drivers.len() as u64 + 2;
        if self.n < needed {
            return Err(Error::insufficient(format!(
                "{} drivers need {needed} complete rows or more, got {}",
                drivers.len(),
                self.n
            )));
        }
        let constant = (0..=drivers.len()).find(|&column| self.is_constant(column));
        if let Some(name) = constant.and_then(|column| self.names.get(column)) {
            return Err(Error::insufficient("a column that never changes explains nothing")
                .in_field(name.clone()));
        }
        let correlation = |a, b| self.correlation(a, b).unwrap_or(f64::NAN);
        let between = SymmetricMatrix::from_fn(drivers.len(), |row, column| {
            if row == column { 1.0 } else { correlation(row + 1, column + 1) }
        });
        let mut factor = Cholesky::default();
        for ((row, cells), name) in between.rows().enumerate().zip(drivers) {
            let (left, _) = cells.split_at_checked(row + 1).unwrap_or((cells, &[]));
            factor.extend(left, COLLINEAR).map_err(|_| {
                Error::insufficient("a driver that those before it determine (collinear)")
                    .in_field(name.clone())
            })?;
        }
        let with_outcome: Vec<f64> =
            (1..=drivers.len()).map(|driver| correlation(driver, 0)).collect();
        let whitened = factor.whiten(&with_outcome)?;
        let r_squared = whitened.iter().fold(0.0, |sum, z| sum + z * z).min(1.0);
        Ok(Standardized {
            n: self.n,
            outcome: outcome.clone(),
            drivers: drivers.to_vec(),
            between,
            with_outcome,
            factor,
            r_squared,
        })
    }
}

/// Correlations of drivers that vary and are not collinear, with their outcome.
#[derive(Debug, Clone)]
pub(crate) struct Standardized {
    pub(crate) n: u64,
    pub(crate) outcome: String,
    pub(crate) drivers: Vec<String>,
    /// Correlations of the drivers with each other.
    pub(crate) between: SymmetricMatrix,
    /// Correlations of the drivers with the outcome.
    pub(crate) with_outcome: Vec<f64>,
    pub(crate) factor: Cholesky,
    /// The part of the outcome's variance that all drivers explain.
    pub(crate) r_squared: f64,
}

impl Standardized {
    /// n − drivers − 1.
    pub(crate) fn residual_degrees(&self) -> f64 {
        self.n as f64 - self.drivers.len() as f64 - 1.0
    }
}

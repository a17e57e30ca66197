//! Histories grouped by what is known of the customers.

use std::cmp::Ordering;

use crate::calculator::batch::same_length;
use crate::clv::history::History;
use crate::clv::patterns::{PatternTable, histories};
use crate::error::{Error, Result};
use crate::numeric::linear::{Cholesky, SymmetricMatrix};

/// The share of a covariate that must be left when those before it are taken out.
const LEFT_OVER: f64 = 1e-10;

/// A column: one number for each customer, finite.
#[derive(Debug, Clone, Copy)]
pub struct Covariate<'a> {
    /// Its name.
    pub name: &'a str,
    /// One value a customer.
    pub values: &'a [f64],
}

/// Customers with the same covariates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Profile {
    /// Standardised covariates of purchase.
    pub(super) purchase: Vec<f64>,
    /// Standardised covariates of dropout.
    pub(super) dropout: Vec<f64>,
    pub(super) patterns: PatternTable<History>,
}

/// How a covariate was standardised: (z − centre)/spread.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standard {
    pub(super) name: String,
    pub(super) centre: f64,
    pub(super) spread: f64,
}

/// Histories with covariates, one pattern table for each distinct set of covariates.
///
/// The order of the rows does not show in it.
#[derive(Debug, Clone, PartialEq)]
pub struct CovariateTable {
    profiles: Vec<Profile>,
    purchase: Vec<Standard>,
    dropout: Vec<Standard>,
    all: PatternTable<History>,
}

impl CovariateTable {
    /// From columns, one customer a row: the covariates that act on purchase, and those that act on
    /// dropout; the same column may stand in both.
    ///
    /// Refuses a covariate that is not finite, with its row; one that is the same for all customers
    /// or follows from the others, with its name.
    pub fn from_columns(
        frequency: &[f64],
        recency: &[f64],
        age: &[f64],
        purchase: &[Covariate<'_>],
        dropout: &[Covariate<'_>],
    ) -> Result<Self> {
        let histories = histories(frequency, recency, age)?;
        Self::from_histories(&histories, None, purchase, dropout)
    }

    /// The same from histories, where each stands for `weights` customers, or for one without them.
    pub fn from_histories(
        histories: &[History],
        weights: Option<&[f64]>,
        purchase: &[Covariate<'_>],
        dropout: &[Covariate<'_>],
    ) -> Result<Self> {
        let ones = vec![1.0; if weights.is_none() { histories.len() } else { 0 }];
        let weights = weights.unwrap_or(&ones);
        same_length("weights", weights.len(), histories.len())?;
        // Refuses weights that are none, before they are used.
        let all = PatternTable::from_rows(histories.iter().copied().zip(weights.iter().copied()))?;
        let (standards_p, standards_d) =
            (standards(purchase, weights)?, standards(dropout, weights)?);
        let columns: Vec<&[f64]> = purchase.iter().chain(dropout).map(|c| c.values).collect();
        let compare = |a: usize, b: usize| -> Ordering {
            let pairs = columns.iter().map(|column| {
                let value = |row: usize| column.get(row).copied().unwrap_or(0.0) + 0.0;
                value(a).total_cmp(&value(b))
            });
            pairs.fold(Ordering::Equal, Ordering::then)
        };
        let rows = histories.iter().copied().zip(weights.iter().copied());
        let mut order: Vec<(usize, (History, f64))> = rows.enumerate().collect();
        order.sort_by(|(a, _), (b, _)| compare(*a, *b));
        let mut profiles = Vec::new();
        for rows in order.chunk_by(|(a, _), (b, _)| compare(*a, *b).is_eq()) {
            let Some((row, _)) = rows.first() else { continue };
            let patterns = PatternTable::from_rows(rows.iter().map(|(_, same)| *same))?;
            if patterns.is_empty() {
                continue;
            }
            profiles.push(Profile {
                purchase: standardised(purchase, &standards_p, *row),
                dropout: standardised(dropout, &standards_d, *row),
                patterns,
            });
        }
        Ok(Self { profiles, purchase: standards_p, dropout: standards_d, all })
    }

    /// All histories, without the covariates.
    pub fn histories(&self) -> &PatternTable<History> {
        &self.all
    }

    /// Number of distinct sets of covariates.
    pub fn profiles(&self) -> usize {
        self.profiles.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter()
    }

    pub(super) fn standards(&self) -> (&[Standard], &[Standard]) {
        (&self.purchase, &self.dropout)
    }
}

/// The standards of the covariates of one part, which have to tell customers apart.
fn standards(columns: &[Covariate<'_>], weights: &[f64]) -> Result<Vec<Standard>> {
    for (place, covariate) in columns.iter().enumerate() {
        check(covariate, weights.len())?;
        if columns.iter().take(place).any(|other| other.name == covariate.name) {
            let message = "this covariate is given twice";
            return Err(Error::argument(message).in_field(covariate.name.to_owned()));
        }
    }
    let standards: Vec<Standard> =
        columns.iter().map(|column| standard(column, weights)).collect::<Result<_>>()?;
    check_independent(columns, &standards, weights)?;
    Ok(standards)
}

fn check(covariate: &Covariate<'_>, rows: usize) -> Result<()> {
    let Covariate { name, values } = covariate;
    if values.len() != rows {
        let message = format!("expected {rows} values, one a customer, got {}", values.len());
        return Err(Error::argument(message).in_field((*name).to_owned()));
    }
    match values.iter().position(|value| !value.is_finite()) {
        Some(row) => Err(Error::observation("expected a finite number")
            .in_field((*name).to_owned())
            .at_row(row)),
        None => Ok(()),
    }
}

fn standard(covariate: &Covariate<'_>, weights: &[f64]) -> Result<Standard> {
    // Sorted, so that the order of the rows does not show in the last bit.
    let rows = covariate.values.iter().copied().zip(weights.iter().copied());
    let mut rows: Vec<(f64, f64)> = rows.filter(|(_, weight)| *weight > 0.0).collect();
    rows.sort_unstable_by(|(a, left), (b, right)| a.total_cmp(b).then(left.total_cmp(right)));
    let count: f64 = rows.iter().map(|(_, weight)| weight).sum();
    let largest = rows.iter().fold(0.0_f64, |most, (value, _)| most.max(value.abs()));
    let centre = rows.iter().map(|(value, weight)| value / count * weight).sum::<f64>();
    let squares = rows.iter().map(|(value, weight)| {
        let away = (value - centre) / largest;
        away * away * weight
    });
    let spread = largest * (squares.sum::<f64>() / count).sqrt();
    let differs = rows.first().zip(rows.last()).is_some_and(|(low, high)| low.0 < high.0);
    if !(differs && spread > 1e-12 * largest) {
        let message = "the covariate is the same for every customer, so nothing tells its effect";
        return Err(Error::argument(message).in_field(covariate.name.to_owned()));
    }
    Ok(Standard { name: covariate.name.to_owned(), centre, spread })
}

fn standardised(columns: &[Covariate<'_>], standards: &[Standard], row: usize) -> Vec<f64> {
    let pairs = columns.iter().zip(standards);
    pairs
        .map(|(column, Standard { centre, spread, .. })| {
            (column.values.get(row).copied().unwrap_or(*centre) - centre) / spread
        })
        .collect()
}

/// Refuses a covariate of which hardly anything is left once those before it are taken out.
fn check_independent(
    columns: &[Covariate<'_>],
    standards: &[Standard],
    weights: &[f64],
) -> Result<()> {
    let mut sums = vec![vec![0.0; columns.len()]; columns.len()];
    for (row, weight) in weights.iter().enumerate() {
        let z = standardised(columns, standards, row);
        for (cells, left) in sums.iter_mut().zip(&z) {
            for (cell, right) in cells.iter_mut().zip(&z) {
                *cell += weight * left * right;
            }
        }
    }
    let correlations = SymmetricMatrix::from_fn(columns.len(), |row, column| {
        sums.get(row).and_then(|cells| cells.get(column)).copied().unwrap_or(f64::NAN)
    });
    let mut factor = Cholesky::default();
    let dependent = correlations.rows().enumerate().position(|(row, cells)| {
        let (left, _) = cells.split_at_checked(row + 1).unwrap_or((cells, &[]));
        factor.extend(left, LEFT_OVER).is_err()
    });
    match dependent.and_then(|row| columns.get(row)) {
        Some(column) => {
            let message = "the covariate follows from those before it, so their effects cannot \
                           be told apart";
            Err(Error::argument(message).in_field(column.name.to_owned()))
        }
        None => Ok(()),
    }
}

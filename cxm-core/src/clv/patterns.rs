//! The table that a fit reads: distinct rows with the number of customers who have them.
//!
//! Two customers with the same history add the same term to a likelihood, so a fit costs the number
//! of distinct histories and not the number of customers. The table is sorted, so that the order of
//! the rows that it was made from never shows in a fit.

use std::cmp::Ordering;

use super::history::History;
use crate::error::{Error, Result};

/// A row that many customers may share.
pub trait Pattern: Copy + std::fmt::Debug + PartialEq + Send + Sync + 'static {
    /// A total order.
    fn order(&self, other: &Self) -> Ordering;

    /// Whether the customer has bought again; what a fit learns most from.
    fn is_repeater(&self) -> bool;

    /// The time that the row covers, if it has one: what rates are measured against.
    fn age(&self) -> Option<f64> {
        None
    }
}

impl Pattern for History {
    fn order(&self, other: &Self) -> Ordering {
        let by_age = || self.age().total_cmp(&other.age());
        let by_recency = || self.recency().total_cmp(&other.recency());
        self.frequency().total_cmp(&other.frequency()).then_with(by_recency).then_with(by_age)
    }

    fn is_repeater(&self) -> bool {
        Self::is_repeater(self)
    }

    fn age(&self) -> Option<f64> {
        Some(Self::age(self))
    }
}

/// Distinct rows, sorted, each with the number of customers who have it.
///
/// ```
/// use cxm_core::clv::{History, PatternTable};
///
/// let table = PatternTable::from_columns(&[2.0, 0.0, 0.0], &[30.0, 0.0, 0.0], &[38.0, 9.0, 9.0])?;
/// assert_eq!(table.len(), 2);
/// assert_eq!(table.customers(), 3.0);
/// assert_eq!(table.repeaters(), 1.0);
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct PatternTable<P> {
    patterns: Vec<(P, f64)>,
}

impl<P: Pattern> PatternTable<P> {
    /// From rows with weights; equal rows become one, rows of weight 0 vanish.
    ///
    /// A weight is a number of customers: finite and not negative; the first that is not is an
    /// error with its row.
    pub fn from_rows(rows: impl IntoIterator<Item = (P, f64)>) -> Result<Self> {
        let mut patterns = Vec::new();
        for (row, (pattern, weight)) in rows.into_iter().enumerate() {
            if !(weight >= 0.0 && weight.is_finite()) {
                let message = format!("expected a finite weight, not negative, got {weight}");
                return Err(Error::observation(message).in_field("weights").at_row(row));
            }
            if weight > 0.0 {
                patterns.push((pattern, weight));
            }
        }
        // Weights are ordered too, so that their sum has the same bits in every order of the rows.
        patterns.sort_unstable_by(|(a, left): &(P, f64), (b, right)| {
            a.order(b).then(left.total_cmp(right))
        });
        patterns.dedup_by(|(later, more), (first, weight)| {
            let same = first.order(later) == Ordering::Equal;
            if same {
                *weight += *more;
            }
            same
        });
        Ok(Self { patterns })
    }

    /// The distinct rows with their numbers of customers, sorted.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&P, f64)> {
        self.patterns.iter().map(|(pattern, weight)| (pattern, *weight))
    }

    /// Number of distinct rows.
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Customers: the sum of the weights.
    pub fn customers(&self) -> f64 {
        self.patterns.iter().map(|(_, weight)| weight).sum()
    }

    /// Customers who have bought again.
    pub fn repeaters(&self) -> f64 {
        let repeaters = self.patterns.iter().filter(|(pattern, _)| pattern.is_repeater());
        repeaters.map(|(_, weight)| weight).sum()
    }

    /// The mean age of the customers; `None` without one.
    pub fn mean_age(&self) -> Option<f64> {
        let customers = self.customers();
        let total: f64 =
            self.patterns.iter().map(|(row, weight)| row.age().unwrap_or(0.0) * weight).sum();
        (customers > 0.0).then(|| total / customers)
    }
}

impl PatternTable<History> {
    /// From columns, one customer a row; the first impossible history is an error with its row.
    pub fn from_columns(frequency: &[f64], recency: &[f64], age: &[f64]) -> Result<Self> {
        Self::from_rows(histories(frequency, recency, age)?.into_iter().map(|row| (row, 1.0)))
    }

    /// From columns, where each row stands for `weights` customers.
    pub fn from_weighted_columns(
        frequency: &[f64],
        recency: &[f64],
        age: &[f64],
        weights: &[f64],
    ) -> Result<Self> {
        let histories = histories(frequency, recency, age)?;
        same_length("weights", weights.len(), histories.len())?;
        Self::from_rows(histories.into_iter().zip(weights.iter().copied()))
    }
}

/// The histories of columns of equal length; the first impossible one is an error with its row.
pub fn histories(frequency: &[f64], recency: &[f64], age: &[f64]) -> Result<Vec<History>> {
    same_length("recency", recency.len(), frequency.len())?;
    same_length("age", age.len(), frequency.len())?;
    let rows = frequency.iter().zip(recency).zip(age).enumerate();
    rows.map(|(row, ((&x, &recency), &age))| {
        History::new(x, recency, age).map_err(|error| error.at_row(row))
    })
    .collect()
}

fn same_length(field: &'static str, got: usize, expected: usize) -> Result<()> {
    crate::calculator::batch::same_length(field, got, expected)
}

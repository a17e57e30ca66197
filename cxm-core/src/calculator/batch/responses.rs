//! The shapes of survey data: ratings, items, invitations, answers.

use super::columns::{Values, Weights};
use super::keys::KeyColumn;
use crate::error::{Error, Result};
use crate::numeric::tally::Validity;

/// One rating a row.
#[derive(Debug, Clone, Copy)]
pub struct Ratings<'a> {
    /// The ratings.
    pub values: Values<'a>,
    /// One weight a row, exactly where the definition is weighted.
    pub weights: Option<Weights<'a>>,
    /// How often each row stands, for data that were counted before; without it, once.
    pub counts: Option<&'a [u64]>,
}

impl<'a, V: Into<Values<'a>>> From<V> for Ratings<'a> {
    fn from(values: V) -> Self {
        Self { values: values.into(), weights: None, counts: None }
    }
}

impl<'a> Ratings<'a> {
    /// Ratings, each with a weight.
    pub fn weighted(values: impl Into<Values<'a>>, weights: Weights<'a>) -> Self {
        Self { values: values.into(), weights: Some(weights), counts: None }
    }

    /// Ratings that were counted before: each row stands `counts` times.
    pub fn counted(values: impl Into<Values<'a>>, counts: &'a [u64]) -> Self {
        Self { values: values.into(), weights: None, counts: Some(counts) }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Several ratings of one respondent a row, one column an item.
#[derive(Debug, Clone, Copy)]
pub struct ItemRatings<'a> {
    /// The items' columns, of equal length, in the order of the definition.
    pub items: &'a [Values<'a>],
}

impl<'a> ItemRatings<'a> {
    /// The items, in the order of the definition.
    pub fn new(items: &'a [Values<'a>]) -> Self {
        Self { items }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.items.first().map_or(0, Values::len)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Refuses another number of items, and columns of unequal length.
    pub fn check_shape(&self, items: usize) -> Result<()> {
        if self.items.len() != items {
            return Err(Error::batch(format!(
                "expected {items} item columns, got {}",
                self.items.len()
            )));
        }
        self.items.iter().try_for_each(|item| item.check("items", self.len()))
    }
}

/// One invitation a row: when it was sent, and when it was answered, if it was.
#[derive(Debug, Clone, Copy)]
pub struct Invitations<'a> {
    /// When the invitation was sent, microseconds since 1970.
    pub invited_at: &'a [i64],
    /// When it was answered; the value of an unanswered row is not looked at.
    pub answered_at: &'a [i64],
    /// Which rows were answered; without it, all were.
    pub answered: Option<Validity<'a>>,
}

/// One answer of a known customer a row.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    /// Who answered.
    pub customers: KeyColumn<'a>,
    /// In which wave of the survey; without it, all rows belong to one wave.
    pub waves: Option<KeyColumn<'a>>,
    /// When, microseconds since 1970.
    pub times: &'a [i64],
    /// The rating.
    pub ratings: Values<'a>,
}

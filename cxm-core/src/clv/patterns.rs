//! The table that a fit reads: distinct rows with the number of customers who have them.
//!
//! Two customers with the same history add the same term to a likelihood, so a fit costs the number
//! of distinct histories and not the number of customers. The table is sorted, so that the order of
//! the rows that it was made from never shows in a fit.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};

use super::history::{History, is_whole};
use crate::calculator::batch::same_length;
use crate::calculator::codec::crc32c;
#[cfg(feature = "registry")]
use crate::calculator::recent::Recent;
use crate::error::{Error, Result};

/// Whole weights up to here are added exactly, in any order, over more rows than there can be.
const MOST_EXACT: f64 = 1e6;

/// A row that many customers may share.
pub trait Pattern: Copy + std::fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The numbers that it is made of, in the order by which rows are sorted; 0 behind the last.
    ///
    /// Rows are the same where these have the same bits; they are what a fingerprint is taken of.
    fn numbers(&self) -> [f64; 3];

    /// A total order.
    fn order(&self, other: &Self) -> Ordering {
        let (ours, theirs) = (self.numbers(), other.numbers());
        let mut pairs = ours.iter().zip(&theirs);
        pairs
            .find_map(|(a, b)| Some(a.total_cmp(b)).filter(|order| order.is_ne()))
            .unwrap_or(Ordering::Equal)
    }

    /// Whether the customer has bought again; what a fit learns most from.
    fn is_repeater(&self) -> bool;

    /// The time that the row covers, if it has one: what rates are measured against.
    fn age(&self) -> Option<f64> {
        None
    }
}

impl Pattern for History {
    fn numbers(&self) -> [f64; 3] {
        [self.frequency(), self.recency(), self.age()]
    }

    fn is_repeater(&self) -> bool {
        Self::is_repeater(self)
    }

    fn age(&self) -> Option<f64> {
        Some(Self::age(self))
    }
}

/// Numbers that are the same where their bits are.
#[derive(Clone, Copy)]
struct Bits([f64; 3]);

impl PartialEq for Bits {
    fn eq(&self, other: &Self) -> bool {
        self.0.map(f64::to_bits) == other.0.map(f64::to_bits)
    }
}

impl Eq for Bits {}

impl Hash for Bits {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        // One by one: an array would be hashed as bytes, with its length.
        self.0.iter().for_each(|number| hasher.write_u64(number.to_bits()));
    }
}

/// Rows on their way into a table.
struct Collected<P> {
    places: HashMap<Bits, usize, foldhash::fast::RandomState>,
    /// Distinct rows with whole weights.
    patterns: Vec<(P, f64)>,
    /// Rows with other weights.
    fractions: Vec<(P, f64)>,
}

impl<P> Default for Collected<P> {
    fn default() -> Self {
        Self { places: HashMap::default(), patterns: Vec::new(), fractions: Vec::new() }
    }
}

impl<P: Pattern> Collected<P> {
    /// Adds a row, and gives its place if it has one of its own.
    fn add(&mut self, row: usize, pattern: P, weight: f64) -> Result<Option<usize>> {
        check_weight(weight, row)?;
        if weight <= 0.0 {
            return Ok(None);
        }
        if !adds_exactly(weight) {
            self.fractions.push((pattern, weight));
            return Ok(None);
        }
        // Most rows are repeats: a lookup each is far cheaper than to sort them all.
        let place = *self.places.entry(Bits(pattern.numbers())).or_insert_with(|| {
            self.patterns.push((pattern, 0.0));
            self.patterns.len() - 1
        });
        self.add_to(place, weight);
        Ok(Some(place))
    }

    /// Adds to a row that has its place, unless the weight needs more care.
    fn add_to(&mut self, place: usize, weight: f64) -> bool {
        let known = self.patterns.get_mut(place).filter(|_| weight > 0.0 && adds_exactly(weight));
        known.map(|(_, total)| *total += weight).is_some()
    }

    /// The sorted table.
    fn finish(self) -> PatternTable<P> {
        // Sums of whole weights are exact. The others are added in the order of their size, so
        // that the bits do not tell the order of the rows.
        let Self { mut patterns, mut fractions, .. } = self;
        patterns.append(&mut fractions);
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
        PatternTable { patterns }
    }
}

/// Refuses what is no number of customers, with its row.
pub(crate) fn check_weight(weight: f64, row: usize) -> Result<()> {
    if weight >= 0.0 && weight.is_finite() {
        return Ok(());
    }
    let message = format!("expected a finite weight, not negative, got {weight}");
    Err(Error::observation(message).in_field("weights").at_row(row))
}

fn adds_exactly(weight: f64) -> bool {
    weight <= MOST_EXACT && is_whole(weight)
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
        Self::from_checked_rows(rows.into_iter().map(Ok))
    }

    /// From rows of which some may be refused: the first refusal is the answer.
    pub fn from_checked_rows(rows: impl Iterator<Item = Result<(P, f64)>>) -> Result<Self> {
        let mut collected = Collected::default();
        for (row, item) in rows.enumerate() {
            let (pattern, weight) = item?;
            collected.add(row, pattern, weight)?;
        }
        Ok(collected.finish())
    }

    /// From so many rows that `bits` tells apart: those that came before are not read again.
    #[cfg(feature = "registry")]
    pub(crate) fn from_repeating_rows<const N: usize>(
        rows: usize,
        bits: impl Fn(usize) -> [u64; N],
        pattern: impl Fn(usize) -> Result<P>,
        weight: impl Fn(usize) -> f64,
    ) -> Result<Self> {
        let mut known = Recent::for_rows(rows);
        let mut collected = Collected::default();
        for row in 0..rows {
            let (bits, weight) = (bits(row), weight(row));
            let place = known.get(&bits).and_then(|place| usize::try_from(place).ok());
            if place.is_some_and(|place| collected.add_to(place, weight)) {
                continue;
            }
            if let Some(place) = collected.add(row, pattern(row)?, weight)?
                && let Ok(place) = u64::try_from(place)
            {
                known.keep(bits, place);
            }
        }
        Ok(collected.finish())
    }

    /// CRC32C of the rows and their weights: tells one table from another.
    pub fn fingerprint(&self) -> u32 {
        let cells = self.iter().flat_map(|(row, weight)| {
            let [first, second, third] = row.numbers();
            [first, second, third, weight]
        });
        let bytes: Vec<u8> = cells.flat_map(f64::to_le_bytes).collect();
        crc32c(&bytes)
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
        let rows = history_rows(frequency, recency, age)?;
        Self::from_checked_rows(rows.map(|history| history.map(|row| (row, 1.0))))
    }

    /// From columns, where each row stands for `weights` customers.
    pub fn from_weighted_columns(
        frequency: &[f64],
        recency: &[f64],
        age: &[f64],
        weights: &[f64],
    ) -> Result<Self> {
        let rows = history_rows(frequency, recency, age)?;
        same_length("weights", weights.len(), frequency.len())?;
        Self::from_checked_rows(rows.zip(weights).map(|(history, &weight)| Ok((history?, weight))))
    }
}

/// The histories of columns of equal length; the first impossible one is an error with its row.
pub fn histories(frequency: &[f64], recency: &[f64], age: &[f64]) -> Result<Vec<History>> {
    history_rows(frequency, recency, age)?.collect()
}

fn history_rows<'a>(
    frequency: &'a [f64],
    recency: &'a [f64],
    age: &'a [f64],
) -> Result<impl Iterator<Item = Result<History>> + 'a> {
    same_length("recency", recency.len(), frequency.len())?;
    same_length("age", age.len(), frequency.len())?;
    let rows = frequency.iter().zip(recency).zip(age).enumerate();
    Ok(rows.map(|(row, ((&x, &recency), &age))| {
        History::new(x, recency, age).map_err(|error| error.at_row(row))
    }))
}

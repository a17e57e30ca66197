//! The histogram of ratings: how many answers of each kind, exactly.
//!
//! Every rating figure (score, share, mean, interval, test, confidence sequence) is a function of
//! these few counts, so this is the whole state of `nps`, `csat`, `ces` and `star_rating`.

mod intake;

use super::exclusions::Exclusions;
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{checked_difference, checked_sum};
use crate::error::{Error, Result};
use crate::model::{RatingRules, Scale};

/// Sums of the weights of one answer, in units of 2^-20 and 2^-40.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BinWeight {
    /// Σw, in units of 2^-20.
    pub sum: u128,
    /// Σw², in units of 2^-40.
    pub sum_of_squares: u128,
}

/// Counts of each rating of a scale, what was excluded, and the weights where there are any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    scale: Scale,
    counts: Vec<u64>,
    excluded: Exclusions,
    weights: Option<Vec<BinWeight>>,
    room: Room,
}

/// Whether single ratings are known to fit: nothing is weighted, and at most half of what can be
/// counted has been.
///
/// No part of the state but a note about it, which the first single rating after a batch makes. A
/// single rating is then a single increment; to pass 2^63 by increments takes centuries.
#[derive(Debug, Clone, Copy, Default)]
struct Room(bool);

impl PartialEq for Room {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Room {}

impl Histogram {
    /// The empty histogram of a scale.
    pub fn new(scale: Scale, weighted: bool) -> Self {
        let points = scale.points();
        Self {
            scale,
            counts: vec![0; points],
            excluded: Exclusions::default(),
            weights: weighted.then(|| vec![BinWeight::default(); points]),
            room: Room::default(),
        }
    }

    /// A histogram of ready counts, the lowest rating first.
    pub fn from_counts(scale: Scale, counts: Vec<u64>, excluded: Exclusions) -> Result<Self> {
        if counts.len() != scale.points() {
            return Err(Error::batch(format!(
                "the scale {scale} has {} points, got {} counts",
                scale.points(),
                counts.len()
            )));
        }
        let histogram = Self { scale, counts, excluded, weights: None, room: Room::default() };
        histogram.checked_observations()?;
        Ok(histogram)
    }

    /// The scale.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// The counts, the lowest rating first.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The sums of weights, the lowest rating first, where the ratings are weighted.
    pub fn weights(&self) -> Option<&[BinWeight]> {
        self.weights.as_deref()
    }

    /// What was left out.
    pub fn excluded(&self) -> Exclusions {
        self.excluded
    }

    /// The same counts with this many duplicates on record.
    #[must_use]
    pub fn with_duplicates(mut self, duplicates: u64) -> Self {
        self.excluded.duplicates = duplicates;
        self.room = Room::default();
        self
    }

    /// Every rating with its count.
    pub fn iter(&self) -> impl Iterator<Item = (i16, u64)> + '_ {
        self.scale.ratings().zip(self.counts.iter().copied())
    }

    /// The answers counted.
    pub fn responses(&self) -> u64 {
        // Every way into a histogram checks that all its counts together fit, so nothing wraps.
        self.counts.iter().fold(0, |sum: u64, &count| sum.wrapping_add(count))
    }

    /// All rows taken in, counted or excluded.
    pub fn observations(&self) -> u64 {
        let excluded = self.excluded.fields().into_iter();
        excluded.fold(self.responses(), |sum, &count| sum.wrapping_add(count))
    }

    fn checked_observations(&self) -> Result<u64> {
        let excluded = self.excluded.checked_total()?;
        self.counts.iter().try_fold(excluded, |sum, &count| checked_sum(sum, count))
    }

    /// Answers whose rating satisfies the condition.
    pub fn count_where(&self, condition: impl Fn(i16) -> bool) -> u64 {
        self.iter()
            .filter(|&(rating, _)| condition(rating))
            .fold(0, |sum, (_, n)| sum.saturating_add(n))
    }

    /// Whether the other histogram can be added.
    pub fn check_add(&self, other: &Self) -> Result<()> {
        checked_sum(self.observations(), other.observations())?;
        if let (Some(ours), Some(theirs)) = (&self.weights, &other.weights) {
            for (a, b) in ours.iter().zip(theirs) {
                a.sum
                    .checked_add(b.sum)
                    .and(a.sum_of_squares.checked_add(b.sum_of_squares))
                    .ok_or_else(|| Error::overflow("a sum of weights would pass 2^128 − 1"))?;
            }
        }
        Ok(())
    }

    /// Adds a histogram that [`check_add`](Self::check_add) has accepted.
    pub fn add(&mut self, other: &Self) {
        self.room = Room::default();
        for (ours, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *ours = ours.saturating_add(*theirs);
        }
        self.excluded.add(&other.excluded);
        for (ours, theirs) in self.weights.iter_mut().flatten().zip(other.weights.iter().flatten())
        {
            ours.sum = ours.sum.saturating_add(theirs.sum);
            ours.sum_of_squares = ours.sum_of_squares.saturating_add(theirs.sum_of_squares);
        }
    }

    /// Whether the other histogram can be subtracted.
    pub fn check_subtract(&self, other: &Self) -> Result<()> {
        for ((ours, theirs), rating) in
            self.counts.iter().zip(&other.counts).zip(self.scale.ratings())
        {
            checked_difference(*ours, *theirs, "a rating")
                .map_err(|error| error.in_field(format!("rating {rating}")))?;
        }
        self.excluded.check_subtract(&other.excluded)?;
        for (ours, theirs) in self.weights.iter().flatten().zip(other.weights.iter().flatten()) {
            if ours.sum < theirs.sum || ours.sum_of_squares < theirs.sum_of_squares {
                return Err(Error::never_added("cannot retract more weight than was added"));
            }
        }
        Ok(())
    }

    /// Subtracts a histogram that [`check_subtract`](Self::check_subtract) has accepted.
    pub fn subtract(&mut self, other: &Self) {
        for (ours, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *ours = ours.saturating_sub(*theirs);
        }
        self.excluded.subtract(&other.excluded);
        for (ours, theirs) in self.weights.iter_mut().flatten().zip(other.weights.iter().flatten())
        {
            ours.sum = ours.sum.saturating_sub(theirs.sum);
            ours.sum_of_squares = ours.sum_of_squares.saturating_sub(theirs.sum_of_squares);
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        writer.counts(&self.counts);
        self.excluded.write(writer);
        for weight in self.weights.iter().flatten() {
            writer.unsigned(weight.sum);
            writer.unsigned(weight.sum_of_squares);
        }
    }

    pub(crate) fn read(rules: &RatingRules, reader: &mut Reader<'_>) -> Result<Self> {
        let mut histogram = Self::new(rules.scale, rules.weighted);
        histogram.counts = reader.counts(rules.scale.points())?;
        histogram.excluded = Exclusions::read(reader)?;
        histogram.checked_observations()?;
        let counts = histogram.counts.iter();
        for (weight, &count) in histogram.weights.iter_mut().flatten().zip(counts) {
            *weight = BinWeight { sum: reader.u128()?, sum_of_squares: reader.u128()? };
            check_weight(*weight, count)?;
        }
        Ok(histogram)
    }
}

/// Refuses sums of weights that no `count` weights below 4096 can have.
fn check_weight(weight: BinWeight, count: u64) -> Result<()> {
    let largest = u128::from(u32::MAX);
    let count = u128::from(count);
    // Every w lies within 0..=largest, so Σw ≤ n·largest, and Σw ≤ Σw² ≤ largest·Σw for integers.
    let possible = weight.sum <= count * largest
        && weight.sum_of_squares >= weight.sum
        && weight.sum.checked_mul(largest).is_none_or(|most| weight.sum_of_squares <= most);
    if possible { Ok(()) } else { Err(Error::corrupt("a sum of weights does not fit its count")) }
}

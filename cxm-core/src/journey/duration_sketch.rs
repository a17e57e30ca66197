//! A sketch of durations: exact count, sum, smallest and largest, and quantiles within 1.6 %.
//!
//! # Formula
//! ```text
//! below 32         each whole number is a bucket of its own
//! from 32 on       32 buckets of equal width between one power of two and the next
//! quantile         the middle of the bucket of its rank, off by at most 1/64 of itself;
//!                  between two ranks interpolated (type 7)
//! ```
//! Buckets are the same for all sketches and counts add up, so that merging is exact in any order.
//!
//! # Source
//! Log-linear histograms, as in Tene's `HdrHistogram` (2012); Masson, Rim & Lee (2019) for the
//! bound.

use super::report::Spread;
use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};

/// Buckets between two powers of two.
const PARTS: u64 = 32;
/// PARTS = 2^this.
const PART_BITS: u32 = 5;

/// Counts of durations, which are not negative, by bucket.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct DurationSketch {
    count: u64,
    sum: i128,
    min: i64,
    max: i64,
    /// The bucket of the smallest.
    first: usize,
    /// Counts from the bucket of the smallest to that of the largest.
    buckets: Vec<u64>,
}

/// The bucket of a number.
#[allow(clippy::cast_possible_truncation, reason = "there are fewer than 2000 buckets")]
fn bucket_of(number: i64) -> usize {
    let number = u64::try_from(number).unwrap_or(0);
    if number < PARTS {
        return number as usize;
    }
    let power = 63 - number.leading_zeros();
    let part = number >> (power - PART_BITS) & (PARTS - 1);
    (u64::from(power - PART_BITS + 1) * PARTS + part) as usize
}

/// The middle of a bucket.
fn middle_of(bucket: usize) -> f64 {
    let bucket = bucket as u64;
    if bucket < PARTS {
        return bucket as f64;
    }
    let shift = bucket / PARTS - 1;
    let low = (PARTS + bucket % PARTS) << shift;
    low as f64 + ((1_u64 << shift) - 1) as f64 / 2.0
}

impl DurationSketch {
    /// How many durations there are.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Makes room for a bucket.
    fn cover(&mut self, bucket: usize) {
        if self.buckets.is_empty() {
            (self.first, self.buckets) = (bucket, vec![0]);
        } else if bucket < self.first {
            let more = std::iter::repeat_n(0, self.first - bucket);
            self.buckets.splice(0..0, more);
            self.first = bucket;
        } else if bucket - self.first >= self.buckets.len() {
            // Ranges settle soon; twice the room would stay empty for ever.
            let length = bucket - self.first + 1;
            self.buckets.reserve_exact(length - self.buckets.len());
            self.buckets.resize(length, 0);
        }
    }

    /// Adds a duration.
    pub(super) fn add(&mut self, duration: i64) {
        let duration = duration.max(0);
        let bucket = bucket_of(duration);
        self.cover(bucket);
        self.min = if self.count == 0 { duration } else { self.min.min(duration) };
        self.max = if self.count == 0 { duration } else { self.max.max(duration) };
        self.count += 1;
        self.sum += i128::from(duration);
        let place = bucket - self.first;
        if let Some(count) = self.buckets.get_mut(place) {
            *count += 1;
        }
    }

    /// Adds all durations of another sketch.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            self.clone_from(other);
            return;
        }
        self.cover(bucket_of(other.min));
        self.min = self.min.min(other.min);
        self.cover(bucket_of(other.max));
        self.max = self.max.max(other.max);
        let from = other.first - self.first;
        for (ours, theirs) in self.buckets.iter_mut().skip(from).zip(&other.buckets) {
            *ours = ours.saturating_add(*theirs);
        }
        self.count = self.count.saturating_add(other.count);
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// The middle of the bucket of the duration with this rank, from 0.
    fn of_rank(&self, rank: u64) -> f64 {
        let mut before = 0;
        for (place, count) in self.buckets.iter().enumerate() {
            before += count;
            if before > rank {
                let middle = middle_of(self.first + place);
                return middle.clamp(self.min as f64, self.max as f64);
            }
        }
        self.max as f64
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a position lies within the ranks"
    )]
    fn quantile(&self, probability: f64) -> Option<f64> {
        let last = self.count.checked_sub(1)?;
        let position = probability * last as f64;
        let below = (libm::floor(position) as u64).min(last);
        let (low, high) = (self.of_rank(below), self.of_rank((below + 1).min(last)));
        Some(low + (position - below as f64) * (high - low))
    }

    /// Mean, smallest and largest as they are, quantiles as far as the sketch knows them.
    pub(super) fn spread(&self) -> Spread {
        let any = self.count > 0;
        Spread {
            mean: any.then(|| self.sum as f64 / self.count as f64),
            median: self.quantile(0.5),
            q90: self.quantile(0.9),
            q95: self.quantile(0.95),
            min: any.then_some(self.min),
            max: any.then_some(self.max),
        }
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        writer.bool(self.count > 0);
        if self.count > 0 {
            writer.signed(self.min);
            writer.signed(self.max);
            writer.signed(self.sum);
            self.buckets.iter().for_each(|&count| writer.unsigned(count));
        }
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        if !reader.bool()? {
            return Ok(Self::default());
        }
        let (min, max): (i64, i64) = (reader.signed()?, reader.signed()?);
        let sum = reader.i128()?;
        if min < 0 || max < min {
            return Err(Error::corrupt("durations are out of their order"));
        }
        let length = bucket_of(max) - bucket_of(min) + 1;
        let buckets = (0..length).map(|_| reader.u64()).collect::<Result<Vec<u64>>>()?;
        let count = buckets.iter().try_fold(0_u64, |sum, &count| sum.checked_add(count));
        let Some(count) = count else {
            return Err(Error::corrupt("more durations than can be counted"));
        };
        let n = i128::from(count);
        let ends = [buckets.first(), buckets.last()];
        let fits = (n * i128::from(min)..=n * i128::from(max)).contains(&sum);
        if ends.iter().any(|count| count.is_none_or(|&count| count == 0)) || !fits {
            return Err(Error::corrupt("no durations have these sums"));
        }
        Ok(Self { count, sum, min, max, first: bucket_of(min), buckets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_follow_each_other_and_their_middle_is_close() {
        for power in 0..63 {
            for number in [1_i64 << power, (1 << power) + (1 << power) / 3, (1 << power) - 1] {
                let bucket = bucket_of(number);
                assert!(bucket_of(number.saturating_add(1)) - bucket <= 1);
                let off = (middle_of(bucket) - number as f64).abs();
                assert!(off <= number as f64 / 64.0, "{number}: {off}");
            }
        }
        assert_eq!(bucket_of(i64::MAX), 1887);
    }

    #[test]
    fn parts_in_any_order_are_the_whole() {
        let numbers: Vec<i64> = (0..500).map(|n| n * n * n * 7919 % 1_000_003).collect();
        let of = |numbers: &[i64]| {
            let mut sketch = DurationSketch::default();
            numbers.iter().for_each(|&number| sketch.add(number));
            sketch
        };
        let whole = of(&numbers);
        let mut merged = of(&numbers[300..]);
        merged.merge(&of(&numbers[..100]));
        merged.merge(&DurationSketch::default());
        merged.merge(&of(&numbers[100..300]));
        assert_eq!(merged, whole);
        let exact = Spread::of(&mut numbers.clone());
        let near = whole.spread();
        assert_eq!((near.mean, near.min, near.max), (exact.mean, exact.min, exact.max));
        for (near, exact) in [near.median, near.q90, near.q95].iter().zip([exact.median, exact.q90])
        {
            assert!((near.unwrap() - exact.unwrap()).abs() <= exact.unwrap() / 64.0);
        }
        let mut writer = Writer::new();
        whole.write(&mut writer);
        let bytes = writer.into_bytes();
        assert_eq!(DurationSketch::read(&mut Reader::new(&bytes)).unwrap(), whole);
    }
}

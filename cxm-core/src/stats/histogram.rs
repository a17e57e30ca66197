//! The histogram of ratings: how many answers of each kind, exactly.
//!
//! Every rating figure (score, share, mean, interval, test, confidence sequence) is a function of
//! these few counts, so this is the whole state of `nps`, `csat`, `ces` and `star_rating`.

use crate::calculator::batch::{Ratings, Values, Weights, same_length, with_column};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{checked_difference, checked_sum};
use crate::error::{Error, Result};
use crate::model::{InvalidRule, MissingRule, RatingRules, Scale};
use crate::numeric::tally::{self, REJECT_CELLS, Rejects};

/// What was left out, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Exclusions {
    /// Null, NaN, skipped, dismissed.
    pub missing: u64,
    /// One of the declared codes for "don't know".
    pub dont_know: u64,
    /// A number off the scale.
    pub out_of_range: u64,
    /// Not a whole number.
    pub non_integer: u64,
    /// A second answer where the rule for duplicates counts one.
    pub duplicates: u64,
}

impl Exclusions {
    /// Off the scale or not a whole number.
    pub fn invalid(&self) -> u64 {
        self.out_of_range.saturating_add(self.non_integer)
    }

    /// All that was left out.
    pub fn total(&self) -> u64 {
        self.fields().iter().fold(0u64, |sum, &&field| sum.saturating_add(field))
    }

    fn fields(&self) -> [&u64; 5] {
        [&self.missing, &self.dont_know, &self.out_of_range, &self.non_integer, &self.duplicates]
    }

    fn fields_mut(&mut self) -> [&mut u64; 5] {
        [
            &mut self.missing,
            &mut self.dont_know,
            &mut self.out_of_range,
            &mut self.non_integer,
            &mut self.duplicates,
        ]
    }

    /// The sum of all, unless it passes 64 bits.
    pub(crate) fn checked_total(&self) -> Result<u64> {
        self.fields().into_iter().try_fold(0, |sum, &count| checked_sum(sum, count))
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (ours, theirs) in self.fields_mut().into_iter().zip(other.fields()) {
            *ours = ours.saturating_add(*theirs);
        }
    }

    pub(crate) fn check_subtract(&self, other: &Self) -> Result<()> {
        for (ours, theirs) in self.fields().into_iter().zip(other.fields()) {
            checked_difference(*ours, *theirs, "the excluded rows")?;
        }
        Ok(())
    }

    pub(crate) fn subtract(&mut self, other: &Self) {
        for (ours, theirs) in self.fields_mut().into_iter().zip(other.fields()) {
            *ours = ours.saturating_sub(*theirs);
        }
    }

    pub(crate) fn write(&self, writer: &mut Writer) {
        for &field in self.fields() {
            writer.unsigned(field);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let mut excluded = Self::default();
        for field in excluded.fields_mut() {
            *field = reader.u64()?;
        }
        Ok(excluded)
    }
}

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
}

impl Histogram {
    /// The empty histogram of a scale.
    pub fn new(scale: Scale, weighted: bool) -> Self {
        let points = scale.points();
        Self {
            scale,
            counts: vec![0; points],
            excluded: Exclusions::default(),
            weights: weighted.then(|| vec![BinWeight::default(); points]),
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
        let histogram = Self { scale, counts, excluded, weights: None };
        histogram.checked_observations()?;
        Ok(histogram)
    }

    /// The histogram of one batch under these rules.
    pub fn lift(rules: &RatingRules, batch: Ratings<'_>) -> Result<Self> {
        let mut histogram = Self::new(rules.scale, rules.weighted);
        histogram.check_shape(rules, &batch)?;
        let rejects = match (batch.weights, batch.counts) {
            (Some(weights), _) => histogram.tally_weighted(batch.values, &weights)?,
            (None, Some(counts)) => histogram.tally_counted(batch.values, counts)?,
            (None, None) => histogram.tally(batch.values),
        };
        histogram.exclude(rules, &batch, rejects)?;
        histogram.checked_observations()?;
        Ok(histogram)
    }

    /// The histograms of the groups of one batch; `codes` has a group below `groups` for each row.
    pub fn lift_by_group(
        rules: &RatingRules,
        codes: &[u32],
        groups: usize,
        batch: Ratings<'_>,
    ) -> Result<Vec<Self>> {
        let empty = Self::new(rules.scale, rules.weighted);
        empty.check_shape(rules, &batch)?;
        same_length("keys", codes.len(), batch.len())?;
        let (mut histograms, rejects) = if batch.weights.is_none() && batch.counts.is_none() {
            Self::tally_by_group(&empty, codes, groups, batch.values)?
        } else {
            Self::record_by_group(&empty, codes, groups, &batch)?
        };
        if !rules.accepts_everything() || (!rules.dont_know.is_empty() && rejects.out_of_range > 0)
        {
            // One pass over all rows applies the strict rules and finds the codes' rows.
            empty.clone().exclude(rules, &batch, rejects)?;
            for row in dont_know_rows(&rules.dont_know, &batch) {
                let times = times(&batch, row);
                if let Some(group) = group_of(&mut histograms, codes, row) {
                    group.excluded.dont_know += times;
                    group.excluded.out_of_range -= times;
                }
            }
        }
        Ok(histograms)
    }

    fn tally_by_group(
        empty: &Self,
        codes: &[u32],
        groups: usize,
        values: Values<'_>,
    ) -> Result<(Vec<Self>, Rejects)> {
        let points = empty.counts.len();
        let width = points + REJECT_CELLS;
        let cells = groups
            .checked_mul(width)
            .ok_or_else(|| Error::limit("a table of more cells than memory can address"))?;
        let mut table = vec![0u64; cells];
        let lowest = empty.scale.lowest();
        let tallied = with_column!(values.column, slice => {
            tally::tally_by_code(codes.into(), slice, values.validity, lowest, points, &mut table)
        });
        tallied.map_err(|row| {
            Error::observation("a code has no group").in_field("keys").at_row(row)
        })?;
        let mut all = Rejects::default();
        let histograms = table.chunks_exact(width).map(|cells| {
            let mut histogram = empty.clone();
            let (counts, rejects) = cells.split_at(points);
            histogram.counts.copy_from_slice(counts);
            if let &[missing, out_of_range, non_integer] = rejects {
                histogram.excluded =
                    Exclusions { missing, out_of_range, non_integer, ..Exclusions::default() };
                all.missing += missing;
                all.out_of_range += out_of_range;
                all.non_integer += non_integer;
            }
            histogram
        });
        let histograms = histograms.collect();
        Ok((histograms, all))
    }

    /// Row by row: weighted ratings and ratings that were counted before.
    fn record_by_group(
        empty: &Self,
        codes: &[u32],
        groups: usize,
        batch: &Ratings<'_>,
    ) -> Result<(Vec<Self>, Rejects)> {
        let weights = batch.weights.as_ref().map(Weights::to_fixed).transpose()?;
        let mut histograms = vec![empty.clone(); groups];
        let mut all = Rejects::default();
        let mut cells = vec![0u64; empty.counts.len()];
        for row in 0..batch.len() {
            let times = times(batch, row);
            let rejects = one_row(batch.values, row, empty.scale.lowest(), &mut cells);
            let weight = weights.as_ref().and_then(|weights| weights.get(row)).copied();
            let group = group_of(&mut histograms, codes, row)
                .ok_or_else(|| Error::observation("a code has no group").at_row(row))?;
            let excluded = &mut group.excluded;
            for (cell, total, one) in [
                (&mut excluded.missing, &mut all.missing, rejects.missing),
                (&mut excluded.out_of_range, &mut all.out_of_range, rejects.out_of_range),
                (&mut excluded.non_integer, &mut all.non_integer, rejects.non_integer),
            ] {
                *cell = checked_sum(*cell, one * times)?;
                *total = checked_sum(*total, one * times)?;
            }
            if let Some(index) = cells.iter().position(|&cell| cell > 0) {
                cells.fill(0);
                group.record_at(index, times, weight)?;
            }
        }
        Ok((histograms, all))
    }

    fn record_at(&mut self, index: usize, times: u64, weight: Option<u32>) -> Result<()> {
        if let Some(count) = self.counts.get_mut(index) {
            *count = checked_sum(*count, times)?;
        }
        let cell = self.weights.as_mut().and_then(|weights| weights.get_mut(index));
        if let (Some(cell), Some(weight)) = (cell, weight.map(u128::from)) {
            cell.sum += weight;
            cell.sum_of_squares += weight * weight;
        }
        Ok(())
    }

    /// Adds one rating in place: the cheapest path there is.
    ///
    /// Fails without a change where the rules refuse the rating.
    #[inline]
    pub fn record(&mut self, rules: &RatingRules, rating: i64) -> Result<()> {
        // Below the scale the difference wraps around to a position that no scale has.
        let position = rating.wrapping_sub(i64::from(self.scale.lowest())).cast_unsigned();
        let cell = usize::try_from(position).ok().and_then(|index| self.counts.get_mut(index));
        match cell {
            Some(count) if self.weights.is_none() => {
                *count = checked_sum(*count, 1)?;
                Ok(())
            }
            _ => self.record_exception(rules, rating),
        }
    }

    /// Adds a batch in place where none of its rows can be refused; otherwise does nothing and says so.
    ///
    /// Equal to adding the lifted batch, without the detour.
    pub fn try_add_in_place(&mut self, rules: &RatingRules, batch: &Ratings<'_>) -> Result<bool> {
        let plain = batch.weights.is_none() && batch.counts.is_none() && !rules.weighted;
        if !plain || !rules.accepts_everything() {
            return Ok(false);
        }
        self.check_shape(rules, batch)?;
        checked_sum(self.observations(), batch.len() as u64)?;
        let rejects = self.tally(batch.values);
        if rejects != Rejects::default() {
            let mut excluded = Self::new(rules.scale, false);
            excluded.exclude(rules, batch, rejects)?;
            self.add(&excluded);
        }
        Ok(true)
    }

    #[cold]
    fn record_exception(&mut self, rules: &RatingRules, rating: i64) -> Result<()> {
        let one = [rating];
        let delta = Self::lift(rules, Ratings::from(one.as_slice()))?;
        self.check_add(&delta)?;
        self.add(&delta);
        Ok(())
    }

    fn check_shape(&self, rules: &RatingRules, batch: &Ratings<'_>) -> Result<()> {
        if rules.weighted != batch.weights.is_some() {
            let (declared, came) = if rules.weighted {
                ("weighted", "no weights")
            } else {
                ("not weighted", "weights")
            };
            return Err(Error::batch(format!("the definition is {declared}, {came} came"))
                .in_field("weights"));
        }
        if let Some(weights) = &batch.weights {
            same_length("weights", weights.len(), batch.len())?;
            if batch.counts.is_some() {
                return Err(
                    Error::batch("a batch has weights or counts, not both").in_field("counts")
                );
            }
        }
        if let Some(counts) = batch.counts {
            same_length("counts", counts.len(), batch.len())?;
        }
        if let Some(validity) = batch.values.validity {
            same_length("validity", validity.len(), batch.len())?;
        }
        Ok(())
    }

    fn tally(&mut self, values: Values<'_>) -> Rejects {
        let lowest = self.scale.lowest();
        with_column!(values.column, slice => {
            tally::tally(slice, values.validity, lowest, &mut self.counts)
        })
    }

    fn tally_weighted(&mut self, values: Values<'_>, weights: &Weights<'_>) -> Result<Rejects> {
        let fixed = weights.to_fixed()?;
        let points = self.scale.points();
        let (mut sums, mut squares) = (vec![0u128; points], vec![0u128; points]);
        let lowest = self.scale.lowest();
        let rejects = with_column!(values.column, slice => {
            let (counts, fixed) = (&mut self.counts, fixed.as_ref());
            tally::tally_weighted(slice, values.validity, fixed, lowest, counts, &mut sums, &mut squares)
        });
        self.weights = Some(
            sums.into_iter()
                .zip(squares)
                .map(|(sum, sum_of_squares)| BinWeight { sum, sum_of_squares })
                .collect(),
        );
        Ok(rejects)
    }

    /// Rows that stand for several answers each: a loop over few rows, since they were counted before.
    fn tally_counted(&mut self, values: Values<'_>, counts: &[u64]) -> Result<Rejects> {
        let mut rejects = Rejects::default();
        for (row, &times) in counts.iter().enumerate() {
            let mut cells = vec![0; self.counts.len()];
            let one = one_row(values, row, self.scale.lowest(), &mut cells);
            let add = |cell: &mut u64, one: u64| -> Result<()> {
                let more = one.checked_mul(times).ok_or_else(|| Error::overflow("counts"))?;
                *cell = checked_sum(*cell, more).map_err(|error| error.at_row(row))?;
                Ok(())
            };
            add(&mut rejects.missing, one.missing)?;
            add(&mut rejects.out_of_range, one.out_of_range)?;
            add(&mut rejects.non_integer, one.non_integer)?;
            for (cell, one) in self.counts.iter_mut().zip(cells) {
                add(cell, one)?;
            }
        }
        Ok(rejects)
    }

    /// Applies the rules to what the tally could not place.
    fn exclude(
        &mut self,
        rules: &RatingRules,
        batch: &Ratings<'_>,
        rejects: Rejects,
    ) -> Result<()> {
        self.excluded.missing = rejects.missing;
        self.excluded.non_integer = rejects.non_integer;
        self.excluded.out_of_range = rejects.out_of_range;
        if rejects == Rejects::default() {
            return Ok(());
        }
        if !rules.dont_know.is_empty() && rejects.out_of_range > 0 {
            let dont_know = count_codes(&rules.dont_know, batch)?;
            self.excluded.dont_know = dont_know;
            self.excluded.out_of_range = rejects.out_of_range.saturating_sub(dont_know);
        }
        if rules.missing == MissingRule::Error && self.excluded.missing > 0 {
            return Err(first_refused(rules, batch, |kind| kind == Refusal::Missing));
        }
        if rules.invalid == InvalidRule::Error && self.excluded.invalid() > 0 {
            return Err(first_refused(rules, batch, |kind| kind != Refusal::Missing));
        }
        Ok(())
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

/// Tallies a single row, by the very rules of the whole column.
fn one_row(values: Values<'_>, row: usize, lowest: i16, cells: &mut [u64]) -> Rejects {
    if !values.is_valid(row) {
        return Rejects { missing: 1, ..Rejects::default() };
    }
    with_column!(values.column, slice => {
        let one = slice.get(row..=row).unwrap_or_default();
        tally::tally(one, None, lowest, cells)
    })
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Missing,
    DontKnow,
    OutOfRange,
    NonInteger,
}

/// Why a row has no place on the scale; `None` for a rating.
fn refusal(rules: &RatingRules, values: Values<'_>, row: usize) -> Option<Refusal> {
    let mut cells = [0; crate::model::scale::MAX_POINTS];
    let cells = cells.get_mut(..rules.scale.points())?;
    let rejects = one_row(values, row, rules.scale.lowest(), cells);
    if rejects.missing > 0 {
        Some(Refusal::Missing)
    } else if rejects.non_integer > 0 {
        Some(Refusal::NonInteger)
    } else if rejects.out_of_range > 0 {
        let value = number(values, row);
        let known = rules.dont_know.iter().any(|&code| f64::from(code).total_cmp(&value).is_eq());
        Some(if known { Refusal::DontKnow } else { Refusal::OutOfRange })
    } else {
        None
    }
}

/// The number of a row, for comparing with small codes and for messages.
#[allow(clippy::unnecessary_cast, reason = "the same expression for every column type")]
pub(crate) fn number(values: Values<'_>, row: usize) -> f64 {
    with_column!(values.column, slice => slice.get(row).map_or(f64::NAN, |&value| value as f64))
}

/// How many answers a row stands for.
fn times(batch: &Ratings<'_>, row: usize) -> u64 {
    batch.counts.and_then(|counts| counts.get(row)).copied().unwrap_or(1)
}

fn group_of<'h>(
    histograms: &'h mut [Histogram],
    codes: &[u32],
    row: usize,
) -> Option<&'h mut Histogram> {
    let group = usize::try_from(*codes.get(row)?).ok()?;
    histograms.get_mut(group)
}

fn dont_know_rows<'a>(
    codes: &'a [i32],
    batch: &'a Ratings<'_>,
) -> impl Iterator<Item = usize> + 'a {
    let valid = (0..batch.len()).filter(|&row| batch.values.is_valid(row));
    valid.filter(|&row| {
        let value = number(batch.values, row);
        codes.iter().any(|&code| f64::from(code).total_cmp(&value).is_eq())
    })
}

fn count_codes(codes: &[i32], batch: &Ratings<'_>) -> Result<u64> {
    dont_know_rows(codes, batch).try_fold(0, |total, row| checked_sum(total, times(batch, row)))
}

#[cold]
fn first_refused(
    rules: &RatingRules,
    batch: &Ratings<'_>,
    wanted: impl Fn(Refusal) -> bool,
) -> Error {
    for row in 0..batch.len() {
        let Some(kind) =
            refusal(rules, batch.values, row).filter(|kind| *kind != Refusal::DontKnow)
        else {
            continue;
        };
        if wanted(kind) {
            let got = match kind {
                Refusal::Missing => "a missing answer".to_owned(),
                _ => number(batch.values, row).to_string(),
            };
            return Error::observation(format!(
                "rating must be a whole number within {}, got {got}",
                rules.scale
            ))
            .at_row(row);
        }
    }
    Error::observation("a rating was refused")
}

//! How a batch of ratings becomes a histogram.

use super::{BinWeight, Histogram, Room};
use crate::calculator::batch::{Ratings, Values, Weights, same_length, with_column};
use crate::calculator::checked_sum;
use crate::calculator::groups::{group_of_row, no_group};
use crate::error::{Error, Result};
use crate::model::{InvalidRule, MissingRule, RatingRules};
use crate::numeric::tally::{self, REJECT_CELLS, Rejects};
use crate::stats::Exclusions;

impl Histogram {
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
                let group = group_of_row(&mut histograms, codes, row)?;
                group.excluded.dont_know += times;
                group.excluded.out_of_range -= times;
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
        tallied.map_err(no_group)?;
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
            let group = group_of_row(&mut histograms, codes, row)?;
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
        histograms.iter().try_for_each(|group| group.checked_observations().map(drop))?;
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
            Some(count) if self.room.0 => {
                *count = checked_sum(*count, 1)?;
                Ok(())
            }
            _ => self.record_exception(rules, rating),
        }
    }

    /// Adds a batch in place where none of its rows can be refused; otherwise does nothing and says
    /// so.
    ///
    /// Equal to adding the lifted batch, without the detour.
    pub fn try_add_in_place(&mut self, rules: &RatingRules, batch: &Ratings<'_>) -> Result<bool> {
        let plain = batch.weights.is_none() && batch.counts.is_none() && !rules.weighted;
        if !plain || !rules.accepts_everything() {
            return Ok(false);
        }
        self.check_shape(rules, batch)?;
        checked_sum(self.observations(), batch.len() as u64)?;
        self.room = Room::default();
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
        self.room = Room(self.weights.is_none() && self.observations() <= u64::MAX / 2);
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
        batch.values.check("validity", batch.len())
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
            let (counts, fixed, validity) = (&mut self.counts, fixed.as_ref(), values.validity);
            let (sums, squares) = (&mut sums, &mut squares);
            tally::tally_weighted(slice, validity, fixed, lowest, counts, sums, squares)
        });
        self.weights = Some(
            sums.into_iter()
                .zip(squares)
                .map(|(sum, sum_of_squares)| BinWeight { sum, sum_of_squares })
                .collect(),
        );
        Ok(rejects)
    }

    /// Rows that stand for several answers each: a loop over few rows, since they were counted
    /// before.
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
        let value = values.number(row);
        let known = rules.dont_know.iter().any(|&code| f64::from(code).total_cmp(&value).is_eq());
        Some(if known { Refusal::DontKnow } else { Refusal::OutOfRange })
    } else {
        None
    }
}

/// How many answers a row stands for.
fn times(batch: &Ratings<'_>, row: usize) -> u64 {
    batch.counts.and_then(|counts| counts.get(row)).copied().unwrap_or(1)
}

fn dont_know_rows<'a>(
    codes: &'a [i32],
    batch: &'a Ratings<'_>,
) -> impl Iterator<Item = usize> + 'a {
    let valid = (0..batch.len()).filter(|&row| batch.values.is_valid(row));
    valid.filter(|&row| {
        let value = batch.values.number(row);
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
                _ => batch.values.number(row).to_string(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::model::Scale;

    #[test]
    fn a_full_histogram_takes_no_rating() {
        let rules = RatingRules::on(Scale::ZERO_TO_TEN);
        let mut counts = vec![0; 11];
        counts[10] = u64::MAX - 1;
        let almost = Histogram::from_counts(rules.scale, counts, Exclusions::default()).unwrap();
        let mut full = almost.clone();
        full.record(&rules, 3).unwrap();
        assert_eq!(full.observations(), u64::MAX);
        let refused = full.record(&rules, 4).unwrap_err();
        assert_eq!((refused.kind(), full.counts()[4]), (ErrorKind::Overflow, 0));
        full.subtract(&almost);
        full.record(&rules, 4).unwrap();
        full.record(&rules, 4).unwrap();
        assert_eq!(full.observations(), 3);
    }

    #[test]
    fn counted_rows_of_a_group_must_fit_together() {
        let rules = RatingRules::on(Scale::ZERO_TO_TEN);
        let rows = [9u8, 10].as_slice();
        let counts = [u64::MAX, 1];
        let lift =
            |codes| Histogram::lift_by_group(&rules, codes, 2, Ratings::counted(rows, &counts));
        assert_eq!(lift(&[0, 0]).unwrap_err().kind(), ErrorKind::Overflow);
        assert_eq!(lift(&[0, 1]).unwrap().len(), 2);
    }
}

//! The state of the driver moments: integer sums of products of all pairs of columns.

use super::DriverMomentsDefinition;
use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};
use crate::impact::CoMoments;
use crate::numeric::linear::SymmetricMatrix;
use crate::survey::items::ItemState;

/// The columns of the state, in their order.
pub(super) const ONE: usize = 0;
pub(super) const OUTCOME: usize = 1;
pub(super) const CLASS: usize = 2;
pub(super) const FIRST_DRIVER: usize = 3;

/// The columns of one driver.
pub(super) fn columns_of(driver: usize) -> [usize; 3] {
    let rating = FIRST_DRIVER + 3 * driver;
    [rating, rating + 1, rating + 2]
}

/// Sums of products of all pairs of columns, over the complete rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverSums {
    /// The largest value of each column; the smallest is 0.
    ranges: Vec<u16>,
    /// Row i of the lower triangle has i + 1 sums; the first is the number of rows.
    sums: Vec<u128>,
}

impl DriverSums {
    /// No rows of columns that reach from 0 to these values.
    pub(super) fn empty(ranges: Vec<u16>) -> Self {
        let columns = ranges.len();
        Self { ranges, sums: vec![0; columns * (columns + 1) / 2] }
    }

    /// Reads the sums as they were written.
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Result<()> {
        for sum in &mut self.sums {
            *sum = reader.u128()?;
            // Larger than any 2^64 rows can make it, so that no check can overflow.
            if *sum >> 80 != 0 {
                return Err(Error::corrupt("a sum of products is longer than 80 bits"));
            }
        }
        Ok(())
    }

    /// Σ of the products of two columns.
    pub(super) fn get(&self, first: usize, second: usize) -> u128 {
        let (row, column) = (first.max(second), first.min(second));
        self.sums.get(row * (row + 1) / 2 + column).copied().unwrap_or_default()
    }

    /// Complete rows; never more than the respondents, which are counted in 64 bits.
    pub(super) fn complete(&self) -> u64 {
        u64::try_from(self.get(ONE, ONE)).unwrap_or(u64::MAX)
    }

    /// Adds one row; values beyond the columns are not looked at.
    pub(super) fn record(&mut self, values: &[u16]) {
        let mut cells = self.sums.iter_mut();
        for (row, &ours) in values.iter().take(self.ranges.len()).enumerate() {
            // Most columns of a row are boxes that the answer is not in.
            if ours == 0 {
                cells.by_ref().take(row + 1).for_each(drop);
                continue;
            }
            // The values come first: they end the row, and no cell of the next is taken.
            for (&theirs, sum) in values.iter().take(row + 1).zip(cells.by_ref()) {
                *sum += u128::from(u32::from(ours) * u32::from(theirs));
            }
        }
    }

    /// Whether so many rows of values within these ranges can have these sums.
    pub(super) fn is_possible(&self) -> bool {
        let n = self.get(ONE, ONE);
        let product_within = |a: u128, b: u128, c: u128, d: u128| {
            a.checked_mul(b).zip(c.checked_mul(d)).is_none_or(|(ab, cd)| ab <= cd)
        };
        for (row, &range) in self.ranges.iter().enumerate().skip(1) {
            let (range, sum, squares) = (u128::from(range), self.get(row, ONE), self.get(row, row));
            // x² has the parity of x and is at least x.
            let alone = sum <= squares
                && (squares - sum).is_multiple_of(2)
                && squares <= range * sum
                && product_within(sum, sum, n, squares);
            let with = |(column, &other): (usize, &u16)| {
                let (other, theirs) = (u128::from(other), self.get(column, ONE));
                let product = self.get(row, column);
                product <= range * theirs
                    && product <= other * sum
                    && product + n * range * other >= range * theirs + other * sum
                    && product_within(product, product, squares, self.get(column, column))
            };
            if !(alone && self.ranges.iter().enumerate().take(row).skip(1).all(with)) {
                return false;
            }
        }
        true
    }

    /// Whether the values of a column agree with the numbers of rows in its low and high class.
    fn fits_classes(&self, column: usize, low: u128, high: u128, cuts: [u16; 2]) -> bool {
        let [low_max, high_min] = cuts.map(u128::from);
        let range = u128::from(self.ranges.get(column).copied().unwrap_or_default());
        let Some(middle) = self.get(ONE, ONE).checked_sub(low + high) else { return false };
        let (least, most) = (
            middle * (low_max + 1) + high * high_min,
            low * low_max + middle * (high_min - 1) + high * range,
        );
        (least..=most).contains(&self.get(column, ONE)) && (middle == 0 || high_min > low_max + 1)
    }

    /// Whether the classes and boxes agree with the ratings that they come from.
    pub(super) fn agrees_with(&self, definition: &DriverMomentsDefinition) -> bool {
        let (once, twice) = (self.get(CLASS, ONE), self.get(CLASS, CLASS));
        let high = twice.saturating_sub(once) / 2;
        let low = (self.get(ONE, ONE) + high).checked_sub(once);
        let outcome =
            low.is_some_and(|low| self.fits_classes(OUTCOME, low, high, definition.class_points()));
        outcome
            && (0..definition.drivers.len()).all(|driver| {
                let [rating, bottom, top] = columns_of(driver);
                let (low, high) = (self.get(bottom, ONE), self.get(top, ONE));
                let cuts = definition.box_points();
                let [low_max, high_min] = cuts.map(u128::from);
                self.get(bottom, top) == 0
                    && self.get(rating, bottom) <= low * low_max
                    && self.get(rating, top) >= high * high_min
                    && self.fits_classes(rating, low, high, cuts)
            })
    }

    /// Means and co-moments of some columns: name, column, and what is added to its points.
    pub(super) fn co_moments(&self, columns: &[(String, usize, i16)]) -> CoMoments {
        let n = self.complete();
        let rows = i128::from(n.max(1));
        let sum = |column| self.get(column, ONE).cast_signed();
        // Points near the mean are taken off first, exactly: what is left has no digits to lose.
        let centre = |column| (sum(column) + rows / 2) / rows;
        let centred = |column| sum(column) - i128::from(n) * centre(column);
        let deviation = |a: usize, b: usize| {
            let products = self.get(a, b).cast_signed() - centre(a) * sum(b) - centre(b) * sum(a)
                + i128::from(n) * centre(a) * centre(b);
            products as f64 - centred(a) as f64 * (centred(b) as f64 / rows as f64)
        };
        let column = |at: usize| columns.get(at).map_or(ONE, |(_, column, _)| *column);
        CoMoments {
            names: columns.iter().map(|(name, _, _)| name.clone()).collect(),
            n,
            means: columns
                .iter()
                .map(|&(_, column, offset)| {
                    f64::from(offset) + centre(column) as f64 + centred(column) as f64 / rows as f64
                })
                .collect(),
            deviations: SymmetricMatrix::from_fn(columns.len(), |row, other| {
                deviation(column(row), column(other))
            }),
        }
    }
}

impl ItemState for DriverSums {
    fn add(&mut self, other: &Self) {
        for (ours, theirs) in self.sums.iter_mut().zip(&other.sums) {
            *ours = ours.saturating_add(*theirs);
        }
    }

    fn check_subtract(&self, other: &Self) -> Result<()> {
        if self.sums.iter().zip(&other.sums).all(|(ours, theirs)| ours >= theirs) {
            let mut rest = self.clone();
            rest.subtract(other);
            if rest.is_possible() {
                return Ok(());
            }
        }
        Err(Error::never_added("cannot retract ratings of drivers that were not added"))
    }

    fn subtract(&mut self, other: &Self) {
        for (ours, theirs) in self.sums.iter_mut().zip(&other.sums) {
            *ours = ours.saturating_sub(*theirs);
        }
    }

    fn write(&self, writer: &mut Writer) {
        for &sum in &self.sums {
            writer.unsigned(sum);
        }
    }
}

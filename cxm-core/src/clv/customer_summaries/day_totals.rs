//! What a customer did on one day: counts and sums, and how little room they take.
//!
//! A customer's days are one run of bytes, the earliest first. Nearly all days hold one purchase,
//! and such a day takes four or five bytes: the gap to the day before with a mark of what is
//! unusual, and the amount. The same bytes are the state's canonical form, so they are written and
//! compared as they are.

use crate::calculator::customer_map::Payload;
use crate::calculator::runs::{add_runs, run_without};
use crate::calculator::varint::{
    take_count, take_short, take_unsigned, unsigned, unzigzag, zigzag,
};
use crate::calculator::{checked_difference, checked_sum};
use crate::error::{Error, Result};

/// No amount is further from 0, so that sums of 2^64 amounts fit 128 bits.
pub(crate) const LARGEST_AMOUNT: u64 = i64::MAX.unsigned_abs();

/// The mark of a day: which numbers are not as usual.
const PRICED: u8 = 1;
const ZERO: u8 = 1 << 1;
const REFUNDS: u8 = 1 << 2;
const UNPRICED: u8 = 1 << 3;
const COSTS: u8 = 1 << 4;
const MARK_BITS: u32 = 5;

/// The transactions of one customer on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct DayTotals {
    /// Transactions of an amount above 0.
    pub(crate) priced: u64,
    /// Their sum in minor units.
    pub(crate) paid: u128,
    /// Transactions of an amount of 0.
    pub(crate) zero: u64,
    /// Transactions of an amount below 0.
    pub(crate) refunds: u64,
    /// Their sum without its sign.
    pub(crate) refunded: u128,
    /// Transactions of which no amount is known.
    pub(crate) unpriced: u64,
    /// Transactions of which the cost is known.
    pub(crate) costed: u64,
    /// The sum of these costs.
    pub(crate) cost: i128,
}

impl DayTotals {
    /// One transaction.
    pub(crate) fn of(amount: Option<i64>, cost: Option<i64>) -> Self {
        let mut day = Self::default();
        match amount {
            None => day.unpriced = 1,
            Some(0) => day.zero = 1,
            Some(amount) if amount > 0 => {
                (day.priced, day.paid) = (1, u128::from(amount.unsigned_abs()));
            }
            Some(amount) => (day.refunds, day.refunded) = (1, u128::from(amount.unsigned_abs())),
        }
        if let Some(cost) = cost {
            (day.costed, day.cost) = (1, i128::from(cost));
        }
        day
    }

    /// All transactions.
    pub(crate) fn rows(&self) -> u64 {
        let rows = self.priced.saturating_add(self.zero);
        rows.saturating_add(self.refunds).saturating_add(self.unpriced)
    }

    /// Adds another day's; counts are bounded by the rows of a state, sums by the counts.
    pub(crate) fn add(&mut self, other: &Self) {
        self.priced = self.priced.saturating_add(other.priced);
        self.paid = self.paid.saturating_add(other.paid);
        self.zero = self.zero.saturating_add(other.zero);
        self.refunds = self.refunds.saturating_add(other.refunds);
        self.refunded = self.refunded.saturating_add(other.refunded);
        self.unpriced = self.unpriced.saturating_add(other.unpriced);
        self.costed = self.costed.saturating_add(other.costed);
        self.cost = self.cost.saturating_add(other.cost);
    }

    /// What is left without the other; refused where that could not have come about.
    pub(crate) fn without(&self, other: &Self) -> Result<Self> {
        let never = || Error::never_added("cannot retract a sum of amounts that was never added");
        let rest = Self {
            priced: checked_difference(self.priced, other.priced, "a purchase")?,
            paid: self.paid.checked_sub(other.paid).ok_or_else(never)?,
            zero: checked_difference(self.zero, other.zero, "a purchase for nothing")?,
            refunds: checked_difference(self.refunds, other.refunds, "a refund")?,
            refunded: self.refunded.checked_sub(other.refunded).ok_or_else(never)?,
            unpriced: checked_difference(self.unpriced, other.unpriced, "a purchase")?,
            costed: checked_difference(self.costed, other.costed, "a cost")?,
            cost: self.cost.checked_sub(other.cost).ok_or_else(never)?,
        };
        let empty = rest.rows() == 0;
        if rest == Self::default() || (!empty && rest.is_possible()) {
            Ok(rest)
        } else {
            Err(never())
        }
    }

    /// Whether any transactions can have left these numbers.
    fn is_possible(&self) -> bool {
        let within = |sum: u128, count: u64| {
            let count = u128::from(count);
            count <= sum && sum <= count.saturating_mul(u128::from(LARGEST_AMOUNT))
        };
        let costs = u128::from(self.costed).saturating_mul(u128::from(LARGEST_AMOUNT));
        within(self.paid, self.priced)
            && within(self.refunded, self.refunds)
            && self.cost.unsigned_abs() <= costs
            && self.costed <= self.rows()
    }
}

/// Writes the days of one customer, which must come in their order.
#[derive(Debug, Default)]
pub(crate) struct DayWriter {
    last: Option<i64>,
}

impl DayWriter {
    /// The way from the day before.
    fn gap(&mut self, day: i64) -> u64 {
        match self.last.replace(day) {
            None => zigzag(day),
            // Days come in their order, and no two of them are the same.
            Some(last) => day.saturating_sub(last).saturating_sub(1).unsigned_abs(),
        }
    }

    /// Writes a day with one purchase of an amount above 0.
    pub(crate) fn write_purchase(&mut self, day: i64, amount: u64, out: &mut Vec<u8>) {
        unsigned(out, u128::from(self.gap(day)) << MARK_BITS);
        unsigned(out, amount.into());
    }

    /// Writes a day, unless nothing happened on it.
    pub(crate) fn write(&mut self, day: i64, totals: &DayTotals, out: &mut Vec<u8>) {
        if totals.rows() == 0 {
            return;
        }
        let gap = self.gap(day);
        let mark = |present: bool, mark: u8| if present { mark } else { 0 };
        let marks = mark(totals.priced != 1, PRICED)
            | mark(totals.zero != 0, ZERO)
            | mark(totals.refunds != 0, REFUNDS)
            | mark(totals.unpriced != 0, UNPRICED)
            | mark(totals.costed != 0, COSTS);
        unsigned(out, u128::from(gap) << MARK_BITS | u128::from(marks));
        if marks & PRICED != 0 {
            unsigned(out, totals.priced.into());
        }
        if totals.priced != 0 {
            unsigned(out, totals.paid);
        }
        if marks & ZERO != 0 {
            unsigned(out, totals.zero.into());
        }
        if marks & REFUNDS != 0 {
            unsigned(out, totals.refunds.into());
            unsigned(out, totals.refunded);
        }
        if marks & UNPRICED != 0 {
            unsigned(out, totals.unpriced.into());
        }
        if marks & COSTS != 0 {
            unsigned(out, totals.costed.into());
            unsigned(out, (totals.cost << 1 ^ totals.cost >> 127).cast_unsigned());
        }
    }
}

/// The days of one customer, the earliest first.
#[derive(Debug, Clone)]
pub(crate) struct Days<'a> {
    rest: &'a [u8],
    last: Option<i64>,
}

impl<'a> Days<'a> {
    /// Reads what a [`DayWriter`] wrote.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, last: None }
    }

    #[inline]
    fn read(&mut self) -> Option<(i64, DayTotals)> {
        const MARKS: u8 = (1 << MARK_BITS) - 1;
        let (gap, marks) = match take_short(&mut self.rest) {
            Some(head) => (head >> MARK_BITS, head.to_le_bytes()[0] & MARKS),
            None => {
                let head = take_unsigned(&mut self.rest)?;
                let marks = u8::try_from(head & u128::from(MARKS)).ok()?;
                (u64::try_from(head >> MARK_BITS).ok()?, marks)
            }
        };
        let day = match self.last {
            None => unzigzag(gap),
            Some(last) => last.checked_add(1)?.checked_add_unsigned(gap)?,
        };
        self.last = Some(day);
        let mut totals = DayTotals { priced: 1, ..DayTotals::default() };
        if marks & PRICED != 0 {
            totals.priced = take_count(&mut self.rest)?;
        }
        if totals.priced != 0 {
            totals.paid = take_unsigned(&mut self.rest)?;
        }
        if marks & !PRICED == 0 {
            return Some((day, totals));
        }
        if marks & ZERO != 0 {
            totals.zero = take_count(&mut self.rest)?;
        }
        if marks & REFUNDS != 0 {
            totals.refunds = take_count(&mut self.rest)?;
            totals.refunded = take_unsigned(&mut self.rest)?;
        }
        if marks & UNPRICED != 0 {
            totals.unpriced = take_count(&mut self.rest)?;
        }
        if marks & COSTS != 0 {
            totals.costed = take_count(&mut self.rest)?;
            let cost = take_unsigned(&mut self.rest)?;
            totals.cost = (cost >> 1).cast_signed() ^ -((cost & 1).cast_signed());
        }
        Some((day, totals))
    }
}

impl Iterator for Days<'_> {
    type Item = (i64, DayTotals);

    #[inline]
    fn next(&mut self) -> Option<(i64, DayTotals)> {
        if self.rest.is_empty() { None } else { self.read() }
    }
}

/// The days as a map of customers keeps them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CustomerDays;

impl Payload for CustomerDays {
    const LEAST_BYTES: usize = 2;

    fn add(ours: &[u8], theirs: &[u8], out: &mut Vec<u8>) {
        let mut writer = DayWriter::default();
        let write = |day, totals: &DayTotals| writer.write(day, totals, out);
        add_runs(Days::new(ours), Days::new(theirs), DayTotals::add, write);
    }

    fn without(ours: &[u8], theirs: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let mut writer = DayWriter::default();
        let write = |day, totals: &DayTotals| writer.write(day, totals, out);
        let never = "cannot retract a day on which nothing was added";
        run_without(Days::new(ours), Days::new(theirs), DayTotals::without, write, never)
    }

    fn check(bytes: &[u8]) -> Result<u64> {
        let mut rows = 0;
        let mut written = Vec::with_capacity(bytes.len());
        let mut writer = DayWriter::default();
        let refused = || Error::corrupt("a day that no transactions can have left");
        let mut days = Days::new(bytes);
        while !days.rest.is_empty() {
            let (day, totals) = days.read().ok_or_else(refused)?;
            let counts = [totals.priced, totals.zero, totals.refunds, totals.unpriced];
            let on_the_day = counts.into_iter().try_fold(0, checked_sum)?;
            if on_the_day == 0 || !totals.is_possible() || !day_is_possible(day) {
                return Err(refused());
            }
            rows = checked_sum(rows, on_the_day)?;
            writer.write(day, &totals, &mut written);
        }
        // One form of each: a longer one would have been read and written in its shortest.
        if written == bytes && rows > 0 { Ok(rows) } else { Err(refused()) }
    }
}

/// Whether a time of 64 bits can fall on a day, at any offset.
fn day_is_possible(day: i64) -> bool {
    const LAST: i64 = i64::MAX / crate::model::time::MICROSECONDS_PER_DAY + 2;
    (-LAST..=LAST).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(days: &[(i64, DayTotals)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = DayWriter::default();
        days.iter().for_each(|(day, totals)| writer.write(*day, totals, &mut bytes));
        bytes
    }

    #[test]
    fn days_come_back() {
        let full = DayTotals {
            priced: u64::MAX - 30,
            paid: u128::from(u64::MAX - 30) * u128::from(LARGEST_AMOUNT),
            zero: 10,
            refunds: 10,
            refunded: 11,
            unpriced: 10,
            costed: 3,
            cost: i128::from(i64::MIN) + 1,
        };
        let days = [
            (-106_751_992, full),
            (0, DayTotals::of(Some(0), Some(-7))),
            (1, DayTotals::of(Some(2999), None)),
            (106_751_991, DayTotals::of(None, Some(0))),
        ];
        let bytes = written(&days);
        assert_eq!(Days::new(&bytes).collect::<Vec<_>>(), days);
        assert!(CustomerDays::check(&bytes).is_err(), "more rows than can be counted");
        assert_eq!(CustomerDays::check(&written(&days[1..])).unwrap(), 3);
        assert_eq!(written(&[(10_134, DayTotals::of(Some(2999), None))]).len(), 5);
    }

    #[test]
    fn what_was_added_can_be_taken_away() {
        let of = |amount| DayTotals::of(Some(amount), Some(1));
        let (a, b) = (written(&[(1, of(5)), (3, of(7))]), written(&[(2, of(-5)), (3, of(9))]));
        let (mut sum, mut rest) = (Vec::new(), Vec::new());
        CustomerDays::add(&a, &b, &mut sum);
        assert_eq!(Days::new(&sum).count(), 3);
        CustomerDays::without(&sum, &b, &mut rest).unwrap();
        assert_eq!(rest, a);
        for never in [(1, of(6)), (3, of(17)), (4, of(1)), (3, of(-1))] {
            let error =
                CustomerDays::without(&sum, &written(&[never]), &mut Vec::new()).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::NeverAdded, "{never:?}");
        }
    }

    #[test]
    fn long_forms_and_impossible_days_are_refused() {
        let bytes = written(&[(1, DayTotals::of(Some(5), None))]);
        assert!(CustomerDays::check(&bytes).is_ok());
        for wrong in [
            &[][..],
            &[0x40],          // no amount
            &[0x40, 0],       // a purchase of nothing
            &[0x40, 0x85, 0], // an amount in a longer form
            &[0xc0, 0, 5],    // a mark in a longer form
            &[0x41, 1, 5],    // a usual count that is written
            &[0x41, 0],       // nothing happened
            &[0x42, 5, 0],    // no zero amounts, written
        ] {
            assert!(CustomerDays::check(wrong).is_err(), "{wrong:?}");
        }
    }
}

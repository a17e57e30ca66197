//! What a customer did at each tick of time: counts and an exact sum, in little room.
//!
//! A customer's ticks are one run of bytes, the earliest first. Nearly all hold one visit, and
//! without an amount such a tick takes one or two bytes: the gap to the tick before with a mark of
//! what is unusual. The same bytes are the state's canonical form.

use crate::calculator::customer_map::Payload;
use crate::calculator::runs::{add_runs, run_without};
use crate::calculator::varint::{take_count, take_unsigned, unsigned, unzigzag, zigzag};
use crate::calculator::{checked_difference, checked_sum};
use crate::error::{Error, Result};
use crate::model::time::MICROSECONDS_PER_SECOND;

/// No amount is further from 0, so that sums of 2^64 amounts fit 128 bits.
const LARGEST_AMOUNT: u128 = i64::MAX.unsigned_abs() as u128;

/// The mark of a tick: which numbers are not as usual.
const VISITS: u8 = 1;
const REFUNDS: u8 = 1 << 1;
const SUM: u8 = 1 << 2;
const PRICED: u8 = 1 << 3;
const MARK_BITS: u32 = 4;

/// The rows of one customer at one tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct TickTotals {
    /// Rows that are an activity.
    pub(crate) visits: u64,
    /// Rows that are none: refunds, which only change the sum.
    pub(crate) refunds: u64,
    /// Rows of either kind of which the amount is known.
    pub(crate) priced: u64,
    /// The sum of these amounts in minor units.
    pub(crate) sum: i128,
}

impl TickTotals {
    /// One row; an amount below 0 is a refund.
    pub(crate) fn of(amount: Option<i64>) -> Self {
        let Some(amount) = amount else { return Self { visits: 1, ..Self::default() } };
        let refund = amount < 0;
        Self {
            visits: u64::from(!refund),
            refunds: u64::from(refund),
            priced: 1,
            sum: amount.into(),
        }
    }

    /// All rows.
    pub(crate) fn rows(&self) -> u64 {
        self.visits.saturating_add(self.refunds)
    }

    /// Activities of which no amount is known.
    pub(crate) fn unpriced(&self) -> u64 {
        self.rows().saturating_sub(self.priced)
    }

    /// Adds another tick's; counts are bounded by the rows of a state, sums by the counts.
    pub(crate) fn add(&mut self, other: &Self) {
        self.visits = self.visits.saturating_add(other.visits);
        self.refunds = self.refunds.saturating_add(other.refunds);
        self.priced = self.priced.saturating_add(other.priced);
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// What is left without the other; refused where that could not have come about.
    fn without(&self, other: &Self) -> Result<Self> {
        let never = || Error::never_added("cannot retract a sum of amounts that was never added");
        let rest = Self {
            visits: checked_difference(self.visits, other.visits, "an activity")?,
            refunds: checked_difference(self.refunds, other.refunds, "a refund")?,
            priced: checked_difference(self.priced, other.priced, "an amount")?,
            sum: self.sum.checked_sub(other.sum).ok_or_else(never)?,
        };
        let possible = rest == Self::default() || (rest.rows() > 0 && rest.is_possible());
        if possible { Ok(rest) } else { Err(never()) }
    }

    /// Whether any rows can have left these numbers.
    fn is_possible(&self) -> bool {
        let (Some(rows), Some(paid)) =
            (self.visits.checked_add(self.refunds), self.priced.checked_sub(self.refunds))
        else {
            return false;
        };
        let most = |count: u64| LARGEST_AMOUNT.saturating_mul(count.into()).cast_signed();
        let refunds = i128::from(self.refunds);
        self.priced <= rows
            && paid <= self.visits
            && self.sum <= most(paid).saturating_sub(refunds)
            && self.sum >= most(self.refunds).saturating_neg()
    }
}

/// Writes the ticks of one customer, which must come in their order.
#[derive(Debug, Default)]
pub(crate) struct TickWriter {
    last: Option<i64>,
}

impl TickWriter {
    /// Writes a tick, unless nothing happened at it.
    #[inline]
    pub(crate) fn write(&mut self, tick: i64, totals: &TickTotals, out: &mut Vec<u8>) {
        if totals.rows() == 0 {
            return;
        }
        let gap = match self.last {
            None => zigzag(tick),
            // Ticks come in their order, and no two of them are the same.
            Some(last) => tick.saturating_sub(last).saturating_sub(1).unsigned_abs(),
        };
        self.last = Some(tick);
        let mark = |present: bool, mark: u8| if present { mark } else { 0 };
        let marks = mark(totals.visits != 1, VISITS)
            | mark(totals.refunds != 0, REFUNDS)
            | mark(totals.priced != 0, SUM)
            | mark(totals.priced != 0 && totals.priced != totals.rows(), PRICED);
        unsigned(out, u128::from(gap << MARK_BITS | u64::from(marks)));
        if marks == 0 {
            return;
        }
        if marks & VISITS != 0 {
            unsigned(out, totals.visits.into());
        }
        if marks & REFUNDS != 0 {
            unsigned(out, totals.refunds.into());
        }
        if marks & PRICED != 0 {
            unsigned(out, totals.priced.into());
        }
        if marks & SUM != 0 {
            unsigned(out, (totals.sum << 1 ^ totals.sum >> 127).cast_unsigned());
        }
    }
}

/// The ticks of one customer, the earliest first.
#[derive(Debug, Clone)]
pub(crate) struct Ticks<'a> {
    rest: &'a [u8],
    last: Option<i64>,
}

impl<'a> Ticks<'a> {
    /// Reads what a [`TickWriter`] wrote.
    #[inline]
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, last: None }
    }

    /// The head of a tick: nearly all fit three bytes.
    #[inline]
    fn head(&mut self) -> Option<u64> {
        match *self.rest {
            [a, ref rest @ ..] if a < 0x80 => {
                self.rest = rest;
                Some(a.into())
            }
            [a, b, ref rest @ ..] if b < 0x80 => {
                self.rest = rest;
                Some(u64::from(a & 0x7f) | u64::from(b) << 7)
            }
            [a, b, c, ref rest @ ..] if c < 0x80 => {
                self.rest = rest;
                Some(u64::from(a & 0x7f) | u64::from(b & 0x7f) << 7 | u64::from(c) << 14)
            }
            _ => take_count(&mut self.rest),
        }
    }

    #[inline]
    fn read(&mut self) -> Option<(i64, TickTotals)> {
        let head = self.head()?;
        let gap = head >> MARK_BITS;
        let tick = match self.last {
            None => unzigzag(gap),
            Some(last) => last.checked_add(1)?.checked_add_unsigned(gap)?,
        };
        self.last = Some(tick);
        let marks = head & ((1 << MARK_BITS) - 1);
        if marks == 0 {
            return Some((tick, TickTotals { visits: 1, ..TickTotals::default() }));
        }
        self.unusual(u8::try_from(marks).ok()?).map(|totals| (tick, totals))
    }

    fn unusual(&mut self, marks: u8) -> Option<TickTotals> {
        let mut totals = TickTotals { visits: 1, ..TickTotals::default() };
        if marks & VISITS != 0 {
            totals.visits = take_count(&mut self.rest)?;
        }
        if marks & REFUNDS != 0 {
            totals.refunds = take_count(&mut self.rest)?;
        }
        if marks & PRICED != 0 {
            totals.priced = take_count(&mut self.rest)?;
        } else if marks & SUM != 0 {
            totals.priced = totals.rows();
        }
        if marks & SUM != 0 {
            let sum = take_unsigned(&mut self.rest)?;
            totals.sum = (sum >> 1).cast_signed() ^ -((sum & 1).cast_signed());
        }
        Some(totals)
    }
}

impl Iterator for Ticks<'_> {
    type Item = (i64, TickTotals);

    #[inline]
    fn next(&mut self) -> Option<(i64, TickTotals)> {
        if self.rest.is_empty() { None } else { self.read() }
    }
}

/// The ticks as a map of customers keeps them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CustomerTicks;

impl Payload for CustomerTicks {
    const LEAST_BYTES: usize = 1;

    fn add(ours: &[u8], theirs: &[u8], out: &mut Vec<u8>) {
        let mut writer = TickWriter::default();
        let write = |tick, totals: &TickTotals| writer.write(tick, totals, out);
        add_runs(Ticks::new(ours), Ticks::new(theirs), TickTotals::add, write);
    }

    fn without(ours: &[u8], theirs: &[u8], out: &mut Vec<u8>) -> Result<()> {
        let mut writer = TickWriter::default();
        let write = |tick, totals: &TickTotals| writer.write(tick, totals, out);
        let never = "cannot retract a time at which nothing was added";
        run_without(Ticks::new(ours), Ticks::new(theirs), TickTotals::without, write, never)
    }

    fn check(bytes: &[u8]) -> Result<u64> {
        let mut rows = 0;
        let mut written = Vec::with_capacity(bytes.len());
        let mut writer = TickWriter::default();
        let refused = || Error::corrupt("a time at which no rows can have left what is there");
        let mut ticks = Ticks::new(bytes);
        while !ticks.rest.is_empty() {
            let (tick, totals) = ticks.read().ok_or_else(refused)?;
            let here = checked_sum(totals.visits, totals.refunds)?;
            if here == 0 || !totals.is_possible() || !tick_is_possible(tick) {
                return Err(refused());
            }
            rows = checked_sum(rows, here)?;
            writer.write(tick, &totals, &mut written);
        }
        // One form of each: a longer one would have been read and written in its shortest.
        if written == bytes && rows > 0 { Ok(rows) } else { Err(refused()) }
    }
}

/// Whether a time of 64 bits can fall into an hour, at any offset; days are fewer.
fn tick_is_possible(tick: i64) -> bool {
    const LAST: i64 = i64::MAX / (3600 * MICROSECONDS_PER_SECOND) + 26;
    (-LAST..=LAST).contains(&tick)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(ticks: &[(i64, TickTotals)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = TickWriter::default();
        ticks.iter().for_each(|(tick, totals)| writer.write(*tick, totals, &mut bytes));
        bytes
    }

    #[test]
    fn ticks_come_back() {
        let paid = u64::MAX - 30;
        let full = TickTotals {
            visits: paid,
            refunds: 10,
            priced: paid,
            sum: (LARGEST_AMOUNT * u128::from(paid - 10)).cast_signed() - 10,
        };
        let ticks = [
            (-2_562_047_788, full),
            (0, TickTotals::of(None)),
            (1, TickTotals::of(Some(2999))),
            (3, TickTotals { visits: 3, refunds: 1, priced: 2, sum: -5 }),
            (2_562_047_788, TickTotals::of(Some(-7))),
        ];
        let bytes = written(&ticks);
        assert_eq!(Ticks::new(&bytes).collect::<Vec<_>>(), ticks);
        assert_eq!(CustomerTicks::check(&bytes).unwrap(), u64::MAX - 20 + 7);
        assert_eq!(written(&[(10_134, TickTotals::of(None))]).len(), 3);
        assert_eq!(written(&ticks[1..3]).len(), 1 + 1 + 2);
    }

    #[test]
    fn what_was_added_can_be_taken_away() {
        let of = |amount| TickTotals::of(Some(amount));
        let (a, b) = (written(&[(1, of(5)), (3, of(7))]), written(&[(2, of(-5)), (3, of(9))]));
        let (mut sum, mut rest) = (Vec::new(), Vec::new());
        CustomerTicks::add(&a, &b, &mut sum);
        assert_eq!(Ticks::new(&sum).count(), 3);
        CustomerTicks::without(&sum, &b, &mut rest).unwrap();
        assert_eq!(rest, a);
        for never in [(1, of(6)), (3, of(17)), (4, of(1)), (3, of(-1)), (1, TickTotals::of(None))] {
            let error =
                CustomerTicks::without(&sum, &written(&[never]), &mut Vec::new()).unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::NeverAdded, "{never:?}");
        }
    }

    #[test]
    fn long_forms_and_impossible_ticks_are_refused() {
        assert!(CustomerTicks::check(&[0x20]).is_ok());
        for wrong in [
            &[][..],
            &[0xa0, 0],       // a head in a longer form
            &[0x21, 1],       // a usual count that is written
            &[0x21, 0],       // nothing happened
            &[0x22, 0],       // no refunds, written
            &[0x22, 1],       // a refund of no amount
            &[0x24],          // no sum
            &[0x24, 1],       // an activity for less than nothing
            &[0x2c, 1, 2],    // all amounts known, written
            &[0x28, 1],       // amounts without a sum
            &[0x23, 0, 1, 2], // more than a tick
            &[0x2d, 2, 0, 0], // none known, written
        ] {
            assert!(CustomerTicks::check(wrong).is_err(), "{wrong:?}");
        }
    }
}

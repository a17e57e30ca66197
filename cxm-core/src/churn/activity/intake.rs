//! From columns of activities to customers with their ticks.
//!
//! A row is packed into one number, its customer before its tick, so that sorting numbers brings
//! the rows of a customer together in the order of time. Customers who are whole numbers are
//! packed as they are; others are numbered first, in the order of their keys. The numbers are dealt
//! into buckets by their leading bits, so that each bucket is sorted within the cache and mostly
//! needs four bytes a row.

use std::borrow::Cow;

use super::visits::{TickTotals, TickWriter};
use super::{Activity, ActivityDefinition};
use crate::calculator::batch::{
    KeyPart, KeyRef, KeyValues, Money, Transactions, Validity, key_order, number_keys,
};
use crate::calculator::customer_map::LeafBuilder;
use crate::calculator::groups::{Grouping, no_group};
use crate::error::{Error, Result};
use crate::model::{InvalidRule, RefundRule};

/// Rows of a bucket, about.
const BUCKET_ROWS: usize = 4096;
/// Bits by which rows are dealt: more buckets than this are slower to fill than to sort.
const MOST_BUCKET_BITS: u32 = 11;
/// The number of a customer who is missing.
const MISSING: u32 = u32::MAX;
/// Stands for an amount that is not known; no amount is that far from 0.
const ABSENT: i64 = i64::MIN;

/// The states of the groups' rows alone; of all rows where there is no grouping.
pub(super) fn lift(
    definition: &ActivityDefinition,
    grouping: Option<Grouping<'_>>,
    batch: &Transactions<'_>,
) -> Result<Vec<Activity>> {
    batch.check_shape()?;
    for (field, given) in
        [("costs", batch.costs.is_some()), ("currencies", batch.currencies.is_some())]
    {
        if given {
            let message = "activity takes customers, times and amounts, and would lose this column";
            return Err(Error::batch(message).in_field(field));
        }
    }
    if u32::try_from(batch.len()).is_err() {
        return Err(Error::limit("a batch of activities may have at most 2^32 rows"));
    }
    if let Some(grouping) = grouping {
        grouping.check(batch.len())?;
    }
    let read = |values| Money::read(values, definition.amounts, definition.decimals, "amounts");
    let mut intake = Intake {
        definition,
        grouping,
        times: batch.times,
        amounts: batch.amounts.as_ref().map(read).transpose()?,
        customers: Customers::of(batch, grouping.is_some())?,
        low_tick: 0,
        ticks: 0,
        tick_bits: 0,
        customer_bits: 0,
    };
    let mut states = vec![Activity::empty(definition.clone()); grouping.map_or(1, |it| it.groups)];
    let kept = intake.screen(&mut states)?;
    intake.fill(&mut states, kept)?;
    Ok(states)
}

/// Who did what is in a row, as a number that sorts as the keys do.
#[derive(Debug)]
enum Customers<'a> {
    Integers { values: &'a [i64], validity: Option<Validity<'a>>, lowest: i64, bits: u32 },
    Ranked { codes: Cow<'a, [u32]>, ranks: Vec<u32>, keys: Vec<KeyPart>, order: Vec<u32> },
}

/// What is known of the customer of a row.
enum Found {
    Customer(u64),
    Missing,
    NoSuchCode,
}

impl<'a> Customers<'a> {
    fn of(batch: &Transactions<'a>, grouped: bool) -> Result<Self> {
        let column = batch.customers;
        if let (KeyValues::Integers(values), false) = (column.values, grouped) {
            let lowest = values.iter().copied().min().unwrap_or_default();
            let highest = values.iter().copied().max().unwrap_or_default();
            let bits = bits_of(highest.abs_diff(lowest));
            return Ok(Self::Integers { values, validity: column.validity, lowest, bits });
        }
        let (codes, keys) = number_keys(&column)?;
        let order = key_order(&keys);
        let mut ranks = vec![MISSING; keys.len()];
        for (rank, &code) in (0u32..).zip(&order) {
            let code = usize::try_from(code).unwrap_or(usize::MAX);
            let missing = keys.get(code) == Some(&KeyPart::Missing);
            if let Some(slot) = ranks.get_mut(code).filter(|_| !missing) {
                *slot = rank;
            }
        }
        Ok(Self::Ranked { codes, ranks, keys, order })
    }

    fn bits(&self) -> u32 {
        match self {
            Self::Integers { bits, .. } => *bits,
            Self::Ranked { keys, .. } => bits_of(keys.len().try_into().unwrap_or(u64::MAX)),
        }
    }

    #[inline]
    fn find(&self, row: usize) -> Found {
        match self {
            Self::Integers { values, validity, lowest, .. } => {
                if !validity.is_none_or(|validity| validity.is_valid(row)) {
                    return Found::Missing;
                }
                let value = values.get(row).copied().unwrap_or(*lowest);
                Found::Customer(value.abs_diff(*lowest))
            }
            Self::Ranked { codes, ranks, .. } => {
                let code = codes.get(row).and_then(|&code| usize::try_from(code).ok());
                match code.and_then(|code| ranks.get(code)) {
                    None => Found::NoSuchCode,
                    Some(&MISSING) => Found::Missing,
                    Some(&rank) => Found::Customer(rank.into()),
                }
            }
        }
    }

    fn key(&self, number: u64) -> Option<KeyRef<'_>> {
        match self {
            Self::Integers { lowest, .. } => {
                lowest.checked_add_unsigned(number).map(KeyRef::Integer)
            }
            Self::Ranked { keys, order, .. } => {
                let code = order.get(usize::try_from(number).ok()?)?;
                KeyRef::of(keys.get(usize::try_from(*code).ok()?)?)
            }
        }
    }
}

fn bits_of(number: u64) -> u32 {
    u64::BITS - number.leading_zeros()
}

struct Intake<'a> {
    definition: &'a ActivityDefinition,
    grouping: Option<Grouping<'a>>,
    times: &'a [i64],
    amounts: Option<Money<'a>>,
    customers: Customers<'a>,
    low_tick: i64,
    /// Ticks from the first to the last.
    ticks: u64,
    tick_bits: u32,
    customer_bits: u32,
}

impl Intake<'_> {
    fn group(&self, row: usize) -> Option<usize> {
        self.grouping.map_or(Some(0), |grouping| grouping.of(row))
    }

    #[inline]
    fn amount(&self, row: usize) -> Option<i64> {
        self.amounts.as_ref().and_then(|amounts| amounts.get(row))
    }

    /// Applies the rules row by row and measures the rows that stay, whose number it gives.
    fn screen(&mut self, states: &mut [Activity]) -> Result<usize> {
        let mut kept = 0;
        let (mut first, mut last) = (i64::MAX, i64::MIN);
        for (row, &time) in self.times.iter().enumerate() {
            let refused = |what, field| Err(Error::observation(what).in_field(field).at_row(row));
            let Some(state) = self.group(row).and_then(|group| states.get_mut(group)) else {
                return Err(no_group(row));
            };
            state.rows += 1;
            match self.customers.find(row) {
                Found::NoSuchCode => {
                    return refused("a code is outside its dictionary", "customers");
                }
                Found::Missing if self.definition.missing_customers == InvalidRule::Error => {
                    return refused("the customer is missing", "customers");
                }
                Found::Missing => state.excluded.missing_customer += 1,
                Found::Customer(_) if self.amount(row).is_some_and(|amount| amount < 0) => {
                    match self.definition.refunds {
                        RefundRule::Error => {
                            return refused("a refund, which the definition refuses", "amounts");
                        }
                        RefundRule::Exclude => state.excluded.refund += 1,
                        RefundRule::Net => {
                            (kept, first, last) = (kept + 1, first.min(time), last.max(time));
                        }
                    }
                }
                Found::Customer(_) => {
                    (kept, first, last) = (kept + 1, first.min(time), last.max(time));
                }
            }
        }
        if kept > 0 {
            self.low_tick = self.definition.tick_of(first);
            self.ticks = self.definition.tick_of(last).abs_diff(self.low_tick);
            self.tick_bits = bits_of(self.ticks);
        }
        self.customer_bits = self.customers.bits();
        Ok(kept)
    }

    /// The subject of a row, which is its group and customer, and its tick; none if it is left out.
    #[inline]
    fn visit(&self, row: usize, time: i64) -> Option<(u64, u64)> {
        let Found::Customer(customer) = self.customers.find(row) else { return None };
        if self.definition.refunds == RefundRule::Exclude
            && self.amount(row).is_some_and(|amount| amount < 0)
        {
            return None;
        }
        let tick = self.definition.tick_of(time).abs_diff(self.low_tick);
        let group = match self.grouping {
            None => 0,
            Some(_) => u64::try_from(self.group(row)?).ok()?,
        };
        Some((group.checked_shl(self.customer_bits).unwrap_or_default() | customer, tick))
    }

    /// Brings the rows of each customer together and writes their ticks.
    fn fill(&self, states: &mut [Activity], kept: usize) -> Result<()> {
        let groups = u64::try_from(states.len().saturating_sub(1)).unwrap_or(u64::MAX);
        let bits = self.customer_bits + bits_of(groups);
        let wanted = bits_of((kept / BUCKET_ROWS).try_into().unwrap_or(u64::MAX));
        let low_bits = bits.saturating_sub(wanted.min(MOST_BUCKET_BITS));
        let layout = Layout { low_bits, buckets: 1 << (bits - low_bits) };
        let mut builders: Vec<LeafBuilder> = Vec::new();
        builders.resize_with(states.len(), LeafBuilder::default);
        match (self.amounts.is_some(), low_bits + self.tick_bits) {
            (false, ..=32) => self.deal::<Bare<u32>>(&layout, kept, &mut builders),
            (false, ..=64) => self.deal::<Bare<u64>>(&layout, kept, &mut builders),
            (false, _) => self.deal::<Bare<u128>>(&layout, kept, &mut builders),
            (true, ..=32) => self.deal::<Priced<u32>>(&layout, kept, &mut builders),
            (true, ..=64) => self.deal::<Priced<u64>>(&layout, kept, &mut builders),
            (true, _) => self.deal::<Priced<u128>>(&layout, kept, &mut builders),
        }
        let last = self.low_tick.saturating_add_unsigned(self.ticks);
        let span = (kept > 0).then_some((self.low_tick, last));
        for (state, builder) in states.iter_mut().zip(builders) {
            state.customers = builder.into_map();
            // Groups have spans of their own.
            state.span = match self.grouping {
                None => span,
                Some(_) => state.measured(),
            };
            state.customers.check_len(self.definition.max_customers)?;
        }
        Ok(())
    }

    /// Deals the rows into buckets and sorts each.
    fn deal<R: Row>(&self, layout: &Layout, kept: usize, builders: &mut [LeafBuilder]) {
        let mut next = vec![0u32; layout.buckets];
        let visits = || {
            let rows = self.times.iter().enumerate();
            rows.filter_map(|(row, &time)| self.visit(row, time).map(|visit| (row, visit)))
        };
        for (_, (subject, _)) in visits() {
            if let Some(count) = next.get_mut(layout.bucket(subject)) {
                *count += 1;
            }
        }
        let mut start = 0;
        for count in &mut next {
            let rows = *count;
            *count = start;
            start += rows;
        }
        let place = |position: u32| usize::try_from(position).unwrap_or(usize::MAX);
        let mut rows = vec![R::default(); kept];
        for (row, (subject, tick)) in visits() {
            let Some(next) = next.get_mut(layout.bucket(subject)) else { continue };
            if let Some(slot) = rows.get_mut(place(*next)) {
                let amount = self.amount(row);
                *slot = R::pack(layout.low(subject), tick, self.tick_bits, amount);
            }
            *next += 1;
        }
        // Each bucket's next place is now where the following one begins.
        let mut rest = rows.as_mut_slice();
        let (mut begun, mut writer) = (0, Subjects::new(self, builders));
        for (bucket, &end) in (0u64..).zip(&next) {
            let Some((rows, after)) = rest.split_at_mut_checked(place(end - begun)) else { return };
            (rest, begun) = (after, end);
            rows.sort_unstable();
            writer.take(rows, bucket << layout.low_bits.min(u64::BITS - 1));
        }
        writer.close();
    }
}

/// How the bits of a subject are parted.
struct Layout {
    low_bits: u32,
    buckets: usize,
}

impl Layout {
    #[inline]
    fn bucket(&self, subject: u64) -> usize {
        let bucket = subject.checked_shr(self.low_bits).unwrap_or_default();
        usize::try_from(bucket).unwrap_or(usize::MAX)
    }

    #[inline]
    fn low(&self, subject: u64) -> u64 {
        let high = u64::MAX.checked_shl(self.low_bits).unwrap_or_default();
        subject & !high
    }
}

/// Writes sorted rows as customers with their ticks.
struct Subjects<'a> {
    intake: &'a Intake<'a>,
    builders: &'a mut [LeafBuilder],
    subject: Option<u64>,
    tick: u64,
    totals: TickTotals,
    writer: TickWriter,
    bytes: Vec<u8>,
}

impl<'a> Subjects<'a> {
    fn new(intake: &'a Intake<'a>, builders: &'a mut [LeafBuilder]) -> Self {
        Self {
            intake,
            builders,
            subject: None,
            tick: 0,
            totals: TickTotals::default(),
            writer: TickWriter::default(),
            bytes: Vec::new(),
        }
    }

    fn take<R: Row>(&mut self, rows: &[R], high: u64) {
        for row in rows {
            let (low, tick, amount) = row.unpack(self.intake.tick_bits);
            let subject = Some(high | low);
            if subject != self.subject {
                self.close();
                (self.subject, self.tick) = (subject, tick);
            } else if tick != self.tick {
                self.close_tick();
                self.tick = tick;
            }
            self.totals.add(&TickTotals::of(amount));
        }
    }

    #[inline]
    fn close_tick(&mut self) {
        // It came from a tick of 64 bits.
        let tick = self.intake.low_tick.saturating_add_unsigned(self.tick);
        self.writer.write(tick, &self.totals, &mut self.bytes);
        self.totals = TickTotals::default();
    }

    fn close(&mut self) {
        self.close_tick();
        self.writer = TickWriter::default();
        let bits = self.intake.customer_bits;
        if let Some(subject) = self.subject {
            let group = subject.checked_shr(bits).unwrap_or_default();
            let customer = subject & !u64::MAX.checked_shl(bits).unwrap_or_default();
            let builder = usize::try_from(group).ok().and_then(|it| self.builders.get_mut(it));
            if let (Some(builder), Some(key)) = (builder, self.intake.customers.key(customer)) {
                builder.push(key, &self.bytes);
            }
        }
        self.bytes.clear();
    }
}

/// A row as something that sorts by subject and tick.
trait Row: Copy + Ord + Default {
    fn pack(subject: u64, tick: u64, tick_bits: u32, amount: Option<i64>) -> Self;
    fn unpack(self, tick_bits: u32) -> (u64, u64, Option<i64>);
}

/// A whole number that holds subject and tick.
trait Word: Copy + Ord + Default {
    fn pack(subject: u64, tick: u64, tick_bits: u32) -> Self;
    fn unpack(self, tick_bits: u32) -> (u64, u64);
}

macro_rules! words {
    ($($word:ty, $wide:ty);*) => {$(
        impl Word for $word {
            #[inline]
            fn pack(subject: u64, tick: u64, tick_bits: u32) -> Self {
                let packed = <$wide>::from(subject) << tick_bits | <$wide>::from(tick);
                // The bits were counted before this word was chosen.
                Self::try_from(packed).unwrap_or(Self::MAX)
            }

            #[inline]
            fn unpack(self, tick_bits: u32) -> (u64, u64) {
                let wide = <$wide>::from(self);
                let subject = u64::try_from(wide >> tick_bits).unwrap_or(u64::MAX);
                let tick = wide & !(<$wide>::MAX << tick_bits);
                (subject, u64::try_from(tick).unwrap_or(u64::MAX))
            }
        }
    )*};
}
words!(u32, u64; u64, u64; u128, u128);

/// A row of which no amount is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Bare<W>(W);

impl<W: Word> Row for Bare<W> {
    #[inline]
    fn pack(subject: u64, tick: u64, tick_bits: u32, _amount: Option<i64>) -> Self {
        Self(W::pack(subject, tick, tick_bits))
    }

    #[inline]
    fn unpack(self, tick_bits: u32) -> (u64, u64, Option<i64>) {
        let (subject, tick) = self.0.unpack(tick_bits);
        (subject, tick, None)
    }
}

/// A row with its amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Priced<W>(W, i64);

impl<W: Word> Row for Priced<W> {
    #[inline]
    fn pack(subject: u64, tick: u64, tick_bits: u32, amount: Option<i64>) -> Self {
        Self(W::pack(subject, tick, tick_bits), amount.unwrap_or(ABSENT))
    }

    #[inline]
    fn unpack(self, tick_bits: u32) -> (u64, u64, Option<i64>) {
        let (subject, tick) = self.0.unpack(tick_bits);
        (subject, tick, Some(self.1).filter(|&amount| amount != ABSENT))
    }
}

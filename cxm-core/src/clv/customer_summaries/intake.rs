//! From columns of transactions to customers with their days.
//!
//! Each customer is looked up once a row in a hash table, and the rows are then counted into
//! their place instead of being sorted. Only the distinct customers are compared with each other.
//! What counts of a row moves with it, so that writing the state reads memory from front to back.

use super::CustomerSummaries;
use super::day_totals::{DayTotals, DayWriter};
use super::definition::{AmountRule, CustomerSummariesDefinition};
use crate::calculator::batch::{
    KeyColumn, KeyPart, KeyRef, Money, Transactions, Values, key_order, number_keys,
};
use crate::calculator::customer_map::LeafBuilder;
use crate::calculator::groups::{Grouping, no_group};
use crate::calculator::stated_currency::other_currency;
use crate::error::{Error, Result};
use crate::model::{InvalidRule, RefundRule};

/// Marks a row that is left out.
const EXCLUDED: u32 = u32::MAX;

/// The states of the groups' rows alone; of all rows where there is no grouping.
pub(crate) fn lift(
    definition: &CustomerSummariesDefinition,
    grouping: Option<Grouping<'_>>,
    batch: &Transactions<'_>,
) -> Result<Vec<CustomerSummaries>> {
    batch.check_shape()?;
    if u32::try_from(batch.len()).is_err() {
        return Err(Error::limit("a batch of transactions may have at most 2^32 rows"));
    }
    if let Some(grouping) = grouping {
        grouping.check(batch.len())?;
    }
    let groups = grouping.map_or(1, |grouping| grouping.groups);
    let (codes, keys) = number_keys(&batch.customers)?;
    let mut codes = codes.into_owned();
    let mut intake = Intake {
        definition,
        grouping,
        batch,
        keys: &keys,
        amounts: batch.amounts.map(|it| money(&it, definition, "amounts")).transpose()?,
        costs: batch.costs.map(|it| money(&it, definition, "costs")).transpose()?,
        states: vec![CustomerSummaries::empty(definition.clone()); groups],
        stated: None,
    };
    intake.screen(&mut codes)?;
    intake.fill(codes)?;
    Ok(intake.states)
}

fn money<'a>(
    values: &Values<'a>,
    definition: &CustomerSummariesDefinition,
    field: &'static str,
) -> Result<Money<'a>> {
    Money::read(values, definition.amounts, definition.decimals, field)
}

struct Intake<'a> {
    definition: &'a CustomerSummariesDefinition,
    grouping: Option<Grouping<'a>>,
    batch: &'a Transactions<'a>,
    keys: &'a [KeyPart],
    amounts: Option<Money<'a>>,
    costs: Option<Money<'a>>,
    states: Vec<CustomerSummaries>,
    /// The currency of the rows so far.
    stated: Option<KeyPart>,
}

impl Intake<'_> {
    fn group(&self, row: usize) -> Result<usize> {
        let group = self.grouping.map_or(Some(0), |grouping| grouping.of(row));
        group.ok_or_else(|| no_group(row))
    }

    /// The group of a row that was found to have one.
    fn group_of(&self, visit: &Visit) -> usize {
        self.group(visit.row()).unwrap_or_default()
    }

    /// Applies the rules row by row, and marks the rows that do not stay.
    fn screen(&mut self, codes: &mut [u32]) -> Result<()> {
        let missing = self.keys.iter().position(|key| *key == KeyPart::Missing);
        for (row, code) in codes.iter_mut().enumerate() {
            if !self.keeps(row, *code, missing).map_err(|error| error.at_row(row))? {
                *code = EXCLUDED;
            }
        }
        Ok(())
    }

    fn keeps(&mut self, row: usize, code: u32, missing: Option<usize>) -> Result<bool> {
        let group = self.group(row)?;
        let definition = self.definition;
        let known = usize::try_from(code).ok().filter(|&code| code < self.keys.len());
        if known.is_none() && self.batch.customers.is_valid(row) {
            let message = "a code is outside its dictionary";
            return Err(Error::observation(message).in_field("customers"));
        }
        // It exists: groups were counted.
        let Some(state) = self.states.get_mut(group) else { return Ok(false) };
        state.rows += 1;
        let same_currency = match &self.batch.currencies {
            Some(column) => in_currency(definition, column, row, state, &mut self.stated)?,
            None => true,
        };
        if known.is_none() || known == missing {
            if definition.missing_customers == InvalidRule::Error {
                return Err(Error::observation("the customer is missing").in_field("customers"));
            }
            state.excluded.missing_customer += 1;
            return Ok(false);
        }
        if !same_currency {
            state.excluded.other_currency += 1;
            return Ok(false);
        }
        let Some(amounts) = &self.amounts else { return Ok(true) };
        let refused = |what: &'static str| Err(Error::observation(what).in_field("amounts"));
        match amounts.get(row) {
            None => match definition.missing_amounts {
                AmountRule::Purchase => Ok(true),
                AmountRule::Exclude => {
                    state.excluded.missing_amount += 1;
                    Ok(false)
                }
                AmountRule::Error => refused("the amount is missing"),
            },
            Some(0) if definition.zero_amounts == AmountRule::Error => {
                refused("an amount of 0, which the definition refuses")
            }
            Some(amount) if amount < 0 && definition.refunds == RefundRule::Error => {
                refused("a refund, which the definition refuses")
            }
            Some(_) => Ok(true),
        }
    }

    /// Brings the rows of each customer together and writes their days.
    fn fill(&mut self, codes: Vec<u32>) -> Result<()> {
        let order = key_order(self.keys);
        let mut visits = self.visits(codes, &order);
        let mut builders: Vec<LeafBuilder> = Vec::new();
        builders.resize_with(self.states.len(), LeafBuilder::default);
        let mut days = Vec::new();
        for (rank, &code) in (0usize..).zip(&order) {
            let key = usize::try_from(code).ok().and_then(|code| self.keys.get(code));
            let Some(key) = key.and_then(KeyRef::of) else { continue };
            let visits = visits.of(rank);
            visits.sort_unstable_by_key(|visit| (self.group_of(visit), visit.day));
            for in_group in visits.chunk_by(|a, b| self.group_of(a) == self.group_of(b)) {
                days.clear();
                let mut writer = DayWriter::default();
                for on_day in in_group.chunk_by(|a, b| a.day == b.day) {
                    self.write_day(on_day, &mut writer, &mut days);
                }
                let group = in_group.first().map_or(0, |visit| self.group_of(visit));
                if let Some(builder) = builders.get_mut(group) {
                    builder.push(key, &days);
                }
            }
        }
        for (state, builder) in self.states.iter_mut().zip(builders) {
            state.customers = builder.into_map();
            state.customers.check_len(self.definition.max_customers)?;
        }
        Ok(())
    }

    fn write_day(&self, visits: &[Visit], writer: &mut DayWriter, days: &mut Vec<u8>) {
        let [first, more @ ..] = visits else { return };
        // Nearly all days are like this one.
        if let (Some(amount), [], None) = (first.amount(), more, &self.costs)
            && amount > 0
        {
            return writer.write_purchase(first.day.into(), amount.unsigned_abs(), days);
        }
        let mut totals = DayTotals::default();
        for visit in visits {
            let cost = self.costs.as_ref().and_then(|costs| costs.get(visit.row()));
            totals.add(&DayTotals::of(visit.amount(), cost));
        }
        writer.write(first.day.into(), &totals, days);
    }

    /// The rows that stay, by the customers in their order.
    fn visits(&self, mut codes: Vec<u32>, order: &[u32]) -> Visits {
        let place = |code: u32| usize::try_from(code).unwrap_or(usize::MAX);
        let mut ranks = vec![0u32; order.len()];
        for (rank, &code) in (0u32..).zip(order) {
            ranks.get_mut(place(code)).into_iter().for_each(|slot| *slot = rank);
        }
        let mut next = vec![0u32; order.len()];
        for code in &mut codes {
            // Codes are turned into ranks; what is left out stays so.
            *code = ranks.get(place(*code)).copied().unwrap_or(EXCLUDED);
            next.get_mut(place(*code)).into_iter().for_each(|count| *count += 1);
        }
        let mut start = 0;
        for count in &mut next {
            start += std::mem::replace(count, start);
        }
        let mut visits = vec![Visit::default(); place(start)];
        for ((row, &rank), &time) in (0u32..).zip(&codes).zip(self.batch.times) {
            let Some(next) = next.get_mut(place(rank)) else { continue };
            let amount = self.amounts.as_ref().and_then(|amounts| amounts.get(place(row)));
            // Every time of 64 bits falls on a day of 28 bits.
            let day = i32::try_from(self.definition.day_of(time)).unwrap_or(i32::MAX);
            let visit = Visit { day, row, amount: amount.unwrap_or(NO_AMOUNT) };
            visits.get_mut(place(*next)).into_iter().for_each(|slot| *slot = visit);
            *next += 1;
        }
        // Each customer's next place is now where the following customer begins.
        Visits { visits, ends: next }
    }
}

/// Whether the row is in the currency that counts.
fn in_currency(
    definition: &CustomerSummariesDefinition,
    column: &KeyColumn<'_>,
    row: usize,
    state: &mut CustomerSummaries,
    stated: &mut Option<KeyPart>,
) -> Result<bool> {
    let part = column.part(row).map_err(|error| error.in_field("currencies"))?;
    if part == KeyPart::Missing {
        return Ok(true);
    }
    if let Some(declared) = &definition.currency {
        return match &part {
            KeyPart::Text(text) if **text == **declared => Ok(true),
            _ if definition.other_currencies == InvalidRule::Exclude => Ok(false),
            _ => Err(other_currency(declared, &part)),
        };
    }
    // One currency for the whole batch, whatever its groups: those may be folded together.
    match stated {
        Some(stated) if *stated != part => return Err(other_currency(stated, &part)),
        Some(_) => {}
        None => *stated = Some(part.clone()),
    }
    state.currency.take(part);
    Ok(true)
}

/// Stands for a row without an amount; no amount is that far from 0.
const NO_AMOUNT: i64 = i64::MIN;

/// What counts of a row.
#[derive(Clone, Copy, Default)]
struct Visit {
    /// Since 1970-01-01.
    day: i32,
    row: u32,
    amount: i64,
}

impl Visit {
    fn row(&self) -> usize {
        usize::try_from(self.row).unwrap_or(usize::MAX)
    }

    fn amount(&self) -> Option<i64> {
        Some(self.amount).filter(|&amount| amount != NO_AMOUNT)
    }
}

/// The rows that stay, those of each customer together.
struct Visits {
    visits: Vec<Visit>,
    ends: Vec<u32>,
}

impl Visits {
    fn of(&mut self, rank: usize) -> &mut [Visit] {
        let end = |position: usize| {
            self.ends.get(position).and_then(|&end| usize::try_from(end).ok()).unwrap_or_default()
        };
        let (start, end) = (rank.checked_sub(1).map_or(0, end), end(rank));
        self.visits.get_mut(start..end).unwrap_or_default()
    }
}

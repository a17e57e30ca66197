//! From columns of transactions to customers with their days.
//!
//! Each customer is looked up once a row in a hash table, and the rows are then counted into
//! their place instead of being sorted. Only the distinct customers are compared with each other.

use super::CustomerSummaries;
use super::day_totals::{DayTotals, DayWriter};
use super::definition::{AmountRule, CustomerSummariesDefinition};
use crate::calculator::batch::{
    KeyColumn, KeyPart, Money, Transactions, Values, key_order, number_keys, same_length,
};
use crate::calculator::customer_map::{CustomerKey, LeafBuilder};
use crate::error::{Error, Result};
use crate::model::{InvalidRule, RefundRule};

/// Marks a row that is left out.
const EXCLUDED: u32 = u32::MAX;

/// The group of every row, for tables by key.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grouping<'a> {
    pub(crate) codes: &'a [u32],
    pub(crate) groups: usize,
}

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
        same_length("keys", grouping.codes.len(), batch.len())?;
    }
    let groups = grouping.map_or(1, |grouping| grouping.groups);
    let (codes, keys) = number_keys(&batch.customers)?;
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
    let customers = intake.screen(&codes)?;
    intake.fill(&customers)?;
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
        let Some(grouping) = self.grouping else { return Ok(0) };
        let code = grouping.codes.get(row).and_then(|&code| usize::try_from(code).ok());
        code.filter(|&code| code < grouping.groups)
            .ok_or_else(|| Error::observation("a code has no group").in_field("keys").at_row(row))
    }

    /// Applies the rules row by row: the customer's number of every row that stays.
    fn screen(&mut self, codes: &[u32]) -> Result<Vec<u32>> {
        let mut customers = Vec::with_capacity(codes.len());
        for (row, &code) in codes.iter().enumerate() {
            let kept = self.keeps(row, code).map_err(|error| error.at_row(row))?;
            customers.push(if kept { code } else { EXCLUDED });
        }
        Ok(customers)
    }

    fn keeps(&mut self, row: usize, code: u32) -> Result<bool> {
        let group = self.group(row)?;
        let definition = self.definition;
        let key = usize::try_from(code).ok().and_then(|code| self.keys.get(code));
        let valid = self.batch.customers.validity.is_none_or(|validity| validity.is_valid(row));
        let key = match key {
            Some(key) => key,
            None if !valid => &KeyPart::Missing,
            None => {
                let message = "a code is outside its dictionary";
                return Err(Error::observation(message).in_field("customers"));
            }
        };
        // Both of these exist: groups were counted, and codes number them.
        let Some(state) = self.states.get_mut(group) else { return Ok(false) };
        state.rows += 1;
        let same_currency = match &self.batch.currencies {
            Some(column) => in_currency(definition, column, row, state, &mut self.stated)?,
            None => true,
        };
        if *key == KeyPart::Missing {
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
    fn fill(&mut self, customers: &[u32]) -> Result<()> {
        let rows = rows_by_customer(customers, self.keys.len());
        let mut builders: Vec<LeafBuilder> = Vec::new();
        builders.resize_with(self.states.len(), LeafBuilder::default);
        let mut visits: Vec<(usize, i64, u32)> = Vec::new();
        let mut days = Vec::new();
        for code in key_order(self.keys) {
            visits.clear();
            for &row in rows.of(code) {
                let position = usize::try_from(row).unwrap_or(usize::MAX);
                let time = self.batch.times.get(position).copied().unwrap_or_default();
                visits.push((self.group(position)?, self.definition.day_of(time), row));
            }
            visits.sort_unstable();
            let key = usize::try_from(code).ok().and_then(|code| self.keys.get(code));
            let Some(key) = key.and_then(CustomerKey::of) else { continue };
            for in_group in visits.chunk_by(|a, b| a.0 == b.0) {
                days.clear();
                let mut writer = DayWriter::default();
                for on_day in in_group.chunk_by(|a, b| a.1 == b.1) {
                    let mut totals = DayTotals::default();
                    for (_, _, row) in on_day {
                        let row = usize::try_from(*row).unwrap_or(usize::MAX);
                        let amount = self.amounts.as_ref().and_then(|amounts| amounts.get(row));
                        let cost = self.costs.as_ref().and_then(|costs| costs.get(row));
                        totals.add(&DayTotals::of(amount, cost));
                    }
                    let day = on_day.first().map_or(0, |visit| visit.1);
                    writer.write(day, &totals, &mut days);
                }
                let group = in_group.first().map_or(0, |visit| visit.0);
                if let Some(builder) = builders.get_mut(group) {
                    builder.push(key, &days);
                }
            }
        }
        for (state, builder) in self.states.iter_mut().zip(builders) {
            state.customers = builder.into_map();
            state.check_customers(state.customers.len())?;
        }
        Ok(())
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
    let refused = |expected: &dyn std::fmt::Display| {
        let message = format!("expected the currency {expected}, got {part}");
        Err(Error::observation(message).in_field("currencies"))
    };
    if let Some(declared) = &definition.currency {
        return match &part {
            KeyPart::Text(text) if **text == **declared => Ok(true),
            _ if definition.other_currencies == InvalidRule::Exclude => Ok(false),
            _ => refused(declared),
        };
    }
    // One currency for the whole batch, whatever its groups: those may be folded together.
    match stated {
        Some(stated) if *stated != part => return refused(stated),
        Some(_) => {}
        None => *stated = Some(part.clone()),
    }
    state.in_currency += 1;
    state.currency.get_or_insert(part);
    Ok(true)
}

/// Row numbers, those of each customer together and in their order.
struct RowsByCustomer {
    rows: Vec<u32>,
    ends: Vec<u32>,
}

impl RowsByCustomer {
    fn of(&self, code: u32) -> &[u32] {
        let code = usize::try_from(code).unwrap_or(usize::MAX);
        let end = |position: usize| {
            self.ends.get(position).and_then(|&end| usize::try_from(end).ok()).unwrap_or_default()
        };
        let start = code.checked_sub(1).map_or(0, end);
        self.rows.get(start..end(code)).unwrap_or_default()
    }
}

fn rows_by_customer(customers: &[u32], keys: usize) -> RowsByCustomer {
    let place = |code: u32| usize::try_from(code).unwrap_or(usize::MAX);
    let mut next = vec![0u32; keys];
    for &code in customers {
        if let Some(count) = next.get_mut(place(code)) {
            *count += 1;
        }
    }
    let mut start = 0;
    for count in &mut next {
        let rows = *count;
        *count = start;
        start += rows;
    }
    let mut rows = vec![0u32; place(start)];
    for (row, &code) in (0u32..).zip(customers) {
        let Some(next) = next.get_mut(place(code)) else { continue };
        if let Some(slot) = rows.get_mut(place(*next)) {
            *slot = row;
        }
        *next += 1;
    }
    // Each customer's next place is now where the following customer begins.
    RowsByCustomer { rows, ends: next }
}

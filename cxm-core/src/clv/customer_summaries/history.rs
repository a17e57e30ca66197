//! One customer's history at a cut-off, read from the days.

use super::CustomerSummaries;
use super::day_totals::{DayTotals, Days};
use super::definition::{AmountRule, CustomerSummariesDefinition};
use crate::calculator::Calculator;
use crate::calculator::batch::KeyPart;
use crate::calculator::customer_map::Customer;
use crate::clv::purchase_patterns::{PurchasePatterns, PurchasePatternsDefinition};
use crate::error::{Error, Result};
use crate::model::{RefundRule, TimeUnit};

/// What is known of one customer at a cut-off; days count from 1970-01-01, money in minor units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerHistory {
    /// Who it is.
    pub customer: KeyPart,
    /// The first day with a purchase.
    pub first_day: i64,
    /// The last day with a purchase.
    pub last_day: i64,
    /// The cut-off, which belongs to the history.
    pub until: i64,
    /// Days with a purchase after the first one.
    pub frequency: u64,
    /// Spend on the first day; `None` where an amount is unknown.
    pub first_spend: Option<i128>,
    /// Spend on the other days; `None` where an amount is unknown.
    pub repeat_spend: Option<i128>,
    /// Purchases, those of the same day one by one.
    pub purchases: u64,
    /// Refunds, whatever the rule makes of them.
    pub refunds: u64,
    /// Their sum without its sign.
    pub refunded: u128,
    /// Transactions of which the cost is known.
    pub costed: u64,
    /// The sum of these costs.
    pub cost: i128,
    /// Transactions of any kind.
    pub transactions: u64,
}

impl CustomerHistory {
    /// Days from the first purchase to the last.
    pub fn recency_days(&self) -> i64 {
        self.last_day.saturating_sub(self.first_day)
    }

    /// Days from the first purchase to the cut-off.
    pub fn age_days(&self) -> i64 {
        self.until.saturating_sub(self.first_day)
    }

    /// Spend on all days; `None` where an amount is unknown.
    pub fn spend(&self) -> Option<i128> {
        Some(self.first_spend?.saturating_add(self.repeat_spend?))
    }

    /// The cost, where it is known of every transaction.
    pub fn whole_cost(&self) -> Option<i128> {
        (self.costed == self.transactions).then_some(self.cost)
    }
}

/// The purchases of a day under the rules.
pub(super) fn purchases(definition: &CustomerSummariesDefinition, day: &DayTotals) -> u64 {
    let zero = if definition.zero_amounts == AmountRule::Purchase { day.zero } else { 0 };
    day.priced.saturating_add(day.unpriced).saturating_add(zero)
}

/// The spend of a day under the rules; `None` where an amount is unknown.
pub(super) fn spend(definition: &CustomerSummariesDefinition, day: &DayTotals) -> Option<i128> {
    let paid = day.paid.cast_signed();
    let refunded = day.refunded.cast_signed();
    match (day.unpriced, definition.refunds) {
        (0, RefundRule::Net) => Some(paid.saturating_sub(refunded)),
        (0, _) => Some(paid),
        _ => None,
    }
}

fn add(sum: &mut Option<i128>, more: Option<i128>) {
    *sum = sum.zip(more).map(|(sum, more)| sum.saturating_add(more));
}

/// The numbers of a history without the customer's name; none before the first purchase.
pub(super) fn read(
    definition: &CustomerSummariesDefinition,
    days: &[u8],
    until: i64,
) -> Option<CustomerHistory> {
    let mut history = CustomerHistory {
        customer: KeyPart::Missing,
        first_day: 0,
        last_day: 0,
        until,
        frequency: 0,
        first_spend: Some(0),
        repeat_spend: Some(0),
        purchases: 0,
        refunds: 0,
        refunded: 0,
        costed: 0,
        cost: 0,
        transactions: 0,
    };
    for (day, totals) in Days::new(days).take_while(|(day, _)| *day <= until) {
        let purchases = purchases(definition, &totals);
        if purchases > 0 {
            if history.purchases == 0 {
                history.first_day = day;
            } else {
                history.frequency += 1;
            }
            history.last_day = day;
        }
        history.purchases = history.purchases.saturating_add(purchases);
        // A refund on a day without a purchase is taken off as well, where the rule says so.
        let first = history.purchases == 0 || day == history.first_day;
        let sum = if first { &mut history.first_spend } else { &mut history.repeat_spend };
        add(sum, spend(definition, &totals));
        history.refunds = history.refunds.saturating_add(totals.refunds);
        history.refunded = history.refunded.saturating_add(totals.refunded);
        history.costed = history.costed.saturating_add(totals.costed);
        history.cost = history.cost.saturating_add(totals.cost);
        history.transactions = history.transactions.saturating_add(totals.rows());
    }
    (history.purchases > 0).then_some(history)
}

impl CustomerSummaries {
    /// The histories at a cut-off (a day since 1970-01-01, itself included; without one, the last
    /// day of the state), in the order of the customers. Who had not bought by then is left out.
    pub fn histories(&self, until: Option<i64>) -> impl Iterator<Item = CustomerHistory> {
        let until = self.until(until);
        self.customers.iter().filter_map(move |customer: Customer<'_>| {
            let mut history = read(&self.definition, customer.days, until)?;
            history.customer = customer.key.to_part();
            Some(history)
        })
    }

    /// The first and the last day on which anything happened.
    pub fn first_and_last_day(&self) -> Option<(i64, i64)> {
        let mut span = None;
        for customer in self.customers.iter() {
            let mut days = Days::new(customer.days).map(|(day, _)| day);
            let Some(first) = days.next() else { continue };
            let last = days.last().unwrap_or(first);
            let (low, high) = span.unwrap_or((first, last));
            span = Some((first.min(low), last.max(high)));
        }
        span
    }

    /// The cut-off that was asked for, or the last day of the state.
    pub(super) fn until(&self, asked: Option<i64>) -> i64 {
        asked.unwrap_or_else(|| self.first_and_last_day().map_or(0, |(_, last)| last))
    }
}

impl CustomerSummaries {
    /// The distinct histories at a cut-off with their numbers of customers: what a fit reads.
    pub fn patterns(&self, until: Option<i64>, unit: TimeUnit) -> Result<PurchasePatterns> {
        let definition = PurchasePatternsDefinition {
            unit,
            decimals: self.definition.decimals,
            ..PurchasePatternsDefinition::default()
        };
        let mut patterns = PurchasePatterns::new(definition)?;
        self.fill_patterns(&mut patterns, until)?;
        Ok(patterns)
    }

    /// Counts every customer's history into patterns.
    pub fn fill_patterns(&self, patterns: &mut PurchasePatterns, until: Option<i64>) -> Result<()> {
        let until = self.until(until);
        for customer in self.customers.iter() {
            let Some(history) = read(&self.definition, customer.days, until) else { continue };
            let (recency, age) = (history.recency_days(), history.age_days());
            let spend = history.repeat_spend.map(i64::try_from).transpose().map_err(|_| {
                Error::overflow("the repeat spend of a customer would pass 2^63 minor units")
            })?;
            let ticks = (history.frequency, recency.unsigned_abs(), age.unsigned_abs());
            patterns.take(ticks, spend, 1)?;
        }
        Ok(())
    }
}

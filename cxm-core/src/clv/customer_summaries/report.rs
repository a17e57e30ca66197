//! The audit of a log: what its summaries rest on, and what was left out and why.

use super::day_totals::Days;
use super::definition::CustomerSummariesDefinition;
use super::history;
use super::{CustomerSummaries, Excluded};
use crate::calculator::Report;
use crate::error::Result;
use crate::model::TimeUnit;
use crate::model::time::format_day;
use crate::stats::Share;
use crate::stats::scored::scored_by_share;

/// What the reading of customer summaries returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CustomerSummariesReport {
    /// The repeat rate: repeaters ÷ customers; `None` without a customer.
    pub score: Option<f64>,
    /// Customers who had bought by the cut-off.
    pub customers: u64,
    /// Of these, who bought again on another day.
    pub repeaters: u64,
    /// Of these, who did not.
    pub one_time_buyers: u64,
    /// Customers who first bought after the cut-off.
    pub customers_after: u64,
    /// Customers of whom no purchase is known at all, only refunds and the like.
    pub without_purchase: u64,
    /// Purchases up to the cut-off, those of the same day one by one.
    pub purchases: u64,
    /// Days with a purchase, over all customers.
    pub purchase_days: u64,
    /// Purchases that were merged with another one of the day: `purchases − purchase_days`.
    pub same_day_merges: u64,
    /// Days with a purchase after a customer's first: the sum of the frequencies.
    pub repeat_purchases: u64,
    /// Refunds up to the cut-off.
    pub refunds: u64,
    /// Transactions of an amount of 0 up to the cut-off.
    pub zero_amounts: u64,
    /// Purchases of unknown amount up to the cut-off.
    pub without_amount: u64,
    /// Rows left out: no customer.
    pub missing_customer: u64,
    /// Rows left out: no amount.
    pub missing_amount: u64,
    /// Rows left out: another currency than the declared one.
    pub other_currency: u64,
    /// Repeaters whose repeat spend is 0 or less, which no model of spend can read.
    pub no_repeat_spend: u64,
    /// Customers with more repeat purchases than units of age: more than one a unit.
    pub frequency_above_age: u64,
    /// Correlation of frequency and mean spend among repeaters; models of spend take it for 0.
    pub frequency_spend_correlation: Option<f64>,
    /// The first day of the log.
    pub first_day: Option<String>,
    /// The last day of the log.
    pub last_day: Option<String>,
    /// The cut-off.
    pub until: Option<String>,
    /// The unit in which ages were looked at.
    pub unit: TimeUnit,
    /// The currency that the rows state or the definition declares.
    pub currency: Option<String>,
    /// All rows taken in.
    pub observations: u64,
    /// How the log was read.
    pub definition: CustomerSummariesDefinition,
}

/// A correlation in one pass over the pairs, whose order is fixed.
#[derive(Debug, Default)]
struct Correlation {
    pairs: f64,
    means: (f64, f64),
    squares: (f64, f64),
    products: f64,
}

impl Correlation {
    fn take(&mut self, x: f64, y: f64) {
        self.pairs += 1.0;
        let (from_x, from_y) = (x - self.means.0, y - self.means.1);
        self.means.0 += from_x / self.pairs;
        self.means.1 += from_y / self.pairs;
        self.squares.0 += from_x * (x - self.means.0);
        self.squares.1 += from_y * (y - self.means.1);
        self.products += from_x * (y - self.means.1);
    }

    fn value(&self) -> Option<f64> {
        let scale = libm::sqrt(self.squares.0) * libm::sqrt(self.squares.1);
        (self.pairs > 1.0 && scale > 0.0).then(|| (self.products / scale).clamp(-1.0, 1.0))
    }
}

impl CustomerSummariesReport {
    fn before_reading(state: &CustomerSummaries, unit: TimeUnit) -> Self {
        let Excluded { missing_customer, missing_amount, other_currency } = state.excluded;
        let stated = state.currency.get().map(ToString::to_string);
        Self {
            score: None,
            customers: 0,
            repeaters: 0,
            one_time_buyers: 0,
            customers_after: 0,
            without_purchase: 0,
            purchases: 0,
            purchase_days: 0,
            same_day_merges: 0,
            repeat_purchases: 0,
            refunds: 0,
            zero_amounts: 0,
            without_amount: 0,
            missing_customer,
            missing_amount,
            other_currency,
            no_repeat_spend: 0,
            frequency_above_age: 0,
            frequency_spend_correlation: None,
            first_day: None,
            last_day: None,
            until: None,
            unit,
            currency: stated.or_else(|| state.definition.currency.clone()),
            observations: state.rows,
            definition: state.definition.clone(),
        }
    }

    /// Reads the audit at a cut-off; without one, at the last day of the state.
    #[allow(clippy::cast_precision_loss, reason = "counts are shown as a rate")]
    pub(super) fn read(state: &CustomerSummaries, until: Option<i64>, unit: TimeUnit) -> Self {
        let mut report = Self::before_reading(state, unit);
        let Some((first, last)) = state.first_and_last_day() else { return report };
        let until = until.unwrap_or(last);
        report.first_day = Some(format_day(first));
        report.last_day = Some(format_day(last));
        report.until = Some(format_day(until));
        let mut correlation = Correlation::default();
        for customer in state.customers.iter() {
            report.count_days(customer.days, until);
            let Some(history) = history::read(&state.definition, customer.days, until) else {
                report.count_absent(customer.days);
                continue;
            };
            report.customers += 1;
            report.repeaters += u64::from(history.frequency > 0);
            report.purchases = report.purchases.saturating_add(history.purchases);
            report.repeat_purchases += history.frequency;
            let units = history.age_days() as f64 / unit.days();
            report.frequency_above_age += u64::from(history.frequency as f64 > units);
            if history.frequency > 0 && history.repeat_spend.is_some_and(|spend| spend <= 0) {
                report.no_repeat_spend += 1;
            }
            if let Some(mean) = state.mean_spend(&history, false) {
                correlation.take(history.frequency as f64, mean);
            }
        }
        report.one_time_buyers = report.customers - report.repeaters;
        report.purchase_days = report.customers + report.repeat_purchases;
        report.same_day_merges = report.purchases.saturating_sub(report.purchase_days);
        report.frequency_spend_correlation = correlation.value();
        report.score =
            (report.customers > 0).then(|| report.repeaters as f64 / report.customers as f64);
        report
    }

    fn count_days(&mut self, days: &[u8], until: i64) {
        for (_, totals) in Days::new(days).take_while(|(day, _)| *day <= until) {
            self.refunds = self.refunds.saturating_add(totals.refunds);
            self.zero_amounts = self.zero_amounts.saturating_add(totals.zero);
            self.without_amount = self.without_amount.saturating_add(totals.unpriced);
        }
    }

    /// A customer without a purchase so far: one to come, or none at all.
    fn count_absent(&mut self, days: &[u8]) {
        match history::read(&self.definition, days, i64::MAX) {
            Some(_) => self.customers_after += 1,
            None => self.without_purchase += 1,
        }
    }

    /// The repeaters among the customers.
    pub fn share(&self) -> Share {
        Share { successes: self.repeaters, total: self.customers }
    }
}

impl Report for CustomerSummariesReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.customers
    }

    fn unit(&self) -> &'static str {
        "%"
    }
}

scored_by_share!(CustomerSummariesReport);

impl CustomerSummaries {
    /// The audit at a cut-off (a day since 1970-01-01; without one, the last day of the state),
    /// with ages looked at in this unit.
    pub fn audit(&self, until: Option<i64>, unit: TimeUnit) -> Result<CustomerSummariesReport> {
        unit.validate()?;
        Ok(CustomerSummariesReport::read(self, until, unit))
    }
}

//! The readings of one row a customer, or one a period.

use super::CustomerSummaries;
use super::day_totals::Days;
use super::history::{self, CustomerHistory};
use crate::calculator::ColumnData;
use crate::calculator::batch::KeyPart;
use crate::calculator::batch::KeyRef;
use crate::calculator::table::Table;
use crate::error::{Error, Result};
use crate::model::TimeUnit;

/// Periods that a tracking table may have.
const MAX_PERIODS: i64 = 1_000_000;

/// At which cut-off summaries are read, and in which unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SummaryOptions {
    /// The cut-off: a day since 1970-01-01, itself included; without one, the last day of the
    /// state.
    pub until: Option<i64>,
    /// The unit of recency and age.
    pub unit: TimeUnit,
    /// Whether the first purchase is part of the mean spend.
    pub include_first: bool,
}

/// Where calibration ends and the hold-out begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SplitOptions {
    /// The last day of the calibration.
    pub calibration_end: i64,
    /// The last day of the hold-out; without one, the last day of the state.
    pub observation_end: Option<i64>,
    /// The unit of recency, age and duration.
    pub unit: TimeUnit,
    /// Whether the first purchase is part of the mean spend.
    pub include_first: bool,
}

/// Which purchases are followed, by which periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TrackingOptions {
    /// The length of a period.
    pub period: TimeUnit,
    /// The last day; without one, the last day of the state.
    pub until: Option<i64>,
    /// Only customers who first bought by this day are followed; without one, all.
    pub born_until: Option<i64>,
}

/// A unit in sixteenths of a day, in which all of them are whole.
fn sixteenths(unit: TimeUnit) -> i128 {
    match unit {
        TimeUnit::Day => 16,
        TimeUnit::Week => 7 * 16,
        TimeUnit::Month => 487,
        TimeUnit::Year => 5844,
        TimeUnit::Days(days) => i128::from(days) * 16,
    }
}

#[allow(clippy::cast_precision_loss, reason = "days and money are shown as floating point")]
fn float(number: impl Into<i128>) -> f64 {
    number.into() as f64
}

/// Columns of summaries that grow row by row.
#[derive(Debug, Default)]
struct Summaries {
    customers: Vec<KeyPart>,
    frequency: Vec<u64>,
    recency: Vec<f64>,
    age: Vec<f64>,
    monetary_value: Vec<Option<f64>>,
    first: Vec<i64>,
    last: Vec<i64>,
}

impl Summaries {
    fn push(
        &mut self,
        customer: KeyRef<'_>,
        history: &CustomerHistory,
        days: f64,
        mean: Option<f64>,
    ) {
        self.frequency.push(history.frequency);
        self.recency.push(float(history.recency_days()) / days);
        self.age.push(float(history.age_days()) / days);
        self.monetary_value.push(mean);
        self.first.push(history.first_day);
        self.last.push(history.last_day);
        self.customers.push(customer.to_part());
    }

    fn table(self) -> Result<Table> {
        let mut table = Table::new(self.customers.len());
        table.push("customer", self.customers)?;
        table.push("frequency", self.frequency)?;
        table.push("recency", self.recency)?;
        table.push("age", self.age)?;
        table.push_optional("monetary_value", self.monetary_value)?;
        table.push("first_purchase", ColumnData::Days(self.first))?;
        table.push("last_purchase", ColumnData::Days(self.last))?;
        Ok(table)
    }
}

impl CustomerSummaries {
    /// Money in major units.
    pub(super) fn major(&self, minor: i128) -> f64 {
        float(minor) / float(10_i64.pow(self.definition.decimals.into()))
    }

    /// The mean spend of a repeat purchase, or of any purchase, in major units.
    pub(super) fn mean_spend(&self, history: &CustomerHistory, include_first: bool) -> Option<f64> {
        let (spend, days) = if include_first {
            (history.spend()?, history.frequency + 1)
        } else {
            (history.repeat_spend?, history.frequency)
        };
        (days > 0).then(|| self.major(spend) / float(days))
    }

    /// One row a customer who had bought by the cut-off: `customer`, `frequency`, `recency`, `age`,
    /// `monetary_value` in major units, `first_purchase`, `last_purchase`.
    pub fn summaries(&self, options: &SummaryOptions) -> Result<Table> {
        options.unit.validate()?;
        let days = options.unit.days();
        let mut rows = Summaries::default();
        let until = self.until(options.until);
        for customer in self.customers.iter() {
            if let Some(history) = history::read(&self.definition, customer.days, until) {
                let mean = self.mean_spend(&history, options.include_first);
                rows.push(customer.key, &history, days, mean);
            }
        }
        rows.table()
    }

    /// The summaries at the end of the calibration, and beside them what the same customers did in
    /// the hold-out: `holdout_frequency`, `holdout_spend` in major units, `holdout_duration`.
    pub fn calibration_holdout(&self, options: &SplitOptions) -> Result<Table> {
        options.unit.validate()?;
        let (split, end) = (options.calibration_end, self.until(options.observation_end));
        if end < split {
            let message = "the observation ends before the calibration does";
            return Err(Error::argument(message).in_field("observation_end"));
        }
        let days = options.unit.days();
        let mut rows = Summaries::default();
        let (mut frequency, mut spend) = (Vec::new(), Vec::new());
        for customer in self.customers.iter() {
            let Some(before) = history::read(&self.definition, customer.days, split) else {
                continue;
            };
            let (mut bought, mut paid) = (0u64, Some(0i128));
            let after = Days::new(customer.days).filter(|(day, _)| *day > split && *day <= end);
            for (_, totals) in after {
                bought += u64::from(history::purchases(&self.definition, &totals) > 0);
                let more = history::spend(&self.definition, &totals);
                paid = paid.zip(more).map(|(paid, more)| paid.saturating_add(more));
            }
            frequency.push(bought);
            spend.push(paid.map(|paid| self.major(paid)));
            let mean = self.mean_spend(&before, options.include_first);
            rows.push(customer.key, &before, days, mean);
        }
        let duration = vec![float(end.saturating_sub(split)) / days; frequency.len()];
        let mut table = rows.table()?;
        table.push("holdout_frequency", frequency)?;
        table.push_optional("holdout_spend", spend)?;
        table.push("holdout_duration", duration)?;
        Ok(table)
    }

    /// Histories in discrete opportunities: of the whole periods since the first purchase, in how
    /// many the customer bought (`frequency`), in which last (`recency`), and how many there were
    /// (`periods`). What was bought in a period that has not ended does not count yet.
    pub fn opportunities(&self, period: TimeUnit, until: Option<i64>) -> Result<Table> {
        period.validate()?;
        let (until, width) = (self.until(until), sixteenths(period));
        let (mut customers, mut frequency) = (Vec::new(), Vec::new());
        let (mut recency, mut periods) = (Vec::new(), Vec::new());
        for customer in self.customers.iter() {
            let Some(history) = history::read(&self.definition, customer.days, until) else {
                continue;
            };
            let since = |day: i64| i128::from(day.saturating_sub(history.first_day)) * 16;
            let ended = since(until).div_euclid(width);
            let (mut bought, mut last) = (0u64, 0i128);
            for (day, totals) in
                Days::new(customer.days).filter(|(day, _)| *day > history.first_day)
            {
                // The period that a day ends or lies in: its first day belongs to the one before.
                let number = (since(day) + width - 1).div_euclid(width);
                let counts = history::purchases(&self.definition, &totals) > 0;
                if counts && number <= ended && number > last {
                    (bought, last) = (bought + 1, number);
                }
            }
            customers.push(customer.key.to_part());
            frequency.push(bought);
            recency.push(u64::try_from(last).unwrap_or_default());
            periods.push(u64::try_from(ended).unwrap_or_default());
        }
        let mut table = Table::new(customers.len());
        table.push("customer", customers)?;
        table.push("frequency", frequency)?;
        table.push("recency", recency)?;
        table.push("periods", periods)?;
        Ok(table)
    }

    /// One row a period from the first day of the state on: new customers and repeat purchases,
    /// in the period and up to its end.
    pub fn tracking(&self, options: &TrackingOptions) -> Result<Table> {
        options.period.validate()?;
        let (until, width) = (self.until(options.until), sixteenths(options.period));
        let origin = self.first_and_last_day().map_or(until, |(first, _)| first);
        let number = |day: i64| (i128::from(day) - i128::from(origin)) * 16 / width;
        let periods =
            if self.customers.len() == 0 || until < origin { 0 } else { number(until) + 1 };
        if periods > i128::from(MAX_PERIODS) {
            let message =
                format!("a tracking table has at most {MAX_PERIODS} periods, not {periods}");
            return Err(Error::limit(message).in_field("period"));
        }
        let periods = usize::try_from(periods).unwrap_or_default();
        let (mut births, mut repeats) = (vec![0u64; periods], vec![0u64; periods]);
        let count = |counts: &mut Vec<u64>, day: i64| {
            let place = usize::try_from(number(day)).ok().and_then(|place| counts.get_mut(place));
            place.into_iter().for_each(|count| *count += 1);
        };
        for customer in self.customers.iter() {
            let days = Days::new(customer.days).take_while(|(day, _)| *day <= until);
            let bought = days.filter(|(_, day)| history::purchases(&self.definition, day) > 0);
            let mut bought = bought.map(|(day, _)| day);
            let Some(first) = bought.next() else { continue };
            if options.born_until.is_some_and(|last| first > last) {
                continue;
            }
            count(&mut births, first);
            bought.for_each(|day| count(&mut repeats, day));
        }
        let starts = |number: i128| i128::from(origin) + (number * width + 15).div_euclid(16);
        let day = |day: i128| i64::try_from(day).unwrap_or(i64::MAX);
        let numbers = || (0i128..).take(periods);
        let mut table = Table::new(periods);
        table.push("period", (1u64..).take(periods).collect::<Vec<_>>())?;
        table.push("start", ColumnData::Days(numbers().map(|n| day(starts(n))).collect()))?;
        table.push("end", ColumnData::Days(numbers().map(|n| day(starts(n + 1) - 1)).collect()))?;
        table.push("cumulative_customers", cumulative(&births))?;
        table.push("customers", births)?;
        table.push("cumulative_repeat_purchases", cumulative(&repeats))?;
        table.push("repeat_purchases", repeats)?;
        Ok(table)
    }

    /// What each customer was worth so far, exact and in minor units: `revenue_minor` under the
    /// rule for refunds, `cost_minor` and `margin_minor` where the cost of every transaction is
    /// known.
    pub fn historical_value(&self, until: Option<i64>) -> Result<Table> {
        let mut histories: Vec<CustomerHistory> = self.histories(until).collect();
        let money = |amount: i128| {
            i64::try_from(amount).map_err(|_| Error::overflow("a sum would pass 2^63 minor units"))
        };
        let (mut revenue, mut costs) = (Vec::new(), Vec::new());
        let (mut margins, mut refunded) = (Vec::new(), Vec::new());
        for history in &histories {
            let (spend, cost) = (history.spend(), history.whole_cost());
            revenue.push(spend.map(money).transpose()?);
            costs.push(cost.map(money).transpose()?);
            let margin = spend.zip(cost).map(|(spend, cost)| spend.saturating_sub(cost));
            margins.push(margin.map(money).transpose()?);
            refunded.push(money(history.refunded.cast_signed())?);
        }
        let mut table = Table::new(histories.len());
        let name = |it: &mut CustomerHistory| std::mem::replace(&mut it.customer, KeyPart::Missing);
        table.push("customer", histories.iter_mut().map(name).collect::<Vec<_>>())?;
        table.push("purchases", histories.iter().map(|it| it.purchases).collect::<Vec<_>>())?;
        table.push("refunds", histories.iter().map(|it| it.refunds).collect::<Vec<_>>())?;
        table.push_optional("revenue_minor", revenue)?;
        table.push("refunded_minor", refunded)?;
        table.push_optional("cost_minor", costs)?;
        table.push_optional("margin_minor", margins)?;
        let last = histories.iter().map(|it| it.last_day).collect();
        table.push("last_purchase", ColumnData::Days(last))?;
        Ok(table)
    }
}

fn cumulative(counts: &[u64]) -> Vec<u64> {
    let mut sum = 0u64;
    let add = |count: &u64| {
        sum = sum.saturating_add(*count);
        sum
    };
    counts.iter().map(add).collect()
}

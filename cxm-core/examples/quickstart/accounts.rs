//! What each customer has bought, and what became of them that no company knows.

use super::company::Files;
use super::support::Outcome;
use cxm_core::calculator::batch::KeyPart;
use cxm_core::clv::{CustomerHistory, CustomerSummaries, History, Spend};
use cxm_core::prelude::*;
use std::collections::BTreeMap;

const DAYS_OF_A_WEEK: f64 = 7.0;
const MICROSECONDS_OF_A_DAY: i64 = 86_400_000_000;

/// A customer with what they bought.
#[derive(Debug)]
pub(crate) struct Account<'a> {
    pub(crate) customer: &'a str,
    pub(crate) segment: &'a str,
    /// In weeks.
    pub(crate) history: History,
    /// Repeat purchases and their mean in euros; none without a repeat.
    pub(crate) spend: Option<Spend>,
    /// Cents so far.
    pub(crate) revenue: i64,
    /// ◆ Euros in the year after.
    pub(crate) spent_next_year: f64,
    /// ◆ Whether the customer has not left.
    pub(crate) still_there: bool,
}

/// Every customer, in the order of the file.
pub(crate) fn read(files: &Files) -> Outcome<Vec<Account<'_>>> {
    let log = log(files)?;
    let bought: BTreeMap<KeyPart, CustomerHistory> =
        log.histories(None).map(|bought| (bought.customer.clone(), bought)).collect();
    let mut hidden = files.hidden_truth()?;
    let mut accounts = Vec::new();
    for (customer, segment) in files.customers()? {
        let Some(bought) = bought.get(&KeyPart::Text(customer.into())) else { continue };
        let (still_there, spent_next_year) = hidden.remove(customer).ok_or("no truth")?;
        let (history, spend) = summarise(bought)?;
        let revenue = i64::try_from(bought.spend().unwrap_or_default())?;
        accounts.push(Account {
            customer,
            segment,
            history,
            spend,
            revenue,
            spent_next_year,
            still_there,
        });
    }
    Ok(accounts)
}

/// Every purchase, in any order; all purchases of a customer on a day are one.
fn log(files: &Files) -> Outcome<CustomerSummaries> {
    let purchases = files.purchases()?;
    let times: Vec<i64> = purchases.day.iter().map(|day| day * MICROSECONDS_OF_A_DAY).collect();
    let batch = Transactions::new(purchases.customer.as_slice(), &times);
    let mut log = CustomerSummaries::default();
    log.update(batch.with_amounts(purchases.cents.as_slice()))?;
    Ok(log)
}

/// Frequency, recency and age in weeks, and the mean of the repeat purchases in euros.
fn summarise(bought: &CustomerHistory) -> Outcome<(History, Option<Spend>)> {
    let repeats = bought.frequency as f64;
    let weeks = |days: i64| days as f64 / DAYS_OF_A_WEEK;
    let history = History::new(repeats, weeks(bought.recency_days()), weeks(bought.age_days()))?;
    let cents = bought.repeat_spend.filter(|_| bought.frequency > 0);
    let spend = cents.map(|cents| Spend::new(repeats, cents as f64 / 100.0 / repeats));
    Ok((history, spend.transpose()?))
}

//! What each customer has bought, and what became of them that no company knows.

use super::company::Files;
use super::support::Outcome;
use cxm_core::clv::{History, Spend};
use std::collections::BTreeMap;

const DAYS_OF_A_WEEK: f64 = 7.0;

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
    let purchases = files.purchases()?;
    // All purchases of a customer on a day are one.
    let mut days: BTreeMap<&str, BTreeMap<i64, i64>> = BTreeMap::new();
    for ((customer, day), amount) in
        purchases.customer.iter().zip(&purchases.day).zip(&purchases.cents)
    {
        *days.entry(customer).or_default().entry(*day).or_default() += amount;
    }
    let cut_off = purchases.day.iter().max().copied().unwrap_or_default();
    let mut hidden = files.hidden_truth()?;
    let mut accounts = Vec::new();
    for (customer, segment) in files.customers()? {
        let Some(bought) = days.get(customer) else { continue };
        let (still_there, spent_next_year) = hidden.remove(customer).ok_or("no truth")?;
        let (history, spend) = summarise(bought, cut_off)?;
        let revenue = bought.values().sum();
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

/// Frequency, recency and age in weeks, and the mean of the repeat purchases.
fn summarise(bought: &BTreeMap<i64, i64>, cut_off: i64) -> Outcome<(History, Option<Spend>)> {
    let first = bought.keys().next().copied().unwrap_or_default();
    let last = bought.keys().next_back().copied().unwrap_or_default();
    let weeks = |from: i64, to: i64| (to - from) as f64 / DAYS_OF_A_WEEK;
    let repeats = (bought.len() - 1) as f64;
    let history = History::new(repeats, weeks(first, last), weeks(first, cut_off))?;
    let cents: i64 = bought.values().skip(1).sum();
    let spend = (repeats > 0.0).then(|| Spend::new(repeats, cents as f64 / 100.0 / repeats));
    Ok((history, spend.transpose()?))
}

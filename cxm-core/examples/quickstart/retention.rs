//! Who comes back: customers by the month of their first purchase, and in which months after it
//! they bought again.

use super::calendar::{DAY, date, days};
use super::company::Files;
use super::findings::Findings;
use super::overall::LEVEL;
use super::support::Outcome;
use super::support::format::count;
use super::support::page::{Page, Tone};
use super::support::table::{Cell, TextTable};
use cxm_core::calculator::batch::Transactions;
use cxm_core::calculator::{Table, Update};
use cxm_core::churn::{Activity, Clock, Cohort, CohortOptions, Cohorts, RetentionKind};
use cxm_core::model::Period;
use cxm_core::model::time::MICROSECONDS_PER_SECOND;

/// The first month that has a line, and the last day that is known.
const SHOWN_FROM: i64 = days(2025, 1, 1);
const LAST_DAY: i64 = days(2026, 6, 30);
/// Months after the first that have a column.
const MONTHS: u32 = 12;

pub(crate) fn show(page: &mut Page, files: &Files, findings: &mut Findings) -> Outcome<()> {
    page.heading(
        "Who comes back",
        "Customers by the month of their first purchase: of each hundred, how many bought in the \
         first, second … month after it. A month that is not over yet is left blank and is in no \
         mean; the mean weighs every customer alike.",
    );
    let purchases = files.purchases()?;
    let moment = |day: &i64| day * DAY * MICROSECONDS_PER_SECOND;
    let times: Vec<i64> = purchases.day.iter().map(moment).collect();
    let mut activity = Activity::default();
    activity.update(Transactions::new(purchases.customer.as_slice(), &times))?;
    let cohorts = |born_from| {
        activity.cohorts(&CohortOptions {
            period: Period::Month,
            clock: Clock::Calendar,
            kind: RetentionKind::On,
            until: Some(LAST_DAY),
            born_from,
            max_age: Some(MONTHS),
        })
    };
    let (shown, all) = (cohorts(Some(SHOWN_FROM))?, cohorts(None)?);
    let mut heads = vec!["first bought".to_owned(), ">customers".to_owned()];
    heads.extend((1..=MONTHS).map(|month| format!(">{month}")));
    let mut table = TextTable::new(&heads.iter().map(String::as_str).collect::<Vec<_>>());
    for cohort in shown.cohorts.iter().filter(|cohort| cohort.size > 0) {
        table.row(line_of(cohort));
    }
    table.row(means("mean of these", &shown)?);
    table.row(means("mean since 2022", &all)?);
    let stays = Stays(files.true_stays()?);
    table.row(truth(&all, &stays));
    page.table(&table);
    conclude(&all, &stays, findings)
}

fn line_of(cohort: &Cohort) -> Vec<Cell> {
    let month = date(cohort.first_day);
    let month = month.get(..7).unwrap_or_default();
    let mut row = vec![month.into(), count(cohort.size).into()];
    row.extend((1..=MONTHS as usize).map(|age| {
        let cell = cohort.cells.get(age).copied().flatten();
        let share = cell.map(|cell| cell.customers as f64 / cohort.size as f64);
        percent(share).into()
    }));
    row
}

fn means(name: &str, cohorts: &Cohorts) -> Outcome<Vec<Cell>> {
    let averages = cohorts.averages(LEVEL)?;
    let size: u64 = cohorts.cohorts.iter().map(|cohort| cohort.size).sum();
    let mut row: Vec<Cell> =
        vec![Cell::new(name, Tone::Strong), Cell::new(count(size), Tone::Strong)];
    for age in 1..=MONTHS as usize {
        row.push(Cell::new(percent(share(&averages, "weighted", age)?), Tone::Strong));
    }
    Ok(row)
}

/// A share of the table of averages, if there is one.
fn share(averages: &Table, column: &str, age: usize) -> Outcome<Option<f64>> {
    let column = averages.column(column)?;
    let value = column.floats().and_then(|values| values.get(age).copied());
    Ok(value.filter(|_| column.is_present(age)))
}

/// ◆ When each customer came, and from which day on they never buy again.
struct Stays(Vec<(i64, Option<i64>)>);

impl Stays {
    /// Of those who joined in the cohorts for which the age is over, who was still there after it.
    fn share_after(&self, cohorts: &Cohorts, age: usize) -> Option<f64> {
        let (mut there, mut all) = (0.0, 0.0);
        for cohort in &cohorts.cohorts {
            let Some(Some(_)) = cohort.cells.get(age) else { continue };
            let last = Period::Month.number(cohort.first_day) + i64::try_from(age).ok()?;
            let last = Period::Month.last_day(last);
            let joined = |stay: &&(i64, _)| (cohort.first_day..=cohort.last_day).contains(&stay.0);
            for (_, left) in self.0.iter().filter(joined) {
                all += 1.0;
                there += f64::from(u8::from(left.is_none_or(|left| left > last)));
            }
        }
        (all > 0.0).then(|| there / all)
    }
}

fn truth(cohorts: &Cohorts, stays: &Stays) -> Vec<Cell> {
    let mut row: Vec<Cell> = vec!["◆ still there".into(), "".into()];
    row.extend((1..=MONTHS as usize).map(|age| percent(stays.share_after(cohorts, age)).into()));
    row
}

fn percent(share: Option<f64>) -> String {
    share.map(|share| format!("{:.0}", 100.0 * share)).unwrap_or_default()
}

fn conclude(all: &Cohorts, stays: &Stays, findings: &mut Findings) -> Outcome<()> {
    let averages = all.averages(LEVEL)?;
    let show = |age: usize| -> Outcome<String> {
        let [share, lower, upper] = ["weighted", "lower", "upper"]
            .map(|column| share(&averages, column, age).map(|share| 100.0 * share.unwrap_or(0.0)));
        Ok(format!("{:.1} % ({:.1} … {:.1})", share?, lower?, upper?))
    };
    findings.conclude(format!(
        "Of those who have bought for the first time, {} buy again in the month after it and {} \
         in the twelfth (95 % intervals).",
        show(1)?,
        show(MONTHS as usize)?,
    ));
    let there = stays.share_after(all, MONTHS as usize);
    findings.truth(format!(
        "Of those who had bought for the first time, {:.1} % were still there at the end of the \
         twelfth month after it, whether they bought in it or not.",
        100.0 * there.unwrap_or_default(),
    ));
    Ok(())
}

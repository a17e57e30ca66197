//! Cohorts: of those who were first active in a period, how many were active later, and what they
//! brought.
//!
//! # Formula
//! ```text
//! cohort          customers by the period of the calendar that holds their first activity
//! age, calendar   number of the period of an activity − number of the cohort's period
//! age, rolling    ⌊(activity − the customer's own first activity) ÷ n days⌋
//! on              active at this very age
//! on or after     active at this age or a later one, as far as is known
//! bracket         active at an age of first ≤ age < next
//! share           customers ÷ size of the cohort, with the interval of Wilson
//! weighted        Σ customers ÷ Σ sizes, over the cohorts whose cell is over
//! plain           mean of the shares of these cohorts
//! ```
//! A cell is there only once it is over for every customer of its cohort: the last of its days is
//! not after the cut-off. Until then it is missing and not 0, and takes no part in an average. "On or
//! after" stays open at its end: what a later log shows can only raise it, and the newest columns
//! are always the lowest.
//!
//! # Source
//! The help pages of Amplitude (rolling clock; averages over those who are old enough), Mixpanel ("on
//! or after", compounded) and PostHog (calendar clock, brackets).

mod tables;

use super::activity::{Activity, TickTotals, Ticks};
use crate::calculator::Calculator;
use crate::error::{Error, Result};
use crate::model::Period;

/// The most cells of a table of cohorts.
const MOST_CELLS: i64 = 1 << 22;
/// The most days whose periods are looked up instead of worked out.
const MOST_DAYS: i64 = 1 << 17;

/// From where ages are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Clock {
    /// In periods of the calendar.
    #[default]
    Calendar,
    /// In so many days from each customer's own first activity.
    Rolling {
        /// Days of an age.
        days: u32,
    },
}

impl Clock {
    /// A rolling clock in the days that such a period has, as vendors count: 1, 7, 30, 91 or 365.
    pub fn rolling(period: Period) -> Self {
        let days = match period {
            Period::Day => 1,
            Period::Week(_) => 7,
            Period::Month => 30,
            Period::Quarter => 91,
            Period::Year => 365,
        };
        Self::Rolling { days }
    }
}

/// Who counts as retained at an age.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum RetentionKind {
    /// Who is active at this very age.
    #[default]
    On,
    /// Who is active at this age or later.
    OnOrAfter,
    /// Who is active within a bracket: from each of these ages up to but not including the next.
    Brackets(Vec<u32>),
}

/// How a table of cohorts is read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CohortOptions {
    /// The periods of the calendar that cohorts are made of.
    pub period: Period,
    /// From where ages are counted.
    pub clock: Clock,
    /// Who counts as retained.
    pub kind: RetentionKind,
    /// The last day that is looked at, itself included; without one, the last day of the log.
    pub until: Option<i64>,
    /// Customers whose first activity is before this day are in no cohort: where a log does not
    /// reach back to the beginning, nobody knows when they first came.
    pub born_from: Option<i64>,
    /// The largest age or, of brackets, the largest position; without one, all.
    pub max_age: Option<u32>,
}

/// A cohort at an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CohortCell {
    /// Customers who were retained.
    pub customers: u64,
    /// What they brought, in minor units; `None` where an amount is not known.
    pub revenue: Option<i128>,
}

/// Those who were first active in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// The first day of the period, since 1970-01-01.
    pub first_day: i64,
    /// The last day of the period.
    pub last_day: i64,
    /// How many they are.
    pub size: u64,
    /// Whether nobody can join them any more: the period is over.
    pub is_whole: bool,
    /// Age by age, those that had begun by the cut-off; `None` where one is not over.
    pub cells: Vec<Option<CohortCell>>,
}

/// A table of cohorts: see the [module](self).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohorts {
    /// How it was read.
    pub options: CohortOptions,
    /// The last day that was looked at; `None` without any day.
    pub until: Option<i64>,
    /// The cohorts from the first to the last, those without a customer among them.
    pub cohorts: Vec<Cohort>,
    /// Customers in no cohort: first active before `born_from`.
    pub customers_before: u64,
    /// Customers in no cohort: first active after `until`.
    pub customers_after: u64,
    /// Decimals of the currency.
    pub decimals: u8,
}

/// What is counted of a cell before it is known whether it is over.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    customers: u64,
    revenue: i128,
    priced: u64,
    unpriced: u64,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.customers = self.customers.saturating_add(other.customers);
        self.revenue = self.revenue.saturating_add(other.revenue);
        self.priced = self.priced.saturating_add(other.priced);
        self.unpriced = self.unpriced.saturating_add(other.unpriced);
    }

    /// Where a log has no amounts, nobody knows of any revenue.
    fn cell(&self, has_amounts: bool) -> CohortCell {
        let revenue = (has_amounts && self.unpriced == 0).then_some(self.revenue);
        CohortCell { customers: self.customers, revenue }
    }
}

/// The number of a day's period, looked up where the days are few.
#[derive(Debug)]
pub(super) struct Periods {
    period: Period,
    first_day: i64,
    numbers: Vec<i64>,
}

impl Periods {
    pub(super) fn new(period: Period, first_day: i64, last_day: i64) -> Self {
        let days = last_day.saturating_sub(first_day).saturating_add(1);
        let few = (0..=MOST_DAYS).contains(&days);
        let last = if few { last_day } else { first_day.saturating_sub(1) };
        let numbers = (first_day..=last).map(|day| period.number(day)).collect();
        Self { period, first_day, numbers }
    }

    #[inline]
    pub(super) fn of(&self, day: i64) -> i64 {
        let place = usize::try_from(day.wrapping_sub(self.first_day)).ok();
        let known = place.and_then(|place| self.numbers.get(place)).copied();
        known.unwrap_or_else(|| self.period.number(day))
    }
}

/// The frame of a table: what its rows and columns are.
#[derive(Debug)]
struct Layout<'a> {
    options: &'a CohortOptions,
    periods: Periods,
    until: i64,
    /// The number of the first cohort's period.
    base: i64,
    ticks_per_day: i64,
    last_tick: i64,
}

impl Layout<'_> {
    /// Ticks of a rolling age; none on a calendar clock.
    fn rolling_ticks(&self) -> Option<i64> {
        match self.options.clock {
            Clock::Calendar => None,
            Clock::Rolling { days } => Some(i64::from(days) * self.ticks_per_day),
        }
    }

    /// The ages that have begun by the cut-off, for the cohort of this number.
    fn ages(&self, cohort: i64) -> i64 {
        let period = self.options.period;
        let last = match self.options.clock {
            Clock::Calendar => self.periods.of(self.until).saturating_sub(cohort),
            Clock::Rolling { days } => {
                let days_since = self.until.saturating_sub(period.first_day(cohort));
                days_since.div_euclid(i64::from(days).max(1))
            }
        };
        last.saturating_add(1).max(0)
    }

    /// The columns that have begun by the cut-off.
    fn columns(&self, cohort: i64) -> i64 {
        let ages = self.ages(cohort);
        let columns = match &self.options.kind {
            RetentionKind::Brackets(edges) => {
                let starts = edges.iter().rev().skip(1).filter(|&&edge| i64::from(edge) < ages);
                i64::try_from(starts.count()).unwrap_or(i64::MAX)
            }
            _ => ages,
        };
        let most = self.options.max_age.map_or(i64::MAX, |age| i64::from(age) + 1);
        columns.min(most)
    }

    /// The column of an age, if it has one.
    #[inline]
    fn column(&self, age: i64) -> Option<usize> {
        match &self.options.kind {
            RetentionKind::Brackets(edges) => {
                let before = edges.partition_point(|&edge| i64::from(edge) <= age);
                before.checked_sub(1).filter(|&bracket| bracket + 1 < edges.len())
            }
            _ => usize::try_from(age).ok(),
        }
    }

    /// The last age of a column.
    fn last_age(&self, column: usize) -> i64 {
        match &self.options.kind {
            RetentionKind::Brackets(edges) => {
                edges.get(column + 1).map_or(i64::MAX, |&edge| i64::from(edge) - 1)
            }
            _ => i64::try_from(column).unwrap_or(i64::MAX),
        }
    }

    /// Whether a column is over for every customer of a cohort.
    fn is_over(&self, cohort: i64, column: usize) -> bool {
        let (period, age) = (self.options.period, self.last_age(column));
        match self.rolling_ticks() {
            None => period.last_day(cohort.saturating_add(age)) <= self.until,
            Some(ticks) => {
                // The last tick of the last customer who can have joined.
                let day = period.last_day(cohort).saturating_mul(self.ticks_per_day);
                let joined = day.saturating_add(self.ticks_per_day - 1);
                let end = age.saturating_add(1).saturating_mul(ticks).saturating_sub(1);
                joined.saturating_add(end) <= self.last_tick
            }
        }
    }
}

/// What one pass over the customers finds before cells are counted.
#[derive(Debug, Default)]
struct Firsts {
    first_days: Option<(i64, i64)>,
    before: u64,
    after: u64,
}

impl CohortOptions {
    fn validate(&self) -> Result<()> {
        if self.clock == (Clock::Rolling { days: 0 }) {
            return Err(Error::argument("a rolling age has at least a day").in_field("days"));
        }
        if let RetentionKind::Brackets(edges) = &self.kind {
            let ascending = edges.windows(2).all(|pair| pair.first() < pair.last());
            if edges.len() < 2 || !ascending {
                let message = "brackets are given by two or more ages that ascend";
                return Err(Error::argument(message).in_field("kind"));
            }
        }
        Ok(())
    }
}

impl Activity {
    /// The table of cohorts.
    pub fn cohorts(&self, options: &CohortOptions) -> Result<Cohorts> {
        options.validate()?;
        let mut table = Cohorts {
            options: options.clone(),
            until: None,
            cohorts: Vec::new(),
            customers_before: 0,
            customers_after: 0,
            decimals: self.definition().decimals,
        };
        let Some((_, last_day)) = self.first_and_last_day() else { return Ok(table) };
        let until = options.until.unwrap_or(last_day);
        table.until = Some(until);
        let firsts = self.firsts(options.born_from, until);
        (table.customers_before, table.customers_after) = (firsts.before, firsts.after);
        let Some((first, last)) = firsts.first_days else { return Ok(table) };
        let periods = Periods::new(options.period, first, until);
        let layout = Layout {
            options,
            base: periods.of(first),
            until,
            ticks_per_day: self.definition().tick.per_day(),
            last_tick: self.definition().last_tick_of(until),
            periods,
        };
        let mut sums = empty_cells(&layout, layout.periods.of(last))?;
        let sizes = self.count_cells(&layout, &mut sums);
        table.cohorts = cohorts_of(&layout, &sums, &sizes);
        Ok(table)
    }

    /// A customer's first tick with an activity.
    fn first_tick(&self, ticks: &[u8]) -> Option<i64> {
        Ticks::new(ticks).find(|(_, totals)| totals.visits > 0).map(|(tick, _)| tick)
    }

    fn firsts(&self, from: Option<i64>, until: i64) -> Firsts {
        let mut found = Firsts::default();
        for customer in self.customers() {
            let Some(first) = self.first_tick(customer.days) else { continue };
            let day = self.definition().day_of_tick(first);
            if from.is_some_and(|from| day < from) {
                found.before += 1;
            } else if day > until {
                found.after += 1;
            } else {
                let (low, high) = found.first_days.unwrap_or((day, day));
                found.first_days = Some((day.min(low), day.max(high)));
            }
        }
        found
    }

    /// Counts every customer into the cells of their cohort; gives the sizes.
    fn count_cells(&self, layout: &Layout<'_>, sums: &mut [Vec<Sums>]) -> Vec<u64> {
        let mut sizes = vec![0u64; sums.len()];
        let from = layout.options.born_from;
        for customer in self.customers() {
            let Some(first) = self.first_tick(customer.days) else { continue };
            let day = self.definition().day_of_tick(first);
            if from.is_some_and(|from| day < from) {
                continue;
            }
            let cohort = layout.periods.of(day);
            let Ok(place) = usize::try_from(cohort.saturating_sub(layout.base)) else { continue };
            // Who was first active after the cut-off has no place.
            let Some(cells) = sums.get_mut(place).filter(|_| day <= layout.until) else { continue };
            sizes.get_mut(place).into_iter().for_each(|size| *size += 1);
            self.count_customer(layout, Ticks::new(customer.days), (first, cohort), cells);
        }
        if layout.options.kind == RetentionKind::OnOrAfter {
            sums.iter_mut().for_each(|cells| add_what_follows(cells));
        }
        sizes
    }

    #[inline]
    fn count_customer(
        &self,
        layout: &Layout<'_>,
        ticks: Ticks<'_>,
        (first, cohort): (i64, i64),
        cells: &mut [Sums],
    ) {
        let rolling = layout.rolling_ticks();
        let later = layout.options.kind == RetentionKind::OnOrAfter;
        // The column that the customer was last counted in.
        let mut counted = usize::MAX;
        let known = ticks.take_while(|(tick, _)| *tick <= layout.last_tick);
        for (tick, totals) in known {
            let age = match rolling {
                None => layout.periods.of(self.definition().day_of_tick(tick)) - cohort,
                Some(ticks) => (tick - first).div_euclid(ticks),
            };
            // What was refunded before the first activity belongs to the first age.
            let Some(column) = layout.column(age.max(0)) else { continue };
            let last = cells.len().saturating_sub(1);
            let column = if later { column.min(last) } else { column };
            // Ages ascend, so there is nothing to count any more.
            let Some(cell) = cells.get_mut(column) else { break };
            count_money(cell, &totals);
            if totals.visits == 0 || column == counted {
                continue;
            }
            cell.customers += 1;
            if later && let Some(before) = cells.get_mut(counted) {
                before.customers -= 1;
            }
            counted = column;
        }
    }
}

fn count_money(cell: &mut Sums, totals: &TickTotals) {
    if totals.priced > 0 {
        cell.revenue = cell.revenue.saturating_add(totals.sum);
        cell.priced = cell.priced.saturating_add(totals.priced);
    }
    cell.unpriced = cell.unpriced.saturating_add(totals.unpriced());
}

/// Rows of empty cells, one a cohort up to that of this number.
fn empty_cells(layout: &Layout<'_>, last: i64) -> Result<Vec<Vec<Sums>>> {
    let too_many = || {
        let message = format!("a table of cohorts has at most {MOST_CELLS} cells");
        Error::limit(message).in_field("period")
    };
    // The first cohort has the most columns, and each has one at least.
    let cohorts = last.saturating_sub(layout.base).saturating_add(1);
    if cohorts > MOST_CELLS || layout.columns(layout.base) > MOST_CELLS {
        return Err(too_many());
    }
    let mut left = MOST_CELLS;
    let mut rows = Vec::with_capacity(usize::try_from(cohorts).unwrap_or_default());
    for cohort in layout.base..=last {
        let columns = layout.columns(cohort);
        left -= columns;
        if left < 0 {
            return Err(too_many());
        }
        rows.push(vec![Sums::default(); usize::try_from(columns).unwrap_or_default()]);
    }
    Ok(rows)
}

/// Turns the counts of the last age into those of this age or later.
fn add_what_follows(cells: &mut [Sums]) {
    let mut following = Sums::default();
    for cell in cells.iter_mut().rev() {
        following.add(cell);
        *cell = following;
    }
}

fn cohorts_of(layout: &Layout<'_>, sums: &[Vec<Sums>], sizes: &[u64]) -> Vec<Cohort> {
    let period = layout.options.period;
    let has_amounts = sums.iter().flatten().any(|cell| cell.priced > 0);
    let rows = (layout.base..).zip(sums.iter().zip(sizes));
    rows.map(|(number, (row, &size))| {
        let cell = |(column, sums): (usize, &Sums)| {
            layout.is_over(number, column).then(|| sums.cell(has_amounts))
        };
        Cohort {
            first_day: period.first_day(number),
            last_day: period.last_day(number),
            size,
            is_whole: period.last_day(number) <= layout.until,
            cells: row.iter().enumerate().map(cell).collect(),
        }
    })
    .collect()
}

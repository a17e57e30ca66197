//! Stickiness: how often the active are active.
//!
//! # Formula
//! ```text
//! active (MAU)     distinct customers with an activity in a period, such as a month
//! daily (DAU)      distinct customers with an activity on a day
//! mean daily       Σ daily ÷ days of the period, days without anybody included
//! stickiness       mean daily ÷ active = mean over the active of (days of activity ÷ days)
//! interval         of that mean over customers: ± t(active − 1)·s ÷ √active
//! trailing         distinct customers in the last w days up to and with a day: 1, 7 and 28 of them
//! ```
//! A period that is not over has no figures. Whoever is active in a period is new (never before),
//! retained (in the period before as well) or back (before, but not in the period before); who was
//! active in the period before and is not in this one has lapsed.
//!
//! # Source
//! The ratio is usage of the trade, without an author; the mean of days is Mixpanel's and
//! PostHog's "stickiness" summed up.

use super::activity::{Activity, Ticks};
use super::cohorts::Periods;
use crate::calculator::{Calculator, ColumnData, Table};
use crate::error::{Error, Result};
use crate::model::Period;
use crate::stats::{IntervalOptions, mean};

/// The most periods or days of a table.
const MOST_ROWS: i64 = 1 << 20;

/// How stickiness is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StickinessOptions {
    /// The period of the calendar.
    pub period: Period,
    /// The last day that is looked at, itself included; without one, the last day of the log.
    pub until: Option<i64>,
}

/// What is counted of a period.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    active: u64,
    new: u64,
    retained: u64,
    active_days: u64,
    squares: u128,
}

impl Counts {
    fn moments(&self) -> mean::Moments {
        mean::Moments {
            n: self.active,
            sum: self.active_days.into(),
            sum_of_squares: i128::try_from(self.squares).unwrap_or(i128::MAX),
        }
    }
}

/// A list with a place for each number from the first to the last.
fn places<T: Clone + Default>(first: i64, last: i64) -> Result<Vec<T>> {
    let length = last.saturating_sub(first).saturating_add(1).max(0);
    if length > MOST_ROWS {
        let message = format!("there would be {length} rows, more than {MOST_ROWS}");
        return Err(Error::limit(message).in_field("period"));
    }
    Ok(vec![T::default(); usize::try_from(length).unwrap_or_default()])
}

fn at<T>(list: &mut [T], place: i64) -> Option<&mut T> {
    usize::try_from(place).ok().and_then(|place| list.get_mut(place))
}

/// Counts the days that a customer was active in a period.
fn close(counts: &mut [Counts], base: i64, run: Option<(i64, u64)>) {
    let Some((number, days)) = run else { return };
    let Some(count) = at(counts, number - base) else { return };
    count.active_days += days;
    count.squares += u128::from(days).saturating_mul(days.into());
}

impl Activity {
    /// The distinct days of a customer with an activity up to a day.
    pub(super) fn active_days<'a>(
        &'a self,
        ticks: &'a [u8],
        until: i64,
    ) -> impl Iterator<Item = i64> + 'a {
        let definition = self.definition();
        let visits = Ticks::new(ticks).filter(|(_, totals)| totals.visits > 0);
        let mut last = None;
        visits
            .map(|(tick, _)| definition.day_of_tick(tick))
            .take_while(move |day| *day <= until)
            .filter(move |day| last.replace(*day) != Some(*day))
    }

    /// One row a period: `period`, `last_day`, `days` and, where it is over, `active`, `new`,
    /// `retained`, `back`, `lapsed`, `mean_daily`, `stickiness` with `lower` and `upper` at this
    /// level.
    pub fn stickiness(&self, options: &StickinessOptions, level: f64) -> Result<Table> {
        let period = options.period;
        let span = self.first_and_last_day();
        let until = options.until.or(span.map(|(_, last)| last)).unwrap_or_default();
        let first = span.map_or(until.saturating_add(1), |(first, _)| first);
        let periods = Periods::new(period, first, until);
        let (base, last) = (periods.of(first), periods.of(until));
        let mut counts: Vec<Counts> =
            places(base, if first > until { base.saturating_sub(1) } else { last })?;
        for customer in self.customers() {
            // The period that the customer was last active in, and the days in it.
            let mut run: Option<(i64, u64)> = None;
            for day in self.active_days(customer.days, until) {
                let number = periods.of(day);
                match &mut run {
                    Some((last, days)) if *last == number => *days += 1,
                    _ => {
                        close(&mut counts, base, run);
                        let Some(count) = at(&mut counts, number - base) else { continue };
                        count.active += 1;
                        count.new += u64::from(run.is_none());
                        count.retained +=
                            u64::from(run.is_some_and(|(last, _)| last + 1 == number));
                        run = Some((number, 1));
                    }
                }
            }
            close(&mut counts, base, run);
        }
        table_of(period, base, until, &counts, level)
    }

    /// One row a day: `day`, and the distinct customers of the days up to it: `daily`, `weekly` of
    /// 7 days, `monthly` of `month_days`; then their ratios `daily_weekly`, `daily_monthly`,
    /// `weekly_monthly`. What reaches back before the first day of the log is missing.
    pub fn trailing_activity(&self, month_days: u32, until: Option<i64>) -> Result<Table> {
        if month_days == 0 {
            return Err(Error::argument("a month has at least a day").in_field("month_days"));
        }
        let span = self.first_and_last_day();
        let until = until.or(span.map(|(_, last)| last)).unwrap_or_default();
        let first = span.map_or(until.saturating_add(1), |(first, _)| first);
        let widths = [1, 7, i64::from(month_days)];
        let mut changes: [Vec<i64>; 3] = [places(first, until)?, Vec::new(), Vec::new()];
        let days = changes[0].len();
        changes[1] = vec![0; days];
        changes[2] = vec![0; days];
        for customer in self.customers() {
            let mut ends = [i64::MIN; 3];
            for day in self.active_days(customer.days, until) {
                for ((changes, width), end) in changes.iter_mut().zip(widths).zip(&mut ends) {
                    // A customer counts from a day of activity until the window has passed it.
                    if day > *end {
                        at(changes, day - first).into_iter().for_each(|change| *change += 1);
                    } else {
                        at(changes, *end - first).into_iter().for_each(|change| *change += 1);
                    }
                    *end = day.saturating_add(width);
                    at(changes, *end - first).into_iter().for_each(|change| *change -= 1);
                }
            }
        }
        let actives = changes.iter().zip(widths).map(|(changes, width)| running(changes, width));
        trailing_table(first, &actives.collect::<Vec<_>>())
    }
}

/// The running sums, from the day on at which the window is whole.
fn running(changes: &[i64], width: i64) -> Vec<Option<u64>> {
    let mut sum = 0i64;
    let add = |(day, change): (i64, &i64)| {
        sum += change;
        (day + 1 >= width).then_some(sum.max(0).unsigned_abs())
    };
    (0i64..).zip(changes).map(add).collect()
}

fn trailing_table(first: i64, actives: &[Vec<Option<u64>>]) -> Result<Table> {
    let rows = actives.first().map_or(0, Vec::len);
    let mut table = Table::new(rows);
    table.push("day", ColumnData::Days((first..).take(rows).collect()))?;
    for (name, active) in ["daily", "weekly", "monthly"].into_iter().zip(actives) {
        table.push_optional(name, active.iter().copied())?;
    }
    let names = [("daily_weekly", 0, 1), ("daily_monthly", 0, 2), ("weekly_monthly", 1, 2)];
    for (name, part, whole) in names {
        let (Some(part), Some(whole)) = (actives.get(part), actives.get(whole)) else { continue };
        let ratios = part.iter().zip(whole).map(|(part, whole)| {
            let (part, whole) = part.zip(*whole)?;
            (whole > 0).then(|| part as f64 / whole as f64)
        });
        table.push_optional(name, ratios)?;
    }
    Ok(table)
}

fn table_of(period: Period, base: i64, until: i64, counts: &[Counts], level: f64) -> Result<Table> {
    let numbers = || (base..).zip(counts);
    let over = |number: i64| period.last_day(number) <= until;
    let length = |number: i64| period.last_day(number) - period.first_day(number) + 1;
    let mut table = Table::new(counts.len());
    let firsts = numbers().map(|(number, _)| period.first_day(number)).collect();
    let lasts = numbers().map(|(number, _)| period.last_day(number)).collect();
    table.push("period", ColumnData::Days(firsts))?;
    table.push("last_day", ColumnData::Days(lasts))?;
    let days = numbers().map(|(number, _)| length(number).unsigned_abs());
    table.push("days", days.collect::<Vec<_>>())?;
    let mut count = |name: &'static str, of: &dyn Fn(&Counts) -> u64| {
        table.push_optional(name, numbers().map(|(number, it)| over(number).then(|| of(it))))
    };
    count("active", &|it| it.active)?;
    count("new", &|it| it.new)?;
    count("retained", &|it| it.retained)?;
    count("back", &|it| it.active - it.new - it.retained)?;
    let before = || std::iter::once(0).chain(counts.iter().map(|it| it.active));
    let lapsed = numbers()
        .zip(before())
        .map(|((number, it), before)| over(number).then(|| before.saturating_sub(it.retained)));
    table.push_optional("lapsed", lapsed)?;
    let options = IntervalOptions { level, ..IntervalOptions::default() };
    let (mut daily, mut sticky) = (Vec::new(), Vec::new());
    let (mut lower, mut upper) = (Vec::new(), Vec::new());
    for (number, it) in numbers() {
        let days = length(number) as f64;
        let moments = it.moments();
        let interval = if over(number) { mean::interval(&moments, &options)? } else { None };
        daily.push(over(number).then(|| it.active_days as f64 / days));
        sticky.push(moments.mean().filter(|_| over(number)).map(|mean| mean / days));
        lower.push(interval.map(|interval| interval.lower / days));
        upper.push(interval.map(|interval| interval.upper / days));
    }
    table.push_optional("mean_daily", daily)?;
    table.push_optional("stickiness", sticky)?;
    table.push_optional("lower", lower)?;
    table.push_optional("upper", upper)?;
    Ok(table)
}

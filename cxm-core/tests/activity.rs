//! Activity against the plainest possible implementation, over random logs, shards and questions.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a test may stop at the first surprise"
)]

use std::collections::{BTreeMap, BTreeSet};

use cxm_core::calculator::ColumnData;
use cxm_core::churn::{
    Activity, ActivityDefinition, Clock, CohortOptions, RetentionKind, StickinessOptions, Tick,
};
use cxm_core::model::period::{Period, Weekday};
use cxm_core::model::{InvalidRule, RefundRule};
use cxm_core::prelude::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const HOUR: i64 = 3_600_000_000;

/// A row: customer, hours since 1970, amount.
type Row = (Option<i64>, i64, Option<i64>);

#[derive(Debug, Clone)]
struct Question {
    definition: ActivityDefinition,
    options: CohortOptions,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let customer = prop_oneof![
        20 => (0i64..12).prop_map(Some),
        2 => any::<i64>().prop_map(Some),
        1 => Just(None),
    ];
    let hours = -3000i64..9000;
    let amount = prop_oneof![6 => (-40i64..400).prop_map(Some), 1 => Just(None)];
    proptest::collection::vec((customer, hours, amount), 0..60)
}

fn question() -> impl Strategy<Value = Question> {
    let periods = [
        Period::Day,
        Period::Week(Weekday::Monday),
        Period::Week(Weekday::Saturday),
        Period::Month,
        Period::Quarter,
        Period::Year,
    ];
    let kinds = [
        RetentionKind::On,
        RetentionKind::OnOrAfter,
        RetentionKind::Brackets(vec![0, 1, 3, 7]),
        RetentionKind::Brackets(vec![2, 5]),
    ];
    let clock =
        prop_oneof![Just(Clock::Calendar), (1u32..40).prop_map(|days| Clock::Rolling { days })];
    let day = || proptest::option::of(-130i64..400);
    let refunds = prop_oneof![Just(RefundRule::Exclude), Just(RefundRule::Net)];
    (
        (0..periods.len(), 0..kinds.len(), clock, day(), day()),
        (proptest::option::of(0u32..9), any::<bool>(), -800i32..800, refunds),
    )
        .prop_map(move |((period, kind, clock, until, born_from), rest)| {
            let (max_age, hourly, day_offset_minutes, refunds) = rest;
            let tick = if hourly { Tick::Hour } else { Tick::Day };
            Question {
                definition: ActivityDefinition {
                    tick,
                    day_offset_minutes,
                    refunds,
                    ..ActivityDefinition::default()
                },
                options: CohortOptions {
                    period: periods[period],
                    clock,
                    kind: kinds[kind].clone(),
                    until,
                    born_from,
                    max_age,
                },
            }
        })
}

fn fed(definition: &ActivityDefinition, rows: &[Row], texts: bool) -> Activity {
    let mut activity = Activity::new(definition.clone()).unwrap();
    let known: Vec<u8> = rows.iter().map(|row| u8::from(row.0.is_some())).collect();
    let numbers: Vec<i64> = rows.iter().map(|row| row.0.unwrap_or(-77)).collect();
    let names: Vec<String> = numbers.iter().map(|number| format!("customer {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let times: Vec<i64> = rows.iter().map(|row| row.1 * HOUR + 59).collect();
    let amounts: Vec<f64> =
        rows.iter().map(|row| row.2.map_or(f64::NAN, |amount| amount as f64)).collect();
    let mut customers =
        if texts { KeyColumn::from(names.as_slice()) } else { KeyColumn::from(numbers.as_slice()) };
    customers.validity = Some(Validity::Bytes(&known));
    let batch = Transactions::new(customers, &times).with_amounts(amounts.as_slice());
    activity.update(batch).unwrap();
    activity
}

/// Everything that is known of a customer: day and hour of each row with its amount.
#[derive(Debug, Default)]
struct Naive {
    customers: BTreeMap<i64, Vec<(i64, i64, Option<i64>)>>,
    last_day: Option<i64>,
}

impl Naive {
    fn of(question: &Question, rows: &[Row]) -> Self {
        let mut naive = Self::default();
        let rules = &question.definition;
        for (customer, hour, amount) in rows {
            let Some(customer) = customer else { continue };
            if rules.refunds == RefundRule::Exclude && amount.is_some_and(|amount| amount < 0) {
                continue;
            }
            let minutes = hour * 60 + i64::from(rules.day_offset_minutes);
            let (day, hour) = (minutes.div_euclid(1440), minutes.div_euclid(60));
            naive.customers.entry(*customer).or_default().push((day, hour, *amount));
            naive.last_day = Some(naive.last_day.map_or(day, |last| last.max(day)));
        }
        naive
    }

    /// Hours of the first activity.
    fn first(rows: &[(i64, i64, Option<i64>)]) -> Option<(i64, i64)> {
        let visits = rows.iter().filter(|row| row.2.is_none_or(|amount| amount >= 0));
        visits.map(|row| (row.1, row.0)).min()
    }

    /// What the cell of a cohort and an age from one to before another holds.
    fn cell(&self, question: &Question, cohort: i64, ages: (i64, i64)) -> (u64, Option<i128>) {
        let options = &question.options;
        let until = options.until.or(self.last_day).unwrap();
        let (mut customers, mut revenue, mut unknown) = (0, 0, false);
        for rows in self.customers.values() {
            let Some((first_hour, first_day)) = Self::first(rows) else { continue };
            let outside = first_day > until
                || options.born_from.is_some_and(|from| first_day < from)
                || options.period.number(first_day) != cohort;
            if outside {
                continue;
            }
            let mut active = false;
            for (day, hour, amount) in rows.iter().filter(|row| row.0 <= until) {
                let age = match options.clock {
                    Clock::Calendar => options.period.number(*day) - cohort,
                    Clock::Rolling { days } if question.definition.tick == Tick::Day => {
                        (day - first_day).div_euclid(days.into())
                    }
                    Clock::Rolling { days } => (hour - first_hour).div_euclid(i64::from(days) * 24),
                };
                let age = age.max(0);
                if age < ages.0 || age >= ages.1 {
                    continue;
                }
                active |= amount.is_none_or(|amount| amount >= 0);
                unknown |= amount.is_none();
                revenue += i128::from(amount.unwrap_or_default());
            }
            customers += u64::from(active);
        }
        (customers, (!unknown).then_some(revenue))
    }

    /// Whether an age is over for whoever was first active in the last moment of a cohort.
    fn is_over(&self, question: &Question, cohort: i64, age: i64) -> bool {
        let options = &question.options;
        let until = options.until.or(self.last_day).unwrap();
        match options.clock {
            Clock::Calendar => options.period.last_day(cohort + age) <= until,
            Clock::Rolling { days } => {
                let ends = (age + 1) * i64::from(days);
                let last = options.period.last_day(cohort);
                match question.definition.tick {
                    Tick::Day => last + ends - 1 <= until,
                    Tick::Hour => last * 24 + 23 + ends * 24 - 1 <= until * 24 + 23,
                }
            }
        }
    }
}

fn check_cohorts(question: &Question, rows: &[Row], activity: &Activity) {
    let naive = Naive::of(question, rows);
    let options = &question.options;
    let table = activity.cohorts(options).unwrap();
    let firsts: Vec<i64> =
        naive.customers.values().filter_map(|rows| Naive::first(rows)).map(|it| it.1).collect();
    let Some(until) = options.until.or(naive.last_day) else {
        assert!(table.cohorts.is_empty());
        return;
    };
    let before = |day: i64| options.born_from.is_some_and(|from| day < from);
    let count = |keep: &dyn Fn(i64) -> bool| firsts.iter().filter(|day| keep(**day)).count() as u64;
    if naive.last_day.is_some() {
        assert_eq!(table.customers_before, count(&|day| before(day)));
        assert_eq!(table.customers_after, count(&|day| !before(day) && day > until));
        let inside = count(&|day| !before(day) && day <= until);
        assert_eq!(table.cohorts.iter().map(|cohort| cohort.size).sum::<u64>(), inside);
    }
    let priced = naive.customers.values().flatten().any(|row| row.2.is_some());
    for cohort in &table.cohorts {
        let number = options.period.number(cohort.first_day);
        let born = |day: i64| !before(day) && day <= until && options.period.number(day) == number;
        assert_eq!(cohort.size, count(&born));
        assert_eq!(cohort.is_whole, cohort.last_day <= until);
        for (column, cell) in cohort.cells.iter().enumerate() {
            let age = column as i64;
            let (ages, last) = match &options.kind {
                RetentionKind::On => ((age, age + 1), age),
                RetentionKind::OnOrAfter => ((age, i64::MAX), age),
                RetentionKind::Brackets(edges) => {
                    let ends = (edges[column].into(), edges[column + 1].into());
                    (ends, ends.1 - 1)
                }
            };
            assert_eq!(cell.is_some(), naive.is_over(question, number, last), "{number} {age}");
            let Some(cell) = cell else { continue };
            let (customers, revenue) = naive.cell(question, number, ages);
            assert_eq!(cell.customers, customers, "cohort {number} at {age}");
            // A cell without anybody knows its revenue only where a log has amounts at all.
            assert!(cell.revenue.is_none() || priced);
            if cell.revenue.is_some() || customers > 0 {
                assert_eq!(cell.revenue, revenue, "cohort {number} at {age}");
            }
        }
    }
}

fn check_stickiness(question: &Question, rows: &[Row], activity: &Activity) {
    let naive = Naive::of(question, rows);
    let options =
        StickinessOptions { period: question.options.period, until: question.options.until };
    let table = activity.stickiness(&options, 0.95).unwrap();
    let Some(last) = naive.last_day else {
        assert_eq!(table.len(), 0);
        return;
    };
    let until = options.until.unwrap_or(last);
    let days = |customer: &[(i64, i64, Option<i64>)]| -> BTreeSet<i64> {
        let visits = customer.iter().filter(|row| row.2.is_none_or(|amount| amount >= 0));
        visits.map(|row| row.0).filter(|day| *day <= until).collect()
    };
    let customers: Vec<BTreeSet<i64>> = naive.customers.values().map(|rows| days(rows)).collect();
    let starts = table.column("period").unwrap().integers().unwrap().to_vec();
    for (row, start) in starts.into_iter().enumerate() {
        let number = options.period.number(start);
        let end = options.period.last_day(number);
        let active = table.column("active").unwrap();
        assert_eq!(active.is_present(row), end <= until);
        if end > until {
            continue;
        }
        let within = |days: &BTreeSet<i64>| days.range(start..=end).count();
        let cell = |name: &str| table.column(name).unwrap().counts().unwrap()[row];
        let now: Vec<&BTreeSet<i64>> = customers.iter().filter(|days| within(days) > 0).collect();
        assert_eq!(cell("active"), now.len() as u64);
        let first = |days: &&&BTreeSet<i64>| *days.first().unwrap() >= start;
        assert_eq!(cell("new"), now.iter().filter(first).count() as u64);
        let before = options.period.first_day(number - 1);
        let was = |days: &&&BTreeSet<i64>| days.range(before..start).next().is_some();
        assert_eq!(cell("retained"), now.iter().filter(was).count() as u64);
        let all = customers.iter().map(within).sum::<usize>() as f64 / (end - start + 1) as f64;
        let daily = table.column("mean_daily").unwrap().floats().unwrap()[row];
        assert!((daily - all).abs() < 1e-12);
    }
}

fn check_inactivity(question: &Question, rows: &[Row], activity: &Activity) {
    let naive = Naive::of(question, rows);
    let until = question.options.until.unwrap_or(90);
    let (since, window) = (until - 20, 15);
    let last = |rows: &[(i64, i64, Option<i64>)], day: i64| {
        let visits = rows.iter().filter(|row| row.2.is_none_or(|amount| amount >= 0));
        visits.map(|row| row.0).filter(|at| *at <= day).max()
    };
    let active = |rows: &[_], day: i64| last(rows, day).map(|last| ((day - last) as u64) < window);
    let counts = activity.inactivity(since, until, window).unwrap();
    let count = |before: Option<bool>, now: bool| {
        let rows = naive.customers.values();
        let same = rows.filter(|it| active(it, since) == before && active(it, until) == Some(now));
        same.count() as u64
    };
    assert_eq!(counts.churned, count(Some(true), false));
    assert_eq!(counts.back, count(Some(false), true));
    assert_eq!(counts.new, count(None, true) + count(None, false));
    assert_eq!(counts.active_before, count(Some(true), true) + counts.churned);
    let lapsed = count(Some(false), false) + count(None, false) + counts.churned;
    assert_eq!((counts.lapsed(), counts.customers - counts.active), (lapsed, lapsed));
}

fn check(law: impl Fn(Vec<Row>, Question, Vec<u8>) -> Result<(), TestCaseError>) {
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let shards = proptest::collection::vec(0u8..5, 60);
    let outcome = TestRunner::new_with_rng(config, rng)
        .run(&(rows(), question(), shards), |(rows, question, shards)| law(rows, question, shards));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn readings_are_those_of_the_plainest_implementation() {
    check(|rows, question, _| {
        let activity = fed(&question.definition, &rows, false);
        // Days of years would be more cells than a table has.
        let question =
            Question { options: CohortOptions { ..question.options.clone() }, ..question };
        check_cohorts(&question, &rows, &activity);
        check_stickiness(&question, &rows, &activity);
        check_inactivity(&question, &rows, &activity);
        Ok(())
    });
}

#[test]
fn shards_in_any_order_leave_the_same_bytes() {
    check(|rows, question, shards| {
        for texts in [false, true] {
            let whole = fed(&question.definition, &rows, texts);
            let mut merged = Activity::new(question.definition.clone()).unwrap();
            for shard in 0..5 {
                let place = |row: &usize| shards[*row] == shard;
                let part: Vec<Row> = (0..rows.len()).filter(place).map(|row| rows[row]).collect();
                let mut part = fed(&question.definition, &part, texts);
                part.merge(&merged).unwrap();
                merged = part;
            }
            prop_assert_eq!(merged.to_bytes(), whole.to_bytes());
            let read = Activity::from_bytes(&merged.to_bytes()).unwrap();
            prop_assert!(read == whole);
        }
        Ok(())
    });
}

/// Keys that are far apart need long words, many rows need many buckets.
#[test]
fn wide_keys_and_many_rows_come_out_alike() {
    let rows: Vec<Row> = (0..30_000i64)
        .map(|row| {
            let mixed = row.wrapping_mul(0x9e37_79b9_7f4a_7c15_u64 as i64);
            (Some(mixed % 4000), (mixed >> 20).rem_euclid(17_000), None)
        })
        .collect();
    let spread: Vec<Row> =
        rows.iter().map(|row| (row.0.map(|id| id << 50), row.1, row.2)).collect();
    let definition = ActivityDefinition::default();
    let options = CohortOptions::default();
    let sizes = |rows: &[Row], texts| {
        let table = fed(&definition, rows, texts).cohorts(&options).unwrap();
        table.table(0.95).unwrap().column("customers").unwrap().data().clone()
    };
    let expected = sizes(&rows, true);
    assert!(matches!(&expected, ColumnData::Counts(counts) if counts.iter().sum::<u64>() > 4000));
    assert_eq!(sizes(&rows, false), expected);
    assert_eq!(sizes(&spread, false), expected);
    let far: Vec<Row> = vec![(Some(i64::MIN), 0, None), (Some(i64::MAX), 1, Some(5))];
    let strict = ActivityDefinition { missing_customers: InvalidRule::Error, ..definition };
    assert_eq!(fed(&strict, &far, false).value().customers, 2);
}

#[test]
fn what_cannot_be_read_is_refused() {
    let mut activity = Activity::default();
    let refused = |error: Error| (error.kind(), error.field().map(str::to_owned));
    let argument = |field: &str| (ErrorKind::InvalidArgument, Some(field.to_owned()));
    let brackets = |edges: &[u32]| CohortOptions {
        kind: RetentionKind::Brackets(edges.to_vec()),
        ..CohortOptions::default()
    };
    for edges in [&[][..], &[1], &[2, 2], &[3, 1]] {
        assert_eq!(refused(activity.cohorts(&brackets(edges)).unwrap_err()), argument("kind"));
    }
    let still = CohortOptions { clock: Clock::Rolling { days: 0 }, ..CohortOptions::default() };
    assert_eq!(refused(activity.cohorts(&still).unwrap_err()), argument("days"));
    assert_eq!(refused(activity.inactivity(5, 4, 1).unwrap_err()), argument("since"));
    assert_eq!(refused(activity.inactivity(4, 5, 0).unwrap_err()), argument("days"));
    // From the beginning of time to its end there are too many months.
    let times = [i64::MIN, i64::MAX];
    let customers = [1i64, 1];
    activity.update(Transactions::new(customers.as_slice(), &times)).unwrap();
    let error = activity.cohorts(&CohortOptions::default()).unwrap_err();
    assert_eq!(refused(error), (ErrorKind::LimitReached, Some("period".to_owned())));
    assert!(activity.stickiness(&StickinessOptions::default(), 0.95).is_err());
    assert!(activity.trailing_activity(28, None).is_err());
    let few = CohortOptions { period: Period::Year, max_age: Some(3), ..CohortOptions::default() };
    assert_eq!(activity.cohorts(&few).unwrap().cohorts[0].cells.len(), 4);
    assert_eq!(activity.value().customers, 1);
    assert_eq!(activity.gaps(None).closed.len(), 1);
}

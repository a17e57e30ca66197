//! The ledger of ten customers of which one month gives seven churn rates.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at a surprise")]

use cxm_core::calculator::batch::{KeyColumn, Spans, Times, Validity};
use cxm_core::churn::{ChurnRateDefinition, Subscriptions};
use cxm_core::model::time;
use cxm_core::prelude::*;

/// Customer, from, to, monthly amount.
const LEDGER: [(&str, &str, &str, i64); 14] = [
    ("a", "2023-06-10", "", 100),
    ("b", "2023-09-01", "2024-03-12", 50),
    ("c", "2023-10-15", "", 80),
    ("c", "2024-03-15", "", 40),
    ("d", "2023-11-20", "2024-03-05", 60),
    ("d", "2024-03-20", "", 60),
    ("e", "2024-01-05", "2024-03-08", 120),
    ("e", "2024-03-08", "", 90),
    ("f", "2024-03-04", "2024-03-25", 30),
    ("g", "2024-03-10", "", 70),
    ("h", "2023-05-01", "2023-12-01", 45),
    ("h", "2024-03-18", "", 45),
    ("i", "2024-02-11", "2024-03-20", 30),
    ("i", "2024-03-20", "", 55),
];

fn ledger() -> Subscriptions {
    let mut rows: Vec<_> = LEDGER.to_vec();
    rows.push(("j", "2023-12-12", "", 200));
    let time = |text: &str| time::parse(text).unwrap_or_default();
    let customers: Vec<&str> = rows.iter().map(|row| row.0).collect();
    let starts: Vec<i64> = rows.iter().map(|row| time(row.1)).collect();
    let ends: Vec<i64> = rows.iter().map(|row| time(row.2)).collect();
    let ended: Vec<u8> = rows.iter().map(|row| u8::from(!row.2.is_empty())).collect();
    let amounts: Vec<i64> = rows.iter().map(|row| row.3).collect();
    let mut ledger = Subscriptions::default();
    ledger
        .update(
            Spans::new(
                KeyColumn::from(customers.as_slice()),
                &starts,
                Times { values: &ends, validity: Some(Validity::Bytes(&ended)) },
            )
            .with_amounts(amounts.as_slice()),
        )
        .unwrap();
    ledger
}

fn march() -> (i64, i64) {
    (time::parse("2024-03-01").unwrap(), time::parse("2024-04-01").unwrap())
}

#[test]
fn seven_definitions_give_seven_rates() {
    let (start, end) = march();
    for (definition, numerator, denominator) in [
        ("start_cohort", 1, 7),
        ("events_over_start", 3, 7),
        ("events_over_exposed", 1, 3),
        ("events_over_average", 2, 5),
        ("events_over_mean_daily", 93, 239),
        ("daily_sum", 13, 36),
        ("person_time", 90, 239),
    ] {
        let definition = ChurnRateDefinition::preset(definition).unwrap();
        let rate = ledger().churn_rate(start, end, &definition).unwrap();
        let exact = (rate.numerator.unwrap(), rate.denominator.unwrap());
        assert_eq!(exact.0 * denominator, exact.1 * numerator, "{definition:?}: {exact:?}");
        let value = numerator as f64 / denominator as f64;
        assert!((rate.rate.unwrap() - value).abs() <= 1e-15, "{definition:?}");
        let interval = rate.interval(&IntervalOptions::default()).unwrap().unwrap();
        assert!(interval.contains(value), "{definition:?}: {interval:?}");
    }
}

#[test]
fn the_counts_of_the_month() {
    let (start, end) = march();
    let rate = ledger().churn_rate(start, end, &ChurnRateDefinition::default()).unwrap();
    let counts = rate.counts;
    assert_eq!((counts.start, counts.end, counts.customer_days), (7, 8, 239));
    assert_eq!((counts.churned.unstated, counts.new, counts.reactivated), (3, 2, 2));
}

#[test]
fn revenue_moves_and_adds_up() {
    let (start, end) = march();
    let retention = ledger().revenue_retention(start, end).unwrap();
    let m = retention.movements;
    assert_eq!((m.start, m.end), (640, 740));
    let moved = (m.new, m.expansion, m.contraction, m.churn, m.reactivation);
    assert_eq!(moved, (100, 65, 30, 140, 105));
    assert_eq!(m.start + m.new + m.expansion - m.contraction - m.churn + m.reactivation, m.end);
    let is = |ratio: cxm_core::churn::Ratio, numerator: i64, denominator: i64| {
        assert_eq!(ratio.numerator * denominator, ratio.denominator * numerator, "{ratio:?}");
    };
    is(retention.gross_churn, 17, 64);
    is(retention.gross_ratio, 7, 8);
    is(retention.net_ratio, 125, 128);
    is(retention.net_churn_offset, 0, 1);
    is(retention.net_churn, 21, 128);
    is(retention.quick_ratio_with_reactivation, 27, 17);
    is(retention.quick_ratio, 33, 34);
}

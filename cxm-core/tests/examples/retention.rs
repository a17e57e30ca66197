//! The section of the card about who comes back, beside a recount of the file.

use super::{line, quickstart_card, rows_of, section, thousands};
use std::collections::{BTreeMap, BTreeSet};

const MONTHS: usize = 12;

/// The number of the month of a date: `2025-02-03`.
fn month(date: &str) -> usize {
    12 * date[..4].parse::<usize>().unwrap() + date[5..7].parse::<usize>().unwrap() - 1
}

/// The months in which each customer bought.
fn bought() -> BTreeMap<String, BTreeSet<usize>> {
    let mut bought: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for row in rows_of("transactions.csv") {
        bought.entry(row["customer"].clone()).or_default().insert(month(&row["date"]));
    }
    bought
}

/// How many of each hundred who came in these months bought so many months later; None where no
/// month so late is over.
fn share(cohorts: std::ops::RangeInclusive<usize>, age: usize) -> Option<String> {
    let (mut came, mut back) = (0, 0);
    for months in bought().values() {
        let first = *months.first().unwrap();
        if cohorts.contains(&first) && first + age <= month("2026-06-30") {
            came += 1;
            back += usize::from(months.contains(&(first + age)));
        }
    }
    (came > 0).then(|| format!("{:.0}", 100.0 * back as f64 / came as f64))
}

#[test]
fn the_triangle_is_that_of_a_recount() {
    let card = quickstart_card(false);
    let lines = section(&card, "Who comes back");
    let firsts: Vec<usize> = bought().values().map(|months| *months.first().unwrap()).collect();
    let (begin, end) = (month("2025-01-01"), month("2026-06-30"));
    let mut shown = 0;
    for cohort in begin..=end {
        let size = firsts.iter().filter(|first| **first == cohort).count();
        let name = format!("{}-{:02}", cohort / 12, cohort % 12 + 1);
        if size == 0 {
            assert!(!lines.iter().any(|line| line.trim_start().starts_with(&name)), "{name}");
            continue;
        }
        shown += 1;
        let mut expected = vec![size.to_string()];
        expected.extend((1..=MONTHS).filter_map(|age| share(cohort..=cohort, age)));
        // Blanks come last, so that the words that are there are the first ones.
        assert_eq!(expected.len() - 1, MONTHS.min(end - cohort), "{name}");
        assert_eq!(line(&lines, &name), expected, "{name}");
    }
    assert!(shown > 10);
    for (name, from) in [("mean of these", begin), ("mean since 2022", 0)] {
        let all = firsts.iter().filter(|first| **first >= from).count();
        let mut expected = vec![thousands(all)];
        expected.extend((1..=MONTHS).filter_map(|age| share(from..=end, age)));
        assert_eq!(line(&lines, name), expected, "{name}");
    }
}

/// Who buys in a month has not left, so that more are there than buy; and who left does not return.
#[test]
fn more_are_still_there_than_buy() {
    let card = quickstart_card(false);
    let lines = section(&card, "Who comes back");
    let numbers = |name: &str, skipped: usize| -> Vec<u32> {
        line(&lines, name).iter().skip(skipped).map(|word| word.parse().unwrap()).collect()
    };
    let (buy, there) = (numbers("mean since 2022", 1), numbers("\u{25c6} still there", 0));
    assert_eq!((buy.len(), there.len()), (MONTHS, MONTHS));
    assert!(buy.iter().zip(&there).all(|(buy, there)| buy < there), "{buy:?} {there:?}");
    let left: BTreeMap<String, String> = rows_of("truth_customers.csv")
        .into_iter()
        .map(|row| (row["customer"].clone(), row["left"].clone()))
        .collect();
    for (age, shown) in (1..=MONTHS).zip(there) {
        let (mut came, mut stayed) = (0, 0);
        for (customer, months) in bought() {
            let after = months.first().unwrap() + age;
            if after <= month("2026-06-30") {
                came += 1;
                let left = &left[&customer];
                stayed += u32::from(left.is_empty() || month(left) > after);
            }
        }
        assert_eq!(
            format!("{:.0}", 100.0 * f64::from(stayed) / f64::from(came)),
            shown.to_string()
        );
    }
}

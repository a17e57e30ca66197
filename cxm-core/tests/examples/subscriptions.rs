//! The sections of the card about subscriptions, beside a recount of the file.

use super::{Row, line, quickstart_card, rows_of, section};
use std::collections::{BTreeMap, BTreeSet};

/// Who subscribes on a day; dates of one form compare as text.
fn there(rows: &[Row], day: &str) -> BTreeSet<String> {
    let on =
        |row: &&Row| row["from"].as_str() <= day && (row["to"].is_empty() || *row["to"] > *day);
    rows.iter().filter(on).map(|row| row["customer"].clone()).collect()
}

/// What those pay on a day, in cents.
fn paid(rows: &[Row], day: &str, who: &BTreeSet<String>) -> i64 {
    let on = |row: &&Row| {
        who.contains(&row["customer"])
            && row["from"].as_str() <= day
            && (row["to"].is_empty() || *row["to"] > *day)
    };
    rows.iter().filter(on).map(|row| row["amount"].replace('.', "").parse::<i64>().unwrap()).sum()
}

#[test]
fn churn_is_that_of_a_recount_and_holds_the_truth() {
    let card = quickstart_card(false);
    let lines = section(&card, "Subscriptions");
    let rows = rows_of("subscriptions.csv");
    let segment_of: BTreeMap<String, String> = rows_of("customers.csv")
        .into_iter()
        .map(|row| (row["customer"].clone(), row["segment"].clone()))
        .collect();
    let (before, after) = (there(&rows, "2026-06-01"), there(&rows, "2026-07-01"));
    for segment in ["subscriber", "regular", "office", "all"] {
        let here = |who: &&String| segment == "all" || segment_of[*who] == segment;
        let start = before.iter().filter(here).count();
        let gone = before.difference(&after).filter(here).count();
        let words = line(&lines, segment);
        let churn = format!("{:.1}", 100.0 * gone as f64 / start as f64);
        assert_eq!(words[..3], [start.to_string(), gone.to_string(), churn], "{segment}");
        if segment == "all" {
            continue;
        }
        // churn %, lower … upper, truth %, stays %, lower … upper, truth %
        let numbers: Vec<f64> = words.iter().filter_map(|word| word.parse().ok()).collect();
        let [_, _, _, lower, upper, truth, stays, low, high, true_stays] = numbers[..] else {
            panic!("{words:?}")
        };
        assert!(lower <= truth && truth <= upper, "{segment}: {words:?}");
        assert!(low < stays && stays < high, "{segment}: {words:?}");
        assert!(low <= true_stays && true_stays <= high, "{segment}: {words:?}");
    }
}

#[test]
fn recurring_revenue_is_that_of_a_recount() {
    let card = quickstart_card(false);
    let lines = section(&card, "Recurring revenue");
    let rows = rows_of("subscriptions.csv");
    for (name, start) in [("June", "2026-06-01"), ("12", "2025-07-01")] {
        let words = line(&lines, name);
        let number = |word: &str| -> i64 {
            let digits = word.chars().filter(char::is_ascii_digit).collect::<String>();
            digits.parse().unwrap()
        };
        let (before, after) = (there(&rows, start), there(&rows, "2026-07-01"));
        let (first, last) = (paid(&rows, start, &before), paid(&rows, "2026-07-01", &after));
        assert_eq!(number(words[1]), (first + 50) / 100, "{words:?}");
        assert_eq!(number(words[7]), (last + 50) / 100, "{words:?}");
        let kept = paid(&rows, "2026-07-01", &before);
        let net = format!("{:.1}", 100.0 * kept as f64 / first as f64);
        assert_eq!(words[10], net, "{words:?}");
    }
}

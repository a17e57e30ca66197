//! The sections of the card about what customers are worth.

use super::{answers, class, line, mean, quickstart_card, rows_of, section, thousands};
use std::collections::BTreeMap;

/// A number as a table shows it: `12,345`.
fn number(word: &str) -> f64 {
    word.replace(',', "").parse().unwrap_or_else(|_| panic!("{word} is not a number"))
}

#[test]
fn what_customers_are_worth_is_found() {
    let card = quickstart_card(false);
    let lines = section(&card, "What customers are worth");
    let segment_of: BTreeMap<String, String> = rows_of("customers.csv")
        .into_iter()
        .map(|row| (row["customer"].clone(), row["segment"].clone()))
        .collect();
    let sum = |file: &str, column: &str, segment: &str| -> f64 {
        let rows = rows_of(file).into_iter();
        let here = rows.filter(|row| segment == "all" || segment_of[&row["customer"]] == segment);
        here.map(|row| row[column].parse::<f64>().unwrap()).sum()
    };
    for segment in ["occasional", "office", "regular", "subscriber", "all"] {
        let words = line(&lines, segment);
        let [_, there, really, so_far, next, lower, _, upper, spent, _] = words[..] else {
            panic!("{words:?}")
        };
        // Shown in whole euros.
        let exact = sum("transactions.csv", "amount", segment);
        assert!((number(so_far) - exact).abs() < 0.51, "{segment}: {so_far}, {exact}");
        let came = sum("truth_customers.csv", "spent_next_year", segment);
        assert!((number(spent) - came).abs() < 0.51, "{segment}: {spent}, {came}");
        assert!(number(lower) < number(next) && number(next) < number(upper), "{words:?}");
        assert!(number(lower) < came && came < number(upper), "{segment}: {words:?}");
        assert!((number(there) / number(really) - 1.0).abs() < 0.15, "{segment}: {words:?}");
    }
}

#[test]
fn key_customers_are_those_of_a_recount() {
    let card = quickstart_card(false);
    let mut revenue: BTreeMap<String, f64> = BTreeMap::new();
    for row in rows_of("transactions.csv") {
        *revenue.entry(row["customer"].clone()).or_default() +=
            row["amount"].parse::<f64>().unwrap();
    }
    let mut sorted: Vec<f64> = revenue.into_values().collect();
    sorted.sort_by(|a, b| b.total_cmp(a));
    let total: f64 = sorted.iter().sum();
    let reached = |some: usize| sorted[..some].iter().sum::<f64>();
    let key = (1..=900).find(|some| reached(*some) >= total / 2.0).unwrap();
    let words = line(&section(&card, "Key customers"), "revenue so far").join(" ");
    let best = format!("{:.1} %", 100.0 * reached(90) / total);
    assert!(
        words.contains(&best) && words.contains(&format!("% {key} (")),
        "{words}: {best} {key}"
    );
}

#[test]
fn promoters_are_found_to_be_worth_more() {
    let card = quickstart_card(false);
    let lines = section(&card, "Promoters and detractors");
    let mut last: BTreeMap<String, f64> = BTreeMap::new();
    for row in answers() {
        if let Some(class) = class(&row) {
            last.insert(row["customer"].clone(), class);
        }
    }
    let spent: BTreeMap<String, f64> = rows_of("truth_customers.csv")
        .into_iter()
        .map(|row| (row["customer"].clone(), row["spent_next_year"].parse().unwrap()))
        .collect();
    for (name, wanted) in [("promoters", 1.0), ("passives", 0.0), ("detractors", -1.0)] {
        let here = last.iter().filter(|(_, class)| (*class - wanted).abs() < 0.5);
        let (came, customers) = mean(here.map(|(customer, _)| Some(spent[customer])));
        let words = line(&lines, name);
        assert_eq!(words[0], thousands(customers), "{name}");
        assert_eq!(words.last().map(|word| number(word)), Some(came.round()), "{name}");
    }
    let found = section(&card, "What to conclude").join(" ");
    assert!(found.contains("A promoter is worth"), "{found}");
}

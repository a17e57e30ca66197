//! The data of the example company: reproducible, blemished as stated, and true to their truth.
//!
//! The files are read back naively here, without the library, so that this test is a witness for
//! the data and not one more use of the code under test.

#[path = "../examples/company/simulator.rs"]
mod simulator;

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

type Row = BTreeMap<String, String>;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/company"))
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(name)).unwrap_or_default()
}

fn rows(name: &str) -> Vec<Row> {
    let text = text(&format!("data/{name}"));
    csv::Reader::from_reader(text.as_bytes()).deserialize().filter_map(Result::ok).collect()
}

fn get<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).map_or("no such column", String::as_str)
}

fn truth_json() -> Value {
    serde_json::from_str(&text("data/truth.json")).unwrap_or_default()
}

/// The key of one customer in one wave.
fn key(row: &Row) -> (String, String) {
    (get(row, "customer").to_owned(), get(row, "wave").to_owned())
}

/// The first row of each customer in each wave; the file is in the order of answering.
fn first_answers() -> Vec<Row> {
    let mut seen = BTreeSet::new();
    rows("responses.csv").into_iter().filter(|row| seen.insert(key(row))).collect()
}

/// The rating in a cell, unless it is missing, "don't know", out of range or not whole.
fn rating(row: &Row, column: &str) -> Option<f64> {
    let scale = match column {
        "recommend" => 0..=10,
        "effort" => 1..=7,
        _ => 1..=5,
    };
    let rating: u8 = get(row, column).parse().ok()?;
    scale.contains(&rating).then(|| f64::from(rating))
}

/// What a row adds to a measure of `truth.csv`; none where it does not belong to it.
fn contribution(row: &Row, measure: &str) -> Option<f64> {
    let one_if = |holds: bool| f64::from(u8::from(holds));
    let recommend = || rating(row, "recommend");
    let by_phone = get(row, "channel") == "phone";
    match measure {
        "detractor_share" => recommend().map(|r| one_if(r <= 6.0)),
        "passive_share" => recommend().map(|r| one_if(r > 6.0 && r < 9.0)),
        "promoter_share" => recommend().map(|r| one_if(r >= 9.0)),
        "nps_points" => recommend().map(|r| 100.0 * (one_if(r >= 9.0) - one_if(r <= 6.0))),
        "satisfaction_top_box_share" => rating(row, "satisfaction").map(|r| one_if(r >= 4.0)),
        "effort_mean_phone" if by_phone => rating(row, "effort"),
        "effort_mean_other" if !by_phone => rating(row, "effort"),
        "response_rate" => {
            row.get("invited_at").map(|_| one_if(!get(row, "answered_at").is_empty()))
        }
        _ => None,
    }
}

/// The weighted mean of a measure, its linearised standard error, and the number of rows.
fn observed(rows: &[Row], segment: &str, wave: &str, measure: &str) -> (f64, f64, usize) {
    let values: Vec<(f64, f64)> = rows
        .iter()
        .filter(|row| get(row, "wave") == wave)
        .filter(|row| segment == "all" || get(row, "segment") == segment)
        .filter_map(|row| Some((contribution(row, measure)?, get(row, "weight").parse().ok()?)))
        .collect();
    let weights: f64 = values.iter().map(|(_, weight)| weight).sum();
    let mean = values.iter().map(|(value, weight)| value * weight).sum::<f64>() / weights;
    let squares: f64 = values.iter().map(|(value, weight)| (weight * (value - mean)).powi(2)).sum();
    (mean, squares.sqrt() / weights, values.len())
}

/// The invitations, with the segment of the customer and the weight of the segment beside them.
fn invitations() -> Vec<Row> {
    let pairs = |file: &str, from: &str, to: &str| -> BTreeMap<String, String> {
        rows(file).iter().map(|row| (get(row, from).to_owned(), get(row, to).to_owned())).collect()
    };
    let segments = pairs("customers.csv", "customer", "segment");
    let weights = pairs("responses.csv", "segment", "weight");
    let mut invitations = rows("invitations.csv");
    for row in &mut invitations {
        let segment = segments.get(get(row, "customer")).cloned().unwrap_or_default();
        let weight = weights.get(&segment).cloned().unwrap_or_default();
        row.extend([("segment".to_owned(), segment), ("weight".to_owned(), weight)]);
    }
    invitations
}

#[test]
fn the_files_are_what_the_seed_gives() {
    let mut size = 0;
    for (name, content) in simulator::files(&simulator::simulate()) {
        // Not assert_eq: nobody wants to read two hundred kilobytes of difference.
        assert!(
            text(&format!("data/{name}")) == content,
            "{name} differs: cargo run -p cxm-core --example simulate_company"
        );
        assert!(content.len() < 400_000, "{name} has grown to {} bytes", content.len());
        size += content.len();
    }
    assert!(size < 900_000, "the data have grown to {size} bytes");
}

#[test]
fn the_readme_states_the_truth() {
    let readme = text("README.md");
    let truth = truth_json();
    for table in simulator::truth::tables(&simulator::simulate()) {
        assert!(readme.contains(&table), "README.md should contain\n{table}");
    }
    for (name, count) in truth["counts"].as_object().cloned().unwrap_or_default() {
        let line = format!("| {name} | {count} |\n");
        assert!(readme.contains(&line), "README.md should contain\n{line}");
    }
    let seed = format!("seed {}", truth["seed"]);
    assert!(readme.contains(&seed), "README.md should name the {seed}");
}

/// The small segment is there to mislead: the README shows by how much.
#[test]
fn the_readme_shows_the_noise_of_the_small_segment() {
    let answers = first_answers();
    let mut table = String::from("| wave | answers | observed NPS |\n| --- | ---: | ---: |\n");
    for wave in &simulator::world::WAVES {
        let (points, _, n) = observed(&answers, "office", wave.name, "nps_points");
        assert!(n < 30, "{n} answers of offices in {}", wave.name);
        table.push_str(&format!("| {} | {n} | {points:.1} |\n", wave.name));
    }
    assert!(text("README.md").contains(&table), "README.md should contain\n{table}");
}

#[test]
fn counts_match_the_truth() {
    let counts = &truth_json()["counts"];
    let invitations = rows("invitations.csv");
    let answered = invitations.iter().filter(|row| !get(row, "answered_at").is_empty()).count();
    assert_eq!(counts["customers"], rows("customers.csv").len());
    assert_eq!(counts["invitations"], invitations.len());
    assert_eq!(counts["invitations_answered"], answered);
    assert_eq!(counts["responses"], rows("responses.csv").len());
    assert_eq!(first_answers().len(), answered);
}

#[test]
fn cells_are_blemished_as_stated() {
    let mut stated: BTreeMap<(String, String), u64> = BTreeMap::new();
    let truth = truth_json();
    for flaw in truth["blemishes"]["cells"].as_array().into_iter().flatten() {
        let name = |field: &str| flaw[field].as_str().unwrap_or_default().to_owned();
        stated.insert((name("column"), name("text")), flaw["count"].as_u64().unwrap_or_default());
    }
    let mut found: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in rows("responses.csv") {
        for item in &simulator::world::ITEMS {
            if rating(&row, item.name).is_none() {
                let cell = (item.name.to_owned(), get(&row, item.name).to_owned());
                *found.entry(cell).or_default() += 1;
            }
        }
    }
    assert_eq!(stated, found);
}

#[test]
fn late_and_second_answers_are_as_many_as_stated() {
    let truth = truth_json();
    let blemishes = &truth["blemishes"];
    let closes: BTreeMap<&str, &str> = truth["waves"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|wave| Some((wave["wave"].as_str()?, wave["closes_at"].as_str()?)))
        .collect();
    let responses = rows("responses.csv");
    // Times of one form and one zone compare as text.
    let late = responses.iter().filter(|row| get(row, "answered_at") >= closes[get(row, "wave")]);
    assert_eq!(blemishes["late_answers"], late.count());

    let mut seen = BTreeSet::new();
    let seconds = responses.iter().filter(|row| !seen.insert(key(row))).count();
    let stated = ["second_answers_repeated", "second_answers_changed"]
        .map(|name| blemishes[name].as_u64().unwrap_or_default());
    assert_eq!(stated.iter().sum::<u64>(), u64::try_from(seconds).unwrap_or_default());
}

#[test]
fn every_first_answer_has_its_invitation() {
    let joined: BTreeMap<String, String> = rows("customers.csv")
        .iter()
        .map(|row| (get(row, "customer").to_owned(), get(row, "joined").to_owned()))
        .collect();
    let mut invited = BTreeMap::new();
    for row in rows("invitations.csv") {
        assert!(joined[get(&row, "customer")].as_str() < get(&row, "invited_at"), "{row:?}");
        assert!(invited.insert(key(&row), row.clone()).is_none(), "invited twice: {row:?}");
    }
    for row in first_answers() {
        let invitation = &invited[&key(&row)];
        assert_eq!(get(invitation, "answered_at"), get(&row, "answered_at"));
        assert!(get(invitation, "invited_at") < get(&row, "answered_at"), "{row:?}");
    }
}

#[test]
fn observed_scores_lie_within_four_standard_errors_of_the_truth() {
    let (answers, invitations) = (first_answers(), invitations());
    let mut compared = 0;
    for fact in rows("truth.csv") {
        let [segment, wave, measure] = ["segment", "wave", "measure"].map(|c| get(&fact, c));
        let (rows, column) = match measure {
            "response_rate" => (&invitations, "everyone"),
            _ => (&answers, "answering"),
        };
        let (score, se, n) = observed(rows, segment, wave, measure);
        let Ok(truth) = get(&fact, column).parse::<f64>() else { panic!("no truth: {fact:?}") };
        // A handful of answers (an office on the phone) cannot estimate its own standard error.
        if n >= 10 {
            compared += 1;
            assert!((score - truth).abs() < 4.0 * se, "{fact:?}: {score} ± {se}, n = {n}");
        }
    }
    assert!(compared > 200, "only {compared} facts compared");
}

/// Days since 1970 of `2025-02-03`.
fn day(text: &str) -> Option<i64> {
    let parts: Vec<i64> = text.split('-').filter_map(|part| part.parse().ok()).collect();
    let &[year, month, day] = parts.as_slice() else { return None };
    Some(simulator::calendar::days(year, month, day))
}

#[test]
fn purchases_begin_with_joining_and_end_with_leaving() {
    let joined: BTreeMap<String, String> = rows("customers.csv")
        .iter()
        .map(|row| (get(row, "customer").to_owned(), get(row, "joined").to_owned()))
        .collect();
    let mut bought: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows("transactions.csv") {
        let customer = get(&row, "customer").to_owned();
        bought.entry(customer).or_default().push(get(&row, "date").to_owned());
    }
    let truth = rows("truth_customers.csv");
    assert_eq!((bought.len(), truth.len()), (joined.len(), joined.len()));
    for row in truth {
        let (customer, left) = (get(&row, "customer"), get(&row, "left"));
        let dates = &bought[customer];
        assert_eq!(dates.first(), Some(&joined[customer]), "{customer}");
        assert!(dates.is_sorted(), "{customer}");
        // Dates of one form compare as text.
        assert!(left.is_empty() || dates.iter().all(|date| date.as_str() <= left), "{customer}");
        assert!(dates.iter().all(|date| date.as_str() < "2026-07-01"), "{customer}");
        assert!(left.is_empty() || get(&row, "spent_next_year") == "0.00", "{customer}");
    }
}

#[test]
fn purchases_and_baskets_lie_within_four_standard_errors_of_the_truth() {
    let number = |row: &Row, column: &str| get(row, column).parse::<f64>().unwrap_or(f64::NAN);
    let truth: BTreeMap<String, Row> = rows("truth_customers.csv")
        .into_iter()
        .map(|row| (get(&row, "customer").to_owned(), row))
        .collect();
    let (mut repeats, mut relative, mut baskets): (f64, f64, f64) = (0.0, 0.0, 0.0);
    let mut seen = BTreeSet::new();
    for row in rows("transactions.csv") {
        let customer = get(&row, "customer").to_owned();
        let mean = number(&truth[&customer], "mean_basket");
        baskets += 1.0;
        relative += number(&row, "amount") / mean - 1.0;
        if !seen.insert(customer) {
            repeats += 1.0;
        }
    }
    let mut expected: f64 = 0.0;
    for row in rows("customers.csv") {
        let known = &truth[get(&row, "customer")];
        let end = day(get(known, "left")).unwrap_or(simulator::purchases::CUT_OFF);
        let weeks = day(get(&row, "joined")).map_or(f64::NAN, |from| (end - from) as f64 / 7.0);
        expected += number(known, "purchases_a_week") * weeks;
    }
    // Purchases are a Poisson process; the variance of one basket is a quarter of its square.
    let (off, deviation) = (repeats - expected, expected.sqrt());
    assert!(off.abs() < 4.0 * deviation, "{repeats} repeats, {expected} expected");
    let deviation = (baskets / 4.0).sqrt();
    assert!(relative.abs() < 4.0 * deviation, "{relative} over {baskets} baskets");
}

/// Spans touch or stand apart, and what ended says why: a change of price has no cause.
#[test]
fn spans_of_a_customer_never_overlap() {
    let mut by_customer: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows("subscriptions.csv") {
        by_customer.entry(get(&row, "customer").to_owned()).or_default().push(row);
    }
    assert!(by_customer.len() > 400);
    for (customer, spans) in by_customer {
        for pair in spans.windows(2) {
            let (to, from, cause) =
                (get(&pair[0], "to"), get(&pair[1], "from"), get(&pair[0], "cause"));
            // Dates of one form compare as text.
            assert!(!to.is_empty() && to <= from, "{customer}");
            assert_eq!(cause.is_empty(), to == from, "{customer}");
        }
        let last = &spans[spans.len() - 1];
        assert_eq!(get(last, "cause").is_empty(), get(last, "to").is_empty(), "{customer}");
        assert!(spans.iter().all(|row| get(row, "from") <= "2026-07-01"), "{customer}");
        assert!(spans.iter().all(|row| get(row, "to") <= "2026-07-01"), "{customer}");
    }
}

#[test]
fn subscriptions_end_at_the_pace_that_is_true() {
    let segments: BTreeMap<String, String> = rows("customers.csv")
        .iter()
        .map(|row| (get(row, "customer").to_owned(), get(row, "segment").to_owned()))
        .collect();
    for terms in &simulator::subscriptions::TERMS {
        let (mut months, mut left, mut failed) = (0.0, 0.0, 0.0);
        for row in rows("subscriptions.csv") {
            if segments[get(&row, "customer")] != terms.segment {
                continue;
            }
            let from = day(get(&row, "from")).unwrap_or_default();
            let to = day(get(&row, "to")).unwrap_or(simulator::subscriptions::CUT_OFF);
            months += (to - from) as f64 / simulator::subscriptions::MONTH;
            left += f64::from(u8::from(get(&row, "cause") == "voluntary"));
            failed += f64::from(u8::from(get(&row, "cause") == "involuntary"));
        }
        for (found, rate) in [(left, terms.leaving), (failed, terms.failing)] {
            let expected: f64 = rate * months;
            let off: f64 = found - expected;
            let name = terms.segment;
            assert!(off.abs() < 4.0 * expected.sqrt(), "{name}: {found}, {expected} expected");
        }
    }
}

/// Each contact with the one that the customer's journey goes on to; a journey comes a week or more
/// after the one before, and its contacts less than that after each other.
fn contacts_and_next() -> Vec<(Row, Option<Row>)> {
    let mut by_customer: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows("interactions.csv") {
        by_customer.entry(get(&row, "customer").to_owned()).or_default().push(row);
    }
    let date = |row: &Row| day(get(row, "time").get(..10).unwrap_or_default()).unwrap_or_default();
    let mut pairs = Vec::new();
    for contacts in by_customer.into_values() {
        for (place, row) in contacts.iter().enumerate() {
            let next = contacts.get(place + 1).filter(|next| date(next) - date(row) <= 7);
            let next = next.filter(|_| get(row, "touchpoint") != simulator::interactions::ORDER);
            pairs.push((row.clone(), next.cloned()));
        }
    }
    pairs
}

#[test]
fn contacts_go_on_and_are_liked_as_is_true() {
    let pairs = contacts_and_next();
    // What follows two days after the end of the file is not known.
    let known = |row: &Row| get(row, "time") < "2026-06-29";
    for it in &simulator::interactions::TOUCHPOINTS {
        let here = || pairs.iter().filter(|(row, _)| get(row, "touchpoint") == it.name);
        let n = here().filter(|(row, _)| known(row)).map(|_| 1.0).sum::<f64>();
        for (name, chance) in it.next {
            let goes = |(row, next): &&(Row, Option<Row>)| {
                known(row) && next.as_ref().map_or("stop", |next| get(next, "touchpoint")) == *name
            };
            let found = here().filter(goes).map(|_| 1.0).sum::<f64>();
            let off: f64 = found - n * chance;
            let deviation = (n * chance * (1.0 - chance)).sqrt();
            assert!(off.abs() < 4.0 * deviation, "{} to {name}: {found} of {n}", it.name);
        }
        // A score is a count of ten points.
        let scores: Vec<f64> =
            here().filter_map(|(row, _)| get(row, "score").parse().ok()).collect();
        let n = scores.iter().map(|_| 1.0).sum::<f64>();
        let off = scores.iter().sum::<f64>() / n - 10.0 * it.liked;
        let deviation = (10.0 * it.liked * (1.0 - it.liked) / n).sqrt();
        assert!(n > 10.0 && off.abs() < 4.0 * deviation, "{}: off by {off}, n = {n}", it.name);
        assert!(scores.iter().all(|score| (0.0..=10.0).contains(score)), "{}", it.name);
    }
}

#[test]
fn contacts_are_in_the_order_of_time_and_orders_alone_have_a_value() {
    let rows = rows("interactions.csv");
    assert!(rows.is_sorted_by_key(|row| get(row, "time").to_owned()));
    for row in &rows {
        let is_order = get(row, "touchpoint") == simulator::interactions::ORDER;
        assert_eq!(is_order, !get(row, "value").is_empty(), "{row:?}");
        let time = get(row, "time");
        assert!(("2026-04-01".."2026-07-01").contains(&time), "{row:?}");
    }
}

/// The sums over all ways, beside the same worked out by hand.
#[test]
fn the_truth_of_the_touchpoints_is_what_their_chances_give() {
    let near = |found: f64, stated: &str| {
        stated.parse::<f64>().is_ok_and(|stated| (found - stated).abs() < 1e-6)
    };
    let truth = rows("truth_interactions.csv");
    let of = |name: &str, column: &str| {
        let row = truth.iter().find(|row| get(row, "touchpoint") == name);
        row.map(|row| get(row, column).to_owned()).unwrap_or_default()
    };
    // By hand: ad .35, letter .25, shop .40 + .55 of the ads + .45 of the letters.
    let shop = 0.40 + 0.35 * 0.55 + 0.25 * 0.45;
    let cart = 0.35 + 0.25 * 0.80;
    let paid = 0.50 + 0.25 * 0.60;
    let from_shop = cart * 0.75 * paid;
    let orders = shop * from_shop + 0.25 * 0.15;
    assert!(near(shop, &of("shop", "met")) && near(orders, &of("order", "met")));
    assert!(near(cart, &of("cart", "from_step_before")));
    assert!(near(paid, &of("order", "from_step_before")));
    // Orders lost without each: all by the shop, all by help, …
    let lost = [
        ("ad", 0.35 * 0.55 * from_shop),
        ("letter", 0.25 * (0.45 * from_shop + 0.15)),
        ("shop", shop * from_shop),
        ("advice", shop * 0.25 * 0.80 * 0.75 * paid),
        ("cart", shop * from_shop),
        ("checkout", shop * from_shop),
        ("hotline", shop * cart * 0.75 * 0.25 * 0.60),
    ];
    let all: f64 = lost.iter().map(|(_, lost)| lost).sum();
    for (name, lost) in lost {
        assert!(near(lost / all, &of(name, "credit")), "{name}: {}", lost / all);
    }
}

#[test]
fn the_items_of_one_response_go_together() {
    let answers = first_answers();
    let correlation = |a: &str, b: &str| {
        let pairs: Vec<(f64, f64)> =
            answers.iter().filter_map(|row| Some((rating(row, a)?, rating(row, b)?))).collect();
        let n = pairs.iter().map(|_| 1.0).sum::<f64>();
        let mean = |of: fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / n;
        let (mean_a, mean_b) = (mean(|pair| pair.0), mean(|pair| pair.1));
        let moment = |f: &dyn Fn(f64, f64) -> f64| {
            pairs.iter().map(|(x, y)| f(x - mean_a, y - mean_b)).sum::<f64>()
        };
        moment(&|x, y| x * y) / (moment(&|x, _| x * x) * moment(&|_, y| y * y)).sqrt()
    };
    // The product of the loadings, less what the coarse scales take away.
    for other in &simulator::world::ITEMS[1..] {
        let latent = simulator::world::ITEMS[0].loading * other.loading;
        let found = correlation("recommend", other.name);
        assert!(found > 0.7 * latent && found < latent + 0.08, "{}: {found}", other.name);
    }
}

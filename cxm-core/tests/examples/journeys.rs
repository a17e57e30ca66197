//! The sections of the card about the way to the gift box, beside a recount of the file.

use super::{line, quickstart_card, rows_of, section};
use std::collections::{BTreeMap, BTreeSet};

const WEEK: usize = 7 * 24 * 60;

#[derive(Debug, Clone)]
pub(super) struct Contact {
    customer: String,
    touchpoint: String,
    channel: String,
    /// Minutes since the end of March.
    time: usize,
    score: Option<f64>,
}

/// `2026-04-03T08:15Z`, of the second quarter.
fn minutes(text: &str) -> usize {
    let number = |from: usize| text[from..from + 2].parse::<usize>().unwrap();
    let before = [0, 30, 61][number(5) - 4];
    ((before + number(8)) * 24 + number(11)) * 60 + number(14)
}

fn contacts() -> Vec<Contact> {
    let rows = rows_of("interactions.csv").into_iter();
    let read = |row: super::Row| Contact {
        customer: row["customer"].clone(),
        touchpoint: row["touchpoint"].clone(),
        channel: row["channel"].clone(),
        time: minutes(&row["time"]),
        score: row["score"].parse().ok(),
    };
    rows.map(read).collect()
}

/// The contacts of each customer, cut after an order and after a week without any.
pub(super) fn journeys() -> Vec<Vec<Contact>> {
    let mut of_customers: BTreeMap<String, Vec<Vec<Contact>>> = BTreeMap::new();
    for contact in contacts() {
        let journeys = of_customers.entry(contact.customer.clone()).or_default();
        let last = journeys.last().and_then(|journey| journey.last());
        let goes_on =
            |last: &Contact| last.touchpoint != "order" && contact.time - last.time <= WEEK;
        if !last.is_some_and(goes_on) {
            journeys.push(Vec::new());
        }
        journeys.last_mut().unwrap().push(contact);
    }
    of_customers.into_values().flatten().collect()
}

pub(super) fn path(journey: &[Contact]) -> Vec<&str> {
    journey.iter().map(|contact| contact.touchpoint.as_str()).collect()
}

/// How many of these steps a journey takes in their order.
fn reached(journey: &[Contact], steps: &[&str]) -> usize {
    let mut places = path(journey).into_iter();
    steps.iter().take_while(|step| places.any(|name| name == **step)).count()
}

fn percent(part: f64, whole: f64) -> String {
    format!("{:.1}", 100.0 * part / whole)
}

#[test]
fn the_funnel_is_that_of_a_recount_and_holds_the_truth() {
    let card = quickstart_card(false);
    let lines = section(&card, "The way to the gift box");
    let (journeys, steps) = (journeys(), ["shop", "cart", "checkout", "order"]);
    let come =
        |step: usize| journeys.iter().filter(|journey| reached(journey, &steps) >= step).count();
    for (place, step) in steps.iter().enumerate() {
        let words = line(&lines, step);
        assert_eq!(words[0], come(place + 1).to_string(), "{step}");
        if place == 0 {
            continue;
        }
        let share = percent(come(place + 1) as f64, come(place) as f64);
        // share % lower … upper truth %
        let numbers: Vec<f64> = words.iter().filter_map(|word| word.parse().ok()).collect();
        let [_, _, lower, upper, truth] = numbers[..] else { panic!("{words:?}") };
        assert_eq!(words[1], share, "{step}");
        assert!(lower <= truth && truth <= upper, "{step}: {words:?}");
    }
    let end = contacts().iter().map(|contact| contact.time).max().unwrap();
    let is_open = |journey: &&Vec<Contact>| {
        let last = journey.last().unwrap();
        last.touchpoint != "order" && end - last.time <= WEEK
    };
    let open = journeys.iter().filter(is_open);
    let open = open.filter(|journey| reached(journey, &steps) > 0).count();
    let said = lines.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = format!(
        "{} ordered, {open} may still do so, and {} dropped out",
        come(4),
        come(1) - come(4) - open
    );
    assert!(said.contains(&expected), "{expected} in {said}");
    let over = journeys.len() - journeys.iter().filter(is_open).count();
    let orders = contacts().iter().filter(|contact| contact.touchpoint == "order").count();
    let expected = format!("{} % ended with an order", percent(orders as f64, over as f64));
    assert!(said.contains(&expected), "{expected} in {said}");
}

#[test]
fn the_journey_map_is_that_of_a_recount() {
    let card = quickstart_card(false);
    let lines = section(&card, "Journey map");
    let stage_of: BTreeMap<String, String> = rows_of("truth_interactions.csv")
        .into_iter()
        .map(|row| (row["touchpoint"].clone(), row["stage"].clone()))
        .collect();
    let contacts = contacts();
    let stages: Vec<&str> = lines[3].split_whitespace().collect();
    assert_eq!(stages, ["discover", "choose", "buy", "get_help", "receive"]);
    for channel in ["app", "phone", "post", "store", "web"] {
        let expected: Vec<String> = stages
            .iter()
            .map(|stage| {
                let here = contacts.iter().filter(|contact| contact.channel == channel);
                let number = here.filter(|contact| stage_of[&contact.touchpoint] == *stage).count();
                if number == 0 { "\u{b7}".to_owned() } else { number.to_string() }
            })
            .collect();
        assert_eq!(line(&lines, channel), expected, "{channel}");
    }
    let (all, emotion) = (line(&lines, "all contacts"), line(&lines, "emotion"));
    for (place, stage) in stages.iter().enumerate() {
        let here = || contacts.iter().filter(|it| stage_of[&it.touchpoint] == *stage);
        assert_eq!(all[place], here().count().to_string(), "{stage}");
        let (mean, _) = super::mean(here().map(|contact| contact.score));
        assert_eq!(emotion[place], format!("{:+.2}", 0.4 * mean - 2.0), "{stage}");
    }
}

#[test]
fn the_touchpoint_that_hurts_is_found() {
    let card = quickstart_card(false);
    let lines = section(&card, "Where it hurts");
    let contacts = contacts();
    let people = |of: &dyn Fn(&&Contact) -> bool| {
        let here = contacts.iter().filter(of).map(|contact| &contact.customer);
        here.collect::<BTreeSet<_>>().len() as f64
    };
    let names: BTreeSet<&String> = contacts.iter().map(|contact| &contact.touchpoint).collect();
    let mut points: Vec<(f64, f64, f64, &String)> = names
        .into_iter()
        .map(|name| {
            let reach = people(&|contact| contact.touchpoint == *name) / people(&|_| true);
            let here = contacts.iter().filter(|contact| contact.touchpoint == *name);
            let short = here.map(|contact| contact.score.map(|it| (7.0 - it).max(0.0) / 7.0));
            let (severity, _) = super::mean(short);
            (reach * severity, reach, severity, name)
        })
        .collect();
    points.sort_by(|a, b| b.0.total_cmp(&a.0));
    let shown = lines.iter().skip_while(|line| !line.contains("severity  interval")).skip(1);
    let shown: Vec<Vec<&str>> = shown
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|words| !words.is_empty())
        .collect();
    assert_eq!(shown.len(), 3);
    for (words, (index, reach, severity, name)) in shown.iter().zip(&points) {
        // name index reach % lower … upper severity %
        let expected = [*index, *reach, *severity].map(|share| percent(share, 1.0));
        assert_eq!([words[1], words[2], words[7]], expected, "{name}");
        assert_eq!(words[0], *name);
    }
    assert_eq!(shown[0][0], "checkout");
    let found = section(&card, "What to conclude").join(" ");
    assert!(found.contains("is the touchpoint checkout"), "{found}");
}

/// The transitions of all journeys, from `begin` to `order` or `stop`.
fn transitions() -> BTreeMap<String, BTreeMap<String, f64>> {
    let mut counts: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for journey in journeys() {
        let mut names = path(&journey);
        if names.last() != Some(&"order") {
            names.push("stop");
        }
        let mut here = "begin";
        for next in names {
            let ways = counts.entry(here.to_owned()).or_default();
            *ways.entry(next.to_owned()).or_default() += 1.0;
            here = next;
        }
    }
    counts
}

/// The chance of an order from here, if contacts at `without` end the journey.
fn orders_from(counts: &BTreeMap<String, BTreeMap<String, f64>>, here: &str, without: &str) -> f64 {
    match here {
        "order" => return 1.0,
        "stop" => return 0.0,
        name if name == without => return 0.0,
        _ => {}
    }
    let ways = &counts[here];
    let all: f64 = ways.values().sum();
    ways.iter().map(|(next, count)| count / all * orders_from(counts, next, without)).sum()
}

#[test]
fn the_orders_are_divided_as_a_recount_does() {
    let card = quickstart_card(false);
    let lines = section(&card, "What the orders are owed to");
    let counts = transitions();
    let whole = orders_from(&counts, "begin", "");
    let lost = |name: &str| 1.0 - orders_from(&counts, "begin", name) / whole;
    let names = ["ad", "letter", "shop", "advice", "cart", "checkout", "hotline"];
    let all: f64 = names.iter().map(|name| lost(name)).sum();
    let orders: f64 = counts.values().filter_map(|ways| ways.get("order")).sum();
    for name in names {
        let last = counts[name].get("order").copied().unwrap_or_default();
        let owed = lost(name) / all;
        let expected = [
            format!("{last:.0}"),
            percent(last, orders),
            format!("{:.1}", owed * orders),
            percent(owed, 1.0),
        ];
        let words = line(&lines, name);
        // last share % owed share % lower … upper truth %
        assert_eq!([words[0], words[1], words[3], words[4]], expected, "{name}");
        let [lower, upper, truth] = [words[6], words[8], words[9]]
            .map(|word| word.parse::<f64>().unwrap_or_else(|_| panic!("{name}: {words:?}")));
        assert!(lower <= truth && truth <= upper, "{name}: {words:?}");
    }
}

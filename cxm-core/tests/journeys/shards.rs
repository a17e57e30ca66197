//! Any order, any shards, any cut in time, and customers who are forgotten: the same bytes.

use cxm_core::model::Interaction;
use cxm_core::prelude::*;

type Row = (i64, &'static str, i64, i64);

fn mix(row: u64, column: u64) -> u64 {
    let mut z = row.wrapping_add((column + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Events of 40 customers, each at a time of its own.
fn rows() -> Vec<Row> {
    let names = ["ad", "shop", "buy", "call", "chat"];
    (0..600u64)
        .map(|row| {
            let customer = (mix(row, 0) % 40) as i64;
            let name = names[(mix(row, 1) % 5) as usize];
            (customer, name, row as i64 * 1_000 + (mix(row, 2) % 900) as i64, row as i64)
        })
        .collect()
}

fn of(rows: &[Row]) -> Journeys {
    let definition =
        JourneysDefinition { gap: Some(40_000), goal: vec!["buy".into()], ..Default::default() };
    let mut journeys = Journeys::new(definition).unwrap();
    feed(&mut journeys, rows);
    journeys
}

fn feed(journeys: &mut Journeys, rows: &[Row]) {
    let customers: Vec<i64> = rows.iter().map(|row| row.0).collect();
    let touchpoints: Vec<&str> = rows.iter().map(|row| row.1).collect();
    let times: Vec<i64> = rows.iter().map(|row| row.2).collect();
    let values: Vec<i64> = rows.iter().map(|row| row.3).collect();
    let mut batch = Events::new(customers.as_slice(), touchpoints.as_slice(), times.as_slice());
    batch.values = Some(values.as_slice().into());
    journeys.update(batch).unwrap();
}

#[test]
fn a_thousand_random_shardings_give_the_bytes_of_one_pass() {
    let rows = rows();
    let whole = of(&rows).to_bytes();
    for sharding in 0..1_000u64 {
        let shards = 1 + (mix(sharding, 7) % 5) as usize;
        let mut parts: Vec<Journeys> = (0..shards).map(|_| of(&[])).collect();
        // Shards of customers, of time, and of nothing in particular.
        let shard = |row: &Row| match sharding % 3 {
            0 => mix(row.0 as u64, sharding) as usize % shards,
            1 => (row.2 as usize * shards / 700_000).min(shards - 1),
            _ => mix(row.3 as u64, sharding) as usize % shards,
        };
        for (at, part) in parts.iter_mut().enumerate() {
            let mut mine: Vec<Row> = rows.iter().filter(|row| shard(row) == at).copied().collect();
            mine.sort_by_key(|row| mix(row.3 as u64, sharding + 1));
            feed(part, &mine);
        }
        parts.sort_by_key(|part| mix(part.events(), sharding + 2));
        let mut merged = parts.pop().unwrap();
        for part in parts {
            merged.merge(&part).unwrap();
        }
        assert_eq!(merged.to_bytes(), whole, "sharding {sharding}");
    }
}

#[test]
fn rows_one_by_one_are_the_rows_at_once() {
    let rows = rows();
    let mut one_by_one = of(&[]);
    for row in &rows {
        feed(&mut one_by_one, std::slice::from_ref(row));
    }
    assert_eq!(one_by_one, of(&rows));
    assert_eq!(one_by_one.value(), of(&rows).value());
}

#[test]
fn a_customer_who_is_forgotten_leaves_the_bytes_of_never_having_been() {
    let rows = rows();
    for customer in 0..40 {
        let (theirs, others): (Vec<Row>, Vec<Row>) = rows.iter().partition(|row| row.0 == customer);
        let mut journeys = of(&rows);
        journeys.subtract(&of(&theirs)).unwrap();
        assert_eq!(journeys.to_bytes(), of(&others).to_bytes());
        let never = journeys.subtract(&of(&theirs)).map_err(|error| error.kind());
        assert_eq!(never, Err(ErrorKind::NeverAdded));
    }
}

#[test]
fn interactions_as_events_are_interactions_as_columns() {
    let known = r#"{
        "event_id": "e-1", "customer": "ann", "touchpoint": "hotline", "channel": "phone", "at": 5,
        "outcome": "failed", "value": 1999, "currency": "EUR", "object_ref": "t-1",
        "observations": [
            {"kind": "csat", "value": 2, "scale": {"lowest": 1, "highest": 5}}
        ]
    }"#;
    let known: Interaction = serde_json::from_str(known).unwrap();
    let interactions = [known, Interaction::new("bob", "shop", 7)];
    let mut by_columns = Journeys::default();
    by_columns.update(InteractionColumns::of(&interactions).events()).unwrap();
    let mut by_events = Journeys::default();
    for interaction in &interactions {
        by_events.update_event(&interaction.into()).unwrap();
    }
    assert!(by_columns.to_bytes() == by_events.to_bytes());
    let event = Event::from(&interactions[0]);
    assert_eq!((event.score, event.value), (Some(2.0), Some(1999)));
    assert_eq!((event.object, event.outcome), (Some("t-1".into()), Some("failed".into())));
}

//! One customer's view against the readings of the whole log, and against going through all rows.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_cmp,
    clippy::cast_precision_loss,
    reason = "a test may stop at the first surprise"
)]

use cxm_core::journey::{CustomerFigure, CustomerView, CustomerViewOptions, LifecycleRule};
use cxm_core::model::{JourneyStatus, Lifecycle};
use cxm_core::prelude::*;
use proptest::prelude::*;

/// One event; its place in the list is its id.
#[derive(Debug, Clone)]
struct Row {
    id: i64,
    customer: i64,
    touchpoint: &'static str,
    channel: &'static str,
    object: &'static str,
    time: i64,
    /// In tenths.
    score: Option<i32>,
    value: Option<i32>,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        0..6i64,
        prop::sample::select(vec!["ad", "shop", "call", "order", "recommend", "cut"]),
        prop::sample::select(vec!["web", "phone", ""]),
        prop::sample::select(vec!["a", "b", ""]),
        0..300i64,
        prop::option::weighted(0.6, 0..=100i32),
        prop::option::of(-500..9_000i32),
    );
    prop::collection::vec(row, 0..120).prop_map(|rows| {
        let row = |(id, (customer, touchpoint, channel, object, time, score, value))| Row {
            id,
            customer,
            touchpoint,
            channel,
            object,
            time,
            score,
            value,
        };
        (0i64..).zip(rows).map(row).collect()
    })
}

fn definition(by_object: bool, goal: bool) -> JourneysDefinition {
    JourneysDefinition {
        gap: Some(40),
        goal: if goal { vec!["order".into()] } else { Vec::new() },
        separators: vec!["cut".into()],
        by_object,
        ..Default::default()
    }
}

fn feed(journeys: &mut Journeys, rows: &[Row]) {
    let key = |text: &'static str| if text.is_empty() { KeyPart::Missing } else { text.into() };
    let customers: Vec<i64> = rows.iter().map(|row| row.customer).collect();
    let touchpoints: Vec<&str> = rows.iter().map(|row| row.touchpoint).collect();
    let times: Vec<i64> = rows.iter().map(|row| row.time).collect();
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let codes: Vec<u32> = (0u32..).take(rows.len()).collect();
    let channels: Vec<KeyPart> = rows.iter().map(|row| key(row.channel)).collect();
    let objects: Vec<KeyPart> = rows.iter().map(|row| key(row.object)).collect();
    let tenths = |row: &Row| row.score.map_or(f64::NAN, |score| f64::from(score) / 10.0);
    let scores: Vec<f64> = rows.iter().map(tenths).collect();
    let values: Vec<f64> = rows.iter().map(|row| row.value.map_or(f64::NAN, f64::from)).collect();
    let mut batch = Events::new(customers.as_slice(), touchpoints.as_slice(), times.as_slice());
    batch.event_ids = Some(ids.as_slice().into());
    batch.channels = Some(KeyColumn::coded(&codes, &channels));
    batch.objects = Some(KeyColumn::coded(&codes, &objects));
    batch.scores = Some(scores.as_slice().into());
    batch.values = Some(values.as_slice().into());
    journeys.update(batch).unwrap();
}

fn options() -> CustomerViewOptions {
    let lifecycle = LifecycleRule {
        lead: vec!["shop".into()],
        advocate: vec!["recommend".into()],
        loyal_purchases: 2,
        lapsed_after: Some(100),
        ..Default::default()
    };
    CustomerViewOptions { lifecycle, ..Default::default() }
}

fn views(journeys: &Journeys) -> Vec<Option<CustomerView>> {
    let view = |customer: i64| journeys.customer(&customer.into(), &options());
    let known = |view: Result<CustomerView>| match view {
        Ok(view) => Some(view),
        Err(error) => {
            assert_eq!((error.kind(), error.field()), (ErrorKind::NotFound, Some("customer")));
            None
        }
    };
    (0..6).map(view).map(known).collect()
}

/// What the lifecycle is, told from the rows.
fn lifecycle(rows: &[&Row], goal: bool, now: i64) -> Lifecycle {
    let bought = |row: &&&Row| {
        if goal { row.touchpoint == "order" } else { row.value.is_some_and(|value| value > 0) }
    };
    let met = |touchpoint| rows.iter().any(|row| row.touchpoint == touchpoint);
    let purchases: Vec<i64> = rows.iter().filter(bought).map(|row| row.time).collect();
    match purchases.iter().max() {
        None if met("shop") => Lifecycle::Lead,
        None => Lifecycle::Prospect,
        Some(last) if now - last > 100 => Lifecycle::Lapsed,
        Some(_) if met("recommend") => Lifecycle::Advocate,
        Some(_) if purchases.len() >= 2 => Lifecycle::Loyal,
        Some(_) => Lifecycle::Customer,
    }
}

fn check_against_rows(view: &CustomerView, rows: &[&Row], goal: bool) {
    assert_eq!(view.contacts, rows.len() as u64);
    assert_eq!(view.lifecycle, lifecycle(rows, goal, view.at));
    assert_eq!(view.value, rows.iter().filter_map(|row| row.value).map(i64::from).sum::<i64>());
    let scores: Vec<(f64, f64)> = rows
        .iter()
        .filter_map(|row| Some((row.time as f64, f64::from(row.score?) / 10.0)))
        .collect();
    assert_eq!(view.scores.n, scores.len() as u64);
    for channel in &view.channels {
        let name = match &channel.channel {
            KeyPart::Text(name) => name.to_string(),
            _ => String::new(),
        };
        let theirs: Vec<&&Row> = rows.iter().filter(|row| row.channel == name).collect();
        assert_eq!(channel.contacts, theirs.len() as u64);
        let last = theirs.iter().map(|row| row.time).max();
        assert_eq!(Some(channel.last_contact.time), last);
    }
    assert!(view.channels.windows(2).all(|it| it[0].last_contact.time >= it[1].last_contact.time));
    // The slope once more, from sums of products.
    let n = scores.len() as f64;
    let sum = |of: fn(&(f64, f64)) -> f64| scores.iter().map(of).sum::<f64>();
    let (t, x, tt, tx) =
        (sum(|it| it.0), sum(|it| it.1), sum(|it| it.0 * it.0), sum(|it| it.0 * it.1));
    let spread = tt - t * t / n;
    if scores.iter().all(|it| it.0 == scores[0].0) {
        assert_eq!(view.score_trend, None);
    } else {
        let slope = (tx - t * x / n) / spread; // a microsecond
        let found = view.score_trend.unwrap().slope / 86_400e6;
        assert!((found - slope).abs() <= 1e-9 * (1.0 + slope.abs()), "{found} {slope}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_view_is_the_part_of_every_reading_that_is_the_customers(
        rows in rows(),
        by_object in any::<bool>(),
        goal in any::<bool>(),
        cut in 0..120usize,
    ) {
        let mut journeys = Journeys::new(definition(by_object, goal)).unwrap();
        // One batch, and the rest one by one, so that some events are in order and some are not.
        let cut = cut.min(rows.len());
        feed(&mut journeys, &rows[..cut]);
        for row in &rows[cut..] {
            feed(&mut journeys, std::slice::from_ref(row));
        }
        let (sessions, felt) = (journeys.journeys(), journeys.peak_end().unwrap());
        for (customer, view) in (0i64..).zip(views(&journeys)) {
            let mut theirs: Vec<&Row> =
                rows.iter().filter(|it| it.customer == customer && it.touchpoint != "cut").collect();
            theirs.sort_by_key(|row| (row.time, row.id));
            let Some(view) = view else {
                prop_assert!(theirs.is_empty());
                continue;
            };
            check_against_rows(&view, &theirs, goal);
            let mine: Vec<_> =
                sessions.iter().filter(|it| it.customer == customer.into()).collect();
            let count = |status| mine.iter().filter(|it| it.status == status).count() as u64;
            prop_assert_eq!(view.journeys.open, count(JourneyStatus::Open));
            prop_assert_eq!(view.journeys.converted, count(JourneyStatus::Converted));
            prop_assert_eq!(view.journeys.ended, count(JourneyStatus::Ended));
            prop_assert_eq!(view.journeys.dropped, count(JourneyStatus::Dropped));
            let open: Vec<(u32, i64, u64)> = mine
                .iter()
                .filter(|it| it.status == JourneyStatus::Open)
                .map(|it| (it.number, it.last_time, it.events))
                .collect();
            let found: Vec<(u32, i64, u64)> =
                view.open_journeys.iter().map(|it| (it.journey, it.last_time, it.contacts)).collect();
            prop_assert_eq!(found, open);
            let current = mine.iter().max_by_key(|it| (it.last_time, it.number)).unwrap();
            let row = felt.iter().find(|it| {
                it.customer == customer.into() && it.journey == current.number
            });
            prop_assert_eq!(view.peak_end.as_ref(), row);
        }
    }

    #[test]
    fn any_shards_and_any_order_give_the_same_view(
        rows in rows(),
        shards in prop::collection::vec(0..3usize, 120),
        order in prop::collection::vec(any::<u32>(), 120),
        by_object in any::<bool>(),
    ) {
        let new = || Journeys::new(definition(by_object, true)).unwrap();
        let mut whole = new();
        feed(&mut whole, &rows);
        let mut parts = [new(), new(), new()];
        let mut shuffled: Vec<(u32, usize, &Row)> =
            rows.iter().enumerate().map(|(at, row)| (order[at], shards[at], row)).collect();
        shuffled.sort_by_key(|it| it.0);
        for (_, shard, row) in shuffled {
            feed(&mut parts[shard], std::slice::from_ref(row));
        }
        let [mut merged, first, second] = parts;
        for part in [second, first] {
            merged.merge(&part).unwrap();
        }
        prop_assert_eq!(views(&merged), views(&whole));
        let read = Journeys::from_bytes(&merged.to_bytes()).unwrap();
        prop_assert_eq!(views(&read), views(&whole));
    }

    #[test]
    fn a_customer_who_was_retracted_is_not_found(rows in rows(), customer in 0..6i64) {
        let new = || Journeys::new(definition(false, true)).unwrap();
        let (theirs, others): (Vec<Row>, Vec<Row>) =
            rows.iter().cloned().partition(|row| row.customer == customer);
        let (mut all, mut gone, mut rest) = (new(), new(), new());
        feed(&mut all, &rows);
        feed(&mut gone, &theirs);
        feed(&mut rest, &others);
        all.subtract(&gone).unwrap();
        let (found, expected) = (views(&all), views(&rest));
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(&found[usize::try_from(customer).unwrap()], &None);
    }
}

fn shop() -> Journeys {
    let mut journeys = Journeys::new(definition(false, true)).unwrap();
    journeys
        .update(Events::new(
            ["ann", "ann", "ann", "bob"].as_slice(),
            ["shop", "order", "call", "shop"].as_slice(),
            [0, 10, 20, 30].as_slice(),
        ))
        .unwrap();
    journeys
}

#[test]
fn a_later_question_finds_journeys_over_and_customers_lapsed() {
    let journeys = shop();
    let ann = |at: Option<i64>| {
        let view = journeys.customer(&"ann".into(), &options_at(at)).unwrap();
        (view.journeys.open, view.journeys.dropped, view.lifecycle)
    };
    assert_eq!(ann(None), (1, 0, Lifecycle::Customer));
    assert_eq!(ann(Some(60)), (1, 0, Lifecycle::Customer), "a pause of exactly the gap");
    assert_eq!(ann(Some(61)), (0, 1, Lifecycle::Customer));
    assert_eq!(ann(Some(110)), (0, 1, Lifecycle::Customer), "a pause of exactly lapsed_after");
    assert_eq!(ann(Some(111)), (0, 1, Lifecycle::Lapsed));
    let error = journeys.customer(&"ann".into(), &options_at(Some(29))).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidArgument, Some("at")));
}

fn options_at(at: Option<i64>) -> CustomerViewOptions {
    CustomerViewOptions { at, ..options() }
}

#[test]
fn contacts_about_several_objects_are_in_one_order() {
    let mut journeys = Journeys::new(definition(true, false)).unwrap();
    let mut events = Events::new(
        ["ann"; 4].as_slice(),
        ["shop", "call", "chat", "mail"].as_slice(),
        [5; 4].as_slice(),
    )
    .with_scores([1.0, 2.0, 3.0, 4.0].as_slice());
    events.objects = Some(["o1", "o2", "o1", "o2"].as_slice().into());
    journeys.update(events).unwrap();
    let view = journeys.customer(&"ann".into(), &options()).unwrap();
    let scores: Vec<Option<f64>> = view.score_history.iter().map(|it| it.score).collect();
    assert_eq!(scores, [1.0, 2.0, 3.0, 4.0].map(Some));
    assert_eq!(
        (view.first_contact.touchpoint, view.last_contact.touchpoint),
        ("shop".into(), "mail".into())
    );
    // What only arrival orders between two objects is no tie: no journey depends on it.
    assert_eq!(journeys.value().ties, 2);
}

#[test]
fn lists_are_bounded_and_counts_are_not() {
    let mut journeys = Journeys::default();
    let times: Vec<i64> = (0..100).collect();
    let scores: Vec<f64> = times.iter().map(|&time| (time % 11) as f64).collect();
    let events = Events::new(["ann"; 100].as_slice(), ["shop"; 100].as_slice(), times.as_slice())
        .with_scores(scores.as_slice());
    journeys.update(events).unwrap();
    let options = CustomerViewOptions { most: 3, ..Default::default() };
    let view = journeys.customer(&"ann".into(), &options).unwrap();
    let times: Vec<i64> = view.score_history.iter().map(|it| it.time).collect();
    assert_eq!(times, [97, 98, 99]);
    assert_eq!((view.scores.n, view.open_journeys[0].contacts), (100, 100));
    assert_eq!(view.open_journeys[0].steps.len(), 3);
}

#[test]
fn what_cannot_be_is_refused_by_name() {
    let journeys = shop();
    let rule = |lifecycle| CustomerViewOptions { lifecycle, ..Default::default() };
    let risk = |figure| CustomerViewOptions { churn_risk: Some(figure), ..Default::default() };
    let figure = |value| CustomerFigure::new(value, "pareto_nbd");
    let limits = |lower, upper, level| CustomerFigure { lower, upper, level, ..figure(0.5) };
    let defaults = LifecycleRule::default;
    for (options, field) in [
        (CustomerViewOptions { level: 1.0, ..Default::default() }, "level"),
        (rule(LifecycleRule { loyal_purchases: 0, ..defaults() }), "loyal_purchases"),
        (rule(LifecycleRule { lapsed_after: Some(0), ..defaults() }), "lapsed_after"),
        (rule(LifecycleRule { advocate: vec![KeyPart::Missing], ..defaults() }), "advocate"),
        (risk(figure(1.2)), "churn_risk"),
        (risk(figure(f64::NAN)), "churn_risk"),
        (risk(CustomerFigure::new(0.5, "")), "churn_risk"),
        (risk(limits(Some(0.4), None, Some(0.9))), "churn_risk"),
        (risk(limits(Some(0.6), Some(0.4), Some(0.9))), "churn_risk"),
        (risk(limits(Some(0.4), Some(1.6), Some(0.9))), "churn_risk"),
        (
            CustomerViewOptions {
                lifetime_value: Some(figure(f64::INFINITY)),
                ..Default::default()
            },
            "lifetime_value",
        ),
    ] {
        let error = journeys.customer(&"ann".into(), &options).unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidArgument, Some(field)));
    }
    let nobody = journeys.customer(&KeyPart::Missing, &Default::default()).unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::NotFound);
}

#[test]
fn scores_that_never_change_have_no_slope() {
    let mut journeys = Journeys::default();
    for time in 0..5 {
        let event = Event::new("ann", "call", 1_700_000_000_000_003 + time * 7);
        journeys.update_event(&Event { score: Some(7.3), ..event }).unwrap();
    }
    let view = journeys.customer(&"ann".into(), &CustomerViewOptions::default()).unwrap();
    let trend = view.score_trend.unwrap();
    let interval = trend.interval.unwrap();
    assert_eq!((trend.slope, interval.lower, interval.upper), (0.0, 0.0, 0.0));
}

//! Small logs by hand: five paths, ends of journeys, duplicates, bad input.

use cxm_core::journey::attribution::{AttributionMethod, AttributionOptions};
use cxm_core::journey::{FunnelEntry, FunnelOptions, FunnelOrder, MOST_TIME};
use cxm_core::prelude::*;

const MINUTE: i64 = 60_000_000;

fn keys(names: &[&str]) -> Vec<KeyPart> {
    names.iter().map(|&name| name.into()).collect()
}

/// Journeys of these paths, one minute from event to event.
fn of_paths(paths: &[&str]) -> Journeys {
    let (mut customers, mut touchpoints, mut times) = (Vec::new(), Vec::new(), Vec::new());
    for (number, path) in (1i64..).zip(paths) {
        for (step, touchpoint) in (0i64..).zip(path.split('>')) {
            customers.push(number);
            touchpoints.push(touchpoint);
            times.push(step * MINUTE);
        }
    }
    let mut journeys = Journeys::default();
    let events = Events::new(customers.as_slice(), touchpoints.as_slice(), times.as_slice());
    journeys.update(events).unwrap();
    journeys
}

fn five_paths() -> Journeys {
    of_paths(&[
        "home>catalog>cart>purchase",
        "home>catalog>cart>purchase",
        "home>catalog>catalog>cart",
        "home>search>cart",
        "home>search>search",
    ])
}

#[test]
fn five_paths_have_the_published_steps_and_funnel() {
    let journeys = five_paths();
    let plain = journeys.step_matrix(5, None).unwrap();
    let share = |rows: &[cxm_core::journey::StepShare], step: i64, name: &str| {
        rows.iter().find(|row| row.step == step && row.touchpoint == name.into()).unwrap().share
    };
    assert_eq!(share(&plain, 3, "cart"), 0.6);
    for step in 1..=5 {
        let whole: f64 = plain.iter().filter(|row| row.step == step).map(|row| row.share).sum();
        assert!((whole - 1.0).abs() < 1e-15);
    }
    let anchored = journeys.step_matrix(2, Some(&"cart".into())).unwrap();
    assert_eq!((share(&anchored, -1, "catalog"), share(&anchored, -1, "search")), (0.75, 0.25));
    assert_eq!((share(&anchored, 1, "purchase"), share(&anchored, 1, "END")), (0.5, 0.5));
    let steps = keys(&["home", "cart", "purchase"]);
    let funnel = journeys.funnel(&steps, &FunnelOptions::default()).unwrap();
    assert_eq!(funnel.reached, [5, 4, 2]);
    // Without a gap nothing says that a journey is over.
    assert_eq!((funnel.converted, funnel.open, funnel.dropped), (2, 3, 0));
}

fn journeys_of(definition: JourneysDefinition, events: &[(&str, i64)]) -> Vec<(u64, String)> {
    let touchpoints: Vec<&str> = events.iter().map(|event| event.0).collect();
    let times: Vec<i64> = events.iter().map(|event| event.1 * MINUTE).collect();
    let customers = vec![1i64; events.len()];
    let mut journeys = Journeys::new(definition).unwrap();
    let batch = Events::new(customers.as_slice(), touchpoints.as_slice(), times.as_slice());
    journeys.update(batch).unwrap();
    let rows = journeys.journeys();
    rows.iter().map(|row| (row.events, row.status.name().to_owned())).collect()
}

#[test]
fn journeys_end_where_the_definition_says() {
    let events = [("ad", 0), ("shop", 1), ("buy", 2), ("call", 3), ("ad", 90), ("shop", 91)];
    let rows = |definition| journeys_of(definition, &events);
    let row = |events: u64, status: &str| (events, status.to_owned());
    let plain = JourneysDefinition::default;
    assert_eq!(rows(plain()), [row(6, "open")]);
    let gap = JourneysDefinition { gap: Some(30 * MINUTE), ..plain() };
    assert_eq!(rows(gap.clone()), [row(4, "ended"), row(2, "open")]);
    let goal = JourneysDefinition { goal: keys(&["buy"]), ..gap };
    assert_eq!(rows(goal), [row(3, "converted"), row(1, "dropped"), row(2, "open")]);
    let start = JourneysDefinition { start: keys(&["ad"]), ..plain() };
    assert_eq!(rows(start), [row(4, "ended"), row(2, "open")]);
    let dropped = JourneysDefinition { separators: keys(&["call"]), ..plain() };
    assert_eq!(rows(dropped.clone()), [row(3, "ended"), row(2, "open")]);
    let kept = JourneysDefinition { keep_separators: true, ..dropped };
    assert_eq!(rows(kept), [row(3, "ended"), row(3, "open")]);
    let end = JourneysDefinition { end: keys(&["call"]), ..plain() };
    assert_eq!(rows(end), [row(4, "ended"), row(2, "open")]);
}

#[test]
fn a_pause_of_exactly_the_gap_ends_nothing() {
    let definition = JourneysDefinition { gap: Some(30 * MINUTE), ..Default::default() };
    let rows = journeys_of(definition, &[("a", 0), ("b", 30), ("c", 61)]);
    assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn a_journey_is_over_once_no_late_event_can_join_it() {
    let open = |lateness: i64| {
        let definition = JourneysDefinition {
            gap: Some(30 * MINUTE),
            lateness: lateness * MINUTE,
            ..Default::default()
        };
        let mut journeys = Journeys::new(definition).unwrap();
        let times = [0, 35 * MINUTE];
        journeys
            .update(Events::new(["ann", "bob"].as_slice(), ["a", "a"].as_slice(), times.as_slice()))
            .unwrap();
        journeys.value().open
    };
    // Ann's pause is 35 minutes long, of which the last ones may still be filled.
    assert_eq!([open(0), open(4), open(5), open(60)], [1, 1, 2, 2]);
    let below = JourneysDefinition { lateness: -1, ..Default::default() };
    assert_eq!(Journeys::new(below).unwrap_err().field(), Some("lateness"));
}

#[test]
fn objects_have_journeys_of_their_own() {
    let mut journeys =
        Journeys::new(JourneysDefinition { by_object: true, ..Default::default() }).unwrap();
    let mut batch = Events::new(
        ["ann", "ann", "ann", "ann"].as_slice(),
        ["order", "order", "ship", "ship"].as_slice(),
        [1, 2, 3, 4].as_slice(),
    );
    let objects = ["o1", "o2", "o2", "o1"];
    batch.objects = Some(objects.as_slice().into());
    journeys.update(batch).unwrap();
    let pairs = journeys.transitions(false);
    assert_eq!((pairs.len(), pairs[0].count), (1, 2));
    assert_eq!(pairs[0].duration.max, Some(3));
}

#[test]
fn an_event_that_comes_twice_counts_once() {
    let mut journeys = Journeys::default();
    for (touchpoint, time) in [("a", 5), ("a", 5), ("b", 7), ("c", 7)] {
        let (touchpoints, times) = ([touchpoint], [time]);
        let mut batch = Events::new(["ann"].as_slice(), touchpoints.as_slice(), times.as_slice());
        let ids = [time];
        batch.event_ids = Some(ids.as_slice().into());
        journeys.update(batch).unwrap();
    }
    let report = journeys.value();
    assert_eq!((report.events, report.duplicates, report.conflicting_duplicates), (2, 2, 1));
    assert_eq!((report.observations, report.ties), (4, 0));
}

#[test]
fn what_is_left_out_is_counted_and_strict_rules_name_the_row() {
    let times = [0, 1, 2, 3, 9_000];
    let known = [1u8, 1, 1, 0, 1];
    let batch = |customers: &[u8]| {
        let mut batch = Events::new(
            [1i64, 1, 1, 1, 1].as_slice(),
            ["a", "b", "x", "a", "a"].as_slice(),
            cxm_core::calculator::batch::Times {
                values: &[0, 1, 2, 3, 9_000],
                validity: Some(Validity::Bytes(&known)),
            },
        );
        assert_eq!(times.len(), batch.len());
        let _ = customers;
        batch.customers.validity = Some(Validity::Bytes(&[1, 0, 1, 1, 1]));
        batch
    };
    let definition = JourneysDefinition {
        touchpoints: keys(&["a", "b"]),
        latest: Some(8_000),
        ..Default::default()
    };
    let mut journeys = Journeys::new(definition.clone()).unwrap();
    journeys.update(batch(&[])).unwrap();
    let excluded = journeys.value().excluded;
    assert_eq!((excluded.missing_customer, excluded.missing_time), (1, 1));
    assert_eq!((excluded.unknown_touchpoint, excluded.out_of_range), (1, 1));
    assert_eq!((journeys.events(), journeys.observations()), (1, 5));

    let strict = |change: fn(&mut JourneysDefinition)| {
        let mut definition = definition.clone();
        change(&mut definition);
        let mut journeys = Journeys::new(definition).unwrap();
        let error = journeys.update(batch(&[])).unwrap_err();
        assert_eq!(journeys.observations(), 0);
        (error.field().unwrap().to_owned(), error.row().unwrap())
    };
    let place = |field: &str, row| (field.to_owned(), row);
    assert_eq!(strict(|it| it.missing = InvalidRule::Error), place("customers", 1));
    let unknown = strict(|it| it.unknown_touchpoints = InvalidRule::Error);
    assert_eq!(unknown, place("touchpoints", 2));
    assert_eq!(strict(|it| it.out_of_range = InvalidRule::Error), place("times", 4));
}

#[test]
fn what_would_leave_64_bits_is_told() {
    let times = [i64::MIN, -MOST_TIME - 1, -MOST_TIME, MOST_TIME, MOST_TIME + 1, i64::MAX];
    let batch = || Events::new([1i64; 6].as_slice(), ["a"; 6].as_slice(), times.as_slice());
    let of = |definition: JourneysDefinition| {
        let mut journeys = Journeys::new(definition).unwrap();
        journeys.update(batch()).map(|()| journeys.value())
    };
    // The earliest and the latest that are declared lie within the bounds that there are.
    let declared = [(None, None), (Some(i64::MIN), Some(i64::MAX))];
    for (earliest, latest) in declared {
        let report = of(JourneysDefinition { earliest, latest, ..Default::default() }).unwrap();
        assert_eq!((report.events, report.excluded.out_of_range), (2, 4));
        assert_eq!(report.duration.max, Some(2 * MOST_TIME));
    }
    let strict = JourneysDefinition { out_of_range: InvalidRule::Error, ..Default::default() };
    let error = of(strict).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("times"), Some(0)));

    let definition = JourneysDefinition { goal: keys(&["buy"]), ..Default::default() };
    let mut journeys = Journeys::new(definition).unwrap();
    let mut events =
        Events::new([1i64, 1].as_slice(), ["ad", "buy"].as_slice(), [0i64, 1].as_slice());
    events.values = Some([i64::MAX, 2].as_slice().into());
    journeys.update(events).unwrap();
    assert_eq!(journeys.journeys()[0].value, (1 << 63) + 1);
    for method in [AttributionMethod::Linear, AttributionMethod::TimeDecay] {
        let options = AttributionOptions::of(method);
        let field = journeys.attribution(&options, 1).unwrap_err().field().map(str::to_owned);
        assert!(field.is_some_and(|field| field.starts_with("value")), "{method:?}");
    }
}

#[test]
fn definitions_and_questions_that_make_no_sense_are_refused() {
    let refused = |definition: JourneysDefinition| {
        let error = Journeys::new(definition).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidDefinition);
        error.field().unwrap().to_owned()
    };
    let plain = JourneysDefinition::default;
    assert_eq!(refused(JourneysDefinition { gap: Some(0), ..plain() }), "gap");
    assert_eq!(refused(JourneysDefinition { goal: keys(&["a", "a"]), ..plain() }), "goal");
    let both = JourneysDefinition { goal: keys(&["a"]), end: keys(&["a"]), ..plain() };
    assert_eq!(refused(both), "goal, end, separators");
    let unknown = JourneysDefinition { touchpoints: keys(&["b"]), goal: keys(&["a"]), ..plain() };
    assert_eq!(refused(unknown), "goal");
    let stage = |name: &str, touchpoints: &[&str]| cxm_core::journey::StageTouchpoints {
        stage: name.into(),
        touchpoints: keys(touchpoints),
    };
    let twice = vec![stage("buy", &["a"]), stage("use", &["a"])];
    assert_eq!(refused(JourneysDefinition { stages: twice, ..plain() }), "stages");

    let journeys = five_paths();
    let funnel = |steps: &[&str], options: &FunnelOptions| {
        let error = journeys.funnel(&keys(steps), options).unwrap_err();
        (error.kind(), error.field().unwrap().to_owned())
    };
    let options = FunnelOptions::default();
    assert_eq!(funnel(&[], &options), (ErrorKind::InvalidArgument, "steps".into()));
    assert_eq!(funnel(&["home", "moon"], &options), (ErrorKind::NotFound, "steps".into()));
    let unordered = FunnelOptions { order: FunnelOrder::Unordered, ..options.clone() };
    assert_eq!(funnel(&["home", "home"], &unordered).1, "steps");
    let open = FunnelOptions { entry: FunnelEntry::Open, ..options.clone() };
    for limited in [
        FunnelOptions { window: Some(1), ..open.clone() },
        FunnelOptions { exclude: keys(&["cart"]), ..open.clone() },
        FunnelOptions { order: FunnelOrder::Strict, ..open },
    ] {
        assert_eq!(funnel(&["home"], &limited).1, "entry");
    }
    let negative = FunnelOptions { window: Some(-1), ..options };
    assert_eq!(funnel(&["home"], &negative).1, "window");
    assert_eq!(journeys.step_matrix(0, None).unwrap_err().field(), Some("steps"));
    let empty = Journeys::default();
    assert_eq!(empty.funnel(&keys(&["a"]), &FunnelOptions::default()).unwrap().reached, [0]);
    assert_eq!(empty.value().score, None);
}

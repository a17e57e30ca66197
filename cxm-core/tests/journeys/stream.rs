//! A stream of journeys against the log of the same events: the same figures, and the same bytes
//! for any order within the lateness, any shards of customers, and any cut in time.

use cxm_core::journey::stream::{DeclaredFunnel, JourneyStream, JourneyStreamDefinition, LateRule};
use cxm_core::journey::{Funnel, FunnelEntry, FunnelOptions, FunnelOrder, FunnelStart};
use cxm_core::prelude::*;

const NAMES: [&str; 6] = ["ad", "shop", "buy", "call", "chat", "---"];
const CHANNELS: [&str; 3] = ["web", "app", "store"];

fn mix(row: u64, column: u64) -> u64 {
    let mut z = row.wrapping_add((column + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[derive(Debug, Clone, Copy)]
struct Row {
    number: u64,
    customer: i64,
    object: i64,
    touchpoint: &'static str,
    channel: Option<&'static str>,
    time: i64,
    /// Some ids come twice.
    id: i64,
    score: f64,
    value: i64,
}

/// Events in the order of time, about a thousand microseconds apart.
fn rows(seed: u64, count: u64) -> Vec<Row> {
    let row = |number: u64| {
        let cell = |column| mix(number ^ seed << 32, column);
        Row {
            number,
            customer: (cell(0) % 30) as i64,
            object: (cell(1) % 3) as i64,
            touchpoint: NAMES[(cell(2) % 6) as usize],
            channel: CHANNELS.get((cell(3) % 4) as usize).copied(),
            // Four in a row share a time now and then.
            time: (number - cell(4) % 2 * (number % 4)) as i64 * 1_000,
            id: number as i64,
            score: (cell(5) % 12) as f64,
            value: (cell(6) % 90) as i64,
        }
    };
    let mut rows: Vec<Row> = (0..count).map(row).collect();
    rows.sort_by_key(|row| (row.time, row.number));
    rows
}

fn feed<C>(calculator: &mut C, rows: &[Row]) -> Result<()>
where
    C: for<'a> Update<Batch<'a> = Events<'a>>,
{
    let customers: Vec<i64> = rows.iter().map(|row| row.customer).collect();
    let touchpoints: Vec<&str> = rows.iter().map(|row| row.touchpoint).collect();
    let times: Vec<i64> = rows.iter().map(|row| row.time).collect();
    let channels: Vec<&str> = rows.iter().map(|row| row.channel.unwrap_or("")).collect();
    let known: Vec<u8> = rows.iter().map(|row| u8::from(row.channel.is_some())).collect();
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let objects: Vec<i64> = rows.iter().map(|row| row.object).collect();
    let scores: Vec<f64> = rows.iter().map(|row| row.score).collect();
    let values: Vec<i64> = rows.iter().map(|row| row.value).collect();
    let mut batch = Events::new(customers.as_slice(), touchpoints.as_slice(), times.as_slice());
    let mut channels = KeyColumn::from(channels.as_slice());
    channels.validity = Some(Validity::Bytes(&known));
    batch.channels = Some(channels);
    batch.event_ids = Some(ids.as_slice().into());
    batch.objects = Some(objects.as_slice().into());
    batch.scores = Some(scores.as_slice().into());
    batch.values = Some(values.as_slice().into());
    calculator.update(batch)
}

fn funnels() -> Vec<DeclaredFunnel> {
    let of = |name: &str, options: FunnelOptions| DeclaredFunnel {
        name: name.into(),
        steps: ["ad", "shop", "buy"].map(KeyPart::from).to_vec(),
        options,
    };
    let window = Some(200_000);
    vec![
        of("plain", FunnelOptions::default()),
        of("window", FunnelOptions { window, ..Default::default() }),
        of("first", FunnelOptions { window, start: FunnelStart::First, ..Default::default() }),
        of("strict", FunnelOptions { order: FunnelOrder::Strict, ..Default::default() }),
        of(
            "any order",
            FunnelOptions { window, order: FunnelOrder::Unordered, ..Default::default() },
        ),
        of("open", FunnelOptions { entry: FunnelEntry::Open, ..Default::default() }),
        of(
            "excluding",
            FunnelOptions {
                exclude: vec!["call".into()],
                step_windows: Some(vec![100_000, 300_000]),
                ..Default::default()
            },
        ),
    ]
}

/// Rules of every kind.
fn rules() -> Vec<JourneysDefinition> {
    let whole = JourneysDefinition::default();
    vec![
        whole.clone(),
        JourneysDefinition { gap: Some(25_000), ..whole.clone() },
        JourneysDefinition { gap: Some(90_000), goal: vec!["buy".into()], ..whole.clone() },
        JourneysDefinition {
            start: vec!["ad".into()],
            end: vec!["call".into()],
            separators: vec!["---".into()],
            ..whole.clone()
        },
        JourneysDefinition {
            separators: vec!["---".into()],
            keep_separators: true,
            goal: vec!["buy".into()],
            ..whole.clone()
        },
        JourneysDefinition { by_object: true, gap: Some(200_000), ..whole },
    ]
}

fn definition(journeys: &JourneysDefinition, lateness: i64) -> JourneyStreamDefinition {
    JourneyStreamDefinition {
        journeys: JourneysDefinition { lateness, ..journeys.clone() },
        funnels: funnels(),
        steps: 5,
        ..Default::default()
    }
}

/// The stream of these events, taken one by one.
fn stream(definition: &JourneyStreamDefinition, rows: &[Row]) -> JourneyStream {
    let mut stream = JourneyStream::new(definition.clone()).unwrap();
    for row in rows {
        let event = Event {
            event_id: Some(row.id.into()),
            channel: row.channel.map(KeyRef::from),
            score: Some(row.score),
            value: Some(row.value),
            object: Some(row.object.into()),
            ..Event::new(row.customer, row.touchpoint, row.time)
        };
        stream.update_event(&event).unwrap();
    }
    stream
}

/// What differs only by the sketch is left out.
fn counts(funnel: &Funnel) -> impl PartialEq + std::fmt::Debug {
    (funnel.steps.clone(), funnel.journeys, funnel.converted, funnel.open, funnel.dropped)
}

fn same_figures(stream: &JourneyStream, log: &Journeys, by_object: bool) {
    let (ours, theirs) = (stream.value(), log.value());
    assert_eq!(ours.score, theirs.score);
    let of_stream =
        [ours.customers, ours.journeys, ours.events, ours.converted, ours.dropped, ours.ended];
    let of_log = [
        theirs.customers,
        theirs.journeys,
        theirs.events,
        theirs.converted,
        theirs.dropped,
        theirs.ended,
    ];
    assert_eq!(of_stream, of_log);
    assert_eq!((ours.open, ours.touchpoints), (theirs.open, theirs.touchpoints));
    assert_eq!((ours.first_time, ours.last_time), (theirs.first_time, theirs.last_time));
    assert_eq!((ours.length.mean, ours.length.max), (theirs.length.mean, theirs.length.max));
    assert_eq!(
        (ours.duration.mean, ours.duration.min),
        (theirs.duration.mean, theirs.duration.min)
    );
    if !by_object {
        // By object the log looks for ties and repeats over all objects of a customer.
        assert_eq!((ours.ties, ours.duplicates), (theirs.ties, theirs.duplicates));
    }
    assert_eq!(ours.separators, theirs.separators);
    let channels = log.omnichannel_consistency(1, 0.95).unwrap();
    assert_eq!((ours.switches, ours.channel_pairs), (channels.switches, channels.pairs));
    assert_eq!(ours.multi_channel, channels.multi_channel.successes);
    for ends in [false, true] {
        let (ours, theirs) = (stream.transitions(ends), log.transitions(ends));
        assert_eq!(ours.len(), theirs.len());
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!((&ours.source, &ours.target), (&theirs.source, &theirs.target));
            assert_eq!((ours.count, ours.customers), (theirs.count, theirs.customers));
            assert_eq!(ours.probability, theirs.probability);
            let (near, exact) = (ours.duration, theirs.duration);
            assert_eq!((near.mean, near.min, near.max), (exact.mean, exact.min, exact.max));
            let close = |near: Option<f64>, exact: Option<f64>| match near.zip(exact) {
                Some((near, exact)) => (near - exact).abs() <= exact / 64.0 + 1.0,
                None => near == exact,
            };
            assert!(close(near.median, exact.median) && close(near.q95, exact.q95));
        }
    }
    assert_eq!(stream.step_matrix(), log.step_matrix(5, None).unwrap());
    for declared in funnels() {
        let theirs = log.funnel(&declared.steps, &declared.options).unwrap();
        let ours = stream.funnel(&declared.name, None).unwrap();
        assert_eq!(counts(&ours), counts(&theirs), "{}", declared.name);
        let mean = |funnel: &Funnel| funnel.time_from_latest_start.map(|times| times.mean);
        assert_eq!(mean(&ours), mean(&theirs));
    }
    let curve = log.emotion_curve(cxm_core::journey::CurveBy::Touchpoint, 0.95).unwrap();
    let touchpoints = stream.touchpoints(0.95).unwrap();
    for (ours, (theirs, felt)) in touchpoints.iter().zip(log.touchpoints().iter().zip(&curve)) {
        assert_eq!((&ours.touchpoint, ours.events), (&theirs.touchpoint, theirs.events));
        assert_eq!((ours.customers, ours.starts), (theirs.customers, theirs.starts));
        assert_eq!((ours.ends, ours.drop_offs), (theirs.ends, theirs.drop_offs));
        assert_eq!(ours.self_loops, theirs.self_loops);
        assert_eq!(ours.score, felt.score);
    }
}

#[test]
fn a_stream_has_the_figures_of_the_log_of_its_events() {
    for (seed, rules) in rules().iter().enumerate() {
        let rows = rows(seed as u64, 900);
        for lateness in [0, 50_000, i64::MAX] {
            let stream = stream(&definition(rules, lateness), &rows);
            for part in [100, 500, 900] {
                let rules = JourneysDefinition { lateness, ..rules.clone() };
                let mut log = Journeys::new(rules.clone()).unwrap();
                feed(&mut log, &rows[..part]).unwrap();
                let stream = self::stream(&definition(&rules, lateness), &rows[..part]);
                same_figures(&stream, &log, rules.by_object);
            }
            let mut flushed = stream.clone();
            flushed.flush();
            assert_eq!(flushed.waiting(), 0);
            assert_eq!(flushed.value().journeys, stream.value().journeys);
            assert_eq!(flushed.transitions(true), stream.transitions(true));
        }
    }
}

#[test]
fn any_order_within_the_lateness_gives_the_same_bytes() {
    const LATENESS: i64 = 40_000;
    for rules in rules() {
        let rows = rows(7, 700);
        let definition = definition(&rules, LATENESS);
        let whole = stream(&definition, &rows).to_bytes();
        for order in 0..60u64 {
            // Each event comes up to the lateness after its time, the latest allowed among them.
            let mut shuffled = rows.clone();
            let delay = |row: &Row| match mix(row.number, order) % 8 {
                0 => LATENESS,
                1..=3 => 0,
                other => (other as i64 - 3) * LATENESS / 5,
            };
            // Of two that come at one time, the earlier one comes last: it is exactly as late as it
            // may be.
            shuffled.sort_by_key(|row| (row.time + delay(row), -row.time, mix(row.number, order)));
            let shuffled = stream(&definition, &shuffled);
            assert_eq!(shuffled.value().late, 0);
            assert!(shuffled.to_bytes() == whole, "order {order}");
        }
    }
}

#[test]
fn a_thousand_shardings_by_customer_give_the_same_bytes() {
    for sharding in 0..1_000u64 {
        let rules = &rules()[(sharding % 6) as usize];
        let rows = rows(sharding % 6, 240);
        let definition = definition(rules, [0, 30_000, i64::MAX][(sharding % 3) as usize]);
        let shards = 2 + (sharding % 4) as usize;
        let mut parts: Vec<JourneyStream> = (0..shards)
            .map(|at| {
                let mine = rows
                    .iter()
                    .filter(|row| mix(row.customer as u64, sharding) as usize % shards == at);
                stream(&definition, &mine.copied().collect::<Vec<_>>())
            })
            .collect();
        // Any order, and a tree instead of a list.
        parts.sort_by_key(|part| mix(part.value().events, sharding));
        while parts.len() > 1 {
            let last = parts.pop().unwrap();
            let at = (mix(parts.len() as u64, sharding) as usize) % parts.len();
            parts[at].merge(&last).unwrap();
        }
        assert!(parts[0].to_bytes() == stream(&definition, &rows).to_bytes(), "{sharding}");
    }
}

#[test]
fn any_cut_in_time_and_any_batches_give_the_same_bytes() {
    for (seed, rules) in rules().iter().enumerate() {
        let rows = rows(seed as u64, 300);
        for lateness in [0, 30_000] {
            let definition = definition(rules, lateness);
            let whole = stream(&definition, &rows).to_bytes();
            for cut in 0..100u64 {
                let at = (mix(cut, 0) % 301) as usize;
                // The second half goes on from the bytes of the first, in one batch of any order.
                let mut first = JourneyStream::new(definition.clone()).unwrap();
                feed(&mut first, &rows[..at]).unwrap();
                let mut going_on = JourneyStream::from_bytes(&first.to_bytes()).unwrap();
                let mut rest = rows[at..].to_vec();
                if lateness > 0 {
                    rest.sort_by_key(|row| mix(row.number, cut));
                }
                feed(&mut going_on, &rest).unwrap();
                assert!(going_on.to_bytes() == whole, "rules {seed}, cut {at}");
            }
        }
    }
}

#[test]
fn an_event_by_itself_is_a_batch_of_one_row() {
    let plain = Event::new("ann", "shop", 50);
    let events = [
        plain,
        Event { customer: None, ..plain },
        Event { touchpoint: None, ..plain },
        Event { customer: Some(KeyRef::Boolean(true)), ..plain },
        Event::new("ann", "garden", 51),
        Event::new("ann", "shop", 5_000),
        Event { score: Some(f64::NAN), time: 52, ..plain },
        Event { score: Some(11.0), time: 53, ..plain },
        Event { value: Some(i64::MIN), time: 54, ..plain },
        Event { outcome: Some("ok".into()), object: Some(7.into()), time: 55, ..plain },
        Event { event_id: Some(1.into()), time: 40, ..plain },
    ];
    for rule in [InvalidRule::Exclude, InvalidRule::Error] {
        let journeys = JourneysDefinition {
            touchpoints: vec!["shop".into()],
            unknown_touchpoints: rule,
            invalid_scores: rule,
            missing: rule,
            latest: Some(1_000),
            out_of_range: rule,
            max_events: 5,
            ..Default::default()
        };
        let late = if rule == InvalidRule::Error { LateRule::Error } else { LateRule::Keep };
        let definition = JourneyStreamDefinition { journeys, late, ..Default::default() };
        let mut by_events = JourneyStream::new(definition.clone()).unwrap();
        let mut by_rows = by_events.clone();
        let mut log = Journeys::new(definition.journeys.clone()).unwrap();
        let mut log_of_rows = log.clone();
        for event in &events {
            let taken = by_events.update_event(event);
            assert_eq!(taken, event.in_columns(|row| by_rows.update(row)));
            assert_eq!(log.update_event(event), event.in_columns(|row| log_of_rows.update(row)));
            assert!(by_events.to_bytes() == by_rows.to_bytes());
            assert_eq!(by_events.observations(), by_rows.observations());
        }
        let refused = if rule == InvalidRule::Error { 7 } else { 1 };
        assert_eq!(by_events.observations(), events.len() as u64 - refused);
        assert_eq!(log, log_of_rows);
    }
}

#[test]
fn repeats_within_the_lateness_count_once() {
    let rows = rows(3, 400);
    let rules = &rules()[1];
    let definition = definition(rules, 60_000);
    let mut doubled = rows.clone();
    for row in rows.iter().filter(|row| row.number % 5 == 0) {
        let value = row.value + i64::from(row.number % 10 == 0);
        doubled.push(Row { value, time: row.time + 10, ..*row });
    }
    doubled.sort_by_key(|row| row.time + (mix(row.number, 9) % 20) as i64 * 1_000);
    let counted = stream(&definition, &doubled).value();
    assert_eq!((counted.duplicates, counted.late), (80, 0));
    let mut log = Journeys::new(rules.clone()).unwrap();
    feed(&mut log, &doubled).unwrap();
    let of_log = log.value();
    assert_eq!(counted.conflicting_duplicates, of_log.conflicting_duplicates);
    assert_eq!((counted.events, of_log.duplicates), (400, 80));
    let plain = stream(&definition, &rows);
    assert_eq!(plain.value().journeys, counted.journeys);
}

fn late_rows() -> Vec<Row> {
    let mut rows = rows(5, 60);
    rows.iter_mut().for_each(|row| row.customer = 1);
    // Twenty thousand microseconds too late for a lateness of ten thousand.
    let moved = rows.remove(10);
    rows.insert(40, moved);
    rows
}

#[test]
fn late_events_are_counted_kept_or_refused() {
    let rows = late_rows();
    let of = |late: LateRule| JourneyStreamDefinition {
        late,
        ..definition(&JourneysDefinition::default(), 10_000)
    };
    let excluding = stream(&of(LateRule::Exclude), &rows);
    assert_eq!((excluding.value().late, excluding.value().events), (1, 59));
    assert_eq!((excluding.value().observations, excluding.late_events().len()), (60, 0));
    let keeping = stream(&of(LateRule::Keep), &rows);
    let kept = keeping.late_events();
    assert_eq!((kept.len(), kept[0].time, keeping.value().late), (1, rows[40].time, 1));
    assert_eq!(JourneyStream::from_bytes(&keeping.to_bytes()).unwrap(), keeping);
    let mut refusing = stream(&of(LateRule::Error), &rows[..40]);
    let before = refusing.to_bytes();
    let checked = refusing.check(Events::new(
        [2, 1].as_slice(),
        ["ad", "ad"].as_slice(),
        [0, rows[40].time].as_slice(),
    ));
    let error = checked.unwrap_err();
    assert_eq!((error.row(), error.field()), (Some(1), Some("times")));
    let error = feed(&mut refusing, &rows[38..42]).unwrap_err();
    assert_eq!((error.row(), error.field()), (Some(2), Some("times")));
    assert!(refusing.to_bytes() == before);
}

#[test]
fn what_cannot_be_told_apart_any_more_is_refused_with_a_reason() {
    let rows = rows(2, 100);
    let definition = definition(&JourneysDefinition::default(), 0);
    let mut early = stream(&definition, &rows[..50]);
    let late = stream(&definition, &rows[50..]);
    let before = early.to_bytes();
    let error = early.merge(&late).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IncompatibleMerge);
    assert!(error.to_string().contains("order is lost"), "{error}");
    let error = early.subtract(&early.clone()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotOffered);
    assert!(early.to_bytes() == before);
    // What only waits can be merged: it goes through here.
    let lifted = JourneyStream::lift(
        &definition,
        Events::new([1].as_slice(), ["ad"].as_slice(), [1_000_000].as_slice()),
    );
    let events = early.value().events;
    early.merge(&lifted.unwrap()).unwrap();
    assert_eq!(early.value().events, events + 1);
}

#[test]
fn definitions_that_cannot_be_are_refused() {
    let base = JourneyStreamDefinition::default();
    let funnel = |steps: &[&str], options| DeclaredFunnel {
        name: "f".into(),
        steps: steps.iter().map(|&step| step.into()).collect(),
        options,
    };
    let plain = FunnelOptions::default;
    let bad = [
        (
            JourneyStreamDefinition {
                journeys: JourneysDefinition { lateness: -1, ..Default::default() },
                ..base.clone()
            },
            "lateness",
        ),
        (JourneyStreamDefinition { steps: 0, ..base.clone() }, "steps"),
        (
            JourneyStreamDefinition { funnels: vec![funnel(&[], plain())], ..base.clone() },
            "funnels",
        ),
        (
            JourneyStreamDefinition {
                funnels: vec![funnel(&["a"], plain()), funnel(&["b"], plain())],
                ..base.clone()
            },
            "funnels",
        ),
        (
            JourneyStreamDefinition {
                funnels: vec![funnel(&["a"], FunnelOptions { window: Some(-1), ..plain() })],
                ..base
            },
            "funnels",
        ),
    ];
    for (definition, field) in bad {
        let error = JourneyStream::new(definition).unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidDefinition, Some(field)));
    }
}

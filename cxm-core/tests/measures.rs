//! Measures before and after, against counting row by row, and what is refused.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_cmp,
    clippy::cast_precision_loss,
    reason = "a test may stop at the first surprise"
)]

use cxm_core::journey::{JourneyRow, MeasureKpi, MeasureOptions, MeasureReading, StageTouchpoints};
use cxm_core::model::{Decimal, JourneyStatus, Measure};
use cxm_core::prelude::*;
use proptest::prelude::*;

/// One event; its place in the list is its id.
#[derive(Debug, Clone)]
struct Row {
    id: i64,
    customer: i64,
    touchpoint: &'static str,
    time: i64,
    /// In tenths.
    score: Option<i32>,
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (
        0..10i64,
        prop::sample::select(vec!["ad", "shop", "call", "order"]),
        0..300i64,
        prop::option::weighted(0.7, 0..=100i32),
    );
    prop::collection::vec(row, 1..120).prop_map(|rows| {
        let row = |(id, (customer, touchpoint, time, score))| Row {
            id,
            customer,
            touchpoint,
            time,
            score,
        };
        (0i64..).zip(rows).map(row).collect()
    })
}

fn definition(higher_is_better: bool) -> JourneysDefinition {
    JourneysDefinition {
        gap: Some(30),
        goal: vec!["order".into()],
        stages: vec![StageTouchpoints {
            stage: "contact".to_owned(),
            touchpoints: vec!["shop".into(), "call".into()],
        }],
        higher_is_better,
        ..Default::default()
    }
}

fn feed(journeys: &mut Journeys, rows: &[Row]) {
    let customers: Vec<i64> = rows.iter().map(|row| row.customer).collect();
    let touchpoints: Vec<&str> = rows.iter().map(|row| row.touchpoint).collect();
    let times: Vec<i64> = rows.iter().map(|row| row.time).collect();
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let tenths = |row: &Row| row.score.map_or(f64::NAN, |score| f64::from(score) / 10.0);
    let scores: Vec<f64> = rows.iter().map(tenths).collect();
    let mut batch = Events::new(customers.as_slice(), touchpoints.as_slice(), times.as_slice());
    batch.event_ids = Some(ids.as_slice().into());
    batch.scores = Some(scores.as_slice().into());
    journeys.update(batch).unwrap();
}

fn measure(kpi: MeasureKpi, from: i64, to: Option<i64>) -> Measure {
    let mut measure = Measure::new("m", "A measure", kpi.name(), from);
    measure.stage = Some("contact".to_owned());
    measure.to = to;
    measure
}

fn all_of(from: i64, to: Option<i64>) -> Vec<Measure> {
    MeasureKpi::ALL.into_iter().map(|kpi| measure(kpi, from, to)).collect()
}

const PLACE: [&str; 2] = ["shop", "call"];

/// The events of each journey, found by its row.
fn events_of<'a>(journey: &JourneyRow, rows: &'a [Row]) -> Vec<&'a Row> {
    let mut theirs: Vec<&Row> =
        rows.iter().filter(|row| KeyPart::from(row.customer) == journey.customer).collect();
    theirs.sort_by_key(|row| (row.time, row.id));
    // A goal may stand at the time at which the next journey begins, so times alone do not tell.
    let first = theirs
        .windows(journey.events.try_into().unwrap())
        .filter(|window| {
            window[0].time == journey.first_time
                && window[window.len() - 1].time == journey.last_time
                && KeyPart::from(window[0].touchpoint) == journey.first_touchpoint
                && KeyPart::from(window[window.len() - 1].touchpoint) == journey.last_touchpoint
                && window[..window.len() - 1].iter().all(|row| row.touchpoint != "order")
        })
        .collect::<Vec<_>>();
    first[0].to_vec()
}

/// n and figure within a window, by going through the rows.
fn figure(
    kpi: MeasureKpi,
    rows: &[Row],
    journeys: &[JourneyRow],
    from: i64,
    to: i64,
) -> (u64, Option<f64>) {
    let there = |row: &&Row| PLACE.contains(&row.touchpoint);
    let within = |time: i64| from <= time && time < to;
    let contacts: Vec<&Row> = rows.iter().filter(there).filter(|row| within(row.time)).collect();
    let scores: Vec<f64> =
        contacts.iter().filter_map(|row| row.score).map(|it| f64::from(it) / 10.0).collect();
    let share = |part: usize, all: usize| (all as u64, (all > 0).then(|| part as f64 / all as f64));
    let mean = |of: fn(f64) -> f64| {
        let n = scores.len();
        let sum: f64 = scores.iter().map(|&score| of(score)).sum();
        (n as u64, (n > 0).then(|| sum / n as f64))
    };
    let visits = journeys.iter().filter_map(|journey| {
        let events = events_of(journey, rows);
        let first = events.iter().copied().find(|row| there(row))?;
        let ends = PLACE.contains(&events[events.len() - 1].touchpoint);
        within(first.time).then_some((journey.status, ends))
    });
    let visits: Vec<(JourneyStatus, bool)> =
        visits.filter(|it| it.0 != JourneyStatus::Open).collect();
    let count = |of: fn(&(JourneyStatus, bool)) -> bool| {
        share(visits.iter().filter(|it| of(it)).count(), visits.len())
    };
    match kpi {
        MeasureKpi::MeanScore => mean(|score| score),
        MeasureKpi::Emotion => mean(|score| 4.0 * score / 10.0 - 2.0),
        MeasureKpi::NegativeShare => {
            share(scores.iter().filter(|&&score| score < 5.0).count(), scores.len())
        }
        MeasureKpi::GoalRate => count(|it| it.0 == JourneyStatus::Converted),
        MeasureKpi::ExitRate => count(|it| it.1),
        MeasureKpi::DropOffRate => count(|it| it.0 == JourneyStatus::Dropped && it.1),
        MeasureKpi::Volume => {
            let days = (to - from) as f64 / 86_400e6;
            let n = contacts.len();
            (n as u64, (to > from).then(|| n as f64 / days))
        }
    }
}

fn near(a: Option<f64>, b: Option<f64>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * (1.0 + b.abs()),
        (a, b) => a == b,
    }
}

fn read(journeys: &Journeys, measures: &[Measure]) -> Vec<MeasureReading> {
    journeys.measures(measures, &MeasureOptions::default()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn figures_are_those_of_counting_row_by_row(
        rows in rows(),
        from in -20..340i64,
        length in prop::option::of(1..200i64),
    ) {
        let mut journeys = Journeys::new(definition(true)).unwrap();
        feed(&mut journeys, &rows);
        let sessions = journeys.journeys();
        let (first, last) = rows
            .iter()
            .fold((i64::MAX, i64::MIN), |(a, b), row| (a.min(row.time), b.max(row.time)));
        for found in read(&journeys, &all_of(from, length.map(|length| from + length))) {
            let (before, after) = (found.before, found.after);
            // The windows: side by side, within the log, and no longer before than after.
            prop_assert!(before.from >= first.min(before.to) && after.to <= (last + 1).max(from));
            prop_assert!(before.to == from.min(last + 1) && before.from <= before.to);
            if after.from < after.to {
                prop_assert!(before.to - before.from <= after.to - after.from);
                let whole = before.to - before.from == after.to - after.from;
                prop_assert!(whole || before.from == first || before.from == before.to);
            }
            for side in [before, after] {
                let (n, value) = figure(found.kpi, &rows, &sessions, side.from, side.to);
                prop_assert_eq!((found.kpi, side.n), (found.kpi, n));
                prop_assert!(near(side.value, value), "{:?} {side:?} {value:?}", found.kpi);
            }
            let difference = after.value.zip(before.value).map(|(after, before)| after - before);
            prop_assert_eq!(found.difference, difference);
            if let Some((limits, difference)) = found.interval.zip(difference) {
                prop_assert!(limits.lower <= difference && difference <= limits.upper);
            }
        }
    }

    #[test]
    fn with_a_follow_up_recent_journeys_are_judged_like_older_ones(
        rows in rows(),
        from in 0..300i64,
        follow_up in 1..120i64,
    ) {
        let mut journeys = Journeys::new(definition(true)).unwrap();
        feed(&mut journeys, &rows);
        let options = MeasureOptions { follow_up: Some(follow_up), ..Default::default() };
        let asked = [measure(MeasureKpi::GoalRate, from, None)];
        let found = &journeys.measures(&asked, &options).unwrap()[0];
        let last = rows.iter().map(|row| row.time).max().unwrap();
        for side in [found.before, found.after] {
            let (mut n, mut open, mut reached) = (0, 0, 0);
            for journey in journeys.journeys() {
                let events = events_of(&journey, &rows);
                let visit = events.iter().find(|row| PLACE.contains(&row.touchpoint));
                let Some(visit) = visit.filter(|it| (side.from..side.to).contains(&it.time)) else {
                    continue;
                };
                if visit.time + follow_up > last {
                    open += 1;
                    continue;
                }
                n += 1;
                let goal = events.iter().find(|row| row.touchpoint == "order");
                reached += u64::from(goal.is_some_and(|it| it.time - visit.time <= follow_up));
            }
            prop_assert_eq!((side.n, side.open), (n, open));
            prop_assert_eq!(side.value, (n > 0).then(|| reached as f64 / n as f64));
        }
    }

    #[test]
    fn any_shards_and_any_order_give_the_same_figures(
        rows in rows(),
        from in 0..300i64,
        shards in prop::collection::vec(0..3usize, 120),
        order in prop::collection::vec(any::<u32>(), 120),
    ) {
        let new = || Journeys::new(definition(true)).unwrap();
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
        let measures = all_of(from, None);
        prop_assert_eq!(read(&merged, &measures), read(&whole, &measures));
    }

    #[test]
    fn a_scale_turned_around_turns_what_is_better(rows in rows(), from in 0..300i64, target in 0..=100i32) {
        let target = Decimal::from_millionths(i64::from(target) * 100_000).unwrap();
        let mut wanted = measure(MeasureKpi::MeanScore, from, None);
        (wanted.target, wanted.baseline) = (Some(target), Some(target));
        let [mut up, mut down] = [true, false].map(|it| Journeys::new(definition(it)).unwrap());
        feed(&mut up, &rows);
        feed(&mut down, &rows);
        let wanted = [wanted];
        let (up, down) = (&read(&up, &wanted)[0], &read(&down, &wanted)[0]);
        prop_assert_eq!(up.after.value, down.after.value);
        let met = up.after.value.map(|_| true);
        // Met both ways is met exactly; better both ways is never.
        prop_assert_eq!(up.target_met.zip(down.target_met).map(|(a, b)| a || b), met);
        prop_assert_eq!(
            up.target_met.zip(down.better_than_baseline).map(|(a, b)| a != b),
            met
        );
    }
}

#[test]
fn a_target_that_is_reached_to_the_last_digit_is_met() {
    let mut journeys = Journeys::default();
    let (times, scores) = ([10, 11, 12], [0.1, 0.2, 0.3]);
    journeys
        .update(
            Events::new([1, 2, 3].as_slice(), ["call"; 3].as_slice(), times.as_slice())
                .with_scores(scores.as_slice()),
        )
        .unwrap();
    let mut measure = Measure::new("m", "A measure", "mean_score", 10);
    measure.touchpoint = Some("call".to_owned());
    (measure.target, measure.baseline) =
        (Some("0.2".parse().unwrap()), Some("0.2".parse().unwrap()));
    let found = &read(&journeys, &[measure])[0];
    assert_eq!((found.target_met, found.better_than_baseline), (Some(true), Some(false)));
    assert_eq!((found.before.value, found.difference, found.interval), (None, None, None));
}

#[test]
fn a_measure_that_is_yet_to_come_is_told_of_all_that_was() {
    let mut journeys = Journeys::new(definition(true)).unwrap();
    let rows = [(0, 2), (150, 4)].map(|(time, score)| Row {
        id: time,
        customer: 1,
        touchpoint: "call",
        time,
        score: Some(score * 10),
    });
    feed(&mut journeys, &rows);
    let found = &read(&journeys, &[measure(MeasureKpi::MeanScore, 1000, None)])[0];
    assert_eq!((found.before.n, found.before.value, found.after.n), (2, Some(3.0), 0));
    assert_eq!((found.before.from, found.before.to), (0, 151));
    let nothing = Journeys::new(definition(true)).unwrap();
    for found in read(&nothing, &all_of(5, None)) {
        assert_eq!((found.before.value, found.after.value, found.interval), (None, None, None));
    }
}

#[test]
fn what_cannot_be_read_is_refused_by_name_and_row() {
    let journeys = Journeys::new(definition(true)).unwrap();
    let good = measure(MeasureKpi::MeanScore, 1, None);
    let with = |change: &dyn Fn(&mut Measure)| {
        let mut bad = good.clone();
        change(&mut bad);
        journeys.measures(&[good.clone(), bad], &MeasureOptions::default()).unwrap_err()
    };
    let number = |text: &str| Some(text.parse::<Decimal>().unwrap());
    for (error, kind, field) in [
        (with(&|it| it.kpi = "csat".to_owned()), ErrorKind::NotFound, "kpi"),
        (with(&|it| it.stage = Some("use".to_owned())), ErrorKind::NotFound, "stage"),
        (with(&|it| it.stage = None), ErrorKind::InvalidDefinition, "touchpoint"),
        (with(&|it| it.to = Some(0)), ErrorKind::InvalidDefinition, "to"),
        (with(&|it| it.target = number("10.5")), ErrorKind::InvalidArgument, "target"),
        (
            with(&|it| {
                it.kpi = "goal_rate".to_owned();
                it.baseline = number("62.5");
            }),
            ErrorKind::InvalidArgument,
            "baseline",
        ),
    ] {
        assert_eq!((error.kind(), error.field(), error.row()), (kind, Some(field), Some(1)));
    }
    let plain = Journeys::default();
    let mut rate = Measure::new("m", "A measure", "goal_rate", 1);
    rate.touchpoint = Some("call".to_owned());
    let error = plain.measures(&[rate], &MeasureOptions::default()).unwrap_err();
    assert_eq!((error.kind(), error.field()), (ErrorKind::NotOffered, Some("kpi")));
    let options = |before, follow_up, level| MeasureOptions { before, follow_up, level };
    for (options, field) in [
        (options(Some(0), None, 0.95), "before"),
        (options(None, Some(-1), 0.95), "follow_up"),
        (options(None, None, 95.0), "level"),
    ] {
        let error = journeys.measures(&[], &options).unwrap_err();
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidArgument, Some(field)));
    }
}

//! How journeys felt: the same readings from any shards, peaks against exact fractions, refusals.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_cmp,
    reason = "a test may stop at the first surprise"
)]

use std::collections::BTreeMap;

use cxm_core::journey::{
    Alignment, ChannelUse, CurveBy, EmotionPoint, ImportanceGrid, ImportanceQuadrant,
    JourneyChannels, JourneyPeakEnd, OmnichannelConsistency, PainPoint, PeakEndMeans,
    StageTouchpoints,
};
use cxm_core::model::{Decimal, Emotion, ObservationScale};
use cxm_core::prelude::*;
use proptest::prelude::*;

/// One event; its place in the list is its id.
#[derive(Debug, Clone)]
struct Row {
    id: i64,
    customer: i64,
    touchpoint: &'static str,
    channel: &'static str,
    time: i64,
    /// In tenths.
    score: Option<i32>,
    value: Option<i32>,
    outcome: &'static str,
}

fn rows(scale: (i32, i32)) -> impl Strategy<Value = Vec<Row>> {
    let row = (
        0..12i64,
        prop::sample::select(vec!["ad", "shop", "call", "survey", "order"]),
        prop::sample::select(vec!["web", "phone", "store", ""]),
        0..200i64,
        prop::option::weighted(0.7, scale.0 * 10..=scale.1 * 10),
        prop::option::of(-5_000..90_000),
        prop::sample::select(vec!["ok", "failed", "abandoned", ""]),
    );
    prop::collection::vec(row, 0..80).prop_map(|rows| {
        let row = |(id, (customer, touchpoint, channel, time, score, value, outcome))| Row {
            id,
            customer,
            touchpoint,
            channel,
            time,
            score,
            value,
            outcome,
        };
        (0i64..).zip(rows).map(row).collect()
    })
}

fn definition(scale: (i32, i32), higher_is_better: bool) -> JourneysDefinition {
    let stage = |stage: &str, touchpoints: &[&str]| StageTouchpoints {
        stage: stage.to_owned(),
        touchpoints: touchpoints.iter().map(|&it| it.into()).collect(),
    };
    JourneysDefinition {
        gap: Some(30),
        goal: vec!["order".into()],
        stages: vec![stage("consider", &["ad", "shop"]), stage("advocate", &["recommend"])],
        scale: Scale::new(scale.0.try_into().unwrap(), scale.1.try_into().unwrap()).unwrap(),
        higher_is_better,
        ..Default::default()
    }
}

fn score(row: &Row) -> f64 {
    row.score.map_or(f64::NAN, |tenths| f64::from(tenths) / 10.0)
}

fn feed(journeys: &mut Journeys, rows: &[Row]) {
    let key = |text: &'static str| if text.is_empty() { KeyPart::Missing } else { text.into() };
    let customers: Vec<i64> = rows.iter().map(|row| row.customer).collect();
    let touchpoints: Vec<&str> = rows.iter().map(|row| row.touchpoint).collect();
    let times: Vec<i64> = rows.iter().map(|row| row.time).collect();
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let codes: Vec<u32> = (0u32..).take(rows.len()).collect();
    let channels: Vec<KeyPart> = rows.iter().map(|row| key(row.channel)).collect();
    let outcomes: Vec<KeyPart> = rows.iter().map(|row| key(row.outcome)).collect();
    let scores: Vec<f64> = rows.iter().map(score).collect();
    let values: Vec<f64> = rows.iter().map(|row| row.value.map_or(f64::NAN, f64::from)).collect();
    let mut batch = Events::new(customers.as_slice(), touchpoints.as_slice(), times.as_slice());
    batch.event_ids = Some(ids.as_slice().into());
    batch.channels = Some(KeyColumn::coded(&codes, &channels));
    batch.outcomes = Some(KeyColumn::coded(&codes, &outcomes));
    batch.scores = Some(scores.as_slice().into());
    batch.values = Some(values.as_slice().into());
    journeys.update(batch).unwrap();
}

/// Everything that is read from how journeys felt.
#[derive(Debug, PartialEq)]
struct Readings {
    curves: Vec<Vec<EmotionPoint>>,
    peak_end: Vec<JourneyPeakEnd>,
    means: PeakEndMeans,
    pain_points: Vec<PainPoint>,
    channels: Vec<ChannelUse>,
    journey_channels: Vec<JourneyChannels>,
    consistency: OmnichannelConsistency,
    alignment: Alignment,
    importance: [ImportanceGrid; 2],
}

fn read(journeys: &Journeys) -> Readings {
    let curve = |by| journeys.emotion_curve(by, 0.95).unwrap();
    let along = [CurveBy::Stage, CurveBy::Touchpoint, CurveBy::Step { last: 4 }, CurveBy::Channel];
    let survey = ["survey".into()];
    let stated: BTreeMap<KeyPart, f64> =
        [("ad".into(), 0.2), ("call".into(), 0.9), ("letter".into(), 0.4)].into();
    Readings {
        curves: along.map(curve).to_vec(),
        peak_end: journeys.peak_end().unwrap(),
        means: journeys.peak_end_means(0.95).unwrap(),
        pain_points: journeys.pain_points(4.0, true, 0.95).unwrap(),
        channels: journeys.channels(0.95).unwrap(),
        journey_channels: journeys.journey_channels().unwrap(),
        consistency: journeys.omnichannel_consistency(2, 0.95).unwrap(),
        alignment: journeys.alignment(&survey, 0.95).unwrap(),
        importance: [
            journeys.touchpoint_importance(&[], &stated, 0.95).unwrap(),
            journeys.touchpoint_importance(&survey, &stated, 0.95).unwrap(),
        ],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_shards_give_the_same_readings(
        rows in rows((1, 7)),
        shards in prop::collection::vec(0..4usize, 80),
        order in prop::collection::vec(any::<u32>(), 80),
        higher_is_better in any::<bool>(),
    ) {
        let new = || Journeys::new(definition((1, 7), higher_is_better)).unwrap();
        let mut whole = new();
        feed(&mut whole, &rows);
        let mut parts = [new(), new(), new(), new()];
        let mut shuffled: Vec<(u32, usize, &Row)> =
            rows.iter().enumerate().map(|(at, row)| (order[at], shards[at], row)).collect();
        shuffled.sort_by_key(|it| it.0);
        for (_, shard, row) in shuffled {
            feed(&mut parts[shard], std::slice::from_ref(row));
        }
        let [mut merged, first, second, third] = parts;
        for part in [third, first, second] {
            merged.merge(&part).unwrap();
        }
        prop_assert_eq!(read(&merged), read(&whole));
    }

    #[test]
    fn readings_without_a_customer_are_those_of_never_having_been(
        rows in rows((0, 10)),
        customer in 0..12i64,
    ) {
        let new = || Journeys::new(definition((0, 10), true)).unwrap();
        let (theirs, others): (Vec<Row>, Vec<Row>) =
            rows.iter().cloned().partition(|row| row.customer == customer);
        let (mut all, mut gone, mut rest) = (new(), new(), new());
        feed(&mut all, &rows);
        feed(&mut gone, &theirs);
        feed(&mut rest, &others);
        all.subtract(&gone).unwrap();
        prop_assert_eq!(read(&all), read(&rest));
    }

    #[test]
    fn peak_and_end_are_those_of_exact_fractions(
        scores in prop::collection::vec(0..=100i32, 1..12),
        higher_is_better in any::<bool>(),
    ) {
        let rows: Vec<Row> = (0i64..)
            .zip(&scores)
            .map(|(id, &score)| Row {
                id,
                customer: 1,
                touchpoint: "shop",
                channel: "",
                time: id,
                score: Some(score),
                value: None,
                outcome: "",
            })
            .collect();
        let mut journeys = Journeys::new(definition((0, 10), higher_is_better)).unwrap();
        feed(&mut journeys, &rows);
        let found = journeys.peak_end().unwrap();
        prop_assert_eq!(found.len(), 1);
        let scale = ObservationScale::whole(0, 10).unwrap();
        let scale = if higher_is_better { scale } else { scale.lower_is_better() };
        let emotion = |tenths: i32| {
            Emotion::of(Decimal::from_millionths(i64::from(tenths) * 100_000).unwrap(), &scale)
                .unwrap()
        };
        // The peak is a score that none of the others outweighs.
        let is_peak = |&&it: &&i32| !scores.iter().any(|&o| emotion(o).outweighs(emotion(it)));
        let peak = f64::from(*scores.iter().find(is_peak).unwrap());
        let end = f64::from(*scores.last().unwrap());
        let tenths = |x: f64| x * 10.0;
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
        prop_assert!(near(tenths(found[0].peak), peak) && near(tenths(found[0].end), end));
        prop_assert!(near(tenths(found[0].peak_end), (peak + end) / 2.0));
        let fall = |pair: &[i32]| if higher_is_better { pair[0] - pair[1] } else { pair[1] - pair[0] };
        let worst = scores.windows(2).map(fall).max().map(|fall| f64::from(fall.max(0)));
        prop_assert_eq!(found[0].worst_drop.is_some(), worst.is_some());
        if let Some((found, worst)) = found[0].worst_drop.zip(worst) {
            prop_assert!(near(tenths(found), worst));
        }
        let mean = f64::from(scores.iter().sum::<i32>()) / scores.len() as f64;
        prop_assert!(near(tenths(found[0].mean), mean));
    }
}

#[test]
fn before_there_is_data_there_are_no_figures() {
    let journeys = Journeys::new(definition((0, 10), true)).unwrap();
    let curve = journeys.emotion_curve(CurveBy::Stage, 0.95).unwrap();
    assert_eq!(curve.len(), 2, "stages are there before anybody came");
    assert!(curve.iter().all(|it| it.score.mean.is_none() && it.emotion.is_none()));
    let rest = read(&journeys);
    assert!(rest.curves[1].is_empty() && rest.peak_end.is_empty() && rest.channels.is_empty());
    assert_eq!(rest.means.peak_end.mean, None);
    assert_eq!((rest.consistency.consistency, rest.consistency.eta_squared), (None, None));
    assert_eq!((rest.consistency.resolved.share, rest.consistency.switch_rate), (None, None));
    assert!(rest.alignment.figures.iter().all(|it| it.correlation.is_none()));
    assert_eq!(rest.importance[0].stated_line, None);
    // What is said is listed although nobody came.
    assert_eq!(rest.importance[0].touchpoints.len(), 3);
}

#[test]
fn what_cannot_be_read_is_refused_by_name() {
    let journeys = Journeys::default();
    let stated = |value: f64| BTreeMap::from([("ad".into(), value)]);
    let refusals = [
        (journeys.emotion_curve(CurveBy::Stage, 1.0).err(), "level"),
        (journeys.emotion_curve(CurveBy::Step { last: 0 }, 0.95).err(), "last"),
        (journeys.peak_end_means(0.0).err(), "level"),
        (journeys.pain_points(0.0, false, 0.95).err(), "target"),
        (journeys.pain_points(11.0, false, 0.95).err(), "target"),
        (journeys.pain_points(7.0, false, f64::NAN).err(), "level"),
        (journeys.channels(2.0).err(), "level"),
        (journeys.omnichannel_consistency(1, -1.0).err(), "level"),
        (journeys.alignment(&[], 0.95).err(), "journey_touchpoints"),
        (journeys.alignment(&[KeyPart::Missing], 0.95).err(), "journey_touchpoints"),
        (journeys.touchpoint_importance(&[], &stated(f64::NAN), 0.95).err(), "stated"),
    ];
    for (at, (error, field)) in refusals.into_iter().enumerate() {
        let error = error.unwrap_or_else(|| panic!("{at} is not refused"));
        assert_eq!((error.kind(), error.field()), (ErrorKind::InvalidArgument, Some(field)));
    }
}

#[test]
fn failures_are_resolved_by_the_next_success_at_the_same_touchpoint() {
    let row = |id: i64, customer, touchpoint, channel, outcome| Row {
        id,
        customer,
        touchpoint,
        channel,
        time: id,
        score: None,
        value: None,
        outcome,
    };
    let mut journeys = Journeys::default();
    feed(
        &mut journeys,
        &[
            row(0, 1, "order", "web", "failed"),
            row(1, 1, "order", "web", "failed"),
            row(2, 1, "call", "phone", "ok"),
            row(3, 1, "order", "phone", "ok"), // resolves both
            row(4, 2, "order", "web", "failed"),
            row(5, 2, "order", "web", "ok"), // on the same channel
            row(6, 2, "order", "phone", "ok"),
            row(7, 2, "order", "phone", "failed"), // never
            row(8, 3, "order", "phone", "ok"),     // another customer's
            row(9, 3, "order", "", "failed"),      // nobody knows where
        ],
    );
    let found = journeys.omnichannel_consistency(1, 0.95).unwrap();
    assert_eq!((found.resolved.successes, found.resolved.total), (2, 4));
    assert_eq!((found.resolved_on_same_channel, found.unresolved), (1, 1));
}

#[test]
fn the_value_of_a_customer_is_at_risk_at_every_touchpoint_met() {
    let mut journeys = Journeys::default();
    let mut rows = Vec::new();
    for (id, (customer, touchpoint, value, score)) in (0i64..).zip([
        (1, "ad", None, None),
        (1, "order", Some(500), None),
        (1, "order", Some(700), Some(100)),
        (2, "call", None, Some(20)),
        (2, "order", Some(90), Some(50)),
    ]) {
        rows.push(Row {
            id,
            customer,
            touchpoint,
            channel: "",
            time: id,
            score,
            value,
            outcome: "",
        });
    }
    feed(&mut journeys, &rows);
    let points = journeys.pain_points(10.0, true, 0.95).unwrap();
    let found: Vec<(String, Option<i128>)> =
        points.iter().map(|it| (it.touchpoint.to_string(), it.value_at_risk)).collect();
    // call: ½·0.8 = 0.4; order: 1·(0 + ½)/2 = 0.25; ad has no score and comes last.
    let expected = [("call", 90), ("order", 1_290), ("ad", 1_200)];
    assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), Some(value))));
    assert_eq!(points[0].value_index, Some(0.4 * 90.0));
    assert_eq!(points[2].index, None);
    let without = journeys.pain_points(10.0, false, 0.95).unwrap();
    assert!(without.iter().all(|it| it.value_at_risk.is_none() && it.value_index.is_none()));
}

#[test]
fn what_is_said_stands_beside_what_is_found() {
    let journeys_of = [("abcd", 100), ("ab", 100), ("cd", 20), ("", 20)];
    let mut rows = Vec::new();
    for (customer, (met, score)) in (1i64..).zip(journeys_of) {
        for touchpoint in ["a", "b", "c", "d", "survey"] {
            let asked = touchpoint == "survey";
            if asked || met.contains(touchpoint) {
                let id = i64::try_from(rows.len()).unwrap();
                rows.push(Row {
                    id,
                    customer,
                    touchpoint,
                    channel: "",
                    time: id,
                    score: asked.then_some(score),
                    value: None,
                    outcome: "",
                });
            }
        }
    }
    let mut journeys = Journeys::default();
    feed(&mut journeys, &rows);
    let said = [("a", 0.9), ("b", 0.1), ("c", 0.8), ("d", 0.2)];
    let stated = said.map(|(name, value)| (name.into(), value)).into();
    let found = journeys.touchpoint_importance(&["survey".into()], &stated, 0.95).unwrap();
    assert_eq!((found.stated_line, found.derived_line), (Some(0.5), Some(4.0)));
    let placed: Vec<_> = found
        .touchpoints
        .iter()
        .map(|it| (it.touchpoint.to_string(), it.derived, it.quadrant))
        .collect();
    let expected = [
        ("a", Some(8.0), Some(ImportanceQuadrant::ImportantPerformance)),
        ("b", Some(8.0), Some(ImportanceQuadrant::Excitement)),
        ("c", Some(0.0), Some(ImportanceQuadrant::Basic)),
        ("d", Some(0.0), Some(ImportanceQuadrant::UnimportantPerformance)),
        ("survey", None, None),
    ];
    assert_eq!(placed, expected.map(|(name, derived, at)| (name.to_owned(), derived, at)));
    // All scores with `a` are equal, and all without: nothing tells how far chance could go.
    assert_eq!(found.touchpoints[0].score.unwrap().interval, None);
    assert!(found.touchpoints[2].score.unwrap().interval.unwrap().contains(0.0));
    assert!(found.touchpoints.iter().all(|it| it.goal.is_none()));
}

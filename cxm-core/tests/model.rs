//! The domain model of journeys: every type through JSON and back, and what each refuses.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use cxm_core::ErrorKind;
use cxm_core::model::*;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let text = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&text).unwrap(), value, "{text}");
}

fn decimal(number: f64) -> Decimal {
    Decimal::new(number).unwrap()
}

fn persona() -> Segment {
    let mut persona = Segment::new("anna", "Anna, in a hurry", SegmentKind::Persona);
    persona.goals.push("to be done in ten minutes".to_owned());
    persona.expectations.push("no account".to_owned());
    persona
}

fn map() -> JourneyMap {
    let mut step = JourneyMapStep::new("checkout");
    step.channel = Some("web".to_owned());
    step.expected_action = Some("pays".to_owned());
    step.expectation = Some("three fields".to_owned());
    step.expected_emotion = Some(decimal(-0.5));
    step.target_score = Some(decimal(8.0));
    let mut map = JourneyMap::new("first_order", "First order");
    map.persona = Some("anna".to_owned());
    let steps = vec![JourneyMapStep::new("cart"), step];
    map.stages.push(JourneyMapStage { stage: "purchase".to_owned(), steps });
    map
}

fn measure() -> Measure {
    let mut measure = Measure::new("call_back", "Call back within a day", "csat", 1_000);
    measure.touchpoint = Some("hotline".to_owned());
    measure.baseline = Some(decimal(62.5));
    measure.target = Some(decimal(70.0));
    measure.to = Some(2_000);
    measure.owner = Some("service".to_owned());
    measure.status = MeasureStatus::from("on hold");
    measure
}

fn interaction() -> Interaction {
    let scale = ObservationScale::whole(1, 7).unwrap().lower_is_better();
    let mut observation = Observation::new(ObservationKind::Effort, decimal(2.0), scale);
    observation.layer = Some(Layer::Feeling);
    observation.dimension = Some(Dimension::Functional);
    observation.scope = Scope::Journey;
    observation.text_ref = Some("answers/17".to_owned());
    Interaction {
        event_id: Some("e1".to_owned()),
        channel: Some("phone".to_owned()),
        received_at: Some(7),
        source: Source::Service,
        initiator: Some(Initiator::ThirdParty),
        outcome: Some(Outcome::Custom("postponed".to_owned())),
        value: Some(1_999),
        cost: Some(-1),
        currency: Some("EUR".to_owned()),
        object_ref: Some("ticket-4".to_owned()),
        observations: vec![observation],
        ..Interaction::new("c-17", "hotline", -5)
    }
}

fn catalogue() -> Catalogue {
    let mut catalogue = Catalogue::standard();
    let weights = DimensionWeights { sensory: decimal(0.25), ..DimensionWeights::default() };
    catalogue.touchpoints[20].weights = Some(weights);
    catalogue.touchpoints[20].stated_importance = Some(decimal(0.9));
    catalogue.touchpoints[20].owner = Some("packaging".to_owned());
    catalogue.segments.push(persona());
    catalogue.journey_maps.push(map());
    catalogue.goals.push(Goal::at_touchpoint("order", "Order placed", "checkout"));
    catalogue.measures.push(measure());
    catalogue
}

#[test]
fn every_type_goes_through_json_and_back() {
    let mut customer = Customer::new("c-17");
    customer.aliases.push("cookie-9".to_owned());
    customer.lifecycle = Some(Lifecycle::Advocate);
    customer.segments.push("anna".to_owned());
    customer.key_customer = true;
    customer.acquired_at = Some(-1);
    round_trip(&customer);
    round_trip(&Customer::new("c-18"));
    round_trip(&interaction());
    let mut journey = Journey::new("c-17", 2, -5, "gap_30_minutes");
    journey.status = JourneyStatus::Dropped;
    journey.last_at = 5;
    journey.counts =
        JourneyCounts { interactions: 3, touchpoints: 2, channels: 1, observations: 4 };
    round_trip(&journey);
    round_trip(&Emotion::of(8.into(), &ObservationScale::whole(0, 10).unwrap()).unwrap());
    let whole = catalogue();
    whole.validate().unwrap();
    round_trip(&whole);
    whole.touchpoints.iter().for_each(round_trip);
    whole.channels.iter().for_each(round_trip);
    whole.stages.iter().for_each(round_trip);
}

#[test]
fn what_goes_without_saying_need_not_be_written() {
    let short = json!({"customer": "c", "touchpoint": "t", "at": 5});
    let read: Interaction = serde_json::from_value(short).unwrap();
    assert_eq!(read, Interaction::new("c", "t", 5));
    let scale = json!({"lowest": 0, "highest": 10});
    let short = json!({"kind": "nps", "value": 8, "scale": scale});
    let read: Observation = serde_json::from_value(short).unwrap();
    assert_eq!(read.emotion().unwrap().fraction(), [6, 5]);
    assert_eq!(read.scope, Scope::Touchpoint);
    let unknown = json!({"customer": "c", "touchpoint": "t", "at": 5, "chanel": "web"});
    assert!(serde_json::from_value::<Interaction>(unknown).is_err());
}

#[test]
fn every_name_is_open_and_goes_by_its_text() {
    fn check<T>(known: &[T], name: impl Fn(&T) -> &str)
    where
        T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug + for<'a> From<&'a str>,
    {
        for value in known {
            round_trip(value);
            assert_eq!(serde_json::to_value(value).unwrap(), Value::from(name(value)));
            assert_eq!(&T::from(name(value)), value);
        }
        let own = T::from("our own");
        round_trip(&own);
        assert_eq!(name(&own), "our own");
        assert!(!known.contains(&own));
    }
    check(Lifecycle::KNOWN, Lifecycle::name);
    check(SegmentKind::KNOWN, SegmentKind::name);
    check(ChannelKind::KNOWN, ChannelKind::name);
    check(Medium::KNOWN, Medium::name);
    check(TouchpointKind::KNOWN, TouchpointKind::name);
    check(Dimension::KNOWN, Dimension::name);
    check(ObservationKind::KNOWN, ObservationKind::name);
    check(Layer::KNOWN, Layer::name);
    check(Scope::KNOWN, Scope::name);
    check(Source::KNOWN, Source::name);
    check(Initiator::KNOWN, Initiator::name);
    check(Outcome::KNOWN, Outcome::name);
    check(MeasureStatus::KNOWN, MeasureStatus::name);
    assert_eq!((ChannelKind::KNOWN.len(), Lifecycle::KNOWN.len()), (13, 6));
}

#[test]
fn how_a_journey_stands_is_found_and_not_named() {
    for status in JourneyStatus::ALL {
        round_trip(&status);
        assert_eq!(json!(status), json!(status.name()));
    }
    assert!(serde_json::from_value::<JourneyStatus>(json!("paused")).is_err());
}

#[test]
fn the_standard_catalogue_is_whole() {
    let standard = Catalogue::standard();
    standard.validate().unwrap();
    let sizes = (standard.stages.len(), standard.channels.len(), standard.touchpoints.len());
    assert_eq!(sizes, (8, 13, 40));
    for stage in standard.stages_in_order() {
        assert!(standard.touchpoints_of(&stage.id).count() > 1, "{} is empty", stage.id);
    }
    // Every channel is used, and physical touchpoints are among them.
    for channel in &standard.channels {
        assert!(standard.touchpoints.iter().any(|it| it.channels.contains(&channel.id)));
        let usual = channel.kind.usual_medium();
        assert_eq!(usual.as_ref(), Some(&channel.medium), "{}", channel.id);
    }
    let give_away = standard.touchpoint("give_away").unwrap();
    let channel = standard.channel(&give_away.channels[0]).unwrap();
    assert_eq!(channel.medium, Medium::Physical);
    assert!(give_away.is_on("post") && !give_away.is_on("web"));
    assert!(standard.touchpoint("referral").unwrap().is_on("web"));
    assert_eq!(standard.stage("before").unwrap_err().kind(), ErrorKind::NotFound);
}

/// The catalogue after a change is refused, at this field and row.
fn refused(change: impl FnOnce(&mut Catalogue), field: &str, row: u64) {
    let mut changed = catalogue();
    change(&mut changed);
    let error = changed.validate().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidDefinition, "{error}");
    assert_eq!((error.field(), error.row()), (Some(field), Some(row)), "{error}");
}

#[test]
fn a_catalogue_refuses_what_contradicts_itself() {
    let twice = |catalogue: &mut Catalogue| {
        let again = catalogue.touchpoints[3].clone();
        catalogue.touchpoints.push(again);
    };
    refused(twice, "touchpoints.id", 40);
    refused(|it| it.stages[4].order = 1, "stages.order", 4);
    refused(|it| it.stages[4].id = "service".to_owned(), "stages.id", 5);
    refused(|it| it.channels[2].id = "web".to_owned(), "channels.id", 2);
    refused(|it| it.channels[2].name.clear(), "channels.name", 2);
    refused(|it| it.channels[2].kind = ChannelKind::from(""), "channels.kind", 2);
    refused(|it| it.touchpoints[7].stage = "before".to_owned(), "touchpoints.stage", 7);
    refused(|it| it.touchpoints[7].channels.push("pigeon".to_owned()), "touchpoints.channels", 7);
    refused(|it| it.touchpoints[5].channels[1] = "web".to_owned(), "touchpoints.channels", 5);
    let importance = Some(decimal(1.000_001));
    refused(
        |it| it.touchpoints[7].stated_importance = importance,
        "touchpoints.stated_importance",
        7,
    );
    let weights = DimensionWeights { social: decimal(-0.1), ..DimensionWeights::default() };
    refused(|it| it.touchpoints[7].weights = Some(weights), "touchpoints.social", 7);
    refused(|it| it.segments[0].kind = SegmentKind::Cohort, "journey_maps.persona", 0);
    refused(
        |it| it.journey_maps[0].stages[0].steps[1].touchpoint = "till".to_owned(),
        "journey_maps.touchpoint",
        0,
    );
    refused(
        |it| it.journey_maps[0].stages[0].steps[1].expected_emotion = Some(decimal(2.5)),
        "journey_maps.expected_emotion",
        0,
    );
    refused(
        |it| {
            let again = it.journey_maps[0].stages[0].clone();
            it.journey_maps[0].stages.push(again);
        },
        "journey_maps.stages",
        0,
    );
    refused(|it| it.goals[0].touchpoint = Some("till".to_owned()), "goals.touchpoint", 0);
    refused(|it| it.goals[0].touchpoint = None, "goals.touchpoint", 0);
    refused(|it| it.measures[0].touchpoint = None, "measures.touchpoint", 0);
    refused(|it| it.measures[0].stage = Some("service".to_owned()), "measures.touchpoint", 0);
    refused(|it| it.measures[0].to = Some(1_000), "measures.to", 0);
}

#[test]
fn interactions_are_held_against_the_catalogue() {
    let catalogue = catalogue();
    let mut rows = vec![interaction(), interaction()];
    catalogue.check_interactions(&rows).unwrap();
    let mut expect = |change: &dyn Fn(&mut Interaction), field: &str| {
        rows[1] = interaction();
        change(&mut rows[1]);
        let error = catalogue.check_interactions(&rows).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidObservation, "{error}");
        assert_eq!((error.field(), error.row()), (Some(field), Some(1)), "{error}");
    };
    expect(&|it| it.touchpoint = "till".to_owned(), "touchpoint");
    expect(&|it| it.channel = Some("pigeon".to_owned()), "channel");
    expect(&|it| it.customer.clear(), "customer");
    expect(&|it| it.event_id = Some(String::new()), "event_id");
    expect(&|it| it.currency = None, "currency");
    expect(&|it| it.observations[0].value = decimal(7.5), "value");
    expect(&|it| it.observations[0].scale.lowest = decimal(7.0), "scale");
    expect(&|it| it.source = Source::from(""), "source");
}

#[test]
fn journeys_refuse_what_cannot_be() {
    let sound = Journey::new("c-17", 1, 100, "goal");
    sound.validate().unwrap();
    let field = |change: &dyn Fn(&mut Journey)| {
        let mut journey = sound.clone();
        change(&mut journey);
        journey.validate().unwrap_err().field().unwrap().to_owned()
    };
    assert_eq!(field(&|it| it.number = 0), "number");
    assert_eq!(field(&|it| it.last_at = 99), "last_at");
    assert_eq!(field(&|it| it.split_rule.clear()), "split_rule");
    assert_eq!(field(&|it| it.counts.channels = 1), "counts");
    assert_eq!(field(&|it| it.customer.clear()), "customer");
    let widest = Journey { first_at: i64::MIN, last_at: i64::MAX, ..sound.clone() };
    assert_eq!(widest.duration(), u64::MAX);
}

#[test]
fn customers_refuse_what_cannot_be() {
    let field = |change: &dyn Fn(&mut Customer)| {
        let mut customer = Customer::new("c-17");
        change(&mut customer);
        customer.validate().unwrap_err().field().unwrap().to_owned()
    };
    Customer::new("c-17").validate().unwrap();
    assert_eq!(field(&|it| it.id.clear()), "id");
    assert_eq!(field(&|it| it.aliases = vec!["a".into(), "a".into()]), "aliases");
    assert_eq!(field(&|it| it.aliases = vec!["c-17".into()]), "aliases");
    assert_eq!(field(&|it| it.segments = vec![String::new()]), "segments");
}

#[test]
fn a_goal_asks_for_everything_that_it_states() {
    let mut goal = Goal::at_touchpoint("solved", "Solved", "hotline");
    goal.source = Some(Source::Service);
    assert!(goal.is_reached_by(&interaction()));
    goal.source = Some(Source::Survey);
    assert!(!goal.is_reached_by(&interaction()));
    goal.source = None;
    goal.outcome = Some(Outcome::Ok);
    assert!(!goal.is_reached_by(&interaction()));
}

#[test]
fn a_measure_is_in_force_within_its_span() {
    let mut measure = measure();
    assert_eq!(
        [999, 1_000, 1_999, 2_000].map(|at| measure.is_in_force(at)),
        [false, true, true, false]
    );
    measure.status = MeasureStatus::Dropped;
    assert!(!measure.is_in_force(1_500));
}

#[cfg(feature = "interchange")]
#[test]
fn a_catalogue_from_json_is_validated() {
    let text = catalogue().to_json();
    assert_eq!(Catalogue::from_json(&text).unwrap(), catalogue());
    assert_eq!(Catalogue::from_json("{}").unwrap(), Catalogue::default());
    let lost = text.replace("\"stage\": \"loyalty\"", "\"stage\": \"habit\"");
    assert_eq!(Catalogue::from_json(&lost).unwrap_err().field(), Some("touchpoints.stage"));
    assert!(Catalogue::from_json("[]").is_err());
    assert!(Catalogue::from_json(&"[".repeat(100_000)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn decimals_survive_json(millionths in -1_000_000_000_000_000i64..=1_000_000_000_000_000) {
        round_trip(&Decimal::from_millionths(millionths).unwrap());
    }

    #[test]
    fn emotions_keep_the_order_of_values(
        lowest in -1_000_000i64..1_000_000,
        width in 1i64..2_000_000,
        parts in (0i64..=1_000, 0i64..=1_000),
    ) {
        let millionths = |number| Decimal::from_millionths(number).unwrap();
        let scale = ObservationScale::new(millionths(lowest), millionths(lowest + width)).unwrap();
        let value = |part: i64| millionths(lowest + width * part / 1_000);
        let of = |part, scale| Emotion::of(value(part), scale).unwrap();
        let (a, b) = (of(parts.0, &scale), of(parts.1, &scale));
        prop_assert_eq!(a.cmp(&b), value(parts.0).cmp(&value(parts.1)));
        prop_assert!(Emotion::WORST <= a && a <= Emotion::BEST);
        // Turned round, the emotion is the opposite one, exactly.
        let turned = of(parts.0, &scale.lower_is_better()).fraction();
        prop_assert_eq!(turned, [-a.fraction()[0], a.fraction()[1]]);
        prop_assert!(!(a.outweighs(b) && b.outweighs(a)));
        round_trip(&a);
    }
}

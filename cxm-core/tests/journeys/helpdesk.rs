//! The help desk log of an Italian company, as the reference page has it.

use std::path::Path;

use cxm_core::journey::{FunnelOptions, FunnelOrder, FunnelStart, Transition};
use cxm_core::model::time;
use cxm_core::prelude::*;

const DAY: i64 = 86_400_000_000;

/// The log, or nothing where it is not at hand.
fn log(definition: JourneysDefinition) -> Option<Journeys> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/journeys/helpdesk.csv");
    let Ok(mut reader) = csv::Reader::from_path(&path) else {
        eprintln!("no {}: the help desk log was left out", path.display());
        return None;
    };
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |at: usize| rows.iter().map(|row| &row[at]).collect::<Vec<&str>>();
    let times: Vec<i64> = rows.iter().map(|row| time::parse(&row[3]).unwrap()).collect();
    let mut journeys = Journeys::new(definition).unwrap();
    let (cases, activities) = (column(0), column(2));
    let times = times.as_slice();
    journeys.update(Events::new(cases.as_slice(), activities.as_slice(), times)).unwrap();
    Some(journeys)
}

fn keys(names: &[&str]) -> Vec<KeyPart> {
    names.iter().map(|&name| name.into()).collect()
}

#[test]
fn transitions_are_those_of_the_log() {
    let Some(journeys) = log(JourneysDefinition::default()) else { return };
    let report = journeys.value();
    assert_eq!((report.events, report.journeys, report.ties), (21_348, 4_580, 130));
    let pairs = journeys.transitions(false);
    assert_eq!(pairs.len(), 55);
    assert_eq!(pairs.iter().map(|pair| pair.count).sum::<u64>(), 16_768);
    let loops = pairs.iter().filter(|pair| pair.source == pair.target);
    assert_eq!(loops.map(|pair| pair.count).sum::<u64>(), 944);
    let of = |a: &str, b: &str| {
        pairs.iter().find(|pair| (&pair.source, &pair.target) == (&a.into(), &b.into())).unwrap()
    };
    let closed = of("Resolve ticket", "Closed");
    assert_eq!(closed.count, 4_558);
    assert!((closed.duration.mean.unwrap() / 1e6 - 2_538_109.277).abs() < 5e-4);
    assert_eq!(closed.duration.median, Some(2_592_116e6));
    let taken = of("Assign seriousness", "Take in charge ticket");
    assert_eq!(taken.count, 4_160);
    assert!((taken.duration.mean.unwrap() / 1e6 - 323_078.462).abs() < 5e-4);
    assert_eq!(taken.duration.median, Some(21_926.5e6));
    assert!((taken.duration.q95.unwrap() / 1e6 - 1_534_826.1).abs() < 0.05);
    let waiting = of("Take in charge ticket", "Wait");
    assert_eq!((waiting.count, waiting.probability), (1_265, 1265.0 / 5059.0));
    let ends = journeys.transitions(true);
    let last = |pair: &&Transition| {
        (&pair.source, &pair.target) == (&"Take in charge ticket".into(), &"END".into())
    };
    assert_eq!(ends.iter().find(last).unwrap().count, 1);
    assert_eq!(of("Take in charge ticket", "Resolve ticket").count, 3_563);
    assert_eq!(of("Wait", "Resolve ticket").count, 773);
    assert_eq!(of("Wait", "Take in charge ticket").count, 558);
}

#[test]
fn variants_lengths_and_rework_are_those_of_the_log() {
    let Some(journeys) = log(JourneysDefinition::default()) else { return };
    let variants = journeys.variants(false);
    assert_eq!(variants.len(), 226);
    let top: Vec<u64> = variants.iter().take(4).map(|variant| variant.journeys).collect();
    assert_eq!(top, [2_366, 552, 228, 213]);
    assert_eq!(variants.iter().filter(|variant| variant.journeys == 1).count(), 135);
    let length = journeys.value().length;
    assert!((length.mean.unwrap() - 4.661_135).abs() < 5e-7);
    assert_eq!((length.median, length.q95, length.max), (Some(4.0), Some(7.0), Some(15)));
    let touchpoints = journeys.touchpoints();
    let repeats =
        |name: &str| touchpoints.iter().find(|row| row.touchpoint == name.into()).unwrap().repeats;
    assert_eq!(repeats("Take in charge ticket"), 623);
    assert_eq!(repeats("Assign seriousness"), 394);
    assert_eq!(repeats("Resolve ticket"), 386);
    assert_eq!(repeats("Wait"), 194);
    assert_eq!(repeats("Closed"), 15);
    let steps = journeys.step_matrix(5, None).unwrap();
    let at = |step: i64, name: &str| {
        steps.iter().find(|row| row.step == step && row.touchpoint == name.into()).unwrap().journeys
    };
    assert_eq!(at(1, "Assign seriousness"), 4_384);
    assert_eq!((at(1, "Insert ticket"), at(1, "Take in charge ticket")), (118, 74));
    assert_eq!((at(5, "END"), at(5, "Closed")), (2_710, 1_091));
}

#[test]
fn sessions_are_those_of_the_log() {
    for (days, sessions) in [(1, 14_421), (7, 11_659), (30, 7_228)] {
        let definition = JourneysDefinition { gap: Some(days * DAY), ..Default::default() };
        let Some(journeys) = log(definition) else { return };
        assert_eq!(journeys.value().journeys, sessions);
        assert_eq!(journeys.journeys().len() as u64, sessions);
    }
}

#[test]
fn funnels_are_those_of_the_log() {
    let Some(journeys) = log(JourneysDefinition::default()) else { return };
    let steps = keys(&["Assign seriousness", "Take in charge ticket", "Resolve ticket", "Closed"]);
    let reached = |options: FunnelOptions| journeys.funnel(&steps, &options).unwrap().reached;
    let plain = FunnelOptions::default();
    let window = Some(30 * DAY);
    assert_eq!(reached(plain.clone()), [4495, 4207, 4199, 4189]);
    assert_eq!(reached(FunnelOptions { window, ..plain.clone() }), [4495, 4153, 3800, 70]);
    let first = FunnelOptions { window, start: FunnelStart::First, ..plain.clone() };
    assert_eq!(reached(first), [4495, 4144, 3786, 7]);
    let strict = FunnelOptions { order: FunnelOrder::Strict, ..plain.clone() };
    assert_eq!(reached(strict), [4495, 4159, 2910, 2689]);
    let unordered = FunnelOptions { order: FunnelOrder::Unordered, ..plain };
    assert_eq!(reached(unordered), [4576, 4576, 4566, 4190]);
}

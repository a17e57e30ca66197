//! Deviation from a plan: held against all alignments, and its laws.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::HashSet;

use cxm_core::journey::deviation::{Move, Step, deviation};
use proptest::prelude::*;

/// The cost by trying every alignment.
fn least_cost(planned: &[Step<'_>], actual: &[Step<'_>]) -> u32 {
    match (planned, actual) {
        ([], rest) | (rest, []) => 2 * u32::try_from(rest.len()).unwrap(),
        ([step, plan @ ..], [other, journey @ ..]) => {
            let alone = 2 + least_cost(plan, actual).min(least_cost(planned, journey));
            if step.touchpoint != other.touchpoint {
                return alone;
            }
            let known = step.channel.is_some() && other.channel.is_some();
            let channel = u32::from(known && step.channel != other.channel);
            alone.min(channel + least_cost(plan, journey))
        }
    }
}

const TOUCHPOINTS: [&str; 3] = ["a", "b", "c"];
const CHANNELS: [Option<&str>; 3] = [None, Some("1"), Some("2")];

fn steps(longest: usize) -> impl Strategy<Value = Vec<Step<'static>>> {
    let step = (0..3usize, 0..3usize)
        .prop_map(|(t, c)| Step { touchpoint: TOUCHPOINTS[t], channel: CHANNELS[c] });
    prop::collection::vec(step, 0..=longest)
}

/// The golden cases, which C and Python read too; of objects, what the case names.
#[cfg(feature = "registry")]
#[test]
fn the_golden_cases_come_out() {
    use serde_json::Value;

    fn holds(expected: &Value, found: &Value) -> bool {
        match (expected, found) {
            (Value::Object(fields), _) => {
                fields.iter().all(|(name, value)| holds(value, &found[name]))
            }
            (Value::Array(items), Value::Array(others)) => {
                items.len() == others.len()
                    && items.iter().zip(others).all(|(item, other)| holds(item, other))
            }
            (Value::Number(number), _) => {
                number.as_f64().unwrap().to_bits() == found.as_f64().unwrap_or(f64::NAN).to_bits()
            }
            _ => expected == found,
        }
    }

    let cases: Value = serde_json::from_str(include_str!("golden/journey/deviation.json")).unwrap();
    for case in cases.as_array().unwrap() {
        let name = case["function"].as_str().unwrap();
        let found = cxm_core::registry::functions::call(name, &case["input"]).unwrap();
        assert!(holds(&case["expected"], &found), "{}: {found:#}", case["id"]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 3_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_cost_is_the_least_of_all_alignments(planned in steps(6), actual in steps(6)) {
        prop_assert_eq!(deviation(&planned, &actual).unwrap().cost, least_cost(&planned, &actual));
    }

    #[test]
    fn every_step_is_accounted_for_once(planned in steps(12), actual in steps(12)) {
        let found = deviation(&planned, &actual).unwrap();
        let paired = found.same + found.other_channel + found.other_order;
        prop_assert_eq!(found.planned, paired + found.skipped);
        prop_assert_eq!(found.actual, paired + found.repeated + found.extra);
        let (mut of_plan, mut of_journey) = (HashSet::new(), HashSet::new());
        let mut in_order = Vec::new();
        for step in &found.moves {
            let (at, other) = match *step {
                Move::Same { planned, actual } | Move::OtherChannel { planned, actual } => {
                    in_order.push(actual);
                    (Some(planned), Some(actual))
                }
                Move::OtherOrder { planned, actual } => (Some(planned), Some(actual)),
                Move::Skipped { planned } => (Some(planned), None),
                Move::Repeated { actual } | Move::Extra { actual } => (None, Some(actual)),
            };
            prop_assert!(at.is_none_or(|at| of_plan.insert(at)));
            prop_assert!(other.is_none_or(|at| of_journey.insert(at)));
            if let (Some(at), Some(other)) = (at, other) {
                prop_assert_eq!(planned[at].touchpoint, actual[other].touchpoint);
            }
            let known = |at: usize| planned.iter().any(|it| it.touchpoint == actual[at].touchpoint);
            match *step {
                Move::Repeated { actual } => prop_assert!(known(actual)),
                Move::Extra { actual } => prop_assert!(!known(actual)),
                _ => {}
            }
        }
        prop_assert_eq!((of_plan.len(), of_journey.len()), (planned.len(), actual.len()));
        prop_assert!(in_order.is_sorted());
        let fitness = found.fitness.unwrap_or(1.0);
        prop_assert!((0.0..=1.0).contains(&fitness));
        prop_assert_eq!(fitness.to_bits() == 1.0f64.to_bits(), found.cost == 0);
        prop_assert_eq!(deviation(&planned, &actual).unwrap(), found);
    }

    #[test]
    fn a_journey_as_planned_has_no_deviation(planned in steps(20)) {
        let found = deviation(&planned, &planned).unwrap();
        prop_assert_eq!((found.same, found.cost), (planned.len(), 0));
    }
}

//! Step flows of random journeys against a recount, and against the step matrix between them.

use std::collections::BTreeMap;

use cxm_core::prelude::*;

use super::brute_force::Draws;

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Paths of up to 30 customers, one journey each.
fn paths(draws: &mut Draws) -> Vec<Vec<&'static str>> {
    let customers = 1 + draws.below(30);
    let path = |draws: &mut Draws| {
        let length = 1 + draws.below(7);
        (0..length).map(|_| NAMES[draws.below(4) as usize]).collect()
    };
    (0..customers).map(|_| path(draws)).collect()
}

fn journeys_of(paths: &[Vec<&str>]) -> Journeys {
    let rows = (0i64..).zip(paths).flat_map(|(customer, path)| {
        (0i64..).zip(path).map(move |(time, touchpoint)| (customer, *touchpoint, time))
    });
    let rows: Vec<(i64, &str, i64)> = rows.collect();
    let (customers, touchpoints, times): (Vec<_>, Vec<_>, Vec<_>) = (
        rows.iter().map(|row| row.0).collect(),
        rows.iter().map(|row| row.1).collect(),
        rows.iter().map(|row| row.2).collect(),
    );
    let definition = JourneysDefinition {
        touchpoints: NAMES.iter().map(|&name| name.into()).collect(),
        ..Default::default()
    };
    let mut journeys = Journeys::new(definition).unwrap();
    let events = Events::new(customers.as_slice(), touchpoints.as_slice(), times.as_slice());
    journeys.update(events).unwrap();
    journeys
}

type Flows = BTreeMap<(i64, KeyPart, KeyPart), u64>;

fn recount(paths: &[Vec<&str>], steps: i64, anchor: Option<&str>) -> Flows {
    let mut flows = Flows::new();
    for path in paths {
        let zero = match anchor {
            None => 0,
            Some(name) => match path.iter().position(|it| *it == name) {
                None => continue,
                Some(at) => at as i64,
            },
        };
        let at = |step: i64| match usize::try_from(zero + step) {
            Err(_) => "START",
            Ok(row) => path.get(row).copied().unwrap_or("END"),
        };
        let (from, to, shown) =
            if anchor.is_some() { (-steps, steps, 0) } else { (0, steps - 1, 1) };
        for step in from..to {
            let (source, target) = (at(step), at(step + 1));
            if source != "END" && target != "START" {
                let key = (step + shown, KeyPart::from(source), KeyPart::from(target));
                *flows.entry(key).or_default() += 1;
            }
        }
    }
    flows
}

#[test]
fn flows_are_those_of_a_recount_and_fit_the_step_matrix() {
    let mut draws = Draws(0x2545_f491_4f6c_dd1d);
    for _ in 0..400 {
        let paths = paths(&mut draws);
        let journeys = journeys_of(&paths);
        let steps = 1 + draws.below(8) as u32;
        let anchor = (draws.below(2) == 0).then(|| NAMES[draws.below(4) as usize]);
        let key = anchor.map(KeyPart::from);
        let flows = journeys.step_flows(steps, key.as_ref()).unwrap();
        let found: Flows = flows
            .iter()
            .map(|it| ((it.step, it.source.clone(), it.target.clone()), it.journeys))
            .collect();
        assert_eq!(found, recount(&paths, i64::from(steps), anchor));
        for cell in journeys.step_matrix(steps, key.as_ref()).unwrap() {
            let leaving =
                flows.iter().filter(|it| (it.step, &it.source) == (cell.step, &cell.touchpoint));
            let leaving: Vec<_> = leaving.collect();
            let sum: u64 = leaving.iter().map(|it| it.journeys).sum();
            let last = flows.iter().all(|it| it.step < cell.step);
            let begins = cell.touchpoint == "START".into();
            if cell.touchpoint == "END".into() || last {
                assert_eq!(sum, 0);
            } else if !begins {
                assert_eq!(sum, cell.journeys);
                let whole: f64 = leaving.iter().map(|it| it.probability).sum();
                assert!((whole - 1.0).abs() < 1e-12);
                assert!(
                    (leaving[0].share * cell.journeys as f64
                        - cell.share * leaving[0].journeys as f64)
                        .abs()
                        < 1e-12 * cell.journeys as f64
                );
            }
        }
    }
}

#[test]
fn flows_refuse_what_the_step_matrix_refuses() {
    let journeys = journeys_of(&[vec!["a", "b"]]);
    for steps in [0, 1001] {
        assert_eq!(journeys.step_flows(steps, None).unwrap_err().field(), Some("steps"));
    }
    let unknown = journeys.step_flows(2, Some(&"x".into())).unwrap_err();
    assert_eq!(unknown.field(), Some("anchor"));
    assert_eq!(journeys.step_flows(2, Some(&"c".into())).unwrap(), []);
    assert_eq!(Journeys::default().step_flows(5, None).unwrap(), []);
}

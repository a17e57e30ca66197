//! Back-tests, tracking and the choice of a model, on the CDNOW sample.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use std::path::Path;

use cxm_core::ErrorKind;
use cxm_core::clv::back_test::{BackTestOptions, back_test, probability_alive_history, tracking};
use cxm_core::clv::patterns::histories;
use cxm_core::clv::selection::{Candidate, HoldOut, SelectionOptions, select_model};
use cxm_core::clv::{
    BgNbd, FitOptions, History, Horizon, MbgNbd, Model, ParetoNbd, PatternTable, PurchaseModel, fit,
};
use serde_json::Value;

struct Cdnow {
    histories: Vec<History>,
    hold_out: Vec<f64>,
    births: Vec<f64>,
    repeats: Vec<f64>,
}

fn columns(text: &str) -> Vec<Vec<f64>> {
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    (0..rows[0].len()).map(|k| rows.iter().map(|row| row[k]).collect()).collect()
}

fn weeks(days: &[f64]) -> Vec<f64> {
    days.iter().map(|day| day / 7.0).collect()
}

fn cdnow() -> Cdnow {
    let summary = columns(include_str!("golden/clv/cdnow_summary.csv"));
    let by_day = columns(include_str!("golden/clv/cdnow_repeats.csv"));
    let repeats = by_day[0].iter().zip(&by_day[1]);
    let repeats = repeats.flat_map(|(day, count)| vec![day / 7.0; *count as usize]);
    Cdnow {
        histories: histories(&summary[0], &weeks(&summary[1]), &weeks(&summary[2])).unwrap(),
        hold_out: summary[4].clone(),
        // The calibration period ends on day 272.
        births: summary[2].iter().map(|age| (272.0 - age) / 7.0).collect(),
        repeats: repeats.collect(),
    }
}

fn table(histories: &[History]) -> PatternTable<History> {
    PatternTable::from_rows(histories.iter().map(|history| (*history, 1.0))).unwrap()
}

fn floats(column: &Value) -> Vec<f64> {
    column.as_array().unwrap().iter().map(|cell| cell.as_f64().unwrap()).collect()
}

fn check<M: PurchaseModel>(case: &Value, data: &Cdnow) {
    let id = &case["id"];
    if case.get("back_test").is_some() {
        let fitted = fit::<M>(&table(&data.histories), &FitOptions::default()).unwrap();
        let horizon = Horizon::new(case["horizon"].as_f64().unwrap()).unwrap();
        let options = BackTestOptions::default();
        let report =
            back_test(&fitted.model, &data.histories, &data.hold_out, horizon, &options).unwrap();
        let report = serde_json::to_value(report).unwrap();
        for (name, expected) in case["expected"].as_object().unwrap() {
            let tolerance = case["tolerance"].get(name).map_or(0.0, |one| one.as_f64().unwrap());
            let (got, expected) = (report[name].as_f64().unwrap(), expected.as_f64().unwrap());
            assert!((got - expected).abs() <= tolerance, "{id} {name}: {got}, not {expected}");
        }
        return;
    }
    let model = M::from_parameters(&floats(&case["parameters"])).unwrap();
    let points = tracking(&model, &data.births, &data.repeats, 1.0, 78).unwrap();
    let first = case["first_week"].as_u64().unwrap() as usize;
    let tolerance = case["tolerance"]["absolute"].as_f64().unwrap();
    let rows = floats(&case["actual"]).into_iter().zip(floats(&case["expected"]));
    for (point, (actual, expected)) in points[first - 1..].iter().zip(rows) {
        assert_eq!(point.actual.to_string(), actual.to_string(), "{id} {}", point.end);
        assert!((point.expected - expected).abs() <= tolerance, "{id}: {point:?}");
    }
    let increments: f64 = points.iter().map(|point| point.expected_increment).sum();
    assert!((increments - points[77].expected).abs() < 1e-9);
}

#[test]
fn figures_agree_with_reference_values() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/clv/back_test.json");
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let data = cdnow();
    for case in &cases {
        match case["model"].as_str().unwrap() {
            "bg_nbd" => check::<BgNbd>(case, &data),
            "mbg_nbd" => check::<MbgNbd>(case, &data),
            "pareto_nbd" => check::<ParetoNbd>(case, &data),
            other => panic!("no model {other}"),
        }
    }
    assert_eq!(cases.len(), 6);
}

#[test]
fn a_true_model_covers_what_it_says() {
    let data = cdnow();
    let fitted = fit::<BgNbd>(&table(&data.histories), &FitOptions::default()).unwrap();
    let horizon = Horizon::new(39.0).unwrap();
    let options = BackTestOptions::default();
    let report =
        back_test(&fitted.model, &data.histories, &data.hold_out, horizon, &options).unwrap();
    assert!(report.expected_coverage >= options.level && report.expected_coverage < 0.98);
    assert!((report.coverage - report.expected_coverage).abs() < 0.02, "{report:?}");
    let classes: u64 = report.by_frequency.iter().map(|class| class.customers).sum();
    assert_eq!(classes, report.customers);
    let expected = report.by_frequency.iter().map(|c| c.customers as f64 * c.expected);
    assert!((expected.sum::<f64>() - report.expected).abs() < 1e-8);
    assert!((report.bias * 2357.0 - (report.expected - report.actual)).abs() < 1e-8);
}

#[test]
fn the_candidates_are_ranked_and_their_two_orders_differ() {
    let data = cdnow();
    let hold_out = HoldOut {
        histories: &data.histories,
        actual: &data.hold_out,
        horizon: Horizon::new(39.0).unwrap(),
    };
    let options = SelectionOptions::default();
    let chosen = select_model(&table(&data.histories), Some(hold_out), &options).unwrap();
    let order: Vec<Candidate> = chosen.candidates.iter().map(|one| one.model).collect();
    assert_eq!(order[..2], [Candidate::MbgNbd, Candidate::BgNbd]);
    assert_eq!(*order.last().unwrap(), Candidate::Nbd);
    // Pareto/NBD explains the calibration worst of the three, and foretells best.
    assert_eq!(chosen.best_in_hold_out, Some(Candidate::ParetoNbd));
    let weights: f64 = chosen.candidates.iter().map(|one| one.akaike_weight).sum();
    assert!((weights - 1.0).abs() < 1e-12);
    let gap = 2.0 * (9_582.429_207 - 9_582.135_716);
    assert!((chosen.candidates[1].aic_difference - gap).abs() < 1e-5);
    for ratio in &chosen.likelihood_ratios {
        assert!(ratio.on_boundary && ratio.test.statistic > 100.0 && ratio.test.p_value < 1e-20);
    }
    assert_eq!(chosen.likelihood_ratios.len(), Candidate::ALL.len() - 1);
    // As rows of JSON for the doors, and back.
    let text = serde_json::to_string(&chosen).unwrap();
    assert_eq!(serde_json::from_str::<cxm_core::clv::selection::Selection>(&text).unwrap(), chosen);
}

#[test]
fn bad_input_is_named() {
    let model = BgNbd::from_parameters(&[0.243, 4.414, 0.793, 2.426]).unwrap();
    let histories = [History::NEW, History::new(1.0, 2.0, 3.0).unwrap()];
    let (horizon, options) = (Horizon::new(39.0).unwrap(), BackTestOptions::default());
    let fails = |actual: &[f64], options: &BackTestOptions| {
        back_test(&model, &histories, actual, horizon, options).unwrap_err()
    };
    assert_eq!(fails(&[0.0], &options).field(), Some("actual"));
    assert_eq!(fails(&[0.0, 0.5], &options).row(), Some(1));
    assert_eq!(fails(&[0.0, -1.0], &options).row(), Some(1));
    let level = BackTestOptions { level: 90.0, ..options };
    assert_eq!(fails(&[0.0, 0.0], &level).field(), Some("level"));
    let none = back_test(&model, &[], &[], horizon, &options).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::InsufficientData);
    let nothing = SelectionOptions { candidates: Vec::new(), ..SelectionOptions::default() };
    let error = select_model(&table(&histories), None, &nothing).unwrap_err();
    assert_eq!(error.field(), Some("candidates"));
    assert_eq!(tracking(&model, &[0.0], &[], 0.0, 1).unwrap_err().field(), Some("period"));
    assert_eq!(tracking(&model, &[f64::NAN], &[], 1.0, 1).unwrap_err().row(), Some(0));
    let error = probability_alive_history(&model, &[3.0, 3.0], &[4.0]).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("purchases"), Some(1)));
    let error = probability_alive_history(&model, &[3.0], &[4.0, -1.0]).unwrap_err();
    assert_eq!((error.field(), error.row()), (Some("age"), Some(1)));
}

#[test]
fn p_alive_falls_in_silence_and_recovers_with_a_purchase() {
    let model = MbgNbd::from_parameters(&[0.525, 6.183, 0.891, 1.614]).unwrap();
    let ages: Vec<f64> = (0..=100).map(f64::from).collect();
    let path = probability_alive_history(&model, &[10.0, 50.0], &ages).unwrap();
    for pair in path.windows(2) {
        if pair[0].frequency == pair[1].frequency {
            assert!(pair[1].probability_alive < pair[0].probability_alive, "{pair:?}");
        } else {
            assert!(pair[1].probability_alive > pair[0].probability_alive, "{pair:?}");
        }
    }
}

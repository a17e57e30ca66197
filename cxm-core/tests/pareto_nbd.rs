//! Pareto/NBD against arithmetic with seventy digits and against numerical integration.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use cxm_core::clv::simulation::{Ages, Simulation};
use cxm_core::clv::{
    Derivatives, Discount, FitOptions, FitStatus, History, Horizon, Model, ParetoNbd, PatternTable,
    PurchaseModel, Quantity, fit,
};
use cxm_core::numeric::quadrature;
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};
use serde_json::Value;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn history(value: &Value) -> History {
    let h = numbers(value);
    History::new(h[0], h[1], h[2]).unwrap()
}

#[test]
fn likelihood_and_derivatives_agree_with_seventy_digits() {
    let text = include_str!("golden/clv/pareto_nbd_derivatives.json");
    let cases: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut failures = Vec::new();
    let mut worst = [0.0_f64; 5];
    for case in &cases {
        let model = ParetoNbd::from_parameters(&numbers(&case["parameters"])).unwrap();
        let history = history(&case["history"]);
        let derivatives = model.derivatives(&history);
        let mut check =
            |kind: usize, what: &str, got: f64, expected: &Value, size: f64, tolerance: f64| {
                let expected = expected.as_f64().unwrap();
                let error = (got - expected).abs() / size.max(expected.abs());
                worst[kind] = worst[kind].max(error);
                if error.is_nan() || error > tolerance {
                    failures.push(format!(
                        "{:?} {:?} {what}: {got:e}, expected {expected:e}, error {error:e}",
                        case["parameters"].to_string(),
                        case["history"].to_string()
                    ));
                }
            };
        let expected = &case["log_likelihood"];
        check(0, "log_likelihood", model.log_likelihood(&history), expected, 1.0, 1e-13);
        check(1, "value", derivatives.value, expected, 1.0, 1e-13);
        let alive = &case["ln_probability_alive"];
        check(2, "ln_probability_alive", model.ln_probability_alive(&history), alive, 1.0, 1e-12);
        let slopes = case["gradient"].as_array().unwrap();
        let rows = case["hessian"].as_array().unwrap();
        for (i, slope) in slopes.iter().enumerate() {
            check(3, "gradient", derivatives.gradient[i], slope, 1.0, 1e-11);
            for (j, bend) in numbers(&rows[i]).iter().enumerate() {
                check(4, "hessian", derivatives.hessian[i][j], &Value::from(*bend), 1.0, 1e-10);
            }
        }
    }
    println!("{worst:?}");
    assert!(failures.is_empty(), "{}\n{}", failures.join("\n"), failures.len());
}

#[test]
fn predictions_agree_with_forty_digits() {
    let text = include_str!("golden/clv/pareto_nbd_predictions.json");
    let cases: Vec<Value> = serde_json::from_str(text).unwrap();
    let mut failures = Vec::new();
    for case in &cases {
        let model = ParetoNbd::from_parameters(&numbers(&case["parameters"])).unwrap();
        let history = history(&case["history"]);
        let horizon = Horizon::new(case["horizon"].as_f64().unwrap()).unwrap();
        let discount = Discount::continuous(case["discount"].as_f64().unwrap()).unwrap();
        let quantities = [
            Quantity::ProbabilityAlive { horizon: Horizon::NOW },
            Quantity::ExpectedTransactions { horizon },
            Quantity::ProbabilityOfTransactions { horizon, count: case["count"].as_u64().unwrap() },
            Quantity::ProbabilityOfNoTransactions { horizon },
            Quantity::DiscountedExpectedTransactions { horizon, discount },
            Quantity::DiscountedExpectedResidualTransactions { discount },
        ];
        let mut compare = |name: &str, got: f64| {
            let expected = case[name].as_f64().unwrap();
            let error = ((got - expected) / expected).abs();
            // The exponent of a power of x carries the rounding of its base x times.
            let allowed = 1e-12 + 1e-15 * history.frequency();
            if !(error < allowed || (got - expected).abs() < 1e-300) {
                failures.push(format!("{name}: {got:e}, error {error:e} in {case}"));
            }
        };
        for quantity in quantities {
            compare(quantity.name(), quantity.of(&model, &history).unwrap().unwrap());
        }
        compare("probability_alive_after", model.probability_alive_after(&history, horizon));
    }
    assert!(failures.is_empty(), "{}\n{}", failures.join("\n"), failures.len());
}

fn uniform(random: &mut Pcg64Mcg) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

/// Ten to a power that is uniform between two.
fn spread(random: &mut Pcg64Mcg, lower: f64, upper: f64) -> f64 {
    10_f64.powf(lower + (upper - lower) * uniform(random))
}

fn random_case(random: &mut Pcg64Mcg) -> (ParetoNbd, History) {
    let shapes = [spread(random, -1.5, 1.5), spread(random, -1.5, 1.5)];
    let scales = [spread(random, -1.0, 2.5), spread(random, -1.0, 2.5)];
    let model = ParetoNbd::new(shapes[0], scales[0], shapes[1], scales[1]).unwrap();
    let age = spread(random, -1.0, 2.3);
    let frequency = [0.0, 0.0, 1.0, 2.0, 7.0, 30.0, 200.0][(uniform(random) * 7.0) as usize];
    let recency = if frequency > 0.0 { age * (1.0 - uniform(random)) } else { 0.0 };
    (model, History::new(frequency, recency, age).unwrap())
}

/// ln of P(alive)/(1 − P(alive)) by its integral.
fn ln_odds_by_integration(model: &ParetoNbd, history: &History) -> f64 {
    let (r, alpha) = (model.r() + history.frequency(), model.alpha());
    let (s, beta) = (model.s(), model.beta());
    let (from, until) = (history.recency(), history.age());
    let left = quadrature::interval(until - from, |t| {
        let u = from + t;
        let powers = -r * ((alpha + u) / (alpha + from)).ln()
            - (s + 1.0) * ((beta + u) / (beta + from)).ln();
        powers.exp()
    });
    let alive =
        -r * ((alpha + until) / (alpha + from)).ln() - s * ((beta + until) / (beta + from)).ln();
    alive - (left * s / (beta + from)).ln()
}

fn same(what: &str, got: f64, expected: f64, tolerance: f64, case: &(ParetoNbd, History)) {
    let error = (got - expected).abs() / expected.abs().max(1e-12);
    assert!(
        error <= tolerance,
        "{what}: {got:e}, expected {expected:e}, error {error:e}: {case:?}"
    );
}

#[test]
fn a_thousand_random_customers_agree_with_numerical_integration() {
    let mut random = Pcg64Mcg::seed_from_u64(0x9a_2e70);
    for _ in 0..1_000 {
        let case = random_case(&mut random);
        let (model, history) = &case;
        let at = |horizon: f64| Horizon::new(horizon).unwrap();
        let alive = model.probability_alive(history);
        let ln_alive = model.ln_probability_alive(history);
        if history.age() > history.recency() {
            let odds = ln_odds_by_integration(model, history);
            same("ln P(alive)", ln_alive, -(-odds).exp().ln_1p(), 1e-8, &case);
        }
        let end = spread(&mut random, -1.0, 2.5);
        let rate = (model.r() + history.frequency()) / (model.alpha() + history.age());
        let expected =
            quadrature::interval(end, |t| rate * model.probability_alive_after(history, at(t)));
        let got = model.expected_transactions(history, at(end));
        same("expected", got, expected, 1e-9, &case);
        let discount = Discount::continuous(spread(&mut random, -3.0, 0.0)).unwrap();
        let discounted = quadrature::interval(end, |t| {
            rate * model.probability_alive_after(history, at(t)) * (-discount.rate() * t).exp()
        });
        let got = model.discounted_expected_transactions(history, at(end), discount);
        same("discounted", got, discounted, 1e-9, &case);
        let residual = quadrature::half_line(1.0 / discount.rate(), |t| {
            let weight = (-discount.rate() * t).exp();
            let still = model.probability_alive_after(history, at(t.min(f64::MAX)));
            if weight > 0.0 { rate * still * weight } else { 0.0 }
        });
        let got = model.discounted_expected_residual_transactions(history, discount);
        same("residual", got, residual, 1e-9, &case);
        assert!((0.0..=1.0).contains(&alive), "{case:?}");
    }
}

#[test]
fn a_thousand_random_customers_change_in_one_direction_with_the_horizon() {
    let mut random = Pcg64Mcg::seed_from_u64(0x51_7ea3);
    for _ in 0..1_000 {
        let case = random_case(&mut random);
        let (model, history) = &case;
        let discount = Discount::continuous(0.01).unwrap();
        let dert = model.discounted_expected_residual_transactions(history, discount);
        let mut last = [1.0, 0.0, 1.0, 0.0];
        for horizon in [0.0, 1e-9, 1e-3, 0.1, 1.0, 10.0, 100.0, 1e4, 1e8] {
            let horizon = Horizon::new(horizon).unwrap();
            let alive = model.probability_alive_after(history, horizon);
            let expected = model.expected_transactions(history, horizon);
            let none = model.probability_of_no_transactions(history, horizon);
            let discounted = model.discounted_expected_transactions(history, horizon, discount);
            let some = model.probability_of_transactions(history, horizon, 3);
            let now = [alive, expected, none, discounted];
            let noise = |value: f64| 1e-12 * value.abs().max(1e-3);
            assert!(now.iter().all(|value| value.is_finite() && *value >= 0.0), "{now:?} {case:?}");
            assert!((0.0..=1.0).contains(&some) && none <= 1.0, "{some} {none} {case:?}");
            assert!(alive <= last[0] + noise(alive) && none <= last[2] + noise(none), "{case:?}");
            assert!(expected >= last[1] - noise(expected), "{case:?}");
            assert!(discounted >= last[3] - noise(discounted), "{case:?}");
            assert!(discounted <= expected * (1.0 + 1e-12) && discounted <= dert * (1.0 + 1e-12));
            last = now;
        }
    }
}

#[test]
fn counts_sum_to_one_and_have_the_expected_mean() {
    let mut random = Pcg64Mcg::seed_from_u64(0xc0_0071);
    for _ in 0..60 {
        let case = random_case(&mut random);
        let (model, history) = &case;
        let rate = (model.r() + history.frequency()) / (model.alpha() + history.age());
        // Two purchases at the mean rate: few customers buy more than four hundred times.
        let horizon = Horizon::new(2.0 / rate).unwrap();
        let (mut total, mut mean) = (0.0, 0.0);
        for count in 0..400_u32 {
            let p = model.probability_of_transactions(history, horizon, u64::from(count));
            total += p;
            mean += f64::from(count) * p;
        }
        let expected = model.expected_transactions(history, horizon);
        assert!(total <= 1.0 + 1e-11 && mean <= expected * (1.0 + 1e-11), "{total} {case:?}");
        assert!(total >= 1.0 - 3e-3 * expected - 1e-11, "{total} {case:?}");
        if model.r() + history.frequency() > 1.0 {
            assert!((total - 1.0).abs() < 1e-9 && (mean - expected).abs() < 1e-7, "{case:?}");
        }
    }
}

#[test]
fn the_next_purchase_comes_within_its_time() {
    let mut random = Pcg64Mcg::seed_from_u64(0x7133);
    let (mut sometime, mut never) = (0, 0);
    for _ in 0..300 {
        let case = random_case(&mut random);
        let (model, history) = &case;
        let probability = 0.01 + 0.98 * uniform(&mut random);
        match model.time_to_next_transaction(history, probability).unwrap() {
            Some(time) => {
                sometime += 1;
                let horizon = Horizon::new(time).unwrap();
                let some = 1.0 - model.probability_of_no_transactions(history, horizon);
                assert!((some - probability).abs() < 1e-9, "{some} {probability} {case:?}");
            }
            None => {
                never += 1;
                let horizon = Horizon::new(1e12).unwrap();
                let some = 1.0 - model.probability_of_no_transactions(history, horizon);
                assert!(some < probability, "{some} {probability} {case:?}");
            }
        }
    }
    assert!(sometime > 30 && never > 30, "{sometime} {never}");
    let customer = History::new(2.0, 30.43, 38.86).unwrap();
    let model = ParetoNbd::new(0.553, 10.58, 0.606, 11.66).unwrap();
    let error = model.time_to_next_transaction(&customer, 1.0).unwrap_err();
    assert_eq!(error.field(), Some("probability"));
}

#[test]
fn the_sum_over_a_table_is_the_sum_over_its_customers() {
    let mut random = Pcg64Mcg::seed_from_u64(0x7ab1e);
    let (model, _) = random_case(&mut random);
    let rows = (0..300).map(|_| (random_case(&mut random).1, 2.0));
    let table = PatternTable::from_rows(rows.collect::<Vec<_>>()).unwrap();
    let together = model.table_derivatives(&table);
    let mut apart = Derivatives::default();
    for (history, weight) in table.iter() {
        apart.add(&model.derivatives(history), weight);
    }
    assert_eq!(together, apart);
    let value = model.table_log_likelihood(&table);
    assert!((together.value - value).abs() < 1e-10 * value.abs());
}

#[test]
fn a_fit_never_fails_and_never_ends_below_the_truth() {
    let mut random = Pcg64Mcg::seed_from_u64(0xf17);
    let (mut fits, mut most) = (0, 0);
    for seed in 0..80 {
        let (r, s) = (spread(&mut random, -1.0, 1.0), spread(&mut random, -1.0, 1.0));
        // From customers who hardly ever buy or leave to those who buy and leave at once.
        let (alpha, beta) = (r * spread(&mut random, -0.5, 2.5), s * spread(&mut random, 0.0, 3.0));
        let model = ParetoNbd::new(r, alpha, s, beta).unwrap();
        let ages = Ages::Uniform { customers: 300, youngest: 10.0, oldest: 60.0 };
        let simulation = Simulation { ages, horizon: Horizon::NOW, seed };
        let table = simulation.pattern_table(&model).unwrap();
        if table.repeaters() < 20.0 {
            continue;
        }
        fits += 1;
        let fitted = fit::<ParetoNbd>(&table, &FitOptions::default()).unwrap();
        let case = format!("{model:?} {fitted:?}");
        assert_ne!(fitted.diagnosis.status, FitStatus::NotConverged, "{case}");
        let truth = model.table_log_likelihood(&table);
        assert!(fitted.log_likelihood >= truth - 1e-9 * truth.abs(), "{truth} {case}");
        if fitted.diagnosis.status == FitStatus::Optimum {
            most = most.max(fitted.diagnosis.iterations);
            assert!(fitted.standard_errors().unwrap().iter().all(|error| *error > 0.0), "{case}");
        }
    }
    assert!(fits > 50 && most <= 40, "{fits} {most}");
}

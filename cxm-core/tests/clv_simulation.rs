//! Customers drawn from a model, and whether a fit finds the parameters that they came from.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use cxm_core::clv::simulation::{Ages, Simulate, SimulatedContract, Simulation};
use cxm_core::clv::{
    BgBb, BgNbd, FitOptions, GammaGamma, History, Horizon, MbgNbd, Model, Nbd, ParetoNbd,
    PatternTable, ShiftedBetaGeometric, fit,
};
use cxm_core::{Error, ErrorKind};

fn plan(customers: u64, seed: u64) -> Simulation {
    Simulation {
        ages: Ages::Uniform { customers, youngest: 27.0, oldest: 39.0 },
        horizon: Horizon::NOW,
        seed,
    }
}

/// The share of 95 % intervals, over parameters and replicates, that hold the true parameter.
fn coverage<M: Simulate>(parameters: &[f64], replicates: u64, customers: u64) -> Vec<f64> {
    let model = M::from_parameters(parameters).unwrap();
    let mut held = vec![0.0; parameters.len()];
    for replicate in 0..replicates {
        let table = plan(customers, 1000 + replicate).pattern_table(&model).unwrap();
        let fitted = fit::<M>(&table, &FitOptions::default()).unwrap();
        let estimates = fitted.model.parameters();
        // Where a sample does not tell the parameters, it says so and claims no interval.
        let Some(covariance) = fitted.ln_covariance else { continue };
        for (k, held) in held.iter_mut().enumerate() {
            let away = (estimates[k] / parameters[k]).ln() / covariance[k][k].sqrt();
            *held += f64::from(u8::from(away.abs() <= 1.959_964));
        }
    }
    held.iter().map(|held| held / replicates as f64).collect()
}

/// `CXM_COVERAGE_RUNS=2000` draws so many samples a model instead of those of the normal run.
fn runs(usual: u64) -> u64 {
    std::env::var("CXM_COVERAGE_RUNS").map_or(usual, |runs| runs.parse().unwrap())
}

/// Whether 95 % intervals hold the truth about as often, as far as so many samples can tell:
/// three standard errors, and two hundredths for samples that are not endless.
fn expect_nominal(name: &str, runs: u64, shares: &[f64]) {
    let allowed = 0.02 + 3.0 * (0.95 * 0.05 / runs as f64).sqrt();
    assert!(shares.iter().all(|share| (share - 0.95).abs() <= allowed), "{name}: {shares:?}");
}

fn expect_coverage<M: Simulate>(parameters: &[f64], usual: u64, customers: u64) {
    let runs = runs(usual);
    expect_nominal(M::NAME, runs, &coverage::<M>(parameters, runs, customers));
}

#[test]
fn fits_find_the_parameters_at_the_nominal_rate() {
    expect_coverage::<BgNbd>(&[0.8, 6.0, 1.2, 2.5], 200, 2000);
    expect_coverage::<Nbd>(&[0.385, 12.1], 400, 2000);
}

#[test]
fn mbg_nbd_finds_its_parameters_at_the_nominal_rate() {
    expect_coverage::<MbgNbd>(&[0.8, 6.0, 1.2, 2.5], 150, 2000);
}

#[test]
fn pareto_nbd_finds_its_parameters_at_the_nominal_rate() {
    expect_coverage::<ParetoNbd>(&[0.8, 6.0, 1.0, 12.0], 60, 2000);
}

#[test]
fn contracts_are_found_at_the_nominal_rate() {
    let truth = [0.704, 1.182];
    let model = ShiftedBetaGeometric::from_parameters(&truth).unwrap();
    let runs = runs(300);
    let mut held = [0.0; 2];
    for seed in 0..runs {
        let ages = Ages::Uniform { customers: 1000, youngest: 2.0, oldest: 8.0 };
        let plan = Simulation { ages, horizon: Horizon::NOW, seed };
        let rows = plan.contracts(&model).map(|one| (one.unwrap().tenure().unwrap(), 1.0));
        let table = PatternTable::from_rows(rows).unwrap();
        let fitted = fit::<ShiftedBetaGeometric>(&table, &FitOptions::default()).unwrap();
        let covariance = fitted.ln_covariance.unwrap();
        for (k, held) in held.iter_mut().enumerate() {
            let away = (fitted.model.parameters()[k] / truth[k]).ln() / covariance[k][k].sqrt();
            *held += f64::from(u8::from(away.abs() <= 1.959_964));
        }
    }
    expect_nominal("sbg", runs, &held.map(|held| held / runs as f64));
}

#[test]
fn contracts_end_as_often_as_the_model_says() {
    let model = ShiftedBetaGeometric::from_parameters(&[0.668, 3.806]).unwrap();
    let customers = 50_000;
    let ages = Ages::Same { customers, age: 7.0 };
    let plan = Simulation { ages, horizon: Horizon::new(5.0).unwrap(), seed: 8 };
    let contracts: Vec<_> = plan.contracts(&model).map(Result::unwrap).collect();
    let share = |of: &dyn Fn(&SimulatedContract) -> bool| {
        contracts.iter().filter(|contract| of(contract)).count() as f64 / customers as f64
    };
    for renewal in 1..=7 {
        let left = share(&|one| {
            let tenure = one.tenure().unwrap();
            tenure.churned() && tenure.periods() <= f64::from(renewal)
        });
        let truth = 1.0 - model.survival(0.0, f64::from(renewal)).unwrap();
        assert!((left - truth).abs() < 0.01, "{renewal}: {left}, not {truth}");
    }
    let survived = contracts.iter().map(|one| one.future_renewals(plan.horizon)).sum::<f64>();
    let of_one = |k: i32| model.survival(0.0, 7.0 + f64::from(k)).unwrap();
    let expected: f64 = (1..=5).map(of_one).sum();
    assert!((survived / customers as f64 - expected).abs() < 0.03);
    let half = Simulation { ages: Ages::Given(vec![1.0, 2.5]), ..Simulation::default() };
    let error = half.contracts(&model).find_map(Result::err).unwrap();
    assert_eq!((error.field(), error.row()), (Some("age"), Some(1)));
}

#[test]
fn means_agree_with_the_models() {
    fn check<M: Simulate>(parameters: &[f64], age: f64, horizon: f64) {
        let model = M::from_parameters(parameters).unwrap();
        let customers = 40_000;
        let plan = Simulation {
            ages: Ages::Same { customers, age },
            horizon: Horizon::new(horizon).unwrap(),
            seed: 5,
        };
        let (mut calibration, mut future, mut alive) = (0.0, 0.0, 0.0);
        let (mut expected_future, mut expected_alive) = (0.0, 0.0);
        let mut squares = 0.0;
        for customer in plan.customers(&model) {
            let customer = customer.unwrap();
            let history = customer.history().unwrap();
            calibration += history.frequency();
            squares += history.frequency() * history.frequency();
            let came = customer.future_purchases() as f64;
            future += came;
            // P(alive) of a discrete model is about the next opportunity.
            let now = if M::DISCRETE { age + 1.0 } else { age };
            alive += f64::from(u8::from(customer.is_alive_at(now)));
            expected_future += model.expected_transactions(&history, plan.horizon);
            expected_alive += model.probability_alive(&history);
        }
        let n = customers as f64;
        let mean = calibration / n;
        let error = ((squares / n - mean * mean) / n).sqrt();
        let age = Horizon::new(age).unwrap();
        let truth = model.expected_transactions(&History::NEW, age);
        assert!((mean - truth).abs() < 4.0 * error, "{}: {mean}, not {truth}", M::NAME);
        assert!((future - expected_future).abs() / n < 0.03, "{}", M::NAME);
        assert!((alive - expected_alive).abs() / n < 0.01, "{}", M::NAME);
    }
    check::<Nbd>(&[0.385, 12.1], 39.0, 20.0);
    check::<BgNbd>(&[0.243, 4.414, 0.793, 2.426], 39.0, 20.0);
    check::<MbgNbd>(&[0.525, 6.183, 0.891, 1.614], 39.0, 20.0);
    check::<ParetoNbd>(&[0.553, 10.578, 0.606, 11.669], 39.0, 20.0);
    check::<BgBb>(&[1.2, 0.75, 0.66, 2.78], 6.0, 5.0);
}

#[test]
fn a_customer_is_the_same_however_many_others_there_are() {
    let model = BgNbd::from_parameters(&[0.243, 4.414, 0.793, 2.426]).unwrap();
    let few: Vec<_> = plan(10, 3).customers(&model).map(Result::unwrap).collect();
    let many: Vec<_> = plan(100, 3).customers(&model).map(Result::unwrap).collect();
    assert_eq!(few, many[..10]);
    let others: Vec<_> = plan(10, 4).customers(&model).map(Result::unwrap).collect();
    assert_ne!(few, others);
}

#[test]
fn purchases_rise_and_end_with_the_dropout() {
    let model = MbgNbd::from_parameters(&[0.9, 2.0, 0.9, 1.6]).unwrap();
    let mut left_at_once = 0;
    let simulation = Simulation { horizon: Horizon::new(10.0).unwrap(), ..plan(2000, 1) };
    for customer in simulation.customers(&model).map(Result::unwrap) {
        let last = customer.purchases.last().copied().unwrap_or(0.0);
        assert!(customer.purchases.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(last <= customer.age + 10.0);
        if let Some(dropout) = customer.dropout {
            assert_eq!(dropout.to_bits(), last.to_bits());
            left_at_once += u32::from(customer.purchases.is_empty());
        }
        let known = customer.history().unwrap().frequency() as u64;
        assert_eq!(known + customer.future_purchases(), customer.purchases.len() as u64);
    }
    assert!(left_at_once > 0);
}

#[test]
fn bad_input_is_named() {
    let model = BgNbd::from_parameters(&[0.243, 4.414, 0.793, 2.426]).unwrap();
    let fails = |ages: Ages| -> Error {
        Simulation { ages, ..Simulation::default() }.histories(&model).unwrap_err()
    };
    let error = fails(Ages::Given(vec![3.0, -1.0]));
    assert_eq!((error.field(), error.row()), (Some("age"), Some(1)));
    assert_eq!(fails(Ages::Given(vec![f64::NAN])).field(), Some("age"));
    let error = fails(Ages::Uniform { customers: 1, youngest: 3.0, oldest: 2.0 });
    assert_eq!(error.field(), Some("oldest"));
    let endless = Nbd::from_parameters(&[1.0, 1e-12]).unwrap();
    let ages = Ages::Same { customers: 1, age: 10.0 };
    let error = Simulation { ages, ..Simulation::default() }.histories(&endless).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitReached);
    let half = Ages::Given(vec![2.5]);
    let model = BgBb::from_parameters(&[1.2, 0.75, 0.66, 2.78]).unwrap();
    let error = Simulation { ages: half, ..Simulation::default() }.histories(&model).unwrap_err();
    assert_eq!(error.field(), Some("age"));
    assert!(Simulation::default().histories(&model).unwrap().is_empty());
}

#[test]
fn transactions_carry_the_purchases_and_the_spend() {
    let model = BgNbd::from_parameters(&[0.243, 4.414, 0.793, 2.426]).unwrap();
    let spend = GammaGamma::new(6.25, 3.74, 15.44).unwrap();
    let plan = plan(20_000, 6);
    let bare = plan.transactions(&model, None).unwrap();
    let paid = plan.transactions(&model, Some(&spend)).unwrap();
    assert_eq!((&bare.customer, &bare.time), (&paid.customer, &paid.time));
    assert!(bare.amount.is_none());
    let repeats: f64 =
        plan.histories(&model).unwrap().iter().map(|history| history.frequency()).sum();
    assert_eq!(bare.customer.len() as u64, repeats as u64 + 20_000);
    assert!(bare.time.iter().all(|time| *time <= 0.0));
    // The first amount of each customer has the mean of the population.
    let amounts = paid.amount.unwrap();
    let firsts = (0..amounts.len()).filter(|&k| k == 0 || paid.customer[k] != paid.customer[k - 1]);
    let mean = firsts.map(|k| amounts[k]).sum::<f64>() / 20_000.0;
    let truth = spend.expected_spend(None).unwrap();
    assert!((mean / truth - 1.0).abs() < 0.03, "{mean}, not {truth}");
}

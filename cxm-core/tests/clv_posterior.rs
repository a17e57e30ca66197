//! Intervals and posteriors: against each other, against another sampler, and their laws.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]

use cxm_core::ErrorKind;
use cxm_core::clv::intervals::{delta_interval, delta_intervals};
use cxm_core::clv::laplace::{LaplaceOptions, laplace_posterior};
use cxm_core::clv::patterns::histories;
use cxm_core::clv::posterior::{Posterior, Progress};
use cxm_core::clv::predictive::count_interval;
use cxm_core::clv::simulation::{Ages, Simulation};
use cxm_core::clv::{
    BgNbd, Discount, FitOptions, Fitted, History, Horizon, MbgNbd, Model, PatternTable, Prior,
    PurchaseModel, Quantity, fit,
};

fn cdnow() -> Vec<History> {
    let text = include_str!("golden/clv/cdnow_summary.csv");
    let rows: Vec<Vec<f64>> = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(|cell| cell.parse().unwrap()).collect())
        .collect();
    let column = |k: usize, unit: f64| rows.iter().map(|row| row[k] / unit).collect::<Vec<f64>>();
    histories(&column(0, 1.0), &column(1, 7.0), &column(2, 7.0)).unwrap()
}

fn table(histories: &[History]) -> PatternTable<History> {
    PatternTable::from_rows(histories.iter().map(|history| (*history, 1.0))).unwrap()
}

fn weeks(weeks: f64) -> Horizon {
    Horizon::new(weeks).unwrap()
}

fn draw<M: Model>(
    fitted: &Fitted<M>,
    table: &PatternTable<M::Pattern>,
    draws: u32,
) -> Posterior<M> {
    let options = LaplaceOptions { draws, seed: 11 };
    laplace_posterior(fitted, table, &options, &mut |_| Ok(())).unwrap()
}

fn questions() -> Vec<Quantity> {
    let horizon = weeks(39.0);
    let discount = Discount::continuous(0.0027).unwrap();
    vec![
        Quantity::ProbabilityAlive { horizon: Horizon::NOW },
        Quantity::ProbabilityAlive { horizon },
        Quantity::ExpectedTransactions { horizon },
        Quantity::ProbabilityOfNoTransactions { horizon },
        Quantity::DiscountedExpectedTransactions { horizon, discount },
        Quantity::DiscountedExpectedResidualTransactions { discount },
    ]
}

#[test]
fn delta_and_posterior_agree_where_the_data_tell_much() {
    // Fifty times the customers: the posterior is nearly normal then.
    let rows = cdnow().into_iter().map(|history| (history, 50.0));
    let table = PatternTable::from_rows(rows).unwrap();
    let fitted = fit::<MbgNbd>(&table, &FitOptions::default()).unwrap();
    let posterior = draw(&fitted, &table, 4000);
    assert!(posterior.diagnosis().reliable, "{:?}", posterior.diagnosis());
    for history in [History::new(2.0, 30.43, 38.86).unwrap(), History::NEW] {
        for asked in questions() {
            let delta = delta_interval(&fitted, &asked, &history, 0.95).unwrap().unwrap();
            let credible = posterior.credible_interval(&asked, &history, 0.95).unwrap().unwrap();
            let width = delta.upper - delta.lower;
            for (a, b) in [(delta.lower, credible.lower), (delta.upper, credible.upper)] {
                assert!((a - b).abs() < 0.12 * width, "{asked:?} {delta:?} {credible:?}");
            }
        }
    }
}

#[test]
fn the_delta_method_gives_the_standard_error_of_a_parameter() {
    // E[X(t)] is nearly proportional to t at small t, with the slope r/α of the mean rate.
    let table = table(&cdnow());
    let fitted = fit::<MbgNbd>(&table, &FitOptions::default()).unwrap();
    let covariance = fitted.ln_covariance.unwrap();
    let [_, _, a, b] = fitted.model.parameters();
    // ln of (r/α) b/(a+b), the purchases per time of a newborn.
    let gradient = [1.0, -1.0, -a / (a + b), a / (a + b)];
    let variance: f64 = (0..4)
        .flat_map(|i| (0..4).map(move |j| (i, j)))
        .map(|(i, j)| gradient[i] * covariance[i][j] * gradient[j])
        .sum();
    let asked = Quantity::ExpectedTransactions { horizon: weeks(1e-5) };
    let interval = delta_interval(&fitted, &asked, &History::NEW, 0.95).unwrap().unwrap();
    let reach = (interval.upper / interval.value).ln() / 1.959_963_984_540_054;
    assert!((reach / variance.sqrt() - 1.0).abs() < 1e-5, "{reach} {}", variance.sqrt());
}

#[test]
fn what_no_parameter_moves_has_no_width() {
    let histories = cdnow();
    let fitted = fit::<BgNbd>(&table(&histories), &FitOptions::default()).unwrap();
    let alive = Quantity::ProbabilityAlive { horizon: Horizon::NOW };
    let once = History::new(0.0, 0.0, 38.86).unwrap();
    let interval = delta_interval(&fitted, &alive, &once, 0.95).unwrap().unwrap();
    assert_eq!([interval.lower, interval.upper].map(f64::to_bits), [1.0_f64.to_bits(); 2]);
    let columns = delta_intervals(&fitted, &alive, &histories, 0.95).unwrap();
    assert_eq!(columns.len(), histories.len());
    for (history, interval) in histories.iter().zip(columns) {
        let interval = interval.unwrap();
        let value = fitted.model.probability_alive(history);
        assert_eq!(interval.value.to_bits(), value.to_bits());
        assert!(interval.lower <= value && value <= interval.upper);
        assert!(interval.lower >= 0.0 && interval.upper <= 1.0);
    }
}

#[test]
fn the_weighted_posterior_is_the_one_of_another_sampler() {
    // With priors that are nearly flat, the draws must agree with a random walk of Metropolis.
    let table = table(&cdnow());
    let priors = vec![Prior { mean: 0.0, standard_deviation: 3.0 }; 4];
    let options = FitOptions { priors: Some(priors.clone()), ..FitOptions::default() };
    let fitted = fit::<BgNbd>(&table, &options).unwrap();
    let posterior = draw(&fitted, &table, 4000);
    let age = table.mean_age().unwrap().ln();
    let density = |point: &[f64]| {
        let parameters: Vec<f64> = point.iter().map(|ln| ln.exp()).collect();
        let model = BgNbd::from_parameters(&parameters).unwrap();
        let prior: f64 = (0..4)
            .map(|k| (point[k] - if k == 1 { age } else { 0.0 }) / 3.0)
            .map(|away| -0.5 * away * away)
            .sum();
        model.table_log_likelihood(&table) + prior
    };
    let covariance = fitted.ln_covariance.unwrap();
    let factor = cxm_core::numeric::linear::SymmetricMatrix::from_fn(4, |i, j| covariance[i][j])
        .cholesky()
        .unwrap();
    let mut random = cxm_core::numeric::random::Random::seeded(5);
    let mut at: Vec<f64> = fitted.model.parameters().iter().map(|value| value.ln()).collect();
    let mut here = density(&at);
    let mut chain = Vec::new();
    for step in 0..30_000 {
        let independent: Vec<f64> = (0..4).map(|_| 1.2 * random.normal()).collect();
        let moves = factor.correlate(&independent).unwrap();
        let there: Vec<f64> = at.iter().zip(moves).map(|(x, step)| x + step).collect();
        let value = density(&there);
        if random.uniform().ln() < value - here {
            (at, here) = (there, value);
        }
        if step >= 1000 {
            chain.push(at.clone());
        }
    }
    for (k, parameter) in posterior.summary(0.9).unwrap().iter().enumerate() {
        let mut draws: Vec<f64> = chain.iter().map(|point| point[k].exp()).collect();
        draws.sort_by(f64::total_cmp);
        let quantile = |p: f64| draws[(p * draws.len() as f64) as usize];
        let spread = quantile(0.95) - quantile(0.05);
        for (ours, theirs) in [
            (parameter.lower, quantile(0.05)),
            (parameter.median, quantile(0.5)),
            (parameter.upper, quantile(0.95)),
        ] {
            assert!((ours - theirs).abs() < 0.06 * spread, "{parameter:?} {theirs}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_draws() {
    let table = table(&cdnow());
    let fitted = fit::<BgNbd>(&table, &FitOptions::default()).unwrap();
    assert_eq!(draw(&fitted, &table, 100), draw(&fitted, &table, 100));
    let other = LaplaceOptions { draws: 100, seed: 12 };
    let other = laplace_posterior(&fitted, &table, &other, &mut |_| Ok(())).unwrap();
    assert_ne!(draw(&fitted, &table, 100), other);
}

#[test]
fn thinned_draws_say_nearly_the_same() {
    let table = table(&cdnow());
    let fitted = fit::<BgNbd>(&table, &FitOptions::default()).unwrap();
    let posterior = draw(&fitted, &table, 1000);
    let thinned = posterior.thinned(400).unwrap();
    assert_eq!(thinned.len(), 400);
    for (all, few) in posterior.summary(0.9).unwrap().iter().zip(thinned.summary(0.9).unwrap()) {
        assert!((all.median - few.median).abs() < 0.2 * all.standard_deviation);
        let ratio = few.standard_deviation / all.standard_deviation;
        assert!((0.85..1.15).contains(&ratio), "{ratio}");
    }
    assert_eq!(posterior.thinned(0).unwrap_err().field(), Some("draws"));
}

#[test]
fn predictive_intervals_cover_what_customers_do() {
    let truth = BgNbd::from_parameters(&[0.8, 6.0, 1.2, 2.5]).unwrap();
    let simulation = Simulation {
        ages: Ages::Uniform { customers: 4000, youngest: 27.0, oldest: 39.0 },
        horizon: weeks(39.0),
        seed: 8,
    };
    let customers: Vec<_> = simulation.customers(&truth).map(Result::unwrap).collect();
    let histories: Vec<History> = customers.iter().map(|one| one.history().unwrap()).collect();
    let table = table(&histories);
    let fitted = fit::<BgNbd>(&table, &FitOptions::default()).unwrap();
    let posterior = draw(&fitted, &table, 200).thinned(40).unwrap();
    let sample = &histories[..1000];
    let intervals = posterior.predictive_intervals(sample, weeks(39.0), 0.8).unwrap();
    let (mut within, mut promised) = (0.0, 0.0);
    for (customer, interval) in customers.iter().zip(&intervals) {
        let came = customer.future_purchases();
        within += f64::from(u8::from((interval.lower..=interval.upper).contains(&came)));
        promised += interval.probability;
        assert!(interval.probability >= 0.8);
    }
    // Three standard errors of a share of a thousand.
    assert!(
        (within - promised).abs() < 3.0 * (0.9_f64 * 0.1 * 1000.0).sqrt(),
        "{within} {promised}"
    );
}

#[test]
fn predictive_limits_are_quantiles_of_the_counts() {
    let model = BgNbd::from_parameters(&[0.243, 4.414, 0.793, 2.426]).unwrap();
    for (x, recency, age) in [(0.0, 0.0, 20.0), (2.0, 30.43, 38.86), (26.0, 30.8, 31.0)] {
        let history = History::new(x, recency, age).unwrap();
        let below = |count: u64| -> f64 {
            (0..count).map(|n| model.probability_of_transactions(&history, weeks(39.0), n)).sum()
        };
        for level in [0.5, 0.9, 0.99] {
            let interval = count_interval(&model, &history, weeks(39.0), level).unwrap();
            let tail = (1.0 - level) / 2.0;
            assert!(below(interval.lower) <= tail && below(interval.lower + 1) > tail);
            assert!(below(interval.upper) < 1.0 - tail);
            assert!(below(interval.upper + 1) >= 1.0 - tail);
            let held = below(interval.upper + 1) - below(interval.lower);
            assert!((interval.probability - held).abs() < 1e-12);
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let histories = cdnow();
    let table = table(&histories);
    let fitted = fit::<BgNbd>(&table, &FitOptions::default()).unwrap();
    let mut quiet = |_: Progress| Ok(());
    let few = LaplaceOptions { draws: 3, seed: 0 };
    let error = laplace_posterior(&fitted, &table, &few, &mut quiet).unwrap_err();
    assert_eq!(error.field(), Some("draws"));
    let other = PatternTable::from_rows([(histories[0], 1.0)]).unwrap();
    let options = LaplaceOptions::default();
    let error = laplace_posterior(&fitted, &other, &options, &mut quiet).unwrap_err();
    assert_eq!(error.field(), Some("table"));
    let unknown = Fitted { ln_covariance: None, ..fitted.clone() };
    let error = laplace_posterior(&unknown, &table, &options, &mut quiet).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InsufficientData);
    let asked = Quantity::ProbabilityAlive { horizon: Horizon::NOW };
    let error = delta_interval(&unknown, &asked, &histories[0], 0.9).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InsufficientData);
    let error = delta_interval(&fitted, &asked, &histories[0], 90.0).unwrap_err();
    assert_eq!(error.field(), Some("level"));
    let mut told = 0;
    let mut stop = |progress: Progress| {
        told += 1;
        if progress.done < 500 { Ok(()) } else { Err(cxm_core::Error::limit("enough")) }
    };
    let error = laplace_posterior(&fitted, &table, &options, &mut stop).unwrap_err();
    assert_eq!(error.message(), "enough");
    assert!(told > 3);
}

//! Covariates: simulated customers give their coefficients back, units do not matter, and what
//! cannot be told is refused by name.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use cxm_core::clv::covariates::{
    Coefficient, Covariate, CovariateModel, CovariateTable, FittedCovariates, Part, WithCovariates,
    fit_with_covariates,
};
use cxm_core::clv::{
    BgNbd, FitOptions, FitStatus, History, Horizon, Model, ParetoNbd, Prior, PurchaseModel,
};
use cxm_core::numeric::linear::SymmetricMatrix;
use rand_distr::{Beta, Distribution, Exp1, Gamma};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::Rng;

fn uniform(random: &mut Pcg64Mcg) -> f64 {
    (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

fn exponential(random: &mut Pcg64Mcg, rate: f64) -> f64 {
    let unit: f64 = Exp1.sample(random);
    unit / rate
}

/// A model from which a customer can be drawn.
trait Simulate: CovariateModel {
    fn draw(&self, age: f64, random: &mut Pcg64Mcg) -> History;
}

impl Simulate for ParetoNbd {
    fn draw(&self, age: f64, random: &mut Pcg64Mcg) -> History {
        let rate = Gamma::new(self.r(), 1.0 / self.alpha()).unwrap().sample(random);
        let leaving = Gamma::new(self.s(), 1.0 / self.beta()).unwrap().sample(random);
        let end = exponential(random, leaving).min(age);
        let (mut x, mut last) = (0.0, 0.0);
        loop {
            let next = last + exponential(random, rate);
            if next > end {
                return History::new(x, last, age).unwrap();
            }
            (x, last) = (x + 1.0, next);
        }
    }
}

impl Simulate for BgNbd {
    fn draw(&self, age: f64, random: &mut Pcg64Mcg) -> History {
        let [r, alpha, a, b] = self.parameters();
        let rate = Gamma::new(r, 1.0 / alpha).unwrap().sample(random);
        let leaving = Beta::new(a, b).unwrap().sample(random);
        let (mut x, mut last) = (0.0, 0.0);
        loop {
            let next = last + exponential(random, rate);
            if next > age {
                return History::new(x, last, age).unwrap();
            }
            (x, last) = (x + 1.0, next);
            if uniform(random) < leaving {
                return History::new(x, last, age).unwrap();
            }
        }
    }
}

/// Customers with a covariate of two kinds, and one that is a number of hundreds.
struct Customers {
    columns: [Vec<f64>; 3],
    referral: Vec<f64>,
    income: Vec<f64>,
}

impl Customers {
    fn simulate<M: Simulate>(model: &WithCovariates<M>, count: u32, seed: u128) -> Self {
        let mut random = Pcg64Mcg::new(seed);
        let mut customers =
            Self { columns: [vec![], vec![], vec![]], referral: vec![], income: vec![] };
        for _ in 0..count {
            let referral = f64::from(u8::from(uniform(&mut random) < 0.4));
            let income = (300.0 + 200.0 * uniform(&mut random)).round();
            let own = model.for_customer(&[referral, income], &[referral]).unwrap();
            let history = own.draw(20.0 + 40.0 * uniform(&mut random), &mut random);
            customers.columns[0].push(history.frequency());
            customers.columns[1].push(history.recency());
            customers.columns[2].push(history.age());
            customers.referral.push(referral);
            customers.income.push(income);
        }
        customers
    }

    fn table(&self, unit: f64) -> CovariateTable {
        let income: Vec<f64> = self.income.iter().map(|income| income * unit).collect();
        let referral = Covariate { name: "referral", values: &self.referral };
        let income = Covariate { name: "income", values: &income };
        let [x, recency, age] = &self.columns;
        CovariateTable::from_columns(x, recency, age, &[referral, income], &[referral]).unwrap()
    }
}

fn named(name: &str, value: f64) -> Coefficient {
    Coefficient { name: name.to_owned(), value }
}

fn check_recovery<M: Simulate>(base: M, dropout: f64) -> FittedCovariates<M> {
    let purchase = vec![named("referral", 0.6), named("income", -0.004)];
    let truth =
        WithCovariates::new(base.clone(), purchase, vec![named("referral", dropout)]).unwrap();
    let customers = Customers::simulate(&truth, 6_000, 11);
    let table = customers.table(1.0);
    assert!(table.profiles() <= 402);
    let fitted = fit_with_covariates::<M>(&table, &FitOptions::default()).unwrap();
    assert_eq!(fitted.diagnosis.status, FitStatus::Optimum, "{fitted:?}");
    assert!(fitted.diagnosis.gradient < 1e-6, "{fitted:?}");
    let truths = [0.6, -0.004, dropout];
    for (estimate, truth) in fitted.coefficients().iter().zip(truths) {
        let error = estimate.standard_error.unwrap();
        assert!((estimate.value - truth).abs() < 3.5 * error, "{estimate:?} {truth}");
    }
    let errors = fitted.standard_errors().unwrap();
    let found = fitted.model.base().parameters();
    for ((got, error), truth) in found.iter().zip(errors).zip(base.parameters()) {
        assert!((got - truth).abs() < 3.5 * error, "{fitted:?}");
    }
    let ratio = fitted.likelihood_ratio().unwrap();
    assert_eq!(ratio.degrees_of_freedom, 3);
    assert!(ratio.statistic > 50.0 && ratio.p_value < 1e-9, "{ratio:?}");
    assert!(fitted.aic() < fitted.without.aic() && fitted.bic() < fitted.without.bic());
    // The reported likelihood is that of the customers at the reported coefficients.
    let mut sum = 0.0;
    for row in 0..customers.referral.len() {
        let (referral, income) = (customers.referral[row], customers.income[row]);
        let own = fitted.model.for_customer(&[referral, income], &[referral]).unwrap();
        let [x, recency, age] = customers.columns.each_ref().map(|column| column[row]);
        sum += own.log_likelihood(&History::new(x, recency, age).unwrap());
    }
    assert!((sum - fitted.log_likelihood).abs() < 1e-7, "{sum} {}", fitted.log_likelihood);
    // In another unit the coefficient follows, and nothing else does.
    let other = fit_with_covariates::<M>(&customers.table(1e6), &FitOptions::default()).unwrap();
    let (ours, theirs) = (fitted.coefficients(), other.coefficients());
    assert!((other.log_likelihood - fitted.log_likelihood).abs() < 1e-7);
    assert!((theirs[1].value * 1e6 / ours[1].value - 1.0).abs() < 1e-6);
    let (ours, theirs) = (ours[1].standard_error.unwrap(), theirs[1].standard_error.unwrap());
    assert!((theirs * 1e6 / ours - 1.0).abs() < 1e-6);
    fitted
}

#[test]
fn pareto_nbd_gives_its_coefficients_back() {
    let fitted = check_recovery(ParetoNbd::new(0.8, 6.0, 1.2, 20.0).unwrap(), -0.7);
    assert_eq!(fitted.coefficients()[2].part, Part::Dropout);
    let horizon = Horizon::new(52.0).unwrap();
    let expected = |referral: f64| {
        let own = fitted.model.for_customer(&[referral, 400.0], &[referral]).unwrap();
        own.expected_transactions(&History::NEW, horizon)
    };
    assert!(expected(1.0) > 2.0 * expected(0.0));
}

#[test]
fn bg_nbd_gives_its_coefficients_back() {
    check_recovery(BgNbd::from_parameters(&[0.8, 6.0, 0.9, 2.5]).unwrap(), 0.8);
}

#[test]
fn errors_follow_from_the_curvature_of_the_likelihood() {
    let base = ParetoNbd::new(0.8, 6.0, 1.2, 20.0).unwrap();
    let purchase = vec![named("referral", 0.6), named("income", -0.004)];
    let truth = WithCovariates::new(base, purchase, vec![named("referral", -0.7)]).unwrap();
    let customers = Customers::simulate(&truth, 800, 5);
    let fitted =
        fit_with_covariates::<ParetoNbd>(&customers.table(1.0), &FitOptions::default()).unwrap();
    let [r, alpha, s, beta] = fitted.model.base().parameters().map(f64::ln);
    let [first, second] = [0, 1].map(|k| fitted.model.purchase()[k].value);
    let point = [r, alpha, s, beta, first, second, fitted.model.dropout()[0].value];
    let log_likelihood = |point: &[f64; 7]| -> f64 {
        let base: Vec<f64> = point[..4].iter().map(|x| x.exp()).collect();
        let model = WithCovariates::new(
            ParetoNbd::from_parameters(&base).unwrap(),
            vec![named("referral", point[4]), named("income", point[5])],
            vec![named("referral", point[6])],
        )
        .unwrap();
        (0..customers.referral.len())
            .map(|row| {
                let (referral, income) = (customers.referral[row], customers.income[row]);
                let own = model.for_customer(&[referral, income], &[referral]).unwrap();
                let [x, recency, age] = customers.columns.each_ref().map(|column| column[row]);
                own.log_likelihood(&History::new(x, recency, age).unwrap())
            })
            .sum()
    };
    // H · covariance = −1, with H by differences.
    let covariance = fitted.covariance.as_ref().unwrap();
    let step = |k: usize| if k == 5 { 1e-5 } else { 2e-3 };
    let moved = |i: usize, di: f64, j: usize, dj: f64| {
        let mut point = point;
        point[i] += di * step(i);
        point[j] += dj * step(j);
        log_likelihood(&point)
    };
    let hessian = SymmetricMatrix::from_fn(7, |i, j| {
        let corners = [(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)];
        let sum: f64 = corners.iter().map(|(a, b)| a * b * moved(i, *a, j, *b)).sum();
        sum / (4.0 * step(i) * step(j))
    });
    for j in 0..7 {
        let column: Vec<f64> = (0..7).map(|k| covariance.get(k, j)).collect();
        for (i, product) in hessian.times(&column).unwrap().into_iter().enumerate() {
            let scale = (covariance.get(j, j) / covariance.get(i, i)).sqrt();
            let expected = if i == j { -1.0 } else { 0.0 };
            assert!((product - expected).abs() < 2e-3 * scale.max(1.0), "{i} {j} {product}");
        }
    }
}

#[test]
fn a_covariate_without_effect_is_not_significant() {
    let base = ParetoNbd::new(0.8, 6.0, 1.2, 20.0).unwrap();
    let purchase = vec![named("referral", 0.0), named("income", 0.0)];
    let truth = WithCovariates::new(base, purchase, vec![named("referral", 0.0)]).unwrap();
    let customers = Customers::simulate(&truth, 3_000, 3);
    let fitted =
        fit_with_covariates::<ParetoNbd>(&customers.table(1.0), &FitOptions::default()).unwrap();
    assert!(fitted.likelihood_ratio().unwrap().p_value > 0.01, "{:?}", fitted.likelihood_ratio());
    assert!(fitted.coefficients().iter().all(|c| c.p_value.unwrap() > 0.005));
}

#[test]
fn without_covariates_it_is_the_plain_fit() {
    let x = [2.0, 0.0, 1.0, 5.0, 0.0, 3.0, 0.0, 2.0, 1.0, 4.0, 0.0, 1.0];
    let recency = [30.4, 0.0, 1.7, 37.0, 0.0, 20.0, 0.0, 10.0, 33.0, 9.0, 0.0, 12.0];
    let age = [38.9; 12];
    let table = CovariateTable::from_columns(&x, &recency, &age, &[], &[]).unwrap();
    let fitted = fit_with_covariates::<BgNbd>(&table, &FitOptions::default()).unwrap();
    assert!((fitted.log_likelihood - fitted.without.log_likelihood).abs() < 1e-9);
    assert!(fitted.likelihood_ratio().unwrap().statistic < 1e-8);
    assert!(fitted.coefficients().is_empty());
}

#[test]
fn what_cannot_be_told_is_refused_by_name() {
    let x = [2.0, 0.0, 1.0, 5.0];
    let recency = [30.4, 0.0, 1.7, 37.0];
    let age = [38.9; 4];
    let refuse = |columns: &[Covariate<'_>]| {
        CovariateTable::from_columns(&x, &recency, &age, &[], columns).unwrap_err()
    };
    let sizes = Covariate { name: "size", values: &[1.0, 2.0, 3.0, 5.0] };
    let error = refuse(&[sizes, Covariate { name: "same", values: &[7.0; 4] }]);
    assert_eq!(error.field(), Some("same"));
    let error = refuse(&[sizes, Covariate { name: "double", values: &[3.0, 5.0, 7.0, 11.0] }]);
    assert_eq!(error.field(), Some("double"));
    let error = refuse(&[sizes, Covariate { name: "nan", values: &[0.0, 1.0, f64::NAN, 2.0] }]);
    assert_eq!((error.field(), error.row()), (Some("nan"), Some(2)));
    let error = refuse(&[Covariate { name: "short", values: &[0.0, 1.0] }]);
    assert_eq!(error.field(), Some("short"));
    let table = CovariateTable::from_columns(&x, &recency, &age, &[sizes], &[]).unwrap();
    let prior = Prior { mean: 0.0, standard_deviation: 1.0 };
    let options = FitOptions { priors: Some(vec![prior; 3]), ..FitOptions::default() };
    let error = fit_with_covariates::<ParetoNbd>(&table, &options).unwrap_err();
    assert_eq!(error.field(), Some("priors"));
    let fitted = fit_with_covariates::<ParetoNbd>(&table, &FitOptions::default()).unwrap();
    assert_ne!(fitted.diagnosis.status, FitStatus::Optimum);
    let base = ParetoNbd::new(0.8, 6.0, 1.2, 20.0).unwrap();
    assert!(WithCovariates::new(base, vec![named("bad", f64::NAN)], vec![]).is_err());
    let model = WithCovariates::new(base, vec![named("size", 1.0)], vec![]).unwrap();
    assert_eq!(model.for_customer(&[], &[]).unwrap_err().field(), Some("purchase"));
    assert_eq!(model.for_customer(&[f64::NAN], &[]).unwrap_err().field(), Some("size"));
    assert_eq!(model.for_customer(&[1e9], &[]).unwrap_err().field(), Some("covariates"));
}

#[test]
fn what_is_known_of_one_customer_is_that_of_moved_covariates() {
    let base = ParetoNbd::new(0.8, 6.0, 1.2, 20.0).unwrap();
    let purchase = vec![named("referral", 0.6), named("income", -0.004)];
    let truth = WithCovariates::new(base, purchase, vec![named("referral", -0.7)]).unwrap();
    let mut customers = Customers::simulate(&truth, 2_000, 5);
    let fitted =
        fit_with_covariates::<ParetoNbd>(&customers.table(1.0), &FitOptions::default()).unwrap();
    let own = fitted.for_customer(&[1.0, 400.0], &[1.0]).unwrap();
    assert_eq!(own.model, fitted.model.for_customer(&[1.0, 400.0], &[1.0]).unwrap());
    // Counted from this customer, their parameters are the base of the fit, with their errors.
    customers.referral.iter_mut().for_each(|value| *value -= 1.0);
    customers.income.iter_mut().for_each(|value| *value -= 400.0);
    let moved =
        fit_with_covariates::<ParetoNbd>(&customers.table(1.0), &FitOptions::default()).unwrap();
    let there = moved.model.base().parameters();
    for (ours, theirs) in own.model.parameters().iter().zip(there) {
        assert!((ours / theirs - 1.0).abs() < 1e-6, "{ours} {theirs}");
    }
    let pairs = own.standard_errors().unwrap().into_iter().zip(moved.standard_errors().unwrap());
    for (ours, theirs) in pairs {
        assert!((ours / theirs - 1.0).abs() < 1e-5, "{ours} {theirs}");
    }
    let text = serde_json::to_string(&fitted.model).unwrap();
    let read: WithCovariates<ParetoNbd> = serde_json::from_str(&text).unwrap();
    assert_eq!(read, fitted.model);
    let twice = text.replace("income", "referral");
    assert!(serde_json::from_str::<WithCovariates<ParetoNbd>>(&twice).is_err());
}

#[test]
fn the_order_of_the_rows_does_not_show() {
    let base = ParetoNbd::new(0.8, 6.0, 1.2, 20.0).unwrap();
    let purchase = vec![named("referral", 0.6), named("income", -0.004)];
    let truth = WithCovariates::new(base, purchase, vec![named("referral", -0.7)]).unwrap();
    let mut customers = Customers::simulate(&truth, 300, 8);
    let forwards = customers.table(1.0);
    customers.columns.iter_mut().for_each(|column| column.reverse());
    customers.referral.reverse();
    customers.income.reverse();
    assert_eq!(customers.table(1.0), forwards);
}

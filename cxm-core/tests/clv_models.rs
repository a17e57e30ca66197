//! What must hold for every purchase model, at random parameters and histories: derivatives are those
//! of the likelihood, predictions are finite, lawful and equal to numerical integrals.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use cxm_core::clv::{BgNbd, Discount, History, Horizon, MbgNbd, Model, Nbd, PurchaseModel};
use rand_pcg::Pcg64Mcg;
use rand_pcg::rand_core::{Rng, SeedableRng};

const CASES: usize = 1_000;

/// Random numbers for cases.
struct Draw(Pcg64Mcg);

impl Draw {
    fn share(&mut self) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        let share = (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        share
    }

    /// Between two positive numbers, evenly in the logarithm.
    fn between(&mut self, lower: f64, upper: f64) -> f64 {
        lower * (upper / lower).powf(self.share())
    }

    fn history(&mut self) -> History {
        let age = self.between(0.5, 300.0);
        let kind = self.share();
        if kind < 0.3 {
            return History::new(0.0, 0.0, age).unwrap();
        }
        let most = if kind > 0.9 { 3_000.0 } else { 40.0 };
        let recency = age * (0.02 + 0.98 * self.share());
        History::new(self.between(1.0, most).floor(), recency, age).unwrap()
    }

    fn beta_geometric<M: Model>(&mut self) -> M {
        let (r, alpha) = (self.between(0.05, 20.0), self.between(0.1, 100.0));
        M::from_parameters(&[r, alpha, self.between(0.1, 10.0), self.between(0.1, 30.0)]).unwrap()
    }

    fn nbd(&mut self) -> Nbd {
        Nbd::from_parameters(&[self.between(0.05, 20.0), self.between(0.1, 100.0)]).unwrap()
    }
}

fn near(got: f64, expected: f64, relative: f64) -> bool {
    (got - expected).abs() <= relative * expected.abs().max(1e-290)
}

/// Fourth-order differences of `f` along one log parameter.
fn slope<M: Model>(model: &M, k: usize, f: impl Fn(&M) -> f64) -> f64 {
    let step: f64 = 1e-3;
    let at = |steps: f64| {
        let mut parameters = model.parameters()[..M::PARAMETERS.len()].to_vec();
        parameters[k] *= (steps * step).exp();
        f(&M::from_parameters(&parameters).unwrap())
    };
    (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * step)
}

fn check_derivatives<M: PurchaseModel>(model: &M, history: &History) {
    let all = model.derivatives(history);
    assert!(near(all.value, model.log_likelihood(history), 1e-13), "{model:?} {history:?}");
    // Rounding of a log-likelihood of some thousand purchases, over the step.
    let noise = 1e-9 * (1.0 + all.value.abs());
    for k in 0..M::PARAMETERS.len() {
        let numeric = slope(model, k, |model| model.log_likelihood(history));
        let error = (all.gradient[k] - numeric).abs();
        assert!(
            error <= noise + 1e-7 * numeric.abs(),
            "{model:?} {history:?} {k}: {numeric} {all:?}"
        );
        for j in 0..M::PARAMETERS.len() {
            let numeric = slope(model, j, |model| model.derivatives(history).gradient[k]);
            let scale = 1.0 + all.gradient[k].abs() + history.frequency();
            let error = (all.hessian[k][j] - numeric).abs();
            assert!(error <= 1e-7 * scale, "{model:?} {history:?} {k} {j}: {numeric} {all:?}");
        }
    }
}

#[test]
fn derivatives_are_those_of_the_likelihood() {
    let mut draw = Draw(Pcg64Mcg::seed_from_u64(1));
    for _ in 0..CASES {
        let history = draw.history();
        check_derivatives(&draw.nbd(), &history);
        check_derivatives(&draw.beta_geometric::<BgNbd>(), &history);
        check_derivatives(&draw.beta_geometric::<MbgNbd>(), &history);
    }
}

/// Laws between the predictions of one customer, whatever the model.
fn check_laws<M: PurchaseModel>(model: &M, history: &History, horizon: f64, rate: f64) {
    let case = format!("{model:?} {history:?} {horizon} {rate}");
    let at = |t: f64| Horizon::new(t).unwrap();
    let times = [0.0, 0.01 * horizon, 0.5 * horizon, horizon, 3.0 * horizon];
    let now = model.probability_alive(history);
    assert!((0.0..=1.0).contains(&now), "{case}: {now}");
    assert!(model.ln_probability_alive(history).is_finite(), "{case}");
    assert!(near(model.ln_probability_alive(history).exp(), now, 1e-10) || now < 1e-290, "{case}");
    let mut before = (0.0, now, 1.0, 0.0);
    for t in times {
        let expected = model.expected_transactions(history, at(t));
        let alive = model.probability_alive_after(history, at(t));
        let none = model.probability_of_no_transactions(history, at(t));
        let discounted = model.discounted_expected_transactions(
            history,
            at(t),
            Discount::continuous(rate).unwrap(),
        );
        assert!([expected, alive, none, discounted].iter().all(|v| v.is_finite()), "{case}");
        let slack = 1.0 + 1e-11;
        assert!(expected * slack >= before.0 && alive <= before.1 * slack, "{case} {t} {alive}");
        assert!(none <= before.2 * slack && discounted * slack >= before.3, "{case} {t}");
        assert!(discounted <= expected * slack, "{case} {t}: {discounted} {expected}");
        assert!((1.0 - none) <= expected * slack + 1e-12, "{case} {t}: {none} {expected}");
        before = (expected, alive, none, discounted);
    }
    let discount = Discount::continuous(rate).unwrap();
    let for_ever = model.discounted_expected_residual_transactions(history, discount);
    assert!(for_ever.is_finite() && for_ever * (1.0 + 1e-10) >= before.3, "{case} {for_ever}");
    check_next(model, history, &case);
    check_counts(model, history, horizon, &case);
}

/// The time to the next purchase is where the chance of none has fallen so far.
fn check_next<M: PurchaseModel>(model: &M, history: &History, case: &str) {
    for probability in [0.1, 0.5, 0.9] {
        let next = model.time_to_next_transaction(history, probability).unwrap();
        let by =
            |t: f64| 1.0 - model.probability_of_no_transactions(history, Horizon::new(t).unwrap());
        match next {
            Some(t) if t < 1e300 => assert!((by(t) - probability).abs() < 1e-9, "{case} {t}"),
            Some(_) => {}
            None => assert!(by(1e6) < probability, "{case}"),
        }
    }
}

/// Chances of all counts sum to 1, and to the expectation.
fn check_counts<M: PurchaseModel>(model: &M, history: &History, horizon: f64, case: &str) {
    let horizon = Horizon::new(horizon).unwrap();
    let expected = model.expected_transactions(history, horizon);
    if expected > 20.0 {
        return;
    }
    let (mut total, mut mean) = (0.0, 0.0);
    for count in 0..4_000_u32 {
        let chance = model.probability_of_transactions(history, horizon, u64::from(count));
        assert!((0.0..=1.0 + 1e-12).contains(&chance), "{case}: {chance} of {count}");
        total += chance;
        mean += chance * f64::from(count);
        if chance < 1e-16 && f64::from(count) > expected {
            assert!((total - 1.0).abs() < 1e-10, "{case}: {total}");
            assert!((mean - expected).abs() < 1e-9 * (1.0 + expected), "{case}: {mean} {expected}");
            return;
        }
    }
}

#[test]
fn predictions_are_lawful() {
    let mut draw = Draw(Pcg64Mcg::seed_from_u64(2));
    for _ in 0..CASES {
        let history = draw.history();
        let (horizon, rate) = (draw.between(0.1, 500.0), draw.between(1e-4, 0.1));
        check_laws(&draw.nbd(), &history, horizon, rate);
        check_laws(&draw.beta_geometric::<BgNbd>(), &history, horizon, rate);
        check_laws(&draw.beta_geometric::<MbgNbd>(), &history, horizon, rate);
    }
}

/// E[g(p)] for p ~ Beta(a, b), by a plain trapezoidal sum in logit p, for g that falls no faster than
/// p^−`power`.
fn over_beta(a: f64, b: f64, power: f64, g: impl Fn(f64) -> f64) -> f64 {
    let step = 0.02;
    let (mut sum, mut mass) = (0.0, 0.0);
    let mode = (a / b).ln();
    let softplus = |y: f64| if y > 0.0 { y + (-y).exp().ln_1p() } else { y.exp().ln_1p() };
    let density = |y: f64| {
        let relative = a * (y - softplus(y) - mode + softplus(mode));
        (relative - b * (softplus(y) - softplus(mode))).exp()
    };
    // g at p = e^−y raises what is left of the mode by at most e^(power·y).
    let (left, right) = (-60.0 / a - 10.0 - power, 60.0 / b + 10.0);
    let mut y = mode + left;
    while y < mode + right {
        let p = if y > 0.0 { 1.0 / (1.0 + (-y).exp()) } else { y.exp() / (1.0 + y.exp()) };
        let weight = density(y);
        if weight > 0.0 {
            sum += weight * g(p);
            mass += weight;
        }
        y += step;
    }
    sum / mass
}

/// What BG/NBD and MBG/NBD expect, integrated over the chance of leaving.
fn check_integrals<M: PurchaseModel>(model: &M, chances: f64, history: &History, t: f64) {
    let [r, alpha, a, b] = model.parameters();
    let x = history.frequency();
    let (r, tau, b) = (r + x, t / (alpha + history.age()), b + x + chances);
    let now = model.probability_alive(history);
    let horizon = Horizon::new(t).unwrap();
    let case = format!("{model:?} {history:?} {t}");
    let expected = over_beta(a, b, 1.0, |p| -(-r * (p * tau).ln_1p()).exp_m1() / p);
    let got = model.expected_transactions(history, horizon);
    assert!(near(got, now * expected, 1e-8), "{case}: {got} {}", now * expected);
    let alive = over_beta(a, b, 40.0, |p| (-r * (p * tau).ln_1p()).exp());
    let got = model.probability_alive_after(history, horizon);
    assert!(near(got, now * alive, 1e-8), "{case}: {got} {}", now * alive);
}

#[test]
fn expectations_agree_with_numerical_integration() {
    let mut draw = Draw(Pcg64Mcg::seed_from_u64(3));
    for _ in 0..CASES {
        let (history, t) = (draw.history(), draw.between(0.01, 5_000.0));
        check_integrals(&draw.beta_geometric::<BgNbd>(), 0.0, &history, t);
        check_integrals(&draw.beta_geometric::<MbgNbd>(), 1.0, &history, t);
    }
}

/// Discounted purchases, from the expected ones by parts: e^−δH E(H) + δ ∫ e^−δt E(t) dt.
fn check_discounted<M: PurchaseModel>(model: &M, history: &History, end: f64, rate: f64) {
    let case = format!("{model:?} {history:?} {end} {rate}");
    let expected = |t: f64| model.expected_transactions(history, Horizon::new(t).unwrap());
    let scale = 0.1 / (1.0 / (model.parameters()[1] + history.age()) + rate);
    // Simpson's rule in ln(1 + t/scale).
    let by_parts = |end: f64, steps: u32| {
        let width = (end / scale).ln_1p() / f64::from(steps);
        let at = |k: u32| {
            let t = scale * (width * f64::from(k)).exp_m1();
            rate * (-rate * t).exp() * expected(t) * (t + scale)
        };
        let inner: f64 = (1..steps).map(|k| at(k) * if k % 2 == 1 { 4.0 } else { 2.0 }).sum();
        (-rate * end).exp() * expected(end) + width / 3.0 * (at(0) + inner + at(steps))
    };
    let discount = Discount::continuous(rate).unwrap();
    let got = model.discounted_expected_transactions(history, Horizon::new(end).unwrap(), discount);
    assert!(near(got, by_parts(end, 2_000), 1e-8), "{case}: {got} {}", by_parts(end, 2_000));
    let got = model.discounted_expected_residual_transactions(history, discount);
    let whole = by_parts(45.0 / rate, 2_000);
    assert!(near(got, whole, 1e-8), "{case}: {got} {whole}");
}

#[test]
fn discounted_purchases_agree_with_numerical_integration() {
    let mut draw = Draw(Pcg64Mcg::seed_from_u64(4));
    for _ in 0..CASES / 10 {
        let history = draw.history();
        let (end, rate) = (draw.between(0.1, 500.0), draw.between(1e-3, 0.1));
        check_discounted(&draw.nbd(), &history, end, rate);
        check_discounted(&draw.beta_geometric::<BgNbd>(), &history, end, rate);
        check_discounted(&draw.beta_geometric::<MbgNbd>(), &history, end, rate);
    }
}

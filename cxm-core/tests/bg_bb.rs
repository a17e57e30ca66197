//! BG/BB against the enumeration of everything that a customer can do, and against differences.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]
#![allow(clippy::float_cmp, clippy::cast_precision_loss)]

use cxm_core::clv::{
    BgBb, Discount, History, Horizon, MAX_OPPORTUNITIES, Model, PurchaseModel, Quantity,
};

/// Usual ones, γ = 1, small ones that nearly always leave or stay, and large ones.
const PARAMETERS: [[f64; 4]; 6] = [
    [1.204, 0.750, 0.657, 2.783],
    [0.5, 2.0, 1.0, 4.0],
    [0.02, 0.03, 0.04, 0.05],
    [30.0, 80.0, 25.0, 400.0],
    [2.0, 0.1, 8.0, 0.2],
    [1.0, 1.0, 1.0 + 1e-12, 1.0],
];

fn models() -> impl Iterator<Item = BgBb> {
    PARAMETERS.iter().map(|parameters| BgBb::from_parameters(parameters).unwrap())
}

/// The history of a string of `n` bits, the first opportunity lowest.
fn history(bits: u32, n: u32) -> History {
    let last = 32 - bits.leading_zeros();
    History::new(f64::from(bits.count_ones()), f64::from(last), f64::from(n)).unwrap()
}

fn horizon(m: u32) -> Horizon {
    Horizon::new(f64::from(m)).unwrap()
}

#[track_caller]
fn close(got: f64, expected: f64, relative: f64) {
    let error = (got - expected).abs();
    assert!(error <= relative * expected.abs().max(1e-300), "{got} is not {expected}");
}

/// The chance of each future string of `m` bits after a history, from likelihoods alone.
fn futures(model: &BgBb, past: u32, n: u32, m: u32) -> Vec<f64> {
    let before = model.log_likelihood(&history(past, n));
    let after = |future: u32| model.log_likelihood(&history(past | (future << n), n + m));
    (0..1 << m).map(|future| (after(future) - before).exp()).collect()
}

#[test]
fn all_strings_together_are_certain() {
    for model in models() {
        let total: f64 = futures(&model, 0, 0, 10).iter().sum();
        close(total, 1.0, 1e-12);
    }
}

#[test]
fn predictions_are_sums_over_future_strings() {
    let (n, m) = (5, 6);
    for model in models() {
        for past in 0..1_u32 << n {
            let history = history(past, n);
            let futures = futures(&model, past, n, m);
            let bits = (0..).zip(&futures);
            let expected: f64 =
                bits.clone().map(|(b, p): (u32, _)| f64::from(b.count_ones()) * p).sum();
            close(model.expected_transactions(&history, horizon(m)), expected, 1e-11);
            for count in 0..=u64::from(m) {
                let chance: f64 = bits
                    .clone()
                    .filter(|(b, _): &(u32, _)| u64::from(b.count_ones()) == count)
                    .map(|(_, p)| p)
                    .sum();
                let got = model.probability_of_transactions(&history, horizon(m), count);
                close(got, chance, 1e-11);
            }
            let none = model.probability_of_transactions(&history, horizon(m), u64::from(m) + 1);
            assert_eq!(none, 0.0);
        }
    }
}

#[test]
fn the_next_purchase_comes_when_a_future_string_begins() {
    for model in models() {
        for past in [0, 0b1, 0b1_1111, 0b0_0111, 0b1_0000] {
            let history = history(past, 5);
            for probability in [0.01, 0.3, 0.5, 0.9, 0.999] {
                let got = model.time_to_next_transaction(&history, probability).unwrap();
                let reached = |m: f64| {
                    let horizon = Horizon::new(m).unwrap();
                    1.0 - model.probability_of_no_transactions(&history, horizon)
                };
                match got {
                    Some(m) => {
                        assert!(reached(m) >= probability - 1e-12);
                        assert!(m == 1.0 || reached(m - 1.0) < probability + 1e-12);
                    }
                    None => assert!(reached(3000.0) < probability),
                }
            }
        }
    }
}

#[test]
fn discounted_sums_are_sums_of_increments() {
    for model in models() {
        for past in [0, 0b1, 0b1_1111, 0b0_0111] {
            let history = history(past, 5);
            for rate in [0.02, 0.3, 4.0] {
                let discount = Discount::continuous(rate).unwrap();
                let mut before = 0.0;
                let (mut sum, mut at_ten) = (0.0, 0.0);
                for k in 1..=2500_u32 {
                    let now = model.expected_transactions(&history, horizon(k));
                    sum += (now - before) * (-rate * f64::from(k)).exp();
                    before = now;
                    if k == 10 {
                        at_ten = sum;
                    }
                }
                let finite =
                    model.discounted_expected_transactions(&history, horizon(10), discount);
                close(finite, at_ten, 1e-11);
                let whole = model.discounted_expected_residual_transactions(&history, discount);
                close(whole, sum, 1e-11);
            }
        }
    }
}

#[test]
fn small_discounts_tend_to_the_undiscounted_limit() {
    // For γ > 1 the whole future holds P(alive)·E(p)·(δ + n)/(γ − 1) purchases.
    let model = BgBb::from_parameters(&[1.0, 2.0, 3.0, 4.0]).unwrap();
    let discount = Discount::continuous(1e-10).unwrap();
    let got = model.discounted_expected_residual_transactions(&History::NEW, discount);
    close(got, 1.0 / 3.0 * 4.0 / 2.0, 1e-8);
}

#[test]
fn alive_now_later_and_seen_just_now() {
    for model in models() {
        for past in [0, 0b1, 0b1_1111, 0b0_0111] {
            let history = history(past, 5);
            let now = model.probability_alive(&history);
            assert_eq!(now, model.probability_alive_after(&history, Horizon::NOW));
            let later = model.probability_alive_after(&history, horizon(7));
            assert!(later < now && now < 1.0 && later > 0.0);
        }
        // A purchase at the last opportunity: only the next chance to leave is between.
        let [_, _, gamma, delta] = model.parameters();
        let expected = (delta + 5.0) / (gamma + delta + 5.0);
        close(model.probability_alive(&history(0b1_0000, 5)), expected, 1e-13);
    }
}

#[test]
fn the_log_of_a_vanishing_probability_is_finite() {
    let model = BgBb::from_parameters(&[2e4, 1.0, 1.0, 9.0]).unwrap();
    let history = History::new(3000.0, 3000.0, 6000.0).unwrap();
    assert_eq!(model.probability_alive(&history), 0.0);
    let ln = model.ln_probability_alive(&history);
    assert!(ln.is_finite() && ln < -5000.0);
}

#[test]
fn derivatives_are_those_of_the_likelihood() {
    for model in models() {
        let centre = model.parameters().map(f64::ln);
        let at = |shift: [f64; 4]| {
            let parameters: Vec<f64> =
                centre.iter().zip(shift).map(|(ln, by)| (ln + by).exp()).collect();
            BgBb::from_parameters(&parameters).unwrap()
        };
        let step = 1e-5;
        for (past, n) in [(0_u32, 0), (0, 4), (0b1, 1), (0b1011, 4), (0b0011, 9), (0b1, 12)] {
            let history = history(past, n);
            let exact = model.derivatives(&history);
            close(exact.value, model.log_likelihood(&history), 1e-13);
            for i in 0..4 {
                let mut shift = [0.0; 4];
                shift[i] = step;
                let up = at(shift).derivatives(&history);
                shift[i] = -step;
                let down = at(shift).derivatives(&history);
                let slope = (up.value - down.value) / (2.0 * step);
                assert!((slope - exact.gradient[i]).abs() < 1e-7, "{model:?} {history:?} {i}");
                for j in 0..4 {
                    let curve = (up.gradient[j] - down.gradient[j]) / (2.0 * step);
                    let error = (curve - exact.hessian[i][j]).abs();
                    assert!(error < 1e-7, "{model:?} {history:?} {i} {j}: {curve}");
                    assert_eq!(exact.hessian[i][j], exact.hessian[j][i]);
                }
            }
        }
    }
}

#[test]
fn impossible_histories_and_horizons_name_their_field() {
    let field = |x, last, n| {
        let error = BgBb::check(&History::new(x, last, n).unwrap()).unwrap_err();
        error.field().unwrap().to_owned()
    };
    assert_eq!(field(3.0, 2.0, 4.0), "frequency");
    assert_eq!(field(1.0, 1.5, 4.0), "recency");
    assert_eq!(field(1.0, 1.0, 4.5), "age");
    assert_eq!(field(1.0, 1.0, MAX_OPPORTUNITIES + 1.0), "age");
    assert!(BgBb::check(&History::NEW).is_ok());

    let model = BgBb::from_parameters(&[1.0, 1.0, 1.0, 1.0]).unwrap();
    let half = Quantity::ExpectedTransactions { horizon: Horizon::new(0.5).unwrap() };
    assert_eq!(half.of(&model, &History::NEW).unwrap_err().field(), Some("horizon"));
    let one = Quantity::ExpectedTransactions { horizon: horizon(1) };
    assert_eq!(one.of(&model, &History::NEW).unwrap(), Some(0.25));
    let crooked = History::new(1.0, 1.5, 4.0).unwrap();
    assert_eq!(one.of(&model, &crooked).unwrap_err().field(), Some("recency"));
    let tiny = Quantity::DiscountedExpectedResidualTransactions {
        discount: Discount::continuous(1e-11).unwrap(),
    };
    assert_eq!(tiny.of(&model, &History::NEW).unwrap_err().field(), Some("discount"));
    assert_eq!(BgBb::from_parameters(&[1.0, 0.0, 1.0, 1.0]).unwrap_err().field(), Some("beta"));
}

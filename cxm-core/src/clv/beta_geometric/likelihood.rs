//! The likelihood with exact first and second derivatives in the logs of the parameters.

use crate::clv::history::History;
use crate::clv::model::{Derivatives, MAX_PARAMETERS};
use crate::numeric::rising_factorial::{LnRisingFactorial, ln_rising_factorial};

/// ln(1 + eᵘ) at any size of u.
pub(super) fn softplus(u: f64) -> f64 {
    if u > 0.0 { u + libm::log1p(libm::exp(-u)) } else { libm::log1p(libm::exp(u)) }
}

/// u = ln a − ln(b+n−1) + (r+x) ln((α+T)/(α+tₓ)), for n > 0.
pub(super) fn ln_odds_of_having_left(
    [r, alpha, a, b]: [f64; MAX_PARAMETERS],
    n: f64,
    history: &History,
) -> f64 {
    libm::log(a / (b + (n - 1.0))) + (r + history.frequency()) * ln_silence(alpha, history)
}

/// ln((α+T)/(α+tₓ)).
pub(super) fn ln_silence(alpha: f64, history: &History) -> f64 {
    libm::log1p((history.age() - history.recency()) / (alpha + history.recency()))
}

/// What the likelihoods of all histories with the same number of purchases share.
pub(super) struct CountPart {
    parameters: [f64; MAX_PARAMETERS],
    ln_alpha: f64,
    x: f64,
    n: f64,
    /// ln (r)ₓ + ln (b)ₙ − ln (a+b)ₙ with the derivatives that no time enters.
    base: Derivatives,
    /// ln a − ln(b+n−1).
    ln_odds: f64,
    /// b/(b+n−1).
    share: f64,
}

impl CountPart {
    pub(super) fn new(parameters: [f64; MAX_PARAMETERS], x: f64, n: f64) -> Self {
        let [r, alpha, a, b] = parameters;
        let purchases = ln_rising_factorial(r, x);
        let (stayed, chances) = if n > 0.0 {
            (ln_rising_factorial(b, n), ln_rising_factorial(a + b, n))
        } else {
            (LnRisingFactorial::default(), LnRisingFactorial::default())
        };
        let slope_a = -a * chances.first;
        let slope_b = b * (stayed.first - chances.first);
        let both = -a * b * chances.second;
        let base = Derivatives {
            value: purchases.value + stayed.value - chances.value,
            gradient: [r * purchases.first, 0.0, slope_a, slope_b],
            hessian: [
                [r * r * purchases.second + r * purchases.first, 0.0, 0.0, 0.0],
                [0.0; MAX_PARAMETERS],
                [0.0, 0.0, -a * a * chances.second + slope_a, both],
                [0.0, 0.0, both, b * b * (stayed.second - chances.second) + slope_b],
            ],
        };
        let before = b + (n - 1.0);
        let ln_odds = if n > 0.0 { libm::log(a / before) } else { f64::NEG_INFINITY };
        let ln_alpha = libm::log(alpha);
        Self { parameters, ln_alpha, x, n, base, ln_odds, share: b / before }
    }

    /// The part for another number of purchases.
    pub(super) fn move_to(&mut self, x: f64, n: f64) {
        if (x - self.x).abs() > 0.0 {
            *self = Self::new(self.parameters, x, n);
        }
    }

    pub(super) fn log_likelihood(&self, history: &History) -> f64 {
        let [r, alpha, ..] = self.parameters;
        let stretch = libm::log1p(history.age() / alpha);
        let alive = self.base.value - self.x * self.ln_alpha - (r + self.x) * stretch;
        if self.n <= 0.0 {
            return alive;
        }
        alive + softplus(self.ln_odds + (r + self.x) * self.silence(history).0)
    }

    /// ln((α+T)/(α+tₓ)), and its derivative in ln α.
    fn silence(&self, history: &History) -> (f64, f64) {
        let [_, alpha, ..] = self.parameters;
        let silence = (history.age() - history.recency()) / (alpha + history.recency());
        (libm::log1p(silence), -alpha / (alpha + history.age()) * silence)
    }

    pub(super) fn derivatives(&self, history: &History) -> Derivatives {
        let [r, alpha, ..] = self.parameters;
        let events = r + self.x;
        let stretch = libm::log1p(history.age() / alpha);
        let weight = alpha / (alpha + history.age());
        let mut all = self.base;
        all.value -= self.x * self.ln_alpha + events * stretch;
        let [[rr, r_alpha, ..], [alpha_r, alpha_alpha, ..], ..] = &mut all.hessian;
        *rr -= r * stretch;
        let cross = r * (1.0 - weight);
        *r_alpha = cross;
        *alpha_r = cross;
        *alpha_alpha = -events * weight * (1.0 - weight);
        let [slope_r, slope_alpha, ..] = &mut all.gradient;
        *slope_r -= r * stretch;
        *slope_alpha = r - events * weight;
        if self.n > 0.0 {
            self.add_having_left(history, weight, &mut all);
        }
        all
    }

    /// Adds ln(1 + eᵘ).
    fn add_having_left(&self, history: &History, weight: f64, all: &mut Derivatives) {
        let [r, alpha, ..] = self.parameters;
        let events = r + self.x;
        let (silence, slope) = self.silence(history);
        let u = self.ln_odds + events * silence;
        let odds = libm::exp(-u.abs());
        all.value += u.max(0.0) + libm::log1p(odds);
        // P(left), and P(left) · P(alive).
        let left = if u > 0.0 { 1.0 / (1.0 + odds) } else { odds / (1.0 + odds) };
        let spread = odds / ((1.0 + odds) * (1.0 + odds));
        let earlier = alpha / (alpha + history.recency());
        let first = [r * silence, events * slope, 1.0, -self.share];
        let bend = events * (weight * (1.0 - weight) - earlier * (1.0 - earlier));
        let second = [
            [r * silence, r * slope, 0.0, 0.0],
            [r * slope, bend, 0.0, 0.0],
            [0.0; MAX_PARAMETERS],
            [0.0, 0.0, 0.0, -self.share * (1.0 - self.share)],
        ];
        for (cell, slope) in all.gradient.iter_mut().zip(first) {
            *cell += left * slope;
        }
        let rows = all.hessian.iter_mut().zip(second).zip(first);
        for ((cells, bends), ours) in rows {
            for ((cell, bend), theirs) in cells.iter_mut().zip(bends).zip(first) {
                *cell += left * bend + spread * ours * theirs;
            }
        }
    }
}

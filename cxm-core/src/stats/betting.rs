//! The capital of bets against a mean: the engine of the betting confidence sequences.
//!
//! # What it measures
//! Answers y in 0..=1 are bet on as if their mean were m. If it is, no bettor can expect to gain;
//! so a large capital speaks against m.
//!
//! # Formula
//! ```text
//! ln W_b(m)    = Σ c·ln(b·y/m + (1 − b)(1 − y)/(1 − m))
//!              = Σ c·ln(1 + (b − m)·s),  s = (y − m)/(m(1 − m))
//! best bet     max over b in 0..=1; concave in b
//! mixture      ln ∫ W_b(m) dBeta(½, ½)(b) = ln (2/π) ∫ W_{sin²θ}(m) dθ over 0..=π/2
//! ```
//! The mixture is integrated by the midpoint rule in θ over the window that holds all but e⁻⁴⁰ of
//! the peak. Where the window is the whole range this is Gauss–Chebyshev quadrature, exact below
//! twice as many answers as nodes, as W is a polynomial in b; elsewhere it converges as fast.
//!
//! # Source
//! Orabona & Jun (2021), "Tight concentrations and confidence sequences from the regret of
//! universal portfolio"; Waudby-Smith & Ramdas (2024).

use crate::numeric::roots::{boundary, newton_bracketed};
use crate::numeric::special_functions::log_sum_exp;
use std::f64::consts::FRAC_PI_2;

/// Nodes of the mixture; twice as many change no digit.
const NODES: u32 = 200;

/// The window reaches down to this much below the peak of ln W: a relative error of 1e-16.
const WINDOW_DEPTH: f64 = 40.0;

/// Answers within 0..=1 with their counts.
#[derive(Debug, Clone)]
pub(crate) struct Bets {
    bins: Vec<(f64, f64)>,
    total: f64,
}

impl Bets {
    /// The bins as (y, count); empty ones are dropped.
    pub(crate) fn new(bins: impl IntoIterator<Item = (f64, u64)>) -> Self {
        let bins: Vec<_> = bins
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(y, count)| (y, count as f64))
            .collect();
        let total = bins.iter().map(|(_, count)| count).sum();
        Self { bins, total }
    }

    pub(crate) fn total(&self) -> f64 {
        self.total
    }

    /// The mean; NaN without answers.
    pub(crate) fn mean(&self) -> f64 {
        self.bins.iter().map(|(y, count)| y * count).sum::<f64>() / self.total
    }

    fn mirrored(&self) -> Self {
        Self { bins: self.bins.iter().map(|(y, count)| (1.0 - y, *count)).collect(), ..*self }
    }

    /// The limits around the mean at which `accepts` stops; mirrored answers have mirrored limits.
    pub(crate) fn limits(&self, accepts: impl Fn(&Self, f64) -> bool) -> (f64, f64) {
        let upper =
            |bets: &Self| boundary(bets.mean(), 1.0, |m| bets.possible(m) && accepts(bets, m));
        (1.0 - upper(&self.mirrored()), upper(self))
    }

    /// Whether any distribution with mean m could have given these answers.
    fn possible(&self, m: f64) -> bool {
        let (below, above) = (m <= 0.0, m >= 1.0);
        self.bins.iter().all(|(y, _)| !(below && *y > 0.0 || above && *y < 1.0))
    }

    /// ln W_b(m).
    fn log_capital(&self, bet: f64, m: f64) -> f64 {
        if m <= 0.0 || m >= 1.0 {
            // Only answers at m itself are possible there.
            let odds = if m <= 0.0 { 1.0 - bet } else { bet };
            return self.total * libm::log(odds);
        }
        let log = |y: f64| libm::log1p(((bet - m) * slope(y, m)).max(-1.0));
        self.bins.iter().map(|(y, count)| count * log(*y)).sum()
    }

    /// The bet that would have gained most.
    fn best_bet(&self, m: f64) -> f64 {
        if m <= 0.0 || m >= 1.0 {
            return m.clamp(0.0, 1.0);
        }
        let gain = self.bins.iter().map(|(y, count)| count * (y - m)).sum::<f64>();
        let (lower, upper) = if gain > 0.0 { (m, 1.0) } else { (0.0, m) };
        newton_bracketed(lower, upper, m, |bet| {
            let mut falling = 0.0;
            let mut curvature = 0.0;
            for (y, count) in &self.bins {
                let s = slope(*y, m);
                let rate = s / (1.0 + (bet - m) * s).max(0.0);
                falling -= count * rate;
                curvature += count * rate * rate;
            }
            (falling, curvature)
        })
    }

    /// ln of the capital of the best bet in hindsight, n·KLinf(m).
    pub(crate) fn log_best_capital(&self, m: f64) -> f64 {
        self.log_capital(self.best_bet(m), m)
    }

    /// ln of the capital of the Beta(½, ½) mixture of all bets.
    pub(crate) fn log_mixture_capital(&self, m: f64) -> f64 {
        let at = |angle: f64| {
            let sine = libm::sin(angle);
            self.log_capital(sine * sine, m)
        };
        let peak = libm::asin(self.best_bet(m).sqrt());
        let floor = at(peak) - WINDOW_DEPTH;
        let start = boundary(peak, 0.0, |angle| at(angle) >= floor);
        let end = boundary(peak, FRAC_PI_2, |angle| at(angle) >= floor);
        let step = (end - start) / f64::from(NODES);
        let logs: Vec<f64> = (0..NODES).map(|i| at(start + (f64::from(i) + 0.5) * step)).collect();
        log_sum_exp(&logs) + libm::log(step / FRAC_PI_2)
    }
}

fn slope(y: f64, m: f64) -> f64 {
    (y - m) / (m * (1.0 - m))
}

//! What BG/NBD and MBG/NBD share: Poisson purchases at a gamma rate, and a beta chance of leaving
//! after each.
//!
//! The two differ in one place: whether a customer may leave after the very first purchase. With
//! n the number of purchases after which the customer had a chance to leave and did not, that is
//! n = x for BG/NBD and n = x + 1 for MBG/NBD, every formula is the same:
//!
//! ```text
//! ln L = ln (r)ₓ + r ln α − (r+x) ln(α+T) + ln (b)ₙ − ln (a+b)ₙ + ln(1 + eᵘ)
//! u    = ln a − ln(b+n−1) + (r+x) ln((α+T)/(α+tₓ));      no eᵘ where n = 0
//! P(alive) = 1/(1 + eᵘ)
//! ```
//!
//! One who is still a customer at the cut-off is a new BG/NBD customer with r+x, α+T, a, b+n in
//! place of r, α, a, b: [`Survivor`].

mod discounted;
mod likelihood;
mod survivor;

use super::history::{Discount, History, Horizon};
use super::model::{
    Derivatives, MAX_PARAMETERS, Model, PurchaseModel, check_parameters, check_probability,
};
use super::patterns::PatternTable;
use crate::error::Result;
use likelihood::{CountPart, ln_odds_of_having_left, ln_silence, softplus};
pub use survivor::Survivor;

/// An exponential of less than this is far from overflowing.
const LARGE: f64 = 600.0;

const PARAMETERS: [&str; MAX_PARAMETERS] = ["r", "alpha", "a", "b"];

/// BG/NBD, or MBG/NBD where `LEAVES_AT_FIRST`: see [`BgNbd`](super::BgNbd) and
/// [`MbgNbd`](super::MbgNbd).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "Named", into = "Named"))]
pub struct BetaGeometricNbd<const LEAVES_AT_FIRST: bool> {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

/// The parameters by name, not checked.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    r: f64,
    alpha: f64,
    a: f64,
    b: f64,
}

#[cfg(feature = "serde")]
impl<const LEAVES_AT_FIRST: bool> TryFrom<Named> for BetaGeometricNbd<LEAVES_AT_FIRST> {
    type Error = crate::error::Error;

    fn try_from(named: Named) -> Result<Self> {
        Self::from_parameters(&[named.r, named.alpha, named.a, named.b])
    }
}

#[cfg(feature = "serde")]
impl<const LEAVES_AT_FIRST: bool> From<BetaGeometricNbd<LEAVES_AT_FIRST>> for Named {
    fn from(model: BetaGeometricNbd<LEAVES_AT_FIRST>) -> Self {
        Self { r: model.r, alpha: model.alpha, a: model.a, b: model.b }
    }
}

impl<const LEAVES_AT_FIRST: bool> BetaGeometricNbd<LEAVES_AT_FIRST> {
    /// Purchases after which the customer had a chance to leave.
    fn chances(frequency: f64) -> f64 {
        if LEAVES_AT_FIRST { frequency + 1.0 } else { frequency }
    }

    /// The customer with this history, given that they are still one.
    pub fn survivor(&self, history: &History) -> Survivor {
        let x = history.frequency();
        Survivor {
            r: self.r + x,
            alpha: self.alpha + history.age(),
            a: self.a,
            b: self.b + Self::chances(x),
        }
    }

    /// ln of P(left) over P(alive): u above; −∞ where nobody can have left.
    fn ln_odds_of_having_left(&self, history: &History) -> f64 {
        let n = Self::chances(history.frequency());
        if n <= 0.0 {
            return f64::NEG_INFINITY;
        }
        ln_odds_of_having_left(self.parameters(), n, history)
    }
}

impl<const LEAVES_AT_FIRST: bool> Model for BetaGeometricNbd<LEAVES_AT_FIRST> {
    type Pattern = History;

    const NAME: &'static str = if LEAVES_AT_FIRST { "mbg_nbd" } else { "bg_nbd" };
    const PARAMETERS: &'static [&'static str] = &PARAMETERS;
    const TIMES: &'static [bool] = &[false, true, false, false];

    fn from_parameters(parameters: &[f64]) -> Result<Self> {
        let [r, alpha, a, b] = check_parameters(&PARAMETERS, parameters)?;
        Ok(Self { r, alpha, a, b })
    }

    fn parameters(&self) -> [f64; MAX_PARAMETERS] {
        [self.r, self.alpha, self.a, self.b]
    }

    fn log_likelihood(&self, history: &History) -> f64 {
        let x = history.frequency();
        CountPart::new(self.parameters(), x, Self::chances(x)).log_likelihood(history)
    }

    fn derivatives(&self, history: &History) -> Derivatives {
        let x = history.frequency();
        CountPart::new(self.parameters(), x, Self::chances(x)).derivatives(history)
    }

    fn start(table: &PatternTable<History>) -> [f64; MAX_PARAMETERS] {
        let (mut purchases, mut time) = (0.0, 0.0);
        for (history, weight) in table.iter() {
            purchases += weight * history.frequency();
            time += weight * history.age();
        }
        // Half of the customers' time was spent as customers, say.
        let rate = if purchases > 0.0 && time > 0.0 { 2.0 * purchases / time } else { 1.0 };
        [0.5, 0.5 / rate, 1.0, 2.0]
    }

    fn table_log_likelihood(&self, table: &PatternTable<History>) -> f64 {
        let mut part = CountPart::new(self.parameters(), 0.0, Self::chances(0.0));
        let terms = table.iter().map(|(history, weight)| {
            part.move_to(history.frequency(), Self::chances(history.frequency()));
            weight * part.log_likelihood(history)
        });
        terms.sum()
    }

    fn table_derivatives(&self, table: &PatternTable<History>) -> Derivatives {
        let mut part = CountPart::new(self.parameters(), 0.0, Self::chances(0.0));
        let mut sum = Derivatives::default();
        for (history, weight) in table.iter() {
            part.move_to(history.frequency(), Self::chances(history.frequency()));
            sum.add(&part.derivatives(history), weight);
        }
        sum
    }
}

impl<const LEAVES_AT_FIRST: bool> PurchaseModel for BetaGeometricNbd<LEAVES_AT_FIRST> {
    fn ln_probability_alive(&self, history: &History) -> f64 {
        -softplus(self.ln_odds_of_having_left(history))
    }

    fn probability_alive(&self, history: &History) -> f64 {
        let n = Self::chances(history.frequency());
        if n <= 0.0 {
            return 1.0;
        }
        let stretched = (self.r + history.frequency()) * ln_silence(self.alpha, history);
        // Without the logarithm of the chance of leaving, unless that keeps it from overflowing.
        let odds = if stretched < LARGE {
            self.a / (self.b + (n - 1.0)) * libm::exp(stretched)
        } else {
            libm::exp(self.ln_odds_of_having_left(history))
        };
        1.0 / (1.0 + odds)
    }

    fn probability_alive_after(&self, history: &History, horizon: Horizon) -> f64 {
        self.probability_alive(history) * self.survivor(history).probability_alive(horizon.get())
    }

    fn expected_transactions(&self, history: &History, horizon: Horizon) -> f64 {
        self.probability_alive(history) * self.survivor(history).expected(horizon.get())
    }

    fn probability_of_transactions(&self, history: &History, horizon: Horizon, count: u64) -> f64 {
        let alive = self.probability_alive(history);
        let survivor = self.survivor(history);
        if count > 0 {
            return alive * survivor.probability_of(horizon.get(), count);
        }
        let left = 1.0 / (1.0 + libm::exp(-self.ln_odds_of_having_left(history)));
        left + alive * survivor.probability_of_none(horizon.get())
    }

    fn discounted_expected_transactions(
        &self,
        history: &History,
        horizon: Horizon,
        discount: Discount,
    ) -> f64 {
        let within = self.survivor(history).discounted_within(horizon.get(), discount.rate());
        self.probability_alive(history) * within
    }

    fn discounted_expected_residual_transactions(
        &self,
        history: &History,
        discount: Discount,
    ) -> f64 {
        self.probability_alive(history) * self.survivor(history).discounted(discount.rate())
    }

    fn time_to_next_transaction(&self, history: &History, probability: f64) -> Result<Option<f64>> {
        check_probability(probability)?;
        Ok(self.survivor(history).time_to_next(probability / self.probability_alive(history)))
    }
}

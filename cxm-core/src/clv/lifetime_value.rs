//! Lifetime value: what a customer is still worth, in money of today.
//!
//! # What it measures
//! The margin of the purchases that a customer is expected to make from now on, within a horizon or
//! for ever, each discounted from the day it is made.
//!
//! # Formula
//! ```text
//! CLV = margin · E(spend per purchase) · Σ discounted expected purchases
//!
//! infinite horizon   Σ = DERT(δ)
//! finite horizon H   Σ = ∫₀ᴴ exp(−δt) dE(purchases until t);   δ = 0: E(purchases until H)
//!
//! δ per unit of the model, u units per year:
//!   rate per unit, continuous   δ = rate            rate per unit, discrete   δ = ln(1 + rate)
//!   rate per year, continuous   δ = rate/u          rate per year, discrete   δ = ln(1 + rate)/u
//! ```
//! A year has 365.25 days, so 15 % a year is δ = 0.002679 a week.
//!
//! # Input
//! A model with its unit, a history and the expected spend a purchase of each customer, and
//! [`LifetimeValueOptions`]. Spend and the number of purchases are taken as independent.
//!
//! # Empty and edge cases
//! * The purchases already made are not part of it. A new customer's value excludes the first
//!   purchase, which has been made.
//! * Over an infinite horizon the rate must be above 0, else the sum may be infinite.
//! * A spend that is negative or not finite is refused with its row; a margin may be negative.
//!
//! # Merging
//! Values of customers add up: the sum over customers is their
//! [customer equity](super::customer_equity).
//!
//! # Uncertainty
//! A plain expectation. Its interval comes from the covariance or the posterior of the fit.
//!
//! # Not to be confused with
//! The value so far ([`Contribution`](super::Contribution)); values by months of 30 days or four
//! weeks with one discount at the end of each, which differ by some percent.
//!
//! # Source
//! Fader, Hardie & Lee (2005), RFM and CLV, Journal of Marketing Research 42 (value = margin ×
//! spend × DERT).
//!
//! # Example
//! ```
//! use cxm_core::clv::{
//!     BgBb, Compounding, Discounting, History, LifetimeValueOptions, Model, RatePeriod,
//! };
//! use cxm_core::model::TimeUnit;
//!
//! let giving = BgBb::from_parameters(&[1.2, 0.75, 0.66, 2.78])?;
//! let options = LifetimeValueOptions {
//!     margin: 1.0,
//!     horizon: None,
//!     discounting: Discounting {
//!         rate: 0.10,
//!         per: RatePeriod::Year,
//!         compounding: Compounding::Discrete,
//!     },
//! };
//! let donor = History::new(4.0, 6.0, 6.0)?;
//! let value = options.value_of(&giving, TimeUnit::Year, &donor, 50.0)?;
//! assert!((value - 212.97).abs() < 0.005);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::history::{Discount, History, Horizon};
use super::model::PurchaseModel;
use super::quantity::Quantity;
use crate::calculator::batch::same_length;
use crate::error::{Error, Result};
use crate::model::TimeUnit;

/// What a rate of interest is stated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum RatePeriod {
    /// The unit of the model.
    Unit,
    /// A year of 365.25 days.
    #[default]
    Year,
}

/// How interest adds up within the period of the rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Compounding {
    /// Once at its end: 1 becomes 1 + rate (an effective rate).
    #[default]
    Discrete,
    /// At every moment: 1 becomes exp(rate).
    Continuous,
}

/// A rate of interest with everything that one has to know to use it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Discounting {
    /// 0.15 for 15 %.
    pub rate: f64,
    /// For which time.
    #[cfg_attr(feature = "serde", serde(default))]
    pub per: RatePeriod,
    /// Added up how.
    #[cfg_attr(feature = "serde", serde(default))]
    pub compounding: Compounding,
}

impl Discounting {
    /// The continuous rate per unit of a model; `None` for a rate of 0.
    ///
    /// ```
    /// use cxm_core::clv::{Compounding, Discounting, RatePeriod};
    /// use cxm_core::model::TimeUnit;
    ///
    /// let yearly = Discounting { rate: 0.15, ..Default::default() };
    /// let weekly = yearly.discount(TimeUnit::Week)?.unwrap();
    /// assert!((weekly.rate() - 0.002_678_5).abs() < 1e-7);
    /// # Ok::<(), cxm_core::Error>(())
    /// ```
    pub fn discount(&self, unit: TimeUnit) -> Result<Option<Discount>> {
        unit.validate()?;
        if !(self.rate >= 0.0 && self.rate.is_finite()) {
            let message = format!("expected a finite rate that is not negative, got {}", self.rate);
            return Err(Error::argument(message).in_field("rate"));
        }
        if self.rate <= 0.0 {
            return Ok(None);
        }
        let continuous = match self.compounding {
            Compounding::Discrete => libm::log1p(self.rate),
            Compounding::Continuous => self.rate,
        };
        let units = match self.per {
            RatePeriod::Unit => 1.0,
            RatePeriod::Year => TimeUnit::Year.days() / unit.days(),
        };
        Discount::continuous(continuous / units).map(Some)
    }
}

/// What a lifetime value counts.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct LifetimeValueOptions {
    /// The part of the spend that is left after its costs: 0.3 for 30 %; 1 to value revenue.
    pub margin: f64,
    /// How far to look, in units of the model; for ever without one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub horizon: Option<Horizon>,
    /// At which rate.
    pub discounting: Discounting,
}

impl LifetimeValueOptions {
    /// What a model has to be asked for the discounted expected purchases.
    pub fn quantity(&self, unit: TimeUnit) -> Result<Quantity> {
        if !self.margin.is_finite() {
            let message = format!("expected a finite number, got {}", self.margin);
            return Err(Error::argument(message).in_field("margin"));
        }
        match (self.horizon, self.discounting.discount(unit)?) {
            (Some(horizon), Some(discount)) => {
                Ok(Quantity::DiscountedExpectedTransactions { horizon, discount })
            }
            (Some(horizon), None) => Ok(Quantity::ExpectedTransactions { horizon }),
            (None, Some(discount)) => {
                Ok(Quantity::DiscountedExpectedResidualTransactions { discount })
            }
            (None, None) => {
                let message = "expected a rate above 0, since the horizon is infinite";
                Err(Error::argument(message).in_field("rate"))
            }
        }
    }

    /// The value of one customer who spends so much a purchase, in the money of `spend`.
    pub fn value_of<M: PurchaseModel>(
        &self,
        model: &M,
        unit: TimeUnit,
        history: &History,
        spend: f64,
    ) -> Result<f64> {
        self.value(model, &self.quantity(unit)?, history, spend)
    }

    /// The values of columns of customers.
    pub fn values<M: PurchaseModel>(
        &self,
        model: &M,
        unit: TimeUnit,
        histories: &[History],
        spend: &[f64],
    ) -> Result<Vec<f64>> {
        same_length("spend", spend.len(), histories.len())?;
        let quantity = self.quantity(unit)?;
        let rows = histories.iter().zip(spend).enumerate();
        rows.map(|(row, (history, &spend))| {
            self.value(model, &quantity, history, spend).map_err(|error| error.at_row(row))
        })
        .collect()
    }

    fn value<M: PurchaseModel>(
        &self,
        model: &M,
        quantity: &Quantity,
        history: &History,
        spend: f64,
    ) -> Result<f64> {
        let spend = check_spend(spend)?;
        let transactions = quantity.of(model, history)?.unwrap_or_default();
        Ok(self.margin * transactions * spend)
    }
}

/// Refuses a spend that is negative or not finite.
pub(crate) fn check_spend(spend: f64) -> Result<f64> {
    if spend >= 0.0 && spend.is_finite() {
        return Ok(spend);
    }
    let message = format!("expected a finite amount that is not negative, got {spend}");
    Err(Error::observation(message).in_field("spend"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clv::{BgBb, Model};

    fn options(rate: f64, horizon: Option<f64>) -> LifetimeValueOptions {
        LifetimeValueOptions {
            margin: 0.25,
            horizon: horizon.map(|horizon| Horizon::new(horizon).unwrap()),
            discounting: Discounting { rate, ..Default::default() },
        }
    }

    #[test]
    fn all_statements_of_one_rate_agree() {
        let rate = |rate, per, compounding| {
            let discounting = Discounting { rate, per, compounding };
            discounting.discount(TimeUnit::Week).unwrap().unwrap().rate()
        };
        let weeks = 365.25 / 7.0;
        let delta = 0.15_f64.ln_1p() / weeks;
        for got in [
            rate(0.15, RatePeriod::Year, Compounding::Discrete),
            rate(0.15_f64.ln_1p(), RatePeriod::Year, Compounding::Continuous),
            rate(delta.exp_m1(), RatePeriod::Unit, Compounding::Discrete),
            rate(delta, RatePeriod::Unit, Compounding::Continuous),
        ] {
            assert!((got - delta).abs() < 1e-17, "{got}");
        }
    }

    #[test]
    fn a_value_is_margin_times_spend_times_purchases() {
        let model = BgBb::from_parameters(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        let unit = TimeUnit::Year;
        let history = History::new(1.0, 2.0, 3.0).unwrap();
        let long = options(0.1, Some(5_000.0)).value_of(&model, unit, &history, 40.0).unwrap();
        let endless = options(0.1, None).value_of(&model, unit, &history, 40.0).unwrap();
        assert!((long - endless).abs() < 1e-12);
        let plain = options(0.0, Some(3.0)).value_of(&model, unit, &history, 40.0).unwrap();
        let horizon = Horizon::new(3.0).unwrap();
        assert!((plain - 10.0 * model.expected_transactions(&history, horizon)).abs() < 1e-14);
        let columns =
            options(0.1, None).values(&model, unit, &[history; 2], &[40.0, 80.0]).unwrap();
        assert!((columns[0] - endless).abs() < 1e-15 && (columns[1] - 2.0 * endless).abs() < 1e-14);
    }

    #[test]
    fn what_has_no_value_is_refused() {
        let model = BgBb::from_parameters(&[1.0, 2.0, 3.0, 4.0]).unwrap();
        let field = |options: LifetimeValueOptions, spend: &[f64]| {
            let histories = vec![History::NEW; spend.len()];
            let error = options.values(&model, TimeUnit::Year, &histories, spend).unwrap_err();
            (error.field().unwrap().to_owned(), error.row())
        };
        assert_eq!(field(options(0.0, None), &[]), ("rate".into(), None));
        assert_eq!(field(options(-0.1, Some(1.0)), &[]), ("rate".into(), None));
        assert_eq!(field(options(0.1, Some(1.5)), &[1.0]).0, "horizon");
        assert_eq!(field(options(0.1, None), &[1.0, f64::NAN]), ("spend".into(), Some(1)));
        let endless = LifetimeValueOptions { margin: f64::INFINITY, ..options(0.1, None) };
        assert_eq!(field(endless, &[]), ("margin".into(), None));
    }
}

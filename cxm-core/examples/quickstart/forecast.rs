//! What customers are expected to spend, and how far it may be off.
//!
//! ```text
//! E(spend)   = E(purchases) · E(basket)
//! Var(spend) = E(N) E(M²)/p + E(N²) E(M²) − E(spend)²       the purchases and baskets themselves
//!            + E(spend)² · (SE²(purchases) + SE²(baskets)) not knowing the parameters, by the
//!                                                          delta method on logs
//! ```

use super::accounts::Account;
use super::overall::LEVEL;
use super::support::Outcome;
use cxm_core::clv::intervals::{DeltaEstimate, Link};
use cxm_core::clv::{
    Discounting, FitOptions, Fitted, GammaGamma, Horizon, LifetimeValueOptions, ParetoNbd,
    PatternTable, PurchaseModel, fit,
};
use cxm_core::numeric::distribution::normal_two_sided_quantile;

/// A year, in weeks.
const YEAR: f64 = 52.0;
/// What is left of a euro of revenue.
pub(crate) const MARGIN: f64 = 0.4;
/// Interest a year.
pub(crate) const INTEREST: f64 = 0.10;

/// The two models that together value a customer.
#[derive(Debug)]
pub(crate) struct Forecast {
    pub(crate) purchases: Fitted<ParetoNbd>,
    pub(crate) baskets: Fitted<GammaGamma>,
    year: Horizon,
}

/// A sum with its limits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expected {
    pub(crate) value: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

impl Forecast {
    pub(crate) fn fit(accounts: &[Account<'_>]) -> Outcome<Self> {
        let histories = accounts.iter().map(|account| (account.history, 1.0));
        let spends = accounts.iter().filter_map(|account| Some((account.spend?, 1.0)));
        let options = FitOptions::default();
        Ok(Self {
            purchases: fit::<ParetoNbd>(&PatternTable::from_rows(histories)?, &options)?,
            baskets: fit::<GammaGamma>(&PatternTable::from_rows(spends)?, &options)?,
            year: Horizon::new(YEAR)?,
        })
    }

    pub(crate) fn probability_alive(&self, account: &Account<'_>) -> f64 {
        self.purchases.model.probability_alive(&account.history)
    }

    /// The margin of all purchases to come, discounted, in euros.
    pub(crate) fn lifetime_value(&self, account: &Account<'_>) -> Outcome<f64> {
        let options = LifetimeValueOptions {
            margin: MARGIN,
            horizon: None,
            discounting: Discounting { rate: INTEREST, ..Discounting::default() },
        };
        let basket = expected_basket(&self.baskets.model, account)?;
        let (model, unit) = (&self.purchases.model, self.purchases.unit);
        Ok(options.value_of(model, unit, &account.history, basket)?)
    }

    /// What these customers will spend in the next year together, in euros; `spread` is the sum of
    /// their own variances.
    pub(crate) fn next_year(&self, accounts: &[&Account<'_>], spread: f64) -> Outcome<Expected> {
        let total = |purchases: &ParetoNbd, baskets: &GammaGamma| -> Option<f64> {
            let spends = accounts.iter().map(|account| {
                let number = purchases.expected_transactions(&account.history, self.year);
                Some(number * baskets.expected_spend(account.spend.as_ref())?)
            });
            spends.sum()
        };
        let (purchases, baskets) = (&self.purchases, &self.baskets);
        let by_purchases =
            DeltaEstimate::of(purchases, Link::Log, |model| Ok(total(model, &baskets.model)))?;
        let by_baskets =
            DeltaEstimate::of(baskets, Link::Log, |model| Ok(total(&purchases.model, model)))?;
        let (by_purchases, by_baskets) = by_purchases.zip(by_baskets).ok_or("no mean basket")?;
        let value = by_purchases.value;
        let relative = by_purchases.standard_error.hypot(by_baskets.standard_error);
        let deviation = spread.sqrt().hypot(value * relative);
        let reach = normal_two_sided_quantile(1.0 - LEVEL) * deviation;
        Ok(Expected { value, lower: (value - reach).max(0.0), upper: value + reach })
    }

    /// How far one customer's spend of the next year scatters when the parameters are known.
    pub(crate) fn variance_of_one(&self, account: &Account<'_>) -> Outcome<f64> {
        let (mut mean, mut square, mut reached) = (0.0, 0.0, 0.0);
        for (count, number) in (0_u64..1_000).zip(0_i32..) {
            let model = &self.purchases.model;
            let chance = model.probability_of_transactions(&account.history, self.year, count);
            mean += chance * f64::from(number);
            square += chance * f64::from(number) * f64::from(number);
            reached += chance;
            if reached > 1.0 - 1e-6 {
                break;
            }
        }
        let baskets = &self.baskets.model;
        let basket = expected_basket(baskets, account)?;
        let spread = baskets.spend_variance(account.spend.as_ref()).ok_or("no basket variance")?;
        let basket_square = spread + basket * basket;
        Ok(mean * basket_square / baskets.p() + square * basket_square
            - mean * mean * basket * basket)
    }
}

fn expected_basket(baskets: &GammaGamma, account: &Account<'_>) -> Outcome<f64> {
    Ok(baskets.expected_spend(account.spend.as_ref()).ok_or("the mean basket is not finite")?)
}

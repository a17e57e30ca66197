//! Earned growth: the part of growth that customers bring by staying, buying more and recommending.
//!
//! # What it measures
//! How much revenue would have grown without the customers that advertising and discounts bought.
//!
//! # Formula
//! ```text
//! B  revenue of the period before
//! R  revenue now of the customers of the period before        net revenue retention NRR = R/B
//! E  revenue now of new customers who came by recommendation  earned new customers  ENC = E/B
//! P  revenue now of all other new customers
//!
//! earned growth rate  = NRR + ENC − 1 = (R + E − B)/B
//! total growth        = (R + E + P − B)/B
//! earned growth ratio = earned growth rate/total growth = (R + E − B)/(R + E + P − B)
//! ```
//!
//! # Edge cases
//! Amounts are whole numbers of the smallest unit of money, so the numerators are exact. Without
//! revenue before there are no rates: `InsufficientData`. The ratio is `None` where total growth is
//! not positive, since a part of nothing, or of a loss, is no part.
//!
//! # Not to be confused with
//! Net revenue retention, which knows no new customers; organic growth, which counts the bought
//! ones.
//!
//! # Source
//! Reichheld, Darnell & Burns (2021), *Winning on Purpose*, appendix B.
//!
//! # Example
//! ```
//! use cxm_core::churn::{EarnedGrowth, Revenue};
//! let revenue = Revenue { before: 100, returning: 85, earned_new: 25, bought_new: 20 };
//! let growth = EarnedGrowth::read(&revenue)?;
//! assert_eq!(growth.earned_growth_rate, 0.1);
//! assert_eq!(growth.earned_growth_ratio, Some(1.0 / 3.0));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use crate::error::{Error, Result};

/// Revenue of two periods by where it comes from, in the smallest unit of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Revenue {
    /// All revenue of the period before.
    pub before: u64,
    /// Revenue now of the customers of the period before.
    pub returning: u64,
    /// Revenue now of new customers who came by recommendation.
    pub earned_new: u64,
    /// Revenue now of all other new customers.
    pub bought_new: u64,
}

/// Growth, and the earned part of it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct EarnedGrowth {
    /// returning/before.
    pub net_revenue_retention: f64,
    /// earned new/before.
    pub earned_new_customers: f64,
    /// net revenue retention + earned new customers − 1.
    pub earned_growth_rate: f64,
    /// All revenue now over all revenue before, less 1.
    pub total_growth: f64,
    /// The earned part of total growth; `None` where nothing has grown.
    pub earned_growth_ratio: Option<f64>,
}

impl EarnedGrowth {
    /// The growth that these revenues show.
    pub fn read(revenue: &Revenue) -> Result<Self> {
        if revenue.before == 0 {
            return Err(Error::insufficient("growth needs revenue to grow from").in_field("before"));
        }
        let before = i128::from(revenue.before);
        // Four numbers of 64 bits: their sums stay far below 128.
        let kept = i128::from(revenue.returning) + i128::from(revenue.earned_new);
        let earned = kept - before;
        let grown = earned + i128::from(revenue.bought_new);
        let of_before = |amount: i128| amount as f64 / before as f64;
        Ok(Self {
            net_revenue_retention: of_before(i128::from(revenue.returning)),
            earned_new_customers: of_before(i128::from(revenue.earned_new)),
            earned_growth_rate: of_before(earned),
            total_growth: of_before(grown),
            earned_growth_ratio: (grown > 0).then(|| earned as f64 / grown as f64),
        })
    }
}

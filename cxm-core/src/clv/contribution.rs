//! Contribution: what customers have brought so far, in exact money.
//!
//! # What it measures
//! Revenue, margin and contribution of a customer, a cohort, a segment or everybody.
//!
//! # Formula
//! ```text
//! margin       = revenue − cost of what was sold
//! contribution = margin − cost of serving the customer (contacts, delivery, marketing)
//! margin rate  = margin / revenue
//! ```
//!
//! # Input
//! Columns of whole minor units of one currency, one row a customer; costs may be left out and
//! count 0. Groups are any keys: segments, the month of the first purchase.
//!
//! # Empty and edge cases
//! A group without revenue has no margin rate. Refunds make revenue negative, and it is kept so. A
//! sum beyond 128 bits is an `Overflow` error.
//!
//! # Merging
//! Sums add: [`Contribution::merge`]. Each customer must be in one part only, or is counted twice.
//!
//! # Uncertainty
//! None: what was booked. What is to come: [lifetime value](super::lifetime_value).
//!
//! # Not to be confused with
//! Customer lifetime value, which counts the future.
//!
//! # Source
//! Farris, Bendle, Pfeifer & Reibstein (2010), Marketing Metrics, ch. 3 and 5 (margins, customer
//! profit).
//!
//! # Example
//! ```
//! use cxm_core::clv::{Contribution, ContributionColumns};
//!
//! let columns = ContributionColumns {
//!     revenue: &[10_000, 2_500, 4_000],
//!     costs: Some(&[6_000, 1_500, 2_000]),
//!     service_costs: Some(&[500, 1_200, 0]),
//! };
//! let by_segment = columns.by_group(&["home", "home", "office"])?;
//! let home = &by_segment["home"];
//! assert_eq!((home.customers, home.margin(), home.contribution()), (2, 5_000, 3_300));
//! assert_eq!(home.margin_rate(), Some(0.4));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use crate::calculator::batch::same_length;
use crate::error::{Error, Result};

/// Sums over customers, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Contribution {
    /// Customers.
    pub customers: u64,
    /// What they paid.
    pub revenue: i128,
    /// What that cost.
    pub costs: i128,
    /// What serving them cost.
    pub service_costs: i128,
}

impl Contribution {
    /// Revenue less the cost of what was sold.
    pub fn margin(&self) -> i128 {
        self.revenue.saturating_sub(self.costs)
    }

    /// Margin less the cost of serving.
    pub fn contribution(&self) -> i128 {
        self.margin().saturating_sub(self.service_costs)
    }

    /// Margin ÷ revenue; `None` without revenue.
    pub fn margin_rate(&self) -> Option<f64> {
        (self.revenue > 0).then(|| self.margin() as f64 / self.revenue as f64)
    }

    /// Contribution of one customer in the mean; `None` without customers.
    pub fn mean_contribution(&self) -> Option<f64> {
        (self.customers > 0).then(|| self.contribution() as f64 / self.customers as f64)
    }

    /// Adds other customers.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let overflow = || Error::overflow("a sum of money leaves 128 bits");
        let add = |a: i128, b: i128| a.checked_add(b).ok_or_else(overflow);
        *self = Self {
            customers: self.customers.checked_add(other.customers).ok_or_else(overflow)?,
            revenue: add(self.revenue, other.revenue)?,
            costs: add(self.costs, other.costs)?,
            service_costs: add(self.service_costs, other.service_costs)?,
        };
        Ok(())
    }
}

/// What is known of each customer, one a row, in minor units.
#[derive(Debug, Clone, Copy)]
pub struct ContributionColumns<'a> {
    /// What they paid.
    pub revenue: &'a [i64],
    /// What it cost; nothing, if there is no column.
    pub costs: Option<&'a [i64]>,
    /// What serving them cost; nothing, if there is no column.
    pub service_costs: Option<&'a [i64]>,
}

impl ContributionColumns<'_> {
    /// One contribution a customer.
    pub fn by_customer(&self) -> Result<Vec<Contribution>> {
        let rows = self.revenue.len();
        let columns = [("costs", self.costs), ("service_costs", self.service_costs)];
        for (field, column) in columns {
            same_length(field, column.map_or(rows, <[i64]>::len), rows)?;
        }
        let of = |column: Option<&[i64]>, row: usize| {
            i128::from(column.and_then(|column| column.get(row)).copied().unwrap_or_default())
        };
        let customers = self.revenue.iter().enumerate().map(|(row, revenue)| Contribution {
            customers: 1,
            revenue: i128::from(*revenue),
            costs: of(self.costs, row),
            service_costs: of(self.service_costs, row),
        });
        Ok(customers.collect())
    }

    /// All customers together.
    pub fn total(&self) -> Result<Contribution> {
        let mut total = Contribution::default();
        for customer in self.by_customer()? {
            total.merge(&customer)?;
        }
        Ok(total)
    }

    /// One contribution a group, in the order of the groups.
    pub fn by_group<K: Ord + Clone>(&self, groups: &[K]) -> Result<BTreeMap<K, Contribution>> {
        same_length("groups", groups.len(), self.revenue.len())?;
        let mut sums: BTreeMap<K, Contribution> = BTreeMap::new();
        for (group, customer) in groups.iter().zip(self.by_customer()?) {
            sums.entry(group.clone()).or_default().merge(&customer)?;
        }
        Ok(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_add_up_to_the_total() {
        let columns = ContributionColumns {
            revenue: &[i64::MAX, i64::MAX, -7, 0],
            costs: None,
            service_costs: Some(&[1, 2, 3, 4]),
        };
        let total = columns.total().unwrap();
        assert_eq!(total.revenue, 2 * i128::from(i64::MAX) - 7);
        let mut sum = Contribution::default();
        for group in columns.by_group(&[2, 1, 2, 3]).unwrap().values() {
            sum.merge(group).unwrap();
        }
        assert_eq!(sum, total);
        assert_eq!(total.contribution(), total.revenue - 10);
        assert_eq!(Contribution::default().margin_rate(), None);
        assert_eq!(Contribution::default().mean_contribution(), None);
    }

    #[test]
    fn columns_have_one_length() {
        let columns =
            ContributionColumns { revenue: &[1, 2], costs: Some(&[1]), service_costs: None };
        assert_eq!(columns.total().unwrap_err().field(), Some("costs"));
        let columns = ContributionColumns { costs: None, ..columns };
        assert_eq!(columns.by_group(&["a"]).unwrap_err().field(), Some("groups"));
        let full = Contribution { revenue: i128::MAX, ..Default::default() };
        let error = full.clone().merge(&full).unwrap_err();
        assert_eq!(error.kind(), crate::error::ErrorKind::Overflow);
    }
}

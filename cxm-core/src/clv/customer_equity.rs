//! Customer equity: the value of all customers together, and what it is made of.
//!
//! # What it measures
//! What a company's customers, those it has and those it expects to win, are worth in money of
//! today; and how much of that comes from winning customers, from keeping them, and from selling
//! more to them.
//!
//! # Formula
//! ```text
//! customer equity = acquisition + retention + development, summed over customers
//!
//! acquisition   discounted margin of the first purchase − cost of winning, for customers who are
//!               still to be won; 0 for those already won
//! retention     discounted margin of the expected purchases after the first, as they are now,
//!               − cost of keeping
//! development   what that margin gains by selling more to the customer − cost of selling more
//!
//! a cohort to come of N prospects (CohortPlan), a: share won, ρ: share kept per period,
//! q = ρ/(1 + d), K periods (or without end), beginning in s periods
//!   acquisition = N (a · first margin − cost per prospect) / (1 + d)ˢ
//!   retention   = N a (margin − cost of keeping) · Σ qᵏ / (1 + d)ˢ,              k = 1 … K
//!   development = N a (added margin − cost of adding) · Σ qᵏ / (1 + d)ˢ
//! ```
//!
//! # Input
//! One row a customer (or a group of like customers with their number): for those won already,
//! `retention` is their [lifetime value](super::LifetimeValueOptions). Expected customers are
//! rows too, made from a [`CohortPlan`].
//!
//! # Empty and edge cases
//! Any part may be negative: a campaign that costs more than it brings. No customers have equity 0.
//! Numbers that are not finite are refused with their row.
//!
//! # Merging
//! Equities add: [`CustomerEquity::add`].
//!
//! # Uncertainty
//! A sum of expectations: its interval comes from the posterior of the fit, whose draws move all
//! customers at once; intervals of single customers must not be added up.
//!
//! # Not to be confused with
//! Brand or shareholder equity; drivers of customer equity (value, brand and relationship equity of
//! Rust, Lemon & Zeithaml 2004), which split by cause and need a survey of switching.
//!
//! # Source
//! Blattberg, Getz & Thomas (2001), Customer Equity: the sum of the returns on acquisition,
//! retention and add-on selling, here with constant rates within a cohort.
//!
//! # Example
//! ```
//! use cxm_core::clv::{CohortPlan, CustomerEquity, EquityColumns};
//!
//! let won = EquityColumns { retention: &[120.0, 80.0], ..Default::default() }.total()?;
//! let to_come = CohortPlan {
//!     prospects: 100.0,
//!     acquisition_rate: 0.2,
//!     first_margin: 30.0,
//!     acquisition_cost: 5.0,
//!     retention_rate: 0.5,
//!     margin: 30.0,
//!     ..Default::default()
//! };
//! let mut equity = to_come.equity()?; // 100·(0.2·30 − 5); 20·30·(½ + ¼ + …)
//! assert_eq!((equity.acquisition, equity.retention), (100.0, 600.0));
//! equity.add(&won);
//! assert_eq!(equity.total(), 900.0);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use crate::calculator::batch::same_length;
use crate::error::{Error, Result};

/// The value of customers, split by where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CustomerEquity {
    /// Customers, expected ones included.
    pub customers: f64,
    /// From winning customers.
    pub acquisition: f64,
    /// From keeping customers.
    pub retention: f64,
    /// From selling more to customers.
    pub development: f64,
}

impl CustomerEquity {
    /// Customer equity.
    pub fn total(&self) -> f64 {
        self.acquisition + self.retention + self.development
    }

    /// Adds other customers.
    pub fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        self.acquisition += other.acquisition;
        self.retention += other.retention;
        self.development += other.development;
    }
}

/// What each customer is expected to bring, discounted, one a row.
#[derive(Debug, Clone, Copy, Default)]
pub struct EquityColumns<'a> {
    /// How many customers the row stands for; one, if there is no column.
    pub customers: Option<&'a [f64]>,
    /// Margin of the first purchase less the cost of winning; 0 for a customer won already, and for
    /// all if there is no column.
    pub acquisition: Option<&'a [f64]>,
    /// Margin of the purchases after the first less the cost of keeping.
    pub retention: &'a [f64],
    /// What selling more adds; nothing, if there is no column.
    pub development: Option<&'a [f64]>,
}

impl EquityColumns<'_> {
    /// All customers together.
    pub fn total(&self) -> Result<CustomerEquity> {
        let mut total = CustomerEquity::default();
        self.rows()?.iter().for_each(|row| total.add(row));
        Ok(total)
    }

    /// One equity a group, in the order of the groups.
    pub fn by_group<K: Ord + Clone>(&self, groups: &[K]) -> Result<BTreeMap<K, CustomerEquity>> {
        same_length("groups", groups.len(), self.retention.len())?;
        let mut sums: BTreeMap<K, CustomerEquity> = BTreeMap::new();
        for (group, row) in groups.iter().zip(self.rows()?) {
            sums.entry(group.clone()).or_default().add(&row);
        }
        Ok(sums)
    }

    fn rows(&self) -> Result<Vec<CustomerEquity>> {
        let rows = self.retention.len();
        let retention = Some(self.retention);
        let columns = [
            ("customers", self.customers, 1.0),
            ("acquisition", self.acquisition, 0.0),
            ("retention", retention, 0.0),
            ("development", self.development, 0.0),
        ];
        for (field, column, _) in columns {
            same_length(field, column.map_or(rows, <[f64]>::len), rows)?;
        }
        let row_of = |row: usize| {
            let of = |(field, column, absent): (&'static str, Option<&[f64]>, f64)| {
                let value = column.map_or(Some(absent), |column| column.get(row).copied());
                let value = value.unwrap_or(absent);
                let least = if field == "customers" { 0.0 } else { f64::NEG_INFINITY };
                if value.is_finite() && value >= least {
                    return Ok(value);
                }
                let message = format!("expected a finite number, not below {least}, got {value}");
                Err(Error::observation(message).in_field(field).at_row(row))
            };
            let [customers, acquisition, retention, development] = columns.map(of);
            let customers = customers?;
            Ok(CustomerEquity {
                customers,
                acquisition: customers * acquisition?,
                retention: customers * retention?,
                development: customers * development?,
            })
        };
        (0..rows).map(row_of).collect()
    }
}

/// A cohort of customers to be won; money per customer and period unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct CohortPlan {
    /// Prospects who are approached, N.
    pub prospects: f64,
    /// The part of them that is won, a.
    pub acquisition_rate: f64,
    /// Margin of the first purchase of one who is won.
    pub first_margin: f64,
    /// Cost of approaching one prospect, won or not.
    pub acquisition_cost: f64,
    /// The part that is kept from one period to the next, ρ.
    pub retention_rate: f64,
    /// Margin of a period after the first, at today's purchases.
    pub margin: f64,
    /// Cost of keeping a customer.
    pub retention_cost: f64,
    /// What selling more adds to the margin.
    pub added_margin: f64,
    /// Cost of selling more.
    pub development_cost: f64,
    /// Rate of interest per period, d.
    pub discount_rate: f64,
    /// Periods after the first that count, K; all, without a number.
    pub periods: Option<u32>,
    /// Periods until the cohort is won, s.
    pub starts_in: u32,
}

impl CohortPlan {
    /// What the cohort is worth today.
    pub fn equity(&self) -> Result<CustomerEquity> {
        self.validate()?;
        let at_start = libm::pow(1.0 + self.discount_rate, -f64::from(self.starts_in));
        let won = self.prospects * self.acquisition_rate;
        let kept = won * self.periods_kept()? * at_start;
        let first = won * self.first_margin - self.prospects * self.acquisition_cost;
        Ok(CustomerEquity {
            customers: won,
            acquisition: first * at_start,
            retention: kept * (self.margin - self.retention_cost),
            development: kept * (self.added_margin - self.development_cost),
        })
    }

    /// Σ qᵏ, k = 1 … K.
    fn periods_kept(&self) -> Result<f64> {
        let q = self.retention_rate / (1.0 + self.discount_rate);
        match self.periods {
            Some(periods) if q < 1.0 => {
                Ok(q * (1.0 - libm::pow(q, f64::from(periods))) / (1.0 - q))
            }
            // Only everybody kept at no interest has q = 1.
            Some(periods) => Ok(f64::from(periods)),
            None if q < 1.0 => Ok(q / (1.0 - q)),
            None => {
                let message = "expected a rate below 1, or interest, or a number of periods: \
                               customers kept for ever are worth an infinite amount";
                Err(Error::argument(message).in_field("retention_rate"))
            }
        }
    }

    fn validate(&self) -> Result<()> {
        let share = |value: f64| (0.0..=1.0).contains(&value);
        let not_negative = |value: f64| value >= 0.0 && value.is_finite();
        for (field, value, holds, expected) in [
            ("acquisition_rate", self.acquisition_rate, share as fn(f64) -> bool, "0 to 1"),
            ("retention_rate", self.retention_rate, share, "0 to 1"),
            ("prospects", self.prospects, not_negative, "a finite number, not negative"),
            ("discount_rate", self.discount_rate, not_negative, "a finite rate, not negative"),
            ("first_margin", self.first_margin, f64::is_finite, "a finite amount"),
            ("acquisition_cost", self.acquisition_cost, f64::is_finite, "a finite amount"),
            ("margin", self.margin, f64::is_finite, "a finite amount"),
            ("retention_cost", self.retention_cost, f64::is_finite, "a finite amount"),
            ("added_margin", self.added_margin, f64::is_finite, "a finite amount"),
            ("development_cost", self.development_cost, f64::is_finite, "a finite amount"),
        ] {
            if !holds(value) {
                let message = format!("expected {expected}, got {value}");
                return Err(Error::argument(message).in_field(field));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> CohortPlan {
        CohortPlan {
            prospects: 1000.0,
            acquisition_rate: 0.1,
            first_margin: 40.0,
            acquisition_cost: 3.0,
            retention_rate: 0.8,
            margin: 25.0,
            retention_cost: 5.0,
            added_margin: 6.0,
            development_cost: 1.0,
            discount_rate: 0.1,
            periods: Some(7),
            starts_in: 2,
        }
    }

    #[test]
    fn a_cohort_is_the_sum_over_its_periods() {
        let equity = plan().equity().unwrap();
        let discount = |k: i32| 1.1_f64.powi(-k - 2);
        let acquisition = (100.0 * 40.0 - 3000.0) * discount(0);
        let kept: f64 = (1..=7).map(|k| 100.0 * 0.8_f64.powi(k) * discount(k)).sum();
        let close = |got: f64, expected: f64| assert!((got - expected).abs() < 1e-9, "{got}");
        close(equity.acquisition, acquisition);
        close(equity.retention, 20.0 * kept);
        close(equity.development, 5.0 * kept);
        close(equity.total(), acquisition + 25.0 * kept);
        let endless = CohortPlan { periods: None, ..plan() }.equity().unwrap();
        let long = CohortPlan { periods: Some(500), ..plan() }.equity().unwrap();
        close(endless.total(), long.total());
        let loyal = CohortPlan { retention_rate: 1.0, discount_rate: 0.0, ..plan() };
        close(loyal.equity().unwrap().retention, 100.0 * 20.0 * 7.0);
        let for_ever = CohortPlan { periods: None, ..loyal }.equity().unwrap_err();
        assert_eq!(for_ever.field(), Some("retention_rate"));
    }

    #[test]
    fn groups_add_up_to_the_total() {
        let columns = EquityColumns {
            customers: Some(&[1.0, 1.0, 12.5]),
            acquisition: Some(&[0.0, 0.0, -4.0]),
            retention: &[10.0, 20.0, 8.0],
            development: Some(&[1.0, 0.0, 2.0]),
        };
        let total = columns.total().unwrap();
        let expected = CustomerEquity {
            customers: 14.5,
            acquisition: -50.0,
            retention: 130.0,
            development: 26.0,
        };
        assert_eq!(total, expected);
        let mut sum = CustomerEquity::default();
        for equity in columns.by_group(&["a", "b", "a"]).unwrap().values() {
            sum.add(equity);
        }
        assert_eq!(sum, total);
        assert_eq!(EquityColumns::default().total().unwrap(), CustomerEquity::default());
    }

    #[test]
    fn bad_input_names_its_place() {
        let columns = EquityColumns {
            customers: Some(&[1.0, -1.0]),
            retention: &[1.0, 1.0],
            ..Default::default()
        };
        let error = columns.total().unwrap_err();
        assert_eq!((error.field(), error.row()), (Some("customers"), Some(1)));
        let columns = EquityColumns { retention: &[1.0, f64::NAN], ..Default::default() };
        let error = columns.total().unwrap_err();
        assert_eq!((error.field(), error.row()), (Some("retention"), Some(1)));
        let error = CohortPlan { acquisition_rate: 1.2, ..plan() }.equity().unwrap_err();
        assert_eq!(error.field(), Some("acquisition_rate"));
    }
}

//! Concentration of value: how much of it comes from how few customers.
//!
//! # What it measures
//! Whether a company lives on a few key customers or on many small ones, who the key ones are, and
//! how much of the value the best tenth brings.
//!
//! # Formula
//! ```text
//! v₍₁₎ ≤ … ≤ v₍ₙ₎ the values in rising order, V their sum
//! Lorenz curve   L(i/n) = (v₍₁₎ + … + v₍ᵢ₎)/V, straight between these points
//! Gini           G = Σ (2i − n − 1) v₍ᵢ₎ / (n V)        0: all alike; (n − 1)/n: one has it all
//! corrected      G · n/(n − 1)
//! top share      1 − L(1 − p), the value of the best p of the customers
//! key customers  the fewest customers whose values reach a share of V
//! ```
//!
//! # Input
//! One value a customer: revenue or margin so far in minor units, or an expected lifetime value.
//! Whole numbers are summed exactly; other numbers are first rounded to 2⁻²⁰ (a millionth), so that
//! their order never shows. Weights do not enter: each row is one customer.
//!
//! # Empty and edge cases
//! * A negative value is refused with its row: with losses among them the Gini coefficient is no
//!   longer between 0 and 1, nor does a share of the whole mean anything. Net refunds first.
//! * No customer, or nothing but zeros: shares and coefficients are `None`, and nobody is key.
//! * **Ties.** Of customers of equal value, earlier rows come first among the key customers;
//!   `tied_outside` says how many others have the value of the last one.
//! * A share that cuts through a customer takes that part of the value: the best tenth of 25
//!   customers are two and a half.
//!
//! # Merging
//! Concentrations do not merge; concatenate the values.
//!
//! # Uncertainty
//! None: a description of the customers at hand. Over expected values it understates what will be,
//! since real purchases scatter about their expectation.
//!
//! # Not to be confused with
//! The Gini coefficient of a classifier (2·AUC − 1), the impurity of a decision tree.
//!
//! # Source
//! Lorenz (1905), Methods of measuring the concentration of wealth; Gini (1914); for the correction
//! Deltas (2003), The small-sample bias of the Gini coefficient.
//!
//! # Example
//! ```
//! use cxm_core::clv::Concentration;
//!
//! let concentration = Concentration::of_amounts(&[100, 100, 200, 600])?;
//! assert_eq!(concentration.gini(), Some(0.4)); // (−3·1 − 1·1 + 1·2 + 3·6)·100 / (4·1000)
//! assert_eq!(concentration.top_share(0.25)?, Some(0.6));
//! let key = concentration.key_customers(0.8)?;
//! assert_eq!(key.rows, [3, 2]);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use crate::error::{Error, Result};

/// Numbers that are not whole are counted in units of 2⁻²⁰.
const UNITS: f64 = 1_048_576.0;
/// Below this a number of such units is a whole number and fits.
const LARGEST: f64 = 4_503_599_627_370_496.0;

/// Values in rising order with the rows that they came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Concentration {
    /// Value and row, the lowest value first; of equal values the later row first.
    sorted: Vec<(i64, usize)>,
    total: i128,
    /// What one unit is worth.
    unit: f64,
}

/// The fewest customers who make a share of the value.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KeyCustomers {
    /// Their rows, the most valuable first.
    pub rows: Vec<usize>,
    /// How many they are.
    pub customers: usize,
    /// Their part of all customers; `None` without any.
    pub share_of_customers: Option<f64>,
    /// Their value.
    pub value: f64,
    /// Their part of the whole; `None` where that is nothing.
    pub share_of_value: Option<f64>,
    /// The value of the last of them; `None` if there are none.
    pub threshold: Option<f64>,
    /// Customers of the same value as the last one who are not among them.
    pub tied_outside: usize,
}

/// One point of a Lorenz curve.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LorenzPoint {
    /// The part of the customers with the lowest values.
    pub customers: f64,
    /// Their part of the value.
    pub value: f64,
}

impl Concentration {
    /// Of whole numbers, as money in minor units; exact.
    pub fn of_amounts(values: &[i64]) -> Result<Self> {
        if let Some(row) = values.iter().position(|value| *value < 0) {
            let found = values.get(row).copied().unwrap_or_default();
            return Err(negative(row, format!("{found}")));
        }
        Ok(Self::new(values.iter().copied(), 1.0))
    }

    /// Of any numbers, as expected values.
    pub fn of_values(values: &[f64]) -> Result<Self> {
        let mut counts = Vec::with_capacity(values.len());
        for (row, &value) in values.iter().enumerate() {
            if value < 0.0 || value.is_nan() {
                return Err(negative(row, format!("{value}")));
            }
            let units = libm::rint(value * UNITS);
            if units > LARGEST {
                let message = format!("expected at most {:e}, got {value}", LARGEST / UNITS);
                return Err(Error::observation(message).in_field("values").at_row(row));
            }
            #[allow(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
            counts.push(units as i64);
        }
        Ok(Self::new(counts.into_iter(), 1.0 / UNITS))
    }

    fn new(values: impl Iterator<Item = i64>, unit: f64) -> Self {
        let mut sorted: Vec<_> = values.enumerate().map(|(row, value)| (value, row)).collect();
        sorted
            .sort_unstable_by(|(value, row), (other, later)| value.cmp(other).then(later.cmp(row)));
        let total = sorted.iter().map(|(value, _)| i128::from(*value)).sum();
        Self { sorted, total, unit }
    }

    /// Number of customers.
    pub fn customers(&self) -> usize {
        self.sorted.len()
    }

    /// The sum of the values.
    pub fn total(&self) -> f64 {
        self.total as f64 * self.unit
    }

    /// The Gini coefficient, from the exact ratio of two whole numbers.
    pub fn gini(&self) -> Option<f64> {
        let customers = self.sorted.len() as i128;
        let ranks = (1_i128..).map(|rank| 2 * rank - customers - 1);
        let sum: i128 =
            self.sorted.iter().zip(ranks).map(|((value, _), rank)| rank * i128::from(*value)).sum();
        (self.total > 0).then(|| sum as f64 / (customers * self.total) as f64)
    }

    /// The Gini coefficient, corrected for the number of customers; `None` for a single one.
    pub fn corrected_gini(&self) -> Option<f64> {
        let customers = self.customers() as f64;
        self.gini().filter(|_| customers > 1.0).map(|gini| gini * customers / (customers - 1.0))
    }

    /// The Lorenz curve at equally spaced shares of the customers, from (0, 0) to (1, 1); empty
    /// without value. At most as many `steps` as are useful: one a customer.
    pub fn lorenz_curve(&self, steps: usize) -> Result<Vec<LorenzPoint>> {
        if steps == 0 {
            return Err(Error::argument("expected at least one step").in_field("steps"));
        }
        if self.total == 0 {
            return Ok(Vec::new());
        }
        let last = steps.min(self.customers());
        let mut points = vec![LorenzPoint { customers: 0.0, value: 0.0 }];
        let (mut sum, mut step) = (0_i128, 1);
        let count = self.customers() as u128;
        for (taken, (value, _)) in (1_u128..).zip(&self.sorted) {
            let before = sum;
            sum += i128::from(*value);
            // Every step that falls on this customer, whole or in part.
            while step <= last && step as u128 * count <= taken * last as u128 {
                let share = step as f64 / last as f64;
                let part = step as u128 * count - (taken - 1) * last as u128;
                let part = part as f64 / last as f64;
                let reached = before as f64 + part * (sum - before) as f64;
                points.push(LorenzPoint { customers: share, value: reached / self.total as f64 });
                step += 1;
            }
        }
        Ok(points)
    }

    /// The part of the value that this part of the customers brings, the best first; `None`
    /// without value.
    pub fn top_share(&self, customers: f64) -> Result<Option<f64>> {
        check_share("top", customers)?;
        if self.total == 0 {
            return Ok(None);
        }
        let mut left = customers * self.customers() as f64;
        let mut sum = 0.0;
        let mut whole = 0_i128;
        for (value, _) in self.sorted.iter().rev() {
            if left < 1.0 {
                sum = left * *value as f64;
                break;
            }
            whole += i128::from(*value);
            left -= 1.0;
        }
        Ok(Some((whole as f64 + sum) / self.total as f64))
    }

    /// The fewest customers whose value is at least this share of the whole.
    pub fn key_customers(&self, share: f64) -> Result<KeyCustomers> {
        check_share("share", share)?;
        let target = share * self.total as f64;
        let (mut rows, mut sum, mut last) = (Vec::new(), 0_i128, None);
        for &(value, row) in self.sorted.iter().rev() {
            // The whole is reached exactly, whatever its rounding to a float.
            if sum as f64 >= target || sum == self.total {
                break;
            }
            sum += i128::from(value);
            last = Some(value);
            rows.push(row);
        }
        let tied = self.sorted.iter().filter(|(value, _)| Some(*value) == last).count();
        let taken_tied = self.sorted.iter().rev().take(rows.len());
        let taken_tied = taken_tied.filter(|(value, _)| Some(*value) == last).count();
        let all = self.customers();
        Ok(KeyCustomers {
            customers: rows.len(),
            share_of_customers: (all > 0).then(|| rows.len() as f64 / all as f64),
            value: sum as f64 * self.unit,
            share_of_value: (self.total > 0).then(|| sum as f64 / self.total as f64),
            threshold: last.map(|value| value as f64 * self.unit),
            tied_outside: tied - taken_tied,
            rows,
        })
    }
}

fn check_share(field: &'static str, share: f64) -> Result<()> {
    if share > 0.0 && share <= 1.0 {
        return Ok(());
    }
    let message = format!("expected a share above 0 and up to 1, got {share}");
    Err(Error::argument(message).in_field(field))
}

fn negative(row: usize, got: String) -> Error {
    let message = format!("expected a value that is not negative, got {got}");
    Error::observation(message).in_field("values").at_row(row)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[i64]) -> Concentration {
        Concentration::of_amounts(values).unwrap()
    }

    /// Mean absolute difference over twice the mean: the definition.
    fn gini_by_pairs(values: &[i64]) -> f64 {
        let pairs = values.iter().flat_map(|a| values.iter().map(move |b| (a - b).abs()));
        let total: i64 = values.iter().sum();
        pairs.sum::<i64>() as f64 / (2.0 * values.len() as f64 * total as f64)
    }

    #[test]
    fn gini_is_half_the_relative_mean_difference() {
        for values in [&[1][..], &[5, 5, 5], &[0, 0, 9], &[3, 1, 4, 1, 5, 9, 2, 6], &[0, 7]] {
            let gini = of(values).gini().unwrap();
            assert!((gini - gini_by_pairs(values)).abs() < 1e-15, "{values:?}");
            let floats: Vec<f64> = values.iter().map(|&value| value as f64).collect();
            assert_eq!(Concentration::of_values(&floats).unwrap().gini(), Some(gini));
        }
        assert_eq!(of(&[0, 0, 9]).corrected_gini(), Some(1.0));
        assert_eq!(of(&[9]).corrected_gini(), None);
    }

    #[test]
    fn gini_is_twice_the_area_above_the_lorenz_curve() {
        let values = [3, 1, 4, 1, 5, 9, 2, 6, 0];
        let curve = of(&values).lorenz_curve(100).unwrap();
        assert_eq!(curve.len(), values.len() + 1);
        let area: f64 = curve
            .windows(2)
            .map(|pair| (pair[1].customers - pair[0].customers) * (pair[0].value + pair[1].value))
            .sum();
        assert!((of(&values).gini().unwrap() - (1.0 - area)).abs() < 1e-15);
        assert_eq!(curve.last(), Some(&LorenzPoint { customers: 1.0, value: 1.0 }));
    }

    #[test]
    fn a_coarse_curve_lies_on_the_fine_one() {
        // Thirds of four customers cut through the second and the third.
        let curve = of(&[1, 2, 3, 4]).lorenz_curve(3).unwrap();
        let expected =
            [(0.0, 0.0), (1.0 / 3.0, (1.0 + 2.0 / 3.0) / 10.0), (2.0 / 3.0, 0.5), (1.0, 1.0)];
        for (point, (customers, value)) in curve.iter().zip(expected) {
            assert!((point.customers - customers).abs() < 1e-15);
            assert!((point.value - value).abs() < 1e-15, "{point:?}");
        }
    }

    #[test]
    fn the_best_tenth_may_be_two_and_a_half_customers() {
        let values: Vec<i64> = (1..=25).collect();
        let expected = (25.0 + 24.0 + 0.5 * 23.0) / 325.0;
        assert!((of(&values).top_share(0.1).unwrap().unwrap() - expected).abs() < 1e-15);
        assert_eq!(of(&values).top_share(1.0).unwrap(), Some(1.0));
        assert_eq!(of(&[0, 0]).top_share(0.1).unwrap(), None);
    }

    #[test]
    fn key_customers_are_the_fewest() {
        let values = [3, 1, 4, 1, 5, 9, 2, 6];
        for percent in 1..=100_i64 {
            let share = percent as f64 / 100.0;
            let key = of(&values).key_customers(share).unwrap();
            let fewest = (1..=values.len()).find(|&size| {
                let mut best = values;
                best.sort_unstable_by(|a, b| b.cmp(a));
                best[..size].iter().sum::<i64>() * 100 >= percent * 31
            });
            assert_eq!(Some(key.customers), fewest, "{percent}");
        }
    }

    #[test]
    fn ties_go_to_the_earlier_row() {
        let key = of(&[5, 5, 1, 5]).key_customers(0.5).unwrap();
        assert_eq!((key.rows.as_slice(), key.tied_outside), ([0, 1].as_slice(), 1));
        let all = of(&[5, 5, 0, 5]).key_customers(1.0).unwrap();
        assert_eq!((all.customers, all.share_of_value), (3, Some(1.0)));
        let none = of(&[]).key_customers(1.0).unwrap();
        assert_eq!((none.customers, none.share_of_customers, none.threshold), (0, None, None));
    }

    #[test]
    fn what_has_no_share_is_refused() {
        let error = Concentration::of_amounts(&[1, -2]).unwrap_err();
        assert_eq!((error.field(), error.row()), (Some("values"), Some(1)));
        for value in [f64::NAN, -0.5, f64::INFINITY] {
            let error = Concentration::of_values(&[0.0, value]).unwrap_err();
            assert_eq!((error.field(), error.row()), (Some("values"), Some(1)));
        }
        assert_eq!(of(&[1]).key_customers(0.0).unwrap_err().field(), Some("share"));
        assert_eq!(of(&[1]).top_share(80.0).unwrap_err().field(), Some("top"));
        assert_eq!(of(&[i64::MAX, i64::MAX]).gini(), Some(0.0));
    }
}

//! What the best campaign would bring: the expected maximum profit of Verbraken et al.

use super::report::{Points, PredictionScoresReport};
use crate::error::{Error, Result};
use crate::numeric::distribution::beta_cdf;

/// A campaign that makes an offer to the top of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct ProfitOptions {
    /// What a customer who is kept is worth.
    pub customer_value: f64,
    /// What the offer costs where it is taken.
    pub incentive: f64,
    /// What it costs to reach a customer.
    pub contact: f64,
    /// The chance that an offer keeps a leaver follows a beta distribution: its first parameter.
    pub alpha: f64,
    /// Its second parameter; the mean is alpha/(alpha + beta).
    pub beta: f64,
}

impl Default for ProfitOptions {
    /// The values of the paper.
    fn default() -> Self {
        Self { customer_value: 200.0, incentive: 10.0, contact: 1.0, alpha: 6.0, beta: 14.0 }
    }
}

impl ProfitOptions {
    fn check(&self) -> Result<()> {
        let refused = |message: &'static str, field: &'static str| {
            Err(Error::argument(message).in_field(field))
        };
        let is = |value: f64, good: bool| value.is_finite() && good;
        if !is(self.customer_value, self.customer_value > 0.0) {
            return refused("a customer is worth more than 0", "customer_value");
        }
        if !is(self.incentive, self.incentive >= 0.0 && self.incentive < self.customer_value) {
            return refused("an offer costs from 0 to less than a customer is worth", "incentive");
        }
        if !is(self.contact, self.contact >= 0.0) {
            return refused("a contact costs from 0 on", "contact");
        }
        if !is(self.alpha, self.alpha > 0.0) {
            return refused("a parameter of a beta distribution is above 0", "alpha");
        }
        if !is(self.beta, self.beta > 0.0) {
            return refused("a parameter of a beta distribution is above 0", "beta");
        }
        Ok(())
    }
}

/// The expected maximum profit, and how much of the list it reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MaximumProfit {
    /// The profit per customer of the list.
    pub profit: f64,
    /// The expected share of the list that the best campaign reaches.
    pub share: f64,
}

/// Corners of the upper convex hull of the ROC curve: events and others so far, from the top.
fn hull(points: &Points) -> Vec<(u64, u64)> {
    let mut hull: Vec<(u64, u64)> = vec![(0, 0)];
    let (mut events, mut others) = (0_u64, 0_u64);
    for (_, cell) in points.cells.iter().rev() {
        events = events.saturating_add(cell.events);
        others = others.saturating_add(cell.others);
        while let [.., (e0, o0), (e1, o1)] = *hull.as_slice() {
            // Below the line from the corner before it to the new one, it is no corner.
            let rise = u128::from(e1 - e0).saturating_mul(u128::from(others - o1));
            let next = u128::from(events - e1).saturating_mul(u128::from(o1 - o0));
            if rise > next {
                break;
            }
            hull.pop();
        }
        hull.push((events, others));
    }
    hull
}

impl PredictionScoresReport {
    /// The expected maximum profit of a campaign; `None` without events or without others.
    pub fn expected_maximum_profit(
        &self,
        options: &ProfitOptions,
    ) -> Result<Option<MaximumProfit>> {
        options.check()?;
        let points = &self.points;
        if points.events == 0 || points.others == 0 {
            return Ok(None);
        }
        let ProfitOptions { customer_value, incentive, contact, alpha, beta } = *options;
        let (offer, reach) = (incentive / customer_value, contact / customer_value);
        let total = points.rows() as f64;
        let corners = hull(points);
        let (mut profit, mut share) = (0.0, 0.0);
        let mut from = 0.0;
        for (number, &(events, others)) in corners.iter().enumerate() {
            // Up to this γ the corner is the best place to stop.
            let until = match corners.get(number + 1) {
                Some(&(e, o)) if e > events => {
                    let ratio = (o - others) as f64 / (e - events) as f64;
                    (((offer + reach) * ratio + reach) / (1.0 - offer)).min(1.0)
                }
                _ => 1.0,
            };
            let (leavers, stayers) = (events as f64 / total, others as f64 / total);
            let chance = beta_cdf(until, alpha, beta) - beta_cdf(from, alpha, beta);
            let mean = alpha / (alpha + beta);
            let kept =
                mean * (beta_cdf(until, alpha + 1.0, beta) - beta_cdf(from, alpha + 1.0, beta));
            let gained = (1.0 - offer) * leavers * kept;
            let spent = (reach * leavers + (offer + reach) * stayers) * chance;
            profit += customer_value * (gained - spent);
            share += (leavers + stayers) * chance;
            from = until;
        }
        Ok(Some(MaximumProfit { profit, share }))
    }
}

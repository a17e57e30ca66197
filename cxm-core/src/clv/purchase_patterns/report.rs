//! What the reading of purchase patterns returns.

use super::{PurchasePatterns, PurchasePatternsDefinition};
use crate::calculator::Report;
use crate::stats::Share;
use crate::stats::scored::scored_by_share;

/// What the reading of purchase patterns returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PurchasePatternsReport {
    /// The repeat rate: repeaters ÷ customers; `None` without a customer.
    pub score: Option<f64>,
    /// All customers.
    pub customers: u64,
    /// Customers who bought again.
    pub repeaters: u64,
    /// Customers who did not.
    pub one_time_buyers: u64,
    /// Repeaters whose spend is known.
    pub with_spend: u64,
    /// Repeat purchases of all customers.
    pub repeat_purchases: u64,
    /// Distinct histories: what a fit costs.
    pub patterns: u64,
    /// Distinct frequencies and spends.
    pub spend_patterns: u64,
    /// The most repeat purchases of a customer.
    pub highest_frequency: Option<u64>,
    /// All customers taken in.
    pub observations: u64,
    /// How the patterns are read.
    pub definition: PurchasePatternsDefinition,
}

impl PurchasePatternsReport {
    #[allow(clippy::cast_precision_loss, reason = "counts are shown as a rate")]
    pub(super) fn read(state: &PurchasePatterns) -> Self {
        let repeated = state.histories.iter().filter(|(pattern, _)| pattern.0 > 0);
        let repeaters = repeated.clone().fold(0u64, |sum, (_, count)| sum.saturating_add(*count));
        let purchases = repeated.map(|(pattern, count)| pattern.0.saturating_mul(*count));
        let customers = state.customers;
        Self {
            score: (customers > 0).then(|| repeaters as f64 / customers as f64),
            customers,
            repeaters,
            one_time_buyers: customers.saturating_sub(repeaters),
            with_spend: state.spends.values().fold(0, |sum, count| sum.saturating_add(*count)),
            repeat_purchases: purchases.fold(0, u64::saturating_add),
            patterns: state.histories.len() as u64,
            spend_patterns: state.spends.len() as u64,
            highest_frequency: state.histories.keys().next_back().map(|pattern| pattern.0),
            observations: customers,
            definition: state.definition.clone(),
        }
    }

    /// The repeaters among the customers.
    pub fn share(&self) -> Share {
        Share { successes: self.repeaters, total: self.customers }
    }
}

impl Report for PurchasePatternsReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.customers
    }

    fn unit(&self) -> &'static str {
        "%"
    }
}

scored_by_share!(PurchasePatternsReport);

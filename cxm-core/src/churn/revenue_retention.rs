//! Revenue retention: what became of the recurring revenue of a window.
//!
//! # What it measures
//! How recurring revenue moved from the start of a window to its end, and how much of the revenue
//! of those who were there at the start is still there.
//!
//! # Formula
//! ```text
//! end = start + new + expansion − contraction − churn + reactivation     always, to the cent
//!
//! gross   Σ over those there at the start of min(start, end amount) ÷ start      ≤ 1
//! net     Σ over those there at the start of the end amount ÷ start
//! gross churn by flows                (churn + contraction) ÷ start
//! net churn                           (churn + contraction − expansion) ÷ start
//! net churn, reactivation offset      (churn + contraction − expansion − reactivation) ÷ start
//! quick ratio                         (new + expansion) ÷ (churn + contraction)
//! quick ratio with reactivation       (new + expansion + reactivation) ÷ (churn + contraction)
//! ```
//! Movements follow each change within the window, so a customer who leaves and returns moves
//! twice. Retention compares both ends only: it is per customer, and those who came in between have
//! no part.
//!
//! # Input
//! A [`Subscriptions`] ledger of one currency, and a window.
//!
//! # Empty and edge cases
//! Without revenue at the start there is no retention; without losses there is no quick ratio.
//! All amounts are exact integers of minor units.
//!
//! # Merging
//! Merge the ledgers, then read.
//!
//! # Uncertainty
//! None is printed: revenue is known, and customers with unlike amounts are no sample of equals.
//!
//! # Not to be confused with
//! [Churn rates](super::churn_rate), which count customers. 1 − gross retention is not the gross
//! churn by flows as soon as somebody moves twice.
//!
//! # Source
//! Gold (2020), *Fighting Churn with Data*, 2.3 to 2.8; the help pages of ChartMogul and
//! Baremetrics for reactivation.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//! use cxm_core::calculator::batch::{Spans, Times};
//! use cxm_core::churn::Subscriptions;
//!
//! let day = 86_400_000_000;
//! let mut ledger = Subscriptions::default();
//! ledger.update(Spans::new(
//!     ["ann", "ann", "bob"].as_slice(),
//!     &[0, 9 * day, 0],
//!     Times { values: &[9 * day, 0, 0], validity: Some(Validity::Bytes(&[1, 0, 0])) },
//! ).with_amounts([100, 150, 50].as_slice()))?;
//! let retention = ledger.revenue_retention(5 * day, 20 * day)?;
//! assert_eq!(retention.movements.expansion, 50);
//! assert_eq!((retention.gross, retention.net), (Some(1.0), Some(200.0 / 150.0)));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::subscriptions::{Subscriptions, SubscriptionsDefinition};
use super::timeline::Timeline;
use super::window::Window;
use crate::calculator::Calculator;
use crate::error::{Error, Result};

/// How recurring revenue moved, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Movements {
    /// At the start of the window.
    pub start: i64,
    /// Of those who came for the first time.
    pub new: i64,
    /// More from those who were there.
    pub expansion: i64,
    /// Less from those who stayed.
    pub contraction: i64,
    /// Of those who left.
    pub churn: i64,
    /// Of those who returned.
    pub reactivation: i64,
    /// At the end of the window.
    pub end: i64,
}

/// A ratio of amounts: exact, and as a number.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Ratio {
    /// numerator ÷ denominator; `None` where the denominator is 0.
    pub value: Option<f64>,
    /// In minor units.
    pub numerator: i64,
    /// In minor units.
    pub denominator: i64,
}

impl Ratio {
    fn new(numerator: i64, denominator: i64) -> Self {
        let value = (denominator != 0).then(|| numerator as f64 / denominator as f64);
        Self { value, numerator, denominator }
    }
}

/// What became of the recurring revenue of a window.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct RevenueRetention {
    /// Gross revenue retention; `None` without revenue at the start.
    pub gross: Option<f64>,
    /// Net revenue retention; `None` without revenue at the start.
    pub net: Option<f64>,
    /// Gross retention as amounts.
    pub gross_ratio: Ratio,
    /// Net retention as amounts.
    pub net_ratio: Ratio,
    /// How revenue moved.
    pub movements: Movements,
    /// (churn + contraction) ÷ start.
    pub gross_churn: Ratio,
    /// (churn + contraction − expansion) ÷ start.
    pub net_churn: Ratio,
    /// (churn + contraction − expansion − reactivation) ÷ start.
    pub net_churn_offset: Ratio,
    /// (new + expansion) ÷ (churn + contraction).
    pub quick_ratio: Ratio,
    /// (new + expansion + reactivation) ÷ (churn + contraction).
    pub quick_ratio_with_reactivation: Ratio,
    /// Customers at the start.
    pub customers_at_start: u64,
    /// The window.
    pub window: Window,
    /// How spans became lives.
    pub subscriptions: SubscriptionsDefinition,
}

/// Sums that cannot overflow: amounts of 64 bits, fewer than 2^64 of them.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    start: i128,
    new: i128,
    expansion: i128,
    contraction: i128,
    churn: i128,
    reactivation: i128,
    end: i128,
    kept: i128,
    cohort_end: i128,
    customers: u64,
}

impl Sums {
    fn take(&mut self, timeline: &Timeline, window: &Window) {
        let (at_start, start) = timeline.at(window.start);
        let (_, end) = timeline.at(window.end);
        self.start += start;
        self.end += end;
        if at_start {
            self.customers += 1;
            self.kept += start.min(end);
            self.cohort_end += end;
        }
        let (mut active, mut amount, mut ever) = (false, 0_i128, false);
        for step in timeline.steps() {
            if window.has(step.time) {
                let change = step.amount - amount;
                match (active, step.active) {
                    (true, true) if change > 0 => self.expansion += change,
                    (true, true) => self.contraction -= change,
                    (true, false) => self.churn += amount,
                    (false, true) if ever => self.reactivation += step.amount,
                    (false, _) => self.new += step.amount,
                }
            }
            (active, amount, ever) = (step.active, step.amount, ever || step.active);
        }
    }
}

impl Subscriptions {
    /// What became of the recurring revenue of a window; see the [module](self).
    pub fn revenue_retention(&self, start: i64, end: i64) -> Result<RevenueRetention> {
        let window = Window::new(start, end)?;
        let mut sums = Sums::default();
        self.for_each_timeline(|timeline, _| sums.take(timeline, &window));
        let narrow = |sum: i128| {
            i64::try_from(sum).map_err(|_| Error::overflow("a sum of amounts passes 64 bits"))
        };
        let movements = Movements {
            start: narrow(sums.start)?,
            new: narrow(sums.new)?,
            expansion: narrow(sums.expansion)?,
            contraction: narrow(sums.contraction)?,
            churn: narrow(sums.churn)?,
            reactivation: narrow(sums.reactivation)?,
            end: narrow(sums.end)?,
        };
        let of_start = |amount: i128| Ok::<_, Error>(Ratio::new(narrow(amount)?, movements.start));
        let losses = sums.churn + sums.contraction;
        let quick = |gains: i128| Ok::<_, Error>(Ratio::new(narrow(gains)?, narrow(losses)?));
        let (gross_ratio, net_ratio) = (of_start(sums.kept)?, of_start(sums.cohort_end)?);
        let gains = sums.new + sums.expansion;
        Ok(RevenueRetention {
            gross: gross_ratio.value,
            net: net_ratio.value,
            gross_ratio,
            net_ratio,
            movements,
            gross_churn: of_start(losses)?,
            net_churn: of_start(losses - sums.expansion)?,
            net_churn_offset: of_start(losses - sums.expansion - sums.reactivation)?,
            quick_ratio: quick(gains)?,
            quick_ratio_with_reactivation: quick(gains + sums.reactivation)?,
            customers_at_start: sums.customers,
            window,
            subscriptions: Calculator::definition(self).clone(),
        })
    }
}

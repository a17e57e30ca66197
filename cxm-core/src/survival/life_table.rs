//! The life table: survival by years, months or any other intervals.
//!
//! # What it measures
//! How many of those who begin an interval of tenure leave within it.
//!
//! # Formula
//! ```text
//! n' = n + (e − w)/2        n at its beginning, e entered and w censored within (from, to]
//! q  = d/n'                 probability to leave within the interval
//! S(to) = S(from)·(1 − q)    variance S²·Σ d/(n'(n' − d))
//! hazard = d/(width·(n' − d/2))
//! ```
//! Those who enter or are last seen within an interval count as if they were there half of it.
//!
//! # Input
//! A [`RiskTable`] and the limits of the intervals.
//!
//! # Empty and edge cases
//! An interval in which nobody was at risk has no probability, and the curve ends before it. The
//! first interval holds the lifetimes of 0 too. More events than effective lifetimes make q 1.
//!
//! # Merging
//! The table's counts merge exactly.
//!
//! # Uncertainty
//! Greenwood's variance with the effective numbers.
//!
//! # Not to be confused with
//! [Kaplan–Meier](super::kaplan_meier), which needs no halves, since it knows the ticks.
//!
//! # Source
//! Cutler & Ederer (1958), Journal of Chronic Diseases 8; Gehan (1969), for the hazard.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//! use cxm_core::survival::LifeTable;
//!
//! let mut lifetimes = Lifetimes::new(LifetimesDefinition::in_units("month"))?;
//! lifetimes.update(Durations::new([3u8, 9, 9, 30].as_slice(), [1u8, 0, 0, 0].as_slice()))?;
//! let table = LifeTable::of(&lifetimes.risk_table(), &[12.0, 24.0])?;
//! assert_eq!(table.intervals[0].effective, 3.0); // 4 − 2/2
//! assert_eq!(table.intervals[0].survival, Some(1.0 - 1.0 / 3.0));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::person_time::check_cuts;
use super::risk_table::{RiskRow, RiskTable};
use crate::error::Result;

/// One interval of tenure.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LifeTableInterval {
    /// It begins after this time.
    pub from: f64,
    /// It ends with this one; `None` for the last, which is open.
    pub to: Option<f64>,
    /// Lifetimes at risk at its beginning.
    pub at_risk: u64,
    /// Lifetimes that came under observation within it.
    pub entered: u64,
    /// Lifetimes that were last seen within it.
    pub censored: u64,
    /// Events within it.
    pub events: u64,
    /// n + (entered − censored)/2.
    pub effective: f64,
    /// The probability to leave within it; `None` if nobody was at risk.
    pub probability: Option<f64>,
    /// The share that is there at its end.
    pub survival: Option<f64>,
    /// The standard error of that share; `None` also where the share is 0.
    pub standard_error: Option<f64>,
    /// Events per unit of time, at the middle; `None` for an open interval.
    pub hazard: Option<f64>,
}

/// A life table: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LifeTable {
    /// The intervals, ascending; the last is open.
    pub intervals: Vec<LifeTableInterval>,
}

impl LifeTable {
    /// The table of the intervals up to the first cut, between cuts, and after the last.
    pub fn of(table: &RiskTable, cuts: &[f64]) -> Result<Self> {
        check_cuts(cuts, "cuts")?;
        let mut rows = table.rows().iter().peekable();
        let mut at_risk = table.from_the_beginning();
        let (mut survival, mut greenwood) = (Some(1.0), 0.0);
        let starts = [0.0].into_iter().chain(cuts.iter().copied());
        let ends = cuts.iter().copied().map(Some).chain([None]);
        let mut intervals = Vec::with_capacity(cuts.len() + 1);
        for (from, to) in starts.zip(ends) {
            let mut sum = RiskRow { at_risk, ..RiskRow::default() };
            let last = to.map(|to| table.tick_at(to).unwrap_or_default());
            let inside = |row: &&RiskRow| last.is_none_or(|last| row.tick <= last);
            while let Some(row) = rows.next_if(inside) {
                // Who enters at a limit is at risk from the next interval on.
                if last == Some(row.tick) {
                    at_risk = row.after();
                } else {
                    sum.entered = sum.entered.saturating_add(row.entered);
                    at_risk = row.after();
                }
                sum.censored = sum.censored.saturating_add(row.censored);
                sum.events = sum.events.saturating_add(row.events);
            }
            // Who enters at the very beginning is there for the whole of the first interval.
            if from <= 0.0
                && let Some(first) = table.rows().first().filter(|row| row.tick == 0)
            {
                sum.at_risk = sum.at_risk.saturating_add(first.entered);
                sum.entered = sum.entered.saturating_sub(first.entered);
            }
            let interval = interval(&sum, from, to, &mut survival, &mut greenwood);
            intervals.push(interval);
        }
        Ok(Self { intervals })
    }
}

fn interval(
    sum: &RiskRow,
    from: f64,
    to: Option<f64>,
    survival: &mut Option<f64>,
    greenwood: &mut f64,
) -> LifeTableInterval {
    let effective = sum.at_risk as f64 + 0.5 * (sum.entered as f64 - sum.censored as f64);
    let d = sum.events as f64;
    let probability = (effective > 0.0).then(|| (d / effective).min(1.0));
    *survival = survival.zip(probability).map(|(before, q)| before * (1.0 - q));
    *greenwood += d / (effective * (effective - d).max(0.0));
    let standard_error = survival.filter(|&s| s > 0.0).map(|s| s * greenwood.sqrt());
    let rest = effective - 0.5 * d;
    let hazard = to.filter(|_| rest > 0.0).map(|to| d / ((to - from) * rest));
    LifeTableInterval {
        from,
        to,
        at_risk: sum.at_risk,
        entered: sum.entered,
        censored: sum.censored,
        events: sum.events,
        effective,
        probability,
        survival: *survival,
        standard_error,
        hazard,
    }
}

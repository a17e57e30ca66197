//! What the silent could change: bounds without any assumption.
//!
//! # What it measures
//! The lowest and the highest score there could be, had everyone asked answered.
//!
//! # Formula
//! ```text
//! m of n + m asked gave no answer
//! net    (P − D − m)/(n + m) ..= (P − D + m)/(n + m)
//! share  x/(n + m)           ..= (x + m)/(n + m)
//! mean   (Σx + m·lowest)/(n + m) ..= (Σx + m·highest)/(n + m)
//! ```
//!
//! # Edge cases
//! Nobody asked: no bounds. Nobody answered: the whole scale.
//!
//! # Not to be confused with
//! An interval: bounds hold with certainty for the people asked, and say nothing of chance.
//!
//! # Source
//! Manski (1989), Journal of Human Resources 24.
//!
//! # Example
//! ```
//! use cxm_core::stats::{NetCounts, non_response};
//! let counts = NetCounts { negative: 1, neutral: 1, positive: 3 };
//! let bounds = non_response::net_bounds(&counts, 5).unwrap();
//! assert_eq!((bounds.lower, bounds.upper, bounds.response_rate), (-0.3, 0.7, 0.5));
//! ```

use super::mean::Moments;
use super::net_score::NetCounts;
use super::proportion::Share;
use crate::error::{Error, Result};

/// The lowest and the highest value possible, and the share that answered.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NonResponseBounds {
    /// Had every silent one answered at the low end.
    pub lower: f64,
    /// Had every silent one answered at the high end.
    pub upper: f64,
    /// Share of those asked who answered.
    pub response_rate: f64,
}

/// Bounds of a net score; `None` where nobody was asked.
pub fn net_bounds(counts: &NetCounts, missing: u64) -> Option<NonResponseBounds> {
    let sum = counts.positive as f64 - counts.negative as f64;
    bounds(sum, counts.total(), missing, -1.0, 1.0)
}

/// Bounds of a share; `None` where nobody was asked.
pub fn share_bounds(share: &Share, missing: u64) -> Result<Option<NonResponseBounds>> {
    share.check()?;
    Ok(bounds(share.successes as f64, share.total, missing, 0.0, 1.0))
}

/// Bounds of a mean on a scale of `lowest..=highest`; `None` where nobody was asked.
pub fn mean_bounds(
    moments: &Moments,
    missing: u64,
    lowest: f64,
    highest: f64,
) -> Result<Option<NonResponseBounds>> {
    let mean = moments.mean().unwrap_or(lowest);
    if !(lowest <= mean && mean <= highest && lowest.is_finite() && highest.is_finite()) {
        return Err(Error::argument(format!(
            "a mean of {mean} does not fit a scale of {lowest}..={highest}"
        ))
        .in_field("highest"));
    }
    Ok(bounds(moments.sum as f64, moments.n, missing, lowest, highest))
}

fn bounds(
    sum: f64,
    answered: u64,
    missing: u64,
    lowest: f64,
    highest: f64,
) -> Option<NonResponseBounds> {
    let (answered, missing) = (answered as f64, missing as f64);
    let asked = answered + missing;
    (asked > 0.0).then(|| NonResponseBounds {
        lower: (sum + missing * lowest) / asked,
        upper: (sum + missing * highest) / asked,
        response_rate: answered / asked,
    })
}

//! A change of a net score, taken apart: other customers, or other answers?
//!
//! # What it measures
//! How much of a change comes from segments that grew or shrank (mix), and how much from segments
//! that answered differently (rate).
//!
//! # Formula
//! ```text
//! w = a segment's share of the answers, net = its net score; ∆ = after − before
//!
//! midpoint   mix = ∆w · (net_before + net_after)/2    rate = ∆net · (w_before + w_after)/2
//! base       mix = ∆w · net_before                    rate = ∆net · w_before
//!            interaction = ∆w · ∆net
//! ```
//! The parts of all segments add up to the change of the whole score; with midpoints there is no
//! interaction.
//!
//! # Edge cases
//! A segment without answers on one side has no score there: the other side's is taken, so that
//! all of its part is mix. No answers at all on a side are `InsufficientData`.
//!
//! # Not to be confused with
//! A cause: a segment can answer differently since its own mix has changed.
//!
//! # Source
//! Kitagawa (1955), Journal of the American Statistical Association 50(272).
//!
//! # Example
//! ```
//! use cxm_core::impact::net_change::{Weighting, decompose};
//! use cxm_core::stats::NetCounts;
//!
//! let counts = |negative, neutral, positive| NetCounts { negative, neutral, positive };
//! // Both branches answer as they did; the better one has grown.
//! let branches = [
//!     (counts(10, 20, 70), counts(20, 40, 140)),
//!     (counts(40, 20, 40), counts(40, 20, 40)),
//! ];
//! let change = decompose(&branches, Weighting::Midpoint)?;
//! assert!((change.change - 0.1).abs() < 1e-12 && (change.mix - 0.1).abs() < 1e-12);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use crate::error::{Error, Result};
use crate::stats::NetCounts;

/// At which values the two kinds of change are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Weighting {
    /// Halfway between before and after: no interaction.
    #[default]
    Midpoint,
    /// As before, with the interaction apart.
    Base,
}

/// What one segment contributes.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct SegmentPart {
    /// By its larger or smaller share.
    pub mix: f64,
    /// By its other score.
    pub rate: f64,
    /// By both at once.
    pub interaction: f64,
}

/// A change of a net score by its parts, as shares: times 100 for points.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NetChange {
    /// The net score before.
    pub before: f64,
    /// The net score after.
    pub after: f64,
    /// after − before.
    pub change: f64,
    /// By segments that grew or shrank.
    pub mix: f64,
    /// By segments that answered differently.
    pub rate: f64,
    /// By both at once; 0 with midpoints.
    pub interaction: f64,
    /// The segments in their order.
    pub segments: Vec<SegmentPart>,
}

/// Takes apart the change of segments that are given before and after.
pub fn decompose(segments: &[(NetCounts, NetCounts)], weighting: Weighting) -> Result<NetChange> {
    let whole = |side: fn(&(NetCounts, NetCounts)) -> NetCounts, name: &'static str| {
        let mut sum = NetCounts::default();
        for counts in segments.iter().map(side) {
            let add = |a: u64, b: u64| {
                a.checked_add(b).ok_or_else(|| Error::overflow("the answers pass 2^64 − 1"))
            };
            sum.negative = add(sum.negative, counts.negative)?;
            sum.neutral = add(sum.neutral, counts.neutral)?;
            sum.positive = add(sum.positive, counts.positive)?;
        }
        let net = sum.net();
        let net = net.ok_or_else(|| Error::insufficient("no answers at all").in_field(name))?;
        Ok((net, sum.total() as f64))
    };
    let ((before, asked_before), (after, asked_after)): ((f64, f64), (f64, f64)) =
        (whole(|pair| pair.0, "before")?, whole(|pair| pair.1, "after")?);
    let part = |(first, second): &(NetCounts, NetCounts)| {
        let (share_before, share_after) =
            (first.total() as f64 / asked_before, second.total() as f64 / asked_after);
        let net_before = first.net().or(second.net()).unwrap_or(0.0);
        let net_after = second.net().unwrap_or(net_before);
        let (more, better) = (share_after - share_before, net_after - net_before);
        match weighting {
            Weighting::Midpoint => SegmentPart {
                mix: more * f64::midpoint(net_before, net_after),
                rate: better * f64::midpoint(share_before, share_after),
                interaction: 0.0,
            },
            Weighting::Base => SegmentPart {
                mix: more * net_before,
                rate: better * share_before,
                interaction: more * better,
            },
        }
    };
    let segments: Vec<SegmentPart> = segments.iter().map(part).collect();
    let sum = |part: fn(&SegmentPart) -> f64| segments.iter().map(part).sum();
    Ok(NetChange {
        before,
        after,
        change: after - before,
        mix: sum(|part| part.mix),
        rate: sum(|part| part.rate),
        interaction: sum(|part| part.interaction),
        segments,
    })
}

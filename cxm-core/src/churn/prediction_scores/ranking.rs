//! How those who left were ranked: the area under the ROC curve, lift and gains.

use super::Cell;
use super::report::{Points, PredictionScoresReport};
use crate::error::{Error, Result};

/// The most groups of a lift table.
const MOST_GROUPS: u32 = 10_000;

/// P(an event has the higher probability) + ½·P(equal), from whole numbers.
pub(super) fn area(points: &Points) -> Option<f64> {
    if points.events == 0 || points.others == 0 {
        return None;
    }
    let (mut twice, mut below) = (0_u128, 0_u64);
    for (_, cell) in &points.cells {
        let ahead = 2 * u128::from(below) + u128::from(cell.others);
        twice = twice.saturating_add(u128::from(cell.events).saturating_mul(ahead));
        below = below.saturating_add(cell.others);
    }
    let pairs = u128::from(points.events).saturating_mul(u128::from(points.others));
    Some(twice as f64 / (2.0 * pairs as f64))
}

/// s₁²/L + s₀²/S over the shares of the other kind that each row is ahead of.
pub(super) fn delong_variance(points: &Points, area: f64) -> Result<f64> {
    if points.events < 2 || points.others < 2 {
        return Err(Error::insufficient(
            "the variance of an area needs two events and two rows without one",
        ));
    }
    let (events, others) = (points.events as f64, points.others as f64);
    let (mut of_events, mut of_others) = (0.0, 0.0);
    let (mut events_above, mut others_below) = (points.events, 0_u64);
    for (_, cell) in &points.cells {
        events_above = events_above.saturating_sub(cell.events);
        let won = (others_below as f64 + 0.5 * cell.others as f64) / others;
        let lost = (events_above as f64 + 0.5 * cell.events as f64) / events;
        of_events += cell.events as f64 * (won - area) * (won - area);
        of_others += cell.others as f64 * (lost - area) * (lost - area);
        others_below = others_below.saturating_add(cell.others);
    }
    Ok(of_events / (events - 1.0) / events + of_others / (others - 1.0) / others)
}

/// The variance under negative exponential distributions of the ranks.
pub(super) fn hanley_mcneil_variance(points: &Points, area: f64) -> f64 {
    let (events, others) = (points.events as f64, points.others as f64);
    let two_events = area / (2.0 - area) - area * area;
    let two_others = 2.0 * area * area / (1.0 + area) - area * area;
    let sum = area * (1.0 - area) + (events - 1.0) * two_events + (others - 1.0) * two_others;
    (sum / events / others).max(0.0)
}

/// One group of a lift table; the first has the highest probabilities.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct LiftGroup {
    /// The number of the group, from 1.
    pub group: u32,
    /// The share of all rows in this group and those before.
    pub share: f64,
    /// Rows in the group; not whole where equal probabilities are shared out.
    pub rows: f64,
    /// Events in the group, as in the mean over all orders of equal probabilities.
    pub events: f64,
    /// Events per row.
    pub rate: Option<f64>,
    /// That rate over the rate of all.
    pub lift: Option<f64>,
    /// The share of all events in this group and those before.
    pub gain: Option<f64>,
    /// The rate of this group and those before, over the rate of all.
    pub cumulative_lift: Option<f64>,
    /// The lowest probability in the group.
    pub lowest_probability: Option<f64>,
    /// What the rows of the group are worth.
    pub value: f64,
    /// What its events are worth.
    pub event_value: f64,
    /// The share of the worth of all events in this group and those before.
    pub value_gain: Option<f64>,
}

/// The top of the list.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct TopOfList {
    /// The share of all rows.
    pub share: f64,
    /// Rows at the top.
    pub rows: f64,
    /// Events among them.
    pub events: f64,
    /// Events per row at the top: precision.
    pub precision: Option<f64>,
    /// The share of all events that is at the top: recall, gain.
    pub recall: Option<f64>,
    /// Precision over the rate of all.
    pub lift: Option<f64>,
    /// The lowest probability at the top.
    pub lowest_probability: Option<f64>,
}

/// Sums over a stretch of the list.
#[derive(Debug, Clone, Copy, Default)]
struct Stretch {
    rows: f64,
    events: f64,
    value: f64,
    event_value: f64,
    lowest: Option<u64>,
}

impl Stretch {
    fn add(&mut self, point: u64, cell: &Cell, part: f64) {
        self.rows += part * cell.rows() as f64;
        self.events += part * cell.events as f64;
        self.value += part * (cell.event_value as f64 + cell.other_value as f64);
        self.event_value += part * cell.event_value as f64;
        self.lowest = Some(point);
    }
}

/// Cuts the list, highest probability first, after `parts` n-ths of the rows at each of `cuts`.
///
/// Where a cut falls among equal probabilities, they are shared out in proportion.
fn stretches(points: &Points, cuts: &[u64], n: u64) -> Vec<Stretch> {
    let total = u128::from(points.rows());
    let ends: Vec<u128> = cuts.iter().map(|&cut| total.saturating_mul(u128::from(cut))).collect();
    let mut found = vec![Stretch::default(); cuts.len()];
    let mut cut = 0;
    let mut from = 0_u128;
    for (point, cell) in points.cells.iter().rev() {
        // Rows in n-ths, so that every cut is a whole number.
        let size = u128::from(cell.rows()).saturating_mul(u128::from(n));
        let to = from.saturating_add(size);
        let mut begin = from;
        while let (Some(&end), Some(stretch)) = (ends.get(cut), found.get_mut(cut)) {
            let stop = end.min(to);
            if stop > begin {
                stretch.add(*point, cell, (stop - begin) as f64 / size as f64);
                begin = stop;
            }
            if end > to {
                break;
            }
            cut += 1;
        }
        from = to;
    }
    found
}

fn ratio(a: f64, b: f64) -> Option<f64> {
    (b > 0.0).then(|| a / b)
}

impl PredictionScoresReport {
    /// Groups of equal numbers of rows, the highest probabilities first: 10 for deciles.
    ///
    /// Equal probabilities across a boundary are shared out in proportion, which is the mean over
    /// all orders of the equal ones.
    pub fn lift(&self, groups: u32) -> Result<Vec<LiftGroup>> {
        if !(1..=MOST_GROUPS).contains(&groups) {
            return Err(Error::argument(format!(
                "there are 1 to {MOST_GROUPS} groups, got {groups}"
            ))
            .in_field("groups"));
        }
        if self.predictions == 0 {
            return Ok(Vec::new());
        }
        let points = &self.points;
        let cuts: Vec<u64> = (1..=u64::from(groups)).collect();
        let mut sum = Stretch::default();
        let all_values: f64 = points.cells.iter().map(|(_, cell)| cell.event_value as f64).sum();
        let base = points.events as f64 / points.rows() as f64;
        let group = |(number, stretch): (u32, Stretch)| {
            sum.rows += stretch.rows;
            sum.events += stretch.events;
            sum.event_value += stretch.event_value;
            let rate = ratio(stretch.events, stretch.rows);
            LiftGroup {
                group: number,
                share: f64::from(number) / f64::from(groups),
                rows: stretch.rows,
                events: stretch.events,
                rate,
                lift: rate.and_then(|rate| ratio(rate, base)),
                gain: ratio(sum.events, points.events as f64),
                cumulative_lift: ratio(sum.events / sum.rows, base),
                lowest_probability: stretch.lowest.map(|point| points.probability(point)),
                value: stretch.value,
                event_value: stretch.event_value,
                value_gain: ratio(sum.event_value, all_values),
            }
        };
        Ok((1..).zip(stretches(points, &cuts, u64::from(groups))).map(group).collect())
    }

    /// The top share of the list, from 0 (exclusive) to 1, kept to millionths.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of up to 1 in millionths"
    )]
    pub fn top(&self, share: f64) -> Result<TopOfList> {
        const MILLION: u64 = 1_000_000;
        let parts = (share * MILLION as f64).round_ties_even();
        if !(parts >= 1.0 && share <= 1.0) {
            return Err(Error::argument(format!(
                "a share of the list lies between a millionth and 1, got {share}"
            ))
            .in_field("share"));
        }
        let points = &self.points;
        let found = stretches(points, &[parts as u64], MILLION).pop().unwrap_or_default();
        let precision = ratio(found.events, found.rows);
        Ok(TopOfList {
            share: parts / MILLION as f64,
            rows: found.rows,
            events: found.events,
            precision,
            recall: ratio(found.events, points.events as f64),
            lift: precision.zip(self.base_rate).and_then(|(rate, base)| ratio(rate, base)),
            lowest_probability: found.lowest.map(|point| points.probability(point)),
        })
    }
}

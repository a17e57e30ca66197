//! Step matrix: where journeys are at their first, second, third step.
//!
//! # Formula
//! ```text
//! share(x, k)    journeys that are at x at step k ÷ all journeys; a journey that is over is at END
//! anchored       k counted from the first x = anchor, which is step 0; before its first event a
//!                journey is at START; ÷ journeys that have the anchor
//! ```
//! Every step sums to 1.
//!
//! # Source
//! Step matrices of clickstream tools; the definition above is all there is to them.

use super::journeys::Journeys;
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};

/// The most steps to either side.
pub const MOST_STEPS: u32 = 1000;

/// How many journeys are at one touchpoint at one step.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StepShare {
    /// The step: from 1, or from the anchor's 0 to both sides.
    pub step: i64,
    /// The touchpoint; `END` once a journey is over, `START` before it begins.
    pub touchpoint: KeyPart,
    /// Journeys that are there.
    pub journeys: u64,
    /// Of those that are looked at.
    pub share: f64,
}

impl Journeys {
    /// Where journeys are at each of their first steps, or so many steps around an anchor; sorted
    /// by step, then START, touchpoints by name, END.
    pub fn step_matrix(&self, steps: u32, anchor: Option<&KeyPart>) -> Result<Vec<StepShare>> {
        if !(1..=MOST_STEPS).contains(&steps) {
            let message = format!("a step matrix has 1 to {MOST_STEPS} steps, got {steps}");
            return Err(Error::argument(message).in_field("steps"));
        }
        let touchpoints = &self.log.tables.touchpoints;
        let anchor = anchor.map(|key| self.touchpoint_number(key, "anchor")).transpose()?;
        let (start, end) = (touchpoints.len(), touchpoints.len() + 1);
        let nodes = end + 1;
        let reach = i64::from(steps);
        let from = if anchor.is_some() { -reach } else { 0 };
        let to = if anchor.is_some() { reach } else { reach - 1 };
        let mut counts = vec![0u64; nodes * usize::try_from(to - from + 1).unwrap_or(0)];
        let mut journeys = 0u64;
        self.for_each_journey(|journey| {
            let at = |event: &super::event_log::Event| Some(event.touchpoint) == anchor.flatten();
            let zero = match anchor {
                None => Some(0),
                Some(_) => journey.events.iter().position(at),
            };
            let Some(zero) = zero.and_then(|zero| i64::try_from(zero).ok()) else { return };
            journeys += 1;
            for (row, step) in (from..=to).enumerate() {
                let node = match usize::try_from(zero + step) {
                    Err(_) => start,
                    Ok(at) => journey.events.get(at).map_or(end, |it| it.touchpoint as usize),
                };
                if let Some(count) = counts.get_mut(row * nodes + node) {
                    *count += 1;
                }
            }
        });
        let mut order: Vec<usize> = vec![start];
        order.extend(touchpoints.sorted().into_iter().map(|number| number as usize));
        order.push(end);
        let name = |node: usize| match u32::try_from(node).ok().and_then(|it| touchpoints.key(it)) {
            Some(key) => key.clone(),
            None if node == start => KeyPart::from("START"),
            None => KeyPart::from("END"),
        };
        let shown = |step: i64| if anchor.is_some() { step } else { step + 1 };
        #[allow(clippy::cast_precision_loss, reason = "counts are shown as shares")]
        let share = |count: u64| count as f64 / journeys as f64;
        let cells = counts.chunks(nodes).zip(from..=to).flat_map(|(row, step)| {
            order.iter().filter_map(move |&node| Some((step, node, *row.get(node)?)))
        });
        Ok(cells
            .filter(|&(_, _, count)| count > 0)
            .map(|(step, node, count)| StepShare {
                step: shown(step),
                touchpoint: name(node),
                journeys: count,
                share: share(count),
            })
            .collect())
    }

    /// The number of a touchpoint that an argument names; none where the log is empty.
    pub(super) fn touchpoint_number(
        &self,
        key: &KeyPart,
        field: &'static str,
    ) -> Result<Option<u32>> {
        let declared = &self.definition.touchpoints;
        match self.log.tables.touchpoints.find(key) {
            Some(number) => Ok(Some(number)),
            None if self.log.len() == 0 || declared.contains(key) => Ok(None),
            None => {
                let message = format!("no event is at the touchpoint {key}");
                Err(Error::not_found(message).in_field(field))
            }
        }
    }
}

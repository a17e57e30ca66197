//! Step matrix: where journeys are at their first, second, third step.
//!
//! # Formula
//! ```text
//! share(x, k)    journeys that are at x at step k ÷ all journeys; a journey that is over is at END
//! anchored       k counted from the first x = anchor, which is step 0; before its first event a
//!                journey is at START; ÷ journeys that have the anchor
//! ```
//! Every step sums to 1. A touchpoint that is named START or END has rows of its own.
//!
//! # Source
//! Step matrices of clickstream tools; the definition above is all there is to them.

use super::journeys::Journeys;
use super::split::Journey;
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

/// The number of steps that an argument asks for.
pub(super) fn check_steps(steps: u32) -> Result<()> {
    if (1..=MOST_STEPS).contains(&steps) {
        return Ok(());
    }
    let message = format!("expected 1 to {MOST_STEPS} steps, got {steps}");
    Err(Error::argument(message).in_field("steps"))
}

/// Which steps of a journey are looked at: nodes are touchpoints by number, START and END.
#[derive(Debug)]
pub(super) struct StepWindow {
    /// The first step, counted from the one that is zero.
    pub(super) from: i64,
    /// The last step.
    pub(super) to: i64,
    /// The node of journeys that have not begun.
    pub(super) start: usize,
    /// The node of journeys that are over.
    pub(super) end: usize,
    /// The touchpoint that is step 0; its number is missing where the log is empty.
    anchor: Option<Option<u32>>,
}

impl StepWindow {
    pub(super) fn new(of: &Journeys, steps: u32, anchor: Option<&KeyPart>) -> Result<Self> {
        let anchor = anchor.map(|key| of.touchpoint_number(key, "anchor")).transpose()?;
        let start = of.log.tables.touchpoints.len();
        let reach = i64::from(steps);
        let (from, to) = if anchor.is_some() { (-reach, reach) } else { (0, reach - 1) };
        Ok(Self { from, to, start, end: start + 1, anchor })
    }

    /// Which event of the journey is at step zero; none where the anchor does not occur.
    pub(super) fn zero(&self, journey: &Journey<'_>) -> Option<i64> {
        let zero = match self.anchor {
            None => 0,
            Some(anchor) => journey.events.iter().position(|it| Some(it.touchpoint) == anchor)?,
        };
        i64::try_from(zero).ok()
    }

    /// Where the journey is at a step.
    pub(super) fn node(&self, journey: &Journey<'_>, zero: i64, step: i64) -> usize {
        match usize::try_from(zero + step) {
            Err(_) => self.start,
            Ok(at) => journey.events.get(at).map_or(self.end, |it| it.touchpoint as usize),
        }
    }

    /// The nodes in the order in which they are shown: START, touchpoints by name, END.
    pub(super) fn order(&self, of: &Journeys) -> Vec<usize> {
        let sorted = of.log.tables.touchpoints.sorted().into_iter();
        let inner = sorted.map(|number| number as usize);
        std::iter::once(self.start).chain(inner).chain(std::iter::once(self.end)).collect()
    }

    /// The place of each node in this order.
    pub(super) fn places(&self, of: &Journeys) -> Vec<usize> {
        let mut places = vec![0; self.end + 1];
        for (place, node) in self.order(of).into_iter().enumerate() {
            if let Some(slot) = places.get_mut(node) {
                *slot = place;
            }
        }
        places
    }

    pub(super) fn name(&self, of: &Journeys, node: usize) -> KeyPart {
        let touchpoints = &of.log.tables.touchpoints;
        match u32::try_from(node).ok().and_then(|number| touchpoints.key(number)) {
            Some(key) => key.clone(),
            None if node == self.start => KeyPart::from("START"),
            None => KeyPart::from("END"),
        }
    }

    /// The number that a step goes by: the first is 1, the anchor's is 0.
    pub(super) const fn shown(&self, step: i64) -> i64 {
        if self.anchor.is_some() { step } else { step + 1 }
    }
}

impl Journeys {
    /// Where journeys are at each of their first steps, or so many steps around an anchor; sorted
    /// by step, then START, touchpoints by name, END.
    pub fn step_matrix(&self, steps: u32, anchor: Option<&KeyPart>) -> Result<Vec<StepShare>> {
        check_steps(steps)?;
        let window = StepWindow::new(self, steps, anchor)?;
        let (from, to) = (window.from, window.to);
        let nodes = window.end + 1;
        let mut counts = vec![0u64; nodes * usize::try_from(to - from + 1).unwrap_or(0)];
        let mut journeys = 0u64;
        self.for_each_journey(|journey| {
            let Some(zero) = window.zero(journey) else { return };
            journeys += 1;
            for (row, step) in (from..=to).enumerate() {
                let node = window.node(journey, zero, step);
                if let Some(count) = counts.get_mut(row * nodes + node) {
                    *count += 1;
                }
            }
        });
        let order = window.order(self);
        #[allow(clippy::cast_precision_loss, reason = "counts are shown as shares")]
        let share = |count: u64| count as f64 / journeys as f64;
        let cells = counts.chunks(nodes).zip(from..=to).flat_map(|(row, step)| {
            order.iter().filter_map(move |&node| Some((step, node, *row.get(node)?)))
        });
        Ok(cells
            .filter(|&(_, _, count)| count > 0)
            .map(|(step, node, count)| StepShare {
                step: window.shown(step),
                touchpoint: window.name(self, node),
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

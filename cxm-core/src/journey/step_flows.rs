//! Step flows: where journeys go from each of their first steps.
//!
//! # Formula
//! ```text
//! journeys(k, a, b)     journeys that are at a at step k and at b at step k+1; END follows the
//!                       last event once, START stands before the first
//! probability(k, a, b)  journeys(k, a, b) ÷ Σ over b of journeys(k, a, b): of those at a
//! share(k, a, b)        journeys(k, a, b) ÷ all journeys that are looked at
//! ```
//! What leaves a at step k is what the [step matrix](super::step_matrix) has there; what comes to b
//! at step k+1 is what it has there, too, but for journeys that were over already.
//!
//! # Not to be confused with
//! [Transitions](super::transitions), which count every pair of neighbours, wherever it is.
//!
//! # Source
//! The bands of a Sankey diagram (Schmidt, The Sankey Diagram in Energy and Material Flow
//! Management, 2008) between the columns of a step matrix.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::journeys::Journeys;
use super::step_matrix::{StepWindow, check_steps};
use crate::calculator::batch::KeyPart;
use crate::error::Result;

/// How many journeys go from one touchpoint to another between two steps.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StepFlow {
    /// The step they leave: from 1, or from the anchor's 0 to both sides.
    pub step: i64,
    /// Where they are at this step; `START` before the journey begins.
    pub source: KeyPart,
    /// Where they are at the next; `END` where the journey was over.
    pub target: KeyPart,
    /// Journeys that go this way.
    pub journeys: u64,
    /// Of those who are at the source at this step.
    pub probability: f64,
    /// Of all journeys that are looked at.
    pub share: f64,
}

impl Journeys {
    /// Where journeys go between each two of their first steps, or so many steps around an anchor;
    /// sorted by step, source and target, with START before and END after all touchpoints.
    #[allow(clippy::cast_precision_loss, reason = "counts are shown as shares")]
    pub fn step_flows(&self, steps: u32, anchor: Option<&KeyPart>) -> Result<Vec<StepFlow>> {
        check_steps(steps)?;
        let window = StepWindow::new(self, steps, anchor)?;
        let mut counts: HashMap<(i64, usize, usize), u64, RandomState> = HashMap::default();
        let mut journeys = 0u64;
        self.for_each_journey(|journey| {
            let Some(zero) = window.zero(journey) else { return };
            journeys += 1;
            let mut source = window.node(journey, zero, window.from);
            for step in window.from..window.to {
                let target = window.node(journey, zero, step + 1);
                // Nothing flows before a journey begins and after it is over.
                if target != window.start && source != window.end {
                    *counts.entry((step, source, target)).or_insert(0) += 1;
                }
                source = target;
            }
        });
        let mut leaving: HashMap<(i64, usize), u64, RandomState> = HashMap::default();
        for (&(step, source, _), count) in &counts {
            *leaving.entry((step, source)).or_insert(0) += count;
        }
        let place = window.places(self);
        let place = |node: usize| place.get(node).copied().unwrap_or(usize::MAX);
        let mut flows: Vec<_> = counts.into_iter().collect();
        flows.sort_unstable_by_key(|&((step, a, b), _)| (step, place(a), place(b)));
        let flow = |((step, a, b), count): ((i64, usize, usize), u64)| StepFlow {
            step: window.shown(step),
            source: window.name(self, a),
            target: window.name(self, b),
            journeys: count,
            probability: count as f64 / leaving.get(&(step, a)).copied().unwrap_or(count) as f64,
            share: count as f64 / journeys as f64,
        };
        Ok(flows.into_iter().map(flow).collect())
    }
}

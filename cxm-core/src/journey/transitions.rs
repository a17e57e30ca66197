//! Transitions: which touchpoint follows which, how often and after how long.
//!
//! # Formula
//! ```text
//! count(a, b)      neighbours a, b of one journey; START before its first, END after its last
//! probability      count(a, b) ÷ Σ over b of count(a, b): of those who leave a
//! probability_in   count(a, b) ÷ Σ over a of count(a, b): of those who come to b
//! share            count(a, b) ÷ all pairs
//! ```
//! With `ends`, START and END are nodes and END is among the ways to leave; without, pairs of
//! events alone count. A touchpoint that has one of these names keeps its own rows, but is not told
//! from the node by its name.
//!
//! # Source
//! The directly-follows graph: van der Aalst, Process Mining (2016), 5.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::journeys::Journeys;
use super::report::Spread;
use crate::calculator::batch::KeyPart;

/// Nodes of a dense table of edges, at most.
const DENSE_NODES: usize = 1024;

/// Two touchpoints that follow each other.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Transition {
    /// The earlier touchpoint; `START` before the first.
    pub source: KeyPart,
    /// The later touchpoint; `END` after the last.
    pub target: KeyPart,
    /// How often the one follows the other.
    pub count: u64,
    /// Customers of whom it does.
    pub customers: u64,
    /// Of those who leave the source.
    pub probability: f64,
    /// Of those who come to the target.
    pub probability_in: f64,
    /// Of all pairs.
    pub share: f64,
    /// Time from the one to the other in microseconds; none at START and END.
    pub duration: Spread,
}

/// One edge while it is counted.
#[derive(Debug, Clone, Default)]
struct Edge {
    nodes: (u32, u32),
    count: u64,
    customers: u64,
    last_customer: Option<u32>,
    durations: Vec<i64>,
}

/// The number of each edge.
#[derive(Debug)]
enum EdgeIndex {
    Dense { nodes: usize, numbers: Vec<u32> },
    Sparse(HashMap<(u32, u32), u32, RandomState>),
}

impl EdgeIndex {
    fn new(nodes: usize) -> Self {
        if nodes <= DENSE_NODES {
            Self::Dense { nodes, numbers: vec![u32::MAX; nodes * nodes] }
        } else {
            Self::Sparse(HashMap::default())
        }
    }

    /// The place of an edge's number; `u32::MAX` while it has none.
    fn slot(&mut self, a: u32, b: u32) -> Option<&mut u32> {
        match self {
            Self::Dense { nodes, numbers } => numbers.get_mut(a as usize * *nodes + b as usize),
            Self::Sparse(numbers) => Some(numbers.entry((a, b)).or_insert(u32::MAX)),
        }
    }
}

#[derive(Debug)]
struct EdgeCounts {
    index: EdgeIndex,
    edges: Vec<Edge>,
}

impl EdgeCounts {
    fn count(&mut self, a: u32, b: u32, customer: u32, duration: Option<i64>) {
        let Some(slot) = self.index.slot(a, b) else { return };
        if *slot == u32::MAX {
            // There are fewer edges than events, and fewer events than 2^32.
            *slot = u32::try_from(self.edges.len()).unwrap_or(u32::MAX);
            self.edges.push(Edge { nodes: (a, b), ..Edge::default() });
        }
        let Some(edge) = self.edges.get_mut(*slot as usize) else { return };
        edge.count += 1;
        // Customers come one after the other, so a repetition is always the last one.
        if edge.last_customer != Some(customer) {
            edge.last_customer = Some(customer);
            edge.customers += 1;
        }
        edge.durations.extend(duration);
    }
}

impl Journeys {
    /// Which touchpoint follows which, sorted by source and target; START and END where `ends` says
    /// so.
    #[allow(clippy::cast_precision_loss, reason = "counts are shown as shares")]
    pub fn transitions(&self, ends: bool) -> Vec<Transition> {
        let touchpoints = &self.log.tables.touchpoints;
        let start = u32::try_from(touchpoints.len()).unwrap_or(u32::MAX - 2);
        let end = start + 1;
        let index = EdgeIndex::new(touchpoints.len() + 2);
        let mut counts = EdgeCounts { index, edges: Vec::new() };
        self.for_each_journey(|journey| {
            for pair in journey.events.windows(2) {
                let [a, b] = pair else { continue };
                let duration = b.time.saturating_sub(a.time);
                counts.count(a.touchpoint, b.touchpoint, journey.customer, Some(duration));
            }
            if let (true, [first, ..], [.., last]) = (ends, journey.events, journey.events) {
                counts.count(start, first.touchpoint, journey.customer, None);
                counts.count(last.touchpoint, end, journey.customer, None);
            }
        });
        let (mut out, mut into) = (vec![0u64; end as usize + 1], vec![0u64; end as usize + 1]);
        let mut all = 0;
        for Edge { nodes: (a, b), count, .. } in &counts.edges {
            for (sums, node) in [(&mut out, a), (&mut into, b)] {
                if let Some(sum) = sums.get_mut(*node as usize) {
                    *sum += count;
                }
            }
            all += count;
        }
        let of = |count: u64, sum: Option<&u64>| count as f64 / sum.copied().unwrap_or(1) as f64;
        let name = |node: u32| match touchpoints.key(node) {
            Some(key) => key.clone(),
            None if node == start => KeyPart::from("START"),
            None => KeyPart::from("END"),
        };
        // START comes first among the sources and END last among the targets.
        counts.edges.sort_by_cached_key(|edge| {
            let (a, b) = edge.nodes;
            (a != start, name(a), b == end, name(b))
        });
        let edges = counts.edges.into_iter();
        edges
            .map(|mut edge| {
                let (a, b) = edge.nodes;
                Transition {
                    source: name(a),
                    target: name(b),
                    count: edge.count,
                    customers: edge.customers,
                    probability: of(edge.count, out.get(a as usize)),
                    probability_in: of(edge.count, into.get(b as usize)),
                    share: of(edge.count, Some(&all)),
                    duration: Spread::of(&mut edge.durations),
                }
            })
            .collect()
    }
}

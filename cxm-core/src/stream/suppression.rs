//! The reporting threshold: groups too small to be shown.
//!
//! A figure of three people is gossip, and it may be personal data. Under a [`SuppressionRule`] a
//! group below `min_responses` is shown as suppressed, with the reason, never as a number. Where
//! the total is shown beside its groups, one hidden group could be worked out as the difference; so
//! the next smallest group is hidden too (complementary suppression), until at least two groups
//! with at least `min_responses` responses together are hidden.
//!
//! What this does not cover: a reader who compares overlapping windows or several cuts of the same
//! answers. Publish disjoint groups only.
//!
//! ```
//! use cxm_core::stream::{Suppressed, SuppressionRule};
//! let rule = SuppressionRule::at_least(5);
//! let hidden = rule.decide(&[40, 3, 12]);
//! assert_eq!(hidden, [None, Some(Suppressed::BelowThreshold), Some(Suppressed::Complementary)]);
//! ```

/// Why a group is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Suppressed {
    /// Fewer responses than the threshold.
    BelowThreshold,
    /// It would give a smaller group away.
    Complementary,
}

impl Suppressed {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BelowThreshold => "below_threshold",
            Self::Complementary => "complementary",
        }
    }
}

/// A cell of a published table.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Cell<R> {
    /// The report.
    Shown(R),
    /// No number; the reason.
    Suppressed(Suppressed),
}

/// How small is too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct SuppressionRule {
    /// Groups with fewer responses are suppressed.
    pub min_responses: u64,
    /// Whether further groups are hidden so that none can be worked out from the total.
    pub complementary: bool,
}

impl Default for SuppressionRule {
    fn default() -> Self {
        Self::at_least(5)
    }
}

impl SuppressionRule {
    /// This threshold, with complementary suppression.
    pub const fn at_least(min_responses: u64) -> Self {
        Self { min_responses, complementary: true }
    }

    /// The decision on a figure that stands alone.
    pub fn decide_one(&self, responses: u64) -> Option<Suppressed> {
        (responses < self.min_responses).then_some(Suppressed::BelowThreshold)
    }

    /// The decisions on disjoint groups that are shown beside their total; `None` is shown.
    pub fn decide(&self, responses: &[u64]) -> Vec<Option<Suppressed>> {
        let mut decisions: Vec<_> = responses.iter().map(|&n| self.decide_one(n)).collect();
        if !self.complementary || decisions.iter().all(Option::is_none) {
            return decisions;
        }
        let hidden = decisions.iter().zip(responses).filter(|(decision, _)| decision.is_some());
        let mut hidden =
            hidden.fold((0, 0u64), |(groups, sum), (_, &n)| (groups + 1, sum.saturating_add(n)));
        let mut shown: Vec<_> = decisions
            .iter_mut()
            .zip(responses)
            .filter(|(decision, _)| decision.is_none())
            .collect();
        // A stable sort: of equal groups the first in order is hidden, in every door alike.
        shown.sort_by_key(|&(_, &n)| n);
        for (decision, &n) in shown {
            if hidden.0 >= 2 && hidden.1 >= self.min_responses {
                break;
            }
            *decision = Some(Suppressed::Complementary);
            hidden = (hidden.0 + 1, hidden.1.saturating_add(n));
        }
        decisions
    }

    /// Applies the decisions to the reports of disjoint groups.
    pub fn apply<R>(&self, reports: Vec<(u64, R)>) -> Vec<Cell<R>> {
        let responses: Vec<_> = reports.iter().map(|(n, _)| *n).collect();
        let decisions = self.decide(&responses);
        let cells = reports.into_iter().zip(decisions);
        cells
            .map(|((_, report), decision)| decision.map_or(Cell::Shown(report), Cell::Suppressed))
            .collect()
    }
}

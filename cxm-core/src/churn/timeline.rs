//! The life of a customer as steps: from when on they are active, and what they pay.

use super::span::Span;
use super::subscriptions::{ChurnInstant, SubscriptionsDefinition};
use crate::calculator::batch::KeyPart;
use crate::model::time::MICROSECONDS_PER_DAY;

/// Why a customer left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum CauseKind {
    /// They wanted to.
    Voluntary,
    /// A payment failed, and nobody asked them.
    Involuntary,
    /// Nobody said.
    Unstated,
}

impl CauseKind {
    /// All of them, in this order.
    pub const ALL: [Self; 3] = [Self::Voluntary, Self::Involuntary, Self::Unstated];

    /// The name, as definitions and answers have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Voluntary => "voluntary",
            Self::Involuntary => "involuntary",
            Self::Unstated => "unstated",
        }
    }
}

/// What holds from a moment on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub time: i64,
    pub active: bool,
    pub amount: i128,
    /// Why the customer left at this moment; of no meaning while active.
    pub cause: CauseKind,
}

/// The steps of one customer or one subscription, in the order of time.
#[derive(Debug, Clone, Default)]
pub(super) struct Timeline {
    steps: Vec<Step>,
}

/// A change of what runs at a moment.
#[derive(Debug, Clone, Copy)]
struct Delta {
    time: i64,
    running: i128,
    amount: i128,
    ended: Option<CauseKind>,
}

impl Timeline {
    /// The timeline of spans that belong together, each with how often it stands.
    pub(super) fn of<'a>(
        spans: impl IntoIterator<Item = (&'a Span, u64)>,
        definition: &SubscriptionsDefinition,
    ) -> Self {
        let mut deltas = Vec::new();
        for (span, count) in spans {
            let count = i128::from(count);
            let amount = i128::from(span.amount) * count;
            deltas.push(Delta { time: span.start, running: count, amount, ended: None });
            if let Some(end) = effective_end(span, definition) {
                let ended = Some(definition.cause_kind(&span.cause));
                deltas.push(Delta { time: end, running: -count, amount: -amount, ended });
            }
        }
        deltas.sort_by_key(|delta| delta.time);
        let mut timeline = Self { steps: Vec::with_capacity(deltas.len()) };
        let (mut running, mut amount) = (0, 0);
        for moment in deltas.chunk_by(|a, b| a.time == b.time) {
            let mut causes = moment.iter().filter_map(|delta| delta.ended);
            let time = moment.first().map_or(0, |delta| delta.time);
            running += moment.iter().map(|delta| delta.running).sum::<i128>();
            amount += moment.iter().map(|delta| delta.amount).sum::<i128>();
            let cause = cause_of(&mut causes);
            timeline.push(Step { time, active: running > 0, amount, cause });
        }
        timeline.close_gaps(definition.reactivation_gap_days);
        timeline
    }

    fn push(&mut self, step: Step) {
        let last = self.steps.last();
        let same =
            last.is_some_and(|last| last.active == step.active && last.amount == step.amount);
        if !same {
            self.steps.push(step);
        }
    }

    /// Absences shorter than the gap are none: the customer stays, and pays nothing meanwhile.
    fn close_gaps(&mut self, days: u32) {
        let gap = i128::from(days) * i128::from(MICROSECONDS_PER_DAY);
        let returns: Vec<i64> = self.steps.iter().skip(1).map(|step| step.time).collect();
        for (step, back) in self.steps.iter_mut().zip(returns) {
            if !step.active && i128::from(back) - i128::from(step.time) < gap {
                step.active = true;
            }
        }
    }

    /// The steps, in the order of time.
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What holds at a moment; nothing before the first step.
    pub(super) fn at(&self, time: i64) -> (bool, i128) {
        let later = self.steps.partition_point(|step| step.time <= time);
        let step = later.checked_sub(1).and_then(|index| self.steps.get(index));
        step.map_or((false, 0), |step| (step.active, step.amount))
    }

    /// Why the customer left at this moment.
    pub(super) fn cause_at(&self, time: i64) -> CauseKind {
        let step = self.steps.iter().find(|step| step.time == time);
        step.map_or(CauseKind::Unstated, |step| step.cause)
    }

    /// The intervals in which the customer is active; an open one has no end.
    pub(super) fn active(&self) -> impl Iterator<Item = (i64, Option<i64>)> + '_ {
        let active = self.steps.chunk_by(|a, b| a.active == b.active);
        let mut starts = active.map(|run| run.first().copied()).peekable();
        std::iter::from_fn(move || {
            loop {
                let run = starts.next()??;
                if run.active {
                    let end = starts.peek().copied().flatten().map(|next| next.time);
                    return Some((run.time, end));
                }
            }
        })
    }
}

/// Involuntary only if all that ended at the moment was.
fn cause_of(causes: &mut dyn Iterator<Item = CauseKind>) -> CauseKind {
    let first = causes.next().unwrap_or(CauseKind::Unstated);
    causes.fold(first, |so_far, next| match (so_far, next) {
        (CauseKind::Voluntary, _) | (_, CauseKind::Voluntary) => CauseKind::Voluntary,
        (CauseKind::Involuntary, CauseKind::Involuntary) => CauseKind::Involuntary,
        _ => CauseKind::Unstated,
    })
}

/// When a span ends for the definition; at the earliest a microsecond after it starts.
fn effective_end(span: &Span, definition: &SubscriptionsDefinition) -> Option<i64> {
    let end = match definition.instant {
        ChurnInstant::EndOfTerm => span.end?,
        ChurnInstant::Cancellation => match (span.cancelled, span.end) {
            (Some(cancelled), Some(end)) => cancelled.min(end),
            (cancelled, end) => cancelled.or(end)?,
        },
        ChurnInstant::AfterDunning => {
            let late = definition.cause_kind(&span.cause) == CauseKind::Involuntary;
            let days = if late { definition.dunning_days } else { 0 };
            span.end?.saturating_add(i64::from(days).saturating_mul(MICROSECONDS_PER_DAY))
        }
    };
    Some(end.max(span.start.saturating_add(1)))
}

impl SubscriptionsDefinition {
    /// What a cause of the batch stands for.
    pub fn cause_kind(&self, cause: &KeyPart) -> CauseKind {
        let KeyPart::Text(cause) = cause else { return CauseKind::Unstated };
        let is_in = |list: &[String]| list.iter().any(|known| known.as_str() == &**cause);
        if is_in(&self.involuntary_causes) {
            CauseKind::Involuntary
        } else if is_in(&self.voluntary_causes) {
            CauseKind::Voluntary
        } else {
            CauseKind::Unstated
        }
    }
}

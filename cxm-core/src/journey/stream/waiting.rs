//! Events that wait until none can come before them any more.

use std::cmp::Ordering;

use super::totals::Passed;
use crate::calculator::batch::KeyPart;
use crate::journey::key_table::KeyTable;

/// An event on its way: its id goes no further than this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) time: i64,
    pub(super) id: KeyPart,
    pub(super) touchpoint: u32,
    pub(super) channel: u32,
    /// In millionths.
    pub(super) score: i64,
    /// In minor units.
    pub(super) value: i64,
}

impl Waiting {
    pub(super) fn has_id(&self) -> bool {
        self.id != KeyPart::Missing
    }
}

/// The tables that tell events of one id and time apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct ByContents<'a> {
    pub(super) touchpoints: &'a KeyTable,
    pub(super) channels: &'a KeyTable,
}

impl ByContents<'_> {
    /// Which of two events of one unit comes first; equal where only arrival can tell.
    pub(super) fn earlier(&self, a: &Waiting, b: &Waiting) -> Ordering {
        a.time.cmp(&b.time).then_with(|| {
            if !(a.has_id() || b.has_id()) {
                return Ordering::Equal;
            }
            let contents = |event: &Waiting| {
                (
                    self.touchpoints.key(event.touchpoint),
                    self.channels.key(event.channel),
                    event.score,
                    event.value,
                )
            };
            a.id.cmp(&b.id).then_with(|| contents(a).cmp(&contents(b)))
        })
    }

    /// Puts events in their order; those that only arrival can tell apart stay as they came.
    pub(super) fn sort(&self, events: &mut [Waiting]) {
        if !events.is_sorted_by(|a, b| self.earlier(a, b) != Ordering::Greater) {
            events.sort_by(|a, b| self.earlier(a, b));
        }
    }
}

/// Drops the events whose id is that of an earlier one among the first `through`, which go through
/// now. Returns how many of the first are left.
pub(super) fn drop_duplicates(
    events: &mut Vec<Waiting>,
    through: usize,
    passed: &mut Passed,
) -> usize {
    if events.len() < 2 || through == 0 || !events.iter().any(Waiting::has_id) {
        return through;
    }
    let mut by_id: Vec<(&KeyPart, usize)> = events
        .iter()
        .enumerate()
        .filter(|(_, event)| event.has_id())
        .map(|(place, event)| (&event.id, place))
        .collect();
    by_id.sort_unstable();
    let mut gone = vec![false; events.len()];
    let (mut any, mut left) = (false, through);
    for same in by_id.chunk_by(|a, b| a.0 == b.0) {
        let Some((&(_, first), others)) = same.split_first() else { continue };
        if first >= through {
            continue;
        }
        for &(_, other) in others {
            passed.duplicates += 1;
            passed.conflicting += u64::from(events.get(first) != events.get(other));
            left -= usize::from(other < through);
            any = true;
            if let Some(gone) = gone.get_mut(other) {
                *gone = true;
            }
        }
    }
    if any {
        let mut gone = gone.into_iter();
        events.retain(|_| !gone.next().unwrap_or_default());
    }
    left
}

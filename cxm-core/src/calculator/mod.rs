//! The contract: what every calculator is and can do.
//!
//! A calculator is a *mergeable summary* of rows. Its state is made of counts, integer sums and
//! sorted sets, so the same rows give the same bytes in any order, over any shards and through any
//! door. Five verbs are all there is:
//!
//! | verb | trait | what it does |
//! | --- | --- | --- |
//! | `update` | [`Update`] | takes a batch of rows, all or nothing |
//! | `merge` | [`Merge`] | takes another state with the same definition |
//! | `retract` | [`Retract`] | leaves the state as if the rows had never been; only where the state is a group |
//! | `value` | [`Calculator`] | reads a report; floats appear here and nowhere else |
//! | `to_bytes`, `from_bytes` | [`State`] | the canonical state frame |
//!
//! # Why `lift`
//!
//! The heart of the contract is one function, [`Update::lift`]: the state of one batch alone.
//! Because states merge exactly, updating with a batch *is* merging its lifted state, and
//! retracting it *is* subtracting that state. So every calculator writes its arithmetic once, and
//! three promises follow instead of being kept by hand:
//!
//! * **All or nothing.** A bad row fails while the batch's own state is built; the target was never
//!   touched.
//! * **`check` can fail, `apply` cannot.** [`Update::check`] lifts the batch and proves that it
//!   fits; the [`Change`] it returns is applied without any way to fail.
//! * **A split changes nothing.** Any split of the rows merges to the same state, since a batch is
//!   itself merged.
//!
//! A calculator whose cheapest path is in place (one rating into a histogram) overrides
//! [`Update::update`] and stays equal to the default, which the law tests check for every member of
//! the list.

pub mod batch;
pub mod codec;
pub(crate) mod customer_map;
pub(crate) mod groups;
pub(crate) mod multiset;
#[cfg(feature = "registry")]
pub(crate) mod recent;
pub(crate) mod runs;
pub mod state;
pub(crate) mod stated_currency;
pub mod table;
pub(crate) mod varint;

pub use batch::{Column, Ratings, Values, Weights};
pub use state::{Kind, State};
pub use table::{ColumnData, Table};

use crate::error::{Error, ErrorKind, Result};

/// What a figure means: scale, boxes, direction, denominator, clock, unit.
///
/// A definition is part of the state and printed with every result; unlike definitions refuse to
/// merge and to be compared.
pub trait Definition:
    Clone + PartialEq + std::fmt::Debug + Default + Send + Sync + 'static
{
    /// Refuses a definition that contradicts itself.
    fn validate(&self) -> Result<()>;

    /// The named presets, with one line on what each is and who uses it.
    fn presets() -> &'static [Preset<Self>] {
        &[]
    }

    /// The preset of this name.
    fn preset(name: &str) -> Result<Self> {
        Self::presets().iter().find(|preset| preset.name == name).map(|p| (p.build)()).ok_or_else(
            || {
                let names: Vec<_> = Self::presets().iter().map(|preset| preset.name).collect();
                Error::not_found(format!(
                    "no preset \"{name}\"; the presets are {}",
                    names.join(", ")
                ))
                .in_field("preset")
            },
        )
    }
}

/// A definition that goes by a name.
#[derive(Debug, Clone, Copy)]
pub struct Preset<D> {
    /// The name in `snake_case`.
    pub name: &'static str,
    /// What it is and who uses it.
    pub summary: &'static str,
    /// Makes the definition.
    pub build: fn() -> D,
}

/// What a reading returns: never a bare number.
pub trait Report: Clone + std::fmt::Debug {
    /// The one figure that stands for the report; `None` before there is data.
    fn headline(&self) -> Option<f64>;

    /// The rows that the figure rests on.
    fn responses(&self) -> u64;

    /// What the figure is shown in: `points`, `%` for a share of 0..=1, or empty for a mean.
    fn unit(&self) -> &'static str {
        ""
    }
}

/// A summary of rows under a definition.
pub trait Calculator: Clone + PartialEq + std::fmt::Debug + Send + Sync + Sized + 'static {
    /// What the figure means.
    type Definition: Definition;
    /// What a reading returns.
    type Report: Report;

    /// The empty state; fails if the definition contradicts itself.
    fn new(definition: Self::Definition) -> Result<Self>;

    /// The definition that the state carries.
    fn definition(&self) -> &Self::Definition;

    /// Rows taken in, whether counted or excluded.
    fn observations(&self) -> u64;

    /// Reads the report. Costs the size of the state, never the number of rows.
    fn value(&self) -> Self::Report;
}

/// States with the same definition add up.
///
/// ```text
/// identity      empty + a = a
/// commutative   a + b = b + a
/// associative   (a + b) + c = a + (b + c)
/// ```
pub trait Merge: Calculator {
    /// Whether the other state can be merged: same definition, no overflow.
    fn check_merge(&self, other: &Self) -> Result<()>;

    /// Merges a state that [`check_merge`](Self::check_merge) has accepted. Cannot fail.
    fn apply_merge(&mut self, other: &Self);

    /// Merges the other state, or fails and changes nothing.
    fn merge(&mut self, other: &Self) -> Result<()> {
        self.check_merge(other)?;
        self.apply_merge(other);
        Ok(())
    }
}

/// The effect of one batch on one state, proven to fit.
///
/// It belongs to the state that it was checked against; applying it to a state that has moved on
/// saturates instead of failing.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "a change does nothing until it is applied"]
pub struct Change<C>(C);

impl<C> Change<C> {
    /// The effect of a batch with this state of its own, which was checked to fit.
    pub(crate) fn new(batch_state: C) -> Self {
        Self(batch_state)
    }

    /// The state of the batch alone, to keep.
    pub fn into_state(self) -> C {
        self.0
    }

    /// The state of the batch alone.
    pub fn batch_state(&self) -> &C {
        &self.0
    }
}

impl<C: Merge> Change<C> {
    /// Merges the change into a state. A state without rows is replaced: a log is often loaded at
    /// once, and need not be copied.
    pub(crate) fn merge_or_move_into(self, state: &mut C) {
        if state.observations() == 0 && state.definition() == self.0.definition() {
            *state = self.0;
        } else {
            state.apply_merge(&self.0);
        }
    }
}

/// Takes batches of rows.
pub trait Update: Merge {
    /// One batch: columns of equal length. One of a closed set of shapes, see [`batch`].
    type Batch<'a>;

    /// The state of this batch alone under the definition. Fails at the first bad row.
    fn lift(definition: &Self::Definition, batch: Self::Batch<'_>) -> Result<Self>;

    /// Works out what a batch would change, and refuses what does not fit. Changes nothing.
    fn check(&self, batch: Self::Batch<'_>) -> Result<Change<Self>> {
        let delta = Self::lift(self.definition(), batch)?;
        self.check_merge(&delta)?;
        Ok(Change(delta))
    }

    /// Applies a checked change. Cannot fail.
    fn apply(&mut self, change: Change<Self>) {
        self.apply_merge(&change.0);
    }

    /// Takes a batch, all of it or none of it.
    fn update(&mut self, batch: Self::Batch<'_>) -> Result<()> {
        let change = self.check(batch)?;
        self.apply(change);
        Ok(())
    }

    /// Takes a batch into a state that is to be merged: a batch that comes in pieces is gathered
    /// first. Where rows wait for earlier ones, they all do until then.
    fn gather(&mut self, batch: Self::Batch<'_>) -> Result<()> {
        self.update(batch)
    }

    /// Lets rows through that wait for earlier ones, as at the end of a stream. In most calculators
    /// nothing waits, and this does nothing.
    fn flush(&mut self) {}
}

/// Takes batches whose rows belong to groups: what [`Keyed`](crate::stream::Keyed) tables ask for.
pub trait UpdateByGroup: Update {
    /// Number of rows of a batch.
    fn batch_len(batch: &Self::Batch<'_>) -> usize;

    /// The state of each group's rows alone. `codes` has a group number below `groups` for each
    /// row; the first that is not is an error with its row.
    fn lift_by_group(
        definition: &Self::Definition,
        codes: &[u32],
        groups: usize,
        batch: Self::Batch<'_>,
    ) -> Result<Vec<Self>>;
}

/// Forgets rows. Offered exactly where the state is a group: counts and integer sums.
///
/// ```text
/// inverse   (a + b) − b = a, byte for byte
/// ```
///
/// A correction retracts the old row and updates with the new one; an erased customer's rows are
/// retracted. What was never added is refused as soon as a count would go below zero.
pub trait Retract: Update {
    /// Whether the other state can be subtracted: same definition, nothing below zero.
    fn check_subtract(&self, other: &Self) -> Result<()>;

    /// Subtracts a state that [`check_subtract`](Self::check_subtract) has accepted. Cannot fail.
    fn apply_subtract(&mut self, other: &Self);

    /// Subtracts the other state, or fails and changes nothing.
    fn subtract(&mut self, other: &Self) -> Result<()> {
        self.check_subtract(other)?;
        self.apply_subtract(other);
        Ok(())
    }

    /// Leaves the state as if these rows had never been, or fails and changes nothing.
    fn retract(&mut self, batch: Self::Batch<'_>) -> Result<()> {
        let delta = Self::lift(self.definition(), batch)?;
        self.subtract(&delta)
    }
}

/// Refuses unlike definitions, naming both.
pub(crate) fn same_definition<D: Definition>(ours: &D, theirs: &D) -> Result<()> {
    if ours == theirs {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::IncompatibleMerge,
        format!("definitions differ: {ours:?} against {theirs:?}"),
    ))
}

/// `a + b` of two counts, or the overflow error.
pub(crate) fn checked_sum(a: u64, b: u64) -> Result<u64> {
    a.checked_add(b).ok_or_else(|| Error::overflow("a count would pass 2^64 − 1"))
}

/// `a − b` of two counts, or the refusal to forget what was never added.
pub(crate) fn checked_difference(a: u64, b: u64, what: &'static str) -> Result<u64> {
    a.checked_sub(b).ok_or_else(|| {
        Error::never_added(format!("cannot retract {b} of {what}: only {a} were added"))
    })
}

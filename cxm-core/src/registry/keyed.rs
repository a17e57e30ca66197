//! A table of calculators whose type is known only by name.

use std::any::Any;
use std::fmt::Debug;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::definition::{same, to_value};
use super::erased::{DynCalculator, RatingCounts, Tabulate, UpdateOne};
use super::question::Reading;
use crate::calculator::batch::{Batch, KeyColumn};
use crate::calculator::{Calculator, Kind, Merge, Retract, State, Update, UpdateByGroup};
use crate::error::{Error, Result};
use crate::stream::keyed::DEFAULT_MAX_GROUPS;
use crate::stream::segment_table::{SegmentTableOptions, segment_table};
use crate::stream::{Key, Keyed, KeyedBatch, KeyedDefinition, Overflow};

/// The key columns and the limits of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyedOptions {
    /// Names of the key columns.
    pub by: Vec<String>,
    /// The most groups there may be.
    #[serde(default = "default_max_groups")]
    pub max_groups: u64,
    /// What happens to more.
    #[serde(default)]
    pub overflow: Overflow,
}

fn default_max_groups() -> u64 {
    DEFAULT_MAX_GROUPS
}

impl KeyedOptions {
    /// A table by these key columns, with the default limits.
    pub fn by<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        let by = columns.into_iter().map(Into::into).collect();
        Self { by, max_groups: DEFAULT_MAX_GROUPS, overflow: Overflow::Error }
    }

    pub(crate) fn definition<D>(&self, calculator: D) -> KeyedDefinition<D> {
        let Self { by, max_groups, overflow } = self.clone();
        KeyedDefinition { by, max_groups, overflow, calculator }
    }
}

/// A table of calculators of any kind.
pub trait DynKeyed: Debug + Send + Sync {
    /// The kind of the groups' calculators.
    fn kind(&self) -> Kind;
    /// Key columns, limits and the calculators' definition.
    fn definition(&self) -> Value;
    /// Rows taken in, whether counted or excluded.
    fn observations(&self) -> u64;
    /// Number of groups, without the folded one.
    fn len(&self) -> usize;
    /// Whether there are no groups.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Whether a batch would be accepted. Changes nothing.
    fn check(&self, keys: &[KeyColumn<'_>], batch: Batch<'_>) -> Result<()>;
    /// Takes a batch with its key columns, all of it or none of it.
    fn update(&mut self, keys: &[KeyColumn<'_>], batch: Batch<'_>) -> Result<()>;
    /// Leaves the table as if these rows had never been.
    fn retract(&mut self, keys: &[KeyColumn<'_>], batch: Batch<'_>) -> Result<()>;
    /// Merges the other table, of the same kind and definition.
    fn merge(&mut self, other: &dyn DynKeyed) -> Result<()>;
    /// The keys in their order.
    fn keys(&self) -> Vec<Key>;
    /// The calculator of one key.
    fn get(&self, key: &Key) -> Option<Box<dyn DynCalculator>>;
    /// The calculator of the folded keys.
    fn other(&self) -> Option<Box<dyn DynCalculator>>;
    /// All groups merged.
    fn total(&self) -> Result<Box<dyn DynCalculator>>;
    /// One row a group: report, interval, and what the options ask for; and the total.
    fn table(&self, options: &Value) -> Result<Value>;
    /// The canonical bytes.
    fn to_bytes(&self) -> Vec<u8>;
    /// The same state once more.
    fn clone_box(&self) -> Box<dyn DynKeyed>;
    /// Whether kind, definition and state are the same.
    fn equals(&self, other: &dyn DynKeyed) -> bool;
    /// The table itself, for downcasting.
    fn as_any(&self) -> &dyn Any;
}

fn batch_of<'a, C: UpdateByGroup + State>(batch: Batch<'a>) -> Result<C::Batch<'a>>
where
    C::Batch<'a>: TryFrom<Batch<'a>, Error = Error>,
{
    C::Batch::try_from(batch).map_err(|error| error.within(C::KIND.name))
}

impl<C> DynKeyed for Keyed<C>
where
    C: UpdateByGroup + Retract + State + UpdateOne + RatingCounts + Tabulate,
    C::Definition: Serialize,
    C::Report: Reading,
    for<'a> C::Batch<'a>: TryFrom<Batch<'a>, Error = Error>,
{
    fn kind(&self) -> Kind {
        C::KIND
    }

    fn definition(&self) -> Value {
        to_value(Calculator::definition(self))
    }

    fn observations(&self) -> u64 {
        Calculator::observations(self)
    }

    fn len(&self) -> usize {
        Keyed::len(self)
    }

    fn check(&self, keys: &[KeyColumn<'_>], batch: Batch<'_>) -> Result<()> {
        let batch = batch_of::<C>(batch)?;
        Update::check(self, KeyedBatch { keys, batch }).map(drop)
    }

    fn update(&mut self, keys: &[KeyColumn<'_>], batch: Batch<'_>) -> Result<()> {
        let batch = batch_of::<C>(batch)?;
        Update::update(self, KeyedBatch { keys, batch })
    }

    fn retract(&mut self, keys: &[KeyColumn<'_>], batch: Batch<'_>) -> Result<()> {
        let batch = batch_of::<C>(batch)?;
        Retract::retract(self, KeyedBatch { keys, batch })
    }

    fn merge(&mut self, other: &dyn DynKeyed) -> Result<()> {
        let other = other.as_any().downcast_ref::<Self>().ok_or_else(|| {
            Error::merge(format!(
                "expected another table of {}, got one of {}",
                C::KIND.name,
                other.kind().name
            ))
        })?;
        same(Calculator::definition(self), Calculator::definition(other))
            .map_err(|error| error.within(C::KIND.name))?;
        Merge::merge(self, other)
    }

    fn keys(&self) -> Vec<Key> {
        self.groups().map(|(key, _)| key.clone()).collect()
    }

    fn get(&self, key: &Key) -> Option<Box<dyn DynCalculator>> {
        Keyed::get(self, key).map(|group| group.clone_box())
    }

    fn other(&self) -> Option<Box<dyn DynCalculator>> {
        Keyed::other(self).map(|group| group.clone_box())
    }

    fn total(&self) -> Result<Box<dyn DynCalculator>> {
        Keyed::total(self).map(|total| Box::new(total) as Box<dyn DynCalculator>)
    }

    fn table(&self, options: &Value) -> Result<Value> {
        let options: SegmentTableOptions = super::question::NamedArguments::new(options)?.rest()?;
        segment_table(self, &options).map(|table| to_value(&table))
    }

    fn to_bytes(&self) -> Vec<u8> {
        State::to_bytes(self)
    }

    fn clone_box(&self) -> Box<dyn DynKeyed> {
        Box::new(self.clone())
    }

    fn equals(&self, other: &dyn DynKeyed) -> bool {
        other.as_any().downcast_ref::<Self>().is_some_and(|other| self == other)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

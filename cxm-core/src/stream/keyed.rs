//! Any calculator, once per key.
//!
//! # What it measures
//! Whatever the calculator measures, for each segment, wave, store or customer apart.
//!
//! # Input
//! One to eight key columns beside the calculator's own batch. A missing key is a key of its own.
//!
//! # Empty and edge cases
//! Groups are read in the order of their keys, never in the order of arrival. With
//! [`Overflow::Error`] a batch that would make more than `max_groups` groups is refused as a whole.
//! With [`Overflow::Other`] the smallest `max_groups` keys are kept and all others are one group
//! together: which keys those are depends on the keys alone, so the outcome is the same in any
//! order and over any shards.
//!
//! # Merging
//! Exact. `retract` is offered where the calculator offers it; a group without rows disappears, so
//! the table is as if the key had never been seen. Once keys were folded together, it is refused.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut by_segment = Keyed::<Nps>::new(KeyedDefinition::by(["segment"]))?;
//! by_segment.update(KeyedBatch {
//!     keys: &[["gold", "blue", "gold"].as_slice().into()],
//!     batch: Ratings::from([10, 3, 9].as_slice()),
//! })?;
//! let scores: Vec<_> =
//!     by_segment.groups().map(|(key, nps)| (key.to_string(), nps.value().score)).collect();
//! assert_eq!(scores, [("blue".into(), Some(-100.0)), ("gold".into(), Some(100.0))]);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use super::encode::group_rows;
use crate::calculator::batch::{KeyColumn, KeyPart, check_codes};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::{
    Calculator, Definition, Kind, Merge, Report, Retract, State, Update, UpdateByGroup,
    same_definition,
};
use crate::error::{Error, ErrorKind, Result};

/// The kind of every table, whatever its groups are.
pub const KEYED: Kind = Kind { id: 64, name: "keyed", version: 1 };
/// The most key columns a table may have.
pub const MAX_KEY_COLUMNS: usize = 8;
/// Groups a table may have unless declared.
pub const DEFAULT_MAX_GROUPS: u64 = 1_000_000;

/// The values of all key columns of one group.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(transparent))]
pub struct Key(Box<[KeyPart]>);

impl Key {
    /// A key of these parts.
    pub fn new(parts: Vec<KeyPart>) -> Self {
        Self(parts.into_boxed_slice())
    }

    /// One part a key column.
    pub fn parts(&self) -> &[KeyPart] {
        &self.0
    }

    fn write(&self, writer: &mut Writer) {
        self.0.iter().for_each(|part| part.write(writer));
    }

    fn read(columns: usize, reader: &mut Reader<'_>) -> Result<Self> {
        (0..columns).map(|_| KeyPart::read(reader)).collect::<Result<Vec<_>>>().map(Self::new)
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, part) in self.0.iter().enumerate() {
            if position > 0 {
                f.write_str(" / ")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

/// What happens when there are more keys than `max_groups`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Overflow {
    /// The batch or the merge is refused as a whole.
    #[default]
    Error,
    /// The smallest keys are kept, the others become one group.
    Other,
}

/// The key columns, the limits, and the definition that every group shares.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct KeyedDefinition<D> {
    /// Names of the key columns.
    pub by: Vec<String>,
    /// The most groups there may be.
    pub max_groups: u64,
    /// What happens to more.
    pub overflow: Overflow,
    /// The definition of every group.
    pub calculator: D,
}

impl<D: Definition> KeyedDefinition<D> {
    /// The default definition by these key columns.
    pub fn by<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self::with(columns, D::default())
    }

    /// This definition by these key columns.
    pub fn with<S: Into<String>>(columns: impl IntoIterator<Item = S>, calculator: D) -> Self {
        Self {
            by: columns.into_iter().map(Into::into).collect(),
            max_groups: DEFAULT_MAX_GROUPS,
            overflow: Overflow::Error,
            calculator,
        }
    }
}

impl<D: Definition> Default for KeyedDefinition<D> {
    fn default() -> Self {
        Self::by(["key"])
    }
}

impl<D: Definition> Definition for KeyedDefinition<D> {
    fn validate(&self) -> Result<()> {
        if self.by.is_empty() || self.by.len() > MAX_KEY_COLUMNS {
            return Err(Error::definition(format!(
                "a table has 1 to {MAX_KEY_COLUMNS} key columns, got {}",
                self.by.len()
            ))
            .in_field("by"));
        }
        if self.max_groups == 0 {
            return Err(Error::definition("a table needs room for a group").in_field("max_groups"));
        }
        self.calculator.validate()
    }
}

/// A batch with its key columns.
#[derive(Debug, Clone, Copy)]
pub struct KeyedBatch<'a, B> {
    /// The key columns, in the order of the definition.
    pub keys: &'a [KeyColumn<'a>],
    /// The calculator's own batch.
    pub batch: B,
}

/// A calculator per key: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Keyed<C: Calculator> {
    definition: KeyedDefinition<C::Definition>,
    groups: BTreeMap<Key, C>,
    other: Option<C>,
}

impl<C: Merge> Keyed<C> {
    /// The groups in the order of their keys.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = (&Key, &C)> {
        self.groups.iter()
    }

    /// The keys that were folded together, if there are any.
    pub fn other(&self) -> Option<&C> {
        self.other.as_ref()
    }

    /// The group of this key.
    pub fn get(&self, key: &Key) -> Option<&C> {
        self.groups.get(key)
    }

    /// Number of groups, without the folded one.
    pub fn len(&self) -> usize {
        self.groups.len()
    }

    /// Whether there are no groups.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// All groups merged.
    pub fn total(&self) -> Result<C> {
        let mut total = C::new(self.definition.calculator.clone())?;
        for group in self.groups.values().chain(&self.other) {
            total.merge(group)?;
        }
        Ok(total)
    }

    fn max_groups(&self) -> usize {
        usize::try_from(self.definition.max_groups).unwrap_or(usize::MAX)
    }

    /// Folds the largest keys together until the limit is kept.
    fn fold_overflow(&mut self) {
        while self.groups.len() > self.max_groups() {
            let Some((_, evicted)) = self.groups.pop_last() else { return };
            match &mut self.other {
                Some(other) => other.apply_merge(&evicted),
                none => *none = Some(evicted),
            }
        }
    }

    fn insert(&mut self, key: &Key, group: &C) {
        // A key beyond the kept ones belongs to the folded group for ever, or the outcome would
        // depend on the order of arrival.
        let folded = self.other.is_some()
            && self.groups.len() >= self.max_groups()
            && !self.groups.contains_key(key)
            && self.groups.last_key_value().is_some_and(|(last, _)| key > last);
        if let (true, Some(other)) = (folded, &mut self.other) {
            other.apply_merge(group);
        } else if let Some(ours) = self.groups.get_mut(key) {
            ours.apply_merge(group);
        } else {
            self.groups.insert(key.clone(), group.clone());
            self.fold_overflow();
        }
    }
}

/// What a table returns: one report a group.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct KeyedReport<R> {
    /// The groups in the order of their keys.
    pub groups: Vec<(Key, R)>,
    /// The keys that were folded together.
    pub other: Option<R>,
    /// All of them.
    pub total: Option<R>,
}

impl<R: Report> Report for KeyedReport<R> {
    fn headline(&self) -> Option<f64> {
        self.total.as_ref().and_then(Report::headline)
    }

    fn responses(&self) -> u64 {
        self.total.as_ref().map_or(0, Report::responses)
    }

    fn unit(&self) -> &'static str {
        self.total.as_ref().map_or("", Report::unit)
    }
}

impl<C: Merge> Calculator for Keyed<C> {
    type Definition = KeyedDefinition<C::Definition>;
    type Report = KeyedReport<C::Report>;

    fn new(definition: Self::Definition) -> Result<Self> {
        definition.validate()?;
        Ok(Self { definition, groups: BTreeMap::new(), other: None })
    }

    fn definition(&self) -> &Self::Definition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.groups
            .values()
            .chain(&self.other)
            .fold(0, |n, group| n.saturating_add(group.observations()))
    }

    fn value(&self) -> Self::Report {
        KeyedReport {
            groups: self.groups.iter().map(|(key, group)| (key.clone(), group.value())).collect(),
            other: self.other.as_ref().map(Calculator::value),
            total: self.total().ok().map(|total| total.value()),
        }
    }
}

impl<C: Merge> Merge for Keyed<C> {
    fn check_merge(&self, other: &Self) -> Result<()> {
        same_definition(&self.definition, &other.definition)?;
        let mut more = 0;
        for (key, theirs) in &other.groups {
            match self.groups.get(key) {
                Some(ours) => ours.check_merge(theirs)?,
                None => more += 1,
            }
        }
        if self.definition.overflow == Overflow::Error
            && self.groups.len() + more > self.max_groups()
        {
            return Err(Error::limit(format!(
                "the table may have at most {} groups",
                self.definition.max_groups
            ))
            .in_field("max_groups"));
        }
        if self.definition.overflow == Overflow::Other {
            // Any group may end up in the folded one, so the totals must fit together.
            self.total()?.check_merge(&other.total()?)?;
        }
        Ok(())
    }

    fn apply_merge(&mut self, other: &Self) {
        for (key, theirs) in &other.groups {
            self.insert(key, theirs);
        }
        if let Some(theirs) = &other.other {
            match &mut self.other {
                Some(ours) => ours.apply_merge(theirs),
                none => *none = Some(theirs.clone()),
            }
        }
    }
}

impl<C: UpdateByGroup> Update for Keyed<C> {
    type Batch<'a> = KeyedBatch<'a, C::Batch<'a>>;

    fn lift(definition: &Self::Definition, batch: Self::Batch<'_>) -> Result<Self> {
        if batch.keys.len() != definition.by.len() {
            return Err(Error::batch(format!(
                "expected {} key columns ({}), got {}",
                definition.by.len(),
                definition.by.join(", "),
                batch.keys.len()
            ))
            .in_field("keys"));
        }
        let groups = group_rows(batch.keys, C::batch_len(&batch.batch))?;
        let states =
            C::lift_by_group(&definition.calculator, &groups.codes, groups.keys.len(), batch.batch)
                // A code without a key is named as such, before whatever else is wrong.
                .map_err(|error| check_codes(batch.keys).err().unwrap_or(error))?;
        let mut table =
            Self { definition: definition.clone(), groups: BTreeMap::new(), other: None };
        let limited = definition.overflow == Overflow::Error;
        for (key, state) in groups.keys.into_iter().zip(states) {
            if state.observations() == 0 {
                continue; // a dictionary may hold keys that no row has
            }
            if limited && table.groups.len() >= table.max_groups() {
                return Err(Error::limit(format!(
                    "the table may have at most {} groups",
                    definition.max_groups
                ))
                .in_field("max_groups"));
            }
            table.insert(&key, &state);
        }
        Ok(table)
    }
}

impl<C: UpdateByGroup + Retract> Retract for Keyed<C> {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        same_definition(&self.definition, &other.definition)?;
        if self.other.is_some() || other.other.is_some() {
            return Err(Error::not_offered(
                "keys were folded together, and the table no longer knows which rows were whose",
            ));
        }
        for (key, theirs) in &other.groups {
            let ours = self
                .groups
                .get(key)
                .ok_or_else(|| Error::never_added(format!("there is no group {key}")))?;
            ours.check_subtract(theirs).map_err(|error| error.in_field(key.to_string()))?;
        }
        Ok(())
    }

    fn apply_subtract(&mut self, other: &Self) {
        for (key, theirs) in &other.groups {
            let Some(ours) = self.groups.get_mut(key) else { continue };
            ours.apply_subtract(theirs);
            if ours.observations() == 0 {
                self.groups.remove(key);
            }
        }
    }
}

impl<C: Merge + State> State for Keyed<C> {
    const KIND: Kind = KEYED;

    fn write_definition(definition: &Self::Definition, writer: &mut Writer) {
        writer.u16(C::KIND.id);
        writer.u16(C::KIND.version);
        writer.length(definition.by.len());
        for name in &definition.by {
            writer.text(name);
        }
        writer.unsigned(definition.max_groups);
        writer.bool(definition.overflow == Overflow::Other);
        C::write_definition(&definition.calculator, writer);
    }

    fn read_definition(reader: &mut Reader<'_>, _version: u16) -> Result<Self::Definition> {
        let inner = reader.u16()?;
        if inner != C::KIND.id {
            return Err(Error::new(
                ErrorKind::CorruptState,
                format!("expected a table of {}, got one of kind {inner}", C::KIND.name),
            ));
        }
        let version = inner_version::<C>(reader)?;
        let columns = reader.length(1)?;
        let by = (0..columns).map(|_| reader.text().map(str::to_owned)).collect::<Result<_>>()?;
        let definition = KeyedDefinition {
            by,
            max_groups: reader.u64()?,
            overflow: if reader.bool()? { Overflow::Other } else { Overflow::Error },
            calculator: C::read_definition(reader, version)?,
        };
        definition.validate()?;
        Ok(definition)
    }

    fn write_state(&self, writer: &mut Writer) {
        writer.u16(C::KIND.version);
        writer.length(self.groups.len());
        let mut scratch = Writer::new();
        for (key, group) in &self.groups {
            key.write(writer);
            group.write_state(&mut scratch);
            writer.blob(scratch.as_bytes());
            scratch.clear();
        }
        writer.bool(self.other.is_some());
        if let Some(other) = &self.other {
            other.write_state(writer);
        }
    }

    fn read_state(
        definition: Self::Definition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let version = inner_version::<C>(reader)?;
        let mut table = Self { definition, groups: BTreeMap::new(), other: None };
        let columns = table.definition.by.len();
        let count = reader.length(columns + 1)?;
        if count > table.max_groups() {
            return Err(Error::corrupt("more groups than the definition allows"));
        }
        for _ in 0..count {
            let key = Key::read(columns, reader)?;
            if table.groups.last_key_value().is_some_and(|(last, _)| *last >= key) {
                return Err(Error::corrupt("the groups are not in the order of their keys"));
            }
            let mut inner = Reader::new(reader.blob()?);
            let group = C::read_state(table.definition.calculator.clone(), &mut inner, version)?;
            inner.finish()?;
            if group.observations() == 0 {
                return Err(Error::corrupt("a group without rows"));
            }
            table.groups.insert(key, group);
        }
        if reader.bool()? {
            let full = table.groups.len() == table.max_groups();
            if table.definition.overflow == Overflow::Error || !full {
                return Err(Error::corrupt("a folded group where nothing can have been folded"));
            }
            let calculator = table.definition.calculator.clone();
            table.other = Some(C::read_state(calculator, reader, version)?);
        }
        if table.definition.overflow == Overflow::Other {
            // What may be folded together must fit together; groups apart need not.
            let fits = table.total();
            fits.map_err(|_| Error::corrupt("the groups add up to more than can be counted"))?;
        }
        Ok(table)
    }
}

/// The version of the groups' states inside a table.
fn inner_version<C: State>(reader: &mut Reader<'_>) -> Result<u16> {
    let version = reader.u16()?;
    if version == 0 || version > C::KIND.version {
        return Err(Error::new(
            ErrorKind::UnsupportedVersion,
            format!("{} states of version {version} cannot be read", C::KIND.name),
        ));
    }
    Ok(version)
}

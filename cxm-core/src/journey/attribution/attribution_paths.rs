//! Attribution paths: the distinct paths of touchpoints, with how often they ended how.
//!
//! # What it measures
//! How many journeys took which path, how many of them converted and for how much: all that
//! attribution reads, whatever its method. Two journeys on one path are told apart by nothing, so
//! that every method costs the number of distinct paths and not the number of journeys.
//!
//! # Formula
//! ```text
//! paths   path → (conversions, value, nulls): exact
//! score   conversion rate = conversions ÷ (conversions + nulls)
//! ```
//!
//! # Input
//! [`Paths`]: texts such as `mail > web > shop` with the separator of the definition, white space
//! around a name left out; or touchpoint by touchpoint, by [`AttributionPaths::add_journeys`].
//! `values` are whole minor units (cents), the total of the row's conversions.
//!
//! # Empty and edge cases
//! An error that names the row: a path that is missing or has an empty name; a count that is
//! negative or not whole; a value without a conversion. A row of no journeys leaves no trace. A
//! touchpoint may follow itself. Without a journey the conversion rate is `None`; what attribution
//! itself needs is said [there](super).
//!
//! # Merging
//! Exact, in any order; `retract` is offered. Shards that are merged are attributed to the same
//! bits as the whole.
//!
//! # Uncertainty
//! The conversion rate is a share, by default with the interval of Wilson. The shares of the
//! touchpoints have theirs, see [`Attribution`](super::Attribution).
//!
//! # Not to be confused with
//! [`PathTable`], what this state is read as by a method: numbered touchpoints.
//!
//! # Source
//! Anderl, Becker, von Wangenheim and Schumann (2016), International Journal of Research in
//! Marketing 33: the path table, with the journeys that did not convert.
//!
//! # Example
//! ```
//! use cxm_core::calculator::batch::Paths;
//! use cxm_core::journey::attribution::{AttributionMethod, AttributionOptions, AttributionPaths};
//! use cxm_core::prelude::*;
//!
//! let mut paths = AttributionPaths::default();
//! let texts = ["google", "mail", "google > mail"];
//! let (conversions, nulls) = ([2u64, 1, 1], [1u64, 0, 0]);
//! let batch = Paths::new(texts.as_slice(), conversions.as_slice());
//! paths.update(batch.with_nulls(nulls.as_slice()))?;
//! let read = paths.attribution(&AttributionOptions::of(AttributionMethod::Markov))?;
//! let google = &read.touchpoints[0];
//! assert_eq!(&*google.touchpoint, "google");
//! assert!((google.conversions - 2.4).abs() < 1e-12);
//! assert!((google.removal_effect.unwrap() - 0.75).abs() < 1e-12);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use super::intake::{Rows, canonical};
use super::path_table::PathTable;
use super::report::AttributionPathsReport;
use crate::calculator::batch::{Paths, same_length};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::groups::group_of_row;
use crate::calculator::{
    Calculator, Definition, Kind, Merge, Preset, Retract, State, Update, UpdateByGroup,
    checked_difference, checked_sum, same_definition,
};
use crate::error::{Error, Result};

/// Distinct paths that a state may hold unless declared.
pub const DEFAULT_MAX_PATHS: u64 = 100_000_000;

const LONGEST_SEPARATOR: usize = 16;

/// How paths are read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AttributionPathsDefinition {
    /// What stands between two touchpoints of a path.
    pub separator: String,
    /// The most distinct paths that the state may hold.
    pub max_paths: u64,
}

impl Default for AttributionPathsDefinition {
    fn default() -> Self {
        Self { separator: ">".to_owned(), max_paths: DEFAULT_MAX_PATHS }
    }
}

impl Definition for AttributionPathsDefinition {
    fn validate(&self) -> Result<()> {
        if self.separator.is_empty() || self.separator.len() > LONGEST_SEPARATOR {
            let message = format!("a separator has 1 to {LONGEST_SEPARATOR} bytes");
            return Err(Error::definition(message).in_field("separator"));
        }
        if self.max_paths == 0 {
            return Err(Error::definition("there must be room for a path").in_field("max_paths"));
        }
        Ok(())
    }

    fn presets() -> &'static [Preset<Self>] {
        &[
            Preset {
                name: "arrows",
                summary: "touchpoints between signs of greater, as most exports have them",
                build: Self::default,
            },
            Preset {
                name: "commas",
                summary: "touchpoints between commas",
                build: || Self { separator: ",".to_owned(), ..Self::default() },
            },
        ]
    }
}

/// How the journeys on one path ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PathOutcomes {
    /// Journeys that converted.
    pub conversions: u64,
    /// What they were worth together, in minor units.
    pub value: i128,
    /// Journeys that did not convert.
    pub nulls: u64,
}

impl PathOutcomes {
    /// All journeys.
    pub fn journeys(&self) -> Result<u64> {
        checked_sum(self.conversions, self.nulls)
    }

    /// Whether rows can add up to it: no conversion is worth more than a row can say. This also
    /// keeps every sum of values inside an `i128`.
    fn is_possible(&self) -> bool {
        self.value.unsigned_abs() <= (1 << 63) * u128::from(self.conversions)
    }

    fn add(&mut self, other: &Self) {
        self.conversions = self.conversions.saturating_add(other.conversions);
        self.value = self.value.saturating_add(other.value);
        self.nulls = self.nulls.saturating_add(other.nulls);
    }
}

/// The calculator of attribution paths: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct AttributionPaths {
    definition: AttributionPathsDefinition,
    paths: BTreeMap<Box<str>, PathOutcomes>,
    journeys: u64,
}

impl Default for AttributionPaths {
    fn default() -> Self {
        Self::empty(AttributionPathsDefinition::default())
    }
}

impl AttributionPaths {
    fn empty(definition: AttributionPathsDefinition) -> Self {
        Self { definition, paths: BTreeMap::new(), journeys: 0 }
    }

    /// Counts journeys that all took this path, touchpoint by touchpoint.
    ///
    /// A name that contains the separator is an error: written as text, it would be two.
    pub fn add_journeys<S: AsRef<str>>(
        &mut self,
        touchpoints: &[S],
        outcomes: &PathOutcomes,
    ) -> Result<()> {
        let separator = &self.definition.separator;
        if let Some(name) = touchpoints.iter().find(|name| name.as_ref().contains(separator)) {
            let message = format!("a name must not contain the separator, got {:?}", name.as_ref());
            return Err(Error::observation(message).in_field("paths").within(Self::KIND.name));
        }
        let names: Vec<&str> = touchpoints.iter().map(AsRef::as_ref).collect();
        let path = canonical(&names.join(separator), separator);
        path.and_then(|path| self.take(&path, outcomes))
            .map_err(|error| error.within(Self::KIND.name))
    }

    /// Counts journeys on a path that is written as paths are kept.
    pub(super) fn take(&mut self, path: &str, outcomes: &PathOutcomes) -> Result<()> {
        if !outcomes.is_possible() {
            let message = "expected a value of less than 2^63 minor units for each conversion";
            return Err(Error::observation(message).in_field("values"));
        }
        let journeys = checked_sum(self.journeys, outcomes.journeys()?)?;
        match self.paths.get_mut(path) {
            Some(known) => known.add(outcomes),
            None if *outcomes == PathOutcomes::default() => {}
            None => {
                self.check_paths(self.paths.len().saturating_add(1))?;
                self.paths.insert(path.into(), *outcomes);
            }
        }
        self.journeys = journeys;
        Ok(())
    }

    fn check_paths(&self, paths: usize) -> Result<()> {
        let most = usize::try_from(self.definition.max_paths).unwrap_or(usize::MAX);
        if paths <= most {
            return Ok(());
        }
        let message = format!("there may be at most {} paths", self.definition.max_paths);
        Err(Error::limit(message).in_field("max_paths"))
    }

    /// The paths as they are kept, sorted by their text, with how their journeys ended.
    pub fn paths(&self) -> impl Iterator<Item = (&str, &PathOutcomes)> {
        self.paths.iter().map(|(path, outcomes)| (path.as_ref(), outcomes))
    }

    /// The table that the methods read: numbered touchpoints.
    pub fn path_table(&self) -> Result<PathTable> {
        PathTable::read(&self.definition.separator, self.paths())
    }
}

impl Calculator for AttributionPaths {
    type Definition = AttributionPathsDefinition;
    type Report = AttributionPathsReport;

    fn new(definition: AttributionPathsDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &AttributionPathsDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.journeys
    }

    fn value(&self) -> AttributionPathsReport {
        AttributionPathsReport::read(self)
    }
}

impl Merge for AttributionPaths {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            checked_sum(self.journeys, other.journeys)?;
            let new = other.paths.keys().filter(|path| !self.paths.contains_key(*path)).count();
            self.check_paths(self.paths.len().saturating_add(new))
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        self.journeys = self.journeys.saturating_add(other.journeys);
        for (path, outcomes) in &other.paths {
            match self.paths.get_mut(path) {
                Some(known) => known.add(outcomes),
                None => drop(self.paths.insert(path.clone(), *outcomes)),
            }
        }
    }
}

impl Update for AttributionPaths {
    type Batch<'a> = Paths<'a>;

    fn lift(definition: &AttributionPathsDefinition, batch: Paths<'_>) -> Result<Self> {
        let mut state = Self::empty(definition.clone());
        Rows::read(&batch, &definition.separator)
            .and_then(|rows| rows.for_each(|_, path, outcomes| state.take(path, outcomes)))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(state)
    }
}

impl UpdateByGroup for AttributionPaths {
    fn batch_len(batch: &Paths<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &AttributionPathsDefinition,
        codes: &[u32],
        groups: usize,
        batch: Paths<'_>,
    ) -> Result<Vec<Self>> {
        let mut states = vec![Self::empty(definition.clone()); groups];
        let take = |row: usize, path: &str, outcomes: &PathOutcomes| {
            group_of_row(&mut states, codes, row)?.take(path, outcomes)
        };
        same_length("keys", codes.len(), batch.len())
            .and_then(|()| Rows::read(&batch, &definition.separator))
            .and_then(|rows| rows.for_each(take))
            .map_err(|error| error.within(Self::KIND.name))?;
        Ok(states)
    }
}

/// What is left of a path, if as much was ever added.
fn difference(ours: &PathOutcomes, theirs: &PathOutcomes) -> Result<PathOutcomes> {
    let left = PathOutcomes {
        conversions: checked_difference(ours.conversions, theirs.conversions, "a path")?,
        value: ours.value.saturating_sub(theirs.value),
        nulls: checked_difference(ours.nulls, theirs.nulls, "a path")?,
    };
    if !left.is_possible() {
        return Err(Error::never_added(
            "cannot retract this value: conversions of it were not added",
        ));
    }
    Ok(left)
}

impl Retract for AttributionPaths {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            for (path, theirs) in &other.paths {
                difference(&self.paths.get(path).copied().unwrap_or_default(), theirs)?;
            }
            Ok(())
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        self.journeys = self.journeys.saturating_sub(other.journeys);
        for (path, theirs) in &other.paths {
            let Some(ours) = self.paths.get_mut(path) else { continue };
            *ours = difference(ours, theirs).unwrap_or_default();
            if *ours == PathOutcomes::default() {
                self.paths.remove(path);
            }
        }
    }
}

impl State for AttributionPaths {
    const KIND: Kind = Kind { id: 55, name: "attribution_paths", version: 1 };

    fn write_definition(definition: &AttributionPathsDefinition, writer: &mut Writer) {
        writer.text(&definition.separator);
        writer.unsigned(definition.max_paths);
    }

    fn read_definition(
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<AttributionPathsDefinition> {
        let separator = reader.text()?.to_owned();
        let definition = AttributionPathsDefinition { separator, max_paths: reader.u64()? };
        definition.validate()?;
        Ok(definition)
    }

    fn write_state(&self, writer: &mut Writer) {
        writer.length(self.paths.len());
        for (path, outcomes) in &self.paths {
            writer.text(path);
            writer.unsigned(outcomes.conversions);
            writer.signed(outcomes.value);
            writer.unsigned(outcomes.nulls);
        }
    }

    fn read_state(
        definition: AttributionPathsDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let mut state = Self::empty(definition);
        let refused = || Error::corrupt("paths that no journeys can have left");
        for _ in 0..reader.length(5)? {
            let path = reader.text()?;
            let outcomes = PathOutcomes {
                conversions: reader.u64()?,
                value: reader.signed()?,
                nulls: reader.u64()?,
            };
            let ascending = state.paths.last_key_value().is_none_or(|(last, _)| **last < *path);
            let kept =
                canonical(path, &state.definition.separator).is_ok_and(|kept| *kept == *path);
            if !ascending || !kept || outcomes == PathOutcomes::default() {
                return Err(refused());
            }
            state.take(path, &outcomes)?;
        }
        Ok(state)
    }
}

//! Paths as the methods read them: touchpoints as numbers, in a fixed order.

use super::attribution_paths::PathOutcomes;
use crate::calculator::batch::{Lookup, number};
use crate::error::{Error, Result};

/// Distinct paths of numbered touchpoints, with how their journeys ended.
///
/// Touchpoints are numbered in the order of their names and paths stand in the order of their
/// text, so that sums over them have the same bits however the rows came.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PathTable {
    names: Vec<Box<str>>,
    touchpoints: Vec<u32>,
    ends: Vec<usize>,
    outcomes: Vec<PathOutcomes>,
}

impl PathTable {
    pub(super) fn read<'a>(
        separator: &str,
        paths: impl Iterator<Item = (&'a str, &'a PathOutcomes)>,
    ) -> Result<Self> {
        let mut lookup: Lookup<&str> = Lookup::default();
        let mut names: Vec<&str> = Vec::new();
        let (mut touchpoints, mut ends, mut outcomes) = (Vec::new(), Vec::new(), Vec::new());
        for (path, ended) in paths {
            for name in path.split(separator).map(str::trim) {
                let code = match lookup.get(name) {
                    Some(&code) => code,
                    None => {
                        let code = number(names.len())?;
                        names.push(name);
                        lookup.insert(name, code);
                        code
                    }
                };
                touchpoints.push(code);
            }
            ends.push(touchpoints.len());
            outcomes.push(*ended);
        }
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_unstable_by_key(|&first| names.get(first));
        let mut sorted = vec![0_u32; names.len()];
        for (place, &first) in order.iter().enumerate() {
            if let Some(slot) = sorted.get_mut(first) {
                *slot = number(place)?;
            }
        }
        for code in &mut touchpoints {
            *code = sorted.get(index(*code)).copied().unwrap_or_default();
        }
        let names = order.iter().filter_map(|&first| names.get(first).copied().map(Box::from));
        Ok(Self { names: names.collect(), touchpoints, ends, outcomes })
    }

    /// The touchpoints in the order of their numbers: sorted by name.
    pub fn names(&self) -> &[Box<str>] {
        &self.names
    }

    /// The number of a touchpoint.
    pub fn number_of(&self, name: &str) -> Result<u32> {
        let found = self.names.binary_search_by(|known| (**known).cmp(name));
        found
            .map_err(|_| Error::argument(format!("there is no touchpoint {name:?}")))
            .and_then(number)
    }

    /// Distinct paths.
    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Whether there are no paths.
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    /// The paths: the numbers of their touchpoints, and how their journeys ended.
    pub fn rows(&self) -> impl Iterator<Item = (&[u32], &PathOutcomes)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let spans = starts.zip(&self.ends).map(|(start, &end)| start..end);
        let paths = spans.map(|span| self.touchpoints.get(span).unwrap_or_default());
        paths.zip(&self.outcomes)
    }

    /// Everything together.
    pub fn totals(&self) -> PathOutcomes {
        let add = |mut sum: PathOutcomes, ended: &PathOutcomes| {
            sum.conversions = sum.conversions.saturating_add(ended.conversions);
            sum.value = sum.value.saturating_add(ended.value);
            sum.nulls = sum.nulls.saturating_add(ended.nulls);
            sum
        };
        self.outcomes.iter().fold(PathOutcomes::default(), add)
    }

    /// Whether anything is known of what conversions were worth.
    pub fn has_values(&self) -> bool {
        self.outcomes.iter().any(|ended| ended.value != 0)
    }
}

/// The place of a number in a list.
pub(super) fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

//! What a reader found and what it had to leave behind, counted by name.

use std::collections::BTreeMap;

/// Different names in one count; what comes after is summed up.
const MOST_NAMES: usize = 256;

/// Bytes of a name; what is longer is cut.
pub(super) const LONGEST_NAME: usize = 80;

/// Stands for all names beyond the first 256.
const OTHERS: &str = "(others)";

/// Stands for a name that is empty.
const UNNAMED: &str = "(unnamed)";

/// How often each name occurred, in the order of the names.
///
/// Names come from the text, so their number and length are bounded: what is over sums up under
/// `(others)`.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct LossCounts(BTreeMap<String, u64>);

impl LossCounts {
    /// How often the name occurred.
    pub fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// All occurrences.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// Whether nothing occurred.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, &count)| (name.as_str(), count))
    }

    pub(super) fn add(&mut self, name: &str) {
        let name = if name.is_empty() { UNNAMED } else { shortened(name) };
        if let Some(count) = self.0.get_mut(name) {
            *count += 1;
            return;
        }
        let name = if self.0.len() < MOST_NAMES { name } else { OTHERS };
        *self.0.entry(name.to_owned()).or_default() += 1;
    }
}

/// The leading bytes of a name, up to the end of a character.
pub(super) fn shortened(name: &str) -> &str {
    let ends = (0..=LONGEST_NAME.min(name.len())).rev();
    ends.into_iter().find_map(|end| name.get(..end)).unwrap_or_default()
}

/// What was read and what was lost.
///
/// Every record is accounted for: `records + repeated = interactions + skipped`.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LossReport {
    /// Records of the text: rows, events, messages.
    pub records: u64,
    /// Interactions that they became.
    pub interactions: u64,
    /// Interactions beyond the first of a record that concerns several customers.
    pub repeated: u64,
    /// Records that became no interaction, by the reason.
    pub skipped: LossCounts,
    /// Values that could not be read and were left out, by the field that they were meant for.
    pub unreadable: LossCounts,
    /// Amounts that were rounded to minor units, by their field.
    pub rounded: LossCounts,
    /// Values for which an interaction has no place, or the mapping names none, by their name in
    /// the text.
    pub unmapped: LossCounts,
    /// Interactions that moved from an alias to the id of its customer.
    pub resolved: u64,
}

impl LossReport {
    /// Whether every record became an interaction and every value found its place.
    pub fn is_lossless(&self) -> bool {
        let losses = [&self.skipped, &self.unreadable, &self.rounded, &self.unmapped];
        self.repeated == 0 && losses.into_iter().all(LossCounts::is_empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_in_number_and_length() {
        let mut counts = LossCounts::default();
        for number in 0..1_000 {
            counts.add(&format!("field {number}"));
        }
        counts.add(&"é".repeat(1_000));
        assert_eq!((counts.iter().count(), counts.total()), (MOST_NAMES + 1, 1_001));
        assert_eq!(counts.of(OTHERS), 745);
        assert!(counts.iter().all(|(name, _)| name.len() <= LONGEST_NAME));
        assert_eq!(shortened(&"é".repeat(1_000)).len(), LONGEST_NAME);
        assert_eq!(shortened(&format!("a{}", "é".repeat(1_000))).len(), LONGEST_NAME - 1);
    }
}

//! A sorted multiset: the state of calculators that keep distinct rows with how often they stand.

use std::collections::BTreeMap;

use super::checked_difference;
use crate::error::Result;

/// Distinct keys after adding theirs to ours.
pub(crate) fn distinct_in_both<K: Ord>(
    ours: &BTreeMap<K, u64>,
    theirs: &BTreeMap<K, u64>,
) -> usize {
    ours.len().saturating_add(theirs.keys().filter(|key| !ours.contains_key(key)).count())
}

/// Adds their counts to ours.
pub(crate) fn add<K: Ord + Clone>(ours: &mut BTreeMap<K, u64>, theirs: &BTreeMap<K, u64>) {
    for (key, &count) in theirs {
        match ours.get_mut(key) {
            Some(ours) => *ours = ours.saturating_add(count),
            None => drop(ours.insert(key.clone(), count)),
        }
    }
}

/// Refuses to take away more than was added of a key, which is one of `what`.
pub(crate) fn check_subtract<K: Ord>(
    ours: &BTreeMap<K, u64>,
    theirs: &BTreeMap<K, u64>,
    what: &'static str,
) -> Result<()> {
    for (key, &count) in theirs {
        checked_difference(ours.get(key).copied().unwrap_or_default(), count, what)?;
    }
    Ok(())
}

/// Takes their counts away from ours; a key that nobody has any more is gone.
pub(crate) fn subtract<K: Ord>(ours: &mut BTreeMap<K, u64>, theirs: &BTreeMap<K, u64>) {
    for (key, &count) in theirs {
        let Some(left) = ours.get_mut(key) else { continue };
        *left = left.saturating_sub(count);
        if *left == 0 {
            ours.remove(key);
        }
    }
}

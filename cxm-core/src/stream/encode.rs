//! From several key columns to dense group numbers.
//!
//! Each distinct key of a batch is looked up once; the rows then go through dense arrays, which is
//! several times faster than a hash table a row. Groups are numbered by first appearance and sorted
//! before anybody sees them.

use std::borrow::Cow;

use super::keyed::Key;
use crate::calculator::batch::{KeyColumn, KeyPart, Lookup, check_codes, number, number_keys};
use crate::error::Result;

/// The group number of every row, and the key of every group.
#[derive(Debug, Clone)]
pub(crate) struct Groups<'a> {
    pub(crate) codes: Cow<'a, [u32]>,
    pub(crate) keys: Vec<Key>,
}

/// Numbers the rows by their key over all key columns.
///
/// A single column of codes may be its own numbering; whether each of its codes has a key is then
/// left to whoever reads them anyway: reading them twice would cost a third of a grouped score.
pub(crate) fn group_rows<'a>(columns: &[KeyColumn<'a>], rows: usize) -> Result<Groups<'a>> {
    for column in columns {
        column.check("keys", rows)?;
    }
    let Some((first, more)) = columns.split_first() else {
        let codes = Cow::Owned(vec![0; rows]);
        return Ok(Groups { codes, keys: vec![Key::new(Vec::new())] });
    };
    if !more.is_empty() {
        check_codes(columns)?;
    }
    let (mut codes, first_parts) = number_keys(first)?;
    let mut keys: Vec<Vec<KeyPart>> = first_parts.into_iter().map(|part| vec![part]).collect();
    for column in more {
        let (next, parts) = number_keys(column)?;
        (codes, keys) = combine(&codes, &keys, &next, &parts)?;
    }
    Ok(Groups { codes, keys: keys.into_iter().map(Key::new).collect() })
}

type Combined<'a> = (Cow<'a, [u32]>, Vec<Vec<KeyPart>>);

/// Numbers the pairs of two encodings by first appearance.
fn combine<'a>(
    codes: &[u32],
    keys: &[Vec<KeyPart>],
    next: &[u32],
    parts: &[KeyPart],
) -> Result<Combined<'a>> {
    let pairs = codes.iter().copied().zip(next.iter().copied());
    let mut combined: Vec<Vec<KeyPart>> = Vec::new();
    let mut lookup: Lookup<(u32, u32)> = Lookup::default();
    let mut numbered = Vec::with_capacity(codes.len());
    for (a, b) in pairs {
        let code = match lookup.get(&(a, b)) {
            Some(&code) => code,
            None => {
                let code = number(combined.len())?;
                let position = |code: u32| usize::try_from(code).unwrap_or(usize::MAX);
                let mut key = keys.get(position(a)).cloned().unwrap_or_default();
                key.extend(parts.get(position(b)).cloned());
                combined.push(key);
                lookup.insert((a, b), code);
                code
            }
        };
        numbered.push(code);
    }
    Ok((Cow::Owned(numbered), combined))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calculator::batch::{Ratings, Validity};
    use crate::calculator::{Calculator, Update};
    use crate::error::ErrorKind;
    use crate::stream::{Keyed, KeyedBatch, KeyedDefinition};
    use crate::survey::Nps;

    fn update(keys: &[KeyColumn<'_>], ratings: &[u8]) -> Result<Vec<(String, u64)>> {
        let names = ["a", "b"].into_iter().take(keys.len());
        let mut table = Keyed::<Nps>::new(KeyedDefinition::by(names))?;
        table.update(KeyedBatch { keys, batch: Ratings::from(ratings) })?;
        let groups = table.groups();
        Ok(groups.map(|(key, nps)| (key.to_string(), nps.observations())).collect())
    }

    #[test]
    fn a_dictionary_may_repeat_a_key_and_rows_may_have_none() {
        let dictionary = ["a".into(), "b".into(), "a".into(), KeyPart::Missing, "unused".into()];
        let mut column = KeyColumn::coded(&[0, 1, 2, 3, 99, 0], &dictionary);
        column.validity = Some(Validity::Bytes(&[1, 1, 1, 1, 0, 0]));
        let groups = update(&[column], &[10; 6]).unwrap();
        assert_eq!(groups, [("(missing)".into(), 3), ("a".into(), 2), ("b".into(), 1)]);
    }

    #[test]
    fn a_code_outside_its_dictionary_is_named_with_its_row() {
        let (plain, twice) = (["a".into(), "b".into()], ["a".into(), "a".into()]);
        for dictionary in [&plain, &twice] {
            let column = KeyColumn::coded(&[0, 1, 2, 7], dictionary);
            for columns in [&[column][..], &[column, column]] {
                let error = update(columns, &[10; 4]).unwrap_err();
                assert_eq!((error.kind(), error.row()), (ErrorKind::InvalidObservation, Some(2)));
                assert!(error.to_string().contains("outside its dictionary of 2 keys"), "{error}");
            }
        }
    }
}

//! Keys: customers, segments, waves, as values and as columns.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::Hash;

use super::columns::{check_validity, same_length};
use crate::calculator::codec::{Reader, Writer};
use crate::error::{Error, Result};
use crate::numeric::tally::Validity;

/// A part of a key: one value of one key column.
///
/// Sorted missing first, then booleans, integers, texts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(untagged))]
pub enum KeyPart {
    /// No value.
    Missing,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text, compared byte by byte.
    Text(Box<str>),
}

impl KeyPart {
    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Missing => writer.u8(0),
            Self::Boolean(value) => {
                writer.u8(1);
                writer.bool(*value);
            }
            Self::Integer(value) => {
                writer.u8(2);
                writer.signed(*value);
            }
            Self::Text(text) => {
                writer.u8(3);
                writer.text(text);
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        match reader.u8()? {
            0 => Ok(Self::Missing),
            1 => reader.bool().map(Self::Boolean),
            2 => reader.signed().map(Self::Integer),
            3 => reader.text().map(Self::from),
            other => Err(Error::corrupt(format!("there is no key type {other}"))),
        }
    }
}

impl std::fmt::Display for KeyPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("(missing)"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
        }
    }
}

impl From<&str> for KeyPart {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for KeyPart {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// A key that is there, borrowed; in the order of [`KeyPart`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyRef<'a> {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text, compared byte by byte.
    Text(&'a str),
}

impl<'a> From<&'a str> for KeyRef<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for KeyRef<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl<'a> KeyRef<'a> {
    /// The key; none for the missing one.
    pub fn of(part: &'a KeyPart) -> Option<Self> {
        match part {
            KeyPart::Missing => None,
            KeyPart::Boolean(value) => Some(Self::Boolean(*value)),
            KeyPart::Integer(value) => Some(Self::Integer(*value)),
            KeyPart::Text(text) => Some(Self::Text(text)),
        }
    }

    /// The key, owned.
    pub fn to_part(self) -> KeyPart {
        match self {
            Self::Boolean(value) => KeyPart::Boolean(value),
            Self::Integer(value) => KeyPart::Integer(value),
            Self::Text(text) => KeyPart::Text(text.into()),
        }
    }
}

/// The values of a key column.
#[derive(Debug, Clone, Copy)]
pub enum KeyValues<'a> {
    /// Whole numbers.
    Integers(&'a [i64]),
    /// Texts.
    Texts(&'a [&'a str]),
    /// Positions in a dictionary: the fast form, since each key is looked up once a batch.
    Codes {
        /// One position a row.
        codes: &'a [u32],
        /// The keys.
        dictionary: &'a [KeyPart],
    },
}

/// A column of keys: customers, segments, waves.
#[derive(Debug, Clone, Copy)]
pub struct KeyColumn<'a> {
    /// The keys.
    pub values: KeyValues<'a>,
    /// Which rows have a key; without it, all do. The others have the key [`KeyPart::Missing`].
    pub validity: Option<Validity<'a>>,
}

impl<'a> From<&'a [i64]> for KeyColumn<'a> {
    fn from(values: &'a [i64]) -> Self {
        Self { values: KeyValues::Integers(values), validity: None }
    }
}

impl<'a> From<&'a [&'a str]> for KeyColumn<'a> {
    fn from(values: &'a [&'a str]) -> Self {
        Self { values: KeyValues::Texts(values), validity: None }
    }
}

impl<'a> KeyColumn<'a> {
    /// A dictionary-coded column.
    pub fn coded(codes: &'a [u32], dictionary: &'a [KeyPart]) -> Self {
        Self { values: KeyValues::Codes { codes, dictionary }, validity: None }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self.values {
            KeyValues::Integers(values) => values.len(),
            KeyValues::Texts(values) => values.len(),
            KeyValues::Codes { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the row has a key.
    #[inline]
    pub fn is_valid(&self, row: usize) -> bool {
        self.validity.is_none_or(|validity| validity.is_valid(row))
    }

    /// Refuses another number of rows.
    pub(crate) fn check(&self, field: &'static str, rows: usize) -> Result<()> {
        same_length(field, self.len(), rows)?;
        check_validity(field, self.validity, rows)
    }

    /// The key of a row; a code outside the dictionary is an error with its row.
    pub fn part(&self, row: usize) -> Result<KeyPart> {
        if !self.is_valid(row) {
            return Ok(KeyPart::Missing);
        }
        let part = match self.values {
            KeyValues::Integers(values) => values.get(row).map(|&value| KeyPart::Integer(value)),
            KeyValues::Texts(values) => values.get(row).map(|&text| KeyPart::Text(text.into())),
            KeyValues::Codes { codes, dictionary } => codes
                .get(row)
                .and_then(|&code| dictionary.get(usize::try_from(code).ok()?))
                .cloned(),
        };
        part.ok_or_else(|| Error::observation("a code is outside its dictionary").at_row(row))
    }
}

/// A hash table whose seed differs from process to process and never shows.
pub(crate) type Lookup<K> = HashMap<K, u32, foldhash::fast::RandomState>;

/// A position as a key number.
pub(crate) fn number(position: usize) -> Result<u32> {
    u32::try_from(position).map_err(|_| Error::limit("a batch may have at most 2^32 distinct keys"))
}

/// The number of each row's key, and the keys.
type Numbered<'a> = (Cow<'a, [u32]>, Vec<KeyPart>);

/// Numbers the rows by their key; a key may be numbered that no row has.
///
/// A dictionary may be its own numbering; whether each of its codes has a key is then left to
/// whoever reads them anyway: reading them twice would cost a third of a grouped score.
pub(crate) fn number_keys<'a>(column: &KeyColumn<'a>) -> Result<Numbered<'a>> {
    match column.values {
        KeyValues::Codes { codes, dictionary } => encode_codes(codes, dictionary, column),
        KeyValues::Integers(values) => {
            if let Some(numbered) = number_dense(values, column)? {
                return Ok(numbered);
            }
            let rows = values.iter().enumerate();
            let rows = rows.map(|(row, value)| column.is_valid(row).then_some(*value));
            encode(rows, |value| KeyPart::Integer(*value))
        }
        KeyValues::Texts(values) => {
            let rows = values.iter().enumerate();
            let rows = rows.map(|(row, value)| column.is_valid(row).then_some(*value));
            encode(rows, |value| KeyPart::Text((*value).into()))
        }
    }
}

/// The most room that a table by number may take, for each row.
const ROOM_A_ROW: u64 = 2;

/// Numbers whole numbers that lie close together, as customer numbers do, in their order: each has
/// a place of its own in a table, so nothing is hashed. `None` where they lie too far apart.
fn number_dense<'a>(values: &[i64], column: &KeyColumn<'_>) -> Result<Option<Numbered<'a>>> {
    const UNSEEN: u32 = u32::MAX;
    let present = || values.iter().enumerate().filter(|(row, _)| column.is_valid(*row));
    let Some(least) = present().map(|(_, value)| *value).min() else { return Ok(None) };
    let most = present().map(|(_, value)| *value).max().unwrap_or(least);
    let place = |value: i64| usize::try_from(value.abs_diff(least)).unwrap_or(usize::MAX);
    let room = u64::try_from(values.len()).unwrap_or(u64::MAX).saturating_mul(ROOM_A_ROW);
    if most.abs_diff(least) >= room {
        return Ok(None);
    }
    let mut numbers = vec![UNSEEN; place(most).saturating_add(1)];
    for (_, value) in present() {
        numbers.get_mut(place(*value)).into_iter().for_each(|slot| *slot = 0);
    }
    let mut parts = Vec::new();
    for (value, slot) in (least..=most).zip(&mut numbers) {
        if *slot != UNSEEN {
            *slot = number(parts.len())?;
            parts.push(KeyPart::Integer(value));
        }
    }
    let missing = number(parts.len())?;
    let mut any_missing = false;
    let code = |(row, value): (usize, &i64)| {
        let found = numbers.get(place(*value)).filter(|_| column.is_valid(row));
        any_missing |= found.is_none();
        found.copied().unwrap_or(missing)
    };
    let codes = values.iter().enumerate().map(code).collect();
    if any_missing {
        parts.push(KeyPart::Missing);
    }
    Ok(Some((Cow::Owned(codes), parts)))
}

/// A dictionary is its own encoding, unless it names a key twice or rows have none.
fn encode_codes<'a>(
    codes: &'a [u32],
    dictionary: &[KeyPart],
    column: &KeyColumn<'a>,
) -> Result<Numbered<'a>> {
    let mut sorted: Vec<_> = dictionary.iter().collect();
    sorted.sort_unstable();
    let distinct = sorted.windows(2).all(|pair| pair.first() != pair.last());
    if distinct && column.validity.is_none() {
        return Ok((Cow::Borrowed(codes), dictionary.to_vec()));
    }
    check_codes(std::slice::from_ref(column))?;
    // Each entry is looked up once, and each row goes through an array.
    let entries: Vec<_> = dictionary.iter().chain([&KeyPart::Missing]).map(Some).collect();
    let (groups, parts) = encode(entries.into_iter(), |part| (*part).clone())?;
    let missing = dictionary.len();
    let rows = codes.iter().enumerate().map(|(row, &code)| {
        let entry = if column.is_valid(row) { usize::try_from(code).ok() } else { Some(missing) };
        entry.and_then(|entry| groups.get(entry)).copied().unwrap_or_default()
    });
    Ok((Cow::Owned(rows.collect()), parts))
}

/// Refuses a code outside its dictionary, unless its row has no key.
pub(crate) fn check_codes(columns: &[KeyColumn<'_>]) -> Result<()> {
    for column in columns {
        let KeyValues::Codes { codes, dictionary } = column.values else { continue };
        let outside = codes.iter().enumerate().find(|&(row, &code)| {
            usize::try_from(code).is_ok_and(|code| code >= dictionary.len()) && column.is_valid(row)
        });
        if let Some((row, code)) = outside {
            return Err(Error::observation(format!(
                "code {code} is outside its dictionary of {} keys",
                dictionary.len()
            ))
            .in_field("keys")
            .at_row(row));
        }
    }
    Ok(())
}

/// Numbers values by first appearance; `None` is the missing key.
fn encode<'a, T: Hash + Eq + Copy>(
    rows: impl ExactSizeIterator<Item = Option<T>>,
    part: impl Fn(&T) -> KeyPart,
) -> Result<Numbered<'a>> {
    let mut lookup: Lookup<Option<T>> = Lookup::default();
    let mut parts = Vec::new();
    let mut codes = Vec::with_capacity(rows.len());
    for value in rows {
        let code = match lookup.get(&value) {
            Some(&code) => code,
            None => {
                let code = number(parts.len())?;
                parts.push(value.as_ref().map_or(KeyPart::Missing, &part));
                lookup.insert(value, code);
                code
            }
        };
        codes.push(code);
    }
    Ok((Cow::Owned(codes), parts))
}

/// The numbers of the keys in the order of the keys.
pub(crate) fn key_order(keys: &[KeyPart]) -> Vec<u32> {
    // Texts that differ late, as customer numbers do, are told apart by what follows the part
    // that they share; eight bytes of it decide nearly always.
    let texts =
        || keys.iter().filter_map(|key| if let KeyPart::Text(t) = key { Some(t) } else { None });
    let first = texts().next().map_or([].as_slice(), |text| text.as_bytes());
    let shared = texts().fold(first.len(), |shared, text| {
        let same = first.iter().zip(text.as_bytes()).take_while(|(a, b)| a == b);
        shared.min(same.count())
    });
    let mut order: Vec<(u8, u64, u32)> = (0u32..)
        .zip(keys)
        .map(|(code, key)| match key {
            KeyPart::Missing => (0, 0, code),
            KeyPart::Boolean(value) => (1, u64::from(*value), code),
            KeyPart::Integer(value) => (2, value.cast_unsigned() ^ (1 << 63), code),
            KeyPart::Text(text) => {
                let mut head = [0; 8];
                let rest = text.as_bytes().get(shared..).unwrap_or_default();
                head.iter_mut().zip(rest).for_each(|(target, byte)| *target = *byte);
                (3, u64::from_be_bytes(head), code)
            }
        })
        .collect();
    let key = |code: u32| usize::try_from(code).ok().and_then(|code| keys.get(code));
    order.sort_unstable_by(|a, b| {
        (a.0, a.1)
            .cmp(&(b.0, b.1))
            .then_with(|| if a.0 == 3 { key(a.2).cmp(&key(b.2)) } else { a.2.cmp(&b.2) })
    });
    order.into_iter().map(|(_, _, code)| code).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_close_together_and_far_apart_are_numbered_alike() {
        let close = [7, 5, i64::MIN, 7, 6, 12, 5];
        for (shift, dense) in [(0, true), (i64::MAX - 12, true), (0, false)] {
            let far = if dense { 0 } else { 1 << 40 };
            let values = close.map(|value| value.saturating_add(shift) + far * (value & 1));
            let validity = Some(Validity::Bytes(&[1, 1, 0, 1, 1, 1, 1]));
            let column = KeyColumn { values: KeyValues::Integers(&values), validity };
            let (codes, parts) = number_keys(&column).unwrap();
            for (row, &code) in codes.iter().enumerate() {
                assert_eq!(parts[code as usize], column.part(row).unwrap(), "row {row}");
            }
            assert_eq!(parts.len(), 5, "each once");
            assert_eq!(number_dense(&values, &column).unwrap().is_some(), dense);
        }
        let none: [i64; 0] = [];
        assert!(number_keys(&KeyColumn::from(none.as_slice())).unwrap().0.is_empty());
    }

    #[test]
    fn keys_are_sorted_as_they_compare() {
        let texts = ["c-1", "c-10", "c-1\0", "c-", "c-123456789", "c-123456780", "c-é"];
        let mut keys: Vec<KeyPart> = texts.map(KeyPart::from).into();
        keys.extend([5, -5, i64::MIN, i64::MAX].map(KeyPart::Integer));
        keys.extend([KeyPart::Boolean(true), KeyPart::Missing, KeyPart::Boolean(false)]);
        let order = key_order(&keys);
        let sorted: Vec<_> = order.iter().map(|&code| keys[code as usize].clone()).collect();
        keys.sort();
        assert_eq!(sorted, keys);
    }
}

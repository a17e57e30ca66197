//! Keys by number: each key once, found by its hash.
//!
//! The table holds the numbers alone and looks the keys up in their list, so that a million
//! customers cost 8 MB beside the keys themselves. Its seed differs from process to process and
//! never shows: numbers follow the order of first appearance.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::calculator::batch::{KeyColumn, KeyPart, KeyRef, KeyValues, number};
use crate::error::{Error, Result};

/// Rows below which a table by place is not worth its room.
const FEWEST_DENSE: usize = 64;

/// The number of an absent key.
pub(crate) const NONE: u32 = u32::MAX;

/// What collecting into a result does not do: it takes the room of all rows at once.
fn collected(numbers: impl ExactSizeIterator<Item = Result<u32>>) -> Result<Vec<u32>> {
    let mut all = Vec::with_capacity(numbers.len());
    for number in numbers {
        all.push(number?);
    }
    Ok(all)
}

/// Different keys, numbered from 0 in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct KeyTable {
    keys: Vec<KeyPart>,
    /// Numbers of keys by hash, open addressing; a power of two, at most half full.
    slots: Vec<u32>,
    seed: RandomState,
}

impl KeyTable {
    /// Number of keys.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// The keys in the order of their numbers.
    pub(crate) fn keys(&self) -> &[KeyPart] {
        &self.keys
    }

    /// The key of a number; nothing for [`NONE`].
    pub(crate) fn key(&self, number: u32) -> Option<&KeyPart> {
        self.keys.get(usize::try_from(number).ok()?)
    }

    /// The number of a key, if it is there.
    pub(crate) fn find(&self, part: &KeyPart) -> Option<u32> {
        let key = KeyRef::of(part)?;
        self.slot(key).ok().filter(|_| !self.keys.is_empty())
    }

    /// The number of a key, which joins if it is new; [`NONE`] for the missing key.
    pub(crate) fn number_of(&mut self, part: &KeyPart) -> Result<u32> {
        KeyRef::of(part).map_or(Ok(NONE), |key| self.insert(key))
    }

    #[allow(clippy::cast_possible_truncation, reason = "the low bits are as good as any")]
    fn first_place(&self, key: KeyRef<'_>, mask: usize) -> usize {
        let hash = match key {
            KeyRef::Boolean(value) => self.seed.hash_one(value),
            KeyRef::Integer(value) => self.seed.hash_one(value),
            KeyRef::Text(text) => self.seed.hash_one(text),
        };
        hash as usize & mask
    }

    /// The number of the key, or the slot where it belongs.
    fn slot(&self, key: KeyRef<'_>) -> std::result::Result<u32, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut place = self.first_place(key, mask);
        loop {
            let Some(&number) = self.slots.get(place) else { return Err(0) };
            match self.key(number) {
                None => return Err(place),
                Some(part) if KeyRef::of(part) == Some(key) => return Ok(number),
                Some(_) => place = (place + 1) & mask,
            }
        }
    }

    /// The number of a key that is there, which joins if it is new.
    pub(crate) fn insert(&mut self, key: KeyRef<'_>) -> Result<u32> {
        if (self.keys.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        match self.slot(key) {
            Ok(number) => Ok(number),
            Err(place) => {
                let new = number(self.keys.len())?;
                if new == NONE {
                    return Err(Error::limit("there may be at most 2^32 − 1 different keys"));
                }
                self.keys.push(key.to_part());
                if let Some(slot) = self.slots.get_mut(place) {
                    *slot = new;
                }
                Ok(new)
            }
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(16);
        self.slots.clear();
        self.slots.resize(size, NONE);
        let keys = std::mem::take(&mut self.keys);
        for (number, part) in (0u32..).zip(&keys) {
            // The list of keys is empty meanwhile, so the first free slot is looked for by hand.
            let Some(key) = KeyRef::of(part) else { continue };
            let mut place = self.first_place(key, size - 1);
            while self.slots.get(place).is_some_and(|&slot| slot != NONE) {
                place = (place + 1) & (size - 1);
            }
            if let Some(slot) = self.slots.get_mut(place) {
                *slot = number;
            }
        }
        self.keys = keys;
    }

    /// The numbers of a column's keys; new ones join. A code outside its dictionary is an error.
    pub(crate) fn number_column(&mut self, column: &KeyColumn<'_>) -> Result<Vec<u32>> {
        match column.values {
            KeyValues::Integers(values) => {
                if let Some(numbers) = self.number_dense(values, column)? {
                    return Ok(numbers);
                }
                let rows = values.iter().enumerate();
                let mut number = |(row, &value)| {
                    if column.is_valid(row) {
                        self.insert(KeyRef::Integer(value))
                    } else {
                        Ok(NONE)
                    }
                };
                collected(rows.map(&mut number))
            }
            KeyValues::Texts(values) => {
                let rows = values.iter().enumerate();
                let mut number = |(row, &text): (usize, &&str)| {
                    if column.is_valid(row) { self.insert(KeyRef::Text(text)) } else { Ok(NONE) }
                };
                collected(rows.map(&mut number))
            }
            KeyValues::Codes { codes, dictionary } => {
                // A key of the dictionary joins only once a row has it.
                let mut numbers: Vec<Option<u32>> = vec![None; dictionary.len()];
                let rows = codes.iter().enumerate();
                collected(rows.map(|(row, &code)| {
                    if !column.is_valid(row) {
                        return Ok(NONE);
                    }
                    let code = usize::try_from(code).unwrap_or(usize::MAX);
                    let (Some(known), Some(part)) = (numbers.get_mut(code), dictionary.get(code))
                    else {
                        let error = Error::observation("a code is outside its dictionary");
                        return Err(error.at_row(row));
                    };
                    match known {
                        Some(number) => Ok(*number),
                        None => Ok(*known.insert(self.number_of(part)?)),
                    }
                }))
            }
        }
    }

    /// The numbers of whole numbers that lie close together, as customer numbers do: each has a
    /// place of its own, so that it is hashed once a batch. Nothing where they lie too far apart.
    fn number_dense(&mut self, values: &[i64], column: &KeyColumn<'_>) -> Result<Option<Vec<u32>>> {
        let bounds = values.iter().min().zip(values.iter().max());
        let Some((&least, &most)) = bounds.filter(|_| values.len() >= FEWEST_DENSE) else {
            return Ok(None);
        };
        let place = |value: i64| usize::try_from(value.abs_diff(least)).unwrap_or(usize::MAX);
        if place(most) >= values.len() {
            return Ok(None);
        }
        let mut numbers = vec![NONE; place(most) + 1];
        let mut number = |(row, &value): (usize, &i64)| {
            let Some(slot) = numbers.get_mut(place(value)) else { return Ok(NONE) };
            if !column.is_valid(row) {
                return Ok(NONE);
            }
            if *slot == NONE {
                *slot = self.insert(KeyRef::Integer(value))?;
            }
            Ok(*slot)
        };
        collected(values.iter().enumerate().map(&mut number)).map(Some)
    }

    /// The numbers that another table's keys have here; new ones join.
    pub(crate) fn number_all(&mut self, other: &Self) -> Result<Vec<u32>> {
        other.keys.iter().map(|part| self.number_of(part)).collect()
    }

    /// The numbers sorted by their keys.
    pub(crate) fn sorted(&self) -> Vec<u32> {
        let mut numbers: Vec<u32> = (0u32..).take(self.keys.len()).collect();
        numbers.sort_unstable_by_key(|&number| self.key(number));
        numbers
    }

    /// The place of each number's key among all keys in their order.
    pub(crate) fn places(&self) -> Vec<u32> {
        let mut places = vec![NONE; self.keys.len()];
        for (place, number) in (0u32..).zip(self.sorted()) {
            places.get_mut(number as usize).into_iter().for_each(|slot| *slot = place);
        }
        places
    }
}

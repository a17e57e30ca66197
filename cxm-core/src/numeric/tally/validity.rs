//! Which rows of a column hold a value.

use crate::error::{Error, Result};

/// Which rows hold a value, in one of the two layouts in use. Rows past its end hold none.
#[derive(Debug, Clone, Copy)]
pub enum Validity<'a> {
    /// One bit a row: Arrow.
    Bits(Bitmap<'a>),
    /// One byte a row, 0 = missing and anything else = valid: C and numpy.
    Bytes(&'a [u8]),
}

impl Validity<'_> {
    /// The number of rows described; equal to the rows of the column.
    pub const fn len(&self) -> usize {
        match self {
            Self::Bits(bits) => bits.len,
            Self::Bytes(bytes) => bytes.len(),
        }
    }

    /// Whether no row is described.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether this row holds a value.
    pub fn is_valid(&self, row: usize) -> bool {
        match self {
            Self::Bits(bits) => bits.is_valid(row),
            Self::Bytes(bytes) => bytes.get(row).is_some_and(|&byte| byte != 0),
        }
    }
}

/// A bitmap as Arrow lays it out: least significant bit first, 1 = valid.
#[derive(Debug, Clone, Copy)]
pub struct Bitmap<'a> {
    bytes: &'a [u8],
    offset: usize,
    len: usize,
}

impl<'a> Bitmap<'a> {
    /// The `len` bits from bit `offset` on; an error when `bytes` does not hold so many.
    pub fn new(bytes: &'a [u8], offset: usize, len: usize) -> Result<Self> {
        let bits = bytes.len().saturating_mul(8);
        match offset.checked_add(len) {
            Some(end) if end <= bits => Ok(Self { bytes, offset, len }),
            _ => Err(Error::batch(format!(
                "validity of {len} rows from bit {offset} must fit its {bits} bits"
            ))),
        }
    }

    /// The number of rows described.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether no row is described.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether this row holds a value.
    pub fn is_valid(&self, row: usize) -> bool {
        let bit = self.offset + row.min(self.len);
        row < self.len && self.bytes.get(bit / 8).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
    }

    /// The bits of 64 rows from `row` on, the first row lowest; rows past the end are missing.
    #[inline(always)]
    pub(super) fn word(&self, row: usize) -> u64 {
        let Some(left) = self.len.checked_sub(row) else { return 0 };
        let (at, shift) = ((self.offset + row) / 8, (self.offset + row) % 8);
        let tail = self.bytes.get(at..).unwrap_or_default();
        let (low, ninth) = match tail.split_first_chunk() {
            Some((bytes, rest)) => (u64::from_le_bytes(*bytes), rest.first().copied()),
            None => (tail.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)), None),
        };
        let word = low >> shift | u64::from(ninth.unwrap_or_default()) << 1 << (63 - shift);
        if left < 64 { word & ((1 << left) - 1) } else { word }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitmap_must_fit_its_bytes() {
        assert!(Bitmap::new(&[0; 2], 3, 13).is_ok());
        assert!(Bitmap::new(&[0; 2], 4, 13).is_err());
        assert!(Bitmap::new(&[], 0, 0).is_ok());
        assert!(Bitmap::new(&[0; 2], usize::MAX, 2).is_err());
    }

    #[test]
    fn words_agree_with_single_rows() {
        let bytes: Vec<u8> = (0..40u8).map(|i| i.wrapping_mul(151)).collect();
        for offset in 0..17 {
            for len in [0, 1, 7, 63, 64, 65, 128, 130, 303] {
                let bits = Bitmap::new(&bytes, offset, len).unwrap();
                for row in 0..len + 2 {
                    let word = bits.word(row);
                    for ahead in 0..64 {
                        assert_eq!(word >> ahead & 1 == 1, bits.is_valid(row + ahead));
                    }
                }
            }
        }
    }

    #[test]
    fn rows_past_the_end_are_missing() {
        let bits = Bitmap::new(&[0xff; 8], 0, 5).unwrap();
        assert!(bits.is_valid(4) && !bits.is_valid(5) && !bits.is_valid(usize::MAX));
        assert!(!Validity::Bytes(&[1, 1]).is_valid(2));
    }
}

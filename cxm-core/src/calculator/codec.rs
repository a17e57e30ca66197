//! Canonical bytes: little-endian integers, minimal LEB128, CRC32C.
//!
//! One value has one byte string, so equal states are equal bytes, and whatever decodes is written
//! again identically. Nothing is reserved from a length on the wire before the bytes are there.

use crate::error::{Error, Result};

/// Writes canonical bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Self::default()
    }

    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// A boolean as one byte, 0 or 1.
    pub fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    /// Two bytes, little-endian.
    pub fn u16(&mut self, value: u16) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// Four bytes, little-endian.
    pub fn u32(&mut self, value: u32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }

    /// An unsigned number as minimal LEB128, 1 to 19 bytes.
    pub fn unsigned(&mut self, value: impl Into<u128>) {
        let mut value: u128 = value.into();
        loop {
            let low = u8::try_from(value & 0x7f).unwrap_or_default();
            value >>= 7;
            if value == 0 {
                return self.u8(low);
            }
            self.u8(low | 0x80);
        }
    }

    /// A signed number: zigzag, then minimal LEB128.
    pub fn signed(&mut self, value: impl Into<i128>) {
        let value: i128 = value.into();
        self.unsigned(((value << 1) ^ (value >> 127)).cast_unsigned());
    }

    /// A length as minimal LEB128.
    pub fn length(&mut self, length: usize) {
        self.unsigned(length as u64);
    }

    /// A length and the bytes themselves.
    pub fn blob(&mut self, bytes: &[u8]) {
        self.length(bytes.len());
        self.bytes.extend_from_slice(bytes);
    }

    /// Bytes that are canonical already, without a length.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A length and UTF-8.
    pub fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    /// A length and the numbers.
    pub fn counts(&mut self, counts: &[u64]) {
        self.length(counts.len());
        for &count in counts {
            self.unsigned(count);
        }
    }

    /// Forgets what was written and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// What was written so far.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Reads canonical bytes and refuses all others.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

fn truncated() -> Error {
    Error::corrupt("the bytes end too early")
}

impl<'a> Reader<'a> {
    /// Reads these bytes.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Bytes not yet read.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next `length` bytes.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or_else(truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8> {
        self.array::<1>().map(u8::from_le_bytes)
    }

    /// A boolean: 0 or 1 and nothing else.
    pub fn bool(&mut self) -> Result<bool> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(Error::corrupt(format!("a boolean must be 0 or 1, got {other}"))),
        }
    }

    /// Two bytes, little-endian.
    pub fn u16(&mut self) -> Result<u16> {
        self.array::<2>().map(u16::from_le_bytes)
    }

    /// Four bytes, little-endian.
    pub fn u32(&mut self) -> Result<u32> {
        self.array::<4>().map(u32::from_le_bytes)
    }

    /// A minimal LEB128 number of up to 128 bits.
    pub fn u128(&mut self) -> Result<u128> {
        let mut value = 0u128;
        for shift in (0u32..).step_by(7) {
            let byte = self.u8()?;
            let bits = u128::from(byte & 0x7f);
            if shift > 121 && (shift > 126 || bits > 0b11) {
                return Err(Error::corrupt("a number is longer than 128 bits"));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(Error::corrupt("a number is not in its shortest form"));
                }
                break;
            }
        }
        Ok(value)
    }

    /// A minimal LEB128 number of up to 64 bits.
    pub fn u64(&mut self) -> Result<u64> {
        u64::try_from(self.u128()?).map_err(|_| Error::corrupt("a count is longer than 64 bits"))
    }

    /// A zigzag number of up to 128 bits.
    pub fn i128(&mut self) -> Result<i128> {
        let raw = self.u128()?;
        Ok((raw >> 1).cast_signed() ^ -((raw & 1).cast_signed()))
    }

    /// A zigzag number that fits the wanted integer.
    pub fn signed<T: TryFrom<i128>>(&mut self) -> Result<T> {
        T::try_from(self.i128()?).map_err(|_| Error::corrupt("a number is out of its range"))
    }

    /// A number of items of at least `item_size` bytes each, which must all still be there.
    pub fn length(&mut self, item_size: usize) -> Result<usize> {
        let length = usize::try_from(self.u64()?).map_err(|_| truncated())?;
        if length > self.remaining() / item_size.max(1) {
            return Err(truncated());
        }
        Ok(length)
    }

    /// A length and that many bytes.
    pub fn blob(&mut self) -> Result<&'a [u8]> {
        let length = self.length(1)?;
        self.take(length)
    }

    /// A length and that much UTF-8.
    pub fn text(&mut self) -> Result<&'a str> {
        std::str::from_utf8(self.blob()?).map_err(|_| Error::corrupt("a text is not UTF-8"))
    }

    /// A list of exactly `expected` counts.
    pub fn counts(&mut self, expected: usize) -> Result<Vec<u64>> {
        let length = self.length(1)?;
        if length != expected {
            return Err(Error::corrupt(format!("expected {expected} counts, found {length}")));
        }
        (0..length).map(|_| self.u64()).collect()
    }

    /// Refuses trailing bytes.
    pub fn finish(self) -> Result<()> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Error::corrupt(format!("{} bytes too many", self.rest.len())))
        }
    }
}

/// A rule as one byte: its place among all of them.
pub(crate) fn place<T: PartialEq>(all: &[T], rule: &T) -> u8 {
    let place = all.iter().position(|known| known == rule).unwrap_or_default();
    u8::try_from(place).unwrap_or_default()
}

/// The rule that [`place`] wrote.
pub(crate) fn rule<T: Copy>(all: &[T], reader: &mut Reader<'_>) -> Result<T> {
    let place = reader.u8()?;
    let found = all.get(usize::from(place)).copied();
    found.ok_or_else(|| Error::corrupt(format!("there is no rule {place}")))
}

/// CRC32C (Castagnoli polynomial, reflected), eight bytes a step.
///
/// It finds damage, not tampering: where others can write the bytes, add a message authentication
/// code.
pub fn crc32c(bytes: &[u8]) -> u32 {
    let (words, tail) = bytes.as_chunks::<8>();
    let mut crc = u32::MAX;
    for word in words {
        let folded = u64::from_le_bytes(*word) ^ u64::from(crc);
        crc = CRC_TABLES
            .iter()
            .rev()
            .zip(folded.to_le_bytes())
            .fold(0, |sum, (table, byte)| sum ^ lookup(table, byte));
    }
    for &byte in tail {
        let index = crc.to_le_bytes()[0] ^ byte;
        crc = (crc >> 8) ^ CRC_TABLES.first().map_or(0, |table| lookup(table, index));
    }
    !crc
}

fn lookup(table: &[u32; 256], index: u8) -> u32 {
    table.get(usize::from(index)).copied().unwrap_or_default()
}

#[allow(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated at compile time, where a mistake does not compile"
)]
const CRC_TABLES: [[u32; 256]; 8] = {
    let mut tables = [[0u32; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = (crc >> 1) ^ (0x82f6_3b78 & (crc & 1).wrapping_neg());
            bit += 1;
        }
        tables[0][byte] = crc;
        byte += 1;
    }
    let mut step = 1;
    while step < 8 {
        let mut byte = 0;
        while byte < 256 {
            let previous = tables[step - 1][byte];
            tables[step][byte] = (previous >> 8) ^ tables[0][(previous & 0xff) as usize];
            byte += 1;
        }
        step += 1;
    }
    tables
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crc32c_matches_the_published_check_values() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283); // the catalogue's check value
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa); // RFC 3720, B.4
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        let ascending: Vec<u8> = (0..32).collect();
        assert_eq!(crc32c(&ascending), 0x46dd_794e);
    }

    #[test]
    fn extreme_numbers_come_back() {
        let mut writer = Writer::new();
        for value in [0, 1, 127, 128, u128::from(u64::MAX), u128::MAX] {
            writer.unsigned(value);
        }
        for value in [0, -1, 1, i128::MIN, i128::MAX] {
            writer.signed(value);
        }
        let mut reader = Reader::new(writer.as_bytes());
        for value in [0, 1, 127, 128, u128::from(u64::MAX), u128::MAX] {
            assert_eq!(reader.u128().unwrap(), value);
        }
        for value in [0, -1, 1, i128::MIN, i128::MAX] {
            assert_eq!(reader.i128().unwrap(), value);
        }
        reader.finish().unwrap();
    }

    #[test]
    fn long_forms_and_long_numbers_are_refused() {
        assert!(Reader::new(&[0x80, 0x00]).u128().is_err());
        assert!(Reader::new(&[0xff; 20]).u128().is_err());
        let mut longest = [0xff; 19];
        longest[18] = 0x03;
        assert_eq!(Reader::new(&longest).u128().unwrap(), u128::MAX);
        longest[18] = 0x04;
        assert!(Reader::new(&longest).u128().is_err());
    }
}

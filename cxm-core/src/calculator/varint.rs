//! Numbers in runs of bytes, as the [codec](super::codec) writes them, for states that keep their
//! bytes as they are.

use super::codec::{Reader, Writer};

/// A signed number as an unsigned one, small where it is near 0.
#[inline]
pub(crate) fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

/// The number that [`zigzag`] wrote.
#[inline]
pub(crate) fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

/// Writes an unsigned number as the codec does; nearly all of them fit 64 bits.
#[inline]
pub(crate) fn unsigned(out: &mut Vec<u8>, value: u128) {
    match u64::try_from(value) {
        Ok(mut value) => {
            while value >= 0x80 {
                out.push(value.to_le_bytes()[0] | 0x80);
                value >>= 7;
            }
            out.push(value.to_le_bytes()[0]);
        }
        Err(_) => {
            let mut writer = Writer::new();
            writer.unsigned(value);
            out.extend_from_slice(writer.as_bytes());
        }
    }
}

/// Takes a number that [`unsigned`] wrote, if it is one of at most nine bytes.
#[inline]
pub(crate) fn take_short(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for (position, &byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * position);
        if byte < 0x80 {
            *bytes = bytes.get(position + 1..)?;
            return Some(value);
        }
    }
    None
}

/// Takes a number that [`unsigned`] wrote.
#[inline]
pub(crate) fn take_unsigned(bytes: &mut &[u8]) -> Option<u128> {
    if let Some(value) = take_short(bytes) {
        return Some(value.into());
    }
    let mut reader = Reader::new(bytes);
    let value = reader.u128().ok()?;
    *bytes = bytes.get(bytes.len().checked_sub(reader.remaining())?..)?;
    Some(value)
}

/// Takes a number of 64 bits.
#[inline]
pub(crate) fn take_count(bytes: &mut &[u8]) -> Option<u64> {
    take_unsigned(bytes).and_then(|value| u64::try_from(value).ok())
}

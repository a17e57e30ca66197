//! One state, one byte string: whatever else is read is refused.

use cxm_core::Result;
use cxm_core::calculator::codec::crc32c;
use proptest::prelude::*;

use crate::batches::mix;

/// Bytes changed in some place after the checksum was mended: this many are tried a case.
const MENDED: u64 = 6;

/// Every truncation and every byte that is flipped is refused; a change with a mended checksum is
/// refused, or it is the canonical form of another state.
pub(crate) fn canonical(
    bytes: &[u8],
    seed: u64,
    read: impl Fn(&[u8]) -> Result<Vec<u8>>,
) -> Result<(), TestCaseError> {
    for length in 0..bytes.len() {
        prop_assert!(read(&bytes[..length]).is_err(), "read after byte {length}");
    }
    let mut changed = bytes.to_vec();
    for position in 0..bytes.len() {
        let flip = mix(seed, position as u64) as u8;
        changed[position] ^= flip.max(1);
        prop_assert!(read(&changed).is_err(), "read with byte {position} flipped");
        changed[position] = bytes[position];
    }
    let body = bytes.len() - 4;
    for round in 0..MENDED {
        let cell = mix(seed, 1000 + round);
        let position = (cell >> 8) as usize % body;
        changed[position] = match cell % 3 {
            0 => changed[position] ^ (1 << (cell >> 60 & 7)),
            1 => changed[position].wrapping_add(1),
            _ => (cell >> 16) as u8,
        };
        let crc = crc32c(&changed[..body]);
        changed[body..].copy_from_slice(&crc.to_le_bytes());
        if let Ok(again) = read(&changed) {
            prop_assert_eq!(&again, &changed, "another form of the same state was read");
        }
        changed.copy_from_slice(bytes);
    }
    Ok(())
}

//! Time comes with the event: microseconds since 1970-01-01T00:00:00Z, as a 64-bit integer.
//!
//! The library reads no clock and knows no time zones; civil days are days at an offset that the
//! caller states.

/// Microseconds in a second.
pub const MICROSECONDS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in a day of 24 hours.
pub const MICROSECONDS_PER_DAY: i64 = 86_400 * MICROSECONDS_PER_SECOND;

/// The pane that a time falls into: ⌊(time − origin) ÷ width⌋.
///
/// Computed so that no pair of times can overflow; a width of 0 puts everything into pane 0.
pub fn pane(time: i64, origin: i64, width: u64) -> i64 {
    let width = i128::from(width.max(1));
    let pane = (i128::from(time) - i128::from(origin)).div_euclid(width);
    i64::try_from(pane).unwrap_or(if pane < 0 { i64::MIN } else { i64::MAX })
}

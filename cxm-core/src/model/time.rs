//! Time comes with the event: microseconds since 1970-01-01T00:00:00Z, as a 64-bit integer.
//!
//! The library reads no clock and knows no time zones; civil days are days at an offset that the
//! caller states.

/// Microseconds in a second.
pub const MICROSECONDS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in a day of 24 hours.
pub const MICROSECONDS_PER_DAY: i64 = 86_400 * MICROSECONDS_PER_SECOND;

/// The day since 1970-01-01 of a date in the Gregorian calendar; nothing for a date that is none.
pub fn day_of_date(year: i64, month: u32, day: u32) -> Option<i64> {
    let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
    let longest = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if !(1..=longest).contains(&day) || !(-9999..=9999).contains(&year) {
        return None;
    }
    // Years begin in March, so that the leap day is the last of its year.
    let year = if month <= 2 { year - 1 } else { year };
    let months = i64::from((month + 9) % 12);
    let within = (153 * months + 2) / 5 + i64::from(day) - 1;
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    Some(era * 146_097 + year * 365 + year / 4 - year / 100 + within - 719_468)
}

/// The date of a day since 1970-01-01: year, month, day of the month.
pub fn date_of_day(day: i64) -> (i64, i64, i64) {
    let day = day.saturating_add(719_468);
    let (era, within) = (day.div_euclid(146_097), day.rem_euclid(146_097));
    let year = (within - within / 1460 + within / 36_524 - within / 146_096) / 365;
    let within = within - (365 * year + year / 4 - year / 100);
    let months = (5 * within + 2) / 153;
    let month = if months < 10 { months + 3 } else { months - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    (year, month, within - (153 * months + 2) / 5 + 1)
}

/// The date of a day since 1970-01-01 as ISO 8601 has it: `1997-09-30`.
pub fn format_day(day: i64) -> String {
    let (year, month, day) = date_of_day(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Reads a date or a time as ISO 8601 has it, as microseconds since 1970; a time without an offset
/// is in UTC.
///
/// ```
/// use cxm_core::model::time::parse;
/// assert_eq!(parse("1970-01-02"), Some(86_400_000_000));
/// assert_eq!(parse("1970-01-01T01:00:00.5+01:00"), Some(500_000));
/// assert_eq!(parse("1970-02-30"), None);
/// ```
pub fn parse(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (date, rest) = bytes.split_at_checked(10)?;
    let number = |bytes: &[u8]| -> Option<u32> {
        let digits = !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
        digits.then(|| std::str::from_utf8(bytes).ok()?.parse().ok())?
    };
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *date else { return None };
    let year = i64::from(number(&[y0, y1, y2, y3])?);
    let midnight = day_of_date(year, number(&[m0, m1])?, number(&[d0, d1])?)?;
    let midnight = midnight.checked_mul(MICROSECONDS_PER_DAY)?;
    let [b'T' | b't' | b' ', rest @ ..] = rest else { return rest.is_empty().then_some(midnight) };
    let zone = rest.iter().position(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'));
    let (clock, zone) = rest.split_at_checked(zone.unwrap_or(rest.len()))?;
    let (clock, fraction) = match clock.iter().position(|&byte| byte == b'.') {
        Some(dot) => clock.split_at_checked(dot)?,
        None => (clock, [].as_slice()),
    };
    let seconds = match *clock {
        [h0, h1, b':', m0, m1] => clock_seconds(number(&[h0, h1])?, number(&[m0, m1])?, 0)?,
        [h0, h1, b':', m0, m1, b':', s0, s1] => {
            clock_seconds(number(&[h0, h1])?, number(&[m0, m1])?, number(&[s0, s1])?)?
        }
        _ => return None,
    };
    let micros = match *fraction {
        [] => 0,
        [_, ref digits @ ..] if clock.len() == 8 && (1..=9).contains(&digits.len()) => {
            let mut nine = [b'0'; 9];
            nine.iter_mut().zip(digits).for_each(|(target, digit)| *target = *digit);
            i64::from(number(digits).and(number(&nine))?) / 1000
        }
        _ => return None,
    };
    let offset = match *zone {
        [] | [b'Z' | b'z'] => 0,
        [sign, h0, h1, b':', m0, m1] | [sign, h0, h1, m0, m1] => {
            let seconds = clock_seconds(number(&[h0, h1])?, number(&[m0, m1])?, 0)?;
            if sign == b'-' { -seconds } else { seconds }
        }
        _ => return None,
    };
    (midnight + micros).checked_add((seconds - offset) * MICROSECONDS_PER_SECOND)
}

fn clock_seconds(hours: u32, minutes: u32, seconds: u32) -> Option<i64> {
    let possible = hours < 24 && minutes < 60 && seconds < 60;
    possible.then_some(i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds))
}

/// The pane that a time falls into: ⌊(time − origin) ÷ width⌋.
///
/// Computed so that no pair of times can overflow; a width of 0 puts everything into pane 0.
pub fn pane(time: i64, origin: i64, width: u64) -> i64 {
    let width = i128::from(width.max(1));
    let pane = (i128::from(time) - i128::from(origin)).div_euclid(width);
    i64::try_from(pane).unwrap_or(if pane < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_are_each_other() {
        assert_eq!(day_of_date(1970, 1, 1), Some(0));
        assert_eq!(day_of_date(1997, 9, 30), Some(10_134));
        assert_eq!(day_of_date(2000, 2, 29).map(format_day).as_deref(), Some("2000-02-29"));
        assert_eq!((day_of_date(1900, 2, 29), day_of_date(2026, 13, 1)), (None, None));
        for day in (-719_528..2_932_896).step_by(97) {
            let (year, month, of_month) = date_of_day(day);
            let [month, of_month] = [month, of_month].map(|part| u32::try_from(part).unwrap());
            assert_eq!(day_of_date(year, month, of_month), Some(day));
        }
    }

    #[test]
    fn times_are_read_as_iso_8601_has_them() {
        let second = MICROSECONDS_PER_SECOND;
        assert_eq!(parse("1970-01-01T00:01"), Some(60 * second));
        assert_eq!(parse("1970-01-01 00:00:01.123456789Z"), Some(second + 123_456));
        assert_eq!(parse("1970-01-01T00:00:00-01:30"), Some(5400 * second));
        assert_eq!(parse("1970-01-01T00:00:00+0130"), Some(-5400 * second));
        let wrong = ["", "1970", "1970-1-1", "1970-01-01T", "1970-01-01T24:00", "1970-01-01x"];
        for text in
            wrong.into_iter().chain(["1970-01-01T00:00.5", "1970-01-01T00:00:00.", "é970-01-01"])
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}

//! Days and seconds since 1970-01-01 UTC, written as text.
//!
//! The example needs three conversions and no time zone, so it stands without a calendar library;
//! the arithmetic is the usual one on years that begin in March, which puts the leap day last.

/// Seconds of one day.
pub(crate) const DAY: i64 = 86_400;

/// The number of days from 1970-01-01 to a date of the Gregorian calendar.
pub(crate) const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - 400 * era;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// `2025-02-03`, from the number of days since 1970-01-01.
pub(crate) fn date(days: i64) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted - era * 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = year_of_era + 400 * era + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `2025-02-03T08:15:00Z` (RFC 3339, UTC), from the number of seconds since 1970-01-01.
pub(crate) fn timestamp(seconds: i64) -> String {
    let second = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", date(seconds.div_euclid(DAY)))
}

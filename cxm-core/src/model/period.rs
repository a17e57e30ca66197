//! Periods of the calendar: days, weeks, months, quarters, years.

use super::time::{date_of_day, day_of_date};

/// The day of the week with which a week begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Weekday {
    /// As ISO 8601 has it.
    #[default]
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// As in North America.
    Sunday,
}

impl Weekday {
    /// Days from Monday.
    pub fn from_monday(self) -> i64 {
        match self {
            Self::Monday => 0,
            Self::Tuesday => 1,
            Self::Wednesday => 2,
            Self::Thursday => 3,
            Self::Friday => 4,
            Self::Saturday => 5,
            Self::Sunday => 6,
        }
    }
}

/// A period of the calendar. Periods of a kind are numbered, 0 being the one of 1970-01-01.
///
/// ```
/// use cxm_core::model::period::{Period, Weekday};
/// use cxm_core::model::time::day_of_date;
///
/// let day = day_of_date(1997, 3, 31).unwrap();
/// let month = Period::Month.number(day);
/// assert_eq!(month, 27 * 12 + 2);
/// assert_eq!(Period::Month.first_day(month + 1), day + 1);
/// let week = Period::Week(Weekday::Monday);
/// assert_eq!(week.first_day(week.number(day)), day); // it was a Monday
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Period {
    /// A day.
    Day,
    /// Seven days from this day of the week on.
    Week(Weekday),
    /// A month of the calendar.
    #[default]
    Month,
    /// Three months, the first of which is January, April, July or October.
    Quarter,
    /// A year of the calendar.
    Year,
}

/// 1970-01-01 was a Thursday.
const THURSDAY: i64 = 3;

impl Period {
    /// The number of the period of a day since 1970-01-01.
    pub fn number(self, day: i64) -> i64 {
        match self {
            Self::Day => day,
            Self::Week(first) => {
                let before = first.from_monday() - THURSDAY;
                day.saturating_sub(before).div_euclid(7) - Self::week_of_the_first_day(first)
            }
            Self::Month => Self::months(day),
            Self::Quarter => Self::months(day).div_euclid(3),
            Self::Year => date_of_day(day).0 - 1970,
        }
    }

    /// The first day of the period of this number.
    pub fn first_day(self, number: i64) -> i64 {
        match self {
            Self::Day => number,
            Self::Week(first) => {
                let before = first.from_monday() - THURSDAY;
                let weeks = number.saturating_add(Self::week_of_the_first_day(first));
                weeks.saturating_mul(7).saturating_add(before)
            }
            Self::Month => Self::first_of_month(number),
            Self::Quarter => Self::first_of_month(number.saturating_mul(3)),
            Self::Year => Self::first_of_month(number.saturating_mul(12)),
        }
    }

    /// The last day of the period of this number.
    pub fn last_day(self, number: i64) -> i64 {
        self.first_day(number.saturating_add(1)).saturating_sub(1)
    }

    /// The name, in `snake_case`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week(_) => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    fn week_of_the_first_day(first: Weekday) -> i64 {
        (THURSDAY - first.from_monday()).div_euclid(7)
    }

    fn months(day: i64) -> i64 {
        let (year, month, _) = date_of_day(day);
        (year - 1970) * 12 + month - 1
    }

    fn first_of_month(number: i64) -> i64 {
        let (year, month) = (number.div_euclid(12), number.rem_euclid(12));
        // The calendar repeats after 400 years, so any year has its like among those dates.
        let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
        let month = u32::try_from(month).unwrap_or_default() + 1;
        let day = day_of_date(year + 1970, month, 1).unwrap_or_default();
        era.saturating_mul(146_097).saturating_add(day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_lies_within_its_period() {
        let weeks = [Weekday::Monday, Weekday::Saturday, Weekday::Sunday, Weekday::Thursday];
        let mut periods = vec![Period::Day, Period::Month, Period::Quarter, Period::Year];
        periods.extend(weeks.map(Period::Week));
        for period in periods {
            assert_eq!(period.number(0), 0, "{period:?}");
            for day in (-400_000..400_000).step_by(53).chain([-106_751_992, 106_751_992]) {
                let number = period.number(day);
                assert!(period.first_day(number) <= day, "{period:?} {day}");
                assert!(day <= period.last_day(number), "{period:?} {day}");
                assert_eq!(period.number(period.first_day(number)), number, "{period:?} {day}");
                assert_eq!(period.number(period.last_day(number)), number, "{period:?} {day}");
            }
        }
    }

    #[test]
    fn a_week_begins_with_its_day() {
        // 2024-02-29 was a Thursday.
        let day = day_of_date(2024, 2, 29).unwrap();
        for (first, back) in [
            (Weekday::Monday, 3),
            (Weekday::Thursday, 0),
            (Weekday::Friday, 6),
            (Weekday::Sunday, 4),
        ] {
            let week = Period::Week(first);
            assert_eq!(week.first_day(week.number(day)), day - back, "{first:?}");
        }
        assert_eq!(Period::Quarter.first_day(Period::Quarter.number(day)), day - 59);
        assert_eq!(Period::Year.last_day(Period::Year.number(day)), day + 306);
    }
}

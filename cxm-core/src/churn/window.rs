//! One reading of the ledger over a window: who was there, who came, who left.

use super::subscriptions::Subscriptions;
use super::timeline::{CauseKind, Timeline};
use crate::error::{Error, Result};
use crate::model::time::{MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND, date_of_day, day_of_date};

/// The longest window: a hundred years.
const MAX_DAYS: i64 = 36_525;

/// A window of time: its state is read at its start and at its end, and changes count that come
/// after the start, up to the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Window {
    /// The start, microseconds since 1970.
    pub start: i64,
    /// The end, microseconds since 1970.
    pub end: i64,
}

impl Window {
    /// A window of at most a hundred years; days begin at its start.
    pub fn new(start: i64, end: i64) -> Result<Self> {
        let length = end.checked_sub(start).filter(|&length| length > 0);
        match length {
            None => Err(Error::argument("a window ends after it starts").in_field("end")),
            Some(length) if length > MAX_DAYS * MICROSECONDS_PER_DAY => {
                Err(Error::argument("a window is at most a hundred years long").in_field("end"))
            }
            Some(_) => Ok(Self { start, end }),
        }
    }

    /// The window from a start to the same day of the month so many months on: to the last day of
    /// a month that has no such day. `offset_minutes` is that of the start's clock from UTC.
    ///
    /// ```
    /// use cxm_core::churn::Window;
    /// use cxm_core::model::time;
    ///
    /// let start = time::parse("2024-01-31").unwrap();
    /// assert_eq!(time::parse("2024-02-29"), Some(Window::of_months(start, 1, 0)?.end));
    /// # Ok::<(), cxm_core::Error>(())
    /// ```
    pub fn of_months(start: i64, months: u32, offset_minutes: i32) -> Result<Self> {
        let too_far = || Error::argument("a window ends within the calendar").in_field("months");
        let offset = i64::from(offset_minutes) * 60 * MICROSECONDS_PER_SECOND;
        let local = start.checked_add(offset).ok_or_else(too_far)?;
        let (day, within) =
            (local.div_euclid(MICROSECONDS_PER_DAY), local.rem_euclid(MICROSECONDS_PER_DAY));
        let (year, month, of_month) = date_of_day(day);
        let month = year * 12 + month - 1 + i64::from(months);
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12) + 1);
        let day_of = |of_month: i64| {
            let (month, of_month) = (u32::try_from(month).ok()?, u32::try_from(of_month).ok()?);
            day_of_date(year, month, of_month)
        };
        // No month has fewer than 28 days.
        let day = (of_month.min(28)..=of_month).rev().find_map(day_of).ok_or_else(too_far)?;
        let end = day.checked_mul(MICROSECONDS_PER_DAY).and_then(|it| it.checked_add(within));
        let end = end.and_then(|end| end.checked_sub(offset)).ok_or_else(too_far)?;
        Self::new(start, end)
    }

    /// Its days, counting one that is not whole.
    pub fn days(&self) -> u64 {
        let length = self.end.saturating_sub(self.start).max(0).unsigned_abs();
        length.div_ceil(MICROSECONDS_PER_DAY.unsigned_abs())
    }

    /// Its length in days of 24 hours.
    pub fn length_days(&self) -> f64 {
        self.end.saturating_sub(self.start) as f64 / MICROSECONDS_PER_DAY as f64
    }

    /// Whether a change at this time belongs to it.
    pub(super) fn has(&self, time: i64) -> bool {
        self.start < time && time <= self.end
    }

    /// The number of the first day that begins at or after the time; the end counts as the last.
    fn day_from(&self, time: i64) -> u64 {
        let after = time.saturating_sub(self.start).max(0).unsigned_abs();
        after.div_ceil(MICROSECONDS_PER_DAY.unsigned_abs()).min(self.days())
    }

    /// The day of the last moment before a time of the window.
    fn day_before(&self, time: i64) -> u64 {
        let within = time.saturating_sub(1).saturating_sub(self.start).max(0).unsigned_abs();
        within / MICROSECONDS_PER_DAY.unsigned_abs()
    }
}

/// Events by why they happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ByCause {
    /// They wanted to.
    pub voluntary: u64,
    /// A payment failed.
    pub involuntary: u64,
    /// Nobody said.
    pub unstated: u64,
}

impl ByCause {
    pub(super) fn count(&mut self, cause: CauseKind) {
        match cause {
            CauseKind::Voluntary => self.voluntary += 1,
            CauseKind::Involuntary => self.involuntary += 1,
            CauseKind::Unstated => self.unstated += 1,
        }
    }

    /// All of them, or those of one cause.
    pub fn of(&self, cause: Option<CauseKind>) -> u64 {
        match cause {
            Some(CauseKind::Voluntary) => self.voluntary,
            Some(CauseKind::Involuntary) => self.involuntary,
            Some(CauseKind::Unstated) => self.unstated,
            None => self.voluntary + self.involuntary + self.unstated,
        }
    }
}

/// What happened in a window: the counts that every definition of churn is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct WindowCounts {
    /// Active at the start.
    pub start: u64,
    /// Active at the end.
    pub end: u64,
    /// Active at the start and not at the end, by the cause of the last departure.
    pub lost: ByCause,
    /// Departures, of whomever and however often.
    pub churned: ByCause,
    /// First arrivals.
    pub new: u64,
    /// Returns.
    pub reactivated: u64,
    /// Days on which somebody was active at the beginning of the day, summed over all.
    pub customer_days: u64,
}

/// The counts of a window, day by day where a definition needs it.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub counts: WindowCounts,
    /// Active at the beginning of each day.
    pub active: Vec<u64>,
    /// Departures on each day.
    pub churned: Vec<ByCause>,
}

impl Reading {
    pub(super) fn of(ledger: &Subscriptions, window: &Window) -> Self {
        let days = usize::try_from(window.days()).unwrap_or_default();
        let mut changes = vec![0_i64; days + 1];
        let mut reading = Self {
            counts: WindowCounts::default(),
            active: Vec::new(),
            churned: vec![ByCause::default(); days],
        };
        ledger.for_each_timeline(|timeline, _| reading.take(timeline, window, &mut changes));
        let mut active = 0_i64;
        reading.active = changes
            .iter()
            .take(days)
            .map(|change| {
                active += change;
                active.max(0).unsigned_abs()
            })
            .collect();
        reading.counts.customer_days = reading.active.iter().sum();
        reading
    }

    fn take(&mut self, timeline: &Timeline, window: &Window, changes: &mut [i64]) {
        let (at_start, at_end) = (timeline.at(window.start).0, timeline.at(window.end).0);
        self.counts.start += u64::from(at_start);
        self.counts.end += u64::from(at_end);
        let mut last_departure = None;
        for (index, (arrived, departed)) in timeline.active().enumerate() {
            if window.has(arrived) {
                let arrivals =
                    if index == 0 { &mut self.counts.new } else { &mut self.counts.reactivated };
                *arrivals += 1;
            }
            if let Some(departed) = departed.filter(|&time| window.has(time)) {
                let cause = timeline.cause_at(departed);
                self.counts.churned.count(cause);
                let day = usize::try_from(window.day_before(departed)).unwrap_or_default();
                if let Some(on_day) = self.churned.get_mut(day) {
                    on_day.count(cause);
                }
                last_departure = Some(cause);
            }
            let days = [arrived, departed.unwrap_or(i64::MAX)].map(|time| window.day_from(time));
            for (day, change) in days.into_iter().zip([1, -1]) {
                let day = usize::try_from(day).unwrap_or_default();
                if let Some(sum) = changes.get_mut(day) {
                    *sum += change;
                }
            }
        }
        if let (true, false, Some(cause)) = (at_start, at_end, last_departure) {
            self.counts.lost.count(cause);
        }
    }
}

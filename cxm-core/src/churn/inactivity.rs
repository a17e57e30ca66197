//! Inactivity: who has lapsed among customers who never say that they leave.
//!
//! # Formula
//! ```text
//! standing      at the end of a day: days with an activity, the first and the last of them
//! active        by a rule; with a window of w days: day − last activity < w
//! lapsed        a customer who is not active
//! churned       active at the end of `since`, and lapsed at the end of `until`
//! back          lapsed at the end of `since`, and active at the end of `until`
//! churn rate    churned ÷ active at the end of `since`, with the interval of Wilson
//! gap           days from an activity to the next; the one that is open at the cut-off is censored
//! ```
//! Gaps that are open are no shorter than they look, so a quantile of those that have closed is too
//! short: a quantile of the gaps is read from a survival curve, see
//! [`gap_quantile`](crate::clv::inactivity::gap_quantile). So is the third rule there, the
//! probability of being alive.
//!
//! # Source
//! Gold (2020), *Fighting Churn with Data*, for the window; Kaplan and Meier (1958), Journal of the
//! American Statistical Association 53, for open gaps.

use std::collections::BTreeMap;

use super::activity::Activity;
use crate::error::{Error, Result};
use crate::stats::Share;

/// What is known of a customer at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The day, since 1970-01-01.
    pub day: i64,
    /// The first day with an activity.
    pub first_day: i64,
    /// The last day with an activity.
    pub last_day: i64,
    /// Days with an activity after the first one.
    pub repeats: u64,
}

impl Standing {
    /// Days since the last activity.
    pub fn silent_days(&self) -> u64 {
        self.day.saturating_sub(self.last_day).max(0).unsigned_abs()
    }
}

/// Gaps between days of activity, as lengths in days with how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Gaps that an activity has ended.
    pub closed: Vec<(u64, u64)>,
    /// Gaps that are open at the cut-off.
    pub open: Vec<(u64, u64)>,
}

/// Who was active at the end of two days, and who lapsed between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct InactivityCounts {
    /// Customers by the end of `until`.
    pub customers: u64,
    /// Of these, active then.
    pub active: u64,
    /// Active at the end of `since`.
    pub active_before: u64,
    /// Of these, lapsed at the end of `until`.
    pub churned: u64,
    /// Lapsed at the end of `since`, active at the end of `until`.
    pub back: u64,
    /// First active between the two.
    pub new: u64,
}

impl InactivityCounts {
    /// Those who are not active.
    pub fn lapsed(&self) -> u64 {
        self.customers.saturating_sub(self.active)
    }

    /// The active among the customers.
    pub fn active_share(&self) -> Share {
        Share { successes: self.active, total: self.customers }
    }

    /// Those who churned among those who could.
    pub fn churn(&self) -> Share {
        Share { successes: self.churned, total: self.active_before }
    }
}

impl Activity {
    /// The standing of every customer at the end of two days, the earlier first.
    fn standings(&self, days: &[u8], since: i64, until: i64) -> [Option<Standing>; 2] {
        let mut now: Option<Standing> = None;
        let mut before = None;
        for day in self.active_days(days, until) {
            if day > since && now.is_some_and(|it| it.last_day <= since) {
                before = now.map(|it| Standing { day: since, ..it });
            }
            match &mut now {
                Some(standing) => {
                    (standing.last_day, standing.repeats) = (day, standing.repeats + 1)
                }
                None => {
                    now = Some(Standing { day: until, first_day: day, last_day: day, repeats: 0 });
                }
            }
        }
        if now.is_some_and(|it| it.last_day <= since) {
            before = now.map(|it| Standing { day: since, ..it });
        }
        [before, now]
    }

    /// The standing of every customer at the end of a day.
    pub fn standings_at(&self, day: i64) -> impl Iterator<Item = Standing> {
        self.customers().filter_map(move |customer| self.standings(customer.days, day, day)[1])
    }

    /// Counts who is active at the end of two days, by any rule.
    pub fn inactivity_by(
        &self,
        since: i64,
        until: i64,
        mut is_active: impl FnMut(&Standing) -> Result<bool>,
    ) -> Result<InactivityCounts> {
        if since > until {
            return Err(Error::argument("the first day is after the last").in_field("since"));
        }
        let mut counts = InactivityCounts::default();
        for customer in self.customers() {
            let [before, now] = self.standings(customer.days, since, until);
            let Some(now) = now else { continue };
            let active = is_active(&now)?;
            let was_active = before.map(|before| is_active(&before)).transpose()?;
            counts.customers += 1;
            counts.active += u64::from(active);
            counts.active_before += u64::from(was_active == Some(true));
            counts.churned += u64::from(was_active == Some(true) && !active);
            counts.back += u64::from(was_active == Some(false) && active);
            counts.new += u64::from(was_active.is_none());
        }
        Ok(counts)
    }

    /// Counts who is active at the end of two days: who was within the last so many days.
    pub fn inactivity(&self, since: i64, until: i64, days: u64) -> Result<InactivityCounts> {
        if days == 0 {
            return Err(Error::argument("a window has at least a day").in_field("days"));
        }
        self.inactivity_by(since, until, |standing| Ok(standing.silent_days() < days))
    }

    /// The gaps up to the end of a day; without one, up to the end of the log.
    pub fn gaps(&self, until: Option<i64>) -> Gaps {
        let last = self.first_and_last_day().map(|(_, last)| last);
        let until = until.or(last).unwrap_or_default();
        let (mut closed, mut open) = (BTreeMap::new(), BTreeMap::new());
        for customer in self.customers() {
            let mut last: Option<i64> = None;
            for day in self.active_days(customer.days, until) {
                if let Some(last) = last.replace(day) {
                    *closed.entry(day.abs_diff(last)).or_insert(0u64) += 1;
                }
            }
            if let Some(last) = last {
                *open.entry(until.abs_diff(last)).or_insert(0u64) += 1;
            }
        }
        Gaps { closed: closed.into_iter().collect(), open: open.into_iter().collect() }
    }
}

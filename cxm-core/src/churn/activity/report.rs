//! What a log of activities rests on, and its one figure: the retention of the second month.

use super::{Activity, ActivityDefinition, Excluded, Ticks};
use crate::calculator::Report;
use crate::model::Period;
use crate::model::time::format_day;
use crate::stats::Share;
use crate::stats::scored::scored_by_share;

/// What the reading of activity returns.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ActivityReport {
    /// The retention of the second month; `None` where that is not over for anybody.
    pub score: Option<f64>,
    /// Customers whose first month and the month after it are over by the cut-off.
    pub watched: u64,
    /// Of these, who were active in the month after the first.
    pub retained: u64,
    /// Customers who were active by the cut-off.
    pub customers: u64,
    /// Customers who were first active after the cut-off.
    pub customers_after: u64,
    /// Customers of whom no activity is known at all, only refunds.
    pub without_activity: u64,
    /// Activities up to the cut-off, those of a tick one by one.
    pub activities: u64,
    /// Ticks with an activity up to the cut-off, over all customers.
    pub active_ticks: u64,
    /// Activities of unknown amount up to the cut-off.
    pub without_amount: u64,
    /// Refunds that were taken off revenue up to the cut-off.
    pub refunds: u64,
    /// Rows left out: a refund.
    pub excluded_refunds: u64,
    /// Rows left out: no customer.
    pub missing_customer: u64,
    /// The first day of the log.
    pub first_day: Option<String>,
    /// The last day of the log.
    pub last_day: Option<String>,
    /// The cut-off.
    pub until: Option<String>,
    /// All rows taken in.
    pub observations: u64,
    /// How the log was read.
    pub definition: ActivityDefinition,
}

impl ActivityReport {
    fn before_reading(state: &Activity) -> Self {
        let Excluded { missing_customer, refund } = state.excluded;
        Self {
            score: None,
            watched: 0,
            retained: 0,
            customers: 0,
            customers_after: 0,
            without_activity: 0,
            activities: 0,
            active_ticks: 0,
            without_amount: 0,
            refunds: 0,
            excluded_refunds: refund,
            missing_customer,
            first_day: None,
            last_day: None,
            until: None,
            observations: state.rows,
            definition: state.definition.clone(),
        }
    }

    /// Reads the log up to a day, itself included; without one, up to its last day.
    pub(super) fn read(state: &Activity, until: Option<i64>) -> Self {
        let mut report = Self::before_reading(state);
        let Some((first, last)) = state.first_and_last_day() else { return report };
        let until = until.unwrap_or(last);
        report.first_day = Some(format_day(first));
        report.last_day = Some(format_day(last));
        report.until = Some(format_day(until));
        for customer in state.customers() {
            report.take(customer.days, until);
        }
        report.score = report.share().value();
        report
    }

    fn take(&mut self, ticks: &[u8], until: i64) {
        let definition = self.definition.clone();
        let (mut first, mut returned, mut after) = (None, false, false);
        for (tick, totals) in Ticks::new(ticks) {
            let day = definition.day_of_tick(tick);
            if day > until {
                after |= totals.visits > 0;
                continue;
            }
            self.refunds = self.refunds.saturating_add(totals.refunds);
            self.without_amount = self.without_amount.saturating_add(totals.unpriced());
            self.activities = self.activities.saturating_add(totals.visits);
            if totals.visits == 0 {
                continue;
            }
            self.active_ticks += 1;
            let month = Period::Month.number(day);
            returned |= *first.get_or_insert(month) + 1 == month;
        }
        match first {
            Some(month) => {
                self.customers += 1;
                if Period::Month.last_day(month + 1) <= until {
                    self.watched += 1;
                    self.retained += u64::from(returned);
                }
            }
            None if after => self.customers_after += 1,
            None => self.without_activity += 1,
        }
    }

    /// Those retained among those watched.
    pub fn share(&self) -> Share {
        Share { successes: self.retained, total: self.watched }
    }
}

impl Report for ActivityReport {
    fn headline(&self) -> Option<f64> {
        self.score
    }

    fn responses(&self) -> u64 {
        self.watched
    }

    fn unit(&self) -> &'static str {
        "%"
    }
}

scored_by_share!(ActivityReport);

impl Activity {
    /// What the log holds up to a day since 1970-01-01, itself included; without one, up to its
    /// last day.
    pub fn audit(&self, until: Option<i64>) -> ActivityReport {
        ActivityReport::read(self, until)
    }
}

//! Activity: who did something when, and for how much, from a log in any order.
//!
//! # What it measures
//! Which customers come back: of those who were first active in a month, how many were active in
//! each month after it, day by day, week by week or on their own clock; what they brought; how
//! often the active are active; and who has fallen silent. The readings are
//! [cohorts](super::cohorts), [stickiness](super::stickiness) and
//! [inactivity](super::inactivity). The score is the retention of the second month.
//!
//! # Formula
//! ```text
//! tick      a day or an hour of the stated offset; rows of a customer within it are one activity
//! first     a customer's first tick with an activity
//! score     of the customers whose first month and the month after it are over: who were active
//!           in the month after it ÷ all of them
//! ```
//!
//! # Input
//! [`Transactions`]: customer, time in microseconds since 1970, and where it is known an amount. A
//! row of an amount below 0 is a refund and no activity; the [definition](ActivityDefinition) says
//! whether it is taken off revenue. Costs and currencies are refused, since they would be lost.
//!
//! # Empty and edge cases
//! Nothing is dropped silently: rows without a customer and refunds that are left out are counted.
//! A row whose amount is missing is an activity and leaves the revenue of its cells unknown, not
//! too small. A customer of whom only refunds are known belongs to no cohort.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state holds counts and sums of minor units per
//! customer and tick, one or two bytes for most ticks of a log without amounts. It keeps the
//! customers' keys, so that shards need not be split by customer.
//!
//! # Uncertainty
//! The score is a share, by default with the interval of Wilson, as is every share of a table.
//!
//! # Not to be confused with
//! [Customer summaries](crate::clv::customer_summaries), which keep costs, refunds and zero amounts
//! apart for models of lifetime value; and the retention of subscriptions, which have an end.
//!
//! # Source
//! Fader and Hardie (2009), Journal of Interactive Marketing 23, for customers who leave unseen;
//! the help pages of Amplitude and Mixpanel for the clocks and for "on" against "on or after".
//!
//! # Example
//! ```
//! use cxm_core::churn::{Activity, CohortOptions};
//! use cxm_core::model::time::parse;
//! use cxm_core::prelude::*;
//!
//! let mut activity = Activity::default();
//! let customers = ["ann", "bob", "ann", "cy", "ann"];
//! let times = ["2024-01-05", "2024-01-20", "2024-02-01", "2024-02-11", "2024-03-31"];
//! let times = times.map(|time| parse(time).unwrap());
//! activity.update(Transactions::new(customers.as_slice(), &times))?;
//!
//! // Of ann, bob and cy one was active in the month after the first.
//! assert_eq!(activity.value().score, Some(1.0 / 3.0));
//! let cohorts = activity.cohorts(&CohortOptions::default())?;
//! let january = &cohorts.cohorts[0];
//! let active: Vec<_> = january.cells.iter().map(|cell| cell.map(|cell| cell.customers)).collect();
//! assert_eq!((january.size, active), (2, vec![Some(2), Some(1), Some(1)]));
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod definition;
mod intake;
mod report;
mod visits;

pub use definition::{ActivityDefinition, DEFAULT_MAX_CUSTOMERS, Tick};
pub use report::ActivityReport;
pub(super) use visits::{TickTotals, Ticks};

use self::visits::CustomerTicks;
use crate::calculator::batch::Transactions;
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::customer_map::{Customer, CustomerMap};
use crate::calculator::groups::Grouping;
use crate::calculator::{
    Calculator, Change, Definition, Kind, Merge, Retract, State, Update, UpdateByGroup,
    checked_difference, checked_sum, same_definition,
};
use crate::error::{Error, Result};
use crate::model::{InvalidRule, RefundRule};

/// Rows that are in no customer's ticks, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Excluded {
    missing_customer: u64,
    refund: u64,
}

/// The calculator of activity: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Activity {
    definition: ActivityDefinition,
    customers: CustomerMap<CustomerTicks>,
    rows: u64,
    excluded: Excluded,
    /// The first and the last tick of anything: follows from the customers, and every reading asks.
    span: Option<(i64, i64)>,
}

impl Default for Activity {
    fn default() -> Self {
        Self::empty(ActivityDefinition::default())
    }
}

impl Activity {
    fn empty(definition: ActivityDefinition) -> Self {
        let (customers, excluded) = (CustomerMap::default(), Excluded::default());
        Self { definition, customers, rows: 0, excluded, span: None }
    }

    /// The customers in the order of their keys.
    pub(super) fn customers(&self) -> impl Iterator<Item = Customer<'_>> {
        self.customers.iter()
    }

    /// The first and the last tick of any customer.
    fn measured(&self) -> Option<(i64, i64)> {
        let mut span = None;
        for customer in self.customers.iter() {
            let mut ticks = Ticks::new(customer.days).map(|(tick, _)| tick);
            let Some(first) = ticks.next() else { continue };
            span = wider(span, Some((first, ticks.last().unwrap_or(first))));
        }
        span
    }

    /// The first and the last day on which anything happened, counted from 1970-01-01.
    pub fn first_and_last_day(&self) -> Option<(i64, i64)> {
        let day = |tick| self.definition.day_of_tick(tick);
        self.span.map(|(first, last)| (day(first), day(last)))
    }
}

/// The span that holds both.
fn wider(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> Option<(i64, i64)> {
    match (a, b) {
        (Some(a), Some(b)) => Some((a.0.min(b.0), a.1.max(b.1))),
        (a, b) => a.or(b),
    }
}

impl Calculator for Activity {
    type Definition = ActivityDefinition;
    type Report = ActivityReport;

    fn new(definition: ActivityDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &ActivityDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.rows
    }

    fn value(&self) -> ActivityReport {
        ActivityReport::read(self, None)
    }
}

impl Merge for Activity {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            // No count is larger than the number of rows, and sums are bounded by counts.
            checked_sum(self.rows, other.rows)?;
            self.customers.check_merge(&other.customers, self.definition.max_customers)
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        let Excluded { missing_customer, refund } = other.excluded;
        self.excluded.missing_customer =
            self.excluded.missing_customer.saturating_add(missing_customer);
        self.excluded.refund = self.excluded.refund.saturating_add(refund);
        self.customers.merge(&other.customers);
        self.span = wider(self.span, other.span);
    }
}

impl Update for Activity {
    type Batch<'a> = Transactions<'a>;

    fn lift(definition: &ActivityDefinition, batch: Transactions<'_>) -> Result<Self> {
        let states = intake::lift(definition, None, &batch);
        let state = states.map_err(|error| error.within(Self::KIND.name))?.pop();
        Ok(state.unwrap_or_else(|| Self::empty(definition.clone())))
    }

    fn apply(&mut self, change: Change<Self>) {
        change.merge_or_move_into(self);
    }
}

impl UpdateByGroup for Activity {
    fn batch_len(batch: &Transactions<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &ActivityDefinition,
        codes: &[u32],
        groups: usize,
        batch: Transactions<'_>,
    ) -> Result<Vec<Self>> {
        let grouping = Grouping { codes, groups };
        intake::lift(definition, Some(grouping), &batch)
            .map_err(|error| error.within(Self::KIND.name))
    }
}

impl Retract for Activity {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            let (ours, theirs) = (&self.excluded, &other.excluded);
            checked_difference(ours.missing_customer, theirs.missing_customer, "a row left out")?;
            checked_difference(ours.refund, theirs.refund, "a refund left out")?;
            checked_difference(self.rows, other.rows, "a row")?;
            self.customers.check_subtract(&other.customers)
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        self.rows = self.rows.saturating_sub(other.rows);
        let Excluded { missing_customer, refund } = other.excluded;
        self.excluded.missing_customer =
            self.excluded.missing_customer.saturating_sub(missing_customer);
        self.excluded.refund = self.excluded.refund.saturating_sub(refund);
        self.customers.subtract(&other.customers);
        self.span = self.measured();
    }
}

impl State for Activity {
    const KIND: Kind = Kind { id: 41, name: "activity", version: 1 };

    fn write_definition(definition: &ActivityDefinition, writer: &mut Writer) {
        definition.write(writer);
    }

    fn read_definition(reader: &mut Reader<'_>, _version: u16) -> Result<ActivityDefinition> {
        ActivityDefinition::read(reader)
    }

    fn write_state(&self, writer: &mut Writer) {
        writer.unsigned(self.excluded.missing_customer);
        writer.unsigned(self.excluded.refund);
        self.customers.write(writer);
    }

    fn read_state(
        definition: ActivityDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let mut state = Self::empty(definition);
        state.excluded = Excluded { missing_customer: reader.u64()?, refund: reader.u64()? };
        let (customers, rows) = CustomerMap::read(reader, state.definition.max_customers)?;
        state.customers = customers;
        state.span = state.measured();
        let left_out = checked_sum(state.excluded.missing_customer, state.excluded.refund)?;
        state.rows = checked_sum(rows, left_out)?;
        state.check_rules()?;
        Ok(state)
    }
}

impl Activity {
    /// Refuses a state that the definition cannot have let come about.
    fn check_rules(&self) -> Result<()> {
        let ActivityDefinition { refunds, missing_customers, .. } = self.definition;
        if self.excluded.missing_customer > 0 && missing_customers == InvalidRule::Error
            || self.excluded.refund > 0 && refunds != RefundRule::Exclude
        {
            return Err(Error::corrupt("rows were left out under a rule that leaves none out"));
        }
        let outside = |tick: i64| {
            let extremes = [i64::MIN, i64::MAX].map(|time| self.definition.tick_of(time));
            !(extremes[0]..=extremes[1]).contains(&tick)
        };
        for customer in self.customers.iter() {
            for (tick, totals) in Ticks::new(customer.days) {
                if outside(tick) {
                    return Err(Error::corrupt("a time that 64 bits do not hold"));
                }
                if totals.refunds > 0 && refunds != RefundRule::Net {
                    return Err(Error::corrupt("a refund under a rule that keeps none"));
                }
            }
        }
        Ok(())
    }
}

//! Customer summaries: who bought how often, how long ago and for how much, from a log in any
//! order.
//!
//! # What it measures
//! The history of every customer at any cut-off: repeat purchases (frequency), the age at the last
//! purchase (recency), the age at the cut-off, and the mean spend of a repeat purchase (monetary
//! value). This is all that the models of lifetime value know of a customer.
//!
//! # Formula
//! ```text
//! purchase day   a day with a purchase; all purchases of a customer on a day are one
//! x              frequency = purchase days after the first one
//! t_x            recency   = (last purchase day − first purchase day) ÷ unit; 0 without a repeat
//! T              age       = (cut-off − first purchase day) ÷ unit
//! m              monetary value = spend on the repeat purchase days ÷ x; none without a repeat
//! ```
//! Days are exact and a unit is a fixed number of days, never a calendar week or month. The score
//! is the repeat rate: customers who have bought again ÷ customers, until the last day of the log.
//!
//! # Input
//! [`Transactions`]: customer, time in microseconds since 1970, and where they are known amount,
//! cost and currency. The [definition](CustomerSummariesDefinition) says what the amounts count,
//! when a day begins, and what refunds, zeros and gaps do.
//!
//! # Empty and edge cases
//! Nothing is dropped silently: the [report](CustomerSummariesReport) counts same-day purchases,
//! refunds, zero and missing amounts, other currencies, and customers who first bought after
//! the cut-off. A customer of whom only refunds are known has no summary and is counted. A
//! purchase of unknown amount leaves its customer's spend unknown, not too small.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. The state holds counts and sums of minor units per
//! customer and day, four to five bytes for most days, so that every cut-off can still be read.
//!
//! # Uncertainty
//! The repeat rate is a share, by default with the interval of Wilson. Summaries are counts.
//!
//! # Not to be confused with
//! Summaries by calendar week, which make two purchases of a week one and shift every age by up to
//! a week; and "recency" as days since the last purchase, which is age − recency.
//!
//! # Source
//! Fader, Hardie and Lee (2005), Marketing Science 24, section 4, for x, t_x and T; Fader and
//! Hardie (2013), "The Gamma-Gamma model of monetary value", for the first purchase left out of
//! spend.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! const DAY: i64 = 86_400_000_000;
//! let mut summaries = CustomerSummaries::default(); // amounts in cents
//! let customers = ["ann", "bob", "ann", "ann"];
//! let times = [0, 3 * DAY, 7 * DAY, 7 * DAY + 1];
//! let batch = Transactions::new(customers.as_slice(), &times);
//! summaries.update(batch.with_amounts([1000_i64, 500, 700, 300].as_slice()))?;
//!
//! let table = summaries.summaries(&SummaryOptions { until: Some(14), ..Default::default() })?;
//! assert_eq!(table.column("frequency")?.counts(), Some([1, 0].as_slice()));
//! assert_eq!(table.column("recency")?.floats(), Some([1.0, 0.0].as_slice())); // weeks
//! assert_eq!(table.column("age")?.floats(), Some([2.0, 11.0 / 7.0].as_slice()));
//! assert_eq!(table.column("monetary_value")?.floats().map(|m| m[0]), Some(10.0));
//! # Ok::<(), cxm_core::Error>(())
//! ```

mod day_totals;
mod definition;
mod history;
mod intake;
mod report;
mod tables;

pub use definition::{AmountRule, CustomerSummariesDefinition, DEFAULT_MAX_CUSTOMERS};
pub use history::CustomerHistory;
pub use report::CustomerSummariesReport;
pub use tables::{SplitOptions, SummaryOptions, TrackingOptions};

use self::day_totals::CustomerDays;
use crate::calculator::batch::{KeyPart, Transactions};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::customer_map::CustomerMap;
use crate::calculator::groups::Grouping;
use crate::calculator::stated_currency::{StatedCurrency, other_currency};
use crate::calculator::{
    Calculator, Change, Definition, Kind, Merge, Retract, State, Update, UpdateByGroup,
    checked_difference, checked_sum, same_definition,
};
use crate::error::{Error, ErrorKind, Result};
use crate::model::{InvalidRule, RefundRule};

/// Rows that are in no customer's days, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Excluded {
    missing_customer: u64,
    missing_amount: u64,
    other_currency: u64,
}

impl Excluded {
    fn fields(&self) -> [u64; 3] {
        [self.missing_customer, self.missing_amount, self.other_currency]
    }

    fn combine(&mut self, other: &Self, combine: impl Fn(u64, u64) -> u64) {
        self.missing_customer = combine(self.missing_customer, other.missing_customer);
        self.missing_amount = combine(self.missing_amount, other.missing_amount);
        self.other_currency = combine(self.other_currency, other.other_currency);
    }
}

/// The calculator of customer summaries: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct CustomerSummaries {
    definition: CustomerSummariesDefinition,
    customers: CustomerMap<CustomerDays>,
    rows: u64,
    excluded: Excluded,
    /// The currency that the rows state, where the definition declares none.
    currency: StatedCurrency,
}

impl Default for CustomerSummaries {
    fn default() -> Self {
        Self::empty(CustomerSummariesDefinition::default())
    }
}

impl CustomerSummaries {
    fn empty(definition: CustomerSummariesDefinition) -> Self {
        Self {
            definition,
            customers: CustomerMap::default(),
            rows: 0,
            excluded: Excluded::default(),
            currency: StatedCurrency::default(),
        }
    }
}

impl Calculator for CustomerSummaries {
    type Definition = CustomerSummariesDefinition;
    type Report = CustomerSummariesReport;

    fn new(definition: CustomerSummariesDefinition) -> Result<Self> {
        definition.validate().map_err(|error| error.within(Self::KIND.name))?;
        Ok(Self::empty(definition))
    }

    fn definition(&self) -> &CustomerSummariesDefinition {
        &self.definition
    }

    fn observations(&self) -> u64 {
        self.rows
    }

    fn value(&self) -> CustomerSummariesReport {
        CustomerSummariesReport::read(self, None, crate::model::TimeUnit::default())
    }
}

impl Merge for CustomerSummaries {
    fn check_merge(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            self.currency.check_merge(&other.currency)?;
            // No count is larger than the number of rows, and sums are bounded by counts.
            checked_sum(self.rows, other.rows)?;
            self.customers.check_merge(&other.customers, self.definition.max_customers)
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_merge(&mut self, other: &Self) {
        self.rows = self.rows.saturating_add(other.rows);
        self.excluded.combine(&other.excluded, u64::saturating_add);
        self.currency.merge(&other.currency);
        self.customers.merge(&other.customers);
    }
}

impl Update for CustomerSummaries {
    type Batch<'a> = Transactions<'a>;

    fn lift(definition: &CustomerSummariesDefinition, batch: Transactions<'_>) -> Result<Self> {
        let states = intake::lift(definition, None, &batch);
        let state = states.map_err(|error| error.within(Self::KIND.name))?.pop();
        Ok(state.unwrap_or_else(|| Self::empty(definition.clone())))
    }

    fn check(&self, batch: Transactions<'_>) -> Result<Change<Self>> {
        let delta = Self::lift(&self.definition, batch)?;
        if self.currency.check_merge(&delta.currency).is_err()
            && let (Some(ours), Some(column)) = (self.currency.get(), &batch.currencies)
        {
            let stated = |row: &usize| column.part(*row).is_ok_and(|key| key != KeyPart::Missing);
            let row = (0..batch.len()).find(stated).unwrap_or_default();
            let theirs = column.part(row)?;
            return Err(other_currency(ours, &theirs).at_row(row).within(Self::KIND.name));
        }
        self.check_merge(&delta)?;
        Ok(Change::new(delta))
    }

    fn apply(&mut self, change: Change<Self>) {
        change.merge_or_move_into(self);
    }
}

impl UpdateByGroup for CustomerSummaries {
    fn batch_len(batch: &Transactions<'_>) -> usize {
        batch.len()
    }

    fn lift_by_group(
        definition: &CustomerSummariesDefinition,
        codes: &[u32],
        groups: usize,
        batch: Transactions<'_>,
    ) -> Result<Vec<Self>> {
        let grouping = Grouping { codes, groups };
        intake::lift(definition, Some(grouping), &batch)
            .map_err(|error| error.within(Self::KIND.name))
    }
}

impl Retract for CustomerSummaries {
    fn check_subtract(&self, other: &Self) -> Result<()> {
        let check = || {
            same_definition(&self.definition, &other.definition)?;
            let counts = self.excluded.fields().into_iter().zip(other.excluded.fields());
            for (ours, theirs) in counts {
                checked_difference(ours, theirs, "an excluded row")?;
            }
            let left = checked_difference(self.rows, other.rows, "a transaction")?;
            self.currency.check_subtract(&other.currency, left)?;
            self.customers.check_subtract(&other.customers)
        };
        check().map_err(|error: Error| error.within(Self::KIND.name))
    }

    fn apply_subtract(&mut self, other: &Self) {
        self.rows = self.rows.saturating_sub(other.rows);
        self.excluded.combine(&other.excluded, u64::saturating_sub);
        self.currency.subtract(&other.currency);
        self.customers.subtract(&other.customers);
    }
}

impl State for CustomerSummaries {
    const KIND: Kind = Kind { id: 11, name: "customer_summaries", version: 1 };

    fn write_definition(definition: &CustomerSummariesDefinition, writer: &mut Writer) {
        definition.write(writer);
    }

    fn read_definition(
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<CustomerSummariesDefinition> {
        CustomerSummariesDefinition::read(reader)
    }

    fn write_state(&self, writer: &mut Writer) {
        self.excluded.fields().into_iter().for_each(|count| writer.unsigned(count));
        self.currency.write(writer);
        self.customers.write(writer);
    }

    fn read_state(
        definition: CustomerSummariesDefinition,
        reader: &mut Reader<'_>,
        _version: u16,
    ) -> Result<Self> {
        let mut state = Self::empty(definition);
        state.excluded = Excluded {
            missing_customer: reader.u64()?,
            missing_amount: reader.u64()?,
            other_currency: reader.u64()?,
        };
        state.currency = StatedCurrency::read(reader)?;
        let (customers, rows) = CustomerMap::read(reader, state.definition.max_customers)?;
        state.customers = customers;
        state.rows = state.excluded.fields().into_iter().try_fold(rows, checked_sum)?;
        state.check_rules()?;
        Ok(state)
    }
}

impl CustomerSummaries {
    /// Refuses a state that the definition cannot have let come about.
    fn check_rules(&self) -> Result<()> {
        let refused = |what: &'static str| Err(Error::new(ErrorKind::CorruptState, what));
        let definition = &self.definition;
        let Excluded { missing_customer, missing_amount, other_currency } = self.excluded;
        if missing_customer > 0 && definition.missing_customers == InvalidRule::Error
            || missing_amount > 0 && definition.missing_amounts != AmountRule::Exclude
            || other_currency > 0 && definition.other_currencies == InvalidRule::Error
        {
            return refused("rows were left out under a rule that leaves none out");
        }
        self.currency.check_state(self.rows)?;
        if self.currency.get().is_some() && definition.currency.is_some() {
            return refused("a currency that no rows can have stated");
        }
        if definition.refunds != RefundRule::Error && definition.zero_amounts != AmountRule::Error {
            return Ok(());
        }
        let refunds = definition.refunds == RefundRule::Error;
        let zeros = definition.zero_amounts == AmountRule::Error;
        for (_, totals) in self.customers.iter().flat_map(|it| day_totals::Days::new(it.days)) {
            if refunds && totals.refunds > 0 || zeros && totals.zero > 0 {
                return refused("an amount that the definition refuses");
            }
        }
        Ok(())
    }
}

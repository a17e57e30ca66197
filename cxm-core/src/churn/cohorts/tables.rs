//! Cohorts as columns.

use super::{Cohort, Cohorts, RetentionKind};
use crate::calculator::{ColumnData, Table};
use crate::error::{Error, Result};
use crate::stats::{IntervalOptions, Share, proportion};

/// Shares with their limits, as they grow row by row.
#[derive(Debug, Default)]
struct Shares {
    values: Vec<Option<f64>>,
    lower: Vec<Option<f64>>,
    upper: Vec<Option<f64>>,
}

impl Shares {
    fn push(&mut self, share: Option<Share>, level: f64) -> Result<()> {
        let options = IntervalOptions { level, ..IntervalOptions::default() };
        let interval = match &share {
            Some(share) => proportion::interval(share, &options)?,
            None => None,
        };
        self.values.push(share.and_then(|share| share.value()));
        self.lower.push(interval.map(|interval| interval.lower));
        self.upper.push(interval.map(|interval| interval.upper));
        Ok(())
    }

    fn into(self, table: &mut Table, name: &'static str) -> Result<()> {
        table.push_optional(name, self.values)?;
        table.push_optional("lower", self.lower)?;
        table.push_optional("upper", self.upper)
    }
}

fn minor(revenue: i128) -> Result<i64> {
    i64::try_from(revenue).map_err(|_| Error::overflow("a sum would pass 2^63 minor units"))
}

impl Cohorts {
    /// Minor units as major units of money a customer.
    fn per_head(&self, revenue: i128, customers: u64) -> Option<f64> {
        let scale = 10_i64.pow(self.decimals.into()) as f64;
        (customers > 0).then(|| revenue as f64 / scale / customers as f64)
    }

    /// The columns of the widest cohort.
    fn columns(&self) -> usize {
        self.cohorts.iter().map(|cohort| cohort.cells.len()).max().unwrap_or_default()
    }

    /// The first age of a column.
    pub fn age(&self, column: usize) -> u64 {
        let age = match &self.options.kind {
            RetentionKind::Brackets(edges) => edges.get(column).copied().map(u64::from),
            _ => u64::try_from(column).ok(),
        };
        age.unwrap_or(u64::MAX)
    }

    fn last_age(&self, column: usize) -> Option<u64> {
        match &self.options.kind {
            RetentionKind::On => u64::try_from(column).ok(),
            RetentionKind::OnOrAfter => None,
            RetentionKind::Brackets(edges) => {
                edges.get(column + 1).map(|&edge| u64::from(edge).saturating_sub(1))
            }
        }
    }

    /// One row a cohort and age that has begun: `cohort`, `size`, `age`, `last_age`, and, where the
    /// age is over, `customers`, `share` with `lower` and `upper` of Wilson at this level,
    /// `revenue_minor` and `revenue_per_head`, the last in major units by the size of the cohort.
    pub fn table(&self, level: f64) -> Result<Table> {
        let rows = || {
            self.cohorts.iter().flat_map(|cohort| {
                cohort.cells.iter().enumerate().map(move |(column, cell)| (cohort, column, cell))
            })
        };
        let mut shares = Shares::default();
        let (mut customers, mut revenue, mut per_head) = (Vec::new(), Vec::new(), Vec::new());
        for (cohort, _, cell) in rows() {
            let share = cell.map(|cell| Share { successes: cell.customers, total: cohort.size });
            shares.push(share, level)?;
            customers.push(cell.map(|cell| cell.customers));
            let known = cell.and_then(|cell| cell.revenue);
            revenue.push(known.map(minor).transpose()?);
            per_head.push(known.and_then(|revenue| self.per_head(revenue, cohort.size)));
        }
        let mut table = Table::new(customers.len());
        let days = rows().map(|(cohort, ..)| cohort.first_day).collect();
        table.push("cohort", ColumnData::Days(days))?;
        table.push("size", rows().map(|(cohort, ..)| cohort.size).collect::<Vec<_>>())?;
        table.push("age", rows().map(|(_, column, _)| self.age(column)).collect::<Vec<_>>())?;
        table.push_optional("last_age", rows().map(|(_, column, _)| self.last_age(column)))?;
        table.push_optional("customers", customers)?;
        shares.into(&mut table, "share")?;
        table.push_optional("revenue_minor", revenue)?;
        table.push_optional("revenue_per_head", per_head)?;
        Ok(table)
    }

    /// One row a cohort: `cohort`, `last_day`, `size`, `whole`: 1 where nobody can join any more.
    pub fn sizes(&self) -> Result<Table> {
        let column = |of: fn(&Cohort) -> i64| self.cohorts.iter().map(of).collect();
        let mut table = Table::new(self.cohorts.len());
        table.push("cohort", ColumnData::Days(column(|cohort| cohort.first_day)))?;
        table.push("last_day", ColumnData::Days(column(|cohort| cohort.last_day)))?;
        table.push("size", self.cohorts.iter().map(|it| it.size).collect::<Vec<_>>())?;
        let whole = self.cohorts.iter().map(|cohort| u64::from(cohort.is_whole));
        table.push("whole", whole.collect::<Vec<_>>())?;
        Ok(table)
    }

    /// One row an age, over the cohorts for which it is over: `age`, `last_age`, `cohorts`, `size`,
    /// `customers`, `weighted` with `lower` and `upper` of Wilson at this level, `plain`, and
    /// `revenue_per_head`, weighted, in major units.
    pub fn averages(&self, level: f64) -> Result<Table> {
        let columns = self.columns();
        let mut weighted = Shares::default();
        let (mut plain, mut per_head) = (Vec::new(), Vec::new());
        let (mut counts, mut sizes, mut retained) = (Vec::new(), Vec::new(), Vec::new());
        for column in 0..columns {
            let over = || {
                let cells = self.cohorts.iter().filter(|cohort| cohort.size > 0);
                cells.filter_map(|cohort| Some((cohort, (*cohort.cells.get(column)?)?)))
            };
            let size = over().fold(0u64, |sum, (cohort, _)| sum.saturating_add(cohort.size));
            let customers = over().fold(0u64, |sum, (_, cell)| sum.saturating_add(cell.customers));
            let share = Share { successes: customers, total: size };
            let all = over().count();
            let mean = over()
                .map(|(cohort, cell)| cell.customers as f64 / cohort.size as f64)
                .sum::<f64>()
                / all as f64;
            let revenue = over().try_fold(0i128, |sum, (_, cell)| sum.checked_add(cell.revenue?));
            weighted.push(Some(share), level)?;
            plain.push((all > 0).then_some(mean));
            per_head.push(revenue.and_then(|revenue| self.per_head(revenue, size)));
            counts.push(u64::try_from(all).unwrap_or(u64::MAX));
            sizes.push(size);
            retained.push(customers);
        }
        let mut table = Table::new(columns);
        table.push("age", (0..columns).map(|column| self.age(column)).collect::<Vec<_>>())?;
        table.push_optional("last_age", (0..columns).map(|column| self.last_age(column)))?;
        table.push("cohorts", counts)?;
        table.push("size", sizes)?;
        table.push("customers", retained)?;
        weighted.into(&mut table, "weighted")?;
        table.push_optional("plain", plain)?;
        table.push_optional("revenue_per_head", per_head)?;
        Ok(table)
    }
}

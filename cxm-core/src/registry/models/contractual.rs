//! Models of contracts that are renewed, by name.

use serde_json::Value;

use super::columns::{Cells, Columns};
use super::listed::{ColumnEntry, Listed, PERIODS_AHEAD, QuantityEntry, Question, WEIGHTS};
use crate::calculator::Table;
use crate::clv::simulation::Simulation;
use crate::clv::{Discount, PatternTable, RenewalTiming, ShiftedBetaGeometric, Tenure};
use crate::error::{Error, Result};
use crate::registry::functions::Parameter;
use crate::registry::question::NamedArguments;

const SURVIVORS: ColumnEntry = ColumnEntry {
    name: "survivors",
    optional: true,
    doc: "of one cohort, the customers it began with and those left after each period",
};

const COHORT: ColumnEntry = ColumnEntry {
    name: "cohort",
    optional: true,
    doc: "a number that tells cohorts apart, whose rows stand together",
};

const TENURE: ColumnEntry = ColumnEntry {
    name: "tenure",
    optional: true,
    doc: "instead of cohorts: the renewal at which a customer left, or those survived so far",
};

const CHURNED: ColumnEntry =
    ColumnEntry { name: "churned", optional: true, doc: "beside the tenure: 1 for left, else 0" };

const RENEWALS: ColumnEntry =
    ColumnEntry { name: "renewals", optional: false, doc: "renewals that a customer has survived" };

const PERIOD: Parameter = Parameter {
    name: "period",
    kind: "integer",
    default: None,
    doc: "The renewal from now, from 1 on.",
};

const TIMING: Parameter = Parameter {
    name: "timing",
    kind: "text",
    default: None,
    doc: "\"just_after_renewal\" counts the period that begins, \
          \"immediately_before_renewal\" does not know yet whether it will.",
};

const RATE: Parameter = Parameter {
    name: "discount",
    kind: "number or object",
    default: Some("null"),
    doc: "A continuous rate per period, or {\"rate\": 0.1, \"per\": \"unit\", \
          \"compounding\": \"discrete\"}; none, without it.",
};

const NEW: &str = "a new customer";

impl Listed for ShiftedBetaGeometric {
    const FIT_COLUMNS: &'static [ColumnEntry] = &[SURVIVORS, COHORT, TENURE, CHURNED, WEIGHTS];

    const QUANTITIES: &'static [QuantityEntry] = &[
        QuantityEntry {
            name: "survival",
            summary: "P(still a customer after so many more periods)",
            parameters: &[PERIODS_AHEAD],
            columns: &[RENEWALS],
            without: NEW,
        },
        QuantityEntry {
            name: "churn_probability",
            summary: "P(leaves at this renewal from now)",
            parameters: &[PERIOD],
            columns: &[RENEWALS],
            without: NEW,
        },
        QuantityEntry {
            name: "retention_rate",
            summary: "P(survives the next renewal)",
            parameters: &[],
            columns: &[RENEWALS],
            without: NEW,
        },
        QuantityEntry {
            name: "expected_tenure",
            summary: "expected periods of a new customer, the first one included",
            parameters: &[],
            columns: &[],
            without: NEW,
        },
        QuantityEntry {
            name: "expected_tenure_within",
            summary: "expected periods of a new customer among the first so many",
            parameters: &[PERIODS_AHEAD],
            columns: &[],
            without: NEW,
        },
        QuantityEntry {
            name: "expected_residual_lifetime",
            summary: "expected periods still to come, each discounted (DERL)",
            parameters: &[TIMING, RATE],
            columns: &[RENEWALS],
            without: NEW,
        },
    ];

    fn table(columns: &Columns<'_>) -> Result<PatternTable<Tenure>> {
        match (columns.get(SURVIVORS.name), columns.get(TENURE.name)) {
            (Some(survivors), None) => {
                let others = [CHURNED.name, WEIGHTS.name];
                if let Some(other) = others.into_iter().find(|name| columns.get(name).is_some()) {
                    return Err(Error::batch("not beside survivors").in_field(other));
                }
                cohorts(survivors, columns.get(COHORT.name), columns.rows())
            }
            (None, Some(tenure)) => {
                if columns.get(COHORT.name).is_some() {
                    return Err(Error::batch("not beside a tenure").in_field(COHORT.name));
                }
                tenures(tenure, columns)
            }
            (Some(_), Some(_)) => {
                Err(Error::batch("give survivors or a tenure, not both").in_field(TENURE.name))
            }
            (None, None) => {
                Err(Error::batch("this column or a tenure is needed").in_field(SURVIVORS.name))
            }
        }
    }

    /// What the fit reads of each, and the renewals that they survive within the horizon.
    fn simulate(&self, options: &Value) -> Result<Table> {
        let simulation: Simulation = NamedArguments::new(options)?.rest()?;
        let (mut tenure, mut churned, mut future) = (Vec::new(), Vec::new(), Vec::new());
        for contract in simulation.contracts(self) {
            let contract = contract?;
            let known = contract.tenure()?;
            tenure.push(known.periods());
            churned.push(u64::from(known.churned()));
            future.push(contract.future_renewals(simulation.horizon));
        }
        let mut table = Table::new(tenure.len());
        table.push(TENURE.name, tenure)?;
        table.push(CHURNED.name, churned)?;
        table.push("holdout_renewals", future)?;
        Ok(table)
    }

    fn question<'a>(
        entry: &QuantityEntry,
        quantity: &Value,
        columns: &'a Columns<'a>,
    ) -> Result<Question<'a, Self>> {
        let mut given = NamedArguments::new(quantity)?;
        let renewals = columns.get(RENEWALS.name).cloned().unwrap_or(Cells::One(0.0));
        let mut ahead = |name: &'static str| -> Result<Cells<'a>> {
            match columns.get(name) {
                Some(cells) => Ok(cells.clone()),
                None => given.require(name).map(Cells::One),
            }
        };
        Ok(match entry.name {
            "survival" => {
                let periods = ahead(PERIODS_AHEAD.name)?;
                Box::new(move |model: &Self, row| {
                    model.survival(renewals.get(row), periods.get(row)).map(Some)
                })
            }
            "churn_probability" => {
                let period = ahead(PERIOD.name)?;
                Box::new(move |model: &Self, row| {
                    model.churn_probability(renewals.get(row), period.get(row)).map(Some)
                })
            }
            "retention_rate" => {
                Box::new(move |model: &Self, row| model.retention_rate(renewals.get(row)).map(Some))
            }
            "expected_tenure" => Box::new(|model: &Self, _| model.expected_tenure().map(Some)),
            "expected_tenure_within" => {
                let periods = ahead(PERIODS_AHEAD.name)?;
                Box::new(move |model: &Self, row| {
                    model.expected_tenure_within(periods.get(row)).map(Some)
                })
            }
            _ => {
                let timing: RenewalTiming = given.require(TIMING.name)?;
                let discount: Option<f64> = given.take(RATE.name)?;
                let discount = discount.map(Discount::continuous).transpose()?;
                Box::new(move |model: &Self, row| {
                    model.expected_residual_lifetime(renewals.get(row), discount, timing).map(Some)
                })
            }
        })
    }
}

/// Cohorts whose rows stand one after the other; an error counts rows over all of them.
#[allow(clippy::float_cmp, reason = "a number that names a cohort is the same or it is not")]
fn cohorts(
    survivors: &Cells<'_>,
    cohort: Option<&Cells<'_>>,
    rows: usize,
) -> Result<PatternTable<Tenure>> {
    let name = |row: usize| cohort.map_or(0.0, |cohort| cohort.get(row));
    let (mut cohorts, mut seen): (Vec<Vec<f64>>, Vec<f64>) = (Vec::new(), Vec::new());
    for row in 0..rows {
        let name = name(row);
        match cohorts.last_mut() {
            Some(open) if seen.last() == Some(&name) => open.push(survivors.get(row)),
            _ if name.is_nan() || seen.contains(&name) => {
                let message = "expected the rows of each cohort together";
                return Err(Error::observation(message).in_field(COHORT.name).at_row(row));
            }
            _ => {
                seen.push(name);
                cohorts.push(vec![survivors.get(row)]);
            }
        }
    }
    let mut before = 0;
    for cohort in &cohorts {
        // The core numbers the rows of one cohort; here they are those of the column.
        PatternTable::from_cohorts(std::slice::from_ref(cohort)).map_err(|error| {
            let row = error.row().and_then(|row| usize::try_from(row).ok()).unwrap_or_default();
            error.at_row(before + row)
        })?;
        before += cohort.len();
    }
    PatternTable::from_cohorts(&cohorts)
}

fn tenures(tenure: &Cells<'_>, columns: &Columns<'_>) -> Result<PatternTable<Tenure>> {
    let churned = columns.require(CHURNED.name)?;
    let weights = columns.get(WEIGHTS.name);
    let rows = (0..columns.rows()).map(|row| {
        let left = match churned.get(row) {
            0.0 => false,
            1.0 => true,
            other => {
                let message = format!("expected 0 or 1, got {other}");
                return Err(Error::observation(message).in_field(CHURNED.name).at_row(row));
            }
        };
        let tenure = Tenure::new(tenure.get(row), left).map_err(|error| error.at_row(row))?;
        Ok((tenure, weights.map_or(1.0, |weights| weights.get(row))))
    });
    PatternTable::from_checked_rows(rows)
}

//! Models of purchases without a contract, by name.

use serde_json::Value;

use super::columns::{Cells, Columns};
use super::counts;
use super::listed::{
    ColumnEntry, CountQuestion, FREQUENCY, HORIZON, Listed, PROBABILITY, QuantityEntry, Question,
    SPEND, WEIGHTS,
};
use crate::calculator::Table;
use crate::clv::back_test::BackTestOptions;
use crate::clv::simulation::{Simulate, Simulation};
use crate::clv::{
    Compounding, Discount, Discounting, History, Horizon, LifetimeValueOptions, PatternTable,
    PurchaseModel, Quantity, RatePeriod,
};
use crate::error::{Error, Result};
use crate::model::TimeUnit;
use crate::registry::definition::{object, to_value};
use crate::registry::functions::Parameter;
use crate::registry::question::NamedArguments;

/// The column with what came in the hold-out.
pub(super) const ACTUAL: &str = "actual";

pub(super) const RECENCY: ColumnEntry = ColumnEntry {
    name: "recency",
    optional: false,
    doc: "age at the last purchase, 0 without a repeat",
};

const AGE: ColumnEntry =
    ColumnEntry { name: "age", optional: false, doc: "time since the first purchase" };

const PERIODS: ColumnEntry = ColumnEntry {
    name: "periods",
    optional: false,
    doc: "opportunities to buy again since the first purchase",
};

const NOW: Parameter = Parameter { default: Some("0"), ..HORIZON };

const COUNT: Parameter =
    Parameter { name: "count", kind: "integer", default: None, doc: "So many purchases." };

const DISCOUNT: Parameter = Parameter {
    name: "discount",
    kind: "number or object",
    default: None,
    doc: "A continuous rate per unit of the model, or {\"rate\": 0.15, \"per\": \"year\", \
          \"compounding\": \"discrete\"}.",
};

const MARGIN: Parameter = Parameter {
    name: "margin",
    kind: "number",
    default: None,
    doc: "The part of the spend that is left after its costs: 0.3 for 30 %; 1 to value revenue.",
};

const WITHIN: Parameter = Parameter {
    default: Some("null"),
    doc: "How far it looks ahead, in the unit of the model; for ever, without it.",
    ..HORIZON
};

const NEW: &str = "a new customer";

/// What [`LifetimeValueOptions`] answers.
const LIFETIME_VALUE: &str = "lifetime_value";

/// The questions, in the order of [`Quantity`], about customers in these columns.
macro_rules! quantities {
    ($($column:ident),*) => {
        &[
            QuantityEntry {
                name: "probability_alive",
                summary: "P(still a customer at the horizon); now, without one",
                parameters: &[NOW],
                columns: &[$($column),*],
                without: NEW,
            },
            QuantityEntry {
                name: "expected_transactions",
                summary: "expected purchases within the horizon",
                parameters: &[HORIZON],
                columns: &[$($column),*],
                without: NEW,
            },
            QuantityEntry {
                name: "probability_of_transactions",
                summary: "P(exactly so many purchases within the horizon)",
                parameters: &[HORIZON, COUNT],
                columns: &[$($column),*],
                without: NEW,
            },
            QuantityEntry {
                name: "probability_of_no_transactions",
                summary: "P(no purchase within the horizon)",
                parameters: &[HORIZON],
                columns: &[$($column),*],
                without: NEW,
            },
            QuantityEntry {
                name: "discounted_expected_transactions",
                summary: "expected purchases within the horizon, each discounted from its time",
                parameters: &[HORIZON, DISCOUNT],
                columns: &[$($column),*],
                without: NEW,
            },
            QuantityEntry {
                name: "discounted_expected_residual_transactions",
                summary: "expected purchases of the whole future, discounted (DERT)",
                parameters: &[DISCOUNT],
                columns: &[$($column),*],
                without: NEW,
            },
            QuantityEntry {
                name: "time_to_next_transaction",
                summary: "the time within which the next purchase comes with this probability",
                parameters: &[PROBABILITY],
                columns: &[$($column),*],
                without: NEW,
            },
            QuantityEntry {
                name: LIFETIME_VALUE,
                summary: "margin of the expected purchases, discounted, in the money of the spend",
                parameters: &[MARGIN, DISCOUNT, WITHIN],
                columns: &[$($column,)* SPEND],
                without: NEW,
            },
        ]
    };
}

const CONTINUOUS: &[QuantityEntry] = quantities!(FREQUENCY, RECENCY, AGE);
const DISCRETE: &[QuantityEntry] = quantities!(FREQUENCY, RECENCY, PERIODS);

/// The name of the column that says how long a customer is known.
pub(super) const fn age_of<M: PurchaseModel>() -> &'static str {
    if M::DISCRETE { PERIODS.name } else { AGE.name }
}

/// The history of a row, with the row in the error.
pub(super) fn history<M: PurchaseModel>(cells: [&Cells<'_>; 3], row: usize) -> Result<History> {
    let [frequency, recency, age] = cells.map(|cells| cells.get(row));
    let history = History::new(frequency, recency, age).map_err(|error| match error.field() {
        // The core knows one name for the age; here it is the column's.
        Some("age") => Error::new(error.kind(), error.message().to_owned()).in_field(age_of::<M>()),
        _ => error,
    })?;
    M::check(&history)?;
    Ok(history)
}

impl<M: Simulate> Listed for M {
    const FIT_COLUMNS: &'static [ColumnEntry] = if M::DISCRETE {
        &[FREQUENCY, RECENCY, PERIODS, WEIGHTS]
    } else {
        &[FREQUENCY, RECENCY, AGE, WEIGHTS]
    };

    const QUANTITIES: &'static [QuantityEntry] = if M::DISCRETE { DISCRETE } else { CONTINUOUS };

    fn table(columns: &Columns<'_>) -> Result<PatternTable<History>> {
        let cells = [FREQUENCY.name, RECENCY.name, age_of::<M>()];
        let [frequency, recency, age] = cells;
        let cells = [columns.require(frequency)?, columns.require(recency)?, columns.require(age)?];
        let weights = columns.get(WEIGHTS.name);
        let [frequency, recency, age] = cells;
        PatternTable::from_repeating_rows(
            columns.rows(),
            |row| {
                let bits = |cells: &Cells<'_>| cells.get(row).to_bits();
                [bits(frequency), bits(recency), bits(age)]
            },
            |row| history::<M>(cells, row).map_err(|error| error.at_row(row)),
            |row| weights.map_or(1.0, |weights| weights.get(row)),
        )
    }

    fn question<'a>(
        entry: &QuantityEntry,
        quantity: &Value,
        columns: &'a Columns<'a>,
    ) -> Result<Question<'a, Self>> {
        if entry.name == LIFETIME_VALUE {
            return lifetime_value(quantity, columns);
        }
        let mut fields = object(quantity)?;
        // Read one by one, so that a refusal names its field.
        if let Some(horizon) = fields.get(HORIZON.name).and_then(Value::as_f64) {
            Horizon::new(horizon)?;
        }
        if let Some(rate) = fields.get(DISCOUNT.name).and_then(Value::as_f64) {
            Discount::continuous(rate)?;
        }
        fields.insert("quantity".to_owned(), entry.name.into());
        let quantity: Quantity = serde_json::from_value(Value::Object(fields))
            .map_err(|error| Error::argument(error.to_string()))?;
        quantity.validate_for::<M>()?;
        let whom = columns.together([FREQUENCY.name, RECENCY.name, age_of::<M>()])?;
        let (horizons, counts) = (columns.get(HORIZON.name), columns.get(COUNT.name));
        Ok(Box::new(move |model, row| {
            let history = whom.map_or(Ok(History::NEW), |cells| history::<M>(cells, row))?;
            let mut quantity = quantity;
            if let Some(horizons) = horizons {
                quantity = quantity.looking(Horizon::new(horizons.get(row))?);
            }
            if let (Some(counts), Quantity::ProbabilityOfTransactions { count, .. }) =
                (counts, &mut quantity)
            {
                *count = whole(counts.get(row))?;
            }
            quantity.of(model, &history)
        }))
    }

    fn counts<'a>(columns: &'a Columns<'a>, options: &Value) -> Result<CountQuestion<'a, Self>> {
        counts::question(columns, options)
    }

    fn back_test(&self, columns: &Columns<'_>, options: &Value) -> Result<Value> {
        let (histories, actual, horizon, options) = hold_out::<M>(columns, options)?;
        let found = crate::clv::back_test::back_test(self, &histories, &actual, horizon, &options)?;
        Ok(to_value(&found))
    }

    fn simulate(&self, options: &Value) -> Result<Table> {
        let simulation: Simulation = NamedArguments::new(options)?.rest()?;
        let age = age_of::<M>();
        let (mut rows, mut future, mut alive) = (Vec::new(), Vec::new(), Vec::new());
        for customer in simulation.customers(self) {
            let customer = customer?;
            rows.push(customer.history()?);
            future.push(customer.future_purchases());
            alive.push(u64::from(customer.is_alive_at(customer.age)));
        }
        let column = |cell: fn(&History) -> f64| -> Vec<f64> { rows.iter().map(cell).collect() };
        let mut table = Table::new(rows.len());
        table.push(FREQUENCY.name, column(History::frequency))?;
        table.push(RECENCY.name, column(History::recency))?;
        table.push(age, column(History::age))?;
        table.push("holdout_frequency", future)?;
        table.push("is_alive", alive)?;
        Ok(table)
    }
}

/// The customers of a hold-out: histories, purchases in the horizon, the horizon, the options.
pub(super) fn hold_out<M: PurchaseModel>(
    columns: &Columns<'_>,
    options: &Value,
) -> Result<(Vec<History>, Vec<f64>, Horizon, BackTestOptions)> {
    let names = [FREQUENCY.name, RECENCY.name, age_of::<M>(), ACTUAL];
    columns.only(&names)?;
    let mut given = NamedArguments::new(options)?;
    let horizon = Horizon::new(given.require(HORIZON.name)?)?;
    let options: BackTestOptions = given.rest()?;
    let [frequency, recency, age, actual] = names;
    let cells = [columns.require(frequency)?, columns.require(recency)?, columns.require(age)?];
    let actual = columns.require(actual)?;
    let rows = 0..columns.rows();
    let histories: Result<Vec<_>> = rows
        .clone()
        .map(|row| history::<M>(cells, row).map_err(|error| error.at_row(row)))
        .collect();
    Ok((histories?, rows.map(|row| actual.get(row)).collect(), horizon, options))
}

/// What each customer is still worth.
fn lifetime_value<'a, M: PurchaseModel>(
    quantity: &Value,
    columns: &'a Columns<'a>,
) -> Result<Question<'a, M>> {
    let mut given = NamedArguments::new(quantity)?;
    let spend = columns.require(SPEND.name)?;
    let whom = columns.together([FREQUENCY.name, RECENCY.name, age_of::<M>()])?;
    // The rate came settled: continuous, per unit.
    let rate = given.take(DISCOUNT.name)?.unwrap_or(0.0);
    let (per, compounding) = (RatePeriod::Unit, Compounding::Continuous);
    let options = LifetimeValueOptions {
        margin: given.require(MARGIN.name)?,
        horizon: given.take::<f64>(WITHIN.name)?.map(Horizon::new).transpose()?,
        discounting: Discounting { rate, per, compounding },
    };
    let horizons = columns.get(WITHIN.name);
    Ok(Box::new(move |model, row| {
        let history = whom.map_or(Ok(History::NEW), |cells| history::<M>(cells, row))?;
        let mut options = options;
        if let Some(horizons) = horizons {
            options.horizon = Some(Horizon::new(horizons.get(row))?);
        }
        // With a rate per unit the unit does not matter.
        options.value_of(model, TimeUnit::default(), &history, spend.get(row)).map(Some)
    }))
}

/// A count of purchases.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "whole, and between 0 and 2^53"
)]
fn whole(count: f64) -> Result<u64> {
    if (0.0..=9_007_199_254_740_992.0).contains(&count) && libm::floor(count) >= count {
        return Ok(count as u64);
    }
    let message = format!("expected a whole number of purchases, got {count}");
    Err(Error::argument(message).in_field(COUNT.name))
}

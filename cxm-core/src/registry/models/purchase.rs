//! Models of purchases without a contract, by name.

use serde_json::Value;

use super::columns::{Cells, Columns, Predictions};
use super::listed::{ColumnEntry, FREQUENCY, HORIZON, Listed, PROBABILITY, QuantityEntry, WEIGHTS};
use crate::clv::{History, Horizon, PatternTable, PurchaseModel, Quantity};
use crate::error::{Error, Result};
use crate::registry::definition::object;
use crate::registry::functions::Parameter;

const RECENCY: ColumnEntry = ColumnEntry {
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

const NEW: &str = "a new customer";

/// The questions, in the order of [`Quantity`], about customers in these columns.
macro_rules! quantities {
    ($columns:expr) => {
        &[
            QuantityEntry {
                name: "probability_alive",
                summary: "P(still a customer at the horizon); now, without one",
                parameters: &[NOW],
                columns: $columns,
                without: NEW,
            },
            QuantityEntry {
                name: "expected_transactions",
                summary: "expected purchases within the horizon",
                parameters: &[HORIZON],
                columns: $columns,
                without: NEW,
            },
            QuantityEntry {
                name: "probability_of_transactions",
                summary: "P(exactly so many purchases within the horizon)",
                parameters: &[HORIZON, COUNT],
                columns: $columns,
                without: NEW,
            },
            QuantityEntry {
                name: "probability_of_no_transactions",
                summary: "P(no purchase within the horizon)",
                parameters: &[HORIZON],
                columns: $columns,
                without: NEW,
            },
            QuantityEntry {
                name: "discounted_expected_transactions",
                summary: "expected purchases within the horizon, each discounted from its time",
                parameters: &[HORIZON, DISCOUNT],
                columns: $columns,
                without: NEW,
            },
            QuantityEntry {
                name: "discounted_expected_residual_transactions",
                summary: "expected purchases of the whole future, discounted (DERT)",
                parameters: &[DISCOUNT],
                columns: $columns,
                without: NEW,
            },
            QuantityEntry {
                name: "time_to_next_transaction",
                summary: "the time within which the next purchase comes with this probability",
                parameters: &[PROBABILITY],
                columns: $columns,
                without: NEW,
            },
        ]
    };
}

const CONTINUOUS: &[QuantityEntry] = quantities!(&[FREQUENCY, RECENCY, AGE]);
const DISCRETE: &[QuantityEntry] = quantities!(&[FREQUENCY, RECENCY, PERIODS]);

/// The name of the column that says how long a customer is known.
const fn age_of<M: PurchaseModel>() -> &'static str {
    if M::DISCRETE { PERIODS.name } else { AGE.name }
}

/// The history of a row, with the row in the error.
fn history<M: PurchaseModel>(cells: [&Cells<'_>; 3], row: usize) -> Result<History> {
    let [frequency, recency, age] = cells.map(|cells| cells.get(row));
    let history = History::new(frequency, recency, age).map_err(|error| match error.field() {
        // The core knows one name for the age; here it is the column's.
        Some("age") => Error::new(error.kind(), error.message().to_owned()).in_field(age_of::<M>()),
        _ => error,
    })?;
    M::check(&history)?;
    Ok(history)
}

impl<M: PurchaseModel> Listed for M {
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
        let rows = (0..columns.rows()).map(|row| {
            let history = history::<M>(cells, row).map_err(|error| error.at_row(row))?;
            Ok((history, weights.map_or(1.0, |weights| weights.get(row))))
        });
        PatternTable::from_rows(rows.collect::<Result<Vec<_>>>()?)
    }

    fn answer(
        &self,
        entry: &QuantityEntry,
        quantity: Value,
        columns: &Columns<'_>,
    ) -> Result<Predictions> {
        let mut fields = object(&quantity)?;
        fields.insert("quantity".to_owned(), entry.name.into());
        let quantity: Quantity = serde_json::from_value(Value::Object(fields))
            .map_err(|error| Error::argument(error.to_string()))?;
        quantity.validate_for::<M>()?;
        let whom = columns.together([FREQUENCY.name, RECENCY.name, age_of::<M>()])?;
        let (horizons, counts) = (columns.get(HORIZON.name), columns.get(COUNT.name));
        Predictions::collect((0..columns.rows()).map(|row| {
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
            quantity.of(self, &history)
        }))
    }
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

//! Models of what purchases are worth, by name.

use serde_json::Value;

use super::columns::{Cells, Columns};
use super::listed::{
    ColumnEntry, FREQUENCY, Listed, PROBABILITY, QuantityEntry, Question, WEIGHTS,
};
use crate::clv::patterns::check_weight;
use crate::clv::{GammaGamma, PatternTable, Spend};
use crate::error::{Error, Result};
use crate::registry::functions::Parameter;
use crate::registry::question::NamedArguments;

const MONETARY_VALUE: ColumnEntry = ColumnEntry {
    name: "monetary_value",
    optional: false,
    doc: "mean value of the repeat purchases; not looked at without one",
};

const AMOUNT: Parameter =
    Parameter { name: "amount", kind: "number", default: None, doc: "In the money of the spend." };

const WHOM: &[ColumnEntry] = &[FREQUENCY, MONETARY_VALUE];
const NEW: &str = "a customer of whom no repeat purchase is known";

impl Listed for GammaGamma {
    const FIT_COLUMNS: &'static [ColumnEntry] = &[FREQUENCY, MONETARY_VALUE, WEIGHTS];

    const QUANTITIES: &'static [QuantityEntry] = &[
        QuantityEntry {
            name: "expected_spend",
            summary: "expected mean spend of a purchase; none where it is not finite",
            parameters: &[],
            columns: WHOM,
            without: NEW,
        },
        QuantityEntry {
            name: "spend_variance",
            summary: "variance of what is known of the mean spend; none where it is not finite",
            parameters: &[],
            columns: WHOM,
            without: NEW,
        },
        QuantityEntry {
            name: "spend_quantile",
            summary: "the value below which the mean spend lies with this probability",
            parameters: &[PROBABILITY],
            columns: WHOM,
            without: NEW,
        },
        QuantityEntry {
            name: "probability_of_spend_below",
            summary: "P(the mean spend lies below this amount)",
            parameters: &[AMOUNT],
            columns: WHOM,
            without: NEW,
        },
    ];

    /// Customers without a repeat purchase say nothing about repeat spend and are left out.
    fn table(columns: &Columns<'_>) -> Result<PatternTable<Spend>> {
        let cells = [columns.require(FREQUENCY.name)?, columns.require(MONETARY_VALUE.name)?];
        let weights = columns.get(WEIGHTS.name);
        let rows = (0..columns.rows()).filter_map(|row| {
            let weight = weights.map_or(1.0, |weights| weights.get(row));
            // Here, since the table counts the rows of those alone who have bought again.
            if let Err(error) = check_weight(weight, row) {
                return Some(Err(error));
            }
            let spend = spend(cells, row).map_err(|error| error.at_row(row)).transpose()?;
            Some(spend.map(|spend| (spend, weight)))
        });
        PatternTable::from_checked_rows(rows)
    }

    fn question<'a>(
        entry: &QuantityEntry,
        quantity: &Value,
        columns: &'a Columns<'a>,
    ) -> Result<Question<'a, Self>> {
        let mut given = NamedArguments::new(quantity)?;
        let whom = columns.together([FREQUENCY.name, MONETARY_VALUE.name])?;
        let known = move |row| whom.map_or(Ok(None), |cells| spend(cells, row));
        Ok(match entry.name {
            "expected_spend" => {
                Box::new(move |model, row| Ok(model.expected_spend(known(row)?.as_ref())))
            }
            "spend_variance" => {
                Box::new(move |model, row| Ok(model.spend_variance(known(row)?.as_ref())))
            }
            "spend_quantile" => {
                let probability: f64 = given.require(PROBABILITY.name)?;
                Box::new(move |model, row| {
                    model.spend_quantile(known(row)?.as_ref(), probability).map(Some)
                })
            }
            _ => {
                let amount: f64 = given.require(AMOUNT.name)?;
                if amount.is_nan() || amount < 0.0 {
                    let message = format!("expected an amount that is not negative, got {amount}");
                    return Err(Error::argument(message).in_field(AMOUNT.name));
                }
                Box::new(move |model, row| {
                    Ok(Some(model.probability_of_spend_below(known(row)?.as_ref(), amount)))
                })
            }
        })
    }
}

/// The spend of a row; `None` without a repeat purchase.
fn spend(cells: [&Cells<'_>; 2], row: usize) -> Result<Option<Spend>> {
    let [frequency, mean] = cells.map(|cells| cells.get(row));
    if frequency.abs() <= 0.0 {
        return Ok(None);
    }
    Spend::new(frequency, mean).map(Some)
}

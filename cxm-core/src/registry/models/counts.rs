//! How many purchases customers will really make, by name.

use serde_json::Value;

use super::columns::Columns;
use super::erased::level_of;
use super::listed::{CountQuestion, FREQUENCY, HORIZON, Known};
use super::purchase::{RECENCY, age_of, history};
use crate::clv::predictive::count_interval;
use crate::clv::{History, Horizon, PurchaseModel};
use crate::error::{Error, Result};
use crate::registry::question::NamedArguments;

/// The question of whole numbers, ready for any row; the horizon may come as a column.
pub(super) fn question<'a, M: PurchaseModel>(
    columns: &'a Columns<'a>,
    options: &Value,
) -> Result<CountQuestion<'a, M>> {
    let names = [FREQUENCY.name, RECENCY.name, age_of::<M>()];
    let [frequency, recency, age] = names;
    columns.only(&[frequency, recency, age, HORIZON.name])?;
    let mut given = NamedArguments::new(options)?;
    let horizon: Option<f64> = given.take(HORIZON.name)?;
    let level = level_of(&given.into_value())?;
    let whom = columns.together(names)?;
    let horizons = columns.get(HORIZON.name);
    let fixed = match (horizon, horizons) {
        (Some(_), Some(_)) => {
            let message = "given both as one number and by row";
            return Err(Error::argument(message).in_field(HORIZON.name));
        }
        (None, None) => {
            return Err(Error::argument("this argument is needed").in_field(HORIZON.name));
        }
        (horizon, _) => horizon.map(Horizon::new).transpose()?,
    };
    Ok(Box::new(move |known, row| {
        let history = whom.map_or(Ok(History::NEW), |cells| history::<M>(cells, row))?;
        let own = horizons.map(|horizons| Horizon::new(horizons.get(row))).transpose()?;
        let horizon = own.or(fixed).unwrap_or(Horizon::NOW);
        match known {
            Known::Parameters(model) => count_interval(model, &history, horizon, level),
            Known::Draws(draws) => draws.predictive_interval(&history, horizon, level),
        }
    }))
}

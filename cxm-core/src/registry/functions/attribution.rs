//! Attribution of journeys with times.

use serde::Deserialize;
use serde_json::Value;

use super::arguments::json;
use super::parameters::{LEVEL, optional, required};
use super::{Arguments, Function};
use crate::error::{Error, Result};
use crate::journey::attribution::{TimedJourney, TimedTouchpoint, time_decay};

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "time_decay",
    summary: "Attribution of journeys with times: half as much for every half-life before the conversion.",
    parameters: &[
        required(
            "touchpoints",
            "array of arrays of texts",
            "of each journey, the touchpoints in any order",
        ),
        required(
            "ages",
            "array of arrays of numbers",
            "of each journey, the time from each touchpoint to the conversion",
        ),
        required("half_life", "number", "in the unit of the ages"),
        optional(
            "conversions",
            "array of integers",
            "null",
            "conversions of each journey; null for one each",
        ),
        optional(
            "values",
            "array of integers",
            "null",
            "value of each journey in minor units; null where it is not known",
        ),
        LEVEL,
    ],
    run: decay,
}];

/// One number a journey, or the same for all.
fn per_journey<T: for<'de> Deserialize<'de> + Copy>(
    arguments: &Arguments,
    name: &'static str,
    journeys: usize,
    otherwise: T,
) -> Result<Vec<T>> {
    let given: Option<Vec<T>> = arguments.get(name)?;
    let given = given.unwrap_or_else(|| vec![otherwise; journeys]);
    same_number(name, given.len(), journeys)?;
    Ok(given)
}

fn same_number(name: &'static str, got: usize, expected: usize) -> Result<()> {
    if got == expected {
        return Ok(());
    }
    Err(Error::argument(format!("expected {expected} as of the touchpoints, got {got}"))
        .in_field(name))
}

fn decay(arguments: &Arguments) -> Result<Value> {
    let touchpoints: Vec<Vec<Box<str>>> = arguments.get("touchpoints")?;
    let ages: Vec<Vec<f64>> = arguments.get("ages")?;
    same_number("ages", ages.len(), touchpoints.len())?;
    let conversions = per_journey(arguments, "conversions", ages.len(), 1_u64)?;
    let values = per_journey(arguments, "values", ages.len(), 0_i64)?;
    let mut journeys = Vec::with_capacity(touchpoints.len());
    let counted = conversions.into_iter().zip(values);
    for (row, ((names, ages), (conversions, value))) in
        touchpoints.into_iter().zip(ages).zip(counted).enumerate()
    {
        same_number("ages", ages.len(), names.len()).map_err(|error| error.at_row(row))?;
        let at = |(touchpoint, age)| TimedTouchpoint { touchpoint, age };
        let touchpoints = names.into_iter().zip(ages).map(at).collect();
        journeys.push(TimedJourney { touchpoints, conversions, value });
    }
    json(time_decay(&journeys, arguments.get("half_life")?, arguments.get("level")?)?)
}

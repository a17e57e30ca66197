//! Churn rates over longer times.

use super::Function;
use super::arguments::{Arguments, json};
use super::parameters::required;
use crate::churn::churn_rate::{annualized, expected_lifetime};
use crate::error::{Error, Result};

/// A share that is lost in a period.
fn rate(it: &Arguments) -> Result<f64> {
    let rate: f64 = it.get("rate")?;
    if (0.0..=1.0).contains(&rate) {
        return Ok(rate);
    }
    let message = format!("expected a share from 0 to 1 that is lost in a period, got {rate}");
    Err(Error::argument(message).in_field("rate"))
}

/// The functions of this module.
pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "annualized_churn",
        summary: "The share that is lost over several periods, each losing the same share.",
        parameters: &[
            required("rate", "number", "share lost in one period"),
            required("periods", "number", "periods: 12 for the year of a monthly rate"),
        ],
        run: |it| {
            let (rate, periods): (f64, f64) = (rate(it)?, it.get("periods")?);
            if !(periods.is_finite() && periods > 0.0) {
                let message = format!("expected a positive number of periods, got {periods}");
                return Err(Error::argument(message).in_field("periods"));
            }
            json(annualized(rate, periods))
        },
    },
    Function {
        name: "expected_lifetime",
        summary: "The mean lifetime in periods, where each loses the same share; null without loss.",
        parameters: &[required("rate", "number", "share lost in one period")],
        run: |it| json(expected_lifetime(rate(it)?)),
    },
];

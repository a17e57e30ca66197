//! What journeys are asked about one customer.

use serde_json::Value;

use super::definition::to_value;
use super::question::Arguments;
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::journey::{CustomerViewOptions, Journeys};
use crate::model::time::parse;

/// A time in microseconds since 1970 out of such a number, or of a date or a time as ISO 8601 has
/// it, in UTC unless it says otherwise.
fn time(value: &Value, name: &'static str) -> Result<i64> {
    let found = value.as_i64().or_else(|| value.as_str().and_then(parse));
    found.ok_or_else(|| {
        let message = format!(
            "expected a time such as \"2024-05-01T09:00\" or whole microseconds since 1970, got {value}"
        );
        Error::argument(message).in_field(name)
    })
}

/// The view of one customer.
pub(super) fn customer(journeys: &Journeys, arguments: &Value) -> Result<Value> {
    let mut named = Arguments::new(arguments)?;
    let customer: KeyPart = named.require("customer")?;
    let at: Option<Value> = named.take("at")?;
    let at = at.map(|at| time(&at, "at")).transpose()?;
    let lifecycle = named.take("lifecycle")?.unwrap_or_default();
    let lifetime_value = named.take("lifetime_value")?;
    let churn_risk = named.take("churn_risk")?;
    let rest: CustomerViewOptions = named.rest()?;
    let options = CustomerViewOptions { at, lifecycle, lifetime_value, churn_risk, ..rest };
    journeys.customer(&customer, &options).map(|view| to_value(&view))
}

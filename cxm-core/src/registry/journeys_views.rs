//! What journeys are asked about one customer, and the rule by which answers find their contact.

use serde_json::Value;

use super::definition::to_value;
use super::question::Arguments;
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::journey::answers::AnswerRule;
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

/// How answers find their contact: `within`, which may be null for any time, `by` and `keep`.
///
/// ```
/// use cxm_core::registry::answer_rule;
/// use serde_json::json;
///
/// let rule = answer_rule(&json!({"within": 604_800_000_000_i64, "by": "object"}))?;
/// assert_eq!(rule.within, Some(604_800_000_000));
/// assert_eq!(answer_rule(&json!({"by": "object"})).unwrap_err().field(), Some("within"));
/// # Ok::<(), cxm_core::Error>(())
/// ```
pub fn answer_rule(rule: &Value) -> Result<AnswerRule> {
    let Value::Object(fields) = rule else {
        return Err(Error::argument("expected an object of within, by and keep"));
    };
    if !fields.contains_key("within") {
        let message = "expected microseconds, or null for any time";
        return Err(Error::argument(message).in_field("within"));
    }
    let mut named = Arguments::new(rule)?;
    let rule = AnswerRule {
        within: named.take("within")?,
        by: named.take("by")?.unwrap_or_default(),
        keep: named.take("keep")?.unwrap_or_default(),
    };
    named.finish()?;
    rule.validate()?;
    Ok(rule)
}

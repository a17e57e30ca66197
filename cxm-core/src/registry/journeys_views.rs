//! What journeys are asked about one customer and about measures, and the rule by which answers
//! find their contact.

use serde_json::Value;

use super::definition::to_value;
use super::erased::TableEntry;
use super::functions::{Arguments, Parameter, optional, required};
use super::question::NamedArguments;
use super::questions::{QuestionEntry, question};
use crate::calculator::Table;
use crate::calculator::batch::KeyPart;
use crate::error::{Error, Result};
use crate::journey::answers::AnswerRule;
use crate::journey::{CustomerViewOptions, Journeys, MeasureOptions};
use crate::model::time::parse;
use crate::model::{Decimal, Measure};

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

/// One customer's view, as a question.
pub(super) const CUSTOMER: QuestionEntry = question(
    "customer",
    "the account of one customer: lifecycle, channels with their last contact, open journeys, \
     scores with their trend, value, and the figures that were attached",
    &[
        required("customer", "key", "the customer: a text or a whole number"),
        optional("at", "time", "null", "when the question is asked; null for the end of the log"),
        optional(
            "lifecycle",
            "object",
            "null",
            "what tells the lifecycle: purchase, lead, advocate (touchpoints), loyal_purchases (3), \
             lapsed_after (microseconds)",
        ),
        optional("most", "integer", "50", "the most rows of a list, the latest of them"),
        optional("level", "number", "0.95", "level of the intervals"),
        optional(
            "lifetime_value",
            "object",
            "null",
            "what a model says the customer is worth: value, source, or also lower, upper, level",
        ),
        optional(
            "churn_risk",
            "object",
            "null",
            "how likely the customer is lost, 0 to 1: value, source, or also lower, upper, level",
        ),
    ],
);

/// The view of one customer.
pub(super) fn customer(journeys: &Journeys, arguments: &Value) -> Result<Value> {
    let mut named = NamedArguments::new(arguments)?;
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

pub(super) const MEASURES: TableEntry = TableEntry {
    name: "measures",
    summary: "one row a measure: its figure before it began and since, no effect without a group to compare",
    parameters: &[
        Parameter {
            name: "measures",
            kind: "array of measures",
            default: None,
            doc: "measures as the catalogue has them; kpi: mean_score, emotion, negative_share, \
                  goal_rate, exit_rate, drop_off_rate or volume; shares within 0 to 1",
        },
        optional(
            "before",
            "integer",
            "null",
            "the length of the window before, in microseconds; null for as long as the one after",
        ),
        optional(
            "follow_up",
            "integer",
            "null",
            "how long a journey is followed up for its goal, in microseconds; null for journeys that are over",
        ),
        optional("level", "number", "0.95", "level of the intervals"),
    ],
};

/// Measures whose times may be dates.
fn read_measures(given: Vec<Value>) -> Result<Vec<Measure>> {
    let read = |(row, mut measure): (usize, Value)| {
        for name in ["from", "to"] {
            if let Some(place) = measure.get_mut(name).filter(|place| place.is_string()) {
                *place = time(place, name).map_err(|error| error.at_row(row))?.into();
            }
        }
        serde_json::from_value(measure)
            .map_err(|error| Error::argument(error.to_string()).in_field("measures").at_row(row))
    };
    given.into_iter().enumerate().map(read).collect()
}

fn optional_keys<'a>(
    table: &mut Table,
    name: &'static str,
    keys: impl Iterator<Item = Option<&'a str>>,
) -> Result<()> {
    table.push_optional(name, keys.map(|key| key.map(Box::<str>::from)))
}

fn truths(
    table: &mut Table,
    name: &'static str,
    truths: impl Iterator<Item = Option<bool>>,
) -> Result<()> {
    let keys = truths.map(|truth| truth.map_or(KeyPart::Missing, KeyPart::Boolean));
    table.push(name, keys.collect::<Vec<_>>())
}

/// The measures, one a row.
pub(super) fn measures(journeys: &Journeys, arguments: &Arguments) -> Result<Table> {
    let measures = read_measures(arguments.get("measures")?)?;
    let options = MeasureOptions {
        before: arguments.get("before")?,
        follow_up: arguments.get("follow_up")?,
        level: arguments.get("level")?,
    };
    let found = journeys.measures(&measures, &options)?;
    let rows = || found.iter().zip(&measures);
    let mut table = Table::new(found.len());
    let text = |text: &str| Box::<str>::from(text);
    table.push("measure", rows().map(|it| text(&it.1.id)).collect::<Vec<_>>())?;
    table.push("name", rows().map(|it| text(&it.1.name)).collect::<Vec<_>>())?;
    optional_keys(&mut table, "touchpoint", rows().map(|it| it.1.touchpoint.as_deref()))?;
    optional_keys(&mut table, "stage", rows().map(|it| it.1.stage.as_deref()))?;
    table.push("kpi", rows().map(|it| text(it.0.kpi.name())).collect::<Vec<_>>())?;
    table.push("status", rows().map(|it| text(it.1.status.name())).collect::<Vec<_>>())?;
    optional_keys(&mut table, "owner", rows().map(|it| it.1.owner.as_deref()))?;
    for (name, since) in [("before", false), ("after", true)] {
        let sides = || found.iter().map(move |it| if since { it.after } else { it.before });
        table.push(format!("{name}_from"), sides().map(|it| it.from).collect::<Vec<_>>())?;
        table.push(format!("{name}_to"), sides().map(|it| it.to).collect::<Vec<_>>())?;
        table.push(format!("{name}_n"), sides().map(|it| it.n).collect::<Vec<_>>())?;
        table.push(format!("{name}_open"), sides().map(|it| it.open).collect::<Vec<_>>())?;
        table.push_optional(name, sides().map(|it| it.value))?;
    }
    table.push_optional("difference", found.iter().map(|it| it.difference))?;
    let limits = || found.iter().map(|it| it.interval);
    table.push_optional("lower", limits().map(|it| it.map(|it| it.lower)))?;
    table.push_optional("upper", limits().map(|it| it.map(|it| it.upper)))?;
    let number = |stated: Option<Decimal>| stated.map(f64::from);
    table.push_optional("baseline", measures.iter().map(|it| number(it.baseline)))?;
    truths(&mut table, "better_than_baseline", found.iter().map(|it| it.better_than_baseline))?;
    table.push_optional("target", measures.iter().map(|it| number(it.target)))?;
    truths(&mut table, "target_met", found.iter().map(|it| it.target_met))?;
    Ok(table)
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
    let mut named = NamedArguments::new(rule)?;
    let rule = AnswerRule {
        within: named.take("within")?,
        by: named.take("by")?.unwrap_or_default(),
        keep: named.take("keep")?.unwrap_or_default(),
    };
    named.finish()?;
    rule.validate()?;
    Ok(rule)
}

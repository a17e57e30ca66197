//! Late answers, joined to the contact that they are about.

use std::sync::Arc;

use arrow_array::{Array, ArrayRef, Float64Array};
use cxm_core::calculator::batch::{Events, Times};
use cxm_core::calculator::{ColumnData, Table as CoreTable};
use cxm_core::journey::answers::{AnswerColumns, AnswerRule, JoinedAnswers, join_answers as join};
use cxm_core::registry::{self, definition};
use cxm_core::{Error, Result};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arrays::{validity, values};
use crate::errors::{Failure, Outcome};
use crate::keys::{KeyArray, Keys};
use crate::table::{Table, TableColumn};
use crate::{columns, json};

/// The columns of contacts or of answers, which hold on to their memory.
struct Rows {
    customers: KeyArray,
    times: ArrayRef,
    touchpoints: Option<KeyArray>,
    objects: Option<KeyArray>,
    event_ids: Option<KeyArray>,
    scores: Option<ArrayRef>,
}

fn needed<T>(column: Option<T>, name: &'static str) -> Outcome<T> {
    column.ok_or_else(|| Failure::from(Error::batch("this column is needed").in_field(name)))
}

impl Rows {
    fn read(given: &Bound<'_, PyDict>) -> Outcome<Self> {
        let take = |name: &str| -> PyResult<Option<Bound<'_, PyAny>>> {
            Ok(given.get_item(name)?.filter(|object| !object.is_none()))
        };
        let keys = |name: &str| -> Outcome<Option<KeyArray>> {
            take(name)?.map(|object| KeyArray::read(&object, name)).transpose()
        };
        let times = take("time")?.map(|object| columns::whole_times(&object, "time"));
        let scores = take("score")?.map(|object| columns::floats(&object, "score"));
        Ok(Self {
            customers: needed(keys("customer")?, "customer")?,
            times: needed(times.transpose()?, "time")?,
            touchpoints: keys("touchpoint")?,
            objects: keys("object")?,
            event_ids: keys("event_id")?,
            scores: scores.transpose()?,
        })
    }

    fn times(&self) -> Result<Times<'_>> {
        Ok(Times { values: columns::whole(&self.times), validity: validity(self.times.nulls())? })
    }
}

fn read_keys(column: Option<&KeyArray>) -> Result<Option<Keys<'_>>> {
    column.map(KeyArray::keys).transpose().map(Option::flatten)
}

fn joined(contacts: &Rows, answers: &Rows, rule: &AnswerRule) -> Result<JoinedAnswers> {
    let missing = |name: &'static str| Error::batch("this column is needed").in_field(name);
    let who = contacts.customers.keys()?;
    let place = contacts.touchpoints.as_ref().ok_or_else(|| missing("touchpoint"))?;
    let where_ = place.keys()?;
    let what = read_keys(contacts.objects.as_ref())?;
    let ids = read_keys(contacts.event_ids.as_ref())?;
    let mut events = Events::new(
        contacts.customers.column(who.as_ref())?,
        place.column(where_.as_ref())?,
        contacts.times()?,
    );
    let objects = contacts.objects.as_ref();
    events.objects = objects.map(|column| column.column(what.as_ref())).transpose()?;
    let event_ids = contacts.event_ids.as_ref();
    events.event_ids = event_ids.map(|column| column.column(ids.as_ref())).transpose()?;
    let scores = answers.scores.as_ref().ok_or_else(|| missing("score"))?;
    let who = answers.customers.keys()?;
    let what = read_keys(answers.objects.as_ref())?;
    let place = read_keys(answers.touchpoints.as_ref())?;
    let customers = answers.customers.column(who.as_ref())?;
    let mut given = AnswerColumns::new(customers, answers.times()?, values(scores)?);
    let objects = answers.objects.as_ref();
    given.objects = objects.map(|column| column.column(what.as_ref())).transpose()?;
    let touchpoints = answers.touchpoints.as_ref();
    given.touchpoints = touchpoints.map(|column| column.column(place.as_ref())).transpose()?;
    join(&events, &given, rule)
}

/// The contact and the outcome of each answer.
fn table(found: &JoinedAnswers) -> Result<CoreTable> {
    let mut table = CoreTable::new(found.contacts.len());
    let rows = found.contacts.iter();
    let rows = rows.map(|row| row.map(|row| i64::try_from(row).unwrap_or(i64::MAX)));
    table.push_optional("contact", rows)?;
    let outcomes = found.outcomes.iter().map(|outcome| Box::from(outcome.name()));
    table.push("outcome", ColumnData::Texts(outcomes.collect()))?;
    Ok(table)
}

/// Joins answers to contacts: the score of each contact, what became of each answer, the counts.
#[pyfunction]
pub(crate) fn join_answers<'py>(
    py: Python<'py>,
    contacts: &Bound<'py, PyDict>,
    answers: &Bound<'py, PyDict>,
    rule: &Bound<'py, PyDict>,
) -> PyResult<(TableColumn, Table, Bound<'py, PyAny>)> {
    let rule = json::object(Some(rule))?;
    let rule = registry::answer_rule(&rule).map_err(Failure::from)?;
    let (contacts, answers) = (Rows::read(contacts)?, Rows::read(answers)?);
    let found = py.detach(|| joined(&contacts, &answers, &rule)).map_err(Failure::from)?;
    let scores = found.scores.iter().map(|&score| (!score.is_nan()).then_some(score));
    let scores = TableColumn::new(Arc::new(scores.collect::<Float64Array>()));
    let report = json::to_python(py, &definition::to_value(&found.report))?;
    Ok((scores, Table::new(table(&found).map_err(Failure::from)?)?, report))
}

//! What there is, as data: for doors that list, document and complete names.

use serde_json::{Value, json};

use super::functions::{self, Function, Parameter};
use super::interactions::{FORMATS, FormatEntry};
use super::models::{ColumnEntry, MODELS, ModelEntry, QuantityEntry};
use super::table_columns;
use super::{CALCULATORS, Entry, PresetEntry, QuestionEntry, TableEntry};

/// Every calculator with its batch shape, definition, presets, questions and tables, every
/// statistic with its parameters, every model with its parameters, columns and quantities, and
/// every format of logs with its options.
///
/// ```
/// let catalogue = cxm_core::registry::catalogue();
/// assert_eq!(catalogue["calculators"][0]["name"], "nps");
/// assert_eq!(catalogue["calculators"][0]["shape"], "ratings");
/// ```
pub fn catalogue() -> Value {
    json!({
        "calculators": CALCULATORS.iter().map(calculator).collect::<Vec<_>>(),
        "functions": functions::all().map(function).collect::<Vec<_>>(),
        "models": MODELS.iter().map(model).collect::<Vec<_>>(),
        "formats": FORMATS.iter().map(format).collect::<Vec<_>>(),
    })
}

fn calculator(entry: &Entry) -> Value {
    let preset = |preset: &PresetEntry| {
        json!({
            "name": preset.name,
            "summary": preset.summary,
            "definition": (entry.preset)(preset.name).ok(),
        })
    };
    json!({
        "name": entry.kind.name,
        "kind": entry.kind.id,
        "state_version": entry.kind.version,
        "type_name": entry.type_name,
        "shape": entry.shape,
        "summary": entry.summary,
        "default_definition": (entry.default_definition)(),
        "questions": entry.questions.iter().copied().flatten().map(question).collect::<Vec<_>>(),
        "tables": entry.tables.iter().map(|it| table_of(entry, it)).collect::<Vec<_>>(),
        "presets": (entry.presets)().iter().map(preset).collect::<Vec<_>>(),
    })
}

fn question(question: &QuestionEntry) -> Value {
    json!({
        "name": question.name,
        "summary": question.summary,
        "parameters": question.parameters.iter().map(parameter).collect::<Vec<_>>(),
    })
}

/// A table with its columns.
fn table_of(entry: &Entry, listed: &TableEntry) -> Value {
    let mut described = table(listed);
    if let Value::Object(fields) = &mut described {
        fields.insert("columns".to_owned(), table_columns::of(entry.kind.name, listed.name));
    }
    described
}

/// A table that a calculator offers, for doors that list it.
pub fn table(table: &TableEntry) -> Value {
    json!({
        "name": table.name,
        "summary": table.summary,
        "parameters": table.parameters.iter().map(parameter).collect::<Vec<_>>(),
    })
}

fn function(function: &Function) -> Value {
    json!({
        "name": function.name,
        "summary": function.summary,
        "parameters": function.parameters.iter().map(parameter).collect::<Vec<_>>(),
    })
}

/// A format of logs with its options, for doors that list it.
pub fn format(entry: &FormatEntry) -> Value {
    json!({"name": entry.name, "summary": entry.summary, "options": (entry.options)()})
}

/// A model with its parameters, the columns of its fit, and what it can be asked.
pub fn model(entry: &ModelEntry) -> Value {
    let named = |(name, is_time): (&&str, &bool)| json!({"name": name, "is_time": is_time});
    json!({
        "name": entry.name,
        "type_name": entry.type_name,
        "summary": entry.summary,
        "parameters": entry.parameters.iter().zip(entry.times).map(named).collect::<Vec<_>>(),
        "columns": entry.columns.iter().map(column).collect::<Vec<_>>(),
        "quantities": entry.quantities.iter().map(quantity).collect::<Vec<_>>(),
        "takes_covariates": entry.takes_covariates(),
        "offers_finite_mean": entry.offers_finite_mean,
    })
}

fn quantity(entry: &QuantityEntry) -> Value {
    json!({
        "name": entry.name,
        "summary": entry.summary,
        "parameters": entry.parameters.iter().map(parameter).collect::<Vec<_>>(),
        "columns": entry.columns.iter().map(column).collect::<Vec<_>>(),
        "without_columns": entry.without,
    })
}

fn column(column: &ColumnEntry) -> Value {
    json!({"name": column.name, "required": !column.optional, "summary": column.doc})
}

fn parameter(parameter: &Parameter) -> Value {
    let default = parameter.default.and_then(|default| serde_json::from_str::<Value>(default).ok());
    json!({
        "name": parameter.name,
        "kind": parameter.kind,
        "required": parameter.default.is_none(),
        "default": default,
        "summary": parameter.doc,
    })
}

//! The lists that the Python package builds its classes and functions from.

use cxm_core::registry::{self, CALCULATORS, functions as core_functions};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use serde_json::{Value, json};

use cxm_core::registry::catalogue::table;

use crate::errors::Failure;
use crate::json::{answer, object, to_python};

/// Every calculator: kind, class name, shape, summary, default definition, presets.
#[pyfunction]
pub(crate) fn catalogue(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let entries = CALCULATORS.iter().map(|entry| {
        let presets = (entry.presets)();
        let presets: Vec<_> = presets
            .iter()
            .map(|preset| json!({"name": preset.name, "summary": preset.summary}))
            .collect();
        let fields = json!({
            "kind": entry.kind.name,
            "type_name": entry.type_name,
            "shape": entry.shape,
            "summary": entry.summary,
            "definition": (entry.default_definition)(),
            "tables": entry.tables.iter().map(table).collect::<Vec<_>>(),
            "presets": presets,
        });
        to_python(py, &fields)
    });
    PyList::new(py, entries.collect::<PyResult<Vec<_>>>()?)
}

/// The definition of a preset.
#[pyfunction]
pub(crate) fn preset<'py>(py: Python<'py>, kind: &str, name: &str) -> PyResult<Bound<'py, PyAny>> {
    answer(py, registry::find(kind).and_then(|entry| (entry.preset)(name)))
}

/// Every statistic: name, summary, parameters.
#[pyfunction]
pub(crate) fn functions(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let functions = core_functions::all().map(|function| {
        let parameters: Vec<_> = function
            .parameters
            .iter()
            .map(|parameter| {
                let default: Option<Value> =
                    parameter.default.and_then(|default| serde_json::from_str(default).ok());
                json!({
                    "name": parameter.name,
                    "kind": parameter.kind,
                    "required": parameter.default.is_none(),
                    "default": default,
                    "doc": parameter.doc,
                })
            })
            .collect();
        let fields =
            json!({"name": function.name, "summary": function.summary, "parameters": parameters});
        to_python(py, &fields)
    });
    PyList::new(py, functions.collect::<PyResult<Vec<_>>>()?)
}

/// Calls a statistic by its name.
#[pyfunction]
#[pyo3(signature = (name, /, **arguments))]
pub(crate) fn call<'py>(
    py: Python<'py>,
    name: &str,
    arguments: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let arguments = object(arguments)?;
    let result = py.detach(|| core_functions::call(name, &arguments));
    to_python(py, &result.map_err(Failure::from)?)
}

//! Logs of other systems, read by the name of their format.

use cxm_core::registry::catalogue::format as described;
use cxm_core::registry::interactions::{FORMATS, read};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::errors::Failure;
use crate::json::{object, to_python};
use crate::table::Table;

/// Every format of logs: name, summary, options with their defaults.
#[pyfunction]
pub(crate) fn formats(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let entries = FORMATS.iter().map(|entry| to_python(py, &described(entry)));
    PyList::new(py, entries.collect::<PyResult<Vec<_>>>()?)
}

/// Reads a log: its interactions, and what found no place.
#[pyfunction]
pub(crate) fn read_interactions<'py>(
    py: Python<'py>,
    format: &str,
    data: &[u8],
    options: &Bound<'py, PyDict>,
) -> PyResult<(Table, Bound<'py, PyAny>)> {
    let options = object(Some(options))?;
    let read = py.detach(|| read(format, data, &options));
    let (table, losses) = read.map_err(Failure::from)?;
    Ok((Table::new(table)?, to_python(py, &losses)?))
}

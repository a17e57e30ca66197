//! One Python exception class per kind of error, below `cxm.CxmError`.

use cxm_core::{Error, ErrorKind};
use pyo3::exceptions::{
    PyArithmeticError, PyException, PyKeyError, PyOverflowError, PyRuntimeError, PyTypeError,
    PyValueError,
};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple, PyType};

const MODULE: &str = "cxm.errors";
const BASE_DOC: &str = "Base of every error of this library.\n\n\
    kind   its stable name in snake_case, the same in every door\n\
    field  the column, parameter or argument to blame, or None\n\
    row    the row of the batch to blame, from 0, or None";

/// What an error is in Python besides a `CxmError`, so that `except ValueError` does what it says.
fn natural_base<'py>(py: Python<'py>, kind: ErrorKind) -> Bound<'py, PyType> {
    match kind {
        ErrorKind::Overflow => py.get_type::<PyOverflowError>(),
        ErrorKind::NotFound => py.get_type::<PyKeyError>(),
        ErrorKind::NotConverged => py.get_type::<PyArithmeticError>(),
        ErrorKind::NotOffered => py.get_type::<PyTypeError>(),
        ErrorKind::LimitReached | ErrorKind::Cancelled => py.get_type::<PyRuntimeError>(),
        _ => py.get_type::<PyValueError>(),
    }
}

/// `invalid_definition` is raised as `InvalidDefinitionError`.
fn class_name(kind: ErrorKind) -> String {
    let words = kind.name().split('_').map(|word| {
        let (first, rest) = word.split_at(usize::from(!word.is_empty()));
        first.to_uppercase() + rest
    });
    words.collect::<String>() + "Error"
}

/// The first sentence of the class's documentation.
fn describe(kind: ErrorKind) -> String {
    format!("An error of the kind `{}`.", kind.name())
}

struct Classes {
    base: Py<PyType>,
    by_kind: Vec<(ErrorKind, Py<PyType>)>,
}

fn make_class<'py>(
    py: Python<'py>,
    name: &str,
    bases: Bound<'py, PyTuple>,
    attributes: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyType>> {
    attributes.set_item("__module__", MODULE)?;
    Ok(py.get_type::<PyType>().call1((name, bases, attributes))?.cast_into::<PyType>()?)
}

fn classes(py: Python<'_>) -> PyResult<&'static Classes> {
    static CLASSES: PyOnceLock<Classes> = PyOnceLock::new();
    CLASSES.get_or_try_init(py, || {
        let attributes = PyDict::new(py);
        attributes.set_item("__doc__", BASE_DOC)?;
        attributes.set_item("kind", "")?;
        attributes.set_item("field", py.None())?;
        attributes.set_item("row", py.None())?;
        let exception = py.get_type::<PyException>();
        // KeyError prints the repr of its message; the message reads the same in every class.
        attributes.set_item("__str__", exception.getattr("__str__")?)?;
        let base = make_class(py, "CxmError", PyTuple::new(py, [&exception])?, &attributes)?;
        let mut by_kind = Vec::with_capacity(ErrorKind::ALL.len());
        for &kind in ErrorKind::ALL {
            let attributes = PyDict::new(py);
            attributes.set_item("__doc__", describe(kind))?;
            attributes.set_item("kind", kind.name())?;
            let bases = PyTuple::new(py, [base.clone(), natural_base(py, kind)])?;
            let class = make_class(py, &class_name(kind), bases, &attributes)?;
            by_kind.push((kind, class.unbind()));
        }
        Ok(Classes { base: base.unbind(), by_kind })
    })
}

/// The Python exception of an error of the core.
pub(crate) fn raise(py: Python<'_>, error: &Error) -> PyErr {
    build(py, error).unwrap_or_else(|failure| failure)
}

fn build(py: Python<'_>, error: &Error) -> PyResult<PyErr> {
    let classes = classes(py)?;
    let known = classes.by_kind.iter().find(|(kind, _)| *kind == error.kind());
    let class = known.map_or(&classes.base, |(_, class)| class);
    let exception = class.bind(py).call1((error.to_string(),))?;
    exception.setattr(intern!(py, "kind"), error.kind().name())?;
    exception.setattr(intern!(py, "field"), error.field())?;
    exception.setattr(intern!(py, "row"), error.row())?;
    Ok(PyErr::from_value(exception))
}

/// Either an error of the core or one that Python raised on the way.
#[derive(Debug)]
pub(crate) enum Failure {
    Core(Error),
    Python(PyErr),
}

/// The result of converting an input.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// Names the column, unless the error came from Python or names one already.
    pub(crate) fn in_field(self, field: &str) -> Self {
        match self {
            Self::Core(error) => Self::Core(error.in_field(field.to_owned())),
            other => other,
        }
    }

    /// Counts the row to blame from the start of the column, of which this chunk is a part.
    pub(crate) fn after(self, first_row: usize) -> Self {
        match self {
            Self::Core(error) => Self::Core(after(error, first_row)),
            other => other,
        }
    }
}

/// Counts the row to blame from the start of the batch, of which these rows are a part.
pub(crate) fn after(error: Error, first_row: usize) -> Error {
    match error.row().and_then(|row| usize::try_from(row).ok()) {
        Some(row) => error.at_row(row.saturating_add(first_row)),
        None => error,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Core(error) => Python::attach(|py| raise(py, &error)),
            Failure::Python(error) => error,
        }
    }
}

/// Adds the exception classes to the module.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    let classes = classes(py)?;
    let all = std::iter::once(&classes.base).chain(classes.by_kind.iter().map(|(_, class)| class));
    let all: Vec<_> = all.map(|class| class.bind(py).clone()).collect();
    module.add("error_classes", PyTuple::new(py, all)?)
}

//! A model known by name: fitted to columns, asked for whole columns, stored as a file.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, Float64Array, UInt64Array};
use arrow_buffer::NullBuffer;
use cxm_core::Error;
use cxm_core::clv::posterior::{OnProgress, Progress};
use cxm_core::registry::catalogue;
use cxm_core::registry::models::{
    self, Cells, Columns, CountIntervals, DynModel, DynPosterior, Intervals, MODELS,
    PredictionColumn,
};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList};
use serde_json::Value;

use crate::errors::{Failure, Outcome};
use crate::table::{Table, TableColumn};
use crate::{columns, json};

/// A model with its parameters and what its fit knows; it never changes.
#[pyclass(frozen, module = "cxm._cxm")]
pub(crate) struct Model {
    inner: Box<dyn DynModel>,
}

/// Every model: name, class name, summary, parameters, columns of a fit, questions.
#[pyfunction]
#[pyo3(name = "models")]
pub(crate) fn list_models(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let entries = MODELS.iter().map(|entry| json::to_python(py, &catalogue::model(entry)));
    PyList::new(py, entries.collect::<PyResult<Vec<_>>>()?)
}

/// One column as it came: a number for every row, or a number a row.
enum Given {
    One(f64),
    Many(ArrayRef),
}

/// Whether it is a single number and no column.
fn is_number(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    if object.is_instance_of::<PyBool>() {
        return Ok(false);
    }
    if object.is_instance_of::<PyFloat>() || object.is_instance_of::<PyInt>() {
        return Ok(true);
    }
    // A scalar of numpy has no rows; an array of one number has an index too, and a length.
    Ok(!object.hasattr(intern!(object.py(), "__len__"))?
        && object.hasattr(intern!(object.py(), "__float__"))?)
}

/// The columns of a call, each as an array of 64-bit floats, gaps included.
struct Named(Vec<(String, Given)>);

impl Named {
    fn read(columns: &Bound<'_, PyDict>) -> Outcome<Self> {
        let mut named = Vec::with_capacity(columns.len());
        for (name, object) in columns {
            let name: String = name.extract()?;
            let given = if is_number(&object)? {
                Given::One(object.extract()?)
            } else {
                Given::Many(columns::floats(&object, &name)?)
            };
            named.push((name, given));
        }
        Ok(Self(named))
    }

    fn columns(&self) -> cxm_core::Result<Columns<'_>> {
        let mut columns = Columns::new();
        for (name, given) in &self.0 {
            columns.add(name.as_str(), given.cells())?;
        }
        Ok(columns)
    }
}

impl Given {
    fn cells(&self) -> Cells<'_> {
        let array = match self {
            Self::One(number) => return Cells::One(*number),
            Self::Many(array) => array.as_primitive::<Float64Type>(),
        };
        if array.null_count() == 0 {
            return Cells::from(array.values().as_ref());
        }
        Cells::Many(array.iter().map(|cell| cell.unwrap_or(f64::NAN)).collect())
    }
}

fn answers(predictions: PredictionColumn) -> TableColumn {
    let present = |marks: Vec<u8>| marks.into_iter().map(|mark| mark != 0).collect::<NullBuffer>();
    let nulls = predictions.validity.map(present);
    TableColumn::new(Arc::new(Float64Array::new(predictions.values.into(), nulls)))
}

/// Runs what takes long without the interpreter lock; now and then Python is told how far it has
/// come, and its signals are heard, so that Ctrl-C ends a long drawing.
///
/// Whatever `progress` raises ends the calculation and is raised; so does a returned False.
fn watched<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(OnProgress<'_>) -> cxm_core::Result<T> + Send,
) -> PyResult<T> {
    let progress = progress.map(|callable| callable.clone().unbind());
    let (done, raised) = py.detach(|| {
        let mut raised = None;
        let mut tell = |at: Progress| {
            match Python::attach(|py| told(py, progress.as_ref(), at)) {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                Err(error) => raised = Some(error),
            }
            Err(Error::cancelled("stopped by the caller"))
        };
        let done = work(&mut tell);
        (done, raised)
    });
    match raised {
        Some(error) => Err(error),
        None => Ok(done.map_err(Failure::from)?),
    }
}

/// Whether to go on.
fn told(
    py: Python<'_>,
    progress: Option<&Py<PyAny>>,
    Progress { done, total }: Progress,
) -> PyResult<bool> {
    py.check_signals()?;
    let Some(progress) = progress else { return Ok(true) };
    let answer = progress.bind(py).call1((done, (total > 0).then_some(total)))?;
    Ok(!answer.is(PyBool::new(py, false)))
}

impl Model {
    fn made(model: cxm_core::Result<Box<dyn DynModel>>) -> PyResult<Self> {
        Ok(Self { inner: model.map_err(Failure::from)? })
    }
}

#[pymethods]
impl Model {
    /// The model of this kind that fits the columns best.
    #[staticmethod]
    #[pyo3(signature = (kind, columns, options, progress = None))]
    fn fit(
        py: Python<'_>,
        kind: &str,
        columns: &Bound<'_, PyDict>,
        options: &Bound<'_, PyDict>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let (named, options) = (Named::read(columns)?, json::object(Some(options))?);
        let inner = watched(py, progress, |tell| {
            models::fit_with_progress(kind, &named.columns()?, &options, tell)
        })?;
        Ok(Self { inner })
    }

    /// The model of this kind at known parameters.
    #[staticmethod]
    fn given(
        kind: &str,
        parameters: &Bound<'_, PyDict>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<Self> {
        let (parameters, options) = (json::object(Some(parameters))?, json::object(Some(options))?);
        Self::made(models::from_parameters(kind, &parameters, &options))
    }

    /// Reads a model file: of this kind, or of any.
    #[staticmethod]
    #[pyo3(signature = (text, kind = None))]
    fn from_json(text: &str, kind: Option<&str>) -> PyResult<Self> {
        Self::made(match kind {
            Some(kind) => models::from_json_as(kind, text),
            None => models::from_json(text),
        })
    }

    /// The name of the model.
    #[getter]
    fn kind(&self) -> PyResult<&'static str> {
        Ok(self.inner.entry().map_err(Failure::from)?.name)
    }

    /// The model file.
    fn to_json(&self) -> String {
        self.inner.to_json()
    }

    /// Parameters, errors, likelihood and diagnosis as named fields.
    #[pyo3(signature = (**options))]
    fn summary<'py>(
        &self,
        py: Python<'py>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        json::answer(py, self.inner.summary(&json::object(options)?))
    }

    /// The log-likelihood of the customers in columns of a fit.
    fn log_likelihood(&self, py: Python<'_>, columns: &Bound<'_, PyDict>) -> PyResult<f64> {
        let named = Named::read(columns)?;
        let found = py.detach(|| self.inner.log_likelihood(&named.columns()?));
        Ok(found.map_err(Failure::from)?)
    }

    /// The answers to a question, one a row.
    fn predict(
        &self,
        py: Python<'_>,
        quantity: &Bound<'_, PyDict>,
        columns: &Bound<'_, PyDict>,
    ) -> PyResult<TableColumn> {
        let quantity: Value = json::object(Some(quantity))?;
        let named = Named::read(columns)?;
        let found = py.detach(|| self.inner.predict(&quantity, &named.columns()?));
        Ok(answers(found.map_err(Failure::from)?))
    }

    /// Answers with their limits by the delta method: values, lower and upper limits.
    fn intervals(
        &self,
        py: Python<'_>,
        quantity: &Bound<'_, PyDict>,
        columns: &Bound<'_, PyDict>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<(TableColumn, TableColumn, TableColumn)> {
        let (quantity, options) = (json::object(Some(quantity))?, json::object(Some(options))?);
        let named = Named::read(columns)?;
        limits(py.detach(|| self.inner.intervals(&quantity, &named.columns()?, &options)))
    }

    /// How many purchases each row will really make: expected numbers, lower and upper limits, and
    /// the probabilities between them.
    fn predictive_intervals(
        &self,
        py: Python<'_>,
        columns: &Bound<'_, PyDict>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<CountColumns> {
        let (named, options) = (Named::read(columns)?, json::object(Some(options))?);
        counts(py.detach(|| self.inner.predictive_intervals(&named.columns()?, &options)))
    }

    /// Draws of the parameters, from the columns of the fit.
    #[pyo3(signature = (columns, options, progress = None))]
    fn posterior(
        &self,
        py: Python<'_>,
        columns: &Bound<'_, PyDict>,
        options: &Bound<'_, PyDict>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Posterior> {
        let (named, options) = (Named::read(columns)?, json::object(Some(options))?);
        let inner =
            watched(py, progress, |tell| self.inner.posterior(&named.columns()?, &options, tell))?;
        Ok(Posterior { inner })
    }

    /// What was expected against what came, as named figures.
    fn back_test<'py>(
        &self,
        py: Python<'py>,
        columns: &Bound<'py, PyDict>,
        options: &Bound<'py, PyDict>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (named, options) = (Named::read(columns)?, json::object(Some(options))?);
        json::answer(py, py.detach(|| self.inner.back_test(&named.columns()?, &options)))
    }

    /// Drawn customers, one a row.
    fn simulate(&self, py: Python<'_>, options: &Bound<'_, PyDict>) -> PyResult<Table> {
        let options = json::object(Some(options))?;
        let table = py.detach(|| self.inner.simulate(&options)).map_err(Failure::from)?;
        Ok(Table::new(table)?)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.inner.equals(&*other.inner)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (String,))> {
        let reader = py.get_type::<Self>().getattr(intern!(py, "from_json"))?;
        Ok((reader, (self.to_json(),)))
    }
}

/// Draws of a model's parameters; they never change.
#[pyclass(frozen, module = "cxm._cxm")]
pub(crate) struct Posterior {
    inner: Box<dyn DynPosterior>,
}

#[pymethods]
impl Posterior {
    /// How the draws were made and how far to trust them, and the parameters.
    #[pyo3(signature = (**options))]
    fn summary<'py>(
        &self,
        py: Python<'py>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        json::answer(py, self.inner.summary(&json::object(options)?))
    }

    /// Posterior means with their credible limits: means, lower and upper limits.
    fn intervals(
        &self,
        py: Python<'_>,
        quantity: &Bound<'_, PyDict>,
        columns: &Bound<'_, PyDict>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<(TableColumn, TableColumn, TableColumn)> {
        let (quantity, options) = (json::object(Some(quantity))?, json::object(Some(options))?);
        let named = Named::read(columns)?;
        limits(py.detach(|| self.inner.intervals(&quantity, &named.columns()?, &options)))
    }

    /// How many purchases each row will really make, the chance of the parameters included.
    fn predictive_intervals(
        &self,
        py: Python<'_>,
        columns: &Bound<'_, PyDict>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<CountColumns> {
        let (named, options) = (Named::read(columns)?, json::object(Some(options))?);
        counts(py.detach(|| self.inner.predictive_intervals(&named.columns()?, &options)))
    }

    /// What each row is still worth, from these draws and those of spend.
    fn lifetime_value(
        &self,
        py: Python<'_>,
        spend: &Self,
        columns: &Bound<'_, PyDict>,
        options: &Bound<'_, PyDict>,
    ) -> PyResult<(TableColumn, TableColumn, TableColumn)> {
        let (named, options) = (Named::read(columns)?, json::object(Some(options))?);
        limits(py.detach(|| {
            self.inner.lifetime_value(spend.inner.as_ref(), &named.columns()?, &options)
        }))
    }

    /// The draws, one a row.
    fn draws(&self) -> PyResult<Table> {
        Ok(Table::new(self.inner.draws().map_err(Failure::from)?)?)
    }
}

fn limits(found: cxm_core::Result<Intervals>) -> PyResult<(TableColumn, TableColumn, TableColumn)> {
    let Intervals { value, lower, upper } = found.map_err(Failure::from)?;
    Ok((answers(value), answers(lower), answers(upper)))
}

/// Expected numbers, lower and upper limits, probabilities.
type CountColumns = (TableColumn, TableColumn, TableColumn, TableColumn);

fn counts(found: cxm_core::Result<CountIntervals>) -> PyResult<CountColumns> {
    let CountIntervals { value, lower, upper, probability } = found.map_err(Failure::from)?;
    let floats = |values: Vec<f64>| TableColumn::new(Arc::new(Float64Array::from(values)));
    let whole = |values: Vec<u64>| TableColumn::new(Arc::new(UInt64Array::from(values)));
    Ok((floats(value), whole(lower), whole(upper), floats(probability)))
}

/// Fits the models of purchases in continuous time, ranks them, and holds them against what came.
#[pyfunction]
pub(crate) fn select_model<'py>(
    py: Python<'py>,
    columns: &Bound<'py, PyDict>,
    options: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyAny>> {
    let (named, options) = (Named::read(columns)?, json::object(Some(options))?);
    json::answer(py, py.detach(|| models::select(&named.columns()?, &options)))
}

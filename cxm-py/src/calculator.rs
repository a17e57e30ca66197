//! A calculator known by name: the base of every class that Python builds from the list.

use std::sync::{Arc, RwLock, RwLockReadGuard, TryLockError};

use cxm_core::registry::{self, DynCalculator};
use cxm_core::{Error, Result};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyInt, PyTuple, PyType};

use crate::batch::Columns;
use crate::errors::{Failure, Outcome};
use crate::event::SingleEvent;
use crate::json;
use crate::table::Table;

/// A state as it was when it was read; it never changes.
#[pyclass(frozen, module = "cxm._cxm")]
pub(crate) struct Snapshot {
    calculator: Arc<dyn DynCalculator>,
}

impl Snapshot {
    pub(crate) fn new(calculator: Box<dyn DynCalculator>) -> Self {
        Self { calculator: Arc::from(calculator) }
    }
}

#[pymethods]
impl Snapshot {
    /// Reads state bytes of whichever calculator wrote them.
    #[staticmethod]
    fn from_bytes(state: &[u8]) -> PyResult<Self> {
        Ok(registry::from_bytes(state).map(Self::new).map_err(Failure::from)?)
    }

    /// The name of the calculator.
    #[getter]
    fn kind(&self) -> &'static str {
        self.calculator.kind().name
    }

    /// The definition as named fields.
    fn definition<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::to_python(py, &self.calculator.definition())
    }

    /// The rows that the score rests on.
    #[getter]
    fn responses(&self) -> u64 {
        self.calculator.responses()
    }

    /// What the score is shown in: `points`, `%` for a share of 0 to 1, or empty for a mean.
    #[getter]
    fn unit(&self) -> &'static str {
        self.calculator.unit()
    }

    /// Another calculator over the ratings counted here, as a snapshot.
    #[pyo3(signature = (kind, /, **definition))]
    fn derive(&self, kind: &str, definition: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let definition = json::object(definition)?;
        let derived = self.calculator.derive(kind, &definition).map_err(Failure::from)?;
        Ok(Self::new(derived))
    }

    /// The report as named fields.
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::to_python(py, &self.calculator.value())
    }

    /// The answer to a question about the report.
    #[pyo3(signature = (question, /, **arguments))]
    fn ask<'py>(
        &self,
        py: Python<'py>,
        question: &str,
        arguments: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let arguments = json::object(arguments)?;
        json::answer(py, py.detach(|| self.calculator.ask(question, &arguments)))
    }

    /// This score minus the other's.
    #[pyo3(signature = (other, /, **arguments))]
    fn compare<'py>(
        &self,
        py: Python<'py>,
        other: &Self,
        arguments: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let arguments = json::object(arguments)?;
        json::answer(py, py.detach(|| self.calculator.compare(&*other.calculator, &arguments)))
    }

    /// A table of the state by its name.
    #[pyo3(signature = (name, /, **arguments))]
    fn tabulate(
        &self,
        py: Python<'_>,
        name: &str,
        arguments: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Table> {
        let arguments = json::object(arguments)?;
        let table = py.detach(|| self.calculator.tabulate(name, &arguments));
        Ok(Table::new(table.map_err(Failure::from)?)?)
    }

    /// The canonical bytes of the state.
    fn to_bytes<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.calculator.to_bytes())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.calculator.equals(&*other.calculator)
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let reader = py.get_type::<Self>().getattr(intern!(py, "from_bytes"))?;
        Ok((reader, (self.to_bytes(py),)))
    }
}

/// The verbs of every calculator; the classes of the list derive from it.
#[pyclass(frozen, subclass, module = "cxm._cxm")]
pub(crate) struct Calculator {
    /// Shared with snapshots, and copied only if it changes while one is held.
    inner: RwLock<Arc<dyn DynCalculator>>,
    shape: &'static str,
}

fn left_by_a_panic() -> Error {
    Error::corrupt("an earlier call into this object failed half way; make a new one")
}

/// The state alone: a copy where a snapshot has it too.
fn own(held: &mut Arc<dyn DynCalculator>) -> Result<&mut (dyn DynCalculator + 'static)> {
    if Arc::get_mut(held).is_none() {
        *held = Arc::from(held.clone_box());
    }
    Arc::get_mut(held).ok_or_else(left_by_a_panic)
}

impl Calculator {
    fn of(calculator: Box<dyn DynCalculator>) -> Result<Self> {
        let shape = registry::find(calculator.kind().name)?.shape;
        Ok(Self { inner: RwLock::new(Arc::from(calculator)), shape })
    }

    /// Never called with the interpreter held while another thread may hold the lock for long.
    fn read(&self) -> Result<RwLockReadGuard<'_, Arc<dyn DynCalculator>>> {
        self.inner.read().map_err(|_| left_by_a_panic())
    }

    /// Changes the state, of which snapshots keep what they have.
    fn change<R>(&self, act: impl FnOnce(&mut dyn DynCalculator) -> Result<R>) -> Result<R> {
        let mut held = self.inner.write().map_err(|_| left_by_a_panic())?;
        act(own(&mut held)?)
    }

    fn snapshot(&self) -> Result<Arc<dyn DynCalculator>> {
        Ok(Arc::clone(&*self.read()?))
    }

    /// The path of a single row: no columns, no thread switch unless the lock is taken.
    fn update_one(
        &self,
        py: Python<'_>,
        take: impl Fn(&mut dyn DynCalculator) -> Result<()> + Send + Sync,
    ) -> Outcome<()> {
        match self.inner.try_write() {
            Ok(mut held) => take(own(&mut held)?)?,
            Err(TryLockError::Poisoned(_)) => return Err(left_by_a_panic().into()),
            Err(TryLockError::WouldBlock) => py.detach(|| self.change(&take))?,
        }
        Ok(())
    }

    fn batch(
        &self,
        py: Python<'_>,
        columns: &Bound<'_, PyTuple>,
        named: Option<&Bound<'_, PyDict>>,
        verb: Verb,
    ) -> Outcome<()> {
        let columns = Columns::read(self.shape, columns, named)?;
        py.detach(|| self.apply(&columns, verb))?;
        Ok(())
    }

    /// One piece goes straight in; several are gathered first, so that it stays all or nothing.
    fn apply(&self, columns: &Columns, verb: Verb) -> Result<()> {
        let pieces = columns.pieces()?;
        if let [piece] = pieces.as_slice() {
            return self.change(|state| {
                columns.with(piece, |_, batch| match verb {
                    Verb::Update => state.update(batch),
                    Verb::Retract => state.retract(batch),
                })
            });
        }
        let mut gathered = {
            let calculator = self.read()?;
            registry::new(calculator.kind().name, &calculator.definition())?
        };
        for piece in &pieces {
            columns.with(piece, |_, batch| gathered.gather(batch))?;
        }
        self.change(|state| match verb {
            Verb::Update => state.merge(&*gathered),
            Verb::Retract => state.subtract(&*gathered),
        })
    }
}

/// Whether rows come or go.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Verb {
    Update,
    Retract,
}

#[pymethods]
impl Calculator {
    /// An empty calculator of the class's kind, or one that goes on from a snapshot.
    #[new]
    #[classmethod]
    #[pyo3(signature = (snapshot = None, /, **definition))]
    fn new(
        class: &Bound<'_, PyType>,
        snapshot: Option<&Bound<'_, PyAny>>,
        definition: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        let calculator = match snapshot {
            Some(snapshot) => snapshot
                .cast::<Snapshot>()
                .map_err(|_| PyTypeError::new_err("a definition is given by keyword"))?
                .get()
                .calculator
                .clone_box(),
            None => {
                let kind: String = class.getattr(intern!(class.py(), "kind"))?.extract()?;
                let definition = json::object(definition)?;
                registry::new(&kind, &definition).map_err(Failure::from)?
            }
        };
        Ok(Self::of(calculator).map_err(Failure::from)?)
    }

    /// Takes a batch, all of it or none of it; or one rating, or one event, by itself.
    #[pyo3(signature = (*columns, **named))]
    fn update(
        &self,
        py: Python<'_>,
        columns: &Bound<'_, PyTuple>,
        named: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        if named.is_none()
            && columns.len() == 1
            && let Ok(first) = columns.get_borrowed_item(0)
            && first.is_exact_instance_of::<PyInt>()
            && let Ok(rating) = first.extract::<i64>()
        {
            return Ok(self.update_one(py, |state| state.update_rating(rating))?);
        }
        if self.shape == "events"
            && let Some(event) = SingleEvent::given(columns, named)?
        {
            let event = event.read()?;
            return Ok(self.update_one(py, |state| state.update_event(&event))?);
        }
        Ok(self.batch(py, columns, named, Verb::Update)?)
    }

    /// Leaves the state as if these rows had never been, or fails and changes nothing.
    #[pyo3(signature = (*columns, **named))]
    fn retract(
        &self,
        py: Python<'_>,
        columns: &Bound<'_, PyTuple>,
        named: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        Ok(self.batch(py, columns, named, Verb::Retract)?)
    }

    /// Merges another state of the same kind and definition, or fails and changes nothing.
    #[pyo3(signature = (other, /))]
    fn merge(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<()> {
        let other = other.get();
        Ok(py
            .detach(|| {
                let theirs = other.snapshot()?;
                self.change(|state| state.merge(&*theirs))
            })
            .map_err(Failure::from)?)
    }

    /// Takes another state away again, or fails and changes nothing.
    #[pyo3(signature = (other, /))]
    fn subtract(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<()> {
        let other = other.get();
        Ok(py
            .detach(|| {
                let theirs = other.snapshot()?;
                self.change(|state| state.subtract(&*theirs))
            })
            .map_err(Failure::from)?)
    }

    /// Lets everything through that waits for earlier rows, as at the end of a stream.
    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        let flushed = py.detach(|| {
            self.change(|state| {
                state.flush();
                Ok(())
            })
        });
        Ok(flushed.map_err(Failure::from)?)
    }

    /// A table of the state as it is now, by its name.
    #[pyo3(signature = (name, /, **arguments))]
    fn tabulate_(
        &self,
        py: Python<'_>,
        name: &str,
        arguments: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Table> {
        let arguments = json::object(arguments)?;
        let table = py.detach(|| self.read()?.tabulate(name, &arguments));
        Ok(Table::new(table.map_err(Failure::from)?)?)
    }

    /// The answer of the state as it is now to a question, without a copy of it.
    #[pyo3(signature = (question, /, **arguments))]
    fn ask_<'py>(
        &self,
        py: Python<'py>,
        question: &str,
        arguments: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let arguments = json::object(arguments)?;
        json::answer(py, py.detach(|| self.read()?.ask(question, &arguments)))
    }

    /// The state as it is now.
    fn snapshot_(&self, py: Python<'_>) -> PyResult<Snapshot> {
        let shared = py.detach(|| self.snapshot());
        Ok(shared.map(|calculator| Snapshot { calculator }).map_err(Failure::from)?)
    }

    /// Rows taken in, whether counted or excluded.
    #[getter]
    fn observations(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(py.detach(|| Ok(self.read()?.observations())).map_err(|e: Error| Failure::from(e))?)
    }

    /// The definition as named fields: a dict of its own each time.
    #[getter]
    fn definition<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        json::answer(py, py.detach(|| Ok(self.read()?.definition())))
    }

    /// The canonical bytes: equal states are equal bytes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes =
            py.detach(|| Ok(self.read()?.to_bytes())).map_err(|e: Error| Failure::from(e))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Reads canonical bytes of this class; everything else is a typed error.
    #[classmethod]
    #[pyo3(signature = (state, /))]
    fn from_bytes<'py>(class: &Bound<'py, PyType>, state: &[u8]) -> PyResult<Bound<'py, PyAny>> {
        let kind: String = class.getattr(intern!(class.py(), "kind"))?.extract()?;
        let entry = registry::find(&kind).map_err(Failure::from)?;
        let calculator = (entry.from_bytes)(state).map_err(Failure::from)?;
        class.call1((Snapshot::new(calculator),))
    }

    /// The same state once more, independent of this one.
    fn copy<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        slf.get_type().call1((slf.get().snapshot_(py)?,))
    }

    fn __copy__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::copy(slf)
    }

    fn __deepcopy__<'py>(
        slf: &Bound<'py, Self>,
        _memo: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::copy(slf)
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let Ok(other) = other.cast::<Self>() else { return Ok(py.NotImplemented()) };
        let other = other.get();
        let equal = py.detach(|| {
            let theirs = other.snapshot()?;
            Ok(self.read()?.equals(&*theirs))
        });
        let equal: bool = equal.map_err(|e: Error| Failure::from(e))?;
        Ok(equal.into_pyobject(py)?.to_owned().into_any().unbind())
    }

    fn __reduce__<'py>(
        slf: &Bound<'py, Self>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        let py = slf.py();
        let reader = slf.get_type().getattr(intern!(py, "from_bytes"))?;
        Ok((reader, (slf.get().to_bytes(py)?,)))
    }
}

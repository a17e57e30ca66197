//! A table of calculators, one a key.

use std::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

use cxm_core::calculator::batch::KeyPart;
use cxm_core::registry::{self, DynKeyed, KeyedOptions};
use cxm_core::stream::Key;
use cxm_core::{Error, Result};
use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyInt, PyString, PyTuple, PyType};
use serde_json::Value;

use crate::batch::Columns;
use crate::calculator::{Snapshot, Verb};
use crate::columns::{self, Chunks};
use crate::errors::{Failure, Outcome};
use crate::json;

/// The verbs of a table; the class that users meet derives from it.
#[pyclass(frozen, subclass, module = "cxm._cxm")]
pub(crate) struct Keyed {
    inner: RwLock<Box<dyn DynKeyed>>,
    shape: &'static str,
}

fn left_by_a_panic() -> Error {
    Error::corrupt("an earlier call into this object failed half way; make a new one")
}

/// An empty table of the same definition.
fn empty_like(table: &dyn DynKeyed) -> Result<Box<dyn DynKeyed>> {
    let Value::Object(mut definition) = table.definition() else {
        return Err(Error::corrupt("the definition of a table has named fields"));
    };
    let calculator = definition.remove("calculator").unwrap_or(Value::Null);
    let options = options(Value::Object(definition))?;
    registry::new_keyed(table.kind().name, &options, &calculator)
}

fn options(fields: Value) -> Result<KeyedOptions> {
    serde_json::from_value(fields).map_err(|error| Error::definition(error.to_string()))
}

fn key(parts: &Bound<'_, PyTuple>) -> Outcome<Key> {
    let parts = parts.iter().map(|part| {
        if part.is_none() {
            Ok(KeyPart::Missing)
        } else if let Ok(flag) = part.cast::<PyBool>() {
            Ok(KeyPart::Boolean(flag.is_true()))
        } else if part.is_instance_of::<PyInt>() {
            Ok(KeyPart::Integer(part.extract()?))
        } else if let Ok(text) = part.cast::<PyString>() {
            Ok(KeyPart::from(text.to_str()?))
        } else {
            let class = part.get_type().name()?;
            Err(Error::argument(format!("a key is a str, an int, a bool or None, got {class}"))
                .into())
        }
    });
    parts.collect::<Outcome<_>>().map(Key::new)
}

fn key_to_python<'py>(py: Python<'py>, key: &Key) -> PyResult<Bound<'py, PyTuple>> {
    let parts = key.parts().iter().map(|part| {
        Ok(match part {
            KeyPart::Missing => py.None().into_bound(py),
            KeyPart::Boolean(flag) => PyBool::new(py, *flag).to_owned().into_any(),
            KeyPart::Integer(whole) => whole.into_pyobject(py)?.into_any(),
            KeyPart::Text(text) => PyString::new(py, text).into_any(),
        })
    });
    PyTuple::new(py, parts.collect::<PyResult<Vec<_>>>()?)
}

impl Keyed {
    fn of(table: Box<dyn DynKeyed>) -> Result<Self> {
        let shape = registry::find(table.kind().name)?.shape;
        Ok(Self { inner: RwLock::new(table), shape })
    }

    fn read(&self) -> Result<RwLockReadGuard<'_, Box<dyn DynKeyed>>> {
        self.inner.read().map_err(|_| left_by_a_panic())
    }

    fn write(&self) -> Result<RwLockWriteGuard<'_, Box<dyn DynKeyed>>> {
        self.inner.write().map_err(|_| left_by_a_panic())
    }

    fn on<T: Send>(
        &self,
        py: Python<'_>,
        ask: impl FnOnce(&dyn DynKeyed) -> Result<T> + Send,
    ) -> PyResult<T> {
        Ok(py.detach(|| ask(&**self.read()?)).map_err(Failure::from)?)
    }

    fn batch(
        &self,
        py: Python<'_>,
        keys: &Bound<'_, PyDict>,
        columns: &Bound<'_, PyTuple>,
        named: Option<&Bound<'_, PyDict>>,
        verb: Verb,
    ) -> Outcome<()> {
        let key_columns = keys.iter().map(|(name, column)| {
            let name: String = name.extract()?;
            columns::keys(&column, &name)
        });
        let key_columns: Vec<Chunks> = key_columns.collect::<Outcome<_>>()?;
        let columns = Columns::read(self.shape, columns, named)?.keyed(key_columns);
        py.detach(|| self.apply(&columns, verb))?;
        Ok(())
    }

    fn apply(&self, columns: &Columns, verb: Verb) -> Result<()> {
        let pieces = columns.pieces()?;
        if let [piece] = pieces.as_slice() {
            let mut table = self.write()?;
            return columns.with(piece, |keys, batch| match verb {
                Verb::Update => table.update(keys, batch),
                Verb::Retract => table.retract(keys, batch),
            });
        }
        // Several pieces are tried on a copy, so that the batch stays all or nothing.
        let mut gathered = match verb {
            Verb::Update => empty_like(&**self.read()?)?,
            Verb::Retract => self.read()?.clone_box(),
        };
        for piece in &pieces {
            columns.with(piece, |keys, batch| match verb {
                Verb::Update => gathered.update(keys, batch),
                Verb::Retract => gathered.retract(keys, batch),
            })?;
        }
        let mut table = self.write()?;
        match verb {
            Verb::Update => table.merge(&*gathered),
            Verb::Retract => {
                *table = gathered;
                Ok(())
            }
        }
    }
}

#[pymethods]
impl Keyed {
    /// An empty table of calculators of this kind.
    #[new]
    #[pyo3(signature = (kind, options, definition, /))]
    fn new(
        kind: &Bound<'_, PyAny>,
        options: Option<&Bound<'_, PyDict>>,
        definition: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<Self> {
        if let Ok(state) = kind.cast::<PyBytes>() {
            let table = registry::keyed_from_bytes(state.as_bytes()).map_err(Failure::from)?;
            return Ok(Self::of(table).map_err(Failure::from)?);
        }
        let kind: String = kind
            .extract()
            .map_err(|_| PyTypeError::new_err("a kind is the name of a calculator"))?;
        let (options, definition) = (json::object(options)?, json::object(definition)?);
        let made = self::options(options)
            .and_then(|options| registry::new_keyed(&kind, &options, &definition))
            .and_then(Self::of);
        Ok(made.map_err(Failure::from)?)
    }

    /// The name of the groups' calculator.
    #[getter]
    fn kind(&self, py: Python<'_>) -> PyResult<&'static str> {
        self.on(py, |table| Ok(table.kind().name))
    }

    /// Key columns, limits and the calculators' definition.
    #[getter]
    fn definition<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let definition = self.on(py, |table| Ok(table.definition()))?;
        json::to_python(py, &definition)
    }

    /// Rows taken in, whether counted or excluded.
    #[getter]
    fn observations(&self, py: Python<'_>) -> PyResult<u64> {
        self.on(py, |table| Ok(table.observations()))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.on(py, |table| Ok(table.len()))
    }

    /// Takes a batch with its key columns, all of it or none of it.
    #[pyo3(signature = (keys, /, *columns, **named))]
    fn update_(
        &self,
        py: Python<'_>,
        keys: &Bound<'_, PyDict>,
        columns: &Bound<'_, PyTuple>,
        named: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        Ok(self.batch(py, keys, columns, named, Verb::Update)?)
    }

    /// Leaves the table as if these rows had never been, or fails and changes nothing.
    #[pyo3(signature = (keys, /, *columns, **named))]
    fn retract_(
        &self,
        py: Python<'_>,
        keys: &Bound<'_, PyDict>,
        columns: &Bound<'_, PyTuple>,
        named: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        Ok(self.batch(py, keys, columns, named, Verb::Retract)?)
    }

    /// Merges another table of the same kind and definition, or fails and changes nothing.
    #[pyo3(signature = (other, /))]
    fn merge(&self, py: Python<'_>, other: &Bound<'_, Self>) -> PyResult<()> {
        let theirs = other.get().on(py, |table| Ok(table.clone_box()))?;
        Ok(py.detach(|| self.write()?.merge(&*theirs)).map_err(Failure::from)?)
    }

    /// The keys in their order, a tuple each.
    fn keys<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyTuple>>> {
        let keys = self.on(py, |table| Ok(table.keys()))?;
        keys.iter().map(|key| key_to_python(py, key)).collect()
    }

    /// The state of one key, or None.
    #[pyo3(signature = (parts, /))]
    fn get_(&self, py: Python<'_>, parts: &Bound<'_, PyTuple>) -> PyResult<Option<Snapshot>> {
        let key = key(parts)?;
        Ok(self.on(py, |table| Ok(table.get(&key)))?.map(Snapshot::new))
    }

    /// The state of the keys that were folded together, or None.
    fn other_(&self, py: Python<'_>) -> PyResult<Option<Snapshot>> {
        Ok(self.on(py, |table| Ok(table.other()))?.map(Snapshot::new))
    }

    /// The state of all groups merged.
    fn total_(&self, py: Python<'_>) -> PyResult<Snapshot> {
        self.on(py, |table| table.total()).map(Snapshot::new)
    }

    /// The table as named fields.
    #[pyo3(signature = (**options))]
    fn table_<'py>(
        &self,
        py: Python<'py>,
        options: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let options = json::object(options)?;
        let table = self.on(py, |table| table.table(&options))?;
        json::to_python(py, &table)
    }

    /// The canonical bytes: equal tables are equal bytes.
    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.on(py, |table| Ok(table.to_bytes()))?))
    }

    /// Reads canonical bytes of a table; everything else is a typed error.
    #[classmethod]
    #[pyo3(signature = (state, /))]
    fn from_bytes<'py>(
        class: &Bound<'py, PyType>,
        state: &Bound<'py, PyBytes>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let none = class.py().None();
        class.call_method1(intern!(class.py(), "__new__"), (class, state, &none, &none))
    }

    fn __eq__(&self, py: Python<'_>, other: &Bound<'_, PyAny>) -> PyResult<Py<PyAny>> {
        let Ok(other) = other.cast::<Self>() else { return Ok(py.NotImplemented()) };
        let theirs = other.get().on(py, |table| Ok(table.clone_box()))?;
        let equal = self.on(py, |table| Ok(table.equals(&*theirs)))?;
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

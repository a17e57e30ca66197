//! Tables of the core as Arrow arrays: their memory is moved in once and shared with whoever reads.

use std::ffi::{CStr, c_int, c_void};
use std::ptr::null_mut;
use std::sync::{Arc, OnceLock};

use arrow_array::cast::AsArray;
use arrow_array::ffi::to_ffi;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Date32Type, Float64Type, Int64Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, LargeStringArray,
    RecordBatch, RecordBatchIterator, UInt64Array,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, Field, Schema};
use cxm_core::Error;
use cxm_core::calculator::batch::KeyPart;
use cxm_core::calculator::table::{ColumnData, Table as CoreTable, TableColumn as CoreColumn};
use cxm_core::model::time::{MICROSECONDS_PER_DAY, date_of_day, format_day, parse};
use pyo3::exceptions::{PyBufferError, PyIndexError, PyKeyError};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList};

use crate::errors::{Failure, Outcome};

/// Columns of equal length under names.
#[pyclass(frozen, module = "cxm._cxm")]
pub(crate) struct Table {
    names: Vec<String>,
    columns: Vec<ArrayRef>,
    rows: usize,
}

/// One column: a sequence, an Arrow array, and, where it holds numbers, a buffer for numpy.
#[pyclass(frozen, sequence, module = "cxm._cxm")]
pub(crate) struct TableColumn {
    array: ArrayRef,
    /// The numbers as numpy reads them: gaps are NaN, since a buffer has no other.
    shared: OnceLock<Option<Shared>>,
}

/// Memory of numbers without gaps, with what the buffer protocol wants to point at.
struct Shared {
    _array: ArrayRef,
    start: *const c_void,
    format: &'static CStr,
    shape: [ffi::Py_ssize_t; 1],
    strides: [ffi::Py_ssize_t; 1],
}

// SAFETY: the pointer leads into the array beside it, which nobody changes.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

/// The keys of a column: whole numbers, truths, or texts; keys of several kinds are texts.
fn keys(parts: &[KeyPart], nulls: Option<NullBuffer>) -> ArrayRef {
    let whole = |part: &KeyPart| matches!(part, KeyPart::Integer(_) | KeyPart::Missing);
    let truth = |part: &KeyPart| matches!(part, KeyPart::Boolean(_) | KeyPart::Missing);
    let present = |row: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
    if parts.iter().all(whole) {
        let number = |(row, part): (usize, &KeyPart)| match part {
            KeyPart::Integer(whole) if present(row) => Some(*whole),
            _ => None,
        };
        return Arc::new(parts.iter().enumerate().map(number).collect::<Int64Array>());
    }
    if parts.iter().all(truth) {
        let flag = |(row, part): (usize, &KeyPart)| match part {
            KeyPart::Boolean(flag) if present(row) => Some(*flag),
            _ => None,
        };
        return Arc::new(parts.iter().enumerate().map(flag).collect::<BooleanArray>());
    }
    let texts = parts.iter().enumerate().map(|(row, part)| match part {
        _ if !present(row) => None,
        KeyPart::Missing => None,
        KeyPart::Text(text) => Some(std::borrow::Cow::Borrowed(text.as_ref())),
        other => Some(other.to_string().into()),
    });
    Arc::new(texts.collect::<LargeStringArray>())
}

fn array(data: ColumnData, present: Option<Vec<bool>>) -> Outcome<ArrayRef> {
    let nulls = present.map(NullBuffer::from);
    Ok(match data {
        ColumnData::Integers(values) => Arc::new(Int64Array::new(values.into(), nulls)),
        ColumnData::Counts(values) => Arc::new(UInt64Array::new(values.into(), nulls)),
        ColumnData::Floats(values) => Arc::new(Float64Array::new(values.into(), nulls)),
        ColumnData::Keys(parts) => keys(&parts, nulls),
        ColumnData::Days(days) => {
            let day = |day: i64| {
                i32::try_from(day).map_err(|_| Error::overflow("a day is too far from 1970"))
            };
            let days = days.into_iter().map(day).collect::<Result<Vec<i32>, _>>()?;
            Arc::new(Date32Array::new(days.into(), nulls))
        }
        ColumnData::Texts(texts) => {
            let present = |row: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
            let rows = texts.iter().enumerate();
            let rows = rows.map(|(row, text)| present(row).then_some(text.as_ref()));
            Arc::new(rows.collect::<LargeStringArray>())
        }
        other => {
            let message = format!("no columns of {} in Python yet", other.type_name());
            return Err(Error::batch(message).into());
        }
    })
}

/// A `datetime.date`, or ISO text for a day that Python has none for.
fn date(py: Python<'_>, day: i32) -> PyResult<Bound<'_, PyAny>> {
    let (year, month, of_month) = date_of_day(day.into());
    let class = py.import(intern!(py, "datetime"))?.getattr(intern!(py, "date"))?;
    match class.call1((year, month, of_month)) {
        Ok(date) => Ok(date),
        Err(_) => Ok(format_day(day.into()).into_pyobject(py)?.into_any()),
    }
}

/// The day of a `datetime.date`.
fn day(date: &Bound<'_, PyAny>) -> PyResult<Option<i32>> {
    if date.is_none() {
        return Ok(None);
    }
    let text: String = date.str()?.extract()?;
    let day = parse(&text).map(|time| time.div_euclid(MICROSECONDS_PER_DAY));
    let refused = || Failure::from(Error::argument(format!("expected a date, got {text}")));
    Ok(Some(day.and_then(|day| i32::try_from(day).ok()).ok_or_else(refused)?))
}

impl Table {
    pub(crate) fn new(table: CoreTable) -> Outcome<Self> {
        let rows = table.len();
        let (mut names, mut columns) = (Vec::new(), Vec::new());
        for (name, data, present) in table.into_columns().into_iter().map(CoreColumn::into_parts) {
            names.push(name.into_owned());
            columns.push(array(data, present)?);
        }
        Ok(Self { names, columns, rows })
    }

    fn batch(&self) -> Outcome<RecordBatch> {
        let pairs = self.names.iter().zip(&self.columns);
        let fields = pairs.map(|(name, array)| Field::new(name, array.data_type().clone(), true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Ok(RecordBatch::try_new(schema, self.columns.clone())?)
    }
}

#[pymethods]
impl Table {
    /// A table of columns given as name, type and list; what pickling is made of.
    #[staticmethod]
    fn of_lists(columns: Vec<(String, String, Bound<'_, PyAny>)>) -> PyResult<Self> {
        let (mut names, mut arrays): (Vec<String>, Vec<ArrayRef>) = (Vec::new(), Vec::new());
        for (name, kind, values) in columns {
            arrays.push(match kind.as_str() {
                "int64" => Arc::new(Int64Array::from(values.extract::<Vec<Option<i64>>>()?)),
                "uint64" => Arc::new(UInt64Array::from(values.extract::<Vec<Option<u64>>>()?)),
                "float64" => Arc::new(Float64Array::from(values.extract::<Vec<Option<f64>>>()?)),
                "date" => {
                    let items = values.try_iter()?.map(|item| day(&item?));
                    Arc::new(Date32Array::from(items.collect::<PyResult<Vec<_>>>()?))
                }
                "bool" => Arc::new(BooleanArray::from(values.extract::<Vec<Option<bool>>>()?)),
                _ => Arc::new(LargeStringArray::from(values.extract::<Vec<Option<String>>>()?)),
            });
            names.push(name);
        }
        let rows = arrays.first().map_or(0, |array| array.len());
        if arrays.iter().any(|array| array.len() != rows) {
            return Err(Failure::from(Error::batch("columns of unequal length")).into());
        }
        Ok(Self { names, columns: arrays, rows })
    }

    /// The names of the columns, in their order.
    #[getter]
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    /// The column of this name.
    fn column(&self, name: &str) -> PyResult<TableColumn> {
        let position = self.names.iter().position(|known| known == name);
        let array = position.and_then(|position| self.columns.get(position));
        match array {
            Some(array) => Ok(TableColumn::new(Arc::clone(array))),
            None => Err(PyKeyError::new_err(name.to_owned())),
        }
    }

    fn __len__(&self) -> usize {
        self.rows
    }

    /// All rows as one Arrow stream.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A request is a wish that a producer may leave alone.
        let _ = requested_schema;
        let batch = self.batch()?;
        let schema = batch.schema();
        let batches = RecordBatchIterator::new([Ok(batch)], schema);
        let stream = FFI_ArrowArrayStream::new(Box::new(batches));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}

impl Shared {
    fn of(array: &ArrayRef) -> Option<Self> {
        let gaps = array.null_count() > 0;
        let array: ArrayRef = match array.data_type() {
            DataType::Float64 if gaps => {
                let values = array.as_primitive::<Float64Type>().iter();
                Arc::new(Float64Array::from_iter_values(values.map(|v| v.unwrap_or(f64::NAN))))
            }
            DataType::Int64 | DataType::UInt64 | DataType::Float64 if !gaps => Arc::clone(array),
            _ => return None,
        };
        let (start, format) = match array.data_type() {
            DataType::Int64 => (array.as_primitive::<Int64Type>().values().as_ptr().cast(), c"q"),
            DataType::UInt64 => (array.as_primitive::<UInt64Type>().values().as_ptr().cast(), c"Q"),
            _ => (array.as_primitive::<Float64Type>().values().as_ptr().cast(), c"d"),
        };
        let shape = [ffi::Py_ssize_t::try_from(array.len()).ok()?];
        Some(Self { _array: array, start, format, shape, strides: [8] })
    }
}

impl TableColumn {
    pub(crate) fn new(array: ArrayRef) -> Self {
        Self { array, shared: OnceLock::new() }
    }

    fn shared(&self) -> Option<&Shared> {
        self.shared.get_or_init(|| Shared::of(&self.array)).as_ref()
    }

    fn item<'py>(&self, py: Python<'py>, row: usize) -> PyResult<Bound<'py, PyAny>> {
        if self.array.is_null(row) {
            return Ok(py.None().into_bound(py));
        }
        Ok(match self.array.data_type() {
            DataType::Int64 => {
                self.array.as_primitive::<Int64Type>().value(row).into_pyobject(py)?.into_any()
            }
            DataType::UInt64 => {
                self.array.as_primitive::<UInt64Type>().value(row).into_pyobject(py)?.into_any()
            }
            DataType::Float64 => {
                self.array.as_primitive::<Float64Type>().value(row).into_pyobject(py)?.into_any()
            }
            DataType::Date32 => date(py, self.array.as_primitive::<Date32Type>().value(row))?,
            DataType::Boolean => {
                self.array.as_boolean().value(row).into_pyobject(py)?.to_owned().into_any()
            }
            _ => self.array.as_string::<i64>().value(row).into_pyobject(py)?.into_any(),
        })
    }
}

#[pymethods]
impl TableColumn {
    fn __len__(&self) -> usize {
        self.array.len()
    }

    fn __getitem__<'py>(&self, py: Python<'py>, row: isize) -> PyResult<Bound<'py, PyAny>> {
        let rows = self.array.len();
        let from_end = row < 0;
        let row =
            if from_end { rows.checked_sub(row.unsigned_abs()) } else { Some(row.unsigned_abs()) };
        match row.filter(|&row| row < rows) {
            Some(row) => self.item(py, row),
            None => Err(PyIndexError::new_err("row out of range")),
        }
    }

    /// The values as a list; None where there is none.
    fn to_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        let items: PyResult<Vec<_>> = (0..self.array.len()).map(|row| self.item(py, row)).collect();
        PyList::new(py, items?)
    }

    /// Rows without a value.
    #[getter]
    fn missing(&self) -> usize {
        self.array.null_count()
    }

    /// The type: `int64`, `uint64`, `float64`, `bool`, `date` or `text`.
    #[getter]
    fn type_name(&self) -> &'static str {
        match self.array.data_type() {
            DataType::Int64 => "int64",
            DataType::UInt64 => "uint64",
            DataType::Float64 => "float64",
            DataType::Boolean => "bool",
            DataType::Date32 => "date",
            _ => "text",
        }
    }

    /// The column as an Arrow array.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        let _ = requested_schema;
        let (array, schema) = to_ffi(&self.array.to_data()).map_err(Failure::from)?;
        let schema = PyCapsule::new_with_value(py, schema, c"arrow_schema")?;
        Ok((schema, PyCapsule::new_with_value(py, array, c"arrow_array")?))
    }

    /// Lends the numbers to numpy and whoever else reads memory; texts have none to lend.
    ///
    /// # Safety
    /// `view` is NULL or may be written, as the interpreter promises.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let Some(shared) = slf.get().shared() else {
            return Err(PyBufferError::new_err("only numbers without gaps are shared as memory"));
        };
        if view.is_null() || flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err("a table never changes"));
        }
        let wanted = |flag: c_int| flags & flag == flag;
        let [rows] = shared.shape;
        // SAFETY: the caller's view; what it points at lives in the column, which the view owns a
        // reference to, and never moves or changes.
        unsafe {
            (*view).buf = shared.start.cast_mut();
            (*view).len = rows * 8;
            (*view).readonly = 1;
            (*view).itemsize = 8;
            (*view).format = if wanted(ffi::PyBUF_FORMAT) {
                shared.format.as_ptr().cast_mut()
            } else {
                null_mut()
            };
            (*view).ndim = 1;
            (*view).shape =
                if wanted(ffi::PyBUF_ND) { shared.shape.as_ptr().cast_mut() } else { null_mut() };
            (*view).strides = if wanted(ffi::PyBUF_STRIDES) {
                shared.strides.as_ptr().cast_mut()
            } else {
                null_mut()
            };
            (*view).suboffsets = null_mut();
            (*view).internal = null_mut();
            (*view).obj = slf.into_any().into_ptr();
        }
        Ok(())
    }
}

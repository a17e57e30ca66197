//! Arrow arrays through the PyCapsule interface: moved in, never copied.
//!
//! <https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html>

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{ArrayStreamReader, FFI_ArrowArrayStream};
use arrow_array::{ArrayRef, make_array};
use arrow_schema::ArrowError;
use cxm_core::Error;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::errors::{Failure, Outcome};

impl From<ArrowError> for Failure {
    fn from(error: ArrowError) -> Self {
        Self::Core(Error::batch(error.to_string()))
    }
}

/// The chunks of an object that speaks Arrow; `None` if it does not.
pub(crate) fn import(object: &Bound<'_, PyAny>) -> Outcome<Option<Vec<ArrayRef>>> {
    let py = object.py();
    if let Some(method) = object.getattr_opt(intern!(py, "__arrow_c_array__"))? {
        let capsules: (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = method.call0()?.extract()?;
        return import_array(&capsules.0, &capsules.1).map(|array| Some(vec![array]));
    }
    if let Some(method) = object.getattr_opt(intern!(py, "__arrow_c_stream__"))? {
        let capsule = method.call0()?.cast_into::<PyCapsule>().map_err(PyErr::from)?;
        return import_stream(py, &capsule).map(Some);
    }
    Ok(None)
}

fn import_array(schema: &Bound<'_, PyCapsule>, array: &Bound<'_, PyCapsule>) -> Outcome<ArrayRef> {
    let schema = schema.pointer_checked(Some(c"arrow_schema"))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(c"arrow_array"))?.cast::<FFI_ArrowArray>();
    // SAFETY: the capsule's name vouches for what it points to, and the capsule outlives this
    // borrow; the schema stays the producer's.
    let schema = unsafe { schema.as_ref() };
    // SAFETY: as above; the array is moved, which leaves the producer's copy marked as released.
    let array = unsafe { FFI_ArrowArray::from_raw(array.as_ptr()) };
    if array.is_released() {
        return Err(Error::batch("this Arrow array was consumed before").into());
    }
    // SAFETY: the producer promises that array and schema belong together and follow the C data
    // interface.
    let data = unsafe { from_ffi(array, schema) }?;
    Ok(make_array(data))
}

fn import_stream(py: Python<'_>, capsule: &Bound<'_, PyCapsule>) -> Outcome<Vec<ArrayRef>> {
    let stream =
        capsule.pointer_checked(Some(c"arrow_array_stream"))?.cast::<FFI_ArrowArrayStream>();
    // SAFETY: the capsule's name vouches for what it points to; the stream is moved, which leaves
    // the producer's copy marked as released.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(stream.as_ptr()) };
    // A query engine computes its batches here, maybe on threads that need the interpreter.
    let chunks = py.detach(|| ArrayStreamReader::try_new(stream)?.collect::<Result<Vec<_>, _>>());
    Ok(chunks?)
}

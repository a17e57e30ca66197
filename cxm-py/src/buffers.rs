//! Memory that Python objects share through the buffer protocol, as Arrow arrays without a copy.
//!
//! numpy arrays, `memoryview`, `array.array`, `bytes`. A strided, unaligned or byte-swapped buffer
//! is copied once. As with every numpy function, another thread must not write to the memory
//! meanwhile.

use std::panic::RefUnwindSafe;
use std::ptr::NonNull;
use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{ArrayRef, PrimitiveArray};
use arrow_buffer::{Buffer, MutableBuffer, ScalarBuffer};
use cxm_core::Error;
use pyo3::buffer::{ElementType, PyUntypedBuffer};
use pyo3::prelude::*;

use crate::errors::Outcome;

/// Keeps the exporter's memory alive for as long as an array looks at it.
struct Owner {
    _export: PyUntypedBuffer,
}

// A released buffer is never looked at again, whatever has panicked.
impl RefUnwindSafe for Owner {}

/// One row of memory: where it starts, how many items, how far apart.
#[derive(Clone, Copy)]
struct Lane {
    start: *const u8,
    count: usize,
    stride: isize,
    swapped: bool,
}

/// The columns of an object that shares its memory; `None` if it does not share numbers.
///
/// No and one dimension are one column; two dimensions are rows and columns.
pub(crate) fn import(object: &Bound<'_, PyAny>) -> Outcome<Option<Vec<ArrayRef>>> {
    let Ok(buffer) = PyUntypedBuffer::get(object) else { return Ok(None) };
    let element = ElementType::from_format(buffer.format());
    if element == ElementType::Unknown || buffer.suboffsets().is_some() {
        return Ok(None);
    }
    let swapped = match buffer.format().to_bytes().first() {
        Some(b'>' | b'!') => cfg!(target_endian = "little"),
        Some(b'<') => cfg!(target_endian = "big"),
        _ => false,
    };
    let start = buffer.buf_ptr().cast_const().cast::<u8>();
    let lane = |start, count, stride| Lane { start, count, stride, swapped };
    let lanes = match (buffer.shape(), buffer.strides()) {
        ([], _) => vec![lane(start, 1, 0)],
        (&[rows], &[stride]) => vec![lane(start, rows, stride)],
        (&[rows, columns], &[row_stride, column_stride]) => (0..columns)
            .map(|column| {
                let start = start.wrapping_offset(column_stride * signed(column));
                lane(start, rows, row_stride)
            })
            .collect(),
        (shape, _) => {
            return Err(Error::batch(format!(
                "expected a column, got an array of {} dimensions",
                shape.len()
            ))
            .into());
        }
    };
    let owner = Arc::new(Owner { _export: buffer });
    let arrays = lanes.into_iter().map(|lane| typed(element, lane, &owner));
    Ok(arrays.collect())
}

/// A position inside a buffer; no buffer is longer than `isize::MAX`.
fn signed(position: usize) -> isize {
    isize::try_from(position).unwrap_or(isize::MAX)
}

/// The array of the buffer's element type; `None` for a width that no machine number has.
fn typed(element: ElementType, lane: Lane, owner: &Arc<Owner>) -> Option<ArrayRef> {
    use ElementType::{Bool, Float, SignedInteger, UnsignedInteger};
    Some(match element {
        Bool | UnsignedInteger { bytes: 1 } => array::<UInt8Type>(lane, owner),
        UnsignedInteger { bytes: 2 } => array::<UInt16Type>(lane, owner),
        UnsignedInteger { bytes: 4 } => array::<UInt32Type>(lane, owner),
        UnsignedInteger { bytes: 8 } => array::<UInt64Type>(lane, owner),
        SignedInteger { bytes: 1 } => array::<Int8Type>(lane, owner),
        SignedInteger { bytes: 2 } => array::<Int16Type>(lane, owner),
        SignedInteger { bytes: 4 } => array::<Int32Type>(lane, owner),
        SignedInteger { bytes: 8 } => array::<Int64Type>(lane, owner),
        Float { bytes: 2 } => array::<Float16Type>(lane, owner),
        Float { bytes: 4 } => array::<Float32Type>(lane, owner),
        Float { bytes: 8 } => array::<Float64Type>(lane, owner),
        _ => return None,
    })
}

fn array<T: ArrowPrimitiveType>(lane: Lane, owner: &Arc<Owner>) -> ArrayRef {
    let size = size_of::<T::Native>();
    let adjacent = lane.count < 2 || lane.stride == signed(size);
    let aligned = lane.start.cast::<T::Native>().is_aligned();
    let start = NonNull::new(lane.start.cast_mut());
    let bytes = match start {
        Some(start) if adjacent && aligned && !lane.swapped => {
            let owner = Arc::clone(owner);
            // SAFETY: the exporter vouches for `count` adjacent items from `start` on, and the owner
            // keeps the export alive.
            unsafe { Buffer::from_custom_allocation(start, lane.count * size, owner) }
        }
        _ => gather(lane, size),
    };
    Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::new(bytes, 0, lane.count), None))
}

/// Copies the items of a lane next to each other, in the machine's byte order.
fn gather(lane: Lane, size: usize) -> Buffer {
    let mut bytes = MutableBuffer::with_capacity(lane.count * size);
    for row in 0..lane.count {
        let item = lane.start.wrapping_offset(lane.stride * signed(row));
        // SAFETY: the exporter vouches for `size` bytes at each of its items, and this is item
        // `row` of `count` by the exporter's own stride.
        let item = unsafe { std::slice::from_raw_parts(item, size) };
        if lane.swapped {
            item.iter().rev().for_each(|&byte| bytes.push(byte));
        } else {
            bytes.extend_from_slice(item);
        }
    }
    bytes.into()
}

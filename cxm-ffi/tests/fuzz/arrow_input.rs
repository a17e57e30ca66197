//! What must hold for any Arrow column that is handed to the C door.
//!
//! The same body is run by `tests/fuzz_arrow_input.rs` on seeded bytes and by libFuzzer (`fuzz/`).
//!
//! * No column makes the door panic, and an array is released on every way out.
//! * Ratings are read as their numbers are: the state is the one of the same numbers as plain floats.
//! * Keys that are read give a table whose groups add up; what is refused leaves it empty.
//!
//! Arrays are as wrong as memory that can be read may be: any type, any bits, offsets in no order,
//! texts that are not UTF-8, codes outside their dictionary, children of other lengths. A producer that
//! lies about how much memory there is cannot be found out by any consumer.

use std::cell::Cell;
use std::ptr::{null, null_mut};
use std::sync::Once;

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use arrow_buffer::{ArrowNativeType, Buffer};
use arrow_data::ArrayData;
use arrow_schema::{DataType, Field};
use cxm::arrow::{
    cxm_calculator_retract_arrow, cxm_calculator_update_arrow, cxm_keyed_update_arrow,
};
use cxm::calculator::{
    cxm_calculator, cxm_calculator_free, cxm_calculator_new, cxm_calculator_observations,
    cxm_calculator_to_bytes,
};
use cxm::error::cxm_error;
use cxm::keyed::{
    cxm_keyed, cxm_keyed_free, cxm_keyed_new, cxm_keyed_observations, cxm_keyed_total,
};
use cxm::status::{CXM_STATUS_OK, CXM_STATUS_PANIC, CXM_STATUS_POISONED, cxm_status};
use cxm_core::prelude::*;

/// Rows of the longest column.
const MOST_ROWS: usize = 48;

/// The bytes that decide what the columns are.
struct Source<'a>(&'a [u8]);

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let Some((&first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        first
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::from(self.byte()) % limit.max(1)
    }

    /// So many bytes; zeros where there are no more.
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let (head, rest) = self.0.split_at(length.min(self.0.len()));
        self.0 = rest;
        let mut bytes = head.to_vec();
        bytes.resize(length, 0);
        bytes
    }
}

/// Whether the column of ratings and the table of both were read, or refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Read {
    /// The ratings alone.
    pub ratings: bool,
    /// The ratings with their keys.
    pub table: bool,
}

/// Checks one column of ratings and one or more columns of keys made of these bytes.
pub fn check(bytes: &[u8]) -> Read {
    let mut source = Source(bytes);
    let rows = source.below(MOST_ROWS + 1);
    let ratings = ratings(&mut source, rows);
    let expected = expected_state(&ratings);
    check_calculator(&ratings, expected.as_deref());
    let keys = keys(&mut source, rows, 2);
    let table = check_table(&keys, &ratings, expected.as_deref());
    Read { ratings: expected.is_some(), table }
}

const NUMBERS: [DataType; 10] = [
    DataType::UInt8,
    DataType::Int8,
    DataType::UInt16,
    DataType::Int16,
    DataType::UInt32,
    DataType::Int32,
    DataType::UInt64,
    DataType::Int64,
    DataType::Float32,
    DataType::Float64,
];

fn ratings(source: &mut Source<'_>, rows: usize) -> ArrayData {
    match source.below(14) {
        0 => booleans(source, rows),
        1 => texts(source, rows),
        2 => {
            let values = source.below(12);
            let values = numbers(source, values);
            dictionary(source, rows, values)
        }
        3 => ArrayData::new_null(&DataType::Null, rows),
        _ => numbers(source, rows),
    }
}

fn keys(source: &mut Source<'_>, rows: usize, depth: usize) -> ArrayData {
    match source.below(8) {
        0 => booleans(source, rows),
        1 | 2 => numbers(source, rows),
        3 | 4 if depth > 0 => {
            let values = source.below(12);
            let values = keys(source, values, depth - 1);
            dictionary(source, rows, values)
        }
        5 if depth > 0 => records(source, rows, depth),
        _ => texts(source, rows),
    }
}

/// An array of one of the shapes that the door is given, with an offset and some rows missing.
fn array(
    source: &mut Source<'_>,
    data_type: DataType,
    rows: usize,
    fill: impl FnOnce(&mut Source<'_>, usize) -> (Vec<Buffer>, Vec<ArrayData>),
) -> ArrayData {
    let offset = source.below(9);
    let nulls = (source.byte() % 2 == 1).then(|| source.bytes((rows + offset).div_ceil(8)).into());
    let (buffers, children) = fill(source, rows + offset);
    let builder = ArrayData::builder(data_type).len(rows).offset(offset).null_bit_buffer(nulls);
    // SAFETY: every buffer is as long as its type wants; that its contents may be wrong is the point.
    unsafe { builder.buffers(buffers).child_data(children).build_unchecked() }
}

fn numbers(source: &mut Source<'_>, rows: usize) -> ArrayData {
    let data_type = NUMBERS[source.below(NUMBERS.len())].clone();
    let width = data_type.primitive_width().unwrap_or(1);
    let likely = source.byte() % 2 == 1;
    array(source, data_type.clone(), rows, |source, slots| {
        let bytes = if likely {
            (0..slots).flat_map(|_| small(source, &data_type)).collect()
        } else {
            source.bytes(slots * width)
        };
        (vec![aligned(&bytes)], vec![])
    })
}

/// A number from −1 to 12, or a half.
fn small(source: &mut Source<'_>, data_type: &DataType) -> Vec<u8> {
    let number = source.below(14) as i64 - 1;
    let half = f64::from(source.byte() / 240) / 2.0;
    match data_type {
        DataType::Float32 => (number as f32 + half as f32).to_le_bytes().to_vec(),
        DataType::Float64 => (number as f64 + half).to_le_bytes().to_vec(),
        other => number.to_le_bytes()[..other.primitive_width().unwrap_or(1)].to_vec(),
    }
}

/// A buffer at an address that any number may have.
fn aligned(bytes: &[u8]) -> Buffer {
    Buffer::from_slice_ref(bytes)
}

fn booleans(source: &mut Source<'_>, rows: usize) -> ArrayData {
    array(source, DataType::Boolean, rows, |source, slots| {
        (vec![aligned(&source.bytes(slots.div_ceil(8)))], vec![])
    })
}

fn texts(source: &mut Source<'_>, rows: usize) -> ArrayData {
    if source.byte() % 2 == 1 {
        let offsets = |source: &mut Source<'_>, slots| text_buffers::<i64>(source, slots);
        array(source, DataType::LargeUtf8, rows, offsets)
    } else {
        let offsets = |source: &mut Source<'_>, slots| text_buffers::<i32>(source, slots);
        array(source, DataType::Utf8, rows, offsets)
    }
}

/// Offsets and text. The last offset is the length of the text, as far as a consumer may read; the
/// others are in order or anything.
fn text_buffers<O: ArrowNativeType>(
    source: &mut Source<'_>,
    slots: usize,
) -> (Vec<Buffer>, Vec<ArrayData>) {
    let damaged = source.byte() % 8 == 7;
    let mut lengths: Vec<usize> = (0..slots).map(|_| source.below(4)).collect();
    lengths.insert(0, 0);
    let mut end = 0;
    let mut offsets: Vec<usize> = lengths
        .iter()
        .map(|length| {
            end += length;
            end
        })
        .collect();
    if damaged && slots > 0 {
        let at = source.below(slots);
        offsets[at] = source.below(200);
    }
    let text: Vec<u8> = if source.byte() % 4 == 3 {
        source.bytes(end)
    } else {
        source.bytes(end).iter().map(|byte| b'a' + byte % 4).collect()
    };
    let offsets: Vec<O> = offsets.iter().map(|&offset| O::usize_as(offset)).collect();
    (vec![Buffer::from_slice_ref(&offsets), Buffer::from(text)], vec![])
}

fn dictionary(source: &mut Source<'_>, rows: usize, values: ArrayData) -> ArrayData {
    let code = NUMBERS[source.below(8)].clone();
    let width = code.primitive_width().unwrap_or(1);
    let outside = source.byte() % 8 == 7;
    let data_type = DataType::Dictionary(code.into(), values.data_type().clone().into());
    array(source, data_type, rows, |source, slots| {
        let limit = if outside { 256 } else { values.len() };
        let codes = (0..slots).flat_map(|_| {
            let code = source.below(limit) as u64;
            code.to_le_bytes().into_iter().take(width).collect::<Vec<_>>()
        });
        (vec![aligned(&codes.collect::<Vec<u8>>())], vec![values])
    })
}

fn records(source: &mut Source<'_>, rows: usize, depth: usize) -> ArrayData {
    let shorter = usize::from(source.byte() % 16 == 15);
    let columns: Vec<ArrayData> = (0..1 + source.below(3))
        .map(|_| keys(source, (rows + 8).saturating_sub(shorter * 10), depth - 1))
        .collect();
    let field = |column: &ArrayData| Field::new("key", column.data_type().clone(), true);
    let data_type = DataType::Struct(columns.iter().map(field).collect());
    array(source, data_type, rows, |_, _| (vec![], columns))
}

/// The number of a row; the outer `None` where the row cannot be read.
fn number(data: &ArrayData, row: usize) -> Option<Option<f64>> {
    if data.is_null(row) {
        return Some(None);
    }
    let at = data.offset() + row;
    macro_rules! read {
        ($type:ty) => {
            data.buffers()[0].typed_data::<$type>()[at] as f64
        };
    }
    Some(Some(match data.data_type() {
        DataType::UInt8 => read!(u8),
        DataType::Int8 => read!(i8),
        DataType::UInt16 => read!(u16),
        DataType::Int16 => read!(i16),
        DataType::UInt32 => read!(u32),
        DataType::Int32 => read!(i32),
        DataType::UInt64 => read!(u64),
        DataType::Int64 => read!(i64),
        DataType::Float32 => read!(f32),
        DataType::Float64 => read!(f64),
        DataType::Dictionary(code, _) => {
            let width = code.primitive_width()?;
            let bytes = &data.buffers()[0].as_slice()[at * width..(at + 1) * width];
            let signed = code.is_signed_integer() && bytes[width - 1] >= 0x80;
            let mut wide = [0; 8];
            wide[..width].copy_from_slice(bytes);
            let code = usize::try_from(u64::from_le_bytes(wide)).ok()?;
            let values = &data.child_data()[0];
            return if signed || code >= values.len() { None } else { number(values, code) };
        }
        _ => return None,
    }))
}

/// The state of the same numbers as plain floats; `None` where the column has to be refused.
fn expected_state(data: &ArrayData) -> Option<Vec<u8>> {
    let numeric = match data.data_type() {
        DataType::Dictionary(_, values) => values.is_numeric(),
        other => other.is_numeric(),
    };
    let numbers: Option<Vec<_>> = (0..data.len()).map(|row| number(data, row)).collect();
    let numbers = numbers.filter(|_| numeric)?;
    let floats: Vec<f64> = numbers.iter().map(|number| number.unwrap_or(f64::NAN)).collect();
    let mut nps = Nps::default();
    nps.update(floats.as_slice().into()).expect("a lenient definition takes any numbers");
    Some(nps.to_bytes())
}

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// A call of the door. Its panics are its own affair: a status says whether there was one.
fn door(call: impl FnOnce(*mut cxm_error) -> cxm_status) -> cxm_status {
    let size = u32::try_from(size_of::<cxm_error>()).unwrap_or_default();
    let mut err =
        cxm_error { struct_size: size, code: 0, row: 0, message: [0; 496], field: [0; 64] };
    INSIDE.set(true);
    let status = call(&mut err);
    INSIDE.set(false);
    assert_ne!(status, CXM_STATUS_PANIC);
    assert_ne!(status, CXM_STATUS_POISONED);
    assert!(status == CXM_STATUS_OK || err.message[0] != 0, "status {status} without a message");
    status
}

/// The door keeps panics quiet; those of the checks here have to be heard.
fn speak() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|info| {
            if !INSIDE.get() {
                eprintln!("{info}\n{}", std::backtrace::Backtrace::force_capture());
            }
        }));
    });
}

fn exported(data: &ArrayData) -> (FFI_ArrowArray, FFI_ArrowSchema) {
    let schema = FFI_ArrowSchema::try_from(data.data_type()).expect("every type here has a format");
    (FFI_ArrowArray::new(data), schema)
}

fn new_nps() -> *mut cxm_calculator {
    let mut nps = null_mut();
    // SAFETY: a text of three bytes and a place of ours.
    let status =
        door(|err| unsafe { cxm_calculator_new(c"nps".as_ptr(), 3, null(), 0, &raw mut nps, err) });
    assert_eq!(status, CXM_STATUS_OK);
    speak();
    nps
}

fn bytes_of(calculator: *const cxm_calculator) -> Vec<u8> {
    let mut bytes = vec![0; 4096];
    let mut written = 0;
    // SAFETY: a live handle and places of ours.
    let status = door(|err| unsafe {
        let (buffer, capacity) = (bytes.as_mut_ptr(), bytes.len());
        cxm_calculator_to_bytes(calculator, buffer, capacity, &raw mut written, err)
    });
    assert_eq!(status, CXM_STATUS_OK);
    bytes.truncate(written);
    bytes
}

fn check_calculator(ratings: &ArrayData, expected: Option<&[u8]>) {
    let nps = new_nps();
    let empty = bytes_of(nps);
    let (mut array, schema) = exported(ratings);
    // SAFETY: a live handle, and an array with its schema.
    let status = door(|err| unsafe {
        cxm_calculator_update_arrow(nps, &raw mut array, &raw const schema, err)
    });
    assert!(array.is_released());
    assert_eq!(status == CXM_STATUS_OK, expected.is_some(), "status {status} of {ratings:?}");
    assert_eq!(bytes_of(nps), expected.unwrap_or(&empty), "{ratings:?}");
    if expected.is_some() {
        let (mut array, schema) = exported(ratings);
        // SAFETY: as above.
        let status = door(|err| unsafe {
            cxm_calculator_retract_arrow(nps, &raw mut array, &raw const schema, err)
        });
        assert_eq!((status, bytes_of(nps)), (CXM_STATUS_OK, empty));
    }
    // SAFETY: the handle is not used any more.
    unsafe { cxm_calculator_free(nps) };
}

fn check_table(keys: &ArrayData, ratings: &ArrayData, expected: Option<&[u8]>) -> bool {
    let mut table: *mut cxm_keyed = null_mut();
    let columns = match keys.data_type() {
        DataType::Struct(fields) => fields.len(),
        _ => 1,
    };
    let by = ["a", "b", "c"].map(|name| format!("\"{name}\""))[..columns].join(", ");
    let options = format!("{{\"by\": [{by}]}}");
    // SAFETY: texts with their lengths and a place of ours.
    let status = door(|err| unsafe {
        let (text, length) = (options.as_ptr().cast(), options.len());
        cxm_keyed_new(c"nps".as_ptr(), 3, text, length, null(), 0, &raw mut table, err)
    });
    assert_eq!(status, CXM_STATUS_OK);
    let ((mut key_array, key_schema), (mut array, schema)) = (exported(keys), exported(ratings));
    // SAFETY: a live handle, and arrays with their schemas.
    let status = door(|err| unsafe {
        let (keys, ratings) = (&raw mut key_array, &raw mut array);
        cxm_keyed_update_arrow(table, keys, &raw const key_schema, ratings, &raw const schema, err)
    });
    assert!(key_array.is_released() && array.is_released());
    let mut rows = u64::MAX;
    // SAFETY: a live handle and a place of ours.
    door(|err| unsafe { cxm_keyed_observations(table, &raw mut rows, err) });
    if status == CXM_STATUS_OK {
        assert_eq!(rows, ratings.len() as u64);
        let mut total = null_mut();
        // SAFETY: as above.
        door(|err| unsafe { cxm_keyed_total(table, &raw mut total, err) });
        assert_eq!(Some(bytes_of(total).as_slice()), expected);
        let mut rows = u64::MAX;
        // SAFETY: as above, and the handle is not used any more afterwards.
        unsafe {
            door(|err| cxm_calculator_observations(total, &raw mut rows, err));
            cxm_calculator_free(total);
        }
        assert_eq!(rows, ratings.len() as u64);
    } else {
        assert_eq!(rows, 0, "what is refused leaves nothing");
    }
    // SAFETY: the handle is not used any more.
    unsafe { cxm_keyed_free(table) };
    status == CXM_STATUS_OK
}

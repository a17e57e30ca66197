//! Tables: readings of one row a customer, copied into the caller's arrays.

use std::ffi::c_char;

use cxm_core::calculator::batch::KeyPart;
use cxm_core::calculator::table::{ColumnData, Table, TableColumn};

use crate::calculator::cxm_calculator;
use crate::columns::{CXM_TYPE_F64, CXM_TYPE_I64, CXM_TYPE_TEXT, CXM_TYPE_U64};
use crate::error::{Failure, Outcome, cxm_error};
use crate::handle::{self, Opaque};
use crate::key::cxm_key;
use crate::status::{self, cxm_status};
use crate::{input, output};

/// Keys of any kind: `cxm_table_key`, or `cxm_table_texts` for showing.
pub const CXM_TYPE_KEY: i32 = 13;
/// Days since 1970-01-01, as int64_t: `cxm_table_integers`.
pub const CXM_TYPE_DAY: i32 = 14;

/// A table: columns of equal length under names, such as one row a customer.
///
/// It never changes, so that several threads may read it, and it does not need the calculator that
/// it came from. Columns and rows are numbered from 0. Give it back with `cxm_table_free`.
#[derive(Debug)]
pub struct cxm_table {
    _private: (),
}

impl Opaque for cxm_table {
    type Body = Table;
    const MARK: u64 = 0x6378_6d5f_7461_626c;
    const NAME: &'static str = "cxm_table";
}

/// Reads a table of the calculator by its name; `cxm_catalogue` lists them with their arguments.
///
/// `arguments` is a JSON object, or NULL for none, as in {"until": "1997-09-30", "unit": "week"}. A
/// calculator without such a table is CXM_STATUS_NOT_FOUND. The catalogue has the columns too, with
/// what they mean; `cxm_table_find` gives the position of one. On success `*out` is a table of the
/// caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_calculator_tabulate(
    calculator: *const cxm_calculator,
    name: *const c_char,
    name_length: usize,
    arguments: *const c_char,
    arguments_length: usize,
    out: *mut *mut cxm_table,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(calculator, err, |calculator| {
            let place = output::place(out, "out")?;
            let name = input::text(name, name_length, "name")?;
            let arguments = input::json(arguments, arguments_length, "arguments")?;
            place.put(handle::new(calculator.tabulate(name, &arguments)?));
            Ok(())
        })
    }
}

fn column(table: &Table, position: usize) -> Outcome<&TableColumn> {
    table.columns().get(position).ok_or_else(|| {
        let columns = table.columns().len();
        let message = format!("there is no column {position}, there are {columns}");
        Failure::new(status::CXM_STATUS_NOT_FOUND, message)
    })
}

#[cold]
fn wrong_type(column: &TableColumn, wanted: &str) -> Failure {
    let reader = match column.data() {
        ColumnData::Integers(_) | ColumnData::Days(_) => "cxm_table_integers",
        ColumnData::Counts(_) => "cxm_table_counts",
        ColumnData::Floats(_) => "cxm_table_floats",
        ColumnData::Texts(_) => "cxm_table_texts",
        _ => "cxm_table_key and cxm_table_texts",
    };
    let (name, holds) = (column.name(), column.data().type_name());
    let message = format!("expected {wanted}, but {name} holds {holds}, for {reader}");
    Failure::new(status::CXM_STATUS_WRONG_TYPE, message)
}

#[cold]
fn no_row(row: usize, rows: usize) -> Failure {
    let message = format!("there is no row {row}, there are {rows}");
    Failure::new(status::CXM_STATUS_NOT_FOUND, message)
}

/// Number of rows.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_rows(
    table: *const cxm_table,
    rows: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            output::place(rows, "rows")?.put(table.len());
            Ok(())
        })
    }
}

/// Number of columns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_columns(
    table: *const cxm_table,
    columns: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            output::place(columns, "columns")?.put(table.columns().len());
            Ok(())
        })
    }
}

/// The position of the column of this name; CXM_STATUS_NOT_FOUND where there is none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_find(
    table: *const cxm_table,
    name: *const c_char,
    name_length: usize,
    position: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            let place = output::place(position, "position")?;
            let name = input::text(name, name_length, "name")?;
            let found = table.column(name)?;
            let position = table.columns().iter().position(|column| std::ptr::eq(column, found));
            place.put(position.unwrap_or_default());
            Ok(())
        })
    }
}

/// The name of a column, lent until the table is freed; it does not end with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_name(
    table: *const cxm_table,
    position: usize,
    name: *mut *const c_char,
    name_length: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            let data = output::place(name, "name")?;
            let length = output::place(name_length, "name_length")?;
            output::lend(column(table, position)?.name(), data, length);
            Ok(())
        })
    }
}

/// The type of a column: CXM_TYPE_I64, CXM_TYPE_U64, CXM_TYPE_F64, CXM_TYPE_TEXT, CXM_TYPE_KEY or
/// CXM_TYPE_DAY.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_type(
    table: *const cxm_table,
    position: usize,
    r#type: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            let place = output::place(r#type, "type")?;
            let column = column(table, position)?;
            place.put(match column.data() {
                ColumnData::Integers(_) => CXM_TYPE_I64,
                ColumnData::Counts(_) => CXM_TYPE_U64,
                ColumnData::Floats(_) => CXM_TYPE_F64,
                ColumnData::Texts(_) => CXM_TYPE_TEXT,
                ColumnData::Keys(_) => CXM_TYPE_KEY,
                ColumnData::Days(_) => CXM_TYPE_DAY,
                _ => return Err(wrong_type(column, "a type of this version")),
            });
            Ok(())
        })
    }
}

/// Copies rows into an array of the caller's.
///
/// # Safety
/// `target` is NULL or has room for `capacity` rows.
unsafe fn copy_rows<T: Copy>(rows: &[T], target: *mut T, capacity: usize) -> Outcome {
    if capacity < rows.len() {
        return Err(Failure::new(
            status::CXM_STATUS_BUFFER_TOO_SMALL,
            format!("there is room for {capacity} rows, {} are needed", rows.len()),
        ));
    }
    if !rows.is_empty() {
        // SAFETY: the caller's; the place is checked for NULL and alignment before.
        unsafe {
            let _ = output::place(target, "values")?;
            target.copy_from_nonoverlapping(rows.as_ptr(), rows.len());
        }
    }
    Ok(())
}

/// Copies a column of numbers and, where asked for, which rows have one.
///
/// # Safety
/// `values` and `present` are NULL or have room for `capacity` rows.
unsafe fn copy<T: Copy>(
    column: &TableColumn,
    numbers: &[T],
    values: *mut T,
    present: *mut u8,
    capacity: usize,
) -> Outcome {
    if column.present().is_some() && present.is_null() {
        return Err(Failure::new(
            status::CXM_STATUS_INSUFFICIENT_DATA,
            format!("{} has rows without a value, and present is NULL", column.name()),
        ));
    }
    // SAFETY: the caller's.
    unsafe {
        copy_rows(numbers, values, capacity)?;
        if !present.is_null() {
            let marks: Vec<u8> =
                (0..numbers.len()).map(|row| u8::from(column.is_present(row))).collect();
            copy_rows(&marks, present, capacity)?;
        }
    }
    Ok(())
}

/// Copies a column of whole numbers, of days, or of keys that are all whole numbers.
///
/// `values` has room for `capacity` rows, and so has `present`, which gets 1 where a row has a
/// value and 0 where it has none. `present` may be NULL: then a row without a value is
/// CXM_STATUS_INSUFFICIENT_DATA.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_integers(
    table: *const cxm_table,
    position: usize,
    values: *mut i64,
    present: *mut u8,
    capacity: usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            let column = column(table, position)?;
            match column.data() {
                ColumnData::Integers(numbers) | ColumnData::Days(numbers) => {
                    copy(column, numbers, values, present, capacity)
                }
                ColumnData::Keys(keys) => {
                    let whole = |key: &KeyPart| match key {
                        KeyPart::Integer(whole) => Some(*whole),
                        _ => None,
                    };
                    let numbers: Option<Vec<i64>> = keys.iter().map(whole).collect();
                    let numbers = numbers.ok_or_else(|| wrong_type(column, "whole numbers"))?;
                    copy(column, &numbers, values, present, capacity)
                }
                _ => Err(wrong_type(column, "whole numbers")),
            }
        })
    }
}

/// Copies a column of counts. As `cxm_table_integers`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_counts(
    table: *const cxm_table,
    position: usize,
    values: *mut u64,
    present: *mut u8,
    capacity: usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            let column = column(table, position)?;
            let counts = column.counts().ok_or_else(|| wrong_type(column, "counts"))?;
            copy(column, counts, values, present, capacity)
        })
    }
}

/// Copies a column of numbers. As `cxm_table_integers`; no value is a NaN.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_floats(
    table: *const cxm_table,
    position: usize,
    values: *mut f64,
    present: *mut u8,
    capacity: usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            let column = column(table, position)?;
            let floats = column.floats().ok_or_else(|| wrong_type(column, "numbers"))?;
            copy(column, floats, values, present, capacity)
        })
    }
}

/// One value of a column of keys.
///
/// Set `key->struct_size` before. The text is lent until the table is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_key(
    table: *const cxm_table,
    position: usize,
    row: usize,
    key: *mut cxm_key,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            let struct_size = input::one(key.cast_const().cast::<u32>(), "key")?;
            input::known_size::<cxm_key>(*struct_size, "key")?;
            let place = output::place(key, "key")?;
            let column = column(table, position)?;
            let keys = column.keys().ok_or_else(|| wrong_type(column, "keys"))?;
            let part = keys.get(row).ok_or_else(|| no_row(row, table.len()))?;
            place.put(cxm_key::of(part));
            Ok(())
        })
    }
}

/// Copies a column of texts, or of keys in words, without zero bytes: one text after the other.
///
/// `ends` has room for `capacity` rows and gets the end of each text in `buffer`, or is NULL. Two
/// calls: a NULL buffer gives the size in `*written`. A row without a value has the empty text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_texts(
    table: *const cxm_table,
    position: usize,
    ends: *mut usize,
    capacity: usize,
    buffer: *mut c_char,
    buffer_capacity: usize,
    written: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(table, err, |table| {
            let column = column(table, position)?;
            let (mut text, mut positions) = (String::new(), Vec::with_capacity(table.len()));
            for row in 0..table.len() {
                match column.data() {
                    ColumnData::Texts(texts) => {
                        text.push_str(texts.get(row).map_or("", |text| text));
                    }
                    ColumnData::Keys(keys) => match keys.get(row) {
                        None | Some(KeyPart::Missing) => {}
                        Some(key) => text.push_str(&key.to_string()),
                    },
                    _ => return Err(wrong_type(column, "texts or keys")),
                }
                positions.push(text.len());
            }
            if !ends.is_null() {
                copy_rows(&positions, ends, capacity)?;
            }
            output::bytes(text.as_bytes(), buffer.cast(), buffer_capacity, written)
        })
    }
}

/// Frees a table; NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_table_free(table: *mut cxm_table) {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { handle::free(table) }
}

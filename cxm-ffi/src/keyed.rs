//! Tables of calculators: one a segment, wave, store or customer.

use std::ffi::c_char;
use std::sync::OnceLock;

use cxm_core::calculator::batch::{Batch, KeyColumn};
use cxm_core::registry::{self, DynKeyed, KeyedOptions};
use cxm_core::stream::Key;
use serde_json::Value;

use crate::batch::{self, cxm_batch};
use crate::calculator::{self, cxm_calculator};
use crate::columns::cxm_key_column;
use crate::error::{Failure, Outcome, cxm_error};
use crate::guard;
use crate::handle::{self, Opaque};
use crate::key::cxm_key;
use crate::report::{self, cxm_report};
use crate::status::{self, cxm_status};
use crate::{input, output};

/// A calculator for each key: the NPS of each segment, wave or store.
///
/// Groups are numbered in the order of their keys (missing, booleans, integers, texts byte by
/// byte), never in the order of arrival. Made by `cxm_keyed_new` or `cxm_keyed_from_bytes`, given
/// back with `cxm_keyed_free`.
#[derive(Debug)]
pub struct cxm_keyed {
    _private: (),
}

/// A table, and its keys once they were asked for.
#[derive(Debug)]
pub(crate) struct Table {
    groups: Box<dyn DynKeyed>,
    keys: OnceLock<Vec<Key>>,
}

impl Table {
    fn new(groups: Box<dyn DynKeyed>) -> Self {
        Self { groups, keys: OnceLock::new() }
    }

    /// The table, to be changed: the keys that were read before no longer hold.
    pub(crate) fn change(&mut self) -> &mut dyn DynKeyed {
        self.keys.take();
        self.groups.as_mut()
    }

    fn key(&self, group: usize) -> Outcome<&Key> {
        self.keys.get_or_init(|| self.groups.keys()).get(group).ok_or_else(|| {
            let message = format!("there is no group {group}, there are {}", self.groups.len());
            Failure::new(status::CXM_STATUS_NOT_FOUND, message)
        })
    }
}

impl Opaque for cxm_keyed {
    type Body = Table;
    const MARK: u64 = 0x6378_6d5f_6b65_7965;
    const NAME: &'static str = "cxm_keyed";
}

/// Makes an empty table of calculators by name.
///
/// `options` is a JSON object such as {"by": ["segment"], "max_groups": 1000, "overflow":
/// "other"}; only "by", the names of one to eight key columns, is needed. `definition` is that of
/// every group, as in `cxm_calculator_new`. On success `*out` is a table of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_new(
    name: *const c_char,
    name_length: usize,
    options: *const c_char,
    options_length: usize,
    definition: *const c_char,
    definition_length: usize,
    out: *mut *mut cxm_keyed,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let place = output::place(out, "out")?;
            let name = input::text(name, name_length, "name")?;
            let options = input::json(options, options_length, "options")?;
            let definition = input::json(definition, definition_length, "definition")?;
            let groups = registry::new_keyed(name, &keyed_options(options)?, &definition)?;
            place.put(handle::new(Table::new(groups)));
            Ok(())
        })
    }
}

fn keyed_options(options: Value) -> Outcome<KeyedOptions> {
    let read = serde_json::from_value(options);
    Ok(read.map_err(|error| cxm_core::Error::definition(error.to_string()).in_field("options"))?)
}

/// Reads the state bytes of a table. As `cxm_calculator_from_bytes`; bytes of a single calculator
/// are CXM_STATUS_INCOMPATIBLE_MERGE.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_from_bytes(
    bytes: *const u8,
    length: usize,
    out: *mut *mut cxm_keyed,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let place = output::place(out, "out")?;
            let bytes = input::slice(bytes, length, "bytes")?;
            place.put(handle::new(Table::new(registry::keyed_from_bytes(bytes)?)));
            Ok(())
        })
    }
}

/// Copies a table; `*out` is the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_clone(
    keyed: *const cxm_keyed,
    out: *mut *mut cxm_keyed,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            let place = output::place(out, "out")?;
            place.put(handle::new(Table::new(table.groups.clone_box())));
            Ok(())
        })
    }
}

/// Frees a table; NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_free(keyed: *mut cxm_keyed) {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { handle::free(keyed) }
}

/// Runs a verb with the caller's keys and batch.
///
/// # Safety
/// Keys and batch keep their promises.
unsafe fn with_rows(
    keys: *const cxm_key_column,
    keys_length: usize,
    batch: *const cxm_batch,
    verb: impl FnOnce(&[KeyColumn<'_>], Batch<'_>) -> cxm_core::Result<()>,
) -> Outcome {
    // SAFETY: the caller's.
    unsafe {
        batch::with_keys(keys, keys_length, |keys| {
            batch::with(batch, |batch| Ok(verb(keys, batch)?))
        })
    }
}

/// Takes a batch of rows, all of it or none of it.
///
/// `keys` is an array of `keys_length` key columns in the order of "by", as long as the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_update(
    keyed: *mut cxm_keyed,
    keys: *const cxm_key_column,
    keys_length: usize,
    batch: *const cxm_batch,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::change(keyed, err, |table| {
            with_rows(keys, keys_length, batch, |keys, batch| table.change().update(keys, batch))
        })
    }
}

/// Leaves the table as if these rows had never been, or fails and changes nothing.
///
/// A group without rows disappears. Refused with CXM_STATUS_NOT_OFFERED once keys were folded
/// together.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_retract(
    keyed: *mut cxm_keyed,
    keys: *const cxm_key_column,
    keys_length: usize,
    batch: *const cxm_batch,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::change(keyed, err, |table| {
            with_rows(keys, keys_length, batch, |keys, batch| table.change().retract(keys, batch))
        })
    }
}

/// Whether `cxm_keyed_update` would take this batch: its status and its error. Changes nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_check(
    keyed: *const cxm_keyed,
    keys: *const cxm_key_column,
    keys_length: usize,
    batch: *const cxm_batch,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            with_rows(keys, keys_length, batch, |keys, batch| table.groups.check(keys, batch))
        })
    }
}

/// Merges another table of the same kind and definition, which may be the table itself.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_merge(
    keyed: *mut cxm_keyed,
    other: *const cxm_keyed,
    err: *mut cxm_error,
) -> cxm_status {
    let itself = std::ptr::eq(keyed, other);
    // SAFETY: the caller keeps the conventions of the header; a second reference is made only to
    // another handle.
    unsafe {
        handle::change(keyed, err, |table| {
            if itself {
                let copy = table.groups.clone_box();
                return Ok(table.change().merge(copy.as_ref())?);
            }
            Ok(table.change().merge(handle::borrow(other)?.groups.as_ref())?)
        })
    }
}

/// Whether kind, definition and state are the same: 1 or 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_equal(
    keyed: *const cxm_keyed,
    other: *const cxm_keyed,
    equal: *mut i32,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            let other = handle::borrow(other)?;
            let place = output::place(equal, "equal")?;
            place.put(i32::from(table.groups.equals(other.groups.as_ref())));
            Ok(())
        })
    }
}

/// Number of groups, without the one of the folded keys.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_length(
    keyed: *const cxm_keyed,
    length: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            output::place(length, "length")?.put(table.groups.len());
            Ok(())
        })
    }
}

/// Rows taken in, whether counted or excluded.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_observations(
    keyed: *const cxm_keyed,
    observations: *mut u64,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            output::place(observations, "observations")?.put(table.groups.observations());
            Ok(())
        })
    }
}

/// The value of one key column of one group; both are numbered from 0.
///
/// Set `key->struct_size` before. The text is lent until the next call that may change the table,
/// or until it is freed. Past the end is CXM_STATUS_NOT_FOUND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_key(
    keyed: *const cxm_keyed,
    group: usize,
    column: usize,
    key: *mut cxm_key,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            let struct_size = input::one(key.cast_const().cast::<u32>(), "key")?;
            input::known_size::<cxm_key>(*struct_size, "key")?;
            let place = output::place(key, "key")?;
            let parts = table.key(group)?.parts();
            let part = parts.get(column).ok_or_else(|| {
                let message = format!("there is no key column {column}, there are {}", parts.len());
                Failure::new(status::CXM_STATUS_NOT_FOUND, message)
            })?;
            place.put(cxm_key::of(part));
            Ok(())
        })
    }
}

/// The whole key of a group in words, such as "gold / 2025Q3", for showing; without a zero byte.
///
/// Two calls: a NULL buffer gives the size in `*written`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_key_text(
    keyed: *const cxm_keyed,
    group: usize,
    buffer: *mut c_char,
    capacity: usize,
    written: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            let text = table.key(group)?.to_string();
            output::bytes(text.as_bytes(), buffer.cast(), capacity, written)
        })
    }
}

/// A copy of the calculator of a group, numbered from 0 in the order of the keys; `*out` is the
/// caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_group(
    keyed: *const cxm_keyed,
    group: usize,
    out: *mut *mut cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            let key = table.key(group)?;
            calculator::hand_out(out, || found(table, key))
        })
    }
}

fn found(table: &Table, key: &Key) -> Outcome<Box<dyn registry::DynCalculator>> {
    let group = table.groups.get(key);
    Ok(group.ok_or_else(|| cxm_core::Error::not_found(format!("there is no group {key}")))?)
}

/// A copy of the calculator of a key; `*out` is the caller's.
///
/// `key` is an array of `key_length` values, one a key column. An unknown key is
/// CXM_STATUS_NOT_FOUND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_find(
    keyed: *const cxm_keyed,
    key: *const cxm_key,
    key_length: usize,
    out: *mut *mut cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            let parts = input::slice(key, key_length, "key")?.iter().map(|part| part.part());
            let key = Key::new(parts.collect::<Outcome<Vec<_>>>()?);
            calculator::hand_out(out, || found(table, &key))
        })
    }
}

/// All groups merged; `*out` is a calculator of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_total(
    keyed: *const cxm_keyed,
    out: *mut *mut cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| calculator::hand_out(out, || Ok(table.groups.total()?)))
    }
}

/// The keys that were folded together past "max_groups"; `*out` is a calculator of the caller's.
///
/// Where nothing was folded, the status is CXM_STATUS_NOT_FOUND.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_other(
    keyed: *const cxm_keyed,
    out: *mut *mut cxm_calculator,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            calculator::hand_out(out, || {
                let other = table.groups.other();
                Ok(other
                    .ok_or_else(|| cxm_core::Error::not_found("no keys were folded together"))?)
            })
        })
    }
}

/// The table as a report: one row a group with its report and interval, and the total.
///
/// `options` is a JSON object ("level", "method", "min_responses", "versus_rest", "adjustment",
/// "shrink"), or NULL for the defaults. `rows[0].key[0]`, `rows[0].report.score`,
/// `total.report.score`. On success `*out` is a report of the caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_table(
    keyed: *const cxm_keyed,
    options: *const c_char,
    options_length: usize,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            let options = input::json(options, options_length, "options")?;
            report::hand_out(out, || Ok(table.groups.table(&options)?))
        })
    }
}

/// Key columns, limits and the definition of every group. On success `*out` is a report of the
/// caller's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_definition(
    keyed: *const cxm_keyed,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| report::hand_out(out, || Ok(table.groups.definition())))
    }
}

/// The state as canonical bytes. As `cxm_calculator_to_bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_keyed_to_bytes(
    keyed: *const cxm_keyed,
    buffer: *mut u8,
    capacity: usize,
    written: *mut usize,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        handle::read(keyed, err, |table| {
            output::bytes(&table.groups.to_bytes(), buffer, capacity, written)
        })
    }
}

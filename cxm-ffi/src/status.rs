//! Status codes: those of the core's error kinds, and what only a C door can meet.

use std::ffi::{CStr, c_char};

/// What a function returns: 0 for success, otherwise one of the CXM_STATUS_ codes.
pub type cxm_status = i32;

/// Success.
pub const CXM_STATUS_OK: cxm_status = 0;
/// A definition contradicts itself: cut points outside the scale, a scale of 500 points.
pub const CXM_STATUS_INVALID_DEFINITION: cxm_status = 1;
/// A row of a batch cannot be an observation: 11 on a scale of 0 to 10 under a strict rule.
pub const CXM_STATUS_INVALID_OBSERVATION: cxm_status = 2;
/// Two states have unlike definitions, or are of different kinds.
pub const CXM_STATUS_INCOMPATIBLE_MERGE: cxm_status = 3;
/// A batch has the wrong shape for this calculator, or columns of unequal length.
pub const CXM_STATUS_WRONG_BATCH: cxm_status = 4;
/// State bytes are truncated, damaged or not canonical.
pub const CXM_STATUS_CORRUPT_STATE: cxm_status = 5;
/// State bytes were written by a version that this library cannot read.
pub const CXM_STATUS_UNSUPPORTED_VERSION: cxm_status = 6;
/// Not enough data for the figure asked for.
pub const CXM_STATUS_INSUFFICIENT_DATA: cxm_status = 7;
/// An iterative calculation did not reach its tolerance.
pub const CXM_STATUS_NOT_CONVERGED: cxm_status = 8;
/// A count or a sum would leave its range.
pub const CXM_STATUS_OVERFLOW: cxm_status = 9;
/// No calculator, definition, method, question, function or field of that name.
pub const CXM_STATUS_NOT_FOUND: cxm_status = 10;
/// An argument is out of range: a level of 95 instead of 0.95.
pub const CXM_STATUS_INVALID_ARGUMENT: cxm_status = 11;
/// A declared limit was reached: groups, bytes, points of a scale.
pub const CXM_STATUS_LIMIT_REACHED: cxm_status = 12;
/// Something was retracted that had never been added.
pub const CXM_STATUS_NEVER_ADDED: cxm_status = 13;
/// The calculator does not offer this verb or this reading.
pub const CXM_STATUS_NOT_OFFERED: cxm_status = 14;
/// The caller stopped a calculation that told its progress.
pub const CXM_STATUS_CANCELLED: cxm_status = 15;
/// A pointer is NULL where it must not be.
pub const CXM_STATUS_NULL_POINTER: cxm_status = 100;
/// The handle is of another type, or was freed.
pub const CXM_STATUS_WRONG_HANDLE: cxm_status = 101;
/// An earlier call on this handle ended in CXM_STATUS_PANIC; it can only be freed.
pub const CXM_STATUS_POISONED: cxm_status = 102;
/// A fault inside the library; please report it.
pub const CXM_STATUS_PANIC: cxm_status = 103;
/// The buffer is too small; `*written` has the size that is needed.
pub const CXM_STATUS_BUFFER_TOO_SMALL: cxm_status = 104;
/// A text is not UTF-8.
pub const CXM_STATUS_INVALID_UTF8: cxm_status = 105;
/// A text is not JSON.
pub const CXM_STATUS_INVALID_JSON: cxm_status = 106;
/// A pointer is not aligned as its type wants, or a length passes what memory can hold.
pub const CXM_STATUS_BAD_MEMORY: cxm_status = 107;
/// A `struct_size` is not one that this library knows.
pub const CXM_STATUS_WRONG_STRUCT_SIZE: cxm_status = 108;
/// The value at the path of a report is of another type than the one asked for.
pub const CXM_STATUS_WRONG_TYPE: cxm_status = 109;

const NAMES: &[(cxm_status, &CStr)] = &[
    (CXM_STATUS_OK, c"ok"),
    (CXM_STATUS_INVALID_DEFINITION, c"invalid_definition"),
    (CXM_STATUS_INVALID_OBSERVATION, c"invalid_observation"),
    (CXM_STATUS_INCOMPATIBLE_MERGE, c"incompatible_merge"),
    (CXM_STATUS_WRONG_BATCH, c"wrong_batch"),
    (CXM_STATUS_CORRUPT_STATE, c"corrupt_state"),
    (CXM_STATUS_UNSUPPORTED_VERSION, c"unsupported_version"),
    (CXM_STATUS_INSUFFICIENT_DATA, c"insufficient_data"),
    (CXM_STATUS_NOT_CONVERGED, c"not_converged"),
    (CXM_STATUS_OVERFLOW, c"overflow"),
    (CXM_STATUS_NOT_FOUND, c"not_found"),
    (CXM_STATUS_INVALID_ARGUMENT, c"invalid_argument"),
    (CXM_STATUS_LIMIT_REACHED, c"limit_reached"),
    (CXM_STATUS_NEVER_ADDED, c"never_added"),
    (CXM_STATUS_NOT_OFFERED, c"not_offered"),
    (CXM_STATUS_CANCELLED, c"cancelled"),
    (CXM_STATUS_NULL_POINTER, c"null_pointer"),
    (CXM_STATUS_WRONG_HANDLE, c"wrong_handle"),
    (CXM_STATUS_POISONED, c"poisoned"),
    (CXM_STATUS_PANIC, c"panic"),
    (CXM_STATUS_BUFFER_TOO_SMALL, c"buffer_too_small"),
    (CXM_STATUS_INVALID_UTF8, c"invalid_utf8"),
    (CXM_STATUS_INVALID_JSON, c"invalid_json"),
    (CXM_STATUS_BAD_MEMORY, c"bad_memory"),
    (CXM_STATUS_WRONG_STRUCT_SIZE, c"wrong_struct_size"),
    (CXM_STATUS_WRONG_TYPE, c"wrong_type"),
];

/// The name of a status code, such as "wrong_batch"; "unknown" for a code that there is not.
///
/// Never NULL; a constant that ends with a zero byte. May be called from any thread.
#[unsafe(no_mangle)]
pub extern "C" fn cxm_status_name(status: cxm_status) -> *const c_char {
    let named = NAMES.iter().find(|(code, _)| *code == status);
    named.map_or(c"unknown", |(_, name)| name).as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;
    use cxm_core::ErrorKind;

    #[test]
    fn every_kind_of_error_has_its_code_and_its_name() {
        for kind in ErrorKind::ALL {
            let (_, name) = NAMES.iter().find(|(code, _)| *code == kind.code()).unwrap();
            assert_eq!(name.to_str().unwrap(), kind.name());
        }
        let own = NAMES.iter().filter(|(code, _)| (1..100).contains(code)).count();
        assert_eq!(own, ErrorKind::ALL.len());
    }

    #[test]
    fn codes_are_named_once() {
        for (position, (code, name)) in NAMES.iter().enumerate() {
            assert!(NAMES[..position].iter().all(|(other, text)| other != code && text != name));
        }
    }
}

//! What went wrong, handed to a struct of the caller's.

use std::borrow::Cow;
use std::ffi::c_char;
use std::mem::offset_of;

use crate::status::{self, cxm_status};

/// Bytes of a message, its final zero byte included.
pub const CXM_MESSAGE_BYTES: usize = 496;

/// Bytes of the name of a field, its final zero byte included.
pub const CXM_FIELD_BYTES: usize = 64;

/// What went wrong: owned by the caller, filled on failure, left alone on success.
///
/// Set `struct_size` to `sizeof(cxm_error)` before the first call, or begin with CXM_ERROR_INIT or
/// `cxm_error_init`. The library never writes past `struct_size`.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cxm_error {
    /// `sizeof(cxm_error)`, set by the caller.
    pub struct_size: u32,
    /// The status code, as the function returned it.
    pub code: i32,
    /// The row of the batch, from 0, where one is to blame; otherwise UINT64_MAX.
    pub row: u64,
    /// What was expected and what came, in English and UTF-8; ends with a zero byte.
    pub message: [c_char; CXM_MESSAGE_BYTES],
    /// The column, parameter or argument that is to blame, by its name; empty where none is. Ends
    /// with a zero byte.
    pub field: [c_char; CXM_FIELD_BYTES],
}

/// Prepares an error: sets `struct_size`, no code, no row, no message, no field.
///
/// For languages without the macro CXM_ERROR_INIT. `struct_size` is `sizeof(cxm_error)` as the
/// caller was compiled with. NULL does nothing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_error_init(err: *mut cxm_error, struct_size: u32) {
    if err.is_null() || !err.is_aligned() {
        return;
    }
    // SAFETY: not NULL and aligned, and the caller owns `struct_size` bytes; `fill` stays within
    // them.
    unsafe {
        if struct_size as usize >= size_of::<u32>() {
            (&raw mut (*err).struct_size).write(struct_size);
        }
        fill(err, status::CXM_STATUS_OK, None, "", "");
    }
}

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The core refused.
    Core(cxm_core::Error),
    /// The door refused.
    Door(DoorFailure),
}

/// What the door says, and of which place.
#[derive(Debug)]
pub(crate) struct DoorFailure {
    status: cxm_status,
    message: Cow<'static, str>,
    field: Option<String>,
    row: Option<u64>,
}

pub(crate) type Outcome<T = ()> = Result<T, Failure>;

impl From<cxm_core::Error> for Failure {
    fn from(error: cxm_core::Error) -> Self {
        Self::Core(error)
    }
}

impl Failure {
    pub(crate) fn new(status: cxm_status, message: impl Into<Cow<'static, str>>) -> Self {
        Self::Door(DoorFailure { status, message: message.into(), field: None, row: None })
    }

    /// The field that the message speaks of.
    pub(crate) fn of(self, field: &str) -> Self {
        match self {
            Self::Core(error) => Self::Core(error.in_field(field.to_owned())),
            Self::Door(failure) => {
                Self::Door(DoorFailure { field: Some(field.to_owned()), ..failure })
            }
        }
    }

    /// The field, which the message does not name.
    pub(crate) fn in_field(self, field: &str) -> Self {
        match self {
            // A row was one of something within the field, and not of the batch.
            Self::Door(DoorFailure { status, message, .. }) => {
                Self::new(status, format!("{message} (field {field})")).of(field)
            }
            core @ Self::Core(_) => core.of(field),
        }
    }

    /// The row that the message speaks of.
    pub(crate) fn at_row(self, row: usize) -> Self {
        match self {
            Self::Core(error) => Self::Core(error.at_row(row)),
            Self::Door(failure) => Self::Door(DoorFailure { row: Some(row as u64), ..failure }),
        }
    }

    pub(crate) fn status(&self) -> cxm_status {
        match self {
            Self::Core(error) => error.kind().code(),
            Self::Door(failure) => failure.status,
        }
    }

    /// What is said, the place included.
    pub(crate) fn message(&self) -> Cow<'_, str> {
        match self {
            Self::Core(error) => Cow::Owned(error.to_string()),
            Self::Door(failure) => Cow::Borrowed(failure.message.as_ref()),
        }
    }

    fn row(&self) -> Option<u64> {
        match self {
            Self::Core(error) => error.row(),
            Self::Door(failure) => failure.row,
        }
    }

    fn field(&self) -> &str {
        match self {
            Self::Core(error) => error.field(),
            Self::Door(failure) => failure.field.as_deref(),
        }
        .unwrap_or_default()
    }

    /// Fills the caller's error and gives the status to return.
    ///
    /// # Safety
    /// `err` is NULL or points to `err->struct_size` bytes that may be written.
    #[cold]
    pub(crate) unsafe fn report(&self, err: *mut cxm_error) -> cxm_status {
        if !err.is_null() && err.is_aligned() {
            // SAFETY: not NULL and aligned; the caller owns `struct_size` bytes.
            unsafe { fill(err, self.status(), self.row(), &self.message(), self.field()) };
        }
        self.status()
    }
}

/// The longest start of a text that fits so many bytes and does not cut a character in two.
fn cut(message: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(message.len())).rev().find(|&end| message.is_char_boundary(end));
    end.and_then(|end| message.get(..end)).unwrap_or_default()
}

/// Writes the fields that lie within `struct_size`.
///
/// # Safety
/// `err` is aligned and points to `err->struct_size` bytes that may be written.
unsafe fn fill(
    err: *mut cxm_error,
    status: cxm_status,
    row: Option<u64>,
    message: &str,
    field: &str,
) {
    // SAFETY: each field is written only where it ends within `struct_size`, which the caller owns.
    unsafe {
        let size = (&raw const (*err).struct_size).read() as usize;
        if size >= offset_of!(cxm_error, row) {
            (&raw mut (*err).code).write(status);
        }
        if size >= offset_of!(cxm_error, message) {
            (&raw mut (*err).row).write(row.unwrap_or(u64::MAX));
        }
        let texts = [
            (message, (&raw mut (*err).message).cast::<u8>(), offset_of!(cxm_error, message)),
            (field, (&raw mut (*err).field).cast::<u8>(), offset_of!(cxm_error, field)),
        ];
        for ((text, target, start), bytes) in
            texts.into_iter().zip([CXM_MESSAGE_BYTES, CXM_FIELD_BYTES])
        {
            let Some(room) = size.saturating_sub(start).min(bytes).checked_sub(1) else { return };
            let text = cut(text, room);
            target.copy_from_nonoverlapping(text.as_ptr(), text.len());
            target.add(text.len()).write(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CStr;

    const WHOLE: u32 = 576;

    fn filled(struct_size: u32, message: &str) -> cxm_error {
        let mut err = cxm_error {
            struct_size,
            code: -7,
            row: 77,
            message: [0x55; CXM_MESSAGE_BYTES],
            field: [0x55; CXM_FIELD_BYTES],
        };
        let failure = Failure::Core(cxm_core::Error::batch(message.to_owned()).at_row(3));
        // SAFETY: `struct_size` is at most the size of the struct.
        assert_eq!(unsafe { failure.report(&raw mut err) }, status::CXM_STATUS_WRONG_BATCH);
        err
    }

    fn text(err: &cxm_error) -> String {
        // SAFETY: a filled message ends with a zero byte.
        unsafe { CStr::from_ptr(err.message.as_ptr()) }.to_str().unwrap().to_owned()
    }

    #[test]
    fn nothing_is_written_past_the_size_that_the_caller_declared() {
        assert_eq!(size_of::<cxm_error>(), WHOLE as usize);
        let full = filled(WHOLE, "short");
        assert_eq!((full.code, full.row, text(&full).as_str()), (4, 3, "short (row 3)"));
        assert_eq!((full.field[0], full.field[1]), (0, 0x55));
        assert_eq!(filled(WHOLE - 64, "x").field[0], 0x55);
        for size in [0, 4, 7] {
            assert_eq!(filled(size, "x").code, -7);
        }
        assert_eq!((filled(8, "x").code, filled(8, "x").row), (4, 77));
        assert_eq!((filled(16, "x").row, filled(16, "x").message[0]), (3, 0x55));
        let cut = filled(16 + 5, "abcdefgh");
        assert_eq!((text(&cut).as_str(), cut.message[5]), ("abcd", 0x55));
        assert_eq!(text(&filled(u32::MAX, "larger than known")), "larger than known (row 3)");
    }

    #[test]
    fn a_long_message_is_cut_between_characters() {
        let err = filled(WHOLE, &"ä".repeat(300));
        assert_eq!(text(&err), "ä".repeat(247));
    }

    #[test]
    fn the_place_comes_as_data_and_in_words() {
        let at = |failure: Failure| {
            let mut err = filled(WHOLE, "");
            // SAFETY: a whole struct.
            unsafe { failure.report(&raw mut err) };
            // SAFETY: a filled field ends with a zero byte.
            let field = unsafe { CStr::from_ptr(err.field.as_ptr()) }.to_str().unwrap().to_owned();
            (text(&err), field, err.row)
        };
        let failure = || Failure::new(status::CXM_STATUS_NULL_POINTER, "validity is NULL");
        assert_eq!(
            at(failure().in_field("times")),
            ("validity is NULL (field times)".to_owned(), "times".to_owned(), u64::MAX)
        );
        assert_eq!(
            at(failure().of("validity").at_row(7)),
            ("validity is NULL".to_owned(), "validity".to_owned(), 7)
        );
        let core = || Failure::Core(cxm_core::Error::argument("no").in_field("level"));
        assert_eq!(
            at(core().in_field("other").at_row(1)),
            ("no (field level, row 1)".to_owned(), "level".to_owned(), 1)
        );
    }

    #[test]
    fn init_knows_the_size_first() {
        let mut err = filled(WHOLE, "old");
        // SAFETY: a whole struct.
        unsafe { cxm_error_init(&raw mut err, WHOLE) };
        assert_eq!(
            (err.struct_size, err.code, err.row, text(&err), err.field[0]),
            (WHOLE, 0, u64::MAX, String::new(), 0)
        );
    }
}

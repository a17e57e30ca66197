//! Keys one by one: who a group is of, whose an event is.

use std::ffi::c_char;

use cxm_core::calculator::batch::{KeyPart, KeyRef};

use crate::columns::{CXM_TYPE_I64, CXM_TYPE_TEXT};
use crate::error::{Failure, Outcome};
use crate::{input, status};

/// A missing key.
pub const CXM_KEY_MISSING: i32 = 0;
/// A key that is true or false; `integer` is 1 or 0.
pub const CXM_KEY_BOOLEAN: i32 = 1;
/// A whole number.
pub const CXM_KEY_INTEGER: i32 = CXM_TYPE_I64;
/// A text.
pub const CXM_KEY_TEXT: i32 = CXM_TYPE_TEXT;

/// A key by itself: of one group of a table, of one event. CXM_KEY_OF_TEXT("ann") and
/// CXM_KEY_OF_INTEGER(17) make one, CXM_KEY_INIT is the missing one.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cxm_key {
    /// `sizeof(cxm_key)`, set by the caller.
    pub struct_size: u32,
    /// CXM_KEY_MISSING, CXM_KEY_BOOLEAN, CXM_KEY_INTEGER or CXM_KEY_TEXT.
    pub r#type: i32,
    /// The whole number; 0 for other types.
    pub integer: i64,
    /// The text, without a zero byte at its end; NULL for other types.
    pub text: *const c_char,
    /// Bytes of the text.
    pub text_length: usize,
}

impl cxm_key {
    pub(crate) fn of(part: &KeyPart) -> Self {
        let struct_size = u32::try_from(size_of::<Self>()).unwrap_or_default();
        let mut key = Self {
            struct_size,
            r#type: CXM_KEY_MISSING,
            integer: 0,
            text: std::ptr::null(),
            text_length: 0,
        };
        match part {
            KeyPart::Missing => {}
            KeyPart::Boolean(value) => {
                (key.r#type, key.integer) = (CXM_KEY_BOOLEAN, i64::from(*value));
            }
            KeyPart::Integer(value) => (key.r#type, key.integer) = (CXM_KEY_INTEGER, *value),
            KeyPart::Text(text) => {
                key.r#type = CXM_KEY_TEXT;
                (key.text, key.text_length) = (text.as_ptr().cast(), text.len());
            }
        }
        key
    }

    /// The key; none where it is missing.
    ///
    /// # Safety
    /// A text key's text is valid and unchanged during `'a`.
    pub(crate) unsafe fn read<'a>(&self, name: &str) -> Outcome<Option<KeyRef<'a>>> {
        input::known_size::<Self>(self.struct_size, name)?;
        match self.r#type {
            CXM_KEY_MISSING => Ok(None),
            CXM_KEY_BOOLEAN => Ok(Some(KeyRef::Boolean(self.integer != 0))),
            CXM_KEY_INTEGER => Ok(Some(KeyRef::Integer(self.integer))),
            CXM_KEY_TEXT => {
                // SAFETY: the caller's.
                let text = unsafe { input::text(self.text, self.text_length, name) }?;
                Ok(Some(KeyRef::Text(text)))
            }
            other => Err(Failure::new(
                status::CXM_STATUS_INVALID_ARGUMENT,
                format!("there is no type of key {other}, which {name} has"),
            )),
        }
    }

    /// The key, owned.
    ///
    /// # Safety
    /// A text key's text is valid during the call.
    pub(crate) unsafe fn part(&self) -> Outcome<KeyPart> {
        // SAFETY: the caller's.
        let key = unsafe { self.read("key") }?;
        Ok(key.map_or(KeyPart::Missing, KeyRef::to_part))
    }
}

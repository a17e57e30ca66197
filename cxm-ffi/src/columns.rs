//! Typed columns of numbers and of keys, borrowed from the caller.

use std::ffi::{c_char, c_void};

use cxm_core::calculator::batch::{
    Bitmap, Column, KeyColumn, KeyPart, KeyValues, Validity, Values, Weights,
};

use crate::error::{Failure, Outcome};
use crate::input;
use crate::status;

/// Numbers of type uint8_t.
pub const CXM_TYPE_U8: i32 = 1;
/// Numbers of type int8_t.
pub const CXM_TYPE_I8: i32 = 2;
/// Numbers of type uint16_t.
pub const CXM_TYPE_U16: i32 = 3;
/// Numbers of type int16_t.
pub const CXM_TYPE_I16: i32 = 4;
/// Numbers of type uint32_t; as weights, in units of 2^-20.
pub const CXM_TYPE_U32: i32 = 5;
/// Numbers of type int32_t.
pub const CXM_TYPE_I32: i32 = 6;
/// Numbers of type uint64_t.
pub const CXM_TYPE_U64: i32 = 7;
/// Numbers of type int64_t.
pub const CXM_TYPE_I64: i32 = 8;
/// Numbers of type float; a NaN is missing.
pub const CXM_TYPE_F32: i32 = 9;
/// Numbers of type double; a NaN is missing.
pub const CXM_TYPE_F64: i32 = 10;
/// Texts: an array of cxm_text. Keys only.
pub const CXM_TYPE_TEXT: i32 = 11;
/// Positions in a dictionary of keys: an array of uint32_t. Keys only, and the fast form: each key
/// is looked up once a batch.
pub const CXM_TYPE_CODES: i32 = 12;

/// Every row has a value; `validity` is not looked at.
pub const CXM_VALIDITY_NONE: i32 = 0;
/// One byte a row, 0 for missing.
pub const CXM_VALIDITY_BYTES: i32 = 1;
/// One bit a row, lowest bit first, 0 for missing, as Arrow has it; the first row is bit
/// `validity_offset`.
pub const CXM_VALIDITY_BITS: i32 = 2;

/// A column of numbers, borrowed for the call. CXM_COLUMN(type, data, length) makes one without
/// missing rows.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cxm_column {
    /// `sizeof(cxm_column)`.
    pub struct_size: u32,
    /// CXM_TYPE_U8 to CXM_TYPE_F64.
    pub r#type: i32,
    /// The numbers; NULL if there are none.
    pub data: *const c_void,
    /// Number of rows.
    pub length: usize,
    /// Which rows have a value, in the layout below; not looked at without one.
    pub validity: *const u8,
    /// CXM_VALIDITY_NONE, CXM_VALIDITY_BYTES or CXM_VALIDITY_BITS.
    pub validity_layout: i32,
    /// The first row's bit in `validity`; with bytes, the first row's byte.
    pub validity_offset: usize,
}

/// A text: pointer and length in bytes, UTF-8. NULL of length 0 is the empty text.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cxm_text {
    /// The bytes; they need not end with a zero byte.
    pub data: *const c_char,
    /// Number of bytes; CXM_NUL_TERMINATED if a zero byte ends them.
    pub length: usize,
}

/// A column of keys (customers, segments, waves), borrowed for the call.
///
/// A row without a value has the key "missing", which is a key of its own.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cxm_key_column {
    /// `sizeof(cxm_key_column)`.
    pub struct_size: u32,
    /// CXM_TYPE_I64, CXM_TYPE_TEXT or CXM_TYPE_CODES.
    pub r#type: i32,
    /// The keys: int64_t, cxm_text, or uint32_t positions in `dictionary`; NULL if there are none.
    pub data: *const c_void,
    /// Number of rows.
    pub length: usize,
    /// Which rows have a key, in the layout below; not looked at without one.
    pub validity: *const u8,
    /// CXM_VALIDITY_NONE, CXM_VALIDITY_BYTES or CXM_VALIDITY_BITS.
    pub validity_layout: i32,
    /// The first row's bit in `validity`; with bytes, the first row's byte.
    pub validity_offset: usize,
    /// For CXM_TYPE_CODES: the keys, a column of CXM_TYPE_I64 or CXM_TYPE_TEXT; otherwise NULL.
    pub dictionary: *const cxm_key_column,
}

#[cold]
fn wrong_type(found: i32, name: &str, wanted: &str) -> Failure {
    Failure::new(
        status::CXM_STATUS_INVALID_ARGUMENT,
        format!("the type of {name} must be {wanted}, got {found}"),
    )
    .of(name)
}

/// Which rows of a column are present.
///
/// # Safety
/// `validity` is NULL or holds `length` rows from `offset` on, unchanged during `'a`.
unsafe fn validity<'a>(
    validity: *const u8,
    layout: i32,
    offset: usize,
    length: usize,
) -> Outcome<Option<Validity<'a>>> {
    let end = offset.saturating_add(length);
    match layout {
        CXM_VALIDITY_NONE => Ok(None),
        CXM_VALIDITY_BYTES => {
            // SAFETY: the caller's.
            let bytes = unsafe { input::slice(validity, end, "validity") }?;
            Ok(Some(Validity::Bytes(bytes.get(offset..).unwrap_or_default())))
        }
        CXM_VALIDITY_BITS => {
            // SAFETY: the caller's.
            let bytes = unsafe { input::slice(validity, end.div_ceil(8), "validity") }?;
            Ok(Some(Validity::Bits(Bitmap::new(bytes, offset, length)?)))
        }
        other => Err(Failure::new(
            status::CXM_STATUS_INVALID_ARGUMENT,
            format!("there is no validity layout {other}"),
        )),
    }
}

/// Calls a macro with each type constant, the variant of the core's column, and the Rust type.
macro_rules! for_each_number {
    ($callback:ident) => {
        $callback! {
            CXM_TYPE_U8 => U8 u8, CXM_TYPE_I8 => I8 i8,
            CXM_TYPE_U16 => U16 u16, CXM_TYPE_I16 => I16 i16,
            CXM_TYPE_U32 => U32 u32, CXM_TYPE_I32 => I32 i32,
            CXM_TYPE_U64 => U64 u64, CXM_TYPE_I64 => I64 i64,
            CXM_TYPE_F32 => F32 f32, CXM_TYPE_F64 => F64 f64
        }
    };
}

impl cxm_column {
    /// The numbers, without a copy.
    ///
    /// # Safety
    /// The column keeps its own promises: `length` numbers of its type at `data`.
    unsafe fn numbers<'a>(&self, name: &str) -> Outcome<Column<'a>> {
        macro_rules! typed {
            ($($constant:ident => $variant:ident $type:ty),*) => {
                match self.r#type {
                    $($constant => {
                        // SAFETY: the caller's.
                        let numbers = unsafe {
                            input::slice(self.data.cast::<$type>(), self.length, name)
                        }?;
                        Ok(Column::$variant(numbers))
                    })*
                    other => Err(wrong_type(other, name, "CXM_TYPE_U8 to CXM_TYPE_F64")),
                }
            };
        }
        for_each_number!(typed)
    }

    /// The numbers with their validity.
    ///
    /// # Safety
    /// The column keeps its own promises.
    pub(crate) unsafe fn values<'a>(&self, name: &str) -> Outcome<Values<'a>> {
        input::known_size::<Self>(self.struct_size, name)?;
        // SAFETY: the caller's.
        unsafe {
            let column = self.numbers(name)?;
            let validity =
                validity(self.validity, self.validity_layout, self.validity_offset, self.length)
                    .map_err(|failure| failure.in_field(name))?;
            Ok(Values::new(column, validity)?)
        }
    }

    /// The numbers where each row must have one.
    ///
    /// # Safety
    /// The column keeps its own promises.
    unsafe fn complete<'a>(&self, name: &str) -> Outcome<Column<'a>> {
        // SAFETY: the caller's.
        let values = unsafe { self.values(name) }?;
        if values.validity.is_some() {
            return Err(cxm_core::Error::batch("every row of this column needs a value")
                .in_field(name.to_owned())
                .into());
        }
        Ok(values.column)
    }

    /// Weights: doubles, or fixed-point numbers in units of 2^-20.
    ///
    /// # Safety
    /// The column keeps its own promises.
    pub(crate) unsafe fn weights<'a>(&self, name: &str) -> Outcome<Weights<'a>> {
        // SAFETY: the caller's.
        match unsafe { self.complete(name) }? {
            Column::U32(fixed) => Ok(Weights::Fixed(fixed)),
            Column::F64(floats) => Ok(Weights::Floats(floats)),
            _ => Err(wrong_type(self.r#type, name, "CXM_TYPE_F64 or CXM_TYPE_U32")),
        }
    }

    /// Times: microseconds since 1970, each row with one.
    ///
    /// # Safety
    /// The column keeps its own promises.
    pub(crate) unsafe fn times<'a>(&self, name: &str) -> Outcome<&'a [i64]> {
        // SAFETY: the caller's.
        match unsafe { self.complete(name) }? {
            Column::I64(times) => Ok(times),
            _ => Err(wrong_type(self.r#type, name, "CXM_TYPE_I64")),
        }
    }

    /// Times that some rows do not have.
    ///
    /// # Safety
    /// The column keeps its own promises.
    pub(crate) unsafe fn optional_times<'a>(
        &self,
        name: &str,
    ) -> Outcome<(&'a [i64], Option<Validity<'a>>)> {
        // SAFETY: the caller's.
        let values = unsafe { self.values(name) }?;
        match values.column {
            Column::I64(times) => Ok((times, values.validity)),
            _ => Err(wrong_type(self.r#type, name, "CXM_TYPE_I64")),
        }
    }
}

/// What the core's key column borrows from and the caller does not have ready.
#[derive(Debug, Default)]
pub(crate) struct KeyRoom<'a> {
    texts: Vec<&'a str>,
    dictionary: Vec<KeyPart>,
}

impl cxm_key_column {
    /// Takes over what has to be made for the core: the texts of a column, the keys of a
    /// dictionary.
    ///
    /// # Safety
    /// The column keeps its own promises.
    pub(crate) unsafe fn room<'a>(&self, name: &str) -> Outcome<KeyRoom<'a>> {
        input::known_size::<Self>(self.struct_size, name)?;
        let mut room = KeyRoom::default();
        // SAFETY: the caller's.
        unsafe {
            match self.r#type {
                CXM_TYPE_TEXT => room.texts = self.texts(name)?,
                CXM_TYPE_CODES => {
                    room.dictionary = input::one(self.dictionary, "dictionary")
                        .and_then(|dictionary| dictionary.parts())
                        .map_err(|failure| failure.in_field(name))?;
                }
                _ => {}
            }
        }
        Ok(room)
    }

    /// The column as the core reads it.
    ///
    /// # Safety
    /// The column keeps its own promises; `room` was made of it.
    pub(crate) unsafe fn keys<'a>(
        &self,
        name: &str,
        room: &'a KeyRoom<'a>,
    ) -> Outcome<KeyColumn<'a>> {
        // SAFETY: the caller's.
        unsafe {
            let values = match self.r#type {
                CXM_TYPE_I64 => KeyValues::Integers(self.data_of::<i64>(name)?),
                CXM_TYPE_TEXT => KeyValues::Texts(&room.texts),
                CXM_TYPE_CODES => KeyValues::Codes {
                    codes: self.data_of::<u32>(name)?,
                    dictionary: &room.dictionary,
                },
                other => {
                    let wanted = "CXM_TYPE_I64, CXM_TYPE_TEXT or CXM_TYPE_CODES";
                    return Err(wrong_type(other, name, wanted));
                }
            };
            Ok(KeyColumn { values, validity: self.present(name)? })
        }
    }

    /// # Safety
    /// `data` holds `length` values of this type, unchanged during `'a`.
    unsafe fn data_of<'a, T>(&self, name: &str) -> Outcome<&'a [T]> {
        // SAFETY: the caller's.
        unsafe { input::slice(self.data.cast::<T>(), self.length, name) }
    }

    /// # Safety
    /// The column keeps its own promises.
    unsafe fn present<'a>(&self, name: &str) -> Outcome<Option<Validity<'a>>> {
        // SAFETY: the caller's.
        unsafe { validity(self.validity, self.validity_layout, self.validity_offset, self.length) }
            .map_err(|failure| failure.in_field(name))
    }

    /// The texts; that of a missing row is not looked at.
    ///
    /// # Safety
    /// The column keeps its own promises.
    unsafe fn texts<'a>(&self, name: &str) -> Outcome<Vec<&'a str>> {
        // SAFETY: the caller's.
        unsafe {
            let validity = self.present(name)?;
            let texts = self.data_of::<cxm_text>(name)?.iter().enumerate();
            let read = |(row, text): (usize, &cxm_text)| {
                if validity.is_some_and(|validity| !validity.is_valid(row)) {
                    return Ok("");
                }
                // The row is named only once there is something to say of it.
                let named = || format!("{name}, row {row},");
                input::text(text.data, text.length, name).or_else(|_| {
                    input::text(text.data, text.length, &named())
                        .map_err(|failure| failure.of(name).at_row(row))
                })
            };
            texts.map(read).collect()
        }
    }

    /// The keys of a dictionary.
    ///
    /// # Safety
    /// The column keeps its own promises.
    unsafe fn parts(&self) -> Outcome<Vec<KeyPart>> {
        let name = "dictionary";
        if self.r#type == CXM_TYPE_CODES {
            return Err(wrong_type(self.r#type, name, "CXM_TYPE_I64 or CXM_TYPE_TEXT"));
        }
        // SAFETY: the caller's.
        unsafe {
            let room = self.room(name)?;
            let keys = self.keys(name, &room)?;
            let parts: Result<Vec<_>, _> = (0..keys.len()).map(|row| keys.part(row)).collect();
            Ok(parts?)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr::null;

    fn column<T>(r#type: i32, data: &[T]) -> cxm_column {
        cxm_column {
            struct_size: u32::try_from(size_of::<cxm_column>()).unwrap(),
            r#type,
            data: data.as_ptr().cast(),
            length: data.len(),
            validity: null(),
            validity_layout: CXM_VALIDITY_NONE,
            validity_offset: 0,
        }
    }

    fn status_of<T>(outcome: Outcome<T>) -> i32 {
        outcome.map_or_else(|failure| failure.status(), |_| 0)
    }

    #[test]
    fn columns_are_lent_not_copied() {
        let data = [1u16, 2, 3];
        // SAFETY: a column of three numbers.
        let values = unsafe { column(CXM_TYPE_U16, &data).values("ratings") }.unwrap();
        let Column::U16(lent) = values.column else { unreachable!("a column of u16") };
        assert!(std::ptr::eq(lent, data.as_slice()));
    }

    #[test]
    fn validity_starts_at_its_offset() {
        let data = [1u8, 2, 3];
        let bytes = [0u8, 1, 0, 1];
        let mut with = column(CXM_TYPE_U8, &data);
        with.validity = bytes.as_ptr();
        with.validity_offset = 1;
        with.validity_layout = CXM_VALIDITY_BYTES;
        let bits = [0b1010u8];
        let mut packed = with;
        packed.validity = bits.as_ptr();
        packed.validity_layout = CXM_VALIDITY_BITS;
        for column in [with, packed] {
            // SAFETY: four rows of validity for three rows from the second on.
            let values = unsafe { column.values("ratings") }.unwrap();
            let valid: Vec<_> = (0..3).map(|row| values.is_valid(row)).collect();
            assert_eq!(valid, [true, false, true]);
        }
        with.validity_layout = 7;
        // SAFETY: refused before anything is read.
        let refused = status_of(unsafe { with.values("ratings") });
        assert_eq!(refused, status::CXM_STATUS_INVALID_ARGUMENT);
        with.validity_layout = CXM_VALIDITY_BITS;
        with.validity = null();
        // SAFETY: refused before anything is read.
        let refused = status_of(unsafe { with.values("ratings") });
        assert_eq!(refused, status::CXM_STATUS_NULL_POINTER);
    }

    #[test]
    fn roles_refuse_types_that_they_cannot_use() {
        let data = [1i32, 2];
        let mut wrong = column(CXM_TYPE_I32, &data);
        // SAFETY: a column of two numbers.
        unsafe {
            assert_eq!(status_of(wrong.weights("weights")), status::CXM_STATUS_INVALID_ARGUMENT);
            assert_eq!(status_of(wrong.times("times")), status::CXM_STATUS_INVALID_ARGUMENT);
            wrong.r#type = CXM_TYPE_TEXT;
            assert_eq!(status_of(wrong.values("ratings")), status::CXM_STATUS_INVALID_ARGUMENT);
            wrong.struct_size = 8;
            assert_eq!(status_of(wrong.values("ratings")), status::CXM_STATUS_WRONG_STRUCT_SIZE);
        }
    }

    #[test]
    fn keys_are_integers_texts_or_codes() {
        let texts = [
            cxm_text { data: c"gold".as_ptr(), length: input::NUL_TERMINATED },
            cxm_text { data: c"blueish".as_ptr(), length: 4 },
        ];
        let key = |r#type, data: *const c_void, length, dictionary| cxm_key_column {
            struct_size: u32::try_from(size_of::<cxm_key_column>()).unwrap(),
            r#type,
            data,
            length,
            validity: null(),
            validity_layout: CXM_VALIDITY_NONE,
            validity_offset: 0,
            dictionary,
        };
        let dictionary = key(CXM_TYPE_TEXT, texts.as_ptr().cast(), 2, null());
        let codes = [1u32, 0, 1];
        let coded = key(CXM_TYPE_CODES, codes.as_ptr().cast(), 3, &raw const dictionary);
        // SAFETY: columns of the lengths that they declare.
        unsafe {
            let room = coded.room("keys").unwrap();
            let keys = coded.keys("keys", &room).unwrap();
            let parts: Vec<_> = (0..3).map(|row| keys.part(row).unwrap().to_string()).collect();
            assert_eq!(parts, ["blue", "gold", "blue"]);
            let nested = key(CXM_TYPE_CODES, codes.as_ptr().cast(), 3, &raw const coded);
            assert_eq!(status_of(nested.room("keys")), status::CXM_STATUS_INVALID_ARGUMENT);
            let without = key(CXM_TYPE_CODES, codes.as_ptr().cast(), 3, null());
            assert_eq!(status_of(without.room("keys")), status::CXM_STATUS_NULL_POINTER);
        }
    }
}

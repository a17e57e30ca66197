//! Arrow arrays of any type, as the few types that the core reads.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Date32Type, Date64Type, Float16Type, Float32Type, Float64Type,
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, DictionaryArray, Float32Array, Float64Array, Int64Array,
    PrimitiveArray, UInt8Array, UInt64Array, new_null_array,
};
use arrow_buffer::NullBuffer;
use arrow_schema::{DataType, TimeUnit};
use cxm_core::Error;
use cxm_core::calculator::Values;
use cxm_core::calculator::batch::{Bitmap, Validity};
use cxm_core::model::time::{MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND, parse};

use crate::errors::{Failure, Outcome};

/// Runs the same expression on the typed array of a column of numbers.
macro_rules! with_numbers {
    ($array:expr, $typed:ident => $body:expr, $otherwise:expr) => {
        match $array.data_type() {
            DataType::Int8 => {
                let $typed = $array.as_primitive::<Int8Type>();
                $body
            }
            DataType::Int16 => {
                let $typed = $array.as_primitive::<Int16Type>();
                $body
            }
            DataType::Int32 => {
                let $typed = $array.as_primitive::<Int32Type>();
                $body
            }
            DataType::Int64 => {
                let $typed = $array.as_primitive::<Int64Type>();
                $body
            }
            DataType::UInt8 => {
                let $typed = $array.as_primitive::<UInt8Type>();
                $body
            }
            DataType::UInt16 => {
                let $typed = $array.as_primitive::<UInt16Type>();
                $body
            }
            DataType::UInt32 => {
                let $typed = $array.as_primitive::<UInt32Type>();
                $body
            }
            DataType::UInt64 => {
                let $typed = $array.as_primitive::<UInt64Type>();
                $body
            }
            DataType::Float32 => {
                let $typed = $array.as_primitive::<Float32Type>();
                $body
            }
            DataType::Float64 => {
                let $typed = $array.as_primitive::<Float64Type>();
                $body
            }
            _ => $otherwise,
        }
    };
}

/// Runs the same expression on a dictionary with its keys typed.
macro_rules! with_dictionary {
    ($array:expr, $keys:expr, $typed:ident => $body:expr, $otherwise:expr) => {
        match $keys {
            DataType::Int8 => {
                let $typed = $array.as_dictionary::<Int8Type>();
                $body
            }
            DataType::Int16 => {
                let $typed = $array.as_dictionary::<Int16Type>();
                $body
            }
            DataType::Int32 => {
                let $typed = $array.as_dictionary::<Int32Type>();
                $body
            }
            DataType::Int64 => {
                let $typed = $array.as_dictionary::<Int64Type>();
                $body
            }
            DataType::UInt8 => {
                let $typed = $array.as_dictionary::<UInt8Type>();
                $body
            }
            DataType::UInt16 => {
                let $typed = $array.as_dictionary::<UInt16Type>();
                $body
            }
            DataType::UInt32 => {
                let $typed = $array.as_dictionary::<UInt32Type>();
                $body
            }
            DataType::UInt64 => {
                let $typed = $array.as_dictionary::<UInt64Type>();
                $body
            }
            _ => $otherwise,
        }
    };
}
pub(crate) use with_dictionary;

/// An array of one of the machine types that the core reads; others are copied into one.
pub(crate) fn number_array(array: &ArrayRef) -> Outcome<ArrayRef> {
    Ok(match array.data_type() {
        DataType::Boolean => {
            let flags = array.as_boolean();
            let values: Vec<u8> = flags.values().iter().map(u8::from).collect();
            Arc::new(UInt8Array::new(values.into(), flags.nulls().cloned()))
        }
        DataType::Float16 => {
            let halves = array.as_primitive::<Float16Type>();
            let values: Vec<f32> = halves.values().iter().map(|half| half.to_f32()).collect();
            Arc::new(Float32Array::new(values.into(), halves.nulls().cloned()))
        }
        DataType::Null => new_null_array(&DataType::UInt8, array.len()),
        DataType::Dictionary(keys, _) => {
            with_dictionary!(array, **keys, coded => decode(coded)?, return Err(refused(array)))
        }
        _ => with_numbers!(array, _typed => Arc::clone(array), return Err(refused(array))),
    })
}

fn decode<K: ArrowDictionaryKeyType>(coded: &DictionaryArray<K>) -> Outcome<ArrayRef> {
    let values = as_floats(&number_array(coded.values())?)?;
    let rows =
        (0..coded.len()).map(|row| coded.key(row).and_then(|key| values.get(key).copied()?));
    Ok(Arc::new(rows.collect::<Float64Array>()))
}

fn refused(array: &ArrayRef) -> Failure {
    Error::batch(format!("expected a column of numbers, got one of {}", array.data_type())).into()
}

#[allow(
    clippy::cast_precision_loss,
    clippy::cast_lossless,
    clippy::unnecessary_cast,
    reason = "beyond 2^53 no whole number is a rating or a weight"
)]
fn as_floats(array: &ArrayRef) -> Outcome<Vec<Option<f64>>> {
    with_numbers!(
        array,
        typed => Ok(typed.iter().map(|value| value.map(|value| value as f64)).collect()),
        Err(refused(array))
    )
}

/// Whole numbers of any machine type; a float that is not whole is an error with its row.
pub(crate) fn as_integers(array: &ArrayRef) -> Outcome<Vec<Option<i64>>> {
    fn rows<T: ArrowPrimitiveType>(
        typed: &PrimitiveArray<T>,
        whole: impl Fn(T::Native) -> Result<Option<i64>, ()>,
    ) -> Outcome<Vec<Option<i64>>> {
        let convert = |(row, value): (usize, Option<T::Native>)| {
            value.map_or(Ok(None), &whole).map_err(|()| {
                Failure::from(Error::observation("expected a whole number of 64 bits").at_row(row))
            })
        };
        typed.iter().enumerate().map(convert).collect()
    }
    match array.data_type() {
        DataType::Float32 => rows(array.as_primitive::<Float32Type>(), |value| whole(value.into())),
        DataType::Float64 => rows(array.as_primitive::<Float64Type>(), whole),
        _ => with_integers(array),
    }
}

fn with_integers(array: &ArrayRef) -> Outcome<Vec<Option<i64>>> {
    macro_rules! widen {
        ($($variant:ident => $type:ty),*) => {
            match array.data_type() {
                $(DataType::$variant => {
                    let typed = array.as_primitive::<$type>().iter();
                    Ok(typed.map(|value| value.map(i64::from)).collect())
                })*
                DataType::UInt64 => {
                    let typed = array.as_primitive::<UInt64Type>().iter().enumerate();
                    typed.map(|(row, value)| value.map(i64::try_from).transpose().map_err(|_| {
                        Error::observation("a key must be below 2^63").at_row(row).into()
                    })).collect()
                }
                _ => Err(refused(array)),
            }
        };
    }
    widen!(Int8 => Int8Type, Int16 => Int16Type, Int32 => Int32Type, Int64 => Int64Type,
        UInt8 => UInt8Type, UInt16 => UInt16Type, UInt32 => UInt32Type)
}

/// pandas writes a column of whole numbers with gaps as floats and NaN.
#[allow(clippy::cast_possible_truncation, clippy::float_cmp, reason = "checked by going back")]
fn whole(value: f64) -> Result<Option<i64>, ()> {
    if value.is_nan() {
        return Ok(None);
    }
    let whole = value as i64;
    #[allow(clippy::cast_precision_loss, reason = "the comparison finds any loss")]
    let same = whole as f64 == value;
    if same { Ok(Some(whole)) } else { Err(()) }
}

/// Times in microseconds since 1970.
pub(crate) fn time_array(array: &ArrayRef) -> Outcome<ArrayRef> {
    fn convert<T: ArrowPrimitiveType>(
        array: &ArrayRef,
        microseconds: impl Fn(T::Native) -> Option<i64>,
    ) -> Outcome<ArrayRef> {
        let typed = array.as_primitive::<T>();
        let mut times = Vec::with_capacity(typed.len());
        for (row, time) in typed.iter().enumerate() {
            let converted = time.map(|time| {
                microseconds(time).ok_or_else(|| {
                    Error::overflow("a time is too far from 1970 for 64 bits").at_row(row)
                })
            });
            times.push(converted.transpose()?);
        }
        Ok(Arc::new(Int64Array::from(times)))
    }
    let milli = MICROSECONDS_PER_SECOND.isqrt();
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, _) => {
            convert::<TimestampSecondType>(array, |t| t.checked_mul(MICROSECONDS_PER_SECOND))
        }
        DataType::Timestamp(TimeUnit::Millisecond, _) => {
            convert::<TimestampMillisecondType>(array, |t| t.checked_mul(milli))
        }
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            let typed = array.as_primitive::<TimestampMicrosecondType>();
            Ok(Arc::new(Int64Array::new(typed.values().clone(), typed.nulls().cloned())))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            convert::<TimestampNanosecondType>(array, |t| Some(t.div_euclid(milli)))
        }
        DataType::Date32 => {
            convert::<Date32Type>(array, |days| i64::from(days).checked_mul(MICROSECONDS_PER_DAY))
        }
        DataType::Null => Ok(new_null_array(&DataType::Int64, array.len())),
        DataType::Int64 => Ok(Arc::clone(array)),
        DataType::Int32 | DataType::UInt8 => Ok(Arc::new(Int64Array::from(as_integers(array)?))),
        DataType::Date64 => convert::<Date64Type>(array, |t| t.checked_mul(milli)),
        DataType::Utf8 => iso_times(array.as_string::<i32>().iter()),
        DataType::LargeUtf8 => iso_times(array.as_string::<i64>().iter()),
        DataType::Utf8View => iso_times(array.as_string_view().iter()),
        other => Err(Error::batch(format!(
            "expected timestamps, ISO dates or whole microseconds since 1970, got a column of {other}"
        ))
        .into()),
    }
}

/// Dates and times in words, as ISO 8601 has them.
fn iso_times<'a>(texts: impl Iterator<Item = Option<&'a str>>) -> Outcome<ArrayRef> {
    let mut times = Vec::new();
    for (row, text) in texts.enumerate() {
        times.push(text.map(|text| iso_time(text, row)).transpose()?);
    }
    Ok(Arc::new(Int64Array::from(times)))
}

/// One date or time in words.
pub(crate) fn iso_time(text: &str, row: usize) -> Outcome<i64> {
    let refused = || {
        Error::observation(format!("expected a time such as 1997-09-30T12:00, got \"{text}\""))
            .at_row(row)
            .into()
    };
    parse(text).ok_or_else(refused)
}

/// Numbers as 64-bit floats; gaps stay gaps.
pub(crate) fn float_array(array: &ArrayRef) -> Outcome<ArrayRef> {
    let array = number_array(array)?;
    if array.data_type() == &DataType::Float64 {
        return Ok(array);
    }
    Ok(Arc::new(Float64Array::from(as_floats(&array)?)))
}

/// Weights: floats, none missing.
pub(crate) fn weight_array(array: &ArrayRef) -> Outcome<ArrayRef> {
    let array = number_array(array)?;
    present(&array)?;
    float_array(&array)
}

/// Counts: whole numbers from 0, none missing.
pub(crate) fn count_array(array: &ArrayRef) -> Outcome<ArrayRef> {
    let array = number_array(array)?;
    present(&array)?;
    if array.data_type() == &DataType::UInt64 {
        return Ok(array);
    }
    let mut counts = Vec::with_capacity(array.len());
    for (row, count) in as_integers(&array)?.into_iter().enumerate() {
        let count = count.and_then(|count| u64::try_from(count).ok());
        counts.push(count.ok_or_else(|| {
            Error::observation("a count is a whole number from 0 on").at_row(row)
        })?);
    }
    Ok(Arc::new(UInt64Array::from(counts)))
}

fn present(array: &ArrayRef) -> Outcome<()> {
    match array.nulls().and_then(|nulls| (0..nulls.len()).find(|&row| nulls.is_null(row))) {
        Some(row) => {
            Err(Error::observation("this column may have no missing rows").at_row(row).into())
        }
        None => Ok(()),
    }
}

/// Keys, of one of the types that [`crate::keys`] reads.
pub(crate) fn key_array(array: &ArrayRef) -> Outcome<ArrayRef> {
    match array.data_type() {
        DataType::Boolean
        | DataType::Utf8
        | DataType::LargeUtf8
        | DataType::Utf8View
        | DataType::Int64
        | DataType::Dictionary(..) => Ok(Arc::clone(array)),
        DataType::Null => Ok(new_null_array(&DataType::Int64, array.len())),
        other => match as_integers(array) {
            Ok(whole) => Ok(Arc::new(Int64Array::from(whole))),
            Err(Failure::Core(error)) if error.row().is_some() => Err(error.into()),
            Err(_) => Err(Error::batch(format!(
                "a key is a text, a whole number or a bool, got a column of {other}"
            ))
            .into()),
        },
    }
}

/// The validity of an array as the core reads it.
pub(crate) fn validity(nulls: Option<&NullBuffer>) -> cxm_core::Result<Option<Validity<'_>>> {
    let Some(nulls) = nulls.filter(|nulls| nulls.null_count() > 0) else { return Ok(None) };
    let bitmap = Bitmap::new(nulls.validity(), nulls.offset(), nulls.len())?;
    Ok(Some(Validity::Bits(bitmap)))
}

/// The numbers of an array as the core reads them.
pub(crate) fn values(array: &ArrayRef) -> cxm_core::Result<Values<'_>> {
    let validity = validity(array.nulls())?;
    with_numbers!(
        array,
        typed => Values::new(typed.values().as_ref(), validity),
        Err(Error::batch("not a column of numbers"))
    )
}

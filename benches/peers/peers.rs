//! The contestants in Rust: cxm, bare loops, and the crate `net_promoter_score`.
//!
//! A library that `run.py` loads, so that every contestant works on the same columns in the same
//! process, one after the other, and their times can be divided. Each task returns its score, which
//! `run.py` compares with everybody else's.

use std::ffi::{CStr, c_char, c_void};
use std::slice::from_raw_parts;

use cxm_benches::bare;
use cxm_core::calculator::batch::{Bitmap, Column, KeyPart};
use cxm_core::numeric::tally::class_counts;
use cxm_core::prelude::*;
use cxm_core::registry;
use cxm_core::stats::{Share, proportion};
use serde_json::Value;

/// The columns: see `peers.h`.
#[repr(C)]
#[derive(Debug)]
pub struct Input {
    values: *const c_void,
    validity: *const u8,
    codes: *const u32,
    rows: usize,
    groups: usize,
}

impl Input {
    /// The ratings, of the type that the task names.
    ///
    /// # Safety
    /// `values` must point to as many values of this type as there are rows.
    unsafe fn values<T>(&self) -> &[T] {
        // SAFETY: as the caller promises.
        unsafe { from_raw_parts(self.values.cast(), self.rows) }
    }

    /// One group number a row.
    ///
    /// # Safety
    /// `codes` must point to as many numbers as there are rows.
    unsafe fn codes(&self) -> &[u32] {
        // SAFETY: as the caller promises.
        unsafe { from_raw_parts(self.codes, self.rows) }
    }

    /// The validity of the rows in so many bytes.
    ///
    /// # Safety
    /// `validity` must point to as many bytes.
    unsafe fn validity(&self, bytes: usize) -> &[u8] {
        // SAFETY: as the caller promises.
        unsafe { from_raw_parts(self.validity, bytes) }
    }
}

/// Does the task once and returns its score; NaN if there is no such task or it failed.
///
/// # Safety
/// The columns that the task needs must be there and of the type that it names.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn peers_rust(task: *const c_char, input: *const Input) -> f64 {
    // SAFETY: `run.py` passes a string and a structure that outlive the call.
    let (task, input) = unsafe { (CStr::from_ptr(task), &*input) };
    let task = task.to_str().unwrap_or_default();
    // SAFETY: as the caller promises.
    let score = unsafe { columns(task, input).or_else(|| events(task, input)) };
    score.or_else(|| states(task, input.rows)).unwrap_or(f64::NAN)
}

/// Tasks on whole columns.
unsafe fn columns(task: &str, input: &Input) -> Option<f64> {
    // SAFETY: as the caller promises.
    unsafe {
        match task {
            "sum u8" => Some(bare::sum_bytes(input.values()) as f64),
            "sum i64" => Some(bare::sum_words(input.values()) as f64),
            "bare classes u8" => Some(net(bare::classes(input.values()))),
            "bare histogram u8" => Some(net_of_counts(&bare::histogram(input.values()))),
            "classes u8" => {
                let [detractors, passives, promoters, _] =
                    class_counts(input.values(), [0, 7, 9, 10]);
                Some(net([detractors, passives, promoters]))
            }
            "nps u8" => nps(Column::U8(input.values()), None),
            "nps i64" => nps(Column::I64(input.values()), None),
            "nps f64" => nps(Column::F64(input.values()), None),
            "nps u8 bits" => nps(Column::U8(input.values()), bits(input)),
            "nps u8 bytes" => {
                nps(Column::U8(input.values()), Some(Validity::Bytes(input.validity(input.rows))))
            }
            "nps f64 bits" => nps(Column::F64(input.values()), bits(input)),
            "grouped bare" => {
                let mut table = vec![[0u32; 16]; input.groups];
                bare::grouped_histogram(input.codes(), input.values(), &mut table);
                let last = table.last()?.map(u64::from);
                Some(net_of_counts(&last))
            }
            "grouped nps" => grouped(input.codes(), input.values(), input.groups),
            _ => None,
        }
    }
}

unsafe fn bits(input: &Input) -> Option<Validity<'_>> {
    // SAFETY: as the caller promises.
    let bytes = unsafe { input.validity(input.rows.div_ceil(8)) };
    Bitmap::new(bytes, 0, input.rows).ok().map(Validity::Bits)
}

fn net([detractors, passives, promoters]: [u64; 3]) -> f64 {
    100.0 * (promoters as f64 - detractors as f64) / (detractors + passives + promoters) as f64
}

fn net_of_counts(counts: &[u64; 16]) -> f64 {
    let sum = |range: std::ops::Range<usize>| counts[range].iter().sum();
    net([sum(0..7), sum(7..9), sum(9..11)])
}

fn nps(column: Column<'_>, validity: Option<Validity<'_>>) -> Option<f64> {
    let mut nps = Nps::default();
    nps.update(Ratings::from(Values::new(column, validity).ok()?)).ok()?;
    nps.value().score
}

fn grouped(codes: &[u32], values: &[u8], groups: usize) -> Option<f64> {
    let dictionary: Vec<KeyPart> =
        (0..groups).map(|group| KeyPart::Text(format!("segment {group:06}").into())).collect();
    let mut table = Keyed::<Nps>::new(KeyedDefinition::by(["segment"])).ok()?;
    table
        .update(KeyedBatch { keys: &[KeyColumn::coded(codes, &dictionary)], batch: values.into() })
        .ok()?;
    let (_, last) = table.groups().last()?;
    last.value().score
}

/// Tasks that take the rows one by one.
unsafe fn events(task: &str, input: &Input) -> Option<f64> {
    // SAFETY: as the caller promises.
    let ratings: &[i64] = match task {
        "one by one" | "one by one, by name" | "net_promoter_score" => unsafe { input.values() },
        _ => return None,
    };
    match task {
        "one by one" => {
            let mut nps = Nps::default();
            ratings.iter().try_for_each(|&rating| nps.update_rating(rating)).ok()?;
            nps.value().score
        }
        "one by one, by name" => {
            let mut nps = registry::new("nps", &Value::Null).ok()?;
            ratings.iter().try_for_each(|&rating| nps.update_rating(rating)).ok()?;
            nps.headline()
        }
        _ => {
            let mut survey = net_promoter_score::prelude::Survey::new();
            for (respondent, &rating) in (0i32..).zip(ratings) {
                survey.add_response(respondent, rating as u8).ok()?;
            }
            Some(f64::from(survey.score()))
        }
    }
}

/// Tasks on a small state, so many times.
fn states(task: &str, times: usize) -> Option<f64> {
    let mut nps = Nps::default();
    nps.update([10u8, 9, 9, 8, 7, 6, 0].as_slice().into()).ok()?;
    let mut sum = Nps::default();
    match task {
        "merge" => (0..times).try_for_each(|_| sum.merge(std::hint::black_box(&nps))).ok()?,
        "value" => {
            return (0..times).try_fold(0.0, |_, _| std::hint::black_box(&nps).value().score);
        }
        "wilson" => {
            let share = Share { successes: 4_400, total: 10_000 };
            let options = IntervalOptions::by(Method::Wilson, 0.95);
            let one =
                || proportion::interval(std::hint::black_box(&share), &options).ok().flatten();
            return (0..times).try_fold(0.0, |_, _| Some(one()?.lower));
        }
        _ => return None,
    }
    sum.value().score
}

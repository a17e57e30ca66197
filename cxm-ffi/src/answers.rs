//! Late answers, joined to the contact that they are about.

use std::ffi::c_char;

use cxm_core::calculator::batch::{Batch, Times};
use cxm_core::journey::answers::{AnswerColumns, AnswerOutcome, join_answers};
use cxm_core::registry;
use serde_json::json;

use crate::batch::{self, cxm_batch};
use crate::columns::{cxm_column, cxm_key_column};
use crate::error::{Outcome, cxm_error};
use crate::report::cxm_report;
use crate::status::cxm_status;
use crate::{guard, handle, input, output};

/// The answer is the score of its contact.
pub const CXM_ANSWER_JOINED: i32 = 0;
/// Another answer is the score of its contact.
pub const CXM_ANSWER_REPLACED: i32 = 1;
/// The contact of the answer is too long ago.
pub const CXM_ANSWER_OUT_OF_WINDOW: i32 = 2;
/// The answer has no contact at its time or before.
pub const CXM_ANSWER_UNMATCHED: i32 = 3;
/// The answer does not say what it is about.
pub const CXM_ANSWER_WITHOUT_REFERENCE: i32 = 4;
/// The answer has no customer, no time or no score.
pub const CXM_ANSWER_MISSING: i32 = 5;

/// One answer a row, borrowed for the call.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cxm_answers {
    /// `sizeof(cxm_answers)`.
    pub struct_size: u32,
    /// Whose answer.
    pub customers: *const cxm_key_column,
    /// When it was given: CXM_TYPE_I64, microseconds since 1970.
    pub times: *const cxm_column,
    /// What was answered.
    pub scores: *const cxm_column,
    /// What it is about: an order, a ticket; NULL if no answer says so.
    pub objects: *const cxm_key_column,
    /// At which touchpoint it was asked about; NULL if no answer says so.
    pub touchpoints: *const cxm_key_column,
}

/// Reads the caller's answers and hands them on.
///
/// # Safety
/// The columns are NULL or keep their promises.
unsafe fn with_answers(
    answers: &cxm_answers,
    act: impl FnOnce(AnswerColumns<'_>) -> Outcome,
) -> Outcome {
    // SAFETY: the caller's.
    unsafe {
        let customers = input::one(answers.customers, "customers")?;
        let (times, validity) = input::one(answers.times, "times")?.optional_times("times")?;
        let scores = input::one(answers.scores, "scores")?.values("scores")?;
        let objects = input::optional(answers.objects, "objects")?;
        let touchpoints = input::optional(answers.touchpoints, "touchpoints")?;
        let who = customers.room("customers")?;
        let what = objects.map(|keys| keys.room("objects")).transpose()?.unwrap_or_default();
        let place = touchpoints.map(|keys| keys.room("touchpoints")).transpose()?;
        let place = place.unwrap_or_default();
        act(AnswerColumns {
            customers: customers.keys("customers", &who)?,
            times: Times { values: times, validity },
            scores,
            objects: objects.map(|keys| keys.keys("objects", &what)).transpose()?,
            touchpoints: touchpoints.map(|keys| keys.keys("touchpoints", &place)).transpose()?,
        })
    }
}

fn code(outcome: AnswerOutcome) -> i32 {
    match outcome {
        AnswerOutcome::Joined => CXM_ANSWER_JOINED,
        AnswerOutcome::Replaced => CXM_ANSWER_REPLACED,
        AnswerOutcome::OutOfWindow => CXM_ANSWER_OUT_OF_WINDOW,
        AnswerOutcome::Unmatched => CXM_ANSWER_UNMATCHED,
        AnswerOutcome::WithoutReference => CXM_ANSWER_WITHOUT_REFERENCE,
        AnswerOutcome::Missing => CXM_ANSWER_MISSING,
    }
}

/// Joins late answers to the contacts that they are about.
///
/// `contacts` is a batch of events, of which customer, touchpoint, time and where known object and
/// event id are read. `rule` is a JSON object: `within`, the longest time from a contact to its
/// answer in microseconds, or null for any; `by`, which references of an answer count: "all"
/// (default), "object" or "touchpoint"; `keep`, which of several answers of one contact counts:
/// "last" (default) or "first". `scores` has room for `scores_length` numbers, one a contact: its
/// score, or NaN; handed to `cxm_batch_events` as the scores of the same contacts. `contact_rows`
/// and `outcomes`, of one number an answer, may be NULL: the row of the contact or -1, and
/// CXM_ANSWER_JOINED to CXM_ANSWER_MISSING. Where `out` is not NULL, `*out` is a report of the
/// caller's: `.answers`, `.joined`, `.replaced`, `.out_of_window`, `.unmatched`,
/// `.without_reference`, `.missing`, `.ties`, `.contacts`, `.missing_contacts`, `.rule`. Nothing is
/// written on failure.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_answers_join(
    contacts: *const cxm_batch,
    answers: *const cxm_answers,
    rule: *const c_char,
    rule_length: usize,
    scores: *mut f64,
    scores_length: usize,
    contact_rows: *mut i64,
    outcomes: *mut i32,
    out: *mut *mut cxm_report,
    err: *mut cxm_error,
) -> cxm_status {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe {
        guard::call(err, || {
            let answers = input::one(answers, "answers")?;
            input::known_size::<cxm_answers>(answers.struct_size, "answers")?;
            let rule = registry::answer_rule(&input::json(rule, rule_length, "rule")?)?;
            batch::with(contacts, |contacts| {
                let Batch::Events(contacts) = contacts else {
                    return Err(cxm_core::Error::batch("contacts are a batch of events").into());
                };
                with_answers(answers, |answers| {
                    let found = join_answers(&contacts, &answers, &rule)?;
                    let rows: Vec<i64> = found
                        .contacts
                        .iter()
                        .map(|row| row.map_or(-1, |row| i64::try_from(row).unwrap_or(-1)))
                        .collect();
                    let codes: Vec<i32> = found.outcomes.iter().copied().map(code).collect();
                    // All places are looked at before any of them is written.
                    let place = if found.scores.is_empty() && scores_length == 0 {
                        None
                    } else {
                        Some(output::array(scores, scores_length, "scores")?)
                    };
                    let row_place = output::optional_array(contact_rows, rows.len(), "rows")?;
                    let code_place = output::optional_array(outcomes, codes.len(), "outcomes")?;
                    let report_place = output::optional(out, "out")?;
                    if let Some(place) = place {
                        place.put(&found.scores)?;
                    }
                    if let Some(place) = row_place {
                        place.put(&rows)?;
                    }
                    if let Some(place) = code_place {
                        place.put(&codes)?;
                    }
                    if let Some(place) = report_place {
                        place.put(handle::new(json!(found.report)));
                    }
                    Ok(())
                })
            })
        })
    }
}

//! Batches: one small struct that any verb takes, filled by one function a shape.
//!
//! Verbs and shapes are kept apart, as in the core: a new shape is one function here, not one for
//! each verb of calculators and tables.

use std::ffi::c_void;
use std::ptr::null;

use cxm_core::calculator::batch::{
    Answers, Batch, Durations, Events, Histories, Invitations, ItemRatings, KeyColumn, Paths,
    Predictions, Ratings, Spans, Times, Transactions, Values,
};

use crate::columns::{KeyRoom, cxm_column, cxm_key_column};
use crate::error::{Failure, Outcome};
use crate::input;
use crate::status;

const RATINGS: u32 = 1;
const ITEMS: u32 = 2;
const INVITATIONS: u32 = 3;
const ANSWERS: u32 = 4;
const TRANSACTIONS: u32 = 5;
const HISTORIES: u32 = 6;
const DURATIONS: u32 = 7;
const PATHS: u32 = 9;
const SPANS: u32 = 8;
const EVENTS: u32 = 10;
/// Columns of the widest batch, with room for more.
const WIDEST: usize = 12;
const PREDICTIONS: u32 = 11;

/// Says that a batch was filled by this library and is not what happened to be on the stack.
const FILLED: u32 = 0x6278_6d63;

/// A batch of rows: columns of equal length.
///
/// Fill it with one of the `cxm_batch_` functions and hand it to any verb; its fields are
/// private. It borrows the columns, the structs and the arrays behind them, which must outlive
/// its last use. It owns nothing and is not freed.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct cxm_batch {
    /// Private.
    pub filled: u32,
    /// Private.
    pub shape: u32,
    /// Private.
    pub length: usize,
    /// Private.
    pub columns: [*const c_void; 12],
}

/// Fills the caller's batch.
///
/// # Safety
/// `out` is NULL or may be written.
unsafe fn fill<const N: usize>(
    out: *mut cxm_batch,
    shape: u32,
    length: usize,
    given: [*const c_void; N],
) {
    if out.is_null() || !out.is_aligned() {
        return;
    }
    let mut columns = [null(); WIDEST];
    columns.iter_mut().zip(given).for_each(|(column, given)| *column = given);
    // SAFETY: not NULL, aligned, and the caller's to write.
    unsafe { out.write(cxm_batch { filled: FILLED, shape, length, columns }) };
}

/// Fills a batch of one rating a row: for `nps`, `csat`, `ces`, `star_rating`.
///
/// `weights` (CXM_TYPE_F64, or CXM_TYPE_U32 in units of 2^-20) are given exactly where the
/// definition is weighted, otherwise NULL. `counts` says how often each row stands, for data that
/// were counted before; otherwise NULL. Both have as many rows as `ratings`. The columns are
/// borrowed until the last use of the batch. Nothing is looked at yet: a NULL column is refused
/// by the verb.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_ratings(
    out: *mut cxm_batch,
    ratings: *const cxm_column,
    weights: *const cxm_column,
    counts: *const u64,
) {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, RATINGS, 0, [ratings.cast(), weights.cast(), counts.cast()]) }
}

/// Fills a batch of several ratings of one respondent a row: for `cx_index`,
/// `secure_customer_index` and kin.
///
/// `items` is an array of `items_length` columns of equal length, in the order of the definition,
/// borrowed until the last use of the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_items(
    out: *mut cxm_batch,
    items: *const cxm_column,
    items_length: usize,
) {
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, ITEMS, items_length, [items.cast()]) }
}

/// Fills a batch of one invitation a row: for `response_rate`.
///
/// Both columns are of CXM_TYPE_I64, microseconds since 1970. The validity of `answered_at` says
/// who answered. The columns are borrowed until the last use of the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_invitations(
    out: *mut cxm_batch,
    invited_at: *const cxm_column,
    answered_at: *const cxm_column,
) {
    let columns = [invited_at.cast(), answered_at.cast()];
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, INVITATIONS, 0, columns) }
}

/// Fills a batch of one answer of a known customer a row: for `response_ledger`.
///
/// `times` is of CXM_TYPE_I64, microseconds since 1970. `waves` may be NULL: then all rows belong
/// to one wave. The columns are borrowed until the last use of the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_answers(
    out: *mut cxm_batch,
    customers: *const cxm_key_column,
    waves: *const cxm_key_column,
    times: *const cxm_column,
    ratings: *const cxm_column,
) {
    let columns = [customers.cast(), waves.cast(), times.cast(), ratings.cast()];
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, ANSWERS, 0, columns) }
}

/// Fills a batch of one purchase or refund of a known customer a row: for `customer_summaries`.
///
/// `times` is of CXM_TYPE_I64, microseconds since 1970. `amounts`, `costs` and `currencies` may be
/// NULL; a negative amount is a refund. Amounts are minor units (cents) unless the definition says
/// otherwise. The columns are borrowed until the last use of the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_transactions(
    out: *mut cxm_batch,
    customers: *const cxm_key_column,
    times: *const cxm_column,
    amounts: *const cxm_column,
    costs: *const cxm_column,
    currencies: *const cxm_key_column,
) {
    let columns = [customers.cast(), times.cast(), amounts.cast(), costs.cast(), currencies.cast()];
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, TRANSACTIONS, 0, columns) }
}

/// Fills a batch of one customer's summary a row, in whole ticks of time: for `purchase_patterns`.
///
/// `spends` is the total of the repeat purchases in minor units, or NULL. `counts` says how many
/// customers each row stands for, or is NULL for one; it has as many rows as `frequencies`. The
/// columns are borrowed until the last use of the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_histories(
    out: *mut cxm_batch,
    frequencies: *const cxm_column,
    recencies: *const cxm_column,
    ages: *const cxm_column,
    spends: *const cxm_column,
    counts: *const u64,
) {
    let columns = [frequencies.cast(), recencies.cast(), ages.cast(), spends.cast(), counts.cast()];
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, HISTORIES, 0, columns) }
}

/// Fills a batch of one lifetime a row: for `lifetimes`.
///
/// `durations` say how long each was watched, and `observed` whether its end was seen: 1, or 0
/// where it still went on. `entries`, the age at the first look, and `causes` may be NULL. `counts`
/// says how many lifetimes each row stands for, or is NULL for one; it has as many rows as
/// `durations`. The columns are borrowed until the last use of the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_durations(
    out: *mut cxm_batch,
    durations: *const cxm_column,
    observed: *const cxm_column,
    entries: *const cxm_column,
    causes: *const cxm_key_column,
    counts: *const u64,
) {
    let columns = [durations.cast(), observed.cast(), entries.cast(), causes.cast(), counts.cast()];
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, DURATIONS, 0, columns) }
}

/// Fills a batch of one path of touchpoints a row: for `attribution_paths`.
///
/// `paths` are texts such as `mail > web > shop`, with the separator of the definition.
/// `conversions` says how many journeys on it converted, `values` what these were worth together in
/// whole minor units (cents), `nulls` how many did not convert; `values` and `nulls` may be NULL.
/// The columns are borrowed until the last use of the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_paths(
    out: *mut cxm_batch,
    paths: *const cxm_key_column,
    conversions: *const cxm_column,
    values: *const cxm_column,
    nulls: *const cxm_column,
) {
    let columns = [paths.cast(), conversions.cast(), values.cast(), nulls.cast()];
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, PATHS, 0, columns) }
}

/// Fills a batch of one span of a subscription a row: for `subscriptions`.
///
/// `starts`, `ends` and `cancelled` are of CXM_TYPE_I64, microseconds since 1970. The validity of
/// `ends` says which spans have ended, that of `cancelled` who asked to leave. `subscriptions`,
/// `amounts` (recurring, in minor units), `cancelled`, `causes` and `currencies` may be NULL. The
/// columns are borrowed until the last use of the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_spans(
    out: *mut cxm_batch,
    customers: *const cxm_key_column,
    starts: *const cxm_column,
    ends: *const cxm_column,
    subscriptions: *const cxm_key_column,
    amounts: *const cxm_column,
    cancelled: *const cxm_column,
    causes: *const cxm_key_column,
    currencies: *const cxm_key_column,
) {
    let columns = [
        customers.cast(),
        starts.cast(),
        ends.cast(),
        subscriptions.cast(),
        amounts.cast(),
        cancelled.cast(),
        causes.cast(),
        currencies.cast(),
    ];
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, SPANS, 0, columns) }
}

/// Fills a batch of one interaction with a touchpoint a row, in any order: for `journeys` and
/// `journey_stream`.
///
/// `times` is of CXM_TYPE_I64, microseconds since 1970. The columns from `event_ids` on may be
/// NULL: by which the same event is known when it comes twice, on which channel, what the customer
/// answered, what it was worth in minor units, what it was about (an order, a ticket), and how it
/// ended. The columns are borrowed until the last use of the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_events(
    out: *mut cxm_batch,
    customers: *const cxm_key_column,
    touchpoints: *const cxm_key_column,
    times: *const cxm_column,
    event_ids: *const cxm_key_column,
    channels: *const cxm_key_column,
    scores: *const cxm_column,
    values: *const cxm_column,
    objects: *const cxm_key_column,
    outcomes: *const cxm_key_column,
) {
    let columns = [
        customers.cast(),
        touchpoints.cast(),
        times.cast(),
        event_ids.cast(),
        channels.cast(),
        scores.cast(),
        values.cast(),
        objects.cast(),
        outcomes.cast(),
    ];
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, EVENTS, 0, columns) }
}

/// Fills a batch of one prediction a row: for `prediction_scores`.
///
/// `probabilities` are from 0 to 1, `observed` is 1 where the event came and 0 where it did not.
/// `values`, what each is worth in whole units, are given exactly where the definition is valued,
/// otherwise NULL. `counts` says how many predictions each row stands for, or is NULL for one; it
/// has as many rows as `probabilities`. The columns are borrowed until the last use of the batch.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn cxm_batch_predictions(
    out: *mut cxm_batch,
    probabilities: *const cxm_column,
    observed: *const cxm_column,
    values: *const cxm_column,
    counts: *const u64,
) {
    let columns = [probabilities.cast(), observed.cast(), values.cast(), counts.cast()];
    // SAFETY: the caller keeps the conventions of the header.
    unsafe { fill(out, PREDICTIONS, 0, columns) }
}

/// Reads the caller's batch and hands it to a verb.
///
/// # Safety
/// `batch` is NULL or was filled by a `cxm_batch_` function from columns that keep their promises.
pub(crate) unsafe fn with<R>(
    batch: *const cxm_batch,
    verb: impl FnOnce(Batch<'_>) -> Outcome<R>,
) -> Outcome<R> {
    // SAFETY: the caller's, for all pointers of the batch.
    unsafe {
        let batch = input::one(batch, "batch")?;
        if batch.filled != FILLED {
            return Err(unfilled());
        }
        let [first, second, third, fourth, ..] = batch.columns;
        match batch.shape {
            RATINGS => verb(Batch::Ratings(ratings(first.cast(), second.cast(), third.cast())?)),
            ITEMS => {
                let columns = input::slice(first.cast::<cxm_column>(), batch.length, "items")?;
                let items: Outcome<Vec<Values<'_>>> =
                    columns.iter().map(|column| column.values("items")).collect();
                verb(Batch::Items(ItemRatings::new(&items?)))
            }
            INVITATIONS => {
                let invited = input::one(first.cast::<cxm_column>(), "invited_at")?;
                let answered = input::one(second.cast::<cxm_column>(), "answered_at")?;
                let invited_at = invited.times("invited_at")?;
                let (answered_at, answered) = answered.optional_times("answered_at")?;
                verb(Batch::Invitations(Invitations { invited_at, answered_at, answered }))
            }
            ANSWERS => answers([first, second, third, fourth], verb),
            TRANSACTIONS => transactions(batch.columns, verb),
            HISTORIES => histories(batch.columns, verb),
            DURATIONS => durations(batch.columns, verb),
            PATHS => paths([first, second, third, fourth], verb),
            SPANS => spans(batch.columns, verb),
            EVENTS => events(batch.columns, verb),
            PREDICTIONS => predictions([first, second, third, fourth], verb),
            _ => Err(unfilled()),
        }
    }
}

/// # Safety
/// The columns are NULL or keep their promises.
unsafe fn answers<R>(
    columns: [*const c_void; 4],
    verb: impl FnOnce(Batch<'_>) -> Outcome<R>,
) -> Outcome<R> {
    let [customers, waves, times, ratings] = columns;
    // SAFETY: the caller's.
    unsafe {
        let times = input::one(times.cast::<cxm_column>(), "times")?.times("times")?;
        let ratings = input::one(ratings.cast::<cxm_column>(), "ratings")?.values("ratings")?;
        let customers = input::one(customers.cast::<cxm_key_column>(), "customers")?;
        let waves = input::optional(waves.cast::<cxm_key_column>(), "waves")?;
        let customer_room = customers.room("customers")?;
        let customers = customers.keys("customers", &customer_room)?;
        let wave_room = waves.map(|waves| waves.room("waves")).transpose()?.unwrap_or_default();
        let waves = waves.map(|waves| waves.keys("waves", &wave_room)).transpose()?;
        verb(Batch::Answers(Answers { customers, waves, times, ratings }))
    }
}

/// # Safety
/// The columns are NULL or keep their promises.
unsafe fn transactions<R>(
    columns: [*const c_void; WIDEST],
    verb: impl FnOnce(Batch<'_>) -> Outcome<R>,
) -> Outcome<R> {
    let [customers, times, amounts, costs, currencies, ..] = columns;
    // SAFETY: the caller's.
    unsafe {
        let times = input::one(times.cast::<cxm_column>(), "times")?.times("times")?;
        let amounts = optional_values(amounts, "amounts")?;
        let costs = optional_values(costs, "costs")?;
        let customers = input::one(customers.cast::<cxm_key_column>(), "customers")?;
        let currencies = input::optional(currencies.cast::<cxm_key_column>(), "currencies")?;
        let room = customers.room("customers")?;
        let customers = customers.keys("customers", &room)?;
        let room = currencies.map(|keys| keys.room("currencies")).transpose()?.unwrap_or_default();
        let currencies = currencies.map(|keys| keys.keys("currencies", &room)).transpose()?;
        verb(Batch::Transactions(Transactions { customers, times, amounts, costs, currencies }))
    }
}

/// # Safety
/// The columns are NULL or keep their promises; there are as many counts as rows.
unsafe fn histories<R>(
    columns: [*const c_void; WIDEST],
    verb: impl FnOnce(Batch<'_>) -> Outcome<R>,
) -> Outcome<R> {
    let [frequencies, recencies, ages, spends, counts, ..] = columns;
    // SAFETY: the caller's.
    unsafe {
        let needed = |column: *const c_void, name| {
            input::one(column.cast::<cxm_column>(), name)?.values(name)
        };
        let frequencies = needed(frequencies, "frequencies")?;
        let recencies = needed(recencies, "recencies")?;
        let ages = needed(ages, "ages")?;
        let spends = optional_values(spends, "spends")?;
        let counts = if counts.is_null() {
            None
        } else {
            Some(input::slice(counts.cast::<u64>(), frequencies.len(), "counts")?)
        };
        verb(Batch::Histories(Histories { frequencies, recencies, ages, spends, counts }))
    }
}

/// # Safety
/// The columns are NULL or keep their promises; there are as many counts as rows.
unsafe fn durations<R>(
    columns: [*const c_void; WIDEST],
    verb: impl FnOnce(Batch<'_>) -> Outcome<R>,
) -> Outcome<R> {
    let [durations, observed, entries, causes, counts, ..] = columns;
    // SAFETY: the caller's.
    unsafe {
        let durations = input::one(durations.cast::<cxm_column>(), "durations")?;
        let durations = durations.values("durations")?;
        let observed = input::one(observed.cast::<cxm_column>(), "observed")?.values("observed")?;
        let entries = optional_values(entries, "entries")?;
        let causes = input::optional(causes.cast::<cxm_key_column>(), "causes")?;
        let room = causes.map(|keys| keys.room("causes")).transpose()?.unwrap_or_default();
        let causes = causes.map(|keys| keys.keys("causes", &room)).transpose()?;
        let counts = if counts.is_null() {
            None
        } else {
            Some(input::slice(counts.cast::<u64>(), durations.len(), "counts")?)
        };
        verb(Batch::Durations(Durations { durations, observed, entries, causes, counts }))
    }
}

/// # Safety
/// The columns are NULL or keep their promises.
unsafe fn paths<R>(
    columns: [*const c_void; 4],
    verb: impl FnOnce(Batch<'_>) -> Outcome<R>,
) -> Outcome<R> {
    let [paths, conversions, values, nulls] = columns;
    // SAFETY: the caller's.
    unsafe {
        let conversions = input::one(conversions.cast::<cxm_column>(), "conversions")?;
        let conversions = conversions.values("conversions")?;
        let values = optional_values(values, "values")?;
        let nulls = optional_values(nulls, "nulls")?;
        let paths = input::one(paths.cast::<cxm_key_column>(), "paths")?;
        let room = paths.room("paths")?;
        let paths = paths.keys("paths", &room)?;
        verb(Batch::Paths(Paths { paths, conversions, values, nulls }))
    }
}

/// # Safety
/// The columns are NULL or keep their promises.
unsafe fn spans<R>(
    columns: [*const c_void; WIDEST],
    verb: impl FnOnce(Batch<'_>) -> Outcome<R>,
) -> Outcome<R> {
    let [customers, starts, ends, subscriptions, amounts, cancelled, causes, currencies, ..] =
        columns;
    // SAFETY: the caller's.
    unsafe {
        let starts = input::one(starts.cast::<cxm_column>(), "starts")?.times("starts")?;
        let times = |column: &cxm_column, name| -> Outcome<Times<'_>> {
            let (values, validity) = column.optional_times(name)?;
            Ok(Times { values, validity })
        };
        let ends = times(input::one(ends.cast::<cxm_column>(), "ends")?, "ends")?;
        let cancelled = input::optional(cancelled.cast::<cxm_column>(), "cancelled")?;
        let cancelled = cancelled.map(|column| times(column, "cancelled")).transpose()?;
        let amounts = optional_values(amounts, "amounts")?;
        let customers = input::one(customers.cast::<cxm_key_column>(), "customers")?;
        let room = customers.room("customers")?;
        let customers = customers.keys("customers", &room)?;
        let named =
            [(subscriptions, "subscriptions"), (causes, "causes"), (currencies, "currencies")];
        let mut rooms = [KeyRoom::default(), KeyRoom::default(), KeyRoom::default()];
        for ((column, name), room) in named.iter().zip(&mut rooms) {
            if let Some(column) = input::optional(column.cast::<cxm_key_column>(), name)? {
                *room = column.room(name)?;
            }
        }
        let mut keys = [None; 3];
        for (((column, name), room), keys) in named.iter().zip(&rooms).zip(&mut keys) {
            if let Some(column) = input::optional(column.cast::<cxm_key_column>(), name)? {
                *keys = Some(column.keys(name, room)?);
            }
        }
        let [subscriptions, causes, currencies] = keys;
        verb(Batch::Spans(Spans {
            customers,
            subscriptions,
            starts,
            ends,
            amounts,
            cancelled,
            causes,
            currencies,
        }))
    }
}

/// # Safety
/// The columns are NULL or keep their promises.
unsafe fn events<R>(
    columns: [*const c_void; WIDEST],
    verb: impl FnOnce(Batch<'_>) -> Outcome<R>,
) -> Outcome<R> {
    let [customers, touchpoints, times, ids, channels, scores, values, objects, outcomes, ..] =
        columns;
    let names = ["customers", "touchpoints", "event_ids", "channels", "objects", "outcomes"];
    let keys = [customers, touchpoints, ids, channels, objects, outcomes];
    // SAFETY: the caller's.
    unsafe {
        let mut given: [Option<&cxm_key_column>; 6] = [None; 6];
        for (at, (column, name)) in keys.into_iter().zip(names).enumerate() {
            let column = column.cast::<cxm_key_column>();
            let found = match at {
                0 | 1 => Some(input::one(column, name)?),
                _ => input::optional(column, name)?,
            };
            if let Some(slot) = given.get_mut(at) {
                *slot = found;
            }
        }
        // On the stack: a batch is often a single event.
        let mut rooms: [Option<KeyRoom<'_>>; 6] = Default::default();
        for ((slot, column), name) in rooms.iter_mut().zip(given).zip(names) {
            *slot = column.map(|column| column.room(name)).transpose()?;
        }
        let read = |at: usize| -> Outcome<Option<KeyColumn<'_>>> {
            let column = given.get(at).copied().flatten();
            let room = rooms.get(at).and_then(Option::as_ref);
            let name = names.get(at).copied().unwrap_or_default();
            column.zip(room).map(|(column, room)| column.keys(name, room)).transpose()
        };
        let (Some(customers), Some(touchpoints)) = (read(0)?, read(1)?) else {
            return Err(unfilled());
        };
        let times = input::one(times.cast::<cxm_column>(), "times")?;
        let (times, present) = times.optional_times("times")?;
        let mut batch =
            Events::new(customers, touchpoints, Times { values: times, validity: present });
        batch.event_ids = read(2)?;
        batch.channels = read(3)?;
        batch.objects = read(4)?;
        batch.outcomes = read(5)?;
        batch.scores = optional_values(scores, "scores")?;
        batch.values = optional_values(values, "values")?;
        verb(Batch::Events(batch))
    }
}

/// # Safety
/// The columns are NULL or keep their promises; there are as many counts as rows.
unsafe fn predictions<R>(
    columns: [*const c_void; 4],
    verb: impl FnOnce(Batch<'_>) -> Outcome<R>,
) -> Outcome<R> {
    let [probabilities, observed, values, counts] = columns;
    // SAFETY: the caller's.
    unsafe {
        let probabilities = input::one(probabilities.cast::<cxm_column>(), "probabilities")?;
        let probabilities = probabilities.values("probabilities")?;
        let observed = input::one(observed.cast::<cxm_column>(), "observed")?.values("observed")?;
        let values = optional_values(values, "values")?;
        let counts = if counts.is_null() {
            None
        } else {
            Some(input::slice(counts.cast::<u64>(), probabilities.len(), "counts")?)
        };
        verb(Batch::Predictions(Predictions { probabilities, observed, values, counts }))
    }
}

/// # Safety
/// The column is NULL or keeps its promises.
unsafe fn optional_values<'a>(column: *const c_void, name: &str) -> Outcome<Option<Values<'a>>> {
    // SAFETY: the caller's.
    unsafe {
        let column = input::optional(column.cast::<cxm_column>(), name)?;
        column.map(|column| column.values(name)).transpose()
    }
}

#[cold]
fn unfilled() -> Failure {
    Failure::new(
        status::CXM_STATUS_INVALID_ARGUMENT,
        "the batch was not filled by one of the cxm_batch_ functions",
    )
}

/// # Safety
/// The columns keep their promises; `counts` has as many numbers as `ratings`.
pub(crate) unsafe fn ratings<'a>(
    ratings: *const cxm_column,
    weights: *const cxm_column,
    counts: *const u64,
) -> Outcome<Ratings<'a>> {
    // SAFETY: the caller's.
    unsafe {
        let values = input::one(ratings, "ratings")?.values("ratings")?;
        let weights = input::optional(weights, "weights")?;
        let weights = weights.map(|weights| weights.weights("weights")).transpose()?;
        let counts = if counts.is_null() {
            None
        } else {
            Some(input::slice(counts, values.len(), "counts")?)
        };
        Ok(Ratings { values, weights, counts })
    }
}

/// Reads the caller's key columns and hands them on.
///
/// # Safety
/// `keys` is NULL or an array of `length` columns that keep their promises.
pub(crate) unsafe fn with_keys<R>(
    keys: *const cxm_key_column,
    length: usize,
    verb: impl FnOnce(&[KeyColumn<'_>]) -> Outcome<R>,
) -> Outcome<R> {
    // SAFETY: the caller's.
    unsafe {
        let columns = input::slice(keys, length, "keys")?;
        let rooms: Outcome<Vec<KeyRoom<'_>>> =
            columns.iter().map(|column| column.room("keys")).collect();
        let rooms = rooms?;
        let pairs = columns.iter().zip(&rooms);
        let keys: Outcome<Vec<KeyColumn<'_>>> =
            pairs.map(|(column, room)| column.keys("keys", room)).collect();
        verb(&keys?)
    }
}

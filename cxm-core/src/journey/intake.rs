//! From a batch of events to the columns of the log: what is read, left out, or refused.

use std::collections::BTreeSet;

use super::definition::JourneysDefinition;
use super::event_log::{ABSENT, EventLog, NewEvents};
use super::journeys::{ExcludedEvents, Journeys};
use super::key_table::NONE;
use crate::calculator::batch::{
    Event, Events, KeyColumn, KeyPart, KeyRef, KeyValues, Money, Times, Validity, Values,
    check_codes, with_column,
};
use crate::calculator::groups::group_of_row;
use crate::error::{Error, Result};
use crate::model::InvalidRule;

/// Scores are kept in millionths, so that 7.3 is exact.
pub(super) const SCORE_ONE: i64 = 1_000_000;

/// A batch that was read and found in order: what becomes of it cannot fail any more.
#[derive(Debug)]
pub(super) struct Intake<'a> {
    batch: &'a Events<'a>,
    pub(super) scores: Option<Vec<i64>>,
    pub(super) values: Option<Vec<i64>>,
    /// Which rows count, unless all do.
    pub(super) kept: Option<Vec<bool>>,
    pub(super) excluded: ExcludedEvents,
}

/// Reads a batch under the rules.
pub(super) fn read<'a>(
    definition: &JourneysDefinition,
    batch: &'a Events<'a>,
) -> Result<Intake<'a>> {
    batch.check_shape()?;
    for (field, column) in batch.keys() {
        let Some(column) = column else { continue };
        check_codes(std::slice::from_ref(column)).map_err(|error| {
            Error::observation(error.message().to_owned())
                .in_field(field)
                .at_row(error.row().and_then(|row| usize::try_from(row).ok()).unwrap_or(0))
        })?;
    }
    let mut excluded = ExcludedEvents::default();
    let scores = batch.scores.map(|scores| read_scores(definition, &scores, &mut excluded));
    let values = batch.values.map(|values| Money::in_minor_units(&values, "values"));
    let mut intake = Intake {
        batch,
        scores: scores.transpose()?,
        values: values.transpose()?.map(Money::into_cells),
        kept: None,
        excluded,
    };
    intake.leave_out(definition)?;
    Ok(intake)
}

/// Why a row is left out.
#[derive(Debug, Clone, Copy)]
enum Reason {
    Customer,
    Touchpoint,
    Time,
    Unknown,
    Range,
}

/// Counts an event that is left out, or fails where it must not be, naming the touchpoint or the
/// time that it has.
fn count(
    definition: &JourneysDefinition,
    excluded: &mut ExcludedEvents,
    reason: Reason,
    row: usize,
    got: impl FnOnce() -> Result<(KeyPart, i64)>,
) -> Result<()> {
    let (rule, count, field, message) = match reason {
        Reason::Customer => (
            definition.missing,
            &mut excluded.missing_customer,
            "customers",
            "an event has a customer",
        ),
        Reason::Touchpoint => (
            definition.missing,
            &mut excluded.missing_touchpoint,
            "touchpoints",
            "an event has a touchpoint",
        ),
        Reason::Time => {
            (definition.missing, &mut excluded.missing_time, "times", "an event has a time")
        }
        Reason::Unknown => (
            definition.unknown_touchpoints,
            &mut excluded.unknown_touchpoint,
            "touchpoints",
            "the touchpoint is not among those that there are",
        ),
        Reason::Range => (
            definition.out_of_range,
            &mut excluded.out_of_range,
            "times",
            "the time is outside of what the definition takes for true",
        ),
    };
    if rule == InvalidRule::Error {
        let (touchpoint, time) = got()?;
        let got = match reason {
            Reason::Unknown => format!(", got {touchpoint}"),
            Reason::Range => {
                let (from, to) = definition.times().into_inner();
                format!(", {from} to {to}, got {time}")
            }
            _ => String::new(),
        };
        return Err(Error::observation(format!("{message}{got}")).in_field(field).at_row(row));
    }
    *count += 1;
    Ok(())
}

/// One event that was read, as far as it is no key.
#[derive(Debug)]
pub(super) struct OneEvent {
    pub(super) score: i64,
    pub(super) value: i64,
    /// Whether it counts.
    pub(super) is_kept: bool,
    pub(super) excluded: ExcludedEvents,
}

/// Reads one event under the rules.
pub(super) fn read_one(definition: &JourneysDefinition, event: &Event<'_>) -> Result<OneEvent> {
    let mut excluded = ExcludedEvents::default();
    let score = match event.score {
        Some(score) if !score.is_nan() => read_score(definition, score, 0, &mut excluded)?,
        _ => ABSENT,
    };
    let value = match event.value {
        Some(value) => Money::of_row(&[value].as_slice().into(), 0, "values")?,
        None => None,
    };
    let value = value.unwrap_or(ABSENT);
    let known = &definition.touchpoints;
    let is_known = |key: KeyRef<'_>| known.iter().any(|known| KeyRef::of(known) == Some(key));
    let reason = match (event.customer, event.touchpoint) {
        (None, _) => Some(Reason::Customer),
        (_, None) => Some(Reason::Touchpoint),
        (_, Some(key)) if !known.is_empty() && !is_known(key) => Some(Reason::Unknown),
        _ if !definition.times().contains(&event.time) => Some(Reason::Range),
        _ => None,
    };
    if let Some(reason) = reason {
        let touchpoint = || event.touchpoint.map_or(KeyPart::Missing, KeyRef::to_part);
        count(definition, &mut excluded, reason, 0, || Ok((touchpoint(), event.time)))?;
    }
    Ok(OneEvent { score, value, is_kept: reason.is_none(), excluded })
}

impl Intake<'_> {
    /// Number of events that count.
    pub(super) fn len(&self) -> usize {
        let rows = self.batch.len();
        self.kept.as_ref().map_or(rows, |kept| kept.iter().filter(|kept| **kept).count())
    }

    fn leave_out(&mut self, definition: &JourneysDefinition) -> Result<()> {
        let known: BTreeSet<&KeyPart> = definition.touchpoints.iter().collect();
        let batch = self.batch;
        let plain = batch.times.validity.is_none()
            && known.is_empty()
            && has_all_keys(&batch.customers)
            && has_all_keys(&batch.touchpoints);
        let range = definition.times();
        if plain && batch.times.values.iter().all(|time| range.contains(time)) {
            return Ok(());
        }
        let mut kept: Option<Vec<bool>> = None;
        for row in 0..batch.len() {
            let time = batch.times.get(row);
            let reason = if !batch.customers.is_valid(row) || is_missing(&batch.customers, row) {
                Reason::Customer
            } else if !batch.touchpoints.is_valid(row) || is_missing(&batch.touchpoints, row) {
                Reason::Touchpoint
            } else if time.is_none() {
                Reason::Time
            } else if !known.is_empty() && !known.contains(&batch.touchpoints.part(row)?) {
                Reason::Unknown
            } else if time.is_some_and(|time| !range.contains(&time)) {
                Reason::Range
            } else {
                continue;
            };
            let got = || Ok((batch.touchpoints.part(row)?, time.unwrap_or_default()));
            count(definition, &mut self.excluded, reason, row, got)?;
            let kept = kept.get_or_insert_with(|| vec![true; batch.len()]);
            if let Some(keep) = kept.get_mut(row) {
                *keep = false;
            }
        }
        self.kept = kept;
        Ok(())
    }

    /// Appends the events that count. Cannot fail where the tables have room.
    pub(super) fn append_to(self, log: &mut EventLog) -> Result<()> {
        let Self { batch, scores, values, kept, .. } = self;
        let tables = &mut log.tables;
        let mut new = NewEvents {
            customers: tables.customers.number_column(&batch.customers)?,
            touchpoints: tables.touchpoints.number_column(&batch.touchpoints)?,
            times: batch.times.values.to_vec(),
            ids: batch.event_ids.map(|ids| tables.ids.number_column(&ids)).transpose()?,
            channels: batch.channels.map(|it| tables.channels.number_column(&it)).transpose()?,
            objects: batch.objects.map(|it| tables.objects.number_column(&it)).transpose()?,
            outcomes: batch.outcomes.map(|it| tables.outcomes.number_column(&it)).transpose()?,
            scores,
            values,
        };
        if let Some(kept) = kept {
            new.keep(&kept);
        }
        new.drop_empty();
        log.extend(new);
        Ok(())
    }
}

/// Whether each row has a key, as far as can be told without going through the rows.
fn has_all_keys(column: &KeyColumn<'_>) -> bool {
    let is_complete = match column.values {
        // A long dictionary for a few rows is not worth the look.
        KeyValues::Codes { codes, dictionary } => {
            dictionary.len() <= codes.len() && !dictionary.contains(&KeyPart::Missing)
        }
        _ => true,
    };
    is_complete && column.validity.is_none()
}

fn is_missing(column: &KeyColumn<'_>, row: usize) -> bool {
    let KeyValues::Codes { codes, dictionary } = column.values else { return false };
    let code = codes.get(row).and_then(|&code| usize::try_from(code).ok());
    code.and_then(|code| dictionary.get(code)).is_none_or(|key| *key == KeyPart::Missing)
}

fn keep_rows<T: Copy>(column: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    column.retain(|_| kept.next().copied().unwrap_or_default());
}

impl NewEvents {
    fn keep(&mut self, kept: &[bool]) {
        keep_rows(&mut self.customers, kept);
        keep_rows(&mut self.touchpoints, kept);
        keep_rows(&mut self.times, kept);
        let keys = [&mut self.ids, &mut self.channels, &mut self.objects, &mut self.outcomes];
        for column in keys.into_iter().flatten() {
            keep_rows(column, kept);
        }
        for column in [&mut self.scores, &mut self.values].into_iter().flatten() {
            keep_rows(column, kept);
        }
    }

    /// Columns without a value are as good as none.
    fn drop_empty(&mut self) {
        for column in [&mut self.ids, &mut self.channels, &mut self.objects, &mut self.outcomes] {
            if column.as_ref().is_some_and(|column| column.iter().all(|&key| key == NONE)) {
                *column = None;
            }
        }
        for column in [&mut self.scores, &mut self.values] {
            if column.as_ref().is_some_and(|column| column.iter().all(|&it| it == ABSENT)) {
                *column = None;
            }
        }
    }
}

/// Scores in millionths; those off the scale are counted, or fail the batch.
fn read_scores(
    definition: &JourneysDefinition,
    scores: &Values<'_>,
    excluded: &mut ExcludedEvents,
) -> Result<Vec<i64>> {
    let mut read = Vec::with_capacity(scores.len());
    with_column!(scores.column, column => for (row, &score) in column.iter().enumerate() {
        #[allow(clippy::unnecessary_cast, clippy::cast_lossless, reason = "of any number type")]
        let score = score as f64;
        if !scores.is_valid(row) || score.is_nan() {
            read.push(ABSENT);
        } else {
            read.push(read_score(definition, score, row, excluded)?);
        }
    });
    Ok(read)
}

/// A score that is there, in millionths.
#[allow(clippy::cast_possible_truncation, reason = "a score on its scale is small")]
#[inline]
fn read_score(
    definition: &JourneysDefinition,
    score: f64,
    row: usize,
    excluded: &mut ExcludedEvents,
) -> Result<i64> {
    let lowest = f64::from(definition.scale.lowest());
    let highest = f64::from(definition.scale.highest());
    if (lowest..=highest).contains(&score) {
        Ok((score * SCORE_ONE as f64).round_ties_even() as i64)
    } else if definition.invalid_scores == InvalidRule::Exclude {
        excluded.invalid_scores += 1;
        Ok(ABSENT)
    } else {
        let message = format!("a score must be within {lowest} to {highest}, got {score}");
        Err(Error::observation(message).in_field("scores").at_row(row))
    }
}

/// The journeys of each group's rows alone.
pub(super) fn by_group(
    definition: &JourneysDefinition,
    codes: &[u32],
    groups: usize,
    batch: Events<'_>,
) -> Result<Vec<Journeys>> {
    let _ = read(definition, &batch)?;
    let take = |events: Events<'_>| {
        let mut journeys = Journeys::empty(definition.clone());
        journeys.take(events)?;
        Ok(journeys)
    };
    let rows = rows_by_group(codes, groups)?;
    rows.iter().map(|rows| with_rows(&batch, rows, take)).collect()
}

/// The rows of each group.
pub(super) fn rows_by_group(codes: &[u32], groups: usize) -> Result<Vec<Vec<usize>>> {
    let mut rows: Vec<Vec<usize>> = vec![Vec::new(); groups];
    for row in 0..codes.len() {
        group_of_row(&mut rows, codes, row)?.push(row);
    }
    Ok(rows)
}

/// Some rows of a batch as a batch of their own.
pub(super) fn with_rows<R>(
    batch: &Events<'_>,
    rows: &[usize],
    act: impl FnOnce(Events<'_>) -> Result<R>,
) -> Result<R> {
    let keys = |column: &KeyColumn<'_>| -> Result<Vec<KeyPart>> {
        rows.iter().map(|&row| column.part(row)).collect()
    };
    let columns: Vec<Option<Vec<KeyPart>>> = batch
        .keys()
        .into_iter()
        .map(|(_, column)| column.map(keys).transpose())
        .collect::<Result<_>>()?;
    let codes: Vec<u32> = (0u32..).take(rows.len()).collect();
    let column = |at: usize| {
        let keys = columns.get(at).and_then(Option::as_ref);
        keys.map(|keys| KeyColumn::coded(&codes, keys))
    };
    let none = KeyColumn::coded(&[], &[]);
    let times: Vec<i64> = rows.iter().map(|&row| batch.times.get(row).unwrap_or(0)).collect();
    let timed: Vec<u8> = rows.iter().map(|&row| u8::from(batch.times.get(row).is_some())).collect();
    let floats =
        |values: &Values<'_>| -> Vec<f64> { rows.iter().map(|&row| values.number(row)).collect() };
    let scores = batch.scores.as_ref().map(floats);
    let amounts = |values: &Values<'_>| -> Result<(Vec<i64>, Vec<u8>)> {
        let amounts = rows.iter().map(|&row| Money::of_row(values, row, "values"));
        let cell = |it: Option<i64>| (it.unwrap_or_default(), u8::from(it.is_some()));
        amounts.map(|amount| amount.map(cell)).collect()
    };
    let values = batch.values.as_ref().map(amounts).transpose()?;
    act(Events {
        customers: column(0).unwrap_or(none),
        touchpoints: column(1).unwrap_or(none),
        times: Times { values: &times, validity: Some(Validity::Bytes(&timed)) },
        event_ids: column(2),
        channels: column(3),
        objects: column(4),
        outcomes: column(5),
        scores: scores.as_ref().map(|scores| scores.as_slice().into()),
        values: match &values {
            None => None,
            Some((values, valued)) => {
                Some(Values::new(values.as_slice(), Some(Validity::Bytes(valued)))?)
            }
        },
    })
}

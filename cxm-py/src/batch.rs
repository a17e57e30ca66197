//! What a caller passed, as a batch of the shape that the calculator takes.
//!
//! | shape | Python |
//! | --- | --- |
//! | ratings | `update(ratings, weights=…, counts=…)` |
//! | items | `update(first, second, …)`, or one two-dimensional array or frame |
//! | invitations | `update(invited_at, answered_at)` |
//! | answers | `update(ratings, customer=…, time=…, wave=…)` |
//! | transactions | `update(customer, time, amount=…, cost=…, currency=…)` |
//! | histories | `update(frequency, recency, age, spend=…, counts=…)` |
//! | durations | `update(durations, observed, entry=…, cause=…, counts=…)` |
//! | paths | `update(path, conversions, value=…, nulls=…)` |
//! | spans | `update(customer, start, end, amount=…, subscription=…, cancelled=…, cause=…, currency=…)` |
//! | events | `update(customer, touchpoint, time, event_id=…, channel=…, score=…, value=…, object=…, outcome=…)` |
//! | predictions | `update(probability, observed, value=…, counts=…)` |

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, UInt64Type};
use arrow_array::{Array, ArrayRef};
use cxm_core::calculator::batch::{
    Answers, Batch, Durations, Events, Histories, Invitations, ItemRatings, KeyColumn, Paths,
    Predictions, Spans, Times, Transactions,
};
use cxm_core::calculator::{Ratings, Values, Weights};
use cxm_core::{Error, Result};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::arrays::{validity, values};
use crate::columns::{self, Chunks};
use crate::errors::{Outcome, after};
use crate::event;
use crate::keys::Keys;
use crate::pieces::{Piece, align};

/// What the columns behind the key columns are.
#[derive(Debug, Clone, Copy)]
enum Layout {
    Ratings { weighted: bool, counted: bool },
    Items,
    Invitations,
    Answers { waves: bool },
    Transactions { amounts: bool, costs: bool, currencies: bool },
    Histories { spends: bool, counted: bool },
    Durations { entries: bool, causes: bool, counted: bool },
    Paths { valued: bool, nulls: bool },
    Events { present: [bool; 6] },
    Spans(SpanColumns),
    Predictions { valued: bool, counted: bool },
}

/// Which columns of spans are given besides customer, start and end.
#[derive(Debug, Clone, Copy)]
struct SpanColumns {
    amounts: bool,
    cancelled: bool,
    subscriptions: bool,
    causes: bool,
    currencies: bool,
}

impl SpanColumns {
    /// Hands on the batch that the columns are; the given ones stand in the order of the fields.
    fn read<T>(
        self,
        customers: &ArrayRef,
        starts: &ArrayRef,
        ends: &ArrayRef,
        rest: &[ArrayRef],
        take: impl FnOnce(Spans<'_>) -> Result<T>,
    ) -> Result<T> {
        no_missing(starts).map_err(|error| error.in_field("start"))?;
        let mut rest = rest.iter();
        let mut next = |present: bool| if present { rest.next() } else { None };
        let customers = Keys::read(customers)?;
        let amounts = next(self.amounts).map(values).transpose()?;
        let cancelled = next(self.cancelled).map(optional_times).transpose()?;
        let subscriptions = next(self.subscriptions).map(Keys::read).transpose()?;
        let causes = next(self.causes).map(Keys::read).transpose()?;
        let currencies = next(self.currencies).map(Keys::read).transpose()?;
        take(Spans {
            customers: customers.column()?,
            subscriptions: subscriptions.as_ref().map(Keys::column).transpose()?,
            starts: times(starts),
            ends: optional_times(ends)?,
            amounts,
            cancelled,
            causes: causes.as_ref().map(Keys::column).transpose()?,
            currencies: currencies.as_ref().map(Keys::column).transpose()?,
        })
    }
}

/// What may be known of an event beside customer, touchpoint and time, in the order of
/// [`Layout::Events`]; the numbers come first.
const EVENT_COLUMNS: [&str; 6] = ["score", "value", "event_id", "channel", "object", "outcome"];

/// A batch that holds on to its memory.
pub(crate) struct Columns {
    layout: Layout,
    keys: usize,
    columns: Vec<Chunks>,
}

/// Takes named arguments one by one; what is left over is a `TypeError` as Python raises it.
struct Named<'a, 'py>(Vec<(String, Bound<'py, PyAny>)>, &'a str);

impl<'a, 'py> Named<'a, 'py> {
    fn new(named: Option<&Bound<'py, PyDict>>, shape: &'a str) -> PyResult<Self> {
        let pairs = named.into_iter().flatten();
        let pairs = pairs.map(|(name, value)| Ok((name.extract()?, value)));
        Ok(Self(pairs.collect::<PyResult<_>>()?, shape))
    }

    fn take(&mut self, name: &str) -> Option<Bound<'py, PyAny>> {
        let position = self.0.iter().position(|(known, _)| known == name)?;
        let value = self.0.swap_remove(position).1;
        (!value.is_none()).then_some(value)
    }

    fn require(&mut self, name: &str) -> PyResult<Bound<'py, PyAny>> {
        let shape = self.1;
        self.take(name)
            .ok_or_else(|| PyTypeError::new_err(format!("a batch of {shape} needs {name}=")))
    }

    fn finish(self) -> PyResult<()> {
        match self.0.first() {
            None => Ok(()),
            Some((name, _)) => {
                let message = format!("unexpected column '{name}' for a batch of {}", self.1);
                Err(PyTypeError::new_err(message))
            }
        }
    }
}

/// Columns that may be given by position or by name.
struct Given<'a, 'b, 'py> {
    positional: std::vec::IntoIter<Bound<'py, PyAny>>,
    named: &'a mut Named<'b, 'py>,
}

impl<'a, 'b, 'py> Given<'a, 'b, 'py> {
    fn new(columns: &Bound<'py, PyTuple>, named: &'a mut Named<'b, 'py>) -> Self {
        let columns: Vec<_> = columns.iter().collect();
        Self { positional: columns.into_iter(), named }
    }

    fn require(&mut self, name: &str) -> PyResult<Bound<'py, PyAny>> {
        self.positional.next().map_or_else(|| self.named.require(name), Ok)
    }

    fn take(&mut self, name: &str) -> Option<Bound<'py, PyAny>> {
        self.positional.next().or_else(|| self.named.take(name)).filter(|column| !column.is_none())
    }

    fn finish(mut self, refusal: &'static str) -> PyResult<()> {
        if self.positional.next().is_some() { Err(PyTypeError::new_err(refusal)) } else { Ok(()) }
    }
}

impl Columns {
    /// Reads the columns of a batch of this shape.
    pub(crate) fn read(
        shape: &str,
        columns: &Bound<'_, PyTuple>,
        named: Option<&Bound<'_, PyDict>>,
    ) -> Outcome<Self> {
        let mut named = Named::new(named, shape)?;
        let batch = match shape {
            "ratings" => Self::ratings(only(columns, "ratings")?, &mut named)?,
            "items" => Self::items(columns)?,
            "invitations" => Self::invitations(columns, &mut named)?,
            "answers" => Self::answers(only(columns, "ratings")?, &mut named)?,
            "transactions" => Self::transactions(columns, &mut named)?,
            "histories" => Self::histories(columns, &mut named)?,
            "durations" => Self::durations(columns, &mut named)?,
            "paths" => Self::paths(columns, &mut named)?,
            "spans" => Self::spans(columns, &mut named)?,
            "events" => Self::events(columns, &mut named)?,
            "predictions" => Self::predictions(columns, &mut named)?,
            other => {
                return Err(Error::batch(format!("no batches of {other} in Python yet")).into());
            }
        };
        named.finish()?;
        Ok(batch)
    }

    fn ratings(ratings: Bound<'_, PyAny>, named: &mut Named<'_, '_>) -> Outcome<Self> {
        let mut all = vec![columns::numbers(&ratings, "ratings")?];
        let weights = named.take("weights");
        let counts = named.take("counts");
        let layout = Layout::Ratings { weighted: weights.is_some(), counted: counts.is_some() };
        if let Some(weights) = weights {
            all.push(columns::weights(&weights)?);
        }
        if let Some(counts) = counts {
            all.push(columns::counts(&counts)?);
        }
        Ok(Self { layout, keys: 0, columns: all })
    }

    fn items(items: &Bound<'_, PyTuple>) -> Outcome<Self> {
        let table = if items.len() == 1 { columns::table(&items.get_item(0)?)? } else { None };
        let columns = match table {
            Some(columns) => columns,
            None => {
                items.iter().map(|item| columns::numbers(&item, "items")).collect::<Outcome<_>>()?
            }
        };
        Ok(Self { layout: Layout::Items, keys: 0, columns })
    }

    fn invitations(times: &Bound<'_, PyTuple>, named: &mut Named<'_, '_>) -> Outcome<Self> {
        let mut given = times.iter();
        let mut column = |name: &str| -> Outcome<Chunks> {
            let times = given.next().map_or_else(|| named.require(name), Ok)?;
            columns::times(&times, name)
        };
        let columns = vec![column("invited_at")?, column("answered_at")?];
        if given.next().is_some() {
            return Err(PyTypeError::new_err("invitations have two columns").into());
        }
        Ok(Self { layout: Layout::Invitations, keys: 0, columns })
    }

    fn answers(ratings: Bound<'_, PyAny>, named: &mut Named<'_, '_>) -> Outcome<Self> {
        let mut all = vec![
            columns::numbers(&ratings, "ratings")?,
            columns::times(&named.require("time")?, "time")?,
            columns::keys(&named.require("customer")?, "customer")?,
        ];
        let waves = named.take("wave");
        let layout = Layout::Answers { waves: waves.is_some() };
        if let Some(waves) = waves {
            all.push(columns::keys(&waves, "wave")?);
        }
        Ok(Self { layout, keys: 0, columns: all })
    }

    fn transactions<'py>(given: &Bound<'py, PyTuple>, named: &mut Named<'_, 'py>) -> Outcome<Self> {
        let mut given = Given::new(given, named);
        let mut all = vec![
            columns::keys(&given.require("customer")?, "customer")?,
            columns::times(&given.require("time")?, "time")?,
        ];
        let amounts = given.take("amount");
        let costs = given.take("cost");
        let currencies = given.take("currency");
        given.finish("transactions have at most five columns")?;
        let layout = Layout::Transactions {
            amounts: amounts.is_some(),
            costs: costs.is_some(),
            currencies: currencies.is_some(),
        };
        for (column, name) in [(amounts, "amount"), (costs, "cost")] {
            let column = column.map(|column| columns::numbers(&column, name));
            all.extend(column.transpose()?);
        }
        all.extend(currencies.map(|column| columns::keys(&column, "currency")).transpose()?);
        Ok(Self { layout, keys: 0, columns: all })
    }

    fn histories<'py>(given: &Bound<'py, PyTuple>, named: &mut Named<'_, 'py>) -> Outcome<Self> {
        let mut given = Given::new(given, named);
        let mut all = Vec::new();
        for name in ["frequency", "recency", "age"] {
            all.push(columns::numbers(&given.require(name)?, name)?);
        }
        let (spends, counts) = (given.take("spend"), given.take("counts"));
        given.finish("histories have at most five columns")?;
        let layout = Layout::Histories { spends: spends.is_some(), counted: counts.is_some() };
        all.extend(spends.map(|column| columns::numbers(&column, "spend")).transpose()?);
        all.extend(counts.map(|column| columns::counts(&column)).transpose()?);
        Ok(Self { layout, keys: 0, columns: all })
    }

    fn durations<'py>(given: &Bound<'py, PyTuple>, named: &mut Named<'_, 'py>) -> Outcome<Self> {
        let mut given = Given::new(given, named);
        let mut all = Vec::new();
        for name in ["durations", "observed"] {
            all.push(columns::numbers(&given.require(name)?, name)?);
        }
        let (entries, causes) = (given.take("entry"), given.take("cause"));
        let counts = given.take("counts");
        given.finish("lifetimes have at most five columns")?;
        let layout = Layout::Durations {
            entries: entries.is_some(),
            causes: causes.is_some(),
            counted: counts.is_some(),
        };
        all.extend(entries.map(|column| columns::numbers(&column, "entry")).transpose()?);
        all.extend(causes.map(|column| columns::keys(&column, "cause")).transpose()?);
        all.extend(counts.map(|column| columns::counts(&column)).transpose()?);
        Ok(Self { layout, keys: 0, columns: all })
    }

    fn paths<'py>(given: &Bound<'py, PyTuple>, named: &mut Named<'_, 'py>) -> Outcome<Self> {
        let mut given = Given::new(given, named);
        let mut all = vec![
            columns::keys(&given.require("path")?, "path")?,
            columns::numbers(&given.require("conversions")?, "conversions")?,
        ];
        let (worth, nulls) = (given.take("value"), given.take("nulls"));
        given.finish("paths have at most four columns")?;
        let layout = Layout::Paths { valued: worth.is_some(), nulls: nulls.is_some() };
        all.extend(worth.map(|column| columns::numbers(&column, "value")).transpose()?);
        all.extend(nulls.map(|column| columns::numbers(&column, "nulls")).transpose()?);
        Ok(Self { layout, keys: 0, columns: all })
    }

    fn spans<'py>(given: &Bound<'py, PyTuple>, named: &mut Named<'_, 'py>) -> Outcome<Self> {
        let mut given = Given::new(given, named);
        let mut all = vec![columns::keys(&given.require("customer")?, "customer")?];
        for name in ["start", "end"] {
            all.push(columns::times(&given.require(name)?, name)?);
        }
        let (amounts, subscriptions) = (given.take("amount"), given.take("subscription"));
        let (cancelled, causes) = (given.take("cancelled"), given.take("cause"));
        let currencies = given.take("currency");
        given.finish("spans have at most eight columns")?;
        let layout = Layout::Spans(SpanColumns {
            amounts: amounts.is_some(),
            cancelled: cancelled.is_some(),
            subscriptions: subscriptions.is_some(),
            causes: causes.is_some(),
            currencies: currencies.is_some(),
        });
        all.extend(amounts.map(|column| columns::numbers(&column, "amount")).transpose()?);
        all.extend(cancelled.map(|column| columns::times(&column, "cancelled")).transpose()?);
        let keys = [(subscriptions, "subscription"), (causes, "cause"), (currencies, "currency")];
        for (column, name) in keys {
            all.extend(column.map(|column| columns::keys(&column, name)).transpose()?);
        }
        Ok(Self { layout, keys: 0, columns: all })
    }

    fn events<'py>(given: &Bound<'py, PyTuple>, named: &mut Named<'_, 'py>) -> Outcome<Self> {
        let mut given = Given::new(given, named);
        let mut all = vec![
            columns::keys(&given.require("customer")?, "customer")?,
            columns::keys(&given.require("touchpoint")?, "touchpoint")?,
            columns::times(&given.require("time")?, "time")?,
        ];
        // By position they come in the order of the documentation.
        let mut found: Vec<(&str, Bound<'py, PyAny>)> = Vec::new();
        for name in event::NAMES.into_iter().skip(3) {
            found.extend(given.take(name).map(|column| (name, column)));
        }
        given.finish("events have at most nine columns")?;
        let mut present = [false; 6];
        for (at, (name, present)) in EVENT_COLUMNS.into_iter().zip(&mut present).enumerate() {
            let Some((_, column)) = found.iter().find(|(known, _)| *known == name) else {
                continue;
            };
            *present = true;
            all.push(match at {
                0 | 1 => columns::numbers(column, name)?,
                _ => columns::keys(column, name)?,
            });
        }
        Ok(Self { layout: Layout::Events { present }, keys: 0, columns: all })
    }

    fn predictions<'py>(given: &Bound<'py, PyTuple>, named: &mut Named<'_, 'py>) -> Outcome<Self> {
        let mut given = Given::new(given, named);
        let mut all = Vec::new();
        for name in ["probability", "observed"] {
            all.push(columns::numbers(&given.require(name)?, name)?);
        }
        let (worth, counts) = (given.take("value"), given.take("counts"));
        given.finish("predictions have at most four columns")?;
        let layout = Layout::Predictions { valued: worth.is_some(), counted: counts.is_some() };
        all.extend(worth.map(|column| columns::numbers(&column, "value")).transpose()?);
        all.extend(counts.map(|column| columns::counts(&column)).transpose()?);
        Ok(Self { layout, keys: 0, columns: all })
    }

    /// Puts key columns before the others.
    pub(crate) fn keyed(mut self, keys: Vec<Chunks>) -> Self {
        self.keys = keys.len();
        self.columns.splice(0..0, keys);
        self
    }

    /// The batch in pieces that are contiguous in memory; most often one.
    pub(crate) fn pieces(&self) -> Result<Vec<Piece>> {
        align(&self.columns)
    }

    /// Hands one piece to the core; a row to blame counts from the start of the whole batch.
    pub(crate) fn with<T>(
        &self,
        piece: &Piece,
        take: impl FnOnce(&[KeyColumn<'_>], Batch<'_>) -> Result<T>,
    ) -> Result<T> {
        self.view(piece, take).map_err(|error| after(error, piece.first_row))
    }

    fn view<T>(
        &self,
        piece: &Piece,
        take: impl FnOnce(&[KeyColumn<'_>], Batch<'_>) -> Result<T>,
    ) -> Result<T> {
        let (keys, data) = piece.arrays.split_at_checked(self.keys).unwrap_or_default();
        let keys = keys.iter().map(Keys::read).collect::<Result<Vec<_>>>()?;
        let keys = keys.iter().map(Keys::column).collect::<Result<Vec<_>>>()?;
        match (self.layout, data) {
            (Layout::Ratings { weighted, counted }, [ratings, rest @ ..]) => {
                let mut rest = rest.iter();
                let mut next = |present: bool| if present { rest.next() } else { None };
                let weights = next(weighted).map(|weights| Weights::Floats(floats(weights)));
                let counts = next(counted).map(whole);
                take(&keys, Ratings { values: values(ratings)?, weights, counts }.into())
            }
            (Layout::Items, items) => {
                let items: Vec<Values<'_>> = items.iter().map(values).collect::<Result<_>>()?;
                take(&keys, ItemRatings::new(&items).into())
            }
            (Layout::Invitations, [invited_at, answered_at]) => {
                no_missing(invited_at).map_err(|error| error.in_field("invited_at"))?;
                let answered = validity(answered_at.nulls())?;
                let (invited_at, answered_at) = (times(invited_at), times(answered_at));
                take(&keys, Invitations { invited_at, answered_at, answered }.into())
            }
            (Layout::Answers { waves }, [ratings, time, customers, rest @ ..]) => {
                no_missing(time).map_err(|error| error.in_field("time"))?;
                let customers = Keys::read(customers)?;
                let given = rest.first().filter(|_| waves).map(Keys::read).transpose()?;
                let answers = Answers {
                    customers: customers.column()?,
                    waves: given.as_ref().map(Keys::column).transpose()?,
                    times: times(time),
                    ratings: values(ratings)?,
                };
                take(&keys, answers.into())
            }
            (Layout::Transactions { amounts, costs, currencies }, [customers, time, rest @ ..]) => {
                no_missing(time).map_err(|error| error.in_field("time"))?;
                let customers = Keys::read(customers)?;
                let mut rest = rest.iter();
                let mut next = |present: bool| if present { rest.next() } else { None };
                let amounts = next(amounts).map(values).transpose()?;
                let costs = next(costs).map(values).transpose()?;
                let currencies = next(currencies).map(Keys::read).transpose()?;
                let transactions = Transactions {
                    customers: customers.column()?,
                    times: times(time),
                    amounts,
                    costs,
                    currencies: currencies.as_ref().map(Keys::column).transpose()?,
                };
                take(&keys, transactions.into())
            }
            (Layout::Histories { spends, counted }, [frequencies, recencies, ages, rest @ ..]) => {
                let mut rest = rest.iter();
                let mut next = |present: bool| if present { rest.next() } else { None };
                let histories = Histories {
                    frequencies: values(frequencies)?,
                    recencies: values(recencies)?,
                    ages: values(ages)?,
                    spends: next(spends).map(values).transpose()?,
                    counts: next(counted).map(whole),
                };
                take(&keys, histories.into())
            }
            (Layout::Durations { entries, causes, counted }, [durations, observed, rest @ ..]) => {
                let mut rest = rest.iter();
                let mut next = |present: bool| if present { rest.next() } else { None };
                let entries = next(entries).map(values).transpose()?;
                let causes = next(causes).map(Keys::read).transpose()?;
                let lifetimes = Durations {
                    durations: values(durations)?,
                    observed: values(observed)?,
                    entries,
                    causes: causes.as_ref().map(Keys::column).transpose()?,
                    counts: next(counted).map(whole),
                };
                take(&keys, lifetimes.into())
            }
            (Layout::Paths { valued, nulls }, [texts, conversions, rest @ ..]) => {
                let mut rest = rest.iter();
                let mut next = |present: bool| if present { rest.next() } else { None };
                let worth = next(valued).map(values).transpose()?;
                let nulls = next(nulls).map(values).transpose()?;
                let texts = Keys::read(texts)?;
                let (paths, conversions) = (texts.column()?, values(conversions)?);
                take(&keys, Paths { paths, conversions, values: worth, nulls }.into())
            }
            (Layout::Spans(given), [customers, starts, ends, rest @ ..]) => {
                given.read(customers, starts, ends, rest, |spans| take(&keys, spans.into()))
            }
            (Layout::Events { present }, [customers, touchpoints, time, rest @ ..]) => {
                events(present, [customers, touchpoints, time], rest, |batch| take(&keys, batch))
            }
            (Layout::Predictions { valued, counted }, [probabilities, observed, rest @ ..]) => {
                let mut rest = rest.iter();
                let mut next = |present: bool| if present { rest.next() } else { None };
                let predictions = Predictions {
                    probabilities: values(probabilities)?,
                    observed: values(observed)?,
                    values: next(valued).map(values).transpose()?,
                    counts: next(counted).map(whole),
                };
                take(&keys, predictions.into())
            }
            _ => Err(Error::batch("the columns do not make a batch")),
        }
    }
}

/// A batch of events out of their arrays.
fn events<T>(
    present: [bool; 6],
    [customers, touchpoints, time]: [&ArrayRef; 3],
    rest: &[ArrayRef],
    take: impl FnOnce(Batch<'_>) -> Result<T>,
) -> Result<T> {
    let (customers, touchpoints) = (Keys::read(customers)?, Keys::read(touchpoints)?);
    let mut rest = rest.iter();
    let mut next = |present: bool| if present { rest.next() } else { None };
    let [scores, amounts, ids, channels, objects, outcomes] = present;
    let (scores, amounts) = (next(scores), next(amounts));
    let keys = [next(ids), next(channels), next(objects), next(outcomes)];
    let [ids, channels, objects, outcomes] = keys.map(|array| array.map(Keys::read).transpose());
    let keys = [ids?, channels?, objects?, outcomes?];
    let times = Times { values: times(time), validity: validity(time.nulls())? };
    let mut batch = Events::new(customers.column()?, touchpoints.column()?, times);
    let [ids, channels, objects, outcomes] =
        keys.each_ref().map(|keys| keys.as_ref().map(Keys::column).transpose());
    batch.event_ids = ids?;
    batch.channels = channels?;
    batch.objects = objects?;
    batch.outcomes = outcomes?;
    batch.scores = scores.map(values).transpose()?;
    batch.values = amounts.map(values).transpose()?;
    take(Batch::Events(batch))
}

fn only<'py>(columns: &Bound<'py, PyTuple>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    if columns.len() == 1 {
        return columns.get_item(0);
    }
    let message = format!("expected one column of {name}, got {}", columns.len());
    Err(PyTypeError::new_err(message))
}

fn no_missing(array: &ArrayRef) -> Result<()> {
    match array.nulls().and_then(|nulls| (0..nulls.len()).find(|&row| nulls.is_null(row))) {
        Some(row) => Err(Error::observation("a time is missing").at_row(row)),
        None => Ok(()),
    }
}

fn floats(array: &ArrayRef) -> &[f64] {
    array.as_primitive::<Float64Type>().values()
}

fn whole(array: &ArrayRef) -> &[u64] {
    array.as_primitive::<UInt64Type>().values()
}

fn optional_times(array: &ArrayRef) -> Result<Times<'_>> {
    Ok(Times { values: times(array), validity: validity(array.nulls())? })
}

fn times(array: &ArrayRef) -> &[i64] {
    array.as_primitive::<Int64Type>().values()
}

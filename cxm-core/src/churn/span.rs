//! One span of a subscription, and how spans are read from a batch.

use crate::calculator::batch::{KeyColumn, KeyPart, Money, Spans, Values};
use crate::calculator::codec::{Reader, Writer};
use crate::calculator::stated_currency::StatedCurrency;
use crate::error::{Error, Result};

/// A span of a subscription: half-open, from its start up to but not including its end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Who subscribes.
    pub customer: KeyPart,
    /// Which subscription of theirs; `Missing` for spans that add up.
    pub subscription: KeyPart,
    /// When it starts, microseconds since 1970.
    pub start: i64,
    /// When it ends; absent while it runs.
    pub end: Option<i64>,
    /// When the customer asked to leave.
    pub cancelled: Option<i64>,
    /// The recurring amount in minor units.
    pub amount: i64,
    /// Why it ended; `Missing` where nobody said.
    pub cause: KeyPart,
}

impl Span {
    /// Refuses a span that cannot be.
    pub fn check(&self) -> Result<()> {
        if self.end.is_some_and(|end| end <= self.start) {
            return Err(Error::observation("a span ends after it starts").in_field("ends"));
        }
        if self.cancelled.is_some_and(|time| time < self.start) {
            let message = "nobody cancels what has not started";
            return Err(Error::observation(message).in_field("cancelled"));
        }
        if self.amount < 0 {
            let message = format!("expected an amount that is not negative, got {}", self.amount);
            return Err(Error::observation(message).in_field("amounts"));
        }
        if self.customer == KeyPart::Missing {
            return Err(Error::observation("a span has a customer").in_field("customers"));
        }
        Ok(())
    }

    /// Whether both are of the same named subscription and share a moment.
    pub fn overlaps(&self, other: &Self) -> bool {
        let starts_before_end =
            |first: &Self, second: &Self| first.end.is_none_or(|end| second.start < end);
        self.subscription != KeyPart::Missing
            && self.subscription == other.subscription
            && self.customer == other.customer
            && starts_before_end(self, other)
            && starts_before_end(other, self)
    }

    pub(super) fn write(&self, writer: &mut Writer) {
        self.customer.write(writer);
        self.subscription.write(writer);
        writer.signed(self.start);
        write_time(self.end, writer);
        write_time(self.cancelled, writer);
        writer.signed(self.amount);
        self.cause.write(writer);
    }

    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        let span = Self {
            customer: KeyPart::read(reader)?,
            subscription: KeyPart::read(reader)?,
            start: reader.signed()?,
            end: read_time(reader)?,
            cancelled: read_time(reader)?,
            amount: reader.signed()?,
            cause: KeyPart::read(reader)?,
        };
        span.check().map_err(|error| Error::corrupt(error.message().to_owned()))?;
        Ok(span)
    }
}

/// A span, and the currency that its row states.
#[derive(Debug)]
pub(super) struct Row {
    pub span: Span,
    pub currency: Option<KeyPart>,
}

fn write_time(time: Option<i64>, writer: &mut Writer) {
    writer.bool(time.is_some());
    if let Some(time) = time {
        writer.signed(time);
    }
}

fn read_time(reader: &mut Reader<'_>) -> Result<Option<i64>> {
    Ok(if reader.bool()? { Some(reader.signed()?) } else { None })
}

/// The spans of a batch, row by row; the first that cannot be is an error with its row.
pub(super) fn for_each(
    batch: &Spans<'_>,
    mut take: impl FnMut(usize, Row) -> Result<()>,
) -> Result<()> {
    batch.check_shape()?;
    let key = |column: Option<&KeyColumn<'_>>, field: &'static str, row: usize| {
        column.map_or(Ok(KeyPart::Missing), |keys| keys.part(row)).map_err(|e| e.in_field(field))
    };
    let mut stated = StatedCurrency::default();
    let mut read = |row: usize, start: i64| -> Result<Row> {
        let span = Span {
            customer: key(Some(&batch.customers), "customers", row)?,
            subscription: key(batch.subscriptions.as_ref(), "subscriptions", row)?,
            start,
            end: batch.ends.get(row),
            cancelled: batch.cancelled.and_then(|cancelled| cancelled.get(row)),
            amount: batch.amounts.map_or(Ok(0), |amounts| amount(&amounts, row))?,
            cause: key(batch.causes.as_ref(), "causes", row)?,
        };
        span.check()?;
        let currency = key(batch.currencies.as_ref(), "currencies", row)?;
        let currency = (currency != KeyPart::Missing).then_some(currency);
        // One currency for the whole batch, whatever its groups: those may be folded together.
        stated.check_row(currency.as_ref())?;
        if stated.get().is_none()
            && let Some(currency) = &currency
        {
            stated.take(currency.clone());
        }
        Ok(Row { span, currency })
    };
    for (row, &start) in batch.starts.iter().enumerate() {
        read(row, start)
            .and_then(|content| take(row, content))
            .map_err(|error| error.at_row(row))?;
    }
    Ok(())
}

fn amount(amounts: &Values<'_>, row: usize) -> Result<i64> {
    let nothing = || {
        let message = "expected a whole number of minor units, got nothing";
        Error::observation(message).in_field("amounts")
    };
    Money::of_row(amounts, row, "amounts")?.ok_or_else(nothing)
}

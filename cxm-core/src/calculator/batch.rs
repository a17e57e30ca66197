//! The batch shapes: what a row looks like, as columns. A closed set.
//!
//! | shape | columns | taken by |
//! | --- | --- | --- |
//! | [`Ratings`] | one rating; optional weights or counts | `nps`, `csat`, `ces`, `star_rating` |
//! | [`ItemRatings`] | several ratings of one respondent | `cx_index`, `secure_customer_index`, `paired_nps`, `emotional_value` |
//! | [`Invitations`] | invited at, answered at | `response_rate` |
//! | [`Answers`] | customer, wave, time, rating | `response_ledger` |
//!
//! Columns are borrowed; nothing is copied. A new shape is the one thing for which the C and the
//! Python door need new code.

use super::codec::{Reader, Writer};
use crate::error::{Error, Result};
pub use crate::numeric::tally::{Bitmap, Validity};

/// A column of numbers of any machine type, borrowed.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "each variant is its element type")]
#[non_exhaustive]
pub enum Column<'a> {
    U8(&'a [u8]),
    I8(&'a [i8]),
    U16(&'a [u16]),
    I16(&'a [i16]),
    U32(&'a [u32]),
    I32(&'a [i32]),
    U64(&'a [u64]),
    I64(&'a [i64]),
    F32(&'a [f32]),
    F64(&'a [f64]),
}

/// Runs the same expression on the typed slice of a column, whatever its type is.
macro_rules! with_column {
    ($column:expr, $slice:ident => $body:expr) => {
        match $column {
            $crate::calculator::batch::Column::U8($slice) => $body,
            $crate::calculator::batch::Column::I8($slice) => $body,
            $crate::calculator::batch::Column::U16($slice) => $body,
            $crate::calculator::batch::Column::I16($slice) => $body,
            $crate::calculator::batch::Column::U32($slice) => $body,
            $crate::calculator::batch::Column::I32($slice) => $body,
            $crate::calculator::batch::Column::U64($slice) => $body,
            $crate::calculator::batch::Column::I64($slice) => $body,
            $crate::calculator::batch::Column::F32($slice) => $body,
            $crate::calculator::batch::Column::F64($slice) => $body,
        }
    };
}
pub(crate) use with_column;

impl Column<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        with_column!(self, slice => slice.len())
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

macro_rules! column_from {
    ($($type:ty => $variant:ident),*) => {$(
        impl<'a> From<&'a [$type]> for Column<'a> {
            fn from(slice: &'a [$type]) -> Self {
                Self::$variant(slice)
            }
        }
    )*};
}
column_from!(u8 => U8, i8 => I8, u16 => U16, i16 => I16, u32 => U32, i32 => I32, u64 => U64,
    i64 => I64, f32 => F32, f64 => F64);

/// A column of numbers with the rows that are missing.
///
/// A NaN in a float column is missing as well.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// The numbers.
    pub column: Column<'a>,
    /// Which rows are present; without it, all are.
    pub validity: Option<Validity<'a>>,
}

impl<'a, C: Into<Column<'a>>> From<C> for Values<'a> {
    fn from(column: C) -> Self {
        Self { column: column.into(), validity: None }
    }
}

impl<'a> Values<'a> {
    /// A column with its validity, of the same length.
    pub fn new(column: impl Into<Column<'a>>, validity: Option<Validity<'a>>) -> Result<Self> {
        let column = column.into();
        if let Some(validity) = validity {
            same_length("validity", validity.len(), column.len())?;
        }
        Ok(Self { column, validity })
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.column.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the row is present.
    pub fn is_valid(&self, row: usize) -> bool {
        self.validity.is_none_or(|validity| validity.is_valid(row))
    }
}

pub(crate) fn same_length(field: &'static str, got: usize, expected: usize) -> Result<()> {
    if got == expected {
        return Ok(());
    }
    Err(Error::batch(format!("expected {expected} rows as in the other columns, got {got}"))
        .in_field(field))
}

/// Fixed-point weights: the unit is 2^-20, so that sums are exact.
pub const WEIGHT_ONE: u32 = 1 << 20;

/// A column of weights, one a row.
#[derive(Debug, Clone, Copy)]
pub enum Weights<'a> {
    /// In units of 2^-20, see [`WEIGHT_ONE`].
    Fixed(&'a [u32]),
    /// Rounded to the next 2^-20; must be finite, not negative and below 4096.
    Floats(&'a [f64]),
}

impl Weights<'_> {
    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Fixed(weights) => weights.len(),
            Self::Floats(weights) => weights.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The weights in units of 2^-20; the first that has none is an error with its row.
    pub fn to_fixed(&self) -> Result<std::borrow::Cow<'_, [u32]>> {
        match self {
            Self::Fixed(weights) => Ok((*weights).into()),
            Self::Floats(weights) => weights
                .iter()
                .enumerate()
                .map(|(row, &weight)| fixed_weight(weight).map_err(|error| error.at_row(row)))
                .collect::<Result<Vec<_>>>()
                .map(Into::into),
        }
    }
}

/// One weight in units of 2^-20, rounded half to even.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked on the line before"
)]
pub fn fixed_weight(weight: f64) -> Result<u32> {
    let scaled = (weight * f64::from(WEIGHT_ONE)).round_ties_even();
    if scaled >= 0.0 && scaled <= f64::from(u32::MAX) {
        Ok(scaled as u32)
    } else {
        Err(Error::observation(format!(
            "a weight must be finite, not negative and below 4096, got {weight}"
        ))
        .in_field("weights"))
    }
}

/// One rating a row.
#[derive(Debug, Clone, Copy)]
pub struct Ratings<'a> {
    /// The ratings.
    pub values: Values<'a>,
    /// One weight a row, exactly where the definition is weighted.
    pub weights: Option<Weights<'a>>,
    /// How often each row stands, for data that were counted before; without it, once.
    pub counts: Option<&'a [u64]>,
}

impl<'a, V: Into<Values<'a>>> From<V> for Ratings<'a> {
    fn from(values: V) -> Self {
        Self { values: values.into(), weights: None, counts: None }
    }
}

impl<'a> Ratings<'a> {
    /// Ratings, each with a weight.
    pub fn weighted(values: impl Into<Values<'a>>, weights: Weights<'a>) -> Self {
        Self { values: values.into(), weights: Some(weights), counts: None }
    }

    /// Ratings that were counted before: each row stands `counts` times.
    pub fn counted(values: impl Into<Values<'a>>, counts: &'a [u64]) -> Self {
        Self { values: values.into(), weights: None, counts: Some(counts) }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// Several ratings of one respondent a row, one column an item.
#[derive(Debug, Clone, Copy)]
pub struct ItemRatings<'a> {
    /// The items' columns, of equal length, in the order of the definition.
    pub items: &'a [Values<'a>],
}

impl<'a> ItemRatings<'a> {
    /// The items, in the order of the definition.
    pub fn new(items: &'a [Values<'a>]) -> Self {
        Self { items }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.items.first().map_or(0, Values::len)
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Refuses another number of items, and columns of unequal length.
    pub fn check_shape(&self, items: usize) -> Result<()> {
        if self.items.len() != items {
            return Err(Error::batch(format!(
                "expected {items} item columns, got {}",
                self.items.len()
            )));
        }
        self.items.iter().try_for_each(|item| same_length("items", item.len(), self.len()))
    }
}

/// One invitation a row: when it was sent, and when it was answered, if it was.
#[derive(Debug, Clone, Copy)]
pub struct Invitations<'a> {
    /// When the invitation was sent, microseconds since 1970.
    pub invited_at: &'a [i64],
    /// When it was answered; the value of an unanswered row is not looked at.
    pub answered_at: &'a [i64],
    /// Which rows were answered; without it, all were.
    pub answered: Option<Validity<'a>>,
}

/// A part of a key: one value of one key column.
///
/// Sorted missing first, then booleans, integers, texts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(untagged))]
pub enum KeyPart {
    /// No value.
    Missing,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text, compared byte by byte.
    Text(Box<str>),
}

impl KeyPart {
    pub(crate) fn write(&self, writer: &mut Writer) {
        match self {
            Self::Missing => writer.u8(0),
            Self::Boolean(value) => {
                writer.u8(1);
                writer.bool(*value);
            }
            Self::Integer(value) => {
                writer.u8(2);
                writer.signed(*value);
            }
            Self::Text(text) => {
                writer.u8(3);
                writer.text(text);
            }
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self> {
        match reader.u8()? {
            0 => Ok(Self::Missing),
            1 => reader.bool().map(Self::Boolean),
            2 => reader.signed().map(Self::Integer),
            3 => reader.text().map(Self::from),
            other => Err(Error::corrupt(format!("there is no key type {other}"))),
        }
    }
}

impl std::fmt::Display for KeyPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("(missing)"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Text(value) => f.write_str(value),
        }
    }
}

impl From<&str> for KeyPart {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for KeyPart {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

/// The values of a key column.
#[derive(Debug, Clone, Copy)]
pub enum KeyValues<'a> {
    /// Whole numbers.
    Integers(&'a [i64]),
    /// Texts.
    Texts(&'a [&'a str]),
    /// Positions in a dictionary: the fast form, since each key is looked up once a batch.
    Codes {
        /// One position a row.
        codes: &'a [u32],
        /// The keys.
        dictionary: &'a [KeyPart],
    },
}

/// A column of keys: customers, segments, waves.
#[derive(Debug, Clone, Copy)]
pub struct KeyColumn<'a> {
    /// The keys.
    pub values: KeyValues<'a>,
    /// Which rows have a key; without it, all do. The others have the key [`KeyPart::Missing`].
    pub validity: Option<Validity<'a>>,
}

impl<'a> From<&'a [i64]> for KeyColumn<'a> {
    fn from(values: &'a [i64]) -> Self {
        Self { values: KeyValues::Integers(values), validity: None }
    }
}

impl<'a> From<&'a [&'a str]> for KeyColumn<'a> {
    fn from(values: &'a [&'a str]) -> Self {
        Self { values: KeyValues::Texts(values), validity: None }
    }
}

impl<'a> KeyColumn<'a> {
    /// A dictionary-coded column.
    pub fn coded(codes: &'a [u32], dictionary: &'a [KeyPart]) -> Self {
        Self { values: KeyValues::Codes { codes, dictionary }, validity: None }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self.values {
            KeyValues::Integers(values) => values.len(),
            KeyValues::Texts(values) => values.len(),
            KeyValues::Codes { codes, .. } => codes.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key of a row; a code outside the dictionary is an error with its row.
    pub fn part(&self, row: usize) -> Result<KeyPart> {
        if !self.validity.is_none_or(|validity| validity.is_valid(row)) {
            return Ok(KeyPart::Missing);
        }
        let part = match self.values {
            KeyValues::Integers(values) => values.get(row).map(|&value| KeyPart::Integer(value)),
            KeyValues::Texts(values) => values.get(row).map(|&text| KeyPart::Text(text.into())),
            KeyValues::Codes { codes, dictionary } => codes
                .get(row)
                .and_then(|&code| dictionary.get(usize::try_from(code).ok()?))
                .cloned(),
        };
        part.ok_or_else(|| Error::observation("a code is outside its dictionary").at_row(row))
    }
}

/// One answer of a known customer a row.
#[derive(Debug, Clone, Copy)]
pub struct Answers<'a> {
    /// Who answered.
    pub customers: KeyColumn<'a>,
    /// In which wave of the survey; without it, all rows belong to one wave.
    pub waves: Option<KeyColumn<'a>>,
    /// When, microseconds since 1970.
    pub times: &'a [i64],
    /// The rating.
    pub ratings: Values<'a>,
}

/// A batch of any shape.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Batch<'a> {
    /// One rating a row.
    Ratings(Ratings<'a>),
    /// Several ratings a row.
    Items(ItemRatings<'a>),
    /// One invitation a row.
    Invitations(Invitations<'a>),
    /// One answer of a known customer a row.
    Answers(Answers<'a>),
}

impl Batch<'_> {
    /// The name of the shape.
    pub const fn shape(&self) -> &'static str {
        match self {
            Self::Ratings(_) => "ratings",
            Self::Items(_) => "items",
            Self::Invitations(_) => "invitations",
            Self::Answers(_) => "answers",
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Ratings(batch) => batch.len(),
            Self::Items(batch) => batch.len(),
            Self::Invitations(batch) => batch.invited_at.len(),
            Self::Answers(batch) => batch.ratings.len(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

macro_rules! batch_conversions {
    ($($shape:ident => $variant:ident, $name:literal;)*) => {$(
        impl<'a> From<$shape<'a>> for Batch<'a> {
            fn from(batch: $shape<'a>) -> Self {
                Self::$variant(batch)
            }
        }

        impl<'a> TryFrom<Batch<'a>> for $shape<'a> {
            type Error = Error;

            fn try_from(batch: Batch<'a>) -> Result<Self> {
                match batch {
                    Batch::$variant(batch) => Ok(batch),
                    other => Err(Error::batch(format!(
                        "expected a batch of {}, got one of {}", $name, other.shape()
                    ))),
                }
            }
        }
    )*};
}
batch_conversions! {
    Ratings => Ratings, "ratings";
    ItemRatings => Items, "items";
    Invitations => Invitations, "invitations";
    Answers => Answers, "answers";
}

//! The one error type of the library.

use std::borrow::Cow;

/// What went wrong, as a small stable set.
///
/// The numbers are the status codes of the C library and never change; Python maps each kind to one
/// exception class. New kinds are only ever added.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[repr(i32)]
pub enum ErrorKind {
    /// A definition contradicts itself: cut points outside the scale, a scale of 500 points.
    InvalidDefinition = 1,
    /// A row of a batch cannot be an observation: 11 on a scale of 0 to 10 under a strict rule.
    InvalidObservation = 2,
    /// Two states have unlike definitions, or are of different kinds.
    IncompatibleMerge = 3,
    /// A batch has the wrong shape for this calculator: columns of unequal length, weights where
    /// the definition declares none.
    WrongBatch = 4,
    /// State bytes are truncated, damaged or not canonical.
    CorruptState = 5,
    /// State bytes were written by a version that this library cannot read.
    UnsupportedVersion = 6,
    /// Not enough data for the figure asked for.
    InsufficientData = 7,
    /// An iterative calculation did not reach its tolerance.
    NotConverged = 8,
    /// A count or a sum would leave its range.
    Overflow = 9,
    /// No calculator, definition, method or question of that name.
    NotFound = 10,
    /// An argument of a reading is out of range: a level of 95 instead of 0.95.
    InvalidArgument = 11,
    /// A declared limit was reached: groups, bytes, points of a scale.
    LimitReached = 12,
    /// Something was retracted that had never been added.
    NeverAdded = 13,
    /// The calculator does not offer this verb or this reading.
    NotOffered = 14,
    /// The caller stopped a calculation that told its progress.
    Cancelled = 15,
}

impl ErrorKind {
    /// Every kind, in the order of its code.
    pub const ALL: &'static [Self] = &[
        Self::InvalidDefinition,
        Self::InvalidObservation,
        Self::IncompatibleMerge,
        Self::WrongBatch,
        Self::CorruptState,
        Self::UnsupportedVersion,
        Self::InsufficientData,
        Self::NotConverged,
        Self::Overflow,
        Self::NotFound,
        Self::InvalidArgument,
        Self::LimitReached,
        Self::NeverAdded,
        Self::NotOffered,
        Self::Cancelled,
    ];

    /// The stable number: the status code of the C library.
    pub const fn code(self) -> i32 {
        self as i32
    }

    /// The stable name in `snake_case`, the same in every door.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidDefinition => "invalid_definition",
            Self::InvalidObservation => "invalid_observation",
            Self::IncompatibleMerge => "incompatible_merge",
            Self::WrongBatch => "wrong_batch",
            Self::CorruptState => "corrupt_state",
            Self::UnsupportedVersion => "unsupported_version",
            Self::InsufficientData => "insufficient_data",
            Self::NotConverged => "not_converged",
            Self::Overflow => "overflow",
            Self::NotFound => "not_found",
            Self::InvalidArgument => "invalid_argument",
            Self::LimitReached => "limit_reached",
            Self::NeverAdded => "never_added",
            Self::NotOffered => "not_offered",
            Self::Cancelled => "cancelled",
        }
    }
}

/// An error: its kind, what was expected, and the place.
///
/// The message reads `nps: rating must be within 0..=10, got 11 (row 3)`. Rows count from 0, as the
/// columns of the batch do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0)]
pub struct Error(Box<Details>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Details {
    kind: ErrorKind,
    message: Cow<'static, str>,
    context: Option<Cow<'static, str>>,
    field: Option<Cow<'static, str>>,
    row: Option<u64>,
}

impl std::fmt::Display for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(context) = &self.context {
            write!(f, "{context}: ")?;
        }
        f.write_str(&self.message)?;
        match (&self.field, self.row) {
            (Some(field), Some(row)) => write!(f, " (field {field}, row {row})"),
            (Some(field), None) => write!(f, " (field {field})"),
            (None, Some(row)) => write!(f, " (row {row})"),
            (None, None) => Ok(()),
        }
    }
}

impl Error {
    /// An error of this kind; the message says what was expected and what came.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Details {
            kind,
            message: message.into(),
            context: None,
            field: None,
            row: None,
        }))
    }

    /// Names the calculator or function that refused; the innermost name stays.
    #[must_use]
    pub fn within(mut self, context: impl Into<Cow<'static, str>>) -> Self {
        self.0.context.get_or_insert_with(|| context.into());
        self
    }

    /// Names the row of the batch, from 0.
    #[must_use]
    pub fn at_row(mut self, row: usize) -> Self {
        self.0.row = Some(row as u64);
        self
    }

    /// Names the field: a column, a parameter of a definition, an argument.
    #[must_use]
    pub fn in_field(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.0.field.get_or_insert_with(|| field.into());
        self
    }

    /// The kind, for matching on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message without its place.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The row of the batch, from 0, where one row is to blame.
    pub fn row(&self) -> Option<u64> {
        self.0.row
    }

    /// The column, parameter or argument, where one is to blame.
    pub fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $kind:ident;)*) => {
        impl Error {
            $($(#[$doc])* pub fn $name(message: impl Into<Cow<'static, str>>) -> Self {
                Self::new(ErrorKind::$kind, message)
            })*
        }
    };
}

constructors! {
    /// Short for [`ErrorKind::InvalidDefinition`].
    definition => InvalidDefinition;
    /// Short for [`ErrorKind::InvalidObservation`].
    observation => InvalidObservation;
    /// Short for [`ErrorKind::IncompatibleMerge`].
    merge => IncompatibleMerge;
    /// Short for [`ErrorKind::WrongBatch`].
    batch => WrongBatch;
    /// Short for [`ErrorKind::CorruptState`].
    corrupt => CorruptState;
    /// Short for [`ErrorKind::InsufficientData`].
    insufficient => InsufficientData;
    /// Short for [`ErrorKind::NotConverged`].
    not_converged => NotConverged;
    /// Short for [`ErrorKind::Overflow`].
    overflow => Overflow;
    /// Short for [`ErrorKind::NotFound`].
    not_found => NotFound;
    /// Short for [`ErrorKind::InvalidArgument`].
    argument => InvalidArgument;
    /// Short for [`ErrorKind::LimitReached`].
    limit => LimitReached;
    /// Short for [`ErrorKind::NeverAdded`].
    never_added => NeverAdded;
    /// Short for [`ErrorKind::NotOffered`].
    not_offered => NotOffered;
    /// Short for [`ErrorKind::Cancelled`].
    cancelled => Cancelled;
}

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

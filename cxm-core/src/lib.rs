//! The numbers of customer experience.
#![forbid(unsafe_code)]

pub mod calculator;
pub mod error;
pub mod model;
pub mod numeric;
#[cfg(feature = "registry")]
pub mod registry;
pub mod stats;
pub mod stream;
pub mod survey;

pub use error::{Error, ErrorKind, Result};

/// Everything that a program of a few lines needs.
pub mod prelude {
    pub use crate::calculator::batch::{
        Answers, Column, Invitations, ItemRatings, KeyColumn, KeyPart, Ratings, Validity, Values,
        Weights,
    };
    pub use crate::calculator::{
        Calculator, Definition, Merge, Report, Retract, State, Update, UpdateByGroup,
    };
    pub use crate::error::{Error, ErrorKind, Result};
    pub use crate::model::{InvalidRule, MissingRule, RatingRules, Scale};
    pub use crate::stats::{Interval, IntervalOptions, Method, Scored};
    pub use crate::stream::{Key, Keyed, KeyedBatch, KeyedDefinition};
    pub use crate::survey::{
        Ces, CesDefinition, Csat, CsatDefinition, Measure, Nps, NpsDefinition, RatingReport,
        StarRating, StarRatingDefinition,
    };
}

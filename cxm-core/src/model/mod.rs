//! What happened: plain data, and the rules by which it is read.

pub mod rating_rules;
pub mod scale;
pub mod time;
pub mod time_unit;

pub use rating_rules::{InvalidRule, MissingRule, RatingRules};
pub use scale::{Direction, Scale};
pub use time_unit::TimeUnit;

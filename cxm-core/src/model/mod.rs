//! What happened: plain data, and the rules by which it is read.

pub mod rating_rules;
pub mod scale;
pub mod time;

pub use rating_rules::{InvalidRule, MissingRule, RatingRules};
pub use scale::{Direction, Scale};

//! What happened: plain data, and the rules by which it is read.

pub mod money;
pub mod period;
pub mod rating_rules;
pub mod scale;
pub mod time;
pub mod time_unit;

pub use money::{AmountUnit, RefundRule};
pub use period::Period;
pub use rating_rules::{InvalidRule, MissingRule, RatingRules};
pub use scale::{Direction, Scale};
pub use time_unit::TimeUnit;

//! Survey metrics: what customers answer.
//!
//! | metric | question | state |
//! | --- | --- | --- |
//! | [`nps`] | would you recommend us? | histogram |
//! | [`csat`] | how satisfied are you? | histogram |
//! | [`ces`] | how easy was it? | histogram |
//! | [`star_rating`] | how many stars? | histogram |

pub mod boxes;
pub mod ces;
pub mod csat;
pub mod figures;
pub mod nps;
pub mod rating;
pub mod star_rating;

pub use boxes::{BoxDefinition, BoxReport};
pub use ces::{Ces, CesDefinition, CesReport};
pub use csat::{Csat, CsatDefinition, CsatReport};
pub use figures::{Display, Figures, Measure, RatingReport};
pub use nps::{Nps, NpsDefinition, NpsReport};
pub use rating::{RatingCalculator, RatingDefinition};
pub use star_rating::{StarRating, StarRatingDefinition, StarRatingReport};

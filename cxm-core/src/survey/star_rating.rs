//! Star ratings: the mean, and the share of four and five stars.
//!
//! # What it measures
//! What reviewers think of a product, a place or a contact.
//!
//! # Formula
//! ```text
//! mean  = Σ stars / responses          1..=5
//! share = (four + five stars) / responses
//! ```
//!
//! # Input
//! [`Ratings`](crate::calculator::Ratings): whole stars on 1 to 5. Half stars are a scale of 1 to
//! 10 under the preset `half_stars`.
//!
//! # Empty and edge cases
//! Without a response every figure is `None`.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. Unlike definitions refuse.
//!
//! # Uncertainty
//! Student's t for the mean, Wilson for the share.
//!
//! # Not to be confused with
//! A platform's displayed stars, which may be weighted by age and trust in ways nobody publishes.
//!
//! # Source
//! Arithmetic; Student (1908), Biometrika 6, for the interval.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut stars = StarRating::default();
//! stars.update(Ratings::from([5, 5, 4, 2].as_slice()))?;
//! assert_eq!(stars.value().score, Some(4.0));
//! assert_eq!(stars.value().share, Some(0.75));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::boxes::{BoxDefinition, BoxMetric, BoxReport};
use super::figures::RatingMeasure;
use super::rating::RatingCalculator;
use crate::calculator::{Kind, Preset};
use crate::model::Scale;

/// What makes a box metric a star rating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StarMetric;

/// Scale and boxes of star ratings.
pub type StarRatingDefinition = BoxDefinition<StarMetric>;
/// What the reading of star ratings returns.
pub type StarRatingReport = BoxReport<StarMetric>;
/// The calculator of star ratings: see the [module](self).
pub type StarRating = RatingCalculator<StarRatingDefinition>;

impl BoxMetric for StarMetric {
    const KIND: Kind = Kind { id: 4, name: "star_rating", version: 1 };

    fn standard() -> StarRatingDefinition {
        BoxDefinition::new(Scale::ONE_TO_FIVE, 2, 2, RatingMeasure::Mean)
    }

    fn presets() -> &'static [Preset<StarRatingDefinition>] {
        &[
            Preset {
                name: "five_stars",
                summary: "mean of 1 to 5 stars; four and five are the top boxes",
                build: Self::standard,
            },
            Preset {
                name: "half_stars",
                summary: "mean of half stars stored as 1 to 10",
                build: || BoxDefinition::new(Scale::literal(1, 10), 3, 4, RatingMeasure::Mean),
            },
        ]
    }
}

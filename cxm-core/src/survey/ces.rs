//! Customer Effort Score (CES): how easy it was.
//!
//! # What it measures
//! How much effort a contact cost the customer.
//!
//! # Formula
//! ```text
//! CES 2.0   "made it easy", 1..=7, high is good     share of 5, 6, 7; mean; net of 5-7 and 1-3
//! CES 1.0   "how much effort", 1..=5, low is good   mean; top boxes are 1 and 2
//! ```
//! The default is CES 2.0 as a share; `aggregate` says which figure is the score.
//!
//! # Input
//! [`Ratings`](crate::calculator::Ratings) on `scale`. The direction is part of the definition,
//! since the two wordings point in opposite ways.
//!
//! # Empty and edge cases
//! Without a response every figure is `None`.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. CES 1.0 and CES 2.0 refuse to merge or to be
//! compared.
//!
//! # Uncertainty
//! Wilson for the share, Student's t for the mean, Tango's score interval for the net.
//!
//! # Not to be confused with
//! CES of the other wording; CES on 5 points, which is not comparable with CES on 7.
//!
//! # Source
//! Dixon, Freeman and Toman (2010), Harvard Business Review; Dixon, Toman and DeLisi (2013), *The
//! Effortless Experience*.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! // CYS's published example: 1,000 answers on 1 to 7.
//! let mut ces = Ces::default();
//! let counts = [80, 210, 140, 110, 160, 180, 120];
//! ces.update(Ratings::counted([1, 2, 3, 4, 5, 6, 7].as_slice(), &counts))?;
//! let report = ces.value();
//! assert_eq!((report.share, report.mean, report.net), (Some(0.46), Some(4.08), Some(3.0)));
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::boxes::{BoxDefinition, BoxMetric, BoxReport};
use super::figures::RatingMeasure;
use super::rating::RatingCalculator;
use crate::calculator::{Kind, Preset};
use crate::model::Scale;

/// What makes a box metric CES.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CesMetric;

/// Scale, boxes, direction and aggregate of CES.
pub type CesDefinition = BoxDefinition<CesMetric>;
/// What a CES reading returns.
pub type CesReport = BoxReport<CesMetric>;
/// The calculator of customer effort: see the [module](self).
pub type Ces = RatingCalculator<CesDefinition>;

const fn on(scale: Scale, top: u8, bottom: u8, score: RatingMeasure) -> CesDefinition {
    BoxDefinition::new(scale, top, bottom, score)
}

impl BoxMetric for CesMetric {
    const KIND: Kind = Kind { id: 3, name: "ces", version: 1 };

    fn standard() -> CesDefinition {
        on(Scale::ONE_TO_SEVEN, 3, 3, RatingMeasure::Share)
    }

    fn presets() -> &'static [Preset<CesDefinition>] {
        &[
            Preset {
                name: "ces_2",
                summary: "CES 2.0: share of 5 to 7 on 1 to 7, high is good (Gartner, Simplesat)",
                build: Self::standard,
            },
            Preset {
                name: "ces_2_mean",
                summary: "CES 2.0 as a mean (CYS, Benbria)",
                build: || on(Scale::ONE_TO_SEVEN, 3, 3, RatingMeasure::Mean),
            },
            Preset {
                name: "ces_2_net",
                summary: "CES 2.0 as a net of 5-7 and 1-3 (SoluCX, CYS index)",
                build: || on(Scale::ONE_TO_SEVEN, 3, 3, RatingMeasure::Net),
            },
            Preset {
                name: "ces_1",
                summary: "CES 1.0: mean effort on 1 to 5, low is good (Closealert)",
                build: || on(Scale::ONE_TO_FIVE, 2, 2, RatingMeasure::Mean).lower_is_better(),
            },
            Preset {
                name: "five_points",
                summary: "share of 4 and 5 on 1 to 5, high is good (Formbricks); not comparable with 7 points",
                build: || on(Scale::ONE_TO_FIVE, 2, 2, RatingMeasure::Share),
            },
        ]
    }
}

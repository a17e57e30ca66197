//! Customer satisfaction (CSAT): the share of answers in the top boxes.
//!
//! # What it measures
//! How many customers are satisfied with a product, a service or a contact.
//!
//! # Formula
//! ```text
//! share = top / responses                                   0..=1
//! top     the `top_boxes` best ratings of the scale         (4 and 5 of 1..=5)
//! ```
//! The same report shows the mean, the rescaled mean (POMP), the mean in percent of the maximum,
//! the net of top and bottom boxes, and good/(good + bad); `aggregate` says which of them is the
//! score.
//!
//! # Input
//! [`Ratings`](crate::calculator::Ratings): whole numbers on `scale`, 1 to 5 unless declared, up to
//! 101 points. What is not on the scale is counted apart, or refused under a strict rule.
//!
//! # Empty and edge cases
//! Without a response every figure is `None`; the good share also where nobody is in a box.
//!
//! # Merging
//! Exact, in any order; `retract` is offered. Unlike definitions refuse.
//!
//! # Uncertainty
//! Wilson for shares, Student's t for means, Tango's score interval for the net.
//!
//! # Not to be confused with
//! The American Customer Satisfaction Index, which weights three items; CSAT of another vendor,
//! whose boxes differ: on the same answers the published formulas give different numbers.
//!
//! # Source
//! Vendors' published formulas, one preset each; Wilson (1927), JASA 22; Cohen et al. (1999),
//! Multivariate Behavioral Research 34, for POMP.
//!
//! # Example
//! ```
//! use cxm_core::prelude::*;
//!
//! let mut csat = Csat::default();
//! csat.update(Ratings::from([5, 4, 4, 3, 1].as_slice()))?;
//! let report = csat.value();
//! assert_eq!(report.score, Some(0.6)); // 3 of 5 answered 4 or 5
//! assert_eq!(report.mean, Some(3.4));
//! assert_eq!(report.rescaled_mean, Some(60.0)); // 100 · (3.4 − 1) / 4
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::boxes::{BoxDefinition, BoxMetric, BoxReport};
use super::figures::RatingMeasure;
use super::rating::RatingCalculator;
use crate::calculator::{Kind, Preset};
use crate::model::Scale;

/// What makes a box metric CSAT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CsatMetric;

/// Scale, boxes and aggregate of CSAT.
pub type CsatDefinition = BoxDefinition<CsatMetric>;
/// What a CSAT reading returns.
pub type CsatReport = BoxReport<CsatMetric>;
/// The calculator of customer satisfaction: see the [module](self).
pub type Csat = RatingCalculator<CsatDefinition>;

const fn on(
    lowest: i16,
    highest: i16,
    top: u8,
    bottom: u8,
    score: RatingMeasure,
) -> CsatDefinition {
    BoxDefinition::new(Scale::literal(lowest, highest), top, bottom, score)
}

impl BoxMetric for CsatMetric {
    const KIND: Kind = Kind { id: 2, name: "csat", version: 1 };

    fn standard() -> CsatDefinition {
        on(1, 5, 2, 2, RatingMeasure::Share)
    }

    fn presets() -> &'static [Preset<CsatDefinition>] {
        &[
            Preset {
                name: "top_two_of_five",
                summary: "share of 4 and 5 on 1 to 5 (Delighted, SoGoSurvey, Simplesat, Nicereply)",
                build: Self::standard,
            },
            Preset {
                name: "formbricks_three",
                summary: "share of 3 on 1 to 3 (Formbricks)",
                build: || on(1, 3, 1, 1, RatingMeasure::Share),
            },
            Preset {
                name: "formbricks_four",
                summary: "share of 3 and 4 on 1 to 4 (Formbricks)",
                build: || on(1, 4, 2, 2, RatingMeasure::Share),
            },
            Preset {
                name: "formbricks_six",
                summary: "share of 5 and 6 on 1 to 6 (Formbricks)",
                build: || on(1, 6, 2, 2, RatingMeasure::Share),
            },
            Preset {
                name: "formbricks_seven",
                summary: "share of 6 and 7 on 1 to 7 (Formbricks)",
                build: || on(1, 7, 2, 2, RatingMeasure::Share),
            },
            Preset {
                name: "formbricks_ten",
                summary: "share of 8, 9 and 10 on 1 to 10 (Formbricks)",
                build: || on(1, 10, 3, 3, RatingMeasure::Share),
            },
            Preset {
                name: "zendesk_two",
                summary: "good/(good + bad) on 1 to 2 (Zendesk)",
                build: || on(1, 2, 1, 1, RatingMeasure::GoodShare),
            },
            Preset {
                name: "zendesk_three",
                summary: "good/(good + bad) on 1 to 3: 3 is good, 1 and 2 are bad (Zendesk)",
                build: || on(1, 3, 1, 2, RatingMeasure::GoodShare),
            },
            Preset {
                name: "zendesk_five",
                summary: "good/(good + bad) on 1 to 5: 4 and 5 are good, 1 to 3 are bad (Zendesk)",
                build: || on(1, 5, 2, 3, RatingMeasure::GoodShare),
            },
            Preset {
                name: "thumbs",
                summary: "good/(good + bad) of thumbs, 0 down and 1 up (Zendesk, Simplesat)",
                build: || on(0, 1, 1, 1, RatingMeasure::GoodShare),
            },
            Preset {
                name: "mean_of_ten",
                summary: "mean on 1 to 10 (CYS)",
                build: || on(1, 10, 3, 3, RatingMeasure::Mean),
            },
            Preset {
                name: "percent_of_maximum",
                summary: "mean in percent of the maximum on 1 to 10 (ServiceRocket); all-1 gives 10, not 0",
                build: || on(1, 10, 3, 3, RatingMeasure::PercentOfMaximum),
            },
            Preset {
                name: "rescaled_mean",
                summary: "mean from 0 to 100 on 1 to 5 (POMP)",
                build: || on(1, 5, 2, 2, RatingMeasure::RescaledMean),
            },
        ]
    }
}

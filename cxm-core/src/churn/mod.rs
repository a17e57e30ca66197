//! Churn: who leaves, who stays, and what they are worth while they do.
//!
//! | module | question |
//! | --- | --- |
//! | [`subscriptions`] | who was a customer when, and what did they pay? |
//! | [`churn_rate`] | how many left in a window, by which definition? |
//! | [`revenue_retention`] | what became of the recurring revenue? |
//! | [`earned_growth`] | how much of the growth do customers bring who stay and recommend? |
//! | [`activity`] | who did something when, where nobody signs a contract? |
//! | [`cohorts`] | of those who came in a period, how many came back, and what did they bring? |
//! | [`stickiness`] | how often are the active active? |
//! | [`inactivity`] | who has fallen silent? |
//! | [`prediction_scores`] | how well were those found who left? |

pub mod activity;
mod churn_fraction;
mod churn_presets;
pub mod churn_rate;
pub mod cohorts;
pub mod earned_growth;
pub mod inactivity;
pub mod prediction_scores;
pub mod revenue_retention;
pub mod span;
pub mod stickiness;
pub mod subscriptions;
mod subscriptions_definition;
mod subscriptions_report;
mod timeline;
pub mod window;

pub use activity::{Activity, ActivityDefinition, ActivityReport, Tick};
pub use churn_rate::{ChurnFormula, ChurnRate, ChurnRateDefinition};
pub use cohorts::{Clock, Cohort, CohortCell, CohortOptions, Cohorts, RetentionKind};
pub use earned_growth::{EarnedGrowth, Revenue};
pub use inactivity::{Gaps, InactivityCounts, Standing};
pub use prediction_scores::{
    BrierDecomposition, Calibration, CalibrationBin, CalibrationBins, LiftGroup, MaximumProfit,
    PredictionScores, PredictionScoresDefinition, PredictionScoresReport, ProfitOptions, TopOfList,
};
pub use revenue_retention::{Movements, Ratio, RevenueRetention};
pub use span::Span;
pub use stickiness::StickinessOptions;
pub use subscriptions::{
    ChurnInstant, ChurnUnit, Subscriptions, SubscriptionsDefinition, SubscriptionsReport,
};
pub use timeline::CauseKind;
pub use window::{ByCause, Window, WindowCounts};

//! Churn: who leaves, who stays, and what they are worth while they do.
//!
//! | module | question |
//! | --- | --- |
//! | [`subscriptions`] | who was a customer when, and what did they pay? |
//! | [`churn_rate`] | how many left in a window, by which definition? |
//! | [`revenue_retention`] | what became of the recurring revenue? |
//! | [`earned_growth`] | how much of the growth do customers bring who stay and recommend? |

mod churn_presets;
pub mod churn_rate;
pub mod earned_growth;
pub mod revenue_retention;
pub mod span;
pub mod subscriptions;
mod timeline;
pub mod window;

pub use churn_rate::{ChurnFormula, ChurnRate, ChurnRateDefinition};
pub use earned_growth::{EarnedGrowth, Revenue};
pub use revenue_retention::{Movements, Ratio, RevenueRetention};
pub use span::Span;
pub use subscriptions::{
    ChurnInstant, ChurnUnit, Subscriptions, SubscriptionsDefinition, SubscriptionsReport,
};
pub use timeline::CauseKind;
pub use window::{ByCause, Window, WindowCounts};

//! Churn: who leaves, who stays, and what they are worth while they do.
//!
//! | module | question |
//! | --- | --- |
//! | [`subscriptions`] | who was a customer when, and what did they pay? |
//! | [`churn_rate`] | how many left in a window, by which definition? |
//! | [`revenue_retention`] | what became of the recurring revenue? |

mod churn_presets;
pub mod churn_rate;
pub mod revenue_retention;
pub mod span;
pub mod subscriptions;
mod timeline;
pub mod window;

pub use churn_rate::{ChurnFormula, ChurnRate, ChurnRateDefinition};
pub use revenue_retention::{Movements, Ratio, RevenueRetention};
pub use span::Span;
pub use subscriptions::{
    ChurnInstant, ChurnUnit, Subscriptions, SubscriptionsDefinition, SubscriptionsReport,
};
pub use timeline::CauseKind;
pub use window::{ByCause, Window, WindowCounts};

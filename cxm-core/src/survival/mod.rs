//! Survival: how long customers stay, where many of them still do.
//!
//! | module | question |
//! | --- | --- |
//! | [`lifetimes`] | how many stayed how long? the counts that all others read |
//! | [`kaplan_meier`] | which share is still there? median, mean time up to a horizon |
//! | [`nelson_aalen`] | how much risk of leaving has built up? |
//! | [`aalen_johansen`] | which share left for which cause? |
//! | [`log_rank`](mod@log_rank) | do groups leave at the same pace? |
//! | [`life_table`] | how many leave in each year? |
//! | [`person_time`] | how many leave a month, by tenure and by calendar? |
//! | [`discrete_hazard`] | how does the chance to leave depend on tenure? |
//! | [`cox`] | what makes customers leave sooner? |
//!
//! All of them take late entry: customers are often known only since some system went live, and who
//! left before is not in it.

pub mod aalen_johansen;
pub mod band;
pub mod cox;
pub mod discrete_hazard;
mod intake;
pub mod kaplan_meier;
pub mod life_table;
pub mod lifetimes;
mod lifetimes_bytes;
mod lifetimes_report;
mod lift;
pub mod log_rank;
pub mod nelson_aalen;
pub mod person_time;
pub mod risk_table;
mod step_function;
mod tick_counts;

pub use aalen_johansen::{AalenJohansen, CauseIncidence, IncidenceStep};
pub use cox::{
    BaselineStep, BaselineStratum, Cox, CoxColumns, CoxCurve, CoxOptions, CoxTies,
    ProportionalityTest, TimeTransform,
};
pub use discrete_hazard::{DiscreteHazard, HazardGroup, HazardLink, TimeBasis};
pub use kaplan_meier::{
    FlatQuantile, KaplanMeier, RestrictedMean, SmallRiskSet, SurvivalQuantile, SurvivalStep,
};
pub use life_table::{LifeTable, LifeTableInterval};
pub use lifetimes::{Lifetimes, LifetimesDefinition, TickRounding};
pub use lifetimes_report::LifetimesReport;
pub use log_rank::{LogRank, LogRankGroup, LogRankWeight, log_rank, stratified_log_rank};
pub use nelson_aalen::{HazardStep, HazardTies, NelsonAalen};
pub use person_time::{CalendarLifetime, EventRate, LexisTable, TenureRate, tenure_rates};
pub use risk_table::{RiskCounts, RiskRow, RiskTable};

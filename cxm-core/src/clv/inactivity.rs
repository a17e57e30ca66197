//! Inactivity by a quantile of the gaps between activities, or by the probability of being alive.
//!
//! # Formula
//! ```text
//! gap quantile   the first length t by which a share p of the gaps has ended, from the
//!                Kaplan–Meier curve of the gaps, the open one of each customer censored;
//!                active while fewer than t days have passed since the last activity
//! P(alive)       of a model fitted to the histories at the cut-off; active while it is at least
//!                the stated probability
//! expected       Σ P(alive): how many are alive, whoever they are
//! ```
//! The quantile is `None` where the curve does not come down far enough: more gaps stay open than
//! that. A BG/NBD model holds who bought once to be alive for sure, so that by it such customers
//! never lapse; Pareto/NBD and MBG/NBD do not.
//!
//! # Source
//! Kaplan and Meier (1958), Journal of the American Statistical Association 53; Schmittlein,
//! Morrison and Colombo (1987), Management Science 33, equation 11.

use super::engine::fit;
use super::fit::{FitOptions, Fitted};
use super::history::History;
use super::model::PurchaseModel;
use super::patterns::PatternTable;
use crate::calculator::batch::Durations;
use crate::calculator::{Calculator, Update};
use crate::churn::{Activity, Gaps, InactivityCounts, Standing};
use crate::error::{Error, Result};
use crate::model::TimeUnit;
use crate::stats::Method;
use crate::survival::kaplan_meier::{FlatQuantile, SurvivalQuantile};
use crate::survival::{KaplanMeier, Lifetimes, LifetimesDefinition};

/// The survival curve of the gaps, in days.
pub fn gap_curve(gaps: &Gaps) -> Result<KaplanMeier> {
    let rows = || {
        let closed = gaps.closed.iter().map(|gap| (gap, 1u8));
        closed.chain(gaps.open.iter().map(|gap| (gap, 0u8)))
    };
    let days: Vec<u64> = rows().map(|((days, _), _)| *days).collect();
    let counts: Vec<u64> = rows().map(|((_, count), _)| *count).collect();
    let ended: Vec<u8> = rows().map(|(_, ended)| ended).collect();
    let mut lifetimes = Lifetimes::new(LifetimesDefinition::in_units("day"))?;
    let batch = Durations::new(days.as_slice(), ended.as_slice()).with_counts(&counts);
    lifetimes.update(batch)?;
    Ok(lifetimes.kaplan_meier())
}

/// The length of time, in days, by which a share of the gaps has ended, with its limits.
pub fn gap_quantile(gaps: &Gaps, probability: f64, level: f64) -> Result<SurvivalQuantile> {
    gap_curve(gaps)?.quantile(probability, level, Method::LogLog, FlatQuantile::Earliest)
}

/// The history of a standing, in weeks.
fn history(standing: &Standing) -> Result<History> {
    let weeks = |days: i64| days as f64 / TimeUnit::Week.days();
    let recency = weeks(standing.last_day.saturating_sub(standing.first_day));
    let age = weeks(standing.day.saturating_sub(standing.first_day));
    History::new(standing.repeats as f64, recency, age)
}

/// Who is active by the probability of being alive.
#[derive(Debug, Clone)]
pub struct AliveCounts<M: PurchaseModel> {
    /// Who was active at the end of the two days, and who churned.
    pub counts: InactivityCounts,
    /// How many are alive at the end of the later day.
    pub expected: f64,
    /// The model, fitted to the histories at the end of the later day.
    pub fitted: Fitted<M>,
}

/// Counts who is alive with at least this probability at the end of two days.
pub fn alive_counts<M: PurchaseModel>(
    activity: &Activity,
    since: i64,
    until: i64,
    probability: f64,
) -> Result<AliveCounts<M>> {
    if !(probability > 0.0 && probability < 1.0) {
        let message = "a probability strictly between 0 and 1 tells the active from the lapsed";
        return Err(Error::argument(message).in_field("alive"));
    }
    let rows = activity.standings_at(until).map(|standing| Ok((history(&standing)?, 1.0)));
    let table = PatternTable::from_checked_rows(rows)?;
    let fitted = fit::<M>(&table, &FitOptions::default())?;
    let alive = |standing: &Standing| {
        Ok(fitted.model.probability_alive(&history(standing)?) >= probability)
    };
    let counts = activity.inactivity_by(since, until, alive)?;
    let terms =
        table.iter().map(|(pattern, weight)| weight * fitted.model.probability_alive(pattern));
    Ok(AliveCounts { counts, expected: terms.sum(), fitted })
}

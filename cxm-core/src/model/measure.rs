//! A measure: what a company does to make a touchpoint or a stage better, and how that will show.

use super::Decimal;
use super::check::not_empty;
use super::open_enum::open_enum;
use crate::error::{Error, Result};

open_enum! {
    /// How far a measure has come.
    pub enum MeasureStatus {
        /// Decided and not begun.
        Planned = "planned",
        /// Under way.
        Active = "active",
        /// Carried out.
        Done = "done",
        /// Given up.
        Dropped = "dropped",
    }
}

/// One measure of a catalogue of measures.
///
/// How its figure moved is a question to [`journeys`](crate::journey::measures); whether it was the
/// measure is one for the effects of [`impact`](crate::impact), with a group to compare with.
///
/// ```
/// use cxm_core::model::{Measure, MeasureStatus};
/// let mut measure = Measure::new("call_back", "Call back within a day", "csat", 0);
/// measure.touchpoint = Some("hotline".to_owned());
/// measure.baseline = Some("62.5".parse()?);
/// measure.target = Some(70.into());
/// measure.status = MeasureStatus::Active;
/// measure.validate()?;
/// assert!(measure.is_in_force(1));
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Measure {
    /// Its id.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Id of the touchpoint that it concerns; this or a stage.
    #[cfg_attr(feature = "serde", serde(default))]
    pub touchpoint: Option<String>,
    /// Id of the stage that it concerns; this or a touchpoint.
    #[cfg_attr(feature = "serde", serde(default))]
    pub stage: Option<String>,
    /// The figure that it is to change.
    pub kpi: String,
    /// The figure before.
    #[cfg_attr(feature = "serde", serde(default))]
    pub baseline: Option<Decimal>,
    /// The figure to reach.
    #[cfg_attr(feature = "serde", serde(default))]
    pub target: Option<Decimal>,
    /// When it begins to work, microseconds since 1970.
    pub from: i64,
    /// When it ceases to work, if it does.
    #[cfg_attr(feature = "serde", serde(default))]
    pub to: Option<i64>,
    /// Who is responsible for it.
    #[cfg_attr(feature = "serde", serde(default))]
    pub owner: Option<String>,
    /// How far it has come.
    pub status: MeasureStatus,
}

impl Measure {
    /// A planned measure without a place, a baseline or a target.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        kpi: impl Into<String>,
        from: i64,
    ) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            touchpoint: None,
            stage: None,
            kpi: kpi.into(),
            baseline: None,
            target: None,
            from,
            to: None,
            owner: None,
            status: MeasureStatus::Planned,
        }
    }

    /// Whether a time lies within its span; one that was given up never is in force.
    pub fn is_in_force(&self, at: i64) -> bool {
        self.status != MeasureStatus::Dropped && at >= self.from && self.to.is_none_or(|to| at < to)
    }

    /// Refuses empty names, a measure of no place or of two, and an end before the beginning.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.id, "id")?;
        not_empty(&self.name, "name")?;
        not_empty(&self.kpi, "kpi")?;
        not_empty(self.status.name(), "status")?;
        if self.touchpoint.is_some() == self.stage.is_some() {
            let message = "expected a touchpoint or a stage, and not both";
            return Err(Error::definition(message).in_field("touchpoint"));
        }
        if self.to.is_some_and(|to| to <= self.from) {
            let message = format!("expected a time after from, {}", self.from);
            return Err(Error::definition(message).in_field("to"));
        }
        Ok(())
    }
}

//! The unit in which ages and horizons are counted.

use crate::error::{Error, Result};

/// A length of time as a fixed number of days: never a calendar week or month.
///
/// ```
/// use cxm_core::model::TimeUnit;
/// assert_eq!(TimeUnit::Week.days(), 7.0);
/// assert_eq!(TimeUnit::Year.days(), 365.25);
/// assert_eq!(TimeUnit::Days(30).days(), 30.0);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum TimeUnit {
    /// 24 hours.
    Day,
    /// 7 days.
    #[default]
    Week,
    /// 365.25 ÷ 12 days.
    Month,
    /// 365.25 days.
    Year,
    /// So many days.
    Days(u32),
}

impl TimeUnit {
    /// Its length in days.
    pub fn days(self) -> f64 {
        match self {
            Self::Day => 1.0,
            Self::Week => 7.0,
            Self::Month => 30.437_5,
            Self::Year => 365.25,
            Self::Days(days) => f64::from(days),
        }
    }

    /// Refuses a unit of no days.
    pub fn validate(self) -> Result<()> {
        if self == Self::Days(0) {
            return Err(Error::definition("a unit of time has at least a day").in_field("unit"));
        }
        Ok(())
    }
}

impl std::fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Day => f.write_str("day"),
            Self::Week => f.write_str("week"),
            Self::Month => f.write_str("month"),
            Self::Year => f.write_str("year"),
            Self::Days(days) => write!(f, "{days} days"),
        }
    }
}

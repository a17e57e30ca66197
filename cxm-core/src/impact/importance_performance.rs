//! Importance against performance: where something should be done.
//!
//! # What it measures
//! Whether the drivers that matter are those that do well.
//!
//! # Formula
//! ```text
//!                    performance below          performance at or above
//! importance above   concentrate here           keep up the good work
//! importance below   low priority               possible overkill
//!
//! cross-hairs  the means of both columns, or their medians
//! gap          performance − importance, where both are on one scale
//! ```
//!
//! # Edge cases
//! A driver exactly on a cross-hair counts as above it. Two columns of unequal length, an empty
//! one, or a value that is not finite are `InvalidArgument`.
//!
//! # Not to be confused with
//! A ranking: the quadrants are relative to the drivers that were asked for.
//!
//! # Source
//! Martilla & James (1977), Journal of Marketing 41(1).
//!
//! # Example
//! ```
//! use cxm_core::impact::importance_performance::{CrossHairs, Quadrant, grid};
//! let grid = grid(&["ease", "price"], &[0.4, 0.1], &[3.1, 4.2], CrossHairs::Means)?;
//! assert_eq!(grid.drivers[0].quadrant, Quadrant::ConcentrateHere);
//! assert_eq!(grid.drivers[1].quadrant, Quadrant::PossibleOverkill);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use crate::error::{Error, Result};

/// Where the quadrants meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum CrossHairs {
    /// At the means of importance and performance.
    #[default]
    Means,
    /// At their medians.
    Medians,
}

/// What a driver asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Quadrant {
    /// Important and not good enough.
    ConcentrateHere,
    /// Important and good.
    KeepUp,
    /// Neither.
    LowPriority,
    /// Good and not important.
    PossibleOverkill,
}

/// One driver on the grid.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct GridDriver {
    /// Its name.
    pub name: String,
    /// How much it matters.
    pub importance: f64,
    /// How well it does.
    pub performance: f64,
    /// What it asks for.
    pub quadrant: Quadrant,
    /// performance − importance: says something where both are on one scale.
    pub gap: f64,
}

/// The drivers on the grid, and where its lines cross.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Grid {
    /// How the lines were chosen.
    pub cross_hairs: CrossHairs,
    /// The line between important and not.
    pub importance: f64,
    /// The line between good and not.
    pub performance: f64,
    /// The drivers in their order.
    pub drivers: Vec<GridDriver>,
}

fn centre(values: &[f64], cross_hairs: CrossHairs) -> f64 {
    match cross_hairs {
        CrossHairs::Means => values.iter().sum::<f64>() / values.len() as f64,
        CrossHairs::Medians => {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            let at = |position: usize| sorted.get(position).copied().unwrap_or(f64::NAN);
            let half = sorted.len() / 2;
            if sorted.len() % 2 == 1 { at(half) } else { f64::midpoint(at(half - 1), at(half)) }
        }
    }
}

/// The grid of these drivers.
pub fn grid<S: AsRef<str>>(
    names: &[S],
    importance: &[f64],
    performance: &[f64],
    cross_hairs: CrossHairs,
) -> Result<Grid> {
    if names.is_empty() {
        return Err(Error::argument("at least one driver is needed").in_field("names"));
    }
    for (field, values) in [("importance", importance), ("performance", performance)] {
        if values.len() != names.len() {
            return Err(Error::argument(format!(
                "expected {} values, one a driver, got {}",
                names.len(),
                values.len()
            ))
            .in_field(field));
        }
        if let Some(row) = values.iter().position(|value| !value.is_finite()) {
            return Err(Error::argument("a value must be finite").in_field(field).at_row(row));
        }
    }
    let lines = (centre(importance, cross_hairs), centre(performance, cross_hairs));
    let drivers = names.iter().zip(importance).zip(performance);
    let drivers = drivers.map(|((name, &importance), &performance)| GridDriver {
        name: name.as_ref().to_owned(),
        importance,
        performance,
        quadrant: match (importance >= lines.0, performance >= lines.1) {
            (true, false) => Quadrant::ConcentrateHere,
            (true, true) => Quadrant::KeepUp,
            (false, false) => Quadrant::LowPriority,
            (false, true) => Quadrant::PossibleOverkill,
        },
        gap: performance - importance,
    });
    Ok(Grid { cross_hairs, importance: lines.0, performance: lines.1, drivers: drivers.collect() })
}

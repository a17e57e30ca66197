//! Penalty-reward contrast: which driver annoys when it fails, and which delights when it excels.
//!
//! # What it measures
//! What the bottom box of each driver takes from the outcome, and what its top box adds, against
//! the answers between the boxes.
//!
//! # Formula
//! ```text
//! outcome = intercept + Σ penalty_j · bottom_j + reward_j · top_j      bottom, top: 1 or 0
//! impact range = |penalty| + |reward|
//! asymmetry    = reward + penalty        t test of 0 with n − 2p − 1 degrees of freedom
//!
//! basic        asymmetry significantly below 0: missing it costs more than having it earns
//! excitement   significantly above 0
//! performance  neither: the outcome follows the driver both ways
//! ```
//!
//! # Edge cases
//! Every driver needs answers in its bottom box, in its top box and between; a box that is empty is
//! `InsufficientData`, naming it. Cut points and boxes are not agreed on in the literature, so they
//! are parameters: the ends of the scale unless declared.
//!
//! # Not to be confused with
//! Kano's questionnaire, which asks for both situations; the names of the classes are alike.
//!
//! # Source
//! Brandt (1987), *A procedure for identifying value-enhancing service components using customer
//! satisfaction survey data*; Mikulić & Prebežac (2011), Managing Service Quality 21(1).
//!
//! # Example
//! ```
//! use cxm_core::impact::penalty_reward::{Boxes, DriverKind, PenaltyReward};
//! use cxm_core::impact::{NamedColumn, Rows};
//!
//! let column = |name: &str, values: [i32; 8]| NamedColumn {
//!     name: name.into(),
//!     values: values.iter().map(|&value| Some(f64::from(value))).collect(),
//! };
//! let outcome = column("overall", [2, 3, 7, 8, 7, 7, 8, 8]);
//! let drivers = vec![column("clean", [1, 1, 3, 4, 2, 3, 5, 5])];
//! let contrast = PenaltyReward::read(
//!     &Rows::new(outcome, drivers)?,
//!     Boxes { bottom_max: 1.0, top_min: 5.0 },
//!     0.95,
//! )?;
//! assert_eq!(contrast.drivers[0].kind, DriverKind::Basic);
//! assert!((contrast.drivers[0].penalty + 4.75).abs() < 1e-12);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::co_moments::{CoMoments, Rows};
use crate::error::{Error, Result};
use crate::numeric::distribution::student_t_two_sided;
use crate::stats::IntervalOptions;

/// Where the bottom box ends and the top box begins.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Boxes {
    /// The highest value of the bottom box.
    pub bottom_max: f64,
    /// The lowest value of the top box.
    pub top_min: f64,
}

/// How a driver works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum DriverKind {
    /// Failing costs more than excelling earns: expected as a matter of course.
    Basic,
    /// Both ways alike.
    Performance,
    /// Excelling earns more than failing costs: a surprise.
    Excitement,
}

/// One driver's penalty and reward.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DriverContrast {
    /// Its name.
    pub name: String,
    /// What the bottom box changes, as a rule below 0.
    pub penalty: f64,
    /// What the top box changes, as a rule above 0.
    pub reward: f64,
    /// |penalty| + |reward|.
    pub impact_range: f64,
    /// reward + penalty.
    pub asymmetry: f64,
    /// The two-sided p-value of an asymmetry of 0; `None` for a perfect fit.
    pub p_value: Option<f64>,
    /// How it works.
    pub kind: DriverKind,
}

/// Penalties and rewards of all drivers.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PenaltyReward {
    /// The outcome's name.
    pub outcome: String,
    /// Complete rows.
    pub n: u64,
    /// The part of the outcome's variance that the boxes explain.
    pub r_squared: f64,
    /// The outcome where every driver lies between its boxes.
    pub intercept: f64,
    /// The level of the test that tells the kinds apart.
    pub level: f64,
    /// The drivers in their order.
    pub drivers: Vec<DriverContrast>,
}

/// The name of a box in results and errors.
pub(crate) fn box_name(driver: &str, end: &str) -> String {
    format!("{driver}.{end}")
}

impl PenaltyReward {
    /// The contrast of these rows; the drivers' kinds are told apart at the level.
    pub fn read(rows: &Rows, boxes: Boxes, level: f64) -> Result<Self> {
        if boxes.bottom_max.is_nan() || boxes.top_min.is_nan() || boxes.bottom_max >= boxes.top_min
        {
            return Err(Error::argument(format!(
                "bottom_max must lie below top_min, got {} and {}",
                boxes.bottom_max, boxes.top_min
            ))
            .in_field("top_min"));
        }
        let flag = |condition| f64::from(u8::from(condition));
        let boxed = rows.map_drivers(|name, value| {
            vec![
                (box_name(name, "bottom"), flag(value <= boxes.bottom_max)),
                (box_name(name, "top"), flag(value >= boxes.top_min)),
            ]
        });
        let drivers = rows.names().iter().skip(1).cloned().collect();
        Self::of_boxes(&boxed.co_moments(), drivers, level)
    }

    /// The contrast from the co-moments of the outcome and two indicators a driver.
    pub(crate) fn of_boxes(
        co_moments: &CoMoments,
        drivers: Vec<String>,
        level: f64,
    ) -> Result<Self> {
        let alpha = IntervalOptions::at(level).alpha()?;
        let standardized = co_moments.standardized()?;
        let degrees = standardized.residual_degrees();
        let betas = standardized.factor.solve(&standardized.with_outcome)?;
        let inverse = standardized.factor.inverse();
        let deviation = |column| co_moments.standard_deviation(column).unwrap_or(f64::NAN);
        let unit = |box_at: usize| deviation(0) / deviation(box_at + 1);
        let residual = (1.0 - standardized.r_squared) / degrees;
        let mut intercept = co_moments.mean(0).unwrap_or(f64::NAN);
        let mut contrasts = Vec::with_capacity(drivers.len());
        for ((bottom, name), pair) in (0..).step_by(2).zip(drivers).zip(betas.chunks_exact(2)) {
            let [penalty, reward] = [0, 1].map(|side: usize| {
                pair.get(side).copied().unwrap_or(f64::NAN) * unit(bottom + side)
            });
            let mean = |side| co_moments.mean(bottom + side + 1).unwrap_or(f64::NAN);
            intercept -= penalty * mean(0) + reward * mean(1);
            let cell = |a: usize, b: usize| {
                unit(bottom + a) * unit(bottom + b) * inverse.get(bottom + a, bottom + b)
            };
            let variance = residual * (cell(0, 0) + cell(1, 1) + 2.0 * cell(0, 1));
            let asymmetry = reward + penalty;
            let known = variance > 0.0;
            let p_value = known.then(|| student_t_two_sided(asymmetry / variance.sqrt(), degrees));
            let told_apart = p_value.unwrap_or(0.0) < alpha;
            contrasts.push(DriverContrast {
                name,
                penalty,
                reward,
                impact_range: penalty.abs() + reward.abs(),
                asymmetry,
                p_value,
                kind: if told_apart && asymmetry < 0.0 {
                    DriverKind::Basic
                } else if told_apart && asymmetry > 0.0 {
                    DriverKind::Excitement
                } else {
                    DriverKind::Performance
                },
            });
        }
        Ok(Self {
            outcome: standardized.outcome.clone(),
            n: standardized.n,
            r_squared: standardized.r_squared,
            intercept,
            level,
            drivers: contrasts,
        })
    }
}

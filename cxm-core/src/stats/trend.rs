//! Trend over waves: the weighted slope of scores over time.
//!
//! # What it measures
//! How much a score gains per unit of time, and whether waves stray from that line by more than
//! chance.
//!
//! # Formula
//! ```text
//! w = 1/variance    t̄, ȳ weighted means    S = Σ w(t − t̄)²
//! slope = Σ w(t − t̄)(y − ȳ)/S    standard error = 1/√S    z = slope/standard error
//! lack of fit = Σ w(y − line)², χ² with (waves − 2) degrees of freedom
//! ```
//! For shares this is the Cochran–Armitage trend test with unpooled variances.
//!
//! # Edge cases
//! Fewer than two distinct times is `InsufficientData`; a wave without variance is refused with its
//! row. Two waves leave nothing to judge the line by: no lack-of-fit p-value.
//!
//! # Source
//! Cochran (1954), Biometrics 10; Armitage (1955).
//!
//! # Example
//! ```
//! use cxm_core::stats::{Estimate, trend};
//!
//! let wave = |value| Estimate { value, variance: 0.01, n: 60 };
//! let trend = trend::over_waves(&[0.0, 1.0, 2.0], &[wave(0.1), wave(0.2), wave(0.3)])?;
//! assert!((trend.slope - 0.1).abs() < 1e-15);
//! assert!((trend.standard_error - (0.01_f64 / 2.0).sqrt()).abs() < 1e-15);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::estimate::{Estimate, check_all};
use crate::error::{Error, Result};
use crate::numeric::distribution::{chi_square_survival, normal_two_sided};

/// A straight line through the waves.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Trend {
    /// Gain per unit of time.
    pub slope: f64,
    /// The line at time 0.
    pub intercept: f64,
    /// Standard error of the slope.
    pub standard_error: f64,
    /// slope/standard error.
    pub statistic: f64,
    /// Two-sided p-value of the slope.
    pub p_value: f64,
    /// Weighted squared distance of the waves from the line.
    pub lack_of_fit: f64,
    /// Its χ² p-value: a small one says that the line is not the story.
    pub lack_of_fit_p_value: Option<f64>,
}

/// The trend of these waves over these times, in any unit.
pub fn over_waves(times: &[f64], waves: &[Estimate]) -> Result<Trend> {
    if times.len() != waves.len() {
        return Err(Error::argument(format!(
            "one time per wave: {} times, {} waves",
            times.len(),
            waves.len()
        ))
        .in_field("times"));
    }
    if let Some(row) = times.iter().position(|time| !time.is_finite()) {
        return Err(Error::argument("a time must be finite").in_field("times").at_row(row));
    }
    check_all(waves)?;
    let points = || times.iter().zip(waves).map(|(t, wave)| (*t, wave.value, 1.0 / wave.variance));
    let weight: f64 = points().map(|(_, _, w)| w).sum();
    let time = points().map(|(t, _, w)| w * t).sum::<f64>() / weight;
    let value = points().map(|(_, y, w)| w * y).sum::<f64>() / weight;
    let spread: f64 = points().map(|(t, _, w)| w * (t - time) * (t - time)).sum();
    if spread.is_nan() || spread <= 0.0 {
        return Err(Error::insufficient("a trend needs waves at two times or more"));
    }
    let slope = points().map(|(t, y, w)| w * (t - time) * (y - value)).sum::<f64>() / spread;
    let residual = |t: f64, y: f64| y - value - slope * (t - time);
    let lack_of_fit = points().map(|(t, y, w)| w * residual(t, y) * residual(t, y)).sum();
    let degrees = u32::try_from(waves.len()).ok().and_then(|waves| waves.checked_sub(2));
    let standard_error = 1.0 / spread.sqrt();
    let statistic = slope / standard_error;
    Ok(Trend {
        slope,
        intercept: value - slope * time,
        standard_error,
        statistic,
        p_value: normal_two_sided(statistic),
        lack_of_fit,
        lack_of_fit_p_value: degrees
            .filter(|degrees| *degrees > 0)
            .map(|degrees| chi_square_survival(lack_of_fit, degrees)),
    })
}

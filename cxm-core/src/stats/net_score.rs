//! Net scores (NPS, net CES, net sentiment) from three counts: value, spread and interval.
//!
//! # What it measures
//! How much larger the share of one class is than the share of its opposite, and how far chance
//! alone could have moved that difference.
//!
//! # Formula
//! ```text
//! D, N, P = negative, neutral, positive    n = D + N + P
//! net      = (P − D)/n                     within −1..=1; times 100 it is the NPS
//! variance = (P + D)/n − net²              divisor n
//!
//! score (Tango)       all d with |P − D − n·d| ≤ z·√(n·(2q + d(1 − d)))
//!                     q = p_D at d: 2n·q² + B·q + C = 0,
//!                     B = −P − D + (2n − P + D)·d, C = −D·d·(1 − d)
//! profile likelihood  all d with 2·Σ c·ln(p̂/p(d)) ≤ z²,  p(d) = (q, 1 − 2q − d, q + d)
//! adjusted Wald       D + ¾, N + 1½, P + ¾, then centre ± z·√(variance/(n + 3))
//! MOVER Wilson        from the Wilson limits of P/n and D/n and their correlation
//! ```
//!
//! Positive and negative answers of one sample are the two discordant cells of paired proportions,
//! which is why Tango's interval applies.
//!
//! # Edge cases
//! No answers: no value and no interval. One class only: `Wald` has zero width, the others do not.
//! `Score`, `ProfileLikelihood` and `MoverWilson` stay within −1..=1 and reach an end exactly;
//! `AdjustedWald` is clipped to it ([`adjusted_wald_unclipped`] is not).
//!
//! With a finite `population` N the Wald methods multiply the standard error by √((N − n)/(N − 1));
//! the others read the counts times (N − 1)/(N − n), the sample from an infinite population that
//! would be as informative. A full census has an interval of zero width.
//!
//! # Source
//! Tango (1998), Statistics in Medicine 17, eq. 11–15; Rocks (2016), The American
//! Statistician 70, AW(3,T); Newcombe (1998), Statistics in Medicine 17, method 10.
//!
//! # Example
//! ```
//! use cxm_core::stats::{IntervalOptions, net_score::{self, NetCounts}};
//!
//! let counts = NetCounts { negative: 20, neutral: 30, positive: 50 };
//! assert_eq!(counts.net(), Some(0.3));
//! let interval = net_score::interval(&counts, &IntervalOptions::default())?.unwrap();
//! assert!((interval.lower - 0.139551).abs() < 1e-6 && (interval.upper - 0.443393).abs() < 1e-6);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::interval::{Interval, IntervalOptions, Method};
use super::population::Sampling;
use super::proportion;
use crate::error::Result;
use crate::numeric::distribution::normal_two_sided_quantile;
use crate::numeric::roots::boundary;
use crate::numeric::special_functions::divergence_cell;

/// The methods that [`interval`] offers.
const OFFERED: &[Method] = &[
    Method::Score,
    Method::AdjustedWald,
    Method::Wald,
    Method::MoverWilson,
    Method::ProfileLikelihood,
    Method::Bootstrap,
];

/// Answers for, between and against: detractors, passives and promoters of an NPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct NetCounts {
    /// Answers that count −1.
    pub negative: u64,
    /// Answers that count 0.
    pub neutral: u64,
    /// Answers that count +1.
    pub positive: u64,
}

impl NetCounts {
    /// All answers.
    pub fn total(&self) -> u64 {
        self.negative.saturating_add(self.neutral).saturating_add(self.positive)
    }

    /// (positive − negative)/total, within −1..=1; `None` without answers.
    pub fn net(&self) -> Option<f64> {
        (self.total() > 0).then(|| Cells::from(self).net())
    }

    /// Variance of one answer, with divisor n; `None` without answers.
    pub fn variance(&self) -> Option<f64> {
        (self.total() > 0).then(|| Cells::from(self).variance())
    }

    /// √(variance/n); `None` without answers.
    pub fn standard_error(&self) -> Option<f64> {
        self.variance().map(|variance| (variance / self.total() as f64).sqrt())
    }

    /// The same answers on the opposite question: its net score and limits are the negative ones.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        Self { negative: self.positive, neutral: self.neutral, positive: self.negative }
    }
}

/// The counts as real numbers: adjusted, or scaled to an effective sample.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cells {
    negative: f64,
    neutral: f64,
    positive: f64,
}

impl From<&NetCounts> for Cells {
    fn from(counts: &NetCounts) -> Self {
        Self {
            negative: counts.negative as f64,
            neutral: counts.neutral as f64,
            positive: counts.positive as f64,
        }
    }
}

impl Cells {
    pub(crate) fn total(&self) -> f64 {
        self.negative + self.neutral + self.positive
    }

    pub(crate) fn net(&self) -> f64 {
        (self.positive - self.negative) / self.total()
    }

    /// (P + D)/n − net², written without cancellation: (4PD + N(P + D))/n².
    pub(crate) fn variance(&self) -> f64 {
        let (discordant, total) = (self.positive + self.negative, self.total());
        4.0 * (self.positive / total) * (self.negative / total)
            + (self.neutral / total) * (discordant / total)
    }

    /// With ¾, 1½ and ¾ added.
    pub(crate) fn adjusted(&self) -> Self {
        Self {
            negative: self.negative + 0.75,
            neutral: self.neutral + 1.5,
            positive: self.positive + 0.75,
        }
    }

    fn scaled(&self, factor: f64) -> Self {
        Self {
            negative: self.negative * factor,
            neutral: self.neutral * factor,
            positive: self.positive * factor,
        }
    }

    /// The likeliest share of negatives when the net score is `d` ≥ 0: Tango's root q.
    ///
    /// For a negative `d` the roots of the equation nearly coincide, and half the digits are lost;
    /// so those questions are asked of the mirrored counts.
    fn constrained_negative(&self, d: f64) -> f64 {
        let n = self.total();
        // B regrouped, so that it keeps its digits as d goes to 1.
        let b =
            2.0 * self.neutral * d + self.negative * (3.0 * d - 1.0) - self.positive * (1.0 - d);
        let c = -self.negative * d * (1.0 - d);
        let root = (b * b - 8.0 * n * c).max(0.0).sqrt();
        // For b > 0 the textbook form subtracts two nearly equal numbers.
        let q = if b > 0.0 { -2.0 * c / (b + root) } else { (root - b) / (4.0 * n) };
        q.clamp(0.0, 0.5 * (1.0 - d))
    }

    /// Whether Tango's score test at `z` accepts the net score `d`.
    fn score_accepts(&self, d: f64, z: f64) -> bool {
        if d < 0.0 {
            return self.mirrored().score_accepts(-d, z);
        }
        let n = self.total();
        let q = self.constrained_negative(d);
        let variance = n * (2.0 * q + d * (1.0 - d));
        // P − D − n·d, regrouped for d near 1.
        let excess = n * (1.0 - d) - self.neutral - 2.0 * self.negative;
        excess.abs() <= z * variance.sqrt()
    }

    /// ln of the likelihood ratio of the best fit against the best fit with net score `d`;
    /// n·KLinf of the betting literature. 0 at the observed net score.
    pub(crate) fn log_likelihood_ratio(&self, d: f64) -> f64 {
        if d < 0.0 {
            return self.mirrored().log_likelihood_ratio(-d);
        }
        let n = self.total();
        let q = self.constrained_negative(d);
        let cell = |count: f64, share: f64| divergence_cell(count / n, share);
        let neutral = cell(self.neutral, (1.0 - d - 2.0 * q).max(0.0));
        n * (cell(self.negative, q) + neutral + cell(self.positive, q + d))
    }

    fn mirrored(&self) -> Self {
        Self { negative: self.positive, neutral: self.neutral, positive: self.negative }
    }

    /// The limits around the net score at which `accepts` stops. The lower one is the upper one of
    /// the mirrored counts, so that mirrored answers have mirrored limits to the last bit.
    pub(crate) fn limits(&self, accepts: impl Fn(&Self, f64) -> bool) -> (f64, f64) {
        let upper = |cells: &Self| boundary(cells.net(), 1.0, |d| accepts(cells, d));
        (0.0 - upper(&self.mirrored()), upper(self))
    }
}

/// Interval of a net score, within −1..=1; `None` without answers. Default: [`Method::Score`].
pub fn interval(counts: &NetCounts, options: &IntervalOptions) -> Result<Option<Interval>> {
    let z = normal_two_sided_quantile(options.alpha()?);
    let method = options.method.unwrap_or(Method::Score);
    let sampling = Sampling::new(counts.total(), options.population)?;
    if counts.total() == 0 {
        return offered(method).map(|()| None);
    }
    let cells = Cells::from(counts);
    let deviations = z * sampling.deviation_factor();
    let (lower, upper) = match (method, sampling.information_factor()) {
        (Method::Bootstrap, _) => bootstrap_limits(counts, options)?,
        (_, None) => offered(method).map(|()| (cells.net(), cells.net()))?,
        (Method::Wald, _) => wald(&cells, deviations),
        (Method::AdjustedWald, _) => {
            let (lower, upper) = wald(&cells.adjusted(), deviations);
            (lower.max(-1.0), upper.min(1.0))
        }
        (_, Some(factor)) => effective_limits(&cells.scaled(factor), z, method)?,
    };
    Ok(Some(Interval { lower, upper, level: options.level, method }))
}

/// Adjusted Wald limits as published, which may leave −1..=1; `None` without answers.
pub fn adjusted_wald_unclipped(
    counts: &NetCounts,
    options: &IntervalOptions,
) -> Result<Option<Interval>> {
    let z = normal_two_sided_quantile(options.alpha()?);
    let sampling = Sampling::new(counts.total(), options.population)?;
    if counts.total() == 0 {
        return Ok(None);
    }
    let adjusted = Cells::from(counts).adjusted();
    let (lower, upper) = wald(&adjusted, z * sampling.deviation_factor());
    Ok(Some(Interval { lower, upper, level: options.level, method: Method::AdjustedWald }))
}

fn offered(method: Method) -> Result<()> {
    if OFFERED.contains(&method) { Ok(()) } else { Err(method.refused("a net score", OFFERED)) }
}

fn wald(cells: &Cells, z: f64) -> (f64, f64) {
    let reach = z * (cells.variance() / cells.total()).sqrt();
    (cells.net() - reach, cells.net() + reach)
}

/// The methods that read an effective sample.
fn effective_limits(cells: &Cells, z: f64, method: Method) -> Result<(f64, f64)> {
    match method {
        Method::Score => Ok(cells.limits(|cells, d| cells.score_accepts(d, z))),
        Method::ProfileLikelihood => {
            Ok(cells.limits(|cells, d| 2.0 * cells.log_likelihood_ratio(d) <= z * z))
        }
        Method::MoverWilson => Ok(mover_wilson(cells, z)),
        _ => Err(method.refused("a net score", OFFERED)),
    }
}

/// Method of variance estimates recovery: the distances of two Wilson intervals, combined as the
/// standard errors of two correlated shares would be.
fn mover_wilson(cells: &Cells, z: f64) -> (f64, f64) {
    let n = cells.total();
    let (p1, p2) = (cells.positive / n, cells.negative / n);
    let (lower1, upper1) = proportion::wilson(cells.positive, n, z);
    let (lower2, upper2) = proportion::wilson(cells.negative, n, z);
    let spread = (p1 * (1.0 - p1) * p2 * (1.0 - p2)).sqrt();
    let correlation = if spread > 0.0 { -p1 * p2 / spread } else { 0.0 };
    let reach = |a: f64, b: f64| (a * a - 2.0 * correlation * a * b + b * b).max(0.0).sqrt();
    let lower = p1 - p2 - reach(p1 - lower1, upper2 - p2);
    let upper = p1 - p2 + reach(upper1 - p1, p2 - lower2);
    (lower.max(-1.0), upper.min(1.0))
}

#[cfg(feature = "random")]
fn bootstrap_limits(counts: &NetCounts, options: &IntervalOptions) -> Result<(f64, f64)> {
    super::bootstrap::net_score_limits(counts, options)
}

#[cfg(not(feature = "random"))]
fn bootstrap_limits(_: &NetCounts, _: &IntervalOptions) -> Result<(f64, f64)> {
    Err(crate::Error::not_offered("this build of cxm-core lacks the feature `random`")
        .in_field("method"))
}

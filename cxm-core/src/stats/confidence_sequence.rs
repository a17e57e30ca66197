//! Confidence sequences: intervals that may be looked at after every answer.
//!
//! # What it measures
//! A 95 % interval promises to be right at one moment fixed beforehand. Watched daily, half of them
//! are wrong some day. A confidence sequence promises to be right at *all* moments together.
//!
//! # Formula
//! ```text
//! y = (x − lowest)/(highest − lowest), mean m; ln W_b(m) as in the betting module
//! betting regret   (CS-A)  max_b ln W_b(m)  ≤ ln(1/α) + ln(√π·Γ(n + 1)/Γ(n + ½))
//! betting mixture  (CS-B)  ln ∫ W_b(m) dBeta(½, ½)(b) ≤ ln(1/α)
//! beta-binomial            lnB(x + κa, n − x + κb) − lnB(κa, κb)
//!                          − x·ln p − (n − x)·ln(1 − p) ≤ ln(1/α)
//!                          Krichevsky–Trofimov: κa = κb = ½; tuned: κa = κp, κb = κ(1 − p),
//!                          κ = max(t/(2L + ln(1 + 2L)) − 1, 0.001), L = ln 20
//! asymptotic       (CS-C)  mean ± √variance·√(2(nρ² + 1)/(n²ρ²)·ln(√(nρ² + 1)/α)),
//!                          ρ² = (2·ln(1/α) + ln(2·ln(1/α) + 1))/t
//! t = `tuned_for`, the sample size at which the tuned methods are tightest
//! two streams              each at α/2, limits subtracted crosswise
//! ```
//!
//! # Edge cases
//! No answers: no interval. The asymptotic sequence has none below 100 answers, where it would miss
//! too often. A finite population is refused.
//!
//! # Not to be confused with
//! A fixed-sample interval ([`net_score::interval`](super::net_score::interval)), about half as
//! wide and right once.
//!
//! # Source
//! Orabona & Jun (2021); Krichevsky & Trofimov (1981); Howard, Ramdas, McAuliffe & Sekhon (2021),
//! eq.
//! 3.17 and Prop. 3; Waudby-Smith et al. (2024), asymptotic sequences, eq. 9.
//!
//! # Example
//! ```
//! use cxm_core::stats::{IntervalOptions, NetCounts, confidence_sequence};
//!
//! let counts = NetCounts { negative: 20, neutral: 30, positive: 50 };
//! let interval = confidence_sequence::net(&counts, &IntervalOptions::default())?.unwrap();
//! assert!((interval.lower - 0.018493).abs() < 1e-6 && (interval.upper - 0.546748).abs() < 1e-6);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use super::betting::Bets;
use super::interval::{Interval, IntervalOptions, Method};
use super::net_score::{Cells, NetCounts};
use super::proportion::Share;
use crate::error::{Error, Result};
use crate::numeric::roots::boundary;
use crate::numeric::special_functions::{
    HALF_LN_TWO_PI, bernoulli_divergence, ln_beta, ln_gamma_ratio_half, stirling_remainder,
};
use std::f64::consts::PI;

/// Below this many answers the asymptotic sequence is not offered.
const ASYMPTOTIC_FROM: u64 = 100;

/// The error rate that the tuned beta-binomial sequence is tuned at, in the literature's software.
const TUNING_ALPHA: f64 = 0.05;

const NET_METHODS: &[Method] =
    &[Method::BettingRegret, Method::BettingMixture, Method::AsymptoticMixture];

const SHARE_METHODS: &[Method] = &[
    Method::BetaBinomial,
    Method::BetaBinomialTuned,
    Method::BettingRegret,
    Method::BettingMixture,
    Method::AsymptoticMixture,
];

const BOUNDED_METHODS: &[Method] = &[Method::BettingRegret, Method::BettingMixture];

/// Confidence sequence of a net score, within −1..=1; `None` without answers. Default:
/// [`Method::BettingRegret`].
pub fn net(counts: &NetCounts, options: &IntervalOptions) -> Result<Option<Interval>> {
    let (alpha, method) = settings(options, NET_METHODS, "a watched net score")?;
    let n = counts.total();
    let Some((value, variance)) = counts.net().zip(counts.variance()) else { return Ok(None) };
    let (lower, upper) = match method {
        Method::AsymptoticMixture => {
            return Ok(asymptotic(n, value, variance, options)?.map(|it| it.clamped(-1.0, 1.0)));
        }
        Method::BettingMixture => {
            let bins = [(0.0, counts.negative), (0.5, counts.neutral), (1.0, counts.positive)];
            let (lower, upper) = betting_limits(&Bets::new(bins), alpha, method);
            (2.0 * lower - 1.0, 2.0 * upper - 1.0)
        }
        _ => {
            let evidence = regret_threshold(n as f64, alpha);
            Cells::from(counts).limits(|cells, d| cells.log_likelihood_ratio(d) <= evidence)
        }
    };
    Ok(Some(Interval { lower, upper, level: options.level, method }))
}

/// Confidence sequence of a share, within 0..=1; `None` without answers. Default:
/// [`Method::BetaBinomial`], which equals the betting mixture for answers of two kinds.
pub fn share(share: &Share, options: &IntervalOptions) -> Result<Option<Interval>> {
    share.check()?;
    let (alpha, method) = settings(options, SHARE_METHODS, "a watched share")?;
    let Some((value, variance)) = share.value().zip(share.variance()) else { return Ok(None) };
    let (x, n) = (share.successes as f64, share.total as f64);
    let limits = |evidence: f64, against: &dyn Fn(f64) -> f64| {
        let keep = |p: f64| possible(x, n, p) && against(p) <= evidence;
        (boundary(value, 0.0, keep), boundary(value, 1.0, keep))
    };
    let certainty = -libm::log(alpha);
    let (lower, upper) = match method {
        Method::AsymptoticMixture => {
            return Ok(asymptotic(share.total, value, variance, options)?
                .map(|interval| interval.clamped(0.0, 1.0)));
        }
        Method::BettingRegret => {
            limits(regret_threshold(n, alpha), &|p| n * bernoulli_divergence(value, p))
        }
        Method::BetaBinomialTuned => {
            let strength = tuned_strength(options.tuned_for);
            limits(certainty, &|p| beta_binomial(x, n, p, strength * p, strength * (1.0 - p)))
        }
        _ => limits(certainty, &|p| beta_binomial(x, n, p, 0.5, 0.5)),
    };
    Ok(Some(Interval { lower, upper, level: options.level, method }))
}

/// Confidence sequence of the mean of answers that lie within `lowest..=highest`, from their
/// counts, in the unit of the answers; `None` without answers. Default: [`Method::BettingRegret`].
///
/// # Example
/// ```
/// use cxm_core::stats::{IntervalOptions, confidence_sequence};
/// let answers = [1.0, 2.0, 3.0, 4.0, 5.0];
/// let counts = [3, 5, 12, 50, 30];
/// let options = IntervalOptions::default();
/// let interval = confidence_sequence::bounded(&answers, &counts, 1.0..=5.0, &options)?.unwrap();
/// assert!(interval.contains(3.99));
/// # Ok::<(), cxm_core::Error>(())
/// ```
pub fn bounded(
    answers: &[f64],
    counts: &[u64],
    scale: std::ops::RangeInclusive<f64>,
    options: &IntervalOptions,
) -> Result<Option<Interval>> {
    let (alpha, method) = settings(options, BOUNDED_METHODS, "a watched mean")?;
    let (lowest, span) = (*scale.start(), scale.end() - scale.start());
    if !(span > 0.0 && span.is_finite()) {
        return Err(Error::argument("the scale must run upwards").in_field("highest"));
    }
    if answers.len() != counts.len() {
        return Err(Error::argument(format!(
            "one count per answer: {} answers, {} counts",
            answers.len(),
            counts.len()
        ))
        .in_field("counts"));
    }
    if let Some(row) = answers.iter().position(|answer| !scale.contains(answer)) {
        return Err(Error::argument("an answer lies outside its scale")
            .in_field("answers")
            .at_row(row));
    }
    let position = |answer: &f64| ((answer - lowest) / span).clamp(0.0, 1.0);
    let bets = Bets::new(answers.iter().map(position).zip(counts.iter().copied()));
    if bets.total() <= 0.0 {
        return Ok(None);
    }
    let (lower, upper) = betting_limits(&bets, alpha, method);
    let (lower, upper) = (lowest + span * lower, lowest + span * upper);
    Ok(Some(Interval { lower, upper, level: options.level, method }))
}

/// Asymptotic confidence sequence of any mean, from its n and its variance of divisor n; `None`
/// below 100 answers.
///
/// # Example
/// ```
/// use cxm_core::stats::{IntervalOptions, confidence_sequence};
/// let options = IntervalOptions::default();
/// let interval = confidence_sequence::asymptotic(1000, 20.0, 4.0, &options)?.unwrap();
/// assert!(interval.contains(20.0) && interval.width() < 0.5);
/// assert!(confidence_sequence::asymptotic(99, 20.0, 4.0, &options)?.is_none());
/// # Ok::<(), cxm_core::Error>(())
/// ```
pub fn asymptotic(
    n: u64,
    mean: f64,
    variance: f64,
    options: &IntervalOptions,
) -> Result<Option<Interval>> {
    let (alpha, method) = settings(options, &[Method::AsymptoticMixture], "a watched mean")?;
    if !(mean.is_finite() && variance >= 0.0 && variance.is_finite()) {
        return Err(Error::argument("mean and variance must be finite, the variance not negative")
            .in_field("variance"));
    }
    if options.tuned_for == 0 {
        return Err(Error::argument("tuned_for must be at least 1").in_field("tuned_for"));
    }
    if n < ASYMPTOTIC_FROM {
        return Ok(None);
    }
    let certainty = -2.0 * libm::log(alpha);
    let rho_square = (certainty + libm::log1p(certainty)) / options.tuned_for as f64;
    let n = n as f64;
    let grown = n * rho_square + 1.0;
    let log = 0.5 * libm::log(grown) - libm::log(alpha);
    let reach = (variance * 2.0 * grown / (n * n * rho_square) * log).sqrt();
    Ok(Some(Interval { lower: mean - reach, upper: mean + reach, level: options.level, method }))
}

/// First minus second of two watched net scores, each at half the error rate.
pub fn net_difference(
    first: &NetCounts,
    second: &NetCounts,
    options: &IntervalOptions,
) -> Result<Option<Interval>> {
    difference(options, |halved| net(first, halved), |halved| net(second, halved))
}

/// First minus second of two watched shares, each at half the error rate.
pub fn share_difference(
    first: &Share,
    second: &Share,
    options: &IntervalOptions,
) -> Result<Option<Interval>> {
    difference(options, |halved| share(first, halved), |halved| share(second, halved))
}

/// First minus second of any two confidence sequences, asked for at half the error rate.
pub fn difference(
    options: &IntervalOptions,
    first: impl Fn(&IntervalOptions) -> Result<Option<Interval>>,
    second: impl Fn(&IntervalOptions) -> Result<Option<Interval>>,
) -> Result<Option<Interval>> {
    let halved = IntervalOptions { level: 1.0 - 0.5 * options.alpha()?, ..*options };
    let both = first(&halved)?.zip(second(&halved)?);
    Ok(both.map(|(first, second)| Interval {
        lower: first.lower - second.upper,
        upper: first.upper - second.lower,
        level: options.level,
        method: first.method,
    }))
}

/// The error rate and the method, by default the first that is offered.
fn settings(options: &IntervalOptions, offered: &[Method], measure: &str) -> Result<(f64, Method)> {
    let alpha = options.alpha()?;
    if options.population.is_some() {
        return Err(Error::not_offered(
            "a confidence sequence has no finite population correction",
        )
        .in_field("population"));
    }
    match options.method.or_else(|| offered.first().copied()) {
        Some(method) if offered.contains(&method) => Ok((alpha, method)),
        method => Err(method.unwrap_or(Method::BettingRegret).refused(measure, offered)),
    }
}

fn betting_limits(bets: &Bets, alpha: f64, method: Method) -> (f64, f64) {
    if method == Method::BettingMixture {
        let evidence = -libm::log(alpha);
        return bets.limits(|bets, m| bets.log_mixture_capital(m) <= evidence);
    }
    let evidence = regret_threshold(bets.total(), alpha);
    bets.limits(|bets, m| bets.log_best_capital(m) <= evidence)
}

/// ln(1/α) plus what the mixture over all bets can fall behind the best of them within n answers.
fn regret_threshold(n: f64, alpha: f64) -> f64 {
    0.5 * libm::log(PI) + ln_gamma_ratio_half(n) - libm::log(alpha)
}

/// κ of the tuned prior Beta(κp, κ(1 − p)), tightest at so many answers.
fn tuned_strength(tuned_for: u64) -> f64 {
    let certainty = -2.0 * libm::log(TUNING_ALPHA);
    (tuned_for as f64 / (certainty + libm::log1p(certainty)) - 1.0).max(0.001)
}

/// Whether x of n answers can come from a share p.
fn possible(x: f64, n: f64, p: f64) -> bool {
    !(p <= 0.0 && x > 0.0 || p >= 1.0 && x < n)
}

/// lnB(x + a, n − x + b) − lnB(a, b) − x·ln p − (n − x)·ln(1 − p): ln of the evidence against p.
///
/// Written with s = n + a + b as s·KL((x + a)/s ‖ p) and terms that stay small; the logarithms of
/// beta functions alone would cancel at large n.
fn beta_binomial(x: f64, n: f64, p: f64, a: f64, b: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        // Only reached where the answers are possible: all of one kind, and certain under p.
        return if a > 0.0 && b > 0.0 { ln_beta(x + a, n - x + b) - ln_beta(a, b) } else { 0.0 };
    }
    let (left, right, sum) = (x + a, n - x + b, n + a + b);
    let remainders = stirling_remainder(left) + stirling_remainder(right) - stirling_remainder(sum);
    sum * bernoulli_divergence(left / sum, p)
        + a * libm::log(p)
        + b * libm::log1p(-p)
        + HALF_LN_TWO_PI
        + 0.5 * libm::log(sum / left / right)
        + remainders
        - ln_beta(a, b)
}

//! Attribution by age: half as much for every half-life before the conversion.
//!
//! # What it measures
//! How conversions are divided when what happened just before counts most. It needs the age of
//! every touchpoint, so it reads journeys and not paths.
//!
//! # Formula
//! ```text
//! weight of a touchpoint   2^(−age ÷ half-life)
//! of a conversion          weight ÷ Σ weights of its journey
//! ```
//!
//! # Input
//! [`TimedJourney`]s that converted, with ages in any unit, the one of the half-life.
//!
//! # Empty and edge cases
//! A journey without a touchpoint, an age that is negative or not finite, a half-life that is not
//! positive: an error, of a journey with its number as the row. Without a conversion: insufficient
//! data. Ages may be far beyond the half-life: only differences within a journey matter.
//!
//! # Uncertainty
//! As for all methods: see the [area](super).
//!
//! # Source
//! Half-lives are those of web analytics; the formula is exponential decay.
//!
//! # Example
//! ```
//! use cxm_core::journey::attribution::{TimedJourney, TimedTouchpoint, time_decay};
//!
//! let at = |touchpoint: &str, age| TimedTouchpoint { touchpoint: touchpoint.into(), age };
//! let touchpoints = vec![at("mail", 7.0), at("shop", 0.0)];
//! let journey = TimedJourney { touchpoints, conversions: 1, value: 3000 };
//! let read = time_decay(&[journey], 7.0, 0.95)?;
//! assert_eq!(read.touchpoints[1].value, Some(2000.0)); // the shop, twice the mail
//! # Ok::<(), cxm_core::Error>(())
//! ```

use std::collections::BTreeMap;

use super::credit::count;
use super::method::{Attribution, AttributionMethod, AttributionOptions, Divided, answer};
use crate::calculator::checked_sum;
use crate::error::{Error, Result};

/// A touchpoint of a journey and how long before the conversion it was.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TimedTouchpoint {
    /// Its name.
    pub touchpoint: Box<str>,
    /// Time from it to the conversion, in the unit of the half-life.
    pub age: f64,
}

/// A journey that converted, or several that went alike.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TimedJourney {
    /// The touchpoints in any order.
    pub touchpoints: Vec<TimedTouchpoint>,
    /// Its conversions, most often one.
    pub conversions: u64,
    /// What they were worth, in minor units.
    pub value: i64,
}

/// What a touchpoint got of each journey: conversions, value, and the square of its fraction.
type Parts = Vec<(f64, f64, f64)>;

/// Divides the conversions of journeys by the age of their touchpoints.
pub fn time_decay(journeys: &[TimedJourney], half_life: f64, level: f64) -> Result<Attribution> {
    if !(half_life > 0.0 && half_life.is_finite()) {
        let message = format!("a half-life must be positive and finite, got {half_life}");
        return Err(Error::argument(message).in_field("half_life"));
    }
    let mut parts: BTreeMap<&str, Parts> = BTreeMap::new();
    let (mut conversions, mut value, mut valued) = (0, 0_i128, false);
    for (row, journey) in journeys.iter().enumerate() {
        divide(journey, half_life, &mut parts).map_err(|error| error.at_row(row))?;
        conversions = checked_sum(conversions, journey.conversions)?;
        value = value.saturating_add(journey.value.into());
        valued |= journey.value != 0;
    }
    if conversions == 0 {
        return Err(Error::insufficient("no journey converted: there is nothing to divide"));
    }
    let n = count(conversions);
    let mut divided = Divided {
        conversions: Vec::new(),
        values: Vec::new(),
        shares: Vec::new(),
        variances: Vec::new(),
        removal: None,
        chain: None,
        journeys: conversions,
    };
    for parts in parts.values() {
        let share = sum(parts, |part| part.0) / n;
        divided.conversions.push(sum(parts, |part| part.0));
        divided.values.push(sum(parts, |part| part.1));
        divided.shares.push(share);
        let square = sum(parts, |part| part.2) / n;
        divided.variances.push((square - share * share).max(0.0) / n);
    }
    let names: Vec<Box<str>> = parts.keys().map(|&name| name.into()).collect();
    let method = AttributionMethod::TimeDecay;
    let options = AttributionOptions { method, level, ..AttributionOptions::default() };
    #[allow(clippy::cast_precision_loss, reason = "an exact sum is read as floating point")]
    let value = valued.then_some(value as f64);
    answer(&names, divided, conversions, value, &options)
}

/// The sum by size, so that the order of the journeys does not matter.
fn sum(parts: &[(f64, f64, f64)], of: impl Fn(&(f64, f64, f64)) -> f64) -> f64 {
    let mut terms: Vec<f64> = parts.iter().map(of).collect();
    terms.sort_unstable_by(f64::total_cmp);
    terms.iter().sum()
}

#[allow(clippy::cast_precision_loss, reason = "money is read as floating point")]
fn divide<'a>(
    journey: &'a TimedJourney,
    half_life: f64,
    parts: &mut BTreeMap<&'a str, Parts>,
) -> Result<()> {
    let refused =
        |message: String, field: &'static str| Err(Error::observation(message).in_field(field));
    if journey.conversions == 0 && journey.value != 0 {
        return refused("there is a value without a conversion".to_owned(), "value");
    }
    let mut ages: Vec<(&str, f64)> =
        journey.touchpoints.iter().map(|it| (it.touchpoint.trim(), it.age)).collect();
    if let Some((_, age)) = ages.iter().find(|(_, age)| !(*age >= 0.0 && age.is_finite())) {
        return refused(format!("an age must be finite and not negative, got {age}"), "age");
    }
    if ages.is_empty() || ages.iter().any(|(name, _)| name.is_empty()) {
        return refused("expected touchpoints with names".to_owned(), "touchpoint");
    }
    ages.sort_unstable_by(|a, b| a.0.cmp(b.0).then(a.1.total_cmp(&b.1)));
    let youngest = ages.iter().map(|(_, age)| *age).fold(f64::INFINITY, f64::min);
    let weight = |age: f64| libm::exp2(-(age - youngest) / half_life);
    let all: f64 = ages.iter().map(|(_, age)| weight(*age)).sum();
    for same in ages.chunk_by(|a, b| a.0 == b.0) {
        let Some((name, _)) = same.first() else { continue };
        let fraction = same.iter().map(|(_, age)| weight(*age)).sum::<f64>() / all;
        let n = count(journey.conversions);
        let part = (n * fraction, journey.value as f64 * fraction, n * fraction * fraction);
        parts.entry(name).or_default().push(part);
    }
    Ok(())
}

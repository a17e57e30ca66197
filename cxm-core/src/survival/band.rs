//! Limits of a probability or of a cumulative hazard by a transformation to a scale on which it is
//! nearly normal.

use crate::error::Result;
use crate::numeric::distribution::normal_two_sided_quantile;
use crate::stats::{Interval, IntervalOptions, Method};

/// The transformations of a survival curve.
pub const CURVE_METHODS: &[Method] =
    &[Method::LogLog, Method::Log, Method::Plain, Method::Logit, Method::Arcsine];
/// The transformations of a cumulative hazard.
pub const HAZARD_METHODS: &[Method] = &[Method::Log, Method::Plain];

/// z of a level, once level and method are known to be good.
pub(super) fn quantile_of(
    level: f64,
    method: Method,
    what: &str,
    offered: &[Method],
) -> Result<f64> {
    if !offered.contains(&method) {
        return Err(method.refused(what, offered));
    }
    IntervalOptions::at(level).alpha().map(normal_two_sided_quantile)
}

/// Limits of a probability strictly between 0 and 1 with this standard error.
pub(super) fn probability_limits(
    p: f64,
    standard_error: f64,
    z: f64,
    method: Method,
) -> (f64, f64) {
    let reach = z * standard_error;
    match method {
        Method::Plain => ((p - reach).max(0.0), (p + reach).min(1.0)),
        Method::Log => {
            let factor = libm::exp(reach / p);
            (p / factor, (p * factor).min(1.0))
        }
        Method::Logit => {
            let centre = libm::log(p / (1.0 - p));
            let reach = reach / (p * (1.0 - p));
            let back = |x: f64| 1.0 / (1.0 + libm::exp(-x));
            (back(centre - reach), back(centre + reach))
        }
        Method::Arcsine => {
            let centre = libm::asin(p.sqrt());
            let reach = 0.5 * reach / (p * (1.0 - p)).sqrt();
            let back = |x: f64| {
                let sine = libm::sin(x.clamp(0.0, std::f64::consts::FRAC_PI_2));
                sine * sine
            };
            (back(centre - reach), back(centre + reach))
        }
        // ln(−ln p): p to the power of exp(±z·se/(p ln p)).
        _ => {
            let logarithm = libm::log(p);
            let power = libm::exp(reach / (p * -logarithm));
            (libm::exp(logarithm * power), libm::exp(logarithm / power))
        }
    }
}

/// Limits of a cumulative hazard above 0.
pub(super) fn hazard_limits(
    hazard: f64,
    standard_error: f64,
    z: f64,
    method: Method,
) -> (f64, f64) {
    let reach = z * standard_error;
    if method == Method::Plain {
        return ((hazard - reach).max(0.0), hazard + reach);
    }
    let factor = libm::exp(reach / hazard);
    (hazard / factor, hazard * factor)
}

/// Limits with their level and method.
pub(super) fn interval((lower, upper): (f64, f64), level: f64, method: Method) -> Interval {
    Interval { lower, upper, level, method }
}

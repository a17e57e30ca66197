//! What is to be thought of where a search ended.

use super::fit::{Diagnosis, FitStatus};
use crate::numeric::linear::SymmetricMatrix;
use crate::numeric::maximise::{Maximum, Stop};

/// ln θ beyond which a parameter counts as 0 or as endless: 1 in 9 million mean ages or units.
pub(super) const FARTHEST: f64 = 16.0;

/// A direction whose standard error, in logs, is above this is a ridge: a factor of 7 either way.
const FLAT: f64 = 2.0;

/// A parameter takes part in a direction from this share of its unit vector on.
const TAKES_PART: f64 = 0.3;

/// The size of the data.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    pub(super) customers: f64,
    pub(super) repeaters: f64,
}

/// The parameters and where they end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edges<'a> {
    pub(super) names: &'a [&'a str],
    /// ln of what each parameter is measured in.
    pub(super) scale: &'a [f64],
    /// What each parameter has to be above for a finite mean; 0, or none at all, without a demand.
    pub(super) floors: &'a [f64],
}

/// The verdict on a maximum over logs of parameters, each of them measured in its scale, after so
/// many iterations of so many starts.
pub(super) fn diagnose(
    best: &Maximum,
    edges: Edges<'_>,
    sample: Sample,
    (iterations, starts): (u32, u32),
) -> Diagnosis {
    let slopes = best.surface.gradient.iter().zip(&best.at_limit);
    let gradient = slopes.fold(
        0.0_f64,
        |most, (slope, held)| {
            if *held { most } else { most.max(slope.abs()) }
        },
    );
    let smallest = best.curvature.values.last().copied().unwrap_or(0.0);
    let (status, message) = judge(best, edges, sample.repeaters);
    Diagnosis {
        status,
        message,
        iterations,
        starts,
        gradient: gradient / sample.customers,
        condition: (smallest > 0.0).then(|| best.curvature.condition_number()),
    }
}

fn judge(best: &Maximum, edges: Edges<'_>, repeaters: f64) -> (FitStatus, String) {
    let count = edges.names.len();
    if best.stop != Stop::Maximum {
        let message = format!("the maximum was not reached in {} steps", best.iterations);
        return (FitStatus::NotConverged, message);
    }
    // As many customers as parameters can always be explained.
    if repeaters <= count_as_f64(count) {
        let message = format!(
            "{repeaters} customers have bought again or renewed, too few to tell {count} parameters"
        );
        return (FitStatus::TooFewRepeaters, message);
    }
    let held = held(best, edges);
    if !held.is_empty() {
        let message = format!("the likelihood still rises where {}", held.join(" and "));
        return (FitStatus::Boundary, message);
    }
    let smallest = best.curvature.values.last().copied().unwrap_or(0.0);
    if smallest < 1.0 / (FLAT * FLAT) {
        let direction = best.curvature.vectors.last().map_or(&[][..], Vec::as_slice);
        let parts = edges.names.iter().zip(direction).filter(|(_, part)| part.abs() >= TAKES_PART);
        let names: Vec<&str> = parts.map(|(name, _)| *name).collect();
        let message = format!(
            "a maximum, but the likelihood is nearly flat along {}: more data or priors would tell",
            names.join(" and ")
        );
        return (FitStatus::Ridge, message);
    }
    (FitStatus::Optimum, "an inner maximum, well determined".to_owned())
}

/// The parameters that ran off, in words.
fn held(best: &Maximum, edges: Edges<'_>) -> Vec<String> {
    if !best.at_limit.contains(&true) {
        return Vec::new();
    }
    // Those that were drawn along and are about as far count too.
    let far = |x: &f64, scale: &f64| (x - scale).abs() >= 0.75 * FARTHEST;
    let floors = edges.floors.iter().copied().chain(std::iter::repeat(0.0));
    let each = edges.names.iter().zip(&best.at_limit).zip(best.point.iter().zip(edges.scale));
    each.zip(floors)
        .filter(|(((_, held), (x, scale)), _)| **held || far(x, scale))
        .map(|(((name, _), (x, scale)), floor)| {
            if floor > 0.0 && !far(x, scale) {
                return format!("{name} falls to {floor}, below which the mean is not finite");
            }
            let end = if x < scale { "runs towards 0" } else { "grows without end" };
            format!("{name} {end}")
        })
        .collect()
}

/// The inverse of the negative Hessian, where it is a covariance.
pub(super) fn covariance(best: &Maximum) -> Option<SymmetricMatrix> {
    if best.stop != Stop::Maximum || best.at_limit.contains(&true) {
        return None;
    }
    let hessian = &best.surface.hessian;
    let information =
        SymmetricMatrix::from_fn(hessian.order(), |row, column| -hessian.get(row, column));
    Some(information.cholesky().ok()?.inverse())
}

#[allow(clippy::cast_precision_loss, reason = "at most a handful of parameters")]
fn count_as_f64(count: usize) -> f64 {
    count as f64
}

//! The maximum of a smooth function of a few variables, by Newton's method within a trust region.
//!
//! Each step is the best one within a radius according to the quadratic model of the function, by
//! way of the eigenvalues of the Hessian, so that a saddle, a ridge or a flat direction is no
//! obstacle. The radius follows from how well the model foretold the last step.
//!
//! # Source
//! Moré & Sorensen (1983), Computing a trust region step.

use super::linear::{Eigen, SymmetricMatrix};
use crate::error::Result;

/// A function's value and its derivatives at a point.
#[derive(Debug, Clone, PartialEq)]
pub struct Surface {
    /// f.
    pub value: f64,
    /// ∂f/∂xᵢ.
    pub gradient: Vec<f64>,
    /// ∂²f/∂xᵢ∂xⱼ.
    pub hessian: SymmetricMatrix,
}

impl Surface {
    fn is_finite(&self) -> bool {
        let cells = self.hessian.as_row_major();
        self.value.is_finite() && self.gradient.iter().chain(cells).all(|cell| cell.is_finite())
    }
}

/// When to stop, and how far to go.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// The most evaluations.
    pub max_iterations: u32,
    /// Stop when no step of length 1 promises to raise the value by more than this; never less
    /// than the rounding of the value itself.
    pub tolerance: f64,
    /// Lower and upper limit of each variable.
    pub limits: Vec<(f64, f64)>,
}

/// What ended the search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// No step promises a gain.
    Maximum,
    /// The iterations ran out.
    Exhausted,
    /// The function is not finite at the start.
    Undefined,
}

/// Where the search ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Maximum {
    /// The best point.
    pub point: Vec<f64>,
    /// The function there.
    pub surface: Surface,
    /// What ended the search.
    pub stop: Stop,
    /// For each variable, whether it is held at a limit, beyond which the function rises.
    pub at_limit: Vec<bool>,
    /// The curvature: eigenvalues and vectors of −H, where held variables count as 1.
    pub curvature: Eigen,
    /// Evaluations.
    pub iterations: u32,
}

/// How the search stands after a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Iteration<'a> {
    /// Evaluations so far.
    pub iteration: u32,
    /// The best point.
    pub point: &'a [f64],
    /// The function there.
    pub surface: &'a Surface,
}

const FIRST_RADIUS: f64 = 1.0;
const LARGEST_RADIUS: f64 = 4.0;

/// Rounding of a sum beside its value: below this a gain cannot be told from noise.
const NOISE: f64 = 16.0 * f64::EPSILON;

/// So many steps in a row without a gain beyond rounding.
const MAX_IDLE: u32 = 4;

/// Seeks the maximum of `evaluate` from `start`; `None` is a point where it is not defined.
///
/// An error of `progress` ends the search.
pub fn maximise(
    start: &[f64],
    bounds: &Bounds,
    mut evaluate: impl FnMut(&[f64]) -> Option<Surface>,
    mut progress: impl FnMut(Iteration<'_>) -> Result<()>,
) -> Result<Maximum> {
    let mut point = clamp(start.to_vec(), &bounds.limits);
    let mut iterations = 1;
    let Some(mut surface) = evaluate(&point).filter(Surface::is_finite) else {
        return undefined(point);
    };
    let (mut radius, mut idle) = (FIRST_RADIUS, 0);
    loop {
        progress(Iteration { iteration: iterations, point: &point, surface: &surface })?;
        let at_limit = held(&point, &surface.gradient, &bounds.limits);
        let (gradient, curvature) = free(&surface, &at_limit)?;
        let noise = NOISE * surface.value.abs();
        let promise = step(&gradient, &curvature, FIRST_RADIUS).1;
        let found = promise <= bounds.tolerance.max(noise);
        // At a good point, steps that come to nothing but rounding, or a radius that has shrunk to
        // nothing, say that there is no more to be had.
        let good = promise <= 1e-9 * surface.value.abs().max(1.0);
        let stuck = good && (radius < 1e-12 || idle >= MAX_IDLE);
        if found || stuck || iterations >= bounds.max_iterations {
            let stop = if found || stuck { Stop::Maximum } else { Stop::Exhausted };
            return Ok(Maximum { point, surface, stop, at_limit, curvature, iterations });
        }
        let (direction, _) = step(&gradient, &curvature, radius);
        let trial = along(&point, &direction, &bounds.limits);
        let taken: Vec<f64> = trial.iter().zip(&point).map(|(new, old)| new - old).collect();
        let promised = promised(&gradient, &curvature, &taken);
        iterations += 1;
        let tried = evaluate(&trial).filter(Surface::is_finite);
        let gain = tried.as_ref().map_or(f64::NEG_INFINITY, |tried| tried.value - surface.value);
        idle = if gain.abs() <= 4.0 * noise { idle + 1 } else { 0 };
        let length = norm(&taken);
        if gain >= 0.75 * promised && length > 0.9 * radius {
            radius = (2.0 * radius).min(LARGEST_RADIUS);
        } else if gain < 0.25 * promised - noise {
            radius = 0.25 * length.min(radius);
        }
        if let Some(tried) = tried.filter(|_| gain > 0.0 || gain >= 0.1 * promised - noise) {
            (point, surface) = (trial, tried);
        }
    }
}

fn undefined(point: Vec<f64>) -> Result<Maximum> {
    let order = point.len();
    let flat = SymmetricMatrix::from_fn(order, |_, _| 0.0);
    Ok(Maximum {
        surface: Surface {
            value: f64::NEG_INFINITY,
            gradient: vec![0.0; order],
            hessian: flat.clone(),
        },
        stop: Stop::Undefined,
        at_limit: vec![false; order],
        curvature: flat.eigen()?,
        iterations: 1,
        point,
    })
}

fn clamp(mut point: Vec<f64>, limits: &[(f64, f64)]) -> Vec<f64> {
    for (x, &(lower, upper)) in point.iter_mut().zip(limits) {
        *x = x.max(lower).min(upper);
    }
    point
}

/// The point in that direction; where a limit is in the way, as far as that limit, so that
/// variables that have to move together do. Those at a limit stay there.
fn along(point: &[f64], direction: &[f64], limits: &[(f64, f64)]) -> Vec<f64> {
    let room = |((&x, &change), &(lower, upper)): ((&f64, &f64), &(f64, f64))| {
        let room = if change > 0.0 { upper - x } else { lower - x };
        if room.abs() > 0.0 && change.abs() > room.abs() { room / change } else { 1.0 }
    };
    let each = point.iter().zip(direction).zip(limits);
    let share = each.map(room).fold(1.0, f64::min);
    let moved = point.iter().zip(direction).map(|(x, change)| x + share * change);
    clamp(moved.collect(), limits)
}

fn held(point: &[f64], gradient: &[f64], limits: &[(f64, f64)]) -> Vec<bool> {
    let each = point.iter().zip(gradient).zip(limits);
    each.map(|((&x, &slope), &(lower, upper))| {
        (x <= lower && slope < 0.0) || (x >= upper && slope > 0.0)
    })
    .collect()
}

/// The gradient and the curvature of the variables that are not held.
fn free(surface: &Surface, at_limit: &[bool]) -> Result<(Vec<f64>, Eigen)> {
    let is_held = |row: usize| at_limit.get(row).copied().unwrap_or(false);
    let cells = surface.gradient.iter().enumerate();
    let gradient = cells.map(|(row, &slope)| if is_held(row) { 0.0 } else { slope }).collect();
    let negative = SymmetricMatrix::from_fn(surface.hessian.order(), |row, column| {
        if is_held(row) || is_held(column) {
            return f64::from(u8::from(row == column));
        }
        -surface.hessian.get(row, column)
    });
    Ok((gradient, negative.eigen()?))
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().fold(0.0, |sum, x| sum + x * x).sqrt()
}

fn dot(ours: &[f64], theirs: &[f64]) -> f64 {
    ours.iter().zip(theirs).fold(0.0, |sum, (a, b)| sum + a * b)
}

/// g·s − ½ s·B s, with B by its eigenvectors.
fn promised(gradient: &[f64], curvature: &Eigen, taken: &[f64]) -> f64 {
    let bend = curvature.values.iter().zip(&curvature.vectors).fold(0.0, |sum, (value, vector)| {
        let along = dot(vector, taken);
        sum + value * along * along
    });
    dot(gradient, taken) - 0.5 * bend
}

/// The best step within the radius, and the gain that it promises.
fn step(gradient: &[f64], curvature: &Eigen, radius: f64) -> (Vec<f64>, f64) {
    let slopes: Vec<f64> = curvature.vectors.iter().map(|v| dot(v, gradient)).collect();
    let along = |shift: f64| -> Vec<f64> {
        let pairs = slopes.iter().zip(&curvature.values);
        pairs
            .map(|(slope, value)| if *slope == 0.0 { 0.0 } else { slope / (value + shift) })
            .collect()
    };
    let smallest = curvature.values.last().copied().unwrap_or(1.0);
    let largest = curvature.values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let floor = f64::EPSILON * largest.max(f64::MIN_POSITIVE);
    let mut parts = along(0.0);
    if smallest <= floor || norm(&parts) > radius {
        // The shift that brings the step onto the radius lies between these.
        let (mut lower, mut upper) =
            ((floor - smallest).max(0.0), largest + norm(&slopes) / radius);
        for _ in 0..60 {
            let middle = if lower > 0.0 { (lower * upper).sqrt() } else { 0.5 * upper };
            if norm(&along(middle)) > radius {
                lower = middle;
            } else {
                upper = middle;
            }
            if upper - lower <= 1e-3 * upper || upper <= floor {
                break;
            }
        }
        parts = along(upper);
        let rest = radius * radius - dot(&parts, &parts);
        // At a saddle without slope: down the negative curvature, to the radius.
        if let Some(last) = parts.last_mut().filter(|_| smallest < -floor && rest > 0.0) {
            let more = (*last * *last + rest).sqrt();
            *last = if *last < 0.0 { -more } else { more };
        }
    }
    let mut direction = vec![0.0; gradient.len()];
    for (part, vector) in parts.iter().zip(&curvature.vectors) {
        for (cell, component) in direction.iter_mut().zip(vector) {
            *cell += part * component;
        }
    }
    let gain = promised(gradient, curvature, &direction);
    (direction, gain)
}

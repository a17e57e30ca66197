//! Raking: weights that make a sample's margins those of the population.
//!
//! # What it measures
//! How much each respondent should count so that, say, regions and age groups have their true
//! sizes, when only the margins of the population are known and not the cells.
//!
//! # Formula
//! ```text
//! repeat, for every margin in turn:  w ← w · target(category)/Σ w over the category
//! then trim, where asked:            w ← clamp(w, low·w̄, high·w̄)
//! until the largest |Σ w/target − 1| after a round is within the tolerance
//! ```
//! The trace holds that largest deviation, round by round.
//!
//! # Edge cases
//! Targets of unlike totals, a target for a category that nobody is in, codes out of range and
//! weights that are negative or not finite are refused. Cells that are empty by chance, or trimming
//! that the targets do not allow, end in `NotConverged` with the last deviation.
//!
//! # Source
//! Deming & Stephan (1940); Deville, Särndal & Sautory (1993) for trimming.
//!
//! # Example
//! ```
//! use cxm_core::stats::raking::{Margin, RakingOptions, rake};
//!
//! // Three women and one man, from a population of halves.
//! let gender = Margin { codes: vec![0, 0, 0, 1], targets: vec![2.0, 2.0] };
//! let raked = rake(&[1.0; 4], &[gender], &RakingOptions::default())?;
//! assert!((raked.weights[0] - 2.0 / 3.0).abs() < 1e-12 && (raked.weights[3] - 2.0).abs() < 1e-12);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use crate::error::{Error, Result};

/// Targets of all margins must agree on the total within this.
const TOTAL_TOLERANCE: f64 = 1e-9;

/// One variable: the category of every respondent, and the size that every category should have.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Margin {
    /// Category of every respondent, an index into `targets`.
    pub codes: Vec<u32>,
    /// Size of every category; the total is that of the weights.
    pub targets: Vec<f64>,
}

/// When to stop, and how far a weight may go.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(default, deny_unknown_fields))]
pub struct RakingOptions {
    /// Largest relative deviation from a target.
    pub tolerance: f64,
    /// Rounds after which it is `NotConverged`.
    pub max_iterations: u32,
    /// Lowest weight, in mean weights; `None` for no limit.
    pub lowest_weight: Option<f64>,
    /// Highest weight, in mean weights; `None` for no limit.
    pub highest_weight: Option<f64>,
}

impl Default for RakingOptions {
    fn default() -> Self {
        Self { tolerance: 1e-9, max_iterations: 500, lowest_weight: None, highest_weight: None }
    }
}

/// The weights and how they were reached.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Raked {
    /// One weight per respondent.
    pub weights: Vec<f64>,
    /// Largest relative deviation from a target after every round.
    pub trace: Vec<f64>,
    /// Respondents whose weight stands at a limit.
    pub trimmed: u64,
    /// n·Σw²/W², the price of the weights.
    pub design_effect: f64,
}

/// Rakes these starting weights to the margins.
pub fn rake(base: &[f64], margins: &[Margin], options: &RakingOptions) -> Result<Raked> {
    let total = check(base, margins, options)?;
    let mut weights = base.to_vec();
    let mean = total / base.len() as f64;
    let lowest = options.lowest_weight.map_or(0.0, |low| low * mean);
    let highest = options.highest_weight.map_or(f64::INFINITY, |high| high * mean);
    let at_limit = |weight: f64| (lowest > 0.0 && weight <= lowest) || weight >= highest;
    let mut trace = Vec::new();
    for _ in 0..options.max_iterations {
        for margin in margins {
            adjust(&mut weights, margin);
        }
        weights.iter_mut().for_each(|weight| *weight = weight.clamp(lowest, highest));
        let deviation = margins.iter().map(|it| deviation(&weights, it)).fold(0.0, f64::max);
        trace.push(deviation);
        if deviation <= options.tolerance {
            let trimmed = weights.iter().filter(|weight| at_limit(**weight)).count() as u64;
            let design_effect = design_effect(&weights);
            return Ok(Raked { weights, trace, trimmed, design_effect });
        }
    }
    Err(Error::not_converged(format!(
        "margins are still off by {:e} after {} rounds",
        trace.last().copied().unwrap_or(f64::NAN),
        options.max_iterations
    )))
}

/// A two-way table raked to the sums of its rows and columns; the table's shape comes back.
///
/// # Example
/// ```
/// use cxm_core::stats::raking::{RakingOptions, rake_table};
/// let table = [vec![40.0, 10.0], vec![30.0, 20.0]];
/// let (raked, _) = rake_table(&table, &[50.0, 50.0], &[60.0, 40.0], &RakingOptions::default())?;
/// assert!((raked[0][0] - 35.755711).abs() < 1e-6);
/// # Ok::<(), cxm_core::Error>(())
/// ```
pub fn rake_table(
    table: &[Vec<f64>],
    rows: &[f64],
    columns: &[f64],
    options: &RakingOptions,
) -> Result<(Vec<Vec<f64>>, Raked)> {
    let width = columns.len();
    if table.len() != rows.len() || table.iter().any(|row| row.len() != width) {
        return Err(Error::argument(
            "the table must have one row per row total and one column per \
                                    column total",
        )
        .in_field("table"));
    }
    let index = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
    let cells = || (0..rows.len()).flat_map(|row| (0..width).map(move |column| (row, column)));
    let by_row = Margin { codes: cells().map(|it| index(it.0)).collect(), targets: rows.to_vec() };
    let by_column =
        Margin { codes: cells().map(|it| index(it.1)).collect(), targets: columns.to_vec() };
    let raked = rake(&table.concat(), &[by_row, by_column], options)?;
    Ok((raked.weights.chunks(width.max(1)).map(<[f64]>::to_vec).collect(), raked))
}

fn check(base: &[f64], margins: &[Margin], options: &RakingOptions) -> Result<f64> {
    if let Some(row) = base.iter().position(|weight| !(*weight >= 0.0 && weight.is_finite())) {
        return Err(Error::argument("a weight must be finite and not negative")
            .in_field("weights")
            .at_row(row));
    }
    let limits = (options.lowest_weight.unwrap_or(0.0), options.highest_weight.unwrap_or(f64::MAX));
    if !(0.0 <= limits.0 && limits.0 <= 1.0 && 1.0 <= limits.1) {
        return Err(Error::argument("the limits of a weight must enclose 1, the mean weight")
            .in_field("highest_weight"));
    }
    let mut totals = margins.iter().map(|margin| margin.targets.iter().sum::<f64>());
    let Some(total) = totals.next() else {
        return Err(Error::argument("raking needs a margin").in_field("margins"));
    };
    if total.is_nan() || total <= 0.0 {
        return Err(Error::argument("the targets must add up to more than 0").in_field("margins"));
    }
    if totals.any(|other| (other - total).abs() > TOTAL_TOLERANCE * total) {
        return Err(
            Error::argument("the targets of all margins must have one total").in_field("margins")
        );
    }
    for (row, margin) in margins.iter().enumerate() {
        check_margin(base, margin).map_err(|error| error.in_field("margins").at_row(row))?;
    }
    Ok(total)
}

fn check_margin(base: &[f64], margin: &Margin) -> Result<()> {
    if margin.codes.len() != base.len() {
        return Err(Error::argument("one code per respondent in every margin"));
    }
    if margin.codes.iter().any(|code| *code as usize >= margin.targets.len()) {
        return Err(Error::argument("a code has no target"));
    }
    if margin.targets.iter().any(|target| !(*target >= 0.0 && target.is_finite())) {
        return Err(Error::argument("a target must be finite and not negative"));
    }
    let sums = sums(base, margin);
    if sums.iter().zip(&margin.targets).any(|(sum, target)| *target > 0.0 && *sum <= 0.0) {
        return Err(Error::argument("a category with a target has no respondent"));
    }
    Ok(())
}

/// Σ w of every category.
fn sums(weights: &[f64], margin: &Margin) -> Vec<f64> {
    let mut sums = vec![0.0; margin.targets.len()];
    for (weight, code) in weights.iter().zip(&margin.codes) {
        if let Some(sum) = sums.get_mut(*code as usize) {
            *sum += weight;
        }
    }
    sums
}

fn adjust(weights: &mut [f64], margin: &Margin) {
    let sums = sums(weights, margin);
    let factor = |(sum, target): (&f64, &f64)| if *sum > 0.0 { target / sum } else { 0.0 };
    let factors: Vec<f64> = sums.iter().zip(&margin.targets).map(factor).collect();
    for (weight, code) in weights.iter_mut().zip(&margin.codes) {
        *weight *= factors.get(*code as usize).copied().unwrap_or(0.0);
    }
}

/// The largest |Σ w/target − 1|; of an empty target, the weight left in it.
fn deviation(weights: &[f64], margin: &Margin) -> f64 {
    let total: f64 = margin.targets.iter().sum();
    let off = |(sum, target): (&f64, &f64)| {
        (sum - target).abs() / if *target > 0.0 { *target } else { total }
    };
    sums(weights, margin).iter().zip(&margin.targets).map(off).fold(0.0, f64::max)
}

fn design_effect(weights: &[f64]) -> f64 {
    let sum: f64 = weights.iter().sum();
    weights.len() as f64 * weights.iter().map(|weight| weight * weight).sum::<f64>() / (sum * sum)
}

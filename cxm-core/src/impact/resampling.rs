//! Seeded resampling of rows: percentile intervals of the drivers' importance.

use rand_distr::{Distribution as _, Uniform};
use rand_pcg::{Pcg64, rand_core::SeedableRng as _};

use super::co_moments::Rows;
use super::importance::{ImportanceMethod, RelativeImportance};
use crate::error::{Error, ErrorKind, Result};
use crate::stats::bootstrap::{MAX_REPLICATES, quantile};
use crate::stats::{Interval, IntervalOptions, Method};

/// R² of so many sets is worked out at most: some minutes.
const MAX_SETS: u64 = 1 << 28;

impl RelativeImportance {
    /// The parts of the drivers with percentile intervals over `replicates` resamples of the rows.
    /// The same seed gives the same limits on every platform.
    pub fn bootstrapped(
        rows: &Rows,
        method: ImportanceMethod,
        options: &IntervalOptions,
    ) -> Result<Self> {
        let alpha = options.alpha()?;
        let mut importance = Self::read(&rows.co_moments(), method)?;
        check_work(options.replicates, method, importance.drivers.len())?;
        let mut random = Pcg64::seed_from_u64(options.seed);
        let row =
            Uniform::new(0, rows.len()).map_err(|error| Error::argument(error.to_string()))?;
        let mut weights: Vec<Vec<f64>> = vec![Vec::new(); importance.drivers.len()];
        let mut picks = vec![0; rows.len()];
        for _ in 0..options.replicates {
            picks.iter_mut().for_each(|pick| *pick = row.sample(&mut random));
            match Self::read(&rows.co_moments_of(&picks), method) {
                Ok(replicate) => {
                    for (weights, driver) in weights.iter_mut().zip(replicate.drivers) {
                        weights.push(driver.weight);
                    }
                }
                Err(error) if is_degenerate(&error) => importance.left_out_replicates += 1,
                Err(error) => return Err(error),
            }
        }
        if importance.left_out_replicates > options.replicates / 2 {
            return Err(Error::insufficient(format!(
                "{} of {} resamples had a constant or collinear driver",
                importance.left_out_replicates, options.replicates
            )));
        }
        for (driver, weights) in importance.drivers.iter_mut().zip(&mut weights) {
            weights.sort_by(f64::total_cmp);
            driver.interval = Some(Interval {
                lower: quantile(weights, alpha / 2.0),
                upper: quantile(weights, 1.0 - alpha / 2.0),
                level: options.level,
                method: Method::Bootstrap,
            });
        }
        Ok(importance)
    }
}

fn check_work(replicates: u32, method: ImportanceMethod, drivers: usize) -> Result<()> {
    if !(1..=MAX_REPLICATES).contains(&replicates) {
        return Err(Error::argument(format!(
            "replicates must be within 1..={MAX_REPLICATES}, got {replicates}"
        ))
        .in_field("replicates"));
    }
    let sets = if method == ImportanceMethod::Lmg { 1u64 << drivers.min(32) } else { 1 };
    if u64::from(replicates) * sets > MAX_SETS {
        return Err(Error::limit(format!(
            "{replicates} replicates of 2^{drivers} sets are more than {MAX_SETS} in all; ask for \
             fewer, or for relative weights"
        ))
        .in_field("replicates"));
    }
    Ok(())
}

/// Whether a resample shows too little to be read, rather than a mistake of the caller.
fn is_degenerate(error: &Error) -> bool {
    error.kind() == ErrorKind::InsufficientData
}

//! Many tests at once: adjusted p-values.
//!
//! # What it measures
//! Twenty segments tested at 5 % show one "significant" difference by chance alone. Holm keeps the
//! chance of *any* false alarm below the level; Benjamini and Hochberg keep the *share* of false
//! alarms among the alarms below it.
//!
//! # Formula
//! ```text
//! p₍₁₎ ≤ … ≤ p₍ₘ₎
//! Holm                 max over j ≤ i of min(1, (m − j + 1)·p₍ⱼ₎)
//! Benjamini–Hochberg   min over j ≥ i of min(1, m·p₍ⱼ₎/j)
//! ```
//! The answer stands in the order of the question; compare it with the level itself.
//!
//! # Edge cases
//! No p-values give none. A p-value outside 0..=1, NaN among them, is refused with its row.
//!
//! # Source
//! Holm (1979); Benjamini & Hochberg (1995).
//!
//! # Example
//! ```
//! use cxm_core::stats::multiplicity::{benjamini_hochberg, holm};
//! assert_eq!(holm(&[0.04, 0.01])?, [0.04, 0.02]);
//! assert_eq!(benjamini_hochberg(&[0.04, 0.01])?, [0.04, 0.02]);
//! # Ok::<(), cxm_core::Error>(())
//! ```

use crate::error::{Error, Result};

/// Holm's adjusted p-values: family-wise error rate.
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>> {
    let order = ascending(p_values)?;
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, (row, p)) in order.iter().enumerate() {
        let left = (order.len() - rank) as f64;
        largest = largest.max((left * p).min(1.0));
        set(&mut adjusted, *row, largest);
    }
    Ok(adjusted)
}

/// Benjamini and Hochberg's adjusted p-values: false discovery rate.
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>> {
    let order = ascending(p_values)?;
    let mut adjusted = vec![0.0; p_values.len()];
    let mut smallest: f64 = 1.0;
    for (rank, (row, p)) in order.iter().enumerate().rev() {
        smallest = smallest.min(order.len() as f64 * p / (rank as f64 + 1.0));
        set(&mut adjusted, *row, smallest);
    }
    Ok(adjusted)
}

/// Rows and p-values, ascending; equal ones in the order of their rows.
fn ascending(p_values: &[f64]) -> Result<Vec<(usize, f64)>> {
    if let Some(row) = p_values.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(Error::argument("a p-value must be within 0..=1")
            .in_field("p_values")
            .at_row(row));
    }
    let mut order: Vec<_> = p_values.iter().copied().enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    Ok(order)
}

fn set(values: &mut [f64], row: usize, value: f64) {
    if let Some(slot) = values.get_mut(row) {
        *slot = value;
    }
}

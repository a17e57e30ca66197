//! What every part of the model asks of its fields.

use std::collections::HashSet;

use super::Decimal;
use crate::error::{Error, Result};

/// Refuses an empty name or id.
pub(crate) fn not_empty(text: &str, field: &'static str) -> Result<()> {
    if text.is_empty() {
        return Err(Error::definition("expected a text that is not empty").in_field(field));
    }
    Ok(())
}

/// Refuses a share that is not within 0 to 1.
pub(crate) fn share(share: Decimal, field: &'static str) -> Result<()> {
    within(share, Decimal::ZERO, Decimal::ONE, field)
}

/// Refuses a number outside of its limits, both of which belong to it.
pub(crate) fn within(
    number: Decimal,
    lowest: Decimal,
    highest: Decimal,
    field: &'static str,
) -> Result<()> {
    if (lowest..=highest).contains(&number) {
        return Ok(());
    }
    let message = format!("expected {lowest} to {highest}, got {number}");
    Err(Error::definition(message).in_field(field))
}

/// Refuses two of the same; the error names the row of the second.
pub(crate) fn different<'a>(
    names: impl IntoIterator<Item = &'a str>,
    field: &'static str,
) -> Result<()> {
    let mut seen = HashSet::new();
    for (row, name) in names.into_iter().enumerate() {
        if !seen.insert(name) {
            let message = format!("\"{name}\" is there twice");
            return Err(Error::definition(message).in_field(field).at_row(row));
        }
    }
    Ok(())
}

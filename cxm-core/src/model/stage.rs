//! A stage: a part of the way that a customer goes with a company.

use super::check::{different, not_empty};
use crate::error::{Error, Result};

/// One stage, at its place among the others.
///
/// ```
/// use cxm_core::model::{Stage, stage};
/// let stages = Stage::defaults();
/// assert_eq!(stages.len(), 8);
/// assert_eq!(stages[0].id, "awareness");
/// stage::check_order(&stages)?;
/// # Ok::<(), cxm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Stage {
    /// The id that stands in touchpoints and journey maps.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Its place: a stage with a smaller number comes before.
    pub order: u32,
}

/// Id and name of the stages to start from, in their order.
const DEFAULTS: [(&str, &str); 8] = [
    ("awareness", "Awareness"),
    ("consideration", "Consideration"),
    ("purchase", "Purchase"),
    ("delivery", "Delivery"),
    ("use", "Use"),
    ("service", "Service"),
    ("loyalty", "Loyalty"),
    ("advocacy", "Advocacy"),
];

impl Stage {
    /// A stage at a place.
    pub fn new(id: impl Into<String>, name: impl Into<String>, order: u32) -> Self {
        Self { id: id.into(), name: name.into(), order }
    }

    /// The eight stages to start from: awareness, consideration, purchase, delivery, use, service,
    /// loyalty, advocacy.
    pub fn defaults() -> Vec<Self> {
        let numbered = DEFAULTS.into_iter().zip(1..);
        numbered.map(|((id, name), order)| Self::new(id, name, order)).collect()
    }

    /// Refuses an empty id or name.
    pub fn validate(&self) -> Result<()> {
        not_empty(&self.id, "id")?;
        not_empty(&self.name, "name")
    }
}

/// Refuses stages of the same id, and two at the same place: neither would come first.
pub fn check_order(stages: &[Stage]) -> Result<()> {
    different(stages.iter().map(|stage| stage.id.as_str()), "id")?;
    let mut places: Vec<(u32, usize)> = Vec::with_capacity(stages.len());
    places.extend(stages.iter().enumerate().map(|(row, stage)| (stage.order, row)));
    places.sort_unstable();
    let tie = places.windows(2).find_map(|pair| match pair {
        [(first, _), (second, row)] if first == second => Some((*first, *row)),
        _ => None,
    });
    match tie {
        None => Ok(()),
        Some((order, row)) => {
            let message = format!("two stages stand at place {order}");
            Err(Error::definition(message).in_field("order").at_row(row))
        }
    }
}

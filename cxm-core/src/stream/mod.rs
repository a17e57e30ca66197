//! Any calculator, per key.

pub mod encode;
pub mod keyed;
pub mod suppression;
pub mod table;

pub use keyed::{Key, Keyed, KeyedBatch, KeyedDefinition, Overflow};
pub use suppression::{Cell, Suppressed, SuppressionRule};

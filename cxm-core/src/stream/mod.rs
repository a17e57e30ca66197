//! Any calculator, per key.

pub mod encode;
pub mod keyed;
pub mod segment_table;
pub mod suppression;

pub use keyed::{Key, Keyed, KeyedBatch, KeyedDefinition, Overflow};
pub use suppression::{Cell, Suppressed, SuppressionRule};

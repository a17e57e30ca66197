//! The canonical bytes of a stream: keys in their order, sums by key, then unit by unit.
//!
//! Only keys that something has are written, and nothing that follows from the rest: the customers
//! of pairs and touchpoints, the events and the journeys are counted anew.

mod read;
mod write;

pub(super) use read::read;
pub(super) use write::write;
